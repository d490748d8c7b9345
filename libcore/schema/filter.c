/* SPDX-License-Identifier: Apache-2.0 */
/* filter.c - which top-level objects patterns choose, and a tree without the others. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "node.h"

/* "kind:glob" or "glob", against the key or the name as it is spelled. */
static bool pattern_matches(const char *pattern, const moult_node *node)
{
    const char *glob = pattern, *colon = strchr(pattern, ':');
    if (colon) {
        if (!str_eq((struct str){pattern, (size_t)(colon - pattern)}, str_of(node->kind)))
            return false;
        glob = colon + 1;
    }
    const struct attr *name = node_attr(node, "name");
    return str_glob(glob, node->key) || (name && str_glob(glob, name->text));
}

static bool any_matches(const char *const *patterns, const moult_node *node)
{
    for (; patterns && *patterns; patterns++)
        if (pattern_matches(*patterns, node))
            return true;
    return false;
}

struct spread {
    const moult_tree *tree;
    bool *gone;
    size_t *work; /* dropped objects whose belongings were not looked at yet */
    size_t work_count;
    struct str owner;
};

static size_t place_of(const moult_tree *tree, const moult_node *object)
{
    size_t low = 0, high = tree->root->child_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (node_cmp(tree->root->children[mid], object) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool lies_in(struct str path, struct str object)
{
    return str_starts(path, object) && (path.n == object.n || path.p[object.n] == '/');
}

static moult_status drop_owned(void *arg, const moult_node *node)
{
    struct spread *s = arg;
    if (node->parent != s->tree->root)
        return MOULT_OK;
    for (size_t i = 0; i < node->ref_count; i++) {
        if (node->refs[i].strength != MOULT_REF_OWNED || !lies_in(node->refs[i].path, s->owner))
            continue;
        size_t place = place_of(s->tree, node);
        if (!s->gone[place]) {
            s->gone[place] = true;
            s->work[s->work_count++] = place;
        }
        break;
    }
    return MOULT_OK;
}

moult_status tree_match(const moult_tree *tree, const char *const *keep, const char *const *drop,
                        bool *gone, moult_error *err)
{
    size_t count = tree->root->child_count;
    CLEANUP_FREE size_t *work = malloc((count ? count : 1) * sizeof *work);
    if (!work)
        return error_nomem(err);
    struct spread s = {.tree = tree, .gone = gone, .work = work};
    for (size_t i = 0; i < count; i++) {
        const moult_node *node = tree->root->children[i];
        bool dropped = any_matches(drop, node);
        gone[i] = dropped || (keep && !any_matches(keep, node));
        if (dropped)
            work[s.work_count++] = i;
    }
    /* What ends with a dropped object goes with it: an index would be planned away without its
     * table. Each object enters the list once. */
    while (s.work_count) {
        s.owner = tree->root->children[work[--s.work_count]]->path;
        if (tree_dependents(tree, s.owner, drop_owned, &s) != MOULT_OK)
            return error_nomem(err);
    }
    return MOULT_OK;
}

static bool copy_content(moult_node *node, const moult_node *from)
{
    for (size_t i = 0; i < from->attr_count; i++) {
        const struct attr *a = &from->attrs[i];
        if (tree_set(node, a->aspect, a->name, a->text, a->same) != MOULT_OK)
            return false;
    }
    for (size_t i = 0; i < from->ref_count; i++)
        if (tree_refer(node, from->refs[i].strength, from->refs[i].path) != MOULT_OK)
            return false;
    for (size_t i = 0; i < from->claim_count; i++)
        if (tree_claim(node, from->claims[i].space, from->claims[i].name) != MOULT_OK)
            return false;
    return true;
}

/* Copies FROM's children but for those that are GONE (NULL: none is).  Depth is bounded, since the
 * original is sealed. */
static bool copy_children(moult_node *to, const moult_node *from, const bool *gone)
{
    for (size_t i = 0; i < from->child_count; i++) {
        const moult_node *child = from->children[i];
        if (gone && gone[i])
            continue;
        moult_node *node = tree_add(to, child->kind, child->key);
        if (!node || !copy_content(node, child) || !copy_children(node, child, NULL))
            return false;
        node->unmanaged = child->unmanaged;
    }
    return true;
}

moult_status tree_filter(const moult_tree *tree, const char *const *include,
                         const char *const *exclude, moult_tree **out, moult_error *err)
{
    size_t count = tree->root->child_count;
    CLEANUP_FREE bool *gone = calloc(count ? count : 1, sizeof *gone);
    CLEANUP_TREE moult_tree *copy = tree_new(tree->adapter, tree->major, tree->level, tree->server);
    if (!gone || !copy)
        return error_nomem(err);
    moult_status st = tree_match(tree, include, exclude, gone, err);
    if (st != MOULT_OK)
        return st;
    if (!copy_children(copy->root, tree->root, gone))
        return error_nomem(err);
    st = tree_seal(copy, NULL, err);
    if (st == MOULT_OK) {
        *out = copy;
        copy = NULL;
    }
    return st;
}
