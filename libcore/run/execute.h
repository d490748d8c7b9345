/* SPDX-License-Identifier: Apache-2.0 */
/* execute.h - carries one plan out in one unit.
 *
 * Where DDL can be rolled back and no step refuses, the run is one transaction: books, steps, and
 * the inspection that must find the wanted state.  Else the run is opened durably first, and each
 * statement is noted before and after it, so that whoever comes next can go on from there
 * (recover.c). */
#ifndef MOULT_RUN_EXECUTE_H
#define MOULT_RUN_EXECUTE_H

#include "ledger.h"

#define USUAL_LOCK_MS 10000

struct execution {
    const moult_targets *t;
    const struct unit *u;
    moult_session *session;
    const struct moult_plan *plan;
    struct ledger ledger;
    struct step_state *steps; /* one an element of the plan; owned */
    size_t at;                /* step that failed */
    size_t most;              /* steps in one transaction; 0: as many as there are */
    bool taken_over;          /* another process ends the run: hands off */
};
void execution_free(struct execution *x);
#define CLEANUP_EXECUTION __attribute__((cleanup(execution_free)))

/* The lock of one unit.  With MOULT_WRITER_LOCK_IS_TXN it begins the transaction. */
moult_status unit_lock(const moult_targets *t, const struct unit *u, moult_session *s,
                       moult_error *err);
/* Gives the lock back, and takes back what was not committed. */
void unit_unlock(const moult_targets *t, moult_session *s);

/* Carries PLAN out.  The caller holds the lock and has seen that the state is the plan's `from`;
 * the lock is given back.  On failure the unit is as it was, except for MOULT_ERR_OPEN_RUN (a run
 * is left open) and MOULT_ERR_UNKNOWN (it may be: the next command finds out). */
moult_status execute_plan(const moult_targets *t, const struct unit *u, moult_session *s,
                          const struct moult_plan *plan, moult_error *err);
/* Ends the open run of a unit if there is one: *ENDED.  The caller holds no lock.
 * MOULT_ERR_OPEN_RUN if it can be neither finished nor taken back. */
moult_status recover_unit(const moult_targets *t, const struct unit *u, uint64_t lock_ms,
                          bool *ended, moult_error *err);

/* Will PLAN run as one transaction, whose end is checked before it is committed? */
bool plan_as_one(const moult_targets *t, const struct moult_plan *plan);

/* ---- steps.c ---- */

/* Is a transaction of the writer's in the way of STEP? */
bool step_inside(const struct execution *x, const struct plan_step *step);
moult_status txn_begin(const struct execution *x, moult_error *err);
/* Where the lock is the transaction, it was free since the books were read: takes it again and
 * reads them anew.  MOULT_ERR_BUSY if somebody else has ended the run, or is taking it back while
 * this goes forwards. */
moult_status txn_resume(struct execution *x, bool forwards, moult_error *err);
/* One statement, written down in the audit trail. */
moult_status run_statement(struct execution *x, struct statement_ref place, moult_error *err);
/* Every statement of a step, without notes: inside a transaction. */
moult_status run_step(struct execution *x, size_t step, moult_error *err);
/* All steps that are not done, from the books. */
moult_status run_steps(struct execution *x, moult_error *err);
/* After a statement failed, or nobody knows: did it take place?  Written down, unless that cannot be
 * told: then `intent` stays. */
moult_status settle_intent(struct execution *x, size_t step, moult_error *err);
/* Takes the done steps back, last first, and ends the run as undone. */
moult_status take_back(struct execution *x, moult_error *err);
/* Inspects; MOULT_ERR_DIFFERS if the state is not WANTED. */
moult_status check_state(const struct execution *x, const char *wanted, moult_error *err);
/* Notes EVENT of the run, once the unit is in the state WANTED (NULL: in whatever state). */
moult_status note_event(struct execution *x, const char *wanted, const char *event,
                        moult_error *err);
/* Checks that the wanted state was reached and ends the run; or takes back what FAILED says. */
moult_status end_run(struct execution *x, moult_status failed, moult_error *err);

#endif
