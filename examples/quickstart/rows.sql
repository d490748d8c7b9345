-- SPDX-License-Identifier: Apache-2.0
-- Rows for one tenant.  The table "seed" (customers) says how many customers; products, orders and lines follow from it.
INSERT INTO customers (name, mail, phone_nr, fax, created)
WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i, seed WHERE n < customers)
SELECT CASE n % 5 WHEN 0 THEN 'Zoë Ørsted ' WHEN 1 THEN 'O''Hara & Sons ' WHEN 2 THEN '山田 太郎 ' ELSE 'Customer ' END || n,
       CASE WHEN n % 7 THEN 'Customer' || n || '@Example.com' END, '+43 1 ' || (1000 + n),
       CASE WHEN n % 4 = 0 THEN '+43 1 ' || (9000 + n) END, datetime('2019-03-01', n || ' hours')
FROM i;

INSERT INTO products (id, sku, title, description, price_cents, active)
WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 40)
SELECT n * 10, printf('SKU-%04d', n), CASE n % 3 WHEN 0 THEN 'Chair' WHEN 1 THEN 'Table' ELSE 'Lamp' END || ' No. ' || n,
       CASE WHEN n % 2 THEN 'made of oak, weighs ' || n || ' kg' END, 995 + n * 100, n % 6 <> 0
FROM i;

INSERT INTO orders (customer_id, state, ordered_at, note)
SELECT id, CASE id % 3 WHEN 0 THEN 'new' WHEN 1 THEN 'paid' ELSE 'shipped' END, datetime('2021-06-01', id || ' days'),
       CASE id % 4 WHEN 0 THEN id WHEN 1 THEN 'ring twice; "back door"' WHEN 2 THEN x'00ff10' END
FROM customers WHERE id % 3 <> 2;

INSERT INTO order_lines (order_id, line_no, product_id, quantity, price_cents)
SELECT o.id, l.n, ((o.id * 7 + l.n * 3) % 40 + 1) * 10, 1 + (o.id + l.n) % 4, 1000 + o.id % 50
FROM orders o, (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) l WHERE l.n <= 1 + o.id % 3;

-- Gaps, as life leaves them: the highest keys were given out once and must not be given out again.
DELETE FROM order_lines WHERE order_id = (SELECT max(id) FROM orders);
DELETE FROM orders WHERE id = (SELECT max(id) FROM orders);
