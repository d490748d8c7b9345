/* SPDX-License-Identifier: Apache-2.0 */
/* moult.h - the embedding API: all that the moult command does, for programs.  See libmoult(3).
 *
 * A `moult` is one configuration with its plugins.  It may be used from several threads, one call at
 * a time; objects made from it are freed before it.  Every call that can fail takes an error slot
 * made by moult_error_new() (or NULL) and returns a status; on failure outputs are NULL.  Nothing
 * here prints, exits, or changes the process's signals, locale or working directory. */
#ifndef MOULT_MOULT_H
#define MOULT_MOULT_H

#include <moult/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* libmoult is built with hidden symbols; what is declared here is what it exports. */
#pragma GCC visibility push(default)

typedef struct moult moult;
typedef struct moult_snapshot moult_snapshot; /* a tree with its class and where it came from */
typedef struct moult_delta moult_delta;       /* what differs between two snapshots */
typedef struct moult_plan moult_plan;         /* a plan document */
typedef struct moult_targets moult_targets;   /* chosen units, each with a name and a URL */

#define MOULT_FORMAT_TEXT 1u
#define MOULT_FORMAT_JSON 2u
#define MOULT_FORMAT_SQL 3u

/* ---- errors ---- */
moult_error *moult_error_new(void); /* NULL only when out of memory */
void moult_error_free(moult_error *err);
void moult_error_clear(moult_error *err);
moult_status moult_error_code(const moult_error *err);
const char *moult_error_message(const moult_error *err); /* "" if none */
/* A detail ("hint", "file", "line", "statement", "tenant", ...), or NULL. */
const char *moult_error_detail(const moult_error *err, const char *key);
/* Details by index in the order they were set; NULL past the end. */
const char *moult_error_detail_at(const moult_error *err, uint32_t i, const char **value);

/* ---- a moult ---- */
typedef void moult_log_fn(void *arg, int32_t level, const char *msg, size_t len);
/* DONE of TOTAL (0 = unknown) of WHAT ("tenants", "rows", "steps"). */
typedef void moult_progress_fn(void *arg, const char *what, uint64_t done, uint64_t total);

typedef struct moult_options {
    uint32_t size; /* MOULT_END(moult_options, field last set) */
    uint32_t jobs; /* worker threads; 0 = processors */
    const char *config;      /* path of moult.toml; NULL: ./moult.toml if it is there; "": none */
    const char *environment; /* an [environment.NAME], or NULL */
    const char *const *set;  /* "key=value" overrides of settings, ends in NULL; or NULL */
    const char *plugin_dir;  /* instead of the compiled-in one; NULL otherwise */
    const char *manifest_dir; /* instead of the compiled-in plugins.d; NULL otherwise */
    moult_log_fn *log;       /* NULL: messages are dropped; may be called from any thread */
    void *log_arg;
    moult_progress_fn *progress; /* NULL: none; may be called from any thread, never concurrently */
    void *progress_arg;
    const volatile int *cancel; /* set to non-zero (from a signal handler) to stop; or NULL */
} moult_options;

moult_status moult_open_config(const moult_options *options, moult **out, moult_error *err);
void moult_free(moult *m);
const char *moult_version(void); /* "0.1.0" */

/* ---- snapshots ---- */
typedef struct moult_load {
    uint32_t size;
    uint32_t allow_do;     /* 1: run procedural blocks of a desired state */
    const char *like;      /* URL or database name that says the adapter of DDL; or NULL */
    const char *scratch;   /* URL of a scratch server; or NULL */
    const char *const *include; /* "kind:glob" of top-level objects, ends in NULL; or NULL = all */
    const char *const *exclude;
    uint32_t allow_empty;  /* 1: a desired state without objects is a state (and a warning); 0: an error */
} moult_load;

/* Snapshot files may be loaded from several threads at once.
 * REF: a database URL, a DDL file or directory, a snapshot file, "store:[TENANT@]latest|TAG|DIGEST",
 * or "NAME[@TENANT]" of moult.toml (its desired state if no tenant is named). */
moult_status moult_snapshot_load(moult *m, const char *ref, const moult_load *how,
                                 moult_snapshot **out, moult_error *err);
/* An empty schema of the same class as LIKE. */
moult_status moult_snapshot_empty(moult *m, const moult_snapshot *like, moult_snapshot **out,
                                  moult_error *err);
void moult_snapshot_free(moult_snapshot *snapshot);
const moult_tree *moult_snapshot_tree(const moult_snapshot *snapshot);
/* 64 hex digits: shape, rights and notes of what is managed.  What sync and validate compare. */
const char *moult_snapshot_digest(const moult_snapshot *snapshot);
/* One aspect's digest: MOULT_SHAPE, ... (tree.h). */
const char *moult_snapshot_aspect(const moult_snapshot *snapshot, uint32_t aspect);
const char *moult_snapshot_class(const moult_snapshot *snapshot); /* "sqlite/3/1" */
const char *moult_snapshot_origin(const moult_snapshot *snapshot); /* for people; no secrets */
/* Objects by kind, index from 0; returns NULL past the end. */
const char *moult_snapshot_count(const moult_snapshot *snapshot, uint32_t i, uint32_t *count);
moult_status moult_snapshot_write(moult *m, const moult_snapshot *snapshot, uint32_t format,
                                  moult_write_fn *write, void *arg, moult_error *err);
/* One SQL file an object under DIR, which must be empty, absent, or written by this call before. */
moult_status moult_snapshot_write_dir(moult *m, const moult_snapshot *snapshot, const char *dir,
                                      uint32_t *files, moult_error *err);

/* ---- the snapshot store ---- */
typedef struct moult_saved {
    uint32_t size;
    uint32_t reserved;
    const char *name;   /* reference: "TENANT@latest", "TENANT@TAG" */
    const char *digest; /* of the state */
    const char *klass;
    const char *at;     /* RFC 3339, when saved */
    const char *origin;
} moult_saved;
typedef moult_status moult_saved_fn(void *arg, const moult_saved *saved);
/* TENANT NULL: the one without a name.  TAG NULL: only latest. */
moult_status moult_store_save(moult *m, const moult_snapshot *snapshot, const char *tenant,
                              const char *tag, moult_error *err);
moult_status moult_store_list(moult *m, const char *tenant, moult_saved_fn *fn, void *arg,
                              moult_error *err);
/* Removes objects that no reference needs, after dropping all but the newest KEEP of each tenant's
 * untagged history. */
moult_status moult_store_prune(moult *m, uint32_t keep, uint32_t *removed, moult_error *err);

/* ---- deltas ---- */
typedef struct moult_diff_options {
    uint32_t size;
    uint32_t layout;            /* 1: layout counts too */
    const char *const *renames; /* "kind:old=new" hints, ends in NULL; or NULL */
    const char *renames_file;   /* renames.toml, or NULL */
} moult_diff_options;
moult_status moult_diff(moult *m, const moult_snapshot *from, const moult_snapshot *to,
                        const moult_diff_options *options, moult_delta **out, moult_error *err);
void moult_delta_free(moult_delta *delta);
uint32_t moult_delta_count(const moult_delta *delta); /* top-level changes; 0 = same */
/* SQL: the statements of the plan that would make them. */
moult_status moult_delta_write(moult *m, const moult_delta *delta, uint32_t format,
                               moult_write_fn *write, void *arg, moult_error *err);

/* ---- targets ---- */
typedef struct moult_select {
    uint32_t size;
    uint32_t all;                /* --all-tenants */
    const char *const *tenants;  /* names or globs, ends in NULL; or NULL */
    const char *const *labels;
} moult_select;
/* TARGET: a database URL, or a database of moult.toml.  No selection on a database with several
 * tenants is MOULT_ERR_CONFIG unless ANY is 1 (commands that only read). */
moult_status moult_targets_find(moult *m, const char *target, const moult_select *select,
                                uint32_t any, moult_targets **out, moult_error *err);
void moult_targets_free(moult_targets *targets);
uint32_t moult_targets_count(const moult_targets *targets);
const char *moult_targets_name(const moult_targets *targets, uint32_t i);
const char *moult_targets_url(const moult_targets *targets, uint32_t i); /* without secrets */
/* The desired state that moult.toml names for this database, or NULL. */
const char *moult_targets_desired(const moult_targets *targets);
/* The state of unit I as it is now; its tenant's own name is not in it. */
moult_status moult_targets_inspect(moult *m, const moult_targets *targets, uint32_t i,
                                   moult_snapshot **out, moult_error *err);
/* 1: moult.toml or the environment wants a confirmation before a write. */
uint32_t moult_targets_confirm(const moult_targets *targets);

/* ---- plans ---- */
typedef struct moult_plan_options {
    uint32_t size;
    uint32_t rehearse;             /* 1: carry it out on a scratch copy */
    uint32_t layout;               /* 1: converge layout too */
    uint32_t reserved;
    const char *const *renames;    /* hints, ends in NULL; or NULL */
    const char *renames_file;
    const char *const *planners;   /* instead of moult.toml's; ends in NULL; or NULL */
} moult_plan_options;
/* A plan from the state of the single unit in TARGETS to TO.  MOULT_ERR_OPEN_RUN while a run is open there:
 * what it leads to is not known before it is ended. */
moult_status moult_plan_make(moult *m, const moult_targets *targets, const moult_snapshot *to,
                             const moult_plan_options *options, moult_plan **out, moult_error *err);
moult_status moult_plan_read(moult *m, const char *path, moult_plan **out, moult_error *err);
void moult_plan_free(moult_plan *plan);
uint32_t moult_plan_steps(const moult_plan *plan);
const char *moult_plan_from(const moult_plan *plan); /* state digests */
const char *moult_plan_to(const moult_plan *plan);
uint32_t moult_plan_hazards(const moult_plan *plan); /* MOULT_HAZARD_* bits */
moult_status moult_plan_write(moult *m, const moult_plan *plan, uint32_t format,
                              moult_write_fn *write, void *arg, moult_error *err);
/* "deletes-data,rewrites-table" or "all" into bits; an unknown name is MOULT_ERR_CONFIG. */
moult_status moult_hazards_parse(const char *names, uint32_t *out, moult_error *err);
/* Name and meaning of hazard bit I; NULL past the end. */
const char *moult_hazard_name(uint32_t i, const char **help);

/* ---- runs ---- */
#define MOULT_UNIT_IN_SYNC 1u   /* nothing to do */
#define MOULT_UNIT_CHANGED 2u   /* carried out, verified, committed */
#define MOULT_UNIT_PLANNED 3u   /* dry run: rehearsed on a scratch copy, target untouched */
#define MOULT_UNIT_DIFFERS 4u   /* validate: not in sync */
#define MOULT_UNIT_FAILED 5u    /* `error` says why; the unit is as it was unless that says else */
#define MOULT_UNIT_FINISHED 6u  /* an open run was ended first; then in sync or changed */

typedef struct moult_unit_result {
    uint32_t size;
    uint32_t state;               /* MOULT_UNIT_* */
    const char *tenant;           /* name of the unit */
    const char *from, *to;        /* state digests; from may be NULL if it could not be read */
    const moult_plan *plan;       /* borrowed; NULL if none was made */
    const moult_delta *delta;     /* borrowed; NULL if none was made */
    const moult_error *error;     /* borrowed; NULL unless FAILED */
    uint64_t millis;
} moult_unit_result;
/* Called once a unit, one call at a time, in any order, from any thread.  Non-OK stops the rest. */
typedef moult_status moult_unit_fn(void *arg, const moult_unit_result *result);
/* Asked once per distinct plan before the first write; 1 = go on.  UNITS is how many share it. */
typedef int32_t moult_confirm_fn(void *arg, const moult_plan *plan, uint32_t units);

typedef struct moult_run_options {
    uint32_t size;
    uint32_t dry_run;          /* plan and rehearse, write nothing */
    uint32_t allow;            /* MOULT_HAZARD_* bits; others are refused (MOULT_ERR_REFUSED) */
    uint32_t keep_going;       /* 1: a failing unit does not stop the others */
    uint64_t lock_timeout_ms;  /* 0: moult.toml's, or 10 s */
    moult_plan_options plan;
    moult_unit_fn *unit;
    moult_confirm_fn *confirm; /* NULL: no question */
    void *arg;
} moult_run_options;
/* Brings every unit to TO.  MOULT_OK only if every unit was reached; else the status of the first unit that
 * failed.  An open run of a unit is ended first, from the plan that it stored; MOULT_ERR_OPEN_RUN where it can
 * be neither finished nor taken back, is that of a newer moult, or was stopped. */
moult_status moult_sync(moult *m, const moult_targets *targets, const moult_snapshot *to,
                        const moult_run_options *options, moult_error *err);
/* Carries out PLAN; a unit in another state is refused, one already at the plan's end is in sync. */
moult_status moult_apply(moult *m, const moult_targets *targets, const moult_plan *plan,
                         const moult_run_options *options, moult_error *err);
/* Compares only.  MOULT_ERR_DIFFERS if a unit differs. */
moult_status moult_validate(moult *m, const moult_targets *targets, const moult_snapshot *to,
                            const moult_run_options *options, moult_error *err);

/* ---- looking ---- */
/* One line of a report: what was looked at, STATE "ok", "warning" or "failed", and a note. */
typedef moult_status moult_check_fn(void *arg, const char *unit, const char *what,
                                    const char *state, const char *note);
/* Read-only: digest, counts, open runs, whether the audit trail's chain holds.  No writer is loaded.  An open
 * run is a warning. */
moult_status moult_audit(moult *m, const moult_targets *targets, moult_check_fn *fn, void *arg,
                         moult_error *err);
/* Connection, version, rights, scratch, lock. */
moult_status moult_doctor(moult *m, const moult_targets *targets, moult_check_fn *fn, void *arg,
                          moult_error *err);

/* ---- plugins, configuration, trust ---- */
typedef struct moult_plugin_info {
    uint32_t size;
    uint32_t loaded;      /* 1: the module was opened for this answer */
    const char *name, *file, *version, *summary;
    const char *provides; /* "dialect:sqlite reader:sqlite writer:sqlite" */
    const char *manifest; /* path, or "built in", or "moult.toml" */
    const char *state;    /* "available", "masked", "not enabled", or why it cannot be used */
    const moult_plugin *descriptor; /* NULL unless loaded */
} moult_plugin_info;
typedef moult_status moult_plugin_fn(void *arg, const moult_plugin_info *info);
/* From manifests alone; loads nothing. */
moult_status moult_plugin_list(moult *m, moult_plugin_fn *fn, void *arg, moult_error *err);
/* Loads NAME, a plugin's name or the path of a .so. */
moult_status moult_plugin_get(moult *m, const char *name, moult_plugin_fn *fn, void *arg,
                              moult_error *err);
/* Effective settings: key, value (secrets hidden), where from ("default", "moult.toml:3:1", ...). */
typedef moult_status moult_setting_fn(void *arg, const char *key, const char *value,
                                      const char *from);
moult_status moult_settings(moult *m, moult_setting_fn *fn, void *arg, moult_error *err);
/* One setting as it is in force, by its dotted path ("log.format"): the text of a string, number or boolean,
 * "env:NAME" as it was written; NULL if it has none.  Borrowed from M. */
const char *moult_setting(const moult *m, const char *key);
/* The names of the databases that moult.toml describes, in its order; borrowed for the call. */
typedef moult_status moult_text_fn(void *arg, const char *text);
moult_status moult_databases(moult *m, moult_text_fn *fn, void *arg, moult_error *err);
/* Accepts the plugins by path of this configuration file as it is now. */
moult_status moult_trust(const char *config, moult_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
