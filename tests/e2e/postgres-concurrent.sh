#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Others change the schema, hold locks and want the same while moult works: it notices, waits as long as it was told,
# tries again, and leaves nothing half done.
. "${0%/*}/postgres-lib.sh"
needs env perl mkfifo
start_server max_connections=80 max_locks_per_transaction=20 deadlock_timeout=4s log_statement=all
pg postgres "CREATE DATABASE app TEMPLATE template0" "CREATE DATABASE big TEMPLATE template0"
pg app "CREATE TABLE t (id int PRIMARY KEY, x text)" "CREATE TABLE u (id int PRIMARY KEY)" \
    "INSERT INTO t SELECT i, 'x' FROM generate_series(1, 5) i"
url=$server/app
cat >new.sql <<'END'
CREATE TABLE t (id int PRIMARY KEY, x text, y int);
CREATE TABLE u (id int PRIMARY KEY, z int);
END

# A session of somebody else's, told what to do line by line.
other()
{
    mkfifo pipe
    psql -XAtq -v ON_ERROR_STOP=1 -d "$url" <pipe >other.out 2>&1 &
    other=$!
    children="$children $other"
    exec 3>pipe
    rm pipe
}
say()
{
    rm -f said
    printf '%s;\n\\! touch said\n' "$1" >&3
    i=0
    until test -e said || test $i -ge 200; do
        sleep 0.05
        i=$((i + 1))
    done
}
leave()
{
    exec 3>&-
    wait $other
}
# ARGUMENT...: moult in the background
begin()
{
    env --default-signal=INT,TERM "$MOULT" "$@" >"$work/out" 2>"$work/err" </dev/null &
    run=$!
    children="$children $run"
}
end()
{
    wait $run
    code=$?
}
# A statement of moult's waits for a lock.
waits() { until_true 20 app "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'moult' AND wait_event_type = 'Lock'"; }
columns() { pg app "SELECT string_agg(attrelid::regclass || '.' || attname, ' ' ORDER BY attrelid, attnum) FROM pg_attribute
    WHERE attnum > 0 AND NOT attisdropped AND attrelid IN ('t'::regclass, 'u'::regclass)"; }
# NAME CODE PATTERN: how the run in the background has ended
ended()
{
    end
    if test "$code" = "$2" && cat "$work/out" "$work/err" | grep -q -e "$3"; then
        passed "$1"
    else
        shown "$2 and \"$3\"" >"$work/seen"
        missed "$1"
    fi
}
was=$(columns)

# ---- between plan and apply ----
gives 0 '' plan "$url" --to new.sql -o plan.json --format json
pg app "ALTER TABLE t ADD w int"
fails 4 'another state' apply plan.json "$url" --yes
pg app "ALTER TABLE t DROP w"
is "and nothing was done" "$(columns)" "$was"

# ---- while the plan is rehearsed: no scratch database can be made as long as somebody locks pg_database ----
other
say "BEGIN; LOCK TABLE pg_database IN SHARE MODE"
begin sync "$url" --to "new.sql" --yes --allow all
check "moult waits to make its scratch database" waits
pg app "ALTER TABLE t ADD w int"
say "COMMIT"
ended "what came meanwhile is planned for anew" 0 changed
is "and all is as wanted" "$(columns)" "t.id t.x t.y u.id u.z"
pg app "ALTER TABLE t DROP y" "ALTER TABLE u DROP z"
gives 0 '' plan "$url" --to new.sql -o plan.json --format json
was=$(columns)

# ---- while the plan is carried out ----
say "BEGIN; LOCK TABLE u IN ACCESS SHARE MODE"
begin apply plan.json "$url" --yes
check "moult waits for a lock" waits
pg app "CREATE TABLE sneaked (a int)"
say "COMMIT"
ended "what sneaked in is seen before the commit" 1 'did not lead to the state'
is "and all is taken back" "$(columns)" "$was"
gives 0 'table sneaked' inspect "$url"
pg app "DROP TABLE sneaked"
is "no run is left open" "$("$MOULT" audit "$url" | grep -c 'runs *ok')" 1

# ---- locks: no longer than asked, and tried again ----
say "BEGIN; LOCK TABLE u IN ACCESS SHARE MODE"
before=$(date +%s)
fails 5 'lock' apply plan.json "$url" --yes --lock-timeout 500ms
is "within the time" "$(($(date +%s) - before < 6))" 1
is "nothing was done" "$(columns)" "$was"
begin sync "$url" --to new.sql --yes --lock-timeout 20s --set plugins.planner-default.lock-timeout=100
i=0
until test "$(grep -c 'canceling statement due to lock timeout' "$folder/log")" -ge 4 || test $i -ge 200; do
    sleep 0.05
    i=$((i + 1))
done
is "and is tried again" "$(test "$(grep -c 'canceling statement due to lock timeout' "$folder/log")" -ge 4; echo $?)" 0
say "COMMIT"
ended "until it succeeds" 0 changed
pg app "ALTER TABLE t DROP y" "ALTER TABLE u DROP z"
gives 0 '' plan "$url" --to new.sql -o plan.json --format json

# A deadlock, in which moult is the one that the server ends: t is changed before u.
say "BEGIN; LOCK TABLE u IN ACCESS EXCLUSIVE MODE"
begin apply plan.json "$url" --yes --lock-timeout 30s
check "moult waits for the other" waits
say "SET deadlock_timeout = '20s'; LOCK TABLE t IN ACCESS SHARE MODE; COMMIT"
ended "a deadlock is no end" 0 changed
is "it was one" "$(grep -c 'deadlock detected' "$folder/log")" 1
pg app "ALTER TABLE t DROP y" "ALTER TABLE u DROP z"

# moult's own lock.
say "SELECT pg_advisory_lock(1836021100, 0)"
fails 5 'another run of moult' sync "$url" --to new.sql --yes --lock-timeout 300ms
is "the holder is named" "$(grep -c 'held by process [0-9]* of user postgres' "$work/err")" 1
gives 0 'table t' inspect "$url"
moult doctor "$url"
is "doctor says so" "$code $(grep -c 'lock *failed' "$work/out")" "5 1"
begin sync "$url" --to new.sql --yes --lock-timeout 20s
sleep 0.5
kill -0 $run && passed "a second one waits"
say "SELECT pg_advisory_unlock(1836021100, 0)"
ended "and does its work then" 0 changed
pg app "ALTER TABLE t DROP y" "ALTER TABLE u DROP z"

# Ten at once: each ends well, and one has done it.
pids=''
for i in $(seq 10); do
    "$MOULT" sync "$url" --to new.sql --yes --lock-timeout 60s >"$work/runner$i" 2>&1 &
    pids="$pids $!"
done
codes=''
for pid in $pids; do
    wait "$pid"
    codes="$codes $?"
done
grep -h . "$work"/runner* | sort | uniq -c >"$work/seen"
is "ten at once: each ends well" "$(echo "$codes" | tr ' ' '\n' | sort -u | tr '\n' ' ')" " 0 "
is "ten at once: one has done the work" "$(cat "$work"/runner* | grep -c ': changed')" 1
is "nothing is left behind" "$(pg postgres "SELECT count(*) FROM pg_database WHERE datname LIKE 'moult%'")" 0
pg app "ALTER TABLE t DROP y" "ALTER TABLE u DROP z"

# ---- time for a statement ----
pg app "INSERT INTO t SELECT i, 'x' FROM generate_series(6, 20000) i"
echo "CREATE TABLE t (id int PRIMARY KEY, x text CHECK (pg_sleep(0.001) IS NOT NULL)); CREATE TABLE u (id int PRIMARY KEY);" >slow.sql
was=$(columns)
moult sync "$url" --to slow.sql --yes --allow all --set plugins.planner-default.statement-timeout=300
is "a statement that takes too long is ended" "$code $(grep -c 'statement timeout' "$work/err")" "1 1"
is "and taken back" "$(columns) $(pg app "SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0")" "$was 0"

# ---- Ctrl-C ----
for signal in INT TERM; do
    begin sync "$url" --to slow.sql --yes --allow all
    until_true 20 app "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE%' AND state = 'active'"
    kill -$signal $run
    before=$(date +%s)
    ended "SIG$signal ends it" 1 'cancel\|stopped'
    is "SIG$signal: at once" "$(($(date +%s) - before < 5))" 1
    is "SIG$signal: on the server, too" "$(pg app "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'moult'")" 0
    is "SIG$signal: nothing is left" "$(columns) $(pg postgres "SELECT count(*) FROM pg_database WHERE datname LIKE 'moult%'")" "$was 0"
done
say "BEGIN; LOCK TABLE t IN ACCESS SHARE MODE"
begin sync "$url" --to new.sql --yes --lock-timeout 60s
check "moult waits for a lock again" waits
kill -INT $run
ended "SIGINT while it waits for a lock" 1 'cancel\|stopped'
say "COMMIT"
leave
cat >index.sql <<'END'
CREATE TABLE t (id int PRIMARY KEY, x text);
CREATE TABLE u (id int PRIMARY KEY);
CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.001); RETURN $1; END';
CREATE INDEX i ON t (slow(x));
END
begin sync "$url" --to index.sql --yes --allow all
until_true 20 app "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'"
kill -INT $run
end
is "SIGINT while an index is built: none that is no good is left" "$(pg app "SELECT count(*) FROM pg_index WHERE NOT indisvalid")" 0
moult sync "$url" --to index.sql --yes --allow all --set plugins.planner-default.statement-timeout=300
is "nor where its time was too short" "$(pg app "SELECT count(*) FROM pg_index WHERE NOT indisvalid")" 0
sed -i 's/PERFORM pg_sleep(0.001); //' index.sql
gives 0 '' sync "$url" --to index.sql --yes --allow all
is "and then it is made" "$(pg app "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid = 'i'::regclass")" 1
gives 0 'the chain holds' audit "$url"

# ---- more than half of the lock table is not taken ----
for i in $(seq 150); do echo "CREATE TABLE t$i (id serial PRIMARY KEY, x text UNIQUE);"; done >big.sql
gives 0 changed sync "$server/big" --to big.sql --yes
is "all is made" "$(pg big "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")" 150
is "in more than one transaction" "$(pg big "SELECT count(DISTINCT xmin::text) > 1 FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")" t
gives 0 'in sync' validate "$server/big" --to big.sql
gives 0 'the chain holds' audit "$server/big"
is "the server never ran out of locks" "$(grep -c 'out of shared memory' "$folder/log")" 0

# ---- poolers ----
if start_pooler transaction; then
    pg app "DROP TABLE t CASCADE" "CREATE TABLE t (id int PRIMARY KEY)"
    echo 'CREATE TABLE t (id int PRIMARY KEY, p int); CREATE TABLE u (id int PRIMARY KEY);' >pooled.sql
    fails 4 'pooler in transaction mode' sync "$pooler/app" --to "$server/big" --yes --allow all
    fails 4 'pooler in transaction mode' sync "$pooler/app" --to pooled.sql --yes --allow all --scratch "$url"
    gives 0 'table t' inspect "$pooler/app"
    is "it looks through one" "$(digest "$pooler/app")" "$(digest "$url")"
    moult doctor "$pooler/app"
    is "doctor sees it" "$(grep -c 'pool *warning' "$work/out")" 1
    start_pooler session
    gives 0 changed sync "$pooler/app" --to pooled.sql --yes --allow all --scratch "$url"
    gives 0 'in sync' validate "$pooler/app" --to pooled.sql --scratch "$url"
    moult doctor "$pooler/app"
    is "doctor is content with a session of its own" "$(grep -c 'pool *warning' "$work/out")" 0
else
    skipped "poolers" "needs pgbouncer"
fi
done_testing
