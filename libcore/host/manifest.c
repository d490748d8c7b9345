/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests: one small TOML file a plugin, which its package drops into plugins.d. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/file.h"
#include "interfaces.h"
#include "registry.h"

#define ABI_TEXT_(major, minor) #major "." #minor
#define ABI_TEXT(major, minor) ABI_TEXT_(major, minor)

static const struct key {
    const char *name;
    bool array, required;
} keys[] = {
    {"name", false, true},    {"module", false, true},  {"version", false, true},
    {"summary", false, true}, {"abi", false, true},     {"package", false, false},
    {"provides", true, true}, {"schemes", true, false},
};

struct parsing {
    struct arena *a;
    moult_error *err;
};

static moult_status wrong(const struct parsing *p, const char *how, const char *what)
{
    return error_set(p->err, MOULT_ERR_INVALID, "%s \"%s\"", how, what);
}

static moult_status check_keys(const struct parsing *p, const struct config_value *root)
{
    size_t n = sizeof keys / sizeof *keys;
    for (const struct config_value *v = root->first; v; v = v->next) {
        size_t i = 0;
        while (i < n && strcmp(keys[i].name, v->key) != 0)
            i++;
        if (i == n)
            return wrong(p, "unknown key", v->key);
        if (v->type != (keys[i].array ? CONFIG_ARRAY : CONFIG_STRING))
            return wrong(p, keys[i].array ? "not an array of strings:" : "not a string:", v->key);
        for (const struct config_value *m = v->first; m; m = m->next)
            if (m->type != CONFIG_STRING)
                return wrong(p, "not an array of strings:", v->key);
    }
    for (size_t i = 0; i < n; i++)
        if (keys[i].required && !config_member(root, keys[i].name))
            return wrong(p, "missing key", keys[i].name);
    return MOULT_OK;
}

static const char *text_of(const struct config_value *root, const char *key)
{
    const struct config_value *v = config_member(root, key);
    return v ? v->text.p : NULL;
}

static moult_status words_of(const struct parsing *p, const struct config_value *root,
                             const char *key, const char ***out, size_t *count)
{
    const struct config_value *v = config_member(root, key);
    size_t n = 0, i = 0;
    for (const struct config_value *m = v ? v->first : NULL; m; m = m->next)
        n++;
    *out = arena_array(p->a, n + 1, sizeof **out);
    if (!*out)
        return error_nomem(p->err);
    for (const struct config_value *m = v ? v->first : NULL; m; m = m->next)
        (*out)[i++] = m->text.p;
    *count = n;
    return MOULT_OK;
}

/* "kind:name" of lower-case words. */
static bool interface_name_ok(struct arena *a, const char *text)
{
    const char *colon = strchr(text, ':');
    struct str kind = arena_str(a, (struct str){text, colon ? (size_t)(colon - text) : 0});
    return colon && kind.p && plugin_name_ok(kind.p) && plugin_name_ok(colon + 1);
}

static moult_status fill(const struct parsing *p, const struct config_value *root, struct entry *e)
{
    moult_status s = check_keys(p, root);
    if (s)
        return s;
    const char *name = text_of(root, "name");
    if (!name || strcmp(name, e->name) != 0)
        return wrong(p, "the file's name is not that of the plugin", name ? name : "none");
    if (!plugin_name_ok(text_of(root, "module")))
        return wrong(p, "module is not a name of lower-case letters, digits and \"-\":",
                     text_of(root, "module"));
    e->module = text_of(root, "module");
    e->version = text_of(root, "version");
    e->summary = text_of(root, "summary");
    e->package = text_of(root, "package");
    s = words_of(p, root, "provides", &e->provides, &e->provide_count);
    if (!s)
        s = words_of(p, root, "schemes", &e->schemes, &e->scheme_count);
    for (size_t i = 0; !s && i < e->provide_count; i++)
        if (!interface_name_ok(p->a, e->provides[i]))
            s = wrong(p, "not KIND:NAME:", e->provides[i]);
    const char *abi = text_of(root, "abi");
    if (!s && abi && strcmp(abi, ABI_TEXT(MOULT_ABI_MAJOR, MOULT_ABI_MINOR)) != 0) {
        struct str state = arena_printf(p->a, "made for ABI %s, this moult serves %s", abi,
                                        ABI_TEXT(MOULT_ABI_MAJOR, MOULT_ABI_MINOR));
        e->state = state.p;
    }
    return s;
}

/* The module of a flat folder of plugins, or of a build tree with one folder a plugin. */
static const char *find_module(struct moult *m, const char *module)
{
    if (loader_is_builtin(module))
        return "";
    struct str flat = arena_printf(&m->arena, "%s/%s.so", m->options.plugin_dir, module);
    struct str nested =
        arena_printf(&m->arena, "%s/%s/.libs/%s.so", m->options.plugin_dir, module, module);
    if (flat.p && nested.p && !file_exists(flat.p) && file_exists(nested.p))
        return nested.p;
    return flat.p;
}

static moult_status read_manifest(struct moult *m, const char *path, struct str text,
                                  struct entry *e, moult_error *err)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    struct parsing p = {.a = &m->arena, .err = why};
    struct config_value *root;
    if (!why)
        return error_nomem(err);
    moult_status s = toml_parse(&m->arena, text, path, &root, why);
    if (!s)
        s = fill(&p, root, e);
    if (s == MOULT_ERR_NOMEM)
        return error_nomem(err);
    if (s) {
        struct str state =
            arena_printf(&m->arena, "its manifest is wrong: %s", moult_error_message(why));
        e->state = state.p;
        e->provide_count = e->scheme_count = 0;
        return state.p ? MOULT_OK : error_nomem(err);
    }
    e->file = find_module(m, e->module);
    if (!e->file)
        return error_nomem(err);
    if (!e->state && *e->file && !file_exists(e->file)) {
        struct str state = arena_printf(&m->arena, "its module %s is missing", e->file);
        e->state = state.p;
    }
    return MOULT_OK;
}

static moult_status add_manifest(struct moult *m, const char *dir, const char *file,
                                 bool overriding, moult_error *err)
{
    struct str path = file_join(&m->arena, dir, file);
    struct str name = arena_str(&m->arena, (struct str){file, strlen(file) - strlen(".toml")});
    CLEANUP_BUF struct buf text = {0};
    if (!path.p || !name.p)
        return error_nomem(err);
    if (!plugin_name_ok(name.p))
        return MOULT_OK; /* an editor's or a package manager's leftover */
    moult_status s = file_read(path.p, &text, err);
    if (s)
        return s;
    struct entry *e = registry_entry(m, name.p);
    if (!e && !(e = registry_add(m, name.p)))
        return error_nomem(err);
    if (overriding && buf_view(&text).n == 0) {
        struct str state = arena_printf(&m->arena, "masked by %s", path.p);
        if (!e->manifest) /* nothing to mask yet: it may be built in */
            *e = (struct entry){.name = e->name,
                                .module = e->name,
                                .version = "",
                                .summary = "",
                                .file = "",
                                .manifest = path.p};
        e->state = state.p;
        return state.p ? MOULT_OK : error_nomem(err);
    }
    *e = (struct entry){.name = e->name,
                        .module = e->name,
                        .version = "",
                        .summary = "",
                        .file = "",
                        .manifest = path.p};
    return read_manifest(m, path.p, buf_view(&text), e, err);
}

static int is_manifest(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".toml") == 0;
}

moult_status manifests_add(struct moult *m, const char *dir, bool overriding, moult_error *err)
{
    struct dirent **files;
    int n = scandir(dir, &files, is_manifest, alphasort);
    if (n < 0 && (errno == ENOENT || errno == ENOTDIR))
        return MOULT_OK; /* nothing is installed */
    if (n < 0)
        return error_set(err, MOULT_ERR_CONFIG, "cannot read the folder \"%s\": %s", dir,
                         strerror(errno));
    moult_status s = MOULT_OK;
    for (int i = 0; i < n; i++) {
        if (!s)
            s = add_manifest(m, dir, files[i]->d_name, overriding, err);
        free(files[i]);
    }
    free(files);
    return s;
}
