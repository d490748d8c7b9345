/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)64 * 1024)
#define ALIGN _Alignof(max_align_t)

struct pool_block {
    struct pool_block *next;
    max_align_t bytes[];
};

void *pool_alloc(struct pool *pool, size_t len)
{
    if (len > SIZE_MAX / 2)
        return NULL;
    len = (len + ALIGN - 1) / ALIGN * ALIGN;
    if ((size_t)(pool->end - pool->next) < len || !pool->next) {
        size_t size = len > BLOCK ? len : BLOCK;
        struct pool_block *b = calloc(1, sizeof *b + size);
        if (!b)
            return NULL;
        b->next = pool->blocks;
        pool->blocks = b;
        pool->next = (char *)b->bytes;
        pool->end = pool->next + size;
    }
    char *p = pool->next;
    pool->next += len;
    return p;
}

char *pool_copy(struct pool *pool, const char *p, size_t n)
{
    char *q = n < SIZE_MAX ? pool_alloc(pool, n + 1) : NULL;
    if (q && n)
        memcpy(q, p, n);
    return q;
}

void pool_reset(struct pool *pool)
{
    struct pool_block *b = pool->blocks;
    if (!b || b->next || (size_t)(pool->end - (char *)b->bytes) > BLOCK) {
        pool_free(pool);
        return;
    }
    memset(b->bytes, 0, (size_t)(pool->next - (char *)b->bytes));
    pool->next = (char *)b->bytes;
}

void pool_free(struct pool *pool)
{
    while (pool->blocks) {
        struct pool_block *b = pool->blocks;
        pool->blocks = b->next;
        free(b);
    }
    *pool = (struct pool){0};
}
