/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.c - runs the queries of an inspection, from one state of the catalogue. */
#include "inspect.h"

#include <string.h>

#define ATTEMPTS 8

/* Mixes the bytes of a field, or that there is none, into H. */
static uint64_t mixed(uint64_t h, struct slice field)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ (field.p ? field.n : UINT64_MAX)) * odd;
    for (size_t i = 0; i < field.n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, field.p + i, field.n - i < 8 ? field.n - i : 8);
        h = (h ^ word) * odd;
        h ^= h >> 29;
    }
    return h;
}

static moult_status take_row(void *arg, int index, const struct row *row)
{
    struct inspect *in = arg;
    uint64_t h = (uint64_t)index;
    if (index >= in->query_count) {
        if (row->field[0].p && in->state_count < STATES)
            in->states[in->state_count++] = pginspect_copy(in, row->field[0]);
        return in->st;
    }
    in->ignored = false;
    postgres_catalogue[in->order[index]].row(in, row);
    for (int i = 0; i < row->count && !in->ignored; i++)
        h = mixed(h, row->field[i]);
    in->seen += in->ignored ? 0 : h; /* rows have no order */
    return in->st;
}

static void add_queries(struct inspect *in, int round)
{
    in->query_count = 0;
    for (int i = 0; i < postgres_catalogue_count; i++) {
        const struct catalogue_query *q = &postgres_catalogue[i];
        if (q->round != round || (q->exists && !(in->queries >> i & 1)))
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

/* What functions of the server print does not obey the transaction's snapshot.  So the snapshot is
 * asked for in the transaction and after its end: that no other transaction came or went meanwhile is
 * proof that all is of one state.  Where they do come and go, all is read again until it is twice the
 * same, which nothing can be that changed between. */
static void add_state(struct inspect *in)
{
    pgtext_z(&in->sql, "COPY (SELECT txid_current_snapshot()::text) TO STDOUT (FORMAT binary);");
}

/* The first message begins a transaction that sees one state; inside the writer's there is none of its
 * own, and PATH is the search_path that it has. */
static bool build_first(struct inspect *in, const char *path)
{
    pgtext_clear(&in->sql);
    if (!path)
        pgtext_z(&in->sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;");
    pgtext_z(&in->sql, "SET LOCAL search_path = '';");
    if (!path) /* to begin helpers takes longer than they save */
        pgtext_z(&in->sql, "SET LOCAL max_parallel_workers_per_gather = 0;");
    add_queries(in, 1);
    return !in->sql.failed;
}

/* The second one asks for what the first turned up, and ends it. */
static bool build_second(struct inspect *in, const char *path)
{
    pgtext_clear(&in->sql);
    add_queries(in, 2);
    add_state(in);
    if (!path)
        pgtext_z(&in->sql, "COMMIT;");
    add_state(in);
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
    HASH_CLEAR(hh, in->expressions);
    HASH_CLEAR(by_oid, in->expressions_by_oid);
    HASH_CLEAR(hh, in->entities);
    pgmem_free(&in->pool);
    pgtext_free(&in->key);
    pgtext_free(&in->path);
    pgtext_free(&in->value);
    pgtext_free(&in->same);
    pgtext_free(&in->marked);
    pgtext_free(&in->sql);
}

static moult_status attempt(struct inspect *in, const char *path, bool *moved)
{
    moult_session *s = in->session;
    moult_status st = run(in, build_first(in, path));
    if (st == MOULT_OK)
        st = run(in, build_second(in, path));
    if (st != MOULT_OK && !path && PQtransactionStatus(s->conn) != PQTRANS_IDLE)
        postgres_query(s, "end a transaction", "ROLLBACK", NULL, 0, NULL, NULL);
    if (st != MOULT_OK)
        return st;
    *moved = in->state_count != STATES || !slice_eq(in->states[0], in->states[1]);
    pginspect_settle_columns(in);
    pginspect_list_views(in);
    pginspect_public(in);
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
    moult_status st = session->scratch ? postgres_writer_settle(session, err) : MOULT_OK;
    if (st == MOULT_OK)
        st = current_path(session, &r, err);
    const moult_tree_api *api = session->host->tree;
    uint64_t before = 0;
    for (int i = 0; i < ATTEMPTS && st == MOULT_OK; i++) {
        struct inspect in = {.session = session,
                             .host = session->host,
                             .api = api,
                             .tree = out,
                             .err = err,
                             .bindings = bindings,
                             .binding_count = count,
                             .seen = 1};
        bool moved = false;
        st = attempt(&in, r ? PQgetvalue(r, 0, 0) : NULL, &moved);
        forget(&in);
        /* What was dropped under its hands cannot be printed; in a transaction that is the end. */
        bool again = st == MOULT_ERR_SQL && !r && i + 1 < ATTEMPTS;
        if (!again && (st != MOULT_OK || !moved || in.seen == before))
            return st;
        before = again ? 0 : in.seen;
        st = api->clear(out);
    }
    if (st != MOULT_OK)
        return st;
    st = postgres_fail(session->host, err, MOULT_ERR_BUSY,
                       "the schema changed while it was read, %d times in a row", ATTEMPTS);
    postgres_detail(session->host, err, "hint", "try again when nobody else changes it");
    return st;
}
