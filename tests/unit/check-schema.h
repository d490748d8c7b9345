/* SPDX-License-Identifier: Apache-2.0 */
/* check-schema.h - small trees, and what all files of this program need. */
#ifndef MOULT_CHECK_SCHEMA_H
#define MOULT_CHECK_SCHEMA_H

#include <check.h>
#include <moult/moult.h>
#include <stdio.h>

#include "../../libcore/base/buf.h"
#include "../../libcore/schema/delta.h"

#define NONE ((struct str){NULL, 0})

static inline moult_tree *new_tree(void)
{
    moult_tree *tree = tree_new(STR("sqlite"), 3, 1, STR("SQLite 3.40.1"));
    ck_assert_ptr_nonnull(tree);
    return tree;
}

static inline moult_node *add(moult_node *parent, const char *kind, const char *key)
{
    moult_node *node = tree_add(parent, kind, str_of(key));
    ck_assert_ptr_nonnull(node);
    return node;
}

static inline void set(moult_node *node, uint32_t aspect, const char *name, const char *text)
{
    ck_assert_int_eq(tree_set(node, aspect, name, str_of(text), NONE), MOULT_OK);
}

static inline void set_same(moult_node *node, uint32_t aspect, const char *name, const char *text,
                            const char *same)
{
    ck_assert_int_eq(tree_set(node, aspect, name, str_of(text), str_of(same)), MOULT_OK);
}

static inline void refer(moult_node *node, uint32_t strength, const char *path)
{
    ck_assert_int_eq(tree_refer(node, strength, str_of(path)), MOULT_OK);
}

static inline moult_node *add_column(moult_node *table, const char *name, const char *type,
                                     const char *position)
{
    moult_node *column = add(table, "column", name);
    set(column, MOULT_SHAPE, "type", type);
    set(column, MOULT_LAYOUT, "name", name);
    set(column, MOULT_LAYOUT, "position", position);
    return column;
}

static inline void seal(moult_tree *tree)
{
    CLEANUP_ERROR moult_error *err = moult_error_new();
    ck_assert_msg(tree_seal(tree, NULL, err) == MOULT_OK, "%s", moult_error_message(err));
}

static inline moult_status collect(void *arg, const char *bytes, size_t len)
{
    buf_add(arg, bytes, len);
    return MOULT_OK;
}

static inline void assert_str(struct str got, const char *expected)
{
    ck_assert_msg(str_is(got, expected), "got '%.*s', expected '%s'", STR_FMT(got), expected);
}

TCase *json_cases(void);
TCase *delta_cases(void);
TCase *rename_cases(void);

#endif
