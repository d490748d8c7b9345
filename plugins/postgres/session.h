/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - a connection to one PostgreSQL database, and the plugin's three tables of calls. */
#ifndef MOULT_POSTGRES_SESSION_H
#define MOULT_POSTGRES_SESSION_H

#include <libpq-fe.h>
#include <moult/adapter.h>
#include <stdarg.h>
#include <stdbool.h>

struct moult_session {
    const moult_host *host;
    PGconn *conn;
    PGcancel *canceller; /* made once, so that cancel() may come from any thread */
    char *url;           /* as given, without the part after "#" */
    char *database;      /* name of the database that it is connected to */
    char *schema;        /* of a schema unit: its schema's name, unquoted; NULL = a database unit */
    char *role;          /* set role to it, or NULL */
    bool *ungranted; /* set instead of a warning that privileges were not given or taken; or NULL */
    char *stand_in;      /* in a scratch database: the role that is there in its place, or NULL */
    char *version;       /* "15.18" */
    int number;          /* 150018 */
    uint32_t purpose;    /* MOULT_PURPOSE_* */
    uint64_t lock_timeout_ms;
    uint64_t statement_timeout_ms; /* 0 = no limit */
    moult_op *op;                  /* may be NULL */
    bool standby;                  /* the server is in recovery */
    bool quiet;                    /* triggers on logging in are not to run */
    bool beyond;                   /* something stands between it and the server */
    uint32_t pooled;               /* moult_server.pooled, as far as it was looked for */
    bool pooled_known;

    /* The writer's; zero after open. */
    bool scratch;   /* writer.scratch made the database: close drops it */
    bool locked;    /* lock() holds */
    bool txn;       /* a transaction of ours is open */
    uint64_t epoch; /* of the lock: which backend holds it */
    void *writer;   /* what else the writer keeps; postgres_writer_forget frees it */
};

/* The settings that decide what a rendered statement means; every session of ours has them. */
#define POSTGRES_PREAMBLE                                                                          \
    "SELECT pg_catalog.set_config('search_path', '', false);\n"                                    \
    "SET client_encoding = 'UTF8';\n"                                                              \
    "SET standard_conforming_strings = on;\n"                                                      \
    "SET escape_string_warning = off;\n"                                                           \
    "SET check_function_bodies = off;\n"                                                           \
    "SET TimeZone = 'UTC';\n"                                                                      \
    "SET DateStyle = 'ISO, YMD';\n"                                                                \
    "SET IntervalStyle = 'postgres';\n"                                                            \
    "SET xmloption = content;\n"                                                                   \
    "SET row_security = off;\n"                                                                    \
    "SET transform_null_equals = off;\n"                                                           \
    "SET default_tablespace = '';\n"                                                               \
    "SET default_table_access_method = 'heap';\n"

/* connect.c */

/* A session with purpose, time-outs, role and op of HOW, for HOW->url, not connected yet; freed by
 * postgres_close. */
moult_status postgres_session_new(const moult_host *host, const moult_open *how,
                                  moult_session **out, moult_error *err);
/* Connects SESSION to DATABASE (NULL: the URL's) and pins its settings.  Its URL, role and time-outs
 * are the session's. */
moult_status postgres_connect(moult_session *session, const char *database, moult_error *err);
/* Makes SESSION, which is connected, one for HOW; MOULT_ERR_UNSUPPORTED: it is none that could be. */
moult_status postgres_connect_again(moult_session *session, const moult_open *how,
                                    moult_error *err);
/* The URL of HOW for another database or schema; to be freed; NULL = no memory. */
char *postgres_url_for(const char *url, const char *database, const char *schema);

extern const moult_dialect postgres_dialect;
extern const moult_reader postgres_reader;
extern const moult_writer postgres_writer;

/* The dialect: split.c, names.c, ways*.c, render*.c */
moult_status postgres_split(const moult_host *host, const char *text, size_t len,
                            moult_statement_fn *fn, void *arg, moult_error *err);
moult_status postgres_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                           moult_error *err);
moult_status postgres_render(const moult_host *host, const moult_operation *operation,
                             moult_script *script, moult_error *err);
moult_status postgres_bind(const moult_host *host, const char *text, size_t len,
                           const moult_binding *const *bindings, uint32_t count, char **out,
                           size_t *out_len, moult_error *err);
moult_status postgres_fold(const moult_host *host, const char *kind, const char *name, size_t len,
                           char **out, size_t *out_len, moult_error *err);

/* The reader: reader.c, rights.c, tenants.c, inspect*.c, stamp.c, measure.c, records.c */
moult_status postgres_open(const moult_host *host, const moult_open *how, moult_session **out,
                           moult_error *err);
moult_status postgres_move(moult_session *session, const moult_open *how, moult_error *err);
void postgres_close(moult_session *session);
void postgres_cancel(moult_session *session);
moult_status postgres_server(moult_session *session, moult_server *out, moult_error *err);
moult_status postgres_rights(moult_session *session, moult_right_fn *fn, void *arg,
                             moult_error *err);
moult_status postgres_tenants(const moult_host *host, const moult_open *base, const char *how,
                              const char *pattern, moult_tenant_fn *fn, void *arg,
                              moult_error *err);
moult_status postgres_inspect(moult_session *session, const moult_binding *const *bindings,
                              uint32_t count, moult_tree *out, moult_error *err);
moult_status postgres_stamp(moult_session *session, uint8_t out[32], moult_error *err);
moult_status postgres_measure(moult_session *session, const char *path, size_t len, uint64_t *rows,
                              uint64_t *bytes, moult_error *err);
moult_status postgres_records(moult_session *session, uint32_t table, uint64_t after,
                              moult_record_fn *fn, void *arg, moult_error *err);

/* The writer: writer*.c, scratch.c */
moult_status postgres_scratch(const moult_host *host, const moult_open *how, moult_session *like,
                              moult_session **out, moult_error *err);
moult_status postgres_reap(const moult_host *host, const moult_open *how, uint32_t *count,
                           moult_error *err);
moult_status postgres_run(moult_session *session, const char *sql, size_t len, uint64_t *changed,
                          moult_error *err);
moult_status postgres_limits(moult_session *session, uint32_t lock_ms, uint32_t run_ms,
                             moult_error *err);
moult_status postgres_probe(moult_session *session, const char *sql, size_t len, uint32_t *answer,
                            moult_error *err);
moult_status postgres_lock(moult_session *session, moult_error *err);
moult_status postgres_unlock(moult_session *session, moult_error *err);
moult_status postgres_begin(moult_session *session, moult_error *err);
moult_status postgres_commit(moult_session *session, moult_error *err);
moult_status postgres_rollback(moult_session *session, moult_error *err);
moult_status postgres_record_open(moult_session *session, moult_error *err);
moult_status postgres_record_append(moult_session *session, moult_record *record, moult_error *err);
/* Called by close, before the connection is closed: drops a scratch database, frees `writer`. */
void postgres_writer_forget(moult_session *session);
/* Called before a scratch database is inspected: does what its text left to the last. */
moult_status postgres_writer_settle(moult_session *session, moult_error *err);
/* Called when the session's settings were made anew. */
void postgres_writer_moved(moult_session *session);

#endif
