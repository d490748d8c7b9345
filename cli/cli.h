/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h - what the files of the moult command share.  The command uses the embedding API alone. */
#ifndef MOULT_CLI_CLI_H
#define MOULT_CLI_CLI_H

#include <jansson.h>
#include <moult/moult.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "options.h"

#define EXIT_DONE 0
#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define EXIT_DIFFERS 3
#define EXIT_REFUSED 4
#define EXIT_SOME_FAILED 8

/* Where the result goes. */
struct out {
    FILE *file;       /* NULL until the first write to stdout */
    char *path;       /* of -o, or NULL */
    char *temp;       /* written first, then renamed to `path`; NULL: straight */
    const char *name; /* for messages */
    int error;        /* errno of the first write that failed */
    bool colour, terminal, inside_line;
};

/* The line on stderr that is redrawn while work goes on. */
struct progress {
    bool enabled, shown;
    struct timespec start, last;
};

struct cli {
    struct globals global;
    const struct command *command;
    moult *m; /* NULL until cli_open */
    moult_error *err;
    struct out out;
    struct progress progress;
    pthread_mutex_t terminal; /* stderr and stdout may be the same screen */
    bool log_json;
    char log_set[24]; /* "log.level=debug" */
};

/* ---- main.c ---- */
/* Opens the configuration once, or CONFIG instead of the one of the options; an exit code, 0 for
 * success. */
int cli_open_with(struct cli *cli, const char *config);
int cli_open(struct cli *cli);
bool cli_json(const struct cli *cli);
uint32_t cli_format(const struct cli *cli); /* MOULT_FORMAT_* */

/* ---- signals.c ---- */
void signals_install(void);
const volatile int *signals_flag(void);

/* ---- exit.c ---- */
int exit_code(moult_status status);
const char *status_name(moult_status status); /* "refused": in JSON */

/* ---- message.c: everything for people, on stderr ---- */
/* Says what is wrong with what the user asked for and returns CODE.  HINT may be NULL. */
int complain(struct cli *cli, int code, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Prints ERR and returns the exit code of its status. */
int cli_error(struct cli *cli, const moult_error *err);
/* The same for cli->err after a call that returned STATUS; a failed result stream comes first. */
int cli_failed(struct cli *cli, moult_status status);
void cli_print_error(struct cli *cli, const moult_error *err);
/* A remark; silent with -q. */
void note(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void message_log(void *arg, int32_t level, const char *msg, size_t len);
json_t *error_json(const moult_error *err); /* NULL when out of memory */

/* ---- progress.c ---- */
void progress_start(struct cli *cli);
void progress_show(void *arg, const char *what, uint64_t done, uint64_t total);
/* Takes the line away; with cli->terminal held. */
void progress_clear(struct cli *cli);
void progress_stop(struct cli *cli);

/* ---- output.c and, for people, text.c ---- */
int out_open(struct cli *cli, const char *path);                  /* of -o; NULL or "-": stdout */
moult_status out_write(void *arg, const char *bytes, size_t len); /* arg: struct cli * */
void out_puts(struct cli *cli, const char *text);
void out_printf(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* TEXT with control characters made visible. */
void out_safe(struct cli *cli, const char *text);
/* Makes the result complete, or takes it back if CODE is a failure; returns the exit code. */
int out_finish(struct cli *cli, int code);
/* One JSON document; takes the reference.  NULL means that memory ran out while it was made. */
moult_status out_json(struct cli *cli, json_t *doc);
/* What every JSON result begins with, and ITEMS, which it takes over, as KEY;
 * docs/schemas/result.json. */
json_t *result_json(const struct cli *cli, const char *key, json_t *items);
/* Part of a document that is written piece by piece. */
moult_status out_json_part(struct cli *cli, json_t *part);

#define COLOUR_GOOD "\033[32m"
#define COLOUR_BAD "\033[31m"
#define COLOUR_WARN "\033[33m"
#define COLOUR_END "\033[0m"
void out_coloured(struct cli *cli, const char *colour, const char *text);
/* A writer for out_write that colours lines beginning with "+", "-" or "~". */
moult_status out_write_diff(void *arg, const char *bytes, size_t len);

/* Tables of text: HEADS ends in NULL; CELLS are rows of as many columns. */
struct table;
struct table *table_new(struct cli *cli, const char *const *heads);
bool table_row(struct table *table, const char *const *cells, size_t coloured, const char *colour);
int table_print(struct cli *cli, struct table *table); /* frees; an exit code */
/* JSON strings of bytes that may not be UTF-8: what is not is replaced. */
json_t *json_text(const char *text);
#define JSON_TEXT_OR_NULL(t) ((t) ? json_text(t) : json_null())

/* ---- refs.c ---- */
/* One unit or several chosen by options. */
struct selection {
    struct list tenants, labels;
    bool all;
};
extern const struct option selection_options[];
/* TARGET NULL: the only database of moult.toml.  ANY: several may come without a selection. */
int targets_find(struct cli *cli, const char *target, const struct selection *select, bool any,
                 moult_targets **out);
/* Says how many tenants a write will reach, if more than one. */
void targets_announce(struct cli *cli, const moult_targets *targets);
/* The names of the databases of moult.toml; freed by the caller with names_free. */
int databases(struct cli *cli, struct list *out);
void names_free(struct list *names);

/* How a REF is to be read, and how hints are given. */
struct ref_options {
    const char *like, *scratch;
    struct list include, exclude; /* only inspect offers these as options */
    bool allow_do, allow_empty;   /* not an error: --allow-empty, --allow */
};
extern const struct option ref_options[];
struct rename_options {
    struct list renames;
    const char *file;
};
extern const struct option rename_options[];
int ref_load(struct cli *cli, const char *ref, const char *like, const struct ref_options *how,
             moult_snapshot **out);
/* Does REF name a file that holds a snapshot document? */
bool ref_is_snapshot_file(const char *ref);
/* Two such files at once, each read by a thread of its own. */
int ref_load_files(struct cli *cli, const char *const refs[2], const struct ref_options *how,
                   moult_snapshot **const out[2]);
/* The state of --to, or the database's own.  TARGET is what was found as TARGETS: NULL for the
 * only one. */
int to_load(struct cli *cli, const char *to, const char *target, const moult_targets *targets,
            const struct ref_options *how, moult_snapshot **out);
/* Two states and what differs, each owned by the caller. */
int ref_diff(struct cli *cli, const moult_snapshot *from, const moult_snapshot *to, bool layout,
             const struct rename_options *renames, moult_delta **out);

/* ---- units.c: running over tenants and reporting each ---- */
struct tally {
    struct cli *cli;
    const char *command;          /* "sync" */
    const moult_targets *targets; /* those running now */
    const char *only;             /* what a unit without a name is called */
    uint32_t total, counts[8];    /* counts by MOULT_UNIT_* */
    bool json, dry_run, yes;
    bool declined, unasked; /* the question was answered with no, could not be asked */
    bool first;             /* no unit was written yet */
    void *plans;            /* distinct plans that were shown */
    uint32_t plan_count;
    json_t *documents; /* of them, in JSON output */
    int unit_exit;     /* exit code of the units that failed: EXIT_SOME_FAILED for several ones */
};
void tally_begin(struct tally *tally, struct cli *cli, const char *command, uint32_t total);
/* The units of TARGETS come next. */
void tally_targets(struct tally *tally, const moult_targets *targets);
moult_status tally_unit(void *arg, const moult_unit_result *result);
int32_t tally_confirm(void *arg, const moult_plan *plan, uint32_t units);
/* What a call over units that returned STATUS means; prints cli->err if no unit told it. */
int tally_status(struct tally *tally, moult_status status);
/* Closes the document or writes the summary; CODE is the worst so far; returns the exit code. */
int tally_end(struct tally *tally, int code);

/* Options of sync and apply. */
struct write_options {
    struct list allow;
    bool yes, dry_run, keep_going;
    uint64_t lock_timeout;
};
extern const struct option write_options[];
/* Fills OUT from them; an exit code. */
int write_run_options(struct cli *cli, const struct write_options *from, struct tally *tally,
                      moult_run_options *out);

/* ---- confirm.c ---- */
#define ANSWER_YES 1
#define ANSWER_NO 0
#define ANSWER_NONE (-1) /* nobody to ask */
/* Is there a terminal to ask on? */
bool confirm_possible(void);
/* Asks on the terminal.  WORD: must be typed to agree; NULL: "y" does. */
int confirm_ask(struct cli *cli, const char *word, const char *question);

/* ---- checks.c: reports of audit and doctor ---- */
typedef moult_status cli_look_fn(moult *m, const moult_targets *targets, moult_check_fn *fn,
                                 void *arg, moult_error *err);
int checks_run(struct cli *cli, const char *target, const struct selection *select,
               cli_look_fn *look);

/* Cleanup attributes. */
static inline void free_snapshot(moult_snapshot **p)
{
    moult_snapshot_free(*p);
}
static inline void free_delta(moult_delta **p)
{
    moult_delta_free(*p);
}
static inline void free_targets(moult_targets **p)
{
    moult_targets_free(*p);
}
static inline void free_plan(moult_plan **p)
{
    moult_plan_free(*p);
}
#define AUTO_SNAPSHOT __attribute__((cleanup(free_snapshot))) moult_snapshot
#define AUTO_DELTA __attribute__((cleanup(free_delta))) moult_delta
#define AUTO_TARGETS __attribute__((cleanup(free_targets))) moult_targets
#define AUTO_PLAN __attribute__((cleanup(free_plan))) moult_plan

#endif
