/* SPDX-License-Identifier: Apache-2.0 */
/* context.c - is a name with a dot behind it a schema's, or that of a table, an alias, a variable?
 *
 * Asked only of texts in which a schema's name is also something else's: "t1.a" may be a relation of the
 * schema t1, and a column of an alias t1.  Where it stands tells, as far as the grammar of SELECT goes: what
 * follows FROM are relations, what is called is a function, what follows "::" is a type. */
#include <string.h>

#include "context.h"
#include "pg.h"

static bool is_any(const char *text, const struct token *t, const char *const *words)
{
    for (; *words; words++) {
        if (pgtoken_is(text, t, *words))
            return true;
    }
    return false;
}

bool pgcontext_is_keyword(const char *p, size_t n)
{
    char word[64];
    if (n >= sizeof word)
        return false;
    for (size_t i = 0; i < n; i++)
        word[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
    return postgres_is_keyword(word, n);
}

/* After these come relations, types, functions. */
static const char *const before_names[] = {
    "from",    "join",     "into",      "update",    "table",   "only",       "references",
    "collate", "type",     "as",        "of",        "view",    "function",   "procedure",
    "routine", "sequence", "index",     "returns",   "setof",   "execute",    "call",
    "lateral", "inherits", "like",      "domain",    "out",     "inout",      "variadic",
    "perform", "to",       "aggregate", "statistics", NULL};
static const char *const before_relations[] = {"from", "join", "into", "update", "lateral",
                                               "using", "truncate", NULL};
static const char *const before_expressions[] = {
    "select", "where", "on",        "group",  "order", "having", "limit",  "offset", "set",
    "values", "by",    "returning", "window", "when",  "then",   "else",   "and",    "or",
    "not",    "case",  "return",    "if",     "while", "elsif",  "filter", "over",   NULL};
static const char *const routines[] = {"function", "procedure", "aggregate", NULL};
/* Functions with a FROM between their arguments. */
static const char *const with_from[] = {"extract", "substring", "trim", "overlay", "position", NULL};

static bool inherits(const struct context *c)
{
    const struct token *t = &c->last;
    return c->place[c->depth] == CONTEXT_RELATIONS &&
           (is_any(c->text, t, before_relations) || pgtoken_is_op(c->text, t, ',') ||
            pgtoken_is_op(c->text, t, '('));
}

void pgcontext_take(struct context *c, const struct token *t)
{
    const char *text = c->text;
    if (pgtoken_is_op(text, t, '(') && c->depth + 1 < CONTEXT_DEEPEST) {
        bool relations = inherits(c), from = is_any(text, &c->last, with_from);
        c->place[++c->depth] = relations   ? CONTEXT_RELATIONS
                               : from      ? CONTEXT_ARGUMENTS
                               : c->header ? CONTEXT_NAMES
                                           : CONTEXT_EXPRESSION;
        c->header = false;
    } else if (pgtoken_is_op(text, t, ')') && c->depth) {
        c->depth--;
    } else if (pgtoken_is_op(text, t, ';')) {
        c->place[c->depth] = CONTEXT_EXPRESSION;
    } else if (t->kind == TOKEN_WORD && is_any(text, t, before_expressions)) {
        c->place[c->depth] = CONTEXT_EXPRESSION;
    } else if (t->kind == TOKEN_WORD && is_any(text, t, before_relations)) {
        bool distinct = pgtoken_is(text, &c->last, "distinct");
        if (c->place[c->depth] != CONTEXT_ARGUMENTS && !distinct)
            c->place[c->depth] = CONTEXT_RELATIONS;
    }
    c->header |= c->last.kind == TOKEN_WORD && is_any(text, t, routines) &&
                 is_any(text, &c->last, (const char *const[]){"create", "replace", NULL});
    c->before = c->last;
    c->last = *t;
}

/* Does an expression go on behind the name? */
static bool goes_on(const char *text, const struct token *t)
{
    static const char *const words[] = {"and", "or",  "is",      "in",   "not", "like",
                                        "ilike", "between", "then", NULL};
    return t->kind == TOKEN_OPERATOR ? !strchr("();,", text[t->at]) : is_any(text, t, words);
}

bool pgcontext_is_schema(const struct context *c, size_t len, const struct token *t)
{
    const char *text = c->text;
    struct token dot = pgtoken_next(text, len, t->at + t->n);
    struct token name = pgtoken_next(text, len, dot.at + dot.n);
    struct token next = pgtoken_next(text, len, name.at + name.n);
    if (name.kind != TOKEN_WORD && name.kind != TOKEN_QUOTED)
        return name.kind == TOKEN_OPERATOR && pgtoken_is_op(text, &c->last, '(') &&
               pgtoken_is(text, &c->before, "operator");
    if (c->last.kind == TOKEN_END || pgtoken_is_op(text, &next, '(') ||
        pgtoken_is_op(text, &next, '.'))
        return true;
    if (pgtoken_is_op(text, &c->last, ':'))
        return pgtoken_is_op(text, &c->before, ':');
    if (pgtoken_is(text, &c->last, "on"))
        return !goes_on(text, &next);
    if (pgtoken_is(text, &c->last, "from") && (c->place[c->depth] == CONTEXT_ARGUMENTS ||
                                               pgtoken_is(text, &c->before, "distinct")))
        return false;
    if (is_any(text, &c->last, before_names))
        return true;
    if (pgtoken_is_op(text, &c->last, ',') || pgtoken_is_op(text, &c->last, '('))
        return c->place[c->depth] == CONTEXT_RELATIONS || c->place[c->depth] == CONTEXT_NAMES;
    /* A name and its type. */
    return c->last.kind == TOKEN_QUOTED ||
           (c->last.kind == TOKEN_WORD && !is_any(text, &c->last, before_expressions) &&
            !pgcontext_is_keyword(text + c->last.at, c->last.n));
}
