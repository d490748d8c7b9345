/* SPDX-License-Identifier: Apache-2.0 */
/* parse.h - a small reader of SQLite's CREATE statements.  It takes apart what the tree needs, and
 * leaves expressions, SELECTs and trigger programs as ranges of tokens. */
#ifndef MOULT_SQLITE_PARSE_H
#define MOULT_SQLITE_PARSE_H

#include "token.h"

#define NO_TOKEN UINT32_MAX

/* Tokens [at, at + n). */
struct range {
    uint32_t at, n;
};

#define PARSE_TABLE 1u
#define PARSE_INDEX 2u
#define PARSE_VIEW 3u
#define PARSE_TRIGGER 4u
#define PARSE_VIRTUAL 5u

#define CONSTRAINT_PRIMARY 1u
#define CONSTRAINT_UNIQUE 2u
#define CONSTRAINT_CHECK 3u
#define CONSTRAINT_FOREIGN 4u
#define CONSTRAINT_NOT_NULL 5u
#define CONSTRAINT_DEFAULT 6u
#define CONSTRAINT_COLLATE 7u
#define CONSTRAINT_GENERATED 8u
#define CONSTRAINT_NULL 9u /* says nothing */

/* One element of "(a COLLATE b DESC, lower(c))". */
struct term {
    uint32_t name;     /* token, where the whole expression is one name; else NO_TOKEN */
    struct range expr; /* without COLLATE, ASC, DESC, NULLS */
    uint32_t collate;  /* token of the collation's name, or NO_TOKEN */
    bool desc;
    struct range all;
};

struct constraint {
    uint32_t kind;     /* CONSTRAINT_* */
    uint32_t column;   /* index of the column it is written at; NO_TOKEN: the table's */
    uint32_t name;     /* token of CONSTRAINT name, or NO_TOKEN */
    uint32_t conflict; /* token after ON CONFLICT, or NO_TOKEN */
    uint32_t first,
        terms;          /* PRIMARY, UNIQUE, FOREIGN of the table: terms[first .. first + terms) */
    struct range expr;  /* CHECK, DEFAULT, GENERATED: without the outer parentheses */
    bool parenthesised; /* DEFAULT: it was in parentheses */
    bool desc;          /* PRIMARY KEY DESC at a column */
    bool autoincrement;
    bool stored;                       /* GENERATED ... STORED */
    uint32_t word;                     /* COLLATE: token of the collation's name */
    uint32_t table;                    /* FOREIGN: token of the table's name */
    uint32_t to_first, to_terms;       /* FOREIGN: columns named after REFERENCES table */
    struct range on_delete, on_update; /* FOREIGN: "SET NULL"; n 0 = absent */
    uint32_t match;                    /* FOREIGN: token, or NO_TOKEN */
    struct range deferrable;           /* FOREIGN: "NOT DEFERRABLE INITIALLY ..."; n 0 = absent */
    struct range all;
};

struct column {
    uint32_t name;
    struct range type;           /* n 0 = none */
    uint32_t first, constraints; /* constraints[first .. first + constraints) */
    struct range all;
};

/* A parsed statement.  All its memory is reused by the next parse. */
struct parse {
    const char *text;
    size_t len;
    struct token *tokens; /* the last one is TOKEN_END */
    uint32_t token_count, token_cap;

    uint32_t what;   /* PARSE_* */
    uint32_t schema; /* token of "main" in main.t, or NO_TOKEN */
    uint32_t name;   /* token */
    bool temporary, if_not_exists;

    struct column *columns; /* of a table */
    uint32_t column_count, column_cap;
    struct constraint *constraints; /* of a table, in the order of the text */
    uint32_t constraint_count, constraint_cap;
    struct term *terms; /* of constraints; of an index: its columns */
    uint32_t term_count, term_cap;
    bool without_rowid, strict;
    bool as_select; /* CREATE TABLE ... AS SELECT: `body` */

    uint32_t table;     /* of an index or trigger: token */
    bool unique;        /* index */
    struct range where; /* index: without WHERE; n 0 = absent */

    struct range columns_named; /* view: inside the parentheses; n 0 = absent */
    struct range body; /* view: the SELECT; trigger: between BEGIN and END; virtual: arguments */
    uint32_t module;   /* virtual: token */

    uint32_t timing;   /* trigger: KW_BEFORE, KW_AFTER, KW_INSTEAD */
    uint32_t event;    /* trigger: KW_INSERT, KW_DELETE, KW_UPDATE */
    struct range of;   /* trigger: columns of UPDATE OF; n 0 = absent */
    struct range when; /* trigger: n 0 = absent */

    uint32_t end;    /* index of the token after the statement: TOKEN_END or ";" */
    size_t bad_at;   /* after a failure: byte of the text */
    const char *bad; /* after a failure: what was wanted there; NULL: out of memory */
};

/* Zeroed memory is a valid empty one. */
void parse_free(struct parse *p);
/* Reads the CREATE statement that TEXT begins with.  TEXT is borrowed.  false: see `bad`. */
bool parse_create(struct parse *p, const char *text, size_t len);
/* Only cuts TEXT into tokens.  false: out of memory, or a bad token (see `bad`). */
bool parse_tokens(struct parse *p, const char *text, size_t len);

/* The bytes of a range, from the first token's to the last token's; *LEN 0 for none. */
const char *range_text(const struct parse *p, struct range r, size_t *len);

#endif
