/* SPDX-License-Identifier: Apache-2.0 */
/* fine.c - a plugin that is right, for comparison: a store with parameters that takes one call at a
 * time, and notices if it gets two. */
#include <moult/planner.h>
#include <moult/store.h>
#include <stdatomic.h>
#include <time.h>

static atomic_int inside;

static moult_status open_store(const moult_host *host, const moult_config *config, uint32_t create,
                               moult_session **out, moult_error *err)
{
    (void)create;
    (void)err;
    /* The host that is given here, not the one of the entry, is of the moult that calls. */
    host->log(host->ctx, MOULT_LOG_INFO, "fine store opened", 17);
    *out = (moult_session *)(uintptr_t)host->setting(host->ctx, config, "path", NULL);
    return MOULT_OK;
}

static void close_store(moult_session *session)
{
    (void)session;
}

static moult_status put_if_absent(moult_session *session, const char *key, const char *bytes,
                                  size_t len, moult_error *err)
{
    (void)session;
    (void)key;
    (void)bytes;
    (void)len;
    (void)err;
    if (atomic_fetch_add(&inside, 1))
        return MOULT_ERR_INTERNAL;
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    atomic_fetch_sub(&inside, 1);
    return MOULT_OK;
}

static moult_status get(moult_session *session, const char *key, char **bytes, size_t *len,
                        moult_error *err)
{
    (void)session;
    (void)key;
    (void)err;
    *bytes = NULL;
    *len = 0;
    return MOULT_ERR_NOT_FOUND;
}

static moult_status list(moult_session *session, moult_name_fn *fn, void *arg, moult_error *err)
{
    (void)session;
    (void)fn;
    (void)arg;
    (void)err;
    return MOULT_OK;
}

static moult_status ref_list(moult_session *session, const char *prefix, moult_name_fn *fn,
                             void *arg, moult_error *err)
{
    (void)prefix;
    return list(session, fn, arg, err);
}

static moult_status ref_get(moult_session *session, const char *name, char key[65],
                            moult_error *err)
{
    (void)session;
    (void)name;
    key[0] = '\0';
    (void)err;
    return MOULT_ERR_NOT_FOUND;
}

static moult_status ref_swap(moult_session *session, const char *name, const char *expect,
                             const char *key, moult_error *err)
{
    (void)session;
    (void)name;
    (void)expect;
    (void)key;
    (void)err;
    return MOULT_OK;
}

static moult_status remove_object(moult_session *session, const char *key, moult_error *err)
{
    (void)session;
    (void)key;
    (void)err;
    return MOULT_OK;
}

#define PARAM(var, id, kind, flag, dflt, text)                                                     \
    static const moult_param var = {.size = MOULT_END(moult_param, help),                          \
                                    .type = MOULT_PARAM_##kind,                                    \
                                    .flags = flag,                                                 \
                                    .name = id,                                                    \
                                    .fallback = dflt,                                              \
                                    .help = text}
PARAM(path, "path", PATH, 0, "snapshots", "where the objects are");
PARAM(depth, "depth", INTEGER, 0, "2", "how many levels of folders");
PARAM(sync, "sync", BOOLEAN, 0, "true", "whether to flush");
PARAM(key, "api-key", STRING, MOULT_PARAM_SECRET, NULL, "what opens it");
PARAM(bucket, "bucket", STRING, MOULT_PARAM_REQUIRED, NULL, "name the bucket");
static const moult_param *const params[] = {&path, &depth, &sync, &key, &bucket, NULL};

static const moult_store store = {
    .head = {.size = MOULT_END(moult_store, remove),
             .major = MOULT_STORE_MAJOR,
             .minor = MOULT_STORE_MINOR,
             .threading = MOULT_THREAD_PLUGIN,
             .kind = "store",
             .name = "fine",
             .summary = "keeps nothing",
             .params = params},
    .open = open_store,
    .close = close_store,
    .put_if_absent = put_if_absent,
    .get = get,
    .list = list,
    .ref_list = ref_list,
    .ref_get = ref_get,
    .ref_swap = ref_swap,
    .remove = remove_object,
};

static const moult_iface *const ifaces[] = {&store.head, NULL};
static const moult_plugin descriptor = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "fine",
    .version = "1.0",
    .license = "Apache-2.0",
    .summary = "keeps nothing",
    .ifaces = ifaces,
};

MOULT_PLUGIN_ENTRY(fine)
{
    (void)err;
    host->log(host->ctx, MOULT_LOG_ERROR, "an entry speaks to nobody", 25);
    return &descriptor;
}
