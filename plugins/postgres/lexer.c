/* SPDX-License-Identifier: Apache-2.0 */
#include "lexer.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool pgtoken_equal(const char *p, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if (lower(p[i]) != word[i]) /* also where WORD ends */
            return false;
    }
    return word[n] == '\0';
}

bool pgtoken_is(const char *text, const struct token *t, const char *word)
{
    return t->kind == TOKEN_WORD && pgtoken_equal(text + t->at, t->n, word);
}

bool pgtoken_is_op(const char *text, const struct token *t, char op)
{
    return t->kind == TOKEN_OPERATOR && text[t->at] == op;
}

/* ---- what is skipped ---- */

/* Behind the comment that begins at AT with slash and star; they nest.  LEN + 1: it is left
 * open. */
static size_t after_comment(const char *text, size_t len, size_t at)
{
    size_t depth = 0;
    while (at + 1 < len) {
        if (text[at] == '/' && text[at + 1] == '*') {
            depth++;
            at += 2;
        } else if (text[at] == '*' && text[at + 1] == '/') {
            at += 2;
            if (--depth == 0)
                return at;
        } else {
            at++;
        }
    }
    return len + 1;
}

static size_t after_line(const char *text, size_t len, size_t at)
{
    while (at < len && text[at] != '\n' && text[at] != '\r')
        at++;
    return at;
}

static bool begins(const char *text, size_t len, size_t at, const char *two)
{
    return len - at >= 2 && text[at] == two[0] && text[at + 1] == two[1];
}

/* ---- quotes ---- */

/* Where a string goes on in another line: SQL joins 'a' and 'b' with a line end between them,
 * and the rules of the first hold for both.  The place of the second quote, or 0. */
static size_t continues(const char *text, size_t len, size_t at)
{
    bool line = false;
    while (at < len) {
        if (begins(text, len, at, "--")) {
            at = after_line(text, len, at);
        } else if (is_space(text[at])) {
            line |= text[at] == '\n' || text[at] == '\r';
            at++;
        } else {
            break;
        }
    }
    return line && at < len && text[at] == '\'' ? at : 0;
}

/* Behind the string whose first quote is at AT; LEN + 1: it is left open. */
static size_t after_quote(const char *text, size_t len, size_t at, bool escapes)
{
    char quote = text[at++];
    while (at < len) {
        if (text[at] == '\0')
            return len + 1;
        if (escapes && text[at] == '\\') {
            at += 2;
        } else if (text[at] != quote) {
            at++;
        } else if (at + 1 < len && text[at + 1] == quote) {
            at += 2;
        } else {
            size_t more = escapes ? continues(text, len, at + 1) : 0;
            if (!more)
                return at + 1;
            at = more + 1;
        }
    }
    return len + 1;
}

/* Length of the opening $tag$ at AT, or 0. */
static size_t dollar_tag(const char *text, size_t len, size_t at)
{
    size_t i = at + 1;
    if (i < len && starts_word(text[i]))
        while (i < len && (starts_word(text[i]) || is_digit(text[i])))
            i++;
    return i < len && text[i] == '$' ? i - at + 1 : 0;
}

static struct token made(uint32_t kind, size_t at, size_t end, size_t len)
{
    return end > len ? (struct token){TOKEN_BAD, at, len - at} : (struct token){kind, at, end - at};
}

static struct token dollar(const char *text, size_t len, size_t at)
{
    size_t tag = dollar_tag(text, len, at);
    if (!tag) {
        size_t end = at + 1;
        while (end < len && is_digit(text[end]))
            end++;
        return made(end > at + 1 ? TOKEN_PARAMETER : TOKEN_OPERATOR, at, end, len);
    }
    const char *close = memmem(text + at + tag, len - at - tag, text + at, tag);
    return made(TOKEN_DOLLAR, at, close ? (size_t)(close - text) + tag : len + 1, len);
}

static struct token number(const char *text, size_t len, size_t at)
{
    size_t i = at;
    if (text[i] == '0' && i + 1 < len && strchr("xXoObB", text[i + 1]) && text[i + 1]) {
        for (i += 2; i < len && (is_digit(text[i]) || text[i] == '_' ||
                                 (lower(text[i]) >= 'a' && lower(text[i]) <= 'f'));)
            i++;
        return made(TOKEN_NUMBER, at, i, len);
    }
    while (i < len &&
           (is_digit(text[i]) || (text[i] == '_' && i + 1 < len && is_digit(text[i + 1]))))
        i++;
    if (i < len && text[i] == '.' && !begins(text, len, i, ".."))
        for (i++; i < len && is_digit(text[i]);)
            i++;
    if (i < len && lower(text[i]) == 'e') {
        size_t k = i + 1;
        k += k < len && (text[k] == '+' || text[k] == '-');
        if (k < len && is_digit(text[k])) {
            while (k < len && is_digit(text[k]))
                k++;
            i = k;
        }
    }
    return made(TOKEN_NUMBER, at, i, len);
}

/* A word, or a string whose kind a letter in front of it tells. */
static struct token word(const char *text, size_t len, size_t at)
{
    size_t i = at + 1;
    char first = lower(text[at]);
    if (i < len && text[i] == '\'' && strchr("ebxn", first))
        return made(TOKEN_STRING, at, after_quote(text, len, i, first == 'e'), len);
    if (first == 'u' && len - i >= 2 && text[i] == '&' &&
        (text[i + 1] == '\'' || text[i + 1] == '"'))
        return made(text[i + 1] == '"' ? TOKEN_QUOTED : TOKEN_STRING, at,
                    after_quote(text, len, i + 1, false), len);
    while (i < len && (starts_word(text[i]) || is_digit(text[i]) || text[i] == '$'))
        i++;
    return made(TOKEN_WORD, at, i, len);
}

struct token pgtoken_next(const char *text, size_t len, size_t at)
{
    while (at < len) {
        if (is_space(text[at])) {
            at++;
        } else if (begins(text, len, at, "--")) {
            at = after_line(text, len, at);
        } else if (begins(text, len, at, "/*")) {
            size_t end = after_comment(text, len, at);
            if (end > len)
                return (struct token){TOKEN_BAD, at, len - at};
            at = end;
        } else {
            break;
        }
    }
    if (at >= len)
        return (struct token){TOKEN_END, len, 0};
    char c = text[at];
    if (starts_word(c))
        return word(text, len, at);
    if (is_digit(c) || (c == '.' && at + 1 < len && is_digit(text[at + 1])))
        return number(text, len, at);
    switch (c) {
    case '\'':
        return made(TOKEN_STRING, at, after_quote(text, len, at, false), len);
    case '"':
        return made(TOKEN_QUOTED, at, after_quote(text, len, at, false), len);
    case '$':
        return dollar(text, len, at);
    case '\\':
        return made(TOKEN_COMMAND, at, after_line(text, len, at), len);
    case '\0':
        return (struct token){TOKEN_BAD, at, 1};
    default:
        return (struct token){TOKEN_OPERATOR, at, 1};
    }
}
