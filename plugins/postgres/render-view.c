/* SPDX-License-Identifier: Apache-2.0 */
/* render-view.c - views, routines, indexes, triggers, rules, policies, statistics objects. */
#include "render.h"

/* ---- views ---- */

static void say_view(struct rendering *r, const moult_node *view, bool replace)
{
    const moult_host *host = r->host;
    struct span columns = node_text(host, view, "columns");
    struct span options = node_text(host, view, "options");
    struct span method = node_text(host, view, "access_method");
    struct span space = node_text(host, view, "tablespace");
    say(r, "CREATE %% %", span_of(replace ? "OR REPLACE " : ""),
        span_of(kind_of(host, view)->word), node_key(host, view));
    if (columns.n)
        say(r, " (%)", columns);
    if (method.p)
        say(r, " USING %", method);
    if (options.p)
        say(r, " WITH (%)", options);
    if (space.p)
        say(r, " TABLESPACE %", space);
    say(r, " AS\n%", sql_trimmed(node_text(host, view, "definition")));
    done(r);
}

static void create_view(struct rendering *r, const moult_node *view)
{
    say_view(r, view, false);
    probe(r, "SELECT pg_catalog.to_regclass(~) IS NOT NULL", node_key(r->host, view));
    EACH_CHILD(r->host, view, column)
    {
        if (node_is(r->host, column, "column"))
            column_bare(r, column);
    }
    render_rights(r, NULL, view);
    EACH_CHILD(r->host, view, part)
    {
        if (node_is(r->host, part, "column"))
            column_rights(r, part);
    }
}

/* Is each item of A, in order, at the same place of B? */
static bool list_is_prefix(struct span a, struct span b)
{
    struct span x, y;
    while (list_next(&a, &x))
        if (!list_next(&b, &y) || !span_equal(x, y))
            return false;
    return true;
}

bool view_replaceable(const moult_host *host, const moult_node *from, const moult_node *to)
{
    struct span a = node_text(host, from, "types"), b = node_text(host, to, "types");
    return node_is(host, to, "view") && a.p && b.p && list_is_prefix(a, b) &&
           list_is_prefix(node_text(host, from, "columns"), node_text(host, to, "columns"));
}

static void alter_view(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, to), space = node_text(host, to, "tablespace");
    struct span method = node_text(host, to, "access_method");
    if (node_differs(host, from, to, "definition") || node_differs(host, from, to, "columns"))
        say_view(r, to, true);
    else
        alter_options(r, kind_of(host, to)->word, key, node_text(host, from, "options"),
                      node_text(host, to, "options"));
    if (node_differs(host, from, to, "access_method"))
        run(r, "ALTER MATERIALIZED VIEW % SET ACCESS METHOD %", key,
            method.p ? method : span_of("heap"));
    if (node_differs(host, from, to, "tablespace"))
        run(r, "ALTER MATERIALIZED VIEW % SET TABLESPACE %", key,
            space.p ? space : span_of("pg_default"));
    render_rights(r, from, to);
}

/* ---- routines ---- */

static struct span bare_name(struct span key)
{
    size_t n = 0;
    while (n < key.n && key.p[n] != '(')
        n += sql_token(span_after(key, n));
    return (struct span){key.p, n};
}

static void create_routine(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span definition = sql_trimmed(node_text(host, node, "definition"));
    if (node_is(host, node, "aggregate"))
        run(r, "CREATE AGGREGATE %(%) %", bare_name(node_key(host, node)),
            node_text(host, node, "signature"), definition);
    else
        run(r, "%", definition);
    render_rights(r, NULL, node);
}

/* The argument without its default; *HAS_DEFAULT. */
static struct span without_default(struct span argument, bool *has_default)
{
    size_t at = 0;
    while (at < argument.n) {
        size_t n = sql_token(span_after(argument, at));
        if (n == 7 && strncasecmp(argument.p + at, "DEFAULT", 7) == 0)
            break;
        at += n;
    }
    *has_default = at < argument.n;
    return sql_trimmed((struct span){argument.p, at});
}

bool routine_replaceable(const moult_host *host, const moult_node *from, const moult_node *to)
{
    struct span a = node_text(host, from, "arguments"), b = node_text(host, to, "arguments"), x, y;
    bool had, has;
    if (node_is(host, to, "aggregate") || node_differs(host, from, to, "returns"))
        return false;
    while (list_next(&a, &x)) {
        if (!list_next(&b, &y))
            return false;
        x = without_default(x, &had);
        y = without_default(y, &has);
        /* A nameless argument may get a name; one with a name keeps it. */
        bool named = y.n > x.n + 1 && memcmp(y.p + y.n - x.n, x.p, x.n) == 0 &&
                     y.p[y.n - x.n - 1] == ' ';
        if ((had && !has) || (!span_equal(x, y) && !named))
            return false;
    }
    return !list_next(&b, &y);
}

static void alter_routine(struct rendering *r, const moult_node *from, const moult_node *to)
{
    if (node_differs(r->host, from, to, "definition") ||
        node_differs(r->host, from, to, "arguments"))
        run(r, "%", sql_trimmed(node_text(r->host, to, "definition")));
    render_rights(r, from, to);
}

/* ---- indexes ---- */

static void say_index(struct rendering *r, const moult_node *index, bool concurrently)
{
    const moult_host *host = r->host;
    struct span schema, name, definition = node_text(host, index, "definition");
    struct span options = node_text(host, index, "options");
    struct span space = node_text(host, index, "tablespace");
    struct span table = node_text(host, index, "table");
    size_t head = sql_before_where(definition);
    const moult_node *now = tree_node(host, r->from, "table", table);
    const moult_node *then = tree_node(host, r->to, "table", table);
    /* A partition that is detached keeps its part of each of its parent's indexes. */
    bool copied = now && then && node_has(host, now, "partition_of") &&
                  node_differs(host, now, then, "partition_of");
    key_cut(node_key(host, index), &schema, &name);
    bool alone = node_flag(host, index, "invalid") && node_has(host, then, "partition_by");
    say(r, "CREATE %INDEX %%% ON %% %",
        span_of(node_flag(host, index, "unique") ? "UNIQUE " : ""),
        span_of(concurrently ? "CONCURRENTLY " : ""), span_of(copied ? "IF NOT EXISTS " : ""),
        name, span_of(alone ? "ONLY " : ""), table, (struct span){definition.p, head});
    if (options.p)
        say(r, " WITH (%)", options);
    if (space.p)
        say(r, " TABLESPACE %", space);
    say_span(r, span_after(definition, head));
    done(r);
    probe(r, "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = "
             "pg_catalog.to_regclass(~) AND indisvalid)", node_key(host, index));
}

static void index_statistics(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span list = node_text(r->host, to, "statistics"), each, number, value;
    struct span old = node_text(r->host, from, "statistics");
    while (list_next(&list, &each)) {
        if (list_has(old, each))
            continue;
        option_parts(each, &number, &value);
        run(r, "ALTER INDEX % ALTER COLUMN % SET STATISTICS %", node_key(r->host, to), number,
            span_after(value, 1));
    }
    while (list_next(&old, &each)) {
        struct span rest = node_text(r->host, to, "statistics"), other, same;
        bool stays = false;
        option_parts(each, &number, &value);
        while (!stays && list_next(&rest, &other)) {
            option_parts(other, &same, &value);
            stays = span_equal(same, number);
        }
        if (!stays)
            run(r, "ALTER INDEX % ALTER COLUMN % SET STATISTICS -1", node_key(r->host, to), number);
    }
}

static void finish_index(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span schema, name, table = node_text(host, to, "table");
    key_cut(node_key(host, to), &schema, &name);
    if (node_differs(host, from, to, "clustered")) {
        if (node_flag(host, to, "clustered"))
            run(r, "ALTER TABLE % CLUSTER ON %", table, name);
        else
            run(r, "ALTER TABLE % SET WITHOUT CLUSTER", table);
    }
    index_statistics(r, from, to);
    bool whole = node_flag(host, from, "invalid") && !node_flag(host, to, "invalid");
    if (!from || whole)
        index_copies_of(r, node_key(host, to), whole);
    render_comment(r, from, to);
    if (!from)
        identity_by_index(r, table, name);
}

void render_index_concurrently(struct rendering *r, const moult_node *index, bool drop)
{
    struct span key = node_key(r->host, index);
    if (drop) {
        run(r, "DROP INDEX CONCURRENTLY IF EXISTS %", key);
        probe(r, "SELECT pg_catalog.to_regclass(~) IS NULL", key);
        return;
    }
    say_index(r, index, true);
    finish_index(r, NULL, index);
}

static void alter_index(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, to), space = node_text(host, to, "tablespace");
    alter_options(r, "INDEX", key, node_text(host, from, "options"),
                  node_text(host, to, "options"));
    if (node_differs(host, from, to, "tablespace"))
        run(r, "ALTER INDEX % SET TABLESPACE %", key, space.p ? space : span_of("pg_default"));
    const moult_node *table = tree_node(host, r->to, "table", node_text(host, to, "table"));
    if (node_flag(host, from, "invalid") && !node_flag(host, to, "invalid") &&
        !node_has(host, table, "partition_by"))
        run(r, "REINDEX INDEX %", key);
    finish_index(r, from, to);
}

/* ---- triggers and rules ---- */

static void set_enabled(struct rendering *r, const moult_node *node)
{
    struct span relation, name, enabled = node_text(r->host, node, "enabled");
    belongs(r->host, node, &relation, &name);
    run(r, "ALTER TABLE % % % %", relation,
        span_of(span_is(enabled, "DISABLED")  ? "DISABLE"
                : span_is(enabled, "REPLICA") ? "ENABLE REPLICA"
                : span_is(enabled, "ALWAYS")  ? "ENABLE ALWAYS"
                                              : "ENABLE"),
        span_of(kind_of(r->host, node)->word), name);
}

static void create_whole(struct rendering *r, const moult_node *node)
{
    run(r, "%", sql_trimmed(node_text(r->host, node, "definition")));
    if (node_has(r->host, node, "enabled"))
        set_enabled(r, node);
    render_comment(r, NULL, node);
}

static void alter_whole(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span definition = sql_trimmed(node_text(r->host, to, "definition"));
    bool replaced = node_differs(r->host, from, to, "definition");
    if (replaced) /* a rule: the way of a trigger is another */
        run(r, "CREATE OR REPLACE %", span_starts(definition, "CREATE ") ? span_after(definition, 7)
                                                                        : definition);
    if (node_differs(r->host, from, to, "enabled"))
        set_enabled(r, to);
    render_comment(r, from, to);
}

/* ---- policies ---- */

static void say_policy(struct rendering *r, const moult_node *policy)
{
    struct span roles = node_text(r->host, policy, "roles");
    struct span using = node_text(r->host, policy, "using");
    struct span check = node_text(r->host, policy, "check");
    say(r, " TO %", roles.p ? roles : span_of("PUBLIC"));
    if (using.p)
        say(r, " USING (%)", using);
    if (check.p)
        say(r, " WITH CHECK (%)", check);
    done(r);
}

static void create_policy(struct rendering *r, const moult_node *policy)
{
    struct span relation, name, command = node_text(r->host, policy, "command");
    belongs(r->host, policy, &relation, &name);
    say(r, "CREATE POLICY % ON %%", name, relation,
        span_of(node_flag(r->host, policy, "restrictive") ? " AS RESTRICTIVE" : ""));
    if (command.p)
        say(r, " FOR %", command);
    say_policy(r, policy);
    render_comment(r, NULL, policy);
}

bool policy_alterable(const moult_host *host, const moult_node *from, const moult_node *to)
{
    return !node_differs(host, from, to, "command") &&
           !node_differs(host, from, to, "restrictive") &&
           (!node_has(host, from, "using") || node_has(host, to, "using")) &&
           (!node_has(host, from, "check") || node_has(host, to, "check"));
}

static void alter_policy(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span relation, name;
    belongs(r->host, to, &relation, &name);
    if (node_differs(r->host, from, to, "roles") || node_differs(r->host, from, to, "using") ||
        node_differs(r->host, from, to, "check")) {
        say(r, "ALTER POLICY % ON %", name, relation);
        say_policy(r, to);
    }
    render_comment(r, from, to);
}

/* ---- statistics objects ---- */

static void statistics_target(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span target = node_text(r->host, to, "target");
    if (node_differs(r->host, from, to, "target"))
        run(r, "ALTER STATISTICS % SET STATISTICS %", node_key(r->host, to),
            target.p ? target : span_of("-1"));
    render_rights(r, from, to);
}

bool create_related(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    if (node_is(host, node, "view") || node_is(host, node, "materialized_view")) {
        create_view(r, node);
    } else if (node_is(host, node, "function") || node_is(host, node, "procedure") ||
               node_is(host, node, "aggregate")) {
        create_routine(r, node);
    } else if (node_is(host, node, "index")) {
        say_index(r, node, false);
        finish_index(r, NULL, node);
    } else if (node_is(host, node, "trigger") || node_is(host, node, "rule")) {
        create_whole(r, node);
    } else if (node_is(host, node, "policy")) {
        create_policy(r, node);
    } else if (node_is(host, node, "statistics")) {
        run(r, "CREATE STATISTICS % %", node_key(host, node), node_text(host, node, "definition"));
        statistics_target(r, NULL, node);
    } else {
        return false;
    }
    return true;
}

bool alter_related(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    if (node_is(host, to, "view") || node_is(host, to, "materialized_view"))
        alter_view(r, from, to);
    else if (node_is(host, to, "function") || node_is(host, to, "procedure") ||
             node_is(host, to, "aggregate"))
        alter_routine(r, from, to);
    else if (node_is(host, to, "index"))
        alter_index(r, from, to);
    else if (node_is(host, to, "trigger") || node_is(host, to, "rule"))
        alter_whole(r, from, to);
    else if (node_is(host, to, "policy"))
        alter_policy(r, from, to);
    else if (node_is(host, to, "foreign_key"))
        alter_constraint(r, from, to);
    else if (node_is(host, to, "statistics"))
        statistics_target(r, from, to);
    else
        return false;
    return true;
}
