#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writers wait for each other, no longer than asked; whoever comes second finds the work done, and it is done
# once.
. "${0%/*}/lib.sh"
needs sqlite3 timeout
needs_plugins sqlite planner-default

sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)"
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, y TEXT);" >new.sql

# Holds a lock on app.db until the file "go" is there.
hold()
{
    rm -f go held
    mkfifo pipe
    { sqlite3 -cmd '.timeout 5000' app.db <pipe >"$work/holder" 2>&1; } &
    holder=$!
    children="$children $holder"
    exec 3>pipe
    rm pipe
    printf '%s;\n.output held\nSELECT 1;\n.output\n' "$1" >&3
    i=0
    until test -s held || test $i -ge 100; do
        sleep 0.05
        i=$((i + 1))
    done
    rm -f held
}
let_go()
{
    echo 'COMMIT;' >&3
    exec 3>&-
    wait $holder
}

hold 'BEGIN EXCLUSIVE'
keep app.db
before=$(date +%s)
fails 5 'app.db' sync sqlite:app.db --to new.sql --yes --lock-timeout 300ms
is "within the time" "$(($(date +%s) - before < 5))" 1
fails 5 'app.db' inspect sqlite:app.db --set database.x.url=sqlite:app.db --set database.x.lock-timeout=100
let_go
hold 'BEGIN; SELECT count(*) FROM t'
before=$(digest sqlite:app.db)
fails 5 'app.db' sync sqlite:app.db --to new.sql --yes --lock-timeout 300ms
is "what a reader keeps from being committed is taken back" "$(digest sqlite:app.db) $(ls app.db*)" "$before app.db"
let_go
hold 'BEGIN IMMEDIATE'
fails 5 'lock time-out\|another process' sync sqlite:app.db --to new.sql --yes --lock-timeout 300ms
gives 0 'table t' inspect sqlite:app.db
gives 3 '+ column y' validate sqlite:app.db --to new.sql
gives 5 'lock *failed' doctor sqlite:app.db
"$MOULT" sync sqlite:app.db --to new.sql --yes --lock-timeout 20s >"$work/second" 2>&1 &
second=$!
children="$children $second"
sleep 0.3
kill -0 $second && passed "the second one waits"
let_go
wait $second
is "and does its work then" "$? $(grep -c changed "$work/second")" "0 1"

# Two at once, then ten.
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, y TEXT); CREATE TABLE u (a);" >new.sql
for count in 2 10; do
    pids=''
    for i in $(seq $count); do
        "$MOULT" sync sqlite:app.db --to new.sql --yes --allow all --lock-timeout 30s >"$work/runner$i" 2>&1 &
        pids="$pids $!"
    done
    children="$children $pids"
    codes=''
    for pid in $pids; do
        wait "$pid"
        codes="$codes $?"
    done
    is "$count at once: each ends well" "$(echo "$codes" | tr ' ' '\n' | sort -u | tr '\n' ' ')" " 0 "
    grep -h . "$work"/runner* | sort | uniq -c >"$work/seen"
    is "$count at once: one has done the work" "$(cat "$work"/runner* | grep -c ': changed')" 1
    gives 0 'no differences' diff sqlite:app.db new.sql --exit-code
    gives 0 'the chain holds' audit sqlite:app.db
    rm -f "$work"/runner*
    echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER, y TEXT);" >new.sql
done
is "integrity" "$(sql app.db 'PRAGMA integrity_check')" ok
done_testing
