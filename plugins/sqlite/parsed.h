/* SPDX-License-Identifier: Apache-2.0 */
/* parsed.h - the texts of a table and of its indexes, parsed once for who builds the tree and who checks the texts;
 * and the queue that leads from one to the other where they work side by side. */
#ifndef MOULT_SQLITE_PARSED_H
#define MOULT_SQLITE_PARSED_H

#include <pthread.h>

#include "parse.h"

struct object;

struct parsed {
    struct object *object;
    struct parse table;
    struct parse *indexes; /* in the order of the object's list; memory is reused */
    uint32_t index_count, index_cap;
};

/* Room for one more index, counted; NULL when out of memory. */
struct parse *parsed_index(struct parsed *p);
void parsed_free(struct parsed *p);

#define QUEUE_SLOTS 32u

/* Of one thread that puts in and one that takes out. */
struct queue {
    struct parsed slots[QUEUE_SLOTS];
    uint32_t filled, taken; /* since the beginning */
    bool ended, waits;      /* waits: who fills */
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

void queue_init(struct queue *q);
void queue_destroy(struct queue *q);
/* A slot to fill; waits until there is one. */
struct parsed *queue_slot(struct queue *q);
/* What was filled is complete. */
void queue_put(struct queue *q);
/* No more will come. */
void queue_end(struct queue *q);
/* The oldest that is complete; waits for one; NULL after the end. */
struct parsed *queue_take(struct queue *q);
/* What was taken is no longer needed. */
void queue_done(struct queue *q);

#endif
