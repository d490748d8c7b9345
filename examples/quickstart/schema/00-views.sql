-- SPDX-License-Identifier: Apache-2.0
CREATE VIEW order_totals AS
    SELECT o.id AS order_id, o.customer_id, c.name AS customer, count(l.line_no) AS lines,
           coalesce(sum(l.quantity * l.price_cents), 0) AS total_cents
    FROM orders o JOIN customers c ON c.id = o.customer_id LEFT JOIN order_lines l ON l.order_id = o.id
    GROUP BY o.id;

CREATE VIEW open_orders AS
    SELECT t.* FROM order_totals t JOIN orders o ON o.id = t.order_id WHERE o.state IN ('new', 'paid');
