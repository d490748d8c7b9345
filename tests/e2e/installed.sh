#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Uses an installed moult by its own paths: the command, its plugins, pages, headers and pkg-config files.
# "make installcheck" gives bindir, libdir, mandir and datadir.
: "${bindir:?run by make installcheck}" "${libdir:?}" "${mandir:?}" "${datadir:?}" "${MOULT_SRCDIR:?}" "${CC:=cc}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
cd "$work" || exit 1
unset LD_LIBRARY_PATH MOULT_CONFIG
PKG_CONFIG_PATH=$libdir/pkgconfig
# A prefix that the linker does not search.
LD_RUN_PATH=$libdir
PATH=$bindir:$PATH
export PKG_CONFIG_PATH LD_RUN_PATH PATH
n=0 failed=0

# NAME COMMAND...
works()
{
    n=$((n + 1)) name=$1
    shift
    if "$@" >out 2>&1; then
        echo "ok $n - $name"
    else
        sed 's/^/# /' out
        echo "not ok $n - $name"
        failed=1
    fi
}
skips() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
lists() { moult plugin list >list && grep -q "^$1 .*available" list; }
pages()
{
    for page in man1/moult.1 man1/moult-sync.1 man3/libmoult.3 man3/moult-plugin.3 man5/moult.toml.5; do
        test -s "$mandir/$page" || { echo "$mandir/$page is missing"; return 1; }
    done
}
no_leftover() { ! find "$libdir" "$bindir" -name '*moult*.la' -path '*/plugins/*' | grep .; }
compiles()
{
    # CC may be a command with options.
    # shellcheck disable=SC2046,SC2086
    $CC -std=c11 "$MOULT_SRCDIR/examples/basic-sync.c" -o basic-sync $(pkg-config --cflags --libs moult)
}
syncs()
{
    sqlite3 app.db 'CREATE TABLE t (a); INSERT INTO t VALUES (7)' &&
        echo 'CREATE TABLE t (a, b);' >t.sql && "$@" && test "$(sqlite3 app.db 'SELECT a, b FROM t')" = '7|'
}
plugin_checks()
{
    rm -rf planner-mine && moult plugin new planner-mine planner && make -C planner-mine &&
        moult plugin check planner-mine/planner-mine.so
}

works "the version" moult --version
works "the command is the installed one" test "$(command -v moult)" = "$bindir/moult"
works "manual pages" pages
works "the completion" test -s "$datadir/bash-completion/completions/moult.bash"
works "JSON Schemas" test -s "$datadir/moult/schemas/plan.json"
works "no .la file beside the plugins" no_leftover
works "pkg-config knows the plugins' folder" test "$(pkg-config --variable=plugindir moult-plugin)" = "$libdir/moult/plugins"
works "moult-plugin.pc links nothing" test -z "$(pkg-config --libs moult-plugin)"
if lists sqlite && lists planner-default && command -v sqlite3 >/dev/null; then
    works "sync" syncs moult sync sqlite:app.db --to t.sql --yes
    works "the quick start's job" env MOULT=moult "$MOULT_SRCDIR/examples/quickstart/job" "$work/job"
    if test -z "$MOULT_STATIC_BUILD"; then
        rm -f app.db
        works "a program that embeds libmoult compiles" compiles
        works "and syncs" syncs ./basic-sync sqlite:app.db t.sql
    fi
else
    skips "sync" "needs sqlite3 and the plugins sqlite and planner-default"
fi
if test -z "$MOULT_STATIC_BUILD"; then
    works "a new plugin builds and passes the conformance suite" plugin_checks
else
    skips "a new plugin" "a build without shared libraries has its plugins built in"
fi
echo "1..$n"
exit $failed
