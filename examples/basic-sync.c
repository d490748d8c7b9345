/* SPDX-License-Identifier: Apache-2.0 */
/* basic-sync.c - brings one database to a desired schema, as moult sync does.
 *
 *     basic-sync sqlite:app.db schema/
 *
 * Nothing is allowed that could lose rows: such a plan is refused, and the message names the
 * hazard. */
#include <moult/moult.h>
#include <stdio.h>
#include <stdlib.h>

static int failed(const moult_error *err)
{
    const char *hint = moult_error_detail(err, "hint");
    fprintf(stderr, "basic-sync: %s\n", moult_error_message(err));
    if (hint)
        fprintf(stderr, "  hint: %s\n", hint);
    return 1;
}

/* Called once for each unit when its outcome is known. */
static moult_status unit(void *arg, const moult_unit_result *result)
{
    (void)arg;
    if (result->state == MOULT_UNIT_CHANGED)
        printf("changed in %u steps\n", result->plan ? moult_plan_steps(result->plan) : 0);
    else if (result->state == MOULT_UNIT_IN_SYNC)
        printf("in sync\n");
    return MOULT_OK;
}

static moult_status bring(moult *m, const char *url, const char *desired, moult_error *err)
{
    moult_targets *targets = NULL;
    moult_snapshot *to = NULL;
    moult_load load = {.size = MOULT_END(moult_load, exclude), .like = url};
    moult_run_options run = {
        .size = MOULT_END(moult_run_options, arg),
        .plan = {.size = MOULT_END(moult_plan_options, planners), .rehearse = 1},
        .unit = unit,
    };
    moult_status st = moult_targets_find(m, url, NULL, 0, &targets, err);
    if (st == MOULT_OK)
        st = moult_snapshot_load(m, desired, &load, &to, err);
    if (st == MOULT_OK)
        st = moult_sync(m, targets, to, &run, err);
    moult_snapshot_free(to);
    moult_targets_free(targets);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: basic-sync URL DESIRED\n");
        return 2;
    }
    moult_error *err = moult_error_new();
    moult *m = NULL;
    moult_options options = {
        .size = MOULT_END(moult_options, manifest_dir),
        .config = "", /* no moult.toml: everything is said here */
        /* NULL: the installed plugins. */
        .plugin_dir = getenv("MOULT_EXAMPLE_PLUGINS"),
        .manifest_dir = getenv("MOULT_EXAMPLE_MANIFESTS"),
    };
    moult_status st = moult_open_config(&options, &m, err);
    if (st == MOULT_OK)
        st = bring(m, argv[1], argv[2], err);
    int code = st == MOULT_OK ? 0 : failed(err);
    moult_free(m);
    moult_error_free(err);
    return code;
}
