/* SPDX-License-Identifier: Apache-2.0 */
/* Compares many units with one state, reading only, in flat memory. */
#include "../base/cleanup.h"
#include "units.h"

#define KEPT_STATES 32

struct validation {
    const moult_targets *t;
    const moult_snapshot *to;
    const moult_plan_options *how;
    struct report report;
    struct states states;
    char wanted[130];
};

static moult_status delta_of(struct validation *v, const moult_tree *from, struct moult_delta **out,
                             moult_error *err)
{
    struct adapter a = v->t->adapter;
    const char *file = v->how->renames_file ? v->how->renames_file : v->t->renames;
    struct hints hints = {v->how->renames, file, file ? NULL : v->to->hints};
    return difference(v->t->m, &a, from, v->to->tree, &hints, v->how->layout != 0, NULL, out, err);
}

/* The state's delta, made by the first who asks. */
static moult_status kept_delta(struct validation *v, struct state *state,
                               const struct moult_delta **out, moult_error *err)
{
    LOCK_SCOPE(&state->mutex);
    moult_status st = MOULT_OK;
    if (!state->delta && !state->failed) {
        st = delta_of(v, state->tree, &state->delta, err);
        if (st != MOULT_OK && (state->failed = moult_error_new()))
            error_copy(state->failed, err);
    } else if (state->failed)
        st = error_copy(err, state->failed);
    *out = state->delta;
    return st;
}

static moult_status compare(struct validation *v, size_t i, uint64_t started, moult_error *err)
{
    const struct unit *u = &v->t->units[i];
    moult_session *session = NULL;
    struct state *state = NULL;
    CLEANUP_TREE moult_tree *own = NULL;
    moult_status st = unit_open(v->t, u, MOULT_PURPOSE_READ, 0, &session, err);
    if (st == MOULT_OK)
        st = states_of(&v->states, i, session, &state, &own, err);
    if (st != MOULT_OK) {
        PLUGIN_CALL(v->t->adapter.reader, close, session);
        return st;
    }
    unit_done(v->t, MOULT_PURPOSE_READ, session);
    const moult_tree *tree = state ? state->tree : own;
    char key[130];
    state_key(tree, v->states.layout, key);
    st = same_class(tree->klass, v->to->tree->klass, err);
    if (st != MOULT_OK)
        return unit_error(u, st, err);
    moult_unit_result result = {
        .state = MOULT_UNIT_IN_SYNC, .from = tree->state, .to = v->to->tree->state};
    if (strcmp(key, v->wanted) == 0)
        return report_unit_result(&v->report, u, result, started);
    struct moult_delta *mine = NULL;
    result.state = MOULT_UNIT_DIFFERS;
    st = state ? kept_delta(v, state, &result.delta, err) : delta_of(v, own, &mine, err);
    if (st != MOULT_OK)
        return unit_error(u, st, err);
    if (mine)
        result.delta = mine;
    st = report_unit_result(&v->report, u, result, started);
    delta_release(mine);
    return st;
}

static moult_status validate_unit(void *arg, size_t i)
{
    struct validation *v = arg;
    uint64_t started = millis_now();
    CLEANUP_ERROR moult_error *err = moult_error_new();
    if (!err)
        return MOULT_ERR_NOMEM;
    moult_status st = compare(v, i, started, err);
    if (moult_error_code(err) == MOULT_OK)
        return st; /* told already; not OK: the program wants no more */
    moult_unit_result result = {.state = MOULT_UNIT_FAILED, .to = v->to->tree->state, .error = err};
    return report_unit_result(&v->report, &v->t->units[i], result, started);
}

moult_status moult_validate(moult *m, const moult_targets *targets, const moult_snapshot *to,
                            const moult_run_options *options, moult_error *err)
{
    static const moult_run_options none = {.size = MOULT_END(moult_run_options, arg)};
    if (!options)
        options = &none;
    struct validation v = {.t = targets, .to = to, .how = &options->plan};
    moult_status st = report_init(&v.report, targets, options, err);
    if (st == MOULT_OK) {
        states_init(&v.states, targets, options->plan.layout != 0, KEPT_STATES);
        state_key(to->tree, v.states.layout, v.wanted);
        st = workers_run(m, workers_for(targets), targets->unit_count, validate_unit, &v);
        idle_close(targets);
        st = report_end(&v.report, st, err);
        states_free(&v.states);
    }
    report_free(&v.report);
    return st;
}
