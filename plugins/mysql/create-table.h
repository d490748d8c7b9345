/* SPDX-License-Identifier: Apache-2.0 */
/* create-table.h - a table's nodes as CREATE TABLE and its parts, in the server's own form.
 *
 * The reader writes every table that it has read with this and holds it against what the server
 * says; the dialect writes its statements with it. */
#ifndef MOULT_MYSQL_CREATE_TABLE_H
#define MOULT_MYSQL_CREATE_TABLE_H

#include "my.h"

/* A table's nodes in their order.  The arrays are one allocation, freed with `columns`. */
struct mytable {
    const moult_tree_api *api;
    const moult_node *table;
    const moult_node **columns, **keys, **foreign_keys, **checks, **periods;
    uint32_t column_count, key_count, foreign_key_count, check_count, period_count;
    const moult_node *partitioning; /* or NULL */
};

/* Nodes of TABLE, of a tree that is sealed or is being built; keys are the primary key and
 * indexes. FOREIGN_KEYS, which lie beside the table, are borrowed, in their order (NULL, 0:
 * none).  False: no memory. */
bool mytable_gather(const moult_tree_api *api, const moult_node *table,
                    const moult_node *const *foreign_keys, uint32_t foreign_key_count,
                    struct mytable *out);
void mytable_free(struct mytable *t);
#define CLEANUP_TABLE __attribute__((cleanup(mytable_free)))

/* The foreign keys of the table KEY in a sealed tree, by `position`; *OUT is to be freed.
 * False: no memory. */
bool mytable_foreign_keys(const moult_tree_api *api, const moult_tree *tree, struct slice key,
                          const moult_node ***out, uint32_t *count);

/* The whole CREATE TABLE, called NAME (p NULL: its own name), with T's foreign keys. */
void mycreate_table(const struct mytable *t, struct slice name, struct text *out);
/* Its options: ENGINE=... COMMENT='...', parted by spaces; as ALTER TABLE takes them, too. */
void mycreate_options(const moult_tree_api *api, const moult_node *table, struct text *out);
/* `name` and all that defines the column.  What has the collation TABLE_COLLATE need not say so
 * (p NULL: every character column does). */
void mycreate_column(const moult_tree_api *api, const moult_node *column,
                     struct slice table_collate, struct text *out);
/* PRIMARY KEY (...), UNIQUE KEY `x` (...) ...: a primary_key or index. */
void mycreate_key(const moult_tree_api *api, const moult_node *key, struct text *out);
/* CONSTRAINT `x` FOREIGN KEY (...) REFERENCES ... */
void mycreate_foreign_key(const moult_tree_api *api, const moult_node *foreign_key,
                          struct text *out);
/* CONSTRAINT `x` CHECK (...) */
void mycreate_check(const moult_tree_api *api, const moult_node *check, struct text *out);
/* PERIOD FOR `p` (`a`, `b`) */
void mycreate_period(const moult_tree_api *api, const moult_node *period, struct text *out);
/* PARTITION BY ... with all partitions.  ENGINE: the table's. */
void mycreate_partitioning(const moult_tree_api *api, const moult_node *partitioning,
                           struct slice engine, struct text *out);
/* PARTITION `p0` VALUES ... with its subpartitions: what ADD and REORGANIZE PARTITION take. */
void mycreate_partition(const moult_tree_api *api, const moult_node *partition, struct slice engine,
                        struct text *out);

/* The name of NODE as it is spelled: its attribute `name`, else its key. */
struct slice mynode_name(const moult_tree_api *api, const moult_node *node);
/* An attribute's text; p NULL: it is not there. */
struct slice mynode_text(const moult_tree_api *api, const moult_node *node, const char *name);
/* Its `position`; 0: it has none. */
uint32_t mynode_position(const moult_tree_api *api, const moult_node *node);
/* The character set of a collation: "utf8mb4" of "utf8mb4_bin". */
struct slice mycollation_charset(struct slice collate);

#endif
