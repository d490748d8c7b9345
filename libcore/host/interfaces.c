/* SPDX-License-Identifier: Apache-2.0 */
/* The checks behind which nobody looks at a plugin's structs with suspicion any more. */
#include "interfaces.h"

#include <errno.h>
#include <moult/adapter.h>
#include <moult/planner.h>
#include <moult/store.h>
#include <stdlib.h>

#include "../base/buf.h"
#include "../base/error.h"

/* On every platform the head ends without padding, so that no later field can lie in it. */
_Static_assert(sizeof(moult_iface) == MOULT_END(moult_iface, params), "padding ends moult_iface");

/* ---- kinds ---- */

#define DIALECT_SLOTS(X) X(split) X(ways) X(render) X(bind) X(fold)
#define READER_SLOTS(X)                                                                            \
    X(open)                                                                                        \
    X(close) X(cancel) X(server) X(rights) X(tenants) X(inspect) X(stamp) X(measure) X(records)
#define WRITER_SLOTS(X)                                                                            \
    X(scratch)                                                                                     \
    X(reap) X(run) X(limits) X(probe) X(lock) X(unlock) X(begin) X(commit) X(rollback) X(record_open)        \
        X(record_append)
#define STORE_SLOTS(X)                                                                             \
    X(open) X(close) X(put_if_absent) X(get) X(list) X(ref_list) X(ref_get) X(ref_swap) X(remove)
#define PLANNER_SLOTS(X) X(plan) X(revise)

#define DIALECT_SLOT(f) {#f, offsetof(moult_dialect, f)},
#define READER_SLOT(f) {#f, offsetof(moult_reader, f)},
#define WRITER_SLOT(f) {#f, offsetof(moult_writer, f)},
#define STORE_SLOT(f) {#f, offsetof(moult_store, f)},
#define PLANNER_SLOT(f) {#f, offsetof(moult_planner, f)},

static const struct iface_slot dialect_slots[] = {{"schemes", offsetof(moult_dialect, schemes)},
                                                  DIALECT_SLOTS(DIALECT_SLOT)};
static const struct iface_slot reader_slots[] = {READER_SLOTS(READER_SLOT)};
static const struct iface_slot writer_slots[] = {WRITER_SLOTS(WRITER_SLOT)};
static const struct iface_slot store_slots[] = {STORE_SLOTS(STORE_SLOT)};
static const struct iface_slot planner_slots[] = {PLANNER_SLOTS(PLANNER_SLOT)};

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define KIND(kind, NUMBERS, last, any)                                                             \
    {                                                                                              \
        .name = #kind, .major = MOULT_##NUMBERS##_MAJOR, .minor = MOULT_##NUMBERS##_MINOR,         \
        .exact = true, .required = MOULT_END(moult_##kind, last), .size = sizeof(moult_##kind),    \
        .slots = kind##_slots, .slot_count = COUNT(kind##_slots), .any_slot = (any)                \
    }

const struct iface_kind iface_kinds[] = {
    KIND(dialect, DIALECT, fold, false),        KIND(reader, READER, records, false),
    KIND(writer, WRITER, record_append, false), KIND(store, STORE, remove, false),
    KIND(planner, PLANNER, revise, true),
};
const size_t iface_kind_count = COUNT(iface_kinds);

const struct iface_kind *iface_kind_find(const char *name)
{
    for (size_t i = 0; i < iface_kind_count; i++)
        if (strcmp(iface_kinds[i].name, name) == 0)
            return &iface_kinds[i];
    return NULL;
}

uint32_t iface_threading(uint32_t declared)
{
    return declared >= MOULT_THREAD_FREE      ? MOULT_THREAD_FREE
           : declared >= MOULT_THREAD_SESSION ? MOULT_THREAD_SESSION
                                              : MOULT_THREAD_PLUGIN;
}

void iface_copy(const struct iface_kind *kind, const moult_iface *iface, void *own)
{
    uint32_t n = iface->size < kind->size ? iface->size : kind->size;
    memset(own, 0, kind->size);
    memcpy(own, iface, n);
    moult_iface *head = own;
    head->size = n;
    head->threading = iface_threading(head->threading);
}

/* ---- names and parameters ---- */

bool plugin_name_ok(const char *name)
{
    size_t n = name ? strlen(name) : 0;
    return n && n <= 64 && name[0] != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

bool param_value_ok(uint32_t type, const char *text)
{
    char *end;
    switch (type) {
    case MOULT_PARAM_STRING:
        return true;
    case MOULT_PARAM_PATH:
        return *text != 0;
    case MOULT_PARAM_BOOLEAN:
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    case MOULT_PARAM_INTEGER:
        errno = 0;
        (void)!strtoll(text, &end, 10);
        return !errno && end != text && !*end && strspn(text, "-0123456789") == strlen(text);
    default:
        return false;
    }
}

static moult_status bad(moult_error *err, const moult_iface *iface, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static moult_status bad(moult_error *err, const moult_iface *iface, const char *fmt, ...)
{
    CLEANUP_BUF struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    error_set(err, MOULT_ERR_INVALID, "interface %s:%s: %s", iface->kind ? iface->kind : "?",
              iface->name ? iface->name : "?", buf_view(&text).p);
    error_detail(err, "hint", "this is a defect of the plugin: report it to its makers");
    return MOULT_ERR_INVALID;
}

static moult_status check_param(const moult_iface *iface, size_t i, moult_error *err)
{
    const moult_param *p = iface->params[i];
    if (p->size < MOULT_END(moult_param, help))
        return bad(err, iface, "parameter %zu is a struct of %u bytes, too few", i, p->size);
    if (!plugin_name_ok(p->name))
        return bad(err, iface, "the name of parameter %zu is not lower case with \"-\"", i);
    if (!p->help)
        return bad(err, iface, "parameter \"%s\" has no help", p->name);
    if (p->type < MOULT_PARAM_STRING || p->type > MOULT_PARAM_PATH)
        return bad(err, iface, "parameter \"%s\" is of the unknown type %u", p->name, p->type);
    if (p->flags & ~(MOULT_PARAM_REQUIRED | MOULT_PARAM_SECRET))
        return bad(err, iface, "parameter \"%s\" has unknown flags", p->name);
    if (p->fallback && !param_value_ok(p->type, p->fallback))
        return bad(err, iface, "the default of parameter \"%s\" is not of its type", p->name);
    for (size_t k = 0; k < i; k++)
        if (strcmp(iface->params[k]->name, p->name) == 0)
            return bad(err, iface, "parameter \"%s\" is declared twice", p->name);
    return MOULT_OK;
}

/* ---- interfaces ---- */

moult_status iface_check_head(const moult_iface *iface, moult_error *err)
{
    if (iface->size < MOULT_END(moult_iface, params))
        return error_set(err, MOULT_ERR_INVALID,
                         "an interface is a struct of %u bytes, less than its head", iface->size);
    if (!iface->kind || !*iface->kind)
        return bad(err, iface, "it has no kind");
    if (!plugin_name_ok(iface->name))
        return bad(err, iface, "its name is not of lower-case letters, digits and \"-\"");
    if (!iface->summary)
        return bad(err, iface, "it has no summary");
    if (iface->reserved)
        return bad(err, iface, "a reserved field is not 0");
    for (size_t i = 0; iface->params && iface->params[i]; i++) {
        moult_status s = check_param(iface, i, err);
        if (s)
            return s;
    }
    return MOULT_OK;
}

static bool slot_set(const moult_iface *iface, const struct iface_slot *slot)
{
    void (*f)(void);
    memcpy(&f, (const char *)iface + slot->offset, sizeof f);
    return f != NULL;
}

static moult_status check_slots(const struct iface_kind *kind, const moult_iface *iface,
                                moult_error *err)
{
    size_t there = 0;
    for (size_t i = 0; i < kind->slot_count; i++) {
        if (slot_set(iface, &kind->slots[i]))
            there++;
        else if (!kind->any_slot)
            return bad(err, iface, "it lacks \"%s\"", kind->slots[i].name);
    }
    if (kind->any_slot && !there)
        return bad(err, iface, "it offers nothing");
    return MOULT_OK;
}

moult_status iface_check(const struct iface_kind *kind, const moult_iface *iface, moult_error *err)
{
    moult_status s = iface_check_head(iface, err);
    if (s)
        return s;
    if (iface->major != kind->major || (kind->exact && iface->minor != kind->minor)) {
        error_set(err, MOULT_ERR_UNSUPPORTED,
                  "interface %s:%s is of version %u.%u, this moult speaks %u.%u", iface->kind,
                  iface->name, iface->major, iface->minor, kind->major, kind->minor);
        error_detail(err, "hint", "install the plugin that was made for moult " MOULT_VERSION);
        return MOULT_ERR_UNSUPPORTED;
    }
    if (iface->size < kind->required)
        return bad(err, iface, "it is a struct of %u bytes, version %u.%u has %u", iface->size,
                   iface->major, iface->minor, kind->required);
    if (iface->needs & ~kind->needs) {
        error_set(err, MOULT_ERR_UNSUPPORTED,
                  "interface %s:%s needs what this moult does not offer (bits %#llx)", iface->kind,
                  iface->name, (unsigned long long)(iface->needs & ~kind->needs));
        error_detail(err, "hint", "install a newer moult, or an older plugin");
        return MOULT_ERR_UNSUPPORTED;
    }
    return check_slots(kind, iface, err);
}

/* ---- descriptors ---- */

static moult_status check_ifaces(const moult_plugin *plugin, moult_error *err)
{
    const moult_iface *const *all = plugin->ifaces;
    for (size_t i = 0; all[i]; i++) {
        const struct iface_kind *kind = NULL;
        moult_status s = iface_check_head(all[i], err);
        if (!s && (kind = iface_kind_find(all[i]->kind)))
            s = iface_check(kind, all[i], err);
        if (s)
            return s;
        for (size_t k = 0; k < i; k++)
            if (strcmp(all[i]->kind, all[k]->kind) == 0 && strcmp(all[i]->name, all[k]->name) == 0)
                return bad(err, all[i], "it is offered twice");
    }
    return MOULT_OK;
}

moult_status descriptor_check(const moult_plugin *plugin, moult_error *err)
{
    if (plugin->size < MOULT_END(moult_plugin, ifaces))
        return error_set(err, MOULT_ERR_INVALID,
                         "its descriptor is a struct of %u bytes, this moult expects %u",
                         plugin->size, MOULT_END(moult_plugin, ifaces));
    if (plugin->abi_major != MOULT_ABI_MAJOR || plugin->abi_minor != MOULT_ABI_MINOR) {
        error_set(err, MOULT_ERR_UNSUPPORTED, "it is made for ABI %u.%u, this moult serves %u.%u",
                  plugin->abi_major, plugin->abi_minor, MOULT_ABI_MAJOR, MOULT_ABI_MINOR);
        error_detail(err, "hint", "install the plugin that was made for moult " MOULT_VERSION);
        return MOULT_ERR_UNSUPPORTED;
    }
    if (!plugin_name_ok(plugin->name))
        return error_set(err, MOULT_ERR_INVALID,
                         "its name is not of lower-case letters, digits and \"-\"");
    if (!plugin->version || !plugin->license || !plugin->summary)
        return error_set(err, MOULT_ERR_INVALID,
                         "its descriptor lacks version, license or summary");
    if (!plugin->ifaces || !plugin->ifaces[0])
        return error_set(err, MOULT_ERR_INVALID, "it offers no interface");
    return check_ifaces(plugin, err);
}
