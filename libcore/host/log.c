/* SPDX-License-Identifier: Apache-2.0 */
/* Messages and progress on their way to the program that uses the library. */
#include <stdarg.h>
#include <time.h>

#include "../base/buf.h"
#include "../base/cleanup.h"
#include "host.h"

#define PROGRESS_EVERY_MS 100

void host_log(struct moult *m, int32_t level, const char *fmt, ...)
{
    if (!m->options.log || level > m->log_level)
        return;
    CLEANUP_BUF struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    struct str msg = buf_ok(&text) ? buf_view(&text) : STR("a message was lost: out of memory");
    m->options.log(m->options.log_arg, level, msg.p, msg.n);
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void host_progress(struct moult *m, const char *what, uint64_t done, uint64_t total)
{
    if (!m->options.progress)
        return;
    bool last = total && done >= total;
    uint64_t now = now_ms(), at = atomic_load(&m->progress_at);
    if (!last && at && now - at < PROGRESS_EVERY_MS)
        return;
    LOCK_SCOPE(&m->progress_mutex);
    /* Another thread may have told while this one waited. */
    at = atomic_load(&m->progress_at);
    if (!last && at && now - at < PROGRESS_EVERY_MS && now >= at)
        return;
    atomic_store(&m->progress_at, now);
    m->options.progress(m->options.progress_arg, what, done, total);
}
