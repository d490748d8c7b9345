/* SPDX-License-Identifier: Apache-2.0 */
/* batch.h - many queries sent at once, whose rows are handed over as they arrive.
 *
 * All queries go to the server in one message, each as COPY (query) TO STDOUT in binary format: one
 * round trip, no result is ever held whole in memory, and numbers need not be parsed. */
#ifndef MOULT_POSTGRES_BATCH_H
#define MOULT_POSTGRES_BATCH_H

#include "pg.h"

struct slice {
    const char *p; /* NULL: null in SQL.  No zero at the end. */
    size_t n;
};

#define BATCH_FIELDS 40

struct row {
    int count;
    struct slice field[BATCH_FIELDS];
};

/* Of the right type, or 0. */
static inline uint32_t row_u32(const struct row *r, int i)
{
    const unsigned char *p = (const unsigned char *)r->field[i].p;
    return p && r->field[i].n == 4
               ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
               : 0;
}

static inline int row_i16(const struct row *r, int i)
{
    const unsigned char *p = (const unsigned char *)r->field[i].p;
    return p && r->field[i].n == 2 ? (int16_t)(uint16_t)(p[0] << 8 | p[1]) : 0;
}

/* "char" or boolean. */
static inline char row_char(const struct row *r, int i)
{
    return r->field[i].p && r->field[i].n == 1 ? *r->field[i].p : '\0';
}

/* Takes a row of query INDEX; what it points to is gone after the call. */
typedef moult_status batch_row_fn(void *arg, int index, const struct row *row);

/* Sends SQL, COUNT of whose statements are COPY ... TO STDOUT (FORMAT binary), and gives the rows of the
 * first as those of query 0, and so on.  WHAT as for postgres_query. */
moult_status postgres_batch(moult_session *session, const char *what, const char *sql,
                            batch_row_fn *fn, void *arg, moult_error *err);

#endif
