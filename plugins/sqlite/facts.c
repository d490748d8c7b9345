/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c - what follows from a table's text by SQLite's own rules. */
#include <string.h>

#include "inspect.h"

bool table_columns(struct pool *pool, const struct parse *p, struct object *o)
{
    o->named_count = 0;
    o->columns = pool_alloc(pool, p->column_count * sizeof *o->columns);
    for (uint32_t i = 0; o->columns && i < p->column_count; i++) {
        const struct token *t = &p->tokens[p->columns[i].name];
        char *key = pool_alloc(pool, t->n + 1);
        if (!key)
            return false;
        size_t n = token_unquote(p->text, t, key);
        key[n] = '\0';
        fold_ascii(key, n);
        o->columns[i] = (struct named){.key = key, .n = n};
        o->named_count = i + 1;
    }
    return o->columns != NULL;
}

const struct constraint *table_primary_key(const struct parse *p)
{
    for (uint32_t i = 0; i < p->constraint_count; i++) {
        if (p->constraints[i].kind == CONSTRAINT_PRIMARY)
            return &p->constraints[i];
    }
    return NULL;
}

const struct constraint *column_last(const struct parse *p, uint32_t column, uint32_t kind)
{
    const struct column *c = &p->columns[column];
    for (uint32_t i = c->first + c->constraints; i-- > c->first;) {
        if (p->constraints[i].kind == kind)
            return &p->constraints[i];
    }
    return NULL;
}

/* https://sqlite.org/lang_createtable.html#rowid: the type must be INTEGER and nothing else, and by
 * a quirk that is kept for old files, DESC at the column (but not in a constraint of the table)
 * makes it an ordinary key. */
bool primary_key_is_rowid(const struct object *o, const struct parse *p, const struct constraint *k,
                          uint32_t *column)
{
    if (p->without_rowid)
        return false;
    if (k->column != NO_TOKEN)
        *column = k->column;
    else
        *column = k->terms == 1 && p->terms[k->first].name != NO_TOKEN
                      ? column_at(o, p, p->terms[k->first].name)
                      : NO_TOKEN;
    if (*column == NO_TOKEN || k->desc)
        return false;
    struct same s = {.p = p};
    struct text type = {0};
    struct range r = p->columns[*column].type;
    if (r.n == 1)
        same_type(&s, r, &type);
    bool is = type.n == 7 && memcmp(type.p, "INTEGER", 7) == 0;
    text_free(&type);
    return is;
}
