/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - what the writer's source files share. */
#ifndef MOULT_MYSQL_WRITER_H
#define MOULT_MYSQL_WRITER_H

#include "split.h"

/* What a session that writes keeps beyond what it reads with. */
struct writer {
    moult_session *session;     /* that keeps it */
    uint32_t lock_ms, run_ms;   /* limits that are asked for; 0: the session's own */
    uint64_t lock_now, run_now; /* and in force where statements run, in seconds and ms */
    bool limited;               /* they are known */
    bool pooled;                /* what is connected to hands statements on to the server */

    /* Of a scratch database. */
    char *name;            /* NULL: this is none */
    bool made;             /* it is there, and to be dropped */
    bool like;             /* statements begin with the settings of a session of ours */
    moult_session *script; /* statements run here, so that their settings reach nothing else */
    struct text
        set; /* the settings in force there, as a script begins with them; p NULL: not known */
    struct text touched; /* the SET statements since these were the usual ones */
};

/* session->writer, made when first asked for; NULL = no memory. */
struct writer *mywriter_of(moult_session *session);

/* Runs SQL although the user wants to stop, for what must be cleaned up.  1: it took place. */
bool mywriter_tidy(moult_session *session, const char *sql);
/* A number in the first column of the only row that SQL gives. */
moult_status mywriter_number(moult_session *session, const char *what, const char *sql,
                             uint64_t *out, moult_error *err);
uint64_t mywriter_now_ms(void);
/* Waits MS, or until the user wants to stop: then MOULT_ERR_CANCELLED. */
moult_status mywriter_pause(moult_session *session, uint64_t ms, moult_error *err);

/* ---- limits.c ---- */

/* Puts the limits in force that are asked for, on ON, where the statements of W run.  SLICE_MS: how
 * long one try may wait for locks. */
moult_status mylimits_apply(moult_session *on, struct writer *w, uint64_t slice_ms,
                            moult_error *err);
/* How long all tries together may wait for locks. */
uint64_t mylimits_lock_ms(const moult_session *on, const struct writer *w);
/* The session's own limits again, for what the reader does next on the same connection. */
moult_status mylimits_lift(moult_session *on, struct writer *w, moult_error *err);

/* ---- script.c ---- */

/* Runs a script: the settings in front of it hold for it alone. */
moult_status myscript_run(moult_session *on, struct writer *w, const char *sql, size_t len,
                          uint64_t *changed, moult_error *err);

/* ---- lock.c ---- */

/* Is session's lock, which it took, still its own?  Asked where a proxy is in between. */
moult_status mylock_still_ours(moult_session *session, moult_error *err);
/* After the connection was lost while a statement ran: connects anew and takes the lock anew, which
 * the server gives only once it is through with that statement.  Gives MOULT_ERR_UNKNOWN then, for
 * what the statement did has to be looked at; else what ERR says already. */
moult_status mylock_rejoin(moult_session *session, moult_status lost, moult_error *err);

/* ---- scratch-events.c ---- */

/* A statement about events as it may run in a scratch database: it leaves none enabled.  OUT stays
 * empty if the statement needs no change. */
moult_status myevents_disarm(const struct sentence *s, const struct cut *c, struct text *out);
/* Notes in SESSION, for the reader, what the statement meant, which was run last on ON. */
moult_status myevents_note(moult_session *session, moult_session *on, const struct sentence *s,
                           moult_error *err);
void myevents_forget(moult_session *session);

/* ---- scratch.c ---- */

/* The name goes on with the connection that made it, a random number and the time; and, on MariaDB,
 * the database has the comment. */
#define SCRATCH_PREFIX "moult_scratch_"
#define SCRATCH_PATTERN "^moult_scratch_[0-9]+_[0-9a-f]{8}_[0-9]+$"
#define SCRATCH_MARKER                                                                             \
    "a scratch database of moult, which may be dropped (1f6c7a52-58a1-4c42-9d07-5b0f6e2a9c12)"
/* The lock that says that the scratch database behind the prefix is in use. */
#define SCRATCH_MARK "moult."

#endif
