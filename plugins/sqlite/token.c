/* SPDX-License-Identifier: Apache-2.0 */
#include "token.h"

#include <string.h>

struct keyword {
    uint8_t n;
    bool bare;
    uint16_t id;
    const char *word;
};

/* One table a letter keeps a look-up to a handful of comparisons. */
#define KEYWORD_ROW(name, bare) {sizeof(#name) - 1, (bare) != 0, KW_##name, #name},
#define NO_KEYWORD                                                                                 \
    {                                                                                              \
        0, false, KW_NONE, ""                                                                      \
    }
#define KEYWORD_TABLE(letter)                                                                      \
    static const struct keyword words_##letter[] = {KEYWORDS_##letter(KEYWORD_ROW) NO_KEYWORD};
KEYWORD_TABLE(A)
KEYWORD_TABLE(B)
KEYWORD_TABLE(C)
KEYWORD_TABLE(D)
KEYWORD_TABLE(E)
KEYWORD_TABLE(F)
KEYWORD_TABLE(G)
KEYWORD_TABLE(H)
KEYWORD_TABLE(I)
KEYWORD_TABLE(J)
KEYWORD_TABLE(K)
KEYWORD_TABLE(L)
KEYWORD_TABLE(M)
KEYWORD_TABLE(N)
KEYWORD_TABLE(O)
KEYWORD_TABLE(P)
KEYWORD_TABLE(Q)
KEYWORD_TABLE(R)
KEYWORD_TABLE(S)
KEYWORD_TABLE(T)
KEYWORD_TABLE(U)
KEYWORD_TABLE(V)
KEYWORD_TABLE(W)
static const struct keyword no_words[] = {NO_KEYWORD};

static const struct keyword *const by_letter[26] = {
    words_A, words_B, words_C, words_D, words_E, words_F,  words_G,  words_H, words_I,
    words_J, words_K, words_L, words_M, words_N, words_O,  words_P,  words_Q, words_R,
    words_S, words_T, words_U, words_V, words_W, no_words, no_words, no_words};

static const bool bare_of[KW_COUNT] = {[KW_NONE] = true,
#define KEYWORD_BARE(name, bare) [KW_##name] = (bare) != 0,
                                       KEYWORDS(KEYWORD_BARE)
#undef KEYWORD_BARE
};

#define SPACE 1u
#define LETTER 2u /* may begin an identifier */
#define DIGIT 4u
#define DOLLAR 8u /* may go on an identifier, as letters and digits may */
#define HEX 16u

#define A8(x) x, x, x, x, x, x, x, x
#define A64(x) A8(x), A8(x), A8(x), A8(x), A8(x), A8(x), A8(x), A8(x)
static const uint8_t class_of[256] = {['\t'] = SPACE,
                                      ['\n'] = SPACE,
                                      ['\f'] = SPACE,
                                      ['\r'] = SPACE,
                                      [' '] = SPACE,
                                      ['$'] = DOLLAR,
                                      ['0'] = DIGIT | HEX,
                                      DIGIT | HEX,
                                      DIGIT | HEX,
                                      DIGIT | HEX,
                                      DIGIT | HEX,
                                      DIGIT | HEX,
                                      DIGIT | HEX,
                                      DIGIT | HEX,
                                      DIGIT | HEX,
                                      DIGIT | HEX,
                                      ['A'] = LETTER | HEX,
                                      LETTER | HEX,
                                      LETTER | HEX,
                                      LETTER | HEX,
                                      LETTER | HEX,
                                      LETTER | HEX,
                                      ['G'] = A8(LETTER),
                                      A8(LETTER),
                                      LETTER,
                                      LETTER,
                                      LETTER,
                                      LETTER,
                                      ['_'] = LETTER,
                                      ['a'] = LETTER | HEX,
                                      LETTER | HEX,
                                      LETTER | HEX,
                                      LETTER | HEX,
                                      LETTER | HEX,
                                      LETTER | HEX,
                                      ['g'] = A8(LETTER),
                                      A8(LETTER),
                                      LETTER,
                                      LETTER,
                                      LETTER,
                                      LETTER,
                                      [128] = A64(LETTER),
                                      A64(LETTER)};
#undef A8
#undef A64

static inline bool is(char c, unsigned classes)
{
    return (class_of[(unsigned char)c] & classes) != 0;
}

static inline bool is_space(char c)
{
    return is(c, SPACE);
}

static inline bool is_digit(char c)
{
    return is(c, DIGIT);
}

static inline bool is_hex(char c)
{
    return is(c, HEX);
}

static inline bool is_letter(char c)
{
    return is(c, LETTER);
}

/* May C go on an identifier? */
static inline bool is_word(char c)
{
    return is(c, LETTER | DIGIT | DOLLAR);
}

static inline char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

uint16_t token_keyword(const char *w, size_t n)
{
    unsigned letter = n > 1 ? (unsigned)(unsigned char)w[0] - 'A' : 26;
    letter = letter > 31 ? letter - 32 : letter;
    if (letter >= 26)
        return KW_NONE;
    for (const struct keyword *k = by_letter[letter]; k->n; k++) {
        if (k->n != n)
            continue;
        size_t i = 1; /* the words have letters and "_" alone */
        while (i < n && (w[i] == k->word[i] || (is_letter(w[i]) && (w[i] & ~0x20) == k->word[i])))
            i++;
        if (i == n)
            return k->id;
    }
    return KW_NONE;
}

bool token_keyword_bare(uint16_t keyword)
{
    return keyword < KW_COUNT && bare_of[keyword];
}

/* Over white space and comments.  An open comment is left where it begins. */
static size_t skip_space(const char *text, size_t len, size_t i)
{
    while (i < len) {
        if (is_space(text[i])) {
            i++;
        } else if (text[i] == '-' && i + 1 < len && text[i + 1] == '-') {
            const char *end = memchr(text + i, '\n', len - i);
            i = end ? (size_t)(end - text) + 1 : len;
        } else if (text[i] == '/' && i + 1 < len && text[i + 1] == '*') {
            const char *end = i + 2 < len ? memmem(text + i + 2, len - i - 2, "*/", 2) : NULL;
            if (!end)
                return i;
            i = (size_t)(end - text) + 2;
        } else if (i == 0 && len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
            i += 3; /* SQLite takes a byte order mark for white space */
        } else {
            return i;
        }
    }
    return i;
}

/* Length of what the quote at TEXT[i] begins, closing quote included; 0 = it is open. */
static size_t quoted_len(const char *text, size_t len, size_t i)
{
    char close = text[i] == '[' ? ']' : text[i];
    for (size_t j = i + 1; j < len; j++) {
        if (text[j] == '\0')
            return 0;
        if (text[j] != close)
            continue;
        if (close != ']' && j + 1 < len && text[j + 1] == close)
            j++;
        else
            return j + 1 - i;
    }
    return 0;
}

static size_t digits(const char *text, size_t len, size_t i)
{
    while (i < len &&
           (is_digit(text[i]) || (text[i] == '_' && i + 1 < len && is_digit(text[i + 1]))))
        i++;
    return i;
}

static void number(const char *text, size_t len, struct token *t)
{
    size_t i = t->at;
    t->kind = TOKEN_NUMBER;
    if (text[i] == '0' && i + 2 < len && (text[i + 1] | 0x20) == 'x' && is_hex(text[i + 2])) {
        for (i += 2; i < len && is_hex(text[i]);)
            i++;
    } else {
        i = digits(text, len, i);
        if (i < len && text[i] == '.')
            i = digits(text, len, i + 1);
        if (i < len && (text[i] | 0x20) == 'e') {
            size_t e = i + 1;
            if (e < len && (text[e] == '+' || text[e] == '-'))
                e++;
            if (e < len && is_digit(text[e]))
                i = digits(text, len, e);
        }
    }
    for (; i < len && is_word(text[i]); i++)
        t->kind = TOKEN_BAD;
    t->n = i - t->at;
}

static void blob(const char *text, size_t len, struct token *t)
{
    size_t i = t->at + 2;
    while (i < len && is_hex(text[i]))
        i++;
    bool closed = i < len && text[i] == '\'';
    t->kind = closed && (i - t->at) % 2 == 0 ? TOKEN_BLOB : TOKEN_BAD;
    t->n = i + (closed ? 1 : 0) - t->at;
}

static void variable(const char *text, size_t len, struct token *t)
{
    size_t i = t->at + 1;
    if (text[t->at] == '?') {
        while (i < len && is_digit(text[i]))
            i++;
        t->kind = TOKEN_VARIABLE;
    } else {
        while (i < len &&
               (is_word(text[i]) || (text[i] == ':' && i + 1 < len && text[i + 1] == ':')))
            i += text[i] == ':' ? 2 : 1;
        t->kind = i > t->at + 1 ? TOKEN_VARIABLE : TOKEN_BAD;
    }
    t->n = i - t->at;
}

static void operator_(const char *text, size_t len, struct token *t)
{
    static const char *const long_ones[] = {
        "->>", "->", "||", "<=", ">=", "<>", "<<", ">>", "!=", "=="};
    char c = text[t->at];
    t->kind = TOKEN_OPERATOR;
    t->op = (uint8_t)c;
    t->n = 1;
    if (c == ',' || c == '(' || c == ')' || c == '.' || c == ';')
        return;
    for (size_t i = 0; i < sizeof long_ones / sizeof *long_ones; i++) {
        size_t n = strlen(long_ones[i]);
        if (len - t->at >= n && memcmp(text + t->at, long_ones[i], n) == 0) {
            t->n = n;
            return;
        }
    }
    if (c == '\0' || !strchr("-+*/%=<>|&~", c))
        t->kind = TOKEN_BAD;
}

struct token token_next(const char *text, size_t len, size_t from)
{
    struct token t = {.kind = TOKEN_END, .at = skip_space(text, len, from)};
    if (t.at >= len)
        return t;
    char c = text[t.at];
    char next = t.at + 1 < len ? text[t.at + 1] : '\0';
    if (c == '\'' || c == '"' || c == '`' || c == '[') {
        t.n = quoted_len(text, len, t.at);
        t.kind = t.n == 0 ? TOKEN_BAD : c == '\'' ? TOKEN_STRING : TOKEN_QUOTED;
        if (t.n == 0)
            t.n = len - t.at;
    } else if ((c == 'x' || c == 'X') && next == '\'') {
        blob(text, len, &t);
    } else if (is_letter(c)) {
        size_t i = t.at + 1;
        while (i < len && is_word(text[i]))
            i++;
        t.n = i - t.at;
        t.kind = TOKEN_WORD;
        t.keyword = token_keyword(text + t.at, t.n);
    } else if (is_digit(c) || (c == '.' && is_digit(next))) {
        number(text, len, &t);
    } else if (c == '?' || c == '@' || c == ':' || c == '$' || c == '#') {
        variable(text, len, &t);
    } else if (c == '/' && next == '*') {
        t.kind = TOKEN_BAD; /* a comment that nothing closes */
        t.n = len - t.at;
    } else {
        operator_(text, len, &t);
    }
    return t;
}

bool token_is_op(const char *text, const struct token *t, const char *op)
{
    return t->kind == TOKEN_OPERATOR && t->op == (uint8_t)op[0] && strlen(op) == t->n &&
           memcmp(text + t->at, op, t->n) == 0;
}

bool token_is_name(const struct token *t)
{
    if (t->kind != TOKEN_WORD)
        return t->kind == TOKEN_QUOTED || t->kind == TOKEN_STRING;
    if (token_keyword_bare(t->keyword))
        return true;
    switch (
        t->keyword) { /* names to SQLite, though unquoting a name can turn it into one of these */
    case KW_CAST:
    case KW_CROSS:
    case KW_CURRENT_DATE:
    case KW_CURRENT_TIME:
    case KW_CURRENT_TIMESTAMP:
    case KW_FILTER:
    case KW_FULL:
    case KW_GLOB:
    case KW_INDEXED:
    case KW_INNER:
    case KW_LEFT:
    case KW_LIKE:
    case KW_MATCH:
    case KW_NATURAL:
    case KW_OUTER:
    case KW_OVER:
    case KW_RAISE:
    case KW_REGEXP:
    case KW_RIGHT:
    case KW_WINDOW:
        return true;
    default:
        return false;
    }
}

size_t token_unquote(const char *text, const struct token *t, char *out)
{
    const char *p = text + t->at;
    if (t->kind != TOKEN_QUOTED && t->kind != TOKEN_STRING) {
        memcpy(out, p, t->n);
        return t->n;
    }
    char close = p[0] == '[' ? ']' : p[0];
    size_t n = 0;
    for (size_t i = 1; i + 1 < t->n; i++) {
        out[n++] = p[i];
        if (p[i] == close && close != ']')
            i++;
    }
    return n;
}

void fold_ascii(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = fold(p[i]);
}

bool equal_folded(const char *a, size_t an, const char *b, size_t bn)
{
    if (an != bn)
        return false;
    for (size_t i = 0; i < an; i++) {
        if (fold(a[i]) != fold(b[i]))
            return false;
    }
    return true;
}

bool token_names(const char *text, const struct token *t, const char *name, size_t n)
{
    const char *p = text + t->at;
    if (t->kind != TOKEN_QUOTED && t->kind != TOKEN_STRING)
        return equal_folded(p, t->n, name, n);
    char close = p[0] == '[' ? ']' : p[0];
    size_t j = 0;
    for (size_t i = 1; i + 1 < t->n; i++, j++) {
        if (j >= n || fold(p[i]) != fold(name[j]))
            return false;
        if (p[i] == close && close != ']')
            i++;
    }
    return j == n;
}
