/* SPDX-License-Identifier: Apache-2.0 */
/* storage.h - how moult uses a snapshot store.
 *
 * Objects: snapshots, the JSON document of a tree; and saves, small JSON documents that say of
 * which tenant, when, and from where a snapshot was saved.  References: tenant/NAME/latest,
 * tenant/NAME/tag/TAG, tenant/NAME/history/TIME-STATE  -> a save digest/STATE -> a snapshot
 *   prune/state         says whether a prune is under way: its last digit is 1; it changes with
 * each prune NAME is "-" for the tenant without a name; names and tags are %XX-escaped. */
#ifndef MOULT_RUN_STORAGE_H
#define MOULT_RUN_STORAGE_H

#include "../base/buf.h"
#include "run.h"

struct storage {
    struct moult *m;
    const moult_store *store;
    moult_session *session;
    const char *name; /* of the store, for messages */
};
moult_status storage_open(struct moult *m, bool create, struct storage *out, moult_error *err);
void storage_close(struct storage *s);
#define CLEANUP_STORAGE __attribute__((cleanup(storage_close)))

struct save { /* strings lie in the arena */
    struct arena arena;
    char key[65];                                           /* of the save's own object */
    char snapshot[65];                                      /* key of the snapshot */
    const char *tenant, *tag, *at, *state, *klass, *origin; /* tenant, tag: NULL = none */
};
void save_free(struct save *s);
#define CLEANUP_SAVE __attribute__((cleanup(save_free)))

/* The whole object, checked against its key: MOULT_ERR_CORRUPT. */
moult_status storage_get(struct storage *s, const char *key, struct buf *out, moult_error *err);
moult_status save_read(struct storage *s, const char *key, struct save *out, moult_error *err);
/* Reads NAME; *FOUND. */
moult_status ref_get(struct storage *s, const char *name, char key[65], bool *found,
                     moult_error *err);
/* Points NAME to KEY (NULL: removes it) whatever it points to. */
moult_status ref_put(struct storage *s, const char *name, const char *key, moult_error *err);
/* All names that begin with PREFIX, sorted, in A. */
struct ref_list {
    const char **items;
    size_t count, cap;
};
moult_status ref_list(struct storage *s, const char *prefix, struct arena *a, struct ref_list *out,
                      moult_error *err);
/* "tenant/NAME/" for TENANT (NULL: without a name) and what follows. */
bool tenant_ref(struct buf *b, const char *tenant, const char *after);
void ref_escape(struct buf *b, const char *name);
/* MOULT_ERR_CONFIG if a reference would be longer than stores take. */
moult_status ref_fits(const struct buf *b, moult_error *err);

#endif
