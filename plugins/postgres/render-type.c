/* SPDX-License-Identifier: Apache-2.0 */
/* render-type.c - enums, domains, composites, ranges, base types, sequences. */
#include "render.h"

/* ---- sequences ---- */

static void sequence_option(struct rendering *r, const moult_node *from, const moult_node *to,
                            const char *name, const char *clause, const char *usual)
{
    struct span value = node_text(r->host, to, name);
    if (!node_differs(r->host, from, to, name))
        return;
    if (value.p)
        say(r, "% %", span_of(clause), value);
    else
        say(r, "%", span_of(usual));
}

static bool descends(const moult_host *host, const moult_node *sequence)
{
    struct span increment = node_text(host, sequence, "increment");
    return increment.n && increment.p[0] == '-';
}

/* Where an ascending or descending sequence of a type ends.  ALTER with NO MAXVALUE and another type at once
 * does not give what CREATE gives, so the numbers are said. */
static struct span usual_end(const moult_host *host, const moult_node *sequence, bool maximum)
{
    static const char *const ends[][3] = {{"smallint", "-32768", "32767"},
                                          {"integer", "-2147483648", "2147483647"},
                                          {"bigint", "-9223372036854775808", "9223372036854775807"}};
    struct span type = node_text(host, sequence, "type");
    bool down = descends(host, sequence);
    size_t i = span_is(type, "smallint") ? 0 : span_is(type, "integer") ? 1 : 2;
    if (maximum)
        return span_of(down ? "-1" : ends[i][2]);
    return span_of(down ? ends[i][1] : "1");
}

static bool ends_move(const moult_host *host, const moult_node *from, const moult_node *to)
{
    return node_differs(host, from, to, "minimum") || node_differs(host, from, to, "maximum") ||
           (from && (descends(host, from) != descends(host, to) ||
                     node_differs(host, from, to, "type")));
}

static void sequence_options(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct span minimum = node_text(host, to, "minimum"), maximum = node_text(host, to, "maximum");
    bool ends = ends_move(host, from, to);
    sequence_option(r, from, to, "type", " AS", " AS bigint");
    sequence_option(r, from, to, "increment", " INCREMENT BY", " INCREMENT BY 1");
    if (!minimum.p && from)
        minimum = usual_end(host, to, false);
    if (!maximum.p && from)
        maximum = usual_end(host, to, true);
    if (ends && minimum.p)
        say(r, " MINVALUE %", minimum);
    if (ends && maximum.p)
        say(r, " MAXVALUE %", maximum);
    bool starts = from && (ends || node_has(host, from, "start"));
    if (starts && !node_has(host, to, "start"))
        say(r, " START WITH %", descends(host, to) ? maximum : minimum);
    else
        sequence_option(r, from, to, "start", " START WITH", "");
    sequence_option(r, from, to, "cache", " CACHE", " CACHE 1");
    if (node_differs(host, from, to, "cycle"))
        say(r, node_has(host, to, "cycle") ? " CYCLE" : " NO CYCLE");
}

void create_sequence(struct rendering *r, const moult_node *node)
{
    say(r, "CREATE %SEQUENCE %",
        span_of(node_flag(r->host, node, "unlogged") ? "UNLOGGED " : ""), node_key(r->host, node));
    sequence_options(r, NULL, node);
    done(r);
    probe(r, "SELECT pg_catalog.to_regclass(~) IS NOT NULL", node_key(r->host, node));
    render_rights(r, NULL, node);
}

void alter_sequence(struct rendering *r, const moult_node *from, const moult_node *to)
{
    static const char *const options[] = {"type",    "start", "increment", "minimum",
                                          "maximum", "cache", "cycle"};
    bool any = false;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        any |= node_differs(r->host, from, to, options[i]);
    if (any && ends_move(r->host, from, to)) {
        /* One that stands beyond its new ends begins anew. */
        say(r, "DO $moult$ BEGIN ALTER SEQUENCE %", node_key(r->host, to));
        sequence_options(r, from, to);
        say(r, "; EXCEPTION WHEN invalid_parameter_value THEN ALTER SEQUENCE %",
            node_key(r->host, to));
        sequence_options(r, from, to);
        run(r, " RESTART; END $moult$");
    } else if (any) {
        say(r, "ALTER SEQUENCE %", node_key(r->host, to));
        sequence_options(r, from, to);
        done(r);
    }
    if (node_differs(r->host, from, to, "unlogged"))
        run(r, "ALTER SEQUENCE % SET %", node_key(r->host, to),
            span_of(node_flag(r->host, to, "unlogged") ? "UNLOGGED" : "LOGGED"));
    render_rights(r, from, to);
}

/* ---- enums ---- */

bool labels_grow(struct span from, struct span to)
{
    struct span old, new;
    while (list_next(&from, &old)) {
        do {
            if (!list_next(&to, &new))
                return false;
        } while (!span_equal(old, new));
    }
    return true;
}

static void add_labels(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span old = node_text(r->host, from, "labels"), list = node_text(r->host, to, "labels");
    struct span label, before = NO_SPAN, first = old, next;
    bool empty = !list_next(&first, &next);
    while (list_next(&list, &label)) {
        if (!list_has(old, label)) {
            say(r, "ALTER TYPE % ADD VALUE IF NOT EXISTS %", node_key(r->host, to), label);
            if (before.p)
                say(r, " AFTER %", before);
            else if (!empty)
                say(r, " BEFORE %", next);
            done(r);
            empty = false;
        }
        before = label;
    }
}

/* ---- domains ---- */

static void create_domain(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span collate = node_text(host, node, "collate");
    struct span value = node_text(host, node, "default");
    say(r, "CREATE DOMAIN % AS %", node_key(host, node), node_text(host, node, "type"));
    if (collate.p)
        say(r, " COLLATE %", collate);
    if (value.p)
        say(r, " DEFAULT %", value);
    if (node_flag(host, node, "not_null"))
        say(r, " NOT NULL");
    EACH_CHILD(host, node, check)
    {
        if (!is_constraint(host, check) || node_flag(host, check, "not_valid"))
            continue;
        say(r, " ");
        say_constraint(r, check);
    }
    done(r);
    render_rights(r, NULL, node);
    EACH_CHILD(host, node, part)
    {
        if (node_flag(host, part, "not_valid"))
            create_constraint(r, part);
        else
            finish_constraint(r, NULL, part);
    }
}

static void alter_domain(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span key = node_key(r->host, to), value = node_text(r->host, to, "default");
    if (node_differs(r->host, from, to, "default")) {
        if (value.p)
            run(r, "ALTER DOMAIN % SET DEFAULT %", key, value);
        else
            run(r, "ALTER DOMAIN % DROP DEFAULT", key);
    }
    if (node_differs(r->host, from, to, "not_null"))
        run(r, node_flag(r->host, to, "not_null") ? "ALTER DOMAIN % SET NOT NULL"
                                                  : "ALTER DOMAIN % DROP NOT NULL",
            key);
    render_rights(r, from, to);
}

/* ---- composites ---- */

static void say_attribute(struct rendering *r, const moult_node *attribute)
{
    struct span collate = node_text(r->host, attribute, "collate");
    say(r, "% %", node_key(r->host, attribute), node_text(r->host, attribute, "type"));
    if (collate.p)
        say(r, " COLLATE %", collate);
}

static void create_composite(struct rendering *r, const moult_node *node)
{
    CLEANUP_NODES struct nodes attributes = {0};
    if (!nodes_of(r->host, node, "attribute", &attributes))
        r->sql.failed = true;
    say(r, "CREATE TYPE % AS (", node_key(r->host, node));
    for (size_t i = 0; i < attributes.n; i++) {
        say(r, i ? ",\n    " : "\n    ");
        say_attribute(r, attributes.at[i]);
    }
    run(r, attributes.n ? "\n)" : ")");
    render_rights(r, NULL, node);
    for (size_t i = 0; i < attributes.n; i++)
        render_comment(r, NULL, attributes.at[i]);
}

void create_attribute(struct rendering *r, const moult_node *attribute)
{
    say(r, "ALTER TYPE % ADD ATTRIBUTE ", node_key(r->host, node_object(r->host, attribute)));
    say_attribute(r, attribute);
    say(r, " CASCADE");
    done(r);
    render_comment(r, NULL, attribute);
}

void alter_attribute(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span collate = node_text(r->host, to, "collate");
    if (node_differs(r->host, from, to, "type") || node_differs(r->host, from, to, "collate")) {
        say(r, "ALTER TYPE % ALTER ATTRIBUTE % TYPE %", node_key(r->host, node_object(r->host, to)),
            node_key(r->host, to), node_text(r->host, to, "type"));
        if (collate.p)
            say(r, " COLLATE %", collate);
        say(r, " CASCADE");
        done(r);
    }
    render_comment(r, from, to);
}

/* Is PATH that of a function that needs TYPE? */
static const moult_node *function_of(struct rendering *r, const moult_node *type, struct span path)
{
    const moult_host *host = r->host;
    const moult_node *function = host->tree->find(r->to, path.p, path.n);
    struct span own = node_path(host, type), needed;
    uint32_t strength = 0;
    if (!node_is(host, function, "function") || tree_twin(host, r->from, function))
        return NULL;
    for (uint32_t i = 0; (needed.p = host->tree->ref(function, i, &strength, &needed.n)); i++)
        if (span_equal(needed, own))
            return function;
    return NULL;
}

/* A type that is written and read by functions of it: first its name, then these, then all of it. */
static void create_with_functions(struct rendering *r, const moult_node *type)
{
    const moult_host *host = r->host;
    struct span path;
    uint32_t strength = 0;
    bool range = node_is(host, type, "range"), shell = false;
    for (uint32_t i = 0; r->to && (path.p = host->tree->ref(type, i, &strength, &path.n)); i++) {
        const moult_node *function = function_of(r, type, path);
        if (!function)
            continue;
        if (!shell)
            run(r, "CREATE TYPE %", node_key(host, type));
        shell = true;
        run(r, "%", sql_trimmed(node_text(host, function, "definition")));
    }
    run(r, "CREATE TYPE %% %", node_key(host, type), span_of(range ? " AS RANGE" : ""),
        node_text(host, type, "definition"));
}

bool create_type(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, node), definition = node_text(host, node, "definition");
    if (node_is(host, node, "sequence"))
        create_sequence(r, node);
    else if (node_is(host, node, "domain"))
        create_domain(r, node);
    else if (node_is(host, node, "composite"))
        create_composite(r, node);
    else if (node_is(host, node, "enum"))
        run(r, "CREATE TYPE % AS ENUM (%)", key, node_text(host, node, "labels"));
    else if (node_is(host, node, "range") || (node_is(host, node, "base_type") && definition.p))
        create_with_functions(r, node);
    else if (node_is(host, node, "base_type"))
        run(r, "CREATE TYPE %", key);
    else
        return false;
    if (node_is(host, node, "enum") || node_is(host, node, "range") ||
        node_is(host, node, "base_type"))
        render_rights(r, NULL, node);
    return true;
}

bool alter_type(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    if (node_is(host, to, "sequence")) {
        alter_sequence(r, from, to);
    } else if (node_is(host, to, "domain")) {
        alter_domain(r, from, to);
    } else if (node_is(host, to, "enum")) {
        if (node_differs(host, from, to, "labels"))
            add_labels(r, from, to);
        render_rights(r, from, to);
    } else if (kind_of(host, to)->flags & KIND_TYPE) {
        render_rights(r, from, to);
    } else {
        return false;
    }
    return true;
}
