/* SPDX-License-Identifier: Apache-2.0 */
/* keep.h - what the files about stores share. */
#ifndef MOULT_CONFORMANCE_KEEP_H
#define MOULT_CONFORMANCE_KEEP_H

#include "suite.h"

/* A store of its own: nothing is there yet. */
struct depot {
    struct run *r;
    const moult_store *store;
    const moult_config *config;
    char *path; /* what its `path` setting is; NULL: it has none */
};
void depot_make(struct run *r, struct depot *d);
void depot_end(struct depot *d);
#define DEPOT(r, d)                                                                                \
    __attribute__((cleanup(depot_end))) struct depot d = {0};                                      \
    depot_make(r, &d)
moult_session *depot_open(struct depot *d, uint32_t create);

/* The key of TEXT, as objects have it; or a made up one of a number. */
void key_of(struct run *r, const char *bytes, size_t n, char key[65]);
void key_number(unsigned n, char key[65]);
/* Puts the bytes, under their key. */
void put(struct depot *d, moult_session *s, const char *bytes, size_t n, char key[65]);
/* They are there, and what they were. */
void expect_object(struct depot *d, moult_session *s, const char *key, const char *bytes, size_t n);
/* NAME points to KEY, or (NULL) nowhere. */
void expect_ref(struct depot *d, moult_session *s, const char *name, const char *key);

struct names {
    struct run *r;
    char **items;
    size_t count;
    moult_status give;
};
moult_status on_name(void *arg, const char *name, size_t len);
void names_free(struct names *n);
#define NAMES(n, the_run) __attribute__((cleanup(names_free))) struct names n = {.r = (the_run)}

check_fn check_race_create, check_race_count, check_race_put, check_race_threads; /* race.c */

#endif
