/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - the words of the snapshot document that its writer and its reader share. */
#ifndef MOULT_SCHEMA_JSON_H
#define MOULT_SCHEMA_JSON_H

#include "tree.h"

#define JSON_SNAPSHOT_FORMAT "moult-snapshot/1"

#define JSON_ASPECTS (MOULT_DERIVED + 1)
extern const char *const json_aspects[JSON_ASPECTS]; /* by MOULT_SHAPE, ... */
#define JSON_STRENGTHS (MOULT_REF_OUTSIDE + 1)
extern const char *const json_strengths[JSON_STRENGTHS]; /* by MOULT_REF_ENFORCED, ... */

/* NULL if JSON is UTF-8 in its bytes and its escapes; else what is wrong, at *OFFSET. */
const char *json_text_problem(struct str json, size_t *offset);

#endif
