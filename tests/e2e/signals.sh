#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SIGINT and SIGTERM stop a long change where it can be stopped: all of it is taken back, and the next run does it.
. "${0%/*}/lib.sh"
needs sqlite3 env
needs_plugins sqlite planner-default
env --default-signal=INT true 2>/dev/null || skip_all "needs env --default-signal"

sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE INDEX i ON t (x DESC); CREATE VIEW v AS SELECT x FROM t;
    WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 400000)
    INSERT INTO t SELECT i, hex(i * 7919 % 100003) FROM c"
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT COLLATE NOCASE NOT NULL CHECK (x NOT LIKE '%a%b%c%d%')); CREATE INDEX i ON t (x DESC);
CREATE VIEW v AS SELECT x FROM t;" >new.sql
cp app.db before.db
was=$(sql app.db 'SELECT count(*), sum(id), sum(length(x)) FROM t')

for signal in INT TERM; do
    env --default-signal=INT,TERM "$MOULT" sync sqlite:app.db --to new.sql --yes --allow all >"$work/out" 2>"$work/err" &
    pid=$!
    children="$children $pid"
    # Its journal says that it writes.
    i=0
    until test -s app.db-journal || ! kill -0 $pid 2>/dev/null || test $i -ge 500; do
        sleep 0.01
        i=$((i + 1))
    done
    kill -$signal $pid 2>/dev/null
    wait $pid
    code=$?
    if test $code = 0; then
        skipped "SIG$signal" "it was done too soon"
        cp before.db app.db
        continue
    fi
    is "SIG$signal: one error, and exit code 1" "$code $(grep -c '^moult: ' "$work/err") $(cat "$work/out")" "1 1 "
    is "SIG$signal: nothing is left behind" "$(ls)" "app.db
before.db
new.sql"
    is "SIG$signal: all rows are there" "$(sql app.db 'SELECT count(*), sum(id), sum(length(x)) FROM t')" "$was"
    is "SIG$signal: the state is as it was" "$(digest sqlite:app.db)" "$(digest sqlite:before.db)"
done
gives 0 changed sync sqlite:app.db --to new.sql --yes --allow all
is "the next run does it" "$(sql app.db 'SELECT count(*), sum(id), sum(length(x)) FROM t; PRAGMA quick_check')" "$was
ok"

# While it waits for a lock.
mkfifo pipe
sqlite3 app.db <pipe &
children="$children $!"
exec 3>pipe
printf 'BEGIN IMMEDIATE;\n.output held\nSELECT 1;\n.output\n' >&3
until test -s held; do sleep 0.02; done
echo 'CREATE TABLE t (id INTEGER PRIMARY KEY);' >less.sql
env --default-signal=INT,TERM "$MOULT" sync sqlite:app.db --to less.sql --yes --allow all --lock-timeout 60s >"$work/out" 2>"$work/err" &
pid=$!
children="$children $pid"
sleep 0.5
kill -INT $pid
before=$(date +%s)
wait $pid
is "SIGINT while waiting for a lock" "$? $(grep -c '^moult: ' "$work/err") $(($(date +%s) - before < 5))" "1 1 1"
exec 3>&-
done_testing
