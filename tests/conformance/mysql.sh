#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
here=${0%/*}
test -w /dev/shm && base=/dev/shm || base=${TMPDIR:-/tmp}
folder=$(mktemp -d -p "$base" moult-my-XXXXXX) || exit 99
trap '"$here/../servers/mariadb.sh" stop "$folder" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 143' INT TERM HUP
server=$("$here/../servers/mariadb.sh" start "$folder" --max-connections=300) || {
    echo "1..0 # SKIP no MariaDB server can be started here"
    exit 0
}
export MYSQL_TCP_PORT="${server##*:}"
"${MOULT_BUILDDIR:?run by make check}/tests/conformance/moult-check-plugin" "$@" \
    "$MOULT_BUILDDIR/tests/installed/plugins/mysql.so"
