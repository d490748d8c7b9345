/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that is right: how it is loaded, what settings it gets, whom it needs to be trusted by. */
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../libcore/base/file.h"
#include "../../libcore/base/sha256.h"
#include "modules.h"

static const moult_store *store_of(moult *m)
{
    const moult_store *store = NULL;
    moult_status s = host_store(m, "fine", &store, err);
    ck_assert_msg(s == MOULT_OK, "%s", moult_error_message(err));
    return store;
}

START_TEST(loaded_once_a_process)
{
    module("fine", "fine");
    moult *a = open_toml(""), *b = open_toml("");
    const moult_store *store = store_of(a);
    ck_assert_ptr_eq(store, store_of(b));
    ck_assert(store->ref_swap != NULL);
    ck_assert_str_eq(store->head.name, "fine");
    moult_free(a);
    moult_free(b);
    a = open_toml("");
    ck_assert_ptr_eq(store, store_of(a)); /* stays, whatever is freed */
    moult_free(a);
}
END_TEST

static moult_status note(void *arg, const moult_plugin_info *info)
{
    ck_assert_uint_eq(info->loaded, 1);
    ck_assert_str_eq(info->name, "fine");
    ck_assert_str_eq(info->provides, "store:fine");
    ck_assert_str_eq(info->state, "available");
    ck_assert_str_eq(info->descriptor->license, "Apache-2.0");
    ++*(int *)arg;
    return MOULT_OK;
}

START_TEST(told_by_name_and_by_path)
{
    int told = 0;
    module("fine", "fine");
    moult *m = open_toml("");
    ck_assert_int_eq(moult_plugin_get(m, "fine", note, &told, err), MOULT_OK);
    ck_assert_int_eq(moult_plugin_get(m, at("lib/fine.so"), note, &told, err), MOULT_OK);
    ck_assert_int_eq(chdir(at("lib")), 0);
    ck_assert_int_eq(moult_plugin_get(m, "fine.so", note, &told, err), MOULT_OK);
    ck_assert_int_eq(moult_plugin_get(m, "../lib/fine.so", note, &told, err), MOULT_OK);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(told, 4);
    moult_free(m);
}
END_TEST

/* ---- settings ---- */

static const moult_config *config_of(moult *m)
{
    const moult_config *config = NULL;
    moult_status s = host_settings(m, &store_of(m)->head, "snapshots", &config, err);
    ck_assert_msg(s == MOULT_OK, "%s", moult_error_message(err));
    return config;
}

static const char *value(moult *m, const moult_config *c, const char *name)
{
    return m->host.setting(m->host.ctx, c, name, NULL);
}

START_TEST(settings_reach_the_plugin)
{
    module("fine", "fine");
    setenv("FINE_TEST_KEY", "hush", 1);
    setenv("MOULT_SNAPSHOTS__DEPTH", "5", 1);
    moult *m = open_toml("[snapshots]\nstore = \"fine\"\nbucket = \"b\"\n"
                         "api-key = \"env:FINE_TEST_KEY\"\n[plugins.fine]\nsync = false\n");
    unsetenv("MOULT_SNAPSHOTS__DEPTH");
    const moult_config *c = config_of(m);
    ck_assert_str_eq(value(m, c, "bucket"), "b");
    ck_assert_str_eq(value(m, c, "depth"), "5");
    ck_assert_str_eq(value(m, c, "sync"), "false"); /* from the plugin's own section */
    ck_assert_str_eq(value(m, c, "api-key"), "hush");
    ck_assert_str_eq(value(m, c, "path"), at("snapshots")); /* beside moult.toml */
    ck_assert_ptr_null(value(m, c, "undeclared"));
    size_t len = 0;
    ck_assert_ptr_nonnull(m->host.setting(m->host.ctx, c, "api-key", &len));
    ck_assert_uint_eq(len, 4);
    moult_session *session = NULL;
    const moult_store *store = store_of(m);
    ck_assert_int_eq(store->open(&m->host, c, 0, &session, err), MOULT_OK);
    ck_assert_str_eq((const char *)session, at("snapshots"));
    store->close(session);
    moult_free(m);
    unsetenv("FINE_TEST_KEY");
}
END_TEST

static const struct wrong {
    const char *toml, *message, *hint;
} wrongs[] = {
    {"[snapshots]\ndepth = 1\n", "the store \"fine\" needs the setting snapshots.bucket",
     "name the bucket"},
    {"[snapshots]\nbucket = 1\n", ":2:1: \"bucket\" must be a string", NULL},
    {"[snapshots]\nbucket = \"b\"\ndepth = \"deep\"\n", ":3:1: \"depth\" must be an integer", NULL},
    {"[snapshots]\nbucket = \"b\"\nsync = \"true\"\n", ":3:1: \"sync\" must be true or false",
     NULL},
    {"[snapshots]\nbucket = \"b\"\npath = \"\"\n", ":3:1: \"path\" must be a path", NULL},
    {"[snapshots]\nbucket = \"b\"\nbuckt = \"c\"\n", ":3:1: unknown key \"buckt\" in [snapshots]",
     "did you mean \"bucket\"?"},
    {"[snapshots]\nbucket = \"env:NOT_SET_ANYWHERE\"\n", "NOT_SET_ANYWHERE, which is not set",
     NULL},
};

START_TEST(wrong_setting_is_told)
{
    module("fine", "fine");
    moult *m = open_toml(wrongs[_i].toml);
    const moult_config *c;
    ck_assert_int_eq(host_settings(m, &store_of(m)->head, "snapshots", &c, err), MOULT_ERR_CONFIG);
    ck_assert_ptr_null(c);
    ck_message(wrongs[_i].message);
    if (wrongs[_i].hint)
        ck_detail("hint", wrongs[_i].hint);
    moult_free(m);
}
END_TEST

START_TEST(unknown_key_of_the_plugins_section)
{
    module("fine", "fine");
    moult *m = open_toml("[plugins.fine]\nspeed = 9\n");
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "fine", &store, err), MOULT_ERR_CONFIG);
    ck_message(":2:1: unknown key \"speed\" in [plugins.fine]");
    moult_free(m);
}
END_TEST

START_TEST(secrets_are_not_listed)
{
    module("fine", "fine");
    const char *toml = "[snapshots]\nstore = \"fine\"\nbucket = \"b\"\napi-key = \"hush\"\n"
                       "[plugins.fine]\napi-key = \"hush\"\ndepth = 7\n";
    moult *m = open_toml(toml);
    ck_assert_ptr_nonnull(strstr(setting(m, "snapshots.api-key"), "\"***\"|"));
    ck_assert_ptr_nonnull(strstr(setting(m, "snapshots.bucket"), "\"b\"|"));
    ck_assert_ptr_nonnull(strstr(setting(m, "plugins.fine.api-key"), "\"***\"|"));
    ck_assert_ptr_nonnull(strstr(setting(m, "plugins.fine.depth"), "7|"));
    moult_free(m);
    /* Without the plugin nobody knows what is secret. */
    ck_assert_int_eq(unlink(at("lib/fine.so")), 0);
    m = open_toml(toml);
    ck_assert_ptr_nonnull(strstr(setting(m, "snapshots.bucket"), "\"***\"|"));
    ck_assert_ptr_nonnull(strstr(setting(m, "plugins.fine.depth"), "\"***\"|"));
    moult_free(m);
}
END_TEST

/* ---- pins and trust ---- */

static void hash(const char *path, char out[65])
{
    CLEANUP_BUF struct buf bytes = {0};
    ck_assert_int_eq(file_read(path, &bytes, err), MOULT_OK);
    ck_assert(sha256_hex(buf_view(&bytes), out));
}

START_TEST(pinned_module)
{
    char hex[65], toml[200];
    hash(module("fine", "fine"), hex);
    snprintf(toml, sizeof toml, "[plugins.fine]\nsha256 = \"%s\"\n", hex);
    moult *m = open_toml(toml);
    store_of(m);
    moult_free(m);
    hex[0] = hex[0] == '0' ? '1' : '0';
    snprintf(toml, sizeof toml, "[plugins.fine]\nsha256 = \"%s\"\n", hex);
    m = open_toml(toml);
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "fine", &store, err), MOULT_ERR_REFUSED);
    ck_message("its SHA-256 is not the one that was pinned");
    ck_detail("detail", hex);
    moult_free(m);
}
END_TEST

static const char by_path[] = "[plugins.fine]\npath = \"lib/fine.so\"\n";

static void expect_distrust(const char *toml, const char *message)
{
    moult *m = open_toml(toml);
    const moult_store *store;
    ck_assert_int_eq(host_store(m, "fine", &store, err), MOULT_ERR_REFUSED);
    ck_message(message);
    ck_detail("hint", "moult trust ");
    moult_free(m);
}

static void accept_it(const char *toml)
{
    put("moult.toml", toml);
    moult_status s = moult_trust(at("moult.toml"), err);
    ck_assert_msg(s == MOULT_OK, "%s", moult_error_message(err));
}

static moult_status keep_state(void *arg, const moult_plugin_info *info)
{
    if (strcmp(info->name, "fine") == 0)
        snprintf(arg, 200, "%s", info->state);
    return MOULT_OK;
}

START_TEST(plugin_by_path_wants_trust)
{
    struct stat st;
    char state[200] = "";
    setenv("XDG_STATE_HOME", at("state"), 1);
    module("fine", "fine");
    ck_assert_int_eq(unlink(at("plugins.d/fine.toml")), 0);
    expect_distrust(by_path, "moult.toml was not accepted");
    moult *m = open_toml(by_path);
    ck_assert_int_eq(moult_plugin_list(m, keep_state, state, err), MOULT_OK);
    ck_assert_ptr_nonnull(strstr(state, "was not accepted"));
    moult_free(m);

    accept_it(by_path);
    ck_assert_int_eq(stat(at("state/moult/trust"), &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    m = open_toml(by_path);
    store_of(m);
    ck_assert_int_eq(moult_plugin_list(m, keep_state, state, err), MOULT_OK);
    ck_assert_str_eq(state, "available");
    moult_free(m);

    expect_distrust("[plugins.fine]\npath = \"lib/fine.so\"\n# changed\n", "was not accepted");
    FILE *f = fopen(at("lib/fine.so"), "ab");
    ck_assert_ptr_nonnull(f);
    fputs("more", f);
    fclose(f);
    expect_distrust(by_path, "its file was changed after it was accepted");
    accept_it(by_path);
    m = open_toml(by_path);
    store_of(m);
    moult_free(m);
    unsetenv("XDG_STATE_HOME");
}
END_TEST

START_TEST(trust_keeps_what_it_had)
{
    setenv("XDG_STATE_HOME", at("state"), 1);
    module("fine", "fine");
    CLEANUP_BUF struct buf one = {0}, two = {0};
    accept_it(by_path);
    ck_assert_int_eq(file_read(at("state/moult/trust"), &one, err), MOULT_OK);
    put("other.toml", "");
    ck_assert_int_eq(moult_trust(at("other.toml"), err), MOULT_OK);
    accept_it(by_path); /* again: the same lines, not twice */
    ck_assert_int_eq(file_read(at("state/moult/trust"), &two, err), MOULT_OK);
    ck_assert_ptr_nonnull(strstr(two.p, "/other.toml\n"));
    ck_assert_uint_eq(two.n, one.n + 67 + strlen(at("other.toml")));
    ck_assert_int_eq(chmod(at("state/moult/trust"), 0666), 0);
    expect_distrust(by_path, "was not accepted");
    ck_assert_int_eq(moult_trust(at("moult.toml"), err), MOULT_ERR_REFUSED);
    ck_message("can be written by others");
    unsetenv("XDG_STATE_HOME");
}
END_TEST

START_TEST(trust_of_what_is_wrong)
{
    setenv("XDG_STATE_HOME", at("state"), 1);
    ck_assert_int_eq(moult_trust(at("nothing.toml"), err), MOULT_ERR_NOT_FOUND);
    put("moult.toml", "[plugins.fine]\npath = \"lib/nothing.so\"\n");
    ck_assert_int_eq(moult_trust(at("moult.toml"), err), MOULT_ERR_NOT_FOUND);
    ck_message("lib/nothing.so");
    put("moult.toml", "[plugins.fine]\npth = \"lib/nothing.so\"\nx = [1]\n");
    ck_assert_int_eq(moult_trust(at("moult.toml"), err), MOULT_ERR_CONFIG);
    ck_assert(!file_exists(at("state/moult/trust")));
    put("moult.toml", "");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    ck_assert_int_eq(moult_trust(at("moult.toml"), err), MOULT_ERR_CONFIG);
    ck_detail("hint", "XDG_STATE_HOME");
}
END_TEST

START_TEST(by_path_is_a_so_file)
{
    moult *m = NULL;
    ck_assert_int_eq(try_toml("[plugins.fine]\npath = \"lib/fine.la\"\n", &m), MOULT_ERR_CONFIG);
    ck_message("must be the path of a .so file");
    ck_assert_int_eq(try_toml("[plugins.Fine]\npath = \"lib/fine.so\"\n", &m), MOULT_ERR_CONFIG);
}
END_TEST

/* ---- threads ---- */

static void *call_often(void *arg)
{
    const moult_store *store = arg;
    intptr_t overlaps = 0;
    for (int i = 0; i < 50; i++) {
        HOST_CALL_SCOPE(&store->head);
        overlaps += store->put_if_absent(NULL, "", "", 0, NULL) != MOULT_OK;
    }
    return (void *)overlaps;
}

START_TEST(one_call_at_a_time)
{
    pthread_t threads[4];
    module("fine", "fine");
    moult *m = open_toml("");
    const moult_store *store = store_of(m);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call_often, (void *)(uintptr_t)store),
                         0);
    for (int i = 0; i < 4; i++) {
        void *overlaps;
        ck_assert_int_eq(pthread_join(threads[i], &overlaps), 0);
        ck_assert_ptr_null(overlaps);
    }
    void *outer = host_call_begin(&store->head), *inner = host_call_begin(&store->head);
    ck_assert_ptr_nonnull(outer); /* a callback may call the plugin again */
    host_call_end(&inner);
    host_call_end(&outer);
    moult_free(m);
}
END_TEST

static void *load_it(void *arg)
{
    const moult_store *store = NULL;
    CLEANUP_ERROR moult_error *mine = moult_error_new();
    return host_store(arg, "fine", &store, mine) ? NULL : (void *)(uintptr_t)store;
}

START_TEST(loaded_by_many_threads_at_once)
{
    pthread_t threads[8];
    module("fine", "fine");
    moult *m = open_toml(""), *other = open_toml("");
    void *first = NULL, *got;
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, load_it, i % 2 ? m : other), 0);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &got), 0);
        ck_assert_ptr_nonnull(got);
        first = first ? first : got;
        ck_assert_ptr_eq(first, got);
    }
    moult_free(m);
    moult_free(other);
}
END_TEST

#define ADD_EACH(t, test, table)                                                                   \
    tcase_add_loop_test(t, test, 0, (int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *s = suite_create("loading");
    TCase *t = tcase_create("loading");
    tcase_add_checked_fixture(t, setup_modules, teardown);
    tcase_add_test(t, loaded_once_a_process);
    tcase_add_test(t, told_by_name_and_by_path);
    suite_add_tcase(s, t);
    t = tcase_create("settings");
    tcase_add_checked_fixture(t, setup_modules, teardown);
    tcase_add_test(t, settings_reach_the_plugin);
    ADD_EACH(t, wrong_setting_is_told, wrongs);
    tcase_add_test(t, unknown_key_of_the_plugins_section);
    tcase_add_test(t, secrets_are_not_listed);
    suite_add_tcase(s, t);
    t = tcase_create("trust");
    tcase_add_checked_fixture(t, setup_modules, teardown);
    tcase_add_test(t, pinned_module);
    tcase_add_test(t, plugin_by_path_wants_trust);
    tcase_add_test(t, trust_keeps_what_it_had);
    tcase_add_test(t, trust_of_what_is_wrong);
    tcase_add_test(t, by_path_is_a_so_file);
    suite_add_tcase(s, t);
    t = tcase_create("threads");
    tcase_add_checked_fixture(t, setup_modules, teardown);
    tcase_add_test(t, one_call_at_a_time);
    tcase_add_test(t, loaded_by_many_threads_at_once);
    suite_add_tcase(s, t);
    return run_suite(s);
}
