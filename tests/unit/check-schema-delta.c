/* SPDX-License-Identifier: Apache-2.0 */
/* Deltas and how they are shown. */
#include "check-schema.h"

static moult_tree *shop(bool wanted)
{
    moult_tree *tree = new_tree();
    moult_node *orders = add(tree->root, "table", "orders");
    set(orders, MOULT_LAYOUT, "name", "Orders");
    add_column(orders, "id", "INTEGER", "1");
    moult_node *price = add_column(orders, "price", wanted ? "NUMERIC" : "INTEGER", "2");
    if (wanted)
        set(price, MOULT_SHAPE, "not_null", "true");
    else
        set(price, MOULT_SHAPE, "default", "0");
    set(price, MOULT_DERIVED, "logical", wanted ? "decimal" : "int64");
    add_column(orders, wanted ? "note" : "remark", "TEXT", "3");
    set(add(orders, "primary_key", ""), MOULT_SHAPE, "columns", wanted ? "id, price" : "id");
    set_same(add(tree->root, "view", "same"), MOULT_SHAPE, "body", wanted ? "SELECT 1" : "select 1",
             "SELECT 1");
    set(add(tree->root, "view", "long"), MOULT_SHAPE, "body",
        wanted ? "SELECT 1\nFROM b" : "SELECT 1\nFROM a");
    set(add(tree->root, "index", "cosmetic"), MOULT_LAYOUT, "name",
        wanted ? "Cosmetic" : "COSMETIC");
    add(tree->root, wanted ? "view" : "table", "turned");
    add(tree->root, wanted ? "table" : "index", wanted ? "users" : "i_old");
    seal(tree);
    return tree;
}

static const char expected_text[] =
    "- index i_old\n"
    "~ table Orders\n"
    "  + column note: type TEXT\n"
    "  ~ column price: default 0 -> (none), not_null (none) -> true, "
    "type INTEGER -> NUMERIC\n"
    "  - column remark: type TEXT\n"
    "  ~ primary_key: columns id -> id, price\n"
    "- table turned\n"
    "+ table users\n"
    "~ view long\n"
    "  body\n"
    "    - SELECT 1\n"
    "    - FROM a\n"
    "    + SELECT 1\n"
    "    + FROM b\n"
    "+ view turned\n"
    "in layout alone, which is not part of the state:\n"
    "  ~ index Cosmetic: name COSMETIC -> Cosmetic\n";

START_TEST(text_is_for_people)
{
    CLEANUP_TREE moult_tree *from = shop(false), *to = shop(true);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, false, &delta, NULL), MOULT_OK);
    CLEANUP_BUF struct buf text = {0};
    ck_assert_int_eq(delta_write_text(delta, collect, &text, NULL), MOULT_OK);
    ck_assert_str_eq(text.p, expected_text);
}
END_TEST

START_TEST(changes_know_their_places)
{
    CLEANUP_TREE moult_tree *from = shop(false), *to = shop(true);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, false, &delta, NULL), MOULT_OK);
    ck_assert_uint_eq(delta->change_count, 6);
    ck_assert_uint_eq(delta->cosmetic_count, 1);
    for (size_t i = 1; i < delta->change_count; i++)
        ck_assert_int_lt(str_cmp(delta->changes[i - 1]->path, delta->changes[i]->path), 0);
    const moult_change *orders = delta->changes[1];
    assert_str(orders->path, "table:orders");
    ck_assert_uint_eq(orders->op, MOULT_ALTER);
    ck_assert_ptr_eq(orders->object, orders);
    ck_assert_ptr_eq(orders->delta, delta);
    ck_assert_uint_eq(orders->differing_count, 0);
    ck_assert_uint_eq(orders->nested_count, 4);
    for (size_t i = 0; i < orders->nested_count; i++)
        ck_assert_ptr_eq(orders->nested[i]->object, orders);
    const moult_change *price = orders->nested[1], *remark = orders->nested[2];
    assert_str(price->path, "table:orders/column:price");
    ck_assert_uint_eq(price->differing_count, 3);
    ck_assert_str_eq(price->differing[0], "default");
    ck_assert_uint_eq(remark->op, MOULT_DROP);
    ck_assert_ptr_null(remark->to);
    ck_assert_uint_eq(orders->nested[0]->op, MOULT_CREATE);
    ck_assert_ptr_null(orders->nested[0]->from);
}
END_TEST

START_TEST(layout_counts_where_asked_for)
{
    CLEANUP_TREE moult_tree *from = shop(false), *to = shop(true);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, true, &delta, NULL), MOULT_OK);
    ck_assert_uint_eq(delta->change_count, 7);
    ck_assert_uint_eq(delta->cosmetic_count, 0);
    assert_str(delta->changes[0]->path, "index:cosmetic");
    ck_assert_str_eq(delta->changes[0]->differing[0], "name");
}
END_TEST

START_TEST(nested_layout_is_cosmetic)
{
    CLEANUP_TREE moult_tree *from = new_tree(), *to = new_tree();
    add_column(add(from->root, "table", "t"), "a", "TEXT", "1");
    add_column(add(to->root, "table", "t"), "a", "TEXT", "2");
    seal(from);
    seal(to);
    ck_assert_str_eq(from->state, to->state);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, false, &delta, NULL), MOULT_OK);
    ck_assert_uint_eq(delta->change_count, 0);
    ck_assert_uint_eq(delta->cosmetic_count, 1);
    ck_assert_uint_eq(delta->cosmetic[0]->nested_count, 1);
    ck_assert_str_eq(delta->cosmetic[0]->nested[0]->differing[0], "position");
}
END_TEST

START_TEST(equal_trees_have_no_delta)
{
    CLEANUP_TREE moult_tree *from = shop(true), *to = shop(true);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, true, &delta, NULL), MOULT_OK);
    ck_assert_uint_eq(delta->change_count + delta->cosmetic_count, 0);
    CLEANUP_BUF struct buf text = {0};
    ck_assert_int_eq(delta_write_text(delta, collect, &text, NULL), MOULT_OK);
    ck_assert_str_eq(text.p, "no differences\n");
}
END_TEST

START_TEST(an_aspect_that_moved_differs)
{
    CLEANUP_TREE moult_tree *from = new_tree(), *to = new_tree();
    set(add(from->root, "table", "t"), MOULT_SHAPE, "owner", "me");
    set(add(to->root, "table", "t"), MOULT_RIGHTS, "owner", "me");
    seal(from);
    seal(to);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, false, &delta, NULL), MOULT_OK);
    ck_assert_uint_eq(delta->change_count, 1);
    ck_assert_uint_eq(delta->changes[0]->differing_count, 1);
}
END_TEST

START_TEST(unmanaged_objects_are_left_alone)
{
    CLEANUP_TREE moult_tree *from = new_tree(), *to = new_tree();
    const char *const ignore[] = {"x*", NULL};
    const struct scope scope = {.ignore = ignore};
    set(add(from->root, "view", "x1"), MOULT_SHAPE, "body", "1");
    set(add(to->root, "view", "x1"), MOULT_SHAPE, "body", "2");
    add(from->root, "view", "x2");
    add(to->root, "view", "x3");
    add(to->root, "view", "y");
    ck_assert_int_eq(tree_seal(from, &scope, NULL), MOULT_OK);
    ck_assert_int_eq(tree_seal(to, &scope, NULL), MOULT_OK);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, true, &delta, NULL), MOULT_OK);
    ck_assert_uint_eq(delta->change_count, 1);
    assert_str(delta->changes[0]->path, "view:y");
}
END_TEST

START_TEST(classes_must_be_the_same)
{
    CLEANUP_TREE moult_tree *from = new_tree(), *to = tree_new(STR("sqlite"), 3, 2, STR(""));
    CLEANUP_ERROR moult_error *err = moult_error_new();
    struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, true, &delta, err), MOULT_ERR_INTERNAL);
    seal(from);
    seal(to);
    ck_assert_int_eq(delta_make(from, to, true, &delta, err), MOULT_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(moult_error_message(err), "sqlite/3/2"));
    ck_assert_ptr_null(delta);
}
END_TEST

START_TEST(text_does_not_steer_the_terminal)
{
    CLEANUP_TREE moult_tree *from = new_tree(), *to = new_tree();
    add(to->root, "table", "\x01tenant\x02\x1b[2J\xc2\x9b\xc3\xa4");
    add(to->root, "table", "z\xff");
    seal(from);
    seal(to);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, true, &delta, NULL), MOULT_OK);
    CLEANUP_BUF struct buf text = {0};
    ck_assert_int_eq(delta_write_text(delta, collect, &text, NULL), MOULT_OK);
    ck_assert_str_eq(text.p, "+ table {tenant}\\x1b[2J\\xc2\\x9b\xc3\xa4\n+ table z\\xff\n");
    CLEANUP_ERROR moult_error *err = moult_error_new();
    buf_clear(&text);
    ck_assert_int_eq(delta_write_json(delta, collect, &text, err), MOULT_ERR_INVALID);
    ck_assert_str_eq(moult_error_detail(err, "object"), "table:z%FF");
}
END_TEST

START_TEST(json_is_canonical)
{
    CLEANUP_TREE moult_tree *from = new_tree(), *to = new_tree();
    moult_node *table = add(from->root, "table", "t");
    set(add(table, "column", "a"), MOULT_SHAPE, "default", "1");
    table = add(to->root, "table", "t");
    set(add(table, "column", "a"), MOULT_SHAPE, "type", "INT");
    add(table, "column", "b");
    set(add(from->root, "index", "i"), MOULT_LAYOUT, "name", "I");
    set(add(to->root, "index", "i"), MOULT_LAYOUT, "name", "i");
    seal(from);
    seal(to);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(from, to, false, &delta, NULL), MOULT_OK);
    struct rename due = {STR("table:old"), STR("table:t"), STR("renames.toml:3")};
    delta->due = &due;
    delta->due_count = 1;
    CLEANUP_BUF struct buf json = {0}, expected = {0}, text = {0};
    ck_assert_int_eq(delta_write_json(delta, collect, &json, NULL), MOULT_OK);
    buf_printf(
        &expected,
        "{\"changes\":[{\"changes\":[{\"attributes\":{\"default\":{\"from\":\"1\"},\"type\":{\"to\":\"INT\"}},"
        "\"key\":\"a\",\"kind\":\"column\",\"op\":\"alter\",\"path\":\"table:t/column:a\"},"
        "{\"key\":\"b\",\"kind\":\"column\",\"op\":\"create\",\"path\":\"table:t/column:b\"}],"
        "\"key\":\"t\",\"kind\":\"table\",\"op\":\"alter\",\"path\":\"table:t\"}],\"class\":\"sqlite/3/1\","
        "\"cosmetic\":[{\"attributes\":{\"name\":{\"from\":\"I\",\"to\":\"i\"}},\"key\":\"i\","
        "\"kind\":\"index\",\"op\":\"alter\",\"path\":\"index:i\"}],\"format\":\"moult-delta/1\","
        "\"from\":{\"layout\":\"%s\",\"server\":\"SQLite 3.40.1\",\"state\":\"%s\"},"
        "\"renames\":[{\"from\":\"table:old\",\"to\":\"table:t\",\"where\":\"renames.toml:3\"}],"
        "\"to\":{\"layout\":\"%s\",\"server\":\"SQLite 3.40.1\",\"state\":\"%s\"}}",
        from->aspect[MOULT_LAYOUT], from->state, to->aspect[MOULT_LAYOUT], to->state);
    ck_assert_str_eq(json.p, expected.p);
    ck_assert_int_eq(delta_write_text(delta, collect, &text, NULL), MOULT_OK);
    ck_assert_ptr_eq(strstr(text.p, "> table:old -> table:t (renames.toml:3)\n"), text.p);
}
END_TEST

TCase *delta_cases(void)
{
    TCase *t = tcase_create("delta");
    tcase_add_test(t, text_is_for_people);
    tcase_add_test(t, changes_know_their_places);
    tcase_add_test(t, layout_counts_where_asked_for);
    tcase_add_test(t, nested_layout_is_cosmetic);
    tcase_add_test(t, equal_trees_have_no_delta);
    tcase_add_test(t, an_aspect_that_moved_differs);
    tcase_add_test(t, unmanaged_objects_are_left_alone);
    tcase_add_test(t, classes_must_be_the_same);
    tcase_add_test(t, text_does_not_steer_the_terminal);
    tcase_add_test(t, json_is_canonical);
    return t;
}
