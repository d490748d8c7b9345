-- SPDX-License-Identifier: Apache-2.0
-- Every kind and option that the adapter reads.
CREATE TABLE parent (
  id int unsigned zerofill NOT NULL AUTO_INCREMENT,
  b bigint(12) DEFAULT NULL,
  c varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'x\'y\\z' COMMENT 'it''s',
  PRIMARY KEY (id) COMMENT 'the key',
  UNIQUE KEY u (b),
  KEY pref (c(5) DESC)
) ENGINE=InnoDB COMMENT='of all, it\'s the first' ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 AUTO_INCREMENT=100;
CREATE TABLE child (
  id bigint NOT NULL AUTO_INCREMENT,
  pid int unsigned,
  e enum('a', 'b,c', 'd''e') NOT NULL DEFAULT 'a',
  s set('x', 'y'),
  j json,
  jn json NOT NULL DEFAULT (json_object('a', 1)) COMMENT 'of its own',
  d datetime(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  ts timestamp NULL DEFAULT NULL,
  ts2 timestamp(3) NOT NULL DEFAULT '2020-01-01 00:00:00',
  g int AS (b + 1) VIRTUAL,
  g2 decimal(12, 2) GENERATED ALWAYS AS (dd * 2) STORED,
  g4 varchar(30) AS (concat(e, '-', 'x;y')) VIRTUAL INVISIBLE COMMENT 'computed',
  inv int INVISIBLE DEFAULT 5,
  comp text COMPRESSED,
  b int DEFAULT -1,
  shape geometry NOT NULL,
  p point,
  dd decimal(10, 2) unsigned DEFAULT 1.50,
  expr int DEFAULT (1 + 2),
  u uuid DEFAULT uuid(),
  bits bit(3) DEFAULT b'101',
  y year,
  bl blob DEFAULT 'abc',
  flag boolean NOT NULL DEFAULT true,
  ip inet6 DEFAULT '::1',
  txt text CHARACTER SET latin1,
  chk int CHECK (chk > 3),
  vb varbinary(20) DEFAULT x'4142',
  tt tinytext,
  dbl double(10, 3),
  fl float,
  nat national varchar(20),
  bina char(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  z int(5) unsigned zerofill,
  tm time(2) DEFAULT '01:02:03.04',
  fixed binary(16),
  `odd ``name` int,
  PRIMARY KEY (id),
  UNIQUE KEY g2 (g2),
  CONSTRAINT fk1 FOREIGN KEY (pid) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE NO ACTION,
  CONSTRAINT positive CHECK (pid > 0),
  CONSTRAINT ck2 CHECK (dd < 100 AND s <> 'x;y'),
  FULLTEXT KEY ft (tt),
  SPATIAL KEY sp (shape),
  KEY ig (y) IGNORED,
  KEY dsc (d DESC, y) USING BTREE COMMENT 'kc',
  KEY (pid, `odd ``name`),
  KEY generated (g)
) ROW_FORMAT=DYNAMIC STATS_PERSISTENT=1 STATS_AUTO_RECALC=0 STATS_SAMPLE_PAGES=10;
CREATE TABLE circle_a (id int PRIMARY KEY, b int, KEY (b));
CREATE TABLE circle_b (id int PRIMARY KEY, a int, self int, FOREIGN KEY (a) REFERENCES circle_a (id) ON DELETE SET NULL,
  FOREIGN KEY (self) REFERENCES circle_b (id));
ALTER TABLE circle_a ADD CONSTRAINT back FOREIGN KEY (b) REFERENCES circle_b (id) ON UPDATE CASCADE;
CREATE TABLE versioned (a int PRIMARY KEY, b int WITHOUT SYSTEM VERSIONING, c varchar(10)) WITH SYSTEM VERSIONING;
CREATE TABLE versioned2 (
  a int PRIMARY KEY,
  rs timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE,
  re timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE,
  PERIOD FOR SYSTEM_TIME (rs, re)
) WITH SYSTEM VERSIONING;
CREATE TABLE history (a int) WITH SYSTEM VERSIONING
  PARTITION BY SYSTEM_TIME LIMIT 1000 (PARTITION p0 HISTORY, PARTITION p1 HISTORY, PARTITION pn CURRENT);
CREATE TABLE booking (room int, s date, e date, PERIOD FOR stay (s, e), UNIQUE KEY free (room, stay WITHOUT OVERLAPS));
CREATE TABLE ranges (a int, d date) COMMENT 'in parts'
  PARTITION BY RANGE (year(d)) SUBPARTITION BY HASH (a) SUBPARTITIONS 2 (
    PARTITION p0 VALUES LESS THAN (1990) COMMENT 'x' ENGINE=InnoDB,
    PARTITION p1 VALUES LESS THAN MAXVALUE MAX_ROWS=5);
CREATE TABLE years (a int, d date NOT NULL) PARTITION BY RANGE (to_days(d)) (
    PARTITION y1 VALUES LESS THAN (to_days('2020-01-01')),
    PARTITION y2 VALUES LESS THAN (to_days('2021-01-01')),
    PARTITION y3 VALUES LESS THAN (to_days('2022-01-01')));
CREATE TABLE lists (a int) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1, 2, NULL), PARTITION pd DEFAULT);
CREATE TABLE hashed (a int PRIMARY KEY) PARTITION BY LINEAR HASH (a) PARTITIONS 3;
CREATE TABLE keyed (a int PRIMARY KEY) PARTITION BY KEY (a) PARTITIONS 4;
CREATE TABLE columned (a int, b varchar(5)) PARTITION BY RANGE COLUMNS (a, b) (
    PARTITION p0 VALUES LESS THAN (1, 'x'), PARTITION p1 VALUES LESS THAN (MAXVALUE, MAXVALUE));
CREATE TABLE isam (a int, b varchar(10)) ENGINE=MyISAM CHECKSUM=1 DELAY_KEY_WRITE=1 PACK_KEYS=1 MAX_ROWS=100
  MIN_ROWS=2 AVG_ROW_LENGTH=20 ROW_FORMAT=FIXED;
CREATE TABLE aria (a int, b varchar(10)) ENGINE=Aria TRANSACTIONAL=1 PAGE_CHECKSUM=1;
CREATE TABLE memory (a int, KEY USING HASH (a)) ENGINE=MEMORY;
CREATE TABLE pages (a int) PAGE_COMPRESSED=1 PAGE_COMPRESSION_LEVEL=4;
CREATE TABLE counted (id bigint NOT NULL DEFAULT 0, note varchar(20)) DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_unicode_ci;
ALTER TABLE counted ALTER COLUMN note DROP DEFAULT;

CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 2 MINVALUE 1 MAXVALUE 101 CACHE 10 CYCLE COMMENT='odd ones';
CREATE SEQUENCE down INCREMENT BY -1;
CREATE TABLE tickets (id bigint NOT NULL DEFAULT (NEXTVAL(numbers)), PRIMARY KEY (id));

CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW merged AS SELECT a, b FROM isam WHERE a > 3 WITH LOCAL CHECK OPTION;
CREATE ALGORITHM=TEMPTABLE VIEW z_first AS SELECT m.a AS x, count(*) AS `n;m` FROM merged m JOIN aria USING (a) GROUP BY m.a;
CREATE VIEW a_last (k, l) AS SELECT x, 'it''s; "so"' FROM z_first;

DELIMITER //
CREATE FUNCTION joined(x int, y varchar(10) CHARACTER SET latin1) RETURNS varchar(20) CHARSET utf8mb4
    READS SQL DATA DETERMINISTIC SQL SECURITY INVOKER COMMENT 'fc; too'
BEGIN
    DECLARE z int;
    SET z = x; -- a comment; with a semicolon
    RETURN concat(y, z, ';');
END//
CREATE PROCEDURE moving(IN a int, OUT b varchar(20), INOUT c decimal(10, 2)) MODIFIES SQL DATA
BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN END;
    IF a > 3 THEN INSERT INTO isam VALUES (a, b); ELSE SET c = CASE a WHEN 1 THEN 2 ELSE 3 END; END IF;
    again: LOOP SET a = a - 1; IF a < 0 THEN LEAVE again; END IF; END LOOP again;
    SELECT * FROM merged;
END//
CREATE AGGREGATE FUNCTION total(x int) RETURNS int
BEGIN
    DECLARE t int DEFAULT 0;
    DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN t;
    LOOP FETCH GROUP NEXT ROW; SET t = t + x; END LOOP;
END//
CREATE TRIGGER second BEFORE INSERT ON isam FOR EACH ROW SET NEW.a = 1//
CREATE TRIGGER third BEFORE INSERT ON isam FOR EACH ROW FOLLOWS second BEGIN SET NEW.b = 'x'; END//
CREATE TRIGGER first BEFORE INSERT ON isam FOR EACH ROW PRECEDES second SET NEW.b = 'y'//
CREATE TRIGGER other after   delete on `aria` for each row begin delete from isam where a = old.a; end//
CREATE EVENT hourly ON SCHEDULE EVERY 1 HOUR STARTS '2030-01-01 00:00:00' ENDS '2031-01-01 00:00:00'
    ON COMPLETION PRESERVE DISABLE COMMENT 'evc' DO DELETE FROM isam//
CREATE EVENT Once ON SCHEDULE AT '2035-01-01 00:00:00' DO BEGIN DELETE FROM isam; DELETE FROM aria; END//
CREATE EVENT odd_times ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2030-01-01 00:00:00' DISABLE DO SET @x = 'a;b'//
SET sql_mode = 'ORACLE'//
CREATE PACKAGE pack COMMENT 'pc' AS FUNCTION f1(a int) RETURN int; PROCEDURE p1; END//
CREATE PACKAGE BODY pack AS
    FUNCTION f1(a int) RETURN int AS BEGIN RETURN a; END;
    PROCEDURE p1 AS BEGIN NULL; END;
END//
CREATE FUNCTION oracle_like(a IN int) RETURN int AS BEGIN IF a > 1 THEN RETURN 2; END IF; RETURN a; END//
DELIMITER ;
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES';
CREATE VIEW ansi AS SELECT "a" || 'x\' AS "q" FROM isam;
CREATE PROCEDURE ansi_too() SELECT "a" || '\' AS "it" FROM isam;
SET sql_mode = DEFAULT;
