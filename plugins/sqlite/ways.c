/* SPDX-License-Identifier: Apache-2.0 */
/* ways.c - dialect.ways: in which ways SQLite can make a change. */
#include "render.h"

/* A way with what all of SQLite's have in common: one writer at a time, everything in transactions. */
moult_way sqlite_way(const char *id, const char *summary)
{
    return (moult_way){.size = MOULT_END(moult_way, privilege),
                       .manner = MOULT_IN_PLACE,
                       .covers = MOULT_COVERS_CHANGE,
                       .txn = MOULT_TXN_INSIDE,
                       .lock = MOULT_LOCK_WRITES,
                       .phase = MOULT_EXPAND,
                       .reversible = 1,
                       .id = id,
                       .summary = summary};
}

static bool has_rows(const moult_host *host, const moult_node *node)
{
    return node_is(host, node, "table") || node_is(host, node, "virtual_table");
}

static moult_status unavailable(const moult_host *host, const moult_node *node, const char *what,
                                moult_error *err)
{
    struct text name = node_name(host, node), module = node_text(host, node, "module");
    sqlite_fail(host, err, MOULT_ERR_UNSUPPORTED,
                "cannot %s virtual table \"%.*s\": this SQLite has no module \"%.*s\"", what,
                (int)name.n, name.p ? name.p : "", (int)module.n, module.p ? module.p : "");
    sqlite_detail(host, err, "hint", "%s",
                  "leave the table out with an ignore rule, or use an SQLite that has the module");
    return MOULT_ERR_UNSUPPORTED;
}

/* A new index reads the rows of a table that is there already, and a unique one may not like them. */
static void index_facts(const moult_host *host, const moult_change *change,
                        const moult_node *index, moult_way *way)
{
    const moult_tree *from = host->plan->from_tree(change);
    const moult_node *top = from ? host->tree->top(from) : NULL;
    struct text table = node_same(host, index, "table");
    for (uint32_t i = 0, n = top ? host->tree->count(top) : 0; i < n; i++) {
        const moult_node *node = host->tree->child(top, i);
        struct text key = node_key(host, node);
        if (!node_is(host, node, "table") || key.n != table.n ||
            sqlite3_strnicmp(key.p, table.p, (int)key.n) != 0)
            continue;
        way->scans = 1;
        if (node_flag(host, index, "unique"))
            way->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    }
}

static moult_status create_ways(const moult_host *host, const moult_change *change,
                                moult_ways *ways, moult_error *err)
{
    const moult_node *to = host->plan->to(change);
    moult_way way = sqlite_way("create", "create it");
    if (node_is(host, to, "virtual_table") && node_flag(host, to, "unavailable"))
        return unavailable(host, to, "create", err);
    if (node_is(host, to, "index"))
        index_facts(host, change, to, &way);
    return host->plan->way(ways, &way);
}

static moult_status drop_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                              moult_error *err)
{
    const moult_node *from = host->plan->from(change);
    moult_way way = sqlite_way("drop", "drop it");
    way.phase = MOULT_CONTRACT;
    if (node_is(host, from, "virtual_table") && node_flag(host, from, "unavailable"))
        return unavailable(host, from, "drop", err);
    if (has_rows(host, from)) {
        way.summary = "drop it with its rows";
        way.hazards = MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        way.reversible = 0;
    }
    return host->plan->way(ways, &way);
}

static moult_status replace_ways(const moult_host *host, const moult_change *change,
                                 moult_ways *ways)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    moult_way way = sqlite_way("replace", "drop it and create it anew");
    way.manner = MOULT_REPLACE;
    way.covers = MOULT_COVERS_OBJECT;
    way.why = "SQLite has no ALTER for it";
    if (node_is(host, to, "index")) {
        index_facts(host, change, to, &way);
        way.rewrites = way.scans;
    }
    moult_status st = host->plan->way(ways, &way);
    return st ? st : sqlite_aside_owned(host, change, from, ways);
}

static moult_status virtual_ways(const moult_host *host, const moult_change *change,
                                 moult_ways *ways, moult_error *err)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    if (node_flag(host, from, "unavailable"))
        return unavailable(host, from, "change", err);
    if (node_flag(host, to, "unavailable"))
        return unavailable(host, to, "change", err);
    moult_way way = sqlite_way("rebuild", "copy the rows into a new table");
    uint32_t rows = sqlite_virtual_rows(host, from, to);
    way.manner = MOULT_REBUILD;
    way.covers = MOULT_COVERS_OBJECT;
    way.phase = MOULT_MIGRATE;
    way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES;
    way.rewrites = way.scans = 1;
    way.why = "a virtual table cannot be altered";
    if (rows == VIRTUAL_INDEX)
        way.summary = "create it anew and index the rows of its content table";
    if (rows == VIRTUAL_LOST) {
        way.summary = "create it anew, without its rows";
        way.why = "a virtual table cannot be altered, and its rows cannot be copied";
    }
    if (sqlite_virtual_loses(host, from, to)) {
        way.hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        way.phase = MOULT_CONTRACT;
        way.reversible = 0;
    }
    return host->plan->way(ways, &way);
}

static moult_status rename_ways(const moult_host *host, const moult_change *change,
                                moult_ways *ways)
{
    const moult_node *from = host->plan->from(change);
    moult_way way = sqlite_way("rename", "give it its new name");
    way.phase = MOULT_CONTRACT;
    if (!has_rows(host, from) && !node_is(host, from, "column")) {
        way.manner = MOULT_REPLACE;
        way.summary = "drop it and create it under its new name";
        way.why = "SQLite cannot rename it";
        way.scans = node_is(host, from, "index");
        return host->plan->way(ways, &way);
    }
    return host->plan->way(ways, &way);
}

moult_status sqlite_dialect_ways(const moult_host *host, const moult_change *change,
                                 moult_ways *ways, moult_error *err)
{
    uint32_t op = host->plan->op(change);
    const moult_node *node = host->plan->to(change) ? host->plan->to(change)
                                                    : host->plan->from(change);
    const moult_node *parent = host->tree->parent(node);
    bool nested = parent && host->tree->parent(parent);
    moult_status st;
    if (op == MOULT_RENAME)
        st = rename_ways(host, change, ways);
    else if (nested || (op == MOULT_ALTER && node_is(host, node, "table")))
        st = sqlite_table_ways(host, change, ways, err);
    else if (op == MOULT_CREATE)
        st = create_ways(host, change, ways, err);
    else if (op == MOULT_DROP)
        st = drop_ways(host, change, ways, err);
    else if (node_is(host, node, "virtual_table"))
        st = virtual_ways(host, change, ways, err);
    else
        st = replace_ways(host, change, ways);
    return st == MOULT_ERR_NOMEM ? sqlite_nomem(host, err) : st;
}
