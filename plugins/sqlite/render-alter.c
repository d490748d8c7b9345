/* SPDX-License-Identifier: Apache-2.0 */
/* render-alter.c - ALTER TABLE: columns added, dropped, and spelled otherwise. */
#include "render.h"

/* New columns in the order in which they are wanted. */
static bool new_columns(const moult_host *host, const moult_node *from, const moult_node *to,
                        struct nodes *out)
{
    CLEANUP_NODES struct nodes all = {NULL, 0, 0};
    if (!sqlite_nodes_of(host, to, "column", &all))
        return false;
    for (size_t i = 0; i < all.n; i++)
        if (!sqlite_child(host, from, "column", node_key(host, all.at[i])) &&
            !sqlite_nodes_add(out, all.at[i]))
            return false;
    return true;
}

const moult_node *sqlite_last_new_column(const moult_host *host, const moult_node *from,
                                         const moult_node *to)
{
    const moult_node *last = NULL;
    for (uint32_t i = 0, n = host->tree->count(to); i < n; i++) {
        const moult_node *column = host->tree->child(to, i);
        if (node_is(host, column, "column") &&
            !sqlite_child(host, from, "column", node_key(host, column)) &&
            (!last || sqlite_position(host, column) > sqlite_position(host, last)))
            last = column;
    }
    return last;
}

const moult_node *sqlite_riding_column(const moult_host *host, const moult_node *from,
                                       const moult_node *constraint, const moult_node *last)
{
    if (node_is(host, constraint, "check"))
        return last;
    if (!node_is(host, constraint, "foreign_key"))
        return NULL;
    const moult_node *column = sqlite_single_column(host, constraint, NULL);
    return column && !sqlite_child(host, from, "column", node_key(host, column)) ? column : NULL;
}

bool sqlite_order_kept(const moult_host *host, const moult_node *from, const moult_node *to,
                       bool *kept)
{
    CLEANUP_NODES struct nodes old = {NULL, 0, 0}, new = {NULL, 0, 0};
    if (!sqlite_nodes_of(host, from, "column", &old) || !sqlite_nodes_of(host, to, "column", &new))
        return false;
    size_t at = 0;
    *kept = true;
    for (size_t i = 0; *kept && i < old.n; i++) {
        struct text key = node_key(host, old.at[i]);
        if (!sqlite_child(host, to, "column", key))
            continue;
        *kept = at < new.n && text_equal(node_key(host, new.at[at]), key);
        at++;
    }
    return true;
}

bool sqlite_respelled(const moult_host *host, const moult_node *from, const moult_node *to)
{
    if (!text_equal(node_name(host, from), node_name(host, to)))
        return true;
    for (uint32_t i = 0, n = host->tree->count(from); i < n; i++) {
        const moult_node *column = host->tree->child(from, i);
        const moult_node *now = node_is(host, column, "column")
                                    ? sqlite_child(host, to, "column", node_key(host, column))
                                    : NULL;
        if (now && !text_equal(node_name(host, column), node_name(host, now)))
            return true;
    }
    return false;
}

static sqlite3_str *alter(const struct rendering *r)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    put(s, "ALTER TABLE ");
    put_name(s, node_name(r->host, r->operation->from));
    return s;
}

static moult_status emit_drop(const struct rendering *r, uint32_t role, const moult_node *column)
{
    sqlite3_str *s = alter(r);
    put(s, " DROP COLUMN ");
    put_name(s, node_name(r->host, column));
    return sqlite_emit(r, role, s);
}

/* A new constraint and the new column with which it comes. */
struct rider {
    const moult_node *column, *constraint;
};

/* The new constraints of the table, and NULL behind; from sqlite3_malloc, NULL = no memory. */
static struct rider *find_riders(const struct rendering *r)
{
    const moult_host *host = r->host;
    const moult_node *from = r->operation->from, *to = r->operation->to;
    const moult_node *last = sqlite_last_new_column(host, from, to);
    uint32_t n = host->tree->count(to);
    size_t found = 0;
    struct rider *riders = sqlite3_malloc64(((size_t)n + 1) * sizeof *riders);
    for (uint32_t i = 0; riders && i < n; i++) {
        const moult_node *part = host->tree->child(to, i);
        if (node_is(host, part, "column") ||
            sqlite_child(host, from, host->tree->kind(part), node_key(host, part)))
            continue;
        riders[found++] = (struct rider){sqlite_riding_column(host, from, part, last), part};
    }
    if (riders)
        riders[found] = (struct rider){NULL, NULL};
    return riders;
}

/* ADD COLUMN with the constraints that come with it. */
static moult_status emit_add(const struct rendering *r, const moult_node *column,
                             const struct rider *riders)
{
    const moult_host *host = r->host;
    sqlite3_str *s = alter(r);
    put(s, " ADD COLUMN ");
    sqlite_put_column(host, s, column, NULL);
    for (; riders->constraint; riders++) {
        if (riders->column != column)
            continue;
        put(s, " ");
        if (node_is(host, riders->constraint, "check")) {
            sqlite_put_check(host, s, riders->constraint);
        } else {
            sqlite_put_constraint_name(host, s, riders->constraint);
            sqlite_put_references(host, s, riders->constraint);
        }
    }
    return sqlite_emit(r, MOULT_SQL_DO, s);
}

static moult_status emit_respell(const struct rendering *r, uint32_t role,
                                 const moult_node *column, const moult_node *now)
{
    sqlite3_str *s = alter(r);
    put(s, " RENAME COLUMN ");
    put_name(s, node_name(r->host, column));
    put(s, " TO ");
    put_name(s, node_name(r->host, now));
    return sqlite_emit(r, role, s);
}

/* Calls emit_respell for every column that stays and is spelled otherwise. */
static moult_status respell_columns(const struct rendering *r, uint32_t role)
{
    const moult_host *host = r->host;
    const moult_node *from = r->operation->from, *to = r->operation->to;
    CLEANUP_NODES struct nodes broken = {NULL, 0, 0};
    if (!sqlite_broken_texts(host, r->operation->from_tree, r->operation->to_tree, &broken))
        return sqlite_nomem(host, r->err);
    /* SQLite would refuse, and it is not worth more. */
    if (broken.n)
        return MOULT_OK;
    moult_status st = MOULT_OK;
    for (uint32_t i = 0, n = host->tree->count(from); !st && i < n; i++) {
        const moult_node *column = host->tree->child(from, i);
        const moult_node *now = node_is(host, column, "column")
                                    ? sqlite_child(host, to, "column", node_key(host, column))
                                    : NULL;
        if (!now || text_equal(node_name(host, column), node_name(host, now)))
            continue;
        st = role == MOULT_SQL_DO ? emit_respell(r, role, column, now)
                                  : emit_respell(r, role, now, column);
    }
    return st;
}

/* SQLite takes USERS and users for one name, so a third one lies between. */
static moult_status respell_table(const struct rendering *r, uint32_t role, struct text from,
                                  struct text to)
{
    if (text_equal(from, to))
        return MOULT_OK;
    CLEANUP_SQLITE char *temporary = sqlite_temporary_name(r, r->operation->from);
    if (!temporary)
        return sqlite_nomem(r->host, r->err);
    struct text between = {temporary, strlen(temporary)};
    moult_status st = sqlite_emit_rename(r, role, from, between);
    return st ? st : sqlite_emit_rename(r, role, between, to);
}

static bool is_dropped(const struct rendering *r, const moult_node *part)
{
    return node_is(r->host, part, "column") &&
           !sqlite_child(r->host, r->operation->to, "column", node_key(r->host, part));
}

/* All that differs in the table. */
static moult_status render_all(const struct rendering *r)
{
    const moult_host *host = r->host;
    const moult_node *from = r->operation->from, *to = r->operation->to;
    CLEANUP_NODES struct nodes added = {NULL, 0, 0};
    CLEANUP_SQLITE struct rider *riders = find_riders(r);
    bool dropped = false;
    moult_status st = MOULT_OK;
    if (!riders || !new_columns(host, from, to, &added))
        return sqlite_nomem(host, r->err);
    for (uint32_t i = 0, n = host->tree->count(from); !st && i < n; i++)
        if (is_dropped(r, host->tree->child(from, i))) {
            dropped = true;
            st = emit_drop(r, MOULT_SQL_DO, host->tree->child(from, i));
        }
    if (!st)
        st = respell_columns(r, MOULT_SQL_DO);
    for (size_t i = 0; !st && i < added.n; i++)
        st = emit_add(r, added.at[i], riders);
    if (!st)
        st = respell_table(r, MOULT_SQL_DO, node_name(host, from), node_name(host, to));
    if (st || dropped)
        return st;
    st = respell_table(r, MOULT_SQL_UNDO, node_name(host, to), node_name(host, from));
    for (size_t i = added.n; !st && i-- > 0;)
        st = emit_drop(r, MOULT_SQL_UNDO, added.at[i]);
    return st ? st : respell_columns(r, MOULT_SQL_UNDO);
}

/* 1 if the column is there (or, GONE, is not). */
static moult_status emit_probe(const struct rendering *r, const moult_node *column, bool gone)
{
    struct text table = node_key(r->host, r->operation->from), key = node_key(r->host, column);
    if ((table.n && memchr(table.p, MOULT_MARK_OPEN, table.n)) ||
        (key.n && memchr(key.p, MOULT_MARK_OPEN, key.n)))
        return MOULT_OK; /* a marker has no place in a string */
    sqlite3_str *s = sqlite3_str_new(NULL);
    put(s, gone ? "SELECT count(*) = 0 FROM pragma_table_xinfo("
                : "SELECT count(*) = 1 FROM pragma_table_xinfo(");
    sqlite_quote_string(s, table.p, table.n);
    put(s, ") WHERE lower(name) = ");
    sqlite_quote_string(s, key.p, key.n);
    return sqlite_emit(r, MOULT_SQL_PROBE, s);
}

moult_status sqlite_render_alter(const struct rendering *r)
{
    const moult_operation *o = r->operation;
    if (!o->from || !o->to || !o->change_count)
        return sqlite_fail(r->host, r->err, MOULT_ERR_INTERNAL,
                           "an ALTER TABLE comes without its table");
    const moult_node *added = r->host->plan->to(o->changes[0]);
    const moult_node *dropped = r->host->plan->from(o->changes[0]);
    moult_status st;
    if (strcmp(o->way, "add-column") == 0 && added) {
        CLEANUP_SQLITE struct rider *riders = find_riders(r);
        st = riders ? emit_add(r, added, riders) : sqlite_nomem(r->host, r->err);
        if (!st)
            st = emit_probe(r, added, false);
        return st ? st : emit_drop(r, MOULT_SQL_UNDO, added);
    }
    if (strcmp(o->way, "drop-column") == 0 && dropped) {
        st = emit_drop(r, MOULT_SQL_DO, dropped);
        return st ? st : emit_probe(r, dropped, true);
    }
    return render_all(r);
}
