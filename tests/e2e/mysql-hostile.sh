#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A desired state for MariaDB is untrusted text, loaded on a server where one account may do everything: what reaches
# beyond its scratch database is refused with file and line before anything ran.  The target, a database beside it,
# accounts, settings and files of the server stay as they are, and no event of the text's ever runs.
. "${0%/*}/mysql-lib.sh"
start_server --event-scheduler=ON --secure-file-priv=
mkdir in "$folder/out"
chmod 777 "$folder/out"

my mysql "CREATE DATABASE app" "CREATE DATABASE canary" "CREATE USER other@'%'" "CREATE ROLE rich"
my canary "CREATE TABLE secret (x int)" "INSERT INTO secret VALUES (42)" "CREATE PROCEDURE p() SELECT 1" \
    "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1"
my app "CREATE TABLE t (id int PRIMARY KEY, x text)" "INSERT INTO t VALUES (1, 'kept'), (2, 'too')"

# All that a text must not change.
before()
{
    mariadb-dump --no-defaults -S "$folder/sock" -u root --skip-dump-date --skip-comments --routines --triggers \
        --events --databases app canary
    my mysql "SELECT schema_name, default_collation_name FROM information_schema.schemata ORDER BY 1" \
        "SELECT * FROM global_priv ORDER BY 1, 2" "SELECT * FROM db ORDER BY 1, 2, 3" "SELECT * FROM roles_mapping" \
        "SELECT * FROM plugin" "SELECT * FROM func" "SELECT * FROM servers" "SELECT * FROM event" \
        "SHOW GLOBAL VARIABLES WHERE variable_name NOT LIKE 'gtid%' AND variable_name <> 'last_gtid'"
    ls "$folder/out"
}
before >kept
my mysql "CREATE USER x"
is "the check of what must not change sees an account" "$(before | cmp -s - kept || echo seen)" seen
my mysql "DROP USER x"
before >kept

# NAME PATTERN LINE: the text in in/x.sql is refused there.
refused()
{
    moult sync "$server/app" --to in --allow all --yes
    before >after
    if test $code = 2 && test ! -s "$work/out" && grep -q "^moult: in/x.sql:$3: .*$2" "$work/err" && cmp -s kept after; then
        passed "$1"
    else
        { shown "2 and \"in/x.sql:$3: $2\"" && diff kept after; } >"$work/seen"
        missed "$1"
        before >kept
    fi
}
# TEXT PATTERN: the text as the third line of a file.
line()
{
    printf 'CREATE TABLE fine (id int PRIMARY KEY);\n-- two\n%s\n' "$1" >in/x.sql
    refused "$1" "$2" 3
}
# TEXT PATTERN: the text within the third line, which is cut by another delimiter.
code()
{
    printf 'CREATE TABLE fine (id int PRIMARY KEY);\nDELIMITER //\n%s\n//\n' "$1" >in/x.sql
    refused "$1" "$2" 3
}

# ---- statements that are never run ----
line "USE canary;" USE
line "use \`canary\`" USE
line "DROP DATABASE canary;" DATABASE
line "drop /* c */ schema if exists canary;" DATABASE
line "CREATE DATABASE evil;" DATABASE
line "CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`app\`;" DATABASE
line "ALTER DATABASE canary UPGRADE DATA DIRECTORY NAME;" DATABASE
line "SET GLOBAL max_connections = 1;" GLOBAL
line "SET @@global.max_connections = 1;" GLOBAL
line "SET sql_mode = '', GLOBAL event_scheduler = OFF;" GLOBAL
line "SET PERSIST max_connections = 1;" GLOBAL
line "SET PASSWORD FOR other = PASSWORD('evil');" PASSWORD
line "SET ROLE rich;" rights
line "SET STATEMENT max_statement_time = 1 FOR DROP DATABASE canary;" STATEMENT
line "CREATE USER evil;" USER
line "ALTER USER other IDENTIFIED BY 'evil';" USER
line "DROP USER other;" USER
line "RENAME USER other TO evil;" USER
line "CREATE ROLE evil;" ROLE
line "GRANT ALL ON *.* TO other;" rights
line "GRANT rich TO other;" rights
line "REVOKE ALL PRIVILEGES ON *.* FROM other;" rights
line "LOAD DATA INFILE '/etc/passwd' INTO TABLE fine;" LOAD
line "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE fine;" LOAD
line "LOAD XML INFILE '/etc/passwd' INTO TABLE fine;" LOAD
line "SELECT 1 INTO OUTFILE '$folder/out/evil';" OUTFILE
line "SELECT id FROM fine INTO DUMPFILE '$folder/out/evil';" DUMPFILE
line "INSERT INTO fine SELECT 1 INTO OUTFILE '$folder/out/evil';" OUTFILE
line "CREATE VIEW v AS SELECT load_file('/etc/passwd') AS a;" load_file
line "CREATE TABLE g (a text DEFAULT (load_file('/etc/passwd')));" load_file
line "INSTALL PLUGIN evil SONAME 'evil.so';" INSTALL
line "INSTALL SONAME 'ha_connect';" INSTALL
line "UNINSTALL PLUGIN innodb;" UNINSTALL
line "CREATE FUNCTION evil RETURNS STRING SONAME 'evil.so';" SONAME
line "CREATE SERVER evil FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x');" SERVER
line "KILL 1;" KILL
line "FLUSH TABLES WITH READ LOCK;" FLUSH
line "RESET MASTER;" RESET
line "PURGE BINARY LOGS BEFORE now();" PURGE
line "CHANGE MASTER TO MASTER_HOST = 'x';" CHANGE
line "START SLAVE;" SLAVE
line "STOP SLAVE;" STOP
line "SHUTDOWN;" SHUTDOWN
line "BACKUP STAGE START;" BACKUP
line "BINLOG 'x';" BINLOG
line "XA BEGIN 'x';" XA
line "PREPARE s FROM 'DROP DATABASE canary';" PREPARE
line "EXECUTE IMMEDIATE 'DROP DATABASE canary';" EXECUTE
line "SET @s = 'DROP DATABASE canary'; PREPARE s FROM @s; EXECUTE s;" PREPARE
line "CALL canary.p();" CALL
line "CALL p();" CALL
line "DO canary.f();" DO
line "BEGIN NOT ATOMIC DROP DATABASE canary; END;" block
line "IF 1 THEN DROP DATABASE canary; END IF;" block
line "\\! touch $folder/out/evil" client
line "\\. /etc/passwd" 'not followed'
line "source /etc/passwd" 'not followed'
line "\\u canary" 'another database'
line "system touch $folder/out/evil" client
line "tee $folder/out/evil" client
line "SELECT 1 \\G" client
line "CREATE TEMPORARY TABLE g (a int);" temporary
line "garbage all over;" 'begins with garbage'
line "DELIMITER" DELIMITER

# ---- names in other databases ----
line "CREATE TABLE canary.evil (a int);" 'another database'
line "DROP TABLE canary.secret;" 'another database'
line "DROP TABLE fine, canary.secret;" 'another database'
line "ALTER TABLE canary.secret ADD evil int;" 'another database'
line "RENAME TABLE canary.secret TO evil;" 'another database'
line "TRUNCATE canary.secret;" 'another database'
line "INSERT INTO canary.secret VALUES (1);" 'another database'
line "UPDATE \`canary\`.\`secret\` SET x = 1;" 'another database'
line "DELETE FROM canary . secret;" 'another database'
line "CREATE VIEW v AS SELECT * FROM canary.secret;" 'another database'
line "CREATE VIEW v AS SELECT canary.f();" 'another database'
line "CREATE VIEW v AS SELECT * FROM mysql.global_priv;" 'another database'
line "CREATE TABLE g LIKE canary.secret;" 'another database'
line "CREATE TABLE g AS SELECT * FROM canary.secret;" 'takes rows'
line "CREATE TABLE g (a int REFERENCES canary.secret (x));" 'another database'
line "CREATE INDEX i ON canary.secret (x);" 'another database'
line "CREATE TRIGGER r BEFORE INSERT ON canary.secret FOR EACH ROW SET @a = 1;" 'another database'
line "CREATE TRIGGER r BEFORE INSERT ON fine FOR EACH ROW DELETE FROM canary.secret;" 'another database'
line "CREATE TABLE g (a int) ENGINE=MERGE UNION=(canary.secret);" 'another database'
line "CREATE PROCEDURE canary.evil() SELECT 1;" 'another database'

# ---- files and other servers ----
line "CREATE TABLE g (a int) ENGINE=CSV DATA DIRECTORY='$folder/out';" DIRECTORY
line "CREATE TABLE g (a int) ENGINE=FEDERATED CONNECTION='mysql://root@127.0.0.1/canary/secret';" FEDERATED
line "CREATE TABLE g (a int) ENGINE=CONNECT TABLE_TYPE=DOS FILE_NAME='/etc/passwd';" CONNECT
line "CREATE TABLE g (a int); ALTER TABLE g ENGINE=SPIDER;" SPIDER
line "SET default_storage_engine = FEDERATED;" engine
line "ALTER TABLE fine DISCARD TABLESPACE;" TABLESPACE

# ---- hidden ones ----
line "/*!50001 DROP DATABASE canary */;" DATABASE
line "/*!99999 DROP DATABASE canary */;" DATABASE
line "/*M!100100 DROP DATABASE canary */;" DATABASE
line "CREATE TABLE g (a int) /*! ; DROP DATABASE canary */;" comment
line "CREATE TABLE g (a int) /*!80000 COMMENT='x*/; DROP DATABASE canary; -- ' */;" 'version comment'
line "SET sql_mode = 'ANSI_QUOTES'; CREATE TABLE \"a'\" (x int); DROP DATABASE canary; -- '" DATABASE
line "SET sql_mode = 'NO_BACKSLASH_ESCAPES'; CREATE TABLE g (a text DEFAULT '\\\\'); DROP DATABASE canary; -- ');" DATABASE
line "SET NAMES gbk; CREATE TABLE g (a text DEFAULT '\277\134'); DROP DATABASE canary; -- ');" 'character set'
line "SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES');" 'no plain word'
code "CREATE TABLE g (a int); DROP DATABASE canary" DATABASE
code "CREATE PROCEDURE p() BEGIN SELECT 1; END; DROP DATABASE canary" DATABASE

# ---- what routines, triggers and events would do ----
code "CREATE PROCEDURE p() DROP DATABASE canary" 'beyond its database'
code "CREATE PROCEDURE p() BEGIN IF 1 THEN SET GLOBAL max_connections = 1; END IF; END" 'whole server'
code "CREATE TRIGGER r AFTER INSERT ON fine FOR EACH ROW BEGIN UPDATE canary.secret SET x = 1; END" 'another database'
code "CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DROP DATABASE canary" 'beyond its database'
code "CREATE EVENT e ON SCHEDULE EVERY 1 SECOND ENABLE DO INSERT INTO canary.secret VALUES (1)" 'another database'
code "CREATE EVENT e ON SCHEDULE AT now() DO BEGIN DELETE FROM canary.secret; END" 'another database'
code "CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO GRANT ALL ON *.* TO other" 'whole server'
code "CREATE PROCEDURE p() BEGIN SELECT 1" 'left open'

# ---- what fails in the scratch database ----
line "DROP TABLE absent;" 'Unknown table'
line "CREATE TABLE fine (x int);" 'already exists'
line "CREATE TABLE g (a int DEFAULT (f()));" ''
line "CREATE TABLE g (a nonsense);" 'data type'

# Bytes that are no text, and texts without measure.
printf 'CREATE TABLE fine (x int);\nCREATE TABLE a\000b (x int);\n' >in/x.sql
refused "a zero byte" 'zero byte' 2
printf 'CREATE TABLE fine (x int);\nCREATE TABLE `\377\376` (x int);\n' >in/x.sql
refused "invalid UTF-8" 'UTF-8' 2
printf 'CREATE TABLE fine (x text DEFAULT "\001tenant\002");\n' >in/x.sql
refused "a marker" '0x01' 1
{ printf 'CREATE TABLE g (x int CHECK (' && head -c 5000000 /dev/zero | tr '\0' '('; } >in/x.sql
refused "five million open parentheses" '' 1
{
    printf 'CREATE VIEW g AS SELECT '
    head -c 50000 /dev/zero | tr '\0' '('
    printf 1
    head -c 50000 /dev/zero | tr '\0' ')'
    printf ';\n'
} >in/x.sql
refused "deeper than the parser's stack" '' 1
head -c 100000 /dev/urandom | tr '\n' ' ' >in/x.sql
refused "noise" '' 1

# No work without end: the server gives up.
cat >in/x.sql <<'END'
CREATE EVENT e ON SCHEDULE AT now() + INTERVAL sleep(1000) SECOND DO SELECT 1;
END
started=$(date +%s)
moult sync "$server/app" --to in --allow all --yes --set plugins.mysql.statement-timeout=1500
is "a statement without end ends" "$code $(($(date +%s) - started < 60)) $(grep -c max_statement_time "$work/err")" "1 1 1"

# ---- events: made, but asleep ----
cat >in/x.sql <<'END'
CREATE TABLE t (id int PRIMARY KEY, x text);
CREATE TABLE ticks (at datetime(6));
CREATE EVENT tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO ticks VALUES (now(6));
END
gives 3 '+ event tick' diff "$server/app" in --exit-code
is "no event is left" "$(my mysql "SELECT count(*) FROM event")" 0
# While a scratch database with it is there, for longer than the event would wait.
for i in $(seq 400); do echo "CREATE TABLE filler$i (a int, b int, KEY (a), KEY (b));"; done >>in/x.sql
echo "CREATE VIEW late AS SELECT sleep(0) AS a;" >>in/x.sql
"$MOULT" inspect in --like "$server/app" >"$work/inspected" 2>&1 &
loader=$!
children="$children $loader"
seen=0 enabled=0 rows=0
while kill -0 $loader 2>/dev/null; do
    seen=$((seen + $(my mysql "SELECT count(*) FROM event WHERE db LIKE 'moult%'")))
    enabled=$((enabled + $(my mysql "SELECT count(*) FROM event WHERE status <> 'DISABLED'")))
    rows=$((rows + $(my mysql "SELECT coalesce(sum(executions), 0) FROM (SELECT count(last_executed) AS executions FROM event) e")))
done
is "events in the scratch database were seen, none enabled, none that ran" "$((seen > 0)) $enabled $rows" "1 0 0"
gives 0 changed sync "$server/app" --to in --yes --allow all
is "in the tenant it is enabled, as the text wants" "$(my app "SELECT status FROM information_schema.events WHERE event_name = 'tick'")" ENABLED
check "and runs" until_true 10 "SELECT count(*) > 0 FROM app.ticks"
gives 0 'no differences' diff "$server/app" in --exit-code
is "no scratch database is left" "$(my mysql "SHOW DATABASES LIKE 'moult%'")" ''
is "the canary sings" "$(my canary "SELECT x FROM secret")" 42

# One file refused, none run.
rm in/x.sql
my app "DROP EVENT tick"
write in/a.sql "CREATE TABLE a (x int);"
write in/deep/er/z.sql "

USE canary;"
before >kept
for command in "sync --yes --allow all" plan validate; do
    # shellcheck disable=SC2086
    fails 2 '^moult: in/deep/er/z.sql:3: USE' $command "$server/app" --to in
done
fails 2 '^moult: in/deep/er/z.sql:3: USE' inspect in --like "$server/app"
is "nothing has changed" "$(before | diff kept -)" ''
done_testing
