/* SPDX-License-Identifier: Apache-2.0 */
/* What statements of untrusted text are taken for, and how names stand in texts. */
#include "check-postgres.h"

#include <stdio.h>
#include <stdlib.h>

struct seen {
    char klasses
        [64]; /* one letter a statement: S schema, D data, - session, ! refused, P procedural */
    char last[512]; /* the text of the last one that is run, or why it is refused */
    uint64_t lines[64], offsets[64];
    size_t n;
};

static moult_status see(void *arg, const moult_statement *s)
{
    struct seen *seen = arg;
    ck_assert_uint_lt(seen->n, 63);
    seen->klasses[seen->n] = "?SD-!P"[s->klass];
    seen->lines[seen->n] = s->line;
    seen->offsets[seen->n++] = s->offset;
    if (s->why)
        snprintf(seen->last, sizeof seen->last, "%s", s->why);
    else if (s->klass == MOULT_STMT_SCHEMA)
        snprintf(seen->last, sizeof seen->last, "%.*s", (int)s->sql_len, s->sql);
    return MOULT_OK;
}

static struct seen split(const char *text)
{
    struct seen seen = {0};
    ck_assert_int_eq(postgres_split(&postgres_test_host, text, strlen(text), see, &seen, NULL),
                     MOULT_OK);
    return seen;
}

static void expect(const char *text, const char *klasses)
{
    struct seen seen = split(text);
    ck_assert_msg(strcmp(seen.klasses, klasses) == 0, "%s, not %s: %s (%s)", seen.klasses, klasses,
                  text, seen.last);
}

static void refused(const char *text, const char *why)
{
    struct seen seen = split(text);
    ck_assert_msg(seen.n && seen.klasses[seen.n - 1] == '!', "%s: %s", seen.klasses, text);
    ck_assert_str_eq(seen.last, why);
}

static void runs(const char *text, const char *sql)
{
    struct seen seen = split(text);
    ck_assert_str_eq(seen.last, sql);
}

START_TEST(statements_have_classes)
{
    expect("", "");
    expect(" ;; -- nothing\n /* /* ; */ ; */ ;", "");
    expect(
        "CREATE TABLE t (a int); create unique index i on t (a); CREATE OR REPLACE VIEW v AS SELECT 1;"
        "CREATE TEMP TABLE x (a int); CREATE TYPE e AS ENUM ('a'); COMMENT ON TABLE t IS 'x';"
        "GRANT SELECT ON t TO x; REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;"
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x; DROP VIEW v; ALTER TABLE t ADD b int;"
        "CREATE USER MAPPING FOR x SERVER s; CLUSTER t USING i; SECURITY LABEL ON TABLE t IS 'x'",
        "SSSSSSSSSSSSSS");
    expect(
        "INSERT INTO t VALUES (1); UPDATE t SET a = 1; DELETE FROM t; TRUNCATE t; MERGE INTO t USING u ON a"
        " WHEN MATCHED THEN DELETE; SELECT setval('a', 1); SELECT 1; (SELECT 1); VALUES (1); TABLE t;"
        "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x; ANALYZE; VACUUM t; REINDEX TABLE t; CLUSTER t;"
        "REFRESH MATERIALIZED VIEW m; COPY t TO STDOUT",
        "DDDDDDDDDDDDDDDDD");
    expect("BEGIN; START TRANSACTION; COMMIT; END; SAVEPOINT a; RELEASE a; LOCK TABLE t;"
           "SET statement_timeout = 0; SET client_encoding = 'UTF8'; RESET ALL; SHOW search_path;"
           "SET my.setting = 'x'; SET CONSTRAINTS ALL DEFERRED; SET search_path = a",
           "--------------");
    expect("DO $$ BEGIN END $$; CALL p(); SELECT f(1); SELECT a FROM t WHERE \"F\"(a)", "PPPP");
    expect(
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false, slot_name = NONE);"
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p; ALTER SUBSCRIPTION s OWNER TO o;"
        "ALTER SUBSCRIPTION s ENABLE; DROP SUBSCRIPTION s",
        "S!S!!");
    /* Grammar that came later than that of the library: the words that it begins with tell. */
    expect(
        "CREATE TABLE t (a int GENERATED ALWAYS AS (1) VIRTUAL, b int, CONSTRAINT k PRIMARY KEY (b WITHOUT"
        " OVERLAPS)); ALTER TABLE t ALTER a SET EXPRESSION AS (2)",
        "SS");
}
END_TEST

START_TEST(what_reaches_out_is_refused)
{
    refused("DROP DATABASE x", "DROP DATABASE is not about what is inside of a database");
    refused("alter /* x */ database x set a = 1",
            "alter DATABASE is not about what is inside of a database");
    refused("CREATE ROLE x", "CREATE ROLE changes the whole server");
    refused("ALTER USER x SUPERUSER", "ALTER ROLE changes the whole server");
    refused("GRANT a TO b", "GRANT of membership in a role changes the whole server");
    refused("REVOKE a FROM b", "REVOKE of membership in a role changes the whole server");
    refused("GRANT ALL ON DATABASE x TO y",
            "GRANT DATABASE is not about what is inside of a database");
    refused("COMMENT ON ROLE x IS 'y'", "COMMENT ROLE changes the whole server");
    refused("ALTER SYSTEM SET a = 1", "ALTER SYSTEM changes the whole server");
    refused("CREATE TABLESPACE x LOCATION '/x'", "CREATE TABLESPACE changes the whole server");
    refused("COPY t FROM '/etc/passwd'", "COPY reads or writes a file of the server");
    refused("COPY t TO PROGRAM 'sh'", "COPY ... PROGRAM runs a program on the server");
    refused("LOAD 'x'", "LOAD is for the server, and no part of a schema");
    refused("IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b",
            "IMPORT FOREIGN SCHEMA reads from another server");
    refused("LISTEN x", "LISTEN is for other sessions, and no part of a schema");
    refused("ROLLBACK", "ROLLBACK would take back what stands before it");
    refused("PREPARE x AS SELECT 1",
            "PREPARE is about a prepared statement or transaction, which is no part of a"
            " schema");
    refused("SELECT 1 INTO t",
            "a query that makes a table is not understood: write CREATE TABLE ... AS");
    refused("SET allow_system_table_mods = on",
            "the setting allow_system_table_mods is none that a schema may ask for");
    refused("SET SESSION AUTHORIZATION x", "SET SESSION AUTHORIZATION is not run: write SET ROLE");
    refused("FROBNICATE x", "no statement begins with FROBNICATE");
    refused("CREATE FROB x", "CREATE FROB is not understood");
    refused("\\connect x", "\\connect goes to another database");
    refused("\\i x.sql", "\\i is not followed: name a folder, all .sql files of which are read");
    refused("\\! rm -rf /", "\\! is a command of psql, not of SQL");
    refused("SELECT 1 \\gexec", "a command of psql stands inside of a statement");
    refused("CREATE TABLE t (a text DEFAULT '\x01tenant\x02')", "the text holds a byte 0x01");
    refused("CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); DROP ROLE x",
            "DROP ROLE changes the whole server");
}
END_TEST

START_TEST(statements_end_where_psql_ends_them)
{
    expect(
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC; SELECT CASE WHEN a THEN 1 END; SELECT 2 AS end; END;"
        "CREATE VIEW v AS SELECT 1",
        "SS");
    expect(
        "create or replace procedure p() begin atomic insert into t values (1); end; drop view v",
        "SS");
    expect("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT ';$$' $x$; DROP VIEW v",
           "SS");
    expect(
        "CREATE TABLE t (a text DEFAULT E'\\';', b text DEFAULT '\\', c text DEFAULT U&'\\0061;');DROP VIEW v",
        "SS");
    expect("CREATE TABLE t (a text DEFAULT E'x\\'' -- y ' ;\n '\\';'); DROP VIEW v", "SS");
    expect("CREATE TABLE \"a;\"\"b\" (U&\"c;\" int /* ; /* ' */ */, d$e$ int); DROP VIEW v", "SS");
    expect(
        "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM u); DROP VIEW v",
        "SS");
    expect("COPY t (a, b) FROM stdin WITH (FORMAT csv);\nDROP ROLE x;\n\\.x\n\\.\nDROP VIEW v;",
           "DS");
    expect("\\restrict abc\nDROP VIEW v;\n\\unrestrict abc\n", "-S-");
    refused("DROP VIEW v;\nSELECT 'a", "a string is left open");
    refused("SELECT \"a", "a quoted name is left open");
    refused("SELECT U&\"a", "a quoted name is left open");
    refused("SELECT $a$ $b$", "a dollar-quoted string is left open");
    refused("/* /* */", "a comment is left open");
    struct seen seen =
        split("\xef\xbb\xbf-- x\n\nDROP VIEW v;\n  COPY t FROM stdin;\n1\n2\n\\.\n  DROP VIEW w");
    ck_assert_str_eq(seen.klasses, "SDS");
    ck_assert_uint_eq(seen.lines[0], 3);
    ck_assert_uint_eq(seen.lines[1], 4);
    ck_assert_uint_eq(seen.lines[2], 8);
    ck_assert_uint_eq(seen.offsets[0], 9);
}
END_TEST

START_TEST(settings_travel_with_statements)
{
    runs("SET search_path = a, \"B\"; DROP VIEW v", "SET search_path = a, \"B\";DROP VIEW v");
    runs("SET search_path = a; RESET search_path; DROP VIEW v", "DROP VIEW v");
    runs("SET search_path TO DEFAULT; DROP VIEW v", "DROP VIEW v");
    runs("SELECT pg_catalog.set_config('search_path', '', false); DROP VIEW v",
         "SELECT pg_catalog.set_config('search_path', '', false);DROP VIEW v");
    runs("BEGIN; SET LOCAL search_path = a; COMMIT; DROP VIEW v", "DROP VIEW v");
    runs("SET LOCAL search_path = a; DROP VIEW v", "DROP VIEW v");
    runs("BEGIN; SET LOCAL search_path = a; DROP VIEW v", "SET search_path = a;DROP VIEW v");
    runs("SET SESSION ROLE r; SET TIME ZONE 'UTC'; DROP VIEW v",
         "SET TIME ZONE 'UTC';SET ROLE r;DROP VIEW v");
    runs("SET ROLE r; RESET ALL; DROP VIEW v", "SET ROLE r;DROP VIEW v");
    runs("SET check_function_bodies = false; DROP VIEW v", "DROP VIEW v");
    runs("SET standard_conforming_strings = off; COMMENT ON VIEW v IS 'a'",
         "COMMENT ON VIEW v IS 'a'");
    refused("SET standard_conforming_strings = off; COMMENT ON VIEW v IS 'a\\b'",
            "a string with a backslash, while standard_conforming_strings is off: write E''");
    refused("SELECT set_config('search_path', f(), false)",
            "set_config() inside of a query is not understood");
}
END_TEST

START_TEST(queries_fill_no_tables)
{
    runs("CREATE MATERIALIZED VIEW m AS SELECT f()",
         "CREATE MATERIALIZED VIEW m AS SELECT f() WITH NO DATA");
    runs("CREATE MATERIALIZED VIEW m AS SELECT f() WITH DATA",
         "CREATE MATERIALIZED VIEW m AS SELECT f() WITH NO DATA");
    runs("CREATE MATERIALIZED VIEW m AS SELECT f() WITH NO DATA",
         "CREATE MATERIALIZED VIEW m AS SELECT f() WITH NO DATA");
    runs("CREATE UNLOGGED TABLE t AS SELECT f() -- x",
         "CREATE UNLOGGED TABLE t AS SELECT f() WITH NO DATA");
    runs("CREATE TABLE t (a int GENERATED ALWAYS AS (1) STORED)",
         "CREATE TABLE t (a int GENERATED ALWAYS AS (1) STORED)");
    runs("CREATE SCHEMA public", "CREATE SCHEMA IF NOT EXISTS public");
    runs("CREATE SCHEMA s", "CREATE SCHEMA s");
    refused("CREATE TABLE t AS EXECUTE x", "CREATE TABLE AS EXECUTE runs what cannot be seen");
}
END_TEST

/* ---- names ---- */

static void folds(const char *kind, const char *name, const char *key)
{
    for (int i = 0; i < 2; i++) {
        char *out;
        size_t n;
        ck_assert_int_eq(postgres_fold(&postgres_test_host, kind, i ? key : name,
                                       strlen(i ? key : name), &out, &n, NULL),
                         MOULT_OK);
        ck_assert_str_eq(out, key);
        ck_assert_uint_eq(n, strlen(key));
        free(out);
    }
}

START_TEST(names_fold)
{
    folds("table", "public.Users", "public.users");
    folds("table", "public.\"Users\"", "public.\"Users\"");
    folds("table", "\"public\".\"users\"", "public.users");
    folds("column", "select", "\"select\"");
    folds("column", "x y", "\"x y\"");
    folds("column", "a\"b;c", "\"a\"\"b;c\"");
    folds("function", "S.F(integer, \"T\")", "s.f(integer, \"T\")");
    folds("table", "\x01tenant\x02.Users", "\x01tenant\x02.users");
    folds("cast", "(a AS b)", "(a AS b)");
}
END_TEST

static void binds(const char *text, const char *value, const char *bound)
{
    const moult_binding b = {MOULT_END(moult_binding, value), 0, "tenant", value};
    const moult_binding *list[] = {&b};
    char *out;
    size_t n;
    ck_assert_int_eq(
        postgres_bind(&postgres_test_host, text, strlen(text), list, 1, &out, &n, NULL), MOULT_OK);
    ck_assert_str_eq(out, bound);
    free(out);
}

START_TEST(names_are_bound_where_they_stand)
{
    binds("SELECT \x01tenant\x02.t", "a", "SELECT a.t");
    binds("SELECT \x01tenant\x02.t", "T-2", "SELECT \"T-2\".t");
    binds("SELECT \x01tenant\x02.t", "select", "SELECT \"select\".t");
    binds("SELECT \x01tenant\x02.t", "a\"b;c", "SELECT \"a\"\"b;c\".t");
    binds("nextval('\x01tenant\x02.s'::regclass)", "it's", "nextval('\"it''s\".s'::regclass)");
    binds("f(E'\x01tenant\x02.s')", "a\\'", "f(E'\"a\\\\''\".s')");
    binds("AS $x$ SELECT '\x01tenant\x02', \x01tenant\x02.t $x$", "it's",
          "AS $x$ SELECT '\"it''s\"', \"it's\".t $x$");
    binds("AS $x$ SELECT \x01tenant\x02.t $x$; z", "a$x$; b",
          "AS $moult1$ SELECT \"a$x$; b\".t $moult1$; z");
    binds("\"\x01tenant\x02\".t", "a\"b", "\"a\"\"b\".t");
    binds("a -- \x01tenant\x02\nb", "x\ny", "a -- \"x y\"\nb");
    binds("a /* \x01tenant\x02 */ b", "x*/y", "a /* \"x /y\" */ b");
    char *out;
    size_t n;
    ck_assert_int_eq(postgres_bind(&postgres_test_host, "\x01x\x02", 3, NULL, 0, &out, &n, NULL),
                     MOULT_ERR_CONFIG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("postgres-split");
    TCase *t = tcase_create("split");
    tcase_add_test(t, statements_have_classes);
    tcase_add_test(t, what_reaches_out_is_refused);
    tcase_add_test(t, statements_end_where_psql_ends_them);
    tcase_add_test(t, settings_travel_with_statements);
    tcase_add_test(t, queries_fill_no_tables);
    tcase_add_test(t, names_fold);
    tcase_add_test(t, names_are_bound_where_they_stand);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
