/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite dialect: which way each change takes, and that the statements do what the way says. */
#include <stdio.h>
#include <stdlib.h>

#include "check-sqlite-write.h"

static struct moult_plan *plan_of(const char *from, const char *to)
{
    moult_tree *a = lite_tree_of(from), *b = lite_tree_of(to);
    struct moult_plan *plan = lite_plan(a, b, false);
    tree_free(a);
    tree_free(b);
    return plan;
}

/* The hazards of the plan from A to B, and the ways. */
static void expect(const char *from, const char *to, const char *ways, uint32_t hazards)
{
    struct moult_plan *plan = plan_of(from, to);
    ck_assert_msg(plan != NULL, "%s", moult_error_message(lite_err));
    ck_assert_str_eq(lite_ways(plan), ways);
    ck_assert_msg(plan->hazards == hazards, "%s: hazards %x, not %x", to, plan->hazards, hazards);
    plan_free(plan);
    moult_session *session = lite_open(from);
    ck_assert_str_eq(lite_sync(session, to), ways);
    sqlite_reader_close(session);
}

#define REWRITES (MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES)
#define LOSES (MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE)

START_TEST(columns_are_added_in_place)
{
    const char *from = "CREATE TABLE t (a int)";
    expect(from, "CREATE TABLE t (a int, b text)", "add-column", 0);
    expect(from, "CREATE TABLE t (a int, b text NOT NULL DEFAULT 'x')", "add-column", 0);
    expect(from, "CREATE TABLE t (a int, b DEFAULT -1, c DEFAULT (2))", "add-column add-column", 0);
    expect(from, "CREATE TABLE t (a int, z, b)", "add-column add-column", 0);
    expect(from, "CREATE TABLE t (a int, b AS (a + 1))", "add-column", 0);
    expect(from, "CREATE TABLE t (a int, b AS (a + 1) NOT NULL)", "add-column",
           MOULT_HAZARD_ROWS_MAY_FORBID);
    expect(from, "CREATE TABLE t (a int, b int CHECK (b > 0))", "alter-table",
           MOULT_HAZARD_ROWS_MAY_FORBID);
    expect(from, "CREATE TABLE t (a int, b int CONSTRAINT f REFERENCES t (a) ON DELETE SET NULL, c)",
           "alter-table", MOULT_HAZARD_ROWS_MAY_FORBID);
}
END_TEST

START_TEST(columns_that_alter_table_refuses_need_a_rebuild)
{
    const char *from = "CREATE TABLE t (a int)";
    expect(from, "CREATE TABLE t (a int, b text NOT NULL)", "rebuild",
           REWRITES | MOULT_HAZARD_ROWS_MAY_FORBID);
    expect(from, "CREATE TABLE t (a int, b DEFAULT CURRENT_TIMESTAMP)", "rebuild", REWRITES);
    expect(from, "CREATE TABLE t (a int, b DEFAULT (1 + 1))", "rebuild", REWRITES);
    expect(from, "CREATE TABLE t (a int, b AS (a) STORED)", "rebuild", REWRITES);
    expect(from, "CREATE TABLE t (a int, b UNIQUE)", "rebuild",
           REWRITES | MOULT_HAZARD_ROWS_MAY_FORBID);
    expect(from, "CREATE TABLE t (a int, b AS (c), c)", "rebuild", REWRITES);
    expect(from, "CREATE TABLE t (a int CHECK (a > 0))", "rebuild",
           REWRITES | MOULT_HAZARD_ROWS_MAY_FORBID);
    expect(from, "CREATE TABLE t (a int REFERENCES t (a), b)", "rebuild",
           REWRITES | MOULT_HAZARD_ROWS_MAY_FORBID);
}
END_TEST

START_TEST(columns_are_dropped_in_place_where_nothing_needs_them)
{
    expect("CREATE TABLE t (a, b)", "CREATE TABLE t (a)", "drop-column", REWRITES | LOSES);
    expect("CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a)", "drop-column", 0);
    expect("CREATE TABLE t (a, b); CREATE INDEX i ON t (b)", "CREATE TABLE t (a)", "drop drop-column",
           REWRITES | LOSES);
    expect("CREATE TABLE t (a, b); CREATE VIEW v AS SELECT b FROM t; CREATE VIEW w AS SELECT b FROM v",
           "CREATE TABLE t (a); CREATE VIEW v AS SELECT a AS b FROM t; CREATE VIEW w AS SELECT b FROM v",
           "drop-column", REWRITES | LOSES);
    expect("CREATE TABLE t (a, b); CREATE VIEW bad AS SELECT * FROM nowhere", "CREATE TABLE t (a);"
           "CREATE VIEW bad AS SELECT * FROM nowhere", "drop-column", REWRITES | LOSES);
    expect("CREATE TABLE t (a, b UNIQUE)", "CREATE TABLE t (a)", "rebuild", REWRITES | LOSES);
    expect("CREATE TABLE t (a, b, CHECK (b > a))", "CREATE TABLE t (a)", "rebuild", REWRITES | LOSES);
    expect("CREATE TABLE t (a)", "CREATE TABLE t (b)", "rebuild", REWRITES | LOSES);
}
END_TEST

START_TEST(other_changes_of_a_table_rebuild_it)
{
    expect("CREATE TABLE t (a int, b)", "CREATE TABLE t (a text, b)", "rebuild",
           REWRITES | MOULT_HAZARD_CHANGES_VALUES | MOULT_HAZARD_NOT_REVERSIBLE |
               MOULT_HAZARD_ROWS_MAY_FORBID);
    expect("CREATE TABLE t (a varchar(10))", "CREATE TABLE t (a varchar(20))", "rebuild",
           REWRITES | MOULT_HAZARD_ROWS_MAY_FORBID);
    expect("CREATE TABLE t (a int)", "CREATE TABLE t (a int NOT NULL)", "rebuild",
           REWRITES | MOULT_HAZARD_ROWS_MAY_FORBID);
    expect("CREATE TABLE t (a int NOT NULL)", "CREATE TABLE t (a int)", "rebuild", REWRITES);
    expect("CREATE TABLE t (a int)", "CREATE TABLE t (a int DEFAULT 1)", "rebuild", REWRITES);
    expect("CREATE TABLE t (a int PRIMARY KEY)", "CREATE TABLE t (a int PRIMARY KEY) WITHOUT ROWID",
           "rebuild", REWRITES | MOULT_HAZARD_ROWS_MAY_FORBID);
    expect("CREATE TABLE t (a int)", "CREATE TABLE t (a int) STRICT", "rebuild",
           REWRITES | MOULT_HAZARD_ROWS_MAY_FORBID);
}
END_TEST

START_TEST(what_has_no_rows_is_replaced)
{
    const char *table = "CREATE TABLE t (a, b);";
    char from[256], to[256];
    snprintf(from, sizeof from, "%s CREATE INDEX i ON t (a)", table);
    snprintf(to, sizeof to, "%s CREATE UNIQUE INDEX i ON t (b)", table);
    expect(from, to, "replace", MOULT_HAZARD_ROWS_MAY_FORBID);
    expect(from, table, "drop", 0);
    expect(table, to, "create", MOULT_HAZARD_ROWS_MAY_FORBID);
    snprintf(from, sizeof from,
             "%s CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN "
             "INSERT INTO t (a) VALUES (new.a); END", table);
    snprintf(to, sizeof to,
             "%s CREATE VIEW v AS SELECT a, b FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN "
             "INSERT INTO t (a) VALUES (new.a); END", table);
    expect(from, to, "replace", 0);
    expect(from, table, "drop drop", 0);
}
END_TEST

START_TEST(tables_come_and_go)
{
    const char *sql = "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE);"
                      "CREATE TABLE c (p REFERENCES p, CHECK (p > 0)); CREATE INDEX i ON c (p);"
                      "CREATE TRIGGER g AFTER INSERT ON c BEGIN SELECT 1; END";
    struct moult_plan *plan = plan_of("", sql);
    ck_assert_uint_eq(plan->hazards, 0);
    moult_session *session = lite_open("");
    ck_assert_int_eq(lite_carry_out(session, plan), MOULT_OK);
    lite_take_back(session, plan);
    ck_assert_str_eq(lite_ask(session, "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'"),
                     "0");
    plan_free(plan);
    lite_sync(session, sql);
    lite_sync(session, "");
    sqlite_reader_close(session);
    expect("CREATE TABLE t (a)", "", "drop", LOSES);
}
END_TEST

START_TEST(other_spellings_are_taken_along)
{
    moult_session *session = lite_open("CREATE TABLE USERS (ID integer PRIMARY KEY);"
                                       "CREATE TABLE k (u REFERENCES Users (id));"
                                       "CREATE INDEX i ON USERS (ID); INSERT INTO users VALUES (7)");
    lite_sync(session, "CREATE TABLE users (id integer PRIMARY KEY, name text);"
                       "CREATE TABLE k (u REFERENCES Users (id)); CREATE INDEX i ON users (id)");
    ck_assert_str_eq(lite_ask(session, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1"),
                     "k;users");
    ck_assert_str_eq(lite_ask(session, "SELECT name FROM pragma_table_info('users')"), "id;name");
    ck_assert_str_eq(lite_ask(session, "SELECT \"table\" FROM pragma_foreign_key_list('k')"), "Users");
    ck_assert_str_eq(lite_ask(session, "SELECT * FROM users"), "7|NULL");
    sqlite_reader_close(session);
}
END_TEST

START_TEST(steps_are_taken_back)
{
    static const struct {
        const char *from, *to;
    } pairs[] = {
        {"CREATE TABLE t (a, b)", "CREATE TABLE t (a, b, c DEFAULT 1, d)"},
        {"CREATE TABLE t (a)", "CREATE TABLE t (a, c CHECK (c > 0), d REFERENCES t (a))"},
        {"CREATE TABLE T (A)", "CREATE TABLE t (a, b)"},
        {"CREATE TABLE t (a NOT NULL); CREATE INDEX i ON t (a)",
         "CREATE TABLE t (a, b UNIQUE); CREATE INDEX i ON t (b)"},
        {"CREATE VIEW v AS SELECT 1", "CREATE VIEW v AS SELECT 2"},
        {"CREATE VIEW v AS SELECT 1", ""},
        {"CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE VIRTUAL TABLE f USING fts5(a, b)"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        moult_session *session = lite_open(pairs[i].from);
        moult_tree *from = lite_tree(session), *to = lite_tree_of(pairs[i].to);
        struct moult_plan *plan = lite_plan(from, to, false);
        ck_assert_ptr_nonnull(plan);
        ck_assert_int_eq(lite_carry_out(session, plan), MOULT_OK);
        for (size_t k = 0; k < plan->step_count; k++)
            ck_assert_msg(plan->steps[k].reversible, "%s", pairs[i].to);
        lite_take_back(session, plan);
        moult_tree *back = lite_tree(session);
        ck_assert_msg(strcmp(back->state, from->state) == 0, "%s", pairs[i].to);
        plan_free(plan);
        tree_free(from);
        tree_free(to);
        tree_free(back);
        sqlite_reader_close(session);
    }
}
END_TEST

START_TEST(renames_keep_what_refers)
{
    const char *rest = "CREATE INDEX i ON %s (%s); CREATE VIEW %s (z) AS SELECT %s FROM %s; CREATE TABLE c (x REFERENCES %s "
                       "(%s)); CREATE TRIGGER g INSTEAD OF INSERT ON %s BEGIN INSERT INTO %s (%s) VALUES (new.z); END;"
                       "CREATE VIEW broken AS SELECT * FROM nowhere";
    char from[1024], to[1024], text[768];
    snprintf(text, sizeof text, rest, "t", "a", "v", "a", "t", "t", "a", "v", "t", "a");
    snprintf(from, sizeof from, "CREATE TABLE t (a PRIMARY KEY, b); %s", text);
    snprintf(text, sizeof text, rest, "\"t 2\"", "\"select\"", "w", "\"select\"", "\"t 2\"", "\"t 2\"",
             "\"select\"", "w", "\"t 2\"", "\"select\"");
    snprintf(to, sizeof to, "CREATE TABLE \"t 2\" (\"select\" PRIMARY KEY, b); %s", text);
    moult_session *session = lite_open(from);
    lite_run(session, "INSERT INTO t VALUES (1, 2); INSERT INTO c VALUES (1)");
    lite_rename(session, "table:t", "table:t%202", to);
    lite_rename(session, "table:t%202/column:a", "table:t%202/column:select", to);
    lite_rename(session, "view:v", "view:w", to);
    lite_rename(session, "index:i", "index:j", "CREATE TABLE t (a); CREATE INDEX j ON t (a)");
    lite_rename(session, "trigger:g", "trigger:h",
                "CREATE VIEW v AS SELECT 1; CREATE TRIGGER h INSTEAD OF INSERT ON v BEGIN SELECT 1; END");
    lite_run(session, "INSERT INTO w VALUES (5)");
    ck_assert_str_eq(lite_ask(session, "SELECT * FROM \"t 2\""), "1|2;5|NULL");
    ck_assert_str_eq(lite_ask(session, "SELECT \"table\", \"to\" FROM pragma_foreign_key_list('c')"), "t 2|select");
    ck_assert_str_eq(lite_ask(session, "SELECT sql FROM sqlite_schema WHERE name = 'broken'"),
                     "CREATE VIEW broken AS SELECT * FROM nowhere");
    lite_sync(session, to);
    sqlite_reader_close(session);
    session = lite_open("CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('x')");
    lite_rename(session, "virtual_table:f", "virtual_table:g", "CREATE VIRTUAL TABLE g USING fts5(a)");
    ck_assert_str_eq(lite_ask(session, "SELECT a FROM g WHERE g MATCH 'x'"), "x");
    sqlite_reader_close(session);
}
END_TEST

/* Functions that this SQLite has not: only ALTER TABLE takes a column that calls one. */
START_TEST(unknown_functions_come_with_alter_table)
{
    const char *sql = "CREATE TABLE t (a, b CHECK (b > 0)); ALTER TABLE t ADD COLUMN c AS (no_such(a));"
                      "ALTER TABLE t ADD COLUMN d DEFAULT 1";
    moult_session *session = lite_open("");
    lite_sync(session, sql);
    ck_assert_str_eq(lite_ask(session, "SELECT group_concat(name) FROM pragma_table_xinfo('t')"), "a,b,c,d");
    sqlite_reader_close(session);
}
END_TEST

/* Column order counts only where it is asked for. */
START_TEST(order_of_columns)
{
    moult_tree *a = lite_tree_of("CREATE TABLE t (a, b)"), *b = lite_tree_of("CREATE TABLE t (b, a)");
    moult_tree *c = lite_tree_of("CREATE TABLE t (b, d)");
    struct moult_plan *none = lite_plan(a, b, false), *turn = lite_plan(a, b, true);
    struct moult_plan *kept = lite_plan(a, c, true);
    ck_assert_uint_eq(none->step_count, 0);
    ck_assert_str_eq(lite_ways(turn), "rebuild");
    ck_assert_str_eq(lite_ways(kept), "alter-table");
    plan_free(none);
    plan_free(turn);
    plan_free(kept);
    tree_free(a);
    tree_free(b);
    tree_free(c);
}
END_TEST

START_TEST(texts_of_a_snapshot_cannot_end_their_statement)
{
    static const struct {
        const char *kind, *attribute, *text;
    } bad[] = {
        {"view", "sql", "CREATE VIEW x AS SELECT 1; DROP TABLE t"},
        {"view", "body", "SELECT 1; DROP TABLE t"},
        {"view", "body", "SELECT 'open"},
        {"trigger", "body", "SELECT 1; END; DROP TABLE t; SELECT 1;"},
        {"trigger", "sql", "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END; DROP TABLE t"},
        {"index", "columns", "a); DROP TABLE t; --"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        moult_tree *from = lite_tree_of("CREATE TABLE t (a)");
        moult_tree *to = tree_new(STR("sqlite"), 3, 1, STR("SQLite"));
        moult_node *node = tree_add(to->root, bad[i].kind, STR("x"));
        tree_set(node, MOULT_LAYOUT, "name", STR("x"), (struct str){0});
        tree_set(node, MOULT_SHAPE, "table", STR("t"), (struct str){0});
        tree_set(node, MOULT_SHAPE, "event", STR("INSERT"), (struct str){0});
        tree_set(node, MOULT_SHAPE, bad[i].attribute, str_of(bad[i].text), (struct str){0});
        ck_assert_int_eq(tree_seal(to, NULL, NULL), MOULT_OK);
        ck_assert_msg(lite_plan(from, to, false) == NULL, "%s", bad[i].text);
        ck_assert_int_eq(moult_error_code(lite_err), MOULT_ERR_INVALID);
        tree_free(from);
        tree_free(to);
    }
}
END_TEST

/* What is written from a tree gives the same tree, and the pragmas say the same. */
START_TEST(texts_come_back_the_same)
{
    static const char *const texts[] = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY DESC, b)",
        "CREATE TABLE t (id INTEGER, b, PRIMARY KEY (id DESC))",
        "CREATE TABLE t (id INTEGER, b, CONSTRAINT pk PRIMARY KEY (id AUTOINCREMENT))",
        "CREATE TABLE t (a, b, PRIMARY KEY (b COLLATE nocase DESC, a) ON CONFLICT REPLACE) WITHOUT ROWID",
        "CREATE TABLE t (a PRIMARY KEY ON CONFLICT IGNORE, b UNIQUE ON CONFLICT FAIL, c NOT NULL ON "
        "CONFLICT REPLACE DEFAULT 0)",
        "CREATE TABLE t (a int primary key, b any not null) strict, without rowid",
        "CREATE TABLE t (a DEFAULT ((1 + 1)), b DEFAULT (1 + 1), c DEFAULT \"x\", d DEFAULT 'it''s', e "
        "DEFAULT +1, f DEFAULT - 2.5e3, g DEFAULT x'00ff', h DEFAULT NULL, i DEFAULT true, j DEFAULT "
        "current_date, k DEFAULT (datetime( -- at once\n 'now')), l DEFAULT (-(1)))",
        "CREATE TABLE \"a\"\"b;c\" (\"select\" int, [x y] text COLLATE \"NoCase\", `q``r` blob, "
        "'s''t' numeric, \xc3\xa4 real, CONSTRAINT \"c d\" CHECK (\"x y\" <> ';'))",
        "CREATE TABLE t (a varchar ( 10 , 2 ), b \"my type\", c double precision, d)",
        "CREATE TABLE t (a, b AS (a || ')'), c text GENERATED ALWAYS AS (upper(a)) STORED)",
        "CREATE TABLE p (a, b, UNIQUE (a, b)); CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES P (a, "
        "b) ON UPDATE CASCADE ON DELETE SET DEFAULT MATCH FULL DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TABLE t (a, CHECK (a > 0), CHECK (a > 0), CONSTRAINT n CHECK (a < 9 /* \" */))",
        "CREATE TABLE t (rowid, oid, _rowid_)",
        "CREATE TABLE t (a); CREATE UNIQUE INDEX \"i j\" ON t (a COLLATE rtrim DESC, lower(a)) WHERE a > 1",
        "CREATE TABLE t (a); CREATE VIEW v (\"x y\") AS SELECT a -- all of them\n FROM t",
        "CREATE TABLE t (a); CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW WHEN new.a > 1 BEGIN "
        "SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t; END",
        "CREATE VIRTUAL TABLE f USING fts5(a, b UNINDEXED, tokenize = 'porter ascii', prefix='2 3')",
        "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +note text)",
    };
    static const char dump[] =
        "SELECT group_concat(a, char(10)) FROM (SELECT m.name || ' ' || x.name || ' ' || x.type || ' ' || "
        "x.\"notnull\" || ' ' || coalesce(x.dflt_value, '-') || ' ' || x.pk || ' ' || x.hidden AS a FROM "
        "sqlite_schema m, pragma_table_xinfo(m.name) x WHERE m.type = 'table' UNION ALL SELECT m.name || ' ' || "
        "l.\"unique\" || l.origin || l.partial || coalesce(x.name, '') || x.desc || x.coll || x.key FROM "
        "sqlite_schema m, pragma_index_list(m.name) l, pragma_index_xinfo(l.name) x UNION ALL SELECT m.name || "
        "f.\"table\" || f.\"from\" || coalesce(f.\"to\", '-') || f.on_update || f.on_delete || f.match FROM "
        "sqlite_schema m, pragma_foreign_key_list(m.name) f ORDER BY 1)";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        moult_session *first = lite_open(texts[i]), *second = lite_open("");
        char *said = strdup(lite_ask(first, dump));
        lite_sync(second, texts[i]);
        ck_assert_str_eq(lite_ask(second, dump), said);
        free(said);
        said = strdup(lite_ask(first, "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE "
                                      "type IN ('index', 'view', 'trigger') ORDER BY name)"));
        ck_assert_str_eq(lite_ask(second, "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema "
                                          "WHERE type IN ('index', 'view', 'trigger') ORDER BY name)"),
                         said);
        free(said);
        sqlite_reader_close(first);
        sqlite_reader_close(second);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sqlite-write");
    TCase *c = tcase_create("ways");
    suite_add_tcase(suite, c);
    tcase_add_test(c, columns_are_added_in_place);
    tcase_add_test(c, columns_that_alter_table_refuses_need_a_rebuild);
    tcase_add_test(c, columns_are_dropped_in_place_where_nothing_needs_them);
    tcase_add_test(c, other_changes_of_a_table_rebuild_it);
    tcase_add_test(c, what_has_no_rows_is_replaced);
    tcase_add_test(c, tables_come_and_go);
    tcase_add_test(c, other_spellings_are_taken_along);
    tcase_add_test(c, steps_are_taken_back);
    tcase_add_test(c, renames_keep_what_refers);
    tcase_add_test(c, unknown_functions_come_with_alter_table);
    tcase_add_test(c, order_of_columns);
    tcase_add_test(c, texts_of_a_snapshot_cannot_end_their_statement);
    tcase_add_test(c, texts_come_back_the_same);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
