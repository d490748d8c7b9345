/* SPDX-License-Identifier: Apache-2.0 */
/* Rows through rebuilds: values, rowids and AUTOINCREMENT's mark stay, and what belongs to the table comes
 * back; by example and at random. */
#include <stdio.h>
#include <stdlib.h>

#include "../../libcore/base/buf.h"
#include "check-sqlite-write.h"

/* The schema TO comes over FROM with ROWS; ASK then answers ANSWER. */
static void keeps(const char *from, const char *rows, const char *to, const char *ask, const char *answer)
{
    moult_session *session = lite_open(from);
    lite_run(session, rows);
    lite_sync(session, to);
    ck_assert_str_eq(lite_ask(session, ask), answer);
    ck_assert_str_eq(lite_ask(session, "PRAGMA integrity_check"), "ok");
    ck_assert_str_eq(lite_ask(session, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'moult%'"), "0");
    sqlite_reader_close(session);
}

START_TEST(rowids_stay)
{
    const char *rows = "INSERT INTO t (rowid, a) VALUES (7, 'x'), (-3, 'y'), (9000000000, 'z')";
    const char *ask = "SELECT rowid, a FROM t ORDER BY rowid", *all = "-3|y;7|x;9000000000|z";
    keeps("CREATE TABLE t (a)", rows, "CREATE TABLE t (a DEFAULT 1)", ask, all);
    keeps("CREATE TABLE t (a)", rows, "CREATE TABLE t (b, a, CHECK (a > b))", ask, all);
    keeps("CREATE TABLE t (a)", rows, "CREATE TABLE t (a, id INTEGER PRIMARY KEY)", ask, all);
    keeps("CREATE TABLE t (a, id INTEGER PRIMARY KEY)", rows, "CREATE TABLE t (a UNIQUE)", ask, all);
    keeps("CREATE TABLE t (a, oid INTEGER PRIMARY KEY)", rows, "CREATE TABLE t (a UNIQUE, oid INTEGER PRIMARY KEY)",
          ask, all);
    keeps("CREATE TABLE t (a, rowid)", "INSERT INTO t (_rowid_, a, rowid) VALUES (5, 'x', 'r')",
          "CREATE TABLE t (a, rowid, UNIQUE (a, rowid))", "SELECT _rowid_, a, rowid FROM t", "5|x|r");
    keeps("CREATE TABLE t (a, rowid, oid, _rowid_ INTEGER PRIMARY KEY)",
          "INSERT INTO t VALUES ('x', 'r', 'o', 6)",
          "CREATE TABLE t (a UNIQUE, rowid, oid, _rowid_ INTEGER PRIMARY KEY)", "SELECT * FROM t", "x|r|o|6");
    /* All names of the rowid are taken: only the order can stay. */
    keeps("CREATE TABLE t (a, rowid, oid, _rowid_)",
          "INSERT INTO t VALUES ('z', 1, 2, 3), ('a', 4, 5, 6)",
          "CREATE TABLE t (a UNIQUE, rowid, oid, _rowid_)", "SELECT * FROM t NOT INDEXED", "z|1|2|3;a|4|5|6");
}
END_TEST

START_TEST(rowids_come_and_go)
{
    const char *with = "CREATE TABLE t (k text PRIMARY KEY, v) WITHOUT ROWID";
    const char *without = "CREATE TABLE t (k text PRIMARY KEY, v)";
    const char *rows = "INSERT INTO t VALUES ('b', 1), ('a', 2)";
    const char *ask = "SELECT * FROM t ORDER BY k";
    keeps(with, rows, without, ask, "a|2;b|1");
    keeps(without, rows, with, ask, "a|2;b|1");
    keeps(with, rows, "CREATE TABLE t (k text PRIMARY KEY, v UNIQUE) WITHOUT ROWID", ask, "a|2;b|1");
    keeps("CREATE TABLE t (k text PRIMARY KEY, v INTEGER) WITHOUT ROWID", rows,
          "CREATE TABLE t (k text, v INTEGER PRIMARY KEY)", "SELECT rowid, k FROM t", "1|b;2|a");
}
END_TEST

START_TEST(autoincrement_never_gives_a_number_twice)
{
    const char *from = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a)";
    const char *to = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE)";
    const char *seq = "SELECT * FROM sqlite_sequence";
    keeps(from, "INSERT INTO t VALUES (9, 1), (3, 2); DELETE FROM t WHERE id = 9", to, seq, "t|9");
    keeps(from, "INSERT INTO t VALUES (9, 1); DELETE FROM t", to, seq, "t|9");
    keeps(from, "SELECT 1", to, seq, "");
    keeps(from, "INSERT INTO t VALUES (9, 1); DELETE FROM t", "CREATE TABLE T (ID INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE)",
          seq, "T|9");
    keeps(from, "INSERT INTO t VALUES (9, 1)", "CREATE TABLE t (id INTEGER PRIMARY KEY, a)", seq, "");
    keeps("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "INSERT INTO t VALUES (9, 1)", from, seq, "t|9");
    keeps("CREATE TABLE \"a'b\" (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO \"a'b\" VALUES (4); DELETE FROM \"a'b\"",
          "CREATE TABLE \"a'b\" (id INTEGER PRIMARY KEY AUTOINCREMENT, c UNIQUE)", seq, "a'b|4");
}
END_TEST

START_TEST(conflict_clauses_lose_no_rows)
{
    const char *rows = "INSERT INTO t VALUES (1, 'x'), (2, 'x'), (3, NULL)";
    moult_session *session = lite_open("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    lite_run(session, rows);
    static const char *const wanted[] = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE ON CONFLICT REPLACE)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE ON CONFLICT IGNORE)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a NOT NULL ON CONFLICT IGNORE)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a NOT NULL ON CONFLICT REPLACE DEFAULT 'd')",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a NOT NULL)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b NOT NULL)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a CHECK (a <> 'x'))",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a int) STRICT",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        moult_tree *from = lite_tree(session), *to = lite_tree_of(wanted[i]);
        struct moult_plan *plan = lite_plan(from, to, false);
        ck_assert_uint_ne(plan->hazards & MOULT_HAZARD_ROWS_MAY_FORBID, 0);
        ck_assert_int_eq(sqlite_writer_lock(session, NULL), MOULT_OK);
        ck_assert_msg(lite_carry_out(session, plan) == MOULT_ERR_CONSTRAINT, "%s", wanted[i]);
        ck_assert_int_eq(sqlite_writer_rollback(session, NULL), MOULT_OK);
        ck_assert_str_eq(lite_ask(session, "SELECT * FROM t"), "1|x;2|x;3|NULL");
        plan_free(plan);
        tree_free(from);
        tree_free(to);
    }
    sqlite_reader_close(session);
}
END_TEST

START_TEST(what_belongs_to_the_table_comes_back)
{
    const char *rest =
        "CREATE INDEX i ON t (b) WHERE b > 0; CREATE UNIQUE INDEX j ON t (lower(a));"
        "CREATE TABLE log (x); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT * FROM v;"
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END;"
        "CREATE TRIGGER h AFTER INSERT ON log BEGIN UPDATE t SET b = 1 WHERE a = new.x; END;"
        "CREATE TRIGGER k INSTEAD OF INSERT ON w BEGIN INSERT INTO t (a) VALUES (new.a); END;"
        "CREATE TABLE c (r REFERENCES t (a) ON DELETE CASCADE)";
    char from[1024], to[1024];
    snprintf(from, sizeof from, "CREATE TABLE t (a PRIMARY KEY, b REFERENCES t (a)); %s", rest);
    snprintf(to, sizeof to, "CREATE TABLE t (a PRIMARY KEY, b NOT NULL DEFAULT 5 REFERENCES t); %s", rest);
    moult_session *session = lite_open(from);
    lite_run(session, "INSERT INTO t VALUES ('p', 'p'), ('q', 'p'); INSERT INTO c VALUES ('p'), ('q')");
    char *said = strdup(lite_ask(session, "SELECT name, tbl_name, sql FROM sqlite_schema WHERE name <> 't' AND sql "
                                          "IS NOT NULL ORDER BY name"));
    lite_run(session, "DELETE FROM log");
    lite_sync(session, to);
    ck_assert_str_eq(lite_ask(session, "SELECT name, tbl_name, sql FROM sqlite_schema WHERE name <> 't' AND sql "
                                       "IS NOT NULL ORDER BY name"),
                     said);
    free(said);
    ck_assert_str_eq(lite_ask(session, "SELECT count(*) FROM log"), "0"); /* no trigger has fired */
    ck_assert_str_eq(lite_ask(session, "SELECT * FROM c"), "p;q");
    ck_assert_str_eq(lite_ask(session, "SELECT \"table\", \"to\" FROM pragma_foreign_key_list('t')"), "t|NULL");
    lite_run(session, "INSERT INTO w VALUES ('r')");
    ck_assert_str_eq(lite_ask(session, "SELECT * FROM t"), "p|1;q|1;r|1");
    sqlite_reader_close(session);
}
END_TEST

START_TEST(generated_columns_are_computed)
{
    const char *from = "CREATE TABLE t (a int, g AS (a * 2), s AS (a * 3) STORED)";
    const char *rows = "INSERT INTO t VALUES (1), (2)";
    keeps(from, rows, "CREATE TABLE t (a int, g AS (a * 20), s AS (a * 30) STORED)", "SELECT * FROM t",
          "1|20|30;2|40|60");
    keeps(from, rows, "CREATE TABLE t (a int, g, s)", "SELECT * FROM t", "1|2|3;2|4|6");
    keeps("CREATE TABLE t (a, g, UNIQUE (a))", "INSERT INTO t VALUES (1, 5)", "CREATE TABLE t (a UNIQUE, g AS (a))",
          "SELECT * FROM t", "1|1");
}
END_TEST

START_TEST(virtual_tables_keep_their_rows)
{
    keeps("CREATE VIRTUAL TABLE f USING fts5(a, b)", "INSERT INTO f (rowid, a, b) VALUES (5, 'the cats', 'x')",
          "CREATE VIRTUAL TABLE f USING fts5(b, a, c, tokenize = porter)",
          "SELECT rowid, a, b, c FROM f WHERE f MATCH 'cat'", "5|the cats|x|NULL");
    keeps("CREATE VIRTUAL TABLE f USING fts4(a, b)", "INSERT INTO f (rowid, a, b) VALUES (5, 'the cats', 'x')",
          "CREATE VIRTUAL TABLE f USING fts4(a, tokenize=porter)", "SELECT rowid, a FROM f WHERE f MATCH 'cat'",
          "5|the cats");
    keeps("CREATE TABLE d (x); CREATE VIRTUAL TABLE f USING fts5(x, content='d')", "INSERT INTO d VALUES ('cats')",
          "CREATE TABLE d (x); CREATE VIRTUAL TABLE f USING fts5(x, content='d', tokenize=porter)",
          "SELECT rowid FROM f WHERE f MATCH 'cat'", "1");
    keeps("CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +note)", "INSERT INTO r VALUES (3, 1.5, 2.5, 'n')",
          "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, y0, y1, +note)", "SELECT * FROM r",
          "3|1.5|2.5|0.0|0.0|n");
}
END_TEST

START_TEST(virtual_tables_without_rows_to_copy_say_so)
{
    static const char *const pairs[][2] = {
        {"CREATE VIRTUAL TABLE f USING fts5(a, content='')", "CREATE VIRTUAL TABLE f USING fts5(a, b, content='')"},
        {"CREATE VIRTUAL TABLE f USING fts5(a, b)", "CREATE VIRTUAL TABLE f USING fts5(a)"},
        {"CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE VIRTUAL TABLE f USING rtree(a, b, c)"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        moult_tree *from = lite_tree_of(pairs[i][0]), *to = lite_tree_of(pairs[i][1]);
        struct moult_plan *plan = lite_plan(from, to, false);
        ck_assert_uint_ne(plan->hazards & MOULT_HAZARD_DELETES_DATA, 0);
        plan_free(plan);
        tree_free(from);
        tree_free(to);
        moult_session *session = lite_open(pairs[i][0]);
        lite_sync(session, pairs[i][1]);
        sqlite_reader_close(session);
    }
}
END_TEST

START_TEST(a_table_of_2000_columns)
{
    struct buf from = {0}, to = {0};
    for (int side = 0; side < 2; side++) {
        struct buf *b = side ? &to : &from;
        buf_puts(b, "CREATE TABLE t (id INTEGER PRIMARY KEY");
        for (int i = 1; i < 2000; i++)
            buf_printf(b, ", c%d %s", i, side ? "text" : "");
        buf_puts(b, ")");
    }
    moult_session *session = lite_open(from.p);
    lite_run(session, "INSERT INTO t (id, c1, c1999) VALUES (3, 'a', 'z')");
    ck_assert_str_eq(lite_sync(session, to.p), "rebuild");
    ck_assert_str_eq(lite_ask(session, "SELECT id, c1, c1999 FROM t"), "3|a|z");
    ck_assert_str_eq(lite_sync(session, "CREATE TABLE t (id INTEGER PRIMARY KEY, c1 text)"), "rebuild");
    lite_sync(session, to.p);
    ck_assert_str_eq(lite_ask(session, "SELECT id, c1, c1999 FROM t"), "3|a|NULL");
    sqlite_reader_close(session);
    buf_free(&from);
    buf_free(&to);
}
END_TEST

/* ---- at random ---- */

static uint32_t state;
static uint32_t below(uint32_t n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

static const char *const columns[] = {"a", "B", "\"c d\"", "\"select\"", "\"e\"\"f\"", "rowid", "\xc3\xa4"};
#define COLUMNS 7u

/* A table with some of the columns, each of one affinity always, so that values cannot change. */
static void random_table(struct buf *b, bool *there)
{
    static const char *const types[COLUMNS] = {"text", "int", "", "varchar(3)", "real", "blob", "numeric"};
    uint32_t order[COLUMNS], n = 0, keys = below(4);
    for (uint32_t i = 0; i < COLUMNS; i++)
        order[i] = i;
    for (uint32_t i = COLUMNS; i-- > 1;) {
        uint32_t k = below(i + 1), t = order[i];
        order[i] = order[k];
        order[k] = t;
    }
    buf_puts(b, "CREATE TABLE \"t t\" (k INTEGER NOT NULL");
    buf_puts(b, keys == 1 ? " PRIMARY KEY" : keys == 2 ? " PRIMARY KEY AUTOINCREMENT" : keys == 3 ? " UNIQUE" : "");
    for (uint32_t i = 0; i < COLUMNS; i++) {
        uint32_t c = order[i];
        there[c] = below(3) > 0;
        if (!there[c])
            continue;
        n++;
        buf_printf(b, ", %s %s", columns[c], types[c]);
        if (below(3) == 0)
            buf_puts(b, below(2) ? " NOT NULL DEFAULT 'x'" : " DEFAULT (1 + 1)");
        if (below(4) == 0)
            buf_puts(b, " COLLATE nocase");
        if (below(5) == 0)
            buf_printf(b, " CHECK (%s IS NOT 'never')", columns[c]);
        if (below(6) == 0)
            buf_puts(b, " REFERENCES p (x)");
    }
    if (below(3) == 0)
        buf_puts(b, ", gen AS (k + 1)");
    buf_puts(b, keys == 1 && below(3) == 0 ? ") WITHOUT ROWID;" : ");");
    for (uint32_t c = 0; n && c < COLUMNS; c++)
        if (there[c] && below(3) == 0)
            buf_printf(b, "CREATE INDEX i%u ON \"t t\" (%s%s);", c, columns[c], below(2) ? " DESC" : "");
    if (below(2))
        buf_puts(b, "CREATE VIEW v AS SELECT k FROM \"t t\";");
    if (below(2))
        buf_puts(b, "CREATE TRIGGER g AFTER INSERT ON \"t t\" BEGIN DELETE FROM p; END;");
    buf_puts(b, below(2) ? "CREATE TABLE p (x PRIMARY KEY)" : "CREATE TABLE p (x UNIQUE, y DEFAULT 7)");
}

static void values(moult_session *session, const bool *here, const bool *there, struct buf *out)
{
    struct buf sql = {0};
    buf_puts(&sql, "SELECT k");
    for (uint32_t c = 0; c < COLUMNS; c++)
        if (here[c] && there[c])
            buf_printf(&sql, ", quote(%s)", columns[c]);
    buf_puts(&sql, " FROM \"t t\" ORDER BY k");
    buf_puts(out, lite_ask(session, sql.p));
    buf_free(&sql);
}

START_TEST(random_tables_keep_their_values)
{
    state = (uint32_t)_i * 2654435761u + 1;
    struct buf from = {0}, to = {0}, insert = {0}, before = {0}, after = {0};
    bool here[COLUMNS], there[COLUMNS];
    random_table(&from, here);
    random_table(&to, there);
    moult_session *session = lite_open(from.p);
    for (int row = 1; row <= 5; row++) {
        buf_clear(&insert);
        buf_printf(&insert, "INSERT INTO \"t t\" (k");
        for (uint32_t c = 0; c < COLUMNS; c++)
            if (here[c])
                buf_printf(&insert, ", %s", columns[c]);
        buf_printf(&insert, ") VALUES (%d", row * 10);
        for (uint32_t c = 0; c < COLUMNS; c++)
            if (here[c])
                buf_puts(&insert, below(3) ? ", 'Val''ue'" : below(2) ? ", 12.50" : ", x'00ff'");
        buf_puts(&insert, ")");
        lite_run(session, insert.p);
    }
    lite_run(session, "DELETE FROM \"t t\" WHERE k = 50");
    /* All that a new foreign key may ask for. */
    lite_run(session, "INSERT OR IGNORE INTO p (x) VALUES ('x'), (2), ('2')");
    for (uint32_t c = 0; c < COLUMNS; c++) {
        buf_clear(&insert);
        buf_printf(&insert, "INSERT OR IGNORE INTO p (x) SELECT %s FROM \"t t\"", columns[c]);
        if (here[c])
            lite_run(session, insert.p);
    }
    values(session, here, there, &before);
    lite_sync(session, to.p);
    values(session, here, there, &after);
    ck_assert_msg(strcmp(before.p, after.p) == 0, "%s\n-> %s\n%s\nis now %s", from.p, to.p, before.p, after.p);
    ck_assert_str_eq(lite_ask(session, "PRAGMA integrity_check"), "ok");
    sqlite_reader_close(session);
    buf_free(&from);
    buf_free(&to);
    buf_free(&insert);
    buf_free(&before);
    buf_free(&after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sqlite-write-rows");
    TCase *c = tcase_create("rows");
    suite_add_tcase(suite, c);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, rowids_stay);
    tcase_add_test(c, rowids_come_and_go);
    tcase_add_test(c, autoincrement_never_gives_a_number_twice);
    tcase_add_test(c, conflict_clauses_lose_no_rows);
    tcase_add_test(c, what_belongs_to_the_table_comes_back);
    tcase_add_test(c, generated_columns_are_computed);
    tcase_add_test(c, virtual_tables_keep_their_rows);
    tcase_add_test(c, virtual_tables_without_rows_to_copy_say_so);
    tcase_add_test(c, a_table_of_2000_columns);
    tcase_add_loop_test(c, random_tables_keep_their_values, 0, 150);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
