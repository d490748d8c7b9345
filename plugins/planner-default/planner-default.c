/* SPDX-License-Identifier: Apache-2.0 */
/* planner-default - takes for each change the way that risks the fewest data, then the one that
 * costs and holds up others least.  It refuses nothing: what a plan puts at risk is named in it,
 * and for the user to allow. */
#include <moult/planner.h>
#include <stdlib.h>
#include <string.h>

/* What makes a way worse than another that comes without it, whatever that one costs. */
#define LOSES (MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_CHANGES_VALUES)
#define DOUBTS (MOULT_HAZARD_NOT_ANALYSED | MOULT_HAZARD_NOT_REVERSIBLE)

struct settings {
    uint32_t lock_ms, run_ms;
};

static int count_bits(uint32_t bits)
{
    return __builtin_popcount(bits);
}

/* Below 0: A is better than B.  Equal ones stay in the dialect's order, which is best first. */
static int compare(const moult_way *a, const moult_way *b)
{
    int c = count_bits(a->hazards & LOSES) - count_bits(b->hazards & LOSES);
    if (!c)
        c = count_bits(a->hazards & DOUBTS) - count_bits(b->hazards & DOUBTS);
    if (!c)
        c = (a->rewrites != 0) - (b->rewrites != 0);
    if (!c)
        c = (a->lock > b->lock) - (a->lock < b->lock);
    return c;
}

static uint32_t best_way(const moult_plan_api *plan, const moult_problem *problem, uint32_t i)
{
    uint32_t best = 0;
    for (uint32_t w = 1; w < plan->way_count(problem, i); w++)
        if (compare(plan->way_at(problem, i, w), plan->way_at(problem, i, best)) < 0)
            best = w;
    return best;
}

static moult_status warn_about(const moult_plan_api *plan, moult_problem *problem, uint32_t i,
                               uint32_t hazards)
{
    static const char unknown[] =
        "moult does not know all that this does: read its statements first";
    static const char by_text[] =
        "texts that nobody checks may name it: see that they still fit afterwards";
    moult_status st = MOULT_OK;
    if (hazards & MOULT_HAZARD_NOT_ANALYSED)
        st = plan->warn(problem, i, unknown, sizeof unknown - 1);
    if (st == MOULT_OK && (hazards & MOULT_HAZARD_TEXT_ONLY))
        st = plan->warn(problem, i, by_text, sizeof by_text - 1);
    return st;
}

static moult_status bad_timeout(const moult_host *host, const char *name, moult_error *err)
{
    static const char msg[] = "a time-out of planner-default is not a number of milliseconds";
    static const char hint[] = "give 0 for no limit, or up to 4294967295 (about 49 days)";
    host->error_set(host->ctx, err, MOULT_ERR_CONFIG, msg, sizeof msg - 1);
    host->error_detail(host->ctx, err, "detail", name, strlen(name));
    host->error_detail(host->ctx, err, "hint", hint, sizeof hint - 1);
    return MOULT_ERR_CONFIG;
}

static moult_status read_timeout(const moult_host *host, const moult_config *config,
                                 const char *name, uint32_t *out, moult_error *err)
{
    const char *text = host->setting(host->ctx, config, name, NULL);
    char *end = NULL;
    long long ms = text ? strtoll(text, &end, 10) : 0;
    if (text && (end == text || *end || ms < 0 || ms > UINT32_MAX))
        return bad_timeout(host, name, err);
    *out = (uint32_t)ms;
    return MOULT_OK;
}

static moult_status read_settings(const moult_host *host, const moult_config *config,
                                  struct settings *s, moult_error *err)
{
    moult_status st = read_timeout(host, config, "lock-timeout", &s->lock_ms, err);
    return st == MOULT_OK ? read_timeout(host, config, "statement-timeout", &s->run_ms, err) : st;
}

static moult_status plan_all(const moult_host *host, const moult_config *config,
                             moult_problem *problem, moult_error *err)
{
    const moult_plan_api *plan = host->plan;
    struct settings s;
    moult_status st = read_settings(host, config, &s, err);
    for (uint32_t i = 0; st == MOULT_OK && i < plan->count(problem); i++) {
        uint32_t way = best_way(plan, problem, i);
        st = plan->choose(problem, i, way);
        if (st == MOULT_OK)
            st = plan->set_timeouts(problem, i, s.lock_ms, s.run_ms);
        if (st == MOULT_OK)
            st = warn_about(plan, problem, i, plan->way_at(problem, i, way)->hazards);
    }
    return st;
}

static const moult_param lock_timeout = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_INTEGER,
    .name = "lock-timeout",
    .fallback = "10000",
    .help = "milliseconds that a step waits for a lock; 0 = no limit",
};
static const moult_param statement_timeout = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_INTEGER,
    .name = "statement-timeout",
    .fallback = "0",
    .help = "milliseconds that a statement may run; 0 = no limit",
};
static const moult_param *const params[] = {&lock_timeout, &statement_timeout, NULL};

static const moult_planner planner = {
    .head = {.size = MOULT_END(moult_planner, revise),
             .major = MOULT_PLANNER_MAJOR,
             .minor = MOULT_PLANNER_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "planner",
             .name = "planner-default",
             .summary = "the safest way of each change, then the lightest",
             .params = params},
    .plan = plan_all,
};

static const moult_iface *const ifaces[] = {&planner.head, NULL};
static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "planner-default",
    .version = MOULT_VERSION,
    .license = "Apache-2.0",
    .summary = "the planner that is used where none is named",
    .ifaces = ifaces,
};

MOULT_PLUGIN_ENTRY(planner_default)
{
    (void)host;
    (void)err;
    return &plugin;
}
