/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - moult.toml with its environment, MOULT_* variables and --set options laid over it.
 *
 * toml.cc turns the file into a tree of these values; config.c overlays and checks.  Keys are dotted paths:
 * "database.app.url".  Array elements have the key's path plus "[0]". */
#ifndef MOULT_HOST_CONFIG_H
#define MOULT_HOST_CONFIG_H

#include "../base/arena.h"
#include "../base/error.h"

#define CONFIG_TABLE 1u
#define CONFIG_ARRAY 2u
#define CONFIG_STRING 3u
#define CONFIG_INTEGER 4u
#define CONFIG_BOOLEAN 5u
#define CONFIG_FLOAT 6u
#define CONFIG_OTHER 7u /* dates and times: nothing takes them */

struct config_value {
    const char *key; /* in its table; "" in arrays */
    uint32_t type;
    struct str text;    /* strings; and the spelling of integers, booleans, floats */
    int64_t integer;    /* also 0 / 1 of booleans */
    struct config_value *first, *next; /* members of tables and arrays, in file order */
    const char *from;   /* "moult.toml:3:1", "MOULT_LOG", "--set", "default" */
};

/* toml.cc.  PATH is for messages.  MOULT_ERR_INVALID with details file, line, position (column). */
moult_status toml_parse(struct arena *a, struct str text, const char *path, struct config_value **out,
                        moult_error *err);

struct config {
    struct arena arena;
    const char *path;   /* of moult.toml, or NULL */
    const char *folder; /* relative paths are taken from here; "." without a file */
    struct config_value *root; /* effective: environment and overrides laid over the file */
    const char *environment;   /* or NULL */
    bool confirm;              /* the environment demands confirmation */
};

struct moult_options;
moult_status config_load(const struct moult_options *options, struct config **out, moult_error *err);
void config_free(struct config *c);

/* By dotted path, NULL if absent. */
const struct config_value *config_at(const struct config *c, const char *path);
const struct config_value *config_member(const struct config_value *table, const char *key);
/* A string value's text, with "env:NAME" replaced by the variable (MOULT_ERR_CONFIG if it is not set);
 * *OUT NULL if absent. */
moult_status config_string(const struct config *c, const char *path, const char **out, moult_error *err);

#endif
