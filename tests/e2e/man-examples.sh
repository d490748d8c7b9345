#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the EXAMPLES of every manual page of a command, each in a folder of its own: what the pages show
# works.
: "${MOULT_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${MOULT:=moult}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
mkdir "$work/bin"
printf '#!/bin/sh\nexec %s "$@"\n' "$MOULT" >"$work/bin/moult"
chmod +x "$work/bin/moult"
PATH=$work/bin:$PATH
export PATH XDG_STATE_HOME="$work/state" XDG_CONFIG_HOME="$work/config"

# The examples use SQLite.
missing=
command -v sqlite3 >/dev/null || missing="the command sqlite3"
for plugin in sqlite planner-default store-fs; do
    moult plugin list | grep -q "^$plugin .*available" || missing="the plugin $plugin"
done

set -- "$MOULT_SRCDIR"/docs/man/moult.1.pod "$MOULT_SRCDIR"/docs/man/moult-*.1.pod
echo "1..$#"
n=0 failed=0
for page; do
    n=$((n + 1))
    name=$(basename "$page" .pod)
    if test "$missing" && grep -q '^ .*sqlite' "$page"; then
        echo "ok $n - $name # SKIP needs $missing"
        continue
    fi
    mkdir "$work/$name"
    # Verbatim paragraphs, which pod indents, between EXAMPLES and the next heading.
    awk '/^=head1 / { on = $2 == "EXAMPLES" } on && /^ / { print substr($0, 2) }' "$page" >"$work/$name.sh"
    if ! test -s "$work/$name.sh"; then
        echo "not ok $n - $name has no examples"
        failed=1
    elif (cd "$work/$name" && sh -eux "$work/$name.sh") >"$work/$name.log" 2>&1 </dev/null; then
        echo "ok $n - $name"
    else
        sed 's/^/# /' "$work/$name.log"
        echo "not ok $n - $name"
        failed=1
    fi
done
exit $failed
