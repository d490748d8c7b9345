/* SPDX-License-Identifier: Apache-2.0 */
/* Which adapter serves the scheme of a URL. */
#include <ctype.h>

#include "../base/cleanup.h"
#include "registry.h"

/* RFC 3986, 3.1; of two letters or more, so that no drive letter is one. */
static size_t scheme_len(const char *text)
{
    size_t n = 0;
    if (!isalpha((unsigned char)text[0]))
        return 0;
    while (isalnum((unsigned char)text[n]) || (text[n] && strchr("+.-", text[n])))
        n++;
    return n >= 2 && text[n] == ':' ? n : 0;
}

bool host_is_url(const char *text)
{
    return scheme_len(text) > 0;
}

static bool same_scheme(struct str scheme, const char *word, size_t n)
{
    return scheme.n == n && strncasecmp(scheme.p, word, n) == 0;
}

static bool entry_serves(const struct entry *e, struct str scheme)
{
    for (size_t i = 0; i < e->scheme_count; i++)
        if (same_scheme(scheme, e->schemes[i], strlen(e->schemes[i])))
            return true;
    return false;
}

/* The dialect is where an adapter says which schemes it serves; its name is the adapter's. */
static const char *dialect_of_manifest(const struct entry *e)
{
    for (size_t i = 0; i < e->provide_count; i++)
        if (strncmp(e->provides[i], "dialect:", 8) == 0)
            return e->provides[i] + 8;
    return NULL;
}

static const char *dialect_of_module(const struct entry *e, struct str scheme)
{
    for (size_t i = 0; e->loaded.ifaces[i]; i++) {
        if (strcmp(e->loaded.ifaces[i]->kind, "dialect") != 0)
            continue;
        const moult_dialect *d = (const moult_dialect *)(const void *)e->loaded.ifaces[i];
        for (const char *s = d->schemes; *s;) {
            size_t n = strcspn(s, " ");
            if (same_scheme(scheme, s, n))
                return d->head.name;
            s += n + strspn(s + n, " ");
        }
    }
    return NULL;
}

/* A plugin by path or without a manifest tells its schemes only once it is open. */
static moult_status search(struct moult *m, struct str scheme, const char **name, moult_error *err)
{
    struct registry *r = m->registry;
    for (size_t i = 0; i < r->count && !*name; i++)
        if (!r->entries[i].state && entry_serves(&r->entries[i], scheme))
            *name = dialect_of_manifest(&r->entries[i]);
    for (size_t i = 0; i < r->count && !*name; i++) {
        struct entry *e = &r->entries[i];
        bool built_in = !*e->file && !e->scheme_count;
        if (e->state || (!e->by_path && !built_in))
            continue;
        moult_status s = entry_open(m, e, err);
        if (s)
            return s;
        *name = dialect_of_module(e, scheme);
    }
    return MOULT_OK;
}

static moult_status not_served(struct moult *m, const char *scheme, moult_error *err)
{
    const char *package = well_known_package("scheme", scheme);
    for (size_t i = 0; i < m->registry->count; i++) {
        const struct entry *e = &m->registry->entries[i];
        if (!entry_serves(e, str_of(scheme)))
            continue;
        error_set(err, MOULT_ERR_NOT_FOUND,
                  "the plugin \"%s\", which serves \"%s:\" URLs, cannot "
                  "be used: %s",
                  e->name, scheme, e->state ? e->state : "it offers no dialect");
        error_detail(err, "hint", "see: moult plugin list");
        return MOULT_ERR_NOT_FOUND;
    }
    error_set(err, MOULT_ERR_NOT_FOUND, "no plugin serves \"%s:\" URLs", scheme);
    if (package)
        error_detail(err, "hint", "install %s", package);
    else
        error_detail(err, "hint", "see: moult plugin list");
    return MOULT_ERR_NOT_FOUND;
}

moult_status host_adapter_for(struct moult *m, const char *url, const char **name, moult_error *err)
{
    *name = NULL;
    size_t n = scheme_len(url);
    LOCK_SCOPE(&m->mutex);
    if (!n) {
        struct str shown = host_url_shown(&m->arena, url);
        error_set(err, MOULT_ERR_CONFIG, "\"%s\" is not a database URL", shown.p ? shown.p : "");
        error_detail(err, "hint", "a URL begins with its scheme: sqlite:PATH");
        return MOULT_ERR_CONFIG;
    }
    struct str scheme = arena_str(&m->arena, (struct str){url, n});
    if (!scheme.p)
        return error_nomem(err);
    moult_status s = search(m, scheme, name, err);
    return s || *name ? s : not_served(m, scheme.p, err);
}
