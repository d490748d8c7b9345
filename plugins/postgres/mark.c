/* SPDX-License-Identifier: Apache-2.0 */
/* mark.c - bound names in the server's texts. */
#include <string.h>

#include "inspect.h"
#include "lexer.h"

/* Is the identifier T, of TEXT, the name NAME? */
static bool names(const char *text, const struct token *t, const char *name)
{
    size_t n = strlen(name), i = 0;
    if (t->kind == TOKEN_WORD) {
        if (t->n != n)
            return false;
        for (; i < n; i++) {
            char c = text[t->at + i];
            if ((c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c) != name[i])
                return false;
        }
        return true;
    }
    if (t->kind != TOKEN_QUOTED || text[t->at] != '"')
        return false;
    for (size_t j = t->at + 1; j + 1 < t->at + t->n; j++, i++) {
        if (i >= n || text[j] != name[i])
            return false;
        j += text[j] == '"'; /* written twice */
    }
    return i == n;
}

static const moult_binding *bound(const struct inspect *in, const char *text, const struct token *t)
{
    for (uint32_t i = 0; i < in->binding_count; i++) {
        bool tenant = strcmp(in->bindings[i]->name, "tenant") == 0;
        if ((!tenant || in->session->schema) && names(text, t, in->bindings[i]->value))
            return in->bindings[i];
    }
    return NULL;
}

static void add_marked(const struct inspect *in, struct text *out, const char *text, size_t len,
                       int depth);

/* A literal: 's.table'::regclass, or a text with SQL in it as far as can be told: one qualified name. */
static void add_literal(const struct inspect *in, struct text *out, const char *text,
                        const struct token *t)
{
    const char *p = text + t->at + 1;
    size_t n = t->n >= 2 ? t->n - 2 : 0;
    struct token first = pgtoken_next(p, n, 0);
    struct token dot = pgtoken_next(p, n, first.at + first.n);
    bool plain = text[t->at] == '\'' && !memchr(p, '\'', n) && first.at == 0;
    if (!plain || dot.kind == TOKEN_END || !pgtoken_is_op(p, &dot, '.') || !bound(in, p, &first)) {
        pgtext_add(out, text + t->at, t->n);
        return;
    }
    pgtext_char(out, '\'');
    add_marked(in, out, p, n, 1);
    pgtext_char(out, '\'');
}

static void add_marker(struct text *out, const char *name)
{
    pgtext_char(out, MOULT_MARK_OPEN);
    pgtext_z(out, name);
    pgtext_char(out, MOULT_MARK_CLOSE);
}

static void add_dollar(const struct inspect *in, struct text *out, const char *text,
                       const struct token *t, int depth)
{
    const char *p = text + t->at;
    const char *tag = t->n > 1 ? memchr(p + 1, '$', t->n - 1) : NULL;
    size_t n = tag ? (size_t)(tag - p) + 1 : 0;
    if (!tag || t->n < 2 * n) {
        pgtext_add(out, p, t->n);
        return;
    }
    pgtext_add(out, p, n);
    add_marked(in, out, p + n, t->n - 2 * n, depth + 1);
    pgtext_add(out, p + t->n - n, n);
}

#define DEEPEST 8 /* of dollar quotes in dollar quotes */

static void add_marked(const struct inspect *in, struct text *out, const char *text, size_t len,
                       int depth)
{
    size_t done = 0, from = 0;
    bool after_dot = false;
    for (struct token t = pgtoken_next(text, len, 0); t.kind != TOKEN_END;
         t = pgtoken_next(text, len, from)) {
        from = t.at + t.n;
        const moult_binding *b = NULL;
        if (!after_dot && (t.kind == TOKEN_WORD || t.kind == TOKEN_QUOTED)) {
            struct token next = pgtoken_next(text, len, from);
            b = next.kind != TOKEN_END && pgtoken_is_op(text, &next, '.') ? bound(in, text, &t)
                                                                          : NULL;
        }
        bool inner = depth < DEEPEST && (t.kind == TOKEN_STRING || t.kind == TOKEN_DOLLAR);
        if (b || inner) {
            pgtext_add(out, text + done, t.at - done);
            done = from;
        }
        if (b)
            add_marker(out, b->name);
        else if (inner && t.kind == TOKEN_STRING)
            add_literal(in, out, text, &t);
        else if (inner)
            add_dollar(in, out, text, &t, depth);
        after_dot = pgtoken_is_op(text, &t, '.');
    }
    pgtext_add(out, text + done, len - done);
}

struct slice pginspect_mark(struct inspect *in, struct slice text)
{
    if (!in->marking || !text.p)
        return text;
    pgtext_clear(&in->marked);
    add_marked(in, &in->marked, text.p, text.n, 0);
    return slice_of(&in->marked);
}
