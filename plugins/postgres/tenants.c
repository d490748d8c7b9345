/* SPDX-License-Identifier: Apache-2.0 */
/* tenants.c - finds tenants that are schemas or databases: by pattern, by name, by query. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "bookkeeping.h"
#include "pg.h"
#include "scratch.h"

struct search {
    const moult_host *host;
    moult_session *session; /* NULL: none is needed */
    const moult_open *base;
    bool databases;
    moult_tenant_fn *fn;
    void *arg;
    moult_error *err;
};

/* One tenant: the schema VALUE of the URL's database, or the database VALUE. */
static moult_status report(const struct search *s, const char *name, const char *value)
{
    char *url = s->databases ? postgres_url_for(s->base->url, value, NULL)
                             : postgres_url_for(s->base->url, NULL, value);
    if (!url)
        return postgres_nomem(s->host, s->err);
    moult_tenant t = {.size = MOULT_END(moult_tenant, url), .name = name, .url = url};
    moult_status st = s->fn(s->arg, &t);
    free(url);
    return st;
}

/* What is there, but for what is the server's or moult's own. */
static const char schemas[] =
    "SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_'"
    " AND n.nspname <> 'information_schema' AND NOT (n.nspname = '" BOOKKEEPING_SCHEMA
    "' AND pg_catalog.obj_description(n.oid, 'pg_namespace') IS NOT DISTINCT FROM '"
    BOOKKEEPING_MARKER "') ORDER BY n.nspname COLLATE \"C\"";
static const char databases[] =
    "SELECT d.datname FROM pg_catalog.pg_database d WHERE d.datallowconn AND NOT d.datistemplate"
    " AND NOT (d.datname ~ '" SCRATCH_PATTERN "' AND pg_catalog.shobj_description(d.oid, 'pg_database')"
    " IS NOT DISTINCT FROM '" SCRATCH_MARKER "') ORDER BY d.datname COLLATE \"C\"";

/* Globs are matched here and not by LIKE, which means other things by other characters. */
static moult_status by_pattern(const struct search *s, const char *pattern)
{
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(s->session, "list the tenants",
                                     s->databases ? databases : schemas, NULL, 0, &r, s->err);
    for (int i = 0; st == MOULT_OK && i < PQntuples(r); i++) {
        const char *name = PQgetvalue(r, i, 0);
        if (fnmatch(pattern, name, 0) == 0)
            st = report(s, name, name);
    }
    return st;
}

/* One column: the schema or database; or two: what the tenant is called, and that. */
static moult_status by_query(const struct search *s, const char *sql)
{
    const char *what = s->databases ? "database" : "schema";
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(s->session, "run the query for tenants", sql, NULL, 0, &r, s->err);
    if (st != MOULT_OK)
        return st;
    int columns = PQresultStatus(r) == PGRES_TUPLES_OK ? PQnfields(r) : 0;
    if (columns != 1 && columns != 2) {
        st = postgres_fail(s->host, s->err, MOULT_ERR_CONFIG,
                           "the query for tenants has to give one column, the name of the %s, or"
                           " two: the tenant's name and that",
                           what);
        postgres_detail(s->host, s->err, "statement", "%s", sql);
    }
    for (int i = 0; st == MOULT_OK && i < PQntuples(r); i++) {
        const char *name = postgres_value(r, i, 0), *value = postgres_value(r, i, columns - 1);
        st = name && *name && value && *value
                 ? report(s, name, value)
                 : postgres_fail(s->host, s->err, MOULT_ERR_CONFIG,
                                 "the query for tenants gave a row without a name");
    }
    return st;
}

typedef moult_status way_fn(const struct search *s, const char *pattern);

/* A name in a list is taken as it is: opening it tells whether it is there. */
static moult_status by_name(const struct search *s, const char *name)
{
    return report(s, name, name);
}

static const struct {
    const char *how;
    way_fn *find;
    bool databases;
} ways[] = {
    {"schemas", by_pattern, false},     {"databases", by_pattern, true},
    {"schemas.query", by_query, false}, {"databases.query", by_query, true},
    {"query", by_query, false},         {"list", by_name, false},
};

static moult_status unknown_way(const moult_host *host, const char *how, moult_error *err)
{
    postgres_fail(host, err, MOULT_ERR_CONFIG, "tenants of PostgreSQL are not found by \"%s\"",
                  how);
    postgres_detail(host, err, "hint", "use schemas, databases, list or query");
    return MOULT_ERR_CONFIG;
}

moult_status postgres_tenants(const moult_host *host, const moult_open *base, const char *how,
                              const char *pattern, moult_tenant_fn *fn, void *arg, moult_error *err)
{
    size_t i = 0;
    while (i < sizeof ways / sizeof *ways && strcmp(ways[i].how, how) != 0)
        i++;
    if (i == sizeof ways / sizeof *ways)
        return unknown_way(host, how, err);
    moult_open reading = *base;
    reading.purpose = MOULT_PURPOSE_READ;
    struct search s = {.host = host,
                       .base = base,
                       .databases = ways[i].databases,
                       .fn = fn,
                       .arg = arg,
                       .err = err};
    moult_status st =
        ways[i].find == by_name ? MOULT_OK : postgres_open(host, &reading, &s.session, err);
    if (st == MOULT_OK)
        st = ways[i].find(&s, pattern);
    postgres_close(s.session);
    return st;
}
