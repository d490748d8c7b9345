#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
here=${0%/*}
test -w /dev/shm && base=/dev/shm || base=${TMPDIR:-/tmp}
folder=$(mktemp -d -p "$base" moult-pg-XXXXXX) || exit 99
trap '"$here/../servers/postgres.sh" stop "$folder" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 143' INT TERM HUP
server=$("$here/../servers/postgres.sh" start "$folder" max_connections=200) || {
    echo "1..0 # SKIP no PostgreSQL server can be started here"
    exit 0
}
address=${server#*@}
export PGHOST="${address%:*}" PGPORT="${address##*:}" PGUSER=postgres
"${MOULT_BUILDDIR:?run by make check}/tests/conformance/moult-check-plugin" "$@" \
    "$MOULT_BUILDDIR/tests/installed/plugins/postgres.so"
