/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.c - databases in memory for trying things, and for text that nobody vouches for.
 *
 * What runs here was classified before, statement by statement; this is the second wall: it reaches no
 * file, no other database and no setting, and it ends. */
#include <string.h>

#include "writer.h"

#define SCRATCH_PAGES 131072 /* of 4096 bytes: 512 MiB; a schema of 100,000 tables has about 400 */
#define SCRATCH_VALUE (64 << 20) /* the largest value, and definition, in bytes */

/* Settings that may be read, and (SETS) set. */
static bool pragma_allowed(const char *name, const char *value)
{
    static const char *const reads[] = {
        "table_info",       "table_xinfo",   "table_list",      "index_list",     "index_info",
        "index_xinfo",      "schema_version", "user_version",   "application_id", "encoding",
        "page_size",        "page_count",    "freelist_count",  "journal_mode",   "database_list",
        "foreign_key_list", "collation_list", "function_list",  "module_list",    "pragma_list",
        "compile_options",  "data_version",  "foreign_key_check", "quick_check",  "integrity_check",
        "foreign_keys",     "legacy_alter_table", "query_only"};
    static const char *const takes_name[] = {"table_info",  "table_xinfo",      "table_list",
                                             "index_list",  "index_info",       "index_xinfo",
                                             "quick_check", "foreign_key_list", "foreign_key_check",
                                             "integrity_check"};
    static const char *const sets[] = {"foreign_keys", "legacy_alter_table"};
    if (!name)
        return false;
    for (size_t i = 0; !value && i < sizeof reads / sizeof *reads; i++)
        if (sqlite3_stricmp(name, reads[i]) == 0)
            return true;
    for (size_t i = 0; value && i < sizeof takes_name / sizeof *takes_name; i++)
        if (sqlite3_stricmp(name, takes_name[i]) == 0)
            return true;
    for (size_t i = 0; value && i < sizeof sets / sizeof *sets; i++)
        if (sqlite3_stricmp(name, sets[i]) == 0)
            return true;
    return false;
}

/* Functions that reach out of the database, where a build of SQLite or a host program has them. */
static bool function_denied(const char *name)
{
    static const char *const denied[] = {"load_extension", "readfile", "writefile",
                                         "edit",           "lsdir",    "fsdir",
                                         "lsmode",         "zipfile",  "fts3_tokenizer"};
    for (size_t i = 0; name && i < sizeof denied / sizeof *denied; i++)
        if (sqlite3_stricmp(name, denied[i]) == 0)
            return true;
    return false;
}

static int authorize(void *arg, int action, const char *a, const char *b, const char *database,
                     const char *by)
{
    (void)arg;
    (void)database;
    (void)by;
    switch (action) {
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
        return SQLITE_DENY;
    case SQLITE_PRAGMA:
        return pragma_allowed(a, b) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
        return function_denied(b) ? SQLITE_DENY : SQLITE_OK;
    default:
        return SQLITE_OK;
    }
}

/* An encoding is for good once the first table is there. */
static moult_status take_encoding(moult_session *session, moult_session *like, moult_error *err)
{
    moult_status st = MOULT_OK;
    sqlite3_stmt *stmt =
        sqlite_prepare(like, "PRAGMA main.encoding", "cannot read the encoding", &st, err);
    if (st)
        return st;
    char sql[64] = "";
    if (sqlite3_step(stmt) == SQLITE_ROW)
        sqlite3_snprintf(sizeof sql, sql, "PRAGMA encoding = '%q'",
                         (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return *sql ? sqlite_exec(session, sql, "cannot set the encoding of a scratch database", err)
                : MOULT_OK;
}

static moult_status confine(moult_session *session, moult_error *err)
{
    char sql[128];
    sqlite3_snprintf(sizeof sql, sql,
                     "PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF; "
                     "PRAGMA max_page_count = %d",
                     SCRATCH_PAGES);
    moult_status st = sqlite_exec(session, sql, "cannot set up a scratch database", err);
    if (st)
        return st;
    /* Not DEFENSIVE: that refuses "CREATE TABLE IF NOT EXISTS" of a shadow table that is there, and
     * .dump writes it.  What else it guards against needs a PRAGMA that the authorizer denies. */
    int on = 0;
    int rc = sqlite3_db_config(session->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, &on);
    if (rc == SQLITE_OK)
        rc = sqlite3_set_authorizer(session->db, authorize, session);
    sqlite3_limit(session->db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(session->db, SQLITE_LIMIT_LENGTH, SCRATCH_VALUE);
    return rc == SQLITE_OK
               ? MOULT_OK
               : sqlite_fail_rc(session, err, rc, "cannot confine a scratch database", NULL, 0);
}

moult_status sqlite_writer_scratch(const moult_host *host, const moult_open *how,
                                   moult_session *like, moult_session **out, moult_error *err)
{
    *out = NULL;
    moult_session *session = sqlite_session_new(host, how);
    if (!session)
        return sqlite_nomem(host, err);
    session->purpose = MOULT_PURPOSE_WRITE;
    session->scratch = true;
    moult_status st = sqlite_session_open(
        session, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, err);
    if (!st && like)
        st = take_encoding(session, like, err);
    if (!st)
        st = confine(session, err);
    if (st) {
        sqlite_reader_close(session);
        return st;
    }
    *out = session;
    return MOULT_OK;
}

moult_status sqlite_writer_reap(const moult_host *host, const moult_open *how, uint32_t *count,
                                moult_error *err)
{
    (void)host;
    (void)how;
    (void)err;
    *count = 0; /* memory goes with its process */
    return MOULT_OK;
}
