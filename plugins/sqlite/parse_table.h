/* SPDX-License-Identifier: Apache-2.0 */
/* parse_table.h - the cursor that the two halves of the parser share: parse.c reads the heads of
 * statements, parse_table.c what stands between a table's parentheses. */
#ifndef MOULT_SQLITE_PARSE_TABLE_H
#define MOULT_SQLITE_PARSE_TABLE_H

#include "parse.h"

struct cursor {
    struct parse *p;
    uint32_t i; /* the token at hand; never past TOKEN_END */
};

bool parse_grow(struct parse *p, void **items, uint32_t count, uint32_t *cap, size_t size);
/* Notes what was wanted at the token at hand, unless something is noted; false. */
bool parse_bad(struct cursor *c, const char *wanted);
const struct token *parse_peek(const struct cursor *c, uint32_t ahead);
bool parse_is(const struct cursor *c, uint16_t keyword);
bool parse_is_op(const struct cursor *c, char op);
bool parse_at_end(const struct cursor *c);
bool parse_take(struct cursor *c, uint16_t keyword);
bool parse_take_op(struct cursor *c, char op);
bool parse_want(struct cursor *c, uint16_t keyword, const char *wanted);
bool parse_want_op(struct cursor *c, char op, const char *wanted);
bool parse_want_name(struct cursor *c, uint32_t *out, const char *wanted);
/* "( ... )", balanced; INSIDE is what is between. */
bool parse_parens(struct cursor *c, struct range *inside);

/* "( a COLLATE x DESC, ... )" into p->terms. */
bool parse_terms(struct cursor *c, uint32_t *first, uint32_t *count);
/* "( columns, constraints ) WITHOUT ROWID, STRICT" */
bool parse_table_body(struct cursor *c);

#endif
