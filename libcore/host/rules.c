/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys moult.toml may hold, and what is asked of their values.  moult.toml(5) says what each
 * one means; a key that is not in this table, nor a parameter of a plugin, is an error. */
#include <moult/plan.h>

#include "../base/sha256.h"
#include "config.h"

enum {
    ANY,
    FILLED,  /* a string that is not empty */
    WORDS,   /* an array of strings that are not empty */
    HAZARDS, /* an array of hazard names, or "all" */
    MILLIS,  /* 0 to a day */
    LEVEL,
    FORMAT,
    SHA256,
    TENANTS,
    LABELS,
};

const struct config_rule config_rules[] = {
    {"", "enable", CONFIG_ARRAY, WORDS, NULL},
    {"log", "level", CONFIG_STRING, LEVEL, "\"warning\""},
    {"log", "format", CONFIG_STRING, FORMAT, "\"text\""},
    {"database.*", "url", CONFIG_STRING, FILLED, NULL},
    {"database.*", "tenants", CONFIG_TABLE, TENANTS, NULL},
    {"database.*", "labels", CONFIG_TABLE, LABELS, NULL},
    {"database.*", "desired", CONFIG_STRING, FILLED, NULL},
    {"database.*", "renames", CONFIG_STRING, FILLED, NULL},
    {"database.*", "scratch", CONFIG_STRING, FILLED, NULL},
    {"database.*", "planners", CONFIG_ARRAY, WORDS, "[\"planner-default\"]"},
    {"database.*", "manage", CONFIG_ARRAY, WORDS, NULL},
    {"database.*", "ignore", CONFIG_ARRAY, WORDS, NULL},
    {"database.*", "allow", CONFIG_ARRAY, HAZARDS, NULL},
    {"database.*", "lock-timeout", CONFIG_INTEGER, MILLIS, "10000"},
    {"snapshots", "store", CONFIG_STRING, FILLED, "\"store-fs\""},
    {"plugins.*", "enabled", CONFIG_BOOLEAN, ANY, "true"},
    {"plugins.*", "path", CONFIG_STRING, FILLED, NULL},
    {"plugins.*", "sha256", CONFIG_STRING, SHA256, NULL},
    {"environment.*", "confirm", CONFIG_BOOLEAN, ANY, "false"},
    {"environment.*", "allow", CONFIG_ARRAY, HAZARDS, NULL},
};
const size_t config_rule_count = sizeof config_rules / sizeof *config_rules;

#define MAX_WORDS 32
#define MAX_DEPTH 6

/* ---- paths ---- */

/* An environment repeats the databases and snapshots that it overrides. */
static void strip_environment(const char *const **path, size_t *count)
{
    if (*count >= 3 && strcmp((*path)[0], "environment") == 0 &&
        (strcmp((*path)[2], "database") == 0 || strcmp((*path)[2], "snapshots") == 0)) {
        *path += 2;
        *count -= 2;
    }
}

/* How many segments of SECTION the path matches; *TOTAL = how many there are. */
static size_t match(const char *section, const char *const *path, size_t count, size_t *total)
{
    size_t matched = 0, i = 0;
    bool broken = false;
    for (const char *s = section; *s; i++) {
        size_t n = strcspn(s, ".");
        bool same = i < count && ((n == 1 && *s == '*') || str_is((struct str){s, n}, path[i]));
        broken = broken || !same;
        matched += !broken;
        s += n + (s[n] == '.');
    }
    *total = i;
    return matched;
}

/* Does the path, as a whole, name a section? */
static bool is_section(const char *section, const char *const *path, size_t count)
{
    size_t total;
    return match(section, path, count, &total) == count && total == count;
}

const struct config_rule *config_rule_for(const char *const *path, size_t count)
{
    strip_environment(&path, &count);
    for (size_t i = 0; count && i < config_rule_count; i++)
        if (is_section(config_rules[i].section, path, count - 1) &&
            strcmp(config_rules[i].key, path[count - 1]) == 0)
            return &config_rules[i];
    return NULL;
}

bool config_open_section(const char *const *path, size_t count)
{
    strip_environment(&path, &count);
    return is_section("snapshots", path, count) || is_section("plugins.*", path, count);
}

/* Is the path a section, or the beginning of one? */
static bool leads_to_section(const char *const *path, size_t count)
{
    strip_environment(&path, &count);
    for (size_t i = 0; i < config_rule_count; i++) {
        size_t total;
        if (count && match(config_rules[i].section, path, count, &total) == count)
            return true;
    }
    return false;
}

bool config_name_ok(const char *name)
{
    size_t n = strlen(name);
    return n &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == n;
}

static void add_word(const char **words, size_t *count, const char *word)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(words[i], word) == 0)
            return;
    if (*count < MAX_WORDS)
        words[(*count)++] = word;
}

/* What may stand in the table at PATH. */
static size_t known_words(const char *const *path, size_t count, const char **words)
{
    static const char *const tops[] = {"database", "snapshots", "plugins", "environment", "log"};
    size_t n = 0;
    for (size_t i = 0; count == 0 && i < sizeof tops / sizeof *tops; i++)
        add_word(words, &n, tops[i]);
    if (is_section("environment.*", path, count)) {
        add_word(words, &n, "database");
        add_word(words, &n, "snapshots");
    }
    strip_environment(&path, &count);
    for (size_t i = 0; i < config_rule_count; i++)
        if (is_section(config_rules[i].section, path, count))
            add_word(words, &n, config_rules[i].key);
    return n;
}

/* ---- values ---- */

struct checking {
    const char *file;
    moult_error *err;
    const char *path[MAX_DEPTH];
};

#define FAIL(c, v, ...) config_fail((v), (c)->file, (c)->err, MOULT_ERR_CONFIG, __VA_ARGS__)

static moult_status check_type(struct checking *c, const struct config_value *v, uint32_t type,
                               const char *name)
{
    if (v->type == type)
        return MOULT_OK;
    return FAIL(c, v, "\"%s\" must be %s, not %s", name, config_type_name(type),
                config_type_name(v->type));
}

static moult_status check_filled(struct checking *c, const struct config_value *v, const char *name)
{
    if (v->text.n == 0)
        return FAIL(c, v, "\"%s\" is empty", name);
    if (memchr(v->text.p, 0, v->text.n))
        return FAIL(c, v, "\"%s\" holds a zero byte", name);
    return MOULT_OK;
}

static moult_status check_words(struct checking *c, const struct config_value *v, const char *name)
{
    for (const struct config_value *m = v->first; m; m = m->next) {
        moult_status s = check_type(c, m, CONFIG_STRING, name);
        if (!s)
            s = check_filled(c, m, name);
        if (s)
            return s;
    }
    return MOULT_OK;
}

static moult_status check_one_of(struct checking *c, const struct config_value *v, const char *name,
                                 const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(v->text, words[i]))
            return MOULT_OK;
    FAIL(c, v, "\"%s\" does not know \"%.*s\"", name, STR_FMT(v->text));
    hint_words(c->err, v->text.p, words, count);
    return MOULT_ERR_CONFIG;
}

static moult_status check_hazards(struct checking *c, const struct config_value *v,
                                  const char *name)
{
#define HAZARD_NAME(bit, id, name, help) name,
    static const char *const names[] = {MOULT_HAZARDS(HAZARD_NAME) "all"};
#undef HAZARD_NAME
    moult_status s = check_words(c, v, name);
    for (const struct config_value *m = v->first; m && !s; m = m->next)
        s = check_one_of(c, m, name, names, sizeof names / sizeof *names);
    return s;
}

/* { query = "..." } */
static moult_status check_query(struct checking *c, const struct config_value *v)
{
    const struct config_value *m = v->first;
    if (!m || m->next || strcmp(m->key, "query") != 0)
        return FAIL(c, v, "\"%s\" as a table has one key, query", v->key);
    moult_status s = check_type(c, m, CONFIG_STRING, m->key);
    return s ? s : check_filled(c, m, m->key);
}

/* One way in which tenants are found: a string, an array of them, or a query. */
static moult_status check_way(struct checking *c, const struct config_value *v, const char *name)
{
    static const struct {
        const char *key;
        bool string, array, query;
    } ways[] = {{"files", true, false, false},
                {"schemas", true, true, true},
                {"databases", true, true, true},
                {"list", false, true, false},
                {"query", true, false, false}};
    enum { WAYS = sizeof ways / sizeof *ways };
    const char *words[WAYS];
    for (size_t i = 0; i < WAYS; i++) {
        words[i] = ways[i].key;
        if (strcmp(v->key, ways[i].key) != 0)
            continue;
        if (v->type == CONFIG_TABLE && ways[i].query)
            return check_query(c, v);
        if (v->type == CONFIG_ARRAY && ways[i].array)
            return v->first ? check_words(c, v, v->key) : FAIL(c, v, "\"%s\" is empty", v->key);
        moult_status s = check_type(c, v, ways[i].string ? CONFIG_STRING : CONFIG_ARRAY, v->key);
        return s ? s : check_filled(c, v, v->key);
    }
    FAIL(c, v, "unknown key \"%s\" in \"%s\"", v->key, name);
    hint_words(c->err, v->key, words, WAYS);
    return MOULT_ERR_CONFIG;
}

static moult_status check_tenants(struct checking *c, const struct config_value *v,
                                  const char *name)
{
    for (const struct config_value *m = v->first; m; m = m->next) {
        moult_status s = check_way(c, m, name);
        if (s)
            return s;
    }
    if (v->first && !v->first->next)
        return MOULT_OK;
    FAIL(c, v, "\"%s\" must have one of files, schemas, databases, list and query", name);
    error_detail(c->err, "hint",
                 "write tenants = { files = \"tenants/*.db\" }, or { schemas = \"tenant_*\" }");
    return MOULT_ERR_CONFIG;
}

static moult_status check_labels(struct checking *c, const struct config_value *v)
{
    for (const struct config_value *m = v->first; m; m = m->next) {
        if (!config_name_ok(m->key))
            return FAIL(c, m, "the label \"%s\" may only hold letters, digits, - and _", m->key);
        moult_status s = check_type(c, m, CONFIG_ARRAY, m->key);
        if (!s)
            s = check_words(c, m, m->key);
        if (s)
            return s;
    }
    return MOULT_OK;
}

static moult_status check_value(struct checking *c, const struct config_value *v,
                                const struct config_rule *rule)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    static const char *const formats[] = {"text", "json"};
    uint8_t digest[32];
    const char *name = rule->key;
    moult_status s = check_type(c, v, rule->type, name);
    if (s)
        return s;
    switch (rule->check) {
    case FILLED:
        return check_filled(c, v, name);
    case WORDS:
        return check_words(c, v, name);
    case HAZARDS:
        return check_hazards(c, v, name);
    case LEVEL:
        return check_one_of(c, v, name, levels, 4);
    case FORMAT:
        return check_one_of(c, v, name, formats, 2);
    case TENANTS:
        return check_tenants(c, v, name);
    case LABELS:
        return check_labels(c, v);
    case SHA256:
        return sha256_parse(v->text, digest)
                   ? MOULT_OK
                   : FAIL(c, v, "\"%s\" must be 64 lower-case hexadecimal digits", name);
    case MILLIS:
        return v->integer >= 0 && v->integer <= 86400000
                   ? MOULT_OK
                   : FAIL(c, v, "\"%s\" must be 0 to 86400000 milliseconds", name);
    default:
        return MOULT_OK;
    }
}

/* ---- tables ---- */

static moult_status unknown(struct checking *c, const struct config_value *v, size_t depth)
{
    CLEANUP_BUF struct buf table = {0};
    for (size_t i = 0; i < depth; i++)
        buf_printf(&table, "%s%s", i ? "." : "", c->path[i]);
    if (depth)
        FAIL(c, v, "unknown key \"%s\" in [%s]", v->key, buf_view(&table).p);
    else
        FAIL(c, v, "unknown key \"%s\"", v->key);
    const char *words[MAX_WORDS];
    hint_words(c->err, v->key, words, known_words(c->path, depth, words));
    return MOULT_ERR_CONFIG;
}

static moult_status check_param(struct checking *c, const struct config_value *v)
{
    if (v->type != CONFIG_STRING && v->type != CONFIG_INTEGER && v->type != CONFIG_BOOLEAN)
        return FAIL(c, v, "\"%s\" must be a string, an integer, true or false", v->key);
    return v->type == CONFIG_STRING && memchr(v->text.p, 0, v->text.n)
               ? FAIL(c, v, "\"%s\" holds a zero byte", v->key)
               : MOULT_OK;
}

/* A path that ends in a name given by the user. */
static bool names_something(const char *const *path, size_t count)
{
    return (count == 2 && (strcmp(path[0], "database") == 0 || strcmp(path[0], "plugins") == 0 ||
                           strcmp(path[0], "environment") == 0)) ||
           (count == 4 && strcmp(path[2], "database") == 0);
}

static moult_status check_table(struct checking *c, const struct config_value *table, size_t depth)
{
    for (const struct config_value *v = table->first; v; v = v->next) {
        moult_status s;
        c->path[depth] = v->key;
        const struct config_rule *rule = config_rule_for(c->path, depth + 1);
        if (rule)
            s = check_value(c, v, rule);
        else if (depth + 1 < MAX_DEPTH && leads_to_section(c->path, depth + 1)) {
            s = check_type(c, v, CONFIG_TABLE, v->key);
            if (!s && names_something(c->path, depth + 1) && !config_name_ok(v->key))
                s = FAIL(c, v, "the name \"%s\" may only hold letters, digits, - and _", v->key);
            if (!s)
                s = check_table(c, v, depth + 1);
        } else if (config_open_section(c->path, depth))
            s = check_param(c, v);
        else
            s = unknown(c, v, depth);
        if (s)
            return s;
    }
    return MOULT_OK;
}

moult_status config_check(const struct config_value *root, const char *file, moult_error *err)
{
    struct checking c = {.file = file, .err = err};
    return check_table(&c, root, 0);
}
