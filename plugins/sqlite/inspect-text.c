/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-text.c - what is little more than a text to SQLite: indexes, views, triggers, virtual
 * tables. */
#include <string.h>

#include "inspect.h"

/* ---- which objects and columns a program names ---- */

struct program {
    struct inspect *in;
    const struct parse *p;
    moult_node *node;
    struct object *self;
    struct object *named; /* linked by object.chain */
};

static void refer_relation(struct program *g, struct object *o)
{
    struct inspect *in = g->in;
    if (o->left_out || o == g->self || o->seen == in->node_number)
        return;
    o->seen = in->node_number;
    o->chain = g->named;
    g->named = o;
    in->a.n = 0;
    inspect_path(in, o, NULL, 0, &in->a);
    put_ref(in, g->node, MOULT_REF_TEXT, &in->a);
}

/* Relations first: a column is looked for among those of the tables that the program names. */
static void refer_relations(struct program *g, struct range r, bool strings)
{
    struct inspect *in = g->in;
    struct same s = put_same(in, g->p, SAME_PROGRAM, NULL);
    for (uint32_t i = r.at; i < r.at + r.n && in->st == MOULT_OK; i++) {
        const struct token *t = &g->p->tokens[i];
        if (!token_is_name(t) || (t->kind == TOKEN_STRING && !strings && !same_is_name(&s, i)))
            continue;
        in->d.n = 0;
        text_add(&in->d, g->p->text + t->at, t->n);
        if (in->d.failed)
            return;
        in->d.n = token_unquote(g->p->text, t, in->d.p);
        fold_ascii(in->d.p, in->d.n);
        struct object *o = inspect_relation(in, in->d.p, in->d.n);
        if (o)
            refer_relation(g, o);
    }
}

static void refer_columns(struct program *g, struct range r)
{
    for (struct object *o = g->named; o; o = o->chain)
        put_columns(g->in, g->node, MOULT_REF_TEXT, g->p, r, o);
}

/* Can "NAME" be a name here?  See SAME_PROGRAM. */
static bool program_knows(void *arg, const char *name, size_t n)
{
    const struct program *g = arg;
    if (inspect_relation(g->in, name, n))
        return true;
    for (const struct object *o = g->named; o; o = o->chain) {
        struct same s = put_same(g->in, NULL, SAME_COLUMN, (struct object *)(uintptr_t)o);
        if (s.known(s.arg, name, n))
            return true;
    }
    static const char *const rows[] = {"new", "old", "excluded"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strlen(rows[i]) == n && memcmp(rows[i], name, n) == 0)
            return true;
    }
    return false;
}

static struct same program_same(struct program *g)
{
    struct same s = put_same(g->in, g->p, SAME_PROGRAM, NULL);
    s.known = program_knows;
    s.arg = g;
    return s;
}

/* A node at the top for the object that is parsed in P. */
static moult_node *top_node(struct inspect *in, const struct parse *p, const char *kind,
                            const char *space)
{
    struct same s = put_same(in, p, SAME_NAME, NULL);
    in->c.n = 0;
    same_key(&s, p->name, &in->c);
    moult_node *node = put_node(in, in->api->root(in->tree), kind, in->c.p ? in->c.p : "", in->c.n);
    put_claim(in, node, space, in->c.p ? in->c.p : "", in->c.n);
    put_name(in, node, MOULT_LAYOUT, "name", &s, p->name);
    return node;
}

/* The whole statement as its author wrote it: what is created again looks as it did.  It follows
 * from the other attributes and is compared by them. */
static void put_source(struct inspect *in, moult_node *node, const struct parse *p,
                       const struct same *s)
{
    in->a.n = 0;
    same_spelling(s, (struct range){0, p->end}, &in->a);
    put(in, node, MOULT_DERIVED, "sql", &in->a, NULL);
}

/* Names the table it belongs to, whose end is its end too. */
static void put_owner(struct inspect *in, moult_node *node, const struct parse *p, struct object *o)
{
    struct same s = put_same(in, p, SAME_NAME, NULL);
    put_name(in, node, MOULT_SHAPE, "table", &s, p->table);
    in->a.n = 0;
    inspect_path(in, o, NULL, 0, &in->a);
    put_ref(in, node, MOULT_REF_OWNED, &in->a);
}

/* ---- the kinds ---- */

void inspect_index(struct inspect *in, struct object *table, struct object *o, struct parse *p)
{
    if (!p) {
        in->st = sqlite_nomem(in->host, in->err);
        return;
    }
    if (!inspect_parse(in, o, p, PARSE_INDEX))
        return;
    moult_node *node = top_node(in, p, "index", "relation");
    put_owner(in, node, p, table);
    struct same s = put_same(in, p, SAME_COLUMN, table);
    in->a.n = in->b.n = 0;
    inspect_terms(&s, 0, p->term_count, &in->a, &in->b);
    put(in, node, MOULT_SHAPE, "columns", &in->a, &in->b);
    if (p->unique)
        put_z(in, node, MOULT_SHAPE, "unique", "true");
    for (uint32_t i = 0; i < p->term_count; i++)
        put_columns(in, node, MOULT_REF_ENFORCED, p, p->terms[i].expr, table);
    put_source(in, node, p, &s);
    if (p->where.n) {
        put_range(in, node, "where", &s, p->where);
        put_columns(in, node, MOULT_REF_ENFORCED, p, p->where, table);
    }
}

void inspect_view(struct inspect *in, struct object *o)
{
    const struct parse *p = &in->other;
    if (!inspect_parse(in, o, &in->other, PARSE_VIEW))
        return;
    moult_node *node = top_node(in, p, "view", "relation");
    struct program g = {.in = in, .p = p, .node = node, .self = o};
    refer_relations(&g, p->body, false);
    refer_columns(&g, p->body);
    if (p->columns_named.n) {
        struct same names = put_same(in, p, SAME_NAME, NULL);
        put_range(in, node, "columns", &names, p->columns_named);
    }
    struct same s = program_same(&g);
    put_range(in, node, "body", &s, p->body);
    put_source(in, node, p, &s);
}

void inspect_trigger(struct inspect *in, struct object *o)
{
    const struct parse *p = &in->other;
    if (!inspect_parse(in, o, &in->other, PARSE_TRIGGER))
        return;
    moult_node *node = top_node(in, p, "trigger", "trigger");
    struct object *table = inspect_relation(in, o->owner, strlen(o->owner));
    put_owner(in, node, p, table);
    struct program g = {.in = in, .p = p, .node = node, .self = table, .named = table};
    table->chain = NULL;
    refer_relations(&g, p->when, false);
    refer_relations(&g, p->body, false);
    refer_columns(&g, p->of);
    refer_columns(&g, p->when);
    refer_columns(&g, p->body);
    put_z(in, node, MOULT_SHAPE, "timing",
          p->timing == KW_AFTER    ? "AFTER"
          : p->timing == KW_BEFORE ? "BEFORE"
                                   : "INSTEAD OF");
    put_z(in, node, MOULT_SHAPE, "event",
          p->event == KW_INSERT   ? "INSERT"
          : p->event == KW_DELETE ? "DELETE"
                                  : "UPDATE");
    struct same names = put_same(in, p, SAME_NAME, NULL);
    if (p->of.n)
        put_range(in, node, "of", &names, p->of);
    struct same s = program_same(&g);
    if (p->when.n)
        put_range(in, node, "when", &s, p->when);
    put_range(in, node, "body", &s, p->body);
    put_source(in, node, p, &s);
}

/* Modules of SQLite's own, whose arguments are names and keywords in any case. */
static bool folds_arguments(const struct parse *p)
{
    static const char *const modules[] = {"fts3", "fts4", "fts5", "rtree", "rtree_i32", "geopoly"};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        if (token_names(p->text, &p->tokens[p->module], modules[i], strlen(modules[i])))
            return true;
    }
    return false;
}

static bool module_is_there(const struct inspect *in, const struct parse *p)
{
    for (const char **m = in->modules; m && *m; m++) {
        if (token_names(p->text, &p->tokens[p->module], *m, strlen(*m)))
            return true;
    }
    return false;
}

void inspect_virtual(struct inspect *in, struct object *o)
{
    const struct parse *p = &in->other;
    if (!inspect_parse(in, o, &in->other, PARSE_VIRTUAL))
        return;
    moult_node *node = top_node(in, p, "virtual_table", "relation");
    struct same s = put_same(in, p, folds_arguments(p) ? SAME_STRING : SAME_EXACT, NULL);
    put_name(in, node, MOULT_SHAPE, "module", &s, p->module);
    if (p->body.n)
        put_range(in, node, "arguments", &s, p->body);
    if (!module_is_there(in, p))
        put_z(in, node, MOULT_DERIVED, "unavailable", "true");
    struct program g = {.in = in, .p = p, .node = node, .self = o};
    refer_relations(&g, p->body, true);
}
