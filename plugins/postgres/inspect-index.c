/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-index.c - indexes, keys and other constraints. */
#include <string.h>

#include "inspect-columns.h"
#include "lexer.h"

/* "CREATE UNIQUE INDEX i ON ONLY s.t USING btree (a) ..." from USING on, without WITH (...), which
 * has an attribute of its own.  In in->value. */
struct slice pgindex_definition(struct inspect *in, struct slice text)
{
    size_t from = 0, at = SIZE_MAX, with = SIZE_MAX, end = SIZE_MAX;
    int depth = 0;
    for (struct token t = pgtoken_next(text.p, text.n, 0); t.kind != TOKEN_END;
         t = pgtoken_next(text.p, text.n, from)) {
        from = t.at + t.n;
        depth += pgtoken_is_op(text.p, &t, '(') ? 1 : pgtoken_is_op(text.p, &t, ')') ? -1 : 0;
        if (at == SIZE_MAX && pgtoken_is(text.p, &t, "using"))
            at = t.at;
        else if (at != SIZE_MAX && with == SIZE_MAX && !depth && pgtoken_is(text.p, &t, "with"))
            with = t.at;
        else if (with != SIZE_MAX && end == SIZE_MAX && !depth && pgtoken_is_op(text.p, &t, ')'))
            end = from;
    }
    if (at == SIZE_MAX)
        return text;
    pgtext_clear(&in->value);
    if (end == SIZE_MAX) {
        pgtext_add(&in->value, text.p + at, text.n - at);
    } else {
        pgtext_add(&in->value, text.p + at, with - at - 1);
        pgtext_add(&in->value, text.p + end, text.n - end);
    }
    if (in->value.failed)
        pginspect_nomem(in);
    return slice_of(&in->value);
}

/* What of an index the server need not print: no expressions, no condition. */
struct plain_index {
    struct vector keys, classes, collations, options;
    uint32_t key_count; /* the others are INCLUDEd */
    bool plain, nulls_not_distinct;
};

static void read_plain_index(const struct row *row, struct plain_index *p)
{
    pgcolumns_read(row->field[17], &p->keys);
    pgcolumns_read(row->field[18], &p->classes);
    pgcolumns_read(row->field[19], &p->collations);
    pgcolumns_read(row->field[20], &p->options);
    p->key_count = (uint32_t)row_i16(row, 21);
    p->nulls_not_distinct = row_char(row, 22);
    p->plain = row_char(row, 23);
}

#define BTREE 403u
static const struct {
    uint32_t oid;
    const char *name;
} methods[] = {{BTREE, "btree"}, {405, "hash"},  {783, "gist"},
               {2742, "gin"},    {3580, "brin"}, {4000, "spgist"}};

static const char *method_name(uint32_t oid)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (methods[i].oid == oid)
            return methods[i].name;
    }
    return NULL;
}

/* Is CLASS what the server takes for a column of TYPE where none is named?  False also where that is not
 * plain to see. */
static bool usual_class(struct inspect *in, uint32_t class, uint32_t type)
{
    struct opclass *c = NULL;
    HASH_FIND(hh, in->opclasses, &class, sizeof class, c);
    return c && (c->type == type || (c->type == 25 && type == 1043));
}

static bool add_key_column(struct inspect *in, struct text *t, const struct relation *r,
                           const struct plain_index *p, uint32_t i, bool ordered)
{
    const struct column *c = pgcolumns_at(r, p->keys.item[i]);
    bool usual = c && c->type && i < p->classes.count && i < p->collations.count &&
                 i < p->options.count && usual_class(in, p->classes.item[i], c->type->id.oid) &&
                 (!p->collations.item[i] || p->collations.item[i] == c->collation);
    if (!usual)
        return false;
    if (i)
        pgtext_z(t, ", ");
    pgtext_name(t, c->name.p, c->name.n);
    bool down = p->options.item[i] & 1, nulls_first = p->options.item[i] & 2;
    if (ordered && down)
        pgtext_z(t, nulls_first ? " DESC" : " DESC NULLS LAST");
    else if (ordered && nulls_first)
        pgtext_z(t, " NULLS FIRST");
    return true;
}

/* As pg_get_indexdef prints it, from USING on; false if the server has to. */
static bool print_index(struct inspect *in, struct text *t, const struct relation *r,
                        const struct plain_index *p, uint32_t method)
{
    const char *name = method_name(method);
    if (!p->plain || !name)
        return false;
    pgtext_printf(t, "USING %s (", name);
    for (uint32_t i = 0; i < p->key_count && i < p->keys.count; i++) {
        if (!add_key_column(in, t, r, p, i, method == BTREE))
            return false;
    }
    pgtext_char(t, ')');
    if (p->key_count < p->keys.count) {
        pgtext_z(t, " INCLUDE (");
        if (!pgcolumns_add(t, r, &p->keys, p->key_count, p->keys.count))
            return false;
        pgtext_char(t, ')');
    }
    if (p->nulls_not_distinct)
        pgtext_z(t, " NULLS NOT DISTINCT");
    return true;
}

/* As pg_get_constraintdef prints it, up to DEFERRABLE. */
static bool print_key(struct text *t, const struct relation *r, const struct plain_index *p,
                      char type)
{
    if (!p->plain || type == 'x')
        return false;
    pgtext_z(t, type == 'p'             ? "PRIMARY KEY ("
                : p->nulls_not_distinct ? "UNIQUE NULLS NOT DISTINCT ("
                                        : "UNIQUE (");
    if (!pgcolumns_add(t, r, &p->keys, 0, p->key_count))
        return false;
    pgtext_char(t, ')');
    if (p->key_count >= p->keys.count)
        return true;
    pgtext_z(t, " INCLUDE (");
    bool ok = pgcolumns_add(t, r, &p->keys, p->key_count, p->keys.count);
    pgtext_char(t, ')');
    return ok;
}

static void put_storage(struct inspect *in, moult_node *node, const struct row *row)
{
    const struct entity *index = pginspect_find(in, CLASS_CLASS, row_u32(row, 0));
    pgtext_clear(&in->value);
    for (const struct target *t = index ? index->targets : NULL; t; t = t->next)
        pgtext_printf(&in->value, "%u=%u%s", t->attnum, t->value, t->next ? ", " : "");
    if (in->value.n)
        pginspect_set(in, node, MOULT_LAYOUT, "statistics", slice_of(&in->value));
    pginspect_set(in, node, MOULT_LAYOUT, "tablespace", row->field[8]);
    pginspect_options(in, node, MOULT_SHAPE, row->field[9], (struct slice){0});
    pginspect_flag(in, node, "clustered", row_char(row, 6));
}

static void put_replica_identity(struct inspect *in, const struct relation *r, struct slice name)
{
    pgtext_clear(&in->value);
    pgtext_z(&in->value, "USING INDEX ");
    pgtext_name(&in->value, name.p, name.n);
    if (in->value.failed)
        pginspect_nomem(in);
    pginspect_set(in, r->node, MOULT_SHAPE, "replica_identity", slice_of(&in->value));
}

static void put_key(struct inspect *in, struct relation *r, const struct row *row)
{
    char type = row_char(row, 13);
    const struct entity *table = pginspect_find(in, CLASS_CLASS, r->oid);
    struct entity *e = pgconstraint_part(in, table, r->node,
                                         type == 'p'   ? "primary_key"
                                         : type == 'u' ? "unique"
                                                       : "exclude",
                                         CLASS_CONSTRAINT, row_u32(row, 11), row->field[12]);
    struct entity *index = pginspect_entity(in, CLASS_CLASS, row_u32(row, 0));
    if (!e || !index)
        return;
    struct plain_index p;
    read_plain_index(row, &p);
    pgtext_clear(&in->value);
    if (print_key(&in->value, r, &p, type))
        pginspect_set(in, e->node, MOULT_SHAPE, "definition", slice_of(&in->value));
    else
        pgconstraint_print_later(in, row_u32(row, 0), row_u32(row, 11));
    pgconstraint_deferrable(in, e->node, row_char(row, 14), row_char(row, 15));
    /* One made ONLY on a partitioned table is invalid until all partitions have their part. */
    pginspect_flag(in, e->node, "invalid", !row_char(row, 5));
    if (type != 'x')
        pgcolumns_put(in, e->node, "columns", r, &p.keys, p.key_count);
    pgcolumns_refer(in, e->node, r, &p.keys);
    put_storage(in, e->node, row);
    index->node = e->node;
    index->path = e->path;
    index->key_index = true;
    index->key = pginspect_copy(in, pgconstraint_beside(in, row_u32(row, 3), row->field[2]));
    pginspect_claim(in, e->node, "relation", index->key);
    pgconstraint_claim(in, e->node, r, row->field[12]);
}

/* An index that a partition has because its parent has one. */
static void put_copy(struct inspect *in, struct relation *r, const struct row *row)
{
    const struct entity *table = pginspect_find(in, CLASS_CLASS, r->oid);
    const struct entity *original = pginspect_find(in, CLASS_CLASS, row_u32(row, 10));
    struct entity *e = pginspect_entity(in, CLASS_CLASS, row_u32(row, 0));
    if (!table || !original || !original->key.n || !e)
        return;
    e->key = pginspect_copy(in, pgconstraint_beside(in, row_u32(row, 3), row->field[2]));
    e->node = pginspect_child(in, r->node, "index_copy", original->key);
    pgtext_clear(&in->path);
    pgtext_add(&in->path, table->path.p, table->path.n);
    pgtext_char(&in->path, '/');
    pginspect_segment(&in->path, "index_copy", original->key);
    e->path = pginspect_copy(in, slice_of(&in->path));
    pginspect_set(in, e->node, MOULT_LAYOUT, "name", e->key);
    put_storage(in, e->node, row);
    pginspect_refer(in, e->node, MOULT_REF_ENFORCED, original->path);
    pginspect_claim(in, e->node, "relation", e->key);
}

static void put_index(struct inspect *in, struct relation *r, const struct row *row)
{
    struct entity *e = pginspect_in_schema(in, "index", CLASS_CLASS, row_u32(row, 0),
                                           row_u32(row, 3), row->field[2], (struct slice){0});
    if (!e)
        return;
    const struct entity *table = pginspect_find(in, CLASS_CLASS, r->oid);
    e->key = pginspect_copy(in, slice_of(&in->key));
    pginspect_claim(in, e->node, "relation", e->key);
    pginspect_set(in, e->node, MOULT_SHAPE, "table", r->key);
    if (table)
        pginspect_refer(in, e->node, MOULT_REF_OWNED, table->path);
    pginspect_flag(in, e->node, "unique", row_char(row, 4));
    /* The index of a partitioned table is invalid while a partition lacks its part. */
    pginspect_flag(in, e->node, "invalid", !row_char(row, 5));
    struct plain_index p;
    read_plain_index(row, &p);
    pgtext_clear(&in->value);
    if (!e->own_options && print_index(in, &in->value, r, &p, row_u32(row, 16)))
        pginspect_set(in, e->node, MOULT_SHAPE, "definition", slice_of(&in->value));
    else
        pgconstraint_print_later(in, row_u32(row, 0), 0);
    pgcolumns_refer(in, e->node, r, &p.keys);
    put_storage(in, e->node, row);
}

void pginspect_index_row(struct inspect *in, const struct row *row)
{
    struct relation *r = pginspect_relation(in, row_u32(row, 1));
    if (!r)
        return;
    if (row_char(row, 7))
        put_replica_identity(in, r, row->field[2]);
    if (row_u32(row, 10))
        put_copy(in, r, row);
    else if (row_u32(row, 11))
        put_key(in, r, row);
    else
        put_index(in, r, row);
}

void pginspect_opclass_row(struct inspect *in, const struct row *row)
{
    struct opclass *c = pgmem_alloc(&in->pool, sizeof *c);
    if (!c) {
        pginspect_nomem(in);
        return;
    }
    c->oid = row_u32(row, 0);
    c->type = row_u32(row, 1);
    HASH_ADD(hh, in->opclasses, oid, sizeof c->oid, c);
}

void pginspect_index_column(struct inspect *in, const struct row *row)
{
    struct entity *e = pginspect_entity(in, CLASS_CLASS, row_u32(row, 0));
    if (!e)
        return;
    e->own_options |= row->field[14].p != NULL;
    if ((int32_t)row_u32(row, 12) < 0)
        return;
    struct target *t = pgmem_alloc(&in->pool, sizeof *t), **at = &e->targets;
    if (!t) {
        pginspect_nomem(in);
        return;
    }
    t->attnum = (uint32_t)row_i16(row, 1);
    t->value = row_u32(row, 12);
    while (*at && (*at)->attnum < t->attnum)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
}
