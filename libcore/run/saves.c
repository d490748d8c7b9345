/* SPDX-License-Identifier: Apache-2.0 */
/* Saving snapshots, listing them, and throwing away those that nobody needs. */
#include <jansson.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "../base/cleanup.h"
#include "../base/sha256.h"
#include "ledger.h"
#include "storage.h"

#define PRUNE_STATE "prune/state"
#define PRUNE_WAIT_MS 10000

/* ---- save ---- */

static moult_status into_buf(void *arg, const char *bytes, size_t len)
{
    buf_add(arg, bytes, len);
    return buf_ok(arg) ? MOULT_OK : MOULT_ERR_NOMEM;
}

static moult_status put(struct storage *s, struct str bytes, char key[65], moult_error *err)
{
    if (!sha256_hex(bytes, key))
        return error_nomem(err);
    return PLUGIN_CALL(s->store, put_if_absent, s->session, key, bytes.p, bytes.n, err);
}

static char *describe(const moult_snapshot *snapshot, const char *tenant, const char *tag,
                      const char *at, const char *key)
{
    const moult_tree *tree = snapshot->tree;
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:s%}", "at", at, "snapshot", key, "state", tree->state,
                  "class", tree->klass, "origin", snapshot->origin.p, snapshot->origin.n);
    char *text = NULL;
    bool ok = json && (!tenant || !json_object_set_new(json, "tenant", json_string(tenant))) &&
              (!tag || !json_object_set_new(json, "tag", json_string(tag)));
    if (ok)
        text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(json);
    return text;
}

/* Everything but the question whether a prune came in between. */
static moult_status save_once(struct storage *s, const moult_snapshot *snapshot,
                              struct str document, const char *tenant, const char *tag,
                              const char *at, moult_error *err)
{
    CLEANUP_BUF struct buf name = {0}, after = {0};
    char object[65], save[65];
    moult_status st = put(s, document, object, err);
    CLEANUP_FREE char *text = describe(snapshot, tenant, tag, at, object);
    if (st == MOULT_OK)
        st = text ? put(s, str_of(text), save, err) : error_nomem(err);
    if (st != MOULT_OK)
        return st;
    buf_printf(&name, "digest/%s", snapshot->tree->state);
    st = buf_ok(&name) ? ref_put(s, name.p, object, err) : error_nomem(err);
    buf_printf(&after, "history/%s-%.12s", at, snapshot->tree->state);
    for (char *c = after.p; c && *c; c++)
        *c = *c == '.' || *c == ':' ? '_' : *c;
    if (st == MOULT_OK)
        st = buf_ok(&after) && tenant_ref(&name, tenant, after.p) ? ref_fits(&name, err)
                                                                  : error_nomem(err);
    if (st == MOULT_OK)
        st = ref_put(s, name.p, save, err);
    if (st == MOULT_OK && tag) {
        buf_clear(&after);
        buf_puts(&after, "tag/");
        ref_escape(&after, tag);
        st = buf_ok(&after) && tenant_ref(&name, tenant, after.p) ? ref_fits(&name, err)
                                                                  : error_nomem(err);
        if (st == MOULT_OK)
            st = ref_put(s, name.p, save, err);
    }
    if (st == MOULT_OK)
        st = tenant_ref(&name, tenant, "latest") ? ref_put(s, name.p, save, err) : error_nomem(err);
    return st;
}

static bool pruning(const char state[65], bool found)
{
    return found && state[63] == '1';
}

/* Waits until no prune is under way; STATE tells whether one was since. */
static moult_status quiet(struct storage *s, char state[65], bool *found, moult_error *err)
{
    for (int waited = 0;; waited += 50) {
        moult_status st = ref_get(s, PRUNE_STATE, state, found, err);
        if (st != MOULT_OK || !pruning(state, *found))
            return st;
        if (waited >= PRUNE_WAIT_MS) {
            error_set(err, MOULT_ERR_BUSY, "the snapshot store is being pruned");
            error_detail(err, "hint",
                         "wait; if the prune was killed, moult snapshot prune ends it");
            return MOULT_ERR_BUSY;
        }
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
}

static bool bad_tag(const char *tag)
{
    size_t n = strlen(tag);
    return !n || strcmp(tag, "latest") == 0 || strchr(tag, '@') || !str_utf8(str_of(tag)) ||
           (n >= 8 && strspn(tag, "0123456789abcdef") == n);
}

moult_status moult_store_save(moult *m, const moult_snapshot *snapshot, const char *tenant,
                              const char *tag, moult_error *err)
{
    CLEANUP_STORAGE struct storage s = {0};
    CLEANUP_BUF struct buf document = {0}, name = {0};
    char at[LEDGER_TIME], before[65], after[65];
    bool was, is;
    if (tag && bad_tag(tag)) {
        error_set(err, MOULT_ERR_CONFIG, "a snapshot cannot have the tag \"%s\"", tag);
        error_detail(err, "hint",
                     "a tag has no @, is not \"latest\", and does not look like a digest");
        return MOULT_ERR_CONFIG;
    }
    tenant = tenant && *tenant ? tenant : NULL;
    if (tenant && !str_utf8(str_of(tenant)))
        return error_set(err, MOULT_ERR_CONFIG,
                         "a tenant whose name is not UTF-8 has no place in a store");
    moult_status st = tenant_ref(&name, tenant, "history/0000-00-00T00_00_00_000Z-000000000000")
                          ? ref_fits(&name, err)
                          : error_nomem(err);
    if (st == MOULT_OK)
        st = snapshot_write_json(snapshot->tree, snapshot->hints, into_buf, &document, err);
    if (st == MOULT_OK)
        st = storage_open(m, true, &s, err);
    ledger_now(at);
    /* A prune that began before our references were there may have taken what they point to. */
    for (bool again = true; st == MOULT_OK && again;) {
        st = quiet(&s, before, &was, err);
        if (st == MOULT_OK)
            st = save_once(&s, snapshot, buf_view(&document), tenant, tag, at, err);
        if (st == MOULT_OK)
            st = ref_get(&s, PRUNE_STATE, after, &is, err);
        again = st == MOULT_OK && (was != is || (was && strcmp(before, after) != 0));
    }
    return st;
}

/* ---- list ---- */

static moult_status tell(struct storage *s, const char *ref, const char *what, moult_saved_fn *fn,
                         void *arg, moult_error *err)
{
    CLEANUP_SAVE struct save save = {0};
    CLEANUP_BUF struct buf name = {0};
    char key[65];
    bool found;
    moult_status st = ref_get(s, ref, key, &found, err);
    if (st != MOULT_OK || !found)
        return st;
    st = save_read(s, key, &save, err);
    if (st != MOULT_OK)
        return st;
    buf_printf(&name, "%s%s%s", save.tenant ? save.tenant : "", save.tenant ? "@" : "",
               strcmp(what, "latest") == 0 || !save.tag ? what : save.tag);
    if (!buf_ok(&name))
        return error_nomem(err);
    moult_saved saved = {.size = MOULT_END(moult_saved, origin),
                         .name = name.p,
                         .digest = save.state,
                         .klass = save.klass,
                         .at = save.at,
                         .origin = save.origin};
    st = fn(arg, &saved);
    return st == MOULT_OK ? st : error_set(err, st, "the list of snapshots was not taken");
}

moult_status moult_store_list(moult *m, const char *tenant, moult_saved_fn *fn, void *arg,
                              moult_error *err)
{
    CLEANUP_STORAGE struct storage s = {0};
    CLEANUP_BUF struct buf prefix = {0};
    struct arena a = {0};
    struct ref_list list = {0};
    buf_puts(&prefix, "tenant/");
    if (tenant && !tenant_ref(&prefix, tenant, ""))
        return error_nomem(err);
    moult_status st = storage_open(m, false, &s, err);
    if (st == MOULT_OK)
        st = ref_list(&s, buf_view(&prefix).p, &a, &list, err);
    for (size_t i = 0; st == MOULT_OK && i < list.count; i++) {
        const char *rest = strchr(list.items[i] + 7, '/');
        if (rest && strcmp(rest, "/latest") == 0)
            st = tell(&s, list.items[i], "latest", fn, arg, err);
        else if (rest && strncmp(rest, "/tag/", 5) == 0)
            st = tell(&s, list.items[i], rest + 5, fn, arg, err);
    }
    arena_free(&a);
    return st;
}

/* ---- prune ---- */

struct prune {
    struct storage *s;
    struct arena arena;
    struct ref_list objects, tenants, digests;
    struct ref_list needed; /* keys, sorted before they are searched */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_needed(const struct prune *p, const char *key)
{
    return p->needed.count &&
           bsearch(&key, p->needed.items, p->needed.count, sizeof *p->needed.items, by_text);
}

static moult_status need(struct prune *p, const char *key, moult_error *err)
{
    const char **slot = ARENA_PUSH(&p->arena, p->needed.items, p->needed.count, p->needed.cap);
    return slot && (*slot = arena_str(&p->arena, str_of(key)).p) ? MOULT_OK : error_nomem(err);
}

/* Drops all but the newest KEEP of each tenant's history: names sort by time, so the last are the
 * newest. */
static moult_status forget_history(struct prune *p, uint32_t keep, moult_error *err)
{
    struct ref_list *t = &p->tenants;
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        const char *rest = strchr(t->items[i] + 7, '/');
        if (!rest || strncmp(rest, "/history/", 9) != 0) {
            t->items[kept++] = t->items[i];
            continue;
        }
        size_t prefix = (size_t)(rest - t->items[i]) + 9, newer = 0;
        for (size_t k = i + 1; k < t->count && newer < keep; k++) {
            if (strncmp(t->items[k], t->items[i], prefix) != 0)
                break;
            newer++;
        }
        if (newer < keep) {
            t->items[kept++] = t->items[i];
            continue;
        }
        moult_status st = ref_put(p->s, t->items[i], NULL, err);
        if (st != MOULT_OK)
            return st;
    }
    t->count = kept;
    return MOULT_OK;
}

static moult_status find_needed(struct prune *p, moult_error *err)
{
    moult_status st = MOULT_OK;
    for (size_t i = 0; st == MOULT_OK && i < p->tenants.count; i++) {
        CLEANUP_SAVE struct save save = {0};
        char key[65];
        bool found;
        st = ref_get(p->s, p->tenants.items[i], key, &found, err);
        if (st == MOULT_OK && found)
            st = save_read(p->s, key, &save, err);
        if (st == MOULT_OK && found)
            st = need(p, key, err);
        if (st == MOULT_OK && found)
            st = need(p, save.snapshot, err);
    }
    if (p->needed.count)
        qsort(p->needed.items, p->needed.count, sizeof *p->needed.items, by_text);
    return st;
}

static moult_status remove_rest(struct prune *p, uint32_t *removed, moult_error *err)
{
    moult_status st = MOULT_OK;
    for (size_t i = 0; st == MOULT_OK && i < p->digests.count; i++) {
        char key[65];
        bool found;
        st = ref_get(p->s, p->digests.items[i], key, &found, err);
        if (st == MOULT_OK && found && !is_needed(p, key))
            st = ref_put(p->s, p->digests.items[i], NULL, err);
    }
    for (size_t i = 0; st == MOULT_OK && i < p->objects.count; i++) {
        if (is_needed(p, p->objects.items[i]))
            continue;
        st = PLUGIN_CALL(p->s->store, remove, p->s->session, p->objects.items[i], err);
        *removed += st == MOULT_OK;
    }
    return st;
}

static moult_status on_object(void *arg, const char *name, size_t len)
{
    struct prune *p = arg;
    const char **slot = ARENA_PUSH(&p->arena, p->objects.items, p->objects.count, p->objects.cap);
    return slot && (*slot = arena_str(&p->arena, (struct str){name, len}).p) ? MOULT_OK
                                                                             : MOULT_ERR_NOMEM;
}

/* Saves wait while the last digit is 1, and see by the rest that a prune has been. */
static moult_status set_state(struct storage *s, bool running, moult_error *err)
{
    uint8_t random[32];
    char key[65];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return error_set(err, MOULT_ERR_INTERNAL, "the system gives no random numbers");
    sha256_print(random, key);
    key[63] = running ? '1' : '0';
    return ref_put(s, PRUNE_STATE, key, err);
}

moult_status moult_store_prune(moult *m, uint32_t keep, uint32_t *removed, moult_error *err)
{
    CLEANUP_STORAGE struct storage s = {0};
    struct prune p = {.s = &s};
    uint32_t count = 0;
    moult_status st = storage_open(m, true, &s, err);
    if (st == MOULT_OK)
        st = set_state(&s, true, err);
    if (st == MOULT_OK)
        st = PLUGIN_CALL(s.store, list, s.session, on_object, &p, err);
    if (st == MOULT_OK)
        st = ref_list(&s, "tenant/", &p.arena, &p.tenants, err);
    if (st == MOULT_OK)
        st = ref_list(&s, "digest/", &p.arena, &p.digests, err);
    if (st == MOULT_OK)
        st = forget_history(&p, keep, err);
    if (st == MOULT_OK)
        st = find_needed(&p, err);
    if (st == MOULT_OK)
        st = remove_rest(&p, &count, err);
    if (s.session) {
        moult_status end = set_state(&s, false, st == MOULT_OK ? err : NULL);
        st = st == MOULT_OK ? end : st;
    }
    arena_free(&p.arena);
    if (removed)
        *removed = count;
    return st;
}
