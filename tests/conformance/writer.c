/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - scratch databases, statements and transactions. */
#include "write.h"

#include <dirent.h>
#include <sys/wait.h>

moult_status txn_start(struct place *p, moult_session *s, moult_error *err)
{
    return LOCK_IS_TXN(p) ? WRITER(p)->lock(s, err) : WRITER(p)->begin(s, err);
}

/* ---- scratch ---- */

static moult_open scratch_how(struct place *p)
{
    return (moult_open){.size = MOULT_END(moult_open, lock_timeout_ms),
                        .purpose = MOULT_PURPOSE_WRITE,
                        .url = p->url,
                        .config = p->t->adapter.writer_config,
                        .op = &p->t->op,
                        .lock_timeout_ms = 1000};
}

static moult_session *scratch(struct place *p, moult_session *like)
{
    moult_open how = scratch_how(p);
    moult_session *s = NULL;
    OK(p->r, "writer.scratch", WRITER(p)->scratch(HOST(p->r), &how, like, &s, p->r->err));
    REQUIRE(p->r, s, "scratch succeeded without a session");
    return s;
}

/* What lies in the place's folder, as one text. */
static char *listing(struct place *p)
{
    struct dirent **items;
    CLEANUP_BUF struct buf b = {0};
    int n = scandir(p->folder, &items, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        buf_printf(&b, "%s/", items[i]->d_name);
        free(items[i]);
    }
    if (n >= 0)
        free(items);
    char *all = strdup(buf_view(&b).p);
    if (!all)
        check_fail(p->r, "out of memory");
    return all;
}

static uint32_t objects(struct place *p, moult_session *s)
{
    CLEANUP_TREE moult_tree *tree = place_inspect(p, s);
    return tree->root->child_count;
}

static void check_scratch(struct run *r)
{
    PLACE(r, p);
    place_load(&p, run_pair(r)->from);
    char before[65], after[65];
    place_state(&p, before);
    CLEANUP_FREE char *files = listing(&p);
    moult_session *like = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    moult_session *one = scratch(&p, NULL), *two = scratch(&p, like);
    REQUIRE(r, objects(&p, one) == 0 && objects(&p, two) == 0, "a scratch database is not empty");
    place_run(&p, one, run_pair(r)->to);
    REQUIRE(r, objects(&p, one) > 0, "what was made in a scratch database is not there");
    REQUIRE(r, objects(&p, two) == 0, "what was made in a scratch database is in another");
    place_state(&p, after);
    REQUIRE(r, strcmp(before, after) == 0, "what was made in a scratch database is in the target");
    READER(&p)->close(one);
    READER(&p)->close(two);
    READER(&p)->close(like);
    CLEANUP_FREE char *left = listing(&p);
    REQUIRE(r, strcmp(files, left) == 0, "scratch databases leave files: before %s, after %s",
            files, left);
    place_state(&p, after);
    REQUIRE(r, strcmp(before, after) == 0, "closing scratch databases changed the target");
    moult_session *again = scratch(&p, NULL);
    REQUIRE(r, objects(&p, again) == 0, "a new scratch database has what an earlier one had");
    READER(&p)->close(again);
}

static void check_reap(struct run *r)
{
    PLACE(r, p);
    CLEANUP_FREE char *files = listing(&p);
    moult_open how = scratch_how(&p);
    uint32_t count = 77, first;
    OK(r, "writer.reap", WRITER(&p)->reap(HOST(r), &how, &count, r->err));
    REQUIRE(r, count == 0, "where nothing was left %u databases are dropped", count);
    moult_session *live = scratch(&p, NULL);
    pid_t pid = fork();
    if (pid == 0) { /* a crash with a scratch database at hand */
        moult_session *s = scratch(&p, NULL);
        place_run(&p, s, run_pair(r)->from);
        _exit(0);
    }
    int status = -1;
    REQUIRE(r, pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
            "another process cannot make a scratch database");
    OK(r, "writer.reap", WRITER(&p)->reap(HOST(r), &how, &first, r->err));
    OK(r, "writer.reap", WRITER(&p)->reap(HOST(r), &how, &count, r->err));
    REQUIRE(r, count == 0, "reaping twice drops something twice");
    place_run(&p, live, run_pair(r)->from); /* the one in use was left alone */
    READER(&p)->close(live);
    CLEANUP_FREE char *left = listing(&p);
    REQUIRE(r, strcmp(files, left) == 0, "after a crash and reap files are left: %s", left);
}

/* ---- statements ---- */

static void check_run(struct run *r)
{
    PLACE(r, p);
    struct place *at = &p;
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    uint64_t changed;
    static const char nonsense[] = "moult nonsense that nobody speaks";
    FAILS(r, "running nonsense",
          WRITER(at)->run(s, nonsense, sizeof nonsense - 1, &changed, r->err));
    REQUIRE(r, WRITER(at)->run(s, nonsense, sizeof nonsense - 1, NULL, NULL) != MOULT_OK,
            "without an error slot nonsense runs");
    const char *ddl = run_pair(r)->from; /* a script of several statements */
    OK(r, "running a script", WRITER(at)->run(s, ddl, strlen(ddl), &changed, r->err));
    REQUIRE(r, objects(&p, s) > 0, "a script made no object");
    FAILS(r, "making what is there already", WRITER(at)->run(s, ddl, strlen(ddl), NULL, r->err));
    CLEANUP_TREE moult_tree *tree = place_inspect(&p, s), *want = state_of(r, ddl);
    REQUIRE(r, strcmp(tree->state, want->state) == 0,
            "run as a script, the statements lead to another state than one by one");
    READER(at)->close(s);
    char after[65];
    place_state(&p, after);
    REQUIRE(r, strcmp(tree->state, after) == 0, "what was run is not there for others");
}

/* What holds no transaction of somebody's is there for all when run returns. */
static void check_txn(struct run *r)
{
    PLACE(r, p);
    struct place *at = &p;
    char empty[65], state[65];
    place_state(&p, empty);
    if (!TXN_DDL(at))
        check_not_applicable(r, "its DDL cannot be rolled back, as its capabilities say");
    const char *ddl = run_pair(r)->from;
    CLEANUP_TREE moult_tree *want = state_of(r, ddl);
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    OK(r, "beginning a transaction", txn_start(at, s, r->err));
    OK(r, "running DDL in it", WRITER(at)->run(s, ddl, strlen(ddl), NULL, r->err));
    CLEANUP_TREE moult_tree *inside = place_inspect(&p, s);
    REQUIRE(r, strcmp(inside->state, want->state) == 0, "a transaction does not see its own DDL");
    OK(r, "writer.rollback", WRITER(at)->rollback(s, r->err));
    place_state(&p, state);
    REQUIRE(r, strcmp(empty, state) == 0, "DDL is there after it was rolled back");
    OK(r, "beginning a second transaction", txn_start(at, s, r->err));
    OK(r, "running DDL in it", WRITER(at)->run(s, ddl, strlen(ddl), NULL, r->err));
    READER(at)->close(s);
    place_state(&p, state);
    REQUIRE(r, strcmp(empty, state) == 0, "closing a session commits what was open");
    s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    OK(r, "beginning a third transaction", txn_start(at, s, r->err));
    OK(r, "running DDL in it", WRITER(at)->run(s, ddl, strlen(ddl), NULL, r->err));
    OK(r, "writer.commit", WRITER(at)->commit(s, r->err));
    place_state(&p, state);
    REQUIRE(r, strcmp(want->state, state) == 0, "DDL is not there after the commit");
    OK(r, "rolling back what is not open", WRITER(at)->rollback(s, r->err));
    READER(at)->close(s);
    place_state(&p, state);
    REQUIRE(r, strcmp(want->state, state) == 0, "what was committed can be rolled back");
}

/* A statement that fails leaves the transaction where a rollback ends it. */
static void check_txn_failure(struct run *r)
{
    PLACE(r, p);
    struct place *at = &p;
    char empty[65], state[65];
    place_state(&p, empty);
    if (!TXN_DDL(at))
        check_not_applicable(r, "its DDL cannot be rolled back, as its capabilities say");
    const char *ddl = run_pair(r)->from;
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    OK(r, "beginning a transaction", txn_start(at, s, r->err));
    OK(r, "running DDL in it", WRITER(at)->run(s, ddl, strlen(ddl), NULL, r->err));
    FAILS(r, "making what is there already", WRITER(at)->run(s, ddl, strlen(ddl), NULL, r->err));
    OK(r, "rolling back after a failure", WRITER(at)->rollback(s, r->err));
    place_state(&p, state);
    REQUIRE(r, strcmp(empty, state) == 0, "after a failure and a rollback something is there");
    OK(r, "beginning again", txn_start(at, s, r->err));
    OK(r, "running DDL again", WRITER(at)->run(s, ddl, strlen(ddl), NULL, r->err));
    OK(r, "writer.commit", WRITER(at)->commit(s, r->err));
    READER(at)->close(s);
}

const struct check writer_checks[] = {
    {"writer.scratch", "a scratch database is empty, alone, and gone after close", check_scratch,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.reap", "reap drops what a crash left, and nothing else", check_reap,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.run", "a statement runs, a script too, nonsense fails", check_run,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.txn", "what is rolled back is gone, what is committed stays", check_txn,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.txn-failure", "after a failure a rollback leaves nothing", check_txn_failure,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.lock", "the lock keeps a second session out, no longer than its time-out", check_lock,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.lock-close", "closing a session gives its lock back", check_lock_close,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.lock-death", "the end of a process gives its lock back", check_lock_death,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.limits", "a statement waits for locks as long as it was told", check_limits,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.records", "records come back as they were, in order, after a reopen", check_records,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.record-rollback", "a rollback takes records back", check_record_rollback,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.record-hidden", "the bookkeeping is not in the state", check_record_hidden,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"writer.record-taken", "a table of the user's in its place is left alone", check_record_taken,
     CHECK_QUIRKS},
    {"writer.round", "every way leads to the wanted state, and back", check_round,
     CHECK_REQUIRED | CHECK_QUIRKS | CHECK_PAIRS},
    {"writer.steps", "probes tell what took place, inverses undo it", check_steps,
     CHECK_REQUIRED | CHECK_QUIRKS | CHECK_PAIRS},
    {0}};
