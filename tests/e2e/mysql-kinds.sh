#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A MariaDB schema of every kind and option: read whole, made from nothing, from SQL, taken away again; and with rows turned
# into another one and back.
. "${0%/*}/mysql-lib.sh"
start_server --character-set-server=utf8mb4
kinds=$here/mysql-kinds
for db in one two copy scripted target; do
    my mysql "CREATE DATABASE $db" || exit 99
done
my_file one "$kinds/one.sql" && my_file two "$kinds/one.sql" && my_file two "$kinds/two.sql" || exit 99

# What the server says, without what moult keeps and what the schema is not.
dumped()
{
    mariadb-dump --no-defaults -S "$folder/sock" -u root --no-data --routines --events --triggers --skip-comments \
        --compact --ignore-table="$1.moult_run" --ignore-table="$1.moult_step" --ignore-table="$1.moult_audit" "$1" |
        sed "s/ AUTO_INCREMENT=[0-9]*//; s/\`$1\`\.//g; /^DO SETVAL/d"
}

# Of DATABASE: constraints and keys may be listed in another order.
same_dump()
{
    dumped "$1" | sed 's/,$//' | sort >"$work/first.dump"
    dumped "$2" | sed 's/,$//' | sort >"$work/second.dump"
    check "$3: mariadb-dump sees no difference" diff "$work/first.dump" "$work/second.dump"
}

gives 0 '' inspect "$server/one" --format json
cp "$work/out" one.json
for kind in table view sequence foreign_key trigger function procedure package package_body event column primary_key index \
    check period partitioning partition subpartition; do
    check "there is a $kind" grep -q "\"kind\":\"$kind\"" one.json
done
is "all of it is understood" "$(grep -c '"opaque"' one.json)" 0
gives 0 '' inspect "$server/two" --format json
is "all of the other is understood" "$(grep -c '"opaque"' "$work/out")" 0

gives 0 '' sync "$server/copy" --to "$server/one" --allow all --yes
gives 0 '' diff "$server/copy" "$server/one" --exit-code
same_dump copy one "from nothing"
gives 0 '' inspect "$server/one" --format sql
cp "$work/out" script.sql
gives 0 '' diff "$server/one" script.sql --exit-code
check "the mariadb client takes the SQL" my_file scripted script.sql
gives 0 '' diff "$server/scripted" "$server/one" --exit-code
gives 0 '' inspect "$server/one" -d tree
gives 0 '' diff "$server/one" tree --exit-code
mariadb-dump --no-defaults -S "$folder/sock" -u moult --protocol=tcp -h 127.0.0.1 -P "${server##*:}" --no-data --routines --triggers \
    --events one 2>"$work/err" | sed 's/`one`\.//g' >dump.sql
gives 0 '' diff "$server/one" dump.sql --exit-code

my_file target "$kinds/one.sql" && my_file target "$kinds/rows.sql" || exit 99
tables=$(my target "SELECT table_name FROM information_schema.tables WHERE table_schema = 'target' AND table_type <> 'VIEW'
    AND table_type <> 'SEQUENCE' AND table_name NOT LIKE 'moult%' ORDER BY 1")
rows()
{
    for table in $tables; do
        echo "$table: $(my target "SELECT count(*) FROM \`$table\`")"
    done
    my target "SELECT id, pid, e, s, b, astext(shape), dd, y, txt, chk, tt, tm, \`odd \`\`name\`, nat, g FROM child ORDER BY id" \
        "SELECT * FROM parent ORDER BY id" "SELECT * FROM years ORDER BY a" "SELECT * FROM lists ORDER BY a" \
        "SELECT * FROM aria ORDER BY a" "SELECT id, note FROM counted ORDER BY id" "SELECT a, b, c FROM versioned ORDER BY a" \
        "SELECT id, a, self FROM circle_b ORDER BY id"
}
rows >before
gives 0 '' sync "$server/target" --to "$server/two" --allow all --yes
gives 0 '' diff "$server/target" "$server/two" --exit-code
same_dump target two "to the other"
rows >there
check "all rows are there, with their values" diff before there
gives 0 '' sync "$server/target" --to "$server/one" --allow all --yes
same_dump target one "and back"
rows >back
check "all rows are there again" diff before back

my mysql "CREATE DATABASE empty" || exit 99
gives 0 '' sync "$server/target" --to "$server/empty" --allow all --yes
is "nothing is left" "$(my target "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'target' AND
    table_name NOT LIKE 'moult%'" "SELECT count(*) FROM information_schema.routines WHERE routine_schema = 'target'" \
    "SELECT count(*) FROM information_schema.events WHERE event_schema = 'target'" | tr -d '\n')" 000
done_testing
