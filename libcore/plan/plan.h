/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - from a delta to a plan document.
 *
 * problem.c asks the dialect for ways and the planners for decisions; closure.c adds what must stand aside;
 * order.c sorts the steps; render.c has the dialect write them; document.c reads and writes the JSON. */
#ifndef MOULT_PLAN_PLAN_H
#define MOULT_PLAN_PLAN_H

#include <moult/adapter.h>
#include <moult/planner.h>

#include "../schema/delta.h"

struct plan_statement {
    struct str sql;   /* template: bound identifiers are marked */
    struct str probe; /* .p NULL: none */
};

struct plan_step {
    uint32_t op;       /* MOULT_CREATE, ... */
    struct str object; /* path of the top-level object */
    struct str way;    /* moult_way.id; "aside" for what stood aside */
    struct str summary;
    struct str why;    /* .p NULL: nothing lighter to explain */
    struct plan_statement *statements;
    size_t statement_count, statement_cap;
    struct str *inverse; /* statements that undo the step; count 0 and !reversible: none */
    size_t inverse_count, inverse_cap;
    bool reversible;
    uint32_t *depends; /* indexes of earlier steps */
    size_t depend_count, depend_cap;
    uint32_t group;    /* transaction group, from 0; steps of a group are neighbours */
    uint32_t txn, lock, phase, hazards;
    uint32_t lock_ms, run_ms;
    uint64_t rows, bytes; /* UINT64_MAX = unknown */
    bool rewrites, scans;
};

struct moult_plan {
    struct arena arena;
    char klass[64];
    struct str adapter, server;
    char from[65], to[65];
    struct plan_step *steps;
    size_t step_count, step_cap;
    struct str *warnings;
    size_t warning_count, warning_cap;
    uint32_t hazards; /* of all steps */
    bool rehearsed;   /* the stamp: a scratch copy reached `to` */
    struct str rehearsed_at, rehearsed_on;
    struct str *not_rehearsed; /* why parts were not */
    size_t not_rehearsed_count, not_rehearsed_cap;
    /* SHA-256 of what is carried out: class, states, steps.  The same each time that it is planned. */
    char digest[65];
    char seal[65]; /* SHA-256 of the whole document: a stamp that was edited is found */
};

struct plan_chain { /* the planners with their settings, first to last */
    const moult_planner *planner;
    const moult_config *config;
};

struct plan_request {
    const moult_host *host;
    const moult_dialect *dialect;
    const struct plan_chain *chain;
    size_t chain_count;
    const struct moult_delta *delta;
    /* rows and bytes of an object on the target; NULL: unknown */
    moult_status (*measure)(void *arg, struct str path, uint64_t *rows, uint64_t *bytes);
    void *measure_arg;
};

/* Due renames of the delta become the first steps. */
moult_status plan_make(const struct plan_request *request, struct moult_plan **out, moult_error *err);
void plan_free(struct moult_plan *plan);
static inline void cleanup_plan(struct moult_plan **p)
{
    plan_free(*p);
}
#define CLEANUP_PLAN __attribute__((cleanup(cleanup_plan)))

/* Seals the plan: sets `digest` and `seal` (and hazards) from the rest. */
moult_status plan_seal(struct moult_plan *plan, moult_error *err);

/* document.c: docs/schemas/plan.json.  Reading checks digest and seal (MOULT_ERR_CORRUPT). */
moult_status plan_write_json(const struct moult_plan *plan, moult_write_fn *write, void *arg, moult_error *err);
moult_status plan_read_json(struct str json, const char *name, struct moult_plan **out, moult_error *err);
moult_status plan_write_text(const struct moult_plan *plan, moult_write_fn *write, void *arg, moult_error *err);
/* How a dialect's SQL is written for people: moult_dialect's fields of these names, or NULL. */
struct plan_script {
    const char *preamble, *delimiter;
};
/* Each statement ends in ";" and a line end, under a comment that names its step; without BEGIN and COMMIT, which
 * are the caller's.  Markers stand as they are. */
moult_status plan_write_sql(const struct moult_plan *plan, struct plan_script how, moult_write_fn *write, void *arg,
                            moult_error *err);
/* The statements without comments. */
moult_status plan_write_sql_bare(const struct moult_plan *plan, struct plan_script how, moult_write_fn *write, void *arg,
                                 moult_error *err);

/* The function table lent to plugins. */
extern const moult_plan_api plan_api;

#endif
