/* SPDX-License-Identifier: Apache-2.0 */
/* write.h - what the files about writers share. */
#ifndef MOULT_CONFORMANCE_WRITE_H
#define MOULT_CONFORMANCE_WRITE_H

#include "suite.h"

#define LOCK_IS_TXN(p) (WRITER(p)->head.caps & MOULT_WRITER_LOCK_IS_TXN)
#define TXN_DDL(p) (WRITER(p)->head.caps & MOULT_WRITER_TXN_DDL)

/* The transaction as a run begins it: with the lock, where that is one thing. */
moult_status txn_start(struct place *p, moult_session *s, moult_error *err);

check_fn check_lock, check_lock_close, check_lock_death, check_limits; /* lock.c */
check_fn check_records, check_record_rollback, check_record_taken,
    check_record_hidden;           /* records.c */
check_fn check_round, check_steps; /* round.c */

#endif
