/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins that are linked into the program, as libtool's -dlpreopen does it: the table that it would
 * write is written here. */
#include <ltdl.h>
#include <moult/planner.h>
#include <stdio.h>

#include "../unit/host-fixture.h"

const moult_plugin *fine_LTX_moult_plugin_v0(const moult_host *host, moult_error *error);

static moult_status plan(const moult_host *host, const moult_config *config, moult_problem *problem,
                         moult_error *error)
{
    (void)host;
    (void)config;
    (void)problem;
    (void)error;
    return MOULT_OK;
}

static const moult_planner planner = {
    .head = {.size = MOULT_END(moult_planner, revise),
             .major = MOULT_PLANNER_MAJOR,
             .minor = MOULT_PLANNER_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "planner",
             .name = "built-in",
             .summary = "part of the program"},
    .plan = plan,
};
static const moult_iface *const ifaces[] = {&planner.head, NULL};
static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "built-in",
    .version = "1.0",
    .license = "Apache-2.0",
    .summary = "part of the program",
    .ifaces = ifaces,
};

static const moult_plugin *built_in_LTX_moult_plugin_v0(const moult_host *host, moult_error *error)
{
    (void)host;
    (void)error;
    return &plugin;
}

#define ADDRESS(f) ((void *)(uintptr_t)(f))
const lt_dlsymlist lt__PROGRAM__LTX_preloaded_symbols[] = {
    {"@PROGRAM@", NULL},
    {"built-in.a", NULL},
    {"built_in_LTX_moult_plugin_v0", ADDRESS(built_in_LTX_moult_plugin_v0)},
    {"fine.a", NULL},
    {"fine_LTX_moult_plugin_v0", ADDRESS(fine_LTX_moult_plugin_v0)},
    {NULL, NULL},
};

struct seen {
    char text[400];
};

static moult_status see(void *arg, const moult_plugin_info *info)
{
    struct seen *s = arg;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%s|%s|%s ", info->name, info->manifest, info->file);
    return MOULT_OK;
}

START_TEST(found_without_a_manifest)
{
    moult *m = open_toml("");
    struct seen seen = {0};
    ck_assert_int_eq(moult_plugin_list(m, see, &seen, err), MOULT_OK);
    ck_assert_str_eq(seen.text, "built-in|built in| fine|built in| ");
    const moult_planner *found;
    ck_assert_int_eq(host_planner(m, "built-in", &found, err), MOULT_OK);
    ck_assert(found->plan == plan);
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "fine", &store, err), MOULT_OK);
    moult_free(m);
}
END_TEST

START_TEST(found_by_a_manifest)
{
    put("plugins.d/built-in.toml",
        "name = \"built-in\"\nmodule = \"built-in\"\nversion = \"1.0\"\nsummary = \"x\"\n"
        "abi = \"0.1\"\nprovides = [\"planner:built-in\"]\n");
    moult *m = open_toml("enable = [\"built-in\"]\n");
    const moult_planner *found;
    ck_assert_int_eq(host_planner(m, "built-in", &found, err), MOULT_OK);
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "fine", &store, err), MOULT_ERR_NOT_FOUND);
    ck_message("not enabled");
    moult_free(m);
}
END_TEST

START_TEST(unknown_keys_of_its_section)
{
    moult *m = open_toml("[plugins.fine]\nspeed = 1\n");
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "fine", &store, err), MOULT_ERR_CONFIG);
    ck_message("unknown key \"speed\" in [plugins.fine]");
    moult_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("builtin");
    TCase *t = tcase_create("builtin");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, found_without_a_manifest);
    tcase_add_test(t, found_by_a_manifest);
    tcase_add_test(t, unknown_keys_of_its_section);
    suite_add_tcase(s, t);
    return run_suite(s);
}
