/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins and files that are wrong: each gives one clear error, and nothing crashes. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules.h"

/* ---- modules that are wrong ---- */

static const struct hostile {
    const char *module;
    moult_status status;
    const char *message, *hint;
} hostiles[] = {
    {"abi", MOULT_ERR_UNSUPPORTED, "it is made for ABI 9.9, this moult serves 0.1", "install the"},
    {"other-major", MOULT_ERR_UNSUPPORTED, "is made for ABI 7, this moult serves 0.1",
     "install the"},
    {"size-zero", MOULT_ERR_INVALID, "its descriptor is a struct of 0 bytes", NULL},
    {"no-version", MOULT_ERR_INVALID, "lacks version, license or summary", NULL},
    {"no-ifaces", MOULT_ERR_INVALID, "it offers no interface", NULL},
    {"no-entry", MOULT_ERR_INVALID, "is no plugin of moult: it lacks moult_plugin_v0",
     "MOULT_PLUGIN_ENTRY"},
    {"entry-null", MOULT_ERR_UNAVAILABLE, "the moon is not full", NULL},
    {"entry-silent", MOULT_ERR_UNSUPPORTED, "it declined to serve, without saying why", NULL},
    {"iface-size-zero", MOULT_ERR_INVALID, "a struct of 0 bytes, less than its head", NULL},
    {"iface-major", MOULT_ERR_UNSUPPORTED,
     "interface planner:hostile is of version 1.1, this moult", "install the"},
    {"iface-name", MOULT_ERR_INVALID, "its name is not of lower-case letters", "report it"},
    {"missing-slot", MOULT_ERR_INVALID, "interface planner:hostile: it offers nothing",
     "report it"},
    {"duplicate", MOULT_ERR_INVALID, "interface planner:hostile: it is offered twice", NULL},
    {"needs", MOULT_ERR_UNSUPPORTED,
     "needs what this moult does not offer (bits 0x1000000000000000)", "install a newer moult"},
    {"bad-param", MOULT_ERR_INVALID, "the default of parameter \"speed\" is not of its type", NULL},
    {"undefined-symbol", MOULT_ERR_CONFIG, "undefined symbol: moult_symbol_that_nobody_defines",
     "install the library"},
    {"missing-library", MOULT_ERR_CONFIG, "libmoult-gone.so.0: cannot open shared object file",
     "install the library"},
};

START_TEST(wrong_module_is_refused)
{
    const struct hostile *h = &hostiles[_i];
    moult *m = open_toml("");
    struct loaded loaded;
    for (int twice = 0; twice < 2; twice++) { /* a failure leaves nothing behind */
        ck_assert_int_eq(load(m, module(h->module, h->module), &loaded), h->status);
        ck_message(h->message);
        if (h->hint)
            ck_detail("hint", h->hint);
        ck_assert_ptr_null(loaded.descriptor);
    }
    moult_free(m);
}
END_TEST

START_TEST(unknown_threading_is_rounded_and_unknown_kinds_are_left_alone)
{
    moult *m = open_toml("");
    struct loaded loaded;
    ck_assert_int_eq(load(m, module("threading", "threading"), &loaded), MOULT_OK);
    ck_assert_uint_eq(loaded.ifaces[0]->threading, MOULT_THREAD_SESSION);
    ck_assert_str_eq(loaded.ifaces[1]->kind, "acme/teleporter");
    ck_assert_ptr_null(loaded.ifaces[2]);
    ck_assert_ptr_null(host_call_begin(loaded.ifaces[0]));
    moult_free(m);
}
END_TEST

/* ---- files that are wrong ---- */

static moult_status load_file(const char *path)
{
    moult *m = open_toml("");
    struct loaded loaded;
    moult_status s = load(m, path, &loaded);
    ck_assert_ptr_null(loaded.descriptor);
    moult_free(m);
    return s;
}

START_TEST(file_that_others_may_write)
{
    static const mode_t modes[] = {0757, 0775};
    for (int i = 0; i < 2; i++) {
        const char *path = module("threading", "writable");
        ck_assert_int_eq(chmod(path, modes[i]), 0);
        ck_assert_int_eq(load_file(path), MOULT_ERR_REFUSED);
        ck_message("others may write it");
        ck_detail("hint", "chmod go-w");
    }
}
END_TEST

START_TEST(folder_that_others_may_write)
{
    const char *path = module("threading", "x");
    ck_assert_int_eq(chmod(at("lib"), 0777), 0);
    ck_assert_int_eq(load_file(path), MOULT_ERR_REFUSED);
    ck_message("others may write its folder");
    ck_assert_int_eq(chmod(at("lib"), 01777), 0); /* as /tmp: what is there stays its owner's */
    moult *m = open_toml("");
    struct loaded loaded;
    ck_assert_int_eq(load(m, path, &loaded), MOULT_OK);
    moult_free(m);
}
END_TEST

START_TEST(symbolic_link)
{
    const char *path = module("threading", "real");
    ck_assert_int_eq(symlink(path, at("lib/link.so")), 0);
    ck_assert_int_eq(load_file(at("lib/link.so")), MOULT_ERR_REFUSED);
    ck_message("it is a symbolic link");
    ck_assert_int_eq(symlink("/nonexistent", at("lib/dangling.so")), 0);
    ck_assert_int_eq(load_file(at("lib/dangling.so")), MOULT_ERR_REFUSED);
}
END_TEST

START_TEST(not_a_regular_file)
{
    ck_assert_int_eq(mkfifo(at("lib/pipe.so"), 0755), 0);
    ck_assert_int_eq(load_file(at("lib/pipe.so")), MOULT_ERR_REFUSED);
    ck_message("it is not a regular file");
    ck_assert_int_eq(mkdir(at("lib/folder.so"), 0755), 0);
    ck_assert_int_eq(load_file(at("lib/folder.so")), MOULT_ERR_REFUSED);
    ck_message("it is not a regular file");
    ck_assert_int_eq(load_file("/dev/null"), MOULT_ERR_REFUSED);
}
END_TEST

START_TEST(not_there_not_a_module_not_absolute)
{
    ck_assert_int_eq(load_file(at("lib/nothing.so")), MOULT_ERR_NOT_FOUND);
    ck_message("No such file");
    put("lib/text.so", "this is no module\n");
    ck_assert_int_eq(load_file(at("lib/text.so")), MOULT_ERR_CONFIG);
    ck_message("text.so");
    put("lib/empty.so", "");
    ck_assert_int_eq(load_file(at("lib/empty.so")), MOULT_ERR_CONFIG);
    ck_assert_int_eq(load_file("lib/relative.so"), MOULT_ERR_INTERNAL);
    ck_assert_int_eq(load_file("no-such-builtin"), MOULT_ERR_NOT_FOUND);
}
END_TEST

START_TEST(library_path_of_the_environment_is_not_searched)
{
    /* A module of that name lies in the folder that the variables name, and only there. */
    module("threading", "stray");
    setenv("LTDL_LIBRARY_PATH", at("lib"), 1);
    setenv("LD_LIBRARY_PATH", at("lib"), 1);
    ck_assert_int_eq(mkdir(at("elsewhere"), 0755), 0);
    ck_assert_int_eq(load_file(at("elsewhere/stray.so")), MOULT_ERR_NOT_FOUND);
    unsetenv("LTDL_LIBRARY_PATH");
    unsetenv("LD_LIBRARY_PATH");
}
END_TEST

START_TEST(libtool_archive_beside_it_is_not_read)
{
    const char *path = module("threading", "beside");
    put("lib/beside.la", "dlname='../elsewhere.so'\nlibdir='/nonexistent'\ninstalled=yes\n");
    moult *m = open_toml("");
    struct loaded loaded;
    ck_assert_int_eq(load(m, path, &loaded), MOULT_OK);
    ck_assert_str_eq(loaded.path, path);
    moult_free(m);
}
END_TEST

/* ---- manifests that are wrong about their modules ---- */

static const struct lie {
    const char *name, *provides, *message;
} lies[] = {
    {"fine", "planner:fine", "promises the planner \"fine\", which the module does not offer"},
    {"other", "planner:other", "names the plugin \"other\", but the module is \"fine\""},
};

START_TEST(manifest_that_lies)
{
    const struct lie *l = &lies[_i];
    char file[100], text[400];
    module("fine", l->name);
    snprintf(file, sizeof file, "plugins.d/%s.toml", l->name);
    snprintf(text, sizeof text,
             "name = \"%s\"\nmodule = \"%s\"\nversion = \"1\"\nsummary = \"\"\nabi = \"0.1\"\n"
             "provides = [\"%s\"]\n",
             l->name, "fine", l->provides);
    module("fine", "fine");
    put(file, text);
    moult *m = open_toml("");
    const moult_planner *planner;
    ck_assert_int_eq(host_planner(m, l->name, &planner, err), MOULT_ERR_CONFIG);
    ck_message(l->message);
    moult_free(m);
}
END_TEST

#define ADD_EACH(t, test, table)                                                                   \
    tcase_add_loop_test(t, test, 0, (int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *s = suite_create("hostile");
    TCase *t = tcase_create("modules");
    tcase_add_checked_fixture(t, setup_modules, teardown);
    ADD_EACH(t, wrong_module_is_refused, hostiles);
    tcase_add_test(t, unknown_threading_is_rounded_and_unknown_kinds_are_left_alone);
    ADD_EACH(t, manifest_that_lies, lies);
    suite_add_tcase(s, t);
    t = tcase_create("files");
    tcase_add_checked_fixture(t, setup_modules, teardown);
    tcase_add_test(t, file_that_others_may_write);
    tcase_add_test(t, folder_that_others_may_write);
    tcase_add_test(t, symbolic_link);
    tcase_add_test(t, not_a_regular_file);
    tcase_add_test(t, not_there_not_a_module_not_absolute);
    tcase_add_test(t, library_path_of_the_environment_is_not_searched);
    tcase_add_test(t, libtool_archive_beside_it_is_not_read);
    suite_add_tcase(s, t);
    return run_suite(s);
}
