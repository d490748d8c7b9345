/* SPDX-License-Identifier: Apache-2.0 */
/* trust.c - moult trust: the user has read this moult.toml and lets it load plugins by path. */
#include "cli.h"

static int run(struct cli *cli, const struct list *operands, void *values)
{
    (void)values;
    const char *file = operands->count ? operands->items[0] : "moult.toml";
    int code = cli_failed(cli, moult_trust(file, cli->err));
    if (!code)
        note(cli, "%s is trusted as it is now", file);
    return code;
}

const struct command command_trust = {
    .name = "trust",
    .operands = "[FILE]",
    .operands_max = 1,
    .summary = "Let a moult.toml, as it is now, load plugins by path",
    .complete = "file",
    .formats = FORMAT_TEXT,
    .no_config = true,
    .run = run,
};
