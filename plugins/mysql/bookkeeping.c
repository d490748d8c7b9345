/* SPDX-License-Identifier: Apache-2.0 */
/* bookkeeping.c - finds and reads moult's own tables. */
#include "bookkeeping.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    uint32_t table;
    const char *name;
} tables[] = {
#define BOOKKEEPING_ROW(table, name) {table, name},
    BOOKKEEPING_TABLES(BOOKKEEPING_ROW)
#undef BOOKKEEPING_ROW
};
#define TABLE_COUNT (sizeof tables / sizeof *tables)

const char *mybookkeeping_name(uint32_t table)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (tables[i].table == table)
            return tables[i].name;
    }
    return NULL;
}

/* What another version has written there may mean that a run is open: nothing is done before that is
 * known. */
static moult_status other_version(moult_session *session, const char *name, moult_error *err)
{
    moult_status st =
        my_fail(session->host, err, MOULT_ERR_UNSUPPORTED,
                "the table \"%s\" is the bookkeeping of another version of moult", name);
    my_detail(session->host, err, "hint", "use the version of moult that worked on it last");
    return st;
}

moult_status mybookkeeping_look(moult_session *session, struct bookkeeping *out, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    *out = (struct bookkeeping){0};
    /* By constants, one name at a time: so the server opens none of the other tables. */
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        mytext_z(&sql, i ? " UNION ALL " : "");
        mytext_printf(&sql,
                      "SELECT table_name, table_type, table_comment FROM information_schema.tables"
                      " WHERE table_name = '%s' AND table_schema = ",
                      tables[i].name);
        mytext_literal(&sql, slice_z(session->database));
    }
    if (sql.failed)
        return my_nomem(session->host, err);
    moult_status st = my_ask(session, "look for moult's bookkeeping", sql.p, &res, err);
    size_t found = 0;
    struct row row;
    while (st == MOULT_OK && my_row(res, &row)) {
        bool table = slice_is(row_slice(&row, 1), "BASE TABLE");
        found++;
        if (table && slice_is(row_slice(&row, 2), BOOKKEEPING_MARKER))
            continue;
        if (table && strncmp(row_z(&row, 2), BOOKKEEPING_MARK, strlen(BOOKKEEPING_MARK)) == 0)
            return other_version(session, row_z(&row, 0), err);
        snprintf(out->alien, sizeof out->alien, "%s", row_z(&row, 0));
    }
    out->ours = found == TABLE_COUNT && !*out->alien;
    return st;
}

moult_status mybookkeeping_taken(moult_session *session, const struct bookkeeping *found,
                                 moult_error *err)
{
    my_fail(session->host, err, MOULT_ERR_EXISTS,
            "the name \"%s\" is taken by something that is not moult's", found->alien);
    my_detail(session->host, err, "hint", "rename it: moult keeps its own records under that name");
    return MOULT_ERR_EXISTS;
}

/* ---- rows ---- */

enum { SEQ, PART, RUN, EVENT, AT, BODY };

struct reading {
    moult_session *session;
    moult_error *err;
    moult_record_fn *fn;
    void *arg;
    uint32_t table;
    uint64_t seq; /* of the record whose parts are being put together; 0: none */
    struct text run, event, at, body;
};

static moult_status give(struct reading *r)
{
    if (!r->seq)
        return MOULT_OK;
    if (r->run.failed || r->event.failed || r->at.failed || r->body.failed)
        return my_nomem(r->session->host, r->err);
    moult_record record = {
        .size = MOULT_END(moult_record, body_len),
        .table = r->table,
        .seq = r->seq,
        .run = slice_of(&r->run).p,
        .event = slice_of(&r->event).p,
        .at = slice_of(&r->at).p,
        .body = slice_of(&r->body).p,
        .body_len = r->body.n,
    };
    r->seq = 0;
    return r->fn(r->arg, &record);
}

static void replace(struct text *t, const struct row *row, unsigned i)
{
    mytext_clear(t);
    mytext_slice(t, row_slice(row, i));
}

static moult_status on_row(void *arg, uint32_t index, const struct row *row)
{
    struct reading *r = arg;
    (void)index;
    uint64_t seq = strtoull(row_z(row, SEQ), NULL, 10);
    if (seq != r->seq) {
        moult_status st = give(r);
        if (st != MOULT_OK)
            return st;
        r->seq = seq;
        replace(&r->run, row, RUN);
        replace(&r->event, row, EVENT);
        replace(&r->at, row, AT);
        mytext_clear(&r->body);
    }
    mytext_slice(&r->body, row_slice(row, BODY));
    return MOULT_OK;
}

moult_status myreader_records(moult_session *session, uint32_t table, uint64_t after,
                              moult_record_fn *fn, void *arg, moult_error *err)
{
    const char *name = mybookkeeping_name(table);
    if (!name)
        return my_fail(session->host, err, MOULT_ERR_INTERNAL, "no bookkeeping table %u", table);
    struct bookkeeping found;
    moult_status st = mybookkeeping_look(session, &found, err);
    if (st != MOULT_OK || (!found.ours && !*found.alien))
        return st;
    if (*found.alien)
        return mybookkeeping_taken(session, &found, err);
    struct reading r = {.session = session, .err = err, .fn = fn, .arg = arg, .table = table};
    char sql[200];
    uint32_t done;
    if (after == MOULT_RECORDS_LAST)
        snprintf(sql, sizeof sql,
                 "SELECT seq, part, run, event, at, body FROM %s"
                 " WHERE seq = (SELECT MAX(seq) FROM %s) ORDER BY part",
                 name, name);
    else
        snprintf(sql, sizeof sql,
                 "SELECT seq, part, run, event, at, body FROM %s WHERE seq > %" PRIu64
                 " ORDER BY seq, part",
                 name, after);
    st = my_batch(session, "read moult's bookkeeping", sql, strlen(sql), on_row, &r, &done, err);
    if (st == MOULT_OK)
        st = give(&r);
    mytext_free(&r.run);
    mytext_free(&r.event);
    mytext_free(&r.at);
    mytext_free(&r.body);
    return st;
}
