/* SPDX-License-Identifier: Apache-2.0 */
/* render-column.c - columns, their defaults and sequences. */
#include "render.h"

static void say_identity(struct rendering *r, const moult_node *column)
{
    struct span options = node_text(r->host, column, "identity_options");
    say(r, "GENERATED % AS IDENTITY", node_text(r->host, column, "identity"));
    if (options.p)
        say(r, " (%)", options);
}

void say_column(struct rendering *r, const moult_node *column)
{
    const moult_host *host = r->host;
    struct span generated = node_text(host, column, "generated");
    struct span compression = node_text(host, column, "compression");
    struct span collate = node_text(host, column, "collate");
    struct span options = node_text(host, column, "fdw_options");
    const moult_node *value = node_child(host, column, "default", span_of(""));
    say(r, "% %", node_key(host, column), node_text(host, column, "type"));
    if (compression.p)
        say(r, " COMPRESSION %", compression);
    if (options.p)
        say(r, " OPTIONS (%)", options);
    if (collate.p)
        say(r, " COLLATE %", collate);
    if (generated.p)
        say(r, " GENERATED ALWAYS AS (%) %", generated,
            span_of(node_flag(host, column, "virtual") ? "VIRTUAL" : "STORED"));
    else if (value)
        say(r, " DEFAULT %", node_text(host, value, "expression"));
    if (node_has(host, column, "identity")) {
        say(r, " ");
        say_identity(r, column);
    }
    if (node_flag(host, column, "not_null"))
        say(r, " NOT NULL");
}

static void say_alter_column(struct rendering *r, const moult_node *column)
{
    say_alter(r, node_object(r->host, column));
    say(r, " ALTER COLUMN % ", node_key(r->host, column));
}

/* Storage and its like.  From a column of another type the storage is that of the new one. */
static void storage_settings(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span storage = node_text(host, to, "storage");
    struct span compression = node_text(host, to, "compression");
    struct span statistics = node_text(host, to, "statistics");
    if (storage.p && (node_differs(host, from, to, "storage") || node_differs(host, from, to, "type"))) {
        say_alter_column(r, to);
        run(r, "SET STORAGE %", storage);
    } else if (from && !storage.p && node_has(host, from, "storage") &&
               !node_differs(host, from, to, "type")) {
        say_alter_column(r, to); /* "DEFAULT" is known from 16 on */
        run(r, "SET STORAGE %", span_of(usual_storage(node_text(host, to, "type"))));
    }
    if (from && node_differs(host, from, to, "compression")) {
        say_alter_column(r, to);
        run(r, "SET COMPRESSION %", compression.p ? compression : span_of("default"));
    }
    if (node_differs(host, from, to, "statistics")) {
        say_alter_column(r, to);
        run(r, "SET STATISTICS %", statistics.p ? statistics : span_of("-1"));
    }
}

static void column_options(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct text what = {0};
    struct span key = node_key(host, to), relation = node_key(host, node_object(host, to));
    pgtext_add(&what, relation.p, relation.n);
    pgtext_z(&what, " ALTER COLUMN ");
    pgtext_add(&what, key.p, key.n);
    if (what.failed)
        r->sql.failed = true;
    alter_options(r, kind_of(host, node_object(host, to))->word, (struct span){what.p, what.n},
                  node_text(host, from, "options"), node_text(host, to, "options"));
    pgtext_free(&what);
    if (from && node_differs(host, from, to, "fdw_options")) {
        struct text saved = r->sql;
        r->sql = (struct text){0};
        bool any = say_option_changes(r, node_text(host, from, "fdw_options"),
                                      node_text(host, to, "fdw_options"));
        struct text changes = r->sql;
        r->sql = saved;
        if (any) {
            say_alter_column(r, to);
            run(r, "OPTIONS (%)", (struct span){changes.p, changes.n});
        }
        pgtext_free(&changes);
    }
}

void column_tuning(struct rendering *r, const moult_node *from, const moult_node *to)
{
    storage_settings(r, from, to);
    column_options(r, from, to);
}

void column_rights(struct rendering *r, const moult_node *column)
{
    render_column_grants(r, NULL, column);
    render_comment(r, NULL, column);
}

void column_settings(struct rendering *r, const moult_node *from, const moult_node *to)
{
    column_tuning(r, from, to);
    render_column_grants(r, from, to);
    render_comment(r, from, to);
}

void column_bare(struct rendering *r, const moult_node *column)
{
    const moult_host *host = r->host;
    const moult_node *value = node_child(host, column, "default", span_of(""));
    struct span compression = node_text(host, column, "compression");
    if (value)
        set_default(r, NULL, value);
    if (node_flag(host, column, "no_default")) {
        say_alter_column(r, column);
        run(r, "DROP DEFAULT");
    }
    if (node_flag(host, column, "not_null")) {
        say_alter_column(r, column);
        run(r, "SET NOT NULL");
    }
    if (node_flag(host, column, "nullable")) {
        say_alter_column(r, column);
        run(r, "DROP NOT NULL");
    }
    if (node_has(host, column, "identity")) {
        say_alter_column(r, column);
        say(r, "ADD ");
        say_identity(r, column);
        done(r);
    }
    if (compression.p) {
        say_alter_column(r, column);
        run(r, "SET COMPRESSION %", compression);
    }
    column_tuning(r, NULL, column);
}

void create_column(struct rendering *r, const moult_node *column)
{
    const moult_host *host = r->host;
    const moult_node *object = node_object(host, column);
    struct span relation = node_key(host, object), key = node_key(host, column);
    bool view = node_is(host, object, "view") || node_is(host, object, "materialized_view");
    if (view || node_has(host, object, "of") ||
        span_is(node_text(host, column, "inherited"), "true")) {
        uint32_t before = r->emitted;
        column_bare(r, column);
        column_rights(r, column);
        if (before == r->emitted)
            nothing(r, "the column is what it comes from");
        return;
    }
    const moult_node *now = tree_twin(host, r->from, object);
    CLEANUP_NODES struct nodes heirs = {0};
    bool had = now && inherited_column(host, r->from, now, key);
    if (!tables_below(host, r->from, object, &heirs))
        r->sql.failed = true;
    had |= heirs.n && !node_has(host, object, "partition_by"); /* one of them may have made it */
    say_alter(r, object);
    say(r, had ? " ADD COLUMN IF NOT EXISTS " : " ADD COLUMN ");
    say_column(r, column);
    done(r);
    probe(r,
          "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = "
          "pg_catalog.to_regclass(~) AND pg_catalog.quote_ident(attname) = ~ AND NOT attisdropped)",
          relation, key);
    column_settings(r, NULL, column);
    EACH_CHILD(host, column, sequence)
    {
        if (node_is(host, sequence, "owned_sequence"))
            own_sequence(r, sequence, false);
    }
}

/* A part of a column that its parents give goes back to what they say. */
static void reset_bare(struct rendering *r, const moult_node *column)
{
    const moult_host *host = r->host;
    const moult_node *object = node_object(host, column);
    const moult_node *above = inherited_column(host, r->to, object, node_key(host, column));
    const moult_node *value = node_child(host, above, "default", span_of(""));
    uint32_t before = r->emitted;
    if (node_flag(host, column, "not_null") && !node_flag(host, above, "not_null")) {
        say_alter_column(r, column);
        run(r, "DROP NOT NULL");
    }
    if (node_child(host, column, "default", span_of("")) && !value) {
        say_alter_column(r, column);
        run(r, "DROP DEFAULT");
    }
    if (value && (node_flag(host, column, "no_default") ||
                  node_child(host, column, "default", span_of("")))) {
        say_alter_column(r, column);
        run(r, "SET DEFAULT %", node_text(host, value, "expression"));
    }
    if (node_has(host, column, "statistics")) {
        say_alter_column(r, column);
        run(r, "SET STATISTICS -1");
    }
    if (node_has(host, column, "grants"))
        render_column_grants(r, column, NULL);
    if (node_has(host, column, "comment")) {
        say(r, "COMMENT ON ");
        say_object(r, column);
        run(r, " IS NULL");
    }
    if (before == r->emitted)
        nothing(r, "the column is what it comes from");
}

/* A column that goes from a table goes from those that inherit it too, unless it becomes their own. */
static void drop_with_heirs(struct rendering *r, const moult_node *table, struct span column)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, table);
    bool keeps = false;
    EACH_CHILD(host, r->to ? host->tree->top(r->to) : NULL, child)
    {
        const moult_node *own = node_child(host, child, "column", column);
        const moult_node *now = own ? tree_twin(host, r->from, child) : NULL;
        if (now && list_has(node_text(host, now, "inherits"), key))
            keeps = true;
    }
    if (!keeps) {
        say_alter(r, table);
        run(r, " DROP COLUMN %", column);
        return;
    }
    run(r, "ALTER TABLE ONLY % DROP COLUMN %", key, column);
    EACH_CHILD(host, host->tree->top(r->from), heir)
    {
        const moult_node *then = tree_twin(host, r->to, heir);
        if (then && list_has(node_text(host, heir, "inherits"), key) &&
            !node_child(host, then, "column", column) &&
            !inherited_column(host, r->to, then, column))
            run(r, "ALTER TABLE % DROP COLUMN %", node_key(host, heir), column);
    }
}

void drop_column(struct rendering *r, const moult_node *column)
{
    const moult_host *host = r->host;
    const moult_node *object = node_object(host, column);
    struct span key = node_key(host, column);
    bool view = node_is(host, object, "view") || node_is(host, object, "materialized_view");
    if (view || node_has(host, object, "of") ||
        span_is(node_text(host, column, "inherited"), "true")) {
        reset_bare(r, column);
        return;
    }
    EACH_CHILD(host, column, sequence)
    {
        if (node_is(host, sequence, "owned_sequence") &&
            tree_node(host, r->to, "sequence", node_key(host, sequence)))
            release_sequence(r, node_key(host, sequence), node_key(host, object), key);
    }
    drop_with_heirs(r, object, key);
    probe(r,
          "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = "
          "pg_catalog.to_regclass(~) AND pg_catalog.quote_ident(attname) = ~ AND NOT attisdropped)",
          node_key(host, object), key);
}

/* Parents set their children's default with their own: those that have another get it back. */
static void children_defaults(struct rendering *r, const moult_node *table, struct span column)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, table);
    EACH_CHILD(host, r->from && r->to ? host->tree->top(r->to) : NULL, child)
    {
        if (!list_has(node_text(host, child, "inherits"), key) &&
            !span_equal(node_text(host, child, "partition_of"), key))
            continue;
        const moult_node *own = node_child(host, child, "column", column);
        const moult_node *value = node_child(host, own, "default", span_of(""));
        if (!tree_twin(host, r->from, child) || (own && !tree_twin(host, r->from, own)))
            continue;
        if (value || node_flag(host, own, "no_default")) {
            say_alter_column(r, own);
            if (value)
                run(r, "SET DEFAULT %", node_text(host, value, "expression"));
            else
                run(r, "DROP DEFAULT");
        }
    }
}

void set_default(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    const moult_node *column = host->tree->parent(to ? to : from);
    const moult_node *table = node_object(host, column);
    const moult_node *above =
        to ? NULL : inherited_column(host, r->to, tree_twin(host, r->to, table), node_key(host, column));
    const moult_node *value = to ? to : node_child(host, above, "default", span_of(""));
    const moult_node *then = tree_twin(host, r->to, column);
    say_alter_column(r, column);
    if (value && !(then && node_flag(host, then, "no_default")))
        run(r, "SET DEFAULT %", node_text(host, value, "expression"));
    else
        run(r, "DROP DEFAULT");
    children_defaults(r, table, node_key(host, column));
}

bool column_anew(const moult_host *host, const moult_node *from, const moult_node *to)
{
    bool was = node_has(host, from, "generated"), is = node_has(host, to, "generated");
    if (is && node_differs(host, from, to, "type"))
        return true;
    return is && (!was || node_differs(host, from, to, "generated") ||
                  node_differs(host, from, to, "virtual"));
}

/* "::integer" and the like; where no cast is needed the server does not want one. */
static void change_type(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span type = node_text(host, to, "type"), collate = node_text(host, to, "collate");
    struct span key = node_key(host, to);
    const moult_node *value = node_child(host, from, "default", span_of(""));
    const moult_node *wanted = node_child(host, to, "default", span_of(""));
    bool typed = node_differs(host, from, to, "type");
    /* One that changes is set aside by itself. */
    bool keeps = value && wanted && node_same_shape(host, value, wanted);
    if (keeps && typed) {
        say_alter_column(r, to);
        run(r, "DROP DEFAULT");
    }
    say_alter_column(r, to);
    say(r, "TYPE %", type);
    if (collate.p)
        say(r, " COLLATE %", collate);
    if (typed)
        say_using(r, key, node_text(host, from, "type"), type);
    done(r);
    if (keeps && typed)
        set_default(r, NULL, wanted);
}

void inherited_default(struct rendering *r, const moult_node *column)
{
    const moult_host *host = r->host;
    const moult_node *above =
        inherited_column(host, r->to, node_object(host, column), node_key(host, column));
    const moult_node *value = node_child(host, above, "default", span_of(""));
    say_alter_column(r, column);
    if (value && !node_flag(host, column, "no_default"))
        run(r, "SET DEFAULT %", node_text(host, value, "expression"));
    else
        run(r, "DROP DEFAULT");
}

static void change_identity(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span options = node_text(host, to, "identity_options");
    if (node_differs(host, from, to, "identity")) {
        say_alter_column(r, to);
        run(r, "SET GENERATED %", node_text(host, to, "identity"));
    }
    if (node_differs(host, from, to, "identity_options"))
        identity_options(r, to, node_text(host, from, "identity_options"), options);
}

void alter_column(struct rendering *r, const moult_node *from, const moult_node *to)
{
    uint32_t before = r->emitted;
    const moult_host *host = r->host;
    bool had = node_has(host, from, "identity"), has = node_has(host, to, "identity");
    bool was_null = !node_flag(host, from, "not_null"), null = !node_flag(host, to, "not_null");
    if (column_anew(host, from, to)) {
        drop_column(r, from);
        create_column(r, to);
        return;
    }
    if (node_has(host, from, "generated") && !node_has(host, to, "generated")) {
        say_alter_column(r, to);
        run(r, "DROP EXPRESSION");
    }
    if (had && !has) {
        say_alter_column(r, to);
        run(r, "DROP IDENTITY");
    }
    bool own = !node_has(host, node_object(host, from), "of");
    if (own && (node_differs(host, from, to, "type") || node_differs(host, from, to, "collate")))
        change_type(r, from, to);
    if (was_null != null || node_differs(host, from, to, "nullable")) {
        say_alter_column(r, to);
        run(r, null || node_flag(host, to, "nullable") ? "DROP NOT NULL" : "SET NOT NULL");
    }
    if (node_differs(host, from, to, "no_default") &&
        !node_child(host, to, "default", span_of("")))
        inherited_default(r, to);
    if (!had && has) {
        say_alter_column(r, to);
        say(r, "ADD ");
        say_identity(r, to);
        done(r);
        carry_on_sequence(r, to);
    } else if (had && has) {
        change_identity(r, from, to);
    }
    column_settings(r, from, to);
    if (before == r->emitted)
        nothing(r, "the column is what it comes from");
}
