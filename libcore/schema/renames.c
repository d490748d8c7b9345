/* SPDX-License-Identifier: Apache-2.0 */
/* renames.c - reads rename hints and finds out what they ask of a state. */
#include "renames.h"

#include "../base/buf.h"
#include "node.h"

static moult_status bad_hint(struct str hint, const char *where, const char *why, moult_error *err)
{
    CLEANUP_BUF struct buf shown = {0};
    path_show(&shown, hint);
    error_set(err, MOULT_ERR_CONFIG, "%s: the rename hint \"%.*s\" %s", where,
              STR_FMT(buf_view(&shown)), why);
    error_detail(
        err, "hint",
        "write table:old=new or table:users/column:old=new, with %%25 %%2F %%3A %%3D for the "
        "characters %% / : = in a name");
    return MOULT_ERR_CONFIG;
}

/* Appends "kind:key" in the one right spelling.  KIND is zero-terminated by the caller's buffer. */
static const char *add_segment(struct buf *path, struct str kind, struct str escaped)
{
    CLEANUP_BUF struct buf name = {0}, key = {0};
    buf_str(&name, kind);
    if (!path_unescape(&key, escaped))
        return "has a % that two hex digits do not follow";
    if (kind.n == 0 || key.n == 0)
        return "lacks a kind or a name";
    if (memchr(escaped.p, ':', escaped.n))
        return "has a second : in one part";
    if (buf_ok(&name))
        path_segment(path, name.p, buf_view(&key));
    path->failed |= name.failed || key.failed;
    return NULL;
}

/* Both paths of a hint, or what is wrong with it. */
static const char *parse_hint(struct str hint, struct buf *from, struct buf *to)
{
    const char *equals = hint.n ? memchr(hint.p, '=', hint.n) : NULL;
    if (!equals)
        return "has no =";
    struct str path = {hint.p, (size_t)(equals - hint.p)};
    struct str renamed = {equals + 1, hint.n - path.n - 1};
    if (renamed.n && memchr(renamed.p, '=', renamed.n))
        return "has more than one =";
    if (renamed.n && (memchr(renamed.p, '/', renamed.n) || memchr(renamed.p, ':', renamed.n)))
        return "has a path behind the =, where the new name alone belongs";
    for (;;) {
        const char *slash = path.n ? memchr(path.p, '/', path.n) : NULL;
        struct str part = {path.p, slash ? (size_t)(slash - path.p) : path.n};
        const char *colon = part.n ? memchr(part.p, ':', part.n) : NULL;
        if (!colon)
            return "lacks a kind, as in table:old=new";
        struct str kind = {part.p, (size_t)(colon - part.p)};
        struct str key = {colon + 1, part.n - kind.n - 1};
        const char *why = add_segment(from, kind, key);
        if (!why)
            why = add_segment(to, kind, slash ? key : renamed);
        if (why || !slash)
            return why;
        buf_char(from, '/');
        buf_char(to, '/');
        path = (struct str){slash + 1, path.n - part.n - 1};
    }
}

moult_status renames_add(struct renames *r, struct str hint, const char *where, moult_error *err)
{
    CLEANUP_BUF struct buf from = {0}, to = {0};
    const char *why = parse_hint(hint, &from, &to);
    if (why)
        return bad_hint(hint, where, why, err);
    if (!buf_ok(&from) || !buf_ok(&to))
        return error_nomem(err);
    if (str_eq(buf_view(&from), buf_view(&to)))
        return bad_hint(hint, where, "does not change the name", err);
    for (size_t i = 0; i < r->count; i++) {
        bool same_from = str_eq(r->items[i].from, buf_view(&from));
        bool same_to = str_eq(r->items[i].to, buf_view(&to));
        if (same_from && same_to)
            return MOULT_OK;
        if (!same_from && !same_to)
            continue;
        bad_hint(hint, where, "contradicts another one", err);
        error_detail(err, "detail", "the other one is at %.*s", STR_FMT(r->items[i].where));
        return MOULT_ERR_CONFIG;
    }
    struct rename made = {arena_str(&r->arena, buf_view(&from)),
                          arena_str(&r->arena, buf_view(&to)), arena_str(&r->arena, str_of(where))};
    struct rename *place = ARENA_PUSH(&r->arena, r->items, r->count, r->cap);
    if (!place || !made.from.p || !made.to.p || !made.where.p) {
        r->count -= place != NULL;
        return error_nomem(err);
    }
    *place = made;
    return MOULT_OK;
}

/* In a hint "=" separates, too. */
static void add_hint_part(struct buf *b, struct str part)
{
    for (size_t i = 0; i < part.n; i++)
        if (part.p[i] == '=')
            buf_puts(b, "%3D");
        else
            buf_char(b, part.p[i]);
}

void rename_text(struct buf *b, const struct rename *r)
{
    const char *colon = memrchr(r->to.p, ':', r->to.n);
    size_t key = colon ? (size_t)(colon + 1 - r->to.p) : 0;
    add_hint_part(b, r->from);
    buf_char(b, '=');
    add_hint_part(b, (struct str){r->to.p + key, r->to.n - key});
}

void renames_free(struct renames *r)
{
    arena_free(&r->arena);
    *r = (struct renames){0};
}

static moult_status not_possible(const struct rename *r, const char *why, const char *hint,
                                 moult_error *err)
{
    CLEANUP_BUF struct buf from = {0}, to = {0};
    path_show(&from, r->from);
    path_show(&to, r->to);
    error_set(err, MOULT_ERR_CONFIG, "%.*s: cannot rename %.*s to %.*s: %s", STR_FMT(r->where),
              STR_FMT(buf_view(&from)), STR_FMT(buf_view(&to)), why);
    error_detail_str(err, "object", buf_view(&from));
    error_detail(err, "hint", "%s", hint);
    return MOULT_ERR_CONFIG;
}

/* Could the hint have meant something else?  Where the old name is not there, goes down PATH as
 * far as the state goes, and asks whether an object of the kind that is missing would be dropped
 * there. */
static bool may_be_mistaken(struct str path, const moult_tree *from, const moult_tree *to)
{
    const moult_node *node = from->root, *wanted = to->root;
    for (size_t n = 0; n < path.n;) {
        const char *p = path.p + n, *slash = memchr(p, '/', path.n - n);
        size_t end = slash ? (size_t)(slash - path.p) : path.n;
        struct str upto = {path.p, end};
        const moult_node *next = tree_find(from, upto);
        if (!next) {
            size_t kind = (size_t)((const char *)memchr(p, ':', end - n) - p);
            for (size_t i = 0; i < node->child_count; i++) {
                const moult_node *child = node->children[i];
                if (!child->unmanaged && str_eq(str_of(child->kind), (struct str){p, kind}) &&
                    (!wanted || !tree_find(to, child->path)))
                    return true;
            }
            return false;
        }
        node = next;
        wanted = tree_find(to, upto);
        n = end + 1;
    }
    return false;
}

moult_status rename_status(const struct rename *r, const moult_tree *from, const moult_tree *to,
                           uint32_t *status, moult_error *err)
{
    const moult_node *old = tree_find(from, r->from), *renamed = tree_find(from, r->to);
    if (old && renamed)
        return not_possible(r, "both names exist",
                            "remove the hint if the rename was done, or one of the two objects",
                            err);
    *status = RENAME_DONE;
    if (renamed)
        return MOULT_OK;
    if (!tree_find(to, r->to))
        return not_possible(r, "the wanted schema has no object of the new name",
                            "correct the hint, or remove it if it is no longer of use", err);
    if (old && node_object(old)->unmanaged)
        return not_possible(r, "the object is not managed", "correct the manage and ignore rules",
                            err);
    if (!old && may_be_mistaken(r->from, from, to))
        return not_possible(
            r, "neither name exists, and objects of this kind would be dropped",
            "correct the old name; the hint of a table comes before those of its columns", err);
    if (old)
        *status = RENAME_DUE;
    return MOULT_OK;
}
