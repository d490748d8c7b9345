/* SPDX-License-Identifier: Apache-2.0 */
/* Which units a command is about: a database by URL, or chosen tenants of a database of moult.toml.
 */
#include "../base/buf.h"
#include "../base/cleanup.h"
#include "run.h"

uint32_t moult_targets_count(const moult_targets *targets)
{
    return (uint32_t)targets->unit_count;
}

const char *moult_targets_name(const moult_targets *targets, uint32_t i)
{
    return i < targets->unit_count ? targets->units[i].name : NULL;
}

const char *moult_targets_url(const moult_targets *targets, uint32_t i)
{
    return i < targets->unit_count ? targets->units[i].shown : NULL;
}

const char *moult_targets_desired(const moult_targets *targets)
{
    return targets->desired;
}

uint32_t moult_targets_confirm(const moult_targets *targets)
{
    return targets->confirm;
}

static moult_status add_unit(moult_targets *t, const char *name, const char *url, moult_error *err)
{
    struct unit *u = ARENA_PUSH(&t->arena, t->units, t->unit_count, t->unit_cap);
    if (!u)
        return error_nomem(err);
    u->name = arena_str(&t->arena, str_of(name)).p;
    u->url = arena_str(&t->arena, str_of(url)).p;
    struct str shown = u->url ? host_url_shown(&t->arena, u->url) : (struct str){0};
    u->shown = shown.p && str_is(shown, u->url) ? u->url : shown.p;
    return u->name && u->shown ? MOULT_OK : error_nomem(err);
}

struct finding {
    moult_targets *t;
    moult_error *err;
    moult_status failed;              /* an adapter may not hand on what its callback returns */
    const struct config_value *globs; /* an array; NULL: every tenant is wanted */
    bool *matched;                    /* one of each */
};

/* Does one of F's globs match?  Which ones do is noted. */
static bool wanted(struct finding *f, const char *name)
{
    bool any = !f->globs;
    size_t i = 0;
    for (const struct config_value *g = f->globs ? f->globs->first : NULL; g; g = g->next, i++)
        if (str_is(g->text, name) ||
            (strpbrk(g->text.p, "*?[\\") && str_glob(g->text.p, str_of(name))))
            any = f->matched[i] = true;
    return any;
}

static moult_status on_tenant(void *arg, const moult_tenant *tenant)
{
    struct finding *f = arg;
    if (tenant->name && !wanted(f, tenant->name))
        return MOULT_OK;
    if (!tenant->name || !tenant->name[0] || !tenant->url)
        f->failed = error_set(f->err, MOULT_ERR_INTERNAL,
                              "the adapter \"%s\" found a tenant without a name or a URL",
                              f->t->adapter.name);
    else
        f->failed = add_unit(f->t, tenant->name, tenant->url, f->err);
    return f->failed;
}

static moult_status find_by(struct finding *f, const char *url, const char *how,
                            const char *pattern)
{
    moult_targets *t = f->t;
    moult_open base = {.size = MOULT_END(moult_open, lock_timeout_ms),
                       .purpose = MOULT_PURPOSE_READ,
                       .url = url,
                       .config = t->adapter.reader_config,
                       .op = &t->op,
                       .lock_timeout_ms = t->lock_timeout_ms};
    moult_status st = PLUGIN_CALL(t->adapter.reader, tenants, &t->m->host, &base, how, pattern,
                                  on_tenant, f, f->err);
    return f->failed != MOULT_OK ? f->failed : st;
}

/* One look for all globs of an array, each of which has to match. */
static moult_status find_any(struct finding *f, const char *url, const struct config_value *way)
{
    size_t n = 0, i = 0;
    for (const struct config_value *g = way->first; g; g = g->next)
        n++;
    f->globs = way;
    f->matched = arena_array(&f->t->arena, n, sizeof *f->matched);
    if (!f->matched)
        return error_nomem(f->err);
    moult_status st = find_by(f, url, way->key, "*");
    for (const struct config_value *g = way->first; g && st == MOULT_OK; g = g->next, i++) {
        if (f->matched[i])
            continue;
        st = error_set(f->err, MOULT_ERR_CONFIG, "nothing there is called \"%s\"", g->text.p);
        error_detail(f->err, "hint", "it is set at %s", g->from);
    }
    return st;
}

/* schemas = { query = "..." }: of which kind the names are is said. */
static moult_status find_by_query(struct finding *f, const char *url,
                                  const struct config_value *way)
{
    CLEANUP_BUF struct buf how = {0};
    buf_printf(&how, "%s.%s", way->key, way->first->key);
    return buf_ok(&how) ? find_by(f, url, buf_view(&how).p, way->first->text.p)
                        : error_nomem(f->err);
}

static moult_status find_tenants(moult_targets *t, const char *url, const struct config_value *how,
                                 moult_error *err)
{
    const struct config_value *way = how->first; /* the only one */
    struct finding f = {.t = t, .err = err};
    moult_status st = MOULT_OK;
    if (way->type == CONFIG_TABLE)
        st = find_by_query(&f, url, way);
    else if (way->type != CONFIG_ARRAY)
        st = find_by(&f, url, way->key, way->text.p);
    else if (strcmp(way->key, "list") != 0)
        st = find_any(&f, url, way);
    else
        for (const struct config_value *e = way->first; e && st == MOULT_OK; e = e->next)
            st = find_by(&f, url, way->key, e->text.p);
    if (st != MOULT_OK)
        return error_prefix(err, "cannot find the tenants of \"%s\"", t->database), st;
    if (!t->unit_count) {
        error_set(err, MOULT_ERR_CONFIG, "the database \"%s\" has no tenant", t->database);
        error_detail(err, "hint", "tenants, set at %s, matches nothing", how->from);
        return MOULT_ERR_CONFIG;
    }
    return MOULT_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static moult_status sort_units(moult_targets *t, moult_error *err)
{
    qsort(t->units, t->unit_count, sizeof *t->units, by_name);
    for (size_t i = 1; i < t->unit_count; i++)
        if (strcmp(t->units[i - 1].name, t->units[i].name) == 0) {
            error_set(err, MOULT_ERR_CONFIG, "two tenants of \"%s\" are called \"%s\"", t->database,
                      t->units[i].name);
            error_detail(err, "detail", "%s and %s", t->units[i - 1].shown, t->units[i].shown);
            return MOULT_ERR_CONFIG;
        }
    return MOULT_OK;
}

static moult_status unknown_tenant(const moult_targets *t, const char *name, moult_error *err)
{
    const char **names = calloc(t->unit_count + 1, sizeof *names);
    if (!names)
        return error_nomem(err);
    for (size_t i = 0; i < t->unit_count; i++)
        names[i] = t->units[i].name;
    error_set(err, MOULT_ERR_CONFIG, "the database \"%s\" has no tenant \"%s\"", t->database, name);
    const char *near = near_word(name, names, t->unit_count);
    if (near)
        error_detail(err, "hint", "did you mean \"%s\"?", near);
    else
        error_detail(err, "hint", "it has %zu tenants, from \"%s\" to \"%s\"", t->unit_count,
                     names[0], names[t->unit_count - 1]);
    free(names);
    return MOULT_ERR_CONFIG;
}

/* Marks the units that one of PATTERNS names; each pattern must name one. */
static moult_status choose_names(const moult_targets *t, const char *const *patterns, bool *chosen,
                                 moult_error *err)
{
    for (; *patterns; patterns++) {
        bool any = false;
        for (size_t i = 0; i < t->unit_count; i++) {
            struct str name = str_of(t->units[i].name);
            bool yes = str_is(name, *patterns) || str_glob(*patterns, name);
            any = any || yes;
            chosen[i] = chosen[i] || yes;
        }
        if (!any)
            return unknown_tenant(t, *patterns, err);
    }
    return MOULT_OK;
}

/* Leaves of the chosen ones those that bear one of LABELS. */
static moult_status choose_labels(const moult_targets *t, const char *const *labels, bool *chosen,
                                  moult_error *err)
{
    const struct config_value *all =
        config_member(config_member(config_at(t->m->config, "database"), t->database), "labels");
    CLEANUP_FREE bool *labelled = calloc(t->unit_count, sizeof *labelled);
    if (!labelled)
        return error_nomem(err);
    for (; *labels; labels++) {
        const struct config_value *globs = config_member(all, *labels);
        if (!globs) {
            const char *names[32];
            size_t n = 0;
            for (const struct config_value *v = all ? all->first : NULL; v && n < 32; v = v->next)
                names[n++] = v->key;
            error_set(err, MOULT_ERR_CONFIG, "the database \"%s\" has no label \"%s\"", t->database,
                      *labels);
            hint_words(err, *labels, names, n);
            return MOULT_ERR_CONFIG;
        }
        for (const struct config_value *g = globs->first; g; g = g->next)
            for (size_t i = 0; i < t->unit_count; i++)
                labelled[i] = labelled[i] || str_glob(g->text.p, str_of(t->units[i].name));
    }
    for (size_t i = 0; i < t->unit_count; i++)
        chosen[i] = chosen[i] && labelled[i];
    return MOULT_OK;
}

static moult_status choose(moult_targets *t, const moult_select *select, bool any, moult_error *err)
{
    bool names = select && select->tenants && select->tenants[0];
    bool labels = select && select->labels && select->labels[0];
    if (!names && !labels) {
        if (any || t->unit_count == 1 || (select && select->all))
            return MOULT_OK;
        error_set(err, MOULT_ERR_CONFIG, "the database \"%s\" has %zu tenants and none was chosen",
                  t->database, t->unit_count);
        error_detail(err, "hint", "name some with --tenant or --label, or take --all-tenants");
        return MOULT_ERR_CONFIG;
    }
    CLEANUP_FREE bool *chosen = calloc(t->unit_count, sizeof *chosen);
    if (!chosen)
        return error_nomem(err);
    if (!names)
        memset(chosen, 1, t->unit_count);
    moult_status st = names ? choose_names(t, select->tenants, chosen, err) : MOULT_OK;
    if (st == MOULT_OK && labels)
        st = choose_labels(t, select->labels, chosen, err);
    if (st != MOULT_OK)
        return st;
    size_t n = 0;
    for (size_t i = 0; i < t->unit_count; i++)
        if (chosen[i])
            t->units[n++] = t->units[i];
    t->unit_count = n;
    return n ? MOULT_OK
             : error_set(err, MOULT_ERR_CONFIG, "no tenant of \"%s\" has what was asked for",
                         t->database);
}

static moult_status find(moult_targets *t, const char *target, const moult_select *select, bool any,
                         moult_error *err)
{
    bool choosing = select && ((select->tenants && select->tenants[0]) ||
                               (select->labels && select->labels[0]));
    const char *url = target;
    moult_status st;
    if (host_is_url(target)) {
        if (choosing)
            return error_set(err, MOULT_ERR_CONFIG,
                             "a database by URL has no tenants to choose from");
        st = database_of_url(t, target, err);
        return st == MOULT_OK ? add_unit(t, "", target, err) : st;
    }
    st = database_settings(t, target, &url, err);
    if (st != MOULT_OK)
        return st;
    const struct config_value *how =
        config_member(config_member(config_at(t->m->config, "database"), t->database), "tenants");
    if (!how) {
        if (choosing)
            return error_set(err, MOULT_ERR_CONFIG, "the database \"%s\" has no tenants setting",
                             t->database);
        return add_unit(t, "", url, err);
    }
    st = find_tenants(t, url, how, err);
    if (st == MOULT_OK)
        st = sort_units(t, err);
    return st == MOULT_OK ? choose(t, select, any, err) : st;
}

moult_status moult_targets_find(moult *m, const char *target, const moult_select *select,
                                uint32_t any, moult_targets **out, moult_error *err)
{
    *out = NULL;
    CLEANUP_TARGETS moult_targets *t = targets_new(m, err);
    if (!t)
        return MOULT_ERR_NOMEM;
    moult_status st = find(t, target, select, any != 0, err);
    if (st != MOULT_OK)
        return st;
    *out = t;
    t = NULL;
    return MOULT_OK;
}
