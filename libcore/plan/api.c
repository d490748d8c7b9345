/* SPDX-License-Identifier: Apache-2.0 */
/* The table through which dialects and planners see changes, ways and decisions. */
#include "problem.h"

static uint32_t change_op(const moult_change *change)
{
    return change->op;
}

static const moult_node *change_from(const moult_change *change)
{
    return change->from;
}

static const moult_node *change_to(const moult_change *change)
{
    return change->to;
}

static const char *change_path(const moult_change *change, size_t *len)
{
    if (len)
        *len = change->path.n;
    return change->path.p;
}

static const moult_change *change_object(const moult_change *change)
{
    return change->object;
}

static uint32_t change_nested_count(const moult_change *change)
{
    return (uint32_t)change->nested_count;
}

static const moult_change *change_nested(const moult_change *change, uint32_t i)
{
    return i < change->nested_count ? change->nested[i] : NULL;
}

static int32_t change_differs(const moult_change *change, const char *name)
{
    for (size_t i = 0; i < change->differing_count; i++)
        if (strcmp(change->differing[i], name) == 0)
            return 1;
    return 0;
}

static const char *change_differing(const moult_change *change, uint32_t i)
{
    return i < change->differing_count ? change->differing[i] : NULL;
}

static const moult_tree *change_from_tree(const moult_change *change)
{
    return change->delta->from;
}

static const moult_tree *change_to_tree(const moult_change *change)
{
    return change->delta->to;
}

/* The borrowed strings become the problem's; NULL stays NULL. */
static bool keep_strings(struct arena *a, moult_way *w)
{
    const char **field[] = {&w->id, &w->summary, &w->why, &w->privilege};
    for (size_t i = 0; i < sizeof field / sizeof *field; i++)
        if (*field[i] && !(*field[i] = arena_str(a, str_of(*field[i])).p))
            return false;
    return true;
}

static bool sensible(const moult_way *w)
{
    return w->id && *w->id && w->summary &&
           (w->covers == MOULT_COVERS_CHANGE || w->covers == MOULT_COVERS_OBJECT) &&
           w->txn >= MOULT_TXN_INSIDE && w->txn <= MOULT_TXN_COMMITS &&
           ((w->lock >= MOULT_LOCK_NONE && w->lock <= MOULT_LOCK_READS) ||
            w->lock == MOULT_LOCK_UNKNOWN) &&
           w->phase >= MOULT_EXPAND && w->phase <= MOULT_CONTRACT;
}

/* Facts that imply a hazard, and hazards of a newer dialect that have no name here. */
static void settle_hazards(moult_way *w)
{
    static const uint32_t known = 0
#define BIT(bit, id, name, help) | (1u << (bit))
        MOULT_HAZARDS(BIT)
#undef BIT
        ;
    if (w->hazards & ~known)
        w->hazards = (w->hazards & known) | MOULT_HAZARD_NOT_ANALYSED;
    if (w->lock == MOULT_LOCK_UNKNOWN)
        w->hazards |= MOULT_HAZARD_UNKNOWN_LOCK;
    if (w->privilege)
        w->hazards |= MOULT_HAZARD_NEEDS_PRIVILEGE;
}

static moult_status ways_fail(moult_ways *ways, moult_status st)
{
    if (ways->failed == MOULT_OK)
        ways->failed = st;
    return st;
}

static moult_status ways_way(moult_ways *ways, const moult_way *given)
{
    moult_way facts = {0};
    if (given->size < MOULT_END(moult_way, summary))
        return ways_fail(ways, MOULT_ERR_INTERNAL);
    memcpy(&facts, given, given->size < sizeof facts ? given->size : sizeof facts);
    facts.size = MOULT_END(moult_way, privilege);
    if (!sensible(&facts))
        return ways_fail(ways, MOULT_ERR_INTERNAL);
    settle_hazards(&facts);
    struct way *w = ARENA_PUSH(ways->arena, ways->items, ways->count, ways->cap);
    if (!w || !keep_strings(ways->arena, &facts))
        return ways_fail(ways, MOULT_ERR_NOMEM);
    w->facts = facts;
    return MOULT_OK;
}

static moult_status ways_aside(moult_ways *ways, const char *path, size_t len)
{
    if (!ways->count || !len)
        return ways_fail(ways, MOULT_ERR_INTERNAL);
    struct way *w = &ways->items[ways->count - 1];
    struct str *aside = ARENA_PUSH(ways->arena, w->asides, w->aside_count, w->aside_cap);
    if (!aside || !(*aside = arena_str(ways->arena, (struct str){path, len})).p)
        return ways_fail(ways, MOULT_ERR_NOMEM);
    return MOULT_OK;
}

static moult_status script_fail(moult_script *script, moult_status st, const char *complaint)
{
    if (script->failed == MOULT_OK) {
        script->failed = st;
        script->complaint = complaint;
    }
    return st;
}

static moult_status script_statement(moult_script *script, uint32_t role, const char *sql,
                                     size_t len)
{
    struct plan_step *s = script->step;
    struct arena *a = script->arena;
    if (!sql || !len)
        return script_fail(script, MOULT_ERR_INTERNAL, "an empty statement");
    struct str text = arena_str(a, (struct str){sql, len});
    if (!text.p)
        return script_fail(script, MOULT_ERR_NOMEM, NULL);
    struct plan_statement *statement;
    struct str *undo;
    switch (role) {
    case MOULT_SQL_DO:
        if (!(statement = ARENA_PUSH(a, s->statements, s->statement_count, s->statement_cap)))
            return script_fail(script, MOULT_ERR_NOMEM, NULL);
        statement->sql = text;
        return MOULT_OK;
    case MOULT_SQL_PROBE:
        if (!s->statement_count || s->statements[s->statement_count - 1].probe.p)
            return script_fail(script, MOULT_ERR_INTERNAL, "a probe that belongs to no statement");
        s->statements[s->statement_count - 1].probe = text;
        return MOULT_OK;
    case MOULT_SQL_UNDO:
        if (!(undo = ARENA_PUSH(a, s->inverse, s->inverse_count, s->inverse_cap)))
            return script_fail(script, MOULT_ERR_NOMEM, NULL);
        *undo = text;
        return MOULT_OK;
    default:
        return script_fail(script, MOULT_ERR_INTERNAL, "a statement of an unknown role");
    }
}

static uint32_t problem_count(const moult_problem *problem)
{
    return (uint32_t)problem->count;
}

static const moult_change *problem_change(const moult_problem *problem, uint32_t i)
{
    return i < problem->count ? problem->decisions[i].change : NULL;
}

static uint32_t problem_way_count(const moult_problem *problem, uint32_t i)
{
    return i < problem->count ? (uint32_t)problem->decisions[i].ways.count : 0;
}

static const moult_way *problem_way_at(const moult_problem *problem, uint32_t i, uint32_t way)
{
    return way < problem_way_count(problem, i) ? &problem->decisions[i].ways.items[way].facts
                                               : NULL;
}

static uint32_t problem_chosen(const moult_problem *problem, uint32_t i)
{
    return i < problem->count ? problem->decisions[i].chosen : NOWHERE;
}

static moult_status problem_choose(moult_problem *problem, uint32_t i, uint32_t way)
{
    if (way >= problem_way_count(problem, i))
        return MOULT_ERR_INVALID;
    problem->decisions[i].chosen = way;
    return MOULT_OK;
}

static moult_status problem_set_phase(moult_problem *problem, uint32_t i, uint32_t phase)
{
    if (i >= problem->count || phase < MOULT_EXPAND || phase > MOULT_CONTRACT)
        return MOULT_ERR_INVALID;
    problem->decisions[i].phase = phase;
    return MOULT_OK;
}

static moult_status problem_set_timeouts(moult_problem *problem, uint32_t i, uint32_t lock_ms,
                                         uint32_t run_ms)
{
    if (i >= problem->count)
        return MOULT_ERR_INVALID;
    problem->decisions[i].lock_ms = lock_ms;
    problem->decisions[i].run_ms = run_ms;
    return MOULT_OK;
}

static moult_status problem_warned(moult_problem *problem, uint32_t i, const char *msg, size_t len)
{
    if (i != NOWHERE && i >= problem->count)
        return MOULT_ERR_INVALID;
    return problem_warn(problem, i == NOWHERE ? NULL : problem->decisions[i].change,
                        (struct str){msg, len});
}

static moult_status problem_measured(const moult_problem *problem, uint32_t i, uint64_t *rows,
                                     uint64_t *bytes)
{
    if (i >= problem->count)
        return MOULT_ERR_INVALID;
    struct decision *d = &problem->decisions[i];
    moult_status st = problem_measure(problem, d);
    *rows = d->rows;
    *bytes = d->bytes;
    return st;
}

const moult_plan_api plan_api = {
    .size = MOULT_END(moult_plan_api, measured),
    .op = change_op,
    .from = change_from,
    .to = change_to,
    .path = change_path,
    .object = change_object,
    .nested_count = change_nested_count,
    .nested = change_nested,
    .differs = change_differs,
    .differing = change_differing,
    .from_tree = change_from_tree,
    .to_tree = change_to_tree,
    .way = ways_way,
    .aside = ways_aside,
    .statement = script_statement,
    .count = problem_count,
    .change = problem_change,
    .way_count = problem_way_count,
    .way_at = problem_way_at,
    .chosen = problem_chosen,
    .choose = problem_choose,
    .set_phase = problem_set_phase,
    .set_timeouts = problem_set_timeouts,
    .warn = problem_warned,
    .measured = problem_measured,
};
