/* SPDX-License-Identifier: Apache-2.0 */
/* check-sqlite-write.h - databases in memory, their trees, and plans between them, for the tests of the
 * SQLite dialect's ways and texts and of its writer. */
#ifndef MOULT_TESTS_CHECK_SQLITE_WRITE_H
#define MOULT_TESTS_CHECK_SQLITE_WRITE_H

#include <check.h>
#include <moult/moult.h>

#include "../../libcore/plan/plan.h"
#include "../../plugins/sqlite/session.h"

extern moult_host lite_host; /* `cancelled` answers lite_stop */
extern int lite_stop;
extern moult_error *lite_err; /* of the call that was made last */

/* A scratch database holding what SQL makes; fails the test if that fails. */
moult_session *lite_open(const char *sql);
/* The same, of a file in the test's own folder, for writing. */
moult_session *lite_file(const char *name, const char *sql, uint64_t lock_ms);
void lite_run(moult_session *session, const char *sql);
/* What one SELECT answers, "|" between columns and ";" between rows; valid until the next call. */
const char *lite_ask(moult_session *session, const char *sql);
moult_tree *lite_tree(moult_session *session);
moult_tree *lite_tree_of(const char *sql);

/* The plan by each change's first way; NULL (and lite_err) if there is none. */
struct moult_plan *lite_plan(const moult_tree *from, const moult_tree *to, bool layout);
/* The ids of the ways of the steps, "aside" left out, joined by " ". */
const char *lite_ways(const struct moult_plan *plan);
bool lite_has(const struct moult_plan *plan, const char *way);
/* Runs all statements of the plan, or the inverses of its steps from the last to the first. */
moult_status lite_carry_out(moult_session *session, const struct moult_plan *plan);
void lite_take_back(moult_session *session, const struct moult_plan *plan);

/* Carries out the one hint FROM -> TO, takes it back, and carries it out again; SQL makes the state wanted. */
void lite_rename(moult_session *session, const char *from, const char *to, const char *sql);

/* Brings SESSION to the schema that SQL makes, in one locked transaction, and asserts that it is then in
 * that state and that nothing is left to do.  Returns the ways taken. */
const char *lite_sync(moult_session *session, const char *sql);

#endif
