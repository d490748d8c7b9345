/* SPDX-License-Identifier: Apache-2.0 */
/* aside.c - what must be gone while something is done.
 *
 * The server lets views, routines and triggers stand on what is not there; but not foreign keys. */
#include "render.h"

static const struct column_step *step_of(const struct table_diff *d, const moult_node *column)
{
    for (uint32_t i = 0; i < d->column_count; i++)
        if (d->columns[i].from == column)
            return &d->columns[i];
    return NULL;
}

static bool sets_null(const struct table_diff *d, const moult_node *foreign_key)
{
    return slice_eq(node_text(d->host, foreign_key, "table"), node_key(d->host, d->from)) &&
           (slice_is(node_text(d->host, foreign_key, "on_delete"), "SET NULL") ||
            slice_is(node_text(d->host, foreign_key, "on_update"), "SET NULL"));
}

/* Would the server refuse to change the column while a foreign key is on it? */
static bool column_refused(const struct table_diff *d, const moult_node *column,
                           const moult_node *foreign_key)
{
    const moult_host *host = d->host;
    const struct column_step *c = step_of(d, column);
    if (!c || (c->what & COLUMN_REPLACE))
        return true;
    if (sets_null(d, foreign_key) && node_has(host, c->to, "not_null"))
        return true;
    return node_differs(host, c->from, c->to, "type") ||
           node_differs(host, c->from, c->to, "collate") ||
           node_differs(host, c->from, c->to, "generated");
}

/* Checks and generated columns do not take a column that may become NULL by way of a foreign key. */
static bool checks_refused(const struct table_diff *d, const moult_node *foreign_key)
{
    const moult_host *host = d->host;
    if (!sets_null(d, foreign_key))
        return false;
    for (uint32_t i = 0; i < d->column_count; i++) {
        const moult_node *column = d->columns[i].to;
        struct slice path = node_path(host, column);
        if (!node_needs(host, foreign_key, path))
            continue;
        for (uint32_t k = 0; k < d->check_count; k++)
            if ((d->checks[k].what & KEY_ADD) && node_needs(host, d->checks[k].to, path))
                return true;
        for (uint32_t k = 0; k < d->column_count; k++)
            if (d->columns[k].what && (k == i ? node_has(host, column, "check")
                                              : node_needs(host, d->columns[k].to, path)))
                return true;
    }
    return false;
}

static bool columns_refused(const struct table_diff *d, const moult_node *foreign_key)
{
    for (uint32_t i = 0; i < d->a.column_count; i++) {
        const moult_node *column = d->a.columns[i];
        const struct column_step *c = step_of(d, column);
        if ((!c || c->what) && node_needs(d->host, foreign_key, node_path(d->host, column)) &&
            column_refused(d, column, foreign_key))
            return true;
    }
    return false;
}

static bool key_for(const struct table_diff *d, struct slice columns)
{
    for (uint32_t i = 0; i < d->b.key_count; i++)
        if (!node_has(d->host, d->b.keys[i], "type") &&
            list_begins(node_text(d->host, d->b.keys[i], "columns"), columns))
            return true;
    return false;
}

/* Is there no index any more on which it can stand? */
static bool loses_key(const struct table_diff *d, const moult_node *foreign_key)
{
    struct slice table = node_key(d->host, d->from);
    bool child = slice_eq(node_text(d->host, foreign_key, "table"), table);
    bool parent = slice_eq(node_text(d->host, foreign_key, "to"), table) &&
                  !node_has(d->host, foreign_key, "to_database");
    return (child && !key_for(d, node_text(d->host, foreign_key, "columns"))) ||
           (parent && !key_for(d, node_text(d->host, foreign_key, "to_columns")));
}

moult_status aside_foreign_keys(const moult_host *host, const struct table_diff *d,
                                moult_ways *ways)
{
    CLEANUP_NODES struct nodes found = {0};
    if (!foreign_keys_at(host, d->from_tree, node_key(host, d->from), &found))
        return MOULT_ERR_NOMEM;
    bool moves = node_differs(host, d->from, d->to, "engine") || d->partition == PARTITION_BY;
    for (size_t i = 0; i < found.n; i++) {
        if (!moves && !columns_refused(d, found.at[i]) && !checks_refused(d, found.at[i]) &&
            !loses_key(d, found.at[i]))
            continue;
        moult_status st = aside_path(host, found.at[i], ways);
        if (st)
            return st;
    }
    return MOULT_OK;
}

moult_status aside_followers(const moult_host *host, const moult_change *change,
                             moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change), *to = host->plan->to_tree(change);
    const moult_node *node = host->plan->from(change);
    while ((node = trigger_after(host, from, node))) {
        const moult_node *then = tree_twin(host, to, node);
        if (!then || node_differs(host, node, then, "follows"))
            return MOULT_OK;
        moult_status st = aside_path(host, node, ways);
        if (st)
            return st;
    }
    return MOULT_OK;
}
