/* SPDX-License-Identifier: Apache-2.0 */
/* types.c - which types are built of which, and which of them can only be changed by putting new ones in their
 * place: themselves, all that is built of them, and what a table is partitioned by. */
#include "render.h"

#define DEEPEST 64

static bool is_type(const moult_host *host, const moult_node *node)
{
    return node && (kind_of(host, node)->flags & KIND_TYPE);
}

/* "s.t" of "s.t(3)[]". */
static struct span base_of(struct span type)
{
    size_t at = 0;
    while (at < type.n && type.p[at] != '(' && type.p[at] != '[')
        at += sql_token(span_after(type, at));
    return (struct span){type.p, at};
}

bool type_is_array(struct span type)
{
    return type.n > 2 && type.p[type.n - 1] == ']';
}

struct span range_part(const moult_host *host, const moult_node *range, const char *name)
{
    struct span definition = node_text(host, range, "definition");
    size_t n = strlen(name), depth = 0, end = 0;
    const char *at = definition.n ? memmem(definition.p, definition.n, name, n) : NULL;
    if (!at)
        return NO_SPAN;
    struct span rest = span_after(definition, (size_t)(at - definition.p) + n);
    while (end < rest.n && (depth || (rest.p[end] != ',' && rest.p[end] != ')'))) {
        depth += rest.p[end] == '(';
        depth -= depth && rest.p[end] == ')';
        end += sql_token(span_after(rest, end));
    }
    return (struct span){rest.p, end};
}

/* Name of the multirange that comes with the range: as said, or as the server makes it up. */
static void multirange_name(const moult_host *host, const moult_node *range, struct text *out)
{
    struct span said = range_part(host, range, "multirange_type_name = "), schema, name;
    if (said.p) {
        pgtext_add(out, said.p, said.n);
        return;
    }
    key_cut(node_key(host, range), &schema, &name);
    pgtext_add(out, schema.p, schema.n);
    pgtext_char(out, '.');
    const char *word = memmem(name.p, name.n, "range", 5);
    bool quoted = name.n && name.p[0] == '"';
    size_t head = word ? (size_t)(word - name.p) : name.n - quoted;
    pgtext_add(out, name.p, head);
    pgtext_z(out, word ? "multi" : "_multirange");
    pgtext_add(out, name.p + head, name.n - head);
}

bool type_multirange(const moult_host *host, const moult_node *type, struct text *out)
{
    if (!node_is(host, type, "range"))
        return false;
    multirange_name(host, type, out);
    return true;
}

bool is_of_type(const moult_host *host, struct span text, const moult_node *type)
{
    struct span base = base_of(text);
    CLEANUP_TEXT struct text other = {0};
    if (span_equal(base, node_key(host, type)))
        return true;
    return type_multirange(host, type, &other) && !other.failed &&
           span_equal(base, (struct span){other.p, other.n});
}

/* ---- up: what is built of a type ---- */

struct search {
    const moult_host *host;
    const moult_node *type;
    struct nodes *out;
    bool columns; /* of tables; else types */
    bool collated; /* TYPE is a collation */
};

static moult_status find_users(void *arg, const moult_node *node)
{
    struct search *s = arg;
    const moult_node *object = node_object(s->host, node), *found = NULL;
    bool table = node_is(s->host, object, "table") || node_is(s->host, object, "foreign_table");
    bool fits = s->collated ? span_equal(node_text(s->host, node, "collate"),
                                         node_key(s->host, s->type))
                            : is_of_type(s->host, node_text(s->host, node, "type"), s->type);
    if (s->columns && node_is(s->host, node, "column") && table && fits)
        found = node;
    if (!s->columns && is_type(s->host, object) && object != s->type)
        found = object;
    if (!found || nodes_have(s->out, found))
        return MOULT_OK;
    return nodes_add(s->out, found) ? MOULT_OK : MOULT_ERR_NOMEM;
}

bool columns_of_type(const moult_host *host, const moult_tree *tree, const moult_node *type,
                     struct nodes *out)
{
    struct search s = {host, type, out, true, false};
    struct span path = node_path(host, type);
    return !tree || host->tree->dependents(tree, path.p, path.n, find_users, &s) == MOULT_OK;
}

bool columns_collated(const moult_host *host, const moult_tree *tree, const moult_node *collation,
                      struct nodes *out)
{
    struct search s = {host, collation, out, true, true};
    struct span path = node_path(host, collation);
    return !tree || host->tree->dependents(tree, path.p, path.n, find_users, &s) == MOULT_OK;
}

/* Adds those built of TYPE behind it, each behind all that it is built of. */
static bool add_over(const moult_host *host, const moult_tree *tree, const moult_node *type,
                     struct nodes *out, int depth)
{
    CLEANUP_NODES struct nodes users = {0};
    struct search s = {host, type, &users, false, false};
    struct span path = node_path(host, type);
    bool ok = host->tree->dependents(tree, path.p, path.n, find_users, &s) == MOULT_OK;
    for (size_t i = 0; ok && depth && i < users.n; i++)
        if (!nodes_have(out, users.at[i]))
            ok = add_over(host, tree, users.at[i], out, depth - 1);
    return ok && (nodes_have(out, type) || nodes_add(out, type));
}

bool types_over(const moult_host *host, const moult_tree *tree, const moult_node *type,
                struct nodes *out)
{
    bool ok = add_over(host, tree, type, out, DEEPEST);
    for (size_t i = 0; 2 * i + 1 < out->n; i++) { /* users were found first */
        const moult_node *other = out->at[i];
        out->at[i] = out->at[out->n - 1 - i];
        out->at[out->n - 1 - i] = other;
    }
    return ok;
}

static bool is_stored(const moult_host *host, const moult_tree *tree, const moult_node *type)
{
    CLEANUP_NODES struct nodes over = {0}, columns = {0};
    bool ok = types_over(host, tree, type, &over);
    for (size_t i = 0; ok && !columns.n && i < over.n; i++)
        ok = columns_of_type(host, tree, over.at[i], &columns);
    return !ok || columns.n;
}

/* ---- down: what a type is built of ---- */

static const char *swaps_composite(const moult_host *host, struct trees trees,
                                   const moult_node *type, const moult_node *then)
{
    EACH_CHILD(host, type, attribute)
    {
        const moult_node *other = node_child(host, then, "attribute", node_key(host, attribute));
        if (other && (node_differs(host, attribute, other, "type") ||
                      node_differs(host, attribute, other, "collate")))
            return is_stored(host, trees.from, type) ? "columns have values of the type" : NULL;
    }
    return NULL;
}

const char *type_swaps(const moult_host *host, struct trees trees, const moult_node *type)
{
    static const char *const shapes[] = {"definition", "type", "collate"};
    const moult_node *then = tree_twin(host, trees.to, type);
    if (!then || !trees.from)
        return NULL;
    if (node_is(host, type, "enum"))
        return labels_grow(node_text(host, type, "labels"), node_text(host, then, "labels"))
                   ? NULL
                   : "values of an enum can be added, not taken away or moved";
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (node_differs(host, type, then, shapes[i]))
            return "the server has no ALTER for it";
    return node_is(host, type, "composite") ? swaps_composite(host, trees, type, then) : NULL;
}

/* Adds the types that NODE, a type or a part of something, is built of, and those of these. */
static bool add_under(const moult_host *host, const moult_tree *tree, const moult_node *node,
                      struct nodes *out)
{
    struct span path;
    uint32_t strength = 0;
    bool ok = true;
    for (uint32_t i = 0; ok && (path.p = host->tree->ref(node, i, &strength, &path.n)); i++) {
        const moult_node *used = host->tree->find(tree, path.p, path.n);
        if (used && !is_type(host, used))
            used = NULL;
        if (used && !nodes_have(out, used))
            ok = nodes_add(out, used) && add_under(host, tree, used, out);
    }
    EACH_CHILD(host, is_type(host, node) ? node : NULL, part)
    {
        ok = ok && add_under(host, tree, part, out);
    }
    return ok;
}

/* Does NODE, a type or a part of something, use a type that is swapped? */
static bool uses_swapped(const moult_host *host, struct trees trees, const moult_node *node)
{
    CLEANUP_NODES struct nodes under = {0};
    bool found = !add_under(host, trees.from, node, &under);
    for (size_t i = 0; !found && i < under.n; i++)
        found = under.at[i] != node_object(host, node) && type_swaps(host, trees, under.at[i]);
    return found;
}

bool type_goes_along(const moult_host *host, struct trees trees, const moult_node *type)
{
    return trees.from && trees.to && uses_swapped(host, trees, type);
}

static bool is_key_column(const moult_host *host, const moult_tree *tree, const moult_node *table,
                          struct span column, int depth)
{
    struct span key = node_text(host, table, "partition_by");
    CLEANUP_NODES struct nodes below = {0};
    if (key.p && sql_mentions(key, column))
        return true;
    bool found = !key.p ? false : !tables_below(host, tree, table, &below);
    for (size_t i = 0; depth && !found && i < below.n; i++)
        found = is_key_column(host, tree, below.at[i], column, depth - 1);
    return found;
}

bool key_changes(const moult_host *host, struct trees trees, const moult_node *table, bool swapped)
{
    EACH_CHILD(host, node_has(host, table, "partition_by") ? table : NULL, column)
    {
        const moult_node *then = tree_twin(host, trees.to, column);
        if (!node_is(host, column, "column") || !then)
            continue;
        bool changes = swapped ? uses_swapped(host, trees, column)
                               : node_differs(host, column, then, "type") ||
                                     node_differs(host, column, then, "collate");
        if (changes && is_key_column(host, trees.from, table, node_key(host, column), DEEPEST))
            return true;
    }
    return false;
}
