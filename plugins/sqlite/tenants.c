/* SPDX-License-Identifier: Apache-2.0 */
/* tenants.c - finds tenants that are files: by pattern, by name, by query. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "session.h"

struct found {
    char *name, *url;
};

struct list {
    const moult_host *host;
    char *folder; /* of the database's URL, without closing "/" */
    struct found *items;
    size_t count, cap;
};

static void list_free(struct list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->items[i].name);
        free(l->items[i].url);
    }
    free(l->items);
    free(l->folder);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The URL's folder, or the folder of the file that it names, to be freed; NULL after a failure. */
static char *find_folder(const moult_host *host, const moult_open *base, moult_status *st,
                         moult_error *err)
{
    const char *path = sqlite_url_path(base->url);
    if (!path) {
        *st = sqlite_fail(host, err, MOULT_ERR_CONFIG, "\"%s\" names no folder or file of SQLite",
                          base->url);
        return NULL;
    }
    char *folder = strdup(path);
    if (!folder) {
        *st = sqlite_nomem(host, err);
        return NULL;
    }
    if (!is_folder(path)) {
        char *slash = strrchr(folder, '/');
        if (slash == folder)
            slash++; /* "/a.db": the folder is "/" */
        if (slash)
            *slash = '\0';
        else
            memcpy(folder, ".", 2); /* a file name has room for it */
    }
    for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/';)
        folder[--n] = '\0';
    if (is_folder(folder))
        return folder;
    *st = sqlite_fail(host, err, MOULT_ERR_NOT_FOUND, "there is no folder \"%s\"", folder);
    sqlite_detail(host, err, "hint", "name the folder of the tenants' files: sqlite:DIR/");
    free(folder);
    return NULL;
}

static moult_status add(struct list *l, const char *name, size_t name_len, const char *path,
                        moult_error *err)
{
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        struct found *more = reallocarray(l->items, cap, sizeof *more);
        if (!more)
            return sqlite_nomem(l->host, err);
        l->items = more;
        l->cap = cap;
    }
    struct found f = {.name = strndup(name, name_len)};
    if (asprintf(&f.url, "sqlite:%s", path) < 0)
        f.url = NULL;
    if (!f.name || !f.url) {
        free(f.name);
        free(f.url);
        return sqlite_nomem(l->host, err);
    }
    l->items[l->count++] = f;
    return MOULT_OK;
}

/* Nothing outside of the folder may be reached by a tenant's name or a pattern. */
static bool stays_inside(const char *path)
{
    if (*path == '/' || *path == '\0')
        return false;
    for (const char *p = path;; p++) {
        size_t n = strcspn(p, "/");
        if (n == 2 && memcmp(p, "..", 2) == 0)
            return false;
        p += n;
        if (!*p)
            return true;
    }
}

static bool ends(const char *p, const char *end)
{
    size_t n = strlen(p), m = strlen(end);
    return n >= m && strcmp(p + n - m, end) == 0;
}

/* Files that SQLite keeps beside a database. */
static bool is_companion(const char *path)
{
    return ends(path, "-wal") || ends(path, "-shm") || ends(path, "-journal");
}

/* How long NAME is without its extension. */
static size_t stem(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *last = slash ? slash + 1 : name;
    const char *dot = strrchr(last, '.');
    return dot && dot > last ? (size_t)(dot - name) : strlen(name);
}

/* FOLDER/PATTERN, with nothing special in FOLDER. */
static char *full_pattern(const char *folder, const char *pattern)
{
    char *out = malloc(2 * strlen(folder) + strlen(pattern) + 2), *p = out;
    if (!out)
        return NULL;
    for (const char *f = folder; *f; f++) {
        if (strchr("*?[]\\", *f))
            *p++ = '\\';
        *p++ = *f;
    }
    *p++ = '/';
    memcpy(p, pattern, strlen(pattern) + 1);
    return out;
}

static moult_status by_files(struct list *l, const char *pattern, moult_error *err)
{
    if (!stays_inside(pattern))
        return sqlite_fail(l->host, err, MOULT_ERR_CONFIG,
                           "the pattern \"%s\" of tenants' files leaves the folder \"%s\"", pattern,
                           l->folder);
    char *full = full_pattern(l->folder, pattern);
    if (!full)
        return sqlite_nomem(l->host, err);
    glob_t g = {0};
    int rc = glob(full, GLOB_NOSORT | GLOB_ERR, NULL, &g);
    free(full);
    moult_status st = MOULT_OK;
    if (rc == GLOB_NOSPACE)
        st = sqlite_nomem(l->host, err);
    else if (rc == GLOB_ABORTED)
        st = sqlite_fail(l->host, err, MOULT_ERR_UNAVAILABLE,
                         "cannot read the folders that \"%s\" goes through", pattern);
    /* glob gives the folder as it was asked for. */
    size_t skip = strcmp(l->folder, "/") == 0 ? 2 : strlen(l->folder) + 1;
    for (size_t i = 0; rc == 0 && st == MOULT_OK && i < g.gl_pathc; i++) {
        const char *path = g.gl_pathv[i];
        if (is_companion(path) || !is_file(path))
            continue;
        st = add(l, path + skip, stem(path + skip), path, err);
    }
    globfree(&g);
    return st;
}

static moult_status by_name(struct list *l, const char *name, moult_error *err)
{
    if (!stays_inside(name))
        return sqlite_fail(l->host, err, MOULT_ERR_CONFIG,
                           "the tenant \"%s\" is not below the folder \"%s\"", name, l->folder);
    char *path = NULL;
    if (asprintf(&path, "%s/%s", l->folder, name) >= 0 && !is_file(path)) {
        free(path);
        path = NULL;
        if (asprintf(&path, "%s/%s.db", l->folder, name) < 0)
            path = NULL;
    }
    moult_status st = path ? add(l, name, strlen(name), path, err) : sqlite_nomem(l->host, err);
    free(path);
    return st;
}

static moult_status add_row(struct list *l, sqlite3_stmt *row, moult_error *err)
{
    const char *name = (const char *)sqlite3_column_text(row, 0);
    const char *path = (const char *)sqlite3_column_text(row, 1);
    if (!name || !path || !*name || !*path)
        return sqlite_fail(l->host, err, MOULT_ERR_CONFIG,
                           "the query for tenants gave a row without %s",
                           name && *name ? "a file" : "a name");
    if (*path == '/')
        return add(l, name, strlen(name), path, err);
    char *full = NULL;
    if (asprintf(&full, "%s/%s", l->folder, path) < 0)
        return sqlite_nomem(l->host, err);
    moult_status st = add(l, name, strlen(name), full, err);
    free(full);
    return st;
}

static moult_status by_query(struct list *l, const moult_open *base, const char *sql,
                             moult_error *err)
{
    moult_session *session = NULL;
    moult_open how = *base;
    how.purpose = MOULT_PURPOSE_READ;
    moult_status st = sqlite_reader_open(l->host, &how, &session, err);
    if (st != MOULT_OK)
        return st;
    sqlite3_stmt *s = NULL;
    const char *tail = NULL;
    int rc = sqlite3_prepare_v2(session->db, sql, -1, &s, &tail);
    if (rc == SQLITE_OK && (!s || sqlite3_column_count(s) != 2 || !sqlite3_stmt_readonly(s) ||
                            tail[strspn(tail, " \t\r\n;")])) {
        st =
            sqlite_fail(l->host, err, MOULT_ERR_CONFIG,
                        "the query for tenants has to be one SELECT of two columns: name and file");
        sqlite_detail(l->host, err, "statement", "%s", sql);
    }
    while (rc == SQLITE_OK && st == MOULT_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        rc = SQLITE_OK;
        st = add_row(l, s, err);
    }
    sqlite3_finalize(s);
    if (st == MOULT_OK && rc != SQLITE_DONE)
        st = sqlite_fail_rc(session, err, rc, "cannot run the query for tenants", sql, strlen(sql));
    sqlite_reader_close(session);
    return st;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

static moult_status report(struct list *l, moult_tenant_fn *fn, void *arg, moult_error *err)
{
    if (l->count)
        qsort(l->items, l->count, sizeof *l->items, compare);
    for (size_t i = 1; i < l->count; i++) {
        if (strcmp(l->items[i - 1].name, l->items[i].name) != 0)
            continue;
        moult_status st = sqlite_fail(l->host, err, MOULT_ERR_CONFIG,
                                      "two files would be the tenant \"%s\"", l->items[i].name);
        sqlite_detail(l->host, err, "detail", "%s and %s", l->items[i - 1].url, l->items[i].url);
        sqlite_detail(l->host, err, "hint", "a tenant is called by its file without the extension");
        return st;
    }
    moult_status st = MOULT_OK;
    for (size_t i = 0; i < l->count && st == MOULT_OK; i++) {
        moult_tenant t = {
            .size = MOULT_END(moult_tenant, url),
            .name = l->items[i].name,
            .url = l->items[i].url,
        };
        st = fn(arg, &t);
    }
    return st;
}

moult_status sqlite_reader_tenants(const moult_host *host, const moult_open *base, const char *how,
                                   const char *pattern, moult_tenant_fn *fn, void *arg,
                                   moult_error *err)
{
    moult_status st = MOULT_OK;
    struct list l = {.host = host, .folder = find_folder(host, base, &st, err)};
    if (l.folder) {
        if (strcmp(how, "files") == 0) {
            st = by_files(&l, pattern, err);
        } else if (strcmp(how, "list") == 0) {
            st = by_name(&l, pattern, err);
        } else if (strcmp(how, "query") == 0) {
            st = by_query(&l, base, pattern, err);
        } else {
            st = sqlite_fail(host, err, MOULT_ERR_CONFIG,
                             "SQLite's tenants are not found by \"%s\"", how);
            sqlite_detail(
                host, err, "hint",
                "tenants = { files = \"*.db\" }, { list = [...] } or { query = \"...\" }");
        }
    }
    if (st == MOULT_OK)
        st = report(&l, fn, arg, err);
    list_free(&l);
    return st;
}
