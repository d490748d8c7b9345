/* SPDX-License-Identifier: Apache-2.0 */
/* near.h - how far a mistyped word is from another one. */
#ifndef MOULT_BASE_NEAR_H
#define MOULT_BASE_NEAR_H

#include <stddef.h>

/* Optimal string alignment: a swap of neighbours, a wrong, a missing and a superfluous letter count one
 * each (Damerau 1964, restricted to one transposition a place).  SIZE_MAX where a word is too long to be
 * a name. */
size_t near_distance(const char *a, const char *b);

#endif
