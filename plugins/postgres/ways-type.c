/* SPDX-License-Identifier: Apache-2.0 */
/* ways-type.c - how types can be changed: by ALTER TYPE, or by another type in their place. */
#include "render.h"

moult_status swap_ways(const moult_host *host, const moult_change *change, const char *why,
                       moult_ways *ways)
{
    const moult_node *from = host->plan->from(host->plan->object(change));
    CLEANUP_NODES struct nodes columns = {0};
    moult_way way = postgres_way("swap-type", "put a new type in its place, in all columns");
    if (!columns_of_type(host, host->plan->from_tree(change), from, &columns))
        return MOULT_ERR_NOMEM;
    way.manner = MOULT_REBUILD;
    way.covers = MOULT_COVERS_OBJECT;
    way.why = why;
    way.reversible = 0;
    if (columns.n) {
        way.lock = MOULT_LOCK_READS;
        way.phase = MOULT_MIGRATE;
        way.rewrites = way.scans = 1;
        way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_READS |
                      MOULT_HAZARD_BLOCKS_WRITES | MOULT_HAZARD_ROWS_MAY_FORBID;
    }
    moult_status st = host->plan->way(ways, &way);
    return st ? st : aside_type(host, change, from, ways);
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
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    struct span path = node_path(host, to);
    struct search s = {.host = host,
                       .old = node_text(host, from, "labels"),
                       .labels = node_text(host, to, "labels")};
    host->tree->dependents(host->plan->to_tree(change), path.p, path.n, look_for_label, &s);
    return s.found;
}

static moult_status enum_ways(const moult_host *host, const moult_change *change, moult_ways *ways)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    moult_way way = postgres_way("add-value", "add the values");
    way.reversible = 0;
    way.hazards = 0;
    if (!labels_grow(node_text(host, from, "labels"), node_text(host, to, "labels")))
        return swap_ways(host, change, "values of an enum can be added, not taken away or moved",
                         ways);
    if (!uses_new_label(host, change))
        return host->plan->way(ways, &way);
    return swap_ways(host, change,
                     "a value that is added cannot be used before the transaction ends", ways);
}

moult_status type_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                       moult_error *err)
{
    static const char *const shapes[] = {"labels", "definition", "type", "collate"};
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    (void)err;
    if (node_is(host, to, "enum") && node_differs(host, from, to, "labels"))
        return enum_ways(host, change, ways);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (node_differs(host, from, to, shapes[i]))
            return swap_ways(host, change, "the server has no ALTER for it", ways);
    moult_way way = postgres_way("alter", "alter it");
    if (node_is(host, to, "domain") && node_flag(host, to, "not_null") &&
        !node_flag(host, from, "not_null")) {
        way.scans = 1;
        way.hazards = MOULT_HAZARD_ROWS_MAY_FORBID;
    }
    return host->plan->way(ways, &way);
}
