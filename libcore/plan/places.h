/* SPDX-License-Identifier: Apache-2.0 */
/* places.h - who touches a path or a name: bytes -> operations. */
#ifndef MOULT_PLAN_PLACES_H
#define MOULT_PLAN_PLACES_H

#include "../base/arena.h"

struct touch {
    uint32_t operation;
    uint32_t verb; /* MOULT_CREATE, DROP, ALTER */
};

struct place; /* its hash handle stays in places.c */
struct places {
    struct place *table;
};

struct touches {
    struct touch *items;
    size_t count, cap;
    uint32_t *operations; /* of an object: every operation on it */
    size_t operation_count, operation_cap;
    uint32_t before, after; /* points that stand for all of these, UINT32_MAX until needed */
    uint32_t aside;         /* the operation that drops what stands aside here; UINT32_MAX: none */
};

/* What is known of KEY, or NULL. */
struct touches *places_find(const struct places *p, struct str key);
/* The same, made in A if there is none; KEY is borrowed.  NULL when out of memory. */
struct touches *places_at(struct places *p, struct arena *a, struct str key);
bool places_touch(struct places *p, struct arena *a, struct str key, uint32_t operation,
                  uint32_t verb);
/* Frees the table itself; the entries go with their arena. */
void places_free(struct places *p);

#endif
