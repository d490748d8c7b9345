/* SPDX-License-Identifier: Apache-2.0 */
#include "check-mysql.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char folder[256], url[128], options[256];

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
    (void)name;
    if (len)
        *len = 0;
    return NULL;
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

/* The last line that the server's script prints, or "". */
static void script(const char *arguments, char *out, size_t n)
{
    const char *source = getenv("srcdir");
    char command[900];
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

void mysql_test_again(void)
{
    char arguments[600];
    snprintf(arguments, sizeof arguments, "start %s %s", folder, options);
    script(arguments, url, sizeof url);
}

const char *mysql_test_start(const char *more)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/moult-my-XXXXXX", tmp ? tmp : "/tmp");
    snprintf(options, sizeof options, "%s", more ? more : "");
    if (!mkdtemp(folder))
        return NULL;
    mysql_test_again();
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
    script(arguments, ignored, sizeof ignored);
}

void mysql_test_kill(void)
{
    char path[300], line[32] = "";
    snprintf(path, sizeof path, "%s/pid", folder);
    FILE *f = fopen(path, "r");
    ck_assert(f && fgets(line, sizeof line, f));
    fclose(f);
    pid_t pid = (pid_t)strtol(line, NULL, 10);
    ck_assert(pid > 1 && kill(pid, SIGKILL) == 0);
    for (int i = 0; i < 500 && kill(pid, 0) == 0; i++)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
}

const char *mysql_test_url(const char *database, const char *user)
{
    static char made[8][256];
    static unsigned next;
    char *out = made[next++ % 8];
    snprintf(out, sizeof made[0], "mysql://%s@%s/%s", user ? user : "moult", strchr(url, '@') + 1,
             database ? database : "mysql");
    return out;
}

moult_session *mysql_test_open(const char *at, uint32_t purpose, uint64_t lock_ms)
{
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = purpose,
                      .url = at,
                      .lock_timeout_ms = lock_ms};
    moult_session *s = NULL;
    moult_error *err = moult_error_new();
    moult_status st = myreader_open(&mysql_test_host, &how, &s, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    moult_error_free(err);
    return s;
}

const char *mysql_test_ask(const char *database, const char *sql)
{
    static char answer[4096];
    moult_session *s = mysql_test_open(mysql_test_url(database, NULL), MOULT_PURPOSE_WRITE, 5000);
    MYSQL_RES *res = NULL;
    struct row row;
    moult_error *err = moult_error_new();
    moult_status st = my_ask(s, "ask", sql, &res, err);
    ck_assert_msg(st == MOULT_OK, "%s: %s", sql, moult_error_message(err));
    snprintf(answer, sizeof answer, "%s", my_row(res, &row) ? row_z(&row, 0) : "");
    my_result_free(&res);
    moult_error_free(err);
    myreader_close(s);
    return answer;
}

moult_status mysql_test_run(moult_session *s, const char *sql, moult_error *err)
{
    return mywriter_run(s, sql, strlen(sql), NULL, err);
}
