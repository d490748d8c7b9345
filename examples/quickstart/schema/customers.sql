-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(100) NOT NULL CHECK (name <> ''),
    mail VARCHAR(255) COLLATE NOCASE,
    phone TEXT,
    fax TEXT,
    created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    country TEXT NOT NULL DEFAULT 'AT'
);
CREATE UNIQUE INDEX customers_mail ON customers (mail) WHERE mail IS NOT NULL;
