/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory that is freed all at once.  Everything of a tree, a delta, a plan lies in one. */
#ifndef MOULT_BASE_ARENA_H
#define MOULT_BASE_ARENA_H

#include <stdint.h>

#include "str.h"

struct arena_block;
struct arena {
    struct arena_block *blocks;
    char *next, *end;
    size_t total; /* bytes taken from malloc */
};

/* LEN bytes, zeroed, aligned for any type; NULL when out of memory. */
void *arena_alloc(struct arena *a, size_t len);
/* COUNT elements of SIZE bytes, zeroed; NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy with a closing zero; .p NULL when out of memory. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *a);
/* All that FROM holds lives as long as A from now on; FROM is empty. */
void arena_join(struct arena *a, struct arena *from);

/* Makes room for one more element in an arena array; the capacity grows by doubling. */
void *arena_grow(struct arena *a, void *items, size_t count, size_t *cap, size_t size);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
/* Appends: returns a pointer to the new, zeroed element, or NULL. `items`, `count`, `cap` are lvalues. */
#define ARENA_PUSH(a, items, count, cap)                                                           \
    ((void)0, arena_push_((a), (void **)&(items), &(count), &(cap), sizeof *(items)))
void *arena_push_(struct arena *a, void **items, size_t *count, size_t *cap, size_t size);

#endif
