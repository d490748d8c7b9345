/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - opening, looking, and never touching. */
#include "suite.h"

#include "look.h"

#include <sys/stat.h>

#include "../../libcore/base/file.h"
#include "../../libcore/base/sha256.h"

static moult_status try_open(struct place *p, const char *url, uint32_t purpose)
{
    moult_session *s = NULL;
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = purpose,
                      .url = url,
                      .config = p->t->adapter.reader_config,
                      .lock_timeout_ms = 200};
    moult_status st = READER(p)->open(HOST(p->r), &how, &s, p->r->err);
    if (!st && s) {
        /* What opens has to be usable by reading from it. */
        uint8_t stamp[32];
        st = READER(p)->stamp(s, stamp, p->r->err);
        READER(p)->close(s);
        REQUIRE(p->r, st == MOULT_OK, "\"%s\" was opened and cannot be read: %s", url,
                moult_error_message(p->r->err));
    }
    REQUIRE(p->r, st == MOULT_OK || !s, "open failed and left a session");
    return st;
}

static void check_missing(struct run *r)
{
    PLACE(r, p);
    const char *const *missing = r->suite->quirks.missing;
    REQUIRE(r, missing && *missing, "the quirks have no adapter.missing");
    for (; *missing; missing++) {
        CLEANUP_FREE char *folder = in_folder(r->folder, "nothing");
        mkdir(folder, 0700);
        CLEANUP_FREE char *url = expand(r, *missing, folder, "moult_nobody");
        FAILS(r, "opening what is not there", try_open(&p, url, MOULT_PURPOSE_READ));
        FAILS(r, "opening what is not there to write", try_open(&p, url, MOULT_PURPOSE_WRITE));
        REQUIRE(r, rmdir(folder) == 0, "opening what is not there made it");
    }
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = MOULT_PURPOSE_READ,
                      .url = "nothing",
                      .config = p.t->adapter.reader_config};
    moult_session *s = NULL;
    moult_status st = READER(&p)->open(HOST(r), &how, &s, NULL);
    if (!st)
        READER(&p)->close(s);
}

static void fill(struct run *r, const char *path, const char *unit, size_t n, size_t times)
{
    CLEANUP_BUF struct buf b = {0};
    for (size_t i = 0; i < times; i++)
        buf_add(&b, unit, n);
    write_file(r, path, buf_view(&b).p, b.n);
}

/* Cuts a real database short, and changes bytes in it: an error, or what it still can read. */
static void damage(struct place *p)
{
    struct run *r = p->r;
    CLEANUP_BUF struct buf whole = {0};
    place_load(p, run_pair(r)->from);
    OK(r, "reading the database's file", file_read(p->file, &whole, r->err));
    for (size_t i = 1; i < 40; i++) {
        CLEANUP_BUF struct buf bad = {0};
        size_t n = whole.n * (i % 2 ? i : 40) / 40, at = whole.n * (i * 7 % 40) / 40;
        buf_add(&bad, whole.p, n);
        for (size_t k = at; i > 20 && k < n && k < at + 5; k++)
            bad.p[k] = (char)(bad.p[k] ^ 0x55);
        write_file(r, p->file, buf_view(&bad).p, bad.n);
        moult_session *s = NULL;
        moult_tree *tree = NULL;
        moult_error_clear(r->err);
        moult_status st = unit_open(p->t, p->u, MOULT_PURPOSE_READ, 100, &s, r->err);
        if (!st)
            st = unit_inspect(p->t, p->u, s, &tree, r->err);
        if (st)
            check_fails(r, st, MOULT_OK, "a damaged file");
        tree_free(tree);
        READER(p)->close(s);
    }
}

static void check_garbage(struct run *r)
{
    PLACE(r, p);
    if (!p.file)
        check_not_applicable(r, "a database of this adapter is no file");
    fill(r, p.file, "\x7f garbage \xff\n", 12, 1000);
    FAILS(r, "opening garbage", try_open(&p, p.url, MOULT_PURPOSE_READ));
    FAILS(r, "opening garbage to write", try_open(&p, p.url, MOULT_PURPOSE_WRITE));
    fill(r, p.file, "\0", 1, 100000);
    FAILS(r, "opening zeros", try_open(&p, p.url, MOULT_PURPOSE_READ));
    unlink(p.file);
    REQUIRE(r, mkdir(p.file, 0700) == 0, "cannot make a folder");
    FAILS(r, "opening a folder", try_open(&p, p.url, MOULT_PURPOSE_READ));
    rmdir(p.file);
    PLACE(r, other);
    damage(&other);
}

#define NOBODY 65534u

static void check_unreadable(struct run *r)
{
    PLACE(r, p);
    if (!p.file)
        check_not_applicable(r, "a database of this adapter is no file");
    /* Root may read everything, nobody else nothing in here. */
    bool root = geteuid() == 0;
    chmod(p.file, 0);
    REQUIRE(r, !root || seteuid(NOBODY) == 0, "cannot become another user");
    FAILS(r, "opening a file without the right to", try_open(&p, p.url, MOULT_PURPOSE_READ));
    REQUIRE(r, !root || seteuid(0) == 0, "cannot become root again");
    chmod(p.file, 0600);
}

static void check_server(struct run *r)
{
    PLACE(r, p);
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    moult_server server = {.size = MOULT_END(moult_server, read_only)};
    OK(r, "reader.server", READER(&p)->server(s, &server, r->err));
    REQUIRE(r, server.make && *server.make && server.version && *server.version,
            "the server has no make or no version");
    REQUIRE(r, server.major > 0, "the server's major version is 0");
    REQUIRE(r, server.pooled <= 1 && server.read_only <= 1, "a property is neither 0 nor 1");
    REQUIRE(r, !server.read_only, "a database that was just made is said to be read-only");
    READER(&p)->close(s);
}

struct rights {
    struct run *r;
    unsigned count;
    moult_status give;
};

static moult_status on_right(void *arg, const char *name, uint32_t held, const char *note)
{
    struct rights *x = arg;
    (void)note;
    x->count++;
    REQUIRE(x->r, name && *name, "a right without a name");
    REQUIRE(x->r, held <= 2, "the right \"%s\" is held %u", name, held);
    return x->give;
}

static void check_rights(struct run *r)
{
    PLACE(r, p);
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    struct rights x = {r, 0, MOULT_OK};
    OK(r, "reader.rights", READER(&p)->rights(s, on_right, &x, r->err));
    REQUIRE(r, x.count, "it tells nothing about rights");
    x = (struct rights){r, 0, MOULT_ERR_CANCELLED};
    moult_status st = READER(&p)->rights(s, on_right, &x, r->err);
    REQUIRE(r, st == MOULT_ERR_CANCELLED && x.count == 1,
            "the callback wanted to stop, was called %u times, and rights gave %d", x.count,
            (int)st);
    READER(&p)->close(s);
}

static void check_inspect(struct run *r)
{
    PLACE(r, p);
    place_load(&p, run_pair(r)->from);
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    CLEANUP_TREE moult_tree *one = place_inspect(&p, s);
    CLEANUP_TREE moult_tree *two = place_inspect(&p, s);
    char three[65];
    place_state(&p, three);
    CLEANUP_TREE moult_tree *other = state_of(r, run_pair(r)->from);
    REQUIRE(r, one->root->child_count, "the tree has no object");
    REQUIRE(r,
            strcmp(one->state, two->state) == 0 &&
                strcmp(one->aspect[MOULT_LAYOUT], two->aspect[MOULT_LAYOUT]) == 0,
            "inspected twice, the state is another");
    REQUIRE(r, strcmp(one->state, three) == 0,
            "inspected by another session, the state is another");
    REQUIRE(r, strcmp(one->state, other->state) == 0,
            "in another place, the same schema is another");
    CLEANUP_BUF struct buf json = {0};
    OK(r, "writing the tree", tree_write_json(one, to_buf, &json, r->err));
    CLEANUP_TREE moult_tree *read = NULL;
    OK(r, "reading the tree", tree_read_json(buf_view(&json), "the tree", &read, r->err));
    REQUIRE(r, strcmp(one->state, read->state) == 0, "written and read, the tree is another");
    READER(&p)->close(s);
}

static void check_empty(struct run *r)
{
    PLACE(r, p);
    PLACE(r, q);
    char a[65], b[65];
    place_state(&p, a);
    place_state(&q, b);
    REQUIRE(r, strcmp(a, b) == 0, "two empty databases are in different states");
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    CLEANUP_TREE moult_tree *tree = place_inspect(&p, s);
    REQUIRE(r, tree->root->child_count == 0, "an empty database has %u objects",
            tree->root->child_count);
    READER(&p)->close(s);
}

static void file_digest(struct run *r, const char *path, char out[65])
{
    CLEANUP_BUF struct buf b = {0};
    OK(r, "reading the database's file", file_read(path, &b, r->err));
    REQUIRE(r, sha256_hex(buf_view(&b), out), "no digest");
}

static void check_untouched(struct run *r)
{
    PLACE(r, p);
    place_load(&p, run_pair(r)->from);
    if (!p.file)
        check_not_applicable(r, "a database of this adapter is no file");
    char before[65], after[65];
    file_digest(r, p.file, before);
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    CLEANUP_TREE moult_tree *tree = place_inspect(&p, s);
    uint8_t stamp[32];
    uint64_t rows, bytes;
    OK(r, "reader.stamp", READER(&p)->stamp(s, stamp, r->err));
    OK(r, "reader.measure",
       READER(&p)->measure(s, tree->root->children[0]->path.p, tree->root->children[0]->path.n,
                           &rows, &bytes, r->err));
    READER(&p)->close(s);
    file_digest(r, p.file, after);
    REQUIRE(r, strcmp(before, after) == 0, "looking at the database changed its file");
}

/* Whatever a session for reading is asked, it does not write. */
static void check_read_only(struct run *r)
{
    PLACE(r, p);
    place_load(&p, run_pair(r)->from);
    char before[65], after[65];
    place_state(&p, before);
    struct place *at = &p;
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 200);
    const struct quirks *q = &r->suite->quirks;
    tree_free(place_inspect(&p, s));
    for (size_t i = 0; i < q->pair_count; i++)
        if (i != r->index) {
            moult_error_clear(r->err);
            (void)WRITER(at)->run(s, q->pairs[i].to, strlen(q->pairs[i].to), NULL, r->err);
        }
    FAILS(r, "running DDL in a session that only reads",
          WRITER(at)->run(s, run_pair(r)->to, strlen(run_pair(r)->to), NULL, r->err));
    FAILS(r, "making the bookkeeping in a session that only reads",
          WRITER(at)->record_open(s, r->err));
    (void)WRITER(at)->lock(s, NULL);
    (void)WRITER(at)->begin(s, NULL);
    FAILS(r, "running DDL in a transaction of a session that only reads",
          WRITER(at)->run(s, run_pair(r)->to, strlen(run_pair(r)->to), NULL, r->err));
    (void)WRITER(at)->commit(s, NULL);
    (void)WRITER(at)->unlock(s, NULL);
    READER(at)->close(s);
    place_state(&p, after);
    REQUIRE(r, strcmp(before, after) == 0, "a session that only reads changed the database");
}

const struct check reader_checks[] = {
    {"reader.missing", "what is not there is an error, and is not made", check_missing,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.garbage", "garbage and damage are errors", check_garbage, CHECK_QUIRKS},
    {"reader.unreadable", "what may not be read is an error", check_unreadable, CHECK_QUIRKS},
    {"reader.server", "the server says what it is", check_server, CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.rights", "rights are told, and the callback can stop it", check_rights,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.empty", "an empty database is an empty state", check_empty,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.inspect", "the same schema is the same state", check_inspect,
     CHECK_REQUIRED | CHECK_QUIRKS | CHECK_PAIRS},
    {"reader.untouched", "looking leaves the file as it is", check_untouched, CHECK_QUIRKS},
    {"reader.read-only", "a session for reading cannot write", check_read_only,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.bound", "a tenant's own name is in no state", check_bound, CHECK_QUIRKS},
    {"reader.stamp", "the stamp is the same for the same, another for another", check_stamp,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.measure", "sizes are told or unknown, of what is there or not", check_measure,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.tenants", "tenants are found, each opens", check_tenants, CHECK_QUIRKS},
    {"reader.tenants-unknown", "an unknown way to find tenants is an error", check_tenants_unknown,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.close", "close takes NULL", check_close, CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.cancel", "cancel is harmless when nothing runs, and at any time", check_cancel,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.threads", "sessions work side by side as declared", check_threads,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"reader.records", "without bookkeeping there is no record", check_no_records,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {0}};
