/* SPDX-License-Identifier: Apache-2.0 */
/* render-rebuild.c - what cannot be altered: a table's partitioning, the values of a type.  A new
 * object takes the place of the old one, and the rows with it. */
#include "render.h"

/* ---- tables ---- */

/* The keys and checks of the old table make way for those of the new one, which bear their names. */
static void free_names(struct rendering *r, const moult_node *table, struct span old)
{
    EACH_CHILD(r->host, table, part)
    {
        if (is_constraint(r->host, part))
            run(r, "ALTER TABLE % DROP CONSTRAINT %", old, node_key(r->host, part));
    }
    EACH_CHILD(r->host, table, column)
    {
        if (node_has(r->host, column, "identity"))
            run(r, "ALTER TABLE % ALTER COLUMN % DROP IDENTITY", old, node_key(r->host, column));
        EACH_CHILD(r->host, column, sequence)
        {
            if (node_is(r->host, sequence, "owned_sequence"))
                run(r, "ALTER SEQUENCE % OWNED BY NONE", node_key(r->host, sequence));
        }
    }
}

/* Partitions that are to come must be there before the rows. */
static void new_partitions(struct rendering *r, const moult_node *table, int depth)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, table);
    EACH_CHILD(host, host->tree->top(r->to), child)
    {
        if (!span_equal(node_text(host, child, "partition_of"), key) ||
            tree_twin(host, r->from, child) || !node_is(host, child, "table"))
            continue;
        say(r, "CREATE %TABLE ", span_of(node_flag(host, child, "unlogged") ? "UNLOGGED " : ""));
        say_create_table(r, child, node_key(host, child), true);
        done(r);
        if (depth)
            new_partitions(r, child, depth - 1);
    }
}

static void copy_rows(struct rendering *r, const moult_node *from, const moult_node *to,
                      struct span old)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes columns = {0};
    struct text list = {0}, values = {0};
    bool overriding = false;
    if (!nodes_of(host, to, "column", &columns))
        r->sql.failed = true;
    for (size_t i = 0; i < columns.n; i++) {
        const moult_node *column = columns.at[i];
        struct span key = node_key(host, column);
        const moult_node *now = node_child(host, from, "column", key);
        if (!now || node_has(host, column, "generated"))
            continue;
        overriding |= node_has(host, column, "identity");
        pgtext_z(&list, list.n ? ", " : "");
        pgtext_add(&list, key.p, key.n);
        pgtext_z(&values, values.n ? ", " : "");
        struct span a = node_text(host, now, "type"), b = node_text(host, column, "type");
        pgtext_add(&values, key.p, key.n);
        if (!span_equal(a, b)) {
            pgtext_z(&values, "::");
            pgtext_add(&values, b.p, b.n);
        }
    }
    if (list.n)
        run(r, "INSERT INTO % (%)% SELECT % FROM %", node_key(host, to),
            (struct span){list.p, list.n},
            span_of(overriding ? " OVERRIDING SYSTEM VALUE" : ""),
            (struct span){values.p, values.n}, old);
    if (list.failed || values.failed)
        r->sql.failed = true;
    pgtext_free(&list);
    pgtext_free(&values);
    for (size_t i = 0; i < columns.n; i++)
        if (node_has(host, columns.at[i], "identity"))
            carry_on_sequence(r, columns.at[i]);
}

void rebuild_table(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, to), schema, name;
    char temporary[64];
    struct text full = {0};
    key_cut(key, &schema, &name);
    struct span bare = temporary_name(r, temporary, "old");
    pgtext_add(&full, schema.p, schema.n);
    pgtext_char(&full, '.');
    pgtext_add(&full, bare.p, bare.n);
    struct span old = {full.p, full.n}, parent = node_text(host, from, "partition_of");
    if (parent.p)
        run(r, "ALTER TABLE % DETACH PARTITION %", parent, key);
    run(r, "ALTER TABLE % RENAME TO %", key, bare);
    free_names(r, from, old);
    say(r, "CREATE %TABLE ", span_of(node_flag(host, to, "unlogged") ? "UNLOGGED " : ""));
    say_create_table(r, to, key, true);
    done(r);
    new_partitions(r, to, 16);
    copy_rows(r, from, to, old);
    finish_table(r, to, key);
    run(r, "DROP TABLE %", old);
    pgtext_free(&full);
}

/* ---- types ---- */

/* Is TYPE the type of KEY, or an array of it? */
static bool is_of_type(struct span type, struct span key)
{
    if (!type.p || type.n < key.n || memcmp(type.p, key.p, key.n) != 0)
        return false;
    struct span rest = span_after(type, key.n);
    return !rest.n || span_is(rest, "[]");
}

bool columns_of_type(const moult_host *host, const moult_tree *tree, const moult_node *type,
                     struct nodes *out)
{
    struct span key = node_key(host, type);
    EACH_CHILD(host, tree ? host->tree->top(tree) : NULL, table)
    {
        if (!node_is(host, table, "table") && !node_is(host, table, "foreign_table") &&
            !node_is(host, table, "composite"))
            continue;
        EACH_CHILD(host, table, column)
        {
            if ((node_is(host, column, "column") || node_is(host, column, "attribute")) &&
                is_of_type(node_text(host, column, "type"), key) && !nodes_add(out, column))
                return false;
        }
    }
    return true;
}

/* A composite's values are taken apart and put together anew, by the attributes' names. */
static void say_row(struct rendering *r, const moult_node *from, const moult_node *to,
                    struct span column)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes attributes = {0};
    if (!nodes_of(host, to, "attribute", &attributes))
        r->sql.failed = true;
    say(r, "CASE WHEN % IS NULL THEN NULL ELSE ROW(", column);
    for (size_t i = 0; i < attributes.n; i++) {
        struct span key = node_key(host, attributes.at[i]);
        const moult_node *now = node_child(host, from, "attribute", key);
        struct span type = node_text(host, attributes.at[i], "type");
        say(r, i ? ", " : "");
        if (!now)
            say(r, "NULL::%", type);
        else if (node_differs(host, now, attributes.at[i], "type"))
            say(r, "((%).%)::text::%", column, key, type);
        else
            say(r, "(%).%", column, key);
    }
    say(r, ")::% END", node_key(host, to));
}

static void column_takes(struct rendering *r, const moult_node *from, const moult_node *to,
                         const moult_node *column)
{
    const moult_host *host = r->host;
    const moult_node *table = node_object(host, column);
    struct span key = node_key(host, column), type = node_text(host, column, "type");
    bool array = type.n && type.p[type.n - 1] == ']';
    if (span_is(node_text(host, column, "inherited"), "true") ||
        inherited_column(host, r->from, table, key))
        return; /* with its parent's */
    if (node_is(host, table, "composite")) {
        run(r, "ALTER TYPE % ALTER ATTRIBUTE % TYPE % CASCADE", node_key(host, table), key, type);
        return;
    }
    say_alter(r, table);
    say(r, " ALTER COLUMN % TYPE % USING ", key, type);
    if (node_is(host, to, "composite") && !array)
        say_row(r, from, to, key);
    else
        say(r, array ? "%::text[]::%" : "%::text::%", key, type);
    done(r);
}

void swap_type(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes columns = {0};
    char temporary[64];
    struct text full = {0};
    struct span key = node_key(host, to), schema, name;
    struct span bare = temporary_name(r, temporary, "type");
    key_cut(key, &schema, &name);
    pgtext_add(&full, schema.p, schema.n);
    pgtext_char(&full, '.');
    pgtext_add(&full, bare.p, bare.n);
    if (full.failed || !columns_of_type(host, r->from, from, &columns))
        r->sql.failed = true;
    run(r, "ALTER % % RENAME TO %", span_of(kind_of(host, from)->word), key, bare);
    render_create(r, to);
    for (size_t i = 0; i < columns.n; i++)
        column_takes(r, from, to, columns.at[i]);
    run(r, "DROP % %", span_of(kind_of(host, from)->word), (struct span){full.p, full.n});
    pgtext_free(&full);
}
