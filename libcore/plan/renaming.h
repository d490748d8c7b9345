/* SPDX-License-Identifier: Apache-2.0 */
/* renaming.h - rename hints that are due, as changes. */
#ifndef MOULT_PLAN_RENAMING_H
#define MOULT_PLAN_RENAMING_H

#include "../schema/delta.h"

/* The part of PATH that names the top-level object. */
struct str path_object(struct str path);

/* Where the object that is at PATH after the renames is before them: where the target has it. */
struct str renaming_path_before(const struct moult_delta *delta, struct str path);

/* One RENAME change per due hint of DELTA, in the order in which they have to be carried out: as
 * given, but a name is freed before it is taken.  RENAMING becomes the delta that they belong
 * to. MOULT_ERR_UNSUPPORTED for hints that swap names. */
moult_status renaming_changes(const struct moult_delta *delta, struct moult_delta *renaming,
                              struct arena *a, moult_change ***out, moult_error *err);

#endif
