/* SPDX-License-Identifier: Apache-2.0 */
#include "parse_table.h"

static struct constraint *new_constraint(struct cursor *c, uint32_t kind, uint32_t column)
{
    struct parse *p = c->p;
    if (!parse_grow(p, (void **)&p->constraints, p->constraint_count, &p->constraint_cap,
                    sizeof *p->constraints))
        return NULL;
    struct constraint *k = &p->constraints[p->constraint_count++];
    *k = (struct constraint){
        .kind = kind,
        .column = column,
        .name = NO_TOKEN,
        .conflict = NO_TOKEN,
        .word = NO_TOKEN,
        .table = NO_TOKEN,
        .match = NO_TOKEN,
        .all = {c->i, 0},
    };
    return k;
}

/* Where the terms of an index or key end: "," or ")" outside of parentheses. */
static uint32_t term_end(struct cursor *c)
{
    uint32_t i = c->i, depth = 0;
    for (;; i++) {
        const struct token *t = &c->p->tokens[i];
        if (t->kind == TOKEN_END)
            return i;
        if (t->kind != TOKEN_OPERATOR || t->n != 1)
            continue;
        if (t->op == '(')
            depth++;
        else if (depth == 0 && (t->op == ',' || t->op == ')'))
            return i;
        else if (t->op == ')')
            depth--;
    }
}

/* Is the expression one name, be it in parentheses?  To SQLite an index on (a) is one on a. */
static uint32_t lone_name(const struct parse *p, struct range r)
{
    const struct token *tokens = p->tokens + r.at;
    uint32_t i = 0, n = r.n;
    while (n >= 3 && tokens[i].op == '(' && tokens[i + n - 1].op == ')') {
        i++;
        n -= 2;
    }
    return n == 1 && token_is_name(&tokens[i]) ? r.at + i : NO_TOKEN;
}

/* Takes AUTOINCREMENT, NULLS FIRST, DESC and COLLATE off the end of a term, from the right. */
static void term_suffixes(const struct parse *p, struct term *t)
{
    const struct token *tokens = p->tokens + t->expr.at;
    uint32_t n = t->expr.n;
    if (n > 1 && tokens[n - 1].keyword == KW_AUTOINCREMENT)
        n--;
    if (n > 2 && tokens[n - 2].keyword == KW_NULLS &&
        (tokens[n - 1].keyword == KW_FIRST || tokens[n - 1].keyword == KW_LAST))
        n -= 2;
    if (n > 1 && (tokens[n - 1].keyword == KW_DESC || tokens[n - 1].keyword == KW_ASC)) {
        t->desc = tokens[n - 1].keyword == KW_DESC;
        n--;
    }
    /* COLLATE binds tightly: only behind a lone name is it the whole term's. */
    if (n > 2 && tokens[n - 2].keyword == KW_COLLATE &&
        lone_name(p, (struct range){t->expr.at, n - 2}) != NO_TOKEN) {
        t->collate = t->expr.at + n - 1;
        n -= 2;
    }
    t->expr.n = n;
    t->name = lone_name(p, t->expr);
}

bool parse_terms(struct cursor *c, uint32_t *first, uint32_t *count)
{
    struct parse *p = c->p;
    *first = p->term_count;
    if (!parse_want_op(c, '(', "an opening parenthesis"))
        return false;
    do {
        if (!parse_grow(p, (void **)&p->terms, p->term_count, &p->term_cap, sizeof *p->terms))
            return false;
        uint32_t end = term_end(c);
        if (end == c->i)
            return parse_bad(c, "a column or expression");
        struct range all = {c->i, end - c->i};
        struct term *t = &p->terms[p->term_count++];
        *t = (struct term){.name = NO_TOKEN, .collate = NO_TOKEN, .expr = all, .all = all};
        term_suffixes(p, t);
        c->i = end;
    } while (parse_take_op(c, ','));
    *count = p->term_count - *first;
    return parse_want_op(c, ')', "a closing parenthesis");
}

static bool conflict(struct cursor *c, struct constraint *k)
{
    if (!parse_is(c, KW_ON) || parse_peek(c, 1)->keyword != KW_CONFLICT)
        return true;
    c->i += 2;
    k->conflict = c->i;
    uint16_t word = c->p->tokens[c->i].keyword;
    if (word != KW_ROLLBACK && word != KW_ABORT && word != KW_FAIL && word != KW_IGNORE &&
        word != KW_REPLACE)
        return parse_bad(c, "ROLLBACK, ABORT, FAIL, IGNORE or REPLACE");
    c->i++;
    return true;
}

/* [NOT] DEFERRABLE [INITIALLY DEFERRED|IMMEDIATE] */
static bool deferrable(struct cursor *c, struct range *out)
{
    uint32_t at = c->i;
    parse_take(c, KW_NOT);
    if (!parse_want(c, KW_DEFERRABLE, "DEFERRABLE"))
        return false;
    if (parse_take(c, KW_INITIALLY) && !parse_take(c, KW_DEFERRED) &&
        !parse_want(c, KW_IMMEDIATE, "DEFERRED or IMMEDIATE"))
        return false;
    *out = (struct range){at, c->i - at};
    return true;
}

static bool at_deferrable(const struct cursor *c)
{
    return parse_is(c, KW_DEFERRABLE) ||
           (parse_is(c, KW_NOT) && parse_peek(c, 1)->keyword == KW_DEFERRABLE);
}

/* SET NULL | SET DEFAULT | CASCADE | RESTRICT | NO ACTION */
static bool action(struct cursor *c, struct range *out)
{
    out->at = c->i;
    bool ok = true;
    if (parse_take(c, KW_SET))
        ok = parse_take(c, KW_NULL) || parse_take(c, KW_DEFAULT);
    else if (parse_take(c, KW_NO))
        ok = parse_take(c, KW_ACTION);
    else
        ok = parse_take(c, KW_CASCADE) || parse_take(c, KW_RESTRICT);
    out->n = c->i - out->at;
    return ok || parse_bad(c, "SET NULL, SET DEFAULT, CASCADE, RESTRICT or NO ACTION");
}

/* What follows REFERENCES. */
static bool references(struct cursor *c, struct constraint *k)
{
    if (!parse_want_name(c, &k->table, "the name of a table"))
        return false;
    if (parse_is_op(c, '(') && !parse_terms(c, &k->to_first, &k->to_terms))
        return false;
    for (;;) {
        if (parse_is(c, KW_ON) && parse_peek(c, 1)->keyword != KW_CONFLICT) {
            c->i++;
            uint16_t event = c->p->tokens[c->i].keyword;
            struct range ignored; /* ON INSERT is syntax without an effect */
            if (event != KW_DELETE && event != KW_UPDATE && event != KW_INSERT)
                return parse_bad(c, "DELETE or UPDATE");
            c->i++;
            if (!action(c, event == KW_DELETE   ? &k->on_delete
                           : event == KW_UPDATE ? &k->on_update
                                                : &ignored))
                return false;
        } else if (parse_take(c, KW_MATCH)) {
            if (!parse_want_name(c, &k->match, "a name"))
                return false;
        } else {
            return true;
        }
    }
}

static bool default_(struct cursor *c, struct constraint *k)
{
    if (parse_is_op(c, '(')) {
        k->parenthesised = true;
        return parse_parens(c, &k->expr);
    }
    k->expr.at = c->i;
    if (parse_is_op(c, '-') || parse_is_op(c, '+'))
        c->i++;
    const struct token *t = &c->p->tokens[c->i];
    if (t->kind == TOKEN_END || t->kind == TOKEN_OPERATOR)
        return parse_bad(c, "a value");
    c->i++;
    k->expr.n = c->i - k->expr.at;
    return true;
}

static bool generated(struct cursor *c, struct constraint *k)
{
    if (!parse_parens(c, &k->expr))
        return false;
    const struct token *t = &c->p->tokens[c->i];
    if (t->keyword == KW_STORED || t->keyword == KW_VIRTUAL) {
        k->stored = t->keyword == KW_STORED;
        c->i++;
    }
    return true;
}

static bool column_primary(struct cursor *c, struct constraint *k)
{
    if (!parse_want(c, KW_KEY, "KEY"))
        return false;
    k->desc = parse_take(c, KW_DESC);
    if (!k->desc)
        parse_take(c, KW_ASC);
    if (!conflict(c, k))
        return false;
    k->autoincrement = parse_take(c, KW_AUTOINCREMENT);
    return true;
}

static uint32_t column_constraint_kind(struct cursor *c)
{
    switch (c->p->tokens[c->i].keyword) {
    case KW_PRIMARY:
        return CONSTRAINT_PRIMARY;
    case KW_UNIQUE:
        return CONSTRAINT_UNIQUE;
    case KW_CHECK:
        return CONSTRAINT_CHECK;
    case KW_REFERENCES:
        return CONSTRAINT_FOREIGN;
    case KW_NOT:
        return CONSTRAINT_NOT_NULL;
    case KW_NULL:
        return CONSTRAINT_NULL;
    case KW_DEFAULT:
        return CONSTRAINT_DEFAULT;
    case KW_COLLATE:
        return CONSTRAINT_COLLATE;
    case KW_AS:
    case KW_GENERATED:
        return CONSTRAINT_GENERATED;
    default:
        return 0;
    }
}

static bool column_constraint(struct cursor *c, struct constraint *k)
{
    uint16_t word = c->p->tokens[c->i++].keyword;
    switch (k->kind) {
    case CONSTRAINT_PRIMARY:
        return column_primary(c, k);
    case CONSTRAINT_NOT_NULL:
        return parse_want(c, KW_NULL, "NULL") && conflict(c, k);
    case CONSTRAINT_UNIQUE:
    case CONSTRAINT_NULL:
        return conflict(c, k);
    case CONSTRAINT_CHECK:
        return parse_parens(c, &k->expr) && conflict(c, k);
    case CONSTRAINT_FOREIGN:
        return references(c, k);
    case CONSTRAINT_DEFAULT:
        return default_(c, k);
    case CONSTRAINT_COLLATE:
        return parse_want_name(c, &k->word, "the name of a collation");
    default:
        if (word == KW_GENERATED &&
            (!parse_want(c, KW_ALWAYS, "ALWAYS") || !parse_want(c, KW_AS, "AS")))
            return false;
        return generated(c, k);
    }
}

/* A type is any run of names, which SQLite keeps as it is written, and up to two numbers. */
static bool type(struct cursor *c, struct range *out)
{
    out->at = c->i;
    for (;; c->i++) {
        const struct token *t = &c->p->tokens[c->i];
        if (t->keyword == KW_GENERATED && parse_peek(c, 1)->keyword == KW_ALWAYS)
            break; /* to SQLite these words belong to the type, and are cut off it */
        if (!token_is_name(t) ||
            (t->kind == TOKEN_WORD && !token_keyword_bare(t->keyword) && column_constraint_kind(c)))
            break;
    }
    struct range ignored;
    if (c->i > out->at && parse_is_op(c, '(') && !parse_parens(c, &ignored))
        return false;
    out->n = c->i - out->at;
    if (parse_is(c, KW_GENERATED) && parse_peek(c, 2)->keyword != KW_AS)
        c->i += 2; /* without AS they mean nothing */
    return true;
}

/* DEFERRABLE belongs to the foreign key that was written last. */
static bool column_deferrable(struct cursor *c)
{
    struct parse *p = c->p;
    struct range found;
    if (!deferrable(c, &found))
        return false;
    for (uint32_t i = p->constraint_count; i-- > 0;) {
        if (p->constraints[i].kind == CONSTRAINT_FOREIGN) {
            p->constraints[i].deferrable = found;
            break;
        }
    }
    return true;
}

static bool column_constraints(struct cursor *c, uint32_t column)
{
    uint32_t name = NO_TOKEN, kind;
    for (;;) {
        if (parse_take(c, KW_CONSTRAINT)) {
            if (!parse_want_name(c, &name, "the name of a constraint"))
                return false;
        } else if (at_deferrable(c)) {
            if (!column_deferrable(c))
                return false;
        } else if ((kind = column_constraint_kind(c)) != 0) {
            struct constraint *k = new_constraint(c, kind, column);
            if (!k || !column_constraint(c, k))
                return false;
            k->name = name;
            k->all.n = c->i - k->all.at;
            name = NO_TOKEN;
        } else {
            return true;
        }
    }
}

static bool column(struct cursor *c)
{
    struct parse *p = c->p;
    if (!parse_grow(p, (void **)&p->columns, p->column_count, &p->column_cap, sizeof *p->columns))
        return false;
    struct column *col = &p->columns[p->column_count];
    *col = (struct column){.first = p->constraint_count, .all = {c->i, 0}};
    if (!parse_want_name(c, &col->name, "the name of a column") || !type(c, &col->type) ||
        !column_constraints(c, p->column_count))
        return false;
    col->constraints = p->constraint_count - col->first;
    col->all.n = c->i - col->all.at;
    p->column_count++;
    return true;
}

static bool table_primary(struct cursor *c, struct constraint *k)
{
    if (!parse_want(c, KW_KEY, "KEY") || !parse_terms(c, &k->first, &k->terms))
        return false;
    k->autoincrement = c->p->tokens[c->i - 2].keyword == KW_AUTOINCREMENT;
    return conflict(c, k);
}

static bool table_foreign(struct cursor *c, struct constraint *k)
{
    return parse_want(c, KW_KEY, "KEY") && parse_terms(c, &k->first, &k->terms) &&
           parse_want(c, KW_REFERENCES, "REFERENCES") && references(c, k) &&
           (!at_deferrable(c) || deferrable(c, &k->deferrable));
}

static uint32_t table_constraint_kind(const struct cursor *c)
{
    switch (c->p->tokens[c->i].keyword) {
    case KW_PRIMARY:
        return CONSTRAINT_PRIMARY;
    case KW_UNIQUE:
        return CONSTRAINT_UNIQUE;
    case KW_CHECK:
        return CONSTRAINT_CHECK;
    case KW_FOREIGN:
        return CONSTRAINT_FOREIGN;
    default:
        return 0;
    }
}

static bool table_constraint(struct cursor *c, uint32_t name)
{
    struct constraint *k = new_constraint(c, table_constraint_kind(c), NO_TOKEN);
    if (!k)
        return false;
    c->i++;
    bool ok;
    if (k->kind == CONSTRAINT_PRIMARY)
        ok = table_primary(c, k);
    else if (k->kind == CONSTRAINT_FOREIGN)
        ok = table_foreign(c, k);
    else if (k->kind == CONSTRAINT_UNIQUE)
        ok = parse_terms(c, &k->first, &k->terms) && conflict(c, k);
    else
        ok = parse_parens(c, &k->expr) && conflict(c, k);
    k->name = name;
    k->all.n = c->i - k->all.at;
    return ok;
}

/* Constraints, with or without commas between them, up to the closing parenthesis. */
static bool table_constraints(struct cursor *c)
{
    for (uint32_t name = NO_TOKEN;;) {
        if (parse_take_op(c, ')'))
            return true;
        if (parse_take_op(c, ',')) {
            name = NO_TOKEN;
            if (!parse_is(c, KW_CONSTRAINT) && !table_constraint_kind(c))
                return parse_bad(c, "a column or a constraint");
        } else if (parse_take(c, KW_CONSTRAINT)) {
            if (!parse_want_name(c, &name, "the name of a constraint"))
                return false;
        } else if (table_constraint_kind(c)) {
            if (!table_constraint(c, name))
                return false;
            name = NO_TOKEN;
        } else {
            return parse_bad(c, "a column, a constraint or a closing parenthesis");
        }
    }
}

/* [WITHOUT ROWID] [, STRICT] */
static bool options(struct cursor *c)
{
    struct parse *p = c->p;
    if (parse_at_end(c) || parse_is_op(c, ';'))
        return true;
    do {
        if (parse_take(c, KW_WITHOUT)) {
            if (!parse_want(c, KW_ROWID, "ROWID"))
                return false;
            p->without_rowid = true;
        } else if (parse_want(c, KW_STRICT, "WITHOUT ROWID or STRICT")) {
            p->strict = true;
        } else {
            return false;
        }
    } while (parse_take_op(c, ','));
    return true;
}

bool parse_table_body(struct cursor *c)
{
    if (!parse_want_op(c, '(', "an opening parenthesis") || !column(c))
        return false;
    while (parse_is_op(c, ',') && token_is_name(parse_peek(c, 1))) {
        c->i++;
        if (!column(c))
            return false;
    }
    return table_constraints(c) && options(c);
}
