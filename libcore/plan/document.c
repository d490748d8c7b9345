/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the plan document: canonical JSON, so that equal plans are equal bytes.
 * docs/schemas/plan.json */
#include <jansson.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/sha256.h"
#include "hazards.h"
#include "words.h"

static void cleanup_json(json_t **j)
{
    json_decref(*j);
}
#define CLEANUP_JSON CLEANUP(cleanup_json)

/* Every value passes through here; NULL (no memory, not UTF-8) marks the whole as failed. */
static bool put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static json_t *text(struct str s)
{
    return json_stringn(s.p ? s.p : "", s.n);
}

static json_t *text_or_null(struct str s)
{
    return s.p ? text(s) : json_null();
}

static json_t *texts(const struct str *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        if (json_array_append_new(list, text(items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *hazard_names(uint32_t bits)
{
    CLEANUP_BUF struct buf names = {0};
    hazards_list(&names, bits, "\n");
    json_t *list = json_array();
    struct str rest = buf_view(&names);
    for (; list && rest.n;) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n, skip = n + (end ? 1 : 0);
        json_array_append_new(list, json_stringn(rest.p, n));
        rest = (struct str){rest.p + skip, rest.n - skip};
    }
    if (buf_ok(&names))
        return list;
    json_decref(list);
    return NULL;
}

static json_t *statement_json(const struct plan_statement *s)
{
    json_t *o = json_object();
    if (o && put(o, "sql", text(s->sql)) && (!s->probe.p || put(o, "probe", text(s->probe))))
        return o;
    json_decref(o);
    return NULL;
}

static json_t *statements_json(const struct plan_step *s)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < s->statement_count; i++) {
        if (json_array_append_new(list, statement_json(&s->statements[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *amount(uint64_t n)
{
    return n > INT64_MAX ? json_string("unknown") : json_integer((json_int_t)n);
}

static json_t *estimate_json(const struct plan_step *s)
{
    return s->rows > INT64_MAX && s->bytes > INT64_MAX
               ? json_string("unknown")
               : json_pack("{so, so}", "rows", amount(s->rows), "bytes", amount(s->bytes));
}

static json_t *depends_json(const struct plan_step *s)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < s->depend_count; i++) {
        if (json_array_append_new(list, json_integer((json_int_t)s->depends[i] + 1)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static bool put_what(json_t *o, const struct plan_step *s)
{
    return put(o, "operation", json_string(word_name(op_words, s->op))) &&
           put(o, "object", text(s->object)) && put(o, "way", text(s->way)) &&
           put(o, "summary", text(s->summary)) && put(o, "why", text_or_null(s->why)) &&
           put(o, "statements", statements_json(s)) &&
           put(o, "inverse",
               s->inverse_count ? texts(s->inverse, s->inverse_count) : json_null()) &&
           put(o, "reversible", json_boolean(s->reversible));
}

/* How much of the document is wanted. */
enum extent {
    CARRIED_OUT, /* what a run does, the same each time: the digest covers it */
    ALL,     /* with what was found on the way, as sizes and the rehearsal: the seal covers it */
    DOCUMENT /* with the seal */
};

static bool put_how(json_t *o, const struct plan_step *s, enum extent extent)
{
    return put(o, "depends", depends_json(s)) && put(o, "group", json_integer(s->group)) &&
           put(o, "transaction", json_string(word_name(txn_words, s->txn))) &&
           put(o, "phase", json_string(word_name(phase_words, s->phase))) &&
           put(o, "lock", json_string(word_name(lock_words, s->lock))) &&
           put(o, "hazards", hazard_names(s->hazards)) &&
           put(o, "rewrites", json_boolean(s->rewrites)) &&
           put(o, "scans", json_boolean(s->scans)) &&
           (extent == CARRIED_OUT || put(o, "estimate", estimate_json(s))) &&
           put(o, "downtime", json_string(step_downtime(s))) &&
           put(o, "timeouts",
               json_pack("{sI, sI}", "lock_ms", (json_int_t)s->lock_ms, "run_ms",
                         (json_int_t)s->run_ms));
}

static json_t *steps_json(const struct moult_plan *plan, enum extent extent)
{
    CLEANUP_JSON json_t *list = json_array();
    for (size_t i = 0; i < plan->step_count; i++) {
        json_t *o = json_object();
        if (json_array_append_new(list, o) != 0 || !put(o, "id", json_integer((json_int_t)i + 1)) ||
            !put_what(o, &plan->steps[i]) || !put_how(o, &plan->steps[i], extent))
            return NULL;
    }
    return json_incref(list);
}

static json_t *rehearsal_json(const struct moult_plan *plan, enum extent extent)
{
    CLEANUP_JSON json_t *o = json_object();
    bool ok = put(o, "status", json_string(plan->rehearsed ? "passed" : "not done")) &&
              put(o, "at", plan->rehearsed ? text_or_null(plan->rehearsed_at) : json_null()) &&
              put(o, "on", plan->rehearsed ? text_or_null(plan->rehearsed_on) : json_null()) &&
              put(o, "not_rehearsed", texts(plan->not_rehearsed, plan->not_rehearsed_count)) &&
              (extent != DOCUMENT || put(o, "seal", json_string(plan->seal)));
    return ok ? json_incref(o) : NULL;
}

static json_t *plan_json(const struct moult_plan *plan, enum extent extent)
{
    CLEANUP_JSON json_t *o = json_object();
    bool ok = put(o, "format", json_string(PLAN_FORMAT)) &&
              put(o, "class", json_string(plan->klass)) && put(o, "adapter", text(plan->adapter)) &&
              put(o, "from", json_string(plan->from)) && put(o, "to", json_string(plan->to)) &&
              put(o, "steps", steps_json(plan, extent)) &&
              put(o, "hazards", hazard_names(plan->hazards));
    if (ok && extent != CARRIED_OUT)
        ok = put(o, "server", text(plan->server)) &&
             put(o, "warnings", texts(plan->warnings, plan->warning_count)) &&
             put(o, "rehearsal", rehearsal_json(plan, extent)) &&
             put(o, "digest", json_string(plan->digest));
    return ok ? json_incref(o) : NULL;
}

/* Says which text JSON cannot hold, since that is what fails here but for memory. */
static moult_status cannot_write(const struct moult_plan *plan, moult_error *err)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct plan_step *s = &plan->steps[i];
        bool ok =
            str_utf8(s->object) && str_utf8(s->way) && str_utf8(s->summary) && str_utf8(s->why);
        for (size_t k = 0; k < s->statement_count; k++)
            ok = ok && str_utf8(s->statements[k].sql) && str_utf8(s->statements[k].probe);
        for (size_t k = 0; k < s->inverse_count; k++)
            ok = ok && str_utf8(s->inverse[k]);
        if (ok)
            continue;
        error_set(err, MOULT_ERR_UNSUPPORTED,
                  "step %zu cannot be written down: its text is not UTF-8", i + 1);
        error_detail_str(err, "object", s->object);
        error_detail(err, "hint", "give the object a definition in UTF-8");
        return MOULT_ERR_UNSUPPORTED;
    }
    return error_nomem(err);
}

static char *dump(const struct moult_plan *plan, enum extent extent)
{
    CLEANUP_JSON json_t *o = plan_json(plan, extent);
    return o ? json_dumps(o, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
}

static moult_status digest_of(const struct moult_plan *plan, enum extent extent, char out[65],
                              moult_error *err)
{
    CLEANUP_FREE char *bytes = dump(plan, extent);
    if (!bytes)
        return cannot_write(plan, err);
    if (!sha256_hex(str_of(bytes), out))
        return error_set(err, MOULT_ERR_INTERNAL, "cannot make a digest");
    return MOULT_OK;
}

moult_status plan_seal(struct moult_plan *plan, moult_error *err)
{
    plan->hazards = 0;
    for (size_t i = 0; i < plan->step_count; i++)
        plan->hazards |= plan->steps[i].hazards;
    moult_status st = digest_of(plan, CARRIED_OUT, plan->digest, err);
    return st == MOULT_OK ? digest_of(plan, ALL, plan->seal, err) : st;
}

moult_status plan_write_json(const struct moult_plan *plan, moult_write_fn *write, void *arg,
                             moult_error *err)
{
    CLEANUP_FREE char *bytes = dump(plan, DOCUMENT);
    if (!bytes)
        return cannot_write(plan, err);
    moult_status st = write(arg, bytes, strlen(bytes));
    if (st == MOULT_OK)
        st = write(arg, "\n", 1);
    return st == MOULT_OK ? st : error_set(err, st, "cannot write the plan");
}
