/* SPDX-License-Identifier: Apache-2.0 */
/* check-mysql-tree.c - what an inspection gives. */
#include "check-mysql-reader.h"

#include <stdlib.h>

/* Something of every kind. */
static const char every_kind[] =
    "ALTER DATABASE COMMENT 'the base';"
    "CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 2 MINVALUE 1 MAXVALUE 100 CACHE 10 CYCLE;"
    "CREATE SEQUENCE plain;"
    "CREATE TABLE parent (Id int unsigned zerofill NOT NULL AUTO_INCREMENT, b bigint(12), c "
    "varchar(20) CHARACTER SET latin1 "
    "COLLATE latin1_bin DEFAULT 'x\\'y\\\\z' COMMENT 'it''s', PRIMARY KEY (id), UNIQUE KEY U "
    "(b), KEY pref (c(5) DESC)) "
    "COMMENT='tc' ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 STATS_PERSISTENT=1 AUTO_INCREMENT=100;"
    "CREATE TABLE child (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, pid int unsigned, e "
    "enum('a','b,c','d''e') NOT NULL "
    "DEFAULT 'a', s set('x','y'), j json, d datetime(6) NOT NULL DEFAULT current_timestamp(6) ON "
    "UPDATE current_timestamp(6), "
    "ts timestamp NULL, g int AS (pid + 1) VIRTUAL, g2 int AS (dd * 2) STORED UNIQUE, inv int "
    "INVISIBLE DEFAULT 5, comp text "
    "COMPRESSED, shape geometry NOT NULL, dd decimal(10,2) DEFAULT 1.5, ex int DEFAULT (1 + 2), "
    "u uuid DEFAULT uuid(), "
    "n int DEFAULT nextval(numbers), chk int CHECK (chk > 3), tt tinytext, CONSTRAINT Fk1 "
    "FOREIGN KEY (pid) "
    "REFERENCES parent (id) ON DELETE CASCADE ON UPDATE NO ACTION, CHECK (pid > 0), CONSTRAINT "
    "ck2 CHECK (dd < 100), FULLTEXT KEY ft (tt), "
    "SPATIAL KEY sp (shape), KEY ig (d) IGNORED, KEY dsc (d DESC, id) USING BTREE COMMENT 'kc');"
    "CREATE TABLE versioned (a int PRIMARY KEY, b int WITHOUT SYSTEM VERSIONING, rs timestamp(6) "
    "AS ROW START INVISIBLE, re timestamp(6) AS ROW END, "
    "PERIOD FOR SYSTEM_TIME (rs, re)) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 "
    "MONTH AUTO PARTITIONS 3;"
    "CREATE TABLE spans (a int, s date, e date, PERIOD FOR p (s, e), UNIQUE (a, p WITHOUT "
    "OVERLAPS));"
    "CREATE TABLE parts (a int, d date) PARTITION BY RANGE (year(d)) SUBPARTITION BY HASH (a) "
    "SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (1990) "
    "COMMENT 'old', PARTITION p1 VALUES LESS THAN MAXVALUE MAX_ROWS 5);"
    "CREATE TABLE named (a int, b int) PARTITION BY LIST COLUMNS (b) SUBPARTITION BY KEY (a) "
    "(PARTITION p0 VALUES IN (1) (SUBPARTITION s0 COMMENT 's', SUBPARTITION s1));"
    "CREATE TABLE mine (a int, b varchar(10)) ENGINE=MyISAM CHECKSUM=1 PACK_KEYS=1 MAX_ROWS=100;"
    "CREATE TABLE also (a int, b varchar(10)) ENGINE=MyISAM;"
    "CREATE TABLE merged (a int, b varchar(10)) ENGINE=MERGE UNION=(mine,also) INSERT_METHOD=LAST;"
    "CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW v AS SELECT a, b FROM mine WHERE a > 3 "
    "WITH LOCAL CHECK OPTION;"
    "CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC NO SQL SQL SECURITY INVOKER COMMENT "
    "'fc' RETURN 2 * x;"
    "CREATE VIEW w (q) AS SELECT twice(m.a) FROM mine m JOIN v ON v.a = m.a;"
    "CREATE PROCEDURE fill(IN a int, OUT b varchar(20)) MODIFIES SQL DATA BEGIN INSERT INTO mine "
    "VALUES (a, b); CALL fill(1, b); END;"
    "CREATE TRIGGER t1 BEFORE INSERT ON mine FOR EACH ROW SET NEW.a = 1;"
    "CREATE TRIGGER t0 BEFORE INSERT ON mine FOR EACH ROW PRECEDES t1 SET NEW.b = 'y';"
    "CREATE EVENT Nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' ENDS '2035-01-01 "
    "00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'ec' DO DELETE FROM mine;"
    "CREATE EVENT hourly ON SCHEDULE EVERY '1:30' HOUR_MINUTE DO DELETE FROM mine;"
    "SET sql_mode = ORACLE;"
    "CREATE PACKAGE pk COMMENT 'pc' AS FUNCTION f1(a int) RETURN int; END;"
    "CREATE PACKAGE BODY pk AS FUNCTION f1(a int) RETURN int AS BEGIN RETURN a; END; END;"
    "CREATE FUNCTION ora(a IN int) RETURN int AS BEGIN RETURN a; END;";

static void nothing_opaque(const moult_node *n)
{
    const struct attr *a = node_attr(n, "opaque");
    ck_assert_msg(!a, "%.*s: %.*s", (int)n->path.n, n->path.p, a ? (int)a->text.n : 0,
                  a ? a->text.p : "");
    for (uint32_t i = 0; i < n->child_count; i++)
        nothing_opaque(n->children[i]);
}

static void columns_are_read(const moult_tree *t)
{
    ck_attr(t, "table:parent/column:id", "name", "Id");
    ck_attr(t, "table:parent/column:id", "type", "int(10) unsigned zerofill");
    ck_attr(t, "table:parent/column:id", "auto_increment", "true");
    ck_attr(t, "table:parent/column:id", "after", "");
    ck_attr(t, "table:parent/column:c", "after", "b");
    ck_attr(t, "table:parent/column:c", "collate", "latin1_bin");
    ck_attr(t, "table:parent/column:c", "default", "'x''y\\\\z'");
    ck_attr(t, "table:parent/column:c", "comment", "it's");
    ck_attr(t, "table:child/column:e", "type", "enum('a','b,c','d''e')");
    ck_attr(t, "table:child/column:e", "collate", "utf8mb4_general_ci");
    ck_attr(t, "table:child/column:j", "logical", "json");
    ck_attr(t, "table:child/column:j", "check", "json_valid(`j`)");
    ck_attr(t, "table:child/column:d", "on_update", "current_timestamp(6)");
    ck_attr(t, "table:child/column:ts", "default", "");
    ck_attr(t, "table:child/column:ts", "no_default", "");
    ck_attr(t, "table:child/column:g", "generated", "`pid` + 1");
    ck_attr(t, "table:child/column:g", "stored", "");
    ck_attr(t, "table:child/column:g2", "stored", "true");
    ck_attr(t, "table:child/column:inv", "invisible", "true");
    ck_attr(t, "table:child/column:comp", "compressed", "COMPRESSED");
    ck_attr(t, "table:child/column:ex", "default", "(1 + 2)");
    ck_attr(t, "table:child/column:n", "default", "nextval(`numbers`)");
    ck_attr(t, "table:child/column:chk", "check", "`chk` > 3");
    ck_attr(t, "table:versioned/column:rs", "row", "START");
    ck_attr(t, "table:versioned/column:b", "unversioned", "true");
}

static void keys_are_read(const moult_tree *t)
{
    ck_attr(t, "table:parent/primary_key:", "columns", "`Id`");
    ck_attr(t, "table:parent/index:u", "unique", "true");
    ck_attr(t, "table:parent/index:u", "name", "U");
    ck_attr(t, "table:parent/index:pref", "columns", "`c`(5) DESC");
    ck_attr(t, "table:child/index:ft", "type", "FULLTEXT");
    ck_attr(t, "table:child/index:sp", "type", "SPATIAL");
    ck_attr(t, "table:child/index:ig", "ignored", "true");
    ck_attr(t, "table:child/index:dsc", "columns", "`d` DESC, `id`");
    ck_attr(t, "table:child/index:dsc", "using", "BTREE");
    ck_attr(t, "table:child/index:dsc", "comment", "kc");
    ck_attr(t, "table:child/check:ck2", "expression", "`dd` < 100");
    ck_attr(t, "table:child/check:constraint_1", "name", "CONSTRAINT_1");
    ck_attr(t, "foreign_key:child.fk1", "name", "Fk1");
    ck_attr(t, "foreign_key:child.fk1", "to", "parent");
    ck_attr(t, "foreign_key:child.fk1", "on_delete", "CASCADE");
    ck_attr(t, "foreign_key:child.fk1", "on_update", "NO ACTION");
    ck_attr(t, "table:spans/index:a", "columns", "`a`, `p` WITHOUT OVERLAPS");
    ck_attr(t, "table:spans/period:p", "end", "e");
    ck_attr(t, "table:versioned/period:system_time", "start", "rs");
}

static void options_and_partitions_are_read(const moult_tree *t)
{
    ck_attr(t, "table:parent", "row_format", "COMPRESSED");
    ck_attr(t, "table:parent", "options", "STATS_PERSISTENT=1, KEY_BLOCK_SIZE=8");
    ck_attr(t, "table:parent", "comment", "tc");
    ck_attr(t, "table:parent", "collate", "utf8mb4_general_ci");
    ck_attr(t, "table:mine", "engine", "MyISAM");
    ck_attr(t, "table:mine", "options", "MAX_ROWS=100, PACK_KEYS=1, CHECKSUM=1");
    ck_attr(t, "table:versioned", "versioned", "true");
    ck_attr(t, "table:parts/partitioning:", "by", "RANGE (year(`d`))");
    ck_attr(t, "table:parts/partitioning:", "subpartitions", "2");
    ck_attr(t, "table:parts/partitioning:/partition:p0", "values", "LESS THAN (1990)");
    ck_attr(t, "table:parts/partitioning:/partition:p0", "comment", "old");
    ck_attr(t, "table:parts/partitioning:/partition:p1", "options", "MAX_ROWS = 5");
    ck_attr(t, "table:named/partitioning:/partition:p0/subpartition:s0", "comment", "s");
    /* The day on which the table was made does not count, nor how many partitions there are by
     * now. */
    const struct attr *by = node_attr(tree_find(t, STR("table:versioned/partitioning:")), "by");
    ck_assert(str_eq(attr_same(by), STR("SYSTEM_TIME INTERVAL 1 MONTH AUTO")));
    ck_assert_uint_eq(
        node_attr(tree_find(t, STR("table:versioned/partitioning:")), "partitions")->aspect,
        MOULT_LAYOUT);
}

static void programs_are_read(const moult_tree *t)
{
    ck_attr(t, "view:v", "definition",
            "select `mine`.`a` AS `a`,`mine`.`b` AS `b` from `mine` where `mine`.`a` > 3");
    ck_attr(t, "view:v", "algorithm", "MERGE");
    ck_attr(t, "view:v", "security", "INVOKER");
    ck_attr(t, "view:v", "check_option", "LOCAL");
    ck_attr(t, "view:v", "definer", "");
    ck_attr(t, "function:twice", "parameters", "x int");
    ck_attr(t, "function:twice", "returns", "int(11)");
    ck_attr(t, "function:twice", "body", "RETURN 2 * x");
    ck_attr(t, "function:twice", "data_access", "NO SQL");
    ck_attr(t, "function:twice", "deterministic", "true");
    ck_attr(t, "function:twice", "comment", "fc");
    ck_attr(t, "procedure:fill", "parameters", "IN a int, OUT b varchar(20)");
    ck_attr(t, "procedure:fill", "body",
            "BEGIN INSERT INTO mine VALUES (a, b); CALL fill(1, b); END");
    ck_attr(t, "trigger:t1", "follows", "t0");
    ck_attr(t, "trigger:t0", "follows", "");
    ck_attr(t, "trigger:t0", "body", "SET NEW.b = 'y'");
    ck_attr(t, "event:nightly", "name", "Nightly");
    ck_attr(t, "event:nightly", "schedule", "EVERY 1 DAY");
    ck_attr(t, "event:nightly", "starts", "2030-01-01 03:00:00");
    ck_attr(t, "event:nightly", "preserve", "true");
    ck_attr(t, "event:nightly", "status", "DISABLE");
    ck_attr(t, "event:hourly", "schedule", "EVERY '1:30' HOUR_MINUTE");
    ck_attr(t, "event:hourly", "starts", ""); /* it is when it was made */
    ck_attr(t, "event:hourly", "status", "");
    ck_attr(t, "sequence:numbers", "start", "5");
    ck_attr(t, "sequence:numbers", "cycle", "true");
    ck_assert_uint_eq(tree_find(t, STR("sequence:plain"))->attr_count, 0);
    ck_attr(t, "package:pk", "body", "AS FUNCTION f1(a int) RETURN int; END");
    ck_attr(t, "package_body:pk", "body",
            "AS FUNCTION f1(a int) RETURN int AS BEGIN RETURN a; END; END");
    ck_attr(t, "function:ora", "body", "AS BEGIN RETURN a; END");
    ck_attr(t, "database:", "comment", "the base");
    ck_assert(strstr(reader_test_attr(t, "function:ora", "sql_mode"), "ORACLE") != NULL);
}

static void references_are_read(const moult_tree *t)
{
    ck_assert(reader_test_refers(t, "foreign_key:child.fk1", "table:child", MOULT_REF_OWNED));
    ck_assert(reader_test_refers(t, "foreign_key:child.fk1", "table:parent/column:id",
                                 MOULT_REF_ENFORCED));
    ck_assert(reader_test_refers(t, "table:child/column:g", "table:child/column:pid",
                                 MOULT_REF_ENFORCED));
    ck_assert(
        reader_test_refers(t, "table:child/column:n", "sequence:numbers", MOULT_REF_ENFORCED));
    ck_assert(!reader_test_refers(t, "table:child/column:chk", "table:child/column:chk",
                                  MOULT_REF_ENFORCED));
    ck_assert(reader_test_refers(t, "table:child/check:ck2", "table:child/column:dd",
                                 MOULT_REF_ENFORCED));
    ck_assert(reader_test_refers(t, "table:parts/partitioning:", "table:parts/column:a",
                                 MOULT_REF_ENFORCED));
    ck_assert(reader_test_refers(t, "table:merged", "table:also", MOULT_REF_TEXT));
    ck_assert(reader_test_refers(t, "view:w", "table:mine/column:a",
                                 MOULT_REF_ENFORCED)); /* through an alias */
    ck_assert(reader_test_refers(t, "view:w", "view:v", MOULT_REF_ENFORCED));
    ck_assert(reader_test_refers(t, "view:w", "function:twice", MOULT_REF_ENFORCED));
    ck_assert(reader_test_refers(t, "procedure:fill", "table:mine", MOULT_REF_TEXT));
    ck_assert(reader_test_refers(t, "procedure:fill", "procedure:fill", MOULT_REF_TEXT));
    ck_assert(reader_test_refers(t, "trigger:t0", "table:mine", MOULT_REF_OWNED));
    ck_assert(reader_test_refers(t, "trigger:t0", "table:mine/column:b", MOULT_REF_TEXT));
    ck_assert(reader_test_refers(t, "trigger:t1", "trigger:t0", MOULT_REF_ENFORCED));
    ck_assert(reader_test_refers(t, "package_body:pk", "package:pk", MOULT_REF_OWNED));
}

START_TEST(every_kind_is_read)
{
    reader_test_make("kinds", every_kind);
    CLEANUP_TREE moult_tree *t = reader_test_read("kinds");
    nothing_opaque(t->root);
    columns_are_read(t);
    keys_are_read(t);
    options_and_partitions_are_read(t);
    programs_are_read(t);
    references_are_read(t);
}
END_TEST

/* The same in databases of other names: where bodies and the server qualify with them, too. */
START_TEST(no_tree_has_the_databases_name)
{
    static const char *const names[] = {"t1", "T-2", "select", "a`b;c"};
    static const char sql[] =
        "CREATE SEQUENCE s; CREATE TABLE a (x int DEFAULT nextval(s)); CREATE FUNCTION f() "
        "RETURNS int RETURN 1; "
        "CREATE VIEW v AS SELECT f() AS y, nextval(s) AS z, a.x FROM a; ";
    char first[65] = "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CLEANUP_TEXT struct text t = {0}, name = {0};
        mytext_name(&name, slice_z(names[i]));
        mytext_z(&t, sql);
        mytext_printf(&t,
                      "CREATE PROCEDURE p() SELECT x, %s.a.x FROM %s.a JOIN %s . v ON %s.f() = 1",
                      name.p, name.p, name.p, name.p);
        reader_test_make(names[i], t.p);
        CLEANUP_TREE moult_tree *tree = reader_test_read(names[i]);
        ck_attr(
            tree, "procedure:p", "body",
            "SELECT x, \1tenant\2.a.x FROM \1tenant\2.a JOIN \1tenant\2 . v ON \1tenant\2.f() = 1");
        ck_assert(reader_test_refers(tree, "procedure:p", "view:v", MOULT_REF_TEXT));
        ck_assert(reader_test_refers(tree, "procedure:p", "table:a/column:x", MOULT_REF_TEXT));
        if (*first)
            ck_assert_str_eq(tree->state, first);
        strcpy(first, tree->state);
    }
}
END_TEST

/* "x" is an alias here, though the database is called so. */
START_TEST(an_alias_is_not_taken_for_the_database)
{
    reader_test_make("x", "CREATE TABLE a (c int); CREATE VIEW v AS SELECT x.c FROM a x;"
                          "CREATE PROCEDURE p() SELECT x.c FROM a AS x, x.a y WHERE x.a.c = y.c");
    CLEANUP_TREE moult_tree *t = reader_test_read("x");
    ck_attr(t, "view:v", "definition", "select `x`.`c` AS `c` from `a` `x`");
    ck_assert(reader_test_refers(t, "view:v", "table:a/column:c", MOULT_REF_ENFORCED));
    ck_attr(t, "procedure:p", "body",
            "SELECT x.c FROM a AS x, \1tenant\2.a y WHERE \1tenant\2.a.c = y.c");
}
END_TEST

START_TEST(what_lies_outside_is_told)
{
    reader_test_make(
        "other", "CREATE TABLE far (c int PRIMARY KEY); CREATE FUNCTION f() RETURNS int RETURN 1");
    reader_test_make(
        "inner",
        "CREATE TABLE near (c int, FOREIGN KEY (c) REFERENCES other.far (c)); CREATE VIEW v AS "
        "SELECT other.f() FROM other.far");
    CLEANUP_TREE moult_tree *t = reader_test_read("inner");
    ck_attr(t, "foreign_key:near.near_ibfk_1", "to_database", "other");
    ck_assert(reader_test_refers(t, "foreign_key:near.near_ibfk_1", "database:other/table:far",
                                 MOULT_REF_OUTSIDE));
    ck_assert(reader_test_refers(t, "view:v", "database:other/table:far", MOULT_REF_OUTSIDE));
    ck_assert(reader_test_refers(t, "view:v", "database:other/function:f", MOULT_REF_OUTSIDE));
}
END_TEST

/* A view of something that is gone is still there; a table that would show a password is not
 * shown. */
START_TEST(what_cannot_be_read_is_opaque)
{
    reader_test_make(
        "odd",
        "CREATE TABLE gone (x int); CREATE VIEW broken AS SELECT x FROM gone; DROP TABLE gone;"
        "CREATE TABLE far (a int) ENGINE=MyISAM CONNECTION='mysql://u:secret@h/d/t'");
    CLEANUP_TREE moult_tree *t = reader_test_read("odd");
    ck_attr(t, "view:broken", "definition", "select `gone`.`x` AS `x` from `gone`");
    ck_attr(t, "table:far", "opaque", "its CONNECTION holds a password");
    ck_attr(t, "table:far", "sql", "");
    ck_assert_uint_eq(tree_find(t, STR("table:far"))->child_count, 0);
}
END_TEST

START_TEST(state_is_not_in_the_tree)
{
    reader_test_make("rows",
                     "CREATE TABLE a (i int AUTO_INCREMENT PRIMARY KEY); CREATE SEQUENCE s");
    CLEANUP_TREE moult_tree *before = reader_test_read("rows");
    reader_test_run("rows", "INSERT INTO a VALUES (77); SELECT nextval(s)");
    CLEANUP_TREE moult_tree *after = reader_test_read("rows");
    ck_assert_str_eq(before->state, after->state);
    ck_assert_str_eq(before->aspect[MOULT_LAYOUT], after->aspect[MOULT_LAYOUT]);
}
END_TEST

START_TEST(an_order_of_columns_is_shape)
{
    reader_test_make("order1", "CREATE TABLE a (x int, y int, z int, KEY k (x), KEY l (y))");
    reader_test_make("order2", "CREATE TABLE a (y int, x int, z int, KEY k (x), KEY l (y))");
    reader_test_make("order3", "CREATE TABLE a (x int, y int, z int, KEY l (y), KEY k (x))");
    CLEANUP_TREE moult_tree *a = reader_test_read("order1"), *b = reader_test_read("order2"),
                            *c = reader_test_read("order3");
    ck_assert_str_ne(a->state, b->state);
    ck_assert_str_eq(a->state, c->state); /* of keys it means nothing */
}
END_TEST

/* moult's own tables are known by their mark; a user's of such a name is like any other. */
START_TEST(own_tables_are_left_out)
{
    reader_test_make(
        "book",
        "CREATE TABLE moult_run (a int) COMMENT 'mine'; CREATE TABLE moult_step (a int) COMMENT '" BOOKKEEPING_MARKER
        "'");
    CLEANUP_TREE moult_tree *t = reader_test_read("book");
    ck_assert_ptr_nonnull(tree_find(t, STR("table:moult_run")));
    ck_assert_ptr_null(tree_find(t, STR("table:moult_step")));
}
END_TEST

START_TEST(grants_are_read_where_they_are_asked_for)
{
    reader_test_make(
        "granted",
        "CREATE TABLE a (x int, y int); CREATE PROCEDURE p() SELECT 1; CREATE ROLE IF NOT EXISTS "
        "reader; CREATE USER IF NOT EXISTS 'u'@'%';"
        "GRANT SELECT ON granted.* TO reader; GRANT SELECT (y, x), INSERT ON granted.a TO "
        "'u'@'%' WITH GRANT OPTION;"
        "GRANT UPDATE ON granted.a TO reader; GRANT EXECUTE ON PROCEDURE granted.p TO reader;"
        "GRANT DELETE ON granted.a TO moult@'127.0.0.1'");
    CLEANUP_TREE moult_tree *plain = reader_test_read("granted");
    ck_attr(plain, "table:a", "grants", "");
    moult_session *s = NULL;
    ck_assert_int_eq(
        reader_test_try_open(reader_test_url("granted", NULL), "grants=true", &s, NULL), MOULT_OK);
    CLEANUP_TREE moult_tree *t = reader_test_tree(s);
    myreader_close(s);
    ck_attr(t, "database:", "grants", "`reader`: SELECT");
    ck_attr(t, "table:a", "grants", "`reader`: UPDATE; `u`@`%`: INSERT*, SELECT (`x`, `y`)*");
    ck_attr(t, "procedure:p", "grants", "`reader`: EXECUTE");
    ck_assert(strcmp(t->aspect[MOULT_SHAPE], plain->aspect[MOULT_SHAPE]) !=
              0); /* the node of the database */
    ck_assert(strcmp(t->aspect[MOULT_RIGHTS], plain->aspect[MOULT_RIGHTS]) != 0);
}
END_TEST

START_TEST(another_definer_is_told)
{
    reader_test_make(
        "defined",
        "CREATE USER IF NOT EXISTS 'd@x'@'%'; CREATE TABLE a (x int);"
        "CREATE DEFINER='d@x'@'%' VIEW v AS SELECT 1; CREATE DEFINER='d@x'@'%' PROCEDURE p() "
        "SELECT 1;"
        "CREATE DEFINER='d@x'@'%' TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = 1; "
        "CREATE VIEW own AS SELECT 1");
    CLEANUP_TREE moult_tree *t = reader_test_read("defined");
    ck_attr(t, "view:v", "definer", "`d@x`@`%`");
    ck_attr(t, "procedure:p", "definer", "`d@x`@`%`");
    ck_attr(t, "trigger:t", "definer", "`d@x`@`%`");
    ck_attr(t, "view:own", "definer", "");
}
END_TEST

TCase *mysql_tree_cases(void)
{
    TCase *c = tcase_create("tree");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, every_kind_is_read);
    tcase_add_test(c, no_tree_has_the_databases_name);
    tcase_add_test(c, an_alias_is_not_taken_for_the_database);
    tcase_add_test(c, what_lies_outside_is_told);
    tcase_add_test(c, what_cannot_be_read_is_opaque);
    tcase_add_test(c, state_is_not_in_the_tree);
    tcase_add_test(c, an_order_of_columns_is_shape);
    tcase_add_test(c, own_tables_are_left_out);
    tcase_add_test(c, grants_are_read_where_they_are_asked_for);
    tcase_add_test(c, another_definer_is_told);
    return c;
}
