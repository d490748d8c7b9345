/* SPDX-License-Identifier: Apache-2.0 */
/* aside.c - what must be gone while something is done: what the server keeps standing on it. */
#include "render.h"

struct finding {
    const moult_host *host;
    const moult_tree *from;
    const moult_tree *to;     /* wanted; NULL: nothing is */
    const moult_node *object; /* the top-level node that is dealt with */
    struct span path;         /* what the dependents stand on */
    struct span key;          /* of the object */
    const struct nodes *along; /* objects that are dealt with in the same step */
    bool whole;               /* the object goes, or comes anew, as a whole */
    bool all;                 /* dependents that change too do not get out of the way by that */
    struct nodes found;
};

moult_status aside_path(const moult_host *host, const moult_node *node, moult_ways *ways)
{
    struct span path = node_path(host, node);
    return host->plan->aside(ways, path.p, path.n);
}

static moult_status declare(const moult_host *host, const struct nodes *nodes, moult_ways *ways)
{
    moult_status st = MOULT_OK;
    for (size_t i = 0; !st && i < nodes->n; i++)
        st = aside_path(host, nodes->at[i], ways);
    return st;
}

static bool lies_in(struct span path, struct span place)
{
    return path.n >= place.n && memcmp(path.p, place.p, place.n) == 0 &&
           (path.n == place.n || path.p[place.n] == '/');
}

/* Does the server check one of NODE's references to what is dealt with? */
static bool is_enforced(const struct finding *f, const moult_node *node)
{
    struct span path;
    uint32_t strength = 0;
    for (uint32_t i = 0; (path.p = f->host->tree->ref(node, i, &strength, &path.n)); i++)
        if (lies_in(path, f->path) &&
            (strength == MOULT_REF_ENFORCED || strength == MOULT_REF_OWNED))
            return true;
    return false;
}

/* Can it be dropped and created again, with nothing lost by that? */
static bool can_stand_aside(const moult_host *host, const moult_node *node)
{
    static const char *const kinds[] = {
        "view", "materialized_view", "rule", "policy", "trigger", "index", "statistics",
        "foreign_key", "function", "procedure", "aggregate", "check", "default", "primary_key",
        "unique", "exclude", "cast", "operator", "operator_class", "operator_family", "transform",
        "event_trigger", "publication", "conversion", "text_search_configuration",
        "text_search_dictionary"};
    if (node_is(host, node, "column"))
        return node_has(host, node, "generated");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (node_is(host, node, kinds[i]))
            return true;
    return false;
}

/* Something of another kind takes the object's name: whatever changes to refer to that would have to
 * do so before it is there. */
static bool name_is_taken(const struct finding *f, const moult_node *then)
{
    struct span path;
    uint32_t strength = 0;
    for (uint32_t i = 0; (path.p = f->host->tree->ref(then, i, &strength, &path.n)); i++) {
        const char *colon = path.n ? memchr(path.p, ':', path.n) : NULL;
        struct span rest = colon ? span_after(path, (size_t)(colon + 1 - path.p)) : NO_SPAN;
        if (rest.p && rest.n >= f->key.n && memcmp(rest.p, f->key.p, f->key.n) == 0 &&
            (rest.n == f->key.n || rest.p[f->key.n] == '/'))
            return true;
    }
    return false;
}

/* One that changes gets out of the way by that, or goes anyway. */
static bool moves_by_itself(const struct finding *f, const moult_node *node)
{
    const moult_node *then = tree_twin(f->host, f->to, node);
    if (!then)
        return false;
    return !f->all && !node_same_shape(f->host, node, then) && !name_is_taken(f, then);
}

static moult_status find_dependent(void *arg, const moult_node *node)
{
    struct finding *f = arg;
    const moult_host *host = f->host;
    const moult_node *object = node_object(host, node);
    if (object == f->object && (f->whole || lies_in(node_path(host, node), f->path)))
        return MOULT_OK;
    if (f->along && nodes_have(f->along, object))
        return MOULT_OK;
    /* What lies in the same table goes with the column, or changes before. */
    if (object == f->object && !f->all)
        return MOULT_OK;
    /* What belongs to those that inherit stays with them when the whole goes. */
    const moult_node *owner =
        node_is(host, object, "table")
            ? object
            : tree_node(host, f->from, "table", node_text(host, object, "table"));
    if (f->whole && owner && is_below(host, f->from, owner, f->key, 64))
        return MOULT_OK;
    /* A view's, a composite's part: the whole stands on it. */
    if (node != object && (node_is(host, object, "view") ||
                           node_is(host, object, "materialized_view")))
        node = object;
    if (!can_stand_aside(host, node) || !is_enforced(f, node) || moves_by_itself(f, node) ||
        nodes_have(&f->found, node))
        return MOULT_OK;
    return nodes_add(&f->found, node) ? MOULT_OK : MOULT_ERR_NOMEM;
}

static moult_status find_all(struct finding *f, const moult_tree *from, const moult_node *node)
{
    f->object = node_object(f->host, node);
    f->path = node_path(f->host, node);
    f->key = node_key(f->host, f->object);
    return f->host->tree->dependents(from, f->path.p, f->path.n, find_dependent, f);
}

static moult_status aside_others(const moult_host *host, const moult_change *change,
                                 const moult_node *node, const struct nodes *along, bool all,
                                 moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change);
    struct finding f = {.host = host,
                        .from = from,
                        .to = host->plan->to_tree(change),
                        .along = along,
                        .whole = node_object(host, node) == node,
                        .all = all};
    if (!from || !tree_twin(host, from, node))
        return MOULT_OK;
    moult_status st = find_all(&f, from, node);
    if (!st)
        st = declare(host, &f.found, ways);
    nodes_free(&f.found);
    return st;
}

moult_status aside_dependents(const moult_host *host, const moult_change *change,
                              const moult_node *node, bool all, moult_ways *ways)
{
    return aside_others(host, change, node, NULL, all, ways);
}

/* ---- a column gets another type ---- */

static bool is_rebuilt(const moult_host *host, const moult_node *node)
{
    static const char *const kinds[] = {"index", "primary_key", "unique", "exclude",
                                        "check", "statistics", "foreign_key"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (node_is(host, node, kinds[i]))
            return true;
    return false;
}

struct typing {
    struct finding f;
    bool base_differs; /* the type is another one, not only longer or shorter */
};

static moult_status find_typed(void *arg, const moult_node *node)
{
    struct typing *t = arg;
    const moult_host *host = t->f.host;
    const moult_node *object = node_object(host, node), *then = tree_twin(host, t->f.to, node);
    if (lies_in(node_path(host, node), t->f.path))
        return MOULT_OK;
    if (node != object &&
        (node_is(host, object, "view") || node_is(host, object, "materialized_view")))
        node = object;
    if (!can_stand_aside(host, node) || nodes_have(&t->f.found, node) || !is_enforced(&t->f, node))
        return MOULT_OK;
    /* The server makes these again by itself, from their texts: if they are to stay as they are. */
    bool again = is_rebuilt(host, node) && then && node_same_shape(host, node, then) &&
                 !(node_is(host, node, "foreign_key") && t->base_differs);
    return again || nodes_add(&t->f.found, node) ? MOULT_OK : MOULT_ERR_NOMEM;
}

static struct span base_of(struct span type)
{
    const char *open = type.n ? memchr(type.p, '(', type.n) : NULL;
    return open ? (struct span){type.p, (size_t)(open - type.p)} : type;
}

static moult_status find_typed_all(struct typing *t, const moult_tree *tree, const moult_node *column)
{
    const moult_host *host = t->f.host;
    t->f.object = node_object(host, column);
    t->f.path = node_path(host, column);
    t->f.key = node_key(host, t->f.object);
    return host->tree->dependents(tree, t->f.path.p, t->f.path.n, find_typed, t);
}

moult_status aside_column_type(const moult_host *host, const moult_change *change,
                               const moult_node *from, const moult_node *to, moult_ways *ways)
{
    const moult_tree *tree = host->plan->from_tree(change);
    struct typing t = {.f = {.host = host, .to = host->plan->to_tree(change)}};
    t.base_differs =
        !span_equal(base_of(node_text(host, from, "type")), base_of(node_text(host, to, "type")));
    moult_status st = find_typed_all(&t, tree, from);
    if (!st)
        st = declare(host, &t.f.found, ways);
    nodes_free(&t.f.found);
    /* A default that changes goes before and comes after. */
    const moult_node *old = node_child(host, from, "default", span_of(""));
    const moult_node *new = node_child(host, to, "default", span_of(""));
    if (!st && (old || new) && !(old && new && node_same_shape(host, old, new)))
        st = aside_path(host, old ? old : new, ways);
    return st;
}

moult_status aside_typed_tables(const moult_host *host, const moult_change *change,
                                const moult_node *from, const moult_node *to, moult_ways *ways)
{
    const moult_tree *tree = host->plan->from_tree(change), *wanted = host->plan->to_tree(change);
    const moult_node *type = node_object(host, from);
    moult_status st = MOULT_OK;
    EACH_CHILD(host, tree ? host->tree->top(tree) : NULL, table)
    {
        const moult_node *column =
            node_is(host, table, "table") &&
                    span_equal(node_text(host, table, "of"), node_key(host, type))
                ? node_child(host, table, "column", node_key(host, from))
                : NULL;
        const moult_node *then = column ? tree_twin(host, wanted, column) : NULL;
        if (st || !column)
            continue;
        st = to && then ? aside_column_type(host, change, column, then, ways)
                        : aside_dependents(host, change, column, false, ways);
    }
    return st;
}

/* A column of a type that is swapped: what stands on it, the column where it goes, and what stands on the
 * whole table where that is made anew. */
static moult_status aside_column_of(const moult_host *host, const moult_change *change,
                                    const moult_node *column, struct typing *t, moult_ways *ways)
{
    struct trees trees = {host->plan->from_tree(change), host->plan->to_tree(change)};
    const moult_node *table = node_object(host, column);
    moult_status st = find_typed_all(t, trees.from, column);
    if (!st && !tree_twin(host, trees.to, column))
        return aside_path(host, column, ways);
    if (st || !key_changes(host, trees, table, true))
        return st;
    st = aside_dependents(host, change, table, true, ways);
    if (!st)
        st = aside_owned(host, change, table, ways);
    return st ? st : aside_partitions(host, change, table, 16, ways);
}

moult_status aside_type(const moult_host *host, const moult_change *change,
                        const moult_node *type, moult_ways *ways)
{
    const moult_tree *tree = host->plan->from_tree(change);
    const moult_tree *wanted = host->plan->to_tree(change);
    struct typing t = {.f = {.host = host, .from = tree, .to = wanted}};
    CLEANUP_NODES struct nodes types = {0}, columns = {0};
    moult_status st = types_over(host, tree, type, &types) ? MOULT_OK : MOULT_ERR_NOMEM;
    for (size_t i = 0; !st && i < types.n; i++) {
        const moult_node *each = types.at[i];
        if (each != type && !tree_twin(host, wanted, each))
            st = aside_path(host, each, ways); /* it goes, and must before */
        if (!st)
            st = aside_others(host, change, each, &types, true, ways);
        if (!st && !columns_of_type(host, tree, each, &columns))
            st = MOULT_ERR_NOMEM;
    }
    for (size_t i = 0; !st && i < columns.n; i++)
        st = aside_column_of(host, change, columns.at[i], &t, ways);
    if (!st)
        st = declare(host, &t.f.found, ways);
    nodes_free(&t.f.found);
    return st;
}

moult_status aside_owned(const moult_host *host, const moult_change *change,
                         const moult_node *owner, moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change);
    struct span path, wanted = node_path(host, owner);
    uint32_t strength = 0;
    EACH_CHILD(host, from ? host->tree->top(from) : NULL, node)
    {
        for (uint32_t i = 0; (path.p = host->tree->ref(node, i, &strength, &path.n)); i++) {
            if (strength != MOULT_REF_OWNED || !span_equal(path, wanted))
                continue;
            moult_status st = aside_path(host, node, ways);
            if (st)
                return st;
        }
    }
    return MOULT_OK;
}

moult_status aside_original(const moult_host *host, const moult_change *change,
                            const moult_node *table, struct span index, moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change), *to = host->plan->to_tree(change);
    EACH_CHILD(host, table, copy)
    {
        if (!node_is(host, copy, "index_copy") ||
            !span_equal(node_text(host, copy, "name"), index))
            continue;
        const moult_node *whole = copy_original(host, from, table, node_key(host, copy));
        if (whole && tree_twin(host, to, whole))
            return aside_path(host, whole, ways);
    }
    return MOULT_OK;
}
