/* SPDX-License-Identifier: Apache-2.0 */
/* pool.h - memory of one inspection, freed all at once. */
#ifndef MOULT_SQLITE_POOL_H
#define MOULT_SQLITE_POOL_H

#include <stddef.h>

struct pool_block;
struct pool {
    struct pool_block *blocks;
    char *next, *end;
};

/* LEN zeroed bytes, aligned for any type; NULL when out of memory. */
void *pool_alloc(struct pool *pool, size_t len);
/* A copy that ends in a zero. */
char *pool_copy(struct pool *pool, const char *p, size_t n);
/* Takes all back but keeps some of the memory for what comes next. */
void pool_reset(struct pool *pool);
void pool_free(struct pool *pool);

#endif
