/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-constraint.c - foreign keys and checks; what the server prints of constraints. */
#include <string.h>

#include "inspect-columns.h"

static bool drop_end(struct slice *s, const char *end)
{
    size_t n = strlen(end);
    if (s->n < n || memcmp(s->p + s->n - n, end, n) != 0)
        return false;
    s->n -= n;
    return true;
}

void pgconstraint_print_later(struct inspect *in, uint32_t index, uint32_t constraint)
{
    struct unprinted *u = pgmem_alloc(&in->pool, sizeof *u);
    if (!u) {
        pginspect_nomem(in);
        return;
    }
    *u = (struct unprinted){index, constraint, in->unprinted};
    in->unprinted = u;
}

void pgconstraint_deferrable(struct inspect *in, moult_node *node, bool deferrable, bool deferred)
{
    if (deferrable)
        pginspect_set_z(in, node, MOULT_SHAPE, "deferrable",
                        deferred ? "DEFERRABLE INITIALLY DEFERRED" : "DEFERRABLE");
}

struct slice pgconstraint_beside(struct inspect *in, uint32_t nsp, struct slice name)
{
    const struct namespace *n = pginspect_namespace(in, nsp);
    pgtext_clear(&in->key);
    if (n)
        pgtext_add(&in->key, n->key.p, n->key.n);
    pgtext_char(&in->key, '.');
    pgtext_name(&in->key, name.p, name.n);
    if (in->key.failed)
        pginspect_nomem(in);
    return slice_of(&in->key);
}

void pgconstraint_claim(struct inspect *in, moult_node *node, const struct relation *r,
                        struct slice name)
{
    pgtext_clear(&in->key);
    pgtext_add(&in->key, r->key.p, r->key.n);
    pgtext_char(&in->key, '.');
    pgtext_name(&in->key, name.p, name.n);
    pginspect_claim(in, node, "constraint", slice_of(&in->key));
}

struct entity *pgconstraint_part(struct inspect *in, const struct entity *owner, moult_node *parent,
                                 const char *kind, uint32_t klass, uint32_t oid, struct slice name)
{
    struct entity *e = pginspect_entity(in, klass, oid);
    CLEANUP_TEXT struct text key = {0};
    pgtext_name(&key, name.p, name.n);
    moult_node *node = pginspect_child(in, parent, kind, slice_of(&key));
    if (!e || !node)
        return NULL;
    e->node = node;
    pgtext_clear(&in->path);
    pgtext_add(&in->path, owner->path.p, owner->path.n);
    pgtext_char(&in->path, '/');
    pginspect_segment(&in->path, kind, slice_of(&key));
    if (key.failed || in->path.failed)
        pginspect_nomem(in);
    e->path = pginspect_copy(in, slice_of(&in->path));
    return e;
}

void pginspect_index_text_row(struct inspect *in, const struct row *row)
{
    uint32_t constraint = row_u32(row, 1);
    const struct entity *e = constraint ? pginspect_find(in, CLASS_CONSTRAINT, constraint)
                                        : pginspect_find(in, CLASS_CLASS, row_u32(row, 0));
    struct slice text = row->field[2];
    if (!e || !text.p)
        return;
    if (constraint) {
        drop_end(&text, " NOT VALID");
        drop_end(&text, " INITIALLY DEFERRED");
        drop_end(&text, " DEFERRABLE");
    } else {
        text = pgindex_definition(in, text);
    }
    pginspect_sql(in, e->node, "definition", text);
}

static const char *action(char c)
{
    switch (c) {
    case 'r':
        return "RESTRICT";
    case 'c':
        return "CASCADE";
    case 'n':
        return "SET NULL";
    case 'd':
        return "SET DEFAULT";
    default:
        return NULL;
    }
}

/* As pg_get_constraintdef prints it, up to DEFERRABLE. */
static bool print_foreign_key(struct inspect *in, const struct relation *r,
                              const struct relation *to, const struct row *row)
{
    struct text *t = &in->value;
    struct vector v;
    pgtext_clear(t);
    pgtext_z(t, "FOREIGN KEY (");
    pgcolumns_read(row->field[9], &v);
    if (!to || row->field[10].p || !pgcolumns_add(t, r, &v, 0, v.count))
        return false;
    pgtext_z(t, ") REFERENCES ");
    pgtext_add(t, to->key.p, to->key.n);
    pgtext_char(t, '(');
    pgcolumns_read(row->field[11], &v);
    if (!pgcolumns_add(t, to, &v, 0, v.count))
        return false;
    pgtext_char(t, ')');
    if (row_char(row, 14) == 'f')
        pgtext_z(t, " MATCH FULL");
    const char *update = action(row_char(row, 12)), *delete = action(row_char(row, 13));
    if (update)
        pgtext_printf(t, " ON UPDATE %s", update);
    if (delete)
        pgtext_printf(t, " ON DELETE %s", delete);
    if (!row->field[16].p)
        return true;
    pgtext_z(t, " (");
    pgcolumns_read(row->field[16], &v);
    bool ok = pgcolumns_add(t, r, &v, 0, v.count);
    pgtext_char(t, ')');
    return ok;
}

static void refer_to_key(struct inspect *in, moult_node *node, const struct relation *to,
                         const struct row *row)
{
    struct vector v;
    const struct entity *key = pginspect_find(in, CLASS_CLASS, row_u32(row, 15));
    pgcolumns_read(row->field[11], &v);
    pgcolumns_refer(in, node, to, &v);
    if (key)
        pginspect_refer(in, node, MOULT_REF_ENFORCED, key->path);
}

static void put_foreign_key(struct inspect *in, struct relation *r, const struct row *row)
{
    struct entity *e = pginspect_of_relation(in, "foreign_key", CLASS_CONSTRAINT, row_u32(row, 0),
                                             r, row->field[1]);
    if (!e)
        return;
    const struct relation *to = pginspect_relation(in, row_u32(row, 5));
    struct vector v;
    pginspect_claim(in, e->node, "constraint", slice_of(&in->key));
    pginspect_flag(in, e->node, "not_valid", !row_char(row, 8));
    pgconstraint_deferrable(in, e->node, row_char(row, 6), row_char(row, 7));
    if (print_foreign_key(in, r, to, row))
        pginspect_set(in, e->node, MOULT_SHAPE, "definition", slice_of(&in->value));
    else
        pgconstraint_print_later(in, 0, row_u32(row, 0));
    pgcolumns_read(row->field[9], &v);
    pgcolumns_put(in, e->node, "columns", r, &v, v.count);
    pgcolumns_refer(in, e->node, r, &v);
    if (to) {
        pginspect_set(in, e->node, MOULT_SHAPE, "to", to->key);
        refer_to_key(in, e->node, to, row);
    }
}

/* Tables that inherit a constraint may have it validated before the one that it comes from. */
static void put_validated(struct inspect *in, const struct entity *check, struct slice name,
                          struct slice tables)
{
    struct vector v;
    pgcolumns_read(tables, &v);
    for (uint32_t i = 0; i < v.count; i++) {
        const struct relation *r = pginspect_relation(in, v.item[i]);
        if (!r || !r->node)
            continue;
        size_t n = 0;
        const char *others = in->api->text(r->node, "validated", &n);
        pgtext_clear(&in->value);
        pgtext_add(&in->value, others ? others : "", n);
        pgtext_z(&in->value, n ? ", " : "");
        pgtext_name(&in->value, name.p, name.n);
        if (in->value.failed)
            pginspect_nomem(in);
        pginspect_set(in, r->node, MOULT_LAYOUT, "validated", slice_of(&in->value));
        pginspect_refer(in, r->node, MOULT_REF_ENFORCED, check->path);
    }
}

void pginspect_constraint_row(struct inspect *in, const struct row *row)
{
    struct relation *r = pginspect_relation(in, row_u32(row, 3));
    const struct entity *owner = r ? pginspect_find(in, CLASS_CLASS, r->oid)
                                   : pginspect_find(in, CLASS_TYPE, row_u32(row, 4));
    if (!owner || !owner->node)
        return;
    if (row_char(row, 2) == 'f' && r) {
        put_foreign_key(in, r, row);
        return;
    }
    struct entity *e = pgconstraint_part(in, owner, owner->node, "check", CLASS_CONSTRAINT,
                                         row_u32(row, 0), row->field[1]);
    if (!e)
        return;
    struct slice text = row->field[10];
    pginspect_flag(in, e->node, "not_valid", drop_end(&text, " NOT VALID"));
    pginspect_sql(in, e->node, "definition", text);
    if (!r)
        return;
    struct vector v;
    pgcolumns_read(row->field[9], &v);
    pgcolumns_refer(in, e->node, r, &v);
    pgconstraint_claim(in, e->node, r, row->field[1]);
    put_validated(in, e, row->field[1], row->field[17]);
}
