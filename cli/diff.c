/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c - moult diff: what would have to change in FROM to make it TO. */
#include <string.h>
#include <unistd.h>

#include "cli.h"

struct values {
    struct ref_options ref;
    struct rename_options renames;
    const char *output;
    bool exit_code, layout;
};

static const struct option options[] = {
    {"exit-code", 'e', OPTION_FLAG, offsetof(struct values, exit_code), NULL, NULL,
     "exit 3 if there are differences", false},
    {"layout", 0, OPTION_FLAG, offsetof(struct values, layout), NULL, NULL,
     "differences in layout alone (order of columns, spelling of names) count too", false},
    {"output", 'o', OPTION_TEXT, offsetof(struct values, output), "FILE", NULL,
     "write to FILE, which then appears whole or not at all", false},
    {0},
};
static const struct option_group groups[] = {{options, 0},
                                             {rename_options, offsetof(struct values, renames)},
                                             {ref_options, offsetof(struct values, ref)},
                                             {0}};

/* What a place says about the other side: its kind of database, and which objects count. */
static const char *place(const char *ref)
{
    return access(ref, F_OK) == 0 || !strncmp(ref, "store:", 6) ? NULL : ref;
}

/* One side; where the other is no place, OTHER, once it was read, knows its adapter:
 * "sqlite/3/1". */
static int load_side(struct cli *cli, const char *ref, const char *other_ref,
                     const moult_snapshot *other, const struct ref_options *how,
                     moult_snapshot **out)
{
    char scheme[64];
    const char *like = place(other_ref);
    if (!like && other) {
        const char *klass = moult_snapshot_class(other);
        snprintf(scheme, sizeof scheme, "%.*s:", (int)strcspn(klass, "/"), klass);
        like = scheme;
    }
    return ref_load(cli, ref, like, how, out);
}

static int load_both(struct cli *cli, const struct list *operands, struct ref_options *how,
                     moult_snapshot **from, moult_snapshot **to)
{
    const char *first = operands->items[0], *second = operands->items[1];
    how->allow_empty = true; /* nothing is written */
    if (ref_is_snapshot_file(first) && ref_is_snapshot_file(second))
        return ref_load_files(cli, (const char *const[2]){first, second}, how,
                              (moult_snapshot * *const[2]){from, to});
    bool swap = !place(first) && strncmp(first, "store:", 6) != 0;
    int code;
    if (swap) {
        code = load_side(cli, second, first, NULL, how, to);
        return code ? code : load_side(cli, first, second, *to, how, from);
    }
    code = load_side(cli, first, second, NULL, how, from);
    return code ? code : load_side(cli, second, first, *from, how, to);
}

static int run(struct cli *cli, const struct list *operands, void *values)
{
    struct values *v = values;
    AUTO_SNAPSHOT *from = NULL, *to = NULL;
    AUTO_DELTA *delta = NULL;
    int code = load_both(cli, operands, &v->ref, &from, &to);
    if (!code)
        code = ref_diff(cli, from, to, v->layout, &v->renames, &delta);
    if (!code)
        code = out_open(cli, v->output);
    if (code)
        return code;
    moult_write_fn *write = cli_format(cli) == MOULT_FORMAT_TEXT ? out_write_diff : out_write;
    moult_status st = moult_delta_write(cli->m, delta, cli_format(cli), write, cli, cli->err);
    if (st)
        return cli_failed(cli, st);
    return v->exit_code && moult_delta_count(delta) ? EXIT_DIFFERS : 0;
}

const struct command command_diff = {
    .name = "diff",
    .operands = "FROM TO",
    .operands_min = 2,
    .operands_max = 2,
    .summary = "Show what differs between two schemas",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON | FORMAT_SQL,
    .groups = groups,
    .values_size = sizeof(struct values),
    .run = run,
};
