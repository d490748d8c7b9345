/* SPDX-License-Identifier: Apache-2.0 */
/* memory-inspect.c - the tree of a memory database.
 *
 *   table   name (layout), comment (notes)          column  name (layout), type, not_null, default, logical
 *   index   name (layout), table, columns, unique   view    name (layout), body
 * Tables, indexes and views claim names in one namespace, "relation". */
#include <stdio.h>

#include "memory.h"

struct look {
    const moult_host *host;
    const moult_tree_api *tree;
    moult_tree *out;
    const moult_binding *const *bindings;
    uint32_t count;
    moult_status status;
};

static void put(struct look *l, moult_node *node, uint32_t aspect, const char *name,
                const char *text, const char *same)
{
    if (!l->status && text)
        l->status = l->tree->set(l->out, node, aspect, name, text, strlen(text), same,
                                 same ? strlen(same) : 0);
}

/* TEXT with every identifier that a binding stands for replaced by its marker. */
static char *marked(struct look *l, const char *text)
{
    char *out = NULL;
    size_t len;
    FILE *f = open_memstream(&out, &len);
    if (!f) {
        l->status = MOULT_ERR_NOMEM;
        return NULL;
    }
    struct scan s = {text, text + strlen(text), 1};
    const char *done = text;
    for (;;) {
        char name[MEMORY_MAX_NAME];
        struct token t = memory_peek(&s);
        if (t.type == TOKEN_END || t.type == TOKEN_BAD)
            break;
        if (!memory_name(&s, name)) {
            memory_next(&s);
            continue;
        }
        for (uint32_t i = 0; i < l->count; i++) {
            if (strcmp(l->bindings[i]->value, name) != 0)
                continue;
            fwrite(done, 1, (size_t)(t.start - done), f);
            fprintf(f, "%c%s%c", MOULT_MARK_OPEN, l->bindings[i]->name, MOULT_MARK_CLOSE);
            done = t.end;
            break;
        }
    }
    fputs(done, f);
    fclose(f);
    return out;
}

/* A body's tokens with single spaces, words in lower case. */
static char *plain(const char *text)
{
    char *out = NULL;
    size_t len;
    FILE *f = open_memstream(&out, &len);
    if (!f)
        return NULL;
    struct scan s = {text, text + strlen(text), 1};
    for (struct token t = memory_next(&s); t.type != TOKEN_END; t = memory_next(&s)) {
        for (const char *p = t.start; p < t.end; p++)
            putc(t.type == TOKEN_WORD && *p >= 'A' && *p <= 'Z' ? *p + 32 : *p, f);
        putc(' ', f);
        if (t.type == TOKEN_BAD)
            break;
    }
    fclose(f);
    return out;
}

/* The key of what is called NAME: folded, or the marker that it is bound to. */
static void key_of(const struct look *l, const char *name, char key[MEMORY_MAX_NAME])
{
    memory_fold(name, key);
    for (uint32_t i = 0; i < l->count; i++)
        if (strcmp(l->bindings[i]->value, name) == 0)
            snprintf(key, MEMORY_MAX_NAME, "%c%s%c", MOULT_MARK_OPEN, l->bindings[i]->name,
                     MOULT_MARK_CLOSE);
}

static void refer(struct look *l, moult_node *node, uint32_t strength, const char *table,
                  const char *column)
{
    /* Keys may hold what a path escapes. */
    char path[6 * MEMORY_MAX_NAME + 32], key[MEMORY_MAX_NAME];
    size_t n = (size_t)sprintf(path, "table:");
    for (int part = 0; part < (column ? 2 : 1); part++) {
        if (part)
            n += (size_t)sprintf(path + n, "/column:");
        key_of(l, part ? column : table, key);
        for (const char *p = key; *p; p++)
            if ((unsigned char)*p <= 0x20 || strchr("%/:", *p))
                n += (size_t)sprintf(path + n, "%%%02X", (unsigned)(unsigned char)*p);
            else
                path[n++] = *p;
    }
    if (!l->status)
        l->status = l->tree->refer(l->out, node, strength, path, n);
}

static moult_node *object(struct look *l, moult_node *parent, const char *kind, const char *name)
{
    char key[MEMORY_MAX_NAME];
    key_of(l, name, key);
    moult_node *node = l->tree->add(l->out, parent, kind, key, strlen(key));
    if (!node) {
        l->status = MOULT_ERR_NOMEM;
        return NULL;
    }
    put(l, node, MOULT_LAYOUT, "name", key[0] == MOULT_MARK_OPEN ? key : name, NULL);
    if (!l->status && strcmp(kind, "column") != 0)
        l->status = l->tree->claim(l->out, node, "relation", key, strlen(key));
    return node;
}

static void inspect_column(struct look *l, moult_node *table, const json_t *c)
{
    const char *type = json_string_value(json_object_get(c, "type"));
    char same[MEMORY_MAX_NAME];
    moult_node *node = object(l, table, "column", json_string_value(json_object_get(c, "name")));
    if (!node)
        return;
    memory_fold(type, same);
    put(l, node, MOULT_SHAPE, "type", type, same);
    put(l, node, MOULT_SHAPE, "default", json_string_value(json_object_get(c, "default")), NULL);
    put(l, node, MOULT_SHAPE, "not_null",
        json_is_true(json_object_get(c, "not_null")) ? "true" : NULL, NULL);
    put(l, node, MOULT_DERIVED, "logical",
        strcmp(same, "int") == 0    ? "int64"
        : strcmp(same, "text") == 0 ? "text"
                                    : "other",
        NULL);
}

static void inspect_index(struct look *l, moult_node *root, const json_t *db, const json_t *index)
{
    const char *table = json_string_value(json_object_get(index, "table"));
    moult_node *node = object(l, root, "index", json_string_value(json_object_get(index, "name")));
    MEMORY_FREE char *columns = NULL;
    size_t len, i;
    json_t *c;
    FILE *f = node ? open_memstream(&columns, &len) : NULL;
    if (!f)
        return;
    json_array_foreach(json_object_get(index, "columns"), i, c)
    {
        fprintf(f, "%s\"%s\"", i ? ", " : "", json_string_value(c));
        refer(l, node, MOULT_REF_ENFORCED, table, json_string_value(c));
    }
    fclose(f);
    /* The table by its name as it is spelled is layout; what counts is the key. */
    const char *spelled = json_string_value(
        json_object_get(json_object_get(state_part(db, "tables"), table), "name"));
    MEMORY_FREE char *quoted = NULL;
    if (asprintf(&quoted, "\"%s\"", spelled ? spelled : table) < 0)
        l->status = MOULT_ERR_NOMEM;
    MEMORY_FREE char *on = quoted ? marked(l, quoted) : NULL;
    char table_key[MEMORY_MAX_NAME];
    key_of(l, spelled ? spelled : table, table_key);
    put(l, node, MOULT_SHAPE, "table", on, table_key);
    put(l, node, MOULT_SHAPE, "columns", columns, NULL);
    put(l, node, MOULT_SHAPE, "unique",
        json_is_true(json_object_get(index, "unique")) ? "true" : NULL, NULL);
    refer(l, node, MOULT_REF_OWNED, table, NULL);
}

static void inspect_view(struct look *l, moult_node *root, const json_t *db, const json_t *view)
{
    const char *body = json_string_value(json_object_get(view, "body"));
    moult_node *node = object(l, root, "view", json_string_value(json_object_get(view, "name")));
    MEMORY_FREE char *text = marked(l, body);
    MEMORY_FREE char *same = text ? plain(text) : NULL;
    if (!node || !same)
        return;
    put(l, node, MOULT_SHAPE, "body", text, same);
    struct scan s = {body, body + strlen(body), 1};
    for (struct token t = memory_peek(&s); t.type != TOKEN_END && t.type != TOKEN_BAD;
         t = memory_peek(&s)) {
        char name[MEMORY_MAX_NAME], key[MEMORY_MAX_NAME];
        if (!memory_name(&s, name)) {
            memory_next(&s);
            continue;
        }
        memory_fold(name, key);
        if (state_find(db, "tables", name))
            refer(l, node, MOULT_REF_TEXT, key, NULL);
    }
}

moult_status memory_inspect(moult_session *s, const moult_binding *const *bindings, uint32_t count,
                            moult_tree *out, moult_error *err)
{
    MEMORY_JSON json_t *owned = NULL;
    json_t *db, *o, *c;
    const char *key, *ck;
    moult_status st = session_state(s, &db, &owned, err);
    if (st)
        return st;
    struct look l = {s->host, s->host->tree, out, bindings, count, MOULT_OK};
    moult_node *root = l.tree->root(out);
    json_object_foreach(state_part(db, "tables"), key, o)
    {
        moult_node *table =
            object(&l, root, "table", json_string_value(json_object_get(o, "name")));
        if (!table)
            break;
        put(&l, table, MOULT_NOTES, "comment", json_string_value(json_object_get(o, "comment")),
            NULL);
        json_object_foreach(json_object_get(o, "columns"), ck, c) inspect_column(&l, table, c);
    }
    json_object_foreach(state_part(db, "indexes"), key, o) inspect_index(&l, root, db, o);
    json_object_foreach(state_part(db, "views"), key, o) inspect_view(&l, root, db, o);
    return l.status == MOULT_ERR_NOMEM ? memory_fail(s->host, err, MOULT_ERR_NOMEM, "out of memory")
                                       : l.status;
}
