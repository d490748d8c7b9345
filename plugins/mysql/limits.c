/* SPDX-License-Identifier: Apache-2.0 */
/* limits.c - how long a statement may wait for locks, and run. */
#include "writer.h"

#define SCRATCH_MS 60000u /* for one statement: untrusted text may ask for endless work */

uint64_t mylimits_lock_ms(const moult_session *on, const struct writer *w)
{
    return w->lock_ms ? w->lock_ms : on->lock_timeout_ms;
}

/* Whole seconds, at least one: the server counts no finer. */
static uint64_t seconds(uint64_t ms)
{
    uint64_t n = ms / 1000 + (ms % 1000 != 0);
    return n < 1 ? 1 : n > 31536000 ? 31536000 : n;
}

static moult_status set(moult_session *on, struct writer *w, uint64_t lock, uint64_t run,
                        moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    if (w->limited && lock == w->lock_now && run == w->run_now)
        return MOULT_OK;
    unsigned long s = (unsigned long)lock;
    mytext_printf(&sql, "SET SESSION lock_wait_timeout = %lu, innodb_lock_wait_timeout = %lu", s,
                  s);
    if (on->mariadb)
        mytext_printf(&sql, ", max_statement_time = %.3f", (double)run / 1000);
    else
        mytext_printf(&sql, ", max_execution_time = %lu", (unsigned long)run);
    if (sql.failed)
        return my_nomem(on->host, err);
    moult_status st = my_ask(on, "set the time limits", sql.p, NULL, err);
    w->limited = st == MOULT_OK;
    w->lock_now = lock;
    w->run_now = run;
    return st;
}

moult_status mylimits_apply(moult_session *on, struct writer *w, uint64_t slice_ms,
                            moult_error *err)
{
    uint64_t run = w->run_ms ? w->run_ms : on->statement_timeout_ms;
    if (w->name && !run)
        run = SCRATCH_MS;
    moult_status st = set(on, w, seconds(slice_ms), run, err);
    /* MySQL's own limit is for queries alone. */
    on->deadline_ms = st == MOULT_OK && !on->mariadb && run ? mywriter_now_ms() + run : 0;
    return st;
}

moult_status mylimits_lift(moult_session *on, struct writer *w, moult_error *err)
{
    on->deadline_ms = 0;
    if (!w->limited || w->name)
        return MOULT_OK;
    return set(on, w, seconds(on->lock_timeout_ms), on->statement_timeout_ms, err);
}
