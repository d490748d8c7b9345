/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - identifiers: their keys, and the markers that stand for bound ones. */
#include <stdlib.h>

#include "split.h"

static moult_status give(const moult_host *host, const struct text *t, char **out, size_t *out_len,
                         moult_error *err)
{
    char *p = t->failed ? NULL : host->alloc(host->ctx, t->n + 1);
    if (!p)
        return my_nomem(host, err);
    if (t->n)
        memcpy(p, t->p, t->n);
    p[t->n] = '\0';
    *out = p;
    *out_len = t->n;
    return MOULT_OK;
}

/* ---- fold ---- */

/* A part of a key of several: in backquotes unless it is plain. */
static void add_part(struct text *key, struct slice part)
{
    bool plain = part.n > 0;
    for (size_t i = 0; i < part.n; i++) {
        char c = part.p[i];
        plain &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '_' || c == '$';
    }
    if (plain)
        mytext_slice(key, part);
    else
        mytext_name(key, part);
}

/* The first part of NAME, quoted or up to its dot, without quotes; gives its length with them. */
static size_t take_part(struct slice name, struct text *out)
{
    size_t n = 1;
    if (name.n && *name.p == '`') {
        for (; n < name.n && (name.p[n] != '`' || (n + 1 < name.n && name.p[n + 1] == '`')); n++)
            n += name.p[n] == '`';
        n += n < name.n;
    } else {
        const char *dot = name.n ? memchr(name.p, '.', name.n) : NULL;
        n = dot ? (size_t)(dot - name.p) : name.n;
    }
    mytext_unquote(out, (struct slice){name.p, n}, false);
    return n;
}

/* "Table.Name": the table as it is written, the name folded. */
static void fold_member(struct text *key, struct slice name)
{
    CLEANUP_TEXT struct text table = {0}, part = {0}, folded = {0};
    size_t n = take_part(name, &table);
    if (n >= name.n || name.p[n] != '.') {
        mytext_fold(key, name);
        return;
    }
    take_part((struct slice){name.p + n + 1, name.n - n - 1}, &part);
    mytext_fold(&folded, slice_of(&part));
    add_part(key, slice_of(&table));
    mytext_char(key, '.');
    add_part(key, slice_of(&folded));
    key->failed |= table.failed || part.failed || folded.failed;
}

moult_status mydialect_fold(const moult_host *host, const char *kind, const char *name, size_t len,
                            char **out, size_t *out_len, moult_error *err)
{
    /* Names of these are compared as they are written. */
    static const char *const exact[] = {"table", "view", "sequence", "trigger"};
    CLEANUP_TEXT struct text t = {0};
    bool folds = true;
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
        folds &= strcmp(kind, exact[i]) != 0;
    if (strcmp(kind, "foreign_key") == 0)
        fold_member(&t, (struct slice){name, len});
    else if (folds)
        mytext_fold(&t, (struct slice){name, len});
    else
        mytext_add(&t, name, len);
    return give(host, &t, out, out_len, err);
}

/* ---- bind ---- */

/* What a marker stands in, which decides how its value is written there. */
enum place { PLACE_PLAIN, PLACE_STRING, PLACE_QUOTED, PLACE_COMMENT };

struct binder {
    const moult_host *host;
    const moult_binding *const *bindings;
    uint32_t count;
    moult_error *err;
    struct lexing how;
    char quote;      /* of the token that it stands in */
    moult_status st; /* the first failure */
};

static const char *value_of(struct binder *b, const char *name, size_t len)
{
    for (uint32_t i = 0; i < b->count; i++) {
        if (strlen(b->bindings[i]->name) == len && memcmp(b->bindings[i]->name, name, len) == 0)
            return b->bindings[i]->value;
    }
    b->st =
        my_fail(b->host, b->err, MOULT_ERR_CONFIG, "no name is bound to \"%.*s\"", (int)len, name);
    my_detail(b->host, b->err, "hint", "give it a value under \"bind\" in moult.toml");
    return NULL;
}

static void put_value(struct text *out, const struct binder *b, struct slice value,
                      enum place place)
{
    if (place == PLACE_PLAIN) {
        mytext_name(out, value);
        return;
    }
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (place != PLACE_COMMENT && c == b->quote)
            mytext_char(out, c);
        if (place == PLACE_STRING && c == '\\' && !b->how.no_escapes)
            mytext_char(out, c);
        /* What would end a comment is left out of it. */
        mytext_char(out, place == PLACE_COMMENT && strchr("\r\n*", c) ? ' ' : c);
    }
}

/* TEXT with its markers replaced. */
static void put_bound(struct binder *b, struct text *out, const char *p, size_t n, enum place place)
{
    while (n && b->st == MOULT_OK) {
        const char *open = memchr(p, MOULT_MARK_OPEN, n);
        size_t before = open ? (size_t)(open - p) : n;
        mytext_add(out, p, before);
        if (!open)
            return;
        const char *close = memchr(open, MOULT_MARK_CLOSE, n - before);
        size_t len = close ? (size_t)(close - open) - 1 : n - before - 1;
        const char *value = value_of(b, close ? open + 1 : "", close ? len : 0);
        if (!value)
            return;
        put_value(out, b, slice_z(value), place);
        n -= before + len + 2;
        p = close + 1;
    }
}

static void put_token(struct binder *b, struct text *out, const char *p, const struct token *t)
{
    p += t->at;
    if (!memchr(p, MOULT_MARK_OPEN, t->n)) {
        mytext_add(out, p, t->n);
        return;
    }
    bool string = t->kind == TOKEN_STRING || (t->kind == TOKEN_BAD && strchr("'\"", *p));
    b->quote = *p == '[' ? ']' : strchr("'\"`", *p) ? *p : '\'';
    put_bound(b, out, p, t->n,
              string                    ? PLACE_STRING
              : t->kind == TOKEN_QUOTED ? PLACE_QUOTED
              : t->kind == TOKEN_BAD    ? PLACE_COMMENT
                                        : PLACE_PLAIN);
}

static void put_sql(struct binder *b, struct text *out, const char *p, size_t n)
{
    struct lexer l = {.text = p, .len = n, .how = b->how};
    while (l.at < n && b->st == MOULT_OK) {
        size_t from = l.at;
        struct token t = mytoken_next(&l);
        put_bound(b, out, p + from, t.at - from, PLACE_COMMENT);
        if (t.kind == TOKEN_END)
            return;
        if (!mytoken_is_op(p, &t, MOULT_MARK_OPEN)) {
            put_token(b, out, p, &t);
            continue;
        }
        const char *close = memchr(p + t.at, MOULT_MARK_CLOSE, n - t.at);
        l.at = close ? (size_t)(close - p) + 1 : n;
        put_bound(b, out, p + t.at, l.at - t.at, PLACE_PLAIN);
    }
}

moult_status mydialect_bind(const moult_host *host, const char *text, size_t len,
                            const moult_binding *const *bindings, uint32_t count, char **out,
                            size_t *out_len, moult_error *err)
{
    struct binder b = {.host = host, .bindings = bindings, .count = count, .err = err};
    CLEANUP_TEXT struct text t = {0};
    size_t settings = mysettings_length(text, len, &b.how);
    mytext_add(&t, text, settings);
    put_sql(&b, &t, text + settings, len - settings);
    return b.st == MOULT_OK ? give(host, &t, out, out_len, err) : b.st;
}
