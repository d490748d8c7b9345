/* SPDX-License-Identifier: Apache-2.0 */
/* Opens plugins.  The only file that knows libltdl.
 *
 * libltdl says "file not found" for whatever goes wrong, binds lazily, and looks in places that the
 * environment names.  So a module is a regular file that nobody else can change, opened by its absolute
 * path; dlopen() goes first, since it binds at once and tells what is wrong; libltdl then opens what is
 * open already.  A module stays until the process ends: libraries behind it (OpenSSL, libpq) leave
 * exit handlers and thread destructors behind that must not point into nothing. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ltdl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/sha256.h"
#include "host.h"
#include "interfaces.h"

/* A plugin that was entered.  The list only grows, so that readers need no lock. */
struct opened {
    struct opened *next;
    const char *name; /* a path, or a built-in plugin's name */
    struct loaded loaded;
    bool serial;           /* one call at a time, in */
    pthread_mutex_t calls; /* recursive: a callback may call the plugin again */
};

/* libltdl's state is the process's, and so is what was opened with it. */
static pthread_mutex_t loader_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct opened *) opened_list;
static bool ltdl_ready;

/* ---- built-in plugins ---- */

/* Made by libtool for programs that are linked with -dlpreopen; others have none. */
#pragma weak lt__PROGRAM__LTX_preloaded_symbols

#define ENTRY_SUFFIX "_LTX_" MOULT_ENTRY_SYMBOL

static bool is_entry(const char *symbol)
{
    size_t n = strlen(symbol), k = sizeof ENTRY_SUFFIX - 1;
    return n > k && strcmp(symbol + n - k, ENTRY_SUFFIX) == 0;
}

static const lt_dlsymlist *builtin_at(size_t i)
{
    const lt_dlsymlist *s = lt__PROGRAM__LTX_preloaded_symbols;
    for (; s && s->name; s++)
        if (s->address && is_entry(s->name) && i-- == 0)
            return s;
    return NULL;
}

const char *loader_builtin_at(size_t i, size_t *len)
{
    const lt_dlsymlist *s = builtin_at(i);
    if (s)
        *len = strlen(s->name) - (sizeof ENTRY_SUFFIX - 1);
    return s ? s->name : NULL;
}

/* The entry of a built-in plugin.  Not by lt_dlopen, which makes "_" of the "-" in a name before it
 * looks for the name as it was written. */
static moult_entry_fn *builtin_entry(const char *name)
{
    const lt_dlsymlist *s;
    for (size_t i = 0; (s = builtin_at(i)); i++) {
        size_t n = strlen(s->name) - (sizeof ENTRY_SUFFIX - 1), k = 0;
        while (k < n && s->name[k] == (name[k] == '-' ? '_' : name[k]))
            k++;
        if (k == n && !name[n]) {
            moult_entry_fn *entry;
            memcpy(&entry, &s->address, sizeof entry); /* ISO C: no cast from data to function */
            return entry;
        }
    }
    return NULL;
}

bool loader_is_builtin(const char *name)
{
    return builtin_entry(name) != NULL;
}

/* ---- the file ---- */

static moult_status unsafe(moult_error *err, const char *path, const char *what, const char *hint)
{
    error_set(err, MOULT_ERR_REFUSED, "plugin \"%s\" is not opened: %s", path, what);
    error_detail(err, "file", "%s", path);
    error_detail(err, "hint", "%s", hint);
    return MOULT_ERR_REFUSED;
}

static bool others_own(const struct stat *st)
{
    return st->st_uid != 0 && st->st_uid != geteuid();
}

/* Whoever may write the folder could put another file in the place of the one that was checked. */
static moult_status check_folder(const char *path, moult_error *err)
{
    CLEANUP_FREE char *folder = strdup(path);
    if (!folder)
        return error_nomem(err);
    *(strrchr(folder, '/') + 1) = 0;
    struct stat st;
    if (stat(folder, &st))
        return unsafe(err, path, strerror(errno), "check the path");
    if (others_own(&st))
        return unsafe(err, path, "its folder belongs to another user",
                      "only plugins in folders of root or of yourself are opened");
    if (st.st_mode & (S_IWGRP | S_IWOTH) && !(st.st_mode & S_ISVTX))
        return unsafe(err, path, "others may write its folder",
                      "take the right away: chmod go-w FOLDER");
    return MOULT_OK;
}

static moult_status open_error(const char *path, int e, moult_error *err)
{
    if (e == ELOOP)
        return unsafe(err, path, "it is a symbolic link", "name the file itself");
    moult_status s = e == ENOENT || e == ENOTDIR ? MOULT_ERR_NOT_FOUND : MOULT_ERR_CONFIG;
    error_set(err, s, "cannot open the plugin \"%s\": %s", path, strerror(e));
    error_detail(err, "file", "%s", path);
    return s;
}

static moult_status check_hash(const char *path, int fd, const char *sha256, moult_error *err)
{
    CLEANUP_SHA256 struct sha256 *h = sha256_new();
    char chunk[65536], hex[65];
    uint8_t digest[32];
    ssize_t n;
    if (!h || !sha256_start(h))
        return error_nomem(err);
    while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && !sha256_add(h, chunk, (size_t)n))
            return error_nomem(err);
    if (n < 0)
        return error_set(err, MOULT_ERR_IO, "cannot read \"%s\": %s", path, strerror(errno));
    if (!sha256_end(h, digest))
        return error_nomem(err);
    sha256_print(digest, hex);
    if (strcmp(hex, sha256) == 0)
        return MOULT_OK;
    unsafe(err, path, "its SHA-256 is not the one that was pinned or accepted",
           "if the new file is wanted, set its sha256 in moult.toml or accept it: moult trust");
    error_detail(err, "detail", "it is %s, expected was %s", hex, sha256);
    return MOULT_ERR_REFUSED;
}

static moult_status check_file(const char *path, const char *sha256, moult_error *err)
{
    /* A FIFO must not make open() wait; what is checked is what was opened, not what a name means. */
    CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return open_error(path, errno, err);
    if (!S_ISREG(st.st_mode))
        return unsafe(err, path, "it is not a regular file", "name the .so file itself");
    if (others_own(&st))
        return unsafe(err, path, "it belongs to another user",
                      "only plugins of root or of yourself are opened");
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return unsafe(err, path, "others may write it", "take the right away: chmod go-w FILE");
    moult_status s = check_folder(path, err);
    return s || !sha256 ? s : check_hash(path, fd, sha256, err);
}

/* ---- opening ---- */

static void free_advice(lt_dladvise *advice)
{
    lt_dladvise_destroy(advice);
}

static moult_status ltdl_open(const char *path, lt_dlhandle *out, moult_error *err)
{
    __attribute__((cleanup(free_advice))) lt_dladvise advice = NULL;
    ltdl_ready = ltdl_ready || !lt_dlinit();
    if (!ltdl_ready || lt_dladvise_init(&advice) || lt_dladvise_resident(&advice) ||
        lt_dladvise_local(&advice) || !(*out = lt_dlopenadvise(path, advice)))
        return error_set(err, MOULT_ERR_INTERNAL, "libltdl cannot open the plugin \"%s\": %s", path,
                         lt_dlerror());
    return MOULT_OK;
}

/* Does the module export the entry symbol of another ABI?  Says which, 0 for none. */
static unsigned other_abi(lt_dlhandle handle)
{
    for (unsigned major = 0; major < 10; major++) {
        char symbol[32];
        snprintf(symbol, sizeof symbol, "moult_plugin_v%u", major);
        if (major != MOULT_ABI_MAJOR && lt_dlsym(handle, symbol))
            return major;
    }
    return 0;
}

static moult_status no_entry(const char *name, lt_dlhandle handle, moult_error *err)
{
    unsigned major = other_abi(handle);
    if (major) {
        error_set(err, MOULT_ERR_UNSUPPORTED,
                  "plugin \"%s\" is made for ABI %u, this moult serves %u.%u", name, major,
                  MOULT_ABI_MAJOR, MOULT_ABI_MINOR);
        error_detail(err, "hint", "install the plugin that was made for moult " MOULT_VERSION);
        return MOULT_ERR_UNSUPPORTED;
    }
    error_set(err, MOULT_ERR_INVALID, "\"%s\" is no plugin of moult: it lacks %s", name,
              MOULT_ENTRY_SYMBOL);
    error_detail(err, "hint",
                 "MOULT_PLUGIN_ENTRY must be given the file's name without \".so\", with \"_\" for "
                 "what C does not allow");
    return MOULT_ERR_INVALID;
}

static moult_status open_module(const char *path, lt_dlhandle *out, moult_error *err)
{
    /* Kept for ever: this is what makes the module resident, whatever libltdl does. */
    if (!dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
        error_set(err, MOULT_ERR_CONFIG, "cannot load the plugin: %s", dlerror());
        error_detail(err, "file", "%s", path);
        error_detail(err, "hint",
                     "install the library that is missing, or the plugin that was made "
                     "for this system");
        return MOULT_ERR_CONFIG;
    }
    return ltdl_open(path, out, err);
}

static moult_status find_entry(const char *path, moult_entry_fn **entry, moult_error *err)
{
    lt_dlhandle handle = NULL;
    moult_status s = open_module(path, &handle, err);
    if (s)
        return s;
    void *symbol = lt_dlsym(handle, MOULT_ENTRY_SYMBOL); /* with the module's prefix, or plain */
    memcpy(entry, &symbol, sizeof *entry);
    return symbol ? MOULT_OK : no_entry(path, handle, err);
}

/* ---- keeping ---- */

static const moult_iface *own_copy(const moult_iface *iface)
{
    const struct iface_kind *kind = iface_kind_find(iface->kind);
    if (!kind)
        return iface; /* the host never calls it */
    void *own = malloc(kind->size);
    if (own)
        iface_copy(kind, iface, own);
    return own;
}

static moult_status make_mutex(struct opened *o, moult_error *err)
{
    pthread_mutexattr_t attr;
    if (pthread_mutexattr_init(&attr))
        return error_nomem(err);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    int e = pthread_mutex_init(&o->calls, &attr);
    pthread_mutexattr_destroy(&attr);
    return e ? error_nomem(err) : MOULT_OK;
}

/* Memory lent here lives as long as the module does: until the process ends. */
static moult_status keep(const char *name, const moult_plugin *descriptor, struct loaded *out,
                         moult_error *err)
{
    size_t n = 0;
    while (descriptor && descriptor->ifaces[n])
        n++;
    struct opened *o = calloc(1, sizeof *o);
    const moult_iface **ifaces = calloc(n + 1, sizeof *ifaces);
    char *copy = strdup(name);
    bool whole = o && ifaces && copy;
    for (size_t i = 0; whole && i < n; i++) {
        whole = (ifaces[i] = own_copy(descriptor->ifaces[i])) != NULL;
        /* Of kinds that nobody here calls, nothing has to be waited for. */
        o->serial |= whole && ifaces[i] != descriptor->ifaces[i] &&
                     ifaces[i]->threading == MOULT_THREAD_PLUGIN;
    }
    if (!whole || make_mutex(o, err)) {
        for (size_t i = 0; ifaces && i < n; i++)
            if (ifaces[i] && ifaces[i] != descriptor->ifaces[i])
                free((void *)(uintptr_t)ifaces[i]);
        free(ifaces);
        free(copy);
        free(o);
        return error_nomem(err);
    }
    o->name = copy;
    o->loaded = (struct loaded){
        .descriptor = descriptor, .path = *copy == '/' ? copy : "", .ifaces = ifaces};
    o->next = atomic_load(&opened_list);
    atomic_store(&opened_list, o);
    *out = o->loaded;
    return MOULT_OK;
}

static moult_status enter(const char *name, moult_entry_fn *entry, const moult_plugin **out,
                          moult_error *err)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    if (!why)
        return error_nomem(err);
    const moult_plugin *descriptor = entry(host_entry_table(), why);
    moult_status s = descriptor ? descriptor_check(descriptor, err) : moult_error_code(why);
    if (!descriptor && s)
        error_copy(err, why);
    else if (!descriptor)
        s = error_set(err, MOULT_ERR_UNSUPPORTED, "it declined to serve, without saying why");
    if (s) {
        error_prefix(err, "plugin \"%s\"", name);
        return s;
    }
    *out = descriptor;
    return MOULT_OK;
}

static bool already_open(const char *name, struct loaded *out)
{
    for (struct opened *o = atomic_load(&opened_list); o; o = o->next)
        if (strcmp(o->name, name) == 0) {
            *out = o->loaded;
            return true;
        }
    return false;
}

moult_status loader_open_pinned(struct moult *m, const char *path, const char *sha256,
                                struct loaded *out, moult_error *err)
{
    bool builtin = !strchr(path, '/');
    moult_entry_fn *entry = NULL;
    const moult_plugin *descriptor = NULL;
    *out = (struct loaded){0};
    if (!builtin && *path != '/')
        return error_set(err, MOULT_ERR_INTERNAL, "the path \"%s\" is not absolute", path);
    moult_status s = builtin ? MOULT_OK : check_file(path, sha256, err);
    if (s)
        return s;
    LOCK_SCOPE(&loader_mutex);
    if (already_open(path, out))
        return MOULT_OK;
    if (!builtin)
        s = find_entry(path, &entry, err);
    else if (!(entry = builtin_entry(path)))
        s = error_set(err, MOULT_ERR_NOT_FOUND, "there is no built-in plugin \"%s\"", path);
    if (!s && entry)
        s = enter(path, entry, &descriptor, err);
    if (!s && descriptor)
        s = keep(path, descriptor, out, err);
    if (!s && descriptor)
        host_log(m, MOULT_LOG_DEBUG, "loaded the plugin %s %s%s%s", descriptor->name,
                 descriptor->version, builtin ? ", built in" : " from ", builtin ? "" : path);
    return s;
}

moult_status loader_open(struct moult *m, const char *path_or_builtin_name, struct loaded *out,
                         moult_error *err)
{
    return loader_open_pinned(m, path_or_builtin_name, NULL, out, err);
}

/* ---- calls ---- */

void *host_call_begin(const moult_iface *iface)
{
    for (struct opened *o = atomic_load(&opened_list); o; o = o->next)
        for (size_t i = 0; o->loaded.ifaces[i]; i++)
            if (o->loaded.ifaces[i] == iface) {
                if (!o->serial)
                    return NULL;
                pthread_mutex_lock(&o->calls);
                return o;
            }
    return NULL;
}

void host_call_end(void **token)
{
    struct opened *o = *token;
    if (o)
        pthread_mutex_unlock(&o->calls);
}
