/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - changes a database: statements, probes, and the one transaction that is also the lock.
 *
 * Foreign keys are not enforced while moult writes: a rebuild drops the old table, which would delete
 * the rows that refer to it.  They are checked before the commit instead, and what was violated before
 * does not count. */
#include "writer.h"

#include <string.h>
#include <time.h>

#include "token.h"

#define SCRATCH_SECONDS 30u     /* for one call: untrusted text may ask for endless work */
#define SCRATCH_BYTES 268435456 /* more than before it, for the same reason */
#define WATCH_INSTRUCTIONS 4000 /* between two looks at the clock: well under a millisecond */
#define SHOWN_BYTES 400u        /* of a statement in an error */

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool is_late(const moult_session *session)
{
    return session->deadline_ms && now_ms() > session->deadline_ms;
}

/* Counts all of SQLite's memory in this process: sorters have no limit of their own. */
static bool is_large(const moult_session *session)
{
    return session->memory_max && sqlite3_memory_used() > session->memory_max;
}

static int must_stop(void *arg)
{
    moult_session *session = arg;
    session->large = is_large(session);
    if (session->large || is_late(session))
        return 1;
    return session->host->cancelled(session->host->ctx, session->op) != 0;
}

void sqlite_watch(moult_session *session)
{
    uint64_t most = session->scratch ? SCRATCH_SECONDS * UINT64_C(1000) : session->run_ms;
    session->deadline_ms = most ? now_ms() + most : 0;
    session->large = false;
    session->memory_max = session->scratch ? sqlite3_memory_used() + SCRATCH_BYTES : 0;
    sqlite3_progress_handler(session->db, WATCH_INSTRUCTIONS, must_stop, session);
}

void sqlite_unwatch(moult_session *session)
{
    sqlite3_progress_handler(session->db, 0, NULL, NULL);
    session->deadline_ms = 0;
    session->memory_max = 0;
}

static uint64_t patience_ms(const moult_session *session)
{
    return session->lock_ms ? session->lock_ms : session->lock_timeout_ms;
}

/* For statements that run outside of a transaction. */
static void be_patient(moult_session *session)
{
    uint64_t wait = patience_ms(session);
    sqlite3_busy_timeout(session->db, wait > INT32_MAX ? INT32_MAX : (int)wait);
}

/* Waits for a lock no longer than asked for, nor than the user does. */
static int wait_for_lock(void *arg, int tries)
{
    moult_session *session = arg;
    uint64_t now = now_ms();
    if (tries == 0)
        session->deadline_ms = now + patience_ms(session);
    if (now >= session->deadline_ms ||
        session->host->cancelled(session->host->ctx, session->op) != 0)
        return 0;
    uint64_t left = session->deadline_ms - now, ms = tries < 10 ? 2 : 25;
    struct timespec t = {0, (long)(left < ms ? left : ms) * 1000000};
    nanosleep(&t, NULL);
    return 1;
}

/* Runs BEGIN or COMMIT. */
static int exec_waiting(moult_session *session, const char *sql)
{
    sqlite3_busy_handler(session->db, wait_for_lock, session);
    int rc = sqlite3_exec(session->db, sql, NULL, NULL, NULL);
    be_patient(session);
    session->deadline_ms = 0;
    return rc;
}

moult_status sqlite_exec(moult_session *session, const char *sql, const char *what,
                         moult_error *err)
{
    int rc = sqlite3_exec(session->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? MOULT_OK
                           : sqlite_fail_rc(session, err, rc, what, sql, strlen(sql));
}

sqlite3_stmt *sqlite_prepare(moult_session *session, const char *sql, const char *what,
                             moult_status *st, moult_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(session->db, sql, -1, &stmt, NULL);
    if (rc != SQLITE_OK)
        *st = sqlite_fail_rc(session, err, rc, what, sql, strlen(sql));
    return stmt;
}

/* ---- statements ---- */

/* As much of a statement as an error shows, not cut within a character. */
static size_t shown(const char *sql, size_t len)
{
    if (len <= SHOWN_BYTES)
        return len;
    len = SHOWN_BYTES;
    while (len && ((unsigned char)sql[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* A statement that took more time or memory than it may. */
static moult_status fail_limit(moult_session *session, const char *sql, size_t len,
                               moult_error *err)
{
    const moult_host *host = session->host;
    uint64_t most = session->scratch ? SCRATCH_SECONDS * UINT64_C(1000) : session->run_ms;
    moult_status st = session->scratch ? MOULT_ERR_INVALID : MOULT_ERR_CANCELLED;
    if (session->large)
        sqlite_fail(host, err, st, "the statement took more than %d MiB of memory",
                    SCRATCH_BYTES >> 20);
    else
        sqlite_fail(host, err, st, "the statement ran for more than %llu ms",
                    (unsigned long long)most);
    host->error_detail(host->ctx, err, "statement", sql, shown(sql, len));
    return st;
}

static moult_status fail_statement(moult_session *session, int rc, const char *text,
                                   const char *sql, size_t len, moult_error *err)
{
    const moult_host *host = session->host;
    int offset = sqlite3_error_offset(session->db);
    if ((rc & 0xff) == SQLITE_INTERRUPT && (is_late(session) || session->large))
        return fail_limit(session, sql, len, err);
    moult_status st = sqlite_fail_rc(session, err, rc, "SQLite refused a statement", sql,
                                     shown(sql, len));
    size_t at = (size_t)(sql - text) + (offset > 0 ? (size_t)offset : 0);
    sqlite_detail(host, err, "position", "%zu", at + 1);
    return st;
}

/* The transaction is the lock: no statement may end it behind moult's back. */
static moult_status refuse_control(moult_session *session, const char *sql, size_t len,
                                   moult_error *err)
{
    struct token first = token_next(sql, len, 0);
    while (token_is_op(sql, &first, ";"))
        first = token_next(sql, len, first.at + first.n);
    struct token next = token_next(sql, len, first.at + first.n);
    if (next.keyword == KW_TRANSACTION)
        next = token_next(sql, len, next.at + next.n);
    bool ends = first.keyword == KW_COMMIT || first.keyword == KW_END ||
                first.keyword == KW_BEGIN ||
                (first.keyword == KW_ROLLBACK && next.keyword != KW_TO);
    if (!ends || !session->txn)
        return MOULT_OK;
    moult_status st =
        sqlite_fail(session->host, err, MOULT_ERR_REFUSED,
                    "cannot run %.*s: moult keeps the transaction itself, as its lock",
                    (int)first.n, sql + first.at);
    session->host->error_detail(session->host->ctx, err, "statement", sql, shown(sql, len));
    return st;
}

/* Some failures make SQLite roll back by itself. */
static void notice_rollback(moult_session *session)
{
    if (session->txn && sqlite3_get_autocommit(session->db))
        session->txn = session->locked = false;
}

/* Runs the first statement of [*AT, END) and moves *AT behind it. */
static moult_status run_one(moult_session *session, const char *text, const char **at,
                            const char *end, moult_error *err)
{
    const char *sql = *at, *tail = end;
    sqlite3_stmt *stmt = NULL;
    moult_status st = refuse_control(session, sql, (size_t)(end - sql), err);
    if (st)
        return st;
    int rc = sqlite3_prepare_v3(session->db, sql, (int)(end - sql), 0, &stmt, &tail);
    size_t len = (size_t)(tail - sql);
    while (rc == SQLITE_OK && stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        rc = SQLITE_OK;
    if (rc != SQLITE_OK && rc != SQLITE_DONE)
        st = fail_statement(session, rc, text, sql, tail > sql ? len : (size_t)(end - sql), err);
    sqlite3_finalize(stmt);
    notice_rollback(session);
    *at = tail > sql ? tail : end;
    return st;
}

moult_status sqlite_writer_run(moult_session *session, const char *sql, size_t len,
                               uint64_t *changed, moult_error *err)
{
    const char *at = sql, *end = sql + len;
    sqlite3_int64 before = sqlite3_total_changes64(session->db);
    moult_status st = MOULT_OK;
    if (len > INT32_MAX)
        return sqlite_fail(session->host, err, MOULT_ERR_UNSUPPORTED,
                           "a text of %zu bytes is more than SQLite takes", len);
    if (len && memchr(sql, 0, len))
        return sqlite_fail(session->host, err, MOULT_ERR_INVALID,
                           "the statement holds a zero byte, where SQLite would stop reading");
    sqlite_watch(session);
    while (!st && at < end)
        st = run_one(session, sql, &at, end, err);
    sqlite_unwatch(session);
    if (changed)
        *changed = (uint64_t)(sqlite3_total_changes64(session->db) - before);
    return st;
}

/* The lock is the transaction, so that of all statements only COMMIT waits, for readers. */
moult_status sqlite_writer_limits(moult_session *session, uint32_t lock_ms, uint32_t run_ms,
                                  moult_error *err)
{
    (void)err;
    session->lock_ms = lock_ms;
    session->run_ms = run_ms;
    be_patient(session);
    return MOULT_OK;
}

moult_status sqlite_writer_probe(moult_session *session, const char *sql, size_t len,
                                 uint32_t *answer, moult_error *err)
{
    sqlite3_stmt *stmt = NULL;
    moult_status st = MOULT_OK;
    *answer = MOULT_PROBE_UNKNOWN;
    if (len > INT32_MAX)
        return sqlite_fail(session->host, err, MOULT_ERR_UNSUPPORTED,
                           "a probe of %zu bytes is more than SQLite takes", len);
    sqlite_watch(session);
    int rc = sqlite3_prepare_v2(session->db, sql, (int)len, &stmt, NULL);
    if (rc == SQLITE_OK && stmt && !sqlite3_stmt_readonly(stmt))
        st = sqlite_fail(session->host, err, MOULT_ERR_INTERNAL, "a probe would write");
    else if (rc == SQLITE_OK && stmt)
        rc = sqlite3_step(stmt);
    if (!st && rc == SQLITE_ROW)
        *answer = sqlite3_column_int(stmt, 0) ? MOULT_PROBE_DONE : MOULT_PROBE_NOT_DONE;
    else if (!st && rc == SQLITE_DONE)
        *answer = MOULT_PROBE_NOT_DONE;
    else if (!st && rc != SQLITE_OK)
        st = fail_statement(session, rc, sql, sql, len, err);
    sqlite3_finalize(stmt);
    sqlite_unwatch(session);
    return st;
}

/* ---- the transaction ---- */

/* The value of a PRAGMA that is 0 or 1. */
static moult_status ask(moult_session *session, const char *pragma, bool *on, moult_error *err)
{
    moult_status st = MOULT_OK;
    sqlite3_stmt *stmt = sqlite_prepare(session, pragma, "cannot read a setting", &st, err);
    if (st)
        return st;
    *on = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0) != 0;
    sqlite3_finalize(stmt);
    return MOULT_OK;
}

/* SQLite takes the setting only outside of transactions. */
static moult_status put_foreign_keys_off(moult_session *session, moult_error *err)
{
    static const char what[] = "cannot turn off the enforcement of foreign keys";
    if (session->fk_off)
        return MOULT_OK;
    moult_status st = ask(session, "PRAGMA foreign_keys", &session->foreign_keys, err);
    if (!st && session->foreign_keys)
        st = sqlite_exec(session, "PRAGMA foreign_keys = OFF", what, err);
    session->fk_off = !st && session->foreign_keys;
    return st;
}

/* What is set for the time of the transaction; nothing of it can fail outside of one. */
static void after_transaction(moult_session *session)
{
    sqlite3_exec(session->db, "PRAGMA legacy_alter_table = OFF", NULL, NULL, NULL);
    if (session->fk_off)
        sqlite3_exec(session->db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    sqlite_violations_free(session->before);
    session->before = NULL;
    session->fk_off = session->txn = session->locked = false;
}

static moult_status fail_begin(moult_session *session, int rc, moult_error *err)
{
    if ((rc & 0xff) != SQLITE_BUSY)
        return sqlite_fail_rc(session, err, rc, "cannot begin to write", NULL, 0);
    if (session->host->cancelled(session->host->ctx, session->op))
        return sqlite_fail(session->host, err, MOULT_ERR_CANCELLED,
                           "stopped while waiting for another process that writes to \"%s\"",
                           session->path);
    moult_status st = sqlite_fail(
        session->host, err, MOULT_ERR_BUSY,
        "another process is writing to \"%s\" and did not end within %llu ms", session->path,
        (unsigned long long)session->lock_timeout_ms);
    sqlite_detail(session->host, err, "vendor_code", "%d", rc);
    sqlite_detail(session->host, err, "hint", "%s",
                  "SQLite lets one process write at a time: try again when it is done, or give a "
                  "longer lock time-out");
    return st;
}

moult_status sqlite_writer_begin(moult_session *session, moult_error *err)
{
    if (session->txn)
        return MOULT_OK;
    if (session->purpose != MOULT_PURPOSE_WRITE)
        return sqlite_fail(session->host, err, MOULT_ERR_INTERNAL,
                           "\"%s\" was opened for reading only", session->path);
    moult_status st = put_foreign_keys_off(session, err);
    if (st)
        return st;
    int rc = exec_waiting(session, "BEGIN IMMEDIATE");
    if (rc != SQLITE_OK) {
        st = fail_begin(session, rc, err);
        after_transaction(session);
        return st;
    }
    session->txn = true;
    sqlite_watch(session);
    st = sqlite_violations_find(session, &session->before, err);
    sqlite_unwatch(session);
    if (st)
        sqlite_writer_rollback(session, NULL);
    return st;
}

moult_status sqlite_writer_lock(moult_session *session, moult_error *err)
{
    moult_status st = sqlite_writer_begin(session, err);
    session->locked = !st;
    return st;
}

moult_status sqlite_writer_unlock(moult_session *session, moult_error *err)
{
    return session->txn ? sqlite_writer_rollback(session, err) : MOULT_OK;
}

moult_status sqlite_writer_rollback(moult_session *session, moult_error *err)
{
    moult_status st = MOULT_OK;
    if (!sqlite3_get_autocommit(session->db))
        st = sqlite_exec(session, "ROLLBACK", "cannot roll back", err);
    after_transaction(session);
    return st;
}

/* The file may or may not hold the transaction: it was written, but not proved to be on the disk, or the
 * journal that would undo it could not be removed. */
static bool is_unknown(int rc)
{
    return rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC ||
           rc == SQLITE_IOERR_DELETE || rc == SQLITE_IOERR_CLOSE;
}

static moult_status fail_commit(moult_session *session, int rc, moult_error *err)
{
    if (!sqlite3_get_autocommit(session->db)) /* still open: nothing is written, all can be undone */
        return sqlite_fail_rc(session, err, rc, "cannot commit", NULL, 0);
    if (!is_unknown(rc)) {
        sqlite_fail_rc(session, err, rc, "cannot commit, all was rolled back", NULL, 0);
        after_transaction(session);
        return sqlite_status(rc);
    }
    sqlite_fail(session->host, err, MOULT_ERR_UNKNOWN,
                "it is not known whether \"%s\" holds the changes: %s", session->path,
                sqlite3_errstr(rc));
    sqlite_detail(session->host, err, "vendor_code", "%d", rc);
    sqlite_detail(session->host, err, "hint", "%s",
                  "see to the disk, then run the same command again: it looks first");
    after_transaction(session);
    return MOULT_ERR_UNKNOWN;
}

moult_status sqlite_writer_commit(moult_session *session, moult_error *err)
{
    if (!session->txn)
        return sqlite_fail(session->host, err, MOULT_ERR_INTERNAL,
                           "there is no transaction to commit: SQLite has rolled it back");
    sqlite_watch(session);
    moult_status st = sqlite_violations_check(session, session->before, err);
    sqlite_unwatch(session);
    if (st)
        return st;
    /* Readers keep SQLite from committing: they are waited for. */
    int rc = exec_waiting(session, "COMMIT");
    if (rc != SQLITE_OK)
        return fail_commit(session, rc, err);
    after_transaction(session);
    return MOULT_OK;
}
