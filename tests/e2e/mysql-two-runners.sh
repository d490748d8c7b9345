#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# On MariaDB: runners wait for each other, no longer than asked, and the work is done once; a statement waits for others'
# transactions no longer than asked; what others change meanwhile is noticed; who stops a run, or loses it, goes on later.
. "${0%/*}/mysql-lib.sh"
needs timeout
start_server

my mysql "CREATE DATABASE app"
my app "CREATE TABLE t (id int PRIMARY KEY, x text)" "INSERT INTO t VALUES (1, 'kept')"
echo "CREATE TABLE t (id int PRIMARY KEY, x text, y text);" >new.sql
app=$server/app

# SQL...: on a connection that stays, until let_go.
hold()
{
    rm -f pipe "$work/held"
    mkfifo pipe
    mariadb --no-defaults -S "$folder/sock" -u root -N -B --unbuffered app <pipe >"$work/held" 2>&1 &
    holder=$!
    children="$children $holder"
    exec 3>pipe
    printf '%s;\n' "$@" "SELECT 'held'" >&3
    i=0
    until grep -q held "$work/held" || test $i -ge 200; do
        sleep 0.05
        i=$((i + 1))
    done
}
let_go()
{
    exec 3>&-
    wait $holder
}

# ---- the lock of runs ----
hold "SELECT GET_LOCK(CONCAT('moult.run.', SHA1('app')), 0)"
before=$(date +%s)
fails 5 'another run of moult holds the lock' sync "$app" --to new.sql --yes --lock-timeout 300ms
is "within the time" "$(($(date +%s) - before < 5))" 1
is "the holder is named" "$(grep -c 'held by connection [0-9]* of user root' "$work/err")" 1
gives 0 'table t' inspect "$app"
gives 3 '+ column y' validate "$app" --to new.sql
"$MOULT" sync "$app" --to new.sql --yes --lock-timeout 30s >"$work/second" 2>&1 3>&- &
second=$!
children="$children $second"
sleep 0.3
kill -0 $second && passed "the second one waits"
let_go
wait $second
is "and does its work then" "$? $(grep -c changed "$work/second")" "0 1"

# ---- locks of tables ----
echo "CREATE TABLE t (id int PRIMARY KEY, x text, y text, z text);" >new.sql
hold "START TRANSACTION" "SELECT * FROM t"
before=$(date +%s)
fails 5 'ock wait timeout' sync "$app" --to new.sql --yes --lock-timeout 1s
is "within the time" "$(($(date +%s) - before < 15))" 1
is "nothing is left open" "$(my app "SELECT event FROM moult_run ORDER BY seq DESC LIMIT 1")" undone
is "and nothing is changed" "$(my app "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'app' AND table_name = 't'")" 3
"$MOULT" sync "$app" --to new.sql --yes --lock-timeout 30s >"$work/second" 2>&1 3>&- &
second=$!
children="$children $second"
sleep 3.2
kill -0 $second && passed "it tries again"
let_go
wait $second
is "and does its work then" "$? $(grep -c changed "$work/second")" "0 1"

# ---- Ctrl-C ----
echo "CREATE TABLE t (id int PRIMARY KEY, x text, y text); CREATE TABLE u (a int PRIMARY KEY);" >new.sql
hold "START TRANSACTION" "SELECT * FROM t"
"$MOULT" sync "$app" --to new.sql --yes --allow all --lock-timeout 60s >"$work/out" 2>"$work/err" 3>&- &
stopped=$!
children="$children $stopped"
check "it waits for the table" until_true 10 "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE%'"
before=$(date +%s)
kill -INT $stopped
wait $stopped
code=$?
is "it ends soon" "$(($(date +%s) - before < 10)) $((code != 0))" "1 1"
is "so does its statement" "$(my mysql "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE%'")" 0
let_go
gives 0 '' sync "$app" --to new.sql --yes --allow all
gives 0 'no differences' diff "$app" new.sql --exit-code
gives 0 'the chain holds' audit "$app"

# ---- a connection that is lost ----
echo "CREATE TABLE t (id int PRIMARY KEY, x text, y int); CREATE TABLE u (a int PRIMARY KEY, b int);" >new.sql
hold "START TRANSACTION" "SELECT * FROM t"
"$MOULT" sync "$app" --to new.sql --yes --allow all --lock-timeout 60s >"$work/out" 2>"$work/err" 3>&- &
losing=$!
children="$children $losing"
for i in 1 2; do
    check "it waits for the table" until_true 10 \
        "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE%' AND id <> $((0${lost-}))"
    lost=$(my mysql "SELECT id FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE%'")
    my mysql "KILL $lost"
done
let_go
wait $losing
is "it goes on, on another connection" "$? $(grep -c 'connection was lost' "$work/err")" "0 2"
gives 0 'no differences' diff "$app" new.sql --exit-code
gives 0 'the chain holds' audit "$app"

# ---- others' changes ----
echo "CREATE TABLE t (id int PRIMARY KEY, x text, y int); CREATE TABLE u (a int PRIMARY KEY, b int, c int);" >new.sql
gives 0 '' plan "$app" --to new.sql -o plan.json
my app "ALTER TABLE t ADD others int"
fails 4 'state' apply plan.json "$app" --yes
is "nothing was done" "$(my app "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'app' AND column_name = 'c'")" 0
hold "START TRANSACTION" "SELECT * FROM u"
"$MOULT" sync "$app" --to new.sql --yes --allow all --lock-timeout 60s >"$work/out" 2>"$work/err" 3>&- &
disturbed=$!
children="$children $disturbed"
check "it waits for the table" until_true 10 "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE%'"
my app "CREATE TABLE others (a int)"
let_go
wait $disturbed
code=$?
is "a state that is not the wanted one is noticed" "$((code != 0)) $(grep -c 'did not lead to the state' "$work/err")" "1 1"
my app "DROP TABLE others"
gives 0 '' sync "$app" --to new.sql --yes --allow all
gives 0 'no differences' diff "$app" new.sql --exit-code

# ---- two at once, then ten ----
for count in 2 10; do
    echo "CREATE TABLE t (id int PRIMARY KEY, x text, y int); CREATE TABLE u (a int PRIMARY KEY, b int, c$count int);" >new.sql
    pids=''
    for i in $(seq $count); do
        "$MOULT" sync "$app" --to new.sql --yes --allow all --lock-timeout 60s >"$work/runner$i" 2>&1 3>&- &
        pids="$pids $!"
    done
    children="$children $pids"
    codes=''
    for pid in $pids; do
        wait "$pid"
        codes="$codes $?"
    done
    is "$count at once: each ends well" "$(echo "$codes" | tr ' ' '\n' | sort -u | tr '\n' ' ')" " 0 "
    is "$count at once: one has done the work" "$(cat "$work"/runner* | grep -c ': changed')" 1
    gives 0 'no differences' diff "$app" new.sql --exit-code
    gives 0 'the chain holds' audit "$app"
    rm -f "$work"/runner*
done
is "the row is there, once" "$(my app "SELECT id, x FROM t")" "1	kept"
is "no scratch database is left" "$(my mysql "SHOW DATABASES LIKE 'moult%'")" ''
done_testing
