/* SPDX-License-Identifier: Apache-2.0 */
/* state.c - has anything been made, changed or dropped between two times?
 *
 * Each answer of SHOW CREATE is right by itself.  They belong together if no statement that
 * changes a schema began meanwhile: one that had begun before changes one object, and whether
 * that is seen as before or as after it, there was such a state.  The server counts these
 * statements, all databases together.  Where others keep changing other databases, the times of
 * the last changes are asked for instead, which the server knows by the second. */
#include "inspect.h"

#include <openssl/evp.h>

static void add_counts(const moult_session *session, struct text *sql)
{
    mytext_printf(
        sql,
        "SELECT group_concat(variable_value ORDER BY variable_name SEPARATOR ',') AS s, 0 AS d "
        "FROM %s.global_status WHERE "
        "(variable_name LIKE 'com\\_alter\\_%%' OR variable_name LIKE 'com\\_create\\_%%' OR "
        "variable_name LIKE 'com\\_drop\\_%%' OR variable_name LIKE 'com\\_rename\\_%%' OR "
        "variable_name LIKE 'com\\_grant%%' OR variable_name LIKE 'com\\_revoke%%') "
        "AND variable_name NOT LIKE '%%\\_temporary\\_table'",
        session->mariadb ? "information_schema" : "performance_schema");
}

/* "SELECT what, when FROM from WHERE schema = ours" as a part of a union. */
static void add_part(const moult_session *session, struct text *sql, const char *what,
                     const char *when, const char *from, const char *column)
{
    mytext_printf(
        sql, "SELECT concat_ws('/', %s) AS s, %s AS t FROM information_schema.%s WHERE %s = ", what,
        when, from, column);
    mytext_literal(sql, slice_z(session->database));
}

void mystate_sql(const moult_session *session, bool fine, struct text *sql)
{
    if (!fine) {
        add_counts(session, sql);
        return;
    }
    mytext_z(
        sql,
        "SELECT md5(group_concat(s ORDER BY s SEPARATOR ',')) AS s, coalesce(max(t) >= now() - "
        "INTERVAL 1 SECOND, 0) AS d FROM (");
    add_part(session, sql, "table_name, table_type, create_time", "create_time", "tables",
             "table_schema");
    mytext_z(sql, " UNION ALL ");
    add_part(session, sql, "table_name, md5(view_definition), definer, security_type, check_option",
             "NULL", "views", "table_schema");
    mytext_z(sql, " UNION ALL ");
    add_part(session, sql, "routine_type, routine_name, created, last_altered", "last_altered",
             "routines", "routine_schema");
    mytext_z(sql, " UNION ALL ");
    add_part(session, sql, "trigger_name, action_order, created", "created", "triggers",
             "event_object_schema");
    mytext_z(sql, " UNION ALL ");
    add_part(session, sql, "event_name, created, last_altered, status", "last_altered", "events",
             "event_schema");
    mytext_z(sql, ") x");
}

/* ---- the stamp of one place ---- */

static bool add(EVP_MD_CTX *h, const char *p)
{
    return EVP_DigestUpdate(h, p, strlen(p) + 1) == 1; /* with the zero, which ends it */
}

moult_status myreader_stamp(moult_session *session, uint8_t out[32], moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    /* Where nothing proves that two states are one, the stamp is one that no other time has. */
    mytext_printf(
        &sql,
        "SELECT @@hostname, @@port, @@datadir, database(), current_user(), version(), x.*, "
        "if(x.d OR %d, concat(now(6), '/', connection_id(), '/', uuid_short()), '') FROM (",
        session->grants);
    mystate_sql(session, true, &sql);
    mytext_z(&sql, ") x");
    if (sql.failed)
        return my_nomem(session->host, err);
    moult_status st = my_ask(session, "read the state of the schema", sql.p, &res, err);
    if (st != MOULT_OK)
        return st;
    EVP_MD_CTX *h = EVP_MD_CTX_new();
    bool ok = h && my_row(res, &row) && EVP_DigestInit_ex(h, EVP_sha256(), NULL) == 1;
    for (unsigned i = 0; ok && i < row.count; i++)
        ok = add(h, row_z(&row, i));
    ok = ok && EVP_DigestFinal_ex(h, out, NULL) == 1;
    EVP_MD_CTX_free(h);
    return ok ? MOULT_OK
              : my_fail(session->host, err, MOULT_ERR_INTERNAL, "libcrypto made no SHA-256");
}
