/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcore/base/buf.h"
#include "check-sqlite-write.h"

int lite_stop;
moult_error *lite_err;

static void *lend(moult_ctx *ctx, size_t n)
{
    (void)ctx;
    return malloc(n ? n : 1);
}
static void take(moult_ctx *ctx, void *p)
{
    (void)ctx;
    free(p);
}
static void say(moult_ctx *ctx, int32_t level, const char *msg, size_t len)
{
    (void)ctx;
    (void)level;
    (void)msg;
    (void)len;
}
static void set(moult_ctx *ctx, moult_error *err, moult_status code, const char *msg, size_t len)
{
    (void)ctx;
    error_set(err, code, "%.*s", (int)len, msg);
}
static void detail(moult_ctx *ctx, moult_error *err, const char *key, const char *value, size_t len)
{
    (void)ctx;
    error_detail_str(err, key, (struct str){value, len});
}
static int32_t stopped(moult_ctx *ctx, const moult_op *op)
{
    (void)ctx;
    (void)op;
    return lite_stop;
}

moult_host lite_host = {
    .size = MOULT_END(moult_host, plan),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .version = "test",
    .alloc = lend,
    .free = take,
    .log = say,
    .error_set = set,
    .error_detail = detail,
    .cancelled = stopped,
    .tree = &tree_api,
    .plan = &plan_api,
};

static moult_error *fresh(void)
{
    moult_error_free(lite_err);
    lite_err = moult_error_new();
    ck_assert_ptr_nonnull(lite_err);
    return lite_err;
}

/* What went wrong, for messages of assertions. */
static const char *why(void)
{
    static char text[1024];
    const char *statement = moult_error_detail(lite_err, "statement");
    const char *more = moult_error_detail(lite_err, "detail");
    snprintf(text, sizeof text, "%s [%s] %s", moult_error_message(lite_err), statement ? statement : "",
             more ? more : "");
    return text;
}

moult_session *lite_open(const char *sql)
{
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms), .purpose = MOULT_PURPOSE_WRITE};
    moult_session *session = NULL;
    moult_status st = sqlite_writer_scratch(&lite_host, &how, NULL, &session, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
    lite_run(session, sql);
    return session;
}

moult_session *lite_file(const char *name, const char *sql, uint64_t lock_ms)
{
    char url[512];
    snprintf(url, sizeof url, "sqlite:%s", name);
    if (access(name, F_OK) != 0)
        fclose(fopen(name, "w"));
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = MOULT_PURPOSE_WRITE,
                      .url = url,
                      .lock_timeout_ms = lock_ms};
    moult_session *session = NULL;
    moult_status st = sqlite_reader_open(&lite_host, &how, &session, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
    lite_run(session, sql);
    return session;
}

void lite_run(moult_session *session, const char *sql)
{
    moult_status st = sqlite_writer_run(session, sql, strlen(sql), NULL, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
}

const char *lite_ask(moult_session *session, const char *sql)
{
    static struct buf out;
    sqlite3_stmt *stmt = NULL;
    buf_clear(&out);
    buf_puts(&out, "");
    int rc = sqlite3_prepare_v2(session->db, sql, -1, &stmt, NULL);
    ck_assert_msg(rc == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(session->db));
    for (int row = 0; (rc = sqlite3_step(stmt)) == SQLITE_ROW; row++) {
        buf_puts(&out, row ? ";" : "");
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const char *text = (const char *)sqlite3_column_text(stmt, i);
            buf_printf(&out, "%s%s", i ? "|" : "", text ? text : "NULL");
        }
    }
    ck_assert_msg(rc == SQLITE_DONE, "%s: %s", sql, sqlite3_errmsg(session->db));
    sqlite3_finalize(stmt);
    return out.p;
}

moult_tree *lite_tree(moult_session *session)
{
    moult_tree *tree = tree_new(STR("sqlite"), 3, 1, STR("SQLite"));
    moult_status st = sqlite_reader_inspect(session, NULL, 0, tree, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
    st = tree_seal(tree, NULL, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
    return tree;
}

moult_tree *lite_tree_of(const char *sql)
{
    moult_session *session = lite_open(sql);
    moult_tree *tree = lite_tree(session);
    sqlite_reader_close(session);
    return tree;
}

static moult_status first_ways(const moult_host *host, const moult_config *config, moult_problem *problem,
                               moult_error *err)
{
    (void)config;
    (void)err;
    for (uint32_t i = 0; i < host->plan->count(problem); i++)
        host->plan->choose(problem, i, 0);
    return MOULT_OK;
}

static const moult_planner planner = {
    .head = {.size = MOULT_END(moult_planner, plan), .kind = "planner", .name = "first"},
    .plan = first_ways,
};
static const moult_dialect dialect = {
    .head = {.size = MOULT_END(moult_dialect, fold), .kind = "dialect", .name = "sqlite"},
    .level = 1,
    .ways = sqlite_dialect_ways,
    .render = sqlite_dialect_render,
    .bind = sqlite_dialect_bind,
    .fold = sqlite_dialect_fold,
};

struct moult_plan *lite_plan(const moult_tree *from, const moult_tree *to, bool layout)
{
    struct plan_chain chain = {.planner = &planner};
    struct moult_delta *delta = NULL;
    struct moult_plan *plan = NULL;
    moult_status st = delta_make(from, to, layout, &delta, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
    struct plan_request request = {
        .host = &lite_host, .dialect = &dialect, .chain = &chain, .chain_count = 1, .delta = delta};
    if (plan_make(&request, &plan, fresh()) != MOULT_OK)
        plan = NULL;
    delta_free(delta);
    return plan;
}

void lite_rename(moult_session *session, const char *from, const char *to, const char *sql)
{
    struct plan_chain chain = {.planner = &planner};
    struct rename hint = {.from = str_of(from), .to = str_of(to), .where = STR("test")};
    moult_tree *now = lite_tree(session), *wanted = lite_tree_of(sql);
    struct moult_delta delta = {.from = wanted, .to = wanted, .before = now, .due = &hint, .due_count = 1};
    struct moult_plan *plan = NULL;
    struct plan_request request = {
        .host = &lite_host, .dialect = &dialect, .chain = &chain, .chain_count = 1, .delta = &delta};
    moult_status st = plan_make(&request, &plan, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
    ck_assert_msg(lite_carry_out(session, plan) == MOULT_OK, "%s", why());
    moult_tree *reached = lite_tree(session);
    ck_assert_msg(tree_find(reached, hint.to) != NULL, "%s", to);
    ck_assert_ptr_null(tree_find(reached, hint.from));
    lite_take_back(session, plan);
    moult_tree *back = lite_tree(session);
    ck_assert_str_eq(back->state, now->state);
    ck_assert_msg(lite_carry_out(session, plan) == MOULT_OK, "%s", why());
    plan_free(plan);
    tree_free(now);
    tree_free(wanted);
    tree_free(reached);
    tree_free(back);
}

const char *lite_ways(const struct moult_plan *plan)
{
    static struct buf out;
    buf_clear(&out);
    buf_puts(&out, "");
    for (size_t i = 0; i < plan->step_count; i++)
        if (!str_eq(plan->steps[i].way, STR("aside")))
            buf_printf(&out, "%s%.*s", out.n ? " " : "", STR_FMT(plan->steps[i].way));
    return out.p;
}

bool lite_has(const struct moult_plan *plan, const char *way)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (str_eq(plan->steps[i].way, str_of(way)))
            return true;
    return false;
}

moult_status lite_carry_out(moult_session *session, const struct moult_plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        for (size_t k = 0; k < plan->steps[i].statement_count; k++) {
            const struct plan_statement *s = &plan->steps[i].statements[k];
            moult_status st = sqlite_writer_run(session, s->sql.p, s->sql.n, NULL, fresh());
            if (st)
                return st;
            uint32_t answer = 0;
            if (!s->probe.p)
                continue;
            st = sqlite_writer_probe(session, s->probe.p, s->probe.n, &answer, fresh());
            ck_assert_msg(st == MOULT_OK, "%s", why());
            ck_assert_msg(answer == MOULT_PROBE_DONE, "%.*s", STR_FMT(s->probe));
        }
    return MOULT_OK;
}

void lite_take_back(moult_session *session, const struct moult_plan *plan)
{
    for (size_t i = plan->step_count; i-- > 0;)
        for (size_t k = 0; k < plan->steps[i].inverse_count; k++) {
            struct str sql = plan->steps[i].inverse[k];
            moult_status st = sqlite_writer_run(session, sql.p, sql.n, NULL, fresh());
            ck_assert_msg(st == MOULT_OK, "%s", why());
        }
}

const char *lite_sync(moult_session *session, const char *sql)
{
    moult_tree *from = lite_tree(session), *to = lite_tree_of(sql);
    struct moult_plan *plan = lite_plan(from, to, false);
    ck_assert_msg(plan != NULL, "%s", why());
    moult_status st = sqlite_writer_lock(session, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
    st = lite_carry_out(session, plan);
    ck_assert_msg(st == MOULT_OK, "%s", why());
    moult_tree *reached = lite_tree(session);
    struct moult_plan *rest = lite_plan(reached, to, false);
    ck_assert_msg(rest != NULL, "%s", why());
    ck_assert_msg(rest->step_count == 0, "left to do: %s", lite_ways(rest));
    ck_assert_str_eq(reached->state, to->state);
    st = sqlite_writer_commit(session, fresh());
    ck_assert_msg(st == MOULT_OK, "%s", why());
    const char *ways = lite_ways(plan);
    plan_free(plan);
    plan_free(rest);
    tree_free(from);
    tree_free(to);
    tree_free(reached);
    return ways;
}
