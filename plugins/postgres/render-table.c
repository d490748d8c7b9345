/* SPDX-License-Identifier: Apache-2.0 */
/* render-table.c - CREATE TABLE, and constraints. */
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

static bool is_key(const moult_host *host, const moult_node *node)
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

void create_constraint(struct rendering *r, const moult_node *constraint)
{
    struct span relation, name, table;
    belongs(r->host, constraint, &relation, &name);
    if (node_is(r->host, constraint, "foreign_key") && was_partition(r, constraint))
        run(r, "ALTER TABLE % DROP CONSTRAINT IF EXISTS %", relation, name);
    say_alter(r, relation_node(r, constraint));
    say(r, " ADD ");
    say_constraint(r, constraint);
    done(r);
    if (!node_is(r->host, relation_node(r, constraint), "domain"))
        probe(r,
              "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = "
              "pg_catalog.to_regclass(~) AND pg_catalog.quote_ident(conname) = ~)",
              relation, name);
    if (is_key(r->host, constraint)) {
        struct text index = {0};
        key_cut(relation, &table, &name);
        pgtext_add(&index, table.p, table.n);
        pgtext_char(&index, '.');
        pgtext_add(&index, node_key(r->host, constraint).p, node_key(r->host, constraint).n);
        index_copies_of(r, (struct span){index.p, index.n}, false);
        pgtext_free(&index);
    }
    finish_constraint(r, NULL, constraint);
}

void drop_constraint(struct rendering *r, const moult_node *constraint)
{
    struct span relation, name;
    belongs(r->host, constraint, &relation, &name);
    say_alter(r, relation_node(r, constraint));
    run(r, " DROP CONSTRAINT %", name);
}

void alter_options(struct rendering *r, const char *word, struct span name, struct span from,
                   struct span to)
{
    struct span rest = to, each, option, value, old, old_value;
    bool any = false;
    while (list_next(&rest, &each)) {
        if (list_has(from, each))
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
        say_alter(r, object);
        run(r, " VALIDATE CONSTRAINT %", name);
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
    finish_constraint(r, from, to);
}

/* Columns that CREATE TABLE lists: not those that come from parents or a type. */
static bool is_listed(const moult_host *host, const moult_node *table, const moult_node *column)
{
    return !node_has(host, table, "of") && !node_has(host, table, "partition_of") &&
           !span_is(node_text(host, column, "inherited"), "true");
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
        if (!is_constraint(host, part) || node_flag(host, part, "not_valid") ||
            (!keys && is_key(host, part)))
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

/* The rows of a table that gets partitions are moved before these have their turn: they are there. */
static bool made_with_parent(struct rendering *r, const moult_node *table)
{
    struct span parent = node_text(r->host, table, "partition_of");
    for (int depth = 0; parent.p && depth < 64; depth++) {
        const moult_node *now = tree_node(r->host, r->from, "table", parent);
        const moult_node *then = tree_node(r->host, r->to, "table", parent);
        if (now && then && table_repartitions(r->host, now, then))
            return true;
        parent = node_text(r->host, then, "partition_of");
    }
    return false;
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
            column_settings(r, NULL, column);
    }
}

void finish_table(struct rendering *r, const moult_node *table, struct span name)
{
    const moult_host *host = r->host;
    (void)name;
    finish_columns(r, table);
    EACH_CHILD(host, table, part)
    {
        if (is_constraint(host, part) && node_flag(host, part, "not_valid"))
            create_constraint(r, part);
        else if (is_constraint(host, part))
            finish_constraint(r, NULL, part);
    }
    new_index_copies(r, table);
    table_flags(r, table);
    render_rights(r, NULL, table);
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
    say(r, "CREATE %TABLE %",
        span_of(foreign                                  ? "FOREIGN "
                : node_flag(host, table, "unlogged") ? "UNLOGGED "
                                                         : ""),
        span_of(made_with_parent(r, table) ? "IF NOT EXISTS " : ""));
    say_create_table(r, table, key, true);
    done(r);
    probe(r, "SELECT pg_catalog.to_regclass(~) IS NOT NULL", key);
    finish_table(r, table, key);
}
