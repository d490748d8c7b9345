/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - identifiers: their keys, and the markers that stand for bound ones. */
#include <string.h>

#include "lexer.h"
#include "pg.h"

static moult_status give(const moult_host *host, const struct text *t, char **out, size_t *out_len,
                         moult_error *err)
{
    char *p = t->failed ? NULL : host->alloc(host->ctx, t->n + 1);
    if (!p)
        return postgres_nomem(host, err);
    if (t->n)
        memcpy(p, t->p, t->n);
    p[t->n] = '\0';
    *out = p;
    *out_len = t->n;
    return MOULT_OK;
}

/* ---- fold ---- */

/* A name in double quotes at P, without them; its length with them, 0 = it does not end. */
static size_t unquoted(const char *p, size_t n, struct text *out)
{
    for (size_t i = 1; i < n; i++) {
        if (p[i] != '"')
            pgtext_char(out, p[i]);
        else if (i + 1 < n && p[i + 1] == '"')
            pgtext_char(out, p[i++]);
        else
            return i + 1;
    }
    return 0;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* The bare word at P in lower case, in quotes if it could not stand bare. */
static size_t fold_word(const char *p, size_t n, bool whole, struct text *out)
{
    CLEANUP_TEXT struct text word = {0};
    size_t i = 0;
    for (; i < n && is_word_byte(p[i]); i++)
        pgtext_char(&word, (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]));
    out->failed |= word.failed;
    /* In a list of types or operands most words are keywords or parts of a name of several
     * words. */
    if (whole)
        pgtext_name(out, word.p ? word.p : "", word.n);
    else
        pgtext_add(out, word.p ? word.p : "", word.n);
    return i;
}

/* Is all of it names with dots between, and perhaps a list in parentheses? */
static bool is_sql(const char *p, size_t n)
{
    bool name = false;
    for (size_t i = 0; i < n;) {
        CLEANUP_TEXT struct text ignored = {0};
        if (p[i] == '"') {
            size_t k = name ? 0 : unquoted(p + i, n - i, &ignored);
            if (k < 2)
                return false;
            i += k;
            name = true;
        } else if (p[i] == MOULT_MARK_OPEN) {
            const char *close = memchr(p + i, MOULT_MARK_CLOSE, n - i);
            if (!close || name)
                return false;
            i = (size_t)(close - p) + 1;
            name = true;
        } else if (is_word_byte(p[i]) && !name) {
            while (i < n && is_word_byte(p[i]))
                i++;
            name = true;
        } else if (p[i] == '.' && name) {
            name = false;
            i++;
        } else {
            return name && p[i] == '(' && p[n - 1] == ')';
        }
    }
    return name;
}

moult_status postgres_fold(const moult_host *host, const char *kind, const char *name, size_t len,
                           char **out, size_t *out_len, moult_error *err)
{
    static const char *const whole[] = {"cast",     "default_privileges", "member",
                                        "operator", "transform",          "user_mapping"};
    CLEANUP_TEXT struct text t = {0};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (strcmp(kind, whole[i]) == 0) { /* their keys are no names */
            pgtext_add(&t, name, len);
            return give(host, &t, out, out_len, err);
        }
    }
    if (!is_sql(name, len)) { /* a name as it is, whatever is in it */
        pgtext_name(&t, name, len);
        return give(host, &t, out, out_len, err);
    }
    bool list = false;
    for (size_t i = 0; i < len;) {
        if (name[i] == '"') {
            CLEANUP_TEXT struct text bare = {0};
            size_t n = unquoted(name + i, len - i, &bare);
            if (!n) {
                pgtext_add(&t, name + i, len - i);
                break;
            }
            pgtext_name(&t, bare.p ? bare.p : "", bare.n);
            t.failed |= bare.failed;
            i += n;
        } else if (name[i] == MOULT_MARK_OPEN && memchr(name + i, MOULT_MARK_CLOSE, len - i)) {
            const char *close = memchr(name + i, MOULT_MARK_CLOSE, len - i);
            pgtext_add(&t, name + i, (size_t)(close - name) + 1 - i);
            i = (size_t)(close - name) + 1;
        } else if (is_word_byte(name[i])) {
            i += fold_word(name + i, len - i, !list, &t);
        } else {
            list |= name[i] == '(';
            pgtext_char(&t, name[i++]);
        }
    }
    return give(host, &t, out, out_len, err);
}

/* ---- bind ---- */

/* What a marker stands in, which decides how its value is written there. */
enum place { PLACE_PLAIN, PLACE_STRING, PLACE_ESCAPES, PLACE_QUOTED, PLACE_COMMENT };

struct binder {
    const moult_host *host;
    const moult_binding *const *bindings;
    uint32_t count;
    moult_error *err;
    moult_status st; /* the first failure */
};

static const char *value_of(struct binder *b, const char *name, size_t len)
{
    for (uint32_t i = 0; i < b->count; i++) {
        if (strlen(b->bindings[i]->name) == len && memcmp(b->bindings[i]->name, name, len) == 0)
            return b->bindings[i]->value;
    }
    b->st = postgres_fail(b->host, b->err, MOULT_ERR_CONFIG, "no name is bound to \"%.*s\"",
                          (int)len, name);
    postgres_detail(b->host, b->err, "hint", "give it a value under \"bind\" in moult.toml");
    return NULL;
}

static void put_value(struct text *out, const char *value, enum place place)
{
    CLEANUP_TEXT struct text name = {0};
    if (place == PLACE_PLAIN) {
        pgtext_name(out, value, strlen(value));
        return;
    }
    if (place == PLACE_QUOTED)
        pgtext_z(&name, value);
    else
        pgtext_name(&name, value, strlen(value));
    out->failed |= name.failed;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool ends = place == PLACE_QUOTED ? c == '"' : place != PLACE_COMMENT && c == '\'';
        if (ends || (place == PLACE_ESCAPES && c == '\\'))
            pgtext_char(out, c);
        /* What would end a comment is left out of it. */
        pgtext_char(out, place == PLACE_COMMENT && strchr("\r\n*", c) ? ' ' : c);
    }
}

/* TEXT with its markers replaced. */
static void put_bound(struct binder *b, struct text *out, const char *p, size_t n, enum place place)
{
    while (n && b->st == MOULT_OK) {
        const char *open = memchr(p, MOULT_MARK_OPEN, n);
        size_t before = open ? (size_t)(open - p) : n;
        pgtext_add(out, p, before);
        if (!open)
            return;
        const char *close = memchr(open, MOULT_MARK_CLOSE, n - before);
        size_t len = close ? (size_t)(close - open) - 1 : n - before - 1;
        const char *value = value_of(b, close ? open + 1 : "", close ? len : 0);
        if (!value)
            return;
        put_value(out, value, place);
        n -= before + len + 2;
        p = close + 1;
    }
}

static void put_sql(struct binder *b, struct text *out, const char *p, size_t n);

/* A dollar-quoted string: code, most often.  Its tag gives way to a value that contains it. */
static void put_dollar(struct binder *b, struct text *out, const char *p, size_t n)
{
    const char *second = memchr(p + 1, '$', n - 1);
    size_t tag = (size_t)(second - p) + 1;
    CLEANUP_TEXT struct text body = {0}, quote = {0};
    put_sql(b, &body, p + tag, n - 2 * tag);
    pgtext_add(&quote, p, tag);
    /* A body that ends like the tag without its last "$" would take that one for its own. */
    for (unsigned i = 1; body.n && !quote.failed && memmem(body.p, body.n, quote.p, quote.n - 1);
         i++) {
        pgtext_clear(&quote);
        pgtext_printf(&quote, "$moult%u$", i);
    }
    out->failed |= body.failed || quote.failed;
    if (out->failed)
        return;
    pgtext_add(out, quote.p, quote.n);
    pgtext_add(out, body.p ? body.p : "", body.n);
    pgtext_add(out, quote.p, quote.n);
}

static enum place string_place(char first)
{
    return strchr("eEuU", first) ? PLACE_ESCAPES : PLACE_STRING;
}

static void put_token(struct binder *b, struct text *out, const char *p, const struct token *t)
{
    p += t->at;
    if (!memchr(p, MOULT_MARK_OPEN, t->n))
        pgtext_add(out, p, t->n);
    else if (t->kind == TOKEN_DOLLAR)
        put_dollar(b, out, p, t->n);
    else if (t->kind == TOKEN_STRING)
        put_bound(b, out, p, t->n, string_place(*p));
    else if (t->kind == TOKEN_QUOTED)
        put_bound(b, out, p, t->n, PLACE_QUOTED);
    else /* what cannot be cut: code of another language, or the rest of an open quote */
        put_bound(b, out, p, t->n, *p == '\'' ? PLACE_STRING : PLACE_PLAIN);
}

static void put_sql(struct binder *b, struct text *out, const char *p, size_t n)
{
    for (size_t at = 0; at < n && b->st == MOULT_OK;) {
        struct token t = pgtoken_next(p, n, at);
        put_bound(b, out, p + at, t.at - at, PLACE_COMMENT);
        at = t.at + t.n;
        if (!pgtoken_is_op(p, &t, MOULT_MARK_OPEN)) {
            put_token(b, out, p, &t);
            continue;
        }
        const char *close = memchr(p + t.at, MOULT_MARK_CLOSE, n - t.at);
        at = close ? (size_t)(close - p) + 1 : n;
        put_bound(b, out, p + t.at, at - t.at, PLACE_PLAIN);
    }
}

moult_status postgres_bind(const moult_host *host, const char *text, size_t len,
                           const moult_binding *const *bindings, uint32_t count, char **out,
                           size_t *out_len, moult_error *err)
{
    struct binder b = {host, bindings, count, err, MOULT_OK};
    CLEANUP_TEXT struct text t = {0};
    put_sql(&b, &t, text, len);
    return b.st == MOULT_OK ? give(host, &t, out, out_len, err) : b.st;
}
