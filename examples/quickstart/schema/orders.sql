-- SPDX-License-Identifier: Apache-2.0
-- Files need no order: the views stand in a file that is read before this one.
CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'paid', 'shipped', 'cancelled')),
    ordered_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    note
);
CREATE INDEX orders_customer ON orders (customer_id, ordered_at);

CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line_no INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL DEFAULT 1 CHECK (quantity > 0),
    price_cents INTEGER NOT NULL,
    PRIMARY KEY (order_id, line_no)
);
CREATE INDEX order_lines_product ON order_lines (product_id);

CREATE TABLE stock_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id INTEGER NOT NULL,
    delta INTEGER NOT NULL,
    at DATETIME DEFAULT CURRENT_TIMESTAMP,
    reason TEXT
);
CREATE TRIGGER lines_take_stock AFTER INSERT ON order_lines BEGIN
    INSERT INTO stock_moves (product_id, delta, reason) VALUES (new.product_id, -new.quantity, 'order ' || new.order_id);
END;

CREATE TABLE payments (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    cents INTEGER NOT NULL CHECK (cents > 0),
    paid_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
