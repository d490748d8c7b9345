/* SPDX-License-Identifier: Apache-2.0 */
/* json_text.c - what has to hold of a document's bytes before it is parsed. */
#include "json.h"

/* By words: documents are long and nearly always ASCII. */
static bool is_ascii(struct str s)
{
    uint64_t any = 0, word;
    size_t i = 0;
    for (; s.n - i >= sizeof word; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        any |= word;
    }
    for (; i < s.n; i++)
        any |= (unsigned char)s.p[i] & 0x80u;
    return (any & UINT64_C(0x8080808080808080)) == 0;
}

/* How many bytes the character at OFFSET has; 0 if there is none. */
static size_t character(struct str s, size_t offset)
{
    for (size_t n = 1; n <= 4 && n <= s.n - offset; n++)
        if (str_utf8((struct str){s.p + offset, n}))
            return n;
    return 0;
}

/* 'h' or 'l': S begins with the escape of a high or low surrogate. */
static char surrogate(struct str s)
{
    if (s.n < 4 || s.p[0] != '\\' || s.p[1] != 'u' || (s.p[2] != 'd' && s.p[2] != 'D'))
        return 0;
    return strchr("89aAbB", s.p[3]) ? 'h' : strchr("cCdDeEfF", s.p[3]) ? 'l' : 0;
}

/* yajl makes "?" of half a surrogate pair, and would so change a text unseen. */
static const char *find_half(struct str json)
{
    struct str rest = json;
    const char *p;
    while (rest.n && (p = memchr(rest.p, '\\', rest.n))) {
        rest = (struct str){p, json.n - (size_t)(p - json.p)};
        size_t n = rest.n < 2 ? rest.n : 2;
        char half = surrogate(rest);
        if (half) {
            n = rest.n < 12 ? rest.n : 12;
            struct str second = {p + 6, n == 12 ? rest.n - 6 : 0};
            if (half == 'l' || surrogate(second) != 'l')
                return p;
        }
        rest = (struct str){p + n, rest.n - n};
    }
    return NULL;
}

const char *json_text_problem(struct str json, size_t *offset)
{
    *offset = 0;
    if (!is_ascii(json) && !str_utf8(json)) {
        for (size_t n; (n = character(json, *offset)); *offset += n)
            continue;
        return "it is not UTF-8";
    }
    const char *half = find_half(json);
    if (half)
        *offset = (size_t)(half - json.p);
    return half ? "half of a surrogate pair is escaped in a string" : NULL;
}
