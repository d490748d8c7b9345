/* SPDX-License-Identifier: Apache-2.0 */
/* render-unknown.c - tables with generated columns that call functions which this SQLite has not.
 *
 * There are such: a file from a newer SQLite, or one in which ALTER TABLE ADD COLUMN, which does not look
 * at the expression, made the column.  CREATE TABLE does look, so that the column has to come in the way
 * that takes it. */
#include "render.h"

/* Does SQLite say that a function in the statement is not there? */
static bool calls_unknown(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    bool unknown = false;
    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) ==
            SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        unknown = strstr(sqlite3_errmsg(db), "no such function") != NULL ||
                  strstr(sqlite3_errmsg(db), "unknown function") != NULL;
    sqlite3_finalize(stmt);
    sqlite3_close_v2(db);
    return unknown;
}

/* Can ALTER TABLE add the column to a table that is otherwise complete? */
static bool can_come_later(const moult_host *host, const moult_node *table,
                           const moult_node *column)
{
    static const char *const attributes[] = {"columns", "expression"};
    struct text value = node_text(host, column, "default");
    bool generated = !sqlite_column_is_plain(host, column);
    if (generated ? node_flag(host, column, "stored")
                  : !sqlite_default_is_constant(value) ||
                        (node_flag(host, column, "not_null") && sqlite_default_is_null(value)))
        return false;
    for (uint32_t i = 0, n = host->tree->count(table); i < n; i++) {
        const moult_node *part = host->tree->child(table, i);
        for (size_t k = 0; k < sizeof attributes / sizeof *attributes; k++)
            if (sqlite_mentions(node_text(host, part, attributes[k]), node_key(host, column)))
                return false;
    }
    return true;
}

/* How many columns CREATE TABLE can take: all before the first virtual one, if all from there on can come
 * later. */
static size_t columns_first(const moult_host *host, const moult_node *table,
                            const struct nodes *columns)
{
    size_t first = 0;
    while (first < columns->n && (sqlite_column_is_plain(host, columns->at[first]) ||
                                  node_flag(host, columns->at[first], "stored")))
        first++;
    for (size_t i = first; first && i < columns->n; i++)
        if (!can_come_later(host, table, columns->at[i]))
            return columns->n;
    return first ? first : columns->n;
}

static bool has_virtual(const moult_host *host, const moult_node *table)
{
    for (uint32_t i = 0, n = host->tree->count(table); i < n; i++)
        if (node_is(host, host->tree->child(table, i), "column") &&
            !sqlite_column_is_plain(host, host->tree->child(table, i)) &&
            !node_flag(host, host->tree->child(table, i), "stored"))
            return true;
    return false;
}

static moult_status emit_columns(const struct rendering *r, uint32_t role, const moult_node *table,
                                 struct text name, size_t count)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    if (!sqlite_put_table(r->host, s, table, name, count)) {
        sqlite3_free(sqlite3_str_finish(s));
        return sqlite_nomem(r->host, r->err);
    }
    return sqlite_emit(r, role, s);
}

moult_status sqlite_emit_table(const struct rendering *r, uint32_t role, const moult_node *table,
                               struct text name)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes columns = {NULL, 0, 0};
    if (!has_virtual(host, table))
        return emit_columns(r, role, table, name, SIZE_MAX);
    sqlite3_str *s = sqlite3_str_new(NULL);
    bool ok = sqlite_put_table(host, s, table, name, SIZE_MAX) &&
              sqlite_nodes_of(host, table, "column", &columns);
    CLEANUP_SQLITE char *sql = sqlite3_str_finish(s);
    if (!ok || !sql)
        return sqlite_nomem(host, r->err);
    size_t first = calls_unknown(sql) ? columns_first(host, table, &columns) : columns.n;
    moult_status st = emit_columns(r, role, table, name, first);
    for (size_t i = first; !st && i < columns.n; i++) {
        s = sqlite3_str_new(NULL);
        put(s, "ALTER TABLE ");
        put_name(s, name);
        put(s, " ADD COLUMN ");
        sqlite_put_column(host, s, columns.at[i], NULL);
        st = sqlite_emit(r, role, s);
    }
    return st;
}
