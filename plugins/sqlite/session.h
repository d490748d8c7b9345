/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - an open SQLite database, and what every source file of the plugin shares. */
#ifndef MOULT_SQLITE_SESSION_H
#define MOULT_SQLITE_SESSION_H

#include <moult/adapter.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>

struct moult_session {
    const moult_host *host;
    sqlite3 *db;
    char *path;       /* file name; ":memory:" for a scratch database without a file */
    uint32_t purpose; /* MOULT_PURPOSE_* */
    uint64_t lock_timeout_ms;
    moult_op *op;   /* may be NULL */
    bool scratch;   /* writer.scratch made it: close drops it */
    bool read_only; /* this place cannot be written to */

    /* The writer's; zero after open. */
    bool locked;              /* lock() holds */
    bool txn;                 /* a transaction of ours is open */
    bool foreign_keys;        /* as they were before the transaction */
    bool fk_off;              /* put off by us for the time of the transaction */
    struct violation *before; /* of foreign keys, when the transaction began */
    uint32_t lock_ms, run_ms; /* of statements; 0: lock_timeout_ms, no limit */
    uint64_t deadline_ms;     /* of the running statement, on the monotonic clock; 0 = none */
    int64_t memory_max;       /* what SQLite may hold meanwhile, in bytes; 0 = no limit */
    bool large;               /* it held more */
};

/* foreign.c: frees what `before` points to; also when the session is closed. */
void sqlite_violations_free(struct violation *list);

/* reader.c: an empty session with purpose, time-out and op of HOW; freed by sqlite_reader_close.
 * NULL = no memory. */
moult_session *sqlite_session_new(const moult_host *host, const moult_open *how);
/* Opens PATH into SESSION with SQLITE_OPEN_* FLAGS and sets the connection up: extended result
 * codes, busy time-out, no extensions; defensive where the purpose is to read.  The schema stays
 * trusted: without that, SQLite 3.40 cannot read tables with JSON functions in generated columns.
 */
moult_status sqlite_session_open(moult_session *session, const char *path, int flags,
                                 moult_error *err);
/* The file name in a "sqlite:" URL, borrowed from it; NULL if URL is no such URL or names nothing.
 */
const char *sqlite_url_path(const char *url);

extern const moult_dialect sqlite_dialect;
extern const moult_reader sqlite_reader;
extern const moult_writer sqlite_writer;

/* writer.c, scratch.c, ways.c, render.c fill these slots of the tables in sqlite.c. */
moult_status sqlite_dialect_ways(const moult_host *host, const moult_change *change,
                                 moult_ways *ways, moult_error *err);
moult_status sqlite_dialect_render(const moult_host *host, const moult_operation *operation,
                                   moult_script *script, moult_error *err);
moult_status sqlite_writer_scratch(const moult_host *host, const moult_open *how,
                                   moult_session *like, moult_session **out, moult_error *err);
moult_status sqlite_writer_reap(const moult_host *host, const moult_open *how, uint32_t *count,
                                moult_error *err);
moult_status sqlite_writer_run(moult_session *session, const char *sql, size_t len,
                               uint64_t *changed, moult_error *err);
moult_status sqlite_writer_limits(moult_session *session, uint32_t lock_ms, uint32_t run_ms,
                                  moult_error *err);
moult_status sqlite_writer_probe(moult_session *session, const char *sql, size_t len,
                                 uint32_t *answer, moult_error *err);
moult_status sqlite_writer_lock(moult_session *session, moult_error *err);
moult_status sqlite_writer_unlock(moult_session *session, moult_error *err);
moult_status sqlite_writer_begin(moult_session *session, moult_error *err);
moult_status sqlite_writer_commit(moult_session *session, moult_error *err);
moult_status sqlite_writer_rollback(moult_session *session, moult_error *err);
moult_status sqlite_writer_record_open(moult_session *session, moult_error *err);
moult_status sqlite_writer_record_append(moult_session *session, moult_record *record,
                                         moult_error *err);

/* The reader's and dialect's own, in split.c, names.c, reader.c, inspect.c, records.c. */
moult_status sqlite_dialect_split(const moult_host *host, const char *text, size_t len,
                                  moult_statement_fn *fn, void *arg, moult_error *err);
moult_status sqlite_dialect_bind(const moult_host *host, const char *text, size_t len,
                                 const moult_binding *const *bindings, uint32_t count, char **out,
                                 size_t *out_len, moult_error *err);
moult_status sqlite_dialect_fold(const moult_host *host, const char *kind, const char *name,
                                 size_t len, char **out, size_t *out_len, moult_error *err);
moult_status sqlite_reader_open(const moult_host *host, const moult_open *how, moult_session **out,
                                moult_error *err);
void sqlite_reader_close(moult_session *session);
void sqlite_reader_cancel(moult_session *session);
moult_status sqlite_reader_server(moult_session *session, moult_server *out, moult_error *err);
moult_status sqlite_reader_rights(moult_session *session, moult_right_fn *fn, void *arg,
                                  moult_error *err);
moult_status sqlite_reader_tenants(const moult_host *host, const moult_open *base, const char *how,
                                   const char *pattern, moult_tenant_fn *fn, void *arg,
                                   moult_error *err);
moult_status sqlite_reader_inspect(moult_session *session, const moult_binding *const *bindings,
                                   uint32_t count, moult_tree *out, moult_error *err);
moult_status sqlite_reader_stamp(moult_session *session, uint8_t out[32], moult_error *err);
moult_status sqlite_reader_measure(moult_session *session, const char *path, size_t len,
                                   uint64_t *rows, uint64_t *bytes, moult_error *err);
moult_status sqlite_reader_records(moult_session *session, uint32_t table, uint64_t after,
                                   moult_record_fn *fn, void *arg, moult_error *err);

/* names.c: NAME appended to S as an identifier that SQL takes whatever it is: in double quotes
 * unless it is a plain lower-case word and no keyword.  A bound identifier's marker stays bare:
 * bind quotes. */
void sqlite_quote_name(sqlite3_str *s, const char *name, size_t len);
/* NAME appended as a string literal. */
void sqlite_quote_string(sqlite3_str *s, const char *text, size_t len);

/* error.c */

/* Sets code and a printf-made message; returns CODE. */
moult_status sqlite_fail(const moult_host *host, moult_error *err, moult_status code,
                         const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Adds a detail ("hint", "object", ...). */
void sqlite_detail(const moult_host *host, moult_error *err, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
moult_status sqlite_nomem(const moult_host *host, moult_error *err);
/* What SQLite answered last on the session's connection, RC, as an error: code, message "WHAT:
 * ...", details vendor_code, statement (SQL may be NULL), hint. */
moult_status sqlite_fail_rc(moult_session *session, moult_error *err, int rc, const char *what,
                            const char *sql, size_t sql_len);
/* The moult code of an SQLite result code. */
moult_status sqlite_status(int rc);

#endif
