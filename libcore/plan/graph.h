/* SPDX-License-Identifier: Apache-2.0 */
/* graph.h - circles and order of numbered nodes with edges. */
#ifndef MOULT_PLAN_GRAPH_H
#define MOULT_PLAN_GRAPH_H

#include "../base/arena.h"

struct edge;

/* The nodes before (or after) each node: those of node i are node[first[i]] to node[first[i + 1]
 * - 1].  Edges weaker than WEAKEST do not count.  false: out of memory. */
struct adjacency {
    uint32_t *first, *node;
};
bool graph_adjacency(const struct edge *edges, size_t count, uint32_t nodes, uint32_t weakest,
                     bool before, struct arena *a, struct adjacency *out);

/* Two nodes that can be reached from each other get the same number, and what leads to others a
 * higher one than those.  R. Tarjan, "Depth-first search and linear graph algorithms" (1972),
 * without recursion.  Edges weaker than WEAKEST do not count.  false: out of memory. */
bool graph_components(const struct edge *edges, size_t count, uint32_t nodes, uint32_t weakest,
                      struct arena *a, uint32_t *component);

struct graph_choice {
    const uint32_t *rank;      /* of those that are free, the lowest goes first */
    const uint32_t *patience;  /* of those in a circle, the lowest goes before it is free */
    const uint32_t *component; /* of graph_components, with all edges */
};

/* Every node after those before it (A. Kahn, "Topological sorting of large networks", 1962).
 * Circles are opened one node at a time at soft edges, else at firm ones; hard ones hold:
 * *PLACED is then less than NODES. O((nodes + edges) log nodes).  false: out of memory. */
bool graph_sort(const struct edge *edges, size_t count, uint32_t nodes,
                const struct graph_choice *choice, struct arena *a, uint32_t *order,
                uint32_t *placed);

#endif
