/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot document: canonical form, round trips, and documents that somebody else wrote. */
#include "check-schema.h"

#include "../../libcore/schema/renames.h"

#include "../../libcore/base/cleanup.h"
#include "../../libcore/schema/node.h"

static void write_tree(const moult_tree *tree, struct buf *out)
{
    CLEANUP_ERROR moult_error *err = moult_error_new();
    ck_assert_msg(tree_write_json(tree, collect, out, err) == MOULT_OK, "%s",
                  moult_error_message(err));
}

static moult_tree *read_back(const struct buf *json)
{
    CLEANUP_ERROR moult_error *err = moult_error_new();
    moult_tree *tree = NULL;
    moult_status st = tree_read_json(buf_view(json), "test.json", &tree, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    return tree;
}

static moult_tree *sample(void)
{
    moult_tree *tree = new_tree();
    moult_node *table = add(tree->root, "table", "t");
    ck_assert_int_eq(tree_claim(table, "relation", STR("t")), MOULT_OK);
    moult_node *column = add(table, "column", "a");
    set_same(column, MOULT_SHAPE, "type", "int", "INT");
    set(column, MOULT_SHAPE, "not_null", "true");
    set(column, MOULT_LAYOUT, "position", "1");
    set(column, MOULT_NOTES, "comment",
        "tab\t \"quoted\" \\ \x01m\x02 \x1f \x7f \xc3\xa4 \xf0\x9f\xa6\x8b /");
    set(column, MOULT_RIGHTS, "owner", "me");
    set(column, MOULT_DERIVED, "logical", "int64");
    refer(column, MOULT_REF_ENFORCED, "table:u");
    refer(column, MOULT_REF_OWNED, "table:u");
    refer(add(tree->root, "view", "v"), MOULT_REF_TEXT, "table:t");
    refer(add(tree->root, "view", "w"), MOULT_REF_OUTSIDE, "table:x");
    const char *const ignore[] = {"w", NULL};
    ck_assert_int_eq(tree_seal(tree, &(struct scope){.ignore = ignore}, NULL), MOULT_OK);
    return tree;
}

START_TEST(the_document_is_canonical)
{
    CLEANUP_TREE moult_tree *tree = sample();
    CLEANUP_BUF struct buf json = {0}, expected = {0};
    write_tree(tree, &json);
    buf_printf(
        &expected,
        "{\"adapter\":\"sqlite\",\"class\":\"sqlite/3/1\",\"digest\":{\"layout\":\"%s\",\"notes\":\"%s\","
        "\"rights\":\"%s\",\"shape\":\"%s\",\"state\":\"%s\"},\"format\":\"moult-snapshot/1\","
        "\"level\":1,\"major\":3,\"root\":{\"children\":[",
        tree->aspect[MOULT_LAYOUT], tree->aspect[MOULT_NOTES], tree->aspect[MOULT_RIGHTS],
        tree->aspect[MOULT_SHAPE], tree->state);
    buf_puts(
        &expected,
        "{\"children\":[{\"attributes\":{"
        "\"comment\":{\"aspect\":\"notes\",\"text\":\"tab\\t \\\"quoted\\\" \\\\ \\u0001m\\u0002 \\u001f \x7f "
        "\xc3\xa4 \xf0\x9f\xa6\x8b /\"},"
        "\"logical\":{\"aspect\":\"derived\",\"text\":\"int64\"},\"not_null\":\"true\","
        "\"owner\":{\"aspect\":\"rights\",\"text\":\"me\"},\"position\":{\"aspect\":\"layout\",\"text\":\"1\"},"
        "\"type\":{\"same\":\"INT\",\"text\":\"int\"}},\"key\":\"a\",\"kind\":\"column\",\"references\":["
        "{\"path\":\"table:u\",\"strength\":\"enforced\"},{\"path\":\"table:u\",\"strength\":\"owned\"}]}],"
        "\"claims\":[{\"name\":\"t\",\"space\":\"relation\"}],\"key\":\"t\",\"kind\":\"table\"},"
        "{\"key\":\"v\",\"kind\":\"view\",\"references\":[{\"path\":\"table:t\",\"strength\":\"text\"}]},"
        "{\"key\":\"w\",\"kind\":\"view\",\"references\":[{\"path\":\"table:x\",\"strength\":\"outside\"}],"
        "\"unmanaged\":true}],\"key\":\"\",\"kind\":\"schema\"},\"server\":\"SQLite 3.40.1\"}");
    ck_assert_str_eq(json.p, expected.p);
}
END_TEST

START_TEST(reading_gives_the_same_tree)
{
    CLEANUP_TREE moult_tree *tree = sample();
    CLEANUP_BUF struct buf json = {0}, again = {0};
    write_tree(tree, &json);
    CLEANUP_TREE moult_tree *back = read_back(&json);
    write_tree(back, &again);
    ck_assert_str_eq(json.p, again.p);
    ck_assert_str_eq(tree->state, back->state);
    assert_str(back->server, "SQLite 3.40.1");
    ck_assert(tree_find(back, STR("view:w"))->unmanaged);
}
END_TEST

START_TEST(every_control_character_survives)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    char all[33];
    for (int i = 0; i < 33; i++)
        all[i] = (char)(i == 32 ? 0x7f : i);
    moult_node *table = tree_add(tree->root, "table", (struct str){all, sizeof all});
    ck_assert_int_eq(tree_set(table, MOULT_SHAPE, "x", (struct str){all, sizeof all}, NONE),
                     MOULT_OK);
    seal(tree);
    CLEANUP_BUF struct buf json = {0};
    write_tree(tree, &json);
    ck_assert_ptr_nonnull(
        strstr(json.p, "\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b"
                       "\\f\\r\\u000e\\u000f\\u0010"));
    CLEANUP_TREE moult_tree *back = read_back(&json);
    ck_assert(str_eq(back->root->children[0]->key, (struct str){all, sizeof all}));
    ck_assert(str_eq(node_attr(back->root->children[0], "x")->text, (struct str){all, sizeof all}));
}
END_TEST

START_TEST(what_is_not_utf8_is_named)
{
    const char *const bad[] = {"\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CLEANUP_TREE moult_tree *tree = new_tree();
        set(add(tree->root, "view", "v"), MOULT_SHAPE, "body", bad[i]);
        seal(tree);
        CLEANUP_ERROR moult_error *err = moult_error_new();
        CLEANUP_BUF struct buf json = {0};
        ck_assert_int_eq(tree_write_json(tree, collect, &json, err), MOULT_ERR_INVALID);
        ck_assert_str_eq(moult_error_detail(err, "object"), "view:v");
    }
    CLEANUP_TREE moult_tree *tree = new_tree();
    add(tree->root, "view", "\xff");
    seal(tree);
    CLEANUP_ERROR moult_error *err = moult_error_new();
    CLEANUP_BUF struct buf json = {0};
    ck_assert_int_eq(tree_write_json(tree, collect, &json, err), MOULT_ERR_INVALID);
    ck_assert_str_eq(moult_error_detail(err, "object"), "view:%FF");
}
END_TEST

static moult_status disk_full(void *arg, const char *bytes, size_t len)
{
    (void)bytes, (void)len;
    ++*(int *)arg;
    return MOULT_ERR_IO;
}

struct pieces {
    size_t count, largest, total;
};

static moult_status measure(void *arg, const char *bytes, size_t len)
{
    struct pieces *p = arg;
    (void)bytes;
    p->count++;
    p->total += len;
    p->largest = len > p->largest ? len : p->largest;
    return MOULT_OK;
}

static moult_tree *large(int tables)
{
    moult_tree *tree = new_tree();
    for (int i = 0; i < tables; i++) {
        char name[32], position[16];
        snprintf(name, sizeof name, "t%d", (i * 7919) % tables);
        moult_node *table = add(tree->root, "table", name);
        for (int c = 0; c < 10; c++) {
            snprintf(position, sizeof position, "%d", c);
            add_column(table, position, c % 2 ? "TEXT" : "INTEGER", position);
        }
        refer(table, MOULT_REF_ENFORCED, "table:t0");
    }
    seal(tree);
    return tree;
}

START_TEST(output_comes_in_pieces_and_stops_at_failure)
{
    CLEANUP_TREE moult_tree *tree = large(500);
    struct pieces p = {0};
    ck_assert_int_eq(tree_write_json(tree, measure, &p, NULL), MOULT_OK);
    ck_assert_uint_gt(p.count, 5);
    ck_assert_uint_lt(p.largest, 80L * 1024);
    int calls = 0;
    CLEANUP_ERROR moult_error *err = moult_error_new();
    ck_assert_int_eq(tree_write_json(tree, disk_full, &calls, err), MOULT_ERR_IO);
    ck_assert_int_eq(moult_error_code(err), MOULT_ERR_IO);
    ck_assert_int_eq(calls, 1);
    CLEANUP_TREE moult_tree *open = new_tree();
    ck_assert_int_eq(tree_write_json(open, measure, &p, NULL), MOULT_ERR_INTERNAL);
}
END_TEST

START_TEST(ten_thousand_tables)
{
    CLEANUP_TREE moult_tree *tree = large(10000);
    CLEANUP_BUF struct buf json = {0};
    write_tree(tree, &json);
    CLEANUP_TREE moult_tree *back = read_back(&json);
    ck_assert_str_eq(tree->state, back->state);
    ck_assert_uint_eq(back->root->child_count, 10000);
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    ck_assert_int_eq(delta_make(tree, back, true, &delta, NULL), MOULT_OK);
    ck_assert_uint_eq(delta->change_count, 0);
}
END_TEST

/* Reads what must not be read. */
static void refused(struct str json, moult_status code, const char *says)
{
    CLEANUP_ERROR moult_error *err = moult_error_new();
    moult_tree *tree = NULL;
    moult_status st = tree_read_json(json, "bad.json", &tree, err);
    ck_assert_ptr_null(tree);
    ck_assert_msg(st == code, "status %d: %s (%s)", st, moult_error_message(err), says);
    ck_assert_msg(strstr(moult_error_message(err), says), "%s lacks %s", moult_error_message(err),
                  says);
    ck_assert_str_eq(moult_error_detail(err, "file"), "bad.json");
}

/* The sample's document with the first OLD replaced by NEW. */
static void refused_edit(const char *old, const char *new, moult_status code, const char *says)
{
    CLEANUP_TREE moult_tree *tree = sample();
    CLEANUP_BUF struct buf json = {0}, edited = {0};
    write_tree(tree, &json);
    const char *at = strstr(json.p, old);
    ck_assert_msg(at != NULL, "%s is not in the document", old);
    buf_add(&edited, json.p, (size_t)(at - json.p));
    buf_puts(&edited, new);
    buf_puts(&edited, at + strlen(old));
    refused(buf_view(&edited), code, says);
}

START_TEST(changed_same_key_and_digest_are_corrupt)
{
    refused_edit("\"same\":\"INT\"", "\"same\":\"REAL\"", MOULT_ERR_CORRUPT, "shape digest");
    refused_edit("\"key\":\"a\"", "\"key\":\"b\"", MOULT_ERR_CORRUPT, "digest");
    refused_edit("\"text\":\"me\"", "\"text\":\"you\"", MOULT_ERR_CORRUPT, "rights digest");
    refused_edit("\"text\":\"1\"", "\"text\":\"2\"", MOULT_ERR_CORRUPT, "layout digest");
    refused_edit("\"notes\":\"", "\"notes\":\"0", MOULT_ERR_CORRUPT, "notes digest");
    refused_edit("\"state\":\"", "\"state\":\"0", MOULT_ERR_CORRUPT, "state digest");
    refused_edit(",\"unmanaged\":true", "", MOULT_ERR_CORRUPT, "shape digest");
}
END_TEST

START_TEST(members_are_checked)
{
    const moult_status no = MOULT_ERR_INVALID;
    refused_edit("\"adapter\"", "\"adaptor\"", no, "unknown member \"adaptor\"");
    refused_edit("\"adapter\":\"sqlite\",", "", no, "\"adapter\" is missing");
    refused_edit("\"level\":1", "\"level\":1,\"level\":1", no, "second \"level\"");
    refused_edit("\"level\":1", "\"level\":\"1\"", no, "\"level\" is not an integer");
    refused_edit("\"level\":1", "\"level\":-1", no, "out of range");
    refused_edit("\"level\":1", "\"level\":4294967296", no, "out of range");
    refused_edit("\"level\":1", "\"level\":1.0", no, "fraction");
    refused_edit("\"level\":1", "\"level\":null", no, "null");
    refused_edit("\"level\":1", "\"level\":99999999999999999999", no, "overflow");
    refused_edit("\"level\":1", "\"level\":2", no, "class");
    refused_edit("sqlite\"", "sqlite3\"", no, "class");
    refused_edit("sqlite\"", "SQL/ite\"", no, "no adapter");
    refused_edit("moult-snapshot/1", "moult-snapshot/2", no, "its format is not");
    refused_edit("\"aspect\":\"notes\"", "\"aspect\":\"note\"", no, "unknown aspect \"note\"");
    refused_edit("\"strength\":\"owned\"", "\"strength\":\"own\"", no, "unknown strength");
    refused_edit("\"not_null\":\"true\"", "\"not_null\":true", no,
                 "neither a string nor an object");
    refused_edit("\"not_null\":\"true\"", "\"not_null\":[]", no, "neither a string nor an object");
    refused_edit("\"not_null\":\"true\"", "\"not_null\":{}", no, "\"text\" is missing");
    refused_edit("\"not_null\":\"true\"", "\"type\":\"true\"", no, "second attribute \"type\"");
    refused_edit("\"not_null\":\"true\"", "\"not null\":\"true\"", no, "attribute's name");
    refused_edit("\"claims\":[{", "\"claims\":[[],{", no, "an element is not an object");
    refused_edit("\"claims\":[{", "\"claims\":[1,{", no, "an element is not an object");
    refused_edit("\"kind\":\"schema\"", "\"kind\":\"scheme\"", no, "root is not of kind");
    refused_edit("\"kind\":\"column\"", "\"kind\":\"column\",\"unmanaged\":true", no, "top-level");
    refused_edit("\"kind\":\"schema\"", "\"kind\":\"schema\",\"unmanaged\":true", no, "top-level");
    refused_edit("\"key\":\"w\"", "\"key\":\"v\"", no, "same kind and name");
    refused_edit("\"tab\\t", "\"tab\t", no, "");
    refused_edit("\"tab\\t", "\"\\ud800", no, "surrogate");
    refused_edit("\"tab\\t", "\"\\uD83e\\n1234", no, "surrogate");
    refused_edit("\"tab\\t", "\"\\ud83e\\u0041", no, "surrogate");
    refused_edit("\"tab\\t", "\"\\udc00", no, "surrogate");
    refused_edit("\"tab\\t", "\"\xff", no, "not UTF-8");
}
END_TEST

START_TEST(rename_hints_come_back_and_are_of_no_digest)
{
    CLEANUP_TREE moult_tree *tree = sample(), *back = NULL;
    CLEANUP_BUF struct buf plain = {0}, json = {0}, again = {0};
    CLEANUP_ERROR moult_error *err = moult_error_new();
    struct renames hints = {0}, read = {0};
    ck_assert_int_eq(renames_add(&hints, STR("table:a%3Db%2F/column:x=y%3Dz"), "t:1", err), MOULT_OK);
    ck_assert_int_eq(renames_add(&hints, STR("table:o%3Ald=n\"ew"), "t:2", err), MOULT_OK);
    write_tree(tree, &plain);
    ck_assert_int_eq(snapshot_write_json(tree, &hints, collect, &json, err), MOULT_OK);
    ck_assert_ptr_null(strstr(plain.p, "renames"));
    ck_assert_int_eq(snapshot_read_json(buf_view(&json), NULL, &back, &read, err), MOULT_OK);
    ck_assert_str_eq(back->state, tree->state);
    ck_assert_uint_eq(read.count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(str_eq(read.items[i].from, hints.items[i].from));
        ck_assert(str_eq(read.items[i].to, hints.items[i].to));
    }
    ck_assert_int_eq(snapshot_write_json(back, &read, collect, &again, err), MOULT_OK);
    ck_assert_str_eq(again.p, json.p);
    renames_free(&hints);
    renames_free(&read);
    refused_edit("\"root\"", "\"renames\":[1],\"root\"", MOULT_ERR_INVALID, "not a string");
    refused_edit("\"root\"", "\"renames\":[{}],\"root\"", MOULT_ERR_INVALID, "not a string");
    refused_edit("\"root\"", "\"renames\":[\"x\"],\"root\"", MOULT_ERR_INVALID, "has no =");
}
END_TEST

START_TEST(what_is_not_json_has_a_line)
{
    refused((struct str){NULL, 0}, MOULT_ERR_INVALID, "");
    refused(STR(""), MOULT_ERR_INVALID, "");
    refused(STR("{"), MOULT_ERR_INVALID, "");
    refused(STR("[]"), MOULT_ERR_INVALID, "not an object");
    refused(STR("null"), MOULT_ERR_INVALID, "null");
    refused(STR("\"x\""), MOULT_ERR_INVALID, "not an object");
    refused(STR("\xef\xbb\xbf{}"), MOULT_ERR_INVALID, "");
    refused(STR("\xc3\xa4\xc3"), MOULT_ERR_INVALID, "UTF-8");
    refused(STR("{}"), MOULT_ERR_INVALID, "missing");
    CLEANUP_ERROR moult_error *err = moult_error_new();
    moult_tree *tree = NULL;
    ck_assert_int_eq(tree_read_json(STR("{\n\n \"adapter\": \"a\",\n\"b\":1}"), NULL, &tree, err),
                     MOULT_ERR_INVALID);
    ck_assert_str_eq(moult_error_detail(err, "line"), "4");
    ck_assert_int_eq(tree_read_json(STR("{\n\"\xc3\xa4\xff"), NULL, &tree, err), MOULT_ERR_INVALID);
    ck_assert_str_eq(moult_error_detail(err, "line"), "2");
    ck_assert_str_eq(moult_error_detail(err, "position"), "5");
    ck_assert_ptr_null(moult_error_detail(err, "file"));
}
END_TEST

START_TEST(a_cut_document_is_refused_anywhere)
{
    CLEANUP_TREE moult_tree *tree = sample();
    CLEANUP_BUF struct buf json = {0};
    write_tree(tree, &json);
    for (size_t n = 0; n < json.n; n++)
        refused((struct str){json.p, n}, MOULT_ERR_INVALID, "");
    buf_char(&json, '\n');
    CLEANUP_TREE moult_tree *back = read_back(&json);
    ck_assert_str_eq(back->state, tree->state);
    buf_puts(&json, "{}");
    refused(buf_view(&json), MOULT_ERR_INVALID, "");
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    CLEANUP_BUF struct buf json = {0};
    buf_puts(&json, "{\"root\":");
    for (int i = 0; i < 100000; i++)
        buf_puts(&json, "{\"children\":[");
    refused(buf_view(&json), MOULT_ERR_INVALID, "nested more than 64 deep");
    buf_clear(&json);
    for (int i = 0; i < 100000; i++)
        buf_char(&json, '[');
    refused(buf_view(&json), MOULT_ERR_INVALID, "");
}
END_TEST

START_TEST(other_white_space_and_order_are_the_same)
{
    CLEANUP_TREE moult_tree *tree = new_tree();
    set(add(tree->root, "view", "v"), MOULT_SHAPE, "body", "SELECT \xc3\xa4\xf0\x9f\xa6\x8b/");
    seal(tree);
    CLEANUP_BUF struct buf json = {0};
    buf_printf(
        &json,
        "{ \"server\": \"SQLite 3.40.1\",\r\n \"root\": {\"kind\": \"schema\", \"key\": \"\", \"children\": [\n"
        "{\"kind\": \"view\", \"key\": \"\\u0076\", \"attributes\": {\"body\": {\"text\": "
        "\"SELECT \\u00e4\\ud83e\\udd8b\\/\", \"same\": \"SELECT \\u00e4\\ud83e\\udd8b\\/\", \"aspect\": \"shape\"}}}]},"
        "\"major\": 3, \"level\": 1, \"format\": \"moult-snapshot/1\", \"digest\": {\"state\": \"%s\","
        "\"shape\": \"%s\", \"rights\": \"%s\", \"notes\": \"%s\", \"layout\": \"%s\"},"
        "\"class\": \"sqlite/3/1\", \"adapter\": \"sqlite\" }",
        tree->state, tree->aspect[MOULT_SHAPE], tree->aspect[MOULT_RIGHTS],
        tree->aspect[MOULT_NOTES], tree->aspect[MOULT_LAYOUT]);
    CLEANUP_TREE moult_tree *back = read_back(&json);
    CLEANUP_BUF struct buf first = {0}, second = {0};
    write_tree(tree, &first);
    write_tree(back, &second);
    ck_assert_str_eq(first.p, second.p);
}
END_TEST

TCase *json_cases(void)
{
    TCase *t = tcase_create("json");
    tcase_add_test(t, the_document_is_canonical);
    tcase_add_test(t, reading_gives_the_same_tree);
    tcase_add_test(t, every_control_character_survives);
    tcase_add_test(t, what_is_not_utf8_is_named);
    tcase_add_test(t, output_comes_in_pieces_and_stops_at_failure);
    tcase_add_test(t, ten_thousand_tables);
    tcase_add_test(t, changed_same_key_and_digest_are_corrupt);
    tcase_add_test(t, members_are_checked);
    tcase_add_test(t, rename_hints_come_back_and_are_of_no_digest);
    tcase_add_test(t, what_is_not_json_has_a_line);
    tcase_add_test(t, a_cut_document_is_refused_anywhere);
    tcase_add_test(t, deep_nesting_is_refused);
    tcase_add_test(t, other_white_space_and_order_are_the_same);
    return t;
}
