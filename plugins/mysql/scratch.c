/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.c - databases for trying things, and for text that nobody vouches for.
 *
 * Each has two connections.  Statements run on one of their own, which takes one at a time: what a
 * text sets there reaches nobody else.  The session's own is the reader's; it makes and drops the
 * database, and holds a lock for as long as this one is in use, by which whoever finds it later
 * knows whether it was left behind. */
#include "writer.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

static char *new_name(const moult_session *s)
{
    uint32_t random = 0;
    char name[80];
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        random = (uint32_t)clock();
    snprintf(name, sizeof name, SCRATCH_PREFIX "%" PRIu64 "_%08" PRIx32 "_%lld", s->thread, random,
             (long long)time(NULL));
    return strdup(name);
}

/* ---- like what ---- */

/* Character set and collation of the database that ON is in, or, if in none, of the server. */
static moult_status look_at_collation(moult_session *on, struct text *out, moult_error *err)
{
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row r;
    moult_status st = my_ask(on, "look at the database's collation",
                             "SELECT @@character_set_database, @@collation_database", &res, err);
    if (st == MOULT_OK && my_row(res, &r))
        mytext_printf(out, " CHARACTER SET %s COLLATE %s", row_z(&r, 0), row_z(&r, 1));
    return st;
}

/* The database that the scratch one is for may lie on another server, or out of reach. */
static moult_status look_at_target(const moult_host *host, const moult_open *how, struct text *out,
                                   moult_error *err)
{
    moult_open read = *how;
    moult_session *s = NULL;
    read.url = how->target;
    read.purpose = MOULT_PURPOSE_READ;
    moult_status st = mysession_new(host, &read, &s, err);
    if (st == MOULT_OK && mysession_connect(s, NULL, NULL) == MOULT_OK) {
        st = look_at_collation(s, out, err);
    } else if (st == MOULT_OK) {
        static const char msg[] = "the database that a scratch database is for cannot be reached:"
                                  " its character set is taken to be the server's";
        host->log(host->ctx, MOULT_LOG_WARNING, msg, sizeof msg - 1);
    }
    myreader_close(s);
    return st;
}

/* What nobody said may be used is used only on this machine. */
static moult_status check_place(moult_session *s, const moult_open *how, moult_error *err)
{
    struct sockaddr_storage at = {0};
    socklen_t n = sizeof at;
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)&at;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)&at;
    if (how->size < MOULT_END(moult_open, local) || !how->local)
        return MOULT_OK;
    bool known = getpeername(mysql_get_socket(s->conn), (struct sockaddr *)(void *)&at, &n) == 0;
    if (known && (at.ss_family == AF_UNIX ||
                  (at.ss_family == AF_INET && ntohl(four->sin_addr.s_addr) >> 24 == 127) ||
                  (at.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr))))
        return MOULT_OK;
    my_fail(s->host, err, MOULT_ERR_CONFIG, "there is no place for a scratch database: %s",
            "the server is not on this machine");
    my_detail(s->host, err, "hint", "%s",
              "set scratch = \"URL\" of a server kept for the purpose, or \"target\"; or take the"
              " desired state from a compiled snapshot");
    return MOULT_ERR_CONFIG;
}

static moult_status add_collation(struct text *sql, moult_session *session, moult_session *like,
                                  const moult_open *how, moult_error *err)
{
    bool told = how->size >= MOULT_END(moult_open, target) && how->target;
    if (like)
        return look_at_collation(like, sql, err);
    if (told && strcmp(how->target, how->url) != 0)
        return look_at_target(session->host, how, sql, err);
    return look_at_collation(session, sql, err);
}

/* ---- the database ---- */

static void mark_sql(char *sql, size_t n, const char *function, const char *name, const char *more)
{
    snprintf(sql, n, "SELECT %s('" SCRATCH_MARK "%s'%s)", function, name, more);
}

/* Nothing of it is for replicas.  Where the account may not say so they get it, and lose it again. */
static void keep_from_replicas(moult_session *s)
{
    uint64_t logs = 0;
    static const char msg[] = "scratch databases are seen by replicas, for the account may not keep"
                              " them from the binary log: grant it BINLOG ADMIN (MySQL:"
                              " SYSTEM_VARIABLES_ADMIN)";
    if (mywriter_number(s, "look at the binary log", "SELECT @@log_bin", &logs, NULL) != MOULT_OK ||
        !logs || mywriter_tidy(s, "SET SESSION sql_log_bin = 0"))
        return;
    s->host->log(s->host->ctx, MOULT_LOG_INFO, msg, sizeof msg - 1);
}

static moult_status make(moult_session *session, struct writer *w, moult_session *like,
                         const moult_open *how, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    char mark[160];
    uint64_t got = 0;
    mytext_printf(&sql, "CREATE DATABASE %s", w->name);
    moult_status st = add_collation(&sql, session, like, how, err);
    if (session->mariadb)
        mytext_z(&sql, " COMMENT '" SCRATCH_MARKER "'");
    mark_sql(mark, sizeof mark, "GET_LOCK", w->name, ", 0");
    keep_from_replicas(session);
    if (st == MOULT_OK)
        st = sql.failed ? my_nomem(session->host, err)
                        : mywriter_number(session, "mark a scratch database", mark, &got, err);
    if (st == MOULT_OK && !got)
        st = my_fail(session->host, err, MOULT_ERR_INTERNAL, "the name \"%s\" is in use", w->name);
    if (st == MOULT_OK)
        st = my_ask(session, "create a scratch database", sql.p, NULL, err);
    if (st == MOULT_ERR_AUTH)
        my_detail(
            session->host, err, "hint", "%s",
            "grant the account ALL ON `moult\\_scratch\\_%`.*; or set scratch = \"URL\" of a"
            " server kept for the purpose; or take the desired state from a compiled snapshot");
    w->made = st == MOULT_OK;
    return st;
}

/* ---- the sessions in it ---- */

static moult_status enter(moult_session *session, const char *name, moult_error *err)
{
    char *database = strdup(name);
    if (!database)
        return my_nomem(session->host, err);
    if (mysql_select_db(session->conn, name) != 0) {
        free(database);
        return my_fail_conn(session, err, "enter a scratch database", NULL, 0);
    }
    free(session->database);
    session->database = database;
    return MOULT_OK;
}

/* The one on which statements run: one at a time, so that none hides behind another. */
static moult_status make_script(struct writer *w, const moult_open *how, moult_error *err)
{
    moult_session *session = w->session;
    moult_status st = mysession_new(session->host, how, &w->script, err);
    if (st == MOULT_OK)
        st = mysession_connect(w->script, w->name, err);
    if (st == MOULT_OK &&
        mysql_set_server_option(w->script->conn, MYSQL_OPTION_MULTI_STATEMENTS_OFF) != 0)
        st = my_fail_conn(w->script, err, "set the session up", NULL, 0);
    if (st == MOULT_OK)
        keep_from_replicas(w->script);
    return st;
}

moult_status mywriter_scratch(const moult_host *host, const moult_open *how, moult_session *like,
                              moult_session **out, moult_error *err)
{
    moult_open write = *how;
    moult_session *session = NULL;
    *out = NULL;
    write.purpose = MOULT_PURPOSE_WRITE;
    moult_status st = mysession_new(host, &write, &session, err);
    struct writer *w = st == MOULT_OK ? mywriter_of(session) : NULL;
    if (st == MOULT_OK && !w)
        st = my_nomem(host, err);
    if (st == MOULT_OK)
        st = mysession_connect(session, NULL, err);
    if (st == MOULT_OK)
        st = check_place(session, &write, err);
    if (st == MOULT_OK && !(w->name = new_name(session)))
        st = my_nomem(host, err);
    if (st == MOULT_OK) {
        session->scratch = true;
        w->like = like != NULL;
    }
    if (st == MOULT_OK)
        st = make(session, w, like, how, err);
    if (st == MOULT_OK)
        st = enter(session, w->name, err);
    if (st == MOULT_OK)
        st = make_script(w, &write, err);
    if (st != MOULT_OK) {
        myreader_close(session);
        return st;
    }
    *out = session;
    return MOULT_OK;
}

/* ---- the end ---- */

static bool drop(moult_session *on, const char *name)
{
    char sql[120];
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s", name);
    return mywriter_tidy(on, sql);
}

/* By another connection, if the session's own was lost. */
static void drop_scratch(moult_session *session, const struct writer *w)
{
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = MOULT_PURPOSE_WRITE,
                      .url = session->url,
                      .config = session->config,
                      .lock_timeout_ms = session->lock_timeout_ms};
    moult_session *other = NULL;
    if (drop(session, w->name) || mysession_new(session->host, &how, &other, NULL) != MOULT_OK)
        return;
    if (mysession_connect(other, "", NULL) == MOULT_OK) {
        keep_from_replicas(other);
        drop(other, w->name);
    }
    myreader_close(other);
}

void mywriter_forget(moult_session *session)
{
    struct writer *w = session->writer;
    myevents_forget(session);
    if (!w)
        return;
    if (w->script)
        myreader_close(w->script);
    if (w->made)
        drop_scratch(session, w);
    mytext_free(&w->set);
    mytext_free(&w->touched);
    free(w->name);
    free(w);
    session->writer = NULL;
}

/* ---- what was left behind ---- */

/* Names that are moult's; on MariaDB the comment says so, too. */
static moult_status find_left(moult_session *s, MYSQL_RES **out, moult_error *err)
{
    const char *sql =
        s->mariadb ? "SELECT schema_name FROM information_schema.schemata WHERE schema_name"
                     " REGEXP '" SCRATCH_PATTERN "' AND schema_comment = '" SCRATCH_MARKER "'"
                   : "SELECT schema_name FROM information_schema.schemata WHERE schema_name"
                     " REGEXP '" SCRATCH_PATTERN "'";
    return my_ask(s, "look for scratch databases", sql, out, err);
}

moult_status mywriter_reap(const moult_host *host, const moult_open *how, uint32_t *count,
                           moult_error *err)
{
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    moult_open write = *how;
    moult_session *s = NULL;
    struct row r;
    *count = 0;
    write.purpose = MOULT_PURPOSE_WRITE;
    moult_status st = mysession_new(host, &write, &s, err);
    if (st == MOULT_OK)
        st = mysession_connect(s, "", err);
    if (st == MOULT_OK)
        st = find_left(s, &res, err);
    if (st == MOULT_OK)
        keep_from_replicas(s);
    while (st == MOULT_OK && my_row(res, &r)) {
        char sql[160];
        uint64_t free_now = 0;
        mark_sql(sql, sizeof sql, "GET_LOCK", row_z(&r, 0), ", 0");
        st = mywriter_number(s, "see whether a scratch database is in use", sql, &free_now, err);
        if (st != MOULT_OK || !free_now)
            continue;
        *count += drop(s, row_z(&r, 0)); /* somebody else's may be out of reach */
        mark_sql(sql, sizeof sql, "RELEASE_LOCK", row_z(&r, 0), "");
        mywriter_tidy(s, sql);
    }
    myreader_close(s);
    return st;
}
