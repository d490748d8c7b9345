/* SPDX-License-Identifier: Apache-2.0 */
/* render-alter.c - ALTER TABLE: the table's own attributes; and parents, with all that follows. */
#include "render.h"

static void set_flag(struct rendering *r, const moult_node *from, const moult_node *to,
                     const char *name, const char *on, const char *off)
{
    if (node_differs(r->host, from, to, name))
        run(r, "ALTER TABLE % %", node_key(r->host, to),
            span_of(node_flag(r->host, to, name) ? on : off));
}

static void set_or(struct rendering *r, const moult_node *from, const moult_node *to,
                   const char *name, const char *clause, const char *usual)
{
    struct span value = node_text(r->host, to, name);
    if (node_differs(r->host, from, to, name))
        run(r, "ALTER TABLE % % %", node_key(r->host, to), span_of(clause),
            value.p ? value : span_of(usual));
}

/* Is the index NAME of the table, or of a key of it, made or made anew in this plan? */
static bool comes_later(struct rendering *r, const moult_node *from, const moult_node *to,
                        struct span name)
{
    static const char *const kinds[] = {"primary_key", "unique"};
    const moult_host *host = r->host;
    struct span schema, table;
    CLEANUP_TEXT struct text index = {0};
    key_cut(node_key(host, to), &schema, &table);
    pgtext_add(&index, schema.p, schema.n);
    pgtext_char(&index, '.');
    pgtext_add(&index, name.p, name.n);
    const moult_node *now = tree_node(host, r->from, "index", (struct span){index.p, index.n});
    const moult_node *then = tree_node(host, r->to, "index", (struct span){index.p, index.n});
    for (size_t i = 0; !then && i < sizeof kinds / sizeof *kinds; i++) {
        then = node_child(host, to, kinds[i], name);
        now = node_child(host, from, kinds[i], name);
    }
    return then && (!now || !node_same_shape(host, now, then));
}

static void replica_identity(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span key = node_key(r->host, to), identity = node_text(r->host, to, "replica_identity");
    if (!node_differs(r->host, from, to, "replica_identity"))
        return;
    if (span_starts(identity, "USING INDEX ") &&
        comes_later(r, from, to, span_after(identity, 12)))
        identity = span_of("DEFAULT"); /* with the index */
    run(r, "ALTER TABLE % REPLICA IDENTITY %", key, identity.p ? identity : span_of("DEFAULT"));
}

/* What is validated here alone.  It cannot be taken back, and need not be. */
static void validate_inherited(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span list = node_text(r->host, to, "validated"), each;
    uint32_t before = r->emitted;
    while (list_next(&list, &each))
        if (!list_has(node_text(r->host, from, "validated"), each))
            validate_check(r, node_key(r->host, to), each);
    if (before == r->emitted && node_differs(r->host, from, to, "validated"))
        nothing(r, "what is validated stays so");
}

void alter_table(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, to);
    bool foreign = node_is(host, to, "foreign_table");
    if (node_differs(host, from, to, "unlogged"))
        run(r, "ALTER TABLE % SET %", key,
            span_of(node_flag(host, to, "unlogged") ? "UNLOGGED" : "LOGGED"));
    if (foreign) {
        struct text saved = r->sql;
        r->sql = (struct text){0};
        bool any = say_option_changes(r, node_text(host, from, "options"),
                                      node_text(host, to, "options"));
        struct text changes = r->sql;
        r->sql = saved;
        if (any)
            run(r, "ALTER FOREIGN TABLE % OPTIONS (%)", key, (struct span){changes.p, changes.n});
        pgtext_free(&changes);
    } else {
        alter_options(r, "TABLE", key, node_text(host, from, "options"),
                      node_text(host, to, "options"));
    }
    set_or(r, from, to, "access_method", "SET ACCESS METHOD", "heap");
    set_or(r, from, to, "tablespace", "SET TABLESPACE", "pg_default");
    replica_identity(r, from, to);
    validate_inherited(r, from, to);
    set_flag(r, from, to, "row_security", "ENABLE ROW LEVEL SECURITY",
             "DISABLE ROW LEVEL SECURITY");
    set_flag(r, from, to, "force_row_security", "FORCE ROW LEVEL SECURITY",
             "NO FORCE ROW LEVEL SECURITY");
    render_rights(r, from, to);
}

/* ---- everything in a table ---- */

typedef bool part_fn(const struct rendering *r, const moult_node *from, const moult_node *to,
                     const moult_node *part);

static bool is_part(const moult_host *host, const moult_node *node, bool columns)
{
    return columns ? node_is(host, node, "column")
                   : !node_is(host, node, "column") && !node_is(host, node, "index_copy");
}

/* A column or constraint that the table keeps, or has already, through its parents. */
static bool by_parents(struct rendering *r, const moult_tree *tree, const moult_node *table,
                       const moult_node *part)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, part);
    if (node_is(host, part, "column"))
        return inherited_column(host, tree, table, key) != NULL;
    if (node_is(host, part, "check"))
        return inherits_check(host, tree, table, key);
    if (!node_has(host, table, "partition_of"))
        return false;
    EACH_CHILD(host, table, copy) /* a key that is now the part of its parent's, or was */
    {
        if (!node_is(host, copy, "index_copy"))
            continue;
        struct span schema, name, own = node_text(host, copy, "name");
        key_cut(own.p ? own : node_key(host, copy), &schema, &name);
        if (span_equal(name, key))
            return true;
    }
    return false;
}

static void drop_parts(struct rendering *r, const moult_node *from, const moult_node *to,
                       bool columns)
{
    EACH_CHILD(r->host, from, part)
    {
        const char *kind = r->host->tree->kind(part);
        if (is_part(r->host, part, columns) &&
            !node_child(r->host, to, kind, node_key(r->host, part)) &&
            !by_parents(r, r->to, to, part))
            render_drop(r, part);
    }
}

static void column_parts(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, from, old)
    {
        if (!node_child(host, to, host->tree->kind(old), node_key(host, old)))
            render_drop(r, old);
    }
    EACH_CHILD(host, to, part)
    {
        const moult_node *now =
            node_child(host, from, host->tree->kind(part), node_key(host, part));
        if (!now)
            render_create(r, part);
        else if (!node_same_shape(host, now, part))
            render_alter(r, now, part);
    }
}

static void alter_parts(struct rendering *r, const moult_node *from, const moult_node *to,
                        bool columns)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes parts = {0};
    if (columns && !nodes_of(host, to, "column", &parts))
        r->sql.failed = true;
    for (uint32_t i = 0; !columns && i < node_count(host, to); i++)
        if (is_part(host, node_at(host, to, i), false) && !nodes_add(&parts, node_at(host, to, i)))
            r->sql.failed = true;
    for (size_t i = 0; i < parts.n; i++) {
        const moult_node *part = parts.at[i];
        const moult_node *now =
            node_child(host, from, host->tree->kind(part), node_key(host, part));
        bool own = !span_is(node_text(host, part, "inherited"), "true");
        bool was_own = now && !span_is(node_text(host, now, "inherited"), "true");
        if (columns && !own)
            continue; /* with what its parents have */
        if (columns && !was_own && inherited_column(host, r->from, from, node_key(host, part))) {
            become_own(r, from, part);
        } else if (now && columns) {
            alter_column(r, now, part);
            column_parts(r, now, part);
        } else if (now && !node_same_shape(host, now, part)) {
            render_drop(r, now);
            render_create(r, part);
        } else if (now) {
            finish_constraint(r, now, part);
        } else if (!by_parents(r, r->from, from, part)) {
            render_create(r, part);
        }
    }
}

void alter_children(struct rendering *r, const moult_node *from, const moult_node *to)
{
    drop_parts(r, from, to, false);
    drop_parts(r, from, to, true);
    alter_parts(r, from, to, true);
    alter_parts(r, from, to, false);
}

/* What the partition's part of WHOLE, called NAME, is to be once the table is alone; NULL: it goes. */
static const moult_node *wanted_alone(struct rendering *r, const moult_node *table,
                                      const moult_node *whole, struct span key, struct span name)
{
    static const char *const kinds[] = {"primary_key", "unique", "exclude"};
    const moult_node *wanted = tree_node(r->host, r->to, "index", key);
    for (size_t i = 0; !wanted && i < sizeof kinds / sizeof *kinds; i++)
        wanted = node_child(r->host, table, kinds[i], name);
    bool same = wanted && whole && !node_differs(r->host, whole, wanted, "definition") &&
                !node_differs(r->host, whole, wanted, "unique") &&
                !node_differs(r->host, whole, wanted, "deferrable") &&
                node_is(r->host, whole, "index") == node_is(r->host, wanted, "index");
    return same ? wanted : NULL;
}

/* After a partition is detached: its parts of its parent's indexes that nobody wants. */
static void drop_copies(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, from, copy)
    {
        struct span schema, name, own = node_text(host, copy, "name");
        if (!node_is(host, copy, "index_copy") || !own.p)
            continue;
        key_cut(own, &schema, &name);
        const moult_node *whole = copy_original(host, r->from, from, node_key(host, copy));
        if (wanted_alone(r, to, whole, own, name))
            continue;
        if (node_is(host, whole, "index"))
            run(r, "DROP INDEX IF EXISTS %", own);
        else
            run(r, "ALTER TABLE % DROP CONSTRAINT IF EXISTS %", node_key(host, to), name);
    }
}

/* A partition that is detached keeps its parents' foreign keys as its own: those that are wanted are
 * made by themselves. */
static void drop_foreign_keys(struct rendering *r, const moult_node *from, struct span key)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, host->tree->top(r->from), foreign)
    {
        struct span parent = node_text(host, from, "partition_of"), relation, name;
        if (!node_is(host, foreign, "foreign_key"))
            continue;
        belongs(host, foreign, &relation, &name);
        for (int depth = 0; parent.p && depth < 64; depth++) {
            if (span_equal(relation, parent))
                run(r, "ALTER TABLE % DROP CONSTRAINT IF EXISTS %", key, name);
            parent = node_text(host, tree_node(host, r->from, "table", parent), "partition_of");
        }
    }
}

static void unlink_table(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, to), parent = node_text(host, from, "partition_of");
    struct span list = node_text(host, from, "inherits"), each;
    if (parent.p && (node_differs(host, from, to, "partition_of") ||
                     node_differs(host, from, to, "bound"))) {
        if (table_fate(host, trees_of(r), from) != FATE_OUT &&
            group_part(host, trees_of(r), from) == PART_NONE)
            run(r, "ALTER TABLE % DETACH PARTITION %", parent, key);
        if (node_differs(host, from, to, "partition_of")) {
            drop_foreign_keys(r, from, key);
            drop_copies(r, from, to);
        }
    }
    while (list_next(&list, &each))
        if (!list_has(node_text(host, to, "inherits"), each))
            run(r, "ALTER TABLE % NO INHERIT %", key, each);
    if (node_has(host, from, "of") && node_differs(host, from, to, "of"))
        run(r, "ALTER TABLE % NOT OF", key);
}

void relink_table(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, to), parent = node_text(host, to, "partition_of");
    struct span list = node_text(host, to, "inherits"), each;
    uint32_t before = r->emitted;
    enum part part = group_part(host, trees_of(r), from);
    if (part == PART_LEADER)
        move_partitions(r, from);
    make_room(r, from);
    unlink_table(r, from, to);
    drop_left_behind(r, from, to);
    alter_children(r, from, to);
    adopt_parents(r, from, to);
    while (list_next(&list, &each))
        if (!list_has(node_text(host, from, "inherits"), each))
            run(r, "ALTER TABLE % INHERIT %", key, each);
    if (node_has(host, to, "of") && node_differs(host, from, to, "of"))
        run(r, "ALTER TABLE % OF %", key, node_text(host, to, "of"));
    bool moved = node_differs(host, from, to, "partition_of");
    if (parent.p && (moved || (node_differs(host, from, to, "bound") && part == PART_NONE))) {
        run(r, "ALTER TABLE % ATTACH PARTITION % %", parent, key, node_text(host, to, "bound"));
        new_index_copies(r, to);
    }
    alter_table(r, from, to);
    if (before == r->emitted)
        nothing(r, "its bounds change with those of others");
}
