/* SPDX-License-Identifier: Apache-2.0 */
/* The reader on a server: settings, changes while it reads, rights, notices, round trips. */
#include "check-postgres-reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define READ MOULT_PURPOSE_READ

/* ---- what both files use ---- */

void reader_sql(const char *database, const char *sql)
{
    PGconn *conn = PQconnectdb(postgres_test_url(database, NULL, NULL));
    PQclear(PQexec(conn, "SET client_min_messages = error"));
    PGresult *r = PQexec(conn, sql);
    ck_assert_msg(PQresultStatus(r) != PGRES_FATAL_ERROR, "%.200s: %s", sql, PQerrorMessage(conn));
    PQclear(r);
    PQfinish(conn);
}

void reader_database(const char *name, const char *sql)
{
    char text[160];
    snprintf(text, sizeof text, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
    reader_sql(NULL, text);
    snprintf(text, sizeof text, "CREATE DATABASE %s TEMPLATE template0", name);
    reader_sql(NULL, text);
    reader_sql(name, sql);
}

static moult_status inspect(moult_session *s, moult_tree *tree, moult_error *err)
{
    moult_binding binding = {
        .size = MOULT_END(moult_binding, value), .name = "tenant", .value = s->schema};
    const moult_binding *const list[] = {&binding};
    return postgres_inspect(s, list, s->schema ? 1 : 0, tree, err);
}

moult_tree *reader_tree(moult_session *s)
{
    moult_error *err = moult_error_new();
    moult_tree *tree = tree_new(STR("postgres"), (uint32_t)s->number / 10000, 1, STR("PostgreSQL"));
    ck_assert_msg(inspect(s, tree, err) == MOULT_OK && tree_seal(tree, NULL, err) == MOULT_OK, "%s",
                  moult_error_message(err));
    moult_error_free(err);
    return tree;
}

moult_tree *reader_look(const char *database, const char *schema)
{
    char rest[128] = "";
    if (schema)
        snprintf(rest, sizeof rest, "#schema=%s", schema);
    moult_session *s = postgres_test_open(postgres_test_url(database, NULL, rest), READ, 1000);
    moult_tree *tree = reader_tree(s);
    postgres_close(s);
    return tree;
}

const char *reader_attribute(const moult_tree *tree, const char *path, const char *attribute)
{
    const moult_node *node = tree_find(tree, str_of(path));
    const struct attr *a = node ? node_attr(node, attribute) : NULL;
    return a ? a->text.p : NULL;
}

static void same_state(const moult_tree *a, const moult_tree *b)
{
    ck_assert_str_eq(a->state, b->state);
    for (uint32_t i = 0; i < MOULT_ASPECTS; i++)
        ck_assert_str_eq(a->aspect[i], b->aspect[i]);
}

/* ---- settings ---- */

static const char some_tables[] =
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
    "CREATE TABLE t (a integer DEFAULT f(), at timestamptz DEFAULT '2020-03-01 12:00:00+05',"
    " took interval DEFAULT '1 day 2 hours', x double precision DEFAULT 0.1,"
    " b bytea DEFAULT '\\x01ff', d date DEFAULT '2020-02-03', s text DEFAULT E'a\\\\b');"
    "CREATE VIEW v AS SELECT a, s FROM t WHERE s = 'x';"
    "CREATE SCHEMA other; CREATE TABLE other.t (a integer REFERENCES v_key (a));";

START_TEST(nothing_outside_changes_how_things_are_spelled)
{
    struct buf sql = {0};
    buf_printf(&sql, "CREATE TABLE v_key (a integer PRIMARY KEY);%s", some_tables);
    reader_database("plain", sql.p);
    reader_database("odd", sql.p);
    buf_free(&sql);
    static const char *const settings[] = {
        "search_path = other, public", "quote_all_identifiers = on", "\"DateStyle\" = 'SQL, DMY'",
        "\"IntervalStyle\" = 'sql_standard'", "extra_float_digits = -10", "bytea_output = 'escape'",
        "\"TimeZone\" = 'Asia/Karachi'", "standard_conforming_strings = off",
        "default_transaction_read_only = on", "default_transaction_isolation = 'serializable'",
        "array_nulls = off", "xmloption = 'document'", "row_security = on",
        "client_min_messages = debug5"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        char text[160];
        snprintf(text, sizeof text, "ALTER DATABASE odd SET %s", settings[i]);
        reader_sql(NULL, text);
    }
    setenv("PGOPTIONS", "-c DateStyle=German", 1);
    CLEANUP_TREE moult_tree *odd = reader_look("odd", NULL);
    unsetenv("PGOPTIONS");
    CLEANUP_TREE moult_tree *plain = reader_look("plain", NULL);
    ck_assert(reader_attribute(plain, "view:public.v", "definition"));
    same_state(odd, plain);
}
END_TEST

/* ---- changes meanwhile ---- */

/* A tree that has DDL run when the first table is added to it, as somebody else might. */
static struct {
    moult_tree_api api;
    moult_host host;
    const char *database, *sql[2]; /* in turn */
    int every, tables, runs, clears;
} meddler;

static moult_node *meddling_add(moult_tree *tree, moult_node *parent, const char *kind,
                                const char *key, size_t len)
{
    if (strcmp(kind, "table") == 0 && meddler.tables++ % 1000 == 0 &&
        (meddler.every || !meddler.runs)) {
        reader_sql(meddler.database, meddler.sql[meddler.runs % 2]);
        meddler.runs++;
    }
    return tree_api.add(tree, parent, kind, key, len);
}

static moult_status meddling_clear(moult_tree *tree)
{
    meddler.clears++;
    meddler.tables = 0;
    return tree_api.clear(tree);
}

static moult_session *meddled(const char *database, const char *rest, const char *where,
                              const char *once, const char *back)
{
    meddler.api = tree_api;
    meddler.api.add = meddling_add;
    meddler.api.clear = meddling_clear;
    meddler.host = postgres_test_host;
    meddler.host.tree = &meddler.api;
    meddler.database = where;
    meddler.sql[0] = once;
    meddler.sql[1] = back;
    meddler.every = back != NULL;
    meddler.tables = meddler.runs = meddler.clears = 0;
    moult_session *s = postgres_test_open(postgres_test_url(database, NULL, rest), READ, 5000);
    s->host = &meddler.host;
    return s;
}

static void small_database(void)
{
    reader_database("busy", "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
                            "CREATE TABLE t (a integer DEFAULT f());"
                            "CREATE SCHEMA one; CREATE TABLE one.t (a integer);"
                            "CREATE SCHEMA two; CREATE TABLE two.t (a integer)");
}

/* The default is printed after the function was read, and not as of then. */
START_TEST(a_change_between_two_queries_is_noticed)
{
    small_database();
    moult_session *s = meddled("busy", NULL, "busy", "ALTER FUNCTION f() RENAME TO g", NULL);
    CLEANUP_TREE moult_tree *tree = reader_tree(s);
    postgres_close(s);
    ck_assert_int_eq(meddler.runs, 1);
    ck_assert_int_ge(meddler.clears, 1);
    ck_assert_str_eq(reader_attribute(tree, "table:public.t/column:a/default:", "expression"),
                     "public.g()");
    ck_assert(tree_find(tree, STR("function:public.g()")));
    ck_assert(!tree_find(tree, STR("function:public.f()")));
    CLEANUP_TREE moult_tree *now = reader_look("busy", NULL);
    same_state(tree, now);
}
END_TEST

START_TEST(changes_without_end_are_an_error)
{
    small_database();
    moult_session *s = meddled("busy", NULL, "busy", "ALTER TABLE t ADD b integer",
                               "ALTER TABLE t DROP b");
    moult_error *err = moult_error_new();
    CLEANUP_TREE moult_tree *tree = tree_new(STR("postgres"), 15, 1, STR(""));
    moult_status st = inspect(s, tree, err);
    /* ADD in one attempt and DROP in the next: no two in a row are alike. */
    ck_assert_msg(st == MOULT_ERR_BUSY, "%d: %s", st, moult_error_message(err));
    ck_assert(strstr(moult_error_message(err), "changed while it was read"));
    ck_assert(moult_error_detail(err, "hint"));
    moult_error_free(err);
    postgres_close(s);
}
END_TEST

/* Others come and go all the time: in other databases, in other schemas, with temporary tables. */
START_TEST(what_does_not_concern_it_does_not_hold_it_up)
{
    small_database();
    reader_database("elsewhere", "");
    static const struct {
        const char *rest, *where, *sql, *back;
    } cases[] = {
        {NULL, "elsewhere", "CREATE TABLE x (a integer)", "DROP TABLE x"},
        {NULL, "elsewhere", "CREATE ROLE passing", "DROP ROLE passing"},
        {NULL, "busy", "CREATE TEMP TABLE x (a integer)", "CREATE TEMP TABLE y (a text)"},
        {NULL, "busy", "INSERT INTO two.t VALUES (1)", "DELETE FROM two.t"},
        {"#schema=one", "busy", "ALTER TABLE two.t ADD b integer", "ALTER TABLE two.t DROP b"},
        {"#schema=one", "busy", "CREATE SCHEMA three", "DROP SCHEMA three"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moult_session *s = meddled("busy", cases[i].rest, cases[i].where, cases[i].sql, cases[i].back);
        CLEANUP_TREE moult_tree *tree = reader_tree(s);
        ck_assert_msg(meddler.runs >= 1 && meddler.clears <= 2, "case %zu: %d times again", i,
                      meddler.clears);
        if (meddler.runs % 2)
            reader_sql(cases[i].where, strstr(cases[i].sql, "TEMP") ? "SELECT 1" : cases[i].back);
        postgres_close(s);
    }
}
END_TEST

START_TEST(the_stamp_tells_states_apart)
{
    small_database();
    static const char *const changes[] = {
        "ALTER TABLE t ADD b integer", "COMMENT ON TABLE t IS 'x'", "GRANT SELECT ON t TO PUBLIC",
        "CREATE FUNCTION h() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
        "CREATE OR REPLACE FUNCTION h() RETURNS integer LANGUAGE sql AS 'SELECT 3'",
        "ALTER TABLE t ALTER a DROP DEFAULT", "DROP FUNCTION h()", "CREATE TYPE e AS ENUM ('a')",
        "ALTER TYPE e ADD VALUE 'b'", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"};
    moult_session *s = postgres_test_open(postgres_test_url("busy", NULL, NULL), READ, 1000);
    uint8_t before[32], after[32];
    ck_assert_int_eq(postgres_stamp(s, before, NULL), MOULT_OK);
    ck_assert_int_eq(postgres_stamp(s, after, NULL), MOULT_OK);
    ck_assert_mem_eq(before, after, 32);
    reader_sql("busy", "INSERT INTO t VALUES (1); ANALYZE t");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        reader_sql("busy", changes[i]);
        ck_assert_int_eq(postgres_stamp(s, after, NULL), MOULT_OK);
        ck_assert_msg(memcmp(before, after, 32) != 0, "%s", changes[i]);
        memcpy(before, after, 32);
    }
    postgres_close(s);
}
END_TEST

/* ---- rights ---- */

START_TEST(who_may_nothing_can_look)
{
    reader_database("locked", "CREATE SCHEMA hidden; REVOKE ALL ON SCHEMA public FROM PUBLIC;"
                              "CREATE TABLE hidden.t (a integer CHECK (a > 0), b text DEFAULT 'x');"
                              "CREATE VIEW hidden.v AS SELECT a FROM hidden.t;"
                              "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;"
                              "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'secret')");
    reader_sql(NULL, "CREATE ROLE nobody LOGIN");
    moult_session *s = postgres_test_open(postgres_test_url("locked", "nobody", NULL), READ, 1000);
    CLEANUP_TREE moult_tree *tree = reader_tree(s), *all = reader_look("locked", NULL);
    postgres_close(s);
    /* But for who owns what, relative to who looks. */
    ck_assert_str_eq(reader_attribute(tree, "table:hidden.t", "owner"), "postgres");
    ck_assert_ptr_null(reader_attribute(all, "table:hidden.t", "owner"));
    ck_assert_str_eq(reader_attribute(tree, "view:hidden.v", "definition"),
                     reader_attribute(all, "view:hidden.v", "definition"));
    ck_assert(tree_find(tree, STR("table:hidden.t/check:t_a_check")));
    ck_assert_ptr_null(reader_attribute(tree, "user_mapping:PUBLIC%20SERVER%20far", "options"));
    ck_assert_str_eq(reader_attribute(all, "user_mapping:PUBLIC%20SERVER%20far", "options"),
                     "password '(hidden)'");
    reader_sql(NULL, "DROP ROLE nobody");
}
END_TEST

struct held {
    char names[2048];
};

static moult_status note_right(void *arg, const char *name, uint32_t held, const char *note)
{
    struct held *h = arg;
    size_t n = strlen(h->names);
    snprintf(h->names + n, sizeof h->names - n, "%s=%u;", name, held);
    return note ? MOULT_OK : MOULT_ERR_INTERNAL;
}

START_TEST(rights_are_told)
{
    reader_database("rights", "CREATE TABLE t (a integer)");
    reader_sql("rights", "CREATE ROLE few LOGIN");
    struct held super = {0}, few = {0};
    moult_session *s = postgres_test_open(postgres_test_url("rights", NULL, NULL), READ, 1000);
    ck_assert_int_eq(postgres_rights(s, note_right, &super, NULL), MOULT_OK);
    postgres_close(s);
    s = postgres_test_open(postgres_test_url("rights", "few", NULL), READ, 1000);
    ck_assert_int_eq(postgres_rights(s, note_right, &few, NULL), MOULT_OK);
    postgres_close(s);
    ck_assert_msg(strstr(super.names, "create-database=1") && strstr(super.names, "owns-all=1"), "%s",
                  super.names);
    ck_assert_msg(strstr(few.names, "create-database=0") && strstr(few.names, "owns-all=0") &&
                      strstr(few.names, "create-schema=0"),
                  "%s", few.names);
    reader_sql("rights", "DROP ROLE few");
}
END_TEST

/* ---- schemas ---- */

START_TEST(schemas_but_the_systems_are_listed)
{
    reader_database("many", "CREATE SCHEMA a; CREATE SCHEMA \"B c\"; CREATE SCHEMA \"pg\";"
                            "CREATE SCHEMA moult; CREATE TABLE moult.t (a integer)");
    CLEANUP_TREE moult_tree *tree = reader_look("many", NULL);
    static const char *const there[] = {"schema:a", "schema:\"B%20c\"", "schema:pg", "schema:moult",
                                        "table:moult.t"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        ck_assert_msg(tree_find(tree, str_of(there[i])) != NULL, "%s", there[i]);
    ck_assert_uint_eq(tree->root->child_count, 5);
    reader_sql("many", "DROP SCHEMA public");
    CLEANUP_TREE moult_tree *without = reader_look("many", NULL);
    ck_assert_str_eq(reader_attribute(without, "schema:public", "missing"), "true");
    reader_sql("many", "CREATE SCHEMA public");
    CLEANUP_TREE moult_tree *anew = reader_look("many", NULL);
    ck_assert_str_eq(reader_attribute(anew, "schema:public", "comment"), "");
    ck_assert_str_eq(reader_attribute(anew, "schema:public", "grants"), "");
    ck_assert_str_eq(reader_attribute(anew, "schema:public", "owner"), "CURRENT_USER");
}
END_TEST

/* Queries that go out while S is inspected. */
static int round_trips(moult_session *s)
{
    char *text = NULL, line[256];
    size_t n = 0;
    int count = 0;
    FILE *trace = open_memstream(&text, &n), *lines;
    PQtrace(s->conn, trace);
    tree_free(reader_tree(s));
    PQuntrace(s->conn);
    fclose(trace);
    lines = fmemopen(text, n, "r");
    while (fgets(line, sizeof line, lines))
        count += strstr(line, "\tF\t") && strstr(line, "\tQuery\t");
    fclose(lines);
    free(text);
    return count;
}

#define SCHEMAS 1000

START_TEST(a_thousand_schemas_one_behind_the_other)
{
    reader_database("tenants", "CREATE SCHEMA big; DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format("
                               "'CREATE TABLE big.t%s (a integer PRIMARY KEY, b text)', i); END LOOP; END $$");
    for (int i = 0; i < SCHEMAS; i += 100) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "DO $$ BEGIN FOR i IN %d..%d LOOP EXECUTE format('CREATE SCHEMA t%%s;"
                 " CREATE TABLE t%%s.t (a integer PRIMARY KEY)', i, i); END LOOP; END $$",
                 i, i + 99);
        reader_sql("tenants", sql);
    }
    reader_sql("tenants", "VACUUM ANALYZE");
    moult_session *s = postgres_test_open(postgres_test_url("tenants", NULL, "#schema=big"), READ, 1000);
    int big = round_trips(s);
    ck_assert_msg(big == 2, "%d round trips", big);
    char first[65] = "";
    for (int i = 0; i < SCHEMAS; i += 9) {
        char rest[32];
        snprintf(rest, sizeof rest, "#schema=t%d", i);
        moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                          .purpose = READ,
                          .url = postgres_test_url("tenants", NULL, rest),
                          .lock_timeout_ms = 1000};
        ck_assert_int_eq(postgres_move(s, &how, NULL), MOULT_OK);
        ck_assert_int_eq(round_trips(s), big);
        CLEANUP_TREE moult_tree *tree = reader_tree(s);
        if (!*first)
            memcpy(first, tree->state, sizeof first);
        ck_assert_str_eq(tree->state, first);
    }
    postgres_close(s);
    s = postgres_test_open(postgres_test_url("tenants", NULL, NULL), READ, 1000);
    ck_assert_int_eq(round_trips(s), big);
    postgres_close(s);
}
END_TEST

/* ---- notices ---- */

static char logged[512];

static void keep_log(moult_ctx *ctx, int32_t level, const char *msg, size_t len)
{
    (void)ctx;
    snprintf(logged, sizeof logged, "%d %.*s", (int)level, (int)len, msg);
}

/* libpq prints what nobody takes; some come before the connection is made. */
START_TEST(what_the_server_says_goes_to_the_log)
{
    reader_database("warned", "");
    if (*postgres_test_ask(NULL, "SELECT 1 WHERE current_setting('server_version_num')::int >= 150000") != '1')
        return; /* before, a database had no version of its collation to warn of */
    reader_sql(NULL, "UPDATE pg_database SET datcollversion = '0' WHERE datname = 'warned'");
    moult_host host = postgres_test_host;
    host.log = keep_log;
    static const char *const rest[] = {"", "?connect_timeout=10"};
    for (size_t i = 0; i < 2; i++) {
        char printed[64] = "";
        FILE *file = tmpfile();
        int own = dup(STDERR_FILENO);
        moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                          .purpose = READ,
                          .url = postgres_test_url("warned", NULL, rest[i])};
        moult_session *s = NULL;
        *logged = '\0';
        dup2(fileno(file), STDERR_FILENO);
        moult_status st = postgres_open(&host, &how, &s, NULL);
        dup2(own, STDERR_FILENO);
        close(own);
        rewind(file);
        ck_assert_uint_eq(fread(printed, 1, sizeof printed - 1, file), 0);
        fclose(file);
        ck_assert_int_eq(st, MOULT_OK);
        ck_assert_msg(*logged == '0' + MOULT_LOG_WARNING && strstr(logged, "collation version"), "%s",
                      logged);
        postgres_close(s);
    }
}
END_TEST

static TCase *cases(void)
{
    TCase *t = tcase_create("reader");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, nothing_outside_changes_how_things_are_spelled);
    tcase_add_test(t, a_change_between_two_queries_is_noticed);
    tcase_add_test(t, changes_without_end_are_an_error);
    tcase_add_test(t, what_does_not_concern_it_does_not_hold_it_up);
    tcase_add_test(t, the_stamp_tells_states_apart);
    tcase_add_test(t, who_may_nothing_can_look);
    tcase_add_test(t, rights_are_told);
    tcase_add_test(t, schemas_but_the_systems_are_listed);
    tcase_add_test(t, a_thousand_schemas_one_behind_the_other);
    tcase_add_test(t, what_the_server_says_goes_to_the_log);
    return t;
}

int main(void)
{
    if (!postgres_test_start())
        return EXIT_SUCCESS;
    Suite *suite = suite_create("postgres-reader");
    suite_add_tcase(suite, cases());
    SRunner *runner = srunner_create(suite);
    srunner_add_suite(runner, reader_kinds_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    postgres_test_stop();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
