/* SPDX-License-Identifier: Apache-2.0 */
/* The writer on a server: statements, transactions, the lock, scratch databases, records. */
#include "check-postgres.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WRITE MOULT_PURPOSE_WRITE

static moult_error *err;

static void setup(void)
{
    err = moult_error_new();
    PGconn *conn = PQconnectdb(postgres_test_url(NULL, NULL, NULL));
    PQclear(PQexec(conn, "SET client_min_messages = error"));
    PQclear(PQexec(conn, "DROP DATABASE IF EXISTS w WITH (FORCE)"));
    PQclear(PQexec(conn, "CREATE DATABASE w TEMPLATE template0"));
    PQfinish(conn);
}

static void teardown(void)
{
    moult_error_free(err);
}

static void ok(moult_status st)
{
    ck_assert_msg(st == MOULT_OK, "%d: %s", st, moult_error_message(err));
    moult_error_clear(err);
}

static void fails(moult_status st, moult_status want, const char *message)
{
    ck_assert_msg(st == want, "%d, not %d: %s", st, want, moult_error_message(err));
    ck_assert_msg(strstr(moult_error_message(err), message), "%s", moult_error_message(err));
}

static bool detail_has(const char *key, const char *part)
{
    const char *value = moult_error_detail(err, key);
    return value && strstr(value, part);
}

static moult_session *opened(const char *rest, uint64_t lock_ms)
{
    return postgres_test_open(postgres_test_url("w", NULL, rest), WRITE, lock_ms);
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- statements ---- */

START_TEST(statements_run)
{
    moult_session *s = opened(NULL, 1000);
    uint64_t rows = 99;
    ok(postgres_test_run(s, "CREATE TABLE public.t (a int); CREATE TABLE public.u (a int)", err));
    ok(postgres_run(s, "INSERT INTO public.t VALUES (1), (2)", 36, &rows, err));
    ck_assert_uint_eq(rows, 2);
    fails(postgres_test_run(s, "SELECT 1 FROM public.nothing", err), MOULT_ERR_SQL,
          "does not exist");
    ck_assert(detail_has("sqlstate", "42P01") && detail_has("position", "15"));
    ck_assert(detail_has("statement", "public.nothing") && detail_has("database", "w"));
    fails(postgres_run(s, "SELECT\0001", 8, NULL, err), MOULT_ERR_INVALID, "zero byte");
    fails(postgres_test_run(s, "ALTER TABLE public.t ADD CHECK (a < 2)", err), MOULT_ERR_CONSTRAINT,
          "violated");
    ck_assert(detail_has("object", "public.t"));
    postgres_close(s);
}
END_TEST

START_TEST(limits_hold_for_statements)
{
    moult_session *s = opened(NULL, 60000), *other = opened(NULL, 1000);
    ok(postgres_test_run(s, "CREATE TABLE public.t (a int)", err));
    ok(postgres_begin(other, err));
    ok(postgres_test_run(other, "LOCK TABLE public.t", err));
    ok(postgres_limits(s, 100, 0, err));
    uint64_t from = now_ms();
    fails(postgres_test_run(s, "ALTER TABLE public.t ADD b int", err), MOULT_ERR_BUSY,
          "lock timeout");
    ck_assert_uint_lt(now_ms() - from, 5000);
    ok(postgres_limits(s, 0, 100, err));
    fails(postgres_test_run(s, "SELECT pg_sleep(30)", err), MOULT_ERR_CANCELLED,
          "statement timeout");
    ok(postgres_limits(s, 0, 0, err));
    ok(postgres_test_run(s, "SELECT pg_sleep(0.2)", err));
    ok(postgres_rollback(other, err));
    /* A limit that was set in a transaction goes with it, and is set anew. */
    ok(postgres_begin(s, err));
    ok(postgres_limits(s, 0, 100, err));
    ok(postgres_test_run(s, "SELECT 1", err));
    ok(postgres_rollback(s, err));
    fails(postgres_test_run(s, "SELECT pg_sleep(30)", err), MOULT_ERR_CANCELLED,
          "statement timeout");
    ok(postgres_limits(s, 0, 0, err));
    ck_assert_str_eq(postgres_test_ask("w", "SELECT count(*) FROM public.t"), "0");
    postgres_close(s);
    postgres_close(other);
}
END_TEST

static void stop_soon(int signal)
{
    (void)signal;
}

static volatile int stop; /* what the host answers to "cancelled" */
static void set_stop(int signal)
{
    (void)signal;
    stop = 1;
}

START_TEST(the_user_can_stop_a_statement)
{
    moult_session *s = opened(NULL, 1000);
    s->op = (moult_op *)(void *)(uintptr_t)&stop;
    signal(SIGALRM, set_stop);
    alarm(1);
    uint64_t from = now_ms();
    ok(postgres_begin(s, err));
    fails(postgres_test_run(s, "SELECT pg_sleep(30)", err), MOULT_ERR_CANCELLED, "user request");
    ck_assert_uint_lt(now_ms() - from, 10000);
    ok(postgres_rollback(s, err)); /* although the user still wants to stop */
    ck_assert_str_eq(
        postgres_test_ask("w", "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(30)'"
                               " AND state = 'active' AND pid <> pg_backend_pid()"),
        "0");
    signal(SIGALRM, stop_soon);
    stop = 0;
    postgres_close(s);
}
END_TEST

START_TEST(probes_only_look)
{
    moult_session *s = opened(NULL, 1000);
    static const struct {
        const char *sql;
        uint32_t answer;
    } probes[] = {
        {"SELECT true", MOULT_PROBE_DONE},      {"SELECT 1", MOULT_PROBE_DONE},
        {"SELECT false", MOULT_PROBE_NOT_DONE}, {"SELECT 0", MOULT_PROBE_NOT_DONE},
        {"SELECT NULL", MOULT_PROBE_UNKNOWN},   {"SELECT 1 WHERE false", MOULT_PROBE_NOT_DONE}};
    for (int txn = 0; txn < 2; txn++) {
        uint32_t answer;
        for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
            ok(postgres_probe(s, probes[i].sql, strlen(probes[i].sql), &answer, err));
            ck_assert_uint_eq(answer, probes[i].answer);
        }
        static const char writes[] = "CREATE TABLE public.t (a int)";
        fails(postgres_probe(s, writes, sizeof writes - 1, &answer, err), MOULT_ERR_AUTH,
              "read-only");
        ok(postgres_begin(s, err));
    }
    ok(postgres_test_run(s, "CREATE TABLE public.t (a int)", err));
    ok(postgres_commit(s, err));
    postgres_close(s);
}
END_TEST

/* ---- transactions ---- */

START_TEST(transactions_end_as_asked)
{
    moult_session *s = opened(NULL, 1000),
                  *reader = postgres_test_open(postgres_test_url("w", NULL, NULL),
                                               MOULT_PURPOSE_READ, 1000);
    ok(postgres_begin(s, err));
    ok(postgres_test_run(s, "CREATE TABLE public.t (a int)", err));
    ok(postgres_rollback(s, err));
    ok(postgres_rollback(s, err));
    ck_assert_str_eq(postgres_test_ask("w", "SELECT count(*) FROM pg_class WHERE relname = 't'"),
                     "0");
    ok(postgres_begin(s, err));
    ok(postgres_test_run(
        s, "CREATE TABLE public.t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)", err));
    fails(postgres_test_run(s, "COMMIT", err), MOULT_ERR_REFUSED, "keeps the transaction itself");
    ok(postgres_commit(s, err));
    fails(postgres_commit(s, err), MOULT_ERR_INTERNAL, "no transaction");
    ok(postgres_begin(s, err));
    ok(postgres_test_run(s, "INSERT INTO public.t VALUES (1), (1)", err));
    fails(postgres_commit(s, err), MOULT_ERR_CONSTRAINT, "duplicate key");
    ck_assert_str_eq(postgres_test_ask("w", "SELECT count(*) FROM public.t"), "0");
    ok(postgres_begin(s, err));
    fails(postgres_test_run(s, "SELECT 1/0", err), MOULT_ERR_CONSTRAINT, "zero");
    fails(postgres_commit(s, err), MOULT_ERR_INTERNAL, "has failed");
    ok(postgres_rollback(s, err));
    fails(postgres_begin(reader, err), MOULT_ERR_INTERNAL, "for reading");
    fails(postgres_lock(reader, err), MOULT_ERR_INTERNAL, "for reading");
    postgres_close(s);
    postgres_close(reader);
}
END_TEST

START_TEST(a_connection_that_is_lost_while_committing_leaves_it_unknown)
{
    moult_session *s = opened(NULL, 1000);
    char sql[100];
    ok(postgres_begin(s, err));
    ok(postgres_test_run(s, "CREATE TABLE public.t (a int)", err));
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d)", PQbackendPID(s->conn));
    postgres_test_ask("w", sql);
    fails(postgres_commit(s, err), MOULT_ERR_UNKNOWN, "not known");
    fails(postgres_begin(s, err), MOULT_ERR_UNAVAILABLE, "cannot begin");
    postgres_close(s);
}
END_TEST

/* ---- the lock ---- */

START_TEST(one_run_at_a_time)
{
    moult_session *a = opened(NULL, 0), *b = opened(NULL, 300);
    ok(postgres_lock(a, err));
    ok(postgres_lock(a, err));
    uint64_t from = now_ms();
    fails(postgres_lock(b, err), MOULT_ERR_BUSY, "the database \"w\"");
    ck_assert_uint_ge(now_ms() - from, 300);
    char pid[60];
    snprintf(pid, sizeof pid, "process %d of user postgres (\"moult\"", PQbackendPID(a->conn));
    ck_assert_msg(detail_has("detail", pid), "%s", moult_error_detail(err, "detail"));
    ok(postgres_unlock(a, err));
    ok(postgres_lock(b, err));
    fails(postgres_lock(a, err), MOULT_ERR_BUSY, "another run");
    postgres_close(b); /* the lock ends with its session */
    for (int i = 0; i < 100 && postgres_lock(a, NULL) != MOULT_OK; i++)
        usleep(20000);
    ok(postgres_lock(a, err));
    postgres_close(a);
}
END_TEST

START_TEST(schemas_are_locked_each_for_itself)
{
    postgres_test_ask("w", "CREATE SCHEMA s1; CREATE SCHEMA \"S 2\"");
    moult_session *all = opened(NULL, 0), *one = opened("#schema=s1", 0),
                  *two = opened("#schema=S%202", 0), *again = opened("#schema=s1", 0);
    ok(postgres_lock(one, err));
    ok(postgres_lock(two, err));
    fails(postgres_lock(again, err), MOULT_ERR_BUSY, "the schema \"s1\"");
    fails(postgres_lock(all, err), MOULT_ERR_BUSY, "the database \"w\"");
    ok(postgres_unlock(one, err));
    ok(postgres_lock(again, err));
    ok(postgres_unlock(again, err));
    fails(postgres_lock(all, err), MOULT_ERR_BUSY, "the database \"w\"");
    ok(postgres_unlock(two, err));
    ok(postgres_lock(all, err));
    fails(postgres_lock(one, err), MOULT_ERR_BUSY, "the schema \"s1\"");
    postgres_close(all);
    postgres_close(one);
    postgres_close(two);
    postgres_close(again);
}
END_TEST

static const char *pooled(const char *base)
{
    static char url[200];
    snprintf(url, sizeof url, "%s/w", base);
    return url;
}

START_TEST(a_pooler_is_seen_through)
{
    const char *base = postgres_test_pooler("transaction");
    if (!base)
        return; /* none is installed */
    moult_session *s = postgres_test_open(pooled(base), WRITE, 1000);
    fails(postgres_lock(s, err), MOULT_ERR_REFUSED, "transaction mode");
    ck_assert(detail_has("hint", "session mode"));
    moult_session *out = NULL;
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = WRITE,
                      .url = pooled(base),
                      .lock_timeout_ms = 1000};
    fails(postgres_scratch(&postgres_test_host, &how, NULL, &out, err), MOULT_ERR_REFUSED,
          "transaction mode");
    postgres_close(s);
    postgres_test_pooler_stop();
    ck_assert_str_eq(
        postgres_test_ask("w", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "0");
    base = postgres_test_pooler("session");
    s = postgres_test_open(pooled(base), WRITE, 1000);
    ok(postgres_lock(s, err));
    ok(postgres_begin(s, err));
    ok(postgres_commit(s, err));
    postgres_close(s);
    postgres_test_pooler_stop();
}
END_TEST

/* ---- records ---- */

static moult_status count_record(void *arg, const moult_record *r)
{
    uint64_t *sum = arg;
    *sum = *sum * 10 + r->seq;
    ck_assert_str_eq(r->run, "r1");
    ck_assert_uint_eq(r->body_len, strlen("{\"a\":\"it's \\\\ \xc3\xa4\"}"));
    ck_assert(memcmp(r->body, "{\"a\":\"it's \\\\ \xc3\xa4\"}", r->body_len) == 0);
    return MOULT_OK;
}

static moult_status append(moult_session *s, uint64_t *seq)
{
    static const char body[] = "{\"a\":\"it's \\\\ \xc3\xa4\"}, not this";
    moult_record r = {.size = MOULT_END(moult_record, body_len),
                      .table = MOULT_RECORD_STEP,
                      .run = "r1",
                      .event = "intent",
                      .at = "2026-01-01T00:00:00.000Z",
                      .body = body,
                      .body_len = sizeof body - 1 - strlen(", not this")};
    moult_status st = postgres_record_append(s, &r, err);
    *seq = r.seq;
    return st;
}

static void check_records(const char *rest)
{
    moult_session *s = opened(rest, 1000);
    uint64_t seq = 0, sum = 0;
    ok(postgres_record_open(s, err));
    ok(postgres_record_open(s, err));
    ok(append(s, &seq));
    ck_assert_uint_eq(seq, 1);
    ok(postgres_begin(s, err));
    ok(append(s, &seq));
    ck_assert_uint_eq(seq, 2);
    ok(postgres_rollback(s, err));
    ok(append(s, &seq));
    ck_assert_uint_eq(seq, 2);
    ok(append(s, &seq));
    ok(postgres_records(s, MOULT_RECORD_STEP, 0, count_record, &sum, err));
    ck_assert_uint_eq(sum, 123);
    sum = 0;
    ok(postgres_records(s, MOULT_RECORD_STEP, 2, count_record, &sum, err));
    ck_assert_uint_eq(sum, 3);
    postgres_close(s);
}

START_TEST(records_are_kept)
{
    postgres_test_ask("w", "CREATE SCHEMA \"a\"\"b;c\"");
    check_records(NULL);
    check_records("#schema=a%22b;c");
}
END_TEST

START_TEST(what_is_not_moults_is_left_alone)
{
    postgres_test_ask("w", "CREATE SCHEMA s; CREATE TABLE s.moult_step (a int)");
    moult_session *s = opened("#schema=s", 1000);
    fails(postgres_record_open(s, err), MOULT_ERR_EXISTS, "\"moult_step\"");
    postgres_close(s);
    postgres_test_ask("w", "CREATE SCHEMA moult");
    s = opened(NULL, 1000);
    fails(postgres_record_open(s, err), MOULT_ERR_EXISTS, "\"moult\"");
    postgres_close(s);
    ck_assert_str_eq(
        postgres_test_ask("w", "SELECT count(*) FROM pg_class WHERE relname LIKE 'moult%'"), "1");
}
END_TEST

/* ---- scratch databases ---- */

#define SCRATCHES "SELECT count(*) FROM pg_database WHERE datname LIKE 'moult\\_scratch%'"

static moult_status scratch(const char *url, const char *role, moult_session *like,
                            moult_session **out)
{
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = WRITE,
                      .url = url,
                      .config = (const moult_config *)(const void *)role,
                      .lock_timeout_ms = 1000};
    return postgres_scratch(&postgres_test_host, &how, like, out, err);
}

START_TEST(a_scratch_database_comes_and_goes)
{
    postgres_test_ask(NULL,
                      "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
    moult_session *like = postgres_test_open(postgres_test_url("latin", NULL, NULL),
                                             MOULT_PURPOSE_READ, 1000),
                  *s;
    ok(scratch(postgres_test_url("w", NULL, NULL), NULL, like, &s));
    ck_assert_str_eq(postgres_test_ask(s->database,
                                       "SELECT pg_encoding_to_char(encoding) || datcollate FROM"
                                       " pg_database WHERE datname = current_database()"),
                     "LATIN1C");
    ok(postgres_test_run(s, "CREATE TABLE t (a int)", err));
    ok(postgres_test_run(s, "SET search_path = x;CREATE TABLE public.u (a int)", err));
    fails(postgres_test_run(s, "SET search_path = x;CREATE TABLE u (a int)", err), MOULT_ERR_SQL,
          "no schema");
    ok(postgres_test_run(s, "CREATE TABLE v (a int)", err));
    ck_assert_str_eq(
        postgres_test_ask(s->database,
                          "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class"
                          " WHERE relnamespace = 'public'::regnamespace"),
        "t,u,v");
    postgres_close(s);
    postgres_close(like);
    ck_assert_str_eq(postgres_test_ask(NULL, SCRATCHES), "0");
    postgres_test_ask(NULL, "DROP DATABASE latin");
}
END_TEST

START_TEST(a_schema_unit_has_its_surroundings)
{
    postgres_test_ask("w", "CREATE SCHEMA s; CREATE SCHEMA e; CREATE EXTENSION citext SCHEMA e");
    moult_session *s;
    ok(scratch(postgres_test_url("w", NULL, "#schema=s"), NULL, NULL, &s));
    ck_assert_str_eq(s->schema, "moult_scratch");
    ok(postgres_test_run(s, "CREATE TABLE t (a citext, b e.citext)", err));
    ck_assert_str_eq(
        postgres_test_ask(s->database,
                          "SELECT relnamespace::regnamespace FROM pg_class WHERE relname = 't'"),
        "moult_scratch");
    postgres_close(s);
}
END_TEST

START_TEST(no_statement_hides_behind_another)
{
    postgres_test_ask(NULL, "CREATE ROLE canary");
    moult_session *s;
    ok(scratch(postgres_test_url("w", NULL, NULL), NULL, NULL, &s));
    /* One statement to the eye of an imagined splitter; the writer's own sees two, the server
     * would, too. */
    struct writer *w = s->writer;
    fails(postgres_query_one(w->script, "run", "SELECT 1; DROP ROLE canary", NULL, err),
          MOULT_ERR_SQL, "multiple commands");
    /* Event triggers of the text's own do not run its functions. */
    ok(postgres_test_run(
        s,
        "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN DROP ROLE"
        " canary; END $$",
        err));
    ok(postgres_test_run(s, "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()", err));
    ok(postgres_test_run(s, "CREATE TABLE t (a int)", err));
    ok(postgres_test_run(
        s, "CREATE SUBSCRIPTION s CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false)",
        err));
    fails(postgres_test_run(s, "COPY t FROM stdin", err), MOULT_ERR_UNSUPPORTED,
          "has no rows to read");
    postgres_close(s);
    ck_assert_str_eq(postgres_test_ask(NULL, SCRATCHES), "0");
    postgres_test_ask(NULL, "DROP ROLE canary"); /* it is there */
}
END_TEST

START_TEST(what_the_server_lacks_is_named)
{
    moult_session *s;
    ok(scratch(postgres_test_url("w", NULL, NULL), NULL, NULL, &s));
    fails(postgres_test_run(s, "CREATE EXTENSION nonesuch", err), MOULT_ERR_SQL, "nonesuch");
    ck_assert(detail_has("hint", "install the extension"));
    fails(postgres_test_run(s, "GRANT ALL ON SCHEMA public TO nobody_here", err), MOULT_ERR_SQL,
          "nobody_here");
    ck_assert(detail_has("hint", "CREATE ROLE"));
    postgres_close(s);
    postgres_test_ask(NULL, "CREATE ROLE poor LOGIN; GRANT ALL ON DATABASE w TO poor");
    fails(scratch(postgres_test_url("w", "poor", NULL), NULL, NULL, &s), MOULT_ERR_AUTH,
          "the role \"poor\" may not make databases");
    ck_assert(detail_has("hint", "CREATEDB"));
    /* The one that logs in may, the one to act as may not: the other makes it for that one. */
    postgres_test_ask(
        NULL, "CREATE ROLE rich LOGIN CREATEDB IN ROLE poor; GRANT ALL ON DATABASE w TO rich");
    ok(scratch(postgres_test_url("w", "rich", NULL), "poor", NULL, &s));
    ok(postgres_test_run(s, "CREATE TABLE t (a int)", err));
    ck_assert_str_eq(postgres_test_ask(
                         s->database, "SELECT relowner::regrole FROM pg_class WHERE relname = 't'"),
                     "poor");
    postgres_close(s);
    ck_assert_str_eq(postgres_test_ask(NULL, SCRATCHES), "0");
    postgres_test_ask("w", "DROP OWNED BY poor, rich; DROP ROLE rich; DROP ROLE poor");
}
END_TEST

START_TEST(leftovers_are_reaped)
{
    moult_session *alive, *dead;
    uint32_t count;
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = WRITE,
                      .url = postgres_test_url("w", NULL, NULL),
                      .lock_timeout_ms = 1000};
    ok(scratch(how.url, NULL, NULL, &alive));
    ok(scratch(how.url, NULL, NULL, &dead));
    ok(postgres_test_run(
        dead, "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)", err));
    struct writer *w = dead->writer; /* its process dies */
    w->made = false;
    postgres_close(dead);
    postgres_test_ask(NULL, "CREATE DATABASE moult_scratch_1_0123abcd_5");
    postgres_test_ask(NULL, "CREATE DATABASE moult_scratch_1_0123abcd_6");
    postgres_test_ask(NULL, "COMMENT ON DATABASE moult_scratch_1_0123abcd_6 IS 'mine'");
    ok(postgres_reap(&postgres_test_host, &how, &count, err));
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(postgres_test_ask(NULL, SCRATCHES), "2");
    ok(postgres_test_run(alive, "CREATE TABLE t (a int)", err));
    postgres_close(alive);
    postgres_test_ask(NULL, "DROP DATABASE moult_scratch_1_0123abcd_6");
    ck_assert_str_eq(postgres_test_ask(NULL, SCRATCHES), "0");
}
END_TEST

static TCase *cases(void)
{
    TCase *t = tcase_create("writer");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, statements_run);
    tcase_add_test(t, limits_hold_for_statements);
    tcase_add_test(t, the_user_can_stop_a_statement);
    tcase_add_test(t, probes_only_look);
    tcase_add_test(t, transactions_end_as_asked);
    tcase_add_test(t, a_connection_that_is_lost_while_committing_leaves_it_unknown);
    tcase_add_test(t, one_run_at_a_time);
    tcase_add_test(t, schemas_are_locked_each_for_itself);
    tcase_add_test(t, a_pooler_is_seen_through);
    tcase_add_test(t, records_are_kept);
    tcase_add_test(t, what_is_not_moults_is_left_alone);
    tcase_add_test(t, a_scratch_database_comes_and_goes);
    tcase_add_test(t, a_schema_unit_has_its_surroundings);
    tcase_add_test(t, no_statement_hides_behind_another);
    tcase_add_test(t, what_the_server_lacks_is_named);
    tcase_add_test(t, leftovers_are_reaped);
    return t;
}

int main(void)
{
    if (!postgres_test_start())
        return EXIT_SUCCESS;
    Suite *suite = suite_create("postgres-writer");
    suite_add_tcase(suite, cases());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    postgres_test_stop();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
