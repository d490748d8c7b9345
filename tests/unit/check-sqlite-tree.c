/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a database, and which texts are the same. */
#include "check-sqlite.h"

#include <stdio.h>

static void same_state(const char *a, const char *b, bool same)
{
    char x[65], y[65];
    sqlite_test_state(a, x);
    sqlite_test_state(b, y);
    ck_assert_msg((strcmp(x, y) == 0) == same, "%s state:\n%s\n%s",
                  same ? "not the same" : "the same", a, b);
}

#define TEXT(path, name, value) ck_assert_str_eq(sqlite_test_text(t, path, name), value)
#define SAME(path, name, value) ck_assert_str_eq(sqlite_test_same(t, path, name), value)
#define REF(path, target, strength)                                                                \
    ck_assert_uint_eq(sqlite_test_ref(t, path, target), 1 + (strength))

START_TEST(tables_and_columns)
{
    moult_tree *t = sqlite_test_tree_of(
        "CREATE TABLE \"My t\" (Id INTEGER PRIMARY KEY AUTOINCREMENT, n VARCHAR (20) NOT NULL ON CONFLICT REPLACE "
        "DEFAULT 'it''s' COLLATE NOCASE, g INT AS (id + 1), s INT GENERATED ALWAYS AS (g) STORED, plain);"
        "CREATE TABLE w (a TEXT, b ANY, PRIMARY KEY (b, a DESC) ON CONFLICT FAIL) WITHOUT ROWID, STRICT");
    TEXT("table:my%20t", "name", "My t");
    TEXT("table:my%20t/column:id", "name", "Id");
    TEXT("table:my%20t/column:id", "position", "1");
    TEXT("table:my%20t/column:plain", "position", "5");
    TEXT("table:my%20t/column:plain", "type", "(none)");
    TEXT("table:my%20t/column:n", "type", "VARCHAR (20)");
    SAME("table:my%20t/column:n", "type", "VARCHAR(20)");
    TEXT("table:my%20t/column:n", "logical", "varchar(20)");
    TEXT("table:my%20t/column:n", "not_null", "true");
    TEXT("table:my%20t/column:n", "not_null_conflict", "REPLACE");
    TEXT("table:my%20t/column:n", "default", "'it''s'");
    SAME("table:my%20t/column:n", "collate", "nocase");
    TEXT("table:my%20t/column:g", "generated", "id + 1");
    TEXT("table:my%20t/column:g", "stored", "(none)");
    TEXT("table:my%20t/column:s", "stored", "true");
    REF("table:my%20t/column:g", "table:my%20t/column:id", MOULT_REF_ENFORCED);
    TEXT("table:my%20t/primary_key:", "columns", "Id");
    TEXT("table:my%20t/primary_key:", "rowid", "alias");
    TEXT("table:my%20t/primary_key:", "autoincrement", "true");
    TEXT("table:w", "without_rowid", "true");
    TEXT("table:w", "strict", "true");
    SAME("table:w/primary_key:", "columns", "b, a desc");
    TEXT("table:w/primary_key:", "conflict", "FAIL");
    TEXT("table:w/primary_key:", "rowid", "(none)");
    ck_assert_uint_eq(t->root->child_count, 2); /* sqlite_sequence is SQLite's */
    tree_free(t);
}
END_TEST

START_TEST(constraints)
{
    moult_tree *t = sqlite_test_tree_of(
        "CREATE TABLE p (x INTEGER PRIMARY KEY, y UNIQUE);"
        "CREATE TABLE c (a CONSTRAINT ca CHECK (a > 0) REFERENCES p, b REFERENCES p (y) ON DELETE SET NULL ON UPDATE "
        "CASCADE DEFERRABLE INITIALLY DEFERRED, UNIQUE (a, B COLLATE nocase), CHECK (a<>b), CHECK (a <> b), "
        "CONSTRAINT k FOREIGN KEY (a, b) REFERENCES p (x, y) MATCH full ON DELETE NO ACTION)");
    TEXT("table:c/check:ca", "expression", "a > 0");
    TEXT("table:c/check:ca", "name", "ca");
    TEXT("table:c/check:a%20<>%20b", "expression", "a<>b");
    TEXT("table:c/check:a%20<>%20b#2", "expression", "a <> b");
    REF("table:c/check:a%20<>%20b", "table:c/column:b", MOULT_REF_ENFORCED);
    SAME("table:c/unique:(a,%20b%20collate%20nocase)", "columns", "a, b collate nocase");
    TEXT("table:p/unique:(y)", "columns", "y");
    REF("table:p/unique:(y)", "table:p/column:y", MOULT_REF_ENFORCED);
    const char *fk = "table:c/foreign_key:(b)>p(y)";
    TEXT(fk, "columns", "b");
    TEXT(fk, "table", "p");
    TEXT(fk, "to_columns", "y");
    TEXT(fk, "on_delete", "SET NULL");
    TEXT(fk, "on_update", "CASCADE");
    TEXT(fk, "deferrable", "DEFERRABLE INITIALLY DEFERRED");
    REF(fk, "table:p/column:y", MOULT_REF_ENFORCED);
    REF(fk, "table:c/column:b", MOULT_REF_ENFORCED);
    TEXT("table:c/foreign_key:(a)>p", "to_columns", "(none)");
    REF("table:c/foreign_key:(a)>p", "table:p/primary_key:", MOULT_REF_ENFORCED);
    TEXT("table:c/foreign_key:k", "on_delete", "(none)");
    TEXT("table:c/foreign_key:k", "match", "full");
    tree_free(t);
}
END_TEST

START_TEST(rowid_aliases_follow_the_quirk)
{
    moult_tree *t = sqlite_test_tree_of(
        "CREATE TABLE a (x INTEGER PRIMARY KEY DESC); CREATE TABLE b (x INTEGER, PRIMARY KEY (x DESC));"
        "CREATE TABLE c (x INT PRIMARY KEY); CREATE TABLE d (x \"INTEGER\" PRIMARY KEY ASC);"
        "CREATE TABLE e (x INTEGER PRIMARY KEY) WITHOUT ROWID; CREATE TABLE f (x INTEGER, y, PRIMARY KEY (x, y))");
    TEXT("table:a/primary_key:", "rowid", "(none)");
    TEXT("table:a/primary_key:", "columns", "x DESC");
    TEXT("table:b/primary_key:", "rowid", "alias");
    SAME("table:b/primary_key:", "columns", "x");
    TEXT("table:c/primary_key:", "rowid", "(none)");
    TEXT("table:d/primary_key:", "rowid", "alias");
    TEXT("table:e/primary_key:", "rowid", "(none)");
    TEXT("table:f/primary_key:", "rowid", "(none)");
    tree_free(t);
}
END_TEST

START_TEST(indexes_views_triggers)
{
    moult_tree *t = sqlite_test_tree_of(
        "CREATE TABLE t (a, b, c); CREATE TABLE log (m);"
        "CREATE UNIQUE INDEX I ON T (a DESC, lower(\"b\") || \"zz\") WHERE c > 1 -- end\n;"
        "CREATE VIEW v (x, \"y z\") AS SELECT a, b /* in */ FROM t -- end\n;"
        "CREATE VIEW vv AS SELECT * FROM v;"
        "CREATE TRIGGER tr UPDATE OF a, b ON t WHEN new.a > old.a BEGIN INSERT INTO log VALUES (new.c); END;"
        "CREATE TRIGGER tv INSTEAD OF DELETE ON v BEGIN DELETE FROM t; END");
    TEXT("index:i", "table", "T");
    SAME("index:i", "table", "t");
    TEXT("index:i", "columns", "a DESC, lower(\"b\") || \"zz\"");
    SAME("index:i", "columns", "a desc, lower(b) || 'zz'");
    TEXT("index:i", "unique", "true");
    TEXT("index:i", "where", "c > 1");
    REF("index:i", "table:t", MOULT_REF_OWNED);
    REF("index:i", "table:t/column:b", MOULT_REF_ENFORCED);
    REF("index:i", "table:t/column:c", MOULT_REF_ENFORCED);
    TEXT("view:v", "columns", "x, \"y z\"");
    TEXT("view:v", "body", "SELECT a, b /* in */ FROM t");
    SAME("view:v", "body", "select a, b from t");
    REF("view:v", "table:t", MOULT_REF_TEXT);
    REF("view:v", "table:t/column:a", MOULT_REF_TEXT);
    ck_assert_uint_eq(sqlite_test_ref(t, "view:v", "table:t/column:c"), 0);
    REF("view:vv", "view:v", MOULT_REF_TEXT);
    TEXT("trigger:tr", "timing", "BEFORE");
    TEXT("trigger:tr", "event", "UPDATE");
    TEXT("trigger:tr", "of", "a, b");
    TEXT("trigger:tr", "when", "new.a > old.a");
    TEXT("trigger:tr", "body", "INSERT INTO log VALUES (new.c);");
    REF("trigger:tr", "table:t", MOULT_REF_OWNED);
    REF("trigger:tr", "table:t/column:c", MOULT_REF_TEXT);
    REF("trigger:tr", "table:log", MOULT_REF_TEXT);
    TEXT("trigger:tv", "timing", "INSTEAD OF");
    REF("trigger:tv", "view:v", MOULT_REF_OWNED);
    tree_free(t);
}
END_TEST

START_TEST(virtual_tables_hide_their_shadows)
{
    moult_tree *t = sqlite_test_tree_of(
        "CREATE TABLE t (a); CREATE VIRTUAL TABLE F USING FTS5(A, content='t', tokenize = 'porter ascii');"
        "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); CREATE VIRTUAL TABLE f4 USING fts4(a)");
    ck_assert_uint_eq(t->root->child_count, 4);
    SAME("virtual_table:f", "module", "fts5");
    TEXT("virtual_table:f", "arguments", "A, content='t', tokenize = 'porter ascii'");
    SAME("virtual_table:f", "arguments", "a, content = 't', tokenize = 'porter ascii'");
    TEXT("virtual_table:f", "unavailable", "(none)");
    REF("virtual_table:f", "table:t", MOULT_REF_TEXT);
    tree_free(t);
}
END_TEST

START_TEST(modules_that_are_not_there)
{
    const char *path = sqlite_test_make(
        "m.db",
        "PRAGMA writable_schema = ON; CREATE TABLE t (a);"
        "INSERT INTO sqlite_schema VALUES ('table', 'z', 'z', 0, 'CREATE VIRTUAL TABLE z USING Zork(A  b,\"C\")')");
    moult_tree *t = sqlite_test_tree(path, NULL);
    TEXT("virtual_table:z", "unavailable", "true");
    SAME("virtual_table:z", "arguments",
         "A b, \"C\""); /* only the module knows what its case means */
    TEXT("table:t", "name", "t");
    tree_free(t);
}
END_TEST

START_TEST(bound_names_become_markers)
{
    const char *path = sqlite_test_make(
        "b.db",
        "CREATE TABLE Acme (acme INT DEFAULT acme, x CHECK (\"ACME\" > 0 AND x <> 'acme')); "
        "CREATE VIEW v AS SELECT acme.x FROM [acme]; CREATE INDEX i ON acme (acme, x)");
    moult_tree *t = sqlite_test_tree(path, "tenant=acme");
    const char *table = "table:%01tenant%02";
    TEXT(table, "name", "\x01tenant\x02");
    TEXT("table:%01tenant%02/column:%01tenant%02", "type", "INT");
    TEXT("table:%01tenant%02/column:%01tenant%02", "default", "acme"); /* it is a string */
    TEXT("view:v", "body", "SELECT \x01tenant\x02.x FROM \x01tenant\x02");
    SAME("view:v", "body", "select \x01tenant\x02.x from \x01tenant\x02");
    REF("view:v", table, MOULT_REF_TEXT);
    SAME("index:i", "columns", "\x01tenant\x02, x");
    REF("index:i", "table:%01tenant%02/column:%01tenant%02", MOULT_REF_ENFORCED);
    char state[65];
    memcpy(state, t->state, sizeof state);
    tree_free(t);
    /* Another tenant's file is the same state. */
    path = sqlite_test_make(
        "b2.db",
        "CREATE TABLE \"a\"\"b;c\" (\"A\"\"B;C\" INT DEFAULT acme, x CHECK (\"a\"\"b;c\" > 0 AND "
        "x <> 'acme')); CREATE VIEW v AS SELECT \"a\"\"b;c\".x FROM [a\"b;c]; "
        "CREATE INDEX i ON \"a\"\"b;c\" (\"a\"\"b;c\", x)");
    t = sqlite_test_tree(path, "tenant=a\"b;c");
    ck_assert_str_eq(t->state, state);
    tree_free(t);
}
END_TEST

START_TEST(texts_with_mark_bytes_are_refused)
{
    moult_error *err = moult_error_new();
    const char *path = sqlite_test_make("m.db", "CREATE TABLE t (a DEFAULT '\x01tenant\x02')");
    ck_assert_int_eq(sqlite_test_inspect(path, err), MOULT_ERR_UNSUPPORTED);
    ck_assert_str_eq(moult_error_detail(err, "object"), "t");
    moult_error_free(err);
}
END_TEST

START_TEST(types_have_a_logical_name)
{
    struct {
        const char *type, *logical;
    } const cases[] = {{"bigint", "int64"},    {"SMALLINT", "int16"},
                       {"boolean", "bool"},    {"varchar(9)", "varchar(9)"},
                       {"text", "text"},       {"CLOB", "text"},
                       {"blob", "bytes"},      {"decimal(10, 2)", "decimal(10,2)"},
                       {"numeric", "decimal"}, {"double precision", "float64"},
                       {"float", "float64"},   {"datetime", "timestamp"},
                       {"date", "date"},       {"json", "json"},
                       {"uuid", "uuid"},       {"whatever", "other"},
                       {"nchar", "text"},      {"unsigned big int", "int64"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "CREATE TABLE t (a %s)", cases[i].type);
        moult_tree *t = sqlite_test_tree_of(sql);
        TEXT("table:t/column:a", "logical", cases[i].logical);
        tree_free(t);
    }
}
END_TEST

/* More objects than are looked at by one thread, some with errors. */
START_TEST(many_objects)
{
    char *sql = malloc((size_t)400 * 120);
    size_t n = 0;
    for (int i = 0; i < 300; i++)
        n += (size_t)sprintf(
            sql + n, "CREATE TABLE t%d (a INTEGER PRIMARY KEY, b TEXT UNIQUE, c REFERENCES t0);",
            i);
    const char *path = sqlite_test_make("many.db", sql);
    free(sql);
    moult_tree *t = sqlite_test_tree(path, NULL);
    ck_assert_uint_eq(t->root->child_count, 300);
    tree_free(t);
}
END_TEST

TCase *sqlite_tree_cases(void)
{
    TCase *t = tcase_create("tree");
    tcase_add_checked_fixture(t, sqlite_test_setup, sqlite_test_teardown);
    tcase_add_test(t, tables_and_columns);
    tcase_add_test(t, constraints);
    tcase_add_test(t, rowid_aliases_follow_the_quirk);
    tcase_add_test(t, indexes_views_triggers);
    tcase_add_test(t, virtual_tables_hide_their_shadows);
    tcase_add_test(t, modules_that_are_not_there);
    tcase_add_test(t, bound_names_become_markers);
    tcase_add_test(t, texts_with_mark_bytes_are_refused);
    tcase_add_test(t, types_have_a_logical_name);
    tcase_add_test(t, many_objects);
    return t;
}

/* ---- the same ---- */

START_TEST(spelling_makes_no_other_state)
{
    same_state(
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL DEFAULT 'x', CHECK (a > 1))",
        "create /* c */ table \"T\"( [A] integer primary key -- id\n,`b` Text not null default 'x',\n check(a>1) )",
        true);
    same_state("CREATE TABLE t (a VARCHAR(20), b DECIMAL(10, 2))",
               "CREATE TABLE t (a varchar ( 20 ), b decimal(10,2))", true);
    same_state("CREATE TABLE t (a UNIQUE, b, PRIMARY KEY (b))",
               "CREATE TABLE t (a, b PRIMARY KEY, UNIQUE (a))", true);
    same_state("CREATE TABLE t (a DEFAULT abc)", "CREATE TABLE t (a DEFAULT \"abc\")", true);
    same_state("CREATE TABLE t (a DEFAULT 'abc')", "CREATE TABLE t (a DEFAULT abc)", true);
    same_state("CREATE TABLE t (a DEFAULT (5))", "CREATE TABLE t (a DEFAULT 5)", true);
    same_state("CREATE TABLE t (a DEFAULT 'Abc')", "CREATE TABLE t (a DEFAULT 'abc')", false);
    same_state("CREATE TABLE t (a DEFAULT true)", "CREATE TABLE t (a DEFAULT 'true')", false);
    same_state("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT '1')", false);
    same_state("CREATE TABLE t (a, b CHECK (b <> \"A\"))", "CREATE TABLE t (a, b CHECK (b != a))",
               true);
    same_state("CREATE TABLE t (a, b CHECK (b <> \"z\"))", "CREATE TABLE t (a, b CHECK (b <> 'z'))",
               true);
    same_state("CREATE TABLE t (a, b CHECK (b <> \"z\"))",
               "CREATE TABLE t (a, b CHECK (b <> \"Z\"))", false);
    same_state("CREATE TABLE t (a COLLATE BINARY NOT NULL ON CONFLICT ABORT)",
               "CREATE TABLE t (a NOT NULL)", true);
    same_state("CREATE TABLE t (a REFERENCES u ON DELETE NO ACTION)",
               "CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES U)", true);
    same_state("CREATE TABLE t (\"key\" INT, \"select\" INT)",
               "CREATE TABLE t (Key INT, [SELECT] INT)", true);
    same_state("CREATE TABLE t (a); CREATE INDEX i ON t (a ASC)",
               "CREATE TABLE t (a); CREATE INDEX I ON T (\"A\")", true);
    same_state("CREATE TABLE t (a); CREATE INDEX i ON t (a)",
               "CREATE TABLE t (a); CREATE INDEX i ON t (a DESC)", false);
    same_state("CREATE TABLE t (a); CREATE VIEW v AS SELECT \"A\" FROM \"T\"",
               "CREATE TABLE t (a); CREATE VIEW V AS select a from t", true);
    same_state("CREATE TABLE t (a); CREATE VIEW v AS SELECT 'A' FROM t",
               "CREATE TABLE t (a); CREATE VIEW V AS SELECT 'a' FROM t", false);
    same_state("CREATE TABLE t (a, b)", "CREATE TABLE t (b, a)", true); /* order is layout */
    same_state("CREATE TABLE t (a INT, b)", "CREATE TABLE t (a INTEGER, b)", false);
}
END_TEST

START_TEST(alter_reaches_the_state_of_create)
{
    same_state(
        "CREATE TABLE a (x); ALTER TABLE a ADD COLUMN y TEXT DEFAULT 'q'; ALTER TABLE a RENAME TO \"B b\"; "
        "ALTER TABLE \"B b\" RENAME COLUMN x TO \"key\"",
        "CREATE TABLE \"B b\" (key, y TEXT DEFAULT 'q')", true);
    same_state(
        "CREATE TABLE p (x PRIMARY KEY); CREATE TABLE c (a REFERENCES p (x), CHECK (a > 0)); "
        "CREATE VIEW v AS SELECT a FROM c; CREATE INDEX i ON c (a, lower(a)) WHERE a > 1; "
        "CREATE TRIGGER r AFTER DELETE ON c BEGIN SELECT old.a FROM p; END; "
        "ALTER TABLE p RENAME TO parent; ALTER TABLE c RENAME COLUMN a TO b; "
        "ALTER TABLE parent RENAME COLUMN x TO y; ALTER TABLE c ADD COLUMN d INT REFERENCES parent",
        "CREATE TABLE parent (y PRIMARY KEY); CREATE TABLE c (b REFERENCES parent (y), "
        "d INT REFERENCES parent, CHECK (b > 0)); "
        "CREATE VIEW v AS SELECT b FROM c; CREATE INDEX i ON c (b, lower(b)) WHERE b > 1; "
        "CREATE TRIGGER r AFTER DELETE ON c BEGIN SELECT old.b FROM parent; END",
        true);
    same_state("CREATE TABLE t (a, b, c); ALTER TABLE t DROP COLUMN b", "CREATE TABLE t (a, c)",
               true);
    same_state("CREATE TABLE t AS SELECT 1 AS a, CAST('x' AS TEXT) AS \"b c\"",
               "CREATE TABLE t (a, \"b c\" TEXT)", true);
    same_state("CREATE TABLE IF NOT EXISTS main.t (a); CREATE VIEW IF NOT EXISTS v AS SELECT 1",
               "CREATE TABLE t (a); CREATE VIEW v AS SELECT 1", true);
}
END_TEST

/* Whatever SQLite itself accepts must be understood, and agree with its pragmas. */
START_TEST(odd_texts_are_understood)
{
    static const char *const texts[] = {
        "CREATE TABLE t (a \"VAR\"\"CHAR\", b [x y](3), 'c' 'a b', d /* x */ INT /* y */ (1, -2))",
        "CREATE TABLE t (a, b GENERATED ALWAYS AS (a), c INT GENERATED ALWAYS, generated text, always int)",
        "CREATE TABLE t (a INTEGER, b TEXT, c, PRIMARY KEY (b, a, b COLLATE nocase, b)) WITHOUT ROWID",
        "CREATE TABLE t (a, b, UNIQUE (a, b), UNIQUE (a COLLATE nocase, b) UNIQUE (b, a) PRIMARY KEY (a, b))",
        "CREATE TABLE t (x INTEGER PRIMARY KEY UNIQUE, y UNIQUE, UNIQUE (y), UNIQUE (x, y DESC))",
        "CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a AUTOINCREMENT))",
        "CREATE TABLE t (a CONSTRAINT foo, b CONSTRAINT x CONSTRAINT y NOT NULL, c DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TABLE t (a NULL, b INT NULL ON CONFLICT IGNORE, c UNIQUE ON CONFLICT FAIL, d NOT NULL NOT NULL)",
        "CREATE TABLE t (a REFERENCES u ON INSERT CASCADE ON DELETE SET DEFAULT MATCH x DEFERRABLE)",
        "CREATE TABLE t (a DEFAULT x'AB', b DEFAULT 1e5, c DEFAULT (((5))), d DEFAULT NULL, e DEFAULT +5, f DEFAULT - 6)",
        "CREATE TABLE t (g DEFAULT ( /* x */ datetime('now') /* y */ ), h DEFAULT CURRENT_TIMESTAMP)",
        "CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b COLLATE \"RTRIM\" UNIQUE, c COLLATE binary UNIQUE)",
        "CREATE TABLE t (a TEXT PRIMARY KEY, b INT) STRICT",
        "CREATE TABLE t (a int, PRIMARY KEY (a, a))",
        "CREATE TABLE t (a PRIMARY KEY DESC, b UNIQUE)",
        "CREATE TABLE t (\"a;b\" INT, \"c--d\" TEXT DEFAULT '--x', \"e/*f\" CHECK (\"e/*f\" <> '/*'))",
        "CREATE TABLE \xc3\xa9 (\xc3\xbc TEXT, \"\xe6\x97\xa5\" INT)",
        "CREATE TABLE t (a TEXT COLLATE NOCASE, b); CREATE UNIQUE INDEX i ON t ((a), 'b' COLLATE \"RTRIM\", (b) DESC)",
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a || b COLLATE nocase, abs(a) COLLATE binary DESC)",
        ("CREATE TABLE t (a); CREATE VIEW v AS SELECT * FROM missing; CREATE TRIGGER r BEFORE INSERT ON t BEGIN "
         "INSERT INTO nowhere VALUES (1); END"),
        "CREATE TABLE \"a\"\"b\" (c); CREATE INDEX \"i\"\"j\" ON \"a\"\"b\" (c)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        tree_free(sqlite_test_tree_of(texts[i]));
}
END_TEST

/* A text that does not say what the schema was made of cannot come from SQLite, so make such ones.
 */
START_TEST(texts_that_pragmas_contradict_are_refused)
{
    struct {
        const char *make, *table, *text;
    } const cases[] = {
        {"CREATE TABLE t (a)", "t", "CREATE TABLE t (a))"},
        {"CREATE TABLE t (a)", "t", "CREATE VIEW t AS SELECT 1"},
        {"CREATE TABLE t (a); CREATE INDEX i ON t (a)", "i", "CREATE INDEX j ON t (a)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = sqlite_test_make("x.db", cases[i].make);
        char sql[256];
        snprintf(
            sql, sizeof sql,
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '%s' WHERE name = '%s'",
            cases[i].text, cases[i].table);
        sqlite_test_exec(path, sql);
        moult_error *err = moult_error_new();
        moult_status st = sqlite_test_inspect(path, err);
        ck_assert_msg(st == MOULT_ERR_UNSUPPORTED || st == MOULT_ERR_CORRUPT, "%d: %s", st,
                      cases[i].text);
        ck_assert(*moult_error_message(err) != '\0');
        moult_error_free(err);
    }
}
END_TEST

TCase *sqlite_same_cases(void)
{
    TCase *t = tcase_create("same");
    tcase_add_checked_fixture(t, sqlite_test_setup, sqlite_test_teardown);
    tcase_add_test(t, spelling_makes_no_other_state);
    tcase_add_test(t, alter_reaches_the_state_of_create);
    tcase_add_test(t, odd_texts_are_understood);
    tcase_add_test(t, texts_that_pragmas_contradict_are_refused);
    return t;
}
