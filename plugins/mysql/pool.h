/* SPDX-License-Identifier: Apache-2.0 */
/* pool.h - memory that is given back all at once, at the end of an inspection. */
#ifndef MOULT_MYSQL_POOL_H
#define MOULT_MYSQL_POOL_H

#include <stddef.h>

struct pool {
    struct mypool_block *blocks;
    char *next, *end;
};

/* LEN zeroed bytes, aligned for any type; NULL = no memory. */
void *mypool_alloc(struct pool *pool, size_t len);
/* P..P+N and a zero. */
char *mypool_copy(struct pool *pool, const char *p, size_t n);
void mypool_free(struct pool *pool);

#endif
