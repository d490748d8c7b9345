/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - the one lock for runs of moult: an advisory lock of the session, which ends with it.
 *
 * A database unit has the whole database; schema units share that and have each their schema. 
 * Waiting is asking again and again: a statement that waits inside of the server keeps a
 * snapshot, which CREATE INDEX CONCURRENTLY of whoever holds the lock would in turn wait for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "writer.h"

#define ASK_EVERY_MS 50
#define POOLER_TRIES 3

uint32_t postgres_lock_number(const char *name)
{
    uint32_t h = 2166136261u; /* FNV-1a, G. Fowler, L. C. Noll, K.-P. Vo */
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h ? h : 1;
}

/* ---- poolers ---- */

static moult_status backend(moult_session *session, uint64_t *pid, moult_error *err)
{
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(session, "see which session of the server this is",
                                     "SELECT pg_catalog.pg_backend_pid()", NULL, 0, &r, err);
    if (st == MOULT_OK)
        *pid = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
    return st;
}

/* Holds a transaction open on a connection of its own, so that whoever shares out sessions of
 * the server by the transaction has to choose.  *SHARED: it got ours, or we another one. */
static moult_status compete(moult_session *session, bool *shared, moult_error *err)
{
    uint64_t before = 0, after = 0, other = 0;
    moult_status st = backend(session, &before, err);
    if (st != MOULT_OK)
        return st;
    PGconn *conn = PQconnectdb(session->url);
    PGresult *r = PQexec(conn, "BEGIN; SELECT pg_catalog.pg_backend_pid()");
    if (PQresultStatus(r) == PGRES_TUPLES_OK)
        other = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    if (other) /* else the pooler has no second session to give: nothing is shown by that */
        st = backend(session, &after, err);
    *shared = other && (other == before || after != before);
    PQclear(PQexec(conn, "ROLLBACK"));
    PQfinish(conn);
    return st;
}

moult_status postgres_prove_session(moult_session *session, bool *pooled, moult_error *err)
{
    uint64_t pid = 0;
    bool shared = false;
    moult_status st = backend(session, &pid, err);
    *pooled = pid != (uint64_t)PQbackendPID(session->conn);
    for (int i = 0; i < POOLER_TRIES && *pooled && !shared && st == MOULT_OK; i++)
        st = compete(session, &shared, err);
    if (st != MOULT_OK || !shared)
        return st;
    postgres_fail(session->host, err, MOULT_ERR_REFUSED,
                  "a pooler in transaction mode is in between, where no lock can be held");
    postgres_detail(session->host, err, "hint", "%s",
                    "connect to the server itself, or to a pool in session mode");
    return MOULT_ERR_REFUSED;
}

/* ---- the lock ---- */

/* Second number of the lock: 0 for the whole database. */
static uint32_t number_of(const moult_session *s)
{
    return s->schema ? postgres_lock_number(s->schema) : 0;
}

static void ask_sql(const moult_session *s, char *sql, size_t n)
{
    if (!s->schema)
        snprintf(sql, n, "SELECT pg_catalog.pg_try_advisory_lock(%u, 0)", LOCK_RUN);
    else
        snprintf(sql, n,
                 "SELECT CASE WHEN pg_catalog.pg_try_advisory_lock_shared(%u, 0) THEN"
                 " CASE WHEN pg_catalog.pg_try_advisory_lock(%u, %" PRId32 ") THEN true"
                 " ELSE NOT pg_catalog.pg_advisory_unlock_shared(%u, 0) END ELSE false END",
                 LOCK_RUN, LOCK_RUN, (int32_t)number_of(s), LOCK_RUN);
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Says who holds it, where that can be told. */
static void name_holder(moult_session *s, moult_error *err)
{
    char sql[640];
    snprintf(sql, sizeof sql,
             "SELECT l.pid, a.usename, a.application_name, a.client_addr,"
             " to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
             " FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid"
             " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %u"
             " AND l.objid IN (0, %u) AND l.objsubid = 2 AND l.pid <> pg_backend_pid()"
             " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
             " ORDER BY l.mode = 'ExclusiveLock' DESC, l.objid DESC LIMIT 1",
             LOCK_RUN, number_of(s));
    CLEANUP_RESULT PGresult *r = NULL;
    if (postgres_query(s, "ask who holds the lock", sql, NULL, 0, &r, NULL) != MOULT_OK ||
        !PQntuples(r))
        return;
    const char *user = postgres_value(r, 0, 1), *app = postgres_value(r, 0, 2);
    const char *from = postgres_value(r, 0, 3), *since = postgres_value(r, 0, 4);
    postgres_detail(s->host, err, "detail", "it is held by process %s of user %s (\"%s\"%s%s%s%s)",
                    PQgetvalue(r, 0, 0), user ? user : "?", app ? app : "", from ? ", from " : "",
                    from ? from : "", since ? ", there since " : "", since ? since : "");
}

static moult_status busy(moult_session *s, moult_error *err)
{
    postgres_fail(
        s->host, err, MOULT_ERR_BUSY,
        "another run of moult holds the lock of %s \"%s\", and did not end within %" PRIu64 " ms",
        s->schema ? "the schema" : "the database", s->schema ? s->schema : s->database,
        s->lock_timeout_ms);
    name_holder(s, err);
    postgres_detail(s->host, err, "hint",
                    "try again when it is done, or give a longer lock time-out");
    return MOULT_ERR_BUSY;
}

static moult_status ask(moult_session *s, bool *got, moult_error *err)
{
    char sql[320];
    ask_sql(s, sql, sizeof sql);
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(s, "take moult's lock", sql, NULL, 0, &r, err);
    *got = st == MOULT_OK && *PQgetvalue(r, 0, 0) == 't';
    return st;
}

static moult_status wait_for_lock(moult_session *s, moult_error *err)
{
    uint64_t end = now_ms() + s->lock_timeout_ms;
    for (;;) {
        bool got;
        moult_status st = ask(s, &got, err);
        if (st != MOULT_OK || got)
            return st;
        if (s->host->cancelled(s->host->ctx, s->op))
            return postgres_fail(s->host, err, MOULT_ERR_CANCELLED,
                                 "stopped while waiting for another run of moult");
        uint64_t now = now_ms(), left = end > now ? end - now : 0;
        if (!left)
            return busy(s, err);
        struct timespec t = {0, (long)(left < ASK_EVERY_MS ? left : ASK_EVERY_MS) * 1000000};
        nanosleep(&t, NULL);
    }
}

/* In a transaction of its own: is the lock this very session's? */
static moult_status prove_lock(moult_session *s, moult_error *err)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "SELECT pg_backend_pid() FROM pg_locks WHERE locktype = 'advisory' AND granted"
             " AND pid = pg_backend_pid() AND classid = %u AND objid = %u AND objsubid = 2"
             " AND mode = 'ExclusiveLock'"
             " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
             LOCK_RUN, number_of(s));
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(s, "prove that moult's lock is held", sql, NULL, 0, &r, err);
    if (st == MOULT_OK && PQntuples(r) == 1) {
        s->epoch = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
        return MOULT_OK;
    }
    if (st != MOULT_OK)
        return st;
    postgres_fail(s->host, err, MOULT_ERR_REFUSED,
                  "the lock was taken, but another session of the server holds it");
    postgres_detail(s->host, err, "hint", "%s",
                    "connect to the server itself, or to a pool in session mode");
    return MOULT_ERR_REFUSED;
}

moult_status postgres_lock(moult_session *session, moult_error *err)
{
    struct writer *w = postgres_writer_of(session);
    if (session->locked)
        return MOULT_OK;
    if (!w)
        return postgres_nomem(session->host, err);
    if (session->purpose != MOULT_PURPOSE_WRITE)
        return postgres_fail(session->host, err, MOULT_ERR_INTERNAL,
                             "the session was opened for reading only");
    moult_status st = postgres_prove_session(session, &w->pooled, err);
    if (st == MOULT_OK)
        st = wait_for_lock(session, err);
    if (st != MOULT_OK)
        return st;
    session->locked = true;
    st = prove_lock(session, err);
    if (st != MOULT_OK)
        postgres_unlock(session, NULL);
    return st;
}

moult_status postgres_unlock(moult_session *session, moult_error *err)
{
    if (session->txn)
        postgres_rollback(session, NULL);
    if (!session->locked)
        return MOULT_OK;
    session->locked = false;
    char sql[200];
    if (session->schema)
        snprintf(sql, sizeof sql,
                 "SELECT pg_catalog.pg_advisory_unlock(%u, %" PRId32
                 "), pg_catalog.pg_advisory_unlock_shared(%u, 0)",
                 LOCK_RUN, (int32_t)number_of(session), LOCK_RUN);
    else
        snprintf(sql, sizeof sql, "SELECT pg_catalog.pg_advisory_unlock(%u, 0)", LOCK_RUN);
    if (postgres_tidy(session, sql))
        return MOULT_OK;
    return postgres_fail_result(session, err, NULL, "give moult's lock back", NULL, 0);
}
