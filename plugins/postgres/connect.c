/* SPDX-License-Identifier: Apache-2.0 */
/* connect.c - from a URL to a connection whose settings are pinned. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg.h"

#define LOOK_EVERY_MS 200 /* at host->cancelled */

/* What a session must not inherit from the server, the role, the database or the environment: whatever
 * changes how the catalogue is spelled, or would end or hide the work. */
static const char pins[] = POSTGRES_PREAMBLE
    "SET extra_float_digits = 1; SET bytea_output = 'hex'; SET quote_all_identifiers = off;"
    "SET client_min_messages = warning; SET default_transaction_isolation = 'read committed';"
    "SET default_transaction_deferrable = off; SET idle_in_transaction_session_timeout = 0;"
    "SET jit = off; SET synchronize_seqscans = off;";

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* P..P+N with %XX taken apart; NULL = no memory, or a zero byte. */
static char *decoded(const char *p, size_t n)
{
    char *out = malloc(n + 1), *to = out;
    for (size_t i = 0; out && i < n; i++) {
        int high = p[i] == '%' && n - i > 2 ? hex_value(p[i + 1]) : -1;
        int low = high >= 0 ? hex_value(p[i + 2]) : -1;
        *to++ = (char)(low >= 0 ? high << 4 | low : p[i]);
        i += low >= 0 ? 2 : 0;
    }
    if (out)
        *to = '\0';
    return out;
}

static void add_encoded(struct text *t, const char *p)
{
    for (; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-' || c == '.' || c == '~';
        if (plain)
            pgtext_char(t, *p);
        else
            pgtext_printf(t, "%%%02X", c);
    }
}

/* Where the path of a URL begins and ends: "/db" or "". */
static void path_of(const char *url, const char **begin, const char **end)
{
    const char *p = strstr(url, "://");
    p = p ? p + 3 : url;
    p += strcspn(p, "/?#");
    *begin = p;
    *end = p + strcspn(p, "?#");
}

char *postgres_url_for(const char *url, const char *database, const char *schema)
{
    const char *begin, *end;
    path_of(url, &begin, &end);
    struct text t = {0};
    pgtext_add(&t, url, (size_t)(begin - url));
    if (database) {
        pgtext_char(&t, '/');
        add_encoded(&t, database);
    } else {
        pgtext_add(&t, begin, (size_t)(end - begin));
    }
    pgtext_add(&t, end, strcspn(end, "#"));
    if (schema) {
        pgtext_z(&t, "#schema=");
        add_encoded(&t, schema);
    }
    if (t.failed)
        pgtext_free(&t);
    return t.p;
}

static char *setting(const moult_host *host, const moult_open *how, const char *name)
{
    size_t n = 0;
    const char *p = how->config ? host->setting(host->ctx, how->config, name, &n) : NULL;
    return p && n ? strndup(p, n) : NULL;
}

static moult_status read_fragment(moult_session *s, const char *fragment, moult_error *err)
{
    static const char key[] = "schema=";
    if (strncmp(fragment, key, sizeof key - 1) != 0 || !fragment[sizeof key - 1]) {
        moult_status st =
            postgres_fail(s->host, err, MOULT_ERR_CONFIG,
                          "\"#%s\" at the end of the URL is not understood", fragment);
        postgres_detail(s->host, err, "hint", "write #schema=NAME for one schema of the database");
        return st;
    }
    s->schema = decoded(fragment + sizeof key - 1, strlen(fragment) - sizeof key + 1);
    return s->schema ? MOULT_OK : postgres_nomem(s->host, err);
}

moult_status postgres_session_new(const moult_host *host, const moult_open *how,
                                  moult_session **out, moult_error *err)
{
    moult_session *s = calloc(1, sizeof *s);
    if (!s)
        return postgres_nomem(host, err);
    s->host = host;
    s->purpose = how->purpose;
    s->op = how->op;
    s->lock_timeout_ms = how->lock_timeout_ms;
    const char *fragment = strchr(how->url, '#');
    s->url = strndup(how->url, fragment ? (size_t)(fragment - how->url) : strlen(how->url));
    s->role = setting(host, how, "role");
    char *limit = setting(host, how, "statement-timeout");
    s->statement_timeout_ms = limit ? strtoull(limit, NULL, 10) : 0;
    free(limit);
    moult_status st = s->url ? MOULT_OK : postgres_nomem(host, err);
    if (st == MOULT_OK && fragment)
        st = read_fragment(s, fragment + 1, err);
    if (st == MOULT_OK)
        *out = s;
    else
        postgres_close(s);
    return st;
}

static moult_status look_at_connection(moult_session *s, moult_error *err)
{
    if (PQstatus(s->conn) == CONNECTION_OK)
        return MOULT_OK;
    if (s->host->cancelled(s->host->ctx, s->op))
        return postgres_fail(s->host, err, MOULT_ERR_CANCELLED, "stopped while connecting");
    const char *msg = PQerrorMessage(s->conn);
    size_t n = strlen(msg);
    while (n && msg[n - 1] == '\n')
        n--;
    /* libpq gives no SQLSTATE here; these two are the server's own words. */
    bool missing = strstr(msg, "database \"") && strstr(msg, "does not exist");
    bool denied = strstr(msg, "authentication failed") || strstr(msg, "no pg_hba.conf entry") ||
                  strstr(msg, "no password supplied") || strstr(msg, "permission denied");
    moult_status code = denied    ? MOULT_ERR_AUTH
                        : missing ? MOULT_ERR_NOT_FOUND
                                  : MOULT_ERR_UNAVAILABLE;
    postgres_fail(s->host, err, code, "cannot connect: %.*s", n > INT_MAX ? 0 : (int)n, msg);
    if (missing)
        postgres_detail(s->host, err, "hint",
                        "moult creates no databases: make it with CREATE DATABASE");
    return code;
}

static moult_status pin(moult_session *s, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    pgtext_z(&sql, pins);
    /* Nothing is done for a client that is gone. */
    if (s->number >= 140000)
        pgtext_z(&sql, "SET client_connection_check_interval = 2000;");
    bool read = s->purpose == MOULT_PURPOSE_READ;
    pgtext_printf(&sql, "SET default_transaction_read_only = %s;", read ? "on" : "off");
    uint64_t lock = s->lock_timeout_ms > INT_MAX ? INT_MAX : s->lock_timeout_ms;
    uint64_t run = s->statement_timeout_ms > INT_MAX ? INT_MAX : s->statement_timeout_ms;
    pgtext_printf(&sql, "SET lock_timeout = %d; SET statement_timeout = %d;", lock ? (int)lock : 1,
                  (int)run);
    if (s->role) {
        pgtext_z(&sql, "SET ROLE ");
        pgtext_name(&sql, s->role, strlen(s->role));
        pgtext_char(&sql, ';');
    }
    pgtext_z(&sql, "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_database(),"
                   " pg_catalog.current_setting('server_version'), pg_catalog.pg_backend_pid()");
    if (sql.failed)
        return postgres_nomem(s->host, err);
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(s, "set the session up", sql.p, NULL, 0, &r, err);
    if (st != MOULT_OK)
        return st;
    s->standby = *PQgetvalue(r, 0, 0) == 't';
    s->beyond = strtoull(PQgetvalue(r, 0, 3), NULL, 10) != (unsigned long long)PQbackendPID(s->conn);
    free(s->database);
    free(s->version);
    s->database = strdup(PQgetvalue(r, 0, 1));
    s->version = strndup(PQgetvalue(r, 0, 2), strcspn(PQgetvalue(r, 0, 2), " "));
    return s->database && s->version ? MOULT_OK : postgres_nomem(s->host, err);
}

/* libpq would print them. */
static void take_notice(void *arg, const PGresult *r)
{
    const moult_session *s = arg;
    const moult_host *host = s->host;
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *msg = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    bool warning = severity && strcmp(severity, "WARNING") == 0;
    /* privilege_not_revoked, privilege_not_granted */
    bool ungranted = state && (strcmp(state, "01006") == 0 || strcmp(state, "01007") == 0);
    if (ungranted && s->ungranted)
        *s->ungranted = true;
    else if (msg)
        host->log(host->ctx, warning ? MOULT_LOG_WARNING : MOULT_LOG_DEBUG, msg, strlen(msg));
}

static bool has_timeout(PGconn *conn)
{
    bool any = false;
    PQconninfoOption *options = PQconninfo(conn);
    for (const PQconninfoOption *o = options; o && o->keyword; o++)
        any |= strcmp(o->keyword, "connect_timeout") == 0 && o->val && *o->val;
    PQconninfoFree(options);
    return any;
}

/* Goes on until there is a connection, or none.  A server may have something to say from the very
 * start on: whoever is told has to be named before. */
static void establish(moult_session *s)
{
    const moult_host *host = s->host;
    PQsetNoticeReceiver(s->conn, take_notice, s);
    if (PQstatus(s->conn) == CONNECTION_BAD)
        return;
    if (has_timeout(s->conn)) { /* only libpq can go on to the next of several servers */
        PQreset(s->conn);
        return;
    }
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED) {
        struct pollfd p = {.fd = PQsocket(s->conn),
                           .events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        int n = poll(&p, 1, LOOK_EVERY_MS);
        if ((n < 0 && errno != EINTR) || host->cancelled(host->ctx, s->op))
            return;
        if (n > 0)
            next = PQconnectPoll(s->conn);
    }
}

moult_status postgres_connect(moult_session *session, const char *database, moult_error *err)
{
    char *url = postgres_url_for(session->url, database, NULL);
    if (!url)
        return postgres_nomem(session->host, err);
    const char *const keys[] = {"dbname", "fallback_application_name", "client_encoding",
                                session->quiet ? "options" : NULL, NULL};
    const char *const values[] = {url, "moult", "UTF8", "-c event_triggers=off", NULL};
    session->conn = PQconnectStartParams(keys, values, 1);
    free(url);
    if (!session->conn)
        return postgres_nomem(session->host, err);
    establish(session);
    moult_status st = look_at_connection(session, err);
    if (st != MOULT_OK)
        return st;
    session->number = PQserverVersion(session->conn);
    if (session->number < 120000)
        return postgres_fail(session->host, err, MOULT_ERR_UNSUPPORTED,
                             "PostgreSQL %d is too old: 12 or newer is needed",
                             session->number / 10000);
    PQsetnonblocking(session->conn, 0);
    session->canceller = PQgetCancel(session->conn);
    if (!session->canceller)
        return postgres_nomem(session->host, err);
    return pin(session, err);
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Another schema of the same database by the same road, and nothing left of what was before. */
static bool can_be(const moult_session *s, const moult_session *other)
{
    return !s->scratch && !s->locked && !s->txn && PQstatus(s->conn) == CONNECTION_OK &&
           PQtransactionStatus(s->conn) == PQTRANS_IDLE && s->purpose == other->purpose &&
           s->schema && other->schema && same(s->url, other->url) && same(s->role, other->role);
}

moult_status postgres_connect_again(moult_session *session, const moult_open *how, moult_error *err)
{
    moult_session *other = NULL;
    moult_status st = postgres_session_new(session->host, how, &other, err);
    if (st != MOULT_OK)
        return st;
    if (can_be(session, other)) {
        char *schema = session->schema;
        session->schema = other->schema;
        other->schema = schema;
        session->op = other->op;
        session->lock_timeout_ms = other->lock_timeout_ms;
        session->statement_timeout_ms = other->statement_timeout_ms;
        postgres_writer_moved(session);
        st = pin(session, err);
    } else {
        st = postgres_fail(session->host, err, MOULT_ERR_UNSUPPORTED,
                           "the session cannot be moved to another place");
    }
    postgres_close(other);
    return st;
}
