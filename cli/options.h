/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - options are declared in tables; parsing, --help, the bash completion and the
 * OPTIONS of the man pages are all made from them. */
#ifndef MOULT_CLI_OPTIONS_H
#define MOULT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct cli;

/* Borrowed words; `items` always ends in NULL once something was added. */
struct list {
    const char **items;
    size_t count;
};
bool list_add(struct list *list, const char *item);
void list_free(struct list *list);

/* What an option's value is, and the C type of the field it goes to. */
enum option_type {
    OPTION_FLAG,   /* bool */
    OPTION_TEXT,   /* const char * */
    OPTION_LIST,   /* struct list; may be given again */
    OPTION_COUNT,  /* uint32_t */
    OPTION_MILLIS, /* uint64_t; "500ms", "10s", "2m" */
};

struct option {
    const char *name; /* NULL ends a table */
    int letter;       /* 0: none */
    enum option_type type;
    size_t at;           /* offset of the field */
    const char *arg;     /* how the value is called: "REF"; NULL for flags */
    const char *choices; /* "auto|always|never", or NULL */
    const char *help;    /* one sentence, without full stop */
    bool hidden;         /* parsed, but not documented */
};

/* A table that several commands share, with the place of its struct among the command's values. */
struct option_group {
    const struct option *options; /* NULL ends the groups */
    size_t at;
};

#define FORMAT_TEXT 1u
#define FORMAT_JSON 2u
#define FORMAT_SQL 4u

struct command {
    const char *name;     /* "sync", or "snapshot save" */
    const char *operands; /* "FROM TO"; "" for none */
    uint32_t operands_min, operands_max;
    const char *summary;
    const char *complete; /* what operands are: "file", "command", "none" */
    uint32_t formats;     /* FORMAT_* that --format may ask for */
    bool no_config;       /* reads no moult.toml */
    const struct option_group *groups;
    size_t values_size;
    int (*run)(struct cli *cli, const struct list *operands, void *values);
    const struct command *const *subs; /* of "snapshot", "plugin", "tenants"; ends in NULL */
};
extern const struct command *const commands[]; /* ends in NULL */

/* Options of every command. */
struct globals {
    const char *config, *environment, *log_level, *log_format, *color, *format;
    const char *plugin_dir, *manifest_dir, *libexec_dir, *generate;
    struct list set;
    uint32_t jobs;
    bool quiet, version, help;
};
extern const struct option global_options[];

/* What the words of the command line came to. */
struct parsed {
    const struct command *command; /* NULL: none was named */
    struct list operands;
    void *values; /* of command->values_size bytes */
};
/* Returns an exit code, 0 to go on; what is wrong is told to the user. */
int options_parse(struct cli *cli, int argc, char **argv, struct parsed *out);
void options_free(struct globals *globals, struct parsed *parsed);

/* help.c */
void help_main(FILE *f);
void help_command(FILE *f, const struct command *command);
/* WHAT is "completion" or "options:COMMAND"; false for anything else. */
bool help_generate(FILE *f, const char *what);

/* near.c: which of the names that are offered WORD was probably meant to be. */
struct near {
    const char *word;
    const char *name; /* NULL: none is near */
    size_t distance;
};
void near_offer(struct near *near, const char *name);
#endif
