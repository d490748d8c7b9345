/* SPDX-License-Identifier: Apache-2.0 */
/* What statements of untrusted text are taken for, and how names stand in texts. */
#include "check-mysql.h"

#include <stdio.h>
#include <stdlib.h>

struct seen {
    char klasses[64]; /* one letter a statement: S schema, D data, - session, ! refused */
    char last[512];   /* the text of the last one that is run, or why it is refused */
    char first[512];  /* of the first one */
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
    if (seen->n == 1)
        memcpy(seen->first, seen->last, sizeof seen->first);
    return MOULT_OK;
}

static struct seen split(const char *text)
{
    struct seen seen = {0};
    ck_assert_int_eq(mydialect_split(&mysql_test_host, text, strlen(text), see, &seen, NULL),
                     MOULT_OK);
    return seen;
}

static void expect(const char *text, const char *klasses)
{
    struct seen seen = split(text);
    ck_assert_msg(strcmp(seen.klasses, klasses) == 0, "%s, not %s: %s (%s)", seen.klasses, klasses,
                  text, seen.last);
}

/* The last statement is refused, with a reason that has WHY in it. */
static void refused(const char *text, const char *why)
{
    struct seen seen = split(text);
    ck_assert_msg(seen.n && seen.klasses[seen.n - 1] == '!', "%s: %s", seen.klasses, text);
    ck_assert_msg(strstr(seen.last, why), "%s: %s", text, seen.last);
}

/* The first one is. */
static void refused_first(const char *text, const char *why)
{
    struct seen seen = split(text);
    ck_assert_msg(*seen.klasses == '!', "%s: %s", seen.klasses, text);
    ck_assert_msg(strstr(seen.first, why), "%s: %s", text, seen.first);
}

static void runs(const char *text, const char *sql)
{
    struct seen seen = split(text);
    ck_assert_str_eq(seen.last, sql);
}

START_TEST(statements_have_classes)
{
    expect("", "");
    expect(" ;; -- nothing\n /* ; */ ; # ;\n--\n;", "");
    expect("CREATE TABLE t (a int); create unique index i on t (a); CREATE OR REPLACE VIEW v AS SELECT 1;"
           "CREATE DEFINER=a@b.c.d SQL SECURITY INVOKER VIEW v AS SELECT 1; ALTER TABLE t ADD b int;"
           "DROP VIEW IF EXISTS v; RENAME TABLE t TO u; CREATE SEQUENCE s; ALTER SEQUENCE s CACHE 5;"
           "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; DROP TRIGGER r;"
           "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t; ALTER EVENT e DISABLE; DROP EVENT e;"
           "CREATE FUNCTION f() RETURNS int RETURN 1; CREATE PROCEDURE p() SELECT 1;"
           "ALTER DATABASE x CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
           "SSSSSSSSSSSSSSSSS");
    expect("INSERT INTO t VALUES (1); REPLACE t VALUES (1); UPDATE t SET a = 1; DELETE FROM t; TRUNCATE t;"
           "SELECT 1; (SELECT 1) UNION (SELECT 2); VALUES (1); TABLE t; WITH x AS (SELECT 1) SELECT * FROM x;"
           "ANALYZE TABLE t; OPTIMIZE TABLE t; DO SETVAL(`s`, 5, 0); DROP TEMPORARY TABLE x",
           "DDDDDDDDDDDDDD");
    expect("BEGIN; START TRANSACTION; COMMIT; ROLLBACK; SAVEPOINT a; RELEASE SAVEPOINT a; LOCK TABLES t WRITE;"
           "UNLOCK TABLES; SET autocommit = 0; SET @x = 1, @y := 'z'; SET NAMES utf8mb4; SHOW TABLES; DESC t;"
           "SET @OLD = @@sql_mode, sql_mode = ''; SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
           "---------------");
}
END_TEST

START_TEST(what_reaches_out_is_refused)
{
    static const struct {
        const char *text, *why;
    } all[] = {
        {"USE canary", "USE goes to another database, canary"},
        {"DROP DATABASE x", "DROP DATABASE"},
        {"create schema x", "create DATABASE"},
        {"ALTER DATABASE x UPGRADE DATA DIRECTORY NAME", "ALTER DATABASE"},
        {"ALTER DATABASE x READ ONLY = 1", "ALTER DATABASE"},
        {"CREATE USER u", "USER: that is the whole server's"},
        {"CREATE OR REPLACE ROLE r", "ROLE"},
        {"RENAME USER a TO b", "USER"},
        {"ALTER SERVER s OPTIONS (USER 'x')", "SERVER"},
        {"DROP TABLESPACE x", "TABLESPACE"},
        {"ALTER INSTANCE ROTATE INNODB MASTER KEY", "INSTANCE"},
        {"CREATE FROB x", "FROB is no kind of object that is known"},
        {"GRANT ALL ON *.* TO u", "accounts and their rights"},
        {"REVOKE ALL ON t FROM u", "accounts and their rights"},
        {"SET GLOBAL max_connections = 1", "SET GLOBAL max_connections"},
        {"SET @@GLOBAL.max_connections = 1", "SET GLOBAL max_connections"},
        {"SET @@global . max_connections = 1", "SET GLOBAL max_connections"},
        {"SET sql_mode = '', PERSIST max_connections = 1", "SET GLOBAL max_connections"},
        {"SET PASSWORD = 'x'", "SET PASSWORD is about the rights"},
        {"SET DEFAULT ROLE x", "rights"},
        {"SET ROLE x", "rights"},
        {"SET STATEMENT max_statement_time = 1 FOR SELECT 1", "SET STATEMENT"},
        {"SET frobnication = 1", "frobnication is none that a schema may ask for"},
        {"SET hot.key_buffer_size = 1", "not understood"},
        {"LOAD DATA INFILE '/etc/passwd' INTO TABLE t", "LOAD DATA reads a file"},
        {"LOAD XML LOCAL INFILE 'x' INTO TABLE t", "LOAD XML"},
        {"SELECT 1 INTO OUTFILE '/tmp/x'", "INTO OUTFILE writes a file"},
        {"SELECT a FROM t INTO DUMPFILE '/tmp/x'", "INTO DUMPFILE"},
        {"SELECT * FROM t WHERE a = load_file('/etc/passwd')", "load_file() reads a file"},
        {"CREATE VIEW v AS SELECT LOAD_FILE ('/etc/passwd')", "LOAD_FILE() reads a file"},
        {"INSTALL PLUGIN x SONAME 'y'", "INSTALL is for the server"},
        {"CREATE FUNCTION f RETURNS STRING SONAME 'udf.so'", "SONAME"},
        {"CREATE AGGREGATE FUNCTION f RETURNS INTEGER SONAME 'udf.so'", "SONAME"},
        {"KILL 5", "KILL is for the server"},
        {"FLUSH PRIVILEGES", "FLUSH is for the server"},
        {"SHUTDOWN", "SHUTDOWN is for the server"},
        {"LOCK INSTANCE FOR BACKUP", "LOCK INSTANCE is for the whole server"},
        {"START SLAVE", "START SLAVE"},
        {"CHANGE MASTER TO MASTER_HOST = 'x'", "CHANGE is for the server"},
        {"BINLOG 'x'", "BINLOG"},
        {"XA START 'x'", "XA"},
        {"HANDLER t OPEN", "HANDLER"},
        {"PREPARE s FROM 'x'", "PREPARE: what a prepared statement does"},
        {"EXECUTE s", "EXECUTE"},
        {"DEALLOCATE PREPARE s", "DEALLOCATE"},
        {"DROP PREPARE s", "prepared statement"},
        {"EXECUTE IMMEDIATE 'DROP DATABASE x'", "EXECUTE"},
        {"CALL p()", "CALL p runs code"},
        {"DO sleep(1)", "DO calls"},
        {"BEGIN NOT ATOMIC DROP DATABASE x; END", "BEGIN: a block of code"},
        {"IF 1 THEN SELECT 1; END IF", "IF: a block of code"},
        {"CREATE TEMPORARY TABLE t (a int)", "temporary"},
        {"CREATE TABLE t AS SELECT f()", "takes rows along"},
        {"CREATE TABLE t (a int) REPLACE SELECT 1", "takes rows along"},
        {"CREATE TABLE t (a int) (SELECT 1)", "takes rows along"},
        {"CREATE TABLE t TABLE u", "takes rows along"},
        {"CREATE TABLE t (a int) ENGINE=FEDERATED CONNECTION='mysql://x'", "FEDERATED may reach"},
        {"CREATE TABLE t (a int) ENGINE CONNECT", "CONNECT may reach"},
        {"CREATE TABLE t (a int) COMMENT 'x' ENGINE = 'SPIDER'", "SPIDER"},
        {"ALTER TABLE t ENGINE=S3", "S3"},
        {"CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p ENGINE = CONNECT)", "CONNECT"},
        {"CREATE TABLE t (a int) DATA DIRECTORY '/tmp'", "DATA DIRECTORY"},
        {"CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p INDEX DIRECTORY = '/tmp')",
         "INDEX DIRECTORY"},
        {"ALTER TABLE t DISCARD TABLESPACE", "DISCARD"},
        {"ALTER TABLE t IMPORT PARTITION p TABLESPACE", "IMPORT"},
        {"source x.sql", "not followed"},
        {"\\. x.sql", "\\. is not followed"},
        {"\\u canary", "\\u goes to another database"},
        {"\\! rm -rf /", "\\! is a command of the mysql client"},
        {"system rm", "system is a command of the mysql client"},
        {"SELECT 1 \\G", "a command of the mysql client stands inside"},
        {"FROBNICATE x", "no statement begins with FROBNICATE"},
        {"CREATE TABLE t (a text DEFAULT '\x01tenant\x02')", "the text holds a byte 0x01"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        refused_first(all[i].text, all[i].why);
}
END_TEST

START_TEST(names_of_other_databases_are_refused)
{
    static const char *const out[] = {
        "CREATE TABLE canary.t (a int)",
        "CREATE TABLE IF NOT EXISTS `canary`.`t` (a int)",
        "CREATE TABLE t LIKE canary.t",
        "CREATE TABLE t (LIKE canary.t)",
        "CREATE TABLE t (a int REFERENCES canary.t (a))",
        "CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES canary . t (a))",
        "CREATE TABLE t (a int) ENGINE=MERGE UNION=(u, canary.t)",
        "ALTER TABLE canary.t ADD b int",
        "ALTER TABLE t RENAME TO canary.t",
        "ALTER TABLE t RENAME canary.t",
        "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE canary.t",
        "RENAME TABLE a TO b, c TO canary.d",
        "DROP TABLE a, canary.t",
        "DROP TABLE IF EXISTS canary.t CASCADE",
        "DROP VIEW canary.v",
        "DROP TRIGGER IF EXISTS canary.r",
        "DROP INDEX i ON canary.t",
        "CREATE INDEX i ON canary.t (a)",
        "TRUNCATE TABLE canary.t",
        "TRUNCATE canary.t",
        "INSERT INTO canary.t VALUES (1)",
        "INSERT IGNORE canary.t VALUES (1)",
        "REPLACE LOW_PRIORITY INTO canary.t VALUES (1)",
        "UPDATE t, canary.u SET a = 1",
        "DELETE FROM canary.t",
        "DELETE t FROM t, canary.u",
        "DELETE FROM t USING t JOIN canary.u",
        "SELECT * FROM canary.t",
        "SELECT a.b, canary.t.a FROM a",
        "CREATE VIEW canary.v AS SELECT 1",
        "CREATE VIEW v AS SELECT * FROM mysql.user",
        "CREATE VIEW v AS SELECT 1 FROM a JOIN (b, canary.t) ON a.x = b.y",
        "CREATE VIEW v AS SELECT 1 FROM a JOIN b ON a.x = b.y, canary.t",
        "CREATE VIEW v AS SELECT (SELECT max(a) FROM canary.t)",
        "CREATE VIEW v AS SELECT 1 UNION SELECT a FROM `canary`.t",
        "CREATE VIEW v AS SELECT canary.f(1)",
        "CREATE VIEW v AS SELECT NEXT VALUE FOR canary.s",
        "CREATE VIEW v AS SELECT nextval(canary.s)",
        "CREATE TRIGGER canary.r BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
        "CREATE TRIGGER r BEFORE INSERT ON canary.t FOR EACH ROW SET @a = 1",
        "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW INSERT INTO canary.t VALUES (1)",
        "CREATE TRIGGER r AFTER DELETE ON t FOR EACH ROW BEGIN DELETE FROM a; UPDATE canary.t SET a = 1; END",
        "CREATE PROCEDURE canary.p() SELECT 1",
        "CREATE PROCEDURE p() CALL canary.p()",
        "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; ELSE SELECT * FROM canary.t; END IF; END",
        "CREATE FUNCTION f() RETURNS int RETURN (SELECT a FROM canary.t)",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM canary.t",
        "ALTER EVENT e RENAME TO canary.e",
        "ALTER EVENT canary.e ENABLE",
        "CREATE SEQUENCE canary.s",
        "CREATE TABLE t (a int DEFAULT canary.f())",
    };
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        struct seen seen = split(out[i]);
        ck_assert_msg(strcmp(seen.klasses, "!") == 0, "%s: %s", seen.klasses, out[i]);
    }
    /* A dot between a table and its column is none between a database and its table. */
    expect("CREATE VIEW v AS SELECT a.b, c.d AS `e` FROM a JOIN c ON a.x = c.y AND f(a.z, c.z) WHERE a.q IN (SELECT"
           " u.a FROM u, w WHERE u.b = a.b) GROUP BY a.b, c.d HAVING max(a.x) ORDER BY a.b, c.d;"
           "CREATE VIEW v AS SELECT EXTRACT(DAY FROM t.c), TRIM(BOTH 'x' FROM t.c) FROM t;"
           "CREATE VIEW v AS SELECT t.event, t.table, q.view FROM t, (SELECT u.x AS view FROM u) q;"
           "CREATE VIEW v AS SELECT * FROM information_schema.tables;"
           "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = OLD.b + @x.y; UPDATE t SET"
           " t.a = NEW.a, t.b = OLD.b WHERE t.c = NEW.c ORDER BY t.d; INSERT INTO t (a) VALUES (NEW.a) ON DUPLICATE"
           " KEY UPDATE t.b = NEW.b; END;"
           "CREATE TABLE t (event int, view int, engine varchar(10), CHECK (event LIKE 'x'));"
           "ALTER TABLE t ADD engine varchar(10), CHANGE a engine int;"
           "CREATE DEFINER = root@example.com PROCEDURE p() SELECT 1",
           "SSSSSSSS");
    expect("CREATE PACKAGE p AS FUNCTION f RETURN int; END", "S!");
    expect("SET sql_mode = oracle; DELIMITER //\nCREATE PROCEDURE q AS BEGIN p.f(1); END;\n//", "-S");
}
END_TEST

START_TEST(bodies_are_judged)
{
    static const char *const out[] = {
        "CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DROP DATABASE canary",
        "CREATE EVENT e ON SCHEDULE AT now() ON COMPLETION PRESERVE ENABLE DO SET GLOBAL a = 1",
        "CREATE PROCEDURE p() DROP DATABASE canary",
        "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SHUTDOWN; END",
        "CREATE PROCEDURE p() BEGIN IF 1 THEN KILL 5; END IF; END",
        "CREATE PROCEDURE p() BEGIN SET @a = 1, GLOBAL b = 2; END",
        "CREATE PROCEDURE p() BEGIN SET @a = 1, @@global.b = 2; END",
        "CREATE PROCEDURE p() l: LOOP CREATE USER x; END LOOP",
        "CREATE PROCEDURE p() SELECT 1 INTO OUTFILE '/x'",
        "CREATE OR REPLACE DEFINER = CURRENT_USER() PROCEDURE p() COMMENT 'x' GRANT ALL ON t TO x",
        "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW FOLLOWS q FLUSH TABLES",
        "ALTER EVENT e DO INSTALL PLUGIN x SONAME 'y'",
    };
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        struct seen seen = split(out[i]);
        ck_assert_msg(strcmp(seen.klasses, "!") == 0, "%s: %s", seen.klasses, out[i]);
    }
    expect("CREATE PROCEDURE p() BEGIN PREPARE s FROM @x; EXECUTE s; CALL q(1); START TRANSACTION; COMMIT;"
           " SET @global = 1; CREATE TEMPORARY TABLE x (a int); DROP TEMPORARY TABLE x; END",
           "S");
}
END_TEST

START_TEST(statements_end_where_they_end)
{
    expect("CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN IF a THEN SET b = 1; ELSEIF c THEN SET d = CASE"
           " WHEN e THEN 1 ELSE 2 END; ELSE BEGIN END; END IF; END; DROP VIEW v",
           "SS");
    expect("CREATE PROCEDURE p(begin date, `end` int) COMMENT ';' READS SQL DATA l: BEGIN DECLARE EXIT HANDLER FOR NOT"
           " FOUND BEGIN ROLLBACK; END; DECLARE c CURSOR FOR SELECT a FROM t; OPEN c; m: LOOP FETCH c INTO x; IF"
           " done THEN LEAVE m; END IF; END LOOP m; WHILE a DO SET a = IF(a, 1, 0); END WHILE; REPEAT SET a = 1;"
           " UNTIL a END REPEAT; CASE a WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE; FOR i IN 1..5 DO SET a = i;"
           " END FOR; SELECT t.end, begin FROM t; END l; DROP VIEW v",
           "SS");
    expect("CREATE FUNCTION f(a int) RETURNS enum('a;', 'b') CHARACTER SET utf8mb4 DETERMINISTIC RETURN IF(a, 'a;',"
           " CASE a WHEN 1 THEN 'b' END); DROP VIEW v",
           "SS");
    expect("CREATE FUNCTION IF NOT EXISTS f() RETURNS int IF a THEN RETURN 1; ELSE RETURN 2; END IF; DROP VIEW v",
           "SS");
    expect("CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS now() DO BEGIN DELETE FROM t; END; DROP VIEW v", "SS");
    expect("CREATE PROCEDURE p() REPLACE t SELECT repeat('a', 2), begin FROM t; DROP VIEW v", "SS");
    expect("DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END;\n//\nDROP VIEW v//\nDELIMITER ;\nDROP VIEW v;",
           "SSS");
    expect("delimiter $$ -- x\nDROP VIEW v; DROP DATABASE x $$ delimiter ;\nDROP VIEW v", "S!S");
    expect("DELIMITER 'go'\nDROP VIEW vgo DROP VIEW wgo", "SS");
    expect("SELECT ';', \";\", `;` -- ;\n # ;\n /* ; */ + 1--1; DROP VIEW v", "DS");
    expect("SELECT '\\';', '''', \"\\\";\"; DROP VIEW v", "DS");
    expect("SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT '\\'; DROP VIEW v", "-DS");
    expect("SET sql_mode = ansi_quotes; SELECT \"\\\"; DROP VIEW v", "-DS");
    expect("SET @a = @@sql_mode; SET sql_mode = ansi; SET sql_mode = @a; SELECT \"\\\";\"; DROP VIEW v", "---DS");
    refused("DROP VIEW v;\nSELECT 'a", "a string is left open");
    refused("SELECT `a", "a quoted name is left open");
    refused("/* /* */ */ x", "no statement begins with *");
    refused("SELECT 1 /* ", "a comment is left open");
    refused("CREATE PROCEDURE p() BEGIN SELECT 1;", "a block of the routine is left open");
    refused("DELIMITER \\\n", "DELIMITER");
    expect("SET sql_mode = ORACLE; CREATE PROCEDURE p AS BEGIN NULL; END;", "-!!");
    struct seen seen = split("\xef\xbb\xbf-- x\n\nDROP VIEW v;\nDELIMITER //\n\n  DROP VIEW w//\n\n/*!50001 DROP\nVIEW x */");
    ck_assert_str_eq(seen.klasses, "SSS");
    ck_assert_uint_eq(seen.lines[0], 3);
    ck_assert_uint_eq(seen.lines[1], 6);
    ck_assert_uint_eq(seen.lines[2], 8);
    ck_assert_uint_eq(seen.offsets[0], 9);
}
END_TEST

START_TEST(version_comments_are_code)
{
    runs("/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SET"
         " NEW.a = 1; END */; ",
         "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SET"
         " NEW.a = 1; END */");
    expect("/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='ANSI_QUOTES' */; CREATE TABLE \"t\" (\"a;\" int)", "-S");
    expect("/*M!999999\\- enable the sandbox mode */ \nDROP VIEW v", "S");
    expect("CREATE TABLE t (a int /*!80023 INVISIBLE */) /*M!100600 COMMENT 'x' */ /*!50100 PARTITION BY HASH (a) */", "S");
    expect("/*!80000 DROP VIEW v */; /*M! DROP VIEW w */;", "SS");
    expect("/*!80000 SELECT 1 */; /*!99999 x */;", "D!");
    refused("/*!99999 DROP DATABASE canary */", "DROP DATABASE");
    refused("/*!50001 DROP DATABASE canary */", "DROP DATABASE");
    refused("/*! USE canary */", "USE");
    refused("CREATE TABLE t (a int) /*!80000 DATA DIRECTORY = '/x' */", "DATA DIRECTORY");
    refused("CREATE TABLE t (a int) /*M!120000 DATA DIRECTORY = '/x' */", "DATA DIRECTORY");
    refused("DROP /*!80000 DATABASE canary */ /*M! VIEW v */", "DROP DATABASE");
    refused_first("CREATE TABLE t (a int) /*!80000 COMMENT 'x*/; DROP DATABASE canary; -- ' */",
            "a version comment decides where the statement ends");
    refused_first("/*! DROP VIEW v; DROP DATABASE canary */", "inside of a version comment");
    refused("DROP VIEW v /*!50001 ; */", "inside of a version comment");
    refused("DROP VIEW v /*!50001 ", "a version comment is left open");
    refused("CREATE TABLE t (a int /*!80001*//*!80002*//*!80003*//*!80004*//*!80005*//*!80006*//*!80007*//*!80008*/"
            "/*!80009*//*!80010*//*!80011*//*!80012*//*!80013*//*!80014*//*!80015*//*!80016*//*!80017*/)",
            "too many versions");
}
END_TEST

START_TEST(settings_travel_with_statements)
{
    runs("SET sql_mode = 'ANSI', foreign_key_checks = 0; DROP VIEW v",
         "SET sql_mode = 'ANSI', foreign_key_checks = 0;DROP VIEW v");
    runs("SET @@session.sql_mode := ANSI; SET sql_mode = DEFAULT; DROP VIEW v", "DROP VIEW v");
    runs("SET NAMES 'utf8' COLLATE utf8_bin; DROP VIEW v",
         "SET character_set_client = 'utf8', collation_connection = 'utf8_bin';DROP VIEW v");
    runs("SET NAMES latin1; SET NAMES DEFAULT; DROP VIEW v", "DROP VIEW v");
    runs("SET @a = @@time_zone, time_zone = '+02:00'; SET @b = @@TIME_ZONE; SET time_zone = @a; SET time_zone = @B;"
         " DROP VIEW v",
         "SET time_zone = '+02:00';DROP VIEW v");
    runs("SET unique_checks = 0, sql_notes = 0; DROP VIEW v", "DROP VIEW v");
    runs("SET default_storage_engine = MyISAM; DROP VIEW v",
         "SET default_storage_engine = 'MyISAM';DROP VIEW v");
    refused("SET default_storage_engine = FEDERATED", "default storage engine");
    refused("SET NAMES gbk", "character set");
    refused("SET character_set_client = sjis", "character set");
    refused("SET sql_mode = @nothing", "a variable whose value is not known");
    refused("SET @a = @@time_zone; SET sql_mode = @a", "a variable whose value is not known");
    refused("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')", "no plain word");
    refused("SET sql_mode = 4", "no plain word");
    refused("SET time_zone = 'a\\'b'", "not plain");
    runs("ALTER DATABASE `canary` CHARACTER SET latin1 COLLATE latin1_bin",
         "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_bin");
    runs("ALTER SCHEMA DEFAULT CHARACTER SET = latin1", "ALTER DATABASE DEFAULT CHARACTER SET = latin1");
    runs("SET foreign_key_checks = 0; ALTER DATABASE CHARACTER SET latin1",
         "SET foreign_key_checks = 0;ALTER DATABASE CHARACTER SET latin1");
}
END_TEST

/* ---- names ---- */

static void folds(const char *kind, const char *name, const char *key)
{
    for (int i = 0; i < 2; i++) {
        char *out;
        size_t n;
        ck_assert_int_eq(mydialect_fold(&mysql_test_host, kind, i ? key : name,
                                        strlen(i ? key : name), &out, &n, NULL),
                         MOULT_OK);
        ck_assert_str_eq(out, key);
        ck_assert_uint_eq(n, strlen(key));
        free(out);
    }
}

START_TEST(names_fold)
{
    folds("table", "Users", "Users");
    folds("trigger", "R", "R");
    folds("column", "Email", "email");
    folds("column", "\xc3\x84", "\xc3\xa4");
    folds("procedure", "a`B;c", "a`b;c");
    folds("foreign_key", "Posts.FK_1", "Posts.fk_1");
    folds("foreign_key", "`a.b`.`C d`", "`a.b`.`c d`");
    folds("foreign_key", "`a``.b`.`C``d`", "`a``.b`.`c``d`");
}
END_TEST

static void binds(const char *text, const char *value, const char *bound)
{
    const moult_binding b = {MOULT_END(moult_binding, value), 0, "tenant", value};
    const moult_binding *list[] = {&b};
    char *out;
    size_t n;
    ck_assert_int_eq(
        mydialect_bind(&mysql_test_host, text, strlen(text), list, 1, &out, &n, NULL), MOULT_OK);
    ck_assert_str_eq(out, bound);
    free(out);
}

START_TEST(names_are_bound_where_they_stand)
{
    binds("SELECT \x01tenant\x02.t", "a", "SELECT `a`.t");
    binds("SELECT \x01tenant\x02.t", "T-2", "SELECT `T-2`.t");
    binds("SELECT \x01tenant\x02.`t`", "a`b;c", "SELECT `a``b;c`.`t`");
    binds("SELECT '\x01tenant\x02', \"\x01tenant\x02\"", "a'b\\\"", "SELECT 'a''b\\\\\"', \"a'b\\\\\"\"\"");
    binds("SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES';SELECT '\x01tenant\x02', \"\x01tenant\x02\"", "a'b\\\"",
          "SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES';SELECT 'a''b\\\"', \"a'b\\\"\"\"");
    binds("`\x01tenant\x02`", "a`b", "`a``b`");
    binds("a -- \x01tenant\x02\nb", "x\ny", "a -- x y\nb");
    binds("a /* \x01tenant\x02 */ b", "x*/y", "a /* x /y */ b");
    binds("a /*!50001 + \x01tenant\x02.t */ b", "x", "a /*!50001 + `x`.t */ b");
    char *out;
    size_t n;
    ck_assert_int_eq(mydialect_bind(&mysql_test_host, "\x01x\x02", 3, NULL, 0, &out, &n, NULL),
                     MOULT_ERR_CONFIG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mysql-split");
    TCase *t = tcase_create("split");
    tcase_add_test(t, statements_have_classes);
    tcase_add_test(t, what_reaches_out_is_refused);
    tcase_add_test(t, names_of_other_databases_are_refused);
    tcase_add_test(t, bodies_are_judged);
    tcase_add_test(t, statements_end_where_they_end);
    tcase_add_test(t, version_comments_are_code);
    tcase_add_test(t, settings_travel_with_statements);
    tcase_add_test(t, names_fold);
    tcase_add_test(t, names_are_bound_where_they_stand);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
