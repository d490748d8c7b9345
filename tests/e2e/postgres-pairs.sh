#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pairs of schemas that are hard to get from one to the other, both ways, with rows.  Each file in postgres-pairs/
# has several, in sections:
#     --- pair NAME
#     --- first         run in both databases before
#     --- a, --- b      the two schemas
#     --- rows          run in the first database when it has schema a
#     --- same          queries that give after the sync to b, and after that back to a, what they gave before
#     --- b-only        the same, but only until schema b is reached
#     --- hazards LIST  those of the plan from a to b, or "none"
#     --- sql PATTERN   the plan's SQL from a to b has it; "--- no-sql PATTERN": has not
#     --- rename HINT   for the way from a to b; the way back is not tried
#     --- refused CODE PATTERN   the sync from a to b is, with this, and the rows are still there
#     --- one-way       the way back is not tried
#     --- layout        also what is layout alone
# PAIR=NAME runs one alone.
. "${0%/*}/postgres-lib.sh"
start_server
roles="app reader writer owner_a owner_b"
for role in $roles; do
    pg postgres "CREATE ROLE $role"
done

# FILE: each pair into a folder of its own, each section into a file.
cut_pairs()
{
    awk -v top="$work/pairs" '
        /^--- pair / { n++; dir = sprintf("%s/%s", top, $3); system("mkdir -p " dir); out = dir "/comment"; next }
        /^--- (hazards|sql|no-sql|rename|refused|one-way|layout)/ { sub(/^--- /, ""); print >> (dir "/rules"); next }
        /^--- / { out = dir "/" $2; next }
        { print >> out }' "$1"
}

dumped()
{
    pg_dump -s --restrict-key=x -N moult "$server/$1" 2>/dev/null || pg_dump -s -N moult "$server/$1"
}

# What pg_dump says, but for the order of columns.
sorted_dump()
{
    dumped "$1" | grep -v '^--' | sed 's/,$//' | sort
}

rule()
{
    test ! -f "$pair/rules" || sed -n "s/^$1 \{0,1\}//p" "$pair/rules"
}

arrived()
{
    gives 0 '' diff "$server/one" "$server/$1" --exit-code $layout
    sorted_dump one >"$work/one.dump"
    sorted_dump "$1" >"$work/two.dump"
    check "$title: $2: pg_dump sees no difference" diff "$work/one.dump" "$work/two.dump"
}

same_rows()
{
    test -f "$pair/$1" || return
    pg_file one "$pair/$1" >"$work/now" 2>&1
    check "$title: $2: rows" diff "$work/rows-$1" "$work/now"
}

plan_rules()
{
    gives 0 '' plan "$server/one" --to "$server/two" $layout $hints
    wanted=$(rule hazards)
    test -z "$wanted" || is "$title: hazards" "$(sed -n 's/^hazards: //p' "$work/out")" "$wanted"
    "$MOULT" plan "$server/one" --to "$server/two" $layout $hints --format sql >"$work/plan.sql" 2>"$work/err"
    rule sql | while IFS= read -r pattern; do
        grep -q -e "$pattern" "$work/plan.sql" || echo "$pattern"
    done >"$work/missing"
    is "$title: SQL that is missing" "$(cat "$work/missing")" ''
    rule no-sql | while IFS= read -r pattern; do
        grep -e "$pattern" "$work/plan.sql"
    done >"$work/too-much"
    is "$title: SQL that there need not be" "$(cat "$work/too-much")" ''
}

run_pair()
{
    pair=$1 title=${1##*/} hints=$(rule rename | sed 's/^/--rename /')
    layout=$(rule layout | sed 's/^$/--layout/')
    for database in one two back; do
        pg postgres "DROP DATABASE IF EXISTS $database WITH (FORCE)" "CREATE DATABASE $database TEMPLATE template0"
        test ! -f "$pair/first" || pg_file "$database" "$pair/first"
    done
    for half in one:a two:b back:a; do
        test ! -f "$pair/${half#*:}" || pg_file "${half%:*}" "$pair/${half#*:}" >"$work/seen" 2>&1 ||
            missed "$title: schema ${half#*:} can be loaded"
    done
    test ! -f "$pair/rows" || pg_file one "$pair/rows" >"$work/seen" 2>&1 || missed "$title: rows"
    for kind in same b-only; do
        test ! -f "$pair/$kind" || pg_file one "$pair/$kind" >"$work/rows-$kind" 2>&1
    done
    refused=$(rule refused)
    if test -n "$refused"; then
        moult sync "$server/one" --to "$server/two" --yes --allow all $layout $hints
        if test "$code" = "${refused%% *}" && grep -q -e "${refused#* }" "$work/err"; then
            passed "$title: $refused"
        else
            shown "$refused" >"$work/seen"
            missed "$title: refused"
        fi
        same_rows same "refused"
        return
    fi
    plan_rules
    gives 0 '' sync "$server/one" --to "$server/two" --yes --allow all $layout $hints
    arrived two "to b"
    same_rows same "to b"
    same_rows b-only "to b"
    test -z "$hints" && ! grep -q '^one-way' "$pair/rules" 2>/dev/null || return
    gives 0 '' sync "$server/one" --to "$server/back" --yes --allow all $layout
    arrived back "back to a"
    same_rows same "back to a"
}

for file in "$here"/postgres-pairs/*.sql; do
    cut_pairs "$file"
done
for folder_of in "$work"/pairs/${PAIR:-*}; do
    run_pair "$folder_of"
done
done_testing
