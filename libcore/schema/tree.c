/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - making trees and looking at nodes. */
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>

#include "node.h"

#define CACHE_SLOTS 256u
#define RECENT_SLOTS 512u
#define RECENT_LONGEST 24u
#define FIRST_CHUNK 512u
#define LARGEST_CHUNK 16384u

/* The strings of a tree. */
struct intern {
    /* Sorted, so that no choice of names makes it slow; the cache answers nearly all questions. */
    const char **names;
    size_t count, cap;
    struct str cache[CACHE_SLOTS];
    /* Names and types of columns repeat: those seen lately are not stored again. */
    struct str recent[RECENT_SLOTS];
    struct packer packed;
};

static size_t cache_slot(struct str s)
{
    if (s.n == 0)
        return 0;
    size_t first = (unsigned char)s.p[0], last = (unsigned char)s.p[s.n - 1];
    return (s.n * 31 + first * 7 + last) % CACHE_SLOTS;
}

const char *tree_intern(moult_tree *tree, struct str name)
{
    struct intern *in = tree->interned;
    struct str *cached = &in->cache[cache_slot(name)];
    if (cached->p && str_eq(*cached, name))
        return cached->p;
    size_t low = 0, high = in->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = str_cmp(name, str_of(in->names[mid]));
        if (c == 0) {
            *cached = (struct str){in->names[mid], name.n};
            return in->names[mid];
        }
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    struct str copy = {0};
    if (in->count < TREE_MAX_NAMES && !(name.n && memchr(name.p, 0, name.n)))
        copy = arena_str(&tree->arena, name);
    if (!copy.p || !ARENA_PUSH(&tree->arena, in->names, in->count, in->cap))
        return NULL;
    memmove(in->names + low + 1, in->names + low, (in->count - 1 - low) * sizeof *in->names);
    in->names[low] = copy.p;
    *cached = copy;
    return copy.p;
}

static size_t recent_slot(struct str s)
{
    uint64_t head = 0, tail = 0;
    size_t n = s.n < 8 ? s.n : 8;
    memcpy(&head, s.p, n);
    memcpy(&tail, s.p + s.n - n, n);
    head = (head ^ tail * 31 ^ s.n) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(head >> 32) % RECENT_SLOTS;
}

struct str pack_str(struct packer *packer, struct str s)
{
    if (s.n >= FIRST_CHUNK / 2)
        return arena_str(packer->arena, s);
    if (s.n >= packer->left) {
        packer->chunk = !packer->chunk                  ? FIRST_CHUNK
                        : packer->chunk < LARGEST_CHUNK ? packer->chunk * 2
                                                        : LARGEST_CHUNK;
        packer->left = 0;
        packer->next = arena_alloc(packer->arena, packer->chunk);
        if (!packer->next)
            return (struct str){0};
        packer->left = packer->chunk;
    }
    char *p = packer->next;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    packer->next += s.n + 1;
    packer->left -= s.n + 1;
    return (struct str){p, s.n};
}

struct str tree_str(moult_tree *tree, struct str s)
{
    if (s.n == 0)
        return STR("");
    if (s.n > RECENT_LONGEST)
        return pack_str(&tree->interned->packed, s);
    struct str *recent = &tree->interned->recent[recent_slot(s)];
    if (!recent->p || !str_eq(*recent, s)) {
        struct str copy = pack_str(&tree->interned->packed, s);
        if (!copy.p)
            return copy;
        *recent = copy;
    }
    return *recent;
}

/* ITEMS with room for one more; NULL when out of memory. */
static void *grow(moult_tree *tree, void *items, uint32_t count, uint32_t *cap, size_t size)
{
    if (count < *cap)
        return items;
    if (count > UINT32_MAX / 4)
        return NULL;
    size_t more = *cap;
    void *grown = arena_grow(&tree->arena, items, count, &more, size);
    if (grown)
        *cap = (uint32_t)more;
    return grown;
}

/* Why tree_intern gave NULL. */
static moult_status no_name(const moult_tree *tree)
{
    return tree->interned->count < TREE_MAX_NAMES ? MOULT_ERR_NOMEM : MOULT_ERR_INVALID;
}

bool tree_classify(moult_tree *tree, struct str adapter, uint32_t major, uint32_t level,
                   struct str server)
{
    int n = snprintf(tree->klass, sizeof tree->klass, "%.*s/%u/%u", STR_FMT(adapter), major, level);
    tree->major = major;
    tree->level = level;
    tree->adapter = arena_str(&tree->arena, adapter);
    tree->server = arena_str(&tree->arena, server);
    return n > 0 && (size_t)n < sizeof tree->klass && tree->adapter.p && tree->server.p;
}

moult_tree *tree_new(struct str adapter, uint32_t major, uint32_t level, struct str server)
{
    CLEANUP_TREE moult_tree *tree = calloc(1, sizeof *tree);
    if (!tree)
        return NULL;
    tree->interned = ARENA_NEW(&tree->arena, struct intern);
    tree->root = node_new(tree, NULL);
    if (!tree->interned || !tree->root || !tree_classify(tree, adapter, major, level, server) ||
        !(tree->root->kind = tree_intern(tree, STR("schema"))))
        return NULL;
    tree->interned->packed.arena = &tree->arena;
    tree->root->key = STR("");
    moult_tree *made = tree;
    tree = NULL;
    return made;
}

void tree_free(moult_tree *tree)
{
    if (!tree)
        return;
    index_free(tree->index);
    arena_free(&tree->arena);
    free(tree);
}

moult_node *node_new(moult_tree *tree, moult_node *parent)
{
    moult_node *node = ARENA_NEW(&tree->arena, moult_node);
    if (!node)
        return NULL;
    node->tree = tree;
    node->parent = parent;
    return node;
}

bool node_attach(moult_node *node)
{
    moult_node *parent = node->parent;
    moult_node **children = grow(node->tree, parent->children, parent->child_count,
                                 &parent->child_cap, sizeof(moult_node *));
    if (!children)
        return false;
    parent->children = children;
    children[parent->child_count++] = node;
    return true;
}

moult_node *tree_add(moult_node *parent, const char *kind, struct str key)
{
    moult_tree *tree = parent->tree;
    if (tree->sealed)
        return NULL;
    moult_node *node = node_new(tree, parent);
    if (!node || !(node->kind = tree_intern(tree, str_of(kind))))
        return NULL;
    node->key = tree_str(tree, key);
    return node->key.p && node_attach(node) ? node : NULL;
}

moult_status tree_set(moult_node *node, uint32_t aspect, const char *name, struct str text,
                      struct str same)
{
    moult_tree *tree = node->tree;
    if (tree->sealed || aspect > MOULT_DERIVED)
        return MOULT_ERR_INTERNAL;
    const char *interned = tree_intern(tree, str_of(name));
    if (!interned)
        return no_name(tree);
    struct attr made = {.name = interned, .aspect = aspect, .text = tree_str(tree, text)};
    if (!made.text.p)
        return MOULT_ERR_NOMEM;
    /* Equal trees must have equal documents, so a `same` that says nothing is not kept. */
    if (same.p && !str_eq(same, text) && !(made.same = tree_str(tree, same)).p)
        return MOULT_ERR_NOMEM;
    for (size_t i = 0; i < node->attr_count; i++) {
        if (node->attrs[i].name == interned) {
            node->attrs[i] = made;
            return MOULT_OK;
        }
    }
    struct attr *attrs = grow(tree, node->attrs, node->attr_count, &node->attr_cap, sizeof *attrs);
    if (!attrs)
        return MOULT_ERR_NOMEM;
    node->attrs = attrs;
    attrs[node->attr_count++] = made;
    return MOULT_OK;
}

moult_status tree_refer(moult_node *node, uint32_t strength, struct str path)
{
    moult_tree *tree = node->tree;
    if (tree->sealed || strength > MOULT_REF_OUTSIDE)
        return MOULT_ERR_INTERNAL;
    struct str copy = tree_str(tree, path);
    struct ref *refs = grow(tree, node->refs, node->ref_count, &node->ref_cap, sizeof *refs);
    if (!copy.p || !refs)
        return MOULT_ERR_NOMEM;
    node->refs = refs;
    refs[node->ref_count++] = (struct ref){copy, strength};
    return MOULT_OK;
}

moult_status tree_claim(moult_node *node, const char *space, struct str name)
{
    moult_tree *tree = node->tree;
    if (tree->sealed)
        return MOULT_ERR_INTERNAL;
    const char *interned = tree_intern(tree, str_of(space));
    if (!interned)
        return no_name(tree);
    struct str copy = tree_str(tree, name);
    struct claim *claims =
        grow(tree, node->claims, node->claim_count, &node->claim_cap, sizeof *claims);
    if (!copy.p || !claims)
        return MOULT_ERR_NOMEM;
    node->claims = claims;
    claims[node->claim_count++] = (struct claim){interned, copy};
    return MOULT_OK;
}

const struct attr *node_attr(const moult_node *node, const char *name)
{
    for (size_t i = 0; i < node->attr_count; i++)
        if (strcmp(node->attrs[i].name, name) == 0)
            return &node->attrs[i];
    return NULL;
}

struct str attr_same(const struct attr *a)
{
    return a->same.p ? a->same : a->text;
}

const moult_node *node_object(const moult_node *node)
{
    while (node->parent && node->parent->parent)
        node = node->parent;
    return node->parent ? node : NULL;
}

int node_cmp(const moult_node *a, const moult_node *b)
{
    int c = a->kind == b->kind ? 0 : strcmp(a->kind, b->kind);
    return c ? c : str_cmp(a->key, b->key);
}

int node_cmp_path(const void *a, const void *b)
{
    const moult_node *const *left = a, *const *right = b;
    return str_cmp((*left)->path, (*right)->path);
}

void path_segment(struct buf *b, const char *kind, struct str key)
{
    buf_puts(b, kind);
    buf_char(b, ':');
    size_t from = 0;
    for (size_t i = 0; i < key.n; i++) {
        unsigned char c = (unsigned char)key.p[i];
        if (c >= 0x21 && c != '%' && c != '/' && c != ':')
            continue;
        buf_add(b, key.p + from, i - from);
        buf_printf(b, "%%%02X", c);
        from = i + 1;
    }
    buf_add(b, key.p + from, key.n - from);
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

bool path_unescape(struct buf *b, struct str escaped)
{
    for (size_t i = 0; i < escaped.n; i++) {
        if (escaped.p[i] != '%') {
            buf_char(b, escaped.p[i]);
            continue;
        }
        int high = escaped.n - i > 2 ? hex_value(escaped.p[i + 1]) : -1;
        int low = high >= 0 ? hex_value(escaped.p[i + 2]) : -1;
        if (low < 0)
            return false;
        buf_char(b, (char)(high << 4 | low));
        i += 2;
    }
    return true;
}

void path_show(struct buf *b, struct str path)
{
    bool utf8 = str_utf8(path);
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (i >= 200 && (c & 0xc0) != 0x80) {
            buf_puts(b, "...");
            break;
        }
        if (c < 0x80 || utf8)
            buf_char(b, path.p[i]);
        else
            buf_printf(b, "%%%02X", c);
    }
}
