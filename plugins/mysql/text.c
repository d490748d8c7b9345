/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - a text that grows, and names and literals in it. */
#include <stdio.h>
#include <stdlib.h>

#include "my.h"

static bool reserve(struct text *t, size_t more)
{
    if (t->failed || more > SIZE_MAX / 2 - t->n) {
        t->failed = true;
        return false;
    }
    size_t need = t->n + more + 1;
    if (need <= t->cap)
        return true;
    size_t cap = t->cap ? t->cap : 64;
    while (cap < need)
        cap *= 2;
    char *p = realloc(t->p, cap);
    if (!p) {
        t->failed = true;
        return false;
    }
    t->p = p;
    t->cap = cap;
    return true;
}

void mytext_add(struct text *t, const char *p, size_t n)
{
    if (!reserve(t, n))
        return;
    if (n)
        memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = '\0';
}

void mytext_z(struct text *t, const char *p)
{
    mytext_add(t, p, strlen(p));
}

void mytext_slice(struct text *t, struct slice s)
{
    mytext_add(t, s.p, s.n);
}

void mytext_char(struct text *t, char c)
{
    mytext_add(t, &c, 1);
}

void mytext_printf(struct text *t, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        t->failed = true;
    else if (reserve(t, (size_t)n)) {
        vsnprintf(t->p + t->n, (size_t)n + 1, fmt, again);
        t->n += (size_t)n;
    }
    va_end(again);
}

/* Is NAME a bound identifier's marker and nothing else?  bind() puts the quotes. */
static bool is_marker(struct slice s)
{
    return s.n > 2 && s.p[0] == MOULT_MARK_OPEN &&
           memchr(s.p + 1, MOULT_MARK_CLOSE, s.n - 1) == s.p + s.n - 1;
}

void mytext_name(struct text *t, struct slice name)
{
    if (is_marker(name)) {
        mytext_slice(t, name);
        return;
    }
    mytext_char(t, '`');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '`')
            mytext_char(t, '`');
        mytext_char(t, name.p[i]);
    }
    mytext_char(t, '`');
}

void mytext_literal(struct text *t, struct slice s)
{
    mytext_char(t, '\'');
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '\0':
            mytext_z(t, "\\0");
            break;
        case '\n':
            mytext_z(t, "\\n");
            break;
        case '\r':
            mytext_z(t, "\\r");
            break;
        case '\\':
            mytext_z(t, "\\\\");
            break;
        case '\'':
            mytext_z(t, "''");
            break;
        default:
            mytext_char(t, s.p[i]);
        }
    }
    mytext_char(t, '\'');
}

static char unescaped(char c)
{
    switch (c) {
    case '0':
        return '\0';
    case 'b':
        return '\b';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'Z':
        return '\x1a';
    default:
        return c;
    }
}

void mytext_unquote(struct text *t, struct slice s, bool escapes)
{
    if (s.n < 2 || !strchr("`'\"", s.p[0])) {
        mytext_slice(t, s);
        return;
    }
    char quote = s.p[0];
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.p[i] == quote)
            i++;
        else if (s.p[i] == '\\' && escapes && quote != '`') {
            mytext_char(t, unescaped(s.p[++i]));
            continue;
        }
        mytext_char(t, s.p[i]);
    }
}

void mytext_account(struct text *t, struct slice account)
{
    const char *at = memrchr(account.p, '@', account.n);
    size_t n = at ? (size_t)(at - account.p) : account.n;
    mytext_name(t, (struct slice){account.p, n});
    if (at) {
        mytext_char(t, '@');
        mytext_name(t, (struct slice){at + 1, account.n - n - 1});
    }
}

void mytext_clear(struct text *t)
{
    t->n = 0;
    if (t->p)
        t->p[0] = '\0';
}

void mytext_free(struct text *t)
{
    free(t->p);
    *t = (struct text){0};
}
