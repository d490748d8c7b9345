#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bad input of each kind gives one clear error and its exit code, and leaves everything as it was.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default store-fs

sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t (x) VALUES ('kept')"
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, y TEXT);" >new.sql
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT);" >old.sql

# ---- places ----
fails 2 'cannot open the database: No such file' inspect sqlite:none.db
fails 2 'No such file' sync sqlite:none.db --to new.sql --yes
is "no database is made" "$(ls none.db 2>/dev/null)" ''
mkdir folder
fails 2 'not a file' inspect sqlite:folder
fails 2 'names no SQLite file' inspect sqlite:
fails 2 'unknown scheme\|no plugin' inspect nosuch://host/db
fails 2 'no plugin' sync postgresqll://host/db --to new.sql --yes
fails 2 'there is no\|is nothing\|no database' sync nosuch --to new.sql --yes
echo "this is not a database, however long it is made to be, and it is longer than a header" >text.db
keep text.db
fails 2 'not a database' inspect sqlite:text.db
fails 2 'not a database' sync sqlite:text.db --to new.sql --yes
fails 2 'not a database' validate sqlite:text.db --to new.sql
gives 2 'connection *failed *.*not a database' doctor sqlite:text.db
check "what is no database stays as it is" untouched

# ---- a page that is overwritten ----
sql big.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL
    SELECT i + 1 FROM c WHERE i < 2000) INSERT INTO t SELECT i, hex(randomblob(50)) FROM c;
    CREATE INDEX i ON t (x); CREATE TABLE u (a)"
pages=$(($(wc -c <big.db) / 4096))
cp big.db schema-page.db
cp big.db row-page.db
printf 'no page at all' | dd of=schema-page.db bs=1 seek=100 conv=notrunc 2>/dev/null
head -c 4096 /dev/zero | tr '\0' 'x' | dd of=row-page.db bs=4096 seek=$((pages / 2)) conv=notrunc 2>/dev/null
head -c $(((pages / 2) * 4096 + 100)) big.db >short.db
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER); CREATE INDEX i ON t (x); CREATE TABLE u (a);" >rebuild.sql
keep schema-page.db row-page.db short.db
fails 1 'malformed' inspect sqlite:schema-page.db
fails 1 'malformed' sync sqlite:schema-page.db --to rebuild.sql --yes --allow all
fails 1 'malformed' sync sqlite:row-page.db --to rebuild.sql --yes --allow all
fails 1 'malformed' sync sqlite:short.db --to rebuild.sql --yes --allow all
gives 1 'btreeInitPage\|malformed\|damaged' doctor sqlite:row-page.db
check "a broken database stays as it is" untouched

# ---- desired states ----
fails 2 '"none.sql" is nothing' sync sqlite:app.db --to none.sql --yes
echo 'CREATE TABLE t (id INTEGER);

CREATE TABLE u (id INTEGER REFERENCES);' >bad.sql
keep app.db
fails 2 '^moult: bad.sql:3: .*syntax error' sync sqlite:app.db --to bad.sql --yes
echo 'CREATE TABLE t (id INTEGER);
CREATE INDEX i
    ON nothing_there (x);' >bad.sql
fails 2 '^moult: bad.sql:2: .*nothing_there' sync sqlite:app.db --to bad.sql --yes
fails 2 'sqlite:app.db' sync sqlite:app.db --to app.db --yes

# ---- snapshots ----
gives 0 '' inspect sqlite:app.db --format json -o good.json
head -c 300 good.json >short.json
fails 2 'short.json' diff short.json sqlite:app.db
fails 2 'short.json' sync sqlite:app.db --to short.json --yes
sed 's/"x"/"z"/' good.json >changed.json
fails 1 'changed.json' sync sqlite:app.db --to changed.json --yes
echo '{}' >empty.json
fails 2 'empty.json' sync sqlite:app.db --to empty.json --yes
echo '{"format": "moult-snapshot/9"}' >later.json
fails 2 'later.json' sync sqlite:app.db --to later.json --yes
sed 's,sqlite/3/,memory/1/,' good.json >class.json
fails 2 'memory/1' sync sqlite:app.db --to class.json --yes
{ printf '{"format": "moult-snapshot/1", "tree": ' && head -c 1000000 /dev/zero | tr '\0' '['; } >deep.json
fails 2 'deep.json' inspect deep.json
printf '{"format": "\377"}' >bytes.json
fails 2 'bytes.json' inspect bytes.json

# ---- plans ----
gives 0 '' plan sqlite:app.db --to new.sql -o plan.json
fails 2 'none.json' apply none.json sqlite:app.db --yes
head -c 300 plan.json >cut.json
fails 2 'cut.json' apply cut.json sqlite:app.db --yes
sed 's/ADD COLUMN/ADD  COLUMN/' plan.json >tampered.json
fails 1 'tampered.json' apply tampered.json sqlite:app.db --yes
sed 's/"hazards"/"hazard"/' plan.json >typo.json
fails 2 'typo.json' apply typo.json sqlite:app.db --yes
sed '0,/{/s//{"more": 1,/' plan.json >more.json
fails 2 'more.json' apply more.json sqlite:app.db --yes
fails 2 'good.json' apply good.json sqlite:app.db --yes
sql another.db 'CREATE TABLE t (id INTEGER PRIMARY KEY)'
fails 4 'for another state' apply plan.json sqlite:another.db --yes
check "the database is as it was" cmp app.db "$work/kept/app.db"

# ---- moult.toml ----
# TEXT PATTERN [ARGUMENT...]
config()
{
    printf '%s\n' "$1" >moult.toml
    pattern=$2
    shift 2
    test $# -gt 0 || set -- validate
    fails 2 "$pattern" "$@"
}
config '[database.app' 'moult.toml:1:[0-9]'
config 'a = 1' 'moult.toml:1:1'
config '[database.app]
url = 7' 'moult.toml:2:[0-9]'
config '[database.app]
url = "sqlite:app.db"
desird = "x"' 'moult.toml:3:1'
config '[database.app]
url = "sqlite:app.db"
allow = ["deletes-dat"]' 'moult.toml:3:[0-9]'
config '[database.app]
url = "sqlite:app.db"
url = "sqlite:app.db"' 'moult.toml:3:[0-9]'
config '[database.app]
url = "nosuch:app.db"
desired = "new.sql"' 'nosuch'
config '[database.app]
url = "sqlite:app.db"
desired = "none/"' 'none'
config 'enable = ["nosuch"]
[database.app]
url = "sqlite:app.db"
desired = "new.sql"' 'sqlite'
config '[snapshots]
store = "store-nosuch"
[database.app]
url = "sqlite:app.db"
desired = "store:latest"' 'store-nosuch'
config '[database.app]
url = "sqlite:app.db"
desired = "new.sql"
planners = ["planner-nosuch"]' 'planner-nosuch' sync --yes
config '[database.app]
url = "env:NO_SUCH_VARIABLE"
desired = "old.sql"' 'NO_SUCH_VARIABLE'
config '[database.app]
url = "sqlite:app.db"
desired = "old.sql"
lock-timeout = -1' 'moult.toml:4:[0-9]'
rm moult.toml
fails 2 'none.toml' --config none.toml config
fails 2 'UNKNOWN\|unknown' --set nosuch.key=1 config
fails 2 'nosuch' -E nosuch config

# ---- words ----
cat >moult.toml <<'END'
[database.app]
url = "sqlite:tenants/"
tenants = { files = "*.db" }
desired = "new.sql"
[database.app.labels]
south = ["anna"]
END
mkdir tenants
cp app.db tenants/anna.db
fails 2 'nobody' sync --tenant nobody --yes
fails 2 'north' sync --label north --yes
fails 2 'nosuch' sync --tenant anna --yes --planner nosuch
fails 2 'deletes-dat' sync --tenant anna --yes --allow deletes-dat
fails 2 'nosuch' sync --tenant anna --yes --rename nosuch
fails 2 'gone' sync --tenant anna --yes --rename table:gone=left
fails 2 'none.toml' sync --tenant anna --yes --renames none.toml
fails 2 'did you mean' snyc
fails 2 'did you mean' sync --tennant anna
fails 2 'nosuch' plugin info nosuch
check "no tenant was changed" cmp tenants/anna.db app.db

# ---- rights ----
if test "$as_user" != no; then
    cp app.db shut.db
    cp app.db shown.db
    chmod 000 shut.db
    chmod 444 shown.db
    mkdir locked
    cp app.db locked/app.db
    echo "CREATE TABLE x (y);" >locked/x.sql
    chmod 000 locked
    echo "CREATE TABLE x (y);" >shut.sql
    chmod 000 shut.sql
    chmod 777 .
    moult_real=$MOULT
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$as_user" "$moult_real" >"$work/moult"
    chmod 755 "$work/moult"
    MOULT=$work/moult
    fails 7 'Permission denied' inspect sqlite:shut.db
    fails 7 'Permission denied' sync sqlite:shut.db --to new.sql --yes
    fails 7 'Permission denied' inspect sqlite:locked/app.db
    fails 7 'cannot be written' sync sqlite:shown.db --to new.sql --yes
    gives 0 'table t' inspect sqlite:shown.db
    gives 0 'in sync' validate sqlite:shown.db --to old.sql
    fails 2 'shut.sql' validate sqlite:shown.db --to shut.sql
    fails 2 'locked' validate sqlite:shown.db --to locked
    MOULT=$moult_real
    chmod 755 . locked
    check "a database that may only be read is as it was" cmp shown.db app.db
else
    skipped "files that may not be read or written" "no other user can run moult here"
fi
done_testing
