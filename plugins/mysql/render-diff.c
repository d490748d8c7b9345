/* SPDX-License-Identifier: Apache-2.0 */
/* render-diff.c - what one ALTER TABLE has to do to turn a table into another. */
#include <stdlib.h>

#include "render.h"

/* ---- columns ---- */

/* Attributes that MODIFY COLUMN sets. */
static const char *const definition[] = {
    "type",      "collate",   "not_null",   "default",     "no_default", "on_update", "generated",
    "invisible", "compressed", "unversioned", "check",      "options",    "srid",      "comment",
    "auto_increment"};

static bool is_modified(const moult_host *host, const moult_node *a, const moult_node *b)
{
    for (size_t i = 0; i < sizeof definition / sizeof *definition; i++)
        if (node_differs(host, a, b, definition[i]))
            return true;
    return false;
}

/* The server refuses to turn columns that hold values, stored and virtual ones into each other, but for
 * stored ones into such that hold values. */
static uint32_t kind_step(const moult_host *host, const moult_node *a, const moult_node *b)
{
    bool was = node_has(host, a, "generated"), is = node_has(host, b, "generated");
    bool stored = node_has(host, a, "stored");
    if (node_differs(host, a, b, "row") || (is && !was))
        return COLUMN_REPLACE;
    if (was && is)
        return node_differs(host, a, b, "stored") ? COLUMN_REPLACE : 0;
    return was && !stored ? COLUMN_STORE | COLUMN_MODIFY : 0;
}

static const moult_node *find_column(const moult_host *host, const moult_node *table,
                                     const moult_node *like)
{
    return node_child(host, table, "column", node_key(host, like));
}

/* Whose columns are taken for those that need not move: as many as can be. */
static bool find_moves(struct table_diff *d)
{
    uint32_t n = d->column_count;
    uint32_t *old = calloc((size_t)n + 1, 3 * sizeof *old);
    if (!old)
        return false;
    uint32_t *length = old + n, *previous = old + 2 * (size_t)n, best = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        struct column_step *c = &d->columns[i];
        if (!c->from || (c->what & COLUMN_REPLACE))
            continue;
        old[i] = mynode_position(d->host->tree, c->from) + 1;
        length[i] = 1;
        previous[i] = UINT32_MAX;
        for (uint32_t k = 0; k < i; k++)
            if (old[k] && old[k] < old[i] && length[k] >= length[i]) {
                length[i] = length[k] + 1;
                previous[i] = k;
            }
        if (best == UINT32_MAX || length[i] > length[best])
            best = i;
    }
    for (uint32_t i = best; i != UINT32_MAX; i = previous[i])
        old[i] = 0;
    for (uint32_t i = 0; i < n; i++)
        if (old[i])
            d->columns[i].what |= COLUMN_MOVE;
    free(old);
    return true;
}

/* In all but odd cases the order is kept: then there is no need to look for moves. */
static bool order_kept(const struct table_diff *d)
{
    uint32_t latest = 0;
    for (uint32_t i = 0; i < d->column_count; i++) {
        const struct column_step *c = &d->columns[i];
        if (!c->from || (c->what & COLUMN_REPLACE))
            continue;
        uint32_t position = mynode_position(d->host->tree, c->from);
        if (position < latest)
            return false;
        latest = position;
    }
    return true;
}

static void find_column_step(struct table_diff *d, struct column_step *c)
{
    const moult_host *host = d->host;
    c->from = find_column(host, d->from, c->to);
    c->unset = node_has(host, c->to, "no_default");
    if (!c->from) {
        c->what = COLUMN_ADD;
        return;
    }
    c->what = kind_step(host, c->from, c->to);
    if (!c->what && !type_converts(host, c->from, c->to))
        c->what = COLUMN_REPLACE | COLUMN_EMPTY;
    if (!(c->what & COLUMN_REPLACE) && is_modified(host, c->from, c->to))
        c->what |= COLUMN_MODIFY;
    if (!slice_eq(node_name(host, c->from), node_name(host, c->to)))
        c->what |= COLUMN_RESPELL;
    c->unset = c->unset && c->what;
}

static bool diff_columns(struct table_diff *d)
{
    const moult_host *host = d->host;
    d->column_count = d->b.column_count;
    d->columns = calloc((size_t)d->column_count + 1, sizeof *d->columns);
    if (!d->columns)
        return false;
    for (uint32_t i = 0; i < d->column_count; i++) {
        d->columns[i].to = d->b.columns[i];
        find_column_step(d, &d->columns[i]);
    }
    for (uint32_t i = 0; i < d->a.column_count; i++)
        if (!find_column(host, d->to, d->a.columns[i]) && !mynodes_add(&d->dropped, d->a.columns[i]))
            return false;
    if (!order_kept(d) && !find_moves(d))
        return false;
    for (uint32_t i = d->column_count; i-- && !d->columns[i].from;)
        d->columns[i].at_end = true;
    return true;
}

/* ---- keys, checks, periods ---- */

static bool differ_in(const moult_host *host, const moult_node *a, const moult_node *b,
                      const char *const *names)
{
    for (; *names; names++)
        if (node_differs(host, a, b, *names))
            return true;
    return false;
}

/* Does the key or check lie on a column that is dropped and added anew? */
static bool needs_replaced(const struct table_diff *d, const moult_node *part)
{
    for (uint32_t i = 0; i < d->column_count; i++)
        if ((d->columns[i].what & COLUMN_REPLACE) &&
            node_needs(d->host, part, node_path(d->host, d->columns[i].from)))
            return true;
    return false;
}

static uint32_t part_step(const struct table_diff *d, const moult_node *a, const moult_node *b)
{
    static const char *const parts[] = {"columns", "unique",     "type",  "using",      "options",
                                        "comment", "expression", "start", "end",        NULL};
    static const char *const seen[] = {"ignored", "unenforced", NULL};
    if (!a)
        return KEY_ADD;
    if (!b)
        return KEY_DROP;
    if (differ_in(d->host, a, b, parts) || needs_replaced(d, a))
        return KEY_DROP | KEY_ADD;
    uint32_t what = differ_in(d->host, a, b, seen) ? KEY_IGNORED : 0;
    return slice_eq(node_name(d->host, a), node_name(d->host, b)) ? what : what | KEY_RESPELL;
}

/* Those of B in its order, behind those of A that go. */
static bool diff_parts(struct table_diff *d, const moult_node **a, uint32_t a_count,
                       const moult_node **b, uint32_t b_count, struct key_step **out,
                       uint32_t *count)
{
    const moult_host *host = d->host;
    struct key_step *steps = calloc((size_t)a_count + b_count + 1, sizeof *steps);
    *out = steps;
    for (uint32_t i = 0; steps && i < a_count; i++) {
        const char *kind = host->tree->kind(a[i]);
        if (!node_child(host, d->to, kind, node_key(host, a[i])))
            steps[(*count)++] = (struct key_step){.from = a[i], .what = KEY_DROP};
    }
    for (uint32_t i = 0; steps && i < b_count; i++) {
        const char *kind = host->tree->kind(b[i]);
        const moult_node *old = node_child(host, d->from, kind, node_key(host, b[i]));
        steps[(*count)++] =
            (struct key_step){.from = old, .to = b[i], .what = part_step(d, old, b[i])};
    }
    return steps != NULL;
}

/* An index that the server made for a foreign key goes without a word when another one that begins with its
 * columns comes.  Nobody can tell it from one that somebody made: it is made anew, by name. */
static bool keep_made_for_foreign_keys(struct table_diff *d)
{
    const moult_host *host = d->host;
    CLEANUP_NODES struct nodes foreign = {0};
    bool adds = false;
    for (uint32_t i = 0; i < d->key_count; i++)
        adds |= (d->keys[i].what & KEY_ADD) != 0;
    if (!adds)
        return true;
    struct slice table = node_key(host, d->from);
    if (!foreign_keys_at(host, d->from_tree, table, &foreign))
        return false;
    for (uint32_t i = 0; i < d->key_count; i++) {
        struct key_step *k = &d->keys[i];
        if (k->what || node_has(host, k->to, "unique") || node_has(host, k->to, "type"))
            continue;
        struct slice columns = node_text(host, k->to, "columns");
        bool made = false, covered = false;
        for (size_t f = 0; f < foreign.n; f++)
            made |= slice_eq(node_text(host, foreign.at[f], "table"), table) &&
                    slice_eq(node_text(host, foreign.at[f], "columns"), columns);
        for (uint32_t j = 0; made && j < d->key_count; j++)
            covered |= (d->keys[j].what & KEY_ADD) &&
                       list_begins(node_text(host, d->keys[j].to, "columns"), columns);
        if (covered)
            k->what = KEY_DROP | KEY_ADD;
    }
    return true;
}

static bool diff_keys(struct table_diff *d)
{
    return diff_parts(d, d->a.keys, d->a.key_count, d->b.keys, d->b.key_count, &d->keys,
                      &d->key_count) &&
           diff_parts(d, d->a.checks, d->a.check_count, d->b.checks, d->b.check_count, &d->checks,
                      &d->check_count) &&
           diff_parts(d, d->a.periods, d->a.period_count, d->b.periods, d->b.period_count,
                      &d->periods, &d->period_count) &&
           keep_made_for_foreign_keys(d);
}

const moult_node *key_of_column(const struct table_diff *d, const moult_node *column)
{
    struct slice path = node_path(d->host, column);
    for (uint32_t i = 0; i < d->a.key_count; i++)
        if (node_needs(d->host, d->a.keys[i], path))
            return d->a.keys[i];
    return NULL;
}

/* ---- the whole ---- */

/* InnoDB keeps history in a way of its own: no table takes it along to or from another engine. */
static bool forgets_history(const moult_host *host, const moult_node *from, const moult_node *to)
{
    return node_has(host, from, "versioned") &&
           slice_is(node_text(host, from, "engine"), "InnoDB") !=
               slice_is(node_text(host, to, "engine"), "InnoDB");
}

bool table_diff_make(const moult_host *host, const moult_node *from, const moult_node *to,
                     const moult_tree *from_tree, const moult_tree *to_tree, bool drop,
                     struct table_diff *out)
{
    *out = (struct table_diff){.host = host,
                               .from = from,
                               .to = to,
                               .from_tree = from_tree,
                               .to_tree = to_tree,
                               .mysql = tree_is_mysql(host, from_tree),
                               .forgets = forgets_history(host, from, to)};
    return mytable_gather(host->tree, from, NULL, 0, &out->a) &&
           mytable_gather(host->tree, to, NULL, 0, &out->b) && diff_columns(out) &&
           diff_keys(out) && options_diff(out) &&
           partition_diff(out, drop);
}

void table_diff_free(struct table_diff *d)
{
    mytable_free(&d->a);
    mytable_free(&d->b);
    free(d->columns);
    mynodes_free(&d->dropped);
    free(d->keys);
    free(d->checks);
    free(d->periods);
    mytext_free(&d->options);
    mytext_free(&d->early);
    mytext_free(&d->late);
    *d = (struct table_diff){0};
}

static bool any_step(const struct key_step *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (steps[i].what)
            return true;
    return false;
}

bool table_diff_alters(const struct table_diff *d)
{
    for (uint32_t i = 0; i < d->column_count; i++)
        if (d->columns[i].what)
            return true;
    return d->dropped.n || d->options.n || any_step(d->keys, d->key_count) ||
           any_step(d->checks, d->check_count) || any_step(d->periods, d->period_count) ||
           node_differs(d->host, d->from, d->to, "versioned");
}
