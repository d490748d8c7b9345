/* SPDX-License-Identifier: Apache-2.0 */
/* digest.c - the digests of objects and of the state.  docs/schema-tree.md defines them. */
#include "node.h"

static const char *const node_tag[MOULT_ASPECTS] = {
    [MOULT_SHAPE] = "moult-shape/1",
    [MOULT_RIGHTS] = "moult-rights/1",
    [MOULT_NOTES] = "moult-notes/1",
    [MOULT_LAYOUT] = "moult-layout/1",
};

/* buf_add without the call where there is room, which is nearly always. */
static void add(struct buf *b, const void *bytes, size_t n)
{
    if (b->failed || b->cap - b->n <= n) {
        buf_add(b, bytes, n);
        return;
    }
    if (n)
        memcpy(b->p + b->n, bytes, n);
    b->n += n;
}

static void add_number(struct buf *b, uint64_t n)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(n >> (56 - 8 * i));
    add(b, bytes, sizeof bytes);
}

static void add_field(struct buf *b, struct str s)
{
    add_number(b, s.n);
    add(b, s.p, s.n);
}

/* One call for a whole node: libcrypto's overhead is by the call, not by the byte. */
static moult_status finish(struct sha256 *h, const struct buf *b, uint8_t out[32], moult_error *err)
{
    if (!buf_ok(b))
        return error_nomem(err);
    if (!sha256_start(h) || !sha256_add(h, b->p, b->n) || !sha256_end(h, out))
        return error_set(err, MOULT_ERR_INTERNAL, "libcrypto could not compute a SHA-256 digest");
    return MOULT_OK;
}

/* NODE as it counts in ASPECT, and what is below it. */
static void add_node(struct buf *b, const moult_node *node, uint32_t aspect)
{
    uint64_t attrs = 0, children = 0;
    for (size_t i = 0; i < node->attr_count; i++)
        attrs += node->attrs[i].aspect == aspect;
    for (size_t i = 0; i < node->child_count; i++)
        children += node->children[i]->aspects >> aspect & 1u;
    add_field(b, str_of(node->kind));
    add_field(b, node->key);
    add_number(b, attrs);
    for (size_t i = 0; attrs && i < node->attr_count; i++) {
        if (node->attrs[i].aspect != aspect)
            continue;
        add_field(b, str_of(node->attrs[i].name));
        add_field(b, attr_same(&node->attrs[i]));
    }
    add_number(b, children);
    for (size_t i = 0; children && i < node->child_count; i++)
        if (node->children[i]->aspects >> aspect & 1u)
            add_node(b, node->children[i], aspect);
}

static bool counts(const moult_node *object, uint32_t aspect)
{
    return !object->unmanaged && object->aspects >> aspect & 1u;
}

static uint64_t managed(const moult_node *root, uint32_t aspect)
{
    uint64_t objects = 0;
    for (size_t i = 0; i < root->child_count; i++)
        objects += counts(root->children[i], aspect);
    return objects;
}

static void add_root(struct buf *b, const moult_node *root, uint32_t aspect)
{
    add_number(b, managed(root, aspect));
    for (size_t i = 0; i < root->child_count; i++)
        if (counts(root->children[i], aspect))
            add(b, root->children[i]->digest[aspect], DIGEST_SIZE);
}

moult_status node_digest(moult_node *node, struct arena *arena, struct sha256 *h,
                         struct buf *scratch, moult_error *err)
{
    uint8_t(*digest)[DIGEST_SIZE] = arena_array(arena, MOULT_ASPECTS, DIGEST_SIZE);
    if (!digest)
        return error_nomem(err);
    moult_status st = MOULT_OK;
    for (uint32_t aspect = 0; st == MOULT_OK && aspect < MOULT_ASPECTS; aspect++) {
        bool any = node->parent ? node->aspects >> aspect & 1u : managed(node, aspect) != 0;
        if (!any && aspect != MOULT_SHAPE)
            continue;
        buf_clear(scratch);
        add_field(scratch, str_of(node_tag[aspect]));
        if (node->parent)
            add_node(scratch, node, aspect);
        else
            add_root(scratch, node, aspect);
        st = finish(h, scratch, digest[aspect], err);
    }
    node->digest = (const uint8_t(*)[DIGEST_SIZE])digest;
    return st;
}

/* The next of NODE's attributes from AT on that is of ASPECTS; attr_count if there is none. */
static size_t next_attr(const moult_node *node, size_t at, uint32_t aspects)
{
    while (at < node->attr_count && !(aspects >> node->attrs[at].aspect & 1u))
        at++;
    return at;
}

static size_t next_child(const moult_node *node, size_t at, uint32_t aspects)
{
    while (at < node->child_count && !(aspects & node->children[at]->aspects))
        at++;
    return at;
}

static bool same_attrs(const moult_node *a, const moult_node *b, uint32_t aspects)
{
    size_t i = next_attr(a, 0, aspects), j = next_attr(b, 0, aspects);
    while (i < a->attr_count && j < b->attr_count) {
        const struct attr *x = &a->attrs[i], *y = &b->attrs[j];
        if (x->aspect != y->aspect || strcmp(x->name, y->name) != 0 ||
            !str_eq(attr_same(x), attr_same(y)))
            return false;
        i = next_attr(a, i + 1, aspects);
        j = next_attr(b, j + 1, aspects);
    }
    return i == a->attr_count && j == b->attr_count;
}

bool node_same(const moult_node *a, const moult_node *b, uint32_t aspects)
{
    if (a->digest && b->digest) {
        bool same = true;
        for (uint32_t i = 0; same && i < MOULT_ASPECTS; i++)
            same = !(aspects >> i & 1u) || memcmp(a->digest[i], b->digest[i], DIGEST_SIZE) == 0;
        return same;
    }
    if (strcmp(a->kind, b->kind) != 0 || !str_eq(a->key, b->key) || !same_attrs(a, b, aspects))
        return false;
    size_t i = next_child(a, 0, aspects), j = next_child(b, 0, aspects);
    while (i < a->child_count && j < b->child_count) {
        if (!node_same(a->children[i], b->children[j], aspects))
            return false;
        i = next_child(a, i + 1, aspects);
        j = next_child(b, j + 1, aspects);
    }
    return i == a->child_count && j == b->child_count;
}

moult_status tree_digest(moult_tree *tree, struct sha256 *h, struct buf *scratch, moult_error *err)
{
    static const uint32_t in_state[] = {MOULT_SHAPE, MOULT_RIGHTS, MOULT_NOTES};
    buf_clear(scratch);
    add_field(scratch, STR("moult-state/1"));
    for (size_t i = 0; i < sizeof in_state / sizeof *in_state; i++)
        add(scratch, tree->root->digest[in_state[i]], DIGEST_SIZE);
    uint8_t state[32];
    moult_status st = finish(h, scratch, state, err);
    if (st != MOULT_OK)
        return st;
    sha256_print(state, tree->state);
    for (uint32_t aspect = 0; aspect < MOULT_ASPECTS; aspect++)
        sha256_print(tree->root->digest[aspect], tree->aspect[aspect]);
    return MOULT_OK;
}
