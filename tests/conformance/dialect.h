/* SPDX-License-Identifier: Apache-2.0 */
/* dialect.h - what the files about dialects share. */
#ifndef MOULT_CONFORMANCE_DIALECT_H
#define MOULT_CONFORMANCE_DIALECT_H

#include "suite.h"

#include "../../libcore/plan/problem.h"

/* The dialect that is checked, with a moult at hand. */
const moult_dialect *dialect_of(struct run *r);

/* ---- split.c ---- */
#define CUT_MAX 64u
struct piece {
    uint32_t klass;
    uint64_t line, offset;
};
struct cut {
    struct piece items[CUT_MAX]; /* the first ones */
    size_t count;
};
/* Splits the N bytes and checks all that can be checked about what comes. */
void cut_text(struct run *r, const char *bytes, size_t n, struct cut *out);

check_fn check_split_empty, check_split_open, check_split_garbage, check_split_huge,
    check_split_stop, check_split_classes;

/* ---- change.c ---- */

/* From one state of a pair to the other. */
struct road {
    struct place p; /* in whose moult it is planned */
    moult_tree *from, *to;
    struct moult_delta *delta;
    const char *ddl, *rows; /* of `from` */
    char *renames[17];      /* ends in NULL */
    bool back;
};
void road_make(struct run *r, bool back, struct road *out);
void road_end(struct road *road);
#define ROAD(r, road, back)                                                                        \
    __attribute__((cleanup(road_end))) struct road road = {.from = NULL};                          \
    road_make(r, back, &road)
/* A plan in which every change takes its way number WAY, or its last one; *MORE: some has more. */
struct moult_plan *road_plan(struct run *r, const struct road *road, uint32_t way, bool *more);

check_fn check_ways, check_kinds, check_renames, check_render;

#endif
