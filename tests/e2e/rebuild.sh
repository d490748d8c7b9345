#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A rebuilt table keeps its rows, their rowids and sqlite_sequence; what refers to it is as before; a foreign
# key that would be broken takes all of it back, and one that was broken before does not matter.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

schema()
{
    sql app.db "SELECT sql || ';' FROM sqlite_schema
        WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE 'moult\_%' ESCAPE '\'"
}

# NAME SED-COMMAND: the change, which ALTER TABLE cannot make, is made, and all rows stay.
rebuilt()
{
    schema | sed "$2" >new.sql
    moult plan sqlite:app.db --to new.sql
    is "$1: the plan says that it rebuilds" "$code $(grep -c '^hazards:.*rewrites-table' "$work/out")" "0 1"
    moult sync sqlite:app.db --to new.sql --allow all --yes
    is "$1: done" "$code $(grep -c changed "$work/out")" "0 1"
    moult diff sqlite:app.db new.sql --exit-code
    is "$1: the state is reached" "$code" 0
    is "$1: integrity" "$(sql app.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok
    is "$1: every row, rowid and sequence" "$(all_rows)" "$was"
}

sqlite3 app.db <<'END'
CREATE TABLE plain (x TEXT, y BLOB);
CREATE TABLE seq (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT);
CREATE TABLE parent (id INTEGER PRIMARY KEY, x TEXT UNIQUE, up INT REFERENCES parent (id));
CREATE TABLE child (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES parent (id) ON DELETE CASCADE, q TEXT REFERENCES parent (x) ON UPDATE CASCADE);
CREATE TABLE worid (a TEXT, b TEXT, x TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE gen (a INTEGER, x TEXT, b AS (a * 2) STORED, c AS (a + 1));
CREATE TABLE strict_one (a INTEGER, x TEXT, b ANY) STRICT;
CREATE TABLE log (what);
CREATE INDEX parent_x ON parent (x COLLATE NOCASE DESC) WHERE x <> '';
CREATE INDEX parent_len ON parent (length(x));
CREATE VIEW family AS SELECT child.id, parent.x FROM child JOIN parent ON parent.id = child.p;
CREATE VIEW of_view AS SELECT x FROM family;
CREATE TRIGGER gone AFTER DELETE ON parent BEGIN INSERT INTO log VALUES ('gone ' || old.x); END;
CREATE TRIGGER seen INSTEAD OF INSERT ON family BEGIN INSERT INTO log SELECT 'seen ' || x FROM parent; END;
CREATE TRIGGER elsewhere AFTER INSERT ON plain BEGIN UPDATE parent SET up = NULL WHERE id = new.x; END;
INSERT INTO plain (rowid, x, y) VALUES (5, 'a', x'00ff'), (-3, 'b', NULL), (9000000000000, NULL, 1.5);
INSERT INTO seq VALUES (3, 'a'), (10, 'b');
DELETE FROM seq WHERE id = 10;
INSERT INTO parent VALUES (1, 'one', NULL), (2, 'two', 1), (9, 'nine', 9);
INSERT INTO child VALUES (1, 2, 'two'), (2, 9, NULL);
INSERT INTO worid VALUES ('a', 'z', '1'), ('b', 'y', '2');
INSERT INTO gen (a, x) VALUES (1, 'x'), (NULL, 'y');
INSERT INTO strict_one VALUES (1, 'x', x'01'), (2, NULL, 'text');
DELETE FROM log;
END
all_rows()
{
    sql app.db "SELECT rowid, x, y, typeof(y) FROM plain; SELECT * FROM seq; SELECT * FROM sqlite_sequence; SELECT * FROM parent;
        SELECT * FROM child; SELECT * FROM worid; SELECT rowid, a, x, b, c FROM gen; SELECT rowid, a, x, quote(b) FROM strict_one;
        SELECT * FROM family; SELECT * FROM of_view; SELECT * FROM log"
}
was=$(all_rows)
objects=$(sql app.db "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'")
for table in plain seq parent child worid gen; do
    rebuilt "$table" "s/TABLE \"*$table\"* (\(.*\)\<TEXT\>/TABLE $table (\1VARCHAR(90)/"
done
rebuilt strict_one 's/TABLE strict_one (a INTEGER/TABLE strict_one (a INT/'
rebuilt "a check" 's/TABLE log (what)/TABLE log (what CHECK (what <> 7))/'
is "no object is left over" "$(sql app.db "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'
    AND name NOT LIKE 'moult\_%' ESCAPE '\'")" "$objects"
is "triggers work" "$(sql app.db "BEGIN; INSERT INTO family (id) VALUES (1); DELETE FROM parent WHERE id = 9; SELECT * FROM log; ROLLBACK")" \
    "seen one
seen two
seen nine
gone nine"
is "cascades work" "$(sql app.db "PRAGMA foreign_keys = ON; BEGIN; UPDATE parent SET x = 'zwei' WHERE id = 2; SELECT q FROM child WHERE id = 1;
    DELETE FROM parent WHERE id = 2; SELECT count(*) FROM child; ROLLBACK")" "zwei
1"
is "the sequence goes on" "$(sql app.db "BEGIN; INSERT INTO seq (x) VALUES ('c'); SELECT max(id) FROM seq; ROLLBACK")" 11

# Children that are dropped with their parent's rows would be lost where foreign keys are on.
sql fk.db "CREATE TABLE p (id INTEGER PRIMARY KEY, x TEXT); CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id) ON DELETE CASCADE);
    INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 1), (2, 2)"
echo "CREATE TABLE p (id INTEGER PRIMARY KEY, x BLOB); CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id) ON DELETE CASCADE);" >fk.sql
gives 0 changed sync sqlite:fk.db --to fk.sql --allow all --yes
is "rows that refer to a rebuilt table" "$(sql fk.db 'SELECT * FROM c')" "1|1
2|2"

# A new foreign key that the rows break.
sql fk.db "INSERT INTO c VALUES (3, 77)"
echo "CREATE TABLE p (id INTEGER PRIMARY KEY, x TEXT); CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id) ON DELETE CASCADE, z);" >fk.sql
gives 0 changed sync sqlite:fk.db --to fk.sql --allow all --yes
is "what was broken before does not matter" "$(sql fk.db 'SELECT id, p, z FROM c WHERE id = 3')" '3|77|'
sql new.db "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p INT); INSERT INTO p VALUES (1);
    INSERT INTO c VALUES (1, 1), (2, 5)"
echo "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id));" >new.sql
cp new.db new.before
fails 1 '[Ff]oreign key' sync sqlite:new.db --to new.sql --allow all --yes
is "a foreign key that the rows break is taken back" "$(sql new.db .dump)" "$(sqlite3 new.before .dump)"
sql new.db "DELETE FROM c WHERE id = 2"
gives 0 changed sync sqlite:new.db --to new.sql --allow all --yes

# Rows that do not fit.
sql fit.db "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO t VALUES (1, NULL), (2, 'b')"
cp fit.db fit.before
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT NOT NULL);" >fit.sql
fails 1 'NOT NULL' sync sqlite:fit.db --to fit.sql --allow all --yes
is "NOT NULL that the rows break is taken back" "$(sql fit.db .dump)" "$(sqlite3 fit.before .dump)"
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT CHECK (x <> 'b'));" >fit.sql
fails 1 'CHECK' sync sqlite:fit.db --to fit.sql --allow all --yes
sql fit.db "INSERT INTO t VALUES (3, 'b')"
sql fit.db .dump >before
echo "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT UNIQUE);" >fit.sql
fails 1 'UNIQUE' sync sqlite:fit.db --to fit.sql --allow all --yes
is "UNIQUE that the rows break is taken back" "$(sql fit.db .dump)" "$(cat before)"
done_testing
