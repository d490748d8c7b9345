/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - changes a database: statements, probes, transactions. */
#include "writer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confine.h"
#include "split.h"

#define SCRATCH_SECONDS 60 /* for one statement: untrusted text may ask for endless work */

struct writer *postgres_writer_of(moult_session *session)
{
    struct writer *w = session->writer;
    if (!w) {
        w = session->writer = calloc(1, sizeof *w);
        if (!w)
            return NULL;
        w->lock_now = w->run_now = -1;
    }
    return w;
}

moult_status postgres_writer_settle(moult_session *session, moult_error *err)
{
    struct writer *w = session->writer;
    return w && w->confine ? postgres_confine_settle(w->confine, err) : MOULT_OK;
}

void postgres_writer_moved(moult_session *session)
{
    struct writer *w = session->writer;
    if (!w)
        return;
    w->lock_ms = w->run_ms = 0;
    w->lock_now = w->run_now = -1;
}

/* ---- statements ---- */

moult_status postgres_query_one(moult_session *session, const char *what, const char *sql,
                                PGresult **out, moult_error *err)
{
    CLEANUP_RESULT PGresult *last = NULL;
    bool cancelled = false, copy = false;
    bool lost = PQsendQueryParams(session->conn, sql, 0, NULL, NULL, NULL, NULL, 0) != 1;
    while (!lost) {
        lost = postgres_wait(session, &cancelled) != MOULT_OK;
        PGresult *r = lost ? NULL : PQgetResult(session->conn);
        if (!r)
            break;
        ExecStatusType got = PQresultStatus(r);
        copy |= got == PGRES_COPY_IN;
        if (got == PGRES_COPY_IN)
            PQputCopyEnd(session->conn, "there are none");
        lost = got == PGRES_COPY_OUT || got == PGRES_COPY_BOTH;
        if (last || got == PGRES_COPY_IN)
            PQclear(r);
        else
            last = r;
    }
    if (copy)
        return postgres_fail(session->host, err, MOULT_ERR_UNSUPPORTED,
                             "cannot %s: COPY FROM STDIN has no rows to read here", what);
    ExecStatusType got = PQresultStatus(last);
    if (lost || (got != PGRES_TUPLES_OK && got != PGRES_COMMAND_OK && got != PGRES_EMPTY_QUERY)) {
        return postgres_fail_result(session, err, lost ? NULL : last, what, sql, strlen(sql));
    }
    if (out) {
        *out = last;
        last = NULL;
    }
    return MOULT_OK;
}

bool postgres_tidy(moult_session *session, const char *sql)
{
    bool ok = false;
    /* A request to cancel what ran before may arrive late and hit this. */
    for (int tries = 0; !ok && tries < 3 && PQstatus(session->conn) == CONNECTION_OK; tries++) {
        PGresult *r = PQexec(session->conn, sql);
        const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
        ExecStatusType got = PQresultStatus(r);
        ok = got == PGRES_COMMAND_OK || got == PGRES_TUPLES_OK;
        if (!ok && (!state || strcmp(state, "57014") != 0))
            tries = 3;
        PQclear(r);
    }
    return ok;
}

static moult_status refuse(moult_session *session, moult_error *err, const char *why)
{
    return postgres_fail(session->host, err, MOULT_ERR_INTERNAL, "%s", why);
}

static int64_t clamp(uint64_t ms, int64_t none)
{
    return ms > INT_MAX ? INT_MAX : ms ? (int64_t)ms : none;
}

/* Sets the limits in force to those asked for, where they are not. */
static moult_status apply_limits(moult_session *on, struct writer *w, moult_error *err)
{
    bool shorter = w->lock_ms && w->lock_ms < on->lock_timeout_ms;
    int64_t lock = clamp(shorter ? w->lock_ms : on->lock_timeout_ms, 1);
    int64_t run = clamp(w->run_ms ? w->run_ms : on->statement_timeout_ms, 0);
    if (w->name && !run)
        run = SCRATCH_SECONDS * 1000;
    if ((lock == w->lock_now && run == w->run_now) ||
        PQtransactionStatus(on->conn) == PQTRANS_INERROR)
        return MOULT_OK;
    char sql[96];
    snprintf(sql, sizeof sql, "SET lock_timeout = %d; SET statement_timeout = %d", (int)lock,
             (int)run);
    moult_status st = postgres_query(on, "set the time limits", sql, NULL, 0, NULL, err);
    w->lock_now = st == MOULT_OK ? lock : -1;
    w->run_now = st == MOULT_OK ? run : -1;
    return st;
}

/* What the reader does next on the same connection is not what the limit was meant for. */
static moult_status lift_run_limit(moult_session *session, struct writer *w, moult_error *err)
{
    if (!w->run_ms || w->name || PQtransactionStatus(session->conn) == PQTRANS_INERROR)
        return MOULT_OK;
    char sql[48];
    w->run_now = clamp(session->statement_timeout_ms, 0);
    snprintf(sql, sizeof sql, "SET statement_timeout = %d", (int)w->run_now);
    return postgres_query(session, "set the time limits", sql, NULL, 0, NULL, err);
}

moult_status postgres_limits(moult_session *session, uint32_t lock_ms, uint32_t run_ms,
                             moult_error *err)
{
    struct writer *w = postgres_writer_of(session);
    if (!w)
        return postgres_nomem(session->host, err);
    w->lock_ms = lock_ms;
    w->run_ms = run_ms;
    return MOULT_OK;
}

/* moult keeps the transaction itself: no statement may end it behind its back. */
static moult_status refuse_control(moult_session *session, const char *sql, size_t len,
                                   moult_error *err)
{
    static const char *const words[] = {"begin", "start", "commit", "end", "rollback", "abort"};
    struct token first = pgtoken_next(sql, len, 0);
    struct token next = pgtoken_next(sql, len, first.at + first.n);
    bool savepoint = pgtoken_is(sql, &first, "rollback") && pgtoken_is(sql, &next, "to");
    for (size_t i = 0; session->txn && !savepoint && i < sizeof words / sizeof *words; i++) {
        if (!pgtoken_is(sql, &first, words[i]))
            continue;
        moult_status st = postgres_fail(session->host, err, MOULT_ERR_REFUSED,
                                        "cannot run %.*s: moult keeps the transaction itself",
                                        (int)first.n, sql + first.at);
        session->host->error_detail(session->host->ctx, err, "statement", sql, len);
        return st;
    }
    return MOULT_OK;
}

static uint64_t rows_of(PGresult *r)
{
    const char *rows = r ? PQcmdTuples(r) : "";
    return *rows && PQresultStatus(r) == PGRES_COMMAND_OK ? strtoull(rows, NULL, 10) : 0;
}

static moult_status run_as_it_is(moult_session *on, const char *sql, uint64_t *changed,
                                 moult_error *err)
{
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query_one(on, "run a statement", sql, &r, err);
    *changed += rows_of(r);
    return st;
}

/* Each statement of a text by itself, so that none hides behind another. */
static moult_status run_each(struct writer *w, const char *sql, size_t len, uint64_t *changed,
                             moult_error *err)
{
    moult_session *on = w->script;
    moult_status st = MOULT_OK;
    struct sentence s = {0};
    struct cut c = {0};
    while (st == MOULT_OK) {
        bool ok = pgcut(sql, len, c.next, &s, &c);
        if (ok && c.end)
            break;
        char *one = ok ? strndup(sql + c.from, c.to - c.from) : NULL;
        st = !one         ? postgres_nomem(on->host, err)
             : w->confine ? postgres_confine_run(w->confine, one, changed, err)
                          : run_as_it_is(on, one, changed, err);
        free(one);
    }
    free(s.tokens);
    return st;
}

/* The settings that a statement brings along, from the very beginning. */
static moult_status apply_settings(struct writer *w, const char *sql, size_t n, moult_error *err)
{
    if (w->settings.n == n && (!n || memcmp(w->settings.p, sql, n) == 0) && w->settings.p)
        return MOULT_OK;
    CLEANUP_TEXT struct text all = {0};
    pgtext_add(&all, w->base.p, w->base.n);
    pgtext_add(&all, sql, n);
    pgtext_free(&w->settings);
    if (all.failed)
        return postgres_nomem(w->script->host, err);
    moult_status st = w->confine ? postgres_confine_settings(w->confine, sql, n, err) : MOULT_OK;
    if (st == MOULT_OK)
        st = postgres_query(w->script, "make the settings of the text", all.p, NULL, 0, NULL, err);
    if (st == MOULT_OK)
        pgtext_add(&w->settings, sql, n);
    return st;
}

static moult_status run_scratch(struct writer *w, const char *sql, size_t len, uint64_t *changed,
                                moult_error *err)
{
    size_t n = pgsettings_length(sql, len);
    moult_status st = apply_settings(w, sql, n, err);
    if (st == MOULT_OK)
        st = apply_limits(w->script, w, err);
    return st == MOULT_OK ? run_each(w, sql + n, len - n, changed, err) : st;
}

moult_status postgres_run(moult_session *session, const char *sql, size_t len, uint64_t *changed,
                          moult_error *err)
{
    uint64_t rows = 0;
    struct writer *w = postgres_writer_of(session);
    if (!w)
        return postgres_nomem(session->host, err);
    if (len && memchr(sql, 0, len))
        return postgres_fail(session->host, err, MOULT_ERR_INVALID,
                             "the statement holds a zero byte, which PostgreSQL has no place for");
    if (changed)
        *changed = 0;
    if (w->script) {
        moult_status st = run_scratch(w, sql, len, &rows, err);
        if (changed)
            *changed = rows;
        return st;
    }
    moult_status st = refuse_control(session, sql, len, err);
    if (st == MOULT_OK)
        st = apply_limits(session, w, err);
    char *text = st == MOULT_OK ? strndup(sql, len) : NULL;
    if (st != MOULT_OK || !text)
        return st != MOULT_OK ? st : postgres_nomem(session->host, err);
    CLEANUP_RESULT PGresult *r = NULL;
    CLEANUP_TEXT struct text index = {0};
    bool alone = !session->txn && postgres_index_of(sql, len, &index);
    if (alone)
        postgres_index_tidy(session, &index);
    st = postgres_query(session, "run a statement", text, NULL, 0, &r, err);
    free(text);
    if (alone && st != MOULT_OK)
        postgres_index_tidy(session, &index);
    if (st == MOULT_OK)
        st = lift_run_limit(session, w, err);
    if (st == MOULT_OK)
        st = postgres_locks_count(session, err);
    if (changed)
        *changed = rows_of(r);
    if (st == MOULT_OK && session->txn && PQtransactionStatus(session->conn) == PQTRANS_IDLE) {
        session->txn = false;
        st = refuse(session, err, "the statement ended moult's transaction");
    }
    return st;
}

moult_status postgres_probe(moult_session *session, const char *sql, size_t len, uint32_t *answer,
                            moult_error *err)
{
    const char *before = session->txn
                             ? "SAVEPOINT moult_probe; SET LOCAL transaction_read_only = on"
                             : "BEGIN READ ONLY";
    const char *after = session->txn ? "ROLLBACK TO moult_probe; RELEASE moult_probe" : "ROLLBACK";
    *answer = MOULT_PROBE_UNKNOWN;
    char *text = strndup(sql, len);
    if (!text)
        return postgres_nomem(session->host, err);
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(session, "begin to look", before, NULL, 0, NULL, err);
    if (st == MOULT_OK) {
        st = postgres_query_one(session, "look whether a step took place", text, &r, err);
        postgres_tidy(session, after);
    }
    free(text);
    if (st != MOULT_OK)
        return st;
    const char *value = PQntuples(r) && PQnfields(r) ? postgres_value(r, 0, 0) : "f";
    if (value)
        *answer = *value == 't' || (*value >= '1' && *value <= '9') ? MOULT_PROBE_DONE
                                                                    : MOULT_PROBE_NOT_DONE;
    return MOULT_OK;
}

/* ---- transactions ---- */

static moult_status still_the_session(moult_session *session, moult_error *err)
{
    struct writer *w = session->writer;
    if (!session->locked || !w || !w->pooled)
        return MOULT_OK;
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(session, "see which session of the server this is",
                                     "SELECT pg_catalog.pg_backend_pid()", NULL, 0, &r, err);
    if (st != MOULT_OK || strtoull(PQgetvalue(r, 0, 0), NULL, 10) == session->epoch)
        return st;
    postgres_fail(session->host, err, MOULT_ERR_REFUSED,
                  "the lock is held by another session of the server: a pooler gave this one away");
    postgres_detail(session->host, err, "hint", "connect to the server itself");
    return MOULT_ERR_REFUSED;
}

moult_status postgres_begin(moult_session *session, moult_error *err)
{
    if (session->txn)
        return MOULT_OK;
    if (session->purpose != MOULT_PURPOSE_WRITE)
        return refuse(session, err, "the session was opened for reading only");
    moult_status st = postgres_query(session, "begin a transaction", "BEGIN", NULL, 0, NULL, err);
    session->txn = st == MOULT_OK;
    if (st == MOULT_OK)
        st = still_the_session(session, err);
    if (st == MOULT_OK)
        st = postgres_locks_begin(session, err);
    if (st != MOULT_OK)
        postgres_rollback(session, NULL);
    return st;
}

moult_status postgres_commit(moult_session *session, moult_error *err)
{
    const moult_host *host = session->host;
    if (!session->txn)
        return refuse(session, err, "there is no transaction to commit");
    if (PQtransactionStatus(session->conn) == PQTRANS_INERROR)
        return refuse(session, err, "cannot commit: a statement of the transaction has failed");
    moult_status st = postgres_records_send(session, err);
    if (st != MOULT_OK)
        return st;
    if (session->writer)
        postgres_records_forget(session->writer);
    st = postgres_query(session, "commit", "COMMIT", NULL, 0, NULL, err);
    session->txn = false;
    if (st == MOULT_OK || PQstatus(session->conn) == CONNECTION_OK)
        return st; /* a refused COMMIT has rolled back */
    postgres_fail(
        host, err, MOULT_ERR_UNKNOWN,
        "the connection was lost while the changes were committed: it is not known whether"
        " the database \"%s\" has them",
        session->database);
    postgres_detail(host, err, "hint", "run the same command again: it looks first");
    return MOULT_ERR_UNKNOWN;
}

moult_status postgres_rollback(moult_session *session, moult_error *err)
{
    struct writer *w = session->writer;
    if (w) { /* what was set inside of the transaction went with it */
        w->lock_now = w->run_now = -1;
        postgres_records_forget(w);
    }
    bool open = session->txn || PQtransactionStatus(session->conn) != PQTRANS_IDLE;
    session->txn = false;
    if (!open || postgres_tidy(session, "ROLLBACK"))
        return MOULT_OK;
    return postgres_fail_result(session, err, NULL, "roll back", NULL, 0);
}
