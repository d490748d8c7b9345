/* SPDX-License-Identifier: Apache-2.0 */
/* memory-statement.c - what each statement of the memory adapter's language does to the document. */
#include "memory.h"

struct work {
    const moult_host *host;
    json_t *db;
    struct scan s;
    uint64_t changed;
    moult_error *err;
};

static moult_status syntax(struct work *w)
{
    struct token t = memory_peek(&w->s);
    return memory_fail(w->host, w->err, MOULT_ERR_SQL, "syntax error at \"%.*s\"",
                       t.n > 40 ? 40 : (int)t.n, t.p);
}

static moult_status nothing(struct work *w, const char *kind, const char *name)
{
    return memory_fail(w->host, w->err, MOULT_ERR_SQL, "there is no %s \"%s\"", kind, name);
}

static bool taken(struct work *w, const char *name)
{
    if (!state_find(w->db, "tables", name) && !state_find(w->db, "indexes", name) &&
        !state_find(w->db, "views", name))
        return false;
    memory_fail(w->host, w->err, MOULT_ERR_SQL, "\"%s\" is already there", name);
    return true;
}

static void put(json_t *object, const char *name, json_t *value)
{
    char key[MEMORY_MAX_NAME];
    memory_fold(name, key);
    json_object_set_new(object, key, value);
}

json_t *state_column(const moult_host *host, struct scan *s, moult_error *err)
{
    char type[MEMORY_MAX_NAME];
    if (!memory_name(s, type)) {
        memory_fail(host, err, MOULT_ERR_SQL, "a column needs a type");
        return NULL;
    }
    MEMORY_JSON json_t *c = json_pack("{s:s}", "type", type);
    if (memory_take(s, "not")) {
        if (!memory_take(s, "null")) {
            memory_fail(host, err, MOULT_ERR_SQL, "\"not\" without \"null\"");
            return NULL;
        }
        json_object_set_new(c, "not_null", json_true());
    }
    if (memory_take(s, "default")) {
        struct token t = memory_next(s);
        if (t.type != TOKEN_WORD && t.type != TOKEN_STRING) {
            memory_fail(host, err, MOULT_ERR_SQL, "\"default\" without a value");
            return NULL;
        }
        json_object_set_new(c, "default", json_stringn(t.start, (size_t)(t.end - t.start)));
    }
    return json_incref(c);
}

static bool fits(const json_t *column, const json_t *value)
{
    if (json_is_null(value) || !value)
        return !json_is_true(json_object_get(column, "not_null"));
    const char *type = json_string_value(json_object_get(column, "type"));
    if (!type || strcmp(type, "int") != 0 || json_is_integer(value))
        return true;
    const char *text = json_string_value(value);
    return text && *text && strspn(text, "-0123456789") == strlen(text);
}

static json_t *default_of(const json_t *column)
{
    const char *text = json_string_value(json_object_get(column, "default"));
    return text ? json_string(text) : json_null();
}

static const char *index_on(const json_t *db, const char *table, const char *column)
{
    const char *key;
    json_t *index;
    char tk[MEMORY_MAX_NAME], ck[MEMORY_MAX_NAME];
    memory_fold(table, tk);
    memory_fold(column, ck);
    json_object_foreach(state_part(db, "indexes"), key, index)
    {
        size_t i;
        json_t *c;
        if (strcmp(json_string_value(json_object_get(index, "table")), tk) != 0)
            continue;
        json_array_foreach(json_object_get(index, "columns"), i,
                           c) if (strcmp(json_string_value(c), ck) == 0) return key;
    }
    return NULL;
}

static moult_status create_table(struct work *w)
{
    char name[MEMORY_MAX_NAME], column[MEMORY_MAX_NAME];
    if (!memory_name(&w->s, name) || !memory_take(&w->s, "("))
        return syntax(w);
    if (taken(w, name))
        return MOULT_ERR_SQL;
    MEMORY_JSON json_t *table = json_pack("{s:s,s:{},s:[]}", "name", name, "columns", "rows");
    json_t *columns = json_object_get(table, "columns");
    do {
        if (!memory_name(&w->s, column))
            return syntax(w);
        json_t *c = state_column(w->host, &w->s, w->err);
        if (!c)
            return MOULT_ERR_SQL;
        json_object_set_new(c, "name", json_string(column));
        put(columns, column, c);
    } while (memory_take(&w->s, ","));
    if (!memory_take(&w->s, ")"))
        return syntax(w);
    put(state_part(w->db, "tables"), name, json_incref(table));
    return MOULT_OK;
}

static moult_status create_index(struct work *w, bool unique)
{
    char name[MEMORY_MAX_NAME], on[MEMORY_MAX_NAME], column[MEMORY_MAX_NAME];
    if (!memory_name(&w->s, name) || !memory_take(&w->s, "on") || !memory_name(&w->s, on) ||
        !memory_take(&w->s, "("))
        return syntax(w);
    if (taken(w, name))
        return MOULT_ERR_SQL;
    json_t *table = state_find(w->db, "tables", on);
    if (!table)
        return nothing(w, "table", on);
    char key[MEMORY_MAX_NAME];
    memory_fold(on, key);
    MEMORY_JSON json_t *index = json_pack("{s:s,s:s,s:[]}", "name", name, "table", key, "columns");
    do {
        if (!memory_name(&w->s, column))
            return syntax(w);
        memory_fold(column, key);
        if (!json_object_get(json_object_get(table, "columns"), key))
            return nothing(w, "column", column);
        json_array_append_new(json_object_get(index, "columns"), json_string(key));
    } while (memory_take(&w->s, ","));
    if (!memory_take(&w->s, ")"))
        return syntax(w);
    if (unique)
        json_object_set_new(index, "unique", json_true());
    put(state_part(w->db, "indexes"), name, json_incref(index));
    return MOULT_OK;
}

static moult_status create_view(struct work *w)
{
    char name[MEMORY_MAX_NAME];
    if (!memory_name(&w->s, name) || !memory_take(&w->s, "as"))
        return syntax(w);
    if (taken(w, name))
        return MOULT_ERR_SQL;
    struct token first = memory_peek(&w->s), t = first;
    const char *end = first.start;
    while (t.type != TOKEN_END && !token_is(&t, ";")) {
        memory_next(&w->s);
        end = t.end;
        t = memory_peek(&w->s);
    }
    if (end == first.start)
        return syntax(w);
    json_t *view = json_pack("{s:s,s:o}", "name", name, "body",
                             json_stringn(first.start, (size_t)(end - first.start)));
    put(state_part(w->db, "views"), name, view);
    return MOULT_OK;
}

static moult_status drop(struct work *w, const char *kind, const char *part)
{
    char name[MEMORY_MAX_NAME], key[MEMORY_MAX_NAME];
    if (!memory_name(&w->s, name))
        return syntax(w);
    memory_fold(name, key);
    json_t *object = json_object_get(state_part(w->db, part), key);
    if (!object)
        return nothing(w, kind, name);
    w->changed += json_array_size(json_object_get(object, "rows"));
    json_object_del(state_part(w->db, part), key);
    if (strcmp(part, "tables") != 0)
        return MOULT_OK;
    const char *ik;
    json_t *index;
    void *tmp;
    json_object_foreach_safe(
        state_part(w->db, "indexes"), tmp, ik,
        index) if (strcmp(json_string_value(json_object_get(index, "table")), key) == 0)
        json_object_del(state_part(w->db, "indexes"), ik);
    return MOULT_OK;
}

static moult_status set_column(struct work *w, json_t *table, const char *name, bool is_new)
{
    char key[MEMORY_MAX_NAME];
    memory_fold(name, key);
    json_t *columns = json_object_get(table, "columns"), *row, *old = json_object_get(columns, key);
    size_t i;
    if (is_new && old)
        return memory_fail(w->host, w->err, MOULT_ERR_SQL, "column \"%s\" is already there", name);
    if (!is_new && !old)
        return nothing(w, "column", name);
    MEMORY_JSON json_t *c = state_column(w->host, &w->s, w->err);
    if (!c)
        return MOULT_ERR_SQL;
    const char *type = json_string_value(json_object_get(c, "type"));
    const char *index = index_on(w->db, json_string_value(json_object_get(table, "name")), name);
    if (index && strcmp(type, json_string_value(json_object_get(old, "type"))) != 0)
        return memory_fail(w->host, w->err, MOULT_ERR_SQL, "index \"%s\" needs column \"%s\"",
                           index, name);
    json_object_set_new(c, "name",
                        is_new ? json_string(name) : json_incref(json_object_get(old, "name")));
    MEMORY_JSON json_t *value = default_of(c);
    json_t *rows = json_object_get(table, "rows");
    json_array_foreach(rows, i, row) if (
        !fits(c, is_new
                     ? value
                     : json_object_get(
                           row, key))) return memory_fail(w->host, w->err, MOULT_ERR_CONSTRAINT,
                                                          "row %zu of \"%s\" forbids column \"%s\"",
                                                          i + 1,
                                                          json_string_value(
                                                              json_object_get(table, "name")),
                                                          name);
    json_array_foreach(rows, i, row) if (is_new) json_object_set(row, key, value);
    w->changed += json_array_size(rows);
    json_object_set(columns, key, c);
    return MOULT_OK;
}

static moult_status drop_column(struct work *w, json_t *table)
{
    char name[MEMORY_MAX_NAME], key[MEMORY_MAX_NAME];
    if (!memory_name(&w->s, name))
        return syntax(w);
    memory_fold(name, key);
    json_t *columns = json_object_get(table, "columns"), *row;
    if (!json_object_get(columns, key))
        return nothing(w, "column", name);
    const char *index = index_on(w->db, json_string_value(json_object_get(table, "name")), name);
    if (index)
        return memory_fail(w->host, w->err, MOULT_ERR_SQL, "index \"%s\" needs column \"%s\"",
                           index, name);
    size_t i;
    json_object_del(columns, key);
    json_array_foreach(json_object_get(table, "rows"), i, row) json_object_del(row, key);
    w->changed += json_array_size(json_object_get(table, "rows"));
    return MOULT_OK;
}

static moult_status rename_table(struct work *w, json_t *table)
{
    char name[MEMORY_MAX_NAME], old[MEMORY_MAX_NAME], key[MEMORY_MAX_NAME];
    if (!memory_name(&w->s, name))
        return syntax(w);
    memory_fold(json_string_value(json_object_get(table, "name")), old);
    memory_fold(name, key);
    if (strcmp(old, key) != 0 && taken(w, name))
        return MOULT_ERR_SQL;
    const char *ik;
    json_t *index;
    json_object_foreach(
        state_part(w->db, "indexes"), ik,
        index) if (strcmp(json_string_value(json_object_get(index, "table")), old) == 0)
        json_object_set_new(index, "table", json_string(key));
    json_incref(table);
    json_object_del(state_part(w->db, "tables"), old);
    json_object_set_new(table, "name", json_string(name));
    json_object_set_new(state_part(w->db, "tables"), key, table);
    return MOULT_OK;
}

static void move_key(json_t *object, const char *old, const char *key)
{
    json_t *v = json_incref(json_object_get(object, old));
    json_object_del(object, old);
    json_object_set_new(object, key, v);
}

static moult_status rename_column(struct work *w, json_t *table)
{
    char from[MEMORY_MAX_NAME], name[MEMORY_MAX_NAME], old[MEMORY_MAX_NAME], key[MEMORY_MAX_NAME];
    char tk[MEMORY_MAX_NAME];
    if (!memory_name(&w->s, from) || !memory_take(&w->s, "to") || !memory_name(&w->s, name))
        return syntax(w);
    memory_fold(from, old);
    memory_fold(name, key);
    memory_fold(json_string_value(json_object_get(table, "name")), tk);
    json_t *columns = json_object_get(table, "columns"), *row, *index, *c;
    if (!json_object_get(columns, old))
        return nothing(w, "column", from);
    if (strcmp(old, key) != 0 && json_object_get(columns, key))
        return memory_fail(w->host, w->err, MOULT_ERR_SQL, "column \"%s\" is already there", name);
    json_object_set_new(json_object_get(columns, old), "name", json_string(name));
    if (strcmp(old, key) == 0)
        return MOULT_OK;
    size_t i;
    const char *ik;
    move_key(columns, old, key);
    json_array_foreach(json_object_get(table, "rows"), i, row) move_key(row, old, key);
    json_object_foreach(state_part(w->db, "indexes"), ik, index)
    {
        if (strcmp(json_string_value(json_object_get(index, "table")), tk) != 0)
            continue;
        json_array_foreach(json_object_get(index, "columns"), i,
                           c) if (strcmp(json_string_value(c), old) == 0) json_string_set(c, key);
    }
    return MOULT_OK;
}

static moult_status alter_table(struct work *w)
{
    char name[MEMORY_MAX_NAME], column[MEMORY_MAX_NAME];
    if (!memory_take(&w->s, "table") || !memory_name(&w->s, name))
        return syntax(w);
    json_t *table = state_find(w->db, "tables", name);
    if (!table)
        return nothing(w, "table", name);
    if (memory_take(&w->s, "rename"))
        return memory_take(&w->s, "to")       ? rename_table(w, table)
               : memory_take(&w->s, "column") ? rename_column(w, table)
                                              : syntax(w);
    if (memory_take(&w->s, "drop"))
        return memory_take(&w->s, "column") ? drop_column(w, table) : syntax(w);
    bool is_new = memory_take(&w->s, "add");
    if ((!is_new && !memory_take(&w->s, "alter")) || !memory_take(&w->s, "column") ||
        !memory_name(&w->s, column))
        return syntax(w);
    return set_column(w, table, column, is_new);
}

static moult_status comment(struct work *w)
{
    char name[MEMORY_MAX_NAME];
    MEMORY_FREE char *text = NULL;
    if (!memory_take(&w->s, "on") || !memory_take(&w->s, "table") || !memory_name(&w->s, name) ||
        !memory_take(&w->s, "is"))
        return syntax(w);
    bool none = memory_take(&w->s, "null");
    if (!none && !memory_string(&w->s, &text))
        return syntax(w);
    json_t *table = state_find(w->db, "tables", name);
    if (!table)
        return nothing(w, "table", name);
    if (none)
        json_object_del(table, "comment");
    else
        json_object_set_new(table, "comment", json_string(text));
    return MOULT_OK;
}

static moult_status copy_rows(struct work *w)
{
    char from[MEMORY_MAX_NAME], into[MEMORY_MAX_NAME];
    if (!memory_name(&w->s, from) || !memory_take(&w->s, "to") || !memory_name(&w->s, into))
        return syntax(w);
    json_t *a = state_find(w->db, "tables", from), *b = state_find(w->db, "tables", into), *row,
           *column;
    if (!a || !b)
        return nothing(w, "table", a ? into : from);
    size_t i;
    const char *key;
    MEMORY_JSON json_t *rows = json_array();
    json_array_foreach(json_object_get(a, "rows"), i, row)
    {
        json_t *copy = json_object();
        json_array_append_new(rows, copy);
        json_object_foreach(json_object_get(b, "columns"), key, column)
        {
            json_t *value = json_object_get(row, key);
            json_object_set_new(copy, key, value ? json_incref(value) : default_of(column));
            if (!fits(column, json_object_get(copy, key)))
                return memory_fail(w->host, w->err, MOULT_ERR_CONSTRAINT,
                                   "row %zu of \"%s\" does not fit \"%s\"", i + 1, from, into);
        }
    }
    w->changed += json_array_size(rows);
    json_array_extend(json_object_get(b, "rows"), rows);
    return MOULT_OK;
}

static moult_status statement(struct work *w)
{
    if (memory_take(&w->s, "create")) {
        if (memory_take(&w->s, "table"))
            return create_table(w);
        bool unique = memory_take(&w->s, "unique");
        if (memory_take(&w->s, "index"))
            return create_index(w, unique);
        return !unique && memory_take(&w->s, "view") ? create_view(w) : syntax(w);
    }
    if (memory_take(&w->s, "drop")) {
        if (memory_take(&w->s, "table"))
            return drop(w, "table", "tables");
        if (memory_take(&w->s, "index"))
            return drop(w, "index", "indexes");
        return memory_take(&w->s, "view") ? drop(w, "view", "views") : syntax(w);
    }
    if (memory_take(&w->s, "alter"))
        return alter_table(w);
    if (memory_take(&w->s, "comment"))
        return comment(w);
    return memory_take(&w->s, "copy") ? copy_rows(w) : syntax(w);
}

moult_status state_run(const moult_host *host, json_t *db, const char *sql, size_t len,
                       uint64_t *changed, moult_error *err)
{
    struct work w = {host, db, {sql, sql + len, 1}, 0, err};
    for (;;) {
        while (memory_take(&w.s, ";"))
            ;
        if (memory_peek(&w.s).type == TOKEN_END)
            break;
        moult_status st = statement(&w);
        struct token t = memory_peek(&w.s);
        if (!st && t.type != TOKEN_END && !token_is(&t, ";"))
            st = syntax(&w);
        if (st) {
            host->error_detail(host->ctx, err, "statement", sql, len);
            return st;
        }
    }
    if (changed)
        *changed = w.changed;
    return MOULT_OK;
}
