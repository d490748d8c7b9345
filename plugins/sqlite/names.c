/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - identifiers: their keys, their quotes, and the markers that stand for bound ones. */
#include <stdlib.h>
#include <string.h>

#include "same.h"
#include "session.h"

/* Is NAME a marker and nothing else? */
static bool is_marker(const char *name, size_t len)
{
    return len > 2 && name[0] == MOULT_MARK_OPEN && name[len - 1] == MOULT_MARK_CLOSE &&
           !memchr(name + 1, MOULT_MARK_CLOSE, len - 2);
}

static bool is_plain(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        bool digit = c >= '0' && c <= '9';
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (i && digit)))
            return false;
    }
    return len > 0 && len <= INT32_MAX && !sqlite3_keyword_check(name, (int)len);
}

static void doubled(sqlite3_str *s, const char *p, size_t len, char quote)
{
    sqlite3_str_appendchar(s, 1, quote);
    for (size_t i = 0; i < len; i++)
        sqlite3_str_appendchar(s, p[i] == quote ? 2 : 1, p[i]);
    sqlite3_str_appendchar(s, 1, quote);
}

void sqlite_quote_name(sqlite3_str *s, const char *name, size_t len)
{
    if (is_marker(name, len) || is_plain(name, len)) {
        for (size_t i = 0; i < len; i++)
            sqlite3_str_appendchar(s, 1, name[i]);
    } else {
        doubled(s, name, len, '"');
    }
}

void sqlite_quote_string(sqlite3_str *s, const char *text, size_t len)
{
    doubled(s, text, len, '\'');
}

moult_status sqlite_dialect_fold(const moult_host *host, const char *kind, const char *name,
                                 size_t len, char **out, size_t *out_len, moult_error *err)
{
    (void)kind; /* all names of SQLite fold alike */
    char *p = host->alloc(host->ctx, len + 1);
    if (!p)
        return sqlite_nomem(host, err);
    if (len)
        memcpy(p, name, len);
    p[len] = '\0';
    fold_ascii(p, len);
    *out = p;
    *out_len = len;
    return MOULT_OK;
}

static const moult_binding *binding_named(const moult_binding *const *bindings, uint32_t count,
                                          const char *name, size_t len)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strlen(bindings[i]->name) == len && memcmp(bindings[i]->name, name, len) == 0)
            return bindings[i];
    }
    return NULL;
}

static void put_value(struct text *out, const char *value)
{
    text_char(out, '"');
    for (; *value; value++) {
        if (*value == '"')
            text_char(out, '"');
        text_char(out, *value);
    }
    text_char(out, '"');
}

moult_status sqlite_dialect_bind(const moult_host *host, const char *text, size_t len,
                                 const moult_binding *const *bindings, uint32_t count, char **out,
                                 size_t *out_len, moult_error *err)
{
    struct text t = {0};
    moult_status st = MOULT_OK;
    for (size_t i = 0; i < len && st == MOULT_OK;) {
        const char *open = memchr(text + i, MOULT_MARK_OPEN, len - i);
        size_t at = open ? (size_t)(open - text) : len;
        text_add(&t, text + i, at - i);
        if (!open)
            break;
        const char *close = memchr(open, MOULT_MARK_CLOSE, len - at);
        size_t n = close ? (size_t)(close - open) - 1 : len - at - 1;
        const moult_binding *b = close ? binding_named(bindings, count, open + 1, n) : NULL;
        if (!b) {
            st = sqlite_fail(host, err, MOULT_ERR_CONFIG, "no name is bound to \"%.*s\"", (int)n,
                             open + 1);
            sqlite_detail(host, err, "hint", "give it a value under \"bind\" in moult.toml");
            break;
        }
        put_value(&t, b->value);
        i = at + n + 2;
    }
    char *p = st == MOULT_OK && !t.failed ? host->alloc(host->ctx, t.n + 1) : NULL;
    if (p) {
        if (t.n)
            memcpy(p, t.p, t.n);
        p[t.n] = '\0';
        *out = p;
        *out_len = t.n;
    } else if (st == MOULT_OK) {
        st = sqlite_nomem(host, err);
    }
    text_free(&t);
    return st;
}
