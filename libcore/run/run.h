/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - units, sessions, bookkeeping and the executor. */
#ifndef MOULT_RUN_RUN_H
#define MOULT_RUN_RUN_H

#include "../host/host.h"
#include "../plan/plan.h"
#include "../schema/tree.h"

struct moult_snapshot {
    moult_tree *tree; /* owned, sealed */
    struct str origin; /* in the tree's arena */
    char at[32];       /* when it was taken or saved; "" unknown */
};

/* adapter.c: the interfaces of one adapter as far as they were asked for. */
struct adapter {
    const char *name;
    const moult_dialect *dialect;
    const moult_reader *reader;
    const moult_writer *writer; /* NULL until adapter_writer() */
};
moult_status adapter_open(struct moult *m, const char *name, struct adapter *out, moult_error *err);
moult_status adapter_writer(struct moult *m, struct adapter *a, moult_error *err);

/* One place: a unit of one tenant. */
struct unit {
    const char *name;  /* tenant; "" for a database by URL */
    const char *url;   /* opens it; may hold secrets */
    const char *shown; /* without secrets */
};

struct moult_targets {
    struct arena arena;
    struct moult *m;
    struct adapter adapter;
    const char *database; /* name in moult.toml, or NULL */
    struct unit *units;
    size_t unit_count, unit_cap;
    const char *desired;  /* REF, or NULL */
    const char *scratch;  /* URL, or NULL */
    const char **manage, **ignore; /* NULL-terminated, or NULL */
    const char **planners;         /* NULL-terminated, or NULL */
    uint32_t allow;       /* hazards that moult.toml or the environment allows */
    bool confirm;
};

/* session.c: open, inspect and seal in one go; errors carry "tenant". */
moult_status unit_open(const moult_targets *t, const struct unit *u, uint32_t purpose, uint64_t lock_ms,
                       moult_session **out, moult_error *err);
moult_status unit_inspect(const moult_targets *t, const struct unit *u, moult_session *s, moult_tree **out,
                          moult_error *err);

/* desired.c: runs untrusted DDL in a scratch database and inspects it.  MOULT_ERR_INVALID with file and line. */
moult_status desired_load(struct moult *m, struct adapter *a, const char *path, const moult_load *how,
                          moult_tree **out, moult_error *err);

/* rehearse.c: carries PLAN out on a scratch copy of FROM; sets the stamp and seals the plan, or fails. */
moult_status rehearse(struct moult *m, struct adapter *a, const moult_tree *from, const moult_tree *to,
                      struct moult_plan *plan, moult_error *err);

/* ledger.c: runs, steps and the audit trail over the adapter's record calls. */
/* execute.c: takes the lock, ends an open run, checks the state, carries PLAN out, verifies, commits. */

#endif
