/* SPDX-License-Identifier: Apache-2.0 */
/* Which operation must come before which.
 *
 *  - What is created, or altered to refer to something, comes after the making of that.
 *  - What is dropped, or altered to refer to something no longer, comes before the end of that.
 *  - A name is freed before it is taken.
 *
 * A reference to a path concerns the operations on the path itself and on all that it lies in.
 * A text may name an object and mean a part of it, so it concerns every operation on the object;
 * for that each object has two points, one that its operations come after and one that they come
 * before. */
#include "problem.h"
#include "renaming.h"

struct viewpoint {
    uint32_t operation; /* whose references are looked at */
    uint32_t verb;      /* what its change does */
    bool towards;       /* references of what is made, else of what goes */
};

static uint32_t weight(const struct viewpoint *v, uint32_t verb, uint32_t reference)
{
    /* Who cannot alter a thing while something depends on it sets that aside. */
    if (v->verb == MOULT_DROP && verb == MOULT_ALTER && reference != MOULT_REF_OWNED)
        return EDGE_WISH;
    if (reference == MOULT_REF_TEXT || (v->verb == MOULT_ALTER && verb == MOULT_ALTER))
        return EDGE_SOFT;
    return EDGE_FIRM;
}

/* Does an operation that does VERB to what is referred to matter here? */
static bool matters(const struct viewpoint *v, uint32_t verb)
{
    if (v->towards)
        return verb == MOULT_CREATE || verb == MOULT_ALTER;
    return verb == MOULT_DROP || (verb == MOULT_ALTER && v->verb == MOULT_DROP);
}

static bool link(moult_problem *problem, const struct viewpoint *v, uint32_t other,
                 uint32_t strength)
{
    return v->towards ? edge_add(problem, other, v->operation, strength)
                      : edge_add(problem, v->operation, other, strength);
}

/* The point after (or before) all operations on an object, made when first asked for. */
static uint32_t object_point(moult_problem *problem, struct touches *object, struct str path,
                             bool after)
{
    uint32_t *point = after ? &object->after : &object->before;
    if (*point != NOWHERE)
        return *point;
    *point = operation_add(problem, 0, path);
    for (size_t i = 0; *point != NOWHERE && i < object->operation_count; i++) {
        uint32_t index = object->operations[i];
        const struct operation *o = &problem->operations[index];
        bool whole = o->change_count && o->changes[0]->path.n == path.n;
        if (index < problem->rename_count || !o->op ||
            (whole && o->op == (after ? MOULT_DROP : MOULT_CREATE)))
            continue;
        if (!(after ? edge_add(problem, index, *point, EDGE_SOFT)
                    : edge_add(problem, *point, index, EDGE_SOFT)))
            return NOWHERE;
    }
    return *point;
}

static bool link_text(moult_problem *problem, const struct viewpoint *v, struct str path)
{
    struct str object = path_object(path);
    if (str_eq(object, problem->operations[v->operation].object))
        return true;
    struct touches *t = places_find(&problem->places, object);
    if (!t || !t->operation_count)
        return true;
    uint32_t point = object_point(problem, t, object, v->towards);
    return point != NOWHERE && link(problem, v, point, EDGE_SOFT);
}

static bool link_reference(moult_problem *problem, const struct viewpoint *v, const struct ref *ref)
{
    if (ref->strength == MOULT_REF_OUTSIDE)
        return true;
    for (struct str p = ref->path; p.n;) {
        const struct touches *t = places_find(&problem->places, p);
        for (size_t i = 0; t && i < t->count; i++) {
            const struct touch *touch = &t->items[i];
            if (problem->operations[touch->operation].op && matters(v, touch->verb) &&
                !link(problem, v, touch->operation, weight(v, touch->verb, ref->strength)))
                return false;
        }
        const char *slash = memrchr(p.p, '/', p.n);
        p.n = slash ? (size_t)(slash - p.p) : 0;
    }
    /* What is altered stays: of all that is done to the object only its end, seen above,
     * matters. */
    bool all = ref->strength == MOULT_REF_TEXT && (v->towards || v->verb == MOULT_DROP);
    return !all || link_text(problem, v, ref->path);
}

static bool link_node(moult_problem *problem, const struct viewpoint *v, const moult_node *node,
                      bool deep)
{
    for (size_t i = 0; i < node->ref_count; i++)
        if (!link_reference(problem, v, &node->refs[i]))
            return false;
    for (size_t i = 0; deep && i < node->child_count; i++)
        if (!link_node(problem, v, node->children[i], true))
            return false;
    return true;
}

static bool link_change(moult_problem *problem, uint32_t operation, const moult_change *change)
{
    bool deep = change->op != MOULT_ALTER;
    struct viewpoint towards = {operation, change->op, true}, away = {operation, change->op, false};
    return (!change->to || link_node(problem, &towards, change->to, deep)) &&
           (!change->from || link_node(problem, &away, change->from, deep));
}

/* "space\0name" */
static struct str claim_key(moult_problem *problem, const struct claim *c)
{
    size_t space = strlen(c->space), n = space + 1 + c->name.n;
    char *key = arena_array(&problem->arena, n, 1);
    if (!key)
        return (struct str){0};
    memcpy(key, c->space, space);
    if (c->name.n)
        memcpy(key + space + 1, c->name.p, c->name.n);
    return (struct str){key, n};
}

static bool claims(const moult_node *node, const struct claim *c)
{
    for (size_t i = 0; node && i < node->claim_count; i++)
        if (strcmp(node->claims[i].space, c->space) == 0 && str_eq(node->claims[i].name, c->name))
            return true;
    return false;
}

static bool free_name(moult_problem *problem, uint32_t operation, const struct claim *c)
{
    struct str key = claim_key(problem, c);
    return key.p && places_touch(&problem->claims, &problem->arena, key, operation, MOULT_DROP);
}

static bool take_name(moult_problem *problem, uint32_t operation, const struct claim *c)
{
    struct str key = claim_key(problem, c);
    const struct touches *t = key.p ? places_find(&problem->claims, key) : NULL;
    for (size_t i = 0; t && i < t->count; i++)
        if (!edge_add(problem, t->items[i].operation, operation, EDGE_HARD))
            return false;
    return key.p;
}

typedef bool name_fn(moult_problem *problem, uint32_t operation, const struct claim *claim);

/* Calls FN for each name that NODE has and OTHER, its counterpart, has not. */
static bool each_name(moult_problem *problem, uint32_t operation, const moult_node *node,
                      const moult_node *other, bool deep, name_fn *fn)
{
    for (size_t i = 0; i < node->claim_count; i++)
        if (!claims(other, &node->claims[i]) && !fn(problem, operation, &node->claims[i]))
            return false;
    for (size_t i = 0; deep && i < node->child_count; i++)
        if (!each_name(problem, operation, node->children[i], NULL, true, fn))
            return false;
    return true;
}

static bool free_names(moult_problem *problem, uint32_t operation, const moult_change *c)
{
    return !c->from || each_name(problem, operation, c->from, c->to, !c->to, free_name);
}

static bool take_names(moult_problem *problem, uint32_t operation, const moult_change *c)
{
    return !c->to || each_name(problem, operation, c->to, c->from, !c->from, take_name);
}

static bool each_change(moult_problem *problem, uint32_t count,
                        bool (*fn)(moult_problem *, uint32_t, const moult_change *))
{
    for (uint32_t i = (uint32_t)problem->rename_count; i < count; i++)
        for (size_t k = 0; problem->operations[i].op && k < problem->operations[i].change_count;
             k++)
            if (!fn(problem, i, problem->operations[i].changes[k]))
                return false;
    return true;
}

moult_status edges_find(moult_problem *problem, moult_error *err)
{
    uint32_t count = (uint32_t)problem->operation_count; /* points are added behind */
    bool ok = each_change(problem, count, free_names) && each_change(problem, count, take_names) &&
              each_change(problem, count, link_change);
    return ok ? MOULT_OK : error_nomem(err);
}
