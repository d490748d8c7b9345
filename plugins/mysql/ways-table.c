/* SPDX-License-Identifier: Apache-2.0 */
/* ways-table.c - how a table can be changed: all that differs in it by one ALTER TABLE, and one more
 * for partitions.
 *
 * What such a statement costs depends on all that it does, so that each change is told with the facts
 * of all. */
#include "render.h"

/* More changes than these, and only the first that is decided on tells the facts. */
#define MANY_CHANGES 100u

/* The first change within OBJECT that needs a decision. */
static const moult_change *first_decision(const moult_host *host, const moult_change *change)
{
    while (host->plan->op(change) == MOULT_ALTER && !host->plan->differing(change, 0) &&
           host->plan->nested_count(change))
        change = host->plan->nested(change, 0);
    return change;
}

static void partition_facts(const struct table_diff *d, moult_way *way)
{
    switch (d->partition) {
    case PARTITION_DROP:
        way->hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        way->phase = MOULT_CONTRACT;
        way->lock = MOULT_LOCK_READS;
        way->reversible = 0;
        break;
    case PARTITION_BY:
    case PARTITION_REORGANIZE:
    case PARTITION_COUNT:
        way->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
        /* fall through */
    case PARTITION_REMOVE:
        way->hazards |= MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES;
        way->rewrites = way->scans = 1;
        way->lock = way->lock > MOULT_LOCK_WRITES ? way->lock : MOULT_LOCK_WRITES;
        way->phase = way->phase > MOULT_MIGRATE ? way->phase : MOULT_MIGRATE;
        break;
    case PARTITION_ADD:
        way->lock = MOULT_LOCK_READS; /* for a moment */
        break;
    case PARTITION_NONE:
        break;
    }
}

static moult_way way_for(const struct table_diff *d, bool drop)
{
    static const struct {
        const char *id, *summary;
    } known[] = {
        {"instant", "alter it without touching its rows"},
        {"nocopy", "alter it, making or dropping indexes"},
        {"inplace", "alter it, writing its rows anew while others go on"},
        {"copy", "alter it by copying its rows"},
    };
    struct effort e;
    effort_of(d, &e);
    bool alters = table_diff_alters(d) || d->partition == PARTITION_BY ||
                  d->partition == PARTITION_REMOVE;
    moult_way way = my_way(known[e.algorithm].id, known[e.algorithm].summary);
    way.covers = MOULT_COVERS_OBJECT;
    way.hazards = e.hazards;
    way.phase = e.phase;
    way.why = e.why;
    way.scans = e.scans || e.algorithm >= ALGORITHM_INPLACE;
    way.reversible = !(e.hazards & MOULT_HAZARD_NOT_REVERSIBLE);
    if (alters && e.algorithm >= ALGORITHM_INPLACE) {
        way.rewrites = 1;
        way.hazards |= MOULT_HAZARD_REWRITES_TABLE;
    }
    if (alters && e.shared) {
        way.lock = MOULT_LOCK_WRITES;
        way.hazards |= MOULT_HAZARD_BLOCKS_WRITES;
    }
    if (drop) {
        way.id = "drop-partition";
        way.summary = "drop partitions with their rows";
    } else if (!alters && d->partition != PARTITION_NONE) {
        way.id = "partition";
        way.summary = d->partition == PARTITION_ADD ? "add partitions"
                                                    : "give rows their place in other partitions";
    }
    partition_facts(d, &way);
    return way;
}

static moult_status add_way(const moult_host *host, const moult_change *object, bool drop,
                            bool *found, moult_ways *ways)
{
    CLEANUP_DIFF struct table_diff d = {0};
    const moult_node *from = host->plan->from(object), *to = host->plan->to(object);
    if (!table_diff_make(host, from, to, host->plan->from_tree(object),
                         host->plan->to_tree(object), drop, &d))
        return MOULT_ERR_NOMEM;
    *found = d.partition == PARTITION_DROP;
    if (drop && !*found)
        return MOULT_OK;
    moult_way way = way_for(&d, drop);
    moult_status st = host->plan->way(ways, &way);
    return st ? st : aside_foreign_keys(host, &d, ways);
}

/* Could partitions go, as a list has fewer of them than the other? */
static bool may_drop(const moult_host *host, const moult_change *object)
{
    const moult_node *a = host->plan->from(object), *b = host->plan->to(object);
    a = node_child(host, a, "partitioning", (struct slice){"", 0});
    b = node_child(host, b, "partitioning", (struct slice){"", 0});
    return b && node_count(host, a) > node_count(host, b);
}

moult_status ways_table(const moult_host *host, const moult_change *change, moult_ways *ways,
                        moult_error *err)
{
    const moult_change *object = host->plan->object(change);
    const moult_node *from = host->plan->from(object), *to = host->plan->to(object);
    bool drops = false;
    if (!from || !to)
        return my_fail(host, err, MOULT_ERR_INTERNAL, "a change in a table comes without the table");
    if (node_has(host, from, "opaque") || node_has(host, to, "opaque"))
        return ways_opaque(host, node_has(host, from, "opaque") ? from : to, "change", err);
    if (host->plan->nested_count(object) > MANY_CHANGES &&
        change != first_decision(host, object)) {
        moult_way way = my_way("together", "with the other changes of the table");
        way.covers = MOULT_COVERS_OBJECT;
        return host->plan->way(ways, &way);
    }
    moult_status st = add_way(host, object, false, &drops, ways);
    return st || !may_drop(host, object) ? st : add_way(host, object, true, &drops, ways);
}
