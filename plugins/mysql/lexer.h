/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.h - the SQL of MySQL and MariaDB cut into tokens, by the lexical rules of the server
 * (section "Language Structure" of both manuals), under a given sql_mode.
 *
 * White space and comments are no tokens; a token knows where it stands.  What stands in a version
 * comment that the server takes for code is tokens like all else. */
#ifndef MOULT_MYSQL_LEXER_H
#define MOULT_MYSQL_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_END 0u       /* after the last one; length 0 */
#define TOKEN_WORD 1u      /* a bare identifier or keyword */
#define TOKEN_QUOTED 2u    /* `x`; where sql_mode says so, "x" or [x] */
#define TOKEN_STRING 3u    /* 'x', "x", with its N, X or B */
#define TOKEN_NUMBER 4u    /* 1, 1.5e3, 0x1F, 0b1; sign not included */
#define TOKEN_OPERATOR 5u  /* one byte of an operator, or of punctuation */
#define TOKEN_DELIMITER 6u /* what ends a statement, where the lexer has such */
#define TOKEN_COMMAND 7u   /* a backslash: the mysql client's own, to the end of the line */
#define TOKEN_BAD 8u /* an open quote or comment, a zero byte; reaches to the end of what is bad */

struct token {
    uint32_t kind; /* TOKEN_* */
    size_t at, n;  /* bytes of the text */
};

/* What decides how a text is read. */
struct lexing {
    uint32_t version; /* of the server, as version comments write it: 101119 */
    bool mysql;       /* the server is MySQL, not MariaDB */
    bool ansi_quotes; /* "x" is a name, not a string */
    bool brackets;    /* [x] is a name */
    bool no_escapes;  /* a backslash in a string means itself */
    bool oracle;      /* routines are written in Oracle's language */
};
/* Versions later than any: all version comments of the make are code, but for 999999, which stands
 * for "never" in dumps. */
#define MARIADB_LATEST 999998u
#define MYSQL_LATEST 99999u
/* The oldest ones that moult works with. */
#define MARIADB_OLDEST 100500u
#define MYSQL_OLDEST 80000u

/* Where reading stands; may be copied and gone back to. */
struct lexer {
    const char *text;
    size_t len, at;
    struct lexing how;
    const char *delimiter; /* NULL: none */
    size_t delimiter_len;
    size_t opened; /* where the version comment begins that it is in, or was in last */
    size_t closed; /* behind the end of the latest one */
    bool inside;   /* it is in one */
};

/* The next token; goes on behind it. */
struct token mytoken_next(struct lexer *l);
/* How the latest MariaDB reads under SQL_MODE, as the server spells it: "ANSI_QUOTES,...". */
struct lexing mylexing_of(const char *sql_mode, size_t n);
/* Is it WORD (in lower case), bare? */
bool mytoken_is(const char *text, const struct token *t, const char *word);
/* Is it the one byte OP? */
bool mytoken_is_op(const char *text, const struct token *t, char op);
/* Equal but for the case of ASCII letters?  LOWER is in lower case and ends in zero. */
bool mytoken_equal(const char *p, size_t n, const char *lower);
/* Does the server take a version comment of this NUMBER (0: none) for code?  MARIA: it begins with
 * "M!". */
bool mylexing_runs(const struct lexing *how, uint32_t number, bool maria);
/* The comment at AT: how long its head is if it is a version comment, with the number; else 0. */
size_t mylexer_version(const char *text, size_t len, size_t at, uint32_t *number, bool *maria);

#endif
