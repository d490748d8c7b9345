/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - one run of moult at a time in a database. */
#include "write.h"

#include <sys/wait.h>
#include <time.h>

#define PATIENCE_MS 300

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* The second session is kept out for its patience and not much longer. */
static void kept_out(struct place *p)
{
    struct run *r = p->r;
    moult_session *s = place_open(p, MOULT_PURPOSE_WRITE, PATIENCE_MS);
    uint64_t start = now_ms();
    GIVES(r, MOULT_ERR_BUSY, "locking what another session has locked", WRITER(p)->lock(s, r->err));
    uint64_t took = now_ms() - start;
    REQUIRE(r, took >= PATIENCE_MS / 2, "it gave up after %llu ms, it may wait for %d",
            (unsigned long long)took, PATIENCE_MS);
    REQUIRE(r, took < PATIENCE_MS + 3000, "it waited for %llu ms, it may wait for %d",
            (unsigned long long)took, PATIENCE_MS);
    READER(p)->close(s);
}

static void let_in(struct place *p)
{
    moult_session *s = place_open(p, MOULT_PURPOSE_WRITE, PATIENCE_MS);
    OK(p->r, "locking what nobody has locked", WRITER(p)->lock(s, p->r->err));
    OK(p->r, "writer.unlock", WRITER(p)->unlock(s, p->r->err));
    READER(p)->close(s);
}

struct waiter {
    struct place *p;
    moult_status status;
};

static void *wait_for_it(void *arg)
{
    struct waiter *w = arg;
    moult_session *s = NULL;
    w->status = unit_open(w->p->t, w->p->u, MOULT_PURPOSE_WRITE, 10000, &s, NULL);
    if (!w->status)
        w->status = WRITER(w->p)->lock(s, NULL);
    READER(w->p)->close(s);
    return NULL;
}

void check_lock(struct run *r)
{
    PLACE(r, p);
    place_load(&p, run_pair(r)->from);
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, PATIENCE_MS);
    OK(r, "writer.lock", WRITER(&p)->lock(s, r->err));
    kept_out(&p);
    char state[65];
    place_state(&p, state); /* looking needs no lock */
    OK(r, "writer.unlock", WRITER(&p)->unlock(s, r->err));
    let_in(&p);
    OK(r, "locking again", WRITER(&p)->lock(s, r->err));
    struct waiter w = {.p = &p};
    pthread_t thread;
    bool waits = WRITER(&p)->head.threading >= MOULT_THREAD_SESSION;
    REQUIRE(r, !waits || pthread_create(&thread, NULL, wait_for_it, &w) == 0, "no thread");
    nanosleep(&(struct timespec){0, 200000000}, NULL);
    OK(r, "unlocking again", WRITER(&p)->unlock(s, r->err));
    if (waits)
        pthread_join(thread, NULL);
    REQUIRE(r, w.status == MOULT_OK, "who waited for the lock got %d once it was free",
            (int)w.status);
    if (LOCK_IS_TXN(&p)) { /* commit and rollback end both */
        OK(r, "locking", WRITER(&p)->lock(s, r->err));
        OK(r, "writer.commit", WRITER(&p)->commit(s, r->err));
        let_in(&p);
        OK(r, "locking", WRITER(&p)->lock(s, r->err));
        OK(r, "writer.rollback", WRITER(&p)->rollback(s, r->err));
        let_in(&p);
    }
    READER(&p)->close(s);
}

void check_lock_close(struct run *r)
{
    PLACE(r, p);
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, PATIENCE_MS);
    OK(r, "writer.lock", WRITER(&p)->lock(s, r->err));
    READER(&p)->close(s);
    let_in(&p);
}

void check_lock_death(struct run *r)
{
    PLACE(r, p);
    int ready[2], end[2];
    char byte = 0;
    REQUIRE(r, pipe(ready) == 0 && pipe(end) == 0, "no pipe");
    pid_t pid = fork();
    if (pid == 0) {
        moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, PATIENCE_MS);
        OK(r, "writer.lock", WRITER(&p)->lock(s, r->err));
        close(end[1]);
        _exit(write(ready[1], "x", 1) == 1 && read(end[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(ready[1]);
    REQUIRE(r, pid > 0 && read(ready[0], &byte, 1) == 1, "another process cannot lock");
    kept_out(&p);
    close(end[1]);
    waitpid(pid, NULL, 0);
    let_in(&p);
}

/* A statement that has to wait for what another session has locked waits as long as it was told. */
static void limit_statement(struct place *p, moult_session *holder, moult_session *s)
{
    struct run *r = p->r;
    const char *ddl = run_pair(r)->to;
    OK(r, "locking", WRITER(p)->lock(holder, r->err));
    OK(r, "writer.limits", WRITER(p)->limits(s, PATIENCE_MS, 0, r->err));
    uint64_t start = now_ms();
    GIVES(r, MOULT_ERR_BUSY, "running DDL while another session writes",
          WRITER(p)->run(s, ddl, strlen(ddl), NULL, r->err));
    uint64_t took = now_ms() - start;
    REQUIRE(r, took < PATIENCE_MS + 3000, "a statement waited for %llu ms, it may wait for %d",
            (unsigned long long)took, PATIENCE_MS);
    OK(r, "writer.rollback", WRITER(p)->rollback(holder, r->err));
}

void check_limits(struct run *r)
{
    PLACE(r, p);
    const char *ddl = run_pair(r)->from;
    moult_session *holder = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 30000);
    if (LOCK_IS_TXN(&p))
        limit_statement(&p, holder, s);
    OK(r, "writer.limits", WRITER(&p)->limits(s, 1000, 60000, r->err));
    OK(r, "writer.limits, taken back", WRITER(&p)->limits(s, 0, 0, r->err));
    OK(r, "running DDL", WRITER(&p)->run(s, ddl, strlen(ddl), NULL, r->err));
    READER(&p)->close(s);
    READER(&p)->close(holder);
}
