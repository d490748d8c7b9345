/* SPDX-License-Identifier: Apache-2.0 */
#include "durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int fs_flush_folder_of(const char *path)
{
    char *folder = folder_of(path);
    if (!folder)
        return ENOMEM;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int e = fd < 0 || fsync(fd) ? errno : 0;
    if (fd >= 0)
        close(fd);
    free(folder);
    return e;
}

static int make_one(const char *path)
{
    struct stat st;
    if (mkdir(path, 0777) == 0)
        return fs_flush_folder_of(path);
    if (errno != EEXIST)
        return errno;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode) ? ENOTDIR : 0;
}

int fs_make_folder(const char *path)
{
    char *part = strdup(path);
    int e = part ? 0 : ENOMEM;
    for (char *c = part; !e && c && *c; c++) {
        if (*c != '/' || c == part)
            continue;
        *c = 0;
        e = make_one(part);
        *c = '/';
    }
    free(part);
    return e ? e : make_one(path);
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        bytes += n;
        len -= (size_t)n;
    }
    return fsync(fd) ? errno : 0;
}

/* A new file beside PATH, with the mode that the umask says.  Nothing of ours has a name with a dot
 * and digits at its end, so that what a crash leaves is never taken for an object or a reference.
 */
static int create_beside(const char *path, char **name)
{
    for (int tries = 0; tries < 100; tries++) {
        uint32_t random = 0;
        if (getrandom(&random, sizeof random, 0) != sizeof random ||
            asprintf(name, "%s.%08x", path, (unsigned)random) < 0) {
            *name = NULL;
            errno = ENOMEM;
            return -1;
        }
        int fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
        free(*name);
    }
    *name = NULL;
    return -1;
}

int fs_write_file(const char *path, const char *bytes, size_t len)
{
    char *beside = NULL;
    int fd = create_beside(path, &beside), e = fd < 0 ? errno : write_all(fd, bytes, len);
    if (fd >= 0 && close(fd) && !e)
        e = errno;
    if (!e && rename(beside, path))
        e = errno;
    if (e && fd >= 0)
        unlink(beside);
    free(beside);
    return e ? e : fs_flush_folder_of(path);
}

int fs_read_file(const char *path, char **bytes, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), e = 0;
    size_t n = 0, room = 4096;
    char *p = malloc(room);
    if (fd < 0 || !p)
        e = fd < 0 ? errno : ENOMEM;
    while (!e) {
        if (room - n < 2) {
            char *more = room > SIZE_MAX / 2 ? NULL : realloc(p, room * 2);
            if (!more) {
                e = ENOMEM;
                break;
            }
            p = more;
            room *= 2;
        }
        ssize_t got = read(fd, p + n, room - n - 1);
        if (got < 0 && errno != EINTR)
            e = errno;
        if (got == 0)
            break;
        n += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
    if (e) {
        free(p);
        return e;
    }
    p[n] = 0;
    *bytes = p;
    *len = n;
    return 0;
}

int fs_remove_file(const char *path)
{
    if (unlink(path))
        return errno == ENOENT || errno == ENOTDIR ? 0 : errno;
    return fs_flush_folder_of(path);
}
