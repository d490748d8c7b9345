/* SPDX-License-Identifier: Apache-2.0 */
/* ways.c - dialect.ways: in which ways the server can make a change. */
#include "render.h"

/* A way with what all have in common: each statement commits by itself. */
moult_way my_way(const char *id, const char *summary)
{
    return (moult_way){.size = MOULT_END(moult_way, privilege),
                       .manner = MOULT_IN_PLACE,
                       .covers = MOULT_COVERS_CHANGE,
                       .txn = MOULT_TXN_COMMITS,
                       .lock = MOULT_LOCK_NONE,
                       .phase = MOULT_EXPAND,
                       .reversible = 1,
                       .id = id,
                       .summary = summary};
}

moult_status aside_path(const moult_host *host, const moult_node *node, moult_ways *ways)
{
    struct slice path = node_path(host, node);
    return host->plan->aside(ways, path.p, path.n);
}

moult_status ways_opaque(const moult_host *host, const moult_node *node, const char *what,
                         moult_error *err)
{
    struct slice key = node_key(host, node), why = node_text(host, node, "opaque");
    my_fail(host, err, MOULT_ERR_UNSUPPORTED, "cannot %s %s \"%.*s\", which is not understood: %.*s",
            what, host->tree->kind(node), (int)key.n, key.p ? key.p : "", (int)why.n,
            why.p ? why.p : "");
    my_detail(host, err, "hint", "%s", "do it by hand, or leave it out with an ignore rule");
    return MOULT_ERR_UNSUPPORTED;
}

/* An account that is not the one at hand can only be named with a right of its own. */
static const char *privilege_for(const moult_host *host, const moult_node *node)
{
    return node_has(host, node, "definer") ? "SET USER, for a definer that is another account" : NULL;
}

/* ---- create ---- */

static moult_status foreign_key_ways(const moult_host *host, const moult_change *change,
                                     const moult_node *foreign_key, moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change);
    const moult_node *table =
        tree_node(host, from, "table", node_text(host, foreign_key, "table"));
    moult_way way = my_way("create", "add it");
    if (table) {
        way.summary = "add it: the table is copied, and every row checked";
        way.lock = MOULT_LOCK_WRITES;
        way.rewrites = way.scans = 1;
        way.phase = MOULT_MIGRATE;
        way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES |
                      MOULT_HAZARD_ROWS_MAY_FORBID;
        way.why = "the server adds foreign keys without copying only if it may leave the rows unchecked";
    }
    return host->plan->way(ways, &way);
}

static moult_status create_ways(const moult_host *host, const moult_change *change,
                                moult_ways *ways, moult_error *err)
{
    const moult_node *to = host->plan->to(change);
    moult_way way = my_way("create", "create it");
    if (node_has(host, to, "opaque") && !node_has(host, to, "sql"))
        return ways_opaque(host, to, "create", err);
    if (node_is(host, to, "foreign_key"))
        return foreign_key_ways(host, change, to, ways);
    way.privilege = privilege_for(host, to);
    return host->plan->way(ways, &way);
}

/* ---- drop ---- */

static moult_status drop_ways(const moult_host *host, const moult_change *change, moult_ways *ways)
{
    const moult_node *from = host->plan->from(change);
    moult_way way = my_way("drop", "drop it");
    way.phase = MOULT_CONTRACT;
    if (node_is(host, from, "table")) {
        way.summary = "drop it with its rows";
        way.lock = MOULT_LOCK_READS;
        way.hazards = MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        way.reversible = 0;
    } else if (node_is(host, from, "sequence")) {
        way.hazards = MOULT_HAZARD_NOT_REVERSIBLE;
        way.reversible = 0;
    }
    return host->plan->way(ways, &way);
}

/* ---- alter ---- */

static moult_status alter_foreign_key_ways(const moult_host *host, moult_ways *ways)
{
    moult_way way = my_way("replace", "drop it and add it anew: every row is checked");
    way.manner = MOULT_REPLACE;
    way.covers = MOULT_COVERS_OBJECT;
    way.lock = MOULT_LOCK_WRITES;
    way.rewrites = way.scans = 1;
    way.phase = MOULT_MIGRATE;
    way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES |
                  MOULT_HAZARD_ROWS_MAY_FORBID;
    way.why = "the server has no ALTER for it";
    return host->plan->way(ways, &way);
}

/* With its package a body goes, too. */
static moult_status alter_package_ways(const moult_host *host, const moult_change *change,
                                       moult_way *way, moult_ways *ways)
{
    const moult_node *package = host->plan->from(change);
    const moult_node *body = tree_node(host, host->plan->from_tree(change), "package_body",
                                       node_key(host, package));
    moult_status st = host->plan->way(ways, way);
    return st || !body ? st : aside_path(host, body, ways);
}

static moult_status alter_trigger_ways(const moult_host *host, const moult_change *change,
                                       moult_way *way, moult_ways *ways)
{
    const moult_tree *from_tree = host->plan->from_tree(change);
    const moult_tree *to_tree = host->plan->to_tree(change);
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    if (trigger_falls_into_place(host, from_tree, to_tree, from, to)) {
        way->id = "in-place";
        way->summary = "it gets its place by what is done to others";
        return host->plan->way(ways, way);
    }
    moult_status st = host->plan->way(ways, way);
    bool moves = node_differs(host, from, to, "follows") || node_differs(host, from, to, "table") ||
                 node_differs(host, from, to, "timing") || node_differs(host, from, to, "event");
    return st || !moves || trigger_order_kept(host, from_tree, to_tree, to)
               ? st
               : aside_followers(host, change, ways);
}

static bool bounds_differ(const moult_host *host, const moult_change *change)
{
    return host->plan->differs(change, "minimum") || host->plan->differs(change, "maximum") ||
           host->plan->differs(change, "type");
}

static moult_status alter_ways(const moult_host *host, const moult_change *change,
                               moult_ways *ways, moult_error *err)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    moult_way way = my_way("replace", "replace its definition");
    if (node_has(host, from, "opaque") || node_has(host, to, "opaque"))
        return ways_opaque(host, node_has(host, from, "opaque") ? from : to, "change", err);
    if (node_is(host, to, "foreign_key"))
        return alter_foreign_key_ways(host, ways);
    way.privilege = privilege_for(host, to);
    way.covers = MOULT_COVERS_OBJECT;
    if (node_is(host, to, "package"))
        return alter_package_ways(host, change, &way, ways);
    if (node_is(host, to, "trigger"))
        return alter_trigger_ways(host, change, &way, ways);
    if (node_is(host, to, "sequence") || node_is(host, to, "event") ||
        node_is(host, to, "database")) {
        way.id = "alter";
        way.summary = "alter it";
    }
    if (node_is(host, to, "sequence") && bounds_differ(host, change))
        way.hazards = MOULT_HAZARD_ROWS_MAY_FORBID; /* the number that it stands at */
    return host->plan->way(ways, &way);
}

/* ---- rename ---- */

static moult_status rename_ways(const moult_host *host, const moult_change *change,
                                moult_ways *ways, moult_error *err)
{
    const moult_node *from = host->plan->from(change);
    moult_way way = my_way("rename", "give it its new name");
    way.phase = MOULT_CONTRACT;
    if (node_has(host, node_object(host, from), "opaque"))
        return ways_opaque(host, node_object(host, from), "rename a part of", err);
    if (node_is(host, from, "table") || node_is(host, from, "view") ||
        node_is(host, from, "column"))
        way.hazards = MOULT_HAZARD_TEXT_ONLY;
    if (node_is(host, from, "partition") || node_is(host, from, "check")) {
        way.summary = "make it anew under its new name";
        way.rewrites = way.scans = 1;
        way.lock = MOULT_LOCK_WRITES;
        way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES;
        way.why = "the server cannot rename it";
    }
    return host->plan->way(ways, &way);
}

moult_status mydialect_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                            moult_error *err)
{
    uint32_t op = host->plan->op(change);
    const moult_node *to = host->plan->to(change), *node = to ? to : host->plan->from(change);
    bool nested = node_object(host, node) != node;
    moult_status st;
    if (op == MOULT_RENAME)
        st = rename_ways(host, change, ways, err);
    else if (nested || (op == MOULT_ALTER && node_is(host, node, "table")))
        st = ways_table(host, change, ways, err);
    else if (op == MOULT_CREATE)
        st = create_ways(host, change, ways, err);
    else if (op == MOULT_DROP)
        st = drop_ways(host, change, ways);
    else
        st = alter_ways(host, change, ways, err);
    return st == MOULT_ERR_NOMEM ? my_nomem(host, err) : st;
}
