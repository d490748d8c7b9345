/* SPDX-License-Identifier: Apache-2.0 */
/* render-alter.c - ALTER TABLE: all that differs in a table at once. */
#include <stdlib.h>

#include "render.h"

/* ALTER TABLE `t` ..., ..., as it grows. */
struct alter {
    struct rendering *r;
    const struct table_diff *d;
    struct text *sql; /* the rendering's */
    bool any;         /* something was said already */
};


void begin_alter(struct rendering *r, const moult_node *table)
{
    /* Else the server refuses to change tables that keep their history. */
    if (!r->mysql && node_has(r->host, table, "versioned"))
        under(r, "system_versioning_alter_history", slice_z("KEEP"));
    say(r, "ALTER TABLE @", node_key(r->host, table));
}

/* The next of what is to be altered begins. */
static void next(struct alter *a)
{
    mytext_z(a->sql, a->any ? ",\n  " : "\n  ");
    a->any = true;
}

static struct slice name_of(const struct alter *a, const moult_node *node)
{
    return node_name(a->r->host, node);
}

/* ---- columns ---- */

/* Where column I of those wanted stands. */
static void place(struct alter *a, uint32_t i)
{
    if (i)
        say(a->r, " AFTER @", name_of(a, a->d->columns[i - 1].to));
    else
        say(a->r, " FIRST");
}

/* What is written as JSON stays JSON: written as the text that holds it, it would be another type to ALTER
 * TABLE, though not to SHOW CREATE TABLE. */
static void define_json(struct alter *a, const moult_node *column)
{
    static const char type[] = " longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    const moult_tree_api *api = a->r->host->tree;
    CLEANUP_TEXT struct text text = {0}, name = {0};
    struct slice check = mynode_text(api, column, "check");
    mycreate_column(api, column, (struct slice){0}, &text);
    mytext_name(&name, mynode_name(api, column));
    size_t tail = strlen(" CHECK ()") + check.n;
    if (text.failed || name.failed || text.n < name.n + sizeof type - 1 + tail ||
        memcmp(text.p + name.n, type, sizeof type - 1) != 0) {
        a->sql->failed = true;
        return;
    }
    size_t rest = name.n + sizeof type - 1;
    mytext_slice(a->sql, slice_of(&name));
    mytext_z(a->sql, " json");
    mytext_add(a->sql, text.p + rest, text.n - rest - tail);
}

static void define(struct alter *a, const moult_node *column)
{
    if (!a->r->mysql && is_json(a->r->host, column))
        define_json(a, column);
    else
        mycreate_column(a->r->host->tree, column, (struct slice){0}, a->sql);
}

static void alter_column(struct alter *a, uint32_t i)
{
    const struct column_step *c = &a->d->columns[i];
    if (!c->what)
        return;
    next(a);
    if (c->what & (COLUMN_ADD | COLUMN_REPLACE)) {
        say(a->r, "ADD COLUMN ");
        define(a, c->to);
        if (!c->at_end || (c->what & COLUMN_REPLACE))
            place(a, i);
        return;
    }
    if (c->what & COLUMN_RESPELL)
        say(a->r, "CHANGE COLUMN @ ", name_of(a, c->from));
    else
        say(a->r, "MODIFY COLUMN ");
    define(a, c->to);
    if (c->what & COLUMN_MOVE)
        place(a, i);
}

static void alter_columns(struct alter *a)
{
    for (size_t i = 0; i < a->d->dropped.n; i++) {
        next(a);
        say(a->r, "DROP COLUMN @", name_of(a, a->d->dropped.at[i]));
    }
    for (uint32_t i = 0; i < a->d->column_count; i++) {
        if (!(a->d->columns[i].what & COLUMN_REPLACE))
            continue;
        next(a);
        say(a->r, "DROP COLUMN @", name_of(a, a->d->columns[i].from));
    }
    for (uint32_t i = 0; i < a->d->column_count; i++)
        alter_column(a, i);
}

/* ---- keys and constraints ---- */

static void drop_part(struct alter *a, const moult_node *part)
{
    const moult_host *host = a->r->host;
    next(a);
    if (node_is(host, part, "primary_key"))
        say(a->r, "DROP PRIMARY KEY");
    else if (node_is(host, part, "index"))
        say(a->r, "DROP KEY @", name_of(a, part));
    else if (node_is(host, part, "check"))
        say(a->r, "DROP CONSTRAINT @", name_of(a, part));
    else if (slice_is(node_key(host, part), "system_time"))
        say(a->r, "DROP PERIOD FOR SYSTEM_TIME");
    else
        say(a->r, "DROP PERIOD FOR @", name_of(a, part));
}

static void add_part(struct alter *a, const moult_node *part)
{
    const moult_host *host = a->r->host;
    next(a);
    say(a->r, "ADD ");
    if (node_is(host, part, "check"))
        mycreate_check(host->tree, part, a->sql);
    else if (node_is(host, part, "period"))
        mycreate_period(host->tree, part, a->sql);
    else
        mycreate_key(host->tree, part, a->sql);
}

static void mark_part(struct alter *a, const struct key_step *k)
{
    const moult_host *host = a->r->host;
    bool check = node_is(host, k->to, "check");
    bool on = node_has(host, k->to, check ? "unenforced" : "ignored");
    if (k->what & KEY_RESPELL) {
        if (check) {
            drop_part(a, k->from);
            add_part(a, k->to);
            return;
        }
        next(a);
        say(a->r, "RENAME KEY @ TO @", name_of(a, k->from), name_of(a, k->to));
    }
    if (!(k->what & KEY_IGNORED))
        return;
    next(a);
    if (check)
        say(a->r, "ALTER CHECK @ %ENFORCED", name_of(a, k->to), slice_z(on ? "NOT " : ""));
    else
        say(a->r, "ALTER INDEX @ %", name_of(a, k->to),
            slice_z(a->r->mysql ? (on ? "INVISIBLE" : "VISIBLE")
                                : (on ? "IGNORED" : "NOT IGNORED")));
}

static void drop_parts(struct alter *a, const struct key_step *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (steps[i].what & KEY_DROP)
            drop_part(a, steps[i].from);
}

static void add_parts(struct alter *a, const struct key_step *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i].what & KEY_ADD)
            add_part(a, steps[i].to);
        else if (steps[i].what & (KEY_IGNORED | KEY_RESPELL))
            mark_part(a, &steps[i]);
    }
}

/* ---- the whole ---- */

static void finish_alter(struct alter *a, const struct effort *e)
{
    CLEANUP_TEXT struct text how = {0};
    effort_say(e, a->r->mysql, &how);
    if (how.failed)
        a->sql->failed = true;
    else if (a->any)
        mytext_add(a->sql, how.p, how.n);
    else /* without the comma */
        mytext_add(a->sql, how.p + 1, how.n - 1);
}

static void drop_demand(struct alter *a)
{
    uint32_t what = 0;
    char name[64];
    for (uint32_t i = 0; i < a->d->column_count; i++)
        what |= a->d->columns[i].what;
    if (!(what & COLUMN_EMPTY))
        return;
    next(a);
    say(a->r, "DROP CONSTRAINT @", temporary_name(a->r, name, "empty"));
}

static void alter_main(struct rendering *r, const struct table_diff *d)
{
    const moult_host *host = r->host;
    struct alter a = {.r = r, .d = d, .sql = &r->sql};
    struct effort e;
    bool versioned = node_differs(host, d->from, d->to, "versioned");
    bool keeps = node_has(host, d->to, "versioned");
    effort_of(d, &e);
    begin_alter(r, d->from);
    drop_demand(&a);
    drop_parts(&a, d->keys, d->key_count);
    drop_parts(&a, d->checks, d->check_count);
    drop_parts(&a, d->periods, d->period_count);
    alter_columns(&a);
    add_parts(&a, d->keys, d->key_count);
    add_parts(&a, d->periods, d->period_count);
    add_parts(&a, d->checks, d->check_count);
    if (d->options.n) {
        next(&a);
        mytext_slice(&r->sql, slice_of(&d->options));
    }
    if (keeps ? versioned || d->forgets : versioned && !d->forgets) {
        next(&a);
        say(r, keeps ? "ADD SYSTEM VERSIONING" : "DROP SYSTEM VERSIONING");
    }
    finish_alter(&a, &e);
    if (d->partition == PARTITION_REMOVE) {
        say(r, "\nREMOVE PARTITIONING");
    } else if (d->partition == PARTITION_BY) {
        say(r, "\n");
        mycreate_partitioning(host->tree, d->b.partitioning, node_text(host, d->to, "engine"),
                              &r->sql);
    }
    done(r);
    probe_table(r, d);
}

/* The definition of the virtual COLUMN as a stored one. */
static void define_stored(struct alter *a, const moult_node *column)
{
    CLEANUP_TEXT struct text virtual = {0}, mark = {0};
    mycreate_column(a->r->host->tree, column, (struct slice){0}, &virtual);
    mytext_slice(&mark, node_text(a->r->host, column, "generated"));
    size_t expression = mark.n;
    mytext_z(&mark, ") VIRTUAL");
    const char *at = virtual.failed || mark.failed
                         ? NULL
                         : memmem(virtual.p, virtual.n, mark.p, mark.n);
    if (!at) {
        a->sql->failed = true;
        return;
    }
    size_t head = (size_t)(at - virtual.p) + expression + 1;
    mytext_add(a->sql, virtual.p, head);
    mytext_z(a->sql, " STORED");
    mytext_z(a->sql, virtual.p + head + strlen(" VIRTUAL"));
}

static void store_column(struct alter *a, const moult_node *column)
{
    const moult_host *host = a->r->host;
    struct slice after = node_text(host, column, "after");
    const moult_node *before =
        after.p ? node_child(host, a->d->from, "column", after) : NULL;
    next(a);
    say(a->r, "DROP COLUMN @", name_of(a, column));
    next(a);
    say(a->r, "ADD COLUMN ");
    define_stored(a, column);
    if (before)
        say(a->r, " AFTER @", name_of(a, before));
    else
        say(a->r, " FIRST");
}

/* Is PART said already, for another column than I? */
static bool stored_before(const struct table_diff *d, uint32_t i, const moult_node *part)
{
    while (i--)
        if ((d->columns[i].what & COLUMN_STORE) &&
            node_needs(d->host, part, node_path(d->host, d->columns[i].from)))
            return true;
    return false;
}

/* Values of a virtual column, which are to stay when it is computed no longer, are stored first. */
static void store_values(struct rendering *r, const struct table_diff *d)
{
    struct alter a = {.r = r, .d = d, .sql = &r->sql};
    const moult_node *first = NULL;
    begin_alter(r, d->from);
    for (int adding = 0; adding < 2; adding++) {
        for (uint32_t i = 0; i < d->column_count; i++) {
            if (!(d->columns[i].what & COLUMN_STORE))
                continue;
            struct slice path = node_path(r->host, d->columns[i].from);
            for (uint32_t k = 0; k < d->a.key_count + d->a.check_count; k++) {
                const moult_node *part = k < d->a.key_count ? d->a.keys[k]
                                                            : d->a.checks[k - d->a.key_count];
                if (node_needs(r->host, part, path) && !stored_before(d, i, part))
                    (adding ? add_part : drop_part)(&a, part);
            }
            if (!adding)
                store_column(&a, d->columns[i].from);
            first = first ? first : d->columns[i].from;
        }
    }
    finish_alter(&a, &(struct effort){.algorithm = ALGORITHM_COPY, .shared = true});
    done(r);
    probe(r,
          "SELECT count(*) = 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND "
          "TABLE_NAME = ~ AND COLUMN_NAME = ~ AND EXTRA LIKE '%STORED GENERATED%'",
          node_key(r->host, d->from), node_name(r->host, first), slice_z("%"), slice_z("%"));
}

/* The server has to find that no row has a value in columns that are replaced, before they are. */
static void demand_empty(struct rendering *r, const struct table_diff *d)
{
    const char *before = "";
    char name[64];
    begin_alter(r, d->from);
    say(r, "\n  ADD CONSTRAINT @ CHECK (", temporary_name(r, name, "empty"));
    for (uint32_t i = 0; i < d->column_count; i++) {
        if (!(d->columns[i].what & COLUMN_EMPTY))
            continue;
        say(r, "%@ IS NULL", slice_z(before), node_name(r->host, d->columns[i].from));
        before = " AND ";
    }
    say(r, ")");
    effort_say(&(struct effort){.algorithm = ALGORITHM_COPY, .shared = true}, r->mysql, &r->sql);
    done(r);
    probe_constraint(r, node_key(r->host, d->from), temporary_name(r, name, "empty"), false);
}

static void take_back_options(struct rendering *r, const struct table_diff *d,
                              const struct text *options)
{
    begin_alter(r, d->from);
    say(r, "\n  %", slice_of(options));
    done(r);
    probe(r, "SELECT 0"); /* again is as good as once */
}

/* The rows of the past; those that are there now stay. */
static void forget_history(struct rendering *r, const struct table_diff *d)
{
    begin_alter(r, d->from);
    say(r, "\n  DROP SYSTEM VERSIONING");
    effort_say(&(struct effort){.algorithm = ALGORITHM_COPY, .shared = true}, r->mysql, &r->sql);
    done(r);
    probe(r,
          "SELECT count(*) = 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
          "TABLE_NAME = ~ AND TABLE_TYPE = 'BASE TABLE'",
          node_key(r->host, d->from));
}

void alter_table(struct rendering *r, const moult_node *from, const moult_node *to, bool drop)
{
    CLEANUP_DIFF struct table_diff d = {0};
    uint32_t what = 0;
    if (!table_diff_make(r->host, from, to, r->from, r->to, drop, &d)) {
        render_fail(r, my_nomem(r->host, r->err), "out of memory");
        return;
    }
    for (uint32_t i = 0; i < d.column_count; i++)
        what |= d.columns[i].what;
    if (what & COLUMN_STORE)
        store_values(r, &d);
    if (what & COLUMN_EMPTY)
        demand_empty(r, &d);
    if (d.early.n)
        take_back_options(r, &d, &d.early);
    if (d.forgets)
        forget_history(r, &d);
    bool inside = d.partition == PARTITION_BY || d.partition == PARTITION_REMOVE;
    if (table_diff_alters(&d) || inside)
        alter_main(r, &d);
    if (d.late.n)
        take_back_options(r, &d, &d.late);
    for (uint32_t i = 0; i < d.column_count; i++)
        if (d.columns[i].unset)
            unset_default(r, to, d.columns[i].to);
    if (!inside && d.partition != PARTITION_NONE)
        alter_partitions(r, &d);
    render_all_grants(r, from, to);
    if (!r->emitted)
        nothing(r, "it changes with what stands before it");
}
