/* SPDX-License-Identifier: Apache-2.0 */
/* keep.c - a store of its own for each check, and what is expected of it again and again. */
#include "keep.h"

#include "../../libcore/base/sha256.h"

static bool takes_path(const moult_iface *iface)
{
    for (const moult_param *const *p = iface->params; p && *p; p++)
        if (strcmp((*p)->name, "path") == 0)
            return true;
    return false;
}

void depot_make(struct run *r, struct depot *d)
{
    CLEANUP_BUF struct buf b = {0};
    *d = (struct depot){.r = r};
    buf_printf(&b, "[snapshots]\nstore = \"%s\"\n", r->name);
    if (takes_path(r->iface)) {
        d->path = in_folder(r->folder, "store");
        buf_printf(&b, "path = \"%s\"\n", d->path);
    }
    REQUIRE(r, buf_ok(&b), "no memory");
    run_moult(r, b.p);
    OK(r, "finding the store", host_store(r->m, r->name, &d->store, r->err));
    OK(r, "its settings", host_settings(r->m, &d->store->head, "snapshots", &d->config, r->err));
}

void depot_end(struct depot *d)
{
    free(d->path);
}

moult_session *depot_open(struct depot *d, uint32_t create)
{
    moult_session *s = NULL;
    OK(d->r, "store.open", d->store->open(HOST(d->r), d->config, create, &s, d->r->err));
    REQUIRE(d->r, s, "open succeeded without a session");
    return s;
}

void key_of(struct run *r, const char *bytes, size_t n, char key[65])
{
    REQUIRE(r, sha256_hex((struct str){bytes, n}, key), "no digest");
}

void key_number(unsigned n, char key[65])
{
    snprintf(key, 65, "%064x", n);
}

void put(struct depot *d, moult_session *s, const char *bytes, size_t n, char key[65])
{
    key_of(d->r, bytes, n, key);
    OK(d->r, "store.put_if_absent", d->store->put_if_absent(s, key, bytes, n, d->r->err));
}

void expect_object(struct depot *d, moult_session *s, const char *key, const char *bytes, size_t n)
{
    char *got = NULL;
    size_t len = 77;
    OK(d->r, "store.get", d->store->get(s, key, &got, &len, d->r->err));
    REQUIRE(d->r, len == n, "an object of %zu bytes comes back with %zu", n, len);
    REQUIRE(d->r, !n || (got && memcmp(got, bytes, n) == 0), "an object comes back changed");
    HOST(d->r)->free(HOST(d->r)->ctx, got);
}

void expect_ref(struct depot *d, moult_session *s, const char *name, const char *key)
{
    char got[65];
    memset(got, 'x', sizeof got);
    if (!key) {
        GIVES(d->r, MOULT_ERR_NOT_FOUND, "store.ref_get of what is not there",
              d->store->ref_get(s, name, got, d->r->err));
        return;
    }
    OK(d->r, "store.ref_get", d->store->ref_get(s, name, got, d->r->err));
    REQUIRE(d->r, memchr(got, 0, 65) == got + 64, "ref_get of \"%s\" gave no 64 characters", name);
    REQUIRE(d->r, strcmp(got, key) == 0, "\"%s\" points to %.8s..., it was pointed to %.8s...",
            name, got, key);
}

moult_status on_name(void *arg, const char *name, size_t len)
{
    struct names *n = arg;
    REQUIRE(n->r, len && strnlen(name, len) == len, "a name of %zu bytes with a zero in it", len);
    char **items = realloc(n->items, (n->count + 1) * sizeof *items);
    REQUIRE(n->r, items, "no memory");
    n->items = items;
    n->items[n->count++] = strndup(name, len);
    REQUIRE(n->r, n->count < 2 || strcmp(n->items[n->count - 2], n->items[n->count - 1]) < 0,
            "\"%s\" is listed after \"%s\"", n->items[n->count - 1], n->items[n->count - 2]);
    return n->give;
}

void names_free(struct names *n)
{
    while (n->count)
        free(n->items[--n->count]);
    free(n->items);
}
