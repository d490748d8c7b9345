/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.c - runs the queries of an inspection, from one state of the catalogue. */
#include "inspect.h"

#include <string.h>

#include "stamp.h"

#define ATTEMPTS 5

static moult_status take_row(void *arg, int index, const struct row *row)
{
    struct inspect *in = arg;
    if (index < in->query_count)
        postgres_catalogue[in->order[index]].row(in, row);
    else if (row->field[0].p && in->state_count < STATES)
        in->states[in->state_count++] = pginspect_copy(in, row->field[0]);
    return in->st;
}

static void add_queries(struct inspect *in, int round)
{
    in->query_count = 0;
    for (int i = 0; i < postgres_catalogue_count; i++) {
        if (postgres_catalogue[i].round != round)
            continue;
        size_t before = in->sql.n;
        pgtext_z(&in->sql, "COPY (");
        size_t empty = in->sql.n;
        postgres_catalogue[i].sql(in, &in->sql);
        if (in->sql.n == empty) {
            in->sql.n = before;
            continue;
        }
        pgtext_z(&in->sql, ") TO STDOUT (FORMAT binary);");
        in->order[in->query_count++] = i;
    }
}

/* What functions of the server print does not obey the transaction's snapshot.  So the state of the
 * catalogue is asked for in the transaction and after its end.  That no transaction came or went is
 * proof enough, and costs nothing; where they do come and go, the rows of the catalogue are counted. */
static void add_state(struct inspect *in, bool busy)
{
    pgtext_z(&in->sql, "COPY (SELECT ");
    if (busy)
        postgres_state_sql(&in->sql, false);
    else
        pgtext_z(&in->sql, "txid_current_snapshot()::text");
    pgtext_z(&in->sql, ") TO STDOUT (FORMAT binary);");
}

/* The first message begins a transaction that sees one state; inside the writer's there is none of its
 * own, and PATH is the search_path that it has. */
static bool build_first(struct inspect *in, const char *path)
{
    pgtext_clear(&in->sql);
    if (!path)
        pgtext_z(&in->sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;");
    pgtext_z(&in->sql, "SET LOCAL search_path = '';");
    add_queries(in, 1);
    return !in->sql.failed;
}

/* The second one asks for what the first turned up, and ends it. */
static bool build_second(struct inspect *in, const char *path, bool busy)
{
    pgtext_clear(&in->sql);
    add_queries(in, 2);
    add_state(in, busy);
    if (!path)
        pgtext_z(&in->sql, "COMMIT;");
    add_state(in, busy);
    if (path) {
        pgtext_z(&in->sql, "SELECT pg_catalog.set_config('search_path', ");
        pgtext_literal(&in->sql, path, strlen(path));
        pgtext_z(&in->sql, ", true)");
    }
    return !in->sql.failed;
}

static moult_status run(struct inspect *in, bool built)
{
    if (!built)
        return postgres_nomem(in->host, in->err);
    return postgres_batch(in->session, "read the catalogue", in->sql.p, take_row, in, in->err);
}

static void forget(struct inspect *in)
{
    HASH_CLEAR(hh, in->namespaces);
    HASH_CLEAR(hh, in->types);
    HASH_CLEAR(hh, in->opclasses);
    HASH_CLEAR(hh, in->entities);
    pgmem_free(&in->pool);
    pgtext_free(&in->key);
    pgtext_free(&in->path);
    pgtext_free(&in->value);
    pgtext_free(&in->same);
    pgtext_free(&in->marked);
    pgtext_free(&in->sql);
}

static moult_status attempt(struct inspect *in, const char *path, bool busy, bool *moved)
{
    moult_session *s = in->session;
    moult_status st = run(in, build_first(in, path));
    if (st == MOULT_OK)
        st = run(in, build_second(in, path, busy));
    if (st != MOULT_OK && !path && PQtransactionStatus(s->conn) != PQTRANS_IDLE)
        postgres_query(s, "end a transaction", "ROLLBACK", NULL, 0, NULL, NULL);
    if (st != MOULT_OK)
        return st;
    *moved = in->state_count != STATES || !slice_eq(in->states[0], in->states[1]);
    pginspect_settle_columns(in);
    pginspect_missing_public(in);
    return in->st;
}

/* The writer may have another search_path than ''. */
static moult_status current_path(moult_session *s, PGresult **r, moult_error *err)
{
    return s->txn ? postgres_query(s, "read the search path", "SHOW search_path", NULL, 0, r, err)
                  : MOULT_OK;
}

moult_status postgres_inspect(moult_session *session, const moult_binding *const *bindings,
                              uint32_t count, moult_tree *out, moult_error *err)
{
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = current_path(session, &r, err);
    const moult_tree_api *api = session->host->tree;
    for (int i = 0; i < ATTEMPTS && st == MOULT_OK; i++) {
        struct inspect in = {.session = session,
                             .host = session->host,
                             .api = api,
                             .tree = out,
                             .err = err,
                             .bindings = bindings,
                             .binding_count = count};
        bool moved = false;
        st = attempt(&in, r ? PQgetvalue(r, 0, 0) : NULL, session->busy, &moved);
        forget(&in);
        if (st != MOULT_OK || !moved)
            return st;
        session->busy = true;
        st = api->clear(out);
    }
    if (st != MOULT_OK)
        return st;
    st = postgres_fail(session->host, err, MOULT_ERR_BUSY,
                       "the schema changed while it was read, %d times in a row", ATTEMPTS);
    postgres_detail(session->host, err, "hint", "try again when nobody else changes it");
    return st;
}
