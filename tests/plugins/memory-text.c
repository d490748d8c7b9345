/* SPDX-License-Identifier: Apache-2.0 */
/* memory-text.c - the tokens of the memory adapter's language. */
#include <ctype.h>
#include <strings.h>

#include "memory.h"

static bool is_word(char c)
{
    /* \1 and \2 enclose a bound name in templates; bytes above 0x7f are letters. */
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '\1' || c == '\2' ||
           (unsigned char)c > 0x7f;
}

static void skip_space(struct scan *s)
{
    for (; s->p < s->end; s->p++) {
        if (s->end - s->p > 1 && s->p[0] == '-' && s->p[1] == '-') {
            while (s->p < s->end && *s->p != '\n')
                s->p++;
            if (s->p == s->end)
                return;
        }
        if (!isspace((unsigned char)*s->p))
            return;
        s->line += *s->p == '\n';
    }
}

static struct token quoted(struct scan *s, char quote)
{
    struct token t = {quote == '"' ? TOKEN_QUOTED : TOKEN_STRING, s->p + 1, 0, s->p, NULL, s->line};
    for (s->p++; s->p < s->end; s->p++) {
        s->line += *s->p == '\n';
        if (*s->p != quote)
            continue;
        if (s->p + 1 == s->end || s->p[1] != quote) {
            t.n = (size_t)(s->p - t.p);
            t.end = ++s->p;
            return t;
        }
        s->p++;
    }
    t.type = TOKEN_BAD;
    t.end = s->end;
    return t;
}

struct token memory_next(struct scan *s)
{
    skip_space(s);
    struct token t = {TOKEN_END, s->p, 0, s->p, s->p, s->line};
    if (s->p == s->end)
        return t;
    if (*s->p == '"' || *s->p == '\'')
        return quoted(s, *s->p);
    t.type = is_word(*s->p) ? TOKEN_WORD : TOKEN_PUNCT;
    do
        s->p++;
    while (t.type == TOKEN_WORD && s->p < s->end && is_word(*s->p));
    t.end = s->p;
    t.n = (size_t)(s->p - t.p);
    return t;
}

struct token memory_peek(const struct scan *s)
{
    struct scan copy = *s;
    return memory_next(&copy);
}

bool token_is(const struct token *t, const char *word)
{
    return (t->type == TOKEN_WORD || t->type == TOKEN_PUNCT) && t->n == strlen(word) &&
           strncasecmp(t->p, word, t->n) == 0;
}

bool memory_take(struct scan *s, const char *word)
{
    struct token t = memory_peek(s);
    if (!token_is(&t, word))
        return false;
    memory_next(s);
    return true;
}

static size_t undouble(const struct token *t, char quote, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        out[n++] = t->p[i];
        i += t->p[i] == quote;
    }
    out[n] = 0;
    return n;
}

bool memory_name(struct scan *s, char out[MEMORY_MAX_NAME])
{
    struct token t = memory_peek(s);
    if ((t.type != TOKEN_WORD && t.type != TOKEN_QUOTED) || t.n == 0 || t.n >= MEMORY_MAX_NAME)
        return false;
    memory_next(s);
    undouble(&t, t.type == TOKEN_QUOTED ? '"' : 0, out);
    return true;
}

bool memory_string(struct scan *s, char **out)
{
    struct token t = memory_peek(s);
    *out = NULL;
    if (t.type != TOKEN_STRING || !(*out = malloc(t.n + 1)))
        return false;
    memory_next(s);
    undouble(&t, '\'', *out);
    return true;
}

void memory_fold(const char *name, char out[MEMORY_MAX_NAME])
{
    size_t i = 0;
    for (; name[i] && i < MEMORY_MAX_NAME - 1; i++)
        out[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 32) : name[i];
    out[i] = 0;
}
