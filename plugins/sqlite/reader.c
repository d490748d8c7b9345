/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - opens a database file and answers questions about it; never writes. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session.h"

const char *sqlite_url_path(const char *url)
{
    static const char scheme[] = "sqlite:";
    if (strncmp(url, scheme, sizeof scheme - 1) != 0)
        return NULL;
    const char *path = url + sizeof scheme - 1;
    if (strncmp(path, "//", 2) == 0) /* sqlite:///srv/a.db: an empty host */
        path += 2;
    return *path && (path == url + sizeof scheme - 1 || *path == '/') ? path : NULL;
}

moult_session *sqlite_session_new(const moult_host *host, const moult_open *how)
{
    moult_session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->host = host;
    s->purpose = how->purpose;
    s->lock_timeout_ms = how->lock_timeout_ms;
    s->op = how->op;
    return s;
}

moult_status sqlite_session_open(moult_session *session, const char *path, int flags,
                                 moult_error *err)
{
    free(session->path);
    session->path = strdup(path);
    if (!session->path)
        return sqlite_nomem(session->host, err);
    /* One call at a time in a session is the host's promise; cancel() needs no mutex either. */
    int rc = sqlite3_open_v2(path, &session->db,
                             flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc != SQLITE_OK)
        return sqlite_fail_rc(session, err, rc, "cannot open the database", NULL, 0);
    uint64_t wait = session->lock_timeout_ms;
    sqlite3_busy_timeout(session->db, wait > INT_MAX ? INT_MAX : (int)wait);
    sqlite3_db_config(session->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    if (session->purpose == MOULT_PURPOSE_READ) {
        sqlite3_db_config(session->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_limit(session->db, SQLITE_LIMIT_ATTACHED, 0);
    }
    return MOULT_OK;
}

/* Is PATH a file that can be a database?  SQLite itself would say "unable to open" to all of these.
 */
static moult_status look_at_file(const moult_host *host, const char *path, moult_error *err)
{
    struct stat st;
    moult_status code = MOULT_OK;
    if (stat(path, &st) != 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR;
        code = sqlite_fail(host, err, missing ? MOULT_ERR_NOT_FOUND : MOULT_ERR_UNAVAILABLE,
                           "cannot open the database: %s", strerror(errno));
        if (missing)
            sqlite_detail(host, err, "hint",
                          "moult creates no databases: an empty file is a valid one");
    } else if (!S_ISREG(st.st_mode)) {
        code = sqlite_fail(host, err, MOULT_ERR_CONFIG, "cannot open the database: not a file");
    } else if (access(path, R_OK) != 0) {
        code = sqlite_fail(host, err, MOULT_ERR_UNAVAILABLE, "cannot open the database: %s",
                           strerror(errno));
        sqlite_detail(host, err, "hint", "give this user the right to read the file");
    }
    if (code != MOULT_OK)
        sqlite_detail(host, err, "file", "%s", path);
    return code;
}

/* A first read: finds what is no database, locked, or a log that cannot be read. */
static moult_status prove(moult_session *session, moult_error *err)
{
    static const char sql[] = "PRAGMA main.schema_version";
    int rc = sqlite3_exec(session->db, sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        return MOULT_OK;
    return sqlite_fail_rc(session, err, rc, "cannot read the database", sql, sizeof sql - 1);
}

/* A writer died and left its journal.  Only a connection that may write can put the file back to
 * its last committed state, as the next one of any program would; then the file is opened to read
 * again. */
static moult_status reopen_after_crash(moult_session *s, const char *path, moult_error *err)
{
    sqlite3_close_v2(s->db);
    s->db = NULL;
    moult_status st = sqlite_session_open(s, path, SQLITE_OPEN_READWRITE, err);
    if (st == MOULT_OK)
        st = prove(s, err);
    if (st != MOULT_OK) {
        sqlite_detail(
            s->host, err, "hint",
            "a writer of this file was interrupted; open it once with the right to write, so that "
            "SQLite can put it back");
        return st;
    }
    sqlite3_close_v2(s->db);
    s->db = NULL;
    st = sqlite_session_open(s, path, SQLITE_OPEN_READONLY, err);
    return st == MOULT_OK ? prove(s, err) : st;
}

static moult_status open_file(moult_session *s, const char *path, moult_error *err)
{
    moult_status st = look_at_file(s->host, path, err);
    if (st != MOULT_OK)
        return st;
    bool write = s->purpose == MOULT_PURPOSE_WRITE;
    st = sqlite_session_open(s, path, write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, err);
    if (st != MOULT_OK)
        return st;
    s->read_only = access(path, W_OK) != 0;
    int rc = prove(s, NULL) == MOULT_OK ? SQLITE_OK : sqlite3_extended_errcode(s->db);
    if (rc == SQLITE_READONLY_ROLLBACK || rc == SQLITE_READONLY_RECOVERY)
        st = reopen_after_crash(s, path, err);
    else if (rc != SQLITE_OK) /* not proved once more: it would wait for a lock twice */
        st = sqlite_fail_rc(s, err, rc, "cannot read the database", NULL, 0);
    if (st == MOULT_OK && write && sqlite3_db_readonly(s->db, "main") == 1) {
        st = sqlite_fail(s->host, err, MOULT_ERR_AUTH, "the database cannot be written to");
        sqlite_detail(s->host, err, "file", "%s", path);
        sqlite_detail(s->host, err, "hint",
                      "give this user the right to write to the file and its folder");
    }
    return st;
}

moult_status sqlite_reader_open(const moult_host *host, const moult_open *how, moult_session **out,
                                moult_error *err)
{
    const char *path = sqlite_url_path(how->url);
    if (!path) {
        moult_status st =
            sqlite_fail(host, err, MOULT_ERR_CONFIG, "\"%s\" names no SQLite file", how->url);
        sqlite_detail(host, err, "hint",
                      "write sqlite:FILE, as in sqlite:app.db or sqlite:/srv/app.db");
        return st;
    }
    moult_session *s = sqlite_session_new(host, how);
    /* "file:" and ":memory:" mean something to SQLite; here they are files of that name. */
    bool odd = *path == ':' || strncmp(path, "file:", 5) == 0;
    char *plain = NULL;
    if (asprintf(&plain, "%s%s", odd ? "./" : "", path) < 0)
        plain = NULL;
    moult_status st = s && plain ? open_file(s, plain, err) : sqlite_nomem(host, err);
    free(plain);
    if (st != MOULT_OK) {
        sqlite_reader_close(s);
        return st;
    }
    *out = s;
    return MOULT_OK;
}

/* A scratch database lives no longer than its session. */
static void remove_files(const char *path)
{
    static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *name = NULL;
        if (asprintf(&name, "%s%s", path, suffixes[i]) >= 0)
            unlink(name);
        free(name);
    }
}

void sqlite_reader_close(moult_session *session)
{
    if (!session)
        return;
    if (session->db && !sqlite3_get_autocommit(session->db))
        sqlite3_exec(session->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close_v2(session->db);
    if (session->scratch && session->path && session->path[0] == '/')
        remove_files(session->path);
    sqlite_violations_free(session->before);
    free(session->path);
    free(session);
}

void sqlite_reader_cancel(moult_session *session)
{
    if (session && session->db)
        sqlite3_interrupt(session->db);
}

moult_status sqlite_reader_server(moult_session *session, moult_server *out, moult_error *err)
{
    (void)err;
    *out = (moult_server){
        .size = MOULT_END(moult_server, read_only),
        .major = (uint32_t)sqlite3_libversion_number() / 1000000,
        .make = "SQLite",
        .version = sqlite3_libversion(),
        .read_only = session->read_only,
    };
    return MOULT_OK;
}
