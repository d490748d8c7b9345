/* SPDX-License-Identifier: Apache-2.0 */
/* One plan in one unit: as one transaction where that can be, else step by step. */
#include "execute.h"

#include <stdlib.h>

#define WRITER(x) ((x)->t->adapter.writer)
#define LOCK_IS_TXN(t) ((t)->adapter.writer->head.caps & MOULT_WRITER_LOCK_IS_TXN)

void execution_free(struct execution *x)
{
    free(x->steps);
    x->steps = NULL;
}

moult_status unit_lock(const moult_targets *t, const struct unit *u, moult_session *s,
                       moult_error *err)
{
    return unit_error(u, PLUGIN_CALL(t->adapter.writer, lock, s, err), err);
}

void unit_unlock(const moult_targets *t, moult_session *s)
{
    /* Closing the session does both as well; whoever waits need not wait for that. */
    if (LOCK_IS_TXN(t))
        PLUGIN_CALL(t->adapter.writer, rollback, s, NULL);
    else
        PLUGIN_CALL(t->adapter.writer, unlock, s, NULL);
}

bool plan_as_one(const moult_targets *t, const struct moult_plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].txn != MOULT_TXN_INSIDE)
            return false;
    return (t->adapter.writer->head.caps & MOULT_WRITER_TXN_DDL) != 0;
}

/* Waits until whoever holds the lock, which may be the lost session itself, is through with it: only
 * then do the books say what came of the commit. */
static moult_status ask_again(struct execution *x, bool *done, moult_error *err)
{
    moult_session *again = NULL;
    uint64_t wait = x->t->lock_timeout_ms ? x->t->lock_timeout_ms : USUAL_LOCK_MS;
    moult_status st = unit_open(x->t, x->u, MOULT_PURPOSE_WRITE, wait, &again, err);
    if (st == MOULT_OK)
        st = unit_lock(x->t, x->u, again, err);
    if (st == MOULT_OK) {
        st = ledger_is_done(x->t, again, x->ledger.run, done, err);
        unit_unlock(x->t, again);
    }
    PLUGIN_CALL(x->t->adapter.reader, close, again);
    return st;
}

/* The connection broke while the commit was under way. */
static moult_status outcome(struct execution *x, moult_error *err)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    bool done = false;
    if (!LOCK_IS_TXN(x->t)) /* ours would keep us out */
        PLUGIN_CALL(WRITER(x), unlock, x->session, NULL);
    moult_status st = why ? ask_again(x, &done, why) : MOULT_ERR_NOMEM;
    if (st != MOULT_OK) {
        error_detail(err, "detail", "asked again whether it took place: %s",
                     why ? moult_error_message(why) : "out of memory");
        if (!moult_error_detail(err, "hint"))
            error_detail(err, "hint", "the next command finds out and goes on from there");
        return unit_error(x->u, MOULT_ERR_UNKNOWN, err);
    }
    if (done) {
        moult_error_clear(err);
        return MOULT_OK;
    }
    error_as(err, MOULT_ERR_UNAVAILABLE);
    error_prefix(err, "the run was not committed, nothing was done");
    return unit_error(x->u, MOULT_ERR_UNAVAILABLE, err);
}

/* Opens the run in a transaction, which goes on. */
static moult_status begin_run(struct execution *x, moult_error *err)
{
    moult_status st = LOCK_IS_TXN(x->t) ? MOULT_OK : PLUGIN_CALL(WRITER(x), begin, x->session, err);
    if (st == MOULT_OK)
        st = ledger_start(&x->ledger, x->t, x->session, err);
    return st == MOULT_OK ? ledger_open_run(&x->ledger, x->plan, err) : st;
}

static moult_status run_as_one(struct execution *x, moult_error *err)
{
    moult_status st = begin_run(x, err);
    for (size_t i = 0; st == MOULT_OK && i < x->plan->step_count; i++) {
        if (x->t->unit_count == 1)
            host_progress(x->t->m, "steps", i, x->plan->step_count);
        st = run_step(x, i, err);
    }
    if (st == MOULT_OK)
        st = check_state(x, x->plan->to, err);
    if (st == MOULT_OK)
        st = ledger_run(&x->ledger, "done", err);
    if (st == MOULT_OK)
        st = PLUGIN_CALL(WRITER(x), commit, x->session, err);
    if (st == MOULT_ERR_UNKNOWN)
        return outcome(x, err);
    if (st != MOULT_OK)
        PLUGIN_CALL(WRITER(x), rollback, x->session, NULL);
    return unit_error(x->u, st, err);
}

/* The run and its plan are durable before the first act. */
static moult_status open_run(struct execution *x, moult_error *err)
{
    moult_status st = begin_run(x, err);
    if (st == MOULT_OK)
        st = PLUGIN_CALL(WRITER(x), commit, x->session, err);
    if (st != MOULT_OK && st != MOULT_ERR_UNKNOWN)
        PLUGIN_CALL(WRITER(x), rollback, x->session, NULL);
    return unit_error(x->u, st, err);
}

static moult_status left_open(struct execution *x, const char *why, moult_error *err)
{
    error_as(err, MOULT_ERR_OPEN_RUN);
    error_prefix(err, "the run %s is left open", x->ledger.run);
    if (why)
        error_detail(err, "taking back", "%s", why);
    if (!moult_error_detail(err, "hint"))
        error_detail(err, "hint",
                     "remove the cause and run any writing command: it ends this run first");
    return unit_error(x->u, MOULT_ERR_OPEN_RUN, err);
}

/* An inverse brings back what held rows, not the rows. */
static void tell_lost(const struct execution *x, moult_error *err)
{
    for (size_t i = 0; i < x->plan->step_count; i++) {
        const struct plan_step *p = &x->plan->steps[i];
        if (!x->steps[i].undone || p->reversible)
            continue;
        error_detail(err, "taken back",
                     "all steps, but of step %zu not the rows and values that it took: %.*s %.*s",
                     i + 1, STR_FMT(p->object), STR_FMT(p->summary));
        return;
    }
}

/* Without a connection nothing can be taken back, what cannot be told must not be repeated, and who
 * asked to stop does not wait for more. */
static bool must_stay_open(const struct execution *x, moult_status failed)
{
    return failed == MOULT_ERR_UNAVAILABLE || failed == MOULT_ERR_UNKNOWN ||
           failed == MOULT_ERR_OPEN_RUN || host_cancelled(x->t->m);
}

moult_status end_run(struct execution *x, moult_status failed, moult_error *err)
{
    if (failed == MOULT_OK) {
        failed = note_event(x, x->plan->to, "done", err);
        if (failed == MOULT_OK)
            return failed;
        if (!x->taken_over)
            return left_open(x, NULL, err);
    }
    if (x->taken_over)
        return unit_error(x->u, failed, err);
    if (must_stay_open(x, failed))
        return left_open(x, NULL, err);
    CLEANUP_ERROR moult_error *why = moult_error_new();
    if (!why)
        return left_open(x, NULL, err);
    moult_status st = settle_intent(x, x->at, why);
    if (st == MOULT_OK)
        st = take_back(x, why);
    if (st != MOULT_OK)
        return left_open(x, moult_error_message(why), err);
    tell_lost(x, err);
    return unit_error(x->u, failed, err);
}

static moult_status run_by_steps(struct execution *x, moult_error *err)
{
    moult_status st = open_run(x, err);
    return st == MOULT_OK ? end_run(x, run_steps(x, err), err) : st;
}

/* What is too much for one transaction of this server, which has been taken back, is done in several.  That
 * its end is the wanted one is then seen too late, unless it was tried. */
static moult_status run_in_parts(struct execution *x, moult_error *err)
{
    if (!x->plan->rehearsed || x->plan->step_count < 2)
        return MOULT_ERR_TOO_LARGE;
    moult_error_clear(err);
    memset(x->steps, 0, (x->plan->step_count + 1) * sizeof *x->steps);
    x->most = x->at ? x->at : 1;
    return run_by_steps(x, err);
}

moult_status execute_plan(const moult_targets *t, const struct unit *u, moult_session *s,
                          const struct moult_plan *plan, moult_error *err)
{
    CLEANUP_EXECUTION struct execution x = {.t = t, .u = u, .session = s, .plan = plan};
    x.steps = calloc(plan->step_count + 1, sizeof *x.steps);
    if (!x.steps) {
        unit_unlock(t, s);
        return error_nomem(err);
    }
    moult_status st = plan_as_one(t, plan) ? run_as_one(&x, err) : run_by_steps(&x, err);
    if (st == MOULT_ERR_TOO_LARGE && plan_as_one(t, plan))
        st = run_in_parts(&x, err);
    if (!LOCK_IS_TXN(t))
        PLUGIN_CALL(t->adapter.writer, unlock, s, NULL);
    return st;
}
