/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define LOOK_EVERY_MS 200

struct batch {
    moult_session *session;
    batch_row_fn *fn;
    void *arg;
    const char *sql, *what;
    moult_error *err;
    bool cancelled, header; /* HEADER: the current COPY's header has been seen */
    int index;
};

static uint32_t u32(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static moult_status damaged(const struct batch *b)
{
    return postgres_fail(b->session->host, b->err, MOULT_ERR_INTERNAL,
                         "cannot %s: the server's answer %d is not understood", b->what, b->index);
}

/* The header that comes before the first row: a signature, flags, the length of what else there is. */
static moult_status skip_header(const struct batch *b, const char **p, const char *end)
{
    static const char signature[] = "PGCOPY\n\377\r\n"; /* with its zero */
    if ((size_t)(end - *p) < sizeof signature + 8 || memcmp(*p, signature, sizeof signature) != 0)
        return damaged(b);
    uint32_t more = u32(*p + sizeof signature + 4);
    *p += sizeof signature + 8;
    if ((size_t)(end - *p) < more)
        return damaged(b);
    *p += more;
    return MOULT_OK;
}

/* One message of COPY data: the header with or without a row, a row, or the trailer. */
static moult_status take_data(struct batch *b, const char *p, size_t n)
{
    const char *end = p + n;
    if (!b->header) {
        moult_status st = skip_header(b, &p, end);
        b->header = true;
        if (st != MOULT_OK || p == end)
            return st;
    }
    if (end - p < 2)
        return damaged(b);
    int count = (int16_t)(uint16_t)((unsigned char)p[0] << 8 | (unsigned char)p[1]);
    if (count < 0)
        return MOULT_OK;
    if (count > BATCH_FIELDS)
        return damaged(b);
    struct row row = {.count = count};
    p += 2;
    for (int i = 0; i < count; i++) {
        if (end - p < 4)
            return damaged(b);
        uint32_t len = u32(p);
        p += 4;
        if (len == UINT32_MAX)
            continue;
        if ((size_t)(end - p) < len)
            return damaged(b);
        row.field[i] = (struct slice){p, len};
        p += len;
    }
    return b->fn(b->arg, b->index, &row);
}

/* Until there is something to read. */
static bool wait_for_data(struct batch *b)
{
    const moult_host *host = b->session->host;
    struct pollfd p = {.fd = PQsocket(b->session->conn), .events = POLLIN};
    int n = poll(&p, 1, LOOK_EVERY_MS);
    if (n < 0 && errno != EINTR)
        return false;
    if (!b->cancelled && host->cancelled(host->ctx, b->session->op)) {
        b->cancelled = true;
        postgres_cancel(b->session);
    }
    return n <= 0 || PQconsumeInput(b->session->conn) == 1;
}

/* All rows of one COPY; *LOST: the connection is.  After a failure of FN's the rest is read unseen. */
static moult_status take_copy(struct batch *b, moult_status st, bool *lost)
{
    b->header = false;
    for (;;) {
        char *data = NULL;
        int n = PQgetCopyData(b->session->conn, &data, 1);
        if (n > 0 && st == MOULT_OK)
            st = take_data(b, data, (size_t)n);
        PQfreemem(data);
        if (n < 0) /* the end, or an error that the next result tells */
            return st;
        if (n == 0 && !wait_for_data(b)) {
            *lost = true;
            return st;
        }
    }
}

moult_status postgres_batch(moult_session *session, const char *what, const char *sql,
                            batch_row_fn *fn, void *arg, moult_error *err)
{
    struct batch b = {
        .session = session, .fn = fn, .arg = arg, .sql = sql, .what = what, .err = err};
    bool lost = PQsendQuery(session->conn, sql) != 1, failed = lost;
    CLEANUP_RESULT PGresult *bad = NULL;
    moult_status st = MOULT_OK;
    while (!lost) {
        if (postgres_wait(session, &b.cancelled) != MOULT_OK) {
            lost = failed = true;
            break;
        }
        PGresult *r = PQgetResult(session->conn);
        if (!r)
            break;
        ExecStatusType got = PQresultStatus(r);
        if (got == PGRES_COPY_OUT) {
            PQclear(r);
            st = take_copy(&b, st, &lost);
            failed |= lost;
            b.index++;
        } else if (got != PGRES_TUPLES_OK && got != PGRES_COMMAND_OK && !bad) {
            bad = r;
            failed = true;
        } else {
            PQclear(r);
        }
    }
    if (!failed)
        return st;
    /* A failure of our own that came first is the cause. */
    return st != MOULT_OK ? st
                          : postgres_fail_result(session, err, lost ? NULL : bad, what, NULL, 0);
}
