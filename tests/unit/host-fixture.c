/* SPDX-License-Identifier: Apache-2.0 */
#include "host-fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

char folder[256];
moult_error *err;
moult_options want;
static char manifest_dir[300];

void setup(void)
{
    const char *tmp = getenv("TMPDIR");
    char path[200];
    ck_assert_int_lt(snprintf(path, sizeof path, "%s/moult-host-XXXXXX", tmp ? tmp : "/tmp"), 200);
    ck_assert_ptr_nonnull(mkdtemp(path));
    char *real = realpath(path, NULL);
    ck_assert_ptr_nonnull(real);
    snprintf(folder, sizeof folder, "%s", real);
    free(real);
    err = moult_error_new();
    snprintf(manifest_dir, sizeof manifest_dir, "%s/plugins.d", folder);
    ck_assert_int_eq(mkdir(manifest_dir, 0755), 0);
    memset(&want, 0, sizeof want);
    want.size = MOULT_END(moult_options, cancel);
    want.config = "";
    want.manifest_dir = manifest_dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
    (void)st;
    (void)type;
    (void)f;
    return remove(path);
}

void teardown(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    moult_error_free(err);
    err = NULL;
}

const char *at(const char *name)
{
    static char ring[32][600];
    static unsigned next;
    char *p = ring[next++ % 32];
    snprintf(p, 600, "%s/%s", folder, name);
    return p;
}

void put(const char *name, const char *text)
{
    FILE *f = fopen(at(name), "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_int_eq(chmod(at(name), 0644), 0);
}

moult_status try_toml(const char *toml, moult **out)
{
    static char path[600];
    put("moult.toml", toml);
    snprintf(path, sizeof path, "%s", at("moult.toml"));
    want.config = path;
    return moult_open_config(&want, out, err);
}

moult *open_toml(const char *toml)
{
    moult *m = NULL;
    moult_status s = try_toml(toml, &m);
    ck_assert_msg(s == MOULT_OK, "%s", moult_error_message(err));
    ck_assert_ptr_nonnull(m);
    return m;
}

void ck_message(const char *what)
{
    ck_assert_msg(strstr(moult_error_message(err), what) != NULL, "\"%s\" is not in \"%s\"", what,
                  moult_error_message(err));
}

void ck_detail(const char *key, const char *what)
{
    const char *value = moult_error_detail(err, key);
    ck_assert_msg(value && strstr(value, what), "\"%s\" is not in the %s \"%s\"", what, key,
                  value ? value : "(none)");
}

struct looking {
    const char *key;
    char found[600];
};

static moult_status look(void *arg, const char *key, const char *value, const char *from)
{
    struct looking *l = arg;
    if (strcmp(key, l->key) == 0)
        snprintf(l->found, sizeof l->found, "%s|%s", value, from);
    return MOULT_OK;
}

const char *setting(moult *m, const char *key)
{
    static struct looking l;
    l = (struct looking){.key = key};
    ck_assert_int_eq(moult_settings(m, look, &l, err), MOULT_OK);
    return l.found;
}

int run_suite(Suite *s)
{
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
