/* SPDX-License-Identifier: Apache-2.0 */
/* check-index.c - what index_list and index_xinfo say must be what the texts say. */
#include "check.h"

#include <string.h>

/* A row of index_list. */
struct listed {
    const char *name;
    bool unique, partial;
    char origin; /* 'c' CREATE INDEX, 'u' UNIQUE, 'p' PRIMARY KEY */
};

/* A key column of an index as index_xinfo or the text has it. */
struct key_part {
    int column; /* -1 the rowid, -2 an expression */
    bool desc;
    const char *collate;
    size_t collate_len;
};

struct key {
    struct key_part *parts; /* in the pool */
    uint32_t count, cap;
};

static struct key_part *add_part(struct check *c, struct key *k)
{
    if (k->count == k->cap) {
        uint32_t cap = k->cap ? k->cap * 2 : 8;
        struct key_part *more = pool_alloc(&c->pool, cap * sizeof *more);
        if (!more) {
            check_nomem(c);
            return NULL;
        }
        if (k->count)
            memcpy(more, k->parts, k->count * sizeof *more);
        k->parts = more;
        k->cap = cap;
    }
    return &k->parts[k->count++];
}

/* ---- what the text says ---- */

/* The collation of a column, unquoted, in the pool where it was quoted. */
static void collation(struct check *c, const struct parse *p, uint32_t token, struct key_part *part)
{
    if (token == NO_TOKEN) {
        part->collate = "BINARY";
        part->collate_len = 6;
        return;
    }
    const struct token *t = &p->tokens[token];
    part->collate = p->text + t->at;
    part->collate_len = t->n;
    if (t->kind != TOKEN_WORD) {
        char *copy = pool_alloc(&c->pool, t->n + 1);
        part->collate_len = copy ? token_unquote(p->text, t, copy) : 0;
        part->collate = copy ? copy : "";
    }
}

static void column_part(struct check *c, uint32_t column, struct key_part *part)
{
    const struct constraint *k = column_last(c->table, column, CONSTRAINT_COLLATE);
    part->column = (int)column;
    collation(c, c->table, k ? k->word : NO_TOKEN, part);
}

static bool names_rowid(const struct parse *p, uint32_t token)
{
    const struct token *t = &p->tokens[token];
    return token_names(p->text, t, "rowid", 5) || token_names(p->text, t, "oid", 3) ||
           token_names(p->text, t, "_rowid_", 7);
}

static void term_part(struct check *c, const struct parse *p, const struct term *t,
                      struct key_part *part)
{
    uint32_t column = t->name == NO_TOKEN ? NO_TOKEN : column_at(c->now->object, p, t->name);
    part->column = -2;
    part->collate = NULL; /* an expression's: SQLite derives it */
    if (column != NO_TOKEN)
        column_part(c, column, part);
    else if (t->name != NO_TOKEN && names_rowid(p, t->name))
        part->column = -1;
    if (t->collate != NO_TOKEN)
        collation(c, p, t->collate, part);
    part->desc = t->desc;
}

static bool parts_alike(const struct key_part *a, const struct key_part *b)
{
    bool collate = !a->collate || !b->collate ||
                   equal_folded(a->collate, a->collate_len, b->collate, b->collate_len);
    return a->column == b->column && collate;
}

static void constraint_key(struct check *c, const struct constraint *k, struct key *out)
{
    const struct parse *p = c->table;
    out->count = 0;
    uint32_t terms = k->column == NO_TOKEN ? k->terms : 1;
    for (uint32_t i = 0; i < terms; i++) {
        struct key_part *part = add_part(c, out);
        if (!part)
            return;
        *part = (struct key_part){0};
        if (k->column != NO_TOKEN) {
            column_part(c, k->column, part);
            part->desc = k->desc;
        } else {
            term_part(c, p, &p->terms[k->first + i], part);
        }
        /* A table without rowid keeps each column of its primary key once. */
        for (uint32_t j = 0;
             j + 1 < out->count && p->without_rowid && k->kind == CONSTRAINT_PRIMARY; j++) {
            if (parts_alike(&out->parts[j], part)) {
                out->count--;
                break;
            }
        }
    }
}

/* ---- what the pragmas say ---- */

static void read_key(struct check *c, const char *name, struct key *out)
{
    out->count = 0;
    sqlite3_stmt *s = check_pragma(c, "index_xinfo", name);
    while (check_step(c, s)) { /* seqno, cid, name, desc, coll, key */
        if (sqlite3_column_int(s, 5) == 0)
            continue;
        struct key_part *part = add_part(c, out);
        if (!part)
            break;
        part->column = sqlite3_column_int(s, 1);
        part->desc = sqlite3_column_int(s, 3) != 0;
        part->collate_len = (size_t)sqlite3_column_bytes(s, 4);
        const char *collate = (const char *)sqlite3_column_text(s, 4);
        part->collate = "BINARY"; /* by far the most */
        if (!collate || part->collate_len != 6 || memcmp(collate, "BINARY", 6) != 0)
            part->collate = pool_copy(&c->pool, collate ? collate : "", part->collate_len);
        if (!part->collate)
            check_nomem(c);
    }
    sqlite3_finalize(s);
}

static uint32_t read_list(struct check *c, struct listed **out)
{
    uint32_t count = 0, cap = 0;
    sqlite3_stmt *s = check_pragma(c, "index_list", c->now->object->name);
    while (check_step(c, s)) { /* seq, name, unique, origin, partial */
        if (count == cap) {
            cap = cap ? cap * 2 : 8;
            struct listed *more = pool_alloc(&c->pool, cap * sizeof *more);
            if (!more)
                break;
            if (count)
                memcpy(more, *out, count * sizeof *more);
            *out = more;
        }
        const char *name = (const char *)sqlite3_column_text(s, 1);
        const char *origin = (const char *)sqlite3_column_text(s, 3);
        struct listed *l = &(*out)[count++];
        *l = (struct listed){
            .name = name ? pool_copy(&c->pool, name, (size_t)sqlite3_column_bytes(s, 1)) : NULL,
            .unique = sqlite3_column_int(s, 2) != 0,
            .partial = sqlite3_column_int(s, 4) != 0,
            .origin = origin ? origin[0] : '\0',
        };
        if (!l->name)
            break;
    }
    if ((count && !(*out)[count - 1].name) || (cap && !*out))
        check_nomem(c);
    sqlite3_finalize(s);
    return count;
}

/* ---- both together ---- */

static bool keys_alike(const struct key *a, const struct key *b, bool order)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!parts_alike(&a->parts[i], &b->parts[i]) ||
            (order && a->parts[i].desc != b->parts[i].desc))
            return false;
    }
    return true;
}

/* To SQLite the rowid is the column that stands for it, if there is one. */
static void resolve_rowid(struct check *c, struct key *key)
{
    const struct constraint *k = table_primary_key(c->table);
    uint32_t alias = NO_TOKEN;
    if (!k || !primary_key_is_rowid(c->now->object, c->table, k, &alias))
        return;
    for (uint32_t i = 0; i < key->count; i++) {
        if (key->parts[i].column == -1)
            key->parts[i].column = (int)alias;
    }
}

/* An index against its row of index_list. */
static void check_created(struct check *c, const struct object *o, const struct parse *p,
                          struct listed *l)
{
    struct key text = {0}, got = {0};
    if (l->unique != p->unique)
        check_mismatch(c, "index_list", "UNIQUE", p->unique ? "yes" : "no",
                       l->unique ? "yes" : "no");
    if (l->partial != (p->where.n > 0))
        check_mismatch(c, "index_list", "WHERE", p->where.n ? "yes" : "no",
                       l->partial ? "yes" : "no");
    for (uint32_t i = 0; i < p->term_count; i++) {
        struct key_part *part = add_part(c, &text);
        if (!part)
            return;
        term_part(c, p, &p->terms[i], part);
    }
    resolve_rowid(c, &text);
    read_key(c, o->name, &got);
    if (!c->failed && !keys_alike(&text, &got, true))
        check_mismatch(c, "index_xinfo", "its columns", "something else", "other columns");
}

/* Does K say no more than its columns?  Those of a primary key are known to be right by
 * table_xinfo. */
static bool is_plain_primary(const struct constraint *k, const struct key *key)
{
    if (k->kind != CONSTRAINT_PRIMARY)
        return false;
    for (uint32_t i = 0; i < key->count; i++) {
        const struct key_part *part = &key->parts[i];
        if (part->desc || part->collate_len != 6 || !equal_folded(part->collate, 6, "BINARY", 6))
            return false;
    }
    return true;
}

/* Each automatic index comes from a constraint, and each constraint has one, which it may share. */
static void check_automatic(struct check *c, struct listed *list, uint32_t count)
{
    const struct parse *p = c->table;
    for (uint32_t i = 0; i < count && !c->failed; i++) {
        if (list[i].origin == 'c')
            continue;
        struct key got = {0}, text = {0};
        bool exact = false, read = false;
        for (uint32_t j = 0; j < p->constraint_count && !exact && !c->failed; j++) {
            const struct constraint *k = &p->constraints[j];
            uint32_t alias;
            bool fits = (k->kind == CONSTRAINT_PRIMARY && list[i].origin == 'p' &&
                         !primary_key_is_rowid(c->now->object, p, k, &alias)) ||
                        (k->kind == CONSTRAINT_UNIQUE && list[i].origin == 'u');
            if (!fits)
                continue;
            constraint_key(c, k, &text);
            exact = is_plain_primary(k, &text);
            if (exact)
                break;
            if (!read)
                read_key(c, list[i].name, &got);
            read = true;
            exact = keys_alike(&text, &got, true);
        }
        if (!exact && !c->failed)
            check_mismatch(c, "index_list", "a key", "no such UNIQUE or PRIMARY KEY", list[i].name);
    }
}

static bool has_index(struct check *c, const struct constraint *k, struct listed *list,
                      uint32_t count)
{
    struct key text = {0}, got = {0};
    constraint_key(c, k, &text);
    for (uint32_t i = 0; i < count && !c->failed; i++) {
        if (list[i].origin == 'c')
            continue;
        read_key(c, list[i].name, &got);
        if (keys_alike(&text, &got, false))
            return true;
    }
    return false;
}

static void check_constraints(struct check *c, struct listed *list, uint32_t count)
{
    const struct parse *p = c->table;
    uint32_t keys = 0, automatic = 0, alias;
    for (uint32_t i = 0; i < count; i++)
        automatic += list[i].origin != 'c';
    for (uint32_t i = 0; i < p->constraint_count; i++) {
        const struct constraint *k = &p->constraints[i];
        keys += k->kind == CONSTRAINT_UNIQUE ||
                (k->kind == CONSTRAINT_PRIMARY && !primary_key_is_rowid(c->now->object, p, k, &alias));
    }
    /* Each index has its constraint; with as many constraints, each constraint has its index. */
    if (keys == automatic)
        return;
    for (uint32_t i = 0; i < p->constraint_count && !c->failed; i++) {
        const struct constraint *k = &p->constraints[i];
        bool key = k->kind == CONSTRAINT_UNIQUE ||
                   (k->kind == CONSTRAINT_PRIMARY && !primary_key_is_rowid(c->now->object, p, k, &alias));
        if (key && !has_index(c, k, list, count))
            check_mismatch(c, "index_list", "a key", "UNIQUE or PRIMARY KEY", "no index for it");
    }
}

void check_indexes(struct check *c)
{
    struct listed *list = NULL;
    const struct object *table = c->about;
    const struct parse *text = c->now->indexes;
    uint32_t count = read_list(c, &list), created = 0, listed = 0;
    check_automatic(c, list, count);
    check_constraints(c, list, count);
    for (const struct object *i = table->index; i && !c->failed; i = i->index, text++) {
        struct listed *l = NULL;
        c->about = i;
        for (uint32_t j = 0; list && j < count; j++) {
            if (list[j].origin == 'c' && list[j].name && strcmp(list[j].name, i->name) == 0)
                l = &list[j];
        }
        if (l)
            check_created(c, i, text, l);
        else
            check_mismatch(c, "index_list", "whether it is there", "yes", "no");
        created++;
    }
    c->about = table;
    for (uint32_t j = 0; j < count; j++)
        listed += list[j].origin == 'c';
    if (!c->failed && listed != created)
        check_mismatch(c, "index_list", "how many indexes it has", "fewer", "more");
}
