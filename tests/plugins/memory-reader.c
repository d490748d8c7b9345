/* SPDX-License-Identifier: Apache-2.0 */
/* memory-reader.c - sessions of the memory adapter, and everything that only looks. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"

const char *memory_path(const char *url)
{
    const char *colon = strchr(url, ':');
    return colon ? colon + 1 : url;
}

static uint64_t number(const moult_host *host, const moult_config *config, const char *name)
{
    const char *text = config ? host->setting(host->ctx, config, name, NULL) : NULL;
    return text ? strtoull(text, NULL, 10) : 0;
}

static bool setting_is(const moult_host *host, const moult_config *config, const char *name,
                       const char *value)
{
    const char *text = config ? host->setting(host->ctx, config, name, NULL) : NULL;
    return text && strcmp(text, value) == 0;
}

moult_session *session_new(const moult_host *host, const moult_open *how)
{
    moult_session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->host = host;
    s->op = how->op;
    s->lock_fd = -1;
    s->lock_timeout_ms = how->lock_timeout_ms;
    s->read_only = how->purpose != MOULT_PURPOSE_WRITE;
    s->latency_ms = number(host, how->config, "latency");
    s->fail_at = number(host, how->config, "fail-at");
    s->kill_at = number(host, how->config, "kill-at");
    s->kill_after = setting_is(host, how->config, "kill-when", "after");
    s->fail_unknown = setting_is(host, how->config, "fail-with", "unknown");
    s->fail_lost = setting_is(host, how->config, "fail-with", "lost");
    return s;
}

void memory_pause(moult_session *s)
{
    struct timespec ms = {0, 1000000};
    for (uint64_t i = 0; i < s->latency_ms && !atomic_load(&s->cancelled); i++)
        nanosleep(&ms, NULL);
}

static moult_status reader_open(const moult_host *host, const moult_open *how, moult_session **out,
                                moult_error *err)
{
    moult_session *s = *out = NULL;
    if (!(s = session_new(host, how)) || !(s->path = strdup(memory_path(how->url)))) {
        memory_close(s);
        return memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    }
    MEMORY_JSON json_t *db = NULL;
    moult_status st = state_read(host, s->path, &db, err);
    if (st) {
        memory_close(s);
        return st;
    }
    *out = s;
    return MOULT_OK;
}

void memory_close(moult_session *s)
{
    if (!s)
        return;
    if (s->scratch && s->path)
        unlink(s->path);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    json_decref(s->db);
    free(s->path);
    free(s);
}

static void cancel(moult_session *s)
{
    atomic_store(&s->cancelled, true);
}

moult_status session_state(moult_session *s, json_t **db, json_t **owned, moult_error *err)
{
    *owned = NULL;
    atomic_store(&s->cancelled, false); /* a cancel before the call began is not meant for it */
    bool stop = s->op && s->host->cancelled(s->host->ctx, s->op);
    if (!stop)
        memory_pause(s);
    if (stop || atomic_exchange(&s->cancelled, false))
        return memory_fail(s->host, err, MOULT_ERR_CANCELLED, "cancelled");
    *db = s->db;
    if (s->db)
        return MOULT_OK;
    moult_status st = state_read(s->host, s->path, owned, err);
    *db = *owned;
    return st;
}

static moult_status server(moult_session *s, moult_server *out, moult_error *err)
{
    (void)err;
    out->major = 1;
    out->make = "Memory";
    out->version = "1.0";
    out->pooled = 0;
    out->read_only = s->path && access(s->path, W_OK) != 0;
    return MOULT_OK;
}

static moult_status rights(moult_session *s, moult_right_fn *fn, void *arg, moult_error *err)
{
    (void)err;
    bool write = !s->path || access(s->path, W_OK) == 0;
    moult_status st = fn(arg, "read the file", 1, s->path ? s->path : "in memory");
    return st ? st : fn(arg, "write the file", write, write ? NULL : strerror(errno));
}

/* "files": a glob below the folder of the base URL's path. */
static moult_status tenants(const moult_host *host, const moult_open *base, const char *how,
                            const char *pattern, moult_tenant_fn *fn, void *arg, moult_error *err)
{
    if (strcmp(how, "files") != 0)
        return memory_fail(host, err, MOULT_ERR_CONFIG, "memory finds tenants by files, not by %s",
                           how);
    const char *path = memory_path(base->url), *slash = strrchr(path, '/');
    MEMORY_FREE char *full = NULL;
    if (asprintf(&full, "%.*s%s", pattern[0] == '/' || !slash ? 0 : (int)(slash - path + 1), path,
                 pattern) < 0)
        return memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    glob_t g;
    if (glob(full, 0, NULL, &g))
        return MOULT_OK;
    moult_status st = MOULT_OK;
    for (size_t i = 0; i < g.gl_pathc && !st; i++) {
        const char *file = strrchr(g.gl_pathv[i], '/');
        MEMORY_FREE char *name = strdup(file ? file + 1 : g.gl_pathv[i]);
        MEMORY_FREE char *where = NULL;
        if (!name || asprintf(&where, "%s:%s", MEMORY_NAME, g.gl_pathv[i]) < 0) {
            st = memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
            break;
        }
        char *dot = strrchr(name, '.');
        if (dot)
            *dot = 0;
        moult_tenant t = {.size = MOULT_END(moult_tenant, url), .name = name, .url = where};
        st = fn(arg, &t);
    }
    globfree(&g);
    return st;
}

/* Of the schema alone: rows and bookkeeping do not change what inspect gives. */
static moult_status stamp(moult_session *s, uint8_t out[32], moult_error *err)
{
    MEMORY_JSON json_t *owned = NULL;
    json_t *db = NULL, *table;
    const char *key;
    moult_status st = session_state(s, &db, &owned, err);
    if (st)
        return st;
    MEMORY_JSON json_t *copy = json_deep_copy(db);
    json_object_del(copy, "moult");
    json_object_del(copy, "saved");
    json_object_foreach(state_part(copy, "tables"), key, table) json_object_del(table, "rows");
    MEMORY_FREE char *text = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text || EVP_Digest(text, strlen(text), out, NULL, EVP_sha256(), NULL) != 1)
        return memory_fail(s->host, err, MOULT_ERR_NOMEM, "out of memory");
    return MOULT_OK;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static moult_status measure(moult_session *s, const char *path, size_t len, uint64_t *rows,
                            uint64_t *bytes, moult_error *err)
{
    MEMORY_JSON json_t *owned = NULL;
    json_t *db = NULL;
    char key[MEMORY_MAX_NAME];
    size_t n = 0, head = strlen("table:");
    *rows = *bytes = UINT64_MAX;
    if (len <= head || strncmp(path, "table:", head) != 0)
        return MOULT_OK;
    for (size_t i = head; i < len && n < sizeof key - 1; i++, n++) {
        key[n] = path[i];
        if (path[i] == '%' && len - i > 2 && hex(path[i + 1]) >= 0 && hex(path[i + 2]) >= 0) {
            key[n] = (char)(hex(path[i + 1]) * 16 + hex(path[i + 2]));
            i += 2;
        }
    }
    key[n] = 0;
    moult_status st = session_state(s, &db, &owned, err);
    json_t *table = st ? NULL : json_object_get(state_part(db, "tables"), key);
    if (table)
        *rows = json_array_size(json_object_get(table, "rows"));
    return st;
}

static moult_status records(moult_session *s, uint32_t table, uint64_t after, moult_record_fn *fn,
                            void *arg, moult_error *err)
{
    static const char *const names[] = {NULL, "run", "step", "audit"};
    MEMORY_JSON json_t *owned = NULL;
    json_t *db = NULL, *row;
    moult_status st = session_state(s, &db, &owned, err);
    if (st)
        return st;
    if (state_find(db, "tables", "moult_run"))
        return memory_fail(s->host, err, MOULT_ERR_EXISTS,
                           "a table \"moult_run\" is there that is not moult's");
    json_t *rows = json_object_get(json_object_get(db, "moult"), names[table]);
    if (after == MOULT_RECORDS_LAST)
        after = json_array_size(rows) ? json_array_size(rows) - 1 : 0;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        moult_record r = {.size = MOULT_END(moult_record, body_len), .table = table, .seq = i + 1};
        if (json_unpack(row, "{s:s,s:s,s:s,s:s}", "run", &r.run, "event", &r.event, "at", &r.at,
                        "body", &r.body))
            return memory_fail(s->host, err, MOULT_ERR_CORRUPT, "record %zu is damaged", i + 1);
        r.body_len = strlen(r.body);
        if (r.seq > after && (st = fn(arg, &r)))
            return st;
    }
    return MOULT_OK;
}

static const moult_param param_fail_at = {
    MOULT_END(moult_param, help),        MOULT_PARAM_INTEGER, 0, "fail-at", "0",
    "the number of the write that fails"};
static const moult_param param_fail_with = {
    MOULT_END(moult_param, help),
    MOULT_PARAM_STRING,
    0,
    "fail-with",
    "error",
    "error; unknown: a commit or statement takes place and its answer is lost; lost: a statement gets lost"};
static const moult_param param_kill_at = {MOULT_END(moult_param, help),
                                          MOULT_PARAM_INTEGER,
                                          0,
                                          "kill-at",
                                          "0",
                                          "the number of the write that the process is killed at"};
static const moult_param param_kill_when = {
    MOULT_END(moult_param, help), MOULT_PARAM_STRING, 0, "kill-when", "before",
    "before or after that write"};
static const moult_param param_latency = {
    MOULT_END(moult_param, help),       MOULT_PARAM_INTEGER, 0, "latency", "0",
    "milliseconds that each call takes"};
static const moult_param *const params[] = {&param_fail_at,   &param_fail_with, &param_kill_at,
                                            &param_kill_when, &param_latency,   NULL};

const moult_reader memory_reader = {
    .head = {.size = MOULT_END(moult_reader, records),
             .major = MOULT_READER_MAJOR,
             .minor = MOULT_READER_MINOR,
             .threading = MOULT_THREAD_SESSION,
             .caps = MOULT_READER_COMMON_STAMPS,
             .kind = "reader",
             .name = MEMORY_NAME,
             .summary = "reads memory databases",
             .params = params},
    .open = reader_open,
    .close = memory_close,
    .cancel = cancel,
    .server = server,
    .rights = rights,
    .tenants = tenants,
    .inspect = memory_inspect,
    .stamp = stamp,
    .measure = measure,
    .records = records,
};
