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
#define OWNER(column) CATALOGUE_OWNER(column) "::text"
#define NONE "NULL::text"
#define NO_RIGHTS NONE ", " NONE ", ''::\"char\", "
#define OWNER_ALONE(column) OWNER(column) ", " NONE ", ''::\"char\", "
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

static void collation_part(const struct inspect *in, struct text *sql)
{
    int v = in->session->number;
    const char *locale = v >= 170000 ? "o.colllocale"
                         : v >= 150000
                             ? "o.colliculocale"
                             : "CASE WHEN o.collprovider = 'i' THEN o.collcollate::text END";
    Z("SELECT 'collation'::text, 3456, o.oid, o.collnamespace, o.collname::text, " NONE
      ", " OWNER_ALONE(
          "o.collowner") "'definition'::text, ('(' || concat_ws(', ', 'provider = ' || CASE o.collprovider WHEN 'i' THEN 'icu'"
                         " WHEN 'b' THEN 'builtin' ELSE 'libc' END, ");
    pgtext_printf(sql, "'locale = ' || quote_literal(%s), ", locale);
    Z("CASE WHEN o.collprovider = 'c' THEN CASE WHEN o.collcollate = o.collctype THEN 'locale = ' ||"
      " quote_literal(o.collcollate) ELSE 'lc_collate = ' || quote_literal(o.collcollate) || ', lc_ctype = '"
      " || quote_literal(o.collctype) END END, ");
    if (v >= 160000)
        Z("'rules = ' || quote_literal(o.collicurules), ");
    Z("CASE WHEN NOT o.collisdeterministic THEN 'deterministic = false' END) || ')')::text" PAD5
      " FROM pg_collation o WHERE ");
    pgcatalogue_scope(in, sql, CLASS_COLLATION, "o.oid", "o.collnamespace");
}

static void operator_part(const struct inspect *in, struct text *sql)
{
    Z("SELECT 'operator'::text, 2617, o.oid, o.oprnamespace, o.oprname::text,"
      " '(' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ', ' ||"
      " CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END || ')', " OWNER_ALONE(
          "o.oprowner") "'definition', CASE WHEN o.oprcode <> 0 THEN '(' || concat_ws(', ',"
                        " 'FUNCTION = ' || o.oprcode, CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,"
                        " CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,"
                        " 'COMMUTATOR = ' || " OPERATOR("o.oprcom") ", 'NEGATOR = ' || " OPERATOR(
                            "o.oprnegate") ", CASE WHEN o.oprcanmerge THEN 'MERGES' END, CASE WHEN o.oprcanhash THEN 'HASHES' END,"
                                           " 'RESTRICT = ' || " FUNCTION("o.oprrest") ", 'JOIN = ' || " FUNCTION(
                                               "o.oprjoin") ") || ')' END" PAD5
                                                            " FROM pg_operator o WHERE ");
    pgcatalogue_scope(in, sql, CLASS_OPERATOR, "o.oid", "o.oprnamespace");
}

/* Operators and functions of a class or family: what depends on it in the manner DEPTYPE. */
#define MEMBERS(class, oid, deptype)                                                                      \
    "(SELECT string_agg(e.t, ', ' ORDER BY e.k, e.n, e.t) FROM (SELECT 1 AS k, a.amopstrategy AS n,"      \
    " 'OPERATOR ' || a.amopstrategy || ' ' || (SELECT quote_ident(z.nspname) || '.' || y.oprname"         \
    " FROM pg_operator y JOIN pg_namespace z ON z.oid = y.oprnamespace WHERE y.oid = a.amopopr)"          \
    " || ' (' || format_type(a.amoplefttype, NULL) || ', ' || format_type(a.amoprighttype, NULL)"         \
    " || ')' || CASE WHEN a.amoppurpose = 'o' THEN ' FOR ORDER BY ' || (SELECT quote_ident(z.nspname)"    \
    " || '.' || quote_ident(y.opfname) FROM pg_opfamily y JOIN pg_namespace z ON z.oid ="                 \
    " y.opfnamespace WHERE y.oid = a.amopsortfamily) ELSE '' END AS t FROM pg_amop a JOIN pg_depend d"    \
    " ON d.classid = 2602 AND d.objid = a.oid WHERE d.refclassid = " class                                \
        " AND d.refobjid = " oid " AND d.deptype = '" deptype                                             \
        "' UNION ALL SELECT 2, a.amprocnum, 'FUNCTION ' || a.amprocnum"                                   \
        " || ' (' || format_type(a.amproclefttype, NULL) || ', ' || format_type(a.amprocrighttype, NULL)" \
        " || ') ' || a.amproc::regprocedure FROM pg_amproc a JOIN pg_depend d ON d.classid = 2603"        \
        " AND d.objid = a.oid WHERE d.refclassid = " class " AND d.refobjid = " oid                       \
                                                           " AND d.deptype = '" deptype "') e)"
#define USING_METHOD(column)                                                                       \
    "' USING ' || (SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = " column ")"

static void operator_family_part(const struct inspect *in, struct text *sql)
{
    Z("SELECT 'operator_family'::text, 2753, f.oid, f.opfnamespace, f.opfname::text, " USING_METHOD(
        "f.opfmethod") ", " OWNER_ALONE("f.opfowner") "'members', " MEMBERS("2753", "f.oid", "a")
          PAD5 " FROM pg_opfamily f WHERE ");
    pgcatalogue_scope(in, sql, CLASS_OPFAMILY, "f.oid", "f.opfnamespace");
}

static void operator_class_part(const struct inspect *in, struct text *sql)
{
    Z("SELECT 'operator_class'::text, 2616, c.oid, c.opcnamespace, c.opcname::text, " USING_METHOD("c.opcmethod") ", " OWNER_ALONE(
        "c.opcowner") "'members', " MEMBERS("2616", "c.oid",
                                            "i") ", '?default', CASE WHEN c.opcdefault THEN '' END, 'type', format_type(c.opcintype, NULL),"
                                                 " 'family', (SELECT quote_ident(n.nspname) || '.' || quote_ident(f.opfname) FROM pg_opfamily f"
                                                 " JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE f.oid = c.opcfamily),"
                                                 " 'storage', CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END" PAD1
                                                 " FROM pg_opclass c WHERE ");
    pgcatalogue_scope(in, sql, CLASS_OPCLASS, "c.oid", "c.opcnamespace");
}

static void text_search_configuration_part(const struct inspect *in, struct text *sql)
{
    Z("SELECT 'text_search_configuration'::text, 3602, c.oid, c.cfgnamespace, c.cfgname::text, " NONE
      ", " OWNER_ALONE(
          "c.cfgowner") "'parser', (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.prsname)"
                        " FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE p.oid = c.cfgparser),"
                        " 'mappings', (SELECT string_agg(g.alias || ': ' || g.list, '; ' ORDER BY g.alias COLLATE \"C\") FROM"
                        " (SELECT t.alias, string_agg(quote_ident(n.nspname) || '.' || quote_ident(d.dictname), ', '"
                        " ORDER BY m.mapseqno) AS list FROM ts_token_type(c.cfgparser) t JOIN pg_ts_config_map m"
                        " ON m.mapcfg = c.oid AND m.maptokentype = t.tokid JOIN pg_ts_dict d ON d.oid = m.mapdict"
                        " JOIN pg_namespace n ON n.oid = d.dictnamespace GROUP BY t.alias) g)" PAD4
                        " FROM pg_ts_config c WHERE ");
    pgcatalogue_scope(in, sql, CLASS_TS_CONFIG, "c.oid", "c.cfgnamespace");
}

static void text_search_dictionary_part(const struct inspect *in, struct text *sql)
{
    Z("SELECT 'text_search_dictionary'::text, 3600, d.oid, d.dictnamespace, d.dictname::text, " NONE
      ", " OWNER_ALONE(
          "d.dictowner") "'template', (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.tmplname)"
                         " FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate),"
                         " 'options', d.dictinitoption" PAD4 " FROM pg_ts_dict d WHERE ");
    pgcatalogue_scope(in, sql, CLASS_TS_DICT, "d.oid", "d.dictnamespace");
}

static void text_search_parser_part(const struct inspect *in, struct text *sql)
{
    Z("SELECT 'text_search_parser'::text, 3601, p.oid, p.prsnamespace, p.prsname::text, " NONE
      ", " NO_RIGHTS
      "'definition', '(' || concat_ws(', ', 'START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken,"
      " 'END = ' || p.prsend, 'HEADLINE = ' || " FUNCTION(
          "p.prsheadline") ", 'LEXTYPES = ' || p.prslextype)"
                           " || ')'" PAD5 " FROM pg_ts_parser p WHERE ");
    pgcatalogue_scope(in, sql, CLASS_TS_PARSER, "p.oid", "p.prsnamespace");
}

static void text_search_template_part(const struct inspect *in, struct text *sql)
{
    Z("SELECT 'text_search_template'::text, 3764, t.oid, t.tmplnamespace, t.tmplname::text, " NONE
      ", " NO_RIGHTS "'definition', '(' || concat_ws(', ', 'INIT = ' || " FUNCTION(
          "t.tmplinit") ", 'LEXIZE = ' || t.tmpllexize)"
                        " || ')'" PAD5 " FROM pg_ts_template t WHERE ");
    pgcatalogue_scope(in, sql, CLASS_TS_TEMPLATE, "t.oid", "t.tmplnamespace");
}

static void conversion_part(const struct inspect *in, struct text *sql)
{
    Z("SELECT 'conversion'::text, 2607, c.oid, c.connamespace, c.conname::text, " NONE
      ", " OWNER_ALONE(
          "c.conowner") "'definition', 'FOR ' || quote_literal(pg_encoding_to_char(c.conforencoding)) || ' TO ' ||"
                        " quote_literal(pg_encoding_to_char(c.contoencoding)) || ' FROM ' || c.conproc,"
                        " '?default', CASE WHEN c.condefault THEN '' END" PAD4
                        " FROM pg_conversion c WHERE ");
    pgcatalogue_scope(in, sql, CLASS_CONVERSION, "c.oid", "c.connamespace");
}

static void extension_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'extension'::text, 3079, x.oid, 0::oid, x.extname::text, " NONE ", " NO_RIGHTS
      "'version', x.extversion, 'schema', quote_ident(n.nspname)" PAD4
      " FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.oid >= 16384");
}

static void member_free(struct text *sql, unsigned klass, const char *oid)
{
    pgtext_printf(sql, "%s >= 16384", oid);
    pgcatalogue_no_member(sql, klass, oid);
}

static void event_trigger_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'event_trigger'::text, 3466, g.oid, 0::oid, g.evtname::text, " NONE ", " OWNER_ALONE(
        "g.evtowner") "'event', g.evtevent, 'tags', (SELECT string_agg(quote_literal(t.x), ', ' ORDER BY t.x) FROM"
                      " unnest(g.evttags) t(x)), 'function', g.evtfoid::regproc::text, 'enabled', CASE g.evtenabled"
                      " WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' END" PAD2
                      " FROM pg_event_trigger g WHERE ");
    member_free(sql, CLASS_EVENT_TRIGGER, "g.oid");
}

static void cast_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'cast'::text, 2605, c.oid, 0::oid, ''::text, '(' || format_type(c.castsource, NULL) || ' AS ' ||"
      " format_type(c.casttarget, NULL) || ')', " NO_RIGHTS
      "'definition', CASE c.castmethod WHEN 'b' THEN"
      " 'WITHOUT FUNCTION' WHEN 'i' THEN 'WITH INOUT' ELSE 'WITH FUNCTION ' || c.castfunc::regprocedure END ||"
      " CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END" PAD5
      /* Not that of a range to its multirange. */
      " FROM pg_cast c WHERE NOT EXISTS (SELECT 1 FROM pg_depend i WHERE i.classid = 2605 AND i.objid = c.oid"
      " AND i.deptype = 'i') AND ");
    member_free(sql, CLASS_CAST, "c.oid");
}

static void transform_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'transform'::text, 3576, t.oid, 0::oid, ''::text, 'FOR ' || format_type(t.trftype, NULL) ||"
      " ' LANGUAGE ' || (SELECT quote_ident(l.lanname) FROM pg_language l WHERE l.oid = t.trflang), " NO_RIGHTS
      "'definition', '(' || concat_ws(', ', 'FROM SQL WITH FUNCTION ' || CASE WHEN t.trffromsql <> 0 THEN"
      " t.trffromsql::regprocedure::text END, 'TO SQL WITH FUNCTION ' || CASE WHEN t.trftosql <> 0 THEN"
      " t.trftosql::regprocedure::text END) || ')'" PAD5 " FROM pg_transform t WHERE ");
    member_free(sql, CLASS_TRANSFORM, "t.oid");
}

static void access_method_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'access_method'::text, 2601, m.oid, 0::oid, m.amname::text, " NONE ", " NO_RIGHTS
      "'definition', 'TYPE ' || CASE m.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END || ' HANDLER ' || m.amhandler" PAD5
      " FROM pg_am m WHERE ");
    member_free(sql, CLASS_AM, "m.oid");
}

static void language_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'language'::text, 2612, l.oid, 0::oid, l.lanname::text, " NONE
      ", " OWNER("l.lanowner") ", " CATALOGUE_ACL("l.lanacl") ", 'l'::\"char\", '?trusted', CASE WHEN l.lanpltrusted THEN '' END, 'handler', " FUNCTION(
          "l.lanplcallfoid") ", 'inline', " FUNCTION("l.laninline") ", 'validator', " FUNCTION("l.lanvalidator")
          PAD2 " FROM pg_language l WHERE l.lanispl AND ");
    member_free(sql, CLASS_LANGUAGE, "l.oid");
}

static void foreign_data_wrapper_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'foreign_data_wrapper'::text, 2328, w.oid, 0::oid, w.fdwname::text, " NONE
      ", " OWNER("w.fdwowner") ", " CATALOGUE_ACL("w.fdwacl") ", 'F'::\"char\", 'handler', " FUNCTION(
          "w.fdwhandler") ", 'validator', " FUNCTION("w.fdwvalidator") ", '%options', " CATALOGUE_LIST("w.fdwoptions")
          PAD3 " FROM pg_foreign_data_wrapper w WHERE ");
    member_free(sql, CLASS_FDW, "w.oid");
}

static void server_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'server'::text, 1417, v.oid, 0::oid, v.srvname::text, " NONE
      ", " OWNER("v.srvowner") ", " CATALOGUE_ACL(
          "v.srvacl") ", 'S'::\"char\", 'wrapper', (SELECT quote_ident(w.fdwname) FROM pg_foreign_data_wrapper w"
                      " WHERE w.oid = v.srvfdw), 'type', quote_literal(v.srvtype), 'version', quote_literal(v.srvversion), '%options', " CATALOGUE_LIST(
                          "v.srvoptions") PAD2 " FROM pg_foreign_server v WHERE ");
    member_free(sql, CLASS_SERVER, "v.oid");
    /* The view shows to everybody what everybody may see; to others options are null. */
}

static void user_mapping_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'user_mapping'::text, 1418, u.umid, 0::oid, '@'::text || CASE WHEN u.umuser <> 0 THEN u.usename END,"
      " ' SERVER ' || quote_ident(u.srvname), " NO_RIGHTS
      "'!options', " CATALOGUE_LIST("u.umoptions") PAD5
      " FROM pg_user_mappings u WHERE u.umid >= 16384");
}

static void publication_part(const struct inspect *in, struct text *sql)
{
    int v = in->session->number;
    Z("SELECT 'publication'::text, 6104, p.oid, 0::oid, p.pubname::text, " NONE ", " OWNER_ALONE(
        "p.pubowner") "'?all_tables', CASE WHEN p.puballtables THEN '' END, 'tables', (SELECT string_agg(quote_ident(n.nspname)"
                      " || '.' || quote_ident(c.relname)");
    if (v >= 150000)
        Z(" || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM"
          " pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) || ')', '')"
          " || coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')");
    Z(", ', ' ORDER BY n.nspname, c.relname) FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid"
      " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid), 'schemas', ");
    Z(v >= 150000
          ? "(SELECT string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname) FROM"
            " pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid)"
          : NONE);
    Z(", 'options', nullif(concat_ws(', ', CASE WHEN NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND"
      " p.pubtruncate) THEN 'publish = ' || quote_literal(concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,"
      " CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate"
      " THEN 'truncate' END)) END");
    Z(v >= 130000 ? ", CASE WHEN p.pubviaroot THEN 'publish_via_partition_root = true' END" : "");
    Z("), '')" PAD2 " FROM pg_publication p WHERE ");
    member_free(sql, CLASS_PUBLICATION, "p.oid");
}

static void subscription_part(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT 'subscription'::text, 6100, s.oid, 0::oid, s.subname::text, " NONE ", " OWNER_ALONE(
        "s.subowner") "'publications', (SELECT string_agg(quote_ident(u.x), ', ' ORDER BY u.n) FROM"
                      " unnest(s.subpublications) WITH ORDINALITY u(x, n)), 'options', nullif(concat_ws(', ',"
                      " CASE WHEN NOT s.subenabled THEN 'enabled = false' END, 'slot_name = ' || coalesce(quote_literal(s.subslotname),"
                      " 'NONE'), CASE WHEN s.subsynccommit <> 'off' THEN 'synchronous_commit = ' || quote_literal(s.subsynccommit)"
                      " END), '')" PAD4
                      " FROM pg_subscription s WHERE s.subdbid = (SELECT b.oid FROM pg_database b"
                      " WHERE b.datname = current_database())");
}

static const struct {
    const char *catalogue; /* something in it: there may be rows */
    bool in_schemas;
    void (*part)(const struct inspect *in, struct text *sql);
} parts[] = {
    {"pg_collation", true, collation_part},
    {"pg_operator", true, operator_part},
    {"pg_opfamily", true, operator_family_part},
    {"pg_opclass", true, operator_class_part},
    {"pg_ts_config", true, text_search_configuration_part},
    {"pg_ts_dict", true, text_search_dictionary_part},
    {"pg_ts_parser", true, text_search_parser_part},
    {"pg_ts_template", true, text_search_template_part},
    {"pg_conversion", true, conversion_part},
    {"pg_extension", false, extension_part},
    {"pg_event_trigger", false, event_trigger_part},
    {"pg_cast", false, cast_part},
    {"pg_transform", false, transform_part},
    {"pg_am", false, access_method_part},
    {"pg_language", false, language_part},
    {"pg_foreign_data_wrapper", false, foreign_data_wrapper_part},
    {"pg_foreign_server", false, server_part},
    {"pg_foreign_server", false, user_mapping_part},
    {"pg_publication", false, publication_part},
    {"pg_subscription", false, subscription_part},
};
#define PART_COUNT (sizeof parts / sizeof *parts)
_Static_assert(PART_COUNT <= 32, "a bit for each");

/* Before version 15 only superusers could see what is asked for of subscriptions. */
static bool can_read(const struct inspect *in, size_t part)
{
    const char *super = PQparameterStatus(in->session->conn, "is_superuser");
    if (parts[part].part == subscription_part && in->session->number < 150000 &&
        !(super && strcmp(super, "on") == 0))
        return false;
    return parts[part].in_schemas || !in->session->schema;
}

void pgcatalogue_kinds_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT 0");
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (can_read(in, i))
            pgtext_printf(
                sql, " | CASE WHEN EXISTS (SELECT 1 FROM %s WHERE oid >= 16384) THEN %u ELSE 0 END",
                parts[i].catalogue, 1u << i);
    }
    Z(", 0");
    for (int i = 0; i < postgres_catalogue_count; i++) {
        if (postgres_catalogue[i].exists)
            pgtext_printf(sql, " | CASE WHEN EXISTS (SELECT 1 FROM %s) THEN %u ELSE 0 END",
                          postgres_catalogue[i].exists, 1u << i);
    }
}

void pginspect_kinds_row(struct inspect *in, const struct row *row)
{
    in->kinds = row_u32(row, 0);
    in->queries = row_u32(row, 1);
}

static bool has_extensions(const struct inspect *in)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (parts[i].part == extension_part)
            return in->kinds >> i & 1;
    }
    return false;
}

#define MEMBERS_OF(klass, column)                                                                  \
    " JOIN pg_depend d ON d.classid = " klass " AND d.objid = " column                             \
    " AND d.refclassid = 3079 AND d.deptype = 'e' JOIN pg_extension x ON x.oid = d.refobjid"       \
    " LEFT JOIN pg_init_privs i ON i.classoid = " klass " AND i.objoid = " column                  \
    " AND i.objsubid = "

/* Members whose grants are not those that their extension made. */
void pgcatalogue_member_grants_sql(const struct inspect *in, struct text *sql)
{
    static const struct {
        const char *klass, *catalogue, *prefix, *on, *what;
    } members[] = {
        {"1255", "pg_proc", "pro", "'ROUTINE ' || m.oid::regprocedure", "'f'"},
        {"1259", "pg_class", "rel",
         "CASE WHEN m.relkind = 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || m.oid::regclass",
         "CASE WHEN m.relkind = 'S' THEN 's' ELSE 'r' END"},
        {"1247", "pg_type", "typ", "'TYPE ' || format_type(m.oid, NULL)", "'T'"},
        {"2615", "pg_namespace", "nsp", "'SCHEMA ' || quote_ident(m.nspname)", "'n'"},
        {"2612", "pg_language", "lan", "'LANGUAGE ' || quote_ident(m.lanname)", "'l'"},
        {"2328", "pg_foreign_data_wrapper", "fdw",
         "'FOREIGN DATA WRAPPER ' || quote_ident(m.fdwname)", "'F'"},
        {"1417", "pg_foreign_server", "srv", "'FOREIGN SERVER ' || quote_ident(m.srvname)", "'S'"},
    };
    if (!has_extensions(in))
        return;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *p = members[i].prefix;
        pgtext_printf(sql, "SELECT %s, NULL::name, x.extname, (%s)::\"char\", pg_get_userbyid(m.%sowner), ",
                      members[i].on, members[i].what, p);
        pgtext_printf(sql, "array_to_string(m.%sacl, ','), array_to_string(i.initprivs, ',') FROM %s m",
                      p, members[i].catalogue);
        pgtext_printf(sql, MEMBERS_OF("%s", "m.oid") "0 WHERE m.%sacl IS DISTINCT FROM i.initprivs UNION ALL ",
                      members[i].klass, members[i].klass, p);
    }
    Z("SELECT 'TABLE ' || m.attrelid::regclass, m.attname, x.extname, 'c'::\"char\", pg_get_userbyid(c.relowner), " CATALOGUE_ACL(
        "m.attacl") ", " CATALOGUE_ACL("i.initprivs") " FROM pg_attribute m JOIN pg_class c ON c.oid = m.attrelid" MEMBERS_OF("1259", "m.attrelid") "m.attnum WHERE m.attacl IS DISTINCT FROM i.initprivs AND m.attnum > 0 AND NOT m.attisdropped");
}

void pgcatalogue_misc_sql(const struct inspect *in, struct text *sql)
{
    bool any = false;
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (!(in->kinds >> i & 1))
            continue;
        if (any)
            Z(" UNION ALL ");
        any = true;
        parts[i].part(in, sql);
    }
}
