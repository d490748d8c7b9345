/* SPDX-License-Identifier: Apache-2.0 */
/* tenants.c - finds tenants that are schemas or databases: by pattern, by name, by query. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "pg.h"

struct search {
    moult_session *session;
    const char *url;
    moult_tenant_fn *fn;
    void *arg;
    moult_error *err;
};

/* One tenant: a schema of the URL's database, or another database. */
static moult_status report(const struct search *s, const char *name, const char *value, bool schema)
{
    char *url =
        schema ? postgres_url_for(s->url, NULL, value) : postgres_url_for(s->url, value, NULL);
    if (!url)
        return postgres_nomem(s->session->host, s->err);
    moult_tenant t = {.size = MOULT_END(moult_tenant, url), .name = name, .url = url};
    moult_status st = s->fn(s->arg, &t);
    free(url);
    return st;
}

/* Globs are matched here and not by LIKE, which means other things by other characters. */
static moult_status by_pattern(const struct search *s, const char *sql, const char *pattern,
                               bool schema)
{
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(s->session, "list the tenants", sql, NULL, 0, &r, s->err);
    for (int i = 0; st == MOULT_OK && i < PQntuples(r); i++) {
        const char *name = PQgetvalue(r, i, 0);
        if (fnmatch(pattern, name, 0) == 0)
            st = report(s, name, name, schema);
    }
    return st;
}

static moult_status by_schemas(const struct search *s, const char *pattern)
{
    return by_pattern(
        s,
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname"
        " <> 'information_schema' ORDER BY nspname COLLATE \"C\"",
        pattern, true);
}

static moult_status by_databases(const struct search *s, const char *pattern)
{
    return by_pattern(
        s,
        "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate"
        " ORDER BY datname COLLATE \"C\"",
        pattern, false);
}

/* VALUE is a schema if the URL's database has one of that name, else a database. */
static moult_status one(const struct search *s, const char *name, const char *value)
{
    const char *params[] = {value};
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(
        s->session, "look for a tenant",
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1),"
        " EXISTS (SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1 AND datallowconn)",
        params, 1, &r, s->err);
    if (st != MOULT_OK)
        return st;
    bool schema = *PQgetvalue(r, 0, 0) == 't', database = *PQgetvalue(r, 0, 1) == 't';
    if (schema || database)
        return report(s, name, value, schema);
    postgres_fail(s->session->host, s->err, MOULT_ERR_NOT_FOUND,
                  "there is neither a schema nor a database \"%s\"", value);
    postgres_detail(s->session->host, s->err, "tenant", "%s", name);
    return MOULT_ERR_NOT_FOUND;
}

/* One column: the name of the schema or database. */
static moult_status by_query(const struct search *s, const char *sql)
{
    const moult_host *host = s->session->host;
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(s->session, "run the query for tenants", sql, NULL, 0, &r, s->err);
    if (st != MOULT_OK)
        return st;
    int columns = PQresultStatus(r) == PGRES_TUPLES_OK ? PQnfields(r) : 0;
    if (columns != 1) {
        st = postgres_fail(
            host, s->err, MOULT_ERR_CONFIG,
            "the query for tenants has to give one column: the name of a schema or database");
        postgres_detail(host, s->err, "statement", "%s", sql);
    }
    for (int i = 0; st == MOULT_OK && i < PQntuples(r); i++) {
        if (PQgetisnull(r, i, 0) || !*PQgetvalue(r, i, 0))
            st = postgres_fail(host, s->err, MOULT_ERR_CONFIG,
                               "the query for tenants gave a row without a name");
        else
            st = one(s, PQgetvalue(r, i, 0), PQgetvalue(r, i, 0));
    }
    return st;
}

moult_status postgres_tenants(const moult_host *host, const moult_open *base, const char *how,
                              const char *pattern, moult_tenant_fn *fn, void *arg, moult_error *err)
{
    moult_open reading = *base;
    reading.purpose = MOULT_PURPOSE_READ;
    struct search s = {.url = base->url, .fn = fn, .arg = arg, .err = err};
    moult_status st = postgres_open(host, &reading, &s.session, err);
    if (st != MOULT_OK)
        return st;
    if (strcmp(how, "schemas") == 0) {
        st = by_schemas(&s, pattern);
    } else if (strcmp(how, "databases") == 0) {
        st = by_databases(&s, pattern);
    } else if (strcmp(how, "list") == 0) {
        st = one(&s, pattern, pattern);
    } else if (strcmp(how, "query") == 0) {
        st = by_query(&s, pattern);
    } else {
        st = postgres_fail(host, err, MOULT_ERR_CONFIG,
                           "tenants of PostgreSQL are not found by \"%s\"", how);
        postgres_detail(host, err, "hint", "use schemas, databases, list or query");
    }
    postgres_close(s.session);
    return st;
}
