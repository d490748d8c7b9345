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

/* One literal of a list, with what it means in in->value; false at the end. */
static bool next_literal(struct inspect *in, struct slice *list, struct slice *literal)
{
    size_t at = 0;
    while (at < list->n && (list->p[at] == ',' || list->p[at] == ' '))
        at++;
    *literal = (struct slice){list->p + at, 0};
    bool escapes = at < list->n && list->p[at] == 'E';
    pgtext_clear(&in->value);
    for (at += escapes + 1u; at < list->n; at++) {
        char c = list->p[at];
        bool twice = at + 1 < list->n && list->p[at + 1] == c;
        if (c == '\'' && !twice)
            break;
        pgtext_char(&in->value, c);
        at += (c == '\'' || (c == '\\' && escapes && twice));
    }
    if (at >= list->n)
        return false;
    literal->n = (size_t)(list->p + at + 1 - literal->p);
    *list = (struct slice){list->p + at + 1, list->n - at - 1};
    return true;
}

/* Each behind the one before it, so that one more changes two. */
static void put_labels(struct inspect *in, moult_node *node, struct slice list)
{
    struct slice literal, before = {0};
    pginspect_set(in, node, MOULT_DERIVED, "labels", list.p ? list : slice_z(""));
    while (in->st == MOULT_OK && next_literal(in, &list, &literal)) {
        if (in->value.failed)
            pginspect_nomem(in);
        moult_node *label = pginspect_child(in, node, "label", slice_of(&in->value));
        pginspect_set(in, label, MOULT_SHAPE, "after", before);
        before = literal;
    }
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
        put_labels(in, e->node, row->field[12]);
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
