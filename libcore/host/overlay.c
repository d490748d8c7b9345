/* SPDX-License-Identifier: Apache-2.0 */
/* What lies over the file: the chosen environment, MOULT_* variables, --set options; and the defaults
 * that lie under it.
 *
 * The name of a setting's variable is MOULT_ and the setting's path in upper case, with "__" for each
 * "." and "_" for each "-": MOULT_DATABASE__APP__LOCK_TIMEOUT is database.app.lock-timeout. */
#include <ctype.h>
#include <moult/moult.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "config.h"

#define DEEPEST 6

/* ---- a value given as text ---- */

static void mark(struct config_value *v, const char *from)
{
    v->from = from;
    v->line = v->column = 0;
    for (struct config_value *m = v->first; m; m = m->next)
        mark(m, from);
}

/* TEXT as RULE's type wants it; without a rule (a plugin's parameter) as TOML, else as a string. */
static struct config_value *value_of(struct arena *a, const struct config_rule *rule,
                                     struct str text, const char *from)
{
    if (!rule || rule->type != CONFIG_STRING) {
        struct config_value *root = NULL;
        struct str line = arena_printf(a, "v = %.*s\n", STR_FMT(text));
        if (!line.p)
            return NULL;
        if (toml_parse(a, line, from, &root, NULL) == MOULT_OK && root->first &&
            !root->first->next && strcmp(root->first->key, "v") == 0) {
            mark(root->first, from);
            return root->first;
        }
    }
    struct config_value *v = ARENA_NEW(a, struct config_value);
    struct str copy = arena_str(a, text);
    if (!v || !copy.p)
        return NULL;
    *v = (struct config_value){.key = "", .type = CONFIG_STRING, .text = copy, .from = from};
    return v;
}

/* What decides which code runs stands in a file that can be looked at and trusted, nowhere else. */
static bool only_in_file(const char *const *path, size_t count)
{
    return count == 3 && strcmp(path[0], "plugins") == 0 &&
           (strcmp(path[2], "path") == 0 || strcmp(path[2], "sha256") == 0);
}

static moult_status put_text(struct config *c, const char *const *path, size_t count,
                             struct str text, const char *from, moult_error *err)
{
    const struct config_rule *rule = config_rule_for(path, count);
    if (only_in_file(path, count)) {
        error_set(err, MOULT_ERR_REFUSED, "%s: a plugin's \"%s\" can only be set in moult.toml",
                  from, path[2]);
        return MOULT_ERR_REFUSED;
    }
    if (strcmp(path[0], "environment") == 0) {
        error_set(err, MOULT_ERR_CONFIG, "%s: an environment can only be written in moult.toml",
                  from);
        error_detail(err, "hint", "set the setting itself: database.NAME.url");
        return MOULT_ERR_CONFIG;
    }
    if (!str_utf8(text))
        return error_set(err, MOULT_ERR_CONFIG, "%s: the value is not UTF-8", from);
    struct config_value *v = value_of(&c->arena, rule, text, from);
    if (!v || !config_put(&c->arena, c->root, path, count, v))
        return error_nomem(err);
    return MOULT_OK;
}

/* ---- [environment.NAME] ---- */

static moult_status unknown_environment(struct config *c, const char *name, moult_error *err)
{
    const char *words[32];
    size_t n = 0;
    const struct config_value *all = config_at(c, "environment");
    for (const struct config_value *v = all ? all->first : NULL; v && n < 32; v = v->next)
        words[n++] = v->key;
    error_set(err, MOULT_ERR_CONFIG, "there is no [environment.%s] in %s", name,
              c->path ? c->path : "the configuration, for there is no moult.toml");
    if (n)
        hint_words(err, name, words, n);
    return MOULT_ERR_CONFIG;
}

/* Every setting of OVER, a table two levels up from the root, takes the place of the root's. */
static bool lay_over(struct config *c, const struct config_value *over, const char **path,
                     size_t depth, size_t leaf)
{
    for (const struct config_value *v = over->first; v; v = v->next) {
        path[depth] = v->key;
        if (depth < leaf) {
            if (!lay_over(c, v, path, depth + 1, leaf))
                return false;
            continue;
        }
        struct config_value *copy = config_copy(&c->arena, v);
        if (!copy || !config_put(&c->arena, c->root, path, depth + 1, copy))
            return false;
    }
    return true;
}

static moult_status lay_environment(struct config *c, const char *name, moult_error *err)
{
    const struct config_value *all = config_at(c, "environment");
    const struct config_value *chosen = config_member(all, name);
    if (!chosen)
        return unknown_environment(c, name, err);
    struct str copy = arena_str(&c->arena, str_of(name));
    if (!copy.p)
        return error_nomem(err);
    c->environment = copy.p;
    const struct config_value *confirm = config_member(chosen, "confirm");
    c->confirm = confirm && confirm->integer;
    c->allow = config_member(chosen, "allow");
    const char *path[DEEPEST] = {"database"};
    const struct config_value *databases = config_member(chosen, "database");
    const struct config_value *snapshots = config_member(chosen, "snapshots");
    if (databases && !lay_over(c, databases, path, 1, 2))
        return error_nomem(err);
    path[0] = "snapshots";
    if (snapshots && !lay_over(c, snapshots, path, 1, 1))
        return error_nomem(err);
    return MOULT_OK;
}

/* ---- MOULT_* ---- */

/* Is VARIABLE (a part of a name) how KEY is written in one? */
static bool spells(struct str variable, const char *key)
{
    if (variable.n != strlen(key))
        return false;
    for (size_t i = 0; i < variable.n; i++) {
        int k = key[i] == '-' ? '_' : toupper((unsigned char)key[i]);
        if (k != toupper((unsigned char)variable.p[i]))
            return false;
    }
    return true;
}

/* A key that nobody declared yet, in lower case. */
static const char *lower(struct arena *a, struct str part, char underscore)
{
    struct str s = arena_str(a, part);
    for (char *p = (char *)(uintptr_t)s.p; p && *p; p++)
        *p = *p == '_' ? underscore : (char)tolower((unsigned char)*p);
    return s.p;
}

/* The part at PATH[DEPTH] of a variable's name as a key; *OUT NULL if no such key can be. */
static bool key_of(struct config *c, const char **path, size_t depth, struct str part, bool last,
                   const char **out)
{
    static const char *const tops[] = {"database", "snapshots", "plugins", "environment", "log"};
    *out = NULL;
    for (size_t i = 0; depth == 0 && i < sizeof tops / sizeof *tops; i++)
        if (spells(part, tops[i]))
            *out = tops[i];
    if (depth == 0)
        return true;
    if (last) {
        for (size_t i = 0; i < config_rule_count && !*out; i++) {
            path[depth] = config_rules[i].key;
            if (spells(part, path[depth]) && config_rule_for(path, depth + 1))
                *out = path[depth];
        }
        if (!*out && config_open_section(path, depth))
            return (*out = lower(&c->arena, part, '-')) != NULL;
        return true;
    }
    const struct config_value *table = config_at(c, path[0]);
    for (const struct config_value *v = table ? table->first : NULL; v && !*out; v = v->next)
        if (spells(part, v->key))
            *out = v->key;
    return *out || (*out = lower(&c->arena, part, '_')) != NULL;
}

static moult_status not_a_setting(const char *name, moult_error *err)
{
    error_set(err, MOULT_ERR_CONFIG, "the environment variable %s names no setting", name);
    error_detail(err, "hint",
                 "it is MOULT_ and the setting's path with \"__\" between its parts: "
                 "MOULT_DATABASE__NAME__URL");
    return MOULT_ERR_CONFIG;
}

static moult_status lay_path_variable(struct config *c, const char *name, struct str rest,
                                      struct str value, moult_error *err)
{
    const char *path[DEEPEST];
    size_t depth = 0;
    for (bool last = false; !last; depth++) {
        const char *cut = memmem(rest.p, rest.n, "__", 2);
        struct str part = {rest.p, cut ? (size_t)(cut - rest.p) : rest.n};
        last = !cut;
        if (depth == 3 || part.n == 0)
            return not_a_setting(name, err);
        const char *key;
        if (!key_of(c, path, depth, part, last, &key))
            return error_nomem(err);
        if (!key)
            return not_a_setting(name, err);
        path[depth] = key;
        if (cut)
            rest = (struct str){cut + 2, rest.n - part.n - 2};
    }
    struct str from = arena_str(&c->arena, str_of(name));
    return from.p ? put_text(c, path, depth, value, from.p, err) : error_nomem(err);
}

/* Short names, and those that are no settings. */
static const struct short_name {
    const char *variable;
    const char *section, *key; /* NULL: read elsewhere */
} short_names[] = {
    {"CONFIG", NULL, NULL},        {"ENVIRONMENT", NULL, NULL},     {"ENABLE", "enable", NULL},
    {"LOG_LEVEL", "log", "level"}, {"LOG_FORMAT", "log", "format"},
};

static moult_status lay_variable(struct config *c, const char *entry, moult_error *err)
{
    static const char *const sections[] = {"LOG_", "DATABASE_", "SNAPSHOTS_", "PLUGINS_",
                                           "ENVIRONMENT_"};
    const char *equals = strchr(entry, '=');
    if (strncmp(entry, "MOULT_", 6) != 0 || !equals)
        return MOULT_OK;
    struct str name = arena_str(&c->arena, (struct str){entry, (size_t)(equals - entry)});
    if (!name.p)
        return error_nomem(err);
    struct str rest = {name.p + 6, name.n - 6}, value = str_of(equals + 1);
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++) {
        const struct short_name *s = &short_names[i];
        const char *path[2] = {s->section, s->key};
        if (str_is(rest, s->variable))
            return s->section ? put_text(c, path, s->key ? 2 : 1, value, name.p, err) : MOULT_OK;
    }
    if (memmem(rest.p, rest.n, "__", 2))
        return lay_path_variable(c, name.p, rest, value, err);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (str_starts(rest, str_of(sections[i])))
            return not_a_setting(name.p, err);
    return MOULT_OK; /* somebody else's: MOULT_HOME, ... */
}

/* ---- --set ---- */

static moult_status bad_set(const char *option, moult_error *err)
{
    error_set(err, MOULT_ERR_CONFIG, "\"%s\" is not KEY=VALUE", option);
    error_detail(err, "hint", "write --set database.app.lock-timeout=5000");
    return MOULT_ERR_CONFIG;
}

static moult_status lay_set(struct config *c, const char *option, moult_error *err)
{
    const char *equals = strchr(option, '=');
    if (!equals || equals == option || memchr(option, '\n', (size_t)(equals - option)))
        return bad_set(option, err);
    struct str line = arena_printf(&c->arena, "%.*s = 0\n", (int)(equals - option), option);
    if (!line.p)
        return error_nomem(err);
    struct config_value *root;
    moult_status s = toml_parse(&c->arena, line, "--set", &root, NULL);
    if (s)
        return s == MOULT_ERR_NOMEM ? error_nomem(err) : bad_set(option, err);
    const char *path[DEEPEST];
    size_t depth = 0;
    for (const struct config_value *v = root->first; v; v = v->first) {
        if (depth == DEEPEST || v->next)
            return bad_set(option, err);
        path[depth++] = v->key;
    }
    return depth ? put_text(c, path, depth, str_of(equals + 1), "--set", err)
                 : bad_set(option, err);
}

/* ---- defaults ---- */

static bool lay_default(struct config *c, const struct config_rule *rule, const char **path,
                        size_t count)
{
    path[count] = rule->key;
    const struct config_value *table = c->root;
    for (size_t i = 0; i < count && table; i++)
        table = config_member(table, path[i]);
    if (config_member(table, rule->key))
        return true;
    struct str text = arena_printf(&c->arena, "%s = %s", rule->key, rule->fallback);
    struct config_value *root;
    if (!text.p || toml_parse(&c->arena, text, "default", &root, NULL))
        return false;
    mark(root->first, "default");
    return config_put(&c->arena, c->root, path, count + 1, root->first);
}

static moult_status lay_defaults(struct config *c, moult_error *err)
{
    for (size_t i = 0; i < config_rule_count; i++) {
        const struct config_rule *rule = &config_rules[i];
        if (!rule->fallback)
            continue;
        size_t n = strcspn(rule->section, ".");
        struct str top = arena_str(&c->arena, (struct str){rule->section, n});
        if (!top.p)
            return error_nomem(err);
        const char *path[DEEPEST] = {top.p};
        if (!rule->section[n]) {
            if (!lay_default(c, rule, path, 1))
                return error_nomem(err);
            continue;
        }
        const struct config_value *named = config_member(c->root, top.p);
        for (const struct config_value *v = named ? named->first : NULL; v; v = v->next) {
            path[1] = v->key;
            if (!lay_default(c, rule, path, 2))
                return error_nomem(err);
        }
    }
    return MOULT_OK;
}

moult_status config_overlay(struct config *c, const struct moult_options *options, moult_error *err)
{
    bool secure = getauxval(AT_SECURE) != 0;
    const char *environment = options->environment;
    if (!environment)
        environment = secure_getenv("MOULT_ENVIRONMENT");
    moult_status s = MOULT_OK;
    if (environment && *environment)
        s = lay_environment(c, environment, err);
    for (char **e = environ; !secure && e && *e && !s; e++)
        s = lay_variable(c, *e, err);
    for (const char *const *o = options->set; o && *o && !s; o++)
        s = lay_set(c, *o, err);
    if (!s)
        s = config_check(c->root, c->path, err);
    return s ? s : lay_defaults(c, err);
}
