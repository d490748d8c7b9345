/* SPDX-License-Identifier: Apache-2.0 */
/* seal.c - brings a tree into its one order, checks it, and computes paths and digests. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "node.h"

struct seal {
    moult_tree *tree;
    struct sha256 *hash;
    struct buf path;  /* of the node at hand */
    struct buf bytes; /* reused for each digest */
    moult_error *err;
};

static void cleanup_seal(struct seal *s)
{
    sha256_free(s->hash);
    buf_free(&s->path);
    buf_free(&s->bytes);
}

static int cmp_attr(const void *a, const void *b)
{
    return strcmp(((const struct attr *)a)->name, ((const struct attr *)b)->name);
}

static int cmp_ref(const void *a, const void *b)
{
    const struct ref *left = a, *right = b;
    int c = str_cmp(left->path, right->path);
    return c ? c : (left->strength > right->strength) - (left->strength < right->strength);
}

static int cmp_claim(const void *a, const void *b)
{
    const struct claim *left = a, *right = b;
    int c = strcmp(left->space, right->space);
    return c ? c : str_cmp(left->name, right->name);
}

static int cmp_child(const void *a, const void *b)
{
    return node_cmp(*(moult_node *const *)a, *(moult_node *const *)b);
}

typedef int compare_fn(const void *, const void *);

/* Most arrays come sorted: from a document always, from a reader often. */
static void sort(void *items, size_t count, size_t size, compare_fn *cmp)
{
    const char *p = items;
    for (size_t i = 1; i < count; i++) {
        if (cmp(p + (i - 1) * size, p + i * size) > 0) {
            qsort(items, count, size, cmp);
            return;
        }
    }
}

/* Sorted items without repetitions; their new number. */
static uint32_t sort_unique(void *items, uint32_t count, size_t size, compare_fn *cmp)
{
    sort(items, count, size, cmp);
    char *p = items;
    uint32_t kept = count ? 1 : 0;
    for (uint32_t i = 1; i < count; i++) {
        if (cmp(p + (kept - 1) * size, p + i * size) == 0)
            continue;
        if (kept != i)
            memcpy(p + kept * size, p + i * size, size);
        kept++;
    }
    return kept;
}

static moult_status fail_at(struct seal *s, const char *problem)
{
    CLEANUP_BUF struct buf shown = {0};
    path_show(&shown, buf_view(&s->path));
    struct str where = buf_view(&shown);
    error_set(s->err, MOULT_ERR_INVALID, "%s: %.*s", problem, STR_FMT(where));
    error_detail_str(s->err, "object", where);
    return MOULT_ERR_INVALID;
}

static bool is_name(const char *name)
{
    for (const char *p = name; *p; p++)
        if (*p <= 0x20 || *p >= 0x7f || *p == '%' || *p == '/' || *p == ':')
            return false;
    return *name != 0;
}

/* Names stand in paths and sort the same way in every encoding only if they are plain. */
static moult_status check_names(struct seal *s, const moult_node *node)
{
    if (!is_name(node->kind))
        return fail_at(s, "a kind is not of visible ASCII characters without %, / and \":\"");
    for (size_t i = 0; i < node->attr_count; i++)
        if (!is_name(node->attrs[i].name))
            return fail_at(
                s, "an attribute's name is not of visible ASCII characters without %, / and \":\"");
    for (size_t i = 0; i < node->claim_count; i++)
        if (!is_name(node->claims[i].space))
            return fail_at(s,
                           "a namespace is not of visible ASCII characters without %, / and \":\"");
    return MOULT_OK;
}

static moult_status sort_node(struct seal *s, moult_node *node)
{
    moult_status st = check_names(s, node);
    if (st != MOULT_OK)
        return st;
    sort(node->attrs, node->attr_count, sizeof *node->attrs, cmp_attr);
    node->ref_count = sort_unique(node->refs, node->ref_count, sizeof *node->refs, cmp_ref);
    node->claim_count =
        sort_unique(node->claims, node->claim_count, sizeof *node->claims, cmp_claim);
    sort(node->children, node->child_count, sizeof(moult_node *), cmp_child);
    return MOULT_OK;
}

static moult_status seal_node(struct seal *s, moult_node *node, uint32_t depth);

static moult_status seal_children(struct seal *s, moult_node *node, uint32_t depth)
{
    size_t length = s->path.n;
    if (node->child_count && length > TREE_MAX_PARENT_PATH)
        return fail_at(s, "the name of an object that has parts is too long");
    for (size_t i = 0; i < node->child_count; i++) {
        moult_node *child = node->children[i];
        s->path.n = length;
        if (length)
            buf_char(&s->path, '/');
        path_segment(&s->path, child->kind, child->key);
        if (i && node_cmp(node->children[i - 1], child) == 0)
            return fail_at(s, "two objects have the same kind and name");
        moult_status st = seal_node(s, child, depth + 1);
        if (st != MOULT_OK)
            return st;
    }
    s->path.n = length;
    return MOULT_OK;
}

static uint8_t aspects_of(const moult_node *node)
{
    uint32_t aspects = 1u << MOULT_SHAPE;
    for (size_t i = 0; i < node->attr_count; i++)
        aspects |= 1u << node->attrs[i].aspect;
    for (size_t i = 0; i < node->child_count; i++)
        aspects |= node->children[i]->aspects;
    return (uint8_t)aspects;
}

static moult_status seal_node(struct seal *s, moult_node *node, uint32_t depth)
{
    if (depth > TREE_MAX_DEPTH)
        return fail_at(s, "objects are nested too deeply");
    if (!buf_ok(&s->path))
        return error_nomem(s->err);
    node->path = tree_str(s->tree, buf_view(&s->path));
    if (!node->path.p)
        return error_nomem(s->err);
    moult_status st = sort_node(s, node);
    if (st == MOULT_OK)
        st = seal_children(s, node, depth);
    node->aspects = aspects_of(node);
    /* The root's digest has to wait until it is known what is managed. */
    return st == MOULT_OK && depth == 1 ? node_digest(node, s->hash, &s->bytes, s->err) : st;
}

static moult_status apply_scope(moult_tree *tree, const struct scope *scope, moult_error *err)
{
    size_t count = tree->root->child_count;
    CLEANUP_FREE bool *gone = calloc(count ? count : 1, sizeof *gone);
    if (!gone)
        return error_nomem(err);
    moult_status st = tree_match(tree, scope->manage, scope->ignore, gone, err);
    for (size_t i = 0; st == MOULT_OK && i < count; i++)
        tree->root->children[i]->unmanaged = gone[i];
    return st;
}

moult_status tree_seal(moult_tree *tree, const struct scope *scope, moult_error *err)
{
    CLEANUP(cleanup_seal) struct seal s = {.tree = tree, .err = err, .hash = sha256_new()};
    if (tree->sealed)
        return error_set(err, MOULT_ERR_INTERNAL, "a schema tree was sealed twice");
    if (!s.hash)
        return error_set(err, MOULT_ERR_INTERNAL, "libcrypto offers no SHA-256");
    /* Deltas are made of objects: what the root itself had could differ unseen. */
    if (tree->root->attr_count || tree->root->ref_count || tree->root->claim_count)
        return error_set(err, MOULT_ERR_INVALID,
                         "the root of a schema tree has attributes, references or claims");
    moult_status st = seal_node(&s, tree->root, 0);
    if (st == MOULT_OK && scope)
        st = apply_scope(tree, scope, err);
    if (st == MOULT_OK)
        st = node_digest(tree->root, s.hash, &s.bytes, err);
    if (st == MOULT_OK)
        st = tree_digest(tree, s.hash, &s.bytes, err);
    tree->sealed = st == MOULT_OK;
    return st;
}
