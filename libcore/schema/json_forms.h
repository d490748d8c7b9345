/* SPDX-License-Identifier: Apache-2.0 */
/* json_forms.h - what a snapshot document may hold where, as tables that drive its reader. */
#ifndef MOULT_SCHEMA_JSON_FORMS_H
#define MOULT_SCHEMA_JSON_FORMS_H

#include "json.h"

enum form {
    DOCUMENT,
    DIGEST,
    NODE,
    ATTRS,
    ATTR,
    CHILDREN,
    CLAIMS,
    CLAIM,
    REFS,
    REF,
    RENAMES,
    FORMS
};
enum type { TEXT, NUMBER, TRUTH, OBJECT, ARRAY };

struct member {
    struct str name;
    enum type type;
    enum form form; /* of an OBJECT or ARRAY */
    bool optional;
};

/* Indexes of the members in their tables. */
enum { D_ADAPTER, D_CLASS, D_DIGEST, D_FORMAT, D_LEVEL, D_MAJOR, D_RENAMES, D_ROOT, D_SERVER };
enum { N_ATTRIBUTES, N_CHILDREN, N_CLAIMS, N_KEY, N_KIND, N_REFERENCES, N_UNMANAGED };
enum { A_ASPECT, A_SAME, A_TEXT };
enum { C_NAME, C_SPACE };
enum { R_PATH, R_STRENGTH };
#define DIGESTS (MOULT_ASPECTS + 1) /* MOULT_SHAPE, ..., and the state's */

/* Objects have members; arrays have elements of one form; ATTRS takes any name, RENAMES strings. */
struct json_form {
    const struct member *members;
    uint32_t count;
    enum form element;
};
extern const struct json_form json_forms[FORMS];
extern const char *const json_types[]; /* "a string", by type */

#endif
