/* SPDX-License-Identifier: Apache-2.0 */
/* From a delta to sorted steps: grouping, what stands aside, order, circles, names, renames,
 * planners. */
#include <stdio.h>
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

static bool depends_on(const struct plan_step *s, size_t step)
{
    for (size_t i = 0; i < s->depend_count; i++)
        if (s->depends[i] == step)
            return true;
    return false;
}

START_TEST(nothing_differs)
{
    fixture_plan(&f, "table a", "table a");
    ck_assert_uint_eq(f.plan->step_count, 0);
    ck_assert_uint_eq(f.plan->hazards, 0);
    ck_assert_str_eq(f.plan->from, f.plan->to);
    ck_assert_uint_eq(strlen(f.plan->digest), 64);
}
END_TEST

START_TEST(created_after_what_is_referred_to)
{
    fixture_plan(&f, "",
                 "table a >table:z\ntable z\nindex i @table:a >table:a/column:x\nview b ?table:a");
    STEPS_ARE(
        "create table:z create; create table:a create; create index:i create; create view:b create");
    ck_assert(depends_on(fixture_step(&f, "create table:a create"), 0));
    ck_assert(depends_on(fixture_step(&f, "create index:i create"), 1));
    ck_assert_uint_eq(fixture_step(&f, "create table:z create")->depend_count, 0);
}
END_TEST

START_TEST(dropped_before_what_is_referred_to)
{
    fixture_plan(&f, "table a >table:z\ntable z\nview b ?table:a\nview c ?view:b", "");
    STEPS_ARE("drop view:c drop; drop view:b drop; drop table:a drop; drop table:z drop");
    ck_assert_uint_eq(f.plan->hazards & MOULT_HAZARD_DELETES_DATA, MOULT_HAZARD_DELETES_DATA);
    ck_assert(!fixture_step(&f, "drop table:a drop")->reversible);
    ck_assert(fixture_step(&f, "drop view:b drop")->reversible);
}
END_TEST

START_TEST(references_of_parts_count)
{
    fixture_plan(&f, "table a", "table a\n  key k >table:b/column:x\ntable b\n  column x");
    STEPS_ARE("create table:b create; create table:a/key:k add");
}
END_TEST

START_TEST(part_after_new_part_elsewhere)
{
    fixture_plan(&f, "table a\ntable z", "table a\n  key k >table:z/column:x\ntable z\n  column x");
    STEPS_ARE("create table:z/column:x add; create table:a/key:k add");
}
END_TEST

START_TEST(altered_text_after_what_it_names_anew)
{
    fixture_plan(&f, "table a\n  column c type=1\nview b n=1 ?table:a",
                 "table a\n  column c type=2 ~phase=3\n  column d\nview b n=2 ?table:a");
    STEPS_ARE("create table:a/column:d add; alter table:a/column:c change; alter view:b replace");
}
END_TEST

START_TEST(new_columns_in_wanted_order)
{
    fixture_plan(
        &f, "table a",
        "table a\n  column y .position=3\n  column z .position=2\n  column b .position=10");
    STEPS_ARE(
        "create table:a/column:z add; create table:a/column:y add; create table:a/column:b add");
}
END_TEST

START_TEST(phases_order_what_is_free)
{
    fixture_plan(&f, "table a\n  column old\ntable b x=1\nview w", "table a\ntable b x=2\nview n");
    STEPS_ARE(
        "create view:n create; alter table:b rebuild; drop table:a/column:old drop; drop view:w drop");
}
END_TEST

START_TEST(covering_way_takes_all)
{
    fixture_plan(&f, "table a\n  column c\n  column d type=1",
                 "table a\n  column d type=2 hard=1\n  column e");
    ck_assert_uint_eq(f.plan->step_count, 1);
    const struct plan_step *s = &f.plan->steps[0];
    ck_assert_str_eq(s->way.p, "rebuild");
    ck_assert_uint_eq(s->op, MOULT_ALTER);
    ck_assert_str_eq(s->object.p, "table:a");
    ck_assert_uint_eq(s->statement_count, 3);
    ck_assert_uint_eq(s->hazards, MOULT_HAZARD_REWRITES_TABLE | MOULT_HAZARD_DELETES_DATA);
    ck_assert_uint_eq(s->lock, MOULT_LOCK_WRITES);
    ck_assert_uint_eq(s->phase, MOULT_CONTRACT);
    ck_assert(!s->reversible);
    ck_assert_uint_eq(s->rows, strlen("table:a"));
    ck_assert_uint_eq(s->bytes, UINT64_MAX);
}
END_TEST

START_TEST(in_place_ways_stay_apart)
{
    fixture_plan(&f, "table a\n  column c type=1\n  column d type=1",
                 "table a\n  column c type=2\n  column d type=2");
    STEPS_ARE("alter table:a/column:c change; alter table:a/column:d change");
    ck_assert_str_eq(f.plan->steps[0].summary.p, "column c: change");
    ck_assert_uint_eq(f.plan->steps[0].rows, UINT64_MAX);
}
END_TEST

START_TEST(new_objects_come_after_a_rebuild)
{
    fixture_plan(&f, "table z\n  column c type=1",
                 "table z\n  column c type=2 hard=1\nindex a @table:z >table:z/column:d");
    STEPS_ARE("alter table:z/column:c rebuild; create index:a create");
}
END_TEST

START_TEST(aside_to_the_fixpoint)
{
    const char *others =
        "\nindex i @table:a\nview v ?table:a\nview w ?view:v\nview x ?view:w\nview y ?table:b\ntable b";
    CLEANUP_BUF struct buf from = {0}, to = {0};
    buf_printf(&from, "table a n=1%s", others);
    buf_printf(&to, "table a n=2%s", others);
    fixture_plan(&f, from.p, to.p);
    STEPS_ARE(
        "drop index:i aside; drop view:x aside; drop view:w aside; drop view:v aside; alter table:a rebuild; "
        "create index:i aside; create view:v aside; create view:w aside; create view:x aside");
    const struct plan_step *back = fixture_step(&f, "create view:w aside");
    ck_assert(depends_on(back, fixture_index(&f, "create view:v aside")));
    ck_assert(depends_on(fixture_step(&f, "alter table:a rebuild"),
                         fixture_index(&f, "drop view:v aside")));
    ck_assert_str_eq(back->way.p, "aside");
    ck_assert_ptr_nonnull(back->why.p);
    ck_assert_uint_eq(f.plan->hazards, MOULT_HAZARD_REWRITES_TABLE);
}
END_TEST

START_TEST(aside_of_two_operations_once)
{
    fixture_plan(&f, "table a n=1\ntable b n=1\nview v ?table:a ?table:b",
                 "table a n=2\ntable b n=2\nview v ?table:a ?table:b");
    STEPS_ARE(
        "drop view:v aside; alter table:a rebuild; alter table:b rebuild; create view:v aside");
    ck_assert_uint_eq(fixture_step(&f, "create view:v aside")->depend_count, 2);
}
END_TEST

START_TEST(altered_aside_becomes_drop_and_create)
{
    fixture_plan(&f, "table a n=1\nview v n=1 ?table:a", "table a n=2\nview v n=2 ?table:a");
    STEPS_ARE("drop view:v aside; alter table:a rebuild; create view:v aside");
}
END_TEST

START_TEST(dropped_or_new_aside_stays_so)
{
    fixture_plan(&f, "table a n=1\nview v ?table:a", "table a n=2\nview w ?table:a");
    STEPS_ARE("drop view:v drop; alter table:a rebuild; create view:w create");
    fixture_plan(&f, "table a n=1 ~aside=view:w", "table a n=2\nview w");
    STEPS_ARE("alter table:a rebuild; create view:w create");
}
END_TEST

START_TEST(part_of_another_object_stands_aside)
{
    fixture_plan(&f, "table a n=1 ~aside=table:b/key:k\ntable b\n  key k >table:a",
                 "table a n=2\ntable b\n  key k >table:a");
    STEPS_ARE("drop table:b/key:k aside; alter table:a rebuild; create table:b/key:k aside");
    ck_assert_str_eq(f.plan->steps[0].object.p, "table:b");
    ck_assert_uint_eq(f.plan->steps[0].op, MOULT_ALTER);
    ck_assert_str_eq(f.plan->steps[0].summary.p, "key k: drop");
    fixture_plan(&f, "table a n=1 ~aside=table:b/key:k\ntable b n=1\n  key k >table:a",
                 "table a n=2\ntable b n=2\n  key k >table:a");
    STEPS_ARE("drop table:b/key:k aside; alter table:a rebuild; alter table:b rebuild");
}
END_TEST

START_TEST(rows_do_not_stand_aside)
{
    moult_status st =
        fixture_try(&f, "table a n=1 ~aside=table:b\ntable b", "table a n=2\ntable b");
    ck_assert_int_eq(st, MOULT_ERR_UNSUPPORTED);
    ck_assert_str_eq(moult_error_detail(f.err, "object"), "table:b");
    ck_assert_ptr_nonnull(moult_error_detail(f.err, "hint"));
    ck_assert_ptr_null(f.plan);
}
END_TEST

START_TEST(unmanaged_comes_back_as_it_was)
{
    static const char *const ignore[] = {"view:*", NULL};
    struct plan_chain chain = {&fixture_first, NULL};
    f.err = moult_error_new();
    f.from = fixture_tree("table a n=1\nview v ?table:a", ignore);
    f.to = fixture_tree("table a n=2", ignore);
    ck_assert_int_eq(delta_make(f.from, f.to, false, &f.delta, f.err), MOULT_OK);
    ck_assert_int_eq(fixture_make(&f, &chain, 1), MOULT_OK);
    STEPS_ARE("drop view:v aside; alter table:a rebuild; create view:v aside");
    ck_assert_uint_eq(f.plan->warning_count, 1);
    ck_assert_ptr_nonnull(strstr(f.plan->warnings[0].p, "view:v"));
}
END_TEST

START_TEST(names_are_freed_before_taken)
{
    fixture_plan(&f, "view a ^relation:a\ntable k\n  key u ^relation:n",
                 "table a ^relation:a\nindex b ^relation:n\ntable k");
    ck_assert_uint_lt(fixture_index(&f, "drop view:a drop"),
                      fixture_index(&f, "create table:a create"));
    ck_assert_uint_lt(fixture_index(&f, "drop table:k/key:u drop"),
                      fixture_index(&f, "create index:b create"));
}
END_TEST

START_TEST(names_that_change_places_are_refused)
{
    moult_status st = fixture_try(&f, "view a n=1 ^relation:x\nview b n=1 ^relation:y",
                                  "view a n=2 ^relation:y\nview b n=2 ^relation:x");
    ck_assert_int_eq(st, MOULT_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(moult_error_message(f.err), "view:a, view:b"));
}
END_TEST

START_TEST(text_gives_way_in_a_circle)
{
    fixture_plan(&f, "", "view a ?view:b\nview b >view:a");
    STEPS_ARE("create view:a create; create view:b create");
    ck_assert_uint_eq(f.plan->warning_count, 0);
}
END_TEST

START_TEST(enforced_circle_warns)
{
    fixture_plan(
        &f, "",
        "table a >table:b\ntable b >table:c\ntable c >table:a\ntable d >table:c\ntable x >table:x");
    STEPS_ARE(
        "create table:x create; create table:a create; create table:c create; create table:b create; "
        "create table:d create");
    ck_assert_uint_eq(f.plan->warning_count, 1);
    ck_assert_ptr_nonnull(strstr(f.plan->warnings[0].p, "table:a, table:b, table:c"));
}
END_TEST

START_TEST(way_that_is_missing_names_the_object)
{
    ck_assert_int_eq(fixture_try(&f, "", "view v ~impossible=yes"), MOULT_ERR_UNSUPPORTED);
    ck_assert_str_eq(moult_error_detail(f.err, "object"), "view:v");
    ck_assert_int_eq(fixture_try(&f, "", "view v ~lock=77"), MOULT_ERR_INTERNAL);
    ck_assert_int_eq(fixture_try(&f, "", "view v ~mute=yes"), MOULT_ERR_INTERNAL);
    ck_assert_ptr_nonnull(strstr(moult_error_message(f.err), "no statement"));
}
END_TEST

START_TEST(unknown_facts_are_hazards)
{
    fixture_plan(&f, "", "view v ~lock=255\nview w ~hazard=0x80000000");
    ck_assert_uint_eq(f.plan->steps[0].hazards, MOULT_HAZARD_UNKNOWN_LOCK);
    ck_assert_uint_eq(f.plan->steps[1].hazards, MOULT_HAZARD_NOT_ANALYSED);
}
END_TEST

START_TEST(transactions_are_shared_by_neighbours)
{
    fixture_plan(&f, "", "view a\nview b\nview c ~txn=2\nview d ~txn=3\nview e\nview f");
    const uint32_t wanted[] = {0, 0, 1, 2, 3, 3};
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(f.plan->steps[i].group, wanted[i]);
}
END_TEST

START_TEST(cosmetics_only_with_other_work)
{
    fixture_plan(&f, "view v .name=v", "view v .name=V");
    ck_assert_uint_eq(f.plan->step_count, 0);
    fixture_plan(&f, "view v .name=v\ntable t .name=t\nview w .name=w ~hazard=1",
                 "view v .name=V\ntable t .name=T\nview w .name=W ~hazard=1\nview n");
    STEPS_ARE("create view:n create; alter view:v replace");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("plan");
    TCase *t = tcase_create("order");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, nothing_differs);
    tcase_add_test(t, created_after_what_is_referred_to);
    tcase_add_test(t, dropped_before_what_is_referred_to);
    tcase_add_test(t, references_of_parts_count);
    tcase_add_test(t, part_after_new_part_elsewhere);
    tcase_add_test(t, altered_text_after_what_it_names_anew);
    tcase_add_test(t, new_columns_in_wanted_order);
    tcase_add_test(t, phases_order_what_is_free);
    tcase_add_test(t, covering_way_takes_all);
    tcase_add_test(t, in_place_ways_stay_apart);
    tcase_add_test(t, new_objects_come_after_a_rebuild);
    tcase_add_test(t, names_are_freed_before_taken);
    tcase_add_test(t, names_that_change_places_are_refused);
    tcase_add_test(t, text_gives_way_in_a_circle);
    tcase_add_test(t, enforced_circle_warns);
    tcase_add_test(t, transactions_are_shared_by_neighbours);
    suite_add_tcase(s, t);
    t = tcase_create("aside");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, aside_to_the_fixpoint);
    tcase_add_test(t, aside_of_two_operations_once);
    tcase_add_test(t, altered_aside_becomes_drop_and_create);
    tcase_add_test(t, dropped_or_new_aside_stays_so);
    tcase_add_test(t, part_of_another_object_stands_aside);
    tcase_add_test(t, rows_do_not_stand_aside);
    tcase_add_test(t, unmanaged_comes_back_as_it_was);
    suite_add_tcase(s, t);
    t = tcase_create("ways");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, way_that_is_missing_names_the_object);
    tcase_add_test(t, unknown_facts_are_hazards);
    tcase_add_test(t, cosmetics_only_with_other_work);
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
