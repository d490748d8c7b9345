/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.c - moult inspect: writes a schema, wherever it is kept. */
#include "cli.h"

struct values {
    struct ref_options ref;
    const char *dir, *output;
};

static const struct option options[] = {
    {"include", 'i', OPTION_LIST, offsetof(struct values, ref.include), "KIND:GLOB", NULL,
     "only objects that match: table:user*, view:*", false},
    {"exclude", 'x', OPTION_LIST, offsetof(struct values, ref.exclude), "KIND:GLOB", NULL,
     "without objects that match", false},
    {"dir", 'd', OPTION_TEXT, offsetof(struct values, dir), "DIR", NULL,
     "write one SQL file an object into DIR, which must be new, empty or written by this before",
     false},
    {"output", 'o', OPTION_TEXT, offsetof(struct values, output), "FILE", NULL,
     "write to FILE, which then appears whole or not at all", false},
    {0},
};
static const struct option_group groups[] = {
    {options, 0}, {ref_options, offsetof(struct values, ref)}, {0}};

static int write_folder(struct cli *cli, const moult_snapshot *snapshot, const char *dir)
{
    uint32_t files = 0;
    int code = cli_failed(cli, moult_snapshot_write_dir(cli->m, snapshot, dir, &files, cli->err));
    if (!code)
        note(cli, "%u file%s written to %s", files, files == 1 ? "" : "s", dir);
    return code;
}

static int run(struct cli *cli, const struct list *operands, void *values)
{
    struct values *v = values;
    if (v->dir && (v->output || cli->global.format))
        return complain(cli, EXIT_USAGE, NULL,
                        "--dir writes SQL files: it takes no --output or --format beside it");
    AUTO_SNAPSHOT *snapshot = NULL;
    v->ref.allow_empty = true; /* looking at nothing is no danger */
    int code = ref_load(cli, operands->items[0], NULL, &v->ref, &snapshot);
    if (code)
        return code;
    if (v->dir)
        return write_folder(cli, snapshot, v->dir);
    code = out_open(cli, v->output);
    return code ? code
                : cli_failed(cli, moult_snapshot_write(cli->m, snapshot, cli_format(cli), out_write,
                                                       cli, cli->err));
}

const struct command command_inspect = {
    .name = "inspect",
    .operands = "REF",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "Write the schema of a database, a DDL tree or a snapshot",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON | FORMAT_SQL,
    .groups = groups,
    .values_size = sizeof(struct values),
    .run = run,
};
