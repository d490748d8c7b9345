--- pair circle-of-foreign-keys
--- a
CREATE TABLE x (id integer);
--- b
CREATE TABLE x (id integer PRIMARY KEY, y integer, z integer);
CREATE TABLE y (id integer PRIMARY KEY, z integer);
CREATE TABLE z (id integer PRIMARY KEY, x integer REFERENCES x DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE x ADD CONSTRAINT x_y FOREIGN KEY (y) REFERENCES y ON DELETE SET NULL;
ALTER TABLE y ADD CONSTRAINT y_z FOREIGN KEY (z) REFERENCES z ON UPDATE CASCADE;
ALTER TABLE x ADD CONSTRAINT x_z FOREIGN KEY (z) REFERENCES z (id) MATCH FULL NOT VALID;
--- rows
INSERT INTO x VALUES (1);
--- same
SELECT id FROM x;
--- pair circle-that-changes
--- a
CREATE TABLE a (id integer PRIMARY KEY, b integer);
CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a);
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b;
--- b
CREATE TABLE a (id bigint PRIMARY KEY, b bigint);
CREATE TABLE b (id bigint PRIMARY KEY, a bigint REFERENCES a ON DELETE CASCADE);
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b DEFERRABLE;
--- rows
INSERT INTO a VALUES (1, NULL); INSERT INTO b VALUES (2, 1); UPDATE a SET b = 2;
--- same
SELECT * FROM a; SELECT * FROM b;
--- pair constraints
--- a
CREATE EXTENSION btree_gist;
CREATE TABLE p (id integer PRIMARY KEY, k text UNIQUE, m integer, n integer, UNIQUE (m, n));
CREATE TABLE t (id integer CONSTRAINT t_key PRIMARY KEY, a integer, b integer, r int4range, u text,
    CONSTRAINT u1 UNIQUE NULLS NOT DISTINCT (a), CONSTRAINT u2 UNIQUE (b) INCLUDE (u), CONSTRAINT c1 CHECK (a > 0), CONSTRAINT c2 CHECK (b > 0) NO INHERIT,
    CONSTRAINT x1 EXCLUDE USING gist (a WITH =, r WITH &&), FOREIGN KEY (a) REFERENCES p, FOREIGN KEY (a, b) REFERENCES p (m, n) ON DELETE SET NULL (a));
COMMENT ON CONSTRAINT u1 ON t IS 'once';
COMMENT ON INDEX u2 IS 'with u';
ALTER TABLE t REPLICA IDENTITY USING INDEX t_key;
--- b
CREATE EXTENSION btree_gist;
CREATE TABLE p (id integer PRIMARY KEY, k text UNIQUE, m integer, n integer, UNIQUE (m, n));
CREATE TABLE t (id integer CONSTRAINT t_key PRIMARY KEY DEFERRABLE, a integer, b integer, r int4range, u text,
    CONSTRAINT u1 UNIQUE (a), CONSTRAINT u2 UNIQUE (b) WITH (fillfactor = 90) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT c1 CHECK (a > 0 OR a IS NULL), CONSTRAINT c2 CHECK (b > 0),
    CONSTRAINT x1 EXCLUDE USING gist (a WITH =, r WITH &&) WHERE (a > 1), FOREIGN KEY (a) REFERENCES p DEFERRABLE, FOREIGN KEY (a, b) REFERENCES p (m, n) ON DELETE CASCADE NOT VALID);
COMMENT ON CONSTRAINT u1 ON t IS 'twice';
--- rows
INSERT INTO p VALUES (1, 'k', 1, 2); INSERT INTO t VALUES (1, 1, 2, '[1,2)', 'u');
--- same
SELECT * FROM t; SELECT * FROM p;
--- pair key-moves
--- a
CREATE TABLE t (a integer PRIMARY KEY, b integer NOT NULL UNIQUE, c integer);
CREATE TABLE r (t integer CONSTRAINT r_t REFERENCES t (a), u integer REFERENCES t (b));
CREATE VIEW v AS SELECT a, b, c FROM t GROUP BY a;
--- b
CREATE TABLE t (a integer NOT NULL UNIQUE, b integer PRIMARY KEY, c integer);
CREATE TABLE r (t integer CONSTRAINT r_t REFERENCES t (a), u integer REFERENCES t (b));
CREATE VIEW v AS SELECT a, b, c FROM t GROUP BY b;
--- rows
INSERT INTO t VALUES (1, 2, 3); INSERT INTO r VALUES (1, 2);
--- same
SELECT * FROM t; SELECT * FROM r;
--- pair names-change-places
--- a
CREATE TABLE t (a integer, b integer, CONSTRAINT one CHECK (a > 0), CONSTRAINT two CHECK (b > 0));
CREATE INDEX i ON t (a);
CREATE INDEX j ON t (b);
CREATE VIEW v AS SELECT a FROM t;
CREATE MATERIALIZED VIEW w AS SELECT b FROM t;
CREATE SEQUENCE s;
CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION g(integer) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
--- b
CREATE TABLE t (a integer, b integer, CONSTRAINT two CHECK (a > 0), CONSTRAINT one CHECK (b > 0));
CREATE INDEX j ON t (a);
CREATE INDEX i ON t (b);
CREATE MATERIALIZED VIEW v AS SELECT b FROM t;
CREATE VIEW w AS SELECT a FROM t;
CREATE INDEX s ON t (a, b);
CREATE FUNCTION g(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(integer) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
--- rows
INSERT INTO t VALUES (1, 2);
--- same
SELECT * FROM t;
--- pair table-becomes-view
--- a
CREATE TABLE t (a integer PRIMARY KEY, b text);
CREATE VIEW w AS SELECT a FROM t;
CREATE FUNCTION f() RETURNS SETOF integer LANGUAGE sql BEGIN ATOMIC SELECT a FROM t; END;
--- b
CREATE TABLE t_new (a integer PRIMARY KEY, b text);
CREATE VIEW t AS SELECT a, b FROM t_new;
CREATE VIEW w AS SELECT a FROM t;
CREATE FUNCTION f() RETURNS SETOF integer LANGUAGE sql BEGIN ATOMIC SELECT a FROM t; END;
--- hazards deletes-data, not-reversible
