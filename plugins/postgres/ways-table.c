/* SPDX-License-Identifier: Apache-2.0 */
/* ways-table.c - how tables, what lies in them, and types can be changed. */
#include "render.h"

static struct trees trees_of_change(const moult_host *host, const moult_change *change)
{
    return (struct trees){host->plan->from_tree(change), host->plan->to_tree(change)};
}

bool table_let_go(const moult_host *host, const moult_change *change, const moult_node *table)
{
    const moult_node *then = tree_twin(host, host->plan->to_tree(change), table);
    return node_has(host, table, "partition_of") && then &&
           node_differs(host, table, then, "partition_of");
}

bool table_relinks(const moult_host *host, const moult_node *from, const moult_node *to)
{
    return node_differs(host, from, to, "partition_of") || node_differs(host, from, to, "bound") ||
           node_differs(host, from, to, "inherits") || node_differs(host, from, to, "of");
}

static const char taking[] =
    "a column of its own cannot become its parents' alone, nor that of other parents";

static moult_status rebuild_ways(const moult_host *host, const moult_change *change,
                                 const char *why, moult_ways *ways)
{
    const moult_node *object = host->plan->from(host->plan->object(change));
    moult_way way = postgres_way("rebuild", "copy the rows into a new table");
    way.manner = MOULT_REBUILD;
    way.covers = MOULT_COVERS_OBJECT;
    way.lock = MOULT_LOCK_READS;
    way.phase = MOULT_MIGRATE;
    way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES |
                  MOULT_HAZARD_BLOCKS_READS | MOULT_HAZARD_ROWS_MAY_FORBID;
    way.rewrites = way.scans = 1;
    way.reversible = 0;
    way.why = why;
    moult_status st = host->plan->way(ways, &way);
    if (!st)
        st = aside_dependents(host, change, object, true, ways);
    if (!st)
        st = aside_owned(host, change, object, ways);
    return st ? st : aside_partitions(host, change, object, 16, ways);
}

void moving_facts(moult_way *way)
{
    way->lock = MOULT_LOCK_READS;
    way->phase = MOULT_MIGRATE;
    way->rewrites = way->scans = 1;
    way->hazards |= MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES |
                    MOULT_HAZARD_BLOCKS_READS | MOULT_HAZARD_ROWS_MAY_FORBID;
}

static moult_status relink_ways(const moult_host *host, const moult_change *change,
                                moult_ways *ways)
{
    const moult_change *object = host->plan->object(change);
    const moult_node *from = host->plan->from(object), *to = host->plan->to(object);
    moult_way way = postgres_way("relink", "change what it is a part of");
    way.covers = MOULT_COVERS_OBJECT;
    way.lock = MOULT_LOCK_READS;
    way.scans = node_has(host, to, "partition_of");
    way.reversible = 0;
    if (way.scans)
        way.hazards = MOULT_HAZARD_ROWS_MAY_FORBID;
    EACH_CHILD(host, from, column)
    {
        bool own = node_is(host, column, "column") &&
                   !span_is(node_text(host, column, "inherited"), "true");
        struct span key = node_key(host, column);
        if (own && !node_child(host, to, "column", key) &&
            !inherited_column(host, host->plan->to_tree(change), to, key))
            way.hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
    }
    bool leads = group_part(host, trees_of_change(host, change), from) == PART_LEADER;
    if (leads) {
        moving_facts(&way);
        way.summary = "give it its place among others, and each row its partition";
    }
    moult_status st = host->plan->way(ways, &way);
    return st || !leads ? st : aside_group(host, change, from, ways);
}

/* Only what nobody could render differs: the order of columns. */
static bool nothing_to_do(const moult_host *host, const moult_change *change)
{
    const char *name;
    for (uint32_t i = 0; (name = host->plan->differing(change, i)); i++)
        if (strcmp(name, "position") != 0)
            return false;
    return host->plan->differing(change, 0) != NULL;
}

static moult_status cannot_reorder(const moult_host *host, moult_error *err)
{
    return postgres_fail(host, err, MOULT_ERR_UNSUPPORTED,
                         "PostgreSQL cannot change the order of columns");
}

/* A partition of a table that is made anew: all that is to be done about it is done there. */
static bool goes_along(const moult_host *host, const moult_change *change)
{
    const moult_change *object = host->plan->object(change);
    const moult_node *table = host->plan->from(object);
    enum fate fate = table ? table_fate(host, trees_of_change(host, change), table) : FATE_OWN;
    if (!table || !host->plan->to(object))
        return false;
    return fate == FATE_ANEW || fate == FATE_OUT || fate == FATE_IN ||
           key_changes(host, trees_of_change(host, change), table, true);
}

moult_status along_ways(const moult_host *host, moult_ways *ways)
{
    moult_way way = postgres_way("along", "change it with what it belongs to");
    way.covers = MOULT_COVERS_OBJECT;
    way.phase = MOULT_MIGRATE;
    way.reversible = 0;
    return host->plan->way(ways, &way);
}

moult_status table_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                        moult_error *err)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    (void)err;
    if (goes_along(host, change))
        return along_ways(host, ways);
    if (table_repartitions(host, trees_of_change(host, change), from))
        return rebuild_ways(host, change, "how a table is partitioned cannot be altered", ways);
    if (table_relinks(host, from, to) && table_takes(host, trees_of_change(host, change), from))
        return rebuild_ways(host, change, taking, ways);
    if (table_relinks(host, from, to))
        return relink_ways(host, change, ways);
    if (node_differs(host, from, to, "server")) {
        moult_way way = postgres_way("replace", "drop it and create it anew");
        way.manner = MOULT_REPLACE;
        way.covers = MOULT_COVERS_OBJECT;
        way.lock = MOULT_LOCK_READS;
        way.why = "a foreign table cannot move to another server";
        moult_status st = host->plan->way(ways, &way);
        if (!st)
            st = aside_dependents(host, change, from, true, ways);
        return st ? st : aside_owned(host, change, from, ways);
    }
    moult_way way = postgres_way("alter", "alter it");
    bool written = node_differs(host, from, to, "unlogged") ||
                   node_differs(host, from, to, "access_method") ||
                   node_differs(host, from, to, "tablespace");
    way.lock = MOULT_LOCK_READS;
    if (written) {
        way.rewrites = 1;
        way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES |
                      MOULT_HAZARD_BLOCKS_READS;
    }
    return host->plan->way(ways, &way);
}

/* ---- columns ---- */

static moult_status create_column_ways(const moult_host *host, const moult_node *to,
                                       moult_ways *ways)
{
    moult_way way = postgres_way("add-column", "add it");
    bool has_default = node_child(host, to, "default", span_of("")) != NULL ||
                       node_has(host, to, "identity") || node_has(host, to, "generated");
    way.lock = MOULT_LOCK_READS;
    if (column_rewrites(host, to)) {
        way.rewrites = 1;
        way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_READS |
                      MOULT_HAZARD_BLOCKS_WRITES;
    }
    if (node_flag(host, to, "not_null") && !has_default &&
        !span_is(node_text(host, to, "inherited"), "true"))
        way.hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    return host->plan->way(ways, &way);
}

static moult_status drop_column_ways(const moult_host *host, const moult_change *change,
                                     const moult_node *from, moult_ways *ways)
{
    moult_way way = postgres_way("drop-column", "drop it with its values");
    bool inherited = span_is(node_text(host, from, "inherited"), "true");
    const moult_node *object = node_object(host, from);
    bool table = node_is(host, object, "table") && !node_has(host, object, "of");
    way.lock = MOULT_LOCK_READS;
    way.phase = MOULT_CONTRACT;
    if (inherited || !table) {
        way.summary = "take back what was said of it";
        return host->plan->way(ways, &way);
    }
    if (node_has(host, from, "generated")) {
        way.summary = "drop it: its values are computed";
    } else {
        way.hazards = MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        way.reversible = 0;
    }
    moult_status st = host->plan->way(ways, &way);
    return st ? st : aside_dependents(host, change, from, false, ways);
}

static moult_status anew_ways(const moult_host *host, const moult_change *change,
                              const moult_node *from, moult_ways *ways)
{
    moult_way way = postgres_way("replace-column", "drop it and add it anew");
    way.manner = MOULT_REPLACE;
    way.lock = MOULT_LOCK_READS;
    way.rewrites = 1;
    way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_READS |
                  MOULT_HAZARD_BLOCKS_WRITES;
    way.why = "the expression of a generated column cannot be altered";
    if (!node_has(host, from, "generated")) {
        way.why = "a column cannot become generated";
        way.hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        way.reversible = 0;
    }
    moult_status st = host->plan->way(ways, &way);
    if (!st)
        st = aside_dependents(host, change, from, true, ways);
    const moult_node *value = node_child(host, from, "default", span_of(""));
    return st || !value ? st : aside_path(host, value, ways);
}

/* The sequence of a serial column makes way for that of an identity column, or the other way
 * round. */
static moult_status aside_sequences(const moult_host *host, const moult_change *change,
                                    const moult_node *from, const moult_node *to, moult_ways *ways)
{
    const moult_node *value = node_child(host, from, "default", span_of(""));
    bool to_identity = node_has(host, to, "identity");
    moult_status st = to_identity && value ? aside_path(host, value, ways) : MOULT_OK;
    const moult_tree *trees[] = {host->plan->from_tree(change), host->plan->to_tree(change)};
    const moult_node *side = to_identity ? from : to;
    EACH_CHILD(host, side, part)
    {
        if (!node_is(host, part, "owned_sequence"))
            continue;
        const moult_node *sequence =
            tree_node(host, trees[to_identity ? 0 : 1], "sequence", node_key(host, part));
        bool both = sequence && tree_twin(host, trees[to_identity ? 1 : 0], sequence);
        if (!st && sequence && !both)
            st = aside_path(host, sequence, ways);
    }
    return st;
}

/* A column of the primary key cannot be null: the key goes before. */
static moult_status aside_primary_key(const moult_host *host, const moult_node *from,
                                      const moult_node *to, moult_ways *ways)
{
    const moult_node *table = node_object(host, from), *then = node_object(host, to);
    EACH_CHILD(host, table, part)
    {
        if (!node_is(host, part, "primary_key") ||
            !list_has(node_text(host, part, "columns"), node_key(host, from)))
            continue;
        const moult_node *other = node_child(host, then, "primary_key", node_key(host, part));
        if (!other || !node_same_shape(host, part, other))
            return aside_path(host, part, ways);
    }
    return MOULT_OK;
}

static moult_status alter_column_ways(const moult_host *host, const moult_change *change,
                                      moult_ways *ways, moult_error *err)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    moult_way way = postgres_way("alter-column", "alter it");
    bool rewrites = false, scans = false, loses = false;
    bool own = !node_has(host, node_object(host, from), "of"); /* else it is the type that changes */
    bool typed = own && node_differs(host, from, to, "type");
    bool collated = own && node_differs(host, from, to, "collate");
    if (nothing_to_do(host, change))
        return cannot_reorder(host, err);
    if (column_anew(host, from, to))
        return anew_ways(host, change, from, ways);
    way.lock = MOULT_LOCK_READS;
    if (typed) {
        way.id = "alter-type";
        way.summary = "change its type";
        way.phase = MOULT_MIGRATE;
        type_facts(node_text(host, from, "type"), node_text(host, to, "type"), &rewrites, &scans,
                   &loses);
        way.rewrites = rewrites;
        way.scans = scans;
        way.reversible = 0;
        way.hazards = MOULT_HAZARD_NOT_REVERSIBLE;
        if (rewrites)
            way.hazards |= MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_READS |
                           MOULT_HAZARD_BLOCKS_WRITES;
        if (scans)
            way.hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
        if (loses)
            way.hazards |= MOULT_HAZARD_CHANGES_VALUES;
    }
    if (node_flag(host, to, "not_null") && !node_flag(host, from, "not_null")) {
        way.scans = 1;
        way.hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    }
    /* A column that is computed takes no default before it is not. */
    const moult_node *value = node_child(host, to, "default", span_of(""));
    bool plain = value && node_has(host, from, "generated") && !node_has(host, to, "generated");
    bool identity = node_has(host, from, "identity") != node_has(host, to, "identity");
    moult_status st = host->plan->way(ways, &way);
    if (!st && plain)
        st = aside_path(host, value, ways);
    if (!st && node_flag(host, from, "not_null") && !node_flag(host, to, "not_null"))
        st = aside_primary_key(host, from, to, ways);
    if (!st && (typed || collated))
        st = aside_column_type(host, change, from, to, ways);
    return st || !identity ? st : aside_sequences(host, change, from, to, ways);
}

/* Is the table made anew for what changes in it? */
static bool made_anew(const moult_host *host, const moult_change *change)
{
    const moult_change *object = host->plan->object(change);
    const moult_node *table = host->plan->from(object);
    return table && host->plan->to(object) && node_is(host, table, "table") &&
           key_changes(host, trees_of_change(host, change), table, false);
}

static moult_status column_ways(const moult_host *host, const moult_change *change,
                                moult_ways *ways, moult_error *err)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    const moult_node *table = from ? node_object(host, from) : NULL;
    bool parents = table && node_has(host, tree_twin(host, host->plan->to_tree(change), table), "inherits");
    if (parents && (!to || node_differs(host, from, to, "inherited")) &&
        table_takes(host, trees_of_change(host, change), table))
        return rebuild_ways(host, change, taking, ways);
    if (made_anew(host, change))
        return rebuild_ways(host, change, "the table is partitioned by it", ways);
    switch (host->plan->op(change)) {
    case MOULT_CREATE:
        return create_column_ways(host, host->plan->to(change), ways);
    case MOULT_DROP:
        return drop_column_ways(host, change, host->plan->from(change), ways);
    default:
        return alter_column_ways(host, change, ways, err);
    }
}

/* ---- constraints ---- */

static bool constraint_alterable(const moult_host *host, const moult_change *change,
                                 const moult_node *from, const moult_node *to)
{
    const char *name;
    for (uint32_t i = 0; (name = host->plan->differing(change, i)); i++) {
        if (strcmp(name, "comment") == 0 || strcmp(name, "index_comment") == 0 ||
            strcmp(name, "clustered") == 0 || strcmp(name, "tablespace") == 0 ||
            (strcmp(name, "options") == 0 && !node_is(host, to, "check")))
            continue;
        if (strcmp(name, "not_valid") == 0 && node_flag(host, from, "not_valid"))
            continue;
        if (strcmp(name, "invalid") == 0 && node_flag(host, from, "invalid"))
            continue; /* the parts that come make it valid */
        return false;
    }
    return true;
}

static moult_status constraint_ways(const moult_host *host, const moult_change *change,
                                    moult_ways *ways)
{
    uint32_t op = host->plan->op(change);
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    bool key = !node_is(host, to ? to : from, "check") && !node_is(host, to ? to : from, "not_null");
    moult_way way = postgres_way("drop-constraint", "drop it");
    way.lock = MOULT_LOCK_READS;
    if (op != MOULT_DROP) {
        bool in_place = op == MOULT_ALTER && constraint_alterable(host, change, from, to);
        way.id = op == MOULT_CREATE ? "add-constraint" : in_place ? "alter-constraint" : "replace-part";
        way.summary = op == MOULT_CREATE ? "add it" : in_place ? "alter it" : "drop it and add it anew";
        if (!in_place || node_differs(host, from, to, "not_valid")) {
            way.scans = !node_flag(host, to, "not_valid");
            way.hazards = way.scans ? MOULT_HAZARD_ROWS_MAY_FORBID : 0;
            if (key)
                way.hazards |= MOULT_HAZARD_BLOCKS_WRITES | MOULT_HAZARD_BLOCKS_READS;
        }
    }
    moult_status st = host->plan->way(ways, &way);
    if (!st && op != MOULT_CREATE && strcmp(way.id, "alter-constraint") != 0)
        st = aside_dependents(host, change, from, op == MOULT_ALTER, ways);
    return st;
}

static moult_status attribute_ways(const moult_host *host, const moult_change *change,
                                   moult_ways *ways, moult_error *err)
{
    uint32_t op = host->plan->op(change);
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    const moult_node *type = node_object(host, from ? from : to);
    const moult_tree *tree = host->plan->from_tree(change);
    const char *swaps = type_swaps(host, trees_of_change(host, change), type);
    CLEANUP_NODES struct nodes columns = {0};
    moult_way way = postgres_way("alter-type", "alter the type");
    if (op == MOULT_ALTER && nothing_to_do(host, change))
        return cannot_reorder(host, err);
    if (type_goes_along(host, trees_of_change(host, change), type))
        return along_ways(host, ways);
    if (swaps)
        return swap_ways(host, change, swaps, ways);
    if (tree && tree_twin(host, tree, type) && !columns_of_type(host, tree, type, &columns))
        return MOULT_ERR_NOMEM;
    way.lock = columns.n ? MOULT_LOCK_READS : MOULT_LOCK_NONE;
    if (op == MOULT_DROP && columns.n) {
        way.hazards = MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        way.phase = MOULT_CONTRACT;
        way.reversible = 0;
    }
    moult_status st = host->plan->way(ways, &way);
    if (!st && op != MOULT_CREATE)
        st = aside_dependents(host, change, from, op == MOULT_ALTER, ways);
    return st || op == MOULT_CREATE ? st : aside_typed_tables(host, change, from, to, ways);
}

moult_status nested_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                         moult_error *err)
{
    const moult_node *to = host->plan->to(change), *node = to ? to : host->plan->from(change);
    if (goes_along(host, change))
        return along_ways(host, ways);
    if (node_is(host, node, "label"))
        return label_ways(host, change, ways);
    if (node_is(host, node, "column"))
        return column_ways(host, change, ways, err);
    if (is_constraint(host, node))
        return constraint_ways(host, change, ways);
    if (node_is(host, node, "attribute"))
        return attribute_ways(host, change, ways, err);
    moult_way way = postgres_way("alter-part", "alter it");
    if (node_is(host, node, "default")) {
        way.id = "set-default";
        way.summary = to ? "set the default" : "drop the default";
        way.lock = MOULT_LOCK_READS;
    } else if (node_is(host, node, "owned_sequence")) {
        way.id = "own-sequence";
        way.summary = to ? "let the sequence end with the column"
                         : "let the sequence outlive the column";
    }
    return host->plan->way(ways, &way);
}
