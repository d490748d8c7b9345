/* SPDX-License-Identifier: Apache-2.0 */
/* Brings the configuration together from the file and what lies over it. */
#include "config.h"

#include <moult/moult.h>
#include <stdlib.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/sha256.h"

static moult_status set_paths(struct config *c, const char *path, moult_error *err)
{
    struct str folder = STR(".");
    if (path) {
        const char *slash = strrchr(path, '/');
        struct str copy = arena_str(&c->arena, str_of(path));
        if (slash)
            folder = (struct str){path, slash == path ? 1 : (size_t)(slash - path)};
        c->path = copy.p;
    }
    folder = arena_str(&c->arena, folder);
    c->folder = folder.p;
    return folder.p && (c->path || !path) ? MOULT_OK : error_nomem(err);
}

static moult_status fill(struct config *c, const moult_options *options, struct str text,
                         const char *path, moult_error *err)
{
    moult_status s = set_paths(c, path, err);
    if (!s && !sha256_hex(text, c->digest))
        s = error_nomem(err);
    if (!s)
        s = toml_parse(&c->arena, text, path ? path : "moult.toml", &c->root, err);
    /* Before anything is laid over it: a mistake in an environment that is not chosen, or in a
     * setting that is overridden, is a mistake too. */
    if (!s)
        s = config_check(c->root, path, err);
    return s ? s : config_overlay(c, options, err);
}

moult_status config_load_text(const moult_options *options, struct str text, const char *path,
                              struct config **out, moult_error *err)
{
    *out = NULL;
    struct config *c = calloc(1, sizeof *c);
    if (!c)
        return error_nomem(err);
    moult_status s = fill(c, options, text, path, err);
    if (s) {
        config_free(c);
        return s;
    }
    *out = c;
    return MOULT_OK;
}

moult_status config_load(const moult_options *options, struct config **out, moult_error *err)
{
    *out = NULL;
    const char *path = options->config;
    if (!path)
        path = secure_getenv("MOULT_CONFIG");
    if (!path)
        path = access("moult.toml", F_OK) == 0 ? "moult.toml" : "";
    if (!*path)
        return config_load_text(options, STR(""), NULL, out, err);
    CLEANUP_BUF struct buf text = {0};
    moult_status s = file_read(path, &text, err);
    if (s == MOULT_ERR_NOT_FOUND) {
        error_set(err, MOULT_ERR_CONFIG, "there is no configuration file \"%s\"", path);
        error_detail(err, "file", "%s", path);
        error_detail(err, "hint", "name another with --config or MOULT_CONFIG");
        return MOULT_ERR_CONFIG;
    }
    if (s)
        return s;
    return config_load_text(options, buf_view(&text), path, out, err);
}

void config_free(struct config *c)
{
    if (!c)
        return;
    arena_free(&c->arena);
    free(c);
}

const struct config_value *config_at(const struct config *c, const char *path)
{
    return config_find(c->root, path);
}

bool config_is_env(const struct config_value *v)
{
    return v->type == CONFIG_STRING && str_starts(v->text, STR("env:"));
}

moult_status config_text(const struct config *c, const struct config_value *v, const char **out,
                         moult_error *err)
{
    *out = NULL;
    if (!v)
        return MOULT_OK;
    if (v->type == CONFIG_TABLE || v->type == CONFIG_ARRAY || v->type == CONFIG_OTHER)
        return config_fail(v, c->path, err, MOULT_ERR_CONFIG, "\"%s\" must be a string, not %s",
                           v->key, config_type_name(v->type));
    if (!config_is_env(v)) {
        *out = v->text.p;
        return MOULT_OK;
    }
    const char *name = v->text.p + 4, *value = secure_getenv(name);
    if (value && *value) {
        *out = value;
        return MOULT_OK;
    }
    config_fail(v, c->path, err, MOULT_ERR_CONFIG,
                "\"%s\" is to be taken from the environment variable %s, which is %s", v->key, name,
                value ? "empty" : "not set");
    error_detail(err, "hint", "export %s, or set the value in another way", name);
    return MOULT_ERR_CONFIG;
}

moult_status config_string(const struct config *c, const char *path, const char **out,
                           moult_error *err)
{
    return config_text(c, config_at(c, path), out, err);
}
