/* SPDX-License-Identifier: Apache-2.0 */
/* quirks.c - what a plugin's file of quirks says: TOML, described in moult-conformance(7). */
#include "suite.h"

#include "../../libcore/base/file.h"
#include "../../libcore/host/config.h"

struct reading {
    struct quirks *q;
    moult_error *err;
    moult_status status;
};

static void wrong(struct reading *rd, const struct config_value *v, const char *what)
{
    if (!rd->status)
        rd->status =
            config_fail(v, rd->q->file, rd->err, MOULT_ERR_CONFIG, "\"%s\" %s", v->key, what);
}

static const char *text(struct reading *rd, const struct config_value *table, const char *key)
{
    const struct config_value *v = config_member(table, key);
    if (v && v->type != CONFIG_STRING)
        wrong(rd, v, "is not a string");
    return v && v->type == CONFIG_STRING ? v->text.p : NULL;
}

static const char *const *texts(struct reading *rd, const struct config_value *table,
                                const char *key)
{
    const struct config_value *v = config_member(table, key);
    size_t n = 0;
    if (!v)
        return NULL;
    for (const struct config_value *e = v->first; e; e = e->next, n++)
        if (e->type != CONFIG_STRING)
            wrong(rd, v, "is not a list of strings");
    if (v->type != CONFIG_ARRAY)
        wrong(rd, v, "is not a list of strings");
    const char **list = arena_array(&rd->q->arena, n + 1, sizeof *list);
    if (!list || rd->status) {
        rd->status = rd->status ? rd->status : error_nomem(rd->err);
        return NULL;
    }
    n = 0;
    for (const struct config_value *e = v->first; e; e = e->next)
        list[n++] = e->text.p;
    return list;
}

/* A key that nobody reads is a mistake in spelling. */
static void known(struct reading *rd, const struct config_value *table, const char *words)
{
    for (const struct config_value *v = table ? table->first : NULL; v; v = v->next) {
        size_t n = strlen(v->key);
        const char *at = words;
        while ((at = strstr(at, v->key)) &&
               !((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n])))
            at++;
        if (!at)
            wrong(rd, v, "is not known here");
    }
}

static const struct config_value *part(struct reading *rd, const char *key, uint32_t type)
{
    const struct config_value *v = config_member(rd->q->root, key);
    if (v && v->type != type)
        wrong(rd, v, type == CONFIG_TABLE ? "is not a table" : "is not a list of tables");
    return v && v->type == type ? v : NULL;
}

static uint32_t klass(struct reading *rd, const struct config_value *table)
{
    static const char *const names[] = {"", "schema", "data", "session", "refused", "procedural"};
    const char *word = text(rd, table, "class");
    for (uint32_t i = 1; word && i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0)
            return i;
    wrong(rd, table, "has no class schema, data, session, refused or procedural");
    return 0;
}

static void read_lists(struct reading *rd)
{
    struct quirks *q = rd->q;
    const struct config_value *list = part(rd, "statement", CONFIG_ARRAY);
    for (const struct config_value *v = list ? list->first : NULL; v && !rd->status; v = v->next) {
        struct sample *s = ARENA_PUSH(&q->arena, q->samples, q->sample_count, q->sample_cap);
        if (!s) {
            rd->status = error_nomem(rd->err);
            return;
        }
        known(rd, v, "sql class");
        *s = (struct sample){text(rd, v, "sql"), klass(rd, v)};
        if (!s->sql)
            wrong(rd, v, "has no sql");
    }
    list = part(rd, "pair", CONFIG_ARRAY);
    for (const struct config_value *v = list ? list->first : NULL; v && !rd->status; v = v->next) {
        struct pair *p = ARENA_PUSH(&q->arena, q->pairs, q->pair_count, q->pair_cap);
        if (!p) {
            rd->status = error_nomem(rd->err);
            return;
        }
        known(rd, v, "name from to rows renames");
        *p = (struct pair){.name = text(rd, v, "name"),
                           .from = text(rd, v, "from"),
                           .to = text(rd, v, "to"),
                           .rows = text(rd, v, "rows"),
                           .renames = texts(rd, v, "renames")};
        if (!p->name || !p->from || !p->to)
            wrong(rd, v, "lacks name, from or to");
    }
}

static void read_adapter(struct reading *rd)
{
    struct quirks *q = rd->q;
    const struct config_value *a = part(rd, "adapter", CONFIG_TABLE);
    const struct config_value *t = part(rd, "tenants", CONFIG_TABLE);
    known(rd, a, "url create destroy file empty missing bound taken kinds");
    known(rd, t, "how pattern create files bound impossible");
    q->url = text(rd, a, "url");
    q->create = text(rd, a, "create");
    q->destroy = text(rd, a, "destroy");
    q->name = text(rd, a, "file");
    q->empty = text(rd, a, "empty");
    q->missing = texts(rd, a, "missing");
    q->bound = texts(rd, a, "bound");
    q->taken = texts(rd, a, "taken");
    q->kinds = texts(rd, a, "kinds");
    q->tenants_how = text(rd, t, "how");
    q->tenants_pattern = text(rd, t, "pattern");
    q->tenants_create = text(rd, t, "create");
    q->tenants = texts(rd, t, "files");
    q->tenants_bound = texts(rd, t, "bound");
    q->impossible = texts(rd, t, "impossible");
    if (a && (!q->url || (!q->create && !q->name)))
        wrong(rd, a, "needs url, and file or create");
}

moult_status quirks_read(const char *path, struct quirks *out, moult_error *err)
{
    *out = (struct quirks){0};
    if (!path)
        return MOULT_OK;
    CLEANUP_BUF struct buf bytes = {0};
    struct reading rd = {out, err, file_read(path, &bytes, err)};
    if (rd.status)
        return rd.status;
    out->file = arena_str(&out->arena, str_of(path)).p;
    if (!out->file)
        return error_nomem(err);
    rd.status = toml_parse(&out->arena, buf_view(&bytes), path, &out->root, err);
    if (rd.status)
        return rd.status;
    known(&rd, out->root, "adapter tenants settings decline statement pair");
    read_adapter(&rd);
    read_lists(&rd);
    out->settings = part(&rd, "settings", CONFIG_TABLE);
    out->decline = part(&rd, "decline", CONFIG_TABLE);
    for (const struct config_value *v = out->decline ? out->decline->first : NULL; v; v = v->next)
        if (v->type != CONFIG_STRING || !v->text.n)
            wrong(&rd, v, "is declined without a reason");
    return rd.status;
}

const char *quirks_declined(const struct quirks *q, const char *check)
{
    const struct config_value *v = q->decline ? config_member(q->decline, check) : NULL;
    return v ? v->text.p : NULL;
}
