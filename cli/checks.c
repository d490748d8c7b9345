/* SPDX-License-Identifier: Apache-2.0 */
/* checks.c - what audit and doctor found, line by line. */
#include <string.h>

#include "cli.h"

struct checks {
    struct cli *cli;
    json_t *items;
    struct table *table;
    const char *only;
    uint32_t failed;
};

static moult_status add(void *arg, const char *unit, const char *what, const char *state,
                        const char *note)
{
    struct checks *c = arg;
    const char *name = unit && *unit ? unit : c->only;
    bool bad = !strcmp(state, "failed");
    c->failed += bad;
    if (c->items) {
        json_t *item = json_object();
        json_object_set_new(item, "tenant", json_text(name));
        json_object_set_new(item, "check", json_text(what));
        json_object_set_new(item, "state", json_text(state));
        json_object_set_new(item, "note", json_text(note ? note : ""));
        return json_array_append_new(c->items, item) ? MOULT_ERR_NOMEM : MOULT_OK;
    }
    const char *cells[] = {name, what, state, note ? note : ""};
    const char *colour = bad ? "red" : !strcmp(state, "warning") ? "yellow" : "green";
    return table_row(c->table, cells, 2, colour) ? MOULT_OK : MOULT_ERR_NOMEM;
}

static int finish(struct checks *c)
{
    if (c->table)
        return table_print(c->cli, c->table);
    json_t *doc = result_json(c->cli, "checks", c->items);
    return out_json(c->cli, doc) ? EXIT_FAILED : 0;
}

int checks_run(struct cli *cli, const char *target, const struct selection *select,
               cli_look_fn *look)
{
    AUTO_TARGETS *targets = NULL;
    int code = targets_find(cli, target, select, true, &targets);
    if (code)
        return code;
    static const char *const heads[] = {"TENANT", "CHECK", "STATE", "NOTE", NULL};
    struct checks c = {.cli = cli, .only = moult_targets_url(targets, 0)};
    if (cli_json(cli))
        c.items = json_array();
    else
        c.table = table_new(cli, heads);
    if (!c.items && !c.table)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    moult_status st = look(cli->m, targets, add, &c, cli->err);
    code = finish(&c);
    if (st)
        return cli_failed(cli, st);
    return code ? code : c.failed ? EXIT_FAILED : 0;
}
