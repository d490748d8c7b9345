/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c - moult snapshot save, list, show, latest, compare, prune: states that are kept. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct values {
    struct selection select;
    struct ref_options ref;
    struct rename_options renames;
    const char *from, *as, *tag, *output;
    uint32_t keep;
    bool yes, exit_code, layout;
};

#define AT(field) offsetof(struct values, field)
static const struct option save_options[] = {
    {"from", 0, OPTION_TEXT, AT(from), "REF", NULL,
     "save this state instead of the tenants' of a database: schema/, a snapshot file", false},
    {"as", 0, OPTION_TEXT, AT(as), "NAME", NULL, "with --from: the tenant under whose name", false},
    {"tag", 0, OPTION_TEXT, AT(tag), "TAG", NULL, "also under this name, besides latest", false},
    {"output", 'o', OPTION_TEXT, AT(output), "FILE", NULL,
     "with --from: write the snapshot to FILE instead of the store", false},
    {0},
};
static const struct option show_options[] = {
    {"output", 'o', OPTION_TEXT, AT(output), "FILE", NULL,
     "write to FILE, which then appears whole or not at all", false},
    {0},
};
static const struct option compare_options[] = {
    {"exit-code", 'e', OPTION_FLAG, AT(exit_code), NULL, NULL, "exit 3 if there are differences",
     false},
    {"layout", 0, OPTION_FLAG, AT(layout), NULL, NULL,
     "differences in layout alone (order of columns, spelling of names) count too", false},
    {0},
};
static const struct option prune_options[] = {
    {"keep", 0, OPTION_COUNT, AT(keep), "N", NULL,
     "how many snapshots without a tag stay for each tenant; 10 by default", false},
    {"yes", 'y', OPTION_FLAG, AT(yes), NULL, NULL, "remove without asking", false},
    {0},
};
#undef AT
static const struct option_group save_groups[] = {
    {save_options, 0},
    {selection_options, offsetof(struct values, select)},
    {ref_options, offsetof(struct values, ref)},
    {0}};
static const struct option_group show_groups[] = {{show_options, 0}, {0}};
static const struct option_group compare_groups[] = {
    {compare_options, 0}, {rename_options, offsetof(struct values, renames)}, {0}};
static const struct option_group prune_groups[] = {{prune_options, 0}, {0}};

/* ---- what was saved, for people and programs ---- */

struct listing {
    json_t *items;
    struct table *table;
};

/* KEPT: with the time when it was saved. */
static int listing_begin(struct cli *cli, struct listing *l, bool kept)
{
    const char *const heads[] = {"NAME", "DIGEST", "CLASS", "FROM", kept ? "SAVED" : NULL, NULL};
    *l = (struct listing){0};
    if (cli_json(cli))
        l->items = json_array();
    else
        l->table = table_new(cli, heads);
    return l->items || l->table ? 0 : complain(cli, EXIT_FAILED, NULL, "out of memory");
}

static bool listing_add(struct listing *l, const char *name, const char *digest, const char *klass,
                        const char *at, const char *origin)
{
    if (l->table) {
        char brief[13];
        snprintf(brief, sizeof brief, "%s", digest);
        const char *cells[] = {name, brief, klass, origin, at};
        return table_row(l->table, cells, 0, NULL);
    }
    json_t *item = json_object();
    json_object_set_new(item, "name", json_text(name));
    json_object_set_new(item, "digest", json_text(digest));
    json_object_set_new(item, "class", json_text(klass));
    if (at && *at)
        json_object_set_new(item, "at", json_text(at));
    json_object_set_new(item, "origin", json_text(origin ? origin : ""));
    return !json_array_append_new(l->items, item);
}

static int listing_end(struct cli *cli, struct listing *l)
{
    if (l->table)
        return table_print(cli, l->table);
    json_t *doc = result_json(cli, "snapshots", l->items);
    return out_json(cli, doc) ? EXIT_FAILED : 0;
}

/* ---- save ---- */

static int save(struct cli *cli, const moult_snapshot *snapshot, const char *tenant,
                const char *tag, struct listing *l)
{
    const char *as = tenant && *tenant ? tenant : NULL;
    char *name;
    int code = cli_failed(cli, moult_store_save(cli->m, snapshot, as, tag, cli->err));
    if (code)
        return code;
    if (asprintf(&name, "%s%s%s", as ? as : "", as ? "@" : "", tag ? tag : "latest") < 0)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    bool added = listing_add(l, name, moult_snapshot_digest(snapshot),
                             moult_snapshot_class(snapshot), NULL, moult_snapshot_origin(snapshot));
    free(name);
    return added ? 0 : complain(cli, EXIT_FAILED, NULL, "out of memory");
}

static int save_file(struct cli *cli, const moult_snapshot *snapshot, const char *path)
{
    int code = out_open(cli, path);
    return code ? code
                : cli_failed(cli, moult_snapshot_write(cli->m, snapshot, MOULT_FORMAT_JSON,
                                                       out_write, cli, cli->err));
}

static int save_from(struct cli *cli, struct values *v)
{
    AUTO_SNAPSHOT *snapshot = NULL;
    struct listing l;
    int code = ref_load(cli, v->from, NULL, &v->ref, &snapshot);
    if (code || v->output)
        return code ? code : save_file(cli, snapshot, v->output);
    code = listing_begin(cli, &l, false);
    if (code)
        return code;
    code = save(cli, snapshot, v->as, v->tag, &l);
    int late = listing_end(cli, &l);
    return code ? code : late;
}

static int save_tenants(struct cli *cli, const char *target, struct values *v)
{
    AUTO_TARGETS *targets = NULL;
    struct listing l;
    v->ref.allow_empty = true;
    int code = targets_find(cli, target, &v->select, true, &targets);
    if (!code)
        code = listing_begin(cli, &l, false);
    if (code)
        return code;
    for (uint32_t i = 0; i < moult_targets_count(targets) && !code && !*signals_flag(); i++) {
        AUTO_SNAPSHOT *snapshot = NULL;
        code = cli_failed(cli, moult_targets_inspect(cli->m, targets, i, &snapshot, cli->err));
        if (!code)
            code = save(cli, snapshot, moult_targets_name(targets, i), v->tag, &l);
    }
    int late = listing_end(cli, &l);
    return code ? code : late;
}

static int run_save(struct cli *cli, const struct list *operands, void *values)
{
    struct values *v = values;
    bool selects = v->select.all || v->select.tenants.count || v->select.labels.count;
    if (v->from && (operands->count || selects))
        return complain(cli, EXIT_USAGE, NULL, "--from takes no TARGET and no tenants beside it");
    if (!v->from && (v->as || v->output))
        return complain(cli, EXIT_USAGE, NULL, "--as and --output go with --from only");
    if (v->output && (v->tag || v->as))
        return complain(cli, EXIT_USAGE, NULL, "a snapshot file has no tag and no tenant");
    return v->from ? save_from(cli, v)
                   : save_tenants(cli, operands->count ? operands->items[0] : NULL, v);
}

/* ---- list, latest, show, compare ---- */

static moult_status list_one(void *arg, const moult_saved *saved)
{
    return listing_add(arg, saved->name, saved->digest, saved->klass, saved->at, saved->origin)
               ? MOULT_OK
               : MOULT_ERR_NOMEM;
}

static int list_names(struct cli *cli, const struct list *operands, moult_saved_fn *fn)
{
    struct listing l;
    int code = cli_open(cli);
    if (!code)
        code = listing_begin(cli, &l, true);
    if (code)
        return code;
    moult_status st =
        moult_store_list(cli->m, operands->count ? operands->items[0] : NULL, fn, &l, cli->err);
    code = listing_end(cli, &l);
    return st ? cli_failed(cli, st) : code;
}

static int run_list(struct cli *cli, const struct list *operands, void *values)
{
    (void)values;
    return list_names(cli, operands, list_one);
}

static moult_status list_latest(void *arg, const moult_saved *saved)
{
    const char *at = strrchr(saved->name, '@');
    return !strcmp(at ? at + 1 : saved->name, "latest") ? list_one(arg, saved) : MOULT_OK;
}

static int run_latest(struct cli *cli, const struct list *operands, void *values)
{
    (void)values;
    return list_names(cli, operands, list_latest);
}

/* NAME of the store as a REF. */
static int load_saved(struct cli *cli, const char *name, moult_snapshot **out)
{
    struct ref_options how = {.allow_empty = true};
    char *ref = NULL;
    *out = NULL;
    if (asprintf(&ref, "store:%s", strncmp(name, "store:", 6) ? name : name + 6) < 0)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    int code = ref_load(cli, ref, NULL, &how, out);
    free(ref);
    return code;
}

static int run_show(struct cli *cli, const struct list *operands, void *values)
{
    const struct values *v = values;
    AUTO_SNAPSHOT *snapshot = NULL;
    int code = load_saved(cli, operands->items[0], &snapshot);
    if (!code)
        code = out_open(cli, v->output);
    return code ? code
                : cli_failed(cli, moult_snapshot_write(cli->m, snapshot, cli_format(cli), out_write,
                                                       cli, cli->err));
}

static int run_compare(struct cli *cli, const struct list *operands, void *values)
{
    const struct values *v = values;
    AUTO_SNAPSHOT *from = NULL, *to = NULL;
    AUTO_DELTA *delta = NULL;
    int code = load_saved(cli, operands->items[0], &from);
    if (!code)
        code = load_saved(cli, operands->items[1], &to);
    if (!code)
        code = ref_diff(cli, from, to, v->layout, &v->renames, &delta);
    if (code)
        return code;
    moult_write_fn *write = cli_format(cli) == MOULT_FORMAT_TEXT ? out_write_diff : out_write;
    moult_status st = moult_delta_write(cli->m, delta, cli_format(cli), write, cli, cli->err);
    if (st)
        return cli_failed(cli, st);
    return v->exit_code && moult_delta_count(delta) ? EXIT_DIFFERS : 0;
}

/* ---- prune ---- */

static int run_prune(struct cli *cli, const struct list *operands, void *values)
{
    (void)operands;
    const struct values *v = values;
    uint32_t keep = v->keep ? v->keep : 10, removed = 0;
    int code = cli_open(cli), answer = ANSWER_YES;
    if (code)
        return code;
    if (!v->yes) {
        char question[96];
        snprintf(question, sizeof question, "Remove all but the newest %u of each tenant?", keep);
        answer = confirm_ask(cli, NULL, question);
    }
    if (answer == ANSWER_NONE)
        return complain(cli, EXIT_REFUSED, "--yes removes without asking",
                        "refused to remove: there is no terminal on which to ask for confirmation");
    if (answer == ANSWER_NO)
        return complain(cli, EXIT_REFUSED, NULL, "nothing was removed: the answer was no");
    code = cli_failed(cli, moult_store_prune(cli->m, keep, &removed, cli->err));
    if (code)
        return code;
    if (!cli_json(cli)) {
        out_printf(cli, "%u snapshots removed\n", removed);
        return 0;
    }
    json_t *doc = result_json(cli, "removed", json_integer((json_int_t)removed));
    return out_json(cli, doc) ? EXIT_FAILED : 0;
}

#define SUB(id, ops, least, most, groups_, formats_, complete_, what)                              \
    static const struct command snapshot_##id = {.name = "snapshot " #id,                          \
                                                 .operands = ops,                                  \
                                                 .operands_min = least,                            \
                                                 .operands_max = most,                             \
                                                 .summary = what,                                  \
                                                 .complete = complete_,                            \
                                                 .formats = formats_,                              \
                                                 .groups = groups_,                                \
                                                 .values_size = sizeof(struct values),             \
                                                 .run = run_##id};
SUB(save, "[TARGET]", 0, 1, save_groups, FORMAT_TEXT | FORMAT_JSON, "file",
    "Keep the state of each tenant, or a desired state, in the snapshot store")
SUB(list, "[TENANT]", 0, 1, NULL, FORMAT_TEXT | FORMAT_JSON, "none", "List what is kept")
SUB(show, "NAME", 1, 1, show_groups, FORMAT_TEXT | FORMAT_JSON | FORMAT_SQL, "none",
    "Write a state that is kept")
SUB(latest, "[TENANT]", 0, 1, NULL, FORMAT_TEXT | FORMAT_JSON, "none",
    "List the latest state of each tenant")
SUB(compare, "FROM TO", 2, 2, compare_groups, FORMAT_TEXT | FORMAT_JSON | FORMAT_SQL, "none",
    "Show what differs between two states that are kept")
SUB(prune, "", 0, 0, prune_groups, FORMAT_TEXT | FORMAT_JSON, "none",
    "Remove old states that have no tag")

static const struct command *const subs[] = {&snapshot_save,
                                             &snapshot_list,
                                             &snapshot_show,
                                             &snapshot_latest,
                                             &snapshot_compare,
                                             &snapshot_prune,
                                             NULL};
const struct command command_snapshot = {
    .name = "snapshot", .operands = "", .summary = "Keep states and compare them", .subs = subs};
