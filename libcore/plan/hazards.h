/* SPDX-License-Identifier: Apache-2.0 */
/* hazards.h - the named hazards inside the library; the names are those of <moult/plan.h>. */
#ifndef MOULT_PLAN_HAZARDS_H
#define MOULT_PLAN_HAZARDS_H

#include <moult/plan.h>

#include "../base/buf.h"
#include "../base/error.h"

/* 0: there is none of that name. */
uint32_t hazard_bit(struct str name);
/* The names of BITS. */
void hazards_list(struct buf *b, uint32_t bits, const char *between);

#endif
