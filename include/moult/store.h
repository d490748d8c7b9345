/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - keeps snapshots: immutable objects under their SHA-256, and named references to them.
 *
 * Keys and reference names are given by the host: keys are 64 lower-case hex digits; reference names
 * are non-empty UTF-8 without control characters, at most 512 bytes, with "/" between parts, no part
 * being empty, "." or "..".  Every other byte may occur in a part and must be kept apart. */
#ifndef MOULT_STORE_H
#define MOULT_STORE_H

#include <moult/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef moult_status moult_name_fn(void *arg, const char *name, size_t len);

#define MOULT_STORE_MAJOR 0
#define MOULT_STORE_MINOR 1
typedef struct moult_store {
    moult_iface head;
    /* CREATE 1: may make the place if it is not there; 0: a missing place is an empty store. */
    moult_status (*open)(const moult_host *host, const moult_config *config, uint32_t create,
                         moult_session **out, moult_error *err);
    void (*close)(moult_session *session);
    /* Durable on return, all or nothing; the same key again is a success without effect. */
    moult_status (*put_if_absent)(moult_session *session, const char *key, const char *bytes,
                                  size_t len, moult_error *err);
    /* The whole object, from host->alloc; MOULT_ERR_NOT_FOUND if there is none. */
    moult_status (*get)(moult_session *session, const char *key, char **bytes, size_t *len,
                        moult_error *err);
    /* Keys of all objects, or names of all references that begin with PREFIX, in bytewise order. */
    moult_status (*list)(moult_session *session, moult_name_fn *fn, void *arg, moult_error *err);
    moult_status (*ref_list)(moult_session *session, const char *prefix, moult_name_fn *fn,
                             void *arg, moult_error *err);
    /* The key that NAME points to, 64 characters into KEY; MOULT_ERR_NOT_FOUND if there is none. */
    moult_status (*ref_get)(moult_session *session, const char *name, char key[65],
                            moult_error *err);
    /* Points NAME to KEY if it points to EXPECT (NULL: does not exist) now, else MOULT_ERR_EXISTS.
     * KEY NULL removes it.  Atomic and durable. */
    moult_status (*ref_swap)(moult_session *session, const char *name, const char *expect,
                             const char *key, moult_error *err);
    /* Removes an object; the host has made sure that no reference needs it.  Absent is a success. */
    moult_status (*remove)(moult_session *session, const char *key, moult_error *err);
} moult_store;

#ifdef __cplusplus
}
#endif
#endif
