#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A user's own table with the name of one of moult's is an object like others; moult does not write its records
# into it.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x);" >with.sql
for table in moult_run moult_format moult_step moult_audit; do
    rm -f app.db
    sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE $table (mine TEXT); INSERT INTO $table VALUES ('kept')"
    echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x); CREATE TABLE $table (mine TEXT);" >both.sql
    keep app.db
    gives 0 "table $table" inspect sqlite:app.db
    gives 0 "CREATE TABLE $table" inspect sqlite:app.db --format sql
    gives 0 "+ column x" diff sqlite:app.db both.sql
    gives 0 "- table $table" diff sqlite:app.db with.sql
    fails 1 "$table" sync sqlite:app.db --to both.sql --yes
    check "$table: nothing was changed" untouched
    # It is the user's to drop, after which there is room.
    sql app.db "DROP TABLE $table"
    gives 0 changed sync sqlite:app.db --to with.sql --yes
done

# moult's own are not shown, and do not count.
gives 0 'no differences' diff sqlite:app.db with.sql --exit-code
moult inspect sqlite:app.db
is "moult's own tables are not shown" "$(grep -c moult_ "$work/out")" 0
sql app.db "CREATE VIEW moult_view AS SELECT 1 AS one; CREATE TABLE moult_other (a)"
gives 3 'moult_other' diff with.sql sqlite:app.db --exit-code
is "only those four" "$(grep -c 'moult_view\|moult_other' "$work/out")" 2

# What another version wrote is not for this one to judge.
sql app.db "UPDATE moult_format SET version = 99"
keep app.db
for command in "inspect sqlite:app.db" "diff sqlite:app.db with.sql" "sync sqlite:app.db --to both.sql --yes"; do
    # shellcheck disable=SC2086
    fails 1 "version 99" $command
done
check "records of another version: nothing was changed" untouched
done_testing
