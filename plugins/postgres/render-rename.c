/* SPDX-License-Identifier: Apache-2.0 */
/* render-rename.c - ALTER ... RENAME, for hints. */
#include "render.h"

/* What FROM and TO belong to is renamed before them, and its name is taken back after theirs: either
 * way it bears the new one. */
static const moult_node *renamed(const struct rendering *r, const moult_node *from,
                                 const moult_node *to)
{
    return r->role == MOULT_SQL_UNDO ? from : to;
}

static void rename_part(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    const moult_node *object = node_object(host, renamed(r, from, to));
    struct span old = node_key(host, from), new = node_key(host, to);
    if (node_is(host, to, "label")) {
        run(r, "ALTER TYPE % RENAME VALUE ~ TO ~", node_key(host, object), old, new);
        return;
    }
    if (node_is(host, to, "attribute")) {
        run(r, "ALTER TYPE % RENAME ATTRIBUTE % TO %", node_key(host, object), old, new);
        return;
    }
    if (node_is(host, to, "index_copy")) {
        render_index_copy(r, from, to);
        return;
    }
    say_alter(r, object);
    run(r, " RENAME % % TO %",
        span_of(node_is(host, to, "column") ? "COLUMN" : "CONSTRAINT"), old, new);
}

static void rename_related(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span relation, old, new, ignored;
    belongs(r->host, from, &ignored, &old);
    belongs(r->host, to, &ignored, &new);
    belongs(r->host, renamed(r, from, to), &relation, &ignored);
    if (node_is(r->host, to, "foreign_key"))
        run(r, "ALTER TABLE % RENAME CONSTRAINT % TO %", relation, old, new);
    else
        run(r, "ALTER % % ON % RENAME TO %", span_of(kind_of(r->host, to)->word), old, relation,
            new);
}

/* "S.F" of "S.F(T)", and what follows it. */
static struct span bare(struct span key, struct span *rest)
{
    size_t n = 0;
    while (n < key.n && key.p[n] != '(' && key.p[n] != ' ')
        n += sql_token(span_after(key, n));
    *rest = span_after(key, n);
    return (struct span){key.p, n};
}

void render_rename(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    const struct kind *k = kind_of(host, to);
    struct span word = span_of(k->word), rest, old_rest, old_schema, old, schema, name;
    if (node_object(host, to) != to) {
        rename_part(r, from, to);
        return;
    }
    if (k->flags & KIND_RELATED) {
        rename_related(r, from, to);
        return;
    }
    key_cut(bare(node_key(host, from), &old_rest), &old_schema, &old);
    key_cut(bare(node_key(host, to), &rest), &schema, &name);
    if (!schema.n) {
        run(r, "ALTER % % RENAME TO %", word, node_key(host, from), name);
        return;
    }
    if (!span_equal(old_schema, schema))
        run(r, "ALTER % % SET SCHEMA %", word, node_key(host, from), schema);
    if (!span_equal(old, name))
        run(r, "ALTER % %.%% RENAME TO %", word, schema, old, old_rest, name);
}
