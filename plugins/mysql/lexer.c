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

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_name_byte(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

bool mytoken_equal(const char *p, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if (lower(p[i]) != word[i]) /* also where WORD ends */
            return false;
    }
    return word[n] == '\0';
}

bool mytoken_is(const char *text, const struct token *t, const char *word)
{
    return t->kind == TOKEN_WORD && mytoken_equal(text + t->at, t->n, word);
}

bool mytoken_is_op(const char *text, const struct token *t, char op)
{
    return t->kind == TOKEN_OPERATOR && text[t->at] == op;
}

struct lexing mylexing_of(const char *sql_mode, size_t n)
{
    /* Each of these modes stands for several others. */
    static const char *const quoting[] = {"ansi_quotes", "ansi",  "oracle",    "mssql",
                                          "db2",         "maxdb", "postgresql"};
    struct lexing how = {.version = MARIADB_LATEST};
    while (n) {
        const char *comma = memchr(sql_mode, ',', n);
        size_t k = comma ? (size_t)(comma - sql_mode) : n;
        for (size_t i = 0; i < sizeof quoting / sizeof *quoting; i++)
            how.ansi_quotes |= mytoken_equal(sql_mode, k, quoting[i]);
        how.oracle |= mytoken_equal(sql_mode, k, "oracle");
        how.brackets |= mytoken_equal(sql_mode, k, "mssql");
        how.no_escapes |= mytoken_equal(sql_mode, k, "no_backslash_escapes");
        sql_mode += k + (comma != NULL);
        n -= k + (comma != NULL);
    }
    return how;
}

/* ---- what is skipped ---- */

static bool begins(const struct lexer *l, size_t at, const char *what)
{
    size_t n = strlen(what);
    return l->len - at >= n && memcmp(l->text + at, what, n) == 0;
}

bool mylexing_runs(const struct lexing *how, uint32_t number, bool maria)
{
    if (how->mysql)
        return !maria && number <= how->version;
    /* Numbers that only MySQL has are no code to MariaDB. */
    return number <= how->version && (maria || number < 50700 || number > 99999);
}

size_t mylexer_version(const char *text, size_t len, size_t at, uint32_t *number, bool *maria)
{
    size_t i = at + 2;
    *maria = i < len && text[i] == 'M';
    i += *maria;
    if (i >= len || text[i] != '!')
        return 0;
    size_t from = ++i;
    *number = 0;
    while (i < len && i < from + 6 && is_digit(text[i]))
        *number = *number * 10 + (uint32_t)(text[i++] - '0');
    if (i >= from + 5)
        return i - at;
    *number = 0; /* fewer digits are no version */
    return from - at;
}

/* Behind the end of a comment, looked for from AT; DEPTH comments may lie in it.  LEN + 1: it is
 * left open. */
static size_t after_comment(const struct lexer *l, size_t at, int depth)
{
    for (int open = 0; at + 1 < l->len; at++) {
        if (begins(l, at, "*/")) {
            at++;
            if (open-- == 0)
                return at + 1;
        } else if (open < depth && begins(l, at, "/*")) {
            at++;
            open++;
        }
    }
    return l->len + 1;
}

static size_t after_line(const struct lexer *l, size_t at)
{
    while (at < l->len && l->text[at] != '\n')
        at++;
    return at;
}

/* "--" begins a comment only where a space or the like follows. */
static bool begins_line_comment(const struct lexer *l, size_t at)
{
    if (l->text[at] == '#')
        return true;
    return begins(l, at, "--") &&
           (at + 2 == l->len || (unsigned char)l->text[at + 2] <= ' ' || l->text[at + 2] == 0x7f);
}

/* Skips a comment, or enters one that is code; false: it is left open. */
static bool take_comment(struct lexer *l)
{
    uint32_t number = 0;
    bool maria = false;
    size_t head = mylexer_version(l->text, l->len, l->at, &number, &maria);
    if (head && mylexing_runs(&l->how, number, maria)) {
        l->opened = l->inside ? l->opened : l->at;
        l->inside = true;
        l->at += head;
        return true;
    }
    bool plain = !head || (maria && l->how.mysql);
    size_t end = after_comment(l, l->at + 2, plain ? 0 : 1);
    if (end > l->len)
        return false;
    l->at = end;
    return true;
}

static bool at_delimiter(const struct lexer *l)
{
    return l->delimiter_len && l->len - l->at >= l->delimiter_len &&
           memcmp(l->text + l->at, l->delimiter, l->delimiter_len) == 0;
}

/* To the next token, or what is no token either; false: a comment is left open. */
static bool skip(struct lexer *l)
{
    while (l->at < l->len && !at_delimiter(l)) {
        if (is_space(l->text[l->at])) {
            l->at++;
        } else if (begins_line_comment(l, l->at)) {
            l->at = after_line(l, l->at);
        } else if (begins(l, l->at, "/*")) {
            if (!take_comment(l))
                return false;
        } else if (l->inside && begins(l, l->at, "*/")) {
            l->inside = false;
            l->closed = l->at += 2;
        } else {
            break;
        }
    }
    return true;
}

/* ---- tokens ---- */

/* Behind the quoted text whose quote is at AT, and which CLOSE ends; LEN + 1: it is left open. */
static size_t after_quote(const struct lexer *l, size_t at, char close, bool escapes)
{
    for (at++; at < l->len; at++) {
        char c = l->text[at];
        if (c == '\0')
            return l->len + 1;
        if (escapes && c == '\\')
            at++;
        else if (c == close && (at + 1 >= l->len || l->text[at + 1] != close))
            return at + 1;
        else if (c == close)
            at++;
    }
    return l->len + 1;
}

static struct token made(struct lexer *l, uint32_t kind, size_t end)
{
    size_t at = l->at;
    if (end > l->len) {
        l->at = l->len;
        return (struct token){TOKEN_BAD, at, l->len - at};
    }
    l->at = end;
    return (struct token){kind, at, end - at};
}

static struct token string(struct lexer *l, size_t quote)
{
    return made(l, TOKEN_STRING, after_quote(l, quote, l->text[quote], !l->how.no_escapes));
}

/* Behind "1.5e-3", of which the digits before END are there. */
static size_t after_number(const struct lexer *l, size_t end)
{
    size_t i = end;
    if (i < l->len && l->text[i] == '.')
        for (i++; i < l->len && is_digit(l->text[i]);)
            i++;
    if (i < l->len && lower(l->text[i]) == 'e') {
        size_t k = i + 1;
        k += k < l->len && (l->text[k] == '+' || l->text[k] == '-');
        if (k < l->len && is_digit(l->text[k])) {
            while (k < l->len && is_digit(l->text[k]))
                k++;
            return k;
        }
    }
    return i;
}

/* A word, a number, or a string with a letter in front of it.  A name may begin with a digit. */
static struct token word(struct lexer *l)
{
    size_t i = l->at, digits;
    while (i < l->len && is_digit(l->text[i]))
        i++;
    digits = i - l->at;
    bool name = i < l->len && is_name_byte(l->text[i]);
    while (i < l->len && is_name_byte(l->text[i]))
        i++;
    size_t n = i - l->at;
    if (!digits && n == 1 && i < l->len && l->text[i] == '\'' &&
        strchr("nxb", lower(l->text[l->at])))
        return string(l, i);
    /* The client looks for the delimiter in words, too. */
    const char *end =
        n && l->delimiter_len
            ? memmem(l->text + l->at,
                     l->len - l->at < n + l->delimiter_len ? l->len - l->at : n + l->delimiter_len,
                     l->delimiter, l->delimiter_len)
            : NULL;
    if (end && (size_t)(end - l->text) < i)
        return made(l, digits == n ? TOKEN_NUMBER : TOKEN_WORD, (size_t)(end - l->text));
    if (!digits)
        return made(l, TOKEN_WORD, i);
    size_t number = after_number(l, l->at + digits);
    if (!name || number >= i)
        return made(l, TOKEN_NUMBER, number);
    bool based = digits == 1 && l->text[l->at] == '0' && n > 2 && strchr("xb", l->text[l->at + 1]);
    return made(l, based ? TOKEN_NUMBER : TOKEN_WORD, i);
}

static bool after_name(const struct lexer *l)
{
    return l->at && (is_name_byte(l->text[l->at - 1]) || l->text[l->at - 1] == '`');
}

struct token mytoken_next(struct lexer *l)
{
    if (!skip(l))
        return made(l, TOKEN_BAD, l->len + 1);
    if (l->at >= l->len)
        return (struct token){TOKEN_END, l->len, 0};
    if (at_delimiter(l))
        return made(l, TOKEN_DELIMITER, l->at + l->delimiter_len);
    char c = l->text[l->at];
    char next = l->at + 1 < l->len ? l->text[l->at + 1] : '\0';
    if (is_name_byte(c))
        return word(l);
    switch (c) {
    case '.':
        return made(l, is_digit(next) && !after_name(l) ? TOKEN_NUMBER : TOKEN_OPERATOR,
                    is_digit(next) && !after_name(l) ? after_number(l, l->at) : l->at + 1);
    case '\'':
        return string(l, l->at);
    case '"':
        if (!l->how.ansi_quotes)
            return string(l, l->at);
        return made(l, TOKEN_QUOTED, after_quote(l, l->at, '"', false));
    case '`':
        return made(l, TOKEN_QUOTED, after_quote(l, l->at, '`', false));
    case '[':
        return l->how.brackets ? made(l, TOKEN_QUOTED, after_quote(l, l->at, ']', false))
                               : made(l, TOKEN_OPERATOR, l->at + 1);
    case '\\':
        if (next == 'N') /* another way to write NULL */
            return made(l, TOKEN_WORD, l->at + 2);
        return made(l, TOKEN_COMMAND, after_line(l, l->at));
    case '\0':
        return (struct token){TOKEN_BAD, l->at++, 1};
    default:
        return made(l, TOKEN_OPERATOR, l->at + 1);
    }
}
