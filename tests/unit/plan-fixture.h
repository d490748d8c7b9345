/* SPDX-License-Identifier: Apache-2.0 */
/* plan-fixture.h - trees from a few lines of text, and a dialect and planners that are easy to
 * foresee. */
#ifndef MOULT_TESTS_PLAN_FIXTURE_H
#define MOULT_TESTS_PLAN_FIXTURE_H

#include <check.h>
#include <moult/moult.h>

#include "../../libcore/plan/plan.h"

/* One node a line: kind, key, then words: name=value (shape), .name=value (layout), ~name=value
 * (derived), >PATH a reference that is enforced, @PATH owned, ?PATH by text, ^SPACE:NAME a
 * claim.  A line that begins with two spaces is a child of the last one that does not.  IGNORE
 * (or NULL) as in a scope. */
moult_tree *fixture_tree(const char *lines, const char *const *ignore);
moult_tree *fixture_tree_raw(void);
void fixture_seal(moult_tree *tree, const char *const *ignore);

/* What the fixture's dialect does:
 *   table        create, drop (deletes-data), its own attributes by "rebuild" that covers the object
 *   table parts  "add", "drop" (deletes-data for columns), "change": with attribute "hard" only by "rebuild"
 *   the rest     create, drop, and "replace" that covers the object
 * A rebuild, and a drop of what is no table, set all other objects aside that refer to the
 * object and are no tables.  Derived attributes steer: aside=PATH, hazard=NUMBER, lock=NUMBER,
 * txn=NUMBER, phase=NUMBER, impossible=yes, mute=yes (no statement).  Each change becomes the
 * statement "OP PATH WAY". */
extern const moult_dialect fixture_dialect;
extern const moult_planner fixture_first; /* chooses the first way of each */
extern const moult_host fixture_host;

struct fixture {
    moult_tree *from, *to, *before;
    struct moult_delta *delta;
    struct moult_plan *plan;
    moult_error *err;
};
/* Plans FROM -> TO with the fixture's dialect; fails the test if that fails, unless STATUS says
 * so. */
void fixture_plan(struct fixture *f, const char *from, const char *to);
moult_status fixture_try(struct fixture *f, const char *from, const char *to);
moult_status fixture_make(struct fixture *f, const struct plan_chain *chain, size_t count);
void fixture_free(struct fixture *f);

/* All first statements, joined by "; ". */
const char *fixture_steps(const struct fixture *f);
/* The step whose first statement is TEXT; fails if there is none. */
const struct plan_step *fixture_step(const struct fixture *f, const char *text);
size_t fixture_index(const struct fixture *f, const char *text);

/* Collects what a writer gives into a struct buf. */
moult_status fixture_write(void *buf, const char *bytes, size_t len);

#endif
