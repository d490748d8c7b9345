#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever only looks leaves the database and its folder as they are, down to the last byte and the time.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default store-fs

sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t VALUES (1, 'a'); CREATE TABLE u (a);
    CREATE VIEW v AS SELECT x FROM t"
sql new.db "CREATE TABLE old (id)"
echo "CREATE TABLE old (id);" >old.sql
"$MOULT" sync sqlite:app.db --to sqlite:app.db --yes >/dev/null 2>&1
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER, y TEXT); CREATE TABLE w (b);" >new.sql
gives 0 '' plan sqlite:app.db --to new.sql -o plan.json
touch -d '2020-01-02 03:04:05' app.db new.db
keep app.db new.db new.sql plan.json
times=$(stat -c '%n %Y %Z %i' app.db new.db)
looks()
{
    want=$1
    shift
    moult "$@"
    is "$*" "$code $(stat -c '%n %Y %Z %i' app.db new.db) $(untouched)" "$want $times "
}
looks 0 sync sqlite:app.db --to new.sql --dry-run
looks 0 sync sqlite:app.db --to new.sql --dry-run --allow all --yes --format json
looks 0 sync sqlite:new.db --to new.sql -n
looks 0 apply plan.json sqlite:app.db --dry-run
looks 0 plan sqlite:app.db --to new.sql
looks 0 plan sqlite:app.db --to new.sql --format sql
looks 3 validate sqlite:app.db --to new.sql
looks 0 inspect sqlite:app.db
looks 0 diff sqlite:app.db sqlite:new.db
looks 0 audit sqlite:app.db
looks 0 doctor sqlite:app.db
looks 0 tenants list sqlite:app.db
looks 0 sync sqlite:new.db --to old.sql --yes
looks 4 sync sqlite:app.db --to new.sql --yes
looks 4 sync sqlite:app.db --to new.sql --allow all
gives 0 'planned' sync sqlite:app.db --to new.sql --dry-run
gives 0 'changed' sync sqlite:app.db --to new.sql --yes --allow all
done_testing
