/* SPDX-License-Identifier: Apache-2.0 */
/* Reading from a snapshot store. */
#include "storage.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/sha256.h"

#define MAX_REF 512
#define MIN_DIGITS 8 /* of a digest that is not given whole */

moult_status storage_open(struct moult *m, bool create, struct storage *out, moult_error *err)
{
    *out = (struct storage){.m = m};
    const moult_config *config;
    moult_status st = config_string(m->config, "snapshots.store", &out->name, err);
    if (st == MOULT_OK && !out->name)
        out->name = "store-fs";
    if (st == MOULT_OK)
        st = host_store(m, out->name, &out->store, err);
    if (st == MOULT_OK)
        st = host_settings(m, &out->store->head, "snapshots", &config, err);
    if (st == MOULT_OK)
        st = PLUGIN_CALL(out->store, open, &m->host, config, create, &out->session, err);
    return st == MOULT_OK ? st : (error_prefix(err, "cannot use the snapshot store"), st);
}

void storage_close(struct storage *s)
{
    if (s->session)
        PLUGIN_CALL(s->store, close, s->session);
    s->session = NULL;
}

/* ---- references ---- */

void ref_escape(struct buf *b, const char *name)
{
    bool utf8 = str_utf8(str_of(name));
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        if (*p < 0x21 || *p == 0x7f || *p == '%' || *p == '/' || *p == '.' ||
            (*p >= 0x80 && !utf8) || (*p == '-' && p == (const unsigned char *)name && !p[1]))
            buf_printf(b, "%%%02X", *p);
        else
            buf_char(b, (char)*p);
}

/* The opposite of ref_escape, for one part of a reference; NULL if it is none. */
static const char *unescaped(struct arena *a, struct str part)
{
    CLEANUP_BUF struct buf b = {0};
    return path_unescape(&b, part) && buf_ok(&b) ? arena_str(a, buf_view(&b)).p : NULL;
}

bool tenant_ref(struct buf *b, const char *tenant, const char *after)
{
    buf_clear(b);
    buf_puts(b, "tenant/");
    if (tenant && *tenant)
        ref_escape(b, tenant);
    else
        buf_char(b, '-');
    buf_printf(b, "/%s", after);
    return buf_ok(b);
}

moult_status ref_fits(const struct buf *b, moult_error *err)
{
    if (!buf_ok(b))
        return error_nomem(err);
    if (b->n <= MAX_REF)
        return MOULT_OK;
    error_set(err, MOULT_ERR_CONFIG,
              "the name of the tenant or tag is too long for a snapshot store");
    error_detail(err, "detail", "%zu bytes of at most %d: %.60s...", b->n, MAX_REF, b->p);
    return MOULT_ERR_CONFIG;
}

moult_status ref_get(struct storage *s, const char *name, char key[65], bool *found,
                     moult_error *err)
{
    uint8_t raw[32];
    CLEANUP_ERROR moult_error *why = moult_error_new();
    *found = false;
    key[64] = 0;
    moult_status st = PLUGIN_CALL(s->store, ref_get, s->session, name, key, why);
    if (st == MOULT_ERR_NOT_FOUND)
        return MOULT_OK;
    if (st != MOULT_OK)
        return error_copy(err, why), st;
    if (!sha256_parse(str_of(key), raw))
        return error_set(err, MOULT_ERR_CORRUPT, "the store's reference \"%s\" is damaged", name);
    *found = true;
    return MOULT_OK;
}

moult_status ref_put(struct storage *s, const char *name, const char *key, moult_error *err)
{
    for (int tries = 0;; tries++) {
        char now[65];
        bool found;
        moult_status st = ref_get(s, name, now, &found, err);
        if (st != MOULT_OK || (!key && !found) || (key && found && strcmp(now, key) == 0))
            return st;
        st = PLUGIN_CALL(s->store, ref_swap, s->session, name, found ? now : NULL, key, err);
        if (st != MOULT_ERR_EXISTS || tries == 100)
            return st;
        moult_error_clear(err); /* somebody was faster: look again */
    }
}

struct listing {
    struct arena *a;
    struct ref_list *out;
    bool failed;
};

static moult_status on_name(void *arg, const char *name, size_t len)
{
    struct listing *l = arg;
    const char **slot = ARENA_PUSH(l->a, l->out->items, l->out->count, l->out->cap);
    l->failed = !slot || !(*slot = arena_str(l->a, (struct str){name, len}).p);
    return l->failed ? MOULT_ERR_NOMEM : MOULT_OK;
}

moult_status ref_list(struct storage *s, const char *prefix, struct arena *a, struct ref_list *out,
                      moult_error *err)
{
    struct listing l = {.a = a, .out = out};
    moult_status st = PLUGIN_CALL(s->store, ref_list, s->session, prefix, on_name, &l, err);
    return l.failed ? error_nomem(err) : st;
}

/* ---- objects ---- */

moult_status storage_get(struct storage *s, const char *key, struct buf *out, moult_error *err)
{
    char *bytes = NULL, hash[65];
    size_t n = 0;
    moult_status st = PLUGIN_CALL(s->store, get, s->session, key, &bytes, &n, err);
    if (st != MOULT_OK)
        return st;
    buf_add(out, bytes, n);
    s->m->host.free(s->m->host.ctx, bytes);
    if (!buf_ok(out) || !sha256_hex(buf_view(out), hash))
        return error_nomem(err);
    if (strcmp(hash, key) == 0)
        return MOULT_OK;
    error_set(err, MOULT_ERR_CORRUPT, "the store's object %.12s is damaged: its digest is another",
              key);
    error_detail(err, "hint",
                 "restore the store from a backup, or save the snapshot again after a prune");
    return MOULT_ERR_CORRUPT;
}

void save_free(struct save *s)
{
    arena_free(&s->arena);
}

static bool take(struct save *s, const json_t *json, const char *key, const char **out)
{
    const char *text = json_string_value(json_object_get(json, key));
    *out = text ? arena_str(&s->arena, str_of(text)).p : NULL;
    return !text || *out;
}

static moult_status not_a_save(const char *key, moult_error *err)
{
    return error_set(err, MOULT_ERR_CORRUPT,
                     "the store's object %.12s does not describe a snapshot", key);
}

moult_status save_read(struct storage *s, const char *key, struct save *out, moult_error *err)
{
    *out = (struct save){0};
    CLEANUP_BUF struct buf text = {0};
    moult_status st = storage_get(s, key, &text, err);
    if (st != MOULT_OK)
        return st;
    const char *snapshot;
    uint8_t raw[32];
    memcpy(out->key, key, 65);
    json_t *json = json_loadb(buf_view(&text).p, text.n, 0, NULL);
    bool ok = json && take(out, json, "tenant", &out->tenant) &&
              take(out, json, "tag", &out->tag) && take(out, json, "at", &out->at) &&
              take(out, json, "state", &out->state) && take(out, json, "class", &out->klass) &&
              take(out, json, "origin", &out->origin) && take(out, json, "snapshot", &snapshot);
    json_decref(json);
    if (!ok || !snapshot || !out->at || !out->state || !out->klass || !out->origin ||
        !sha256_parse(str_of(snapshot), raw)) {
        save_free(out);
        return not_a_save(key, err);
    }
    memcpy(out->snapshot, snapshot, 65);
    return MOULT_OK;
}

/* ---- loading ---- */

static moult_status load_object(struct storage *s, const char *key, const char *origin,
                                const char *at, moult_snapshot **out, moult_error *err)
{
    CLEANUP_BUF struct buf text = {0};
    moult_status st = storage_get(s, key, &text, err);
    if (st == MOULT_OK)
        st = snapshot_read(buf_view(&text), origin, out, err);
    if (st == MOULT_OK && at)
        snprintf((*out)->at, sizeof(*out)->at, "%s", at);
    return st;
}

/* The state whose digest begins with DIGITS; *KEY of its snapshot. */
static moult_status by_digest(struct storage *s, const char *digits, char key[65], bool *found,
                              moult_error *err)
{
    struct arena a = {0};
    struct ref_list list = {0};
    CLEANUP_BUF struct buf name = {0};
    *found = false;
    size_t n = strlen(digits);
    if (n < MIN_DIGITS || n > 64 || strspn(digits, "0123456789abcdef") != n)
        return MOULT_OK;
    buf_printf(&name, "digest/%s", digits);
    moult_status st = buf_ok(&name) ? ref_list(s, name.p, &a, &list, err) : error_nomem(err);
    if (st == MOULT_OK && list.count > 1) {
        error_set(err, MOULT_ERR_CONFIG,
                  "%zu states of the store have a digest that begins with %s", list.count, digits);
        error_detail(err, "hint", "give more digits: %s or %s", list.items[0] + 7,
                     list.items[1] + 7);
        st = MOULT_ERR_CONFIG;
    }
    if (st == MOULT_OK && list.count == 1)
        st = ref_get(s, list.items[0], key, found, err);
    arena_free(&a);
    return st;
}

/* "store:latest" means the only tenant's where none has no name. */
static moult_status unknown_ref(struct storage *s, const char *ref, moult_error *err)
{
    struct arena a = {0};
    struct ref_list list = {0};
    error_set(err, MOULT_ERR_NOT_FOUND, "the store \"%s\" has no snapshot \"%s\"", s->name, ref);
    if (ref_list(s, "tenant/", &a, &list, NULL) == MOULT_OK) {
        const char *first = list.count ? list.items[0] + 7 : NULL;
        const char *tenant = first ? unescaped(&a, (struct str){first, strcspn(first, "/")}) : NULL;
        if (!first)
            error_detail(err, "hint", "it is empty: moult snapshot save");
        else if (tenant && strcmp(tenant, "-") != 0)
            error_detail(
                err, "hint",
                "snapshots are named TENANT@latest, TENANT@TAG or by digest, as in %s@latest",
                tenant);
        else
            error_detail(err, "hint", "moult snapshot list shows what there is");
    }
    arena_free(&a);
    return MOULT_ERR_NOT_FOUND;
}

static moult_status find_save(struct storage *s, const char *tenant, const char *what, char key[65],
                              bool *found, moult_error *err)
{
    CLEANUP_BUF struct buf name = {0}, after = {0};
    if (strcmp(what, "latest") == 0)
        buf_puts(&after, "latest");
    else {
        buf_puts(&after, "tag/");
        ref_escape(&after, what);
    }
    if (!buf_ok(&after) || !tenant_ref(&name, tenant, after.p))
        return error_nomem(err);
    return ref_get(s, name.p, key, found, err);
}

moult_status storage_load(struct moult *m, const char *ref, moult_snapshot **out, moult_error *err)
{
    CLEANUP_STORAGE struct storage s = {0};
    CLEANUP_SAVE struct save save = {0};
    const char *at = strrchr(ref, '@'), *what = at ? at + 1 : ref;
    CLEANUP_FREE char *tenant = at ? strndup(ref, (size_t)(at - ref)) : NULL;
    CLEANUP_BUF struct buf origin = {0};
    char key[65];
    bool found = false;
    buf_printf(&origin, "store:%s", ref);
    if ((at && !tenant) || !buf_ok(&origin))
        return error_nomem(err);
    moult_status st = storage_open(m, false, &s, err);
    if (st == MOULT_OK && *what)
        st = find_save(&s, tenant, what, key, &found, err);
    if (st == MOULT_OK && found) {
        st = save_read(&s, key, &save, err);
        return st == MOULT_OK ? load_object(&s, save.snapshot, origin.p, save.at, out, err) : st;
    }
    if (st == MOULT_OK)
        st = by_digest(&s, what, key, &found, err);
    if (st != MOULT_OK)
        return st;
    return found ? load_object(&s, key, origin.p, NULL, out, err) : unknown_ref(&s, ref, err);
}
