/* SPDX-License-Identifier: Apache-2.0 */
/* sync.c - moult sync: brings tenants to the desired state. */
#include <moult/plan.h>

#include "cli.h"

struct values {
    struct selection select;
    struct ref_options ref;
    struct rename_options renames;
    struct write_options write;
    struct list planners;
    const char *to;
    bool layout;
};

static const struct option options[] = {
    {"to", 0, OPTION_TEXT, offsetof(struct values, to), "REF", NULL,
     "desired state; without it, the one that moult.toml names", false},
    {"layout", 0, OPTION_FLAG, offsetof(struct values, layout), NULL, NULL,
     "change what differs in layout alone, too", false},
    {"planner", 0, OPTION_LIST, offsetof(struct values, planners), "NAME", NULL,
     "planners to use, in this order, instead of those of moult.toml", false},
    {0},
};
static const struct option_group groups[] = {{options, 0},
                                             {write_options, offsetof(struct values, write)},
                                             {selection_options, offsetof(struct values, select)},
                                             {rename_options, offsetof(struct values, renames)},
                                             {ref_options, offsetof(struct values, ref)},
                                             {0}};

static int run(struct cli *cli, const struct list *operands, void *values)
{
    struct values *v = values;
    const char *target = operands->count ? operands->items[0] : NULL;
    struct tally tally;
    moult_run_options how;
    AUTO_TARGETS *targets = NULL;
    AUTO_SNAPSHOT *to = NULL;
    int code = write_run_options(cli, &v->write, &tally, &how);
    if (!code)
        code = targets_find(cli, target, &v->select, false, &targets);
    if (code)
        return code;
    if (!v->write.dry_run)
        targets_announce(cli, targets);
    v->ref.allow_empty = how.allow & MOULT_HAZARD_EMPTY_STATE;
    code = to_load(cli, v->to, target, targets, &v->ref, &to);
    if (code)
        return code;
    how.plan.layout = v->layout;
    how.plan.renames = v->renames.renames.items;
    how.plan.renames_file = v->renames.file;
    how.plan.planners = v->planners.items;
    tally_begin(&tally, cli, "sync", moult_targets_count(targets));
    tally.yes = v->write.yes;
    tally.dry_run = v->write.dry_run;
    tally_targets(&tally, targets);
    code = tally_status(&tally, moult_sync(cli->m, targets, to, &how, cli->err));
    return tally_end(&tally, code);
}

const struct command command_sync = {
    .name = "sync",
    .operands = "[TARGET]",
    .operands_max = 1,
    .summary = "Bring databases to their desired state",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON,
    .groups = groups,
    .values_size = sizeof(struct values),
    .run = run,
};
