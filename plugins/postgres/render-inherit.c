/* SPDX-License-Identifier: Apache-2.0 */
/* render-inherit.c - columns and checks of tables that get parents, or lose them. */
#include "render.h"

/* What there is of a column: its own node (whole, or what differs from the parents), theirs. */
struct view {
    const moult_node *own, *above;
};

static struct span default_of(const moult_host *host, struct view v)
{
    const moult_node *value = node_child(host, v.own, "default", span_of(""));
    bool whole = v.own && !span_is(node_text(host, v.own, "inherited"), "true");
    if (!value && !whole && !node_flag(host, v.own, "no_default"))
        value = node_child(host, v.above, "default", span_of(""));
    return node_text(host, value, "expression");
}

static bool not_null_of(const moult_host *host, struct view v)
{
    bool whole = v.own && !span_is(node_text(host, v.own, "inherited"), "true");
    if (whole || node_flag(host, v.own, "not_null"))
        return node_flag(host, v.own, "not_null");
    return node_flag(host, v.above, "not_null") && !node_flag(host, v.own, "nullable");
}

static const moult_node *type_of(const moult_host *host, struct view v)
{
    return v.own && node_has(host, v.own, "type") ? v.own : v.above;
}

/* Makes the column of TABLE that was as A as it is to be. */
static void settle(struct rendering *r, struct span table, struct span column, struct view a,
                   struct view b)
{
    const moult_host *host = r->host;
    const moult_node *old = type_of(host, a), *new = type_of(host, b);
    struct span was = default_of(host, a), is = default_of(host, b);
    struct span type = node_text(host, new, "type"), collate = node_text(host, new, "collate");
    bool typed = node_differs(host, old, new, "type") || node_differs(host, old, new, "collate");
    if (node_has(host, old, "identity") && !node_has(host, new, "identity"))
        run(r, "ALTER TABLE % ALTER COLUMN % DROP IDENTITY", table, column);
    if (was.p && (typed || !is.p))
        run(r, "ALTER TABLE % ALTER COLUMN % DROP DEFAULT", table, column);
    if (typed && type.p) {
        say(r, "ALTER TABLE % ALTER COLUMN % TYPE %", table, column, type);
        if (collate.p)
            say(r, " COLLATE %", collate);
        say_using(r, column, node_text(host, old, "type"), type);
        done(r);
    }
    if (is.p && (typed || !span_equal(was, is)))
        run(r, "ALTER TABLE % ALTER COLUMN % SET DEFAULT %", table, column, is);
    if (not_null_of(host, a) != not_null_of(host, b))
        run(r, not_null_of(host, b) ? "ALTER TABLE % ALTER COLUMN % SET NOT NULL"
                                    : "ALTER TABLE % ALTER COLUMN % DROP NOT NULL",
            table, column);
}

void become_own(struct rendering *r, const moult_node *from, const moult_node *column)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, column);
    struct view a = {node_child(host, from, "column", key),
                     inherited_column(host, r->from, from, key)};
    settle(r, node_key(host, from), key, a, (struct view){column, NULL});
    column_settings(r, a.own, column);
    EACH_CHILD(host, column, part)
    {
        if (node_is(host, part, "owned_sequence") &&
            !node_child(host, a.own, "owned_sequence", node_key(host, part)))
            own_sequence(r, part, true);
    }
}

static void become_inherited(struct rendering *r, const moult_node *from, const moult_node *to,
                             const moult_node *above)
{
    const moult_host *host = r->host;
    struct span table = node_key(host, to), key = node_key(host, above);
    struct view a = {node_child(host, from, "column", key),
                     inherited_column(host, r->from, from, key)};
    struct view b = {node_child(host, to, "column", key), above};
    if (b.own && !span_is(node_text(host, b.own, "inherited"), "true"))
        return; /* its own as well */
    if (a.own || a.above) {
        settle(r, table, key, a, b);
        if (b.own)
            column_settings(r, a.own, b.own);
        return;
    }
    say(r, "ALTER TABLE % ADD COLUMN ", table);
    say_column(r, above);
    done(r);
    settle(r, table, key, (struct view){above, NULL}, b);
    if (b.own)
        column_settings(r, NULL, b.own);
}

static void adopt_from(struct rendering *r, const moult_node *from, const moult_node *to,
                       const moult_node *child, int depth)
{
    const moult_host *host = r->host;
    struct span parents = node_text(host, child, "inherits"), each;
    if (node_has(host, child, "partition_of"))
        parents = node_text(host, child, "partition_of");
    while (list_next(&parents, &each)) {
        const moult_node *parent = tree_relation(host, r->to, each);
        CLEANUP_NODES struct nodes columns = {0};
        if (!nodes_of(host, parent, "column", &columns))
            r->sql.failed = true;
        for (size_t i = 0; i < columns.n; i++)
            if (!span_is(node_text(host, columns.at[i], "inherited"), "true"))
                become_inherited(r, from, to, columns.at[i]);
        EACH_CHILD(host, parent, check)
        {
            struct span name = node_key(host, check);
            struct span definition = node_text(host, check, "definition");
            if (!node_is(host, check, "check") || node_child(host, from, "check", name) ||
                node_child(host, to, "check", name) || inherits_check(host, r->from, from, name) ||
                memmem(definition.p, definition.n, " NO INHERIT", 11))
                continue;
            run(r, "ALTER TABLE % ADD CONSTRAINT % %", node_key(host, to), name, definition);
        }
        if (parent && depth)
            adopt_from(r, from, to, parent, depth - 1);
    }
}

/* Does TABLE have it from a parent that it keeps? */
static bool by_kept_parent(struct rendering *r, const moult_node *from, const moult_node *to,
                           const char *kind, struct span key)
{
    const moult_host *host = r->host;
    struct span parents = node_text(host, from, "inherits"), each;
    while (list_next(&parents, &each)) {
        const moult_node *parent = tree_relation(host, r->from, each);
        bool kept = list_has(node_text(host, to, "inherits"), each);
        bool has = node_child(host, parent, kind, key) ||
                   (parent && (*kind == 'c' && kind[1] == 'o'
                                   ? inherited_column(host, r->from, parent, key) != NULL
                                   : inherits_check(host, r->from, parent, key)));
        if (kept && has)
            return true;
    }
    return false;
}

/* What FROM has from PARENT alone stays behind as its own; nobody wants it. */
static void drop_from(struct rendering *r, const moult_node *from, const moult_node *to,
                      const moult_node *parent, int depth)
{
    const moult_host *host = r->host;
    struct span parents = node_text(host, parent, "inherits"), each, table = node_key(host, to);
    if (node_has(host, parent, "partition_of"))
        parents = node_text(host, parent, "partition_of");
    EACH_CHILD(host, parent, part)
    {
        struct span key = node_key(host, part);
        bool column = node_is(host, part, "column"), check = node_is(host, part, "check");
        const char *kind = host->tree->kind(part);
        const moult_node *own = node_child(host, from, kind, key);
        if ((!column && !check) || node_child(host, to, kind, key) ||
            (own && !span_is(node_text(host, own, "inherited"), "true")) ||
            by_kept_parent(r, from, to, kind, key))
            continue;
        if (column && !inherited_column(host, r->to, to, key))
            run(r, "ALTER TABLE % DROP COLUMN IF EXISTS %", table, key);
        else if (check && !inherits_check(host, r->to, to, key))
            run(r, "ALTER TABLE % DROP CONSTRAINT IF EXISTS %", table, key);
    }
    while (depth && list_next(&parents, &each)) {
        const moult_node *above = tree_relation(host, r->from, each);
        if (above)
            drop_from(r, from, to, above, depth - 1);
    }
}

void drop_left_behind(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span parents = node_text(host, from, "inherits"), each;
    if (node_has(host, from, "partition_of"))
        parents = node_differs(host, from, to, "partition_of")
                      ? node_text(host, from, "partition_of")
                      : NO_SPAN;
    while (list_next(&parents, &each)) {
        const moult_node *parent = tree_relation(host, r->from, each);
        if (parent && !list_has(node_text(host, to, "inherits"), each))
            drop_from(r, from, to, parent, 64);
    }
}

/* What the parents of TO have must be there, the same, before it gets them. */
void adopt_parents(struct rendering *r, const moult_node *from, const moult_node *to)
{
    adopt_from(r, from, to, to, 64);
}

void validate_check(struct rendering *r, struct span table, struct span name)
{
    run(r,
        "DO $moult$ BEGIN ALTER TABLE % VALIDATE CONSTRAINT %; EXCEPTION WHEN check_violation THEN "
        "NULL; END $moult$",
        table, name);
}

void validate_below(struct rendering *r, const moult_node *table, struct span name, int depth)
{
    CLEANUP_NODES struct nodes below = {0};
    if (!tables_below(r->host, r->to, table, &below))
        r->sql.failed = true;
    for (size_t i = 0; i < below.n; i++) {
        if (list_has(node_text(r->host, below.at[i], "validated"), name) &&
            tree_twin(r->host, r->from, below.at[i]))
            validate_check(r, node_key(r->host, below.at[i]), name);
        if (depth)
            validate_below(r, below.at[i], name, depth - 1);
    }
}
