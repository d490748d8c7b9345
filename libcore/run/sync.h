/* SPDX-License-Identifier: Apache-2.0 */
/* sync.h - bringing many units to one state: look, plan, then write. */
#ifndef MOULT_RUN_SYNC_H
#define MOULT_RUN_SYNC_H

#include "execute.h"
#include "units.h"

struct work {
    struct state *state; /* as it was seen last; NULL: the unit is through, or failed */
    uint64_t spent;      /* milliseconds so far */
    bool finished;       /* an open run was ended first */
};

struct job {
    const moult_targets *t;
    const moult_snapshot *to;       /* of sync; NULL: apply */
    const struct moult_plan *fixed; /* of apply; NULL: sync */
    const moult_run_options *options;
    const char *wanted; /* state digest */
    char wanted_key[130];
    uint64_t lock_ms;
    struct report report;
    struct states states;
    struct work *work; /* one a unit */
};

/* prepare.c: the plan for units in STATE, and whether it may be carried out; once a state.  The
 * reason against it is kept in the state and copied to ERR. */
moult_status prepare_state(struct job *job, struct state *state, moult_error *err);
/* Is a unit in STATE where it should be? */
bool state_reached(const struct job *job, const struct state *state);

/* write.c: brings one unit to the wanted state, under its lock. */
moult_status write_unit(void *arg, size_t i);

#endif
