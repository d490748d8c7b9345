/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: sync, apply, validate, audit, and what comes after a crash, with databases of the memory
 * adapters. */
#include "run-fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALL UINT32_MAX

static const char *const adapters[] = {"memory", "memory-txn"};

#define SCHEMA_A                                                                                   \
    "create table users (id int not null, name text);\n"                                           \
    "create index ix on users (name);\ncreate view v as one\n"
#define SCHEMA_B                                                                                   \
    "create view v as two;\n"                                                                      \
    "create table users (id int not null, name text, email text default 'x');\n"                   \
    "create table more (y int);\ncreate index ix on users (email)\n"
#define SCHEMA_C "create table users (id int not null, email text)\n"

static void write_schemas(void)
{
    put("a.sql", SCHEMA_A);
    put("b.sql", SCHEMA_B);
    put("c.sql", SCHEMA_C);
}

static const char *url_of(int adapter, const char *file)
{
    static char url[64];
    snprintf(url, sizeof url, "%s:%s", adapters[adapter], file);
    return url;
}

/* ---- sync ---- */

START_TEST(sync_reaches_the_state_and_finds_nothing_more)
{
    struct told told;
    const char *url = url_of(_i, "x.db");
    write_schemas();
    run_open(NULL, NULL);
    make_db(adapters[_i], "x.db", SCHEMA_A);
    ck_ok(sync_to(url, "b.sql", ALL, &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_CHANGED], 1);
    ck_assert_int_eq(told.asked, 1);
    ck_ok(sync_to(url, "b.sql", 0, &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_IN_SYNC], 1);
    ck_assert_int_eq(told.asked, 0);
    ck_ok(validate_to(url, "b.sql", &told));
    ck_fails(validate_to(url, "a.sql", &told), MOULT_ERR_DIFFERS, "1 of 1");
    ck_assert_int_eq(told.count[MOULT_UNIT_DIFFERS], 1);
}
END_TEST

START_TEST(a_dry_run_leaves_the_file_as_it_is)
{
    struct told told = {.answer = 1};
    const char *url = url_of(_i, "x.db");
    write_schemas();
    run_open(NULL, NULL);
    make_db(adapters[_i], "x.db", SCHEMA_A);
    char *before = get("x.db");
    moult_targets *t = target(url);
    moult_snapshot *s = load("c.sql", url);
    moult_run_options o = options_for(&told, 0);
    o.dry_run = 1;
    ck_ok(moult_sync(m, t, s, &o, err));
    ck_assert_int_eq(told.count[MOULT_UNIT_PLANNED], 1);
    ck_assert_int_eq(told.asked, 0);
    char *after = get("x.db");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    moult_snapshot_free(s);
    moult_targets_free(t);
}
END_TEST

START_TEST(hazards_are_refused_by_name_and_a_no_is_a_no)
{
    struct told told;
    const char *url = url_of(_i, "x.db");
    write_schemas();
    run_open(NULL, NULL);
    make_db(adapters[_i], "x.db", SCHEMA_A);
    char *before = get("x.db");
    ck_fails(sync_to(url, "c.sql", 0, &told), MOULT_ERR_REFUSED, "deletes-data");
    ck_detail("hint", "--allow deletes-data");
    ck_assert_int_eq(told.count[MOULT_UNIT_FAILED], 1);
    ck_assert_int_eq(told.asked, 0);
    moult_targets *t = target(url);
    moult_snapshot *s = load("c.sql", url);
    told = (struct told){.answer = 0};
    moult_run_options o = options_for(&told, ALL);
    ck_fails(moult_sync(m, t, s, &o, err), MOULT_ERR_REFUSED, "not confirmed");
    char *after = get("x.db");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    moult_snapshot_free(s);
    moult_targets_free(t);
}
END_TEST

START_TEST(an_empty_database_is_a_state_that_needs_its_hazard)
{
    struct told told;
    const char *url = url_of(_i, "x.db");
    char to[64];
    run_open(NULL, NULL);
    make_db(adapters[_i], "x.db", SCHEMA_C);
    put("empty.db", "");
    snprintf(to, sizeof to, "%s:empty.db", adapters[_i]);
    ck_fails(sync_to(url, to, ALL & ~(uint32_t)MOULT_HAZARD_EMPTY_STATE, &told), MOULT_ERR_REFUSED,
             "empty-desired-state");
    ck_ok(sync_to(url, to, ALL, &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_CHANGED], 1);
}
END_TEST

/* ---- tenants ---- */

#define THREE_TENANTS                                                                              \
    "[database.app]\nurl = \"memory-txn:t/\"\ntenants = { files = \"*.db\" }\n"                    \
    "labels = { early = [\"a*\"] }\ndesired = \"b.sql\"\n"

static void make_tenants(void)
{
    write_schemas();
    run_open(NULL, NULL);
    ck_assert_int_eq(system("mkdir t"), 0);
    make_db("memory-txn", "t/ann.db", SCHEMA_A);
    make_db("memory-txn", "t/bob.db", SCHEMA_A);
    make_db("memory-txn", "t/eve.db", SCHEMA_C);
    run_open(THREE_TENANTS, NULL);
}

START_TEST(equal_tenants_share_one_plan)
{
    struct told told;
    make_tenants();
    ck_fails(validate_to("app", "b.sql", &told), MOULT_ERR_DIFFERS, "3 of 3");
    ck_ok(sync_to("app", "b.sql", ALL, &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_CHANGED], 3);
    ck_assert_int_eq(told.asked, 2); /* two states */
    ck_ok(validate_to("app", "app", &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_IN_SYNC], 3);
}
END_TEST

START_TEST(nothing_is_written_while_one_plan_is_refused)
{
    struct told told;
    make_tenants();
    /* Harmless for eve, not for the two others. */
    put("d.sql", "create table users (id int not null, email text);\ncreate view v as one\n");
    char *before = get("t/eve.db");
    ck_fails(sync_to("app", "d.sql", 0, &told), MOULT_ERR_REFUSED, "hazards");
    char *after = get("t/eve.db");
    ck_assert_str_eq(before, after);
    ck_assert_int_eq(told.count[MOULT_UNIT_CHANGED], 0);
    free(before);
    free(after);
}
END_TEST

START_TEST(a_broken_tenant_does_not_stop_the_others_if_asked)
{
    struct told told = {.answer = 1};
    make_tenants();
    put("t/bob.db", "this is no database");
    moult_targets *t = target("app");
    moult_snapshot *s = load("b.sql", "app");
    moult_run_options o = options_for(&told, ALL);
    o.keep_going = 1;
    ck_fails(moult_sync(m, t, s, &o, err), MOULT_ERR_CORRUPT, "not a memory database");
    ck_detail("tenant", "bob");
    ck_detail("units", "1 of 3");
    ck_assert_int_eq(told.count[MOULT_UNIT_CHANGED], 2);
    ck_assert_int_eq(told.count[MOULT_UNIT_FAILED], 1);
    moult_snapshot_free(s);
    moult_targets_free(t);
}
END_TEST

static moult_status choose(const char *tenant, const char *label, moult_targets **t)
{
    const char *const tenants[] = {tenant, NULL}, *const labels[] = {label, NULL};
    moult_select select = {.size = MOULT_END(moult_select, labels),
                           .tenants = tenant ? tenants : NULL,
                           .labels = label ? labels : NULL};
    return moult_targets_find(m, "app", &select, 0, t, err);
}

START_TEST(tenants_are_chosen_by_name_glob_and_label)
{
    moult_targets *t;
    make_tenants();
    ck_fails(choose(NULL, NULL, &t), MOULT_ERR_CONFIG, "none was chosen");
    ck_fails(choose("an", NULL, &t), MOULT_ERR_CONFIG, "no tenant \"an\"");
    ck_detail("hint", "ann");
    ck_fails(choose(NULL, "erly", &t), MOULT_ERR_CONFIG, "no label");
    ck_detail("hint", "early");
    ck_ok(choose("?o*", NULL, &t));
    ck_assert_uint_eq(moult_targets_count(t), 1);
    ck_assert_str_eq(moult_targets_name(t, 0), "bob");
    moult_targets_free(t);
    ck_ok(choose(NULL, "early", &t));
    ck_assert_uint_eq(moult_targets_count(t), 1);
    ck_assert_str_eq(moult_targets_name(t, 0), "ann");
    ck_assert_str_eq(moult_targets_desired(t), "b.sql");
    moult_targets_free(t);
    ck_fails(choose("bob", "early", &t), MOULT_ERR_CONFIG, "no tenant of");
}
END_TEST

/* ---- plans ---- */

static moult_status into(void *arg, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, arg) == len ? MOULT_OK : MOULT_ERR_IO;
}

static void write_plan(const char *url, const char *to, const char *file, uint32_t rehearse)
{
    moult_plan *plan;
    moult_targets *t = target(url);
    moult_snapshot *s = load(to, url);
    moult_plan_options o = {.size = MOULT_END(moult_plan_options, planners), .rehearse = rehearse};
    FILE *f = fopen(file, "w");
    ck_ok(moult_plan_make(m, t, s, &o, &plan, err));
    ck_assert_str_eq(moult_plan_to(plan), moult_snapshot_digest(s));
    ck_ok(moult_plan_write(m, plan, MOULT_FORMAT_JSON, into, f, err));
    fclose(f);
    moult_plan_free(plan);
    moult_snapshot_free(s);
    moult_targets_free(t);
}

static moult_status apply(const char *file, const char *url, uint32_t allow, struct told *told)
{
    moult_plan *plan;
    moult_targets *t = target(url);
    *told = (struct told){.answer = 1};
    moult_run_options o = options_for(told, allow);
    ck_ok(moult_plan_read(m, file, &plan, err));
    moult_status st = moult_apply(m, t, plan, &o, err);
    moult_plan_free(plan);
    moult_targets_free(t);
    return st;
}

START_TEST(a_plan_is_applied_only_to_its_state)
{
    struct told told;
    const char *url = url_of(_i, "x.db");
    write_schemas();
    run_open(NULL, NULL);
    make_db(adapters[_i], "x.db", SCHEMA_A);
    write_plan(url, "b.sql", "p.json", 1);
    write_plan(url, "b.sql", "untried.json", 0);
    ck_fails(apply("untried.json", url, ALL & ~(uint32_t)MOULT_HAZARD_NOT_ANALYSED, &told),
             MOULT_ERR_REFUSED, "not rehearsed");
    ck_ok(apply("p.json", url, ALL, &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_CHANGED], 1);
    ck_ok(apply("p.json", url, ALL, &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_IN_SYNC], 1);
    ck_ok(sync_to(url, "c.sql", ALL, &told));
    ck_fails(apply("p.json", url, ALL, &told), MOULT_ERR_REFUSED, "another state");
}
END_TEST

/* ---- what comes after a crash ---- */

static moult_status on_check(void *arg, const char *unit, const char *what, const char *state,
                             const char *note)
{
    int *bad = arg;
    (void)unit;
    (void)what;
    (void)note;
    *bad += strcmp(state, "ok") != 0;
    return MOULT_OK;
}

static int audit(const char *url)
{
    int bad = 0;
    moult_targets *t = target(url);
    moult_status st = moult_audit(m, t, on_check, &bad, err);
    moult_targets_free(t);
    ck_assert(st == MOULT_OK || bad);
    return bad;
}

/* Syncs in a child that dies at write K; 0: it came to its end before. */
static int killed_at(const char *adapter, const char *url, int k, const char *when)
{
    char at_set[64], when_set[64];
    snprintf(at_set, sizeof at_set, "plugins.%s.kill-at=%d", adapter, k);
    snprintf(when_set, sizeof when_set, "plugins.%s.kill-when=%s", adapter, when);
    const char *const set[] = {at_set, when_set, NULL};
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct told told;
        run_open(NULL, set);
        _exit(sync_to(url, "b.sql", ALL, &told) == MOULT_OK ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status))
        ck_assert_int_eq(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Whatever write a run dies at, and whatever is wanted next: the open run is ended first, the next
 * state is reached, and the trail holds. */
START_TEST(a_run_that_was_killed_is_ended_by_the_next)
{
    struct told told;
    const char *when = _i & 2 ? "after" : "before", *adapter = adapters[_i & 1];
    const char *next = _i & 4 ? "c.sql" : "b.sql";
    char url[64];
    int k = 1;
    snprintf(url, sizeof url, "%s:x.db", adapter);
    write_schemas();
    run_open(NULL, NULL);
    make_db(adapter, "base.db", SCHEMA_A);
    char *base = get("base.db");
    for (;; k++) {
        put("x.db", base);
        run_close();
        if (!killed_at(adapter, url, k, when))
            break;
        run_open(NULL, NULL);
        ck_ok(sync_to(url, next, ALL, &told));
        ck_ok(validate_to(url, next, &told));
        ck_assert_int_eq(audit(url), 0);
    }
    ck_assert_int_gt(k, 4);
    free(base);
}
END_TEST

START_TEST(a_statement_that_fails_leaves_the_unit_as_it_was)
{
    struct told told;
    const char *set[] = {"plugins.memory-txn.fail-at=5", NULL};
    write_schemas();
    run_open(NULL, NULL);
    make_db("memory-txn", "x.db", SCHEMA_A);
    char *before = get("x.db");
    run_open(NULL, set);
    ck_fails(sync_to("memory-txn:x.db", "b.sql", ALL, &told), MOULT_ERR_SQL, "fail-at");
    ck_assert_int_eq(told.count[MOULT_UNIT_FAILED], 1);
    char *after = get("x.db");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
}
END_TEST

START_TEST(an_open_run_is_reported_and_not_planned_over)
{
    struct told told = {.answer = 1};
    int bad;
    write_schemas();
    run_open(NULL, NULL);
    make_db("memory", "x.db", SCHEMA_A);
    run_close();
    ck_assert(killed_at("memory", "memory:x.db", 6, "after"));
    run_open(NULL, NULL);
    bad = audit("memory:x.db");
    ck_assert_int_eq(bad, 1); /* a warning */
    moult_targets *t = target("memory:x.db");
    moult_snapshot *s = load("c.sql", "memory:x.db");
    moult_plan *plan;
    ck_fails(moult_plan_make(m, t, s, NULL, &plan, err), MOULT_ERR_OPEN_RUN, "still open");
    moult_run_options o = options_for(&told, ALL);
    o.dry_run = 1;
    ck_fails(moult_sync(m, t, s, &o, err), MOULT_ERR_OPEN_RUN, "still open");
    o.dry_run = 0;
    told = (struct told){.answer = 1};
    ck_ok(moult_sync(m, t, s, &o, err));
    ck_assert_int_eq(told.count[MOULT_UNIT_FINISHED], 1);
    moult_snapshot_free(s);
    moult_targets_free(t);
}
END_TEST

START_TEST(an_audit_trail_that_was_changed_does_not_hold)
{
    run_open(NULL, NULL);
    make_db("memory-txn", "x.db", SCHEMA_A);
    ck_assert_int_eq(audit("memory-txn:x.db"), 0);
    char *text = get("x.db");
    for (char *p = text; (p = strstr(p, "\\\"rows\\\":")); p++)
        p[9] = '7';
    put("x.db", text);
    free(text);
    moult_targets *t = target("memory-txn:x.db");
    int bad = 0;
    ck_fails(moult_audit(m, t, on_check, &bad, err), MOULT_ERR_CORRUPT, "changed after");
    moult_targets_free(t);
}
END_TEST

START_TEST(doctor_finds_all_well_and_writes_nothing)
{
    int bad = 0;
    run_open(NULL, NULL);
    make_db(adapters[_i], "x.db", SCHEMA_A);
    char *before = get("x.db");
    moult_targets *t = target(url_of(_i, "x.db"));
    ck_ok(moult_doctor(m, t, on_check, &bad, err));
    char *after = get("x.db");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    moult_targets_free(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *c = tcase_create("run");
    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, run_setup, run_teardown);
    if (run_possible()) {
        tcase_add_loop_test(c, sync_reaches_the_state_and_finds_nothing_more, 0, 2);
        tcase_add_loop_test(c, a_dry_run_leaves_the_file_as_it_is, 0, 2);
        tcase_add_loop_test(c, hazards_are_refused_by_name_and_a_no_is_a_no, 0, 2);
        tcase_add_loop_test(c, an_empty_database_is_a_state_that_needs_its_hazard, 0, 2);
        tcase_add_test(c, equal_tenants_share_one_plan);
        tcase_add_test(c, nothing_is_written_while_one_plan_is_refused);
        tcase_add_test(c, a_broken_tenant_does_not_stop_the_others_if_asked);
        tcase_add_test(c, tenants_are_chosen_by_name_glob_and_label);
        tcase_add_loop_test(c, a_plan_is_applied_only_to_its_state, 0, 2);
        tcase_add_loop_test(c, a_run_that_was_killed_is_ended_by_the_next, 0, 8);
        tcase_add_test(c, a_statement_that_fails_leaves_the_unit_as_it_was);
        tcase_add_test(c, an_open_run_is_reported_and_not_planned_over);
        tcase_add_test(c, an_audit_trail_that_was_changed_does_not_hold);
        tcase_add_loop_test(c, doctor_finds_all_well_and_writes_nothing, 0, 2);
    }
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
