/* SPDX-License-Identifier: Apache-2.0 */
/* cut.c - where a statement ends, as psql sees it. */
#include <stdlib.h>
#include <string.h>

#include "split.h"

uint32_t pgsentence_find(const struct sentence *s, uint32_t from, const char *word)
{
    int64_t depth = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        depth += pgsentence_op(s, i, '(') - pgsentence_op(s, i, ')');
        if (depth == 0 && i >= from && pgsentence_is(s, i, word))
            return i;
    }
    return s->count;
}

static bool push(struct sentence *s, struct token t)
{
    if (s->count + 1 >= s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 256;
        struct token *p = cap > s->cap ? realloc(s->tokens, cap * sizeof *p) : NULL;
        if (!p)
            return false;
        s->tokens = p;
        s->cap = cap;
    }
    s->tokens[s->count++] = t;
    s->tokens[s->count] = (struct token){TOKEN_END, t.at + t.n, 0};
    return true;
}

static const char *bad_token(const char *text, const struct token *t)
{
    const char *p = text + t->at;
    if (memchr(p, '\0', t->n))
        return "the text holds a zero byte";
    switch (*p) {
    case '/':
        return "a comment is left open";
    case '$':
        return "a dollar-quoted string is left open";
    case '"':
        return "a quoted name is left open";
    case 'u':
    case 'U':
        return p[2] == '"' ? "a quoted name is left open" : "a string is left open";
    default:
        return "a string is left open";
    }
}

/* Does the statement so far read CREATE [OR REPLACE] FUNCTION or PROCEDURE?  Its body may be
 * statements between BEGIN ATOMIC and END. */
static bool makes_routine(const struct sentence *s)
{
    uint32_t i = pgsentence_is(s, 1, "or") && pgsentence_is(s, 2, "replace") ? 3 : 1;
    return pgsentence_is(s, 0, "create") &&
           (pgsentence_is(s, i, "function") || pgsentence_is(s, i, "procedure"));
}

/* How the latest token changes the depth of a body's blocks. */
static int block_step(const struct sentence *s, uint32_t depth)
{
    uint32_t i = s->count - 1;
    if (i && (pgsentence_is(s, i - 1, "as") || pgsentence_op(s, i - 1, '.')))
        return 0; /* the name of a column */
    if (depth == 0)
        return pgsentence_is(s, i, "atomic") && pgsentence_is(s, i - 1, "begin") &&
               makes_routine(s);
    return pgsentence_is(s, i, "case") - pgsentence_is(s, i, "end");
}

bool pgcut(const char *text, size_t len, size_t from, struct sentence *to, struct cut *out)
{
    struct token t;
    do { /* empty statements */
        t = pgtoken_next(text, len, from);
        from = t.at + t.n;
    } while (pgtoken_is_op(text, &t, ';'));
    *out = (struct cut){.from = t.at, .next = from};
    to->text = text;
    to->count = 0;
    uint64_t parens = 0;
    uint32_t blocks = 0;
    for (; t.kind != TOKEN_END; t = pgtoken_next(text, len, out->next)) {
        bool command = t.kind == TOKEN_COMMAND;
        if (command &&
            to->count) { /* it is no part of this statement, which it would end or send */
            out->bad = "a command of psql stands inside of a statement";
            out->bad_at = t.at;
        }
        if (t.kind == TOKEN_BAD) {
            out->bad = bad_token(text, &t);
            out->bad_at = t.at;
        }
        out->next = t.at + t.n;
        if (pgtoken_is_op(text, &t, ';') && !parens && !blocks)
            break;
        out->to = out->next;
        if (!push(to, t))
            return false;
        if (command || t.kind == TOKEN_BAD)
            break;
        if (pgtoken_is_op(text, &t, '('))
            parens++;
        else if (pgtoken_is_op(text, &t, ')'))
            parens -= parens > 0;
        else if (t.kind == TOKEN_WORD && !parens)
            blocks = (uint32_t)((int)blocks + block_step(to, blocks));
    }
    out->end = !to->count;
    if (t.kind == TOKEN_END && (parens || blocks) && !out->bad) {
        out->bad = blocks ? "BEGIN ATOMIC is left open" : "a parenthesis is left open";
        out->bad_at = out->from;
    }
    return true;
}
