/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a plugin's interface: what it declared, with the values that were given. */
#include "settings.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "interfaces.h"
#include "registry.h"

struct moult_config {
    const moult_iface *iface;
    const char **values; /* one a parameter, in their order; NULL: unset */
};

const char *settings_get(const moult_config *config, const char *name)
{
    if (!config || !config->iface->params || !name)
        return NULL;
    for (size_t i = 0; config->iface->params[i]; i++)
        if (strcmp(config->iface->params[i]->name, name) == 0)
            return config->values[i];
    return NULL;
}

/* ---- unknown keys ---- */

#define MAX_WORDS 64

static void add_params(const moult_iface *iface, const char **words, size_t *count)
{
    for (size_t i = 0; iface->params && iface->params[i] && *count < MAX_WORDS; i++)
        words[(*count)++] = iface->params[i]->name;
}

static bool is_core_key(const char *section, const char *key)
{
    const char *path[3] = {section, key, NULL};
    bool plugin = strncmp(section, "plugins.", 8) == 0;
    if (plugin) {
        path[0] = "plugins";
        path[1] = section + 8;
        path[2] = key;
    }
    return config_rule_for(path, plugin ? 3 : 2) != NULL;
}

moult_status settings_check_section(struct moult *m, const char *section,
                                    const struct loaded *plugin, moult_error *err)
{
    const char *words[MAX_WORDS];
    size_t n = 0;
    for (size_t i = 0; plugin->ifaces[i]; i++)
        add_params(plugin->ifaces[i], words, &n);
    const struct config_value *table = config_at(m->config, section);
    for (const struct config_value *v = table ? table->first : NULL; v; v = v->next) {
        bool known = is_core_key(section, v->key);
        for (size_t i = 0; i < n && !known; i++)
            known = strcmp(words[i], v->key) == 0;
        if (known)
            continue;
        config_fail(v, m->config->path, err, MOULT_ERR_CONFIG,
                    "unknown key \"%s\" in [%s]: no setting of the plugin \"%s\"", v->key, section,
                    plugin->descriptor->name);
        hint_words(err, v->key, words, n);
        return MOULT_ERR_CONFIG;
    }
    return MOULT_OK;
}

/* ---- values ---- */

static const char *type_name(uint32_t type)
{
    static const char *const names[] = {"", "a string", "an integer", "true or false", "a path"};
    return names[type <= MOULT_PARAM_PATH ? type : 0];
}

static bool type_fits(const moult_param *p, const struct config_value *v, const char *text)
{
    uint32_t want = p->type == MOULT_PARAM_INTEGER   ? CONFIG_INTEGER
                    : p->type == MOULT_PARAM_BOOLEAN ? CONFIG_BOOLEAN
                                                     : CONFIG_STRING;
    /* A variable's or an option's text has no type of its own. */
    bool from_text = !v->line || config_is_env(v);
    return (from_text || v->type == want) && param_value_ok(p->type, text);
}

static moult_status take_value(struct moult *m, const moult_param *p, const struct config_value *v,
                               const char **out, moult_error *err)
{
    moult_status s = config_text(m->config, v, out, err);
    if (s)
        return s;
    const char *text = *out ? *out : p->fallback;
    /* The value is not told: it may be a secret. */
    if (v && !type_fits(p, v, text))
        return config_fail(v, m->config->path, err, MOULT_ERR_CONFIG, "\"%s\" must be %s", v->key,
                           type_name(p->type));
    if (text && p->type == MOULT_PARAM_PATH && text[0] != '/') {
        struct str path = strcmp(m->config->folder, ".") == 0
                              ? arena_str(&m->arena, str_of(text))
                              : file_join(&m->arena, m->config->folder, text);
        if (!path.p)
            return error_nomem(err);
        text = path.p;
    } else if (text && *out) {
        struct str copy = arena_str(&m->arena, str_of(text)); /* getenv's may change */
        if (!copy.p)
            return error_nomem(err);
        text = copy.p;
    }
    *out = text;
    return MOULT_OK;
}

static moult_status fill(struct moult *m, const char *section, moult_config *c, moult_error *err)
{
    CLEANUP_BUF struct buf own = {0};
    buf_printf(&own, "plugins.%s", c->iface->name);
    const struct config_value *table = config_at(m->config, section);
    const struct config_value *other = own.p ? config_at(m->config, own.p) : NULL;
    bool shared = other == table || !own.p;
    for (size_t i = 0; c->iface->params && c->iface->params[i]; i++) {
        const moult_param *p = c->iface->params[i];
        const struct config_value *v =
            is_core_key(section, p->name) ? NULL : config_member(table, p->name);
        if (!v && !shared && !is_core_key(own.p, p->name))
            v = config_member(other, p->name);
        moult_status s = take_value(m, p, v, &c->values[i], err);
        if (s)
            return s;
        if (!c->values[i] && p->flags & MOULT_PARAM_REQUIRED) {
            error_set(err, MOULT_ERR_CONFIG, "the %s \"%s\" needs the setting %s.%s",
                      c->iface->kind, c->iface->name, section, p->name);
            error_detail(err, "hint", "%s", p->help);
            return MOULT_ERR_CONFIG;
        }
    }
    return MOULT_OK;
}

moult_status host_settings(struct moult *m, const moult_iface *iface, const char *section,
                           const moult_config **out, moult_error *err)
{
    *out = NULL;
    LOCK_SCOPE(&m->mutex);
    const struct loaded *plugin = registry_plugin_of(m, iface);
    moult_status s = plugin ? settings_check_section(m, section, plugin, err) : MOULT_OK;
    if (s)
        return s;
    size_t n = 0;
    while (iface->params && iface->params[n])
        n++;
    moult_config *c = ARENA_NEW(&m->arena, moult_config);
    if (!c || !(c->values = arena_array(&m->arena, n + 1, sizeof *c->values)))
        return error_nomem(err);
    c->iface = iface;
    s = fill(m, section, c, err);
    if (!s)
        *out = c;
    return s;
}
