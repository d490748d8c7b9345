#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A desired state for PostgreSQL is untrusted text, also where a superuser loads it: what reaches beyond its scratch
# database is refused or fails, with file and line.  The target, a database beside it, the roles, the server's settings
# and its files stay as they are.
. "${0%/*}/postgres-lib.sh"
start_server
mkdir in "$folder/out"
chmod 777 "$folder/out"

pg postgres "CREATE ROLE app LOGIN CREATEDB; CREATE ROLE rich SUPERUSER; CREATE ROLE other; CREATE DATABASE app OWNER app TEMPLATE template0;
    CREATE DATABASE canary TEMPLATE template0"
pg canary "CREATE TABLE secret (x int); INSERT INTO secret VALUES (42); CREATE PUBLICATION p FOR ALL TABLES"
psql -XAtq -d "$(echo "$server" | sed 's/postgres@/app@/')/app" -c "CREATE TABLE t (id int PRIMARY KEY, x text);
    INSERT INTO t VALUES (1, 'kept'), (2, 'too'); CREATE SCHEMA other; CREATE TABLE other.t (a int)"

# All that a text must not change: of the server, then of the databases.
# shellcheck disable=SC2016
world='SELECT md5(string_agg(t, chr(10) ORDER BY t)) FROM (
    SELECT a::text AS t FROM pg_authid a UNION ALL SELECT m::text FROM pg_auth_members m
    UNION ALL SELECT s::text FROM pg_db_role_setting s UNION ALL SELECT t::text FROM pg_tablespace t
    UNION ALL SELECT concat(datname, datdba, datacl, datallowconn, datconnlimit) FROM pg_database
    UNION ALL SELECT concat(name, reset_val) FROM pg_settings WHERE source NOT IN ($$client$$, $$session$$)
    UNION ALL SELECT concat(name, setting) FROM pg_file_settings
    UNION ALL SELECT d::text FROM pg_shdescription d UNION ALL SELECT l::text FROM pg_shseclabel l
    UNION ALL SELECT slot_name::text FROM pg_replication_slots UNION ALL SELECT s::text FROM pg_subscription s
    UNION ALL SELECT pg_conf_load_time()::text
    UNION ALL SELECT f FROM pg_ls_dir(current_setting($$data_directory$$) || $$/../out$$) f) w'
before()
{
    pg postgres "$world"
    pg canary "SELECT md5(string_agg(c::text, ',' ORDER BY oid)), (SELECT sum(x) FROM secret) FROM pg_class c WHERE relkind <> 't'"
    pg app "SELECT md5(string_agg(c::text, ',' ORDER BY oid)), (SELECT string_agg(x, ',' ORDER BY id) FROM t) FROM pg_class c WHERE relkind <> 't'"
}
kept=$(before)
is "the check of what must not change sees a role" "$(pg postgres 'CREATE ROLE x'; test "$(before)" = "$kept" || echo seen)" seen
pg postgres 'DROP ROLE x'

# NAME PATTERN LINE: the text in in/x.sql is refused there, whoever loads it.
refused()
{
    for user in app postgres; do
        target=$(echo "$server" | sed "s/postgres@/$user@/")/app
        moult sync "$target" --to in --scratch "$target" --allow all --yes
        after=$(before)
        if test $code = 2 && test ! -s "$work/out" && grep -q "^moult: in/x.sql:$3: .*$2" "$work/err" &&
            test "$after" = "$kept"; then
            passed "$user: $1"
        else
            { shown "2 and \"in/x.sql:$3: $2\"" && echo "was: $kept" && echo "is: $after"; } >"$work/seen"
            missed "$user: $1"
            kept=$after
        fi
    done
}
# TEXT PATTERN: the text as the third line of a file.
line()
{
    printf 'CREATE TABLE fine (id int PRIMARY KEY);\n-- two\n%s\n' "$1" >in/x.sql
    refused "$1" "$2" 3
}
# What is one statement of a text to be refused, and the ones that lead to it are none.
# LINE PATTERN: of the text on the standard input
text()
{
    cat >in/x.sql
    refused "$(tr '\n' ' ' <in/x.sql)" "$2" "$1"
}

# ---- statements that are never run ----
line "DROP DATABASE canary;" DATABASE
line "drop /* c */ database if exists canary with (force);" DATABASE
line "CREATE DATABASE evil;" DATABASE
line "ALTER DATABASE canary RENAME TO evil;" DATABASE
line "ALTER DATABASE app SET work_mem = '1GB';" DATABASE
line "COMMENT ON DATABASE canary IS 'evil';" DATABASE
line "GRANT ALL ON DATABASE canary TO PUBLIC;" DATABASE
line "CREATE ROLE evil SUPERUSER;" ROLE
line "CREATE USER evil;" ROLE
line "CREATE GROUP evil;" ROLE
line "ALTER ROLE app SUPERUSER;" ROLE
line "ALTER USER postgres PASSWORD 'evil';" ROLE
line "ALTER ROLE ALL SET work_mem = '1GB';" ROLE
line "DROP ROLE other;" ROLE
line "COMMENT ON ROLE other IS 'evil';" ROLE
line "GRANT rich TO app;" membership
line "REVOKE rich FROM app;" membership
line "REASSIGN OWNED BY app TO other;" REASSIGN
line "DROP OWNED BY app;" 'DROP OWNED'
line "ALTER SYSTEM SET work_mem = '1GB';" SYSTEM
line "ALTER SYSTEM RESET ALL;" SYSTEM
line "CREATE TABLESPACE evil LOCATION '$folder/out';" TABLESPACE
line "ALTER TABLESPACE pg_default SET (seq_page_cost = 2);" TABLESPACE
line "CREATE SUBSCRIPTION s CONNECTION 'dbname=canary' PUBLICATION p;" SUBSCRIPTION
line "DROP SUBSCRIPTION s;" SUBSCRIPTION
line "ALTER SUBSCRIPTION s ENABLE;" SUBSCRIPTION
line "COPY fine TO PROGRAM 'touch $folder/out/evil';" PROGRAM
line "COPY fine FROM PROGRAM 'touch $folder/out/evil';" PROGRAM
line "COPY (SELECT 1) TO '$folder/out/evil';" file
line "COPY fine FROM '/etc/passwd';" file
line "DO \$\$ BEGIN EXECUTE 'CREATE ROLE evil'; END \$\$;" 'runs code'
line "CALL evil();" 'runs code'
line "SELECT lo_export(1, '$folder/out/evil');" lo_export
line "SELECT pg_reload_conf();" pg_reload_conf
line "WITH a AS (SELECT pg_reload_conf()) SELECT * FROM a;" pg_reload_conf
line "VALUES (pg_reload_conf());" pg_reload_conf
line "EXPLAIN ANALYZE SELECT pg_reload_conf();" EXPLAIN
line "PREPARE p AS SELECT 1;" PREPARE
line "DECLARE c CURSOR FOR SELECT 1;" cursor
line "LISTEN x;" LISTEN
line "NOTIFY x;" NOTIFY
line "LOAD 'auto_explain';" LOAD
line "CHECKPOINT;" CHECKPOINT
line "DISCARD ALL;" DISCARD
line "SET SESSION AUTHORIZATION rich;" 'SESSION AUTHORIZATION'
line "SET session_authorization = rich;" session_authorization
line "SET session_preload_libraries = 'auto_explain';" session_preload
line "SET local_preload_libraries = 'auto_explain';" local_preload
line "SET temp_file_limit = -1;" temp_file_limit
line "COMMIT PREPARED 'x';" PREPARED
line "ROLLBACK;" ROLLBACK
line "IMPORT FOREIGN SCHEMA s FROM SERVER x INTO public;" IMPORT
line "CREATE TABLE g AS EXECUTE p;" EXECUTE
line "SELECT 1 INTO g;" 'makes a table'
line "\\! touch $folder/out/evil" psql
line "\\copy fine from program 'touch $folder/out/evil'" psql
line "\\connect canary" 'another database'
line "\\c canary" 'another database'
line "\\i /etc/passwd" 'not followed'
line "\\o $folder/out/evil" psql
line "\\setenv PAGER evil" psql
line "\\gexec" psql
line "SELECT 1 \\g | touch $folder/out/evil" psql
line "garbage all over;" 'begins with garbage'

# ---- statements that fail in the scratch database ----
line "DROP TABLE other.t;" 'does not exist'
line "ALTER TABLE other.t ADD evil int;" 'does not exist'
line "DROP TABLE canary.public.secret;" 'cross-database'
line "DROP SCHEMA other CASCADE;" 'does not exist'
line "TRUNCATE t;
DROP TABLE t;" 'does not exist' 2>/dev/null || :
line "CREATE TABLE pg_catalog.evil (a int);" denied
line "DROP TABLE pg_authid;" ''
line "ALTER TABLE pg_class ADD evil int;" ''
line "CREATE EXTENSION no_such_extension;" 'no_such_extension'
line "ALTER TABLE fine OWNER TO nobody;" nobody
line "CREATE TABLE fine (x int);" 'already exists'

# ---- code of the text's own that would run while it is loaded ----
evil="ALTER ROLE other SUPERUSER"
prelude()
{
    cat <<END
CREATE FUNCTION evil() RETURNS integer LANGUAGE plpgsql VOLATILE AS 'BEGIN $evil; RETURN 1; END';
CREATE FUNCTION wicked(a integer DEFAULT 0) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT evil()';
CREATE TABLE fine (id int PRIMARY KEY);
END
}
{ prelude; echo "ALTER TABLE fine ADD evil int DEFAULT wicked();"; } | text 4 ''
{ prelude; echo "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE q PARTITION OF p FOR VALUES IN (evil());"; } | text 4 ''
{ prelude; echo "CREATE INDEX i ON fine (wicked(1));"; } | text 4 ''
{ prelude; echo "ALTER TABLE fine ADD CHECK (wicked(1) > 0);"; } | text 4 ''
{ prelude; echo "ALTER TABLE fine ALTER id TYPE int USING wicked(1);"; } | text 4 ''
{ prelude; echo "ALTER TABLE fine ADD g int GENERATED ALWAYS AS (wicked(1)) STORED;"; } | text 4 ''
{ prelude; echo "CREATE DOMAIN d AS int CHECK (wicked(value) > 0); ALTER TABLE fine ADD e d DEFAULT 1;"; } | text 4 ''
evil="RESET ROLE; ALTER ROLE other SUPERUSER"
{ prelude; echo "ALTER TABLE fine ADD evil int DEFAULT wicked();"; } | text 4 ''
evil="SET SESSION AUTHORIZATION rich; ALTER ROLE other SUPERUSER"
{ prelude; echo "ALTER TABLE fine ADD evil int DEFAULT wicked();"; } | text 4 ''
evil="COPY fine TO PROGRAM ''''touch $folder/out/evil''''"
{ prelude | sed "s/''''/''/g"; echo "ALTER TABLE fine ADD evil int DEFAULT wicked();"; } | text 4 ''
{ echo "CREATE DOMAIN d AS text CHECK (pg_reload_conf());"; echo "CREATE TABLE fine (a int);"; echo "ALTER TABLE fine ADD b d DEFAULT 'x';"; } | text 3 ''
{ echo "CREATE DOMAIN d AS text CHECK (set_config('role', 'rich', false) = 'rich');"; echo "CREATE TABLE fine (a int);"
    echo "ALTER TABLE fine ADD b d DEFAULT 'x';"; } | text 3 ''
{ echo "CREATE TABLE p (a text) PARTITION BY LIST (a);"
    echo "CREATE TABLE q PARTITION OF p FOR VALUES IN (query_to_xml('ALTER ROLE other SUPERUSER', true, true, '')::text);"; } | text 2 ''
done_testing
