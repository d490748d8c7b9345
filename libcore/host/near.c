/* SPDX-License-Identifier: Apache-2.0 */
/* Which word was meant: the nearest by optimal string alignment, where a swap of neighbours, a wrong,
 * a missing and a superfluous letter count one each. */
#include "config.h"

#define LONGEST 48

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST)
        return SIZE_MAX;
    size_t row[3][LONGEST + 1]; /* the row before last, the last, the current one */
    for (size_t j = 0; j <= m; j++)
        row[1][j] = j;
    memset(row[0], 0, sizeof row[0]);
    for (size_t i = 1; i <= n; i++) {
        row[2][0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t d = row[1][j - 1] + (a[i - 1] != b[j - 1]);
            d = least(d, least(row[1][j], row[2][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d = least(d, row[0][j - 2] + 1);
            row[2][j] = d;
        }
        memcpy(row[0], row[1], sizeof row[0]);
        memcpy(row[1], row[2], sizeof row[1]);
    }
    return row[1][m];
}

const char *near_word(const char *word, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t nearest = strlen(word) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, words[i]);
        if (d < nearest || (d == nearest && !best && d < strlen(words[i]))) {
            best = words[i];
            nearest = d;
        }
    }
    return best;
}

void hint_words(moult_error *err, const char *word, const char *const *words, size_t count)
{
    const char *best = near_word(word, words, count);
    if (best) {
        error_detail(err, "hint", "did you mean \"%s\"?", best);
        return;
    }
    CLEANUP_BUF struct buf all = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&all, "%s%s", i ? ", " : "", words[i]);
    if (count)
        error_detail(err, "hint", "possible is: %s", buf_view(&all).p);
}
