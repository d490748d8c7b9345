/* SPDX-License-Identifier: Apache-2.0 */
/* render-identity.c - sequences of columns: identity, owned ones. */
#include "render.h"

/* A sequence that takes over from another goes on behind the values that are there. */
void carry_on_sequence(struct rendering *r, const moult_node *column)
{
    struct span relation = node_key(r->host, node_object(r->host, column));
    struct span key = node_key(r->host, column);
    struct span bare = key;
    struct text name = {0};
    if (key.n && key.p[0] == '"') { /* the function takes the name itself */
        for (size_t i = 1; i + 1 < key.n; i++) {
            pgtext_char(&name, key.p[i]);
            i += key.p[i] == '"';
        }
        bare = (struct span){name.p, name.n};
    }
    run(r,
        "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence(~, ~), pg_catalog.max(%)) "
        "FROM % HAVING pg_catalog.max(%) > 0",
        relation, bare, key, relation, key);
    pgtext_free(&name);
}

static bool is_integer(struct span type)
{
    return span_is(type, "integer") || span_is(type, "bigint") || span_is(type, "smallint");
}

void own_sequence(struct rendering *r, const moult_node *node, bool carry_on)
{
    const moult_host *host = r->host;
    const moult_node *column = host->tree->parent(node);
    const moult_node *now = tree_twin(host, r->from, column);
    struct span key = node_key(host, node);
    run(r, "ALTER SEQUENCE % OWNED BY %.%", key, node_key(host, node_object(host, column)),
        node_key(host, column));
    if (carry_on && now && is_integer(node_text(host, column, "type")) &&
        !tree_node(host, r->from, "sequence", key) && is_integer(node_text(host, now, "type")))
        carry_on_sequence(r, column);
}


/* The word of an option's phrase: "START", "INCREMENT", ...; *VALUE: what is said of it. */
static bool phrase_next(struct span *rest, struct span *name, struct span *value)
{
    while (rest->n && *rest->p == ' ')
        *rest = span_after(*rest, 1);
    if (!rest->n)
        return false;
    *name = (struct span){rest->p, sql_token(*rest)};
    *rest = span_after(*rest, name->n);
    *value = (struct span){rest->p, 0};
    if (span_is(*name, "CYCLE"))
        return true;
    if (span_is(*name, "START") || span_is(*name, "INCREMENT") || span_is(*name, "SEQUENCE"))
        for (int i = 0; i < 2 && rest->n; i++) /* " WITH" */
            *rest = span_after(*rest, sql_token(*rest));
    while (rest->n && *rest->p == ' ')
        *rest = span_after(*rest, 1);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ')
        n += sql_token(span_after(*rest, n));
    *value = (struct span){rest->p, n};
    *rest = span_after(*rest, n);
    return true;
}

static struct span phrase_find(struct span options, const char *wanted)
{
    struct span name, value;
    while (phrase_next(&options, &name, &value))
        if (span_is(name, wanted))
            return value.p ? value : span_of("");
    return NO_SPAN;
}

/* The identity sequence of COLUMN under the name that the server gives it. */
static void say_usual_name(struct rendering *r, const moult_node *column)
{
    struct span schema, table, key = node_key(r->host, column);
    key_cut(node_key(r->host, node_object(r->host, column)), &schema, &table);
    if (table.n && table.p[0] != '"' && key.n && key.p[0] != '"') {
        say(r, "%_%_seq", table, key);
        return;
    }
    pgtext_char(&r->sql, '"');
    for (int i = 0; i < 2; i++) {
        struct span s = i ? key : table;
        bool quoted = s.n && s.p[0] == '"';
        pgtext_add(&r->sql, s.p + quoted, s.n - 2 * quoted);
        pgtext_z(&r->sql, i ? "_seq\"" : "_");
    }
}

static void rename_sequence(struct rendering *r, const moult_node *column, struct span old,
                            struct span wanted)
{
    struct span schema, name;
    say(r, "ALTER SEQUENCE ");
    if (old.p) {
        say_span(r, old);
    } else {
        key_cut(node_key(r->host, node_object(r->host, column)), &schema, &name);
        say(r, "%.", schema);
        say_usual_name(r, column);
    }
    say(r, " RENAME TO ");
    if (wanted.p) {
        key_cut(wanted, &schema, &name);
        say_span(r, name);
    } else {
        say_usual_name(r, column);
    }
    done(r);
}

void identity_options(struct rendering *r, const moult_node *column, struct span from,
                      struct span to)
{
    static const char *const options[][3] = {
        {"INCREMENT", "INCREMENT BY", "INCREMENT BY 1"},
        {"MINVALUE", "MINVALUE", "NO MINVALUE"},
        {"MAXVALUE", "MAXVALUE", "NO MAXVALUE"},
        {"START", "START WITH", "START WITH 1"},
        {"CACHE", "CACHE", "CACHE 1"},
        {"CYCLE", "CYCLE", "NO CYCLE"},
    };
    bool any = false;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct span a = phrase_find(from, options[i][0]), b = phrase_find(to, options[i][0]);
        if (span_equal(a, b))
            continue;
        if (!any) {
            say_alter(r, node_object(r->host, column));
            say(r, " ALTER COLUMN %", node_key(r->host, column));
        }
        if (b.p)
            say(r, " SET % %", span_of(options[i][1]), b);
        else
            say(r, " SET %", span_of(options[i][2]));
        any = true;
    }
    if (any)
        done(r);
    struct span old = phrase_find(from, "SEQUENCE"), wanted = phrase_find(to, "SEQUENCE");
    if (!span_equal(old, wanted))
        rename_sequence(r, column, old, wanted);
}
