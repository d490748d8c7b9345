/* SPDX-License-Identifier: Apache-2.0 */
/* The store as the host would use it, through its table alone. */
#include <check.h>
#include <dirent.h>
#include <moult/store.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const moult_plugin *store_fs_LTX_moult_plugin_v0(const moult_host *host, moult_error *err);

/* ---- a host of its own ---- */

static char folder[256];
static moult_status last_code;
static char last_message[512];

static void *host_alloc(moult_ctx *ctx, size_t len)
{
    (void)ctx;
    return malloc(len);
}
static void host_free(moult_ctx *ctx, void *p)
{
    (void)ctx;
    free(p);
}
static void host_error_set(moult_ctx *ctx, moult_error *err, moult_status code, const char *msg,
                           size_t len)
{
    (void)ctx;
    (void)err;
    last_code = code;
    snprintf(last_message, sizeof last_message, "%.*s", (int)len, msg);
}
static void host_error_detail(moult_ctx *ctx, moult_error *err, const char *key, const char *value,
                              size_t len)
{
    (void)ctx;
    (void)err;
    (void)key;
    (void)value;
    (void)len;
}
static const char *host_setting(moult_ctx *ctx, const moult_config *config, const char *name,
                                size_t *len)
{
    (void)ctx;
    (void)config;
    ck_assert_str_eq(name, "path");
    if (len)
        *len = strlen(folder);
    return folder;
}
static const moult_host host = {.size = MOULT_END(moult_host, plan),
                                .alloc = host_alloc,
                                .free = host_free,
                                .error_set = host_error_set,
                                .error_detail = host_error_detail,
                                .setting = host_setting};

static const moult_store *store;
static char base[64];

static void setup(void)
{
    const moult_plugin *plugin = store_fs_LTX_moult_plugin_v0(&host, NULL);
    store = (const moult_store *)plugin->ifaces[0];
    strcpy(base, "/tmp/check-store-fs.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(base));
    snprintf(folder, sizeof folder, "%s/a/store", base);
}

static void teardown(void)
{
    char command[256];
    snprintf(command, sizeof command, "chmod -R u+w %s && rm -rf %s", base, base);
    ck_assert_int_eq(system(command), 0);
}

static moult_session *open_store(uint32_t create)
{
    moult_session *s = NULL;
    ck_assert_int_eq(store->open(&host, NULL, create, &s, NULL), MOULT_OK);
    return s;
}

#define KEY_A "aa00000000000000000000000000000000000000000000000000000000000001"
#define KEY_B "ab00000000000000000000000000000000000000000000000000000000000002"

struct seen {
    char text[4096];
    int count;
};
static moult_status see(void *arg, const char *name, size_t len)
{
    struct seen *s = arg;
    ck_assert_uint_eq(strlen(name), len);
    size_t at = strlen(s->text);
    ck_assert_int_lt(snprintf(s->text + at, sizeof s->text - at, "%s\n", name),
                     (int)(sizeof s->text - at));
    s->count++;
    return MOULT_OK;
}

/* ---- tests ---- */

START_TEST(a_missing_folder_is_an_empty_store)
{
    moult_session *s = open_store(0);
    struct seen seen = {0};
    char *bytes, key[65];
    size_t n;
    ck_assert_int_eq(store->list(s, see, &seen, NULL), MOULT_OK);
    ck_assert_int_eq(store->ref_list(s, "", see, &seen, NULL), MOULT_OK);
    ck_assert_int_eq(seen.count, 0);
    ck_assert_int_eq(store->get(s, KEY_A, &bytes, &n, NULL), MOULT_ERR_NOT_FOUND);
    ck_assert_int_eq(store->ref_get(s, "x", key, NULL), MOULT_ERR_NOT_FOUND);
    ck_assert_int_eq(access(folder, F_OK), -1);
    store->close(s);
}
END_TEST

START_TEST(objects_come_back_as_they_were)
{
    moult_session *s = open_store(1);
    struct seen seen = {0};
    char *bytes = NULL;
    size_t n = 0;
    ck_assert_int_eq(store->put_if_absent(s, KEY_B, "b\0c", 3, NULL), MOULT_OK);
    ck_assert_int_eq(store->put_if_absent(s, KEY_A, "", 0, NULL), MOULT_OK);
    ck_assert_int_eq(store->put_if_absent(s, KEY_B, "other", 5, NULL), MOULT_OK);
    store->close(s);
    s = open_store(0);
    ck_assert_int_eq(store->get(s, KEY_B, &bytes, &n, NULL), MOULT_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert_mem_eq(bytes, "b\0c", 3);
    free(bytes);
    ck_assert_int_eq(store->list(s, see, &seen, NULL), MOULT_OK);
    ck_assert_str_eq(seen.text, KEY_A "\n" KEY_B "\n");
    ck_assert_int_eq(store->remove(s, KEY_B, NULL), MOULT_OK);
    ck_assert_int_eq(store->remove(s, KEY_B, NULL), MOULT_OK);
    ck_assert_int_eq(store->get(s, KEY_B, &bytes, &n, NULL), MOULT_ERR_NOT_FOUND);
    store->close(s);
}
END_TEST

START_TEST(a_reference_is_swapped_only_from_what_was_expected)
{
    moult_session *s = open_store(1);
    char key[65];
    ck_assert_int_eq(store->ref_swap(s, "t/latest", KEY_A, KEY_B, NULL), MOULT_ERR_EXISTS);
    ck_assert_int_eq(store->ref_swap(s, "t/latest", NULL, KEY_A, NULL), MOULT_OK);
    ck_assert_int_eq(store->ref_swap(s, "t/latest", NULL, KEY_B, NULL), MOULT_ERR_EXISTS);
    ck_assert_int_eq(store->ref_swap(s, "t/latest", KEY_B, KEY_A, NULL), MOULT_ERR_EXISTS);
    ck_assert_int_eq(store->ref_get(s, "t/latest", key, NULL), MOULT_OK);
    ck_assert_str_eq(key, KEY_A);
    ck_assert_int_eq(store->ref_swap(s, "t/latest", KEY_A, KEY_B, NULL), MOULT_OK);
    ck_assert_int_eq(store->ref_swap(s, "t/latest", KEY_B, NULL, NULL), MOULT_OK);
    ck_assert_int_eq(store->ref_get(s, "t/latest", key, NULL), MOULT_ERR_NOT_FOUND);
    store->close(s);
}
END_TEST

/* Names that differ in any byte are kept apart, whatever a file system would make of them. */
START_TEST(any_name_is_kept_apart)
{
    static char long_a[512], long_b[512];
    memset(long_a, 'x', 511);
    memset(long_b, 'x', 511);
    long_b[510] = '%';
    const char *names[] = {"a",           "a/b",    "a/b/c",   "A",      "a.ref", "a.ref/b", "a b",
                           "a%20b",       "t\"q;r", "Grüße/…", "select", "-",     "+",       "a+/b",
                           ".hidden/..x", "x:y",    long_a,    long_b,   NULL};
    moult_session *s = open_store(1);
    struct seen seen = {0};
    char key[65], wanted[65];
    int count = 0;
    for (; names[count]; count++) {
        snprintf(wanted, sizeof wanted, "%064d", count);
        ck_assert_int_eq(store->ref_swap(s, names[count], NULL, wanted, NULL), MOULT_OK);
    }
    for (int i = 0; i < count; i++) {
        snprintf(wanted, sizeof wanted, "%064d", i);
        ck_assert_int_eq(store->ref_get(s, names[i], key, NULL), MOULT_OK);
        ck_assert_str_eq(key, wanted);
    }
    ck_assert_int_eq(store->ref_list(s, "", see, &seen, NULL), MOULT_OK);
    ck_assert_int_eq(seen.count, count);
    for (int i = 0; i < count; i++)
        ck_assert_ptr_nonnull(strstr(seen.text, names[i]));
    memset(&seen, 0, sizeof seen);
    ck_assert_int_eq(store->ref_list(s, "a/b", see, &seen, NULL), MOULT_OK);
    ck_assert_str_eq(seen.text, "a/b\na/b/c\n");
    memset(&seen, 0, sizeof seen);
    ck_assert_int_eq(store->ref_list(s, "nothing/here", see, &seen, NULL), MOULT_OK);
    ck_assert_int_eq(seen.count, 0);
    store->close(s);
}
END_TEST

#define ROUNDS 50
static void *count_up(void *arg)
{
    (void)arg;
    moult_session *s = open_store(1);
    for (int i = 0; i < ROUNDS; i++)
        for (;;) {
            char now[65], next[65];
            moult_status st = store->ref_get(s, "counter", now, NULL);
            snprintf(next, sizeof next, "%064ld", st == MOULT_OK ? strtol(now, NULL, 10) + 1 : 1);
            if (store->ref_swap(s, "counter", st == MOULT_OK ? now : NULL, next, NULL) == MOULT_OK)
                break;
        }
    store->close(s);
    return NULL;
}

START_TEST(swaps_of_several_threads_are_never_lost)
{
    pthread_t threads[4];
    char key[65];
    moult_session *s = open_store(1);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_up, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(store->ref_get(s, "counter", key, NULL), MOULT_OK);
    ck_assert_int_eq(strtol(key, NULL, 10), 4L * ROUNDS);
    store->close(s);
}
END_TEST

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

START_TEST(what_is_no_store_is_refused)
{
    moult_session *s = open_store(1);
    char path[320], key[65];
    ck_assert_int_eq(store->ref_swap(s, "x", NULL, KEY_A, NULL), MOULT_OK);
    snprintf(path, sizeof path, "%s/refs/x.ref", folder);
    write_text(path, "nonsense\n");
    ck_assert_int_eq(store->ref_get(s, "x", key, NULL), MOULT_ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(last_message, "x.ref"));
    store->close(s);
    snprintf(path, sizeof path, "%s/format", folder);
    write_text(path, "moult-store-fs 2\n");
    ck_assert_int_eq(store->open(&host, NULL, 0, &s, NULL), MOULT_ERR_UNSUPPORTED);
    ck_assert_ptr_null(s);
    snprintf(folder, sizeof folder, "%s/file", base);
    write_text(folder, "");
    ck_assert_int_eq(store->open(&host, NULL, 1, &s, NULL), MOULT_ERR_CONFIG);
}
END_TEST

/* A failed write leaves neither the object nor anything that looks like one. */
START_TEST(a_failed_write_leaves_nothing)
{
    if (geteuid() == 0)
        return; /* root may write everywhere */
    moult_session *s = open_store(1);
    struct seen seen = {0};
    char path[320];
    snprintf(path, sizeof path, "%s/objects", folder);
    ck_assert_int_eq(chmod(path, 0555), 0);
    ck_assert_int_eq(store->put_if_absent(s, KEY_A, "a", 1, NULL), MOULT_ERR_AUTH);
    ck_assert_int_eq(store->list(s, see, &seen, NULL), MOULT_OK);
    ck_assert_int_eq(seen.count, 0);
    store->close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store-fs");
    TCase *c = tcase_create("store");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_missing_folder_is_an_empty_store);
    tcase_add_test(c, objects_come_back_as_they_were);
    tcase_add_test(c, a_reference_is_swapped_only_from_what_was_expected);
    tcase_add_test(c, any_name_is_kept_apart);
    tcase_add_test(c, swaps_of_several_threads_are_never_lost);
    tcase_add_test(c, what_is_no_store_is_refused);
    tcase_add_test(c, a_failed_write_leaves_nothing);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
