/* SPDX-License-Identifier: Apache-2.0 */
/* bookkeeping.c - finds and reads moult's own tables. */
#include "bookkeeping.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "writer.h"

static const struct {
    uint32_t table;
    const char *name;
} tables[] = {
#define BOOKKEEPING_ROW(table, name) {table, name},
    BOOKKEEPING_TABLES(BOOKKEEPING_ROW)
#undef BOOKKEEPING_ROW
};
#define TABLE_COUNT (int)(sizeof tables / sizeof *tables)

const char *postgres_bookkeeping_name(uint32_t table)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        if (tables[i].table == table)
            return tables[i].name;
    }
    return NULL;
}

const char *postgres_bookkeeping_schema(const moult_session *session)
{
    return session->schema ? session->schema : BOOKKEEPING_SCHEMA;
}

moult_status postgres_bookkeeping_look(moult_session *session, struct bookkeeping *out,
                                       moult_error *err)
{
    /* A schema "moult" of somebody else's is in the way even if it is empty. */
    static const char sql[] =
        "SELECT c.relname, d.description IS NOT DISTINCT FROM $2 AND c.relkind = 'r' AS ours"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass"
        " AND d.objsubid = 0"
        " WHERE n.nspname = $1 AND c.relname IN ('moult_run', 'moult_step', 'moult_audit')"
        " UNION ALL SELECT n.nspname, false FROM pg_namespace n"
        " WHERE $3 AND n.nspname = $1 AND obj_description(n.oid, 'pg_namespace')"
        " IS DISTINCT FROM $2";
    const char *params[] = {postgres_bookkeeping_schema(session), BOOKKEEPING_MARKER,
                            session->schema ? "false" : "true"};
    *out = (struct bookkeeping){0};
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(session, "look for moult's bookkeeping", sql, params, 3, &r, err);
    if (st != MOULT_OK)
        return st;
    int found = 0;
    for (int i = 0; i < PQntuples(r); i++) {
        out->any = true;
        if (*PQgetvalue(r, i, 1) == 't')
            found++;
        else
            snprintf(out->alien, sizeof out->alien, "%s", PQgetvalue(r, i, 0));
    }
    if (out->any && !*out->alien && found != TABLE_COUNT)
        snprintf(out->alien, sizeof out->alien, "%s", tables[0].name); /* not the whole set */
    out->ours = found == TABLE_COUNT && !*out->alien;
    return MOULT_OK;
}

static moult_status give_rows(const PGresult *r, uint32_t table, moult_record_fn *fn, void *arg)
{
    moult_status st = MOULT_OK;
    for (int i = 0; i < PQntuples(r) && st == MOULT_OK; i++) {
        moult_record record = {
            .size = MOULT_END(moult_record, body_len),
            .table = table,
            .seq = strtoull(PQgetvalue(r, i, 0), NULL, 10),
            .run = PQgetvalue(r, i, 1),
            .event = PQgetvalue(r, i, 2),
            .at = PQgetvalue(r, i, 3),
            .body = PQgetvalue(r, i, 4),
            .body_len = (uint64_t)PQgetlength(r, i, 4),
        };
        st = fn(arg, &record);
    }
    return st;
}

#define ROWS_AT_ONCE 1000

moult_status postgres_records(moult_session *session, uint32_t table, uint64_t after,
                              moult_record_fn *fn, void *arg, moult_error *err)
{
    const char *name = postgres_bookkeeping_name(table);
    bool last = after == MOULT_RECORDS_LAST;
    if (!name || (after > INT64_MAX && !last))
        return postgres_fail(session->host, err, MOULT_ERR_INTERNAL, "no bookkeeping table %u",
                             table);
    struct bookkeeping found;
    moult_status st = postgres_records_send(session, err);
    if (st == MOULT_OK)
        st = postgres_bookkeeping_look(session, &found, err);
    if (st != MOULT_OK || !found.any)
        return st;
    if (!found.ours) {
        st =
            postgres_fail(session->host, err, MOULT_ERR_EXISTS,
                          "the name \"%s\" is taken by something that is not moult's", found.alien);
        postgres_detail(session->host, err, "hint",
                        "rename it: moult keeps its own records under that name");
        return st;
    }
    CLEANUP_TEXT struct text sql = {0};
    const char *schema = postgres_bookkeeping_schema(session);
    pgtext_z(&sql, "SELECT seq, run, event, at, body FROM ");
    pgtext_name(&sql, schema, strlen(schema));
    pgtext_printf(&sql, ".%s WHERE seq > $1 ORDER BY seq%s LIMIT %d", name, last ? " DESC" : "",
                  last ? 1 : ROWS_AT_ONCE);
    if (sql.failed)
        return postgres_nomem(session->host, err);
    after = last ? 0 : after;
    for (int rows = ROWS_AT_ONCE; rows == ROWS_AT_ONCE && st == MOULT_OK;) {
        char from[24];
        snprintf(from, sizeof from, "%" PRIu64, after);
        const char *params[] = {from};
        CLEANUP_RESULT PGresult *r = NULL;
        st = postgres_query(session, "read moult's bookkeeping", sql.p, params, 1, &r, err);
        if (st != MOULT_OK)
            return st;
        rows = PQntuples(r);
        if (rows)
            after = strtoull(PQgetvalue(r, rows - 1, 0), NULL, 10);
        st = give_rows(r, table, fn, arg);
    }
    return st;
}
