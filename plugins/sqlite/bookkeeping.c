/* SPDX-License-Identifier: Apache-2.0 */
#include "bookkeeping.h"

#include <inttypes.h>
#include <string.h>

#include "parse.h"

static const struct {
    uint32_t table;
    const char *name, *sql;
} tables[] = {
#define BOOKKEEPING_ROW(table, name, sql) {table, name, sql},
    BOOKKEEPING_TABLES(BOOKKEEPING_ROW)
#undef BOOKKEEPING_ROW
};
_Static_assert(sizeof tables / sizeof *tables == BOOKKEEPING_COUNT, "one row a table");

const char *sqlite_bookkeeping_name(uint32_t table)
{
    for (uint32_t i = 0; i < BOOKKEEPING_COUNT; i++) {
        if (tables[i].table == table)
            return tables[i].name;
    }
    return NULL;
}

const char *sqlite_bookkeeping_sql(uint32_t table)
{
    for (uint32_t i = 0; i < BOOKKEEPING_COUNT; i++) {
        if (tables[i].table == table)
            return tables[i].sql;
    }
    return NULL;
}

/* The same tokens, whatever is between them? */
static bool same_tokens(const char *a, size_t an, const char *b, size_t bn)
{
    size_t i = 0, j = 0;
    for (;;) {
        struct token s = token_next(a, an, i), t = token_next(b, bn, j);
        if (s.kind != t.kind || !equal_folded(a + s.at, s.n, b + t.at, t.n))
            return false;
        if (s.kind == TOKEN_END)
            return true;
        i = s.at + s.n;
        j = t.at + t.n;
    }
}

/* Is the row of sqlite_schema a table with the text that moult writes? */
static bool is_ours(sqlite3_stmt *row, const char *sql)
{
    const char *type = (const char *)sqlite3_column_text(row, 0);
    const char *text = (const char *)sqlite3_column_text(row, 2);
    return type && text && strcmp(type, "table") == 0 &&
           same_tokens(text, (size_t)sqlite3_column_bytes(row, 2), sql, strlen(sql));
}

static moult_status look_at_tables(moult_session *session, struct bookkeeping *out, uint32_t *found,
                                   moult_error *err)
{
    static const char sql[] =
        "SELECT type, lower(name), sql FROM main.sqlite_schema WHERE lower(name) IN "
        "('moult_format', 'moult_run', 'moult_step', 'moult_audit')";
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(session->db, sql, -1, &s, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s, 1);
        rc = SQLITE_OK;
        out->any = true;
        for (uint32_t i = 0; i < BOOKKEEPING_COUNT; i++) {
            if (!name || strcmp(name, tables[i].name) != 0)
                continue;
            if (is_ours(s, tables[i].sql))
                (*found)++;
            else
                out->alien = tables[i].name;
        }
    }
    sqlite3_finalize(s);
    return rc == SQLITE_DONE
               ? MOULT_OK
               : sqlite_fail_rc(session, err, rc, "cannot look for moult's bookkeeping", sql,
                                sizeof sql - 1);
}

/* What another version has written there may mean that a run is open: nothing is done before that is known. */
static moult_status other_version(moult_session *session, int64_t version, moult_error *err)
{
    moult_status st = sqlite_fail(session->host, err, MOULT_ERR_UNSUPPORTED,
                                  "moult's bookkeeping in this database is of version %" PRId64
                                  "; this moult knows version %d",
                                  version, BOOKKEEPING_VERSION);
    sqlite_detail(session->host, err, "file", "%s", session->path);
    sqlite_detail(session->host, err, "hint", "use the version of moult that worked on it last");
    return st;
}

moult_status sqlite_bookkeeping_look(moult_session *session, struct bookkeeping *out,
                                     moult_error *err)
{
    *out = (struct bookkeeping){0};
    uint32_t found = 0;
    moult_status st = look_at_tables(session, out, &found, err);
    if (st != MOULT_OK || !out->any)
        return st;
    if (out->alien)
        return MOULT_OK;
    if (found != BOOKKEEPING_COUNT) {
        out->alien = "moult_format"; /* the right text, but not the whole set */
        return MOULT_OK;
    }
    static const char sql[] =
        "SELECT version FROM main.moult_format WHERE marker = '" BOOKKEEPING_MARKER "'";
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(session->db, sql, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    int64_t version = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return sqlite_fail_rc(session, err, rc, "cannot look for moult's bookkeeping", sql,
                              sizeof sql - 1);
    out->ours = rc == SQLITE_ROW;
    if (!out->ours)
        out->alien = "moult_format";
    return out->ours && version != BOOKKEEPING_VERSION ? other_version(session, version, err)
                                                       : MOULT_OK;
}

moult_status sqlite_reader_records(moult_session *session, uint32_t table, uint64_t after,
                                   moult_record_fn *fn, void *arg, moult_error *err)
{
    const char *name = sqlite_bookkeeping_name(table);
    struct bookkeeping found;
    bool last = after == MOULT_RECORDS_LAST;
    if (!name || table == 0 || (after > INT64_MAX && !last))
        return sqlite_fail(session->host, err, MOULT_ERR_INTERNAL, "no bookkeeping table %u",
                           table);
    moult_status st = sqlite_bookkeeping_look(session, &found, err);
    if (st != MOULT_OK || !found.any)
        return st;
    if (!found.ours) {
        st = sqlite_fail(session->host, err, MOULT_ERR_EXISTS,
                         "the database has a table \"%s\" that is not moult's", found.alien);
        sqlite_detail(session->host, err, "hint",
                      "rename it: moult keeps its own records under that name");
        return st;
    }
    char sql[128];
    sqlite3_snprintf(sizeof sql, sql,
                     "SELECT seq, run, event, at, body FROM main.%s WHERE seq > ?1 ORDER BY seq%s",
                     name, last ? " DESC LIMIT 1" : "");
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(session->db, sql, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 1, last ? 0 : (int64_t)after);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW && st == MOULT_OK) {
        moult_record r = {
            .size = MOULT_END(moult_record, body_len),
            .table = table,
            .seq = (uint64_t)sqlite3_column_int64(s, 0),
            .run = (const char *)sqlite3_column_text(s, 1),
            .event = (const char *)sqlite3_column_text(s, 2),
            .at = (const char *)sqlite3_column_text(s, 3),
            .body = (const char *)sqlite3_column_text(s, 4),
            .body_len = (uint64_t)sqlite3_column_bytes(s, 4),
        };
        rc = r.run && r.event && r.at && r.body ? SQLITE_OK : SQLITE_NOMEM;
        if (rc == SQLITE_OK)
            st = fn(arg, &r);
    }
    sqlite3_finalize(s);
    if (st == MOULT_OK && rc != SQLITE_DONE)
        st = sqlite_fail_rc(session, err, rc, "cannot read moult's bookkeeping", sql, strlen(sql));
    return st;
}
