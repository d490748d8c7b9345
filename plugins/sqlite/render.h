/* SPDX-License-Identifier: Apache-2.0 */
/* render.h - what ways*.c and render*.c share: reading nodes, and writing statements from them. */
#ifndef MOULT_SQLITE_RENDER_H
#define MOULT_SQLITE_RENDER_H

#include <limits.h>
#include <string.h>

#include "session.h"

/* Borrowed bytes; p NULL = absent. */
struct text {
    const char *p;
    size_t n;
};

/* ---- reading nodes ---- */

static inline struct text node_text(const moult_host *host, const moult_node *node,
                                    const char *name)
{
    struct text t = {NULL, 0};
    t.p = host->tree->text(node, name, &t.n);
    return t;
}
static inline struct text node_same(const moult_host *host, const moult_node *node,
                                    const char *name)
{
    struct text t = {NULL, 0};
    t.p = host->tree->same(node, name, &t.n);
    return t;
}
static inline struct text node_key(const moult_host *host, const moult_node *node)
{
    struct text t = {NULL, 0};
    t.p = host->tree->key(node, &t.n);
    return t;
}
static inline struct text node_path(const moult_host *host, const moult_node *node)
{
    struct text t = {NULL, 0};
    t.p = host->tree->path(node, &t.n);
    return t;
}
static inline bool node_is(const moult_host *host, const moult_node *node, const char *kind)
{
    return strcmp(host->tree->kind(node), kind) == 0;
}
static inline bool text_equal(struct text a, struct text b)
{
    if (!a.p || !b.p)
        return !a.p && !b.p;
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}
static inline bool text_is(struct text t, const char *z)
{
    return t.p && t.n == strlen(z) && memcmp(t.p, z, t.n) == 0;
}
/* A "true" attribute. */
static inline bool node_flag(const moult_host *host, const moult_node *node, const char *name)
{
    return text_is(node_text(host, node, name), "true");
}
/* The spelling of its name; its key where there is none. */
static inline struct text node_name(const moult_host *host, const moult_node *node)
{
    struct text t = node_text(host, node, "name");
    return t.p ? t : node_key(host, node);
}

/* ---- nodes.c ---- */

struct nodes {
    const moult_node **at; /* sqlite3_malloc */
    size_t n, cap;
};
void sqlite_nodes_free(struct nodes *nodes);
#define CLEANUP_NODES __attribute__((cleanup(sqlite_nodes_free)))
/* Both false: out of memory. */
bool sqlite_nodes_add(struct nodes *nodes, const moult_node *node);
/* The children of PARENT of KIND; columns by position, others by key. */
bool sqlite_nodes_of(const moult_host *host, const moult_node *parent, const char *kind,
                     struct nodes *out);
bool sqlite_nodes_have(const struct nodes *nodes, const moult_node *node);

/* The child of PARENT of KIND and KEY, or NULL. */
const moult_node *sqlite_child(const moult_host *host, const moult_node *parent, const char *kind,
                               struct text key);
/* The position of a column, from 1; UINT64_MAX if it has none. */
uint64_t sqlite_position(const moult_host *host, const moult_node *column);
/* The one column of a constraint whose `columns` is a single name, perhaps with ASC or DESC; else
 * NULL.  *DESC (may be NULL) says whether DESC stands there. */
const moult_node *sqlite_single_column(const moult_host *host, const moult_node *constraint,
                                       bool *desc);
/* Does the SQL text T contain NAME, whatever its case and quotes?  Only ever used to be careful:
 * strings and comments count too. */
bool sqlite_mentions(struct text t, struct text name);
/* Can INSERT give the column values: it is not generated. */
bool sqlite_column_is_plain(const moult_host *host, const moult_node *column);
/* The affinity that SQLite derives from the column's type: 'T', 'N', 'I', 'R', or 'B' for none. */
char sqlite_affinity(const moult_host *host, const moult_node *column);
/* The column that is the table's rowid, or NULL. */
const moult_node *sqlite_rowid_alias(const moult_host *host, const moult_node *table);
/* A name by which the rowid of TABLE can be read and written, or NULL. */
const char *sqlite_rowid_name(const moult_host *host, const moult_node *table);

/* ---- virtual.c ---- */

/* How the rows of a virtual table can be carried into a new one. */
#define VIRTUAL_COPY 1u  /* column by column */
#define VIRTUAL_INDEX 2u /* they are in another table: the module reads them again */
#define VIRTUAL_LOST 3u  /* not at all */
uint32_t sqlite_virtual_rows(const moult_host *host, const moult_node *from, const moult_node *to);
/* Are rows or values gone afterwards? */
bool sqlite_virtual_loses(const moult_host *host, const moult_node *from, const moult_node *to);
/* The statements that make TO out of FROM, rows included where they can be. */
struct rendering;
moult_status sqlite_render_virtual(const struct rendering *r, uint32_t role,
                                   const moult_node *from, const moult_node *to);

/* ---- render-table.c ---- */

static inline void put(sqlite3_str *s, const char *z)
{
    sqlite3_str_appendall(s, z);
}
/* Longer texts than SQLite takes cannot come up: the tree's are from SQLite or are refused by it. */
static inline void put_text(sqlite3_str *s, struct text t)
{
    if (t.n && t.n <= INT_MAX)
        sqlite3_str_append(s, t.p, (int)t.n);
}
static inline void put_name(sqlite3_str *s, struct text t)
{
    sqlite_quote_name(s, t.p ? t.p : "", t.n);
}
/* An expression or list of the author's, such that anything may follow. */
void sqlite_put_sql(sqlite3_str *s, struct text t);
/* CREATE TABLE with the first COUNT of TABLE's columns (SIZE_MAX: all) and its constraints, under NAME.
 * false: out of memory. */
bool sqlite_put_table(const moult_host *host, sqlite3_str *s, const moult_node *table,
                      struct text name, size_t count);
/* A column's name, type and own constraints, as in CREATE TABLE and ADD COLUMN; PRIMARY_KEY is
 * written with it if it must be or reads better there, NULL otherwise. */
void sqlite_put_column(const moult_host *host, sqlite3_str *s, const moult_node *column,
                       const moult_node *primary_key);
/* "CONSTRAINT name CHECK (...)" */
void sqlite_put_check(const moult_host *host, sqlite3_str *s, const moult_node *check);
/* "CONSTRAINT name " if it has one; "REFERENCES t (c) ON DELETE ..." */
void sqlite_put_constraint_name(const moult_host *host, sqlite3_str *s,
                                const moult_node *constraint);
void sqlite_put_references(const moult_host *host, sqlite3_str *s, const moult_node *foreign_key);
/* A default that ALTER TABLE ADD COLUMN takes when there are rows: a literal, a signed number, a
 * name that SQLite reads as a string; absent. */
bool sqlite_default_is_constant(struct text expression);
/* NULL, or absent. */
bool sqlite_default_is_null(struct text expression);

/* ---- render.c ---- */

struct rendering {
    const moult_host *host;
    const moult_operation *operation;
    moult_script *script;
    moult_error *err;
};

/* Adds what S holds as a statement, and frees S. */
moult_status sqlite_emit(const struct rendering *r, uint32_t role, sqlite3_str *s);
moult_status sqlite_emit_text(const struct rendering *r, uint32_t role, const char *sql);
/* "ALTER TABLE from RENAME TO to" with SQLite told to leave all other texts alone. */
moult_status sqlite_emit_rename(const struct rendering *r, uint32_t role, struct text from,
                                struct text to);
/* CREATE and DROP of a top-level object.  NAME.p NULL: its own. */
moult_status sqlite_emit_create(const struct rendering *r, uint32_t role, const moult_node *node,
                                struct text name);
moult_status sqlite_emit_drop(const struct rendering *r, uint32_t role, const moult_node *node,
                              struct text name);
/* CREATE of a trigger, on TABLE instead of its own. */
moult_status sqlite_emit_trigger_on(const struct rendering *r, uint32_t role,
                                    const moult_node *trigger, struct text table);
/* A name for the time of a run that no object of either tree bears; from sqlite3_malloc, NULL = no
 * memory. */
char *sqlite_temporary_name(const struct rendering *r, const moult_node *table);
#define CLEANUP_SQLITE __attribute__((cleanup(sqlite_cleanup_memory)))
void sqlite_cleanup_memory(void *p);

/* ---- render-unknown.c ---- */

/* CREATE TABLE under NAME, and ALTER TABLE for columns that only that takes. */
moult_status sqlite_emit_table(const struct rendering *r, uint32_t role, const moult_node *table,
                               struct text name);

/* ---- render-alter.c ---- */

/* What ways "alter-table", "add-column" and "drop-column" stand for. */
moult_status sqlite_render_alter(const struct rendering *r);
/* The last of the columns of TO that FROM has not, or NULL: a check that comes with it may name all. */
const moult_node *sqlite_last_new_column(const moult_host *host, const moult_node *from,
                                         const moult_node *to);
/* The new column with which the new CONSTRAINT can be added: ADD COLUMN takes checks, which come with
 * the LAST one, and foreign keys of this one column.  NULL: there is none. */
const moult_node *sqlite_riding_column(const moult_host *host, const moult_node *from,
                                       const moult_node *constraint, const moult_node *last);
/* Are the columns in the wanted order once some are dropped and the new ones added behind?  false: out
 * of memory. */
bool sqlite_order_kept(const moult_host *host, const moult_node *from, const moult_node *to,
                       bool *kept);
/* Is the table or a column that stays spelled otherwise in TO? */
bool sqlite_respelled(const moult_host *host, const moult_node *from, const moult_node *to);

/* ---- render-rename.c ---- */

moult_status sqlite_render_rename(const struct rendering *r);

/* ---- render-rebuild.c ---- */

/* The statements that turn table FROM into TO by copying its rows. */
moult_status sqlite_render_rebuild(const struct rendering *r, uint32_t role,
                                   const moult_node *from, const moult_node *to);

/* Does the rebuild lose columns with their values; may it store values differently; either? */
bool sqlite_rebuild_drops(const moult_host *host, const moult_node *from, const moult_node *to);
bool sqlite_rebuild_converts(const moult_host *host, const moult_node *from, const moult_node *to);
bool sqlite_rebuild_loses(const moult_host *host, const moult_node *from, const moult_node *to);

/* ---- ways.c ---- */

/* A way with what all of them have in common, in place and without hazards. */
moult_way sqlite_way(const char *id, const char *summary);

/* ---- ways-table.c ---- */

/* Ways of an ALTER of a table, and of the changes in it. */
moult_status sqlite_table_ways(const moult_host *host, const moult_change *change,
                               moult_ways *ways, moult_error *err);

/* ---- aside.c ---- */

/* Declares what SQLite could not read while it alters a table: the views and triggers that name what
 * is not there now or will not be, and with COLUMNS, that go, the indexes with them and the views and
 * triggers that name them. */
moult_status sqlite_aside_texts(const moult_host *host, const moult_change *change,
                                const moult_node *const *columns, size_t count, moult_ways *ways);
/* Declares what goes with OWNER: indexes and triggers. */
moult_status sqlite_aside_owned(const moult_host *host, const moult_change *change,
                                const moult_node *owner, moult_ways *ways);
/* Is NODE an index or trigger of OWNER? */
bool sqlite_owned_by(const moult_host *host, const moult_node *node, const moult_node *owner);
/* Views and triggers of FROM that name what is not there, in FROM or as they are in TO (may be NULL).
 * false: out of memory. */
bool sqlite_broken_texts(const moult_host *host, const moult_tree *from, const moult_tree *to,
                         struct nodes *out);

#endif
