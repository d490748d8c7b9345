/* SPDX-License-Identifier: Apache-2.0 */
/* seal.c - brings a tree into its one order, checks it, and computes paths and digests. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "node.h"

struct seal {
    moult_tree *tree;
    struct arena *arena;  /* where digests go */
    struct packer packer; /* and paths */
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

/* Children FROM up to TO of NODE, of whose path s->path is that. */
static moult_status seal_children(struct seal *s, moult_node *node, size_t from, size_t to,
                                  uint32_t depth)
{
    size_t length = s->path.n;
    if (from < to && length > TREE_MAX_PARENT_PATH)
        return fail_at(s, "the name of an object that has parts is too long");
    for (size_t i = from; i < to; i++) {
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

static uint32_t aspects_of(const moult_node *node)
{
    uint32_t aspects = 1u << MOULT_SHAPE;
    for (size_t i = 0; i < node->attr_count; i++)
        aspects |= 1u << node->attrs[i].aspect;
    for (size_t i = 0; i < node->child_count; i++)
        aspects |= node->children[i]->aspects;
    return aspects;
}

static moult_status seal_node(struct seal *s, moult_node *node, uint32_t depth)
{
    if (depth > TREE_MAX_DEPTH)
        return fail_at(s, "objects are nested too deeply");
    if (!buf_ok(&s->path))
        return error_nomem(s->err);
    node->path = pack_str(&s->packer, buf_view(&s->path));
    if (!node->path.p)
        return error_nomem(s->err);
    moult_status st = sort_node(s, node);
    if (st == MOULT_OK)
        st = seal_children(s, node, 0, node->child_count, depth);
    node->aspects = aspects_of(node);
    return st == MOULT_OK && depth == 1 ? node_digest(node, s->arena, s->hash, &s->bytes, s->err)
                                        : st;
}

static bool seal_init(struct seal *s, moult_tree *tree, struct arena *arena, moult_error *err)
{
    *s = (struct seal){
        .tree = tree,
        .arena = arena,
        .packer = {.arena = arena},
        .hash = sha256_new(),
        .err = err,
    };
    return s->hash != NULL;
}

/* ---- many objects, several threads ---- */

/* A thread takes so many objects at a time; for so many times it is worth its start; a tree gets no more threads. */
#define TAKEN ((size_t)64)
#define WORTH 8u
#define MOST_THREADS 4u

/* Nothing that a thread writes is another's. */
struct helper {
    pthread_t thread;
    struct seal seal;
    struct arena arena;
    moult_tree *tree;
    atomic_size_t *next; /* the first object that nobody has taken */
    bool done;
};

static moult_status seal_shares(struct seal *s, atomic_size_t *next)
{
    size_t count = s->tree->root->child_count, from;
    moult_status st = MOULT_OK;
    while (st == MOULT_OK && (from = atomic_fetch_add(next, TAKEN)) < count)
        st = seal_children(s, s->tree->root, from, count - from < TAKEN ? count : from + TAKEN, 0);
    return st;
}

static void *help(void *arg)
{
    struct helper *h = arg;
    h->done = seal_init(&h->seal, h->tree, &h->arena, NULL) &&
              seal_shares(&h->seal, h->next) == MOULT_OK;
    return NULL;
}

static size_t thread_count(size_t objects)
{
    size_t worth = objects / (TAKEN * WORTH);
    if (worth < 2)
        return 1;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t most = cores < 1 ? 1 : cores > (long)MOST_THREADS ? MOST_THREADS : (size_t)cores;
    return worth < most ? worth : most;
}

static moult_status seal_objects(struct seal *s)
{
    moult_tree *tree = s->tree;
    struct helper helpers[MOST_THREADS - 1] = {0};
    atomic_size_t next = 0;
    size_t threads = thread_count(tree->root->child_count), started = 0;
    for (; started + 1 < threads; started++) {
        struct helper *h = &helpers[started];
        h->tree = tree;
        h->next = &next;
        if (pthread_create(&h->thread, NULL, help, h) != 0)
            break;
    }
    moult_status st = seal_shares(s, &next);
    bool done = true;
    for (size_t i = 0; i < started; i++) {
        pthread_join(helpers[i].thread, NULL);
        arena_join(&tree->arena, &helpers[i].arena);
        cleanup_seal(&helpers[i].seal);
        done &= helpers[i].done;
    }
    if (st != MOULT_OK || done)
        return st;
    /* What a thread failed at is done here once more, for its error. */
    return seal_children(s, tree->root, 0, tree->root->child_count, 0);
}

static moult_status seal_all(struct seal *s)
{
    moult_node *root = s->tree->root;
    moult_status st = sort_node(s, root);
    root->path = STR("");
    return st == MOULT_OK ? seal_objects(s) : st;
}

/* ---- the tree ---- */

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
    if (tree->sealed)
        return error_set(err, MOULT_ERR_INTERNAL, "a schema tree was sealed twice");
    /* Deltas are made of objects: what the root itself had could differ unseen. */
    if (tree->root->attr_count || tree->root->ref_count || tree->root->claim_count)
        return error_set(err, MOULT_ERR_INVALID,
                         "the root of a schema tree has attributes, references or claims");
    CLEANUP(cleanup_seal) struct seal s;
    if (!seal_init(&s, tree, &tree->arena, err))
        return error_set(err, MOULT_ERR_INTERNAL, "libcrypto offers no SHA-256");
    moult_status st = seal_all(&s);
    if (st == MOULT_OK && scope)
        st = apply_scope(tree, scope, err);
    /* The root's digest has to wait until it is known what is managed. */
    if (st == MOULT_OK)
        st = node_digest(tree->root, &tree->arena, s.hash, &s.bytes, err);
    if (st == MOULT_OK)
        st = tree_digest(tree, s.hash, &s.bytes, err);
    tree->sealed = st == MOULT_OK;
    return st;
}
