/* SPDX-License-Identifier: Apache-2.0 */
/* render-table.c - CREATE TABLE, and constraints. */
#include <stdio.h>

#include "render.h"

bool is_constraint(const moult_host *host, const moult_node *node)
{
    static const char *const kinds[] = {"check",  "exclude",     "not_null",
                                        "unique", "primary_key", "foreign_key"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (node_is(host, node, kinds[i]))
            return true;
    return false;
}

bool is_key(const moult_host *host, const moult_node *node)
{
    return node_is(host, node, "primary_key") || node_is(host, node, "unique") ||
           node_is(host, node, "exclude");
}

void say_constraint(struct rendering *r, const moult_node *constraint)
{
    const moult_host *host = r->host;
    struct span relation, name, definition = node_text(host, constraint, "definition");
    struct span options = node_text(host, constraint, "options");
    struct span tablespace = node_text(host, constraint, "tablespace");
    struct span deferrable = node_text(host, constraint, "deferrable");
    size_t head = is_key(host, constraint) ? sql_before_where(definition) : definition.n;
    belongs(host, constraint, &relation, &name);
    say(r, "CONSTRAINT % %", name, (struct span){definition.p, head});
    if (options.p)
        say(r, " WITH (%)", options);
    if (tablespace.p && is_key(host, constraint))
        say(r, " USING INDEX TABLESPACE %", tablespace);
    if (head < definition.n)
        say_span(r, span_after(definition, head));
    if (deferrable.p)
        say(r, " %", deferrable);
    if (node_flag(host, constraint, "not_valid"))
        say(r, " NOT VALID");
}

static const moult_node *relation_node(struct rendering *r, const moult_node *node)
{
    return node_object(r->host, node);
}

void say_alter(struct rendering *r, const moult_node *relation)
{
    const struct kind *k = kind_of(r->host, relation);
    bool plain = node_is(r->host, relation, "foreign_key");
    struct span table, name;
    belongs(r->host, relation, &table, &name);
    if (plain)
        say(r, "ALTER TABLE %", table);
    else
        say(r, "ALTER % %", span_of(k->word), node_key(r->host, relation));
}

/* The index of a key bears its name, in the table's schema. */
static void say_key_index(struct rendering *r, const moult_node *key)
{
    struct span schema, table;
    key_cut(node_key(r->host, node_object(r->host, key)), &schema, &table);
    say(r, "%.%", schema, node_key(r->host, key));
}

/* A table whose rows the index NAME, which is new, tells apart says so after it is there. */
void identity_by_index(struct rendering *r, struct span table, struct span name)
{
    const moult_node *owner = tree_node(r->host, r->to, "table", table);
    struct span identity = node_text(r->host, owner, "replica_identity");
    if (span_starts(identity, "USING INDEX ") && span_equal(span_after(identity, 12), name))
        run(r, "ALTER TABLE % REPLICA IDENTITY %", table, identity);
}

void finish_constraint(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span relation, name, comment = node_text(host, to, "index_comment");
    belongs(host, to, &relation, &name);
    if (node_differs(host, from, to, "clustered")) {
        if (node_flag(host, to, "clustered"))
            run(r, "ALTER TABLE % CLUSTER ON %", relation, name);
        else
            run(r, "ALTER TABLE % SET WITHOUT CLUSTER", relation);
    }
    render_comment(r, from, to);
    if (node_differs(host, from, to, "index_comment")) {
        say(r, "COMMENT ON INDEX ");
        say_key_index(r, to);
        if (comment.p)
            run(r, " IS ~", comment);
        else
            run(r, " IS NULL");
    }
}

/* A partition that is detached keeps copies of its parent's foreign keys as its own. */
static bool was_partition(struct rendering *r, const moult_node *constraint)
{
    struct span table = node_text(r->host, constraint, "table");
    const moult_node *now = tree_node(r->host, r->from, "table", table);
    const moult_node *then = tree_node(r->host, r->to, "table", table);
    return now && then && node_has(r->host, now, "partition_of") &&
           node_differs(r->host, now, then, "partition_of");
}

/* A foreign key that is checked looks at the rows of both tables. */
static void see_both(struct rendering *r, const moult_node *foreign, struct span table, bool again)
{
    struct span to = node_text(r->host, foreign, "to");
    see_all_rows(r, table, again);
    if (!span_equal(to, table))
        see_all_rows(r, to, again);
}

void create_constraint(struct rendering *r, const moult_node *constraint)
{
    struct span relation, name;
    belongs(r->host, constraint, &relation, &name);
    if (node_is(r->host, constraint, "foreign_key") && was_partition(r, constraint))
        run(r, "ALTER TABLE % DROP CONSTRAINT IF EXISTS %", relation, name);
    bool looks = node_is(r->host, constraint, "foreign_key") &&
                 !node_flag(r->host, constraint, "not_valid");
    if (looks)
        see_both(r, constraint, relation, false);
    if (node_flag(r->host, constraint, "invalid"))
        say(r, "ALTER TABLE ONLY %", relation);
    else
        say_alter(r, relation_node(r, constraint));
    say(r, " ADD ");
    say_constraint(r, constraint);
    done(r);
    if (!node_is(r->host, relation_node(r, constraint), "domain"))
        probe(r,
              "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = "
              "pg_catalog.to_regclass(~) AND pg_catalog.quote_ident(conname) = ~)",
              relation, name);
    if (looks)
        see_both(r, constraint, relation, true);
    if (is_key(r->host, constraint)) {
        identity_by_index(r, relation, name);
        index_copies_of_key(r, constraint);
    }
    if (node_is(r->host, constraint, "check") && node_flag(r->host, constraint, "not_valid"))
        validate_below(r, relation_node(r, constraint), name, 64);
    finish_constraint(r, NULL, constraint);
}

void drop_constraint(struct rendering *r, const moult_node *constraint)
{
    struct span relation, name;
    belongs(r->host, constraint, &relation, &name);
    say_alter(r, relation_node(r, constraint));
    run(r, " DROP CONSTRAINT %", name);
}

/* Is ITEM one of *REST?  What stands before it in there is no longer in *REST then. */
static bool stays_behind(struct span *rest, struct span item)
{
    struct span each, later = *rest;
    while (list_next(&later, &each)) {
        if (span_equal(each, item)) {
            *rest = later;
            return true;
        }
    }
    return false;
}

void alter_options(struct rendering *r, const char *word, struct span name, struct span from,
                   struct span to)
{
    struct span rest = to, each, option, value, old, old_value, kept = from;
    bool any = false;
    while (list_next(&rest, &each)) {
        /* What is set goes behind what is not: from the first that is new, all are said again. */
        if (!any && stays_behind(&kept, each))
            continue;
        if (!any)
            say(r, "ALTER % % SET (", span_of(word), name);
        say(r, any ? ", %" : "%", each);
        any = true;
    }
    if (any)
        run(r, ")");
    any = false;
    for (rest = from; list_next(&rest, &each);) {
        struct span again = to, other;
        bool stays = false;
        option_parts(each, &old, &old_value);
        while (!stays && list_next(&again, &other)) {
            option_parts(other, &option, &value);
            stays = span_equal(option, old);
        }
        if (stays)
            continue;
        if (!any)
            say(r, "ALTER % % RESET (", span_of(word), name);
        say(r, any ? ", %" : "%", old);
        any = true;
    }
    if (any)
        run(r, ")");
}

void alter_constraint(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span relation, name, deferrable = node_text(host, to, "deferrable");
    belongs(host, to, &relation, &name);
    const moult_node *object = relation_node(r, to);
    if (node_differs(host, from, to, "deferrable")) {
        say_alter(r, object);
        run(r, " ALTER CONSTRAINT % %", name, deferrable.p ? deferrable : span_of("NOT DEFERRABLE"));
    }
    if (node_flag(host, from, "not_valid") && !node_flag(host, to, "not_valid")) {
        bool looks = node_is(host, to, "foreign_key");
        if (looks)
            see_both(r, to, relation, false);
        say_alter(r, object);
        run(r, " VALIDATE CONSTRAINT %", name);
        if (looks)
            see_both(r, to, relation, true);
    }
    if (is_key(host, to)) {
        struct text index = {0};
        struct span schema, table;
        key_cut(node_key(host, object), &schema, &table);
        pgtext_add(&index, schema.p, schema.n);
        pgtext_char(&index, '.');
        pgtext_add(&index, name.p, name.n);
        struct span full = {index.p, index.n}, space = node_text(host, to, "tablespace");
        alter_options(r, "INDEX", full, node_text(host, from, "options"),
                      node_text(host, to, "options"));
        if (node_differs(host, from, to, "tablespace"))
            run(r, "ALTER INDEX % SET TABLESPACE %", full, space.p ? space : span_of("pg_default"));
        pgtext_free(&index);
    }
    if (node_differs(host, from, to, "invalid"))
        nothing(r, "its parts make it valid");
    finish_constraint(r, from, to);
}

/* Columns that CREATE TABLE lists: not those that come from parents or a type. */
static bool is_listed(const moult_host *host, const moult_node *table, const moult_node *column)
{
    return !node_has(host, table, "of") && !node_has(host, table, "partition_of") &&
           !span_is(node_text(host, column, "inherited"), "true");
}

/* Of several keys on the same columns CREATE TABLE makes one only. */
static bool is_second_key(const moult_host *host, const moult_node *table, const moult_node *key)
{
    struct span columns = node_text(host, key, "columns");
    if (!columns.p || !node_is(host, key, "unique"))
        return false;
    EACH_CHILD(host, table, other)
    {
        if (other == key)
            return false;
        if (is_key(host, other) && span_equal(node_text(host, other, "columns"), columns))
            return true;
    }
    return false;
}

static bool comes_later(const moult_host *host, const moult_node *table, const moult_node *part)
{
    return node_flag(host, part, "not_valid") || is_second_key(host, table, part);
}

static void say_elements(struct rendering *r, const moult_node *table, bool keys)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes columns = {0};
    bool any = false;
    if (!nodes_of(host, table, "column", &columns))
        r->sql.failed = true;
    for (size_t i = 0; i < columns.n; i++) {
        if (!is_listed(host, table, columns.at[i]))
            continue;
        say(r, any ? ",\n    " : " (\n    ");
        say_column(r, columns.at[i]);
        any = true;
    }
    EACH_CHILD(host, table, part)
    {
        if (!is_constraint(host, part) || comes_later(host, table, part) ||
            node_flag(host, part, "invalid") || (!keys && is_key(host, part)))
            continue;
        say(r, any ? ",\n    " : " (\n    ");
        say_constraint(r, part);
        any = true;
    }
    if (any)
        say(r, "\n)");
    else if (!node_has(host, table, "of") && !node_has(host, table, "partition_of"))
        say(r, " ()");
}

void say_create_table(struct rendering *r, const moult_node *table, struct span name, bool keys)
{
    const moult_host *host = r->host;
    struct span of = node_text(host, table, "of"), parent = node_text(host, table, "partition_of");
    struct span inherits = node_text(host, table, "inherits");
    struct span partition = node_text(host, table, "partition_by");
    struct span method = node_text(host, table, "access_method");
    struct span options = node_text(host, table, "options");
    struct span space = node_text(host, table, "tablespace");
    bool foreign = node_is(host, table, "foreign_table");
    say(r, "%", name);
    if (of.p)
        say(r, " OF %", of);
    if (parent.p)
        say(r, " PARTITION OF %", parent);
    say_elements(r, table, keys);
    if (parent.p)
        say(r, " %", node_text(host, table, "bound"));
    if (inherits.p)
        say(r, " INHERITS (%)", inherits);
    if (partition.p)
        say(r, " PARTITION BY %", partition);
    if (foreign) {
        say(r, " SERVER %", node_text(host, table, "server"));
        if (options.p)
            say(r, " OPTIONS (%)", options);
        return;
    }
    if (method.p)
        say(r, " USING %", method);
    if (options.p)
        say(r, " WITH (%)", options);
    if (space.p)
        say(r, " TABLESPACE %", space);
}

/* Rows were moved into it before it has its turn: it is there. */
static bool made_with_parent(struct rendering *r, const moult_node *table)
{
    return node_has(r->host, table, "partition_of") && r->from &&
           (table_fate(r->host, trees_of(r), table) == FATE_FRESH ||
            group_makes(r->host, trees_of(r), table));
}

/* The default partition that a new one has beside it. */
static const moult_node *rest_beside(struct rendering *r, const moult_node *table)
{
    CLEANUP_GROUP struct group g = {0};
    struct span parent = node_text(r->host, table, "partition_of");
    if (!parent.p || !r->from || !node_is(r->host, table, "table") ||
        !group_find(r->host, trees_of(r), parent, &g) || group_leader(r->host, &g))
        return NULL;
    return g.rest;
}

static void table_flags(struct rendering *r, const moult_node *table)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, table), schema, name;
    struct span identity = node_text(host, table, "replica_identity");
    if (node_flag(host, table, "row_security"))
        run(r, "ALTER TABLE % ENABLE ROW LEVEL SECURITY", key);
    if (node_flag(host, table, "force_row_security"))
        run(r, "ALTER TABLE % FORCE ROW LEVEL SECURITY", key);
    if (!identity.p)
        return;
    if (span_starts(identity, "USING INDEX ")) {
        name = span_after(identity, 12);
        key_cut(key, &schema, &key);
        key = node_key(host, table);
        if (!node_child(host, table, "primary_key", name) && !node_child(host, table, "unique", name))
            return; /* with the index, which comes later */
    }
    run(r, "ALTER TABLE % REPLICA IDENTITY %", key, identity);
}

static void finish_columns(struct rendering *r, const moult_node *table)
{
    const moult_host *host = r->host;
    CLEANUP_NODES struct nodes columns = {0};
    if (!nodes_of(host, table, "column", &columns))
        r->sql.failed = true;
    for (size_t i = 0; i < columns.n; i++) {
        const moult_node *column = columns.at[i];
        if (!is_listed(host, table, column))
            column_bare(r, column);
        else
            column_tuning(r, NULL, column);
    }
}

static void finish_rights(struct rendering *r, const moult_node *table)
{
    CLEANUP_NODES struct nodes columns = {0};
    if (!nodes_of(r->host, table, "column", &columns))
        r->sql.failed = true;
    render_rights(r, NULL, table);
    for (size_t i = 0; i < columns.n; i++)
        column_rights(r, columns.at[i]);
}

/* A key that some partitions lack is made when all are there: it would be given to later ones. */
static void parents_invalid_keys(struct rendering *r, const moult_node *partition)
{
    const moult_host *host = r->host;
    struct span parent = node_text(host, partition, "partition_of");
    const moult_node *table = tree_node(host, r->to, "table", parent);
    const moult_node *now = tree_node(host, r->from, "table", parent);
    if (!table || (now && !table_repartitions(host, trees_of(r), now)))
        return;
    EACH_CHILD(host, table, key)
    {
        if (!is_key(host, key) || !node_flag(host, key, "invalid"))
            continue;
        struct text saved = r->sql;
        char count[16];
        uint32_t n = 0;
        r->sql = (struct text){0};
        say(r, "ALTER TABLE ONLY % ADD ", parent);
        say_constraint(r, key);
        struct text add = r->sql;
        r->sql = saved;
        EACH_CHILD(host, host->tree->top(r->to), other)
        {
            n += span_equal(node_text(host, other, "partition_of"), parent);
        }
        snprintf(count, sizeof count, "%u", n);
        run(r,
            "DO $moult$ BEGIN IF (SELECT pg_catalog.count(*) FROM pg_catalog.pg_inherits WHERE "
            "inhparent = pg_catalog.to_regclass(~)) = % THEN EXECUTE ~; END IF; END $moult$",
            parent, span_of(count), (struct span){add.p, add.n});
        pgtext_free(&add);
        index_copies_of_key(r, key);
    }
}

void finish_table(struct rendering *r, const moult_node *table, struct span name)
{
    const moult_host *host = r->host;
    (void)name;
    finish_columns(r, table);
    EACH_CHILD(host, table, part)
    {
        if (is_constraint(host, part) && comes_later(host, table, part))
            create_constraint(r, part);
        else if (is_constraint(host, part) && !node_flag(host, part, "invalid"))
            finish_constraint(r, NULL, part);
    }
    parents_invalid_keys(r, table);
    new_index_copies(r, table);
    table_flags(r, table);
    finish_rights(r, table);
    EACH_CHILD(host, table, column)
    {
        EACH_CHILD(host, column, sequence)
        {
            if (node_is(host, sequence, "owned_sequence"))
                own_sequence(r, sequence, false);
        }
    }
}

void create_table(struct rendering *r, const moult_node *table)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, table);
    bool foreign = node_is(host, table, "foreign_table");
    const moult_node *rest = rest_beside(r, table);
    if (rest) {
        partition_beside_rest(r, table, rest);
    } else {
        say(r, "CREATE %TABLE %",
            span_of(foreign                                  ? "FOREIGN "
                    : node_flag(host, table, "unlogged") ? "UNLOGGED "
                                                             : ""),
            span_of(made_with_parent(r, table) ? "IF NOT EXISTS " : ""));
        say_create_table(r, table, key, true);
        done(r);
    }
    probe(r, "SELECT pg_catalog.to_regclass(~) IS NOT NULL", key);
    finish_table(r, table, key);
}
