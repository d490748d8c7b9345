/* SPDX-License-Identifier: Apache-2.0 */
/* error.c - the server's answers as moult's errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg.h"

moult_status postgres_nomem(const moult_host *host, moult_error *err)
{
    static const char msg[] = "out of memory";
    host->error_set(host->ctx, err, MOULT_ERR_NOMEM, msg, sizeof msg - 1);
    return MOULT_ERR_NOMEM;
}

moult_status postgres_fail(const moult_host *host, moult_error *err, moult_status code,
                           const char *fmt, ...)
{
    char *msg = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&msg, fmt, ap);
    va_end(ap);
    if (n < 0)
        return postgres_nomem(host, err);
    host->error_set(host->ctx, err, code, msg, (size_t)n);
    free(msg);
    return code;
}

void postgres_detail(const moult_host *host, moult_error *err, const char *key, const char *fmt,
                     ...)
{
    char *value = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&value, fmt, ap);
    va_end(ap);
    if (n >= 0)
        host->error_detail(host->ctx, err, key, value, (size_t)n);
    if (n >= 0)
        free(value);
}

/* SQLSTATE, or its first two characters, to moult's code and what to do about it.  The first row that fits. */
static const struct {
    const char *state;
    moult_status code;
    const char *hint;
} states[] = {
    {"08P01", MOULT_ERR_SQL, NULL},
    {"08007", MOULT_ERR_UNKNOWN, NULL},
    {"08", MOULT_ERR_UNAVAILABLE, NULL},
    {"22", MOULT_ERR_CONSTRAINT, NULL},
    {"23", MOULT_ERR_CONSTRAINT, NULL},
    {"25006", MOULT_ERR_AUTH,
     "the session, or the whole server, is read-only: connect to the primary"},
    {"28", MOULT_ERR_AUTH, "is the role right, and does pg_hba.conf let it in from here?"},
    {"3D000", MOULT_ERR_NOT_FOUND, "moult creates no databases: make it with CREATE DATABASE"},
    {"40001", MOULT_ERR_BUSY, NULL},
    {"40003", MOULT_ERR_UNKNOWN, NULL},
    {"40P01", MOULT_ERR_BUSY, NULL},
    {"42501", MOULT_ERR_AUTH,
     "the acting role must own the object or be granted the right: see the setting \"role\""},
    {"53100", MOULT_ERR_IO, "the server's disk is full: make room and try again"},
    {"53200", MOULT_ERR_UNAVAILABLE,
     "if it is the lock table that is full, raise max_locks_per_transaction"},
    {"53300", MOULT_ERR_UNAVAILABLE,
     "all connections are taken: end some, or raise max_connections"},
    {"53", MOULT_ERR_UNAVAILABLE, NULL},
    {"55006", MOULT_ERR_BUSY, NULL},
    {"55P03", MOULT_ERR_BUSY,
     "another session holds the lock: try again, or give a longer lock time-out"},
    {"57014", MOULT_ERR_CANCELLED, NULL},
    {"57", MOULT_ERR_UNAVAILABLE, NULL},
    {"58", MOULT_ERR_IO, NULL},
    {"XX001", MOULT_ERR_CORRUPT, NULL},
    {"XX002", MOULT_ERR_CORRUPT, "an index is damaged: REINDEX it"},
};
#define STATE_COUNT (sizeof states / sizeof *states)

static size_t state_index(const char *sqlstate)
{
    size_t i = 0;
    while (i < STATE_COUNT && strncmp(sqlstate, states[i].state, strlen(states[i].state)) != 0)
        i++;
    return i;
}

moult_status postgres_status(const char *sqlstate)
{
    if (!sqlstate)
        return MOULT_ERR_UNAVAILABLE;
    size_t i = state_index(sqlstate);
    return i < STATE_COUNT ? states[i].code : MOULT_ERR_SQL;
}

/* libpq ends its messages with a line end. */
static size_t trimmed(const char *msg)
{
    size_t n = strlen(msg);
    while (n && (msg[n - 1] == '\n' || msg[n - 1] == ' '))
        n--;
    return n;
}

static void add_field(moult_session *s, moult_error *err, const PGresult *r, int field,
                      const char *key)
{
    const char *value = PQresultErrorField(r, field);
    if (value && *value)
        s->host->error_detail(s->host->ctx, err, key, value, strlen(value));
}

static void add_object(moult_session *s, moult_error *err, const PGresult *r)
{
    const char *schema = PQresultErrorField(r, PG_DIAG_SCHEMA_NAME);
    const char *table = PQresultErrorField(r, PG_DIAG_TABLE_NAME);
    const char *part = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
    if (!part)
        part = PQresultErrorField(r, PG_DIAG_COLUMN_NAME);
    if (schema && table)
        postgres_detail(s->host, err, "object", "%s.%s%s%s", schema, table, part ? "." : "",
                        part ? part : "");
}

/* Roles and extensions are the server's: a scratch database finds those that are there. */
static void hint_missing(moult_session *session, const PGresult *r, moult_error *err)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *msg = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    if (!state || !msg)
        return;
    if (strcmp(state, "42704") == 0 && strstr(msg, "role \""))
        postgres_detail(
            session->host, err, "hint", "%s",
            "moult makes no roles, they are the whole server's: create it with CREATE ROLE");
    else if ((strcmp(state, "0A000") == 0 || strcmp(state, "58P01") == 0) &&
             strstr(msg, "extension"))
        postgres_detail(
            session->host, err, "hint", "%s",
            "install the extension's files on the server that scratch databases are made on");
}

moult_status postgres_fail_result(moult_session *session, moult_error *err, const PGresult *result,
                                  const char *what, const char *sql, size_t sql_len)
{
    const moult_host *host = session->host;
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *msg = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!msg)
        msg = PQerrorMessage(session->conn);
    bool alive = PQstatus(session->conn) == CONNECTION_OK;
    /* Without an answer of the server's, libpq refused the call itself, or the server is gone. */
    moult_status code = state || !alive ? postgres_status(state) : MOULT_ERR_INTERNAL;
    size_t n = trimmed(msg);
    if (!state && host->cancelled(host->ctx, session->op))
        code = MOULT_ERR_CANCELLED;
    postgres_fail(host, err, code, "cannot %s: %.*s", what, n > INT32_MAX ? 0 : (int)n, msg);
    if (result) {
        add_field(session, err, result, PG_DIAG_SQLSTATE, "sqlstate");
        add_field(session, err, result, PG_DIAG_MESSAGE_DETAIL, "detail");
        add_field(session, err, result, PG_DIAG_STATEMENT_POSITION, "position");
        add_field(session, err, result, PG_DIAG_INTERNAL_POSITION, "position");
        add_object(session, err, result);
    }
    if (session->database)
        postgres_detail(host, err, "database", "%s", session->database);
    if (sql)
        host->error_detail(host->ctx, err, "statement", sql, sql_len);
    const char *hint = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_HINT) : NULL;
    size_t i = state ? state_index(state) : STATE_COUNT;
    if (!hint && i < STATE_COUNT)
        hint = states[i].hint;
    if (hint)
        host->error_detail(host->ctx, err, "hint", hint, strlen(hint));
    if (result)
        hint_missing(session, result, err);
    return code;
}
