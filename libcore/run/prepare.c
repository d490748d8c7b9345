/* SPDX-License-Identifier: Apache-2.0 */
/* One plan for all units in the same state: made, rehearsed, checked, confirmed. */
#include "../base/cleanup.h"
#include "sync.h"

bool state_reached(const struct job *job, const struct state *state)
{
    if (!job->fixed)
        return strcmp(state->key, job->wanted_key) == 0;
    /* A plan for layout alone begins and ends in the same state. */
    return strncmp(state->key, job->fixed->to, 64) == 0 &&
           strcmp(job->fixed->from, job->fixed->to) != 0;
}

static moult_status take_fixed(struct job *job, struct state *state, moult_error *err)
{
    if (strncmp(state->key, job->fixed->from, 64) == 0) {
        struct adapter a = job->t->adapter;
        state->plan = job->fixed;
        /* A dry run is carried out, if only on a copy. */
        return job->options->dry_run
                   ? rehearse_only(job->t->m, &a, state->tree, job->fixed, NULL, err)
                   : MOULT_OK;
    }
    error_set(err, MOULT_ERR_REFUSED, "the plan is for another state than the one that is there");
    error_detail(err, "detail", "the plan begins at %.12s, found was %.12s", job->fixed->from,
                 state->key);
    error_detail(err, "hint", "make a new plan from the present state");
    return MOULT_ERR_REFUSED;
}

static moult_status make(struct job *job, struct state *state, moult_error *err)
{
    const struct unit *u = &job->t->units[state->first];
    moult_session *session = NULL;
    bool rehearsed = job->options->plan.rehearse || job->options->dry_run;
    delta_release(state->delta); /* of an attempt that failed */
    state->delta = NULL;
    moult_status st = unit_open(job->t, u, MOULT_PURPOSE_READ, job->lock_ms, &session, err);
    if (st == MOULT_OK)
        st = plan_between(job->t, session, state->tree, job->to, &job->options->plan, rehearsed,
                          &state->delta, &state->own_plan, err);
    PLUGIN_CALL(job->t->adapter.reader, close, session);
    state->plan = state->own_plan;
    return st;
}

/* A plan that nobody tried, and whose end cannot be checked before it is final, needs a word. */
static moult_status tried(struct job *job, const struct moult_plan *plan, uint32_t allowed,
                          moult_error *err)
{
    bool wanted = job->fixed || (job->options->plan.rehearse && !plan_as_one(job->t, plan));
    if (!wanted || plan->rehearsed || !plan->step_count || (allowed & MOULT_HAZARD_NOT_ANALYSED))
        return MOULT_OK;
    error_set(err, MOULT_ERR_REFUSED, "the plan was not rehearsed");
    if (plan->not_rehearsed_count)
        error_detail_str(err, "detail", plan->not_rehearsed[0]);
    error_detail(err, "hint",
                 "make the plan with a rehearsal, or take the risk by --allow not-analysed");
    return MOULT_ERR_REFUSED;
}

static moult_status permit(struct job *job, struct state *state, moult_error *err)
{
    const moult_run_options *o = job->options;
    uint32_t allowed = o->allow | job->t->allow;
    moult_status st = plan_permitted(state->plan, allowed, err);
    if (st == MOULT_OK)
        st = tried(job, state->plan, allowed, err);
    if (st != MOULT_OK || !o->confirm || !state->plan->step_count)
        return st;
    LOCK_SCOPE(&job->report.mutex); /* the program is asked and told one thing at a time */
    if (o->confirm(o->arg, state->plan, state->units) == 1)
        return MOULT_OK;
    return error_set(err, MOULT_ERR_REFUSED, "the plan was not confirmed; nothing was done");
}

moult_status prepare_state(struct job *job, struct state *state, moult_error *err)
{
    LOCK_SCOPE(&state->mutex);
    if (state->planned)
        return state->failed ? error_copy(err, state->failed) : MOULT_OK;
    moult_status st = job->fixed ? take_fixed(job, state, err) : make(job, state, err);
    if (st == MOULT_OK && !job->options->dry_run)
        st = permit(job, state, err);
    /* What passes by itself is tried again by each unit that is to be written to. */
    if ((st == MOULT_ERR_BUSY || st == MOULT_ERR_UNAVAILABLE) && !job->options->dry_run)
        return st;
    state->planned = true;
    if (st != MOULT_OK && (state->failed = moult_error_new()))
        error_copy(state->failed, err);
    return st;
}
