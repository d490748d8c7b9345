/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-relation.c - schemas, tables and the like, their columns and defaults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

void pginspect_session_row(struct inspect *in, const struct row *row)
{
    in->acting = pginspect_copy(in, row->field[0]);
    in->ignored = true; /* a snapshot is never the same */
}

/* The marker for the schema NAME, or NAME as SQL. */
static struct slice schema_key(struct inspect *in, struct slice name)
{
    const char *own = in->session->schema;
    pgtext_clear(&in->key);
    for (uint32_t i = 0; i < in->binding_count; i++) {
        const moult_binding *b = in->bindings[i];
        /* A tenant that is a database may have a schema of its name, which is not the tenant. */
        bool place = strcmp(b->name, "tenant") == 0;
        if (!slice_is(name, b->value) || (place && !(own && slice_is(name, own))))
            continue;
        pgtext_char(&in->key, MOULT_MARK_OPEN);
        pgtext_z(&in->key, b->name);
        pgtext_char(&in->key, MOULT_MARK_CLOSE);
        in->marking = true;
        break;
    }
    if (!in->key.n)
        pgtext_name(&in->key, name.p, name.n);
    if (in->key.failed)
        pginspect_nomem(in);
    return pginspect_copy(in, slice_of(&in->key));
}

/* A schema that is there before moult comes has no node while it is like new. */
static void put_place(struct inspect *in, const struct namespace *n, const struct row *row)
{
    bool public = !in->session->schema;
    struct slice owner = row->field[3], acl = row->field[4], grants = {0};
    const char *stand_in = in->session->stand_in;
    bool usual = !public                         ? !owner.p || (stand_in && slice_is(owner, stand_in))
                 : in->session->number >= 150000 ? slice_is(owner, "pg_database_owner")
                                                 : row_u32(row, 6) == 10;
    if (acl.p)
        grants = pginspect_grants_text(in, public ? 'p' : 'n', owner, acl);
    else if (public) /* made anew, for its owner alone */
        grants = slice_z("");
    if (usual && !grants.p)
        return;
    grants = pginspect_copy(in, grants);
    struct entity *e = pginspect_object(in, "schema", CLASS_NAMESPACE, n->oid, n->key, n->name);
    if (!e)
        return;
    pginspect_set(in, e->node, MOULT_RIGHTS, "grants", grants);
    if (!usual)
        pginspect_owner(in, e->node, owner);
}

void pginspect_namespace_row(struct inspect *in, const struct row *row)
{
    struct namespace *n = pgmem_alloc(&in->pool, sizeof *n);
    if (!n) {
        pginspect_nomem(in);
        return;
    }
    n->oid = row_u32(row, 0);
    n->name = pginspect_copy(in, row->field[1]);
    n->key = schema_key(in, n->name);
    const char *own = in->session->schema;
    n->place = own ? slice_is(n->name, own) : slice_is(n->name, "public");
    HASH_ADD(hh, in->namespaces, oid, sizeof n->oid, n);
    in->ignored = !row_char(row, 2);
    if (in->ignored || in->st != MOULT_OK)
        return;
    in->public_seen |= !own && n->place;
    if (n->place) {
        put_place(in, n, row);
        return;
    }
    struct entity *e =
        row_char(row, 5) ? NULL /* a member of an extension */
                         : pginspect_object(in, "schema", CLASS_NAMESPACE, n->oid, n->key, n->name);
    if (e)
        pginspect_rights(in, e->node, 'n', row->field[3], row->field[4]);
}

void pginspect_public(struct inspect *in)
{
    bool usual = in->public_seen && in->public_comment_seen;
    if (usual || in->session->schema || in->st != MOULT_OK)
        return;
    struct namespace *n = in->namespaces;
    while (n && !n->place)
        n = n->hh.next;
    struct entity *e = n ? pginspect_find(in, CLASS_NAMESPACE, n->oid) : NULL;
    if (!e || !e->node)
        e = pginspect_object(in, "schema", CLASS_NAMESPACE, n ? n->oid : 0, slice_z("public"),
                             slice_z("public"));
    if (e && in->public_seen)
        pginspect_set_z(in, e->node, MOULT_NOTES, "comment", "");
    else if (e)
        pginspect_flag(in, e->node, "missing", true);
}

void pginspect_member_row(struct inspect *in, const struct row *row)
{
    struct entity *e = pginspect_entity(in, row_u32(row, 0), row_u32(row, 1));
    if (!e)
        return;
    CLEANUP_TEXT struct text name = {0};
    pgtext_name(&name, row->field[2].p, row->field[2].n);
    pgtext_clear(&in->key);
    pginspect_segment(&in->key, "extension", slice_of(&name));
    if (in->key.failed || name.failed)
        pginspect_nomem(in);
    e->path = pginspect_copy(in, slice_of(&in->key));
}

static struct type *find_type(struct inspect *in, uint32_t oid, uint32_t modifier)
{
    struct type *t = NULL, key = {.id = {oid, modifier}};
    HASH_FIND(hh, in->types, &key.id, sizeof key.id, t);
    return t;
}

static struct type *type_of(struct inspect *in, uint32_t oid, uint32_t modifier)
{
    struct type *t = find_type(in, oid, modifier);
    if (t || in->st != MOULT_OK)
        return t;
    t = pgmem_alloc(&in->pool, sizeof *t);
    if (!t) {
        pginspect_nomem(in);
        return NULL;
    }
    t->id.oid = oid;
    t->id.modifier = modifier;
    if (postgres_known_type(in, t)) {
        postgres_logical(t->text, t->logical);
    } else {
        t->next_unknown = in->unknown_types;
        in->unknown_types = t;
    }
    HASH_ADD(hh, in->types, id, sizeof t->id, t);
    return t;
}

void pginspect_type_row(struct inspect *in, const struct row *row)
{
    struct type *t = find_type(in, row_u32(row, 0), row_u32(row, 1));
    if (!t)
        return;
    t->text = pginspect_copy(in, pginspect_mark(in, row->field[2]));
    t->collation = row_u32(row, 3);
    t->storage = row_char(row, 4);
    postgres_logical(t->text, t->logical);
}

static const char *relation_kind(char relkind)
{
    switch (relkind) {
    case 'v':
        return "view";
    case 'm':
        return "materialized_view";
    case 'f':
        return "foreign_table";
    case 'S':
        return "sequence";
    case 'c':
        return "composite";
    default:
        return "table";
    }
}

static void put_table(struct inspect *in, moult_node *node, const struct row *row)
{
    pginspect_flag(in, node, "unlogged", row_char(row, 4) == 'u');
    pginspect_sql(in, node, "of", row->field[8]);
    pginspect_set(in, node, MOULT_SHAPE, "access_method", row->field[9]);
    pginspect_set(in, node, MOULT_LAYOUT, "tablespace", row->field[10]);
    pginspect_options(in, node, MOULT_SHAPE, row->field[11], row->field[12]);
    char identity = row_char(row, 13);
    if (row_char(row, 3) != 'f' && (identity == 'f' || identity == 'n'))
        pginspect_set_z(in, node, MOULT_SHAPE, "replica_identity",
                        identity == 'f' ? "FULL" : "NOTHING");
    pginspect_flag(in, node, "row_security", row_char(row, 14));
    pginspect_flag(in, node, "force_row_security", row_char(row, 15));
    pginspect_sql(in, node, "bound", row->field[16]);
    pginspect_sql(in, node, "partition_by", row->field[17]);
    pginspect_set(in, node, MOULT_SHAPE, "server", row->field[19]);
    pginspect_generic_options(in, node, "options", row->field[20], false);
}

/* The query's text, without the semicolon that the server puts behind it. */
static struct slice without_end(struct slice s)
{
    while (s.n && (s.p[s.n - 1] == ';' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n'))
        s.n--;
    while (s.n && (*s.p == ' ' || *s.p == '\n')) {
        s.p++;
        s.n--;
    }
    return s;
}

static void put_view(struct inspect *in, moult_node *node, const struct row *row)
{
    pginspect_set(in, node, MOULT_SHAPE, "access_method", row->field[9]);
    pginspect_set(in, node, MOULT_LAYOUT, "tablespace", row->field[10]);
    pginspect_options(in, node, MOULT_SHAPE, row->field[11], row->field[12]);
    if (row->field[18].p)
        pginspect_sql(in, node, "definition", without_end(row->field[18]));
}

void pginspect_class_row(struct inspect *in, const struct row *row)
{
    char relkind = row_char(row, 3);
    struct relation *r = pgmem_alloc(&in->pool, sizeof *r);
    if (!r) {
        pginspect_nomem(in);
        return;
    }
    uint32_t oid = row_u32(row, 0);
    struct entity *e = pginspect_in_schema(in, relation_kind(relkind), CLASS_CLASS, oid,
                                           row_u32(row, 1), row->field[2], (struct slice){0});
    if (!e)
        return;
    *r = (struct relation){
        .kind = relkind, .oid = oid, .node = e->node, .partition = row->field[16].p,
        .typed = row->field[8].p};
    r->name = pginspect_copy(in, row->field[2]);
    in->namesake |= in->session->schema && slice_is(r->name, in->session->schema);
    r->key = pginspect_copy(in, slice_of(&in->key));
    r->owner = pginspect_copy(in, row->field[5]);
    r->attributes = (uint32_t)row_i16(row, 21);
    e->relation = r;
    pginspect_claim(in, r->node, "relation", r->key);
    if (relkind != 'S')
        pginspect_claim(in, r->node, "type", r->key);
    if (relkind == 'c') {
        pginspect_owner(in, r->node, row->field[5]); /* its grants are the type's */
    } else {
        pginspect_rights(in, r->node, relkind == 'S' ? 's' : 'r', row->field[5], row->field[6]);
        struct entity *type =
            row_u32(row, 7) ? pginspect_entity(in, CLASS_TYPE, row_u32(row, 7)) : NULL;
        if (type)
            type->path = e->path;
    }
    if (relkind == 'v' || relkind == 'm')
        put_view(in, r->node, row);
    else if (relkind == 'S')
        pginspect_flag(in, r->node, "unlogged", row_char(row, 4) == 'u');
    else if (relkind != 'c')
        put_table(in, r->node, row);
    if (relkind == 'v' || relkind == 'm') {
        r->next_view = in->views;
        in->views = r;
    }
}

static void put_parent(struct inspect *in, struct relation *r, struct slice name)
{
    size_t n = 0;
    const char *others = in->st == MOULT_OK ? in->api->text(r->node, "inherits", &n) : NULL;
    pgtext_clear(&in->value);
    if (others) {
        pgtext_add(&in->value, others, n);
        pgtext_z(&in->value, ", ");
    }
    pgtext_add(&in->value, name.p, name.n);
    if (in->value.failed)
        pginspect_nomem(in);
    pginspect_set(in, r->node, MOULT_SHAPE, r->partition ? "partition_of" : "inherits",
                  slice_of(&in->value));
}

void pginspect_parent_row(struct inspect *in, const struct row *row)
{
    struct relation *r = pginspect_relation(in, row_u32(row, 0));
    const struct entity *parent = pginspect_find(in, CLASS_CLASS, row_u32(row, 1));
    if (!r)
        return;
    if (!r->deferred) {
        r->deferred = true;
        r->next_deferred = in->deferred;
        in->deferred = r;
    }
    /* One that is not the unit's is named all the same. */
    struct slice name =
        parent && parent->relation ? parent->relation->key : pginspect_mark(in, row->field[2]);
    put_parent(in, r, name);
    if (!parent)
        return;
    pginspect_refer(in, r->node, MOULT_REF_ENFORCED, parent->path);
    if (!parent->relation)
        return;
    struct relation **more = pgmem_alloc(&in->pool, (r->parent_count + 1u) * sizeof *more);
    if (!more) {
        pginspect_nomem(in);
        return;
    }
    if (r->parent_count)
        memcpy(more, r->parents, r->parent_count * sizeof *more);
    more[r->parent_count++] = parent->relation;
    r->parents = more;
}

static bool room_for(struct inspect *in, struct relation *r, uint32_t attnum)
{
    if (attnum <= r->column_count)
        return true;
    uint32_t count = attnum <= r->column_room  ? r->column_room
                     : attnum <= r->attributes ? r->attributes
                                               : attnum + attnum / 2;
    if (count > r->column_room) {
        struct column *more = pgmem_alloc(&in->pool, count * sizeof *more);
        if (!more) {
            pginspect_nomem(in);
            return false;
        }
        if (r->column_count)
            memcpy(more, r->columns, r->column_count * sizeof *more);
        r->columns = more;
        r->column_room = count;
    }
    r->column_count = attnum;
    return true;
}

const char *pginspect_storage(char c)
{
    return c == 'p' ? "PLAIN" : c == 'e' ? "EXTERNAL" : c == 'm' ? "MAIN" : "EXTENDED";
}

static void put_tuning(struct inspect *in, const struct relation *r, struct column *c,
                       const struct row *row)
{
    /* How an inherited column is stored is its parent's choice, until that is known. */
    if (c->inherited != COLUMN_INHERITED && r->kind != 'v' && r->kind != 'c' && c->compression)
        pginspect_set_z(in, c->node, MOULT_LAYOUT, "compression",
                        c->compression == 'l' ? "lz4" : "pglz");
    if (c->statistics >= 0) {
        char n[16];
        snprintf(n, sizeof n, "%d", c->statistics);
        pginspect_set_z(in, c->node, MOULT_LAYOUT, "statistics", n);
    }
    pginspect_options(in, c->node, MOULT_LAYOUT, row->field[14], (struct slice){0});
    pginspect_generic_options(in, c->node, "fdw_options", row->field[15], false);
}

void pginspect_put_type(struct inspect *in, const struct relation *r, struct column *c)
{
    bool whole = c->inherited != COLUMN_INHERITED && r->kind != 'v' && r->kind != 'm';
    if (!c->node || !c->type)
        return;
    if (whole) {
        pginspect_set(in, c->node, MOULT_SHAPE, "type", c->type->text);
        if (r->kind != 'c')
            pginspect_set_z(in, c->node, MOULT_DERIVED, "logical", c->type->logical);
        if (c->collation && c->collation != c->type->collation)
            pginspect_sql(in, c->node, "collate",
                          c->collate.p ? c->collate : slice_z("\"default\""));
    }
    if ((whole || r->kind == 'm') && r->kind != 'c' && c->storage != c->type->storage)
        pginspect_set_z(in, c->node, MOULT_LAYOUT, "storage", pginspect_storage(c->storage));
}

static void put_column(struct inspect *in, struct column *c, const struct row *row)
{
    char identity = row_char(row, 6);
    pginspect_flag(in, c->node, "not_null", c->not_null);
    if (identity)
        pginspect_set_z(in, c->node, MOULT_SHAPE, "identity",
                        identity == 'a' ? "ALWAYS" : "BY DEFAULT");
    pginspect_flag(in, c->node, "virtual", row_char(row, 7) == 'v');
}

static void type_later(struct inspect *in, struct relation *r, uint32_t attnum)
{
    struct untyped *u = pgmem_alloc(&in->pool, sizeof *u);
    if (!u) {
        pginspect_nomem(in);
        return;
    }
    *u = (struct untyped){.relation = r, .attnum = attnum, .next = in->untyped};
    in->untyped = u;
}

static void read_column(struct inspect *in, const struct relation *r, struct column *c,
                        const struct row *row)
{
    *c = (struct column){.name = pginspect_copy(in, row->field[2]),
                         .type = type_of(in, row_u32(row, 3), row_u32(row, 4)),
                         .not_null = row_char(row, 5),
                         .generated = row_char(row, 7),
                         .collation = row_u32(row, 9),
                         .collate = pginspect_copy(in, row->field[10]),
                         .storage = row_char(row, 11),
                         .statistics = (int32_t)row_u32(row, 12),
                         .compression = row_char(row, 13)};
    if (r->partition)
        c->inherited = COLUMN_INHERITED;
    else if (row_char(row, 17))
        c->inherited = row_char(row, 8) ? COLUMN_MERGED : COLUMN_INHERITED;
    if (row->field[19].p)
        c->dflt = pginspect_expression(in, row->field[19], row_u32(row, 18));
    else if (row->field[20].p)
        c->dflt = pginspect_printed(in, row->field[20]);
}

void pginspect_attribute_row(struct inspect *in, const struct row *row)
{
    uint32_t attnum = (uint32_t)row_i16(row, 1), oid = row_u32(row, 0);
    struct relation *r =
        in->latest && in->latest->oid == oid ? in->latest : pginspect_relation(in, oid);
    if (!r)
        pginspect_index_column(in, row);
    if (!r || !attnum || attnum > INT16_MAX || !room_for(in, r, attnum))
        return;
    in->latest = r;
    struct column *c = &r->columns[attnum - 1];
    read_column(in, r, c, row);
    bool whole = r->kind != 'v' && r->kind != 'm' && c->inherited != COLUMN_INHERITED;
    bool tuned =
        c->statistics >= 0 || row->field[14].p || row->field[15].p ||
        (r->kind == 'm' &&
         (c->compression || (c->type && c->type->text.p && c->storage != c->type->storage)));
    if (whole || tuned)
        pginspect_column_node(in, r, attnum);
    if (whole)
        put_column(in, c, row);
    if (whole || tuned)
        put_tuning(in, r, c, row);
    if (c->type && c->type->text.p)
        pginspect_put_type(in, r, c);
    else
        type_later(in, r, attnum);
    if (c->dflt && c->inherited != COLUMN_INHERITED)
        pginspect_put_default(in, r, attnum);
    if (row->field[16].p)
        pginspect_grants(in, pginspect_column_node(in, r, attnum), 'c', r->owner, row->field[16]);
}
