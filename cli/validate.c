/* SPDX-License-Identifier: Apache-2.0 */
/* validate.c - moult validate: are all tenants in the desired state? */
#include <stdlib.h>

#include "cli.h"

struct values {
    struct selection select;
    struct ref_options ref;
    const char *to;
    bool layout;
};

static const struct option options[] = {
    {"to", 0, OPTION_TEXT, offsetof(struct values, to), "REF", NULL,
     "desired state; without it, the one that moult.toml names", false},
    {"layout", 0, OPTION_FLAG, offsetof(struct values, layout), NULL, NULL,
     "differences in layout alone (order of columns, spelling of names) count too", false},
    {0},
};
static const struct option_group groups[] = {{options, 0},
                                             {selection_options, offsetof(struct values, select)},
                                             {ref_options, offsetof(struct values, ref)},
                                             {0}};

/* One database or URL of the command line with what it was found to be. */
struct place {
    moult_targets *targets;
    moult_snapshot *to;
};

static int find_all(struct cli *cli, const struct list *names, struct values *v,
                    struct place *places, uint32_t *total)
{
    for (size_t i = 0; names->items && i < names->count; i++) {
        int code = targets_find(cli, names->items[i], &v->select, true, &places[i].targets);
        /* One --to serves all; without it each database has its own. */
        if (!code && (!v->to || i == 0))
            code = to_load(cli, v->to, names->items[i], places[i].targets, &v->ref, &places[i].to);
        if (code)
            return code;
        *total += moult_targets_count(places[i].targets);
    }
    return 0;
}

/* Two kinds of trouble are "some failed". */
static int worse(int a, int b)
{
    if (!a || !b || a == b)
        return a ? a : b;
    return EXIT_SOME_FAILED;
}

static int validate_all(struct cli *cli, const struct values *v, const struct list *names,
                        const struct place *places, uint32_t total)
{
    struct tally tally;
    tally_begin(&tally, cli, "validate", total);
    moult_run_options how = {
        .size = MOULT_END(moult_run_options, arg),
        .keep_going = 1,
        .plan = {.size = MOULT_END(moult_plan_options, planners), .layout = v->layout},
        .unit = tally_unit,
        .arg = &tally,
    };
    int code = 0;
    for (size_t i = 0; i < names->count && !*signals_flag() && !cli->out.error; i++) {
        moult_error_clear(cli->err);
        tally_targets(&tally, places[i].targets);
        const moult_snapshot *to = places[i].to ? places[i].to : places[0].to;
        moult_status st = moult_validate(cli->m, places[i].targets, to, &how, cli->err);
        code = worse(code, tally_status(&tally, st));
    }
    return tally_end(&tally, code);
}

static int run(struct cli *cli, const struct list *operands, void *values)
{
    struct values *v = values;
    struct list every = {0};
    const struct list *names = operands;
    uint32_t total = 0;
    int code = cli_open(cli);
    if (!code && !operands->count) {
        code = databases(cli, &every);
        names = &every;
    }
    if (!code && !names->items)
        code = complain(cli, EXIT_USAGE,
                        "name a database by its URL, or describe it in moult.toml: moult init",
                        "no TARGET was given, and there is no database in moult.toml");
    struct place *places = calloc(names->count + 1, sizeof *places);
    if (!places) {
        names_free(&every);
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    }
    if (!code)
        code = find_all(cli, names, v, places, &total);
    if (!code)
        code = validate_all(cli, v, names, places, total);
    for (size_t i = 0; i < names->count; i++) {
        moult_targets_free(places[i].targets);
        moult_snapshot_free(places[i].to);
    }
    free(places);
    names_free(&every);
    return code;
}

const struct command command_validate = {
    .name = "validate",
    .operands = "[TARGET]...",
    .operands_max = UINT32_MAX,
    .summary = "Check that every tenant is in its desired state",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON,
    .groups = groups,
    .values_size = sizeof(struct values),
    .run = run,
};
