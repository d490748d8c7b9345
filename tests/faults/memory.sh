#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SIGKILL at every write of a run, on an adapter whose statements commit one by one and on one with
# transactional DDL: the next command, for the same or for another desired state, first ends the run
# that was left open, and then ends where an undisturbed one would have, with every row.
#
# ALL=1 tries both ways of the change, both sides of each write and both next states.
: "${MOULT:=moult}"
if test -n "$MOULT_STATIC_BUILD"; then
    echo "1..0 # SKIP the memory adapter is a module, this build has none"
    exit 0
fi
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is missing"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
cd "$work" || exit 1

cat >old.json <<'END'
{"tables": {
  "t": {"name": "t", "columns": {"a": {"name": "a", "type": "int"}, "b": {"name": "b", "type": "text"},
                                 "gone": {"name": "gone", "type": "int"}},
        "rows": [{"a": "1", "b": "x", "gone": "3"}, {"a": "2", "b": "y", "gone": "4"}]},
  "w": {"name": "w", "columns": {"c": {"name": "c", "type": "int"}}, "rows": []}},
 "indexes": {"i": {"name": "i", "table": "t", "columns": ["a"]}},
 "views": {"v": {"name": "v", "body": "select * from t"}}}
END
cat >new.sql <<'END'
create table t (a text not null default 3, b text not null default 'q', n int);
create index i on t (a, b);
create table u (x int);
create view v as select a from t;
END
cat >other.sql <<'END'
create table t (a text, b text, z int);
create index k on t (z);
END
rows="[('1', 'x'), ('2', 'y')]"

# ADAPTER WAY WHEN NEXT: kills at the first write, the second, ... until a run gets through.
kill_everywhere()
{
    cat >moult.toml <<END
[database.d]
url = "$1:d.json"
planners = ["planner-memory"]
[plugins.planner-memory]
prefer = "$2"
END
    at=0
    while :; do
        at=$((at + 1))
        rm -f d.json.*
        cp old.json d.json
        { $MOULT sync d --to new.sql --yes --allow all --set "plugins.$1.kill-at=$at" \
            --set "plugins.$1.kill-when=$3" >out 2>err; } 2>/dev/null
        code=$?
        test $code -ne 0 || break
        test $code -eq 137 || { complain "write $at: the run ended with $code"; return 1; }
        $MOULT sync d --to "$4.sql" --yes --allow all >out 2>err ||
            { complain "write $at: the next sync ended with $?"; return 1; }
        $MOULT validate d --to "$4.sql" >out 2>err ||
            { complain "write $at: not in sync after the next sync"; return 1; }
        $MOULT audit d >out 2>err || { complain "write $at: the audit trail is broken"; return 1; }
        got=$(python3 -c 'import json
t = json.load(open("d.json"))["tables"]["t"]
print([(r["a"], r["b"]) for r in t["rows"]])')
        test "$got" = "$rows" || { complain "write $at: rows are $got"; return 1; }
        ls d.json.scratch-* 2>/dev/null && { complain "write $at: a scratch is left"; return 1; }
    done
    # One write could be luck: there must have been some to die at.
    test $at -gt 10 || { complain "only $at writes"; return 1; }
}

complain()
{
    echo "# $1"
    sed 's/^/# /' out err
}

n=0
try()
{
    n=$((n + 1))
    if kill_everywhere "$@"; then
        echo "ok $n - $1, $2, killed $3 each of $((at - 1)) writes, then $4"
    else
        echo "not ok $n - $1, $2, killed $3 a write, then $4"
    fi
}

if test -n "$ALL"; then
    for adapter in memory memory-txn; do
        for way in alter-column rebuild; do
            for when in before after; do
                try $adapter $way $when new
                try $adapter $way $when other
            done
        done
    done
else
    try memory alter-column before other
    try memory rebuild after new
    try memory-txn rebuild before new
    try memory-txn alter-column after other
fi
echo "1..$n"
