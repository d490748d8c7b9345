/* SPDX-License-Identifier: Apache-2.0 */
/* partition.c - what becomes of partitions, and of the rows in them, where a partitioned table is made anew or
 * its partitions share its rows out in another way.
 *
 * A table whose way of partitioning changes is made anew, with the partitions that it has before and after.
 * Partitions that leave it (they end, get other bounds, or are tables of their own) make room for those that
 * come; all of that is one step, of the first that leaves: the leader. */
#include "render.h"

#define MOST_ANCESTORS 64

bool is_below(const moult_host *host, const moult_tree *tree, const moult_node *table,
              struct span above, int depth)
{
    struct span parents = node_text(host, table, "inherits"), each;
    if (node_has(host, table, "partition_of"))
        parents = node_text(host, table, "partition_of");
    while (depth && list_next(&parents, &each))
        if (span_equal(each, above) ||
            is_below(host, tree, tree_relation(host, tree, each), above, depth - 1))
            return true;
    return false;
}

struct below {
    const moult_host *host;
    struct span key;
    struct nodes *out;
};

static moult_status add_below(void *arg, const moult_node *node)
{
    struct below *b = arg;
    const moult_host *host = b->host;
    if (node_object(host, node) != node ||
        (!span_equal(node_text(host, node, "partition_of"), b->key) &&
         !list_has(node_text(host, node, "inherits"), b->key)))
        return MOULT_OK;
    return nodes_add(b->out, node) ? MOULT_OK : MOULT_ERR_NOMEM;
}

bool tables_below(const moult_host *host, const moult_tree *tree, const moult_node *table,
                  struct nodes *out)
{
    struct below b = {host, table ? node_key(host, table) : NO_SPAN, out};
    if (!tree || !table || !tree_twin(host, tree, table))
        return true;
    struct span path = node_path(host, table);
    return host->tree->dependents(tree, path.p, path.n, add_below, &b) == MOULT_OK;
}

bool table_repartitions(const moult_host *host, struct trees trees, const moult_node *table)
{
    const moult_node *now = tree_twin(host, trees.from, table);
    const moult_node *then = tree_twin(host, trees.to, table);
    return now && then &&
           (node_differs(host, now, then, "partition_by") || key_changes(host, trees, now, false) ||
            key_changes(host, trees, now, true));
}

/* The topmost of the tables above TABLE in TREE that are made anew. */
static const moult_node *remade_above(const moult_host *host, const moult_tree *tree,
                                      struct trees trees, const moult_node *table)
{
    const moult_tree *other = tree == trees.from ? trees.to : trees.from;
    const moult_node *found = NULL;
    struct span parent = node_text(host, table, "partition_of");
    for (int depth = 0; parent.p && depth < MOST_ANCESTORS; depth++) {
        const moult_node *above = tree_node(host, tree, "table", parent);
        const moult_node *twin = tree_node(host, other, "table", parent);
        if (above && twin && table_repartitions(host, trees, above))
            found = above;
        parent = node_text(host, above, "partition_of");
    }
    return found;
}

enum fate table_fate(const moult_host *host, struct trees trees, const moult_node *table)
{
    const moult_node *now = tree_twin(host, trees.from, table);
    const moult_node *then = tree_twin(host, trees.to, table);
    if (!trees.from || !trees.to || !node_is(host, table, "table"))
        return FATE_OWN;
    const moult_node *was = now ? remade_above(host, trees.from, trees, now) : NULL;
    const moult_node *is = then ? remade_above(host, trees.to, trees, then) : NULL;
    if (was && !then)
        return FATE_GONE;
    if (was && is && span_equal(node_key(host, was), node_key(host, is)))
        return FATE_ANEW;
    if (was)
        return FATE_OUT;
    return !is ? FATE_OWN : now ? FATE_IN : FATE_FRESH;
}

/* Where a partition and its parent, which are there before and after, stand. */
static bool leaves(const moult_host *host, const moult_tree *to, const moult_node *partition)
{
    const moult_node *then = tree_twin(host, to, partition);
    return !then || node_differs(host, partition, then, "partition_of") ||
           node_differs(host, partition, then, "bound");
}

static bool comes(const moult_host *host, const moult_tree *from, const moult_node *partition)
{
    const moult_node *now = tree_twin(host, from, partition);
    return !now || node_differs(host, now, partition, "partition_of") ||
           node_differs(host, now, partition, "bound");
}

bool group_find(const moult_host *host, struct trees trees, struct span parent, struct group *g)
{
    *g = (struct group){.parent = tree_node(host, trees.from, "table", parent),
                        .then = tree_node(host, trees.to, "table", parent)};
    if (!g->parent || !g->then || table_repartitions(host, trees, g->parent) ||
        table_fate(host, trees, g->parent) != FATE_OWN)
        return true;
    CLEANUP_NODES struct nodes before = {0}, after = {0};
    if (!tables_below(host, trees.from, g->parent, &before) ||
        !tables_below(host, trees.to, g->then, &after))
        return false;
    bool ok = true;
    for (size_t i = 0; i < before.n; i++) {
        const moult_node *p = before.at[i];
        if (!node_has(host, p, "partition_of"))
            continue;
        if (node_is(host, p, "table") && span_is(node_text(host, p, "bound"), "DEFAULT"))
            g->rest = p;
        if (leaves(host, trees.to, p))
            ok &= nodes_add(&g->leaving, p);
    }
    for (size_t i = 0; i < after.n; i++)
        if (comes(host, trees.from, after.at[i]))
            ok &= nodes_add(&g->coming, after.at[i]);
    if (g->rest && leaves(host, trees.to, g->rest))
        g->rest = NULL;
    return ok;
}

void group_free(struct group *g)
{
    nodes_free(&g->leaving);
    nodes_free(&g->coming);
    *g = (struct group){0};
}

const moult_node *group_leader(const moult_host *host, const struct group *g)
{
    for (size_t i = 0; g->coming.n && i < g->leaving.n; i++)
        if (node_is(host, g->leaving.at[i], "table")) /* what is foreign has no rows here */
            return g->leaving.at[i];
    return NULL;
}

enum part group_part(const moult_host *host, struct trees trees, const moult_node *table)
{
    CLEANUP_GROUP struct group g = {0};
    const moult_node *now = tree_twin(host, trees.from, table);
    struct span parent = node_text(host, now, "partition_of");
    if (!now || !trees.to || !parent.p || !leaves(host, trees.to, now) ||
        !group_find(host, trees, parent, &g) || !group_leader(host, &g))
        return PART_NONE;
    return span_equal(node_key(host, group_leader(host, &g)), node_key(host, table)) ? PART_LEADER
                                                                              : PART_MEMBER;
}

bool ends_above(const moult_host *host, struct trees trees, const moult_node *table)
{
    struct span parent = node_text(host, table, "partition_of");
    if (table_fate(host, trees, table) == FATE_GONE)
        return true;
    for (int depth = 0; parent.p && depth < MOST_ANCESTORS; depth++) {
        const moult_node *above = tree_node(host, trees.from, "table", parent);
        if (above && !tree_twin(host, trees.to, above) &&
            group_part(host, trees, above) != PART_NONE)
            return true;
        parent = node_text(host, above, "partition_of");
    }
    return false;
}

bool group_makes(const moult_host *host, struct trees trees, const moult_node *table)
{
    CLEANUP_GROUP struct group g = {0};
    struct span parent = node_text(host, table, "partition_of");
    for (int depth = 0; parent.p && depth < MOST_ANCESTORS; depth++) {
        const moult_node *above = tree_node(host, trees.to, "table", parent);
        if (tree_node(host, trees.from, "table", parent))
            return group_find(host, trees, parent, &g) && group_leader(host, &g);
        parent = node_text(host, above, "partition_of");
    }
    return false;
}

/* ---- columns that become their parents' ---- */

struct taking {
    const moult_host *host;
    struct trees trees;
    const moult_node *now, *then; /* the table */
};

/* Has the table COLUMN from one that it inherits from before and after?  Then no column of its own need
 * be made of it. */
static bool by_old_parent(const struct taking *t, struct span column)
{
    struct span parents = node_text(t->host, t->then, "inherits"), each;
    while (list_next(&parents, &each)) {
        const moult_node *parent = tree_relation(t->host, t->trees.to, each);
        bool has = node_child(t->host, parent, "column", column) ||
                   (parent && inherited_column(t->host, t->trees.to, parent, column));
        if (has && list_has(node_text(t->host, t->now, "inherits"), each))
            return true;
    }
    return false;
}

static bool takes_column(const struct taking *t, struct span column)
{
    const moult_node *then = node_child(t->host, t->then, "column", column);
    const moult_node *now = node_child(t->host, t->now, "column", column);
    if (then && !span_is(node_text(t->host, then, "inherited"), "true"))
        return false; /* its own as well */
    return (now && !span_is(node_text(t->host, now, "inherited"), "true")) ||
           !by_old_parent(t, column);
}

static bool takes_any(const struct taking *t, const moult_node *child, int depth)
{
    struct span parents = node_text(t->host, child, "inherits"), each;
    while (depth && list_next(&parents, &each)) {
        const moult_node *parent = tree_relation(t->host, t->trees.to, each);
        EACH_CHILD(t->host, parent, column)
        {
            if (node_is(t->host, column, "column") &&
                !span_is(node_text(t->host, column, "inherited"), "true") &&
                takes_column(t, node_key(t->host, column)))
                return true;
        }
        if (parent && takes_any(t, parent, depth - 1))
            return true;
    }
    return false;
}

bool table_takes(const moult_host *host, struct trees trees, const moult_node *table)
{
    struct taking t = {host, trees, tree_twin(host, trees.from, table),
                       tree_twin(host, trees.to, table)};
    return t.now && t.then && takes_any(&t, t.then, MOST_ANCESTORS);
}

/* ---- what must be out of the way while rows move ---- */

static moult_status aside_kinds(const moult_host *host, const moult_tree *from,
                                const moult_node *table, bool keys, moult_ways *ways)
{
    struct span key = node_key(host, table);
    moult_status st = MOULT_OK;
    EACH_CHILD(host, host->tree->top(from), node)
    {
        bool on = span_equal(node_text(host, node, "table"), key);
        bool fires = on && (node_is(host, node, "trigger") || node_is(host, node, "rule"));
        bool refers = keys && node_is(host, node, "foreign_key") &&
                      span_equal(node_text(host, node, "to"), key);
        if (!st && (fires || refers))
            st = aside_path(host, node, ways);
    }
    return st;
}

moult_status aside_moving(const moult_host *host, const moult_change *change, struct span parent,
                          bool keys, moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change);
    moult_status st = MOULT_OK;
    for (int depth = 0; !st && parent.p && depth < MOST_ANCESTORS; depth++) {
        const moult_node *table = tree_node(host, from, "table", parent);
        if (table)
            st = aside_kinds(host, from, table, keys, ways);
        parent = node_text(host, table, "partition_of");
    }
    return st;
}

moult_status aside_beside(const moult_host *host, const moult_change *change,
                          const struct group *g, moult_ways *ways)
{
    moult_status st = aside_moving(host, change, node_key(host, g->parent), false, ways);
    return st ? st : aside_kinds(host, host->plan->from_tree(change), g->rest, false, ways);
}

moult_status aside_group(const moult_host *host, const moult_change *change,
                         const moult_node *leader, moult_ways *ways)
{
    CLEANUP_GROUP struct group g = {0};
    struct trees trees = {host->plan->from_tree(change), host->plan->to_tree(change)};
    struct span parent = node_text(host, leader, "partition_of");
    if (!group_find(host, trees, parent, &g))
        return MOULT_ERR_NOMEM;
    moult_status st = aside_moving(host, change, parent, true, ways);
    for (size_t i = 0; !st && i < g.leaving.n; i++) {
        const moult_node *p = g.leaving.at[i];
        st = aside_kinds(host, trees.from, p, true, ways);
        if (!st && !tree_twin(host, trees.to, p))
            st = aside_dependents(host, change, p, false, ways);
    }
    if (!st && g.rest)
        st = aside_kinds(host, trees.from, g.rest, true, ways);
    /* Those that are new are made here, and finished later. */
    for (size_t i = 0; !st && i < g.coming.n; i++)
        if (!tree_twin(host, trees.from, g.coming.at[i]))
            st = aside_path(host, g.coming.at[i], ways);
    return st;
}

struct alone {
    const moult_host *host;
    const moult_tree *other;
    struct span path;
    moult_ways *ways;
};

static moult_status declare_alone(void *arg, const moult_node *node)
{
    struct alone *a = arg;
    struct span path;
    uint32_t strength = 0;
    bool owned = false;
    for (uint32_t i = 0; (path.p = a->host->tree->ref(node, i, &strength, &path.n)); i++)
        owned |= strength == MOULT_REF_OWNED && span_equal(path, a->path);
    return owned && !tree_twin(a->host, a->other, node) ? aside_path(a->host, node, a->ways)
                                                        : MOULT_OK;
}

/* What is on TABLE in TREE, and not in OTHER: what is new has to wait, what goes has to be gone. */
static moult_status aside_alone(const moult_host *host, const moult_tree *tree,
                                const moult_tree *other, const moult_node *table, moult_ways *ways)
{
    struct alone a = {host, other, node_path(host, table), ways};
    return host->tree->dependents(tree, a.path.p, a.path.n, declare_alone, &a);
}

moult_status aside_partitions(const moult_host *host, const moult_change *change,
                              const moult_node *table, int depth, moult_ways *ways)
{
    struct trees trees = {host->plan->from_tree(change), host->plan->to_tree(change)};
    CLEANUP_NODES struct nodes below = {0};
    moult_status st = MOULT_OK;
    if (!tables_below(host, trees.from, table, &below) ||
        !tables_below(host, trees.to, table, &below))
        return MOULT_ERR_NOMEM;
    for (size_t i = 0; !st && i < below.n; i++) {
        const moult_node *now = tree_twin(host, trees.from, below.at[i]);
        enum fate fate = table_fate(host, trees, below.at[i]);
        if (fate == FATE_ANEW && now)
            st = aside_dependents(host, change, now, true, ways);
        if (!st && fate == FATE_ANEW && now)
            st = aside_owned(host, change, now, ways);
        if (!st && (fate == FATE_ANEW || fate == FATE_OUT || fate == FATE_IN))
            st = aside_alone(host, trees.to, trees.from, below.at[i], ways);
        if (!st && fate == FATE_IN)
            st = aside_alone(host, trees.from, trees.to, below.at[i], ways);
        if (!st && depth)
            st = aside_partitions(host, change, below.at[i], depth - 1, ways);
    }
    return st;
}
