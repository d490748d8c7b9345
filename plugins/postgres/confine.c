/* SPDX-License-Identifier: Apache-2.0 */
/* confine.c - runs statements as a role that can do no harm. */
#include "confine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY "pg_stat_scan_tables" /* there on every server, and may do nothing that matters */

struct confine {
    moult_session *session, *script; /* borrowed */
    char *acting;                    /* the role that the text is to be run as */
    char *stand_in;                  /* the role that runs it */
    bool superuser;                  /* ACTING is one, so that STAND_IN is not the same */
    char oid[16], xmin[16];          /* of the function that statements run in */
    struct text late;                /* statements, each with a zero behind it */
};

/* ---- who is it ---- */

moult_status postgres_confine_new(moult_session *keeper, struct confine **out, moult_error *err)
{
    static const char sql[] =
        "SELECT s.rolsuper OR a.rolsuper, a.rolname, a.rolsuper FROM pg_catalog.pg_roles s,"
        " pg_catalog.pg_roles a WHERE s.rolname = session_user"
        " AND a.rolname = coalesce($1, session_user)";
    const char *params[] = {keeper->role};
    CLEANUP_RESULT PGresult *r = NULL;
    *out = NULL;
    moult_status st = postgres_query(keeper, "look who it is", sql, params, 1, &r, err);
    if (st != MOULT_OK || !PQntuples(r) || *PQgetvalue(r, 0, 0) != 't')
        return st;
    struct confine *c = calloc(1, sizeof *c);
    if (!c)
        return postgres_nomem(keeper->host, err);
    c->superuser = *PQgetvalue(r, 0, 2) == 't';
    c->acting = strdup(PQgetvalue(r, 0, 1));
    c->stand_in = strdup(c->superuser ? NOBODY : PQgetvalue(r, 0, 1));
    if (!c->acting || !c->stand_in) {
        postgres_confine_free(c);
        return postgres_nomem(keeper->host, err);
    }
    *out = c;
    return MOULT_OK;
}

void postgres_confine_free(struct confine *c)
{
    if (!c)
        return;
    free(c->acting);
    free(c->stand_in);
    pgtext_free(&c->late);
    free(c);
}

const char *postgres_confine_owner(const struct confine *c)
{
    return c->stand_in;
}

bool postgres_confine_as_superuser(const struct confine *c)
{
    return c->superuser;
}

moult_status postgres_confine_enter(struct confine *c, moult_session *session,
                                    moult_session *script, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    CLEANUP_RESULT PGresult *r = NULL;
    c->session = session;
    c->script = script;
    pgtext_z(&sql, "CREATE FUNCTION pg_temp.moult_run(text) RETURNS bigint LANGUAGE plpgsql"
                   " SECURITY DEFINER AS 'DECLARE n bigint; BEGIN EXECUTE $1;"
                   " GET DIAGNOSTICS n = ROW_COUNT; RETURN n; END';"
                   "ALTER FUNCTION pg_temp.moult_run(text) OWNER TO ");
    pgtext_name(&sql, c->stand_in, strlen(c->stand_in));
    pgtext_z(&sql, "; SELECT oid, xmin FROM pg_catalog.pg_proc"
                   " WHERE oid = pg_catalog.to_regprocedure('pg_temp.moult_run(text)')");
    if (sql.failed)
        return postgres_nomem(session->host, err);
    moult_status st = postgres_query(script, "confine what is run", sql.p, NULL, 0, &r, err);
    if (st != MOULT_OK)
        return st;
    snprintf(c->oid, sizeof c->oid, "%s", PQgetvalue(r, 0, 0));
    snprintf(c->xmin, sizeof c->xmin, "%s", PQgetvalue(r, 0, 1));
    if (!c->superuser)
        return MOULT_OK;
    free(session->stand_in);
    session->stand_in = strdup(c->stand_in);
    return session->stand_in ? MOULT_OK : postgres_nomem(session->host, err);
}

moult_status postgres_confine_settings(struct confine *c, const char *sql, size_t len,
                                       moult_error *err)
{
    /* Of the text's code, some may have changed how the server reads what follows. */
    static const char plain[] = "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on";
    if (!pgconfine_changes_role(sql, len, c->acting))
        return postgres_query(c->script, "set the session up", plain, NULL, 0, NULL, err);
    postgres_fail(c->script->host, err, MOULT_ERR_INVALID,
                  "SET ROLE is not followed in a text that a superuser loads");
    postgres_detail(c->script->host, err, "hint", "%s",
                    "write ALTER ... OWNER TO; or load it as a role that is none");
    return MOULT_ERR_INVALID;
}

/* ---- as the stand-in ---- */

/* The function runs only if it is still what it was: code that it ran may have changed it.  No name here
 * can be made to mean something else. */
#define IS " OPERATOR(pg_catalog.=) "
static const char guarded[] =
    "SELECT CASE WHEN f.xmin" IS "$3::pg_catalog.xid AND pg_catalog.current_setting('client_encoding')" IS "'UTF8'"
    " AND pg_catalog.current_setting('standard_conforming_strings')" IS "'on'"
    " THEN pg_temp.moult_run($1) END FROM pg_catalog.pg_proc f WHERE f.oid" IS
    "$2::pg_catalog.oid"
    " AND f.oid" IS "pg_catalog.to_regprocedure('pg_temp.moult_run(text)')::pg_catalog.oid";

static moult_status call(struct confine *c, const char *sql, uint64_t *changed, moult_error *err)
{
    const char *const params[] = {sql, c->oid, c->xmin};
    const moult_host *host = c->script->host;
    CLEANUP_RESULT PGresult *r = NULL;
    bool ungranted = false; /* not its to give: to the server that is no error */
    c->script->ungranted = &ungranted;
    moult_status st = postgres_query(c->script, "run a statement", guarded, params, 3, &r, err);
    c->script->ungranted = NULL;
    if (st == MOULT_OK && ungranted)
        st = postgres_fail(host, err, MOULT_ERR_AUTH, "the object belongs to another role");
    if (st != MOULT_OK) {
        host->error_detail(host->ctx, err, "statement", sql, strlen(sql));
        return st;
    }
    const char *rows = PQntuples(r) ? postgres_value(r, 0, 0) : NULL;
    if (rows) {
        *changed = strtoull(rows, NULL, 10);
        return MOULT_OK;
    }
    postgres_fail(host, err, MOULT_ERR_INVALID,
                  "code of the text's own has changed the session that it is loaded in");
    host->error_detail(host->ctx, err, "statement", sql, strlen(sql));
    return MOULT_ERR_INVALID;
}

/* Roles whose rights reach beyond the database's objects. */
#define MIGHTY                                                                                     \
    "(r.rolsuper OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls OR EXISTS (SELECT FROM"  \
    " pg_catalog.pg_roles p WHERE p.rolname IN ('pg_read_server_files', 'pg_write_server_files',"  \
    " 'pg_execute_server_program', 'pg_signal_backend', 'pg_create_subscription')"                 \
    " AND pg_catalog.pg_has_role(r.oid, p.oid, 'USAGE')))"

/* What belongs to others by now: for the time of this statement, within one transaction that nobody sees
 * into, the stand-in is a member of their roles. */
static moult_status call_as_owners(struct confine *c, const char *sql, uint64_t *changed, bool *tried,
                                   moult_error *err)
{
    static const char owners[] =
        "SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ') FROM"
        " pg_catalog.pg_roles r WHERE r.oid IN (SELECT d.refobjid FROM pg_catalog.pg_shdepend d"
        " WHERE d.deptype = 'o' AND d.dbid = (SELECT b.oid FROM pg_catalog.pg_database b"
        " WHERE b.datname = current_database())) AND r.rolname <> $1 AND NOT " MIGHTY
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.roleid = r.oid"
        " AND m.member = (SELECT s.oid FROM pg_catalog.pg_roles s WHERE s.rolname = $1))";
    const char *const params[] = {c->stand_in};
    CLEANUP_RESULT PGresult *r = NULL;
    CLEANUP_TEXT struct text grant = {0}, revoke = {0};
    moult_status st =
        postgres_query(c->session, "look for owners", owners, params, 1, &r, err);
    const char *roles = st == MOULT_OK ? postgres_value(r, 0, 0) : NULL;
    *tried = roles != NULL;
    if (!roles)
        return st;
    pgtext_printf(&grant, "BEGIN; GRANT %s TO " NOBODY, roles);
    pgtext_printf(&revoke, "REVOKE %s FROM " NOBODY "; COMMIT", roles);
    if (grant.failed || revoke.failed)
        return postgres_nomem(c->script->host, err);
    st = postgres_query(c->script, "act for the owners", grant.p, NULL, 0, NULL, err);
    if (st == MOULT_OK)
        st = call(c, sql, changed, err);
    if (st == MOULT_OK)
        st = postgres_query(c->script, "act for the owners no more", revoke.p, NULL, 0, NULL, err);
    if (st != MOULT_OK)
        postgres_tidy(c->script, "ROLLBACK");
    return st;
}

/* ---- as the superuser ---- */

static void put_off(struct confine *c, const char *sql)
{
    pgtext_add(&c->late, sql, strlen(sql));
    pgtext_char(&c->late, '\0');
}

/* Who may call a routine in a language that is not trusted may do anything.  So nobody may until nothing
 * is called any more. */
static moult_status lock_routines(struct confine *c, moult_error *err)
{
    static const char sql[] =
        "SELECT pg_catalog.format('%I.%I(%s)', n.nspname, p.proname,"
        " pg_catalog.oidvectortypes(p.proargtypes)) FROM pg_catalog.pg_proc p"
        " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
        " JOIN pg_catalog.pg_language l ON l.oid = p.prolang JOIN pg_catalog.pg_roles o"
        " ON o.oid = p.proowner WHERE p.oid >= 16384 AND NOT l.lanpltrusted AND l.lanname <> 'sql'"
        " AND o.rolsuper AND pg_catalog.has_function_privilege('" NOBODY "', p.oid, 'EXECUTE')"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 1255"
        " AND d.objid = p.oid AND d.deptype = 'e')";
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(c->session, "look for routines", sql, NULL, 0, &r, err);
    for (int i = 0; st == MOULT_OK && i < PQntuples(r); i++) {
        CLEANUP_TEXT struct text take = {0}, give = {0};
        pgtext_printf(&take, "REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC", PQgetvalue(r, i, 0));
        pgtext_printf(&give, "GRANT EXECUTE ON ROUTINE %s TO PUBLIC", PQgetvalue(r, i, 0));
        if (take.failed || give.failed)
            return postgres_nomem(c->script->host, err);
        st = postgres_query_one(c->session, "confine a routine", take.p, NULL, err);
        put_off(c, give.p);
    }
    return st;
}

static moult_status by_superuser(struct confine *c, const char *sql, moult_error *err)
{
    CLEANUP_TEXT struct text server = {0};
    moult_status st = postgres_query_one(c->script, "run a statement", sql, NULL, err);
    if (st == MOULT_OK && pgconfine_routine(sql))
        st = lock_routines(c, err);
    if (st == MOULT_OK && pgconfine_makes_server(sql, &server)) { /* for its foreign tables */
        CLEANUP_TEXT struct text give = {0};
        pgtext_printf(&give, "ALTER SERVER %s OWNER TO " NOBODY, server.p);
        st = give.failed ? postgres_nomem(c->script->host, err)
                         : postgres_query_one(c->session, "give a server away", give.p, NULL, err);
    }
    return st;
}

/* A routine of a mighty role that runs with its owner's rights. */
static moult_status is_mighty(struct confine *c, const char *role, bool *mighty, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    CLEANUP_RESULT PGresult *r = NULL;
    pgtext_z(&sql, "SELECT " MIGHTY " FROM pg_catalog.pg_roles r WHERE"
                   " pg_catalog.quote_ident(r.rolname) = ");
    pgtext_literal(&sql, role, strlen(role));
    if (sql.failed)
        return postgres_nomem(c->script->host, err);
    moult_status st = postgres_query(c->session, "look at a role", sql.p, NULL, 0, &r, err);
    *mighty = st == MOULT_OK && PQntuples(r) && *PQgetvalue(r, 0, 0) == 't';
    return st;
}

/* Is SQL to run when nothing of the text's own does any more? */
static moult_status wants_to_wait(struct confine *c, const char *sql, bool *wait, moult_error *err)
{
    CLEANUP_TEXT struct text role = {0};
    *wait = pgconfine_wakes(sql);
    if (!c->superuser || *wait || !pgconfine_gives_routine(sql, &role))
        return MOULT_OK;
    return is_mighty(c, role.p, wait, err);
}

/* ---- both ---- */

moult_status postgres_confine_run(struct confine *c, const char *sql, uint64_t *changed,
                                  moult_error *err)
{
    CLEANUP_TEXT struct text text = {0};
    const moult_host *host = c->script->host;
    bool wait = false, tried = false;
    const char *why = NULL;
    pgconfine_translate(&text, sql, c->acting, c->stand_in);
    if (text.failed)
        return postgres_nomem(host, err);
    moult_status st = wants_to_wait(c, text.p, &wait, err);
    if (st == MOULT_OK && wait)
        put_off(c, text.p);
    if (st != MOULT_OK || wait || (c->superuser && pgconfine_stays(text.p, c->stand_in)))
        return st;
    st = call(c, text.p, changed, err);
    if (st != MOULT_ERR_AUTH || !c->superuser)
        return st;
    /* What the superuser makes is nobody else's to alter: so the owners come first. */
    st = call_as_owners(c, text.p, changed, &tried, err);
    if (tried && st == MOULT_OK)
        return st;
    if (pgconfine_is_harmless(text.p, &why))
        return by_superuser(c, text.p, err);
    if (why)
        return postgres_fail(host, err, MOULT_ERR_INVALID, "%s", why);
    if (!tried && st == MOULT_OK)
        st = call(c, text.p, changed, err); /* for its error */
    if (st == MOULT_ERR_AUTH)
        postgres_detail(host, err, "hint", "%s",
                        "what a superuser loads is run without a superuser's rights: load it as the"
                        " role that is to own it");
    return st;
}

moult_status postgres_confine_settle(struct confine *c, moult_error *err)
{
    moult_status st = MOULT_OK;
    CLEANUP_TEXT struct text late = c->late;
    c->late = (struct text){0};
    if (late.failed)
        return postgres_nomem(c->session->host, err);
    for (size_t at = 0; at < late.n && st == MOULT_OK; at += strlen(late.p + at) + 1) {
        st = postgres_query_one(c->session, "run a statement", late.p + at, NULL, err);
        if (st == MOULT_ERR_SQL) /* it is not there any more, or not yet */
            st = MOULT_OK;
    }
    return st;
}
