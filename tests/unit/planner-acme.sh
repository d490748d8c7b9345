#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The planner of a third party under examples/ builds with the plugin headers and pkg-config alone, and
# revises what planner-default made.
: "${MOULT_BUILDDIR:?run by make check}" "${MOULT:?}" "${MOULT_SRCDIR:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
n=0 failed=0

# EXIT-CODE TEXT COMMAND...: the command ends so, and its output has the text.
gives()
{
    code=$1 text=$2
    shift 2
    n=$((n + 1))
    "$@" >"$work/out" 2>&1
    got=$?
    if test $got = "$code" && grep -q -e "$text" "$work/out"; then
        echo "ok $n - $*"
    else
        echo "# exit code $got, wanted $code and \"$text\":"
        sed 's/^/# /' "$work/out"
        echo "not ok $n - $*"
        failed=1
    fi
}

if ! command -v pkg-config >/dev/null; then
    echo "1..0 # SKIP needs pkg-config"
    exit 0
fi
mkdir "$work/acme"
cp "$MOULT_SRCDIR"/examples/planner-acme/* "$work/acme/"
cd "$work/acme" || exit 1
chmod u+w ./*
# The headers that make install would put into place.
export PKG_CONFIG_PATH="$MOULT_BUILDDIR"
umask 022
gives 0 planner-acme make "PKG_CONFIG=pkg-config --define-variable=includedir=$MOULT_SRCDIR/include" \
    CFLAGS='-O1 -Wall -Wextra -Werror'

if test -n "$MOULT_STATIC_BUILD" || ! command -v sqlite3 >/dev/null ||
    ! test -f "$MOULT_BUILDDIR/plugins/plugins.d/sqlite.toml" ||
    ! test -f "$MOULT_BUILDDIR/plugins/plugins.d/planner-default.toml"; then
    echo "1..$n"
    exit $failed
fi
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data" XDG_STATE_HOME="$work/state"
sqlite3 app.db 'CREATE TABLE audit_log (id INTEGER PRIMARY KEY, line TEXT); CREATE TABLE t (a INTEGER)'
echo 'CREATE TABLE t (a TEXT);' >schema.sql
gives 4 'moult trust' "$MOULT" plan app
gives 0 '' "$MOULT" trust
gives 4 'planner-acme refuses to drop the table audit_log' "$MOULT" plan app
gives 4 'refuses to drop' "$MOULT" sync app --yes --allow all
gives 0 audit_log sqlite3 app.db .tables
echo 'CREATE TABLE audit_log (id INTEGER PRIMARY KEY, line TEXT); CREATE TABLE t (a TEXT);' >schema.sql
gives 0 '"lock_ms":60000' "$MOULT" plan app --format json
sqlite3 app.db 'INSERT INTO t VALUES (1), (2), (3)'
gives 0 'better done at night' "$MOULT" plan app --set plugins.planner-acme.large=3
gives 0 '' "$MOULT" sync app --yes --allow all
gives 0 '^text$' sqlite3 app.db 'SELECT DISTINCT typeof(a) FROM t'
echo "1..$n"
exit $failed
