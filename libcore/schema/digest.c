/* SPDX-License-Identifier: Apache-2.0 */
/* digest.c - the digests of nodes and of the state.  docs/schema-tree.md defines them. */
#include "node.h"

static const char *const node_tag[MOULT_ASPECTS] = {
    [MOULT_SHAPE] = "moult-shape/1",
    [MOULT_RIGHTS] = "moult-rights/1",
    [MOULT_NOTES] = "moult-notes/1",
    [MOULT_LAYOUT] = "moult-layout/1",
};

static const uint8_t absent[32];

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

static bool counts(const moult_node *child, uint32_t aspect)
{
    return !child->unmanaged && child->digest[aspect] != absent;
}

static moult_status digest_aspect(moult_node *node, uint32_t aspect, struct sha256 *h,
                                  struct buf *b, moult_error *err)
{
    uint64_t attrs = 0, children = 0;
    for (size_t i = 0; i < node->attr_count; i++)
        attrs += node->attrs[i].aspect == aspect;
    for (size_t i = 0; i < node->child_count; i++)
        children += counts(node->children[i], aspect);
    if (aspect != MOULT_SHAPE && attrs == 0 && children == 0) {
        node->digest[aspect] = absent;
        return MOULT_OK;
    }
    buf_clear(b);
    add_field(b, str_of(node_tag[aspect]));
    add_field(b, str_of(node->kind));
    add_field(b, node->key);
    add_number(b, attrs);
    for (size_t i = 0; i < node->attr_count; i++) {
        if (node->attrs[i].aspect != aspect)
            continue;
        add_field(b, str_of(node->attrs[i].name));
        add_field(b, attr_same(&node->attrs[i]));
    }
    add_number(b, children);
    for (size_t i = 0; i < node->child_count; i++)
        if (counts(node->children[i], aspect))
            add(b, node->children[i]->digest[aspect], 32);
    uint8_t *digest = arena_alloc(&node->tree->arena, 32);
    if (!digest)
        return error_nomem(err);
    node->digest[aspect] = digest;
    return finish(h, b, digest, err);
}

moult_status node_digest(moult_node *node, struct sha256 *h, struct buf *scratch, moult_error *err)
{
    for (uint32_t aspect = 0; aspect < MOULT_ASPECTS; aspect++) {
        moult_status st = digest_aspect(node, aspect, h, scratch, err);
        if (st != MOULT_OK)
            return st;
    }
    return MOULT_OK;
}

moult_status tree_digest(moult_tree *tree, struct sha256 *h, struct buf *scratch, moult_error *err)
{
    static const uint32_t in_state[] = {MOULT_SHAPE, MOULT_RIGHTS, MOULT_NOTES};
    buf_clear(scratch);
    add_field(scratch, STR("moult-state/1"));
    for (size_t i = 0; i < sizeof in_state / sizeof *in_state; i++)
        add(scratch, tree->root->digest[in_state[i]], 32);
    uint8_t state[32];
    moult_status st = finish(h, scratch, state, err);
    if (st != MOULT_OK)
        return st;
    sha256_print(state, tree->state);
    for (uint32_t aspect = 0; aspect < MOULT_ASPECTS; aspect++)
        sha256_print(tree->root->digest[aspect], tree->aspect[aspect]);
    return MOULT_OK;
}
