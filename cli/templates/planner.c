/* SPDX-License-Identifier: Apache-2.0 */
/* @NAME@ - a planner for moult: runs after another one and changes what that decided.
 *
 * It serves: for every change, the way that harms other sessions least.  moult-planner(3)
 * explains the calls, moult-plugin(3) what all plugins have in common. */
#include <moult/planner.h>

/* How much a way disturbs others: its lock, then whether the work grows with the rows. */
static uint32_t cost(const moult_way *way)
{
    return way->lock * 4 + (way->rewrites ? 2 : 0) + (way->scans ? 1 : 0);
}

/* Called once a plan, after the planners before this one in moult.toml. */
static moult_status revise(const moult_host *host, const moult_config *config,
                           moult_problem *problem, moult_error *err)
{
    const moult_plan_api *api = host->plan;
    (void)config;
    (void)err;
    for (uint32_t i = 0; i < api->count(problem); i++) {
        uint32_t best = api->chosen(problem, i);
        if (best == UINT32_MAX)
            continue;
        for (uint32_t way = 0; way < api->way_count(problem, i); way++)
            if (cost(api->way_at(problem, i, way)) < cost(api->way_at(problem, i, best)))
                best = way;
        moult_status st = api->choose(problem, i, best);
        if (st != MOULT_OK)
            return st;
    }
    return MOULT_OK;
}

static const moult_planner planner = {
    .head = {.size = MOULT_END(moult_planner, revise),
             .major = MOULT_PLANNER_MAJOR,
             .minor = MOULT_PLANNER_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "planner",
             .name = "@NAME@",
             .summary = "chooses the way that harms other sessions least"},
    .revise = revise,
};
static const moult_iface *const interfaces[] = {&planner.head, NULL};
static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "@NAME@",
    .version = "0.1.0",
    .license = "Apache-2.0",
    .summary = "chooses the way that harms other sessions least",
    .ifaces = interfaces,
};

MOULT_PLUGIN_ENTRY(@MODULE @)
{
    (void)host;
    (void)err;
    return &plugin;
}
