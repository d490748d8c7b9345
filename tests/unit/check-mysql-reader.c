/* SPDX-License-Identifier: Apache-2.0 */
/* check-mysql-reader.c - the reader of MySQL and MariaDB, on a server of the test's own. */
#include "check-mysql-reader.h"

#include <mysqld_error.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static moult_error *err;

static void begin(void)
{
    err = moult_error_new();
}
static void end(void)
{
    moult_error_free(err);
}

/* ---- sessions ---- */

START_TEST(a_session_is_pinned)
{
    reader_test_make("plain", "");
    reader_test_run(
        NULL,
        "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', GLOBAL time_zone = '+05:00', "
        "GLOBAL sql_quote_show_create = 0");
    moult_session *s = reader_test_open("plain");
    reader_test_run(
        NULL,
        "SET GLOBAL sql_mode = DEFAULT, GLOBAL time_zone = DEFAULT, GLOBAL sql_quote_show_create "
        "= DEFAULT");
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    ck_assert_int_eq(
        my_ask(s, "ask",
               "SELECT @@sql_mode, @@time_zone, @@sql_quote_show_create, @@character_set_client",
               &res, err),
        MOULT_OK);
    ck_assert(my_row(res, &row));
    ck_assert_str_eq(row_z(&row, 0), "");
    ck_assert_str_eq(row_z(&row, 1), "+00:00");
    ck_assert_str_eq(row_z(&row, 2), "1");
    ck_assert_str_eq(row_z(&row, 3), "utf8mb4");
    ck_assert_str_eq(s->sql_mode, "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"); /* what others get */
    ck_assert_str_eq(s->user, "moult@127.0.0.1");
    ck_assert_uint_ge(s->number, 100500);
    moult_server server = {.size = MOULT_END(moult_server, tenant)};
    ck_assert_int_eq(myreader_server(s, &server, err), MOULT_OK);
    ck_assert_str_eq(server.make, "MariaDB");
    ck_assert_str_eq(server.tenant, "plain");
    myreader_close(s);
}
END_TEST

START_TEST(a_session_that_reads_cannot_write)
{
    reader_test_make("plain", "CREATE SEQUENCE s; CREATE TABLE a (x int DEFAULT nextval(s))");
    moult_session *s = reader_test_open("plain");
    static const char *const writes[] = {"CREATE TABLE b (x int)", "DROP TABLE a",
                                         "INSERT INTO a VALUES (1)"};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
            ck_assert_int_eq(my_query(s, "write", writes[i], strlen(writes[i]), NULL, NULL, err),
                             MOULT_ERR_AUTH);
            ck_assert_uint_eq(my_errno(s), ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION);
        }
        tree_free(reader_test_tree(s)); /* which reads a table whose default writes to a sequence */
    }
    myreader_close(s);
}
END_TEST

static moult_status open_failing(const char *url)
{
    moult_session *s = NULL;
    moult_status st = reader_test_try_open(url, NULL, &s, err);
    ck_assert_ptr_null(s);
    return st;
}

START_TEST(what_cannot_be_opened_says_why)
{
    reader_test_make("plain", "CREATE USER IF NOT EXISTS barred@'127.0.0.1' IDENTIFIED BY 'x'");
    ck_assert_int_eq(open_failing(reader_test_url("nowhere", NULL)), MOULT_ERR_NOT_FOUND);
    ck_assert_str_eq(moult_error_detail(err, "hint"),
                     "moult creates no databases: use CREATE DATABASE");
    ck_assert_int_eq(open_failing(reader_test_url("", NULL)), MOULT_ERR_CONFIG);
    ck_assert_int_eq(open_failing(reader_test_url("plain", "barred")), MOULT_ERR_AUTH);
    ck_assert_int_eq(open_failing(reader_test_url("plain", "barred:y")), MOULT_ERR_AUTH);
    ck_assert_int_eq(open_failing("mysql://u@127.0.0.1:1/a?no-defaults"), MOULT_ERR_UNAVAILABLE);
    ck_assert_int_eq(open_failing("mysql://u@/a?no-defaults&socket=/no/such/socket"),
                     MOULT_ERR_UNAVAILABLE);
    ck_assert_int_eq(open_failing("mysql://u@h/a?defaults-file=/no/such/file"), MOULT_ERR_CONFIG);
    char encrypted[300];
    snprintf(encrypted, sizeof encrypted, "%s&ssl=true", reader_test_url("plain", NULL));
    ck_assert_int_eq(open_failing(encrypted), MOULT_ERR_UNAVAILABLE);
    ck_assert(strstr(moult_error_message(err), "TLS") != NULL);
}
END_TEST

/* An option file gives what the URL does not; what both give must be the same. */
START_TEST(option_files_are_read)
{
    char name[] = "/tmp/moult-cnf-XXXXXX", url[400];
    static const char lines[] =
        "[client]\nconnect-timeout=7\npassword=secret\n[mine]\nuser=filed\n";
    int fd = mkstemp(name);
    ck_assert_int_eq(write(fd, lines, sizeof lines - 1), (ssize_t)sizeof lines - 1);
    close(fd);
    reader_test_make(
        "plain",
        "CREATE USER IF NOT EXISTS filed@'127.0.0.1' IDENTIFIED BY 'secret'; GRANT SELECT ON "
        "plain.* TO filed@'127.0.0.1'");
    const char *port = strrchr(reader_test_url("", NULL), ':');
    int digits = (int)strspn(port + 1, "0123456789");
    snprintf(url, sizeof url, "mysql://127.0.0.1:%.*s/plain?defaults-file=%s&defaults-group=mine",
             digits, port + 1, name);
    moult_session *s = NULL;
    ck_assert_int_eq(reader_test_try_open(url, NULL, &s, err), MOULT_OK);
    ck_assert_str_eq(s->user, "filed@127.0.0.1");
    myreader_close(s);
    strcat(url, "&connect-timeout=5");
    ck_assert_int_eq(open_failing(url), MOULT_ERR_CONFIG);
    ck_assert(strstr(moult_error_message(err), "connect-timeout=5") != NULL);
    unlink(name);
}
END_TEST

START_TEST(a_session_moves_to_another_database)
{
    reader_test_make("here", "CREATE TABLE a (x int)");
    reader_test_make("the`re", "CREATE TABLE b (x int)");
    moult_session *s = reader_test_open("here");
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = MOULT_PURPOSE_READ,
                      .url = reader_test_url("the`re", NULL),
                      .config = s->config,
                      .lock_timeout_ms = 3000};
    ck_assert_int_eq(myreader_move(s, &how, err), MOULT_OK);
    CLEANUP_TREE moult_tree *t = reader_test_tree(s);
    ck_assert_ptr_nonnull(tree_find(t, STR("table:b")));
    ck_assert_ptr_null(tree_find(t, STR("table:a")));
    how.url = reader_test_url("here", "somebody");
    ck_assert_int_eq(myreader_move(s, &how, err), MOULT_ERR_UNSUPPORTED);
    how.url = reader_test_url("nowhere", NULL);
    ck_assert_int_eq(myreader_move(s, &how, err), MOULT_ERR_NOT_FOUND);
    myreader_close(s);
}
END_TEST

static int stop;

static void *stop_soon(void *arg)
{
    (void)arg;
    usleep(300000);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

START_TEST(the_user_can_stop_a_statement)
{
    reader_test_make("plain", "");
    moult_session *s = reader_test_open("plain");
    static const char sleep_long[] = "SELECT sleep(60)", after[] = "SELECT 1";
    pthread_t thread;
    stop = 0;
    s->op = (moult_op *)(void *)&stop;
    ck_assert_int_eq(pthread_create(&thread, NULL, stop_soon, NULL), 0);
    moult_status st = my_query(s, "sleep", sleep_long, sizeof sleep_long - 1, NULL, NULL, err);
    /* sleep() that is killed gives 1 on some servers, and an error on others. */
    ck_assert_msg(st == MOULT_ERR_CANCELLED || st == MOULT_OK, "%s", moult_error_message(err));
    pthread_join(thread, NULL);
    stop = 0;
    ck_assert_int_eq(my_query(s, "go on", after, sizeof after - 1, NULL, NULL, err), MOULT_OK);
    myreader_cancel(s); /* harmless when nothing runs */
    ck_assert_int_eq(my_query(s, "go on", after, sizeof after - 1, NULL, NULL, err), MOULT_OK);
    myreader_close(s);
}
END_TEST

START_TEST(statements_have_a_limit)
{
    reader_test_make("plain", "");
    moult_session *s = NULL;
    ck_assert_int_eq(
        reader_test_try_open(reader_test_url("plain", NULL), "statement-timeout=200", &s, err),
        MOULT_OK);
    static const char slow[] = "SELECT sleep(20)";
    ck_assert_int_eq(my_query(s, "work", slow, sizeof slow - 1, NULL, NULL, err),
                     MOULT_ERR_CANCELLED);
    myreader_close(s);
}
END_TEST

/* ---- one state ---- */

/* Statement after statement on one connection: the first table, then the last one, of DATABASE. */
static void *keep_changing(void *arg)
{
    moult_session *s = mysql_test_open(reader_test_url(arg, NULL), MOULT_PURPOSE_WRITE, 5000);
    char sql[100];
    for (int i = 0; !__atomic_load_n(&stop, __ATOMIC_SEQ_CST); i++) {
        int n =
            snprintf(sql, sizeof sql, "ALTER TABLE %s COMMENT = '%d'", i % 2 ? "z" : "a", i / 2);
        ck_assert_int_eq(my_query(s, "change", sql, (size_t)n, NULL, NULL, NULL), MOULT_OK);
    }
    myreader_close(s);
    return NULL;
}

static pthread_t start_changing(char *database)
{
    pthread_t thread;
    stop = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, keep_changing, database), 0);
    usleep(50000);
    return thread;
}

static void make_many(const char *database)
{
    CLEANUP_TEXT struct text t = {0};
    mytext_z(&t, "CREATE TABLE a (x int) ENGINE=MyISAM; CREATE TABLE z (x int) ENGINE=MyISAM;");
    for (int i = 0; i < 60; i++)
        mytext_printf(&t, "CREATE TABLE m%d (x int) ENGINE=MyISAM;", i);
    reader_test_make(database, t.p);
}

/* "a" has had the same changes as "z", or one more. */
static void ck_one_state(const moult_tree *t)
{
    long first = strtol(reader_test_attr(t, "table:a", "comment"), NULL, 10);
    long last = strtol(reader_test_attr(t, "table:z", "comment"), NULL, 10);
    ck_assert_msg(first == last || first == last + 1, "a %ld, z %ld", first, last);
}

START_TEST(a_tree_is_of_one_state)
{
    char name[] = "busy";
    make_many(name);
    moult_session *s = reader_test_open(name);
    pthread_t thread = start_changing(name);
    for (int i = 0; i < 6; i++) {
        moult_tree *t = NULL;
        moult_status st = reader_test_try(s, &t, err);
        ck_assert_msg(st == MOULT_OK || st == MOULT_ERR_BUSY, "%s", moult_error_message(err));
        if (st == MOULT_OK)
            ck_one_state(t);
        tree_free(t);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    pthread_join(thread, NULL);
    CLEANUP_TREE moult_tree *t = reader_test_tree(s);
    ck_one_state(t);
    myreader_close(s);
}
END_TEST

START_TEST(changes_of_other_databases_do_no_harm)
{
    char name[] = "beside";
    make_many(name);
    make_many("quiet");
    moult_session *s = reader_test_open("quiet");
    pthread_t thread = start_changing(name);
    for (int i = 0; i < 3; i++)
        tree_free(reader_test_tree(s));
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    pthread_join(thread, NULL);
    myreader_close(s);
}
END_TEST

START_TEST(a_stamp_says_whether_something_changed)
{
    reader_test_make("stamped", "CREATE TABLE a (x int); CREATE PROCEDURE p() SELECT 1");
    moult_session *s = reader_test_open("stamped");
    uint8_t first[32], second[32], third[32];
    ck_assert_int_eq(myreader_stamp(s, first, err), MOULT_OK);
    ck_assert_int_eq(myreader_stamp(s, second, err), MOULT_OK);
    ck_assert(memcmp(first, second, 32) != 0); /* too young to tell */
    sleep(3);
    ck_assert_int_eq(myreader_stamp(s, first, err), MOULT_OK);
    ck_assert_int_eq(myreader_stamp(s, second, err), MOULT_OK);
    ck_assert_mem_eq(first, second, 32);
    reader_test_run("stamped", "ALTER TABLE a COMMENT = 'x'");
    ck_assert_int_eq(myreader_stamp(s, third, err), MOULT_OK);
    ck_assert(memcmp(first, third, 32) != 0);
    myreader_close(s);
}
END_TEST

/* ---- rights ---- */

START_TEST(what_may_not_be_seen_is_an_error)
{
    reader_test_make(
        "secret",
        "CREATE TABLE a (x int); CREATE PROCEDURE p() SELECT 1; CREATE USER IF NOT EXISTS "
        "low@'127.0.0.1'; GRANT SELECT, EXECUTE ON secret.* TO low@'127.0.0.1'");
    moult_session *s = NULL;
    moult_tree *t = NULL;
    ck_assert_int_eq(reader_test_try_open(reader_test_url("secret", "low"), NULL, &s, err),
                     MOULT_OK);
    ck_assert_int_eq(reader_test_try(s, &t, err), MOULT_ERR_AUTH);
    ck_assert_str_eq(moult_error_message(err), "the procedure \"p\" cannot be read");
    ck_assert_ptr_nonnull(moult_error_detail(err, "hint"));
    myreader_close(s);
}
END_TEST

static uint32_t held_super, held_create;

static moult_status take_right(void *arg, const char *name, uint32_t held, const char *note)
{
    (void)arg;
    ck_assert_ptr_nonnull(note);
    if (strcmp(name, "super") == 0)
        held_super = held;
    if (strcmp(name, "create") == 0)
        held_create = held;
    return MOULT_OK;
}

START_TEST(rights_are_told)
{
    reader_test_make(
        "some_db",
        "CREATE USER IF NOT EXISTS some@'127.0.0.1'; GRANT CREATE, SELECT ON `some\\_db`.* TO "
        "some@'127.0.0.1'");
    moult_session *s = reader_test_open("some_db");
    ck_assert_int_eq(myreader_rights(s, take_right, NULL, err), MOULT_OK);
    ck_assert_uint_eq(held_super, 1);
    ck_assert_uint_eq(held_create, 1);
    myreader_close(s);
    ck_assert_int_eq(reader_test_try_open(reader_test_url("some_db", "some"), NULL, &s, err),
                     MOULT_OK);
    ck_assert_int_eq(myreader_rights(s, take_right, NULL, err), MOULT_OK);
    ck_assert_uint_eq(held_super, 0);
    ck_assert_uint_eq(held_create, 1);
    myreader_close(s);
}
END_TEST

START_TEST(objects_are_measured)
{
    reader_test_make(
        "sized",
        "CREATE TABLE `a/b` (x int) ENGINE=MyISAM; INSERT INTO `a/b` VALUES (1),(2),(3); CREATE "
        "VIEW v AS SELECT 1");
    moult_session *s = reader_test_open("sized");
    uint64_t rows, bytes;
    ck_assert_int_eq(myreader_measure(s, "table:a%2Fb/column:x", 19, &rows, &bytes, err), MOULT_OK);
    ck_assert_uint_eq(rows, 3);
    ck_assert(bytes > 0 && bytes != UINT64_MAX);
    ck_assert_int_eq(myreader_measure(s, "view:v", 6, &rows, &bytes, err), MOULT_OK);
    ck_assert(rows == UINT64_MAX && bytes == UINT64_MAX);
    myreader_close(s);
}
END_TEST

/* ---- tenants ---- */

static char found[1000];

static moult_status take_tenant(void *arg, const moult_tenant *t)
{
    (void)arg;
    char *name = myurl_database(t->url);
    ck_assert_str_eq(name, t->name);
    free(name);
    snprintf(found + strlen(found), sizeof found - strlen(found), "%s,", t->name);
    return MOULT_OK;
}

static moult_status find(const char *how, const char *pattern)
{
    moult_open base = {.size = MOULT_END(moult_open, lock_timeout_ms),
                       .purpose = MOULT_PURPOSE_READ,
                       .url = reader_test_url("", NULL),
                       .lock_timeout_ms = 3000};
    *found = '\0';
    return myreader_tenants(&mysql_test_host, &base, how, pattern, take_tenant, NULL, err);
}

START_TEST(tenants_are_found)
{
    reader_test_make("ten_a", "");
    reader_test_make("ten%b", "");
    reader_test_make("Ten`c", "");
    reader_test_make("moult_scratch_1_0123abcd_5", "");
    ck_assert_int_eq(find("databases", "ten*"), MOULT_OK);
    ck_assert_str_eq(found, "ten%b,ten_a,");
    ck_assert_int_eq(find("databases", "*"), MOULT_OK);
    ck_assert(strstr(found, "Ten`c,") && !strstr(found, "mysql") && !strstr(found, "scratch"));
    ck_assert_int_eq(find("list", "Ten`c"), MOULT_OK);
    ck_assert_str_eq(found, "Ten`c,");
    ck_assert_int_eq(find("list", "ten`c"), MOULT_ERR_NOT_FOUND);
    ck_assert_int_eq(find("list", "mysql"), MOULT_ERR_NOT_FOUND);
    ck_assert_int_eq(find("query", "SELECT 'ten_a' UNION SELECT 'ten%b'"), MOULT_OK);
    ck_assert_str_eq(found, "ten_a,ten%b,");
    ck_assert_int_eq(find("query", "SELECT 1, 2"), MOULT_ERR_CONFIG);
    ck_assert_int_eq(find("query", "DROP DATABASE ten_a"), MOULT_ERR_AUTH);
    ck_assert_int_eq(find("files", "*"), MOULT_ERR_CONFIG);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("mysql-reader");
    TCase *c = tcase_create("reader");
    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, a_session_is_pinned);
    tcase_add_test(c, a_session_that_reads_cannot_write);
    tcase_add_test(c, what_cannot_be_opened_says_why);
    tcase_add_test(c, option_files_are_read);
    tcase_add_test(c, a_session_moves_to_another_database);
    tcase_add_test(c, the_user_can_stop_a_statement);
    tcase_add_test(c, statements_have_a_limit);
    tcase_add_test(c, a_tree_is_of_one_state);
    tcase_add_test(c, changes_of_other_databases_do_no_harm);
    tcase_add_test(c, a_stamp_says_whether_something_changed);
    tcase_add_test(c, what_may_not_be_seen_is_an_error);
    tcase_add_test(c, rights_are_told);
    tcase_add_test(c, objects_are_measured);
    tcase_add_test(c, tenants_are_found);
    suite_add_tcase(s, c);
    suite_add_tcase(s, mysql_text_cases());
    suite_add_tcase(s, mysql_tree_cases());
    return s;
}

int main(void)
{
    if (!mysql_test_start(NULL))
        return EXIT_SUCCESS;
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    mysql_test_stop();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
