--- pair enum-values-added
--- a
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood DEFAULT 'ok');
--- b
CREATE TYPE mood AS ENUM ('first', 'sad', 'middle', 'ok', 'happy');
CREATE TABLE t (m mood DEFAULT 'ok');
--- rows
INSERT INTO t VALUES ('sad'), ('ok');
--- same
SELECT m FROM t ORDER BY m;
--- hazards none
--- sql ADD VALUE
--- pair enum-value-removed
--- a
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
COMMENT ON TYPE mood IS 'how it is';
GRANT USAGE ON TYPE mood TO reader;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
CREATE DOMAIN feeling AS mood DEFAULT 'ok' CHECK (value <> 'sad');
CREATE TYPE both_moods AS (m mood, ms mood[]);
CREATE TABLE t (id integer, m mood DEFAULT 'ok' NOT NULL, ms mood[] DEFAULT '{sad,ok}', f feeling, c both_moods, CHECK (m <> 'sad' OR id > 0));
CREATE INDEX t_m ON t (m) WHERE m = 'ok';
CREATE UNIQUE INDEX t_u ON t (id, m);
CREATE VIEW v AS SELECT id, m FROM t WHERE m >= 'ok'::mood;
GRANT SELECT ON v TO reader;
CREATE VIEW vv AS SELECT m, count(*) AS n FROM v GROUP BY m;
CREATE MATERIALIZED VIEW mv AS SELECT m FROM t;
CREATE INDEX mv_m ON mv (m);
CREATE FUNCTION f(m mood DEFAULT 'ok', ms mood[] DEFAULT NULL) RETURNS mood LANGUAGE sql AS 'SELECT m';
GRANT EXECUTE ON FUNCTION f(mood, mood[]) TO app;
CREATE FUNCTION g() RETURNS TABLE (m mood) LANGUAGE sql BEGIN ATOMIC SELECT t.m FROM t; END;
CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW WHEN (new.m = 'ok') EXECUTE FUNCTION tr();
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (m <> 'sad');
CREATE TABLE parted (id integer, m mood NOT NULL) PARTITION BY LIST (m);
CREATE TABLE parted_ok PARTITION OF parted FOR VALUES IN ('ok', 'sad');
--- b
CREATE TYPE mood AS ENUM ('ok', 'sad');
COMMENT ON TYPE mood IS 'how it is';
GRANT USAGE ON TYPE mood TO reader;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
CREATE DOMAIN feeling AS mood DEFAULT 'ok' CHECK (value <> 'sad');
CREATE TYPE both_moods AS (m mood, ms mood[]);
CREATE TABLE t (id integer, m mood DEFAULT 'ok' NOT NULL, ms mood[] DEFAULT '{sad,ok}', f feeling, c both_moods, CHECK (m <> 'sad' OR id > 0));
CREATE INDEX t_m ON t (m) WHERE m = 'ok';
CREATE UNIQUE INDEX t_u ON t (id, m);
CREATE VIEW v AS SELECT id, m FROM t WHERE m >= 'ok'::mood;
GRANT SELECT ON v TO reader;
CREATE VIEW vv AS SELECT m, count(*) AS n FROM v GROUP BY m;
CREATE MATERIALIZED VIEW mv AS SELECT m FROM t;
CREATE INDEX mv_m ON mv (m);
CREATE FUNCTION f(m mood DEFAULT 'ok', ms mood[] DEFAULT NULL) RETURNS mood LANGUAGE sql AS 'SELECT m';
GRANT EXECUTE ON FUNCTION f(mood, mood[]) TO app;
CREATE FUNCTION g() RETURNS TABLE (m mood) LANGUAGE sql BEGIN ATOMIC SELECT t.m FROM t; END;
CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW WHEN (new.m = 'ok') EXECUTE FUNCTION tr();
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (m <> 'sad');
CREATE TABLE parted (id integer, m mood NOT NULL) PARTITION BY LIST (m);
CREATE TABLE parted_ok PARTITION OF parted FOR VALUES IN ('ok', 'sad');
--- rows
INSERT INTO t VALUES (1, 'sad', '{ok}', 'ok', '(ok,{sad})'), (2, 'ok', NULL, NULL, NULL);
INSERT INTO parted VALUES (1, 'ok'), (2, 'sad');
--- same
SELECT id, m, ms, f, c FROM t ORDER BY id;
SELECT id, m FROM parted ORDER BY id;
--- pair enum-value-in-use
--- a
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE t (m mood);
--- b
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood);
--- rows
INSERT INTO t VALUES ('happy');
--- same
SELECT m FROM t;
--- refused 1 invalid input value for enum
--- pair enum-value-used-at-once
--- a
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood DEFAULT 'ok');
CREATE VIEW v AS SELECT 1 AS a;
--- b
CREATE TYPE mood AS ENUM ('sad', 'ok', 'new');
CREATE TABLE t (m mood DEFAULT 'new', n mood DEFAULT 'new', CHECK (m <> 'new' OR n IS NULL OR true));
CREATE VIEW v AS SELECT m FROM t WHERE m = 'new';
--- rows
INSERT INTO t VALUES ('sad');
--- same
SELECT m FROM t;
--- pair enum-to-text
--- a
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood DEFAULT 'ok', ms mood[]);
CREATE INDEX t_m ON t (m);
--- b
CREATE TABLE t (m text DEFAULT 'ok', ms text[]);
CREATE INDEX t_m ON t (m);
--- rows
INSERT INTO t VALUES ('sad', '{ok,sad}');
--- same
SELECT * FROM t;
--- pair enum-renamed
--- a
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood DEFAULT 'ok');
--- b
CREATE TYPE feeling AS ENUM ('sad', 'ok');
CREATE TABLE t (m feeling DEFAULT 'ok');
--- rows
INSERT INTO t VALUES ('sad');
--- same
SELECT m FROM t;
--- rename enum:public.mood=public.feeling
--- hazards none
