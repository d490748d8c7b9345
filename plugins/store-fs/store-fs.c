/* SPDX-License-Identifier: Apache-2.0 */
/* store-fs: keeps snapshots in a folder.  See moult-store-fs(7).
 *
 *     PATH/format              "moult-store-fs 1"
 *     PATH/objects/aa/REST     one object a file, named by its key
 *     PATH/refs/.../NAME.ref   one reference a file, holding its key (names.h)
 *     PATH/lock                flock(2)ed while a reference is changed
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <moult/store.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "durable.h"
#include "names.h"

#define FORMAT "moult-store-fs 1\n"

struct moult_session {
    const moult_host *host;
    char *path, *refs, *objects;
};

/* ---- errors ---- */

static moult_status fail(const moult_host *host, moult_error *err, moult_status code,
                         const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static moult_status fail(const moult_host *host, moult_error *err, moult_status code,
                         const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        host->error_set(host->ctx, err, MOULT_ERR_NOMEM, "out of memory", 13);
    else
        host->error_set(host->ctx, err, code, text, (size_t)n);
    free(n < 0 ? NULL : text);
    return n < 0 ? MOULT_ERR_NOMEM : code;
}

static moult_status fail_errno(const moult_host *host, moult_error *err, const char *what,
                               const char *path, int e)
{
    moult_status code = e == ENOMEM                                 ? MOULT_ERR_NOMEM
                        : e == EACCES || e == EPERM                 ? MOULT_ERR_AUTH
                        : e == ENOTDIR || e == ENOENT || e == EROFS ? MOULT_ERR_CONFIG
                                                                    : MOULT_ERR_IO;
    code = fail(host, err, code, "cannot %s \"%s\": %s", what, path, strerror(e));
    host->error_detail(host->ctx, err, "file", path, strlen(path));
    return code;
}

static moult_status nomem(const moult_session *s, moult_error *err)
{
    return fail(s->host, err, MOULT_ERR_NOMEM, "out of memory");
}

static char *join(const char *a, const char *b)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", a, b) < 0 ? NULL : path;
}

/* ---- open: the folder is ours, or becomes so, or is not there and thus an empty store ---- */

static void fs_close(moult_session *s)
{
    if (!s)
        return;
    free(s->path);
    free(s->refs);
    free(s->objects);
    free(s);
}

static moult_status check_format(moult_session *s, const char *file, uint32_t create,
                                 moult_error *err)
{
    char *text = NULL;
    size_t n = 0;
    int e = fs_read_file(file, &text, &n);
    if (e && e != ENOENT)
        return fail_errno(s->host, err, "read", file, e);
    if (e == ENOENT && create) {
        e = fs_make_folder(s->objects);
        e = e ? e : fs_make_folder(s->refs);
        e = e ? e : fs_write_file(file, FORMAT, sizeof FORMAT - 1);
        return e ? fail_errno(s->host, err, "make the store", s->path, e) : MOULT_OK;
    }
    moult_status st = MOULT_OK;
    if (!e && strcmp(text, FORMAT) != 0)
        st = fail(s->host, err, MOULT_ERR_UNSUPPORTED, "\"%s\" is a store of another format",
                  s->path);
    free(text);
    return st;
}

static moult_status fs_open(const moult_host *host, const moult_config *config, uint32_t create,
                            moult_session **out, moult_error *err)
{
    size_t n = 0;
    const char *path = host->setting(host->ctx, config, "path", &n);
    moult_session *s = calloc(1, sizeof *s);
    struct stat st;
    *out = NULL;
    if (s) {
        s->host = host;
        s->path = strndup(path ? path : "", n);
        s->refs = s->path ? join(s->path, "refs") : NULL;
        s->objects = s->path ? join(s->path, "objects") : NULL;
    }
    char *file = s && s->objects ? join(s->path, "format") : NULL;
    moult_status status;
    if (!file || !s->refs)
        status = fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    else if (stat(s->path, &st) == 0 && !S_ISDIR(st.st_mode))
        status = fail_errno(host, err, "use the store", s->path, ENOTDIR);
    else
        status = check_format(s, file, create, err);
    free(file);
    if (status == MOULT_OK)
        *out = s;
    else
        fs_close(s);
    return status;
}

/* ---- objects ---- */

static char *object_path(const moult_session *s, const char *key)
{
    char *path = NULL;
    return asprintf(&path, "%s/%.2s/%s", s->objects, key, key + 2) < 0 ? NULL : path;
}

static moult_status fs_put_if_absent(moult_session *s, const char *key, const char *bytes,
                                     size_t len, moult_error *err)
{
    char *path = object_path(s, key);
    if (!path)
        return nomem(s, err);
    int e = 0;
    if (access(path, F_OK) == 0)
        e = fs_flush_folder_of(path); /* whoever is writing it may not have come so far */
    else {
        char *slash = strrchr(path, '/');
        *slash = 0;
        e = fs_make_folder(path);
        *slash = '/';
        e = e ? e : fs_write_file(path, bytes, len);
    }
    moult_status st = e ? fail_errno(s->host, err, "write", path, e) : MOULT_OK;
    free(path);
    return st;
}

static moult_status fs_get(moult_session *s, const char *key, char **bytes, size_t *len,
                           moult_error *err)
{
    char *path = object_path(s, key), *text = NULL;
    *bytes = NULL;
    if (!path)
        return nomem(s, err);
    int e = fs_read_file(path, &text, len);
    moult_status st = MOULT_OK;
    if (e == ENOENT)
        st = fail(s->host, err, MOULT_ERR_NOT_FOUND, "the store \"%s\" has no object %s", s->path,
                  key);
    else if (e)
        st = fail_errno(s->host, err, "read", path, e);
    else if (!(*bytes = s->host->alloc(s->host->ctx, *len + 1)))
        st = nomem(s, err);
    else
        memcpy(*bytes, text, *len + 1);
    free(text);
    free(path);
    return st;
}

static moult_status fs_remove(moult_session *s, const char *key, moult_error *err)
{
    char *path = object_path(s, key);
    if (!path)
        return nomem(s, err);
    int e = fs_remove_file(path);
    moult_status st = e ? fail_errno(s->host, err, "remove", path, e) : MOULT_OK;
    free(path);
    return st;
}

/* ---- lists: collected, sorted as names are, then handed over ---- */

struct names {
    char **items;
    size_t count, room;
};

static void free_names(struct names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->items[i]);
    free(n->items);
}

/* Takes NAME over; 0 = out of memory. */
static int add_name(struct names *n, char *name)
{
    if (n->count == n->room) {
        size_t room = n->room ? n->room * 2 : 64;
        char **items = realloc(n->items, room * sizeof *items);
        if (!items) {
            free(name);
            return 0;
        }
        n->items = items;
        n->room = room;
    }
    n->items[n->count++] = name;
    return 1;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static moult_status hand_over(struct names *n, moult_name_fn *fn, void *arg)
{
    moult_status st = MOULT_OK;
    if (n->count)
        qsort(n->items, n->count, sizeof *n->items, by_bytes);
    for (size_t i = 0; i < n->count && st == MOULT_OK; i++)
        st = fn(arg, n->items[i], strlen(n->items[i]));
    return st;
}

static char *key_of(const char *path)
{
    char *key = NULL;
    if (strlen(path) == 65 && path[2] == '/' && strspn(path + 3, "0123456789abcdef") == 62)
        if (asprintf(&key, "%.2s%s", path, path + 3) < 0)
            return NULL;
    return key;
}

/* Every file below FOLDER as its name: of an object, or (PREFIX set) of a reference. */
static moult_status collect(moult_session *s, const char *root, char *folder, const char *prefix,
                            struct names *out, moult_error *err)
{
    char *const folders[] = {folder, NULL};
    size_t skip = strlen(root) + 1;
    FTS *fts = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
    moult_status st = fts ? MOULT_OK : fail_errno(s->host, err, "read", folder, errno);
    for (FTSENT *e; st == MOULT_OK && (e = fts_read(fts));) {
        bool missing = (e->fts_info == FTS_NS || e->fts_info == FTS_DNR) && e->fts_errno == ENOENT;
        if ((e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS) && !missing)
            st = fail_errno(s->host, err, "read", e->fts_path, e->fts_errno);
        if (missing || (e->fts_info != FTS_F && e->fts_info != FTS_NSOK) || e->fts_pathlen < skip)
            continue;
        bool foreign = false;
        char *name =
            prefix ? fs_ref_name(e->fts_path + skip, &foreign) : key_of(e->fts_path + skip);
        if (!name && prefix && !foreign)
            st = nomem(s, err);
        else if (name && prefix && strncmp(name, prefix, strlen(prefix)) != 0)
            free(name);
        else if (name && !add_name(out, name))
            st = nomem(s, err);
    }
    if (fts)
        fts_close(fts);
    return st;
}

static moult_status fs_list(moult_session *s, moult_name_fn *fn, void *arg, moult_error *err)
{
    struct names names = {0};
    moult_status st = collect(s, s->objects, s->objects, NULL, &names, err);
    if (st == MOULT_OK)
        st = hand_over(&names, fn, arg);
    free_names(&names);
    return st;
}

static moult_status fs_ref_list(moult_session *s, const char *prefix, moult_name_fn *fn, void *arg,
                                moult_error *err)
{
    struct names names = {0};
    char *folder = fs_ref_folder(s->refs, prefix);
    moult_status st = folder ? collect(s, s->refs, folder, prefix, &names, err) : nomem(s, err);
    if (st == MOULT_OK)
        st = hand_over(&names, fn, arg);
    free_names(&names);
    free(folder);
    return st;
}

/* ---- references ---- */

static moult_status read_ref(moult_session *s, const char *path, char key[65], moult_error *err)
{
    char *text = NULL;
    size_t n = 0;
    int e = fs_read_file(path, &text, &n);
    if (e == ENOENT || e == ENOTDIR)
        return MOULT_ERR_NOT_FOUND;
    if (e)
        return fail_errno(s->host, err, "read", path, e);
    bool good = n == 65 && text[64] == '\n' && strspn(text, "0123456789abcdef") == 64;
    if (good) {
        memcpy(key, text, 64);
        key[64] = 0;
    }
    free(text);
    return good ? MOULT_OK
                : fail(s->host, err, MOULT_ERR_CORRUPT, "the reference file \"%s\" is damaged",
                       path);
}

static moult_status fs_ref_get(moult_session *s, const char *name, char key[65], moult_error *err)
{
    char *path = fs_ref_path(s->refs, name);
    if (!path)
        return nomem(s, err);
    moult_status st = read_ref(s, path, key, err);
    free(path);
    return st == MOULT_ERR_NOT_FOUND
               ? fail(s->host, err, st, "the store \"%s\" has no reference \"%s\"", s->path, name)
               : st;
}

/* Folders that a removed reference leaves empty go with it; the lock keeps others from using them.
 */
static void remove_empty(const moult_session *s, char *path)
{
    size_t root = strlen(s->refs);
    for (char *slash; (slash = strrchr(path, '/')) && (size_t)(slash - path) > root;) {
        *slash = 0;
        if (rmdir(path))
            return;
    }
}

static moult_status change_ref(moult_session *s, const char *name, char *path, const char *expect,
                               const char *key, moult_error *err)
{
    char now[65] = "", line[66];
    moult_status st = read_ref(s, path, now, err);
    if (st != MOULT_OK && st != MOULT_ERR_NOT_FOUND)
        return st;
    if ((st == MOULT_OK) != (expect != NULL) || (expect && strcmp(expect, now) != 0))
        return fail(s->host, err, MOULT_ERR_EXISTS,
                    "the reference \"%s\" points to something else by now", name);
    int e;
    if (key) {
        char *slash = strrchr(path, '/');
        *slash = 0;
        e = fs_make_folder(path);
        *slash = '/';
        memcpy(line, key, 64);
        memcpy(line + 64, "\n", 2);
        e = e ? e : fs_write_file(path, line, 65);
    } else
        e = fs_remove_file(path);
    if (e)
        return fail_errno(s->host, err, key ? "write" : "remove", path, e);
    if (!key)
        remove_empty(s, path);
    return MOULT_OK;
}

static moult_status fs_ref_swap(moult_session *s, const char *name, const char *expect,
                                const char *key, moult_error *err)
{
    char *path = fs_ref_path(s->refs, name), *lock = join(s->path, "lock");
    moult_status st;
    int fd = -1;
    if (!path || !lock)
        st = nomem(s, err);
    else if ((fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666)) < 0)
        st = fail_errno(s->host, err, "open", lock, errno);
    else {
        int e = 0;
        while (flock(fd, LOCK_EX) && (e = errno) == EINTR)
            e = 0;
        st = e ? fail_errno(s->host, err, "lock", lock, e)
               : change_ref(s, name, path, expect, key, err);
    }
    if (fd >= 0)
        close(fd);
    free(path);
    free(lock);
    return st;
}

/* ---- the table ---- */

static const moult_param path_param = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_PATH,
    .name = "path",
    .fallback = ".moult/snapshots",
    .help = "the folder that holds the snapshots",
};
static const moult_param *const params[] = {&path_param, NULL};

static const moult_store store = {
    .head = {.size = MOULT_END(moult_store, remove),
             .major = MOULT_STORE_MAJOR,
             .minor = MOULT_STORE_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "store",
             .name = "store-fs",
             .summary = "snapshots in a folder",
             .params = params},
    .open = fs_open,
    .close = fs_close,
    .put_if_absent = fs_put_if_absent,
    .get = fs_get,
    .list = fs_list,
    .ref_list = fs_ref_list,
    .ref_get = fs_ref_get,
    .ref_swap = fs_ref_swap,
    .remove = fs_remove,
};

static const moult_iface *const ifaces[] = {&store.head, NULL};

static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "store-fs",
    .version = "0.1.0",
    .license = "Apache-2.0",
    .summary = "snapshots in a folder: content-addressed, atomic, flushed",
    .ifaces = ifaces,
};

MOULT_PLUGIN_ENTRY(store_fs)
{
    (void)host; /* each session is given its own */
    (void)err;
    return &plugin;
}
