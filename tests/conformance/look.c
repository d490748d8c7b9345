/* SPDX-License-Identifier: Apache-2.0 */
/* look.c - what readers tell beside the tree; that they can be interrupted and run side by side. */
#include "look.h"

#include <time.h>

moult_status to_buf(void *arg, const char *bytes, size_t n)
{
    buf_add(arg, bytes, n);
    return buf_ok(arg) ? MOULT_OK : MOULT_ERR_NOMEM;
}

/* ---- bound names ---- */

/* Not in JSON by chance. */
static bool telling(const char *name)
{
    return strlen(name) > 7 && strspn(name, "abcdefghijklmnopqrstuvwxyz") != strlen(name) &&
           !strpbrk(name, "\"\\\n");
}

/* DDL with NAME for each {}, run on the place. */
static void run_bound(struct place *p, moult_session *s, const char *ddl, const char *name)
{
    struct run *r = p->r;
    CLEANUP_BUF struct buf marked = {0};
    const moult_binding own = {MOULT_END(moult_binding, value), 0, "tenant", name};
    const moult_binding *list[] = {&own};
    char *text = NULL;
    size_t n = 0;
    for (const char *c = ddl; *c; c++)
        if (c[0] == '{' && c[1] == '}')
            buf_puts(&marked, "\1tenant\2"), c++;
        else
            buf_char(&marked, *c);
    p->u->name = name;
    OK(r, "dialect.bind",
       DIALECT(p)->bind(HOST(r), marked.p, marked.n, list, 1, &text, &n, r->err));
    OK(r, "running DDL with a bound name", WRITER(p)->run(s, text, n, NULL, r->err));
    HOST(r)->free(HOST(r)->ctx, text);
}

/* What is seen by S does not tell that the tenant is called NAME. */
static void unnamed(struct place *p, moult_session *s, const char *name, char state[65])
{
    struct run *r = p->r;
    CLEANUP_BUF struct buf json = {0};
    CLEANUP_TREE moult_tree *tree = place_inspect(p, s);
    OK(r, "writing the tree", tree_write_json(tree, to_buf, &json, r->err));
    REQUIRE(r, strstr(buf_view(&json).p, "\\u0001tenant\\u0002"),
            "the name \"%s\" is not marked: %s", name, json.p);
    REQUIRE(r, !telling(name) || !strstr(json.p, name), "the name \"%s\" is in the state", name);
    memcpy(state, tree->state, 65);
}

static void bound_state(struct run *r, const char *ddl, const char *name, char state[65])
{
    PLACE(r, p);
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    run_bound(&p, s, ddl, name);
    unnamed(&p, s, name, state);
    READER(&p)->close(s);
}

typedef void bound_fn(struct run *r, const char *ddl, const char *name, char state[65]);

static bool is_impossible(struct run *r, const char *name)
{
    const char *const *list = r->suite->quirks.impossible;
    while (list && *list && strcmp(*list, name) != 0)
        list++;
    return list && *list;
}

/* One state, whatever the tenant is called. */
static void same_state(struct run *r, const char *const *bound, bound_fn *fn)
{
    for (; bound && *bound; bound++) {
        char first[65], other[65];
        fn(r, *bound, hostile_names[0], first);
        for (const char *const *name = hostile_names + 1; *name; name++) {
            if (is_impossible(r, *name))
                continue;
            fn(r, *bound, *name, other);
            REQUIRE(r, strcmp(first, other) == 0, "of a tenant called \"%s\" the state is another",
                    *name);
        }
    }
}

/* ---- stamp, measure ---- */

static void stamp_of(struct place *p, uint8_t out[32])
{
    moult_session *s = place_open(p, MOULT_PURPOSE_READ, 1000);
    OK(p->r, "reader.stamp", READER(p)->stamp(s, out, p->r->err));
    READER(p)->close(s);
}

void check_stamp(struct run *r)
{
    for (r->index = 0; r->index < r->suite->quirks.pair_count; r->index++) {
        PLACE(r, p);
        uint8_t empty[32], one[32], two[32], bare[32];
        stamp_of(&p, empty);
        place_load(&p, run_pair(r)->from);
        /* A server that knows times by the second cannot tell at once that nothing changes. */
        for (int i = 0; i < 20 && (i == 0 || memcmp(one, two, 32) != 0); i++) {
            if (i)
                nanosleep(&(struct timespec){0, 200000000}, NULL);
            stamp_of(&p, one);
            stamp_of(&p, two);
        }
        REQUIRE(r, memcmp(one, two, 32) == 0, "the stamp of an unchanged database changes");
        REQUIRE(r, memcmp(empty, one, 32) != 0, "the stamp does not change with the schema");
        PLACE(r, q);
        place_load(&q, run_pair(r)->to);
        stamp_of(&q, bare);
        REQUIRE(r, memcmp(bare, one, 32) != 0, "two schemas of a pair have the same stamp");
    }
}

static void measure(struct place *p, moult_session *s, const char *path, uint64_t *rows)
{
    uint64_t bytes = 7;
    *rows = 7;
    moult_error_clear(p->r->err);
    moult_status st = READER(p)->measure(s, path, strlen(path), rows, &bytes, p->r->err);
    if (st)
        check_fails(p->r, st, MOULT_ERR_NOT_FOUND, "reader.measure");
}

void check_measure(struct run *r)
{
    static const char *const wrong[] = {"table:nobody",
                                        "table:",
                                        "x",
                                        "",
                                        "table:a/column:b",
                                        "%%%",
                                        "table:%ZZ",
                                        "table:%2",
                                        "table:'; drop table t; --",
                                        NULL};
    PLACE(r, p);
    place_load(&p, run_pair(r)->from);
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    CLEANUP_TREE moult_tree *tree = place_inspect(&p, s);
    uint64_t rows;
    for (uint32_t i = 0; i < tree->root->child_count; i++) {
        measure(&p, s, tree->root->children[i]->path.p, &rows);
        REQUIRE(r, rows == UINT64_MAX || rows == 0, "an empty %s is said to have %llu rows",
                tree->root->children[i]->kind, (unsigned long long)rows);
    }
    for (size_t i = 0; wrong[i]; i++) {
        measure(&p, s, wrong[i], &rows);
        REQUIRE(r, rows == UINT64_MAX || rows == 7 || rows == 0,
                "\"%s\", which is not there, has %llu rows", wrong[i], (unsigned long long)rows);
    }
    READER(&p)->close(s);
}

/* ---- tenants ---- */

struct found {
    struct place *p;
    char *names[16];
    unsigned count;
    moult_status give;
};

static void found_free(struct found *f)
{
    for (unsigned i = 0; i < f->count && i < 16; i++)
        free(f->names[i]);
    f->count = 0;
}

static moult_status on_tenant(void *arg, const moult_tenant *tenant)
{
    struct found *f = arg;
    struct run *r = f->p->r;
    REQUIRE(r,
            tenant->size >= MOULT_END(moult_tenant, url) && tenant->name && *tenant->name &&
                tenant->url && *tenant->url,
            "a tenant without a name or a URL");
    for (unsigned i = 0; i < f->count && i < 16; i++)
        REQUIRE(r, strcmp(f->names[i], tenant->name) != 0, "two tenants are called \"%s\"",
                tenant->name);
    if (f->count < 16)
        f->names[f->count] = strdup(tenant->name);
    f->count++;
    struct unit u = {"", tenant->url, tenant->url};
    moult_session *s = NULL;
    moult_error *why = moult_error_new();
    moult_status st = unit_open(f->p->t, &u, MOULT_PURPOSE_READ, 1000, &s, why);
    REQUIRE(r, st == MOULT_OK, "the URL of the tenant \"%s\" does not open: %s", tenant->name,
            moult_error_message(why));
    moult_error_free(why);
    READER(f->p)->close(s);
    return f->give;
}

static moult_status find(struct found *f, const char *how, const char *pattern)
{
    moult_open base = {.size = MOULT_END(moult_open, lock_timeout_ms),
                       .purpose = MOULT_PURPOSE_READ,
                       .url = f->p->url,
                       .config = f->p->t->adapter.reader_config,
                       .lock_timeout_ms = 1000};
    found_free(f);
    return READER(f->p)->tenants(HOST(f->p->r), &base, how, pattern, on_tenant, f, f->p->r->err);
}

void check_tenants(struct run *r)
{
    const struct quirks *q = &r->suite->quirks;
    PLACE(r, p);
    __attribute__((cleanup(found_free))) struct found f = {.p = &p};
    unsigned want = 0;
    REQUIRE(r, q->tenants_how && q->tenants_pattern && q->tenants, "the quirks have no [tenants]");
    if (q->tenants_create)
        place_shell(&p, q->tenants_create);
    for (; q->tenants[want]; want++) {
        if (q->tenants_create)
            continue;
        CLEANUP_FREE char *path = in_folder(p.folder, q->tenants[want]);
        write_file(r, path, q->empty ? q->empty : "", q->empty ? strlen(q->empty) : 0);
    }
    OK(r, "reader.tenants", find(&f, q->tenants_how, q->tenants_pattern));
    REQUIRE(r, f.count == want, "%u tenants are found, there are %u", f.count, want);
    OK(r, "reader.tenants", find(&f, q->tenants_how, "nobody-is-called-so-*"));
    REQUIRE(r, f.count == 0, "a pattern that fits nothing finds %u tenants", f.count);
    f.give = MOULT_ERR_CANCELLED;
    moult_status st = find(&f, q->tenants_how, q->tenants_pattern);
    REQUIRE(r, st == MOULT_ERR_CANCELLED && f.count == 1,
            "the callback wanted to stop, was called %u times, and tenants gave %d", f.count,
            (int)st);
}

void check_tenants_unknown(struct run *r)
{
    PLACE(r, p);
    __attribute__((cleanup(found_free))) struct found f = {.p = &p};
    FAILS(r, "finding tenants by an unknown way", find(&f, "moult-nonsense", "*"));
    REQUIRE(r, f.count == 0, "an unknown way finds tenants");
}

struct wanted {
    const char *name;
    char *url;
};

static moult_status on_wanted(void *arg, const moult_tenant *tenant)
{
    struct wanted *w = arg;
    if (!w->url && strcmp(tenant->name, w->name) == 0)
        w->url = strdup(tenant->url);
    return MOULT_OK;
}

/* A tenant that is a place of its own, as it is found and opened. */
static void bound_tenant(struct run *r, const char *ddl, const char *name, char state[65])
{
    PLACE(r, p);
    struct wanted w = {.name = name};
    moult_session *s = place_open(&p, MOULT_PURPOSE_WRITE, 1000);
    run_bound(&p, s, ddl, name);
    READER(&p)->close(s);
    moult_open base = {.size = MOULT_END(moult_open, lock_timeout_ms),
                       .purpose = MOULT_PURPOSE_READ,
                       .url = p.url,
                       .config = p.t->adapter.reader_config,
                       .lock_timeout_ms = 1000};
    OK(r, "reader.tenants",
       READER(&p)->tenants(HOST(r), &base, r->suite->quirks.tenants_how, "*", on_wanted, &w, r->err));
    REQUIRE(r, w.url, "the tenant \"%s\" is not found", name);
    struct unit u = {name, w.url, w.url};
    p.u = &u;
    s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    unnamed(&p, s, name, state);
    READER(&p)->close(s);
    p.u = &p.t->units[0];
    free(w.url);
}

void check_bound(struct run *r)
{
    const struct quirks *q = &r->suite->quirks;
    REQUIRE(r, q->bound && *q->bound, "the quirks have no DDL in adapter.bound");
    if (q->tenants_bound)
        same_state(r, q->tenants_bound, bound_tenant);
    else
        same_state(r, q->bound, bound_state);
}

/* ---- close, cancel, threads ---- */

void check_close(struct run *r)
{
    PLACE(r, p);
    READER(&p)->close(NULL);
    READER(&p)->close(place_open(&p, MOULT_PURPOSE_READ, 1000));
    READER(&p)->close(place_open(&p, MOULT_PURPOSE_WRITE, 1000));
}

struct looking {
    struct place *p;
    moult_session *s;
    moult_status status;
    char state[65];
    _Atomic bool done;
};

static void *cancel_often(void *arg)
{
    struct looking *l = arg;
    while (!atomic_load(&l->done))
        READER(l->p)->cancel(l->s);
    return NULL;
}

void check_cancel(struct run *r)
{
    PLACE(r, p);
    place_load(&p, run_pair(r)->from);
    struct looking l = {.p = &p, .s = place_open(&p, MOULT_PURPOSE_READ, 1000)};
    READER(&p)->cancel(l.s);
    tree_free(place_inspect(&p, l.s));
    pthread_t thread;
    REQUIRE(r, pthread_create(&thread, NULL, cancel_often, &l) == 0, "no thread");
    for (unsigned i = 0; i < 200; i++) {
        moult_tree *tree = NULL;
        moult_error_clear(r->err);
        moult_status st = unit_inspect(p.t, p.u, l.s, &tree, r->err);
        tree_free(tree);
        if (st)
            check_fails(r, st, MOULT_ERR_CANCELLED, "an inspection that was cancelled");
    }
    atomic_store(&l.done, true);
    pthread_join(thread, NULL);
    tree_free(place_inspect(&p, l.s));
    READER(&p)->close(l.s);
}

static void *look(void *arg)
{
    struct looking *l = arg;
    CLEANUP_ERROR moult_error *err = moult_error_new();
    for (unsigned i = 0; i < 30 && !l->status; i++) {
        HOST_CALL_SCOPE(&READER(l->p)->head);
        moult_session *s = NULL;
        CLEANUP_TREE moult_tree *tree = NULL;
        l->status = unit_open(l->p->t, l->p->u, MOULT_PURPOSE_READ, 2000, &s, err);
        if (!l->status)
            l->status = unit_inspect(l->p->t, l->p->u, s, &tree, err);
        if (!l->status)
            memcpy(l->state, tree->state, 65);
        READER(l->p)->close(s);
    }
    return NULL;
}

void check_threads(struct run *r)
{
    PLACE(r, p);
    PLACE(r, q);
    place_load(&p, run_pair(r)->from);
    place_load(&q, run_pair(r)->to);
    struct looking l[4] = {{.p = &p}, {.p = &q}, {.p = &p}, {.p = &q}};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        REQUIRE(r, pthread_create(&threads[i], NULL, look, &l[i]) == 0, "no thread");
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < 4; i++)
        REQUIRE(r, l[i].status == MOULT_OK, "looking in a thread gave %d", (int)l[i].status);
    REQUIRE(r,
            strcmp(l[0].state, l[2].state) == 0 && strcmp(l[1].state, l[3].state) == 0 &&
                strcmp(l[0].state, l[1].state) != 0,
            "threads see states that are not those of their databases");
}

static moult_status on_record(void *arg, const moult_record *record)
{
    (void)record;
    ++*(unsigned *)arg;
    return MOULT_OK;
}

void check_no_records(struct run *r)
{
    PLACE(r, p);
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    for (uint32_t table = MOULT_RECORD_RUN; table <= MOULT_RECORD_AUDIT; table++) {
        unsigned count = 0;
        OK(r, "reader.records", READER(&p)->records(s, table, 0, on_record, &count, r->err));
        REQUIRE(r, count == 0, "a new database has %u records", count);
    }
    READER(&p)->close(s);
}
