/* SPDX-License-Identifier: Apache-2.0 */
/* rights.c - what doctor asks of a server, and how large an object is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg.h"

#define UNKNOWN 2u

/* One row: the right's name, whether it is held, a note. */
static const char rights_sql[] =
    "SELECT 'superuser', rolsuper, 'not needed, but some kinds can only be made by one' FROM"
    " pg_catalog.pg_roles WHERE rolname = current_user"
    " UNION ALL SELECT 'create-database', rolcreatedb OR rolsuper, 'for scratch databases on this server'"
    " FROM pg_catalog.pg_roles WHERE rolname = current_user"
    " UNION ALL SELECT 'create-schema', has_database_privilege(current_database(), 'CREATE'),"
    " 'in the database ' || current_database()"
    " UNION ALL SELECT 'owns-all', NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN"
    " pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND n.nspname <>"
    " 'information_schema' AND ($1::text IS NULL OR n.nspname = $1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
    " AND NOT pg_has_role(c.relowner, 'USAGE')), 'only an owner can alter tables'"
    " UNION ALL SELECT 'transport-encrypted', coalesce((SELECT s.ssl FROM pg_catalog.pg_stat_ssl s WHERE s.pid ="
    " pg_backend_pid()), false), coalesce((SELECT s.version FROM pg_catalog.pg_stat_ssl s WHERE s.pid ="
    " pg_backend_pid()), 'no TLS')"
    " UNION ALL SELECT 'primary', NOT pg_is_in_recovery(), 'a standby can only be read'"
    " UNION ALL SELECT 'tested-version', current_setting('server_version_num')::int / 10000 IN (15, 17),"
    " 'PostgreSQL ' || current_setting('server_version')";

moult_status postgres_rights(moult_session *session, moult_right_fn *fn, void *arg,
                             moult_error *err)
{
    const char *params[] = {session->schema};
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(session, "ask for the rights of the role", rights_sql, params, 1, &r, err);
    for (int i = 0; st == MOULT_OK && i < PQntuples(r); i++) {
        const char *held = postgres_value(r, i, 1), *note = postgres_value(r, i, 2);
        st = fn(arg, PQgetvalue(r, i, 0), held ? *held == 't' : UNKNOWN, note ? note : "");
    }
    return st;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The key of the top-level object in PATH, with names that are bound as they are here. */
static void object_name(const moult_session *session, const char *path, size_t len,
                        struct text *out)
{
    const char *colon = memchr(path, ':', len);
    size_t i = colon ? (size_t)(colon - path) + 1 : len;
    for (; i < len && path[i] != '/'; i++) {
        int high = path[i] == '%' && len - i > 2 ? hex_value(path[i + 1]) : -1;
        char c = (char)(high >= 0 ? high << 4 | hex_value(path[i + 2]) : path[i]);
        i += high >= 0 ? 2 : 0;
        if (c != MOULT_MARK_OPEN) {
            pgtext_char(out, c);
            continue;
        }
        while (i < len && path[i] != '/' &&
               !(path[i] == '%' && len - i > 2 && memcmp(path + i, "%02", 3) == 0))
            i++;
        i += 2;
        if (session->schema)
            pgtext_name(out, session->schema, strlen(session->schema));
    }
}

moult_status postgres_measure(moult_session *session, const char *path, size_t len, uint64_t *rows,
                              uint64_t *bytes, moult_error *err)
{
    *rows = *bytes = UINT64_MAX;
    CLEANUP_TEXT struct text name = {0};
    object_name(session, path, len, &name);
    if (name.failed)
        return postgres_nomem(session->host, err);
    /* The planner's estimate, which autovacuum keeps up to date, scaled to the size of now.  A partitioned
     * table is its partitions. */
    static const char sql[] =
        "SELECT sum(CASE WHEN c.relkind IN ('i', 'I') THEN NULL WHEN c.reltuples < 0 THEN"
        " CASE WHEN pg_relation_size(c.oid) = 0 THEN 0 END"
        " WHEN c.relpages = 0 THEN CASE WHEN pg_relation_size(c.oid) = 0 THEN 0 END"
        " ELSE c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int)"
        " END)::int8, count(*) FILTER (WHERE c.reltuples < 0 AND pg_relation_size(c.oid) > 0),"
        " sum(pg_total_relation_size(c.oid))::int8 FROM pg_catalog.pg_class c WHERE c.oid IN"
        " (SELECT to_regclass($1) UNION SELECT t.relid FROM pg_partition_tree(to_regclass($1)) t)"
        " AND c.relkind IN ('r', 'm', 'p', 'i', 'I')";
    const char *params[] = {name.p ? name.p : ""};
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(session, "measure an object", sql, params, 1, &r, err);
    if (st != MOULT_OK)
        return st == MOULT_ERR_SQL ? MOULT_OK : st; /* what is no relation has no size */
    const char *unknown = postgres_value(r, 0, 1);
    if (postgres_value(r, 0, 0) && unknown && *unknown == '0')
        *rows = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
    if (postgres_value(r, 0, 2))
        *bytes = strtoull(PQgetvalue(r, 0, 2), NULL, 10);
    return MOULT_OK;
}
