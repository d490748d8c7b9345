/* SPDX-License-Identifier: Apache-2.0 */
/* Results of units, handed on one at a time. */
#include <time.h>

#include "../base/cleanup.h"
#include "units.h"

uint64_t millis_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

moult_status report_init(struct report *r, const moult_targets *t, const moult_run_options *options,
                         moult_error *err)
{
    *r = (struct report){.t = t, .options = options, .total = t->unit_count};
    r->first = moult_error_new();
    pthread_mutex_init(&r->mutex, NULL);
    return r->first ? MOULT_OK : error_nomem(err);
}

void report_free(struct report *r)
{
    moult_error_free(r->first);
    pthread_mutex_destroy(&r->mutex);
}

moult_status report_unit_result(struct report *r, const struct unit *u, moult_unit_result result,
                                uint64_t started)
{
    result.size = MOULT_END(moult_unit_result, millis);
    result.tenant = u->name;
    result.millis = millis_now() - started;
    LOCK_SCOPE(&r->mutex);
    r->told++;
    r->differing += result.state == MOULT_UNIT_DIFFERS;
    if (result.state == MOULT_UNIT_FAILED && !r->failed++)
        error_copy(r->first, result.error);
    if (r->options->unit && r->stopped == MOULT_OK)
        r->stopped = r->options->unit(r->options->arg, &result);
    if (r->total > 1)
        host_progress(r->t->m, "tenants", r->told, r->total);
    if (r->stopped != MOULT_OK)
        return r->stopped;
    bool stop = result.state == MOULT_UNIT_FAILED && !r->options->keep_going;
    return stop ? moult_error_code(r->first) : MOULT_OK;
}

moult_status report_end(const struct report *r, moult_status st, moult_error *err)
{
    if (r->failed) {
        error_copy(err, r->first);
        if (r->total > 1)
            error_detail(err, "units", "%zu of %zu failed", r->failed, r->total);
        return moult_error_code(r->first);
    }
    if (r->stopped != MOULT_OK)
        return error_set(err, r->stopped, "stopped by the program");
    if (st == MOULT_ERR_CANCELLED)
        return error_set(err, st, "stopped; %zu of %zu were looked at", r->told, r->total);
    if (st == MOULT_ERR_NOMEM)
        return error_nomem(err);
    if (st != MOULT_OK)
        return moult_error_code(err) == st
                   ? st
                   : error_set(err, st, "the work on the units ended early");
    if (r->differing) {
        error_set(err, MOULT_ERR_DIFFERS, "%zu of %zu differ from the desired state", r->differing,
                  r->total);
        return MOULT_ERR_DIFFERS;
    }
    return MOULT_OK;
}
