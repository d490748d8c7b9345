--- pair type-under-everything
--- a
CREATE TABLE t (id integer PRIMARY KEY, price integer DEFAULT 3 NOT NULL, qty integer CHECK (qty > 0), total bigint GENERATED ALWAYS AS (price * 2) STORED);
CREATE INDEX t_price ON t (price) WHERE price > 1;
CREATE UNIQUE INDEX t_u ON t ((price + qty), id);
CREATE STATISTICS t_s ON price, qty FROM t;
CREATE VIEW v1 WITH (security_invoker = true) AS SELECT id, price FROM t;
CREATE VIEW v2 AS SELECT v1.price FROM v1 WHERE v1.price > 0;
CREATE MATERIALIZED VIEW m AS SELECT sum(price) AS s FROM v2 WITH NO DATA;
CREATE UNIQUE INDEX m_s ON m (s);
GRANT SELECT ON v1 TO reader;
GRANT SELECT (price) ON v2 TO writer WITH GRANT OPTION;
GRANT SELECT ON v1, t TO owner_a;
ALTER VIEW v2 OWNER TO owner_a;
ALTER VIEW v1 ALTER COLUMN price SET DEFAULT 7;
COMMENT ON VIEW v1 IS 'one';
COMMENT ON COLUMN v2.price IS 'cents';
COMMENT ON INDEX m_s IS 'unique';
CREATE FUNCTION total(x t) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT x.price; END;
CREATE FUNCTION prices() RETURNS SETOF v1 LANGUAGE sql BEGIN ATOMIC SELECT id, price FROM v1; END;
GRANT EXECUTE ON FUNCTION prices() TO app;
REVOKE EXECUTE ON FUNCTION prices() FROM PUBLIC;
COMMENT ON FUNCTION prices() IS 'all';
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER tr BEFORE UPDATE OF price ON t FOR EACH ROW WHEN (new.price > old.price) EXECUTE FUNCTION f();
ALTER TABLE t ENABLE ALWAYS TRIGGER tr;
COMMENT ON TRIGGER tr ON t IS 'dearer';
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t FOR SELECT TO app USING (price < 100);
COMMENT ON POLICY p ON t IS 'cheap';
CREATE RULE r AS ON DELETE TO t WHERE old.price > 5 DO INSTEAD NOTHING;
CREATE TABLE o (t integer REFERENCES t (id) ON DELETE CASCADE, id integer);
--- b
CREATE TABLE t (id bigint PRIMARY KEY, price numeric(12, 2) DEFAULT 3.5 NOT NULL, qty integer CHECK (qty > 0), total bigint GENERATED ALWAYS AS (price * 2) STORED);
CREATE INDEX t_price ON t (price) WHERE price > 1;
CREATE UNIQUE INDEX t_u ON t ((price + qty), id);
CREATE STATISTICS t_s ON price, qty FROM t;
CREATE VIEW v1 WITH (security_invoker = true) AS SELECT id, price FROM t;
CREATE VIEW v2 AS SELECT v1.price FROM v1 WHERE v1.price > 0;
CREATE MATERIALIZED VIEW m AS SELECT sum(price) AS s FROM v2 WITH NO DATA;
CREATE UNIQUE INDEX m_s ON m (s);
GRANT SELECT ON v1 TO reader;
GRANT SELECT (price) ON v2 TO writer WITH GRANT OPTION;
GRANT SELECT ON v1, t TO owner_a;
ALTER VIEW v2 OWNER TO owner_a;
ALTER VIEW v1 ALTER COLUMN price SET DEFAULT 7;
COMMENT ON VIEW v1 IS 'one';
COMMENT ON COLUMN v2.price IS 'cents';
COMMENT ON INDEX m_s IS 'unique';
CREATE FUNCTION total(x t) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT x.price; END;
CREATE FUNCTION prices() RETURNS SETOF v1 LANGUAGE sql BEGIN ATOMIC SELECT id, price FROM v1; END;
GRANT EXECUTE ON FUNCTION prices() TO app;
REVOKE EXECUTE ON FUNCTION prices() FROM PUBLIC;
COMMENT ON FUNCTION prices() IS 'all';
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER tr BEFORE UPDATE OF price ON t FOR EACH ROW WHEN (new.price > old.price) EXECUTE FUNCTION f();
ALTER TABLE t ENABLE ALWAYS TRIGGER tr;
COMMENT ON TRIGGER tr ON t IS 'dearer';
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t FOR SELECT TO app USING (price < 100);
COMMENT ON POLICY p ON t IS 'cheap';
CREATE RULE r AS ON DELETE TO t WHERE old.price > 5 DO INSTEAD NOTHING;
CREATE TABLE o (t bigint REFERENCES t (id) ON DELETE CASCADE, id bigint);
--- rows
INSERT INTO t (id, price, qty) SELECT i, i % 7, i FROM generate_series(1, 50) i;
INSERT INTO o SELECT i, i * 2 FROM generate_series(1, 50) i;
--- same
SELECT count(*), sum(id), sum(price)::integer, sum(total), sum(qty) FROM t;
SELECT sum(t), sum(id) FROM o;
--- pair no-rewrite
--- a
CREATE DOMAIN short AS varchar(10);
CREATE TABLE t (a varchar(10), b varchar(20), c numeric(5, 2), d timestamp(3), e varbit(8), f text, g integer[], i cidr);
CREATE INDEX t_a ON t (a);
--- b
CREATE DOMAIN short AS varchar(10);
CREATE TABLE t (a varchar(20), b text, c numeric(9, 2), d timestamp(6), e varbit(16), f varchar, g integer[], i inet);
CREATE INDEX t_a ON t (a);
--- rows
INSERT INTO t VALUES ('a', 'b', 1.25, '2020-01-01 10:00:00.123', '101', 'f', '{1,2}', '10.0.0.0/8');
--- same
SELECT * FROM t;
--- hazards not-reversible
--- pair shorter
--- a
CREATE TABLE t (a varchar(20), c numeric(9, 4), n bigint);
--- b
CREATE TABLE t (a varchar(5), c numeric(9, 2), n integer);
--- rows
INSERT INTO t VALUES ('abc', 1.25, 7);
--- hazards rewrites-table, blocks-writes, blocks-reads, not-reversible, rows-may-forbid, changes-values
--- pair too-long
--- a
CREATE TABLE t (a varchar(20));
--- b
CREATE TABLE t (a varchar(5));
--- rows
INSERT INTO t VALUES ('abcdefgh');
--- same
SELECT * FROM t;
--- refused 1 value too long
--- pair unlike-types
--- a
CREATE TABLE t (a text DEFAULT '1', b text, c boolean, d integer, e text, f timestamptz, g text[], h json, i integer, j uuid, k bytea);
--- b
CREATE TABLE t (a integer DEFAULT 1, b date, c integer, d boolean, e boolean, f date, g integer[], h jsonb, i text, j text, k bytea);
--- rows
INSERT INTO t VALUES ('12', '2020-02-03', true, 0, 'yes', '2021-01-01 00:00:00+00', '{1,2}', '{"a":1}', 5, '00000000-0000-0000-0000-000000000001', 'x');
--- b-only
SELECT count(*) FROM t;
--- pair domains
--- a
CREATE DOMAIN positive AS integer CONSTRAINT above CHECK (value > 0);
COMMENT ON DOMAIN positive IS 'above zero';
GRANT USAGE ON TYPE positive TO reader;
CREATE DOMAIN small AS positive DEFAULT 1 CHECK (value < 100);
CREATE TYPE pair AS (x positive, y small);
CREATE TABLE t (a positive, b small[], c pair, d small DEFAULT 5, e positive);
CREATE INDEX t_a ON t (a);
CREATE FUNCTION f(positive, small DEFAULT 3) RETURNS positive LANGUAGE sql AS 'SELECT $1';
CREATE VIEW v AS SELECT a, d FROM t WHERE a > 3::positive;
--- b
CREATE DOMAIN positive AS bigint CONSTRAINT above CHECK (value > 0) CONSTRAINT below CHECK (value < 1000000);
COMMENT ON DOMAIN positive IS 'above zero';
GRANT USAGE ON TYPE positive TO reader;
CREATE DOMAIN small AS positive DEFAULT 2 NOT NULL CHECK (value < 100);
CREATE TYPE pair AS (x positive, y small);
CREATE TABLE t (a positive, b small[], c pair, d small DEFAULT 5, e positive);
CREATE INDEX t_a ON t (a);
CREATE FUNCTION f(positive, small DEFAULT 3) RETURNS positive LANGUAGE sql AS 'SELECT $1';
CREATE VIEW v AS SELECT a, d FROM t WHERE a > 3::positive;
--- rows
INSERT INTO t VALUES (1, '{2,3}', NULL, 6, 9), (5, NULL, NULL, 7, 9);
--- same
SELECT * FROM t ORDER BY a;
--- pair domain-checks
--- a
CREATE DOMAIN email AS text CONSTRAINT has_at CHECK (value LIKE '%@%');
CREATE TABLE t (mail email, also email DEFAULT 'a@b');
CREATE VIEW v AS SELECT mail FROM t;
--- b
CREATE DOMAIN email AS text DEFAULT 'x@y' NOT NULL CONSTRAINT has_at CHECK (value LIKE '%_@_%');
ALTER DOMAIN email ADD CONSTRAINT short CHECK (length(value) < 100) NOT VALID;
CREATE TABLE t (mail email, also email DEFAULT 'a@b');
CREATE VIEW v AS SELECT mail FROM t;
--- rows
INSERT INTO t VALUES ('me@here', 'you@there');
--- same
SELECT * FROM t;
--- no-sql DROP VIEW
--- pair composite
--- a
CREATE TYPE inner_type AS (a integer, b text);
CREATE TYPE outer_type AS (i inner_type, n integer, gone text);
CREATE TABLE t (id integer, o outer_type, os outer_type[]);
CREATE VIEW v AS SELECT (o).n AS n, ((o).i).a AS a FROM t;
CREATE FUNCTION f(outer_type) RETURNS integer LANGUAGE sql AS 'SELECT ($1).n';
COMMENT ON COLUMN outer_type.n IS 'number';
--- b
CREATE TYPE inner_type AS (a bigint, b text, c boolean);
CREATE TYPE outer_type AS (i inner_type, n bigint, fresh date);
CREATE TABLE t (id integer, o outer_type, os outer_type[]);
CREATE VIEW v AS SELECT (o).n AS n, ((o).i).a AS a FROM t;
CREATE FUNCTION f(outer_type) RETURNS bigint LANGUAGE sql AS 'SELECT ($1).n';
COMMENT ON COLUMN outer_type.n IS 'number';
--- rows
INSERT INTO t VALUES (1, ROW(ROW(5, 'x'), 6, NULL), NULL), (2, NULL, NULL);
--- same
SELECT id, (o).n, ((o).i).a, ((o).i).b FROM t ORDER BY id;
--- pair range-type
--- a
CREATE TYPE span AS RANGE (subtype = integer);
CREATE TABLE t (r span, m span_multirange);
CREATE FUNCTION f(span) RETURNS integer LANGUAGE sql AS 'SELECT lower($1)';
--- b
CREATE TYPE span AS RANGE (subtype = bigint, multirange_type_name = spans);
CREATE TABLE t (r span, m spans);
CREATE FUNCTION f(span) RETURNS bigint LANGUAGE sql AS 'SELECT lower($1)';
--- rows
INSERT INTO t VALUES ('[1,5)', '{[1,2),[3,4)}');
--- same
SELECT * FROM t;
--- pair typed-table
--- a
CREATE TYPE person AS (name text, age integer);
CREATE TABLE people OF person (PRIMARY KEY (name), age NOT NULL);
--- b
CREATE TYPE person AS (name text, age bigint, town text);
CREATE TABLE people OF person (PRIMARY KEY (name), town DEFAULT 'x');
--- rows
INSERT INTO people VALUES ('a', 1);
--- same
SELECT name, age FROM people;
--- pair collation
--- a
CREATE TABLE t (a text COLLATE "C", b varchar(5));
CREATE INDEX t_a ON t (a);
CREATE VIEW v AS SELECT a FROM t WHERE a > 'b';
--- b
CREATE TABLE t (a text COLLATE "POSIX", b varchar(5) COLLATE "C");
CREATE INDEX t_a ON t (a);
CREATE VIEW v AS SELECT a FROM t WHERE a > 'b';
--- rows
INSERT INTO t VALUES ('a', 'b'), ('c', 'd');
--- same
SELECT * FROM t ORDER BY a;
