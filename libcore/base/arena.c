/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGN alignof(max_align_t)
#define FIRST_BLOCK ((size_t)4096)
#define LARGEST_BLOCK ((size_t)1024 * 1024)
#define POPULATE_FROM ((size_t)256 * 1024)

struct arena_block {
    struct arena_block *older;
    size_t size;
};
#define HEAD ((sizeof(struct arena_block) + ALIGN - 1) / ALIGN * ALIGN)

/* Has the kernel map the block's pages at once: that costs a third of a fault for each.  Where it cannot, they come
 * one by one. */
static void populate(struct arena_block *b, size_t size)
{
#ifdef MADV_POPULATE_WRITE
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)b + page - 1) / page * page, to = ((uintptr_t)b + size) / page * page;
    if (to > from)
        madvise((void *)from, to - from, MADV_POPULATE_WRITE);
#endif
}

static bool add_block(struct arena *a, size_t need)
{
    size_t size = a->blocks ? a->blocks->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (need > SIZE_MAX - HEAD)
        return false;
    if (size < need + HEAD)
        size = need + HEAD;
    struct arena_block *b = malloc(size);
    if (!b)
        return false;
    if (size >= POPULATE_FROM && size <= LARGEST_BLOCK)
        populate(b, size);
    b->older = a->blocks;
    b->size = size;
    a->blocks = b;
    a->next = (char *)b + HEAD;
    a->end = (char *)b + size;
    a->total += size;
    return true;
}

void *arena_alloc(struct arena *a, size_t len)
{
    if (len > SIZE_MAX - ALIGN)
        return NULL;
    len = (len + ALIGN - 1) / ALIGN * ALIGN;
    if ((size_t)(a->end - a->next) < len && !add_block(a, len))
        return NULL;
    void *p = a->next;
    a->next += len;
    return memset(p, 0, len);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t len;
    if (__builtin_mul_overflow(count, size, &len))
        return NULL;
    return arena_alloc(a, len);
}

/* Strings need no alignment, so they are packed. */
static char *alloc_bytes(struct arena *a, size_t len)
{
    if ((size_t)(a->end - a->next) < len && !add_block(a, len))
        return NULL;
    char *p = a->next;
    size_t left = (size_t)(a->end - a->next) - len;
    size_t pad = (ALIGN - (uintptr_t)(p + len) % ALIGN) % ALIGN;
    a->next += len + (pad < left ? pad : left);
    return p;
}

struct str arena_str(struct arena *a, struct str s)
{
    if (s.n == SIZE_MAX)
        return (struct str){0};
    char *p = alloc_bytes(a, s.n + 1);
    if (!p)
        return (struct str){0};
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (struct str){p, s.n};
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        return (struct str){0};
    char *p = alloc_bytes(a, (size_t)n + 1);
    if (!p)
        return (struct str){0};
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (struct str){p, (size_t)n};
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->blocks; b;) {
        struct arena_block *older = b->older;
        free(b);
        b = older;
    }
    *a = (struct arena){0};
}

void arena_join(struct arena *a, struct arena *from)
{
    if (!from->blocks)
        return;
    if (!a->blocks) {
        *a = *from;
    } else {
        /* Behind the newest block, which is still being filled. */
        struct arena_block *last = from->blocks;
        while (last->older)
            last = last->older;
        last->older = a->blocks->older;
        a->blocks->older = from->blocks;
        a->total += from->total;
    }
    *from = (struct arena){0};
}

void *arena_grow(struct arena *a, void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return items;
    size_t more = *cap ? *cap * 2 : 4;
    void *grown = arena_array(a, more, size);
    if (!grown)
        return NULL;
    if (count)
        memcpy(grown, items, count * size);
    *cap = more;
    return grown;
}

void *arena_push_(struct arena *a, void **items, size_t *count, size_t *cap, size_t size)
{
    void *grown = arena_grow(a, *items, *count, cap, size);
    if (!grown)
        return NULL;
    *items = grown;
    return (char *)grown + (*count)++ * size;
}
