/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite makes its schema from the texts, so that they and the pragmas agree.  What happens if the
 * plugin understood a text in another way is tested with texts that are not the database's. */
#include "check-sqlite.h"

#include <stdio.h>

#include "../../plugins/sqlite/check.h"

/* Holds TABLE (and INDEX, may be NULL) against a database made by SQL; the mismatch, "" if there is
 * none. */
static const char *held_against(const char *sql, const char *table, const char *index)
{
    static char out[256];
    struct object i = {.what = OBJECT_INDEX, .name = "i", .key = "i", .owner = "t"};
    struct object t = {.what = OBJECT_TABLE, .name = "t", .key = "t", .listed = true, .type = 't'};
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s",
                  sqlite3_errmsg(db), sql);
    /* table_list's part of the truth is the database's. */
    sqlite3_stmt *s;
    ck_assert_int_eq(
        sqlite3_prepare_v2(db, "SELECT ncol, wr, strict FROM pragma_table_list WHERE name = 't'",
                           -1, &s, NULL),
        0);
    ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
    t.column_count = (uint32_t)sqlite3_column_int(s, 0);
    t.without_rowid = sqlite3_column_int(s, 1);
    t.strict = sqlite3_column_int(s, 2);
    sqlite3_finalize(s);
    t.sql = table;
    t.sql_len = strlen(table);
    if (index) {
        i.sql = index;
        i.sql_len = strlen(index);
        t.index = t.next = &i;
    }
    struct check c = {.db = db};
    struct parsed parsed = {.object = &t};
    queue_init(&c.queue);
    ck_assert(parse_create(&parsed.table, t.sql, t.sql_len));
    ck_assert(table_columns(&c.pool, &parsed.table, &t));
    ck_assert(!index || parse_create(parsed_index(&parsed), i.sql, i.sql_len));
    check_table(&c, &parsed);
    parsed_free(&parsed);
    ck_assert_int_eq(c.rc, SQLITE_OK);
    snprintf(out, sizeof out, "%s", c.failed ? c.message : "");
    ck_assert(!c.failed || (c.detail && c.at));
    check_free(&c);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
    return out;
}

#define AGREES(sql) ck_assert_str_eq(held_against(sql, sql, NULL), "")
#define DIFFERS(sql, table, what)                                                                  \
    ck_assert_str_eq(held_against(sql, table, NULL), "\"t\" is not understood: " what)
#define INDEX(sql, index, what)                                                                    \
    ck_assert_str_eq(held_against(sql, "CREATE TABLE t (a, b COLLATE nocase)", index),             \
                     *what ? "\"i\" is not understood: " what : "")

START_TEST(columns_that_differ)
{
    AGREES("CREATE TABLE t (a INT NOT NULL DEFAULT 1, b TEXT PRIMARY KEY, c AS (a))");
    DIFFERS("CREATE TABLE t (a)", "CREATE TABLE t (b)", "the name of a column");
    DIFFERS("CREATE TABLE t (a)", "CREATE TABLE t (a, b)", "the number of its columns");
    DIFFERS("CREATE TABLE t (a, b)", "CREATE TABLE t (a)", "the number of its columns");
    DIFFERS("CREATE TABLE t (a INT)", "CREATE TABLE t (a TEXT)", "the type of column 1");
    DIFFERS("CREATE TABLE t (a INT)", "CREATE TABLE t (a)", "the type of column 1");
    DIFFERS("CREATE TABLE t (a NOT NULL)", "CREATE TABLE t (a)", "whether a column is NOT NULL");
    DIFFERS("CREATE TABLE t (a)", "CREATE TABLE t (a NOT NULL)", "whether a column is NOT NULL");
    DIFFERS("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a)", "the default of a column");
    DIFFERS("CREATE TABLE t (a)", "CREATE TABLE t (a DEFAULT 1)", "the default of a column");
    DIFFERS("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT 2)",
            "the default of a column");
    DIFFERS("CREATE TABLE t (a DEFAULT 'x')", "CREATE TABLE t (a DEFAULT 'X')",
            "the default of a column");
    DIFFERS("CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b)",
            "whether a column is generated");
    DIFFERS("CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b AS (a) STORED)",
            "whether a column is generated");
    DIFFERS("CREATE TABLE t (a, b, PRIMARY KEY (a, b))",
            "CREATE TABLE t (a, b, PRIMARY KEY (b, a))", "which columns the primary key has");
    DIFFERS("CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID", "CREATE TABLE t (a PRIMARY KEY)",
            "WITHOUT ROWID");
    DIFFERS("CREATE TABLE t (a INT) STRICT", "CREATE TABLE t (a INT)", "STRICT");
}
END_TEST

START_TEST(foreign_keys_that_differ)
{
    AGREES(
        "CREATE TABLE t (a REFERENCES u, b REFERENCES u (x) ON DELETE CASCADE, FOREIGN KEY (a, b) REFERENCES t)");
    DIFFERS("CREATE TABLE t (a REFERENCES u)", "CREATE TABLE t (a)", "a foreign key");
    DIFFERS("CREATE TABLE t (a)", "CREATE TABLE t (a REFERENCES u)", "a foreign key");
    DIFFERS("CREATE TABLE t (a REFERENCES u)", "CREATE TABLE t (a REFERENCES v)", "a foreign key");
    DIFFERS("CREATE TABLE t (a REFERENCES u (x))", "CREATE TABLE t (a REFERENCES u (y))",
            "a foreign key");
    DIFFERS("CREATE TABLE t (a REFERENCES u (x))", "CREATE TABLE t (a REFERENCES u)",
            "a foreign key");
    DIFFERS("CREATE TABLE t (a REFERENCES u)", "CREATE TABLE t (a REFERENCES u ON DELETE CASCADE)",
            "a foreign key");
    DIFFERS("CREATE TABLE t (a REFERENCES u ON UPDATE SET NULL)",
            "CREATE TABLE t (a REFERENCES u ON UPDATE SET DEFAULT)", "a foreign key");
    DIFFERS("CREATE TABLE t (a REFERENCES u, b)", "CREATE TABLE t (a, b REFERENCES u)",
            "a foreign key");
}
END_TEST

START_TEST(keys_that_differ)
{
    AGREES(
        "CREATE TABLE t (a UNIQUE, b COLLATE rtrim PRIMARY KEY, UNIQUE (a, b DESC), UNIQUE (a))");
    DIFFERS("CREATE TABLE t (a UNIQUE)", "CREATE TABLE t (a)", "a key");
    DIFFERS("CREATE TABLE t (a)", "CREATE TABLE t (a UNIQUE)", "a key");
    DIFFERS("CREATE TABLE t (a, b, UNIQUE (a, b))", "CREATE TABLE t (a, b, UNIQUE (b, a))",
            "a key");
    DIFFERS("CREATE TABLE t (a, b, UNIQUE (a, b))", "CREATE TABLE t (a, b, UNIQUE (a, b DESC))",
            "a key");
    DIFFERS("CREATE TABLE t (a, UNIQUE (a COLLATE nocase))", "CREATE TABLE t (a, UNIQUE (a))",
            "a key");
    DIFFERS("CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)",
            "a key");
    DIFFERS("CREATE TABLE t (a INTEGER PRIMARY KEY DESC)",
            "CREATE TABLE t (a INTEGER PRIMARY KEY, UNIQUE (a DESC))", "a key");
    DIFFERS("CREATE TABLE t (a, b, UNIQUE (a), UNIQUE (b))",
            "CREATE TABLE t (a, b, UNIQUE (a), UNIQUE (a), UNIQUE (b), "
            "UNIQUE (b, a))",
            "a key");
}
END_TEST

START_TEST(indexes_that_differ)
{
#define TABLE "CREATE TABLE t (a, b COLLATE nocase);"
    INDEX(TABLE "CREATE INDEX i ON t (a, b DESC, lower(a))",
          "CREATE INDEX i ON t (a, b DESC, lower(a))", "");
    INDEX(TABLE "CREATE INDEX i ON t (a)", "CREATE UNIQUE INDEX i ON t (a)", "UNIQUE");
    INDEX(TABLE "CREATE INDEX i ON t (a)", "CREATE INDEX i ON t (a) WHERE a > 1", "WHERE");
    INDEX(TABLE "CREATE INDEX i ON t (a)", "CREATE INDEX i ON t (b)", "its columns");
    INDEX(TABLE "CREATE INDEX i ON t (a)", "CREATE INDEX i ON t (a DESC)", "its columns");
    INDEX(TABLE "CREATE INDEX i ON t (a, b)", "CREATE INDEX i ON t (a)", "its columns");
    INDEX(TABLE "CREATE INDEX i ON t (b)", "CREATE INDEX i ON t (b COLLATE binary)", "its columns");
    INDEX(TABLE "CREATE INDEX i ON t (a || 1)", "CREATE INDEX i ON t (a)", "its columns");
    INDEX(TABLE, "CREATE INDEX i ON t (a)", "whether it is there");
    ck_assert_str_eq(
        held_against(TABLE "CREATE INDEX i ON t (a)", "CREATE TABLE t (a, b COLLATE nocase)", NULL),
        "\"t\" is not understood: how many indexes it has");
}
END_TEST

TCase *sqlite_pragma_cases(void)
{
    TCase *t = tcase_create("pragmas");
    tcase_add_test(t, columns_that_differ);
    tcase_add_test(t, foreign_keys_that_differ);
    tcase_add_test(t, keys_that_differ);
    tcase_add_test(t, indexes_that_differ);
    return t;
}
