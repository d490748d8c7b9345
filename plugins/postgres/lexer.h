/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.h - PostgreSQL's SQL cut into tokens, by the lexical rules of the server and of psql
 * (section "Lexical Structure" of PostgreSQL's manual; standard_conforming_strings is on). 
 * White space and comments are no tokens; a token knows where it stands. */
#ifndef MOULT_POSTGRES_LEXER_H
#define MOULT_POSTGRES_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_END 0u       /* after the last one; length 0 */
#define TOKEN_WORD 1u      /* a bare identifier or keyword */
#define TOKEN_QUOTED 2u    /* "x", U&"x" */
#define TOKEN_STRING 3u    /* 'x', with its E, B, X, N or U& */
#define TOKEN_DOLLAR 4u    /* $tag$x$tag$ */
#define TOKEN_NUMBER 5u    /* sign not included */
#define TOKEN_PARAMETER 6u /* $1 */
#define TOKEN_OPERATOR 7u  /* one byte of an operator, or of punctuation */
#define TOKEN_COMMAND 8u   /* a backslash: psql's own, to the end of the line */
#define TOKEN_BAD 9u /* an open quote or comment, a zero byte; reaches to the end of what is bad */

struct token {
    uint32_t kind; /* TOKEN_* */
    size_t at, n;  /* bytes of the text */
};

/* The token at or after byte FROM of TEXT. */
struct token pgtoken_next(const char *text, size_t len, size_t from);
/* Is it WORD (in lower case), bare? */
bool pgtoken_is(const char *text, const struct token *t, const char *word);
/* Is it the one byte OP? */
bool pgtoken_is_op(const char *text, const struct token *t, char op);
/* Equal but for the case of ASCII letters?  LOWER is in lower case and ends in zero. */
bool pgtoken_equal(const char *p, size_t n, const char *lower);

#endif
