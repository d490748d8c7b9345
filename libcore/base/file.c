/* SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "error.h"

static moult_status fail(moult_error *err, const char *what, const char *path, int e)
{
    moult_status code = e == ENOENT || e == ENOTDIR ? MOULT_ERR_NOT_FOUND
                        : e == EACCES || e == EISDIR || e == EPERM ? MOULT_ERR_CONFIG
                                                                  : MOULT_ERR_IO;
    error_set(err, code, "cannot %s \"%s\": %s", what, path, strerror(e));
    error_detail(err, "file", "%s", path);
    return code;
}

moult_status file_read(const char *path, struct buf *out, moult_error *err)
{
    CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, "read", path, errno);
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        return fail(err, "read", path, EISDIR);
    for (;;) {
        char chunk[65536];
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(err, "read", path, errno);
        if (n == 0)
            break;
        buf_add(out, chunk, (size_t)n);
    }
    return buf_ok(out) ? MOULT_OK : error_nomem(err);
}

static int write_all(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return fsync(fd) ? errno : 0;
}

static int sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    CLEANUP_FREE char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!dir)
        return ENOMEM;
    CLEANUP_CLOSE int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || fsync(fd) ? errno : 0;
}

moult_status file_write(const char *path, struct str bytes, moult_error *err)
{
    CLEANUP_BUF struct buf name = {0};
    buf_printf(&name, "%s.XXXXXX", path);
    if (!buf_ok(&name))
        return error_nomem(err);
    CLEANUP_CLOSE int fd = mkostemp(name.p, O_CLOEXEC);
    if (fd < 0)
        return fail(err, "write", path, errno);
    mode_t mask = umask(0);
    umask(mask);
    int e = fchmod(fd, 0666 & ~mask) ? errno : write_all(fd, bytes);
    if (!e && rename(name.p, path))
        e = errno;
    if (e) {
        unlink(name.p);
        return fail(err, "write", path, e);
    }
    e = sync_folder_of(path);
    return e ? fail(err, "flush the folder of", path, e) : MOULT_OK;
}

moult_status file_mkdirs(const char *path, moult_error *err)
{
    CLEANUP_FREE char *p = strdup(path);
    if (!p)
        return error_nomem(err);
    for (char *c = p + 1; *p; c++) {
        if (*c && *c != '/')
            continue;
        char was = *c;
        *c = 0;
        if (mkdir(p, 0777) && errno != EEXIST)
            return fail(err, "make the folder", path, errno);
        if (!was)
            break;
        *c = was;
    }
    return file_is_dir(path) ? MOULT_OK : fail(err, "make the folder", path, ENOTDIR);
}

bool file_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

struct str file_join(struct arena *a, const char *dir, const char *name)
{
    size_t n = strlen(dir);
    return arena_printf(a, "%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name);
}
