/* SPDX-License-Identifier: Apache-2.0 */
/* One unit under its lock: look again, carry out, verify. */
#include <stdlib.h>
#include <time.h>

#include "sync.h"

#define MOST_CHANGES 3 /* of the state between look and lock, before we give up */
#define FIRST_PAUSE_MS 20
#define LONGEST_PAUSE_MS 500

#define AGAIN (-1) /* the state is another one than before, or an open run was ended: look again   \
                    */

struct writing {
    struct job *job;
    const struct unit *u;
    struct work *work;
    bool changed;
};

/* Under the lock: is the unit in the state that the plan is for? */
static moult_status look(struct writing *w, moult_session *s, moult_error *err)
{
    struct job *job = w->job;
    moult_tree *tree;
    moult_status st = unit_inspect(job->t, w->u, s, &tree, err);
    if (st != MOULT_OK)
        return st;
    struct state *was = w->work->state;
    w->work->state = states_add(&job->states, tree, (size_t)(w->u - job->t->units));
    if (!w->work->state) {
        w->work->state = was;
        return error_nomem(err);
    }
    return w->work->state == was || state_reached(job, w->work->state) ? MOULT_OK : AGAIN;
}

static moult_status under_lock(struct writing *w, moult_session *s, moult_error *err)
{
    const moult_targets *t = w->job->t;
    struct open_run open = {0};
    moult_status st = unit_error(w->u, ledger_find_open(t, s, &open, err), err);
    bool ended = st == MOULT_OK && open.run[0];
    open_run_free(&open);
    if (st == MOULT_OK && !ended)
        st = look(w, s, err);
    if (st != MOULT_OK || ended || state_reached(w->job, w->work->state)) {
        unit_unlock(t, s);
        return ended ? AGAIN : st;
    }
    st = execute_plan(t, w->u, s, w->work->state->plan, err);
    w->changed = st == MOULT_OK;
    return st;
}

static moult_status once(struct writing *w, moult_error *err)
{
    struct job *job = w->job;
    bool ended = false;
    moult_session *s = NULL;
    moult_status st = prepare_state(job, w->work->state, err);
    if (st == MOULT_OK)
        st = unit_open(job->t, w->u, MOULT_PURPOSE_WRITE, job->lock_ms, &s, err);
    if (st == MOULT_OK)
        st = unit_lock(job->t, w->u, s, err);
    if (st == MOULT_OK)
        st = under_lock(w, s, err);
    if (st == MOULT_OK)
        unit_done(job->t, MOULT_PURPOSE_WRITE, s);
    else
        PLUGIN_CALL(job->t->adapter.reader, close, s);
    if (st != AGAIN && st != MOULT_ERR_UNKNOWN)
        return st;
    /* What was left open by another, or by a commit of unknown outcome, ends before anything else.
     */
    moult_error_clear(err);
    moult_status then = recover_unit(job->t, w->u, job->lock_ms, &ended, err);
    w->work->finished = w->work->finished || ended;
    return then == MOULT_OK ? AGAIN : then;
}

static void pause_ms(uint64_t ms)
{
    struct timespec ts = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    nanosleep(&ts, NULL);
}

/* What is known to have left the unit as it was may be tried again, while there is time. */
static moult_status persist(struct writing *w, moult_error *err)
{
    uint64_t end = millis_now() + w->job->lock_ms, wait = FIRST_PAUSE_MS;
    unsigned changes = 0;
    for (;;) {
        moult_status st = once(w, err);
        if (st == AGAIN && ++changes <= MOST_CHANGES && !w->job->fixed)
            continue;
        if (st == AGAIN && w->job->fixed && changes <= MOST_CHANGES)
            continue; /* prepare_state refuses it, unless an open run had to be ended */
        if (st == AGAIN)
            return unit_error(
                w->u,
                error_set(err, MOULT_ERR_REFUSED, "the schema keeps changing under moult's hands"),
                err);
        if ((st != MOULT_ERR_BUSY && st != MOULT_ERR_UNAVAILABLE) || millis_now() + wait >= end ||
            host_cancelled(w->job->t->m))
            return st;
        pause_ms(wait);
        wait = wait * 2 < LONGEST_PAUSE_MS ? wait * 2 : LONGEST_PAUSE_MS;
    }
}

moult_status write_unit(void *arg, size_t i)
{
    struct job *job = arg;
    struct writing w = {.job = job, .u = &job->t->units[i], .work = &job->work[i]};
    if (!w.work->state)
        return MOULT_OK;
    uint64_t started = millis_now() - w.work->spent;
    char from[65];
    memcpy(from, w.work->state->key, 64);
    from[64] = 0;
    CLEANUP_ERROR moult_error *err = moult_error_new();
    if (!err)
        return MOULT_ERR_NOMEM;
    moult_status st = persist(&w, err);
    unit_error(w.u, st, err);
    struct state *state = w.work->state;
    moult_unit_result result = {.state = st != MOULT_OK     ? MOULT_UNIT_FAILED
                                         : w.work->finished ? MOULT_UNIT_FINISHED
                                         : w.changed        ? MOULT_UNIT_CHANGED
                                                            : MOULT_UNIT_IN_SYNC,
                                .from = from,
                                .to = job->wanted,
                                .plan = w.changed || st != MOULT_OK ? state->plan : NULL,
                                .delta = w.changed || st != MOULT_OK ? state->delta : NULL,
                                .error = st != MOULT_OK ? err : NULL};
    return report_unit_result(&job->report, w.u, result, started);
}
