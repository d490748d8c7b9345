/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the plan document: canonical JSON (RFC 8785), so that equal plans are equal bytes, straight from the plan.
 * docs/schemas/plan.json */
#include "../base/cleanup.h"
#include "../base/sha256.h"
#include "../schema/stream.h"
#include "hazards.h"
#include "words.h"

/* How much of the document is wanted. */
enum extent {
    CARRIED_OUT, /* what a run does, the same each time: the digest covers it */
    ALL,         /* with what was found on the way, as sizes and the rehearsal: the seal covers it */
    DOCUMENT     /* with the seal */
};

struct out {
    struct stream s;
    enum extent extent;
    bool first; /* nothing stands behind the last "{" or "[" */
};

/* ---- values; members come in the order of their names ---- */

static void enter(struct out *o, char bracket)
{
    buf_char(&o->s.buf, bracket);
    o->first = true;
}

static void leave(struct out *o, char bracket)
{
    buf_char(&o->s.buf, bracket);
    o->first = false;
}

/* WORD needs no escapes. */
static void quote(struct out *o, const char *word)
{
    buf_char(&o->s.buf, '"');
    buf_puts(&o->s.buf, word);
    buf_char(&o->s.buf, '"');
}

static void name(struct out *o, const char *key)
{
    stream_comma(&o->s, &o->first);
    quote(o, key);
    buf_char(&o->s.buf, ':');
}

static void word(struct out *o, const char *key, const char *value)
{
    name(o, key);
    quote(o, value);
}

static void digits(struct out *o, uint64_t value)
{
    char all[20], *p = all + sizeof all;
    do
        *--p = (char)('0' + value % 10);
    while (value /= 10);
    buf_add(&o->s.buf, p, (size_t)(all + sizeof all - p));
}

static void number(struct out *o, const char *key, uint64_t value)
{
    name(o, key);
    digits(o, value);
}

static void boolean(struct out *o, const char *key, bool value)
{
    name(o, key);
    buf_puts(&o->s.buf, value ? "true" : "false");
}

static void text(struct out *o, const char *key, struct str value)
{
    name(o, key);
    stream_json(&o->s, NULL, value.p ? value : STR(""));
}

static void text_or_null(struct out *o, const char *key, struct str value)
{
    if (value.p) {
        text(o, key, value);
        return;
    }
    name(o, key);
    buf_puts(&o->s.buf, "null");
}

static void texts(struct out *o, const char *key, const struct str *items, size_t count)
{
    name(o, key);
    enter(o, '[');
    for (size_t i = 0; i < count; i++) {
        stream_comma(&o->s, &o->first);
        stream_json(&o->s, NULL, items[i].p ? items[i] : STR(""));
    }
    leave(o, ']');
}

static void hazard_names(struct out *o, uint32_t bits)
{
    name(o, "hazards");
    buf_puts(&o->s.buf, bits ? "[\"" : "[");
    hazards_list(&o->s.buf, bits, "\",\"");
    buf_puts(&o->s.buf, bits ? "\"]" : "]");
}

/* ---- steps ---- */

static void amount(struct out *o, const char *key, uint64_t n)
{
    if (n > INT64_MAX)
        word(o, key, "unknown");
    else
        number(o, key, n);
}

static void estimate(struct out *o, const struct plan_step *s)
{
    if (s->rows > INT64_MAX && s->bytes > INT64_MAX) {
        word(o, "estimate", "unknown");
        return;
    }
    name(o, "estimate");
    enter(o, '{');
    amount(o, "bytes", s->bytes);
    amount(o, "rows", s->rows);
    leave(o, '}');
}

static void depends(struct out *o, const struct plan_step *s)
{
    name(o, "depends");
    enter(o, '[');
    for (size_t i = 0; i < s->depend_count; i++) {
        stream_comma(&o->s, &o->first);
        digits(o, (uint64_t)s->depends[i] + 1);
    }
    leave(o, ']');
}

static void statements(struct out *o, const struct plan_step *s)
{
    name(o, "statements");
    enter(o, '[');
    for (size_t i = 0; i < s->statement_count; i++) {
        stream_comma(&o->s, &o->first);
        enter(o, '{');
        if (s->statements[i].probe.p)
            text(o, "probe", s->statements[i].probe);
        text(o, "sql", s->statements[i].sql);
        leave(o, '}');
    }
    leave(o, ']');
}

static void inverse(struct out *o, const struct plan_step *s)
{
    if (s->inverse_count)
        texts(o, "inverse", s->inverse, s->inverse_count);
    else
        text_or_null(o, "inverse", (struct str){0});
}

static void step(struct out *o, const struct plan_step *s, size_t id)
{
    stream_comma(&o->s, &o->first);
    enter(o, '{');
    depends(o, s);
    word(o, "downtime", step_downtime(s));
    if (o->extent != CARRIED_OUT)
        estimate(o, s);
    number(o, "group", s->group);
    hazard_names(o, s->hazards);
    number(o, "id", id);
    inverse(o, s);
    word(o, "lock", word_name(lock_words, s->lock));
    text(o, "object", s->object);
    word(o, "operation", word_name(op_words, s->op));
    word(o, "phase", word_name(phase_words, s->phase));
    boolean(o, "reversible", s->reversible);
    boolean(o, "rewrites", s->rewrites);
    boolean(o, "scans", s->scans);
    statements(o, s);
    text(o, "summary", s->summary);
    name(o, "timeouts");
    enter(o, '{');
    number(o, "lock_ms", s->lock_ms);
    number(o, "run_ms", s->run_ms);
    leave(o, '}');
    word(o, "transaction", word_name(txn_words, s->txn));
    text(o, "way", s->way);
    text_or_null(o, "why", s->why);
    leave(o, '}');
    stream_pass(&o->s);
}

/* ---- the document ---- */

static void rehearsal(struct out *o, const struct moult_plan *plan)
{
    struct str none = {0};
    name(o, "rehearsal");
    enter(o, '{');
    text_or_null(o, "at", plan->rehearsed ? plan->rehearsed_at : none);
    texts(o, "not_rehearsed", plan->not_rehearsed, plan->not_rehearsed_count);
    text_or_null(o, "on", plan->rehearsed ? plan->rehearsed_on : none);
    if (o->extent == DOCUMENT)
        word(o, "seal", plan->seal);
    word(o, "status", plan->rehearsed ? "passed" : "not done");
    leave(o, '}');
}

static void document(struct out *o, const struct moult_plan *plan)
{
    bool all = o->extent != CARRIED_OUT;
    enter(o, '{');
    text(o, "adapter", plan->adapter);
    text(o, "class", str_of(plan->klass));
    if (all)
        word(o, "digest", plan->digest);
    word(o, "format", PLAN_FORMAT);
    word(o, "from", plan->from);
    hazard_names(o, plan->hazards);
    if (all) {
        rehearsal(o, plan);
        text(o, "server", plan->server);
    }
    name(o, "steps");
    enter(o, '[');
    for (size_t i = 0; i < plan->step_count; i++)
        step(o, &plan->steps[i], i + 1);
    leave(o, ']');
    word(o, "to", plan->to);
    if (all)
        texts(o, "warnings", plan->warnings, plan->warning_count);
    leave(o, '}');
}

static bool step_utf8(const struct plan_step *s)
{
    bool ok = str_utf8(s->object) && str_utf8(s->way) && str_utf8(s->summary) && str_utf8(s->why);
    for (size_t k = 0; k < s->statement_count; k++)
        ok = ok && str_utf8(s->statements[k].sql) && str_utf8(s->statements[k].probe);
    for (size_t k = 0; k < s->inverse_count; k++)
        ok = ok && str_utf8(s->inverse[k]);
    return ok;
}

/* Says which text JSON cannot hold. */
static moult_status cannot_write(const struct moult_plan *plan, moult_error *err)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        if (step_utf8(&plan->steps[i]))
            continue;
        error_set(err, MOULT_ERR_UNSUPPORTED,
                  "step %zu cannot be written down: its text is not UTF-8", i + 1);
        error_detail_str(err, "object", plan->steps[i].object);
        error_detail(err, "hint", "give the object a definition in UTF-8");
        return MOULT_ERR_UNSUPPORTED;
    }
    return error_set(err, MOULT_ERR_INVALID, "cannot write the plan: a text is not UTF-8");
}

static moult_status write_document(const struct moult_plan *plan, enum extent extent,
                                   moult_write_fn *write, void *arg, moult_error *err)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    struct out o = {.s = {.write = write, .arg = arg, .err = why}, .extent = extent, .first = true};
    if (!why)
        return error_nomem(err);
    document(&o, plan);
    if (extent == DOCUMENT)
        buf_char(&o.s.buf, '\n');
    moult_status st = stream_end(&o.s, "plan");
    if (st == MOULT_ERR_INVALID) /* the stream's own word for what is not UTF-8 */
        return cannot_write(plan, err);
    return st == MOULT_OK ? st : error_set(err, st, "cannot write the plan");
}

static moult_status into_digest(void *arg, const char *bytes, size_t len)
{
    return sha256_add(arg, bytes, len) ? MOULT_OK : MOULT_ERR_INTERNAL;
}

static moult_status digest_of(const struct moult_plan *plan, enum extent extent, char out[65],
                              moult_error *err)
{
    uint8_t raw[32];
    CLEANUP_SHA256 struct sha256 *h = sha256_new();
    if (!h || !sha256_start(h))
        return error_set(err, MOULT_ERR_INTERNAL, "cannot make a digest");
    moult_status st = write_document(plan, extent, into_digest, h, err);
    if (st != MOULT_OK)
        return st;
    if (!sha256_end(h, raw))
        return error_set(err, MOULT_ERR_INTERNAL, "cannot make a digest");
    sha256_print(raw, out);
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
    return write_document(plan, DOCUMENT, write, arg, err);
}
