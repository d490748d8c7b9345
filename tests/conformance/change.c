/* SPDX-License-Identifier: Apache-2.0 */
/* change.c - the changes between the quirks' pairs of states: their ways, and how they are
 * written. */
#include "dialect.h"

#include "../../libcore/schema/renames.h"

/* "KIND:old=new" of the hint, KIND with what is before it. */
struct hint {
    struct str head, old, new;
};

static struct hint hint_of(struct run *r, const char *text)
{
    const char *equals = strchr(text, '='), *name = equals;
    REQUIRE(r, equals, "the hint \"%s\" has no =", text);
    while (name > text && name[-1] != ':')
        name--;
    return (struct hint){
        {text, (size_t)(name - text)}, {name, (size_t)(equals - name)}, str_of(equals + 1)};
}

/* The hint the other way round; a column's names its table as that is called then. */
static char *turned(struct run *r, const char *const *hints, const char *text)
{
    struct hint h = hint_of(r, text);
    CLEANUP_BUF struct buf b = {0};
    for (; *hints; hints++) {
        struct hint t = hint_of(r, *hints);
        size_t n = t.head.n + t.new.n;
        if (h.head.n <= n + 1 || strncmp(text, t.head.p, t.head.n) != 0 ||
            strncmp(text + t.head.n, t.new.p, t.new.n) != 0 || text[n] != '/')
            continue;
        buf_str(&b, t.head);
        buf_str(&b, t.old);
        h.head = (struct str){text + n, h.head.n - n};
        break;
    }
    buf_printf(&b, "%.*s%.*s=%.*s", STR_FMT(h.head), STR_FMT(h.new), STR_FMT(h.old));
    REQUIRE(r, buf_ok(&b), "no memory");
    return strdup(b.p);
}

void road_make(struct run *r, bool back, struct road *out)
{
    const struct pair *pair = run_pair(r);
    *out = (struct road){
        .back = back, .ddl = back ? pair->to : pair->from, .rows = back ? NULL : pair->rows};
    place_make(r, &out->p);
    out->from = state_of(r, out->ddl);
    out->to = state_of(r, back ? pair->from : pair->to);
    size_t n = 0;
    for (const char *const *hint = pair->renames; hint && *hint && n < 16; hint++)
        out->renames[n++] = back ? turned(r, pair->renames, *hint) : strdup(*hint);
    struct hints hints = {.given = (const char *const *)out->renames};
    OK(r, "finding the difference",
       difference(r->m, &out->p.t->adapter, out->from, out->to, &hints, false, NULL, &out->delta,
                  r->err));
    REQUIRE(r, out->delta->change_count || out->delta->due_count,
            "both states of the pair are the same");
    REQUIRE(r, !n == !out->delta->due_count, "of %zu rename hints %zu are due", n,
            out->delta->due_count);
}

void road_end(struct road *road)
{
    if (road->delta)
        delta_release(road->delta);
    tree_free(road->from);
    tree_free(road->to);
    for (size_t i = 0; road->renames[i]; i++)
        free(road->renames[i]);
    place_end(&road->p);
}

/* ---- a planner that tries every way ---- */

struct trying {
    uint32_t way;
    bool more;
};

/* What the planner's configuration stands for here. */
static moult_status try_way(const moult_host *host, const moult_config *config,
                            moult_problem *problem, moult_error *err)
{
    struct trying *t = (struct trying *)(uintptr_t)(const void *)config;
    moult_status st = MOULT_OK;
    for (uint32_t i = 0; i < host->plan->count(problem) && !st; i++) {
        uint32_t n = host->plan->way_count(problem, i);
        t->more = t->more || t->way + 1 < n;
        st = host->plan->choose(problem, i, t->way < n ? t->way : n - 1);
    }
    return st ? error_set(err, st, "cannot choose") : MOULT_OK;
}

static const moult_planner trying_planner = {
    .head = {.size = MOULT_END(moult_planner, revise), .kind = "planner", .name = "every-way"},
    .plan = try_way,
};

struct moult_plan *road_plan(struct run *r, const struct road *road, uint32_t way, bool *more)
{
    struct trying t = {.way = way};
    struct plan_chain chain = {&trying_planner, (const moult_config *)(const void *)&t};
    struct plan_request request = {.host = HOST(r),
                                   .dialect = DIALECT(&road->p),
                                   .chain = &chain,
                                   .chain_count = 1,
                                   .delta = road->delta};
    struct moult_plan *plan = NULL;
    OK(r, "planning", plan_make(&request, &plan, r->err));
    *more = t.more;
    return plan;
}

/* ---- ways ---- */

static bool is_id(const char *id)
{
    return id && *id && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

static void check_way(struct run *r, const struct decision *d, const struct way *way)
{
    const moult_way *w = &way->facts;
    int n = (int)d->change->path.n;
    const char *path = d->change->path.p;
    REQUIRE(r, is_id(w->id), "a way to change %.*s has the id \"%s\"", n, path, w->id);
    REQUIRE(r, *w->summary && !strchr(w->summary, '\n'), "the way %s to change %.*s has no summary",
            w->id, n, path);
    REQUIRE(r, w->manner >= MOULT_IN_PLACE && w->manner <= MOULT_SHADOW,
            "the way %s to change %.*s has the manner %u", w->id, n, path, w->manner);
    REQUIRE(r, w->rewrites <= 1 && w->scans <= 1 && w->reversible <= 1,
            "a fact of the way %s to change %.*s is neither 0 nor 1", w->id, n, path);
    REQUIRE(r, !(w->hazards & MOULT_HAZARD_NOT_REVERSIBLE && w->reversible),
            "the way %s to change %.*s is reversible and not", w->id, n, path);
    REQUIRE(r, !(w->hazards & MOULT_HAZARD_DELETES_DATA && w->reversible),
            "the way %s to change %.*s deletes data, and its inverse loses nothing", w->id, n,
            path);
    for (size_t i = 0; i < way->aside_count; i++)
        REQUIRE(r, tree_find(d->change->delta->from, way->asides[i]),
                "the way %s to change %.*s sets %.*s aside, which is not there", w->id, n, path,
                STR_FMT(way->asides[i]));
}

static void check_same_way(struct run *r, const struct way *a, const struct way *b)
{
    REQUIRE(r,
            strcmp(a->facts.id, b->facts.id) == 0 && a->facts.hazards == b->facts.hazards &&
                a->facts.lock == b->facts.lock && a->facts.phase == b->facts.phase &&
                a->aside_count == b->aside_count,
            "asked twice, the way %s is another", a->facts.id);
}

static void check_decision(struct run *r, moult_problem *problem, const struct decision *d)
{
    struct moult_ways again;
    OK(r, "dialect.ways, again", problem_ways(problem, d->change, &again, r->err));
    REQUIRE(r, again.count == d->ways.count, "asked twice, %.*s has %zu ways and %zu",
            STR_FMT(d->change->path), d->ways.count, again.count);
    for (size_t i = 0; i < d->ways.count; i++) {
        check_way(r, d, &d->ways.items[i]);
        check_same_way(r, &d->ways.items[i], &again.items[i]);
        for (size_t k = 0; k < i; k++)
            REQUIRE(r, strcmp(d->ways.items[i].facts.id, d->ways.items[k].facts.id) != 0,
                    "two ways to change %.*s have the id %s", STR_FMT(d->change->path),
                    d->ways.items[i].facts.id);
    }
}

/* All decisions of the road; SEEN gets a bit an operation. */
static void visit(struct run *r, const struct road *road, bool check, uint32_t *seen)
{
    struct plan_request request = {
        .host = HOST(r), .dialect = DIALECT(&road->p), .delta = road->delta};
    struct moult_problem problem = {.request = &request};
    OK(r, "dialect.ways", problem_collect(&problem, r->err));
    REQUIRE(r, problem.count, "no change needs a decision");
    for (size_t i = 0; i < problem.count; i++) {
        const struct decision *d = &problem.decisions[i];
        *seen |= 1u << d->change->op;
        if (check)
            check_decision(r, &problem, d);
    }
    places_free(&problem.places);
    places_free(&problem.claims);
    arena_free(&problem.arena);
}

void check_ways(struct run *r)
{
    uint32_t seen = 0;
    for (int back = 0; back < 2; back++) {
        ROAD(r, road, back);
        visit(r, &road, true, &seen);
    }
}

static uint32_t all_kinds(struct run *r)
{
    uint32_t seen = 0;
    for (r->index = 0; r->index < r->suite->quirks.pair_count; r->index++)
        for (int back = 0; back < 2; back++) {
            ROAD(r, road, back);
            visit(r, &road, false, &seen);
        }
    return seen;
}

void check_kinds(struct run *r)
{
    uint32_t seen = all_kinds(r);
    REQUIRE(r, seen & 1u << MOULT_CREATE, "no pair of the quirks creates an object");
    REQUIRE(r, seen & 1u << MOULT_DROP, "no pair of the quirks drops an object");
    REQUIRE(r, seen & 1u << MOULT_ALTER, "no pair of the quirks alters an object");
}

void check_renames(struct run *r)
{
    REQUIRE(r, all_kinds(r) & 1u << MOULT_RENAME, "no pair of the quirks has a rename");
}

/* ---- render ---- */

static void check_step(struct run *r, const struct road *road, const struct plan_step *s)
{
    bool txn = WRITER(&road->p)->head.caps & MOULT_WRITER_TXN_DDL && s->txn == MOULT_TXN_INSIDE;
    REQUIRE(r, s->statement_count, "the way %.*s to change %.*s has no statement", STR_FMT(s->way),
            STR_FMT(s->object));
    for (size_t i = 0; i < s->statement_count; i++) {
        struct str sql = s->statements[i].sql;
        REQUIRE(r, !memchr(sql.p, 0, sql.n), "a statement with a zero byte");
        REQUIRE(r, sql.p[sql.n - 1] != ';', "a statement with its closing semicolon: %.*s",
                STR_FMT(sql));
        REQUIRE(r, txn || s->statements[i].probe.p,
                "no probe tells whether \"%.*s\" took place, which no transaction holds",
                STR_FMT(sql));
    }
}

/* Whoever says that a way is reversible gives its inverse. */
static void check_inverses(struct run *r, const struct road *road, const struct moult_plan *plan,
                           uint32_t way)
{
    struct plan_request request = {
        .host = HOST(r), .dialect = DIALECT(&road->p), .delta = road->delta};
    struct moult_problem problem = {.request = &request};
    OK(r, "dialect.ways", problem_collect(&problem, r->err));
    for (size_t i = 0; i < problem.count; i++) {
        const struct decision *d = &problem.decisions[i];
        const moult_way *w = &d->ways.items[way < d->ways.count ? way : d->ways.count - 1].facts;
        for (size_t k = 0; k < plan->step_count && w->reversible; k++) {
            const struct plan_step *s = &plan->steps[k];
            if (str_is(s->way, w->id) && str_eq(s->object, d->change->object->path))
                REQUIRE(r, s->inverse_count || w->covers == MOULT_COVERS_OBJECT,
                        "the way %s to change %.*s is reversible and has no inverse", w->id,
                        STR_FMT(d->change->path));
        }
    }
    arena_free(&problem.arena);
}

void check_render(struct run *r)
{
    for (int back = 0; back < 2; back++) {
        ROAD(r, road, back);
        bool more = true;
        for (uint32_t way = 0; more; way++) {
            CLEANUP_PLAN struct moult_plan *plan = road_plan(r, &road, way, &more);
            CLEANUP_PLAN struct moult_plan *again = road_plan(r, &road, way, &more);
            REQUIRE(r, plan->step_count, "the plan has no step");
            REQUIRE(r, strcmp(plan->digest, again->digest) == 0, "made twice, the plan is another");
            for (size_t i = 0; i < plan->step_count; i++)
                check_step(r, &road, &plan->steps[i]);
            check_inverses(r, &road, plan, way);
        }
    }
}
