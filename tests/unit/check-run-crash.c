/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that were stopped half-way: what they leave behind, and what the next command makes of it. */
#include "run-fixture.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALL UINT32_MAX
#define SCHEMA_A                                                                                   \
    "create table users (id int not null, name text);\n"                                           \
    "create index ix on users (name);\ncreate view v as one\n"
#define SCHEMA_B                                                                                   \
    "create view v as two;\n"                                                                      \
    "create table users (id int not null, name text, email text default 'x');\n"                   \
    "create table more (y int);\ncreate index ix on users (email)\n"
#define SCHEMA_C "create table users (id int not null, email text)\n"

static void make_base(const char *adapter)
{
    put("a.sql", SCHEMA_A);
    put("b.sql", SCHEMA_B);
    put("c.sql", SCHEMA_C);
    run_open(NULL, NULL);
    make_db(adapter, "base.db", SCHEMA_A);
}

/* Syncs to b.sql in a child in which write FAIL fails and that dies at write KILL (0: none).
 * 1: it was killed. */
static int sync_in_child(const char *adapter, int fail, int kill)
{
    char fail_at[64], kill_at[64], url[64];
    snprintf(fail_at, sizeof fail_at, "plugins.%s.fail-at=%d", adapter, fail);
    snprintf(kill_at, sizeof kill_at, "plugins.%s.kill-at=%d", adapter, kill);
    snprintf(url, sizeof url, "%s:x.db", adapter);
    const char *const set[] = {fail_at, kill_at, NULL};
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct told told;
        run_open(NULL, set);
        sync_to(url, "b.sql", ALL, &told);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

static moult_status on_check(void *arg, const char *unit, const char *what, const char *state,
                             const char *note)
{
    (void)unit;
    *(int *)arg += strcmp(state, "failed") == 0;
    ck_assert_msg(strcmp(state, "failed") != 0, "%s: %s", what, note);
    return MOULT_OK;
}

/* The trail holds, and has each statement of a run's steps once. */
static void check_trail(const char *url)
{
    int bad = 0;
    moult_targets *t = target(url);
    ck_ok(moult_audit(m, t, on_check, &bad, err));
    ck_assert_int_eq(bad, 0);
    moult_targets_free(t);
    json_t *db = json_load_file("x.db", 0, NULL), *seen = json_object(), *row;
    size_t i;
    json_array_foreach(json_object_get(json_object_get(db, "moult"), "audit"), i, row)
    {
        json_t *body = json_loads(json_string_value(json_object_get(row, "body")), 0, NULL);
        json_t *statement = json_object_get(body, "statement");
        char key[128];
        snprintf(key, sizeof key, "%s %lld %lld", json_string_value(json_object_get(row, "run")),
                 json_integer_value(json_object_get(body, "step")), json_integer_value(statement));
        if (statement) {
            ck_assert_msg(!json_object_get(seen, key), "twice in the trail: %s", key);
            json_object_set_new(seen, key, json_true());
        }
        json_decref(body);
    }
    json_decref(seen);
    json_decref(db);
}

/* A statement or a record fails, the run is taken back, and dies at any write of that: whatever is
 * wanted next is reached. */
START_TEST(a_run_that_dies_while_it_is_taken_back_is_ended_by_the_next)
{
    struct told told;
    make_base("memory");
    char *base = get("base.db");
    int fail, kills = 0;
    for (fail = 4; fail < 40; fail++) {
        for (int kill = fail + 1;; kill++) {
            put("x.db", base);
            run_close();
            if (!sync_in_child("memory", fail, kill))
                break;
            kills++;
            run_open(NULL, NULL);
            ck_ok(sync_to("memory:x.db", kill % 2 ? "b.sql" : "c.sql", ALL, &told));
            check_trail("memory:x.db");
        }
        run_open(NULL, NULL); /* the child was not killed: in order, or taken back */
        ck_ok(sync_to("memory:x.db", "b.sql", ALL, &told));
        check_trail("memory:x.db");
    }
    ck_assert_int_gt(kills, 20);
    free(base);
}
END_TEST

START_TEST(the_trail_of_a_killed_run_has_each_statement_once)
{
    struct told told;
    make_base("memory");
    char *base = get("base.db");
    for (int kill = 1;; kill++) {
        put("x.db", base);
        run_close();
        if (!sync_in_child("memory", 0, kill))
            break;
        run_open(NULL, NULL);
        ck_ok(sync_to("memory:x.db", "b.sql", ALL, &told));
        check_trail("memory:x.db");
    }
    free(base);
}
END_TEST

/* Leaves a run open in x.db. */
static void leave_open(void)
{
    make_base("memory");
    char *base = get("base.db");
    put("x.db", base);
    free(base);
    run_close();
    ck_assert(sync_in_child("memory", 0, 7));
}

/* The file x.db with every OLD replaced by NEW, of the same length. */
static void edit_db(const char *old, const char *new)
{
    char *text = get("x.db");
    size_t n = strlen(new);
    ck_assert_uint_eq(strlen(old), n);
    ck_assert_ptr_nonnull(strstr(text, old));
    for (char *p = text; (p = strstr(p, old)); p += n)
        for (size_t i = 0; i < n; i++)
            p[i] = new[i];
    put("x.db", text);
    free(text);
}

START_TEST(an_open_run_of_a_newer_moult_is_left_to_it)
{
    struct told told;
    moult_plan *plan;
    leave_open();
    edit_db("moult-plan/1", "moult-plan/9");
    char *before = get("x.db");
    run_open(NULL, NULL);
    ck_fails(sync_to("memory:x.db", "c.sql", ALL, &told), MOULT_ERR_CORRUPT, "damaged");
    edit_db("\"moult 0", "\"moult 9");
    free(before);
    before = get("x.db");
    ck_fails(sync_to("memory:x.db", "c.sql", ALL, &told), MOULT_ERR_OPEN_RUN, "begun by moult 9");
    ck_detail("hint", "the version that began it");
    moult_targets *t = target("memory:x.db");
    moult_snapshot *s = load("c.sql", "memory:x.db");
    ck_fails(moult_plan_make(m, t, s, NULL, &plan, err), MOULT_ERR_OPEN_RUN, "begun by moult 9");
    char *after = get("x.db");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    moult_snapshot_free(s);
    moult_targets_free(t);
}
END_TEST

static void stop_at_second_step(void *arg, const char *what, uint64_t done, uint64_t total)
{
    (void)arg;
    (void)total;
    atomic_store(&m->progress_at, 0); /* each is told, however soon it comes */
    if (strcmp(what, "steps") == 0 && done >= 1)
        run_stop = 1;
}

/* Who asked to stop does not wait for the way back: the run stays open, and goes on from there. */
START_TEST(a_run_that_was_stopped_goes_on_later)
{
    struct told told;
    make_base("memory");
    char *base = get("base.db");
    put("x.db", base);
    run_progress = stop_at_second_step;
    run_open(NULL, NULL);
    ck_fails(sync_to("memory:x.db", "b.sql", ALL, &told), MOULT_ERR_OPEN_RUN, "is left open");
    char *left = get("x.db");
    ck_assert_ptr_null(strstr(left, "undoing"));
    free(left);
    run_stop = 0;
    run_progress = NULL;
    run_open(NULL, NULL);
    ck_ok(sync_to("memory:x.db", "b.sql", ALL, &told));
    ck_assert_int_eq(told.count[MOULT_UNIT_FINISHED], 1);
    check_trail("memory:x.db");
    free(base);
}
END_TEST

START_TEST(a_stopped_transaction_leaves_nothing)
{
    struct told told;
    make_base("memory-txn");
    char *base = get("base.db");
    put("x.db", base);
    run_progress = stop_at_second_step;
    run_open(NULL, NULL);
    ck_fails(sync_to("memory-txn:x.db", "b.sql", ALL, &told), MOULT_ERR_CANCELLED, "stopped");
    char *after = get("x.db");
    ck_assert_str_eq(base, after);
    free(base);
    free(after);
}
END_TEST

/* The answer to a commit is lost: the books are asked, and nothing is done twice. */
START_TEST(a_commit_of_unknown_outcome_is_looked_up)
{
    struct told told;
    const char *adapter = _i ? "memory-txn" : "memory", *when = _i ? "memory-txn" : "memory";
    char fail_at[64], unknown[64], url[64];
    make_base(adapter);
    char *base = get("base.db");
    snprintf(url, sizeof url, "%s:x.db", adapter);
    snprintf(unknown, sizeof unknown, "plugins.%s.fail-with=unknown", when);
    for (int fail = 1; fail < 30; fail++) {
        put("x.db", base);
        snprintf(fail_at, sizeof fail_at, "plugins.%s.fail-at=%d", adapter, fail);
        const char *const set[] = {fail_at, unknown, NULL};
        run_open(NULL, set);
        ck_ok(sync_to(url, "b.sql", ALL, &told));
        run_open(NULL, NULL);
        ck_ok(validate_to(url, "b.sql", &told));
        check_trail(url);
    }
    free(base);
}
END_TEST

/* A connection is lost over a statement: the probe says whether it took place, and the run goes on. */
START_TEST(a_statement_of_unknown_outcome_is_looked_up)
{
    struct told told;
    char fail_at[64];
    make_base("memory");
    char *base = get("base.db");
    for (int fail = 1; fail < 40; fail++) {
        put("x.db", base);
        snprintf(fail_at, sizeof fail_at, "plugins.memory.fail-at=%d", fail);
        const char *const set[] = {
            fail_at, _i ? "plugins.memory.fail-with=lost" : "plugins.memory.fail-with=unknown", NULL};
        run_open(NULL, set);
        ck_ok(sync_to("memory:x.db", "b.sql", ALL, &told));
        run_open(NULL, NULL);
        ck_ok(validate_to("memory:x.db", "b.sql", &told));
        check_trail("memory:x.db");
        char *text = get("x.db");
        ck_assert_ptr_null(strstr(text, "undoing"));
        free(text);
    }
    free(base);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run-crash");
    TCase *c = tcase_create("run-crash");
    tcase_set_timeout(c, 240);
    tcase_add_checked_fixture(c, run_setup, run_teardown);
    if (run_possible()) {
        tcase_add_test(c, a_run_that_dies_while_it_is_taken_back_is_ended_by_the_next);
        tcase_add_test(c, the_trail_of_a_killed_run_has_each_statement_once);
        tcase_add_test(c, an_open_run_of_a_newer_moult_is_left_to_it);
        tcase_add_test(c, a_run_that_was_stopped_goes_on_later);
        tcase_add_test(c, a_stopped_transaction_leaves_nothing);
        tcase_add_loop_test(c, a_commit_of_unknown_outcome_is_looked_up, 0, 2);
        tcase_add_loop_test(c, a_statement_of_unknown_outcome_is_looked_up, 0, 2);
    }
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
