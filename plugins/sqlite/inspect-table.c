/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-table.c - a table with its columns and constraints. */
#include <stdio.h>
#include <string.h>

#include "inspect.h"

static bool conflict_is(const struct parse *p, const struct constraint *k, const char *word)
{
    const struct token *t = &p->tokens[k->conflict];
    return equal_folded(p->text + t->at, t->n, word, strlen(word));
}

/* ABORT is what holds without the clause. */
static void put_conflict(struct inspect *in, moult_node *node, const char *name,
                         const struct constraint *k)
{
    if (k->conflict != NO_TOKEN && !conflict_is(in->table, k, "ABORT"))
        put_words(in, node, name, in->table, (struct range){k->conflict, 1});
}

static void put_logical(struct inspect *in, moult_node *node, const struct same *s, struct range r)
{
    char logical[48];
    in->b.n = 0;
    same_type(s, r, &in->b);
    logical_type(in->b.n ? in->b.p : "", in->b.n, logical);
    if (logical[0])
        put_z(in, node, MOULT_DERIVED, "logical", logical);
}

static void put_position(struct inspect *in, moult_node *node, uint32_t position)
{
    char digits[16], *p = digits + sizeof digits - 1;
    *p = '\0';
    for (; position; position /= 10)
        *--p = (char)('0' + position % 10);
    put_z(in, node, MOULT_LAYOUT, "position", p);
}

static void put_type(struct inspect *in, moult_node *node, const struct same *s, struct range r)
{
    size_t len;
    const char *text = range_text(s->p, r, &len);
    if (r.n == 0)
        return;
    in->a.n = in->b.n = 0;
    text_add(&in->a, text, len);
    same_type(s, r, &in->b);
    put(in, node, MOULT_SHAPE, "type", &in->a, &in->b);
}

static void put_default(struct inspect *in, moult_node *node, struct object *o, struct range r)
{
    struct same s = put_same(in, in->table, SAME_STRING, o);
    in->a.n = in->b.n = 0;
    /* A single word is a literal or, oddly, a string: no name that a binding could stand for. */
    if (r.n == 1)
        s.binding_count = 0;
    same_spelling(&s, r, &in->a);
    same_default(&s, r, &in->b);
    put(in, node, MOULT_SHAPE, "default", &in->a, &in->b);
}

static void column(struct inspect *in, struct object *o, moult_node *table, uint32_t i)
{
    const struct parse *p = in->table;
    const struct column *c = &p->columns[i];
    struct same s = put_same(in, p, SAME_COLUMN, o);
    in->c.n = 0;
    same_key(&s, c->name, &in->c);
    moult_node *node = put_node(in, table, "column", in->c.p, in->c.n);
    const struct constraint *k = column_last(p, i, CONSTRAINT_COLLATE);
    /* In the order in which the tree keeps them. */
    if (k && !token_names(p->text, &p->tokens[k->word], "binary", 6))
        put_name(in, node, MOULT_SHAPE, "collate", &s, k->word);
    if ((k = column_last(p, i, CONSTRAINT_DEFAULT)) != NULL)
        put_default(in, node, o, k->expr);
    const struct constraint *generated = column_last(p, i, CONSTRAINT_GENERATED);
    if (generated)
        put_range(in, node, "generated", &s, generated->expr);
    put_logical(in, node, &s, c->type);
    put_name(in, node, MOULT_LAYOUT, "name", &s, c->name);
    if ((k = column_last(p, i, CONSTRAINT_NOT_NULL)) != NULL) {
        put_z(in, node, MOULT_SHAPE, "not_null", "true");
        put_conflict(in, node, "not_null_conflict", k);
    }
    put_position(in, node, i + 1);
    if (generated && generated->stored)
        put_z(in, node, MOULT_SHAPE, "stored", "true");
    put_type(in, node, &s, c->type);
    if (generated)
        put_columns(in, node, MOULT_REF_ENFORCED, p, generated->expr, o);
}

/* ---- constraints ---- */

static void same_term(const struct same *s, const struct term *t, struct text *out)
{
    /* A lone name may be in parentheses, or a string where only a name can stand. */
    struct same names = *s;
    names.mode = SAME_NAME;
    if (t->name != NO_TOKEN && s->p->tokens[t->name].kind != TOKEN_WORD) {
        struct text key = {0};
        same_key(&names, t->name, &key);
        bool name = key.n && (key.p[0] == MOULT_MARK_OPEN || s->known(s->arg, key.p, key.n));
        if (name && key.p[0] != MOULT_MARK_OPEN)
            same_quoted(s, key.p, key.n, out);
        else if (name)
            text_add(out, key.p, key.n);
        else
            same_range(s, (struct range){t->name, 1}, out);
        out->failed |= key.failed;
        text_free(&key);
    } else if (t->name != NO_TOKEN) {
        same_range(&names, (struct range){t->name, 1}, out);
    } else {
        same_range(s, t->expr, out);
    }
    if (t->collate != NO_TOKEN) {
        text_puts(out, " collate ");
        same_key(s, t->collate, out);
    }
    if (t->desc)
        text_puts(out, " desc");
}

void inspect_terms(const struct same *s, uint32_t first, uint32_t count, struct text *text,
                   struct text *same)
{
    const struct parse *p = s->p;
    for (uint32_t i = 0; i < count; i++) {
        const struct term *t = &p->terms[first + i];
        struct range all = t->all;
        if (p->tokens[all.at + all.n - 1].keyword == KW_AUTOINCREMENT)
            all.n--; /* an attribute of its own */
        if (i) {
            text_puts(text, ", ");
            text_puts(same, ", ");
        }
        same_spelling(s, all, text);
        same_term(s, t, same);
    }
}

/* The columns of a key: of a constraint of the table, or the one that it is written at. */
static void key_columns(const struct same *s, const struct constraint *k, struct text *text,
                        struct text *same)
{
    const struct parse *p = s->p;
    text->n = same->n = 0;
    if (k->column == NO_TOKEN) {
        inspect_terms(s, k->first, k->terms, text, same);
        return;
    }
    struct range name = {p->columns[k->column].name, 1};
    struct same names = *s;
    names.mode = SAME_NAME;
    same_spelling(&names, name, text);
    size_t at = same->n;
    same_key(s, name.at, same);
    if (!same->failed && same->p[at] != MOULT_MARK_OPEN) {
        struct text key = *same; /* quote what needs quotes */
        struct text quoted = {0};
        same_quoted(s, key.p + at, key.n - at, &quoted);
        same->n = at;
        text_add(same, quoted.p ? quoted.p : "", quoted.n);
        same->failed |= quoted.failed;
        text_free(&quoted);
    }
    if (k->desc) {
        text_puts(text, " DESC");
        text_puts(same, " desc");
    }
}

static void refer_columns(struct inspect *in, moult_node *node, struct object *o,
                          const struct constraint *k)
{
    const struct parse *p = in->table;
    if (k->column != NO_TOKEN) {
        put_columns(in, node, MOULT_REF_ENFORCED, p, (struct range){p->columns[k->column].name, 1},
                    o);
        return;
    }
    for (uint32_t i = 0; i < k->terms; i++)
        put_columns(in, node, MOULT_REF_ENFORCED, p, p->terms[k->first + i].expr, o);
}

/* A node for K in TABLE.  The key is its name where it has one (an empty key of KIND "primary_key"
 * always), else what is in in->c; doubles get "#2", "#3", ... */
static moult_node *constraint_node(struct inspect *in, moult_node *table, const char *kind,
                                   const struct constraint *k, const struct same *s)
{
    const struct parse *p = in->table;
    if (k->kind == CONSTRAINT_PRIMARY) {
        in->c.n = 0;
        text_puts(&in->c, "");
    } else if (k->name != NO_TOKEN) {
        in->c.n = 0;
        same_key(s, k->name, &in->c);
    }
    uint32_t same_key_before = 0;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < in->c.n; i++)
        hash = (hash ^ (uint8_t)in->c.p[i]) * 1099511628211u;
    uint32_t number = (uint32_t)(k - p->constraints);
    in->key_hashes[number] = hash;
    for (uint32_t i = 0; i < number; i++)
        same_key_before += p->constraints[i].kind == k->kind && in->key_hashes[i] == hash;
    if (same_key_before) {
        char suffix[16];
        snprintf(suffix, sizeof suffix, "#%u", same_key_before + 1);
        text_puts(&in->c, suffix);
    }
    moult_node *node = put_node(in, table, kind, in->c.p ? in->c.p : "", in->c.n);
    if (k->name != NO_TOKEN)
        put_name(in, node, MOULT_SHAPE, "name", s, k->name);
    return node;
}

static void primary_key(struct inspect *in, struct object *o, moult_node *table,
                        const struct constraint *k)
{
    struct same s = put_same(in, in->table, SAME_COLUMN, o);
    uint32_t alias = NO_TOKEN;
    bool rowid = primary_key_is_rowid(o, in->table, k, &alias);
    moult_node *node = constraint_node(in, table, "primary_key", k, &s);
    key_columns(&s, k, &in->a, &in->b);
    if (rowid) { /* it has no index: neither order nor collation mean anything */
        in->b.n = 0;
        same_quoted(&s, o->columns[alias].key, o->columns[alias].n, &in->b);
    }
    put(in, node, MOULT_SHAPE, "columns", &in->a, &in->b);
    put_conflict(in, node, "conflict", k);
    if (k->autoincrement)
        put_z(in, node, MOULT_SHAPE, "autoincrement", "true");
    if (rowid)
        put_z(in, node, MOULT_SHAPE, "rowid", "alias");
    refer_columns(in, node, o, k);
}

static void unique(struct inspect *in, struct object *o, moult_node *table,
                   const struct constraint *k)
{
    struct same s = put_same(in, in->table, SAME_COLUMN, o);
    key_columns(&s, k, &in->a, &in->b);
    in->c.n = 0;
    text_char(&in->c, '(');
    text_add(&in->c, in->b.p ? in->b.p : "", in->b.n);
    text_char(&in->c, ')');
    moult_node *node = constraint_node(in, table, "unique", k, &s);
    key_columns(&s, k, &in->a, &in->b);
    put(in, node, MOULT_SHAPE, "columns", &in->a, &in->b);
    put_conflict(in, node, "conflict", k);
    refer_columns(in, node, o, k);
}

static void check(struct inspect *in, struct object *o, moult_node *table,
                  const struct constraint *k)
{
    struct same s = put_same(in, in->table, SAME_COLUMN, o);
    in->c.n = 0;
    same_range(&s, k->expr, &in->c);
    moult_node *node = constraint_node(in, table, "check", k, &s);
    put_range(in, node, "expression", &s, k->expr);
    put_columns(in, node, MOULT_REF_ENFORCED, in->table, k->expr, o);
}

static void put_action(struct inspect *in, moult_node *node, const char *name, struct range r)
{
    if (r.n && in->table->tokens[r.at].keyword != KW_NO)
        put_words(in, node, name, in->table, r);
}

/* What the foreign key points to: columns, or the primary key where none are named. */
static void refer_target(struct inspect *in, moult_node *node, const struct same *s,
                         const struct constraint *k)
{
    const struct parse *p = s->p;
    struct same plain = {.p = p};
    in->c.n = 0;
    same_key(&plain, k->table, &in->c);
    if (in->c.failed) {
        in->st = sqlite_nomem(in->host, in->err);
        return;
    }
    in->a.n = 0;
    inspect_path(in, inspect_relation(in, in->c.p, in->c.n), in->c.p, in->c.n, &in->a);
    put_ref(in, node, MOULT_REF_ENFORCED, &in->a);
    size_t at = in->a.n;
    if (k->to_terms == 0) {
        text_puts(&in->a, "/primary_key:");
        put_ref(in, node, MOULT_REF_ENFORCED, &in->a);
    }
    for (uint32_t i = 0; i < k->to_terms && in->st == MOULT_OK; i++) {
        in->a.n = at;
        text_char(&in->a, '/');
        in->c.n = 0;
        same_key(s, p->terms[k->to_first + i].expr.at, &in->c);
        inspect_segment(&in->a, "column", in->c.p ? in->c.p : "", in->c.n);
        put_ref(in, node, MOULT_REF_ENFORCED, &in->a);
    }
}

static void foreign_key(struct inspect *in, struct object *o, moult_node *table,
                        const struct constraint *k)
{
    const struct parse *p = in->table;
    struct same s = put_same(in, p, SAME_NAME, o);
    key_columns(&s, k, &in->a, &in->b);
    in->c.n = 0;
    text_char(&in->c, '(');
    text_add(&in->c, in->b.p ? in->b.p : "", in->b.n);
    text_puts(&in->c, ")>");
    same_key(&s, k->table, &in->c);
    in->a.n = in->b.n = 0;
    inspect_terms(&s, k->to_first, k->to_terms, &in->a, &in->b);
    if (k->to_terms) {
        text_char(&in->c, '(');
        text_add(&in->c, in->b.p ? in->b.p : "", in->b.n);
        text_char(&in->c, ')');
    }
    moult_node *node = constraint_node(in, table, "foreign_key", k, &s);
    in->a.n = in->b.n = 0;
    inspect_terms(&s, k->to_first, k->to_terms, &in->a, &in->b);
    if (k->to_terms)
        put(in, node, MOULT_SHAPE, "to_columns", &in->a, &in->b);
    key_columns(&s, k, &in->a, &in->b);
    put(in, node, MOULT_SHAPE, "columns", &in->a, &in->b);
    put_name(in, node, MOULT_SHAPE, "table", &s, k->table);
    put_action(in, node, "on_delete", k->on_delete);
    put_action(in, node, "on_update", k->on_update);
    if (k->match != NO_TOKEN)
        put_name(in, node, MOULT_SHAPE, "match", &s, k->match);
    if (k->deferrable.n)
        put_words(in, node, "deferrable", p, k->deferrable);
    refer_columns(in, node, o, k);
    refer_target(in, node, &s, k);
}

static void constraints(struct inspect *in, struct object *o, moult_node *table)
{
    const struct parse *p = in->table;
    if (p->constraint_count > in->key_hash_cap) {
        uint64_t *more = pool_alloc(&in->pool, p->constraint_cap * sizeof *more);
        if (!more) {
            in->st = sqlite_nomem(in->host, in->err);
            return;
        }
        in->key_hashes = more;
        in->key_hash_cap = p->constraint_cap;
    }
    for (uint32_t i = 0; i < p->constraint_count && in->st == MOULT_OK; i++) {
        const struct constraint *k = &p->constraints[i];
        if (k->kind == CONSTRAINT_PRIMARY)
            primary_key(in, o, table, k);
        else if (k->kind == CONSTRAINT_UNIQUE)
            unique(in, o, table, k);
        else if (k->kind == CONSTRAINT_CHECK)
            check(in, o, table, k);
        else if (k->kind == CONSTRAINT_FOREIGN)
            foreign_key(in, o, table, k);
    }
}

void inspect_table(struct inspect *in, struct object *o, struct parsed *parsed)
{
    const struct parse *p = in->table = &parsed->table;
    parsed->object = o;
    parsed->index_count = 0;
    if (!inspect_parse(in, o, &parsed->table, PARSE_TABLE))
        return;
    if (!table_columns(&in->pool, p, o)) {
        in->st = sqlite_nomem(in->host, in->err);
        return;
    }
    struct same s = put_same(in, p, SAME_NAME, o);
    in->c.n = 0;
    same_key(&s, p->name, &in->c);
    moult_node *node = put_node(in, in->api->root(in->tree), "table", in->c.p, in->c.n);
    put_claim(in, node, "relation", in->c.p, in->c.n);
    put_name(in, node, MOULT_LAYOUT, "name", &s, p->name);
    if (p->strict)
        put_z(in, node, MOULT_SHAPE, "strict", "true");
    if (p->without_rowid)
        put_z(in, node, MOULT_SHAPE, "without_rowid", "true");
    for (uint32_t i = 0; i < p->column_count && in->st == MOULT_OK; i++)
        column(in, o, node, i);
    constraints(in, o, node);
    for (struct object *i = o->index; i && in->st == MOULT_OK; i = i->index)
        inspect_index(in, o, i, parsed_index(parsed));
}
