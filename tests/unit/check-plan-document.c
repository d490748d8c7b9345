/* SPDX-License-Identifier: Apache-2.0 */
/* The plan document: written, read back, checked; plans as text and SQL; the names of hazards. */
#include <stdlib.h>

#include "../../libcore/base/buf.h"
#include "plan-fixture.h"

static struct fixture f;
static struct buf out;
static struct moult_plan *back;

static void teardown(void)
{
    fixture_free(&f);
    buf_free(&out);
    plan_free(back);
    back = NULL;
}

static void write_json(const struct moult_plan *plan)
{
    buf_clear(&out);
    ck_assert_int_eq(plan_write_json(plan, fixture_write, &out, f.err), MOULT_OK);
}

static void make(void)
{
    fixture_plan(
        &f, "table a n=1\nview v ?table:a\ntable t\n  column c",
        "table a n=2\nview v ?table:a\nview w ?table:a ~txn=2\ntable t\n  column d ~hazard=1024");
}

/* The document with the first TEXT replaced by WITH is refused with STATUS and names WHERE. */
static void refused(const char *text, const char *with, moult_status status, const char *where)
{
    CLEANUP_BUF struct buf b = {0};
    const char *at = strstr(out.p, text);
    ck_assert_msg(at != NULL, "no %s in %s", text, out.p);
    buf_add(&b, out.p, (size_t)(at - out.p));
    buf_puts(&b, with);
    buf_puts(&b, at + strlen(text));
    struct moult_plan *plan;
    moult_error *err = moult_error_new();
    ck_assert_int_eq(plan_read_json(buf_view(&b), "p.json", &plan, err), status);
    ck_assert_ptr_null(plan);
    ck_assert_msg(strstr(moult_error_message(err), where) != NULL, "%s", moult_error_message(err));
    ck_assert_str_eq(moult_error_detail(err, "file"), "p.json");
    moult_error_free(err);
}

START_TEST(comes_back_the_same)
{
    make();
    f.plan->rehearsed = true;
    f.plan->rehearsed_at = STR("2024-01-02T03:04:05.678Z");
    f.plan->rehearsed_on = STR("Fake 1.0");
    struct str part = STR("the view: its module is not there");
    f.plan->not_rehearsed = &part;
    f.plan->not_rehearsed_count = 1;
    ck_assert_int_eq(plan_seal(f.plan, f.err), MOULT_OK);
    write_json(f.plan);
    CLEANUP_BUF struct buf first = {0};
    buf_str(&first, buf_view(&out));
    moult_status st = plan_read_json(buf_view(&out), "p.json", &back, f.err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(f.err));
    write_json(back);
    ck_assert_str_eq(out.p, first.p);
    ck_assert_uint_eq(back->step_count, f.plan->step_count);
    ck_assert_uint_eq(back->hazards, f.plan->hazards);
    ck_assert(back->rehearsed);
    ck_assert_str_eq(back->not_rehearsed[0].p, part.p);
    for (size_t i = 0; i < back->step_count; i++) {
        const struct plan_step *a = &f.plan->steps[i], *b = &back->steps[i];
        ck_assert(str_eq(a->object, b->object) && str_eq(a->way, b->way) && str_eq(a->why, b->why));
        ck_assert(a->op == b->op && a->txn == b->txn && a->lock == b->lock && a->phase == b->phase);
        ck_assert(a->rows == b->rows && a->bytes == b->bytes && a->group == b->group);
        ck_assert(a->rewrites == b->rewrites && a->scans == b->scans &&
                  a->reversible == b->reversible);
        ck_assert_uint_eq(a->depend_count, b->depend_count);
        ck_assert_uint_eq(a->inverse_count, b->inverse_count);
        ck_assert(str_eq(a->statements[0].sql, b->statements[0].sql));
        ck_assert(str_eq(a->statements[0].probe, b->statements[0].probe));
    }
}
END_TEST

START_TEST(equal_plans_are_equal_bytes)
{
    make();
    write_json(f.plan);
    CLEANUP_BUF struct buf first = {0};
    buf_str(&first, buf_view(&out));
    make();
    write_json(f.plan);
    ck_assert_str_eq(out.p, first.p);
    char digest[65];
    memcpy(digest, f.plan->digest, 65);
    f.plan->steps[0].lock_ms++;
    ck_assert_int_eq(plan_seal(f.plan, f.err), MOULT_OK);
    ck_assert_str_ne(f.plan->digest, digest);
}
END_TEST

/* When and where it was tried, and how large things were, does not make it another plan. */
START_TEST(a_plan_made_again_has_the_same_digest)
{
    make();
    char digest[65], seal[65];
    memcpy(digest, f.plan->digest, 65);
    memcpy(seal, f.plan->seal, 65);
    f.plan->rehearsed = true;
    f.plan->rehearsed_at = f.plan->rehearsed_on = STR("another time");
    ck_assert_int_eq(plan_seal(f.plan, f.err), MOULT_OK);
    ck_assert_str_eq(f.plan->digest, digest);
    ck_assert_str_ne(f.plan->seal, seal);
    memcpy(seal, f.plan->seal, 65);
    f.plan->steps[0].rows = 7;
    f.plan->steps[0].bytes = 70;
    f.plan->server = STR("another patch release");
    ck_assert_int_eq(plan_seal(f.plan, f.err), MOULT_OK);
    ck_assert_str_eq(f.plan->digest, digest);
    ck_assert_str_ne(f.plan->seal, seal);
}
END_TEST

START_TEST(markers_survive)
{
    fixture_plan(&f, "", "view v");
    f.plan->steps[0].statements[0].sql = STR("GRANT \x01"
                                             "tenant\x02 \"\\ \xc3\xa9");
    ck_assert_int_eq(plan_seal(f.plan, f.err), MOULT_OK);
    write_json(f.plan);
    ck_assert_ptr_nonnull(strstr(out.p, "GRANT \\u0001tenant\\u0002 \\\"\\\\ \xc3\xa9"));
    ck_assert_int_eq(plan_read_json(buf_view(&out), "p.json", &back, f.err), MOULT_OK);
    ck_assert(str_eq(back->steps[0].statements[0].sql, f.plan->steps[0].statements[0].sql));
}
END_TEST

START_TEST(text_that_json_cannot_hold)
{
    fixture_plan(&f, "", "view v");
    f.plan->steps[0].statements[0].sql = STR("SELECT '\xff'");
    ck_assert_int_eq(plan_seal(f.plan, f.err), MOULT_ERR_UNSUPPORTED);
    ck_assert_str_eq(moult_error_detail(f.err, "object"), "view:v");
}
END_TEST

START_TEST(tampering_is_found)
{
    make();
    write_json(f.plan);
    refused("alter table:a rebuild", "alter table:b rebuild", MOULT_ERR_CORRUPT, "digest");
    refused("\"lock_ms\":0", "\"lock_ms\":1", MOULT_ERR_CORRUPT, "digest");
    refused("\"status\":\"not done\"", "\"status\":\"passed\"", MOULT_ERR_CORRUPT, "seal");
}
END_TEST

START_TEST(wrong_documents_are_refused)
{
    make();
    write_json(f.plan);
    refused("{", "{{", MOULT_ERR_INVALID, "p.json is not a plan");
    refused("\"adapter\":\"fake\"", "\"adapter\":\"fake\",\"adapter\":\"fake\"", MOULT_ERR_INVALID,
            "uplicate");
    refused("\"adapter\":\"fake\"", "\"adapter\":\"fake\",\"extra\":1", MOULT_ERR_INVALID,
            "extra is not known");
    refused("\"adapter\":\"fake\"", "\"adapter\":7", MOULT_ERR_INVALID, "adapter is not a string");
    refused("\"adapter\":\"fake\",", "", MOULT_ERR_INVALID, "adapter is missing");
    refused("\"class\":\"fake/1/1\"",
            "\"class\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"",
            MOULT_ERR_INVALID, "class is too long");
    refused("moult-plan/1", "moult-plan/2", MOULT_ERR_INVALID, "format is not");
    refused("\"digest\":\"", "\"digest\":\"x", MOULT_ERR_INVALID, "digest is not a SHA-256");
    refused("\"operation\":\"drop\"", "\"operation\":\"burn\"", MOULT_ERR_INVALID, "operation");
    refused("\"depends\":[]", "\"depends\":[1]", MOULT_ERR_INVALID,
            "steps[0].depends[0] is not an earlier step");
    refused("\"depends\":[2]", "\"depends\":[0]", MOULT_ERR_INVALID, "is not an earlier step");
    refused("\"depends\":[2]", "\"depends\":[\"1\"]", MOULT_ERR_INVALID, "is not a number");
    refused("\"depends\":[2]", "\"depends\":1", MOULT_ERR_INVALID, "is not an array");
    refused("\"group\":1", "\"group\":4", MOULT_ERR_INVALID, "group does not follow");
    refused("\"group\":1", "\"group\":0", MOULT_ERR_INVALID, "cannot share");
    refused("\"id\":2", "\"id\":3", MOULT_ERR_INVALID, "steps[1].id");
    refused("\"reversible\":true", "\"reversible\":1", MOULT_ERR_INVALID, "neither true nor false");
    refused("\"downtime\":\"seconds\"", "\"downtime\":\"none\"", MOULT_ERR_INVALID, "downtime");
    refused("\"estimate\":{", "\"estimate\":{\"rooms\":1,", MOULT_ERR_INVALID,
            "estimate.rooms is not known");
    refused("\"estimate\":\"unknown\"", "\"estimate\":7", MOULT_ERR_INVALID, "estimate is neither");
    refused("\"estimate\":\"unknown\"", "\"estimate\":\"lots\"", MOULT_ERR_INVALID, "estimate");
    refused("[\"rewrites-table\"]", "[\"rewrites-tables\"]", MOULT_ERR_INVALID,
            "hazards[0] is not a known hazard");
    refused("[\"rewrites-table\"]", "[\"rewrites-table\",\"rewrites-table\"]", MOULT_ERR_INVALID,
            "twice");
    refused("\"status\":\"not done\"", "\"status\":\"perhaps\"", MOULT_ERR_INVALID,
            "rehearsal.status");
    refused("\"timeouts\":{", "\"timeouts\":[],\"x\":{", MOULT_ERR_INVALID, "");
    refused("\"sql\":", "\"sgl\":", MOULT_ERR_INVALID, "statements[0].sql is missing");
}
END_TEST

START_TEST(syntax_errors_have_a_line)
{
    f.err = moult_error_new();
    ck_assert_int_eq(plan_read_json(STR("{\n\"format\": 1,\n oops"), "p.json", &back, f.err),
                     MOULT_ERR_INVALID);
    ck_assert_str_eq(moult_error_detail(f.err, "line"), "3");
    ck_assert_int_eq(plan_read_json(STR(""), "p.json", &back, f.err), MOULT_ERR_INVALID);
    ck_assert_int_eq(plan_read_json(STR("[]"), "p.json", &back, f.err), MOULT_ERR_INVALID);
    ck_assert_int_eq(plan_read_json((struct str){0}, "p.json", &back, f.err), MOULT_ERR_INVALID);
}
END_TEST

static moult_status full(void *arg, const char *bytes, size_t len)
{
    (void)arg, (void)bytes, (void)len;
    return MOULT_ERR_IO;
}

START_TEST(writers_that_fail)
{
    make();
    ck_assert_int_eq(plan_write_json(f.plan, full, NULL, f.err), MOULT_ERR_IO);
    ck_assert_int_eq(plan_write_text(f.plan, full, NULL, f.err), MOULT_ERR_IO);
    ck_assert_int_eq(plan_write_sql(f.plan, (struct plan_script){0}, full, NULL, f.err), MOULT_ERR_IO);
    ck_assert_str_ne(moult_error_message(f.err), "");
}
END_TEST

START_TEST(text_for_people)
{
    make();
    struct str warning = STR("mind\nthe gap");
    f.plan->warnings = &warning;
    f.plan->warning_count = 1;
    ck_assert_int_eq(plan_write_text(f.plan, fixture_write, &out, f.err), MOULT_OK);
    ck_assert_ptr_nonnull(
        strstr(out.p, "alter table:a: rebuild [rewrites-table]\n     why: no lighter way\n"));
    ck_assert_ptr_nonnull(strstr(out.p, "writes every row: 7 rows, bytes unknown\n"));
    ck_assert_ptr_nonnull(strstr(out.p, "others wait: seconds (lock: writes)\n"));
    ck_assert_ptr_nonnull(strstr(out.p, "runs outside of any transaction\n"));
    ck_assert_ptr_nonnull(strstr(out.p, "cannot be taken back\n"));
    ck_assert_ptr_nonnull(strstr(out.p, "warning: mind the gap\n"));
    ck_assert_ptr_nonnull(
        strstr(out.p, "hazards: deletes-data, rewrites-table, not-analysed\nrehearsed: no\n"));
    fixture_plan(&f, "view v", "view v");
    buf_clear(&out);
    ck_assert_int_eq(plan_write_text(f.plan, fixture_write, &out, f.err), MOULT_OK);
    ck_assert_ptr_nonnull(strstr(out.p, "\nnothing to do\nhazards: none\n"));
}
END_TEST

START_TEST(sql_to_run_by_hand)
{
    fixture_plan(&f, "", "view v\nview w");
    f.plan->steps[0].statements[0].sql = STR("CREATE VIEW v AS\nSELECT 1 -- one");
    f.plan->steps[1].statements[0].sql = STR("CREATE TRIGGER w BEGIN\n  SELECT 1; -- x\nEND");
    ck_assert_int_eq(plan_write_sql_bare(f.plan, (struct plan_script){0}, fixture_write, &out, f.err), MOULT_OK);
    ck_assert_str_eq(
        out.p,
        "CREATE VIEW v AS\nSELECT 1 -- one\n;\nCREATE TRIGGER w BEGIN\n  SELECT 1; -- x\nEND;\n");
    buf_clear(&out);
    f.plan->steps[0].summary = STR("new\n; DROP TABLE x");
    ck_assert_int_eq(plan_write_sql(f.plan, (struct plan_script){.preamble = "SET a = 1;\n"}, fixture_write, &out, f.err),
                     MOULT_OK);
    ck_assert_int_eq(strncmp(out.p,
                             "SET a = 1;\n\n-- step 1: create view:v: new ; DROP TABLE x\nCREATE VIEW",
                             68),
                     0);
    buf_clear(&out);
    f.plan->steps[1].statements[0].sql = STR("CREATE TRIGGER w BEGIN SELECT '$$'; END");
    ck_assert_int_eq(plan_write_sql_bare(f.plan, (struct plan_script){.delimiter = "DELIMITER"},
                                         fixture_write, &out, f.err),
                     MOULT_OK);
    ck_assert_str_eq(out.p, "CREATE VIEW v AS\nSELECT 1 -- one\n;\nDELIMITER $$$\nCREATE TRIGGER w BEGIN "
                            "SELECT '$$'; END$$$\nDELIMITER ;\n");
}
END_TEST

START_TEST(hazards_by_name)
{
    uint32_t bits;
    const char *help;
    f.err = moult_error_new();
    ck_assert_int_eq(moult_hazards_parse("deletes-data, rewrites-table", &bits, f.err), MOULT_OK);
    ck_assert_uint_eq(bits, MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_REWRITES_TABLE);
    ck_assert_int_eq(moult_hazards_parse("", &bits, f.err), MOULT_OK);
    ck_assert_uint_eq(bits, 0);
    ck_assert_int_eq(moult_hazards_parse(NULL, &bits, f.err), MOULT_OK);
    uint32_t all = 0, count = 0;
    for (const char *name; (name = moult_hazard_name(count, &help)); count++) {
        ck_assert_int_eq(moult_hazards_parse(name, &bits, f.err), MOULT_OK);
        ck_assert_uint_eq(bits, 1u << count);
        ck_assert_str_ne(help, "");
        all |= bits;
    }
    ck_assert_int_eq(moult_hazards_parse("all", &bits, f.err), MOULT_OK);
    ck_assert_uint_eq(bits, all);
    ck_assert_ptr_null(moult_hazard_name(count, NULL));
    ck_assert_int_eq(moult_hazards_parse("deletes-date", &bits, f.err), MOULT_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(moult_error_message(f.err), "deletes-date"));
    ck_assert_ptr_nonnull(strstr(moult_error_detail(f.err, "hint"), "deletes-data, "));
    ck_assert_uint_eq(bits, 0);
    ck_assert_int_eq(moult_hazards_parse("deletes-data,", &bits, f.err), MOULT_ERR_CONFIG);
    ck_assert_int_eq(moult_hazards_parse(",deletes-data", &bits, f.err), MOULT_ERR_CONFIG);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("plan-document");
    TCase *t = tcase_create("json");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, comes_back_the_same);
    tcase_add_test(t, equal_plans_are_equal_bytes);
    tcase_add_test(t, a_plan_made_again_has_the_same_digest);
    tcase_add_test(t, markers_survive);
    tcase_add_test(t, text_that_json_cannot_hold);
    tcase_add_test(t, tampering_is_found);
    tcase_add_test(t, wrong_documents_are_refused);
    tcase_add_test(t, syntax_errors_have_a_line);
    tcase_add_test(t, writers_that_fail);
    suite_add_tcase(s, t);
    t = tcase_create("text");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, text_for_people);
    tcase_add_test(t, sql_to_run_by_hand);
    tcase_add_test(t, hazards_by_name);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
