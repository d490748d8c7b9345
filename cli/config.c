/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - moult config: the settings in force and where each came from. */
#include "cli.h"

struct settings {
    struct cli *cli;
    json_t *items;
    struct table *table;
};

static moult_status add(void *arg, const char *key, const char *value, const char *from)
{
    struct settings *s = arg;
    if (s->table) {
        const char *cells[] = {key, value, from};
        return table_row(s->table, cells, 0, NULL) ? MOULT_OK : MOULT_ERR_NOMEM;
    }
    json_t *item = json_object();
    json_object_set_new(item, "key", json_text(key));
    json_object_set_new(item, "value", JSON_TEXT_OR_NULL(value));
    json_object_set_new(item, "from", json_text(from));
    return json_array_append_new(s->items, item) ? MOULT_ERR_NOMEM : MOULT_OK;
}

static int run(struct cli *cli, const struct list *operands, void *values)
{
    (void)operands;
    (void)values;
    int code = cli_open(cli);
    if (code)
        return code;
    static const char *const heads[] = {"KEY", "VALUE", "FROM", NULL};
    struct settings s = {.cli = cli};
    if (cli_json(cli))
        s.items = json_array();
    else
        s.table = table_new(cli, heads);
    if (!s.items && !s.table)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    moult_status st = moult_settings(cli->m, add, &s, cli->err);
    if (s.table) {
        code = table_print(cli, s.table);
    } else {
        json_t *doc = result_json(cli, "settings", s.items);
        code = out_json(cli, doc) ? EXIT_FAILED : 0;
    }
    return st ? cli_failed(cli, st) : code;
}

const struct command command_config = {
    .name = "config",
    .operands = "",
    .summary = "Show the settings in force and where each came from",
    .complete = "none",
    .formats = FORMAT_TEXT | FORMAT_JSON,
    .run = run,
};
