/* SPDX-License-Identifier: Apache-2.0 */
/* check-mysql-texts.c - what needs no server: URLs, names, the reading of SHOW CREATE TABLE. */
#include "check-mysql-reader.h"

#include <stdlib.h>

static struct text out;

static void begin(void)
{
    out = (struct text){0};
}
static void end(void)
{
    mytext_free(&out);
}

static const char *folded(const char *name)
{
    mytext_clear(&out);
    mytext_fold(&out, slice_z(name));
    return out.p;
}

START_TEST(folds_as_the_server_does)
{
    ck_assert_str_eq(folded("AbC_9$"), "abc_9$");
    ck_assert_str_eq(folded("ÀÉÖ×Þß"), "àéö×þß");
    ck_assert_str_eq(folded("ŸŁźŻ"), "ÿłźż");
    ck_assert_str_eq(folded("ΑΩΆ ЖЁІ"), "αωά жёі");
    ck_assert_str_eq(folded("日本\xff\xc3"), "日本\xff\xc3"); /* no letters, no UTF-8 */
}
END_TEST

START_TEST(writes_names_and_literals)
{
    mytext_name(&out, slice_z("a`b"));
    mytext_literal(&out, slice_z("it's\n\\"));
    mytext_name(&out, slice_z("\1tenant\2"));
    ck_assert_str_eq(out.p, "`a``b`'it''s\\n\\\\'\1tenant\2");
    mytext_clear(&out);
    mytext_unquote(&out, slice_z("'it''s\\n\\\\'"), true);
    ck_assert_str_eq(out.p, "it's\n\\");
    mytext_clear(&out);
    mytext_unquote(&out, slice_z("`a``b\\n`"), true);
    ck_assert_str_eq(out.p, "a`b\\n");
    mytext_clear(&out);
    mytext_account(&out, slice_z("u@x@%"));
    mytext_account(&out, slice_z("role"));
    ck_assert_str_eq(out.p, "`u@x`@`%``role`");
}
END_TEST

START_TEST(takes_urls_apart)
{
    CLEANUP_URL struct url u = {0};
    const char *text =
        "mysql://us%40er:p%3Aw@[::1]:3307/a%60b%3Bc?socket=%2Ftmp%2Fs&ssl-ca=x.pem&ssl_verify_server_cert#x";
    ck_assert_int_eq(myurl_parse(&mysql_test_host, text, &u, NULL), MOULT_OK);
    ck_assert_str_eq(u.user, "us@er");
    ck_assert_str_eq(u.password, "p:w");
    ck_assert_str_eq(u.host, "::1");
    ck_assert_uint_eq(u.port, 3307);
    ck_assert_str_eq(u.database, "a`b;c");
    ck_assert_str_eq(u.socket, "/tmp/s");
    ck_assert_ptr_nonnull(u.options);
    ck_assert_ptr_nonnull(u.options->next);
    ck_assert_ptr_null(u.options->next->next);
    char *other = myurl_for("mariadb://u@h:1/old?ssl", "ä/x");
    ck_assert_str_eq(other, "mariadb://u@h:1/%C3%A4%2Fx?ssl");
    char *name = myurl_database(other);
    ck_assert_str_eq(name, "ä/x");
    free(name);
    free(other);
}
END_TEST

START_TEST(refuses_urls_that_it_does_not_understand)
{
    static const char *const wrong[][2] = {
        {"mysql://h:port/a", "no port"},
        {"mysql://h:70000/a", "no port"},
        {"mysql://h/a?colour=red", "colour"},
        {"mysql://h/a?ssl=perhaps", "true or false"},
        {"mysql://h/a?connect-timeout=soon", "a number"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CLEANUP_URL struct url u = {0};
        moult_error *err = moult_error_new();
        ck_assert_int_eq(myurl_parse(&mysql_test_host, wrong[i][0], &u, err), MOULT_ERR_CONFIG);
        ck_assert_msg(strstr(moult_error_message(err), wrong[i][1]) != NULL, "%s: %s", wrong[i][0],
                      moult_error_message(err));
        moult_error_free(err);
    }
}
END_TEST

static bool parse(struct table_text *t, const char *text)
{
    return myparse_table(t, text, strlen(text), (struct lexing){.version = 101119});
}

START_TEST(reads_show_create_table)
{
    struct table_text t = {0};
    ck_assert(parse(
        &t,
        "CREATE TABLE `a` (\n  `x` int(10) unsigned zerofill NOT NULL DEFAULT nextval(`d`.`s`),\n"
        "  `y` varchar(5) /*M!100301 COMPRESSED*/ CHARACTER SET latin1 COLLATE latin1_bin "
        "DEFAULT 'a,)' COMMENT 'c' CHECK (`y` <> ')'),\n"
        "  PRIMARY KEY (`x`),\n  KEY `k` (`y`(3) DESC,`x`) USING BTREE COMMENT 'z'\n) "
        "ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4\n"
        " PARTITION BY RANGE  COLUMNS(`x`)\n(PARTITION `p` VALUES LESS THAN (3) COMMENT = 'q' "
        "ENGINE = InnoDB)"));
    ck_assert_uint_eq(t.columns_count, 2);
    ck_assert(slice_is(t.columns[0].type, "int(10) unsigned zerofill"));
    ck_assert(t.columns[0].not_null);
    ck_assert(slice_is(t.columns[0].dflt, "nextval(`d`.`s`)"));
    ck_assert(slice_is(t.columns[1].compressed, "COMPRESSED"));
    ck_assert(slice_is(t.columns[1].check, "`y` <> ')'"));
    ck_assert_uint_eq(t.keys_count, 2);
    ck_assert(slice_is(t.keys[1].comment, "'z'"));
    ck_assert_uint_eq(t.options_count, 3);
    ck_assert(slice_is(t.partition_by, "RANGE  COLUMNS(`x`)"));
    ck_assert(slice_is(t.partitions[0].values, "LESS THAN (3)"));
    myparse_table_free(&t);
}
END_TEST

/* What a later server might say. */
START_TEST(tells_what_it_does_not_understand)
{
    static const char *const unknown[] = {
        "CREATE TABLE `a` (`x` int(11) SPARKLING DEFAULT NULL) ENGINE=InnoDB",
        "CREATE TABLE `a` (`x` int(11) DEFAULT NULL, BLOOM KEY `k` (`x`)) ENGINE=InnoDB",
        "CREATE TABLE `a` (`x` int(11) DEFAULT NULL) ENGINE=InnoDB WITH (x)",
        "CREATE TABLE `a` (`x` int(11) DEFAULT NULL) PARTITION BY HASH (`x`) (PARTITION `p` (x))",
        "CREATE TABLE `a` (`x` int(11) DEFAULT 'open) ENGINE=InnoDB",
        "CREATE TABLE `a` (`x` int(11) DEFAULT NULL, KEY `k` (`x`) NEARBY) ENGINE=InnoDB",
        "CREATE GRAPH `a` (`x` int(11) DEFAULT NULL) ENGINE=InnoDB",
    };
    struct table_text t = {0};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        ck_assert_msg(!parse(&t, unknown[i]), "%s", unknown[i]);
        ck_assert_ptr_nonnull(t.bad);
        ck_assert(!t.nomem);
    }
    ck_assert(parse(&t, "CREATE TABLE `a` (`x` int(11) DEFAULT NULL) ENGINE=InnoDB"));
    myparse_table_free(&t);
}
END_TEST

static const char *logical(const char *type, bool json)
{
    static char name[48];
    mylogical(slice_z(type), json, name);
    return name;
}

START_TEST(knows_what_types_are_elsewhere)
{
    ck_assert_str_eq(logical("tinyint(1)", false), "bool");
    ck_assert_str_eq(logical("tinyint(4)", false), "int16");
    ck_assert_str_eq(logical("bigint(20) unsigned", false), "int64");
    ck_assert_str_eq(logical("decimal(10,2) unsigned", false), "decimal(10,2)");
    ck_assert_str_eq(logical("varchar(20)", false), "varchar(20)");
    ck_assert_str_eq(logical("longtext", true), "json");
    ck_assert_str_eq(logical("datetime(6)", false), "timestamp");
    ck_assert_str_eq(logical("timestamp", false), "timestamptz");
    ck_assert_str_eq(logical("enum('a)','b')", false), "enum");
    ck_assert_str_eq(logical("point", false), "other");
}
END_TEST

TCase *mysql_text_cases(void)
{
    TCase *c = tcase_create("texts");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, folds_as_the_server_does);
    tcase_add_test(c, writes_names_and_literals);
    tcase_add_test(c, takes_urls_apart);
    tcase_add_test(c, refuses_urls_that_it_does_not_understand);
    tcase_add_test(c, reads_show_create_table);
    tcase_add_test(c, tells_what_it_does_not_understand);
    tcase_add_test(c, knows_what_types_are_elsewhere);
    return c;
}
