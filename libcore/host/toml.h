/* SPDX-License-Identifier: Apache-2.0 */
/* toml.h - the shim over toml++ (toml.cc): it walks a document and calls back.  Only plain C crosses,
 * so that config.h needs no C++ and no exception leaves the C++ file. */
#ifndef MOULT_HOST_TOML_H
#define MOULT_HOST_TOML_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct toml_item {
    const char *key; /* "" in arrays; not ended by a zero */
    size_t key_len;
    uint32_t type;    /* CONFIG_* */
    const char *text; /* of scalars: a string's text, else its spelling */
    size_t text_len;
    int64_t integer;
    uint32_t line, column; /* of the key; of the element in arrays */
};

/* Each returns 0 to go on.  ENTER is called for tables and arrays, LEAVE after their members. */
struct toml_events {
    int (*scalar)(void *arg, const struct toml_item *item);
    int (*enter)(void *arg, const struct toml_item *item);
    int (*leave)(void *arg);
};

struct toml_fault {
    char what[256];
    uint32_t line, column;
};

#define TOML_WALK_OK 0
#define TOML_WALK_SYNTAX 1  /* `fault` says what */
#define TOML_WALK_STOPPED 2 /* a callback returned non-zero */
#define TOML_WALK_NOMEM 3

int toml_walk(const char *text, size_t len, const struct toml_events *events, void *arg,
              struct toml_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
