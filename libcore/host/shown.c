/* SPDX-License-Identifier: Apache-2.0 */
/* Texts as they may be shown: passwords of URLs and of parameters become "***". */
#include <ctype.h>

#include "../base/buf.h"
#include "registry.h"

#define HIDDEN "***"

static bool is_secret_word(struct str key)
{
    static const char *const words[] = {"password", "passwd", "pwd",     "passphrase", "secret",
                                        "token",    "apikey", "api-key", "api_key"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t n = strlen(words[w]);
        for (size_t i = 0; i + n <= key.n; i++)
            if (strncasecmp(key.p + i, words[w], n) == 0)
                return true;
    }
    return false;
}

/* Where the password of "scheme://user:password@host" lies; length 0: there is none. */
static struct str password_of(struct str url)
{
    const char *end = url.p + url.n, *start = memmem(url.p, url.n, "://", 3);
    if (!start)
        return (struct str){0};
    start += 3;
    const char *colon = start;
    while (colon < end && !strchr(":/?#@", *colon))
        colon++;
    if (colon == end || *colon != ':')
        return (struct str){0};
    /* Up to the last "@": people forget to escape what is in their passwords. */
    const char *at = memrchr(colon, '@', (size_t)(end - colon));
    return at ? (struct str){colon + 1, (size_t)(at - colon - 1)} : (struct str){0};
}

static bool ends_word(char c)
{
    return strchr("?&;#", c) || isspace((unsigned char)c);
}

/* The word before the "=" at I; there may be spaces between. */
static struct str key_before(struct str text, size_t i)
{
    while (i > 0 && text.p[i - 1] == ' ')
        i--;
    size_t start = i;
    while (start > 0 && text.p[start - 1] && !ends_word(text.p[start - 1]))
        start--;
    return (struct str){text.p + start, i - start};
}

/* Where the value that begins at I ends: in a query at the next pair, else as libpq reads it. */
static size_t value_end(struct str text, size_t i)
{
    bool query = memchr(text.p, '?', i) != NULL;
    if (i < text.n && text.p[i] == '\'') {
        for (i++; i < text.n && text.p[i] != '\''; i++)
            i += text.p[i] == '\\';
        i++;
    } else
        while (i < text.n && !isspace((unsigned char)text.p[i]) &&
               !(query && text.p[i] && strchr("&;#", text.p[i])))
            i++;
    return i < text.n ? i : text.n;
}

/* Copies key=value pairs, hiding the values of secret ones.  Pairs stand in queries and in libpq's
 * connection strings. */
static void add_pairs(struct buf *b, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        buf_char(b, text.p[i]);
        if (text.p[i] != '=' || !is_secret_word(key_before(text, i)))
            continue;
        for (; i + 1 < text.n && text.p[i + 1] == ' '; i++)
            buf_char(b, ' ');
        buf_puts(b, HIDDEN);
        i = value_end(text, i + 1) - 1;
    }
}

struct str text_shown(struct arena *a, struct str text)
{
    CLEANUP_BUF struct buf b = {0};
    struct str password = text.n ? password_of(text) : (struct str){0};
    if (password.p) {
        size_t before = (size_t)(password.p - text.p), after = before + password.n;
        buf_add(&b, text.p, before);
        buf_puts(&b, HIDDEN);
        add_pairs(&b, (struct str){text.p + after, text.n - after});
    } else
        add_pairs(&b, text);
    return buf_ok(&b) ? arena_str(a, buf_view(&b)) : (struct str){0};
}

struct str host_url_shown(struct arena *a, const char *url)
{
    return text_shown(a, str_of(url));
}
