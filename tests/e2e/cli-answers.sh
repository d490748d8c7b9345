#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What commands answer, by exit code and stream: differences, refusals, several tenants, files.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default store-fs

# CODE PATTERN STREAM ARGUMENT...: the exit code, and what STREAM (out or err) has; any if it is empty.
answers()
{
    want=$1 pattern=$2 stream=$3
    shift 3
    moult "$@"
    if test "$code" = "$want" && { test -z "$pattern" || grep -q -e "$pattern" "$work/$stream"; }; then
        passed "$*: $pattern"
    else
        shown "$want with \"$pattern\" in $stream" >"$work/seen"
        missed "$*: $pattern"
    fi
}

mkdir tenants schema
for t in anna berta carl; do
    sqlite3 tenants/$t.db 'CREATE TABLE u (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO u VALUES (1, 2)'
done
echo 'CREATE TABLE u (id INTEGER PRIMARY KEY, n TEXT, m TEXT);' >schema/u.sql
cat >moult.toml <<'END'
[database.app]
url = "sqlite:tenants/"
desired = "schema/"
tenants = { files = "*.db" }
[database.app.labels]
south = ["anna", "berta"]
END

answers 0 '+ column m' out diff sqlite:tenants/anna.db schema
answers 3 '+ column m' out diff sqlite:tenants/anna.db schema --exit-code
answers 3 '- column m' out diff schema sqlite:tenants/anna.db --exit-code
answers 0 'no differences' out diff app@anna app@berta --exit-code
answers 0 'ADD COLUMN' out diff app@anna app --format sql
answers 3 '^3 tenants, 3 differ$' out validate
answers 3 'anna: differs (1 change)' out validate
answers 3 '"differs": 3' out validate --format json
answers 2 'none was chosen' err sync --yes
answers 2 'the plan serves every tenant' err plan app --all-tenants
answers 4 'no terminal' err sync --tenant anna
answers 3 '+ column m' out validate sqlite:tenants/anna.db --to schema
answers 0 'planned' out sync --label south --dry-run
answers 3 '3 differ' out validate
answers 0 '2 tenants chosen' err sync --label south --yes
answers 0 '^2 tenants, 2 in sync$' out sync --label south --yes
answers 3 '^3 tenants, 2 in sync, 1 differs$' out validate
answers 0 'add the column' out plan --tenant carl -o plan.json
answers 4 'no terminal' err apply plan.json --tenant carl
answers 0 'changed (1 step' out apply plan.json --tenant carl -y
answers 0 'in sync' out apply plan.json --tenant carl -y
answers 0 '^3 tenants, 3 in sync$' out validate
sqlite3 tenants/carl.db 'DROP TABLE u'
answers 4 'for another state' err apply plan.json --tenant carl -y

echo 'not a database, but longer than a header would have to be' >tenants/dora.db
answers 8 '^4 tenants, 2 in sync, 1 differs, 1 failed$' out validate
answers 8 'dora: ' err validate
answers 8 '"failed": 1' out validate --format json
rm tenants/dora.db

echo 'CREATE TABLE u (id INTEGER PRIMARY KEY);' >schema/u.sql
answers 4 '--allow deletes-data' err sync --tenant anna --yes
answers 4 'deletes-data' err sync --tenant anna --yes --allow rewrites-table
echo "ATTACH 'x.db' AS x;" >>schema/u.sql
answers 2 'schema/u.sql:2' err sync --tenant anna --yes --allow all
rm schema/u.sql
answers 2 'empty desired state' err sync --tenant anna --yes

answers 0 'CREATE TABLE' out inspect app@anna --format sql
answers 2 'beside it' err inspect app@anna --dir d --format json
answers 0 '1 file written' err inspect app@anna --dir written
answers 0 'no differences' out diff app@anna written
echo old >kept
answers 2 'nothing that moult knows\|no database\|cannot' err inspect nothing-here -o kept
is "a failed command leaves the file of --output alone" "$(cat kept) $(echo kept*)" "old kept"
answers 0 '' out inspect app@anna --format json -o kept
answers 0 'no differences' out diff kept app@anna
answers 1 'cannot write' err inspect app@anna -o /dev/full
answers 2 'cannot write' err inspect app@anna -o no/such/folder/file

answers 0 'anna@v1' out snapshot save --all-tenants --tag v1
answers 0 'carl@latest' out snapshot list
answers 0 'CREATE TABLE' out snapshot show anna@v1 --format sql
answers 3 'table u' out snapshot compare anna@v1 carl@v1 -e
answers 4 'no terminal' err snapshot prune
answers 0 'removed' out snapshot prune --keep 1 --yes
answers 0 'the chain holds' out audit --tenant anna
answers 0 'audit trail' out audit --format json
answers 0 'scratch' out doctor --tenant anna
done_testing
