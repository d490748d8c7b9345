/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of one database: those of moult.toml, or the defaults for a URL. */
#include <stdlib.h>

#include "../base/file.h"
#include "run.h"

moult_targets *targets_new(struct moult *m, moult_error *err)
{
    moult_targets *t = calloc(1, sizeof *t);
    if (!t) {
        error_nomem(err);
        return NULL;
    }
    t->m = m;
    t->op = (struct moult_op){.m = m, .what = "steps"};
    t->idle = idle_new();
    if (!t->idle) {
        free(t);
        error_nomem(err);
        return NULL;
    }
    return t;
}

void moult_targets_free(moult_targets *targets)
{
    if (!targets)
        return;
    idle_free(targets);
    arena_free(&targets->arena);
    free(targets);
}

/* The strings of an array, ending in NULL; *OUT NULL if it is absent or empty. */
static moult_status words(moult_targets *t, const struct config_value *array, const char ***out,
                          moult_error *err)
{
    size_t n = 0;
    *out = NULL;
    for (const struct config_value *v = array ? array->first : NULL; v; v = v->next)
        n++;
    if (!n)
        return MOULT_OK;
    const char **list = arena_array(&t->arena, n + 1, sizeof *list);
    if (!list)
        return error_nomem(err);
    n = 0;
    for (const struct config_value *v = array->first; v; v = v->next) {
        moult_status st = config_text(t->m->config, v, &list[n], err);
        if (st != MOULT_OK)
            return st;
        n++;
    }
    *out = list;
    return MOULT_OK;
}

static moult_status allowances(const struct config_value *array, uint32_t *bits, moult_error *err)
{
    for (const struct config_value *v = array ? array->first : NULL; v; v = v->next) {
        uint32_t more;
        moult_status st = moult_hazards_parse(v->text.p, &more, err);
        if (st != MOULT_OK)
            return error_prefix(err, "%s", v->from), st;
        *bits |= more;
    }
    return MOULT_OK;
}

static moult_status text(moult_targets *t, const struct config_value *table, const char *key,
                         const char **out, moult_error *err)
{
    const struct config_value *v = config_member(table, key);
    *out = NULL;
    moult_status st = v ? config_text(t->m->config, v, out, err) : MOULT_OK;
    return st == MOULT_OK || !v ? st : (error_prefix(err, "%s", v->from), st);
}

/* A path of moult.toml is taken from its folder. */
static moult_status path_text(moult_targets *t, const struct config_value *table, const char *key,
                              const char **out, moult_error *err)
{
    moult_status st = text(t, table, key, out, err);
    if (st != MOULT_OK || !*out || **out == '/' || host_is_url(*out) ||
        strcmp(t->m->config->folder, ".") == 0)
        return st;
    *out = file_join(&t->arena, t->m->config->folder, *out).p;
    return *out ? MOULT_OK : error_nomem(err);
}

/* TENANTS: how they are found, or NULL. */
static moult_status adapter_of(moult_targets *t, const char *url, const char *tenants,
                               moult_error *err)
{
    const char *name;
    moult_status st = host_adapter_for(t->m, url, &name, err);
    if (st == MOULT_OK)
        st = adapter_open(t->m, name, &t->adapter, err);
    if (st != MOULT_OK)
        return st;
    t->adapter.scratch = adapter_scratch_url(t->scratch, url);
    t->adapter.scratch_local = !t->scratch;
    t->adapter.target = url;
    t->adapter.tenants = tenants;
    t->adapter.scope = (struct scope){t->manage, t->ignore};
    return MOULT_OK;
}

static moult_status unknown_database(const moult_targets *t, const char *name, moult_error *err)
{
    const struct config_value *all = config_at(t->m->config, "database");
    const char *names[32];
    size_t n = 0;
    for (const struct config_value *v = all ? all->first : NULL; v && n < 32; v = v->next)
        names[n++] = v->key;
    error_set(err, MOULT_ERR_CONFIG, "there is no database \"%s\" in %s", name,
              t->m->config->path ? t->m->config->path : "moult.toml (there is none here)");
    hint_words(err, name, names, n);
    return MOULT_ERR_CONFIG;
}

moult_status database_settings(moult_targets *t, const char *name, const char **url,
                               moult_error *err)
{
    const struct config *c = t->m->config;
    const struct config_value *db = config_member(config_at(c, "database"), name);
    if (!db || db->type != CONFIG_TABLE)
        return unknown_database(t, name, err);
    t->database = db->key;
    moult_status st = text(t, db, "url", url, err);
    if (st == MOULT_OK && !*url) {
        error_set(err, MOULT_ERR_CONFIG, "database \"%s\" has no url", name);
        error_detail(err, "hint", "add url = \"sqlite:PATH\" to [database.%s]", name);
        return MOULT_ERR_CONFIG;
    }
    if (st == MOULT_OK)
        st = path_text(t, db, "desired", &t->desired, err);
    if (st == MOULT_OK)
        st = path_text(t, db, "renames", &t->renames, err);
    if (st == MOULT_OK)
        st = text(t, db, "scratch", &t->scratch, err);
    if (st == MOULT_OK)
        st = words(t, config_member(db, "planners"), &t->planners, err);
    if (st == MOULT_OK)
        st = words(t, config_member(db, "manage"), &t->manage, err);
    if (st == MOULT_OK)
        st = words(t, config_member(db, "ignore"), &t->ignore, err);
    if (st == MOULT_OK)
        st = allowances(config_member(db, "allow"), &t->allow, err);
    if (st == MOULT_OK)
        st = allowances(c->allow, &t->allow, err);
    const struct config_value *timeout = config_member(db, "lock-timeout");
    if (timeout)
        t->lock_timeout_ms = (uint64_t)timeout->integer;
    t->confirm = c->confirm;
    const struct config_value *tenants = config_member(db, "tenants");
    const char *how = tenants && tenants->first ? tenants->first->key : NULL;
    return st == MOULT_OK ? adapter_of(t, *url, how, err) : st;
}

moult_status database_of_url(moult_targets *t, const char *url, moult_error *err)
{
    t->confirm = t->m->config->confirm;
    moult_status st = allowances(t->m->config->allow, &t->allow, err);
    const char *own = arena_str(&t->arena, str_of(url)).p; /* it outlives the caller's */
    if (!own)
        return error_nomem(err);
    return st == MOULT_OK ? adapter_of(t, own, NULL, err) : st;
}
