/* SPDX-License-Identifier: Apache-2.0 */
/* api.c - the tree's function table for plugins. */
#include "tree.h"

static const char *lend(struct str s, size_t *len)
{
    if (len)
        *len = s.p ? s.n : 0;
    return s.p;
}

static moult_node *api_root(moult_tree *tree)
{
    return tree->root;
}

static moult_node *api_add(moult_tree *tree, moult_node *parent, const char *kind, const char *key,
                           size_t key_len)
{
    return parent->tree == tree ? tree_add(parent, kind, (struct str){key, key_len}) : NULL;
}

static moult_status api_set(moult_tree *tree, moult_node *node, uint32_t aspect, const char *name,
                            const char *text, size_t text_len, const char *same, size_t same_len)
{
    if (node->tree != tree)
        return MOULT_ERR_INTERNAL;
    return tree_set(node, aspect, name, (struct str){text, text_len}, (struct str){same, same_len});
}

static moult_status api_refer(moult_tree *tree, moult_node *node, uint32_t strength,
                              const char *path, size_t len)
{
    if (node->tree != tree)
        return MOULT_ERR_INTERNAL;
    return tree_refer(node, strength, (struct str){path, len});
}

static moult_status api_claim(moult_tree *tree, moult_node *node, const char *space,
                              const char *name, size_t len)
{
    return node->tree == tree ? tree_claim(node, space, (struct str){name, len})
                              : MOULT_ERR_INTERNAL;
}

static const moult_node *api_top(const moult_tree *tree)
{
    return tree->root;
}

static const char *api_kind(const moult_node *node)
{
    return node->kind;
}

static const char *api_key(const moult_node *node, size_t *len)
{
    return lend(node->key, len);
}

static const char *api_path(const moult_node *node, size_t *len)
{
    return lend(node->path, len);
}

static const moult_node *api_parent(const moult_node *node)
{
    return node->parent;
}

static uint32_t api_count(const moult_node *node)
{
    return node->child_count;
}

static const moult_node *api_child(const moult_node *node, uint32_t i)
{
    return i < node->child_count ? node->children[i] : NULL;
}

static const moult_node *api_find(const moult_tree *tree, const char *path, size_t len)
{
    return tree_find(tree, (struct str){path, len});
}

static const char *api_text(const moult_node *node, const char *name, size_t *len)
{
    const struct attr *a = node_attr(node, name);
    return lend(a ? a->text : (struct str){0}, len);
}

static const char *api_same(const moult_node *node, const char *name, size_t *len)
{
    const struct attr *a = node_attr(node, name);
    return lend(a ? attr_same(a) : (struct str){0}, len);
}

static const char *api_ref(const moult_node *node, uint32_t i, uint32_t *strength, size_t *len)
{
    if (i >= node->ref_count)
        return lend((struct str){0}, len);
    if (strength)
        *strength = node->refs[i].strength;
    return lend(node->refs[i].path, len);
}

static moult_status api_dependents(const moult_tree *tree, const char *path, size_t len,
                                   moult_node_fn *fn, void *arg)
{
    return tree_dependents(tree, (struct str){path, len}, fn, arg);
}

static moult_status api_clear(moult_tree *tree)
{
    if (tree->sealed)
        return MOULT_ERR_INTERNAL;
    tree->root->child_count = 0;
    return MOULT_OK;
}

static const char *api_server(const moult_tree *tree, size_t *len)
{
    return lend(tree->server, len);
}

const moult_tree_api tree_api = {
    .size = MOULT_END(moult_tree_api, server),
    .root = api_root,
    .add = api_add,
    .set = api_set,
    .refer = api_refer,
    .claim = api_claim,
    .top = api_top,
    .kind = api_kind,
    .key = api_key,
    .path = api_path,
    .parent = api_parent,
    .count = api_count,
    .child = api_child,
    .find = api_find,
    .text = api_text,
    .same = api_same,
    .ref = api_ref,
    .dependents = api_dependents,
    .clear = api_clear,
    .server = api_server,
};
