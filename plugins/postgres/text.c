/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - a text that grows, and names and literals in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg.h"

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

void pgtext_add(struct text *t, const char *p, size_t n)
{
    if (!reserve(t, n))
        return;
    if (n)
        memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = '\0';
}

void pgtext_z(struct text *t, const char *p)
{
    pgtext_add(t, p, strlen(p));
}

void pgtext_char(struct text *t, char c)
{
    pgtext_add(t, &c, 1);
}

void pgtext_printf(struct text *t, const char *fmt, ...)
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
static bool is_marker(const char *name, size_t n)
{
    return n > 2 && name[0] == MOULT_MARK_OPEN &&
           memchr(name + 1, MOULT_MARK_CLOSE, n - 1) == name + n - 1;
}

static void add_doubled(struct text *t, const char *p, size_t n, char quote)
{
    pgtext_char(t, quote);
    while (n) {
        const char *at = memchr(p, quote, n);
        size_t part = at ? (size_t)(at - p) + 1 : n;
        pgtext_add(t, p, part);
        if (at)
            pgtext_char(t, quote);
        p += part;
        n -= part;
    }
    pgtext_char(t, quote);
}

void pgtext_name(struct text *t, const char *name, size_t n)
{
    if (is_marker(name, n) || postgres_is_plain(name, n))
        pgtext_add(t, name, n);
    else
        add_doubled(t, name, n, '"');
}

void pgtext_literal(struct text *t, const char *p, size_t n)
{
    if (!n || !memchr(p, '\\', n)) {
        add_doubled(t, p, n, '\'');
        return;
    }
    pgtext_z(t, "E'");
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\\' || p[i] == '\'')
            pgtext_char(t, p[i]);
        pgtext_char(t, p[i]);
    }
    pgtext_char(t, '\'');
}

void pgtext_clear(struct text *t)
{
    t->n = 0;
    if (t->p)
        t->p[0] = '\0';
}

void pgtext_free(struct text *t)
{
    free(t->p);
    *t = (struct text){0};
}
