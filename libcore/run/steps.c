/* SPDX-License-Identifier: Apache-2.0 */
/* Steps one by one, with a note before and after each statement, forwards and backwards. */
#include "execute.h"

#include "../base/buf.h"
#include "chain.h"

#define WRITER(x) ((x)->t->adapter.writer)
#define LOCK_IS_TXN(x) (WRITER(x)->head.caps & MOULT_WRITER_LOCK_IS_TXN)

bool step_inside(const struct execution *x, const struct plan_step *step)
{
    return step->txn == MOULT_TXN_INSIDE && (WRITER(x)->head.caps & MOULT_WRITER_TXN_DDL);
}

moult_status txn_begin(const struct execution *x, moult_error *err)
{
    return LOCK_IS_TXN(x) ? PLUGIN_CALL(WRITER(x), lock, x->session, err)
                          : PLUGIN_CALL(WRITER(x), begin, x->session, err);
}

moult_status check_state(const struct execution *x, const char *wanted, moult_error *err)
{
    CLEANUP_TREE moult_tree *tree = NULL;
    moult_status st = unit_inspect(x->t, x->u, x->session, &tree, err);
    if (st != MOULT_OK || strcmp(tree->state, wanted) == 0)
        return st;
    error_set(err, MOULT_ERR_DIFFERS, "the steps did not lead to the state that the plan promises");
    error_detail(err, "detail", "wanted state %.12s, found %.12s", wanted, tree->state);
    return unit_error(x->u, MOULT_ERR_DIFFERS, err);
}

moult_status note_event(struct execution *x, const char *wanted, const char *event,
                        moult_error *err)
{
    /* A session that has the lock all along needs no transaction for this one record. */
    bool own = LOCK_IS_TXN(x);
    moult_status st = own ? txn_begin(x, err) : MOULT_OK;
    if (st != MOULT_OK)
        return unit_error(x->u, st, err);
    if (own)
        st = txn_resume(x, strcmp(event, "done") == 0, err);
    if (st == MOULT_OK && wanted)
        st = check_state(x, wanted, err);
    if (st == MOULT_OK)
        st = ledger_run(&x->ledger, event, err);
    if (own && st == MOULT_OK)
        st = PLUGIN_CALL(WRITER(x), commit, x->session, err);
    if (own && st != MOULT_OK && st != MOULT_ERR_UNKNOWN)
        PLUGIN_CALL(WRITER(x), rollback, x->session, NULL);
    return unit_error(x->u, st, err);
}

/* A limit is the statement's alone: the books and the inspection after it have their time. */
static moult_status run_limited(struct execution *x, const struct plan_step *p, struct str sql,
                                uint64_t *rows, moult_error *err)
{
    bool limited = p->lock_ms || p->run_ms;
    moult_status st = MOULT_OK;
    if (limited)
        st = PLUGIN_CALL(WRITER(x), limits, x->session, p->lock_ms, p->run_ms, err);
    if (st == MOULT_OK)
        st = PLUGIN_CALL(WRITER(x), run, x->session, sql.p, sql.n, rows, err);
    if (!limited)
        return st;
    moult_status lifted =
        PLUGIN_CALL(WRITER(x), limits, x->session, 0, 0, st == MOULT_OK ? err : NULL);
    return st == MOULT_OK ? lifted : st;
}

static struct str statement_at(const struct execution *x, struct statement_ref at)
{
    const struct plan_step *p = &x->plan->steps[at.step];
    return at.inverse ? p->inverse[at.statement] : p->statements[at.statement].sql;
}

static moult_status audit(struct execution *x, struct statement_ref at, struct str text,
                          uint64_t rows, moult_error *err)
{
    struct step_state *s = &x->steps[at.step];
    moult_status st = ledger_audit(&x->ledger, text, at, rows, err);
    if (st == MOULT_OK)
        *(at.inverse ? &s->taken : &s->audited) = at.statement + 1;
    return st;
}

moult_status run_statement(struct execution *x, struct statement_ref at, moult_error *err)
{
    CLEANUP_BUF struct buf text = {0};
    const struct plan_step *p = &x->plan->steps[at.step];
    uint64_t rows = UINT64_MAX;
    x->at = at.step;
    if (host_cancelled(x->t->m))
        return unit_error(x->u, error_set(err, MOULT_ERR_CANCELLED, "stopped"), err);
    moult_status st = unit_bind(x->t, x->u, x->session, statement_at(x, at), &text, err);
    if (st == MOULT_OK)
        st = run_limited(x, p, buf_view(&text), &rows, err);
    if (st == MOULT_OK)
        st = audit(x, at, buf_view(&text), rows, err);
    if (st == MOULT_OK)
        return st;
    error_detail_str(err, "statement", buf_view(&text));
    error_detail_str(err, "object", p->object);
    error_detail(err, "step", "%zu", at.step + 1);
    return unit_error(x->u, st, err);
}

moult_status run_step(struct execution *x, size_t step, moult_error *err)
{
    const struct plan_step *p = &x->plan->steps[step];
    moult_status st = MOULT_OK;
    for (size_t k = x->steps[step].done; k < p->statement_count && st == MOULT_OK; k++)
        st = run_statement(x, (struct statement_ref){step, k, false}, err);
    return st;
}

/* The statement took place, as a probe says: the trail has it once. */
static moult_status audit_found(struct execution *x, struct statement_ref at, moult_error *err)
{
    const struct step_state *s = &x->steps[at.step];
    if ((at.inverse ? s->taken : s->audited) > at.statement)
        return MOULT_OK;
    CLEANUP_BUF struct buf text = {0};
    moult_status st = unit_bind(x->t, x->u, x->session, statement_at(x, at), &text, err);
    return st == MOULT_OK ? audit(x, at, buf_view(&text), UINT64_MAX, err) : st;
}

/* ---- forwards ---- */

/* The lock was free for a while, and is ours again: reads the books anew. */
static moult_status reread(struct execution *x, bool forwards, moult_error *err)
{
    size_t size = (x->plan->step_count + 1) * sizeof *x->steps;
    struct progress now = {.steps = x->steps};
    memset(x->steps, 0, size);
    moult_status st = chain_head(x->t, x->session, x->ledger.head, err);
    if (st == MOULT_OK)
        st = ledger_progress(x->t, x->session, x->ledger.run, x->plan, &now, err);
    if (st != MOULT_OK || (!now.ended && !(now.undoing && forwards)))
        return st;
    x->taken_over = true;
    error_set(err, MOULT_ERR_BUSY, "another process has %s the run %s",
              now.ended ? "ended" : "begun to take back", x->ledger.run);
    error_detail(err, "hint", "run the command again: it looks first");
    return MOULT_ERR_BUSY;
}

moult_status txn_resume(struct execution *x, bool forwards, moult_error *err)
{
    return LOCK_IS_TXN(x) ? reread(x, forwards, err) : MOULT_OK;
}

/* Steps FROM to TO (excluded) in one transaction. */
static moult_status run_group(struct execution *x, size_t from, size_t to, moult_error *err)
{
    char head[65];
    memcpy(head, x->ledger.head, sizeof head);
    moult_status st = txn_begin(x, err);
    if (st != MOULT_OK)
        return unit_error(x->u, st, err);
    st = txn_resume(x, true, err);
    for (size_t i = from; i < to && st == MOULT_OK; i++) {
        size_t count = x->plan->steps[i].statement_count;
        if (!count || x->steps[i].done == count)
            continue;
        st = run_step(x, i, err);
        if (st == MOULT_OK)
            st = ledger_step(&x->ledger, "done", i, count - 1, err);
    }
    if (st == MOULT_OK)
        st = PLUGIN_CALL(WRITER(x), commit, x->session, err);
    if (st != MOULT_OK) {
        if (st != MOULT_ERR_UNKNOWN)
            PLUGIN_CALL(WRITER(x), rollback, x->session, NULL);
        memcpy(x->ledger.head, head, sizeof head);
        for (size_t i = from; i < to; i++)
            x->steps[i].audited = x->steps[i].done;
        return unit_error(x->u, st, err);
    }
    for (size_t i = from; i < to; i++)
        x->steps[i].done = x->plan->steps[i].statement_count;
    return MOULT_OK;
}

static moult_status probe(struct execution *x, const struct plan_statement *s, uint32_t *answer,
                          moult_error *err)
{
    *answer = MOULT_PROBE_UNKNOWN;
    if (!s->probe.p)
        return MOULT_OK;
    CLEANUP_BUF struct buf text = {0};
    moult_status st = unit_bind(x->t, x->u, x->session, s->probe, &text, err);
    return st == MOULT_OK ? PLUGIN_CALL(WRITER(x), probe, x->session, text.p, text.n, answer, err)
                          : st;
}

static moult_status cannot_tell(struct execution *x, size_t step, moult_error *err)
{
    error_set(err, MOULT_ERR_OPEN_RUN,
              "it cannot be told whether step %zu of the open run %s took place", step + 1,
              x->ledger.run);
    error_detail_str(err, "object", x->plan->steps[step].object);
    error_detail(err, "hint", "look whether it did: %.*s", STR_FMT(x->plan->steps[step].summary));
    return unit_error(x->u, MOULT_ERR_OPEN_RUN, err);
}

moult_status settle_intent(struct execution *x, size_t step, moult_error *err)
{
    struct step_state *state = &x->steps[step];
    const struct plan_step *p = &x->plan->steps[step];
    if (!state->intent || state->done >= p->statement_count)
        return MOULT_OK;
    uint32_t answer;
    size_t k = state->done;
    moult_status st = probe(x, &p->statements[k], &answer, err);
    if (st != MOULT_OK || answer == MOULT_PROBE_UNKNOWN)
        return st;
    bool done = answer == MOULT_PROBE_DONE;
    if (done)
        st = audit_found(x, (struct statement_ref){step, k, false}, err);
    if (st == MOULT_OK)
        st = ledger_step(&x->ledger, done ? "done" : "failed", step, k, err);
    if (st != MOULT_OK)
        return st;
    state->done += done;
    state->intent = false;
    return MOULT_OK;
}

#define LOST_MAX 3 /* connections, for one statement */

/* Where ANSWER says that the statement did not take place, it is run.  The writer may lose its
 * connection over that, and have another one, and the lock anew, when it says that the outcome is
 * unknown: then the probe says, and what did not take place is tried again. */
static moult_status act(struct execution *x, size_t step, size_t k, uint32_t answer,
                        moult_error *err)
{
    const struct plan_statement *s = &x->plan->steps[step].statements[k];
    struct statement_ref place = {step, k, false};
    for (int lost = 0; answer == MOULT_PROBE_NOT_DONE; lost++) {
        moult_status st = run_statement(x, place, err);
        if (st != MOULT_ERR_UNKNOWN || lost == LOST_MAX)
            return st;
        host_log(x->t->m, MOULT_LOG_WARNING, "%s: %s", x->u->shown, moult_error_message(err));
        moult_error_clear(err);
        st = reread(x, true, err);
        if (st == MOULT_OK)
            st = probe(x, s, &answer, err);
        if (st != MOULT_OK)
            return unit_error(x->u, st, err);
    }
    return answer == MOULT_PROBE_DONE ? audit_found(x, place, err) : cannot_tell(x, step, err);
}

/* A statement outside of transactions: intent, act, done. */
static moult_status run_noted(struct execution *x, size_t step, size_t k, moult_error *err)
{
    const struct plan_statement *s = &x->plan->steps[step].statements[k];
    struct step_state *state = &x->steps[step];
    uint32_t answer = MOULT_PROBE_NOT_DONE;
    moult_status st = MOULT_OK;
    if (k < state->done) /* by another process, while the connection was lost */
        return MOULT_OK;
    if (state->intent)
        st = probe(x, s, &answer, err);
    else
        st = ledger_step(&x->ledger, "intent", step, k, err);
    if (st != MOULT_OK)
        return unit_error(x->u, st, err);
    state->intent = true;
    st = act(x, step, k, answer, err);
    if (st == MOULT_OK && state->done == k)
        st = ledger_step(&x->ledger, "done", step, k, err);
    if (st != MOULT_OK)
        return unit_error(x->u, st, err);
    if (state->done == k) {
        state->done = k + 1;
        state->intent = false;
    }
    return MOULT_OK;
}

moult_status run_steps(struct execution *x, moult_error *err)
{
    const struct moult_plan *p = x->plan;
    moult_status st = MOULT_OK;
    for (size_t i = 0; i < p->step_count && st == MOULT_OK;) {
        size_t to = i + 1;
        x->at = i;
        if (step_inside(x, &p->steps[i])) {
            while (to < p->step_count && p->steps[to].group == p->steps[i].group &&
                   step_inside(x, &p->steps[to]) && (!x->most || to - i < x->most))
                to++;
            st = run_group(x, i, to, err);
            if (st == MOULT_ERR_TOO_LARGE && to > i + 1) { /* it was taken back: a smaller one */
                moult_error_clear(err);
                x->most = x->at > i ? x->at - i : 1;
                st = MOULT_OK;
                continue;
            }
        } else
            for (size_t k = x->steps[i].done; k < p->steps[i].statement_count && st == MOULT_OK;
                 k++)
                st = run_noted(x, i, k, err);
        if (x->t->unit_count == 1)
            host_progress(x->t->m, "steps", st == MOULT_OK ? to : i, p->step_count);
        i = to;
    }
    return st;
}

/* ---- backwards ---- */

/* Everything that took place, but no half of a step, must have an inverse. */
static bool can_take_back(const struct execution *x)
{
    for (size_t i = 0; i < x->plan->step_count; i++) {
        const struct plan_step *p = &x->plan->steps[i];
        const struct step_state *s = &x->steps[i];
        if (s->undone || (!s->done && !s->intent))
            continue;
        if (s->intent || s->done != p->statement_count || !p->inverse_count)
            return false;
    }
    return true;
}

/* Statement K of an inverse was begun by somebody who did not live to say what came of it.  What it
 * takes back answers: the last statement of the step, or, where each has its own inverse, the one
 * that it belongs to. */
static moult_status still_to_undo(struct execution *x, size_t step, size_t k, bool *wanted,
                                  moult_error *err)
{
    const struct plan_step *p = &x->plan->steps[step];
    uint32_t answer = MOULT_PROBE_UNKNOWN;
    moult_status st = MOULT_OK;
    if (k == 0 || p->inverse_count == p->statement_count)
        st = probe(x, &p->statements[p->statement_count - 1 - k], &answer, err);
    if (st == MOULT_OK && answer == MOULT_PROBE_UNKNOWN)
        return cannot_tell(x, step, err);
    *wanted = answer == MOULT_PROBE_DONE;
    return st == MOULT_OK && !*wanted ? audit_found(x, (struct statement_ref){step, k, true}, err)
                                      : st;
}

/* Outside of transactions each statement of the inverse is noted before it is run. */
static moult_status undo_noted(struct execution *x, size_t step, size_t k, moult_error *err)
{
    bool wanted = true;
    moult_status st;
    if (k < x->steps[step].taken)
        return MOULT_OK;
    if (k < x->steps[step].undo)
        st = still_to_undo(x, step, k, &wanted, err);
    else
        st = ledger_step(&x->ledger, "undo", step, k, err);
    return st == MOULT_OK && wanted ? run_statement(x, (struct statement_ref){step, k, true}, err)
                                    : st;
}

static moult_status run_inverse(struct execution *x, size_t step, moult_error *err)
{
    const struct plan_step *p = &x->plan->steps[step];
    struct step_state *s = &x->steps[step];
    bool inside = step_inside(x, p);
    moult_status st = inside ? txn_begin(x, err) : MOULT_OK;
    if (st != MOULT_OK)
        return unit_error(x->u, st, err);
    if (inside)
        st = txn_resume(x, false, err);
    bool before = s->undone; /* by another process */
    for (size_t k = 0; st == MOULT_OK && !before && k < p->inverse_count; k++)
        st = inside ? run_statement(x, (struct statement_ref){step, k, true}, err)
                    : undo_noted(x, step, k, err);
    if (st == MOULT_OK && !before)
        st = ledger_step(&x->ledger, "undone", step, SIZE_MAX, err);
    if (inside && st == MOULT_OK)
        st = PLUGIN_CALL(WRITER(x), commit, x->session, err);
    if (inside && st != MOULT_OK && st != MOULT_ERR_UNKNOWN)
        PLUGIN_CALL(WRITER(x), rollback, x->session, NULL);
    s->undone = st == MOULT_OK;
    return unit_error(x->u, st, err);
}

moult_status take_back(struct execution *x, moult_error *err)
{
    if (!can_take_back(x))
        return error_set(err, MOULT_ERR_OPEN_RUN, "what took place has no inverse");
    moult_status st = note_event(x, NULL, "undoing", err);
    for (size_t i = x->plan->step_count; i-- && st == MOULT_OK;)
        if (x->steps[i].done && !x->steps[i].undone)
            st = run_inverse(x, i, err);
    return st == MOULT_OK ? note_event(x, x->plan->from, "undone", err) : st;
}
