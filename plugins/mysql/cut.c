/* SPDX-License-Identifier: Apache-2.0 */
/* cut.c - where a statement ends, as the mysql client sees it; and in the bodies of routines as the
 * server does, so that they need no DELIMITER. */
#include <stdlib.h>
#include <string.h>

#include "split.h"

bool mysentence_any(const struct sentence *s, uint32_t i, const char *const *words)
{
    for (; *words; words++) {
        if (mysentence_is(s, i, *words))
            return true;
    }
    return false;
}

uint32_t mysentence_find(const struct sentence *s, uint32_t from, const char *word)
{
    int64_t depth = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        depth += mysentence_op(s, i, '(') - mysentence_op(s, i, ')');
        if (depth == 0 && i >= from && mysentence_is(s, i, word))
            return i;
    }
    return s->count;
}

/* Behind "user"@"host", CURRENT_USER, CURRENT_USER() at I. */
static uint32_t after_account(const struct sentence *s, uint32_t i)
{
    i++;
    if (mysentence_op(s, i, '(') && mysentence_op(s, i + 1, ')'))
        return i + 2;
    if (!mysentence_op(s, i, '@'))
        return i;
    for (i += 2; mysentence_op(s, i, '.'); i += 2) /* a host without quotes */
        ;
    return i;
}

uint32_t mysentence_kind(const struct sentence *s)
{
    static const char *const single[] = {"or",     "replace", "temporary", "ignore",
                                         "online", "unique",  "fulltext",  "spatial",
                                         "vector", "undo",    "aggregate", NULL};
    uint32_t i = 1;
    while (i < s->count) {
        bool definer = mysentence_is(s, i, "definer");
        if (mysentence_any(s, i, single)) {
            i++;
        } else if (definer || mysentence_is(s, i, "algorithm")) {
            i += 1u + mysentence_op(s, i + 1, '=');
            i = definer ? after_account(s, i) : i + 1;
        } else if (mysentence_is(s, i, "sql") && mysentence_is(s, i + 1, "security")) {
            i += 3;
        } else {
            return i;
        }
    }
    return s->count;
}

/* Room for one more token, and the end. */
static bool reserve(struct sentence *s)
{
    if (s->count + 1 < s->cap)
        return true;
    uint32_t cap = s->cap ? s->cap * 2 : 256;
    struct token *p = cap > s->cap ? realloc(s->tokens, cap * sizeof *p) : NULL;
    if (!p)
        return false;
    s->tokens = p;
    s->cap = cap;
    return true;
}

static bool push(struct sentence *s, struct token t)
{
    if (!reserve(s))
        return false;
    s->tokens[s->count++] = t;
    s->tokens[s->count] = (struct token){TOKEN_END, t.at + t.n, 0};
    return true;
}

static const char *bad_token(const char *text, const struct token *t)
{
    const char *p = text + t->at;
    if (memchr(p, '\0', t->n))
        return "the text holds a zero byte";
    if (*p == '/')
        return "a comment is left open";
    return *p == '`' || *p == '[' ? "a quoted name is left open" : "a string is left open";
}

/* ---- DELIMITER ---- */

static void spoil(struct cut *out, size_t at, const char *why)
{
    if (!out->bad) {
        out->bad = why;
        out->bad_at = at;
    }
}

/* The rest of the line behind the word DELIMITER; NULL, or what is wrong with it. */
static const char *take_delimiter(struct cutter *c)
{
    struct lexer *l = &c->lexer;
    const char *p = l->text + l->at;
    const char *end = memchr(p, '\n', l->len - l->at);
    size_t n = end ? (size_t)(end - p) : l->len - l->at;
    l->at += n;
    while (n && (unsigned char)*p <= ' ')
        p++, n--;
    char quote = n > 1 && strchr("'\"`", *p) ? *p : '\0';
    p += quote != '\0';
    n -= quote != '\0';
    size_t k = 0;
    while (k < n && (quote ? p[k] != quote : (unsigned char)p[k] > ' '))
        k++;
    if (!k || memchr(p, '\\', k) || memchr(p, '\0', k))
        return "DELIMITER names none, or one with a backslash";
    if (k > DELIMITER_MAX)
        return "DELIMITER names one of more than 15 bytes";
    memcpy(c->delimiter, p, k);
    c->delimiter[k] = '\0';
    return NULL;
}

void mycutter_init(struct cutter *c, const char *text, size_t len, struct lexing how)
{
    *c = (struct cutter){.lexer = {.text = text, .len = len, .how = how}, .delimiter = ";"};
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        c->lexer.at = 3; /* a byte order mark */
}

void mycutter_free(struct cutter *c)
{
    mybody_free(&c->body);
}

static struct token next(struct cutter *c)
{
    c->lexer.delimiter = c->delimiter;
    c->lexer.delimiter_len = strlen(c->delimiter);
    return mytoken_next(&c->lexer);
}

static bool has_version_comment(const char *p, size_t n)
{
    const char *at = p;
    while ((at = memmem(at, n - (size_t)(at - p), "/*", 2))) {
        uint32_t number;
        bool maria;
        if (mylexer_version(p, n, (size_t)(at - p), &number, &maria))
            return true;
        at += 2;
    }
    return false;
}

/* The first token of a statement; of an empty one, what ends it. */
static struct token first(struct cutter *c, struct cut *out)
{
    struct lexer *l = &c->lexer;
    for (;;) {
        size_t from = l->at;
        struct token t = next(c);
        if (mytoken_is(l->text, &t, "delimiter")) {
            const char *why = take_delimiter(c);
            if (!why)
                continue;
            spoil(out, t.at, why);
            return t;
        }
        bool ends = t.kind == TOKEN_DELIMITER || mytoken_is_op(l->text, &t, ';');
        if (ends && l->inside) /* it would hide what stands before it */
            spoil(out, t.at, "a statement ends inside of a version comment");
        else if ((ends || t.kind == TOKEN_END) && has_version_comment(l->text + from, t.at - from))
            out->empty = true;
        else if (ends)
            continue;
        if (out->empty)
            out->from = from;
        return t;
    }
}

/* ---- statements ---- */

/* Is a ";" here the end of a statement?  In Oracle's language only DELIMITER can say. */
static bool ends_here(const struct cutter *c)
{
    bool routine = c->body.state == BODY_HEADER || c->body.state == BODY_INSIDE;
    return c->lexer.how.oracle && routine ? strcmp(c->delimiter, ";") == 0 : !c->body.depth;
}

static void check_end(const struct cutter *c, struct token t, struct cut *out)
{
    bool routine = c->body.state == BODY_HEADER || c->body.state == BODY_INSIDE;
    if (c->lexer.inside)
        spoil(out, t.at < c->lexer.len ? t.at : out->from,
              t.kind == TOKEN_END ? "a version comment is left open"
                                  : "a statement ends inside of a version comment");
    if (c->body.depth)
        spoil(out, out->from,
              "a block of the routine is left open: its END is missing, or DELIMITER around it");
    if (c->lexer.how.oracle && routine && strcmp(c->delimiter, ";") == 0)
        spoil(out, out->from,
              "where a routine in Oracle's language ends has to be said by DELIMITER");
}

/* A routine in Oracle's language ends in ";" in front of its delimiter. */
static void drop_semicolons(const struct cutter *c, struct sentence *s, struct cut *out)
{
    uint32_t n = s->count;
    while (n && mysentence_op(s, n - 1, ';'))
        n--;
    if (!n || n == s->count)
        return;
    s->tokens[n] = (struct token){TOKEN_END, s->tokens[n].at, 0};
    s->count = n;
    if (c->lexer.closed <= s->tokens[n - 1].at)
        out->to = s->tokens[n - 1].at + s->tokens[n - 1].n;
}

static bool is_semicolon(const struct cutter *c, const struct token *t)
{
    return t->kind == TOKEN_DELIMITER ? strcmp(c->delimiter, ";") == 0
                                      : mytoken_is_op(c->lexer.text, t, ';');
}

bool mycut(struct cutter *c, struct sentence *to, struct cut *out)
{
    struct lexer *l = &c->lexer;
    *out = (struct cut){0};
    to->text = l->text;
    to->count = 0;
    c->body = (struct body){.open = c->body.open, .cap = c->body.cap};
    if (!reserve(to))
        return false;
    to->tokens[0] = (struct token){0};
    struct token t = first(c, out);
    if (out->empty) {
        out->to = t.at;
        return true;
    }
    out->from = l->inside ? l->opened : t.at;
    out->to = t.at + t.n;
    out->end = t.kind == TOKEN_END && !l->inside;
    for (; t.kind != TOKEN_END; t = next(c)) {
        if (l->closed > out->to && l->closed <= t.at)
            out->to = l->closed;
        bool semicolon = is_semicolon(c, &t);
        if (semicolon ? ends_here(c) : t.kind == TOKEN_DELIMITER)
            break;
        if (semicolon)
            t.kind = TOKEN_OPERATOR;
        if (t.kind == TOKEN_COMMAND && to->count)
            spoil(out, t.at, "a command of the mysql client stands inside of a statement");
        if (t.kind == TOKEN_BAD)
            spoil(out, t.at, bad_token(l->text, &t));
        out->to = t.at + t.n;
        if (!push(to, t) || !mybody_step(&c->body, to))
            return false;
        if (t.kind == TOKEN_COMMAND || t.kind == TOKEN_BAD || out->bad) {
            l->inside = false; /* the comment is part of what is bad */
            return true;
        }
    }
    if (l->closed > out->to && l->closed <= t.at)
        out->to = l->closed;
    if (!out->end)
        check_end(c, t, out);
    if (t.kind == TOKEN_END)
        l->inside = false;
    drop_semicolons(c, to, out);
    return true;
}
