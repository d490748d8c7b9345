#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# moult plugin check: a plugin that keeps the rules passes, of one that breaks some every breach is found.
: "${MOULT_BUILDDIR:?run by make check}" "${MOULT:?}" "${MOULT_TEST_PLUGIN_DIR:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
n=0 failed=0

# EXIT-CODE FILE PATTERN...: the check of FILE ends so, and each pattern stands in its output.
check()
{
    want=$1 file=$2
    shift 2
    $MOULT plugin check "$file" >"$work/out" 2>"$work/err"
    judge $? "$want" "$(basename "$file")" "$@"
}

# CODE EXIT-CODE NAME PATTERN...: it ended with CODE and should have with EXIT-CODE; each pattern is there.
judge()
{
    code=$1 want=$2 name=$3 bad=
    shift 3
    test $code = "$want" || bad="exit code $code, wanted $want"
    for pattern; do
        grep -q -e "$pattern" "$work/out" "$work/err" || bad="$bad; nothing says \"$pattern\""
    done
    n=$((n + 1))
    if test "$bad"; then
        echo "# $bad"
        sed 's/^/# /' "$work/out" "$work/err"
        echo "not ok $n - $name"
        failed=1
    else
        echo "ok $n - $name"
    fi
}

for name in memory memory-txn planner-default planner-memory sqlite store-fs store-memory; do
    file=$MOULT_TEST_PLUGIN_DIR/$name.so
    if test -f "$file"; then # it may be configured away
        check 0 "$file" '^[0-9]* passed, 0 failed, [0-9]* do not apply$' '^ok 1 - '
    fi
done
broken=$MOULT_BUILDDIR/tests/conformance/.libs/broken-store.so
check 1 "$broken" '^not ok [0-9]* - broken-store store.swap: .* # .*should have failed' \
    '^not ok [0-9]* - broken-store store.race-create: ' \
    '^not ok [0-9]* - broken-store store.remove: .* # a plugin prints nothing' \
    '^not ok [0-9]* - broken-store store.ref-list: .* # it crashed: signal 6' \
    '^ok [0-9]* - broken-store store.objects: ' '^[0-9]* passed, [1-9][0-9]* failed, [0-9]* do not apply$'
echo "this is no plugin" >"$work/text.so"
check 1 "$work/text.so" '^1\.\.1$' '^not ok 1 - text plugin.load' '^0 passed, 1 failed, 0 do not apply$'
check 2 "$work/nothing.so" 'cannot find'
# An adapter of which nobody says how a database of it is made cannot pass, nor one that declines all.
suite=$MOULT_BUILDDIR/tests/conformance/moult-check-plugin
cat >"$work/lazy.quirks" <<'END'
[adapter]
url = "memory:%s/db.json"
file = "db.json"
[decline]
"store.swap" = "it is no store"
"dialect.renames" = "it declines this"
"dialect.ways" = "and this"
"writer.round" = "and everything"
END
printf '[adapter]\nurl = "memory:%%s/x"\nfile = "x"\nspeling = 1\n' >"$work/wrong.quirks"
: >"$work/none.quirks"
# EXIT-CODE QUIRKS PATTERN...
suite()
{
    want=$1 quirks=$2
    shift 2
    $suite --quirks="$work/$quirks" "$MOULT_TEST_PLUGIN_DIR/memory.so" >"$work/out" 2>"$work/err"
    judge $? "$want" "$quirks" "$@"
}
suite 1 none.quirks '^ok [0-9]* - memory dialect.fold' '^not ok [0-9]* - memory reader.missing: .* # needs a file of quirks'
suite 1 lazy.quirks '^# does not apply: memory dialect.renames: .*: it declines this$' \
    '^not ok [0-9]* - memory dialect.ways: .* # the quirks decline what every plugin' \
    '^not ok [0-9]* - memory writer.round: .* # the quirks decline what every plugin' \
    '^not ok [0-9]* - memory writer.run: .* # the quirks have no pair' '^ok [0-9]* - memory plugin.whole'
suite 2 wrong.quirks 'wrong.quirks:4' 'speling'
echo "1..$n"
exit $failed
