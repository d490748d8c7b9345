-- SPDX-License-Identifier: Apache-2.0
-- One object of every kind that the reader knows, in a schema of its own where it lies in one.
CREATE ROLE reader_a; CREATE ROLE "Reader B";
CREATE SCHEMA kinds; COMMENT ON SCHEMA kinds IS 'the schema';
GRANT USAGE ON SCHEMA kinds TO reader_a WITH GRANT OPTION;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE TYPE kinds.mood AS ENUM ('sad', 'it''s');
CREATE TYPE kinds.pair AS (a integer, b text COLLATE "C");
COMMENT ON COLUMN kinds.pair.b IS 'the second';
CREATE DOMAIN kinds.short AS varchar(9) COLLATE "C" DEFAULT 'x' NOT NULL CONSTRAINT filled CHECK (VALUE <> '');
CREATE DOMAIN kinds.list AS integer[];
CREATE TYPE kinds.span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE kinds.shell;
CREATE FUNCTION kinds.plus(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT a + b';
REVOKE ALL ON FUNCTION kinds.plus(integer, integer) FROM PUBLIC;
CREATE PROCEDURE kinds.act(INOUT x text) LANGUAGE sql BEGIN ATOMIC SELECT x; END;
CREATE AGGREGATE kinds.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE FUNCTION kinds.tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION kinds.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE SEQUENCE kinds.down AS smallint INCREMENT BY -2 MAXVALUE 90 MINVALUE -5 START 80 CACHE 3 CYCLE;
CREATE TABLE kinds.t (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 2),
  n numeric(12,2) DEFAULT kinds.plus(1), c varchar(20) COLLATE "C" NOT NULL, up text GENERATED ALWAYS AS (upper(c)) STORED,
  m kinds.mood, a timestamptz(3)[], owned bigserial, "Odd Name" text,
  CONSTRAINT t_key PRIMARY KEY (id) INCLUDE (n) WITH (fillfactor = 80),
  CONSTRAINT t_once UNIQUE NULLS NOT DISTINCT (c, m) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT t_apart EXCLUDE USING gist (int8range(id, id + 1) WITH &&) WHERE (n > 0),
  CONSTRAINT t_more CHECK (n > 0) NO INHERIT
) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
ALTER TABLE kinds.t ADD CONSTRAINT t_late CHECK (n < 9) NOT VALID;
ALTER TABLE kinds.t ALTER c SET STORAGE EXTERNAL, ALTER c SET STATISTICS 77, ALTER c SET (n_distinct = 5), ALTER up SET COMPRESSION pglz,
  REPLICA IDENTITY FULL, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, CLUSTER ON t_key;
COMMENT ON INDEX kinds.t_key IS 'of the key'; COMMENT ON CONSTRAINT t_key ON kinds.t IS 'the key'; COMMENT ON COLUMN kinds.t."Odd Name" IS 'odd';
GRANT SELECT (c), UPDATE (c) ON kinds.t TO "Reader B"; GRANT SELECT ON kinds.t TO PUBLIC; ALTER TABLE kinds.t OWNER TO reader_a;
CREATE TABLE kinds.child (extra integer, n numeric(12,2) DEFAULT 2) INHERITS (kinds.t);
ALTER TABLE kinds.child ALTER c SET DEFAULT 'own', ALTER m DROP DEFAULT;
CREATE UNLOGGED TABLE kinds.typed OF kinds.pair (PRIMARY KEY (a));
CREATE TABLE kinds.parts (k integer NOT NULL, v text) PARTITION BY RANGE (k);
CREATE TABLE kinds.first PARTITION OF kinds.parts FOR VALUES FROM (0) TO (10) PARTITION BY LIST (v);
CREATE TABLE kinds.rest PARTITION OF kinds.parts DEFAULT;
CREATE INDEX parts_v ON kinds.parts (v);
ALTER INDEX kinds.rest_v_idx SET (fillfactor = 60);
CREATE TABLE kinds.ref2 (a bigint, b bigint, PRIMARY KEY (a, b));
CREATE TABLE kinds.ref (a bigint, b bigint,
  CONSTRAINT ref_t FOREIGN KEY (a) REFERENCES kinds.t (id) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE,
  CONSTRAINT ref_two FOREIGN KEY (a, b) REFERENCES kinds.ref2 (a, b) ON DELETE SET NULL (b));
ALTER TABLE kinds.ref ADD CONSTRAINT ref_late FOREIGN KEY (b) REFERENCES kinds.t (id) NOT VALID;
CREATE INDEX t_expr ON kinds.t USING btree (lower(c) text_pattern_ops DESC NULLS LAST, n) INCLUDE (m) WITH (fillfactor = 50) WHERE n > 1;
ALTER INDEX kinds.t_expr ALTER COLUMN 1 SET STATISTICS 9;
CREATE UNIQUE INDEX t_plain ON kinds.t (n DESC, c NULLS FIRST);
CREATE INDEX t_brin ON kinds.t USING brin (n numeric_bloom_ops (n_distinct_per_range = 55));
CREATE VIEW kinds.v (x, "Y") WITH (security_invoker = true) AS SELECT id, c FROM kinds.t WITH LOCAL CHECK OPTION;
ALTER VIEW kinds.v ALTER x SET DEFAULT 3; COMMENT ON COLUMN kinds.v."Y" IS 'why';
CREATE MATERIALIZED VIEW kinds.mv AS SELECT x FROM kinds.v WITH NO DATA;
CREATE INDEX mv_x ON kinds.mv (x);
CREATE TRIGGER told BEFORE UPDATE OF c ON kinds.t FOR EACH ROW WHEN (OLD.c IS DISTINCT FROM NEW.c) EXECUTE FUNCTION kinds.tell();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON kinds.t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION kinds.tell();
ALTER TABLE kinds.t DISABLE TRIGGER told; ALTER TABLE kinds.t ENABLE ALWAYS TRIGGER later;
CREATE RULE nothing AS ON DELETE TO kinds.ref DO INSTEAD NOTHING;
CREATE POLICY own ON kinds.t AS RESTRICTIVE FOR UPDATE TO "Reader B", reader_a USING (n > 0) WITH CHECK (n > 1);
CREATE STATISTICS kinds.both (ndistinct) ON n, c FROM kinds.t; ALTER STATISTICS kinds.both SET STATISTICS 33;
CREATE EVENT TRIGGER seen ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'CREATE TABLE') EXECUTE FUNCTION kinds.watch();
ALTER EVENT TRIGGER seen DISABLE;
ALTER DEFAULT PRIVILEGES IN SCHEMA kinds GRANT SELECT ON TABLES TO reader_a;
CREATE COLLATION kinds.num (provider = icu, locale = 'und', deterministic = false);
CREATE FUNCTION kinds.pair_text(kinds.pair) RETURNS text LANGUAGE sql AS 'SELECT ''''';
CREATE CAST (kinds.pair AS text) WITH FUNCTION kinds.pair_text(kinds.pair) AS ASSIGNMENT;
CREATE FUNCTION kinds.same(kinds.pair, kinds.pair) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR kinds.=== (FUNCTION = kinds.same, LEFTARG = kinds.pair, RIGHTARG = kinds.pair, COMMUTATOR = OPERATOR(kinds.===));
CREATE OPERATOR FAMILY kinds.fam USING hash;
CREATE OPERATOR CLASS kinds.cls FOR TYPE kinds.mood USING hash FAMILY kinds.fam AS OPERATOR 1 pg_catalog.= (anyenum, anyenum), FUNCTION 1 hashenum(anyenum);
CREATE TEXT SEARCH DICTIONARY kinds.dict (TEMPLATE = simple, accept = false);
CREATE TEXT SEARCH CONFIGURATION kinds.conf (PARSER = default); ALTER TEXT SEARCH CONFIGURATION kinds.conf ADD MAPPING FOR word, asciiword WITH kinds.dict, simple;
CREATE TEXT SEARCH PARSER kinds.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE kinds.tmpl (LEXIZE = dsimple_lexize);
CREATE CONVERSION kinds.conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE kinds.other_am (a integer) USING heap2;
CREATE TRUSTED LANGUAGE mine HANDLER plpgsql_call_handler;
CREATE FOREIGN DATA WRAPPER wrap OPTIONS (debug 'true');
CREATE SERVER far TYPE 't' VERSION '2' FOREIGN DATA WRAPPER wrap OPTIONS (host 'h');
CREATE USER MAPPING FOR reader_a SERVER far OPTIONS (user 'u', password 'p');
CREATE FOREIGN TABLE kinds.ft (a integer OPTIONS (col 'x') NOT NULL) SERVER far OPTIONS (tab 'y');
CREATE PUBLICATION pub FOR TABLE kinds.t (id, c) WHERE (n > 0) WITH (publish = 'insert');
