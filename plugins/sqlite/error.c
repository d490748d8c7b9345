/* SPDX-License-Identifier: Apache-2.0 */
/* error.c - SQLite's answers as moult's errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

/* "..." formatted, to be freed; NULL when out of memory. */
static char *format(const char *fmt, va_list ap)
{
    char *out = NULL;
    return vasprintf(&out, fmt, ap) < 0 ? NULL : out;
}

moult_status sqlite_nomem(const moult_host *host, moult_error *err)
{
    static const char msg[] = "out of memory";
    host->error_set(host->ctx, err, MOULT_ERR_NOMEM, msg, sizeof msg - 1);
    return MOULT_ERR_NOMEM;
}

moult_status sqlite_fail(const moult_host *host, moult_error *err, moult_status code,
                         const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *msg = format(fmt, ap);
    va_end(ap);
    if (!msg)
        return sqlite_nomem(host, err);
    host->error_set(host->ctx, err, code, msg, strlen(msg));
    free(msg);
    return code;
}

void sqlite_detail(const moult_host *host, moult_error *err, const char *key, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *value = format(fmt, ap);
    va_end(ap);
    if (value)
        host->error_detail(host->ctx, err, key, value, strlen(value));
    free(value);
}

moult_status sqlite_status(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return MOULT_OK;
    case SQLITE_NOMEM:
        return MOULT_ERR_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return MOULT_ERR_BUSY;
    case SQLITE_INTERRUPT:
        return MOULT_ERR_CANCELLED;
    case SQLITE_NOTADB:
        return MOULT_ERR_INVALID;
    case SQLITE_CORRUPT:
        return MOULT_ERR_CORRUPT;
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return MOULT_ERR_IO;
    case SQLITE_CANTOPEN:
        return MOULT_ERR_UNAVAILABLE;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return MOULT_ERR_AUTH;
    case SQLITE_CONSTRAINT:
        return MOULT_ERR_CONSTRAINT;
    case SQLITE_NOLFS:
    case SQLITE_PROTOCOL:
        return MOULT_ERR_UNAVAILABLE;
    case SQLITE_MISUSE:
    case SQLITE_INTERNAL:
    case SQLITE_RANGE:
        return MOULT_ERR_INTERNAL;
    default:
        return MOULT_ERR_SQL;
    }
}

/* What to do about it; NULL where the message says all there is to say. */
static const char *hint_of(int rc)
{
    if (rc == SQLITE_READONLY_CANTINIT || rc == SQLITE_READONLY_RECOVERY)
        return "the database is in WAL mode and its -shm file cannot be written here: copy it to a "
               "place that can be written to, or switch it to journal_mode=DELETE where it was made";
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process holds a lock on the file: try again when it is done, or give a "
               "longer lock time-out";
    case SQLITE_NOTADB:
        return "the file does not begin with SQLite's header: is it the right file, and not encrypted?";
    case SQLITE_CORRUPT:
        return "run \"PRAGMA integrity_check\" with sqlite3, and restore a backup or use \".recover\"";
    case SQLITE_FULL:
        return "the disk is full: make room and try again; nothing of this transaction was kept";
    case SQLITE_READONLY:
        return "give this user the right to write to the file and to its folder";
    case SQLITE_CANTOPEN:
        return "is the file there, and may this user read it and its folder?";
    default:
        return NULL;
    }
}

moult_status sqlite_fail_rc(moult_session *session, moult_error *err, int rc, const char *what,
                            const char *sql, size_t sql_len)
{
    const moult_host *host = session->host;
    moult_status code = sqlite_status(rc);
    if (code == MOULT_OK) /* called on success: a defect of the caller's */
        code = MOULT_ERR_INTERNAL;
    bool crammed = session->scratch && (rc & 0xff) == SQLITE_FULL;
    if (crammed) /* no disk: the text wants more than a scratch database may hold */
        code = MOULT_ERR_INVALID;
    /* The connection's message belongs to its latest call, which may have been another. */
    bool own = session->db && sqlite3_extended_errcode(session->db) == rc;
    code = sqlite_fail(host, err, code, "%s: %s", what,
                       own ? sqlite3_errmsg(session->db) : sqlite3_errstr(rc));
    sqlite_detail(host, err, "vendor_code", "%d", rc);
    if (session->path)
        sqlite_detail(host, err, "file", "%s", session->path);
    if (sql)
        host->error_detail(host->ctx, err, "statement", sql, sql_len);
    if (hint_of(rc) && !crammed)
        sqlite_detail(host, err, "hint", "%s", hint_of(rc));
    return code;
}
