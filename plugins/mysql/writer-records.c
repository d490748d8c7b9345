/* SPDX-License-Identifier: Apache-2.0 */
/* writer-records.c - makes moult's own tables and appends to them. */
#include <stdlib.h>

#include "bookkeeping.h"
#include "writer.h"

#define PART_MAX 262144u /* bytes of a body that one row holds, where the server takes as much */

/* CREATE TABLE ends a transaction; the caller's goes on. */
static moult_status make(moult_session *session, moult_error *err)
{
    static const char *const sql[] = {
#define BOOKKEEPING_CREATE(table, name) "CREATE TABLE IF NOT EXISTS " name BOOKKEEPING_ROWS,
        BOOKKEEPING_TABLES(BOOKKEEPING_CREATE)
#undef BOOKKEEPING_CREATE
    };
    moult_status st = MOULT_OK;
    for (size_t i = 0; i < sizeof sql / sizeof *sql && st == MOULT_OK; i++)
        st = my_ask(session, "make moult's bookkeeping", sql[i], NULL, err);
    if (st == MOULT_OK && session->txn)
        st = my_ask(session, "begin a transaction", "START TRANSACTION", NULL, err);
    return st;
}

moult_status mywriter_record_open(moult_session *session, moult_error *err)
{
    struct bookkeeping found;
    moult_status st = mybookkeeping_look(session, &found, err);
    if (st != MOULT_OK || found.ours)
        return st;
    return *found.alien ? mybookkeeping_taken(session, &found, err) : make(session, err);
}

/* How much of N bytes at P one row takes: whole characters. */
static size_t part_of(const moult_session *session, const char *p, size_t n)
{
    /* In a literal each byte may become two. */
    size_t room = session->max_packet > 2048 ? (size_t)(session->max_packet - 1024) / 2 : 512;
    size_t k = room < PART_MAX ? room : PART_MAX;
    if (n <= k)
        return n;
    while (k > 1 && ((unsigned char)p[k] & 0xc0) == 0x80)
        k--;
    return k;
}

static void add_value(struct text *sql, struct slice value)
{
    mytext_z(sql, ", ");
    mytext_literal(sql, value);
}

static moult_status append_part(moult_session *session, const char *table, moult_record *record,
                                uint32_t part, struct slice body, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    mytext_printf(&sql, "INSERT INTO %s (seq, part, run, event, at, body) ", table);
    if (part)
        mytext_printf(&sql, "VALUES (%llu", (unsigned long long)record->seq);
    else
        mytext_z(&sql, "SELECT LAST_INSERT_ID(COALESCE(MAX(seq), 0) + 1)");
    mytext_printf(&sql, ", %u", part);
    add_value(&sql, slice_z(record->run));
    add_value(&sql, slice_z(record->event));
    add_value(&sql, slice_z(record->at));
    add_value(&sql, body);
    if (part)
        mytext_z(&sql, ")");
    else
        mytext_printf(&sql, " FROM %s", table);
    if (sql.failed)
        return my_nomem(session->host, err);
    moult_status st = my_query(session, "write moult's bookkeeping", sql.p, sql.n, NULL, NULL, err);
    if (st == MOULT_OK && !part)
        st = mywriter_number(session, "look at moult's bookkeeping", "SELECT LAST_INSERT_ID()",
                             &record->seq, err);
    return st;
}

moult_status mywriter_record_append(moult_session *session, moult_record *record, moult_error *err)
{
    const char *table = mybookkeeping_name(record->table);
    struct slice rest = {record->body, (size_t)record->body_len};
    if (!table)
        return my_fail(session->host, err, MOULT_ERR_INTERNAL, "no bookkeeping table %u",
                       record->table);
    /* A record of several parts is there as a whole or not at all. */
    bool own = !session->txn && part_of(session, rest.p, rest.n) < rest.n;
    moult_status st = own ? mywriter_begin(session, err) : MOULT_OK;
    uint32_t part = 0;
    do {
        size_t n = part_of(session, rest.p, rest.n);
        if (st == MOULT_OK)
            st = append_part(session, table, record, part++, (struct slice){rest.p, n}, err);
        rest = (struct slice){rest.p + n, rest.n - n};
    } while (st == MOULT_OK && rest.n);
    if (own && st == MOULT_OK)
        return mywriter_commit(session, err);
    if (own)
        mywriter_rollback(session, NULL);
    return st;
}
