/* SPDX-License-Identifier: Apache-2.0 */
/* near.c - the name that a mistyped word was probably meant to be: optimal string alignment
 * distance (Damerau 1964, restricted to one transposition a place). */
#include <string.h>

#include "options.h"

#define LONGEST 32

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            size_t cost = a[i - 1] != b[j - 1];
            d[i][j] = least(least(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

void near_offer(struct near *near, const char *name)
{
    size_t n = strlen(near->word), m = strlen(name);
    if (n < 2 || n > LONGEST || m > LONGEST)
        return;
    size_t d = m > n && !strncmp(name, near->word, n) ? 1 : distance(near->word, n, name, m);
    if (d <= (n < 5 ? 1u : 2u) && (!near->name || d < near->distance)) {
        near->distance = d;
        near->name = name;
    }
}
