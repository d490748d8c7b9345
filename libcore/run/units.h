/* SPDX-License-Identifier: Apache-2.0 */
/* units.h - work on many units: what state each is in, and what is told of it. */
#ifndef MOULT_RUN_UNITS_H
#define MOULT_RUN_UNITS_H

#include <uthash.h>

#include "run.h"

/* ---- report.c: results, told one at a time ---- */

struct report {
    const moult_targets *t;
    const moult_run_options *options;
    pthread_mutex_t mutex;
    moult_error *first; /* of the units that failed */
    size_t told, failed, differing, total;
    moult_status stopped; /* what the program's callback returned */
};
moult_status report_init(struct report *r, const moult_targets *t, const moult_run_options *options,
                         moult_error *err);
void report_free(struct report *r);
/* MOULT_OK to go on with other units. */
moult_status report_unit_result(struct report *r, const struct unit *u, moult_unit_result result,
                                uint64_t started);
/* The whole call's status: that of the first unit that failed, if one did. */
moult_status report_end(const struct report *r, moult_status st, moult_error *err);
uint64_t millis_now(void);

/* ---- states.c: the distinct states that units are in ---- */

struct state {
    char key[130];         /* state digest, and the layout's where that counts */
    pthread_mutex_t mutex; /* for what follows */
    moult_tree *tree;      /* of the first unit seen in it; freed once it is not needed any more */
    struct moult_delta *delta;
    const struct moult_plan *plan;
    struct moult_plan *own_plan;
    moult_error *failed; /* why units in this state cannot be brought further; NULL: none */
    bool planned;
    uint32_t units; /* how many were seen in it */
    size_t first;   /* one of them */
    UT_hash_handle hh;
};

struct stamp {
    uint8_t bytes[32];
    struct state *state;
    UT_hash_handle hh;
};

struct states {
    const moult_targets *t;
    bool layout;
    size_t limit; /* how many states are kept; 0: all */
    pthread_mutex_t mutex;
    struct state *states;
    struct stamp *stamps;
    size_t state_count, stamp_count;
};
void states_init(struct states *s, const moult_targets *t, bool layout, size_t limit);
void states_free(struct states *s);
void state_key(const moult_tree *tree, bool layout, char out[130]);
/* The state of unit I, inspected or known by its stamp.  Where no more states are kept, *STATE is
 * NULL and the tree comes in *OWN. */
moult_status states_of(struct states *s, size_t i, moult_session *session, struct state **state,
                       moult_tree **own, moult_error *err);
/* The state entry for TREE, which is taken over (freed where it is known already). */
struct state *states_add(struct states *s, moult_tree *tree, size_t unit);

#endif
