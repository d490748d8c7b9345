/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - a connection to one MySQL or MariaDB database, and the plugin's three tables of
 * calls. */
#ifndef MOULT_MYSQL_SESSION_H
#define MOULT_MYSQL_SESSION_H

#include <moult/adapter.h>
#include <mysql.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>

/* An event of a scratch database, where none may run: made disabled, though it is meant to be
 * enabled. */
struct myevent {
    struct myevent *next;
    char name[]; /* as it is spelled */
};

struct moult_session {
    const moult_host *host;
    MYSQL *conn;
    char *url;       /* as given */
    char *database;  /* it is in; what "tenant" is bound to */
    char *user;      /* CURRENT_USER(): "user@host", as the server writes it */
    char *version;   /* "10.11.19" */
    char *sql_mode;  /* that the server gives to new sessions: what scripts of others run under */
    char *time_zone; /* likewise */
    uint32_t number; /* 101119: major * 10000 + minor * 100 + patch */
    bool mariadb;    /* else MySQL */
    bool read_only;  /* the server takes no writes from this account */
    bool grants;     /* the setting: grants are part of the tree */
    uint32_t lower_case; /* lower_case_table_names: 0 as is, 1 in lower case, 2 compared so */
    uint64_t thread;     /* CONNECTION_ID() */
    uint64_t max_packet; /* max_allowed_packet, in bytes */
    uint32_t purpose;    /* MOULT_PURPOSE_* */
    uint64_t lock_timeout_ms;
    uint64_t statement_timeout_ms; /* 0 = no limit */
    moult_op *op;                  /* may be NULL */
    const moult_config *config;    /* that it was opened with; lives as long */
    uint64_t deadline_ms; /* of CLOCK_MONOTONIC, after which a statement is ended; 0 = none */
    atomic_bool running;  /* a statement is at the server: cancel has something to end */

    /* The writer's; zero after open. */
    bool scratch;           /* writer.scratch made the database: close drops it */
    struct myevent *events; /* of a scratch database: meant to be enabled */
    bool locked;            /* lock() holds */
    bool txn;               /* a transaction of ours is open */
    uint64_t epoch;         /* of the lock: which server session holds it */
    void *writer;           /* what else the writer keeps; mywriter_forget frees it */
};

/* ---- connect.c ---- */

/* A session with purpose, time-outs, settings and op of HOW, for HOW->url, not connected yet;
 * freed by myreader_close. */
moult_status mysession_new(const moult_host *host, const moult_open *how, moult_session **out,
                           moult_error *err);
/* Connects SESSION to DATABASE (NULL: the URL's; "": to none) and pins its settings. */
moult_status mysession_connect(moult_session *session, const char *database, moult_error *err);
/* URL for another database; to be freed; NULL = no memory. */
char *myurl_for(const char *url, const char *database);
/* The database that URL names, taken apart; to be freed; "" if it names none, NULL = no memory. */
char *myurl_database(const char *url);
/* What every session of ours has set, as one statement: also after another's script ran in it.
 * SQL_MODE and time zone are the pinned ones. */
moult_status mysession_pin(moult_session *session, moult_error *err);

extern const moult_dialect mysql_dialect;
extern const moult_reader mysql_reader;
extern const moult_writer mysql_writer;

/* The dialect: split.c, names.c, ways*.c, render*.c */
moult_status mydialect_split(const moult_host *host, const char *text, size_t len,
                             moult_statement_fn *fn, void *arg, moult_error *err);
moult_status mydialect_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                            moult_error *err);
moult_status mydialect_render(const moult_host *host, const moult_operation *operation,
                              moult_script *script, moult_error *err);
moult_status mydialect_bind(const moult_host *host, const char *text, size_t len,
                            const moult_binding *const *bindings, uint32_t count, char **out,
                            size_t *out_len, moult_error *err);
moult_status mydialect_fold(const moult_host *host, const char *kind, const char *name, size_t len,
                            char **out, size_t *out_len, moult_error *err);

/* The reader: reader*.c, tenants.c, inspect*.c, catalogue*.c; records: bookkeeping.c */
moult_status myreader_open(const moult_host *host, const moult_open *how, moult_session **out,
                           moult_error *err);
void myreader_close(moult_session *session);
void myreader_cancel(moult_session *session);
moult_status myreader_server(moult_session *session, moult_server *out, moult_error *err);
moult_status myreader_rights(moult_session *session, moult_right_fn *fn, void *arg,
                             moult_error *err);
moult_status myreader_tenants(const moult_host *host, const moult_open *base, const char *how,
                              const char *pattern, moult_tenant_fn *fn, void *arg,
                              moult_error *err);
moult_status myreader_inspect(moult_session *session, const moult_binding *const *bindings,
                              uint32_t count, moult_tree *out, moult_error *err);
moult_status myreader_stamp(moult_session *session, uint8_t out[32], moult_error *err);
moult_status myreader_measure(moult_session *session, const char *path, size_t len, uint64_t *rows,
                              uint64_t *bytes, moult_error *err);
moult_status myreader_records(moult_session *session, uint32_t table, uint64_t after,
                              moult_record_fn *fn, void *arg, moult_error *err);
moult_status myreader_move(moult_session *session, const moult_open *how, moult_error *err);

/* The writer: writer*.c, scratch.c, lock.c, bookkeeping.c */
moult_status mywriter_scratch(const moult_host *host, const moult_open *how, moult_session *like,
                              moult_session **out, moult_error *err);
moult_status mywriter_reap(const moult_host *host, const moult_open *how, uint32_t *count,
                           moult_error *err);
moult_status mywriter_run(moult_session *session, const char *sql, size_t len, uint64_t *changed,
                          moult_error *err);
moult_status mywriter_limits(moult_session *session, uint32_t lock_ms, uint32_t run_ms,
                             moult_error *err);
moult_status mywriter_probe(moult_session *session, const char *sql, size_t len, uint32_t *answer,
                            moult_error *err);
moult_status mywriter_lock(moult_session *session, moult_error *err);
moult_status mywriter_unlock(moult_session *session, moult_error *err);
moult_status mywriter_begin(moult_session *session, moult_error *err);
moult_status mywriter_commit(moult_session *session, moult_error *err);
moult_status mywriter_rollback(moult_session *session, moult_error *err);
moult_status mywriter_record_open(moult_session *session, moult_error *err);
moult_status mywriter_record_append(moult_session *session, moult_record *record, moult_error *err);
/* Called by close, before the connection is closed: drops a scratch database, frees `writer`,
 * `events`. */
void mywriter_forget(moult_session *session);

#endif
