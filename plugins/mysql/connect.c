/* SPDX-License-Identifier: Apache-2.0 */
/* connect.c - from a URL to a connection whose settings are pinned. */
#include <stdio.h>
#include <stdlib.h>

#include "url.h"

#define OLDEST_MARIADB 100500u
#define OLDEST_MYSQL 80000u

static uint64_t setting_number(const moult_host *host, const moult_open *how, const char *name)
{
    const char *p = how->config ? host->setting(host->ctx, how->config, name, NULL) : NULL;
    return p ? strtoull(p, NULL, 10) : 0;
}

static bool setting_true(const moult_host *host, const moult_open *how, const char *name)
{
    size_t n = 0;
    const char *p = how->config ? host->setting(host->ctx, how->config, name, &n) : NULL;
    return p && n == 4 && memcmp(p, "true", 4) == 0;
}

moult_status mysession_new(const moult_host *host, const moult_open *how, moult_session **out,
                           moult_error *err)
{
    moult_session *s = calloc(1, sizeof *s);
    if (!s)
        return my_nomem(host, err);
    s->host = host;
    s->purpose = how->purpose;
    s->op = how->op;
    s->config = how->config;
    s->lock_timeout_ms = how->lock_timeout_ms;
    s->statement_timeout_ms = setting_number(host, how, "statement-timeout");
    s->grants = setting_true(host, how, "grants");
    atomic_init(&s->running, false);
    s->url = strdup(how->url);
    if (!s->url) {
        myreader_close(s);
        return my_nomem(host, err);
    }
    *out = s;
    return MOULT_OK;
}

/* Whole seconds, at least one: the server counts no finer. */
static unsigned seconds(uint64_t ms)
{
    uint64_t n = ms / 1000 + (ms % 1000 != 0);
    return n < 1 ? 1 : n > 31536000 ? 31536000 : (unsigned)n;
}

/* What a session must not inherit from the server, the account or an option file: whatever
 * changes how the server spells its answers or takes our statements, or would end or hide the
 * work. */
static void add_pins(const moult_session *s, struct text *sql)
{
    unsigned lock = seconds(s->lock_timeout_ms);
    mytext_z(
        sql,
        "SET SESSION sql_mode = '', time_zone = '+00:00', sql_quote_show_create = 1, autocommit "
        "= 1, "
        "sql_safe_updates = 0, sql_select_limit = DEFAULT, sql_big_selects = 1, big_tables = 0, "
        "foreign_key_checks = 1, unique_checks = 1, sql_warnings = 0, completion_type = 0, "
        "group_concat_max_len = 1048576, net_read_timeout = 3600, net_write_timeout = 3600, "
        "wait_timeout = 86400");
    mytext_printf(sql, ", lock_wait_timeout = %u, innodb_lock_wait_timeout = %u", lock, lock);
    bool read = s->purpose == MOULT_PURPOSE_READ;
    if (s->mariadb)
        mytext_printf(
            sql, ", max_statement_time = %.3f, idle_transaction_timeout = 0, tx_read_only = %d",
            (double)s->statement_timeout_ms / 1000, read);
    else
        mytext_printf(sql,
                      ", information_schema_stats_expiry = 0, show_create_table_verbosity = 0, "
                      "sql_generate_invisible_primary_key = 0, transaction_read_only = %d",
                      read);
}

static moult_status run_pins(moult_session *s, const char *then, MYSQL_RES **out, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    mytext_z(&sql, "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci;");
    add_pins(s, &sql);
    mytext_z(&sql, then);
    if (sql.failed)
        return my_nomem(s->host, err);
    return my_query(s, "set the session up", sql.p, sql.n, out, NULL, err);
}

moult_status mysession_pin(moult_session *session, moult_error *err)
{
    return run_pins(session, "", NULL, err);
}

static bool keep(char **to, const struct row *r, unsigned i)
{
    free(*to);
    *to = strdup(row_z(r, i));
    return *to != NULL;
}

/* Pins, and what the server is, and what it gives to sessions that others open. */
static moult_status set_up(moult_session *s, moult_error *err)
{
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    moult_status st =
        run_pins(s,
                 "; SELECT database(), current_user(), connection_id(), @@global.sql_mode, "
                 "@@global.time_zone, @@global.read_only, @@lower_case_table_names, "
                 "@@max_allowed_packet",
                 &res, err);
    struct row r;
    if (st != MOULT_OK)
        return st;
    if (!my_row(res, &r))
        return my_fail(s->host, err, MOULT_ERR_INTERNAL, "the server says nothing about itself");
    s->thread = strtoull(row_z(&r, 2), NULL, 10);
    s->read_only = row_z(&r, 5)[0] == '1';
    s->lower_case = (uint32_t)strtoul(row_z(&r, 6), NULL, 10);
    s->max_packet = strtoull(row_z(&r, 7), NULL, 10);
    bool ok = keep(&s->database, &r, 0) && keep(&s->user, &r, 1) && keep(&s->sql_mode, &r, 3) &&
              keep(&s->time_zone, &r, 4);
    return ok ? MOULT_OK : my_nomem(s->host, err);
}

/* "5.5.5-10.11.19-MariaDB-0+deb12u1" */
static moult_status read_version(moult_session *s, moult_error *err)
{
    s->mariadb = mariadb_connection(s->conn);
    s->number = (uint32_t)mysql_get_server_version(s->conn);
    free(s->version);
    s->version = NULL;
    if (asprintf(&s->version, "%u.%u.%u", s->number / 10000, s->number / 100 % 100,
                 s->number % 100) < 0)
        return my_nomem(s->host, err);
    if (s->number >= (s->mariadb ? OLDEST_MARIADB : OLDEST_MYSQL))
        return MOULT_OK;
    return my_fail(s->host, err, MOULT_ERR_UNSUPPORTED, "%s %s is too old: %s or newer is needed",
                   s->mariadb ? "MariaDB" : "MySQL", s->version, s->mariadb ? "10.5" : "8.0");
}

static moult_status attach(moult_session *s, const struct url *u, moult_error *err)
{
    unsigned long flags = CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS;
    const char *database = *s->database ? s->database : NULL;
    if (!mysql_real_connect(s->conn, u->host, u->user, u->password, database, u->port, u->socket,
                            flags))
        return my_fail_conn(s, err, "connect", NULL, 0);
    /* No file of this machine is for a server that asks for one, whatever an option file says. */
    unsigned off = 0;
    mysql_options(s->conn, MYSQL_OPT_LOCAL_INFILE, &off);
    return myurl_check(s, u, err);
}

moult_status mysession_connect(moult_session *session, const char *database, moult_error *err)
{
    CLEANUP_URL struct url u = {0};
    moult_status st = myurl_parse(session->host, session->url, &u, err);
    if (st != MOULT_OK)
        return st;
    free(session->database);
    session->database = strdup(database ? database : u.database);
    session->conn = mysql_init(NULL);
    if (!session->database || !session->conn)
        return my_nomem(session->host, err);
    st = myurl_apply(session, &u, err);
    if (st == MOULT_OK)
        st = attach(session, &u, err);
    if (st == MOULT_OK)
        st = read_version(session, err);
    return st == MOULT_OK ? set_up(session, err) : st;
}
