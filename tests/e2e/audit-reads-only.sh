#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# audit opens read-only, needs no right to write, and finds a trail that was tampered with.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)"
gives 0 'none is open' audit sqlite:app.db
for column in a b c; do
    echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, $column INT);" >new.sql
    moult sync sqlite:app.db --to new.sql --yes --allow all
done
gives 0 '[0-9]* records, the chain holds' audit sqlite:app.db
is "digest" "$(sed -n 's/.* digest  *ok  *//p' "$work/out")" "$(digest sqlite:app.db)"
statements=$(sql app.db "SELECT count(*) FROM moult_audit")
is "every change is in it" "$((statements >= 3))" 1

mkdir shown
cp app.db shown/app.db
chmod 444 shown/app.db
chmod 555 shown
if test "$as_user" != no; then
    # shellcheck disable=SC2086
    $as_user "$MOULT" audit "sqlite:$PWD/shown/app.db" >"$work/out" 2>"$work/err"
    is "without the right to write" "$? $(grep -c 'chain holds' "$work/out")" "0 1"
    is "nothing is written" "$(ls shown)" app.db
else
    skipped "without the right to write" "no other user can run moult here"
fi
chmod 755 shown
"$MOULT" --log-level debug audit sqlite:app.db >"$work/out" 2>"$work/err"
loaded=1
test -z "$MOULT_STATIC_BUILD" || loaded=$(grep -c 'loaded the plugin' "$work/err") # all are in the program
is "nothing is loaded but the adapter" "$(grep -c 'loaded the plugin' "$work/err") $(grep -c 'loaded the plugin sqlite ' "$work/err")" "$loaded 1"
# Leaks are not looked for under a tracer.
if command -v strace >/dev/null &&
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
        strace -f -qq -o "$work/calls" -e trace=openat,open "$MOULT" audit sqlite:app.db >/dev/null 2>&1; then
    is "the file is never opened for writing" "$(grep 'app\.db"' "$work/calls" | grep -c 'O_RDWR\|O_WRONLY')" 0
    is "but it is opened" "$(($(grep 'app\.db"' "$work/calls" | grep -c O_RDONLY) > 0))" 1
else
    skipped "the file is never opened for writing" "needs strace"
fi

# NAME SQL: somebody changes the trail.
tampered()
{
    cp app.db bad.db
    sql bad.db "$2"
    moult audit sqlite:bad.db
    is "$1" "$code $(grep -c 'audit trail *failed' "$work/out") $(grep -c '^moult: ' "$work/err")" "1 1 1"
    moult audit sqlite:bad.db --format json
    is "$1, as JSON" "$code $(grep -c '"state": "failed"' "$work/out")" "1 1"
}
sql app.db "SELECT sql FROM sqlite_schema WHERE name = 'moult_audit'" >"$work/audit.sql"
columns=$(sql app.db "SELECT group_concat(name, ' ') FROM pragma_table_info('moult_audit')")
text=$(sql app.db "SELECT name FROM pragma_table_info('moult_audit') WHERE name IN ('data', 'body', 'text', 'payload', 'statement', 'value')")
is "there is something to tamper with: $columns" "$(test -n "$text" && echo yes)" yes
tampered "a record that was changed" "UPDATE moult_audit SET $text = replace($text, 'ALTER', 'alter') WHERE rowid = 2"
tampered "a record that is gone from the middle" "DELETE FROM moult_audit WHERE rowid = 2"
tampered "a record that is gone from the end" "DELETE FROM moult_audit WHERE rowid = (SELECT max(rowid) FROM moult_audit)"
tampered "a trail that is gone" "DELETE FROM moult_audit"
done_testing
