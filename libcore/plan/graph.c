/* SPDX-License-Identifier: Apache-2.0 */
#include "graph.h"

#include "problem.h"

bool graph_adjacency(const struct edge *edges, size_t count, uint32_t nodes, uint32_t weakest,
                     bool before, struct arena *a, struct adjacency *out)
{
    uint32_t *first = arena_array(a, (size_t)nodes + 2, sizeof *first);
    uint32_t *node = arena_array(a, count + 1, sizeof *node);
    if (!first || !node || count >= NOWHERE)
        return false;
    for (size_t i = 0; i < count; i++)
        if (edges[i].strength <= weakest)
            first[(before ? edges[i].to : edges[i].from) + 2]++;
    for (uint32_t i = 2; i < nodes + 2; i++)
        first[i] += first[i - 1];
    for (size_t i = 0; i < count; i++) {
        const struct edge *e = &edges[i];
        if (e->strength <= weakest)
            node[first[(before ? e->to : e->from) + 1]++] = before ? e->from : e->to;
    }
    *out = (struct adjacency){first, node};
    return true;
}

/* The numbers of the edges that leave each node. */
static bool edge_numbers(const struct edge *edges, size_t count, uint32_t nodes, struct arena *a,
                         struct adjacency *out)
{
    uint32_t *first = arena_array(a, (size_t)nodes + 2, sizeof *first);
    uint32_t *number = arena_array(a, count + 1, sizeof *number);
    if (!first || !number || count >= NOWHERE)
        return false;
    for (size_t i = 0; i < count; i++)
        first[edges[i].from + 2]++;
    for (uint32_t i = 2; i < nodes + 2; i++)
        first[i] += first[i - 1];
    for (uint32_t i = 0; i < count; i++)
        number[first[edges[i].from + 1]++] = i;
    *out = (struct adjacency){first, number};
    return true;
}

struct tarjan {
    struct adjacency next;
    uint32_t *number, *low; /* number 0: not seen yet */
    uint32_t *stack, depth;
    uint32_t *path, *at, length; /* the way down to here, and the edge to look at next */
    uint32_t seen, *component, components;
};

static void enter(struct tarjan *t, uint32_t node)
{
    t->number[node] = t->low[node] = ++t->seen;
    t->stack[t->depth++] = node;
    t->path[t->length++] = node;
    t->at[node] = t->next.first[node];
}

static void leave(struct tarjan *t)
{
    uint32_t node = t->path[--t->length];
    if (t->length) {
        uint32_t above = t->path[t->length - 1];
        if (t->low[node] < t->low[above])
            t->low[above] = t->low[node];
    }
    if (t->low[node] != t->number[node])
        return;
    for (uint32_t member = NOWHERE; member != node;) {
        member = t->stack[--t->depth];
        t->component[member] = t->components;
    }
    t->components++;
}

static void step(struct tarjan *t)
{
    uint32_t node = t->path[t->length - 1];
    if (t->at[node] == t->next.first[node + 1]) {
        leave(t);
        return;
    }
    uint32_t other = t->next.node[t->at[node]++];
    if (!t->number[other])
        enter(t, other);
    else if (t->component[other] == NOWHERE && t->number[other] < t->low[node])
        t->low[node] = t->number[other]; /* it is on the stack still */
}

bool graph_components(const struct edge *edges, size_t count, uint32_t nodes, uint32_t weakest,
                      struct arena *a, uint32_t *component)
{
    struct tarjan t = {.component = component};
    uint32_t *room = arena_array(a, (size_t)nodes + 1, 5 * sizeof *room);
    if (!room || !graph_adjacency(edges, count, nodes, weakest, false, a, &t.next))
        return false;
    t.number = room;
    t.low = room + nodes;
    t.stack = room + 2 * (size_t)nodes;
    t.path = room + 3 * (size_t)nodes;
    t.at = room + 4 * (size_t)nodes;
    for (uint32_t i = 0; i < nodes; i++)
        component[i] = NOWHERE;
    for (uint32_t i = 0; i < nodes; i++) {
        if (!t.number[i])
            enter(&t, i);
        while (t.length)
            step(&t);
    }
    return true;
}

/* A binary heap of nodes, lowest key on top. */
struct entry {
    uint64_t key;
    uint32_t node;
};

struct heap {
    struct entry *at;
    size_t count;
};

static void push(struct heap *h, uint64_t key, uint32_t node)
{
    size_t i = h->count++;
    for (; i && h->at[(i - 1) / 2].key > key; i = (i - 1) / 2)
        h->at[i] = h->at[(i - 1) / 2];
    h->at[i] = (struct entry){key, node};
}

static uint32_t pop(struct heap *h)
{
    uint32_t top = h->at[0].node;
    struct entry last = h->at[--h->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < h->count; i = child) {
        if (child + 1 < h->count && h->at[child + 1].key < h->at[child].key)
            child++;
        if (last.key <= h->at[child].key)
            break;
        h->at[i] = h->at[child];
    }
    h->at[i] = last;
    return top;
}

struct sorting {
    struct adjacency next; /* of edges, by number */
    const struct edge *edges;
    uint32_t (*waits)[EDGE_STRENGTHS]; /* how many edges of each strength a node waits for */
    /* Nodes that are free, and those that are held up by edges of this strength and weaker ones. */
    struct heap free, held[EDGE_STRENGTHS];
    const uint32_t *rank, *patience, *component;
    uint32_t *order, done, nodes;
    bool *placed;
};

/* Puts NODE on the heap of what holds it up now.  It may be on several: the weakest comes first,
 * and what was placed meanwhile is skipped. */
static void offer(struct sorting *s, uint32_t node)
{
    uint32_t strength = EDGE_HARD;
    while (strength < EDGE_STRENGTHS && !s->waits[node][strength])
        strength++;
    /* Components are numbered against the direction of the edges: a circle is opened before what it
     * leads to. */
    if (strength == EDGE_STRENGTHS)
        push(&s->free, s->rank[node], node);
    else if (strength != EDGE_HARD)
        push(&s->held[strength],
             (uint64_t)(s->nodes - s->component[node]) << 32 | s->patience[node], node);
}

static void place(struct sorting *s, uint32_t node)
{
    s->placed[node] = true;
    s->order[s->done++] = node;
    for (uint32_t i = s->next.first[node]; i < s->next.first[node + 1]; i++) {
        const struct edge *e = &s->edges[s->next.node[i]];
        uint32_t *waits = s->waits[e->to];
        bool last = --waits[e->strength] == 0;
        if (!s->placed[e->to] && last)
            offer(s, e->to);
    }
}

static bool peek(struct sorting *s, struct heap *h)
{
    while (h->count && s->placed[h->at[0].node])
        pop(h);
    return h->count;
}

/* Where nothing is free: opens the circle that nothing leads to, at its weakest place. */
static bool open_circle(struct sorting *s)
{
    struct heap *best = NULL;
    for (uint32_t strength = EDGE_STRENGTHS; strength-- > EDGE_FIRM;) {
        struct heap *h = &s->held[strength];
        if (peek(s, h) && (!best || h->at[0].key >> 32 < best->at[0].key >> 32))
            best = h;
    }
    if (best)
        place(s, pop(best));
    return best;
}

static bool sorting_start(struct sorting *s, size_t count, struct arena *a)
{
    size_t n = (size_t)s->nodes + 1;
    s->waits = arena_array(a, n, sizeof *s->waits);
    s->placed = arena_array(a, n, sizeof *s->placed);
    s->free.at = arena_array(a, n, sizeof *s->free.at);
    for (uint32_t i = EDGE_FIRM; i < EDGE_STRENGTHS;
         i++) /* no node gets onto the same heap twice */
        if (!(s->held[i].at = arena_array(a, n, sizeof *s->held[i].at)))
            return false;
    if (!s->free.at || !s->waits || !s->placed ||
        !edge_numbers(s->edges, count, s->nodes, a, &s->next))
        return false;
    for (size_t i = 0; i < count; i++)
        s->waits[s->edges[i].to][s->edges[i].strength]++;
    for (uint32_t i = 0; i < s->nodes; i++)
        offer(s, i);
    return true;
}

bool graph_sort(const struct edge *edges, size_t count, uint32_t nodes,
                const struct graph_choice *choice, struct arena *a, uint32_t *order,
                uint32_t *placed)
{
    struct sorting s = {.edges = edges,
                        .nodes = nodes,
                        .rank = choice->rank,
                        .patience = choice->patience,
                        .component = choice->component};
    s.order = order;
    if (!sorting_start(&s, count, a))
        return false;
    do {
        while (peek(&s, &s.free))
            place(&s, pop(&s.free));
    } while (open_circle(&s));
    *placed = s.done;
    return true;
}
