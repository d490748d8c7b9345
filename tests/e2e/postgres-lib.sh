# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For scripts that need a PostgreSQL server: read instead of lib.sh.  $server is its URL without a database, $folder
# where it lies.
. "${0%/*}/lib.sh"
needs psql perl
needs_plugins postgres planner-default

# SETTING=VALUE...: a server of this script's own, gone at its end.
start_server()
{
    folder=$(mktemp -d -p "$(test -w /dev/shm && echo /dev/shm || echo "${TMPDIR:-/tmp}")" moult-pg-XXXXXX) || exit 99
    servers="$servers $folder"
    server=$("$here/../servers/postgres.sh" start "$folder" "$@") || skip_all "no PostgreSQL server can be started here"
    export PGCONNECT_TIMEOUT=20 PGOPTIONS='-c client_min_messages=error'
}

# Of $server, in the mode $1: sets $pooler; 1 = there is none.
start_pooler()
{
    poolers="$poolers $work/pooler-$1"
    chmod a+x "$work"
    pooler=$("$here/../servers/pgbouncer.sh" start "$work/pooler-$1" "${server##*:}" "$1" 2>"$work/err")
}

servers='' poolers=''
stop_servers()
{
    for dir in $poolers; do
        test ! -f "$dir/pid" || "$here/../servers/pgbouncer.sh" stop "$dir"
    done
    for dir in $servers; do
        test ! -f "$dir/data/postmaster.pid" || "$here/../servers/postgres.sh" stop "$dir" >/dev/null 2>&1
        rm -rf "$dir"
    done
}
trap 'stop_servers; clean_up' EXIT

# DATABASE SQL...: what the statements give, each of which is a transaction of its own.
pg()
{
    database=$1
    shift
    printf '%s;\n' "$@" | psql -XAtq -v ON_ERROR_STOP=1 -d "$server/$database" -f -
}

# DATABASE FILE
pg_file()
{
    psql -XAtq -v ON_ERROR_STOP=1 -d "$server/$1" -f "$2" </dev/null
}

# SECONDS DATABASE SQL: waits until the statement gives t.
until_true()
{
    tries=$(($1 * 20))
    until test "$(pg "$2" "$3" 2>/dev/null)" = t || test $tries = 0; do
        sleep 0.05
        tries=$((tries - 1))
    done
    test $tries != 0
}
