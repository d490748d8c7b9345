--- pair rename-table
--- a
CREATE TABLE t (id serial PRIMARY KEY, b integer);
CREATE INDEX t_b ON t (b);
CREATE VIEW v AS SELECT b FROM t;
CREATE TABLE r (t integer REFERENCES t);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t; END;
--- b
CREATE TABLE u (id integer PRIMARY KEY, b integer);
CREATE SEQUENCE t_id_seq AS integer OWNED BY u.id;
ALTER TABLE u ALTER COLUMN id SET DEFAULT nextval('t_id_seq');
ALTER INDEX u_pkey RENAME TO t_pkey;
CREATE INDEX t_b ON u (b);
CREATE VIEW v AS SELECT b FROM u;
CREATE TABLE r (t integer REFERENCES u);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM u; END;
--- rows
INSERT INTO t (b) VALUES (1), (2);
--- rename table:public.t=public.u
--- hazards none
--- no-sql DROP
--- pair rename-column
--- a
CREATE TABLE t (id integer, old integer CHECK (old > 0), "Other" text);
CREATE INDEX i ON t (old);
CREATE VIEW v AS SELECT old FROM t;
--- b
CREATE TABLE t (id integer, new integer CHECK (new > 0), "Two Words" text);
ALTER TABLE t RENAME CONSTRAINT t_new_check TO t_old_check;
CREATE INDEX i ON t (new);
CREATE VIEW v AS SELECT new AS old FROM t;
--- rows
INSERT INTO t VALUES (1, 2, 'x');
--- rename table:public.t/column:old=new
--- rename table:public.t/column:"Other"="Two%20Words"
--- hazards none
--- no-sql DROP
--- pair rename-many
--- a
CREATE SCHEMA s;
CREATE TABLE s.t (a integer CONSTRAINT c CHECK (a > 0), CONSTRAINT k UNIQUE (a));
CREATE INDEX i ON s.t (a);
CREATE VIEW s.v AS SELECT a FROM s.t;
CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.t;
CREATE SEQUENCE s.q;
CREATE FUNCTION s.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE s.e AS ENUM ('a', 'b');
CREATE DOMAIN s.d AS integer CHECK (value > 0);
CREATE TYPE s.c AS (x integer, y text);
CREATE FUNCTION s.tr() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER g BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.tr();
CREATE POLICY p ON s.t USING (true);
CREATE RULE r AS ON DELETE TO s.t DO INSTEAD NOTHING;
CREATE STATISTICS s.st ON a, (a + 1) FROM s.t;
CREATE PUBLICATION pub FOR TABLE s.t;
--- b
CREATE SCHEMA s;
CREATE TABLE s.t (a integer CONSTRAINT c2 CHECK (a > 0), CONSTRAINT k2 UNIQUE (a));
CREATE INDEX i2 ON s.t (a);
CREATE VIEW s.v2 AS SELECT a FROM s.t;
CREATE MATERIALIZED VIEW s.m2 AS SELECT a FROM s.t;
CREATE SEQUENCE s.q2;
CREATE FUNCTION s.f2(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE s.e2 AS ENUM ('a', 'b');
CREATE DOMAIN s.d2 AS integer CONSTRAINT d_check CHECK (value > 0);
CREATE TYPE s.c2 AS (x2 integer, y text);
CREATE FUNCTION s.tr() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER g2 BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.tr();
CREATE POLICY p2 ON s.t USING (true);
CREATE RULE r2 AS ON DELETE TO s.t DO INSTEAD NOTHING;
CREATE STATISTICS s.st2 ON a, (a + 1) FROM s.t;
CREATE PUBLICATION pub2 FOR TABLE s.t;
--- rows
INSERT INTO s.t VALUES (1);
--- same
SELECT * FROM s.t;
--- rename table:s.t/check:c=c2
--- rename table:s.t/unique:k=k2
--- rename index:s.i=s.i2
--- rename view:s.v=s.v2
--- rename materialized_view:s.m=s.m2
--- rename sequence:s.q=s.q2
--- rename function:s.f(integer)=s.f2(integer)
--- rename enum:s.e=s.e2
--- rename domain:s.d=s.d2
--- rename composite:s.c=s.c2
--- rename composite:s.c2/attribute:x=x2
--- rename trigger:s.t.g=s.t.g2
--- rename policy:s.t.p=s.t.p2
--- rename rule:s.t.r=s.t.r2
--- rename statistics:s.st=s.st2
--- rename publication:pub=pub2
--- hazards none
--- no-sql DROP
--- pair rename-schema
--- a
CREATE SCHEMA old;
CREATE TABLE old.t (a integer PRIMARY KEY);
CREATE VIEW old.v AS SELECT a FROM old.t;
--- b
CREATE SCHEMA new;
CREATE TABLE new.t (a integer PRIMARY KEY);
CREATE VIEW new.v AS SELECT a FROM new.t;
--- rows
INSERT INTO old.t VALUES (1);
--- rename schema:old=new
--- no-sql DROP
--- hazards none
--- pair move-to-schema
--- a
CREATE SCHEMA s;
CREATE TABLE public.t (a serial PRIMARY KEY);
--- b
CREATE SCHEMA s;
CREATE TABLE s.t (a serial PRIMARY KEY);
--- rows
INSERT INTO t DEFAULT VALUES;
--- rename table:public.t=s.t
--- no-sql DROP
--- hazards none
--- pair rename-label
--- a
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood DEFAULT 'sad');
--- b
CREATE TYPE mood AS ENUM ('blue', 'ok');
CREATE TABLE t (m mood DEFAULT 'blue');
--- rows
INSERT INTO t VALUES ('sad'), ('ok');
--- b-only
SELECT count(*) FROM t;
--- rename enum:public.mood/label:sad=blue
--- hazards none
