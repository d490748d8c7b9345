/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the plugin that offers an interface, and loads it when it is first needed. */
#include "registry.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/sha256.h"
#include "interfaces.h"
#include "trust.h"

/* ---- entries ---- */

struct entry *registry_entry(struct moult *m, const char *name)
{
    for (size_t i = 0; i < m->registry->count; i++)
        if (strcmp(m->registry->entries[i].name, name) == 0)
            return &m->registry->entries[i];
    return NULL;
}

struct entry *registry_add(struct moult *m, const char *name)
{
    struct registry *r = m->registry;
    if (!ARENA_PUSH(&m->arena, r->entries, r->count, r->cap))
        return NULL;
    size_t i = r->count - 1;
    while (i > 0 && strcmp(r->entries[i - 1].name, name) > 0)
        i--;
    memmove(&r->entries[i + 1], &r->entries[i], (r->count - 1 - i) * sizeof *r->entries);
    r->entries[i] = (struct entry){.name = name};
    return &r->entries[i];
}

static moult_status describe(struct moult *m, struct entry *e, const moult_plugin *d,
                             moult_error *err)
{
    size_t n = 0;
    while (d->ifaces[n])
        n++;
    e->version = d->version;
    e->summary = d->summary;
    e->provides = arena_array(&m->arena, n + 1, sizeof *e->provides);
    for (size_t i = 0; e->provides && i < n; i++) {
        struct str s = arena_printf(&m->arena, "%s:%s", d->ifaces[i]->kind, d->ifaces[i]->name);
        if (!s.p)
            return error_nomem(err);
        e->provides[i] = s.p;
    }
    e->provide_count = n;
    return e->provides ? MOULT_OK : error_nomem(err);
}

/* ---- trust ---- */

const char *entry_distrust(struct moult *m, const struct entry *e)
{
    static const char not_accepted[] = "its moult.toml was not accepted: moult trust";
    char hex[65];
    CLEANUP_FREE char *config = m->config->path ? realpath(m->config->path, NULL) : NULL;
    CLEANUP_FREE char *file = realpath(e->file, NULL);
    if (!config || trust_lookup(config, hex, NULL) || strcmp(hex, m->config->digest) != 0)
        return not_accepted;
    if (!file)
        return "its file is missing";
    CLEANUP_BUF struct buf bytes = {0};
    char now[65];
    if (trust_lookup(file, hex, NULL) || file_read(file, &bytes, NULL) ||
        !sha256_hex(buf_view(&bytes), now) || strcmp(hex, now) != 0)
        return "its file was changed after it was accepted: moult trust";
    return NULL;
}

static moult_status check_trust(struct moult *m, const struct entry *e, moult_error *err)
{
    const char *why = entry_distrust(m, e);
    if (!why)
        return MOULT_OK;
    error_set(err, MOULT_ERR_REFUSED, "the plugin \"%s\" of %s is not opened: %s", e->name,
              m->config->path, why);
    error_detail(err, "file", "%s", e->file);
    error_detail(err, "hint", "if you trust these files: moult trust %s", m->config->path);
    return MOULT_ERR_REFUSED;
}

/* ---- opening ---- */

static moult_status open_file(struct moult *m, struct entry *e, moult_error *err)
{
    char accepted[65] = "";
    moult_status s = MOULT_OK;
    if (!*e->file)
        return loader_open(m, e->module, &e->loaded, err);
    if (e->by_path) {
        s = check_trust(m, e, err);
        CLEANUP_FREE char *real = s ? NULL : realpath(e->file, NULL);
        if (!s)
            s = real ? trust_lookup(real, accepted, err) : check_trust(m, e, err);
        if (s)
            return s;
        if (e->sha256 && strcmp(accepted, e->sha256) != 0)
            accepted[0] = 0; /* the pin decides, and will fail */
    }
    s = loader_open_pinned(m, e->file, *accepted ? accepted : e->sha256, &e->loaded, err);
    if (s == MOULT_ERR_NOT_FOUND && e->package)
        error_detail(err, "hint", "install %s", e->package);
    return s;
}

moult_status entry_open(struct moult *m, struct entry *e, moult_error *err)
{
    if (e->opened)
        return MOULT_OK;
    moult_status s = open_file(m, e, err);
    if (s)
        return s;
    const moult_plugin *d = e->loaded.descriptor;
    if (strcmp(d->name, e->name) != 0) {
        error_set(err, MOULT_ERR_CONFIG, "%s names the plugin \"%s\", but the module is \"%s\"",
                  e->manifest, e->name, d->name);
        error_detail(err, "file", "%s", *e->file ? e->file : e->module);
        return MOULT_ERR_CONFIG;
    }
    CLEANUP_BUF struct buf section = {0};
    buf_printf(&section, "plugins.%s", e->name);
    s = buf_ok(&section) ? settings_check_section(m, section.p, &e->loaded, err) : error_nomem(err);
    if (!s && (e->by_path || !e->provide_count))
        s = describe(m, e, d, err);
    e->opened = !s;
    return s;
}

/* ---- filling ---- */

static moult_status add_builtins(struct moult *m, moult_error *err)
{
    size_t len;
    const char *symbol;
    for (size_t i = 0; (symbol = loader_builtin_at(i, &len)); i++) {
        struct str name = arena_str(&m->arena, (struct str){symbol, len});
        struct loaded loaded;
        if (!name.p)
            return error_nomem(err);
        moult_status s = loader_open(m, name.p, &loaded, err);
        if (s)
            return s;
        if (registry_entry(m, loaded.descriptor->name))
            continue;
        struct entry *e = registry_add(m, loaded.descriptor->name);
        if (!e)
            return error_nomem(err);
        e->module = name.p;
        e->manifest = "built in";
        e->file = "";
        if ((s = describe(m, e, loaded.descriptor, err)))
            return s;
    }
    return MOULT_OK;
}

static moult_status add_by_path(struct moult *m, const struct config_value *v,
                                const struct config_value *path, moult_error *err)
{
    CLEANUP_FREE char *folder = realpath(m->config->folder, NULL);
    struct str file = path->text.p[0] == '/' ? path->text
                      : folder               ? file_join(&m->arena, folder, path->text.p)
                                             : (struct str){0};
    size_t n = path->text.n;
    if (!plugin_name_ok(v->key) || n < 4 || strcmp(path->text.p + n - 3, ".so") != 0) {
        config_fail(path, m->config->path, err, MOULT_ERR_CONFIG,
                    "\"%s\" must be the path of a .so file, and its plugin's name \"%s\" of "
                    "lower-case letters, digits and \"-\"",
                    path->key, v->key);
        return MOULT_ERR_CONFIG;
    }
    struct entry *e = registry_entry(m, v->key);
    if (!e)
        e = registry_add(m, v->key);
    if (!e || !file.p)
        return error_nomem(err);
    *e = (struct entry){.name = v->key,
                        .module = v->key,
                        .version = "",
                        .summary = "",
                        .manifest = "moult.toml",
                        .file = file.p,
                        .by_path = true};
    return MOULT_OK;
}

static bool is_enabled(const struct config_value *enable, const char *name)
{
    for (const struct config_value *v = enable->first; v; v = v->next)
        if (str_is(v->text, name))
            return true;
    return false;
}

static moult_status apply_config(struct moult *m, moult_error *err)
{
    const struct config_value *plugins = config_at(m->config, "plugins");
    for (const struct config_value *v = plugins ? plugins->first : NULL; v; v = v->next) {
        const struct config_value *path = config_member(v, "path");
        moult_status s = path ? add_by_path(m, v, path, err) : MOULT_OK;
        struct entry *e = registry_entry(m, v->key);
        if (s)
            return s;
        if (!e)
            continue;
        const struct config_value *pin = config_member(v, "sha256");
        const struct config_value *enabled = config_member(v, "enabled");
        e->sha256 = pin ? pin->text.p : NULL;
        if (enabled && !enabled->integer)
            e->state = "not enabled";
    }
    const struct config_value *enable = config_at(m->config, "enable");
    for (size_t i = 0; enable && i < m->registry->count; i++)
        if (!is_enabled(enable, m->registry->entries[i].name))
            m->registry->entries[i].state = "not enabled";
    return MOULT_OK;
}

moult_status registry_fill(struct moult *m, moult_error *err)
{
    moult_status s;
    if (m->options.manifest_dir)
        s = manifests_add(m, m->options.manifest_dir, false, err);
    else {
        s = manifests_add(m, MOULT_MANIFEST_DIR, false, err);
        if (!s)
            s = manifests_add(m, MOULT_CONFIG_DIR "/plugins.d", true, err);
    }
    if (!s)
        s = add_builtins(m, err);
    return s ? s : apply_config(m, err);
}

/* ---- searching ---- */

const char *well_known_package(const char *kind, const char *name)
{
    static const struct {
        const char *name, *package;
    } adapters[] = {{"sqlite", "moult-adapter-sqlite"},
                    {"sqlite3", "moult-adapter-sqlite"},
                    {"postgres", "moult-adapter-postgres"},
                    {"postgresql", "moult-adapter-postgres"},
                    {"mysql", "moult-adapter-mysql"},
                    {"mariadb", "moult-adapter-mysql"}},
      others[] = {{"store-fs", "moult-store-fs"},
                  {"store-s3", "moult-store-s3"},
                  {"planner-default", "moult-planner-default"}};
    for (size_t i = 0; i < sizeof adapters / sizeof *adapters; i++)
        if (strcmp(kind, "store") != 0 && strcmp(kind, "planner") != 0 &&
            strcasecmp(adapters[i].name, name) == 0)
            return adapters[i].package;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i].name, name) == 0)
            return others[i].package;
    return NULL;
}

static moult_status check_name(struct moult *m, const struct config_value *v, const char *name,
                               moult_error *err)
{
    if (registry_entry(m, name))
        return MOULT_OK;
    const char *words[64], *package = well_known_package("plugin", name);
    size_t n = 0;
    for (; n < m->registry->count && n < 64; n++)
        words[n] = m->registry->entries[n].name;
    config_fail(v, m->config->path, err, MOULT_ERR_NOT_FOUND, "there is no plugin \"%s\"", name);
    if (package)
        error_detail(err, "hint", "install %s", package);
    else
        hint_words(err, name, words, n);
    return MOULT_ERR_NOT_FOUND;
}

/* A plugin that moult.toml speaks of and that is not there: a wrong name would change nothing,
 * silently.  Looked at when plugins are needed, so that `plugin list` works. */
static moult_status check_names(struct moult *m, moult_error *err)
{
    if (m->registry->names_checked)
        return MOULT_OK;
    moult_status s = MOULT_OK;
    const struct config_value *enable = config_at(m->config, "enable");
    const struct config_value *plugins = config_at(m->config, "plugins");
    for (const struct config_value *v = enable ? enable->first : NULL; v && !s; v = v->next)
        s = check_name(m, v, v->text.p, err);
    for (const struct config_value *v = plugins ? plugins->first : NULL; v && !s; v = v->next)
        s = check_name(m, v, v->key, err);
    m->registry->names_checked = !s;
    return s;
}

static bool word_is(const char *word, const char *kind, const char *name)
{
    size_t n = strlen(kind);
    return strncmp(word, kind, n) == 0 && word[n] == ':' && strcmp(word + n + 1, name) == 0;
}

/* Does the manifest say that it serves KIND:NAME?  A plugin that offers one interface of the kind is
 * also found by its own name. */
static bool says_it_serves(const struct entry *e, const char *kind, const char *name)
{
    size_t n = strlen(kind), of_kind = 0;
    for (size_t i = 0; i < e->provide_count; i++) {
        if (word_is(e->provides[i], kind, name))
            return true;
        of_kind += strncmp(e->provides[i], kind, n) == 0 && e->provides[i][n] == ':';
    }
    return of_kind == 1 && strcmp(e->name, name) == 0;
}

static const moult_iface *iface_of(const struct entry *e, const char *kind, const char *name)
{
    const moult_iface *only = NULL;
    size_t of_kind = 0;
    for (const moult_iface *const *i = e->loaded.ifaces; *i; i++)
        if (strcmp((*i)->kind, kind) == 0) {
            if (strcmp((*i)->name, name) == 0)
                return *i;
            only = *i;
            of_kind++;
        }
    return of_kind == 1 && strcmp(e->name, name) == 0 ? only : NULL;
}

static moult_status not_found(struct moult *m, const char *kind, const char *name, moult_error *err)
{
    const char *package = well_known_package(kind, name);
    for (size_t i = 0; i < m->registry->count; i++) {
        const struct entry *e = &m->registry->entries[i];
        if (!e->state || (!says_it_serves(e, kind, name) && strcmp(e->name, name) != 0))
            continue;
        error_set(err, MOULT_ERR_NOT_FOUND, "the plugin \"%s\" cannot be used: %s", e->name,
                  e->state);
        if (e->package && *e->file && !file_exists(e->file))
            error_detail(err, "hint", "install %s", e->package);
        else
            error_detail(err, "hint", "see: moult plugin list");
        return MOULT_ERR_NOT_FOUND;
    }
    error_set(err, MOULT_ERR_NOT_FOUND, "there is no plugin that offers the %s \"%s\"", kind, name);
    if (package)
        error_detail(err, "hint", "install %s", package);
    else
        error_detail(err, "hint", "see: moult plugin list");
    return MOULT_ERR_NOT_FOUND;
}

/* The plugins by path: first the one of that name, then, if LATER, every other one. */
static moult_status search_paths(struct moult *m, const char *kind, const char *name, bool later,
                                 const moult_iface **out, moult_error *err)
{
    for (size_t i = 0; i < m->registry->count && !*out; i++) {
        struct entry *e = &m->registry->entries[i];
        if (!e->by_path || e->state || (strcmp(e->name, name) == 0) == later)
            continue;
        moult_status s = entry_open(m, e, err);
        if (s)
            return s;
        *out = iface_of(e, kind, name);
    }
    return MOULT_OK;
}

static moult_status search_manifests(struct moult *m, const char *kind, const char *name,
                                     const moult_iface **out, moult_error *err)
{
    struct entry *found = NULL;
    for (size_t i = 0; i < m->registry->count; i++) {
        struct entry *e = &m->registry->entries[i];
        if (e->by_path || e->state || !says_it_serves(e, kind, name))
            continue;
        if (found) {
            error_set(err, MOULT_ERR_CONFIG, "both plugins \"%s\" and \"%s\" offer the %s \"%s\"",
                      found->name, e->name, kind, name);
            error_detail(err, "hint", "disable one: [plugins.%s] enabled = false", e->name);
            return MOULT_ERR_CONFIG;
        }
        found = e;
    }
    moult_status s = found ? entry_open(m, found, err) : MOULT_OK;
    if (!found || s)
        return s;
    if (!(*out = iface_of(found, kind, name)))
        return error_set(err, MOULT_ERR_CONFIG,
                         "the manifest %s promises the %s \"%s\", which the module does not offer",
                         found->manifest, kind, name);
    return MOULT_OK;
}

static moult_status find(struct moult *m, const char *kind, const char *name,
                         const moult_iface **out, moult_error *err)
{
    *out = NULL;
    LOCK_SCOPE(&m->mutex);
    moult_status s = check_names(m, err);
    if (!s)
        s = search_paths(m, kind, name, false, out, err);
    if (!s && !*out)
        s = search_manifests(m, kind, name, out, err);
    if (!s && !*out)
        s = search_paths(m, kind, name, true, out, err);
    return s || *out ? s : not_found(m, kind, name, err);
}

#define FIND(kind)                                                                                 \
    moult_status host_##kind(struct moult *m, const char *name, const moult_##kind **out,          \
                             moult_error *err)                                                     \
    {                                                                                              \
        const moult_iface *iface;                                                                  \
        moult_status s = find(m, #kind, name, &iface, err);                                        \
        *out = (const moult_##kind *)(const void *)iface;                                          \
        return s;                                                                                  \
    }
FIND(dialect)
FIND(reader)
FIND(writer)
FIND(store)
FIND(planner)

const struct loaded *registry_plugin_of(struct moult *m, const moult_iface *iface)
{
    for (size_t i = 0; i < m->registry->count; i++) {
        const struct entry *e = &m->registry->entries[i];
        for (size_t k = 0; e->opened && e->loaded.ifaces[k]; k++)
            if (e->loaded.ifaces[k] == iface)
                return &e->loaded;
    }
    return NULL;
}
