/* SPDX-License-Identifier: Apache-2.0 */
/* delta.c - finds the differences of two sealed trees.  Siblings are sorted, so pairing is a
 * merge. */
#include "delta.h"

#include <stdlib.h>

#include "node.h"

#define STATE_ASPECTS (1u << MOULT_SHAPE | 1u << MOULT_RIGHTS | 1u << MOULT_NOTES)
#define LAYOUT_ASPECT (1u << MOULT_LAYOUT)

/* Where changes are put: those of an object, or the delta's own. */
struct list {
    moult_change **items;
    size_t count, cap;
};

static moult_change *add_change(struct moult_delta *d, struct list *list, uint32_t op,
                                const moult_node *from, const moult_node *to)
{
    moult_change *c = ARENA_NEW(&d->arena, moult_change);
    moult_change **place = c ? ARENA_PUSH(&d->arena, list->items, list->count, list->cap) : NULL;
    if (!place)
        return NULL;
    c->op = op;
    c->from = from;
    c->to = to;
    c->path = to ? to->path : from ? from->path : (struct str){0};
    c->object = c;
    c->delta = d;
    return *place = c;
}

static bool add_differing(struct moult_delta *d, moult_change *c, const char *name)
{
    const char **place = ARENA_PUSH(&d->arena, c->differing, c->differing_count, c->differing_cap);
    if (place)
        *place = name;
    return place != NULL;
}

static bool counts(const struct attr *a, uint32_t aspects)
{
    return aspects & 1u << a->aspect;
}

static bool compare_attrs(struct moult_delta *d, moult_change *c, uint32_t aspects)
{
    const moult_node *from = c->from, *to = c->to;
    for (size_t i = 0, j = 0; i < from->attr_count || j < to->attr_count;) {
        const struct attr *a = i < from->attr_count ? &from->attrs[i] : NULL;
        const struct attr *b = j < to->attr_count ? &to->attrs[j] : NULL;
        int order = !a ? 1 : !b ? -1 : strcmp(a->name, b->name);
        const struct attr *only = order < 0 ? a : b;
        i += order <= 0;
        j += order >= 0;
        bool differs;
        if (order != 0)
            differs = only && counts(only, aspects);
        else
            differs = (counts(a, aspects) || counts(b, aspects)) &&
                      (a->aspect != b->aspect || !str_eq(attr_same(a), attr_same(b)));
        if (differs && !add_differing(d, c, (order < 0 ? a : b)->name))
            return false;
    }
    return true;
}

static int cmp_change(const void *a, const void *b)
{
    const moult_change *const *left = a, *const *right = b;
    return str_cmp((*left)->path, (*right)->path);
}

static void sort_changes(struct list *list)
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, cmp_change);
}

/* All differences of an object and its parts.  OBJECT: the change of the top-level one, or NULL
 * for it. */
static moult_change *alter(struct moult_delta *d, struct list *list, const moult_node *from,
                           const moult_node *to, uint32_t aspects, const moult_change *object)
{
    moult_change *c = add_change(d, list, MOULT_ALTER, from, to);
    if (!c || !compare_attrs(d, c, aspects))
        return NULL;
    if (object)
        c->object = object;
    struct list nested = {0};
    for (size_t i = 0, j = 0; i < from->child_count || j < to->child_count;) {
        const moult_node *a = i < from->child_count ? from->children[i] : NULL;
        const moult_node *b = j < to->child_count ? to->children[j] : NULL;
        int order = !a ? 1 : !b ? -1 : node_cmp(a, b);
        i += order <= 0;
        j += order >= 0;
        moult_change *part;
        if (order == 0 && node_same(a, b, aspects))
            continue;
        if (order == 0)
            part = alter(d, &nested, a, b, aspects, c->object);
        else if (order < 0)
            part = add_change(d, &nested, MOULT_DROP, a, NULL);
        else
            part = add_change(d, &nested, MOULT_CREATE, NULL, b);
        if (!part)
            return NULL;
        part->object = c->object;
    }
    sort_changes(&nested);
    c->nested = nested.items;
    c->nested_count = nested.count;
    c->nested_cap = nested.cap;
    return c;
}

struct sides {
    struct list changes, cosmetic;
    uint32_t aspects; /* what makes a change */
};

static bool compare_pair(struct moult_delta *d, struct sides *s, const moult_node *a,
                         const moult_node *b)
{
    if (!node_same(a, b, s->aspects))
        return alter(d, &s->changes, a, b, s->aspects, NULL) != NULL;
    if (!node_same(a, b, LAYOUT_ASPECT))
        return alter(d, &s->cosmetic, a, b, LAYOUT_ASPECT, NULL) != NULL;
    return true;
}

/* A node's order among the other tree's siblings: kinds of two trees are never the same
 * pointers, so node_cmp compares them as strings. */
static bool compare_objects(struct moult_delta *d, struct sides *s)
{
    const moult_node *from = d->from->root, *to = d->to->root;
    for (size_t i = 0, j = 0; i < from->child_count || j < to->child_count;) {
        const moult_node *a = i < from->child_count ? from->children[i] : NULL;
        const moult_node *b = j < to->child_count ? to->children[j] : NULL;
        int order = !a ? 1 : !b ? -1 : node_cmp(a, b);
        i += order <= 0;
        j += order >= 0;
        if ((a && order <= 0 && a->unmanaged) || (b && order >= 0 && b->unmanaged))
            continue;
        bool done;
        if (order == 0)
            done = compare_pair(d, s, a, b);
        else if (order < 0)
            done = add_change(d, &s->changes, MOULT_DROP, a, NULL) != NULL;
        else
            done = add_change(d, &s->changes, MOULT_CREATE, NULL, b) != NULL;
        if (!done)
            return false;
    }
    return true;
}

static moult_status find_changes(struct moult_delta *d, bool layout, moult_error *err)
{
    struct sides s = {.aspects = STATE_ASPECTS | (layout ? LAYOUT_ASPECT : 0)};
    if (node_same(d->from->root, d->to->root, STATE_ASPECTS | LAYOUT_ASPECT))
        return MOULT_OK;
    if (!compare_objects(d, &s))
        return error_nomem(err);
    sort_changes(&s.changes);
    sort_changes(&s.cosmetic);
    d->changes = s.changes.items;
    d->change_count = s.changes.count;
    d->change_cap = s.changes.cap;
    d->cosmetic = s.cosmetic.items;
    d->cosmetic_count = s.cosmetic.count;
    d->cosmetic_cap = s.cosmetic.cap;
    return MOULT_OK;
}

moult_status delta_make(const moult_tree *from, const moult_tree *to, bool layout,
                        struct moult_delta **out, moult_error *err)
{
    if (!from->sealed || !to->sealed)
        return error_set(err, MOULT_ERR_INTERNAL,
                         "schema trees were compared before they were sealed");
    if (strcmp(from->klass, to->klass) != 0) {
        error_set(err, MOULT_ERR_INVALID, "schemas of the classes %s and %s cannot be compared",
                  from->klass, to->klass);
        error_detail(err, "detail",
                     "a class is adapter / server's major version / level of the dialect");
        error_detail(err, "hint",
                     "make both snapshots with the same moult and major version of the server");
        return MOULT_ERR_INVALID;
    }
    CLEANUP_DELTA struct moult_delta *d = calloc(1, sizeof *d);
    if (!d)
        return error_nomem(err);
    d->from = from;
    d->to = to;
    moult_status st = find_changes(d, layout, err);
    if (st == MOULT_OK) {
        *out = d;
        d = NULL;
    }
    return st;
}

void delta_free(struct moult_delta *delta)
{
    if (!delta)
        return;
    arena_free(&delta->arena);
    free(delta);
}
