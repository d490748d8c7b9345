/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c - lower case, as the server compares names of columns, indexes, routines and events.
 *
 * The server maps letter by letter and takes no accents away; beyond the Basic Multilingual
 * Plane names have no letters.  Here are the ranges of Unicode's simple case mapping that living
 * languages use: names that differ only in the case of another letter count as two. */
#include "my.h"

static const struct {
    uint32_t from, to; /* capital letters */
    int32_t offset;    /* to the small one; 0: capital and small letters take turns */
    uint32_t first;    /* of a range that takes turns: is a capital 0 even or 1 odd? */
} ranges[] = {
    {0x41, 0x5a, 32, 0},     {0xc0, 0xd6, 32, 0},     {0xd8, 0xde, 32, 0},
    {0x100, 0x12f, 0, 0},    {0x132, 0x137, 0, 0},    {0x139, 0x148, 0, 1},
    {0x14a, 0x177, 0, 0},    {0x178, 0x178, -121, 0}, {0x179, 0x17e, 0, 1},
    {0x1cd, 0x1dc, 0, 1},    {0x1de, 0x1ef, 0, 0},    {0x1f8, 0x21f, 0, 0},
    {0x222, 0x233, 0, 0},    {0x386, 0x386, 38, 0},   {0x388, 0x38a, 37, 0},
    {0x38c, 0x38c, 64, 0},   {0x38e, 0x38f, 63, 0},   {0x391, 0x3a1, 32, 0},
    {0x3a3, 0x3ab, 32, 0},   {0x400, 0x40f, 80, 0},   {0x410, 0x42f, 32, 0},
    {0x460, 0x481, 0, 0},    {0x48a, 0x4bf, 0, 0},    {0x4c1, 0x4ce, 0, 1},
    {0x4d0, 0x4f5, 0, 0},    {0x531, 0x556, 48, 0},   {0x1e00, 0x1e95, 0, 0},
    {0x1ea0, 0x1ef9, 0, 0},  {0x2160, 0x216f, 16, 0}, {0x24b6, 0x24cf, 26, 0},
    {0xff21, 0xff3a, 32, 0},
};

static uint32_t small(uint32_t c)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && c >= ranges[i].from; i++) {
        if (c > ranges[i].to)
            continue;
        if (ranges[i].offset)
            return (uint32_t)((int32_t)c + ranges[i].offset);
        return (c & 1) == ranges[i].first ? c + 1 : c;
    }
    return c;
}

/* The letter at P..END and how many bytes it has; 0: not UTF-8. */
static size_t decode(const unsigned char *p, size_t n, uint32_t *c)
{
    if (n >= 2 && p[0] >= 0xc2 && p[0] < 0xe0 && (p[1] & 0xc0) == 0x80) {
        *c = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
        return 2;
    }
    if (n >= 3 && p[0] >= 0xe0 && p[0] < 0xf0 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) {
        *c = (uint32_t)(p[0] & 0xf) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        return 3;
    }
    return 0;
}

void mytext_fold(struct text *t, struct slice name)
{
    const unsigned char *p = (const unsigned char *)name.p;
    for (size_t i = 0; i < name.n;) {
        uint32_t c = p[i];
        size_t n = c < 0x80 ? 1 : decode(p + i, name.n - i, &c);
        if (!n) {
            mytext_char(t, name.p[i++]);
            continue;
        }
        c = small(c);
        if (n == 1)
            mytext_char(t, (char)c);
        else if (n == 2)
            mytext_add(t, (char[]){(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))}, 2);
        else
            mytext_add(t,
                       (char[]){(char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)),
                                (char)(0x80 | (c & 0x3f))},
                       3);
        i += n;
    }
}
