/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.c - the questions of an inspection that are no SHOW CREATE, in the order of their rows.
 *
 * The server compares the names of databases without regard to case in these tables, and so a
 * name has to be compared as bytes, too: here, or by whoever takes the row, where the server
 * would not look only where it has to. */
#include "inspect.h"

#define Z(text) mytext_z(sql, text)

static void add_own(const struct inspect *in, struct text *sql, const char *column)
{
    mytext_printf(sql, "%s = ", column);
    mytext_literal(sql, slice_z(in->session->database));
    mytext_printf(sql, " AND CAST(%s AS BINARY) = ", column);
    mytext_literal(sql, slice_z(in->session->database));
}

/* What it compares with when it looks up a folder. */
static void add_folder(const struct inspect *in, struct text *sql, const char *column)
{
    mytext_printf(sql, "%s = ", column);
    mytext_literal(sql, slice_z(in->session->database));
}

static void charset_sql(const struct inspect *in, struct text *sql)
{
    (void)in;
    Z("SELECT character_set_name, default_collate_name FROM information_schema.character_sets");
}

static void database_sql(const struct inspect *in, struct text *sql)
{
    if (!in->session->mariadb)
        return;
    Z("SELECT schema_comment FROM information_schema.schemata WHERE schema_comment <> '' AND ");
    add_own(in, sql, "schema_name");
}

static void relation_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT table_name, table_type FROM information_schema.tables WHERE ");
    add_folder(in, sql, "table_schema");
}

static void routine_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT routine_type, routine_name, is_deterministic, sql_data_access, security_type, "
      "sql_mode, "
      "routine_comment, definer, character_set_client, collation_connection, database_collation, "
      "routine_schema "
      "FROM information_schema.routines WHERE ");
    add_folder(in, sql, "routine_schema");
    Z(" ORDER BY routine_type, routine_name");
}

static void column_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT table_name, column_name, column_type, collation_name FROM "
      "information_schema.columns WHERE ");
    add_folder(in, sql, "table_schema");
    Z(in->session->mariadb ? "" : " ORDER BY table_name, ordinal_position");
}

static void trigger_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT trigger_name, event_object_table, action_timing, event_manipulation, "
      "action_statement, "
      "sql_mode, definer, character_set_client, collation_connection, database_collation "
      "FROM information_schema.triggers WHERE ");
    add_folder(
        in, sql,
        "event_object_schema"); /* not trigger_schema: that one it would look for in all databases */
    Z(" ORDER BY event_object_table, action_timing, event_manipulation, action_order");
}

/* An event of every hour starts when it is made, or last changed, unless its author said when. */
static void event_sql(const struct inspect *in, struct text *sql)
{
    Z("SELECT event_name, event_definition, event_type, execute_at, interval_value, "
      "interval_field, starts, ends, "
      "status, on_completion, sql_mode, time_zone, event_comment, definer, character_set_client, "
      "collation_connection, database_collation, coalesce(least("
      "abs(timestampdiff(SECOND, created, convert_tz(starts, if(time_zone = 'SYSTEM', "
      "@@global.time_zone, time_zone), "
      "'+00:00'))), abs(timestampdiff(SECOND, last_altered, convert_tz(starts, if(time_zone = "
      "'SYSTEM', "
      "@@global.time_zone, time_zone), '+00:00')))) <= 1, 0), event_schema FROM "
      "information_schema.events WHERE ");
    add_folder(in, sql, "event_schema");
}

#define GRANT_COLUMNS(kind, object, column)                                                        \
    "SELECT " kind " AS k, " object " AS o, grantee AS g, privilege_type AS p, " column            \
    " AS c, is_grantable AS y FROM information_schema."

/* Rights on routines are in one of the server's own tables, as lists. */
static void add_routine_grants(const struct inspect *in, struct text *sql)
{
    static const char *const rights[] = {"Execute", "Alter Routine", "Grant"};
    for (size_t i = 0; i < 2; i++) {
        Z(" UNION ALL SELECT lower(replace(routine_type, ' ', '_')), routine_name, "
          "concat(quote(user), '@', quote(host)), ");
        mytext_printf(sql, "upper('%s')", rights[i]);
        Z(", '', if(find_in_set('Grant', proc_priv), 'YES', 'NO') FROM mysql.procs_priv WHERE ");
        mytext_printf(sql, "find_in_set('%s', proc_priv) AND ", rights[i]);
        add_own(in, sql, "db");
    }
}

static void grant_sql(const struct inspect *in, struct text *sql)
{
    if (!in->session->grants)
        return;
    Z("SELECT k, o, g, p, c, y FROM (" GRANT_COLUMNS("'database'", "''",
                                                     "''") "schema_privileges WHERE ");
    /* A database's name may be written with its wild cards escaped. */
    mytext_z(sql, "replace(replace(table_schema, '\\\\_', '_'), '\\\\%', '%') = ");
    mytext_literal(sql, slice_z(in->session->database));
    Z(" UNION ALL " GRANT_COLUMNS("'relation'", "table_name", "''") "table_privileges WHERE ");
    add_own(in, sql, "table_schema");
    Z(" UNION ALL " GRANT_COLUMNS("'relation'", "table_name",
                                  "column_name") "column_privileges WHERE ");
    add_own(in, sql, "table_schema");
    add_routine_grants(in, sql);
    /* The account's own are not told: whoever makes a database has them. */
    Z(") x WHERE p <> 'USAGE' AND g <> concat('\\'', substring_index(current_user(), '@', 1), "
      "'\\'@\\'', "
      "substring_index(current_user(), '@', -1), '\\'') ORDER BY k, CAST(o AS BINARY), CAST(g AS "
      "BINARY), p, CAST(c AS BINARY)");
}

const struct mycatalogue_query mycatalogue[] = {
    {1, charset_sql, myinspect_charset_row},   {1, database_sql, myinspect_database_row},
    {1, relation_sql, myinspect_relation_row}, {1, routine_sql, myinspect_routine_row},
    {1, column_sql, myinspect_column_row},     {1, trigger_sql, myinspect_trigger_row},
    {1, event_sql, myinspect_event_row},       {2, grant_sql, myinspect_grant_row},
};
const uint32_t mycatalogue_count = sizeof mycatalogue / sizeof *mycatalogue;

/* ---- what later rows are understood by ---- */

void myinspect_charset_row(struct inspect *in, const struct row *row)
{
    struct charset *c = mypool_alloc(&in->pool, sizeof *c);
    if (!c) {
        myput_nomem(in);
        return;
    }
    c->name = myput_copy(in, row_slice(row, 0));
    c->collation = myput_copy(in, row_slice(row, 1));
    c->next = in->charsets;
    in->charsets = c;
}

struct slice mycatalogue_collation(const struct inspect *in, struct slice charset)
{
    for (const struct charset *c = in->charsets; charset.p && c; c = c->next) {
        if (slice_eq(c->name, charset))
            return c->collation;
    }
    return (struct slice){0};
}

/* The kind that TYPE of information_schema.tables means. */
static char relation_kind(struct slice type)
{
    if (slice_is(type, "VIEW"))
        return RELATION_VIEW;
    if (slice_is(type, "SEQUENCE"))
        return RELATION_SEQUENCE;
    return RELATION_TABLE; /* BASE TABLE, SYSTEM VERSIONED */
}

static const char *find_misread(const struct inspect *in, struct slice name)
{
    for (const struct misread *m = in->misread; m; m = m->next) {
        if (slice_is(name, m->name))
            return m->why;
    }
    return NULL;
}

void myinspect_relation_row(struct inspect *in, const struct row *row)
{
    struct slice name = row_slice(row, 0);
    CLEANUP_TEXT struct text path = {0};
    struct relation *r = mypool_alloc(&in->pool, sizeof *r);
    if (slice_is(row_slice(row, 1), "TEMPORARY"))
        return; /* of this session */
    if (!r) {
        myput_nomem(in);
        return;
    }
    r->kind = relation_kind(row_slice(row, 1));
    r->name = myput_copy(in, name);
    myput_segment(&path,
                  r->kind == RELATION_VIEW       ? "view"
                  : r->kind == RELATION_SEQUENCE ? "sequence"
                                                 : "table",
                  name);
    if (path.failed)
        myput_nomem(in);
    r->path = myput_copy(in, slice_of(&path));
    r->why = find_misread(in, name);
    if (in->st != MOULT_OK)
        return;
    if (in->last_relation)
        in->last_relation->next = r;
    else
        in->first_relation = r;
    in->last_relation = r;
    HASH_ADD_KEYPTR(hh, in->relations, r->name.p, r->name.n, r);
}

void myinspect_column_row(struct inspect *in, const struct row *row)
{
    struct slice table = row_slice(row, 0), name = row_slice(row, 1);
    if (!in->latest || !slice_eq(in->latest->name, table))
        in->latest = mymark_relation(in, table);
    struct relation *r = in->latest;
    struct known_column *c = r ? mypool_alloc(&in->pool, sizeof *c) : NULL;
    if (!r)
        return; /* made meanwhile: the state says so */
    if (!c) {
        myput_nomem(in);
        return;
    }
    c->name = myput_copy(in, name);
    c->key = myput_copy(in, myput_folded(in, name));
    c->type = myput_copy(in, row_slice(row, 2));
    c->collate = myput_copy(in, row_slice(row, 3));
    if (r->last_column)
        r->last_column->next = c;
    else
        r->columns = c;
    r->last_column = c;
}
