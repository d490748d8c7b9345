-- For either variant: in columns that both have, values that both take.
SET session_replication_role = replica;
INSERT INTO app.people (id, code, name, mail, mood, price, home, tags, range, spare) OVERRIDING SYSTEM VALUE
    SELECT i, i, 'name ' || i, 'm' || i, 'happy', i, 
        jsonb_populate_record(NULL::app.address, jsonb_build_object('street', 'street', 'No.', i, 'moods', '["sad", "happy"]'::jsonb)), ARRAY['t' || i], int4range(i * 10, i * 10 + 5), i + 1
    FROM generate_series(1, 20) i;
INSERT INTO app.quick SELECT generate_series(1, 5);
INSERT INTO "Odd ""Schema"""."Odd ""Table""" VALUES (1, 'one', 'ü'), (2, 'two', NULL);
INSERT INTO app.orders VALUES (1, 1, 1, 1), (2, 2, 2, NULL);
INSERT INTO app.points (x, y) VALUES (1, 2), (3, 4);
INSERT INTO app.base (id, note) VALUES (1, 'b');
INSERT INTO app.child (id, note, own, more) VALUES (2, 'c', 'own', 5);
INSERT INTO app.events (id, at, kind, size) SELECT i, '2018-03-01'::timestamptz + i * interval '20 days', CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'B' END, i % 50
    FROM generate_series(1, 90) i;
INSERT INTO app.clustered VALUES (1, 'x'), (2, 'y');
