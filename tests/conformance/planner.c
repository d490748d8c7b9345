/* SPDX-License-Identifier: Apache-2.0 */
/* planner.c - planners before changes that are made up: any number, with any ways, of any facts. */
#include "suite.h"

#include "../../libcore/plan/problem.h"

/* ---- a dialect whose ways are read from the tree ---- */

/* Way number W of the object whose attribute `facts` is N: what it says follows from both. */
static moult_way made_up(uint32_t n, uint32_t w)
{
    static const char *const ids[] = {"in-place", "rebuild", "shadow", "replace"};
    uint32_t h = (n * 2654435761u) ^ (w * 40503u * 2654435761u);
    moult_way way = {.size = MOULT_END(moult_way, privilege),
                     .manner = 1 + w % 4,
                     .covers = MOULT_COVERS_CHANGE,
                     .txn = 1 + (h >> 3) % 3,
                     .lock = 1 + (h >> 5) % 3,
                     .phase = 1 + (h >> 7) % 3,
                     .hazards = (h >> 9) & (h >> 17) & 0x3ff,
                     .rewrites = (h >> 20) & 1,
                     .scans = (h >> 21) & 1,
                     .reversible = (h >> 22) & 1,
                     .id = ids[w % 4],
                     .summary = "made up",
                     .why = w ? "a heavier one" : NULL};
    if (h % 11 == 0)
        way.lock = MOULT_LOCK_UNKNOWN;
    if (h % 13 == 0)
        way.privilege = "superuser";
    return way;
}

static moult_status made_up_ways(const moult_host *host, const moult_change *change,
                                 moult_ways *ways, moult_error *err)
{
    const moult_node *node = change->to ? change->to : change->from;
    uint32_t n = (uint32_t)strtoul(node_attr(node, "facts")->text.p, NULL, 10);
    moult_status st = MOULT_OK;
    (void)err;
    for (uint32_t w = 0; w < 1 + n % 4 && !st; w++) {
        moult_way way = made_up(n, w);
        st = host->plan->way(ways, &way);
    }
    return st;
}

static const moult_dialect made_up_dialect = {
    .head = {.size = MOULT_END(moult_dialect, fold), .kind = "dialect", .name = "made-up"},
    .level = 1,
    .ways = made_up_ways,
};

/* COUNT objects; those of BEFORE (or after) with other attributes, and some only on one side. */
static moult_tree *make_tree(struct run *r, unsigned count, bool before)
{
    moult_tree *tree = tree_new(STR("made-up"), 1, 1, STR("Made up 1.0"));
    REQUIRE(r, tree, "no memory");
    for (unsigned i = 0; i < count; i++) {
        char key[32], facts[32];
        if (i % 3 == (before ? 1 : 2))
            continue;
        struct str k = {key, (size_t)snprintf(key, sizeof key, "object%u", i)};
        struct str f = {facts,
                        (size_t)snprintf(facts, sizeof facts, "%u", i * 7 + (before ? 0 : 1))};
        moult_node *node = tree_add(tree->root, i % 2 ? "table" : "index", k);
        REQUIRE(r, node && tree_set(node, MOULT_SHAPE, "facts", f, (struct str){0}) == MOULT_OK,
                "no memory");
    }
    OK(r, "sealing a tree", tree_seal(tree, NULL, r->err));
    return tree;
}

/* ---- a problem ---- */

struct puzzle {
    moult_tree *from, *to;
    struct moult_delta *delta;
    struct plan_request request;
    struct plan_chain chain[3];
    struct moult_problem problem;
};

static moult_status size_of(void *arg, struct str path, uint64_t *rows, uint64_t *bytes)
{
    (void)arg;
    *rows = path.p[path.n - 1] % 2 ? UINT64_MAX : (uint64_t)path.p[path.n - 1] * 100000;
    *bytes = UINT64_MAX;
    return MOULT_OK;
}

static void clear(struct moult_problem *p)
{
    places_free(&p->places);
    places_free(&p->claims);
    arena_free(&p->arena);
}

static void puzzle_end(struct puzzle *z)
{
    clear(&z->problem);
    delta_free(z->delta);
    tree_free(z->from);
    tree_free(z->to);
}

static moult_status plan_first(const moult_host *host, const moult_config *config,
                               moult_problem *problem, moult_error *err)
{
    (void)config, (void)err;
    for (uint32_t i = 0; i < host->plan->count(problem); i++)
        host->plan->choose(problem, i, 0);
    return MOULT_OK;
}

static const moult_planner first_planner = {
    .head = {.size = MOULT_END(moult_planner, revise), .kind = "planner", .name = "first-ways"},
    .plan = plan_first,
};

/* The problem of COUNT objects, and its chain: the planner, or one that chooses the first ways and
 * then the planner TIMES times. */
static void puzzle_make(struct run *r, unsigned count, unsigned times, struct puzzle *z)
{
    const moult_planner *planner = NULL;
    const moult_config *config = NULL;
    CLEANUP_BUF struct buf section = {0};
    if (!r->m)
        run_moult(r, NULL);
    buf_printf(&section, "plugins.%s", r->name);
    REQUIRE(r, buf_ok(&section), "no memory");
    OK(r, "finding the planner", host_planner(r->m, r->name, &planner, r->err));
    OK(r, "its settings", host_settings(r->m, &planner->head, section.p, &config, r->err));
    memset(z, 0, sizeof *z);
    z->from = make_tree(r, count, true);
    z->to = make_tree(r, count, false);
    OK(r, "finding the difference", delta_make(z->from, z->to, false, &z->delta, r->err));
    z->chain[0] = (struct plan_chain){times ? &first_planner : planner, times ? NULL : config};
    for (unsigned i = 1; i <= times; i++)
        z->chain[i] = (struct plan_chain){planner, config};
    z->request = (struct plan_request){.host = HOST(r),
                                       .dialect = &made_up_dialect,
                                       .chain = z->chain,
                                       .chain_count = 1 + times,
                                       .delta = z->delta,
                                       .measure = count % 2 ? size_of : NULL};
    z->problem.request = &z->request;
    OK(r, "collecting the changes", problem_collect(&z->problem, r->err));
}
#define PUZZLE(r, z, count, times)                                                                 \
    __attribute__((cleanup(puzzle_end))) struct puzzle z;                                          \
    puzzle_make(r, count, times, &z)

/* Decides; a planner may refuse, but has to say so. */
static moult_status decide(struct run *r, struct puzzle *z)
{
    moult_error_clear(r->err);
    moult_status st = problem_decide(&z->problem, r->err);
    if (st)
        check_fails(r, st, MOULT_ERR_REFUSED, "the planner");
    return st;
}

static void check_choices(struct run *r, const struct puzzle *z)
{
    for (size_t i = 0; i < z->problem.count; i++) {
        const struct decision *d = &z->problem.decisions[i];
        REQUIRE(r, d->chosen < d->ways.count, "of %zu ways number %u is chosen for %.*s",
                d->ways.count, d->chosen, STR_FMT(d->change->path));
        REQUIRE(r, !d->phase || d->phase >= d->ways.items[d->chosen].facts.phase,
                "%.*s is put into phase %u, it is harmless from phase %u on",
                STR_FMT(d->change->path), d->phase, d->ways.items[d->chosen].facts.phase);
        REQUIRE(r, d->phase <= MOULT_CONTRACT, "%.*s is put into phase %u",
                STR_FMT(d->change->path), d->phase);
    }
}

static void check_same(struct run *r, const struct puzzle *a, const struct puzzle *b,
                       const char *what)
{
    REQUIRE(r, a->problem.count == b->problem.count, "%s: another number of changes", what);
    for (size_t i = 0; i < a->problem.count; i++) {
        const struct decision *x = &a->problem.decisions[i], *y = &b->problem.decisions[i];
        REQUIRE(r,
                x->chosen == y->chosen && x->phase == y->phase && x->lock_ms == y->lock_ms &&
                    x->run_ms == y->run_ms,
                "%s: another decision for %.*s", what, STR_FMT(x->change->path));
    }
}

static bool can_plan(const struct run *r)
{
    const moult_planner *p = (const moult_planner *)(const void *)r->iface;
    return p->head.size >= MOULT_END(moult_planner, plan) && p->plan;
}

static bool can_revise(const struct run *r)
{
    const moult_planner *p = (const moult_planner *)(const void *)r->iface;
    return p->head.size >= MOULT_END(moult_planner, revise) && p->revise;
}

/* ---- checks ---- */

static const unsigned counts[] = {1, 2, 3, 4, 7, 12, 50, 101};

static void check_plan(struct run *r)
{
    unsigned planned = 0;
    if (!can_plan(r))
        check_not_applicable(r, "it only revises");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        PUZZLE(r, z, counts[i], 0);
        PUZZLE(r, again, counts[i], 0);
        moult_status st = decide(r, &z);
        REQUIRE(r, st == decide(r, &again), "asked twice, it refuses once");
        if (st)
            continue;
        planned++;
        check_choices(r, &z);
        check_same(r, &z, &again, "asked twice");
        REQUIRE(r, z.problem.warning_count == again.problem.warning_count,
                "asked twice, it warns differently");
    }
    REQUIRE(r, planned, "it refuses whatever it is asked");
}

static void check_none(struct run *r)
{
    for (unsigned revise = 0; revise < 2; revise++) {
        if (revise ? !can_revise(r) : !can_plan(r))
            continue;
        PUZZLE(r, z, 0, revise);
        OK(r, "deciding about no change", problem_decide(&z.problem, r->err));
    }
}

static void check_many(struct run *r)
{
    for (unsigned revise = 0; revise < 2; revise++) {
        if (revise ? !can_revise(r) : !can_plan(r))
            continue;
        PUZZLE(r, z, 1001, revise);
        if (decide(r, &z) == MOULT_OK)
            check_choices(r, &z);
    }
}

static void check_revise(struct run *r)
{
    if (!can_revise(r))
        check_not_applicable(r, "it only plans");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        PUZZLE(r, once, counts[i], 1);
        PUZZLE(r, twice, counts[i], 2);
        moult_status st = decide(r, &once);
        REQUIRE(r, st == decide(r, &twice), "revising what it revised, it decides otherwise");
        if (st)
            continue;
        check_choices(r, &once);
        check_same(r, &once, &twice, "revising what it revised");
    }
}

static void check_no_slot(struct run *r)
{
    PUZZLE(r, z, 12, 0);
    const moult_planner *p = z.chain[0].planner;
    for (unsigned i = 0; i < 2; i++) {
        moult_status st = MOULT_OK;
        if (i == 0 && can_plan(r))
            st = p->plan(HOST(r), z.chain[0].config, &z.problem, NULL);
        else if (i == 1 && can_revise(r))
            st = p->revise(HOST(r), z.chain[0].config, &z.problem, NULL);
        REQUIRE(r, st == MOULT_OK || st == MOULT_ERR_REFUSED, "without an error slot it gave %d",
                (int)st);
    }
}

const struct check planner_checks[] = {
    {"planner.plan", "every change gets one of its ways, the same each time", check_plan,
     CHECK_REQUIRED},
    {"planner.none", "no change is no problem", check_none, CHECK_REQUIRED},
    {"planner.many", "a thousand changes are decided", check_many, CHECK_REQUIRED},
    {"planner.revise", "revising twice gives what revising once gave", check_revise,
     CHECK_REQUIRED},
    {"planner.no-error", "it works without an error slot", check_no_slot, CHECK_REQUIRED},
    {0}};
