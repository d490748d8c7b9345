/* SPDX-License-Identifier: Apache-2.0 */
#include "check-postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[256], pooler[280], url[128], pooler_url[128];

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
/* A test gives a role's name where the host has settings. */
static const char *lend_setting(moult_ctx *ctx, const moult_config *config, const char *name,
                                size_t *len)
{
    (void)ctx;
    const char *role = config && strcmp(name, "role") == 0 ? (const char *)config : NULL;
    if (len)
        *len = role ? strlen(role) : 0;
    return role;
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

const moult_host postgres_test_host = {
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

/* The last line that SCRIPT prints, or "". */
static void script(const char *name, const char *arguments, char *out, size_t n)
{
    const char *source = getenv("srcdir");
    char command[600];
    *out = '\0';
    snprintf(command, sizeof command, "%s/tests/servers/%s %s", source ? source : ".", name,
             arguments);
    FILE *p = popen(command, "r");
    if (!p)
        return;
    while (fgets(out, (int)n, p))
        out[strcspn(out, "\n")] = '\0';
    pclose(p);
}

const char *postgres_test_start(void)
{
    const char *tmp = getenv("TMPDIR");
    char arguments[300];
    snprintf(folder, sizeof folder, "%s/moult-pg-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return NULL;
    snprintf(arguments, sizeof arguments, "start %s", folder);
    script("postgres.sh", arguments, url, sizeof url);
    if (!*url) {
        printf("1..0 # SKIP no PostgreSQL server can be started here\n");
        postgres_test_stop();
        return NULL;
    }
    return url;
}

void postgres_test_stop(void)
{
    char arguments[600], ignored[8];
    snprintf(arguments, sizeof arguments, "stop %s; rm -rf %s", folder, folder);
    if (*url)
        script("postgres.sh", arguments, ignored, sizeof ignored);
    else
        rmdir(folder);
}

const char *postgres_test_url(const char *database, const char *user, const char *rest)
{
    static char made[8][256];
    static unsigned next;
    char *out = made[next++ % 8];
    snprintf(out, sizeof made[0], "postgresql://%s@%s/%s%s", user ? user : "postgres",
             strchr(url, '@') + 1, database ? database : "postgres", rest ? rest : "");
    return out;
}

const char *postgres_test_pooler(const char *mode)
{
    char arguments[400];
    snprintf(pooler, sizeof pooler, "%s/pooler", folder);
    snprintf(arguments, sizeof arguments, "start %s %s %s", pooler, strrchr(url, ':') + 1, mode);
    script("pgbouncer.sh", arguments, pooler_url, sizeof pooler_url);
    return *pooler_url ? pooler_url : NULL;
}

void postgres_test_pooler_stop(void)
{
    char arguments[400], ignored[8];
    snprintf(arguments, sizeof arguments, "stop %s", pooler);
    script("pgbouncer.sh", arguments, ignored, sizeof ignored);
}

moult_session *postgres_test_open(const char *at, uint32_t purpose, uint64_t lock_ms)
{
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = purpose,
                      .url = at,
                      .lock_timeout_ms = lock_ms};
    moult_session *s = NULL;
    moult_error *err = moult_error_new();
    moult_status st = postgres_open(&postgres_test_host, &how, &s, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    moult_error_free(err);
    return s;
}

const char *postgres_test_ask(const char *database, const char *sql)
{
    static char answer[4096];
    PGconn *conn = PQconnectdb(postgres_test_url(database, NULL, NULL));
    PGresult *r = PQexec(conn, sql);
    ck_assert_msg(PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK,
                  "%s: %s", sql, PQerrorMessage(conn));
    snprintf(answer, sizeof answer, "%s", PQntuples(r) ? PQgetvalue(r, 0, 0) : "");
    PQclear(r);
    PQfinish(conn);
    return answer;
}

moult_status postgres_test_run(moult_session *s, const char *sql, moult_error *err)
{
    return postgres_run(s, sql, strlen(sql), NULL, err);
}
