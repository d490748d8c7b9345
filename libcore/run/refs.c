/* SPDX-License-Identifier: Apache-2.0 */
/* What a REF names: a store's snapshot, a database, a file or folder, or a name of moult.toml. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/file.h"
#include "ledger.h"
#include "run.h"

#define DEEPEST 4 /* a desired state of moult.toml may itself be a name */

struct loading {
    struct moult *m;
    const moult_load *how;
    int depth;
};

static moult_status load(struct loading *l, const char *ref, const char *like, moult_snapshot **out,
                         moult_error *err);

static bool is_database(const struct moult *m, struct str name)
{
    const struct config_value *all = config_at(m->config, "database");
    for (const struct config_value *v = all ? all->first : NULL; v; v = v->next)
        if (str_is(name, v->key))
            return true;
    return false;
}

/* The settings that say how a state is compared: those of the database LIKE, which is a URL, a
 * name, or "NAME@TENANT"; NULL: those of the only database there is. */
static moult_status settings_like(struct loading *l, const char *like, moult_targets *t,
                                  moult_error *err)
{
    const struct config_value *all = config_at(l->m->config, "database");
    if (!like && all && all->first && !all->first->next)
        like = all->first->key;
    if (!like) {
        error_set(err, MOULT_ERR_CONFIG, "it is not known for which kind of database the SQL is");
        error_detail(err, "hint", "say it by --like URL, as in --like sqlite:");
        return MOULT_ERR_CONFIG;
    }
    if (host_is_url(like))
        return database_of_url(t, like, err);
    struct str name = {like, strcspn(like, "@")};
    struct str copy = arena_str(&t->arena, name);
    const char *url;
    return copy.p ? database_settings(t, copy.p, &url, err) : error_nomem(err);
}

/* What the settings of LIKE say of MANAGE and IGNORE, if it is a database of moult.toml. */
static moult_status scope_like(struct loading *l, const char *like, moult_targets *t,
                               struct scope *out, moult_error *err)
{
    *out = (struct scope){0};
    if (!like || host_is_url(like) || !is_database(l->m, (struct str){like, strcspn(like, "@")}))
        return MOULT_OK;
    moult_status st = settings_like(l, like, t, err);
    *out = t->adapter.scope;
    return st;
}

/* ---- databases ---- */

static moult_status inspect_unit(moult_targets *t, moult_snapshot **out, moult_error *err)
{
    moult_session *s = NULL;
    moult_tree *tree = NULL;
    const struct unit *u = &t->units[0];
    moult_status st = unit_open(t, u, MOULT_PURPOSE_READ, t->lock_timeout_ms, &s, err);
    if (st == MOULT_OK)
        st = unit_inspect(t, u, s, &tree, err);
    PLUGIN_CALL(t->adapter.reader, close, s);
    if (st != MOULT_OK)
        return st;
    st = snapshot_new(tree, u->shown, out, err);
    if (st == MOULT_OK)
        ledger_now((*out)->at);
    return st;
}

static moult_status load_url(struct loading *l, const char *ref, const char *like,
                             moult_snapshot **out, moult_error *err)
{
    CLEANUP_TARGETS moult_targets *model = targets_new(l->m, err);
    moult_targets *t = NULL;
    struct scope scope;
    if (!model)
        return MOULT_ERR_NOMEM;
    moult_status st = scope_like(l, like, model, &scope, err);
    if (st == MOULT_OK)
        st = moult_targets_find(l->m, ref, NULL, 1, &t, err);
    if (st == MOULT_OK) {
        t->adapter.scope = scope;
        st = inspect_unit(t, out, err);
    }
    moult_targets_free(t);
    return st;
}

static moult_status load_tenant(struct loading *l, const char *ref, moult_snapshot **out,
                                moult_error *err)
{
    const char *at = strchr(ref, '@');
    CLEANUP_FREE char *name = strndup(ref, (size_t)(at - ref));
    const char *const tenants[] = {at + 1, NULL};
    moult_select select = {.size = MOULT_END(moult_select, labels), .tenants = tenants};
    CLEANUP_TARGETS moult_targets *t = NULL;
    if (!name)
        return error_nomem(err);
    moult_status st = moult_targets_find(l->m, name, &select, 1, &t, err);
    if (st != MOULT_OK)
        return st;
    if (t->unit_count != 1)
        return error_set(err, MOULT_ERR_CONFIG, "\"%s\" names %zu tenants, and one is wanted", ref,
                         t->unit_count);
    return inspect_unit(t, out, err);
}

static moult_status load_name(struct loading *l, const char *ref, moult_snapshot **out,
                              moult_error *err)
{
    CLEANUP_TARGETS moult_targets *t = targets_new(l->m, err);
    const char *url;
    if (!t)
        return MOULT_ERR_NOMEM;
    moult_status st = database_settings(t, ref, &url, err);
    if (st != MOULT_OK)
        return st;
    if (!t->desired) {
        error_set(err, MOULT_ERR_CONFIG, "the database \"%s\" has no desired state", ref);
        error_detail(err, "hint",
                     "add desired = \"FOLDER\" to [database.%s], or name a tenant: %s@TENANT", ref,
                     ref);
        return MOULT_ERR_CONFIG;
    }
    if (++l->depth > DEEPEST)
        return error_set(err, MOULT_ERR_CONFIG, "the desired state of \"%s\" leads back to itself",
                         ref);
    return load(l, t->desired, ref, out, err);
}

/* ---- files ---- */

static moult_status load_ddl(struct loading *l, const char *path, const char *like,
                             moult_snapshot **out, moult_error *err)
{
    CLEANUP_TARGETS moult_targets *t = targets_new(l->m, err);
    moult_tree *tree;
    struct renames *hints;
    if (!t)
        return MOULT_ERR_NOMEM;
    moult_status st = settings_like(l, like, t, err);
    if (st != MOULT_OK)
        return st;
    if (l->how && l->how->scratch) {
        t->adapter.scratch = l->how->scratch;
        t->adapter.scratch_local = false;
    }
    st = desired_load(l->m, &t->adapter, path, l->how, &tree, &hints, err);
    if (st != MOULT_OK)
        return st;
    st = snapshot_new(tree, path, out, err);
    if (st == MOULT_OK)
        (*out)->hints = hints;
    else if (hints) {
        renames_free(hints);
        free(hints);
    }
    return st;
}

/* Leaves out what a database that is LIKE this does not own. */
static moult_status in_scope(struct loading *l, const char *like, moult_snapshot *s,
                             moult_error *err)
{
    CLEANUP_TARGETS moult_targets *t = targets_new(l->m, err);
    struct scope scope;
    if (!t)
        return MOULT_ERR_NOMEM;
    moult_status st = scope_like(l, like, t, &scope, err);
    if (st != MOULT_OK || (!scope.manage && !scope.ignore))
        return st;
    moult_tree *part;
    st = tree_filter(s->tree, scope.manage, scope.ignore, &part, err);
    if (st != MOULT_OK)
        return st;
    s->origin = arena_str(&part->arena, s->origin);
    tree_free(s->tree);
    s->tree = part;
    return s->origin.p ? MOULT_OK : error_nomem(err);
}

static moult_status load_file(struct loading *l, const char *path, const char *like,
                              moult_snapshot **out, moult_error *err)
{
    CLEANUP_BUF struct buf text = {0};
    moult_status st = file_read(path, &text, err);
    if (st != MOULT_OK)
        return st;
    struct str bytes = buf_view(&text);
    if (bytes.n >= 16 && memcmp(bytes.p, "SQLite format 3", 16) == 0) {
        error_set(err, MOULT_ERR_CONFIG,
                  "\"%s\" is an SQLite database; a database is named by its URL", path);
        error_detail(err, "file", "%s", path);
        error_detail(err, "hint", "write sqlite:%s", path);
        return MOULT_ERR_CONFIG;
    }
    if (str_starts(bytes, STR("\xef\xbb\xbf")))
        bytes = (struct str){bytes.p + 3, bytes.n - 3};
    while (bytes.n && strchr(" \t\r\n", *bytes.p))
        bytes = (struct str){bytes.p + 1, bytes.n - 1};
    if (!bytes.n || *bytes.p != '{')
        return load_ddl(l, path, like, out, err);
    return snapshot_read(bytes, path, out, err);
}

/* ---- all of them ---- */

static moult_status not_found(struct loading *l, const char *ref, moult_error *err)
{
    const struct config_value *all = config_at(l->m->config, "database");
    const char *names[32];
    size_t n = 0;
    for (const struct config_value *v = all ? all->first : NULL; v && n < 32; v = v->next)
        names[n++] = v->key;
    error_set(err, MOULT_ERR_CONFIG, "\"%s\" is nothing that moult knows", ref);
    error_detail(
        err, "detail",
        "it is no URL, no file or folder, no snapshot of the store (store:...), and no database of %s",
        l->m->config->path ? l->m->config->path : "moult.toml, which is not here");
    const char *near = near_word(ref, names, n);
    if (near)
        error_detail(err, "hint", "did you mean \"%s\"?", near);
    return MOULT_ERR_CONFIG;
}

static moult_status load(struct loading *l, const char *ref, const char *like, moult_snapshot **out,
                         moult_error *err)
{
    moult_status st;
    if (strncmp(ref, "store:", 6) == 0)
        st = storage_load(l->m, ref + 6, out, err);
    else if (host_is_url(ref) && !file_exists(ref))
        return load_url(l, ref, like, out, err);
    else if (file_is_dir(ref))
        return load_ddl(l, ref, like, out, err);
    else if (file_exists(ref))
        st = load_file(l, ref, like, out, err);
    else if (!is_database(l->m, (struct str){ref, strcspn(ref, "@")}))
        return not_found(l, ref, err);
    else
        return strchr(ref, '@') ? load_tenant(l, ref, out, err) : load_name(l, ref, out, err);
    if (st == MOULT_OK)
        st = in_scope(l, like, *out, err);
    return st;
}

static moult_status filter(const moult_load *how, moult_snapshot *s, moult_error *err)
{
    bool some = how && ((how->include && how->include[0]) || (how->exclude && how->exclude[0]));
    if (!some || !s)
        return MOULT_OK;
    moult_tree *part;
    const char *const *include = how->include && how->include[0] ? how->include : NULL;
    moult_status st = tree_filter(s->tree, include, how->exclude, &part, err);
    if (st != MOULT_OK)
        return st;
    struct str origin = arena_str(&part->arena, s->origin);
    tree_free(s->tree);
    s->tree = part;
    s->origin = origin;
    return origin.p ? MOULT_OK : error_nomem(err);
}

moult_status moult_snapshot_load(moult *m, const char *ref, const moult_load *how,
                                 moult_snapshot **out, moult_error *err)
{
    *out = NULL;
    struct loading l = {.m = m, .how = how};
    CLEANUP_SNAPSHOT moult_snapshot *s = NULL;
    moult_status st = load(&l, ref, how ? how->like : NULL, &s, err);
    if (st == MOULT_OK)
        st = filter(how, s, err);
    if (st != MOULT_OK)
        return st;
    *out = s;
    s = NULL;
    return MOULT_OK;
}
