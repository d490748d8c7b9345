/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue-types.c - queries for types, routines, dependencies, comments. */
#include <string.h>

#include "catalogue.h"

#define Z(text) pgtext_z(sql, text)

void pgcatalogue_user_type_sql(const struct inspect *in, struct text *sql)
{
    bool multirange = in->session->number >= 140000;
    Z("SELECT t.oid, t.typnamespace, t.typname, " CATALOGUE_OWNER("t.typowner") ", " CATALOGUE_ACL(
        "t.typacl") ", CASE WHEN t.typisdefined THEN t.typtype ELSE 'p' END, t.typrelid, t.typarray, t.typnotnull,"
                    " CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,"
                    " CASE WHEN t.typtype = 'd' THEN pg_get_expr(t.typdefaultbin, 0) END,"
                    " CASE WHEN t.typtype = 'd' AND t.typcollation <> (SELECT b.typcollation FROM pg_type b"
                    " WHERE b.oid = t.typbasetype) THEN (SELECT CASE WHEN n.nspname = 'pg_catalog' THEN ''"
                    " ELSE quote_ident(n.nspname) || '.' END || quote_ident(o.collname) FROM pg_collation o"
                    " JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = t.typcollation) END,"
                    " CASE WHEN t.typtype = 'e' THEN (SELECT string_agg(quote_literal(l.enumlabel), ', '"
                    " ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid) END,"
                    " CASE WHEN t.typtype = 'r' THEN (SELECT '(' || concat_ws(', ', 'subtype = ' || format_type(g.rngsubtype,"
                    " NULL), CASE WHEN NOT c.opcdefault THEN 'subtype_opclass = ' || quote_ident(n.nspname) || '.' ||"
                    " quote_ident(c.opcname) END, CASE WHEN g.rngcollation <> s.typcollation THEN 'collation = ' ||"
                    " (SELECT quote_ident(m.nspname) || '.' || quote_ident(o.collname) FROM pg_collation o JOIN"
                    " pg_namespace m ON m.oid = o.collnamespace WHERE o.oid = g.rngcollation) END,"
                    " CASE WHEN g.rngcanonical <> 0 THEN 'canonical = ' || g.rngcanonical END,"
                    " CASE WHEN g.rngsubdiff <> 0 THEN 'subtype_diff = ' || g.rngsubdiff END");
    if (multirange)
        Z(", (SELECT CASE WHEN y.typname <> CASE WHEN t.typname LIKE '%range%' THEN"
          " regexp_replace(t.typname, 'range', 'multirange') ELSE t.typname || '_multirange' END THEN"
          " 'multirange_type_name = ' || quote_ident(k.nspname) || '.' || quote_ident(y.typname) END"
          " FROM pg_type y JOIN pg_namespace k ON k.oid = y.typnamespace WHERE y.oid = g.rngmultitypid)");
    Z(") || ')' FROM pg_range g JOIN pg_type s ON s.oid = g.rngsubtype JOIN pg_opclass c ON c.oid = g.rngsubopc"
      " JOIN pg_namespace n ON n.oid = c.opcnamespace WHERE g.rngtypid = t.oid) END, ");
    Z(multirange ? "CASE WHEN t.typtype = 'r' THEN (SELECT g.rngmultitypid FROM pg_range g"
                   " WHERE g.rngtypid = t.oid) ELSE 0 END,"
                 : "0::oid,");
    Z(" CASE WHEN t.typtype = 'b' THEN '(' || concat_ws(', ', 'INPUT = ' || t.typinput, 'OUTPUT = ' || t.typoutput,"
      " CASE WHEN t.typreceive <> 0 THEN 'RECEIVE = ' || t.typreceive END,"
      " CASE WHEN t.typsend <> 0 THEN 'SEND = ' || t.typsend END,"
      " CASE WHEN t.typmodin <> 0 THEN 'TYPMOD_IN = ' || t.typmodin END,"
      " CASE WHEN t.typmodout <> 0 THEN 'TYPMOD_OUT = ' || t.typmodout END,"
      " CASE WHEN t.typanalyze <> 0 THEN 'ANALYZE = ' || t.typanalyze END,"
      " 'INTERNALLENGTH = ' || CASE WHEN t.typlen < 0 THEN 'VARIABLE' ELSE t.typlen::text END,"
      " CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,"
      " 'ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4'"
      " ELSE 'double' END, 'STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'"
      " WHEN 'x' THEN 'extended' ELSE 'main' END,"
      " CASE WHEN t.typcategory <> 'U' THEN 'CATEGORY = ' || quote_literal(t.typcategory::text) END,"
      " CASE WHEN t.typispreferred THEN 'PREFERRED = true' END,"
      " CASE WHEN t.typdefault IS NOT NULL THEN 'DEFAULT = ' || quote_literal(t.typdefault) END,"
      " CASE WHEN t.typelem <> 0 THEN 'ELEMENT = ' || format_type(t.typelem, NULL) END,"
      " CASE WHEN t.typdelim <> ',' THEN 'DELIMITER = ' || quote_literal(t.typdelim::text) END,"
      " CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE = true' END) || ')' END"
      " FROM pg_type t WHERE (t.typtype IN ('d', 'e', 'p', 'r') OR t.typtype = 'c' AND EXISTS"
      " (SELECT 1 FROM pg_class k WHERE k.oid = t.typrelid AND k.relkind = 'c') OR t.typtype = 'b' AND NOT"
      /* An array; a base type of the category of arrays is none. */
      " (t.typcategory = 'A' AND EXISTS (SELECT 1 FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid))) AND ");
    pgcatalogue_scope(in, sql, CLASS_TYPE, "t.oid", "t.typnamespace");
}

void pgcatalogue_array_sql(const struct inspect *in, struct text *sql)
{
    /* Of the arrays of row types only those that something uses. */
    Z("SELECT DISTINCT y.typarray, y.oid FROM pg_depend d JOIN pg_type y ON y.typarray = d.refobjid"
      " WHERE d.refclassid = 1247 AND d.deptype = 'n' AND d.refobjid >= 16384 AND y.typtype = 'c' AND ");
    pgcatalogue_relations(in, sql, "y.typrelid", "'r','p','f','v','m'");
}

void pgcatalogue_routine_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT p.oid, p.pronamespace, p.proname, " CATALOGUE_OWNER("p.proowner") ", " CATALOGUE_ACL(
        "p.proacl") ", p.prokind, oidvectortypes(p.proargtypes), pg_get_function_arguments(p.oid),"
                    " pg_get_function_result(p.oid), CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,"
                    " (SELECT quote_ident(l.lanname) FROM pg_language l WHERE l.oid = p.prolang),"
                    " CASE WHEN p.prokind = 'a' THEN pg_get_function_identity_arguments(p.oid) END"
                    /* The constructors of a range are its own. */
                    " FROM pg_proc p WHERE NOT EXISTS (SELECT 1 FROM pg_depend i WHERE i.classid = 1255 AND i.objid = p.oid"
                    " AND i.deptype = 'i') AND ");
    pgcatalogue_scope(in, sql, CLASS_PROC, "p.oid", "p.pronamespace");
}

#define FUNCTION(keyword, column)                                                                  \
    " CASE WHEN a." column " <> 0 THEN '" keyword " = ' || a." column " END,"
/* 'r' is the usual for the final functions of plain aggregates, 'w' for those of ordered sets. */
#define MODIFY(keyword, column)                                                                    \
    " CASE WHEN a." column                                                                         \
    " <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END::\"char\" THEN '" keyword                 \
    " = ' || CASE a." column                                                                       \
    " WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,"

void pgcatalogue_aggregate_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT p.oid, '(' || concat_ws(', ', 'SFUNC = ' || a.aggtransfn,"
      " 'STYPE = ' || format_type(a.aggtranstype, NULL),"
      " CASE WHEN a.aggtransspace <> 0 THEN 'SSPACE = ' || a.aggtransspace END," FUNCTION(
          "FINALFUNC",
          "aggfinalfn") " CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END," MODIFY("FINALFUNC_MODIFY",
                                                                                        "aggfinalmodify")
          FUNCTION("COMBINEFUNC", "aggcombinefn") FUNCTION("SERIALFUNC", "aggserialfn") FUNCTION(
              "DESERIALFUNC",
              "aggdeserialfn") " 'INITCOND = ' || quote_literal(a.agginitval)," FUNCTION("MSFUNC",
                                                                                         "aggmtransfn")
              FUNCTION(
                  "MINVFUNC",
                  "aggminvtransfn") " CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(a.aggmtranstype, NULL) END,"
                                    " CASE WHEN a.aggmtransspace <> 0 THEN 'MSSPACE = ' || a.aggmtransspace END," FUNCTION("MFINALFUNC", "aggmfinalfn") " CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END," MODIFY(
                                        "MFINALFUNC_MODIFY",
                                        "aggmfinalmodify") " 'MINITCOND = ' || quote_literal(a.aggminitval),"
                                                           " CASE WHEN a.aggsortop <> 0 THEN 'SORTOP = OPERATOR(' || (SELECT quote_ident(n.nspname) || '.' || o.oprname"
                                                           " FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = a.aggsortop) || ')' END,"
                                                           " CASE WHEN p.proparallel <> 'u' THEN 'PARALLEL = ' ||"
                                                           " CASE p.proparallel WHEN 's' THEN 'SAFE' ELSE 'RESTRICTED' END END,"
                                                           " CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END) || ')'"
                                                           " FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid WHERE ");
    pgcatalogue_scope(in, sql, CLASS_PROC, "p.oid", "p.pronamespace");
}

void pgcatalogue_default_acl_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT d.oid, pg_get_userbyid(d.defaclrole), d.defaclnamespace, d.defaclobjtype, " CATALOGUE_ACL(
        "d.defaclacl") " FROM pg_default_acl d");
    if (in->session->schema) {
        Z(" WHERE d.defaclnamespace = ");
        pgcatalogue_schema(in, sql);
    }
}

/* What lies in the schema of a schema unit, and what belongs to its relations. */
static void add_objects(const struct inspect *in, struct text *sql)
{
    Z("WITH m(c, i) AS MATERIALIZED (SELECT s.classid, s.objid FROM pg_depend s WHERE s.refclassid = 2615"
      " AND s.refobjid = ");
    pgcatalogue_schema(in, sql);
    Z("), a(c, i) AS MATERIALIZED (SELECT c, i FROM m UNION SELECT p.classid, p.objid FROM m JOIN pg_depend p"
      " ON p.refclassid = m.c AND p.refobjid = m.i WHERE m.c IN (1247, 1259) AND p.deptype IN ('a', 'i')"
      " UNION SELECT 1259, y.typrelid FROM m JOIN pg_type y ON m.c = 1247 AND y.oid = m.i"
      " WHERE y.typtype = 'c' UNION SELECT 2615, ");
    pgcatalogue_schema(in, sql);
    /* The index of a constraint belongs to that. */
    Z("), o(c, i) AS MATERIALIZED (SELECT c, i FROM a UNION SELECT p.classid, p.objid FROM a JOIN pg_depend p"
      " ON p.refclassid = a.c AND p.refobjid = a.i WHERE a.c = 2606 AND p.deptype = 'i') ");
}

void pgcatalogue_depend_sql(const struct inspect *in, struct text *sql)
{
    bool one = in->session->schema != NULL;
    if (one)
        add_objects(in, sql);
    Z("SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid FROM pg_depend d ");
    if (one)
        Z("JOIN o ON o.c = d.classid AND o.i = d.objid ");
    /* What is known otherwise is not asked for: schemas; what indexes and constraints say of columns
     * and of the index that a foreign key stands on; owners of sequences; parents. */
    Z("WHERE d.deptype IN ('n', 'a') AND d.objid >= 16384 AND d.refobjid >= 16384 AND d.refclassid <> 2615"
      " AND d.classid <> 2604 AND NOT (d.classid = 1259 AND d.refclassid = 1259 AND d.deptype = 'a')"
      " AND NOT (d.classid = 2606 AND d.refclassid = 1259)"
      " UNION ALL SELECT 1259, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid FROM pg_index i"
      " JOIN pg_depend d ON d.classid = 1259 AND d.objid = i.indexrelid AND d.refclassid = 1259"
      " AND d.deptype = 'a' AND d.refobjsubid > 0 ");
    if (one)
        Z("JOIN o ON o.c = 1259 AND o.i = i.indexrelid ");
    Z("WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND i.indexrelid >= 16384"
      /* In columns of before version 15 it is the column that depends. */
      " UNION ALL SELECT 1259, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid FROM pg_depend d ");
    if (one)
        Z("JOIN o ON o.c = 1259 AND o.i = d.objid ");
    Z("WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype = 'a' AND d.objsubid > 0 AND d.refobjsubid > 0"
      " AND d.objid = d.refobjid AND d.objid >= 16384"
      /* A default is known by its column. */
      " UNION ALL SELECT 2604, a.adrelid, a.adnum::int4, d.refclassid, d.refobjid, d.refobjsubid"
      " FROM pg_depend d JOIN pg_attrdef a ON a.oid = d.objid ");
    if (one)
        Z("JOIN o ON o.c = 1259 AND o.i = a.adrelid ");
    Z("WHERE d.classid = 2604 AND d.deptype = 'n' AND d.refobjid >= 16384"
      /* Operator classes and families need what their members need. */
      " UNION ALL SELECT k.refclassid, k.refobjid, 0, d.refclassid, d.refobjid, 0 FROM pg_depend k ");
    if (one)
        Z("JOIN o ON o.c = k.refclassid AND o.i = k.refobjid ");
    Z("JOIN pg_depend d ON d.classid = k.classid AND d.objid = k.objid WHERE k.classid IN (2602, 2603)"
      " AND k.objid >= 16384 AND k.refclassid IN (2616, 2753) AND d.refclassid IN (1255, 2617)"
      " AND d.refobjid >= 16384");
    if (one)
        return;
    /* A publication needs what its members need. */
    Z(" UNION ALL SELECT 6104, r.prpubid, 0, d.refclassid, d.refobjid, d.refobjsubid FROM pg_publication_rel r"
      " JOIN pg_depend d ON d.classid = 6106 AND d.objid = r.oid AND d.refclassid = 1259");
    if (in->session->number >= 150000)
        Z(" UNION ALL SELECT 6104, s.pnpubid, 0, 2615, s.pnnspid, 0 FROM pg_publication_namespace s");
}

void pgcatalogue_comment_sql(const struct inspect *in, struct text *sql)
{
    bool one = in->session->schema != NULL;
    if (one)
        add_objects(in, sql);
    Z("SELECT d.classoid, d.objoid, d.objsubid, d.description FROM pg_description d ");
    if (one)
        Z("JOIN o ON o.c = d.classoid AND o.i = d.objoid ");
    else
        Z("LEFT JOIN pg_extension x ON d.classoid = 3079 AND x.oid = d.objoid ");
    Z("WHERE (d.objoid >= 16384 OR d.objoid = 2200 AND d.classoid = 2615)");
    /* An extension has the comment of its control file, unless it was given another. */
    if (!one)
        Z(" AND (x.oid IS NULL OR d.description IS DISTINCT FROM (SELECT e.comment"
          " FROM pg_available_extensions() e WHERE e.name = x.extname))");
}
