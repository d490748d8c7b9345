/* SPDX-License-Identifier: Apache-2.0 */
/* abi.h - what every plugin and the host agree on.  See moult-plugin(3).
 *
 * Rules for every struct that crosses:
 *  - its first field is `size`: the end of the last field its maker knows (MOULT_END), never sizeof;
 *  - fields are appended, never moved, retyped or given another meaning;
 *  - the reader of a struct tests the size before it touches a field (MOULT_HAS).
 * Only fixed-width integers, bytes with a length, opaque handles and function pointers cross.
 * Arguments are borrowed for the call; handles are freed by their maker; buffers handed over come
 * from host->alloc.  Strings given as (pointer, length) need no terminating zero; strings given as a
 * bare `const char *` end in zero. */
#ifndef MOULT_ABI_H
#define MOULT_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a field ends.  sizeof would count padding in which a later field may lie. */
#define MOULT_END(type, field) ((uint32_t)(offsetof(type, field) + sizeof(((type *)0)->field)))
/* Is FIELD, a pointer, there in *P and set? */
#define MOULT_HAS(type, p, field) ((p)->size >= MOULT_END(type, field) && (p)->field)

/* 0 is success; the others say coarsely what went wrong, so that a caller can act on it. */
typedef int32_t moult_status;
#define MOULT_OK 0
#define MOULT_ERR_INTERNAL 1     /* a defect in moult or a plugin */
#define MOULT_ERR_UNSUPPORTED 2  /* this adapter, server or plugin cannot do it */
#define MOULT_ERR_CONFIG 3       /* a setting, option, reference or file name is wrong */
#define MOULT_ERR_UNAVAILABLE 4  /* server or store out of reach; a retry may help */
#define MOULT_ERR_AUTH 5         /* credentials or rights are lacking */
#define MOULT_ERR_CONSTRAINT 6   /* the rows that are there forbid it */
#define MOULT_ERR_CANCELLED 7    /* the user asked to stop */
#define MOULT_ERR_NOMEM 8        /* out of memory */
#define MOULT_ERR_NOT_FOUND 9    /* no such file, object, tag, plugin */
#define MOULT_ERR_EXISTS 10      /* already there with another content */
#define MOULT_ERR_BUSY 11        /* a lock was not obtained in time */
#define MOULT_ERR_INVALID 12     /* input that does not parse or load: DDL, JSON, TOML */
#define MOULT_ERR_REFUSED 13     /* a policy, a hazard not allowed, a plan for another state */
#define MOULT_ERR_UNKNOWN 14     /* the outcome of a commit is not known; probe before a repeat */
#define MOULT_ERR_CORRUPT 15     /* stored data is damaged */
#define MOULT_ERR_IO 16          /* reading or writing failed: disk full, I/O error */
#define MOULT_ERR_OPEN_RUN 17    /* an earlier attempt is still open and could not be ended */
#define MOULT_ERR_DIFFERS 18     /* the state reached is not the state wanted */
#define MOULT_ERR_SQL 19         /* the server refused a statement for another reason */
#define MOULT_ERR_TOO_LARGE 20   /* the transaction is more than the server should bear: make it smaller */

#define MOULT_LOG_ERROR 1
#define MOULT_LOG_WARNING 2
#define MOULT_LOG_INFO 3
#define MOULT_LOG_DEBUG 4

typedef struct moult_ctx moult_ctx;         /* host's: which plugin is calling */
typedef struct moult_error moult_error;     /* host's: where an error is put; NULL = not wanted */
typedef struct moult_config moult_config;   /* host's: the plugin's checked settings */
typedef struct moult_op moult_op;           /* host's: one long operation; NULL = not watched */
typedef struct moult_tree moult_tree;       /* host's: a schema, see tree.h */
typedef struct moult_node moult_node;       /* host's: an object in a tree */
typedef struct moult_session moult_session; /* plugin's: an open database or store */

struct moult_tree_api;
struct moult_plan_api;

/* What the host lends.  Valid from the entry call until the process ends.  `ctx` is the first
 * argument of every call here.  log, error_* , cancelled and progress may be called from any
 * thread; the rest from the thread of the current call. */
typedef struct moult_host {
    uint32_t size;
    uint16_t abi_major, abi_minor;
    const char *version; /* moult's, "0.1.0" */
    moult_ctx *ctx;

    /* Memory that crosses: LEN bytes, aligned for any type, or NULL.  free(NULL) does nothing. */
    void *(*alloc)(moult_ctx *ctx, size_t len);
    void (*free)(moult_ctx *ctx, void *p);

    /* LEVEL is MOULT_LOG_*.  One message, without a line end. */
    void (*log)(moult_ctx *ctx, int32_t level, const char *msg, size_t len);

    /* Sets code and primary message (lower case, no full stop).  Replaces what was there. */
    void (*error_set)(moult_ctx *ctx, moult_error *err, moult_status code, const char *msg,
                      size_t len);
    /* Adds a detail: "detail", "hint", "statement", "object", "tenant", "file", "line", "position",
     * "sqlstate", "vendor_code".  The same key again replaces. */
    void (*error_detail)(moult_ctx *ctx, moult_error *err, const char *key, const char *value,
                         size_t len);

    /* A setting that the interface declared in params: its text, borrowed as long as CONFIG lives,
     * or NULL if unset and without default.  *LEN may be NULL. */
    const char *(*setting)(moult_ctx *ctx, const moult_config *config, const char *name,
                           size_t *len);

    /* 1: the user asked to stop; return MOULT_ERR_CANCELLED soon. */
    int32_t (*cancelled)(moult_ctx *ctx, const moult_op *op);
    /* DONE of TOTAL units (0 = unknown) are through. */
    void (*progress)(moult_ctx *ctx, moult_op *op, uint64_t done, uint64_t total);

    const struct moult_tree_api *tree; /* tree.h */
    const struct moult_plan_api *plan; /* plan.h */
} moult_host;

/* How many calls may run at once.  Strictest first; an unknown value is rounded down to the next
 * stricter one that is known. */
#define MOULT_THREAD_PLUGIN 1000u  /* one call at a time in the whole plugin */
#define MOULT_THREAD_SESSION 2000u /* sessions run side by side, one call at a time in each */
#define MOULT_THREAD_FREE 3000u    /* any call at any time */

#define MOULT_PARAM_STRING 1u
#define MOULT_PARAM_INTEGER 2u /* decimal, may be negative */
#define MOULT_PARAM_BOOLEAN 3u /* "true" or "false" */
#define MOULT_PARAM_PATH 4u    /* relative ones are taken from the folder of moult.toml */
#define MOULT_PARAM_REQUIRED 1u
#define MOULT_PARAM_SECRET 2u /* never shown, logged or stored */

/* A setting.  The host checks, defaults, documents and hides it. */
typedef struct moult_param {
    uint32_t size;
    uint16_t type, flags; /* MOULT_PARAM_* */
    const char *name;     /* kebab-case, as in moult.toml */
    const char *fallback; /* default, or NULL */
    const char *help;     /* one line */
} moult_param;

/* The head of every interface; frozen.  (kind, name) identifies it. */
typedef struct moult_iface {
    uint32_t size;         /* MOULT_END of the last field of the whole interface struct */
    uint16_t major, minor; /* of the kind */
    uint32_t threading;    /* MOULT_THREAD_* */
    uint32_t reserved;     /* 0 */
    uint64_t caps;         /* what it offers beyond the rest; unknown bits are ignored */
    uint64_t needs;        /* what it needs of the host; an unknown bit and it is refused */
    const char *kind;      /* "dialect", "reader", "writer", "store", "planner" */
    const char *name;      /* "sqlite"; an adapter's three interfaces share it */
    const char *summary;   /* one line */
    const moult_param *const *params; /* ends in NULL; or NULL */
} moult_iface;

/* The descriptor that the entry symbol returns: static, constant data. */
typedef struct moult_plugin {
    uint32_t size;
    uint16_t abi_major, abi_minor;
    const char *name, *version, *license, *summary;
    const moult_iface *const *ifaces; /* ends in NULL; pointers, so that structs may grow */
} moult_plugin;

#define MOULT_ABI_MAJOR 0
#define MOULT_ABI_MINOR 1
/* Until 1.0 host and plugin must have equal major and minor numbers. */
#define MOULT_ENTRY_SYMBOL "moult_plugin_v0"
typedef const moult_plugin *moult_entry_fn(const moult_host *host, moult_error *err);

#define MOULT_EXPORT __attribute__((visibility("default")))
/* Defines the entry symbol of MODULE, the plugin's file name without ".so" and with each character
 * that C does not allow made "_".  The body returns the descriptor, or NULL after error_set.  It
 * starts no thread and prints nothing.
 *     MOULT_PLUGIN_ENTRY(my_planner) { ...; return &plugin; } */
#define MOULT_PLUGIN_ENTRY(module)                                                                 \
    MOULT_EXPORT const moult_plugin *module##_LTX_moult_plugin_v0(const moult_host *host,          \
                                                                  moult_error *err);               \
    const moult_plugin *module##_LTX_moult_plugin_v0(const moult_host *host, moult_error *err)

/* Takes bytes from the host's or the plugin's producer; non-OK ends the production. */
typedef moult_status moult_write_fn(void *arg, const char *bytes, size_t len);

#ifdef __cplusplus
}
#endif
#endif
