/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite writer: the lock that is the transaction, foreign keys at the commit, what a scratch database
 * must not do, and the bookkeeping. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../plugins/sqlite/bookkeeping.h"
#include "check-sqlite-write.h"

static char folder[64], path[96];
static moult_error *err;

static void enter(void)
{
    snprintf(folder, sizeof folder, "/tmp/moult-check-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.db", folder);
    err = moult_error_new();
    lite_stop = 0;
}

static void leave(void)
{
    static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
    char name[128];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    rmdir(folder);
    moult_error_free(err);
}

static moult_status try(moult_session *session, const char *sql)
{
    moult_error_clear(err);
    return sqlite_writer_run(session, sql, strlen(sql), NULL, err);
}

static void says(const char *part)
{
    ck_assert_msg(strstr(moult_error_message(err), part) != NULL, "%s", moult_error_message(err));
}

START_TEST(one_writer_at_a_time)
{
    moult_session *a = lite_file(path, "CREATE TABLE t (a)", 0), *b = lite_file(path, "", 50);
    ck_assert_int_eq(sqlite_writer_lock(a, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_lock(a, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_begin(a, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_lock(b, err), MOULT_ERR_BUSY);
    says("another process is writing");
    says("50 ms");
    lite_stop = 1; /* nobody waits for what is not wanted any more */
    b->lock_timeout_ms = 60000;
    ck_assert_int_eq(sqlite_writer_lock(b, err), MOULT_ERR_CANCELLED);
    lite_stop = 0;
    lite_run(a, "INSERT INTO t VALUES (1)");
    ck_assert_int_eq(sqlite_writer_commit(a, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_lock(b, err), MOULT_OK);
    lite_run(b, "INSERT INTO t VALUES (2)");
    ck_assert_int_eq(sqlite_writer_unlock(b, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_unlock(b, err), MOULT_OK);
    ck_assert_str_eq(lite_ask(b, "SELECT * FROM t"), "1");
    sqlite_reader_close(a);
    sqlite_reader_close(b);
}
END_TEST

START_TEST(a_reader_holds_up_the_commit)
{
    moult_session *a = lite_file(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1)", 50);
    moult_session *b = lite_file(path, "", 50);
    lite_run(b, "BEGIN");
    lite_ask(b, "SELECT * FROM t");
    ck_assert_int_eq(sqlite_writer_lock(a, err), MOULT_OK);
    lite_run(a, "INSERT INTO t VALUES (2)");
    ck_assert_int_eq(sqlite_writer_commit(a, err), MOULT_ERR_BUSY);
    lite_run(b, "COMMIT");
    ck_assert_int_eq(sqlite_writer_commit(a, err), MOULT_OK); /* nothing was lost by waiting */
    ck_assert_str_eq(lite_ask(b, "SELECT * FROM t"), "1;2");
    sqlite_reader_close(a);
    sqlite_reader_close(b);
}
END_TEST

START_TEST(foreign_keys_are_checked_at_the_commit)
{
    moult_session *s = lite_file(path, "CREATE TABLE p (a PRIMARY KEY); CREATE TABLE c (a REFERENCES p);"
                                       "CREATE TABLE d (a REFERENCES nowhere); INSERT INTO d VALUES (5);"
                                       "CREATE TABLE q (x); CREATE TABLE m (y REFERENCES q (x));"
                                       "INSERT INTO m VALUES (1); INSERT INTO p VALUES (1), (2);"
                                       "INSERT INTO c VALUES (1), (2), (9); PRAGMA foreign_keys = ON", 0);
    ck_assert_int_eq(sqlite_writer_lock(s, err), MOULT_OK);
    lite_run(s, "DELETE FROM p WHERE a = 2");
    ck_assert_int_eq(sqlite_writer_commit(s, err), MOULT_ERR_CONSTRAINT);
    says("1 row of \"c\" would refer to no row of \"p\"");
    ck_assert_str_eq(moult_error_detail(err, "detail"), "rowids in \"c\": 2, 3");
    ck_assert_int_eq(sqlite_writer_rollback(s, err), MOULT_OK);
    ck_assert_str_eq(lite_ask(s, "SELECT * FROM p"), "1;2");
    ck_assert_str_eq(lite_ask(s, "PRAGMA foreign_keys"), "1");
    /* What was violated before stays as it is, under a new name too. */
    ck_assert_int_eq(sqlite_writer_lock(s, err), MOULT_OK);
    lite_run(s, "DELETE FROM p WHERE a = 2; INSERT INTO p VALUES (9); ALTER TABLE d RENAME TO e");
    ck_assert_int_eq(sqlite_writer_commit(s, err), MOULT_OK);
    ck_assert_str_eq(lite_ask(s, "SELECT * FROM c"), "1;2;9");
    ck_assert_str_eq(lite_ask(s, "PRAGMA foreign_keys"), "1");
    sqlite_reader_close(s);
}
END_TEST

START_TEST(the_transaction_is_not_a_statements_to_end)
{
    moult_session *s = lite_open("CREATE TABLE t (a UNIQUE ON CONFLICT ROLLBACK)");
    static const char *const bad[] = {"COMMIT", "/* x */ end", ";;BEGIN", "rollback transaction",
                                      "INSERT INTO t VALUES (1); COMMIT"};
    ck_assert_int_eq(sqlite_writer_lock(s, err), MOULT_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(try(s, bad[i]) == MOULT_ERR_REFUSED, "%s", bad[i]);
    lite_run(s, "SAVEPOINT x; INSERT INTO t VALUES (2); ROLLBACK TO x; RELEASE x");
    ck_assert_str_eq(lite_ask(s, "SELECT * FROM t"), "1");
    /* SQLite itself may do it: the commit then says so. */
    ck_assert_int_eq(try(s, "INSERT INTO t VALUES (1)"), MOULT_ERR_CONSTRAINT);
    ck_assert_int_eq(sqlite_writer_commit(s, err), MOULT_ERR_INTERNAL);
    says("rolled it back");
    ck_assert_str_eq(lite_ask(s, "SELECT * FROM t"), "");
    sqlite_reader_close(s);
}
END_TEST

START_TEST(run_tells_what_went_wrong)
{
    moult_session *s = lite_open("CREATE TABLE t (a)");
    uint64_t changed = 9;
    const char *sql = "INSERT INTO t VALUES (1), (2); -- two\n; UPDATE t SET a = 3";
    ck_assert_int_eq(sqlite_writer_run(s, sql, strlen(sql), &changed, err), MOULT_OK);
    ck_assert_uint_eq(changed, 4);
    ck_assert_int_eq(try(s, "SELECT 1; SELECT * FROM nowhere"), MOULT_ERR_SQL);
    says("no such table: nowhere");
    ck_assert_str_eq(moult_error_detail(err, "statement"), " SELECT * FROM nowhere");
    ck_assert_str_eq(moult_error_detail(err, "position"), "10");
    ck_assert_int_eq(sqlite_writer_run(s, "SELECT 1\0", 9, NULL, err), MOULT_ERR_INVALID);
    lite_stop = 1;
    ck_assert_int_eq(try(s, "WITH RECURSIVE c AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"),
                     MOULT_ERR_CANCELLED);
    lite_stop = 0;
    sqlite_reader_close(s);
}
END_TEST

START_TEST(probes_answer)
{
    moult_session *s = lite_open("CREATE TABLE t (a)");
    static const struct {
        const char *sql;
        uint32_t answer;
    } probes[] = {{"SELECT 1", MOULT_PROBE_DONE},
                  {"SELECT 0", MOULT_PROBE_NOT_DONE},
                  {"SELECT 1 WHERE 0", MOULT_PROBE_NOT_DONE},
                  {"SELECT NULL", MOULT_PROBE_NOT_DONE}};
    uint32_t answer;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        ck_assert_int_eq(sqlite_writer_probe(s, probes[i].sql, strlen(probes[i].sql), &answer, err), MOULT_OK);
        ck_assert_uint_eq(answer, probes[i].answer);
    }
    ck_assert_int_eq(sqlite_writer_probe(s, "DELETE FROM t", 13, &answer, err), MOULT_ERR_INTERNAL);
    ck_assert_int_eq(sqlite_writer_probe(s, "SELECT x", 8, &answer, err), MOULT_ERR_SQL);
    ck_assert_uint_eq(answer, MOULT_PROBE_UNKNOWN);
    sqlite_reader_close(s);
}
END_TEST

START_TEST(scratch_reaches_nothing)
{
    char outside[128], sql[256];
    snprintf(outside, sizeof outside, "%s/out", folder);
    moult_session *s = lite_open("CREATE TABLE t (a)");
    static const char *const bad[] = {
        "ATTACH '%s' AS x", "VACUUM INTO '%s'", "DETACH main /* %s */", "PRAGMA writable_schema = ON -- %s",
        "PRAGMA temp_store_directory = '%s'", "PRAGMA journal_mode = off -- %s", "PRAGMA trusted_schema = ON -- %s",
        "SELECT * FROM pragma_hard_heap_limit(1) -- %s", "SELECT load_extension('%s')",
        "UPDATE sqlite_schema SET sql = '%s'", "SELECT writefile('%s', 'x')", "PRAGMA user_version = 3 -- %s",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(sql, sizeof sql, bad[i], outside);
        ck_assert_msg(try(s, sql) != MOULT_OK, "%s", sql);
    }
    ck_assert_int_ne(access(outside, F_OK), 0);
    ck_assert_int_eq(try(s, "PRAGMA user_version; PRAGMA table_info(t); PRAGMA legacy_alter_table = ON"), MOULT_OK);
    uint32_t count = 7;
    ck_assert_int_eq(sqlite_writer_reap(&lite_host, NULL, &count, err), MOULT_OK);
    ck_assert_uint_eq(count, 0);
    sqlite_reader_close(s);
}
END_TEST

START_TEST(scratch_is_like_the_database)
{
    moult_session *like = lite_file(path, "PRAGMA encoding = 'UTF-16be'; CREATE TABLE t (a)", 0), *s = NULL;
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms), .purpose = MOULT_PURPOSE_WRITE};
    ck_assert_int_eq(sqlite_writer_scratch(&lite_host, &how, like, &s, err), MOULT_OK);
    ck_assert_str_eq(lite_ask(s, "PRAGMA encoding"), "UTF-16be");
    /* A generated column may call what SQLite does not list as harmless. */
    lite_run(s, "CREATE TABLE j (a, b AS (json_extract(a, '$.b')) STORED); INSERT INTO j VALUES ('{\"b\": 1}')");
    ck_assert_str_eq(lite_ask(s, "SELECT b FROM j"), "1");
    sqlite_reader_close(s);
    sqlite_reader_close(like);
}
END_TEST

static uint64_t last;
static char seen[256];
static moult_status on_record(void *arg, const moult_record *r)
{
    (void)arg;
    last = r->seq;
    size_t n = strlen(seen);
    snprintf(seen + n, sizeof seen - n, "%s:%s:%.*s ", r->run, r->event, (int)r->body_len, r->body);
    return MOULT_OK;
}

START_TEST(records_are_kept)
{
    moult_session *s = lite_file(path, "", 0);
    moult_record r = {.size = MOULT_END(moult_record, body_len), .table = MOULT_RECORD_RUN, .run = "r1",
                      .event = "open", .at = "2026-01-02T03:04:05.678Z", .body = "{\"a\":1}", .body_len = 7};
    ck_assert_int_eq(sqlite_writer_lock(s, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_record_open(s, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_record_append(s, &r, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_rollback(s, err), MOULT_OK);
    ck_assert_str_eq(lite_ask(s, "SELECT count(*) FROM sqlite_schema"), "0");
    ck_assert_int_eq(sqlite_writer_record_open(s, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_record_open(s, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_record_append(s, &r, err), MOULT_OK);
    ck_assert_uint_eq(r.seq, 1);
    r.event = "done";
    ck_assert_int_eq(sqlite_writer_record_append(s, &r, err), MOULT_OK);
    ck_assert_uint_eq(r.seq, 2);
    r.table = MOULT_RECORD_AUDIT;
    ck_assert_int_eq(sqlite_writer_record_append(s, &r, err), MOULT_OK);
    ck_assert_uint_eq(r.seq, 1);
    *seen = 0;
    ck_assert_int_eq(sqlite_reader_records(s, MOULT_RECORD_RUN, 0, on_record, NULL, err), MOULT_OK);
    ck_assert_str_eq(seen, "r1:open:{\"a\":1} r1:done:{\"a\":1} ");
    ck_assert_uint_eq(last, 2);
    r.table = 0;
    ck_assert_int_eq(sqlite_writer_record_append(s, &r, err), MOULT_ERR_INTERNAL);
    moult_tree *tree = lite_tree(s);
    ck_assert_uint_eq(tree->root->child_count, 0);
    tree_free(tree);
    sqlite_reader_close(s);
}
END_TEST

START_TEST(a_table_of_the_users_is_no_record)
{
    moult_session *s = lite_file(path, "CREATE TABLE MOULT_step (mine)", 0);
    ck_assert_int_eq(sqlite_writer_record_open(s, err), MOULT_ERR_EXISTS);
    says("not moult's");
    ck_assert_str_eq(lite_ask(s, "SELECT name FROM sqlite_schema"), "MOULT_step");
    sqlite_reader_close(s);
}
END_TEST

START_TEST(a_reader_cannot_lock)
{
    sqlite_reader_close(lite_file(path, "CREATE TABLE t (a)", 0));
    char url[128];
    snprintf(url, sizeof url, "sqlite:%s", path);
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms), .purpose = MOULT_PURPOSE_READ, .url = url};
    moult_session *s = NULL;
    ck_assert_int_eq(sqlite_reader_open(&lite_host, &how, &s, err), MOULT_OK);
    ck_assert_int_eq(sqlite_writer_lock(s, err), MOULT_ERR_INTERNAL);
    sqlite_reader_close(s);
}
END_TEST

/* A failure on the way leaves the file as it was, to the byte. */
START_TEST(nothing_half_done_remains)
{
    moult_session *s = lite_file(path, "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (1, 3)", 0);
    char *before = strdup(lite_ask(s, "SELECT group_concat(sql) FROM sqlite_schema"));
    moult_tree *from = lite_tree(s), *to = lite_tree_of("CREATE TABLE t (a UNIQUE, b); CREATE TABLE u (x)");
    struct moult_plan *plan = lite_plan(from, to, false);
    ck_assert_int_eq(sqlite_writer_lock(s, err), MOULT_OK);
    ck_assert_int_eq(lite_carry_out(s, plan), MOULT_ERR_CONSTRAINT);
    sqlite_reader_close(s); /* as a crash would */
    s = lite_file(path, "", 0);
    ck_assert_str_eq(lite_ask(s, "SELECT group_concat(sql) FROM sqlite_schema"), before);
    ck_assert_str_eq(lite_ask(s, "SELECT * FROM t"), "1|2;1|3");
    free(before);
    plan_free(plan);
    tree_free(from);
    tree_free(to);
    sqlite_reader_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sqlite-write-writer");
    TCase *c = tcase_create("writer");
    suite_add_tcase(suite, c);
    tcase_add_checked_fixture(c, enter, leave);
    tcase_add_test(c, one_writer_at_a_time);
    tcase_add_test(c, a_reader_holds_up_the_commit);
    tcase_add_test(c, foreign_keys_are_checked_at_the_commit);
    tcase_add_test(c, the_transaction_is_not_a_statements_to_end);
    tcase_add_test(c, run_tells_what_went_wrong);
    tcase_add_test(c, probes_answer);
    tcase_add_test(c, scratch_reaches_nothing);
    tcase_add_test(c, scratch_is_like_the_database);
    tcase_add_test(c, records_are_kept);
    tcase_add_test(c, a_table_of_the_users_is_no_record);
    tcase_add_test(c, a_reader_cannot_lock);
    tcase_add_test(c, nothing_half_done_remains);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
