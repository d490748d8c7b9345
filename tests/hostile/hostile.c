/* SPDX-License-Identifier: Apache-2.0 */
/* hostile.c - a planner that is wrong in one way, which HOSTILE_... on the command line chooses.  They
 * export the plain entry symbol, so that they can be copied under any name. */
#include <moult/planner.h>

#ifndef HOSTILE_MISSING_SLOT
static moult_status plan(const moult_host *host, const moult_config *config, moult_problem *problem,
                         moult_error *err)
{
    (void)host;
    (void)config;
    (void)problem;
    (void)err;
    return MOULT_OK;
}
#endif

#ifdef HOSTILE_BAD_PARAM
static const moult_param speed = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_INTEGER,
    .name = "speed",
    .fallback = "fast",
    .help = "how fast",
};
static const moult_param *const params[] = {&speed, NULL};
#endif

static const moult_planner planner = {
    .head =
        {
#ifdef HOSTILE_IFACE_SIZE_ZERO
            .size = 0,
#else
            .size = MOULT_END(moult_planner, revise),
#endif
#ifdef HOSTILE_IFACE_MAJOR
            .major = MOULT_PLANNER_MAJOR + 1,
#else
            .major = MOULT_PLANNER_MAJOR,
#endif
            .minor = MOULT_PLANNER_MINOR,
#ifdef HOSTILE_THREADING
            .threading = 2718,
#else
            .threading = MOULT_THREAD_FREE,
#endif
#ifdef HOSTILE_NEEDS
            .needs = UINT64_C(1) << 60,
#endif
            .caps = UINT64_MAX, /* what a host does not know it ignores */
            .kind = "planner",
#ifdef HOSTILE_IFACE_NAME
            .name = "../x",
#else
            .name = "hostile",
#endif
            .summary = "wrong in one way",
#ifdef HOSTILE_BAD_PARAM
            .params = params,
#endif
        },
#ifndef HOSTILE_MISSING_SLOT
    .plan = plan,
#endif
};

/* A kind of a later host: it is told about, and not called. */
static const moult_iface future = {
    .size = MOULT_END(moult_iface, params),
    .major = 3,
    .kind = "acme/teleporter",
    .name = "hostile",
    .summary = "unheard of",
};

static const moult_iface *const ifaces[] = {
#ifdef HOSTILE_NO_IFACES
    NULL, /* what follows is not reached */
#endif
    &planner.head,
#ifdef HOSTILE_DUPLICATE
    &planner.head,
#endif
    &future,       NULL,
};

static const moult_plugin descriptor = {
#ifdef HOSTILE_SIZE_ZERO
    .size = 0,
#else
    .size = MOULT_END(moult_plugin, ifaces),
#endif
#ifdef HOSTILE_ABI
    .abi_major = 9,
    .abi_minor = 9,
#else
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
#endif
    .name = "hostile",
#ifndef HOSTILE_NO_VERSION
    .version = "1.0",
#endif
    .license = "Apache-2.0",
    .summary = "wrong in one way",
    .ifaces = ifaces,
};

#ifdef HOSTILE_UNDEFINED_SYMBOL
int moult_symbol_that_nobody_defines(void);
#endif
#ifdef HOSTILE_MISSING_LIBRARY
int gone(void);
#endif

#if defined(HOSTILE_OTHER_MAJOR)
#define ENTRY moult_plugin_v7
#elif defined(HOSTILE_NO_ENTRY)
#define ENTRY something_else
#else
#define ENTRY moult_plugin_v0
#endif

MOULT_EXPORT const moult_plugin *ENTRY(const moult_host *host, moult_error *err);
const moult_plugin *ENTRY(const moult_host *host, moult_error *err)
{
    (void)host;
    (void)err;
#ifdef HOSTILE_UNDEFINED_SYMBOL
    if (moult_symbol_that_nobody_defines())
        return NULL;
#endif
#ifdef HOSTILE_MISSING_LIBRARY
    if (gone())
        return NULL;
#endif
#ifdef HOSTILE_ENTRY_NULL
    host->error_set(host->ctx, err, MOULT_ERR_UNAVAILABLE, "the moon is not full", 20);
    return NULL;
#endif
#ifdef HOSTILE_ENTRY_SILENT
    return NULL;
#endif
    return &descriptor;
}
