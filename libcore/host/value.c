/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a TOML document as a tree in an arena. */
#include <stdarg.h>

#include "config.h"
#include "toml.h"

/* ---- reading ---- */

#define DEEPEST 64 /* tables and arrays within each other */

struct reading {
    struct arena *a;
    const char *path;
    struct config_value *open[DEEPEST];
    struct config_value *last[DEEPEST]; /* where the next member is hung on */
    size_t depth;
    uint32_t line, column; /* of what is too deep */
};

static struct config_value *add(struct reading *r, const struct toml_item *item)
{
    struct config_value *v = ARENA_NEW(r->a, struct config_value);
    struct str key = arena_str(r->a, (struct str){item->key, item->key_len});
    struct str text = arena_str(r->a, (struct str){item->text, item->text_len});
    struct str from = arena_printf(r->a, "%s:%u:%u", r->path, item->line, item->column);
    if (!v || !key.p || !text.p || !from.p)
        return NULL;
    *v = (struct config_value){.key = key.p,
                               .type = item->type,
                               .text = text,
                               .integer = item->integer,
                               .from = from.p,
                               .line = item->line,
                               .column = item->column};
    if (r->last[r->depth])
        r->last[r->depth]->next = v;
    else
        r->open[r->depth]->first = v;
    r->last[r->depth] = v;
    return v;
}

static int on_scalar(void *arg, const struct toml_item *item)
{
    return add(arg, item) ? 0 : 1;
}

static int on_enter(void *arg, const struct toml_item *item)
{
    struct reading *r = arg;
    if (r->depth + 1 >= DEEPEST) {
        r->line = item->line;
        r->column = item->column;
        return 1;
    }
    struct config_value *v = add(r, item);
    if (!v)
        return 1;
    r->depth++;
    r->open[r->depth] = v;
    r->last[r->depth] = NULL;
    return 0;
}

static int on_leave(void *arg)
{
    struct reading *r = arg;
    r->depth--;
    return 0;
}

static moult_status place(moult_error *err, const char *path, uint32_t line, uint32_t column,
                          const char *what)
{
    error_set(err, MOULT_ERR_INVALID, "%s:%u:%u: %s", path, line, column, what);
    error_detail(err, "file", "%s", path);
    error_detail(err, "line", "%u", line);
    error_detail(err, "position", "%u", column);
    return MOULT_ERR_INVALID;
}

moult_status toml_parse(struct arena *a, struct str text, const char *path,
                        struct config_value **out, moult_error *err)
{
    static const struct toml_events events = {
        .scalar = on_scalar, .enter = on_enter, .leave = on_leave};
    *out = NULL;
    struct config_value *root = ARENA_NEW(a, struct config_value);
    if (!root)
        return error_nomem(err);
    *root = (struct config_value){.key = "", .type = CONFIG_TABLE, .text = STR(""), .from = path};
    struct reading r = {.a = a, .path = path};
    r.open[0] = root;
    struct toml_fault fault = {0};
    switch (toml_walk(text.p ? text.p : "", text.n, &events, &r, &fault)) {
    case TOML_WALK_OK:
        *out = root;
        return MOULT_OK;
    case TOML_WALK_SYNTAX:
        return place(err, path, fault.line, fault.column, fault.what);
    case TOML_WALK_STOPPED:
        if (r.line)
            return place(err, path, r.line, r.column, "tables or arrays are nested too deeply");
        return error_nomem(err);
    default:
        return error_nomem(err);
    }
}

/* ---- finding ---- */

static struct config_value *member(const struct config_value *table, struct str key)
{
    if (!table || table->type != CONFIG_TABLE)
        return NULL;
    for (struct config_value *v = table->first; v; v = v->next)
        if (str_is(key, v->key))
            return v;
    return NULL;
}

const struct config_value *config_member(const struct config_value *table, const char *key)
{
    return member(table, str_of(key));
}

const struct config_value *config_find(const struct config_value *root, const char *path)
{
    const struct config_value *v = root;
    while (v) {
        size_t n = strcspn(path, ".");
        v = member(v, (struct str){path, n});
        if (!path[n])
            return v;
        path += n + 1;
    }
    return NULL;
}

/* ---- changing ---- */

struct config_value *config_copy(struct arena *a, const struct config_value *v)
{
    struct config_value *copy = ARENA_NEW(a, struct config_value);
    if (!copy)
        return NULL;
    *copy = *v;
    copy->first = copy->next = NULL;
    struct config_value **end = &copy->first;
    for (const struct config_value *m = v->first; m; m = m->next) {
        if (!(*end = config_copy(a, m)))
            return NULL;
        end = &(*end)->next;
    }
    return copy;
}

static void hang(struct config_value *table, struct config_value *v)
{
    struct config_value **end = &table->first;
    while (*end)
        end = &(*end)->next;
    *end = v;
}

static void replace(struct config_value *old, const struct config_value *v)
{
    struct config_value *next = old->next;
    const char *key = old->key;
    *old = *v;
    old->next = next;
    old->key = key;
}

bool config_put(struct arena *a, struct config_value *root, const char *const *path, size_t count,
                struct config_value *value)
{
    struct config_value *table = root;
    for (size_t i = 0; i + 1 < count; i++) {
        struct config_value *sub = member(table, str_of(path[i]));
        if (!sub || sub->type != CONFIG_TABLE) {
            struct config_value *made = ARENA_NEW(a, struct config_value);
            struct str key = arena_str(a, str_of(path[i]));
            if (!made || !key.p)
                return false;
            *made = (struct config_value){
                .key = key.p, .type = CONFIG_TABLE, .text = STR(""), .from = value->from};
            if (sub)
                replace(sub, made);
            else
                hang(table, made);
            sub = sub ? sub : made;
        }
        table = sub;
    }
    struct str key = arena_str(a, str_of(path[count - 1]));
    if (!key.p)
        return false;
    struct config_value *old = member(table, key);
    value->key = key.p;
    value->next = NULL;
    if (old)
        replace(old, value);
    else
        hang(table, value);
    return true;
}

/* ---- showing ---- */

/* A JSON string is a TOML basic string, but for the one control character that JSON lets through. */
static void write_string(struct buf *b, struct str s)
{
    CLEANUP_BUF struct buf json = {0};
    buf_json(&json, s);
    for (size_t i = 0; i < json.n; i++)
        if (json.p[i] == '\x7f')
            buf_puts(b, "\\u007F");
        else
            buf_char(b, json.p[i]);
    b->failed |= json.failed;
}

static void write_key(struct buf *b, const char *key)
{
    if (config_name_ok(key))
        buf_puts(b, key);
    else
        write_string(b, str_of(key));
}

void config_write(struct buf *b, const struct config_value *v)
{
    switch (v->type) {
    case CONFIG_TABLE:
    case CONFIG_ARRAY:
        buf_puts(b, v->type == CONFIG_TABLE ? "{" : "[");
        for (const struct config_value *m = v->first; m; m = m->next) {
            buf_puts(b, m == v->first ? "" : ", ");
            if (v->type == CONFIG_TABLE) {
                write_key(b, m->key);
                buf_puts(b, " = ");
            }
            config_write(b, m);
        }
        buf_puts(b, v->type == CONFIG_TABLE ? "}" : "]");
        break;
    case CONFIG_STRING:
        write_string(b, v->text);
        break;
    default:
        buf_str(b, v->text);
    }
}

const char *config_type_name(uint32_t type)
{
    static const char *const names[] = {"nothing",    "a table",       "an array",
                                        "a string",   "an integer",    "true or false",
                                        "a fraction", "a date or time"};
    return type < sizeof names / sizeof *names ? names[type] : "unknown";
}

moult_status config_fail(const struct config_value *v, const char *file, moult_error *err,
                         moult_status code, const char *fmt, ...)
{
    CLEANUP_BUF struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    if (!buf_ok(&text))
        return error_nomem(err);
    error_set(err, code, "%s: %s", v->from, text.p ? text.p : "");
    if (v->line && file) {
        error_detail(err, "file", "%s", file);
        error_detail(err, "line", "%u", v->line);
        error_detail(err, "position", "%u", v->column);
    }
    return code;
}
