/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - opens and closes sessions, moves them between databases, and says what server they
 * are on. */
#include <stdio.h>
#include <stdlib.h>

#include "inspect.h"

#define NEWEST_MARIADB 1208u
#define NEWEST_MYSQL 904u

/* What classes trees: 1011 for MariaDB 10.11, 804 for MySQL 8.4. */
static uint32_t major_of(const moult_session *s)
{
    return s->number / 100;
}

static moult_status no_database(const moult_host *host, moult_error *err)
{
    my_fail(host, err, MOULT_ERR_CONFIG, "the URL names no database");
    my_detail(host, err, "hint", "write mysql://USER@HOST/DATABASE, or say how tenants are found");
    return MOULT_ERR_CONFIG;
}

moult_status myreader_open(const moult_host *host, const moult_open *how, moult_session **out,
                           moult_error *err)
{
    moult_session *s = NULL;
    moult_status st = mysession_new(host, how, &s, err);
    if (st != MOULT_OK)
        return st;
    st = mysession_connect(s, NULL, err);
    if (st == MOULT_OK && !*s->database)
        st = no_database(host, err);
    if (st == MOULT_OK && major_of(s) > (s->mariadb ? NEWEST_MARIADB : NEWEST_MYSQL)) {
        static const char msg[] = "this version of the server is newer than those that moult knows";
        host->log(host->ctx, MOULT_LOG_WARNING, msg, sizeof msg - 1);
    }
    if (st == MOULT_OK && how->purpose == MOULT_PURPOSE_WRITE && s->read_only) {
        st = my_fail(host, err, MOULT_ERR_AUTH, "the server is read-only");
        my_detail(host, err, "hint", "connect to the primary");
    }
    if (st != MOULT_OK) {
        myreader_close(s);
        return st;
    }
    *out = s;
    return MOULT_OK;
}

void myreader_close(moult_session *session)
{
    if (!session)
        return;
    mywriter_forget(session);
    if (session->conn)
        mysql_close(session->conn); /* what is open is rolled back by that */
    free(session->url);
    free(session->database);
    free(session->user);
    free(session->version);
    free(session->sql_mode);
    free(session->time_zone);
    free(session);
}

/* A connection of its own tells the server; the statement's would wait for its answer. */
void myreader_cancel(moult_session *session)
{
    if (!session || !atomic_load(&session->running))
        return;
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = MOULT_PURPOSE_READ,
                      .url = session->url,
                      .lock_timeout_ms = 1000};
    moult_session *other = NULL;
    char sql[64];
    if (mysession_new(session->host, &how, &other, NULL) != MOULT_OK)
        return;
    snprintf(sql, sizeof sql, "KILL QUERY %llu", (unsigned long long)session->thread);
    if (mysession_connect(other, "", NULL) == MOULT_OK && atomic_load(&session->running))
        my_query(other, "stop a statement", sql, strlen(sql), NULL, NULL, NULL);
    myreader_close(other);
}

moult_status myreader_server(moult_session *session, moult_server *out, moult_error *err)
{
    (void)err;
    moult_server all = {
        .size = MOULT_END(moult_server, tenant),
        .major = major_of(session),
        .make = session->mariadb ? "MariaDB" : "MySQL",
        .version = session->version,
        .read_only = session->read_only,
        .tenant = session->database,
    };
    /* A host that asks for less has no room for more. */
    all.size = out->size && out->size < all.size ? out->size : all.size;
    memcpy(out, &all, all.size);
    return MOULT_OK;
}

/* Is URL that of the session but for the database? */
static bool same_server(const moult_session *s, const char *url, const char *database)
{
    char *moved = myurl_for(s->url, database), *plain = myurl_for(url, database);
    bool same = moved && plain && strcmp(moved, plain) == 0;
    free(moved);
    free(plain);
    return same;
}

moult_status myreader_move(moult_session *session, const moult_open *how, moult_error *err)
{
    char *database = myurl_database(how->url), *url = strdup(how->url);
    bool pinned =
        session->purpose == how->purpose && session->lock_timeout_ms == how->lock_timeout_ms;
    moult_status st = database && url ? MOULT_OK : my_nomem(session->host, err);
    if (st == MOULT_OK && (!*database || session->scratch || session->writer ||
                           session->config != how->config || !same_server(session, url, database)))
        st = MOULT_ERR_UNSUPPORTED;
    if (st == MOULT_OK) {
        free(session->url);
        free(session->database);
        session->url = url;
        session->database = database;
        session->purpose = how->purpose;
        session->lock_timeout_ms = how->lock_timeout_ms;
        session->op = how->op;
        url = database = NULL;
        if (mysql_select_db(session->conn, session->database) != 0)
            st = my_fail_conn(session, err, "change to another database", NULL, 0);
    }
    if (st == MOULT_OK && !pinned)
        st = mysession_pin(session, err);
    free(url);
    free(database);
    return st;
}
