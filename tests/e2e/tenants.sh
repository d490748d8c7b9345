#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Many tenants: how they are found and chosen; one digest and one plan, whatever they are called.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

long=$(printf 'é%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)x
odd='a"b;c'
mkdir tenants
for t in t1 T-2 select "$odd" "$long"; do
    sql "tenants/$t.db" "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT); CREATE INDEX i ON orders (note);
        CREATE VIEW v AS SELECT id FROM orders; INSERT INTO orders (note) VALUES ('kept')"
done
is "the long name has 63 bytes" "$(printf %s "$long" | wc -c)" 63
cat >schema.sql <<'END'
CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, paid INT);
CREATE INDEX i ON orders (note);
CREATE VIEW v AS SELECT id FROM orders;
END
cat >moult.toml <<'END'
[database.files]
url = "sqlite:tenants/"
tenants = { files = "*.db" }
desired = "schema.sql"
[database.files.labels]
canary = ["t1", "T-*"]
rest = ["[!tT]*"]
[database.list]
url = "sqlite:tenants/"
tenants = { list = ["select", "t1"] }
desired = "schema.sql"
[database.query]
url = "sqlite:index.db"
tenants = { query = "SELECT name, file FROM tenant WHERE active" }
desired = "schema.sql"
END
sql index.db "CREATE TABLE tenant (name, file, active); INSERT INTO tenant VALUES
    ('first', 'tenants/t1.db', 1), ('second', 'tenants/T-2.db', 1), ('gone', 'tenants/none.db', 0)"

names()
{
    "$MOULT" tenants list "$@" --format json 2>/dev/null | sed -n 's/^ *"tenant": "\(.*\)",$/\1/p' | paste -s -d ' '
}
is "files" "$(names files)" "T-2 a\\\"b;c select t1 $long"
is "list" "$(names list)" "select t1"
is "query" "$(names query)" "first second"
is "a name" "$(names files --tenant select)" select
is "two names" "$(names files --tenant select --tenant t1)" "select t1"
is "a glob" "$(names files -t 'T*' -t '*e*')" "T-2 select"
is "a name that looks like SQL" "$(names files --tenant "$odd")" 'a\"b;c'
is "a label" "$(names files --label canary)" "T-2 t1"
is "another label" "$(names files --label rest)" "a\\\"b;c select $long"
fails 2 'nobody' tenants list files --tenant nobody
fails 2 'nolabel' tenants list files --label nolabel

digests=$(for t in t1 T-2 select "$odd" "$long"; do digest "files@$t"; done | sort -u | wc -l)
is "one schema, one digest" "$digests" 1
for t in t1 T-2 select "$odd" "$long"; do
    gives 0 '' plan files --tenant "$t" --format json -o "plan-$t.json"
    sed 's/"rehearsal":{[^}]*}//; s/"digest":"[^"]*"//' "plan-$t.json" >>"$work/plans"
    for name in 'T-2' select 'a\\"b' "$long"; do
        grep -F -q -e "$name" "plan-$t.json" && echo "$name in plan-$t.json" >>"$work/leaks"
    done
done
is "one plan" "$(sort -u "$work/plans" | wc -l)" 1
is "with no tenant's name" "$(cat "$work/leaks" 2>/dev/null)" ''

keep tenants/*.db
fails 2 'none was chosen' sync files --yes
fails 2 'none was chosen' apply plan-t1.json files --yes
fails 2 '5 are chosen' plan files --all-tenants
gives 3 '^5 tenants, 5 differ$' validate files
gives 0 'planned' sync files --all-tenants --dry-run
is "one plan is shown for all" "$(grep -c '^plan [0-9]*:' "$work/out")" 1
check "nothing was written so far" untouched

gives 0 '^3 tenants, 3 changed$' apply plan-t1.json files --label rest --yes
gives 3 '^5 tenants, 3 in sync, 2 differ$' validate files
gives 0 'T-2: changed' sync files --tenant T-2 --yes
gives 0 '^5 tenants, 4 in sync, 1 changed$' sync files --all-tenants --yes -j 1
is "the number is shown first" "$(grep -c '^moult: 5 tenants chosen' "$work/err")" 1
gives 0 '^5 tenants, 5 in sync$' validate files
gives 0 '^2 tenants, 2 in sync$' validate list
gives 0 '^2 tenants, 2 in sync$' validate query
is "all rows are there" "$(for t in t1 T-2 select "$odd" "$long"; do sql "tenants/$t.db" 'SELECT note FROM orders'; done |
    sort | uniq -c | tr -s ' ')" " 5 kept"

# Some fail, the others are done.
echo 'CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, paid INT, sent INT);' >schema.sql
for t in t1 T-2 select "$odd" "$long"; do
    sql "tenants/$t.db" 'DROP INDEX i; DROP VIEW v'
done
echo 'no database, but long enough to have had a header of one: so much for that' >tenants/broken.db
cp tenants/broken.db broken
gives 8 '^6 tenants, 5 differ, 1 failed$' validate files
gives 8 '"failed": 1' validate files --format json
moult sync files --all-tenants --yes --keep-going
is "keep going: the others are done" "$code $(tail -1 "$work/out")" "8 6 tenants, 5 changed, 1 failed"
is "one error, with the tenant's name" "$(grep -c '^moult: .*broken.*not a database' "$work/err")" 1
check "what failed stays as it is" cmp broken tenants/broken.db
echo 'CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, paid INT);' >schema.sql
moult sync files --all-tenants --yes --allow all -j 1
is "without: it stops at the first" "$code $(grep -c 'not reached' "$work/out")" "2 1"
rm tenants/broken.db
gives 0 '' sync files --all-tenants --yes --allow all
gives 0 '^5 tenants, 5 in sync$' validate files

# Two of one name, and a file outside.
mkdir tenants/sub
cp tenants/t1.db tenants/t1.sqlite
moult tenants list files --set 'database.files.tenants={files="t1.*"}'
is "two files of one name are an error" "$code $(grep -c '^moult: .*t1' "$work/err")" "2 1"
fails 2 '' tenants list files --set 'database.files.tenants={files="../*.db"}'
fails 2 '' tenants list list --set 'database.list.tenants={list=["../index"]}'
done_testing
