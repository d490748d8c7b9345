/* SPDX-License-Identifier: Apache-2.0 */
#include "check-mysql-reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[200], url[128], setting[64];

static void *lend_alloc(moult_ctx *ctx, size_t len)
{
    (void)ctx;
    return malloc(len ? len : 1);
}
static void lend_free(moult_ctx *ctx, void *p)
{
    (void)ctx;
    free(p);
}
static void lend_log(moult_ctx *ctx, int32_t level, const char *msg, size_t len)
{
    (void)ctx;
    (void)level;
    (void)msg;
    (void)len;
}
static void lend_error_set(moult_ctx *ctx, moult_error *err, moult_status code, const char *msg,
                           size_t len)
{
    (void)ctx;
    error_set(err, code, "%.*s", (int)len, msg);
}
static void lend_error_detail(moult_ctx *ctx, moult_error *err, const char *key, const char *value,
                              size_t len)
{
    (void)ctx;
    error_detail_str(err, key, (struct str){value, len});
}
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
static int32_t lend_cancelled(moult_ctx *ctx, const moult_op *op)
{
    (void)ctx;
    return op && *(const int *)(const void *)op; /* a test may give an int */
}
static void lend_progress(moult_ctx *ctx, moult_op *op, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)op;
    (void)done;
    (void)total;
}

const moult_host mysql_test_host = {
    .size = MOULT_END(moult_host, plan),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .version = "test",
    .alloc = lend_alloc,
    .free = lend_free,
    .log = lend_log,
    .error_set = lend_error_set,
    .error_detail = lend_error_detail,
    .setting = lend_setting,
    .cancelled = lend_cancelled,
    .progress = lend_progress,
    .tree = &tree_api,
};

void mysql_test_setting(const char *text)
{
    snprintf(setting, sizeof setting, "%s", text ? text : "");
}

/* ---- the server ---- */

/* The last line that the script prints, or "". */
static void script(const char *arguments, char *out, size_t n)
{
    const char *source = getenv("srcdir");
    char command[600];
    *out = '\0';
    snprintf(command, sizeof command, "%s/tests/servers/mariadb.sh %s", source ? source : ".",
             arguments);
    FILE *p = popen(command, "r");
    if (!p)
        return;
    while (fgets(out, (int)n, p))
        out[strcspn(out, "\n")] = '\0';
    pclose(p);
}

const char *mysql_test_start(void)
{
    const char *tmp = getenv("TMPDIR");
    char arguments[300];
    snprintf(folder, sizeof folder, "%s/moult-my-XXXXXX",
             tmp                        ? tmp
             : access("/dev/shm", W_OK) ? "/tmp"
                                        : "/dev/shm");
    if (!mkdtemp(folder))
        return NULL;
    snprintf(arguments, sizeof arguments, "start %s", folder);
    script(arguments, url, sizeof url);
    if (!*url) {
        printf("1..0 # SKIP no MariaDB server can be started here\n");
        mysql_test_stop();
        return NULL;
    }
    return url;
}

void mysql_test_stop(void)
{
    char arguments[600], ignored[8];
    snprintf(arguments, sizeof arguments, "stop %s; rm -rf %s", folder, folder);
    if (*url)
        script(arguments, ignored, sizeof ignored);
    else
        rmdir(folder);
}

const char *mysql_test_url(const char *database, const char *account)
{
    static char made[8][512];
    static unsigned next;
    char *out = made[next++ % 8], base[200];
    snprintf(base, sizeof base, "mysql://%s@%s", account ? account : "moult", strchr(url, '@') + 1);
    char *whole = myurl_for(base, database ? database : "");
    snprintf(out, sizeof made[0], "%s?no-defaults", whole);
    free(whole);
    return out;
}

const char *mysql_test_run(const char *database, const char *sql)
{
    static char answer[4096];
    unsigned port = (unsigned)strtoul(strrchr(url, ':') + 1, NULL, 10);
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

void mysql_test_make(const char *name, const char *sql)
{
    CLEANUP_TEXT struct text t = {0};
    mytext_z(&t, "DROP DATABASE IF EXISTS ");
    mytext_name(&t, slice_z(name));
    mytext_z(&t, "; CREATE DATABASE ");
    mytext_name(&t, slice_z(name));
    mytext_z(&t, " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; USE ");
    mytext_name(&t, slice_z(name));
    mytext_printf(&t, "; %s", *sql ? sql : "DO 0");
    mysql_test_run(NULL, t.p);
}

/* ---- sessions and trees ---- */

moult_status mysql_test_try_open(const char *at, const char *with, moult_session **out,
                                 moult_error *err)
{
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = MOULT_PURPOSE_READ,
                      .url = at,
                      /* What it is does not matter to the settings that this host gives. */
                      .config = (const moult_config *)(const void *)setting,
                      .lock_timeout_ms = 3000};
    mysql_test_setting(with);
    return myreader_open(&mysql_test_host, &how, out, err);
}

moult_session *mysql_test_open(const char *database)
{
    moult_session *s = NULL;
    moult_error *err = moult_error_new();
    moult_status st = mysql_test_try_open(mysql_test_url(database, NULL), NULL, &s, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    moult_error_free(err);
    return s;
}

moult_status mysql_test_try(moult_session *session, moult_tree **out, moult_error *err)
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

moult_tree *mysql_test_tree(moult_session *session)
{
    moult_tree *tree = NULL;
    moult_error *err = moult_error_new();
    moult_status st = mysql_test_try(session, &tree, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    moult_error_free(err);
    return tree;
}

moult_tree *mysql_test_read(const char *database)
{
    moult_session *s = mysql_test_open(database);
    moult_tree *tree = mysql_test_tree(s);
    myreader_close(s);
    return tree;
}

const char *mysql_test_attr(const moult_tree *tree, const char *path, const char *name)
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

bool mysql_test_refers(const moult_tree *tree, const char *from, const char *to, uint32_t strength)
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
