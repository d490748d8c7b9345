/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c - moult audit: what state a place is in, and whether its audit trail holds; loads
 * nothing that can write. */
#include "cli.h"

static const struct option_group groups[] = {{selection_options, 0}, {0}};

static int run(struct cli *cli, const struct list *operands, void *values)
{
    return checks_run(cli, operands->count ? operands->items[0] : NULL, values, moult_audit);
}

const struct command command_audit = {
    .name = "audit",
    .operands = "[TARGET]",
    .operands_max = 1,
    .summary = "Look at a database without being able to change it: state, open runs, audit trail",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON,
    .groups = groups,
    .values_size = sizeof(struct selection),
    .run = run,
};
