/* SPDX-License-Identifier: Apache-2.0 */
#include "problem.h"

#include <moult/moult.h>
#include <stdlib.h>

#include "../host/host.h"
#include "renaming.h"

moult_status problem_warn(moult_problem *problem, const moult_change *change, struct str text)
{
    struct str *w = ARENA_PUSH(&problem->arena, problem->warnings, problem->warning_count,
                               problem->warning_cap);
    if (!w)
        return MOULT_ERR_NOMEM;
    *w = change ? arena_printf(&problem->arena, "%.*s: %.*s", STR_FMT(change->path), STR_FMT(text))
                : arena_str(&problem->arena, text);
    return w->p ? MOULT_OK : MOULT_ERR_NOMEM;
}

moult_status problem_measure(const moult_problem *problem, struct decision *d)
{
    const struct plan_request *r = problem->request;
    if (d->measured)
        return MOULT_OK;
    d->rows = d->bytes = UINT64_MAX;
    if (r->measure && d->change->from) {
        struct str path = renaming_path_before(r->delta, d->change->object->from->path);
        moult_status st = r->measure(r->measure_arg, path, &d->rows, &d->bytes);
        if (st != MOULT_OK)
            return st;
    }
    d->measured = true;
    return MOULT_OK;
}

static const char *op_word(uint32_t op)
{
    static const char *const word[] = {"change", "create", "drop", "alter", "rename"};
    return word[op <= MOULT_RENAME ? op : 0];
}

moult_status problem_ways(moult_problem *problem, const moult_change *change,
                          struct moult_ways *ways, moult_error *err)
{
    const moult_dialect *dialect = problem->request->dialect;
    *ways = (struct moult_ways){.arena = &problem->arena};
    moult_status st = PLUGIN_CALL(dialect, ways, problem->request->host, change, ways, err);
    if (st == MOULT_OK && ways->failed == MOULT_ERR_NOMEM)
        return error_nomem(err);
    if (st == MOULT_OK && ways->failed != MOULT_OK)
        st = error_set(err, MOULT_ERR_INTERNAL,
                       "the dialect %s describes a way that makes no sense", dialect->head.name);
    if (st == MOULT_OK && ways->count > 0)
        return MOULT_OK;
    if (st == MOULT_OK) /* a dialect may leave it at saying why */
        st = moult_error_code(err);
    if (st == MOULT_OK)
        st = MOULT_ERR_UNSUPPORTED;
    if (moult_error_code(err) == MOULT_OK)
        error_set(err, st, "cannot %s %.*s: %s has no way to do it", op_word(change->op),
                  STR_FMT(change->path), dialect->head.name);
    error_detail_str(err, "object", change->path);
    return st;
}

static moult_status decide_on(moult_problem *problem, const moult_change *change, moult_error *err)
{
    struct moult_ways ways;
    moult_status st = problem_ways(problem, change, &ways, err);
    if (st != MOULT_OK)
        return st;
    struct decision *d =
        ARENA_PUSH(&problem->arena, problem->decisions, problem->count, problem->cap);
    if (!d)
        return error_nomem(err);
    d->change = change;
    d->ways = ways;
    d->chosen = NOWHERE;
    return MOULT_OK;
}

/* A created or dropped object is one decision; of an altered one, its own attributes are one,
 * and so is everything in it that changed. */
static moult_status collect(moult_problem *problem, const moult_change *change, moult_error *err)
{
    moult_status st = MOULT_OK;
    if (change->op != MOULT_ALTER)
        return decide_on(problem, change, err);
    if (change->differing_count)
        st = decide_on(problem, change, err);
    for (size_t i = 0; st == MOULT_OK && i < change->nested_count; i++)
        st = collect(problem, change->nested[i], err);
    return st;
}

/* A difference in layout alone is taken along where that costs and risks nothing: only the first
 * way is offered, so that no planner can make it dear. */
static bool costs_nothing(const struct decision *d)
{
    const struct way *w = &d->ways.items[0];
    return w->facts.hazards == 0 && !w->facts.rewrites && w->aside_count == 0;
}

static moult_status collect_cosmetic(moult_problem *problem, moult_error *err)
{
    const struct moult_delta *delta = problem->request->delta;
    for (size_t i = 0; i < delta->cosmetic_count; i++) {
        size_t before = problem->count;
        CLEANUP_ERROR moult_error *why = moult_error_new();
        if (!why)
            return error_nomem(err);
        bool take = collect(problem, delta->cosmetic[i], why) == MOULT_OK;
        if (moult_error_code(why) == MOULT_ERR_NOMEM)
            return error_copy(err, why);
        for (size_t j = before; take && j < problem->count; j++)
            take = costs_nothing(&problem->decisions[j]);
        if (!take)
            problem->count = before;
        for (size_t j = before; j < problem->count; j++)
            problem->decisions[j].ways.count = 1;
    }
    return MOULT_OK;
}

/* Renames first, in order; the rest by object, then as they were found. */
static int by_object(const void *a, const void *b)
{
    const struct decision *x = a, *y = b;
    bool rx = x->change->op == MOULT_RENAME, ry = y->change->op == MOULT_RENAME;
    int c = (int)ry - (int)rx;
    if (!c && !rx)
        c = str_cmp(x->change->object->path, y->change->object->path);
    return c ? c : (x->chosen > y->chosen) - (x->chosen < y->chosen);
}

static void sort_decisions(moult_problem *problem)
{
    for (size_t i = 0; i < problem->count;
         i++) /* qsort is not stable: note the place in `chosen` */
        problem->decisions[i].chosen = (uint32_t)i;
    if (problem->count)
        qsort(problem->decisions, problem->count, sizeof *problem->decisions, by_object);
    for (size_t i = 0; i < problem->count; i++)
        problem->decisions[i].chosen = NOWHERE;
}

moult_status problem_collect(moult_problem *problem, moult_error *err)
{
    const struct moult_delta *delta = problem->request->delta;
    moult_change **renames;
    moult_status st = renaming_changes(delta, &problem->renaming, &problem->arena, &renames, err);
    for (size_t i = 0; st == MOULT_OK && i < delta->due_count; i++)
        st = decide_on(problem, renames[i], err);
    for (size_t i = 0; st == MOULT_OK && i < delta->change_count; i++)
        st = collect(problem, delta->changes[i], err);
    if (st == MOULT_OK && (delta->change_count || delta->due_count))
        st = collect_cosmetic(problem, err);
    if (st == MOULT_OK && problem->count >= NOWHERE)
        st = error_set(err, MOULT_ERR_UNSUPPORTED, "too many changes for one plan: %zu",
                       problem->count);
    if (st == MOULT_OK)
        sort_decisions(problem);
    return st;
}

/* Has the planner what its place in the chain asks of it? */
static bool fits(const moult_planner *planner, bool first)
{
    return first ? planner->head.size >= MOULT_END(moult_planner, plan) && planner->plan
                 : planner->head.size >= MOULT_END(moult_planner, revise) && planner->revise;
}

static moult_status misplaced(const char *name, bool first, moult_error *err)
{
    if (first) {
        error_set(err, MOULT_ERR_CONFIG,
                  "the planner %s cannot be the first: it only revises plans", name);
        error_detail(err, "hint",
                     "put one that plans before it: planners = [\"planner-default\", \"%s\"]",
                     name);
    } else {
        error_set(err, MOULT_ERR_CONFIG, "the planner %s cannot follow another: it revises no plan",
                  name);
        error_detail(err, "hint", "put it first: planners = [\"%s\", ...]", name);
    }
    return MOULT_ERR_CONFIG;
}

static moult_status run_planner(moult_problem *problem, size_t i, moult_error *err)
{
    const struct plan_request *r = problem->request;
    const moult_planner *planner = r->chain[i].planner;
    const char *name = planner->head.name;
    bool first = i == 0;
    if (!fits(planner, first))
        return misplaced(name, first, err);
    moult_status st =
        first ? PLUGIN_CALL(planner, plan, r->host, r->chain[i].config, problem, err)
              : PLUGIN_CALL(planner, revise, r->host, r->chain[i].config, problem, err);
    if (st != MOULT_OK && moult_error_code(err) == MOULT_OK)
        error_set(err, st, "the planner %s failed and did not say why", name);
    return st;
}

moult_status problem_decide(moult_problem *problem, moult_error *err)
{
    const struct plan_request *r = problem->request;
    if (r->chain_count == 0)
        return error_set(err, MOULT_ERR_CONFIG, "no planner is configured");
    for (size_t i = 0; i < r->chain_count; i++) {
        moult_status st = run_planner(problem, i, err);
        if (st != MOULT_OK)
            return st;
    }
    for (size_t i = 0; i < problem->count; i++) {
        const struct decision *d = &problem->decisions[i];
        if (d->chosen < d->ways.count)
            continue;
        error_set(err, MOULT_ERR_INTERNAL, "the planner %s chose no way for %.*s",
                  r->chain[0].planner->head.name, STR_FMT(d->change->path));
        error_detail_str(err, "object", d->change->path);
        return MOULT_ERR_INTERNAL;
    }
    return MOULT_OK;
}

static moult_status make(moult_problem *problem, struct moult_plan *plan, moult_error *err)
{
    moult_status st = problem_collect(problem, err);
    if (st == MOULT_OK)
        st = problem_decide(problem, err);
    if (st == MOULT_OK)
        st = operations_group(problem, err);
    if (st == MOULT_OK)
        st = closure_run(problem, err);
    if (st == MOULT_OK)
        st = edges_find(problem, err);
    if (st == MOULT_OK)
        st = order_run(problem, err);
    if (st == MOULT_OK)
        st = render_plan(problem, plan, err);
    return st;
}

moult_status plan_make(const struct plan_request *request, struct moult_plan **out,
                       moult_error *err)
{
    *out = NULL;
    CLEANUP_PLAN struct moult_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return error_nomem(err);
    struct moult_problem problem = {.request = request};
    moult_status st = make(&problem, plan, err);
    places_free(&problem.places);
    places_free(&problem.claims);
    arena_free(&problem.arena);
    if (st == MOULT_OK) {
        *out = plan;
        plan = NULL;
    }
    return st;
}

void plan_free(struct moult_plan *plan)
{
    if (plan)
        arena_free(&plan->arena);
    free(plan);
}
