/* SPDX-License-Identifier: Apache-2.0 */
/* Telling people which plugins there are. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "interfaces.h"
#include "registry.h"

static void join(struct buf *b, const struct entry *e)
{
    for (size_t i = 0; i < e->provide_count; i++)
        buf_printf(b, "%s%s", i ? " " : "", e->provides[i]);
}

static moult_status tell(struct moult *m, const struct entry *e, moult_plugin_fn *fn, void *arg,
                         moult_error *err)
{
    CLEANUP_BUF struct buf provides = {0};
    join(&provides, e);
    if (!buf_ok(&provides))
        return error_nomem(err);
    const char *state = e->state;
    if (!state && e->by_path)
        state = entry_distrust(m, e);
    moult_plugin_info info = {
        .size = MOULT_END(moult_plugin_info, descriptor),
        .loaded = e->opened,
        .name = e->name,
        .file = e->file,
        .version = e->version,
        .summary = e->summary,
        .provides = buf_view(&provides).p,
        .manifest = e->manifest,
        .state = state ? state : "available",
        .descriptor = e->opened ? e->loaded.descriptor : NULL,
    };
    moult_status s = fn(arg, &info);
    return s ? error_set(err, s, "the list of plugins was not taken") : MOULT_OK;
}

/* What moult.toml speaks of and nobody installed. */
static moult_status tell_missing(struct moult *m, const char *name, moult_plugin_fn *fn, void *arg,
                                 moult_error *err)
{
    if (registry_entry(m, name))
        return MOULT_OK;
    const struct entry e = {.name = name,
                            .version = "",
                            .summary = "",
                            .file = "",
                            .manifest = "moult.toml",
                            .state = "not installed"};
    return tell(m, &e, fn, arg, err);
}

moult_status moult_plugin_list(moult *m, moult_plugin_fn *fn, void *arg, moult_error *err)
{
    moult_status s = MOULT_OK;
    const struct config_value *plugins = config_at(m->config, "plugins");
    const struct config_value *enable = config_at(m->config, "enable");
    for (size_t i = 0; i < m->registry->count && !s; i++)
        s = tell(m, &m->registry->entries[i], fn, arg, err);
    for (const struct config_value *v = plugins ? plugins->first : NULL; v && !s; v = v->next)
        s = tell_missing(m, v->key, fn, arg, err);
    for (const struct config_value *v = enable ? enable->first : NULL; v && !s; v = v->next)
        if (!plugins || !config_member(plugins, v->text.p))
            s = tell_missing(m, v->text.p, fn, arg, err);
    return s;
}

/* A module that the caller names by its path: asking for it by name is reason enough to open it. */
static moult_status get_path(struct moult *m, const char *path, moult_plugin_fn *fn, void *arg,
                             moult_error *err)
{
    const char *slash = strrchr(path, '/');
    CLEANUP_FREE char *folder =
        slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    CLEANUP_FREE char *real = folder ? realpath(folder, NULL) : NULL;
    if (!real)
        return error_set(err, MOULT_ERR_NOT_FOUND, "there is no plugin \"%s\"", path);
    CLEANUP_BUF struct buf file = {0}, provides = {0};
    buf_printf(&file, "%s/%s", real, slash ? slash + 1 : path);
    struct loaded loaded;
    if (!buf_ok(&file))
        return error_nomem(err);
    moult_status s = loader_open(m, file.p, &loaded, err);
    if (s)
        return s;
    for (size_t i = 0; loaded.ifaces[i]; i++)
        buf_printf(&provides, "%s%s:%s", i ? " " : "", loaded.ifaces[i]->kind,
                   loaded.ifaces[i]->name);
    if (!buf_ok(&provides))
        return error_nomem(err);
    moult_plugin_info info = {
        .size = MOULT_END(moult_plugin_info, descriptor),
        .loaded = 1,
        .name = loaded.descriptor->name,
        .file = file.p,
        .version = loaded.descriptor->version,
        .summary = loaded.descriptor->summary,
        .provides = buf_view(&provides).p,
        .manifest = "none",
        .state = "available",
        .descriptor = loaded.descriptor,
    };
    s = fn(arg, &info);
    return s ? error_set(err, s, "the description of the plugin was not taken") : MOULT_OK;
}

static moult_status unknown(struct moult *m, const char *name, moult_error *err)
{
    const char *words[64], *package = well_known_package("plugin", name);
    size_t n = 0;
    for (; n < m->registry->count && n < 64; n++)
        words[n] = m->registry->entries[n].name;
    error_set(err, MOULT_ERR_NOT_FOUND, "there is no plugin \"%s\"", name);
    if (package)
        error_detail(err, "hint", "install %s", package);
    else
        hint_words(err, name, words, n);
    return MOULT_ERR_NOT_FOUND;
}

moult_status moult_plugin_get(moult *m, const char *name, moult_plugin_fn *fn, void *arg,
                              moult_error *err)
{
    size_t n = strlen(name);
    if (strchr(name, '/') || (n > 3 && strcmp(name + n - 3, ".so") == 0))
        return get_path(m, name, fn, arg, err);
    struct entry *e = registry_entry(m, name);
    if (!e)
        return unknown(m, name, err);
    if (!e->state) {
        LOCK_SCOPE(&m->mutex);
        moult_status s = entry_open(m, e, err);
        if (s)
            return s;
    }
    return tell(m, e, fn, arg, err);
}
