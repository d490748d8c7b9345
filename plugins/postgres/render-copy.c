/* SPDX-License-Identifier: Apache-2.0 */
/* render-copy.c - a partition's parts of its parent's indexes and keys.
 *
 * The server makes and names them.  So only what is unusual about one is set, under whichever name it
 * has; and it is made only where the parent's came without it. */
#include "render.h"

const moult_node *copy_original(const moult_host *host, const moult_tree *tree,
                                const moult_node *partition, struct span key)
{
    static const char *const kinds[] = {"primary_key", "unique", "exclude"};
    const moult_node *node = tree_node(host, tree, "index", key);
    struct span parent = node_text(host, partition, "partition_of"), schema, name;
    key_cut(key, &schema, &name);
    for (int depth = 0; !node && parent.p && depth < 64; depth++) {
        const moult_node *table = tree_node(host, tree, "table", parent);
        for (size_t i = 0; !node && i < sizeof kinds / sizeof *kinds; i++)
            node = node_child(host, table, kinds[i], name);
        parent = node_text(host, table, "partition_of");
    }
    return node;
}

/* Is it named as the server would name it?  Only plain columns are looked at. */
static bool has_usual_name(const moult_host *host, const moult_node *parent, struct span table,
                           struct span name)
{
    struct span columns = node_text(host, parent, "columns"), each;
    struct span definition = node_text(host, parent, "definition");
    struct text usual = {0};
    pgtext_add(&usual, table.p, table.n);
    if (node_is(host, parent, "index")) {
        const char *open = definition.n ? memchr(definition.p, '(', definition.n) : NULL;
        if (!open || definition.p[definition.n - 1] != ')') {
            pgtext_free(&usual);
            return false;
        }
        columns = (struct span){open + 1, definition.n - (size_t)(open + 1 - definition.p) - 1};
    }
    bool plain = table.n && table.p[0] != '"' && parent;
    while (plain && !node_is(host, parent, "primary_key") && list_next(&columns, &each)) {
        plain = sql_token(each) == each.n && each.p[0] != '"';
        pgtext_char(&usual, '_');
        pgtext_add(&usual, each.p, each.n);
    }
    pgtext_z(&usual, node_is(host, parent, "index")         ? "_idx"
                     : node_is(host, parent, "primary_key") ? "_pkey"
                                                            : "_key");
    bool same = plain && !usual.failed && usual.n < 64 &&
                span_equal((struct span){usual.p, usual.n}, name);
    pgtext_free(&usual);
    return same;
}

/* "CREATE INDEX n ON t ..." or "ALTER TABLE t ADD CONSTRAINT ..." of the partition's part. */
static void say_original(struct rendering *r, const moult_node *parent, struct span table,
                         struct span name)
{
    struct span definition = node_text(r->host, parent, "definition");
    if (node_is(r->host, parent, "index"))
        say(r, "CREATE %INDEX % ON % %",
            span_of(node_flag(r->host, parent, "unique") ? "UNIQUE " : ""), name, table,
            definition);
    else
        say(r, "ALTER TABLE % ADD CONSTRAINT % %", table, name, definition);
}

/* An index of the right name is taken for it: the server refuses one that does not fit. */
static void say_missing(struct rendering *r, const moult_node *parent, struct span key,
                        struct span table, struct span own)
{
    struct span schema, name;
    struct text saved = r->sql;
    r->sql = (struct text){0};
    key_cut(own, &schema, &name);
    say_original(r, parent, table, name);
    struct text create = r->sql;
    r->sql = saved;
    say(r, "IF i IS NULL THEN IF pg_catalog.to_regclass(~) IS NULL THEN EXECUTE ~; ", own,
        (struct span){create.p, create.n});
    if (!node_is(r->host, parent, "index") && !node_is(r->host, parent, "exclude"))
        say(r,
            "ELSIF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conindid = "
            "pg_catalog.to_regclass(~)) THEN ALTER TABLE % ADD CONSTRAINT % % USING INDEX %; ",
            own, table, name,
            span_of(node_is(r->host, parent, "unique") ? "UNIQUE" : "PRIMARY KEY"), name);
    say(r, "END IF; ALTER INDEX % ATTACH PARTITION %; i := ~; END IF; ", key, own, own);
    pgtext_free(&create);
}

void render_index_copy(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    const moult_node *copy = to ? to : from, *partition = node_object(host, copy);
    struct span table = node_key(host, partition), key = node_key(host, copy);
    struct span schema, name, own = node_text(host, to, "name");
    struct span options = node_text(host, to, "options"), comment = node_text(host, to, "comment");
    if (own.p)
        key_cut(own, &schema, &name);
    say(r, "DO $moult$ DECLARE i pg_catalog.regclass; BEGIN SELECT h.inhrelid INTO i FROM "
           "pg_catalog.pg_inherits h JOIN pg_catalog.pg_index x ON x.indexrelid = h.inhrelid "
           "WHERE h.inhparent = pg_catalog.to_regclass(~) AND x.indrelid = "
           "pg_catalog.to_regclass(~); IF pg_catalog.to_regclass(~) IS NULL THEN RETURN; END IF; ",
        key, table, key);
    const moult_node *parent = to ? copy_original(host, r->to, partition, key) : NULL;
    if (own.p && !from && parent)
        say_missing(r, parent, key, table, own);
    if (own.p)
        say(r, "IF i IS NOT NULL AND i <> coalesce(pg_catalog.to_regclass(~), 0::pg_catalog.oid) "
               "THEN EXECUTE pg_catalog.format('ALTER INDEX % RENAME TO %', i, ~); END IF; ",
            own, span_of("%s"), span_of("%s"), name);
    if (options.p && node_differs(host, from, to, "options"))
        say(r, "EXECUTE pg_catalog.format('ALTER INDEX % SET (%)', i, ~); ", span_of("%s"),
            span_of("%s"), options);
    if (node_differs(host, from, to, "comment"))
        say(r, "EXECUTE pg_catalog.format('COMMENT ON INDEX % IS %', i, ~); ", span_of("%s"),
            span_of("%L"), comment);
    run(r, "END $moult$");
}

static bool is_plain_copy(struct rendering *r, const moult_node *table, const moult_node *copy)
{
    const moult_host *host = r->host;
    struct span schema, name, base, own = node_text(host, copy, "name");
    key_cut(node_key(host, table), &schema, &base);
    key_cut(own, &schema, &name);
    const moult_node *parent = copy_original(host, r->to, table, node_key(host, copy));
    return parent && !node_has(host, copy, "options") && !node_has(host, copy, "comment") &&
           !node_has(host, copy, "clustered") && has_usual_name(host, parent, base, name);
}

void index_copies_of(struct rendering *r, struct span key, bool all)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, r->to && r->from ? host->tree->top(r->to) : NULL, table)
    {
        const moult_node *copy = node_child(host, table, "index_copy", key);
        if (copy && (all || tree_twin(host, r->from, table)) && (all || !is_plain_copy(r, table, copy)))
            render_index_copy(r, NULL, copy);
    }
}

void new_index_copies(struct rendering *r, const moult_node *table)
{
    const moult_host *host = r->host;
    EACH_CHILD(host, table, copy)
    {
        if (node_is(host, copy, "index_copy") && !is_plain_copy(r, table, copy))
            render_index_copy(r, NULL, copy);
    }
}

void index_copies_of_key(struct rendering *r, const moult_node *key)
{
    struct span schema, name;
    struct text index = {0};
    key_cut(node_key(r->host, node_object(r->host, key)), &schema, &name);
    pgtext_add(&index, schema.p, schema.n);
    pgtext_char(&index, '.');
    pgtext_add(&index, node_key(r->host, key).p, node_key(r->host, key).n);
    if (index.failed)
        r->sql.failed = true;
    bool all = node_flag(r->host, key, "invalid");
    index_copies_of(r, (struct span){index.p, index.n}, all);
    pgtext_free(&index);
}
