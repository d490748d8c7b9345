/* SPDX-License-Identifier: Apache-2.0 */
/* index.c - from a path to its node, and to the nodes that refer to it. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "node.h"

/* All references of a tree, sorted by target.  Made on the first question, since comparing and
 * printing need none; sealed trees are read by several threads, so it is published atomically. */
struct tree_index {
    size_t count;
    struct use {
        struct str target;
        const moult_node *node;
    } uses[];
};

void index_free(struct tree_index *index)
{
    free(index);
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The order of KEY as a path spells it and a node's key, without a copy. */
static int cmp_escaped(struct str escaped, struct str key)
{
    size_t k = 0;
    for (size_t i = 0; i < escaped.n; i++, k++) {
        unsigned char c = (unsigned char)escaped.p[i];
        if (c == '%' && escaped.n - i > 2) {
            int high = hex_value(escaped.p[i + 1]), low = hex_value(escaped.p[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (unsigned char)(high << 4 | low);
                i += 2;
            }
        }
        if (k == key.n || c > (unsigned char)key.p[k])
            return 1;
        if (c < (unsigned char)key.p[k])
            return -1;
    }
    return k < key.n ? -1 : 0;
}

static const moult_node *find_child(const moult_node *node, struct str kind, struct str escaped)
{
    size_t low = 0, high = node->child_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const moult_node *child = node->children[mid];
        int c = str_cmp(kind, str_of(child->kind));
        if (c == 0)
            c = cmp_escaped(escaped, child->key);
        if (c == 0)
            return child;
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const moult_node *tree_find(const moult_tree *tree, struct str path)
{
    const moult_node *node = tree->root;
    for (size_t i = 0; node && i < path.n;) {
        const char *p = path.p + i;
        const char *slash = memchr(p, '/', path.n - i);
        size_t n = slash ? (size_t)(slash - p) : path.n - i;
        const char *colon = memchr(p, ':', n);
        if (!colon)
            return NULL;
        size_t kind = (size_t)(colon - p);
        node = find_child(node, (struct str){p, kind}, (struct str){colon + 1, n - kind - 1});
        i += n + 1;
    }
    /* Only one spelling of a path is right; others would not compare equal elsewhere. */
    return node && str_eq(node->path, path) ? node : NULL;
}

static size_t count_refs(const moult_node *node)
{
    size_t n = node->ref_count;
    for (size_t i = 0; i < node->child_count; i++)
        n += count_refs(node->children[i]);
    return n;
}

static void collect_refs(struct tree_index *index, const moult_node *node)
{
    for (size_t i = 0; i < node->ref_count; i++)
        index->uses[index->count++] = (struct use){node->refs[i].path, node};
    for (size_t i = 0; i < node->child_count; i++)
        collect_refs(index, node->children[i]);
}

static int cmp_use(const void *a, const void *b)
{
    return str_cmp(((const struct use *)a)->target, ((const struct use *)b)->target);
}

static const struct tree_index *index_of(const moult_tree *tree)
{
    struct tree_index **slot = &((moult_tree *)tree)->index;
    struct tree_index *index = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (index)
        return index;
    index = malloc(sizeof *index + count_refs(tree->root) * sizeof *index->uses);
    if (!index)
        return NULL;
    index->count = 0;
    collect_refs(index, tree->root);
    qsort(index->uses, index->count, sizeof *index->uses, cmp_use);
    struct tree_index *other = NULL;
    if (__atomic_compare_exchange_n(slot, &other, index, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return index;
    free(index);
    return other;
}

/* The first use whose target is not before PATH. */
static size_t lower_bound(const struct tree_index *index, struct str path)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (str_cmp(index->uses[mid].target, path) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct found {
    const moult_node **nodes;
    size_t count;
};

/* What lies below "a" does not follow "a" at once: "a!" and "a-b" come between it and "a/". */
static size_t range_end(const struct tree_index *index, size_t from, struct str path, bool below)
{
    size_t end = from;
    while (end < index->count && (below ? str_starts(index->uses[end].target, path)
                                        : str_eq(index->uses[end].target, path)))
        end++;
    return end;
}

static void take(struct found *found, const struct tree_index *index, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        found->nodes[found->count++] = index->uses[i].node;
}

moult_status tree_dependents(const moult_tree *tree, struct str path, moult_node_fn *fn, void *arg)
{
    const struct tree_index *index = index_of(tree);
    CLEANUP_FREE char *prefix = malloc(path.n + 1);
    if (!index || !prefix)
        return MOULT_ERR_NOMEM;
    if (path.n)
        memcpy(prefix, path.p, path.n);
    prefix[path.n] = '/';
    struct str below = {prefix, path.n ? path.n + 1 : 0}; /* all is below the root */
    size_t at = lower_bound(index, path), at_end = path.n ? range_end(index, at, path, false) : at;
    size_t in = lower_bound(index, below), in_end = range_end(index, in, below, true);
    size_t total = at_end - at + (in_end - in);
    CLEANUP_FREE const moult_node **nodes = malloc((total ? total : 1) * sizeof *nodes);
    if (!nodes)
        return MOULT_ERR_NOMEM;
    struct found found = {nodes, 0};
    take(&found, index, at, at_end);
    take(&found, index, in, in_end);
    qsort(nodes, total, sizeof *nodes, node_cmp_path);
    for (size_t i = 0; i < total; i++) {
        moult_status st = i && nodes[i] == nodes[i - 1] ? MOULT_OK : fn(arg, nodes[i]);
        if (st != MOULT_OK)
            return st;
    }
    return MOULT_OK;
}
