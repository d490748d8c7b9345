/* SPDX-License-Identifier: Apache-2.0 */
/* memory-store.c - a snapshot store for tests: one JSON document, {"objects": {KEY: hex bytes},
 * "refs": {NAME: KEY}}, read and written whole under a lock at every call. */
#include <errno.h>
#include <fcntl.h>
#include <moult/store.h>
#include <stdio.h>
#include <unistd.h>

#include "memory-file.h"

struct moult_session {
    const moult_host *host;
    char *path;
};

static void unlock(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define LOCKED __attribute__((cleanup(unlock)))

static int lock(const moult_session *s)
{
    MEMORY_FREE char *path = NULL;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (asprintf(&path, "%s.lock", s->path) < 0)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    while (fd >= 0 && fcntl(fd, F_OFD_SETLKW, &whole) != 0 && errno == EINTR)
        ;
    return fd;
}

static moult_status load(const moult_session *s, json_t **out, moult_error *err)
{
    json_error_t je;
    *out = access(s->path, F_OK) != 0 ? json_pack("{s:{},s:{}}", "objects", "refs")
                                      : json_load_file(s->path, JSON_REJECT_DUPLICATES, &je);
    if (json_is_object(json_object_get(*out, "objects")) &&
        json_is_object(json_object_get(*out, "refs")))
        return MOULT_OK;
    json_decref(*out);
    *out = NULL;
    return memory_fail(s->host, err, MOULT_ERR_CORRUPT, "\"%s\" is not a store", s->path);
}

static moult_status store_open(const moult_host *host, const moult_config *config, uint32_t create,
                               moult_session **out, moult_error *err)
{
    const char *path = host->setting(host->ctx, config, "path", NULL);
    moult_session *s = *out = NULL;
    if (!path)
        return memory_fail(host, err, MOULT_ERR_CONFIG, "store-memory needs a path");
    if (!(s = calloc(1, sizeof *s)) || !(s->path = strdup(path))) {
        free(s);
        return memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory");
    }
    s->host = host;
    MEMORY_JSON json_t *document = NULL;
    moult_status st = load(s, &document, err);
    if (!st && create && access(path, F_OK) != 0)
        st = memory_save(host, path, document, err);
    if (st) {
        free(s->path);
        free(s);
        return st;
    }
    *out = s;
    return MOULT_OK;
}

static void store_close(moult_session *s)
{
    if (s)
        free(s->path);
    free(s);
}

static moult_status put_if_absent(moult_session *s, const char *key, const char *bytes, size_t len,
                                  moult_error *err)
{
    static const char digits[] = "0123456789abcdef";
    MEMORY_FREE char *hex = malloc(2 * len + 1);
    MEMORY_JSON json_t *document = NULL;
    LOCKED int fd = lock(s);
    moult_status st = load(s, &document, err);
    if (st || json_object_get(json_object_get(document, "objects"), key))
        return st;
    if (!hex || fd < 0)
        return memory_fail(s->host, err, MOULT_ERR_IO, "cannot lock \"%s\"", s->path);
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[(unsigned char)bytes[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)bytes[i] & 15];
    }
    json_object_set_new(json_object_get(document, "objects"), key, json_stringn(hex, 2 * len));
    return memory_save(s->host, s->path, document, err);
}

static moult_status get(moult_session *s, const char *key, char **bytes, size_t *len,
                        moult_error *err)
{
    MEMORY_JSON json_t *document = NULL;
    *bytes = NULL;
    moult_status st = load(s, &document, err);
    if (st)
        return st;
    const json_t *object = json_object_get(json_object_get(document, "objects"), key);
    if (!object)
        return memory_fail(s->host, err, MOULT_ERR_NOT_FOUND, "no object %s", key);
    const char *hex = json_string_value(object);
    *len = json_string_length(object) / 2;
    *bytes = s->host->alloc(s->host->ctx, *len + 1);
    if (!*bytes)
        return memory_fail(s->host, err, MOULT_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < *len; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
        (*bytes)[i] = (char)strtoul(two, NULL, 16);
    }
    (*bytes)[*len] = 0;
    return MOULT_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in PART that begin with PREFIX, sorted. */
static moult_status names(moult_session *s, const char *part, const char *prefix, moult_name_fn *fn,
                          void *arg, moult_error *err)
{
    MEMORY_JSON json_t *document = NULL;
    moult_status st = load(s, &document, err);
    if (st)
        return st;
    json_t *object = json_object_get(document, part), *value;
    const char *name;
    size_t n = 0;
    MEMORY_FREE const char **all = calloc(json_object_size(object) + 1, sizeof *all);
    if (!all)
        return memory_fail(s->host, err, MOULT_ERR_NOMEM, "out of memory");
    json_object_foreach(object, name, value) if (strncmp(name, prefix, strlen(prefix)) == 0)
        all[n++] = name;
    qsort(all, n, sizeof *all, by_bytes);
    for (size_t i = 0; i < n && !st; i++)
        st = fn(arg, all[i], strlen(all[i]));
    return st;
}

static moult_status list(moult_session *s, moult_name_fn *fn, void *arg, moult_error *err)
{
    return names(s, "objects", "", fn, arg, err);
}

static moult_status ref_list(moult_session *s, const char *prefix, moult_name_fn *fn, void *arg,
                             moult_error *err)
{
    return names(s, "refs", prefix, fn, arg, err);
}

static moult_status ref_get(moult_session *s, const char *name, char key[65], moult_error *err)
{
    MEMORY_JSON json_t *document = NULL;
    moult_status st = load(s, &document, err);
    if (st)
        return st;
    const char *value = json_string_value(json_object_get(json_object_get(document, "refs"), name));
    if (!value)
        return memory_fail(s->host, err, MOULT_ERR_NOT_FOUND, "no reference \"%s\"", name);
    snprintf(key, 65, "%s", value);
    return MOULT_OK;
}

static moult_status ref_swap(moult_session *s, const char *name, const char *expect,
                             const char *key, moult_error *err)
{
    MEMORY_JSON json_t *document = NULL;
    LOCKED int fd = lock(s);
    if (fd < 0)
        return memory_fail(s->host, err, MOULT_ERR_IO, "cannot lock \"%s\"", s->path);
    moult_status st = load(s, &document, err);
    if (st)
        return st;
    json_t *refs = json_object_get(document, "refs");
    const char *now = json_string_value(json_object_get(refs, name));
    if ((now != NULL) != (expect != NULL) || (now && strcmp(now, expect) != 0))
        return memory_fail(s->host, err, MOULT_ERR_EXISTS, "reference \"%s\" points elsewhere",
                           name);
    if (key)
        json_object_set_new(refs, name, json_string(key));
    else
        json_object_del(refs, name);
    return memory_save(s->host, s->path, document, err);
}

static moult_status drop(moult_session *s, const char *key, moult_error *err)
{
    MEMORY_JSON json_t *document = NULL;
    LOCKED int fd = lock(s);
    if (fd < 0)
        return memory_fail(s->host, err, MOULT_ERR_IO, "cannot lock \"%s\"", s->path);
    moult_status st = load(s, &document, err);
    if (st || json_object_del(json_object_get(document, "objects"), key) != 0)
        return st;
    return memory_save(s->host, s->path, document, err);
}

static const moult_param path = {MOULT_END(moult_param, help),
                                 MOULT_PARAM_PATH,
                                 MOULT_PARAM_REQUIRED,
                                 "path",
                                 NULL,
                                 "the JSON file"};
static const moult_param *const params[] = {&path, NULL};

static const moult_store store = {
    .head = {.size = MOULT_END(moult_store, remove),
             .major = MOULT_STORE_MAJOR,
             .minor = MOULT_STORE_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "store",
             .name = "store-memory",
             .summary = "snapshots in one JSON file",
             .params = params},
    .open = store_open,
    .close = store_close,
    .put_if_absent = put_if_absent,
    .get = get,
    .list = list,
    .ref_list = ref_list,
    .ref_get = ref_get,
    .ref_swap = ref_swap,
    .remove = drop,
};

static const moult_iface *const ifaces[] = {&store.head, NULL};
static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "store-memory",
    .version = MOULT_VERSION,
    .license = "Apache-2.0",
    .summary = "a store in a JSON file, for tests",
    .ifaces = ifaces,
};

MOULT_PLUGIN_ENTRY(store_memory)
{
    (void)host, (void)err;
    return &plugin;
}
