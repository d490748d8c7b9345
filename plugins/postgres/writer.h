/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - what the writer's source files share. */
#ifndef MOULT_POSTGRES_WRITER_H
#define MOULT_POSTGRES_WRITER_H

#include "pg.h"

#define RECORD_TABLES 4 /* by MOULT_RECORD_* */

/* What a session that writes keeps beyond what it reads with. */
struct writer {
    uint32_t lock_ms, run_ms;  /* limits that are asked for; 0: the session's own */
    int64_t lock_now, run_now; /* and in force; -1: not known */
    bool pooled;               /* a connection pooler is in between, one client to a session */
    uint64_t locks_most;       /* that a transaction may hold; 0: not known */
    uint64_t locks_next;       /* statements until they are counted again */

    /* Records of the open transaction that were not sent yet, all of one table; and the last
     * number in each table (0: to be asked for), which nobody else takes while the lock is held. */
    struct text records;
    uint32_t record_table;
    uint64_t last_record[RECORD_TABLES];

    /* Of a scratch database. */
    char *name;            /* NULL: this is none */
    bool made;             /* it is there, and to be dropped */
    moult_session *keeper; /* on another database: holds the mark that this one is in use */
    moult_session *script; /* statements run here, so that their settings reach nothing else */
    struct confine *confine; /* how they run; NULL: as they are */
    struct text base;      /* the settings that SCRIPT begins with */
    struct text settings;  /* on top of these, in force now */
};

/* session->writer, made when first asked for; NULL = no memory. */
struct writer *postgres_writer_of(moult_session *session);

/* Runs one statement and refuses a second behind it, whatever a text looks like: the server
 * reads it as a prepared statement's.  OUT may be NULL. */
moult_status postgres_query_one(moult_session *session, const char *what, const char *sql,
                                PGresult **out, moult_error *err);
/* Runs SQL although the user wants to stop, for what must be cleaned up.  1: it took place. */
bool postgres_tidy(moult_session *session, const char *sql);

/* ---- writer-records.c ---- */

/* Sends the records that wait; without a writer there are none. */
moult_status postgres_records_send(moult_session *session, moult_error *err);
/* The transaction is over. */
void postgres_records_forget(struct writer *w);

/* ---- writer-locks.c ---- */

/* A transaction begins: how many locks may it take? */
moult_status postgres_locks_begin(moult_session *session, moult_error *err);
/* A statement of it has run.  MOULT_ERR_TOO_LARGE: it holds half of the locks that the whole server has. */
moult_status postgres_locks_count(moult_session *session, moult_error *err);

/* ---- writer-index.c ---- */

/* Is SQL a CREATE INDEX CONCURRENTLY?  The index's NAME, as SQL. */
bool postgres_index_of(const char *sql, size_t len, struct text *name);
/* Drops what an attempt to make it left behind.  Outside of transactions. */
void postgres_index_tidy(moult_session *session, const struct text *name);

/* ---- lock.c ---- */

/* Advisory locks of moult: their first number, by what they are for. */
#define LOCK_RUN 1836021100u     /* "moul": runs; the second is 0, or of a schema */
#define LOCK_SCRATCH 1836021107u /* "mous": the scratch database of this name is in use */
/* The second number for NAME, as an unsigned oid; never 0. */
uint32_t postgres_lock_number(const char *name);
/* MOULT_ERR_REFUSED where statements of the session may reach different sessions of the server;
 * else *POOLED says whether there is a pooler in between. */
moult_status postgres_prove_session(moult_session *session, bool *pooled, moult_error *err);

#endif
