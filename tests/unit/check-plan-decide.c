/* SPDX-License-Identifier: Apache-2.0 */
/* Planners and renames; large plans; what a planner and a dialect see through the table lent to
 * them. */
#include <stdlib.h>
#include <time.h>

#include "../../libcore/base/buf.h"
#include "plan-fixture.h"

static struct fixture f;

static void teardown(void)
{
    fixture_free(&f);
}

#define STEPS_ARE(text) ck_assert_str_eq(fixture_steps(&f), text)

static void states(const char *from, const char *to)
{
    fixture_free(&f);
    f.err = moult_error_new();
    f.from = fixture_tree(from, NULL);
    f.to = fixture_tree(to, NULL);
    ck_assert_int_eq(delta_make(f.from, f.to, false, &f.delta, f.err), MOULT_OK);
}

/* ---- planners ---- */

static moult_status choose_none(const moult_host *host, const moult_config *config,
                                moult_problem *problem, moult_error *err)
{
    (void)host, (void)config, (void)problem, (void)err;
    return MOULT_OK;
}

static moult_status look(const moult_host *host, const moult_config *config, moult_problem *problem,
                         moult_error *err)
{
    const moult_plan_api *p = host->plan;
    (void)config, (void)err;
    size_t n;
    uint64_t rows, bytes;
    ck_assert_uint_eq(p->count(problem), 2);
    const moult_change *c = p->change(problem, 0);
    ck_assert_str_eq(p->path(c, &n), "table:a/column:c");
    ck_assert_uint_eq(n, strlen("table:a/column:c"));
    ck_assert_uint_eq(p->op(c), MOULT_ALTER);
    ck_assert_int_eq(p->differs(c, "type"), 1);
    ck_assert_int_eq(p->differs(c, "name"), 0);
    ck_assert_str_eq(p->differing(c, 0), "type");
    ck_assert_ptr_null(p->differing(c, 1));
    ck_assert_uint_eq(p->nested_count(p->object(c)), 1);
    ck_assert_ptr_eq(p->nested(p->object(c), 0), c);
    ck_assert_ptr_null(p->nested(p->object(c), 1));
    ck_assert_ptr_eq(p->from_tree(c), f.from);
    ck_assert_ptr_eq(p->to_tree(c), f.to);
    ck_assert_ptr_null(p->from(p->change(problem, 1)));
    ck_assert_ptr_null(p->change(problem, 2));
    ck_assert_uint_eq(p->way_count(problem, 0), 2);
    ck_assert_uint_eq(p->way_count(problem, 9), 0);
    ck_assert_str_eq(p->way_at(problem, 0, 1)->id, "rebuild");
    ck_assert_ptr_null(p->way_at(problem, 0, 2));
    ck_assert_uint_eq(p->chosen(problem, 0), UINT32_MAX);
    ck_assert_int_eq(p->choose(problem, 0, 2), MOULT_ERR_INVALID);
    ck_assert_int_eq(p->set_phase(problem, 0, 4), MOULT_ERR_INVALID);
    ck_assert_int_eq(p->set_timeouts(problem, 2, 0, 0), MOULT_ERR_INVALID);
    ck_assert_int_eq(p->measured(problem, 0, &rows, &bytes), MOULT_OK);
    ck_assert_uint_eq(rows, strlen("table:a"));
    ck_assert_uint_eq(bytes, UINT64_MAX);
    ck_assert_int_eq(p->measured(problem, 1, &rows, &bytes), MOULT_OK);
    ck_assert_uint_eq(rows, UINT64_MAX);
    ck_assert_int_eq(p->choose(problem, 0, 0), MOULT_OK);
    return p->choose(problem, 1, 0);
}

static moult_status tighten(const moult_host *host, const moult_config *config,
                            moult_problem *problem, moult_error *err)
{
    const moult_plan_api *p = host->plan;
    (void)config, (void)err;
    ck_assert_uint_eq(p->chosen(problem, 0), 0);
    ck_assert_int_eq(p->choose(problem, 0, 1), MOULT_OK);
    ck_assert_int_eq(p->set_phase(problem, 0, MOULT_EXPAND), MOULT_OK);
    ck_assert_int_eq(p->set_phase(problem, 1, MOULT_CONTRACT), MOULT_OK);
    ck_assert_int_eq(p->set_timeouts(problem, 0, 70, 80), MOULT_OK);
    ck_assert_int_eq(p->warn(problem, 0, "mind", 4), MOULT_OK);
    return p->warn(problem, UINT32_MAX, "the gap", 7);
}

static moult_status refuse(const moult_host *host, const moult_config *config,
                           moult_problem *problem, moult_error *err)
{
    (void)host, (void)config, (void)problem;
    return error_set(err, MOULT_ERR_REFUSED, "not on a Friday");
}

static moult_status silent(const moult_host *host, const moult_config *config,
                           moult_problem *problem, moult_error *err)
{
    (void)host, (void)config, (void)problem, (void)err;
    return MOULT_ERR_REFUSED;
}

#define PLANNER(fn_plan, fn_revise)                                                                \
    {                                                                                              \
        .head = {.size = MOULT_END(moult_planner, revise),                                         \
                 .kind = "planner",                                                                \
                 .name = #fn_plan #fn_revise},                                                     \
        .plan = fn_plan, .revise = fn_revise                                                       \
    }
static const moult_planner looks = PLANNER(look, NULL), tightens = PLANNER(NULL, tighten),
                           lazy = PLANNER(choose_none, NULL), refuses = PLANNER(NULL, refuse),
                           mute = PLANNER(NULL, silent);

START_TEST(planners_form_a_chain)
{
    states("table a\n  column c type=1", "table a\n  column c type=2\nview v");
    struct plan_chain chain[] = {{&looks, NULL}, {&tightens, NULL}};
    ck_assert_int_eq(fixture_make(&f, chain, 1), MOULT_OK);
    STEPS_ARE("alter table:a/column:c change; create view:v create");
    ck_assert_int_eq(fixture_make(&f, chain, 2), MOULT_OK);
    STEPS_ARE("alter table:a/column:c rebuild; create view:v create");
    ck_assert_uint_eq(f.plan->steps[0].lock_ms, 70);
    ck_assert_uint_eq(f.plan->steps[0].run_ms, 80);
    ck_assert_uint_eq(f.plan->steps[0].phase, MOULT_EXPAND);
    ck_assert_uint_eq(f.plan->steps[1].phase, MOULT_CONTRACT);
    ck_assert_uint_eq(f.plan->warning_count, 2);
    ck_assert_str_eq(f.plan->warnings[0].p, "table:a/column:c: mind");
    ck_assert_str_eq(f.plan->warnings[1].p, "the gap");
}
END_TEST

START_TEST(planners_out_of_place)
{
    states("", "view v");
    struct plan_chain chain[] = {{&tightens, NULL}, {&fixture_first, NULL}};
    ck_assert_int_eq(fixture_make(&f, chain, 1), MOULT_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(moult_error_message(f.err), "NULLtighten"));
    chain[0].planner = &fixture_first;
    ck_assert_int_eq(fixture_make(&f, chain, 2), MOULT_ERR_CONFIG);
    ck_assert_ptr_nonnull(moult_error_detail(f.err, "hint"));
    ck_assert_int_eq(fixture_make(&f, chain, 0), MOULT_ERR_CONFIG);
}
END_TEST

START_TEST(planners_that_fail)
{
    states("", "view v");
    struct plan_chain chain[] = {{&lazy, NULL}, {&refuses, NULL}};
    ck_assert_int_eq(fixture_make(&f, chain, 1), MOULT_ERR_INTERNAL);
    ck_assert_ptr_nonnull(strstr(moult_error_message(f.err), "view:v"));
    chain[0].planner = &fixture_first;
    ck_assert_int_eq(fixture_make(&f, chain, 2), MOULT_ERR_REFUSED);
    ck_assert_str_eq(moult_error_message(f.err), "not on a Friday");
    chain[1].planner = &mute;
    ck_assert_int_eq(fixture_make(&f, chain, 2), MOULT_ERR_REFUSED);
    ck_assert_str_ne(moult_error_message(f.err), "");
}
END_TEST

START_TEST(ways_that_make_no_sense)
{
    states("", "view v ~txn=9");
    struct plan_chain chain = {&fixture_first, NULL};
    ck_assert_int_eq(fixture_make(&f, &chain, 1), MOULT_ERR_INTERNAL);
    states("", "view v ~phase=9");
    ck_assert_int_eq(fixture_make(&f, &chain, 1), MOULT_ERR_INTERNAL);
}
END_TEST

/* ---- renames ---- */

struct hint {
    const char *from, *to;
};

/* BEFORE -hints-> FROM -plan-> TO. */
static moult_status rename_and_plan(const char *before, const char *from, const char *to,
                                    const struct hint *hints, size_t n)
{
    states(from, to);
    f.before = fixture_tree(before, NULL);
    f.delta->before = f.before;
    for (size_t i = 0; i < n; i++) {
        struct rename *r =
            ARENA_PUSH(&f.delta->arena, f.delta->due, f.delta->due_count, f.delta->due_cap);
        *r = (struct rename){str_of(hints[i].from), str_of(hints[i].to), STR("--rename")};
    }
    struct plan_chain chain = {&fixture_first, NULL};
    return fixture_make(&f, &chain, 1);
}

START_TEST(renames_come_first)
{
    const struct hint hints[] = {
        {"table:b", "table:c"}, {"table:a", "table:b"}, {"table:b/column:x", "table:b/column:y"}};
    ck_assert_int_eq(rename_and_plan("table a\n  column x\ntable b\n  column x\nview v",
                                     "table b\n  column y\ntable c\n  column x\nview v",
                                     "table b\n  column y\n  column z\ntable c n=1\n  column x",
                                     hints, 3),
                     MOULT_OK);
    STEPS_ARE("rename table:c rename; rename table:b rename; rename table:b/column:y rename; "
              "create table:b/column:z add; alter table:c rebuild; drop view:v drop");
    ck_assert_uint_eq(f.plan->steps[2].op, MOULT_RENAME);
    ck_assert_str_eq(f.plan->steps[2].object.p, "table:b");
    ck_assert_str_eq(f.plan->steps[0].summary.p, "rename (was table b)");
    ck_assert_str_eq(f.plan->steps[2].summary.p, "column y: rename (was column x)");
    ck_assert_str_eq(f.plan->from, f.before->state);
    ck_assert_uint_eq(f.plan->steps[3].depend_count, 1);
    ck_assert_uint_eq(f.plan->steps[3].depends[0], 2);
    ck_assert_uint_eq(f.plan->steps[4].depends[0], 0);
    /* measured under the name that the target knows */
    ck_assert_uint_eq(f.plan->steps[4].rows, strlen("table:b"));
}
END_TEST

START_TEST(renames_free_names_first)
{
    const struct hint hints[] = {{"table:a", "table:b"}, {"table:b", "table:c"}};
    ck_assert_int_eq(rename_and_plan("table a\ntable b n=2", "table b\ntable c n=2",
                                     "table b\ntable c n=2", hints, 2),
                     MOULT_OK);
    STEPS_ARE("rename table:c rename; rename table:b rename");
}
END_TEST

START_TEST(renames_in_a_circle)
{
    const struct hint hints[] = {{"table:a", "table:b"}, {"table:b", "table:a"}};
    ck_assert_int_eq(rename_and_plan("table a\ntable b n=2", "table a n=2\ntable b",
                                     "table a n=2\ntable b", hints, 2),
                     MOULT_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(moult_error_message(f.err), "table:a"));
    ck_assert_ptr_nonnull(moult_error_detail(f.err, "hint"));
}
END_TEST

START_TEST(rename_that_did_not_happen)
{
    const struct hint hints[] = {{"table:a", "table:z"}};
    ck_assert_int_eq(rename_and_plan("table a", "table a", "table a n=1", hints, 1),
                     MOULT_ERR_INTERNAL);
    const struct hint aside[] = {{"table:a", "table:b"}};
    ck_assert_int_eq(rename_and_plan("table a ~aside=view:v\nview v", "table b\nview v",
                                     "table b\nview v", aside, 1),
                     MOULT_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(moult_error_message(f.err), "view:v"));
}
END_TEST

/* ---- size ---- */

static moult_tree *large_tree(unsigned tables, const char *value)
{
    moult_tree *tree = fixture_tree_raw();
    for (unsigned i = 0; i < tables; i++) {
        CLEANUP_BUF struct buf key = {0}, path = {0}, before = {0};
        buf_printf(&key, "t%u", i);
        buf_printf(&path, "table:t%u", i);
        buf_printf(&before, "table:t%u", i / 2);
        moult_node *t = tree_add(tree->root, "table", buf_view(&key));
        tree_set(t, MOULT_SHAPE, "value", str_of(value), (struct str){0});
        tree_claim(t, "relation", buf_view(&key));
        moult_node *c = tree_add(t, "column", STR("id"));
        tree_refer(c, MOULT_REF_ENFORCED, buf_view(&before));
        moult_node *v = tree_add(tree->root, "view", buf_view(&key));
        tree_refer(v, MOULT_REF_TEXT, buf_view(&path));
    }
    fixture_seal(tree, NULL);
    return tree;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

START_TEST(ten_thousand_tables)
{
    struct plan_chain chain = {&fixture_first, NULL};
    f.err = moult_error_new();
    f.from = fixture_tree_raw();
    fixture_seal(f.from, NULL);
    f.to = large_tree(10000, "1");
    ck_assert_int_eq(delta_make(f.from, f.to, false, &f.delta, f.err), MOULT_OK);
    double start = seconds();
    ck_assert_int_eq(fixture_make(&f, &chain, 1), MOULT_OK);
    ck_assert_uint_eq(f.plan->step_count, 20000);
    ck_assert(fixture_index(&f, "create table:t4999 create") <
              fixture_index(&f, "create table:t9999 create"));
    delta_free(f.delta);
    tree_free(f.from);
    f.from = large_tree(10000, "2");
    ck_assert_int_eq(delta_make(f.from, f.to, false, &f.delta, f.err), MOULT_OK);
    ck_assert_int_eq(fixture_make(&f, &chain, 1), MOULT_OK);
    ck_assert_uint_eq(f.plan->step_count, 30000); /* rebuilt, each with its view aside */
    /* Far more than it takes, but not what anything quadratic would need. */
    ck_assert_msg(seconds() - start < 20, "took %f s", seconds() - start);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("plan-decide");
    TCase *t = tcase_create("planners");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, planners_form_a_chain);
    tcase_add_test(t, planners_out_of_place);
    tcase_add_test(t, planners_that_fail);
    tcase_add_test(t, ways_that_make_no_sense);
    suite_add_tcase(s, t);
    t = tcase_create("renames");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, renames_come_first);
    tcase_add_test(t, renames_free_names_first);
    tcase_add_test(t, renames_in_a_circle);
    tcase_add_test(t, rename_that_did_not_happen);
    suite_add_tcase(s, t);
    t = tcase_create("size");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, ten_thousand_tables);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
