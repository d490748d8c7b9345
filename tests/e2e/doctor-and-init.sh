#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# init writes what validates at once and overwrites nothing; doctor says what a sync would miss.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE VIEW v AS SELECT x FROM t"
gives 0 '' init --url sqlite:app.db
is "init writes one file an object" "$(find . -name '*.sql' | wc -l) $(ls moult.toml)" "2 moult.toml"
gives 0 'in sync' validate
gives 0 'in sync' sync
keep moult.toml app.db
fails 2 'exists already' init --url sqlite:app.db
fails 2 'exists already' init
check "init overwrites nothing" untouched
fails 2 'No such file' init other --url sqlite:none.db
is "init leaves nothing half done" "$(ls other 2>/dev/null)" ''
gives 0 '' init fresh --database shop
is "the name of the database" "$(grep -c '^\[database.shop\]' fresh/moult.toml)" 1
(cd fresh && "$MOULT" config >"$work/out" 2>"$work/err")
is "a fresh moult.toml is valid" "$? $(wc -c <"$work/err")" "0 0"
mkdir taken
touch taken/moult.toml
fails 2 'exists already' init taken
is "nor is a folder made beside it" "$(ls taken)" moult.toml

gives 0 'connection *ok' doctor
for what in version read write scratch lock bookkeeping integrity; do
    is "doctor: $what" "$(grep -c "  $what  *ok" "$work/out")" 1
done
moult doctor sqlite:none.db
is "doctor: no database" "$((code != 0)) $(grep -c 'connection *failed' "$work/out")" "1 1"
if test "$as_user" != no; then
    cp app.db shown.db
    chmod 444 shown.db
    # shellcheck disable=SC2086
    $as_user "$MOULT" doctor "sqlite:$PWD/shown.db" >"$work/out" 2>"$work/err"
    is "doctor: a file that may only be read" "$? $(grep -c '  write  *warning' "$work/out")" "0 1"
else
    skipped "doctor: a file that may only be read" "no other user can run moult here"
fi
head -c 100000 /dev/urandom >noise.db
moult doctor sqlite:noise.db
is "doctor: no database at all" "$((code != 0)) $(grep -c '^moult: ' "$work/err")" "1 1"
done_testing
