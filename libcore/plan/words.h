/* SPDX-License-Identifier: Apache-2.0 */
/* words.h - the words of the plan document: one table each, for writing and for reading. */
#ifndef MOULT_PLAN_WORDS_H
#define MOULT_PLAN_WORDS_H

#include "plan.h"

#define PLAN_FORMAT "moult-plan/1"
#define UNKNOWN_AMOUNT UINT64_MAX

struct word {
    uint32_t value;
    const char *name;
};

static const struct word op_words[] = {{MOULT_CREATE, "create"},
                                       {MOULT_DROP, "drop"},
                                       {MOULT_ALTER, "alter"},
                                       {MOULT_RENAME, "rename"},
                                       {0, NULL}};
static const struct word txn_words[] = {{MOULT_TXN_INSIDE, "inside"},
                                        {MOULT_TXN_ALONE, "alone"},
                                        {MOULT_TXN_COMMITS, "commits"},
                                        {0, NULL}};
static const struct word lock_words[] = {{MOULT_LOCK_NONE, "none"},
                                         {MOULT_LOCK_WRITES, "writes"},
                                         {MOULT_LOCK_READS, "reads"},
                                         {MOULT_LOCK_UNKNOWN, "unknown"},
                                         {0, NULL}};
static const struct word phase_words[] = {
    {MOULT_EXPAND, "expand"}, {MOULT_MIGRATE, "migrate"}, {MOULT_CONTRACT, "contract"}, {0, NULL}};

static inline const char *word_name(const struct word *words, uint32_t value)
{
    while (words->name && words->value != value)
        words++;
    return words->name ? words->name : "unknown";
}
/* 0: none. */
static inline uint32_t word_value(const struct word *words, const char *name)
{
    while (words->name && strcmp(words->name, name) != 0)
        words++;
    return words->value;
}

/* How long others may have to wait for the step: "none", "seconds" (it grows with the rows) or
 * "unknown". */
static inline const char *step_downtime(const struct plan_step *s)
{
    if (s->lock == MOULT_LOCK_UNKNOWN)
        return "unknown";
    return s->lock != MOULT_LOCK_NONE && (s->rewrites || s->scans) ? "seconds" : "none";
}

#endif
