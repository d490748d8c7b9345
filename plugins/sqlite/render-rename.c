/* SPDX-License-Identifier: Apache-2.0 */
/* render-rename.c - an object under a new name, as a hint asks.
 *
 * ALTER TABLE rewrites what refers to a table or column, which takes that SQLite can read all texts of
 * the database: those that it cannot, because they name what is not there, are dropped for the moment. */
#include "render.h"

/* What ALTER TABLE would stumble over: broken texts that have nothing to do with the table, so that they
 * come back as they were.  Views first. */
static bool unreadable(const struct rendering *r, const moult_node *table, struct nodes *out)
{
    const moult_host *host = r->host;
    static const char *const attributes[] = {"body", "table", "when"};
    CLEANUP_NODES struct nodes broken = {NULL, 0, 0};
    if (!r->operation->from_tree)
        return true;
    if (!sqlite_broken_texts(host, r->operation->from_tree, NULL, &broken))
        return false;
    for (int triggers = 0; triggers < 2; triggers++)
        for (size_t i = 0; i < broken.n; i++) {
            bool names = node_is(host, broken.at[i], "trigger") != (triggers == 1);
            for (size_t k = 0; !names && k < sizeof attributes / sizeof *attributes; k++)
                names = sqlite_mentions(node_text(host, broken.at[i], attributes[k]),
                                        node_key(host, table));
            if (!names && !sqlite_nodes_add(out, broken.at[i]))
                return false;
        }
    return true;
}

static moult_status emit_alter(const struct rendering *r, uint32_t role, struct text table,
                               struct text column, struct text to)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    put(s, "ALTER TABLE ");
    put_name(s, table);
    if (column.p) {
        put(s, " RENAME COLUMN ");
        put_name(s, column);
        put(s, " TO ");
    } else {
        put(s, " RENAME TO ");
    }
    put_name(s, to);
    return sqlite_emit(r, role, s);
}

static moult_status rename_stored(const struct rendering *r, uint32_t role, struct text table,
                                  struct text column, struct text to, const struct nodes *apart)
{
    struct text own = {NULL, 0};
    moult_status st = MOULT_OK;
    for (size_t i = apart->n; !st && i-- > 0;)
        st = sqlite_emit_drop(r, role, apart->at[i], own);
    if (!st)
        st = emit_alter(r, role, table, column, to);
    for (size_t i = 0; !st && i < apart->n; i++)
        st = sqlite_emit_create(r, role, apart->at[i], own);
    return st;
}

/* A table or column. */
static moult_status render_alter(const struct rendering *r, const moult_node *from,
                                 const moult_node *to)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes apart = {NULL, 0, 0};
    bool column = node_is(host, from, "column");
    struct text old = node_name(host, from), new = node_name(host, to), none = {NULL, 0};
    if (!unreadable(r, column ? host->tree->parent(from) : from, &apart))
        return sqlite_nomem(host, r->err);
    if (!column) {
        moult_status st = rename_stored(r, MOULT_SQL_DO, old, none, new, &apart);
        return st ? st : rename_stored(r, MOULT_SQL_UNDO, new, none, old, &apart);
    }
    /* A renamed table has its new name already. */
    struct text table = node_name(host, host->tree->parent(to));
    moult_status st = rename_stored(r, MOULT_SQL_DO, table, old, new, &apart);
    return st ? st : rename_stored(r, MOULT_SQL_UNDO, table, new, old, &apart);
}

/* The triggers that go with a dropped view. */
static moult_status emit_triggers(const struct rendering *r, uint32_t role, const moult_tree *tree,
                                  const moult_node *view, const moult_node *renamed)
{
    const moult_node *top = tree ? r->host->tree->top(tree) : NULL;
    moult_status st = MOULT_OK;
    for (uint32_t i = 0, n = top ? r->host->tree->count(top) : 0; !st && i < n; i++) {
        const moult_node *node = r->host->tree->child(top, i);
        if (node_is(r->host, node, "trigger") && sqlite_owned_by(r->host, node, view))
            st = sqlite_emit_trigger_on(r, role, node, node_name(r->host, renamed));
    }
    return st;
}

/* An index, view or trigger: the same thing created under the new name. */
static moult_status render_again(const struct rendering *r, const moult_node *from,
                                 const moult_node *to)
{
    const moult_tree *tree = r->operation->from_tree;
    struct text old = node_name(r->host, from), new = node_name(r->host, to);
    moult_status st = sqlite_emit_drop(r, MOULT_SQL_DO, from, old);
    if (!st)
        st = sqlite_emit_create(r, MOULT_SQL_DO, from, new);
    if (!st)
        st = emit_triggers(r, MOULT_SQL_DO, tree, from, to);
    if (!st)
        st = sqlite_emit_drop(r, MOULT_SQL_UNDO, from, new);
    if (!st)
        st = sqlite_emit_create(r, MOULT_SQL_UNDO, from, old);
    return st ? st : emit_triggers(r, MOULT_SQL_UNDO, tree, from, from);
}

moult_status sqlite_render_rename(const struct rendering *r)
{
    const moult_operation *o = r->operation;
    const moult_node *from = o->change_count ? r->host->plan->from(o->changes[0]) : o->from;
    const moult_node *to = o->change_count ? r->host->plan->to(o->changes[0]) : o->to;
    if (!from || !to)
        return sqlite_fail(r->host, r->err, MOULT_ERR_INTERNAL,
                           "a rename comes without the object under both names");
    if (node_is(r->host, from, "column") || node_is(r->host, from, "table") ||
        node_is(r->host, from, "virtual_table"))
        return render_alter(r, from, to);
    return render_again(r, from, to);
}
