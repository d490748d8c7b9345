/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.h - how a scratch database is recognised, and its end. */
#ifndef MOULT_POSTGRES_SCRATCH_H
#define MOULT_POSTGRES_SCRATCH_H

#include "writer.h"

/* The name goes on with the process that made it, a random number and the time; a database of
 * such a name is moult's unless its comment says otherwise. */
#define SCRATCH_PREFIX "moult_scratch_"
#define SCRATCH_PATTERN "^moult_scratch_[0-9]+_[0-9a-f]{8}_[0-9]+$"
#define SCRATCH_MARKER                                                                             \
    "a scratch database of moult, which may be dropped (1f6c7a52-58a1-4c42-9d07-5b0f6e2a9c11)"

/* Drops the database NAME.  INSIDE (may be NULL): a connection to it, which is closed.  1: it is
 * gone. */
bool postgres_scratch_drop(moult_session *inside, moult_session *keeper, const char *name);

#endif
