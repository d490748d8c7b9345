#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A private PgBouncer in front of a server for tests:
#     pgbouncer.sh start DIR SERVER-PORT [POOL-MODE]   prints its URL; the mode is "transaction" if not given
#     pgbouncer.sh stop DIR
# Exit 77: it is not installed.
set -eu

verb=$1 dir=$2
pgbouncer=$(PATH=$PATH:/usr/sbin command -v pgbouncer) || exit 77

free_port() {
    perl -MIO::Socket::INET -e \
        'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

answers() {
    perl -MIO::Socket::INET -e \
        'exit !IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0])' "$1"
}

start() {
    mkdir -p "$dir"
    port=$(free_port)
    echo '"postgres" ""' >"$dir/users"
    cat >"$dir/ini" <<INI
[databases]
* = host=127.0.0.1 port=$1
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = trust
auth_file = $dir/users
pool_mode = ${2:-transaction}
logfile = $dir/log
pidfile = $dir/pid
ignore_startup_parameters = extra_float_digits,search_path,options
INI
    user=
    if [ "$(id -u)" = 0 ]; then
        chown -R postgres: "$dir"
        user="-u postgres"
    fi
    # shellcheck disable=SC2086
    "$pgbouncer" -d -q $user "$dir/ini"
    tries=0
    until answers "$port"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || exit 1
        sleep 0.02
    done
    echo "postgresql://postgres@127.0.0.1:$port"
}

case $verb in
start) start "$3" "${4:-}" ;;
stop)
    pid=$(cat "$dir/pid")
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    rm -f "$dir/pid"
    ;;
*)
    echo "usage: pgbouncer.sh start DIR SERVER-PORT [POOL-MODE] | stop DIR" >&2
    exit 2
    ;;
esac
