/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the moult command. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

extern const struct command command_init, command_inspect, command_diff, command_plan,
    command_apply, command_sync, command_validate, command_audit, command_snapshot, command_tenants,
    command_doctor, command_plugin, command_trust, command_config;

const struct command *const commands[] = {
    &command_init,   &command_inspect,  &command_diff,  &command_plan,     &command_apply,
    &command_sync,   &command_validate, &command_audit, &command_snapshot, &command_tenants,
    &command_doctor, &command_plugin,   &command_trust, &command_config,   NULL,
};

#define AT(field) offsetof(struct globals, field)
const struct option global_options[] = {
    {"config", 'c', OPTION_TEXT, AT(config), "FILE", NULL,
     "the configuration, instead of ./moult.toml; an empty name: none", false},
    {"environment", 'E', OPTION_TEXT, AT(environment), "NAME", NULL,
     "the [environment.NAME] of moult.toml to lay over the rest", false},
    {"set", 0, OPTION_LIST, AT(set), "KEY=VALUE", NULL,
     "a setting instead of the one in moult.toml: database.app.desired=schema/", false},
    {"jobs", 'j', OPTION_COUNT, AT(jobs), "N", NULL,
     "how many tenants are worked on at once; as many as there are processors by default", false},
    {"format", 0, OPTION_TEXT, AT(format), "FORMAT", "text|json|sql", "how the result is written",
     false},
    {"color", 0, OPTION_TEXT, AT(color), "WHEN", "auto|always|never",
     "colours in the result; auto: on a terminal, unless NO_COLOR is set", false},
    {"quiet", 'q', OPTION_FLAG, AT(quiet), NULL, NULL,
     "no progress, remarks or warnings on standard error", false},
    {"log-level", 0, OPTION_TEXT, AT(log_level), "LEVEL", "error|warning|info|debug",
     "how much is logged to standard error", false},
    {"log-format", 0, OPTION_TEXT, AT(log_format), "FORMAT", "text|json",
     "how the log and errors are written: json is one object a line", false},
    {"plugin-dir", 0, OPTION_TEXT, AT(plugin_dir), "DIR", NULL,
     "where the modules of plugins are, instead of the installed ones", false},
    {"manifest-dir", 0, OPTION_TEXT, AT(manifest_dir), "DIR", NULL,
     "where the manifests of plugins are, instead of the installed ones", false},
    {"libexec-dir", 0, OPTION_TEXT, AT(libexec_dir), "DIR", NULL,
     "where the programs are that moult runs itself", true},
    {"generate", 0, OPTION_TEXT, AT(generate), "WHAT", NULL,
     "write a part of the documentation; see cli/update-docs", true},
    {"help", 'h', OPTION_FLAG, AT(help), NULL, NULL, "explain the command and exit", false},
    {"version", 'V', OPTION_FLAG, AT(version), NULL, NULL, "print the version and exit", false},
    {0},
};
#undef AT

/* A standard stream that is closed would be taken over by the next file that is opened, a database
 * perhaps.  What stands in for output cannot be written to, so that a lost result is an error. */
static void fill_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY) < 0)
            _exit(EXIT_FAILED);
}

bool cli_json(const struct cli *cli)
{
    return cli->global.format && !strcmp(cli->global.format, "json");
}

uint32_t cli_format(const struct cli *cli)
{
    const char *format = cli->global.format;
    return cli_json(cli)                      ? MOULT_FORMAT_JSON
           : format && !strcmp(format, "sql") ? MOULT_FORMAT_SQL
                                              : MOULT_FORMAT_TEXT;
}

static void set_up(struct cli *cli)
{
    const struct globals *g = &cli->global;
    const char *colour = g->color ? g->color : "auto", *never = getenv("NO_COLOR");
    cli->out.name = "standard output";
    cli->out.terminal = isatty(STDOUT_FILENO);
    cli->out.colour = !strcmp(colour, "always") ||
                      (!strcmp(colour, "auto") && cli->out.terminal && !(never && *never));
    progress_start(cli);
}

/* --log-level and -q are settings like those of moult.toml, and stronger. */
static bool log_overrides(struct cli *cli)
{
    struct globals *g = &cli->global;
    const char *level = g->log_level ? g->log_level : g->quiet ? "error" : NULL;
    snprintf(cli->log_set, sizeof cli->log_set, "log.level=%s", level ? level : "");
    return !level || list_add(&g->set, cli->log_set);
}

int cli_open_with(struct cli *cli, const char *config)
{
    if (cli->m)
        return 0;
    const struct globals *g = &cli->global;
    if (!log_overrides(cli))
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    moult_options options = {
        .size = MOULT_END(moult_options, cancel),
        .jobs = g->jobs,
        .config = config,
        .environment = g->environment,
        .set = g->set.items,
        .plugin_dir = g->plugin_dir,
        .manifest_dir = g->manifest_dir,
        .log = message_log,
        .log_arg = cli,
        .progress = cli->progress.enabled ? progress_show : NULL,
        .progress_arg = cli,
        .cancel = signals_flag(),
    };
    moult_status st = moult_open_config(&options, &cli->m, cli->err);
    if (st)
        return cli_failed(cli, st);
    const char *format = moult_setting(cli->m, "log.format");
    if (!g->log_format)
        cli->log_json = format && !strcmp(format, "json");
    return 0;
}

int cli_open(struct cli *cli)
{
    return cli_open_with(cli, cli->global.config);
}

static int print_help(struct cli *cli, const struct command *command)
{
    char *text = NULL;
    size_t len = 0;
    bool known = true;
    FILE *f = open_memstream(&text, &len);
    if (!f)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    if (cli->global.generate)
        known = help_generate(f, cli->global.generate);
    else if (command)
        help_command(f, command);
    else
        help_main(f);
    if (!fclose(f))
        out_write(cli, text, len);
    free(text);
    return known ? 0
                 : complain(cli, EXIT_USAGE, NULL, "nothing is generated as \"%s\"",
                            cli->global.generate);
}

static int wants_sub(struct cli *cli, const struct command *group)
{
    char names[128];
    size_t n = 0;
    for (const struct command *const *s = group->subs; *s && n < sizeof names; s++)
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "",
                              strrchr((*s)->name, ' ') + 1);
    return complain(cli, EXIT_USAGE, NULL, "moult %s wants one of these: %s", group->name, names);
}

static int dispatch(struct cli *cli, const struct parsed *parsed)
{
    const struct command *c = parsed->command;
    if (cli->global.version) {
        out_printf(cli, "moult %s\n", moult_version());
        return 0;
    }
    if (cli->global.help || cli->global.generate)
        return print_help(cli, c);
    if (!c)
        return complain(cli, EXIT_USAGE, "see moult --help", "no command was given");
    if (c->subs)
        return wants_sub(cli, c);
    return c->run(cli, &parsed->operands, parsed->values);
}

int main(int argc, char **argv)
{
    fill_standard_streams();
    struct cli cli = {.err = moult_error_new()};
    struct parsed parsed = {0};
    pthread_mutex_init(&cli.terminal, NULL);
    signals_install();
    int code = options_parse(&cli, argc, argv, &parsed);
    if (!code) {
        set_up(&cli);
        code = dispatch(&cli, &parsed);
    }
    progress_stop(&cli);
    code = out_finish(&cli, code);
    moult_free(cli.m);
    moult_error_free(cli.err);
    options_free(&cli.global, &parsed);
    pthread_mutex_destroy(&cli.terminal);
    return code;
}
