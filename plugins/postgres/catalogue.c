/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.c - the queries of an inspection, in the order of their rows.
 *
 * Fixed numbers are the identifiers of catalogues (inspect.h) and FirstNormalObjectId, below which is
 * what initdb made.  Lists are given with \x1f between the items, which no name of an option holds. */
#include <string.h>

#include "bookkeeping.h"
#include "catalogue.h"

#define Z(text) pgtext_z(sql, text)

void pgcatalogue_schema(const struct inspect *in, struct text *sql)
{
    Z("(SELECT n.oid FROM pg_namespace n WHERE n.nspname = ");
    pgtext_literal(sql, in->session->schema, strlen(in->session->schema));
    Z(")");
}

/* A condition on N, a pg_namespace: its objects are the unit's. */
static void add_schemas(const struct inspect *in, struct text *sql)
{
    if (in->session->schema) {
        Z("n.nspname = ");
        pgtext_literal(sql, in->session->schema, strlen(in->session->schema));
    } else {
        Z("n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT (n.nspname = '" BOOKKEEPING_SCHEMA
          "' AND obj_description(n.oid, 'pg_namespace') IS NOT DISTINCT FROM '" BOOKKEEPING_MARKER
          "')");
    }
}

void pgcatalogue_scope(const struct inspect *in, struct text *sql, unsigned klass, const char *oid,
                       const char *nsp)
{
    if (in->session->schema) {
        /* Catalogues have no index by schema; dependencies have one. */
        pgtext_printf(
            sql,
            "%s IN (SELECT s.objid FROM pg_depend s WHERE s.refclassid = 2615 AND s.refobjid = ",
            oid);
        pgcatalogue_schema(in, sql);
        pgtext_printf(sql, " AND s.classid = %u)", klass);
    } else {
        pgtext_printf(sql, "%s IN (SELECT n.oid FROM pg_namespace n WHERE ", nsp);
        add_schemas(in, sql);
        pgtext_printf(sql, ") AND %s >= 16384", oid);
    }
    pgcatalogue_no_member(sql, klass, oid);
}

static void add_member(struct text *sql, const char *before, unsigned klass, const char *oid)
{
    pgtext_printf(sql,
                  "%sEXISTS (SELECT 1 FROM pg_depend e WHERE e.refclassid = 3079 AND e.deptype ="
                  " 'e' AND e.classid = %u AND e.objid = %s)",
                  before, klass, oid);
}

void pgcatalogue_no_member(struct text *sql, unsigned klass, const char *oid)
{
    add_member(sql, " AND NOT ", klass, oid);
}

/* The objects of catalogue KLASS that depend on a schema unit's schema. */
static void add_dependents(const struct inspect *in, struct text *sql, unsigned klass)
{
    Z("SELECT s.objid FROM pg_depend s WHERE s.refclassid = 2615 AND s.refobjid = ");
    pgcatalogue_schema(in, sql);
    pgtext_printf(sql, " AND s.classid = %u", klass);
}

/* A condition on K, a pg_class: it is a relation of the unit; INDEXES: or its index. */
static void add_relations(const struct inspect *in, struct text *sql, bool indexes)
{
    if (!in->session->schema) {
        Z("k.relnamespace IN (SELECT n.oid FROM pg_namespace n WHERE ");
        add_schemas(in, sql);
        Z(") AND k.oid >= 16384");
        return;
    }
    Z("k.oid IN (");
    add_dependents(in, sql, CLASS_CLASS);
    /* What composite types are made of depends on these, and indexes on their tables. */
    Z(" UNION ALL SELECT y.typrelid FROM pg_type y WHERE y.typtype = 'c' AND y.oid IN (");
    add_dependents(in, sql, CLASS_TYPE);
    Z(")");
    if (indexes) {
        Z(" UNION ALL SELECT i.indexrelid FROM pg_index i WHERE i.indrelid IN (");
        add_dependents(in, sql, CLASS_CLASS);
        Z(")");
    }
    Z(")");
}

void pgcatalogue_relations(const struct inspect *in, struct text *sql, const char *oid,
                           const char *kinds)
{
    pgtext_printf(sql, "%s IN (SELECT k.oid FROM pg_class k WHERE k.relkind IN (%s) AND ", oid,
                  kinds);
    add_relations(in, sql, false);
    Z(")");
}

#define OWNER CATALOGUE_OWNER
#define LIST CATALOGUE_LIST
#define ACL CATALOGUE_ACL

static void session_sql(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT current_user, txid_current_snapshot()::text");
}

static void namespace_sql(const struct inspect *in, struct text *sql)
{
    /* All schemas: others are named in texts and types. */
    Z("SELECT n.oid, n.nspname, ");
    add_schemas(in, sql);
    Z(", CASE WHEN n.nspname = 'public' THEN pg_get_userbyid(n.nspowner) ELSE " OWNER("n.nspowner") " END, " ACL(
        "n.nspacl") ", EXISTS (SELECT 1 FROM pg_depend e WHERE e.refclassid = 3079"
                    " AND e.deptype = 'e' AND e.classid = 2615 AND e.objid = n.oid), n.nspowner FROM pg_namespace n");
}

static void member_sql(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT d.classid, d.objid, x.extname FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid"
      " WHERE d.refclassid = 3079 AND d.deptype = 'e' AND d.objid >= 16384");
}

#define WITH_COLUMNS "'r','p','f','v','m','c'"

/* The types that are not known without asking, once the columns have been seen. */
static void type_sql(const struct inspect *in, struct text *sql)
{
    if (!in->unknown_types)
        return;
    struct text modifiers = {0};
    Z("SELECT t.oid, u.m, format_type(t.oid, u.m), t.typcollation, t.typstorage FROM unnest('{");
    for (const struct type *t = in->unknown_types; t; t = t->next_unknown) {
        pgtext_printf(sql, "%u%s", t->id.oid, t->next_unknown ? "," : "");
        pgtext_printf(&modifiers, "%d%s", (int32_t)t->id.modifier, t->next_unknown ? "," : "");
    }
    Z("}'::oid[], '{");
    pgtext_z(sql, modifiers.p ? modifiers.p : "");
    sql->failed |= modifiers.failed;
    pgtext_free(&modifiers);
    Z("}'::int4[]) u(i, m) JOIN pg_type t ON t.oid = u.i");
}

static void class_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, " OWNER("c.relowner") ", " ACL(
        "c.relacl") ", c.reltype,"
                    " CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,"
                    " CASE WHEN c.relam NOT IN (0, 2) THEN (SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = c.relam) END,"
                    " CASE WHEN c.reltablespace <> 0 THEN"
                    " (SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = c.reltablespace) END, " LIST("c.reloptions") ", " LIST(
                        "t.reloptions") ","
                                        " c.relreplident, c.relrowsecurity, c.relforcerowsecurity,"
                                        " CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,"
                                        " CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,"
                                        " CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,"
                                        " CASE WHEN c.relkind = 'f' THEN (SELECT quote_ident(v.srvname) FROM pg_foreign_table f"
                                        " JOIN pg_foreign_server v ON v.oid = f.ftserver WHERE f.ftrelid = c.oid) END,"
                                        " CASE WHEN c.relkind = 'f' THEN (SELECT " LIST(
                                            "f.ftoptions") " FROM pg_foreign_table f WHERE f.ftrelid = c.oid) END, c.relnatts"
                                                           " FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL"
                                                           " AND t.relkind = 't' WHERE c.relkind IN (" WITH_COLUMNS
                                                           ",'S') AND ");
    if (in->session->schema) {
        /* As an array the planner knows that they are few, among those of all schemas. */
        Z("c.oid = ANY (ARRAY(SELECT s.objid FROM pg_depend s WHERE s.refclassid = 2615 AND s.refobjid = ");
        pgcatalogue_schema(in, sql);
        Z(" AND s.classid = 1259");
        pgcatalogue_no_member(sql, 1259, "s.objid");
        Z(" UNION ALL SELECT y.typrelid FROM pg_type y WHERE y.typtype = 'c' AND ");
        pgcatalogue_scope(in, sql, 1247, "y.oid", "y.typnamespace");
        Z(")) AND NOT (c.relname IN ('moult_run', 'moult_step', 'moult_audit')"
          " AND obj_description(c.oid, 'pg_class') IS NOT DISTINCT FROM '" BOOKKEEPING_MARKER "')");
    } else {
        pgcatalogue_scope(in, sql, 1259, "c.oid", "c.relnamespace");
        /* Of an extension's composite it is the type that is a member. */
        Z(" AND NOT (c.relkind = 'c'");
        add_member(sql, " AND ", CLASS_TYPE, "c.reltype");
        Z(")");
    }
    /* What identity columns count with is theirs. */
    Z(" AND NOT (c.relkind = 'S' AND EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 1259"
      " AND d.objid = c.oid AND d.deptype = 'i'))");
}

static void parent_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT h.inhrelid, h.inhparent, h.inhparent::regclass::text FROM pg_inherits h WHERE ");
    pgcatalogue_relations(in, sql, "h.inhrelid", "'r','p','f'");
    Z(" ORDER BY h.inhrelid, h.inhseqno");
}

/* Of indexes, too, those columns that something was set on. */
static void attribute_sql(const struct inspect *in, struct text *sql)
{
    bool compression = in->session->number >= 140000;
    /* The statistics target's default was -1 before it was null. */
    Z("SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity,"
      " a.attgenerated, a.attislocal, a.attcollation,"
      " CASE WHEN a.attcollation NOT IN (0, 100) THEN (SELECT CASE WHEN n.nspname = 'pg_catalog' THEN ''"
      " ELSE quote_ident(n.nspname) || '.' END || quote_ident(o.collname) FROM pg_collation o"
      " JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = a.attcollation) END,"
      " a.attstorage, coalesce(a.attstattarget, -1)::int4, ");
    Z(compression ? "a.attcompression, " : "''::\"char\", ");
    Z(LIST("a.attoptions") ", " LIST("a.attfdwoptions") ", " ACL(
        "a.attacl") ", a.attinhcount > 0, d.oid,"
                    /* Equal defaults are printed once, later: that takes longer than all the rest. */
                    " CASE WHEN a.attgenerated = '' THEN d.adbin::text END,"
                    " CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END"
                    " FROM pg_attribute a JOIN pg_class k ON k.oid = a.attrelid"
                    " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                    " WHERE a.attnum > 0 AND NOT a.attisdropped AND (k.relkind IN (" WITH_COLUMNS
                    ") OR k.relkind IN ('i', 'I') AND (a.attstattarget >= 0 OR a.attoptions IS NOT NULL)) AND ");
    add_relations(in, sql, true);
}

/* One of each kind. */
static void default_sql(const struct inspect *in, struct text *sql)
{
    if (!in->expressions)
        return;
    Z("SELECT d.oid, pg_get_expr(d.adbin, 0) FROM pg_attrdef d WHERE d.oid = ANY ('{");
    for (const struct expression *e = in->expressions; e; e = e->hh.next)
        pgtext_printf(sql, "%u%s", e->oid, e->hh.next ? "," : "");
    Z("}'::oid[])");
}

static void sequence_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT q.seqrelid, format_type(q.seqtypid, NULL), q.seqstart::text, q.seqincrement::text,"
      " q.seqmin::text, q.seqmax::text, q.seqcache::text, q.seqcycle, d.deptype, d.refobjid,"
      " d.refobjsubid, c.relname, c.relnamespace, c.relpersistence"
      " FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid"
      " LEFT JOIN pg_depend d ON d.classid = 1259 AND d.objid = q.seqrelid AND d.refclassid = 1259"
      " AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') WHERE ");
    pgcatalogue_relations(in, sql, "q.seqrelid", "'S'");
}

static void default_opclass_sql(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT c.oid, c.opcintype FROM pg_opclass c WHERE c.opcdefault");
}

/* Keys and plain indexes are put together here; the server need not print them. */
static void index_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT i.indexrelid, i.indrelid, x.relname, x.relnamespace, i.indisunique, i.indisvalid,"
      " i.indisclustered, i.indisreplident, CASE WHEN x.reltablespace <> 0 THEN"
      " (SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = x.reltablespace) END, " LIST(
          "x.reloptions") ","
                          " CASE WHEN x.relispartition THEN (SELECT h.inhparent FROM pg_inherits h"
                          " WHERE h.inhrelid = i.indexrelid) END,"
                          " n.oid, n.conname, n.contype, n.condeferrable, n.condeferred, x.relam,"
                          " i.indkey, i.indclass, i.indcollation, i.indoption, i.indnkeyatts, ");
    Z(in->session->number >= 150000 ? "i.indnullsnotdistinct" : "false");
    Z(", i.indexprs IS NULL AND i.indpred IS NULL");
    Z(in->session->number >= 180000 ? " AND n.conperiod IS NOT TRUE" : "");
    Z(" FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
      " LEFT JOIN pg_constraint n ON n.conindid = i.indexrelid AND n.conrelid = i.indrelid"
      " AND n.contype IN ('p', 'u', 'x') WHERE ");
    pgcatalogue_relations(in, sql, "i.indrelid", "'r','p','m'");
    /* What copies are of comes first. */
    Z(" ORDER BY CASE WHEN x.relispartition THEN (SELECT count(*) FROM"
      " pg_partition_ancestors(x.oid)) ELSE 0 END");
}

static void index_text_sql(const struct inspect *in, struct text *sql)
{
    if (!in->unprinted)
        return;
    Z("SELECT u.i, u.c, CASE WHEN u.c = 0 THEN pg_get_indexdef(u.i) ELSE pg_get_constraintdef(u.c) END FROM unnest('{");
    for (const struct unprinted *u = in->unprinted; u; u = u->next)
        pgtext_printf(sql, "%u%s", u->index, u->next ? "," : "");
    Z("}'::oid[], '{");
    for (const struct unprinted *u = in->unprinted; u; u = u->next)
        pgtext_printf(sql, "%u%s", u->constraint, u->next ? "," : "");
    Z("}'::oid[]) u(i, c)");
}

/* %s: what the server prints; which columns SET NULL is for. */
#define CONSTRAINT                                                                                         \
    "SELECT n.oid, n.conname, n.contype, n.conrelid, n.contypid, n.confrelid, n.condeferrable,"            \
    " n.condeferred, n.convalidated, n.conkey, %s, n.confkey,"                                              \
    " n.confupdtype, n.confdeltype, n.confmatchtype, n.conindid, %s, %s FROM pg_constraint n WHERE "

/* The tables below that have rows checked which are not checked in the table itself. */
#define VALIDATED                                                                                          \
    "CASE WHEN n.contype = 'c' AND NOT n.convalidated THEN (WITH RECURSIVE b(id) AS (SELECT n.conrelid"    \
    " UNION SELECT h.inhrelid FROM b JOIN pg_inherits h ON h.inhparent = b.id)"                            \
    " SELECT array_agg(k.conrelid) FROM b JOIN pg_constraint k ON k.conrelid = b.id"           \
    " WHERE k.conname = n.conname AND k.contype = 'c' AND k.convalidated) END"

static void constraint_sql(const struct inspect *in, struct text *sql)
{
    int v = in->session->number;
    /* Foreign keys are put together here, but for what they may have had since then. */
    pgtext_printf(sql, CONSTRAINT,
                  v >= 180000 ? "CASE WHEN n.contype = 'c' OR n.conperiod OR NOT n.conenforced THEN"
                                " pg_get_constraintdef(n.oid) END"
                              : "CASE WHEN n.contype = 'c' THEN pg_get_constraintdef(n.oid) END",
                  v >= 150000 ? "n.confdelsetcols" : "NULL", VALIDATED);
    Z("n.contype IN ('c', 'f') AND n.conparentid = 0 AND (n.coninhcount = 0 OR n.conislocal) AND ");
    pgcatalogue_relations(in, sql, "n.conrelid", "'r','p','f'");
}

void pgcatalogue_domain_check_sql(const struct inspect *in, struct text *sql)
{
    pgtext_printf(sql, CONSTRAINT, "pg_get_constraintdef(n.oid)", "NULL", "NULL");
    Z("n.contype = 'c' AND n.contypid IN (SELECT y.oid FROM pg_type y WHERE y.typtype = 'd' AND ");
    pgcatalogue_scope(in, sql, CLASS_TYPE, "y.oid", "y.typnamespace");
    Z(")");
}

static void trigger_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT g.oid, g.tgrelid, g.tgname, g.tgenabled, g.tgconstraint <> 0, pg_get_triggerdef(g.oid)"
      " FROM pg_trigger g WHERE NOT g.tgisinternal AND ");
    if (in->session->number >= 130000)
        Z("g.tgparentid = 0 AND ");
    pgcatalogue_relations(in, sql, "g.tgrelid", "'r','p','f','v'");
}

static void rule_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT w.oid, w.ev_class, w.rulename, w.ev_enabled,"
      " CASE WHEN w.rulename <> '_RETURN' THEN pg_get_ruledef(w.oid) END FROM pg_rewrite w WHERE ");
    pgcatalogue_relations(in, sql, "w.ev_class", "'r','p','f','v','m'");
}

static void policy_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT p.oid, p.polrelid, p.polname, p.polcmd, p.polpermissive,"
      " CASE WHEN p.polroles <> '{0}' THEN (SELECT string_agg(CASE WHEN o.id = 0 THEN ''"
      " ELSE pg_get_userbyid(o.id) END, E'\\x1f') FROM unnest(p.polroles) o(id)) END,"
      " pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)"
      " FROM pg_policy p WHERE ");
    pgcatalogue_relations(in, sql, "p.polrelid", "'r','p'");
}

static void statistics_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT x.oid, x.stxnamespace, x.stxname, " OWNER(
        "x.stxowner") ", x.stxrelid,"
                      " pg_get_statisticsobjdef(x.oid), ");
    Z(in->session->number >= 130000 ? "coalesce(x.stxstattarget, -1)::int4" : "-1");
    Z(" FROM pg_statistic_ext x WHERE ");
    pgcatalogue_relations(in, sql, "x.stxrelid", "'r','p','f','m'");
}

const struct catalogue_query postgres_catalogue[] = {
    {1, NULL, session_sql, pginspect_session_row},
    {1, NULL, namespace_sql, pginspect_namespace_row},
    {1, NULL, member_sql, pginspect_member_row},
    {1, NULL, pgcatalogue_kinds_sql, pginspect_kinds_row},
    {1, NULL, class_sql, pginspect_class_row},
    {1, NULL, parent_sql, pginspect_parent_row},
    {1, NULL, attribute_sql, pginspect_attribute_row},
    {1, NULL, default_opclass_sql, pginspect_opclass_row},
    {1, NULL, index_sql, pginspect_index_row},
    {1, NULL, constraint_sql, pginspect_constraint_row},
    {1, NULL, pgcatalogue_user_type_sql, pginspect_user_type_row},
    {1, NULL, pgcatalogue_array_sql, pginspect_array_row},
    {2, NULL, type_sql, pginspect_type_row},
    {2, NULL, default_sql, pginspect_default_row},
    {2, NULL, index_text_sql, pginspect_index_text_row},
    {2, "pg_sequence", sequence_sql, pginspect_sequence_row},
    {2, "pg_trigger WHERE NOT tgisinternal", trigger_sql, pginspect_trigger_row},
    {2, "pg_rewrite WHERE oid >= 16384", rule_sql, pginspect_rule_row},
    {2, "pg_policy", policy_sql, pginspect_policy_row},
    {2, "pg_statistic_ext", statistics_sql, pginspect_statistics_row},
    {2, "pg_constraint WHERE contypid >= 16384", pgcatalogue_domain_check_sql,
     pginspect_constraint_row},
    {2, "pg_proc WHERE oid >= 16384", pgcatalogue_routine_sql, pginspect_routine_row},
    {2, "pg_aggregate WHERE aggfnoid >= 16384", pgcatalogue_aggregate_sql,
     pginspect_aggregate_row},
    {2, NULL, pgcatalogue_misc_sql, pginspect_misc_row},
    {2, NULL, pgcatalogue_member_grants_sql, pginspect_member_grants_row},
    {2, "pg_default_acl", pgcatalogue_default_acl_sql, pginspect_default_acl_row},
    {2, NULL, pgcatalogue_depend_sql, pginspect_depend_row},
    {2, "pg_description WHERE objoid >= 16384 OR classoid = 2615", pgcatalogue_comment_sql,
     pginspect_comment_row},
};
const int postgres_catalogue_count = sizeof postgres_catalogue / sizeof *postgres_catalogue;
_Static_assert(sizeof postgres_catalogue / sizeof *postgres_catalogue <= 31, "a bit for each");
