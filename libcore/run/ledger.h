/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.h - bookkeeping: runs, steps and the audit trail, over the adapter's record calls.
 *
 * RUN records: "open" {plan, tool, actor}, then "done" or "undone" {audit: the chain's head};
 * "undoing" between says that the run is being taken back. STEP records: "intent", then "done" or
 * (it did not take place) "failed" {step, statement}; "undo" {step, statement (of the inverse)} and
 * "undone" {step}. AUDIT records: "sql" {sql, step, statement or inverse (which of the step's),
 * rows, prev, hash}; hash = SHA-256 over prev, run, event, at and the body without the hash, each
 * with its length, so that no record can be changed, added between others, or taken away without a
 * trace; a run's end names the chain's head, so that the last cannot either. */
#ifndef MOULT_RUN_LEDGER_H
#define MOULT_RUN_LEDGER_H

#include "run.h"

#define LEDGER_TIME 32
/* UTC, RFC 3339 with milliseconds. */
void ledger_now(char out[LEDGER_TIME]);

struct ledger {
    const moult_targets *t;
    moult_session *session; /* borrowed */
    char run[48];
    char head[65]; /* of the audit chain */
};

/* A statement of a plan. */
struct statement_ref {
    size_t step, statement; /* indexes */
    bool inverse;           /* of the step's inverse */
};

/* Reads the chain's head and makes a new run's id.  Makes the tables, inside the current
 * transaction. */
moult_status ledger_start(struct ledger *l, const moult_targets *t, moult_session *s,
                          moult_error *err);
moult_status ledger_open_run(struct ledger *l, const struct moult_plan *plan, moult_error *err);
moult_status ledger_run(struct ledger *l, const char *event, moult_error *err);
/* STATEMENT SIZE_MAX: of the whole step. */
moult_status ledger_step(struct ledger *l, const char *event, size_t step, size_t statement,
                         moult_error *err);
/* ROWS UINT64_MAX: unknown. */
moult_status ledger_audit(struct ledger *l, struct str sql, struct statement_ref place,
                          uint64_t rows, moult_error *err);

/* A run that was opened and not ended.  .run "" = there is none. */
struct open_run {
    char run[48];
    char at[LEDGER_TIME];
    char actor[128];
    struct moult_plan *plan; /* owned */
};
void open_run_free(struct open_run *o);
moult_status ledger_find_open(const moult_targets *t, moult_session *s, struct open_run *out,
                              moult_error *err);
/* Has RUN ended with "done"? */
moult_status ledger_is_done(const moult_targets *t, moult_session *s, const char *run, bool *done,
                            moult_error *err);

/* How far a run came. */
struct step_state {
    size_t done;    /* statements that took place */
    size_t audited; /* statements that the audit trail has */
    bool intent;    /* the next one was begun, its outcome is not recorded */
    size_t undo;    /* statements of the inverse that were begun */
    size_t taken;   /* statements of the inverse that the audit trail has */
    bool undone;
};
struct progress {
    struct step_state *steps; /* one an element of the plan; the caller's */
    bool undoing;             /* the run was being taken back */
    bool ended;
};
moult_status ledger_progress(const moult_targets *t, moult_session *s, const char *run,
                             const struct moult_plan *plan, struct progress *out, moult_error *err);

/* Checks the whole chain: *COUNT records hold.  MOULT_ERR_CORRUPT names the first that does not. */
moult_status ledger_verify(const moult_targets *t, moult_session *s, uint64_t *count,
                           moult_error *err);

#endif
