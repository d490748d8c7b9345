/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader says of each kind of object: postgres-kinds.sql, held against docs/schema-tree.md. */
#include "check-postgres-reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../libcore/base/file.h"

#define MARKER "\001tenant\002"

static struct buf script;

static void read_script(void)
{
    const char *source = getenv("srcdir");
    struct buf path = {0};
    buf_printf(&path, "%s/tests/unit/postgres-kinds.sql", source ? source : ".");
    ck_assert_int_eq(file_read(path.p, &script, NULL), MOULT_OK);
    buf_free(&path);
    reader_database("kinds", "DROP ROLE IF EXISTS reader_a; DROP ROLE IF EXISTS \"Reader B\"");
    reader_sql("kinds", script.p);
}

static void drop_all(void)
{
    reader_sql("postgres", "DROP DATABASE kinds WITH (FORCE)");
    reader_sql("postgres", "DROP ROLE reader_a; DROP ROLE \"Reader B\"");
    buf_free(&script);
}

/* Of the node of the row before where a path is missing. */
static const struct {
    const char *path, *attribute, *text; /* TEXT NULL: absent */
} expected[] = {
    {"schema:kinds", "comment", "the schema"},
    {NULL, "grants", "reader_a: USAGE*"},
    {"schema:public", "grants", ""},
    {NULL, "comment", NULL},
    {"composite:kinds.pair/attribute:b", "type", "text"},
    {NULL, "collate", "\"C\""},
    {NULL, "comment", "the second"},
    {"domain:kinds.short", "type", "character varying(9)"},
    {NULL, "default", "'x'::character varying"},
    {NULL, "not_null", "true"},
    {NULL, "collate", "\"C\""},
    {"domain:kinds.short/check:filled", "definition", "CHECK (((VALUE)::text <> ''::text))"},
    {"domain:kinds.list", "type", "integer[]"},
    {"range:kinds.span", "definition", "(subtype = double precision, subtype_diff = float8mi)"},
    {"base_type:kinds.shell", "name", "shell"},
    {NULL, "definition", NULL},
    {"function:kinds.plus(integer,%20integer)", "arguments", "a integer, b integer DEFAULT 1"},
    {NULL, "returns", "integer"},
    {NULL, "language", "sql"},
    {NULL, "grants", ""},
    {"procedure:kinds.act(text)", "arguments", "INOUT x text"},
    {NULL, "returns", NULL},
    {"aggregate:kinds.total(integer)", "signature", "integer"},
    {NULL, "definition", "(SFUNC = int4pl, STYPE = integer, INITCOND = '0')"},
    {"sequence:kinds.down", "type", "smallint"},
    {NULL, "start", "80"},
    {NULL, "increment", "-2"},
    {NULL, "minimum", "-5"},
    {NULL, "maximum", "90"},
    {NULL, "cache", "3"},
    {NULL, "cycle", "true"},
    {"sequence:kinds.t_owned_seq", "start", NULL},
    {"sequence:kinds.t_id_seq", "name", NULL},
    {"table:kinds.t", "owner", "reader_a"},
    {NULL, "grants", "PUBLIC: SELECT"},
    {NULL, "options", "fillfactor='70', toast.autovacuum_enabled='false'"},
    {NULL, "replica_identity", "FULL"},
    {NULL, "row_security", "true"},
    {NULL, "force_row_security", "true"},
    {"table:kinds.t/column:id", "identity", "ALWAYS"},
    {NULL, "identity_options", "START WITH 5 INCREMENT BY 2"},
    {NULL, "logical", "int64"},
    {NULL, "position", "1"},
    {"table:kinds.t/column:n", "type", "numeric(12,2)"},
    {NULL, "logical", "decimal(12,2)"},
    {NULL, "not_null", NULL},
    {"table:kinds.t/column:n/default:", "expression", "kinds.plus(1)"},
    {"table:kinds.t/column:c", "collate", "\"C\""},
    {NULL, "not_null", "true"},
    {NULL, "storage", "EXTERNAL"},
    {NULL, "statistics", "77"},
    {NULL, "options", "n_distinct='5'"},
    {NULL, "grants", "\"Reader B\": SELECT, UPDATE"},
    {"table:kinds.t/column:up", "generated", "upper((c)::text)"},
    {NULL, "compression", "pglz"},
    {"table:kinds.t/column:a", "type", "timestamp(3) with time zone[]"},
    {NULL, "logical", "array(timestamptz)"},
    {"table:kinds.t/column:owned/default:", "expression", "nextval('kinds.t_owned_seq'::regclass)"},
    {"table:kinds.t/column:\"Odd%20Name\"", "comment", "odd"},
    {"table:kinds.t/primary_key:t_key", "definition", "PRIMARY KEY (id) INCLUDE (n)"},
    {NULL, "columns", "id"},
    {NULL, "options", "fillfactor='80'"},
    {NULL, "clustered", "true"},
    {NULL, "comment", "the key"},
    {NULL, "index_comment", "of the key"},
    {"table:kinds.t/unique:t_once", "definition", "UNIQUE NULLS NOT DISTINCT (c, m)"},
    {NULL, "deferrable", "DEFERRABLE INITIALLY DEFERRED"},
    {"table:kinds.t/exclude:t_apart", "definition",
     "EXCLUDE USING gist (int8range(id, (id + 1)) WITH &&) WHERE ((n > (0)::numeric))"},
    {"table:kinds.t/check:t_more", "definition", "CHECK ((n > (0)::numeric)) NO INHERIT"},
    {NULL, "not_valid", NULL},
    {"table:kinds.t/check:t_late", "not_valid", "true"},
    {"table:kinds.child", "inherits", "kinds.t"},
    {"table:kinds.child/column:id", "type", NULL},
    {"table:kinds.child/column:c", "inherited", "true"},
    {NULL, "type", NULL},
    {"table:kinds.child/column:c/default:", "expression", "'own'::character varying"},
    {"table:kinds.child/column:n", "inherited", "merged"},
    {NULL, "type", "numeric(12,2)"},
    {"table:kinds.typed", "of", "kinds.pair"},
    {NULL, "unlogged", "true"},
    {"table:kinds.parts", "partition_by", "RANGE (k)"},
    {"table:kinds.first", "partition_of", "kinds.parts"},
    {NULL, "bound", "FOR VALUES FROM (0) TO (10)"},
    {NULL, "partition_by", "LIST (v)"},
    {"table:kinds.rest", "bound", "DEFAULT"},
    {"table:kinds.rest/index_copy:kinds.parts_v", "options", "fillfactor='60'"},
    {"table:kinds.other_am", "access_method", "heap2"},
    {"foreign_key:kinds.ref.ref_t", "definition",
     "FOREIGN KEY (a) REFERENCES kinds.t(id) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL"},
    {NULL, "to", "kinds.t"},
    {NULL, "deferrable", "DEFERRABLE"},
    {"foreign_key:kinds.ref.ref_two", "definition",
     "FOREIGN KEY (a, b) REFERENCES kinds.ref2(a, b) ON DELETE SET NULL (b)"},
    {NULL, "columns", "a, b"},
    {"foreign_key:kinds.ref.ref_late", "not_valid", "true"},
    {"index:kinds.t_expr", "definition",
     "USING btree (lower((c)::text) text_pattern_ops DESC NULLS LAST, n) INCLUDE (m) WHERE (n > (1)::numeric)"},
    {NULL, "options", "fillfactor='50'"},
    {NULL, "statistics", "1=9"},
    {"index:kinds.t_plain", "definition", "USING btree (n DESC, c NULLS FIRST)"},
    {NULL, "unique", "true"},
    {NULL, "table", "kinds.t"},
    {"index:kinds.t_brin", "definition",
     "USING brin (n numeric_bloom_ops (n_distinct_per_range='55'))"},
    {"index:kinds.t_key", "definition", NULL},
    {"view:kinds.v", "columns", "x, \"Y\""},
    {NULL, "definition", "SELECT t.id AS x,\n    t.c AS \"Y\"\n   FROM kinds.t"},
    {NULL, "options", "security_invoker='true', check_option='local'"},
    {"view:kinds.v/column:x/default:", "expression", "3"},
    {"view:kinds.v/column:\"Y\"", "comment", "why"},
    {"materialized_view:kinds.mv", "columns", "x"},
    {"index:kinds.mv_x", "table", "kinds.mv"},
    {"trigger:kinds.t.told", "enabled", "DISABLED"},
    {NULL, "table", "kinds.t"},
    {"trigger:kinds.t.later", "constraint", "true"},
    {NULL, "enabled", "ALWAYS"},
    {"rule:kinds.ref.nothing", "definition",
     "CREATE RULE nothing AS\n    ON DELETE TO kinds.ref DO INSTEAD NOTHING"},
    {"policy:kinds.t.own", "command", "UPDATE"},
    {NULL, "restrictive", "true"},
    {NULL, "roles", "\"Reader B\", reader_a"},
    {NULL, "using", "(n > (0)::numeric)"},
    {NULL, "check", "(n > (1)::numeric)"},
    {"statistics:kinds.\"both\"", "definition", "(ndistinct) ON n, c FROM kinds.t"},
    {NULL, "target", "33"},
    {"event_trigger:seen", "event", "ddl_command_end"},
    {NULL, "tags", "'CREATE TABLE', 'DROP TABLE'"},
    {NULL, "function", "kinds.watch"},
    {NULL, "enabled", "DISABLED"},
    {"default_privileges:CURRENT_USER%20IN%20SCHEMA%20kinds%20TABLES", "grants", "reader_a: SELECT"},
    {"collation:kinds.num", "definition",
     "(provider = icu, locale = 'und', deterministic = false)"},
    {"cast:(kinds.pair%20AS%20text)", "definition",
     "WITH FUNCTION kinds.pair_text(kinds.pair) AS ASSIGNMENT"},
    {"operator:kinds.===(kinds.pair,%20kinds.pair)", "definition",
     "(FUNCTION = kinds.same, LEFTARG = kinds.pair, RIGHTARG = kinds.pair, COMMUTATOR = OPERATOR(kinds.===))"},
    {"operator_class:kinds.cls%20USING%20hash", "family", "kinds.fam"},
    {NULL, "type", "kinds.mood"},
    {"text_search_dictionary:kinds.dict", "template", "pg_catalog.simple"},
    {NULL, "options", "accept = 'false'"},
    {"text_search_configuration:kinds.conf", "mappings",
     "asciiword: kinds.dict, pg_catalog.simple; word: kinds.dict, pg_catalog.simple"},
    {"text_search_template:kinds.tmpl", "definition", "(LEXIZE = dsimple_lexize)"},
    {"conversion:kinds.conv", "definition", "FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8"},
    {"access_method:heap2", "definition", "TYPE TABLE HANDLER heap_tableam_handler"},
    {"language:mine", "handler", "plpgsql_call_handler"},
    {NULL, "trusted", "true"},
    {"foreign_data_wrapper:wrap", "options", "debug 'true'"},
    {"server:far", "wrapper", "wrap"},
    {NULL, "version", "'2'"},
    {NULL, "options", "host 'h'"},
    {"user_mapping:reader_a%20SERVER%20far", "options", "\"user\" 'u', password '(hidden)'"},
    {"foreign_table:kinds.ft", "server", "far"},
    {NULL, "options", "tab 'y'"},
    {"foreign_table:kinds.ft/column:a", "fdw_options", "col 'x'"},
    {"publication:pub", "options", "publish = 'insert'"},
};

START_TEST(each_kind_has_its_attributes)
{
    CLEANUP_TREE moult_tree *tree = reader_look("kinds", NULL);
    const char *path = NULL;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        path = expected[i].path ? expected[i].path : path;
        const char *text = reader_attribute(tree, path, expected[i].attribute);
        bool same = text && expected[i].text ? strcmp(text, expected[i].text) == 0
                                             : text == expected[i].text;
        ck_assert_msg(same, "%s %s: %s, not %s", path, expected[i].attribute, text ? text : "absent",
                      expected[i].text ? expected[i].text : "absent");
    }
}
END_TEST

/* FROM with TO in place of every WORD. */
static void replace(struct buf *out, struct str from, const char *word, const char *to)
{
    size_t n = strlen(word);
    buf_clear(out);
    buf_puts(out, "");
    for (const char *at; (at = from.n ? memmem(from.p, from.n, word, n) : NULL);) {
        buf_add(out, from.p, (size_t)(at - from.p));
        buf_puts(out, to);
        from = (struct str){at + n, from.n - (size_t)(at - from.p) - n};
    }
    buf_str(out, from);
}

/* All that NODE has, TREE has with a marker in place of the schema's name.  Gives the number of nodes. */
static size_t compare(const moult_node *node, const moult_tree *tree)
{
    CLEANUP_BUF struct buf path = {0}, text = {0};
    size_t count = 1;
    replace(&path, node->path, "kinds", "%01tenant%02");
    const moult_node *other = tree_find(tree, buf_view(&path));
    ck_assert_msg(other != NULL, "%s is not there", path.p);
    ck_assert_msg(other->attr_count == node->attr_count, "%s: other attributes", path.p);
    for (uint32_t i = 0; i < node->attr_count; i++) {
        replace(&text, node->attrs[i].text, "kinds", MARKER);
        const struct attr *a = node_attr(other, node->attrs[i].name);
        ck_assert_msg(a && str_eq(a->text, buf_view(&text)), "%s %s: %.*s, not %s", path.p,
                      node->attrs[i].name, a ? (int)a->text.n : 0, a ? a->text.p : "", text.p);
    }
    for (uint32_t i = 0; i < node->child_count; i++)
        count += compare(node->children[i], tree);
    return count;
}

static size_t nodes_of(const moult_node *node)
{
    size_t count = 1;
    for (uint32_t i = 0; i < node->child_count; i++)
        count += nodes_of(node->children[i]);
    return count;
}

/* Catalogues have no index by schema: other queries ask for one than for all. */
START_TEST(a_schema_is_read_as_it_is_in_its_database)
{
    CLEANUP_TREE moult_tree *all = reader_look("kinds", NULL), *one = reader_look("kinds", "kinds");
    size_t count = 1; /* the root */
    for (uint32_t i = 0; i < all->root->child_count; i++) {
        const moult_node *node = all->root->children[i];
        bool inside = node->key.n > 6 && memcmp(node->key.p, "kinds.", 6) == 0;
        if (inside || strcmp(node->kind, "default_privileges") == 0)
            count += compare(node, one);
    }
    const moult_node *own = tree_find(one, STR("schema:%01tenant%02"));
    ck_assert(own && reader_attribute(one, "schema:%01tenant%02", "comment"));
    ck_assert_uint_gt(count, 80);
    ck_assert_uint_eq(nodes_of(one->root), count + 1);
}
END_TEST

/* All references lead to objects of the tree; of a column there need be no node. */
static void look_at_references(const moult_tree *tree, const moult_node *node)
{
    for (uint32_t i = 0; i < node->ref_count; i++) {
        struct str path = node->refs[i].path;
        const char *slash = memchr(path.p, '/', path.n);
        struct str object = {path.p, slash ? (size_t)(slash - path.p) : path.n};
        ck_assert_msg(tree_find(tree, object) != NULL, "%.*s refers to %.*s", (int)node->path.n,
                      node->path.p, (int)path.n, path.p);
    }
    for (uint32_t i = 0; i < node->child_count; i++)
        look_at_references(tree, node->children[i]);
}

static bool refers(const moult_tree *tree, const char *from, const char *to)
{
    const moult_node *node = tree_find(tree, str_of(from));
    ck_assert_msg(node != NULL, "%s is not there", from);
    for (uint32_t i = 0; i < node->ref_count; i++)
        if (str_is(node->refs[i].path, to))
            return true;
    return false;
}

START_TEST(references_say_what_needs_what)
{
    CLEANUP_TREE moult_tree *tree = reader_look("kinds", NULL);
    look_at_references(tree, tree->root);
    static const char *const pairs[][2] = {
        {"view:kinds.v", "table:kinds.t/column:c"},
        {"materialized_view:kinds.mv", "view:kinds.v/column:x"},
        {"table:kinds.t/column:n/default:", "function:kinds.plus(integer,%20integer)"},
        {"table:kinds.t/column:m", "enum:kinds.mood"},
        {"table:kinds.t/column:owned/owned_sequence:kinds.t_owned_seq", "sequence:kinds.t_owned_seq"},
        {"foreign_key:kinds.ref.ref_t", "table:kinds.t/primary_key:t_key"},
        {"foreign_key:kinds.ref.ref_t", "table:kinds.ref/column:a"},
        {"trigger:kinds.t.told", "function:kinds.tell()"},
        {"index:kinds.t_expr", "table:kinds.t/column:c"},
        {"cast:(kinds.pair%20AS%20text)", "composite:kinds.pair"},
        {"foreign_table:kinds.ft", "server:far"},
        {"table:kinds.first", "table:kinds.parts"},
        {"event_trigger:seen", "function:kinds.watch()"},
        {"publication:pub", "table:kinds.t"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        ck_assert_msg(refers(tree, pairs[i][0], pairs[i][1]), "%s does not refer to %s",
                      pairs[i][0], pairs[i][1]);
}
END_TEST

Suite *reader_kinds_suite(void)
{
    Suite *s = suite_create("postgres-kinds");
    TCase *t = tcase_create("kinds");
    tcase_set_timeout(t, 120);
    tcase_add_unchecked_fixture(t, read_script, drop_all);
    tcase_add_test(t, each_kind_has_its_attributes);
    tcase_add_test(t, a_schema_is_read_as_it_is_in_its_database);
    tcase_add_test(t, references_say_what_needs_what);
    suite_add_tcase(s, t);
    return s;
}
