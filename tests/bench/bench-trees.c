/* SPDX-License-Identifier: Apache-2.0 */
/* bench-trees OLD.json NEW.json [RUNS]: reads and digests two snapshot files and compares them, RUNS times.
 * Prints medians in milliseconds and the peak memory: read-ms, delta-ms, changes, peak-mib. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "../../libcore/base/cleanup.h"
#include "../../libcore/base/file.h"
#include "../../libcore/schema/delta.h"
#include <moult/moult.h>

#define MOST_RUNS 1000

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[n / 2];
}

static moult_tree *load(const char *path, moult_error *err)
{
    CLEANUP_BUF struct buf text = {0};
    moult_tree *tree = NULL;
    if (file_read(path, &text, err) == MOULT_OK)
        tree_read_json(buf_view(&text), path, &tree, err);
    return tree;
}

int main(int argc, char **argv)
{
    int runs = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 20;
    if (argc < 3 || runs < 1 || runs > MOST_RUNS) {
        fprintf(stderr, "usage: bench-trees OLD.json NEW.json [RUNS]\n");
        return 2;
    }
    CLEANUP_ERROR moult_error *err = moult_error_new();
    double read_ms[MOST_RUNS], delta_ms[MOST_RUNS];
    size_t changes = 0;
    for (int i = 0; i < runs; i++) {
        double t0 = now_ms();
        CLEANUP_TREE moult_tree *from = load(argv[1], err);
        CLEANUP_TREE moult_tree *to = from ? load(argv[2], err) : NULL;
        double t1 = now_ms();
        CLEANUP_DELTA struct moult_delta *delta = NULL;
        if (!to || delta_make(from, to, false, &delta, err)) {
            fprintf(stderr, "bench-trees: %s\n", moult_error_message(err));
            return 1;
        }
        delta_ms[i] = now_ms() - t1;
        read_ms[i] = t1 - t0 + delta_ms[i];
        changes = delta->change_count;
    }
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("read-ms %.1f\ndelta-ms %.3f\nchanges %zu\npeak-mib %.1f\n", median(read_ms, runs),
           median(delta_ms, runs), changes, (double)u.ru_maxrss / 1024);
    return 0;
}
