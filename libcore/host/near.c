/* SPDX-License-Identifier: Apache-2.0 */
/* near.c - which word was meant. */
#include "../base/near.h"

#include "config.h"

const char *near_word(const char *word, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t nearest = strlen(word) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t d = near_distance(word, words[i]);
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
