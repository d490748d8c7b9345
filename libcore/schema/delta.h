/* SPDX-License-Identifier: Apache-2.0 */
/* delta.h - what differs between two trees of one class. */
#ifndef MOULT_SCHEMA_DELTA_H
#define MOULT_SCHEMA_DELTA_H

#include <moult/plan.h>

#include "renames.h"
#include "tree.h"

struct moult_change {
    uint32_t op; /* MOULT_CREATE, DROP, ALTER, RENAME */
    const moult_node *from, *to;
    struct str path; /* to's, or from's for a DROP */
    const moult_change *object;
    moult_change **nested; /* of an ALTER, sorted by path */
    size_t nested_count, nested_cap;
    /* Names of the attributes whose `same` differs, sorted; those of the layout only where that
     * is what is compared: in `cosmetic`, or where delta_make was told. */
    const char **differing;
    size_t differing_count, differing_cap;
    const struct moult_delta *delta;
};

struct moult_delta {
    struct arena arena;
    const moult_tree *from, *to; /* borrowed */
    moult_change **changes;      /* top level, sorted by path; never RENAME */
    size_t change_count, change_cap;
    /* Objects that differ in layout alone.  They do not make states differ; a plan that has
     * other work takes those along that have a way without hazards, rewriting nothing. */
    moult_change **cosmetic;
    size_t cosmetic_count, cosmetic_cap;
    /* Hints that are due, filled in by run/rename.c: `from` is then the state after they were
     * carried out on a scratch copy, and `before` the state before; else count 0 and NULL. */
    const moult_tree *before;
    struct rename *due;
    size_t due_count, due_cap;
};

/* Finds all differences of objects that are managed on both sides.  LAYOUT: what differs in
 * layout alone counts too (and `cosmetic` stays empty).  Equal subtrees are skipped by digest.
 * MOULT_ERR_INVALID for trees of different classes. */
moult_status delta_make(const moult_tree *from, const moult_tree *to, bool layout,
                        struct moult_delta **out, moult_error *err);
void delta_free(struct moult_delta *delta);
static inline void cleanup_delta(struct moult_delta **d)
{
    delta_free(*d);
}
#define CLEANUP_DELTA __attribute__((cleanup(cleanup_delta)))

/* Text and JSON (docs/schemas/delta.json). */
moult_status delta_write_text(const struct moult_delta *delta, moult_write_fn *write, void *arg,
                              moult_error *err);
moult_status delta_write_json(const struct moult_delta *delta, moult_write_fn *write, void *arg,
                              moult_error *err);

#endif
