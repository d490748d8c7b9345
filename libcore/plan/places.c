/* SPDX-License-Identifier: Apache-2.0 */
#include "places.h"

/* Out of memory is an error like others, not the end of the process. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(added) ((added)->lost = true)
#include <uthash.h>

struct place {
    struct touches touches;
    struct str key;
    bool lost; /* could not be put into the table */
    UT_hash_handle hh;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"

static struct place *lookup(const struct places *p, struct str key)
{
    struct place *found = NULL;
    HASH_FIND(hh, p->table, key.p, key.n, found);
    return found;
}

static bool insert(struct places *p, struct place *new)
{
    HASH_ADD_KEYPTR(hh, p->table, new->key.p, new->key.n, new);
    return !new->lost;
}

void places_free(struct places *p)
{
    HASH_CLEAR(hh, p->table);
}
#pragma GCC diagnostic pop

struct touches *places_find(const struct places *p, struct str key)
{
    struct place *found = lookup(p, key);
    return found ? &found->touches : NULL;
}

struct touches *places_at(struct places *p, struct arena *a, struct str key)
{
    struct place *place = lookup(p, key);
    if (place)
        return &place->touches;
    place = ARENA_NEW(a, struct place);
    if (!place)
        return NULL;
    place->key = key;
    place->touches.before = place->touches.after = place->touches.aside = UINT32_MAX;
    return insert(p, place) ? &place->touches : NULL;
}

bool places_touch(struct places *p, struct arena *a, struct str key, uint32_t operation,
                  uint32_t verb)
{
    struct touches *t = places_at(p, a, key);
    struct touch *touch = t ? ARENA_PUSH(a, t->items, t->count, t->cap) : NULL;
    if (touch)
        *touch = (struct touch){operation, verb};
    return touch;
}
