/* SPDX-License-Identifier: Apache-2.0 */
/* parse-table.h - what SHOW CREATE TABLE says, as parts of its text.
 *
 * The server writes it, so there is one form of everything.  What is not that form ends the
 * reading: the table then counts as not understood. */
#ifndef MOULT_MYSQL_PARSE_TABLE_H
#define MOULT_MYSQL_PARSE_TABLE_H

#include "lexer.h"
#include "my.h"

/* Parts of the text as it stands; p NULL: not there. */
struct column_text {
    struct slice name; /* with its quotes, as all names here */
    struct slice type;
    struct slice charset, collate;
    struct slice dflt, on_update, generated, check; /* expressions */
    struct slice row;                               /* START, END */
    struct slice compressed, options, srid, comment;
    bool not_null, null, auto_increment, stored, invisible, unversioned;
};

struct key_text {
    const char *type; /* "PRIMARY", "UNIQUE", "FULLTEXT", "SPATIAL"; "" for others */
    struct slice name;
    uint32_t first, end; /* tokens between the parentheses */
    struct slice using, options, comment;
    bool ignored;
};

struct foreign_key_text {
    struct slice name;
    uint32_t first, end; /* tokens of its columns */
    struct slice to_database, to;
    uint32_t to_first, to_end;
    struct slice on_delete, on_update;
};

struct check_text {
    struct slice name, expression;
    bool unenforced;
};

struct period_text {
    struct slice name; /* the word SYSTEM_TIME, or quoted */
    struct slice start, end;
};

struct option_text {
    struct slice name;   /* "STATS_PERSISTENT", "DATA DIRECTORY", "`page_compressed`" */
    struct slice value;  /* p NULL: none, as of WITH SYSTEM VERSIONING */
    uint32_t first, end; /* its tokens */
};

struct partition_text {
    bool sub;
    struct slice name, values, engine, comment, options, data_directory, index_directory;
};

/* An array that keeps its memory from one table to the next. */
#define PART_ARRAY(type, name)                                                                     \
    type *name;                                                                                    \
    uint32_t name##_count, name##_room

struct table_text {
    const char *text;
    size_t len;
    PART_ARRAY(struct token, tokens);
    uint32_t at;     /* the token to be read next */
    const char *bad; /* what was expected there; NULL: all is understood */
    bool nomem;
    struct slice name;
    PART_ARRAY(struct column_text, columns);
    PART_ARRAY(struct key_text, keys);
    PART_ARRAY(struct foreign_key_text, foreign_keys);
    PART_ARRAY(struct check_text, checks);
    PART_ARRAY(struct period_text, periods);
    PART_ARRAY(struct option_text, options);
    PART_ARRAY(struct partition_text, partitions);
    struct slice partition_by, partition_count, subpartition_by, subpartition_count;
    uint32_t elements;     /* the first token behind the opening parenthesis */
    uint32_t partitioning; /* the token PARTITION, or the end */
};

/* Reads TEXT into T, whose arrays are used again; false: t->bad, or no memory. */
bool myparse_table(struct table_text *t, const char *text, size_t len, struct lexing how);
void myparse_table_free(struct table_text *t);
/* TEXT as tokens alone, ended by TOKEN_END; false: no memory, or something in it does not end. */
bool myparse_tokens(struct table_text *t, const char *text, size_t len, struct lexing how);

/* ---- for the files of the parser ---- */

/* Room for one more in an array of items of SIZE; false: no memory. */
bool mypart_room(struct table_text *t, void *array, uint32_t count, uint32_t *room, size_t size);
#define PART_ADD(t, name)                                                                          \
    (mypart_room(t, &(t)->name, (t)->name##_count, &(t)->name##_room, sizeof *(t)->name)           \
         ? memset(&(t)->name[(t)->name##_count++], 0, sizeof *(t)->name)                           \
         : NULL)

static inline const struct token *mypart_token(const struct table_text *t, uint32_t i)
{
    return &t->tokens[i < t->tokens_count ? i : t->tokens_count - 1];
}
/* Items of a list, split at the commas outside of parentheses; *AT moves past the comma.  False:
 * none is left. */
bool mypart_item(const struct table_text *t, uint32_t *at, uint32_t end, uint32_t *first,
                 uint32_t *last);
/* Is the next token (the one after it, ...) WORD? */
static inline bool mypart_is(const struct table_text *t, uint32_t ahead, const char *word)
{
    return mytoken_is(t->text, mypart_token(t, t->at + ahead), word);
}
static inline bool mypart_is_op(const struct table_text *t, uint32_t ahead, char op)
{
    return mytoken_is_op(t->text, mypart_token(t, t->at + ahead), op);
}
/* Takes the next token if it is WORD, OP. */
bool mypart_take(struct table_text *t, const char *word);
bool mypart_take_op(struct table_text *t, char op);
/* The same, but anything else is not understood. */
bool mypart_need(struct table_text *t, const char *word);
bool mypart_need_op(struct table_text *t, char op);
bool mypart_bad(struct table_text *t, const char *expected);
/* The text of the tokens from FIRST to before END. */
struct slice mypart_text(const struct table_text *t, uint32_t first, uint32_t end);
/* One token of KIND. */
bool mypart_one(struct table_text *t, uint32_t kind, const char *expected, struct slice *out);
/* "(...)": what stands between the parentheses. */
bool mypart_parens(struct table_text *t, struct slice *out);
bool mypart_parens_tokens(struct table_text *t, uint32_t *first, uint32_t *end);

bool mypart_column(struct table_text *t);
bool mypart_element(struct table_text *t); /* key, foreign key, check, period */
bool mypart_options(struct table_text *t);
bool mypart_partitioning(struct table_text *t);

#endif
