/* SPDX-License-Identifier: Apache-2.0 */
/* tree_sql.h - a tree as SQL: the plan from nothing to it. */
#ifndef MOULT_RUN_TREE_SQL_H
#define MOULT_RUN_TREE_SQL_H

#include "run.h"

/* The plan that makes all managed objects of TREE. */
moult_status tree_plan(struct moult *m, const moult_tree *tree, struct moult_plan **out,
                       moult_error *err);
moult_status dialect_named(struct moult *m, struct str adapter, const moult_dialect **out,
                           moult_error *err);
/* How DIALECT's SQL is written for people. */
static inline struct plan_script dialect_script(const moult_dialect *dialect)
{
    return (struct plan_script){dialect->preamble, dialect->delimiter};
}
/* The adapter that made TREE. */
moult_status adapter_for_tree(struct moult *m, const moult_tree *tree, struct adapter *a,
                              moult_error *err);

#endif
