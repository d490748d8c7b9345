/* SPDX-License-Identifier: Apache-2.0 */
#include "json_forms.h"

const char *const json_types[] = {"a string", "an integer", "a boolean", "an object", "an array"};

#define MUST(name, type, form)                                                                     \
    {                                                                                              \
        STR_INIT(name), type, form, false                                                          \
    }
#define MAY(name, type, form)                                                                      \
    {                                                                                              \
        STR_INIT(name), type, form, true                                                           \
    }
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static const struct member document_members[] = {
    [D_ADAPTER] = MUST("adapter", TEXT, 0),       [D_CLASS] = MUST("class", TEXT, 0),
    [D_DIGEST] = MUST("digest", OBJECT, DIGEST),  [D_FORMAT] = MUST("format", TEXT, 0),
    [D_LEVEL] = MUST("level", NUMBER, 0),         [D_MAJOR] = MUST("major", NUMBER, 0),
    [D_RENAMES] = MAY("renames", ARRAY, RENAMES), [D_ROOT] = MUST("root", OBJECT, NODE),
    [D_SERVER] = MUST("server", TEXT, 0),
};
static const struct member digest_members[DIGESTS] = {
    [MOULT_SHAPE] = MUST("shape", TEXT, 0),   [MOULT_RIGHTS] = MUST("rights", TEXT, 0),
    [MOULT_NOTES] = MUST("notes", TEXT, 0),   [MOULT_LAYOUT] = MUST("layout", TEXT, 0),
    [MOULT_ASPECTS] = MUST("state", TEXT, 0),
};
static const struct member node_members[] = {
    [N_ATTRIBUTES] = MAY("attributes", OBJECT, ATTRS),
    [N_CHILDREN] = MAY("children", ARRAY, CHILDREN),
    [N_CLAIMS] = MAY("claims", ARRAY, CLAIMS),
    [N_KEY] = MUST("key", TEXT, 0),
    [N_KIND] = MUST("kind", TEXT, 0),
    [N_REFERENCES] = MAY("references", ARRAY, REFS),
    [N_UNMANAGED] = MAY("unmanaged", TRUTH, 0),
};
static const struct member attr_members[] = {[A_ASPECT] = MAY("aspect", TEXT, 0),
                                             [A_SAME] = MAY("same", TEXT, 0),
                                             [A_TEXT] = MUST("text", TEXT, 0)};
static const struct member claim_members[] = {
    [C_NAME] = MUST("name", TEXT, 0), [C_SPACE] = MUST("space", TEXT, 0)};
static const struct member ref_members[] = {
    [R_PATH] = MUST("path", TEXT, 0), [R_STRENGTH] = MUST("strength", TEXT, 0)};

const struct json_form json_forms[FORMS] = {
#define HAS(list)                                                                                  \
    {                                                                                              \
        list, (uint32_t)(sizeof list / sizeof *list), 0                                            \
    }
#define OF(form)                                                                                   \
    {                                                                                              \
        NULL, 0, form                                                                              \
    }
    [DOCUMENT] = HAS(document_members),
    [DIGEST] = HAS(digest_members),
    [NODE] = HAS(node_members),
    [ATTRS] = OF(ATTR),
    [ATTR] = HAS(attr_members),
    [CHILDREN] = OF(NODE),
    [CLAIMS] = OF(CLAIM),
    [CLAIM] = HAS(claim_members),
    [REFS] = OF(REF),
    [REF] = HAS(ref_members),
    [RENAMES] = OF(0),
};
