/* SPDX-License-Identifier: Apache-2.0 */
/* memory-file.c - errors, and JSON documents in files: shared by the memory adapter and store. */
#include "memory-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

moult_status memory_fail(const moult_host *host, moult_error *err, moult_status code,
                         const char *fmt, ...)
{
    char msg[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof msg ? (size_t)n : sizeof msg - 1;
    host->error_set(host->ctx, err, code, msg, len);
    return code;
}

/* All or nothing, and on the disk when it returns: a kill at any instant leaves the old or the new. */
moult_status memory_save(const moult_host *host, const char *path, const json_t *db,
                         moult_error *err)
{
    size_t room = strlen(path) + sizeof ".new";
    MEMORY_FREE char *tmp = malloc(room);
    MEMORY_FREE char *text = json_dumps(db, JSON_INDENT(1) | JSON_SORT_KEYS);
    if (!tmp || !text)
        return memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    snprintf(tmp, room, "%s.new", path);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return memory_fail(host, err, MOULT_ERR_IO, "cannot write \"%s\": %s", tmp,
                           strerror(errno));
    size_t len = strlen(text), done = 0;
    while (done < len) {
        ssize_t n = write(fd, text + done, len - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    bool good = done == len && fsync(fd) == 0;
    close(fd);
    if (good && rename(tmp, path) == 0)
        return MOULT_OK;
    int e = errno;
    unlink(tmp);
    return memory_fail(host, err, MOULT_ERR_IO, "cannot write \"%s\": %s", path, strerror(e));
}
