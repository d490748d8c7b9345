/* SPDX-License-Identifier: Apache-2.0 */
/* render-table.c - CREATE TABLE from a table's nodes. */
#include "render.h"
#include "token.h"

void sqlite_put_sql(sqlite3_str *s, struct text t)
{
    put_text(s, t);
    /* A comment to the end of the line must not take in what follows. */
    for (size_t i = 0; i + 1 < t.n; i++)
        if (t.p[i] == '-' && t.p[i + 1] == '-') {
            put(s, "\n");
            return;
        }
}

/* DEFAULT's operand without parentheses: one literal or name, or a sign and a number. */
static bool is_bare(struct text t, struct token *first)
{
    *first = token_next(t.p, t.n, 0);
    struct token second = token_next(t.p, t.n, first->at + first->n);
    bool sign = token_is_op(t.p, first, "-") || token_is_op(t.p, first, "+");
    if (sign) {
        struct token third = token_next(t.p, t.n, second.at + second.n);
        return second.kind == TOKEN_NUMBER && third.kind == TOKEN_END;
    }
    return second.kind == TOKEN_END &&
           (first->kind == TOKEN_WORD || first->kind == TOKEN_QUOTED ||
            first->kind == TOKEN_STRING || first->kind == TOKEN_BLOB ||
            first->kind == TOKEN_NUMBER);
}

/* Takes away parentheses that enclose the whole. */
static struct text without_parentheses(struct text t)
{
    for (;;) {
        struct token open = token_next(t.p, t.n, 0);
        if (!token_is_op(t.p, &open, "("))
            return t;
        size_t depth = 1;
        struct token k = open;
        while (depth) {
            k = token_next(t.p, t.n, k.at + k.n);
            if (k.kind == TOKEN_END || k.kind == TOKEN_BAD)
                return t;
            depth += token_is_op(t.p, &k, "(");
            depth -= token_is_op(t.p, &k, ")");
        }
        if (token_next(t.p, t.n, k.at + k.n).kind != TOKEN_END)
            return t;
        t = (struct text){t.p + open.at + 1, k.at - open.at - 1};
    }
}

bool sqlite_default_is_constant(struct text expression)
{
    struct token first;
    if (!expression.p)
        return true;
    return is_bare(without_parentheses(expression), &first) && first.keyword != KW_CURRENT_DATE &&
           first.keyword != KW_CURRENT_TIME && first.keyword != KW_CURRENT_TIMESTAMP;
}

bool sqlite_default_is_null(struct text expression)
{
    struct token first;
    if (!expression.p)
        return true;
    return is_bare(without_parentheses(expression), &first) && first.keyword == KW_NULL;
}

static void put_conflict(const moult_host *host, sqlite3_str *s, const moult_node *node,
                         const char *attribute)
{
    struct text conflict = node_text(host, node, attribute);
    if (conflict.p) {
        put(s, " ON CONFLICT ");
        put_text(s, conflict);
    }
}

void sqlite_put_constraint_name(const moult_host *host, sqlite3_str *s,
                                const moult_node *constraint)
{
    struct text name = node_text(host, constraint, "name");
    if (name.p) {
        put(s, "CONSTRAINT ");
        put_name(s, name);
        put(s, " ");
    }
}

/* The primary key stands with its column where it is one column without a collation.  INTEGER PRIMARY
 * KEY DESC makes no rowid alias there but one as a constraint of the table, so that this case decides
 * itself by what it is. */
static const moult_node *inline_key(const moult_host *host, const moult_node *key, bool *desc)
{
    const moult_node *column = key ? sqlite_single_column(host, key, desc) : NULL;
    if (column && *desc && text_is(node_text(host, key, "rowid"), "alias"))
        return NULL;
    return column;
}

static void put_primary_key(const moult_host *host, sqlite3_str *s, const moult_node *key)
{
    bool desc = false;
    bool in_column = inline_key(host, key, &desc) != NULL;
    sqlite_put_constraint_name(host, s, key);
    put(s, "PRIMARY KEY");
    if (in_column) {
        put(s, desc ? " DESC" : "");
    } else {
        put(s, " (");
        sqlite_put_sql(s, node_text(host, key, "columns"));
        put(s, node_flag(host, key, "autoincrement") ? " AUTOINCREMENT)" : ")");
    }
    put_conflict(host, s, key, "conflict");
    if (in_column && node_flag(host, key, "autoincrement"))
        put(s, " AUTOINCREMENT");
}

static void put_default(sqlite3_str *s, struct text expression)
{
    struct token first;
    if (is_bare(expression, &first)) {
        put(s, " DEFAULT ");
        put_text(s, expression);
        return;
    }
    put(s, " DEFAULT (");
    sqlite_put_sql(s, expression);
    put(s, ")");
}

void sqlite_put_column(const moult_host *host, sqlite3_str *s, const moult_node *column,
                       const moult_node *primary_key)
{
    struct text type = node_text(host, column, "type");
    struct text value = node_text(host, column, "default");
    struct text collate = node_text(host, column, "collate");
    struct text generated = node_text(host, column, "generated");
    put_name(s, node_name(host, column));
    if (type.n) {
        put(s, " ");
        sqlite_put_sql(s, type);
    }
    if (primary_key) {
        put(s, " ");
        put_primary_key(host, s, primary_key);
    }
    if (node_flag(host, column, "not_null")) {
        put(s, " NOT NULL");
        put_conflict(host, s, column, "not_null_conflict");
    }
    if (value.p)
        put_default(s, value);
    if (collate.p) {
        put(s, " COLLATE ");
        put_name(s, collate);
    }
    if (generated.p) {
        put(s, " GENERATED ALWAYS AS (");
        sqlite_put_sql(s, generated);
        put(s, node_flag(host, column, "stored") ? ") STORED" : ") VIRTUAL");
    }
}

void sqlite_put_check(const moult_host *host, sqlite3_str *s, const moult_node *check)
{
    sqlite_put_constraint_name(host, s, check);
    put(s, "CHECK (");
    sqlite_put_sql(s, node_text(host, check, "expression"));
    put(s, ")");
}

static void put_clause(const moult_host *host, sqlite3_str *s, const moult_node *node,
                       const char *clause, const char *attribute)
{
    struct text t = node_text(host, node, attribute);
    if (t.p) {
        put(s, clause);
        sqlite_put_sql(s, t);
    }
}

void sqlite_put_references(const moult_host *host, sqlite3_str *s, const moult_node *foreign_key)
{
    struct text columns = node_text(host, foreign_key, "to_columns");
    struct text match = node_text(host, foreign_key, "match");
    put(s, "REFERENCES ");
    put_name(s, node_text(host, foreign_key, "table"));
    if (columns.p) {
        put(s, " (");
        sqlite_put_sql(s, columns);
        put(s, ")");
    }
    put_clause(host, s, foreign_key, " ON DELETE ", "on_delete");
    put_clause(host, s, foreign_key, " ON UPDATE ", "on_update");
    if (match.p) {
        put(s, " MATCH ");
        put_name(s, match);
    }
    put_clause(host, s, foreign_key, " ", "deferrable");
}

static bool put_constraints(const moult_host *host, sqlite3_str *s, const moult_node *table)
{
    CLEANUP_NODES struct nodes unique = {NULL, 0, 0}, foreign = {NULL, 0, 0},
                               checks = {NULL, 0, 0};
    if (!sqlite_nodes_of(host, table, "unique", &unique) ||
        !sqlite_nodes_of(host, table, "foreign_key", &foreign) ||
        !sqlite_nodes_of(host, table, "check", &checks))
        return false;
    for (size_t i = 0; i < unique.n; i++) {
        put(s, ",\n    ");
        sqlite_put_constraint_name(host, s, unique.at[i]);
        put(s, "UNIQUE (");
        sqlite_put_sql(s, node_text(host, unique.at[i], "columns"));
        put(s, ")");
        put_conflict(host, s, unique.at[i], "conflict");
    }
    for (size_t i = 0; i < foreign.n; i++) {
        put(s, ",\n    ");
        sqlite_put_constraint_name(host, s, foreign.at[i]);
        put(s, "FOREIGN KEY (");
        sqlite_put_sql(s, node_text(host, foreign.at[i], "columns"));
        put(s, ") ");
        sqlite_put_references(host, s, foreign.at[i]);
    }
    for (size_t i = 0; i < checks.n; i++) {
        put(s, ",\n    ");
        sqlite_put_check(host, s, checks.at[i]);
    }
    return true;
}

bool sqlite_put_table(const moult_host *host, sqlite3_str *s, const moult_node *table,
                      struct text name, size_t count)
{
    CLEANUP_NODES struct nodes columns = {NULL, 0, 0};
    bool desc = false;
    const moult_node *key = sqlite_child(host, table, "primary_key", (struct text){"", 0});
    const moult_node *key_column = inline_key(host, key, &desc);
    if (!sqlite_nodes_of(host, table, "column", &columns))
        return false;
    put(s, "CREATE TABLE ");
    put_name(s, name);
    put(s, " (");
    for (size_t i = 0; i < columns.n && i < count; i++) {
        put(s, i ? ",\n    " : "\n    ");
        sqlite_put_column(host, s, columns.at[i], columns.at[i] == key_column ? key : NULL);
    }
    if (key && !key_column) {
        put(s, ",\n    ");
        put_primary_key(host, s, key);
    }
    if (!put_constraints(host, s, table))
        return false;
    bool without_rowid = node_flag(host, table, "without_rowid");
    put(s, without_rowid ? "\n) WITHOUT ROWID" : "\n)");
    if (node_flag(host, table, "strict"))
        put(s, without_rowid ? ", STRICT" : " STRICT");
    return true;
}
