#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC1091,SC2317
# What the bash completion offers for words that are typed so far.
: "${MOULT_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}"
test "$BASH_VERSION" || exec bash "$0"
# As bash-completion does: inside of a function.
load()
{
    source "$MOULT_SRCDIR/completion/moult.bash"
}
load
compopt()
{
    :
}

n=0 failed=0
# EXPECTED WORD...: the last word is the one being typed.
offers()
{
    local want=$1 got
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _moult
    got=${COMPREPLY[*]}
    n=$((n + 1))
    if [[ $got == "$want" ]]; then
        echo "ok $n - $*"
    else
        echo "# wanted \"$want\", got \"$got\""
        echo "not ok $n - $*"
        failed=1
    fi
}

cd "$MOULT_SRCDIR" || exit 1
offers "sync snapshot" moult s
offers "--yes" moult sync --y
offers "save list show latest compare prune" moult snapshot ""
offers "--from= --format=" moult snapshot save --f
offers "plugin" moult --config x plu
offers "plugin" moult --config=x plu
offers "text json sql" moult --format = ""
offers "json" moult sync --format j
offers "auto always" moult sync --color = a
offers "README.md" moult inspect READ
offers "cli" moult init cl
offers "" moult config ""
echo "1..$n"
exit $failed
