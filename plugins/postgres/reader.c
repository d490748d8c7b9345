/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - opens and closes sessions, and says what server they are on. */
#include <stdlib.h>
#include <string.h>

#include "writer.h"

#define NEWEST_KNOWN 18

/* Is the schema of a schema unit there?  It is the unit's place, which moult does not make. */
static moult_status find_schema(moult_session *s, moult_error *err)
{
    const char *params[] = {s->schema};
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_query(s, "look for the schema",
                                     "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1",
                                     params, 1, &r, err);
    if (st != MOULT_OK || PQntuples(r) == 1)
        return st;
    postgres_fail(s->host, err, MOULT_ERR_NOT_FOUND,
                  "there is no schema \"%s\" in the database \"%s\"", s->schema, s->database);
    postgres_detail(s->host, err, "hint",
                    "moult does not make a tenant's schema: use CREATE SCHEMA");
    return MOULT_ERR_NOT_FOUND;
}

moult_status postgres_open(const moult_host *host, const moult_open *how, moult_session **out,
                           moult_error *err)
{
    moult_session *s = NULL;
    moult_status st = postgres_session_new(host, how, &s, err);
    if (st != MOULT_OK)
        return st;
    st = postgres_connect(s, NULL, err);
    if (st == MOULT_OK && s->schema)
        st = find_schema(s, err);
    if (st == MOULT_OK && s->number / 10000 > NEWEST_KNOWN) {
        static const char msg[] = "this version of PostgreSQL is newer than those that moult knows";
        host->log(host->ctx, MOULT_LOG_WARNING, msg, sizeof msg - 1);
    }
    if (st != MOULT_OK) {
        postgres_close(s);
        return st;
    }
    *out = s;
    return MOULT_OK;
}

moult_status postgres_move(moult_session *session, const moult_open *how, moult_error *err)
{
    moult_status st = postgres_connect_again(session, how, err);
    return st == MOULT_OK && session->schema ? find_schema(session, err) : st;
}

void postgres_close(moult_session *session)
{
    if (!session)
        return;
    postgres_writer_forget(session);
    if (session->canceller)
        PQfreeCancel(session->canceller);
    PQfinish(session->conn); /* what is open is rolled back by that */
    free(session->url);
    free(session->database);
    free(session->schema);
    free(session->role);
    free(session->stand_in);
    free(session->version);
    free(session);
}

void postgres_cancel(moult_session *session)
{
    char ignored[256];
    if (session && session->canceller)
        PQcancel(session->canceller, ignored, sizeof ignored);
}

/* Do statements of the session reach different sessions of the server? */
static uint32_t is_pooled(moult_session *s)
{
    bool ignored;
    if (!s->pooled_known && s->beyond)
        s->pooled = postgres_prove_session(s, &ignored, NULL) == MOULT_ERR_REFUSED;
    s->pooled_known = true;
    return s->pooled;
}

moult_status postgres_server(moult_session *session, moult_server *out, moult_error *err)
{
    (void)err;
    *out = (moult_server){
        .size = MOULT_END(moult_server, tenant),
        .major = (uint32_t)session->number / 10000,
        .make = "PostgreSQL",
        .version = session->version,
        .pooled = is_pooled(session),
        .read_only = session->standby,
        .tenant = session->schema,
    };
    return MOULT_OK;
}
