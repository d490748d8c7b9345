#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The programs under examples/ do what they say.
: "${MOULT_BUILDDIR:?run by make check}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
cd "$work" || exit 1
MOULT_EXAMPLE_PLUGINS=${MOULT_EXAMPLE_PLUGINS-$MOULT_BUILDDIR/plugins/.libs}
MOULT_EXAMPLE_MANIFESTS=${MOULT_EXAMPLE_MANIFESTS-$MOULT_BUILDDIR/plugins/plugins.d}
export MOULT_EXAMPLE_PLUGINS MOULT_EXAMPLE_MANIFESTS
examples=$MOULT_BUILDDIR/examples
n=0 failed=0

# EXIT-CODE TEXT COMMAND...: the command ends so, and its output has the text.
gives()
{
    code=$1 text=$2
    shift 2
    n=$((n + 1))
    "$@" >out 2>&1
    got=$?
    if test $got = "$code" && grep -q -e "$text" out; then
        echo "ok $n - $(basename "$1"): $text"
    else
        echo "# exit code $got, wanted $code and \"$text\":"
        sed 's/^/# /' out
        echo "not ok $n - $(basename "$1"): $text"
        failed=1
    fi
}

if ! command -v sqlite3 >/dev/null || ! test -f "$MOULT_EXAMPLE_MANIFESTS/sqlite.toml" ||
    ! test -f "$MOULT_EXAMPLE_MANIFESTS/planner-default.toml"; then
    echo "1..0 # SKIP needs sqlite3 and the plugins sqlite and planner-default"
    exit 0
fi
mkdir tenants schema
for t in anna berta; do
    sqlite3 tenants/$t.db 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 2)'
done
echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, mail TEXT);' >schema/users.sql
cat >moult.toml <<'END'
[database.app]
url = "sqlite:tenants/"
desired = "schema/"
tenants = { files = "*.db" }
END

gives 2 usage "$examples/basic-sync"
gives 0 'add the column' "$examples/dry-run" sqlite:tenants/anna.db schema
gives 3 '2 differ' "$examples/ci-validation" moult.toml app
gives 0 'changed in' "$examples/basic-sync" sqlite:tenants/anna.db schema
gives 0 'in sync' "$examples/basic-sync" sqlite:tenants/anna.db schema
gives 3 'berta differs' "$examples/ci-validation" moult.toml app
gives 0 'changed in' "$examples/basic-sync" sqlite:tenants/berta.db schema
gives 0 '2 in sync, 0 differ, 0 failed' "$examples/ci-validation" moult.toml app
echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);' >schema/users.sql
gives 0 'hazard deletes-data' "$examples/dry-run" sqlite:tenants/anna.db schema
gives 1 'deletes-data' "$examples/basic-sync" sqlite:tenants/anna.db schema
gives 0 '^1|2|$' sqlite3 tenants/anna.db 'SELECT * FROM users'
echo "1..$n"
exit $failed
