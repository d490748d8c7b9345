/* SPDX-License-Identifier: Apache-2.0 */
#include "check-mysql-reader.h"

#include <stdio.h>
#include <stdlib.h>

static char setting[64];

static const char *lend_setting(moult_ctx *ctx, const moult_config *config, const char *name,
                                size_t *len)
{
    (void)ctx;
    (void)config;
    size_t n = strlen(name);
    const char *value =
        strncmp(setting, name, n) == 0 && setting[n] == '=' ? setting + n + 1 : NULL;
    if (len)
        *len = value ? strlen(value) : 0;
    return value;
}

const char *reader_test_url(const char *database, const char *account)
{
    static char made[8][512];
    static unsigned next;
    char *out = made[next++ % 8];
    char *whole = myurl_for(mysql_test_url("", account), database ? database : "");
    snprintf(out, sizeof made[0], "%s?no-defaults", whole);
    free(whole);
    return out;
}

const char *reader_test_run(const char *database, const char *sql)
{
    static char answer[4096];
    unsigned port = (unsigned)strtoul(strrchr(mysql_test_url("", NULL), ':') + 1, NULL, 10);
    MYSQL *c = mysql_init(NULL);
    ck_assert_msg(mysql_real_connect(c, "127.0.0.1", "moult", NULL, database, port, NULL,
                                     CLIENT_MULTI_STATEMENTS),
                  "%s", mysql_error(c));
    mysql_set_character_set(c, "utf8mb4");
    *answer = '\0';
    int more = mysql_query(c, sql);
    while (more == 0) {
        MYSQL_RES *r = mysql_store_result(c);
        MYSQL_ROW row = r ? mysql_fetch_row(r) : NULL;
        snprintf(answer, sizeof answer, "%s", row && row[0] ? row[0] : "");
        mysql_free_result(r);
        more = mysql_next_result(c);
    }
    ck_assert_msg(more < 0, "%s: %s", sql, mysql_error(c));
    mysql_close(c);
    return answer;
}

void reader_test_make(const char *name, const char *sql)
{
    CLEANUP_TEXT struct text t = {0};
    mytext_z(&t, "DROP DATABASE IF EXISTS ");
    mytext_name(&t, slice_z(name));
    mytext_z(&t, "; CREATE DATABASE ");
    mytext_name(&t, slice_z(name));
    mytext_z(&t, " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; USE ");
    mytext_name(&t, slice_z(name));
    mytext_printf(&t, "; %s", *sql ? sql : "DO 0");
    reader_test_run(NULL, t.p);
}

/* ---- sessions and trees ---- */

moult_status reader_test_try_open(const char *at, const char *with, moult_session **out,
                                  moult_error *err)
{
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = MOULT_PURPOSE_READ,
                      .url = at,
                      /* What it is does not matter to the settings that this host gives. */
                      .config = (const moult_config *)(const void *)setting,
                      .lock_timeout_ms = 3000};
    static moult_host host;
    host = mysql_test_host;
    host.setting = lend_setting;
    snprintf(setting, sizeof setting, "%s", with ? with : "");
    return myreader_open(&host, &how, out, err);
}

moult_session *reader_test_open(const char *database)
{
    moult_session *s = NULL;
    moult_error *err = moult_error_new();
    moult_status st = reader_test_try_open(reader_test_url(database, NULL), NULL, &s, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    moult_error_free(err);
    return s;
}

moult_status reader_test_try(moult_session *session, moult_tree **out, moult_error *err)
{
    moult_tree *tree = tree_new(STR("mysql"), 1011, 1, STR("MariaDB"));
    moult_status st = myreader_inspect(session, NULL, 0, tree, err);
    if (st == MOULT_OK)
        st = tree_seal(tree, NULL, err);
    if (st == MOULT_OK)
        *out = tree;
    else
        tree_free(tree);
    return st;
}

moult_tree *reader_test_tree(moult_session *session)
{
    moult_tree *tree = NULL;
    moult_error *err = moult_error_new();
    moult_status st = reader_test_try(session, &tree, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    moult_error_free(err);
    return tree;
}

moult_tree *reader_test_read(const char *database)
{
    moult_session *s = reader_test_open(database);
    moult_tree *tree = reader_test_tree(s);
    myreader_close(s);
    return tree;
}

const char *reader_test_attr(const moult_tree *tree, const char *path, const char *name)
{
    static char text[4][2048];
    static unsigned next;
    const moult_node *n = tree_find(tree, (struct str){path, strlen(path)});
    const struct attr *a = n ? node_attr(n, name) : NULL;
    if (!n)
        return NULL;
    char *out = text[next++ % 4];
    snprintf(out, sizeof text[0], "%.*s", a ? (int)a->text.n : 0, a ? a->text.p : "");
    return out;
}

bool reader_test_refers(const moult_tree *tree, const char *from, const char *to, uint32_t strength)
{
    const moult_node *n = tree_find(tree, (struct str){from, strlen(from)});
    ck_assert_msg(n != NULL, "no %s", from);
    for (uint32_t i = 0; i < n->ref_count; i++) {
        if (str_eq(n->refs[i].path, (struct str){to, strlen(to)}) &&
            n->refs[i].strength == strength)
            return true;
    }
    return false;
}
