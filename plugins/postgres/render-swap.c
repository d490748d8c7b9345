/* SPDX-License-Identifier: Apache-2.0 */
/* render-swap.c - a type in the place of another: what no ALTER TYPE does.
 *
 * The old type, and all that is built of it, get names of this run; the new ones are made; every column takes
 * its new type, with its values; what is old goes.  Composites are taken apart and put together by functions
 * that last as long as the step. */
#include <stdio.h>

#include "render.h"

static void say_temporary(struct rendering *r, const moult_node *type, const char *word, bool bare)
{
    struct span schema, name, key = node_key(r->host, type);
    char what[32], temporary[64];
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ (unsigned char)key.p[i]) * 16777619u;
    snprintf(what, sizeof what, "%s_%08x", word, hash);
    key_cut(key, &schema, &name);
    if (!bare)
        say(r, "%.", schema);
    say_span(r, temporary_name(r, temporary, what));
}

static const struct moult_node *swapped_type(const struct rendering *r, struct span text)
{
    for (size_t i = 0; r->swapped && i < r->swapped->n; i++)
        if (is_of_type(r->host, text, r->swapped->at[i]))
            return r->swapped->at[i];
    return NULL;
}

void say_converted(struct rendering *r, struct span column, struct span from, struct span to)
{
    const moult_node *type = swapped_type(r, from);
    if (!type && span_equal(from, to)) {
        say_span(r, column);
    } else if (!type) {
        say_value(r, column, from, to);
    } else if (node_is(r->host, type, "composite") && span_equal(from, to)) {
        say_temporary(r, type, type_is_array(from) ? "takes" : "take", false);
        say(r, "(%)", column);
    } else {
        bool arrays = type_is_array(from) && type_is_array(to);
        say(r, "%::text%::%", column, span_of(arrays ? "[]" : ""), to);
    }
}

static void set_away(struct rendering *r, const moult_node *type)
{
    CLEANUP_TEXT struct text other = {0};
    say(r, "ALTER % % RENAME TO ", span_of(kind_of(r->host, type)->word),
        node_key(r->host, type));
    say_temporary(r, type, "type", true);
    done(r);
    if (!type_multirange(r->host, type, &other))
        return;
    struct span multirange = {other.p, other.n};
    struct span subtype = range_part(r->host, type, "subtype = ");
    say(r, "ALTER TYPE % RENAME TO ", multirange);
    say_temporary(r, type, "types", true);
    done(r);
    /* The functions that make their values have their names. */
    for (int text = 0; text < 2; text++) {
        say(r, "ALTER FUNCTION %(%, %%) RENAME TO ", node_key(r->host, type), subtype, subtype,
            span_of(text ? ", text" : ""));
        say_temporary(r, type, "make", true);
        done(r);
    }
    say(r, "ALTER FUNCTION %() RENAME TO ", multirange);
    say_temporary(r, type, "makes", true);
    done(r);
}

static void say_attribute(struct rendering *r, const moult_node *from, const moult_node *attribute)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, attribute), type = node_text(host, attribute, "type");
    const moult_node *now = node_child(host, from, "attribute", key);
    struct text saved = r->sql;
    r->sql = (struct text){0};
    say(r, "($1).%", key);
    struct text value = r->sql;
    r->sql = saved;
    if (now)
        say_converted(r, (struct span){value.p, value.n}, node_text(host, now, "type"), type);
    else
        say(r, "NULL::%", type);
    pgtext_free(&value);
}

/* The functions that turn a value, or an array, of the old composite into one of the new. */
static void make_functions(struct rendering *r, const moult_node *from)
{
    const moult_host *host = r->host;
    const moult_node *to = tree_twin(host, r->to, from);
    struct span key = node_key(host, from);
    CLEANUP_NODES struct nodes attributes = {0};
    if (!nodes_of(host, to, "attribute", &attributes))
        r->sql.failed = true;
    say(r, "CREATE FUNCTION ");
    say_temporary(r, from, "take", false);
    say(r, "(");
    say_temporary(r, from, "type", false);
    say(r, ") RETURNS % LANGUAGE sql STRICT AS $moult$SELECT ROW(", key);
    for (size_t i = 0; i < attributes.n; i++) {
        say(r, i ? ", " : "");
        say_attribute(r, from, attributes.at[i]);
    }
    run(r, ")::%$moult$", key);
    say(r, "CREATE FUNCTION ");
    say_temporary(r, from, "takes", false);
    say(r, "(");
    say_temporary(r, from, "type", false);
    say(r, "[]) RETURNS %[] LANGUAGE sql STRICT AS $moult$SELECT CASE WHEN "
           "pg_catalog.array_ndims($1) = 1 THEN (SELECT pg_catalog.array_agg(", key);
    say_temporary(r, from, "take", false);
    run(r, "($1[i]) ORDER BY i) FROM pg_catalog.generate_subscripts($1, 1) i) ELSE $1::text::%[] "
           "END$moult$", key);
}

static void drop_functions(struct rendering *r, const moult_node *type)
{
    static const char *const words[] = {"takes", "take"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        say(r, "DROP FUNCTION ");
        say_temporary(r, type, words[i], false);
        say(r, "(");
        say_temporary(r, type, "type", false);
        run(r, i ? ")" : "[])");
    }
}

/* Is the table made anew, so that its values change on the way? */
static bool is_remade(struct rendering *r, const moult_node *table)
{
    enum fate fate = table_fate(r->host, trees_of(r), table);
    return fate != FATE_OWN || table_repartitions(r->host, trees_of(r), table);
}

static void column_takes(struct rendering *r, const moult_node *column)
{
    const moult_host *host = r->host;
    const moult_node *table = node_object(host, column), *then = tree_twin(host, r->to, column);
    struct span key = node_key(host, column), type = node_text(host, column, "type");
    if (!then || span_is(node_text(host, column, "inherited"), "true") ||
        inherited_column(host, r->from, table, key) || is_remade(r, table))
        return; /* with its parent's, or with the rows */
    say_alter(r, table);
    say(r, " ALTER COLUMN % TYPE %", key, node_text(host, then, "type"));
    if (!node_is(host, table, "foreign_table")) {
        say(r, " USING ");
        say_converted(r, key, type, node_text(host, then, "type"));
    }
    done(r);
}

typedef void column_fn(struct rendering *r, const moult_node *column);

static void each_column(struct rendering *r, column_fn *fn)
{
    CLEANUP_NODES struct nodes columns = {0};
    for (size_t i = 0; i < r->swapped->n; i++)
        if (!columns_of_type(r->host, r->from, r->swapped->at[i], &columns))
            r->sql.failed = true;
    for (size_t i = 0; i < columns.n; i++)
        fn(r, columns.at[i]);
}

/* A table that is partitioned by the type is made anew, once. */
static void table_takes_over(struct rendering *r, const moult_node *column)
{
    const moult_host *host = r->host;
    const moult_node *table = node_object(host, column), *then = tree_twin(host, r->to, table);
    if (!then || !key_changes(host, trees_of(r), table, true) ||
        table_fate(host, trees_of(r), table) != FATE_OWN)
        return;
    EACH_CHILD(host, table, first)
    {
        if (!node_is(host, first, "column") || !swapped_type(r, node_text(host, first, "type")))
            continue;
        if (first == column)
            rebuild_table(r, table, then);
        return;
    }
}

/* The columns of a table of a type are as its attributes are, before it is of that type again. */
static void follow_type(struct rendering *r, const moult_node *table, const moult_node *then)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, table, gone)
    {
        if (node_is(host, gone, "column") &&
            !node_child(host, then, "column", node_key(host, gone)))
            run(r, "ALTER TABLE % DROP COLUMN %", node_key(host, table), node_key(host, gone));
    }
    CLEANUP_NODES struct nodes columns = {0};
    if (!nodes_of(host, then, "column", &columns))
        r->sql.failed = true;
    for (size_t i = 0; i < columns.n; i++) {
        struct span key = node_key(host, columns.at[i]), type = node_text(host, columns.at[i], "type");
        const moult_node *old = node_child(host, table, "column", key);
        if (!old) {
            run(r, "ALTER TABLE % ADD COLUMN % %", node_key(host, table), key, type);
        } else if (node_differs(host, old, columns.at[i], "type") &&
                   !swapped_type(r, node_text(host, old, "type"))) {
            say(r, "ALTER TABLE % ALTER COLUMN % TYPE %", node_key(host, table), key, type);
            say_using(r, key, node_text(host, old, "type"), type);
            done(r);
        }
    }
}

/* Tables of a type, for as long as their columns are changed one by one. */
static void typed_tables(struct rendering *r, bool again)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, host->tree->top(r->from), table)
    {
        const moult_node *then = tree_twin(host, r->to, table);
        struct span of = node_text(host, table, "of");
        if (!of.p || !then || !swapped_type(r, of))
            continue;
        if (!again)
            run(r, "ALTER TABLE % NOT OF", node_key(host, table));
        else if (node_has(host, then, "of"))
            follow_type(r, table, then);
        if (again && node_has(host, then, "of"))
            run(r, "ALTER TABLE % OF %", node_key(host, table), node_text(host, then, "of"));
    }
}

void swap_type(struct rendering *r, const moult_node *from)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes all = {0};
    if (!types_over(host, r->from, from, &all))
        r->sql.failed = true;
    r->swapped = &all;
    typed_tables(r, false);
    for (size_t i = 0; i < all.n; i++)
        if (tree_twin(host, r->to, all.at[i]))
            set_away(r, all.at[i]);
    for (size_t i = 0; i < all.n; i++) {
        const moult_node *then = tree_twin(host, r->to, all.at[i]);
        if (!then)
            continue;
        render_create(r, then);
        if (node_is(host, then, "composite"))
            make_functions(r, all.at[i]);
    }
    each_column(r, column_takes);
    each_column(r, table_takes_over);
    typed_tables(r, true);
    for (size_t i = all.n; i--;) {
        if (!tree_twin(host, r->to, all.at[i]))
            continue;
        if (node_is(host, all.at[i], "composite"))
            drop_functions(r, all.at[i]);
        say(r, "DROP % ", span_of(kind_of(host, all.at[i])->word));
        say_temporary(r, all.at[i], "type", false);
        done(r);
    }
    r->swapped = NULL;
}

void swap_collation(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes columns = {0};
    if (!columns_collated(host, r->from, from, &columns))
        r->sql.failed = true;
    say(r, "ALTER COLLATION % RENAME TO ", node_key(host, from));
    say_temporary(r, from, "collation", true);
    done(r);
    render_create(r, to);
    for (size_t i = 0; i < columns.n; i++) {
        const moult_node *column = columns.at[i], *then = tree_twin(host, r->to, column);
        struct span key = node_key(host, column), type = node_text(host, then, "type");
        struct span collate = node_text(host, then, "collate");
        if (!then || inherited_column(host, r->from, node_object(host, column), key))
            continue;
        say_alter(r, node_object(host, column));
        say(r, " ALTER COLUMN % TYPE %", key, type);
        if (collate.p)
            say(r, " COLLATE %", collate);
        say_using(r, key, node_text(host, column, "type"), type);
        done(r);
    }
    say(r, "DROP COLLATION ");
    say_temporary(r, from, "collation", false);
    done(r);
}
