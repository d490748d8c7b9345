/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests, and how plugins are found by them.  What a module can do wrong is in tests/hostile. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../libcore/host/interfaces.h"
#include "../../libcore/host/registry.h"
#include "host-fixture.h"

#define MANIFEST(name, rest)                                                                       \
    "name = \"" name "\"\nmodule = \"" name "\"\nversion = \"1.2\"\nsummary = \"a test\"\n"        \
    "abi = \"0.1\"\n" rest

/* ---- looking ---- */

struct listed {
    const char *name;
    char all[2000], state[300], provides[200], manifest[600], file[600];
    unsigned count;
};

static moult_status note(void *arg, const moult_plugin_info *info)
{
    struct listed *l = arg;
    l->count++;
    strncat(l->all, info->name, sizeof l->all - strlen(l->all) - 2);
    strncat(l->all, " ", 2);
    if (!l->name || strcmp(info->name, l->name) != 0)
        return MOULT_OK;
    ck_assert_uint_eq(info->loaded, 0);
    ck_assert_ptr_null(info->descriptor);
    snprintf(l->state, sizeof l->state, "%s", info->state);
    snprintf(l->provides, sizeof l->provides, "%s", info->provides);
    snprintf(l->manifest, sizeof l->manifest, "%s", info->manifest);
    snprintf(l->file, sizeof l->file, "%s", info->file);
    return MOULT_OK;
}

static struct listed list(moult *m, const char *name)
{
    struct listed l = {.name = name};
    ck_assert_int_eq(moult_plugin_list(m, note, &l, err), MOULT_OK);
    return l;
}

static void plugin_folder(void)
{
    static char dir[600];
    snprintf(dir, sizeof dir, "%s", at("lib"));
    ck_assert_int_eq(mkdir(dir, 0755), 0);
    want.plugin_dir = dir;
}

START_TEST(list_is_sorted_and_loads_nothing)
{
    plugin_folder();
    put("plugins.d/zeta.toml", MANIFEST("zeta", "provides = [\"store:zeta\", \"planner:z\"]\n"));
    put("plugins.d/alpha.toml",
        MANIFEST("alpha", "provides = [\"dialect:alpha\"]\nschemes = [\"alpha\"]\n"
                          "package = \"moult-alpha\"\n"));
    put("plugins.d/alpha.toml.dpkg-new", "not a manifest");
    put("plugins.d/Not_A_Name.toml", "not a manifest");
    put("plugins.d/.hidden.toml", "not a manifest");
    put("lib/zeta.so", "not even a module");
    moult *m = open_toml("");
    struct listed l = list(m, "zeta");
    ck_assert_str_eq(l.all, "alpha zeta ");
    ck_assert_str_eq(l.state, "available");
    ck_assert_str_eq(l.provides, "store:zeta planner:z");
    ck_assert_str_eq(l.manifest, at("plugins.d/zeta.toml"));
    ck_assert_str_eq(l.file, at("lib/zeta.so"));
    l = list(m, "alpha");
    ck_assert_ptr_nonnull(strstr(l.state, "lib/alpha.so is missing"));
    moult_free(m);
}
END_TEST

START_TEST(module_in_a_build_tree)
{
    plugin_folder();
    put("plugins.d/deep.toml", MANIFEST("deep", "provides = [\"store:deep\"]\n"));
    ck_assert_int_eq(mkdir(at("lib/deep"), 0755) | mkdir(at("lib/deep/.libs"), 0755), 0);
    put("lib/deep/.libs/deep.so", "");
    moult *m = open_toml("");
    ck_assert_str_eq(list(m, "deep").file, at("lib/deep/.libs/deep.so"));
    moult_free(m);
}
END_TEST

/* ---- wrong manifests ---- */

static const struct wrong {
    const char *text, *state;
} wrongs[] = {
    {"name = ", "its manifest is wrong: "},
    {MANIFEST("other", "provides = []\n"), "the file's name is not that of the plugin \"other\""},
    {MANIFEST("x", ""), "missing key \"provides\""},
    {MANIFEST("x", "provides = [\"sqlite\"]\n"), "not KIND:NAME: \"sqlite\""},
    {MANIFEST("x", "provides = [\"store:../x\"]\n"), "not KIND:NAME"},
    {MANIFEST("x", "provides = \"store:x\"\n"), "not an array of strings: \"provides\""},
    {MANIFEST("x", "provides = [1]\n"), "not an array of strings: \"provides\""},
    {MANIFEST("x", "provides = []\nextra = 1\n"), "unknown key \"extra\""},
    {"name = \"x\"\nmodule = \"../../tmp/x\"\nversion = \"1\"\nsummary = \"\"\nabi = \"0.1\"\n"
     "provides = []\n",
     "module is not a name"},
    {"name = \"x\"\nmodule = \"x\"\nversion = \"1\"\nsummary = \"\"\nabi = \"7.0\"\nprovides = []\n",
     "made for ABI 7.0, this moult serves 0.1"},
};

START_TEST(wrong_manifest_disables_its_plugin_alone)
{
    plugin_folder();
    put("plugins.d/x.toml", wrongs[_i].text);
    put("plugins.d/y.toml", MANIFEST("y", "provides = [\"store:y\"]\n"));
    put("lib/y.so", "");
    moult *m = open_toml("");
    struct listed l = list(m, "x");
    ck_assert_msg(strstr(l.state, wrongs[_i].state) != NULL, "%s", l.state);
    ck_assert_str_eq(list(m, "y").state, "available");
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "x", &store, err), MOULT_ERR_NOT_FOUND);
    ck_message("the plugin \"x\" cannot be used: ");
    ck_message(wrongs[_i].state);
    moult_free(m);
}
END_TEST

/* ---- masks ---- */

START_TEST(empty_file_masks)
{
    plugin_folder();
    put("plugins.d/x.toml", MANIFEST("x", "provides = [\"store:x\"]\nschemes = [\"xx\"]\n"));
    put("plugins.d/y.toml", MANIFEST("y", "provides = [\"store:y\"]\n"));
    put("lib/x.so", "");
    put("lib/y.so", "");
    moult *m = open_toml("");
    ck_assert_int_eq(mkdir(at("etc"), 0755), 0);
    put("etc/x.toml", "");
    put("etc/y.toml", "name = \"y\"\nmodule = \"x\"\nversion = \"9\"\nsummary = \"another\"\n"
                      "abi = \"0.1\"\nprovides = [\"store:y\"]\n");
    put("etc/nobody.toml", "");
    ck_assert_int_eq(manifests_add(m, at("etc"), true, err), MOULT_OK);
    struct listed l = list(m, "x");
    ck_assert_ptr_nonnull(strstr(l.state, "masked by "));
    ck_assert_str_eq(l.all, "nobody x y ");
    ck_assert_ptr_nonnull(strstr(list(m, "nobody").state, "masked by "));
    ck_assert_str_eq(list(m, "y").file, at("lib/x.so"));
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "x", &store, err), MOULT_ERR_NOT_FOUND);
    ck_message("masked by ");
    const char *name;
    ck_assert_int_eq(host_adapter_for(m, "xx:a", &name, err), MOULT_ERR_NOT_FOUND);
    ck_message("masked by ");
    ck_assert_int_eq(manifests_add(m, at("nowhere"), true, err), MOULT_OK);
    moult_free(m);
}
END_TEST

START_TEST(enable_narrows)
{
    plugin_folder();
    put("plugins.d/x.toml", MANIFEST("x", "provides = [\"store:x\"]\n"));
    put("plugins.d/y.toml", MANIFEST("y", "provides = [\"store:y\"]\n"));
    put("lib/x.so", "");
    put("lib/y.so", "");
    moult *m = open_toml("enable = [\"y\"]\n");
    ck_assert_str_eq(list(m, "x").state, "not enabled");
    ck_assert_str_eq(list(m, "y").state, "available");
    moult_free(m);
    m = open_toml("[plugins.y]\nenabled = false\n");
    ck_assert_str_eq(list(m, "y").state, "not enabled");
    ck_assert_str_eq(list(m, "x").state, "available");
    moult_free(m);
}
END_TEST

START_TEST(names_of_no_plugin_are_errors)
{
    plugin_folder();
    put("plugins.d/sqlite.toml", MANIFEST("sqlite", "provides = [\"store:sqlite\"]\n"));
    const moult_store *store;
    moult *m = open_toml("[plugins.sqlit]\ndepth = 3\n");
    ck_assert_str_eq(list(m, "sqlit").state, "not installed");
    ck_assert_int_eq(host_store(m, "sqlite", &store, err), MOULT_ERR_NOT_FOUND);
    ck_message(":1:10: there is no plugin \"sqlit\"");
    ck_detail("hint", "did you mean \"sqlite\"?");
    moult_free(m);
    m = open_toml("enable = [\"store-s3\"]\n");
    ck_assert_str_eq(list(m, "store-s3").state, "not installed");
    ck_assert_int_eq(host_store(m, "sqlite", &store, err), MOULT_ERR_NOT_FOUND);
    ck_detail("hint", "install moult-store-s3");
    moult_free(m);
}
END_TEST

/* ---- what is missing ---- */

START_TEST(missing_plugin_names_its_package)
{
    moult *m = open_toml("");
    const char *name;
    ck_assert_int_eq(host_adapter_for(m, "postgresql://h/d", &name, err), MOULT_ERR_NOT_FOUND);
    ck_message("no plugin serves \"postgresql:\" URLs");
    ck_detail("hint", "install moult-adapter-postgres");
    ck_assert_ptr_null(name);
    ck_assert_int_eq(host_adapter_for(m, "oracle://h/d", &name, err), MOULT_ERR_NOT_FOUND);
    ck_detail("hint", "moult plugin list");
    ck_assert_int_eq(host_adapter_for(m, "just-a-file", &name, err), MOULT_ERR_CONFIG);
    ck_message("not a database URL");
    ck_assert_int_eq(host_adapter_for(m, "h/d?password=hush", &name, err), MOULT_ERR_CONFIG);
    ck_assert_ptr_null(strstr(moult_error_message(err), "hush"));
    const moult_dialect *dialect;
    ck_assert_int_eq(host_dialect(m, "mariadb", &dialect, err), MOULT_ERR_NOT_FOUND);
    ck_detail("hint", "install moult-adapter-mysql");
    const moult_planner *planner;
    ck_assert_int_eq(host_planner(m, "planner-default", &planner, err), MOULT_ERR_NOT_FOUND);
    ck_detail("hint", "install moult-planner-default");
    ck_assert_ptr_null(planner);
    moult_free(m);
}
END_TEST

START_TEST(missing_module_names_its_package)
{
    plugin_folder();
    put("plugins.d/x.toml",
        MANIFEST("x", "provides = [\"store:x\"]\npackage = \"moult-store-x\"\n"));
    moult *m = open_toml("");
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "x", &store, err), MOULT_ERR_NOT_FOUND);
    ck_message("x.so is missing");
    ck_detail("hint", "install moult-store-x");
    moult_free(m);
}
END_TEST

START_TEST(two_that_offer_the_same)
{
    plugin_folder();
    put("plugins.d/x.toml", MANIFEST("x", "provides = [\"store:same\"]\n"));
    put("plugins.d/y.toml", MANIFEST("y", "provides = [\"store:same\"]\n"));
    put("lib/x.so", "");
    put("lib/y.so", "");
    moult *m = open_toml("");
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "same", &store, err), MOULT_ERR_CONFIG);
    ck_message("both plugins \"x\" and \"y\" offer the store \"same\"");
    ck_detail("hint", "[plugins.y] enabled = false");
    moult_free(m);
}
END_TEST

START_TEST(scheme_chooses_the_adapter)
{
    plugin_folder();
    put("plugins.d/x.toml", MANIFEST("x", "provides = [\"reader:ex\", \"dialect:ex\"]\n"
                                          "schemes = [\"exx\", \"ex-y\"]\n"));
    put("lib/x.so", "");
    moult *m = open_toml("");
    const char *name;
    ck_assert_int_eq(host_adapter_for(m, "ex-y:somewhere", &name, err), MOULT_OK);
    ck_assert_str_eq(name, "ex");
    ck_assert_int_eq(host_adapter_for(m, "EXX://h", &name, err), MOULT_OK);
    ck_assert_str_eq(name, "ex");
    moult_free(m);
}
END_TEST

START_TEST(plugin_get_by_a_wrong_name)
{
    put("plugins.d/planner-x.toml", MANIFEST("planner-x", "provides = [\"planner:x\"]\n"));
    moult *m = open_toml("");
    struct listed l = {0};
    ck_assert_int_eq(moult_plugin_get(m, "planer-x", note, &l, err), MOULT_ERR_NOT_FOUND);
    ck_detail("hint", "did you mean \"planner-x\"?");
    ck_assert_int_eq(moult_plugin_get(m, "/nonexistent/x.so", note, &l, err), MOULT_ERR_NOT_FOUND);
    ck_assert_uint_eq(l.count, 0);
    l.name = "planner-x";
    ck_assert_int_eq(moult_plugin_get(m, "planner-x", note, &l, err), MOULT_OK);
    ck_assert_ptr_nonnull(strstr(l.state, "is missing"));
    moult_free(m);
}
END_TEST

static moult_status refuse(void *arg, const moult_plugin_info *info)
{
    (void)arg;
    (void)info;
    return MOULT_ERR_IO;
}

START_TEST(list_stops_when_it_is_not_taken)
{
    put("plugins.d/x.toml", MANIFEST("x", "provides = []\n"));
    moult *m = open_toml("");
    ck_assert_int_eq(moult_plugin_list(m, refuse, NULL, err), MOULT_ERR_IO);
    ck_message("not taken");
    moult_free(m);
}
END_TEST

/* ---- small rules ---- */

START_TEST(threading_is_rounded_down)
{
    ck_assert_uint_eq(iface_threading(0), MOULT_THREAD_PLUGIN);
    ck_assert_uint_eq(iface_threading(1000), MOULT_THREAD_PLUGIN);
    ck_assert_uint_eq(iface_threading(1999), MOULT_THREAD_PLUGIN);
    ck_assert_uint_eq(iface_threading(2000), MOULT_THREAD_SESSION);
    ck_assert_uint_eq(iface_threading(2500), MOULT_THREAD_SESSION);
    ck_assert_uint_eq(iface_threading(3000), MOULT_THREAD_FREE);
    ck_assert_uint_eq(iface_threading(UINT32_MAX), MOULT_THREAD_FREE);
}
END_TEST

START_TEST(values_of_parameters)
{
    ck_assert(param_value_ok(MOULT_PARAM_INTEGER, "-12"));
    ck_assert(!param_value_ok(MOULT_PARAM_INTEGER, ""));
    ck_assert(!param_value_ok(MOULT_PARAM_INTEGER, "1x"));
    ck_assert(!param_value_ok(MOULT_PARAM_INTEGER, " 1"));
    ck_assert(!param_value_ok(MOULT_PARAM_INTEGER, "99999999999999999999"));
    ck_assert(param_value_ok(MOULT_PARAM_BOOLEAN, "true"));
    ck_assert(!param_value_ok(MOULT_PARAM_BOOLEAN, "yes"));
    ck_assert(param_value_ok(MOULT_PARAM_STRING, ""));
    ck_assert(!param_value_ok(MOULT_PARAM_PATH, ""));
    ck_assert(!param_value_ok(77, "x"));
    ck_assert(plugin_name_ok("store-fs2"));
    ck_assert(!plugin_name_ok("-x") && !plugin_name_ok("") && !plugin_name_ok(NULL));
    ck_assert(!plugin_name_ok("a/b") && !plugin_name_ok("a.b") && !plugin_name_ok("A"));
}
END_TEST

#define ADD_EACH(t, test, table)                                                                   \
    tcase_add_loop_test(t, test, 0, (int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *s = suite_create("host-plugins");
    TCase *t = tcase_create("manifests");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, list_is_sorted_and_loads_nothing);
    tcase_add_test(t, module_in_a_build_tree);
    ADD_EACH(t, wrong_manifest_disables_its_plugin_alone, wrongs);
    tcase_add_test(t, empty_file_masks);
    tcase_add_test(t, enable_narrows);
    tcase_add_test(t, names_of_no_plugin_are_errors);
    suite_add_tcase(s, t);
    t = tcase_create("finding");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, missing_plugin_names_its_package);
    tcase_add_test(t, missing_module_names_its_package);
    tcase_add_test(t, two_that_offer_the_same);
    tcase_add_test(t, scheme_chooses_the_adapter);
    tcase_add_test(t, plugin_get_by_a_wrong_name);
    tcase_add_test(t, list_stops_when_it_is_not_taken);
    suite_add_tcase(s, t);
    t = tcase_create("rules");
    tcase_add_test(t, threading_is_rounded_down);
    tcase_add_test(t, values_of_parameters);
    suite_add_tcase(s, t);
    return run_suite(s);
}
