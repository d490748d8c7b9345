/* SPDX-License-Identifier: Apache-2.0 */
/* split.h - one statement of untrusted text, and what it is.
 *
 * cut.c cuts, as the mysql client does; body.c knows where the body of a routine ends; classify.c
 * judges by the words that a statement begins with, reach.c by the names in it; settings.c keeps
 * what a text sets for the statements after it; split.c puts it together. */
#ifndef MOULT_MYSQL_SPLIT_H
#define MOULT_MYSQL_SPLIT_H

#include "lexer.h"
#include "my.h"

/* A statement as tokens; there is always one TOKEN_END more. */
struct sentence {
    const char *text;
    struct token *tokens;
    uint32_t count, cap; /* count: without the end */
};

static inline const struct token *mysentence_at(const struct sentence *s, uint32_t i)
{
    return &s->tokens[i < s->count ? i : s->count];
}
static inline bool mysentence_is(const struct sentence *s, uint32_t i, const char *word)
{
    return mytoken_is(s->text, mysentence_at(s, i), word);
}
static inline bool mysentence_op(const struct sentence *s, uint32_t i, char op)
{
    return mytoken_is_op(s->text, mysentence_at(s, i), op);
}
/* Is token I one of WORDS, which ends in NULL? */
bool mysentence_any(const struct sentence *s, uint32_t i, const char *const *words);
/* Is token I a name, bare or quoted? */
static inline bool mysentence_name(const struct sentence *s, uint32_t i)
{
    uint32_t kind = mysentence_at(s, i)->kind;
    return kind == TOKEN_WORD || kind == TOKEN_QUOTED;
}
/* Position of the first WORD outside of parentheses at or behind FROM; s->count = none. */
uint32_t mysentence_find(const struct sentence *s, uint32_t from, const char *word);
/* Of CREATE, ALTER, DROP and the like: position of the word that says of what kind the object is,
 * behind OR REPLACE, DEFINER = x and what else may stand before it. */
uint32_t mysentence_kind(const struct sentence *s);

/* ---- body.c: the blocks of a routine's body, in which ";" ends no statement ---- */

struct body {
    char *open; /* the blocks that are open, a letter each */
    size_t depth, cap;
    uint32_t kind;   /* position of PROCEDURE, TRIGGER, ... in the sentence */
    uint32_t name;   /* position of the routine's name */
    uint32_t state;  /* BODY_* */
    uint32_t parens; /* open ones of the header */
    char first; /* 'd', 'h', 'u': the statement began with DECLARE, has HANDLER, began with UNTIL */
    bool start; /* the next token begins a statement */
    bool began; /* the latest one did */
    bool label; /* the latest may be a label in front of a statement */
    bool ended; /* the latest was END: IF, LOOP or the like belongs to it */
};
#define BODY_UNKNOWN 0u /* not enough of the sentence is there */
#define BODY_NONE 1u    /* the sentence makes no routine */
#define BODY_HEADER 2u
#define BODY_INSIDE 3u

/* Takes in the latest token of the sentence; false: out of memory. */
bool mybody_step(struct body *b, const struct sentence *s);
void mybody_free(struct body *b);
/* For a sentence that is there as a whole: calls FN with the position of each token with which a
 * statement of the body begins, until it is false. */
typedef bool mybody_fn(void *arg, uint32_t position);
bool mybody_each(const struct sentence *s, mybody_fn *fn, void *arg);

/* ---- cut.c ---- */

#define DELIMITER_MAX 15

/* Where cutting stands; what DELIMITER sets holds until the next one. */
struct cutter {
    struct lexer lexer;
    char delimiter[DELIMITER_MAX + 1];
    struct body body;
};
void mycutter_init(struct cutter *c, const char *text, size_t len, struct lexing how);
void mycutter_free(struct cutter *c);

/* A statement in the text: from its first token to its last, with the version comments that it
 * begins and ends in. */
struct cut {
    size_t from, to;
    size_t bad_at;
    const char *bad; /* it cannot be cut */
    bool end;        /* there is no further statement */
    bool empty;      /* a version comment alone, which is no code here */
};

/* The next statement, unless out->end; false: out of memory.  Empty ones are left out, but for those
 * with a version comment in them. */
bool mycut(struct cutter *c, struct sentence *to, struct cut *out);

/* ---- classify.c, reach.c ---- */

struct verdict {
    uint32_t klass;    /* MOULT_STMT_* */
    const char *about; /* a word of the statement for `why` ("%.*s"), or NULL */
    size_t about_len;
    const char *why; /* REFUSED: a format with at most one %.*s */
    bool sets;       /* it changes settings of the session */
    bool unnamed;    /* ALTER DATABASE: of which the name is left out */
};

struct verdict myclassify(const struct sentence *s);
/* Is the storage engine named at token I one that keeps its rows with the database? */
bool myengine_is_local(const struct sentence *s, uint32_t i);
/* Does any name lie in another database, or what a routine does reach outside of every database?
 * The verdict then is REFUSED, else SCHEMA.  PACKAGES: a.b() may be a part of the package a. */
struct verdict myreach(const struct sentence *s, bool packages);
/* Is the kind at token I, as DROP's, one of objects inside of a database? */
bool mykind_is_inside(const struct sentence *s, uint32_t i);

/* ---- settings.c, settings-text.c ---- */

struct settings;
/* A SET: SESSION, or REFUSED where it reaches further, or what it sets is not known. */
struct verdict mysettings_judge(const struct sentence *s);
struct settings *mysettings_new(void); /* NULL: out of memory */
void mysettings_free(struct settings *s);
/* Takes in a sentence whose verdict has `sets`; false: out of memory.  *WHY: it cannot be
 * honoured. */
bool mysettings_take(struct settings *s, const struct sentence *statement, const char **why);
/* How the text is read under the settings. */
struct lexing mysettings_lexing(const struct settings *s);
/* Appends the statement that makes the settings what they are, with its semicolon; nothing if they
 * are as at the beginning. */
void mysettings_write(const struct settings *s, struct text *out);
/* How many bytes of SQL, of LEN, are SET statements in front of another statement, for which alone
 * they are meant.  HOW: how that one is read. */
size_t mysettings_length(const char *sql, size_t len, struct lexing *how);
/* Takes in SET statements, of which SQL consists; false: out of memory. */
bool mysettings_read(struct settings *s, const char *sql, size_t len);
/* Appends ", x = DEFAULT" for each setting that the SET statement changes, but for those that every
 * session of ours begins with. */
bool mysettings_add_defaults(const struct sentence *q, struct text *out);
/* The same for all SET statements of SQL. */
bool mysettings_defaults(const char *sql, size_t len, struct text *out);

#endif
