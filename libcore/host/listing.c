/* SPDX-License-Identifier: Apache-2.0 */
/* The effective settings, for people: with where each came from, and without secrets. */
#include "../base/cleanup.h"
#include "registry.h"

#define DEEPEST 6

struct listing {
    struct moult *m;
    moult_setting_fn *fn;
    void *arg;
    moult_error *err;
    const char *path[DEEPEST];
};

/* ---- which parameters are secret ---- */

static bool is_secret(const struct loaded *plugin, const char *name)
{
    for (size_t i = 0; plugin->ifaces[i]; i++)
        for (size_t k = 0; plugin->ifaces[i]->params && plugin->ifaces[i]->params[k]; k++) {
            const moult_param *p = plugin->ifaces[i]->params[k];
            if (strcmp(p->name, name) == 0)
                return p->flags & MOULT_PARAM_SECRET;
        }
    return true; /* nobody declared it: nobody knows */
}

/* The plugin whose parameters stand in the section; only it knows which of them are secrets. */
static const struct loaded *plugin_of(struct moult *m, const char *const *path, moult_error *why)
{
    struct entry *e = NULL;
    if (strcmp(path[0], "snapshots") == 0) {
        const moult_store *store = NULL;
        const char *name = NULL;
        if (config_string(m->config, "snapshots.store", &name, why) || !name ||
            host_store(m, name, &store, why))
            return NULL;
        LOCK_SCOPE(&m->mutex);
        return registry_plugin_of(m, &store->head);
    }
    LOCK_SCOPE(&m->mutex);
    e = registry_entry(m, path[1]);
    return e && !e->state && !entry_open(m, e, why) ? &e->loaded : NULL;
}

static bool must_hide(struct listing *l, size_t depth, const struct config_value *v)
{
    if (config_rule_for(l->path, depth) || config_is_env(v))
        return false; /* the name of a variable is no secret */
    CLEANUP_ERROR moult_error *why = moult_error_new();
    const struct loaded *plugin = plugin_of(l->m, l->path, why);
    if (!plugin)
        host_log(l->m, MOULT_LOG_WARNING, "%s is not shown, since its plugin does not load: %s",
                 v->key, moult_error_message(why));
    return !plugin || is_secret(plugin, v->key);
}

/* ---- the walk ---- */

static bool hide_passwords(struct arena *a, struct config_value *v)
{
    if (v->type == CONFIG_STRING && !(v->text = text_shown(a, v->text)).p)
        return false;
    for (struct config_value *m = v->first; m; m = m->next)
        if (!hide_passwords(a, m))
            return false;
    return true;
}

static moult_status show(struct listing *l, size_t depth, const struct config_value *v)
{
    CLEANUP_BUF struct buf key = {0}, text = {0};
    CLEANUP(arena_free) struct arena a = {0};
    for (size_t i = 0; i < depth; i++)
        buf_printf(&key, "%s%s", i ? "." : "", l->path[i]);
    if (must_hide(l, depth, v))
        buf_puts(&text, "\"***\"");
    else {
        struct config_value *copy = config_copy(&a, v);
        if (!copy || !hide_passwords(&a, copy))
            return error_nomem(l->err);
        config_write(&text, copy);
    }
    if (!buf_ok(&key) || !buf_ok(&text))
        return error_nomem(l->err);
    moult_status s = l->fn(l->arg, key.p, text.p, v->from);
    return s ? error_set(l->err, s, "the list of settings was not taken") : MOULT_OK;
}

/* Of the environments only the chosen one has an effect; what it overrides is in its place. */
static bool is_shown(const struct listing *l, size_t depth)
{
    const char *chosen = l->m->config->environment;
    if (strcmp(l->path[0], "environment") != 0 || depth < 2)
        return true;
    return chosen && strcmp(l->path[1], chosen) == 0 &&
           (depth < 3 ||
            (strcmp(l->path[2], "database") != 0 && strcmp(l->path[2], "snapshots") != 0));
}

static moult_status walk(struct listing *l, const struct config_value *table, size_t depth)
{
    for (const struct config_value *v = table->first; v; v = v->next) {
        l->path[depth] = v->key;
        if (!is_shown(l, depth + 1))
            continue;
        bool leaf =
            v->type != CONFIG_TABLE || config_rule_for(l->path, depth + 1) || depth + 1 == DEEPEST;
        moult_status s = leaf ? show(l, depth + 1, v) : walk(l, v, depth + 1);
        if (s)
            return s;
    }
    return MOULT_OK;
}

moult_status moult_settings(moult *m, moult_setting_fn *fn, void *arg, moult_error *err)
{
    struct listing l = {.m = m, .fn = fn, .arg = arg, .err = err};
    return walk(&l, m->config->root, 0);
}
