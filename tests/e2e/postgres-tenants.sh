#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tenants of PostgreSQL, schemas and databases, whatever they are called: one digest, one plan, none of their names in a
# tree or a plan, and no reach from one into another.
. "${0%/*}/postgres-lib.sh"
needs python3
start_server max_locks_per_transaction=128

long=$(printf 'é%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)x
odd='a"b;c'
is "the long name has 63 bytes" "$(printf %s "$long" | wc -c)" 63
quoted()
{
    printf '"%s"' "$(printf %s "$1" | sed 's/"/""/g')"
}

# Names that are tenants', too: aliases, a table, a column, a variable, a string.
cat >schema.sql <<'END'
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE tenant (id integer PRIMARY KEY, t1 integer, "T-2" mood, note text DEFAULT 't1.orders');
CREATE TABLE orders (id serial PRIMARY KEY, tenant integer REFERENCES tenant (id), "select" text, price numeric(10, 2));
CREATE INDEX orders_select ON orders (lower("select"));
CREATE TABLE t1 (id integer PRIMARY KEY, orders integer REFERENCES orders (id));
CREATE VIEW v AS SELECT t1.id, t1.price, "T-2".note, "select".t1 FROM orders t1
    JOIN tenant "T-2" ON "T-2".id = t1.tenant, tenant "select" WHERE t1.price > 1 AND "select".id = t1.id;
CREATE VIEW w AS SELECT t1.id, t1.orders, tenant.note, extract(year FROM o.at) AS year FROM t1, tenant,
    LATERAL (SELECT now() AS at, t1.id) o;
CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM v t1;
CREATE FUNCTION f(tenant integer, t1 mood DEFAULT 'ok') RETURNS integer LANGUAGE plpgsql AS $$
DECLARE "T-2" record;
BEGIN
    SELECT * INTO "T-2" FROM orders t1 WHERE t1.id = f.tenant;
    RETURN "T-2".id + (SELECT t1.id FROM t1 WHERE t1.id = tenant LIMIT 1);
END $$;
CREATE FUNCTION g(t1) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT t1.id FROM orders t1 WHERE t1.id = 1; END;
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW WHEN (old.price IS DISTINCT FROM new.price)
    EXECUTE FUNCTION touched();
ALTER TABLE t1 ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t1 USING (EXISTS (SELECT 1 FROM orders o WHERE o.id = t1.orders AND o.tenant = t1.id));
CREATE DOMAIN price AS numeric CHECK (value > 0);
CREATE SEQUENCE counter OWNED BY orders.price;
COMMENT ON TABLE orders IS 'of tenant t1';
END
for t in t1 T-2 select tenant "$odd" "$long"; do
    name=$(quoted "$t")
    {
        echo "CREATE SCHEMA $name; SET search_path = $name;"
        cat schema.sql
    } >"of-schema"
    pg postgres "CREATE DATABASE $name TEMPLATE template0" || exit 99
    test "$t" != t1 || pg postgres "CREATE DATABASE shop TEMPLATE template0"
    pg_file shop of-schema && psql -XAtq -v ON_ERROR_STOP=1 -f schema.sql -d "$server/$(printf %s "$t" | sed 's/"/%22/; s/;/%3B/')" ||
        exit 99
done
for t in t1 T-2 select tenant "$odd" "$long"; do
    pg shop "INSERT INTO $(quoted "$t").tenant VALUES (1); INSERT INTO $(quoted "$t").orders (tenant, \"select\", price)
        VALUES (1, 'kept', 2)"
done
pg shop "CREATE TABLE public.tenants (name text, place text, active bool);
    INSERT INTO public.tenants VALUES ('first', 't1', true), ('second', 'T-2', true), ('gone', 'nowhere', false)"
cat >moult.toml <<END
[database.schemas]
url = "$server/shop"
tenants = { schemas = "[!p]*" }
desired = "schema.sql"
[database.schemas.labels]
canary = ["t1", "T-*"]
rest = ["[!tT]*"]
[database.some]
url = "$server/shop"
tenants = { schemas = ["select", "t?"] }
desired = "schema.sql"
[database.listed]
url = "$server/shop"
tenants = { list = ["select", "t1"] }
desired = "schema.sql"
[database.asked]
url = "$server/shop"
tenants = { query = "SELECT name, place FROM tenants WHERE active" }
desired = "schema.sql"
[database.databases]
url = "$server/postgres"
tenants = { databases = ["T-2", "t*t", "select", "t1", 'a"b;c', "é*"] }
desired = "schema.sql"
[database.asked-databases]
url = "$server/shop"
tenants = { databases = { query = "SELECT name, place FROM public.tenants WHERE active" } }
desired = "schema.sql"
END
sed -i 's/FROM tenants WHERE/FROM public.tenants WHERE/' moult.toml

names()
{
    "$MOULT" tenants list "$@" --format json 2>/dev/null | sed -n 's/^ *"tenant": "\(.*\)",$/\1/p' | paste -s -d ' '
}
is "schemas" "$(names schemas)" "T-2 a\\\"b;c select t1 tenant $long"
is "schemas of a list" "$(names some)" "select t1"
is "a list" "$(names listed)" "select t1"
is "a query" "$(names asked)" "first second"
is "databases" "$(names databases)" "T-2 a\\\"b;c select t1 tenant $long"
is "a query of databases" "$(names asked-databases)" "first second"
is "a name" "$(names schemas --tenant select)" select
is "a glob" "$(names schemas -t 'T*' -t 's*')" "T-2 select"
is "a name that looks like SQL" "$(names schemas --tenant "$odd")" 'a\"b;c'
is "a label" "$(names schemas --label canary)" "T-2 t1"
is "another label" "$(names databases --set 'database.databases.labels={x=["s*"]}' --label x)" "select"
fails 2 'nobody' tenants list schemas --tenant nobody
fails 2 'nothing there is called "nobody"' tenants list some --set 'database.some.tenants={schemas=["t1","nobody"]}'
fails 2 'has no tenant' tenants list some --set 'database.some.tenants={schemas="nobody*"}'
fails 2 'not found by "files"' tenants list some --set 'database.some.tenants={files="*"}'
fails 2 'there is no schema "nowhere"' inspect asked@gone --set \
    'database.asked.tenants={query="SELECT name, place FROM public.tenants"}'
fails 2 'one column' tenants list asked --set 'database.asked.tenants={query="SELECT 1, 2, 3"}'
fails 2 'without a name' tenants list asked --set 'database.asked.tenants={query="SELECT NULL"}'

for database in schemas databases; do
    : >digests
    : >plans
    for t in t1 T-2 select tenant "$odd" "$long"; do
        "$MOULT" inspect "$database@$t" --format json >"tree.json" 2>"$work/err" || cat "$work/err"
        digest "$database@$t" >>digests
        # A name in its own quotes, before a dot, or as a key.
        for name in "$t" "$(printf %s "$t" | sed 's/"/\\\\\\"\\\\\\"/g')"; do
            grep -F -e "\"$name\\\".\"" -e "\"key\":\"$name." tree.json >>leaks
        done
        "$MOULT" plan "$database" --tenant "$t" --to schema.sql --format json 2>>"$work/err" |
            sed 's/"rehearsal":{[^}]*}//; s/"digest":"[^"]*"//' >>plans
    done
    is "$database: one digest" "$(sort digests | uniq -c | wc -l)" 1
    is "$database: one plan" "$(sort plans | uniq -c | wc -l)" 1
    gives 0 '^6 tenants, 6 in sync$' validate "$database"
done
is "no name is left in a tree" "$(cat leaks)" ''
# By URL, too.
is "a schema by its URL" "$(digest "$server/shop#schema=T-2")" "$(digest schemas@t1)"
is "an odd one" "$(digest "$server/shop#schema=a%22b%3Bc")" "$(digest schemas@t1)"
gives 0 'in sync' validate "$server/shop#schema=tenant" --to schema.sql
"$MOULT" inspect "schemas@T-2" --format sql >as-sql 2>/dev/null
is "as SQL it has the tenant's name in its place" "$(grep -c 'CREATE TABLE "T-2"\.\|CREATE TABLE [^ ]*tenant[^ ]*\.orders' as-sql)" "$(grep -c 'CREATE TABLE .*orders' as-sql)"

# All of them are brought on.
sed -i 's/price numeric(10, 2)/price numeric(12, 2), added t1/; s/^CREATE TABLE t1 .*/CREATE TABLE t1 (id integer PRIMARY KEY, orders integer, extra mood);/' schema.sql
sed -i '/^CREATE TABLE orders/{h;d};/^CREATE INDEX orders_select/{H;d};/^CREATE TABLE t1/{G}' schema.sql
fails 2 'none was chosen' sync schemas --yes
gives 3 '^6 tenants, 6 differ$' validate schemas
gives 0 'planned' sync schemas --all-tenants --dry-run
is "one plan is shown for all" "$(grep -c '^plan [0-9]*:' "$work/out")" 1
gives 3 '^6 tenants, 6 differ$' validate schemas
gives 0 'changed' sync schemas --label canary --yes --allow all
gives 3 '^6 tenants, 2 in sync, 4 differ$' validate schemas
gives 0 '^6 tenants, 2 in sync, 4 changed$' sync schemas --all-tenants --yes --allow all
gives 0 '^6 tenants, 6 in sync$' validate schemas
gives 0 '^6 tenants, 6 changed$' sync databases --all-tenants --yes --allow all
gives 0 '^6 tenants, 6 in sync$' validate databases
is "all rows are there" "$(for t in t1 T-2 select tenant "$odd" "$long"; do
    pg shop "SELECT \"select\", price FROM $(quoted "$t").orders"
done | sort | uniq -c | tr -s ' ')" " 6 kept|2.00"
for t in t1 "$odd" "$long"; do
    is "the function of $t works" "$(pg shop "SET search_path = $(quoted "$t"); SELECT f(1) IS NULL")" t
done
gives 0 'the chain holds' audit schemas

# One fails, the others are done; nobody reaches into another.
pg shop 'DROP TABLE "T-2".t1 CASCADE; CREATE VIEW tenant.other AS SELECT id FROM "select".orders'
gives 3 '^6 tenants, 4 in sync, 2 differ$' validate schemas
before=$(digest schemas@select)
gives 0 'changed' sync schemas --tenant tenant --yes --allow all
is "the other tenant is as it was" "$(digest schemas@select)" "$before"
cp schema.sql hostile.sql
for line in 'DROP TABLE "select".orders;' 'ALTER TABLE t1.orders ADD evil int;' 'CREATE TABLE "select".evil (a int);' \
    'COMMENT ON TABLE "T-2".orders IS $$evil$$;' 'CREATE TRIGGER evil BEFORE DELETE ON "T-2".tenant EXECUTE FUNCTION touched();'; do
    echo "$line" >>hostile.sql
    fails 2 "hostile.sql:$(wc -l <hostile.sql): " validate schemas --to hostile.sql
    sed -i '$d' hostile.sql
done
pg shop 'ALTER TABLE "T-2".orders ADD later int; ALTER TABLE tenant.orders ADD later int; CREATE TABLE tenant.wrong (a int)'
pg shop 'DROP TABLE "T-2".orders CASCADE'
moult sync schemas --all-tenants --yes --keep-going --allow deletes-data,not-reversible,text-only-dependency,rows-may-forbid
is "keep going" "$(tail -1 "$work/out")" "6 tenants, 4 in sync, 2 changed"

# As many connections as threads, and as many round trips for the hundredth tenant as for the second.
for i in $(seq 100 160); do echo "CREATE SCHEMA n$i; CREATE TABLE n$i.a (id int PRIMARY KEY, b text);"; done >many.sql
pg shop 'CREATE DATABASE many' && pg_file many many.sql
pg many "ALTER DATABASE many SET log_statement = 'all'"
echo 'CREATE TABLE a (id int PRIMARY KEY, b text, c int);' >one.sql
cat >>moult.toml <<END
[database.many]
url = "$server/many"
tenants = { schemas = "n*" }
desired = "one.sql"
END
# COMMAND...: statements that the server was sent for 10 tenants, for 50 tenants, and sessions that sent the latter
asked()
{
    for glob in 'n12?' 'n1[1-5]?'; do
        at=$(wc -l <"$folder/log")
        moult "$@" --tenant "$glob" -j 2
        tail -n "+$((at + 1))" "$folder/log" | grep 'LOG:  \(statement\|execute [^:]*\):' >sent
        grep -c '' sent
    done
    sed 's/^[^[]*\[\([0-9]*\)\].*/\1/' sent | sort -u | grep -c ''
}
# COMMAND MOST: at most so many statements a tenant
few()
{
    # shellcheck disable=SC2046,SC2086
    set -- "$1" "$2" $(asked $1 many)
    is "$1: not more than $2 statements a tenant ($3 for 10, $4 for 50)" "$((($4 - $3) <= 40 * $2 && $4 > $3))" 1
    is "$1: as many connections for 50 tenants as two threads need ($5)" "$(($5 <= 8))" 1
}
few validate 5
few "sync --yes" 25
done_testing
