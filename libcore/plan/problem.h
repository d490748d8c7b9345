/* SPDX-License-Identifier: Apache-2.0 */
/* problem.h - what lies between a delta and a plan, in the order in which it comes to be:
 *
 *   decisions   problem.c: every change with its ways and what the planners chose
 *   operations  operation.c: what is carried out as one step; closure.c adds what must stand aside
 *   edges       edges.c: which operation must come before which, and how strictly
 *   order       order.c: the operations sorted
 *   steps       render.c: the operations written by the dialect
 *
 * All of it lies in one arena that goes when the plan is made; the plan has its own. */
#ifndef MOULT_PLAN_PROBLEM_H
#define MOULT_PLAN_PROBLEM_H

#include "places.h"
#include "plan.h"

#define NOWHERE UINT32_MAX /* no index; nothing chosen */

/* Hazards that concern what is stored: they stay true whichever way covers the change. */
#define HAZARDS_OF_DATA                                                                            \
    ((uint32_t)(MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_CHANGES_VALUES |                          \
                MOULT_HAZARD_ROWS_MAY_FORBID | MOULT_HAZARD_NOT_REVERSIBLE))

struct way {
    moult_way facts; /* strings lie in the arena */
    struct str *asides;
    size_t aside_count, aside_cap;
};

struct moult_ways {
    struct arena *arena;
    struct way *items;
    size_t count, cap;
    moult_status failed; /* the first call that failed: a dialect may not look at the result */
};

struct decision {
    const moult_change *change;
    struct moult_ways ways;
    uint32_t chosen; /* NOWHERE while there is none */
    uint32_t phase;  /* 0: the way's */
    uint32_t lock_ms, run_ms;
    bool measured;
    uint64_t rows, bytes;
};

/* One step to be; or, with op 0, only a point in the order that others meet at. */
struct operation {
    uint32_t op;
    struct str object; /* path of the top-level object */
    struct str place;  /* path of the first change: what equals are sorted by */
    uint64_t position; /* of a new column: keeps new columns in the wanted order */
    const moult_node *from, *to;
    const moult_tree *from_tree, *to_tree;
    const moult_change **changes;
    size_t change_count, change_cap;
    const struct way **ways; /* those whose facts count: what they declare aside stands aside */
    size_t way_count, way_cap;
    const char *way, *summary, *why;
    uint32_t txn, lock, phase, hazards, lock_ms, run_ms;
    bool rewrites, scans, reversible;
    bool covers;   /* every change of the object */
    uint32_t done; /* closure.c: the point after which what stands aside may come back */
    uint32_t rank; /* order.c: place among equals */
};

/* How strictly an edge holds. */
#define EDGE_HARD 0u /* names and what stands aside: never broken */
#define EDGE_FIRM 1u /* the server checks the reference: broken only in a circle, with a warning */
#define EDGE_SOFT 2u /* a text refers to it, or both are there before and after */
#define EDGE_WISH 3u /* tidier so */
#define EDGE_STRENGTHS 4u
#define EDGE_BROKEN 4u

struct edge {
    uint32_t from, to; /* operations by index: FROM comes first */
    uint32_t strength;
};

struct moult_problem {
    struct arena arena;
    const struct plan_request *request;
    struct moult_delta renaming; /* lends the trees before and after the renames to their changes */
    struct decision *decisions;
    size_t count, cap;
    struct operation *operations; /* moves when it grows: hold indexes */
    size_t operation_count, operation_cap;
    size_t rename_count; /* the first operations: renames, in order */
    struct edge *edges;
    size_t edge_count, edge_cap;
    struct places places; /* path -> operations that touch it */
    struct places claims; /* "space\0name" -> operations that free it */
    uint32_t *order;      /* operations as sorted, points left out */
    size_t order_count;
    struct str *warnings;
    size_t warning_count, warning_cap;
};

/* problem.c */
moult_status problem_collect(moult_problem *problem, moult_error *err);
moult_status problem_decide(moult_problem *problem, moult_error *err);
/* The ways of one change, as the dialect says; none is an error. */
moult_status problem_ways(moult_problem *problem, const moult_change *change,
                          struct moult_ways *ways, moult_error *err);
moult_status problem_warn(moult_problem *problem, const moult_change *change, struct str text);
/* Rows and bytes of the object that decision I is about; UINT64_MAX = unknown. */
moult_status problem_measure(const moult_problem *problem, struct decision *d);

/* operation.c: decisions grouped; and new operations for the closure. */
moult_status operations_group(moult_problem *problem, moult_error *err);
/* Appends an operation or (OP 0) a point; NOWHERE when out of memory. */
uint32_t operation_add(moult_problem *problem, uint32_t op, struct str object);
bool operation_change(moult_problem *problem, uint32_t operation, const moult_change *change);
/* Lays the facts of WAY on top of those that the operation has. */
bool operation_way(moult_problem *problem, uint32_t operation, const struct way *way);
/* Says in the summary which part of the object the operation is about, where that is not the whole,
 * and what a renamed one was. */
bool operation_name_part(moult_problem *problem, uint32_t operation);
bool edge_add(moult_problem *problem, uint32_t from, uint32_t to, uint32_t strength);

/* closure.c */
moult_status closure_run(moult_problem *problem, moult_error *err);
/* edges.c */
moult_status edges_find(moult_problem *problem, moult_error *err);
/* order.c */
moult_status order_run(moult_problem *problem, moult_error *err);
/* render.c: the plan from the sorted operations. */
moult_status render_plan(moult_problem *problem, struct moult_plan *plan, moult_error *err);

/* render.c fills one step's statements. */
struct moult_script {
    struct arena *arena; /* the plan's */
    struct plan_step *step;
    moult_status failed;
    const char *complaint; /* what the dialect did wrong, or NULL */
};

#endif
