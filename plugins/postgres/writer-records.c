/* SPDX-License-Identifier: Apache-2.0 */
/* writer-records.c - appends to moult's bookkeeping, which bookkeeping.c recognises and reads. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "bookkeeping.h"
#include "writer.h"

static moult_status fail_alien(moult_session *session, const char *name, moult_error *err)
{
    postgres_fail(session->host, err, MOULT_ERR_EXISTS,
                  "the name \"%s\" is taken by something that is not moult's", name);
    postgres_detail(session->host, err, "object", "%s", name);
    postgres_detail(session->host, err, "hint", "%s",
                    "rename it: moult keeps its own records under that name");
    return MOULT_ERR_EXISTS;
}

static void add_comment(struct text *sql, const char *what, const char *schema, const char *table)
{
    pgtext_printf(sql, "COMMENT ON %s ", what);
    pgtext_name(sql, schema, strlen(schema));
    if (table)
        pgtext_printf(sql, ".%s", table);
    pgtext_z(sql, " IS ");
    pgtext_literal(sql, BOOKKEEPING_MARKER, sizeof BOOKKEEPING_MARKER - 1);
    pgtext_char(sql, ';');
}

static void add_table(struct text *sql, const char *schema, const char *table)
{
    pgtext_z(sql, "CREATE TABLE ");
    pgtext_name(sql, schema, strlen(schema));
    pgtext_printf(sql, ".%s%s;", table, BOOKKEEPING_ROWS);
    add_comment(sql, "TABLE", schema, table);
}

/* One message, so that without a transaction of the caller's it is one of its own. */
static moult_status create(moult_session *session, moult_error *err)
{
    const char *schema = postgres_bookkeeping_schema(session);
    CLEANUP_TEXT struct text sql = {0};
    if (!session->schema) {
        pgtext_z(&sql, "CREATE SCHEMA ");
        pgtext_name(&sql, schema, strlen(schema));
        pgtext_char(&sql, ';');
        add_comment(&sql, "SCHEMA", schema, NULL);
    }
#define ADD_TABLE(table, name) add_table(&sql, schema, name);
    BOOKKEEPING_TABLES(ADD_TABLE)
#undef ADD_TABLE
    if (sql.failed)
        return postgres_nomem(session->host, err);
    return postgres_query(session, "make moult's bookkeeping", sql.p, NULL, 0, NULL, err);
}

moult_status postgres_record_open(moult_session *session, moult_error *err)
{
    struct bookkeeping found;
    moult_status st = postgres_bookkeeping_look(session, &found, err);
    if (st != MOULT_OK || found.ours)
        return st;
    return found.any ? fail_alien(session, found.alien, err) : create(session, err);
}

static void add_into(struct text *sql, const moult_session *session, uint32_t table)
{
    const char *schema = postgres_bookkeeping_schema(session);
    pgtext_z(sql, "INSERT INTO ");
    pgtext_name(sql, schema, strlen(schema));
    pgtext_printf(sql, ".%s", postgres_bookkeeping_name(table));
}

/* One that is durable, or takes its place in the transaction, on return. */
static moult_status insert(moult_session *session, moult_record *record, moult_error *err)
{
    const char *schema = postgres_bookkeeping_schema(session);
    CLEANUP_TEXT struct text sql = {0};
    CLEANUP_TEXT struct text body = {0};
    pgtext_add(&body, record->body, record->body_len);
    add_into(&sql, session, record->table);
    pgtext_z(&sql, " SELECT coalesce(max(seq), 0) + 1, $1, $2, $3, $4 FROM ");
    pgtext_name(&sql, schema, strlen(schema));
    pgtext_printf(&sql, ".%s RETURNING seq", postgres_bookkeeping_name(record->table));
    if (sql.failed || body.failed)
        return postgres_nomem(session->host, err);
    const char *params[] = {record->run, record->event, record->at, body.p};
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(session, "write moult's bookkeeping", sql.p, params, 4, &r, err);
    if (st == MOULT_OK)
        record->seq = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
    return st;
}

void postgres_records_forget(struct writer *w)
{
    pgtext_free(&w->records);
    memset(w->last_record, 0, sizeof w->last_record);
}

moult_status postgres_records_send(moult_session *session, moult_error *err)
{
    struct writer *w = session->writer;
    if (!w || !w->records.n)
        return MOULT_OK;
    moult_status st = w->records.failed
                          ? postgres_nomem(session->host, err)
                          : postgres_query(session, "write moult's bookkeeping", w->records.p,
                                           NULL, 0, NULL, err);
    pgtext_clear(&w->records);
    return st;
}

#define SEND_FROM 262144 /* bytes */

/* In a transaction a record need not be there before the statement that follows it: a row for
 * each of a thousand statements costs as much as these. */
static moult_status put_off(moult_session *session, struct writer *w, moult_record *record,
                            moult_error *err)
{
    moult_status st = MOULT_OK;
    struct text *sql = &w->records;
    if (sql->n >= SEND_FROM || w->record_table != record->table)
        st = postgres_records_send(session, err);
    if (st != MOULT_OK)
        return st;
    record->seq = ++w->last_record[record->table];
    if (!sql->n) {
        w->record_table = record->table;
        add_into(sql, session, record->table);
        pgtext_z(sql, " VALUES ");
    } else {
        pgtext_char(sql, ',');
    }
    pgtext_printf(sql, "(%" PRIu64, record->seq);
    const struct slice fields[] = {{record->run, strlen(record->run)},
                                   {record->event, strlen(record->event)},
                                   {record->at, strlen(record->at)},
                                   {record->body, record->body_len}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        pgtext_char(sql, ',');
        pgtext_literal(sql, fields[i].p, fields[i].n);
    }
    pgtext_char(sql, ')');
    return sql->failed ? postgres_nomem(session->host, err) : MOULT_OK;
}

moult_status postgres_record_append(moult_session *session, moult_record *record, moult_error *err)
{
    struct writer *w = postgres_writer_of(session);
    if (!postgres_bookkeeping_name(record->table) || record->table >= RECORD_TABLES)
        return postgres_fail(session->host, err, MOULT_ERR_INTERNAL, "no bookkeeping table %u",
                             record->table);
    if (!w)
        return postgres_nomem(session->host, err);
    if (session->txn && session->locked && w->last_record[record->table])
        return put_off(session, w, record, err);
    moult_status st = postgres_records_send(session, err);
    if (st == MOULT_OK)
        st = insert(session, record, err);
    if (st == MOULT_OK && session->txn)
        w->last_record[record->table] = record->seq;
    return st;
}
