/* SPDX-License-Identifier: Apache-2.0 */
/* planner-acme - a planner of a third party: it leaves to another planner which ways are taken,
 * and then
 *   - refuses to drop tables that match the globs of `keep`;
 *   - gives steps that keep others waiting more time to get their lock;
 *   - warns where many rows are written again. */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <moult/planner.h>

#define MAX_GLOB 256

static moult_status fail(const moult_host *host, moult_error *err, moult_status code,
                         const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static moult_status fail(const moult_host *host, moult_error *err, moult_status code,
                         const char *hint, const char *format, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    host->error_set(host->ctx, err, code, text, strlen(text));
    host->error_detail(host->ctx, err, "hint", hint, strlen(hint));
    return code;
}

/* A setting that is a number from 0 to MOST. */
static moult_status number(const moult_host *host, const moult_config *config, const char *name,
                           uint64_t most, uint64_t *out, moult_error *err)
{
    const char *text = host->setting(host->ctx, config, name, NULL);
    char *end = NULL;
    long long n = text ? strtoll(text, &end, 10) : 0;
    if (text && (end == text || *end || n < 0 || (unsigned long long)n > most))
        return fail(host, err, MOULT_ERR_CONFIG, "give a number that is not negative",
                    "the setting %s of planner-acme cannot be \"%s\"", name, text);
    *out = (uint64_t)n;
    return MOULT_OK;
}

/* Does NAME match one of the globs in LIST, which commas separate?  -1: one of them is too long. */
static int kept(const char *list, const char *name)
{
    while (list && *list) {
        size_t n = strcspn(list, ",");
        char glob[MAX_GLOB];
        const char *first = list + strspn(list, " ");
        size_t len = first < list + n ? (size_t)(list + n - first) : 0;
        while (len && first[len - 1] == ' ')
            len--;
        if (len >= sizeof glob)
            return -1;
        memcpy(glob, first, len);
        glob[len] = 0;
        if (len && fnmatch(glob, name, 0) == 0)
            return 1;
        list += n + (list[n] == ',');
    }
    return 0;
}

/* Is CHANGE the drop of a whole table that has to stay? */
static moult_status check_drop(const moult_host *host, const moult_config *config,
                               const moult_change *change, moult_error *err)
{
    const moult_plan_api *plan = host->plan;
    const moult_node *table = plan->from(change);
    if (plan->op(change) != MOULT_DROP || plan->object(change) != change ||
        strcmp(host->tree->kind(table), "table") != 0)
        return MOULT_OK;
    const char *name = host->tree->key(table, NULL),
               *list = host->setting(host->ctx, config, "keep", NULL);
    int keep = kept(list, name);
    if (keep < 0)
        return fail(host, err, MOULT_ERR_CONFIG, "use shorter globs",
                    "a glob of the setting keep is too long");
    if (!keep)
        return MOULT_OK;
    fail(host, err, MOULT_ERR_REFUSED,
         "put the table into the desired state again, or take it out of the setting keep",
         "planner-acme refuses to drop the table %s", name);
    size_t len;
    const char *path = plan->path(change, &len);
    host->error_detail(host->ctx, err, "object", path, len);
    return MOULT_ERR_REFUSED;
}

static moult_status warn_of_rows(const moult_host *host, moult_problem *problem, uint32_t i,
                                 const moult_way *way, uint64_t large)
{
    uint64_t rows, bytes;
    char text[128];
    if (!way->rewrites)
        return MOULT_OK;
    moult_status st = host->plan->measured(problem, i, &rows, &bytes);
    if (st != MOULT_OK || rows == UINT64_MAX || rows < large)
        return st;
    int n =
        snprintf(text, sizeof text, "writes %" PRIu64 " rows again: better done at night", rows);
    return host->plan->warn(problem, i, text, (size_t)n);
}

static moult_status revise(const moult_host *host, const moult_config *config,
                           moult_problem *problem, moult_error *err)
{
    const moult_plan_api *plan = host->plan;
    uint64_t lock_ms = 0, large = 0;
    moult_status st = number(host, config, "lock-timeout", UINT32_MAX, &lock_ms, err);
    if (st == MOULT_OK)
        st = number(host, config, "large", INT64_MAX, &large, err);
    for (uint32_t i = 0; st == MOULT_OK && i < plan->count(problem); i++) {
        const moult_way *way = plan->way_at(problem, i, plan->chosen(problem, i));
        st = check_drop(host, config, plan->change(problem, i), err);
        if (st == MOULT_OK && way && way->lock != MOULT_LOCK_NONE)
            st = plan->set_timeouts(problem, i, (uint32_t)lock_ms, 0);
        if (st == MOULT_OK && way)
            st = warn_of_rows(host, problem, i, way, large);
    }
    return st;
}

static const moult_param keep = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_STRING,
    .name = "keep",
    .fallback = "",
    .help = "globs of tables that are never dropped, separated by commas",
};
static const moult_param lock_timeout = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_INTEGER,
    .name = "lock-timeout",
    .fallback = "60000",
    .help = "milliseconds that a step which keeps others waiting waits for its lock; 0 = no limit",
};
static const moult_param large = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_INTEGER,
    .name = "large",
    .fallback = "1000000",
    .help = "rows from which on a table that is written again is warned of",
};
static const moult_param *const params[] = {&keep, &lock_timeout, &large, NULL};

static const moult_planner planner = {
    .head = {.size = MOULT_END(moult_planner, revise),
             .major = MOULT_PLANNER_MAJOR,
             .minor = MOULT_PLANNER_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "planner",
             .name = "planner-acme",
             .summary = "keeps tables, is patient, warns of large ones",
             .params = params},
    .revise = revise,
};

static const moult_iface *const ifaces[] = {&planner.head, NULL};
static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "planner-acme",
    .version = "1.0.0",
    .license = "Apache-2.0",
    .summary = "the house rules of ACME",
    .ifaces = ifaces,
};

MOULT_PLUGIN_ENTRY(planner_acme)
{
    (void)host;
    (void)err;
    return &plugin;
}
