/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the plan document, strictly: an unknown key, a wrong type or a missing member is an
 * error that says where, and so is a digest that is not the document's. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "hazards.h"
#include "members.h"
#include "words.h"

static void cleanup_json(json_t **j)
{
    json_decref(*j);
}
#define CLEANUP_JSON CLEANUP(cleanup_json)

static bool add_hazard(struct reader *r, const struct at *at, const json_t *element, void *arg)
{
    uint32_t *bits = arg, bit = hazard_bit(str_of(json_string_value(element)));
    if (!bit)
        return wrong(r, at, "is not a known hazard");
    if (*bits & bit)
        return wrong(r, at, "names a hazard twice");
    *bits |= bit;
    return true;
}

static bool add_statement(struct reader *r, const struct at *at, const json_t *element, void *arg)
{
    static const char *const keys[] = {"sql", "?probe", NULL};
    struct plan_step *s = arg;
    struct plan_statement *slot =
        ARENA_PUSH(&r->plan->arena, s->statements, s->statement_count, s->statement_cap);
    if (!slot)
        return no_memory(r);
    return members(r, at, element, keys) && member_text(r, at, element, "sql", &slot->sql) &&
           (!json_object_get(element, "probe") ||
            member_text(r, at, element, "probe", &slot->probe));
}

static bool add_dependence(struct reader *r, const struct at *at, const json_t *element, void *arg)
{
    struct plan_step *s = arg;
    uint64_t id = 0, self = (uint64_t)(s - r->plan->steps);
    if (!read_number(r, at, element, UINT32_MAX, &id))
        return false;
    if (id < 1 || id > self)
        return wrong(r, at, "is not an earlier step");
    uint32_t *slot = ARENA_PUSH(&r->plan->arena, s->depends, s->depend_count, s->depend_cap);
    if (!slot)
        return no_memory(r);
    *slot = (uint32_t)(id - 1);
    return true;
}

static bool read_amount(struct reader *r, const struct at *at, const json_t *j, uint64_t *out)
{
    *out = UNKNOWN_AMOUNT;
    const char *word = json_string_value(j);
    return (word && strcmp(word, "unknown") == 0) || read_number(r, at, j, INT64_MAX, out);
}

static bool read_estimate(struct reader *r, const struct at *at, const json_t *o,
                          struct plan_step *s)
{
    static const char *const keys[] = {"bytes", "rows", NULL};
    struct at here = {at, "estimate", 0};
    const json_t *j = json_object_get(o, "estimate");
    s->rows = s->bytes = UNKNOWN_AMOUNT;
    if (!json_is_object(j))
        return read_amount(r, &here, j, &s->rows) &&
               (s->rows == UNKNOWN_AMOUNT ||
                wrong(r, &here, "is neither an object nor \"unknown\""));
    return members(r, &here, j, keys) &&
           read_amount(r, &(struct at){&here, "rows", 0}, json_object_get(j, "rows"), &s->rows) &&
           read_amount(r, &(struct at){&here, "bytes", 0}, json_object_get(j, "bytes"), &s->bytes);
}

static bool read_timeouts(struct reader *r, const struct at *at, const json_t *o,
                          struct plan_step *s)
{
    static const char *const keys[] = {"lock_ms", "run_ms", NULL};
    struct at here = {at, "timeouts", 0};
    const json_t *j = json_object_get(o, "timeouts");
    return members(r, &here, j, keys) && member_number(r, &here, j, "lock_ms", &s->lock_ms) &&
           member_number(r, &here, j, "run_ms", &s->run_ms);
}

/* What follows from the rest must follow from it. */
static bool check_step(struct reader *r, const struct at *at, const json_t *o,
                       const struct plan_step *s)
{
    size_t i = (size_t)(s - r->plan->steps);
    struct str downtime = {0};
    uint32_t id = 0;
    if (!member_number(r, at, o, "id", &id) || !member_text(r, at, o, "downtime", &downtime))
        return false;
    if (id != i + 1)
        return wrong(r, &(struct at){at, "id", 0}, "is not the number of the step");
    if (!str_is(downtime, step_downtime(s)))
        return wrong(r, &(struct at){at, "downtime", 0}, "does not follow from the lock");
    if (i ? s->group != s[-1].group && s->group != s[-1].group + 1 : s->group != 0)
        return wrong(r, &(struct at){at, "group", 0}, "does not follow the group before");
    if (i && s->group == s[-1].group &&
        (s->txn != MOULT_TXN_INSIDE || s[-1].txn != MOULT_TXN_INSIDE))
        return wrong(r, &(struct at){at, "group", 0},
                     "puts a step into a transaction that it cannot share");
    if (s->reversible && !s->inverse_count)
        return wrong(r, &(struct at){at, "inverse", 0}, "is missing though the step is reversible");
    return s->statement_count || wrong(r, &(struct at){at, "statements", 0}, "has no element");
}

static bool add_step(struct reader *r, const struct at *at, const json_t *o, void *arg)
{
    static const char *const keys[] = {
        "id",      "operation",  "object",  "way",      "summary",     "why",      "statements",
        "inverse", "reversible", "depends", "group",    "transaction", "phase",    "lock",
        "hazards", "rewrites",   "scans",   "estimate", "downtime",    "timeouts", NULL};
    struct moult_plan *plan = arg;
    struct plan_step *s = ARENA_PUSH(&plan->arena, plan->steps, plan->step_count, plan->step_cap);
    if (!s)
        return no_memory(r);
    return members(r, at, o, keys) && member_word(r, at, o, "operation", op_words, &s->op) &&
           member_text(r, at, o, "object", &s->object) && member_text(r, at, o, "way", &s->way) &&
           member_text(r, at, o, "summary", &s->summary) &&
           member_text_or_null(r, at, o, "why", &s->why) &&
           each_element(r, at, o, "statements", add_statement, s) &&
           (json_is_null(json_object_get(o, "inverse")) ||
            member_texts(r, at, o, "inverse", &s->inverse, &s->inverse_count)) &&
           member_boolean(r, at, o, "reversible", &s->reversible) &&
           each_element(r, at, o, "depends", add_dependence, s) &&
           member_number(r, at, o, "group", &s->group) &&
           member_word(r, at, o, "transaction", txn_words, &s->txn) &&
           member_word(r, at, o, "phase", phase_words, &s->phase) &&
           member_word(r, at, o, "lock", lock_words, &s->lock) &&
           each_element(r, at, o, "hazards", add_hazard, &s->hazards) &&
           member_boolean(r, at, o, "rewrites", &s->rewrites) &&
           member_boolean(r, at, o, "scans", &s->scans) && read_estimate(r, at, o, s) &&
           read_timeouts(r, at, o, s) && check_step(r, at, o, s);
}

static bool read_rehearsal(struct reader *r, const json_t *o)
{
    static const char *const keys[] = {"status", "at", "on", "not_rehearsed", "seal", NULL};
    struct moult_plan *plan = r->plan;
    struct at here = {NULL, "rehearsal", 0};
    const json_t *j = json_object_get(o, "rehearsal");
    struct str status;
    if (!members(r, &here, j, keys) || !member_text(r, &here, j, "status", &status) ||
        !member_text_or_null(r, &here, j, "at", &plan->rehearsed_at) ||
        !member_text_or_null(r, &here, j, "on", &plan->rehearsed_on) ||
        !member_digest(r, &here, j, "seal", plan->seal) ||
        !member_texts(r, &here, j, "not_rehearsed", &plan->not_rehearsed,
                      &plan->not_rehearsed_count))
        return false;
    plan->rehearsed = str_is(status, "passed");
    return plan->rehearsed || str_is(status, "not done") ||
           wrong(r, &(struct at){&here, "status", 0}, "is neither \"passed\" nor \"not done\"");
}

static bool read_head(struct reader *r, const json_t *o)
{
    struct moult_plan *plan = r->plan;
    struct str format, klass;
    if (!member_text(r, NULL, o, "format", &format) || !member_text(r, NULL, o, "class", &klass))
        return false;
    if (klass.n >= sizeof plan->klass)
        return wrong(r, &(struct at){NULL, "class", 0}, "is too long");
    memcpy(plan->klass, klass.p, klass.n + 1);
    return member_text(r, NULL, o, "adapter", &plan->adapter) &&
           member_text(r, NULL, o, "server", &plan->server) &&
           member_digest(r, NULL, o, "from", plan->from) &&
           member_digest(r, NULL, o, "to", plan->to);
}

static bool read_document(struct reader *r, const json_t *o)
{
    static const char *const keys[] = {"format",   "class",     "adapter", "server",
                                       "from",     "to",        "steps",   "hazards",
                                       "warnings", "rehearsal", "digest",  NULL};
    struct moult_plan *plan = r->plan;
    const char *format = json_string_value(json_object_get(o, "format"));
    if (json_is_object(o) && format && strcmp(format, PLAN_FORMAT) != 0)
        return wrong(r, &(struct at){NULL, "format", 0}, "is not \"" PLAN_FORMAT "\"");
    return members(r, NULL, o, keys) && read_head(r, o) &&
           each_element(r, NULL, o, "steps", add_step, plan) &&
           each_element(r, NULL, o, "hazards", add_hazard, &plan->hazards) &&
           member_texts(r, NULL, o, "warnings", &plan->warnings, &plan->warning_count) &&
           read_rehearsal(r, o) && member_digest(r, NULL, o, "digest", plan->digest);
}

/* Seals what was read and compares with the digests that it came with. */
static moult_status verify(struct reader *r)
{
    struct moult_plan *plan = r->plan;
    uint32_t hazards = plan->hazards;
    char digest[65], seal[65];
    memcpy(digest, plan->digest, sizeof digest);
    memcpy(seal, plan->seal, sizeof seal);
    moult_status st = plan_seal(plan, r->err);
    bool whole = strcmp(digest, plan->digest) == 0 && hazards == plan->hazards;
    if (st != MOULT_OK || (whole && strcmp(seal, plan->seal) == 0))
        return st;
    error_set(r->err, MOULT_ERR_CORRUPT, "%s is not as it was written: its %s does not fit",
              r->name, whole ? "rehearsal's seal" : "digest");
    error_detail(r->err, "detail", "it says %s, and is %s", whole ? seal : digest,
                 whole ? plan->seal : plan->digest);
    error_detail(r->err, "file", "%s", r->name);
    error_detail(
        r->err, "hint",
        "make the plan again with \"moult plan\"; a plan that was edited is not carried out");
    return MOULT_ERR_CORRUPT;
}

static moult_status not_json(const char *name, const json_error_t *why, moult_error *err)
{
    error_set(err, MOULT_ERR_INVALID, "%s is not a plan: %s", name, why->text);
    error_detail(err, "file", "%s", name);
    error_detail(err, "line", "%d", why->line > 0 ? why->line : 1);
    error_detail(err, "position", "%d", why->column > 0 ? why->column : 1);
    return MOULT_ERR_INVALID;
}

moult_status plan_read_json(struct str json, const char *name, struct moult_plan **out,
                            moult_error *err)
{
    *out = NULL;
    json_error_t why;
    CLEANUP_JSON json_t *o = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &why);
    if (!o)
        return not_json(name, &why, err);
    CLEANUP_PLAN struct moult_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return error_nomem(err);
    struct reader r = {.plan = plan, .name = name, .err = err};
    if (!read_document(&r, o))
        return r.status != MOULT_OK ? r.status
                                    : error_set(err, MOULT_ERR_INTERNAL, "%s cannot be read", name);
    moult_status st = verify(&r);
    if (st != MOULT_OK)
        return st;
    *out = plan;
    plan = NULL;
    return MOULT_OK;
}
