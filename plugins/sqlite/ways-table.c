/* SPDX-License-Identifier: Apache-2.0 */
/* ways-table.c - how the changes of a table can be made: by ALTER TABLE, which can do little, or by a
 * rebuild, which can do everything and reads and writes every row.
 *
 * All changes of a table are looked at together, because a rebuild makes all of them at once, and
 * because a check or foreign key can come with a new column but not without one. */
#include "render.h"
#include "token.h"

/* DROP COLUMN writes every row again: a rebuild does so once for all. */
#define DROPS_IN_PLACE 4u

/* More changes than these are made in one step, whichever way that is.  Then the facts of all are told
 * with the table's own change and the first one in it, and not found again for each of the others. */
#define MANY_CHANGES 100u

/* What the changes of a table amount to. */
struct facts {
    const moult_host *host;
    const moult_node *from, *to;
    const moult_node *last; /* new column, with which checks can come, or NULL */
    const char *why;     /* ALTER TABLE cannot do it; NULL: it can */
    uint32_t drops;
    bool checks_rows;    /* in place: the rows that are there are read */
    bool together;       /* in place, but in one step */
    bool forbids;        /* the rows that are there may not fit */
    bool tightens;       /* what the old application writes may not fit */
    struct nodes dropped; /* columns that go */
};

static void refuse(struct facts *f, const char *why)
{
    if (!f->why)
        f->why = why;
}

static bool only_differs(const moult_host *host, const moult_change *change, const char *a,
                         const char *b)
{
    const char *name;
    for (uint32_t i = 0; (name = host->plan->differing(change, i)); i++)
        if (strcmp(name, a) != 0 && strcmp(name, b) != 0)
            return false;
    return true;
}

/* Is another new column named in a generated column?  Whatever may be a name is taken for one. */
static moult_status names_new_column(const struct facts *f, const moult_node *column, bool *names)
{
    struct text t = node_text(f->host, column, "generated");
    struct token k = token_next(t.p, t.n, 0);
    CLEANUP_SQLITE char *z = sqlite3_malloc64(t.n + 1);
    if (!z)
        return MOULT_ERR_NOMEM;
    for (*names = false; !*names && k.kind != TOKEN_END; k = token_next(t.p, t.n, k.at + k.n)) {
        if (k.kind == TOKEN_BAD) {
            *names = true;
        } else if (token_is_name(&k)) {
            struct text key = {z, token_unquote(t.p, &k, z)};
            fold_ascii(z, key.n);
            const moult_node *other = sqlite_child(f->host, f->to, "column", key);
            *names = other && other != column && !sqlite_child(f->host, f->from, "column", key);
        }
    }
    return MOULT_OK;
}

static moult_status add_column(struct facts *f, const moult_node *column)
{
    const moult_host *host = f->host;
    struct text value = node_text(host, column, "default");
    bool generated = !sqlite_column_is_plain(host, column), names = false;
    bool not_null = node_flag(host, column, "not_null");
    moult_status st = MOULT_OK;
    if (generated && not_null) {
        f->checks_rows = f->forbids = f->tightens = true;
    } else if (not_null && sqlite_default_is_null(value)) {
        refuse(f, "ALTER TABLE adds no NOT NULL column without a default");
        f->forbids = f->tightens = true;
    }
    if (generated && node_flag(host, column, "stored"))
        refuse(f, "ALTER TABLE adds no STORED column");
    else if (generated)
        st = names_new_column(f, column, &names);
    else if (!sqlite_default_is_constant(value))
        refuse(f, "ALTER TABLE adds no column whose default is an expression or the current time");
    if (names)
        refuse(f, "a new column is generated from another new column");
    return st;
}

/* Is the column named by something else of its table? */
static bool is_used(const struct facts *f, const moult_node *column)
{
    static const char *const attributes[] = {"generated", "columns", "expression", "to_columns"};
    struct text key = node_key(f->host, column);
    for (uint32_t i = 0, n = f->host->tree->count(f->from); i < n; i++) {
        const moult_node *part = f->host->tree->child(f->from, i);
        for (size_t k = 0; part != column && k < sizeof attributes / sizeof *attributes; k++)
            if (sqlite_mentions(node_text(f->host, part, attributes[k]), key))
                return true;
    }
    return false;
}

/* Is there a column that stays and holds values?  SQLite insists on one. */
static bool keeps_column(const struct facts *f)
{
    for (uint32_t i = 0, n = f->host->tree->count(f->from); i < n; i++) {
        const moult_node *column = f->host->tree->child(f->from, i);
        if (node_is(f->host, column, "column") && sqlite_column_is_plain(f->host, column) &&
            sqlite_child(f->host, f->to, "column", node_key(f->host, column)))
            return true;
    }
    return false;
}

static moult_status drop_column(struct facts *f, const moult_node *column)
{
    if (!sqlite_nodes_add(&f->dropped, column))
        return MOULT_ERR_NOMEM;
    if (sqlite3_libversion_number() < 3035005)
        refuse(f, "this SQLite has no sound ALTER TABLE DROP COLUMN");
    else if (++f->drops > DROPS_IN_PLACE)
        refuse(f, "ALTER TABLE would write every row again for each dropped column");
    else if (is_used(f, column))
        refuse(f, "a dropped column is part of a key, constraint or generated column");
    else if (!keeps_column(f))
        refuse(f, "ALTER TABLE cannot drop the last column");
    return MOULT_OK;
}

static void alter_column(struct facts *f, const moult_change *change)
{
    const moult_host *host = f->host;
    if (!only_differs(host, change, "name", "position"))
        refuse(f, "ALTER TABLE cannot change the type, constraints, default or collation of a column");
    if (host->plan->differs(change, "not_null") &&
        node_flag(host, host->plan->to(change), "not_null"))
        f->forbids = f->tightens = true;
    if (host->plan->differs(change, "generated") || host->plan->differs(change, "type"))
        f->forbids = true;
}

static void create_constraint(struct facts *f, const moult_node *constraint)
{
    const moult_host *host = f->host;
    const moult_node *column = sqlite_riding_column(host, f->from, constraint, f->last);
    bool foreign = node_is(host, constraint, "foreign_key");
    f->forbids = f->checks_rows = f->together = true;
    if (column && (!foreign || sqlite_default_is_null(node_text(host, column, "default"))))
        return;
    f->tightens = true;
    refuse(f, column    ? "ALTER TABLE adds no referencing column with a default"
              : foreign ? "ALTER TABLE adds foreign keys only together with their column"
              : node_is(host, constraint, "check")
                  ? "ALTER TABLE adds checks only together with a column"
                  : "ALTER TABLE cannot add keys");
}

static moult_status look_at(struct facts *f, const moult_change *change)
{
    const moult_host *host = f->host;
    uint32_t op = host->plan->op(change);
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    if (node_is(host, to ? to : from, "column")) {
        if (op == MOULT_DROP)
            return drop_column(f, from);
        if (op == MOULT_CREATE)
            return add_column(f, to);
        alter_column(f, change);
    } else if (op == MOULT_CREATE) {
        create_constraint(f, to);
    } else {
        refuse(f, op == MOULT_DROP ? "ALTER TABLE cannot drop constraints"
                                   : "ALTER TABLE cannot change constraints");
        if (op != MOULT_DROP)
            f->forbids = f->tightens = true;
    }
    return MOULT_OK;
}

static moult_status find_facts(struct facts *f, const moult_host *host, const moult_change *object)
{
    moult_status st = MOULT_OK;
    uint32_t count = host->plan->nested_count(object);
    bool ordered = true, moves = false;
    *f = (struct facts){
        .host = host, .from = host->plan->from(object), .to = host->plan->to(object)};
    f->last = sqlite_last_new_column(host, f->from, f->to);
    f->together = count > MANY_CHANGES;
    if (!only_differs(host, object, "name", "name")) {
        refuse(f, "ALTER TABLE cannot change STRICT or WITHOUT ROWID");
        f->forbids = true;
        f->tightens = node_flag(host, f->to, "strict");
    }
    for (uint32_t i = 0; !st && i < count; i++) {
        st = look_at(f, host->plan->nested(object, i));
        moves |= host->plan->differs(host->plan->nested(object, i), "position") != 0;
    }
    if (!st && moves && !sqlite_order_kept(host, f->from, f->to, &ordered))
        st = MOULT_ERR_NOMEM;
    if (!ordered)
        refuse(f, "ALTER TABLE cannot change the order of columns");
    /* Other spellings are no changes of their own beside others, but are taken along. */
    f->together |= moves || sqlite_respelled(host, f->from, f->to);
    return st;
}

static uint32_t phase(const struct facts *f)
{
    return f->dropped.n || f->tightens ? MOULT_CONTRACT : f->why ? MOULT_MIGRATE : MOULT_EXPAND;
}

static moult_status rebuild_way(const struct facts *f, const moult_change *change,
                                moult_ways *ways)
{
    const moult_host *host = f->host;
    bool drops = sqlite_rebuild_drops(host, f->from, f->to);
    bool converts = sqlite_rebuild_converts(host, f->from, f->to);
    moult_way way = sqlite_way("rebuild", "copy the rows into a new table");
    way.manner = MOULT_REBUILD;
    way.covers = MOULT_COVERS_OBJECT;
    way.phase = phase(f);
    way.hazards = MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES;
    way.rewrites = way.scans = 1;
    way.reversible = !drops && !converts;
    way.why = f->why;
    if (drops)
        way.hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
    if (converts)
        way.hazards |= MOULT_HAZARD_CHANGES_VALUES | MOULT_HAZARD_NOT_REVERSIBLE;
    if (f->forbids)
        way.hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    moult_status st = host->plan->way(ways, &way);
    if (!st)
        st = sqlite_aside_owned(host, change, f->from, ways);
    /* The copy itself needs no other text, but what names a column that goes must not meet a later
     * ALTER TABLE in the state in which it cannot be read. */
    if (!st && f->dropped.n)
        st = sqlite_aside_texts(host, change, f->dropped.at, f->dropped.n, ways);
    return st;
}

/* What ALTER TABLE does to columns that go: it writes every row again, unless they were computed. */
static void drop_facts(const moult_host *host, const moult_node *column, moult_way *way)
{
    bool plain = sqlite_column_is_plain(host, column);
    way->reversible = 0;
    if (plain || node_flag(host, column, "stored")) {
        way->hazards |= MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_BLOCKS_WRITES;
        way->rewrites = way->scans = 1;
    }
    if (plain)
        way->hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
}

/* All changes of the table in one step. */
static moult_status alter_way(const struct facts *f, const moult_change *change, moult_ways *ways)
{
    const moult_host *host = f->host;
    moult_way way = sqlite_way("alter-table", "alter the table as it stands");
    way.covers = MOULT_COVERS_OBJECT;
    way.phase = phase(f);
    way.scans = f->checks_rows;
    if (f->forbids)
        way.hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    for (size_t i = 0; i < f->dropped.n; i++)
        drop_facts(host, f->dropped.at[i], &way);
    moult_status st = host->plan->way(ways, &way);
    return st || !f->dropped.n
               ? st
               : sqlite_aside_texts(host, change, f->dropped.at, f->dropped.n, ways);
}

/* This one change by itself. */
static moult_status column_way(const struct facts *f, const moult_change *change,
                               moult_ways *ways)
{
    const moult_host *host = f->host;
    const moult_node *from = host->plan->from(change), *to = host->plan->to(change);
    if (!from) {
        moult_way way = sqlite_way("add-column", "add the column");
        if (!sqlite_column_is_plain(host, to) && node_flag(host, to, "not_null")) {
            way.hazards = MOULT_HAZARD_ROWS_MAY_FORBID;
            way.scans = 1;
        }
        return host->plan->way(ways, &way);
    }
    moult_way way = sqlite_way("drop-column", "drop the column with its values");
    way.phase = MOULT_CONTRACT;
    drop_facts(host, from, &way);
    moult_status st = host->plan->way(ways, &way);
    return st ? st : sqlite_aside_texts(host, change, &from, 1, ways);
}

/* One of many changes: it is made with the others, by the way that tells the facts of all. */
static moult_status way_with_others(const moult_host *host, moult_ways *ways)
{
    moult_way way = sqlite_way("together", "with the other changes of the table");
    way.covers = MOULT_COVERS_OBJECT;
    return host->plan->way(ways, &way);
}

moult_status sqlite_table_ways(const moult_host *host, const moult_change *change,
                               moult_ways *ways, moult_error *err)
{
    const moult_change *object = host->plan->object(change);
    struct facts f = {.host = host};
    if (!host->plan->from(object) || !host->plan->to(object))
        return sqlite_fail(host, err, MOULT_ERR_INTERNAL,
                           "a change in a table comes without the table");
    if (host->plan->nested_count(object) > MANY_CHANGES && change != object &&
        change != host->plan->nested(object, 0))
        return way_with_others(host, ways);
    moult_status st = find_facts(&f, host, object);
    if (!st && !f.why)
        st = f.together ? alter_way(&f, change, ways) : column_way(&f, change, ways);
    if (!st)
        st = rebuild_way(&f, change, ways);
    sqlite_nodes_free(&f.dropped);
    return st;
}
