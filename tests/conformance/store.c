/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - objects that stay what they are, references that point where they were pointed to. */
#include "keep.h"

#include "../../libcore/base/file.h"

/* ---- objects ---- */

static void check_objects(struct run *r)
{
    DEPOT(r, d);
    moult_session *s = depot_open(&d, 1);
    CLEANUP_FREE char *large = malloc(1 << 20);
    char empty[65], text[65], bytes[65], big[65], none[65];
    REQUIRE(r, large, "no memory");
    for (size_t i = 0; i < 1 << 20; i++)
        large[i] = (char)(i * 31 + i / 4096);
    put(&d, s, "", 0, empty);
    put(&d, s, "{\"a\":\"\xc3\xa4\"}\n", 11, text);
    put(&d, s, "\0\xff\n\r\0\x01", 6, bytes);
    put(&d, s, large, 1 << 20, big);
    for (unsigned reopened = 0; reopened < 2; reopened++) {
        expect_object(&d, s, empty, "", 0);
        expect_object(&d, s, text, "{\"a\":\"\xc3\xa4\"}\n", 11);
        expect_object(&d, s, bytes, "\0\xff\n\r\0\x01", 6);
        expect_object(&d, s, big, large, 1 << 20);
        char *got = NULL;
        size_t len;
        key_number(reopened, none);
        GIVES(r, MOULT_ERR_NOT_FOUND, "store.get of what is not there",
              d.store->get(s, none, &got, &len, r->err));
        REQUIRE(r, !got, "get failed and left bytes");
        REQUIRE(r, d.store->get(s, none, &got, &len, NULL) == MOULT_ERR_NOT_FOUND,
                "without an error slot get gives another code");
        d.store->close(s);
        s = depot_open(&d, reopened);
    }
    d.store->close(s);
    d.store->close(NULL);
}

static void check_put(struct run *r)
{
    DEPOT(r, d);
    moult_session *s = depot_open(&d, 1);
    char key[65];
    put(&d, s, "first", 5, key);
    OK(r, "putting the same again", d.store->put_if_absent(s, key, "first", 5, r->err));
    /* The host never gives other bytes under a key; if it did, the first ones would stay. */
    (void)d.store->put_if_absent(s, key, "other", 5, NULL);
    expect_object(&d, s, key, "first", 5);
    d.store->close(s);
}

static void check_list(struct run *r)
{
    DEPOT(r, d);
    moult_session *s = depot_open(&d, 1);
    char key[65];
    NAMES(none, r);
    OK(r, "store.list", d.store->list(s, on_name, &none, r->err));
    REQUIRE(r, none.count == 0, "an empty store lists %zu objects", none.count);
    for (unsigned i = 0; i < 200; i++)
        put(&d, s, (char *)&i, sizeof i, key);
    NAMES(all, r);
    OK(r, "store.list", d.store->list(s, on_name, &all, r->err));
    REQUIRE(r, all.count == 200, "of 200 objects %zu are listed", all.count);
    for (size_t i = 0; i < all.count; i++)
        REQUIRE(r, strlen(all.items[i]) == 64, "\"%s\" is listed, which is no key", all.items[i]);
    NAMES(one, r);
    one.give = MOULT_ERR_CANCELLED;
    moult_status st = d.store->list(s, on_name, &one, r->err);
    REQUIRE(r, st == MOULT_ERR_CANCELLED && one.count == 1,
            "the callback wanted to stop, was called %zu times, and list gave %d", one.count,
            (int)st);
    d.store->close(s);
}

static void check_remove(struct run *r)
{
    DEPOT(r, d);
    moult_session *s = depot_open(&d, 1);
    char gone[65], stays[65], none[65];
    put(&d, s, "gone", 4, gone);
    put(&d, s, "stays", 5, stays);
    OK(r, "store.remove", d.store->remove(s, gone, r->err));
    OK(r, "removing what is gone", d.store->remove(s, gone, r->err));
    key_number(7, none);
    OK(r, "removing what never was", d.store->remove(s, none, r->err));
    char *got = NULL;
    size_t len;
    GIVES(r, MOULT_ERR_NOT_FOUND, "getting what was removed",
          d.store->get(s, gone, &got, &len, r->err));
    expect_object(&d, s, stays, "stays", 5);
    NAMES(left, r);
    OK(r, "store.list", d.store->list(s, on_name, &left, r->err));
    REQUIRE(r, left.count == 1, "after one of two was removed %zu are listed", left.count);
    put(&d, s, "gone", 4, gone);
    expect_object(&d, s, gone, "gone", 4);
    d.store->close(s);
}

/* ---- references ---- */

static void swap(struct depot *d, moult_session *s, const char *name, const char *expect,
                 const char *key)
{
    CLEANUP_BUF struct buf what = {0};
    buf_printf(&what, "store.ref_swap of \"%s\"", name);
    OK(d->r, buf_view(&what).p, d->store->ref_swap(s, name, expect, key, d->r->err));
}

static void refuse(struct depot *d, moult_session *s, const char *name, const char *expect,
                   const char *key, const char *what)
{
    GIVES(d->r, MOULT_ERR_EXISTS, what, d->store->ref_swap(s, name, expect, key, d->r->err));
}

static void check_swap(struct run *r)
{
    DEPOT(r, d);
    moult_session *s = depot_open(&d, 1);
    char one[65], two[65], three[65];
    put(&d, s, "one", 3, one);
    put(&d, s, "two", 3, two);
    put(&d, s, "three", 5, three);
    expect_ref(&d, s, "a", NULL);
    refuse(&d, s, "a", one, two, "moving a reference that is not there");
    refuse(&d, s, "a", one, NULL, "removing a reference that is not there, as if it were");
    swap(&d, s, "a", NULL, one);
    expect_ref(&d, s, "a", one);
    refuse(&d, s, "a", NULL, two, "making a reference that is there");
    refuse(&d, s, "a", two, three, "moving a reference that points elsewhere");
    refuse(&d, s, "a", two, NULL, "removing a reference that points elsewhere");
    expect_ref(&d, s, "a", one);
    swap(&d, s, "a", one, two);
    expect_ref(&d, s, "a", two);
    refuse(&d, s, "a", one, three, "moving a reference from where it was before");
    swap(&d, s, "a", two, two);
    expect_ref(&d, s, "a", two);
    d.store->close(s);
    s = depot_open(&d, 0);
    expect_ref(&d, s, "a", two);
    swap(&d, s, "a", two, NULL);
    expect_ref(&d, s, "a", NULL);
    swap(&d, s, "a", NULL, three);
    d.store->close(s);
    s = depot_open(&d, 1);
    expect_ref(&d, s, "a", three);
    REQUIRE(r, d.store->ref_swap(s, "a", one, two, NULL) == MOULT_ERR_EXISTS,
            "without an error slot ref_swap gives another code");
    d.store->close(s);
}

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define X256 X64 X64 X64 X64
/* Each is another reference; a host never gives a part that is empty, "." or "..". */
static const char *const odd[] = {"a",
                                  "A",
                                  "a/b",
                                  "a/b/c",
                                  "a/b/d",
                                  "a.b",
                                  "a b",
                                  " a",
                                  "a ",
                                  "%",
                                  "%61",
                                  "%2F",
                                  "a%2Fb",
                                  "%%",
                                  "...",
                                  "..a",
                                  "a..",
                                  ".a",
                                  ".a/.b",
                                  "-",
                                  "--help",
                                  "~",
                                  "*",
                                  "?",
                                  "[a]",
                                  "\\",
                                  "a\\b",
                                  "\"",
                                  "'",
                                  "`",
                                  "$HOME",
                                  "$(x)",
                                  ";",
                                  "&",
                                  "|",
                                  "a:b",
                                  "con",
                                  "nul.txt",
                                  "a.lock",
                                  "a.tmp",
                                  "a.new",
                                  "refs",
                                  "objects",
                                  "HEAD",
                                  "\xc3\xa4",
                                  "a\xcc\x88",
                                  "\xc3\x84",
                                  "\xe2\x82\xac",
                                  "\xf0\x9f\x90\x8b",
                                  "\xf0\x9f\x90\x8b/\xc3\xa4",
                                  "latest",
                                  "LATEST",
                                  "tenant/T1/latest",
                                  "tenant/t1/latest",
                                  X64 X64 X64 X16 X16 X16 "xxxxxxx",
                                  X256,
                                  X256 X256,
                                  X256 X64 X64 X64 X16 X16 X16 "xxxxxxxxxxxxxxxy",
                                  X64 "/" X64 "/" X64 "/" X64 "/" X64 "/" X64 "/" X64
                                      "/" X16 X16 X16 "x",
                                  NULL};

static void check_odd(struct run *r)
{
    DEPOT(r, d);
    moult_session *s = depot_open(&d, 1);
    char key[65];
    size_t count = 0;
    for (; odd[count]; count++) {
        key_number((unsigned)count + 1, key);
        swap(&d, s, odd[count], NULL, key);
    }
    d.store->close(s);
    s = depot_open(&d, 1);
    for (size_t i = 0; i < count; i++) {
        key_number((unsigned)i + 1, key);
        expect_ref(&d, s, odd[i], key);
    }
    NAMES(all, r);
    OK(r, "store.ref_list", d.store->ref_list(s, "", on_name, &all, r->err));
    REQUIRE(r, all.count == count, "of %zu references %zu are listed", count, all.count);
    for (size_t i = 0; i < count; i++) { /* every other one goes */
        key_number((unsigned)i + 1, key);
        if (i % 2)
            swap(&d, s, odd[i], key, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        key_number((unsigned)i + 1, key);
        expect_ref(&d, s, odd[i], i % 2 ? NULL : key);
    }
    d.store->close(s);
}

static void check_ref_list(struct run *r)
{
    static const char *const names[] = {"t/a", "t/a/x", "t/ab", "t/b", "t", "u/a", "t%", NULL};
    static const struct {
        const char *prefix;
        size_t count;
    } asked[] = {{"", 7},  {"t", 6},   {"t/", 4},     {"t/a", 3}, {"t/a/", 1},
                 {"v", 0}, {"u/a", 1}, {"t/a/x/", 0}, {"t%", 1}};
    DEPOT(r, d);
    moult_session *s = depot_open(&d, 1);
    char key[65];
    key_number(1, key);
    for (size_t i = 0; names[i]; i++)
        swap(&d, s, names[i], NULL, key);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        NAMES(found, r);
        OK(r, "store.ref_list", d.store->ref_list(s, asked[i].prefix, on_name, &found, r->err));
        REQUIRE(r, found.count == asked[i].count, "\"%s\" begins %zu names, %zu are listed",
                asked[i].prefix, asked[i].count, found.count);
        for (size_t k = 0; k < found.count; k++)
            REQUIRE(r, strncmp(found.items[k], asked[i].prefix, strlen(asked[i].prefix)) == 0,
                    "\"%s\" does not begin with \"%s\"", found.items[k], asked[i].prefix);
    }
    NAMES(one, r);
    one.give = MOULT_ERR_CANCELLED;
    moult_status st = d.store->ref_list(s, "t", on_name, &one, r->err);
    REQUIRE(r, st == MOULT_ERR_CANCELLED && one.count == 1,
            "the callback wanted to stop, was called %zu times, and ref_list gave %d", one.count,
            (int)st);
    d.store->close(s);
}

/* ---- places ---- */

static void check_absent(struct run *r)
{
    DEPOT(r, d);
    char key[65], *got = NULL;
    size_t len;
    moult_session *s = depot_open(&d, 0);
    NAMES(objects, r);
    NAMES(refs, r);
    OK(r, "store.list", d.store->list(s, on_name, &objects, r->err));
    OK(r, "store.ref_list", d.store->ref_list(s, "", on_name, &refs, r->err));
    REQUIRE(r, objects.count == 0 && refs.count == 0, "a store that is not there holds something");
    key_number(1, key);
    GIVES(r, MOULT_ERR_NOT_FOUND, "store.get", d.store->get(s, key, &got, &len, r->err));
    expect_ref(&d, s, "a", NULL);
    d.store->close(s);
    REQUIRE(r, !d.path || access(d.path, F_OK) != 0,
            "looking into a store that is not there made it");
}

static void check_damaged(struct run *r)
{
    static const char junk[] = "this is no store \xff\n";
    DEPOT(r, d);
    if (!d.path)
        check_not_applicable(r, "the store has no setting \"path\"");
    write_file(r, d.path, junk, sizeof junk - 1);
    moult_session *s = NULL;
    char key[65];
    key_of(r, "x", 1, key);
    moult_status st = d.store->open(HOST(r), d.config, 1, &s, r->err);
    REQUIRE(r, !st || !s, "open failed and left a session");
    if (!st)
        st = d.store->put_if_absent(s, key, "x", 1, r->err);
    if (s)
        d.store->close(s);
    check_fails(r, st, MOULT_OK, "keeping something in what is no store");
    CLEANUP_BUF struct buf after = {0};
    OK(r, "reading what is no store", file_read(d.path, &after, r->err));
    REQUIRE(r, str_is(buf_view(&after), junk), "what is no store was written over");
}

const struct check store_checks[] = {
    {"store.objects", "objects come back as they were, also after a reopen", check_objects,
     CHECK_REQUIRED},
    {"store.put", "putting the same again changes nothing", check_put, CHECK_REQUIRED},
    {"store.list", "all keys are listed, in order, until the callback stops", check_list,
     CHECK_REQUIRED},
    {"store.remove", "what is removed is gone, and nothing else", check_remove, CHECK_REQUIRED},
    {"store.swap", "a reference moves only from where it points", check_swap, CHECK_REQUIRED},
    {"store.odd-names", "odd names are kept apart", check_odd, CHECK_REQUIRED},
    {"store.ref-list", "references are listed by what they begin with, in order", check_ref_list,
     CHECK_REQUIRED},
    {"store.absent", "a store that is not there is empty, and is not made", check_absent,
     CHECK_REQUIRED},
    {"store.damaged", "what is no store is an error, and left alone", check_damaged, 0},
    {"store.race-create", "of several that make a reference one succeeds", check_race_create,
     CHECK_REQUIRED},
    {"store.race-count", "no move of a reference is lost between processes", check_race_count,
     CHECK_REQUIRED},
    {"store.race-threads", "nor between threads", check_race_threads, CHECK_REQUIRED},
    {"store.race-put", "several put the same object", check_race_put, CHECK_REQUIRED},
    {0}};
