/* SPDX-License-Identifier: Apache-2.0 */
/* What a way declares aside is dropped before its operation and created again after, and so is what
 * the drop itself declares aside, until nothing new turns up.  Each object is looked at once.
 *
 * For each of them there is a point `done` that all operations which want it out of the way come
 * before, and its re-creation after. */
#include "problem.h"
#include "renaming.h"

/* What is to be done about one object, or part of one, that must be out of the way. */
struct aside {
    struct str path;
    const moult_node *now, *wanted; /* WANTED NULL: it does not come back */
    const moult_tree *wanted_tree;
    uint32_t asker;    /* the operation that it is in the way of */
    uint32_t risks;    /* hazards of data of changes that its re-creation includes */
    uint32_t covering; /* an operation that makes it anew anyway, or NOWHERE */
};

static bool alive(const moult_problem *problem, uint32_t i)
{
    return problem->operations[i].op != 0;
}

/* ASKER comes after the drop and before the re-creation. */
static bool between(moult_problem *problem, uint32_t drop, uint32_t asker)
{
    const struct operation *o = problem->operations;
    uint32_t before_return = o[asker].done != NOWHERE ? o[asker].done : asker;
    return edge_add(problem, drop, asker, EDGE_HARD) &&
           edge_add(problem, before_return, o[drop].done, EDGE_HARD);
}

/* Is PATH, or what it lies in, out of the way already: dropped by the plan, or standing aside? */
static moult_status already_gone(moult_problem *problem, const struct aside *a, bool *gone)
{
    *gone = false;
    for (struct str p = a->path; p.n && !*gone;) {
        const struct touches *t = places_find(&problem->places, p);
        if (t && t->aside != NOWHERE) {
            *gone = true;
            return between(problem, t->aside, a->asker) ? MOULT_OK : MOULT_ERR_NOMEM;
        }
        for (size_t i = 0; t && i < t->count; i++) {
            if (t->items[i].verb != MOULT_DROP || !alive(problem, t->items[i].operation))
                continue;
            *gone = true;
            if (!edge_add(problem, t->items[i].operation, a->asker, EDGE_HARD))
                return MOULT_ERR_NOMEM;
        }
        const char *slash = memrchr(p.p, '/', p.n);
        p.n = slash ? (size_t)(slash - p.p) : 0;
    }
    return MOULT_OK;
}

/* It is not there now: if the plan creates it, that has to wait. */
static moult_status create_later(moult_problem *problem, const struct aside *a)
{
    const struct touches *t = places_find(&problem->places, a->path);
    for (size_t i = 0; t && i < t->count; i++)
        if (t->items[i].verb == MOULT_CREATE && alive(problem, t->items[i].operation) &&
            !edge_add(problem, a->asker, t->items[i].operation, EDGE_HARD))
            return MOULT_ERR_NOMEM;
    return MOULT_OK;
}

static bool lies_in(struct str path, struct str place)
{
    return str_starts(path, place) && (path.n == place.n || path.p[place.n] == '/');
}

/* Changes of what is created again are made by that.  Their operations turn into mere points. */
static void absorb_changes(moult_problem *problem, struct aside *a)
{
    const struct touches *object = places_find(&problem->places, path_object(a->path));
    for (size_t i = 0; object && i < object->operation_count; i++) {
        uint32_t index = object->operations[i];
        struct operation *o = &problem->operations[index];
        if (index < problem->rename_count || !o->op || index == a->asker)
            continue;
        if (o->covers && !str_eq(a->path, o->object)) {
            a->covering = index;
        } else if (lies_in(o->place, a->path)) {
            a->risks |= o->hazards & HAZARDS_OF_DATA;
            o->op = 0;
        }
    }
}

/* A change that nobody asked for: of the object itself, or of a part of it. */
static moult_change *new_change(moult_problem *problem, uint32_t op, const struct aside *a,
                                const struct moult_delta *delta)
{
    const moult_node *node = op == MOULT_DROP ? a->now : a->wanted;
    moult_change *change = ARENA_NEW(&problem->arena, moult_change);
    if (!change)
        return NULL;
    *change = (moult_change){.op = op, .path = a->path, .object = change, .delta = delta};
    *(op == MOULT_DROP ? &change->from : &change->to) = node;
    if (node_object(node) == node)
        return change;
    moult_change *object = ARENA_NEW(&problem->arena, moult_change);
    if (!object ||
        !ARENA_PUSH(&problem->arena, object->nested, object->nested_count, object->nested_cap))
        return NULL;
    object->op = MOULT_ALTER;
    object->from = node_object(a->now);
    object->to = a->wanted ? node_object(a->wanted) : tree_find(delta->to, object->from->path);
    object->path = object->from->path;
    object->object = object;
    object->delta = delta;
    object->nested[0] = change;
    change->object = object;
    return change;
}

/* What is not managed comes back as it was: the tree wanted is then the one of now. */
static const struct moult_delta *delta_for(moult_problem *problem, const struct aside *a)
{
    const struct moult_delta *delta = problem->request->delta;
    if (!a->wanted || a->wanted_tree == delta->to)
        return delta;
    struct moult_delta *same = ARENA_NEW(&problem->arena, struct moult_delta);
    if (same)
        same->from = same->to = delta->from;
    return same;
}

static moult_status add_operation(moult_problem *problem, uint32_t op, const struct aside *a,
                                  uint32_t *out, moult_error *err)
{
    const struct moult_delta *delta = delta_for(problem, a);
    moult_change *change = delta ? new_change(problem, op, a, delta) : NULL;
    if (!change)
        return error_nomem(err);
    struct moult_ways ways;
    moult_status st = problem_ways(problem, change, &ways, err);
    if (st != MOULT_OK)
        return st;
    *out = operation_add(problem, op, path_object(a->path));
    if (*out == NOWHERE || !operation_change(problem, *out, change) ||
        !operation_way(problem, *out, &ways.items[0]) || !operation_name_part(problem, *out))
        return error_nomem(err);
    struct operation *o = &problem->operations[*out];
    const struct operation *asker = &problem->operations[a->asker];
    o->way = "aside";
    o->why = arena_printf(&problem->arena, "stands in the way of what is done to %.*s",
                          STR_FMT(asker->object))
                 .p;
    o->phase = asker->phase;
    o->lock_ms = asker->lock_ms;
    o->run_ms = asker->run_ms;
    return o->why ? MOULT_OK : error_nomem(err);
}

/* What goes and comes back loses nothing that a text or a row could miss, unless rows changed. */
static void settle_hazards(moult_problem *problem, const struct aside *a, uint32_t drop,
                           uint32_t create)
{
    struct operation *o = problem->operations;
    bool same = node_same(a->now, a->wanted, 1u << MOULT_SHAPE);
    o[drop].hazards &= ~(uint32_t)MOULT_HAZARD_TEXT_ONLY;
    if (same && !(o[a->asker].hazards & MOULT_HAZARD_CHANGES_VALUES))
        o[create].hazards &= ~(uint32_t)MOULT_HAZARD_ROWS_MAY_FORBID;
    o[create].hazards |= a->risks;
}

static moult_status rows_at_stake(const moult_problem *problem, const struct aside *a,
                                  moult_error *err)
{
    struct str asker = problem->operations[a->asker].object;
    error_set(err, MOULT_ERR_UNSUPPORTED,
              "%.*s stands in the way of what is done to %.*s, and dropping it loses data",
              STR_FMT(a->path), STR_FMT(asker));
    error_detail_str(err, "object", a->path);
    error_detail(err, "hint",
                 "change %.*s in more than one sync, so that the other need not be dropped",
                 STR_FMT(asker));
    return MOULT_ERR_UNSUPPORTED;
}

static moult_status drop_and_create(moult_problem *problem, const struct aside *a, moult_error *err)
{
    uint32_t drop = NOWHERE, create = NOWHERE, done;
    moult_status st = add_operation(problem, MOULT_DROP, a, &drop, err);
    if (st != MOULT_OK)
        return st;
    if (a->wanted && (problem->operations[drop].hazards & MOULT_HAZARD_DELETES_DATA))
        return rows_at_stake(problem, a, err);
    if ((done = operation_add(problem, 0, a->path)) == NOWHERE)
        return error_nomem(err);
    problem->operations[drop].done = done;
    struct touches *here = places_at(&problem->places, &problem->arena, a->path);
    if (!here || !between(problem, drop, a->asker))
        return error_nomem(err);
    here->aside = drop;
    if (a->covering != NOWHERE)
        return edge_add(problem, drop, a->covering, EDGE_HARD) &&
                       edge_add(problem, done, a->covering, EDGE_HARD)
                   ? MOULT_OK
                   : error_nomem(err);
    if (!a->wanted)
        return MOULT_OK;
    st = add_operation(problem, MOULT_CREATE, a, &create, err);
    if (st != MOULT_OK)
        return st;
    settle_hazards(problem, a, drop, create);
    return edge_add(problem, done, create, EDGE_HARD) ? MOULT_OK : error_nomem(err);
}

static moult_status find_wanted(moult_problem *problem, struct aside *a, moult_error *err)
{
    const struct moult_delta *delta = problem->request->delta;
    if (!node_object(a->now)->unmanaged) {
        a->wanted_tree = delta->to;
        a->wanted = tree_find(delta->to, a->path);
        return MOULT_OK;
    }
    a->wanted_tree = delta->from;
    a->wanted = a->now;
    struct str text = arena_printf(&problem->arena,
                                   "%.*s is not managed, but stands in the way of what is done "
                                   "to %.*s: it is dropped and created again as it was",
                                   STR_FMT(a->path), STR_FMT(problem->operations[a->asker].object));
    return text.p && problem_warn(problem, NULL, text) == MOULT_OK ? MOULT_OK : error_nomem(err);
}

static moult_status stand_aside(moult_problem *problem, struct str path, uint32_t asker,
                                moult_error *err)
{
    const struct moult_delta *delta = problem->request->delta;
    struct aside a = {
        .path = path, .asker = asker, .covering = NOWHERE, .now = tree_find(delta->from, path)};
    if (!a.now)
        return create_later(problem, &a) == MOULT_OK ? MOULT_OK : error_nomem(err);
    const struct operation *o = &problem->operations[asker];
    if ((o->covers || node_object(a.now) == a.now) && str_eq(path_object(path), o->object))
        return MOULT_OK; /* a part of what is being made anew, or the thing itself */
    bool gone;
    if (already_gone(problem, &a, &gone) != MOULT_OK)
        return error_nomem(err);
    if (gone)
        return MOULT_OK;
    moult_status st = find_wanted(problem, &a, err);
    if (st != MOULT_OK)
        return st;
    absorb_changes(problem, &a);
    return drop_and_create(problem, &a, err);
}

moult_status closure_run(moult_problem *problem, moult_error *err)
{
    for (uint32_t i = (uint32_t)problem->rename_count; i < problem->operation_count; i++) {
        for (size_t w = 0; w < problem->operations[i].way_count; w++) {
            const struct way *way = problem->operations[i].ways[w];
            for (size_t k = 0; k < way->aside_count && problem->operations[i].op; k++) {
                moult_status st = stand_aside(problem, way->asides[k], i, err);
                if (st != MOULT_OK)
                    return st;
            }
        }
    }
    return MOULT_OK;
}
