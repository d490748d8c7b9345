/* SPDX-License-Identifier: Apache-2.0 */
/* check-schema - trees: building, sealing, digests, looking up, scopes and filters. */
#include "check-schema.h"

#include <stdlib.h>

#include "../../libcore/base/sha256.h"
#include "../../libcore/schema/node.h"

static moult_status seal_fails(moult_tree *tree, const char *object)
{
    CLEANUP_ERROR moult_error *err = moult_error_new();
    moult_status st = tree_seal(tree, NULL, err);
    ck_assert_int_eq(st, moult_error_code(err));
    if (object)
        ck_assert_str_eq(moult_error_detail(err, "object"), object);
    return st;
}

START_TEST(paths_escape_what_would_be_ambiguous)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    moult_node *table = add(tree->root, "table", "a/b:c%d e\x01t\x02");
    moult_node *column = add(table, "column", "\xc3\xa4");
    seal(tree);
    assert_str(table->path, "table:a%2Fb%3Ac%25d%20e%01t%02");
    assert_str(column->path, "table:a%2Fb%3Ac%25d%20e%01t%02/column:\xc3\xa4");
    ck_assert_ptr_eq(tree_find(tree, table->path), table);
    ck_assert_ptr_eq(tree_find(tree, column->path), column);
    ck_assert_ptr_eq(tree_find(tree, STR("")), tree->root);
    ck_assert_ptr_null(tree_find(tree, STR("table:a%2fb%3Ac%25d%20e%01t%02")));
    ck_assert_ptr_null(tree_find(tree, STR("table:a/b:c%d e")));
    ck_assert_ptr_null(tree_find(tree, STR("table")));
    ck_assert_ptr_null(tree_find(tree, STR("/")));
    ck_assert_ptr_eq(node_object(column), table);
    ck_assert_ptr_eq(node_object(table), table);
    ck_assert_ptr_null(node_object(tree->root));
}
END_TEST

START_TEST(find_sees_every_child)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    for (int i = 99; i >= 0; i--) {
        char key[16];
        snprintf(key, sizeof key, "%c%d/", i % 3 ? 'a' : 'B', i);
        add(tree->root, i % 2 ? "table" : "index", key);
    }
    seal(tree);
    for (uint32_t i = 0; i < tree->root->child_count; i++) {
        const moult_node *child = tree->root->children[i];
        ck_assert_ptr_eq(tree_find(tree, child->path), child);
        ck_assert(i == 0 || node_cmp(tree->root->children[i - 1], child) < 0);
    }
    ck_assert_ptr_null(tree_find(tree, STR("table:zzz")));
    ck_assert_ptr_null(tree_find(tree, STR("table:")));
}
END_TEST

START_TEST(doubles_are_found)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    moult_node *table = add(tree->root, "table", "t");
    add(table, "column", "a");
    add(table, "check", "a");
    add(table, "column", "a");
    ck_assert_int_eq(seal_fails(tree, "table:t/column:a"), MOULT_ERR_INVALID);
    ck_assert(!tree->sealed);
}
END_TEST

START_TEST(the_root_has_children_alone)
{
    CLEANUP_TREE moult_tree *attr = new_tree(), *ref = new_tree(), *claim = new_tree();
    set(attr->root, MOULT_SHAPE, "encoding", "UTF-8");
    refer(ref->root, MOULT_REF_TEXT, "table:t");
    ck_assert_int_eq(tree_claim(claim->root, "relation", STR("t")), MOULT_OK);
    ck_assert_int_eq(seal_fails(attr, NULL), MOULT_ERR_INVALID);
    ck_assert_int_eq(seal_fails(ref, NULL), MOULT_ERR_INVALID);
    ck_assert_int_eq(seal_fails(claim, NULL), MOULT_ERR_INVALID);
}
END_TEST

START_TEST(names_must_be_plain)
{
    const char *const bad[] = {"", "a b", "a:b", "a/b", "a%b", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CLEANUP_TREE moult_tree *kind = new_tree();
        add(kind->root, bad[i], "t");
        ck_assert_int_eq(seal_fails(kind, NULL), MOULT_ERR_INVALID);
        CLEANUP_TREE moult_tree *attr = new_tree();
        set(add(attr->root, "table", "t"), MOULT_SHAPE, bad[i], "x");
        ck_assert_int_eq(seal_fails(attr, "table:t"), MOULT_ERR_INVALID);
        CLEANUP_TREE moult_tree *space = new_tree();
        ck_assert_int_eq(tree_claim(add(space->root, "table", "t"), bad[i], STR("t")), MOULT_OK);
        ck_assert_int_eq(seal_fails(space, "table:t"), MOULT_ERR_INVALID);
    }
}
END_TEST

START_TEST(depth_and_long_parents_are_limited)
{
    for (unsigned depth = TREE_MAX_DEPTH; depth <= TREE_MAX_DEPTH + 1; depth++) {
        CLEANUP_TREE moult_tree *tree = new_tree();
        moult_node *node = tree->root;
        for (unsigned i = 0; i < depth; i++)
            node = add(node, "n", "");
        if (depth == TREE_MAX_DEPTH)
            seal(tree);
        else
            ck_assert_int_eq(seal_fails(tree, NULL), MOULT_ERR_INVALID);
    }
    char key[TREE_MAX_PARENT_PATH + 1];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = 0;
    CLEANUP_TREE moult_tree *leaf = new_tree(), *parent = new_tree();
    add(leaf->root, "check", key);
    seal(leaf);
    add(add(parent->root, "table", key), "column", "a");
    ck_assert_int_eq(seal_fails(parent, NULL), MOULT_ERR_INVALID);
}
END_TEST

START_TEST(too_many_names_are_refused)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    moult_node *table = add(tree->root, "table", "t");
    moult_status st = MOULT_OK;
    for (unsigned i = 0; i <= TREE_MAX_NAMES && st == MOULT_OK; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%u", i);
        st = tree_set(table, MOULT_SHAPE, name, STR("x"), NONE);
    }
    ck_assert_int_eq(st, MOULT_ERR_INVALID);
    ck_assert_uint_eq(table->attr_count,
                      TREE_MAX_NAMES - 2); /* "schema" and "table" are names too */
}
END_TEST

START_TEST(sealed_trees_do_not_change)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    moult_node *table = add(tree->root, "table", "t");
    ck_assert_int_eq(tree_set(table, MOULT_DERIVED + 1, "a", STR("x"), NONE), MOULT_ERR_INTERNAL);
    ck_assert_int_eq(tree_refer(table, MOULT_REF_OUTSIDE + 1, STR("x")), MOULT_ERR_INTERNAL);
    seal(tree);
    ck_assert_ptr_null(tree_add(table, "column", STR("a")));
    ck_assert_int_eq(tree_set(table, MOULT_SHAPE, "a", STR("x"), NONE), MOULT_ERR_INTERNAL);
    ck_assert_int_eq(tree_refer(table, MOULT_REF_TEXT, STR("x")), MOULT_ERR_INTERNAL);
    ck_assert_int_eq(tree_claim(table, "relation", STR("x")), MOULT_ERR_INTERNAL);
    ck_assert_int_eq(seal_fails(tree, NULL), MOULT_ERR_INTERNAL);
}
END_TEST

START_TEST(class_has_a_limit)
{
    char name[80];
    memset(name, 'a', sizeof name);
    ck_assert_ptr_null(tree_new((struct str){name, sizeof name}, 3, 1, STR("")));
    CLEANUP_TREE moult_tree *tree = new_tree();
    ck_assert_str_eq(tree->klass, "sqlite/3/1");
}
END_TEST

/* The same things in two orders, with repetitions that say nothing new. */
static moult_tree *shuffled(bool other)
{
    moult_tree *tree = new_tree();
    const char *const tables[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        moult_node *table = add(tree->root, "table", tables[other ? 2 - i : i]);
        const char *const columns[] = {"x", "y", "z"};
        for (int k = 0; k < 3; k++)
            add_column(table, columns[other ? (k + 1) % 3 : k], "INTEGER", "1");
        refer(table, MOULT_REF_TEXT, other ? "table:b" : "table:a");
        refer(table, MOULT_REF_TEXT, other ? "table:a" : "table:b");
        if (other)
            refer(table, MOULT_REF_TEXT, "table:a");
        tree_claim(table, "relation", str_of(other ? "p" : "q"));
        tree_claim(table, "relation", str_of(other ? "q" : "p"));
        set(table, MOULT_SHAPE, other ? "strict" : "alpha", other ? "true" : "1");
        if (other)
            set(table, MOULT_SHAPE, "alpha", "0");
        set_same(table, MOULT_SHAPE, other ? "alpha" : "strict", other ? "1" : "true",
                 other ? "1" : "true");
    }
    seal(tree);
    return tree;
}

START_TEST(order_of_building_is_not_seen)
{
    CLEANUP_TREE moult_tree *one = shuffled(false), *two = shuffled(true);
    ck_assert_str_eq(one->state, two->state);
    for (int i = 0; i < (int)MOULT_ASPECTS; i++)
        ck_assert_str_eq(one->aspect[i], two->aspect[i]);
    CLEANUP_BUF struct buf first = {0}, second = {0};
    ck_assert_int_eq(tree_write_json(one, collect, &first, NULL), MOULT_OK);
    ck_assert_int_eq(tree_write_json(two, collect, &second, NULL), MOULT_OK);
    ck_assert_str_eq(first.p, second.p);
}
END_TEST

START_TEST(the_digest_is_the_documented_one)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    set_same(add(tree->root, "view", "v"), MOULT_SHAPE, "body", "select 1", "SELECT 1");
    seal(tree);
    CLEANUP_SHA256 struct sha256 *h = sha256_new();
    uint8_t view[32], root[32], zero[32] = {0}, state[32];
    const uint8_t none[8] = {0}, one[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    ck_assert(sha256_start(h) && sha256_add_field(h, STR("moult-shape/1")) &&
              sha256_add_field(h, STR("view")) && sha256_add_field(h, STR("v")) &&
              sha256_add(h, one, 8) && sha256_add_field(h, STR("body")) &&
              sha256_add_field(h, STR("SELECT 1")) && sha256_add(h, none, 8) &&
              sha256_end(h, view));
    ck_assert(sha256_start(h) && sha256_add_field(h, STR("moult-shape/1")) &&
              sha256_add(h, one, 8) && sha256_add(h, view, 32) &&
              sha256_end(h, root));
    ck_assert(sha256_start(h) && sha256_add_field(h, STR("moult-state/1")) &&
              sha256_add(h, root, 32) && sha256_add(h, zero, 32) && sha256_add(h, zero, 32) &&
              sha256_end(h, state));
    char hex[65];
    sha256_print(root, hex);
    ck_assert_str_eq(tree->aspect[MOULT_SHAPE], hex);
    sha256_print(state, hex);
    ck_assert_str_eq(tree->state, hex);
    sha256_print(zero, hex);
    ck_assert_str_eq(tree->aspect[MOULT_LAYOUT], hex);
}
END_TEST

static void digests_with(uint32_t aspect, char state[65], char aspects[MOULT_ASPECTS][65])
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    moult_node *column = add_column(add(tree->root, "table", "t"), "a", "TEXT", "1");
    if (aspect <= MOULT_DERIVED)
        set(column, aspect, "extra", "x");
    refer(column, MOULT_REF_TEXT, "table:elsewhere");
    seal(tree);
    memcpy(state, tree->state, 65);
    memcpy(aspects, tree->aspect, sizeof tree->aspect);
}

START_TEST(aspects_are_apart)
{
    char state[65], plain[65], aspects[MOULT_ASPECTS][65], bare[MOULT_ASPECTS][65];
    digests_with(UINT32_MAX, plain, bare);
    for (uint32_t aspect = 0; aspect <= MOULT_DERIVED; aspect++) {
        digests_with(aspect, state, aspects);
        for (uint32_t i = 0; i < MOULT_ASPECTS; i++)
            ck_assert_int_eq(strcmp(aspects[i], bare[i]) != 0, i == aspect);
        ck_assert_int_eq(strcmp(state, plain) != 0, aspect < MOULT_LAYOUT);
    }
}
END_TEST

static moult_status remember(void *arg, const moult_node *node)
{
    buf_str(arg, node->path);
    buf_char(arg, '\n');
    return MOULT_OK;
}

static moult_status refuse(void *arg, const moult_node *node)
{
    (void)arg, (void)node;
    return MOULT_ERR_CANCELLED;
}

START_TEST(dependents_of_a_path_and_below)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    moult_node *view = add(tree->root, "view", "v");
    refer(view, MOULT_REF_TEXT, "table:t/column:a");
    refer(view, MOULT_REF_TEXT, "table:t");
    refer(add(tree->root, "index", "i"), MOULT_REF_OWNED, "table:t");
    refer(add(tree->root, "index", "j"), MOULT_REF_OWNED, "table:t-2");
    refer(add(tree->root, "index", "k"), MOULT_REF_OWNED, "table:t!");
    refer(add(tree->root, "index", "l"), MOULT_REF_OWNED, "table:t0/column:a");
    refer(add(tree->root, "aview", "z"), MOULT_REF_OWNED, "table:t/column:b");
    seal(tree);
    CLEANUP_BUF struct buf found = {0};
    ck_assert_int_eq(tree_dependents(tree, STR("table:t"), remember, &found), MOULT_OK);
    ck_assert_str_eq(found.p, "aview:z\nindex:i\nview:v\n");
    buf_clear(&found);
    ck_assert_int_eq(tree_dependents(tree, STR("table:t/column:a"), remember, &found), MOULT_OK);
    ck_assert_str_eq(found.p, "view:v\n");
    buf_clear(&found);
    ck_assert_int_eq(tree_dependents(tree, STR(""), remember, &found), MOULT_OK);
    ck_assert_str_eq(found.p, "aview:z\nindex:i\nindex:j\nindex:k\nindex:l\nview:v\n");
    buf_clear(&found);
    ck_assert_int_eq(tree_dependents(tree, STR("table:none"), remember, &found), MOULT_OK);
    ck_assert_uint_eq(found.n, 0);
    ck_assert_int_eq(tree_dependents(tree, STR("table:t"), refuse, NULL), MOULT_ERR_CANCELLED);
}
END_TEST

static moult_tree *scoped(const struct scope *scope)
{
    moult_tree *tree = new_tree();
    add_column(add(tree->root, "table", "users"), "id", "INTEGER", "1");
    set(add(tree->root, "table", "old_log"), MOULT_LAYOUT, "name", "Old_Log");
    moult_node *index = add(tree->root, "index", "i_log");
    refer(index, MOULT_REF_OWNED, "table:old_log");
    refer(add(tree->root, "comment", "c"), MOULT_REF_OWNED, "index:i_log");
    refer(add(tree->root, "view", "v"), MOULT_REF_TEXT, "table:old_log");
    ck_assert_int_eq(tree_seal(tree, scope, NULL), MOULT_OK);
    return tree;
}

static bool unmanaged(const moult_tree *tree, const char *path)
{
    return tree_find(tree, str_of(path))->unmanaged;
}

START_TEST(scopes_choose_what_is_managed)
{
    CLEANUP_TREE moult_tree *all = scoped(NULL);
    const char *const old[] = {"Old_*", NULL}, *const tables[] = {"table:*", NULL};
    CLEANUP_TREE moult_tree *ignoring = scoped(&(struct scope){.ignore = old});
    ck_assert(unmanaged(ignoring, "table:old_log"));
    ck_assert(unmanaged(ignoring, "index:i_log"));
    ck_assert(unmanaged(ignoring, "comment:c"));
    ck_assert(!unmanaged(ignoring, "view:v"));
    ck_assert(!unmanaged(ignoring, "table:users"));
    ck_assert_str_ne(all->state, ignoring->state);
    CLEANUP_TREE moult_tree *managing = scoped(&(struct scope){.manage = tables});
    ck_assert(!unmanaged(managing, "table:old_log"));
    ck_assert(unmanaged(managing, "index:i_log"));
    CLEANUP_TREE moult_tree *without = NULL, *same = NULL;
    ck_assert_int_eq(tree_filter(all, NULL, old, &without, NULL), MOULT_OK);
    ck_assert_str_eq(without->state, ignoring->state);
    ck_assert_uint_eq(without->root->child_count, 2);
    ck_assert_ptr_null(tree_find(without, STR("table:old_log")));
    ck_assert_int_eq(tree_filter(ignoring, NULL, NULL, &same, NULL), MOULT_OK);
    ck_assert_str_eq(same->state, ignoring->state);
    ck_assert(unmanaged(same, "index:i_log"));
    const moult_node *log = tree_find(same, STR("index:i_log"));
    ck_assert_uint_eq(log->ref_count, 1);
}
END_TEST

START_TEST(plugins_use_the_table)
{
    const moult_tree_api *t = &tree_api;
    CLEANUP_TREE moult_tree *tree = new_tree(), *other = new_tree();
    ck_assert_uint_eq(t->size, MOULT_END(moult_tree_api, server));
    moult_node *table = t->add(tree, t->root(tree), "table", "t_", 1);
    moult_node *column = t->add(tree, table, "column", "a", 1);
    ck_assert_ptr_null(t->add(other, table, "column", "b", 1));
    ck_assert_int_eq(t->set(tree, column, MOULT_SHAPE, "type", "int", 3, "INT", 3), MOULT_OK);
    ck_assert_int_eq(t->set(other, column, MOULT_SHAPE, "type", "x", 1, NULL, 0),
                     MOULT_ERR_INTERNAL);
    ck_assert_int_eq(t->refer(tree, column, MOULT_REF_OUTSIDE, "table:x", 7), MOULT_OK);
    ck_assert_int_eq(t->refer(other, column, MOULT_REF_OUTSIDE, "x", 1), MOULT_ERR_INTERNAL);
    ck_assert_int_eq(t->claim(tree, table, "relation", "t", 1), MOULT_OK);
    ck_assert_int_eq(t->claim(other, table, "relation", "t", 1), MOULT_ERR_INTERNAL);
    seal(tree);
    size_t len;
    uint32_t strength;
    ck_assert_ptr_eq(t->top(tree), tree->root);
    ck_assert_str_eq(t->kind(column), "column");
    ck_assert_str_eq(t->key(table, &len), "t");
    ck_assert_uint_eq(len, 1);
    ck_assert_str_eq(t->path(column, NULL), "table:t/column:a");
    ck_assert_ptr_eq(t->parent(column), table);
    ck_assert_ptr_null(t->parent(tree->root));
    ck_assert_uint_eq(t->count(table), 1);
    ck_assert_ptr_eq(t->child(table, 0), column);
    ck_assert_ptr_null(t->child(table, 1));
    ck_assert_ptr_eq(t->find(tree, "table:t/column:a", 16), column);
    ck_assert_str_eq(t->text(column, "type", &len), "int");
    ck_assert_str_eq(t->same(column, "type", NULL), "INT");
    ck_assert_ptr_null(t->text(column, "none", &len));
    ck_assert_uint_eq(len, 0);
    ck_assert_str_eq(t->ref(column, 0, &strength, &len), "table:x");
    ck_assert_uint_eq(strength, MOULT_REF_OUTSIDE);
    ck_assert_ptr_null(t->ref(column, 1, &strength, &len));
    CLEANUP_BUF struct buf found = {0};
    ck_assert_int_eq(t->dependents(tree, "table:x", 7, remember, &found), MOULT_OK);
    ck_assert_str_eq(found.p, "table:t/column:a\n");
}
END_TEST

START_TEST(strings_stay_what_they_are)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    moult_node *table = add(tree->root, "table", "t");
    char text[700], name[16];
    for (size_t n = 0; n < sizeof text; n++) {
        memset(text, 'a' + (int)(n % 26), n);
        text[n] = 0;
        snprintf(name, sizeof name, "n%zu", n);
        set(table, MOULT_SHAPE, name, text);
    }
    seal(tree);
    for (size_t n = 0; n < sizeof text; n++) {
        memset(text, 'a' + (int)(n % 26), n);
        text[n] = 0;
        snprintf(name, sizeof name, "n%zu", n);
        ck_assert_str_eq(node_attr(table, name)->text.p, text);
    }
}
END_TEST

static TCase *tree_cases(void)
{
    TCase *t = tcase_create("tree");
    tcase_add_test(t, paths_escape_what_would_be_ambiguous);
    tcase_add_test(t, find_sees_every_child);
    tcase_add_test(t, doubles_are_found);
    tcase_add_test(t, the_root_has_children_alone);
    tcase_add_test(t, names_must_be_plain);
    tcase_add_test(t, depth_and_long_parents_are_limited);
    tcase_add_test(t, too_many_names_are_refused);
    tcase_add_test(t, sealed_trees_do_not_change);
    tcase_add_test(t, class_has_a_limit);
    tcase_add_test(t, order_of_building_is_not_seen);
    tcase_add_test(t, the_digest_is_the_documented_one);
    tcase_add_test(t, aspects_are_apart);
    tcase_add_test(t, dependents_of_a_path_and_below);
    tcase_add_test(t, scopes_choose_what_is_managed);
    tcase_add_test(t, plugins_use_the_table);
    tcase_add_test(t, strings_stay_what_they_are);
    return t;
}

int main(void)
{
    Suite *suite = suite_create("schema");
    suite_add_tcase(suite, tree_cases());
    suite_add_tcase(suite, json_cases());
    suite_add_tcase(suite, delta_cases());
    suite_add_tcase(suite, rename_cases());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
