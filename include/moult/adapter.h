/* SPDX-License-Identifier: Apache-2.0 */
/* adapter.h - a database adapter: three interfaces of one name.
 *
 * dialect knows the language and touches no database; reader only reads; writer changes.  The host
 * loads the writer of an adapter only for commands that write, so that what only looks cannot act.
 * Sessions come from reader.open, whatever their purpose; writer's calls take those sessions. */
#ifndef MOULT_ADAPTER_H
#define MOULT_ADAPTER_H

#include <moult/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A bound identifier: wherever VALUE stands as an identifier, the tree holds the marker NAME. */
typedef struct moult_binding {
    uint32_t size;
    uint32_t reserved;
    const char *name;  /* "tenant", or a name from moult.toml */
    const char *value; /* the identifier in this place */
} moult_binding;

/* ---- dialect ---- */

/* What a statement of untrusted text is to a scratch database. */
#define MOULT_STMT_SCHEMA 1u  /* run it */
#define MOULT_STMT_DATA 2u    /* rows, not schema: left out */
#define MOULT_STMT_SESSION 3u /* BEGIN, COMMIT, harmless settings: left out */
#define MOULT_STMT_REFUSED 4u /* never run: `why` says what is wrong with it */
#define MOULT_STMT_PROCEDURAL 5u /* a block of code that does what cannot be seen: run if allowed */

typedef struct moult_statement {
    uint32_t size;
    uint32_t klass;    /* MOULT_STMT_* */
    uint64_t offset;   /* bytes from the start of the text */
    uint64_t line;     /* of the first token, from 1 */
    const char *sql;   /* what to run; usually inside the text, without the closing semicolon */
    uint64_t sql_len;
    const char *why;   /* for REFUSED: "ATTACH reaches another database"; else NULL */
} moult_statement;
typedef moult_status moult_statement_fn(void *arg, const moult_statement *statement);

#define MOULT_DIALECT_MAJOR 0
#define MOULT_DIALECT_MINOR 1
typedef struct moult_dialect {
    moult_iface head;
    /* Space-separated URL schemes served: "sqlite sqlite3". */
    const char *schemes;
    /* Version of kinds and attributes it produces; recorded in snapshots. */
    uint32_t level;
    uint32_t reserved;

    /* Cuts TEXT into statements and classifies each before any of them runs.  A text that cannot be
     * cut (an open quote, a dot command) is reported as REFUSED at its line, not as an error. */
    moult_status (*split)(const moult_host *host, const char *text, size_t len,
                          moult_statement_fn *fn, void *arg, moult_error *err);
    /* All ways in which CHANGE can be made, best first.  Called for every change of an object and
     * for every nested change of an ALTER.  No way = not possible: add an error instead. */
    moult_status (*ways)(const moult_host *host, const moult_change *change, moult_ways *ways,
                         moult_error *err);
    /* Statements, probes and inverse of one step; bound identifiers stay marked. */
    moult_status (*render)(const moult_host *host, const moult_operation *operation,
                           moult_script *script, moult_error *err);
    /* TEXT with every marker replaced by the quoted value of its binding; *out is from host->alloc. */
    moult_status (*bind)(const moult_host *host, const char *text, size_t len,
                         const moult_binding *const *bindings, uint32_t count, char **out,
                         size_t *out_len, moult_error *err);
    /* The key of an object of KIND that is spelled NAME (unquoted); *out is from host->alloc. */
    moult_status (*fold)(const moult_host *host, const char *kind, const char *name, size_t len,
                         char **out, size_t *out_len, moult_error *err);
    /* May be NULL.  Statements, each with its semicolon and line end, that make of any session one in which what render
     * wrote means the same as in the reader's: they begin the SQL that moult hands to people, and follow in it what
     * has settings of its own in front, a line "SET ...;". */
    const char *preamble;
    /* May be NULL.  The command of the database's own client that says what ends the statements after it
     * ("DELIMITER"): used in that SQL for statements that hold a semicolon themselves. */
    const char *delimiter;
} moult_dialect;

/* ---- reader ---- */

/* caps: stamps of different places are equal if their trees are. */
#define MOULT_READER_COMMON_STAMPS (UINT64_C(1) << 0)

#define MOULT_PURPOSE_READ 1u  /* cannot write, whatever is asked of it */
#define MOULT_PURPOSE_WRITE 2u

typedef struct moult_open {
    uint32_t size;
    uint32_t purpose;           /* MOULT_PURPOSE_* */
    const char *url;            /* of one database: "sqlite:/srv/a.db" */
    const moult_config *config; /* settings of the interface */
    moult_op *op;               /* may be NULL */
    uint64_t lock_timeout_ms;   /* how long any lock is waited for */
    /* For writer.scratch, where LIKE is NULL: of what kind the new database is to be. */
    const char *target;  /* URL of a place that it is for; NULL: not known */
    const char *tenants; /* how TARGET's tenants are found, of which it is for one; NULL: it has none */
    uint32_t local;      /* 1: only on a server of this machine: nobody has said where else it may be */
    uint32_t reserved;
} moult_open;

typedef struct moult_server {
    uint32_t size;
    uint32_t major;       /* of the server: what classes trees */
    const char *make;     /* "SQLite"; valid until close */
    const char *version;  /* "3.40.1" */
    uint32_t pooled;      /* 1: statements of a session may reach different server sessions */
    uint32_t read_only;   /* 1: this place cannot be written to */
    const char *tenant;   /* what "tenant" is bound to here; NULL: to the tenant's own name */
} moult_server;

/* A right or property that doctor reports; HELD 1, 0, or 2 = could not be told. */
typedef moult_status moult_right_fn(void *arg, const char *name, uint32_t held, const char *note);

typedef struct moult_tenant {
    uint32_t size;
    uint32_t reserved;
    const char *name; /* how people call it: unique within the database */
    const char *url;  /* opens it */
} moult_tenant;
typedef moult_status moult_tenant_fn(void *arg, const moult_tenant *tenant);

#define MOULT_RECORD_RUN 1u   /* runs: opened with their plan, ended */
#define MOULT_RECORD_STEP 2u  /* intents and outcomes of steps */
#define MOULT_RECORD_AUDIT 3u /* every statement that changed something, hash-chained */

/* A row of bookkeeping.  Rows are only ever appended. */
typedef struct moult_record {
    uint32_t size;
    uint32_t table;     /* MOULT_RECORD_* */
    uint64_t seq;       /* set by the adapter, growing within a table from 1 */
    const char *run;    /* id of the run */
    const char *event;  /* "open", "intent", "done", ... */
    const char *at;     /* UTC, RFC 3339 with milliseconds */
    const char *body;   /* JSON object */
    uint64_t body_len;
} moult_record;
#define MOULT_RECORDS_LAST UINT64_MAX
typedef moult_status moult_record_fn(void *arg, const moult_record *record);

#define MOULT_READER_MAJOR 0
#define MOULT_READER_MINOR 1
typedef struct moult_reader {
    moult_iface head;
    /* Opens what URL names and proves it usable by reading from it.  Never creates it. */
    moult_status (*open)(const moult_host *host, const moult_open *how, moult_session **out,
                         moult_error *err);
    /* Rolls back what is open and frees the session.  NULL is allowed. */
    void (*close)(moult_session *session);
    /* Stops the running call of SESSION; from any thread; harmless when none runs. */
    void (*cancel)(moult_session *session);
    moult_status (*server)(moult_session *session, moult_server *out, moult_error *err);
    /* What doctor wants to know: rights, encryption, journal mode, version limits. */
    moult_status (*rights)(moult_session *session, moult_right_fn *fn, void *arg, moult_error *err);
    /* Finds the tenants of moult.toml's `tenants = { HOW = PATTERN }` below the database's URL. */
    moult_status (*tenants)(const moult_host *host, const moult_open *base, const char *how,
                            const char *pattern, moult_tenant_fn *fn, void *arg, moult_error *err);
    /* Builds the tree of all that is there, in a constant number of round trips, from one state of
     * the database.  moult's own bookkeeping, recognised by its marker, is left out. */
    moult_status (*inspect)(moult_session *session, const moult_binding *const *bindings,
                            uint32_t count, moult_tree *out, moult_error *err);
    /* 32 bytes that are equal only if inspect would give the same tree (the reverse need not hold).
     * Cheap; the host uses it to inspect equal tenants once, never before a write. */
    moult_status (*stamp)(moult_session *session, uint8_t out[32], moult_error *err);
    /* Rows and bytes of the object at PATH, exact or estimated; UINT64_MAX = unknown. */
    moult_status (*measure)(moult_session *session, const char *path, size_t len, uint64_t *rows,
                            uint64_t *bytes, moult_error *err);
    /* Calls FN with every bookkeeping row of TABLE, oldest first, with sequence number > AFTER; with
     * MOULT_RECORDS_LAST for AFTER only with the newest one.  No bookkeeping yet = no call.  A user's own table in its place is MOULT_ERR_EXISTS. */
    moult_status (*records)(moult_session *session, uint32_t table, uint64_t after,
                            moult_record_fn *fn, void *arg, moult_error *err);
    /* May be NULL.  Makes SESSION, in which nothing is open, one that open would give for HOW, which
     * is another place of the same server, with less effort.  After a failure it can only be closed;
     * MOULT_ERR_UNSUPPORTED: open another one. */
    moult_status (*move)(moult_session *session, const moult_open *how, moult_error *err);
} moult_reader;

/* ---- writer ---- */

/* caps: DDL can be rolled back. */
#define MOULT_WRITER_TXN_DDL (UINT64_C(1) << 0)
/* caps: the lock is the write transaction itself (SQLite): lock() begins it, commit() and rollback()
 * end both, and so a run is one transaction. */
#define MOULT_WRITER_LOCK_IS_TXN (UINT64_C(1) << 1)

#define MOULT_PROBE_DONE 1u     /* the operation has taken place */
#define MOULT_PROBE_NOT_DONE 2u /* it has not, wholly */
#define MOULT_PROBE_UNKNOWN 3u  /* neither can be shown */

#define MOULT_WRITER_MAJOR 0
#define MOULT_WRITER_MINOR 1
typedef struct moult_writer {
    moult_iface head;
    /* A new, empty database for trying things, of the kind and with the settings of LIKE (may be
     * NULL), on the server that HOW names.  Its statements are confined to it.  close drops it. */
    moult_status (*scratch)(const moult_host *host, const moult_open *how, moult_session *like,
                            moult_session **out, moult_error *err);
    /* Drops scratch databases that a crash left behind; *COUNT says how many. */
    moult_status (*reap)(const moult_host *host, const moult_open *how, uint32_t *count,
                         moult_error *err);
    /* Runs one statement, or a script of several.  *CHANGED (may be NULL) = rows touched. */
    moult_status (*run)(moult_session *session, const char *sql, size_t len, uint64_t *changed,
                        moult_error *err);
    /* How long each of SESSION's following statements may wait for a lock (0: the session's lock
     * time-out; past it MOULT_ERR_BUSY) and run (0: as long as it takes; past it
     * MOULT_ERR_CANCELLED).  Until the next call. */
    moult_status (*limits)(moult_session *session, uint32_t lock_ms, uint32_t run_ms,
                           moult_error *err);
    /* Answers a probe that render gave: *ANSWER is MOULT_PROBE_*. */
    moult_status (*probe)(moult_session *session, const char *sql, size_t len, uint32_t *answer,
                          moult_error *err);
    /* Takes the one lock of this database for runs of moult, waiting no longer than the session's
     * lock time-out (else MOULT_ERR_BUSY, with the holder where it can be told), and proves that
     * this very session holds it. */
    moult_status (*lock)(moult_session *session, moult_error *err);
    moult_status (*unlock)(moult_session *session, moult_error *err);
    /* Transactions; with LOCK_IS_TXN, begin is part of lock. */
    moult_status (*begin)(moult_session *session, moult_error *err);
    /* Checks what was put off (foreign keys), then commits.  MOULT_ERR_UNKNOWN: probe. */
    moult_status (*commit)(moult_session *session, moult_error *err);
    moult_status (*rollback)(moult_session *session, moult_error *err);
    /* Makes the bookkeeping tables if they are not there, inside the current transaction if there is
     * one.  A user's own table of such a name: MOULT_ERR_EXISTS, nothing touched. */
    moult_status (*record_open)(moult_session *session, moult_error *err);
    /* Appends one row, inside the current transaction if there is one, else durable on return.  Sets
     * RECORD->seq. */
    moult_status (*record_append)(moult_session *session, moult_record *record, moult_error *err);
} moult_writer;

#ifdef __cplusplus
}
#endif
#endif
