/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-relation.c - schemas, tables and the like, their columns and defaults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

void inspect_session_row(struct inspect *in, const struct row *row)
{
    in->acting = inspect_copy(in, row->field[0]);
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
        inspect_nomem(in);
    return inspect_copy(in, slice_of(&in->key));
}

/* Grants of "public" are held against those that initdb gave. */
static void public_rights(struct inspect *in, moult_node **node, const struct namespace *n,
                          const struct row *row)
{
    struct slice owner = row->field[3], acl = row->field[4], initial = row->field[7];
    bool usual_owner = in->session->number >= 150000 ? slice_is(owner, "pg_database_owner")
                                                     : row_u32(row, 6) == 10;
    bool usual_grants = slice_eq(acl, initial) && (acl.p != NULL) == (initial.p != NULL);
    if (usual_owner && usual_grants)
        return;
    struct entity *e = inspect_object(in, "schema", CLASS_NAMESPACE, n->oid, n->key, n->name);
    if (!e)
        return;
    *node = e->node;
    if (!usual_owner)
        inspect_owner(in, e->node, owner);
    if (usual_grants)
        return;
    struct slice all = {"", 0};
    inspect_rights(in, e->node, 'n', owner, acl.p ? acl : all);
    if (!in->api->text(e->node, "grants", NULL)) /* the usual of other schemas */
        inspect_set_z(in, e->node, MOULT_RIGHTS, "grants", "");
}

void inspect_namespace_row(struct inspect *in, const struct row *row)
{
    struct namespace *n = pgmem_alloc(&in->pool, sizeof *n);
    if (!n) {
        inspect_nomem(in);
        return;
    }
    n->oid = row_u32(row, 0);
    n->name = inspect_copy(in, row->field[1]);
    n->key = schema_key(in, n->name);
    const char *own = in->session->schema;
    n->place = own ? slice_is(n->name, own) : slice_is(n->name, "public");
    HASH_ADD(hh, in->namespaces, oid, sizeof n->oid, n);
    if (!row_char(row, 2) || in->st != MOULT_OK)
        return;
    moult_node *node = NULL;
    if (!own && n->place) {
        in->public_seen = true;
        public_rights(in, &node, n, row);
    } else if (n->place && !row->field[3].p && !row->field[4].p) {
        return; /* as it was made */
    } else if (!row_char(row, 5)) { /* no member of an extension */
        struct entity *e = inspect_object(in, "schema", CLASS_NAMESPACE, n->oid, n->key, n->name);
        if (e)
            inspect_rights(in, e->node, 'n', row->field[3], row->field[4]);
        if (e)
            inspect_claim(in, e->node, "schema", n->key);
    }
}

void inspect_missing_public(struct inspect *in)
{
    if (in->public_seen || in->session->schema || in->st != MOULT_OK)
        return;
    struct entity *e =
        inspect_object(in, "schema", CLASS_NAMESPACE, 0, slice_z("public"), slice_z("public"));
    if (e)
        inspect_flag(in, e->node, "missing", true);
}

void inspect_member_row(struct inspect *in, const struct row *row)
{
    struct entity *e = inspect_entity(in, row_u32(row, 0), row_u32(row, 1));
    if (!e)
        return;
    CLEANUP_TEXT struct text name = {0};
    pgtext_name(&name, row->field[2].p, row->field[2].n);
    pgtext_clear(&in->key);
    inspect_segment(&in->key, "extension", slice_of(&name));
    if (in->key.failed || name.failed)
        inspect_nomem(in);
    e->path = inspect_copy(in, slice_of(&in->key));
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
        inspect_nomem(in);
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

void inspect_type_row(struct inspect *in, const struct row *row)
{
    struct type *t = find_type(in, row_u32(row, 0), row_u32(row, 1));
    if (!t)
        return;
    t->text = inspect_copy(in, inspect_mark(in, row->field[2]));
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
    inspect_flag(in, node, "unlogged", row_char(row, 4) == 'u');
    inspect_sql(in, node, "of", row->field[8]);
    inspect_set(in, node, MOULT_SHAPE, "access_method", row->field[9]);
    inspect_set(in, node, MOULT_LAYOUT, "tablespace", row->field[10]);
    inspect_options(in, node, MOULT_SHAPE, row->field[11], row->field[12]);
    char identity = row_char(row, 13);
    if (identity == 'f' || identity == 'n')
        inspect_set_z(in, node, MOULT_SHAPE, "replica_identity", identity == 'f' ? "FULL" : "NOTHING");
    inspect_flag(in, node, "row_security", row_char(row, 14));
    inspect_flag(in, node, "force_row_security", row_char(row, 15));
    inspect_sql(in, node, "bound", row->field[16]);
    inspect_sql(in, node, "partition_by", row->field[17]);
    inspect_set(in, node, MOULT_SHAPE, "server", row->field[19]);
    inspect_generic_options(in, node, "options", row->field[20], false);
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
    inspect_set(in, node, MOULT_SHAPE, "access_method", row->field[9]);
    inspect_set(in, node, MOULT_LAYOUT, "tablespace", row->field[10]);
    inspect_options(in, node, MOULT_SHAPE, row->field[11], row->field[12]);
    if (row->field[18].p)
        inspect_sql(in, node, "definition", without_end(row->field[18]));
}

void inspect_class_row(struct inspect *in, const struct row *row)
{
    char relkind = row_char(row, 3);
    struct relation *r = pgmem_alloc(&in->pool, sizeof *r);
    if (!r) {
        inspect_nomem(in);
        return;
    }
    uint32_t oid = row_u32(row, 0);
    struct entity *e = inspect_in_schema(in, relation_kind(relkind), CLASS_CLASS, oid, row_u32(row, 1),
                                         row->field[2], (struct slice){0});
    if (!e)
        return;
    *r = (struct relation){.kind = relkind, .oid = oid, .node = e->node, .partition = row->field[16].p};
    r->name = inspect_copy(in, row->field[2]);
    r->key = inspect_copy(in, slice_of(&in->key));
    e->relation = r;
    inspect_claim(in, r->node, "relation", r->key);
    if (relkind != 'S')
        inspect_claim(in, r->node, "type", r->key);
    if (relkind == 'c') {
        inspect_owner(in, r->node, row->field[5]); /* its grants are the type's */
    } else {
        inspect_rights(in, r->node, relkind == 'S' ? 's' : 'r', row->field[5], row->field[6]);
        struct entity *type = row_u32(row, 7) ? inspect_entity(in, CLASS_TYPE, row_u32(row, 7)) : NULL;
        if (type)
            type->path = e->path;
    }
    if (relkind == 'v' || relkind == 'm')
        put_view(in, r->node, row);
    else if (relkind == 'S')
        inspect_flag(in, r->node, "unlogged", row_char(row, 4) == 'u');
    else if (relkind != 'c')
        put_table(in, r->node, row);
    if (relkind == 'v' || relkind == 'm') {
        r->next_view = in->views;
        in->views = r;
    }
}

void inspect_parent_row(struct inspect *in, const struct row *row)
{
    struct relation *r = inspect_relation(in, row_u32(row, 0));
    const struct entity *parent = inspect_find(in, CLASS_CLASS, row_u32(row, 1));
    if (!r)
        return;
    if (!r->deferred) {
        r->deferred = true;
        r->next_deferred = in->deferred;
        in->deferred = r;
    }
    if (!parent)
        return; /* in another schema */
    inspect_refer(in, r->node, MOULT_REF_ENFORCED, parent->path);
    if (!parent->relation)
        return;
    struct relation **more = pgmem_alloc(&in->pool, (r->parent_count + 1u) * sizeof *more);
    if (!more) {
        inspect_nomem(in);
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
    uint32_t count = attnum > r->column_room ? attnum + attnum / 2 + 4 : r->column_room;
    if (count > r->column_room) {
        struct column *more = pgmem_alloc(&in->pool, count * sizeof *more);
        if (!more) {
            inspect_nomem(in);
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

const char *inspect_storage(char c)
{
    return c == 'p' ? "PLAIN" : c == 'e' ? "EXTERNAL" : c == 'm' ? "MAIN" : "EXTENDED";
}

static void put_tuning(struct inspect *in, const struct relation *r, struct column *c, const struct row *row)
{
    /* How an inherited column is stored is its parent's choice, until that is known. */
    if (c->inherited != COLUMN_INHERITED && r->kind != 'v' && r->kind != 'c' && c->compression)
        inspect_set_z(in, c->node, MOULT_LAYOUT, "compression", c->compression == 'l' ? "lz4" : "pglz");
    if (c->statistics >= 0) {
        char n[16];
        snprintf(n, sizeof n, "%d", c->statistics);
        inspect_set_z(in, c->node, MOULT_LAYOUT, "statistics", n);
    }
    inspect_options(in, c->node, MOULT_LAYOUT, row->field[14], (struct slice){0});
    inspect_generic_options(in, c->node, "fdw_options", row->field[15], false);
}

void inspect_put_type(struct inspect *in, const struct relation *r, struct column *c)
{
    bool whole = c->inherited != COLUMN_INHERITED && r->kind != 'v' && r->kind != 'm';
    if (!c->node || !c->type)
        return;
    if (whole) {
        inspect_set(in, c->node, MOULT_SHAPE, "type", c->type->text);
        if (r->kind != 'c')
            inspect_set_z(in, c->node, MOULT_DERIVED, "logical", c->type->logical);
        if (c->collation && c->collation != c->type->collation)
            inspect_sql(in, c->node, "collate", c->collate.p ? c->collate : slice_z("\"default\""));
    }
    if ((whole || r->kind == 'm') && r->kind != 'c' && c->storage != c->type->storage)
        inspect_set_z(in, c->node, MOULT_LAYOUT, "storage", inspect_storage(c->storage));
}

static void put_column(struct inspect *in, struct column *c, const struct row *row)
{
    char identity = row_char(row, 6);
    inspect_flag(in, c->node, "not_null", c->not_null);
    if (identity)
        inspect_set_z(in, c->node, MOULT_SHAPE, "identity", identity == 'a' ? "ALWAYS" : "BY DEFAULT");
    inspect_flag(in, c->node, "virtual", row_char(row, 7) == 'v');
}

static void type_later(struct inspect *in, struct relation *r, uint32_t attnum)
{
    struct untyped *u = pgmem_alloc(&in->pool, sizeof *u);
    if (!u) {
        inspect_nomem(in);
        return;
    }
    *u = (struct untyped){.relation = r, .attnum = attnum, .next = in->untyped};
    in->untyped = u;
}

static void read_column(struct inspect *in, const struct relation *r, struct column *c, const struct row *row)
{
    *c = (struct column){.name = inspect_copy(in, row->field[2]),
                         .type = type_of(in, row_u32(row, 3), row_u32(row, 4)),
                         .not_null = row_char(row, 5),
                         .generated = row_char(row, 7),
                         .collation = row_u32(row, 9),
                         .collate = inspect_copy(in, row->field[10]),
                         .storage = row_char(row, 11),
                         .statistics = (int32_t)row_u32(row, 12),
                         .compression = row_char(row, 13),
                         .has_default = row->field[18].p};
    if (r->partition)
        c->inherited = COLUMN_INHERITED;
    else if (row_char(row, 17))
        c->inherited = row_char(row, 8) ? COLUMN_MERGED : COLUMN_INHERITED;
    /* Kept where it may be compared with another's. */
    if (in->deferred)
        c->dflt = inspect_copy(in, row->field[18]);
}

void inspect_attribute_row(struct inspect *in, const struct row *row)
{
    uint32_t attnum = (uint32_t)row_i16(row, 1), oid = row_u32(row, 0);
    struct relation *r = in->latest && in->latest->oid == oid ? in->latest : inspect_relation(in, oid);
    if (!r || !attnum || attnum > INT16_MAX || !room_for(in, r, attnum))
        return;
    in->latest = r;
    struct column *c = &r->columns[attnum - 1];
    read_column(in, r, c, row);
    bool whole = r->kind != 'v' && r->kind != 'm' && c->inherited != COLUMN_INHERITED;
    bool tuned = c->statistics >= 0 || row->field[14].p || row->field[15].p ||
                 (r->kind == 'm' && (c->compression || (c->type && c->type->text.p &&
                                                        c->storage != c->type->storage)));
    if (whole || tuned)
        inspect_column_node(in, r, attnum);
    if (whole)
        put_column(in, c, row);
    if (whole || tuned)
        put_tuning(in, r, c, row);
    if (c->type && c->type->text.p)
        inspect_put_type(in, r, c);
    else
        type_later(in, r, attnum);
    if (c->has_default && c->inherited != COLUMN_INHERITED)
        inspect_put_default(in, r, attnum, row->field[18]);
    if (row->field[16].p)
        inspect_rights(in, inspect_column_node(in, r, attnum), 'c', (struct slice){0}, row->field[16]);
}
