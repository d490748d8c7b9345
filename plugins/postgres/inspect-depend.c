/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-depend.c - what needs what, and what is said about it. */
#include <string.h>

#include "inspect-columns.h"

/* The node that a row of pg_depend speaks of. */
static moult_node *dependent(struct inspect *in, uint32_t klass, uint32_t oid, uint32_t part)
{
    if (klass == CLASS_ATTRDEF) { /* by its column */
        struct relation *r = pginspect_relation(in, oid);
        if (!r || !part || part > r->column_count)
            return NULL;
        const struct column *c = &r->columns[part - 1];
        return c->default_node ? c->default_node : c->node;
    }
    const struct entity *e = pginspect_find(in, klass, oid);
    if (!e)
        return NULL;
    if (klass == CLASS_CLASS && part && e->relation)
        return part <= e->relation->column_count ? e->relation->columns[part - 1].node : NULL;
    return e->node;
}

/* A base type and the functions that read and write it need each other, and so do a range and the one that
 * brings it into shape.  The type comes first, and makes the functions. */
static bool makes_functions(struct inspect *in, const moult_node *type)
{
    size_t n = 0;
    const char *kind = in->api->kind(type), *text = in->api->text(type, "definition", &n);
    return strcmp(kind, "base_type") == 0 ||
           (strcmp(kind, "range") == 0 && text && memmem(text, n, "canonical = ", 12));
}

void pginspect_depend_row(struct inspect *in, const struct row *row)
{
    uint32_t klass = row_u32(row, 0), oid = row_u32(row, 1), part = row_u32(row, 2);
    uint32_t to_class = row_u32(row, 3), to = row_u32(row, 4), to_part = row_u32(row, 5);
    const struct entity *target = pginspect_find(in, to_class, to);
    moult_node *node = target && target->path.n ? dependent(in, klass, oid, part) : NULL;
    in->ignored = !node;
    if (!node || node == target->node)
        return;
    const struct relation *r = target->relation;
    const struct entity *own = klass == CLASS_REWRITE ? NULL : pginspect_find(in, CLASS_CLASS, oid);
    /* A sequence is owned by its column, and that says so itself. */
    if (klass == CLASS_CLASS && own && own->relation && own->relation->kind == 'S' && to_part)
        return;
    bool makes = klass == CLASS_TYPE && to_class == CLASS_PROC && makes_functions(in, node);
    if (r && to_part)
        pgcolumns_refer_to(in, node, r, to_part);
    else
        pginspect_refer(in, node, makes ? MOULT_REF_TEXT : MOULT_REF_ENFORCED, target->path);
}

void pginspect_comment_row(struct inspect *in, const struct row *row)
{
    uint32_t klass = row_u32(row, 0), oid = row_u32(row, 1), part = row_u32(row, 2);
    struct entity *e = pginspect_find(in, klass, oid);
    struct slice text = row->field[3];
    const struct namespace *n = klass == CLASS_NAMESPACE ? pginspect_namespace(in, oid) : NULL;
    if (n && !in->session->schema && n->place) {
        in->public_comment_seen = true;
        if (slice_is(text, "standard public schema"))
            return;
    }
    if (n && n->place && (!e || !e->node)) /* that makes it unusual */
        e = pginspect_object(in, "schema", CLASS_NAMESPACE, oid, n->key, n->name);
    in->ignored = !e;
    if (!e)
        return;
    if (klass == CLASS_CLASS && part && e->relation)
        pginspect_set(in, pginspect_column_node(in, e->relation, part), MOULT_NOTES, "comment",
                      text);
    else if (!part)
        pginspect_set(in, e->node, MOULT_NOTES, e->key_index ? "index_comment" : "comment", text);
}
