/* SPDX-License-Identifier: Apache-2.0 */
/* node.h - what the files of this folder share about nodes; the rest of the library uses tree.h. */
#ifndef MOULT_SCHEMA_NODE_H
#define MOULT_SCHEMA_NODE_H

#include "../base/buf.h"
#include "../base/sha256.h"
#include "tree.h"

/* Functions here recurse along a tree, and documents are untrusted. */
#define TREE_MAX_DEPTH 64u
/* The path of a node is part of the path of all below it: without a limit a small document with one
 * huge key would fill the memory. */
#define TREE_MAX_PARENT_PATH 1024u
/* Distinct kinds, attribute names and namespaces of one tree. */
#define TREE_MAX_NAMES 4096u

/* NAME as the one pointer that stands for it in TREE; NULL when out of memory or full. */
const char *tree_intern(moult_tree *tree, struct str name);
/* Short strings, one behind the other in chunks of an arena. */
struct packer {
    struct arena *arena;
    char *next;
    size_t left, chunk;
};
/* A copy with a closing zero; .p NULL when out of memory. */
struct str pack_str(struct packer *packer, struct str s);
/* A copy of S that lives as long as TREE, ending in a zero; .p NULL when out of memory. */
struct str tree_str(moult_tree *tree, struct str s);
/* Fills in what TREE's class is made of; false when out of memory or the adapter's name is too
 * long. */
bool tree_classify(moult_tree *tree, struct str adapter, uint32_t major, uint32_t level,
                   struct str server);
/* Appends PATH for a message: not too long, and UTF-8 whatever its bytes are. */
void path_show(struct buf *b, struct str path);
/* A node without kind, key and place among PARENT's children; NULL when out of memory. */
moult_node *node_new(moult_tree *tree, moult_node *parent);
/* Makes NODE its parent's last child; false when out of memory. */
bool node_attach(moult_node *node);

/* Order of siblings; KEY of the second one as it stands. */
int node_cmp(const moult_node *a, const moult_node *b);
int node_cmp_path(const void *a, const void *b); /* of moult_node pointers */

/* Sets the digests of a top-level object, or of the root from those of the objects that are managed.  They lie in
 * ARENA; SCRATCH is for reuse from node to node. */
moult_status node_digest(moult_node *node, struct arena *arena, struct sha256 *h,
                         struct buf *scratch, moult_error *err);
/* Sets the tree's hex digests from the root's. */
moult_status tree_digest(moult_tree *tree, struct sha256 *h, struct buf *scratch, moult_error *err);

/* filter.c: sets GONE[i] for each top-level object i that KEEP and DROP leave out. */
moult_status tree_match(const moult_tree *tree, const char *const *keep, const char *const *drop,
                        bool *gone, moult_error *err);

void index_free(struct tree_index *index);

#endif
