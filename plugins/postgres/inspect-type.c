/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-type.c - types and routines. */
#include <string.h>

#include "inspect.h"

static const char *type_kind(char typtype)
{
    switch (typtype) {
    case 'e':
        return "enum";
    case 'd':
        return "domain";
    case 'r':
        return "range";
    default:
        return "base_type";
    }
}

/* Another row that means the same object. */
static void also(struct inspect *in, uint32_t oid, const struct entity *e)
{
    struct entity *other = oid ? pginspect_entity(in, CLASS_TYPE, oid) : NULL;
    if (other)
        other->path = e->path;
}

static void put_domain(struct inspect *in, moult_node *node, const struct row *row)
{
    pginspect_sql(in, node, "type", row->field[9]);
    pginspect_sql(in, node, "default", row->field[10]);
    pginspect_sql(in, node, "collate", row->field[11]);
    pginspect_flag(in, node, "not_null", row_char(row, 8));
}

void pginspect_user_type_row(struct inspect *in, const struct row *row)
{
    uint32_t oid = row_u32(row, 0);
    char typtype = row_char(row, 5);
    struct entity *e;
    if (typtype == 'c') { /* its relation came first */
        const struct entity *relation = pginspect_find(in, CLASS_CLASS, row_u32(row, 6));
        e = pginspect_entity(in, CLASS_TYPE, oid);
        if (!e || !relation || !relation->node)
            return;
        e->node = relation->node;
        e->path = relation->path;
    } else {
        e = pginspect_in_schema(in, type_kind(typtype), CLASS_TYPE, oid, row_u32(row, 1),
                                row->field[2], (struct slice){0});
        if (!e)
            return;
        pginspect_claim(in, e->node, "type", slice_of(&in->key));
    }
    pginspect_rights(in, e->node, 'T', row->field[3], row->field[4]);
    also(in, row_u32(row, 7), e);
    also(in, row_u32(row, 14), e);
    if (typtype == 'd')
        put_domain(in, e->node, row);
    else if (typtype == 'e')
        pginspect_set(in, e->node, MOULT_SHAPE, "labels",
                      row->field[12].p ? row->field[12] : slice_z(""));
    else if (typtype == 'r')
        pginspect_sql(in, e->node, "definition", row->field[13]);
    else if (typtype == 'b')
        pginspect_sql(in, e->node, "definition", row->field[15]);
}

void pginspect_array_row(struct inspect *in, const struct row *row)
{
    const struct entity *e = pginspect_find(in, CLASS_TYPE, row_u32(row, 1));
    if (e)
        also(in, row_u32(row, 0), e);
}

static struct slice without_line_end(struct slice s)
{
    while (s.n && s.p[s.n - 1] == '\n')
        s.n--;
    return s;
}

void pginspect_routine_row(struct inspect *in, const struct row *row)
{
    char prokind = row_char(row, 5);
    CLEANUP_TEXT struct text types = {0};
    struct slice marked = pginspect_mark(in, row->field[6]);
    pgtext_char(&types, '(');
    pgtext_add(&types, marked.p, marked.n);
    pgtext_char(&types, ')');
    if (types.failed)
        pginspect_nomem(in);
    struct entity *e = pginspect_in_schema(in,
                                           prokind == 'p'   ? "procedure"
                                           : prokind == 'a' ? "aggregate"
                                                            : "function",
                                           CLASS_PROC, row_u32(row, 0), row_u32(row, 1),
                                           row->field[2], slice_of(&types));
    if (!e)
        return;
    pginspect_claim(in, e->node, "routine", slice_of(&in->key));
    pginspect_rights(in, e->node, 'f', row->field[3], row->field[4]);
    pginspect_sql(in, e->node, "arguments", row->field[7]);
    pginspect_sql(in, e->node, "returns", row->field[8]);
    if (prokind == 'a') {
        pginspect_sql(in, e->node, "signature", row->field[11].n ? row->field[11] : slice_z("*"));
        return;
    }
    pginspect_set(in, e->node, MOULT_SHAPE, "language", row->field[10]);
    pginspect_sql(in, e->node, "definition", without_line_end(row->field[9]));
}

void pginspect_aggregate_row(struct inspect *in, const struct row *row)
{
    const struct entity *e = pginspect_find(in, CLASS_PROC, row_u32(row, 0));
    if (e)
        pginspect_sql(in, e->node, "definition", row->field[1]);
}
