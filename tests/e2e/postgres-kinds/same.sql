-- What must be the same whichever variant the rows are in.
SET row_security = off;
SELECT id, code, serial, name, mail, mood, price, (home).street, (home)."No.", (home).moods, tags, born = CURRENT_DATE, range, spare FROM app.people ORDER BY id;
SELECT count(*), sum(id) FROM app.quick;
SELECT * FROM "Odd ""Schema"""."Odd ""Table""" ORDER BY 1;
SELECT person, a, b, odd FROM app.orders ORDER BY a;
SELECT x, y FROM app.points ORDER BY x;
SELECT id, note FROM ONLY app.base;
SELECT id, note, own, more FROM app.child;
SELECT count(*), sum(id), sum(size), min(at), max(at), max(kind) FROM app.events;
SELECT a, b FROM app.clustered ORDER BY a;
