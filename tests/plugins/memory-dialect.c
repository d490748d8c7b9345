/* SPDX-License-Identifier: Apache-2.0 */
/* memory-dialect.c - the language without a database: split, bind, fold, and the ways of a change. */
#include <stdio.h>

#include "memory.h"

/* ---- split ---- */

static uint32_t classify(const struct token *t, const char **why)
{
    static const char *const schema[] = {"create", "drop", "alter", "comment", "copy"};
    static const char *const data[] = {"insert", "update", "delete"};
    static const char *const session[] = {"begin", "commit", "set"};
    *why = NULL;
    for (size_t i = 0; i < sizeof schema / sizeof *schema; i++)
        if (token_is(t, schema[i]))
            return MOULT_STMT_SCHEMA;
    for (size_t i = 0; i < 3; i++) {
        if (token_is(t, data[i]))
            return MOULT_STMT_DATA;
        if (token_is(t, session[i]))
            return MOULT_STMT_SESSION;
    }
    *why = token_is(t, "attach") ? "ATTACH reaches another database" : "it is not understood";
    return MOULT_STMT_REFUSED;
}

static moult_status split(const moult_host *host, const char *text, size_t len,
                          moult_statement_fn *fn, void *arg, moult_error *err)
{
    (void)host, (void)err;
    struct scan s = {text, text + len, 1};
    for (;;) {
        struct token first = memory_next(&s), t = first;
        if (token_is(&t, ";"))
            continue;
        if (t.type == TOKEN_END)
            return MOULT_OK;
        moult_statement st = {.size = MOULT_END(moult_statement, why),
                              .offset = (uint64_t)(first.start - text),
                              .line = first.line,
                              .sql = first.start};
        st.klass = classify(&first, &st.why);
        const char *end = first.end;
        while (t.type != TOKEN_END && t.type != TOKEN_BAD && !token_is(&t, ";")) {
            end = t.end;
            t = memory_next(&s);
        }
        if (t.type == TOKEN_BAD) {
            st.klass = MOULT_STMT_REFUSED;
            st.line = t.line;
            st.why = "a quote does not end";
            end = t.end;
        }
        st.sql_len = (uint64_t)(end - first.start);
        moult_status status = fn(arg, &st);
        if (status || t.type == TOKEN_BAD)
            return status;
    }
}

/* ---- bind, fold ---- */

static moult_status hand_over(const moult_host *host, const char *bytes, size_t len, char **out,
                              size_t *out_len, moult_error *err)
{
    *out = host->alloc(host->ctx, len + 1);
    if (!*out)
        return memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    memcpy(*out, bytes, len);
    (*out)[len] = 0;
    *out_len = len;
    return MOULT_OK;
}

static const char *bound(const moult_binding *const *bindings, uint32_t count, const char *name,
                         size_t len)
{
    for (uint32_t i = 0; i < count; i++)
        if (strlen(bindings[i]->name) == len && memcmp(bindings[i]->name, name, len) == 0)
            return bindings[i]->value;
    return NULL;
}

static moult_status bind_names(const moult_host *host, const char *text, size_t len,
                               const moult_binding *const *bindings, uint32_t count, char **out,
                               size_t *out_len, moult_error *err)
{
    MEMORY_FREE char *bytes = NULL;
    size_t n = 0;
    *out = NULL;
    FILE *f = open_memstream(&bytes, &n);
    if (!f)
        return memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < len; i++) {
        if (text[i] != MOULT_MARK_OPEN) {
            putc(text[i], f);
            continue;
        }
        const char *name = text + i + 1, *end = memchr(name, MOULT_MARK_CLOSE, len - i - 1);
        const char *value = end ? bound(bindings, count, name, (size_t)(end - name)) : NULL;
        if (!value) {
            fclose(f);
            return memory_fail(host, err, MOULT_ERR_CONFIG, "no binding for \"%.*s\"",
                               end ? (int)(end - name) : 0, name);
        }
        putc('"', f);
        for (; *value; value++) {
            putc(*value, f);
            if (*value == '"')
                putc('"', f);
        }
        putc('"', f);
        i = (size_t)(end - text);
    }
    fclose(f);
    return hand_over(host, bytes, n, out, out_len, err);
}

static moult_status fold(const moult_host *host, const char *kind, const char *name, size_t len,
                         char **out, size_t *out_len, moult_error *err)
{
    (void)kind;
    char in[MEMORY_MAX_NAME], key[MEMORY_MAX_NAME];
    *out = NULL;
    if (len == 0 || len >= sizeof in)
        return memory_fail(host, err, MOULT_ERR_INVALID, "a name has 1 to %d bytes",
                           MEMORY_MAX_NAME - 1);
    memcpy(in, name, len);
    in[len] = 0;
    memory_fold(in, key);
    return hand_over(host, key, strlen(key), out, out_len, err);
}

/* ---- ways ---- */

struct offer {
    const moult_host *host;
    const moult_change *change;
    moult_ways *ways;
};

static moult_way way(const char *id, const char *summary)
{
    moult_way w = {.size = MOULT_END(moult_way, privilege),
                   .manner = MOULT_IN_PLACE,
                   .covers = MOULT_COVERS_CHANGE,
                   .lock = MOULT_LOCK_WRITES,
                   .phase = MOULT_EXPAND,
                   .reversible = 1,
                   .id = id,
                   .summary = summary};
#ifdef MEMORY_TXN
    w.txn = MOULT_TXN_INSIDE;
#else
    w.txn = MOULT_TXN_COMMITS;
#endif
    return w;
}

static moult_status put_aside(void *arg, const moult_node *node)
{
    const struct offer *o = arg;
    const moult_tree_api *tree = o->host->tree;
    size_t len;
    if (strcmp(tree->kind(node), "index") != 0)
        return MOULT_OK;
    const char *path = tree->path(node, &len);
    return o->host->plan->aside(o->ways, path, len);
}

/* Indexes that need NODE cannot stay while it changes. */
static moult_status indexes_aside(struct offer *o, const moult_node *node)
{
    const moult_tree_api *tree = o->host->tree;
    size_t len;
    const char *path = tree->path(node, &len);
    return tree->dependents(o->host->plan->from_tree(o->change), path, len, put_aside, o);
}

static moult_status add(struct offer *o, const moult_way *w, const moult_node *aside_of)
{
    moult_status st = o->host->plan->way(o->ways, w);
    return st || !aside_of ? st : indexes_aside(o, aside_of);
}

static moult_status column_ways(struct offer *o)
{
    const moult_plan_api *plan = o->host->plan;
    const moult_node *from = plan->from(o->change), *to = plan->to(o->change);
    moult_way w;
    switch (plan->op(o->change)) {
    case MOULT_CREATE:
        w = way("add-column", "add the column");
        if (o->host->tree->text(to, "not_null", NULL) && !o->host->tree->text(to, "default", NULL))
            w.hazards = MOULT_HAZARD_ROWS_MAY_FORBID;
        return add(o, &w, NULL);
    case MOULT_DROP:
        w = way("drop-column", "drop the column with its values");
        w.phase = MOULT_CONTRACT;
        w.hazards = MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        w.reversible = 0;
        return add(o, &w, from);
    case MOULT_RENAME:
        w = way("rename", "rename the column");
        return add(o, &w, NULL);
    default:
        break;
    }
    w = way("alter-column", "change the column's definition");
    bool type = plan->differs(o->change, "type");
    if (!type && !plan->differs(o->change, "not_null") && !plan->differs(o->change, "default")) {
        w = way("respell", "spell the column's name anew");
        return add(o, &w, NULL);
    }
    w.phase = MOULT_MIGRATE;
    w.scans = 1;
    w.rewrites = type;
    w.reversible = !type;
    if (type)
        w.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_CHANGES_VALUES |
                    MOULT_HAZARD_ROWS_MAY_FORBID | MOULT_HAZARD_NOT_REVERSIBLE;
    else if (o->host->tree->text(to, "not_null", NULL))
        w.hazards = MOULT_HAZARD_ROWS_MAY_FORBID;
    moult_status st = add(o, &w, type ? from : NULL);
    if (st || !type)
        return st;
    moult_way rebuild = way("rebuild", "copy the rows into a new table");
    rebuild.manner = MOULT_REBUILD;
    rebuild.covers = MOULT_COVERS_OBJECT;
    rebuild.phase = MOULT_MIGRATE;
    rebuild.lock = MOULT_LOCK_READS;
    rebuild.hazards = w.hazards | MOULT_HAZARD_BLOCKS_READS;
    rebuild.rewrites = rebuild.scans = 1;
    rebuild.reversible = 0;
    return add(o, &rebuild, plan->from(plan->object(o->change)));
}

moult_status memory_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                         moult_error *err)
{
    const moult_plan_api *plan = host->plan;
    const moult_node *from = plan->from(change), *to = plan->to(change);
    const char *kind = host->tree->kind(to ? to : from);
    struct offer o = {host, change, ways};
    bool rows = strcmp(kind, "table") == 0;
    moult_way w;
    if (strcmp(kind, "column") == 0)
        return column_ways(&o);
    if (!rows && strcmp(kind, "index") != 0 && strcmp(kind, "view") != 0)
        return memory_fail(host, err, MOULT_ERR_UNSUPPORTED, "memory has no objects of kind \"%s\"",
                           kind);
    switch (plan->op(change)) {
    case MOULT_CREATE:
        w = way("create", "create it");
        w.lock = MOULT_LOCK_NONE;
        return add(&o, &w, NULL);
    case MOULT_DROP:
        w = way("drop", rows ? "drop it with its rows" : "drop it");
        w.phase = MOULT_CONTRACT;
        w.reversible = !rows;
        w.hazards = rows ? MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE : 0;
        return add(&o, &w, rows ? from : NULL);
    case MOULT_RENAME:
        w = way("rename", "rename it");
        if (rows)
            return add(&o, &w, NULL);
        w.manner = MOULT_REPLACE;
        return add(&o, &w, NULL);
    default:
        w = way(rows ? "alter" : "replace", rows ? "change it in place" : "drop and create it");
        if (!rows) {
            w.manner = MOULT_REPLACE;
            w.covers = MOULT_COVERS_OBJECT;
        }
        return add(&o, &w, NULL);
    }
}

const moult_dialect memory_dialect = {
    .head = {.size = MOULT_END(moult_dialect, fold),
             .major = MOULT_DIALECT_MAJOR,
             .minor = MOULT_DIALECT_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "dialect",
             .name = MEMORY_NAME,
             .summary = "the language of the memory adapter"},
    .schemes = MEMORY_NAME,
    .level = 1,
    .split = split,
    .ways = memory_ways,
    .render = memory_render,
    .bind = bind_names,
    .fold = fold,
};
