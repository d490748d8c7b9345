/* SPDX-License-Identifier: Apache-2.0 */
/* Steps from sorted operations: the dialect writes the statements, and what depends on what is
 * kept. */
#include <moult/moult.h>
#include <stdlib.h>

#include "../base/sha256.h"
#include "graph.h"
#include "../host/host.h"
#include "problem.h"
#include "renaming.h"

#define RUN_ID_DIGITS 8

struct rendering {
    moult_problem *problem;
    struct moult_plan *plan;
    struct adjacency before; /* what each operation waits for */
    uint32_t *step_of;       /* operation -> step, NOWHERE for points */
    uint32_t *seen;          /* operation -> step for which it was last looked at, plus 1 */
    char run[RUN_ID_DIGITS + 1];
};

static bool keep(struct arena *a, struct str *out, struct str s)
{
    *out = (struct str){0};
    return !s.p || (*out = arena_str(a, s)).p;
}

static bool depends_on(struct rendering *r, struct plan_step *s, uint32_t step)
{
    for (size_t i = 0; i < s->depend_count; i++)
        if (s->depends[i] == step)
            return true;
    uint32_t *slot = ARENA_PUSH(&r->plan->arena, s->depends, s->depend_count, s->depend_cap);
    if (slot)
        *slot = step;
    return slot;
}

/* Steps that NODE waits for, seen through the points between them. */
static bool collect_depends(struct rendering *r, struct plan_step *s, uint32_t node, uint32_t mark)
{
    for (uint32_t i = r->before.first[node]; i < r->before.first[node + 1]; i++) {
        uint32_t other = r->before.node[i];
        if (r->seen[other] == mark)
            continue;
        r->seen[other] = mark;
        uint32_t *slot;
        if (r->step_of[other] == NOWHERE) {
            if (!collect_depends(r, s, other, mark))
                return false;
        } else if (!(slot =
                         ARENA_PUSH(&r->plan->arena, s->depends, s->depend_count, s->depend_cap))) {
            return false;
        } else {
            *slot = r->step_of[other];
        }
    }
    return true;
}

/* The latest rename of the object that an operation is about. */
static bool depend_on_rename(struct rendering *r, struct plan_step *s, uint32_t node)
{
    const moult_problem *p = r->problem;
    const struct touches *t = places_find(&p->places, p->operations[node].object);
    uint32_t latest = NOWHERE;
    for (size_t i = 0; t && i < t->operation_count; i++)
        if (t->operations[i] < p->rename_count && t->operations[i] < node)
            latest = t->operations[i];
    return latest == NOWHERE || depends_on(r, s, r->step_of[latest]);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static moult_status find_depends(struct rendering *r, struct plan_step *s, uint32_t node,
                                 moult_error *err)
{
    uint32_t mark = (uint32_t)r->plan->step_count;
    if (!collect_depends(r, s, node, mark) || !depend_on_rename(r, s, node))
        return error_nomem(err);
    if (s->depend_count)
        qsort(s->depends, s->depend_count, sizeof *s->depends, by_number);
    return MOULT_OK;
}

static moult_status write_statements(struct rendering *r, struct plan_step *s,
                                     const struct operation *o, moult_error *err)
{
    const struct plan_request *request = r->problem->request;
    const moult_dialect *dialect = request->dialect;
    struct moult_script script = {.arena = &r->plan->arena, .step = s};
    moult_operation operation = {
        .size = MOULT_END(moult_operation, change_count),
        .op = o->op,
        .way = o->way,
        .run = r->run,
        .from = o->from,
        .to = o->to,
        .from_tree = o->from_tree,
        .to_tree = o->to_tree,
        .changes = o->changes,
        .change_count = (uint32_t)o->change_count,
    };
    moult_status st = PLUGIN_CALL(dialect, render, request->host, &operation, &script, err);
    if (st == MOULT_OK && script.failed == MOULT_ERR_NOMEM)
        return error_nomem(err);
    const char *complaint = script.complaint;
    if (st == MOULT_OK && !complaint && !s->statement_count)
        complaint = "no statement";
    if (st == MOULT_OK && complaint)
        st = error_set(err, MOULT_ERR_INTERNAL, "the dialect %s wrote %s for %.*s by way of \"%s\"",
                       dialect->head.name, complaint, STR_FMT(o->place), o->way);
    if (st != MOULT_OK) {
        if (moult_error_code(err) == MOULT_OK)
            error_set(err, st, "cannot write the statements for %.*s", STR_FMT(o->place));
        error_detail_str(err, "object", o->place);
    }
    return st;
}

/* Only what grows with the rows is worth a look at how many there are. */
static moult_status estimate(struct rendering *r, struct plan_step *s, const struct operation *o,
                             moult_error *err)
{
    const struct plan_request *request = r->problem->request;
    s->rows = s->bytes = UINT64_MAX;
    const moult_node *object = o->from;
    if (!request->measure || !(o->rewrites || o->scans) || !object)
        return MOULT_OK;
    struct str path =
        o->op == MOULT_RENAME ? object->path : renaming_path_before(request->delta, object->path);
    moult_status st = request->measure(request->measure_arg, path, &s->rows, &s->bytes);
    if (st != MOULT_OK)
        error_set(err, st, "cannot tell how large %.*s is", STR_FMT(path));
    return st;
}

static moult_status add_step(struct rendering *r, uint32_t node, moult_error *err)
{
    const struct operation *o = &r->problem->operations[node];
    struct moult_plan *plan = r->plan;
    struct plan_step *s = ARENA_PUSH(&plan->arena, plan->steps, plan->step_count, plan->step_cap);
    if (!s || !keep(&plan->arena, &s->object, o->object) ||
        !keep(&plan->arena, &s->way, str_of(o->way)) ||
        !keep(&plan->arena, &s->summary, str_of(o->summary)) ||
        !keep(&plan->arena, &s->why, str_of(o->why)))
        return error_nomem(err);
    s->op = o->op;
    s->txn = o->txn;
    s->lock = o->lock;
    s->phase = o->phase;
    s->hazards = o->hazards;
    s->lock_ms = o->lock_ms;
    s->run_ms = o->run_ms;
    s->rewrites = o->rewrites;
    s->scans = o->scans;
    r->step_of[node] = (uint32_t)(plan->step_count - 1);
    if (s != plan->steps) /* neighbours that may share a transaction do */
        s->group = s[-1].group + !(s->txn == MOULT_TXN_INSIDE && s[-1].txn == MOULT_TXN_INSIDE);
    moult_status st = find_depends(r, s, node, err);
    if (st == MOULT_OK)
        st = write_statements(r, s, o, err);
    if (st == MOULT_OK)
        st = estimate(r, s, o, err);
    s->reversible = o->reversible && s->inverse_count;
    return st;
}

static moult_status head(const struct plan_request *request, struct moult_plan *plan,
                         moult_error *err)
{
    const struct moult_delta *delta = request->delta;
    const moult_tree *from = delta->due_count ? delta->before : delta->from;
    memcpy(plan->klass, delta->to->klass, sizeof plan->klass);
    memcpy(plan->from, from->state, sizeof plan->from);
    memcpy(plan->to, delta->to->state, sizeof plan->to);
    bool ok = keep(&plan->arena, &plan->adapter, from->adapter) &&
              keep(&plan->arena, &plan->server, from->server);
    return ok ? MOULT_OK : error_nomem(err);
}

static moult_status copy_warnings(const moult_problem *problem, struct moult_plan *plan,
                                  moult_error *err)
{
    for (size_t i = 0; i < problem->warning_count; i++) {
        struct str *w =
            ARENA_PUSH(&plan->arena, plan->warnings, plan->warning_count, plan->warning_cap);
        if (!w || !keep(&plan->arena, w, problem->warnings[i]))
            return error_nomem(err);
    }
    return MOULT_OK;
}

/* The same two states always give the same id, and so the same plan. */
static moult_status make_run_id(struct rendering *r, moult_error *err)
{
    char both[130], hex[65];
    memcpy(both, r->plan->from, 65);
    memcpy(both + 65, r->plan->to, 65);
    if (!sha256_hex((struct str){both, sizeof both}, hex))
        return error_set(err, MOULT_ERR_INTERNAL, "cannot make a digest");
    memcpy(r->run, hex, RUN_ID_DIGITS);
    return MOULT_OK;
}

moult_status render_plan(moult_problem *problem, struct moult_plan *plan, moult_error *err)
{
    struct rendering r = {.problem = problem, .plan = plan};
    size_t n = problem->operation_count;
    r.step_of = arena_array(&problem->arena, n + 1, sizeof *r.step_of);
    r.seen = arena_array(&problem->arena, n + 1, sizeof *r.seen);
    if (!r.step_of || !r.seen ||
        !graph_adjacency(problem->edges, problem->edge_count, (uint32_t)n, EDGE_WISH, true,
                         &problem->arena, &r.before))
        return error_nomem(err);
    memset(r.step_of, 0xff, n * sizeof *r.step_of);
    moult_status st = head(problem->request, plan, err);
    if (st == MOULT_OK)
        st = make_run_id(&r, err);
    for (size_t i = 0; st == MOULT_OK && i < problem->order_count; i++)
        st = add_step(&r, problem->order[i], err);
    if (st == MOULT_OK)
        st = copy_warnings(problem, plan, err);
    return st == MOULT_OK ? plan_seal(plan, err) : st;
}
