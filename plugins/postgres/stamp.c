/* SPDX-License-Identifier: Apache-2.0 */
/* stamp.c - the state of the catalogue as a few numbers.
 *
 * For each catalogue, how many rows there are and the sum of the transactions that wrote them.  A
 * dropped row changes the number; a changed or replaced one has a writer that is new, and so the sum grows. */
#include <openssl/evp.h>
#include <string.h>

#include "pg.h"

static const char *const catalogues[] = {
    "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_proc", "pg_type",
    "pg_rewrite", "pg_trigger", "pg_namespace", "pg_operator", "pg_collation", "pg_statistic_ext",
    "pg_partitioned_table", "pg_opclass", "pg_authid", "pg_language", "pg_depend",
    "pg_description", "pg_policy", "pg_enum", "pg_sequence", "pg_inherits", "pg_range",
    "pg_aggregate", "pg_extension", "pg_event_trigger", "pg_default_acl", "pg_cast",
    "pg_opfamily", "pg_amop", "pg_amproc", "pg_ts_config", "pg_ts_config_map", "pg_ts_dict",
    "pg_ts_parser", "pg_ts_template", "pg_conversion", "pg_transform", "pg_am",
    "pg_foreign_data_wrapper", "pg_foreign_server", "pg_foreign_table", "pg_publication",
    "pg_publication_rel"};
#define CATALOGUE_COUNT (sizeof catalogues / sizeof *catalogues)

/* An expression of type text. */
static void add_state(struct text *sql)
{
    pgtext_z(sql, "concat_ws(','");
    for (size_t i = 0; i < CATALOGUE_COUNT; i++) {
        /* pg_authid cannot be read by everybody. */
        bool roles = strcmp(catalogues[i], "pg_authid") == 0;
        if (roles)
            pgtext_z(sql,
                     ", (SELECT count(*) || ':' || sum(hashtext(r.rolname || r.oid::text)::int8)"
                     " FROM pg_catalog.pg_roles r)");
        else
            /* Ages count from the next transaction; that of a fixed one takes this out again.  Rows
             * that initdb wrote have the greatest age at any time. */
            pgtext_printf(sql,
                          ", (SELECT count(*) || ':' || sum(CASE WHEN age(c.xmin) < 2147483647 THEN"
                          " age(c.xmin)::int8 - age('3'::xid)::int8 END) FROM pg_catalog.%s c)",
                          catalogues[i]);
    }
    pgtext_char(sql, ')');
}

static bool add(EVP_MD_CTX *h, const char *p)
{
    size_t n = strlen(p) + 1; /* with the zero, which ends it */
    return EVP_DigestUpdate(h, p, n) == 1;
}

moult_status postgres_stamp(moult_session *session, uint8_t out[32], moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    /* The server, the database in it, and its state. */
    pgtext_z(&sql,
             "SELECT (SELECT system_identifier::text FROM pg_catalog.pg_control_system()), (SELECT"
             " oid::text FROM pg_catalog.pg_database WHERE datname = current_database()),"
             " current_user, version(), ");
    add_state(&sql);
    if (sql.failed)
        return postgres_nomem(session->host, err);
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(session, "read the catalogue's state", sql.p, NULL, 0, &r, err);
    if (st != MOULT_OK)
        return st;
    EVP_MD_CTX *h = EVP_MD_CTX_new();
    bool ok = h && EVP_DigestInit_ex(h, EVP_sha256(), NULL) == 1;
    for (int i = 0; ok && i < PQnfields(r); i++)
        ok = add(h, PQgetvalue(r, 0, i));
    ok = ok && add(h, session->schema ? session->schema : "") &&
         EVP_DigestFinal_ex(h, out, NULL) == 1;
    EVP_MD_CTX_free(h);
    return ok ? MOULT_OK
              : postgres_fail(session->host, err, MOULT_ERR_INTERNAL, "libcrypto made no SHA-256");
}
