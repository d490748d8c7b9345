/* SPDX-License-Identifier: Apache-2.0 */
/* stamp.c - a cheap fingerprint of all that inspect reads. */
#include <openssl/evp.h>
#include <string.h>

#include "bookkeeping.h"

static bool add(EVP_MD_CTX *h, const void *p, size_t n)
{
    uint8_t len[8];
    for (int i = 0; i < 8; i++)
        len[i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
    return EVP_DigestUpdate(h, len, sizeof len) == 1 && EVP_DigestUpdate(h, p, n) == 1;
}

/* The rows of sqlite_schema in their order; OURS: without those of moult's own tables. */
static int add_rows(moult_session *session, EVP_MD_CTX *h, bool ours, bool *digested, bool *seen)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(
        session->db, "SELECT type, name, tbl_name, sql FROM main.sqlite_schema", -1, &s, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        rc = SQLITE_OK;
        const char *table = (const char *)sqlite3_column_text(s, 2);
        bool own = false;
        if (table && sqlite3_strnicmp(table, "moult_", 6) == 0) {
            for (uint32_t i = 0; i < BOOKKEEPING_COUNT; i++)
                own |= sqlite3_stricmp(table, sqlite_bookkeeping_name(i)) == 0;
        }
        *seen |= own;
        if (own && ours)
            continue;
        for (int i = 0; i < 4; i++) {
            const char *p = (const char *)sqlite3_column_text(s, i);
            *digested &= add(h, p ? p : "", (size_t)sqlite3_column_bytes(s, i));
        }
    }
    sqlite3_finalize(s);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static moult_status stamp(moult_session *session, EVP_MD_CTX *h, uint8_t out[32], moult_error *err)
{
    bool ok = true, seen = false;
    struct bookkeeping found = {0};
    /* Almost no database has moult's tables when it is first seen: look only where the names are.
     */
    for (int round = 0; round < 2; round++) {
        ok &= EVP_DigestInit_ex(h, EVP_sha256(), NULL) == 1;
        ok &= add(h, sqlite3_sourceid(), strlen(sqlite3_sourceid()));
        int rc = add_rows(session, h, found.ours, &ok, &seen);
        if (rc != SQLITE_OK)
            return sqlite_fail_rc(session, err, rc, "cannot read the schema", NULL, 0);
        if (round || !seen)
            break;
        moult_status st = sqlite_bookkeeping_look(session, &found, err);
        if (st != MOULT_OK)
            return st;
        if (!found.ours)
            break;
    }
    if (ok && EVP_DigestFinal_ex(h, out, NULL) == 1)
        return MOULT_OK;
    return sqlite_fail(session->host, err, MOULT_ERR_INTERNAL, "libcrypto made no SHA-256");
}

moult_status sqlite_reader_stamp(moult_session *session, uint8_t out[32], moult_error *err)
{
    EVP_MD_CTX *h = EVP_MD_CTX_new();
    if (!h)
        return sqlite_nomem(session->host, err);
    moult_status st = stamp(session, h, out, err);
    EVP_MD_CTX_free(h);
    return st;
}
