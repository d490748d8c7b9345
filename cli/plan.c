/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - moult plan: how one database would be brought to a desired state. */
#include "cli.h"

struct values {
    struct selection select;
    struct ref_options ref;
    struct rename_options renames;
    struct list planners;
    const char *to, *output;
    bool layout;
};

static const struct option options[] = {
    {"to", 0, OPTION_TEXT, offsetof(struct values, to), "REF", NULL,
     "desired state; without it, the one that moult.toml names", false},
    {"output", 'o', OPTION_TEXT, offsetof(struct values, output), "FILE", NULL,
     "also write the plan document, for moult apply, to FILE", false},
    {"layout", 0, OPTION_FLAG, offsetof(struct values, layout), NULL, NULL,
     "change what differs in layout alone, too", false},
    {"planner", 0, OPTION_LIST, offsetof(struct values, planners), "NAME", NULL,
     "planners to use, in this order, instead of those of moult.toml", false},
    {"allow-empty", 0, OPTION_FLAG, offsetof(struct values, ref.allow_empty), NULL, NULL,
     "a desired state without any object is meant so: the plan drops everything", false},
    {0},
};
static const struct option_group groups[] = {{options, 0},
                                             {selection_options, offsetof(struct values, select)},
                                             {rename_options, offsetof(struct values, renames)},
                                             {ref_options, offsetof(struct values, ref)},
                                             {0}};

static int write_plan(struct cli *cli, const moult_plan *plan, const char *output)
{
    moult_write_fn *write = cli_format(cli) == MOULT_FORMAT_TEXT ? out_write_diff : out_write;
    int code =
        cli_failed(cli, moult_plan_write(cli->m, plan, cli_format(cli), write, cli, cli->err));
    if (code || !output)
        return code;
    code = out_finish(cli, 0);
    if (!code)
        code = out_open(cli, output);
    return code ? code
                : cli_failed(cli, moult_plan_write(cli->m, plan, MOULT_FORMAT_JSON, out_write, cli,
                                                   cli->err));
}

static int run(struct cli *cli, const struct list *operands, void *values)
{
    struct values *v = values;
    const char *target = operands->count ? operands->items[0] : NULL;
    AUTO_TARGETS *targets = NULL;
    AUTO_SNAPSHOT *to = NULL;
    AUTO_PLAN *plan = NULL;
    int code = targets_find(cli, target, &v->select, false, &targets);
    if (code)
        return code;
    if (moult_targets_count(targets) != 1)
        return complain(cli, EXIT_USAGE,
                        "choose one with --tenant; the plan serves every tenant in the same state",
                        "a plan is made from one tenant, and %u are chosen",
                        moult_targets_count(targets));
    code = to_load(cli, v->to, target, targets, &v->ref, &to);
    if (code)
        return code;
    moult_plan_options how = {
        .size = MOULT_END(moult_plan_options, planners),
        .rehearse = 1,
        .layout = v->layout,
        .renames = v->renames.renames.items,
        .renames_file = v->renames.file,
        .planners = v->planners.items,
    };
    code = cli_failed(cli, moult_plan_make(cli->m, targets, to, &how, &plan, cli->err));
    return code ? code : write_plan(cli, plan, v->output);
}

const struct command command_plan = {
    .name = "plan",
    .operands = "[TARGET]",
    .operands_max = 1,
    .summary = "Make and rehearse the plan that brings a database to its desired state",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON | FORMAT_SQL,
    .groups = groups,
    .values_size = sizeof(struct values),
    .run = run,
};
