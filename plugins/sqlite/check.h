/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - holds what the pragmas say against what the texts say.
 *
 * What it is given was parsed for the building of the tree, and is only read from then on; so that both can go on at
 * once where there is much to do.  While it runs, the connection is its. */
#ifndef MOULT_SQLITE_CHECK_H
#define MOULT_SQLITE_CHECK_H

#include "inspect.h"

struct check {
    sqlite3 *db;
    struct queue queue; /* of what is to be checked */

    struct pool pool;
    const struct parsed *now;  /* the table at hand */
    const struct parse *table; /* its text */
    struct parse other;        /* a text that a pragma gave */
    struct text a, b, d;
    const struct object *about; /* for messages: the table or an index of it */

    /* The first failure. */
    bool failed;
    int rc;        /* what SQLite said, or SQLITE_OK */
    char *message; /* with `detail`: a mismatch; NULL with SQLITE_OK: out of memory */
    char *detail;
    const struct object *at;
};

/* Checks a table and its indexes; does nothing after a failure. */
void check_table(struct check *c, const struct parsed *now);
/* Reports a failure into IN, if there was one and IN has none. */
void check_report(struct check *c, struct inspect *in);
void check_free(struct check *c);

/* Notes that the text says TEXT and PRAGMA says GOT. */
void check_mismatch(struct check *c, const char *pragma, const char *what, const char *text,
                    const char *got);
void check_nomem(struct check *c);
sqlite3_stmt *check_pragma(struct check *c, const char *name, const char *arg);
bool check_step(struct check *c, sqlite3_stmt *stmt);
/* check-index.c: of the table at hand. */
void check_indexes(struct check *c);

#endif
