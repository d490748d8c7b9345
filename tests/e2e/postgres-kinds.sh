#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A schema with every kind of object and every option in it: written down and read again it is the same, also to pg_dump; it is
# made from nothing and unmade to nothing; and to another variant of it and back no row is lost.
. "${0%/*}/postgres-lib.sh"
start_server max_locks_per_transaction=256 wal_level=logical max_replication_slots=2
kinds=$here/postgres-kinds
for role in app reader writer owner_a owner_b 'owner_s SUPERUSER'; do
    pg postgres "CREATE ROLE $role"
done
test "$(pg postgres "SELECT current_setting('server_version_num')::integer >= 150000")" = t ||
    skip_all "the schema is for PostgreSQL 15 and later"

# NAME [FILE]...
make_database()
{
    name_of=$1
    pg postgres "DROP DATABASE IF EXISTS $1 WITH (FORCE)" "CREATE DATABASE $1 TEMPLATE template0"
    shift
    for file; do
        pg_file "$name_of" "$file" >"$work/seen" 2>&1 || missed "$file can be loaded into $name_of"
    done
}

dumped()
{
    pg_dump -s --restrict-key=x -N moult "$server/$1" 2>/dev/null || pg_dump -s -N moult "$server/$1"
}

# But for the order of columns, and of statements.
sorted_dump()
{
    dumped "$1" | grep -v '^--' | sed 's/,$//' | sort
}

alike()
{
    gives 0 '' diff "$server/$2" "$server/$3" --exit-code --layout
    is "$1: digest" "$(digest "$server/$2")" "$(digest "$server/$3")"
    sorted_dump "$2" >"$work/first.dump"
    sorted_dump "$3" >"$work/second.dump"
    check "$1: pg_dump" diff "$work/first.dump" "$work/second.dump"
}

for variant in one two; do
    make_database first "$kinds/$variant.sql"
    make_database copied
    # pg_dump leaves out which version of an extension it is.
    version=$(pg first "SELECT extversion FROM pg_extension WHERE extname = 'pg_trgm'")
    dumped first | sed "s/^CREATE EXTENSION .* pg_trgm WITH SCHEMA public/& VERSION '$version'/" >dump.sql
    pg_file copied dump.sql >"$work/seen" 2>&1 || missed "$variant: pg_dump's output can be loaded"

    gives 0 'CREATE' inspect "$server/first" --format sql
    cp "$work/out" written.sql
    make_database again written.sql
    alike "$variant written and read" again copied
    gives 0 '' diff "$server/first" "$server/again" --exit-code
    gives 0 'no differences' diff "$server/again" written.sql --exit-code --allow-do
    gives 0 'no differences' diff "$server/first" dump.sql --exit-code

    make_database made
    gives 0 changed sync "$server/made" --to "$server/first" --yes --allow needs-privilege
    alike "$variant made from nothing" made copied
    gives 0 'in sync' sync "$server/made" --to "$server/first" --yes
    make_database nothing
    gives 0 '' plan "$server/made" --to "$server/nothing" --allow-empty -o plan.json
    gives 0 changed apply plan.json "$server/made" --yes --allow all
    alike "$variant unmade to nothing" made nothing
done

# What it takes is named: a column that goes is the only loss.
make_database first "$kinds/one.sql" "$kinds/rows.sql" "$kinds/one-subscription.sql"
make_database second "$kinds/two.sql" "$kinds/two-subscription.sql"
pg_file first "$kinds/same.sql" >"$work/before"
gives 0 changed sync "$server/first" --to "$server/second" --yes --allow all --layout
alike "to the other variant" first second
pg_file first "$kinds/same.sql" >"$work/after"
check "to the other variant: rows" diff "$work/before" "$work/after"
make_database third "$kinds/one.sql"
fails 1 'cannot create subscriptions' sync "$server/third" --to "$server/first" --yes --allow all
pg third "CREATE SUBSCRIPTION taken CONNECTION 'dbname=nowhere' PUBLICATION parts WITH (connect = false, slot_name = NONE)"
pg_file third "$kinds/one-subscription.sql" >/dev/null 2>&1
gives 0 changed sync "$server/first" --to "$server/third" --yes --allow all --layout
pg_file first "$kinds/same.sql" >"$work/after"
check "and back: rows" diff "$work/before" "$work/after"
alike "and back" first third
for database in first second third; do
    pg "$database" "ALTER SUBSCRIPTION taken SET (slot_name = NONE); DROP SUBSCRIPTION taken"
done
done_testing
