/* SPDX-License-Identifier: Apache-2.0 */
/* plugin.c - moult plugin list, info, check: what there is, what it offers, whether it keeps the
 * rules. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "plugin.h"

struct listing {
    struct cli *cli;
    json_t *items;
    struct table *table;
};

/* ---- list ---- */

static json_t *words_json(const char *words)
{
    json_t *list = json_array();
    while (words && *words) {
        size_t n = strcspn(words, " ");
        json_array_append_new(list, json_stringn(words, n));
        words += n;
        words += strspn(words, " ");
    }
    return list;
}

static json_t *info_json(const moult_plugin_info *info)
{
    json_t *item = json_object();
    json_object_set_new(item, "name", json_text(info->name));
    json_object_set_new(item, "version", JSON_TEXT_OR_NULL(info->version));
    json_object_set_new(item, "summary", JSON_TEXT_OR_NULL(info->summary));
    json_object_set_new(item, "file", JSON_TEXT_OR_NULL(info->file));
    json_object_set_new(item, "manifest", JSON_TEXT_OR_NULL(info->manifest));
    json_object_set_new(item, "state", JSON_TEXT_OR_NULL(info->state));
    json_object_set_new(item, "provides", words_json(info->provides));
    return item;
}

static moult_status list_one(void *arg, const moult_plugin_info *info)
{
    struct listing *l = arg;
    if (l->items)
        return json_array_append_new(l->items, info_json(info)) ? MOULT_ERR_NOMEM : MOULT_OK;
    const char *cells[] = {info->name, info->version, info->state, info->provides, info->summary};
    const char *colour = info->state && strcmp(info->state, "available") != 0 ? "yellow" : "green";
    return table_row(l->table, cells, 2, colour) ? MOULT_OK : MOULT_ERR_NOMEM;
}

static int run_list(struct cli *cli, const struct list *operands, void *values)
{
    (void)operands;
    (void)values;
    static const char *const heads[] = {"NAME", "VERSION", "STATE", "PROVIDES", "SUMMARY", NULL};
    struct listing l = {.cli = cli};
    int code = cli_open(cli);
    if (code)
        return code;
    if (cli_json(cli))
        l.items = json_array();
    else
        l.table = table_new(cli, heads);
    if (!l.items && !l.table)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    moult_status st = moult_plugin_list(cli->m, list_one, &l, cli->err);
    code = l.table                                               ? table_print(cli, l.table)
           : out_json(cli, result_json(cli, "plugins", l.items)) ? EXIT_FAILED
                                                                 : 0;
    return st ? cli_failed(cli, st) : code;
}

/* ---- info ---- */

static const char *type_name(uint16_t type)
{
    switch (type) {
    case MOULT_PARAM_STRING:
        return "string";
    case MOULT_PARAM_INTEGER:
        return "integer";
    case MOULT_PARAM_BOOLEAN:
        return "boolean";
    case MOULT_PARAM_PATH:
        return "path";
    default:
        return "unknown";
    }
}

static const char *threading_name(uint32_t threading)
{
    return threading >= MOULT_THREAD_FREE      ? "any call at any time"
           : threading >= MOULT_THREAD_SESSION ? "one call at a time in a session"
                                               : "one call at a time";
}

static json_t *interfaces_json(const moult_plugin *plugin)
{
    json_t *list = json_array();
    for (const moult_iface *const *i = plugin->ifaces; i && *i; i++) {
        json_t *item = json_object(), *params = json_array();
        for (const moult_param *const *p = (*i)->params; p && *p; p++) {
            json_t *param = json_object();
            json_object_set_new(param, "name", json_text((*p)->name));
            json_object_set_new(param, "type", json_string(type_name((*p)->type)));
            json_object_set_new(param, "required",
                                json_boolean((*p)->flags & MOULT_PARAM_REQUIRED));
            json_object_set_new(param, "secret", json_boolean((*p)->flags & MOULT_PARAM_SECRET));
            json_object_set_new(param, "default", JSON_TEXT_OR_NULL((*p)->fallback));
            json_object_set_new(param, "help", json_text((*p)->help ? (*p)->help : ""));
            json_array_append_new(params, param);
        }
        json_object_set_new(item, "kind", json_text((*i)->kind));
        json_object_set_new(item, "name", json_text((*i)->name));
        json_object_set_new(item, "version", json_sprintf("%u.%u", (*i)->major, (*i)->minor));
        json_object_set_new(item, "threading", json_string(threading_name((*i)->threading)));
        json_object_set_new(item, "summary", json_text((*i)->summary ? (*i)->summary : ""));
        json_object_set_new(item, "settings", params);
        json_array_append_new(list, item);
    }
    return list;
}

static void put_field(struct cli *cli, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    out_printf(cli, "%-10s ", name);
    out_safe(cli, value);
    out_puts(cli, "\n");
}

static void put_params(struct cli *cli, const moult_iface *iface)
{
    for (const moult_param *const *p = iface->params; p && *p; p++) {
        out_printf(cli, "    %s (%s%s%s%s%s%s): %s\n", (*p)->name, type_name((*p)->type),
                   (*p)->flags & MOULT_PARAM_REQUIRED ? ", required" : "",
                   (*p)->flags & MOULT_PARAM_SECRET ? ", secret" : "",
                   (*p)->fallback ? ", default \"" : "", (*p)->fallback ? (*p)->fallback : "",
                   (*p)->fallback ? "\"" : "", (*p)->help ? (*p)->help : "");
    }
}

static moult_status info_one(void *arg, const moult_plugin_info *info)
{
    struct listing *l = arg;
    struct cli *cli = l->cli;
    if (l->items) {
        json_t *item = info_json(info);
        if (info->descriptor) {
            json_object_set_new(item, "license", json_text(info->descriptor->license));
            json_object_set_new(item, "interfaces", interfaces_json(info->descriptor));
        }
        return json_array_append_new(l->items, item) ? MOULT_ERR_NOMEM : MOULT_OK;
    }
    put_field(cli, "name", info->name);
    put_field(cli, "version", info->version);
    put_field(cli, "summary", info->summary);
    put_field(cli, "license", info->descriptor ? info->descriptor->license : NULL);
    put_field(cli, "file", info->file);
    put_field(cli, "manifest", info->manifest);
    put_field(cli, "state", info->state);
    const moult_iface *const *i = info->descriptor ? info->descriptor->ifaces : NULL;
    for (; i && *i; i++) {
        out_printf(cli, "%s %s %u.%u: %s (%s)\n", (*i)->kind, (*i)->name, (*i)->major, (*i)->minor,
                   (*i)->summary ? (*i)->summary : "", threading_name((*i)->threading));
        put_params(cli, *i);
    }
    return MOULT_OK;
}

static int run_info(struct cli *cli, const struct list *operands, void *values)
{
    (void)values;
    struct listing l = {.cli = cli};
    int code = cli_open(cli);
    if (code)
        return code;
    l.items = cli_json(cli) ? json_array() : NULL;
    moult_status st = moult_plugin_get(cli->m, operands->items[0], info_one, &l, cli->err);
    if (st) {
        json_decref(l.items);
        return cli_failed(cli, st);
    }
    return l.items && out_json(cli, result_json(cli, "plugins", l.items)) ? EXIT_FAILED : 0;
}

/* ---- check ---- */

static int wait_for(struct cli *cli, const char *program, pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return complain(cli, EXIT_FAILED, NULL, "lost %s: %s", program, strerror(errno));
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    return complain(cli, EXIT_FAILED, "the plugin crashed; run the program under a debugger",
                    "%s was ended by signal %d (%s)", program, WTERMSIG(status),
                    strsignal(WTERMSIG(status)));
}

/* In a process of its own: a plugin that is checked may do anything. */
static int run_check(struct cli *cli, const struct list *operands, void *values)
{
    (void)values;
    const char *dir = cli->global.libexec_dir ? cli->global.libexec_dir : MOULT_LIBEXEC_DIR;
    char *program, *file = realpath(operands->items[0], NULL);
    if (!file)
        return complain(cli, EXIT_USAGE, "name the plugin's shared object by its path",
                        "cannot find \"%s\": %s", operands->items[0], strerror(errno));
    if (asprintf(&program, "%s/moult-check-plugin", dir) < 0) {
        free(file);
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    }
    char *argv[] = {program, file, NULL};
    pid_t pid;
    int e = posix_spawn(&pid, program, NULL, NULL, argv, environ);
    int code =
        e ? complain(cli, EXIT_FAILED, "the conformance program comes with moult's -dev package",
                     "cannot run %s: %s", program, strerror(e))
          : wait_for(cli, program, pid);
    free(program);
    free(file);
    return code;
}

#define SUB(id, ops, least, most, formats_, complete_, what)                                       \
    static const struct command plugin_##id = {.name = "plugin " #id,                              \
                                               .operands = ops,                                    \
                                               .operands_min = least,                              \
                                               .operands_max = most,                               \
                                               .summary = what,                                    \
                                               .complete = complete_,                              \
                                               .formats = formats_,                                \
                                               .run = run_##id};
SUB(list, "", 0, 0, FORMAT_TEXT | FORMAT_JSON, "none", "List the plugins that there are")
SUB(info, "NAME|FILE", 1, 1, FORMAT_TEXT | FORMAT_JSON, "file",
    "Load a plugin and tell what it offers and which settings it takes")
SUB(check, "FILE", 1, 1, FORMAT_TEXT, "file", "Check that a plugin keeps the rules of its kind")

static const struct command *const subs[] = {&plugin_list, &plugin_info, &plugin_check,
                                             &command_plugin_new, NULL};
const struct command command_plugin = {.name = "plugin",
                                       .operands = "",
                                       .summary = "Look at plugins, check them, begin one",
                                       .subs = subs};
