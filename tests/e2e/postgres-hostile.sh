#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A desired state for PostgreSQL is untrusted text, also where a superuser loads it: what reaches beyond its scratch
# database is refused or fails, with file and line.  The target, a database beside it, the roles, the server's settings
# and its files stay as they are.
. "${0%/*}/postgres-lib.sh"
start_server wal_level=logical
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
    pg canary "SELECT md5(string_agg(concat(oid, relname, relnamespace, relkind, relowner, relacl, relnatts), ',' ORDER BY oid)), (SELECT sum(x) FROM secret) FROM pg_class c WHERE relkind <> 't'"
    pg app "SELECT md5(string_agg(concat(oid, relname, relnamespace, relkind, relowner, relacl, relnatts), ',' ORDER BY oid)), (SELECT string_agg(x, ',' ORDER BY id) FROM t) FROM pg_class c WHERE relkind <> 't'"
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
line "TRUNCATE t; DROP TABLE t;" 'does not exist'
line "CREATE TABLE pg_catalog.evil (a int);" denied
line "DROP TABLE pg_authid;" ''
line "ALTER TABLE pg_class ADD evil int;" ''
line "CREATE EXTENSION no_such_extension;" 'no_such_extension'
line "ALTER TABLE fine OWNER TO nobody;" nobody
line "CREATE TABLE fine (x int);" 'already exists'

# ---- code of the text's own that would run while it is loaded ----
# A, B, C: what the functions do, the statement that has one run, its pattern.
runs()
{
    cat >in/x.sql <<END
CREATE FUNCTION evil() RETURNS integer LANGUAGE plpgsql VOLATILE AS \$\$BEGIN $1; RETURN 1; END\$\$;
CREATE FUNCTION wicked(a integer DEFAULT 0) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN evil(); END';
CREATE TABLE fine (id int PRIMARY KEY); CREATE TABLE p (a int) PARTITION BY LIST (a);
COMMENT ON TABLE p IS 'x';
$2
END
    refused "$1, by $2" "$3" 5
}
grant="EXECUTE 'ALTER ROLE other SUPERUSER'"
superuser='must be superuser\|permission denied'
runs "$grant" "ALTER TABLE fine ADD evil int DEFAULT wicked();" "$superuser"
runs "$grant" "CREATE TABLE q PARTITION OF p FOR VALUES IN (evil());" "$superuser"
runs "$grant" "CREATE INDEX i ON fine (wicked(1));" "$superuser"
runs "$grant" "ALTER TABLE fine ADD CHECK (wicked(1) > 0);" "$superuser"
runs "$grant" "ALTER TABLE fine ALTER id TYPE int USING wicked(1);" "$superuser"
runs "$grant" "ALTER TABLE fine ADD g int GENERATED ALWAYS AS (wicked(1)) STORED;" "$superuser"
add="ALTER TABLE fine ADD evil int DEFAULT wicked();"
runs "RESET ROLE; $grant" "$add" 'cannot set parameter\|must be superuser'
runs "SET ROLE rich; $grant" "$add" 'cannot set parameter\|must be superuser\|permission denied'
runs "RESET SESSION AUTHORIZATION; $grant" "$add" 'cannot set parameter\|must be superuser'
runs "PERFORM set_config('role', 'rich', false); $grant" "$add" 'cannot set parameter\|permission denied'
runs "ALTER FUNCTION pg_temp.moult_run(text) SECURITY INVOKER; $grant" "$add" ''
runs "EXECUTE 'CREATE ROLE evil'" "$add" 'permission denied\|must be'
runs "EXECUTE 'ALTER DATABASE canary RENAME TO evil'" "$add" 'must be owner\|permission denied\|cannot'
runs "EXECUTE 'COPY fine TO PROGRAM ''touch $folder/out/evil'''" "$add" 'permission denied\|must be'
runs "EXECUTE 'COPY fine TO ''$folder/out/evil'''" "$add" 'permission denied\|must be'
runs "PERFORM pg_reload_conf()" "$add" 'permission denied'
runs "PERFORM lo_export(lo_create(0), '$folder/out/evil')" "$add" 'permission denied'
runs "PERFORM pg_read_file('/etc/passwd')" "$add" 'permission denied'
# What it leaves behind for the statements after it.
bound="CREATE TABLE q PARTITION OF p FOR VALUES IN (evil());"
runs "EXECUTE 'CREATE OR REPLACE FUNCTION pg_temp.moult_run(text) RETURNS bigint LANGUAGE plpgsql AS ''BEGIN EXECUTE ''''ALTER ROLE other SUPERUSER''''; RETURN 1; END'''" "$bound CREATE TABLE more (a int); ALTER TABLE nothing ADD a int;" ''
runs "EXECUTE 'ALTER FUNCTION pg_temp.moult_run(text) SECURITY INVOKER'" "$bound CREATE TABLE q2 PARTITION OF p FOR VALUES IN (evil() + 1);" ''
runs "EXECUTE 'DROP FUNCTION pg_temp.moult_run(text)'" "$bound CREATE TABLE more (a int); COMMENT ON TABLE more IS 'x'; ALTER TABLE nothing ADD a int;" ''
runs "PERFORM set_config('client_encoding', 'LATIN1', false)" "$bound CREATE TABLE more (a int); ALTER TABLE nothing ADD a int;" ''

# LINE PATTERN: of the text on the standard input
text()
{
    cat >in/x.sql
    refused "$(tr '\n' ' ' <in/x.sql)" "$2" "$1"
}
text 3 '' <<'END'
CREATE DOMAIN d AS text CHECK (pg_reload_conf());
CREATE TABLE fine (a int);
ALTER TABLE fine ADD b d DEFAULT 'x';
END
text 2 'cannot set parameter\|permission denied' <<'END'
CREATE TABLE p (a text) PARTITION BY LIST (a);
CREATE TABLE q PARTITION OF p FOR VALUES IN (set_config('role', 'rich', false));
END
text 2 '' <<'END'
CREATE TABLE p (a text) PARTITION BY LIST (a);
CREATE TABLE q PARTITION OF p FOR VALUES IN (query_to_xml('ALTER ROLE other SUPERUSER', true, true, '')::text);
END
text 3 'must be\|permission' <<'END'
CREATE TABLE p (a int) PARTITION BY LIST (a);
CREATE FUNCTION evil() RETURNS int SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN EXECUTE ''ALTER ROLE other SUPERUSER''; RETURN 1; END';
ALTER FUNCTION evil() OWNER TO rich; CREATE TABLE q PARTITION OF p FOR VALUES IN (evil());
END
text 1 'permission denied\|$libdir' <<'END'
CREATE FUNCTION evil() RETURNS int LANGUAGE c AS '/tmp/evil.so', 'evil';
END
text 2 '' <<'END'
CREATE FUNCTION evil() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN ALTER ROLE other SUPERUSER; END';
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION evil(); ALTER EVENT TRIGGER e ENABLE ALWAYS; CREATE TABLE more (a int); ALTER TABLE nothing ADD a int;
END
text 2 '' <<'END'
CREATE TABLE fine (a int);
CREATE FUNCTION evil() RETURNS bool LANGUAGE internal IMMUTABLE AS 'pg_reload_conf'; ALTER TABLE fine ADD b bool DEFAULT evil();
END
text 3 '' <<'END'
CREATE TABLE fine (a int);
CREATE FUNCTION evil(oid) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN ALTER ROLE other SUPERUSER; RETURN 1; END';
CREATE CAST (oid AS text) WITH FUNCTION evil(oid) AS IMPLICIT;
END
text 1 '' <<'END'
CREATE FUNCTION pg_catalog.evil() RETURNS int LANGUAGE sql AS 'SELECT 1';
END
text 2 '' <<'END'
CREATE TABLE fine (a int);
SET ROLE rich; CREATE TABLE more (a int);
END

# A superuser loads what is none of that, all the same.
cat >in/x.sql <<'END'
CREATE TABLE fine (id int PRIMARY KEY, x text DEFAULT current_user);
CREATE TABLE t (id int PRIMARY KEY, x text);
CREATE SCHEMA other;
CREATE TABLE other.t (a int);
CREATE FUNCTION later() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION later();
ALTER EVENT TRIGGER e ENABLE ALWAYS;
CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE internal AS 'int4pl';
ALTER TABLE other.t OWNER TO app;
ALTER TABLE other.t ADD b int DEFAULT 5, ADD CHECK (b > 0);
CREATE INDEX CONCURRENTLY ON other.t (b);
CREATE VIEW other.v AS SELECT a FROM other.t;
ALTER VIEW other.v OWNER TO rich;
ALTER TABLE t OWNER TO postgres;
ALTER TABLE t ADD y int;
GRANT SELECT ON t TO app, other;
REVOKE ALL ON FUNCTION plus(int, int) FROM PUBLIC;
CREATE FUNCTION rights() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION rights() OWNER TO rich;
CREATE CAST (text AS int4) WITH INOUT;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT SELECT ON TABLES TO app;
CREATE TABLE readable (a int);
CREATE PUBLICATION p FOR ALL TABLES;
END
gives 0 changed sync "$server/app" --to in --allow all --yes
gives 0 'in sync' validate "$server/app" --to in
is "owners" "$(pg app "SELECT string_agg(relname || ' ' || relowner::regrole, ', ' ORDER BY relname, relnamespace::regnamespace::text) FROM pg_class
    WHERE relkind IN ('r', 'v') AND relnamespace IN ('public'::regnamespace, 'other'::regnamespace)")" \
    "fine postgres, readable postgres, t app, t postgres, v rich"
is "grants" "$(pg app "SELECT relacl FROM pg_class WHERE relname = 't' AND relnamespace = 'public'::regnamespace")" \
    "{postgres=arwdDxt/postgres,app=r/postgres,other=r/postgres}"
is "what was left behind" "$(pg postgres "SELECT count(*) FROM pg_database WHERE datname LIKE 'moult%'")" 0
done_testing
