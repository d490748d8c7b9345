/* SPDX-License-Identifier: Apache-2.0 */
/* A desired state written as DDL: untrusted text that is classified as a whole before any of it
 * runs, and then runs in a scratch database only. */
#include <errno.h>
#include <fts.h>

#include "../base/cleanup.h"
#include "../base/file.h"
#include "run.h"

struct piece {
    const char *file;
    uint64_t line;
    struct str sql;
};

struct text {
    struct arena arena;
    struct piece *pieces;
    size_t count, cap;
    const char *file; /* being split */
    moult_error *err;
    moult_status failed;
    bool allow_do;
};

static void cleanup_text(struct text *t)
{
    arena_free(&t->arena);
}

/* ---- files ---- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void close_fts(FTS **fts)
{
    if (*fts)
        fts_close(*fts);
}

static bool is_sql(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && name[0] != '.' && strcmp(name + n - 4, ".sql") == 0;
}

struct files {
    const char **items;
    size_t count, cap;
};

/* All *.sql files below DIR, in lexical order; what begins with a dot is left out. */
static moult_status list_files(struct text *t, const char *dir, struct files *files,
                               moult_error *err)
{
    CLEANUP_FREE char *root = strdup(dir);
    char *const roots[] = {root, NULL};
    if (!root)
        return error_nomem(err);
    CLEANUP(close_fts) FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    FTSENT *e;
    while (errno = 0, fts && (e = fts_read(fts))) {
        if (e->fts_info == FTS_D && e->fts_level > 0 && e->fts_name[0] == '.')
            fts_set(fts, e, FTS_SKIP);
        if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_DC ||
            ((e->fts_info == FTS_NS || e->fts_info == FTS_SLNONE) && is_sql(e->fts_name))) {
            const char *why = e->fts_info == FTS_DC       ? "it links back to a folder above it"
                              : e->fts_info == FTS_SLNONE ? "it links to nothing"
                                                          : strerror(e->fts_errno);
            error_set(err, MOULT_ERR_CONFIG, "cannot read \"%s\": %s", e->fts_path, why);
            error_detail(err, "file", "%s", e->fts_path);
            return MOULT_ERR_CONFIG;
        }
        if (e->fts_info != FTS_F || !is_sql(e->fts_name))
            continue;
        const char **slot = ARENA_PUSH(&t->arena, files->items, files->count, files->cap);
        if (!slot || !(*slot = arena_str(&t->arena, str_of(e->fts_path)).p))
            return error_nomem(err);
    }
    return fts && !errno ? MOULT_OK
                         : error_set(err, MOULT_ERR_IO, "cannot read the folder \"%s\": %s", dir,
                                     strerror(errno));
}

static moult_status empty_state(const char *path, moult_error *err)
{
    error_set(err, MOULT_ERR_INVALID, "empty desired state: \"%s\" makes no object", path);
    error_detail(err, "file", "%s", path);
    error_detail(err, "hint", "moult never takes a missing schema for the wish to drop everything");
    return MOULT_ERR_INVALID;
}

/* ---- statements ---- */

/* A location in ERR, however deep the message comes from. */
static moult_status at(moult_error *err, moult_status st, const char *file, uint64_t line)
{
    error_prefix(err, "%s:%llu", file, (unsigned long long)line);
    error_detail(err, "file", "%s", file);
    error_detail(err, "line", "%llu", (unsigned long long)line);
    return st;
}

static moult_status on_statement(void *arg, const moult_statement *s)
{
    struct text *t = arg;
    if (s->klass == MOULT_STMT_DATA || s->klass == MOULT_STMT_SESSION)
        return MOULT_OK;
    if (s->klass == MOULT_STMT_PROCEDURAL && !t->allow_do) {
        error_set(t->err, MOULT_ERR_INVALID, "%s",
                  s->why ? s->why : "a procedural block is not run");
        error_detail(t->err, "hint", "--allow-do runs the procedural blocks of a desired state");
        return t->failed = at(t->err, MOULT_ERR_INVALID, t->file, s->line);
    }
    if (s->klass != MOULT_STMT_SCHEMA && s->klass != MOULT_STMT_PROCEDURAL) {
        error_set(t->err, MOULT_ERR_INVALID, "%s",
                  s->why ? s->why : "the statement is not understood");
        error_detail_str(t->err, "statement", (struct str){s->sql, s->sql ? s->sql_len : 0});
        return t->failed = at(t->err, MOULT_ERR_INVALID, t->file, s->line);
    }
    if (!str_utf8((struct str){s->sql, s->sql_len})) {
        error_set(t->err, MOULT_ERR_INVALID, "the statement is not UTF-8");
        return t->failed = at(t->err, MOULT_ERR_INVALID, t->file, s->line);
    }
    struct piece *p = ARENA_PUSH(&t->arena, t->pieces, t->count, t->cap);
    if (!p)
        return t->failed = error_nomem(t->err);
    *p = (struct piece){.file = t->file,
                        .line = s->line,
                        .sql = arena_str(&t->arena, (struct str){s->sql, s->sql_len})};
    return p->sql.p ? MOULT_OK : (t->failed = error_nomem(t->err));
}

static moult_status split_file(struct moult *m, const struct adapter *a, const char *file,
                               struct text *t, moult_error *err)
{
    CLEANUP_BUF struct buf bytes = {0};
    moult_status st = file_read(file, &bytes, err);
    if (st != MOULT_OK)
        return st;
    t->file = file;
    t->err = err;
    t->failed = MOULT_OK;
    struct str text = buf_view(&bytes);
    if (str_starts(text, STR("SQLite format 3"))) {
        error_set(err, MOULT_ERR_CONFIG, "\"%s\" is a database, not a text of SQL", file);
        error_detail(err, "hint", "write sqlite:%s", file);
        return MOULT_ERR_CONFIG;
    }
    st = PLUGIN_CALL(a->dialect, split, &m->host, text.p, text.n, on_statement, t, err);
    return t->failed != MOULT_OK ? t->failed
           : st != MOULT_OK      ? (error_prefix(err, "%s", file), st)
                                 : MOULT_OK;
}

/* Is it worth another try once more of the rest is there? */
static bool may_heal(moult_status st)
{
    return st != MOULT_ERR_CANCELLED && st != MOULT_ERR_NOMEM && st != MOULT_ERR_IO &&
           st != MOULT_ERR_UNAVAILABLE && st != MOULT_ERR_INTERNAL && st != MOULT_ERR_CORRUPT;
}

/* Files need no order: what fails is tried again after the rest, until nothing moves any more. */
static moult_status run_pieces(struct scratch *s, struct text *t, moult_error *err)
{
    CLEANUP_ERROR moult_error *other = moult_error_new();
    if (!other)
        return error_nomem(err);
    size_t left = t->count, before = SIZE_MAX;
    while (left && left < before) {
        before = left;
        left = 0;
        for (size_t i = 0; i < before; i++) {
            struct piece p = t->pieces[i];
            moult_error *slot =
                left ? other : err; /* the first failure of a pass is the one told */
            moult_status st = scratch_run(s, p.sql, slot);
            if (st == MOULT_OK)
                continue;
            error_detail_str(slot, "statement", p.sql);
            if (!may_heal(st)) {
                error_copy(err, slot);
                return at(err, st, p.file, p.line);
            }
            t->pieces[left++] = p;
        }
    }
    if (!left) {
        moult_error_clear(err);
        return MOULT_OK;
    }
    if (left > 1)
        error_detail(err, "detail", "%zu more statements failed", left - 1);
    at(err, MOULT_ERR_INVALID, t->pieces[0].file, t->pieces[0].line);
    return error_as(err, MOULT_ERR_INVALID);
}

static moult_status make_tree(struct moult *m, struct adapter *a, struct text *t, moult_tree **out,
                              moult_error *err)
{
    CLEANUP_SCRATCH struct scratch s = {0};
    moult_status st = scratch_open(m, a, NULL, &s, err);
    if (st == MOULT_OK)
        st = run_pieces(&s, t, err);
    return st == MOULT_OK ? scratch_inspect(&s, out, err) : st;
}

static moult_status load_hints(struct text *t, const char *dir, struct renames **hints,
                               moult_error *err)
{
    struct str path = file_join(&t->arena, dir, "renames.toml");
    if (!path.p)
        return error_nomem(err);
    if (!file_exists(path.p))
        return MOULT_OK;
    struct renames *r = calloc(1, sizeof *r);
    if (!r)
        return error_nomem(err);
    moult_status st = renames_from_file(path.p, r, err);
    if (st != MOULT_OK) {
        renames_free(r);
        free(r);
        return st;
    }
    *hints = r;
    return MOULT_OK;
}

moult_status desired_load(struct moult *m, struct adapter *a, const char *path,
                          const moult_load *how, moult_tree **out, struct renames **hints,
                          moult_error *err)
{
    *out = NULL;
    *hints = NULL;
    CLEANUP(cleanup_text) struct text t = {.allow_do = how && how->allow_do};
    bool allow_empty = how && how->size >= MOULT_END(moult_load, allow_empty) && how->allow_empty;
    struct files files = {0};
    bool folder = file_is_dir(path);
    moult_status st = MOULT_OK;
    if (folder)
        st = list_files(&t, path, &files, err);
    else
        files = (struct files){.items = &path, .count = 1};
    for (size_t i = 0; st == MOULT_OK && i < files.count; i++)
        st = split_file(m, a, files.items[i], &t, err);
    if (st == MOULT_OK && !t.count && !allow_empty)
        return empty_state(path, err);
    CLEANUP_TREE moult_tree *tree = NULL;
    if (st == MOULT_OK)
        st = make_tree(m, a, &t, &tree, err);
    if (st == MOULT_OK && !tree->root->child_count && !allow_empty)
        return empty_state(path, err);
    if (st == MOULT_OK && !tree->root->child_count)
        host_log(m, MOULT_LOG_WARNING, "the desired state \"%s\" has no object", path);
    if (st == MOULT_OK && folder)
        st = load_hints(&t, path, hints, err);
    if (st != MOULT_OK)
        return st;
    *out = tree;
    tree = NULL;
    return MOULT_OK;
}
