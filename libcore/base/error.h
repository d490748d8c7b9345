/* SPDX-License-Identifier: Apache-2.0 */
/* error.h - the error slot that everything fills.  Safe to use with NULL slots. */
#ifndef MOULT_BASE_ERROR_H
#define MOULT_BASE_ERROR_H

#include <moult/abi.h>
#include <moult/moult.h>
#include <stdarg.h>

#include "str.h"

/* Sets code and primary message, drops earlier details; returns CODE, for `return error_set(...)`. */
moult_status error_set(moult_error *err, moult_status code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds or replaces a detail; the code and message stay. */
void error_detail(moult_error *err, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void error_detail_str(moult_error *err, const char *key, struct str value);
moult_status error_nomem(moult_error *err);
/* Puts WHAT and ": " before the message: context as the error travels up.  Returns its code. */
moult_status error_prefix(moult_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* FROM's code, message and details into TO. */
moult_status error_copy(moult_error *to, const moult_error *from);

static inline void cleanup_error(moult_error **err)
{
    moult_error_free(*err);
}
#define CLEANUP_ERROR __attribute__((cleanup(cleanup_error)))

#endif
