-- Every kind of object, with every option of it, in one of two variants.
CREATE SCHEMA app AUTHORIZATION owner_a;
CREATE SCHEMA "Odd ""Schema""";
GRANT USAGE ON SCHEMA app TO reader, writer;
GRANT CREATE ON SCHEMA app TO writer WITH GRANT OPTION;
COMMENT ON SCHEMA app IS 'of the application';
COMMENT ON SCHEMA public IS 'shared';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE EXTENSION citext SCHEMA public;
CREATE EXTENSION btree_gist WITH SCHEMA app;
CREATE EXTENSION pg_trgm SCHEMA public VERSION '1.5';
CREATE EXTENSION postgres_fdw;
COMMENT ON EXTENSION citext IS 'not the usual comment';
ALTER DEFAULT PRIVILEGES FOR ROLE owner_a GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE owner_a IN SCHEMA app GRANT USAGE ON SEQUENCES TO writer WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE owner_b REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE owner_b REVOKE USAGE ON TYPES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE owner_b GRANT USAGE ON SCHEMAS TO app;

-- Types.
CREATE TYPE app.mood AS ENUM ('sad', 'it''s "ok"', 'happy');
COMMENT ON TYPE app.mood IS 'mood';
ALTER TYPE app.mood OWNER TO owner_a;
REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
GRANT USAGE ON TYPE app.mood TO reader;
CREATE DOMAIN app.positive AS numeric(10, 2) DEFAULT 1 NOT NULL CONSTRAINT above CHECK (value > 0);
ALTER DOMAIN app.positive ADD CONSTRAINT below CHECK (value < 1000000) NOT VALID;
COMMENT ON DOMAIN app.positive IS 'above zero';
COMMENT ON CONSTRAINT above ON DOMAIN app.positive IS 'strictly';
CREATE DOMAIN app.word AS text COLLATE "C" CHECK (value ~ '^\w+$');
CREATE TYPE app.address AS (street text COLLATE "C", "No." integer, moods app.mood[]);
COMMENT ON TYPE app.address IS 'where';
COMMENT ON COLUMN app.address."No." IS 'number';
CREATE TYPE app.floats AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = app.many_floats);
CREATE FUNCTION app.shell_in(cstring) RETURNS app.shelled LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.shell_out(app.shelled) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE app.shelled (INPUT = app.shell_in, OUTPUT = app.shell_out, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4, STORAGE = plain, CATEGORY = 'N', DELIMITER = ';');
CREATE TYPE app.only_shell;
CREATE COLLATION app.numbers (provider = icu, locale = 'en-u-kn-true');
CREATE COLLATION app.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION app.plain (provider = libc, lc_collate = 'C', lc_ctype = 'C');
COMMENT ON COLLATION app.ci IS 'whatever the case';

-- Sequences.
CREATE SEQUENCE app.counter AS smallint INCREMENT BY 3 MINVALUE -10 MAXVALUE 1000 START WITH 5 CACHE 4 CYCLE;
ALTER SEQUENCE app.counter OWNER TO owner_a;
GRANT USAGE, SELECT ON SEQUENCE app.counter TO reader;
COMMENT ON SEQUENCE app.counter IS 'counts';
CREATE SEQUENCE app.down INCREMENT BY -1;

-- Functions, and what is made of them.
CREATE FUNCTION app.plus(a integer, b integer DEFAULT 2, VARIADIC c integer[] DEFAULT '{}') RETURNS integer LANGUAGE sql
    IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 5 AS $$ SELECT a + b $$;
COMMENT ON FUNCTION app.plus(integer, integer, integer[]) IS 'sum';
REVOKE ALL ON FUNCTION app.plus(integer, integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.plus(integer, integer, integer[]) TO reader WITH GRANT OPTION;
ALTER FUNCTION app.plus(integer, integer, integer[]) OWNER TO owner_a;
CREATE FUNCTION app.rows(OUT a integer, OUT b app.mood) RETURNS SETOF record LANGUAGE sql STABLE ROWS 7 SUPPORT generate_series_int4_support
    BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END, 'sad'::app.mood; END;
CREATE FUNCTION app.defined() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp SET work_mem = '2MB'
    AS $x$ BEGIN RETURN $y$;$y$; END $x$;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION app.ranked() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_row_number';
CREATE PROCEDURE app.work(IN a integer, INOUT b text DEFAULT 'x') LANGUAGE plpgsql AS $$ BEGIN b := b || a; END $$;
COMMENT ON PROCEDURE app.work(integer, text) IS 'works';
GRANT EXECUTE ON PROCEDURE app.work(integer, text) TO writer;
CREATE AGGREGATE app.total(integer) (SFUNC = int4_sum, STYPE = bigint, COMBINEFUNC = int8pl, INITCOND = '0', PARALLEL = SAFE);
CREATE AGGREGATE app.middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_WRITE);
COMMENT ON AGGREGATE app.total(integer) IS 'sum';
CREATE FUNCTION app.mood_to_int(app.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT CASE $1 WHEN 'sad' THEN 0 ELSE 1 END $$;
CREATE CAST (app.mood AS integer) WITH FUNCTION app.mood_to_int(app.mood) AS ASSIGNMENT;
CREATE CAST (integer AS app.mood) WITH INOUT;
COMMENT ON CAST (app.mood AS integer) IS 'counted';
CREATE FUNCTION app.less(app.address, app.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1."No." < $2."No."';
CREATE FUNCTION app.more(app.address, app.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1."No." > $2."No."';
CREATE FUNCTION app.same(app.address, app.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1."No." = $2."No."';
CREATE FUNCTION app.compare(app.address, app.address) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1."No." - $2."No."';
CREATE OPERATOR app.<<< (FUNCTION = app.less, LEFTARG = app.address, RIGHTARG = app.address, COMMUTATOR = OPERATOR(app.>>>), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR app.>>> (FUNCTION = app.more, LEFTARG = app.address, RIGHTARG = app.address, COMMUTATOR = OPERATOR(app.<<<));
CREATE OPERATOR app.=== (FUNCTION = app.same, LEFTARG = app.address, RIGHTARG = app.address, COMMUTATOR = OPERATOR(app.===), HASHES, MERGES);
CREATE FUNCTION app.negate(app.mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OPERATOR app.!! (FUNCTION = app.negate, RIGHTARG = app.mood);
COMMENT ON OPERATOR app.!! (NONE, app.mood) IS 'one side';
CREATE OPERATOR FAMILY app.addresses USING btree;
CREATE OPERATOR CLASS app.by_number DEFAULT FOR TYPE app.address USING btree FAMILY app.addresses AS
    OPERATOR 1 app.<<<, OPERATOR 3 app.===, OPERATOR 5 app.>>>, FUNCTION 1 app.compare(app.address, app.address);
ALTER OPERATOR FAMILY app.addresses USING btree ADD FUNCTION 4 (app.address, app.address) btequalimage(oid);
COMMENT ON OPERATOR CLASS app.by_number USING btree IS 'by number';
CREATE CONVERSION app.to_latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
CREATE FUNCTION app.calls() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION app.inlines(internal) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION app.validates(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE sample HANDLER app.calls INLINE app.inlines VALIDATOR app.validates;
REVOKE USAGE ON LANGUAGE sample FROM PUBLIC;
COMMENT ON LANGUAGE sample IS 'as plpgsql';
CREATE FUNCTION app.from_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT AS 'prsd_lextype';
CREATE TRANSFORM FOR app.address LANGUAGE sample (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD hash_too TYPE INDEX HANDLER hashhandler;
COMMENT ON ACCESS METHOD heap_too IS 'another heap';
CREATE OPERATOR CLASS app.text_too DEFAULT FOR TYPE text USING hash_too AS
    OPERATOR 1 =, FUNCTION 1 hashtext(text);

-- Text search.
CREATE TEXT SEARCH DICTIONARY app.plain_words (TEMPLATE = pg_catalog.simple, stopwords = english, accept = false);
CREATE TEXT SEARCH CONFIGURATION app.search (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR asciiword, word WITH app.plain_words, pg_catalog.english_stem;
ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR email WITH pg_catalog.simple;
CREATE TEXT SEARCH PARSER app.words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE app.simple_too (INIT = dsimple_init, LEXIZE = dsimple_lexize);
COMMENT ON TEXT SEARCH CONFIGURATION app.search IS 'search';

-- Foreign data.
CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (debug 'true');
CREATE SERVER away TYPE 'kind' VERSION '1' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h', dbname 'd', fetch_size '7');
COMMENT ON SERVER away IS 'far';
GRANT USAGE ON FOREIGN SERVER away TO reader;
GRANT USAGE ON FOREIGN DATA WRAPPER wrapper TO reader;
CREATE USER MAPPING FOR reader SERVER away OPTIONS (user 'someone');
CREATE USER MAPPING FOR PUBLIC SERVER away;
CREATE FOREIGN TABLE app.far (id integer OPTIONS (column_name 'no') NOT NULL, name text COLLATE "C" DEFAULT 'x', CONSTRAINT sane CHECK (id > 0))
    SERVER away OPTIONS (schema_name 's', table_name 't');
COMMENT ON FOREIGN TABLE app.far IS 'elsewhere';
GRANT SELECT (id) ON app.far TO reader;

-- Tables.
CREATE TABLE app.people (
    id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME app.people_numbers START WITH 100 INCREMENT BY 10 CACHE 5),
    code smallint GENERATED BY DEFAULT AS IDENTITY,
    serial serial,
    name text COLLATE app.numbers NOT NULL,
    mail public.citext DEFAULT 'x@y',
    mood app.mood DEFAULT 'sad' NOT NULL,
    price app.positive,
    home app.address,
    tags text[] COMPRESSION pglz DEFAULT '{}'::text[],
    born date DEFAULT CURRENT_DATE,
    "Full Name" text GENERATED ALWAYS AS (upper(name)) STORED,
    range int4range,
    spare integer,
    CONSTRAINT people_key PRIMARY KEY (id) INCLUDE (code) WITH (fillfactor = 80),
    CONSTRAINT one_mail UNIQUE NULLS NOT DISTINCT (mail) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT grown CHECK (born < '2999-01-01') NO INHERIT,
    CONSTRAINT apart EXCLUDE USING gist (code WITH =, range WITH &&) WHERE (code > 0)
) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 9);
ALTER TABLE app.people ADD CONSTRAINT later CHECK (spare > 0) NOT VALID;
ALTER TABLE app.people ALTER COLUMN name SET STORAGE EXTERNAL, ALTER COLUMN name SET STATISTICS 300, ALTER COLUMN mail SET (n_distinct = -0.5);
ALTER TABLE app.people OWNER TO owner_a;
ALTER TABLE app.people REPLICA IDENTITY FULL;
GRANT SELECT, INSERT ON app.people TO reader;
GRANT SELECT (name, mail), UPDATE (name) ON app.people TO writer WITH GRANT OPTION;
REVOKE TRUNCATE ON app.people FROM owner_a;
COMMENT ON TABLE app.people IS 'people';
COMMENT ON COLUMN app.people."Full Name" IS 'in capitals';
COMMENT ON CONSTRAINT grown ON app.people IS 'no time travel';
COMMENT ON INDEX app.people_key IS 'key';
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.people FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON app.people AS RESTRICTIVE FOR UPDATE TO reader, CURRENT_USER USING (mood <> 'sad') WITH CHECK (price > 1);
CREATE POLICY all_of_it ON app.people USING (true);
COMMENT ON POLICY mine ON app.people IS 'own';
CREATE UNLOGGED TABLE app.quick (id integer) USING heap_too;
CREATE TABLE "Odd ""Schema"""."Odd ""Table""" ("A b" integer PRIMARY KEY, "select" text, "ünï" text DEFAULT 'a''b\c');
CREATE TABLE app.orders (
    person bigint REFERENCES app.people (id) MATCH FULL ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE,
    a integer, b integer,
    odd integer,
    UNIQUE (a, b),
    CONSTRAINT self FOREIGN KEY (a, b) REFERENCES app.orders (a, b) ON DELETE SET NULL (b)
);
ALTER TABLE app.orders ADD CONSTRAINT to_odd FOREIGN KEY (odd) REFERENCES "Odd ""Schema"""."Odd ""Table""" ON DELETE SET DEFAULT NOT VALID;
COMMENT ON CONSTRAINT self ON app.orders IS 'circle';
CREATE TYPE app.point_of AS (x integer, y integer);
CREATE TABLE app.points OF app.point_of (PRIMARY KEY (x), y WITH OPTIONS DEFAULT 7 NOT NULL);
CREATE TABLE app.base (id integer, note text DEFAULT 'base' NOT NULL, CONSTRAINT noted CHECK (note <> ''));
CREATE TABLE app.other_base (more integer);
CREATE TABLE app.child (id integer, own text) INHERITS (app.base, app.other_base);
ALTER TABLE app.child ALTER COLUMN note SET DEFAULT 'child', ALTER COLUMN more SET NOT NULL;
CREATE INDEX child_note ON app.child (note);
CREATE TABLE app.events (id integer NOT NULL, at timestamptz NOT NULL, kind text, size integer DEFAULT 0) PARTITION BY RANGE (at, id);
CREATE TABLE app.events_old PARTITION OF app.events FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2020-01-01', 0);
CREATE TABLE app.events_2020 PARTITION OF app.events (size DEFAULT 9 NOT NULL, CONSTRAINT own CHECK (size < 100)) FOR VALUES FROM ('2020-01-01', 0) TO ('2021-01-01', 0) PARTITION BY LIST (lower(kind));
CREATE TABLE app.events_2020_a PARTITION OF app.events_2020 FOR VALUES IN ('a', NULL) WITH (fillfactor = 60);
CREATE TABLE app.events_2020_rest PARTITION OF app.events_2020 DEFAULT PARTITION BY HASH (id);
CREATE TABLE app.events_2020_rest_0 PARTITION OF app.events_2020_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE UNLOGGED TABLE app.events_2020_rest_1 PARTITION OF app.events_2020_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT;
CREATE INDEX events_kind ON app.events (kind);
COMMENT ON INDEX app.events_kind IS 'of all';
ALTER INDEX app.events_2020_a_kind_idx RENAME TO own_name;
CREATE INDEX ON app.events_2020_a (size);
ALTER TABLE app.events ADD CONSTRAINT sized CHECK (size >= 0);
CREATE TABLE app.clustered (a integer, b text);

-- Indexes.
CREATE UNIQUE INDEX people_code ON app.people USING btree (code DESC NULLS LAST, lower(name) text_pattern_ops) INCLUDE (mood) WITH (fillfactor = 66, deduplicate_items = off) WHERE spare IS NULL;
CREATE INDEX people_name ON app.people USING gin (name public.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX people_sig ON app.people USING gist (name public.gist_trgm_ops (siglen = '32'));
CREATE INDEX people_hash ON app.people USING hash (serial);
CREATE INDEX people_brin ON app.people USING brin (born date_minmax_multi_ops (values_per_range = 16)) WITH (pages_per_range = 8);
CREATE INDEX people_spgist ON app.people USING spgist (range);
CREATE INDEX people_home ON app.people (home);
CREATE INDEX people_more ON app.people ((id + 1), name COLLATE "C");
ALTER INDEX app.people_more ALTER COLUMN 1 SET STATISTICS 500;
CREATE UNIQUE INDEX clustered_a ON app.clustered (a);
ALTER TABLE app.clustered CLUSTER ON clustered_a;
ALTER TABLE app.clustered ALTER COLUMN a SET NOT NULL;
ALTER TABLE app.clustered REPLICA IDENTITY USING INDEX clustered_a;
CREATE INDEX clustered_b ON app.clustered USING hash_too (b);
CREATE STATISTICS app.together (ndistinct, dependencies, mcv) ON name, mail, (id % 5) FROM app.people;
ALTER STATISTICS app.together SET STATISTICS 200;
COMMENT ON STATISTICS app.together IS 'go together';

-- Views, triggers, rules.
CREATE VIEW app.adults WITH (security_invoker = true, security_barrier = true) AS SELECT id, name AS called, price FROM app.people WHERE mood <> 'sad' WITH CASCADED CHECK OPTION;
CREATE VIEW app.fixed (one, two) AS VALUES (1, 'x'::text);
CREATE RECURSIVE VIEW app.counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 10;
ALTER VIEW app.adults ALTER COLUMN called SET DEFAULT 'nobody';
GRANT SELECT (called) ON app.adults TO reader;
COMMENT ON VIEW app.adults IS 'grown';
COMMENT ON COLUMN app.adults.called IS 'name';
CREATE MATERIALIZED VIEW app.summary WITH (fillfactor = 90) AS SELECT mood, count(*) AS n FROM app.people GROUP BY mood WITH NO DATA;
CREATE UNIQUE INDEX summary_mood ON app.summary (mood);
ALTER MATERIALIZED VIEW app.summary ALTER COLUMN n SET STATISTICS 50;
ALTER MATERIALIZED VIEW app.summary CLUSTER ON summary_mood;
COMMENT ON MATERIALIZED VIEW app.summary IS 'counted';
GRANT SELECT ON app.summary TO PUBLIC;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF name, mail ON app.people FOR EACH ROW WHEN (new.mood <> 'sad') EXECUTE FUNCTION app.touch('a', 'b''c');
CREATE TRIGGER stmt AFTER UPDATE ON app.people REFERENCING OLD TABLE AS was NEW TABLE AS "Is" FOR EACH STATEMENT EXECUTE FUNCTION app.touch();
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON app.people FROM app.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER cut BEFORE TRUNCATE ON app.people FOR EACH STATEMENT EXECUTE FUNCTION app.touch();
CREATE TRIGGER part AFTER INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER instead INSTEAD OF INSERT ON app.adults FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.people DISABLE TRIGGER touch;
ALTER TABLE app.people ENABLE REPLICA TRIGGER stmt;
ALTER TABLE app.people ENABLE ALWAYS TRIGGER cut;
COMMENT ON TRIGGER touch ON app.people IS 'touches';
CREATE RULE keep AS ON DELETE TO app.orders WHERE old.a > 5 DO INSTEAD (SELECT 1; DELETE FROM app.clustered WHERE a = old.a);
CREATE RULE note AS ON INSERT TO app.fixed DO INSTEAD NOTHING;
ALTER TABLE app.orders DISABLE RULE keep;
COMMENT ON RULE keep ON app.orders IS 'keeps';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION app.watch();
ALTER EVENT TRIGGER watch DISABLE;
COMMENT ON EVENT TRIGGER watch IS 'watches';

-- Replication.
CREATE PUBLICATION parts FOR TABLE app.orders (a, b) WHERE (a > 1), app.clustered WITH (publish = 'insert, update', publish_via_partition_root = true);
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE PUBLICATION whole FOR TABLES IN SCHEMA app;
COMMENT ON PUBLICATION parts IS 'some';
