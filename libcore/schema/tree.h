/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - the schema tree inside the library.  See docs/schema-tree.md. */
#ifndef MOULT_SCHEMA_TREE_H
#define MOULT_SCHEMA_TREE_H

#include <moult/tree.h>

#include "../base/arena.h"
#include "../base/error.h"

#define DIGEST_SIZE 32u

struct attr {
    const char *name; /* interned in the tree */
    struct str text;  /* what is rendered */
    struct str same;  /* what is compared; .p NULL: text */
    uint32_t aspect;  /* MOULT_SHAPE, ... */
};

struct ref {
    struct str path;
    uint32_t strength;
};

struct claim {
    const char *space; /* interned */
    struct str name;
};

struct moult_node {
    moult_tree *tree;
    moult_node *parent;
    const char *kind; /* interned: equal kinds of one tree are equal pointers */
    struct str key;
    struct str path;       /* "" for the root; set by tree_seal */
    struct attr *attrs;    /* sorted by name once sealed */
    moult_node **children; /* sorted by (kind, key) once sealed */
    struct ref *refs;      /* sorted by path, then strength, once sealed */
    struct claim *claims;  /* sorted by space and name once sealed */
    uint32_t attr_count, child_count, ref_count, claim_count;
    uint32_t attr_cap, child_cap, ref_cap, claim_cap;
    /* Of the root and of top-level objects, one for each aspect, with all below; set by tree_seal.
     * All zero: nothing of that aspect is here. */
    const uint8_t (*digest)[DIGEST_SIZE];
    uint32_t aspects; /* 1 << aspect: there is something of it here or below; set by tree_seal */
    bool unmanaged; /* top-level nodes only: shown, never changed, not in the state */
};

struct tree_index; /* path -> node, target path -> dependents */

struct moult_tree {
    struct arena arena;
    moult_node *root;
    struct str adapter;             /* "sqlite" */
    uint32_t major;                 /* of the server */
    uint32_t level;                 /* of the dialect */
    struct str server;              /* "SQLite 3.40.1" */
    char klass[64];                 /* "sqlite/3/1" */
    char state[65];                 /* hex digest over shape, rights, notes of managed nodes */
    char aspect[MOULT_ASPECTS][65]; /* hex digests of the root, managed nodes only */
    bool sealed;
    struct tree_index *index;
    struct intern *interned;
};

/* An empty tree of a class; NULL when out of memory or the adapter's name does not fit a class. */
moult_tree *tree_new(struct str adapter, uint32_t major, uint32_t level, struct str server);
void tree_free(moult_tree *tree);
static inline void cleanup_tree(moult_tree **t)
{
    tree_free(*t);
}
#define CLEANUP_TREE __attribute__((cleanup(cleanup_tree)))

/* Which top-level objects a unit owns: "kind:glob" or "glob" patterns, NULL-terminated, or NULL.
 * A glob is matched against the key and against the `name` as it is spelled.  An object is
 * managed if a `manage` pattern matches (or there is none) and no `ignore` one does; what an
 * ignored object owns (MOULT_REF_OWNED: indexes, triggers) is ignored with it. */
struct scope {
    const char *const *manage;
    const char *const *ignore;
};

/* Sorts, finds doubles (MOULT_ERR_INVALID with "object"), computes paths and digests.  To be
 * called once, after the last change; readers work only on sealed trees, from any number of
 * threads.  SCOPE NULL: what is unmanaged stays so.  The root may have children only. */
moult_status tree_seal(moult_tree *tree, const struct scope *scope, moult_error *err);

/* Building, as the ABI's table offers it. */
moult_node *tree_add(moult_node *parent, const char *kind, struct str key);
moult_status tree_set(moult_node *node, uint32_t aspect, const char *name, struct str text,
                      struct str same);
moult_status tree_refer(moult_node *node, uint32_t strength, struct str path);
moult_status tree_claim(moult_node *node, const char *space, struct str name);

/* Reading. */
const struct attr *node_attr(const moult_node *node, const char *name); /* NULL = absent */
struct str attr_same(const struct attr *a);
const moult_node *tree_find(const moult_tree *tree, struct str path); /* NULL = none; "" = root */
/* The top-level node that NODE lies in, or is; NULL for the root. */
const moult_node *node_object(const moult_node *node);
/* Do A and B, with all below, say the same in ASPECTS (bits 1 << aspect)?  Both trees are sealed. */
bool node_same(const moult_node *a, const moult_node *b, uint32_t aspects);
/* Calls FN with each node that has a reference to PATH or below it, sorted by path, each once. */
moult_status tree_dependents(const moult_tree *tree, struct str path, moult_node_fn *fn, void *arg);
/* Appends "kind:KEY" with KEY escaped; the parent's path and "/" are the caller's. */
struct buf;
void path_segment(struct buf *b, const char *kind, struct str key);
/* Appends what ESCAPED spells; false for a "%" that two hex digits do not follow. */
bool path_unescape(struct buf *b, struct str escaped);

/* A copy of TREE without the top-level objects that the patterns leave out, by the rules of a
 * scope; sealed. */
moult_status tree_filter(const moult_tree *tree, const char *const *include,
                         const char *const *exclude, moult_tree **out, moult_error *err);

/* The function table lent to plugins. */
extern const moult_tree_api tree_api;

/* ---- json.c: the snapshot document, docs/schemas/snapshot.json ---- */
moult_status tree_write_json(const moult_tree *tree, moult_write_fn *write, void *arg,
                             moult_error *err);
/* Reads, validates, seals.  NAME is for messages ("file" detail).  MOULT_ERR_INVALID with position,
 * line; a digest in the document that is not the tree's is MOULT_ERR_CORRUPT. */
moult_status tree_read_json(struct str json, const char *name, moult_tree **out, moult_error *err);

#endif
