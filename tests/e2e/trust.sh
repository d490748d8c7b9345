#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plugin by path runs nothing before the moult.toml that names it was accepted, and not any more once that
# changed; what is pinned must be the pinned file.
. "${0%/*}/lib.sh"
needs sqlite3 sha256sum
needs_plugins sqlite planner-default
test -z "$MOULT_STATIC_BUILD" || skip_all "needs plugins that are files"
module=$(find "$MOULT_BUILDDIR"/plugins/.libs -name 'planner-default.so' 2>/dev/null)
test "$module" || skip_all "needs the module of planner-default"

mkdir plugins
cp "$module" plugins/planner-acme.so
cat >plugins/source.c <<'END'
#include <moult/abi.h>
#include <stdlib.h>
__attribute__((constructor)) static void ran(void) { system("touch it-ran"); }
MOULT_EXPORT const moult_plugin *moult_plugin_v0(const moult_host *host, moult_error *err);
const moult_plugin *moult_plugin_v0(const moult_host *host, moult_error *err) { (void)host; (void)err; return NULL; }
END
${CC:-cc} -shared -fPIC -I"$MOULT_SRCDIR/include" -DMOULT_EXPORT='__attribute__((visibility("default")))' \
    -o plugins/planner-evil.so plugins/source.c >"$work/out" 2>&1 || cat "$work/out"
chmod 755 plugins/*.so
sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY)"
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x);" >new.sql
config()
{
    cat >moult.toml <<END
[database.app]
url = "sqlite:app.db"
desired = "new.sql"
planners = ["$1"]
[plugins.$1]
path = "plugins/$1.so"
$2
END
}

config planner-evil
for command in "plan" "sync --yes" "plugin info planner-evil"; do
    # shellcheck disable=SC2086
    fails 4 'moult trust' $command
done
moult plugin list
moult config
is "its code did not run" "$(ls it-ran 2>/dev/null)" ''
gives 0 '' trust
moult plan
is "once accepted it is loaded" "$((code != 0)) $(ls it-ran 2>/dev/null)" "1 it-ran"
rm -f it-ran
echo '# one more line' >>moult.toml
fails 4 'moult trust' plan
is "a change of the file withdraws it" "$(ls it-ran 2>/dev/null)" ''
gives 0 '' trust moult.toml
echo '/* */' >>plugins/source.c
printf 'x' >>plugins/planner-evil.so
moult plan
is "so does a change of the module" "$code $(ls it-ran 2>/dev/null)" "4 "

# A copy of the project elsewhere was not accepted.
gives 0 '' trust
mkdir copy
cp -r moult.toml plugins app.db new.sql copy/
(cd copy && "$MOULT" plan >"$work/out" 2>"$work/err")
is "nor is a copy of the file accepted" "$? $(ls copy/it-ran it-ran 2>/dev/null)" "4 "

# The pinned digest.
rm moult.toml
config planner-evil "sha256 = \"$(printf 0 | sha256sum | cut -c1-64)\""
gives 0 '' trust
moult plan
is "a module that is not the pinned one" "$code $(grep -c -i '^moult: .*sha-*256' "$work/err") $(ls it-ran 2>/dev/null)" "4 1 "

# Others may not write to it.
config planner-evil
chmod 777 plugins/planner-evil.so
moult trust
moult plan
is "a module that everybody can write to" "$((code != 0)) $(ls it-ran 2>/dev/null)" "1 "

# The environment and --set cannot name one.
rm moult.toml
fails 4 'path' --set plugins.planner-evil.path=plugins/planner-evil.so plan sqlite:app.db --to new.sql
MOULT_PLUGINS__PLANNER_EVIL__PATH=plugins/planner-evil.so
export MOULT_PLUGINS__PLANNER_EVIL__PATH
fails 4 'PATH' plan sqlite:app.db --to new.sql
is "not by a variable either" "$(ls it-ran 2>/dev/null)" ''
done_testing
