#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A private PostgreSQL server for tests:
#     postgres.sh start DIR [SETTING=VALUE ...]   prints the server's URL
#     postgres.sh stop DIR
# As root it runs as the user "postgres".  fsync is off: never for data.  Exit 77: no server is installed.
set -eu

verb=$1 dir=$2
shift 2

as_server() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# The newest that is installed, unless one is asked for.
find_programs() {
    for bin in ${MOULT_TEST_POSTGRES:-} $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        [ -x "$bin/initdb" ] && return
    done
    bin=$(dirname "$(command -v initdb || echo /none)")
    if [ ! -x "$bin/initdb" ]; then
        echo "no PostgreSQL server is installed" >&2
        exit 77
    fi
}

# The kernel names a port that is free now.  Somebody else may take it before the server does.
free_port() {
    perl -MIO::Socket::INET -e \
        'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

start() {
    mkdir -p "$dir"
    [ "$(id -u)" != 0 ] || chown postgres: "$dir"
    chmod 700 "$dir"
    cd "$dir"
    [ -f data/PG_VERSION ] ||
        as_server "$bin/initdb" -D "$dir/data" -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 \
            >initdb.log 2>&1
    settings="-c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
    settings="$settings -c synchronous_commit=off -c shared_buffers=32MB"
    for setting; do settings="$settings -c $setting"; done
    tries=0
    while [ $tries -lt 5 ]; do
        tries=$((tries + 1))
        port=$(free_port)
        if as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 \
            -o "-p $port -k $dir $settings" start >/dev/null 2>&1; then
            echo "postgresql://postgres@127.0.0.1:$port"
            return
        fi
    done
    cat "$dir/log" >&2
    exit 1
}

find_programs
case $verb in
start) start "$@" ;;
stop) cd "$dir" && as_server "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null ;;
*)
    echo "usage: postgres.sh start DIR [SETTING=VALUE ...] | stop DIR" >&2
    exit 2
    ;;
esac
