/* SPDX-License-Identifier: Apache-2.0 */
/* The rehearsal: a plan is carried out on a scratch copy before anybody's database sees it. */
#include <stdio.h>

#include "ledger.h"
#include "run.h"

static moult_status not_rehearsed(struct moult_plan *plan, moult_error *why, moult_error *err)
{
    struct str *note = ARENA_PUSH(&plan->arena, plan->not_rehearsed, plan->not_rehearsed_count,
                                  plan->not_rehearsed_cap);
    if (!note)
        return error_nomem(err);
    *note = arena_printf(&plan->arena, "no scratch copy of the present state: %s",
                         moult_error_message(why));
    return note->p ? plan_seal(plan, err) : error_nomem(err);
}

/* A scratch database in the state FROM. */
static moult_status copy_state(struct scratch *s, const moult_tree *from, moult_error *err)
{
    moult_status st = scratch_fill(s, from, err);
    CLEANUP_TREE moult_tree *copy = NULL;
    if (st == MOULT_OK)
        st = scratch_inspect(s, &copy, err);
    if (st != MOULT_OK || strcmp(copy->state, from->state) == 0)
        return st;
    return error_set(err, MOULT_ERR_DIFFERS,
                     "made anew from its own description, the schema differs");
}

static moult_status run_plan(struct scratch *s, const struct moult_plan *plan, moult_error *err)
{
    for (size_t i = 0; i < plan->step_count; i++)
        for (size_t k = 0; k < plan->steps[i].statement_count; k++) {
            struct str sql = plan->steps[i].statements[k].sql;
            moult_status st = scratch_run(s, sql, err);
            if (st == MOULT_OK)
                continue;
            error_detail_str(err, "statement", sql);
            error_detail_str(err, "object", plan->steps[i].object);
            error_detail(err, "step", "%zu", i + 1);
            return error_prefix(err, "the rehearsal of the plan failed at step %zu", i + 1), st;
        }
    return MOULT_OK;
}

static moult_status missed(const moult_tree *reached, const moult_tree *to, moult_error *err)
{
    CLEANUP_DELTA struct moult_delta *rest = NULL;
    error_set(err, MOULT_ERR_DIFFERS, "the rehearsed plan does not lead to the desired state");
    if (delta_make(reached, to, false, &rest, NULL) == MOULT_OK && rest->change_count) {
        error_detail_str(err, "object", rest->changes[0]->path);
        error_detail(err, "detail", "%zu objects still differ, first %.*s", rest->change_count,
                     STR_FMT(rest->changes[0]->path));
    }
    return MOULT_ERR_DIFFERS;
}

moult_status rehearse_only(struct moult *m, struct adapter *a, const moult_tree *from,
                           const struct moult_plan *plan, moult_session *like, moult_error *err)
{
    CLEANUP_SCRATCH struct scratch s = {0};
    CLEANUP_TREE moult_tree *reached = NULL;
    moult_status st = scratch_open(m, a, like, &s, err);
    if (st == MOULT_OK)
        st = copy_state(&s, from, err);
    if (st == MOULT_OK)
        st = run_plan(&s, plan, err);
    if (st == MOULT_OK)
        st = scratch_inspect(&s, &reached, err);
    if (st != MOULT_OK || strcmp(reached->state, plan->to) == 0)
        return st;
    return error_set(err, MOULT_ERR_DIFFERS,
                     "the rehearsed plan does not lead to the state that it promises");
}

moult_status rehearse(struct moult *m, struct adapter *a, const moult_tree *from,
                      const moult_tree *to, struct moult_plan *plan, moult_session *like,
                      moult_error *err)
{
    CLEANUP_SCRATCH struct scratch s = {0};
    CLEANUP_ERROR moult_error *why = moult_error_new();
    if (!why)
        return error_nomem(err);
    moult_status st = scratch_open(m, a, like, &s, why);
    if (st == MOULT_OK)
        st = copy_state(&s, from, why);
    if (st == MOULT_ERR_CANCELLED || st == MOULT_ERR_NOMEM)
        return error_copy(err, why);
    if (st != MOULT_OK)
        return not_rehearsed(plan, why, err);
    st = run_plan(&s, plan, err);
    CLEANUP_TREE moult_tree *reached = NULL;
    if (st == MOULT_OK)
        st = scratch_inspect(&s, &reached, err);
    if (st != MOULT_OK)
        return st;
    if (strcmp(reached->state, to->state) != 0)
        return missed(reached, to, err);
    char now[LEDGER_TIME];
    ledger_now(now);
    plan->rehearsed = true;
    plan->rehearsed_at = arena_str(&plan->arena, str_of(now));
    plan->rehearsed_on = arena_str(&plan->arena, reached->server);
    if (!plan->rehearsed_at.p || !plan->rehearsed_on.p)
        return error_nomem(err);
    return plan_seal(plan, err);
}
