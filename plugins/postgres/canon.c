/* SPDX-License-Identifier: Apache-2.0 */
/* canon.c - where the server prints the same expression in two ways.
 *
 * "x IN ('a', 'b')" on a column of varchar is printed as (ARRAY['a'::varchar, 'b'::varchar])::text[], and when
 * that is read again, as ARRAY[('a'::varchar)::text, ('b'::varchar)::text].  The second one stays as it is,
 * and so is what both are compared by.  "(VALUES (1))" is "( VALUES (1))" when it is read again. */
#include <string.h>

#include "inspect.h"
#include "lexer.h"

static struct token next(struct slice s, size_t from)
{
    return pgtoken_next(s.p, s.n, from);
}

static bool is_op(struct slice s, const struct token *t, char op)
{
    return t->kind == TOKEN_OPERATOR && pgtoken_is_op(s.p, t, op);
}

static int nesting(struct slice s, const struct token *t)
{
    return is_op(s, t, '(') || is_op(s, t, '[') ? 1 : is_op(s, t, ')') || is_op(s, t, ']') ? -1 : 0;
}

/* The type behind "::" that begins at FROM and ends in "[]"; *END is behind that. */
static bool array_type(struct slice s, size_t from, struct slice *type, size_t *end)
{
    struct token t = next(s, from);
    size_t begin = t.at;
    for (int depth = 0; t.kind != TOKEN_END; t = next(s, t.at + t.n)) {
        if (!depth && is_op(s, &t, '[')) {
            struct token close = next(s, t.at + t.n);
            *type = (struct slice){s.p + begin, t.at - begin};
            *end = close.at + close.n;
            return is_op(s, &close, ']') && t.at > begin;
        }
        if (!depth && t.kind == TOKEN_OPERATOR && !is_op(s, &t, '(') && !is_op(s, &t, '.'))
            return false;
        depth += nesting(s, &t);
    }
    return false;
}

/* "(ARRAY[...])::type[]" at OPEN, a "("? */
struct cast {
    size_t from, to; /* the items */
    struct slice type;
    size_t end;
};

static bool find_cast(struct slice s, const struct token *open, struct cast *out)
{
    struct token t = next(s, open->at + 1);
    if (t.kind != TOKEN_WORD || !pgtoken_is(s.p, &t, "array"))
        return false;
    t = next(s, t.at + t.n);
    if (!is_op(s, &t, '['))
        return false;
    out->from = t.at + 1;
    int depth = 1;
    for (t = next(s, out->from); t.kind != TOKEN_END; t = next(s, t.at + t.n)) {
        depth += nesting(s, &t);
        if (!depth)
            break;
    }
    out->to = t.at;
    if (!is_op(s, &t, ']'))
        return false;
    t = next(s, t.at + 1);
    return is_op(s, &t, ')') && s.n - t.at > 3 && memcmp(s.p + t.at + 1, "::", 2) == 0 &&
           array_type(s, t.at + 3, &out->type, &out->end);
}

static void add_item(struct text *out, struct slice s, size_t from, size_t to, struct slice type)
{
    while (from < to && s.p[from] == ' ')
        from++;
    pgtext_char(out, '(');
    pgtext_add(out, s.p + from, to - from);
    pgtext_z(out, ")::");
    pgtext_add(out, type.p, type.n);
}

static void add_items(struct text *out, struct slice s, const struct cast *c)
{
    size_t from = c->from;
    int depth = 0;
    pgtext_z(out, "ARRAY[");
    for (struct token t = next(s, from); t.at < c->to && t.kind != TOKEN_END;
         t = next(s, t.at + t.n)) {
        depth += nesting(s, &t);
        if (depth || !is_op(s, &t, ','))
            continue;
        add_item(out, s, from, t.at, c->type);
        pgtext_z(out, ", ");
        from = t.at + 1;
    }
    add_item(out, s, from, c->to, c->type);
    pgtext_char(out, ']');
}

struct slice pginspect_canon(struct inspect *in, struct slice s)
{
    bool casts = s.n > 12 && memmem(s.p, s.n, "(ARRAY[", 7) && memmem(s.p, s.n, "])::", 4);
    if (!casts && (s.n < 8 || !memmem(s.p, s.n, "( VALUES", 8)))
        return (struct slice){0};
    size_t done = 0;
    struct cast c;
    pgtext_clear(&in->same);
    for (struct token t = next(s, 0); t.kind != TOKEN_END; t = next(s, t.at + t.n)) {
        struct token word = is_op(s, &t, '(') ? next(s, t.at + 1) : t;
        if (word.kind == TOKEN_WORD && pgtoken_is(s.p, &word, "values") && word.at > t.at + 1) {
            pgtext_add(&in->same, s.p + done, t.at + 1 - done);
            done = word.at;
        }
        if (!is_op(s, &t, '(') || !find_cast(s, &t, &c))
            continue;
        pgtext_add(&in->same, s.p + done, t.at - done);
        add_items(&in->same, s, &c);
        done = c.end;
        t = (struct token){.at = c.end};
    }
    if (!done)
        return (struct slice){0};
    pgtext_add(&in->same, s.p + done, s.n - done);
    return slice_of(&in->same);
}
