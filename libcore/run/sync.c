/* SPDX-License-Identifier: Apache-2.0 */
/* sync and apply: first every unit is looked at, then every distinct state has its plan checked,
 * and only then is the first unit written to. */
#include "sync.h"

#include <stdlib.h>

/* An open run comes before everything else. */
static moult_status end_open_run(struct job *job, const struct unit *u, struct work *w,
                                 moult_session **s, moult_error *err)
{
    struct open_run open = {0};
    moult_status st = unit_error(u, ledger_find_open(job->t, *s, &open, err), err);
    bool is_open = open.run[0] != 0;
    if (st == MOULT_OK && is_open && job->options->dry_run) {
        error_set(err, MOULT_ERR_OPEN_RUN, "the run %s of %s is still open", open.run, open.actor);
        error_detail(err, "hint", "run it without --dry-run: the open run is ended first");
        st = unit_error(u, MOULT_ERR_OPEN_RUN, err);
    }
    open_run_free(&open);
    if (st != MOULT_OK || !is_open)
        return st;
    PLUGIN_CALL(job->t->adapter.reader, close, *s);
    *s = NULL;
    st = recover_unit(job->t, u, job->lock_ms, &w->finished, err);
    return st == MOULT_OK ? unit_open(job->t, u, MOULT_PURPOSE_READ, job->lock_ms, s, err) : st;
}

static moult_status look_at(struct job *job, size_t i, moult_error *err)
{
    const struct unit *u = &job->t->units[i];
    moult_session *session = NULL;
    moult_tree *own = NULL;
    moult_status st = unit_open(job->t, u, MOULT_PURPOSE_READ, job->lock_ms, &session, err);
    if (st == MOULT_OK)
        st = end_open_run(job, u, &job->work[i], &session, err);
    if (st == MOULT_OK)
        st = states_of(&job->states, i, session, &job->work[i].state, &own, err);
    if (st == MOULT_OK)
        unit_done(job->t, MOULT_PURPOSE_READ, session);
    else
        PLUGIN_CALL(job->t->adapter.reader, close, session);
    if (st == MOULT_OK)
        st = unit_error(u,
                        same_class(job->work[i].state->tree->klass,
                                   job->fixed ? job->fixed->klass : job->to->tree->klass, err),
                        err);
    return st;
}

static moult_status survey_unit(void *arg, size_t i)
{
    struct job *job = arg;
    struct work *w = &job->work[i];
    const struct unit *u = &job->t->units[i];
    uint64_t started = millis_now();
    CLEANUP_ERROR moult_error *err = moult_error_new();
    if (!err)
        return MOULT_ERR_NOMEM;
    moult_status st = look_at(job, i, err);
    w->spent = millis_now() - started;
    if (st == MOULT_OK && !state_reached(job, w->state))
        return MOULT_OK;
    moult_unit_result result = {.state = MOULT_UNIT_FAILED, .to = job->wanted, .error = err};
    if (st == MOULT_OK)
        result =
            (moult_unit_result){.state = w->finished ? MOULT_UNIT_FINISHED : MOULT_UNIT_IN_SYNC,
                                .from = job->wanted,
                                .to = job->wanted};
    w->state = NULL;
    return report_unit_result(&job->report, u, result, started);
}

/* What was planned for, or against, unit I, told without writing. */
static moult_status tell(struct job *job, size_t i)
{
    struct work *w = &job->work[i];
    struct state *state = w->state;
    char from[65];
    memcpy(from, state->key, 64);
    from[64] = 0;
    CLEANUP_ERROR moult_error *err = moult_error_new();
    if (!err)
        return MOULT_ERR_NOMEM;
    if (state->failed) {
        error_copy(err, state->failed);
        unit_error(&job->t->units[i], moult_error_code(err), err);
    }
    moult_unit_result result = {.state = state->failed ? MOULT_UNIT_FAILED : MOULT_UNIT_PLANNED,
                                .from = from,
                                .to = job->wanted,
                                .plan = state->plan,
                                .delta = state->delta,
                                .error = state->failed ? err : NULL};
    w->state = NULL;
    return report_unit_result(&job->report, &job->t->units[i], result, millis_now() - w->spent);
}

/* A plan for each distinct state; units for which there can be none are told. */
static moult_status prepare(struct job *job)
{
    struct state *state, *next;
    HASH_ITER (hh, job->states.states, state, next) {
        if (state_reached(job, state))
            continue;
        CLEANUP_ERROR moult_error *err = moult_error_new();
        if (!err)
            return MOULT_ERR_NOMEM;
        moult_status st = prepare_state(job, state, err);
        if (st == MOULT_ERR_CANCELLED || st == MOULT_ERR_NOMEM)
            return st;
    }
    moult_status st = MOULT_OK;
    for (size_t i = 0; i < job->t->unit_count && st == MOULT_OK; i++)
        if (job->work[i].state && (job->work[i].state->failed || job->options->dry_run))
            st = tell(job, i);
    return st;
}

static moult_status run_job(struct job *job, moult_error *err)
{
    moult_targets *t =
        (moult_targets *)job->t; /* the writer is loaded when the first command writes */
    job->lock_ms = job->options->lock_timeout_ms ? job->options->lock_timeout_ms
                   : t->lock_timeout_ms          ? t->lock_timeout_ms
                                                 : USUAL_LOCK_MS;
    moult_status st = adapter_writer(t->m, &t->adapter, err);
    if (st == MOULT_OK)
        st = report_init(&job->report, t, job->options, err);
    if (st != MOULT_OK)
        return st;
    job->work = calloc(t->unit_count + 1, sizeof *job->work);
    states_init(&job->states, t, !job->fixed && job->options->plan.layout, 0);
    st = job->work ? MOULT_OK : error_nomem(err);
    if (st == MOULT_OK)
        st = workers_run(t->m, workers_for(t), t->unit_count, survey_unit, job);
    if (st == MOULT_OK)
        st = prepare(job);
    if (st == MOULT_OK && !job->options->dry_run)
        st = workers_run(t->m, workers_for(t), t->unit_count, write_unit, job);
    idle_close(t);
    st = report_end(&job->report, st, err);
    states_free(&job->states);
    report_free(&job->report);
    free(job->work);
    return st;
}

static const moult_run_options usual = {.size = MOULT_END(moult_run_options, arg),
                                        .plan = {.rehearse = 1}};

moult_status moult_sync(moult *m, const moult_targets *targets, const moult_snapshot *to,
                        const moult_run_options *options, moult_error *err)
{
    (void)m; /* the targets' own */
    struct job job = {
        .t = targets, .to = to, .options = options ? options : &usual, .wanted = to->tree->state};
    const moult_plan_options *how = &job.options->plan;
    const char *file = how->renames_file ? how->renames_file : targets->renames;
    const struct hints hints = {how->renames, file, file ? NULL : to->hints};
    moult_status st = hints_check(targets->m, &targets->adapter, &hints, err);
    state_key(to->tree, how->layout != 0, job.wanted_key);
    return st == MOULT_OK ? run_job(&job, err) : st;
}

moult_status moult_apply(moult *m, const moult_targets *targets, const moult_plan *plan,
                         const moult_run_options *options, moult_error *err)
{
    (void)m;
    struct job job = {
        .t = targets, .fixed = plan, .options = options ? options : &usual, .wanted = plan->to};
    if (!str_is(plan->adapter, targets->adapter.name))
        return error_set(err, MOULT_ERR_REFUSED,
                         "the plan is for the adapter \"%.*s\", not for \"%s\"",
                         STR_FMT(plan->adapter), targets->adapter.name);
    return run_job(&job, err);
}
