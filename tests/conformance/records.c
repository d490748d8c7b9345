/* SPDX-License-Identifier: Apache-2.0 */
/* records.c - the bookkeeping: rows that are appended, kept in order, and nobody else's. */
#include "write.h"

static const char at[] = "2026-01-02T03:04:05.678Z";

static moult_record record_of(uint32_t table, const char *run, const char *event, const char *body)
{
    return (moult_record){.size = MOULT_END(moult_record, body_len),
                          .table = table,
                          .run = run,
                          .event = event,
                          .at = at,
                          .body = body,
                          .body_len = strlen(body)};
}

static uint64_t append(struct place *p, moult_session *s, uint32_t table, const char *event,
                       const char *body)
{
    moult_record record = record_of(table, "run-1", event, body);
    OK(p->r, "writer.record_append", WRITER(p)->record_append(s, &record, p->r->err));
    REQUIRE(p->r, record.seq > 0, "a record was given no sequence number");
    return record.seq;
}

#define ROWS_MAX 16u
struct rows {
    struct run *r;
    uint64_t seq[ROWS_MAX];
    char *event[ROWS_MAX], *body[ROWS_MAX];
    size_t count;
    uint32_t table;
    size_t stop; /* after so many; 0: never */
};

static moult_status on_record(void *arg, const moult_record *record)
{
    struct rows *x = arg;
    REQUIRE(x->r, x->count < ROWS_MAX, "more records than were appended");
    REQUIRE(x->r, record->size >= MOULT_END(moult_record, body_len) && record->table == x->table,
            "a record of table %u among those of %u", record->table, x->table);
    REQUIRE(x->r, strcmp(record->run, "run-1") == 0 && strcmp(record->at, at) == 0,
            "a record's run or time is not what it was: \"%s\", \"%s\"", record->run, record->at);
    x->seq[x->count] = record->seq;
    x->event[x->count] = strdup(record->event);
    x->body[x->count++] = strndup(record->body, record->body_len);
    return x->stop && x->count == x->stop ? MOULT_ERR_CANCELLED : MOULT_OK;
}

static void rows_free(struct rows *x)
{
    while (x->count) {
        free(x->event[--x->count]);
        free(x->body[x->count]);
    }
}
#define ROWS(name, the_run, the_table)                                                             \
    __attribute__((cleanup(rows_free))) struct rows name = {.r = (the_run), .table = (the_table)}

static size_t count_rows(struct place *p, uint32_t table)
{
    ROWS(x, p->r, table);
    moult_session *s = place_open(p, MOULT_PURPOSE_READ, 1000);
    OK(p->r, "reader.records", READER(p)->records(s, table, 0, on_record, &x, p->r->err));
    READER(p)->close(s);
    return x.count;
}

static void check_table(struct place *p, uint32_t table, const char *const *bodies)
{
    struct run *r = p->r;
    moult_session *s = place_open(p, MOULT_PURPOSE_WRITE, 1000);
    uint64_t seq[ROWS_MAX] = {0};
    size_t n = 0;
    for (; bodies[n]; n++) {
        seq[n] = append(p, s, table, n % 2 ? "odd" : "even", bodies[n]);
        REQUIRE(r, n == 0 || seq[n] > seq[n - 1], "the record after %llu has the number %llu",
                (unsigned long long)seq[n - 1], (unsigned long long)seq[n]);
    }
    READER(p)->close(s);
    s = place_open(p, MOULT_PURPOSE_READ, 1000);
    ROWS(x, r, table);
    OK(r, "reader.records", READER(p)->records(s, table, 0, on_record, &x, r->err));
    REQUIRE(r, x.count == n, "of %zu records %zu come back", n, x.count);
    for (size_t i = 0; i < n; i++) {
        REQUIRE(r, x.seq[i] == seq[i], "record %zu comes back as number %llu, it was %llu", i,
                (unsigned long long)x.seq[i], (unsigned long long)seq[i]);
        REQUIRE(r, strcmp(x.event[i], i % 2 ? "odd" : "even") == 0,
                "the event of record %zu is \"%s\"", i, x.event[i]);
        REQUIRE(r, strcmp(x.body[i], bodies[i]) == 0, "the body of record %zu is not what it was",
                i);
    }
    ROWS(later, r, table);
    OK(r, "reader.records", READER(p)->records(s, table, seq[1], on_record, &later, r->err));
    REQUIRE(r, later.count == n - 2 && later.seq[0] == seq[2],
            "after the second of %zu come %zu records", n, later.count);
    ROWS(last, r, table);
    OK(r, "reader.records",
       READER(p)->records(s, table, MOULT_RECORDS_LAST, on_record, &last, r->err));
    REQUIRE(r, last.count == 1 && last.seq[0] == seq[n - 1],
            "of the last of %zu records come %zu", n, last.count);
    ROWS(stopped, r, table);
    stopped.stop = 1;
    moult_status st = READER(p)->records(s, table, 0, on_record, &stopped, r->err);
    REQUIRE(r, st == MOULT_ERR_CANCELLED && stopped.count == 1,
            "the callback wanted to stop, was called %zu times, and records gave %d", stopped.count,
            (int)st);
    READER(p)->close(s);
}

static void open_books(struct place *p)
{
    moult_session *s = place_open(p, MOULT_PURPOSE_WRITE, 1000);
    OK(p->r, "writer.record_open", WRITER(p)->record_open(s, p->r->err));
    OK(p->r, "writer.record_open, again", WRITER(p)->record_open(s, p->r->err));
    READER(p)->close(s);
}

void check_records(struct run *r)
{
    PLACE(r, p);
    CLEANUP_BUF struct buf large = {0};
    buf_puts(&large, "{\"long\":\"");
    for (size_t i = 0; i < 1000000; i++)
        buf_char(&large, "abcdefghij"[i % 10]);
    buf_puts(&large, "\"}");
    const char *const bodies[] = {"{}",
                                  "{\"a\":1}",
                                  "{\"quote\":\"'\\\"\\\\`;--\"}",
                                  "{\"name\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8b\"}",
                                  buf_view(&large).p,
                                  "{\"last\":true}",
                                  NULL};
    open_books(&p);
    for (uint32_t table = MOULT_RECORD_RUN; table <= MOULT_RECORD_AUDIT; table++)
        check_table(&p, table, bodies);
    open_books(&p);
    REQUIRE(r, count_rows(&p, MOULT_RECORD_STEP) == 6,
            "opening the bookkeeping again lost records");
}

void check_record_rollback(struct run *r)
{
    PLACE(r, p);
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    if (TXN_DDL(&p)) { /* the tables too */
        OK(r, "beginning a transaction", txn_start(&p, s, r->err));
        OK(r, "writer.record_open", WRITER(&p)->record_open(s, r->err));
        append(&p, s, MOULT_RECORD_RUN, "open", "{}");
        OK(r, "writer.rollback", WRITER(&p)->rollback(s, r->err));
        REQUIRE(r, count_rows(&p, MOULT_RECORD_RUN) == 0, "a record is there after the rollback");
    }
    OK(r, "writer.record_open", WRITER(&p)->record_open(s, r->err));
    uint64_t first = append(&p, s, MOULT_RECORD_RUN, "open", "{}");
    REQUIRE(r, count_rows(&p, MOULT_RECORD_RUN) == 1, "a record is not durable on return");
    OK(r, "beginning a transaction", txn_start(&p, s, r->err));
    append(&p, s, MOULT_RECORD_RUN, "gone", "{}");
    append(&p, s, MOULT_RECORD_AUDIT, "gone", "{}");
    OK(r, "writer.rollback", WRITER(&p)->rollback(s, r->err));
    REQUIRE(r, count_rows(&p, MOULT_RECORD_RUN) == 1 && count_rows(&p, MOULT_RECORD_AUDIT) == 0,
            "records are there after the rollback");
    OK(r, "beginning a transaction", txn_start(&p, s, r->err));
    uint64_t second = append(&p, s, MOULT_RECORD_RUN, "done", "{}");
    OK(r, "writer.commit", WRITER(&p)->commit(s, r->err));
    REQUIRE(r, second > first, "the record after %llu has the number %llu",
            (unsigned long long)first, (unsigned long long)second);
    REQUIRE(r, count_rows(&p, MOULT_RECORD_RUN) == 2, "a record is not there after the commit");
    READER(&p)->close(s);
}

void check_record_hidden(struct run *r)
{
    PLACE(r, p);
    place_load(&p, run_pair(r)->from);
    char before[65], after[65];
    place_state(&p, before);
    open_books(&p);
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    append(&p, s, MOULT_RECORD_RUN, "open", "{}");
    READER(&p)->close(s);
    place_state(&p, after);
    REQUIRE(r, strcmp(before, after) == 0, "the bookkeeping is part of the state");
}

void check_record_taken(struct run *r)
{
    const char *const *taken = r->suite->quirks.taken;
    REQUIRE(r, taken && *taken, "the quirks have no DDL in adapter.taken");
    for (; *taken; taken++) {
        PLACE(r, p);
        char before[65], after[65];
        place_load(&p, *taken);
        place_state(&p, before);
        CLEANUP_TREE moult_tree *mine = state_of(r, *taken);
        REQUIRE(r, mine->root->child_count,
                "a table of the user's is hidden as if it were moult's: %s", *taken);
        moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
        GIVES(r, MOULT_ERR_EXISTS, "making the bookkeeping where a table of the user's is",
              WRITER(&p)->record_open(s, r->err));
        READER(&p)->close(s);
        place_state(&p, after);
        REQUIRE(r, strcmp(before, after) == 0, "a table of the user's was touched");
        ROWS(x, r, MOULT_RECORD_RUN);
        s = place_open(&p, MOULT_PURPOSE_READ, 1000);
        GIVES(r, MOULT_ERR_EXISTS, "reading records where a table of the user's is",
              READER(&p)->records(s, MOULT_RECORD_RUN, 0, on_record, &x, r->err));
        READER(&p)->close(s);
    }
}
