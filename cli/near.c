/* SPDX-License-Identifier: Apache-2.0 */
/* near.c - the name that a mistyped word was probably meant to be. */
#include "../libcore/base/near.h"

#include <string.h>

#include "options.h"

void near_offer(struct near *near, const char *name)
{
    size_t n = strlen(near->word), m = strlen(name);
    if (n < 2)
        return;
    /* The beginning of a name is as good as one slip. */
    size_t d = m > n && !strncmp(name, near->word, n) ? 1 : near_distance(near->word, name);
    if (d <= (n < 5 ? 1u : 2u) && (!near->name || d < near->distance)) {
        near->distance = d;
        near->name = name;
    }
}
