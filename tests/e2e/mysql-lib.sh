# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For scripts that need a MariaDB server: read instead of lib.sh.  $server is its URL without a database, $folder where
# it lies.
. "${0%/*}/lib.sh"
needs mariadb perl
needs_plugins mysql planner-default

# OPTION...: a server of this script's own, gone at its end.
start_server()
{
    folder=$(mktemp -d -p "$(test -w /dev/shm && echo /dev/shm || echo "${TMPDIR:-/tmp}")" moult-my-XXXXXX) || exit 99
    server=$("$here/../servers/mariadb.sh" start "$folder" "$@") || skip_all "no MariaDB server can be started here"
}

folder=''
stop_server()
{
    test -z "$folder" || { "$here/../servers/mariadb.sh" stop "$folder" >/dev/null 2>&1 && rm -rf "$folder"; }
}
trap 'stop_server; clean_up' EXIT

# DATABASE SQL...: what the statements give, without the names of columns.
my()
{
    database=$1
    shift
    printf '%s;\n' "$@" | mariadb --no-defaults -S "$folder/sock" -u root -N -B "$database"
}

# DATABASE FILE: the same by the account of $server, to which what it makes belongs.
my_file()
{
    mariadb --no-defaults -h 127.0.0.1 -P "${server##*:}" -u moult -N -B "$1" <"$2"
}

# SECONDS SQL: waits until the statement gives 1.
until_true()
{
    tries=$(($1 * 20))
    until test "$(my mysql "$2" 2>/dev/null)" = 1 || test $tries = 0; do
        sleep 0.05
        tries=$((tries - 1))
    done
    test $tries != 0
}
