#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A private MariaDB server for tests:
#     mariadb.sh start DIR [--SERVER-OPTION ...]   prints the server's URL
#     mariadb.sh stop DIR
# The account of the URL has all rights and no password; so has root through the socket DIR/sock.  As root the server
# runs as the user "mysql".  Nothing is synced to disk: never for data.  Exit 77: no server is installed.
# MOULT_TEST_MARIADB names a folder with another server's programs.
set -eu
unset MYSQL_PWD

verb=$1 dir=$2
shift 2
PATH=${MOULT_TEST_MARIADB:+$MOULT_TEST_MARIADB:}$PATH:/usr/sbin
if [ "$(id -u)" = 0 ]; then user=mysql; else user=$(id -un); fi

# The kernel names a port that is free now.  Somebody else may take it before the server does.
free_port() {
    perl -MIO::Socket::INET -e \
        'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

admin() {
    mariadb-admin --no-defaults --connect-timeout=5 -u root -S "$dir/sock" "$@" >/dev/null 2>&1
}

# Until it answers, or its process ends.
answers() {
    tries=0
    while [ $tries -lt 600 ] && kill -0 "$1" 2>/dev/null; do
        admin ping && return 0
        tries=$((tries + 1))
        sleep 0.05
    done
    return 1
}

start() {
    if ! command -v mariadbd >/dev/null || ! command -v mariadb-install-db >/dev/null; then
        echo "no MariaDB server is installed" >&2
        exit 77
    fi
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    [ "$(id -u)" != 0 ] || chown mysql: "$dir"
    export TMPDIR="$dir" # the server's user may not write to ours
    [ -d "$dir/data/mysql" ] ||
        mariadb-install-db --no-defaults --user="$user" --datadir="$dir/data" --skip-test-db \
            --auth-root-authentication-method=normal --skip-name-resolve \
            --innodb-log-file-size=8M >"$dir/install.log" 2>&1
    tries=0
    while [ $tries -lt 5 ]; do
        tries=$((tries + 1))
        port=$(free_port)
        mariadbd --no-defaults --user="$user" --datadir="$dir/data" --socket="$dir/sock" \
            --pid-file="$dir/pid" --bind-address=127.0.0.1 --port="$port" --skip-name-resolve \
            --log-error="$dir/log.err" --innodb-log-file-size=8M --innodb-doublewrite=0 \
            --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync \
            --innodb-buffer-pool-size=64M "$@" </dev/null >/dev/null 2>&1 &
        if answers $!; then
            mariadb --no-defaults -u root -S "$dir/sock" -e "
                CREATE USER IF NOT EXISTS moult@'127.0.0.1';
                GRANT ALL ON *.* TO moult@'127.0.0.1' WITH GRANT OPTION"
            echo "mysql://moult@127.0.0.1:$port"
            return
        fi
    done
    cat "$dir/log.err" >&2
    exit 1
}

case $verb in
start) start "$@" ;;
stop) [ ! -e "$dir/pid" ] || admin shutdown ;;
*)
    echo "usage: mariadb.sh start DIR [--SERVER-OPTION ...] | stop DIR" >&2
    exit 2
    ;;
esac
