-- SPDX-License-Identifier: Apache-2.0
-- A web shop's database as it grew over the years: what each tenant of the quick start begins with.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(100) NOT NULL,
    mail VARCHAR(255),
    phone_nr TEXT,            -- later: phone
    fax TEXT,
    created DATETIME DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX customers_mail ON customers (mail);

CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT,
    price_cents INTEGER NOT NULL,
    active BOOLEAN DEFAULT 1
);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER REFERENCES customers (id),
    state TEXT DEFAULT 'new',
    ordered_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    note
);
CREATE INDEX orders_customer ON orders (customer_id);

CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line_no INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL DEFAULT 1,
    price_cents INTEGER NOT NULL,
    PRIMARY KEY (order_id, line_no)
);

CREATE VIRTUAL TABLE product_search USING fts5(title, description, content='products', content_rowid='id');

CREATE TRIGGER products_added AFTER INSERT ON products BEGIN
    INSERT INTO product_search (rowid, title, description) VALUES (new.id, new.title, new.description);
END;
CREATE TRIGGER products_gone AFTER DELETE ON products BEGIN
    INSERT INTO product_search (product_search, rowid, title, description)
    VALUES ('delete', old.id, old.title, old.description);
END;

CREATE TABLE stock_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id INTEGER NOT NULL,
    delta INTEGER NOT NULL,
    at DATETIME DEFAULT CURRENT_TIMESTAMP
);
CREATE TRIGGER lines_take_stock AFTER INSERT ON order_lines BEGIN
    INSERT INTO stock_moves (product_id, delta) VALUES (new.product_id, -new.quantity);
END;

CREATE VIEW order_totals AS
    SELECT o.id AS order_id, o.customer_id, sum(l.quantity * l.price_cents) AS total_cents
    FROM orders o JOIN order_lines l ON l.order_id = o.id
    GROUP BY o.id;
