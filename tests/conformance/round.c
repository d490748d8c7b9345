/* SPDX-License-Identifier: Apache-2.0 */
/* round.c - the whole road between two states: planned, carried out, looked at; and back. */
#include "dialect.h"
#include "write.h"

/* ---- rows ---- */

static void rows_of(struct place *p, moult_session *s, struct str path, uint64_t *rows)
{
    uint64_t bytes;
    OK(p->r, "reader.measure", READER(p)->measure(s, path.p, path.n, rows, &bytes, p->r->err));
}

/* Rows of FROM's objects, by their index. */
static uint64_t *count_rows(struct place *p, moult_session *s, const moult_tree *from)
{
    uint64_t *rows = calloc(from->root->child_count + 1, sizeof *rows);
    REQUIRE(p->r, rows, "no memory");
    for (uint32_t i = 0; i < from->root->child_count; i++)
        rows_of(p, s, from->root->children[i]->path, &rows[i]);
    return rows;
}

static void check_rows(struct place *p, moult_session *s, const moult_tree *from,
                       const moult_tree *to, const uint64_t *rows)
{
    for (uint32_t i = 0; i < from->root->child_count; i++) {
        struct str path = from->root->children[i]->path;
        uint64_t now;
        if (!tree_find(to, path) || rows[i] == UINT64_MAX)
            continue;
        rows_of(p, s, path, &now);
        REQUIRE(p->r, now == rows[i], "%.*s had %llu rows and has %llu", STR_FMT(path),
                (unsigned long long)rows[i], (unsigned long long)now);
    }
}

/* The road's start, in the road's own place. */
static moult_session *start(struct road *road)
{
    place_load(&road->p, road->ddl);
    if (road->rows)
        place_load(&road->p, road->rows);
    return place_open(&road->p, MOULT_PURPOSE_WRITE, 2000);
}

static void check_arrived(struct place *p, const moult_tree *now, const moult_tree *want,
                          const char *how)
{
    if (strcmp(now->state, want->state) == 0)
        return;
    CLEANUP_DELTA struct moult_delta *rest = NULL;
    OK(p->r, "finding what still differs", delta_make(now, want, false, &rest, p->r->err));
    check_fail(p->r, "%s: the state is not the wanted one, %zu objects differ, first %.*s", how,
               rest->change_count, rest->change_count ? (int)rest->changes[0]->path.n : 0,
               rest->change_count ? rest->changes[0]->path.p : "");
}

/* ---- as the library does it ---- */

static moult_status on_unit(void *arg, const moult_unit_result *result)
{
    struct run *r = arg;
    REQUIRE(r, result->state == MOULT_UNIT_CHANGED || result->state == MOULT_UNIT_FAILED,
            "the run ended as %u", result->state);
    return MOULT_OK;
}

static moult_status on_audit(void *arg, const char *unit, const char *what, const char *state,
                             const char *note)
{
    struct run *r = arg;
    (void)unit;
    REQUIRE(r, strcmp(state, "failed") != 0, "after the run the audit says of %s: %s", what, note);
    return MOULT_OK;
}

/* Rehearsed, carried out under the lock with its bookkeeping, and looked at. */
static void apply(struct run *r, struct road *road, struct moult_plan *plan)
{
    struct place *p = &road->p;
    moult_run_options o = {.size = MOULT_END(moult_run_options, arg),
                           .lock_timeout_ms = 2000,
                           .unit = on_unit,
                           .arg = r};
    OK(r, "rehearsing the plan",
       rehearse(r->m, &p->t->adapter, road->from, road->to, plan, NULL, r->err));
    REQUIRE(r, plan->rehearsed, "the plan cannot be rehearsed: %.*s",
            plan->not_rehearsed_count ? (int)plan->not_rehearsed[0].n : 0,
            plan->not_rehearsed_count ? plan->not_rehearsed[0].p : "");
    OK(r, "allowing everything", moult_hazards_parse("all", &o.allow, r->err));
    OK(r, "carrying the plan out", moult_apply(r->m, p->t, plan, &o, r->err));
    OK(r, "the audit", moult_audit(r->m, p->t, on_audit, r, r->err));
}

static void carry_out(struct run *r, bool back, uint32_t way, bool *more)
{
    ROAD(r, road, back);
    struct place *p = &road.p;
    CLEANUP_PLAN struct moult_plan *plan = road_plan(r, &road, way, more);
    moult_session *s = start(&road);
    CLEANUP_FREE uint64_t *rows = count_rows(p, s, road.from);
    READER(p)->close(s);
    apply(r, &road, plan);
    s = place_open(p, MOULT_PURPOSE_READ, 2000);
    CLEANUP_TREE moult_tree *now = place_inspect(p, s);
    check_arrived(p, now, road.to, "after the run");
    check_rows(p, s, road.from, road.to, rows);
    READER(p)->close(s);
}

void check_round(struct run *r)
{
    for (int back = 0; back < 2; back++) {
        bool more = true;
        for (uint32_t way = 0; more; way++)
            carry_out(r, back, way, &more);
    }
}

/* ---- step by step ---- */

struct walk {
    struct road *road;
    struct place *p;
    moult_session *s;
    bool txn; /* one transaction around all */
};

static void run_sql(struct walk *w, struct str sql, const char *what)
{
    struct run *r = w->p->r;
    CLEANUP_BUF struct buf text = {0}, name = {0};
    OK(r, "dialect.bind", unit_bind(w->p->t, w->p->u, w->s, sql, &text, r->err));
    buf_printf(&name, "%s \"%.*s\"", what, STR_FMT(sql));
    OK(r, buf_view(&name).p, WRITER(w->p)->run(w->s, text.p, text.n, NULL, r->err));
}

static uint32_t probe(struct walk *w, const struct plan_statement *s)
{
    struct run *r = w->p->r;
    CLEANUP_BUF struct buf text = {0};
    uint32_t answer = 0;
    OK(r, "dialect.bind", unit_bind(w->p->t, w->p->u, w->s, s->probe, &text, r->err));
    OK(r, "writer.probe", WRITER(w->p)->probe(w->s, text.p, text.n, &answer, r->err));
    REQUIRE(r, answer >= MOULT_PROBE_DONE && answer <= MOULT_PROBE_UNKNOWN, "a probe answers %u",
            answer);
    return answer;
}

/* Doing what is done already changes nothing: only then a probe may say before that it was done. */
static void run_idle(struct walk *w, const struct plan_statement *s)
{
    CLEANUP_TREE moult_tree *before = place_inspect(w->p, w->s);
    run_sql(w, s->sql, "running");
    CLEANUP_TREE moult_tree *after = place_inspect(w->p, w->s);
    REQUIRE(w->p->r,
            !w->road->rows && strcmp(before->state, after->state) == 0 &&
                strcmp(before->aspect[MOULT_LAYOUT], after->aspect[MOULT_LAYOUT]) == 0,
            "before \"%.*s\" its probe says that it was done", STR_FMT(s->sql));
}

/* Inside one transaction nothing is ever probed, so that not knowing is good enough there. */
static void run_probed(struct walk *w, const struct plan_statement *s)
{
    struct run *r = w->p->r;
    uint32_t before = s->probe.p ? probe(w, s) : MOULT_PROBE_UNKNOWN;
    REQUIRE(r, w->txn || before != MOULT_PROBE_UNKNOWN, "before \"%.*s\" its probe does not know",
            STR_FMT(s->sql));
    if (before == MOULT_PROBE_DONE)
        run_idle(w, s);
    else
        run_sql(w, s->sql, "running");
    uint32_t after = s->probe.p ? probe(w, s) : MOULT_PROBE_UNKNOWN;
    REQUIRE(r, after != MOULT_PROBE_NOT_DONE, "after \"%.*s\" its probe says that it was not done",
            STR_FMT(s->sql));
    REQUIRE(r, w->txn || after == MOULT_PROBE_DONE, "after \"%.*s\" its probe does not know",
            STR_FMT(s->sql));
}

static void run_step_of(struct walk *w, const struct plan_step *step)
{
    for (size_t i = 0; i < step->statement_count; i++)
        run_probed(w, &step->statements[i]);
}

static void walk_step(struct walk *w, const struct plan_step *step)
{
    struct run *r = w->p->r;
    CLEANUP_TREE moult_tree *before = place_inspect(w->p, w->s);
    run_step_of(w, step);
    if (!step->reversible)
        return;
    for (size_t i = 0; i < step->inverse_count; i++)
        run_sql(w, step->inverse[i], "taking back with");
    CLEANUP_TREE moult_tree *undone = place_inspect(w->p, w->s);
    CLEANUP_BUF struct buf how = {0};
    buf_printf(&how, "after the inverse of %.*s on %.*s", STR_FMT(step->way),
               STR_FMT(step->object));
    REQUIRE(r, buf_ok(&how), "no memory");
    check_arrived(w->p, undone, before, how.p);
    run_step_of(w, step);
}

static bool all_inside(const struct moult_plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].txn != MOULT_TXN_INSIDE)
            return false;
    return true;
}

static void walk(struct run *r, bool back, uint32_t way, bool *more)
{
    ROAD(r, road, back);
    CLEANUP_PLAN struct moult_plan *plan = road_plan(r, &road, way, more);
    struct walk w = {.road = &road, .p = &road.p, .s = start(&road)};
    w.txn = TXN_DDL(w.p) && all_inside(plan);
    if (w.txn)
        OK(r, "beginning a transaction", txn_start(w.p, w.s, r->err));
    for (size_t i = 0; i < plan->step_count; i++)
        walk_step(&w, &plan->steps[i]);
    CLEANUP_TREE moult_tree *now = place_inspect(w.p, w.s);
    check_arrived(w.p, now, road.to, "step by step");
    if (w.txn)
        OK(r, "writer.commit", WRITER(w.p)->commit(w.s, r->err));
    READER(w.p)->close(w.s);
}

void check_steps(struct run *r)
{
    for (int back = 0; back < 2; back++) {
        bool more = true;
        for (uint32_t way = 0; more; way++)
            walk(r, back, way, &more);
    }
}
