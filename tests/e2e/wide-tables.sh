#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Very many changes of one table are one step, and the rows are kept.
. "${0%/*}/lib.sh"
needs sqlite3 python3
needs_plugins sqlite planner-default

# FROM TO: a table of the columns c FROM to TO.
table()
{
    awk -v from="$1" -v to="$2" 'BEGIN {
        printf "CREATE TABLE wide (id INTEGER PRIMARY KEY"
        for (i = from; i <= to; i++) printf ", c%d TEXT DEFAULT \047d%d\047", i, i
        print ");" }'
}

# FIRST-COLUMN LAST-COLUMN STEPS: synced to that many columns, by that many steps.
changes_to()
{
    table "$1" "$2" >new.sql
    gives 0 '' plan sqlite:app.db --to new.sql -o plan.json
    is "c$1 to c$2: steps" "$(python3 -c 'import json; print(len(json.load(open("plan.json"))["steps"]))')" "$3"
    gives 0 changed sync sqlite:app.db --to new.sql --allow all --yes
    gives 0 'no differences' diff sqlite:app.db new.sql --exit-code
    is "c$1 to c$2: rows" "$(sql app.db 'SELECT id, c150 FROM wide')" "1|kept
7|too"
}

table 1 200 >old.sql
sqlite3 app.db <old.sql
sql app.db "INSERT INTO wide (id, c150) VALUES (1, 'kept'), (7, 'too')"
changes_to 1 300 100
changes_to 1 401 1
is "new columns have their defaults" "$(sql app.db 'SELECT DISTINCT c401 FROM wide')" d401
changes_to 130 401 1
changes_to 130 400 1
done_testing
