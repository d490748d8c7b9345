/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - changes a database: statements, probes, transactions.
 *
 * DDL commits by itself here.  So a run is written down statement by statement, and whoever comes
 * after a crash asks the probes. */
#include "writer.h"

#include <mysqld_error.h>
#include <stdlib.h>
#include <time.h>

struct writer *mywriter_of(moult_session *session)
{
    struct writer *w = session->writer;
    if (!w) {
        w = session->writer = calloc(1, sizeof *w);
        if (w)
            w->session = session;
    }
    return w;
}

uint64_t mywriter_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

moult_status mywriter_pause(moult_session *session, uint64_t ms, moult_error *err)
{
    const moult_host *host = session->host;
    for (uint64_t end = mywriter_now_ms() + ms;;) {
        if (host->cancelled(host->ctx, session->op))
            return my_fail(host, err, MOULT_ERR_CANCELLED, "stopped while waiting");
        uint64_t now = mywriter_now_ms(), left = end > now ? end - now : 0;
        if (!left)
            return MOULT_OK;
        struct timespec t = {0, (long)(left < 100 ? left : 100) * 1000000};
        nanosleep(&t, NULL);
    }
}

bool mywriter_tidy(moult_session *session, const char *sql)
{
    MYSQL *c = session->conn;
    bool ok = false;
    /* A request to stop what ran before may arrive late and hit this. */
    for (int tries = 0; c && !ok && tries < 3; tries++) {
        ok = mysql_real_query(c, sql, (unsigned long)strlen(sql)) == 0;
        MYSQL_RES *r = mysql_store_result(c);
        my_result_free(&r);
        if (!ok && mysql_errno(c) != ER_QUERY_INTERRUPTED)
            break;
    }
    return ok;
}

moult_status mywriter_number(moult_session *session, const char *what, const char *sql,
                             uint64_t *out, moult_error *err)
{
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    moult_status st = my_ask(session, what, sql, &res, err);
    *out = st == MOULT_OK && my_row(res, &row) ? strtoull(row_z(&row, 0), NULL, 10) : 0;
    return st;
}

static moult_status refuse(moult_session *session, moult_error *err, const char *why)
{
    return my_fail(session->host, err, MOULT_ERR_INTERNAL, "%s", why);
}

moult_status mywriter_limits(moult_session *session, uint32_t lock_ms, uint32_t run_ms,
                             moult_error *err)
{
    struct writer *w = mywriter_of(session);
    if (!w)
        return my_nomem(session->host, err);
    w->lock_ms = lock_ms;
    w->run_ms = run_ms;
    return MOULT_OK;
}

/* ---- statements ---- */

/* moult keeps the transaction itself: no statement may end it behind its back. */
static moult_status refuse_control(moult_session *session, const char *sql, size_t len,
                                   moult_error *err)
{
    static const char *const words[] = {"begin", "start", "commit", "rollback", "xa", "set", NULL};
    struct lexer l = {.text = sql, .len = len, .how = mylexing_of("", 0)};
    struct token first = mytoken_next(&l);
    for (const char *const *w = words; session->txn && *w; w++) {
        if (!mytoken_is(sql, &first, *w))
            continue;
        moult_status st = my_fail(session->host, err, MOULT_ERR_REFUSED,
                                  "cannot run %.*s: moult keeps the transaction itself",
                                  (int)first.n, sql + first.at);
        session->host->error_detail(session->host->ctx, err, "statement", sql, len);
        return st;
    }
    return MOULT_OK;
}

moult_status mywriter_run(moult_session *session, const char *sql, size_t len, uint64_t *changed,
                          moult_error *err)
{
    uint64_t rows = 0;
    struct writer *w = mywriter_of(session);
    if (changed)
        *changed = 0;
    if (!w)
        return my_nomem(session->host, err);
    if (session->purpose != MOULT_PURPOSE_WRITE)
        return refuse(session, err, "the session was opened for reading only");
    moult_status st = refuse_control(session, sql, len, err);
    if (st == MOULT_OK)
        st = mylock_still_ours(session, err);
    if (st == MOULT_OK)
        st = myscript_run(w->script ? w->script : session, w, sql, len, &rows, err);
    if (changed)
        *changed = rows;
    if (st == MOULT_ERR_UNAVAILABLE && session->locked)
        return mylock_rejoin(session, st, err);
    if (st == MOULT_OK && session->txn &&
        !(session->conn->server_status & SERVER_STATUS_IN_TRANS)) {
        session->txn = false;
        st = refuse(session, err, "the statement ended moult's transaction");
    }
    return st;
}

/* ---- probes ---- */

/* Nothing but one query. */
static bool is_query(const moult_session *session, const char *sql, size_t len)
{
    struct lexing how = mylexing_of("", 0);
    struct cutter c;
    struct sentence s = {0};
    struct cut cut;
    how.mysql = !session->mariadb;
    how.version = session->number;
    mycutter_init(&c, sql, len, how);
    bool ok = mycut(&c, &s, &cut) && !cut.end && !cut.bad &&
              (mysentence_is(&s, 0, "select") || mysentence_is(&s, 0, "with"));
    ok = ok && mycut(&c, &s, &cut) && cut.end;
    free(s.tokens);
    mycutter_free(&c);
    return ok;
}

moult_status mywriter_probe(moult_session *session, const char *sql, size_t len, uint32_t *answer,
                            moult_error *err)
{
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    *answer = MOULT_PROBE_UNKNOWN;
    if (!is_query(session, sql, len)) {
        moult_status st = my_fail(session->host, err, MOULT_ERR_REFUSED,
                                  "a probe that is not one query is not run");
        session->host->error_detail(session->host->ctx, err, "statement", sql, len);
        return st;
    }
    moult_status st = MOULT_OK;
    if (!session->txn)
        st = my_ask(session, "begin to look", "START TRANSACTION READ ONLY", NULL, err);
    if (st == MOULT_OK) {
        st = my_query(session, "look whether a step took place", sql, len, &res, NULL, err);
        if (!session->txn)
            mywriter_tidy(session, "ROLLBACK");
    }
    if (st != MOULT_OK)
        return st;
    bool any = my_row(res, &row) && row.count;
    struct slice value = any ? row_slice(&row, 0) : slice_z("0");
    if (value.p)
        *answer = *value.p >= '1' && *value.p <= '9' ? MOULT_PROBE_DONE : MOULT_PROBE_NOT_DONE;
    return MOULT_OK;
}

/* ---- transactions: for records; DDL ends them ---- */

moult_status mywriter_begin(moult_session *session, moult_error *err)
{
    if (session->txn)
        return MOULT_OK;
    if (session->purpose != MOULT_PURPOSE_WRITE)
        return refuse(session, err, "the session was opened for reading only");
    moult_status st = mylock_still_ours(session, err);
    if (st == MOULT_OK)
        st = my_ask(session, "begin a transaction", "START TRANSACTION", NULL, err);
    session->txn = st == MOULT_OK;
    return st;
}

moult_status mywriter_commit(moult_session *session, moult_error *err)
{
    const moult_host *host = session->host;
    if (!session->txn)
        return refuse(session, err, "there is no transaction to commit");
    moult_status st = my_ask(session, "commit", "COMMIT", NULL, err);
    session->txn = false;
    if (st != MOULT_ERR_UNAVAILABLE && st != MOULT_ERR_CANCELLED)
        return st;
    my_fail(host, err, MOULT_ERR_UNKNOWN,
            "the connection was lost while records were committed: it is not known whether the"
            " database \"%s\" has them",
            session->database);
    my_detail(host, err, "hint", "run the same command again: it looks first");
    return MOULT_ERR_UNKNOWN;
}

moult_status mywriter_rollback(moult_session *session, moult_error *err)
{
    bool open = session->txn || (session->conn->server_status & SERVER_STATUS_IN_TRANS);
    session->txn = false;
    if (!open || mywriter_tidy(session, "ROLLBACK"))
        return MOULT_OK;
    return my_fail_conn(session, err, "roll back", NULL, 0);
}
