/* SPDX-License-Identifier: Apache-2.0 */
/* foreign.c - were foreign keys violated that were not before?
 *
 * SQLite does not enforce them unless it is told to, so that files with violations are common, and not
 * for moult to judge.  Counted are rows by child and parent table: rows may get other rowids. */
#include <string.h>

#include "writer.h"

#define SHOWN_ROWS 5 /* that an error names */

static const char cannot[] = "cannot check the foreign keys";

void sqlite_violations_free(struct violation *list)
{
    while (list) {
        struct violation *next = list->next;
        sqlite3_free(list);
        list = next;
    }
}

static struct violation *new_violation(const char *child, const char *parent, int64_t count)
{
    size_t n = strlen(child) + 1, m = strlen(parent) + 1;
    struct violation *v = sqlite3_malloc64(sizeof *v + n + m);
    if (!v)
        return NULL;
    v->next = NULL;
    v->count = count;
    memcpy(v->child, child, n);
    memcpy(v->child + n, parent, m);
    v->parent = v->child + n;
    return v;
}

/* Adds what CHILD violates in front of *LIST. */
static moult_status check_table(moult_session *session, sqlite3_stmt *check, const char *child,
                                struct violation **list, moult_error *err)
{
    int rc = sqlite3_bind_text(check, 1, child, -1, SQLITE_TRANSIENT);
    while (rc == SQLITE_OK && (rc = sqlite3_step(check)) == SQLITE_ROW) {
        const char *parent = (const char *)sqlite3_column_text(check, 0);
        struct violation *v =
            parent ? new_violation(child, parent, sqlite3_column_int64(check, 1)) : NULL;
        rc = v ? SQLITE_OK : SQLITE_NOMEM;
        if (v) {
            v->next = *list;
            *list = v;
        }
    }
    moult_status st = MOULT_OK;
    /* "foreign key mismatch": the parent has no such key.  That is in the schema, not in the rows. */
    if (rc != SQLITE_DONE && rc != SQLITE_ERROR)
        st = sqlite_fail_rc(session, err, rc, cannot, sqlite3_sql(check),
                            strlen(sqlite3_sql(check)));
    sqlite3_reset(check);
    return st;
}

moult_status sqlite_violations_find(moult_session *session, struct violation **out,
                                    moult_error *err)
{
    /* Only tables whose text has the word can have foreign keys. */
    static const char tables_sql[] = "SELECT name FROM main.sqlite_schema WHERE type = 'table' "
                                     "AND rootpage > 0 AND sql LIKE '%references%'";
    static const char check_sql[] = "SELECT parent, count(*) FROM "
                                    "pragma_foreign_key_check(?1, 'main') GROUP BY parent";
    moult_status st = MOULT_OK;
    *out = NULL;
    sqlite3_stmt *check = NULL, *tables = sqlite_prepare(session, tables_sql, cannot, &st, err);
    if (!st)
        check = sqlite_prepare(session, check_sql, cannot, &st, err);
    int rc = SQLITE_OK;
    while (!st && (rc = sqlite3_step(tables)) == SQLITE_ROW) {
        const char *child = (const char *)sqlite3_column_text(tables, 0);
        st = child ? check_table(session, check, child, out, err)
                   : sqlite_nomem(session->host, err);
    }
    if (!st && rc != SQLITE_DONE)
        st = sqlite_fail_rc(session, err, rc, cannot, NULL, 0);
    sqlite3_finalize(tables);
    sqlite3_finalize(check);
    if (st) {
        sqlite_violations_free(*out);
        *out = NULL;
    }
    return st;
}

static const struct violation *find(const struct violation *list, const struct violation *v)
{
    while (list && (sqlite3_stricmp(list->child, v->child) != 0 ||
                    sqlite3_stricmp(list->parent, v->parent) != 0))
        list = list->next;
    return list;
}

/* Violations that went with the name of a table: a table that was renamed brings them back under the
 * new one. */
static moult_status count_renamed(moult_session *session, const struct violation *before,
                                  const struct violation *now, int64_t *out, moult_error *err)
{
    static const char sql[] = "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND "
                              "name COLLATE NOCASE = ?1";
    moult_status st = MOULT_OK;
    *out = 0;
    sqlite3_stmt *stmt = sqlite_prepare(session, sql, cannot, &st, err);
    for (const struct violation *v = before; !st && v; v = v->next) {
        if (find(now, v))
            continue;
        bool gone = false;
        for (int i = 0; i < 2; i++) {
            sqlite3_bind_text(stmt, 1, i ? v->parent : v->child, -1, SQLITE_STATIC);
            gone |= sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0) == 0;
            sqlite3_reset(stmt);
        }
        *out += gone ? v->count : 0;
    }
    sqlite3_finalize(stmt);
    return st;
}

/* "row 5 of "orders", row 7 of "orders"" */
static void name_rows(moult_session *session, const struct violation *v, moult_error *err)
{
    static const char sql[] = "SELECT rowid FROM pragma_foreign_key_check(?1, 'main') WHERE "
                              "parent = ?2 COLLATE NOCASE LIMIT ?3";
    moult_status st = MOULT_OK;
    sqlite3_stmt *stmt = sqlite_prepare(session, sql, cannot, &st, NULL);
    if (st)
        return;
    sqlite3_str *s = sqlite3_str_new(NULL);
    sqlite3_bind_text(stmt, 1, v->child, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, v->parent, -1, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 3, SHOWN_ROWS);
    int n = 0;
    while (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
        sqlite3_str_appendf(s, "%s%lld", n++ ? ", " : "", sqlite3_column_int64(stmt, 0));
    sqlite3_finalize(stmt);
    if (v->count > n && n)
        sqlite3_str_appendall(s, ", ...");
    char *rows = sqlite3_str_finish(s);
    if (rows && n)
        sqlite_detail(session->host, err, "detail", "rowids in \"%s\": %s", v->child, rows);
    sqlite3_free(rows);
}

static moult_status fail_violation(moult_session *session, const struct violation *v,
                                   int64_t more, moult_error *err)
{
    sqlite_fail(session->host, err, MOULT_ERR_CONSTRAINT,
                "%lld row%s of \"%s\" would refer to no row of \"%s\"", (long long)more,
                more == 1 ? "" : "s", v->child, v->parent);
    name_rows(session, v, err);
    sqlite_detail(session->host, err, "object", "%s", v->child);
    sqlite_detail(session->host, err, "hint", "%s",
                  "delete or correct these rows, or leave out the foreign key; nothing was changed");
    return MOULT_ERR_CONSTRAINT;
}

moult_status sqlite_violations_check(moult_session *session, const struct violation *before,
                                     moult_error *err)
{
    struct violation *now;
    int64_t renamed;
    moult_status st = sqlite_violations_find(session, &now, err);
    if (st)
        return st;
    st = count_renamed(session, before, now, &renamed, err);
    for (const struct violation *v = now; !st && v; v = v->next) {
        const struct violation *old = find(before, v);
        int64_t more = v->count - (old ? old->count : 0);
        if (more <= 0)
            continue;
        if (!old && more <= renamed)
            renamed -= more;
        else
            st = fail_violation(session, v, more, err);
    }
    sqlite_violations_free(now);
    return st;
}
