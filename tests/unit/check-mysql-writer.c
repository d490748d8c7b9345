/* SPDX-License-Identifier: Apache-2.0 */
/* The writer on a server: statements, limits, the lock, lost connections, scratch databases,
 * records. */
#include "check-mysql.h"

#include "../../plugins/mysql/bookkeeping.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WRITE MOULT_PURPOSE_WRITE

static moult_error *err;

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

static void ask_is(const char *database, const char *sql, const char *want)
{
    const char *got = mysql_test_ask(database, sql);
    ck_assert_msg(strcmp(got, want) == 0, "%s: %s, not %s", sql, got, want);
}

static void setup(void)
{
    err = moult_error_new();
    mysql_test_ask(NULL, "DROP DATABASE IF EXISTS w");
    mysql_test_ask(NULL, "CREATE DATABASE w CHARACTER SET latin1 COLLATE latin1_german2_ci");
}

static void teardown(void)
{
    moult_error_free(err);
}

static moult_session *opened(uint64_t lock_ms)
{
    return mysql_test_open(mysql_test_url("w", NULL), WRITE, lock_ms);
}

static void run(moult_session *s, const char *sql)
{
    ok(mysql_test_run(s, sql, err));
}

static uint64_t now_ms(void)
{
    return mywriter_now_ms();
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* ---- statements ---- */

START_TEST(statements_run)
{
    moult_session *s = opened(1000);
    uint64_t rows = 99;
    run(s, "CREATE TABLE t (a int); CREATE TABLE u (a int); -- x\n;");
    ok(mywriter_run(s, "INSERT INTO t VALUES (1), (2)", 29, &rows, err));
    ck_assert_uint_eq(rows, 2);
    fails(mysql_test_run(s, "SELECT 1 FROM nothing", err), MOULT_ERR_NOT_FOUND, "doesn't exist");
    ck_assert(detail_has("vendor_code", "1146") && detail_has("statement", "nothing"));
    fails(mysql_test_run(s, "moult nonsense", err), MOULT_ERR_SQL, "syntax");
    fails(mysql_test_run(s, "CREATE TABLE x (a int); SELECT 'a", err), MOULT_ERR_SQL, "syntax");
    run(s, "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END; DELIMITER //\n"
           "CREATE FUNCTION f() RETURNS int DETERMINISTIC BEGIN RETURN 1; END;\n//\nDELIMITER ;\nCREATE VIEW v AS SELECT 1");
    ask_is("w", "SELECT count(*) FROM information_schema.routines WHERE routine_schema = 'w'", "2");
    ask_is("w", "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'w'", "4");
    run(s, "SET sql_mode = 'ORACLE'; CREATE PROCEDURE o AS x int; BEGIN x := 1; NULL; END;");
    ask_is("w", "SELECT count(*) FROM information_schema.routines WHERE routine_schema = 'w'", "3");
    run(s, "/*!99999 nothing here */; DROP VIEW v");
    myreader_close(s);
    s = mysql_test_open(mysql_test_url("w", NULL), MOULT_PURPOSE_READ, 1000);
    fails(mysql_test_run(s, "DROP TABLE t", err), MOULT_ERR_INTERNAL, "for reading");
    myreader_close(s);
}
END_TEST

START_TEST(values_that_do_not_fit_are_errors)
{
    moult_session *s = opened(1000);
    run(s, "CREATE TABLE t (a int PRIMARY KEY AUTO_INCREMENT, b varchar(20)); INSERT INTO t VALUES (0, 'long enough'),"
           " (5, NULL)");
    fails(mysql_test_run(s, "ALTER TABLE t MODIFY b varchar(4)", err), MOULT_ERR_CONSTRAINT, "Data t");
    fails(mysql_test_run(s, "ALTER TABLE t MODIFY b varchar(20) NOT NULL", err),
          MOULT_ERR_CONSTRAINT, "");
    run(s, "ALTER TABLE t MODIFY b varchar(40), ALGORITHM = COPY");
    ask_is("w", "SELECT group_concat(concat(a, ':', coalesce(b, '-')) ORDER BY a) FROM t", "0:long enough,5:-");
    /* What a script sets is not there afterwards. */
    run(s, "SET sql_mode = 'ANSI_QUOTES', time_zone = '+05:00', foreign_key_checks = 0, NAMES latin1;"
           "CREATE FUNCTION \"f\"() RETURNS int DETERMINISTIC RETURN 1");
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    ok(my_ask(s, "look", "SELECT concat(@@sql_mode, @@time_zone, @@foreign_key_checks + 0, @@character_set_client)",
              &res, err));
    ck_assert(my_row(res, &row));
    ck_assert_str_eq(row_z(&row, 0), "+00:001utf8mb4");
    ask_is("w", "SELECT sql_mode FROM information_schema.routines WHERE routine_schema = 'w'", "ANSI_QUOTES");
    ask_is("w", "SELECT character_set_client FROM information_schema.routines WHERE routine_schema = 'w'", "latin1");
    myreader_close(s);
}
END_TEST

/* ---- limits ---- */

/* Holds the table t, so that whoever changes it has to wait. */
static moult_session *holding(void)
{
    moult_session *s = opened(1000);
    ok(my_ask(s, "hold the table", "START TRANSACTION", NULL, err));
    ok(my_ask(s, "hold the table", "SELECT * FROM t", NULL, err));
    return s;
}

START_TEST(limits_hold_for_statements)
{
    moult_session *s = opened(60000);
    run(s, "CREATE TABLE t (a int)");
    moult_session *other = holding();
    ok(mywriter_limits(s, 1000, 0, err));
    uint64_t from = now_ms();
    fails(mysql_test_run(s, "ALTER TABLE t ADD b int", err), MOULT_ERR_BUSY, "ock wait timeout");
    ck_assert_uint_lt(now_ms() - from, 3000);
    ok(mywriter_limits(s, 0, 200, err));
    fails(mysql_test_run(s, "ALTER TABLE t ADD b int", err), MOULT_ERR_CANCELLED, "max_statement_time");
    ok(mywriter_limits(s, 0, 0, err));
    run(s, "DO sleep(0.4)");
    ok(mywriter_rollback(other, err));
    run(s, "ALTER TABLE t ADD b int");
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    ok(my_ask(s, "look", "SELECT concat(@@lock_wait_timeout, ' ', @@max_statement_time)", &res, err));
    ck_assert(my_row(res, &row));
    ck_assert_str_eq(row_z(&row, 0), "60 0.000000");
    myreader_close(s);
    myreader_close(other);
}
END_TEST

/* MySQL has no limit of its own for what is no query: the client keeps it. */
START_TEST(a_deadline_ends_a_statement)
{
    moult_session *s = opened(30000);
    run(s, "CREATE TABLE t (a int)");
    moult_session *holder = holding();
    s->deadline_ms = now_ms() + 300;
    uint64_t from = now_ms();
    fails(my_ask(s, "wait", "ALTER TABLE t ADD b int", NULL, err), MOULT_ERR_CANCELLED, "interrupted");
    ck_assert_uint_lt(now_ms() - from, 10000);
    s->deadline_ms = 0;
    myreader_close(holder);
    run(s, "ALTER TABLE t ADD b int");
    myreader_close(s);
}
END_TEST

static void *let_go_later(void *arg)
{
    pause_ms(3500);
    mywriter_rollback(arg, NULL);
    return NULL;
}

START_TEST(locks_are_waited_for_in_slices)
{
    moult_session *s = opened(20000);
    pthread_t thread;
    run(s, "CREATE TABLE t (a int)");
    moult_session *holder = holding();
    ck_assert(pthread_create(&thread, NULL, let_go_later, holder) == 0);
    uint64_t from = now_ms();
    run(s, "ALTER TABLE t ADD b int");
    ck_assert_uint_gt(now_ms() - from, 2500); /* longer than one try */
    pthread_join(thread, NULL);
    myreader_close(s);
    myreader_close(holder);
}
END_TEST

static volatile int stop; /* what the host answers to "cancelled" */
static void set_stop(int signal)
{
    (void)signal;
    stop = 1;
}

START_TEST(the_user_can_stop_a_statement)
{
    moult_session *s = opened(30000);
    run(s, "CREATE TABLE t (a int)");
    moult_session *holder = holding();
    s->op = (moult_op *)(void *)(uintptr_t)&stop;
    signal(SIGALRM, set_stop);
    alarm(1);
    uint64_t from = now_ms();
    fails(mysql_test_run(s, "ALTER TABLE t ADD b int", err), MOULT_ERR_CANCELLED, "interrupted");
    ck_assert_uint_lt(now_ms() - from, 10000);
    ok(mywriter_unlock(s, err)); /* although the user still wants to stop */
    ask_is(NULL, "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'ALTER%'", "0");
    stop = 0;
    myreader_close(s);
    myreader_close(holder);
}
END_TEST

/* ---- probes and transactions ---- */

START_TEST(probes_only_look)
{
    moult_session *s = opened(1000);
    static const struct {
        const char *sql;
        uint32_t answer;
    } probes[] = {{"SELECT true", MOULT_PROBE_DONE},
                  {"SELECT 2 > 1 AND EXISTS (SELECT 1)", MOULT_PROBE_DONE},
                  {"SELECT 0", MOULT_PROBE_NOT_DONE},
                  {"SELECT NULL", MOULT_PROBE_UNKNOWN},
                  {"SELECT 1 FROM DUAL WHERE false", MOULT_PROBE_NOT_DONE}};
    uint32_t answer;
    run(s, "CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS int DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO t VALUES (1);"
           " RETURN 1; END");
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        ok(mywriter_probe(s, probes[i].sql, strlen(probes[i].sql), &answer, err));
        ck_assert_uint_eq(answer, probes[i].answer);
    }
    fails(mywriter_probe(s, "DROP TABLE t", 12, &answer, err), MOULT_ERR_REFUSED, "not one query");
    fails(mywriter_probe(s, "SELECT 1; DROP TABLE t", 22, &answer, err), MOULT_ERR_REFUSED, "not one query");
    fails(mywriter_probe(s, "SELECT f()", 10, &answer, err), MOULT_ERR_AUTH, "READ ONLY");
    ask_is("w", "SELECT count(*) FROM t", "0");
    run(s, "INSERT INTO t VALUES (1)");
    myreader_close(s);
}
END_TEST

static moult_record record(const char *event, const char *body, size_t n)
{
    return (moult_record){.size = MOULT_END(moult_record, body_len),
                          .table = MOULT_RECORD_RUN,
                          .run = "r",
                          .event = event,
                          .at = "2026-01-02T03:04:05.678Z",
                          .body = body,
                          .body_len = n};
}

START_TEST(transactions_hold_records)
{
    moult_session *s = opened(1000);
    moult_record r = record("open", "{}", 2);
    ok(mywriter_begin(s, err));
    ok(mywriter_record_open(s, err)); /* makes tables, which commits */
    ok(mywriter_record_append(s, &r, err));
    ok(mywriter_rollback(s, err));
    ask_is("w", "SELECT count(*) FROM moult_run", "0");
    ok(mywriter_begin(s, err));
    ok(mywriter_record_open(s, err));
    ok(mywriter_record_append(s, &r, err));
    ok(mywriter_commit(s, err));
    ck_assert_uint_eq(r.seq, 1);
    ask_is("w", "SELECT count(*) FROM moult_run", "1");
    fails(mywriter_commit(s, err), MOULT_ERR_INTERNAL, "no transaction");
    ok(mywriter_begin(s, err));
    fails(mysql_test_run(s, "COMMIT", err), MOULT_ERR_REFUSED, "keeps the transaction itself");
    fails(mysql_test_run(s, "CREATE TABLE t (a int)", err), MOULT_ERR_INTERNAL, "ended moult's");
    ok(mywriter_rollback(s, err));
    myreader_close(s);
}
END_TEST

/* ---- the lock ---- */

START_TEST(one_has_the_lock)
{
    moult_session *a = opened(300), *b = opened(300);
    ok(mywriter_lock(a, err));
    ok(mywriter_lock(a, err));
    uint64_t from = now_ms();
    fails(mywriter_lock(b, err), MOULT_ERR_BUSY, "the database \"w\"");
    ck_assert_uint_lt(now_ms() - from, 3000);
    char id[32];
    snprintf(id, sizeof id, "connection %llu of user moult", (unsigned long long)a->thread);
    ck_assert_msg(detail_has("detail", id), "%s", moult_error_detail(err, "detail"));
    moult_session *elsewhere = mysql_test_open(mysql_test_url("mysql", NULL), WRITE, 300);
    ok(mywriter_lock(elsewhere, err)); /* another database has another lock */
    myreader_close(elsewhere);
    ok(mywriter_unlock(a, err));
    ok(mywriter_unlock(a, err));
    ok(mywriter_lock(b, err));
    myreader_close(b);
    ok(mywriter_lock(a, err));
    myreader_close(a);
    a = mysql_test_open(mysql_test_url("w", NULL), MOULT_PURPOSE_READ, 300);
    fails(mywriter_lock(a, err), MOULT_ERR_INTERNAL, "for reading");
    myreader_close(a);
}
END_TEST

START_TEST(a_lock_that_another_session_has_is_no_lock)
{
    moult_session *s = opened(300);
    ok(mywriter_lock(s, err));
    struct writer *w = s->writer;
    w->pooled = true; /* as if a proxy were in between */
    run(s, "CREATE TABLE t (a int)");
    ok(my_ask(s, "lose it", "DO RELEASE_ALL_LOCKS()", NULL, err));
    fails(mysql_test_run(s, "DROP TABLE t", err), MOULT_ERR_REFUSED, "another session of the server");
    ask_is("w", "SELECT count(*) FROM t", "0");
    myreader_close(s);
}
END_TEST

/* ---- lost connections ---- */

static void *kill_later(void *arg)
{
    char sql[64];
    pause_ms(300);
    snprintf(sql, sizeof sql, "KILL %llu", *(unsigned long long *)arg);
    mysql_test_ask(NULL, sql);
    return NULL;
}

START_TEST(a_lost_connection_is_made_anew_with_its_lock)
{
    moult_session *s = opened(5000), *other = opened(300);
    unsigned long long thread = s->thread;
    pthread_t killer;
    ok(mywriter_lock(s, err));
    ck_assert(pthread_create(&killer, NULL, kill_later, &thread) == 0);
    fails(mysql_test_run(s, "DO sleep(5)", err), MOULT_ERR_UNKNOWN, "has to be seen");
    pthread_join(killer, NULL);
    ck_assert(s->thread != thread && s->locked && s->epoch == s->thread);
    fails(mywriter_lock(other, err), MOULT_ERR_BUSY, "");
    run(s, "CREATE TABLE t (a int)");
    /* Nobody's lock: nothing is to be told that could be wrong. */
    ok(mywriter_unlock(s, err));
    thread = s->thread;
    ck_assert(pthread_create(&killer, NULL, kill_later, &thread) == 0);
    fails(mysql_test_run(s, "DO sleep(5)", err), MOULT_ERR_UNAVAILABLE, "");
    pthread_join(killer, NULL);
    myreader_close(s);
    myreader_close(other);
}
END_TEST

START_TEST(a_server_that_dies_is_out_of_reach)
{
    moult_session *s = opened(600), *scratch = NULL;
    moult_open how = {.size = MOULT_END(moult_open, tenants),
                      .purpose = WRITE,
                      .url = mysql_test_url("w", NULL),
                      .lock_timeout_ms = 600};
    ok(mywriter_scratch(&mysql_test_host, &how, NULL, &scratch, err));
    ok(mywriter_lock(s, err));
    mysql_test_kill();
    fails(mysql_test_run(s, "CREATE TABLE t (a int)", err), MOULT_ERR_UNAVAILABLE, "");
    ck_assert(!s->locked);
    fails(mysql_test_run(s, "CREATE TABLE t (a int)", err), MOULT_ERR_UNAVAILABLE, "");
    fails(mywriter_lock(s, err), MOULT_ERR_UNAVAILABLE, "");
    uint32_t answer;
    fails(mywriter_probe(s, "SELECT 1", 8, &answer, err), MOULT_ERR_UNAVAILABLE, "");
    fails(mywriter_begin(s, err), MOULT_ERR_UNAVAILABLE, "");
    mywriter_rollback(s, NULL);
    mywriter_unlock(s, NULL);
    myreader_close(s);
    myreader_close(scratch); /* cannot drop its database: a later command finds it */
    mysql_test_again();
    uint32_t count = 0;
    how.url = mysql_test_url("w", NULL);
    ok(mywriter_reap(&mysql_test_host, &how, &count, err));
    ck_assert_uint_eq(count, 1);
}
END_TEST

/* ---- scratch databases ---- */

static moult_session *scratch_for(const char *url, moult_session *like)
{
    moult_open how = {.size = MOULT_END(moult_open, tenants),
                      .purpose = WRITE,
                      .url = url,
                      .lock_timeout_ms = 1000};
    moult_session *s = NULL;
    ok(mywriter_scratch(&mysql_test_host, &how, like, &s, err));
    return s;
}

#define SCRATCHES "SELECT count(*) FROM information_schema.schemata WHERE schema_name LIKE 'moult\\_scratch%'"

START_TEST(scratch_databases_are_alone_and_gone)
{
    moult_session *a = scratch_for(mysql_test_url("w", NULL), NULL), *like = opened(1000);
    moult_session *b = scratch_for(mysql_test_url("mysql", NULL), like);
    ask_is(NULL, SCRATCHES, "2");
    ask_is(a->database, "SELECT @@collation_database", "latin1_german2_ci");
    ask_is(b->database, "SELECT @@collation_database", "latin1_german2_ci");
    moult_open how = {.size = MOULT_END(moult_open, tenants),
                      .purpose = WRITE,
                      .url = mysql_test_url("mysql", NULL),
                      .lock_timeout_ms = 1000,
                      .target = mysql_test_url("w", NULL)};
    moult_session *c = NULL;
    ok(mywriter_scratch(&mysql_test_host, &how, NULL, &c, err));
    ask_is(c->database, "SELECT @@collation_database", "latin1_german2_ci");
    how.target = "mysql://nobody@127.0.0.1:1/x"; /* out of reach */
    myreader_close(c);
    ok(mywriter_scratch(&mysql_test_host, &how, NULL, &c, err));
    myreader_close(c);
    run(a, "CREATE TABLE t (a int)");
    run(b, "CREATE TABLE t (b int)");
    ask_is("w", "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'w'", "0");
    fails(mysql_test_run(a, "CREATE TABLE u (a int) /*! ; DROP TABLE t */", err), MOULT_ERR_SQL, "");
    ask_is(a->database, "SELECT count(*) FROM t", "0");
    myreader_close(a);
    myreader_close(b);
    myreader_close(like);
    ask_is(NULL, SCRATCHES, "0");
}
END_TEST

START_TEST(what_is_like_a_session_has_its_settings)
{
    moult_session *like = opened(1000), *s = scratch_for(mysql_test_url("w", NULL), like);
    mysql_test_ask(NULL, "SET GLOBAL time_zone = '+05:00'");
    mysql_test_ask(NULL, "SET GLOBAL sql_mode = 'NO_ZERO_DATE,STRICT_ALL_TABLES,ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
    moult_session *text = scratch_for(mysql_test_url("w", NULL), NULL);
    run(s, "CREATE TABLE t (a timestamp DEFAULT '2000-01-01 00:00:00', b date DEFAULT '0000-00-00')");
    run(text, "CREATE TABLE t (a timestamp DEFAULT '2000-01-01 05:00:00', b varchar(9) DEFAULT \"it's \\\"\")");
    fails(mysql_test_run(text, "CREATE TABLE u (b date DEFAULT '0000-00-00')", err), MOULT_ERR_SQL, "default");
    static const char sql[] = "SELECT group_concat(column_default ORDER BY column_name) FROM information_schema.columns"
                              " WHERE table_schema = database() AND table_name = 't'";
    ask_is(s->database, sql, "'2000-01-01 00:00:00','0000-00-00'");
    ask_is(text->database, sql, "'2000-01-01 00:00:00','it''s \"'");
    mysql_test_ask(NULL, "SET GLOBAL time_zone = 'SYSTEM', GLOBAL sql_mode = DEFAULT");
    myreader_close(s);
    myreader_close(text);
    myreader_close(like);
}
END_TEST

START_TEST(scratch_stays_on_this_machine_unless_told)
{
    moult_open how = {.size = MOULT_END(moult_open, reserved),
                      .purpose = WRITE,
                      .url = mysql_test_url("w", NULL),
                      .lock_timeout_ms = 1000,
                      .local = 1};
    moult_session *s = NULL;
    ok(mywriter_scratch(&mysql_test_host, &how, NULL, &s, err));
    myreader_close(s);
    char address[64] = "", away[128];
    struct ifaddrs *all = NULL;
    ck_assert(getifaddrs(&all) == 0);
    for (struct ifaddrs *i = all; i; i = i->ifa_next) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)i->ifa_addr;
        if (in && in->sin_family == AF_INET && ntohl(in->sin_addr.s_addr) >> 24 != 127)
            inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
    }
    freeifaddrs(all);
    if (!*address) /* this machine has no other address */
        return;
    mysql_test_ask(NULL, "CREATE OR REPLACE USER away@'%'");
    mysql_test_ask(NULL, "GRANT ALL ON *.* TO away@'%'");
    snprintf(away, sizeof away, "mysql://away@%s%s", address, strrchr(mysql_test_url("w", NULL), ':'));
    how.url = away;
    fails(mywriter_scratch(&mysql_test_host, &how, NULL, &s, err), MOULT_ERR_CONFIG, "not on this machine");
}
END_TEST

static const char *routine_mode(const char *database, const char *name)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT concat(sql_mode, '|', character_set_client, '|', collation_connection) FROM"
             " information_schema.routines WHERE routine_schema = '%s' AND routine_name = '%s'",
             database, name);
    return mysql_test_ask(NULL, sql);
}

START_TEST(each_text_has_its_own_settings)
{
    moult_session *s = scratch_for(mysql_test_url("w", NULL), NULL);
    char usual[512];
    run(s, "CREATE FUNCTION a() RETURNS int DETERMINISTIC RETURN 1");
    snprintf(usual, sizeof usual, "%s", routine_mode(s->database, "a"));
    ck_assert(strstr(usual, "STRICT_TRANS_TABLES") && strstr(usual, "|utf8mb4|"));
    run(s, "SET sql_mode = 'ANSI_QUOTES', character_set_client = 'latin1', collation_connection = 'latin1_bin';"
           "CREATE FUNCTION \"b\"() RETURNS int DETERMINISTIC RETURN 1");
    run(s, "SET sql_mode = 'ANSI_QUOTES', character_set_client = 'latin1', collation_connection = 'latin1_bin';"
           "CREATE FUNCTION \"c\"() RETURNS int DETERMINISTIC RETURN 1");
    ck_assert_str_eq(routine_mode(s->database, "b"), "ANSI_QUOTES|latin1|latin1_bin");
    ck_assert_str_eq(routine_mode(s->database, "c"), "ANSI_QUOTES|latin1|latin1_bin");
    run(s, "CREATE FUNCTION d() RETURNS int DETERMINISTIC RETURN 1");
    ck_assert_str_eq(routine_mode(s->database, "d"), usual);
    /* Foreign keys without their table, as dumps have them. */
    fails(mysql_test_run(s, "CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES u (a))", err), MOULT_ERR_SQL, "");
    run(s, "SET foreign_key_checks = 0; CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES u (a))");
    fails(mysql_test_run(s, "CREATE TABLE t2 (a int, FOREIGN KEY (a) REFERENCES u (a))", err), MOULT_ERR_SQL, "");
    run(s, "SET system_versioning_alter_history = KEEP; CREATE TABLE x (a int)");
    run(s, "CREATE TABLE y (a int)");
    struct writer *w = s->writer;
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    ok(my_ask(w->script, "look", "SELECT @@system_versioning_alter_history", &res, err));
    ck_assert(my_row(res, &row));
    ck_assert_str_eq(row_z(&row, 0), "ERROR");
    myreader_close(s);
}
END_TEST

static bool is_meant(const moult_session *s, const char *name)
{
    const struct myevent *e = s->events;
    while (e && strcmp(e->name, name) != 0)
        e = e->next;
    return e != NULL;
}

START_TEST(no_event_runs_in_a_scratch_database)
{
    moult_session *s = scratch_for(mysql_test_url("w", NULL), NULL);
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM information_schema.events WHERE event_schema = '%s' AND status <> 'DISABLED'",
             s->database);
    ask_is(NULL, "SELECT @@event_scheduler", "ON");
    run(s, "CREATE TABLE t (a int); CREATE EVENT a ON SCHEDULE EVERY 1 SECOND DO INSERT INTO t VALUES (1);"
           "CREATE EVENT B ON SCHEDULE EVERY 1 SECOND ENABLE COMMENT 'do; enable' DO INSERT INTO t VALUES (2);"
           "CREATE EVENT c ON SCHEDULE EVERY 1 SECOND DISABLE DO INSERT INTO t VALUES (3);"
           "CREATE EVENT IF NOT EXISTS c ON SCHEDULE EVERY 1 SECOND DO INSERT INTO t VALUES (3);"
           "CREATE EVENT IF NOT EXISTS d ON SCHEDULE AT now() + INTERVAL 1 SECOND ON COMPLETION PRESERVE COMMENT"
           " 'x' DO INSERT INTO t VALUES (4);"
           "/*!50106 CREATE */ /*!50117 DEFINER=`moult`@`127.0.0.1` */ /*!50106 EVENT f ON SCHEDULE EVERY 1 SECOND"
           " DO BEGIN INSERT INTO t VALUES (5); END */");
    ask_is(NULL, sql, "0");
    ck_assert(is_meant(s, "a") && is_meant(s, "B") && !is_meant(s, "c") && is_meant(s, "d") && is_meant(s, "f"));
    run(s, "ALTER EVENT b COMMENT 'y'; ALTER EVENT A DISABLE; ALTER EVENT c ENABLE; ALTER EVENT d RENAME TO e;"
           "ALTER EVENT f ON SCHEDULE EVERY 2 SECOND; CREATE OR REPLACE EVENT g ON SCHEDULE EVERY 1 SECOND DO SET @a = 1");
    ask_is(NULL, sql, "0");
    /* ALTER EVENT spells the name anew. */
    ck_assert(!is_meant(s, "a") && is_meant(s, "b") && is_meant(s, "c") && !is_meant(s, "d") && is_meant(s, "e") &&
              is_meant(s, "f") && is_meant(s, "g"));
    pause_ms(2200);
    ask_is(s->database, "SELECT count(*) FROM t", "0");
    myreader_close(s);
}
END_TEST

START_TEST(replicas_see_no_scratch_database)
{
    mysql_test_ask(NULL, "RESET MASTER");
    moult_session *s = scratch_for(mysql_test_url("w", NULL), NULL);
    run(s, "CREATE TABLE t (a int)");
    myreader_close(s);
    s = opened(1000);
    run(s, "CREATE TABLE logged (a int)");
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    int scratch = 0, logged = 0;
    ok(my_ask(s, "look at the binary log", "SHOW BINLOG EVENTS", &res, err));
    while (my_row(res, &row)) {
        scratch += strstr(row_z(&row, 5), "moult_scratch") != NULL;
        logged += strstr(row_z(&row, 5), "logged") != NULL;
    }
    ck_assert_int_eq(scratch, 0);
    ck_assert_int_eq(logged, 1);
    myreader_close(s);
}
END_TEST

START_TEST(only_what_was_left_behind_is_reaped)
{
    moult_session *live = scratch_for(mysql_test_url("w", NULL), NULL);
    moult_open how = {.size = MOULT_END(moult_open, tenants),
                      .purpose = WRITE,
                      .url = mysql_test_url("w", NULL),
                      .lock_timeout_ms = 1000};
    uint32_t count = 7;
    mysql_test_ask(NULL, "CREATE OR REPLACE DATABASE moult_scratch_1_00000000_1"); /* not marked: a user's */
    mysql_test_ask(NULL, "CREATE OR REPLACE DATABASE moult_scratch_mine COMMENT '" SCRATCH_MARKER "'");
    ok(mywriter_reap(&mysql_test_host, &how, &count, err));
    ck_assert_uint_eq(count, 0);
    pid_t pid = fork();
    if (pid == 0) { /* a crash */
        moult_session *s = scratch_for(mysql_test_url("w", NULL), NULL);
        _exit(mysql_test_run(s, "CREATE TABLE t (a int)", NULL) != MOULT_OK);
    }
    int status = -1;
    ck_assert(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
    for (int i = 0; i < 100 && !count; i++) { /* the server sees that its client is gone */
        ok(mywriter_reap(&mysql_test_host, &how, &count, err));
        pause_ms(20);
    }
    ck_assert_uint_eq(count, 1);
    run(live, "CREATE TABLE t (a int)");
    myreader_close(live);
    ask_is(NULL, SCRATCHES, "2");
    mysql_test_ask(NULL, "DROP DATABASE moult_scratch_1_00000000_1");
    mysql_test_ask(NULL, "DROP DATABASE moult_scratch_mine");
}
END_TEST

START_TEST(who_may_not_make_databases_is_told)
{
    mysql_test_ask(NULL, "CREATE OR REPLACE USER low@'127.0.0.1'");
    mysql_test_ask(NULL, "GRANT ALL ON w.* TO low@'127.0.0.1'");
    moult_open how = {.size = MOULT_END(moult_open, tenants),
                      .purpose = WRITE,
                      .url = mysql_test_url("w", "low"),
                      .lock_timeout_ms = 1000};
    moult_session *s = NULL;
    fails(mywriter_scratch(&mysql_test_host, &how, NULL, &s, err), MOULT_ERR_AUTH, "create a scratch database");
    ck_assert(detail_has("hint", "grant"));
    mysql_test_ask(NULL, "GRANT ALL ON `moult\\_scratch\\_%`.* TO low@'127.0.0.1'");
    ok(mywriter_scratch(&mysql_test_host, &how, NULL, &s, err));
    run(s, "CREATE TABLE t (a int)");
    myreader_close(s);
    ask_is(NULL, SCRATCHES, "0");
}
END_TEST

/* ---- records ---- */

struct rows {
    size_t count;
    uint64_t seq;
    char *body;
};

static moult_status on_record(void *arg, const moult_record *r)
{
    struct rows *x = arg;
    x->count++;
    x->seq = r->seq;
    free(x->body);
    x->body = strndup(r->body, r->body_len);
    return MOULT_OK;
}

START_TEST(records_of_any_length_come_back)
{
    moult_session *s = opened(1000);
    size_t n = 3000000;
    char *large = malloc(n + 1);
    for (size_t i = 0; i < n; i++) /* characters of two bytes, so that parts would cut some */
        large[i] = "\xc3\xa4"[(i + n) % 2];
    memcpy(large, "'x", 2);
    memcpy(large + n - 2, "x\\", 2);
    large[n] = '\0';
    ok(mywriter_record_open(s, err));
    moult_record small = record("open", "{\"a\":\"\\\\ ' \\u0000\"}", 18), big = record("x", large, n);
    ok(mywriter_record_append(s, &small, err));
    ok(mywriter_record_append(s, &big, err));
    ok(mywriter_record_append(s, &small, err));
    ck_assert_uint_eq(small.seq, 3);
    struct rows x = {0};
    ok(myreader_records(s, MOULT_RECORD_RUN, 0, on_record, &x, err));
    ck_assert_uint_eq(x.count, 3);
    ck_assert(strncmp(x.body, small.body, 18) == 0);
    x.count = 0;
    ok(myreader_records(s, MOULT_RECORD_RUN, MOULT_RECORDS_LAST, on_record, &x, err));
    ck_assert(x.count == 1 && x.seq == 3);
    run(s, "DELETE FROM moult_run WHERE seq = 3");
    ok(myreader_records(s, MOULT_RECORD_RUN, 1, on_record, &x, err));
    ck_assert(x.count == 2 && x.seq == 2 && strcmp(x.body, large) == 0);
    ask_is("w", "SELECT count(*) > 10 FROM moult_run", "1");
    free(x.body);
    free(large);
    myreader_close(s);
}
END_TEST

START_TEST(bookkeeping_is_made_whole_and_never_taken)
{
    moult_session *s = opened(1000);
    struct rows x = {0};
    ok(mywriter_record_open(s, err));
    run(s, "DROP TABLE moult_step, moult_run"); /* as a crash while they were made leaves it */
    ok(myreader_records(s, MOULT_RECORD_AUDIT, 0, on_record, &x, err));
    ck_assert_uint_eq(x.count, 0);
    ok(mywriter_record_open(s, err));
    ask_is("w", "SELECT count(*) FROM moult_step", "0");
    run(s, "DROP TABLE moult_run; CREATE TABLE moult_run (a int)");
    fails(mywriter_record_open(s, err), MOULT_ERR_EXISTS, "moult_run");
    fails(myreader_records(s, MOULT_RECORD_RUN, 0, on_record, &x, err), MOULT_ERR_EXISTS, "moult_run");
    run(s, "DROP TABLE moult_run; CREATE VIEW moult_run AS SELECT 1");
    fails(mywriter_record_open(s, err), MOULT_ERR_EXISTS, "moult_run");
    run(s, "DROP VIEW moult_run; CREATE TABLE moult_run (a int) COMMENT '" BOOKKEEPING_MARK "99, x)'");
    fails(mywriter_record_open(s, err), MOULT_ERR_UNSUPPORTED, "another version");
    myreader_close(s);
}
END_TEST

int main(void)
{
    if (!mysql_test_start("--bind-address=0.0.0.0 --log-bin=bin --server-id=7 --event-scheduler=ON"
                          " --lock-wait-timeout=7"))
        return EXIT_SUCCESS;
    Suite *suite = suite_create("mysql-writer");
    TCase *t = tcase_create("writer");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, statements_run);
    tcase_add_test(t, values_that_do_not_fit_are_errors);
    tcase_add_test(t, limits_hold_for_statements);
    tcase_add_test(t, a_deadline_ends_a_statement);
    tcase_add_test(t, locks_are_waited_for_in_slices);
    tcase_add_test(t, the_user_can_stop_a_statement);
    tcase_add_test(t, probes_only_look);
    tcase_add_test(t, transactions_hold_records);
    tcase_add_test(t, one_has_the_lock);
    tcase_add_test(t, a_lock_that_another_session_has_is_no_lock);
    tcase_add_test(t, a_lost_connection_is_made_anew_with_its_lock);
    tcase_add_test(t, scratch_databases_are_alone_and_gone);
    tcase_add_test(t, scratch_stays_on_this_machine_unless_told);
    tcase_add_test(t, each_text_has_its_own_settings);
    tcase_add_test(t, what_is_like_a_session_has_its_settings);
    tcase_add_test(t, no_event_runs_in_a_scratch_database);
    tcase_add_test(t, replicas_see_no_scratch_database);
    tcase_add_test(t, only_what_was_left_behind_is_reaped);
    tcase_add_test(t, who_may_not_make_databases_is_told);
    tcase_add_test(t, records_of_any_length_come_back);
    tcase_add_test(t, bookkeeping_is_made_whole_and_never_taken);
    tcase_add_test(t, a_server_that_dies_is_out_of_reach); /* last: the others' server is another then */
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    mysql_test_stop();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
