#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command line: what is wrong is said with the near name and exit code 2; a result that cannot be
# written is an error; results and messages keep to their streams.
: "${MOULT:=moult}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
cd "$work" || exit 1
n=0 failed=0

check()
{
    n=$((n + 1))
    if test "$2" = "$3"; then
        echo "ok $n - $1"
    else
        echo "# wanted: $3"
        printf '%s\n' "$2" | sed 's/^/# got: /'
        echo "not ok $n - $1"
        failed=1
    fi
}

# NAME CODE TEXT ARGUMENT...: exit code and a text on stderr; nothing on stdout.
refuses()
{
    name=$1 want=$2 text=$3
    shift 3
    $MOULT "$@" >out 2>err </dev/null
    code=$?
    found=no
    grep -q -e "$text" err && found=yes
    test -s out && found="$found, with a result"
    test "$found" = yes || sed 's/^/# /' err
    check "$name" "$code $found" "$want yes"
}

refuses "unknown command" 2 'did you mean moult sync' snyc
refuses "unknown subcommand" 2 'did you mean moult plugin list' plugin lits
refuses "group alone" 2 'save, list, show' snapshot
refuses "no command" 2 'no command was given'
refuses "unknown option" 2 'did you mean --dry-run' sync --dryrun
refuses "unknown letter" 2 'unknown option -z' sync -z
refuses "option of another command" 2 'unknown option --yes' inspect --yes x
refuses "missing value" 2 'wants a value: REF' sync --to
refuses "value for a flag" 2 'takes no value' sync --yes=1
refuses "bad choice" 2 'is one of text|json|sql' sync --format yaml
refuses "format that the command has not" 2 'has no --format sql' sync --format sql
refuses "bad number" 2 'a number above zero' sync -j none
refuses "bad time" 2 'with its unit' sync --lock-timeout 10
refuses "missing argument" 2 'an argument is missing' diff a
refuses "one argument too many" 2 'one argument too many' config x
refuses "password in a URL" 2 'holds a password' inspect postgresql://me:secret@host/db
refuses "password in a query" 2 'holds a password' inspect 'postgresql://host/db?password=secret'
refuses "password in an option" 2 'the value of --to' sync x --to=mysql://me:secret@host/db
$MOULT inspect postgresql://me:hunter2@host/db >err 2>&1
check "the password is not repeated" "$(grep -c hunter2 err)" 0
refuses "no database" 2 'there is no database in moult.toml' sync
refuses "moult.toml that is not there" 2 'none.toml' --config none.toml config
refuses "unknown hazard" 2 'deletes-dat' sync x --allow deletes-dat

$MOULT --log-format json snyc 2>err
check "errors as JSON lines" "$(grep -c '^{.*"message":"unknown command .*}$' err)" 1
check "version" "$($MOULT --version | sed 's/ .*//')" moult
check "help of a command goes to stdout" "$($MOULT sync --help | head -1)" \
    'Usage: moult sync [OPTION]... [TARGET]'

if test -w /dev/full; then
    $MOULT --help >/dev/full 2>err
    check "full disk" "$? $(grep -c 'No space left' err)" "1 1"
fi
$MOULT --help >&- 2>err
check "closed output" "$? $(grep -c 'standard output' err)" "1 1"
mkfifo pipe
{ sleep 0.3; $MOULT --help >&3 2>/dev/null; echo $? >code; } 3>pipe &
: <pipe
wait
check "reader that went away" "$(cat code)" 1

$MOULT -q init begun && $MOULT -q --config begun/moult.toml config >out
check "init writes a moult.toml that is valid" "$? $(grep -c database.app.url out)" "0 1"
refuses "init does not overwrite" 2 'exists already' init begun
mkdir -p taken/schema
refuses "init does not take over a folder" 2 'exists already' init taken
check "nothing half-done remains" "$(ls taken)" schema
$MOULT -q plugin new planner-x planner
check "plugin new" "$(echo planner-x/*)" \
    "planner-x/Makefile planner-x/README.md planner-x/planner-x.c planner-x/planner-x.toml"
refuses "plugin new does not overwrite" 2 'nothing is overwritten' plugin new planner-x planner
refuses "plugin new knows its kinds" 2 'planner or store' plugin new planner-y planer
refuses "plugin new wants a name that a module may have" 2 'small letters' plugin new ../x planner
refuses "plugin check without a file" 2 'cannot find' plugin check ./none.so
if test "$MOULT_SRCDIR" && test -z "$MOULT_STATIC_BUILD"; then
    $MOULT -q plugin new store-x store
    for name in planner-x store-x; do
        # shellcheck disable=SC2086
        ${CC:-cc} -Wall -Wextra -Werror -I"$MOULT_SRCDIR/include" -fPIC -shared -fvisibility=hidden \
            -o $name/$name.so $name/$name.c
        chmod go-w $name $name/$name.so
        $MOULT plugin info "$PWD/$name/$name.so" >out 2>&1
        check "$name builds and loads" "$? $(grep -c "^${name%-x} $name 0.1: " out)" "0 1"
    done
fi
$MOULT plugin list --format json >out 2>err
check "plugin list is one JSON document" "$? $(grep -c moult-result/1 out) $(wc -c <err)" "0 1 0"
echo "1..$n"
exit $failed
