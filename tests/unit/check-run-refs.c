/* SPDX-License-Identifier: Apache-2.0 */
/* What a REF names, snapshots on disk and in the store, deltas and renames. */
#include "run-fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../libcore/run/storage.h"

#define SCHEMA "create table users (id int not null, name text);\ncreate index ix on users (name)\n"
#define JOBS ";create table jobs (name text)\n"
#define LIKE "memory:x.db"

static moult_status try_load(const char *ref, const char *like, uint32_t allow_empty,
                             moult_snapshot **out)
{
    moult_load how = {
        .size = MOULT_END(moult_load, allow_empty), .like = like, .allow_empty = allow_empty};
    return moult_snapshot_load(m, ref, &how, out, err);
}

static void fails(const char *ref, const char *like, moult_status wanted, const char *message)
{
    moult_snapshot *s = NULL;
    ck_fails(try_load(ref, like, 0, &s), wanted, message);
    ck_assert_ptr_null(s);
}

static void same(const moult_snapshot *a, const moult_snapshot *b)
{
    ck_assert_str_eq(moult_snapshot_digest(a), moult_snapshot_digest(b));
}

/* ---- files and folders ---- */

START_TEST(files_of_a_folder_need_no_order)
{
    run_open(NULL, NULL);
    ck_assert_int_eq(system("mkdir -p d/sub d/.hidden"), 0);
    put("d/1.sql", "create index ix on users (name)\n");
    put("d/sub/2.sql", "create table users (id int not null, name text)\n");
    put("d/.hidden/3.sql", "nonsense\n");
    put("d/readme.txt", "nonsense\n");
    put("one.sql", SCHEMA);
    moult_snapshot *a = load("d", LIKE), *b = load("one.sql", LIKE);
    uint32_t count;
    same(a, b);
    ck_assert_str_eq(moult_snapshot_count(a, 0, &count), "index");
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(moult_snapshot_count(a, 1, &count), "table");
    ck_assert_ptr_null(moult_snapshot_count(a, 2, &count));
    moult_snapshot_free(a);
    moult_snapshot_free(b);
}
END_TEST

START_TEST(an_empty_desired_state_is_an_error)
{
    moult_snapshot *s;
    run_open(NULL, NULL);
    ck_assert_int_eq(system("mkdir d"), 0);
    fails("d", LIKE, MOULT_ERR_INVALID, "empty desired state");
    put("d/x.sql", "\n");
    fails("d", LIKE, MOULT_ERR_INVALID, "empty desired state");
    ck_ok(try_load("d", LIKE, 1, &s));
    moult_snapshot_free(s);
}
END_TEST

START_TEST(what_cannot_be_loaded_says_where)
{
    run_open(NULL, NULL);
    put("bad.sql", "create table a (x int);\n\ncreate index i on nowhere (x)\n");
    fails("bad.sql", LIKE, MOULT_ERR_INVALID, "bad.sql:3");
    ck_detail("file", "bad.sql");
    ck_detail("line", "3");
    put("open.sql", "create table a (x int);\ncreate view v as 'not ended\n");
    fails("open.sql", LIKE, MOULT_ERR_INVALID, "open.sql:");
    put("x.sqlite", "SQLite format 3");
    FILE *f = fopen("x.sqlite", "a");
    fputc(0, f);
    fclose(f);
    fails("x.sqlite", LIKE, MOULT_ERR_CONFIG, "SQLite database");
    ck_detail("hint", "sqlite:x.sqlite");
    put("ok.sql", SCHEMA);
    fails("ok.sql", NULL, MOULT_ERR_CONFIG, "which kind of database");
}
END_TEST

START_TEST(what_is_nothing_says_what_was_tried)
{
    run_open("[database.shop]\nurl = \"memory:x.db\"\n", NULL);
    fails("shp", NULL, MOULT_ERR_CONFIG, "\"shp\" is nothing");
    ck_detail("detail", "moult.toml");
    ck_detail("hint", "shop");
    fails("shop", NULL, MOULT_ERR_CONFIG, "no desired state");
    fails("nowhere:x", NULL, MOULT_ERR_NOT_FOUND, "nowhere");
    run_open("[database.shop]\nurl = \"memory:x.db\"\ndesired = \"shop\"\n", NULL);
    fails("shop", NULL, MOULT_ERR_CONFIG, "back to itself");
}
END_TEST

START_TEST(ignored_objects_are_in_no_state)
{
    struct told told;
    run_open(NULL, NULL);
    make_db("memory", "x.db", SCHEMA);
    run_open(
        "[database.app]\nurl = \"memory:x.db\"\ndesired = \"s.sql\"\nignore = [\"legacy_*\"]\n",
        NULL);
    put("s.sql", SCHEMA);
    put("more.sql", SCHEMA ";create table legacy_x (a int)\n");
    ck_ok(validate_to("app", "app", &told));
    ck_ok(validate_to("app", "more.sql", &told));
    ck_fails(validate_to("memory:x.db", "more.sql", &told), MOULT_ERR_DIFFERS, "1 of 1");
}
END_TEST

/* ---- snapshots on disk ---- */

static moult_status into(void *arg, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, arg) == len ? MOULT_OK : MOULT_ERR_IO;
}

START_TEST(a_snapshot_comes_back_from_each_form)
{
    const uint32_t formats[] = {MOULT_FORMAT_JSON, MOULT_FORMAT_SQL};
    const char *names[] = {"s.json", "out.sql"};
    run_open(NULL, NULL);
    put("s.sql", SCHEMA ";create view v as one\n");
    moult_snapshot *s = load("s.sql", LIKE), *empty;
    for (int i = 0; i < 2; i++) {
        FILE *f = fopen(names[i], "w");
        ck_ok(moult_snapshot_write(m, s, formats[i], into, f, err));
        fclose(f);
        moult_snapshot *again = load(names[i], LIKE);
        same(s, again);
        moult_snapshot_free(again);
    }
    FILE *f = fopen("s.txt", "w");
    ck_ok(moult_snapshot_write(m, s, MOULT_FORMAT_TEXT, into, f, err));
    fclose(f);
    char *text = get("s.txt");
    ck_assert_ptr_nonnull(strstr(text, "table users\n  column id  "));
    free(text);
    ck_ok(moult_snapshot_empty(m, s, &empty, err));
    ck_assert_str_eq(moult_snapshot_class(empty), moult_snapshot_class(s));
    moult_snapshot_free(empty);
    moult_snapshot_free(s);
}
END_TEST

START_TEST(a_folder_of_sql_is_ours_or_left_alone)
{
    uint32_t files;
    run_open(NULL, NULL);
    put("s.sql", SCHEMA ";create table \"Odd/../name\" (x int)\n");
    moult_snapshot *s = load("s.sql", LIKE), *again;
    ck_ok(moult_snapshot_write_dir(m, s, "out", &files, err));
    ck_assert_uint_eq(files, 3);
    ck_assert_int_eq(access("out/table/odd%2F%2E%2E%2Fname.sql", F_OK), 0);
    again = load("out", LIKE);
    same(s, again);
    moult_snapshot_free(again);
    moult_snapshot_free(s);
    put("t.sql", "create table users (id int)\n");
    s = load("t.sql", LIKE);
    ck_ok(moult_snapshot_write_dir(m, s, "out", &files, err));
    ck_assert_uint_eq(files, 1);
    again = load("out", LIKE);
    same(s, again);
    moult_snapshot_free(again);
    put("out/table/mine.sql", "create table mine (id int)\n");
    ck_fails(moult_snapshot_write_dir(m, s, "out", &files, err), MOULT_ERR_EXISTS,
             "table/mine.sql");
    put("s.txt", "");
    ck_fails(moult_snapshot_write_dir(m, s, ".", &files, err), MOULT_ERR_EXISTS, "did not write");
    moult_snapshot_free(s);
}
END_TEST

/* ---- renames ---- */

START_TEST(hints_make_renames_of_drops_and_creates)
{
    struct told told;
    moult_delta *delta;
    run_open(NULL, NULL);
    make_db("memory-txn", "x.db", SCHEMA JOBS);
    ck_assert_int_eq(system("mkdir d"), 0);
    put("d/s.sql",
        "create table clients (id int not null, name text);\ncreate table jobs (title text);\n"
        "create index ix on clients (name)\n");
    put("d/renames.toml", "rename = [\"table:Users=Clients\", \"table:jobs/column:name=title\"]\n");
    ck_ok(sync_to("memory-txn:x.db", "d", 0, &told)); /* no hazard: nothing is dropped */
    ck_assert_int_eq(told.count[MOULT_UNIT_CHANGED], 1);
    ck_ok(sync_to("memory-txn:x.db", "d", 0, &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_IN_SYNC], 1);
    put("s.sql", SCHEMA JOBS);
    moult_snapshot *from = load("s.sql", "memory-txn:x.db"), *to = load("d", "memory-txn:x.db");
    ck_ok(moult_diff(m, from, to, NULL, &delta, err));
    ck_assert_uint_eq(moult_delta_count(delta), 2);
    moult_delta_free(delta);
    const char *const hints[] = {"table:nobody=clients", NULL};
    /* A compiled snapshot keeps the hints, in a file and in the store. */
    FILE *f = fopen("compiled.json", "w");
    ck_ok(moult_snapshot_write(m, to, MOULT_FORMAT_JSON, into, f, err));
    fclose(f);
    ck_ok(moult_store_save(m, to, NULL, NULL, err));
    const char *const compiled[] = {"compiled.json", "store:latest"};
    for (int i = 0; i < 2; i++) {
        moult_snapshot *s = load(compiled[i], NULL);
        same(s, to);
        ck_ok(moult_diff(m, from, s, NULL, &delta, err));
        ck_assert_uint_eq(delta->due_count, 2);
        moult_delta_free(delta);
        moult_snapshot_free(s);
    }
    moult_diff_options o = {.size = MOULT_END(moult_diff_options, renames_file), .renames = hints};
    to->hints = (renames_free(to->hints), free(to->hints), NULL);
    ck_fails(moult_diff(m, from, to, &o, &delta, err), MOULT_ERR_CONFIG, "nobody");
    moult_snapshot_free(from);
    moult_snapshot_free(to);
    put("d/renames.toml", "renames = 1\n");
    fails("d", "memory-txn:x.db", MOULT_ERR_INVALID, "renames.toml:1");
}
END_TEST

/* ---- the store ---- */

struct listed {
    char names[1024];
    int count;
};
static moult_status on_saved(void *arg, const moult_saved *saved)
{
    struct listed *l = arg;
    ck_assert_uint_eq(strlen(saved->digest), 64);
    snprintf(l->names + strlen(l->names), sizeof l->names - strlen(l->names), "%s\n", saved->name);
    l->count++;
    return MOULT_OK;
}

START_TEST(saved_snapshots_are_found_by_tenant_tag_and_digest)
{
    const char *tenants[] = {NULL,    "-", "T-2", "a\"b;c", "../x", "100%", "\xc3\xa9t\xc3\xa9",
                             "digest"};
    struct listed l = {0};
    char ref[128];
    run_open(NULL, NULL);
    put("s.sql", SCHEMA);
    put("t.sql", "create table other (x int)\n");
    moult_snapshot *s = load("s.sql", LIKE), *t = load("t.sql", LIKE), *again;
    fails("store:latest", NULL, MOULT_ERR_NOT_FOUND, "no snapshot");
    for (size_t i = 0; i < sizeof tenants / sizeof *tenants; i++)
        ck_ok(moult_store_save(m, i % 2 ? t : s, tenants[i], "v 1/x", err));
    for (size_t i = 0; i < sizeof tenants / sizeof *tenants; i++)
        for (int tag = 0; tag < 2; tag++) {
            snprintf(ref, sizeof ref, "store:%s%s%s", tenants[i] ? tenants[i] : "",
                     tenants[i] ? "@" : "", tag ? "v 1/x" : "latest");
            again = load(ref, NULL);
            same(again, i % 2 ? t : s);
            ck_assert_str_eq(moult_snapshot_origin(again), ref);
            moult_snapshot_free(again);
        }
    snprintf(ref, sizeof ref, "store:%.8s", moult_snapshot_digest(s));
    again = load(ref, NULL);
    same(again, s);
    moult_snapshot_free(again);
    ck_ok(moult_store_list(m, NULL, on_saved, &l, err));
    ck_assert_int_eq(l.count, 16);
    l = (struct listed){0};
    ck_ok(moult_store_list(m, "T-2", on_saved, &l, err));
    ck_assert_str_eq(l.names, "T-2@latest\nT-2@v 1/x\n");
    ck_fails(moult_store_save(m, s, NULL, "latest", err), MOULT_ERR_CONFIG, "tag");
    ck_fails(moult_store_save(m, s, NULL, "0123abcd", err), MOULT_ERR_CONFIG, "tag");
    moult_snapshot_free(s);
    moult_snapshot_free(t);
}
END_TEST

START_TEST(prune_keeps_what_a_name_needs)
{
    uint32_t removed;
    char name[16], sql[64];
    run_open(NULL, NULL);
    for (int i = 0; i < 5; i++) {
        snprintf(sql, sizeof sql, "create table t%d (x int)\n", i);
        snprintf(name, sizeof name, "s%d.sql", i);
        put(name, sql);
        moult_snapshot *s = load(name, LIKE);
        ck_ok(moult_store_save(m, s, "ann", i == 1 ? "keep" : NULL, err));
        moult_snapshot_free(s);
    }
    ck_ok(moult_store_prune(m, 2, &removed, err));
    ck_assert_uint_eq(removed, 4); /* two snapshots, and what described their saves */
    moult_snapshot *old = load("store:ann@keep", NULL), *new = load("store:ann@latest", NULL);
    moult_snapshot *one = load("s1.sql", LIKE), *five = load("s4.sql", LIKE),
                   *three = load("s2.sql", LIKE);
    char ref[80];
    same(old, one);
    same(new, five);
    snprintf(ref, sizeof ref, "store:%s", moult_snapshot_digest(three));
    fails(ref, NULL, MOULT_ERR_NOT_FOUND, "no snapshot");
    ck_ok(moult_store_prune(m, 2, &removed, err));
    ck_assert_uint_eq(removed, 0);
    moult_snapshot_free(old);
    moult_snapshot_free(new);
    moult_snapshot_free(one);
    moult_snapshot_free(three);
    moult_snapshot_free(five);
}
END_TEST

START_TEST(a_damaged_object_is_noticed)
{
    run_open(NULL, NULL);
    put("s.sql", SCHEMA);
    moult_snapshot *s = load("s.sql", LIKE);
    ck_ok(moult_store_save(m, s, NULL, NULL, err));
    ck_assert_int_eq(system("for f in .moult/snapshots/objects/*/*; do echo >>$f; done"), 0);
    fails("store:latest", NULL, MOULT_ERR_CORRUPT, "damaged");
    moult_snapshot_free(s);
}
END_TEST

/* ---- small things ---- */

START_TEST(scratch_databases_are_made_on_this_machine_only)
{
    ck_assert_str_eq(adapter_scratch_url("pg://kept/", "pg://far/x"), "pg://kept/");
    ck_assert_str_eq(adapter_scratch_url("target", "pg://far/x"), "pg://far/x");
    ck_assert_str_eq(adapter_scratch_url(NULL, "sqlite:x"), "sqlite:x");
    ck_assert_str_eq(adapter_scratch_url(NULL, "pg://u:p@localhost:5432/x"),
                     "pg://u:p@localhost:5432/x");
    ck_assert_str_eq(adapter_scratch_url(NULL, "pg://[::1]/x"), "pg://[::1]/x");
    ck_assert_str_eq(adapter_scratch_url(NULL, "pg:///x"), "pg:///x");
    ck_assert_ptr_null(adapter_scratch_url(NULL, "pg://far.example/x"));
    ck_assert_ptr_null(adapter_scratch_url(NULL, "pg://localhost@far.example/x"));
}
END_TEST

START_TEST(names_in_references_are_kept_apart)
{
    struct buf a = {0}, b = {0};
    ck_assert(tenant_ref(&a, NULL, "latest"));
    ck_assert_str_eq(a.p, "tenant/-/latest");
    ck_assert(tenant_ref(&b, "-", "latest"));
    ck_assert_str_eq(b.p, "tenant/%2D/latest");
    ck_assert(tenant_ref(&a, "a/../%\x01", "latest"));
    ck_assert_str_eq(a.p, "tenant/a%2F%2E%2E%2F%25%01/latest");
    buf_free(&a);
    buf_free(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refs");
    TCase *c = tcase_create("refs"), *small = tcase_create("small");
    tcase_add_checked_fixture(c, run_setup, run_teardown);
    if (run_possible()) {
        tcase_add_test(c, files_of_a_folder_need_no_order);
        tcase_add_test(c, an_empty_desired_state_is_an_error);
        tcase_add_test(c, what_cannot_be_loaded_says_where);
        tcase_add_test(c, what_is_nothing_says_what_was_tried);
        tcase_add_test(c, ignored_objects_are_in_no_state);
        tcase_add_test(c, a_snapshot_comes_back_from_each_form);
        tcase_add_test(c, a_folder_of_sql_is_ours_or_left_alone);
        tcase_add_test(c, hints_make_renames_of_drops_and_creates);
        tcase_add_test(c, saved_snapshots_are_found_by_tenant_tag_and_digest);
        tcase_add_test(c, prune_keeps_what_a_name_needs);
        tcase_add_test(c, a_damaged_object_is_noticed);
    }
    tcase_add_test(small, scratch_databases_are_made_on_this_machine_only);
    tcase_add_test(small, names_in_references_are_kept_apart);
    suite_add_tcase(suite, c);
    suite_add_tcase(suite, small);
    return run_suite(suite);
}
