/* SPDX-License-Identifier: Apache-2.0 */
/* render.c - dialect.render: the statements of one step. */
#include "parse.h"
#include "render.h"

/* Texts may come from a snapshot file that somebody wrote: none may end its statement and begin another.
 * Only in a trigger's program are there semicolons. */
static bool is_one_statement(const char *sql, size_t n)
{
    struct token k = token_next(sql, n, 0);
    bool create = k.keyword == KW_CREATE;
    k = token_next(sql, n, k.at + k.n);
    if (create && k.keyword == KW_TRIGGER) {
        struct parse p = {.text = NULL};
        bool one = parse_create(&p, sql, n) && p.tokens[p.end].kind == TOKEN_END;
        parse_free(&p);
        return one;
    }
    while (k.kind != TOKEN_END) {
        if (k.kind == TOKEN_BAD || token_is_op(sql, &k, ";"))
            return false;
        k = token_next(sql, n, k.at + k.n);
    }
    return true;
}

/* A copy in which the markers of bound identifiers are parts of words. */
static char *without_marks(const char *sql, size_t n)
{
    char *copy = sqlite3_malloc64(n + 1);
    for (size_t i = 0; copy && i < n; i++)
        copy[i] = sql[i] == MOULT_MARK_OPEN || sql[i] == MOULT_MARK_CLOSE ? '_' : sql[i];
    return copy;
}

moult_status sqlite_emit(const struct rendering *r, uint32_t role, sqlite3_str *s)
{
    size_t n = (size_t)sqlite3_str_length(s);
    int rc = sqlite3_str_errcode(s);
    CLEANUP_SQLITE char *sql = sqlite3_str_finish(s);
    if (rc == SQLITE_TOOBIG)
        return sqlite_fail(r->host, r->err, MOULT_ERR_UNSUPPORTED,
                           "cannot write a statement that is longer than SQLite takes");
    if (rc != SQLITE_OK || !sql)
        return sqlite_nomem(r->host, r->err);
    CLEANUP_SQLITE char *plain = without_marks(sql, n);
    if (!plain)
        return sqlite_nomem(r->host, r->err);
    if (!is_one_statement(plain, n)) {
        sqlite_fail(r->host, r->err, MOULT_ERR_INVALID,
                    "a text of the schema would end its statement and begin another");
        r->host->error_detail(r->host->ctx, r->err, "statement", sql, n);
        return MOULT_ERR_INVALID;
    }
    moult_status st = r->host->plan->statement(r->script, role, sql, n);
    return st == MOULT_ERR_NOMEM ? sqlite_nomem(r->host, r->err) : st;
}

moult_status sqlite_emit_text(const struct rendering *r, uint32_t role, const char *sql)
{
    moult_status st = r->host->plan->statement(r->script, role, sql, strlen(sql));
    return st == MOULT_ERR_NOMEM ? sqlite_nomem(r->host, r->err) : st;
}

moult_status sqlite_emit_rename(const struct rendering *r, uint32_t role, struct text from,
                                struct text to)
{
    moult_status st = sqlite_emit_text(r, role, "PRAGMA legacy_alter_table = ON");
    if (st)
        return st;
    sqlite3_str *s = sqlite3_str_new(NULL);
    put(s, "ALTER TABLE ");
    put_name(s, from);
    put(s, " RENAME TO ");
    put_name(s, to);
    if ((st = sqlite_emit(r, role, s)))
        return st;
    return sqlite_emit_text(r, role, "PRAGMA legacy_alter_table = OFF");
}

/* Is the name taken by an object of TREE, of whatever kind? */
static bool taken(const struct rendering *r, const moult_tree *tree, const char *name)
{
    if (!tree)
        return false;
    const moult_node *top = r->host->tree->top(tree);
    struct text wanted = {name, strlen(name)};
    for (uint32_t i = 0, n = r->host->tree->count(top); i < n; i++)
        if (text_equal(node_key(r->host, r->host->tree->child(top, i)), wanted))
            return true;
    return false;
}

char *sqlite_temporary_name(const struct rendering *r, const moult_node *table)
{
    /* Within a run a table is rebuilt once at a time: its name is free again afterwards. */
    struct text key = node_key(r->host, table);
    const char *run = r->operation->run ? r->operation->run : "";
    for (unsigned n = 0;; n++) {
        sqlite3_str *s = sqlite3_str_new(NULL);
        sqlite3_str_appendf(s, "moult_new_%s%s", run, *run ? "_" : "");
        if (n)
            sqlite3_str_appendf(s, "%u_", n);
        for (size_t i = 0; i < key.n; i++)
            if (key.p[i] != MOULT_MARK_OPEN && key.p[i] != MOULT_MARK_CLOSE)
                sqlite3_str_appendchar(s, 1, key.p[i]);
        char *name = sqlite3_str_finish(s);
        if (!name)
            return NULL;
        fold_ascii(name, strlen(name));
        if (!taken(r, r->operation->from_tree, name) && !taken(r, r->operation->to_tree, name))
            return name;
        sqlite3_free(name);
    }
}

static void put_index(const moult_host *host, sqlite3_str *s, const moult_node *index,
                      struct text name)
{
    struct text where = node_text(host, index, "where");
    put(s, node_flag(host, index, "unique") ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    put_name(s, name);
    put(s, " ON ");
    put_name(s, node_text(host, index, "table"));
    put(s, " (");
    sqlite_put_sql(s, node_text(host, index, "columns"));
    put(s, ")");
    if (where.p) {
        put(s, " WHERE ");
        sqlite_put_sql(s, where);
    }
}

static void put_view(const moult_host *host, sqlite3_str *s, const moult_node *view,
                     struct text name)
{
    struct text columns = node_text(host, view, "columns");
    put(s, "CREATE VIEW ");
    put_name(s, name);
    if (columns.p) {
        put(s, " (");
        sqlite_put_sql(s, columns);
        put(s, ")");
    }
    put(s, " AS ");
    put_text(s, node_text(host, view, "body"));
}

static void put_trigger(const moult_host *host, sqlite3_str *s, const moult_node *trigger,
                        struct text name, struct text table)
{
    struct text timing = node_text(host, trigger, "timing");
    struct text of = node_text(host, trigger, "of");
    struct text when = node_text(host, trigger, "when");
    struct text body = node_text(host, trigger, "body");
    put(s, "CREATE TRIGGER ");
    put_name(s, name);
    put(s, " ");
    if (timing.n) {
        put_text(s, timing);
        put(s, " ");
    }
    put_text(s, node_text(host, trigger, "event"));
    if (of.p) {
        put(s, " OF ");
        sqlite_put_sql(s, of);
    }
    put(s, " ON ");
    put_name(s, table);
    if (when.p) {
        put(s, " WHEN ");
        sqlite_put_sql(s, when);
    }
    put(s, " BEGIN\n    ");
    put_text(s, body);
    put(s, body.n && body.p[body.n - 1] == ';' ? "\nEND" : "\n    ;\nEND");
}

static void put_virtual(const moult_host *host, sqlite3_str *s, const moult_node *table,
                        struct text name)
{
    struct text arguments = node_text(host, table, "arguments");
    put(s, "CREATE VIRTUAL TABLE ");
    put_name(s, name);
    put(s, " USING ");
    put_name(s, node_text(host, table, "module"));
    if (arguments.p) {
        put(s, "(");
        sqlite_put_sql(s, arguments);
        put(s, ")");
    }
}

moult_status sqlite_emit_create(const struct rendering *r, uint32_t role, const moult_node *node,
                                struct text name)
{
    const moult_host *host = r->host;
    struct text source = node_text(host, node, "sql");
    bool own = !name.p;
    if (own)
        name = node_name(host, node);
    if (node_is(host, node, "table"))
        return sqlite_emit_table(r, role, node, name);
    sqlite3_str *s = sqlite3_str_new(NULL);
    if (node_is(host, node, "virtual_table")) {
        put_virtual(host, s, node, name);
    } else if (own && source.p) {
        put_text(s, source);
    } else if (node_is(host, node, "index")) {
        put_index(host, s, node, name);
    } else if (node_is(host, node, "view")) {
        put_view(host, s, node, name);
    } else {
        put_trigger(host, s, node, name, node_text(host, node, "table"));
    }
    return sqlite_emit(r, role, s);
}

moult_status sqlite_emit_trigger_on(const struct rendering *r, uint32_t role,
                                    const moult_node *trigger, struct text table)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    put_trigger(r->host, s, trigger, node_name(r->host, trigger), table);
    return sqlite_emit(r, role, s);
}

moult_status sqlite_emit_drop(const struct rendering *r, uint32_t role, const moult_node *node,
                              struct text name)
{
    const char *kind = r->host->tree->kind(node);
    sqlite3_str *s = sqlite3_str_new(NULL);
    put(s, strcmp(kind, "index") == 0     ? "DROP INDEX "
           : strcmp(kind, "view") == 0    ? "DROP VIEW "
           : strcmp(kind, "trigger") == 0 ? "DROP TRIGGER "
                                          : "DROP TABLE ");
    put_name(s, name.p ? name : node_name(r->host, node));
    return sqlite_emit(r, role, s);
}

/* 1 if NODE's object is there (or, GONE, is not). */
static moult_status emit_probe(const struct rendering *r, const moult_node *node, bool gone)
{
    const char *kind = r->host->tree->kind(node);
    struct text key = node_key(r->host, node);
    if (key.n && memchr(key.p, MOULT_MARK_OPEN, key.n))
        return MOULT_OK; /* a marker has no place in a string */
    sqlite3_str *s = sqlite3_str_new(NULL);
    sqlite3_str_appendf(s, "SELECT count(*) = %d FROM sqlite_schema WHERE type = '%s' AND lower(name) = ",
                        gone ? 0 : 1, strcmp(kind, "virtual_table") == 0 ? "table" : kind);
    sqlite_quote_string(s, key.p, key.n);
    return sqlite_emit(r, MOULT_SQL_PROBE, s);
}

static const struct text own_name = {NULL, 0};

static moult_status render_create(const struct rendering *r, const moult_node *node)
{
    moult_status st = sqlite_emit_create(r, MOULT_SQL_DO, node, own_name);
    if (!st)
        st = emit_probe(r, node, false);
    return st ? st : sqlite_emit_drop(r, MOULT_SQL_UNDO, node, own_name);
}

static bool holds_rows(const moult_host *host, const moult_node *node)
{
    return node_is(host, node, "table") || node_is(host, node, "virtual_table");
}

static moult_status render_drop(const struct rendering *r, const moult_node *node)
{
    moult_status st = sqlite_emit_drop(r, MOULT_SQL_DO, node, own_name);
    if (!st)
        st = emit_probe(r, node, true);
    if (st || holds_rows(r->host, node))
        return st;
    return sqlite_emit_create(r, MOULT_SQL_UNDO, node, own_name);
}

static moult_status render_replace(const struct rendering *r, const moult_node *from,
                                   const moult_node *to)
{
    moult_status st = sqlite_emit_drop(r, MOULT_SQL_DO, from, own_name);
    if (!st)
        st = sqlite_emit_create(r, MOULT_SQL_DO, to, own_name);
    if (!st)
        st = sqlite_emit_drop(r, MOULT_SQL_UNDO, to, own_name);
    return st ? st : sqlite_emit_create(r, MOULT_SQL_UNDO, from, own_name);
}

moult_status sqlite_dialect_render(const moult_host *host, const moult_operation *operation,
                                   moult_script *script, moult_error *err)
{
    struct rendering r = {host, operation, script, err};
    const char *way = operation->way ? operation->way : "";
    const moult_node *from = operation->from, *to = operation->to;
    if (operation->op == MOULT_RENAME || strcmp(way, "rename") == 0)
        return sqlite_render_rename(&r);
    if (strcmp(way, "alter-table") == 0 || strcmp(way, "add-column") == 0 ||
        strcmp(way, "drop-column") == 0)
        return sqlite_render_alter(&r);
    if (strcmp(way, "rebuild") == 0 && from && to)
        return node_is(host, from, "table") ? sqlite_render_rebuild(&r, MOULT_SQL_DO, from, to)
                                            : sqlite_render_virtual(&r, MOULT_SQL_DO, from, to);
    if (strcmp(way, "replace") == 0 && from && to)
        return render_replace(&r, from, to);
    /* "create", "drop", and "aside" for what stood in the way of another step. */
    if (operation->op == MOULT_CREATE && (to || from))
        return render_create(&r, to ? to : from);
    if (operation->op == MOULT_DROP && (from || to))
        return render_drop(&r, from ? from : to);
    return sqlite_fail(host, err, MOULT_ERR_INTERNAL,
                       "cannot render way \"%s\" of operation %u without an object", way,
                       operation->op);
}
