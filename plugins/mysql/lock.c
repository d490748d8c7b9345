/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - the one lock for runs of moult in a database: GET_LOCK, of the session, which ends with it.
 *
 * Such locks are the whole server's, so the name holds the database's, as a hash: it may be long.
 * On a cluster they are one node's alone; the manual says so. */
#include "writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ASK_EVERY_MS 50
/* As SQL.  Where names of databases are compared without case, the one is meant that is there. */
#define LOCK_NAME                                                                                  \
    "CONCAT('moult.run.', SHA1(IF(@@lower_case_table_names, LOWER(DATABASE()), DATABASE())))"

/* ---- who holds it ---- */

/* Says who, where that can be told. */
static void name_holder(moult_session *s, moult_error *err)
{
    static const char sql[] =
        "SELECT p.id, p.user, p.host, p.time FROM information_schema.processlist p"
        " WHERE p.id = IS_USED_LOCK(" LOCK_NAME ")";
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row r;
    if (my_ask(s, "ask who holds the lock", sql, &res, NULL) == MOULT_OK && my_row(res, &r))
        my_detail(
            s->host, err, "detail",
            "it is held by connection %s of user %s from %s, whose last statement began %s s ago",
            row_z(&r, 0), row_z(&r, 1), row_z(&r, 2), row_z(&r, 3));
}

static moult_status busy(moult_session *s, moult_error *err)
{
    my_fail(s->host, err, MOULT_ERR_BUSY,
            "another run of moult holds the lock of the database \"%s\", and did not end within"
            " %" PRIu64 " ms",
            s->database, s->lock_timeout_ms);
    name_holder(s, err);
    my_detail(s->host, err, "hint", "try again when it is done, or give a longer lock time-out");
    return MOULT_ERR_BUSY;
}

/* ---- proof ---- */

static moult_status not_ours(moult_session *s, moult_error *err)
{
    my_fail(s->host, err, MOULT_ERR_REFUSED,
            "the lock is held by another session of the server: a proxy in between hands statements"
            " to whichever it likes");
    my_detail(s->host, err, "hint", "connect to the server itself");
    return MOULT_ERR_REFUSED;
}

/* Is the lock that of the very session that answers, and is it the one that was connected to?  *ID
 * is its number. */
static moult_status prove(moult_session *s, uint64_t *id, moult_error *err)
{
    static const char sql[] = "SELECT IF(IS_USED_LOCK(" LOCK_NAME ") = CONNECTION_ID(),"
                              " CONNECTION_ID(), 0)";
    moult_status st = mywriter_number(s, "prove that moult's lock is held", sql, id, err);
    return st == MOULT_OK && !*id ? not_ours(s, err) : st;
}

moult_status mylock_still_ours(moult_session *session, moult_error *err)
{
    const struct writer *w = session->writer;
    uint64_t id;
    if (!session->locked || !w || !w->pooled)
        return MOULT_OK;
    moult_status st = prove(session, &id, err);
    return st == MOULT_OK && id != session->epoch ? not_ours(session, err) : st;
}

/* ---- the lock ---- */

static moult_status wait_for_lock(moult_session *s, moult_error *err)
{
    uint64_t end = mywriter_now_ms() + s->lock_timeout_ms;
    for (;;) {
        uint64_t got;
        moult_status st =
            mywriter_number(s, "take moult's lock", "SELECT GET_LOCK(" LOCK_NAME ", 0)", &got, err);
        if (st != MOULT_OK || got)
            return st;
        uint64_t now = mywriter_now_ms(), left = end > now ? end - now : 0;
        if (!left)
            return busy(s, err);
        st = mywriter_pause(s, left < ASK_EVERY_MS ? left : ASK_EVERY_MS, err);
        if (st != MOULT_OK)
            return st;
    }
}

moult_status mywriter_lock(moult_session *session, moult_error *err)
{
    struct writer *w = mywriter_of(session);
    if (session->locked)
        return MOULT_OK;
    if (!w)
        return my_nomem(session->host, err);
    if (session->purpose != MOULT_PURPOSE_WRITE)
        return my_fail(session->host, err, MOULT_ERR_INTERNAL,
                       "the session was opened for reading only");
    w->pooled = session->thread != (uint64_t)mysql_thread_id(session->conn);
    moult_status st = wait_for_lock(session, err);
    if (st != MOULT_OK)
        return st;
    session->locked = true;
    st = prove(session, &session->epoch, err);
    if (st != MOULT_OK)
        mywriter_unlock(session, NULL);
    return st;
}

moult_status mywriter_unlock(moult_session *session, moult_error *err)
{
    if (session->txn)
        mywriter_rollback(session, NULL);
    if (!session->locked)
        return MOULT_OK;
    session->locked = false;
    if (mywriter_tidy(session, "DO RELEASE_LOCK(" LOCK_NAME ")"))
        return MOULT_OK;
    return my_fail_conn(session, err, "give moult's lock back", NULL, 0);
}

/* ---- a lost connection ---- */

static moult_status connect_again(moult_session *s, moult_error *err)
{
    char *database = strdup(s->database);
    if (!database)
        return my_nomem(s->host, err);
    if (s->conn)
        mysql_close(s->conn);
    s->conn = NULL;
    moult_status st = mysession_connect(s, database, err);
    free(database);
    if (!s->conn)
        s->conn = mysql_init(NULL); /* who asks it learns that it is gone */
    return s->conn ? st : my_nomem(s->host, err);
}

moult_status mylock_rejoin(moult_session *session, moult_status lost, moult_error *err)
{
    struct writer *w = session->writer;
    const moult_host *host = session->host;
    uint64_t end = mywriter_now_ms() + session->lock_timeout_ms, pause = ASK_EVERY_MS;
    moult_status st;
    w->limited = false;
    session->locked = session->txn = false;
    while ((st = connect_again(session, NULL)) == MOULT_ERR_UNAVAILABLE &&
           mywriter_now_ms() + pause < end && mywriter_pause(session, pause, NULL) == MOULT_OK)
        pause = pause < 1000 ? pause * 2 : pause;
    /* As long as the server works on the statement, the session that sent it has the lock. */
    if (st == MOULT_OK)
        st = mywriter_lock(session, NULL);
    if (st != MOULT_OK)
        return lost;
    my_fail(host, err, MOULT_ERR_UNKNOWN,
            "the connection was lost while a statement ran: whether it took place has to be seen");
    my_detail(host, err, "hint", "run the same command again: it looks first");
    return MOULT_ERR_UNKNOWN;
}
