/* SPDX-License-Identifier: Apache-2.0 */
/* descriptor.c - what every plugin keeps to, whatever it offers. */
#include "suite.h"

#include <dirent.h>
#include <dlfcn.h>
#include <locale.h>
#include <signal.h>

#include "../../libcore/host/interfaces.h"

static bool one_line(const char *text)
{
    return text && *text && !strpbrk(text, "\r\n") && str_utf8(str_of(text));
}

static void check_words(struct run *r)
{
    const moult_plugin *p = r->suite->plugin;
    REQUIRE(r, one_line(p->version), "the version is empty or not one line");
    REQUIRE(r, one_line(p->license), "the license is empty or not one line");
    REQUIRE(r, one_line(p->summary), "the summary is empty or not one line");
    for (const moult_iface *const *i = p->ifaces; *i; i++)
        REQUIRE(r, one_line((*i)->summary), "the summary of %s:%s is empty or not one line",
                (*i)->kind, (*i)->name);
}

static void check_sizes(struct run *r)
{
    const moult_plugin *p = r->suite->plugin;
    REQUIRE(r, p->size == MOULT_END(moult_plugin, ifaces), "the descriptor's size is %u, not %u",
            p->size, MOULT_END(moult_plugin, ifaces));
    bool known = false;
    for (const moult_iface *const *i = p->ifaces; *i; i++) {
        const struct iface_kind *kind = iface_kind_find((*i)->kind);
        if (!kind)
            continue;
        known = true;
        REQUIRE(r, (*i)->size >= kind->required && (*i)->size <= kind->size,
                "the size of %s:%s is %u, version %u.%u has %u", (*i)->kind, (*i)->name, (*i)->size,
                kind->major, kind->minor, kind->size);
        REQUIRE(r, iface_threading((*i)->threading) == (*i)->threading,
                "the threading of %s:%s is %u, which nobody knows", (*i)->kind, (*i)->name,
                (*i)->threading);
    }
    REQUIRE(r, known, "none of its interfaces is of a kind that this moult knows");
}

/* Sections of moult.toml are shared by all interfaces of a name. */
static void check_agreement(struct run *r, const moult_param *a, const moult_param *b)
{
    REQUIRE(r, a->type == b->type && a->flags == b->flags,
            "two interfaces declare \"%s\" differently", a->name);
    REQUIRE(r,
            !a->fallback == !b->fallback && (!a->fallback || strcmp(a->fallback, b->fallback) == 0),
            "two interfaces give \"%s\" different defaults", a->name);
}

static void check_params(struct run *r)
{
    for (const moult_iface *const *i = r->suite->plugin->ifaces; *i; i++)
        for (const moult_param *const *p = (*i)->params; p && *p; p++) {
            const char *name = (*p)->name;
            REQUIRE(r, one_line((*p)->help), "the help of \"%s\" is empty or not one line", name);
            REQUIRE(r, !((*p)->flags & MOULT_PARAM_REQUIRED && (*p)->fallback),
                    "\"%s\" is required and has a default", name);
            REQUIRE(r, !((*p)->flags & MOULT_PARAM_SECRET && (*p)->fallback),
                    "\"%s\" is a secret with a default that everybody can read", name);
            for (const moult_iface *const *k = r->suite->plugin->ifaces; k < i; k++)
                for (const moult_param *const *o = (*k)->params; o && *o; o++)
                    if (strcmp(name, (*o)->name) == 0)
                        check_agreement(r, *p, *o);
        }
}

static moult_entry_fn *find_entry(struct run *r, bool *prefixed)
{
    CLEANUP_BUF struct buf name = {0};
    for (const char *c = r->suite->module; *c; c++)
        buf_char(&name, strchr("-.+ ", *c) ? '_' : *c);
    buf_puts(&name, "_LTX_" MOULT_ENTRY_SYMBOL);
    void *handle = dlopen(r->suite->file, RTLD_NOW | RTLD_LOCAL), *symbol = NULL;
    REQUIRE(r, handle && buf_ok(&name), "dlopen: %s", dlerror());
    symbol = dlsym(handle, name.p);
    *prefixed = symbol != NULL;
    if (!symbol)
        symbol = dlsym(handle, MOULT_ENTRY_SYMBOL);
    REQUIRE(r, symbol, "the entry symbol %s is not found", name.p);
    moult_entry_fn *entry;
    memcpy(&entry, &symbol, sizeof entry);
    return entry;
}

static void check_name(struct run *r)
{
    bool prefixed;
    find_entry(r, &prefixed);
    REQUIRE(r, !prefixed || strcmp(r->suite->plugin->name, r->suite->module) == 0,
            "the descriptor's name is \"%s\", the file's \"%s\"", r->suite->plugin->name,
            r->suite->module);
}

static void same_iface(struct run *r, const moult_iface *a, const moult_iface *b)
{
    REQUIRE(r,
            a->size == b->size && a->caps == b->caps && a->needs == b->needs &&
                a->threading == b->threading && a->major == b->major && a->minor == b->minor &&
                strcmp(a->kind, b->kind) == 0 && strcmp(a->name, b->name) == 0,
            "the second call of the entry describes %s:%s differently", a->kind, a->name);
    const struct iface_kind *kind = iface_kind_find(a->kind);
    size_t head = sizeof(moult_iface);
    REQUIRE(r, !kind || memcmp((const char *)a + head, (const char *)b + head, a->size - head) == 0,
            "the second call of the entry gives %s:%s other slots", a->kind, a->name);
}

static void check_entry(struct run *r)
{
    bool prefixed;
    moult_entry_fn *entry = find_entry(r, &prefixed);
    const moult_plugin *a = entry(host_entry_table(), r->err);
    REQUIRE(r, a, "a second call of the entry gives NULL: %s", moult_error_message(r->err));
    const moult_plugin *b = r->suite->plugin;
    REQUIRE(r,
            strcmp(a->name, b->name) == 0 && strcmp(a->version, b->version) == 0 &&
                a->size == b->size,
            "a second call of the entry gives another descriptor");
    size_t i = 0;
    for (; a->ifaces[i] && b->ifaces[i]; i++)
        same_iface(r, a->ifaces[i], b->ifaces[i]);
    REQUIRE(r, !a->ifaces[i] && !b->ifaces[i], "a second call of the entry gives other interfaces");
    REQUIRE(r, entry(host_entry_table(), NULL), "the entry gives NULL where no error is wanted");
}

static unsigned threads(void)
{
    DIR *d = opendir("/proc/self/task");
    unsigned n = 0;
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

/* The entry leaves the process as it found it. */
static void check_manners(struct run *r)
{
    bool prefixed;
    struct sigaction before[32], now;
    moult_entry_fn *entry = find_entry(r, &prefixed);
    CLEANUP_FREE char *locale = strdup(setlocale(LC_ALL, NULL));
    CLEANUP_FREE char *folder = getcwd(NULL, 0);
    unsigned count = threads();
    memset(before, 0, sizeof before);
    for (int i = 1; i < 32; i++)
        sigaction(i, NULL, &before[i]);
    entry(host_entry_table(), r->err);
    CLEANUP_FREE char *there = getcwd(NULL, 0);
    REQUIRE(r, locale && strcmp(locale, setlocale(LC_ALL, NULL)) == 0, "it changes the locale");
    REQUIRE(r, folder && there && strcmp(folder, there) == 0, "it changes the working directory");
    REQUIRE(r, threads() == count, "it starts a thread");
    for (int i = 1; i < 32; i++)
        REQUIRE(r, sigaction(i, NULL, &now) || now.sa_handler == before[i].sa_handler,
                "it changes what signal %d does", i);
}

static bool offers(const moult_plugin *p, const char *kind, const char *name)
{
    for (const moult_iface *const *i = p->ifaces; *i; i++)
        if (strcmp((*i)->kind, kind) == 0 && strcmp((*i)->name, name) == 0)
            return true;
    return false;
}

/* Every check of the quirks' [decline] is one that there is. */
static bool is_check(const char *id)
{
    const struct check *all[] = {plugin_checks, dialect_checks, reader_checks,
                                 writer_checks, store_checks,   planner_checks};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (const struct check *c = all[i]; c->id; c++)
            if (strcmp(c->id, id) == 0)
                return true;
    return false;
}

static void check_whole(struct run *r)
{
    const moult_plugin *p = r->suite->plugin;
    static const char *const kinds[] = {"dialect", "reader", "writer"};
    for (const moult_iface *const *i = p->ifaces; *i; i++)
        for (size_t k = 0; k < 3; k++)
            if (strcmp((*i)->kind, kinds[k]) == 0)
                for (size_t o = 0; o < 3; o++)
                    REQUIRE(r, offers(p, kinds[o], (*i)->name), "the adapter %s has no %s",
                            (*i)->name, kinds[o]);
    const struct config_value *d = r->suite->quirks.decline;
    for (const struct config_value *v = d ? d->first : NULL; v; v = v->next)
        REQUIRE(r, is_check(v->key), "the quirks decline \"%s\", which is no check", v->key);
}

const struct check plugin_checks[] = {
    {"plugin.words", "version, license and summaries are there", check_words, CHECK_REQUIRED},
    {"plugin.sizes", "sizes and threading are those of this ABI", check_sizes, CHECK_REQUIRED},
    {"plugin.params", "settings are well formed", check_params, CHECK_REQUIRED},
    {"plugin.name", "the descriptor bears the file's name", check_name, CHECK_REQUIRED},
    {"plugin.entry", "calling the entry again gives the same", check_entry, CHECK_REQUIRED},
    {"plugin.manners", "the entry leaves the process as it is", check_manners, CHECK_REQUIRED},
    {"plugin.whole", "an adapter is whole, and no unknown check is declined", check_whole,
     CHECK_REQUIRED},
    {0}};
