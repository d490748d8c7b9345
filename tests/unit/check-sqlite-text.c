/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, CREATE statements, names. */
#include "check-sqlite.h"

#include <stdio.h>

#include "../../plugins/sqlite/parse.h"

/* Kinds of all tokens as letters: w q s b n v o, "!" = bad. */
static const char *kinds(const char *text)
{
    static char out[64];
    size_t n = 0, len = strlen(text);
    for (size_t from = 0; n + 1 < sizeof out;) {
        struct token t = token_next(text, len, from);
        if (t.kind == TOKEN_END)
            break;
        out[n++] = ".wqsbnvo!"[t.kind];
        from = t.at + t.n;
    }
    out[n] = '\0';
    return out;
}

START_TEST(tokens_of_every_kind)
{
    ck_assert_str_eq(kinds("create a1$ _x \xc3\xa9"), "wwww");
    ck_assert_str_eq(kinds("\"a\"\"b\" `c``d` [e f]"), "qqq");
    ck_assert_str_eq(kinds("'it''s' x'0aFF' X'' x'0'"), "sbb!");
    ck_assert_str_eq(kinds("1 1.5 .5 1e9 1.e-3 0x1F 1_000 12ab"), "nnnnnnn!");
    ck_assert_str_eq(kinds("?1 ? :a @b $c::d #1"), "vvvvvv");
    ck_assert_str_eq(kinds("a->>b||c<=d<>e==f!=g"), "wowowowowowow");
    ck_assert_str_eq(kinds("a -- b\n/* c ; ' */ d"), "ww");
    ck_assert_str_eq(kinds("\xef\xbb\xbf"
                           "a"),
                     "w");
    ck_assert_str_eq(kinds("'open"), "!");
    ck_assert_str_eq(kinds("\"open"), "!");
    ck_assert_str_eq(kinds("[open"), "!");
    ck_assert_str_eq(kinds("a /* open"), "w!");
    ck_assert_str_eq(kinds("a ! b"), "w!w");
    ck_assert_str_eq(kinds("-- to the end"), "");
}
END_TEST

START_TEST(words_are_keywords_in_any_case)
{
    ck_assert_uint_eq(token_keyword("CREATE", 6), KW_CREATE);
    ck_assert_uint_eq(token_keyword("cReAtE", 6), KW_CREATE);
    ck_assert_uint_eq(token_keyword("current_TIMESTAMP", 17), KW_CURRENT_TIMESTAMP);
    ck_assert_uint_eq(token_keyword("creat", 5), KW_NONE);
    ck_assert_uint_eq(token_keyword("x", 1), KW_NONE);
    ck_assert_uint_eq(token_keyword("", 0), KW_NONE);
    ck_assert(token_keyword_bare(KW_KEY) && token_keyword_bare(KW_NONE));
    ck_assert(!token_keyword_bare(KW_SELECT) && !token_keyword_bare(KW_LEFT));
    /* SQLite takes each word for a keyword too, but for those that are words of its grammar alone.
     */
    struct {
        const char *name;
    } const words[] = {
#define KEYWORD_NAME(name, bare) {#name},
        KEYWORDS(KEYWORD_NAME)
#undef KEYWORD_NAME
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *w = words[i].name;
        bool known = strcmp(w, "ROWID") == 0 || strcmp(w, "STORED") == 0 ||
                     strcmp(w, "STRICT") == 0 || sqlite3_keyword_check(w, (int)strlen(w));
        ck_assert_msg(known, "%s", w);
        ck_assert_uint_eq(token_keyword(w, strlen(w)), i + 1);
    }
    for (int i = 0; i < sqlite3_keyword_count(); i++) {
        const char *w;
        int n;
        sqlite3_keyword_name(i, &w, &n);
        ck_assert_msg(token_keyword(w, (size_t)n) != KW_NONE, "%.*s", n, w);
    }
}
END_TEST

START_TEST(quotes_are_taken_off)
{
    struct {
        const char *text, *name;
    } const cases[] = {{"\"a\"\"b\"", "a\"b"}, {"`a``b`", "a`b"},  {"[a\"b]", "a\"b"},
                       {"'a''b'", "a'b"},      {"plain", "plain"}, {"\"\"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[16];
        struct token t = token_next(cases[i].text, strlen(cases[i].text), 0);
        size_t n = token_unquote(cases[i].text, &t, out);
        ck_assert_uint_eq(n, strlen(cases[i].name));
        ck_assert_int_eq(memcmp(out, cases[i].name, n), 0);
        ck_assert(token_names(cases[i].text, &t, cases[i].name, n));
        ck_assert(!token_names(cases[i].text, &t, "other", 5));
    }
}
END_TEST

TCase *sqlite_token_cases(void)
{
    TCase *t = tcase_create("tokens");
    tcase_add_test(t, tokens_of_every_kind);
    tcase_add_test(t, words_are_keywords_in_any_case);
    tcase_add_test(t, quotes_are_taken_off);
    return t;
}

/* ---- CREATE ---- */

static void parsed(struct parse *p, const char *text)
{
    ck_assert_msg(parse_create(p, text, strlen(text)), "%s wanted: %s", p->bad, text);
}

static const char *slice(const struct parse *p, struct range r)
{
    static char out[256];
    size_t n;
    const char *text = range_text(p, r, &n);
    memcpy(out, text, n);
    out[n] = '\0';
    return out;
}

START_TEST(a_table_is_taken_apart)
{
    struct parse p = {0};
    parsed(
        &p,
        "CREATE TEMP TABLE IF NOT EXISTS main.t (a VARCHAR (20) NOT NULL ON CONFLICT FAIL DEFAULT (1+2), "
        "b CONSTRAINT c CHECK (b > (0)) REFERENCES u ON DELETE SET NULL NOT DEFERRABLE, "
        "CONSTRAINT k PRIMARY KEY (a, b COLLATE nocase DESC) UNIQUE (b)) WITHOUT ROWID, STRICT;");
    ck_assert_uint_eq(p.what, PARSE_TABLE);
    ck_assert(p.temporary && p.if_not_exists && p.without_rowid && p.strict &&
              p.schema != NO_TOKEN);
    ck_assert_uint_eq(p.column_count, 2);
    ck_assert_uint_eq(p.constraint_count, 6);
    ck_assert_str_eq(slice(&p, p.columns[0].type), "VARCHAR (20)");
    ck_assert_uint_eq(p.columns[1].type.n, 0);
    const struct constraint *k = p.constraints;
    ck_assert(k[0].kind == CONSTRAINT_NOT_NULL && p.tokens[k[0].conflict].keyword == KW_FAIL);
    ck_assert(k[1].kind == CONSTRAINT_DEFAULT && k[1].parenthesised);
    ck_assert_str_eq(slice(&p, k[1].expr), "1+2");
    ck_assert(k[2].kind == CONSTRAINT_CHECK && k[2].name != NO_TOKEN && k[2].column == 1);
    ck_assert_str_eq(slice(&p, k[2].expr), "b > (0)");
    ck_assert(k[3].kind == CONSTRAINT_FOREIGN && k[3].name == NO_TOKEN);
    ck_assert_str_eq(slice(&p, k[3].on_delete), "SET NULL");
    ck_assert_str_eq(slice(&p, k[3].deferrable), "NOT DEFERRABLE");
    ck_assert(k[4].kind == CONSTRAINT_PRIMARY && k[4].terms == 2 && k[4].column == NO_TOKEN);
    ck_assert(!p.terms[k[4].first].desc && p.terms[k[4].first + 1].desc);
    ck_assert(k[5].kind == CONSTRAINT_UNIQUE && k[5].name == NO_TOKEN);
    parse_free(&p);
}
END_TEST

START_TEST(other_objects_are_taken_apart)
{
    struct parse p = {0};
    parsed(&p,
           "create unique index i on t ((a), lower(b) desc, c || d COLLATE nocase) where a > 1");
    ck_assert(p.what == PARSE_INDEX && p.unique && p.term_count == 3);
    ck_assert(p.terms[0].name != NO_TOKEN && p.terms[1].name == NO_TOKEN && p.terms[1].desc);
    ck_assert_uint_eq(p.terms[2].collate, NO_TOKEN); /* binds to d */
    ck_assert_str_eq(slice(&p, p.where), "a > 1");
    parsed(&p, "CREATE VIEW v (x, y) AS SELECT 1, 2 -- end");
    ck_assert_str_eq(slice(&p, p.columns_named), "x, y");
    ck_assert_str_eq(slice(&p, p.body), "SELECT 1, 2");
    parsed(&p, "CREATE TRIGGER r INSTEAD OF UPDATE OF a, b ON v FOR EACH ROW WHEN (new.a) BEGIN "
               "SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM t; END");
    ck_assert(p.timing == KW_INSTEAD && p.event == KW_UPDATE);
    ck_assert_str_eq(slice(&p, p.of), "a, b");
    ck_assert_str_eq(slice(&p, p.when), "(new.a)");
    ck_assert_str_eq(slice(&p, p.body), "SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM t;");
    parsed(&p, "CREATE VIRTUAL TABLE f USING fts5(a, tokenize = 'x (y)')");
    ck_assert_str_eq(slice(&p, p.body), "a, tokenize = 'x (y)'");
    parsed(&p, "CREATE VIRTUAL TABLE f USING m");
    ck_assert_uint_eq(p.body.n, 0);
    parsed(&p, "CREATE TABLE t AS SELECT 1");
    ck_assert(p.as_select);
    parse_free(&p);
}
END_TEST

START_TEST(what_is_no_create_says_where)
{
    static const char *const bad[] = {"SELECT 1",
                                      "CREATE",
                                      "CREATE TABLE",
                                      "CREATE TABLE t",
                                      "CREATE TABLE t (",
                                      "CREATE TABLE t ()",
                                      "CREATE TABLE t (a",
                                      "CREATE TABLE t (a,)",
                                      "CREATE TABLE t (a CHECK (1)",
                                      "CREATE TABLE t (a) WITH",
                                      "CREATE TABLE t (a) WITHOUT",
                                      "CREATE TABLE t (a) STRICT,",
                                      "CREATE TABLE t (a) x",
                                      "CREATE TABLE t (a NOT b)",
                                      "CREATE TABLE t (a PRIMARY b)",
                                      "CREATE TABLE t (a DEFAULT)",
                                      "CREATE TABLE t (a REFERENCES)",
                                      "CREATE TABLE t (a REFERENCES u ON b)",
                                      "CREATE TABLE t (a REFERENCES u ON DELETE b)",
                                      "CREATE TABLE t (a UNIQUE ON CONFLICT b)",
                                      "CREATE TABLE t (a COLLATE)",
                                      "CREATE TABLE t (a, FOREIGN KEY (a))",
                                      "CREATE TABLE t (a, CONSTRAINT)",
                                      "CREATE TABLE t (a, PRIMARY KEY ())",
                                      "CREATE TABLE t (a, UNIQUE a)",
                                      "CREATE TABLE t (a AS 1)",
                                      "CREATE TABLE t (a REFERENCES u DEFERRABLE INITIALLY)",
                                      "CREATE TABLE main. (a)",
                                      "CREATE TABLE IF NOT t (a)",
                                      "CREATE INDEX i",
                                      "CREATE INDEX i ON",
                                      "CREATE INDEX i ON t",
                                      "CREATE INDEX i ON t (a) WHERE",
                                      "CREATE INDEX i ON t (a",
                                      "CREATE TEMP INDEX i ON t (a)",
                                      "CREATE UNIQUE TABLE t (a)",
                                      "CREATE VIEW v",
                                      "CREATE VIEW v AS",
                                      "CREATE VIEW v (a AS SELECT 1",
                                      "CREATE VIEW v AS SELECT (1",
                                      "CREATE VIEW v AS SELECT 1)",
                                      "CREATE TRIGGER r",
                                      "CREATE TRIGGER r BEFORE",
                                      "CREATE TRIGGER r INSTEAD INSERT ON t BEGIN SELECT 1; END",
                                      "CREATE TRIGGER r DELETE t BEGIN SELECT 1; END",
                                      "CREATE TRIGGER r DELETE ON t FOR EACH BEGIN SELECT 1; END",
                                      "CREATE TRIGGER r DELETE ON t WHEN BEGIN SELECT 1; END",
                                      "CREATE TRIGGER r DELETE ON t BEGIN SELECT 1; EN",
                                      "CREATE TRIGGER r UPDATE OF ON t BEGIN SELECT 1; END",
                                      "CREATE VIRTUAL TABLE f",
                                      "CREATE VIRTUAL VIEW f",
                                      "CREATE VIRTUAL TABLE f USING",
                                      "CREATE VIRTUAL TABLE f USING m(",
                                      "CREATE TABLE t ('a"};
    struct parse p = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!parse_create(&p, bad[i], strlen(bad[i])), "%s", bad[i]);
        ck_assert_msg(p.bad != NULL && p.bad_at <= strlen(bad[i]), "%s", bad[i]);
    }
    parse_free(&p);
}
END_TEST

TCase *sqlite_parse_cases(void)
{
    TCase *t = tcase_create("create");
    tcase_add_test(t, a_table_is_taken_apart);
    tcase_add_test(t, other_objects_are_taken_apart);
    tcase_add_test(t, what_is_no_create_says_where);
    return t;
}

/* ---- names ---- */

static const char *bound(const char *text, const char *value)
{
    static char out[256];
    const moult_binding b = {
        .size = MOULT_END(moult_binding, value), .name = "tenant", .value = value};
    const moult_binding *const list[] = {&b};
    char *p = NULL;
    size_t n = 0;
    moult_error *err = moult_error_new();
    moult_status st =
        sqlite_dialect_bind(&sqlite_test_host, text, strlen(text), list, 1, &p, &n, err);
    if (st == MOULT_OK)
        snprintf(out, sizeof out, "%.*s", (int)n, p);
    else
        snprintf(out, sizeof out, "error %d", st);
    free(p);
    moult_error_free(err);
    return out;
}

START_TEST(markers_become_quoted_names)
{
    ck_assert_str_eq(bound("no marker", "x"), "no marker");
    ck_assert_str_eq(bound("", "x"), "");
    ck_assert_str_eq(bound("a \x01tenant\x02.b, \x01tenant\x02", "t1"), "a \"t1\".b, \"t1\"");
    ck_assert_str_eq(bound("\x01tenant\x02", "a\"b;c"), "\"a\"\"b;c\"");
    ck_assert_str_eq(bound("\x01tenant\x02", "select"), "\"select\"");
    ck_assert_str_eq(bound("\x01other\x02", "x"), "error 3");
    ck_assert_str_eq(bound("\x01tenant", "x"), "error 3");
}
END_TEST

START_TEST(names_fold_as_in_sqlite)
{
    char *p;
    size_t n;
    ck_assert_int_eq(
        sqlite_dialect_fold(&sqlite_test_host, "table", "AbC \xc3\x84", 6, &p, &n, NULL), MOULT_OK);
    ck_assert_uint_eq(n, 6);
    ck_assert_str_eq(p, "abc \xc3\x84"); /* letters beyond ASCII stay */
    free(p);
}
END_TEST

START_TEST(names_are_quoted_where_they_must_be)
{
    struct {
        const char *name, *quoted;
    } const cases[] = {
        {"abc", "abc"},         {"Abc_1", "Abc_1"},           {"1a", "\"1a\""},
        {"a b", "\"a b\""},     {"select", "\"select\""},     {"", "\"\""},
        {"a\"b", "\"a\"\"b\""}, {"\xc3\xa9", "\"\xc3\xa9\""}, {"\x01tenant\x02", "\x01tenant\x02"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sqlite3_str *s = sqlite3_str_new(NULL);
        sqlite_quote_name(s, cases[i].name, strlen(cases[i].name));
        ck_assert_str_eq(sqlite3_str_value(s), cases[i].quoted);
        sqlite3_free(sqlite3_str_finish(s));
    }
    sqlite3_str *s = sqlite3_str_new(NULL);
    sqlite_quote_string(s, "it's", 4);
    ck_assert_str_eq(sqlite3_str_value(s), "'it''s'");
    sqlite3_free(sqlite3_str_finish(s));
}
END_TEST

TCase *sqlite_name_cases(void)
{
    TCase *t = tcase_create("names");
    tcase_add_test(t, markers_become_quoted_names);
    tcase_add_test(t, names_fold_as_in_sqlite);
    tcase_add_test(t, names_are_quoted_where_they_must_be);
    return t;
}
