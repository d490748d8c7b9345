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
    char who[128];
    actor(who, sizeof who);
    json_t *plan_json = json_loadb(document.p, document.n, 0, NULL);
    if (!plan_json)
        return error_set(err, MOULT_ERR_INTERNAL, "the plan cannot be kept as JSON");
    json_t *body = json_pack("{s:s, s:s%, s:o}", "tool", "moult " MOULT_VERSION, "actor", who,
                             strnlen(who, sizeof who), "plan", plan_json);
    if (!body) /* a user's name that is not UTF-8 */
        body = json_pack("{s:s, s:o}", "tool", "moult " MOULT_VERSION, "plan", plan_json);
    return append_json(l, MOULT_RECORD_RUN, "open", body, err);
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

moult_status ledger_audit(struct ledger *l, struct str sql, size_t step, uint64_t rows,
                          moult_error *err)
{
    char now[LEDGER_TIME];
    ledger_now(now);
    CLEANUP_FREE char *text = NULL;
    char hash[65];
    moult_status st = chain_link(l->head, l->run, now, sql, step, rows, &text, hash, err);
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
    struct step_state *steps;
    size_t step_count;
    bool undoing;
};

static bool ends_run(const char *event)
{
    return strcmp(event, "done") == 0 || strcmp(event, "undone") == 0;
}

static moult_status scan(const moult_targets *t, moult_session *s, uint32_t table,
                         moult_record_fn *fn, struct reading *r, moult_error *err)
{
    return PLUGIN_CALL(t->adapter.reader, records, s, table, 0, fn, r, err);
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

static moult_status damaged(const struct open_run *o, const char *what, moult_error *err)
{
    error_set(err, MOULT_ERR_CORRUPT, "the books of the open run %s are damaged: %s", o->run, what);
    error_detail(err, "hint", "nothing was done; look at the database and its moult_run table");
    return MOULT_ERR_CORRUPT;
}

static moult_status read_body(struct open_run *o, struct str body, moult_error *err)
{
    json_error_t why;
    json_t *json = json_loadb(body.p, body.n, 0, &why);
    if (!json)
        return damaged(o, why.text, err);
    snprintf(o->actor, sizeof o->actor, "%s",
             json_is_string(json_object_get(json, "actor"))
                 ? json_string_value(json_object_get(json, "actor"))
                 : "somebody");
    CLEANUP_FREE char *text = json_dumps(json_object_get(json, "plan"), JSON_COMPACT);
    json_decref(json);
    if (!text)
        return damaged(o, "it holds no plan", err);
    moult_status st = plan_read_json(str_of(text), "plan of the open run", &o->plan, err);
    return st == MOULT_OK ? st : (error_prefix(err, "the open run %s", o->run), st);
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
    struct reading r = {.open = out};
    moult_status st = scan(t, s, MOULT_RECORD_RUN, on_run, &r, err);
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
    moult_status st = scan(t, s, MOULT_RECORD_RUN, on_end, &r, err);
    *done = r.done;
    return st;
}

static void note_step(struct reading *r, const char *event, size_t step, size_t statement)
{
    if (step >= r->step_count)
        return;
    struct step_state *s = &r->steps[step];
    if (strcmp(event, "intent") == 0)
        s->intent = true;
    else if (strcmp(event, "done") == 0) {
        s->done = statement + 1 > s->done ? statement + 1 : s->done;
        s->intent = false;
    } else if (strcmp(event, "undo") == 0)
        s->undo = true;
    else if (strcmp(event, "undone") == 0)
        s->undone = true;
}

static moult_status on_step(void *arg, const moult_record *record)
{
    struct reading *r = arg;
    if (strcmp(record->run, r->wanted) != 0)
        return MOULT_OK;
    if (record->table == MOULT_RECORD_RUN) {
        r->undoing = r->undoing || strcmp(record->event, "undoing") == 0;
        return MOULT_OK;
    }
    json_t *body = json_loadb(record->body, record->body_len, 0, NULL);
    json_int_t step = json_integer_value(json_object_get(body, "step"));
    json_int_t statement = json_integer_value(json_object_get(body, "statement"));
    bool whole = json_is_integer(json_object_get(body, "step")) && step >= 0 && statement >= 0;
    json_decref(body);
    if (!whole)
        return MOULT_ERR_CORRUPT;
    note_step(r, record->event, (size_t)step, (size_t)statement);
    return MOULT_OK;
}

moult_status ledger_progress(const moult_targets *t, moult_session *s, const struct open_run *o,
                             struct step_state *steps, bool *undoing, moult_error *err)
{
    struct reading r = {.wanted = o->run, .steps = steps, .step_count = o->plan->step_count};
    moult_status st = scan(t, s, MOULT_RECORD_RUN, on_step, &r, err);
    if (st == MOULT_OK)
        st = scan(t, s, MOULT_RECORD_STEP, on_step, &r, err);
    *undoing = r.undoing;
    return st == MOULT_ERR_CORRUPT && moult_error_code(err) == MOULT_OK
               ? damaged(o, "a step's record cannot be read", err)
               : st;
}
