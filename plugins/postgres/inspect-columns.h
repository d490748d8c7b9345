/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-columns.h - lists of columns, and what indexes and constraints share. */
#ifndef MOULT_POSTGRES_INSPECT_COLUMNS_H
#define MOULT_POSTGRES_INSPECT_COLUMNS_H

#include "inspect.h"

#define MAX_COLUMNS 1600 /* MaxHeapAttributeNumber */

/* An array of small integers or of object identifiers. */
struct vector {
    uint32_t item[MAX_COLUMNS];
    uint32_t count;
};

void pgcolumns_read(struct slice s, struct vector *v);
/* NULL: no such column. */
const struct column *pgcolumns_at(const struct relation *r, uint32_t attnum);
/* "a, b" of items FROM to TO; false if one is no column. */
bool pgcolumns_add(struct text *t, const struct relation *r, const struct vector *v, uint32_t from,
                   uint32_t to);
void pgcolumns_put(struct inspect *in, moult_node *node, const char *name, const struct relation *r,
                   const struct vector *v, uint32_t count);
void pgcolumns_refer(struct inspect *in, moult_node *node, const struct relation *r,
                     const struct vector *v);
/* An inherited column is its parents' as well: what needs it needs theirs. */
void pgcolumns_refer_to(struct inspect *in, moult_node *node, const struct relation *r,
                        uint32_t attnum);
/* An inherited column that is a node refers to those that it comes from. */
void pgcolumns_refer_origin(struct inspect *in, const struct relation *r, uint32_t attnum);

/* inspect-constraint.c */
void pgconstraint_deferrable(struct inspect *in, moult_node *node, bool deferrable, bool deferred);
/* CONSTRAINT 0: the index alone. */
void pgconstraint_print_later(struct inspect *in, uint32_t index, uint32_t constraint);
/* "schema.name" of NAME in schema NSP, in in->key. */
struct slice pgconstraint_beside(struct inspect *in, uint32_t nsp, struct slice name);
void pgconstraint_claim(struct inspect *in, moult_node *node, const struct relation *r,
                        struct slice name);
/* A part of OWNER's node PARENT, of KIND; its path is OWNER's and its own. */
struct entity *pgconstraint_part(struct inspect *in, const struct entity *owner, moult_node *parent,
                                 const char *kind, uint32_t klass, uint32_t oid, struct slice name);
/* What pg_get_indexdef says from USING on; in in->value. */
struct slice pgindex_definition(struct inspect *in, struct slice text);

#endif
