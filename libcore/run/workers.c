/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of threads for work on many units. */
#include "../base/cleanup.h"
#include "run.h"

struct pool {
    struct moult *m;
    size_t count;
    worker_fn *fn;
    void *arg;
    atomic_size_t next;
    atomic_int status; /* of the first call that failed */
};

static void *work(void *arg)
{
    struct pool *p = arg;
    for (;;) {
        if (atomic_load(&p->status) != MOULT_OK)
            return NULL;
        size_t i = atomic_fetch_add(&p->next, 1);
        if (i >= p->count)
            return NULL;
        int none = MOULT_OK;
        moult_status st = host_cancelled(p->m) ? MOULT_ERR_CANCELLED : p->fn(p->arg, i);
        if (st != MOULT_OK)
            atomic_compare_exchange_strong(&p->status, &none, st);
    }
}

moult_status workers_run(struct moult *m, uint32_t jobs, size_t count, worker_fn *fn, void *arg)
{
    struct pool pool = {.m = m, .count = count, .fn = fn, .arg = arg};
    size_t extra = jobs > 1 && count > 1 ? (jobs < count ? jobs : count) - 1 : 0;
    CLEANUP_FREE pthread_t *threads = extra ? calloc(extra, sizeof *threads) : NULL;
    size_t started = 0;
    /* Fewer threads than wished for is slower, not wrong. */
    while (threads && started < extra && pthread_create(&threads[started], NULL, work, &pool) == 0)
        started++;
    work(&pool);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return atomic_load(&pool.status);
}

uint32_t workers_for(const moult_targets *t)
{
    const struct adapter *a = &t->adapter;
    bool many = a->reader->head.threading >= MOULT_THREAD_SESSION &&
                (!a->writer || a->writer->head.threading >= MOULT_THREAD_SESSION);
    return many ? t->m->jobs : 1;
}
