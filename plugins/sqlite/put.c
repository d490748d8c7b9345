/* SPDX-License-Identifier: Apache-2.0 */
/* put.c - attributes and references of nodes. */
#include <string.h>

#include "inspect.h"

static bool known_column(void *arg, const char *name, size_t n)
{
    const struct object *o = arg;
    for (uint32_t i = 0; i < o->named_count; i++) {
        if (o->columns[i].n == n && memcmp(o->columns[i].key, name, n) == 0)
            return true;
    }
    /* Names of the rowid, of which a table without one is not asked. */
    return (n == 5 && memcmp(name, "rowid", 5) == 0) || (n == 3 && memcmp(name, "oid", 3) == 0) ||
           (n == 7 && memcmp(name, "_rowid_", 7) == 0);
}

struct same put_same(struct inspect *in, const struct parse *p, uint32_t mode,
                     struct object *columns)
{
    return (struct same){
        .p = p,
        .bindings = in->bindings,
        .binding_count = in->binding_count,
        .mode = mode,
        .known = columns ? known_column : NULL,
        .arg = columns,
    };
}

moult_node *put_node(struct inspect *in, moult_node *parent, const char *kind, const char *key,
                     size_t n)
{
    if (in->st != MOULT_OK)
        return NULL;
    moult_node *node = in->api->add(in->tree, parent, kind, key, n);
    if (!node)
        in->st = sqlite_nomem(in->host, in->err);
    in->node_number++;
    return node;
}

void put(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
         const struct text *text, const struct text *same)
{
    if (in->st != MOULT_OK)
        return;
    if (text->failed || (same && same->failed)) {
        in->st = sqlite_nomem(in->host, in->err);
        return;
    }
    const char *p = text->n ? text->p : "";
    bool alike =
        !same || (same->n == text->n && (same->n == 0 || memcmp(same->p, p, same->n) == 0));
    const char *q = alike ? NULL : same->n ? same->p : "";
    in->st = in->api->set(in->tree, node, aspect, name, p, text->n, q, alike ? 0 : same->n);
    if (in->st != MOULT_OK)
        sqlite_nomem(in->host, in->err);
}

void put_z(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
           const char *text)
{
    if (in->st != MOULT_OK)
        return;
    in->st = in->api->set(in->tree, node, aspect, name, text, strlen(text), NULL, 0);
    if (in->st != MOULT_OK)
        sqlite_nomem(in->host, in->err);
}

void put_name(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
              const struct same *s, uint32_t token)
{
    in->a.n = in->b.n = 0;
    same_name(s, token, &in->a);
    same_key(s, token, &in->b);
    /* Its spelling is all that an object's own name adds to its key. */
    put(in, node, aspect, name, &in->a, aspect == MOULT_LAYOUT ? NULL : &in->b);
}

void put_range(struct inspect *in, moult_node *node, const char *name, const struct same *s,
               struct range r)
{
    in->a.n = in->b.n = 0;
    same_spelling(s, r, &in->a);
    same_range(s, r, &in->b);
    put(in, node, MOULT_SHAPE, name, &in->a, &in->b);
}

void put_words(struct inspect *in, moult_node *node, const char *name, const struct parse *p,
               struct range r)
{
    in->a.n = 0;
    for (uint32_t i = r.at; i < r.at + r.n; i++) {
        if (i > r.at)
            text_char(&in->a, ' ');
        for (size_t j = 0; j < p->tokens[i].n; j++) {
            char c = p->text[p->tokens[i].at + j];
            text_char(&in->a, c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c);
        }
    }
    put(in, node, MOULT_SHAPE, name, &in->a, NULL);
}

void put_ref(struct inspect *in, moult_node *node, uint32_t strength, const struct text *path)
{
    if (in->st != MOULT_OK)
        return;
    in->st =
        path->failed ? MOULT_ERR_NOMEM : in->api->refer(in->tree, node, strength, path->p, path->n);
    if (in->st != MOULT_OK)
        sqlite_nomem(in->host, in->err);
}

void put_claim(struct inspect *in, moult_node *node, const char *space, const char *key, size_t n)
{
    if (in->st != MOULT_OK)
        return;
    in->st = in->api->claim(in->tree, node, space, key, n);
    if (in->st != MOULT_OK)
        sqlite_nomem(in->host, in->err);
}

uint32_t column_at(const struct object *table, const struct parse *p, uint32_t token)
{
    const struct token *t = &p->tokens[token];
    /* A cheap test first: most tokens name no column. */
    for (uint32_t i = 0; i < table->named_count; i++) {
        if ((t->kind != TOKEN_WORD || t->n == table->columns[i].n) &&
            token_names(p->text, t, table->columns[i].key, table->columns[i].n))
            return i;
    }
    return NO_TOKEN;
}

void put_columns(struct inspect *in, moult_node *node, uint32_t strength, const struct parse *p,
                 struct range r, struct object *table)
{
    for (uint32_t i = r.at; i < r.at + r.n && in->st == MOULT_OK; i++) {
        if (!token_is_name(&p->tokens[i]))
            continue;
        uint32_t c = column_at(table, p, i);
        if (c == NO_TOKEN || table->columns[c].seen == in->node_number)
            continue;
        table->columns[c].seen = in->node_number;
        in->a.n = 0;
        inspect_path(in, table, NULL, 0, &in->a);
        text_char(&in->a, '/');
        struct same s = put_same(in, p, SAME_NAME, NULL);
        in->b.n = 0;
        same_key(&s, i, &in->b);
        if (in->b.failed)
            in->st = sqlite_nomem(in->host, in->err);
        else
            inspect_segment(&in->a, "column", in->b.p, in->b.n);
        put_ref(in, node, strength, &in->a);
    }
}
