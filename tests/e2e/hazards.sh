#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a plan may cost is refused until it is allowed by name, on the command line, in moult.toml or in the
# chosen environment; writing wants a yes besides.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

make_database()
{
    rm -f app.db
    sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, y TEXT); CREATE TABLE old (a);
        INSERT INTO t VALUES (1, 'one', 'a'), (2, 'two', 'b'); INSERT INTO old VALUES (1)"
}
make_database
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, y TEXT); CREATE TABLE old (a); CREATE TABLE new (b);" >safe.sql
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, y TEXT);" >drop.sql
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT NOT NULL, y TEXT); CREATE TABLE old (a);" >notnull.sql
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE TABLE old (a);" >column.sql
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER, y TEXT); CREATE TABLE old (a);" >type.sql

# What each of them would cost.
hazards()
{
    "$MOULT" plan sqlite:app.db --to "$1" | sed -n 's/^hazards: //p'
}
is "nothing that costs" "$(hazards safe.sql)" none
is "a table that is dropped" "$(hazards drop.sql)" 'deletes-data, not-reversible'
is "a column that is dropped" "$(hazards column.sql | tr , '\n' | grep -c 'deletes-data\|not-reversible')" 2
is "NOT NULL" "$(hazards notnull.sql | tr , '\n' | grep -c 'rewrites-table\|rows-may-forbid')" 2
is "another type" "$(hazards type.sql | tr , '\n' | grep -c 'rewrites-table\|changes-values')" 2

keep app.db
for file in drop.sql column.sql notnull.sql type.sql; do
    fails 4 'nobody allowed' sync sqlite:app.db --to $file --yes
    is "$file: the hint names them all" "$(sed -n 's/.*--allow //p' "$work/err" | tr , '\n' | sort | tr '\n' ' ')" \
        "$(hazards $file | tr -d ' ' | tr , '\n' | sort | tr '\n' ' ')"
done
fails 4 'not-reversible' sync sqlite:app.db --to drop.sql --yes --allow deletes-data
fails 4 'deletes-data' sync sqlite:app.db --to drop.sql --yes --allow not-reversible
gives 0 '' plan sqlite:app.db --to drop.sql -o plan.json
fails 4 'nobody allowed' apply plan.json sqlite:app.db --yes
rm plan.json
fails 4 'no terminal' sync sqlite:app.db --to safe.sql
fails 4 'no terminal' sync sqlite:app.db --to drop.sql --allow all
check "nothing was changed" untouched

gives 0 changed sync sqlite:app.db --to drop.sql --yes --allow deletes-data --allow not-reversible
make_database
gives 0 changed sync sqlite:app.db --to drop.sql --yes --allow not-reversible,deletes-data
make_database
gives 0 changed sync sqlite:app.db --to type.sql --yes --allow all
is "the rows are there" "$(sql app.db 'SELECT id, x, y FROM t')" "1|one|a
2|two|b"
make_database
gives 0 '' plan sqlite:app.db --to drop.sql -o plan.json
gives 0 changed apply plan.json sqlite:app.db --yes --allow all
gives 0 'in sync' apply plan.json sqlite:app.db
gives 0 'in sync' sync sqlite:app.db --to drop.sql

# What moult.toml allows.
cat >moult.toml <<'END'
[database.app]
url = "sqlite:app.db"
desired = "drop.sql"
allow = ["not-reversible"]
[environment.production]
allow = ["deletes-data"]
confirm = true
[environment.strict]
database.app.allow = []
[environment.free]
allow = ["all"]
END
make_database
fails 4 'nobody allowed: deletes-data$' sync --yes
fails 4 'nobody allowed: deletes-data, not-reversible' sync --yes -E strict --set 'database.app.allow=[]'
fails 4 'no terminal' sync -E production
gives 0 changed sync --yes -E production
make_database
gives 0 changed sync --yes -E free
make_database
fails 4 'nobody allowed: deletes-data$' sync --yes
export MOULT_ENVIRONMENT=production
gives 0 changed sync --yes
unset MOULT_ENVIRONMENT
make_database
export MOULT_DATABASE__APP__ALLOW='["deletes-data", "not-reversible"]'
gives 0 changed sync --yes
unset MOULT_DATABASE__APP__ALLOW

# On a terminal the answer decides.
if command -v script >/dev/null; then
    # ANSWER ARGUMENT...
    asked()
    {
        answer=$1
        shift
        make_database
        printf '%s\n' "$answer" | timeout 20 script -qec "$MOULT $*; echo code=\$?" /dev/null >"$work/typed" 2>&1
        sed -n 's/.*code=\([0-9]*\).*/\1/p' "$work/typed"
    }
    is "no" "$(asked n sync sqlite:app.db --to safe.sql)" 4
    is "an empty answer is no" "$(asked '' sync sqlite:app.db --to safe.sql)" 4
    is "yes" "$(asked y sync sqlite:app.db --to safe.sql)" 0
    is "where confirmation is demanded, y is too little" "$(asked y sync -E production)" 4
    is "and the words do it" "$(asked 'carry out' sync -E production)" 0
else
    skipped "answers on a terminal" "needs script"
fi
done_testing
