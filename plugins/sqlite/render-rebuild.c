/* SPDX-License-Identifier: Apache-2.0 */
/* render-rebuild.c - what ALTER TABLE cannot do: a new table takes the rows and the name of the old.
 *
 * The order is that of "Making Other Kinds Of Table Schema Changes",
 * https://sqlite.org/lang_altertable.html.  Foreign keys are off in sessions that write and checked
 * before the commit; indexes and triggers of the table stand aside and are created again by steps of
 * their own, so that no trigger fires for the copy.  The new name is taken with legacy_alter_table,
 * because without it SQLite would make what refers to the table refer to a table that never was. */
#include "render.h"

/* Where the rowid of FROM can be read: a name of its own, or the column that is it. */
static struct text rowid_source(const moult_host *host, const moult_node *from)
{
    const char *name = sqlite_rowid_name(host, from);
    const moult_node *alias = sqlite_rowid_alias(host, from);
    if (name)
        return (struct text){name, strlen(name)};
    if (alias)
        return node_name(host, alias);
    return (struct text){NULL, 0};
}

/* Where it goes in TO, if no column that is copied anyway is it. */
static struct text rowid_target(const moult_host *host, const moult_node *from,
                                const moult_node *to)
{
    const moult_node *alias = sqlite_rowid_alias(host, to);
    if (node_flag(host, to, "without_rowid"))
        return (struct text){NULL, 0};
    if (alias && sqlite_child(host, from, "column", node_key(host, alias)))
        return (struct text){NULL, 0};
    if (alias)
        return node_name(host, alias);
    const char *name = sqlite_rowid_name(host, to);
    return (struct text){name, name ? strlen(name) : 0};
}

/* The columns of TO that take the values of the same column of FROM, added twice: as they are named in
 * TO to INTO, and in FROM to SELECT.  The number of columns; -1: out of memory. */
static long put_common(const moult_host *host, const moult_node *from, const moult_node *to,
                       sqlite3_str *into, sqlite3_str *select)
{
    CLEANUP_NODES struct nodes columns = {NULL, 0, 0};
    long count = 0;
    if (!sqlite_nodes_of(host, to, "column", &columns))
        return -1;
    for (size_t i = 0; i < columns.n; i++) {
        const moult_node *source =
            sqlite_child(host, from, "column", node_key(host, columns.at[i]));
        if (!source || !sqlite_column_is_plain(host, columns.at[i]))
            continue;
        put(into, count ? ", " : "");
        put_name(into, node_name(host, columns.at[i]));
        put(select, count ? ", " : "");
        put_name(select, node_name(host, source));
        count++;
    }
    return count;
}

/* OR ABORT: a constraint's own ON CONFLICT IGNORE or REPLACE would silently lose rows here. */
static moult_status emit_copy(const struct rendering *r, uint32_t role, const moult_node *from,
                              const moult_node *to, struct text new_name)
{
    const moult_host *host = r->host;
    sqlite3_str *into = sqlite3_str_new(NULL), *select = sqlite3_str_new(NULL);
    struct text target = rowid_target(host, from, to);
    struct text source = node_flag(host, from, "without_rowid") ? (struct text){NULL, 0}
                                                                : rowid_source(host, from);
    long columns = put_common(host, from, to, into, select);
    int into_rc = sqlite3_str_errcode(into), select_rc = sqlite3_str_errcode(select);
    CLEANUP_SQLITE char *into_z = sqlite3_str_finish(into);
    CLEANUP_SQLITE char *select_z = sqlite3_str_finish(select);
    if (columns < 0 || into_rc || select_rc)
        return sqlite_nomem(host, r->err);
    bool rowid = target.p && source.p;
    if (!columns && !rowid)
        return MOULT_OK; /* nothing of the rows is left, as their hazard says */
    sqlite3_str *s = sqlite3_str_new(NULL);
    put(s, "INSERT OR ABORT INTO ");
    put_name(s, new_name);
    put(s, " (");
    if (rowid)
        put_name(s, target);
    put(s, rowid && columns ? ", " : "");
    put(s, into_z ? into_z : "");
    put(s, ")\n    SELECT ");
    if (rowid)
        put_name(s, source);
    put(s, rowid && columns ? ", " : "");
    put(s, select_z ? select_z : "");
    put(s, "\n    FROM ");
    put_name(s, node_name(host, from));
    /* Otherwise SQLite may read an index instead of the table. */
    if (source.p) {
        put(s, " ORDER BY ");
        put_name(s, source);
    }
    return sqlite_emit(r, role, s);
}

static bool counts_up(const moult_host *host, const moult_node *table)
{
    const moult_node *key = sqlite_child(host, table, "primary_key", (struct text){"", 0});
    return key && node_flag(host, key, "autoincrement");
}

static void put_string(sqlite3_str *s, struct text t)
{
    /* What is bound to a marker comes in double quotes, which SQLite takes for a string too. */
    if (t.n && t.p[0] == MOULT_MARK_OPEN)
        put_text(s, t);
    else
        sqlite_quote_string(s, t.p, t.n);
}

/* AUTOINCREMENT never gives a number twice, not even that of a row that is gone: the mark of the old
 * table counts, not the highest row copied. */
static moult_status emit_sequence(const struct rendering *r, uint32_t role, struct text old_name,
                                  struct text new_name)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    put(s, "DELETE FROM sqlite_sequence WHERE name = ");
    sqlite_quote_string(s, new_name.p, new_name.n);
    moult_status st = sqlite_emit(r, role, s);
    if (st)
        return st;
    s = sqlite3_str_new(NULL);
    put(s, "INSERT INTO sqlite_sequence (name, seq) SELECT ");
    sqlite_quote_string(s, new_name.p, new_name.n);
    put(s, ", seq FROM sqlite_sequence WHERE name = ");
    put_string(s, old_name);
    return sqlite_emit(r, role, s);
}

moult_status sqlite_render_rebuild(const struct rendering *r, uint32_t role,
                                   const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    CLEANUP_SQLITE char *temporary = sqlite_temporary_name(r, to);
    if (!temporary)
        return sqlite_nomem(host, r->err);
    struct text old_name = node_name(host, from), new_name = {temporary, strlen(temporary)};
    /* Nothing changes where moult runs it; run by hand it keeps DROP TABLE from deleting the rows that
     * refer to the table. */
    moult_status st = sqlite_emit_text(r, role, "PRAGMA foreign_keys = OFF");
    if (!st)
        st = sqlite_emit_create(r, role, to, new_name);
    if (!st)
        st = emit_copy(r, role, from, to, new_name);
    if (!st && counts_up(host, from) && counts_up(host, to))
        st = emit_sequence(r, role, old_name, new_name);
    if (!st)
        st = sqlite_emit_drop(r, role, from, old_name);
    if (!st)
        st = sqlite_emit_rename(r, role, new_name, node_name(host, to));
    if (!st && role == MOULT_SQL_DO && !sqlite_rebuild_loses(host, from, to))
        st = sqlite_render_rebuild(r, MOULT_SQL_UNDO, to, from);
    return st;
}

bool sqlite_rebuild_loses(const moult_host *host, const moult_node *from, const moult_node *to)
{
    return sqlite_rebuild_drops(host, from, to) || sqlite_rebuild_converts(host, from, to);
}

bool sqlite_rebuild_drops(const moult_host *host, const moult_node *from, const moult_node *to)
{
    for (uint32_t i = 0, n = host->tree->count(from); i < n; i++) {
        const moult_node *column = host->tree->child(from, i);
        if (!node_is(host, column, "column") || !sqlite_column_is_plain(host, column))
            continue;
        const moult_node *now = sqlite_child(host, to, "column", node_key(host, column));
        if (!now || !sqlite_column_is_plain(host, now))
            return true;
    }
    return false;
}

bool sqlite_rebuild_converts(const moult_host *host, const moult_node *from, const moult_node *to)
{
    for (uint32_t i = 0, n = host->tree->count(from); i < n; i++) {
        const moult_node *column = host->tree->child(from, i);
        const moult_node *now = node_is(host, column, "column")
                                    ? sqlite_child(host, to, "column", node_key(host, column))
                                    : NULL;
        if (now && sqlite_column_is_plain(host, now) &&
            sqlite_affinity(host, column) != sqlite_affinity(host, now))
            return true;
    }
    return false;
}
