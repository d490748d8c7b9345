/* SPDX-License-Identifier: Apache-2.0 */
#include "same.h"

#include <stdlib.h>
#include <string.h>

void text_add(struct text *t, const char *p, size_t n)
{
    if (!t->p || t->cap - t->n <= n) {
        size_t cap = t->cap ? t->cap : 256;
        while (cap - t->n <= n && cap < SIZE_MAX / 2)
            cap *= 2;
        char *q = !t->failed && cap - t->n > n ? realloc(t->p, cap) : NULL;
        if (!q) {
            t->failed = true;
            return;
        }
        t->p = q;
        t->cap = cap;
    }
    if (n)
        memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = '\0';
}

void text_puts(struct text *t, const char *z)
{
    text_add(t, z, strlen(z));
}

void text_char(struct text *t, char c)
{
    text_add(t, &c, 1);
}

void text_free(struct text *t)
{
    free(t->p);
    *t = (struct text){0};
}

const moult_binding *same_bound(const struct same *s, const char *folded, size_t n)
{
    for (uint32_t i = 0; i < s->binding_count; i++) {
        if (equal_folded(s->bindings[i]->value, strlen(s->bindings[i]->value), folded, n))
            return s->bindings[i];
    }
    return NULL;
}

static void marker(const moult_binding *b, struct text *out)
{
    text_char(out, MOULT_MARK_OPEN);
    text_puts(out, b->name);
    text_char(out, MOULT_MARK_CLOSE);
}

/* Appends the token without quotes and returns where it begins in OUT. */
static size_t unquoted(const struct same *s, const struct token *t, struct text *out)
{
    size_t at = out->n;
    text_add(out, s->p->text + t->at, t->n);
    if (!out->failed && (t->kind == TOKEN_QUOTED || t->kind == TOKEN_STRING)) {
        out->n = at + token_unquote(s->p->text, t, out->p + at);
        out->p[out->n] = '\0';
    }
    return at;
}

static void name(const struct same *s, uint32_t token, bool folded, struct text *out)
{
    size_t at = unquoted(s, &s->p->tokens[token], out);
    if (out->failed)
        return;
    const moult_binding *b = same_bound(s, out->p + at, out->n - at);
    if (b) {
        out->n = at;
        marker(b, out);
    } else if (folded) {
        fold_ascii(out->p + at, out->n - at);
    }
}

void same_key(const struct same *s, uint32_t token, struct text *out)
{
    name(s, token, true, out);
}

void same_name(const struct same *s, uint32_t token, struct text *out)
{
    name(s, token, false, out);
}

/* Can NAME stand without quotes and be taken for nothing but a name? */
static bool plain(const char *p, size_t n)
{
    if (n == 0)
        return false;
    struct token t = token_next(p, n, 0);
    return t.kind == TOKEN_WORD && t.at == 0 && t.n == n && token_keyword_bare(t.keyword);
}

void same_quoted(const struct same *s, const char *folded, size_t n, struct text *out)
{
    const moult_binding *b = same_bound(s, folded, n);
    if (b) {
        marker(b, out);
    } else if (plain(folded, n)) {
        text_add(out, folded, n);
    } else {
        text_char(out, '"');
        for (size_t i = 0; i < n; i++) {
            if (folded[i] == '"')
                text_char(out, '"');
            text_char(out, folded[i]);
        }
        text_char(out, '"');
    }
}

/* ---- is it a name? ---- */

/* After these words SQL has a name, never a value. */
static bool wants_name(uint16_t keyword)
{
    switch (keyword) {
    case KW_AS:
    case KW_COLLATE:
    case KW_FROM:
    case KW_INTO:
    case KW_JOIN:
    case KW_REFERENCES:
    case KW_TABLE:
    case KW_UPDATE:
        return true;
    default:
        return false;
    }
}

/* Is NAME (folded) a bare word, an alias or a qualifier elsewhere in the same text?  Then a quoted
 * use of it means the same thing. */
static bool defined_here(const struct same *s, const char *folded, size_t n)
{
    const struct parse *p = s->p;
    for (uint32_t i = 0; i < p->token_count; i++) {
        const struct token *t = &p->tokens[i];
        if (t->kind != TOKEN_WORD && t->kind != TOKEN_QUOTED)
            continue;
        bool defines = t->kind == TOKEN_WORD ? token_keyword_bare(t->keyword)
                                             : i > 0 && wants_name(p->tokens[i - 1].keyword);
        if (defines && token_names(p->text, t, folded, n))
            return true;
    }
    return false;
}

static bool double_quoted_is_name(const struct same *s, const struct token *t)
{
    struct text folded = {0};
    size_t at = unquoted(s, t, &folded);
    bool is = false;
    if (!folded.failed) {
        fold_ascii(folded.p + at, folded.n - at);
        is = (s->known && s->known(s->arg, folded.p, folded.n)) ||
             (s->mode == SAME_PROGRAM && defined_here(s, folded.p, folded.n));
    }
    text_free(&folded);
    return is;
}

static bool next_to(const struct same *s, uint32_t i)
{
    const struct token *next = &s->p->tokens[i + 1];
    const struct token *before = i ? &s->p->tokens[i - 1] : next;
    bool dotted = (next->op == '.' && next->n == 1) || (i && before->op == '.' && before->n == 1);
    return dotted || (i && wants_name(before->keyword));
}

static bool is_truth(const char *p, size_t n)
{
    return equal_folded(p, n, "true", 4) || equal_folded(p, n, "false", 5);
}

bool same_is_name(const struct same *s, uint32_t i)
{
    const struct token *t = &s->p->tokens[i];
    if (s->mode == SAME_EXACT)
        return false;
    switch (t->kind) {
    case TOKEN_WORD:
        return token_keyword_bare(t->keyword) && !is_truth(s->p->text + t->at, t->n);
    case TOKEN_STRING:
        return s->mode == SAME_PROGRAM && next_to(s, i);
    case TOKEN_QUOTED:
        if (s->p->text[t->at] != '"' || s->mode == SAME_NAME)
            return true;
        if (s->mode == SAME_STRING)
            return false;
        return next_to(s, i) || s->p->tokens[i + 1].op == '(' || double_quoted_is_name(s, t);
    default:
        return false;
    }
}

/* ---- canonical text ---- */

static void string(const struct same *s, const struct token *t, struct text *out)
{
    struct text raw = {0};
    unquoted(s, t, &raw);
    text_char(out, '\'');
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] == '\'')
            text_char(out, '\'');
        text_char(out, raw.p[i]);
    }
    text_char(out, '\'');
    out->failed |= raw.failed;
    text_free(&raw);
}

static void folded_token(const struct same *s, const struct token *t, struct text *out)
{
    size_t at = out->n;
    text_add(out, s->p->text + t->at, t->n);
    if (!out->failed)
        fold_ascii(out->p + at, t->n);
}

static void one(const struct same *s, uint32_t i, struct text *out)
{
    const struct token *t = &s->p->tokens[i];
    const char *p = s->p->text + t->at;
    if (s->mode == SAME_EXACT) {
        text_add(out, p, t->n);
    } else if (t->kind == TOKEN_WORD || t->kind == TOKEN_BLOB) {
        if (s->binding_count && same_is_name(s, i))
            same_key(s, i, out);
        else
            folded_token(s, t, out);
    } else if (t->kind == TOKEN_QUOTED || t->kind == TOKEN_STRING) {
        if (!same_is_name(s, i)) {
            string(s, t, out);
            return;
        }
        struct text folded = {0};
        unquoted(s, t, &folded);
        if (!folded.failed) {
            fold_ascii(folded.p, folded.n);
            same_quoted(s, folded.p, folded.n, out);
        }
        out->failed |= folded.failed;
        text_free(&folded);
    } else if (t->kind == TOKEN_OPERATOR && t->n == 2 && p[1] == '=' &&
               (p[0] == '=' || p[0] == '!')) {
        text_puts(out, p[0] == '=' ? "=" : "<>");
    } else {
        text_add(out, p, t->n);
    }
}

/* Is there a space between these two in canonical text?  It only has to depend on the tokens. */
static bool spaced(const struct token *a, const struct token *b)
{
    bool a_short = a->kind == TOKEN_OPERATOR && a->n == 1;
    bool b_short = b->kind == TOKEN_OPERATOR && b->n == 1;
    if (a_short && (a->op == '(' || a->op == '.'))
        return false;
    if (!b_short)
        return true;
    if (b->op == ',' || b->op == ')' || b->op == '.' || b->op == ';')
        return false;
    bool call =
        a->kind == TOKEN_QUOTED || (a->kind == TOKEN_WORD && token_keyword_bare(a->keyword));
    return b->op != '(' || !call;
}

void same_range(const struct same *s, struct range r, struct text *out)
{
    const struct token *tokens = s->p->tokens;
    for (uint32_t i = r.at; i < r.at + r.n; i++) {
        if (i > r.at && spaced(&tokens[i - 1], &tokens[i]))
            text_char(out, ' ');
        one(s, i, out);
    }
}

void same_spelling(const struct same *s, struct range r, struct text *out)
{
    size_t len;
    const char *text = range_text(s->p, r, &len);
    if (s->binding_count == 0) {
        text_add(out, text, len);
        return;
    }
    size_t from = 0, base = (size_t)(text - s->p->text);
    for (uint32_t i = r.at; i < r.at + r.n; i++) {
        const struct token *t = &s->p->tokens[i];
        if (!same_is_name(s, i))
            continue;
        struct text key = {0};
        same_key(s, i, &key);
        if (key.n && key.p[0] == MOULT_MARK_OPEN) {
            text_add(out, text + from, t->at - base - from);
            text_add(out, key.p, key.n);
            from = t->at - base + t->n;
        }
        out->failed |= key.failed;
        text_free(&key);
    }
    text_add(out, text + from, len - from);
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

void same_type(const struct same *s, struct range r, struct text *out)
{
    size_t at = out->n;
    if (r.n == 1) { /* SQLite takes its quotes off */
        unquoted(s, &s->p->tokens[r.at], out);
    } else {
        for (uint32_t i = r.at; i < r.at + r.n; i++) {
            const struct token *t = &s->p->tokens[i];
            const struct token *before = i > r.at ? t - 1 : NULL;
            bool word = before && before->kind != TOKEN_OPERATOR && t->kind != TOKEN_OPERATOR;
            if (word)
                text_char(out, ' ');
            text_add(out, s->p->text + t->at, t->n);
        }
    }
    for (size_t i = at; i < out->n && !out->failed; i++)
        out->p[i] = upper(out->p[i]);
}

void same_default(const struct same *s, struct range r, struct text *out)
{
    const struct token *t = &s->p->tokens[r.at];
    bool word = r.n == 1 && t->kind == TOKEN_WORD;
    if (word) {
        const char *p = s->p->text + t->at;
        bool literal = is_truth(p, t->n) || t->keyword == KW_NULL ||
                       t->keyword == KW_CURRENT_DATE || t->keyword == KW_CURRENT_TIME ||
                       t->keyword == KW_CURRENT_TIMESTAMP;
        if (literal)
            folded_token(s, t, out);
        else
            string(s, t, out);
    } else if (r.n == 1 && (t->kind == TOKEN_QUOTED || t->kind == TOKEN_STRING)) {
        string(s, t, out);
    } else {
        same_range(s, r, out);
    }
}
