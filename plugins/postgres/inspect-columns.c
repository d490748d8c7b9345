/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-columns.c - lists of columns. */
#include <string.h>

#include "inspect-columns.h"

/* Dimensions, whether there are nulls, the element's type; of each dimension its length and lower bound. */
#define ARRAY_HEAD (5 * sizeof(uint32_t))

static uint32_t big_endian(const char *at, size_t n)
{
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | (unsigned char)at[i];
    return value;
}

void pgcolumns_read(struct slice s, struct vector *v)
{
    v->count = 0;
    if (!s.p || s.n < ARRAY_HEAD || big_endian(s.p, 4) != 1)
        return;
    const char *p = s.p + ARRAY_HEAD, *end = s.p + s.n;
    for (uint32_t left = big_endian(s.p + 12, 4); left && v->count < MAX_COLUMNS; left--) {
        uint32_t n = end - p >= 4 ? big_endian(p, 4) : UINT32_MAX;
        if (n > 4 || (size_t)(end - p) - 4 < n)
            return;
        v->item[v->count++] = big_endian(p + 4, n);
        p += 4 + n;
    }
}

const struct column *pgcolumns_at(const struct relation *r, uint32_t attnum)
{
    return attnum && attnum <= r->column_count && r->columns[attnum - 1].name.p
               ? &r->columns[attnum - 1]
               : NULL;
}

bool pgcolumns_add(struct text *t, const struct relation *r, const struct vector *v, uint32_t from,
                   uint32_t to)
{
    for (uint32_t i = from; i < to && i < v->count; i++) {
        const struct column *c = pgcolumns_at(r, v->item[i]);
        if (!c)
            return false;
        if (i > from)
            pgtext_z(t, ", ");
        pgtext_name(t, c->name.p, c->name.n);
    }
    return true;
}

void pgcolumns_put(struct inspect *in, moult_node *node, const char *name, const struct relation *r,
                   const struct vector *v, uint32_t count)
{
    pgtext_clear(&in->value);
    if (!pgcolumns_add(&in->value, r, v, 0, count))
        return;
    if (in->value.failed)
        pginspect_nomem(in);
    pginspect_set(in, node, MOULT_SHAPE, name, slice_of(&in->value));
}

void pgcolumns_refer(struct inspect *in, moult_node *node, const struct relation *r,
                     const struct vector *v)
{
    for (uint32_t i = 0; i < v->count; i++) {
        if (pgcolumns_at(r, v->item[i]))
            pgcolumns_refer_to(in, node, r, v->item[i]);
    }
}

#define MOST_ANCESTORS 64

/* The columns of R's parents, and of theirs, that are called NAME. */
static void refer_above(struct inspect *in, moult_node *node, const struct relation *r,
                        struct slice name, int depth)
{
    for (uint32_t i = 0; depth && i < r->parent_count; i++) {
        const struct relation *parent = r->parents[i];
        for (uint32_t k = 1; k <= parent->column_count; k++) {
            const struct column *c = &parent->columns[k - 1];
            if (!c->name.p || !slice_eq(c->name, name))
                continue;
            pginspect_refer(in, node, MOULT_REF_ENFORCED, pginspect_column_path(in, parent, k));
            if (c->inherited)
                refer_above(in, node, parent, name, depth - 1);
        }
    }
}

void pgcolumns_refer_to(struct inspect *in, moult_node *node, const struct relation *r,
                        uint32_t attnum)
{
    const struct column *c = pgcolumns_at(r, attnum);
    pginspect_refer(in, node, MOULT_REF_ENFORCED, pginspect_column_path(in, r, attnum));
    if (c && c->inherited)
        refer_above(in, node, r, c->name, MOST_ANCESTORS);
}

void pgcolumns_refer_origin(struct inspect *in, const struct relation *r, uint32_t attnum)
{
    const struct column *c = pgcolumns_at(r, attnum);
    if (c && c->node && c->inherited)
        refer_above(in, c->node, r, c->name, MOST_ANCESTORS);
}
