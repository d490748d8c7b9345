-- Every kind of object, with every option of it, in one of two variants.
CREATE SCHEMA app AUTHORIZATION owner_b;
CREATE SCHEMA "Odd ""Schema""";
GRANT USAGE ON SCHEMA app TO reader;
GRANT CREATE ON SCHEMA app TO writer;
COMMENT ON SCHEMA app IS 'of others';
GRANT USAGE ON SCHEMA public TO app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE EXTENSION citext SCHEMA public;
CREATE EXTENSION btree_gist WITH SCHEMA app;
CREATE EXTENSION pg_trgm SCHEMA public VERSION '1.6';
CREATE EXTENSION postgres_fdw;
ALTER DEFAULT PRIVILEGES FOR ROLE owner_a GRANT SELECT, INSERT ON TABLES TO reader, writer;
ALTER DEFAULT PRIVILEGES FOR ROLE owner_a IN SCHEMA app GRANT USAGE, UPDATE ON SEQUENCES TO writer;
ALTER DEFAULT PRIVILEGES FOR ROLE owner_b REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE owner_b GRANT USAGE ON SCHEMAS TO app;

-- Types.
CREATE TYPE app.mood AS ENUM ('new', 'sad', 'between', 'it''s "ok"', 'happy');
COMMENT ON TYPE app.mood IS 'other mood';
ALTER TYPE app.mood OWNER TO owner_b;
REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
GRANT USAGE ON TYPE app.mood TO writer WITH GRANT OPTION;
CREATE DOMAIN app.positive AS numeric(10, 2) DEFAULT 2 CONSTRAINT above CHECK (value >= 0) CONSTRAINT below CHECK (value < 1000000);
COMMENT ON DOMAIN app.positive IS 'not below zero';
COMMENT ON CONSTRAINT above ON DOMAIN app.positive IS 'strictly';
CREATE DOMAIN app.word AS varchar(40) COLLATE "POSIX" CHECK (value ~ '^\w*$');
CREATE TYPE app.address AS (street text COLLATE "C", "No." integer, moods app.mood[], town app.word);
COMMENT ON TYPE app.address IS 'where';
COMMENT ON COLUMN app.address.street IS 'street';
CREATE TYPE app.floats AS RANGE (subtype = float8, multirange_type_name = app.floats_many);
CREATE FUNCTION app.shell_in(cstring) RETURNS app.shelled LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.shell_out(app.shelled) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE app.shelled (INPUT = app.shell_in, OUTPUT = app.shell_out, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4, STORAGE = plain, CATEGORY = 'N', DELIMITER = ',');
CREATE COLLATION app.numbers (provider = icu, locale = 'de-u-kn-true');
CREATE COLLATION app.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION app.plain (provider = libc, lc_collate = 'C', lc_ctype = 'C');
ALTER COLLATION app.ci OWNER TO owner_a;

-- Sequences.
CREATE SEQUENCE app.counter AS integer INCREMENT BY 4 MINVALUE -20 MAXVALUE 2000 START WITH 6;
ALTER SEQUENCE app.counter OWNER TO owner_b;
GRANT UPDATE ON SEQUENCE app.counter TO reader;
COMMENT ON SEQUENCE app.counter IS 'counts';
CREATE SEQUENCE app.down AS smallint;

-- Functions, and what is made of them.
CREATE FUNCTION app.plus(a integer, b integer DEFAULT 2, VARIADIC c integer[] DEFAULT '{}') RETURNS integer LANGUAGE sql
    STABLE COST 50 AS $$ SELECT a + b + 1 $$;
COMMENT ON FUNCTION app.plus(integer, integer, integer[]) IS 'sum and one';
REVOKE ALL ON FUNCTION app.plus(integer, integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.plus(integer, integer, integer[]) TO writer;
ALTER FUNCTION app.plus(integer, integer, integer[]) OWNER TO owner_b;
CREATE FUNCTION app.rows(OUT a bigint, OUT b app.mood) RETURNS SETOF record LANGUAGE sql VOLATILE ROWS 8
    BEGIN ATOMIC SELECT CASE WHEN true THEN 1::bigint END, 'new'::app.mood; SELECT 2::bigint, 'sad'::app.mood; END;
CREATE FUNCTION app.defined() RETURNS text LANGUAGE plpgsql SET search_path = app SET statement_timeout = '1s'
    AS $x$ BEGIN RETURN $y$;;$y$; END $x$;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION app.ranked() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_row_number';
CREATE PROCEDURE app.work(IN a integer, INOUT b text DEFAULT 'x') LANGUAGE plpgsql AS $$ BEGIN b := a || b; END $$;
COMMENT ON PROCEDURE app.work(integer, text) IS 'works';
GRANT EXECUTE ON PROCEDURE app.work(integer, text) TO reader;
REVOKE EXECUTE ON PROCEDURE app.work(integer, text) FROM PUBLIC;
CREATE AGGREGATE app.total(integer) (SFUNC = int4_sum, STYPE = bigint, INITCOND = '5');
CREATE AGGREGATE app.middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = SHAREABLE);
COMMENT ON AGGREGATE app.total(integer) IS 'sum';
CREATE FUNCTION app.mood_to_int(app.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT CASE $1 WHEN 'sad' THEN 0 ELSE 2 END $$;
CREATE CAST (app.mood AS integer) WITH FUNCTION app.mood_to_int(app.mood);
CREATE CAST (bigint AS app.mood) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (app.mood AS integer) IS 'counted';
CREATE FUNCTION app.less(app.address, app.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1."No." < $2."No."';
CREATE FUNCTION app.more(app.address, app.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1."No." > $2."No."';
CREATE FUNCTION app.same(app.address, app.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1."No." = $2."No."';
CREATE FUNCTION app.compare(app.address, app.address) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1."No." - $2."No."';
CREATE OPERATOR app.<<< (FUNCTION = app.less, LEFTARG = app.address, RIGHTARG = app.address, COMMUTATOR = OPERATOR(app.>>>), RESTRICT = scalarlesel);
CREATE OPERATOR app.>>> (FUNCTION = app.more, LEFTARG = app.address, RIGHTARG = app.address, COMMUTATOR = OPERATOR(app.<<<));
CREATE OPERATOR app.=== (FUNCTION = app.same, LEFTARG = app.address, RIGHTARG = app.address, COMMUTATOR = OPERATOR(app.===), HASHES);
CREATE FUNCTION app.negate(app.mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OPERATOR app.!! (FUNCTION = app.negate, RIGHTARG = app.mood);
ALTER OPERATOR app.!! (NONE, app.mood) OWNER TO owner_a;
CREATE OPERATOR FAMILY app.addresses USING btree;
CREATE OPERATOR CLASS app.by_number DEFAULT FOR TYPE app.address USING btree FAMILY app.addresses AS
    OPERATOR 1 app.<<<, OPERATOR 3 app.===, FUNCTION 1 app.compare(app.address, app.address);
COMMENT ON OPERATOR CLASS app.by_number USING btree IS 'by its number';
CREATE DEFAULT CONVERSION app.to_latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
COMMENT ON CONVERSION app.to_latin IS 'converts';
CREATE FUNCTION app.calls() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION app.inlines(internal) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION app.validates(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE sample HANDLER app.calls INLINE app.inlines VALIDATOR app.validates;
GRANT USAGE ON LANGUAGE sample TO reader;
COMMENT ON LANGUAGE sample IS 'as plpgsql';
CREATE FUNCTION app.from_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT AS 'prsd_lextype';
CREATE TRANSFORM FOR app.address LANGUAGE sample (FROM SQL WITH FUNCTION app.from_sql(internal));
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD hash_too TYPE INDEX HANDLER hashhandler;
COMMENT ON ACCESS METHOD hash_too IS 'another hash';
CREATE OPERATOR CLASS app.text_too DEFAULT FOR TYPE text USING hash_too AS
    OPERATOR 1 =, FUNCTION 1 hashtext(text);

-- Text search.
CREATE TEXT SEARCH DICTIONARY app.plain_words (TEMPLATE = pg_catalog.simple, accept = true);
CREATE TEXT SEARCH CONFIGURATION app.search (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR asciiword WITH pg_catalog.english_stem;
ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR email, url WITH app.plain_words, pg_catalog.simple;
CREATE TEXT SEARCH PARSER app.words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE app.simple_too (LEXIZE = dsimple_lexize);
COMMENT ON TEXT SEARCH CONFIGURATION app.search IS 'search';

-- Foreign data.
CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (debug 'false', other 'x');
CREATE SERVER away TYPE 'kind' VERSION '2' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h2', port '1');
COMMENT ON SERVER away IS 'far';
GRANT USAGE ON FOREIGN SERVER away TO writer WITH GRANT OPTION;
GRANT USAGE ON FOREIGN DATA WRAPPER wrapper TO reader;
CREATE USER MAPPING FOR reader SERVER away OPTIONS (user 'somebody', password_required 'true');
CREATE USER MAPPING FOR writer SERVER away;
CREATE FOREIGN TABLE app.far (id bigint OPTIONS (column_name 'nr'), name text COLLATE "C", more date OPTIONS (column_name 'm'), CONSTRAINT sane CHECK (id > 1))
    SERVER away OPTIONS (table_name 'tt', updatable 'false');
COMMENT ON FOREIGN TABLE app.far IS 'elsewhere';
GRANT SELECT (id) ON app.far TO reader;

-- Tables.
CREATE TABLE app.people (
    id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME app.people_numbers START WITH 7 MAXVALUE 1000000 CYCLE),
    code smallint GENERATED ALWAYS AS IDENTITY,
    serial bigserial,
    name varchar(100) COLLATE app.numbers,
    mail public.citext DEFAULT 'a@b' NOT NULL,
    mood app.mood DEFAULT 'new',
    price app.positive,
    home app.address,
    tags text[] DEFAULT '{x}'::text[] NOT NULL,
    born date DEFAULT CURRENT_DATE,
    "Full Name" text GENERATED ALWAYS AS (lower((name)::text)) STORED,
    range int4range,
    spare integer,
    CONSTRAINT people_key PRIMARY KEY (id) WITH (fillfactor = 90),
    CONSTRAINT one_mail UNIQUE (mail) DEFERRABLE,
    CONSTRAINT grown CHECK (born < '3999-01-01'),
    CONSTRAINT apart EXCLUDE USING gist (range WITH &&)
) WITH (autovacuum_enabled = true, parallel_workers = 2, toast.autovacuum_enabled = false);
ALTER TABLE app.people ADD CONSTRAINT later CHECK (spare > 1);
ALTER TABLE app.people ALTER COLUMN tags SET STORAGE MAIN, ALTER COLUMN mail SET STATISTICS 400, ALTER COLUMN mail SET (n_distinct = 5, n_distinct_inherited = 6);
ALTER TABLE app.people OWNER TO owner_b;
ALTER TABLE app.people REPLICA IDENTITY USING INDEX people_key;
GRANT SELECT ON app.people TO reader, app;
GRANT SELECT (name), INSERT (mail) ON app.people TO writer;
REVOKE DELETE ON app.people FROM owner_b;
COMMENT ON TABLE app.people IS 'everybody';
COMMENT ON COLUMN app.people."Full Name" IS 'in capitals';
COMMENT ON INDEX app.people_key IS 'the key';
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON app.people AS RESTRICTIVE FOR UPDATE TO writer USING (mood <> 'new') WITH CHECK (price > 2);
CREATE POLICY all_of_it ON app.people FOR SELECT USING (true);
COMMENT ON POLICY mine ON app.people IS 'own';
CREATE TABLE app.quick (id integer);
CREATE TABLE "Odd ""Schema"""."Odd ""Table""" ("A b" bigint PRIMARY KEY, "select" text NOT NULL, "ünï" text DEFAULT E'x\ny');
CREATE TABLE app.orders (
    person bigint REFERENCES app.people (id) ON DELETE SET NULL,
    a integer, b integer,
    odd bigint,
    UNIQUE (a, b),
    CONSTRAINT self FOREIGN KEY (a, b) REFERENCES app.orders (a, b) ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE app.orders ADD CONSTRAINT to_odd FOREIGN KEY (odd) REFERENCES "Odd ""Schema"""."Odd ""Table""" ON DELETE RESTRICT;
COMMENT ON CONSTRAINT self ON app.orders IS 'round';
CREATE TYPE app.point_of AS (x bigint, y integer, z text);
CREATE TABLE app.points OF app.point_of (PRIMARY KEY (x), y WITH OPTIONS DEFAULT 8);
CREATE TABLE app.base (id integer, note text DEFAULT 'new base', fresh integer DEFAULT 3, CONSTRAINT noted CHECK (note <> 'x'));
CREATE TABLE app.other_base (more integer);
CREATE TABLE app.child (id integer, own text, more integer) INHERITS (app.base);
ALTER TABLE app.child ALTER COLUMN note SET DEFAULT 'other child', ALTER COLUMN note SET NOT NULL;
CREATE INDEX child_note ON app.child (note);
CREATE TABLE app.events (id integer NOT NULL, at timestamptz NOT NULL, kind text, size bigint DEFAULT 1 NOT NULL) PARTITION BY RANGE (at, id);
CREATE TABLE app.events_old PARTITION OF app.events FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2019-06-01', 0);
CREATE TABLE app.events_2020 PARTITION OF app.events (size DEFAULT 10, CONSTRAINT own CHECK (size < 200)) FOR VALUES FROM ('2019-06-01', 0) TO ('2022-01-01', 0) PARTITION BY LIST (lower(kind));
CREATE TABLE app.events_2020_a PARTITION OF app.events_2020 FOR VALUES IN ('a', 'b', NULL) WITH (fillfactor = 65);
CREATE TABLE app.events_2020_rest PARTITION OF app.events_2020 DEFAULT PARTITION BY HASH (id);
CREATE TABLE app.events_2020_rest_0 PARTITION OF app.events_2020_rest FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE app.events_2020_rest_1 PARTITION OF app.events_2020_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE app.events_2020_rest_2 PARTITION OF app.events_2020_rest FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT;
CREATE INDEX events_kind ON app.events (kind, size);
COMMENT ON INDEX app.events_kind IS 'of each';
ALTER INDEX app.events_2020_a_kind_size_idx RENAME TO other_name;
CREATE INDEX events_2020_a_size_idx ON app.events_2020_a (size DESC);
ALTER TABLE app.events ADD CONSTRAINT sized CHECK (size >= -1);
CREATE TABLE app.clustered (a bigint, b text);

-- Indexes.
CREATE UNIQUE INDEX people_code ON app.people USING btree (code, lower(name) text_pattern_ops) INCLUDE (price) WITH (fillfactor = 77) WHERE spare > 5;
CREATE INDEX people_name ON app.people USING gin (name public.gin_trgm_ops) WITH (gin_pending_list_limit = 128);
CREATE INDEX people_sig ON app.people USING gist (name public.gist_trgm_ops (siglen = '64'));
CREATE INDEX people_hash ON app.people USING hash (serial);
CREATE INDEX people_brin ON app.people USING brin (born date_minmax_multi_ops (values_per_range = 8)) WITH (pages_per_range = 16, autosummarize = true);
CREATE INDEX people_spgist ON app.people USING gist (range);
CREATE INDEX people_home ON app.people (home);
CREATE INDEX people_more ON app.people ((id + 1), name COLLATE "C");
ALTER INDEX app.people_more ALTER COLUMN 1 SET STATISTICS 600;
CREATE UNIQUE INDEX clustered_a ON app.clustered (a);
ALTER TABLE app.clustered ALTER COLUMN a SET NOT NULL;
ALTER TABLE app.clustered REPLICA IDENTITY NOTHING;
CREATE INDEX clustered_b ON app.clustered USING hash_too (b);
CREATE STATISTICS app.together (ndistinct) ON name, mail, (id % 6) FROM app.people;
ALTER STATISTICS app.together OWNER TO owner_b;
COMMENT ON STATISTICS app.together IS 'go together';

-- Views, triggers, rules.
CREATE VIEW app.adults WITH (security_invoker = false) AS SELECT id, name AS called, price, mood FROM app.people WHERE mood <> 'new' WITH LOCAL CHECK OPTION;
CREATE VIEW app.fixed (one, two) AS VALUES (2, 'y'::text);
CREATE RECURSIVE VIEW app.counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 20;
ALTER VIEW app.adults ALTER COLUMN called SET DEFAULT 'somebody';
GRANT SELECT (id) ON app.adults TO reader;
COMMENT ON VIEW app.adults IS 'grown up';
COMMENT ON COLUMN app.adults.called IS 'name';
CREATE MATERIALIZED VIEW app.summary WITH (fillfactor = 95) AS SELECT mood, count(*) AS n, max(price) AS most FROM app.people GROUP BY mood WITH NO DATA;
CREATE UNIQUE INDEX summary_mood ON app.summary (mood);
ALTER MATERIALIZED VIEW app.summary ALTER COLUMN n SET STATISTICS 50;
COMMENT ON MATERIALIZED VIEW app.summary IS 'counted';
GRANT SELECT ON app.summary TO writer;
CREATE TRIGGER touch AFTER INSERT OR UPDATE OF name ON app.people FOR EACH ROW WHEN (new.mood <> 'new') EXECUTE FUNCTION app.touch('a', 'b''c');
CREATE TRIGGER stmt AFTER UPDATE ON app.people REFERENCING OLD TABLE AS had FOR EACH STATEMENT EXECUTE FUNCTION app.touch();
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON app.people DEFERRABLE FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER cut AFTER TRUNCATE ON app.people FOR EACH STATEMENT EXECUTE FUNCTION app.touch();
CREATE TRIGGER part AFTER UPDATE ON app.events FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER instead INSTEAD OF UPDATE ON app.adults FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.people ENABLE ALWAYS TRIGGER touch;
ALTER TABLE app.people DISABLE TRIGGER stmt;
ALTER TABLE app.people ENABLE ALWAYS TRIGGER cut;
COMMENT ON TRIGGER touch ON app.people IS 'touches';
CREATE RULE keep AS ON DELETE TO app.orders WHERE old.a > 6 DO ALSO DELETE FROM app.clustered WHERE a = old.a;
CREATE RULE note AS ON INSERT TO app.fixed DO INSTEAD NOTHING;
ALTER TABLE app.orders ENABLE REPLICA RULE keep;
COMMENT ON RULE keep ON app.orders IS 'keeps';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION app.watch();
ALTER EVENT TRIGGER watch ENABLE REPLICA;
COMMENT ON EVENT TRIGGER watch IS 'watches';

-- Replication.
CREATE PUBLICATION parts FOR TABLE app.orders (a, b, odd), app.people WHERE (id > 1) WITH (publish = 'insert');
CREATE PUBLICATION whole FOR TABLES IN SCHEMA app, public;
ALTER PUBLICATION whole OWNER TO owner_s;
COMMENT ON PUBLICATION parts IS 'some';
