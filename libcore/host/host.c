/* SPDX-License-Identifier: Apache-2.0 */
/* The table of services lent to plugins. */
#include "host.h"

#include <limits.h>
#include <stdlib.h>

#include "../plan/plan.h"
#include "../schema/tree.h"
#include "settings.h"

static int text_len(size_t len)
{
    return len > INT_MAX ? INT_MAX : (int)len;
}

static void *lend_alloc(moult_ctx *ctx, size_t len)
{
    (void)ctx;
    return malloc(len ? len : 1);
}

static void lend_free(moult_ctx *ctx, void *p)
{
    (void)ctx;
    free(p);
}

static void lend_log(moult_ctx *ctx, int32_t level, const char *msg, size_t len)
{
    if (!ctx || !msg)
        return;
    if (level < MOULT_LOG_ERROR)
        level = MOULT_LOG_ERROR;
    host_log((struct moult *)(void *)ctx, level, "%.*s", text_len(len), msg);
}

static void lend_error_set(moult_ctx *ctx, moult_error *err, moult_status code, const char *msg,
                           size_t len)
{
    (void)ctx;
    if (code <= MOULT_OK || code > MOULT_ERR_TOO_LARGE)
        code = MOULT_ERR_INTERNAL; /* a newer plugin's code, or none */
    error_set(err, code, "%.*s", text_len(len), msg ? msg : "");
}

static void lend_error_detail(moult_ctx *ctx, moult_error *err, const char *key, const char *value,
                              size_t len)
{
    (void)ctx;
    if (key && *key)
        error_detail_str(err, key, (struct str){value, len});
}

static const char *lend_setting(moult_ctx *ctx, const moult_config *config, const char *name,
                                size_t *len)
{
    (void)ctx;
    const char *text = settings_get(config, name);
    if (len)
        *len = text ? strlen(text) : 0;
    return text;
}

static int32_t lend_cancelled(moult_ctx *ctx, const moult_op *op)
{
    const struct moult *m = op ? op->m : (const struct moult *)(const void *)ctx;
    return m && host_cancelled(m);
}

static void lend_progress(moult_ctx *ctx, moult_op *op, uint64_t done, uint64_t total)
{
    (void)ctx;
    if (op && op->m)
        host_progress(op->m, op->what, done, total);
}

#define END_OF_TABLE MOULT_END(moult_host, plan)

static const moult_host entry_table = {
    .size = END_OF_TABLE,
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .version = MOULT_VERSION,
    .ctx = NULL,
    .alloc = lend_alloc,
    .free = lend_free,
    .log = lend_log,
    .error_set = lend_error_set,
    .error_detail = lend_error_detail,
    .setting = lend_setting,
    .cancelled = lend_cancelled,
    .progress = lend_progress,
    .tree = &tree_api,
    .plan = &plan_api,
};

const moult_host *host_entry_table(void)
{
    return &entry_table;
}

void host_table_init(struct moult *m)
{
    m->host = entry_table;
    m->host.ctx = (moult_ctx *)(void *)m;
}

bool host_cancelled(const struct moult *m)
{
    return m->options.cancel && *m->options.cancel;
}
