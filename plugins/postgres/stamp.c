/* SPDX-License-Identifier: Apache-2.0 */
/* stamp.c - the state of the catalogue as a few numbers.
 *
 * For each catalogue, how many rows there are and the sum of the transactions that wrote them.  A
 * dropped row changes the number; a changed or replaced one has a writer that is new, and so the sum grows. */
#include "stamp.h"

#include <openssl/evp.h>
#include <string.h>

/* X(catalogue, the server's printing functions read it) */
#define CATALOGUES(X)                                                                              \
    X("pg_class", true)                                                                            \
    X("pg_attribute", true) X("pg_attrdef", true) X("pg_constraint", true) X("pg_index", true)     \
        X("pg_proc", true) X("pg_type", true) X("pg_rewrite", true) X("pg_trigger", true)          \
            X("pg_namespace", true) X("pg_operator", true) X("pg_collation", true)                 \
                X("pg_statistic_ext", true) X("pg_partitioned_table", true) X("pg_opclass", true)  \
                    X("pg_authid", true) X("pg_language", true) X("pg_depend", false)              \
                        X("pg_description", false) X("pg_policy", false) X("pg_enum", false) X(    \
                            "pg_sequence", false) X("pg_inherits", false) X("pg_range", false)     \
                            X("pg_aggregate", false) X("pg_extension", false)                      \
                                X("pg_event_trigger", false) X("pg_default_acl", false) X(         \
                                    "pg_cast", false) X("pg_opfamily", false) X("pg_amop", false)  \
                                    X("pg_amproc", false) X("pg_ts_config", false)                 \
                                        X("pg_ts_config_map", false) X("pg_ts_dict", false)        \
                                            X("pg_ts_parser", false) X("pg_ts_template", false)    \
                                                X("pg_conversion", false) X("pg_transform", false) \
                                                    X("pg_am", false) X("pg_foreign_data_wrapper", \
                                                                        false)                     \
                                                        X("pg_foreign_server", false)              \
                                                            X("pg_foreign_table", false)           \
                                                                X("pg_publication", false)         \
                                                                    X("pg_publication_rel", false)

static const struct {
    const char *name;
    bool printed;
} catalogues[] = {
#define CATALOGUE_ROW(name, printed) {name, printed},
    CATALOGUES(CATALOGUE_ROW)
#undef CATALOGUE_ROW
};
#define CATALOGUE_COUNT (sizeof catalogues / sizeof *catalogues)

void postgres_state_sql(struct text *sql, bool all)
{
    pgtext_z(sql, "concat_ws(','");
    for (size_t i = 0; i < CATALOGUE_COUNT; i++) {
        /* pg_authid cannot be read by everybody. */
        bool roles = strcmp(catalogues[i].name, "pg_authid") == 0;
        if (roles)
            pgtext_z(sql,
                     ", (SELECT count(*) || ':' || sum(hashtext(r.rolname || r.oid::text)::int8)"
                     " FROM pg_catalog.pg_roles r)");
        else if (all || catalogues[i].printed)
            /* Ages count from the next transaction; that of a fixed one takes this out again.  Rows
             * that initdb wrote have the greatest age at any time. */
            pgtext_printf(sql,
                          ", (SELECT count(*) || ':' || sum(CASE WHEN age(c.xmin) < 2147483647 THEN"
                          " age(c.xmin)::int8 - age('3'::xid)::int8 END) FROM pg_catalog.%s c)",
                          catalogues[i].name);
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
    postgres_state_sql(&sql, true);
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
