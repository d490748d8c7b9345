/* SPDX-License-Identifier: Apache-2.0 */
#include "renaming.h"

struct str path_object(struct str path)
{
    const char *slash = path.n ? memchr(path.p, '/', path.n) : NULL;
    return slash ? (struct str){path.p, (size_t)(slash - path.p)} : path;
}

static bool top_level(struct str path)
{
    return path_object(path).n == path.n;
}

/* The object's path on the other side of the hints, or OBJECT itself. */
static struct str across(const struct moult_delta *delta, struct str object, bool back)
{
    for (size_t i = 0; i < delta->due_count; i++) {
        const struct rename *r = &delta->due[i];
        if (top_level(r->from) && str_eq(back ? r->to : r->from, object))
            return back ? r->from : r->to;
    }
    return object;
}

struct str renaming_path_before(const struct moult_delta *delta, struct str path)
{
    return across(delta, path, true);
}

/* PATH with its object replaced by OBJECT. */
static struct str moved(struct arena *a, struct str path, struct str object)
{
    size_t n = path_object(path).n;
    return arena_printf(a, "%.*s%.*s", STR_FMT(object), (int)(path.n - n), path.p + n);
}

/* A part's hint names its object as it is wanted, whose name now may be that of another. */
static const moult_node *find_before(const struct moult_delta *delta, struct arena *a,
                                     const moult_tree *before, struct str path)
{
    struct str object = path_object(path), now = across(delta, object, true);
    const moult_node *node = NULL;
    if (!top_level(path) && !str_eq(object, now)) {
        struct str there = moved(a, path, now);
        node = there.p ? tree_find(before, there) : NULL;
    }
    return node ? node : tree_find(before, path);
}

static const moult_node *find_after(const struct moult_delta *delta, struct arena *a,
                                    const moult_tree *after, struct str path)
{
    const moult_node *node = tree_find(after, path);
    if (node || top_level(path))
        return node;
    struct str there = moved(a, path, across(delta, path_object(path), false));
    return there.p ? tree_find(after, there) : NULL;
}

static moult_status make_change(const struct moult_delta *delta, struct moult_delta *renaming,
                                struct arena *a, const struct rename *r, moult_change **out,
                                moult_error *err)
{
    const moult_node *from = find_before(delta, a, renaming->from, r->from);
    const moult_node *to = find_after(delta, a, renaming->to, r->to);
    if (!from || !to) {
        error_set(err, MOULT_ERR_INTERNAL,
                  "the rename of %.*s to %.*s did not take place on the scratch copy",
                  STR_FMT(r->from), STR_FMT(r->to));
        error_detail_str(err, "object", r->from);
        return MOULT_ERR_INTERNAL;
    }
    moult_change *change = ARENA_NEW(a, moult_change);
    if (!change)
        return error_nomem(err);
    *change = (moult_change){.op = MOULT_RENAME,
                             .from = from,
                             .to = to,
                             .path = to->path,
                             .object = change,
                             .delta = renaming};
    *out = change;
    if (node_object(to) == to)
        return MOULT_OK;
    moult_change *object = ARENA_NEW(a, moult_change);
    if (!object || !ARENA_PUSH(a, object->nested, object->nested_count, object->nested_cap))
        return error_nomem(err);
    object->op = MOULT_ALTER;
    object->from = node_object(from);
    object->to = node_object(to);
    object->path = object->to->path;
    object->object = object;
    object->delta = renaming;
    object->nested[0] = change;
    change->object = object;
    return MOULT_OK;
}

/* Is there a hint, not carried out yet, that frees the name which R takes? */
static bool must_wait(const struct moult_delta *delta, const bool *done, const struct rename *r)
{
    for (size_t i = 0; i < delta->due_count; i++)
        if (!done[i] && &delta->due[i] != r && str_eq(delta->due[i].from, r->to))
            return true;
    return false;
}

static moult_status in_circle(const struct moult_delta *delta, const bool *done, moult_error *err)
{
    const struct rename *r = delta->due;
    while (done[r - delta->due])
        r++;
    error_set(err, MOULT_ERR_UNSUPPORTED,
              "the renames of %.*s to %.*s and of others go in a circle", STR_FMT(r->from),
              STR_FMT(r->to));
    error_detail_str(err, "object", r->from);
    error_detail(
        err, "hint",
        "rename to a name that is free first, and to the wanted one in a second sync (%.*s)",
        STR_FMT(r->where));
    return MOULT_ERR_UNSUPPORTED;
}

moult_status renaming_changes(const struct moult_delta *delta, struct moult_delta *renaming,
                              struct arena *a, moult_change ***out, moult_error *err)
{
    size_t count = delta->due_count;
    renaming->from = delta->before;
    renaming->to = delta->from;
    *out = arena_array(a, count + 1, sizeof **out);
    bool *done = arena_array(a, count + 1, sizeof *done);
    if (!*out || !done)
        return error_nomem(err);
    for (size_t n = 0; n < count;) {
        size_t before = n;
        for (size_t i = 0; i < count; i++) {
            if (done[i] || must_wait(delta, done, &delta->due[i]))
                continue;
            moult_status st = make_change(delta, renaming, a, &delta->due[i], &(*out)[n], err);
            if (st != MOULT_OK)
                return st;
            done[i] = true;
            n++;
        }
        if (n == before)
            return in_circle(delta, done, err);
    }
    return MOULT_OK;
}
