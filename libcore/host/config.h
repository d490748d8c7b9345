/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - moult.toml with its environment, MOULT_* variables and --set options laid over it.
 *
 * toml.cc reads the file, value.c keeps it as a tree of these values, rules.c knows which keys there
 * are, overlay.c lays the other sources over it, config.c brings them together.  Keys are dotted
 * paths: "database.app.url". */
#ifndef MOULT_HOST_CONFIG_H
#define MOULT_HOST_CONFIG_H

#include "../base/arena.h"
#include "../base/buf.h"
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
    const char *from;   /* "moult.toml:3:1", "MOULT_LOG__LEVEL", "--set", "default" */
    uint32_t line, column; /* in the file; 0 when it comes from elsewhere */
};

/* value.c.  PATH is for messages.  MOULT_ERR_INVALID with details file, line, position (column). */
moult_status toml_parse(struct arena *a, struct str text, const char *path,
                        struct config_value **out, moult_error *err);
const struct config_value *config_member(const struct config_value *table, const char *key);
const struct config_value *config_find(const struct config_value *root, const char *path);
/* A deep copy; NULL when out of memory. */
struct config_value *config_copy(struct arena *a, const struct config_value *v);
/* Puts VALUE (of this arena, unlinked) in the place of what is at PATH's COUNT keys below ROOT; makes
 * the tables above it.  false: out of memory. */
bool config_put(struct arena *a, struct config_value *root, const char *const *path, size_t count,
                struct config_value *value);
/* As it would stand in a TOML file. */
void config_write(struct buf *b, const struct config_value *v);
const char *config_type_name(uint32_t type); /* "a string" */
/* "moult.toml:3:1: MESSAGE" with details file, line, position; returns CODE. */
moult_status config_fail(const struct config_value *v, const char *file, moult_error *err,
                         moult_status code, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

struct config {
    struct arena arena;
    const char *path;   /* of moult.toml, or NULL */
    const char *folder; /* relative paths are taken from here; "." without a file */
    struct config_value *root; /* effective: environment and overrides laid over the file */
    const char *environment;   /* or NULL */
    bool confirm;              /* the environment demands confirmation */
    const struct config_value *allow; /* hazards that the environment allows, an array; or NULL */
    char digest[65]; /* SHA-256 of the file's text: what trust is about */
};

struct moult_options;
moult_status config_load(const struct moult_options *options, struct config **out, moult_error *err);
/* The same with the file's TEXT at hand; PATH NULL: there is no file. */
moult_status config_load_text(const struct moult_options *options, struct str text, const char *path,
                              struct config **out, moult_error *err);
void config_free(struct config *c);

/* By dotted path, NULL if absent. */
const struct config_value *config_at(const struct config *c, const char *path);
/* A string value's text, with "env:NAME" replaced by the variable (MOULT_ERR_CONFIG if it is not
 * set); *OUT NULL if absent. */
moult_status config_string(const struct config *c, const char *path, const char **out,
                           moult_error *err);
/* The same for a value at hand. */
moult_status config_text(const struct config *c, const struct config_value *v, const char **out,
                         moult_error *err);
/* Is it "env:NAME"? */
bool config_is_env(const struct config_value *v);

/* ---- rules.c: which keys there are ---- */

struct config_rule {
    const char *section; /* "", "log", "database.*"; "*" stands for a name that the user gives */
    const char *key;
    uint32_t type;
    uint32_t check;       /* what else is asked of the value: rules.c */
    const char *fallback; /* default, as TOML; or NULL */
};
extern const struct config_rule config_rules[];
extern const size_t config_rule_count;

/* Every key and type below ROOT; the file's name is for messages. */
moult_status config_check(const struct config_value *root, const char *file, moult_error *err);
/* The rule for the dotted path, or NULL: unknown, or a plugin's parameter. */
const struct config_rule *config_rule_for(const char *const *path, size_t count);
/* 1: a section where a plugin's parameters may stand beside moult's own keys. */
bool config_open_section(const char *const *path, size_t count);
/* Letters, digits, "-" and "_": what databases, plugins, environments and labels are called. */
bool config_name_ok(const char *name);

/* The word of WORDS nearest to WORD, or NULL if none is near. */
const char *near_word(const char *word, const char *const *words, size_t count);
/* "hint": did you mean the nearest; else all of them. */
void hint_words(moult_error *err, const char *word, const char *const *words, size_t count);

/* ---- overlay.c ---- */

/* [environment.NAME], MOULT_* variables, --set options, defaults, in this order. */
moult_status config_overlay(struct config *c, const struct moult_options *options,
                            moult_error *err);

#endif
