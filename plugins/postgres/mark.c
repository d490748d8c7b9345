/* SPDX-License-Identifier: Apache-2.0 */
/* mark.c - bound names in the server's texts. */
#include <string.h>

#include "context.h"
#include "inspect.h"

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

struct marking {
    const struct inspect *in;
    struct text *out;
    bool doubt; /* a bound name is something else's, too */
    int depth;  /* of dollar quotes in dollar quotes */
};
static void add_marked(const struct marking *m, const char *text, size_t len);

/* Behind the literal T: ::regclass or another type whose values are names? */
static bool is_name(const char *text, size_t len, const struct token *t)
{
    struct token one = pgtoken_next(text, len, t->at + t->n);
    struct token two = pgtoken_next(text, len, one.at + one.n);
    struct token type = pgtoken_next(text, len, two.at + two.n);
    return pgtoken_is_op(text, &one, ':') && pgtoken_is_op(text, &two, ':') &&
           type.kind == TOKEN_WORD && type.n > 3 && memcmp(text + type.at, "reg", 3) == 0;
}

/* What the literal T says; false: it is none that could be a name. */
static bool content(const char *text, const struct token *t, struct text *out)
{
    const char *p = text + t->at, *end = p + t->n - 1;
    bool escapes = *p == 'E' || *p == 'e';
    p += escapes;
    if (*p++ != '\'' || end < p || *end != '\'')
        return false;
    for (; p < end; p++) {
        p += p + 1 < end && (*p == '\'' || (*p == '\\' && escapes));
        pgtext_char(out, *p);
    }
    return !out->failed && out->n;
}

/* A literal that is a name: 's.table'::regclass; in the text of a routine, where the type may be left out,
 * any that is one qualified name. */
static void add_literal(const struct marking *m, const char *text, size_t len,
                        const struct token *t)
{
    CLEANUP_TEXT struct text name = {0}, marked = {0};
    bool named = (m->depth || is_name(text, len, t)) && content(text, t, &name);
    struct token first = named ? pgtoken_next(name.p, name.n, 0) : (struct token){0};
    struct token dot = named ? pgtoken_next(name.p, name.n, first.n) : first;
    if (!named || first.at || !pgtoken_is_op(name.p, &dot, '.') || !bound(m->in, name.p, &first)) {
        pgtext_add(m->out, text + t->at, t->n);
        return;
    }
    struct marking inner = {m->in, &marked, m->doubt, m->depth};
    add_marked(&inner, name.p, name.n);
    pgtext_literal(m->out, marked.p, marked.n);
    m->out->failed |= marked.failed || name.failed;
}

static void add_marker(struct text *out, const char *name)
{
    pgtext_char(out, MOULT_MARK_OPEN);
    pgtext_z(out, name);
    pgtext_char(out, MOULT_MARK_CLOSE);
}

static void add_dollar(const struct marking *m, const char *text, const struct token *t)
{
    const char *p = text + t->at;
    const char *tag = t->n > 1 ? memchr(p + 1, '$', t->n - 1) : NULL;
    size_t n = tag ? (size_t)(tag - p) + 1 : 0;
    if (!tag || t->n < 2 * n) {
        pgtext_add(m->out, p, t->n);
        return;
    }
    struct marking inner = {m->in, m->out, m->doubt, m->depth + 1};
    pgtext_add(m->out, p, n);
    add_marked(&inner, p + n, t->n - 2 * n);
    pgtext_add(m->out, p + t->n - n, n);
}

#define DEEPEST 8 /* of dollar quotes in dollar quotes */

/* Is a bound name something else's in TEXT, too: an alias, a table, a variable? */
static bool ambiguous(const struct inspect *in, const char *text, size_t len, int depth)
{
    struct token next, t = pgtoken_next(text, len, 0);
    for (; t.kind != TOKEN_END; t = next) {
        next = pgtoken_next(text, len, t.at + t.n);
        bool name = t.kind == TOKEN_QUOTED ||
                    (t.kind == TOKEN_WORD && !pgcontext_is_keyword(text + t.at, t.n));
        if (name && !pgtoken_is_op(text, &next, '.') && bound(in, text, &t))
            return true;
        if (t.kind == TOKEN_DOLLAR && depth < DEEPEST && t.n > 4 &&
            ambiguous(in, text + t.at + 1, t.n - 2, depth + 1))
            return true;
    }
    return false;
}

/* What a name that stands at T, before a dot, is bound to; NULL: nothing. */
static const moult_binding *marked(const struct marking *m, const struct context *context,
                                   size_t len, const struct token *t)
{
    struct token next = pgtoken_next(context->text, len, t->at + t->n);
    const moult_binding *b = next.kind != TOKEN_END && pgtoken_is_op(context->text, &next, '.')
                                 ? bound(m->in, context->text, t)
                                 : NULL;
    return b && (!m->doubt || pgcontext_is_schema(context, len, t)) ? b : NULL;
}

static void add_marked(const struct marking *m, const char *text, size_t len)
{
    size_t done = 0, from = 0;
    bool after_dot = false;
    struct context context = {.text = text};
    for (struct token t = pgtoken_next(text, len, 0); t.kind != TOKEN_END;
         t = pgtoken_next(text, len, from)) {
        from = t.at + t.n;
        bool name = !after_dot && (t.kind == TOKEN_WORD || t.kind == TOKEN_QUOTED);
        const moult_binding *b = name ? marked(m, &context, len, &t) : NULL;
        pgcontext_take(&context, &t);
        bool inner = m->depth < DEEPEST && (t.kind == TOKEN_STRING || t.kind == TOKEN_DOLLAR);
        if (b || inner) {
            pgtext_add(m->out, text + done, t.at - done);
            done = from;
        }
        if (b)
            add_marker(m->out, b->name);
        else if (inner && t.kind == TOKEN_STRING)
            add_literal(m, text, len, &t);
        else if (inner)
            add_dollar(m, text, &t);
        after_dot = pgtoken_is_op(text, &t, '.');
    }
    pgtext_add(m->out, text + done, len - done);
}

struct slice pginspect_mark(struct inspect *in, struct slice text)
{
    if (!in->marking || !text.p)
        return text;
    struct marking m = {in, &in->marked, in->namesake || ambiguous(in, text.p, text.n, 0), 0};
    pgtext_clear(&in->marked);
    add_marked(&m, text.p, text.n);
    return slice_of(&in->marked);
}
