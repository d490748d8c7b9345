/* SPDX-License-Identifier: Apache-2.0 */
/* reap.c - drops scratch databases that a crash left behind: those of the acting role that
 * nobody marks as in use. */
#include <string.h>

#include "scratch.h"

static const char found[] = "SELECT d.datname FROM pg_catalog.pg_database d"
                            " LEFT JOIN pg_catalog.pg_shdescription c ON c.objoid = d.oid"
                            " AND c.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass"
                            " WHERE d.datname ~ '" SCRATCH_PATTERN "'"
                            " AND pg_catalog.pg_has_role(d.datdba, 'USAGE')"
                            " AND (c.description IS NULL OR c.description = '" SCRATCH_MARKER "')";

/* Is there a session that has marked NAME?  Marks are made before their database. */
static moult_status in_use(moult_session *keeper, const char *name, bool *used, moult_error *err)
{
    CLEANUP_TEXT struct text sql = {0};
    pgtext_printf(&sql,
                  "SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted"
                  " AND classid = %u AND objid = %u AND objsubid = 2",
                  LOCK_SCRATCH, postgres_lock_number(name));
    if (sql.failed)
        return postgres_nomem(keeper->host, err);
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st =
        postgres_query(keeper, "see which scratch databases are in use", sql.p, NULL, 0, &r, err);
    *used = st == MOULT_OK && PQntuples(r) > 0;
    return st;
}

/* A connection into it, for what keeps it from being dropped; NULL if there is none to be had. */
static moult_session *inside(const moult_host *host, const moult_open *how,
                             const moult_session *keeper, const char *name)
{
    moult_session *s = NULL;
    moult_status st = postgres_session_new(host, how, &s, NULL);
    if (st == MOULT_OK) {
        s->quiet = keeper->number >= 170000; /* older ones know no triggers on logging in */
        st = postgres_connect(s, name, NULL);
    }
    if (st == MOULT_OK)
        return s;
    postgres_close(s);
    return NULL;
}

moult_status postgres_reap(const moult_host *host, const moult_open *how, uint32_t *count,
                           moult_error *err)
{
    moult_open write = *how;
    write.purpose = MOULT_PURPOSE_WRITE;
    *count = 0;
    moult_session *keeper = NULL;
    CLEANUP_RESULT PGresult *r = NULL;
    moult_status st = postgres_session_new(host, &write, &keeper, err);
    if (st == MOULT_OK)
        st = postgres_connect(keeper, NULL, err);
    if (st == MOULT_OK)
        st = postgres_query(keeper, "look for scratch databases", found, NULL, 0, &r, err);
    for (int i = 0; st == MOULT_OK && i < PQntuples(r); i++) {
        const char *name = PQgetvalue(r, i, 0);
        bool used = false;
        st = in_use(keeper, name, &used, err);
        if (st != MOULT_OK || used)
            continue;
        moult_session *in = inside(host, &write, keeper, name);
        *count += postgres_scratch_drop(in, keeper, name);
        postgres_close(in);
    }
    postgres_close(keeper);
    return st;
}
