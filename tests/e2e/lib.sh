# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the end-to-end scripts share.  A script reads this first, says one sentence a case, and ends with
# done_testing.  It runs in an empty folder of its own, which is gone afterwards however it ends.
: "${MOULT:?run by make check}"
start=$PWD
case $0 in
/*) here=${0%/*} ;;
*) here=$start/${0%/*} ;;
esac
work=$(mktemp -d) || exit 99
children='' mounts=''
n=0 failed=0

clean_up()
{
    trap '' INT TERM HUP
    for pid in $children; do
        kill "$pid" 2>/dev/null
    done
    for dir in $mounts; do
        umount "$dir" 2>/dev/null
    done
    cd / || exit 99
    chmod -R u+rwX "$work" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 143' INT TERM HUP
mkdir "$work/home" "$work/here" && cd "$work/here" || exit 99

# Nothing of the user who runs the tests counts.
HOME=$work/home
XDG_CONFIG_HOME=$HOME/config XDG_DATA_HOME=$HOME/data XDG_STATE_HOME=$HOME/state
export HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
unset MOULT_CONFIG MOULT_ENVIRONMENT NO_COLOR
umask 022

skip_all()
{
    echo "1..0 # SKIP $*"
    exit 0
}

# PROGRAM...: without these nothing can be tested.
needs()
{
    for program; do
        command -v "$program" >/dev/null || skip_all "needs $program"
    done
}

# PLUGIN...
needs_plugins()
{
    listed=$("$MOULT" plugin list)
    for plugin; do
        case $listed in
        *"$plugin "*available*) ;;
        *) skip_all "needs the plugin $plugin" ;;
        esac
    done
}

# A name in one line, without what TAP would take for a directive.
named()
{
    printf '%s' "$*" | tr '\n#' ' ?' | cut -c1-160
}

passed()
{
    n=$((n + 1))
    printf 'ok %s - %s\n' "$n" "$(named "$*")"
}

# NAME: what was seen is in $work/seen.
missed()
{
    n=$((n + 1)) failed=1
    tr -d '\000' <"$work/seen" | sed 's/^/# /' | cut -c1-400
    printf 'not ok %s - %s\n' "$n" "$(named "$*")"
}

skipped()
{
    n=$((n + 1))
    echo "ok $n - $1 # SKIP $2"
}

done_testing()
{
    echo "1..$n"
    exit $failed
}

# NAME COMMAND...: the command succeeds.
check()
{
    name=$1
    shift
    if "$@" >"$work/out" 2>"$work/err" </dev/null; then
        passed "$name"
    else
        { echo "failed: $*" && cat "$work/out" "$work/err"; } >"$work/seen"
        missed "$name"
    fi
}

# NAME GOT WANTED
is()
{
    if test "$2" = "$3"; then
        passed "$1"
    else
        printf 'got:    %s\nwanted: %s\n' "$2" "$3" >"$work/seen"
        missed "$1"
    fi
}

# ARGUMENT...: moult, with its answers in $work/out and $work/err and its exit code in $code.
moult()
{
    "$MOULT" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

shown()
{
    printf 'exit code %s, wanted %s\n' "$code" "$1"
    sed 's/^/out: /' "$work/out" | head -40
    sed 's/^/err: /' "$work/err" | head -40
}

# CODE PATTERN ARGUMENT...: moult ends so, and its result has the pattern.
gives()
{
    want=$1 pattern=$2
    shift 2
    moult "$@"
    name="$*: ${pattern:-exit code $want}"
    if test "$code" = "$want" && { test -z "$pattern" || grep -q -e "$pattern" "$work/out"; }; then
        passed "$name"
    else
        shown "$want and \"$pattern\" in the result" >"$work/seen"
        missed "$name"
    fi
}

# CODE PATTERN ARGUMENT...: moult ends so, with no result and with one error, which has the pattern.
fails()
{
    want=$1 pattern=$2
    shift 2
    moult "$@"
    name="$*: $pattern"
    errors=$(grep '^moult: ' "$work/err" | grep -v -c '^moult: warning: ')
    if test "$code" = "$want" && test ! -s "$work/out" && test "$errors" = 1 &&
        grep -q -e "$pattern" "$work/err"; then
        passed "$name"
    else
        shown "$want and one error with \"$pattern\"" >"$work/seen"
        missed "$name"
    fi
}

# DATABASE TEXT...
sql()
{
    sqlite3 "$@" </dev/null
}

# FILE TEXT: FILE gets the text and a newline; folders are made.
write()
{
    mkdir -p "$(dirname "$1")" && printf '%s\n' "$2" >"$1"
}

# FILE...: remembers the bytes of these files, and which files there are.
keep()
{
    rm -rf "$work/kept"
    mkdir "$work/kept"
    for file; do
        mkdir -p "$work/kept/$(dirname "$file")"
        cp -p "$file" "$work/kept/$file"
    done
    find . -type f | sort >"$work/kept.list"
}

# Is all as it was, byte for byte, with no file more or less?
untouched()
{
    find . -type f | sort >"$work/now.list"
    diff "$work/kept.list" "$work/now.list" || return 1
    (cd "$work/kept" && find . -type f) | while IFS= read -r file; do
        cmp "$work/kept/$file" "$file" || exit 1
    done
}

# FILE: its state's digest, or nothing.
digest()
{
    "$MOULT" inspect "$@" 2>/dev/null | sed -n 's/^state  *//p'
}

# ARGUMENT...: moult as a user who may not read and write everything; 1 = there is no way to be one.
if test "$(id -u)" = 0; then
    chmod 755 "$work" "$work/here"
    as_user="setpriv --reuid=65534 --regid=65534 --clear-groups"
    $as_user "$MOULT" --version >"$work/out" 2>&1 && $as_user test -r "$here/lib.sh" || as_user=no
else
    as_user=''
fi
