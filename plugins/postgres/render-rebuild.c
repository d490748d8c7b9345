/* SPDX-License-Identifier: Apache-2.0 */
/* render-rebuild.c - how a table is partitioned cannot be altered: a new one takes its place, and the rows, those
 * of its partitions too. */
#include <stdio.h>

#include "render.h"

#define DEEPEST 16

static uint32_t add_hash(uint32_t hash, struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 16777619u;
    return hash;
}

static void say_temporary(struct rendering *r, const char *word, uint32_t hash)
{
    char what[32], temporary[64];
    snprintf(what, sizeof what, "%s_%08x", word, hash);
    say_span(r, temporary_name(r, temporary, what));
}

/* "S.moult_RUN_old_HASH": TABLE's name while another has its own.  BARE: without the schema. */
static void say_old(struct rendering *r, const moult_node *table, bool bare)
{
    struct span schema, name, key = node_key(r->host, table);
    key_cut(key, &schema, &name);
    if (!bare)
        say(r, "%.", schema);
    say_temporary(r, "old", add_hash(2166136261u, key));
}

/* The keys of the old table make way for those of the new one, which bear their names. */
static void free_names(struct rendering *r, const moult_node *table, struct span old)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, table, part)
    {
        if (!is_key(host, part))
            continue;
        /* Not dropped: partitions that get out keep their parts. */
        say(r, "ALTER TABLE % RENAME CONSTRAINT % TO ", old, node_key(host, part));
        say_temporary(r, "key", add_hash(add_hash(2166136261u, old), node_key(host, part)));
        done(r);
    }
    EACH_CHILD(host, table, column)
    {
        if (node_has(host, column, "identity"))
            run(r, "ALTER TABLE % ALTER COLUMN % DROP IDENTITY", old, node_key(host, column));
        EACH_CHILD(host, column, sequence)
        {
            if (node_is(host, sequence, "owned_sequence"))
                run(r, "ALTER SEQUENCE % OWNED BY NONE", node_key(host, sequence));
        }
    }
}

void make_old(struct rendering *r, const moult_node *table, bool if_there)
{
    say(r, "ALTER TABLE %% RENAME TO ", span_of(if_there ? "IF EXISTS " : ""),
        node_key(r->host, table));
    say_old(r, table, true);
    done(r);
}

static struct text old_name(struct rendering *r, const moult_node *table)
{
    struct text saved = r->sql;
    r->sql = (struct text){0};
    say_old(r, table, false);
    struct text name = r->sql;
    r->sql = saved;
    r->sql.failed |= name.failed;
    return name;
}

static void set_away(struct rendering *r, const moult_node *table)
{
    CLEANUP_TEXT struct text name = old_name(r, table);
    struct span old = {name.p, name.n};
    make_old(r, table, false);
    if (node_flag(r->host, table, "force_row_security")) /* which would hide rows */
        run(r, "ALTER TABLE % NO FORCE ROW LEVEL SECURITY", old);
    free_names(r, table, old);
}

typedef void below_fn(struct rendering *r, const moult_node *table);

/* Calls FN for the tables below TABLE in TREE that have the fate, parents first. */
static void each_below(struct rendering *r, const moult_tree *tree, const moult_node *table,
                       enum fate fate, below_fn *fn, int depth)
{
    CLEANUP_NODES struct nodes below = {0};
    if (!tables_below(r->host, tree, table, &below))
        r->sql.failed = true;
    for (size_t i = 0; i < below.n; i++) {
        if (table_fate(r->host, trees_of(r), below.at[i]) == fate)
            fn(r, below.at[i]);
        if (depth)
            each_below(r, tree, below.at[i], fate, fn, depth - 1);
    }
}

void new_partitions(struct rendering *r, const moult_node *table, int depth)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes below = {0};
    if (!tables_below(host, r->to, table, &below))
        r->sql.failed = true;
    for (size_t i = 0; i < below.n; i++) {
        const moult_node *child = below.at[i];
        bool there = tree_twin(host, r->from, child) &&
                     table_fate(host, trees_of(r), child) != FATE_ANEW;
        if (there || !node_is(host, child, "table") || !node_has(host, child, "partition_of"))
            continue;
        say(r, "CREATE %TABLE ", span_of(node_flag(host, child, "unlogged") ? "UNLOGGED " : ""));
        say_create_table(r, child, node_key(host, child), true);
        done(r);
        if (depth)
            new_partitions(r, child, depth - 1);
    }
}

static bool has_column(const moult_host *host, const struct nodes *columns, struct span key)
{
    for (size_t i = 0; i < columns->n; i++)
        if (span_equal(node_key(host, columns->at[i]), key))
            return true;
    return false;
}

/* Those of TABLE, and those that it inherits and says nothing of. */
static bool all_columns(struct rendering *r, const moult_node *table, struct nodes *columns,
                        int depth)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes own = {0};
    struct span parents = node_text(host, table, "inherits"), each;
    if (node_has(host, table, "partition_of"))
        parents = node_text(host, table, "partition_of");
    bool ok = nodes_of(host, table, "column", &own);
    for (size_t i = 0; i < own.n; i++)
        if (!span_is(node_text(host, own.at[i], "inherited"), "true") &&
            !has_column(host, columns, node_key(host, own.at[i])))
            ok &= nodes_add(columns, own.at[i]);
    while (depth && list_next(&parents, &each)) {
        const moult_node *parent = tree_relation(host, r->to, each);
        ok &= !parent || all_columns(r, parent, columns, depth - 1);
    }
    return ok;
}

/* Columns that parents are to get as well: they get them now, or the values would find no place. */
static void parents_columns(struct rendering *r, const moult_node *table)
{
    const moult_host *host = r->host;
    struct span parents = node_text(host, table, "inherits"), each;
    while (list_next(&parents, &each)) {
        const moult_node *then = tree_node(host, r->to, "table", each);
        const moult_node *now = tree_node(host, r->from, "table", each);
        CLEANUP_NODES struct nodes columns = {0};
        if (!nodes_of(host, then, "column", &columns))
            r->sql.failed = true;
        for (size_t i = 0; now && i < columns.n; i++) {
            if (node_child(host, now, "column", node_key(host, columns.at[i])) ||
                span_is(node_text(host, columns.at[i], "inherited"), "true"))
                continue;
            say(r, "ALTER TABLE % ADD COLUMN IF NOT EXISTS ", each);
            say_column(r, columns.at[i]);
            done(r);
        }
    }
}

static void copy_rows(struct rendering *r, const moult_node *from, const moult_node *to,
                      struct span old)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes columns = {0};
    CLEANUP_TEXT struct text list = {0}, values = {0};
    bool overriding = false;
    if (!all_columns(r, to, &columns, DEEPEST))
        r->sql.failed = true;
    for (size_t i = 0; i < columns.n; i++) {
        const moult_node *column = columns.at[i];
        struct span key = node_key(host, column);
        const moult_node *now = node_child(host, from, "column", key);
        if (!now)
            now = inherited_column(host, r->from, from, key);
        if (!now || node_has(host, column, "generated"))
            continue;
        overriding |= node_has(host, column, "identity");
        pgtext_z(&list, list.n ? ", " : "");
        pgtext_add(&list, key.p, key.n);
        struct span a = node_text(host, now, "type"), b = node_text(host, column, "type");
        struct text saved = r->sql;
        r->sql = values;
        say(r, values.n ? ", " : "");
        say_converted(r, key, a, b);
        values = r->sql;
        r->sql = saved;
    }
    if (list.n)
        run(r, "INSERT INTO % (%)% SELECT % FROM %%", node_key(host, to),
            (struct span){list.p, list.n}, span_of(overriding ? " OVERRIDING SYSTEM VALUE" : ""),
            (struct span){values.p, values.n},
            span_of(node_has(host, from, "partition_by") ? "" : "ONLY "), old);
    r->sql.failed |= list.failed || values.failed;
    for (size_t i = 0; i < columns.n; i++)
        if (node_has(host, columns.at[i], "identity"))
            carry_on_sequence(r, columns.at[i]);
}

/* It leaves the old table with the rows that it has. */
static void get_out(struct rendering *r, const moult_node *table)
{
    const moult_host *host = r->host;
    const moult_node *then = tree_twin(host, r->to, table);
    const moult_node *parent =
        tree_node(host, r->from, "table", node_text(host, table, "partition_of"));
    if (!parent || !node_differs(host, table, then, "partition_of"))
        return; /* with its parent, which gets out */
    bool away = tree_twin(host, r->to, parent) &&
                table_fate(host, trees_of(r), parent) != FATE_OUT;
    CLEANUP_TEXT struct text name = old_name(r, parent);
    run(r, "ALTER TABLE % DETACH PARTITION %",
        away ? (struct span){name.p, name.n} : node_key(host, parent), node_key(host, table));
}

static void link_anew(struct rendering *r, const moult_node *table)
{
    const moult_node *now = tree_twin(r->host, r->from, table);
    const moult_node *then = tree_twin(r->host, r->to, table);
    if (now && then)
        relink_table(r, now, then);
}

/* Those that inherit from it are handed over. */
static void hand_over(struct rendering *r, const moult_node *from, struct span old)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes below = {0};
    if (!tables_below(host, r->from, from, &below))
        r->sql.failed = true;
    for (size_t i = 0; i < below.n; i++) {
        const moult_node *then = tree_twin(host, r->to, below.at[i]);
        struct span key = node_key(host, below.at[i]);
        if (!node_has(host, below.at[i], "inherits"))
            continue;
        run(r, "ALTER TABLE % NO INHERIT %", key, old);
        if (then && list_has(node_text(host, then, "inherits"), node_key(host, from)))
            run(r, "ALTER TABLE % INHERIT %", key, node_key(host, from));
    }
}

static void finish_anew(struct rendering *r, const moult_node *table)
{
    finish_table(r, table, node_key(r->host, table));
}

void rebuild_table(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, to), parent = node_text(host, from, "partition_of");
    CLEANUP_TEXT struct text name = old_name(r, from);
    struct span old = {name.p, name.n};
    if (parent.p)
        run(r, "ALTER TABLE % DETACH PARTITION %", parent, key);
    parents_columns(r, to);
    set_away(r, from);
    each_below(r, r->from, from, FATE_ANEW, set_away, DEEPEST);
    say(r, "CREATE %TABLE ", span_of(node_flag(host, to, "unlogged") ? "UNLOGGED " : ""));
    say_create_table(r, to, key, true);
    done(r);
    new_partitions(r, to, DEEPEST);
    each_below(r, r->to, to, FATE_IN, link_anew, DEEPEST);
    copy_rows(r, from, to, old);
    each_below(r, r->from, from, FATE_OUT, get_out, DEEPEST);
    hand_over(r, from, old);
    run(r, "DROP TABLE %", old);
    finish_table(r, to, key);
    each_below(r, r->to, to, FATE_ANEW, finish_anew, DEEPEST);
    each_below(r, r->from, from, FATE_OUT, link_anew, DEEPEST);
}
