--- pair split-partition
--- a
CREATE TABLE t (id integer NOT NULL, at integer NOT NULL, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE t_0 PARTITION OF t FOR VALUES FROM (0) TO (100);
--- b
CREATE TABLE t (id integer NOT NULL, at integer NOT NULL, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (50);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (50) TO (100);
--- rows
INSERT INTO t SELECT i, i, 'n' || i FROM generate_series(0, 99) i;
--- same
SELECT count(*), sum(id), max(note) FROM t;
--- pair new-bounds
--- a
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY, at integer NOT NULL, twice integer GENERATED ALWAYS AS (at * 2) STORED) PARTITION BY RANGE (at);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (50);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (50) TO (100);
CREATE INDEX t_2_at ON t_2 (at);
CREATE TABLE t_rest PARTITION OF t DEFAULT;
CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a trigger saw a row move'; END $$;
CREATE TRIGGER seen AFTER INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION seen();
--- b
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY, at integer NOT NULL, twice integer GENERATED ALWAYS AS (at * 2) STORED) PARTITION BY RANGE (at);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (70);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (70) TO (90);
CREATE INDEX t_2_at ON t_2 (at);
CREATE TABLE t_3 PARTITION OF t FOR VALUES FROM (200) TO (300);
CREATE TABLE t_rest PARTITION OF t DEFAULT;
CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a trigger saw a row move'; END $$;
CREATE TRIGGER seen AFTER INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION seen();
--- rows
ALTER TABLE t DISABLE TRIGGER seen;
INSERT INTO t (at) SELECT i FROM generate_series(0, 250) i;
ALTER TABLE t ENABLE TRIGGER seen;
--- same
SELECT count(*), sum(id), sum(at), sum(twice) FROM t;
--- pair partition-beside-default
--- a
CREATE TABLE t (a integer, b text) PARTITION BY LIST (b);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_rest PARTITION OF t DEFAULT;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
CREATE POLICY none ON t USING (false);
--- b
CREATE TABLE t (a integer, b text) PARTITION BY LIST (b);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_b PARTITION OF t FOR VALUES IN ('b');
CREATE TABLE t_rest PARTITION OF t DEFAULT;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
CREATE POLICY none ON t USING (false);
--- rows
INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, NULL);
--- b-only
SELECT * FROM t ORDER BY a;
--- one-way
--- pair detach-and-attach
--- a
CREATE TABLE t (id integer NOT NULL, k text NOT NULL, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE INDEX t_k ON t (k);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_b PARTITION OF t FOR VALUES IN ('b');
CREATE INDEX own ON t_b (id);
--- b
CREATE TABLE t (id integer NOT NULL, k text NOT NULL, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE INDEX t_k ON t (k);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_b (id integer NOT NULL, k text NOT NULL, extra integer);
CREATE INDEX own ON t_b (id);
--- rows
INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'b');
--- same
SELECT id, k FROM t_a UNION ALL SELECT id, k FROM t_b ORDER BY 1;
--- pair plain-and-partitioned
--- a
CREATE TABLE people (id integer PRIMARY KEY);
CREATE TABLE t (id bigserial, at date NOT NULL, who integer REFERENCES people, note varchar(20), CHECK (note <> ''));
CREATE INDEX t_at ON t (at);
CREATE VIEW v AS SELECT at, count(*) AS n FROM t GROUP BY at;
COMMENT ON VIEW v IS 'by day';
GRANT SELECT ON v TO reader;
GRANT UPDATE (note) ON t TO writer;
COMMENT ON TABLE t IS 'events';
COMMENT ON COLUMN t.note IS 'what was said';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.note := 'seen'; RETURN new; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t TO app USING (who = 1);
--- b
CREATE TABLE people (id integer PRIMARY KEY);
CREATE TABLE t (id bigserial, at date NOT NULL, who integer REFERENCES people, note varchar(20), CHECK (note <> '')) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE t_2021 PARTITION OF t FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY LIST (who);
CREATE TABLE t_2021_1 PARTITION OF t_2021 FOR VALUES IN (1);
CREATE TABLE t_2021_rest PARTITION OF t_2021 DEFAULT;
CREATE INDEX t_at ON t (at);
CREATE VIEW v AS SELECT at, count(*) AS n FROM t GROUP BY at;
COMMENT ON VIEW v IS 'by day';
GRANT SELECT ON v TO reader;
GRANT UPDATE (note) ON t TO writer;
COMMENT ON TABLE t IS 'events';
COMMENT ON COLUMN t.note IS 'what was said';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.note := 'seen'; RETURN new; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t TO app USING (who = 1);
--- rows
INSERT INTO people VALUES (1), (2);
ALTER TABLE t DISABLE TRIGGER stamp;
INSERT INTO t (at, who, note) SELECT date '2020-01-01' + i, 1 + i % 2, 'n' || i FROM generate_series(0, 699) i;
ALTER TABLE t ENABLE TRIGGER stamp;
SELECT nextval('t_id_seq');
--- same
SELECT count(*), sum(id), min(note), max(at) FROM t;
SELECT last_value FROM t_id_seq;
--- hazards rewrites-table, blocks-writes, blocks-reads, rows-may-forbid
--- pair other-key
--- a
CREATE TABLE t (a integer, b integer) PARTITION BY RANGE (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE TABLE t_3 PARTITION OF t FOR VALUES FROM (20) TO (30);
CREATE INDEX t_1_b ON t_1 (b);
CREATE VIEW v AS SELECT * FROM t_1;
--- b
CREATE TABLE t (a integer, b integer) PARTITION BY RANGE (b);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (30);
CREATE TABLE t_3 (a integer, b integer, c text);
CREATE INDEX t_1_b ON t_1 (b);
CREATE VIEW v AS SELECT * FROM t_1;
--- rows
INSERT INTO t SELECT i, 29 - i FROM generate_series(0, 29) i;
--- b-only
SELECT count(*), sum(a), sum(b) FROM t;
SELECT a, b FROM t WHERE a >= 20 ORDER BY a;
--- one-way
--- pair hash-modulus
--- a
CREATE TABLE t (a integer PRIMARY KEY, b text) PARTITION BY HASH (a);
CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE t_1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE r (t integer REFERENCES t);
--- b
CREATE TABLE t (a integer PRIMARY KEY, b text) PARTITION BY HASH (a);
CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE t_1 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE t_2 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 2);
CREATE TABLE r (t integer REFERENCES t);
--- rows
INSERT INTO t SELECT i, 'x' || i FROM generate_series(1, 500) i;
INSERT INTO r SELECT i FROM generate_series(1, 500, 7) i;
--- same
SELECT count(*), sum(a), max(b) FROM t;
SELECT count(*), sum(t) FROM r;
--- pair attached-with-swapped-bounds
--- a
CREATE TABLE t (a integer) PARTITION BY LIST (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (2);
--- b
CREATE TABLE t (a integer) PARTITION BY LIST (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (2);
CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (1);
--- rows
INSERT INTO t VALUES (1), (1), (2);
--- same
SELECT a FROM t ORDER BY a;
--- pair partition-dropped
--- a
CREATE TABLE t (a integer) PARTITION BY LIST (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (2);
--- b
CREATE TABLE t (a integer) PARTITION BY LIST (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
--- hazards deletes-data, not-reversible
--- pair no-place-for-rows
--- a
CREATE TABLE t (a integer) PARTITION BY LIST (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1, 2, 3);
--- b
CREATE TABLE t (a integer) PARTITION BY LIST (a);
CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (1, 2);
--- rows
INSERT INTO t VALUES (1), (3);
--- same
SELECT a FROM t ORDER BY a;
--- refused 1 no partition of relation "t" found for row
