#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A disk that is full, or a file that may not grow: one error, nothing half done, the rows still there.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default store-fs

make_database()
{
    sql "$1" "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE INDEX i ON t (x);
        WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000)
        INSERT INTO t SELECT i, hex(zeroblob(60)) || i FROM c"
}
rows()
{
    sql "$1" "PRAGMA integrity_check; SELECT count(*), sum(id), count(DISTINCT x), group_concat(DISTINCT typeof(x))
        FROM t; SELECT name FROM sqlite_schema ORDER BY 1"
}
make_database app.db
was=$(rows app.db)
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER NOT NULL); CREATE INDEX i ON t (x);" >rebuild.sql

# DIRECTORY NAME: app.db in there has no room for a second table beside the first.
no_room()
{
    moult sync "sqlite:$1/app.db" --to rebuild.sql --allow all --yes
    is "$2: sync fails" "$code $(grep -c '^moult: ' "$work/err") $(cat "$work/out")" "1 1 "
    is "$2: the rows are as they were" "$(rows "$1/app.db")" "$was"
    is "$2: nothing is left behind" "$(ls "$1")" app.db
}

# A limit on the size of files works for everybody.
mkdir limited
cp app.db limited/app.db
limit=$(($(wc -c <app.db) / 512 + 20))
real=$MOULT
printf '#!/bin/sh\ntrap "" XFSZ\nulimit -f %s\nexec %s "$@"\n' $limit "$real" >"$work/moult"
chmod 755 "$work/moult"
MOULT=$work/moult
no_room limited "no file may grow"
printf '#!/bin/sh\ntrap "" XFSZ\nulimit -f 1\nexec %s "$@"\n' "$real" >"$work/moult"
for i in 1 2 3 4 5 6 7 8 9; do
    echo "CREATE TABLE t$i (id INTEGER PRIMARY KEY, one TEXT, two TEXT, three TEXT);" >>many.sql
done
for command in "inspect many.sql --like sqlite: --format json -o out" "inspect sqlite:app.db --format json -o out" \
    "diff sqlite:app.db many.sql --format json -o out" "snapshot save --from many.sql --like sqlite: -o out" \
    "plan sqlite:app.db --to many.sql -o out"; do
    # shellcheck disable=SC2086
    moult $command
    case $command in
    "inspect sqlite"* | diff*) ;; # may fit
    *) is "$command: fails" "$code $(grep -c '^moult: ' "$work/err")" "1 1" ;;
    esac
    test $code != 0 || rm out
    is "$command: no half of a file" "$(find . -maxdepth 1 -name '*out*')" ''
    rm -f out
done
echo before >out
moult inspect many.sql --like sqlite: --format json -o out
is "the file that was there before stays" "$code $(cat out)" "1 before"
moult snapshot save --from many.sql --like sqlite:
is "the store takes no half of a snapshot" "$code $(grep -c '^moult: ' "$work/err")" "1 1"
MOULT=$real
is "and is whole" "$("$MOULT" snapshot list | grep -c latest)" 0
gives 0 '' snapshot save --from many.sql --like sqlite:
moult inspect --dir made many.sql --like sqlite:
is "with room all of it works" "$code $(find made -name '*.sql' | wc -l)" "0 9"

if test "$(id -u)" = 0 && mkdir small && mount -t tmpfs -o size=$(($(wc -c <app.db) / 1024 + 100))k tmpfs "$PWD/small" 2>/dev/null; then
    mounts=$PWD/small
    cp app.db small/app.db
    no_room small "the disk is full"
    is "the error says so" "$(grep -c '^moult: .*full' "$work/err")" 1
    head -c 1000000 /dev/zero >small/filler 2>/dev/null
    moult inspect sqlite:app.db --format json -o small/out
    is "no output file on a full disk" "$code $(grep -c 'No space' "$work/err") $(find small -name '*out*')" "1 1 "
    (cd small && "$MOULT" snapshot save sqlite:../app.db >"$work/out" 2>"$work/err")
    is "no snapshot on a full disk" "$? $(grep -c '^moult: ' "$work/err")" "1 1"
    rm small/filler
    is "and no file that is none" "$(find small -type f ! -name app.db)" ''
else
    skipped "a small file system" "it cannot be mounted here"
fi

if test -c /dev/full; then
    for command in "inspect sqlite:app.db" "inspect sqlite:app.db --format json" "diff sqlite:app.db many.sql" \
        "validate sqlite:app.db --to many.sql" "plan sqlite:app.db --to many.sql" "config" "plugin list" \
        "doctor sqlite:app.db" "audit sqlite:app.db" "sync sqlite:app.db --to many.sql --dry-run"; do
        # shellcheck disable=SC2086
        "$MOULT" $command >/dev/full 2>"$work/err"
        is "$command: a result that is lost is a failure" "$? $(grep -c 'No space left' "$work/err")" "1 1"
    done
fi
is "app.db is as it was" "$(rows app.db)" "$was"
done_testing
