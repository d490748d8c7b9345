/* SPDX-License-Identifier: Apache-2.0 */
/* ways-type.c - how types can be changed: by ALTER TYPE, or by another type in their place. */
#include "render.h"

static bool is_stored(const moult_host *host, const moult_tree *tree, const moult_node *type)
{
    CLEANUP_NODES struct nodes over = {0}, columns = {0};
    bool ok = types_over(host, tree, type, &over);
    for (size_t i = 0; ok && !columns.n && i < over.n; i++)
        ok = columns_of_type(host, tree, over.at[i], &columns);
    return !ok || columns.n;
}

moult_status swap_ways(const moult_host *host, const moult_change *change, const char *why,
                       moult_ways *ways)
{
    const moult_node *from = host->plan->from(host->plan->object(change));
    moult_way way = postgres_way("swap-type", "put a new type in its place, in all columns");
    way.manner = MOULT_REBUILD;
    way.covers = MOULT_COVERS_OBJECT;
    way.why = why;
    way.reversible = 0;
    if (is_stored(host, host->plan->from_tree(change), from))
        moving_facts(&way);
    moult_status st = host->plan->way(ways, &way);
    return st ? st : aside_type(host, change, from, ways);
}

moult_status collation_ways(const moult_host *host, const moult_change *change, moult_ways *ways)
{
    const moult_node *from = host->plan->from(change);
    CLEANUP_NODES struct nodes columns = {0};
    moult_way way = postgres_way("swap-collation", "put a new one in its place, in all columns");
    if (!columns_collated(host, host->plan->from_tree(change), from, &columns))
        return MOULT_ERR_NOMEM;
    way.manner = MOULT_REBUILD;
    way.covers = MOULT_COVERS_OBJECT;
    way.why = "the server has no ALTER for it";
    way.lock = columns.n ? MOULT_LOCK_READS : MOULT_LOCK_NONE;
    way.scans = columns.n != 0; /* indexes are built again */
    if (columns.n)
        way.hazards = MOULT_HAZARD_BLOCKS_READS | MOULT_HAZARD_BLOCKS_WRITES;
    moult_status st = host->plan->way(ways, &way);
    if (!st)
        st = aside_dependents(host, change, from, true, ways);
    for (size_t i = 0; !st && i < columns.n; i++) {
        const moult_node *then = tree_twin(host, host->plan->to_tree(change), columns.at[i]);
        st = then ? aside_column_type(host, change, columns.at[i], then, ways)
                  : aside_path(host, columns.at[i], ways);
    }
    return st;
}

struct search {
    const moult_host *host;
    struct span old; /* labels that there are */
    struct span labels;
    bool found;
};

static moult_status look_for_label(void *arg, const moult_node *node)
{
    static const char *const texts[] = {"expression", "definition", "generated", "using",
                                        "check", "default", "bound"};
    struct search *s = arg;
    struct span list = s->labels, label;
    while (!s->found && list_next(&list, &label))
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            s->found |= !list_has(s->old, label) &&
                        sql_mentions(node_text(s->host, node, texts[i]), label);
    return MOULT_OK;
}

/* Is a label that is new used by something else of the plan?  In the transaction that adds it, it
 * cannot be. */
static bool uses_new_label(const moult_host *host, const moult_change *change)
{
    const moult_change *object = host->plan->object(change);
    const moult_node *from = host->plan->from(object), *to = host->plan->to(object);
    struct span path = node_path(host, to);
    struct search s = {.host = host,
                       .old = node_text(host, from, "labels"),
                       .labels = node_text(host, to, "labels")};
    host->tree->dependents(host->plan->to_tree(change), path.p, path.n, look_for_label, &s);
    return s.found;
}

moult_status label_ways(const moult_host *host, const moult_change *change, moult_ways *ways)
{
    const moult_node *from = host->plan->from(host->plan->object(change));
    struct trees trees = {host->plan->from_tree(change), host->plan->to_tree(change)};
    const char *swaps = type_swaps(host, trees, from);
    moult_way way = postgres_way("add-value", "add the values");
    if (type_goes_along(host, trees, from))
        return along_ways(host, ways);
    if (swaps)
        return swap_ways(host, change, swaps, ways);
    way.covers = MOULT_COVERS_OBJECT;
    way.reversible = 0;
    if (!uses_new_label(host, change))
        return host->plan->way(ways, &way);
    way.txn = MOULT_TXN_ALONE; /* it must be committed before it is used */
    way.why = "a value that is added cannot be used before the transaction ends";
    moult_status st = host->plan->way(ways, &way);
    return st ? st : swap_ways(host, change, way.why, ways);
}

moult_status type_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                       moult_error *err)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    struct trees trees = {host->plan->from_tree(change), host->plan->to_tree(change)};
    const char *swaps = type_swaps(host, trees, from);
    (void)err;
    if (type_goes_along(host, trees, from))
        return along_ways(host, ways);
    if (swaps)
        return swap_ways(host, change, swaps, ways);
    moult_way way = postgres_way("alter", "alter it");
    if (node_is(host, to, "domain") && node_flag(host, to, "not_null") &&
        !node_flag(host, from, "not_null")) {
        way.scans = 1;
        way.hazards = MOULT_HAZARD_ROWS_MAY_FORBID;
    }
    return host->plan->way(ways, &way);
}
