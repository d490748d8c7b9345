#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The quick start's job gets through, and it notices a moult that does not do what it says.
: "${MOULT:=moult}" "${MOULT_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}"
for plugin in sqlite planner-default; do
    if ! $MOULT plugin list | grep -q "^$plugin .*available" || ! command -v sqlite3 >/dev/null; then
        echo "1..0 # SKIP needs sqlite3 and the plugins sqlite and planner-default"
        exit 0
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
job=$MOULT_SRCDIR/examples/quickstart/job
n=0 failed=0

# EXIT-CODE TEXT NAME: how the job of $MOULT must end, and a text that it must say.
ends()
{
    n=$((n + 1))
    "$job" "$work/shop" >"$work/log" 2>&1
    got=$?
    if test $got = "$1" && grep -q -e "$2" "$work/log"; then
        echo "ok $n - $3"
    else
        echo "# exit code $got, wanted $1 and \"$2\":"
        tail -n 20 "$work/log" | sed 's/^/# /'
        echo "not ok $n - $3"
        failed=1
    fi
}
# NAME COMMANDS: a moult that does other things before or instead of what it is told.
pretender()
{
    printf '#!/bin/sh\n%s\nexec %s "$@"\n' "$2" "$real" >"$work/$1"
    chmod +x "$work/$1"
    MOULT=$work/$1
}

export MOULT
real=$MOULT
ends 0 'done: everything' "the job ends well"
ends 0 'done: everything' "and again, in the same folder"
pretender idle 'case $1 in sync) echo "3 tenants, 3 changed"; exit 0;; esac'
ends 1 'FAILED: moult validate' "a sync that did nothing is noticed"
pretender lossy 'case $1 in sync) sqlite3 tenants/carl.db "UPDATE order_lines SET price_cents = 1 WHERE rowid = 7";; esac'
ends 1 'FAILED: carl' "a lost value is noticed"
pretender blind 'case $1 in validate) echo "3 tenants, 3 in sync"; exit 0;; esac'
ends 1 'FAILED: moult validate' "a blind validate is noticed"
MOULT=$real
mkdir "$work/mine" && touch "$work/mine/precious"
n=$((n + 1))
if ! "$job" "$work/mine" >/dev/null 2>&1 && test -f "$work/mine/precious"; then
    echo "ok $n - a folder of others is left alone"
else
    echo "not ok $n - a folder of others is left alone"
    failed=1
fi
echo "1..$n"
exit $failed
