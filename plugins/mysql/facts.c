/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c - what becomes of values when the type of their column changes.
 *
 * Types are compared as SHOW CREATE TABLE spells them.  What is not known here is taken to be the
 * worst. */
#include <stdlib.h>

#include "lexer.h"
#include "render.h"

#define WORST (TYPE_COPIES | TYPE_FORBIDS | TYPE_CHANGES)

struct type {
    struct slice name;    /* "int", "varchar" */
    uint32_t first, second; /* numbers in parentheses; 0: not there */
    bool numbers;         /* there are any */
    bool is_unsigned, zerofill;
    struct slice list; /* of enum and set */
};

static struct type type_of(struct slice s)
{
    struct type t = {0};
    size_t n = 0;
    while (n < s.n && s.p[n] != '(' && s.p[n] != ' ')
        n++;
    t.name = (struct slice){s.p, n};
    const char *close = s.n ? memrchr(s.p, ')', s.n) : NULL;
    if (n < s.n && s.p[n] == '(' && close) {
        t.list = (struct slice){s.p + n + 1, (size_t)(close - s.p) - n - 1};
        char *end;
        t.numbers = true;
        t.first = (uint32_t)strtoul(t.list.p, &end, 10);
        t.second = *end == ',' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
    }
    const char *tail = close ? close + 1 : s.p + n;
    size_t rest = s.n - (size_t)(tail - s.p);
    t.is_unsigned = rest && memmem(tail, rest, "unsigned", 8) != NULL;
    t.zerofill = rest && memmem(tail, rest, "zerofill", 8) != NULL;
    return t;
}

/* Its place in a list of ever larger types; -1: it is not in it. */
static int rank(struct slice name, const char *const *list)
{
    for (int i = 0; list[i]; i++)
        if (slice_is(name, list[i]))
            return i;
    return -1;
}

static const char *const integers[] = {"tinyint", "smallint", "mediumint", "int", "bigint", NULL};
static const char *const texts[] = {"tinytext", "text", "mediumtext", "longtext", NULL};
static const char *const blobs[] = {"tinyblob", "blob", "mediumblob", "longblob", NULL};
static const char *const times[] = {"time", "datetime", "timestamp", NULL};
/* Digits that any value of an integer type has at most. */
static const uint32_t digits[] = {3, 5, 8, 10, 20};

static uint32_t integer_facts(const struct type *a, const struct type *b)
{
    int x = rank(a->name, integers), y = rank(b->name, integers);
    if (x == y && a->is_unsigned == b->is_unsigned)
        return a->zerofill == b->zerofill ? 0 : TYPE_COPIES;
    bool fits = (a->is_unsigned == b->is_unsigned && y >= x) || (a->is_unsigned && y > x);
    return TYPE_COPIES | (fits ? 0 : TYPE_FORBIDS);
}

static uint32_t decimal_facts(const struct type *a, const struct type *b)
{
    if (a->is_unsigned == b->is_unsigned && a->zerofill == b->zerofill && a->first == b->first &&
        a->second == b->second)
        return 0;
    bool whole = b->first - b->second >= a->first - a->second;
    bool sign = !b->is_unsigned || a->is_unsigned;
    return TYPE_COPIES | (whole && sign ? 0 : TYPE_FORBIDS) |
           (b->second >= a->second ? 0 : TYPE_CHANGES);
}

/* Bytes of a letter, at most. */
static uint32_t letter_bytes(struct slice collate)
{
    struct slice charset = mycollation_charset(collate);
    if (slice_is(charset, "utf8mb4") || slice_is(charset, "utf16") || slice_is(charset, "utf32") ||
        slice_is(charset, "utf16le") || slice_is(charset, "gb18030"))
        return 4;
    if (slice_is(charset, "utf8mb3") || slice_is(charset, "utf8") || slice_is(charset, "ujis") ||
        slice_is(charset, "eucjpms"))
        return 3;
    static const char *const two[] = {"ucs2", "big5", "gbk", "gb2312", "sjis", "cp932", "euckr", NULL};
    return rank(charset, two) >= 0 ? 2 : 1;
}

/* The length of a VARCHAR's value is kept in one byte or in two; between 128 and 255 bytes, the
 * server has to write the rows when a second one comes to be needed. */
static bool grows_in_place(uint32_t a, uint32_t b)
{
    return b >= a && (a < 128 || b < 256 || a > 255);
}

static bool is_string(const struct type *t, bool *bytes)
{
    *bytes = slice_is(t->name, "binary") || slice_is(t->name, "varbinary") ||
             rank(t->name, blobs) >= 0;
    return *bytes || slice_is(t->name, "char") || slice_is(t->name, "varchar") ||
           rank(t->name, texts) >= 0;
}

/* How much a string type holds, in letters or bytes. */
static uint64_t room(const struct type *t, uint32_t letter)
{
    static const uint64_t bytes[] = {255, 65535, 16777215, 4294967295u};
    int i = rank(t->name, texts);
    if (i < 0)
        i = rank(t->name, blobs);
    return i < 0 ? t->first : bytes[i] / letter;
}

static uint32_t string_facts(const struct type *a, const struct type *b, uint32_t old_letter,
                             uint32_t new_letter, bool recoded)
{
    bool old_bytes, new_bytes, same = slice_eq(a->name, b->name);
    is_string(a, &old_bytes);
    is_string(b, &new_bytes);
    if (old_bytes != new_bytes)
        return WORST;
    bool varying = slice_is(a->name, "varchar") || slice_is(a->name, "varbinary");
    if (same && !recoded && a->first == b->first)
        return 0;
    if (same && varying && !recoded && grows_in_place(a->first * old_letter, b->first * new_letter))
        return 0;
    uint32_t what = TYPE_COPIES;
    if (room(b, new_letter) < room(a, old_letter))
        what |= TYPE_FORBIDS;
    /* Fixed lengths are filled up, or what fills them is taken off. */
    bool fixed = slice_is(a->name, "char") || slice_is(b->name, "char") ||
                 slice_is(a->name, "binary") || slice_is(b->name, "binary");
    return fixed && !(same && !new_bytes) ? what | TYPE_CHANGES : what;
}

static uint32_t count_of(struct slice list)
{
    struct slice item;
    uint32_t n = 0;
    while (list_next(&list, &item))
        n++;
    return n;
}

/* Bytes in which so many members are kept. */
static uint32_t storage(bool set, uint32_t members)
{
    uint32_t n = (members + 7) / 8;
    return set ? (n > 4 ? 8 : n) : members < 256 ? 1 : 2;
}

static uint32_t member_facts(const struct type *a, const struct type *b)
{
    bool set = slice_is(a->name, "set"), begins = true, all = true;
    struct slice old = a->list, new = b->list, x, y;
    if (!slice_eq(a->name, b->name))
        return WORST;
    while (list_next(&old, &x)) {
        begins = begins && list_next(&new, &y) && slice_eq(x, y);
        all &= list_has(b->list, x);
    }
    bool same = storage(set, count_of(a->list)) == storage(set, count_of(b->list));
    if (begins && same)
        return 0;
    return TYPE_COPIES | (all ? 0 : TYPE_FORBIDS);
}

static uint32_t time_facts(const struct type *a, const struct type *b)
{
    if (slice_eq(a->name, b->name))
        return a->first == b->first ? 0 : TYPE_COPIES | (b->first < a->first ? TYPE_CHANGES : 0);
    return WORST;
}

static bool is_member(const struct type *t)
{
    return slice_is(t->name, "enum") || slice_is(t->name, "set");
}

/* Between types of different families. */
static uint32_t other_facts(const struct type *a, const struct type *b)
{
    int x = rank(a->name, integers);
    bool bytes;
    if (slice_eq(a->name, b->name) && slice_eq(a->list, b->list) &&
        a->is_unsigned == b->is_unsigned && a->zerofill == b->zerofill)
        return 0;
    if (x >= 0 && slice_is(b->name, "decimal") && b->first - b->second >= digits[x] &&
        (a->is_unsigned || !b->is_unsigned))
        return TYPE_COPIES;
    if (slice_is(a->name, "float") && slice_is(b->name, "double") && !a->numbers && !b->numbers)
        return TYPE_COPIES;
    if (slice_is(a->name, "date") && slice_is(b->name, "datetime"))
        return TYPE_COPIES;
    if (x >= 0 && is_string(b, &bytes) && !bytes && room(b, 4) > digits[x])
        return TYPE_COPIES;
    return WORST;
}

/* Types that the server turns into text and back, and into nothing else. */
static const char *const apart[] = {"uuid", "inet4", "inet6", NULL};
static const char *const shapes[] = {"point",           "linestring",   "polygon",
                                     "multipoint",      "multilinestring", "multipolygon",
                                     "geometrycollection", "geometry",  NULL};

bool type_converts(const moult_host *host, const moult_node *from, const moult_node *to)
{
    struct type a = type_of(node_text(host, from, "type"));
    struct type b = type_of(node_text(host, to, "type"));
    bool bytes, x = rank(a.name, apart) >= 0 || rank(a.name, shapes) >= 0;
    bool y = rank(b.name, apart) >= 0 || rank(b.name, shapes) >= 0;
    return (!x && !y) || slice_eq(a.name, b.name) ||
           (rank(a.name, shapes) >= 0 && rank(b.name, shapes) >= 0) || is_string(&a, &bytes) ||
           is_member(&a) || is_string(&b, &bytes) || is_member(&b);
}

uint32_t column_type_facts(const moult_host *host, const moult_node *from, const moult_node *to)
{
    struct slice s = node_text(host, from, "type"), t = node_text(host, to, "type");
    struct slice old = node_text(host, from, "collate"), new = node_text(host, to, "collate");
    struct type a = type_of(s), b = type_of(t);
    uint32_t what = 0, x = letter_bytes(old), y = letter_bytes(new);
    bool bytes;
    bool recoded = old.p && new.p && !slice_eq(mycollation_charset(old), mycollation_charset(new));
    /* Of utf8mb3 every letter is the same in utf8mb4. */
    bool wider = slice_is(mycollation_charset(old), "utf8mb3") &&
                 slice_is(mycollation_charset(new), "utf8mb4");
    if (rank(a.name, integers) >= 0 && rank(b.name, integers) >= 0)
        what = integer_facts(&a, &b);
    else if (slice_is(a.name, "decimal") && slice_is(b.name, "decimal"))
        what = decimal_facts(&a, &b);
    else if (is_member(&a) && is_member(&b))
        what = member_facts(&a, &b);
    else if (rank(a.name, times) >= 0 && rank(b.name, times) >= 0)
        what = time_facts(&a, &b);
    else if (is_string(&a, &bytes) && is_string(&b, &bytes))
        what = string_facts(&a, &b, x, y, recoded && !wider);
    else
        what = other_facts(&a, &b);
    if (recoded && !wider)
        what |= TYPE_COPIES | (slice_is(mycollation_charset(new), "utf8mb4") ? 0 : TYPE_FORBIDS);
    if (wider && !(slice_is(a.name, "varchar") && grows_in_place(a.first * 3, b.first * 4)))
        what |= TYPE_COPIES;
    if (old.p && new.p && !slice_eq(old, new))
        what |= is_member(&a) ? TYPE_SORTS | TYPE_COPIES : TYPE_SORTS;
    return what;
}
