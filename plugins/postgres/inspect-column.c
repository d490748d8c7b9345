/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-column.c - defaults, sequences, and what is an inherited column's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect-columns.h"

#define NAME_MAX_BYTES 63

/* The server's notation of an expression without the places in the statement that it was read from:
 * two that are equal then mean the same. */
static void add_form(struct text *t, struct slice s)
{
    static const char place[] = " :location ";
    const char *at, *p = s.p, *end = s.p + s.n;
    while ((at = memmem(p, (size_t)(end - p), place, sizeof place - 1))) {
        pgtext_add(t, p, (size_t)(at - p));
        p = at + sizeof place - 1;
        while (p < end && (*p == '-' || (*p >= '0' && *p <= '9')))
            p++;
    }
    pgtext_add(t, p, (size_t)(end - p));
}

const struct expression *pginspect_expression(struct inspect *in, struct slice form, uint32_t oid)
{
    struct expression *e = NULL;
    pgtext_clear(&in->value);
    add_form(&in->value, form);
    if (in->value.failed)
        pginspect_nomem(in);
    if (in->st != MOULT_OK)
        return NULL;
    HASH_FIND(hh, in->expressions, in->value.p, in->value.n, e);
    if (e)
        return e;
    e = pgmem_alloc(&in->pool, sizeof *e);
    if (!e) {
        pginspect_nomem(in);
        return NULL;
    }
    e->form = pginspect_copy(in, slice_of(&in->value));
    e->oid = oid;
    HASH_ADD_KEYPTR(hh, in->expressions, e->form.p, e->form.n, e);
    HASH_ADD(by_oid, in->expressions_by_oid, oid, sizeof e->oid, e);
    return e;
}

const struct expression *pginspect_printed(struct inspect *in, struct slice text)
{
    struct expression *e = pgmem_alloc(&in->pool, sizeof *e);
    if (e)
        e->text = pginspect_copy(in, text);
    else
        pginspect_nomem(in);
    return e;
}

void pginspect_default_row(struct inspect *in, const struct row *row)
{
    struct expression *e = NULL;
    uint32_t oid = row_u32(row, 0);
    HASH_FIND(by_oid, in->expressions_by_oid, &oid, sizeof oid, e);
    if (e)
        e->text = pginspect_copy(in, row->field[1]);
}

void pginspect_put_default(struct inspect *in, struct relation *r, uint32_t attnum)
{
    struct column *c = &r->columns[attnum - 1];
    moult_node *node = pginspect_column_node(in, r, attnum);
    if (!c->generated)
        c->default_node = pginspect_child(in, node, "default", slice_z(""));
    if (c->dflt)
        pginspect_sql(in, c->generated ? node : c->default_node,
                      c->generated ? "generated" : "expression", c->dflt->text);
}

static const struct column *parents_column(const struct relation *parent, struct slice name)
{
    for (uint32_t i = 0; i < parent->column_count; i++) {
        if (parent->columns[i].name.p && slice_eq(parent->columns[i].name, name))
            return &parent->columns[i];
    }
    return NULL;
}

/* What parents say of a column of the name. */
struct given {
    bool any, not_null, dflt, same_default, same_storage;
    char storage, compression;
};

static struct given given_by_parents(const struct relation *r, const struct column *c)
{
    struct given g = {0};
    for (uint32_t i = 0; i < r->parent_count; i++) {
        const struct column *p = parents_column(r->parents[i], c->name);
        if (!p)
            continue;
        if (!g.any) {
            g.storage = p->storage;
            g.compression = p->compression;
        }
        g.any = true;
        g.not_null |= p->not_null;
        g.dflt |= p->dflt != NULL;
        g.same_default |= p->dflt && c->dflt && slice_eq(p->dflt->text, c->dflt->text);
    }
    return g;
}

static void settle(struct inspect *in, struct relation *r, uint32_t attnum)
{
    struct column *c = &r->columns[attnum - 1];
    struct given g = given_by_parents(r, c);
    if (!g.any)
        return; /* the parent is not in reach: nothing to hold it against */
    if (c->not_null != g.not_null && (c->inherited == COLUMN_INHERITED || g.not_null))
        pginspect_flag(in, pginspect_column_node(in, r, attnum),
                       c->not_null ? "not_null" : "nullable", true);
    if (g.dflt && !c->dflt)
        pginspect_flag(in, pginspect_column_node(in, r, attnum), "no_default", true);
    if (c->inherited != COLUMN_INHERITED)
        return;
    if (c->dflt && !g.same_default)
        pginspect_put_default(in, r, attnum);
    if (c->storage != g.storage)
        pginspect_set_z(in, pginspect_column_node(in, r, attnum), MOULT_LAYOUT, "storage",
                        pginspect_storage(c->storage));
    if (c->compression != g.compression)
        pginspect_set_z(in, pginspect_column_node(in, r, attnum), MOULT_LAYOUT, "compression",
                        c->compression == 'l'   ? "lz4"
                        : c->compression == 'p' ? "pglz"
                                                : "default");
}

/* Their names, and their types for who replaces the view. */
static void list_columns(struct inspect *in, const struct relation *view)
{
    for (int types = 0; types < 2; types++) {
        pgtext_clear(&in->value);
        for (uint32_t i = 0; i < view->column_count; i++) {
            const struct column *c = &view->columns[i];
            if (!c->name.p)
                continue;
            if (in->value.n)
                pgtext_z(&in->value, ", ");
            if (!types)
                pgtext_name(&in->value, c->name.p, c->name.n);
            else if (c->type)
                pgtext_add(&in->value, c->type->text.p, c->type->text.n);
        }
        if (in->value.failed)
            pginspect_nomem(in);
        pginspect_set(in, view->node, types ? MOULT_DERIVED : MOULT_SHAPE,
                      types ? "types" : "columns", slice_of(&in->value));
    }
}

/* Where columns stand among those that are not dropped. */
static void number_columns(struct inspect *in, const struct relation *r)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->column_count && in->st == MOULT_OK; i++) {
        const struct column *c = &r->columns[i];
        n += c->name.p != NULL;
        if (c->default_node && c->dflt) /* printed only now */
            pginspect_sql(in, c->default_node, "expression", c->dflt->text);
        if (!c->name.p || !c->node || c->inherited == COLUMN_INHERITED || r->kind == 'v' ||
            r->kind == 'm')
            continue;
        char position[16];
        snprintf(position, sizeof position, "%u", n);
        pginspect_set_z(in, c->node, MOULT_LAYOUT, "position", position);
    }
}

/* Columns of a table of a type are that type's attributes. */
static void refer_to_attributes(struct inspect *in, const struct relation *r)
{
    size_t n = 0, key_n = 0;
    const char *of = in->api->text(r->node, "of", &n);
    for (uint32_t i = 0; of && i < r->column_count && in->st == MOULT_OK; i++) {
        if (!r->columns[i].node)
            continue;
        const char *key = in->api->key(r->columns[i].node, &key_n);
        pgtext_clear(&in->path);
        pginspect_segment(&in->path, "composite", (struct slice){of, n});
        pgtext_char(&in->path, '/');
        pginspect_segment(&in->path, "attribute", (struct slice){key, key_n});
        if (in->path.failed)
            pginspect_nomem(in);
        pginspect_refer(in, r->columns[i].node, MOULT_REF_ENFORCED, slice_of(&in->path));
    }
}

void pginspect_list_views(struct inspect *in)
{
    for (const struct relation *v = in->views; v; v = v->next_view)
        list_columns(in, v);
}

void pginspect_settle_columns(struct inspect *in)
{
    for (const struct untyped *u = in->untyped; u && in->st == MOULT_OK; u = u->next)
        pginspect_put_type(in, u->relation, &u->relation->columns[u->attnum - 1]);
    for (struct entity *e = in->entities; e && in->st == MOULT_OK; e = e->hh.next) {
        if (e->relation)
            number_columns(in, e->relation);
        if (e->relation && e->relation->typed)
            refer_to_attributes(in, e->relation);
    }
    for (struct relation *r = in->deferred; r && in->st == MOULT_OK; r = r->next_deferred) {
        for (uint32_t i = 1; i <= r->column_count; i++) {
            if (!r->columns[i - 1].name.p || !r->columns[i - 1].inherited)
                continue;
            settle(in, r, i);
            pgcolumns_refer_origin(in, r, i);
        }
    }
}

/* ---- sequences ---- */

struct limits {
    const char *type, *low, *high;
};

static const struct limits all_limits[] = {
    {"smallint", "-32768", "32767"},
    {"integer", "-2147483648", "2147483647"},
    {"bigint", "-9223372036854775808", "9223372036854775807"},
};

static const struct limits *limits_of(struct slice type)
{
    for (size_t i = 0; i < sizeof all_limits / sizeof *all_limits; i++) {
        if (slice_is(type, all_limits[i].type))
            return &all_limits[i];
    }
    return &all_limits[2];
}

struct option {
    const char *attribute, *keyword;
    struct slice value;
    bool usual;
};
#define OPTIONS 6

static void read_options(const struct row *row, struct option o[OPTIONS])
{
    const struct limits *l = limits_of(row->field[1]);
    struct slice start = row->field[2], step = row->field[3], low = row->field[4],
                 high = row->field[5];
    bool down = step.n && *step.p == '-';
    bool usual_low = slice_is(low, down ? l->low : "1");
    bool usual_high = slice_is(high, down ? "-1" : l->high);
    o[0] = (struct option){"start", "START WITH", start, slice_eq(start, down ? high : low)};
    o[1] = (struct option){"increment", "INCREMENT BY", step, slice_is(step, "1")};
    o[2] = (struct option){"minimum", "MINVALUE", low, usual_low};
    o[3] = (struct option){"maximum", "MAXVALUE", high, usual_high};
    o[4] = (struct option){"cache", "CACHE", row->field[6], slice_is(row->field[6], "1")};
    o[5] = (struct option){"cycle", "CYCLE", slice_z("true"), !row_char(row, 7)};
}

/* How many bytes of P..P+N at most MAX take, without cutting a character. */
static size_t clip(struct slice s, size_t max)
{
    if (s.n <= max)
        return s.n;
    while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
        max--;
    return max;
}

/* The server's own choice of a name, as makeObjectName makes it: "table_column_seq", the longer part cut. */
static void usual_name(struct text *t, struct slice table, struct slice column)
{
    size_t a = table.n, b = column.n, room = NAME_MAX_BYTES - 5;
    while (a + b > room) {
        if (a > b)
            a--;
        else
            b--;
    }
    pgtext_add(t, table.p, clip(table, a));
    pgtext_char(t, '_');
    pgtext_add(t, column.p, clip(column, b));
    pgtext_z(t, "_seq");
}

static void put_identity(struct inspect *in, struct relation *owner, uint32_t attnum,
                         const struct row *row)
{
    struct option o[OPTIONS];
    read_options(row, o);
    CLEANUP_TEXT struct text usual = {0};
    pgtext_clear(&in->value);
    usual_name(&usual, owner->name, owner->columns[attnum - 1].name);
    if (!slice_eq(slice_of(&usual), row->field[11])) {
        pgtext_z(&in->value, "SEQUENCE NAME ");
        const struct namespace *n = pginspect_namespace(in, row_u32(row, 12));
        if (n) {
            pgtext_add(&in->value, n->key.p, n->key.n);
            pgtext_char(&in->value, '.');
        }
        pgtext_name(&in->value, row->field[11].p, row->field[11].n);
    }
    for (int i = 0; i < OPTIONS; i++) {
        if (o[i].usual)
            continue;
        if (in->value.n)
            pgtext_char(&in->value, ' ');
        pgtext_z(&in->value, o[i].keyword);
        if (i == OPTIONS - 1)
            continue;
        pgtext_char(&in->value, ' ');
        pgtext_add(&in->value, o[i].value.p, o[i].value.n);
    }
    if (in->value.failed || usual.failed)
        pginspect_nomem(in);
    else if (in->value.n)
        pginspect_set(in, pginspect_column_node(in, owner, attnum), MOULT_SHAPE, "identity_options",
                      slice_of(&in->value));
    struct entity *e = pginspect_entity(in, CLASS_CLASS, row_u32(row, 0));
    if (e)
        e->path = pginspect_copy(in, pginspect_column_path(in, owner, attnum));
    const struct namespace *n = pginspect_namespace(in, row_u32(row, 12));
    if (!n)
        return;
    pgtext_clear(&in->key);
    pgtext_add(&in->key, n->key.p, n->key.n);
    pgtext_char(&in->key, '.');
    pgtext_name(&in->key, row->field[11].p, row->field[11].n);
    pginspect_claim(in, pginspect_column_node(in, owner, attnum), "relation", slice_of(&in->key));
}

void pginspect_sequence_row(struct inspect *in, const struct row *row)
{
    const struct entity *e = pginspect_find(in, CLASS_CLASS, row_u32(row, 0));
    char how = row_char(row, 8);
    struct relation *owner = how ? pginspect_relation(in, row_u32(row, 9)) : NULL;
    uint32_t attnum = how ? row_u32(row, 10) : 0;
    if (owner && (attnum > owner->column_count || !attnum || !owner->columns[attnum - 1].name.p))
        owner = NULL;
    if (how == 'i') {
        if (owner)
            put_identity(in, owner, attnum, row);
        return;
    }
    if (!e || !e->relation)
        return;
    struct option o[OPTIONS];
    read_options(row, o);
    if (!slice_is(row->field[1], "bigint"))
        pginspect_set(in, e->node, MOULT_SHAPE, "type", row->field[1]);
    for (int i = 0; i < OPTIONS; i++) {
        if (!o[i].usual)
            pginspect_set(in, e->node, MOULT_SHAPE, o[i].attribute, o[i].value);
    }
    if (!owner)
        return;
    moult_node *mark = pginspect_child(in, pginspect_column_node(in, owner, attnum),
                                       "owned_sequence", e->relation->key);
    pginspect_refer(in, mark, MOULT_REF_ENFORCED, e->path);
}
