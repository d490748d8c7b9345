/* SPDX-License-Identifier: Apache-2.0 */
/* parse-table.c - reads SHOW CREATE TABLE: columns, keys, constraints. */
#include "parse-table.h"

#include <stdlib.h>

/* ---- tokens ---- */

bool mypart_room(struct table_text *t, void *array, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return true;
    uint32_t more = *room ? *room * 2 : 16;
    void *old, *p = NULL;
    memcpy(&old, array, sizeof old); /* the address of a pointer to whatever the items are */
    if (more > *room)
        p = reallocarray(old, more, size);
    if (!p) {
        t->nomem = true;
        return false;
    }
    memcpy(array, &p, sizeof p);
    *room = more;
    return true;
}

bool myparse_tokens(struct table_text *t, const char *text, size_t len, struct lexing how)
{
    struct lexer l = {.text = text, .len = len, .how = how};
    t->text = text;
    t->len = len;
    t->at = t->tokens_count = 0;
    t->bad = NULL;
    t->nomem = false;
    for (;;) {
        struct token *token = PART_ADD(t, tokens);
        if (!token)
            return false;
        *token = mytoken_next(&l);
        if (token->kind == TOKEN_BAD) {
            t->at = t->tokens_count - 1;
            return mypart_bad(t, "the end of a text");
        }
        if (token->kind == TOKEN_END)
            return true;
    }
}

bool mypart_bad(struct table_text *t, const char *expected)
{
    if (!t->bad)
        t->bad = expected;
    return false;
}

bool mypart_take(struct table_text *t, const char *word)
{
    bool is = mypart_is(t, 0, word);
    t->at += is;
    return is;
}

bool mypart_take_op(struct table_text *t, char op)
{
    bool is = mypart_is_op(t, 0, op);
    t->at += is;
    return is;
}

bool mypart_need(struct table_text *t, const char *word)
{
    return mypart_take(t, word) || mypart_bad(t, word);
}

bool mypart_need_op(struct table_text *t, char op)
{
    return mypart_take_op(t, op) || mypart_bad(t, op == '('   ? "("
                                                  : op == ')' ? ")"
                                                  : op == ',' ? ","
                                                              : "=");
}

struct slice mypart_text(const struct table_text *t, uint32_t first, uint32_t end)
{
    if (first >= end)
        return (struct slice){t->text + mypart_token(t, first)->at, 0};
    const struct token *a = mypart_token(t, first), *b = mypart_token(t, end - 1);
    return (struct slice){t->text + a->at, b->at + b->n - a->at};
}

bool mypart_one(struct table_text *t, uint32_t kind, const char *expected, struct slice *out)
{
    if (mypart_token(t, t->at)->kind != kind)
        return mypart_bad(t, expected);
    *out = mypart_text(t, t->at, t->at + 1);
    t->at++;
    return true;
}

bool mypart_parens_tokens(struct table_text *t, uint32_t *first, uint32_t *end)
{
    if (!mypart_need_op(t, '('))
        return false;
    *first = t->at;
    for (int depth = 1; mypart_token(t, t->at)->kind != TOKEN_END; t->at++) {
        depth += mypart_is_op(t, 0, '(') - mypart_is_op(t, 0, ')');
        if (!depth) {
            *end = t->at++;
            return true;
        }
    }
    return mypart_bad(t, ")");
}

bool mypart_parens(struct table_text *t, struct slice *out)
{
    uint32_t first, end;
    if (!mypart_parens_tokens(t, &first, &end))
        return false;
    *out = mypart_text(t, first, end);
    return true;
}

bool mypart_item(const struct table_text *t, uint32_t *at, uint32_t end, uint32_t *first,
                 uint32_t *last)
{
    int depth = 0;
    *first = *at;
    for (; *at < end; ++*at) {
        const struct token *token = mypart_token(t, *at);
        depth += mytoken_is_op(t->text, token, '(') - mytoken_is_op(t->text, token, ')');
        if (!depth && mytoken_is_op(t->text, token, ','))
            break;
    }
    *last = *at;
    *at += *at < end;
    return *last > *first;
}

/* ---- columns ---- */

/* int(10) unsigned zerofill */
static bool take_type(struct table_text *t, struct column_text *c)
{
    uint32_t first = t->at;
    struct slice ignored;
    if (!mypart_one(t, TOKEN_WORD, "a type", &ignored))
        return false;
    /* Where sql_mode would change what a bare one means, it is qualified. */
    if (mypart_take_op(t, '.') && !mypart_one(t, TOKEN_WORD, "a type", &ignored))
        return false;
    if (mypart_is_op(t, 0, '(') && !mypart_parens(t, &ignored))
        return false;
    while (mypart_is(t, 0, "unsigned") || mypart_is(t, 0, "zerofill"))
        t->at++;
    c->type = mypart_text(t, first, t->at);
    return true;
}

/* Does something new begin at the next token, so that an expression without parentheses has
 * ended? */
static bool ends_expression(const struct table_text *t)
{
    static const char *const words[] = {"on",     "without",   "auto_increment", "comment",
                                        "check",  "invisible", "column_format",  "storage",
                                        "collate"};
    const struct token *token = mypart_token(t, t->at);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (mytoken_is(t->text, token, words[i]))
            return true;
    }
    return token->kind == TOKEN_END || mypart_is_op(t, 0, ',') || mypart_is_op(t, 0, ')') ||
           (token->kind == TOKEN_QUOTED && mypart_is_op(t, 1, '='));
}

/* 'x', -5, b'101', current_timestamp(6), (1 + 2), nextval(`a`.`b`) */
static bool take_expression(struct table_text *t, struct slice *out)
{
    uint32_t first = t->at;
    struct slice ignored;
    while (!ends_expression(t)) {
        if (mypart_is_op(t, 0, '(')) {
            if (!mypart_parens(t, &ignored))
                return false;
        } else {
            t->at++;
        }
    }
    *out = mypart_text(t, first, t->at);
    return t->at > first || mypart_bad(t, "an expression");
}

/* GENERATED ALWAYS AS (...) STORED, AS ROW START */
static bool take_generated(struct table_text *t, struct column_text *c)
{
    if (!mypart_need(t, "always") || !mypart_need(t, "as"))
        return false;
    if (mypart_take(t, "row"))
        return mypart_one(t, TOKEN_WORD, "START", &c->row);
    if (!mypart_parens(t, &c->generated))
        return false;
    c->stored = mypart_take(t, "stored") || mypart_take(t, "persistent");
    return c->stored || mypart_need(t, "virtual");
}

static bool take_equals(struct table_text *t, uint32_t kind, const char *expected,
                        struct slice *out)
{
    return mypart_need_op(t, '=') && mypart_one(t, kind, expected, out);
}

/* An option of the engine's: `name`='value'; all of them are one slice. */
static bool take_engine_option(struct table_text *t, struct slice *all)
{
    uint32_t first = t->at;
    struct slice value;
    t->at++;
    if (!take_equals(t, mypart_is_op(t, 0, '=') ? mypart_token(t, t->at + 1)->kind : TOKEN_STRING,
                     "a value", &value))
        return false;
    struct slice one = mypart_text(t, first, t->at);
    *all = all->p ? (struct slice){all->p, (size_t)(one.p + one.n - all->p)} : one;
    return true;
}

/* One of what may follow the type; false with t->bad NULL: nothing more follows. */
static bool take_attribute(struct table_text *t, struct column_text *c)
{
    if (mypart_take(t, "character"))
        return mypart_need(t, "set") && mypart_one(t, TOKEN_WORD, "a character set", &c->charset);
    if (mypart_take(t, "collate"))
        return mypart_one(t, TOKEN_WORD, "a collation", &c->collate);
    if (mypart_take(t, "generated"))
        return take_generated(t, c);
    if (mypart_take(t, "not"))
        return c->not_null = mypart_need(t, "null");
    if (mypart_take(t, "null"))
        return c->null = true;
    if (mypart_take(t, "default"))
        return take_expression(t, &c->dflt);
    if (mypart_take(t, "on"))
        return mypart_need(t, "update") && take_expression(t, &c->on_update);
    if (mypart_take(t, "auto_increment"))
        return c->auto_increment = true;
    if (mypart_take(t, "invisible"))
        return c->invisible = true;
    if (mypart_take(t, "without"))
        return c->unversioned = mypart_need(t, "system") && mypart_need(t, "versioning");
    if (mypart_take(t, "comment"))
        return mypart_one(t, TOKEN_STRING, "a comment", &c->comment);
    if (mypart_take(t, "check"))
        return mypart_parens(t, &c->check);
    if (mypart_take(t, "srid"))
        return mypart_one(t, TOKEN_NUMBER, "a number", &c->srid);
    if (mypart_is(t, 0, "compressed")) {
        c->compressed = mypart_text(t, t->at, t->at + 1);
        t->at++;
        return !mypart_is_op(t, 0, '=') || take_equals(t, TOKEN_WORD, "a method", &c->compressed);
    }
    if (mypart_token(t, t->at)->kind == TOKEN_QUOTED)
        return take_engine_option(t, &c->options);
    return false;
}

bool mypart_column(struct table_text *t)
{
    struct column_text *c = PART_ADD(t, columns);
    if (!c || !mypart_one(t, TOKEN_QUOTED, "a name", &c->name) || !take_type(t, c))
        return false;
    while (take_attribute(t, c))
        ;
    return !t->bad;
}

/* ---- the whole ---- */

bool myparse_table(struct table_text *t, const char *text, size_t len, struct lexing how)
{
    t->columns_count = t->keys_count = t->foreign_keys_count = t->checks_count = 0;
    t->periods_count = t->options_count = t->partitions_count = 0;
    t->partition_by = t->partition_count = (struct slice){0};
    t->subpartition_by = t->subpartition_count = (struct slice){0};
    if (!myparse_tokens(t, text, len, how) || !mypart_need(t, "create"))
        return false;
    if (!mypart_need(t, "table") || !mypart_one(t, TOKEN_QUOTED, "a name", &t->name) ||
        !mypart_need_op(t, '('))
        return false;
    t->elements = t->at;
    do {
        bool column = mypart_token(t, t->at)->kind == TOKEN_QUOTED;
        if (!(column ? mypart_column(t) : mypart_element(t)))
            return false;
    } while (mypart_take_op(t, ','));
    if (!mypart_need_op(t, ')') || !mypart_options(t) || !mypart_partitioning(t))
        return false;
    return mypart_token(t, t->at)->kind == TOKEN_END || mypart_bad(t, "the end");
}

void myparse_table_free(struct table_text *t)
{
    free(t->tokens);
    free(t->columns);
    free(t->keys);
    free(t->foreign_keys);
    free(t->checks);
    free(t->periods);
    free(t->options);
    free(t->partitions);
    *t = (struct table_text){0};
}
