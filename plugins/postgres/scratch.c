/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.c - databases for trying things, and for text that nobody vouches for.
 *
 * Each has three connections.  Statements run on one of their own, one at a time: what a text
 * sets there reaches nobody else.  The session's own is the reader's.  The keeper is connected
 * to another database: it makes and drops this one, and holds an advisory lock for as long as
 * this one is in use, by which whoever finds it later knows whether it was left behind. */
#include "confine.h"
#include "scratch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define SCRATCH_SCHEMA "moult_scratch" /* what the host calls a scratch unit */

/* ---- the database ---- */

static char *new_name(const moult_session *keeper)
{
    uint32_t random = 0;
    char name[80];
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        random = (uint32_t)clock();
    snprintf(name, sizeof name, SCRATCH_PREFIX "%d_%08" PRIx32 "_%lld", PQbackendPID(keeper->conn),
             random, (long long)time(NULL));
    return strdup(name);
}

/* Makes the acting role able to make databases, if the one that logged in is; *OWNER: then for
 * whom. */
static moult_status take_right(moult_session *keeper, bool *owner, moult_error *err)
{
    static const char sql[] =
        "SELECT current_user, bool_or((r.rolcreatedb OR r.rolsuper) AND r.rolname = current_user),"
        " bool_or((r.rolcreatedb OR r.rolsuper) AND r.rolname = session_user)"
        " FROM pg_catalog.pg_roles r WHERE r.rolname IN (current_user, session_user)";
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(keeper, "look at the role's rights", sql, NULL, 0, &r, err);
    if (st != MOULT_OK)
        return st;
    *owner = *PQgetvalue(r, 0, 1) != 't';
    if (!*owner)
        return MOULT_OK;
    if (*PQgetvalue(r, 0, 2) == 't')
        return postgres_query(keeper, "act as the role that logged in", "RESET ROLE", NULL, 0, NULL,
                              err);
    postgres_fail(keeper->host, err, MOULT_ERR_AUTH,
                  "the role \"%s\" may not make databases, and a scratch database is one",
                  PQgetvalue(r, 0, 0));
    postgres_detail(
        keeper->host, err, "hint",
        "ALTER ROLE %s CREATEDB; or set scratch = \"URL\" of a server kept for the purpose;"
        " or take the desired state from a compiled snapshot",
        PQgetvalue(r, 0, 0));
    return MOULT_ERR_AUTH;
}

static void add_option(struct text *sql, const char *option, const char *value)
{
    if (!value || !*value)
        return;
    pgtext_printf(sql, " %s ", option);
    pgtext_literal(sql, value, strlen(value));
}

/* Encoding and collation as LIKE's database has them, as far as the keeper's server knows of
 * such. */
static moult_status add_locale(struct text *sql, moult_session *like, int number, moult_error *err)
{
    char query[400];
    const char *provider = like->number >= 150000 ? "datlocprovider" : "'c'";
    const char *locale = like->number >= 170000   ? "datlocale"
                         : like->number >= 150000 ? "daticulocale"
                                                  : "NULL";
    const char *rules = like->number >= 160000 ? "daticurules" : "NULL";
    snprintf(query, sizeof query,
             "SELECT pg_encoding_to_char(encoding), datcollate, datctype, %s, %s, %s"
             " FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
             provider, locale, rules);
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(like, "look at the database's collation", query, NULL, 0, &r, err);
    if (st != MOULT_OK)
        return st;
    add_option(sql, "ENCODING", postgres_value(r, 0, 0));
    add_option(sql, "LC_COLLATE", postgres_value(r, 0, 1));
    add_option(sql, "LC_CTYPE", postgres_value(r, 0, 2));
    char kind = *PQgetvalue(r, 0, 3);
    if (kind == 'i' && number >= 150000) {
        pgtext_z(sql, " LOCALE_PROVIDER icu");
        add_option(sql, "ICU_LOCALE", postgres_value(r, 0, 4));
        if (number >= 160000)
            add_option(sql, "ICU_RULES", postgres_value(r, 0, 5));
    } else if (kind == 'b' && number >= 170000) {
        pgtext_z(sql, " LOCALE_PROVIDER builtin");
        add_option(sql, "BUILTIN_LOCALE", postgres_value(r, 0, 4));
    } else if (number >= 150000) {
        pgtext_z(sql, " LOCALE_PROVIDER libc");
    }
    return MOULT_OK;
}

static moult_status mark(moult_session *keeper, const char *name, moult_error *err)
{
    char sql[160];
    snprintf(sql, sizeof sql,
             "SET idle_in_transaction_session_timeout = 0;"
             "SELECT pg_catalog.pg_advisory_lock(%u, %" PRId32 ")",
             LOCK_SCRATCH, (int32_t)postgres_lock_number(name));
    moult_status st = postgres_query(keeper, "mark a scratch database", sql, NULL, 0, NULL, err);
    if (st == MOULT_OK && keeper->number >= 140000)
        st = postgres_query(keeper, "keep a session open", "SET idle_session_timeout = 0", NULL, 0,
                            NULL, err);
    return st;
}

static moult_status make(struct writer *w, moult_session *like, moult_error *err)
{
    moult_session *keeper = w->keeper;
    CLEANUP_TEXT struct text sql = {0}, comment = {0};
    bool owner = false;
    moult_status st = postgres_confine_new(keeper, &w->confine, err);
    if (st == MOULT_OK)
        st = take_right(keeper, &owner, err);
    if (st == MOULT_OK)
        st = mark(keeper, w->name, err);
    pgtext_printf(&sql, "CREATE DATABASE %s TEMPLATE template0", w->name);
    const char *belongs = w->confine ? postgres_confine_owner(w->confine) : owner ? keeper->role : NULL;
    if (belongs) {
        pgtext_z(&sql, " OWNER ");
        pgtext_name(&sql, belongs, strlen(belongs));
    }
    if (st == MOULT_OK)
        st = add_locale(&sql, like ? like : keeper, keeper->number, err);
    pgtext_printf(&comment, "COMMENT ON DATABASE %s IS '%s'", w->name, SCRATCH_MARKER);
    if (st == MOULT_OK && (sql.failed || comment.failed))
        st = postgres_nomem(keeper->host, err);
    if (st == MOULT_OK)
        st = postgres_query(keeper, "create a scratch database", sql.p, NULL, 0, NULL, err);
    w->made = st == MOULT_OK;
    if (st == MOULT_OK)
        st = postgres_query(keeper, "mark a scratch database", comment.p, NULL, 0, NULL, err);
    return st;
}

/* ---- what a schema unit finds around it ---- */

static void add_path(struct text *path, const char *schema)
{
    pgtext_z(path, ", ");
    pgtext_name(path, schema, strlen(schema));
}

static void add_schema(struct text *sql, const moult_session *in, const char *schema)
{
    const struct writer *w = in->writer;
    pgtext_z(sql, "CREATE SCHEMA IF NOT EXISTS ");
    pgtext_name(sql, schema, strlen(schema));
    if (w->confine) {
        const char *owner = postgres_confine_owner(w->confine);
        pgtext_z(sql, " AUTHORIZATION ");
        pgtext_name(sql, owner, strlen(owner));
    }
    pgtext_char(sql, ';');
}

/* The extensions of the database that the unit lies in.  One that cannot be made here is missed
 * by what needs it, with an error of its own. */
static moult_status copy_extensions(moult_session *to, moult_session *from, struct text *path,
                                    moult_error *err)
{
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(from, "look at the database's extensions",
                       "SELECT e.extname, n.nspname, e.extversion FROM pg_catalog.pg_extension e"
                       " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
                       " WHERE e.extname <> 'plpgsql' ORDER BY e.oid",
                       NULL, 0, &r, err);
    for (int i = 0; st == MOULT_OK && i < PQntuples(r); i++) {
        CLEANUP_TEXT struct text sql = {0};
        const char *schema = PQgetvalue(r, i, 1);
        bool system = strcmp(schema, "pg_catalog") == 0;
        bool own = from->schema && strcmp(schema, from->schema) == 0;
        schema = own ? SCRATCH_SCHEMA : schema;
        if (!system)
            add_schema(&sql, to, schema);
        pgtext_z(&sql, "CREATE EXTENSION IF NOT EXISTS ");
        pgtext_name(&sql, PQgetvalue(r, i, 0), strlen(PQgetvalue(r, i, 0)));
        pgtext_z(&sql, " SCHEMA ");
        pgtext_name(&sql, schema, strlen(schema));
        add_option(&sql, "VERSION", PQgetvalue(r, i, 2));
        if (sql.failed)
            return postgres_nomem(to->host, err);
        if (postgres_query(to, "make an extension", sql.p, NULL, 0, NULL, NULL) == MOULT_OK &&
            !system && !own)
            add_path(path, schema);
    }
    return st;
}

/* ---- the sessions in it ---- */

static moult_session *connected(const moult_host *host, const moult_open *how, const char *database,
                                moult_error *err, moult_status *st)
{
    moult_session *s = NULL;
    *st = postgres_session_new(host, how, &s, err);
    if (*st == MOULT_OK)
        *st = postgres_connect(s, database, err);
    if (*st == MOULT_OK && !postgres_writer_of(s))
        *st = postgres_nomem(host, err);
    if (*st == MOULT_OK)
        return s;
    postgres_close(s);
    return NULL;
}

/* Event triggers of a text's own stay asleep: they would run its functions. */
#define NO_EVENT_TRIGGERS                                                                          \
    "SELECT pg_catalog.set_config('session_replication_role', 'replica', false)"                   \
    " WHERE pg_catalog.current_setting('is_superuser') = 'on';"

/* The settings under which a text runs that makes none itself. */
static moult_status set_base(struct writer *w, const struct text *path, moult_error *err)
{
    static const char settings[] =
        "RESET default_tablespace; RESET default_table_access_method; SET TimeZone = 'UTC';"
        "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET array_nulls = on;"
        "SET transform_null_equals = off; SET xmloption = content; RESET lc_monetary;"
        "RESET backslash_quote; RESET default_text_search_config; SET synchronous_commit = off;"
        "SET check_function_bodies = off;"
        "SET row_security = on;"; /* there are no rows that a policy could hide */
    struct text *t = &w->base;
    pgtext_z(t, "RESET ROLE;");
    pgtext_z(t, settings);
    pgtext_z(t, NO_EVENT_TRIGGERS);
    if (w->script->number >= 170000)
        pgtext_z(t, "SET event_triggers = off;");
    if (w->script->role && !(w->confine && !postgres_confine_as_superuser(w->confine))) {
        pgtext_z(t, "SET ROLE ");
        pgtext_name(t, w->script->role, strlen(w->script->role));
        pgtext_char(t, ';');
    }
    pgtext_z(t, "SET search_path = ");
    pgtext_add(t, path->p, path->n);
    pgtext_char(t, ';');
    if (t->failed || path->failed)
        return postgres_nomem(w->script->host, err);
    pgtext_add(&w->settings, "", 0); /* none on top */
    return postgres_query(w->script, "set the session up", t->p, NULL, 0, NULL, err);
}

/* What the text makes is asleep where moult itself changes something, too. */
static moult_status confine(moult_session *session, struct writer *w, moult_error *err)
{
    if (!w->confine)
        return MOULT_OK;
    moult_status st = postgres_query(session, "set the session up",
                                     session->number >= 170000
                                         ? NO_EVENT_TRIGGERS "SET event_triggers = off"
                                         : NO_EVENT_TRIGGERS,
                                     NULL, 0, NULL, err);
    return st == MOULT_OK ? postgres_confine_enter(w->confine, session, w->script, err) : st;
}

/* Is it for one schema, or for a whole database? */
static bool for_schema(const moult_open *how, const moult_session *like)
{
    const char *target = MOULT_HAS(moult_open, how, target) ? how->target : how->url;
    const char *tenants = MOULT_HAS(moult_open, how, tenants) ? how->tenants : NULL;
    if (like)
        return like->schema != NULL;
    return tenants ? strcmp(tenants, "databases") != 0 : strchr(target, '#') != NULL;
}

static moult_status enter(moult_session *session, struct writer *w, moult_session *like,
                          bool one_schema, moult_error *err)
{
    CLEANUP_TEXT struct text path = {0};
    moult_status st = MOULT_OK;
    free(session->schema);
    session->schema = NULL;
    if (one_schema) {
        session->schema = strdup(SCRATCH_SCHEMA);
        if (!session->schema)
            return postgres_nomem(session->host, err);
        CLEANUP_TEXT struct text sql = {0};
        pgtext_z(&path, SCRATCH_SCHEMA);
        add_schema(&sql, session, SCRATCH_SCHEMA);
        st = sql.failed ? postgres_nomem(session->host, err)
                        : postgres_query(session, "make the unit's schema", sql.p, NULL, 0, NULL, err);
        if (st == MOULT_OK)
            st = copy_extensions(session, like ? like : w->keeper, &path, err);
        add_path(&path, "public");
    } else {
        pgtext_z(&path, "public");
    }
    return st == MOULT_OK ? set_base(w, &path, err) : st;
}

/* What nobody said may be used is used only on this machine. */
static moult_status check_place(const moult_session *keeper, const moult_open *how, moult_error *err)
{
    const char *host = PQhost(keeper->conn), *address = PQhostaddr(keeper->conn);
    bool socket = host && strchr("/@", *host);
    bool here = address && (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0);
    if (how->size < MOULT_END(moult_open, local) || !how->local || socket || here)
        return MOULT_OK;
    postgres_fail(keeper->host, err, MOULT_ERR_CONFIG, "there is no place for a scratch database: %s",
                  "the server is not on this machine");
    postgres_detail(keeper->host, err, "hint", "%s",
                    "set scratch = \"URL\" of a server kept for the purpose, or \"target\"; or take"
                    " the desired state from a compiled snapshot");
    return MOULT_ERR_CONFIG;
}

moult_status postgres_scratch(const moult_host *host, const moult_open *how, moult_session *like,
                              moult_session **out, moult_error *err)
{
    moult_open write = *how;
    moult_status st;
    bool pooled;
    *out = NULL;
    write.purpose = MOULT_PURPOSE_WRITE;
    moult_session *keeper = connected(host, &write, NULL, err, &st);
    if (!keeper)
        return st;
    moult_session *session = NULL;
    st = postgres_session_new(host, &write, &session, err);
    struct writer *w = st == MOULT_OK ? postgres_writer_of(session) : NULL;
    if (!w) {
        postgres_close(session);
        postgres_close(keeper);
        return st != MOULT_OK ? st : postgres_nomem(host, err);
    }
    w->keeper = keeper;
    w->name = new_name(keeper);
    st = w->name ? check_place(keeper, how, err) : postgres_nomem(host, err);
    if (st == MOULT_OK)
        st = postgres_prove_session(keeper, &pooled, err);
    if (st == MOULT_OK)
        st = make(w, like, err);
    if (st == MOULT_OK)
        st = postgres_connect(session, w->name, err);
    if (st == MOULT_OK)
        w->script = connected(host, &write, w->name, err, &st);
    if (st == MOULT_OK)
        st = enter(session, w, like, for_schema(how, like), err);
    if (st == MOULT_OK)
        st = confine(session, w, err);
    session->scratch = true;
    if (st != MOULT_OK) {
        postgres_close(session);
        return st;
    }
    *out = session;
    return MOULT_OK;
}

/* ---- the end ---- */

/* Sessions that were closed end a moment later; DROP DATABASE would look for them ten times a
 * second. */
static void let_go(moult_session *keeper, const char *name)
{
    char sql[160];
    const struct timespec moment = {0, 1000000};
    snprintf(sql, sizeof sql, "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE datname = '%s'",
             name);
    for (int i = 0; i < 50; i++) {
        PGresult *r = PQexec(keeper->conn, sql);
        bool some = PQntuples(r) > 0;
        PQclear(r);
        if (!some)
            return;
        nanosleep(&moment, NULL);
    }
}

/* FORCE ends the sessions in it, for which it needs the right even where one is about to go by
 * itself; without, the server waits for that a while. */
static bool drop(moult_session *keeper, const char *name)
{
    bool gone = false;
    let_go(keeper, name);
    for (int i = 0; !gone && i < 3; i++) {
        char sql[160];
        bool force = i != 1 && keeper->number >= 130000;
        snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s%s", name,
                 force ? " WITH (FORCE)" : "");
        gone = postgres_tidy(keeper, sql);
    }
    return gone;
}

/* Runs each statement that QUERY gives. */
static void run_all(moult_session *session, const char *query)
{
    PGresult *r = PQexec(session->conn, query);
    for (int i = 0; i < PQntuples(r); i++)
        postgres_tidy(session, PQgetvalue(r, i, 0));
    PQclear(r);
}

/* A database with subscriptions cannot be dropped; they must not reach for the other server, nor wake
 * anything that a text left behind. */
static void let_go_of_servers(moult_session *inside)
{
#define OURS                                                                                       \
    " FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"        \
    " WHERE d.datname = current_database()"
    run_all(inside, "SELECT format('ALTER EVENT TRIGGER %I DISABLE', t.evtname) FROM"
                    " pg_catalog.pg_event_trigger t WHERE EXISTS (SELECT" OURS ")");
    run_all(inside, NO_EVENT_TRIGGERS
            "SELECT format('ALTER SUBSCRIPTION %1$I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name"
            " = NONE); DROP SUBSCRIPTION %1$I', s.subname)" OURS);
#undef OURS
}

bool postgres_scratch_drop(moult_session *inside, moult_session *keeper, const char *name)
{
    if (inside)
        let_go_of_servers(inside);
    if (inside) {
        PQfinish(inside->conn);
        inside->conn = NULL;
    }
    return drop(keeper, name);
}

void postgres_writer_forget(moult_session *session)
{
    struct writer *w = session->writer;
    session->writer = NULL;
    if (!w)
        return;
    postgres_close(w->script);
    if (w->made && !postgres_scratch_drop(session->conn ? session : NULL, w->keeper, w->name)) {
        static const char msg[] =
            "a scratch database could not be dropped; moult doctor removes those that are left behind";
        session->host->log(session->host->ctx, MOULT_LOG_WARNING, msg, sizeof msg - 1);
    }
    postgres_close(w->keeper);
    postgres_confine_free(w->confine);
    pgtext_free(&w->base);
    pgtext_free(&w->settings);
    pgtext_free(&w->records);
    free(w->name);
    free(w);
}
