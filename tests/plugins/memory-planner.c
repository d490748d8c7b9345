/* SPDX-License-Identifier: Apache-2.0 */
/* memory-planner.c - a planner for tests that does as its settings say: prefers a way by name, refuses
 * one, sets time-outs, warns.  As a later link of a chain it revises instead. */
#include <moult/planner.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is(const moult_host *host, const moult_config *config, const char *setting,
               const char *id)
{
    const char *text = host->setting(host->ctx, config, setting, NULL);
    return text && *text && strcmp(text, id) == 0;
}

static moult_status refuse(const moult_host *host, const char *id, moult_error *err)
{
    char msg[256];
    int n = snprintf(msg, sizeof msg, "planner-memory refuses the way \"%s\"", id);
    host->error_set(host->ctx, err, MOULT_ERR_REFUSED, msg, (size_t)n);
    return MOULT_ERR_REFUSED;
}

/* The preferred way of change I if it has it, else what stands, else the best. */
static moult_status choose(const moult_host *host, const moult_config *config,
                           moult_problem *problem, uint32_t i)
{
    const moult_plan_api *plan = host->plan;
    uint32_t chosen = plan->chosen(problem, i);
    for (uint32_t w = 0; w < plan->way_count(problem, i); w++)
        if (is(host, config, "prefer", plan->way_at(problem, i, w)->id))
            chosen = w;
    return plan->choose(problem, i, chosen == UINT32_MAX ? 0 : chosen);
}

static moult_status decide(const moult_host *host, const moult_config *config,
                           moult_problem *problem, moult_error *err)
{
    const moult_plan_api *plan = host->plan;
    const char *ms = host->setting(host->ctx, config, "lock-timeout", NULL);
    const char *warning = host->setting(host->ctx, config, "warn", NULL);
    moult_status st = MOULT_OK;
    for (uint32_t i = 0; i < plan->count(problem) && !st; i++) {
        st = choose(host, config, problem, i);
        if (st)
            break;
        const char *id = plan->way_at(problem, i, plan->chosen(problem, i))->id;
        if (is(host, config, "refuse", id))
            return refuse(host, id, err);
        if (ms)
            st = plan->set_timeouts(problem, i, (uint32_t)strtoul(ms, NULL, 10), 0);
    }
    if (!st && warning)
        st = plan->warn(problem, UINT32_MAX, warning, strlen(warning));
    return st;
}

static const moult_param param_prefer = {MOULT_END(moult_param, help),
                                         MOULT_PARAM_STRING,
                                         0,
                                         "prefer",
                                         NULL,
                                         "id of the way to take where there is one"};
static const moult_param param_refuse = {
    MOULT_END(moult_param, help), MOULT_PARAM_STRING, 0, "refuse", NULL,
    "id of a way that is refused"};
static const moult_param param_warn = {
    MOULT_END(moult_param, help),     MOULT_PARAM_STRING, 0, "warn", NULL,
    "a warning to put into each plan"};
static const moult_param param_timeout = {
    MOULT_END(moult_param, help),         MOULT_PARAM_INTEGER, 0, "lock-timeout", NULL,
    "milliseconds a step waits for locks"};
static const moult_param *const params[] = {&param_prefer, &param_refuse, &param_warn,
                                            &param_timeout, NULL};

static const moult_planner planner = {
    .head = {.size = MOULT_END(moult_planner, revise),
             .major = MOULT_PLANNER_MAJOR,
             .minor = MOULT_PLANNER_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "planner",
             .name = "planner-memory",
             .summary = "does as its settings say",
             .params = params},
    .plan = decide,
    .revise = decide,
};

static const moult_iface *const ifaces[] = {&planner.head, NULL};
static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "planner-memory",
    .version = MOULT_VERSION,
    .license = "Apache-2.0",
    .summary = "a planner for tests",
    .ifaces = ifaces,
};

MOULT_PLUGIN_ENTRY(planner_memory)
{
    (void)host, (void)err;
    return &plugin;
}
