/* SPDX-License-Identifier: Apache-2.0 */
/* What statements of untrusted text are taken for. */
#include "check-sqlite.h"

#include <stdio.h>

struct seen {
    char klasses[64]; /* one letter a statement: S schema, D data, - session, ! refused */
    char last[512];   /* the text of the last one that is not left out, or why it is refused */
    uint64_t lines[64], offsets[64];
    size_t n;
    size_t stop_after;
};

static moult_status see(void *arg, const moult_statement *s)
{
    struct seen *seen = arg;
    ck_assert_uint_lt(seen->n, 63);
    seen->klasses[seen->n] = "?SD-!"[s->klass];
    seen->lines[seen->n] = s->line;
    seen->offsets[seen->n++] = s->offset;
    if (s->klass == MOULT_STMT_REFUSED)
        snprintf(seen->last, sizeof seen->last, "%s", s->why);
    else if (s->klass == MOULT_STMT_SCHEMA)
        snprintf(seen->last, sizeof seen->last, "%.*s", (int)s->sql_len, s->sql);
    ck_assert((s->why != NULL) == (s->klass == MOULT_STMT_REFUSED));
    return seen->n == seen->stop_after ? MOULT_ERR_CANCELLED : MOULT_OK;
}

static struct seen split(const char *text)
{
    struct seen seen = {0};
    ck_assert_int_eq(sqlite_dialect_split(&sqlite_test_host, text, strlen(text), see, &seen, NULL),
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
    ck_assert_msg(seen.n == 1 && seen.klasses[0] == '!', "%s: %s", seen.klasses, text);
    ck_assert_str_eq(seen.last, why);
}

START_TEST(statements_have_classes)
{
    expect("", "");
    expect(" ;; -- nothing\n ;", "");
    expect("CREATE TABLE t (a); create unique index i on t (a); CREATE VIEW v AS SELECT 1; "
           "CREATE VIRTUAL TABLE f USING fts5(a)",
           "SSSS");
    expect("ALTER TABLE t ADD b; DROP TABLE t; DROP INDEX i; DROP VIEW v; DROP TRIGGER r", "SSSSS");
    expect("INSERT INTO t VALUES (1); REPLACE INTO t VALUES (1); INSERT OR IGNORE INTO t SELECT 1; "
           "UPDATE t SET a = 1; UPDATE OR FAIL t SET a = 1; DELETE FROM t; DELETE FROM main.t",
           "DDDDDDD");
    expect("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x; WITH x AS (SELECT 1) DELETE FROM t",
           "DD");
    expect("INSERT INTO sqlite_sequence VALUES ('t', 1); DELETE FROM sqlite_stat1", "DD");
    expect(
        "BEGIN; BEGIN IMMEDIATE; COMMIT; END; SAVEPOINT a; RELEASE a; ANALYZE; ANALYZE t; REINDEX; VACUUM",
        "----------");
    expect("PRAGMA foreign_keys = ON; PRAGMA main.journal_mode(wal); PRAGMA user_version = -1; "
           "PRAGMA locking_mode=NORMAL; pragma integrity_check",
           "-----");
}
END_TEST

START_TEST(what_reaches_out_is_refused)
{
    refused("ATTACH 'x' AS y", "ATTACH reaches another database");
    refused("DETACH y", "DETACH reaches another database");
    refused("CREATE TEMP TABLE t (a)",
            "what is temporary is no part of a schema: it ends with its session");
    refused("create temporary view v as select 1",
            "what is temporary is no part of a schema: it ends with its session");
    refused("CREATE TABLE temp.t (a)", "temp is another database");
    refused("VACUUM INTO 'x'", "VACUUM INTO writes another file");
    refused("ROLLBACK", "ROLLBACK would take back what stands before it");
    refused("SELECT 1", "a query is no part of a schema");
    refused("VALUES (1)", "a query is no part of a schema");
    refused("WITH x AS (SELECT 1) SELECT * FROM x", "a query is no part of a schema");
    refused("EXPLAIN SELECT 1", "EXPLAIN is no part of a schema");
    refused("PRAGMA writable_schema = ON", "PRAGMA writable_schema lets any text into the schema");
    refused("PRAGMA writable_schema", "PRAGMA writable_schema lets any text into the schema");
    refused("PRAGMA trusted_schema = ON", "PRAGMA trusted_schema is not known to be harmless");
    refused("PRAGMA locking_mode = exclusive", "PRAGMA locking_mode is not known to be harmless");
    refused("PRAGMA other.user_version = 1", "other is another database");
    refused("INSERT INTO sqlite_master VALUES (1)",
            "writing to sqlite_master lets any text into the schema");
    refused("UPDATE sqlite_schema SET sql = 1",
            "writing to sqlite_schema lets any text into the schema");
    refused("DELETE FROM \"sqlite_master\"",
            "writing to \"sqlite_master\" lets any text into the schema");
    refused("CREATE TABLE other.t (a)", "other is another database");
    refused("DROP TABLE IF EXISTS other.t", "other is another database");
    refused("CREATE VIEW v AS SELECT * FROM other.t", "other is another database");
    refused("CREATE TABLE t (a CHECK (load_extension('x')))",
            "load_extension reaches outside of the database");
    refused("CREATE VIEW v AS SELECT \"readfile\"('/etc/passwd')",
            "\"readfile\" reaches outside of the database");
    refused("INSERT INTO t SELECT writefile('x', 'y')",
            "writefile reaches outside of the database");
    expect(
        "CREATE TABLE edit (edit INT REFERENCES edit (edit)); CREATE INDEX i ON edit (edit); "
        "INSERT INTO edit (edit) VALUES (1); CREATE VIEW v AS SELECT a IS DISTINCT FROM t.b FROM t",
        "SSDS");
}
END_TEST

START_TEST(what_is_not_understood_is_refused)
{
    refused(".import x y", "a command of the sqlite3 shell, not of SQL");
    refused("USE x", "SQLite has no statement that begins with USE");
    refused("\"quoted\" x", "SQLite has no statement that begins with \"quoted\"");
    refused("CREATE ROLE x", "SQLite has no CREATE ROLE");
    refused("DROP DATABASE x", "SQLite has no DROP DATABASE");
    refused("ALTER ROLE x", "SQLite has no ALTER ROLE");
    refused("INSERT t VALUES (1)", "INSERT is not followed by a table");
    refused("DELETE FROM (t)", "DELETE is not followed by a table");
    refused("WITH x AS (SELECT 1)", "WITH is not followed by a statement");
    refused("CREATE TABLE t (a", "a parenthesis is left open");
    refused("CREATE TABLE t a)", "a parenthesis is closed that was not opened");
    refused("CREATE TABLE t (a DEFAULT ?1)", "nothing gives the parameter ?1 a value");
    refused("CREATE TABLE t (a DEFAULT 'x)", "a string is left open");
    refused("CREATE TABLE \"t (a)", "a quoted name is left open");
    refused("CREATE TABLE t (a) /* x", "a comment is left open");
    refused("CREATE TABLE t (a !)", "what stands here is not SQL");
    refused("CREATE TRIGGER r DELETE ON t BEGIN SELECT 1;", "the trigger has no END");
    struct seen seen = {0};
    ck_assert_int_eq(sqlite_dialect_split(&sqlite_test_host, "a\0b", 3, see, &seen, NULL),
                     MOULT_OK);
    ck_assert_str_eq(seen.last, "the text holds a zero byte");
}
END_TEST

START_TEST(triggers_hold_semicolons)
{
    struct seen seen =
        split("CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; "
              "INSERT INTO u VALUES ('; END;'); END; DROP TABLE u");
    ck_assert_str_eq(seen.klasses, "SS");
    expect("CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END", "S");
    expect("CREATE TABLE trigger_ (a); CREATE TABLE t (b)", "SS");
}
END_TEST

START_TEST(lines_and_offsets_are_those_of_the_first_token)
{
    const char *text =
        "-- one\n\nCREATE TABLE a (x\n  DEFAULT 'two\nlines');\n/* a\nb */ DROP TABLE a;\n.quit\nBEGIN";
    struct seen seen = split(text);
    ck_assert_str_eq(seen.klasses, "SS!-");
    ck_assert_uint_eq(seen.lines[0], 3);
    ck_assert_uint_eq(seen.lines[1], 7);
    ck_assert_uint_eq(seen.lines[2], 8);
    ck_assert_uint_eq(seen.lines[3], 9);
    ck_assert_int_eq(memcmp(text + seen.offsets[1], "DROP", 4), 0);
    /* An open quote is reported where it is opened. */
    seen = split("CREATE TABLE t (\n a DEFAULT 'x\n)");
    ck_assert_uint_eq(seen.lines[0], 2);
}
END_TEST

START_TEST(dumps_of_virtual_tables_are_accepted)
{
    const char *insert =
        "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)"
        "VALUES('table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(a, tokenize=''x'')');";
    char text[2048];
    snprintf(text, sizeof text,
             "PRAGMA writable_schema=ON;\n%s\nCREATE TABLE t (a);\n%s\nPRAGMA writable_schema=OFF;",
             insert, insert);
    struct seen seen = split(text);
    ck_assert_str_eq(seen.klasses, "-SSS-");
    ck_assert_str_eq(seen.last, "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='x')");
    ck_assert_uint_eq(seen.lines[1], 2);
    /* Only in that place and form. */
    expect(insert, "!");
    snprintf(text, sizeof text, "PRAGMA writable_schema=ON; CREATE TABLE t (a); %s", insert);
    expect(text, "!S!");
    snprintf(text, sizeof text, "PRAGMA writable_schema=ON; %s PRAGMA writable_schema=RESET; %s",
             insert, insert);
    expect(text, "-S-!");
    expect("PRAGMA writable_schema=OFF", "!");
    static const char *const values[] = {
        "'table','f','g',0,'CREATE VIRTUAL TABLE f USING fts5(a)'",
        "'table','f','f',1,'CREATE VIRTUAL TABLE f USING fts5(a)'",
        "'index','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(a)'",
        "'table','f','f',0,'CREATE VIRTUAL TABLE g USING fts5(a)'",
        "'table','f','f',0,'CREATE VIRTUAL TABLE temp.f USING fts5(a)'",
        "'table','f','f',0,'CREATE TABLE f (a)'",
        "'table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(a); DROP TABLE t'",
        "'table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(a, load_extension(1))'",
        "'table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(''a)'",
        "'table','f','f',0,x'00'"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        snprintf(
            text, sizeof text,
            "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES(%s);",
            values[i]);
        expect(text, "!!");
    }
}
END_TEST

START_TEST(tables_of_virtual_tables_are_not_made_twice)
{
    expect("CREATE VIRTUAL TABLE \"F x\" USING FTS5(a); CREATE TABLE IF NOT EXISTS 'F x_data'(id); "
           "CREATE TABLE \"f x_notes\" (a); CREATE TABLE other_data (a); CREATE TABLE f_data (a)",
           "SDSSS");
    expect(
        "CREATE TABLE r_node (a); CREATE VIRTUAL TABLE r USING rtree(id, a, b); CREATE TABLE r_node (a)",
        "SSD");
    expect("CREATE VIRTUAL TABLE z USING zork(a); CREATE TABLE z_data (a)", "SS");
    expect("CREATE TABLE sqlite_sequence(name,seq); CREATE TABLE sqlite_stat1(tbl,idx,stat)", "DD");
}
END_TEST

START_TEST(the_caller_can_stop)
{
    struct seen seen = {.stop_after = 2};
    const char *text = "BEGIN; BEGIN; BEGIN";
    ck_assert_int_eq(sqlite_dialect_split(&sqlite_test_host, text, strlen(text), see, &seen, NULL),
                     MOULT_ERR_CANCELLED);
    ck_assert_uint_eq(seen.n, 2);
}
END_TEST

TCase *sqlite_split_cases(void)
{
    TCase *t = tcase_create("split");
    tcase_add_test(t, statements_have_classes);
    tcase_add_test(t, what_reaches_out_is_refused);
    tcase_add_test(t, what_is_not_understood_is_refused);
    tcase_add_test(t, triggers_hold_semicolons);
    tcase_add_test(t, lines_and_offsets_are_those_of_the_first_token);
    tcase_add_test(t, dumps_of_virtual_tables_are_accepted);
    tcase_add_test(t, tables_of_virtual_tables_are_not_made_twice);
    tcase_add_test(t, the_caller_can_stop);
    return t;
}
