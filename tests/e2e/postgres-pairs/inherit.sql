--- pair parents
--- a
CREATE TABLE p (a integer, b text DEFAULT 'p');
CREATE TABLE q (c integer);
CREATE TABLE t (d integer) INHERITS (p);
CREATE TABLE u (a integer, b text, e integer);
--- b
CREATE TABLE p (a integer, b text DEFAULT 'p', n integer NOT NULL DEFAULT 0);
CREATE TABLE q (c integer, CONSTRAINT positive CHECK (c > 0));
CREATE TABLE t (d integer) INHERITS (p, q);
CREATE TABLE u (a integer, b text, n integer NOT NULL DEFAULT 0, e integer) INHERITS (p);
--- rows
INSERT INTO p VALUES (1, 'x'); INSERT INTO t (a, d) VALUES (2, 3); INSERT INTO u VALUES (4, 'y', 5);
--- same
SELECT a, b FROM ONLY p; SELECT a, b, d FROM t; SELECT a, b, e FROM u;
--- pair inherited-things
--- a
CREATE TABLE p (a integer, b integer, CONSTRAINT k CHECK (a > 0));
CREATE TABLE t (CHECK (b > 0)) INHERITS (p);
ALTER TABLE t ALTER COLUMN a SET DEFAULT 5, ALTER COLUMN b SET NOT NULL;
CREATE TABLE tt () INHERITS (t);
CREATE INDEX t_a ON t (a);
COMMENT ON COLUMN t.a IS 'its own';
--- b
CREATE TABLE p (a bigint, b integer DEFAULT 1, c text, CONSTRAINT k CHECK (a > 1) NO INHERIT);
CREATE TABLE t () INHERITS (p);
ALTER TABLE t ALTER COLUMN a SET DEFAULT 6, ALTER COLUMN b DROP DEFAULT;
CREATE TABLE tt (x integer) INHERITS (t);
CREATE INDEX t_a ON t (a);
COMMENT ON COLUMN tt.a IS 'its own';
--- rows
INSERT INTO p VALUES (2, 2); INSERT INTO t VALUES (3, 3); INSERT INTO tt VALUES (4, 4);
--- same
SELECT a, b, tableoid::regclass FROM p ORDER BY a;
--- pair column-goes-up
--- a
CREATE TABLE p (a integer);
CREATE TABLE t (e integer) INHERITS (p);
CREATE INDEX t_e ON t (e);
CREATE VIEW v AS SELECT e FROM t;
--- b
CREATE TABLE p (a integer, e integer);
CREATE TABLE t () INHERITS (p);
CREATE INDEX t_e ON t (e);
CREATE VIEW v AS SELECT e FROM t;
--- rows
INSERT INTO t VALUES (1, 2);
--- same
SELECT a, e FROM t;
