-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT,
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
    active BOOLEAN NOT NULL DEFAULT 1,
    slug TEXT AS (lower(replace(title, ' ', '-'))) VIRTUAL
);
CREATE INDEX products_active ON products (price_cents DESC) WHERE active;

CREATE VIRTUAL TABLE product_search USING fts5(title, description, content='products', content_rowid='id');

CREATE TRIGGER products_added AFTER INSERT ON products BEGIN
    INSERT INTO product_search (rowid, title, description) VALUES (new.id, new.title, new.description);
END;
CREATE TRIGGER products_gone AFTER DELETE ON products BEGIN
    INSERT INTO product_search (product_search, rowid, title, description)
    VALUES ('delete', old.id, old.title, old.description);
END;
-- Without this one the search did not notice a new title.
CREATE TRIGGER products_changed AFTER UPDATE OF title, description ON products BEGIN
    INSERT INTO product_search (product_search, rowid, title, description)
    VALUES ('delete', old.id, old.title, old.description);
    INSERT INTO product_search (rowid, title, description) VALUES (new.id, new.title, new.description);
END;
