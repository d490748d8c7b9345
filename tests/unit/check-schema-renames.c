/* SPDX-License-Identifier: Apache-2.0 */
/* Rename hints: their form, and what they ask of a state. */
#include "check-schema.h"

static void cleanup_renames(struct renames *r)
{
    renames_free(r);
}
#define CLEANUP_RENAMES __attribute__((cleanup(cleanup_renames)))

START_TEST(hints_become_paths)
{
    CLEANUP_RENAMES struct renames r = {0};
    ck_assert_int_eq(renames_add(&r, STR("table:old=new"), "a:1", NULL), MOULT_OK);
    ck_assert_int_eq(renames_add(&r, STR("table:users/column:e mail=e%3Dmail%2f%25"), "a:2", NULL),
                     MOULT_OK);
    ck_assert_int_eq(renames_add(&r, STR("table:old=new"), "a:3", NULL), MOULT_OK);
    ck_assert_uint_eq(r.count, 2);
    assert_str(r.items[0].from, "table:old");
    assert_str(r.items[0].to, "table:new");
    assert_str(r.items[0].where, "a:1");
    assert_str(r.items[1].from, "table:users/column:e%20mail");
    assert_str(r.items[1].to, "table:users/column:e=mail%2F%25");
}
END_TEST

START_TEST(bad_hints_are_refused)
{
    const char *const bad[] = {
        "",
        "=",
        "table:a",
        "a=b",
        "table:=b",
        "table:a=",
        ":a=b",
        "table:a=b=c",
        "table:a=table:b",
        "table:a=x/y",
        "table:a=a",
        "table:a%2=b",
        "table:a=b%",
        "table:a%zz=b",
        "table:a/=b",
        "table:a/b=c",
        "table:a:b=c",
        "/table:a=b",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CLEANUP_RENAMES struct renames r = {0};
        CLEANUP_ERROR moult_error *err = moult_error_new();
        ck_assert_msg(renames_add(&r, str_of(bad[i]), "f:7", err) == MOULT_ERR_CONFIG, "%s",
                      bad[i]);
        ck_assert_ptr_eq(strstr(moult_error_message(err), "f:7"), moult_error_message(err));
        ck_assert_ptr_nonnull(moult_error_detail(err, "hint"));
        ck_assert_uint_eq(r.count, 0);
    }
}
END_TEST

START_TEST(hints_that_contradict_are_refused)
{
    CLEANUP_RENAMES struct renames r = {0};
    CLEANUP_ERROR moult_error *err = moult_error_new();
    ck_assert_int_eq(renames_add(&r, STR("table:a=b"), "f:1", err), MOULT_OK);
    ck_assert_int_eq(renames_add(&r, STR("table:a=c"), "f:2", err), MOULT_ERR_CONFIG);
    ck_assert_int_eq(renames_add(&r, STR("table:c=b"), "f:3", err), MOULT_ERR_CONFIG);
    ck_assert_str_eq(moult_error_detail(err, "detail"), "the other one is at f:1");
    ck_assert_int_eq(renames_add(&r, STR("table:b=c"), "f:4", err), MOULT_OK);
    ck_assert_int_eq(renames_add(&r, STR("index:a=c"), "f:5", err), MOULT_OK);
    ck_assert_uint_eq(r.count, 3);
}
END_TEST

/* A tree of tables, given as "users(id mail) orders(id)". */
static moult_tree *tables(const char *text)
{
    moult_tree *tree = new_tree();
    moult_node *table = NULL;
    while (*text) {
        size_t n = strcspn(text, " ()");
        char word[32];
        snprintf(word, sizeof word, "%.*s", (int)n, text);
        if (n && text[n] == '(')
            table = add(tree->root, "table", word);
        else if (n)
            add(table, "column", word);
        text += n + (text[n] != 0);
    }
    return tree;
}

/* The status, or the error's code and 100. */
static int status_of(const char *hint, const char *now, const char *wanted,
                     const struct scope *scope)
{
    CLEANUP_RENAMES struct renames r = {0};
    CLEANUP_TREE moult_tree *from = tables(now), *to = tables(wanted);
    ck_assert_int_eq(tree_seal(from, scope, NULL), MOULT_OK);
    ck_assert_int_eq(tree_seal(to, scope, NULL), MOULT_OK);
    ck_assert_int_eq(renames_add(&r, str_of(hint), "f:1", NULL), MOULT_OK);
    CLEANUP_ERROR moult_error *err = moult_error_new();
    uint32_t status = 0;
    moult_status st = rename_status(&r.items[0], from, to, &status, err);
    if (st == MOULT_OK)
        return (int)status;
    ck_assert_int_eq(st, moult_error_code(err));
    ck_assert_ptr_nonnull(moult_error_detail(err, "hint"));
    return 100 + st;
}

START_TEST(due_and_done)
{
    ck_assert_int_eq(status_of("table:a=b", "a(x)", "b(x)", NULL), RENAME_DUE);
    ck_assert_int_eq(status_of("table:a=b", "a(x)", "a(x) b(x)", NULL), RENAME_DUE);
    ck_assert_int_eq(status_of("table:a=b", "b(x)", "b(x)", NULL), RENAME_DONE);
    ck_assert_int_eq(status_of("table:a=b", "b(x)", "", NULL), RENAME_DONE);
    ck_assert_int_eq(status_of("table:t/column:x=y", "t(x z)", "t(y z)", NULL), RENAME_DUE);
    ck_assert_int_eq(status_of("table:t/column:x=y", "t(y z)", "t(y z)", NULL), RENAME_DONE);
}
END_TEST

START_TEST(impossible_renames)
{
    const char *const ignore[] = {"a", NULL};
    const int error = 100 + MOULT_ERR_CONFIG;
    ck_assert_int_eq(status_of("table:a=b", "a(x) b(x)", "b(x)", NULL), error);
    ck_assert_int_eq(status_of("table:a=b", "a(x)", "c(x)", NULL), error);
    ck_assert_int_eq(status_of("table:a=b", "", "c(x)", NULL), error);
    ck_assert_int_eq(status_of("table:a=b", "a(x)", "b(x)", &(struct scope){.ignore = ignore}),
                     error);
    ck_assert_int_eq(status_of("table:aa=b", "a(x)", "b(x)", NULL), error);
    ck_assert_int_eq(status_of("table:t/column:xx=y", "t(x)", "t(y)", NULL), error);
    ck_assert_int_eq(status_of("table:t/column:x=y", "s(x)", "t(y)", NULL), error);
}
END_TEST

START_TEST(a_new_tenant_has_nothing_to_rename)
{
    ck_assert_int_eq(status_of("table:a=b", "", "b(x)", NULL), RENAME_DONE);
    ck_assert_int_eq(status_of("table:a=b", "c(x)", "b(x) c(x)", NULL), RENAME_DONE);
    ck_assert_int_eq(status_of("table:t/column:x=y", "", "t(y)", NULL), RENAME_DONE);
    ck_assert_int_eq(status_of("table:t/column:x=y", "t(z)", "t(y z)", NULL), RENAME_DONE);
}
END_TEST

TCase *rename_cases(void)
{
    TCase *t = tcase_create("renames");
    tcase_add_test(t, hints_become_paths);
    tcase_add_test(t, bad_hints_are_refused);
    tcase_add_test(t, hints_that_contradict_are_refused);
    tcase_add_test(t, due_and_done);
    tcase_add_test(t, impossible_renames);
    tcase_add_test(t, a_new_tenant_has_nothing_to_rename);
    return t;
}
