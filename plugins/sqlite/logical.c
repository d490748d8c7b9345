/* SPDX-License-Identifier: Apache-2.0 */
/* logical.c - what an SQLite type means elsewhere.  SQLite itself knows affinities only, see
 * https://sqlite.org/datatype3.html; the names are those that people use. */
#include <stdio.h>
#include <string.h>

#include "inspect.h"

#define TYPE(name, logical)                                                                        \
    {                                                                                              \
        sizeof(name) - 1, name, logical                                                            \
    }
static const struct {
    size_t n;
    const char *name; /* before any parenthesis */
    const char *logical;
} types[] = {
    TYPE("ANY", "other"),
    TYPE("BLOB", "bytes"),
    TYPE("BOOL", "bool"),
    TYPE("BOOLEAN", "bool"),
    TYPE("BYTEA", "bytes"),
    TYPE("DATE", "date"),
    TYPE("DATETIME", "timestamp"),
    TYPE("DOUBLE", "float64"),
    TYPE("DOUBLE PRECISION", "float64"),
    TYPE("FLOAT", "float64"),
    TYPE("INT2", "int16"),
    TYPE("JSON", "json"),
    TYPE("JSONB", "json"),
    TYPE("REAL", "float64"),
    TYPE("SMALLINT", "int16"),
    TYPE("TIME", "time"),
    TYPE("TIMESTAMP", "timestamp"),
    TYPE("TIMESTAMPTZ", "timestamptz"),
    TYPE("UUID", "uuid"),
};

static bool contains(const char *p, size_t n, const char *z)
{
    size_t len = strlen(z);
    for (size_t i = 0; i + len <= n; i++) {
        if (p[i] == z[0] && memcmp(p + i, z, len) == 0)
            return true;
    }
    return false;
}

void logical_type(const char *type, size_t n, char out[48])
{
    out[0] = '\0';
    const char *paren = memchr(type, '(', n);
    size_t head = paren ? (size_t)(paren - type) : n;
    size_t args = n - head;
    if (n == 0)
        return;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].n == head && memcmp(types[i].name, type, head) == 0) {
            snprintf(out, 48, "%s", types[i].logical);
            return;
        }
    }
    bool decimal = (head == 7 && (!memcmp(type, "DECIMAL", 7) || !memcmp(type, "NUMERIC", 7)));
    if (contains(type, n, "INT"))
        snprintf(out, 48, "int64");
    else if (contains(type, head, "CHAR") && args > 2 && args < 20)
        snprintf(out, 48, "varchar%.*s", (int)args, paren);
    else if (contains(type, n, "CHAR") || contains(type, n, "CLOB") || contains(type, n, "TEXT"))
        snprintf(out, 48, "text");
    else if (decimal && args < 32)
        snprintf(out, 48, "decimal%.*s", (int)args, paren ? paren : "");
    else if (contains(type, n, "REAL") || contains(type, n, "FLOA") || contains(type, n, "DOUB"))
        snprintf(out, 48, "float64");
    else
        snprintf(out, 48, "other");
}
