/* SPDX-License-Identifier: Apache-2.0 */
/* pool.h - memory of one inspection, freed all at once. */
#ifndef MOULT_POSTGRES_POOL_H
#define MOULT_POSTGRES_POOL_H

#include <stddef.h>

struct pgpool_block;
struct pool {
    struct pgpool_block *blocks;
    char *next, *end;
};

/* LEN zeroed bytes, aligned for any type; NULL when out of memory. */
void *pgmem_alloc(struct pool *pool, size_t len);
/* A copy that ends in a zero. */
char *pgmem_copy(struct pool *pool, const char *p, size_t n);
void pgmem_free(struct pool *pool);

#endif
