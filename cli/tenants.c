/* SPDX-License-Identifier: Apache-2.0 */
/* tenants.c - moult tenants list: which places a database has. */
#include "cli.h"

static const struct option_group groups[] = {{selection_options, 0}, {0}};

static int list_json(struct cli *cli, const moult_targets *targets)
{
    json_t *items = json_array();
    for (uint32_t i = 0; i < moult_targets_count(targets); i++) {
        json_t *item = json_object();
        json_object_set_new(item, "tenant", json_text(moult_targets_name(targets, i)));
        json_object_set_new(item, "url", json_text(moult_targets_url(targets, i)));
        json_array_append_new(items, item);
    }
    json_t *doc = result_json(cli, "tenants", items);
    return out_json(cli, doc) ? EXIT_FAILED : 0;
}

static int run_list(struct cli *cli, const struct list *operands, void *values)
{
    AUTO_TARGETS *targets = NULL;
    int code =
        targets_find(cli, operands->count ? operands->items[0] : NULL, values, true, &targets);
    if (code)
        return code;
    if (cli_json(cli))
        return list_json(cli, targets);
    static const char *const heads[] = {"TENANT", "URL", NULL};
    struct table *table = table_new(cli, heads);
    if (!table)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    for (uint32_t i = 0; i < moult_targets_count(targets); i++) {
        const char *cells[] = {moult_targets_name(targets, i), moult_targets_url(targets, i)};
        if (!table_row(table, cells, 0, NULL))
            break;
    }
    return table_print(cli, table);
}

static const struct command tenants_list = {
    .name = "tenants list",
    .operands = "[TARGET]",
    .operands_max = 1,
    .summary = "List the tenants of a database",
    .complete = "file",
    .formats = FORMAT_TEXT | FORMAT_JSON,
    .groups = groups,
    .values_size = sizeof(struct selection),
    .run = run_list,
};

static const struct command *const subs[] = {&tenants_list, NULL};
const struct command command_tenants = {
    .name = "tenants", .operands = "", .summary = "List the tenants of a database", .subs = subs};
