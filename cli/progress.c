/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - one line on the terminal for work that takes longer than a second. */
#include <unistd.h>

#include "cli.h"

#define MILLIS_BEFORE 1000
#define MILLIS_BETWEEN 100

static long millis_since(const struct timespec *from, const struct timespec *to)
{
    return (long)(to->tv_sec - from->tv_sec) * 1000 + (to->tv_nsec - from->tv_nsec) / 1000000;
}

void progress_start(struct cli *cli)
{
    struct progress *p = &cli->progress;
    p->enabled = !cli->global.quiet && !cli->log_json && isatty(STDERR_FILENO);
    clock_gettime(CLOCK_MONOTONIC, &p->start);
    p->last = p->start;
}

void progress_show(void *arg, const char *what, uint64_t done, uint64_t total)
{
    struct cli *cli = arg;
    struct progress *p = &cli->progress;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    pthread_mutex_lock(&cli->terminal);
    if (millis_since(&p->start, &now) >= MILLIS_BEFORE &&
        millis_since(&p->last, &now) >= MILLIS_BETWEEN) {
        fprintf(stderr, "\r\033[K%s: %llu", what, (unsigned long long)done);
        if (total)
            fprintf(stderr, " of %llu (%llu %%)", (unsigned long long)total,
                    (unsigned long long)(done <= UINT64_MAX / 100 ? done * 100 / total : 0));
        fflush(stderr);
        p->shown = true;
        p->last = now;
    }
    pthread_mutex_unlock(&cli->terminal);
}

void progress_clear(struct cli *cli)
{
    if (cli->progress.shown)
        fprintf(stderr, "\r\033[K");
    cli->progress.shown = false;
}

void progress_stop(struct cli *cli)
{
    pthread_mutex_lock(&cli->terminal);
    progress_clear(cli);
    cli->progress.enabled = false;
    pthread_mutex_unlock(&cli->terminal);
}
