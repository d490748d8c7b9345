/* SPDX-License-Identifier: Apache-2.0 */
/* memory-file.h - what the memory adapter and the memory store share. */
#ifndef MEMORY_FILE_H
#define MEMORY_FILE_H

#include <jansson.h>
#include <moult/abi.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline void memory_free(void *p)
{
    free(*(void **)p);
}
static inline void memory_decref(json_t **p)
{
    json_decref(*p);
}
#define MEMORY_FREE __attribute__((cleanup(memory_free)))
#define MEMORY_JSON __attribute__((cleanup(memory_decref)))

/* Sets an error and returns its code. */
moult_status memory_fail(const moult_host *host, moult_error *err, moult_status code,
                         const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Replaces the document at PATH, all or nothing. */
moult_status memory_save(const moult_host *host, const char *path, const json_t *document,
                         moult_error *err);

#endif
