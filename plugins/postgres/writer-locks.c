/* SPDX-License-Identifier: Apache-2.0 */
/* writer-locks.c - a transaction takes no more than half of the server's lock table, which all sessions
 * share and whose size is fixed when the server starts. */
#include <inttypes.h>
#include <stdlib.h>

#include "writer.h"

#define LOCKS_A_STATEMENT 8 /* hardly more: a table with its index, its toast table and that one's index */
#define FEWEST_BETWEEN 16

static moult_status number(moult_session *session, const char *sql, uint64_t *out, moult_error *err)
{
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(session, "count locks", sql, NULL, 0, &r, err);
    *out = st == MOULT_OK ? strtoull(PQgetvalue(r, 0, 0), NULL, 10) : 0;
    return st;
}

/* Counting takes the longer the more there are: the further away the end is, the later. */
static void look_again(struct writer *w, uint64_t held)
{
    uint64_t left = w->locks_most > held ? (w->locks_most - held) / LOCKS_A_STATEMENT : 0;
    w->locks_next = left > FEWEST_BETWEEN ? left : FEWEST_BETWEEN;
}

moult_status postgres_locks_begin(moult_session *session, moult_error *err)
{
    static const char size[] =
        "SELECT current_setting('max_locks_per_transaction')::int8 * (current_setting('max_connections')"
        "::int8 + current_setting('max_prepared_transactions')::int8) / 2";
    struct writer *w = postgres_writer_of(session);
    if (!w)
        return postgres_nomem(session->host, err);
    moult_status st = w->locks_most ? MOULT_OK : number(session, size, &w->locks_most, err);
    look_again(w, 0);
    return st;
}

moult_status postgres_locks_count(moult_session *session, moult_error *err)
{
    struct writer *w = session->writer;
    uint64_t held;
    if (!session->txn || --w->locks_next)
        return MOULT_OK;
    moult_status st = number(
        session, "SELECT count(*) FROM pg_catalog.pg_locks WHERE pid = pg_backend_pid()", &held, err);
    look_again(w, held);
    if (st != MOULT_OK || held < w->locks_most)
        return st;
    postgres_fail(session->host, err, MOULT_ERR_TOO_LARGE,
                  "the transaction holds %" PRIu64 " locks, half of all that the server has", held);
    postgres_detail(session->host, err, "hint", "%s",
                    "raise max_locks_per_transaction, and restart the server");
    return MOULT_ERR_TOO_LARGE;
}
