/* SPDX-License-Identifier: Apache-2.0 */
#include "parsed.h"

#include <stdlib.h>
#include <string.h>

struct parse *parsed_index(struct parsed *p)
{
    if (p->index_count == p->index_cap) {
        uint32_t cap = p->index_cap ? p->index_cap * 2 : 4;
        struct parse *more =
            cap > p->index_cap ? reallocarray(p->indexes, cap, sizeof *more) : NULL;
        if (!more)
            return NULL;
        memset(more + p->index_cap, 0, (cap - p->index_cap) * sizeof *more);
        p->indexes = more;
        p->index_cap = cap;
    }
    return &p->indexes[p->index_count++];
}

void parsed_free(struct parsed *p)
{
    parse_free(&p->table);
    for (uint32_t i = 0; i < p->index_cap; i++)
        parse_free(&p->indexes[i]);
    free(p->indexes);
    *p = (struct parsed){0};
}

void queue_init(struct queue *q)
{
    *q = (struct queue){0};
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->changed, NULL);
}

void queue_destroy(struct queue *q)
{
    for (uint32_t i = 0; i < QUEUE_SLOTS; i++)
        parsed_free(&q->slots[i]);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
}

struct parsed *queue_slot(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    /* Once full, half of it is waited for: to be woken for each slot would cost more than the work. */
    q->waits = q->filled - q->taken == QUEUE_SLOTS;
    while (q->waits)
        pthread_cond_wait(&q->changed, &q->lock);
    pthread_mutex_unlock(&q->lock);
    return &q->slots[q->filled % QUEUE_SLOTS];
}

void queue_put(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    if (q->filled++ == q->taken)
        pthread_cond_signal(&q->changed);
    pthread_mutex_unlock(&q->lock);
}

void queue_end(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->ended = true;
    pthread_cond_signal(&q->changed);
    pthread_mutex_unlock(&q->lock);
}

struct parsed *queue_take(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (q->filled == q->taken && !q->ended)
        pthread_cond_wait(&q->changed, &q->lock);
    struct parsed *p = q->filled == q->taken ? NULL : &q->slots[q->taken % QUEUE_SLOTS];
    pthread_mutex_unlock(&q->lock);
    return p;
}

void queue_done(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->taken++;
    if (q->waits && q->filled - q->taken <= QUEUE_SLOTS / 2) {
        q->waits = false;
        pthread_cond_signal(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
}
