/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts the operations: by their edges, and among those that are free to go by phase and path.
 * Where some go in a circle, as few soft edges are given up as it takes to get on, then firm
 * ones, with a warning; hard ones never. */
#include <stdlib.h>

#include "graph.h"
#include "problem.h"

#define NAMED_IN_CIRCLE 4 /* members of a circle that a message names */

/* Phase first, points ahead of all: they cost nothing and let others go. */
static int compare(const struct operation *x, const struct operation *y)
{
    if (!x->op != !y->op)
        return x->op ? 1 : -1;
    if (x->phase != y->phase)
        return x->phase < y->phase ? -1 : 1;
    int c = str_cmp(x->object, y->object);
    if (!c && x->position != y->position)
        c = x->position < y->position ? -1 : 1;
    return c ? c : str_cmp(x->place, y->place);
}

static int by_rank(const void *a, const void *b)
{
    const struct operation *x = *(const struct operation *const *)a,
                           *y = *(const struct operation *const *)b;
    int c = compare(x, y);
    return c ? c : (x > y) - (x < y); /* neighbours in one array */
}

static moult_status rank_all(moult_problem *problem, uint32_t *rank, moult_error *err)
{
    size_t n = problem->operation_count;
    struct operation **sorted = arena_array(&problem->arena, (size_t)n + 1, sizeof *sorted);
    if (!sorted)
        return error_nomem(err);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &problem->operations[i];
    if (n)
        qsort(sorted, n, sizeof *sorted, by_rank);
    for (size_t i = 0; i < n; i++)
        rank[sorted[i] - problem->operations] = (uint32_t)i;
    return MOULT_OK;
}

/* "table:a, table:b and 3 others", each object once. */
static struct str name_circle(moult_problem *problem, const uint32_t *component, uint32_t which)
{
    struct str text = STR(""), named[NAMED_IN_CIRCLE];
    size_t count = 0, others = 0;
    for (size_t i = 0; i < problem->operation_count; i++) {
        struct operation *o = &problem->operations[i];
        bool known = component[i] != which || !o->op;
        for (size_t k = 0; !known && k < count; k++)
            known = str_eq(named[k], o->object);
        if (known)
            continue;
        if (count == NAMED_IN_CIRCLE) {
            others++;
            continue;
        }
        named[count++] = o->object;
        text = arena_printf(&problem->arena, "%.*s%s%.*s", STR_FMT(text), count > 1 ? ", " : "",
                            STR_FMT(o->object));
    }
    return others ? arena_printf(&problem->arena, "%.*s and %zu more steps", STR_FMT(text), others)
                  : text;
}

/* Edges that the order does not keep are given up; a firm one is worth a warning for its circle. */
static moult_status give_up_edges(moult_problem *problem, const uint32_t *order,
                                  const uint32_t *component, moult_error *err)
{
    size_t n = problem->operation_count;
    uint32_t *position = arena_array(&problem->arena, n + 1, sizeof *position);
    bool *warned = arena_array(&problem->arena, n + 1, sizeof *warned);
    if (!position || !warned)
        return error_nomem(err);
    for (uint32_t i = 0; i < n; i++)
        position[order[i]] = i;
    for (size_t i = 0; i < problem->edge_count; i++) {
        struct edge *e = &problem->edges[i];
        if (position[e->from] < position[e->to])
            continue;
        bool warn = e->strength == EDGE_FIRM && !warned[component[e->to]];
        e->strength = EDGE_BROKEN;
        if (!warn)
            continue;
        warned[component[e->to]] = true;
        struct str text = arena_printf(&problem->arena,
                                       "each of these needs another of them, so that one comes "
                                       "before what it needs: %.*s",
                                       STR_FMT(name_circle(problem, component, component[e->to])));
        if (!text.p || problem_warn(problem, NULL, text) != MOULT_OK)
            return error_nomem(err);
    }
    return MOULT_OK;
}

static moult_status hard_circle(moult_problem *problem, uint32_t *component, moult_error *err)
{
    uint32_t n = (uint32_t)problem->operation_count;
    if (!graph_components(problem->edges, problem->edge_count, n, EDGE_HARD, &problem->arena,
                          component))
        return error_nomem(err);
    for (size_t i = 0; i < problem->edge_count; i++) {
        const struct edge *e = &problem->edges[i];
        if (e->strength != EDGE_HARD || component[e->from] != component[e->to])
            continue;
        error_set(err, MOULT_ERR_UNSUPPORTED,
                  "each of these has to be changed before another of them: %.*s",
                  STR_FMT(name_circle(problem, component, component[e->from])));
        error_detail_str(err, "object", problem->operations[e->from].object);
        error_detail(err, "hint", "names that change places need a third name, and so two syncs");
        return MOULT_ERR_UNSUPPORTED;
    }
    return error_set(err, MOULT_ERR_INTERNAL, "the steps cannot be put into an order");
}

/* Renames first, as they stand; points left out. */
static void keep_steps(moult_problem *problem, const uint32_t *order)
{
    size_t kept = 0;
    for (; kept < problem->rename_count; kept++)
        problem->order[kept] = (uint32_t)kept;
    for (size_t i = 0; i < problem->operation_count; i++)
        if (order[i] >= problem->rename_count && problem->operations[order[i]].op)
            problem->order[kept++] = order[i];
    problem->order_count = kept;
}

moult_status order_run(moult_problem *problem, moult_error *err)
{
    uint32_t n = (uint32_t)problem->operation_count, placed = 0;
    struct arena *a = &problem->arena;
    uint32_t *room = arena_array(a, (size_t)n + 1, 4 * sizeof *room);
    problem->order = arena_array(a, (size_t)n + 1, sizeof *problem->order);
    if (!room || !problem->order)
        return error_nomem(err);
    uint32_t *rank = room, *patience = room + n, *component = room + 2 * (size_t)n,
             *order = room + 3 * (size_t)n;
    moult_status st = rank_all(problem, rank, err);
    if (st != MOULT_OK)
        return st;
    for (uint32_t i = 0; i < n; i++) /* a point that goes early would let all go that meet there */
        patience[i] = rank[i] + (problem->operations[i].op ? 0 : n);
    struct graph_choice choice = {rank, patience, component};
    if (!graph_components(problem->edges, problem->edge_count, n, EDGE_WISH, a, component) ||
        !graph_sort(problem->edges, problem->edge_count, n, &choice, a, order, &placed))
        return error_nomem(err);
    if (placed < n)
        return hard_circle(problem, component, err);
    st = give_up_edges(problem, order, component, err);
    if (st == MOULT_OK)
        keep_steps(problem, order);
    return st;
}
