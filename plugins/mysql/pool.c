/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)64 * 1024)

struct mypool_block {
    struct mypool_block *next;
    max_align_t bytes[];
};

/* LEN bytes, a multiple of ALIGN. */
static char *take(struct pool *pool, size_t len, size_t align)
{
    if (len > SIZE_MAX / 2)
        return NULL;
    len = (len + align - 1) / align * align;
    size_t gap = (align - (uintptr_t)pool->next % align) % align;
    if (!pool->next || (size_t)(pool->end - pool->next) < len + gap) {
        size_t size = len > BLOCK ? len : BLOCK;
        struct mypool_block *b = calloc(1, sizeof *b + size);
        if (!b)
            return NULL;
        b->next = pool->blocks;
        pool->blocks = b;
        pool->next = (char *)b->bytes;
        pool->end = pool->next + size;
        gap = 0;
    }
    char *p = pool->next + gap;
    pool->next = p + len;
    return p;
}

void *mypool_alloc(struct pool *pool, size_t len)
{
    return take(pool, len, _Alignof(max_align_t));
}

char *mypool_copy(struct pool *pool, const char *p, size_t n)
{
    char *q = n < SIZE_MAX ? take(pool, n + 1, 1) : NULL;
    if (q && n)
        memcpy(q, p, n);
    return q;
}

void mypool_free(struct pool *pool)
{
    while (pool->blocks) {
        struct mypool_block *b = pool->blocks;
        pool->blocks = b->next;
        free(b);
    }
    *pool = (struct pool){0};
}
