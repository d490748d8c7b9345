/* SPDX-License-Identifier: Apache-2.0 */
/* token.h - SQLite's SQL cut into tokens, as https://sqlite.org/lang.html and tokenize.c of SQLite
 * 3 cut it.  White space and comments are not tokens; a token knows where it stands. */
#ifndef MOULT_SQLITE_TOKEN_H
#define MOULT_SQLITE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_END 0u      /* after the last one; length 0 */
#define TOKEN_WORD 1u     /* a bare identifier or keyword */
#define TOKEN_QUOTED 2u   /* "x", `x`, [x] */
#define TOKEN_STRING 3u   /* 'x'; also taken as a name where SQLite does so */
#define TOKEN_BLOB 4u     /* x'00ff' */
#define TOKEN_NUMBER 5u   /* as written, sign not included */
#define TOKEN_VARIABLE 6u /* ?1, :a, @a, $a, #1 */
#define TOKEN_OPERATOR 7u /* also punctuation; `op` is the first byte, see token_is_op */
#define TOKEN_BAD 8u      /* an open quote, an illegal byte; reaches to the end of what is bad */

/* Keywords by first letter.  X(NAME, bare): bare 1 = where a name is wanted SQLite takes the word
 * for a name, and quoted or not it cannot be read as something else. */
/* clang-format off */
#define KEYWORDS_A(X)                                                                              \
    X(ABORT, 1) X(ACTION, 1) X(ADD, 0) X(AFTER, 1) X(ALL, 0) X(ALTER, 0) X(ALWAYS, 1)              \
    X(ANALYZE, 1) X(AND, 0) X(AS, 0) X(ASC, 1) X(ATTACH, 1) X(AUTOINCREMENT, 0)
#define KEYWORDS_B(X) X(BEFORE, 1) X(BEGIN, 1) X(BETWEEN, 0) X(BY, 1)
#define KEYWORDS_C(X)                                                                              \
    X(CASCADE, 1) X(CASE, 0) X(CAST, 0) X(CHECK, 0) X(COLLATE, 0) X(COLUMN, 1) X(COMMIT, 0)        \
    X(CONFLICT, 1) X(CONSTRAINT, 0) X(CREATE, 0) X(CROSS, 0) X(CURRENT, 1) X(CURRENT_DATE, 0)      \
    X(CURRENT_TIME, 0) X(CURRENT_TIMESTAMP, 0)
#define KEYWORDS_D(X)                                                                              \
    X(DATABASE, 1) X(DEFAULT, 0) X(DEFERRABLE, 0) X(DEFERRED, 1) X(DELETE, 0) X(DESC, 1)           \
    X(DETACH, 1) X(DISTINCT, 0) X(DO, 1) X(DROP, 0)
#define KEYWORDS_E(X)                                                                              \
    X(EACH, 1) X(ELSE, 0) X(END, 1) X(ESCAPE, 0) X(EXCEPT, 0) X(EXCLUDE, 1) X(EXCLUSIVE, 1)        \
    X(EXISTS, 0) X(EXPLAIN, 1)
#define KEYWORDS_F(X)                                                                              \
    X(FAIL, 1) X(FILTER, 0) X(FIRST, 1) X(FOLLOWING, 1) X(FOR, 1) X(FOREIGN, 0) X(FROM, 0) X(FULL, 0)
#define KEYWORDS_G(X) X(GENERATED, 1) X(GLOB, 0) X(GROUP, 0) X(GROUPS, 1)
#define KEYWORDS_H(X) X(HAVING, 0)
#define KEYWORDS_I(X)                                                                              \
    X(IF, 1) X(IGNORE, 1) X(IMMEDIATE, 1) X(IN, 0) X(INDEX, 0) X(INDEXED, 0) X(INITIALLY, 1)       \
    X(INNER, 0) X(INSERT, 0) X(INSTEAD, 1) X(INTERSECT, 0) X(INTO, 0) X(IS, 0) X(ISNULL, 0)
#define KEYWORDS_J(X) X(JOIN, 0)
#define KEYWORDS_K(X) X(KEY, 1)
#define KEYWORDS_L(X) X(LAST, 1) X(LEFT, 0) X(LIKE, 0) X(LIMIT, 0)
#define KEYWORDS_M(X) X(MATCH, 0) X(MATERIALIZED, 1)
#define KEYWORDS_N(X) X(NATURAL, 0) X(NO, 1) X(NOT, 0) X(NOTHING, 0) X(NOTNULL, 0) X(NULL, 0) X(NULLS, 1)
#define KEYWORDS_O(X) X(OF, 1) X(OFFSET, 1) X(ON, 0) X(OR, 0) X(ORDER, 0) X(OTHERS, 1) X(OUTER, 0) X(OVER, 0)
#define KEYWORDS_P(X) X(PARTITION, 1) X(PLAN, 1) X(PRAGMA, 1) X(PRECEDING, 1) X(PRIMARY, 0)
#define KEYWORDS_Q(X) X(QUERY, 1)
#define KEYWORDS_R(X)                                                                              \
    X(RAISE, 0) X(RANGE, 1) X(RECURSIVE, 1) X(REFERENCES, 0) X(REGEXP, 0) X(REINDEX, 1)            \
    X(RELEASE, 1) X(RENAME, 1) X(REPLACE, 1) X(RESTRICT, 1) X(RETURNING, 0) X(RIGHT, 0)            \
    X(ROLLBACK, 1) X(ROW, 1) X(ROWID, 1) X(ROWS, 1)
#define KEYWORDS_S(X) X(SAVEPOINT, 1) X(SELECT, 0) X(SET, 0) X(STORED, 1) X(STRICT, 1)
#define KEYWORDS_T(X)                                                                              \
    X(TABLE, 0) X(TEMP, 1) X(TEMPORARY, 1) X(THEN, 0) X(TIES, 1) X(TO, 0) X(TRANSACTION, 0)        \
    X(TRIGGER, 1)
#define KEYWORDS_U(X) X(UNBOUNDED, 1) X(UNION, 0) X(UNIQUE, 0) X(UPDATE, 0) X(USING, 0)
#define KEYWORDS_V(X) X(VACUUM, 1) X(VALUES, 0) X(VIEW, 1) X(VIRTUAL, 1)
#define KEYWORDS_W(X) X(WHEN, 0) X(WHERE, 0) X(WINDOW, 0) X(WITH, 1) X(WITHOUT, 1)
#define KEYWORDS(X)                                                                                \
    KEYWORDS_A(X) KEYWORDS_B(X) KEYWORDS_C(X) KEYWORDS_D(X) KEYWORDS_E(X) KEYWORDS_F(X)            \
    KEYWORDS_G(X) KEYWORDS_H(X) KEYWORDS_I(X) KEYWORDS_J(X) KEYWORDS_K(X) KEYWORDS_L(X)            \
    KEYWORDS_M(X) KEYWORDS_N(X) KEYWORDS_O(X) KEYWORDS_P(X) KEYWORDS_Q(X) KEYWORDS_R(X)            \
    KEYWORDS_S(X) KEYWORDS_T(X) KEYWORDS_U(X) KEYWORDS_V(X) KEYWORDS_W(X)
/* clang-format on */

#define KEYWORD_ENUM(name, bare) KW_##name,
enum { KW_NONE, KEYWORDS(KEYWORD_ENUM) KW_COUNT };
#undef KEYWORD_ENUM

struct token {
    uint8_t kind;     /* TOKEN_* */
    uint8_t op;       /* of an operator: its first byte */
    uint16_t keyword; /* of a word: KW_*, KW_NONE if it is none */
    size_t at, n;     /* bytes of the text */
};

/* The token at or after byte FROM of TEXT. */
struct token token_next(const char *text, size_t len, size_t from);
/* Is it the operator OP, whole ("," ";" "||")? */
bool token_is_op(const char *text, const struct token *t, const char *op);
/* May it stand where SQLite wants a name: a word that is no reserved keyword, any quoted, a string?
 */
bool token_is_name(const struct token *t);
/* KW_* of the word W, ASCII case ignored. */
uint16_t token_keyword(const char *w, size_t n);
/* 1: as a bare word, KEYWORD can be taken for a name (KW_NONE: yes). */
bool token_keyword_bare(uint16_t keyword);

/* What a name means: quotes taken away.  OUT has room for t->n bytes; returns the length. */
size_t token_unquote(const char *text, const struct token *t, char *out);
/* Folds ASCII letters to lower case, in place. */
void fold_ascii(char *p, size_t n);
/* Equal but for the case of ASCII letters? */
bool equal_folded(const char *a, size_t an, const char *b, size_t bn);
/* Does the token, unquoted, name NAME, ASCII case ignored? */
bool token_names(const char *text, const struct token *t, const char *name, size_t n);

#endif
