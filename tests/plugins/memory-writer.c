/* SPDX-License-Identifier: Apache-2.0 */
/* memory-writer.c - scratch databases, the lock, transactions, statements and bookkeeping. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"

/* ---- the N-th write ---- */

/* Counts a write; dies or fails here if it is the chosen one. */
static moult_status before_write(moult_session *s, moult_error *err)
{
    if (s->read_only)
        return memory_fail(s->host, err, MOULT_ERR_AUTH, "the session only reads");
    if (s->scratch)
        return MOULT_OK;
    s->writes++;
    if (s->writes == s->kill_at && !s->kill_after)
        raise(SIGKILL);
    if (s->writes == s->fail_at && !s->fail_unknown && !s->fail_lost)
        return memory_fail(s->host, err, MOULT_ERR_SQL, "write %llu fails, as fail-at asks",
                           (unsigned long long)s->writes);
    return MOULT_OK;
}

static void after_write(const moult_session *s)
{
    if (!s->scratch && s->writes == s->kill_at && s->kill_after)
        raise(SIGKILL);
}

/* Makes DB, which takes the reference, what the session works on. */
static moult_status keep(moult_session *s, json_t *db, moult_error *err)
{
    moult_status st = MOULT_OK;
    if (s->db) {
        json_decref(s->db);
        s->db = db;
        return st;
    }
    st = memory_save(s->host, s->path, db, err);
    json_decref(db);
    return st;
}

/* ---- scratch ---- */

static moult_status scratch(const moult_host *host, const moult_open *how, moult_session *like,
                            moult_session **out, moult_error *err)
{
    (void)like;
    *out = NULL;
    const char *base = how->url ? memory_path(how->url) : "";
    moult_session *s = session_new(host, how);
    if (!s)
        return memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    s->scratch = true;
    s->read_only = false;
    s->kill_at = s->fail_at = 0;
    s->db = *base ? NULL : state_new();
    moult_status st = MOULT_OK;
    if (*base) {
        MEMORY_JSON json_t *empty = state_new();
        if (asprintf(&s->path, "%s.scratch-%ld-%p", base, (long)getpid(), (void *)s) < 0)
            s->path = NULL;
        st = s->path ? memory_save(host, s->path, empty, err) : MOULT_ERR_NOMEM;
    }
    if (st) {
        memory_close(s);
        return st;
    }
    *out = s;
    return MOULT_OK;
}

/* A scratch file whose process is gone was left behind. */
static moult_status reap(const moult_host *host, const moult_open *how, uint32_t *count,
                         moult_error *err)
{
    MEMORY_FREE char *pattern = NULL;
    glob_t g;
    *count = 0;
    if (asprintf(&pattern, "%s.scratch-*", memory_path(how->url)) < 0)
        return memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    if (glob(pattern, 0, NULL, &g))
        return MOULT_OK;
    for (size_t i = 0; i < g.gl_pathc; i++) {
        long pid = strtol(g.gl_pathv[i] + strlen(pattern) - 1, NULL, 10);
        if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH && unlink(g.gl_pathv[i]) == 0)
            ++*count;
    }
    globfree(&g);
    return MOULT_OK;
}

/* ---- lock ---- */

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static moult_status busy(moult_session *s, int fd, moult_error *err)
{
    char holder[64] = "";
    ssize_t n = pread(fd, holder, sizeof holder - 1, 0);
    memory_fail(s->host, err, MOULT_ERR_BUSY, "another run holds the lock of \"%s\"", s->path);
    if (n > 0)
        s->host->error_detail(s->host->ctx, err, "detail", holder, strcspn(holder, "\n"));
    return MOULT_ERR_BUSY;
}

/* A lock that the kernel releases when the process dies, on a file beside the database, since the
 * database itself is replaced by each write. */
static moult_status lock(moult_session *s, moult_error *err)
{
    MEMORY_FREE char *path = NULL;
    if (s->read_only)
        return memory_fail(s->host, err, MOULT_ERR_AUTH, "the session only reads");
    if (s->scratch || s->lock_fd >= 0)
        return MOULT_OK;
    if (asprintf(&path, "%s.lock", s->path) < 0)
        return memory_fail(s->host, err, MOULT_ERR_NOMEM, "out of memory");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return memory_fail(s->host, err, MOULT_ERR_IO, "cannot open \"%s\": %s", path,
                           strerror(errno));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    atomic_store(&s->cancelled, false);
    uint64_t until = now_ms() + s->lock_timeout_ms;
    while (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
        struct timespec pause = {0, 5000000};
        bool stop =
            atomic_load(&s->cancelled) || (s->op && s->host->cancelled(s->host->ctx, s->op));
        if (stop || now_ms() >= until) {
            moult_status st = stop ? memory_fail(s->host, err, MOULT_ERR_CANCELLED, "cancelled")
                                   : busy(s, fd, err);
            close(fd);
            return st;
        }
        nanosleep(&pause, NULL);
    }
    s->lock_fd = fd;
    if (ftruncate(fd, 0) != 0 || dprintf(fd, "process %ld\n", (long)getpid()) < 0)
        return memory_fail(s->host, err, MOULT_ERR_IO, "cannot write \"%s\": %s", path,
                           strerror(errno));
    return MOULT_OK;
}

static moult_status unlock(moult_session *s, moult_error *err)
{
    (void)err;
    if (s->lock_fd >= 0) {
        close(s->lock_fd);
        s->lock_fd = -1;
    }
    return MOULT_OK;
}

/* ---- transactions ---- */

static moult_status begin(moult_session *s, moult_error *err)
{
    if (s->in_txn)
        return memory_fail(s->host, err, MOULT_ERR_INTERNAL, "a transaction is open already");
    if (s->path) {
        moult_status st = state_read(s->host, s->path, &s->db, err);
        if (st)
            return st;
    } else {
        /* What rollback goes back to. */
        json_object_set_new(s->db, "saved", json_deep_copy(s->db));
    }
    s->in_txn = true;
    return MOULT_OK;
}

static void leave(moult_session *s, bool committed)
{
    s->in_txn = false;
    if (s->path) {
        json_decref(s->db);
        s->db = NULL;
    } else if (committed) {
        json_object_del(s->db, "saved");
    } else {
        json_t *saved = json_incref(json_object_get(s->db, "saved"));
        json_decref(s->db);
        s->db = saved;
    }
}

static moult_status commit(moult_session *s, moult_error *err)
{
    if (!s->in_txn)
        return MOULT_OK;
    moult_status st = before_write(s, err);
    if (!st && s->path)
        st = memory_save(s->host, s->path, s->db, err);
    leave(s, !st);
    if (st)
        return st;
    after_write(s);
    if (s->writes == s->fail_at && s->fail_unknown)
        return memory_fail(s->host, err, MOULT_ERR_UNKNOWN, "the answer to the commit was lost");
    return MOULT_OK;
}

static moult_status rollback(moult_session *s, moult_error *err)
{
    (void)err;
    if (s->in_txn)
        leave(s, false);
    return MOULT_OK;
}

/* ---- statements ---- */

static moult_status run(moult_session *s, const char *sql, size_t len, uint64_t *changed,
                        moult_error *err)
{
    MEMORY_JSON json_t *owned = NULL;
    json_t *db;
    moult_status st = session_state(s, &db, &owned, err);
    if (!st && s->run_ms && s->latency_ms > s->run_ms)
        st = memory_fail(s->host, err, MOULT_ERR_CANCELLED, "the statement took more than %u ms", s->run_ms);
    if (st || (st = before_write(s, err)))
        return st;
#ifndef MEMORY_TXN
    if (s->writes == s->fail_at && s->fail_lost)
        return memory_fail(s->host, err, MOULT_ERR_UNKNOWN, "the statement was lost on its way");
#endif
    MEMORY_JSON json_t *copy = json_deep_copy(db);
    if (!copy)
        return memory_fail(s->host, err, MOULT_ERR_NOMEM, "out of memory");
    st = state_run(s->host, copy, sql, len, changed, err);
    if (!st)
        st = keep(s, json_incref(copy), err);
#ifndef MEMORY_TXN
    /* DDL ends the transaction that it stands in. */
    if (!st && s->in_txn && s->path) {
        st = memory_save(s->host, s->path, s->db, err);
        leave(s, true);
    } else if (!st && s->in_txn) {
        leave(s, true);
    }
    if (!st && s->writes == s->fail_at && s->fail_unknown)
        return memory_fail(s->host, err, MOULT_ERR_UNKNOWN, "the answer to the statement was lost");
#endif
    if (!st)
        after_write(s);
    return st;
}

/* The database is locked as a whole, so statements wait for none. */
static moult_status limits(moult_session *s, uint32_t lock_ms, uint32_t run_ms, moult_error *err)
{
    (void)lock_ms;
    (void)err;
    s->run_ms = run_ms;
    return MOULT_OK;
}

static moult_status probe(moult_session *s, const char *sql, size_t len, uint32_t *answer,
                          moult_error *err)
{
    MEMORY_JSON json_t *owned = NULL;
    json_t *db;
    moult_status st = session_state(s, &db, &owned, err);
    return st ? st : state_probe(s->host, db, sql, len, answer, err);
}

/* ---- bookkeeping ---- */

static json_t *bookkeeping(json_t *db)
{
    if (!json_object_get(db, "moult"))
        json_object_set_new(db, "moult", json_pack("{s:[],s:[],s:[]}", "run", "step", "audit"));
    return json_object_get(db, "moult");
}

static moult_status record_open(moult_session *s, moult_error *err)
{
    MEMORY_JSON json_t *owned = NULL;
    json_t *db;
    moult_status st = session_state(s, &db, &owned, err);
    if (st)
        return st;
    if (s->read_only)
        return memory_fail(s->host, err, MOULT_ERR_AUTH, "the session only reads");
    if (state_find(db, "tables", "moult_run"))
        return memory_fail(s->host, err, MOULT_ERR_EXISTS,
                           "a table \"moult_run\" is there that is not moult's");
    if (json_object_get(db, "moult"))
        return MOULT_OK;
    bookkeeping(db);
    return s->db ? MOULT_OK : memory_save(s->host, s->path, db, err);
}

static moult_status record_append(moult_session *s, moult_record *record, moult_error *err)
{
    static const char *const names[] = {NULL, "run", "step", "audit"};
    MEMORY_JSON json_t *owned = NULL;
    json_t *db;
    moult_status st = session_state(s, &db, &owned, err);
    if (st || (st = before_write(s, err)))
        return st;
    json_t *rows = json_object_get(json_object_get(db, "moult"), names[record->table]);
    json_t *row = json_pack("{s:s,s:s,s:s,s:o}", "run", record->run, "event", record->event, "at",
                            record->at, "body", json_stringn(record->body, record->body_len));
    if (!rows || !row || json_array_append_new(rows, row))
        return memory_fail(s->host, err, MOULT_ERR_INTERNAL,
                           "a record that is not text, or without record_open");
    record->seq = json_array_size(rows);
    st = s->db ? MOULT_OK : memory_save(s->host, s->path, db, err);
    if (!st)
        after_write(s);
    return st;
}

const moult_writer memory_writer = {
    .head = {.size = MOULT_END(moult_writer, record_append),
             .major = MOULT_WRITER_MAJOR,
             .minor = MOULT_WRITER_MINOR,
             .threading = MOULT_THREAD_SESSION,
#ifdef MEMORY_TXN
             .caps = MOULT_WRITER_TXN_DDL,
#endif
             .kind = "writer",
             .name = MEMORY_NAME,
             .summary = "changes memory databases"},
    .scratch = scratch,
    .reap = reap,
    .run = run,
    .limits = limits,
    .probe = probe,
    .lock = lock,
    .unlock = unlock,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .record_open = record_open,
    .record_append = record_append,
};
