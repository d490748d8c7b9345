/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail: each record's hash covers the one before. */
#include "chain.h"

#include <inttypes.h>
#include <jansson.h>

#include "../base/buf.h"
#include "../base/cleanup.h"
#include "../base/sha256.h"
#include "ledger.h"

#define NO_RECORD "0000000000000000000000000000000000000000000000000000000000000000"

static moult_status digest(const char *prev, const char *run, const char *event, const char *at,
                           const char *body, char out[65])
{
    CLEANUP_SHA256 struct sha256 *h = sha256_new();
    uint8_t raw[32];
    bool ok = h && sha256_start(h) && sha256_add_field(h, str_of(prev)) &&
              sha256_add_field(h, str_of(run)) && sha256_add_field(h, str_of(event)) &&
              sha256_add_field(h, str_of(at)) && sha256_add_field(h, str_of(body)) &&
              sha256_end(h, raw);
    if (ok)
        sha256_print(raw, out);
    return ok ? MOULT_OK : MOULT_ERR_NOMEM;
}

/* SQL as JSON takes it: a text that is not UTF-8 is kept in hexadecimal. */
static void put_sql(struct buf *b, struct str sql)
{
    if (str_utf8(sql)) {
        buf_puts(b, ",\"sql\":");
        buf_json(b, sql);
        return;
    }
    buf_puts(b, ",\"sql_hex\":\"");
    buf_hex(b, (const uint8_t *)sql.p, sql.n);
    buf_char(b, '"');
}

/* What the hash covers is the body without the member "hash", which is its first. */
#define HASH_MEMBER "{\"hash\":\""
#define HASH_END (sizeof HASH_MEMBER - 1 + 64 + 2) /* behind the comma */

moult_status chain_link(const char *head, const char *run, const char *at, struct str sql,
                        struct statement_ref place, uint64_t rows, char **body, char hash[65],
                        moult_error *err)
{
    CLEANUP_BUF struct buf plain = {0}, all = {0};
    buf_char(&plain, '{');
    if (place.inverse)
        buf_printf(&plain, "\"inverse\":%zu,", place.statement);
    buf_printf(&plain, "\"prev\":\"%s\"", head);
    if (rows <= INT64_MAX)
        buf_printf(&plain, ",\"rows\":%" PRIu64, rows);
    put_sql(&plain, sql);
    if (!place.inverse)
        buf_printf(&plain, ",\"statement\":%zu", place.statement);
    buf_printf(&plain, ",\"step\":%zu}", place.step);
    *body = NULL;
    if (!buf_ok(&plain) || digest(head, run, "sql", at, plain.p, hash) != MOULT_OK)
        return error_nomem(err);
    buf_printf(&all, HASH_MEMBER "%s\",", hash);
    buf_add(&all, plain.p + 1, plain.n - 1);
    if (!buf_ok(&all))
        return error_nomem(err);
    *body = all.p;
    all = (struct buf){0};
    return MOULT_OK;
}

/* Copies the member KEY, 64 digits, of BODY. */
static bool hash_of(const json_t *body, const char *key, char out[65])
{
    const char *text = json_string_value(json_object_get(body, key));
    uint8_t raw[32];
    if (!text || !sha256_parse(str_of(text), raw))
        return false;
    memcpy(out, text, 65);
    return true;
}

static moult_status on_head(void *arg, const moult_record *record)
{
    struct buf *latest = arg;
    buf_clear(latest);
    buf_add(latest, record->body, record->body_len);
    return buf_ok(latest) ? MOULT_OK : MOULT_ERR_NOMEM;
}

moult_status chain_head(const moult_targets *t, moult_session *s, char out[65], moult_error *err)
{
    CLEANUP_BUF struct buf latest = {0};
    memcpy(out, NO_RECORD, 65);
    moult_status st =
        PLUGIN_CALL(t->adapter.reader, records, s, MOULT_RECORD_AUDIT,
                    MOULT_RECORDS_LAST, on_head, &latest, err);
    if (st != MOULT_OK || !latest.n)
        return st == MOULT_ERR_NOMEM ? error_nomem(err) : st;
    json_t *body = json_loadb(latest.p, latest.n, 0, NULL);
    bool ok = hash_of(body, "hash", out);
    json_decref(body);
    if (ok)
        return MOULT_OK;
    error_set(err, MOULT_ERR_CORRUPT, "the audit trail is damaged: a record has no hash");
    error_detail(err, "hint", "moult audit says which one");
    return MOULT_ERR_CORRUPT;
}

/* ---- verification ---- */

/* The heads that ended runs name, in the order of the runs. */
struct seen {
    char head[65];
    uint64_t count, broken; /* sequence number of the first that does not hold; 0: none */
    const char *why;
    struct arena arena;
    char (*heads)[65]; /* which the chain had, sorted for the search */
    size_t head_count, head_cap;
};

static void cleanup_seen(struct seen *s)
{
    arena_free(&s->arena);
}

static moult_status broken(struct seen *s, const moult_record *record, const char *why)
{
    s->broken = record->seq;
    s->why = why;
    return MOULT_ERR_CORRUPT;
}

static moult_status on_audit(void *arg, const moult_record *record)
{
    struct seen *s = arg;
    char hash[65], prev[65], now[65];
    json_t *body = json_loadb(record->body, record->body_len, 0, NULL);
    bool readable = hash_of(body, "hash", hash) && hash_of(body, "prev", prev) &&
                    record->body_len > HASH_END && record->body[HASH_END - 1] == ',' &&
                    memcmp(record->body, HASH_MEMBER, sizeof HASH_MEMBER - 1) == 0;
    json_decref(body);
    if (!readable)
        return broken(s, record, "its body cannot be read");
    CLEANUP_BUF struct buf plain = {0};
    buf_char(&plain, '{');
    buf_add(&plain, record->body + HASH_END, record->body_len - HASH_END);
    if (!buf_ok(&plain) ||
        digest(prev, record->run, record->event, record->at, plain.p, now) != MOULT_OK)
        return MOULT_ERR_NOMEM;
    if (strcmp(now, hash) != 0)
        return broken(s, record, "it was changed after it was written");
    if (strcmp(prev, s->head) != 0)
        return broken(s, record, "a record before it is missing or out of order");
    memcpy(s->head, hash, sizeof hash);
    s->count++;
    char(*slot)[65] = ARENA_PUSH(&s->arena, s->heads, s->head_count, s->head_cap);
    if (!slot)
        return MOULT_ERR_NOMEM;
    memcpy(*slot, hash, sizeof hash);
    return MOULT_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 65);
}

static moult_status on_run_end(void *arg, const moult_record *record)
{
    struct seen *s = arg;
    if (strcmp(record->event, "done") != 0 && strcmp(record->event, "undone") != 0)
        return MOULT_OK;
    char named[65];
    json_t *body = json_loadb(record->body, record->body_len, 0, NULL);
    bool ok = hash_of(body, "audit", named);
    json_decref(body);
    if (!ok)
        return broken(s, record, "the run's end does not name the chain's head");
    bool known = strcmp(named, NO_RECORD) == 0 ||
                 (s->head_count && bsearch(named, s->heads, s->head_count, 65, by_bytes));
    return known ? MOULT_OK
                 : broken(s, record, "the last records before the run's end are missing");
}

moult_status ledger_verify(const moult_targets *t, moult_session *s, uint64_t *count,
                           moult_error *err)
{
    CLEANUP(cleanup_seen) struct seen seen = {.head = NO_RECORD};
    const moult_reader *reader = t->adapter.reader;
    const char *table = "audit";
    moult_status st = PLUGIN_CALL(reader, records, s, MOULT_RECORD_AUDIT, 0, on_audit, &seen, err);
    if (st == MOULT_OK) {
        table = "run";
        if (seen.head_count)
            qsort(seen.heads, seen.head_count, 65, by_bytes);
        st = PLUGIN_CALL(reader, records, s, MOULT_RECORD_RUN, 0, on_run_end, &seen, err);
    }
    *count = seen.count;
    if (!seen.broken)
        return st;
    error_set(err, MOULT_ERR_CORRUPT, "the audit trail does not hold: %s record %llu: %s", table,
              (unsigned long long)seen.broken, seen.why);
    error_detail(err, "hint",
                 "somebody wrote to moult's tables, or a backup of another time was mixed in");
    return MOULT_ERR_CORRUPT;
}
