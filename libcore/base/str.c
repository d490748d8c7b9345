/* SPDX-License-Identifier: Apache-2.0 */
#include "str.h"

#include <fnmatch.h>
#include <stdlib.h>

/* Table 3-7 of the Unicode standard: the second byte's range depends on the first. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    size_t need = c >= 0xc2 && c <= 0xdf ? 2 : c >= 0xe0 && c <= 0xef ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
    if (!need || left < need)
        return 0;
    unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < need; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return need;
}

bool str_utf8(struct str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t n = utf8_length((const unsigned char *)s.p + i, s.n - i);
        if (!n)
            return false;
        i += n;
    }
    return true;
}

bool str_glob(const char *glob, struct str name)
{
    char small[256], *z = name.n < sizeof small ? small : malloc(name.n + 1);
    if (!z)
        return false;
    if (name.n)
        memcpy(z, name.p, name.n);
    z[name.n] = 0;
    bool yes = fnmatch(glob, z, 0) == 0;
    if (z != small)
        free(z);
    return yes;
}
