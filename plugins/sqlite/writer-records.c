/* SPDX-License-Identifier: Apache-2.0 */
/* writer-records.c - appends to moult's bookkeeping, which bookkeeping.c recognises and reads. */
#include <string.h>

#include "bookkeeping.h"
#include "writer.h"

static const char cannot[] = "cannot write moult's bookkeeping";

static moult_status fail_alien(moult_session *session, const char *name, moult_error *err)
{
    sqlite_fail(session->host, err, MOULT_ERR_EXISTS,
                "the database has a table \"%s\" that is not moult's", name);
    sqlite_detail(session->host, err, "object", "%s", name);
    sqlite_detail(session->host, err, "hint", "%s",
                  "rename it: moult keeps its own records under that name");
    return MOULT_ERR_EXISTS;
}

static moult_status create(moult_session *session, moult_error *err)
{
    moult_status st = MOULT_OK;
    for (uint32_t i = 0; !st && i < BOOKKEEPING_COUNT; i++)
        st = sqlite_exec(session, sqlite_bookkeeping_sql(i), cannot, err);
    if (st)
        return st;
    char sql[160];
    sqlite3_snprintf(sizeof sql, sql,
                     "INSERT INTO main.moult_format (marker, version) VALUES ('%q', %d)",
                     BOOKKEEPING_MARKER, BOOKKEEPING_VERSION);
    return sqlite_exec(session, sql, cannot, err);
}

moult_status sqlite_writer_record_open(moult_session *session, moult_error *err)
{
    /* Without a transaction of the caller's, all four or none. */
    bool own = sqlite3_get_autocommit(session->db) != 0;
    struct bookkeeping found;
    moult_status st = own ? sqlite_exec(session, "BEGIN IMMEDIATE", cannot, err) : MOULT_OK;
    if (st)
        return st;
    st = sqlite_bookkeeping_look(session, &found, err);
    if (!st && found.any && !found.ours)
        st = fail_alien(session, found.alien, err);
    else if (!st && !found.any)
        st = create(session, err);
    if (own && !st)
        st = sqlite_exec(session, "COMMIT", cannot, err);
    if (own && st && !sqlite3_get_autocommit(session->db))
        sqlite3_exec(session->db, "ROLLBACK", NULL, NULL, NULL);
    return st;
}

moult_status sqlite_writer_record_append(moult_session *session, moult_record *record,
                                         moult_error *err)
{
    const char *table = sqlite_bookkeeping_name(record->table);
    moult_status st = MOULT_OK;
    if (!table || !record->table)
        return sqlite_fail(session->host, err, MOULT_ERR_INTERNAL, "no bookkeeping table %u",
                           record->table);
    char sql[192];
    sqlite3_snprintf(sizeof sql, sql,
                     "INSERT INTO main.%s (seq, run, event, at, body) VALUES "
                     "((SELECT coalesce(max(seq), 0) + 1 FROM main.%s), ?1, ?2, ?3, ?4)",
                     table, table);
    sqlite3_stmt *stmt = sqlite_prepare(session, sql, cannot, &st, err);
    if (st)
        return st;
    int rc = sqlite3_bind_text(stmt, 1, record->run, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 2, record->event, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 3, record->at, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text64(stmt, 4, record->body, record->body_len, SQLITE_STATIC,
                                 SQLITE_UTF8);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_DONE)
        record->seq = (uint64_t)sqlite3_last_insert_rowid(session->db);
    else
        st = sqlite_fail_rc(session, err, rc, cannot, sql, strlen(sql));
    sqlite3_finalize(stmt);
    return st;
}
