/* SPDX-License-Identifier: Apache-2.0 */
/* apply.c - moult apply: carries out a plan that moult plan wrote. */
#include "cli.h"

struct values {
    struct selection select;
    struct write_options write;
};

static const struct option_group groups[] = {{write_options, offsetof(struct values, write)},
                                             {selection_options, offsetof(struct values, select)},
                                             {0}};

static int run(struct cli *cli, const struct list *operands, void *values)
{
    struct values *v = values;
    struct tally tally;
    moult_run_options how;
    AUTO_TARGETS *targets = NULL;
    AUTO_PLAN *plan = NULL;
    int code = write_run_options(cli, &v->write, &tally, &how);
    if (!code)
        code = cli_open(cli);
    if (!code)
        code = cli_failed(cli, moult_plan_read(cli->m, operands->items[0], &plan, cli->err));
    if (!code)
        code = targets_find(cli, operands->count > 1 ? operands->items[1] : NULL, &v->select, false,
                            &targets);
    if (code)
        return code;
    if (!v->write.dry_run)
        targets_announce(cli, targets);
    tally_begin(&tally, cli, "apply", moult_targets_count(targets));
    tally.yes = v->write.yes;
    tally.dry_run = v->write.dry_run;
    tally_targets(&tally, targets);
    code = tally_status(&tally, moult_apply(cli->m, targets, plan, &how, cli->err));
    return tally_end(&tally, code);
}

const struct command command_apply = {
    .name = "apply",
    .operands = "PLAN [TARGET]",
    .operands_min = 1,
    .operands_max = 2,
    .summary = "Carry out a plan that was made before",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON,
    .groups = groups,
    .values_size = sizeof(struct values),
    .run = run,
};
