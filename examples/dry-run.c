/* SPDX-License-Identifier: Apache-2.0 */
/* dry-run.c - shows the plan that would bring a database to a desired schema, and its hazards; the
 * plan is carried out on a scratch copy only.
 *
 *     dry-run sqlite:app.db schema/ */
#include <moult/moult.h>
#include <stdio.h>
#include <stdlib.h>

static int failed(const moult_error *err)
{
    fprintf(stderr, "dry-run: %s\n", moult_error_message(err));
    return 1;
}

static moult_status to_stdout(void *arg, const char *bytes, size_t len)
{
    (void)arg;
    return fwrite(bytes, 1, len, stdout) == len ? MOULT_OK : MOULT_ERR_IO;
}

static void show_hazards(const moult_plan *plan)
{
    const char *name, *meaning;
    for (uint32_t i = 0; i < 32 && (name = moult_hazard_name(i, &meaning)); i++)
        if (moult_plan_hazards(plan) >> i & 1)
            printf("hazard %s: %s\n", name, meaning);
}

static moult_status show(moult *m, const char *url, const char *desired, moult_error *err)
{
    moult_targets *targets = NULL;
    moult_snapshot *to = NULL;
    moult_plan *plan = NULL;
    moult_load load = {.size = MOULT_END(moult_load, exclude), .like = url};
    moult_plan_options options = {
        .size = MOULT_END(moult_plan_options, planners),
        .rehearse = 1,
    };
    moult_status st = moult_targets_find(m, url, NULL, 0, &targets, err);
    if (st == MOULT_OK)
        st = moult_snapshot_load(m, desired, &load, &to, err);
    if (st == MOULT_OK)
        st = moult_plan_make(m, targets, to, &options, &plan, err);
    if (st == MOULT_OK)
        st = moult_plan_write(m, plan, MOULT_FORMAT_TEXT, to_stdout, NULL, err);
    if (st == MOULT_OK)
        show_hazards(plan);
    moult_plan_free(plan);
    moult_snapshot_free(to);
    moult_targets_free(targets);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: dry-run URL DESIRED\n");
        return 2;
    }
    moult_error *err = moult_error_new();
    moult *m = NULL;
    moult_options options = {
        .size = MOULT_END(moult_options, manifest_dir),
        .config = "",
        /* NULL: the installed plugins. */
        .plugin_dir = getenv("MOULT_EXAMPLE_PLUGINS"),
        .manifest_dir = getenv("MOULT_EXAMPLE_MANIFESTS"),
    };
    moult_status st = moult_open_config(&options, &m, err);
    if (st == MOULT_OK)
        st = show(m, argv[1], argv[2], err);
    int code = st == MOULT_OK ? 0 : failed(err);
    moult_free(m);
    moult_error_free(err);
    return code;
}
