/* SPDX-License-Identifier: Apache-2.0 */
/* writer-index.c - CREATE INDEX CONCURRENTLY as all or nothing.
 *
 * When it fails, or the server goes down, it leaves an index that nothing uses and everything keeps up to
 * date, and which is in the way of a second attempt. */
#include "lexer.h"
#include "writer.h"

struct reader {
    const char *sql;
    size_t len;
    struct token t;
};

static void next(struct reader *r)
{
    r->t = pgtoken_next(r->sql, r->len, r->t.at + r->t.n);
}

static bool take(struct reader *r, const char *word)
{
    bool is = pgtoken_is(r->sql, &r->t, word);
    if (is)
        next(r);
    return is;
}

static bool take_name(struct reader *r, struct token *name)
{
    *name = r->t;
    next(r);
    return name->kind == TOKEN_WORD || name->kind == TOKEN_QUOTED;
}

bool postgres_index_of(const char *sql, size_t len, struct text *name)
{
    struct reader r = {.sql = sql, .len = len, .t = pgtoken_next(sql, len, 0)};
    struct token index, schema;
    if (!take(&r, "create"))
        return false;
    take(&r, "unique");
    if (!take(&r, "index") || !take(&r, "concurrently"))
        return false;
    if (take(&r, "if") && (!take(&r, "not") || !take(&r, "exists")))
        return false;
    if (!take_name(&r, &index) || !take(&r, "on"))
        return false;
    take(&r, "only");
    if (!take_name(&r, &schema))
        return false;
    if (pgtoken_is_op(sql, &r.t, '.')) { /* an index lies where its table does */
        pgtext_add(name, sql + schema.at, schema.n);
        pgtext_char(name, '.');
    }
    pgtext_add(name, sql + index.at, index.n);
    return !name->failed;
}

void postgres_index_tidy(moult_session *session, const struct text *name)
{
    const char *const params[] = {name->p};
    PGresult *r = PQexecParams(session->conn,
                               "SELECT FROM pg_catalog.pg_index i WHERE NOT i.indisvalid"
                               " AND i.indexrelid = pg_catalog.to_regclass($1)",
                               1, NULL, params, NULL, NULL, 0);
    bool left = PQntuples(r) > 0;
    PQclear(r);
    CLEANUP_TEXT struct text sql = {0};
    pgtext_printf(&sql, "DROP INDEX CONCURRENTLY IF EXISTS %s", name->p);
    if (left && !sql.failed)
        postgres_tidy(session, sql.p);
}
