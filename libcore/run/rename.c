/* SPDX-License-Identifier: Apache-2.0 */
/* Rename hints: read, folded, and where they are due carried out on a scratch copy, so that the
 * server itself spells every text again that names what was renamed. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/file.h"
#include "run.h"

static void cleanup_renames(struct renames *r)
{
    renames_free(r);
}

static void cleanup_arena(struct arena *a)
{
    arena_free(a);
}

void delta_release(struct moult_delta *delta)
{
    moult_tree *own = delta && delta->before ? (moult_tree *)delta->from : NULL;
    delta_free(delta);
    tree_free(own);
}

static void cleanup_release(struct moult_delta **delta)
{
    delta_release(*delta);
}

moult_status renames_from_file(const char *path, struct renames *out, moult_error *err)
{
    CLEANUP_BUF struct buf text = {0};
    CLEANUP(cleanup_arena) struct arena arena = {0};
    struct config_value *root;
    moult_status st = file_read(path, &text, err);
    if (st == MOULT_OK)
        st = toml_parse(&arena, buf_view(&text), path, &root, err);
    if (st != MOULT_OK)
        return st;
    for (const struct config_value *v = root->first; v; v = v->next) {
        if (strcmp(v->key, "rename") != 0 || v->type != CONFIG_ARRAY) {
            config_fail(v, path, err, MOULT_ERR_INVALID,
                        "a file of renames holds \"rename\", an array");
            error_detail(err, "hint",
                         "write rename = [\"table:old=new\", \"table:new/column:a=b\"]");
            return MOULT_ERR_INVALID;
        }
        for (const struct config_value *e = v->first; e; e = e->next) {
            if (e->type != CONFIG_STRING)
                return config_fail(e, path, err, MOULT_ERR_INVALID, "a rename is a string, not %s",
                                   config_type_name(e->type));
            st = renames_add(out, e->text, e->from, err);
            if (st != MOULT_OK)
                return st;
        }
    }
    return MOULT_OK;
}

/* ---- folding ---- */

/* PATH with every key folded as the dialect folds it. */
static moult_status fold_path(struct moult *m, const struct adapter *a, struct arena *arena,
                              struct str *path, moult_error *err)
{
    CLEANUP_BUF struct buf out = {0}, name = {0}, kind = {0};
    for (size_t at = 0; at < path->n;) {
        const char *p = path->p + at, *slash = memchr(p, '/', path->n - at);
        size_t n = slash ? (size_t)(slash - p) : path->n - at;
        const char *colon = memchr(p, ':', n);
        size_t k = colon ? (size_t)(colon - p) : 0;
        buf_clear(&name);
        buf_clear(&kind);
        buf_add(&kind, p, k);
        path_unescape(&name,
                      (struct str){p + k + 1, colon ? n - k - 1 : 0}); /* renames_add's own */
        char *key = NULL;
        size_t key_len = 0;
        moult_status st = PLUGIN_CALL(a->dialect, fold, &m->host, kind.p, buf_view(&name).p, name.n,
                                      &key, &key_len, err);
        if (st != MOULT_OK)
            return st;
        if (at)
            buf_char(&out, '/');
        path_segment(&out, kind.p, (struct str){key, key_len});
        m->host.free(m->host.ctx, key);
        at += n + 1;
    }
    *path = arena_str(arena, buf_view(&out));
    return buf_ok(&out) && buf_ok(&name) && buf_ok(&kind) && path->p ? MOULT_OK : error_nomem(err);
}

static moult_status collect(struct moult *m, const struct adapter *a, const struct hints *hints,
                            struct renames *out, moult_error *err)
{
    moult_status st = MOULT_OK;
    for (const char *const *h = hints->given; h && *h && st == MOULT_OK; h++)
        st = renames_add(out, str_of(*h), "--rename", err);
    if (st == MOULT_OK && hints->file)
        st = renames_from_file(hints->file, out, err);
    for (size_t i = 0; st == MOULT_OK && hints->more && i < hints->more->count; i++) {
        struct rename *r = ARENA_PUSH(&out->arena, out->items, out->count, out->cap);
        if (!r)
            return error_nomem(err);
        *r = hints->more->items[i]; /* the desired state outlives this */
    }
    for (size_t i = 0; st == MOULT_OK && i < out->count; i++) {
        st = fold_path(m, a, &out->arena, &out->items[i].from, err);
        if (st == MOULT_OK)
            st = fold_path(m, a, &out->arena, &out->items[i].to, err);
    }
    return st;
}

moult_status hints_check(struct moult *m, const struct adapter *a, const struct hints *hints,
                         moult_error *err)
{
    CLEANUP(cleanup_renames) struct renames all = {0};
    return collect(m, a, hints, &all, err);
}

/* ---- carrying out ---- */

struct renaming {
    struct moult *m;
    struct adapter *a;
    struct scratch scratch;
    const moult_tree *before, *wanted;
    moult_tree *now; /* NULL while nothing was renamed */
    moult_session *like;
    struct rename *due;
    size_t due_count, due_cap;
};

static void cleanup_renaming(struct renaming *r)
{
    scratch_close(&r->scratch);
    tree_free(r->now);
}

/* Runs the one rename in the scratch database, as a plan of this one step. */
static moult_status carry_out(struct renaming *r, struct rename *hint, moult_error *err)
{
    moult_status st = MOULT_OK;
    if (!r->now) {
        st = scratch_open(r->m, r->a, r->like, &r->scratch, err);
        if (st == MOULT_OK)
            st = scratch_fill(&r->scratch, r->before, err);
        if (st != MOULT_OK)
            return error_prefix(err, "cannot try %.*s on a scratch copy", STR_FMT(hint->where)), st;
    }
    const moult_tree *now = r->now ? r->now : r->before;
    struct moult_delta one = {
        .from = r->wanted, .to = r->wanted, .before = now, .due = hint, .due_count = 1};
    CLEANUP_PLAN struct moult_plan *plan = NULL;
    st = plan_plain(r->m, r->a, &one, &plan, err);
    for (size_t i = 0; st == MOULT_OK && i < plan->step_count; i++)
        for (size_t k = 0; st == MOULT_OK && k < plan->steps[i].statement_count; k++)
            st = scratch_run(&r->scratch, plan->steps[i].statements[k].sql, err);
    moult_tree *next = NULL;
    if (st == MOULT_OK)
        st = scratch_inspect(&r->scratch, &next, err);
    if (st != MOULT_OK)
        return error_prefix(err, "cannot rename %.*s", STR_FMT(hint->from)), st;
    tree_free(r->now);
    r->now = next;
    return MOULT_OK;
}

/* Goes through the hints until none moves any more: one may free the name that another takes, and a
 * column's hint names its table as it is wanted. */
static moult_status carry_all(struct arena *arena, struct renaming *r, struct renames *all,
                              moult_error *err)
{
    bool *settled = arena_array(arena, all->count + 1, sizeof *settled);
    if (!settled)
        return error_nomem(err);
    moult_status st = MOULT_OK;
    for (bool moved = true; moved;) {
        moved = false;
        st = MOULT_OK;
        for (size_t i = 0; i < all->count; i++) {
            uint32_t status = 0;
            if (settled[i])
                continue;
            moult_status one = rename_status(&all->items[i], r->now ? r->now : r->before, r->wanted,
                                             &status, st == MOULT_OK ? err : NULL);
            if (one != MOULT_OK) {
                st = st == MOULT_OK ? one : st;
                continue;
            }
            settled[i] = moved = true;
            if (status != RENAME_DUE)
                continue;
            struct rename *due = ARENA_PUSH(arena, r->due, r->due_count, r->due_cap);
            if (!due)
                return error_nomem(err);
            *due = (struct rename){.from = arena_str(arena, all->items[i].from),
                                   .to = arena_str(arena, all->items[i].to),
                                   .where = arena_str(arena, all->items[i].where)};
            if (!due->from.p || !due->to.p || !due->where.p)
                return error_nomem(err);
            one = carry_out(r, due, err);
            if (one != MOULT_OK)
                return one;
        }
    }
    if (st == MOULT_OK)
        moult_error_clear(err); /* of hints that had to wait */
    return st;
}

moult_status difference(struct moult *m, struct adapter *a, const moult_tree *from,
                        const moult_tree *to, const struct hints *hints, bool layout,
                        moult_session *like, struct moult_delta **out, moult_error *err)
{
    *out = NULL;
    CLEANUP(cleanup_renames) struct renames all = {0};
    CLEANUP(cleanup_arena) struct arena arena = {0};
    /* What is there already, or is still empty, has nothing to rename; a hint that cannot be read is
     * an error all the same. */
    bool any = strcmp(from->state, to->state) != 0 && from->root->child_count > 0;
    moult_status st = hints ? collect(m, a, hints, &all, err) : MOULT_OK;
    if (st != MOULT_OK)
        return st;
    CLEANUP(cleanup_renaming)
    struct renaming r = {.m = m, .a = a, .before = from, .wanted = to, .like = like};
    if (any && all.count)
        st = carry_all(&arena, &r, &all, err);
    CLEANUP(cleanup_release) struct moult_delta *delta = NULL;
    if (st == MOULT_OK)
        st = delta_make(r.now ? r.now : from, to, layout, &delta, err);
    for (size_t i = 0; st == MOULT_OK && i < r.due_count; i++) {
        struct rename *due =
            ARENA_PUSH(&delta->arena, delta->due, delta->due_count, delta->due_cap);
        if (!due)
            return error_nomem(err);
        *due = (struct rename){.from = arena_str(&delta->arena, r.due[i].from),
                               .to = arena_str(&delta->arena, r.due[i].to),
                               .where = arena_str(&delta->arena, r.due[i].where)};
        if (!due->from.p || !due->to.p || !due->where.p)
            return error_nomem(err);
    }
    if (st != MOULT_OK)
        return st;
    if (r.now) {
        delta->before = from;
        r.now = NULL; /* the delta's now */
    }
    *out = delta;
    delta = NULL;
    return MOULT_OK;
}
