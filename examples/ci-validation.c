/* SPDX-License-Identifier: Apache-2.0 */
/* ci-validation.c - checks in a CI job that every tenant of a database has the desired schema.
 *
 *     ci-validation moult.toml app
 *
 * Exits 0 if all are in sync, 3 with a line for each that is not, 1 if one cannot be looked at. */
#include <moult/moult.h>
#include <stdio.h>
#include <stdlib.h>

struct count {
    unsigned in_sync, differ, failed;
};

static moult_status unit(void *arg, const moult_unit_result *result)
{
    struct count *count = arg;
    switch (result->state) {
    case MOULT_UNIT_IN_SYNC:
        count->in_sync++;
        break;
    case MOULT_UNIT_DIFFERS:
        count->differ++;
        printf("%s differs in %u objects\n", result->tenant,
               result->delta ? moult_delta_count(result->delta) : 0);
        break;
    default:
        count->failed++;
        fprintf(stderr, "%s: %s\n", result->tenant,
                result->error ? moult_error_message(result->error) : "failed");
    }
    return MOULT_OK;
}

static int validate(moult *m, const char *database, struct count *count, moult_error *err)
{
    moult_targets *targets = NULL;
    moult_snapshot *to = NULL;
    moult_run_options run = {
        .size = MOULT_END(moult_run_options, arg),
        .keep_going = 1,
        .plan = {.size = MOULT_END(moult_plan_options, planners)},
        .unit = unit,
        .arg = count,
    };
    /* Only reads: every tenant, without a selection. */
    moult_status st = moult_targets_find(m, database, NULL, 1, &targets, err);
    if (st == MOULT_OK) {
        moult_load load = {
            .size = MOULT_END(moult_load, exclude),
            .like = database,
        };
        const char *desired = moult_targets_desired(targets);
        st = moult_snapshot_load(m, desired ? desired : database, &load, &to, err);
    }
    if (st == MOULT_OK)
        st = moult_validate(m, targets, to, &run, err);
    moult_snapshot_free(to);
    moult_targets_free(targets);
    if (st != MOULT_OK && st != MOULT_ERR_DIFFERS && !count->failed) {
        fprintf(stderr, "ci-validation: %s\n", moult_error_message(err));
        return 1;
    }
    printf("%u in sync, %u differ, %u failed\n", count->in_sync, count->differ, count->failed);
    return count->failed ? 1 : count->differ ? 3 : 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: ci-validation MOULT.TOML DATABASE\n");
        return 2;
    }
    struct count count = {0};
    moult_error *err = moult_error_new();
    moult *m = NULL;
    moult_options options = {
        .size = MOULT_END(moult_options, manifest_dir),
        .config = argv[1],
        /* NULL: the installed plugins. */
        .plugin_dir = getenv("MOULT_EXAMPLE_PLUGINS"),
        .manifest_dir = getenv("MOULT_EXAMPLE_MANIFESTS"),
    };
    int code = 1;
    if (moult_open_config(&options, &m, err) == MOULT_OK)
        code = validate(m, argv[2], &count, err);
    else
        fprintf(stderr, "ci-validation: %s\n", moult_error_message(err));
    moult_free(m);
    moult_error_free(err);
    return code;
}
