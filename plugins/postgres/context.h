/* SPDX-License-Identifier: Apache-2.0 */
/* context.h - where in a statement a name stands. */
#ifndef MOULT_POSTGRES_CONTEXT_H
#define MOULT_POSTGRES_CONTEXT_H

#include "lexer.h"

#define CONTEXT_NAMES 0 /* a list of types or the like; so a text begins */
#define CONTEXT_RELATIONS 1 /* FROM and the like: what follows a comma is a relation */
#define CONTEXT_ARGUMENTS 2 /* of a function with a FROM of its own */
#define CONTEXT_EXPRESSION 3
#define CONTEXT_DEEPEST 64  /* parentheses; deeper ones count as their outer one */

/* {.text = TEXT} before the first token. */
struct context {
    const char *text;
    struct token last, before; /* the last token, and the one before */
    bool header; /* of CREATE FUNCTION, before the list of its arguments */
    unsigned depth;
    unsigned char place[CONTEXT_DEEPEST];
};

/* Is it a keyword, in whatever case? */
bool pgcontext_is_keyword(const char *p, size_t n);
/* Goes on by the token T. */
void pgcontext_take(struct context *c, const struct token *t);
/* T, the next token of a text of LEN bytes, has a dot behind it: is it a schema? */
bool pgcontext_is_schema(const struct context *c, size_t len, const struct token *t);

#endif
