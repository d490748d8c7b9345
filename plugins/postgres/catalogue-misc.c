/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue-misc.c - one query for all kinds that most databases have none of.
 *
 * Each part gives kind, catalogue, identifier, schema (0: none), name, the rest of the key, owner,
 * grants, for which acldefault they are held against, and up to six attributes as name and text. A
 * letter before an attribute's name says how its text is meant: "?" a flag that is set if there is a
 * text, "%" options parted by \x1f, "!" such options that may be secret.
 *
 * To plan all these parts takes longer than most inspections: only those are asked for of whose kind
 * there is anything. */
#include <string.h>

#include "catalogue.h"

#define Z(text) pgtext_z(sql, text)
#define PART(kind, class) Z(sql->n > part ? " UNION ALL " : ""); Z("SELECT '" kind "'::text, " class ", ")
#define OWNER CATALOGUE_OWNER
#define NONE "NULL::text"
#define NO_RIGHTS NONE ", " NONE ", ''::\"char\", "
#define OWNER_ALONE(column) OWNER(column) "::text, " NONE ", ''::\"char\", "
#define PAD1 ", " NONE ", " NONE
#define PAD2 PAD1 PAD1
#define PAD3 PAD2 PAD1
#define PAD4 PAD3 PAD1
#define PAD5 PAD4 PAD1
/* A function by its qualified name, or null where there is none. */
#define FUNCTION(column) "CASE WHEN " column " <> 0 THEN " column "::regproc::text END"
#define OPERATOR(column)                                                                           \
    "(SELECT 'OPERATOR(' || quote_ident(z.nspname) || '.' || y.oprname || ')' FROM pg_operator y"  \
    " JOIN pg_namespace z ON z.oid = y.oprnamespace WHERE y.oid = " column ")"

static void collation_sql(const struct inspect *in, struct text *sql)
{
    int v = in->session->number;
    const char *locale = v >= 170000   ? "o.colllocale"
                         : v >= 150000 ? "o.colliculocale"
                                       : "CASE WHEN o.collprovider = 'i' THEN o.collcollate::text END";
    Z("SELECT 'collation'::text, 3456, o.oid, o.collnamespace, o.collname::text, " NONE ", " OWNER_ALONE("o.collowner")
      "'definition'::text, ('(' || concat_ws(', ', 'provider = ' || CASE o.collprovider WHEN 'i' THEN 'icu'"
      " WHEN 'b' THEN 'builtin' ELSE 'libc' END, ");
    pgtext_printf(sql, "'locale = ' || quote_literal(%s), ", locale);
    Z("CASE WHEN o.collprovider = 'c' THEN CASE WHEN o.collcollate = o.collctype THEN 'locale = ' ||"
      " quote_literal(o.collcollate) ELSE 'lc_collate = ' || quote_literal(o.collcollate) || ', lc_ctype = '"
      " || quote_literal(o.collctype) END END, ");
    if (v >= 160000)
        Z("'rules = ' || quote_literal(o.collicurules), ");
    Z("CASE WHEN NOT o.collisdeterministic THEN 'deterministic = false' END) || ')')::text" PAD5
      " FROM pg_collation o WHERE ");
    catalogue_scope(in, sql, CLASS_COLLATION, "o.oid", "o.collnamespace");
}

static void operator_sql(const struct inspect *in, struct text *sql)
{
    Z(" UNION ALL SELECT 'operator', 2617, o.oid, o.oprnamespace, o.oprname,"
      " '(' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ', ' ||"
      " CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END || ')', "
      OWNER_ALONE("o.oprowner") "'definition', CASE WHEN o.oprcode <> 0 THEN '(' || concat_ws(', ',"
      " 'FUNCTION = ' || o.oprcode, CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,"
      " CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,"
      " 'COMMUTATOR = ' || " OPERATOR("o.oprcom") ", 'NEGATOR = ' || " OPERATOR("o.oprnegate")
      ", CASE WHEN o.oprcanmerge THEN 'MERGES' END, CASE WHEN o.oprcanhash THEN 'HASHES' END,"
      " 'RESTRICT = ' || " FUNCTION("o.oprrest") ", 'JOIN = ' || " FUNCTION("o.oprjoin") ") || ')' END" PAD5
      " FROM pg_operator o WHERE ");
    catalogue_scope(in, sql, CLASS_OPERATOR, "o.oid", "o.oprnamespace");
}

/* Operators and functions of a class or family: what depends on it in the manner DEPTYPE. */
#define MEMBERS(class, oid, deptype)                                                               \
    "(SELECT string_agg(e.t, ', ' ORDER BY e.k, e.n, e.t) FROM (SELECT 1 AS k, a.amopstrategy AS n,"\
    " 'OPERATOR ' || a.amopstrategy || ' ' || (SELECT quote_ident(z.nspname) || '.' || y.oprname"  \
    " FROM pg_operator y JOIN pg_namespace z ON z.oid = y.oprnamespace WHERE y.oid = a.amopopr)"   \
    " || ' (' || format_type(a.amoplefttype, NULL) || ', ' || format_type(a.amoprighttype, NULL)"  \
    " || ')' || CASE WHEN a.amoppurpose = 'o' THEN ' FOR ORDER BY ' || (SELECT quote_ident(z.nspname)"\
    " || '.' || quote_ident(y.opfname) FROM pg_opfamily y JOIN pg_namespace z ON z.oid ="          \
    " y.opfnamespace WHERE y.oid = a.amopsortfamily) ELSE '' END AS t FROM pg_amop a JOIN pg_depend d"\
    " ON d.classid = 2602 AND d.objid = a.oid WHERE d.refclassid = " class " AND d.refobjid = " oid\
    " AND d.deptype = '" deptype "' UNION ALL SELECT 2, a.amprocnum, 'FUNCTION ' || a.amprocnum"   \
    " || ' (' || format_type(a.amproclefttype, NULL) || ', ' || format_type(a.amprocrighttype, NULL)"\
    " || ') ' || a.amproc::regprocedure FROM pg_amproc a JOIN pg_depend d ON d.classid = 2603"     \
    " AND d.objid = a.oid WHERE d.refclassid = " class " AND d.refobjid = " oid                    \
    " AND d.deptype = '" deptype "') e)"
#define USING_METHOD(column) "' USING ' || (SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = " column ")"

static void opclass_sql(const struct inspect *in, struct text *sql)
{
    Z(" UNION ALL SELECT 'operator_family', 2753, f.oid, f.opfnamespace, f.opfname, " USING_METHOD("f.opfmethod")
      ", " OWNER_ALONE("f.opfowner") "'members', " MEMBERS("2753", "f.oid", "a") PAD5
      " FROM pg_opfamily f WHERE ");
    catalogue_scope(in, sql, CLASS_OPFAMILY, "f.oid", "f.opfnamespace");
    Z(" UNION ALL SELECT 'operator_class', 2616, c.oid, c.opcnamespace, c.opcname, " USING_METHOD("c.opcmethod")
      ", " OWNER_ALONE("c.opcowner") "'members', " MEMBERS("2616", "c.oid", "i")
      ", '?default', CASE WHEN c.opcdefault THEN '' END, 'type', format_type(c.opcintype, NULL),"
      " 'family', (SELECT quote_ident(n.nspname) || '.' || quote_ident(f.opfname) FROM pg_opfamily f"
      " JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE f.oid = c.opcfamily),"
      " 'storage', CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END" PAD1
      " FROM pg_opclass c WHERE ");
    catalogue_scope(in, sql, CLASS_OPCLASS, "c.oid", "c.opcnamespace");
}

static void text_search_sql(const struct inspect *in, struct text *sql)
{
    Z(" UNION ALL SELECT 'text_search_configuration', 3602, c.oid, c.cfgnamespace, c.cfgname, " NONE ", "
      OWNER_ALONE("c.cfgowner") "'parser', (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.prsname)"
      " FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE p.oid = c.cfgparser),"
      " 'mappings', (SELECT string_agg(g.alias || ': ' || g.list, '; ' ORDER BY g.alias COLLATE \"C\") FROM"
      " (SELECT t.alias, string_agg(quote_ident(n.nspname) || '.' || quote_ident(d.dictname), ', '"
      " ORDER BY m.mapseqno) AS list FROM ts_token_type(c.cfgparser) t JOIN pg_ts_config_map m"
      " ON m.mapcfg = c.oid AND m.maptokentype = t.tokid JOIN pg_ts_dict d ON d.oid = m.mapdict"
      " JOIN pg_namespace n ON n.oid = d.dictnamespace GROUP BY t.alias) g)" PAD4
      " FROM pg_ts_config c WHERE ");
    catalogue_scope(in, sql, CLASS_TS_CONFIG, "c.oid", "c.cfgnamespace");
    Z(" UNION ALL SELECT 'text_search_dictionary', 3600, d.oid, d.dictnamespace, d.dictname, " NONE ", "
      OWNER_ALONE("d.dictowner") "'template', (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.tmplname)"
      " FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate),"
      " 'options', d.dictinitoption" PAD4 " FROM pg_ts_dict d WHERE ");
    catalogue_scope(in, sql, CLASS_TS_DICT, "d.oid", "d.dictnamespace");
    Z(" UNION ALL SELECT 'text_search_parser', 3601, p.oid, p.prsnamespace, p.prsname, " NONE ", " NO_RIGHTS
      "'definition', '(' || concat_ws(', ', 'START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken,"
      " 'END = ' || p.prsend, 'HEADLINE = ' || " FUNCTION("p.prsheadline") ", 'LEXTYPES = ' || p.prslextype)"
      " || ')'" PAD5 " FROM pg_ts_parser p WHERE ");
    catalogue_scope(in, sql, CLASS_TS_PARSER, "p.oid", "p.prsnamespace");
    Z(" UNION ALL SELECT 'text_search_template', 3764, t.oid, t.tmplnamespace, t.tmplname, " NONE ", " NO_RIGHTS
      "'definition', '(' || concat_ws(', ', 'INIT = ' || " FUNCTION("t.tmplinit") ", 'LEXIZE = ' || t.tmpllexize)"
      " || ')'" PAD5 " FROM pg_ts_template t WHERE ");
    catalogue_scope(in, sql, CLASS_TS_TEMPLATE, "t.oid", "t.tmplnamespace");
    Z(" UNION ALL SELECT 'conversion', 2607, c.oid, c.connamespace, c.conname, " NONE ", " OWNER_ALONE("c.conowner")
      "'definition', 'FOR ' || quote_literal(pg_encoding_to_char(c.conforencoding)) || ' TO ' ||"
      " quote_literal(pg_encoding_to_char(c.contoencoding)) || ' FROM ' || c.conproc,"
      " '?default', CASE WHEN c.condefault THEN '' END" PAD4 " FROM pg_conversion c WHERE ");
    catalogue_scope(in, sql, CLASS_CONVERSION, "c.oid", "c.connamespace");
}

static void member_free(struct text *sql, unsigned klass, const char *oid)
{
    pgtext_printf(sql, "%s >= 16384", oid);
    catalogue_no_member(sql, klass, oid);
}

static void database_sql(struct text *sql)
{
    Z(" UNION ALL SELECT 'extension', 3079, x.oid, 0, x.extname, " NONE ", " NO_RIGHTS
      "'version', x.extversion, 'schema', quote_ident(n.nspname)" PAD4
      " FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.oid >= 16384"
      " UNION ALL SELECT 'event_trigger', 3466, g.oid, 0, g.evtname, " NONE ", " OWNER_ALONE("g.evtowner")
      "'event', g.evtevent, 'tags', (SELECT string_agg(quote_literal(t.x), ', ' ORDER BY t.x) FROM"
      " unnest(g.evttags) t(x)), 'function', g.evtfoid::regproc::text, 'enabled', CASE g.evtenabled"
      " WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' END" PAD2
      " FROM pg_event_trigger g WHERE ");
    member_free(sql, CLASS_EVENT_TRIGGER, "g.oid");
    Z(" UNION ALL SELECT 'cast', 2605, c.oid, 0, '', '(' || format_type(c.castsource, NULL) || ' AS ' ||"
      " format_type(c.casttarget, NULL) || ')', " NO_RIGHTS "'definition', CASE c.castmethod WHEN 'b' THEN"
      " 'WITHOUT FUNCTION' WHEN 'i' THEN 'WITH INOUT' ELSE 'WITH FUNCTION ' || c.castfunc::regprocedure END ||"
      " CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END" PAD5
      " FROM pg_cast c WHERE ");
    member_free(sql, CLASS_CAST, "c.oid");
    Z(" UNION ALL SELECT 'transform', 3576, t.oid, 0, '', 'FOR ' || format_type(t.trftype, NULL) ||"
      " ' LANGUAGE ' || (SELECT quote_ident(l.lanname) FROM pg_language l WHERE l.oid = t.trflang), " NO_RIGHTS
      "'definition', '(' || concat_ws(', ', 'FROM SQL WITH FUNCTION ' || CASE WHEN t.trffromsql <> 0 THEN"
      " t.trffromsql::regprocedure::text END, 'TO SQL WITH FUNCTION ' || CASE WHEN t.trftosql <> 0 THEN"
      " t.trftosql::regprocedure::text END) || ')'" PAD5 " FROM pg_transform t WHERE ");
    member_free(sql, CLASS_TRANSFORM, "t.oid");
    Z(" UNION ALL SELECT 'access_method', 2601, m.oid, 0, m.amname, " NONE ", " NO_RIGHTS
      "'definition', 'TYPE ' || CASE m.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END || ' HANDLER ' || m.amhandler" PAD5
      " FROM pg_am m WHERE ");
    member_free(sql, CLASS_AM, "m.oid");
    Z(" UNION ALL SELECT 'language', 2612, l.oid, 0, l.lanname, " NONE ", " OWNER("l.lanowner") ", "
      CATALOGUE_ACL("l.lanacl") ", 'l', '?trusted', CASE WHEN l.lanpltrusted THEN '' END, 'handler', "
      FUNCTION("l.lanplcallfoid") ", 'inline', " FUNCTION("l.laninline") ", 'validator', "
      FUNCTION("l.lanvalidator") PAD2 " FROM pg_language l WHERE l.lanispl AND ");
    member_free(sql, CLASS_LANGUAGE, "l.oid");
}

static void foreign_sql(struct text *sql)
{
    Z(" UNION ALL SELECT 'foreign_data_wrapper', 2328, w.oid, 0, w.fdwname, " NONE ", " OWNER("w.fdwowner") ", "
      CATALOGUE_ACL("w.fdwacl") ", 'F', 'handler', " FUNCTION("w.fdwhandler") ", 'validator', "
      FUNCTION("w.fdwvalidator") ", '%options', " CATALOGUE_LIST("w.fdwoptions") PAD3
      " FROM pg_foreign_data_wrapper w WHERE ");
    member_free(sql, CLASS_FDW, "w.oid");
    Z(" UNION ALL SELECT 'server', 1417, v.oid, 0, v.srvname, " NONE ", " OWNER("v.srvowner") ", "
      CATALOGUE_ACL("v.srvacl") ", 'S', 'wrapper', (SELECT quote_ident(w.fdwname) FROM pg_foreign_data_wrapper w"
      " WHERE w.oid = v.srvfdw), 'type', quote_literal(v.srvtype), 'version', quote_literal(v.srvversion), '%options', "
      CATALOGUE_LIST("v.srvoptions") PAD2 " FROM pg_foreign_server v WHERE ");
    member_free(sql, CLASS_SERVER, "v.oid");
    /* The view shows to everybody what everybody may see; to others options are null. */
    Z(" UNION ALL SELECT 'user_mapping', 1418, u.umid, 0, '@' || CASE WHEN u.umuser <> 0 THEN u.usename END,"
      " ' SERVER ' || quote_ident(u.srvname), " NO_RIGHTS "'!options', " CATALOGUE_LIST("u.umoptions") PAD5
      " FROM pg_user_mappings u WHERE u.umid >= 16384");
}

static void publication_sql(const struct inspect *in, struct text *sql)
{
    int v = in->session->number;
    Z(" UNION ALL SELECT 'publication', 6104, p.oid, 0, p.pubname, " NONE ", " OWNER_ALONE("p.pubowner")
      "'?all_tables', CASE WHEN p.puballtables THEN '' END, 'tables', (SELECT string_agg(quote_ident(n.nspname)"
      " || '.' || quote_ident(c.relname)");
    if (v >= 150000)
        Z(" || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM"
          " pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) || ')', '')"
          " || coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')");
    Z(", ', ' ORDER BY n.nspname, c.relname) FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid"
      " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid), 'schemas', ");
    Z(v >= 150000 ? "(SELECT string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname) FROM"
                    " pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid)"
                  : NONE);
    Z(", 'options', nullif(concat_ws(', ', CASE WHEN NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND"
      " p.pubtruncate) THEN 'publish = ' || quote_literal(concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,"
      " CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate"
      " THEN 'truncate' END)) END");
    Z(v >= 130000 ? ", CASE WHEN p.pubviaroot THEN 'publish_via_partition_root = true' END" : "");
    Z("), '')" PAD2 " FROM pg_publication p WHERE ");
    member_free(sql, CLASS_PUBLICATION, "p.oid");
    Z(" UNION ALL SELECT 'subscription', 6100, s.oid, 0, s.subname, " NONE ", " OWNER_ALONE("s.subowner")
      "'publications', (SELECT string_agg(quote_ident(u.x), ', ' ORDER BY u.n) FROM"
      " unnest(s.subpublications) WITH ORDINALITY u(x, n)), 'options', nullif(concat_ws(', ',"
      " CASE WHEN NOT s.subenabled THEN 'enabled = false' END, 'slot_name = ' || coalesce(quote_literal(s.subslotname),"
      " 'NONE'), CASE WHEN s.subsynccommit <> 'off' THEN 'synchronous_commit = ' || quote_literal(s.subsynccommit)"
      " END), '')" PAD4 " FROM pg_subscription s WHERE s.subdbid = (SELECT b.oid FROM pg_database b"
      " WHERE b.datname = current_database())");
}

void catalogue_misc_sql(const struct inspect *in, struct text *sql)
{
    collation_sql(in, sql);
    operator_sql(in, sql);
    opclass_sql(in, sql);
    text_search_sql(in, sql);
    if (in->session->schema)
        return;
    database_sql(sql);
    foreign_sql(sql);
    publication_sql(in, sql);
}
