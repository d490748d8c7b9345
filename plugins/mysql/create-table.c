/* SPDX-License-Identifier: Apache-2.0 */
#include "create-table.h"

#include <stdlib.h>

/* ---- nodes ---- */

struct slice mynode_text(const moult_tree_api *api, const moult_node *node, const char *name)
{
    struct slice s;
    s.p = api->text(node, name, &s.n);
    return s;
}

struct slice mynode_name(const moult_tree_api *api, const moult_node *node)
{
    struct slice s = mynode_text(api, node, "name");
    if (!s.p)
        s.p = api->key(node, &s.n);
    return s;
}

uint32_t mynode_position(const moult_tree_api *api, const moult_node *node)
{
    struct slice s = mynode_text(api, node, "position");
    uint32_t n = 0;
    for (size_t i = 0; i < s.n && i < 9; i++)
        n = n * 10 + (uint32_t)(s.p[i] - '0');
    return n;
}

struct slice mycollation_charset(struct slice collate)
{
    const char *end = collate.n ? memchr(collate.p, '_', collate.n) : NULL;
    return (struct slice){collate.p, end ? (size_t)(end - collate.p) : collate.n};
}

/* Puts NODE, whose position is known, in its place among those before it, which are in order. */
static void insert(const moult_tree_api *api, const moult_node **nodes, uint32_t *count,
                   const moult_node *node)
{
    uint32_t position = mynode_position(api, node), i = (*count)++;
    for (; i && mynode_position(api, nodes[i - 1]) > position; i--)
        nodes[i] = nodes[i - 1];
    nodes[i] = node;
}

struct placed {
    const moult_node *node;
    uint32_t position;
};

static int by_position(const void *a, const void *b)
{
    uint32_t x = ((const struct placed *)a)->position, y = ((const struct placed *)b)->position;
    return (x > y) - (x < y);
}

/* All children of KIND, in order, at the end of what NODES has; false: no memory. */
static bool take_kind(const moult_tree_api *api, const moult_node *parent, const char *kind,
                      const moult_node **nodes, uint32_t *count)
{
    uint32_t n = api->count(parent), found = 0;
    struct placed *all = malloc(n ? n * sizeof *all : 1);
    for (uint32_t i = 0; all && i < n; i++) {
        const moult_node *c = api->child(parent, i);
        if (strcmp(api->kind(c), kind) == 0)
            all[found++] = (struct placed){c, mynode_position(api, c)};
    }
    if (all)
        qsort(all, found, sizeof *all, by_position);
    for (uint32_t i = 0; i < found; i++)
        nodes[(*count)++] = all[i].node;
    free(all);
    return all != NULL;
}

bool mytable_gather(const moult_tree_api *api, const moult_node *table,
                    const moult_node *const *foreign_keys, uint32_t foreign_key_count,
                    struct mytable *out)
{
    uint32_t n = api->count(table), partitionings = 0;
    const moult_node *partitioning[1] = {NULL};
    *out = (struct mytable){.api = api, .table = table};
    const moult_node **all = malloc(((size_t)n + foreign_key_count + 1) * sizeof *all);
    if (!all)
        return false;
    out->columns = out->keys = all;
    bool ok = take_kind(api, table, "column", out->columns, &out->column_count);
    out->keys = out->columns + out->column_count;
    ok = ok && take_kind(api, table, "primary_key", out->keys, &out->key_count) &&
         take_kind(api, table, "index", out->keys, &out->key_count);
    out->checks = out->keys + out->key_count;
    ok = ok && take_kind(api, table, "check", out->checks, &out->check_count);
    out->periods = out->checks + out->check_count;
    ok = ok && take_kind(api, table, "period", out->periods, &out->period_count);
    for (uint32_t i = 0; i < n && !partitionings; i++) {
        const moult_node *c = api->child(table, i);
        partitionings = strcmp(api->kind(c), "partitioning") == 0;
        partitioning[0] = partitionings ? c : NULL;
    }
    out->partitioning = partitioning[0];
    out->foreign_keys = out->periods + out->period_count;
    for (uint32_t i = 0; i < foreign_key_count; i++)
        out->foreign_keys[out->foreign_key_count++] = foreign_keys[i];
    return ok;
}

void mytable_free(struct mytable *t)
{
    free(t->columns);
    *t = (struct mytable){0};
}

bool mytable_foreign_keys(const moult_tree_api *api, const moult_tree *tree, struct slice key,
                          const moult_node ***out, uint32_t *count)
{
    const moult_node *root = api->top(tree);
    uint32_t low = 0, high = api->count(root), end;
    *out = NULL;
    *count = 0;
    /* Children are sorted by kind: find where the foreign keys begin. */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(api->kind(api->child(root, middle)), "foreign_key") < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < api->count(root); end++) {
        if (strcmp(api->kind(api->child(root, end)), "foreign_key") != 0)
            break;
    }
    *out = malloc(end > low ? (end - low) * sizeof **out : 1);
    for (uint32_t i = low; *out && i < end; i++) {
        const moult_node *c = api->child(root, i);
        if (slice_eq(mynode_text(api, c, "table"), key))
            insert(api, *out, count, c);
    }
    return *out != NULL;
}

/* ---- columns ---- */

/* BEFORE text AFTER, if the attribute is there. */
static void add(const moult_tree_api *api, const moult_node *node, const char *name,
                const char *before, const char *after, struct text *out)
{
    struct slice s = mynode_text(api, node, name);
    if (!s.p)
        return;
    mytext_z(out, before);
    mytext_slice(out, s);
    mytext_z(out, after);
}

static bool has(const moult_tree_api *api, const moult_node *node, const char *name)
{
    return api->text(node, name, NULL) != NULL;
}

static void add_comment(const moult_tree_api *api, const moult_node *node, const char *before,
                        struct text *out)
{
    struct slice s = mynode_text(api, node, "comment");
    if (!s.p)
        return;
    mytext_z(out, before);
    mytext_literal(out, s);
}

static bool is_timestamp(struct slice type)
{
    return type.n >= 9 && memcmp(type.p, "timestamp", 9) == 0;
}

/* Whether it takes nulls, and what it holds where nothing is given. */
static void add_value(const moult_tree_api *api, const moult_node *c, struct text *out)
{
    bool row = has(api, c, "row"), not_null = has(api, c, "not_null");
    add(api, c, "row", " GENERATED ALWAYS AS ROW ", "", out);
    if (not_null)
        mytext_z(out, " NOT NULL");
    else if (!row && is_timestamp(mynode_text(api, c, "type")))
        mytext_z(out, " NULL"); /* which is not what it is without a word, on older servers */
    add(api, c, "srid", " SRID ", "", out);
    if (has(api, c, "invisible"))
        mytext_z(out, " INVISIBLE");
    if (has(api, c, "default"))
        add(api, c, "default", " DEFAULT ", "", out);
    else if (!not_null && !row && !has(api, c, "no_default"))
        mytext_z(out, " DEFAULT NULL");
    add(api, c, "on_update", " ON UPDATE ", "", out);
    if (has(api, c, "unversioned"))
        mytext_z(out, " WITHOUT SYSTEM VERSIONING");
    if (has(api, c, "auto_increment"))
        mytext_z(out, " AUTO_INCREMENT");
}

void mycreate_column(const moult_tree_api *api, const moult_node *column,
                     struct slice table_collate, struct text *out)
{
    mytext_name(out, mynode_name(api, column));
    add(api, column, "type", " ", "", out);
    add(api, column, "compressed", " ", "", out);
    struct slice collate = mynode_text(api, column, "collate");
    if (collate.p && !(table_collate.p && slice_eq(collate, table_collate))) {
        mytext_z(out, " CHARACTER SET ");
        mytext_slice(out, mycollation_charset(collate));
        mytext_z(out, " COLLATE ");
        mytext_slice(out, collate);
    }
    if (has(api, column, "generated")) {
        add(api, column, "generated", " GENERATED ALWAYS AS (", ")", out);
        mytext_z(out, has(api, column, "stored") ? " STORED" : " VIRTUAL");
        if (has(api, column, "not_null"))
            mytext_z(out, " NOT NULL");
        if (has(api, column, "invisible"))
            mytext_z(out, " INVISIBLE");
    } else {
        add_value(api, column, out);
    }
    add_comment(api, column, " COMMENT ", out);
    add(api, column, "options", " ", "", out);
    add(api, column, "check", " CHECK (", ")", out);
}

/* ---- keys and constraints ---- */

void mycreate_key(const moult_tree_api *api, const moult_node *key, struct text *out)
{
    if (strcmp(api->kind(key), "primary_key") == 0) {
        mytext_z(out, "PRIMARY KEY");
    } else {
        add(api, key, "type", "", " ", out);
        mytext_z(out, has(api, key, "unique") ? "UNIQUE KEY " : "KEY ");
        mytext_name(out, mynode_name(api, key));
    }
    add(api, key, "columns", " (", ")", out);
    add(api, key, "using", " USING ", "", out);
    add(api, key, "options", " ", "", out);
    add_comment(api, key, " COMMENT ", out);
    if (has(api, key, "ignored"))
        mytext_z(out, " IGNORED");
}

void mycreate_foreign_key(const moult_tree_api *api, const moult_node *foreign_key,
                          struct text *out)
{
    mytext_z(out, "CONSTRAINT ");
    mytext_name(out, mynode_text(api, foreign_key, "name"));
    add(api, foreign_key, "columns", " FOREIGN KEY (", ") REFERENCES ", out);
    struct slice database = mynode_text(api, foreign_key, "to_database");
    if (database.p) {
        mytext_name(out, database);
        mytext_char(out, '.');
    }
    mytext_name(out, mynode_text(api, foreign_key, "to"));
    add(api, foreign_key, "to_columns", " (", ")", out);
    add(api, foreign_key, "on_delete", " ON DELETE ", "", out);
    add(api, foreign_key, "on_update", " ON UPDATE ", "", out);
}

void mycreate_check(const moult_tree_api *api, const moult_node *check, struct text *out)
{
    mytext_z(out, "CONSTRAINT ");
    mytext_name(out, mynode_name(api, check));
    add(api, check, "expression", " CHECK (", ")", out);
    if (has(api, check, "unenforced"))
        mytext_z(out, " NOT ENFORCED");
}

void mycreate_period(const moult_tree_api *api, const moult_node *period, struct text *out)
{
    struct slice name = mynode_name(api, period);
    mytext_z(out, "PERIOD FOR ");
    if (slice_is(name, "system_time"))
        mytext_z(out, "SYSTEM_TIME");
    else
        mytext_name(out, name);
    mytext_z(out, " (");
    mytext_name(out, mynode_text(api, period, "start"));
    mytext_z(out, ", ");
    mytext_name(out, mynode_text(api, period, "end"));
    mytext_char(out, ')');
}

/* ---- options and partitions ---- */

static void add_literal(const moult_tree_api *api, const moult_node *node, const char *name,
                        const char *before, struct text *out)
{
    struct slice s = mynode_text(api, node, name);
    if (!s.p)
        return;
    mytext_z(out, before);
    mytext_literal(out, s);
}

void mycreate_options(const moult_tree_api *api, const moult_node *table, struct text *out)
{
    struct slice collate = mynode_text(api, table, "collate");
    add(api, table, "engine", " ENGINE=", "", out);
    if (collate.p) {
        mytext_z(out, " DEFAULT CHARSET=");
        mytext_slice(out, mycollation_charset(collate));
        mytext_z(out, " COLLATE=");
        mytext_slice(out, collate);
    }
    add(api, table, "row_format", " ROW_FORMAT=", "", out);
    if (has(api, table, "versioned"))
        mytext_z(out, " WITH SYSTEM VERSIONING");
    add(api, table, "options", " ", "", out);
    add_comment(api, table, " COMMENT=", out);
    add_literal(api, table, "data_directory", " DATA DIRECTORY=", out);
    add_literal(api, table, "index_directory", " INDEX DIRECTORY=", out);
}

static void add_partition(const moult_tree_api *api, const moult_node *p, const char *word,
                          struct slice engine, struct text *out)
{
    struct slice own = mynode_text(api, p, "engine");
    mytext_z(out, word);
    mytext_name(out, mynode_name(api, p));
    struct slice values = mynode_text(api, p, "values");
    bool bare =
        slice_is(values, "HISTORY") || slice_is(values, "CURRENT") || slice_is(values, "DEFAULT");
    if (values.p)
        mytext_z(out, bare ? " " : " VALUES ");
    mytext_slice(out, values);
    add(api, p, "options", " ", "", out);
    add_literal(api, p, "data_directory", " DATA DIRECTORY = ", out);
    add_literal(api, p, "index_directory", " INDEX DIRECTORY = ", out);
    add_comment(api, p, " COMMENT = ", out);
    if (own.p || engine.p) {
        mytext_z(out, " ENGINE = ");
        mytext_slice(out, own.p ? own : engine);
    }
}

/* Lists the children of PARENT of KIND in their order; nothing, if there are none. */
static void add_list(const moult_tree_api *api, const moult_node *parent, const char *kind,
                     struct slice engine, struct text *out)
{
    uint32_t n = api->count(parent), count = 0;
    const moult_node **list = malloc(n ? n * sizeof *list : 1);
    if (!list || !take_kind(api, parent, kind, list, &count))
        out->failed = true;
    for (uint32_t i = 0; list && i < count; i++) {
        mytext_z(out, i ? ",\n " : "\n(");
        if (*kind == 's')
            add_partition(api, list[i], "SUBPARTITION ", engine, out);
        else
            mycreate_partition(api, list[i], engine, out);
    }
    mytext_z(out, count ? ")" : "");
    free(list);
}

void mycreate_partition(const moult_tree_api *api, const moult_node *partition, struct slice engine,
                        struct text *out)
{
    bool nested = api->count(partition) != 0;
    /* Those that have parts say nothing of an engine, their parts do. */
    add_partition(api, partition, "PARTITION ", nested ? (struct slice){0} : engine, out);
    add_list(api, partition, "subpartition", engine, out);
}

void mycreate_partitioning(const moult_tree_api *api, const moult_node *partitioning,
                           struct slice engine, struct text *out)
{
    add(api, partitioning, "by", "PARTITION BY ", "", out);
    add(api, partitioning, "partitions", "\nPARTITIONS ", "", out);
    add(api, partitioning, "subpartition_by", "\nSUBPARTITION BY ", "", out);
    add(api, partitioning, "subpartitions", "\nSUBPARTITIONS ", "", out);
    add_list(api, partitioning, "partition", engine, out);
}

/* ---- the whole ---- */

static void separate(struct text *out, bool *first)
{
    mytext_z(out, *first ? " (\n  " : ",\n  ");
    *first = false;
}

void mycreate_table(const struct mytable *t, struct slice name, struct text *out)
{
    const moult_tree_api *api = t->api;
    struct slice collate = mynode_text(api, t->table, "collate");
    bool first = true;
    mytext_z(out, "CREATE TABLE ");
    mytext_name(out, name.p ? name : mynode_name(api, t->table));
    for (uint32_t i = 0; i < t->column_count; i++) {
        separate(out, &first);
        mycreate_column(api, t->columns[i], collate, out);
    }
    for (uint32_t i = 0; i < t->key_count; i++) {
        separate(out, &first);
        mycreate_key(api, t->keys[i], out);
    }
    for (uint32_t i = 0; i < t->period_count; i++) {
        separate(out, &first);
        mycreate_period(api, t->periods[i], out);
    }
    for (uint32_t i = 0; i < t->foreign_key_count; i++) {
        separate(out, &first);
        mycreate_foreign_key(api, t->foreign_keys[i], out);
    }
    for (uint32_t i = 0; i < t->check_count; i++) {
        separate(out, &first);
        mycreate_check(api, t->checks[i], out);
    }
    mytext_z(out, "\n)");
    mycreate_options(api, t->table, out);
    if (t->partitioning) {
        mytext_z(out, "\n ");
        mycreate_partitioning(api, t->partitioning, mynode_text(api, t->table, "engine"), out);
    }
}
