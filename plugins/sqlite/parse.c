/* SPDX-License-Identifier: Apache-2.0 */
#include "parse.h"

#include <stdlib.h>
#include <string.h>

#include "parse_table.h"

bool parse_grow(struct parse *p, void **items, uint32_t count, uint32_t *cap, size_t size)
{
    if (count < *cap)
        return true;
    uint32_t more = *cap ? *cap * 2 : 32;
    void *q = more > *cap ? reallocarray(*items, more, size) : NULL;
    if (!q) {
        p->bad = NULL;
        return false;
    }
    *items = q;
    *cap = more;
    return true;
}

void parse_free(struct parse *p)
{
    free(p->tokens);
    free(p->columns);
    free(p->constraints);
    free(p->terms);
    *p = (struct parse){0};
}

static void reset(struct parse *p, const char *text, size_t len)
{
    struct parse kept = *p;
    *p = (struct parse){
        .text = text,
        .len = len,
        .tokens = kept.tokens,
        .token_cap = kept.token_cap,
        .columns = kept.columns,
        .column_cap = kept.column_cap,
        .constraints = kept.constraints,
        .constraint_cap = kept.constraint_cap,
        .terms = kept.terms,
        .term_cap = kept.term_cap,
        .schema = NO_TOKEN,
        .name = NO_TOKEN,
        .table = NO_TOKEN,
        .module = NO_TOKEN,
    };
}

bool parse_tokens(struct parse *p, const char *text, size_t len)
{
    reset(p, text, len);
    for (size_t from = 0;;) {
        if (!parse_grow(p, (void **)&p->tokens, p->token_count, &p->token_cap, sizeof *p->tokens))
            return false;
        struct token t = token_next(text, len, from);
        p->tokens[p->token_count++] = t;
        if (t.kind == TOKEN_END)
            return true;
        if (t.kind == TOKEN_BAD || p->token_count == NO_TOKEN) {
            p->bad = "a token that ends";
            p->bad_at = t.at;
            return false;
        }
        from = t.at + t.n;
    }
}

/* ---- the cursor ---- */

bool parse_bad(struct cursor *c, const char *wanted)
{
    if (!c->p->bad) {
        c->p->bad = wanted;
        c->p->bad_at = c->p->tokens[c->i].at;
    }
    return false;
}

const struct token *parse_peek(const struct cursor *c, uint32_t ahead)
{
    uint32_t last = c->p->token_count - 1;
    return &c->p->tokens[c->i + ahead < last ? c->i + ahead : last];
}

bool parse_is(const struct cursor *c, uint16_t keyword)
{
    return c->p->tokens[c->i].keyword == keyword;
}

bool parse_is_op(const struct cursor *c, char op)
{
    const struct token *t = &c->p->tokens[c->i];
    return t->kind == TOKEN_OPERATOR && t->n == 1 && t->op == (uint8_t)op;
}

bool parse_at_end(const struct cursor *c)
{
    return c->p->tokens[c->i].kind == TOKEN_END;
}

bool parse_take(struct cursor *c, uint16_t keyword)
{
    if (!parse_is(c, keyword))
        return false;
    c->i++;
    return true;
}

bool parse_take_op(struct cursor *c, char op)
{
    if (!parse_is_op(c, op))
        return false;
    c->i++;
    return true;
}

bool parse_want(struct cursor *c, uint16_t keyword, const char *wanted)
{
    return parse_take(c, keyword) || parse_bad(c, wanted);
}

bool parse_want_op(struct cursor *c, char op, const char *wanted)
{
    return parse_take_op(c, op) || parse_bad(c, wanted);
}

bool parse_want_name(struct cursor *c, uint32_t *out, const char *wanted)
{
    if (!token_is_name(&c->p->tokens[c->i]))
        return parse_bad(c, wanted);
    *out = c->i++;
    return true;
}

bool parse_parens(struct cursor *c, struct range *inside)
{
    if (!parse_want_op(c, '(', "an opening parenthesis"))
        return false;
    inside->at = c->i;
    for (uint32_t depth = 1; !parse_at_end(c); c->i++) {
        if (parse_is_op(c, '('))
            depth++;
        else if (parse_is_op(c, ')') && --depth == 0) {
            inside->n = c->i++ - inside->at;
            return true;
        }
    }
    return parse_bad(c, "a closing parenthesis");
}

/* ---- statements ---- */

/* [IF NOT EXISTS] [schema .] name */
static bool object_name(struct cursor *c)
{
    struct parse *p = c->p;
    if (parse_is(c, KW_IF) && parse_peek(c, 1)->keyword == KW_NOT) {
        c->i += 2;
        p->if_not_exists = true;
        if (!parse_want(c, KW_EXISTS, "EXISTS"))
            return false;
    }
    if (!parse_want_name(c, &p->name, "a name"))
        return false;
    if (parse_take_op(c, '.')) {
        p->schema = p->name;
        return parse_want_name(c, &p->name, "a name");
    }
    return true;
}

/* The rest up to ";" or the end, parentheses balanced. */
static bool rest(struct cursor *c, struct range *out)
{
    out->at = c->i;
    uint32_t depth = 0;
    for (; !parse_at_end(c) && (depth || !parse_is_op(c, ';')); c->i++) {
        if (parse_is_op(c, '('))
            depth++;
        else if (parse_is_op(c, ')') && depth-- == 0)
            return parse_bad(c, "the end of the statement");
    }
    out->n = c->i - out->at;
    return depth == 0 || parse_bad(c, "a closing parenthesis");
}

static bool table(struct cursor *c)
{
    c->p->what = PARSE_TABLE;
    if (!object_name(c))
        return false;
    if (parse_take(c, KW_AS)) {
        c->p->as_select = true;
        return rest(c, &c->p->body);
    }
    return parse_table_body(c);
}

static bool index_(struct cursor *c)
{
    struct parse *p = c->p;
    p->what = PARSE_INDEX;
    uint32_t first, count;
    if (!object_name(c) || !parse_want(c, KW_ON, "ON") ||
        !parse_want_name(c, &p->table, "the name of a table") || !parse_terms(c, &first, &count))
        return false;
    if (!parse_take(c, KW_WHERE))
        return true;
    if (!rest(c, &p->where))
        return false;
    return p->where.n > 0 || parse_bad(c, "an expression");
}

static bool view(struct cursor *c)
{
    struct parse *p = c->p;
    p->what = PARSE_VIEW;
    if (!object_name(c))
        return false;
    if (parse_is_op(c, '(') && !parse_parens(c, &p->columns_named))
        return false;
    if (!parse_want(c, KW_AS, "AS") || !rest(c, &p->body))
        return false;
    return p->body.n > 0 || parse_bad(c, "a SELECT");
}

static bool virtual_(struct cursor *c)
{
    struct parse *p = c->p;
    p->what = PARSE_VIRTUAL;
    if (!parse_want(c, KW_TABLE, "TABLE") || !object_name(c) || !parse_want(c, KW_USING, "USING") ||
        !parse_want_name(c, &p->module, "the name of a module"))
        return false;
    return !parse_is_op(c, '(') || parse_parens(c, &p->body);
}

static bool trigger_event(struct cursor *c)
{
    struct parse *p = c->p;
    p->timing = KW_BEFORE;
    if (parse_take(c, KW_AFTER)) {
        p->timing = KW_AFTER;
    } else if (parse_take(c, KW_INSTEAD)) {
        p->timing = KW_INSTEAD;
        if (!parse_want(c, KW_OF, "OF"))
            return false;
    } else {
        parse_take(c, KW_BEFORE);
    }
    p->event = c->p->tokens[c->i].keyword;
    if (p->event != KW_INSERT && p->event != KW_DELETE && p->event != KW_UPDATE)
        return parse_bad(c, "INSERT, DELETE or UPDATE");
    c->i++;
    if (p->event == KW_UPDATE && parse_take(c, KW_OF)) {
        p->of.at = c->i;
        uint32_t name;
        do {
            if (!parse_want_name(c, &name, "the name of a column"))
                return false;
        } while (parse_take_op(c, ','));
        p->of.n = c->i - p->of.at;
    }
    return parse_want(c, KW_ON, "ON");
}

/* The condition ends at the BEGIN that stands outside of parentheses and of CASE ... END. */
static bool trigger_when(struct cursor *c)
{
    struct parse *p = c->p;
    if (!parse_take(c, KW_WHEN))
        return true;
    p->when.at = c->i;
    uint32_t depth = 0;
    for (; !parse_at_end(c) && (depth || !parse_is(c, KW_BEGIN)); c->i++) {
        if (parse_is_op(c, '('))
            depth++;
        else if (parse_is_op(c, ')') && depth-- == 0)
            return parse_bad(c, "BEGIN");
    }
    p->when.n = c->i - p->when.at;
    return p->when.n > 0 || parse_bad(c, "an expression");
}

static bool trigger(struct cursor *c)
{
    struct parse *p = c->p;
    p->what = PARSE_TRIGGER;
    if (!object_name(c) || !trigger_event(c) ||
        !parse_want_name(c, &p->table, "the name of a table"))
        return false;
    if (parse_take_op(c, '.') && !parse_want_name(c, &p->table, "the name of a table"))
        return false;
    if (parse_take(c, KW_FOR)) {
        if (!parse_want(c, KW_EACH, "EACH") || !parse_want(c, KW_ROW, "ROW"))
            return false;
    }
    if (!trigger_when(c) || !parse_want(c, KW_BEGIN, "BEGIN"))
        return false;
    /* Each statement of the program ends in ";", so the END after a ";" is the trigger's. */
    p->body.at = c->i;
    for (; !parse_at_end(c); c->i++) {
        if (!parse_is_op(c, ';') || parse_peek(c, 1)->keyword != KW_END)
            continue;
        p->body.n = c->i + 1 - p->body.at;
        c->i += 2;
        return true;
    }
    return parse_bad(c, "END");
}

static bool create(struct cursor *c)
{
    struct parse *p = c->p;
    if (!parse_want(c, KW_CREATE, "CREATE"))
        return false;
    if (parse_take(c, KW_TEMP) || parse_take(c, KW_TEMPORARY))
        p->temporary = true;
    if (parse_take(c, KW_TABLE))
        return table(c);
    if (parse_take(c, KW_VIEW))
        return view(c);
    if (parse_take(c, KW_TRIGGER))
        return trigger(c);
    if (!p->temporary) {
        p->unique = parse_take(c, KW_UNIQUE);
        if (parse_take(c, KW_INDEX))
            return index_(c);
        if (!p->unique && parse_take(c, KW_VIRTUAL))
            return virtual_(c);
    }
    return parse_bad(c, "TABLE, INDEX, VIEW, TRIGGER or VIRTUAL TABLE");
}

bool parse_create(struct parse *p, const char *text, size_t len)
{
    if (!parse_tokens(p, text, len))
        return false;
    struct cursor c = {p, 0};
    if (!create(&c))
        return false;
    p->end = c.i;
    return parse_at_end(&c) || parse_is_op(&c, ';') || parse_bad(&c, "the end of the statement");
}

const char *range_text(const struct parse *p, struct range r, size_t *len)
{
    if (r.n == 0) {
        *len = 0;
        return "";
    }
    const struct token *first = &p->tokens[r.at], *last = &p->tokens[r.at + r.n - 1];
    *len = last->at + last->n - first->at;
    return p->text + first->at;
}
