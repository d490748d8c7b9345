/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-index.c - indexes, keys and other constraints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"
#include "lexer.h"

static bool drop_end(struct slice *s, const char *end)
{
    size_t n = strlen(end);
    if (s->n < n || memcmp(s->p + s->n - n, end, n) != 0)
        return false;
    s->n -= n;
    return true;
}

/* "CREATE UNIQUE INDEX i ON ONLY s.t USING btree (a) ..." from USING on, without WITH (...), which
 * has an attribute of its own.  In in->value. */
static struct slice index_definition(struct inspect *in, struct slice text)
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
        inspect_nomem(in);
    return slice_of(&in->value);
}

#define MAX_COLUMNS 1600 /* MaxHeapAttributeNumber */

/* Numbers parted by one character each, from "1 3" or "1,3". */
struct vector {
    uint32_t item[MAX_COLUMNS];
    uint32_t count;
};

static void read_vector(struct slice s, struct vector *v)
{
    v->count = 0;
    for (size_t i = 0; s.p && i < s.n && v->count < MAX_COLUMNS; i++) {
        uint32_t n = 0;
        for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
            n = n * 10 + (uint32_t)(s.p[i] - '0');
        v->item[v->count++] = n;
    }
}

static const struct column *column_at(const struct relation *r, uint32_t attnum)
{
    return attnum && attnum <= r->column_count && r->columns[attnum - 1].name.p ? &r->columns[attnum - 1] : NULL;
}

/* "a, b" of items FROM to TO; false if one is no column. */
static bool add_columns(struct text *t, const struct relation *r, const struct vector *v, uint32_t from,
                        uint32_t to)
{
    for (uint32_t i = from; i < to && i < v->count; i++) {
        const struct column *c = column_at(r, v->item[i]);
        if (!c)
            return false;
        if (i > from)
            pgtext_z(t, ", ");
        pgtext_name(t, c->name.p, c->name.n);
    }
    return true;
}

static void put_columns(struct inspect *in, moult_node *node, const char *name, const struct relation *r,
                        const struct vector *v, uint32_t count)
{
    pgtext_clear(&in->value);
    if (!add_columns(&in->value, r, v, 0, count))
        return;
    if (in->value.failed)
        inspect_nomem(in);
    inspect_set(in, node, MOULT_SHAPE, name, slice_of(&in->value));
}

static void refer_columns(struct inspect *in, moult_node *node, const struct relation *r,
                          const struct vector *v)
{
    for (uint32_t i = 0; i < v->count; i++) {
        if (column_at(r, v->item[i]))
            inspect_refer(in, node, MOULT_REF_ENFORCED, inspect_column_path(in, r, v->item[i]));
    }
}

/* What of an index the server need not print: no expressions, no condition. */
struct plain_index {
    struct vector keys, classes, collations, options;
    uint32_t key_count; /* the others are INCLUDEd */
    bool plain, nulls_not_distinct;
};

static void read_plain_index(const struct row *row, struct plain_index *p)
{
    read_vector(row->field[17], &p->keys);
    read_vector(row->field[18], &p->classes);
    read_vector(row->field[19], &p->collations);
    read_vector(row->field[20], &p->options);
    p->key_count = (uint32_t)row_i16(row, 21);
    p->nulls_not_distinct = row_char(row, 22);
    p->plain = row_char(row, 23);
}

#define BTREE 403u
static const struct {
    uint32_t oid;
    const char *name;
} methods[] = {{BTREE, "btree"}, {405, "hash"}, {783, "gist"}, {2742, "gin"}, {3580, "brin"}, {4000, "spgist"}};

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
    const struct column *c = column_at(r, p->keys.item[i]);
    bool usual = c && c->type && i < p->classes.count && i < p->collations.count && i < p->options.count &&
                 usual_class(in, p->classes.item[i], c->type->id.oid) &&
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
        if (!add_columns(t, r, &p->keys, p->key_count, p->keys.count))
            return false;
        pgtext_char(t, ')');
    }
    if (p->nulls_not_distinct)
        pgtext_z(t, " NULLS NOT DISTINCT");
    return true;
}

/* As pg_get_constraintdef prints it, up to DEFERRABLE. */
static bool print_key(struct text *t, const struct relation *r, const struct plain_index *p, char type)
{
    if (!p->plain || type == 'x')
        return false;
    pgtext_z(t, type == 'p' ? "PRIMARY KEY (" : p->nulls_not_distinct ? "UNIQUE NULLS NOT DISTINCT (" : "UNIQUE (");
    if (!add_columns(t, r, &p->keys, 0, p->key_count))
        return false;
    pgtext_char(t, ')');
    if (p->key_count >= p->keys.count)
        return true;
    pgtext_z(t, " INCLUDE (");
    bool ok = add_columns(t, r, &p->keys, p->key_count, p->keys.count);
    pgtext_char(t, ')');
    return ok;
}

static void print_later(struct inspect *in, uint32_t index, uint32_t constraint)
{
    struct unprinted *u = pgmem_alloc(&in->pool, sizeof *u);
    if (!u) {
        inspect_nomem(in);
        return;
    }
    *u = (struct unprinted){index, constraint, in->unprinted};
    in->unprinted = u;
}

static void put_deferrable(struct inspect *in, moult_node *node, bool deferrable, bool deferred)
{
    if (deferrable)
        inspect_set_z(in, node, MOULT_SHAPE, "deferrable",
                      deferred ? "DEFERRABLE INITIALLY DEFERRED" : "DEFERRABLE");
}

/* "schema.name" of what is in the same schema as R, for claims. */
static struct slice beside(struct inspect *in, uint32_t nsp, struct slice name)
{
    const struct namespace *n = inspect_namespace(in, nsp);
    pgtext_clear(&in->key);
    if (n)
        pgtext_add(&in->key, n->key.p, n->key.n);
    pgtext_char(&in->key, '.');
    pgtext_name(&in->key, name.p, name.n);
    if (in->key.failed)
        inspect_nomem(in);
    return slice_of(&in->key);
}

static void claim_constraint(struct inspect *in, moult_node *node, const struct relation *r, struct slice name)
{
    pgtext_clear(&in->key);
    pgtext_add(&in->key, r->key.p, r->key.n);
    pgtext_char(&in->key, '.');
    pgtext_name(&in->key, name.p, name.n);
    inspect_claim(in, node, "constraint", slice_of(&in->key));
}

/* A part of E's node, of KIND and KEY; its path is E's and its own. */
static struct entity *part_of(struct inspect *in, const struct entity *owner, moult_node *parent,
                              const char *kind, uint32_t klass, uint32_t oid, struct slice name)
{
    struct entity *e = inspect_entity(in, klass, oid);
    CLEANUP_TEXT struct text key = {0};
    pgtext_name(&key, name.p, name.n);
    moult_node *node = inspect_child(in, parent, kind, slice_of(&key));
    if (!e || !node)
        return NULL;
    e->node = node;
    pgtext_clear(&in->path);
    pgtext_add(&in->path, owner->path.p, owner->path.n);
    pgtext_char(&in->path, '/');
    inspect_segment(&in->path, kind, slice_of(&key));
    if (key.failed || in->path.failed)
        inspect_nomem(in);
    e->path = inspect_copy(in, slice_of(&in->path));
    return e;
}

static void put_storage(struct inspect *in, moult_node *node, const struct row *row)
{
    const struct entity *index = inspect_find(in, CLASS_CLASS, row_u32(row, 0));
    if (index)
        inspect_set(in, node, MOULT_LAYOUT, "statistics", index->statistics);
    inspect_set(in, node, MOULT_LAYOUT, "tablespace", row->field[8]);
    inspect_options(in, node, MOULT_SHAPE, row->field[9], (struct slice){0});
    inspect_flag(in, node, "clustered", row_char(row, 6));
}

static void put_replica_identity(struct inspect *in, const struct relation *r, struct slice name)
{
    pgtext_clear(&in->value);
    pgtext_z(&in->value, "USING INDEX ");
    pgtext_name(&in->value, name.p, name.n);
    if (in->value.failed)
        inspect_nomem(in);
    inspect_set(in, r->node, MOULT_SHAPE, "replica_identity", slice_of(&in->value));
}

static void put_key(struct inspect *in, struct relation *r, const struct row *row)
{
    char type = row_char(row, 13);
    const struct entity *table = inspect_find(in, CLASS_CLASS, r->oid);
    struct entity *e =
        part_of(in, table, r->node, type == 'p' ? "primary_key" : type == 'u' ? "unique" : "exclude",
                CLASS_CONSTRAINT, row_u32(row, 11), row->field[12]);
    struct entity *index = inspect_entity(in, CLASS_CLASS, row_u32(row, 0));
    if (!e || !index)
        return;
    struct plain_index p;
    read_plain_index(row, &p);
    pgtext_clear(&in->value);
    if (print_key(&in->value, r, &p, type))
        inspect_set(in, e->node, MOULT_SHAPE, "definition", slice_of(&in->value));
    else
        print_later(in, row_u32(row, 0), row_u32(row, 11));
    put_deferrable(in, e->node, row_char(row, 14), row_char(row, 15));
    if (type != 'x')
        put_columns(in, e->node, "columns", r, &p.keys, p.key_count);
    refer_columns(in, e->node, r, &p.keys);
    put_storage(in, e->node, row);
    index->node = e->node;
    index->path = e->path;
    index->key_index = true;
    index->key = inspect_copy(in, beside(in, row_u32(row, 3), row->field[2]));
    inspect_claim(in, e->node, "relation", index->key);
    claim_constraint(in, e->node, r, row->field[12]);
}

/* An index that a partition has because its parent has one. */
static void put_copy(struct inspect *in, struct relation *r, const struct row *row)
{
    const struct entity *table = inspect_find(in, CLASS_CLASS, r->oid);
    const struct entity *original = inspect_find(in, CLASS_CLASS, row_u32(row, 10));
    struct entity *e = inspect_entity(in, CLASS_CLASS, row_u32(row, 0));
    if (!table || !original || !original->key.n || !e)
        return;
    e->key = inspect_copy(in, beside(in, row_u32(row, 3), row->field[2]));
    e->node = inspect_child(in, r->node, "index_copy", original->key);
    pgtext_clear(&in->path);
    pgtext_add(&in->path, table->path.p, table->path.n);
    pgtext_char(&in->path, '/');
    inspect_segment(&in->path, "index_copy", original->key);
    e->path = inspect_copy(in, slice_of(&in->path));
    inspect_set(in, e->node, MOULT_LAYOUT, "name", e->key);
    put_storage(in, e->node, row);
    inspect_refer(in, e->node, MOULT_REF_ENFORCED, original->path);
    inspect_claim(in, e->node, "relation", e->key);
}

static void put_index(struct inspect *in, struct relation *r, const struct row *row)
{
    struct entity *e = inspect_in_schema(in, "index", CLASS_CLASS, row_u32(row, 0), row_u32(row, 3),
                                         row->field[2], (struct slice){0});
    if (!e)
        return;
    const struct entity *table = inspect_find(in, CLASS_CLASS, r->oid);
    e->key = inspect_copy(in, slice_of(&in->key));
    inspect_claim(in, e->node, "relation", e->key);
    inspect_set(in, e->node, MOULT_SHAPE, "table", r->key);
    if (table)
        inspect_refer(in, e->node, MOULT_REF_OWNED, table->path);
    inspect_flag(in, e->node, "unique", row_char(row, 4));
    /* The index of a partitioned table is invalid while a partition lacks its part. */
    inspect_flag(in, e->node, "invalid", !row_char(row, 5));
    struct plain_index p;
    read_plain_index(row, &p);
    pgtext_clear(&in->value);
    if (!e->own_options && print_index(in, &in->value, r, &p, row_u32(row, 16)))
        inspect_set(in, e->node, MOULT_SHAPE, "definition", slice_of(&in->value));
    else
        print_later(in, row_u32(row, 0), 0);
    refer_columns(in, e->node, r, &p.keys);
    put_storage(in, e->node, row);
}

void inspect_index_row(struct inspect *in, const struct row *row)
{
    struct relation *r = inspect_relation(in, row_u32(row, 1));
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

void inspect_index_text_row(struct inspect *in, const struct row *row)
{
    uint32_t constraint = row_u32(row, 1);
    const struct entity *e = constraint ? inspect_find(in, CLASS_CONSTRAINT, constraint)
                                        : inspect_find(in, CLASS_CLASS, row_u32(row, 0));
    struct slice text = row->field[2];
    if (!e || !text.p)
        return;
    if (constraint) {
        drop_end(&text, " NOT VALID");
        drop_end(&text, " INITIALLY DEFERRED");
        drop_end(&text, " DEFERRABLE");
    } else {
        text = index_definition(in, text);
    }
    inspect_sql(in, e->node, "definition", text);
}

void inspect_opclass_row(struct inspect *in, const struct row *row)
{
    struct opclass *c = pgmem_alloc(&in->pool, sizeof *c);
    if (!c) {
        inspect_nomem(in);
        return;
    }
    c->oid = row_u32(row, 0);
    c->type = row_u32(row, 1);
    HASH_ADD(hh, in->opclasses, oid, sizeof c->oid, c);
}

/* Comes before the index itself. */
void inspect_index_column_row(struct inspect *in, const struct row *row)
{
    struct entity *e = inspect_entity(in, CLASS_CLASS, row_u32(row, 0));
    if (!e)
        return;
    e->own_options |= row_char(row, 3) != '\0';
    if ((int32_t)row_u32(row, 2) < 0)
        return;
    pgtext_clear(&in->value);
    pgtext_add(&in->value, e->statistics.p, e->statistics.n);
    pgtext_printf(&in->value, "%s%d=%u", e->statistics.n ? ", " : "", row_i16(row, 1), row_u32(row, 2));
    if (in->value.failed)
        inspect_nomem(in);
    e->statistics = inspect_copy(in, slice_of(&in->value));
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
static bool print_foreign_key(struct inspect *in, const struct relation *r, const struct relation *to,
                              const struct row *row)
{
    struct text *t = &in->value;
    struct vector v;
    pgtext_clear(t);
    pgtext_z(t, "FOREIGN KEY (");
    read_vector(row->field[9], &v);
    if (!to || row->field[10].p || !add_columns(t, r, &v, 0, v.count))
        return false;
    pgtext_z(t, ") REFERENCES ");
    pgtext_add(t, to->key.p, to->key.n);
    pgtext_char(t, '(');
    read_vector(row->field[11], &v);
    if (!add_columns(t, to, &v, 0, v.count))
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
    read_vector(row->field[16], &v);
    bool ok = add_columns(t, r, &v, 0, v.count);
    pgtext_char(t, ')');
    return ok;
}

static void refer_to_key(struct inspect *in, moult_node *node, const struct relation *to, const struct row *row)
{
    struct vector v;
    const struct entity *key = inspect_find(in, CLASS_CLASS, row_u32(row, 15));
    read_vector(row->field[11], &v);
    refer_columns(in, node, to, &v);
    if (key)
        inspect_refer(in, node, MOULT_REF_ENFORCED, key->path);
}

static void put_foreign_key(struct inspect *in, struct relation *r, const struct row *row)
{
    struct entity *e =
        inspect_of_relation(in, "foreign_key", CLASS_CONSTRAINT, row_u32(row, 0), r, row->field[1]);
    if (!e)
        return;
    const struct relation *to = inspect_relation(in, row_u32(row, 5));
    struct vector v;
    inspect_claim(in, e->node, "constraint", slice_of(&in->key));
    inspect_flag(in, e->node, "not_valid", !row_char(row, 8));
    put_deferrable(in, e->node, row_char(row, 6), row_char(row, 7));
    if (print_foreign_key(in, r, to, row))
        inspect_set(in, e->node, MOULT_SHAPE, "definition", slice_of(&in->value));
    else
        print_later(in, 0, row_u32(row, 0));
    read_vector(row->field[9], &v);
    put_columns(in, e->node, "columns", r, &v, v.count);
    refer_columns(in, e->node, r, &v);
    if (to) {
        inspect_set(in, e->node, MOULT_SHAPE, "to", to->key);
        refer_to_key(in, e->node, to, row);
    }
}

void inspect_constraint_row(struct inspect *in, const struct row *row)
{
    struct relation *r = inspect_relation(in, row_u32(row, 3));
    const struct entity *owner = r ? inspect_find(in, CLASS_CLASS, r->oid)
                                   : inspect_find(in, CLASS_TYPE, row_u32(row, 4));
    if (!owner || !owner->node)
        return;
    if (row_char(row, 2) == 'f' && r) {
        put_foreign_key(in, r, row);
        return;
    }
    struct entity *e = part_of(in, owner, owner->node, "check", CLASS_CONSTRAINT, row_u32(row, 0),
                               row->field[1]);
    if (!e)
        return;
    struct slice text = row->field[10];
    inspect_flag(in, e->node, "not_valid", drop_end(&text, " NOT VALID"));
    inspect_sql(in, e->node, "definition", text);
    if (!r)
        return;
    struct vector v;
    read_vector(row->field[9], &v);
    refer_columns(in, e->node, r, &v);
    claim_constraint(in, e->node, r, row->field[1]);
}
