/* SPDX-License-Identifier: Apache-2.0 */
/* query.c - runs statements and waits for them, with an eye on whether the user wants to stop. */
#include <errmsg.h>
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "my.h"

#define LOOK_EVERY_MS 200 /* at host->cancelled */

static bool is_late(const moult_session *s)
{
    struct timespec t;
    if (!s->deadline_ms)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000 >= s->deadline_ms;
}

/* Until the server answers.  Asking it to stop ends in an error that is the answer. */
static void wait_for_answer(moult_session *s)
{
    const moult_host *host = s->host;
    my_socket fd = mysql_get_socket(s->conn);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (bool stopped = false; fd >= 0;) {
        int n = poll(&p, 1, LOOK_EVERY_MS);
        if (n > 0 || (n < 0 && errno != EINTR))
            return;
        if (!stopped && (host->cancelled(host->ctx, s->op) || is_late(s))) {
            stopped = true;
            myreader_cancel(s);
        }
    }
}

/* Sends SQL and waits for the first answer. */
static bool begin(moult_session *s, const char *sql, size_t len)
{
    if (len > UINT32_MAX)
        return false;
    if (mysql_send_query(s->conn, sql, (unsigned long)len) != 0)
        return false;
    atomic_store(&s->running, true);
    wait_for_answer(s);
    return mysql_read_query_result(s->conn) == 0;
}

static moult_status failed(moult_session *s, moult_error *err, const char *what, const char *sql,
                           size_t len)
{
    atomic_store(&s->running, false);
    return my_fail_conn(s, err, what, sql, len);
}

moult_status my_query(moult_session *session, const char *what, const char *sql, size_t len,
                      MYSQL_RES **out, uint64_t *changed, moult_error *err)
{
    MYSQL *c = session->conn;
    CLEANUP_RESULT MYSQL_RES *last = NULL;
    uint64_t rows = 0;
    if (!begin(session, sql, len))
        return failed(session, err, what, sql, len);
    for (;;) {
        MYSQL_RES *r = mysql_store_result(c);
        if (!r && mysql_errno(c))
            return failed(session, err, what, sql, len);
        if (r) {
            my_result_free(&last);
            last = r;
        } else if (mysql_affected_rows(c) != (my_ulonglong)-1) {
            rows += mysql_affected_rows(c);
        }
        int more = mysql_next_result(c);
        if (more > 0)
            return failed(session, err, what, sql, len);
        if (more < 0)
            break;
    }
    atomic_store(&session->running, false);
    if (changed)
        *changed = rows;
    if (out) {
        *out = last;
        last = NULL;
    }
    return MOULT_OK;
}

bool my_row(MYSQL_RES *res, struct row *out)
{
    MYSQL_ROW fields = res ? mysql_fetch_row(res) : NULL;
    if (!fields)
        return false;
    *out = (struct row){fields, mysql_fetch_lengths(res), mysql_num_fields(res)};
    return true;
}

/* Takes the answers of what is left, so that the connection can be used again. */
static void drain(MYSQL *c)
{
    do {
        MYSQL_RES *r = mysql_use_result(c);
        if (r)
            mysql_free_result(r);
    } while (mysql_next_result(c) == 0);
}

/* The rows of one answer. */
static moult_status take_rows(moult_session *s, my_row_fn *fn, void *arg, uint32_t index,
                              bool *broken)
{
    CLEANUP_RESULT MYSQL_RES *r = mysql_use_result(s->conn);
    moult_status st = MOULT_OK;
    struct row row;
    while (st == MOULT_OK && my_row(r, &row))
        st = fn(arg, index, &row);
    *broken = st == MOULT_OK && mysql_errno(s->conn) != 0;
    return st;
}

moult_status my_batch(moult_session *session, const char *what, const char *sql, size_t len,
                      my_row_fn *fn, void *arg, uint32_t *done, moult_error *err)
{
    MYSQL *c = session->conn;
    uint32_t index = 0;
    *done = 0;
    if (!begin(session, sql, len))
        return failed(session, err, what, NULL, 0);
    for (;;) {
        bool broken;
        moult_status st = take_rows(session, fn, arg, index, &broken);
        if (st != MOULT_OK) {
            drain(c);
            atomic_store(&session->running, false);
            return st;
        }
        if (broken)
            return failed(session, err, what, NULL, 0);
        *done = ++index;
        int more = mysql_next_result(c);
        if (more > 0)
            return failed(session, err, what, NULL, 0);
        if (more < 0)
            break;
    }
    atomic_store(&session->running, false);
    return MOULT_OK;
}
