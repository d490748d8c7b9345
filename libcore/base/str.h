/* SPDX-License-Identifier: Apache-2.0 */
/* str.h - bytes with a length.  A `str` borrows; who owns the bytes is said where they come from.
 * Those that an arena or a buf made also end in a zero, which len does not count. */
#ifndef MOULT_BASE_STR_H
#define MOULT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
    const char *p; /* NULL = absent */
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_FMT(s) (int)(s).n, (s).p ? (s).p : "" /* for "%.*s" */

static inline struct str str_of(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}
static inline int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}
static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_is(struct str a, const char *z)
{
    return str_eq(a, str_of(z));
}
static inline bool str_starts(struct str a, struct str prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

/* Is it well-formed UTF-8? */
bool str_utf8(struct str s);
/* Does NAME match GLOB (*, ?, [a-z], \x)?  fnmatch(3) without flags, on whole names. */
bool str_glob(const char *glob, struct str name);

#endif
