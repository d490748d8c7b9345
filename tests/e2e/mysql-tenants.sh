#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tenants of MariaDB, whatever they are called: one digest, one plan, none of their names in a tree or a plan, and no
# reach from one into another.
. "${0%/*}/mysql-lib.sh"
needs python3
start_server

long=$(printf 'é%.0s' $(seq 63))x
odd='a`b;c'
is "the long name has 64 characters" "$(printf %s "$long" | python3 -c 'import sys; print(len(sys.stdin.read()))')" 64
quoted()
{
    printf '`%s`' "$(printf %s "$1" | sed 's/`/``/g')"
}

# Names that are tenants', too: aliases, tables, columns, variables, strings.  %T is the tenant's own, quoted.
cat >schema.sql <<'END'
CREATE TABLE tenant (id int PRIMARY KEY, t1 int, `T-2` enum('sad', 'ok'), note varchar(40) DEFAULT 't1.orders');
CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, tenant int, `select` text, price decimal(10, 2),
    KEY `select` (`select`(10)), CONSTRAINT orders_tenant FOREIGN KEY (tenant) REFERENCES tenant (id)) COMMENT 'of tenant t1';
CREATE TABLE t1 (id int PRIMARY KEY, orders int, CONSTRAINT t1_orders FOREIGN KEY (orders) REFERENCES orders (id));
CREATE VIEW v AS SELECT t1.id, t1.price, `T-2`.note, `select`.t1 FROM orders t1
    JOIN tenant `T-2` ON `T-2`.id = t1.tenant, tenant `select` WHERE t1.price > 1 AND `select`.id = t1.id;
CREATE VIEW w AS SELECT t1.id, t1.orders, tenant.note, extract(year FROM o.at) AS year FROM t1, tenant, (SELECT now() AS at) o;
CREATE FUNCTION f(tenant int) RETURNS int READS SQL DATA
BEGIN
    DECLARE t1 int;
    SELECT max(t1.id) INTO t1 FROM orders t1 WHERE t1.tenant = tenant;
    RETURN t1;
END;
CREATE PROCEDURE p(t1 int) BEGIN SELECT * FROM v t1 WHERE t1.id = f(1); CALL p(1); END;
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW SET NEW.price = coalesce(NEW.price, OLD.price);
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM orders WHERE price IS NULL;
CREATE SEQUENCE counter START 5;
END
# What the server itself writes with the database's name, and what bodies may say with it.
cat >named.sql <<'END'
CREATE VIEW %T.own AS SELECT %T.orders.id, %T.t1.orders FROM %T.orders JOIN %T.t1 ON %T.t1.orders = %T.orders.id;
CREATE PROCEDURE %T.own() SELECT %T.orders.id, 'kept', %T.f(1) FROM %T.orders;
CREATE TRIGGER %T.own BEFORE DELETE ON %T.t1 FOR EACH ROW DELETE FROM %T.tenant WHERE id = OLD.id;
END
for t in t1 T-2 select tenant "$odd" "$long"; do
    name=$(quoted "$t")
    my mysql "CREATE DATABASE $name" || exit 99
    # The client needs a delimiter where moult needs none.
    python3 - "$name" >of-tenant <<'END'
import re, sys
text = open("schema.sql").read()
print("USE " + sys.argv[1] + ";\nDELIMITER //")
for statement in re.split(r";\n(?=CREATE|$)", text):
    if statement.strip():
        print(statement + "\n//")
print(open("named.sql").read().replace("%T", sys.argv[1]).replace(";\n", "\n//\n"))
END
    my_file mysql of-tenant || exit 99
    my "$t" "INSERT INTO tenant (id) VALUES (1)" "INSERT INTO orders (tenant, \`select\`, price) VALUES (1, 'kept', 2)"
done
cat >moult.toml <<END
[database.all]
url = "$server"
tenants = { databases = ["[!m]*"] }
ignore = ["own"]
desired = "schema.sql"
[database.all.labels]
canary = ["t1", "T-*"]
[database.whole]
url = "$server"
tenants = { databases = ["T-2", "t*t", "select", "t1", 'a\`b;c', "é*"] }
[database.listed]
url = "$server/t1"
tenants = { list = ["select", "t1"] }
[database.asked]
url = "$server/mysql"
tenants = { query = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 't%'" }
END

names()
{
    "$MOULT" tenants list "$@" --format json 2>/dev/null | sed -n 's/^ *"tenant": "\(.*\)",$/\1/p' | paste -s -d ' '
}
is "databases" "$(names all)" "T-2 a\`b;c select t1 tenant $long"
is "databases of a list of patterns" "$(names whole)" "T-2 a\`b;c select t1 tenant $long"
is "a list" "$(names listed)" "select t1"
is "a query" "$(names asked)" "T-2 t1 tenant"
is "a name" "$(names all --tenant "$odd")" "a\`b;c"
is "a label" "$(names all --label canary)" "T-2 t1"
fails 2 'nobody' tenants list all --tenant nobody
fails 2 'there is no database "nobody"' tenants list listed --set 'database.listed.tenants={list=["nobody"]}'
fails 2 'one column' tenants list asked --set 'database.asked.tenants={query="SELECT 1, 2"}'
fails 2 'not found by "schemas"' tenants list all --set 'database.all.tenants={schemas="*"}'

: >digests
: >plans
: >leaks
for t in t1 T-2 select tenant "$odd" "$long"; do
    "$MOULT" inspect "whole@$t" --format json >tree.json 2>"$work/err" || cat "$work/err"
    digest "whole@$t" >>digests
    "$MOULT" plan "$server/$(printf %s "$t" | sed 's/`/%60/; s/;/%3B/')" --to "whole@t1" --format json >plan.json 2>>"$work/err"
    sed 's/"rehearsal":{[^}]*}//; s/"digest":"[^"]*"//' plan.json >>plans
    # The other names are aliases and columns, too.
    case $t in "$odd" | "$long") sed 's/"origin":"[^"]*"//' tree.json plan.json | grep -F -e "$t" >>leaks ;; esac
done
is "one digest" "$(sort digests | uniq -c | wc -l) $(grep -c . digests)" "1 6"
is "one plan" "$(sort plans | uniq -c | wc -l)" 1
is "no name is left in a tree or a plan" "$(cat leaks)" ''
gives 0 '^6 tenants, 6 in sync$' validate whole --to whole@select
gives 0 '^6 tenants, 6 in sync$' validate all

# All of them are brought on.
sed -i 's/price decimal(10, 2)/price decimal(12, 2), added int/; s/^CREATE VIEW w .*/CREATE TABLE more (a int PRIMARY KEY);/' schema.sql
fails 2 'none was chosen' sync all --yes
gives 3 '^6 tenants, 6 differ$' validate all
gives 0 'planned' sync all --all-tenants --dry-run
is "one plan is shown for all" "$(grep -c '^plan [0-9]*:' "$work/out")" 1
gives 3 '^6 tenants, 6 differ$' validate all
gives 0 'changed' sync all --label canary --yes --allow all
gives 3 '^6 tenants, 2 in sync, 4 differ$' validate all
gives 0 '^6 tenants, 2 in sync, 4 changed$' sync all --all-tenants --yes --allow all -j 3
gives 0 '^6 tenants, 6 in sync$' validate all
is "all rows are there" "$(for t in t1 T-2 select tenant "$odd" "$long"; do
    my "$t" 'SELECT `select`, price FROM orders'
done | sort | uniq -c | tr -s ' \t' ' ')" " 6 kept 2.00"
for t in t1 "$odd" "$long"; do
    is "the function of $t works" "$(my "$t" "SELECT f(1)")" 1
done
gives 0 'the chain holds' audit all
is "no scratch database is left" "$(my mysql "SHOW DATABASES LIKE 'moult%'")" ''

# One fails, the others are done; nobody reaches into another.
my T-2 "ALTER TABLE orders ADD later int"
my tenant "CREATE TABLE wrong (a int)"
before=$(digest all@select)
moult sync all --all-tenants --yes --keep-going --allow not-reversible,text-only-dependency,rows-may-forbid
is "keep going" "$code $(tail -1 "$work/out")" "8 6 tenants, 4 in sync, 2 failed"
is "the other tenant is as it was" "$(digest all@select)" "$before"
cp schema.sql hostile.sql
for line in 'DROP TABLE `select`.orders;' 'ALTER TABLE t1.orders ADD evil int;' 'CREATE VIEW evil AS SELECT * FROM `T-2`.orders;' \
    'CREATE TRIGGER evil BEFORE DELETE ON tenant FOR EACH ROW DELETE FROM t1.orders;'; do
    echo "$line" >>hostile.sql
    fails 2 "hostile.sql:$(wc -l <hostile.sql): " validate all --to hostile.sql
    sed -i '$d' hostile.sql
done
done_testing
