/* SPDX-License-Identifier: Apache-2.0 */
/* split.h - one statement of untrusted text, and what it is.  split.c cuts, classify.c judges. */
#ifndef MOULT_SQLITE_SPLIT_H
#define MOULT_SQLITE_SPLIT_H

#include "parse.h"
#include "session.h"

struct verdict {
    uint32_t klass;    /* MOULT_STMT_* */
    const char *about; /* a word of the statement for `why` ("%.*s"), or NULL */
    size_t about_len;
    const char *why;          /* REFUSED: a format with at most one %.*s */
    uint32_t pragma_writable; /* 1: PRAGMA writable_schema=ON; 2: OFF or RESET */
    bool dumped_virtual;      /* an INSERT INTO sqlite_schema as .dump writes it */
};

/* What the statement is that P holds as tokens, by itself; the two cases above depend on what is
 * around them, and are REFUSED unless the caller knows better. */
struct verdict classify(const struct parse *p);
/* The CREATE VIRTUAL TABLE text in an INSERT as .dump writes it, from malloc; NULL: out of memory
 * or not such an INSERT. */
char *dumped_virtual_sql(const struct parse *p);

#endif
