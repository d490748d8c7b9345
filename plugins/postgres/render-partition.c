/* SPDX-License-Identifier: Apache-2.0 */
/* render-partition.c - partitions that take the place of others, with the rows of those.
 *
 * A partition with other bounds keeps the rows that fit; the others, and those of partitions that end, go
 * through the parent to where they belong, and where that is nowhere the server says so and nothing is done. */
#include <stdio.h>

#include "render.h"

static const moult_node *root_of(const moult_host *host, const moult_tree *tree,
                                 const moult_node *table)
{
    for (int depth = 0; node_has(host, table, "partition_of") && depth < 64; depth++) {
        const moult_node *above =
            tree_node(host, tree, "table", node_text(host, table, "partition_of"));
        if (!above)
            break;
        table = above;
    }
    return table;
}

/* "a, b": what is to be said of a row of TABLE, before and after; *OVERRIDE: identity is among it. */
static void list_columns(struct rendering *r, const moult_node *table, struct text *list,
                         bool *override)
{
    const moult_host *host = r->host;
    const moult_node *root = root_of(host, r->from, table), *then = tree_twin(host, r->to, root);
    CLEANUP_NODES struct nodes columns = {0};
    if (!nodes_of(host, root, "column", &columns))
        r->sql.failed = true;
    *override = false;
    for (size_t i = 0; i < columns.n; i++) {
        struct span key = node_key(host, columns.at[i]);
        const moult_node *other = node_child(host, then, "column", key);
        if (!other || node_has(host, other, "generated") ||
            node_has(host, columns.at[i], "generated"))
            continue;
        *override |= node_has(host, other, "identity") || node_has(host, columns.at[i], "identity");
        pgtext_z(list, list->n ? ", " : "");
        pgtext_add(list, key.p, key.n);
    }
    if (list->failed)
        r->sql.failed = true;
}

/* A name beside TABLE that stays the same for it during the run. */
static void say_beside(struct rendering *r, const moult_node *table)
{
    struct span schema, name, key = node_key(r->host, table);
    char what[16], bare[64];
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ (unsigned char)key.p[i]) * 16777619u;
    snprintf(what, sizeof what, "rows_%08x", hash);
    key_cut(key, &schema, &name);
    say(r, "%.%", schema, temporary_name(r, bare, what));
}

struct moving {
    struct span parent, columns, overriding;
};

/* Text that is written as a part of other text, for pgtext_free. */
static struct text start(struct rendering *r)
{
    struct text saved = r->sql;
    r->sql = (struct text){0};
    return saved;
}

static struct text stop(struct rendering *r, struct text saved)
{
    struct text part = r->sql;
    r->sql = saved;
    r->sql.failed |= part.failed;
    return part;
}

static struct span span_in(const struct text *t)
{
    return (struct span){t->p, t->n};
}

/* Rows of FROM for which the condition that the server gives does (NOT) hold go to TO. */
static void move_where(struct rendering *r, const struct moving *m, struct span from,
                       struct span to, bool not)
{
    struct text saved = start(r);
    say(r, "WITH moved AS (DELETE FROM % WHERE (", from);
    struct text head = stop(r, saved);
    saved = start(r);
    say(r, ") IS%TRUE RETURNING %) INSERT INTO % (%)% SELECT % FROM moved",
        span_of(not? " NOT " : " "), m->columns, to, m->columns, m->overriding, m->columns);
    struct text tail = stop(r, saved);
    say(r, "EXECUTE ~ || moult_fits || ~; ", span_in(&head), span_in(&tail));
    pgtext_free(&head);
    pgtext_free(&tail);
}

/* TABLE becomes a partition; rows that do not fit stay beside it for now. */
static void attach_what_fits(struct rendering *r, const struct moving *m, const moult_node *table,
                             struct span bound)
{
    struct span key = node_key(r->host, table);
    struct text saved = start(r);
    say_beside(r, table);
    struct text beside = stop(r, saved);
    struct span other = span_in(&beside);
    say(r,
        "DO $moult$ DECLARE moult_fits text; BEGIN ALTER TABLE % ATTACH PARTITION % %; EXCEPTION "
        "WHEN check_violation THEN CREATE TABLE % (LIKE % INCLUDING GENERATED INCLUDING "
        "CONSTRAINTS); ALTER TABLE % ATTACH PARTITION % %; moult_fits := "
        "pg_catalog.pg_get_partition_constraintdef(~::pg_catalog.regclass); ALTER TABLE % DETACH "
        "PARTITION %; ",
        m->parent, key, bound, other, m->parent, m->parent, other, bound, other, m->parent, other);
    move_where(r, m, key, other, true);
    run(r, "ALTER TABLE % ATTACH PARTITION % %; END $moult$", m->parent, key, bound);
    pgtext_free(&beside);
}

/* Now that all partitions are there. */
static void move_the_rest(struct rendering *r, const struct moving *m, const moult_node *table)
{
    struct text saved = start(r);
    say_beside(r, table);
    struct text beside = stop(r, saved);
    struct span other = span_in(&beside);
    run(r,
        "DO $moult$ BEGIN IF pg_catalog.to_regclass(~) IS NOT NULL THEN INSERT INTO % (%)% SELECT % "
        "FROM %; DROP TABLE %; END IF; END $moult$",
        other, m->parent, m->columns, m->overriding, m->columns, other, other);
    pgtext_free(&beside);
}

void see_all_rows(struct rendering *r, struct span table, bool again)
{
    const moult_node *now = tree_node(r->host, r->from, "table", table);
    const moult_node *then = tree_node(r->host, r->to, "table", table);
    bool later = node_flag(r->host, then, "force_row_security");
    if (again ? later : later || node_flag(r->host, now, "force_row_security"))
        run(r, "ALTER TABLE % %FORCE ROW LEVEL SECURITY", table, span_of(again ? "" : "NO "));
}

static void seen_whole(struct rendering *r, const moult_node *table, bool again)
{
    see_all_rows(r, node_key(r->host, table), again);
}

/* Is there one that another step attaches or detaches?  Which of these steps is the first is not known. */
static bool is_mixed(const moult_host *host, struct trees trees, const struct group *g)
{
    for (size_t i = 0; i < g->leaving.n + g->coming.n; i++) {
        const moult_node *one =
            i < g->leaving.n ? g->leaving.at[i] : g->coming.at[i - g->leaving.n];
        const moult_node *now = tree_twin(host, trees.from, one);
        const moult_node *then = tree_twin(host, trees.to, one);
        if (now && then && node_differs(host, now, then, "partition_of"))
            return true;
    }
    return false;
}

void detach_for_group(struct rendering *r, const struct group *g, const moult_node *table)
{
    struct span parent = node_key(r->host, g->parent), key = node_key(r->host, table);
    if (is_mixed(r->host, trees_of(r), g))
        run(r,
            "DO $moult$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid = "
            "pg_catalog.to_regclass(~) AND inhparent = pg_catalog.to_regclass(~)) THEN ALTER TABLE % "
            "DETACH PARTITION %; END IF; END $moult$",
            key, parent, parent, key);
    else
        run(r, "ALTER TABLE % DETACH PARTITION %", parent, key);
}

void make_room(struct rendering *r, const moult_node *table)
{
    CLEANUP_GROUP struct group g = {0};
    const moult_node *then = tree_twin(r->host, r->to, table);
    const moult_node *now = tree_twin(r->host, r->from, table);
    struct span old = node_text(r->host, now, "partition_of");
    struct span new = node_text(r->host, then, "partition_of");
    if (old.p && !span_equal(old, new) && group_part(r->host, trees_of(r), now) == PART_MEMBER &&
        group_find(r->host, trees_of(r), old, &g))
        detach_for_group(r, &g, now);
    group_free(&g);
    if (!new.p || span_equal(old, new) || !group_find(r->host, trees_of(r), new, &g) ||
        !group_leader(r->host, &g))
        return;
    for (size_t i = 0; i < g.leaving.n; i++)
        detach_for_group(r, &g, g.leaving.at[i]);
}

static bool stays_below(struct rendering *r, const struct group *g, const moult_node *table)
{
    const moult_node *then = tree_twin(r->host, r->to, table);
    return then && span_equal(node_text(r->host, then, "partition_of"),
                              node_key(r->host, g->parent));
}

/* What has other bounds comes back; then what stayed beside it, and what has none goes. */
static void bring_back(struct rendering *r, const struct moving *m, const struct group *g)
{
    const moult_host *host = r->host;
    for (size_t i = 0; i < g->leaving.n; i++)
        if (stays_below(r, g, g->leaving.at[i]))
            attach_what_fits(r, m, g->leaving.at[i],
                             node_text(host, tree_twin(host, r->to, g->leaving.at[i]), "bound"));
    if (g->rest)
        attach_what_fits(r, m, g->rest, span_of("DEFAULT"));
    for (size_t i = 0; i < g->leaving.n; i++) {
        const moult_node *table = g->leaving.at[i];
        if (stays_below(r, g, table))
            move_the_rest(r, m, table);
        if (tree_twin(host, r->to, table) || !node_is(host, table, "table"))
            continue;
        run(r, "INSERT INTO % (%)% SELECT % FROM %", m->parent, m->columns, m->overriding,
            m->columns, node_key(host, table));
        run(r, "DROP TABLE %", node_key(host, table));
    }
    if (g->rest)
        move_the_rest(r, m, g->rest);
}

void move_partitions(struct rendering *r, const moult_node *leader)
{
    const moult_host *host = r->host;
    CLEANUP_GROUP struct group g = {0};
    CLEANUP_TEXT struct text columns = {0};
    if (!group_find(host, trees_of(r), node_text(host, leader, "partition_of"), &g))
        r->sql.failed = true;
    if (!g.parent)
        return;
    bool override;
    list_columns(r, g.parent, &columns, &override);
    struct moving m = {node_key(host, g.parent), span_in(&columns),
                       span_of(override ? " OVERRIDING SYSTEM VALUE" : "")};
    seen_whole(r, g.parent, false);
    for (size_t i = 0; i < g.leaving.n; i++) {
        detach_for_group(r, &g, g.leaving.at[i]);
        seen_whole(r, g.leaving.at[i], false);
    }
    if (g.rest) {
        run(r, "ALTER TABLE % DETACH PARTITION %", m.parent, node_key(host, g.rest));
        seen_whole(r, g.rest, false);
    }
    new_partitions(r, g.then, 16);
    bring_back(r, &m, &g);
    seen_whole(r, g.parent, true);
    for (size_t i = 0; i < g.leaving.n; i++)
        if (tree_twin(host, r->to, g.leaving.at[i]))
            seen_whole(r, g.leaving.at[i], true);
    if (g.rest)
        seen_whole(r, g.rest, true);
}

void partition_beside_rest(struct rendering *r, const moult_node *partition,
                           const moult_node *rest)
{
    const moult_host *host = r->host;
    CLEANUP_TEXT struct text columns = {0};
    bool override;
    struct span key = node_key(host, partition), other = node_key(host, rest);
    const moult_node *parent =
        tree_node(host, r->from, "table", node_text(host, partition, "partition_of"));
    list_columns(r, parent, &columns, &override);
    struct moving m = {node_key(host, parent), span_in(&columns),
                       span_of(override ? " OVERRIDING SYSTEM VALUE" : "")};
    struct text saved = start(r);
    say(r, "CREATE %TABLE ", span_of(node_flag(host, partition, "unlogged") ? "UNLOGGED " : ""));
    say_create_table(r, partition, key, true);
    struct text create = stop(r, saved);
    seen_whole(r, parent, false);
    seen_whole(r, rest, false);
    say(r,
        "DO $moult$ DECLARE moult_fits text; BEGIN %; EXCEPTION WHEN check_violation THEN ALTER TABLE "
        "% DETACH PARTITION %; %; moult_fits := "
        "pg_catalog.pg_get_partition_constraintdef(~::pg_catalog.regclass); ",
        span_in(&create), m.parent, other, span_in(&create), key);
    move_where(r, &m, other, m.parent, false);
    run(r, "ALTER TABLE % ATTACH PARTITION % DEFAULT; END $moult$", m.parent, other);
    seen_whole(r, rest, true);
    seen_whole(r, parent, true);
    pgtext_free(&create);
}
