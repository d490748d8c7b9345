/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.h - what the files with queries share. */
#ifndef MOULT_POSTGRES_CATALOGUE_H
#define MOULT_POSTGRES_CATALOGUE_H

#include "inspect.h"

/* The name of a role other than the acting one. */
#define CATALOGUE_OWNER(column)                                                                    \
    "CASE WHEN " column " <> (SELECT quote_ident(current_user)::regrole)"                          \
    " THEN pg_get_userbyid(" column ") END"
/* Items of an array of texts, parted by \x1f. */
#define CATALOGUE_LIST(column) "array_to_string(" column ", E'\\x1f')"
/* Of an array of aclitems, parted by commas. */
#define CATALOGUE_ACL(column) "array_to_string(" column ", ',')"

/* The identifier of the schema of a schema unit. */
void pgcatalogue_schema(const struct inspect *in, struct text *sql);
/* A condition: the object of catalogue KLASS whose identifier and schema are the expressions OID and NSP
 * is the unit's. */
void pgcatalogue_scope(const struct inspect *in, struct text *sql, unsigned klass, const char *oid,
                       const char *nsp);
/* " AND ...": it belongs to no extension. */
void pgcatalogue_no_member(struct text *sql, unsigned klass, const char *oid);
/* A condition: OID is a relation of the unit of one of KINDS ("'r','p'").  Members of extensions are
 * not left out: nobody knows them later. */
void pgcatalogue_relations(const struct inspect *in, struct text *sql, const char *oid,
                           const char *kinds);

void pgcatalogue_user_type_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_domain_check_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_kinds_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_array_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_routine_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_aggregate_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_misc_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_member_grants_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_default_acl_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_depend_sql(const struct inspect *in, struct text *sql);
void pgcatalogue_comment_sql(const struct inspect *in, struct text *sql);

#endif
