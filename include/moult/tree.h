/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - the schema tree: how a reader builds one, how a dialect and a planner read one.
 *
 * A node is kind + key + attributes + references + claims + children.
 *  kind       "table", "column", ...: docs/schema-tree.md lists them.
 *  key        identity among the parent's children of that kind: the folded name.
 *  attribute  name -> text, what the server (SQLite: the author) wrote, the only thing ever rendered;
 *             and `same`, what is compared and digested.  Absent = the server's default.
 *  reference  the path of a node that this one needs, and how strongly.
 *  claim      a name taken in a namespace ("relation", "trigger").
 *  path       kind:key/kind:key, where "%", "/", ":" and bytes below 0x21 of a key are %XX.
 * Bound identifiers (a tenant's own name) stand in texts and keys as MOULT_MARK_OPEN name
 * MOULT_MARK_CLOSE; a dialect's bind() puts the quoted real name back. */
#ifndef MOULT_TREE_H
#define MOULT_TREE_H

#include <moult/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MOULT_MARK_OPEN '\x01'
#define MOULT_MARK_CLOSE '\x02'

/* Which digest an attribute belongs to. */
#define MOULT_SHAPE 0u  /* meaning */
#define MOULT_RIGHTS 1u /* owner, grants */
#define MOULT_NOTES 2u  /* comments */
#define MOULT_LAYOUT 3u /* column order, storage: compared only where asked for */
#define MOULT_ASPECTS 4u
#define MOULT_DERIVED 4u /* follows from the others (a column's `logical` type): in no digest, no delta */

/* How a reference binds. */
#define MOULT_REF_ENFORCED 0u /* the server keeps the target there */
#define MOULT_REF_OWNED 1u    /* the target's end is this node's end */
#define MOULT_REF_TEXT 2u     /* only a text names it; the server checks late or never */
#define MOULT_REF_OUTSIDE 3u  /* names something outside the unit */

typedef moult_status moult_node_fn(void *arg, const moult_node *node);

typedef struct moult_tree_api {
    uint32_t size;
    uint32_t reserved;

    /* Building; only in reader.inspect.  The tree copies all bytes. */

    /* The root, kind "schema", key "". */
    moult_node *(*root)(moult_tree *tree);
    /* A new child of PARENT, in any order; NULL when out of memory.  Two children of the same kind
     * and key are found when the host seals the tree after inspect, and fail it. */
    moult_node *(*add)(moult_tree *tree, moult_node *parent, const char *kind, const char *key,
                       size_t key_len);
    /* SAME NULL: compared by its text.  The same name again replaces. */
    moult_status (*set)(moult_tree *tree, moult_node *node, uint32_t aspect, const char *name,
                        const char *text, size_t text_len, const char *same, size_t same_len);
    /* PATH need not exist in the tree yet, nor ever. */
    moult_status (*refer)(moult_tree *tree, moult_node *node, uint32_t strength, const char *path,
                          size_t len);
    moult_status (*claim)(moult_tree *tree, moult_node *node, const char *space, const char *name,
                          size_t len);

    /* Reading; what is returned is borrowed from the tree. */

    const moult_node *(*top)(const moult_tree *tree);
    const char *(*kind)(const moult_node *node);
    const char *(*key)(const moult_node *node, size_t *len);
    const char *(*path)(const moult_node *node, size_t *len);
    const moult_node *(*parent)(const moult_node *node); /* NULL for the root */
    /* Children sorted by (kind, key), bytewise. */
    uint32_t (*count)(const moult_node *node);
    const moult_node *(*child)(const moult_node *node, uint32_t i);
    const moult_node *(*find)(const moult_tree *tree, const char *path, size_t len);
    /* An attribute's text, NULL if absent. */
    const char *(*text)(const moult_node *node, const char *name, size_t *len);
    /* Its `same`: what is compared. */
    const char *(*same)(const moult_node *node, const char *name, size_t *len);
    /* References by index; NULL past the end. */
    const char *(*ref)(const moult_node *node, uint32_t i, uint32_t *strength, size_t *len);
    /* Calls FN with every node whose reference is PATH or lies below it. */
    moult_status (*dependents)(const moult_tree *tree, const char *path, size_t len,
                               moult_node_fn *fn, void *arg);

    /* Building: takes back all that was added, for a reader that finds that the schema changed while
     * it was read and begins again.  Nodes from before are no longer valid. */
    moult_status (*clear)(moult_tree *tree);

    /* Reading: make and version of the server that the tree was read from, "MariaDB 10.11.6". */
    const char *(*server)(const moult_tree *tree, size_t *len);
} moult_tree_api;

#ifdef __cplusplus
}
#endif
#endif
