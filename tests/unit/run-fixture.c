/* SPDX-License-Identifier: Apache-2.0 */
#include "run-fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

moult_error *err;
moult *m;
volatile int run_stop;
moult_progress_fn *run_progress;
static char folder[64];

static const char *installed(const char *what)
{
    static char path[2][512];
    static int i;
    const char *build = getenv("MOULT_BUILDDIR");
    i = !i;
    snprintf(path[i], sizeof path[i], "%s/tests/installed/%s", build ? build : ".", what);
    return path[i];
}

int run_possible(void)
{
    return access(installed("plugins/memory-txn.so"), R_OK) == 0;
}

void run_setup(void)
{
    strcpy(folder, "/tmp/check-run.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    err = moult_error_new();
    m = NULL;
}

void run_close(void)
{
    moult_free(m);
    m = NULL;
}

void run_teardown(void)
{
    char command[128];
    run_close();
    moult_error_free(err);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(command), 0);
}

void put(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    ck_assert_msg(f != NULL, "cannot write %s", name);
    fputs(text, f);
    fclose(f);
}

char *get(const char *name)
{
    struct buf b = {0};
    ck_ok(file_read(name, &b, err));
    return b.p ? b.p : strdup("");
}

void run_open(const char *toml, const char *const *set)
{
    run_close();
    if (toml)
        put("moult.toml", toml);
    moult_options o = {.size = MOULT_END(moult_options, cancel),
                       .jobs = 2,
                       .config = toml ? "moult.toml" : "",
                       .set = set,
                       .progress = run_progress,
                       .cancel = &run_stop,
                       .plugin_dir = installed("plugins"),
                       .manifest_dir = installed("plugins.d")};
    ck_ok(moult_open_config(&o, &m, err));
}

void ck_ok(moult_status st)
{
    ck_assert_msg(st == MOULT_OK, "status %d: %s (%s)", st, moult_error_message(err),
                  moult_error_detail(err, "detail") ? moult_error_detail(err, "detail") : "");
}

void ck_fails(moult_status st, moult_status wanted, const char *message)
{
    ck_assert_msg(st == wanted && moult_error_code(err) == wanted, "status %d instead of %d: %s",
                  st, wanted, moult_error_message(err));
    ck_assert_msg(strstr(moult_error_message(err), message) != NULL,
                  "\"%s\" says nothing of \"%s\"", moult_error_message(err), message);
}

void ck_detail(const char *key, const char *part)
{
    const char *value = moult_error_detail(err, key);
    ck_assert_msg(value && strstr(value, part), "%s is \"%s\", not \"%s\"", key,
                  value ? value : "(none)", part);
}

moult_targets *target(const char *name)
{
    moult_targets *t = NULL;
    moult_select all = {.size = MOULT_END(moult_select, labels), .all = 1};
    ck_ok(moult_targets_find(m, name, &all, 0, &t, err));
    return t;
}

moult_snapshot *load(const char *ref, const char *like)
{
    moult_snapshot *s = NULL;
    moult_load how = {.size = MOULT_END(moult_load, allow_empty), .like = like};
    ck_ok(moult_snapshot_load(m, ref, &how, &s, err));
    return s;
}

static moult_status on_unit(void *arg, const moult_unit_result *result)
{
    struct told *told = arg;
    told->count[result->state]++;
    snprintf(told->tenants + strlen(told->tenants), sizeof told->tenants - strlen(told->tenants),
             "%s ", result->tenant);
    ck_assert((result->error != NULL) == (result->state == MOULT_UNIT_FAILED));
    ck_assert_uint_eq(strlen(result->to), 64);
    return MOULT_OK;
}

static int32_t on_confirm(void *arg, const moult_plan *plan, uint32_t units)
{
    struct told *told = arg;
    ck_assert_uint_gt(moult_plan_steps(plan), 0);
    told->asked++;
    told->asked_units = units;
    return told->answer;
}

moult_run_options options_for(struct told *told, uint32_t allow)
{
    return (moult_run_options){
        .size = MOULT_END(moult_run_options, arg),
        .allow = allow,
        .lock_timeout_ms = 2000,
        .plan = {.size = MOULT_END(moult_plan_options, planners), .rehearse = 1},
        .unit = on_unit,
        .confirm = on_confirm,
        .arg = told};
}

moult_status sync_to(const char *targets, const char *to, uint32_t allow, struct told *told)
{
    moult_targets *t = target(targets);
    moult_snapshot *s = load(to, targets);
    *told = (struct told){.answer = 1};
    moult_run_options o = options_for(told, allow);
    moult_status st = moult_sync(m, t, s, &o, err);
    moult_snapshot_free(s);
    moult_targets_free(t);
    return st;
}

moult_status validate_to(const char *targets, const char *to, struct told *told)
{
    moult_targets *t = target(targets);
    moult_snapshot *s = load(to, targets);
    *told = (struct told){0};
    moult_run_options o = options_for(told, 0);
    o.keep_going = 1;
    moult_status st = moult_validate(m, t, s, &o, err);
    moult_snapshot_free(s);
    moult_targets_free(t);
    return st;
}

void make_db(const char *adapter, const char *name, const char *ddl)
{
    char url[128];
    struct told told;
    snprintf(url, sizeof url, "%s:%s", adapter, name);
    put(name, "");
    put("make_db.sql", ddl);
    ck_ok(sync_to(url, "make_db.sql", UINT32_MAX, &told));
    ck_assert_int_eq(unlink("make_db.sql"), 0);
}

int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
