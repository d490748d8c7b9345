#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where settings come from, which wins, and that secrets are not shown; how messages and colours are chosen.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

sql app.db 'CREATE TABLE t (a)'
cat >moult.toml <<'END'
[database.app]
url = "env:APP_URL"
desired = "s.sql"
lock-timeout = 1000
[environment.production]
database.app.lock-timeout = 2000
confirm = true
END
echo 'CREATE TABLE t (a, b);' >s.sql
APP_URL=sqlite:app.db
export APP_URL

# PATTERN ARGUMENT...: `moult config` has one line with it.
shows()
{
    pattern=$1
    shift
    moult config "$@"
    is "config $*: $pattern" "$code $(grep -c -e "$pattern" "$work/out")" "0 1"
}
shows '^database.app.lock-timeout  *1000  *moult.toml:4:1'
shows '^database.app.lock-timeout  *2000  *moult.toml:6:' -E production
shows '^database.app.planners .*default$'
MOULT_DATABASE__APP__LOCK_TIMEOUT=3000
export MOULT_DATABASE__APP__LOCK_TIMEOUT
shows '^database.app.lock-timeout  *3000  *MOULT_DATABASE__APP__LOCK_TIMEOUT' -E production
shows '^database.app.lock-timeout  *4000  *--set' -E production --set database.app.lock-timeout=4000
MOULT_DATABASE__APP__LOCK_TIMEOUT=often
fails 2 'MOULT_DATABASE__APP__LOCK_TIMEOUT' config
unset MOULT_DATABASE__APP__LOCK_TIMEOUT
MOULT_DATABASE__APP__LOK_TIMEOUT=1
export MOULT_DATABASE__APP__LOK_TIMEOUT
fails 2 'LOK_TIMEOUT\|lok-timeout' config
unset MOULT_DATABASE__APP__LOK_TIMEOUT
fails 2 'lok-timeout' config --set database.app.lok-timeout=1
fails 2 '' config --set database.app.lock-timeout=often
fails 2 'staging' config -E staging
MOULT_ENVIRONMENT=production
export MOULT_ENVIRONMENT
shows '^database.app.lock-timeout  *2000 '
unset MOULT_ENVIRONMENT
cp moult.toml other.toml
sed -i 's/1000/7000/' other.toml
MOULT_CONFIG=other.toml
export MOULT_CONFIG
shows '^database.app.lock-timeout  *7000  *other.toml:4:1'
shows '^database.app.lock-timeout  *1000  *moult.toml:4:1' -c moult.toml
unset MOULT_CONFIG
shows '^database.app.url  *"*env:APP_URL'
gives 3 '+ column b' validate
unset APP_URL
fails 2 'APP_URL' validate
APP_URL='postgresql://me:hunter2@db.example/app?sslpassword=hunter2'
for command in config "config --format json" validate "doctor app" "tenants list" "sync --yes" "--log-level debug validate"; do
    # shellcheck disable=SC2086
    moult $command
    cat "$work/out" "$work/err" >>"$work/all"
done
is "a password is nowhere in results and messages" "$(grep -c hunter2 "$work/all")" 0
sed -i 's,"env:APP_URL","postgresql://me:hunter2@db.example/app",' moult.toml
for command in config "config --format json" validate "doctor app" "tenants list" "sync --yes" "--log-level debug validate"; do
    # shellcheck disable=SC2086
    moult $command
    cat "$work/out" "$work/err" >>"$work/all"
done
is "nor is one that stands in moult.toml" "$(grep -c hunter2 "$work/all")" 0
rm moult.toml
fails 2 'password' inspect postgresql://me:hunter2@db.example/app
fails 2 'password' sync postgresql://me:hunter2@db.example/app --to s.sql
fails 2 'password' validate sqlite:app.db --to 'mysql://me:hunter2@db.example/app'
moult inspect postgresql://me:hunter2@db.example/app
is "and is not repeated" "$(grep -c hunter2 "$work/err")" 0

# ---- colours ----
escape=$(printf '\033')
colours()
{
    moult diff sqlite:app.db s.sql "$@"
    grep -c "$escape" "$work/out"
}
is "no colours in a file" "$(colours)" 0
is "unless they are asked for" "$(($(colours --color always) > 0))" 1
is "not with never" "$(colours --color never)" 0
NO_COLOR=1
export NO_COLOR
is "--color=always is stronger than NO_COLOR" "$(($(colours --color=always) > 0))" 1
fails 2 'auto|always|never' diff sqlite:app.db s.sql --color sometimes
if command -v script >/dev/null; then
    is "NO_COLOR counts on a terminal" "$(script -qec "$MOULT diff sqlite:app.db s.sql" /dev/null </dev/null | grep -c "$escape\[3")" 0
    unset NO_COLOR
    is "where colours are the rule" "$(($(script -qec "$MOULT diff sqlite:app.db s.sql" /dev/null </dev/null | grep -c "$escape\[3") > 0))" 1
fi
unset NO_COLOR

# ---- messages ----
moult --log-format json sync sqlite:none.db --to s.sql --yes
is "errors as JSON lines" "$code $(grep -c '^{"time":"[0-9TZ:.-]*","level":"error","message":".*}$' "$work/err") $(wc -l <"$work/err")" "2 1 1"
mkdir empty
moult --log-format json diff sqlite:app.db empty
is "warnings, too" "$code $(grep -c '"level":"warning"' "$work/err")" "0 1"
moult -q diff sqlite:app.db empty
is "-q: no warnings" "$code $(wc -c <"$work/err")" "0 0"
moult -q diff sqlite:none.db empty
is "-q: errors all the same" "$code $(grep -c '^moult: ' "$work/err")" "2 1"
moult --log-level debug sync sqlite:app.db --to s.sql --yes --format json
is "the log stays out of the result" "$code $(grep -c '^moult: debug' "$work/out")" "0 0"
MOULT_LOG_FORMAT=json
export MOULT_LOG_FORMAT
moult diff sqlite:none.db s.sql
is "MOULT_LOG_FORMAT" "$(grep -c '^{"time"' "$work/err")" 1
done_testing
