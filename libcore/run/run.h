/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - units, sessions, bookkeeping and the executor. */
#ifndef MOULT_RUN_RUN_H
#define MOULT_RUN_RUN_H

#include "../host/host.h"
#include "../plan/plan.h"
#include "../schema/tree.h"

struct moult_snapshot {
    moult_tree *tree;      /* owned, sealed */
    struct str origin;     /* in the tree's arena */
    char at[32];           /* when it was taken or saved; "" unknown */
    struct renames *hints; /* that came with a desired state; owned; NULL: none */
};
/* Takes TREE over, also on failure. */
moult_status snapshot_new(moult_tree *tree, const char *origin, moult_snapshot **out,
                          moult_error *err);
/* Reads a snapshot document, which came from ORIGIN. */
moult_status snapshot_read(struct str json, const char *origin, moult_snapshot **out,
                           moult_error *err);
static inline void cleanup_snapshot(moult_snapshot **s)
{
    moult_snapshot_free(*s);
}
#define CLEANUP_SNAPSHOT __attribute__((cleanup(cleanup_snapshot)))

/* adapter.c: the interfaces of one adapter as far as they were asked for, and what is common to all
 * that is done with it in one call. */
struct adapter {
    const char *name;
    const moult_dialect *dialect;
    const moult_reader *reader;
    const moult_writer *writer; /* NULL until adapter_writer() */
    const moult_config *reader_config, *writer_config;
    const char *scratch; /* URL of the place where scratch databases are made; NULL: none allowed */
    bool scratch_local;  /* only if that is on this machine */
    const char *target;  /* URL that this is about, and how its tenants are found; or NULL */
    const char *tenants;
    struct scope scope; /* what a unit owns */
};
moult_status adapter_open(struct moult *m, const char *name, struct adapter *out, moult_error *err);
moult_status adapter_writer(struct moult *m, struct adapter *a, moult_error *err);
/* Where scratch databases are made for a target: WANTED ("target" or a URL), or, if that is NULL,
 * the target's own place where that is harmless: no server, or one of this machine.  NULL: nowhere.
 */
const char *adapter_scratch_url(const char *wanted, const char *target);
/* A tree of this adapter's class without objects, sealed. */
moult_status adapter_empty_tree(const struct adapter *a, const moult_tree *like, moult_tree **out,
                                moult_error *err);

/* One place: a unit of one tenant. */
struct unit {
    const char *name;  /* tenant; "" for a database by URL */
    const char *url;   /* opens it; may hold secrets */
    const char *shown; /* without secrets */
};

struct idle; /* idle.c */

struct moult_targets {
    struct arena arena;
    struct moult *m;
    struct idle *idle; /* sessions that another unit may use; owned */
    struct moult_op op;
    struct adapter adapter;
    const char *database; /* name in moult.toml, or NULL */
    struct unit *units;
    size_t unit_count, unit_cap;
    const char *desired;           /* REF, or NULL */
    const char *renames;           /* renames.toml, or NULL */
    const char *scratch;           /* URL, or NULL */
    uint64_t lock_timeout_ms;      /* 0: not set */
    const char **manage, **ignore; /* NULL-terminated, or NULL */
    const char **planners;         /* NULL-terminated, or NULL */
    uint32_t allow;                /* hazards that moult.toml or the environment allows */
    bool confirm;
};
/* database.c: the settings of the database NAME of moult.toml into T, without its units. *URL is
 * the database's.  MOULT_ERR_CONFIG if there is no such database. */
moult_status database_settings(moult_targets *t, const char *name, const char **url,
                               moult_error *err);
/* The same for a database by URL. */
moult_status database_of_url(moult_targets *t, const char *url, moult_error *err);
moult_targets *targets_new(struct moult *m, moult_error *err);
static inline void cleanup_targets(moult_targets **t)
{
    moult_targets_free(*t);
}
#define CLEANUP_TARGETS __attribute__((cleanup(cleanup_targets)))

/* session.c: open, inspect and seal in one go; errors carry "tenant". */
moult_status unit_open(const moult_targets *t, const struct unit *u, uint32_t purpose,
                       uint64_t lock_ms, moult_session **out, moult_error *err);
moult_status unit_inspect(const moult_targets *t, const struct unit *u, moult_session *s,
                          moult_tree **out, moult_error *err);
/* SQL with the names of the unit that S is on in place of the markers, into OUT. */
moult_status unit_bind(const moult_targets *t, const struct unit *u, moult_session *s,
                       struct str sql, struct buf *out, moult_error *err);
/* What unit_open wants of the adapter. */
moult_open unit_how(const moult_targets *t, const struct unit *u, uint32_t purpose,
                    uint64_t lock_ms);

/* idle.c: a thousand units on one server need not connect a thousand times. */
struct idle *idle_new(void);
/* One for U that was put aside, or NULL.  Never a failure: unit_open opens another. */
moult_session *idle_take(const moult_targets *t, const struct unit *u, uint32_t purpose,
                         uint64_t lock_ms);
/* S, on which everything went well, is not needed any more. */
void unit_done(const moult_targets *t, uint32_t purpose, moult_session *s);
/* Closes those that nobody took. */
void idle_close(const moult_targets *t);
void idle_free(const moult_targets *t);
/* Adds the unit's name to ERR and returns its code. */
moult_status unit_error(const struct unit *u, moult_status code, moult_error *err);
/* Gives what ERR holds another code, which it returns; message and details stay. */
moult_status error_as(moult_error *err, moult_status code);

/* scratch.c: databases for trying things. */
struct scratch {
    struct moult *m;
    struct adapter *a;
    struct moult_op op;
    moult_session *session;
};
/* LIKE: a session of the same kind whose settings are wanted, or NULL.  Loads the writer. */
moult_status scratch_open(struct moult *m, struct adapter *a, moult_session *like,
                          struct scratch *out, moult_error *err);
void scratch_close(struct scratch *s);
#define CLEANUP_SCRATCH __attribute__((cleanup(scratch_close)))
moult_status scratch_run(struct scratch *s, struct str sql, moult_error *err);
moult_status scratch_inspect(struct scratch *s, moult_tree **out, moult_error *err);
/* Makes all managed objects of TREE in an empty scratch database. */
moult_status scratch_fill(struct scratch *s, const moult_tree *tree, moult_error *err);
/* A plan by the dialect's first ways alone, whatever planners are configured. */
moult_status plan_plain(struct moult *m, struct adapter *a, const struct moult_delta *delta,
                        struct moult_plan **out, moult_error *err);

/* desired.c: runs untrusted DDL in a scratch database and inspects it.  MOULT_ERR_INVALID with file
 * and line.  A folder's renames.toml goes into *HINTS (NULL if there is none). */
moult_status desired_load(struct moult *m, struct adapter *a, const char *path,
                          const moult_load *how, moult_tree **out, struct renames **hints,
                          moult_error *err);

/* rename.c: what differs between two states, hints considered.  With due hints the delta's `from`
 * is a tree of its own; delta_release() frees it with the delta. */
struct hints {
    const char *const *given;   /* "kind:old=new", ends in NULL; or NULL */
    const char *file;           /* renames.toml, or NULL */
    const struct renames *more; /* that came with the desired state, or NULL */
};
moult_status renames_from_file(const char *path, struct renames *out, moult_error *err);
/* Can they all be read?  Also where nothing is left to be renamed. */
moult_status hints_check(struct moult *m, const struct adapter *a, const struct hints *hints,
                         moult_error *err);
moult_status difference(struct moult *m, struct adapter *a, const moult_tree *from,
                        const moult_tree *to, const struct hints *hints, bool layout,
                        moult_session *like, struct moult_delta **out, moult_error *err);
void delta_release(struct moult_delta *delta);

/* rehearse.c: carries PLAN out on a scratch copy of FROM; sets the stamp and seals the plan, or
 * fails. Where no scratch copy of FROM can be had, the plan says why and has no stamp. */
moult_status rehearse(struct moult *m, struct adapter *a, const moult_tree *from,
                      const moult_tree *to, struct moult_plan *plan, moult_session *like,
                      moult_error *err);

/* The same for a plan that cannot be stamped any more: it must succeed. */
moult_status rehearse_only(struct moult *m, struct adapter *a, const moult_tree *from,
                           const struct moult_plan *plan, moult_session *like, moult_error *err);

/* plans.c: difference, plan and rehearsal for one unit, whose open session S says how large things
 * are. */
moult_status plan_between(const moult_targets *t, moult_session *s, const moult_tree *from,
                          const moult_snapshot *to, const moult_plan_options *options,
                          bool rehearsed, struct moult_delta **delta, struct moult_plan **plan,
                          moult_error *err);
/* MOULT_ERR_REFUSED naming steps and hazards if PLAN has others than ALLOWED. */
moult_status plan_permitted(const struct moult_plan *plan, uint32_t allowed, moult_error *err);
/* MOULT_ERR_INVALID if a unit of class KLASS cannot be brought to a state of class WANTED. */
moult_status same_class(const char *klass, const char *wanted, moult_error *err);

/* storage.c: "latest", "TENANT@latest", "TENANT@TAG", "DIGEST" of the configured store. */
moult_status storage_load(struct moult *m, const char *ref, moult_snapshot **out, moult_error *err);

/* workers.c: calls FN for every index below COUNT from up to JOBS threads, until all are done, or
 * one call fails, or the user asks to stop.  Returns the status of the first call that failed. */
typedef moult_status worker_fn(void *arg, size_t i);
moult_status workers_run(struct moult *m, uint32_t jobs, size_t count, worker_fn *fn, void *arg);
/* How many threads an adapter's sessions may be used from. */
uint32_t workers_for(const moult_targets *t);

#endif
