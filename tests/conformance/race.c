/* SPDX-License-Identifier: Apache-2.0 */
/* race.c - several processes and threads at one store at once. */
#include "keep.h"

#include <sys/wait.h>

#define RACERS 3u
#define ROUNDS 40u
#define FAILED 250 /* exit code; below it: how often a racer won */

typedef int racer_fn(struct depot *d, moult_session *s, unsigned who);

static unsigned digits(const char *key)
{
    return (unsigned)strtoul(key + 56, NULL, 16);
}

/* RACERS processes do FN at once; gives the sum of what they give. */
static unsigned race(struct depot *d, racer_fn *fn)
{
    struct run *r = d->r;
    int start[2];
    pid_t pids[RACERS];
    unsigned sum = 0;
    REQUIRE(r, pipe(start) == 0, "no pipe");
    for (unsigned i = 0; i < RACERS; i++) {
        pids[i] = fork();
        REQUIRE(r, pids[i] >= 0, "no process");
        if (pids[i])
            continue;
        close(start[1]);
        moult_session *s = depot_open(d, 1);
        char byte;
        if (read(start[0], &byte, 1) != 0) /* the end of the pipe is the starting shot */
            _exit(FAILED);
        int won = fn(d, s, i);
        d->store->close(s);
        _exit(won);
    }
    close(start[1]);
    for (unsigned i = 0; i < RACERS; i++) {
        int status = 0;
        waitpid(pids[i], &status, 0);
        REQUIRE(r, WIFEXITED(status) && WEXITSTATUS(status) < 100, "a process that raced failed");
        sum += (unsigned)WEXITSTATUS(status);
    }
    close(start[0]);
    return sum;
}

static int create(struct depot *d, moult_session *s, unsigned who)
{
    int won = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        char name[32], key[65];
        snprintf(name, sizeof name, "race/%u", i);
        key_number(who + 1, key);
        moult_status st = d->store->ref_swap(s, name, NULL, key, d->r->err);
        if (st && st != MOULT_ERR_EXISTS)
            check_fails(d->r, st, MOULT_ERR_EXISTS, "making a reference that others make");
        won += st == MOULT_OK;
    }
    return won;
}

void check_race_create(struct run *r)
{
    DEPOT(r, d);
    d.store->close(depot_open(&d, 1));
    unsigned won = race(&d, create);
    REQUIRE(r, won == ROUNDS, "%u references were made %u times", ROUNDS, won);
}

/* Moves the reference from N to N+1 until this racer has done it ROUNDS / 2 times. */
static int climb(struct depot *d, moult_session *s, unsigned who)
{
    int won = 0;
    (void)who;
    for (unsigned tries = 0; won < (int)ROUNDS / 2 && tries < 100000; tries++) {
        char now[65], next[65];
        OK(d->r, "store.ref_get", d->store->ref_get(s, "count", now, d->r->err));
        key_number(digits(now) + 1, next);
        moult_status st = d->store->ref_swap(s, "count", now, next, d->r->err);
        if (st && st != MOULT_ERR_EXISTS)
            check_fails(d->r, st, MOULT_ERR_EXISTS, "moving a reference that others move");
        won += st == MOULT_OK;
    }
    return won;
}

static void expect_count(struct depot *d, unsigned won)
{
    char now[65];
    moult_session *s = depot_open(d, 0);
    OK(d->r, "store.ref_get", d->store->ref_get(s, "count", now, d->r->err));
    REQUIRE(d->r, digits(now) == won, "moved %u times by one, the reference stands at %u", won,
            digits(now));
    d->store->close(s);
}

static void start_count(struct depot *d)
{
    char zero[65];
    moult_session *s = depot_open(d, 1);
    key_number(0, zero);
    OK(d->r, "store.ref_swap", d->store->ref_swap(s, "count", NULL, zero, d->r->err));
    d->store->close(s);
}

void check_race_count(struct run *r)
{
    DEPOT(r, d);
    start_count(&d);
    unsigned won = race(&d, climb);
    REQUIRE(r, won == RACERS * (ROUNDS / 2), "only %u moves succeeded", won);
    expect_count(&d, won);
}

static int put_same(struct depot *d, moult_session *s, unsigned who)
{
    char text[4096], key[65];
    (void)who;
    memset(text, 'a', sizeof text);
    for (unsigned i = 0; i < ROUNDS; i++) {
        memcpy(text, &i, sizeof i);
        put(d, s, text, sizeof text, key);
        expect_object(d, s, key, text, sizeof text);
    }
    return 1;
}

void check_race_put(struct run *r)
{
    DEPOT(r, d);
    d.store->close(depot_open(&d, 1));
    REQUIRE(r, race(&d, put_same) == RACERS, "not all could put");
    moult_session *s = depot_open(&d, 0);
    NAMES(all, r);
    OK(r, "store.list", d.store->list(s, on_name, &all, r->err));
    REQUIRE(r, all.count == ROUNDS, "%u objects are listed as %zu", ROUNDS, all.count);
    d.store->close(s);
}

/* ---- threads ---- */

struct climber {
    struct depot *d;
    moult_session *s;
    moult_status status;
    unsigned won;
};

static void *climb_in_thread(void *arg)
{
    struct climber *c = arg;
    const moult_store *store = c->d->store;
    while (c->won < ROUNDS / 2 && !c->status) {
        char now[65], next[65];
        HOST_CALL_SCOPE(&store->head);
        c->status = store->ref_get(c->s, "count", now, NULL);
        if (c->status)
            break;
        key_number(digits(now) + 1, next);
        moult_status st = store->ref_swap(c->s, "count", now, next, NULL);
        c->won += st == MOULT_OK;
        c->status = st == MOULT_ERR_EXISTS ? MOULT_OK : st;
    }
    return NULL;
}

/* Each in a session of its own, or all in one, where the store says that it may be so. */
static void climb_together(struct depot *d, bool shared)
{
    struct run *r = d->r;
    struct climber all[RACERS];
    pthread_t threads[RACERS];
    unsigned won = 0;
    moult_session *one = depot_open(d, 1);
    for (unsigned i = 0; i < RACERS; i++)
        all[i] = (struct climber){.d = d, .s = shared ? one : depot_open(d, 1)};
    for (unsigned i = 0; i < RACERS; i++)
        REQUIRE(r, pthread_create(&threads[i], NULL, climb_in_thread, &all[i]) == 0, "no thread");
    for (unsigned i = 0; i < RACERS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < RACERS; i++) {
        REQUIRE(r, all[i].status == MOULT_OK, "moving a reference in a thread gave %d",
                (int)all[i].status);
        won += all[i].won;
        if (!shared)
            d->store->close(all[i].s);
    }
    d->store->close(one);
    expect_count(d, won + (shared ? RACERS * (ROUNDS / 2) : 0));
}

void check_race_threads(struct run *r)
{
    DEPOT(r, d);
    start_count(&d);
    climb_together(&d, false);
    if (d.store->head.threading >= MOULT_THREAD_FREE)
        climb_together(&d, true);
}
