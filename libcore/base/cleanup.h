/* SPDX-License-Identifier: Apache-2.0 */
/* cleanup.h - attributes that free a local when it goes out of scope, so that any return is safe. */
#ifndef MOULT_BASE_CLEANUP_H
#define MOULT_BASE_CLEANUP_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
    free(*(void **)p);
}
static inline void cleanup_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
static inline void cleanup_fclose(FILE **f)
{
    if (*f)
        fclose(*f);
}
static inline void cleanup_unlock(pthread_mutex_t **m)
{
    if (*m)
        pthread_mutex_unlock(*m);
}
static inline pthread_mutex_t *lock_now(pthread_mutex_t *m)
{
    pthread_mutex_lock(m);
    return m;
}

#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define CLEANUP_FREE CLEANUP(cleanup_free)
#define CLEANUP_CLOSE CLEANUP(cleanup_close)
#define CLEANUP_FCLOSE CLEANUP(cleanup_fclose)
/* Holds M until the end of the block. */
#define LOCK_SCOPE(m)                                                                              \
    CLEANUP(cleanup_unlock) __attribute__((unused)) pthread_mutex_t *scope_lock_ = lock_now(m)

#endif
