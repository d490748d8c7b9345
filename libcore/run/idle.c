/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions between two units.  Where an adapter can move a session to another place of the same
 * server, the work on many tenants takes as many connections as it has threads. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "run.h"

#define MOST_IDLE 64

struct idle {
    pthread_mutex_t mutex;
    size_t count;
    struct {
        moult_session *session;
        uint32_t purpose;
    } items[MOST_IDLE];
};

struct idle *idle_new(void)
{
    struct idle *i = calloc(1, sizeof *i);
    if (i)
        pthread_mutex_init(&i->mutex, NULL);
    return i;
}

static bool can_move(const moult_targets *t)
{
    const moult_reader *reader = t->adapter.reader;
    return t->unit_count > 1 && reader->move;
}

static moult_session *pick(struct idle *idle, uint32_t purpose)
{
    LOCK_SCOPE(&idle->mutex);
    for (size_t i = 0; i < idle->count; i++)
        if (idle->items[i].purpose == purpose) {
            moult_session *s = idle->items[i].session;
            idle->items[i] = idle->items[--idle->count];
            return s;
        }
    return NULL;
}

moult_session *idle_take(const moult_targets *t, const struct unit *u, uint32_t purpose,
                         uint64_t lock_ms)
{
    moult_session *s = can_move(t) ? pick(t->idle, purpose) : NULL;
    if (!s)
        return NULL;
    moult_open how = unit_how(t, u, purpose, lock_ms);
    if (PLUGIN_CALL(t->adapter.reader, move, s, &how, NULL) == MOULT_OK)
        return s;
    PLUGIN_CALL(t->adapter.reader, close, s);
    return NULL;
}

static bool put_aside(struct idle *idle, uint32_t purpose, moult_session *s)
{
    LOCK_SCOPE(&idle->mutex);
    if (idle->count == MOST_IDLE)
        return false;
    idle->items[idle->count].session = s;
    idle->items[idle->count++].purpose = purpose;
    return true;
}

void unit_done(const moult_targets *t, uint32_t purpose, moult_session *s)
{
    if (!s || (can_move(t) && put_aside(t->idle, purpose, s)))
        return;
    PLUGIN_CALL(t->adapter.reader, close, s);
}

void idle_close(const moult_targets *t)
{
    moult_session *s;
    while ((s = pick(t->idle, MOULT_PURPOSE_READ)) || (s = pick(t->idle, MOULT_PURPOSE_WRITE)))
        PLUGIN_CALL(t->adapter.reader, close, s);
}

void idle_free(const moult_targets *t)
{
    if (!t->idle)
        return;
    idle_close(t);
    pthread_mutex_destroy(&t->idle->mutex);
    free(t->idle);
}
