/* SPDX-License-Identifier: Apache-2.0 */
/* memory-state.c - the memory adapter's database: one JSON document, and what statements do to it.
 *
 *   {"tables": {KEY: {"name", "comment", "columns": {KEY: {"name", "type", "not_null", "default"}},
 *                     "rows": [{KEY: value}, ...]}},
 *    "indexes": {KEY: {"name", "table", "columns": [KEY, ...], "unique"}},
 *    "views": {KEY: {"name", "body"}},
 *    "moult": {"run": [...], "step": [...], "audit": [...]}} */
#include <errno.h>
#include <stdio.h>

#include "memory.h"

json_t *state_new(void)
{
    return json_pack("{s:{},s:{},s:{}}", "tables", "indexes", "views");
}

json_t *state_part(const json_t *db, const char *part)
{
    return json_object_get(db, part);
}

json_t *state_find(const json_t *db, const char *part, const char *name)
{
    char key[MEMORY_MAX_NAME];
    memory_fold(name, key);
    return json_object_get(state_part(db, part), key);
}

/* Every member that the rest of the code takes for granted. */
static bool is_sound(const json_t *db)
{
    const char *key, *ck, *s;
    json_t *object, *column, *part;
    json_object_foreach(state_part(db, "tables"), key, object)
    {
        if (json_unpack(object, "{s:s,s:o,s:o}", "name", &s, "columns", &column, "rows", &part))
            return false;
        json_object_foreach(
            json_object_get(object, "columns"), ck,
            column) if (json_unpack(column, "{s:s,s:s}", "name", &s, "type", &s)) return false;
    }
    json_object_foreach(state_part(db, "indexes"), key,
                        object) if (json_unpack(object, "{s:s,s:s,s:o}", "name", &s, "table", &s,
                                                "columns", &part)) return false;
    json_object_foreach(
        state_part(db, "views"), key,
        object) if (json_unpack(object, "{s:s,s:s}", "name", &s, "body", &s)) return false;
    return true;
}

moult_status state_read(const moult_host *host, const char *path, json_t **out, moult_error *err)
{
    *out = NULL;
    FILE *f = fopen(path, "rbe");
    if (!f)
        return memory_fail(host, err, errno == ENOENT ? MOULT_ERR_NOT_FOUND : MOULT_ERR_UNAVAILABLE,
                           "cannot open \"%s\": %s", path, strerror(errno));
    int c = getc(f);
    if (c == EOF && ferror(f)) {
        int e = errno;
        fclose(f);
        return memory_fail(host, err, MOULT_ERR_UNAVAILABLE, "cannot read \"%s\": %s", path,
                           strerror(e));
    }
    if (c == EOF) {
        fclose(f);
        *out = state_new();
        return *out ? MOULT_OK : memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    }
    ungetc(c, f);
    json_error_t je;
    json_t *db = json_loadf(f, JSON_REJECT_DUPLICATES, &je);
    fclose(f);
    if (!json_is_object(db) || !is_sound(db)) {
        json_decref(db);
        return memory_fail(host, err, MOULT_ERR_CORRUPT, "\"%s\" is not a memory database", path);
    }
    static const char *const parts[] = {"tables", "indexes", "views"};
    for (size_t i = 0; i < 3; i++)
        if (!json_object_get(db, parts[i]))
            json_object_set_new(db, parts[i], json_object());
    *out = db;
    return MOULT_OK;
}

/* ---- probes ---- */

static bool same_columns(const json_t *table, struct scan *s, const moult_host *host)
{
    char name[MEMORY_MAX_NAME], key[MEMORY_MAX_NAME];
    size_t n = 0;
    bool same = true;
    do {
        if (!memory_name(s, name))
            return false;
        memory_fold(name, key);
        const json_t *have = json_object_get(json_object_get(table, "columns"), key);
        MEMORY_JSON json_t *want = state_column(host, s, NULL);
        if (!want)
            return false;
        MEMORY_JSON json_t *bare = json_copy((json_t *)have);
        json_object_del(bare, "name");
        same = same && json_equal(bare, want);
        n++;
    } while (memory_take(s, ","));
    return same && memory_take(s, ")") && n == json_object_size(json_object_get(table, "columns"));
}

static bool same_text(const json_t *table, struct scan *s)
{
    MEMORY_FREE char *text = NULL;
    const char *have = json_string_value(json_object_get(table, "comment"));
    if (memory_take(s, "null"))
        return !have;
    return memory_string(s, &text) && have && strcmp(have, text) == 0;
}

static bool same_column(const json_t *table, struct scan *s, const moult_host *host)
{
    char name[MEMORY_MAX_NAME], key[MEMORY_MAX_NAME];
    if (!memory_name(s, name))
        return false;
    memory_fold(name, key);
    const json_t *have = json_object_get(json_object_get(table, "columns"), key);
    if (!memory_take(s, "is"))
        return have && strcmp(json_string_value(json_object_get(have, "name")), name) == 0;
    MEMORY_JSON json_t *want = state_column(host, s, NULL);
    MEMORY_JSON json_t *bare = json_copy((json_t *)have);
    json_object_del(bare, "name");
    return have && want && json_equal(bare, want);
}

/* One condition: [no] table|index|view N · [no] column T C [is TYPE ...] · table N ( columns ) ·
 * comment T text|null · rows A = B.  *OK 0 if it does not parse. */
static bool holds(const moult_host *host, const json_t *db, struct scan *s, bool *ok)
{
    static const char *const kinds[][2] = {{"index", "indexes"}, {"view", "views"}};
    char a[MEMORY_MAX_NAME], b[MEMORY_MAX_NAME];
    bool no = memory_take(s, "no");
    for (size_t i = 0; i < 2; i++)
        if (memory_take(s, kinds[i][0]))
            return (*ok = memory_name(s, a)) && !!state_find(db, kinds[i][1], a) != no;
    if (memory_take(s, "table")) {
        *ok = memory_name(s, a);
        const json_t *table = *ok ? state_find(db, "tables", a) : NULL;
        if (memory_take(s, "("))
            return same_columns(table, s, host);
        const char *name = json_string_value(json_object_get(table, "name"));
        return no ? !name : name && strcmp(name, a) == 0;
    }
    if (memory_take(s, "column")) {
        *ok = memory_name(s, a);
        return same_column(state_find(db, "tables", a), s, host) != no;
    }
    if (memory_take(s, "comment")) {
        *ok = memory_name(s, a);
        return same_text(state_find(db, "tables", a), s);
    }
    *ok = memory_take(s, "rows") && memory_name(s, a) && memory_take(s, "=") && memory_name(s, b);
    return *ok && json_array_size(json_object_get(state_find(db, "tables", a), "rows")) ==
                      json_array_size(json_object_get(state_find(db, "tables", b), "rows"));
}

moult_status state_probe(const moult_host *host, const json_t *db, const char *sql, size_t len,
                         uint32_t *answer, moult_error *err)
{
    struct scan s = {sql, sql + len, 1};
    bool all = true, ok = true;
    do {
        all = holds(host, db, &s, &ok) && all;
    } while (ok && memory_take(&s, "and"));
    if (!ok || (all && memory_peek(&s).type != TOKEN_END))
        return memory_fail(host, err, MOULT_ERR_SQL, "this probe does not parse: %.*s", (int)len,
                           sql);
    *answer = all ? MOULT_PROBE_DONE : MOULT_PROBE_NOT_DONE;
    return MOULT_OK;
}
