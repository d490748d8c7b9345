/* SPDX-License-Identifier: Apache-2.0 */
/* tenants.c - finds tenants, which are databases: by pattern, by name, by query. */
#include <fnmatch.h>
#include <stdlib.h>

#include "my.h"
#include "writer.h"

struct search {
    moult_session *session;
    const char *url;
    moult_tenant_fn *fn;
    void *arg;
    moult_error *err;
};

static moult_status report(const struct search *s, const char *name)
{
    char *url = myurl_for(s->url, name);
    if (!url)
        return my_nomem(s->session->host, s->err);
    moult_tenant t = {.size = MOULT_END(moult_tenant, url), .name = name, .url = url};
    moult_status st = s->fn(s->arg, &t);
    free(url);
    return st;
}

#define NOT_THE_SERVERS                                                                            \
    "schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')"

/* Globs are matched here and not by LIKE, which means other things by other characters.  Scratch
 * databases, which come and go, are nobody's tenants. */
static moult_status by_pattern(const struct search *s, const char *pattern)
{
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    moult_status st = my_ask(
        s->session, "list the tenants",
        "SELECT schema_name FROM information_schema.schemata WHERE " NOT_THE_SERVERS
        " AND schema_name NOT REGEXP '" SCRATCH_PATTERN "' ORDER BY CAST(schema_name AS BINARY)",
        &res, s->err);
    struct row row;
    while (st == MOULT_OK && my_row(res, &row)) {
        if (fnmatch(pattern, row_z(&row, 0), 0) == 0)
            st = report(s, row_z(&row, 0));
    }
    return st;
}

static moult_status one(const struct search *s, const char *name)
{
    const moult_host *host = s->session->host;
    CLEANUP_TEXT struct text sql = {0};
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    mytext_z(&sql, "SELECT schema_name FROM information_schema.schemata WHERE " NOT_THE_SERVERS
                   " AND schema_name = ");
    mytext_literal(&sql, slice_z(name));
    mytext_z(&sql, " AND (@@lower_case_table_names > 0 OR CAST(schema_name AS BINARY) = ");
    mytext_literal(&sql, slice_z(name));
    mytext_char(&sql, ')');
    if (sql.failed)
        return my_nomem(host, s->err);
    moult_status st = my_ask(s->session, "look for a tenant", sql.p, &res, s->err);
    if (st != MOULT_OK)
        return st;
    if (my_row(res, &row))
        return report(s, row_z(&row, 0));
    st = my_fail(host, s->err, MOULT_ERR_NOT_FOUND, "there is no database \"%s\"", name);
    my_detail(host, s->err, "tenant", "%s", name);
    my_detail(host, s->err, "hint", "moult creates no databases: use CREATE DATABASE");
    return st;
}

/* One column: the name of the database. */
static moult_status by_query(const struct search *s, const char *sql)
{
    const moult_host *host = s->session->host;
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    moult_status st = my_ask(s->session, "run the query for tenants", sql, &res, s->err);
    if (st != MOULT_OK)
        return st;
    struct row row;
    if (!res || mysql_num_fields(res) != 1) {
        st = my_fail(host, s->err, MOULT_ERR_CONFIG,
                     "the query for tenants has to give one column: the name of a database");
        my_detail(host, s->err, "statement", "%s", sql);
        return st;
    }
    while (st == MOULT_OK && my_row(res, &row)) {
        if (!*row_z(&row, 0))
            st = my_fail(host, s->err, MOULT_ERR_CONFIG,
                         "the query for tenants gave a row without a name");
        else
            st = one(s, row_z(&row, 0));
    }
    return st;
}

moult_status myreader_tenants(const moult_host *host, const moult_open *base, const char *how,
                              const char *pattern, moult_tenant_fn *fn, void *arg, moult_error *err)
{
    moult_open reading = *base;
    reading.purpose = MOULT_PURPOSE_READ;
    struct search s = {.url = base->url, .fn = fn, .arg = arg, .err = err};
    moult_status st = mysession_new(host, &reading, &s.session, err);
    if (st != MOULT_OK)
        return st;
    st = mysession_connect(s.session, NULL, err);
    if (st != MOULT_OK) {
        /* already told */
    } else if (strcmp(how, "databases") == 0) {
        st = by_pattern(&s, pattern);
    } else if (strcmp(how, "list") == 0) {
        st = one(&s, pattern);
    } else if (strcmp(how, "query") == 0) {
        st = by_query(&s, pattern);
    } else {
        st = my_fail(host, err, MOULT_ERR_CONFIG, "tenants of MySQL are not found by \"%s\"", how);
        my_detail(host, err, "hint", "use databases, list or query");
    }
    myreader_close(s.session);
    return st;
}
