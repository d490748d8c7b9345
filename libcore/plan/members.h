/* SPDX-License-Identifier: Apache-2.0 */
/* members.h - values taken out of a JSON document, strictly: each false when the value is not
 * what is wanted, with an error that says where in the document. */
#ifndef MOULT_PLAN_MEMBERS_H
#define MOULT_PLAN_MEMBERS_H

#include <jansson.h>

#include "plan.h"

struct reader {
    struct moult_plan *plan;
    const char *name; /* of the document, for messages */
    moult_error *err;
    moult_status status; /* the first failure */
};

/* Where in the document a value stands: members and elements from the outermost one in. */
struct at {
    const struct at *outer;
    const char *key; /* NULL: element INDEX */
    size_t index;
};

/* The value at AT WHAT ("is not a string").  false. */
bool wrong(struct reader *r, const struct at *at, const char *what);
bool no_memory(struct reader *r); /* false */

/* Has OBJECT the members of KEYS, a list that ends in NULL, and no others?  A key that begins
 * with "?" may be missing. */
bool members(struct reader *r, const struct at *at, const json_t *object, const char *const *keys);
bool read_text(struct reader *r, const struct at *at, const json_t *j, struct str *out);
bool read_number(struct reader *r, const struct at *at, const json_t *j, uint64_t most,
                 uint64_t *out);

/* The member KEY of O, which is at AT. */
bool member_text(struct reader *r, const struct at *at, const json_t *o, const char *key,
                 struct str *out);
bool member_text_or_null(struct reader *r, const struct at *at, const json_t *o, const char *key,
                         struct str *out);
bool member_boolean(struct reader *r, const struct at *at, const json_t *o, const char *key,
                    bool *out);
bool member_number(struct reader *r, const struct at *at, const json_t *o, const char *key,
                   uint32_t *out);
struct word;
bool member_word(struct reader *r, const struct at *at, const json_t *o, const char *key,
                 const struct word *words, uint32_t *out);
bool member_digest(struct reader *r, const struct at *at, const json_t *o, const char *key,
                   char out[65]);
bool member_texts(struct reader *r, const struct at *at, const json_t *o, const char *key,
                  struct str **items, size_t *count);

typedef bool element_fn(struct reader *r, const struct at *at, const json_t *element, void *arg);
/* Calls FN with each element of the array that is the member KEY, until it gives false. */
bool each_element(struct reader *r, const struct at *at, const json_t *o, const char *key,
                  element_fn *fn, void *arg);

#endif
