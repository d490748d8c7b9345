/* SPDX-License-Identifier: Apache-2.0 */
/* rights.c - what doctor asks of a file, and how large an object is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "same.h"
#include "session.h"

#define UNKNOWN 2u
/* Up to this size of the file, counting everything is quick. */
#define COUNT_BYTES (UINT64_C(64) << 20)

/* The first column of SQL's first row as text, from malloc; NULL = none or an error. */
static char *ask(moult_session *session, const char *sql)
{
    sqlite3_stmt *s = NULL;
    char *out = NULL;
    if (sqlite3_prepare_v2(session->db, sql, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW) {
        const char *p = (const char *)sqlite3_column_text(s, 0);
        out = p ? strdup(p) : NULL;
    }
    sqlite3_finalize(s);
    return out;
}

static uint64_t ask_number(moult_session *session, const char *sql)
{
    char *p = ask(session, sql);
    uint64_t n = p ? strtoull(p, NULL, 10) : 0;
    free(p);
    return n;
}

static uint64_t file_bytes(moult_session *session)
{
    return ask_number(session, "PRAGMA main.page_count") *
           ask_number(session, "PRAGMA main.page_size");
}

/* The folder of PATH, from malloc. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static moult_status folder_rights(moult_session *session, moult_right_fn *fn, void *arg)
{
    char *folder = folder_of(session->path);
    if (!folder)
        return MOULT_ERR_NOMEM;
    char note[160];
    uint64_t bytes = file_bytes(session);
    struct statvfs vfs;
    bool told = statvfs(folder, &vfs) == 0;
    uint64_t left = told ? (uint64_t)vfs.f_bavail * (uint64_t)vfs.f_frsize : 0;
    bool writable = access(folder, W_OK) == 0;
    free(folder);
    moult_status st = fn(arg, "write-folder", writable,
                         writable ? "" : "SQLite keeps its journal beside the file");
    /* A rebuild holds a table twice, and the journal the pages that it changes. */
    snprintf(note, sizeof note,
             "%llu MiB free, the file has %llu MiB; rebuilding tables can take twice that",
             (unsigned long long)(left >> 20), (unsigned long long)(bytes >> 20));
    if (st == MOULT_OK)
        st = fn(arg, "disk-space", told ? left / 2 >= bytes : UNKNOWN, told ? note : "");
    return st;
}

static moult_status mode_rights(moult_session *session, moult_right_fn *fn, void *arg)
{
    char note[160];
    char *mode = ask(session, "PRAGMA main.journal_mode");
    bool wal = mode && strcmp(mode, "wal") == 0;
    bool safe = mode && strcmp(mode, "off") != 0 && strcmp(mode, "memory") != 0;
    snprintf(note, sizeof note, "journal_mode=%s%s", mode ? mode : "?",
             wal ? ": readers go on while moult writes" : ": readers wait while moult commits");
    free(mode);
    moult_status st = fn(arg, "journal-mode", mode ? safe : UNKNOWN, note);
    bool keys = ask_number(session, "PRAGMA foreign_keys") == 1;
    if (st == MOULT_OK)
        st = fn(arg, "foreign-keys", keys,
                keys ? "checked while rows are written, and before moult commits"
                     : "not checked while rows are written; before moult commits they are");
    return st;
}

/* Not a check of all pages, which takes long: what the header says against the size of the file. */
static moult_status whole_file(moult_session *session, moult_right_fn *fn, void *arg, bool *damaged)
{
    uint64_t pages = ask_number(session, "PRAGMA main.page_count");
    uint64_t size = ask_number(session, "PRAGMA main.page_size");
    uint64_t free_pages = ask_number(session, "PRAGMA main.freelist_count");
    bool whole = size > 0 && free_pages <= pages;
    char *integrity =
        pages * size <= COUNT_BYTES ? ask(session, "PRAGMA main.quick_check(1)") : NULL;
    moult_status st;
    *damaged = integrity && strcmp(integrity, "ok") != 0;
    if (integrity)
        st = fn(arg, "integrity", !*damaged, integrity);
    else
        st = fn(arg, "integrity", whole ? UNKNOWN : 0,
                "the file is large: run PRAGMA integrity_check at leisure");
    free(integrity);
    return st;
}

moult_status sqlite_reader_rights(moult_session *session, moult_right_fn *fn, void *arg,
                                  moult_error *err)
{
    bool writable = !session->read_only, damaged = false;
    moult_status st = fn(arg, "read", 1, "");
    if (st == MOULT_OK)
        st = fn(arg, "write", writable, writable ? "" : "this user may not write to the file");
    if (st == MOULT_OK && session->path && session->path[0] != ':')
        st = folder_rights(session, fn, arg);
    if (st == MOULT_OK)
        st = mode_rights(session, fn, arg);
    if (st == MOULT_OK)
        st = whole_file(session, fn, arg, &damaged);
    if (st == MOULT_OK && damaged) {
        st = sqlite_fail(session->host, err, MOULT_ERR_CORRUPT, "pages of the file are damaged");
        sqlite_detail(session->host, err, "hint", "%s", "restore a backup, or use sqlite3's \".recover\"");
    }
    return st == MOULT_ERR_NOMEM ? sqlite_nomem(session->host, err) : st;
}

/* ---- sizes ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The key of a top-level PATH "kind:key", unescaped; false for other paths. */
static bool key_of(const char *path, size_t len, const char *kind, struct text *out)
{
    size_t n = strlen(kind);
    if (len <= n + 1 || memcmp(path, kind, n) != 0 || path[n] != ':' || memchr(path, '/', len))
        return false;
    for (size_t i = n + 1; i < len; i++) {
        bool escaped = path[i] == '%' && i + 2 < len;
        int high = escaped ? hex_digit(path[i + 1]) : -1,
            low = escaped ? hex_digit(path[i + 2]) : -1;
        text_char(out, high >= 0 && low >= 0 ? (char)(high * 16 + low) : path[i]);
        i += high >= 0 && low >= 0 ? 2 : 0;
    }
    return !out->failed && !memchr(out->p, MOULT_MARK_OPEN, out->n);
}

static uint64_t number(moult_session *session, const char *sql, const struct text *arg)
{
    sqlite3_stmt *s = NULL;
    uint64_t n = UINT64_MAX;
    if (sqlite3_prepare_v2(session->db, sql, -1, &s, NULL) == SQLITE_OK &&
        (sqlite3_bind_parameter_count(s) == 0 ||
         sqlite3_bind_text(s, 1, arg->p, (int)arg->n, SQLITE_STATIC) == SQLITE_OK) &&
        sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL)
        n = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return n;
}

static uint64_t count_rows(moult_session *session, const struct text *name, bool small)
{
    sqlite3_str *sql = sqlite3_str_new(session->db);
    /* Rowids are given in order: their span is close to the number of rows, and read off both ends.
     */
    sqlite3_str_appendall(sql, small
                                   ? "SELECT count(*) FROM main."
                                   : "SELECT coalesce(max(rowid) - min(rowid) + 1, 0) FROM main.");
    sqlite_quote_name(sql, name->p, name->n);
    char *z = sqlite3_str_finish(sql);
    uint64_t rows = z ? number(session, z, name) : UINT64_MAX;
    sqlite3_free(z);
    return rows;
}

moult_status sqlite_reader_measure(moult_session *session, const char *path, size_t len,
                                   uint64_t *rows, uint64_t *bytes, moult_error *err)
{
    (void)err;
    struct text name = {0};
    *rows = *bytes = UINT64_MAX;
    bool table = key_of(path, len, "table", &name) || key_of(path, len, "virtual_table", &name);
    bool index = !table && key_of(path, len, "index", &name);
    if (table || index) {
        bool small = file_bytes(session) <= COUNT_BYTES;
        if (table)
            *rows = count_rows(session, &name, small);
        /* dbstat reads every page of the object, and is not compiled into every SQLite. */
        if (small)
            *bytes = number(
                session,
                "SELECT sum(pgsize) FROM dbstat WHERE name = (SELECT name FROM main.sqlite_schema "
                "WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'index'))",
                &name);
    }
    text_free(&name);
    return MOULT_OK;
}
