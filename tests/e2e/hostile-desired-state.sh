#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A desired state is untrusted text: whatever reaches beyond its scratch database, or is no schema, is refused
# with file and line before anything ran.  The target and a database beside it stay as they are.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

sql target.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t (x) VALUES ('kept'), ('too')"
sql other.db "CREATE TABLE secret (x); INSERT INTO secret VALUES (42)"
cp /bin/true extension.so
echo "CREATE TABLE evil (x);" >more.sql
mkdir in empty none none/folder
echo 'no SQL' >none/README
touch in/x.sql

# NAME PATTERN LINE: the text in in/x.sql is refused there.
refused()
{
    keep target.db other.db extension.so more.sql
    moult sync sqlite:target.db --to in --allow all --yes
    if test $code = 2 && test ! -s "$work/out" && grep -q "^moult: in/x.sql:$3: .*$2" "$work/err" &&
        untouched >"$work/diff" 2>&1; then
        passed "$1"
    else
        { shown "2 and \"in/x.sql:$3: $2\"" && cat "$work/diff"; } >"$work/seen"
        missed "$1"
    fi
}

# TEXT PATTERN: the text as the third line of a file.
line()
{
    printf 'CREATE TABLE fine (id INTEGER PRIMARY KEY);\n-- two\n%s\n' "$1" >in/x.sql
    refused "$1" "$2" 3
}

line "ATTACH 'other.db' AS o;" ATTACH
line "ATTACH DATABASE 'new.db' AS o;" ATTACH
line "/* c */ AtTaCh 'other.db' AS o;" ATTACH
line "DETACH main;" DETACH
line "PRAGMA writable_schema = ON;" writable_schema
line "PRAGMA main.writable_schema(1);" writable_schema
line "PRAGMA temp_store_directory = '/tmp';" 'not known to be harmless'
line "PRAGMA key = 'x';" 'not known to be harmless'
line "UPDATE sqlite_schema SET sql = 'CREATE TABLE t (y)';" sqlite_schema
line "INSERT INTO sqlite_schema VALUES ('table', 'a', 'a', 2, 'CREATE TABLE a (x)');" sqlite_schema
line "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table','a','a',0,'CREATE TABLE a (x)');" \
    sqlite_schema
line "DELETE FROM sqlite_master;" sqlite_master
line "DELETE FROM \"main\".[sqlite_master];" sqlite_master
line "SELECT load_extension('./extension.so');" query
line "CREATE VIEW v AS SELECT load_extension('./extension.so');" load_extension
line "CREATE VIEW v AS SELECT \"load_extension\" ('./extension.so');" load_extension
line "CREATE TRIGGER r AFTER INSERT ON fine BEGIN SELECT load_extension('./extension.so'); END;" load_extension
line "CREATE TABLE g (a, b AS (load_extension(a)));" load_extension
line "CREATE TABLE g (a DEFAULT (load_extension('./extension.so')));" load_extension
line "CREATE INDEX i ON fine (load_extension(id));" load_extension
line "CREATE TABLE g AS SELECT load_extension('./extension.so');" load_extension
line "INSERT INTO fine VALUES (load_extension('./extension.so'));" load_extension
line "CREATE TABLE g AS SELECT readfile('more.sql') AS x;" readfile
line "CREATE TABLE g AS SELECT writefile('new', 'x') AS x;" writefile
line "VACUUM INTO 'new.db';" 'VACUUM INTO'
line "VACUUM main INTO 'new.db';" 'VACUUM INTO'
line ".read more.sql" shell
line ".shell touch new" shell
line ".system touch new" shell
line ".open new.db" shell
line ".load ./extension" shell
line ".output new" shell
line "CREATE TABLE other.evil (x);" 'another database'
line "CREATE VIEW v AS SELECT * FROM other.secret;" 'another database'
line "CREATE TRIGGER other.r AFTER INSERT ON fine BEGIN SELECT 1; END;" 'another database'
line "DROP TABLE other.secret;" 'another database'
line "ALTER TABLE other.secret ADD COLUMN y;" 'another database'
line "INSERT INTO other.secret VALUES (1);" 'another database'
line "CREATE TABLE temp.evil (x);" "another database"
line "CREATE TEMP VIEW v AS SELECT 1;" temporary
line "CREATE VIRTUAL TABLE f USING csv(filename='more.sql');" 'no such module'
line "ROLLBACK;" ROLLBACK
line "EXPLAIN SELECT 1;" EXPLAIN
line "SELECT 1;" query
line "DROP TABLE absent;" 'no such table'
line "CREATE TABLE fine (x);" 'already exists'
line "CREATE TABLE g (a, a);" duplicate
line "CREATE TABLE sqlite_evil (x);" reserved
line "GRANT ALL ON fine TO PUBLIC;" 'begins with GRANT'
line "DO \$\$ BEGIN NULL; END \$\$;" 'begins with DO'
line "garbage all over" 'begins with garbage'
line "CREATE TABLE g (x); !" 'not SQL'
line "CREATE TABLE g (x DEFAULT 'open);" 'string is left open'
line "CREATE TABLE \"g (x);" 'left open'
line "CREATE TABLE [g (x);" 'left open'
line "/* a comment
without end" 'comment is left open'
line "CREATE TABLE g (x" 'parenthesis is left open'
line "CREATE TABLE g (x));" 'was not opened'
line "CREATE TRIGGER r AFTER INSERT ON fine BEGIN SELECT 1;" ''
line "CREATE TABLE g (x DEFAULT ?1);" parameter

# No work without end, and no memory without end.
endless='WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)'
line "CREATE TABLE bomb AS $endless SELECT x, randomblob(500) FROM c;" 'more than'
line "CREATE TABLE bomb AS $endless SELECT x, randomblob(500) FROM c ORDER BY 2;" 'more than'
line "CREATE TABLE bomb AS SELECT zeroblob(900000000) AS x;" 'too big'

# Bytes that are no text.
printf 'CREATE TABLE fine (x);\nCREATE TABLE a\000b (x);\n' >in/x.sql
refused "a zero byte" '' 2
printf 'CREATE TABLE fine (x);\nATTA\000CH '"'other.db'"' AS o;\n' >in/x.sql
refused "a zero byte within a keyword" '' 2
printf 'CREATE TABLE fine (x);\n\000' >in/x.sql
refused "a zero byte at the end" '' 2
printf 'CREATE TABLE fine (x);\nCREATE TABLE "\377\376" (x);\n' >in/x.sql
refused "invalid UTF-8 in a name" 'UTF-8' 2
printf "CREATE TABLE fine (x);\nCREATE TABLE g (x DEFAULT '\\303(');\n" >in/x.sql
refused "invalid UTF-8 in a string" 'UTF-8' 2
{ printf 'CREATE TABLE g (x CHECK (' && head -c 5000000 /dev/zero | tr '\0' '('; } >in/x.sql
refused "five million open parentheses" '' 1
{
    printf 'CREATE TABLE g (x CHECK ('
    head -c 100000 /dev/zero | tr '\0' '('
    printf 1
    head -c 100000 /dev/zero | tr '\0' ')'
    printf '));\n'
} >in/x.sql
refused "deeper than the parser's stack" '' 1
head -c 100000 /dev/urandom | tr '\n' ' ' >in/x.sql
refused "noise" '' 1
printf '\377\376C\000R\000E\000A\000T\000E\000' >in/x.sql
refused "UTF-16" '' 1

# What one file does counts before the others run, whatever their order.
rm in/x.sql
write in/a.sql "CREATE TABLE a (x);"
write in/deep/er/z.sql "

ATTACH 'other.db' AS o;"
keep target.db other.db
for command in "sync --yes --allow all" plan validate; do
    # shellcheck disable=SC2086
    fails 2 '^moult: in/deep/er/z.sql:3: ATTACH' $command sqlite:target.db --to in
done
fails 2 '^moult: in/deep/er/z.sql:3: ATTACH' diff sqlite:target.db in
fails 2 '^moult: in/deep/er/z.sql:3: ATTACH' inspect in --like sqlite:
check "the target is as it was" untouched
rm -r in

# Empty or not there.
keep target.db other.db
for command in "sync --yes" plan validate; do
    for folder in empty none; do
        # shellcheck disable=SC2086
        fails 2 "empty desired state: \"$folder\"" $command sqlite:target.db --to $folder
    done
    # shellcheck disable=SC2086
    fails 2 '"missing" is nothing' $command sqlite:target.db --to missing
    # shellcheck disable=SC2086
    fails 2 'none/README:1: ' $command sqlite:target.db --to none/README
done
: >empty.sql
keep target.db other.db
fails 2 'empty desired state: "empty.sql"' sync sqlite:target.db --to empty.sql --yes
echo '-- nothing' >empty.sql
fails 2 'empty desired state: "empty.sql"' sync sqlite:target.db --to empty.sql --yes
echo 'CREATE TABLE a (x); DROP TABLE a;' >empty.sql
fails 2 'empty desired state: "empty.sql"' sync sqlite:target.db --to empty.sql --yes
fails 2 'empty desired state' sync sqlite:target.db --to empty --yes --allow deletes-data,not-reversible
keep target.db other.db
gives 0 '- table t' diff sqlite:target.db empty
is "diff warns of an empty state" "$(grep -c '^moult: warning: .*no object' "$work/err")" 1
gives 0 '+ table t' diff empty sqlite:target.db
gives 0 '^state' inspect empty --like sqlite:
is "inspect warns of an empty state" "$(grep -c '^moult: warning: .*no object' "$work/err")" 1
gives 0 'empty-desired-state' plan sqlite:target.db --to empty --allow-empty
fails 4 'deletes-data' sync sqlite:target.db --to empty --yes --allow empty-desired-state
check "nothing was dropped so far" untouched
cp target.db second.db
gives 0 changed sync sqlite:target.db --to empty --yes \
    --allow empty-desired-state,deletes-data,not-reversible
is "an empty state that was allowed by name drops everything" \
    "$(sql target.db "SELECT count(*) FROM sqlite_schema WHERE name = 't'")" 0
gives 0 changed sync sqlite:second.db --to none --yes --allow all
is "and one that was allowed with all" "$(sql second.db "SELECT count(*) FROM sqlite_schema WHERE name = 't'")" 0
done_testing
