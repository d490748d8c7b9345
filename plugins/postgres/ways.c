/* SPDX-License-Identifier: Apache-2.0 */
/* ways.c - dialect.ways: in which ways PostgreSQL can make a change. */
#include <stdlib.h>

#include "render.h"

/* A way with what all have in common: a statement that takes its place in the plan's transaction. */
moult_way postgres_way(const char *id, const char *summary)
{
    return (moult_way){.size = MOULT_END(moult_way, privilege),
                       .manner = MOULT_IN_PLACE,
                       .covers = MOULT_COVERS_CHANGE,
                       .txn = MOULT_TXN_INSIDE,
                       .lock = MOULT_LOCK_NONE,
                       .phase = MOULT_EXPAND,
                       .reversible = 1,
                       .id = id,
                       .summary = summary};
}

/* Rights that owning the database does not give. */
static const char *privilege_for(const moult_host *host, const moult_node *node)
{
    static const char *const super[] = {
        "event_trigger", "base_type", "access_method", "subscription", "foreign_data_wrapper",
        "text_search_parser", "text_search_template", "operator_class", "operator_family"};
    for (size_t i = 0; i < sizeof super / sizeof *super; i++)
        if (node_is(host, node, super[i]))
            return "superuser";
    if (node_is(host, node, "extension"))
        return "superuser, unless the extension is trusted";
    return NULL;
}

static const moult_node *table_now(const moult_host *host, const moult_change *change,
                                   const moult_node *node)
{
    return tree_relation(host, host->plan->from_tree(change), node_text(host, node, "table"));
}

/* Takes making INDEX more than one statement?  Only one can be all or nothing by itself. */
static bool has_more(const moult_host *host, const moult_change *change, const moult_node *table,
                     const moult_node *index)
{
    struct span schema, name, key = node_key(host, index);
    const moult_node *then =
        tree_relation(host, host->plan->to_tree(change), node_text(host, index, "table"));
    struct span identity = node_text(host, then ? then : table, "replica_identity");
    key_cut(key, &schema, &name);
    return node_has(host, index, "clustered") || node_has(host, index, "statistics") ||
           node_has(host, index, "comment") ||
           (span_starts(identity, "USING INDEX ") &&
            span_equal(span_after(identity, strlen("USING INDEX ")), name));
}

static moult_status index_ways(const moult_host *host, const moult_change *change,
                               const moult_node *index, moult_ways *ways)
{
    const moult_node *table = table_now(host, change, index);
    moult_way way = postgres_way("create", "create it");
    if (!table || table_let_go(host, change, table))
        return host->plan->way(ways, &way);
    way.lock = MOULT_LOCK_WRITES;
    way.scans = 1;
    way.hazards = MOULT_HAZARD_BLOCKS_WRITES;
    if (node_flag(host, index, "unique"))
        way.hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    moult_status st = host->plan->way(ways, &way);
    if (!st)
        st = aside_original(host, change, table, node_key(host, index), ways);
    if (st || node_has(host, table, "partition_by") || has_more(host, change, table, index))
        return st;
    way.id = "concurrently";
    way.summary = "create it while others write on";
    way.txn = MOULT_TXN_ALONE;
    way.lock = MOULT_LOCK_NONE;
    way.hazards &= ~(uint32_t)MOULT_HAZARD_BLOCKS_WRITES;
    st = host->plan->way(ways, &way);
    return st ? st : aside_original(host, change, table, node_key(host, index), ways);
}

/* What is made on a relation holds others up there, for a moment. */
static void related_facts(const moult_host *host, const moult_change *change,
                          const moult_node *node, moult_way *way)
{
    const moult_node *table = table_now(host, change, node);
    if (!table)
        return;
    if (node_is(host, node, "foreign_key")) {
        way->lock = MOULT_LOCK_WRITES;
        if (!node_flag(host, node, "not_valid")) {
            way->scans = 1;
            way->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
        }
    } else if (node_is(host, node, "trigger")) {
        way->lock = MOULT_LOCK_WRITES;
    } else if (node_is(host, node, "rule") || node_is(host, node, "policy")) {
        way->lock = MOULT_LOCK_READS;
    }
}

static moult_status partition_ways(const moult_host *host, const moult_change *change,
                                   const moult_node *to, moult_way *way, moult_ways *ways)
{
    CLEANUP_GROUP struct group g = {0};
    struct trees trees = {host->plan->from_tree(change), host->plan->to_tree(change)};
    struct span parent = node_text(host, to, "partition_of");
    if (!group_find(host, trees, parent, &g))
        return MOULT_ERR_NOMEM;
    way->lock = g.parent ? MOULT_LOCK_READS : MOULT_LOCK_NONE;
    bool beside = g.rest && !group_leader(host, &g);
    if (beside) {
        way->summary = "create it, with what the default partition has for it";
        way->scans = 1;
        way->reversible = 0;
    }
    moult_status st = host->plan->way(ways, way);
    return st || !beside ? st : aside_beside(host, change, &g, ways);
}

/* The schema public comes before what is new in it, and goes after all that goes from it. */
static moult_status aside_public(const moult_host *host, const moult_change *change, bool comes,
                                 moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change), *to = host->plan->to_tree(change);
    const moult_tree *tree = comes ? to : from, *other = comes ? from : to;
    EACH_CHILD(host, tree ? host->tree->top(tree) : NULL, node)
    {
        if (!span_starts(node_key(host, node), "public.") || tree_twin(host, other, node))
            continue;
        moult_status st = aside_path(host, node, ways);
        if (st)
            return st;
    }
    return MOULT_OK;
}

static moult_status create_ways(const moult_host *host, const moult_change *change,
                                moult_ways *ways, moult_error *err)
{
    const moult_node *to = host->plan->to(change);
    moult_way way = postgres_way("create", "create it");
    if (node_is(host, to, "index"))
        return index_ways(host, change, to, ways);
    if (node_is(host, to, "subscription")) {
        postgres_fail(host, err, MOULT_ERR_UNSUPPORTED,
                      "cannot create subscriptions: how they connect is never shown");
        postgres_detail(host, err, "hint", "%s", "create it by hand, or leave it out with an ignore rule");
        return MOULT_ERR_UNSUPPORTED;
    }
    related_facts(host, change, to, &way);
    way.privilege = privilege_for(host, to);
    if (node_is(host, to, "table") && node_has(host, to, "partition_of"))
        return partition_ways(host, change, to, &way, ways);
    /* What it gives to new objects is for those that come later. */
    if (node_is(host, to, "default_privileges"))
        way.phase = MOULT_CONTRACT;
    moult_status st = host->plan->way(ways, &way);
    return st || !node_flag(host, to, "missing") ? st : aside_public(host, change, false, ways);
}

/* Is there another routine of its name then?  Calls in what is created could mean either. */
static bool is_overloaded(const moult_host *host, const moult_change *change,
                          const moult_node *routine)
{
    const moult_tree *to = host->plan->to_tree(change);
    struct span key = node_key(host, routine);
    size_t n = 0;
    while (n < key.n && key.p[n] != '(')
        n += sql_token(span_after(key, n));
    EACH_CHILD(host, to && node_has(host, routine, "arguments") ? host->tree->top(to) : NULL, other)
    {
        struct span own = node_key(host, other);
        if (node_has(host, other, "arguments") && own.n > n && memcmp(own.p, key.p, n) == 0 &&
            own.p[n] == '(')
            return true;
    }
    return false;
}

static moult_status drop_ways(const moult_host *host, const moult_change *change, moult_ways *ways)
{
    const moult_node *from = host->plan->from(change);
    moult_way way = postgres_way("drop", "drop it");
    way.phase = MOULT_CONTRACT;
    way.lock = node_has(host, from, "table") ? MOULT_LOCK_READS : MOULT_LOCK_NONE;
    if (node_is(host, from, "default_privileges"))
        way.phase = MOULT_EXPAND;
    bool leads = false;
    if (node_is(host, from, "table")) {
        struct trees trees = {host->plan->from_tree(change), host->plan->to_tree(change)};
        enum part part = group_part(host, trees, from);
        bool move = part != PART_NONE || ends_above(host, trees, from);
        leads = part == PART_LEADER;
        way.lock = MOULT_LOCK_READS;
        way.summary = leads   ? "move its rows to other partitions, and drop it"
                      : move  ? "let go of it: its rows move"
                              : "drop it with its rows";
        way.reversible = 0;
        if (leads)
            moving_facts(&way);
        else if (!move)
            way.hazards = MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
    } else if (node_is(host, from, "sequence")) {
        way.hazards = MOULT_HAZARD_NOT_REVERSIBLE;
        way.reversible = 0;
    }
    moult_status st = host->plan->way(ways, &way);
    if (!st && leads)
        st = aside_group(host, change, from, ways);
    if (!st && node_flag(host, from, "missing"))
        return aside_public(host, change, true, ways);
    return st ? st
              : aside_dependents(host, change, from, is_overloaded(host, change, from), ways);
}

static bool only(const moult_host *host, const moult_change *change, const char *const *names)
{
    const char *name;
    for (uint32_t i = 0; (name = host->plan->differing(change, i)); i++) {
        bool known = strcmp(name, "owner") == 0 || strcmp(name, "grants") == 0 ||
                     strcmp(name, "comment") == 0;
        for (size_t k = 0; !known && names[k]; k++)
            known = strcmp(name, names[k]) == 0;
        if (!known)
            return false;
    }
    return true;
}

/* What an ALTER of the kind takes beside owner, grants and comment. */
static const char *const *alterable_of(const char *kind)
{
    static const struct {
        const char *kind, *names[10];
    } known[] = {
        {"default_privileges", {"grants"}},
        {"event_trigger", {"enabled"}},
        {"extension", {"version", "schema"}},
        {"foreign_data_wrapper", {"handler", "validator", "options"}},
        {"foreign_key", {"deferrable", "not_valid"}},
        {"function", {"definition", "arguments", "language"}},
        {"index", {"options", "tablespace", "clustered", "invalid", "statistics"}},
        {"materialized_view", {"options", "access_method", "tablespace"}},
        {"policy", {"roles", "using", "check"}},
        {"procedure", {"definition", "arguments", "language"}},
        {"publication", {"tables", "schemas", "options"}},
        {"rule", {"definition", "enabled"}},
        {"schema", {"missing"}},
        {"sequence",
         {"type", "start", "increment", "minimum", "maximum", "cache", "cycle", "unlogged"}},
        {"server", {"version", "options"}},
        {"statistics", {"target"}},
        {"subscription", {"publications", "options"}},
        {"text_search_configuration", {"mappings"}},
        {"text_search_dictionary", {"options"}},
        {"trigger", {"enabled"}},
        {"user_mapping", {"options"}},
        {"view", {"options", "definition", "columns"}},
    };
    static const char *const none[] = {NULL};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(kind, known[i].kind) == 0)
            return known[i].names;
    return none;
}

/* Is the version B before A?  Parts that are numbers count as such. */
static bool is_older(struct span b, struct span a)
{
    while (a.n && b.n) {
        char *a_end, *b_end;
        unsigned long x = strtoul(a.p, &a_end, 10), y = strtoul(b.p, &b_end, 10);
        size_t n = (size_t)(a_end - a.p), m = (size_t)(b_end - b.p);
        bool numbers = n && m && n <= a.n && m <= b.n;
        if (numbers && x != y)
            return y < x;
        if (!numbers && *a.p != *b.p)
            return *b.p < *a.p;
        a = span_after(a, numbers ? n : 1);
        b = span_after(b, numbers ? m : 1);
    }
    return a.n > 0;
}

static bool can_alter(const moult_host *host, const moult_change *change, const moult_node *from,
                      const moult_node *to, const char **why)
{
    *why = "the server has no ALTER for it";
    if (!only(host, change, alterable_of(host->tree->kind(to))))
        return false;
    bool defined = host->plan->differs(change, "definition") ||
                   host->plan->differs(change, "columns") ||
                   host->plan->differs(change, "arguments");
    if (node_is(host, to, "view") && defined) {
        *why = "the columns that are there do not all stay as they are";
        return view_replaceable(host, from, to);
    }
    if (node_is(host, to, "function") || node_is(host, to, "procedure")) {
        *why = "its arguments do not stay as they are";
        return routine_replaceable(host, from, to);
    }
    if (node_is(host, to, "policy"))
        return policy_alterable(host, from, to);
    if (node_is(host, to, "foreign_key")) {
        *why = "a constraint cannot be made unchecked";
        return !node_flag(host, to, "not_valid") || node_flag(host, from, "not_valid");
    }
    if (node_is(host, to, "index"))
        return !node_flag(host, to, "invalid");
    if (node_is(host, to, "extension") && node_differs(host, from, to, "version")) {
        *why = "extensions can be brought to a later version, not back to an earlier one";
        return !is_older(node_text(host, to, "version"), node_text(host, from, "version"));
    }
    return true;
}

static moult_status replace_ways(const moult_host *host, const moult_change *change,
                                 const char *why, moult_ways *ways)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    moult_way way = postgres_way("replace", "drop it and create it anew");
    way.manner = MOULT_REPLACE;
    way.covers = MOULT_COVERS_OBJECT;
    way.why = why;
    way.privilege = privilege_for(host, to);
    related_facts(host, change, to, &way);
    way.lock = node_has(host, from, "table") ? MOULT_LOCK_READS : MOULT_LOCK_NONE;
    if (node_is(host, to, "index")) {
        way.scans = 1;
        way.hazards = MOULT_HAZARD_BLOCKS_WRITES;
        if (node_flag(host, to, "unique"))
            way.hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    }
    moult_status st = host->plan->way(ways, &way);
    if (!st)
        st = aside_dependents(host, change, from, true, ways);
    return st ? st : aside_owned(host, change, from, ways);
}

static moult_status alter_ways(const moult_host *host, const moult_change *change,
                               moult_ways *ways)
{
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    const char *why = NULL;
    moult_way way = postgres_way("alter", "alter it");
    if (node_is(host, to, "collation") && host->plan->differs(change, "definition"))
        return collation_ways(host, change, ways);
    if (!can_alter(host, change, from, to, &why))
        return replace_ways(host, change, why, ways);
    bool defined = host->plan->differs(change, "definition");
    if (node_is(host, to, "view") || node_is(host, to, "function") ||
        node_is(host, to, "procedure") || node_is(host, to, "rule"))
        way.summary = defined ? "replace its definition" : way.summary;
    if (node_is(host, to, "foreign_key") && host->plan->differs(change, "not_valid")) {
        way.scans = 1;
        way.hazards = MOULT_HAZARD_ROWS_MAY_FORBID;
    }
    if (node_is(host, to, "materialized_view") && host->plan->differs(change, "access_method"))
        way.rewrites = 1;
    if (node_has(host, to, "table"))
        way.lock = MOULT_LOCK_READS;
    return host->plan->way(ways, &way);
}

static moult_status rename_ways(const moult_host *host, const moult_change *change,
                                moult_ways *ways)
{
    moult_way way = postgres_way("rename", "give it its new name");
    way.phase = MOULT_CONTRACT;
    way.lock = MOULT_LOCK_READS;
    (void)change;
    return host->plan->way(ways, &way);
}

moult_status postgres_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                           moult_error *err)
{
    uint32_t op = host->plan->op(change);
    const moult_node *to = host->plan->to(change), *node = to ? to : host->plan->from(change);
    moult_status st;
    if (op == MOULT_RENAME)
        st = rename_ways(host, change, ways);
    else if (node_object(host, node) != node)
        st = nested_ways(host, change, ways, err);
    else if (op == MOULT_CREATE)
        st = create_ways(host, change, ways, err);
    else if (op == MOULT_DROP)
        st = drop_ways(host, change, ways);
    else if (node_is(host, node, "table") || node_is(host, node, "foreign_table"))
        st = table_ways(host, change, ways, err);
    else if (kind_of(host, node)->flags & KIND_TYPE)
        st = type_ways(host, change, ways, err);
    else
        st = alter_ways(host, change, ways);
    return st == MOULT_ERR_NOMEM ? postgres_nomem(host, err) : st;
}
