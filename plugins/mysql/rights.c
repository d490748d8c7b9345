/* SPDX-License-Identifier: Apache-2.0 */
/* rights.c - what doctor asks of a server, and how large an object is. */
#include <stdlib.h>

#include "my.h"

#define UNKNOWN 2u

/* Rights on the database, and on the server. */
static const struct {
    const char *privilege, *name, *note;
    bool global;
} wanted[] = {
    {"SELECT", "select", "to read schema and rows", false},
    {"CREATE", "create", "tables and sequences", false},
    {"ALTER", "alter", "tables", false},
    {"DROP", "drop", "tables and views", false},
    {"INDEX", "index", "", false},
    {"REFERENCES", "references", "foreign keys", false},
    {"INSERT", "insert", "moult's own records", false},
    {"CREATE VIEW", "create-view", "", false},
    {"SHOW VIEW", "show-view", "to read views", false},
    {"CREATE ROUTINE", "create-routine", "", false},
    {"ALTER ROUTINE", "alter-routine", "", false},
    {"TRIGGER", "trigger", "to read and make triggers", false},
    {"EVENT", "event", "to read and make events", false},
    {"CREATE", "create-database", "for scratch databases on this server", true},
    {"PROCESS", "process", "to name who holds a lock", true},
    {"SUPER", "super", "not needed, but other accounts' definers may", true},
};

#define PRIVILEGES_SQL                                                                             \
    "grantee = concat('\\'', substring_index(current_user(), '@', 1), '\\'@\\'', "                 \
    "substring_index(current_user(), '@', -1), '\\'')"

/* "S:CREATE" for those on the whole server, "D:CREATE" for those on the database; a grant's
 * pattern is one of LIKE. */
static moult_status list_privileges(moult_session *s, MYSQL_RES **out, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    const char *role = s->mariadb ? " OR grantee LIKE concat('\\'', current_role(), '\\'%')" : "";
    mytext_printf(
        &sql,
        "SELECT concat('S:', privilege_type) FROM information_schema.user_privileges WHERE " PRIVILEGES_SQL
        "%s UNION SELECT concat('D:', privilege_type) FROM "
        "information_schema.schema_privileges WHERE (" PRIVILEGES_SQL "%s) AND ",
        role, role);
    mytext_literal(&sql, slice_z(s->database));
    mytext_z(&sql, " LIKE table_schema");
    if (sql.failed)
        return my_nomem(s->host, err);
    return my_ask(s, "ask for the rights of the account", sql.p, out, err);
}

static bool is_held(MYSQL_RES *res, size_t which)
{
    struct row row;
    mysql_data_seek(res, 0);
    while (my_row(res, &row)) {
        const char *held = row_z(&row, 0);
        if (strlen(held) > 2 && strcmp(held + 2, wanted[which].privilege) == 0 &&
            (*held == 'S' || !wanted[which].global))
            return true;
    }
    return false;
}

moult_status myreader_rights(moult_session *session, moult_right_fn *fn, void *arg,
                             moult_error *err)
{
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    moult_status st = list_privileges(session, &res, err);
    for (size_t i = 0; st == MOULT_OK && i < sizeof wanted / sizeof *wanted; i++)
        st = fn(arg, wanted[i].name, is_held(res, i), wanted[i].note);
    if (st != MOULT_OK)
        return st;
    const char *cipher = mysql_get_ssl_cipher(session->conn);
    uint32_t major = session->number / 100;
    st = fn(arg, "transport-encrypted", cipher && *cipher, cipher && *cipher ? cipher : "no TLS");
    if (st == MOULT_OK)
        st = fn(arg, "primary", !session->read_only, "a read-only server can only be read");
    if (st == MOULT_OK)
        st = fn(arg, "tested-version", session->mariadb && (major == 1011 || major == 1108),
                session->version);
    return st;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The key of the top-level object in PATH. */
static void object_name(const char *path, size_t len, struct text *out)
{
    const char *colon = memchr(path, ':', len);
    for (size_t i = colon ? (size_t)(colon - path) + 1 : len; i < len && path[i] != '/'; i++) {
        int high = path[i] == '%' && len - i > 2 ? hex_value(path[i + 1]) : -1;
        char c = path[i];
        if (high >= 0)
            c = (char)(high << 4 | hex_value(path[i + 2]));
        mytext_char(out, c);
        i += high >= 0 ? 2 : 0;
    }
}

/* The engine's estimate. */
moult_status myreader_measure(moult_session *session, const char *path, size_t len, uint64_t *rows,
                              uint64_t *bytes, moult_error *err)
{
    *rows = *bytes = UINT64_MAX;
    if (len < 6 || memcmp(path, "table:", 6) != 0)
        return MOULT_OK; /* what is no table has no size */
    CLEANUP_TEXT struct text name = {0}, sql = {0};
    object_name(path, len, &name);
    mytext_z(&sql,
             "SELECT table_rows, data_length + index_length FROM information_schema.tables WHERE "
             "table_schema = ");
    mytext_literal(&sql, slice_z(session->database));
    mytext_z(&sql, " AND table_name = ");
    mytext_literal(&sql, slice_of(&name));
    if (sql.failed || name.failed)
        return my_nomem(session->host, err);
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    moult_status st = my_ask(session, "measure an object", sql.p, &res, err);
    struct row row;
    if (st != MOULT_OK || !my_row(res, &row))
        return st;
    if (row_slice(&row, 0).p)
        *rows = strtoull(row_z(&row, 0), NULL, 10);
    if (row_slice(&row, 1).p)
        *bytes = strtoull(row_z(&row, 1), NULL, 10);
    return MOULT_OK;
}
