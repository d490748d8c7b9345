/* SPDX-License-Identifier: Apache-2.0 */
/* look.h - the checks of readers that look.c holds. */
#ifndef MOULT_CONFORMANCE_LOOK_H
#define MOULT_CONFORMANCE_LOOK_H

#include "suite.h"

/* A moult_write_fn into a struct buf. */
moult_status to_buf(void *arg, const char *bytes, size_t n);

check_fn check_bound, check_stamp, check_measure, check_tenants, check_tenants_unknown, check_close,
    check_cancel, check_threads, check_no_records;

#endif
