/* SPDX-License-Identifier: Apache-2.0 */
/* An open run that an earlier attempt left behind: ended from the plan that it stored, never from a
 * new one; or taken back; or reported. */
#include <stdlib.h>

#include "chain.h"
#include "execute.h"

/* Of a run that was being taken back: what failed then, did it take place?  A statement whose
 * outcome nobody recorded must not stand in the way for good. */
static moult_status settle_all(struct execution *x, moult_error *err)
{
    moult_status st = MOULT_OK;
    for (size_t i = 0; i < x->plan->step_count && st == MOULT_OK; i++)
        st = settle_intent(x, i, err);
    return st;
}

static moult_status go_on(struct execution *x, const struct open_run *open, moult_error *err)
{
    x->steps = calloc(x->plan->step_count + 1, sizeof *x->steps);
    if (!x->steps)
        return error_nomem(err);
    struct progress progress = {.steps = x->steps};
    memcpy(x->ledger.run, open->run, sizeof open->run);
    moult_status st = chain_head(x->t, x->session, x->ledger.head, err);
    if (st == MOULT_OK)
        st = ledger_progress(x->t, x->session, open->run, x->plan, &progress, err);
    if (st != MOULT_OK)
        return unit_error(x->u, st, err);
    if (!progress.undoing)
        return end_run(x, run_steps(x, err), err);
    st = settle_all(x, err);
    if (st == MOULT_OK)
        st = take_back(x, err);
    if (st == MOULT_OK)
        return st;
    error_prefix(err, "the open run %s cannot be taken back", open->run);
    return unit_error(x->u, error_as(err, MOULT_ERR_OPEN_RUN), err);
}

static moult_status same_adapter(const moult_targets *t, const struct open_run *open,
                                 moult_error *err)
{
    if (str_is(open->plan->adapter, t->adapter.name))
        return MOULT_OK;
    return error_set(err, MOULT_ERR_OPEN_RUN, "the open run %s is for the adapter \"%.*s\"",
                     open->run, STR_FMT(open->plan->adapter));
}

static moult_status recover(const moult_targets *t, const struct unit *u, moult_session *s,
                            bool *ended, moult_error *err)
{
    struct open_run open = {0};
    moult_status st = ledger_find_open(t, s, &open, err);
    if (st != MOULT_OK || !open.run[0]) {
        open_run_free(&open);
        return unit_error(u, st, err);
    }
    st = unit_error(u, same_adapter(t, &open, err), err);
    if (st == MOULT_OK) {
        host_log(t->m, MOULT_LOG_WARNING, "%s: ending the run %s that %s began at %s", u->shown,
                 open.run, open.actor, open.at);
        CLEANUP_EXECUTION struct execution x = {
            .t = t, .u = u, .session = s, .plan = open.plan, .ledger = {.t = t, .session = s}};
        st = go_on(&x, &open, err);
    }
    /* A run that was taken back is ended, too; why it was is told, and the command goes on. */
    if (st != MOULT_OK && st != MOULT_ERR_OPEN_RUN) {
        struct open_run again = {0};
        if (ledger_find_open(t, s, &again, NULL) == MOULT_OK && !again.run[0]) {
            host_log(t->m, MOULT_LOG_WARNING, "%s: the run %s was taken back: %s", u->shown,
                     open.run, moult_error_message(err));
            moult_error_clear(err);
            st = MOULT_OK;
        }
        open_run_free(&again);
    }
    open_run_free(&open);
    *ended = st == MOULT_OK;
    return st;
}

moult_status recover_unit(const moult_targets *t, const struct unit *u, uint64_t lock_ms,
                          bool *ended, moult_error *err)
{
    *ended = false;
    moult_session *s = NULL;
    moult_status st = unit_open(t, u, MOULT_PURPOSE_WRITE, lock_ms, &s, err);
    bool own_lock = !(t->adapter.writer->head.caps & MOULT_WRITER_LOCK_IS_TXN);
    if (st == MOULT_OK && own_lock)
        st = unit_lock(t, u, s, err);
    if (st == MOULT_OK) {
        st = recover(t, u, s, ended, err);
        if (own_lock)
            PLUGIN_CALL(t->adapter.writer, unlock, s, NULL);
    }
    PLUGIN_CALL(t->adapter.reader, close, s);
    return st;
}
