/* SPDX-License-Identifier: Apache-2.0 */
/* What planner-default chooses among ways that are given, and how it takes its settings. */
#include <stdio.h>
#include <stdlib.h>

#include "../../tests/unit/plan-fixture.h"

moult_entry_fn planner_default_LTX_moult_plugin_v0;

#define WAYS 4
static moult_way ways[WAYS]; /* of every change */
static uint32_t way_count;
static const char *lock_setting, *run_setting;
static struct fixture f;

static const char *setting(moult_ctx *ctx, const moult_config *config, const char *name,
                           size_t *len)
{
    (void)ctx, (void)config;
    const char *value = strcmp(name, "lock-timeout") == 0 ? lock_setting : run_setting;
    if (len)
        *len = value ? strlen(value) : 0;
    return value;
}

static void set_error(moult_ctx *ctx, moult_error *err, moult_status code, const char *msg,
                      size_t len)
{
    (void)ctx;
    error_set(err, code, "%.*s", (int)len, msg);
}

static void set_detail(moult_ctx *ctx, moult_error *err, const char *key, const char *value,
                       size_t len)
{
    (void)ctx;
    error_detail_str(err, key, (struct str){value, len});
}

static moult_status offer(const moult_host *host, const moult_change *change, moult_ways *out,
                          moult_error *err)
{
    (void)change, (void)err;
    moult_status st = MOULT_OK;
    for (uint32_t i = 0; st == MOULT_OK && i < way_count; i++)
        st = host->plan->way(out, &ways[i]);
    return st;
}

static moult_way *add_way(const char *id)
{
    moult_way *w = &ways[way_count++];
    *w = (moult_way){.size = MOULT_END(moult_way, privilege),
                     .manner = MOULT_IN_PLACE,
                     .covers = MOULT_COVERS_CHANGE,
                     .txn = MOULT_TXN_INSIDE,
                     .lock = MOULT_LOCK_NONE,
                     .phase = MOULT_EXPAND,
                     .reversible = 1,
                     .id = id,
                     .summary = id};
    return w;
}

static const moult_planner *planner(const moult_host *host)
{
    const moult_plugin *p = planner_default_LTX_moult_plugin_v0(host, NULL);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(p->abi_major, MOULT_ABI_MAJOR);
    return (const moult_planner *)p->ifaces[0];
}

static moult_status run(void)
{
    moult_host host = fixture_host;
    moult_dialect dialect = fixture_dialect;
    host.setting = setting;
    host.error_set = set_error;
    host.error_detail = set_detail;
    dialect.ways = offer;
    struct plan_chain chain = {planner(&host), NULL};
    fixture_free(&f);
    f.err = moult_error_new();
    f.from = fixture_tree("", NULL);
    f.to = fixture_tree("view v", NULL);
    ck_assert_int_eq(delta_make(f.from, f.to, false, &f.delta, f.err), MOULT_OK);
    struct plan_request request = {
        .host = &host, .dialect = &dialect, .chain = &chain, .chain_count = 1, .delta = f.delta};
    return plan_make(&request, &f.plan, f.err);
}

static void chosen_is(const char *id)
{
    ck_assert_msg(run() == MOULT_OK, "%s", moult_error_message(f.err));
    ck_assert_str_eq(f.plan->steps[0].way.p, id);
}

static void setup(void)
{
    way_count = 0;
    lock_setting = "10000";
    run_setting = "0";
}

static void teardown(void)
{
    fixture_free(&f);
}

START_TEST(best_first_among_equals)
{
    add_way("a");
    add_way("b");
    chosen_is("a");
}
END_TEST

START_TEST(kept_data_before_all)
{
    moult_way *w = add_way("loses");
    w->hazards = MOULT_HAZARD_DELETES_DATA;
    w = add_way("rebuild");
    w->rewrites = 1;
    w->lock = MOULT_LOCK_READS;
    w->hazards = MOULT_HAZARD_REWRITES_TABLE;
    chosen_is("rebuild");
    w->hazards |= MOULT_HAZARD_DELETES_DATA; /* both lose: then the light one */
    chosen_is("loses");
}
END_TEST

START_TEST(certainty_then_cost_then_lock)
{
    add_way("doubtful")->hazards = MOULT_HAZARD_NOT_ANALYSED;
    add_way("rewrites")->rewrites = 1;
    add_way("unknown lock")->lock = MOULT_LOCK_UNKNOWN;
    add_way("locks")->lock = MOULT_LOCK_READS;
    chosen_is("locks");
    way_count = 3;
    chosen_is("unknown lock");
    way_count = 2;
    chosen_is("rewrites");
}
END_TEST

START_TEST(doubts_are_warned_of)
{
    add_way("a")->hazards = MOULT_HAZARD_NOT_ANALYSED | MOULT_HAZARD_TEXT_ONLY;
    chosen_is("a");
    ck_assert_uint_eq(f.plan->warning_count, 2);
    ck_assert_int_eq(strncmp(f.plan->warnings[0].p, "view:v: ", 8), 0);
}
END_TEST

START_TEST(timeouts_from_settings)
{
    add_way("a");
    lock_setting = "123";
    run_setting = "4294967295";
    chosen_is("a");
    ck_assert_uint_eq(f.plan->steps[0].lock_ms, 123);
    ck_assert_uint_eq(f.plan->steps[0].run_ms, UINT32_MAX);
    static const char *const bad[] = {"-1", "4294967296", "", "1s", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        run_setting = bad[i];
        ck_assert_int_eq(run(), MOULT_ERR_CONFIG);
        ck_assert_str_eq(moult_error_detail(f.err, "detail"), "statement-timeout");
        ck_assert_ptr_nonnull(moult_error_detail(f.err, "hint"));
    }
}
END_TEST

START_TEST(it_says_what_it_is)
{
    const moult_planner *p = planner(&fixture_host);
    ck_assert_str_eq(p->head.kind, "planner");
    ck_assert_str_eq(p->head.name, "planner-default");
    ck_assert_uint_eq(p->head.size, MOULT_END(moult_planner, revise));
    ck_assert(!p->revise);
    ck_assert_str_eq(p->head.params[0]->fallback, "10000");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("planner-default");
    TCase *t = tcase_create("choice");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, best_first_among_equals);
    tcase_add_test(t, kept_data_before_all);
    tcase_add_test(t, certainty_then_cost_then_lock);
    tcase_add_test(t, doubts_are_warned_of);
    tcase_add_test(t, timeouts_from_settings);
    tcase_add_test(t, it_says_what_it_is);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
