/* SPDX-License-Identifier: Apache-2.0 */
/* Groups decisions into operations: one for each, or one for an object where a way covers all of
 * it. */
#include <stdlib.h>

#include "../base/buf.h"
#include "problem.h"

uint32_t operation_add(moult_problem *problem, uint32_t op, struct str object)
{
    if (problem->operation_count >= NOWHERE)
        return NOWHERE;
    struct operation *o = ARENA_PUSH(&problem->arena, problem->operations, problem->operation_count,
                                     problem->operation_cap);
    if (!o)
        return NOWHERE;
    o->op = op;
    o->object = o->place = object;
    o->way = o->summary = "";
    o->txn = MOULT_TXN_INSIDE;
    o->lock = MOULT_LOCK_NONE;
    o->phase = MOULT_EXPAND;
    o->reversible = true;
    o->done = NOWHERE;
    return (uint32_t)(problem->operation_count - 1);
}

bool edge_add(moult_problem *problem, uint32_t from, uint32_t to, uint32_t strength)
{
    if (from == to)
        return true;
    struct edge *e =
        ARENA_PUSH(&problem->arena, problem->edges, problem->edge_count, problem->edge_cap);
    if (e)
        *e = (struct edge){from, to, strength};
    return e;
}

/* A new column's place, so that new columns come in the order in which they are wanted. */
static uint64_t wanted_position(const moult_change *change)
{
    const struct attr *a = change->op == MOULT_CREATE ? node_attr(change->to, "position") : NULL;
    uint64_t n = 0;
    for (size_t i = 0; a && i < a->text.n && i < 18 && a->text.p[i] >= '0' && a->text.p[i] <= '9';
         i++)
        n = n * 10 + (uint64_t)(a->text.p[i] - '0');
    return n;
}

/* The first change says what the operation does and to what.  What is done to a part alters the
 * object. */
static void describe(struct operation *o, const moult_change *change)
{
    const moult_change *object = change->object;
    o->op = change == object || change->op == MOULT_RENAME ? change->op : MOULT_ALTER;
    o->from = object->from;
    o->to = object->to;
    o->from_tree = change->delta->from;
    o->to_tree = change->delta->to;
    o->place = change->path;
    o->position = wanted_position(change);
}

bool operation_change(moult_problem *problem, uint32_t operation, const moult_change *change)
{
    struct operation *o = &problem->operations[operation];
    const moult_change **slot =
        ARENA_PUSH(&problem->arena, o->changes, o->change_count, o->change_cap);
    if (!slot)
        return false;
    *slot = change;
    if (o->change_count == 1)
        describe(o, change);
    struct touches *object = places_at(&problem->places, &problem->arena, o->object);
    if (!object)
        return false;
    if (!object->operation_count || object->operations[object->operation_count - 1] != operation) {
        uint32_t *on = ARENA_PUSH(&problem->arena, object->operations, object->operation_count,
                                  object->operation_cap);
        if (!on)
            return false;
        *on = operation;
    }
    return change->op == MOULT_RENAME ||
           places_touch(&problem->places, &problem->arena, change->path, operation, change->op);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

bool operation_way(moult_problem *problem, uint32_t operation, const struct way *way)
{
    struct operation *o = &problem->operations[operation];
    const struct way **slot = ARENA_PUSH(&problem->arena, o->ways, o->way_count, o->way_cap);
    if (!slot)
        return false;
    *slot = way;
    const moult_way *f = &way->facts;
    if (o->way_count == 1) {
        o->way = f->id;
        o->summary = f->summary;
    }
    if (!o->why)
        o->why = f->why;
    o->txn = larger(o->txn, f->txn);
    o->lock = larger(o->lock, f->lock);
    o->hazards |= f->hazards;
    o->rewrites |= f->rewrites != 0;
    o->scans |= f->scans != 0;
    o->reversible &= f->reversible != 0;
    return true;
}

static const struct way *chosen_way(const struct decision *d)
{
    return &d->ways.items[d->chosen];
}

static void merge_settings(struct operation *o, const struct decision *d)
{
    o->phase = larger(o->phase, d->phase ? d->phase : chosen_way(d)->facts.phase);
    o->lock_ms = larger(o->lock_ms, d->lock_ms);
    o->run_ms = larger(o->run_ms, d->run_ms);
}

static moult_status warn_privilege(moult_problem *problem, const struct decision *d)
{
    const char *privilege = chosen_way(d)->facts.privilege;
    if (!privilege)
        return MOULT_OK;
    struct str text =
        arena_printf(&problem->arena, "needs more than owning the object: %s", privilege);
    return text.p ? problem_warn(problem, d->change, text) : MOULT_ERR_NOMEM;
}

/* The last part of a path: "column:a". */
static struct str last_part(struct str path)
{
    const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;
    return slash ? (struct str){slash + 1, path.n - (size_t)(slash + 1 - path.p)} : path;
}

/* "column:a/check:b" for people: "check b of column a". */
static void name_place(struct buf *b, struct str path)
{
    for (;;) {
        struct str part = last_part(path);
        const char *colon = memchr(part.p, ':', part.n);
        size_t kind = colon ? (size_t)(colon - part.p) : 0;
        buf_add(b, part.p, kind);
        if (colon)
            buf_char(b, ' ');
        buf_add(b, part.p + kind + (colon != NULL), part.n - kind - (colon != NULL));
        if (part.n == path.n)
            return;
        path.n -= part.n + 1;
        buf_puts(b, " of ");
    }
}

bool operation_name_part(moult_problem *problem, uint32_t operation)
{
    struct operation *o = &problem->operations[operation];
    CLEANUP_BUF struct buf text = {0};
    size_t object = o->object.n;
    if (o->place.n > object) { /* what "it" is in the dialect's summary */
        name_place(&text, (struct str){o->place.p + object + 1, o->place.n - object - 1});
        buf_puts(&text, ": ");
    }
    buf_puts(&text, o->summary);
    if (o->op == MOULT_RENAME) {
        buf_puts(&text, " (was ");
        name_place(&text, last_part(o->changes[0]->from->path));
        buf_char(&text, ')');
    }
    o->summary = buf_ok(&text) ? arena_str(&problem->arena, buf_view(&text)).p : NULL;
    return o->summary;
}

static bool one_operation(moult_problem *problem, const struct decision *d)
{
    uint32_t i = operation_add(problem, d->change->op, d->change->object->path);
    if (i == NOWHERE || !operation_change(problem, i, d->change) ||
        !operation_way(problem, i, chosen_way(d)))
        return false;
    merge_settings(&problem->operations[i], d);
    return operation_name_part(problem, i) && warn_privilege(problem, d) == MOULT_OK;
}

/* One operation for COUNT decisions about one object, of which at least one covers the others.
 * What the others put at risk in the rows stays a risk; how they would have done it does not
 * matter. */
static bool covering_operation(moult_problem *problem, const struct decision *d, size_t count)
{
    const moult_change *object = d->change->object;
    uint32_t i = operation_add(problem, object->op, object->path);
    if (i == NOWHERE)
        return false;
    for (size_t k = 0; k < count; k++) {
        const struct way *way = chosen_way(&d[k]);
        if (!operation_change(problem, i, d[k].change))
            return false;
        if (way->facts.covers == MOULT_COVERS_OBJECT && !operation_way(problem, i, way))
            return false;
        struct operation *o = &problem->operations[i];
        o->hazards |= way->facts.hazards & HAZARDS_OF_DATA;
        o->reversible &= way->facts.reversible != 0;
        merge_settings(o, &d[k]);
        if (way->facts.covers == MOULT_COVERS_OBJECT && warn_privilege(problem, &d[k]) != MOULT_OK)
            return false;
    }
    problem->operations[i].covers = true;
    problem->operations[i].place = object->path;
    problem->operations[i].position = 0;
    /* It stands in the object's own place too, even where only a part of it changed: what is
     * made on the object has to come after. */
    return object->op != MOULT_ALTER ||
           places_touch(&problem->places, &problem->arena, object->path, i, MOULT_ALTER);
}

/* Renames are carried out by themselves, before all else: nothing can be put aside for them,
 * since the rest of the plan starts from what they lead to. */
static moult_status add_renames(moult_problem *problem, moult_error *err)
{
    for (; problem->rename_count < problem->count; problem->rename_count++) {
        const struct decision *d = &problem->decisions[problem->rename_count];
        if (d->change->op != MOULT_RENAME)
            break;
        if (chosen_way(d)->aside_count) {
            error_set(err, MOULT_ERR_UNSUPPORTED, "cannot rename %.*s while %.*s depends on it",
                      STR_FMT(d->change->from->path), STR_FMT(chosen_way(d)->asides[0]));
            error_detail_str(err, "object", d->change->path);
            error_detail(err, "hint",
                         "drop it in a sync before the rename, and create it again in one after");
            return MOULT_ERR_UNSUPPORTED;
        }
        if (!one_operation(problem, d))
            return error_nomem(err);
    }
    return MOULT_OK;
}

moult_status operations_group(moult_problem *problem, moult_error *err)
{
    moult_status st = add_renames(problem, err);
    for (size_t i = problem->rename_count, end; st == MOULT_OK && i < problem->count; i = end) {
        const moult_change *object = problem->decisions[i].change->object;
        bool covers = false, ok = true;
        for (end = i; end < problem->count && problem->decisions[end].change->object == object;
             end++)
            covers |= chosen_way(&problem->decisions[end])->facts.covers == MOULT_COVERS_OBJECT;
        if (covers)
            ok = covering_operation(problem, &problem->decisions[i], end - i);
        for (size_t k = i; ok && !covers && k < end; k++)
            ok = one_operation(problem, &problem->decisions[k]);
        if (!ok)
            st = error_nomem(err);
    }
    return st;
}
