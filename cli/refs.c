/* SPDX-License-Identifier: Apache-2.0 */
/* refs.c - from words of the command line to targets, states and differences. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

const struct option selection_options[] = {
    {"tenant", 't', OPTION_LIST, offsetof(struct selection, tenants), "NAME", NULL,
     "only tenants of this name or glob", false},
    {"label", 0, OPTION_LIST, offsetof(struct selection, labels), "LABEL", NULL,
     "only tenants with this label of moult.toml", false},
    {"all-tenants", 0, OPTION_FLAG, offsetof(struct selection, all), NULL, NULL,
     "every tenant of the database", false},
    {0},
};

const struct option ref_options[] = {
    {"like", 0, OPTION_TEXT, offsetof(struct ref_options, like), "URL|NAME", NULL,
     "DDL is for this kind of database, where no argument says so: sqlite:, a name of moult.toml",
     false},
    {"scratch", 0, OPTION_TEXT, offsetof(struct ref_options, scratch), "URL", NULL,
     "server on which DDL is loaded into a scratch database", false},
    {"allow-do", 0, OPTION_FLAG, offsetof(struct ref_options, allow_do), NULL, NULL,
     "run the procedural blocks of a desired state, in its scratch database", false},
    {0},
};

const struct option rename_options[] = {
    {"rename", 0, OPTION_LIST, offsetof(struct rename_options, renames), "PATH:OLD=NEW", NULL,
     "the object has a new name: table:users=people, table:people/column:mail=email", false},
    {"renames", 0, OPTION_TEXT, offsetof(struct rename_options, file), "FILE", NULL,
     "hints of this kind in a file, instead of the renames.toml beside the desired state", false},
    {0},
};

/* ---- databases of moult.toml ---- */

static moult_status collect(void *arg, const char *text)
{
    struct list *names = arg;
    if (!list_add(names, ""))
        return MOULT_ERR_NOMEM;
    names->items[names->count - 1] = strdup(text);
    return names->items[names->count - 1] ? MOULT_OK : MOULT_ERR_NOMEM;
}

int databases(struct cli *cli, struct list *out)
{
    int code = cli_open(cli);
    return code ? code : cli_failed(cli, moult_databases(cli->m, collect, out, cli->err));
}

void names_free(struct list *names)
{
    for (size_t i = 0; i < names->count; i++)
        free((void *)(uintptr_t)names->items[i]);
    list_free(names);
}

static int only_database(struct cli *cli, struct list *names)
{
    int code = databases(cli, names);
    if (code || names->count == 1)
        return code;
    if (!names->count)
        return complain(cli, EXIT_USAGE,
                        "name a database by its URL, or describe it in moult.toml: moult init",
                        "no TARGET was given, and there is no database in moult.toml");
    return complain(cli, EXIT_USAGE, "name one of them; moult config lists them",
                    "no TARGET was given, and moult.toml has %zu databases", names->count);
}

int targets_find(struct cli *cli, const char *target, const struct selection *select, bool any,
                 moult_targets **out)
{
    struct list names = {0};
    *out = NULL;
    int code = target ? cli_open(cli) : only_database(cli, &names);
    if (!code) {
        moult_select chosen = {
            .size = MOULT_END(moult_select, labels),
            .all = select->all,
            .tenants = select->tenants.items,
            .labels = select->labels.items,
        };
        code = cli_failed(cli, moult_targets_find(cli->m, target ? target : names.items[0], &chosen,
                                                  any, out, cli->err));
    }
    names_free(&names);
    if (!code && !moult_targets_count(*out)) {
        moult_targets_free(*out);
        *out = NULL;
        code = complain(cli, EXIT_USAGE, "moult tenants list shows those that there are",
                        "no tenant of \"%s\" was chosen", target ? target : "the database");
    }
    return code;
}

void targets_announce(struct cli *cli, const moult_targets *targets)
{
    uint32_t n = moult_targets_count(targets);
    if (n > 1)
        note(cli, "%u tenants chosen", n);
}

/* ---- states ---- */

static moult_load load_options(const struct ref_options *how, const char *like)
{
    return (moult_load){
        .size = MOULT_END(moult_load, allow_empty),
        .allow_do = how->allow_do,
        .like = how->like ? how->like : like,
        .scratch = how->scratch,
        .include = how->include.items,
        .exclude = how->exclude.items,
        .allow_empty = how->allow_empty,
    };
}

int ref_load(struct cli *cli, const char *ref, const char *like, const struct ref_options *how,
             moult_snapshot **out)
{
    *out = NULL;
    int code = cli_open(cli);
    if (code)
        return code;
    moult_load load = load_options(how, like);
    return cli_failed(cli, moult_snapshot_load(cli->m, ref, &load, out, cli->err));
}

bool ref_is_snapshot_file(const char *ref)
{
    FILE *f = fopen(ref, "re");
    int c = f ? fgetc(f) : EOF;
    if (f)
        fclose(f);
    return c == '{';
}

struct loading {
    moult *m;
    const char *ref;
    moult_load how;
    moult_snapshot **out;
    moult_error *err;
    moult_status status;
};

static void *load_in_thread(void *arg)
{
    struct loading *l = arg;
    l->status = moult_snapshot_load(l->m, l->ref, &l->how, l->out, l->err);
    return NULL;
}

int ref_load_files(struct cli *cli, const char *const refs[2], const struct ref_options *how,
                   moult_snapshot **const out[2])
{
    pthread_t thread;
    int code = cli_open(cli);
    if (code)
        return code;
    moult_error *other = moult_error_new();
    if (!other)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    struct loading both[2];
    for (int i = 0; i < 2; i++)
        both[i] = (struct loading){.m = cli->m,
                                   .ref = refs[i],
                                   .how = load_options(how, NULL),
                                   .out = out[i],
                                   .err = i ? other : cli->err};
    bool threaded = pthread_create(&thread, NULL, load_in_thread, &both[1]) == 0;
    load_in_thread(&both[0]);
    if (threaded)
        pthread_join(thread, NULL);
    else
        load_in_thread(&both[1]);
    code = cli_failed(cli, both[0].status);
    if (!code && both[1].status)
        code = cli_error(cli, other);
    moult_error_free(other);
    return code;
}

int to_load(struct cli *cli, const char *to, const char *target, const moult_targets *targets,
            const struct ref_options *how, moult_snapshot **out)
{
    const char *ref = to ? to : moult_targets_desired(targets);
    *out = NULL;
    if (!ref)
        return complain(cli, EXIT_USAGE,
                        "give --to REF, or write desired = \"schema/\" into moult.toml",
                        "no desired state was named");
    return ref_load(cli, ref, target, how, out);
}

int ref_diff(struct cli *cli, const moult_snapshot *from, const moult_snapshot *to, bool layout,
             const struct rename_options *renames, moult_delta **out)
{
    moult_diff_options options = {
        .size = MOULT_END(moult_diff_options, renames_file),
        .layout = layout,
        .renames = renames->renames.items,
        .renames_file = renames->file,
    };
    *out = NULL;
    return cli_failed(cli, moult_diff(cli->m, from, to, &options, out, cli->err));
}
