/* SPDX-License-Identifier: Apache-2.0 */
/* same.h - canonical text of tokens: what is compared, where the author's spelling is only kept.
 *
 * Words are folded to lower case, names lose quotes they do not need, comments go, white space is
 * the least that is needed; literals stay as they are.  The spelling kept beside it (`text`) is the
 * author's, with bound identifiers replaced by their markers. */
#ifndef MOULT_SQLITE_SAME_H
#define MOULT_SQLITE_SAME_H

#include <moult/adapter.h>

#include "parse.h"

/* A growing text; a failed allocation marks it, and is looked for at the end. */
struct text {
    char *p;
    size_t n, cap;
    bool failed;
};

void text_add(struct text *t, const char *p, size_t n);
void text_puts(struct text *t, const char *z);
void text_char(struct text *t, char c);
void text_free(struct text *t);

/* How a token in double quotes is taken where a string is possible too (SQLite decides by whether a
 * column of that name is in reach). */
#define SAME_NAME 0u   /* always a name */
#define SAME_COLUMN 1u /* a name if `known` says so, else a string */
#define SAME_STRING 2u /* never a name: DEFAULT */
#define SAME_PROGRAM                                                                               \
    3u /* SELECT or trigger program: as SAME_COLUMN, 'x' after FROM, AS ... a name */

#define SAME_EXACT 4u /* nothing is folded: arguments that only their module understands */

struct same {
    const struct parse *p;
    const moult_binding *const *bindings;
    uint32_t binding_count;
    uint32_t mode;                                        /* SAME_* */
    bool (*known)(void *arg, const char *name, size_t n); /* NAME is folded */
    void *arg;
};

/* Is token I of s->p a name here, and not a keyword or string? */
bool same_is_name(const struct same *s, uint32_t i);
/* The canonical text of R, appended to OUT. */
void same_range(const struct same *s, struct range r, struct text *out);
/* The author's text of R with markers, appended. */
void same_spelling(const struct same *s, struct range r, struct text *out);
/* A name: unquoted and folded, or its marker; for keys. */
void same_key(const struct same *s, uint32_t token, struct text *out);
/* A name: unquoted as it is spelled, or its marker. */
void same_name(const struct same *s, uint32_t token, struct text *out);
/* FOLDED (unquoted, folded) as it stands in canonical text: in quotes if it needs them. */
void same_quoted(const struct same *s, const char *folded, size_t n, struct text *out);
/* A type: upper case, single spaces, none at parentheses and commas, quotes gone as in SQLite. */
void same_type(const struct same *s, struct range r, struct text *out);
/* A default: `abc`, "abc" and 'abc' are one string. */
void same_default(const struct same *s, struct range r, struct text *out);
/* The binding whose value FOLDED is, or NULL. */
const moult_binding *same_bound(const struct same *s, const char *folded, size_t n);

#endif
