/* SPDX-License-Identifier: Apache-2.0 */
/* render-kinds.c - what the kinds of objects have in common, DROP, and probes. */
#include <stdlib.h>

#include "render.h"

#define USAGE "USAGE"

/* By name, for bsearch. */
static const struct kind kinds[] = {
    {"access_method", "ACCESS METHOD", NULL, NULL, NULL, 0},
    {"aggregate", "AGGREGATE", "FUNCTION", "FUNCTIONS", "EXECUTE", KIND_OWNER},
    {"base_type", "TYPE", "TYPE", "TYPES", USAGE, KIND_OWNER | KIND_TYPE},
    {"cast", "CAST", NULL, NULL, NULL, 0},
    {"collation", "COLLATION", NULL, NULL, NULL, KIND_OWNER},
    {"composite", "TYPE", "TYPE", "TYPES", USAGE, KIND_OWNER | KIND_TYPE},
    {"conversion", "CONVERSION", NULL, NULL, NULL, KIND_OWNER},
    {"default_privileges", "", NULL, NULL, NULL, KIND_NO_COMMENT},
    {"domain", "DOMAIN", "TYPE", "TYPES", USAGE, KIND_OWNER | KIND_TYPE},
    {"enum", "TYPE", "TYPE", "TYPES", USAGE, KIND_OWNER | KIND_TYPE},
    {"event_trigger", "EVENT TRIGGER", NULL, NULL, NULL, KIND_OWNER},
    {"extension", "EXTENSION", NULL, NULL, NULL, 0},
    {"foreign_data_wrapper", "FOREIGN DATA WRAPPER", "FOREIGN DATA WRAPPER", NULL, NULL, KIND_OWNER},
    {"foreign_key", "CONSTRAINT", NULL, NULL, NULL, KIND_RELATED},
    {"foreign_table", "FOREIGN TABLE", "TABLE", "TABLES", NULL, KIND_OWNER},
    {"function", "FUNCTION", "FUNCTION", "FUNCTIONS", "EXECUTE", KIND_OWNER},
    {"index", "INDEX", NULL, NULL, NULL, 0},
    {"language", "LANGUAGE", "LANGUAGE", NULL, USAGE, KIND_OWNER},
    {"materialized_view", "MATERIALIZED VIEW", "TABLE", "TABLES", NULL, KIND_OWNER},
    {"member", "", NULL, NULL, NULL, KIND_NO_COMMENT},
    {"operator", "OPERATOR", NULL, NULL, NULL, KIND_OWNER},
    {"operator_class", "OPERATOR CLASS", NULL, NULL, NULL, KIND_OWNER},
    {"operator_family", "OPERATOR FAMILY", NULL, NULL, NULL, KIND_OWNER},
    {"policy", "POLICY", NULL, NULL, NULL, KIND_RELATED},
    {"procedure", "PROCEDURE", "PROCEDURE", "FUNCTIONS", "EXECUTE", KIND_OWNER},
    {"publication", "PUBLICATION", NULL, NULL, NULL, KIND_OWNER},
    {"range", "TYPE", "TYPE", "TYPES", USAGE, KIND_OWNER | KIND_TYPE},
    {"rule", "RULE", NULL, NULL, NULL, KIND_RELATED},
    {"schema", "SCHEMA", "SCHEMA", "SCHEMAS", NULL, KIND_OWNER},
    {"sequence", "SEQUENCE", "SEQUENCE", "SEQUENCES", NULL, KIND_OWNER},
    {"server", "SERVER", "FOREIGN SERVER", NULL, NULL, KIND_OWNER},
    {"statistics", "STATISTICS", NULL, NULL, NULL, KIND_OWNER},
    {"subscription", "SUBSCRIPTION", NULL, NULL, NULL, KIND_OWNER},
    {"table", "TABLE", "TABLE", "TABLES", NULL, KIND_OWNER},
    {"text_search_configuration", "TEXT SEARCH CONFIGURATION", NULL, NULL, NULL, KIND_OWNER},
    {"text_search_dictionary", "TEXT SEARCH DICTIONARY", NULL, NULL, NULL, KIND_OWNER},
    {"text_search_parser", "TEXT SEARCH PARSER", NULL, NULL, NULL, 0},
    {"text_search_template", "TEXT SEARCH TEMPLATE", NULL, NULL, NULL, 0},
    {"transform", "TRANSFORM", NULL, NULL, NULL, 0},
    {"trigger", "TRIGGER", NULL, NULL, NULL, KIND_RELATED},
    {"user_mapping", "USER MAPPING", NULL, NULL, NULL, KIND_NO_COMMENT},
    {"view", "VIEW", "TABLE", "TABLES", NULL, KIND_OWNER},
};

static int by_name(const void *name, const void *kind)
{
    return strcmp(name, ((const struct kind *)kind)->name);
}

const struct kind *kind_of(const moult_host *host, const moult_node *node)
{
    static const struct kind unknown = {"", "", NULL, NULL, NULL, KIND_NO_COMMENT};
    const struct kind *k = bsearch(host->tree->kind(node), kinds, sizeof kinds / sizeof *kinds,
                                   sizeof *kinds, by_name);
    return k ? k : &unknown;
}

void belongs(const moult_host *host, const moult_node *node, struct span *relation,
             struct span *name)
{
    const moult_node *parent = host->tree->parent(node);
    if (!parent || !host->tree->parent(parent)) {
        key_cut(node_key(host, node), relation, name);
        if (node_has(host, node, "table"))
            *relation = node_text(host, node, "table");
        return;
    }
    *name = node_key(host, node);
    if (node_is(host, node, "default"))
        *name = node_key(host, parent);
    *relation = node_key(host, node_object(host, node));
}

void say_object(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    const struct kind *k = kind_of(host, node);
    struct span relation, name;
    belongs(host, node, &relation, &name);
    if (node_object(host, node) == node) {
        if (k->flags & KIND_RELATED)
            say(r, "% % ON %", span_of(k->word), name, relation);
        else if (node_is(host, node, "transform"))
            say(r, "TRANSFORM %", node_key(host, node));
        else
            say(r, "% %", span_of(k->word), node_key(host, node));
    } else if (node_is(host, node, "column") || node_is(host, node, "attribute")) {
        say(r, "COLUMN %.%", relation, name);
    } else {
        say(r, "CONSTRAINT % ON %%", name,
            span_of(node_is(host, node_object(host, node), "domain") ? "DOMAIN " : ""), relation);
    }
}

/* A schema that is there before moult comes: public, and the one of a schema unit. */
static bool stays(const moult_host *host, const moult_node *schema)
{
    struct span key = node_key(host, schema);
    return span_is(key, "public") || (key.n && key.p[0] == MOULT_MARK_OPEN);
}

/* What ends with something else that goes in the same plan may be gone by then. */
static bool goes_with_another(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span path;
    uint32_t strength = 0;
    if (node_is(host, node, "sequence")) {
        const moult_node *column = sequence_owner(host, r->from, node_key(host, node));
        return column && !tree_twin(host, r->to, column);
    }
    for (uint32_t i = 0; (path.p = host->tree->ref(node, i, &strength, &path.n)); i++)
        if (strength == MOULT_REF_OWNED && r->to && !host->tree->find(r->to, path.p, path.n))
            return true;
    return false;
}

/* The column of TREE that SEQUENCE ends with, or NULL. */
const moult_node *sequence_owner(const moult_host *host, const moult_tree *tree,
                                 struct span sequence)
{
    EACH_CHILD(host, tree ? host->tree->top(tree) : NULL, table)
    {
        EACH_CHILD(host, table, column)
        {
            if (node_child(host, column, "owned_sequence", sequence))
                return column;
        }
    }
    return NULL;
}

/* SEQUENCE shall not end with COLUMN of TABLE.  It may be another's already: whichever comes first. */
void release_sequence(struct rendering *r, struct span sequence, struct span table,
                      struct span column)
{
    if (!sequence_owner(r->host, r->to, sequence)) {
        run(r, "ALTER SEQUENCE IF EXISTS % OWNED BY NONE", sequence);
        return;
    }
    run(r,
        "DO $moult$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute "
        "a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.classid = "
        "'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = pg_catalog.to_regclass(~) AND "
        "d.refobjid = pg_catalog.to_regclass(~) AND pg_catalog.quote_ident(a.attname) = ~ AND "
        "d.deptype = 'a') THEN ALTER SEQUENCE % OWNED BY NONE; END IF; END $moult$",
        sequence, table, column, sequence);
}

/* Sequences that outlive the table must not end with it. */
static void release_sequences(struct rendering *r, const moult_node *table)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, table, column)
    {
        EACH_CHILD(host, column, part)
        {
            if (node_is(host, part, "owned_sequence") &&
                tree_node(host, r->to, "sequence", node_key(host, part)))
                release_sequence(r, node_key(host, part), node_key(host, table),
                                 node_key(host, column));
        }
    }
}

/* The index that becomes a part of one of its partition's parent may be that already. */
static bool is_adopted(struct rendering *r, const moult_node *index)
{
    const moult_host *host = r->host;
    const moult_node *table = tree_node(host, r->to, "table", node_text(host, index, "table"));
    EACH_CHILD(host, table, copy)
    {
        if (node_is(host, copy, "index_copy") &&
            span_equal(node_text(host, copy, "name"), node_key(host, index)))
            return true;
    }
    return false;
}

/* false: the table goes by itself. */
static bool drop_partition(struct rendering *r, const moult_node *table)
{
    if (!node_is(r->host, table, "table") || !node_has(r->host, table, "partition_of"))
        return false;
    enum part part = group_part(r->host, trees_of(r), table);
    bool along = ends_above(r->host, trees_of(r), table);
    if (along)
        make_old(r, table, true);
    else if (part == PART_LEADER)
        move_partitions(r, table);
    else if (part == PART_MEMBER)
        nothing(r, "it ends when its rows have moved");
    return part != PART_NONE || along;
}

/* The server does not let a partition go while a foreign key to the whole may need its rows. */
static void detach_referenced(struct rendering *r, const moult_node *table)
{
    const moult_host *host = r->host;
    struct span parent = node_text(host, table, "partition_of"), above = parent;
    for (int depth = 0; above.p && depth < 64; depth++) {
        const moult_node *node = tree_node(host, r->from, "table", above);
        EACH_CHILD(host, host->tree->top(r->from), foreign)
        {
            if (!node_is(host, foreign, "foreign_key") ||
                !span_equal(node_text(host, foreign, "to"), above))
                continue;
            run(r, "ALTER TABLE % DETACH PARTITION %", parent, node_key(host, table));
            return;
        }
        above = node_text(host, node, "partition_of");
    }
}

/* Types that functions are made for need them, and these the type. */
static bool has_functions(struct rendering *r, const moult_node *type)
{
    struct span definition = node_text(r->host, type, "definition");
    return definition.p &&
           (node_is(r->host, type, "base_type") ||
            (node_is(r->host, type, "range") &&
             memmem(definition.p, definition.n, "canonical = ", 12)));
}

static bool refers_to(const moult_host *host, const moult_node *node, struct span wanted)
{
    struct span path;
    uint32_t strength = 0;
    for (uint32_t i = 0; (path.p = host->tree->ref(node, i, &strength, &path.n)); i++)
        if (span_equal(path, wanted))
            return true;
    return false;
}

/* One that a type which goes is read or written with goes with it. */
static bool goes_with_type(struct rendering *r, const moult_node *function)
{
    const moult_host *host = r->host;
    struct span path;
    uint32_t strength = 0;
    for (uint32_t i = 0; (path.p = host->tree->ref(function, i, &strength, &path.n)); i++) {
        const moult_node *type = r->from ? host->tree->find(r->from, path.p, path.n) : NULL;
        if (type && has_functions(r, type) && !tree_twin(host, r->to, type) &&
            refers_to(host, type, node_path(host, function)))
            return true;
    }
    return false;
}

static void drop_related(struct rendering *r, const moult_node *node, const struct kind *k)
{
    struct span relation, name, exists = span_of("");
    belongs(r->host, node, &relation, &name);
    if (goes_with_another(r, node))
        exists = span_of("IF EXISTS ");
    if (node_is(r->host, node, "foreign_key"))
        run(r, "ALTER TABLE %% DROP CONSTRAINT %%", exists, relation, exists, name);
    else
        run(r, "DROP % %% ON %", span_of(k->word), exists, name, relation);
}

void drop_object(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    const struct kind *k = kind_of(host, node);
    struct span key = node_key(host, node);
    if (node_is(host, node, "schema") && stays(host, node)) {
        alter_schema(r, node, NULL);
    } else if (node_is(host, node, "default_privileges")) {
        render_default_privileges(r, node, NULL);
    } else if (node_is(host, node, "member")) {
        if (!goes_with_another(r, node))
            render_member(r, node, NULL);
    } else if (k->flags & KIND_RELATED) {
        drop_related(r, node, k);
    } else if (node_is(host, node, "user_mapping")) {
        const char *server = memmem(key.p, key.n, " SERVER ", 8);
        struct span role = {key.p, server ? (size_t)(server - key.p) : key.n};
        run(r, "DROP USER MAPPING FOR %%", role, span_after(key, role.n));
    } else if (node_is(host, node, "function") && goes_with_type(r, node)) {
        nothing(r, "it goes with the type that needs it");
    } else if (drop_partition(r, node)) {
        return;
    } else if (node_is(host, node, "index") && is_adopted(r, node)) {
        run(r,
            "DO $moult$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid = "
            "pg_catalog.to_regclass(~)) THEN DROP INDEX %; END IF; END $moult$",
            key, key);
        return;
    } else {
        if (node_is(host, node, "table") || node_is(host, node, "foreign_table")) {
            release_sequences(r, node);
            if (node_has(host, node, "partition_of"))
                detach_referenced(r, node);
        }
        run(r, "DROP % %%%", span_of(k->word),
            span_of(goes_with_another(r, node) ? "IF EXISTS " : ""), key,
            span_of(has_functions(r, node) ? " CASCADE" : ""));
    }
    if (node_is(host, node, "table") || node_is(host, node, "view") ||
        node_is(host, node, "materialized_view") || node_is(host, node, "index") ||
        node_is(host, node, "sequence"))
        probe(r, "SELECT pg_catalog.to_regclass(~) IS NULL", key);
}
