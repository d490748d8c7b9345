/* SPDX-License-Identifier: Apache-2.0 */
/* io-fault.so, to be preloaded: counts the calls by which a process changes files, and at the one numbered
 * IO_FAULT_AT either kills the process with SIGKILL (IO_FAULT=kill) or fails it and all that grow a file after it as a full
 * disk does (IO_FAULT=full).  With IO_FAULT_COUNT=FILE the number of calls is written there at exit. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;

/* Only what reaches a file counts: pipes and terminals are how the process talks. */
static int is_file(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Counts one call; 1: it must fail for lack of space. */
static int point(int grows)
{
    const char *at = getenv("IO_FAULT_AT"), *what = getenv("IO_FAULT");
    long n = atomic_fetch_add(&calls, 1) + 1;
    if (!at || !what)
        return 0;
    long point = strtol(at, NULL, 10);
    if (strcmp(what, "kill") == 0 && n == point)
        kill(getpid(), SIGKILL);
    return grows && strcmp(what, "full") == 0 && n >= point;
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("IO_FAULT_COUNT");
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return;
    fprintf(f, "%ld\n", atomic_load(&calls));
    fclose(f);
}

#define REAL(type, name, ...)                                                                      \
    static type (*real)(__VA_ARGS__);                                                              \
    if (!real)                                                                                     \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

static ssize_t no_space(void)
{
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *buf, size_t n)
{
    REAL(ssize_t, write, int, const void *, size_t);
    return is_file(fd) && point(1) ? no_space() : real(fd, buf, n);
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    return point(1) ? no_space() : real(fd, buf, n, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at)
{
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    return point(1) ? no_space() : real(fd, buf, n, at);
}

int fsync(int fd)
{
    REAL(int, fsync, int);
    point(0);
    return real(fd);
}

int fdatasync(int fd)
{
    REAL(int, fdatasync, int);
    point(0);
    return real(fd);
}

int ftruncate(int fd, off_t n)
{
    REAL(int, ftruncate, int, off_t);
    point(0);
    return real(fd, n);
}

int ftruncate64(int fd, off64_t n)
{
    REAL(int, ftruncate64, int, off64_t);
    point(0);
    return real(fd, n);
}

int unlink(const char *path)
{
    REAL(int, unlink, const char *);
    point(0);
    return real(path);
}

int rename(const char *from, const char *to)
{
    REAL(int, rename, const char *, const char *);
    point(0);
    return real(from, to);
}
