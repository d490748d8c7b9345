/* SPDX-License-Identifier: Apache-2.0 */
/* Writing and reading the bookkeeping.  The audit chain is in chain.c. */
#include "ledger.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "../base/buf.h"
#include "../base/cleanup.h"
#include "chain.h"

#define THIS_TOOL "moult " MOULT_VERSION

void ledger_now(char out[LEDGER_TIME])
{
    struct timespec ts;
    struct tm tm;
    char day[24];
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, LEDGER_TIME, "%s.%03dZ", day, (int)(ts.tv_nsec / 1000000));
}

/* Sorts by time, so that people find it; unique by its second half. */
static moult_status new_id(char out[48], moult_error *err)
{
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return error_set(err, MOULT_ERR_INTERNAL, "the system gives no random numbers");
    struct timespec ts;
    struct tm tm;
    char day[24];
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    strftime(day, sizeof day, "%Y%m%dT%H%M%S", &tm);
    snprintf(out, 48, "%s-%016llx", day, (unsigned long long)random);
    return MOULT_OK;
}

/* Who does it: the user of the process and the machine. */
static void actor(char *out, size_t n)
{
    char host[65] = "", room[1024];
    struct passwd pw, *found = NULL;
    if (gethostname(host, sizeof host - 1))
        host[0] = 0;
    if (getpwuid_r(geteuid(), &pw, room, sizeof room, &found) == 0 && found)
        snprintf(out, n, "%s@%s", found->pw_name, host);
    else
        snprintf(out, n, "uid %lu@%s", (unsigned long)geteuid(), host);
}

/* ---- writing ---- */

static moult_status append(struct ledger *l, uint32_t table, const char *event, const char *at,
                           struct str body, moult_error *err)
{
    moult_record record = {.size = MOULT_END(moult_record, body_len),
                           .table = table,
                           .run = l->run,
                           .event = event,
                           .at = at,
                           .body = body.p,
                           .body_len = body.n};
    moult_status st = PLUGIN_CALL(l->t->adapter.writer, record_append, l->session, &record, err);
    return st == MOULT_OK ? st : (error_prefix(err, "cannot keep the books of the run"), st);
}

static moult_status append_json(struct ledger *l, uint32_t table, const char *event, json_t *body,
                                moult_error *err)
{
    char now[LEDGER_TIME];
    ledger_now(now);
    CLEANUP_FREE char *text = body ? json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(body);
    return text ? append(l, table, event, now, str_of(text), err) : error_nomem(err);
}

moult_status ledger_start(struct ledger *l, const moult_targets *t, moult_session *s,
                          moult_error *err)
{
    *l = (struct ledger){.t = t, .session = s};
    moult_status st = PLUGIN_CALL(t->adapter.writer, record_open, s, err);
    if (st == MOULT_OK)
        st = chain_head(t, s, l->head, err);
    return st == MOULT_OK ? new_id(l->run, err) : st;
}

static moult_status into_buf(void *arg, const char *bytes, size_t len)
{
    buf_add(arg, bytes, len);
    return buf_ok(arg) ? MOULT_OK : MOULT_ERR_NOMEM;
}

moult_status ledger_open_run(struct ledger *l, const struct moult_plan *plan, moult_error *err)
{
    CLEANUP_BUF struct buf document = {0};
    moult_status st = plan_write_json(plan, into_buf, &document, err);
    if (st != MOULT_OK)
        return st;
    char who[128], now[LEDGER_TIME];
    actor(who, sizeof who);
    CLEANUP_BUF struct buf body = {0};
    buf_puts(&body, "{");
    if (str_utf8(str_of(who))) {
        buf_puts(&body, "\"actor\":");
        buf_json(&body, str_of(who));
        buf_puts(&body, ",");
    }
    buf_puts(&body, "\"plan\":");
    buf_add(&body, document.p, document.n - 1); /* without its line end */
    buf_puts(&body, ",\"tool\":\"" THIS_TOOL "\"}");
    ledger_now(now);
    return buf_ok(&body) ? append(l, MOULT_RECORD_RUN, "open", now, buf_view(&body), err)
                         : error_nomem(err);
}

moult_status ledger_run(struct ledger *l, const char *event, moult_error *err)
{
    return append_json(l, MOULT_RECORD_RUN, event, json_pack("{s:s}", "audit", l->head), err);
}

moult_status ledger_step(struct ledger *l, const char *event, size_t step, size_t statement,
                         moult_error *err)
{
    json_t *body = json_pack("{s:I}", "step", (json_int_t)step);
    if (body && statement != SIZE_MAX &&
        json_object_set_new(body, "statement", json_integer((json_int_t)statement)))
        return json_decref(body), error_nomem(err);
    return append_json(l, MOULT_RECORD_STEP, event, body, err);
}

moult_status ledger_audit(struct ledger *l, struct str sql, struct statement_ref place,
                          uint64_t rows, moult_error *err)
{
    char now[LEDGER_TIME];
    ledger_now(now);
    CLEANUP_FREE char *text = NULL;
    char hash[65];
    moult_status st = chain_link(l->head, l->run, now, sql, place, rows, &text, hash, err);
    if (st == MOULT_OK)
        st = append(l, MOULT_RECORD_AUDIT, "sql", now, str_of(text), err);
    if (st == MOULT_OK)
        memcpy(l->head, hash, sizeof hash);
    return st;
}

/* ---- reading ---- */

struct reading {
    struct open_run *open;
    struct buf body;
    const char *wanted; /* run, or NULL */
    bool done;
    const struct moult_plan *plan;
    struct progress *progress;
};

static bool ends_run(const char *event)
{
    return strcmp(event, "done") == 0 || strcmp(event, "undone") == 0;
}

static moult_status scan(const moult_targets *t, moult_session *s, uint32_t table, uint64_t after,
                         moult_record_fn *fn, struct reading *r, moult_error *err)
{
    return PLUGIN_CALL(t->adapter.reader, records, s, table, after, fn, r, err);
}

static moult_status on_last(void *arg, const moult_record *record)
{
    struct reading *r = arg;
    r->done = ends_run(record->event);
    return MOULT_OK;
}

static moult_status on_run(void *arg, const moult_record *record)
{
    struct reading *r = arg;
    struct open_run *o = r->open;
    if (!o->run[0] && strcmp(record->event, "open") == 0) {
        snprintf(o->run, sizeof o->run, "%s", record->run);
        snprintf(o->at, sizeof o->at, "%s", record->at);
        buf_clear(&r->body);
        buf_add(&r->body, record->body, record->body_len);
        return buf_ok(&r->body) ? MOULT_OK : MOULT_ERR_NOMEM;
    }
    if (ends_run(record->event) && strcmp(o->run, record->run) == 0)
        o->run[0] = 0;
    return MOULT_OK;
}

static moult_status damaged(const char *run, const char *what, moult_error *err)
{
    error_set(err, MOULT_ERR_CORRUPT, "the books of the open run %s are damaged: %s", run, what);
    error_detail(err, "hint", "nothing was done; look at the database and its moult_run table");
    return MOULT_ERR_CORRUPT;
}

/* A plan that cannot be read: of a newer moult, which can, or else damaged. */
static moult_status unreadable(const struct open_run *o, const char *tool, const moult_error *why,
                               moult_error *err)
{
    if (!tool || strcmp(tool, THIS_TOOL) == 0)
        return damaged(o->run, moult_error_message(why), err);
    error_set(err, MOULT_ERR_OPEN_RUN,
              "the open run %s was begun by %s, and this " THIS_TOOL " cannot read its plan",
              o->run, tool);
    error_detail(err, "detail", "%s", moult_error_message(why));
    error_detail(err, "hint", "nothing was done; end the run with the version that began it");
    return MOULT_ERR_OPEN_RUN;
}

static moult_status read_body(struct open_run *o, struct str body, moult_error *err)
{
    json_error_t problem;
    json_t *json = json_loadb(body.p, body.n, 0, &problem);
    if (!json)
        return damaged(o->run, problem.text, err);
    const char *actor = json_string_value(json_object_get(json, "actor"));
    const char *tool = json_string_value(json_object_get(json, "tool"));
    snprintf(o->actor, sizeof o->actor, "%s", actor ? actor : "somebody");
    CLEANUP_FREE char *text = json_dumps(json_object_get(json, "plan"), JSON_COMPACT);
    CLEANUP_ERROR moult_error *why = moult_error_new();
    moult_status st = MOULT_ERR_CORRUPT;
    if (!why)
        st = error_nomem(err);
    else if (!text)
        st = damaged(o->run, "it holds no plan", err);
    else {
        st = plan_read_json(str_of(text), "plan of the open run", &o->plan, why);
        if (st == MOULT_ERR_NOMEM)
            st = error_nomem(err);
        else if (st != MOULT_OK)
            st = unreadable(o, tool, why, err);
    }
    json_decref(json);
    return st;
}

void open_run_free(struct open_run *o)
{
    plan_free(o->plan);
    *o = (struct open_run){0};
}

moult_status ledger_find_open(const moult_targets *t, moult_session *s, struct open_run *out,
                              moult_error *err)
{
    *out = (struct open_run){0};
    /* No run begins before the one before has ended: the last word tells, and it mostly is an end. */
    struct reading r = {.open = out};
    moult_status st = scan(t, s, MOULT_RECORD_RUN, MOULT_RECORDS_LAST, on_last, &r, err);
    if (st == MOULT_OK && !r.done)
        st = scan(t, s, MOULT_RECORD_RUN, 0, on_run, &r, err);
    if (st == MOULT_OK && out->run[0])
        st = read_body(out, buf_view(&r.body), err);
    buf_free(&r.body);
    if (st != MOULT_OK)
        open_run_free(out);
    return st;
}

static moult_status on_end(void *arg, const moult_record *record)
{
    struct reading *r = arg;
    if (strcmp(record->run, r->wanted) == 0 && strcmp(record->event, "done") == 0)
        r->done = true;
    return MOULT_OK;
}

moult_status ledger_is_done(const moult_targets *t, moult_session *s, const char *run, bool *done,
                            moult_error *err)
{
    struct reading r = {.wanted = run};
    moult_status st = scan(t, s, MOULT_RECORD_RUN, 0, on_end, &r, err);
    *done = r.done;
    return st;
}

static void at_least(size_t *count, size_t n)
{
    *count = *count > n ? *count : n;
}

/* false: the plan has no such statement. */
static bool note_step(struct reading *r, const char *event, struct statement_ref at)
{
    if (at.step >= r->plan->step_count)
        return false;
    const struct plan_step *p = &r->plan->steps[at.step];
    struct step_state *s = &r->progress->steps[at.step];
    bool undo = strcmp(event, "undo") == 0;
    if (at.statement >= (at.inverse || undo ? p->inverse_count : p->statement_count))
        return false;
    if (strcmp(event, "intent") == 0)
        s->intent = true;
    else if (strcmp(event, "failed") == 0)
        s->intent = false;
    else if (strcmp(event, "done") == 0) {
        at_least(&s->done, at.statement + 1);
        s->intent = false;
    } else if (undo)
        at_least(&s->undo, at.statement + 1);
    else if (strcmp(event, "undone") == 0)
        s->undone = true;
    else if (strcmp(event, "sql") == 0)
        at_least(at.inverse ? &s->taken : &s->audited, at.statement + 1);
    return true;
}

static void note_run(struct progress *p, const char *event)
{
    p->undoing = p->undoing || strcmp(event, "undoing") == 0;
    p->ended = p->ended || ends_run(event);
}

static moult_status on_progress(void *arg, const moult_record *record)
{
    struct reading *r = arg;
    if (strcmp(record->run, r->wanted) != 0)
        return MOULT_OK;
    if (record->table == MOULT_RECORD_RUN) {
        note_run(r->progress, record->event);
        return MOULT_OK;
    }
    json_t *body = json_loadb(record->body, record->body_len, 0, NULL);
    const json_t *inverse = json_object_get(body, "inverse");
    json_int_t step = json_integer_value(json_object_get(body, "step"));
    json_int_t statement =
        json_integer_value(inverse ? inverse : json_object_get(body, "statement"));
    bool whole = json_is_integer(json_object_get(body, "step")) && step >= 0 && statement >= 0;
    json_decref(body);
    struct statement_ref at = {(size_t)step, (size_t)statement, inverse != NULL};
    return whole && note_step(r, record->event, at) ? MOULT_OK : MOULT_ERR_CORRUPT;
}

moult_status ledger_progress(const moult_targets *t, moult_session *s, const char *run,
                             const struct moult_plan *plan, struct progress *out, moult_error *err)
{
    static const uint32_t tables[] = {MOULT_RECORD_RUN, MOULT_RECORD_STEP, MOULT_RECORD_AUDIT};
    struct reading r = {.wanted = run, .progress = out, .plan = plan};
    moult_status st = MOULT_OK;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && st == MOULT_OK; i++)
        st = scan(t, s, tables[i], 0, on_progress, &r, err);
    if (st != MOULT_ERR_CORRUPT || moult_error_code(err) != MOULT_OK)
        return st;
    return damaged(run, "a record of a step does not fit its plan", err);
}
