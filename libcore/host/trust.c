/* SPDX-License-Identifier: Apache-2.0 */
/* The list of accepted files: a line each, "SHA256  PATH", in the user's state folder.
 *
 * A project's moult.toml may name plugins by path: code that would run because somebody changed into a
 * folder that came from elsewhere.  It runs only if the user accepted that very file and those very
 * plugins. */
#include "trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <moult/moult.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/sha256.h"
#include "config.h"

static moult_status list_folder(struct buf *out, moult_error *err)
{
    const char *state = secure_getenv("XDG_STATE_HOME"), *home = secure_getenv("HOME");
    if (state && *state == '/') /* the XDG specification: relative ones are to be ignored */
        buf_printf(out, "%s/moult", state);
    else if (home && *home == '/')
        buf_printf(out, "%s/.local/state/moult", home);
    else {
        error_set(err, MOULT_ERR_CONFIG, "there is no place for the list of trusted files");
        error_detail(err, "hint", "set HOME or XDG_STATE_HOME");
        return MOULT_ERR_CONFIG;
    }
    return buf_ok(out) ? MOULT_OK : error_nomem(err);
}

static moult_status read_list(const char *folder, struct buf *out, moult_error *err)
{
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&path, "%s/trust", folder);
    if (!buf_ok(&path))
        return error_nomem(err);
    struct stat st;
    if (stat(path.p, &st))
        return MOULT_OK;
    if (st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH)) {
        error_set(err, MOULT_ERR_REFUSED,
                  "the list of trusted files \"%s\" can be written by others", path.p);
        error_detail(err, "hint", "look through it, then: chmod 600 %s", path.p);
        return MOULT_ERR_REFUSED;
    }
    return file_read(path.p, out, err);
}

/* The next line as hash and path; false at the end.  Lines of another form are skipped. */
static bool next_line(struct str *rest, struct str *hash, struct str *path)
{
    while (rest->n) {
        const char *end = memchr(rest->p, '\n', rest->n);
        size_t n = end ? (size_t)(end - rest->p) : rest->n;
        struct str line = {rest->p, n};
        rest->p += n + (end != NULL);
        rest->n -= n + (end != NULL);
        uint8_t digest[32];
        if (line.n < 67 || line.p[64] != ' ' || line.p[65] != ' ' ||
            !sha256_parse((struct str){line.p, 64}, digest))
            continue;
        *hash = (struct str){line.p, 64};
        *path = (struct str){line.p + 66, line.n - 66};
        return true;
    }
    return false;
}

moult_status trust_lookup(const char *path, char out[65], moult_error *err)
{
    CLEANUP_BUF struct buf folder = {0}, list = {0};
    out[0] = 0;
    moult_status s = list_folder(&folder, err);
    if (!s)
        s = read_list(folder.p, &list, err);
    struct str rest = buf_view(&list), hash, accepted;
    while (!s && next_line(&rest, &hash, &accepted))
        if (str_is(accepted, path)) {
            memcpy(out, hash.p, 64);
            out[64] = 0;
        }
    return s;
}

/* ---- accepting ---- */

struct accepted {
    struct arena arena;
    struct buf lines;
    const char **paths;
    size_t count, cap;
};

static void free_accepted(struct accepted *a)
{
    buf_free(&a->lines);
    arena_free(&a->arena);
}

static moult_status accept_file(struct accepted *a, const char *path, struct str bytes,
                                moult_error *err)
{
    CLEANUP_FREE char *real = realpath(path, NULL);
    char hex[65];
    if (!real)
        return error_set(err, MOULT_ERR_NOT_FOUND, "cannot find \"%s\": %s", path, strerror(errno));
    if (strchr(real, '\n'))
        return error_set(err, MOULT_ERR_CONFIG,
                         "a file with a line end in its name is not accepted");
    const char **slot = ARENA_PUSH(&a->arena, a->paths, a->count, a->cap);
    struct str copy = arena_str(&a->arena, str_of(real));
    if (!slot || !copy.p || !sha256_hex(bytes, hex))
        return error_nomem(err);
    *slot = copy.p;
    buf_printf(&a->lines, "%s  %s\n", hex, real);
    return buf_ok(&a->lines) ? MOULT_OK : error_nomem(err);
}

static moult_status accept_plugins(struct accepted *a, const char *path, struct str text,
                                   moult_error *err)
{
    struct config_value *root;
    moult_status s = toml_parse(&a->arena, text, path, &root, err);
    if (!s)
        s = config_check(root, path, err);
    if (s)
        return s;
    const char *slash = strrchr(path, '/');
    struct str folder =
        arena_str(&a->arena, slash ? (struct str){path, (size_t)(slash - path)} : STR("."));
    const struct config_value *plugins = config_member(root, "plugins");
    for (const struct config_value *v = plugins ? plugins->first : NULL; v && !s; v = v->next) {
        const struct config_value *file = config_member(v, "path");
        CLEANUP_BUF struct buf bytes = {0};
        if (!file)
            continue;
        struct str at = file->text.p[0] == '/' || !folder.p
                            ? file->text
                            : file_join(&a->arena, slash == path ? "/" : folder.p, file->text.p);
        if (!at.p)
            return error_nomem(err);
        s = file_read(at.p, &bytes, err);
        if (!s)
            s = accept_file(a, at.p, buf_view(&bytes), err);
    }
    return s;
}

static bool is_new(const struct accepted *a, struct str path)
{
    for (size_t i = 0; i < a->count; i++)
        if (str_is(path, a->paths[i]))
            return true;
    return false;
}

static moult_status replace_list(const char *folder, struct str bytes, moult_error *err)
{
    CLEANUP_BUF struct buf temp = {0}, path = {0};
    buf_printf(&path, "%s/trust", folder);
    buf_printf(&temp, "%s/trust.XXXXXX", folder);
    if (!buf_ok(&path) || !buf_ok(&temp))
        return error_nomem(err);
    CLEANUP_CLOSE int fd = mkostemp(temp.p, O_CLOEXEC); /* mode 0600 */
    int e = fd < 0 ? errno : 0;
    for (size_t done = 0; !e && done < bytes.n;) {
        ssize_t n = write(fd, bytes.p + done, bytes.n - done);
        if (n < 0 && errno != EINTR)
            e = errno;
        done += n > 0 ? (size_t)n : 0;
    }
    if (!e && (fsync(fd) || rename(temp.p, path.p)))
        e = errno;
    if (!e)
        return MOULT_OK;
    if (fd >= 0)
        unlink(temp.p);
    return error_set(err, MOULT_ERR_IO, "cannot write \"%s\": %s", path.p, strerror(e));
}

static moult_status save(const struct accepted *a, moult_error *err)
{
    CLEANUP_BUF struct buf folder = {0}, old = {0}, list = {0};
    moult_status s = list_folder(&folder, err);
    if (!s)
        s = file_mkdirs(folder.p, err);
    if (s)
        return s;
    /* Two who accept at once wait for each other; the lock goes with the descriptor. */
    CLEANUP_CLOSE int lock = open(folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX))
        return error_set(err, MOULT_ERR_IO, "cannot lock \"%s\": %s", folder.p, strerror(errno));
    s = read_list(folder.p, &old, err);
    if (s)
        return s;
    struct str rest = buf_view(&old), hash, path;
    while (next_line(&rest, &hash, &path))
        if (!is_new(a, path))
            buf_printf(&list, "%.*s  %.*s\n", STR_FMT(hash), STR_FMT(path));
    buf_str(&list, buf_view(&a->lines));
    return buf_ok(&list) ? replace_list(folder.p, buf_view(&list), err) : error_nomem(err);
}

moult_status moult_trust(const char *config, moult_error *err)
{
    __attribute__((cleanup(free_accepted))) struct accepted a = {0};
    CLEANUP_BUF struct buf text = {0};
    const char *path = config && *config ? config : "moult.toml";
    moult_status s = file_read(path, &text, err);
    if (!s)
        s = accept_plugins(&a, path, buf_view(&text), err);
    if (!s)
        s = accept_file(&a, path, buf_view(&text), err);
    return s ? s : save(&a, err);
}
