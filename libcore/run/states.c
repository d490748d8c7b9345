/* SPDX-License-Identifier: Apache-2.0 */
/* The distinct states of many units.  A thousand tenants of one schema are inspected once: the
 * stamp of each, which is cheap, says that its tree would be the one that is known. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "units.h"

#define MAX_STAMPS 4096 /* beyond it, hardly any two units are the same */

void states_init(struct states *s, const moult_targets *t, bool layout, size_t limit)
{
    *s = (struct states){.t = t, .layout = layout, .limit = limit};
    pthread_mutex_init(&s->mutex, NULL);
}

void states_free(struct states *s)
{
    struct state *state, *next_state;
    struct stamp *stamp, *next_stamp;
    HASH_ITER (hh, s->stamps, stamp, next_stamp) {
        HASH_DEL(s->stamps, stamp);
        free(stamp);
    }
    HASH_ITER (hh, s->states, state, next_state) {
        HASH_DEL(s->states, state);
        delta_release(state->delta);
        plan_free(state->own_plan);
        tree_free(state->tree);
        moult_error_free(state->failed);
        pthread_mutex_destroy(&state->mutex);
        free(state);
    }
    pthread_mutex_destroy(&s->mutex);
}

void state_key(const moult_tree *tree, bool layout, char out[130])
{
    memcpy(out, tree->state, 64);
    out[64] = 0;
    if (layout) {
        memcpy(out + 64, tree->aspect[MOULT_LAYOUT], 64);
        out[128] = 0;
    }
}

static struct state *known(struct states *s, const uint8_t stamp[32])
{
    LOCK_SCOPE(&s->mutex);
    struct stamp *found;
    HASH_FIND(hh, s->stamps, stamp, 32, found);
    if (found)
        found->state->units++;
    return found ? found->state : NULL;
}

static void remember(struct states *s, const uint8_t bytes[32], struct state *state)
{
    LOCK_SCOPE(&s->mutex);
    struct stamp *found;
    HASH_FIND(hh, s->stamps, bytes, 32, found);
    if (found || s->stamp_count >= MAX_STAMPS || !(found = calloc(1, sizeof *found)))
        return;
    memcpy(found->bytes, bytes, 32);
    found->state = state;
    s->stamp_count++;
    HASH_ADD(hh, s->stamps, bytes, 32, found);
}

/* *FULL: no more states are kept, and the tree is still the caller's. */
static struct state *add(struct states *s, moult_tree *tree, size_t unit, bool *full)
{
    char key[130];
    state_key(tree, s->layout, key);
    LOCK_SCOPE(&s->mutex);
    struct state *state;
    HASH_FIND_STR(s->states, key, state);
    *full = !state && s->limit && s->state_count >= s->limit;
    if (*full)
        return NULL;
    if (!state) {
        state = calloc(1, sizeof *state);
        if (!state)
            return NULL;
        memcpy(state->key, key, sizeof key);
        pthread_mutex_init(&state->mutex, NULL);
        state->tree = tree;
        state->first = unit;
        s->state_count++;
        HASH_ADD_STR(s->states, key, state);
    } else
        tree_free(tree);
    state->units++;
    return state;
}

struct state *states_add(struct states *s, moult_tree *tree, size_t unit)
{
    bool full;
    struct state *state = add(s, tree, unit, &full);
    if (!state)
        tree_free(tree);
    return state;
}

moult_status states_of(struct states *s, size_t i, moult_session *session, struct state **state,
                       moult_tree **own, moult_error *err)
{
    const struct unit *u = &s->t->units[i];
    uint8_t stamp[32];
    *own = NULL;
    /* A stamp that cannot be made costs an inspection, nothing else. */
    const moult_reader *reader = s->t->adapter.reader;
    bool stamped = s->t->unit_count > 1 && (reader->head.caps & MOULT_READER_COMMON_STAMPS) &&
                   PLUGIN_CALL(reader, stamp, session, stamp, NULL) == MOULT_OK;
    *state = stamped ? known(s, stamp) : NULL;
    if (*state)
        return MOULT_OK;
    moult_tree *tree;
    bool full;
    moult_status st = unit_inspect(s->t, u, session, &tree, err);
    if (st != MOULT_OK)
        return st;
    *state = add(s, tree, i, &full);
    if (full) {
        *own = tree;
        return MOULT_OK;
    }
    if (!*state) {
        tree_free(tree);
        return error_nomem(err);
    }
    if (stamped)
        remember(s, stamp, *state);
    return MOULT_OK;
}
