/* SPDX-License-Identifier: Apache-2.0 */
/* host.h - the moult object, its plugins and its settings. */
#ifndef MOULT_HOST_HOST_H
#define MOULT_HOST_HOST_H

#include <moult/adapter.h>
#include <moult/moult.h>
#include <moult/planner.h>
#include <moult/store.h>
#include <pthread.h>
#include <stdatomic.h>

#include "../base/arena.h"
#include "../base/error.h"
#include "config.h"

struct registry; /* registry.c: manifests, loaded plugins, interfaces by (kind, name) */

struct moult {
    struct arena arena;      /* lives as long as the moult; guarded by `mutex` once it is open */
    pthread_mutex_t mutex;
    moult_options options;   /* strings copied */
    struct config *config;   /* never NULL; empty without a file */
    struct registry *registry;
    struct moult_host host;  /* the table lent to plugins; host.ctx is this moult */
    uint32_t jobs;
    int32_t log_level;       /* MOULT_LOG_*: what is more detailed is dropped */
    pthread_mutex_t progress_mutex; /* one progress call at a time */
    _Atomic uint64_t progress_at;   /* milliseconds of the latest one */
};

/* host.c: fills m->host.  The ctx is the moult. */
void host_table_init(struct moult *m);
/* The table that entry symbols get: a plugin is entered once a process, whatever moults there are, so
 * its ctx (NULL) belongs to none and its log goes nowhere. */
const struct moult_host *host_entry_table(void);
struct moult_op; /* one long operation; here because writers poll it */
struct moult_op {
    struct moult *m;
    const char *what; /* "rows", "tenants" */
};
bool host_cancelled(const struct moult *m);

/* log.c.  Progress is passed on at most ten times a second, and when DONE reaches TOTAL. */
void host_log(struct moult *m, int32_t level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void host_progress(struct moult *m, const char *what, uint64_t done, uint64_t total);

/* registry.c: finds, and loads on first use, the plugin that offers an interface.  The interface is
 * checked (size, version, slots, needs) and lives as long as the process.  MOULT_ERR_NOT_FOUND names the
 * package to install. */
moult_status host_dialect(struct moult *m, const char *name, const moult_dialect **out, moult_error *err);
moult_status host_reader(struct moult *m, const char *name, const moult_reader **out, moult_error *err);
moult_status host_writer(struct moult *m, const char *name, const moult_writer **out, moult_error *err);
moult_status host_store(struct moult *m, const char *name, const moult_store **out, moult_error *err);
moult_status host_planner(struct moult *m, const char *name, const moult_planner **out, moult_error *err);
/* The adapter whose manifest lists the scheme of URL; MOULT_ERR_CONFIG for no scheme, NOT_FOUND for none. */
moult_status host_adapter_for(struct moult *m, const char *url, const char **name, moult_error *err);
/* 1: text looks like a URL of a known or unknown scheme ("word:" with two or more letters). */
bool host_is_url(const char *text);
/* URL without its password and without the values of secret parameters; .p NULL: out of memory. */
struct str host_url_shown(struct arena *a, const char *url);

/* A plugin that declares MOULT_THREAD_PLUGIN takes one call at a time, from the whole process.  Around
 * every call of an interface but reader.cancel, as PLUGIN_CALL(reader, inspect, session, ...).  It costs
 * nothing where the plugin declares more. */
void *host_call_begin(const moult_iface *iface); /* a token for host_call_end; may be NULL */
void host_call_end(void **token);
#define HOST_CALL_SCOPE(iface)                                                                     \
    __attribute__((cleanup(host_call_end), unused)) void *call_scope_ = host_call_begin(iface)
#define PLUGIN_CALL(iface, slot, ...)                                                              \
    __extension__({                                                                                \
        HOST_CALL_SCOPE(&(iface)->head);                                                           \
        (iface)->slot(__VA_ARGS__);                                                                \
    })

/* settings.c: the checked settings of an interface: its params with values from `section` of moult.toml (a
 * TOML path such as "snapshots" or "plugins.planner-acme") or, where that has none, from [plugins.NAME], and
 * defaults.  A key that no interface of the plugin declares is an error.  Lives in m. */
moult_status host_settings(struct moult *m, const moult_iface *iface, const char *section,
                           const moult_config **out, moult_error *err);

/* loader.c: the only file that knows libltdl. */
struct loaded {
    const moult_plugin *descriptor;
    const char *path; /* "" = built in */
    /* Checked copies that the host owns, in which slots that the plugin does not know are NULL; ends in
     * NULL.  What the host calls.  They live as long as the process. */
    const moult_iface *const *ifaces;
};
/* An absolute path, or a built-in plugin's name.  SHA256: hex digits the file must have, or NULL. */
moult_status loader_open(struct moult *m, const char *path_or_builtin_name, struct loaded *out, moult_error *err);
moult_status loader_open_pinned(struct moult *m, const char *path, const char *sha256, struct loaded *out,
                                moult_error *err);
bool loader_is_builtin(const char *name);
/* Names of the built-in plugins by index, with "_" for "-", LEN characters long; NULL past the end. */
const char *loader_builtin_at(size_t i, size_t *len);

#endif
