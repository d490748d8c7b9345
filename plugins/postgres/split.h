/* SPDX-License-Identifier: Apache-2.0 */
/* split.h - one statement of untrusted text, and what it is.
 *
 * cut.c cuts, classify.c judges by the words that a statement begins with, opinion.c asks
 * PostgreSQL's own grammar, settings.c keeps what a text sets for the statements after it,
 * split.c puts it together. */
#ifndef MOULT_POSTGRES_SPLIT_H
#define MOULT_POSTGRES_SPLIT_H

#include "lexer.h"
#include "pg.h"

/* A statement as tokens; there is always one TOKEN_END more. */
struct sentence {
    const char *text;
    struct token *tokens;
    uint32_t count, cap; /* count: without the end */
};

static inline const struct token *pgsentence_at(const struct sentence *s, uint32_t i)
{
    return &s->tokens[i < s->count ? i : s->count];
}
static inline bool pgsentence_is(const struct sentence *s, uint32_t i, const char *word)
{
    return pgtoken_is(s->text, pgsentence_at(s, i), word);
}
static inline bool pgsentence_op(const struct sentence *s, uint32_t i, char op)
{
    return pgtoken_is_op(s->text, pgsentence_at(s, i), op);
}
/* Position of the first WORD outside of parentheses at or behind FROM; s->count = none. */
uint32_t pgsentence_find(const struct sentence *s, uint32_t from, const char *word);

/* A statement in the text: from its first token to its last, and where the next one begins. */
struct cut {
    size_t from, to, next;
    size_t bad_at;
    const char *bad; /* it cannot be cut */
    bool end;        /* there is no further statement */
};

/* The statement at or after byte FROM of TEXT, unless out->end; false: out of memory. */
bool pgcut(const char *text, size_t len, size_t from, struct sentence *to, struct cut *out);

struct verdict {
    uint32_t klass;    /* MOULT_STMT_* */
    const char *about; /* a word of the statement for `why` ("%.*s"), or NULL */
    size_t about_len;
    const char *why;  /* REFUSED, PROCEDURAL: a format with at most one %.*s */
    bool sets;        /* it changes a setting: SET, RESET, set_config(), the end of a transaction */
    bool rows_follow; /* COPY FROM STDIN: its rows stand in the lines behind it */
    bool fills;       /* it makes a table from a query, which nobody wants to be run */
};

struct verdict pgclassify(const struct sentence *s);

/* ---- opinion.c ---- */

/* NULL: the grammar agrees that the sentence is one statement of the class, or does not know it;
 * else why not. */
const char *pgopinion(const struct sentence *s, uint32_t klass);

/* ---- settings.c ---- */

/* What a text has set so far that changes what a later statement means. */
struct settings {
    struct text *session, *current; /* by number; current: SET LOCAL included */
    bool txn;                       /* inside BEGIN ... COMMIT */
    bool escapes;                   /* a backslash in '' would be an escape */
};
bool pgsettings_init(struct settings *s);
void pgsettings_free(struct settings *s);
/* Is the setting that a SET or RESET names at token I one of these? */
bool pgsettings_carries(const struct sentence *s, uint32_t i);
/* Takes in a sentence whose verdict has `sets`; false: out of memory.  *WHY: it cannot be
 * honoured. */
bool pgsettings_take(struct settings *s, const struct sentence *statement, const char **why);
/* Why the settings do not let the statement be read as it stands here; NULL: they do. */
const char *pgsettings_refuse(const struct settings *s, const struct sentence *statement);
/* Appends the statements that make the settings what they are, each with its semicolon. */
void pgsettings_write(const struct settings *s, struct text *out);
/* How many bytes of SQL, of LEN, are such statements. */
size_t pgsettings_length(const char *sql, size_t len);

#endif
