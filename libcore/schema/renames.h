/* SPDX-License-Identifier: Apache-2.0 */
/* renames.h - hints that an object of one state is the same as one of another name in the next. */
#ifndef MOULT_SCHEMA_RENAMES_H
#define MOULT_SCHEMA_RENAMES_H

#include "tree.h"

struct rename {
    struct str from;  /* path now: "table:users/column:mail" */
    struct str to;    /* path wanted: "table:users/column:email"; differs in the last key only */
    struct str where; /* "renames.toml:3" or "--rename", for messages */
};

struct renames {
    struct arena arena;
    struct rename *items;
    size_t count, cap;
};

/* "table:old=new", "table:users/column:old=new"; a column's path names the table as it is
 * wanted.  In names "%XX" stands for a byte, as in paths, and has to for % / : and =.  Names are
 * folded as keys already by the caller's dialect.  The same hint again is a success;
 * MOULT_ERR_CONFIG for a bad form, and for a hint that has one name in common with an earlier
 * one. */
moult_status renames_add(struct renames *r, struct str hint, const char *where, moult_error *err);
void renames_free(struct renames *r);
/* Appends the hint as renames_add takes it. */
void rename_text(struct buf *b, const struct rename *r);

/* ---- json_write.c, json_read.c: the snapshot document, docs/schemas/snapshot.json ----
 * As tree_write_json and tree_read_json, with the hints that belong to a desired state.  HINTS may
 * be NULL for writing; reading adds to it. */
moult_status snapshot_write_json(const moult_tree *tree, const struct renames *hints,
                                 moult_write_fn *write, void *arg, moult_error *err);
moult_status snapshot_read_json(struct str json, const char *name, moult_tree **out,
                                struct renames *hints, moult_error *err);

#define RENAME_DUE 1u
#define RENAME_DONE 2u
/* DUE: from is there and to is not, in FROM, and to is in TO.  DONE: to is already there; or
 * neither is, and FROM has nothing that the hint could have meant: no object of that kind in
 * that place that TO lacks (a new tenant, which gets the object by its new name).  Else
 * MOULT_ERR_CONFIG: both names exist, neither does, the wanted state has not the new one, or the
 * object is not managed. */
moult_status rename_status(const struct rename *r, const moult_tree *from, const moult_tree *to,
                           uint32_t *status, moult_error *err);

#endif
