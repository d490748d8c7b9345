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
};

/* host.c: fills m->host.  The ctx is the moult. */
void host_table_init(struct moult *m);
struct moult_op; /* one long operation; here because writers poll it */
struct moult_op {
    struct moult *m;
    const char *what; /* "rows", "tenants" */
};
bool host_cancelled(const struct moult *m);

/* log.c */
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

/* settings.c: the checked settings of an interface: its params with values from `section` of moult.toml (a
 * TOML path such as "snapshots" or "plugins.planner-acme"), MOULT_* variables and defaults.  Lives in m. */
moult_status host_settings(struct moult *m, const moult_iface *iface, const char *section,
                           const moult_config **out, moult_error *err);

/* loader.c: the only file that knows libltdl. */
struct loaded {
    const moult_plugin *descriptor;
    const char *path; /* "" = built in */
};
moult_status loader_open(struct moult *m, const char *path_or_builtin_name, struct loaded *out, moult_error *err);

#endif
