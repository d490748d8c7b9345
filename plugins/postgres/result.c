/* SPDX-License-Identifier: Apache-2.0 */
/* result.c - runs a query and waits for it, with an eye on whether the user wants to stop. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "pg.h"

#define LOOK_EVERY_MS 200 /* at host->cancelled */

moult_status postgres_wait(moult_session *session, bool *cancelled)
{
    const moult_host *host = session->host;
    PGconn *conn = session->conn;
    while (PQisBusy(conn)) {
        int unsent = PQflush(conn);
        if (unsent < 0)
            return MOULT_ERR_UNAVAILABLE;
        struct pollfd p = {.fd = PQsocket(conn),
                           .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
        int n = poll(&p, 1, LOOK_EVERY_MS);
        if (n < 0 && errno != EINTR)
            return MOULT_ERR_UNAVAILABLE;
        if (!*cancelled && host->cancelled(host->ctx, session->op)) {
            *cancelled = true; /* once: the answer is an error that ends the wait */
            postgres_cancel(session);
        }
        if (n > 0 && (p.revents & ~POLLOUT) && !PQconsumeInput(conn))
            return MOULT_ERR_UNAVAILABLE;
    }
    return MOULT_OK;
}

static bool send(moult_session *session, const char *sql, const char *const *params, int count)
{
    if (count)
        return PQsendQueryParams(session->conn, sql, count, NULL, params, NULL, NULL, 0) == 1;
    return PQsendQuery(session->conn, sql) == 1;
}

moult_status postgres_query(moult_session *session, const char *what, const char *sql,
                            const char *const *params, int count, PGresult **out, moult_error *err)
{
    bool cancelled = false;
    CLEANUP_RESULT PGresult *last = NULL;
    bool sent = send(session, sql, params, count);
    bool lost = !sent, failed = false;
    while (!lost) {
        lost = postgres_wait(session, &cancelled) != MOULT_OK;
        PGresult *r = lost ? NULL : PQgetResult(session->conn);
        if (!r)
            break;
        ExecStatusType got = PQresultStatus(r);
        if (failed) { /* what follows an error says nothing more */
            PQclear(r);
            continue;
        }
        failed = got != PGRES_TUPLES_OK && got != PGRES_COMMAND_OK && got != PGRES_EMPTY_QUERY;
        PQclear(last);
        last = r;
        if (got == PGRES_COPY_IN) /* nothing to give: let the server end it */
            PQputCopyEnd(session->conn, "moult copies no rows here");
        else if (got == PGRES_COPY_OUT || got == PGRES_COPY_BOTH)
            lost = true;
    }
    if (lost || failed)
        return postgres_fail_result(session, err, lost ? NULL : last, what, sql, strlen(sql));
    if (out) {
        *out = last;
        last = NULL;
    }
    return MOULT_OK;
}
