/* SPDX-License-Identifier: Apache-2.0 */
/* doctor.c - moult doctor: is everything there that a sync would need?. */
#include "cli.h"

static const struct option_group groups[] = {{selection_options, 0}, {0}};

static int run(struct cli *cli, const struct list *operands, void *values)
{
    return checks_run(cli, operands->count ? operands->items[0] : NULL, values, moult_doctor);
}

const struct command command_doctor = {
    .name = "doctor",
    .operands = "[TARGET]",
    .operands_max = 1,
    .summary = "Check connection, version, rights, scratch and lock of a database",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON,
    .groups = groups,
    .values_size = sizeof(struct selection),
    .run = run,
};
