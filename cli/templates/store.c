/* SPDX-License-Identifier: Apache-2.0 */
/* @NAME@ - a store for moult: keeps snapshots in the memory of the process, so that every call of a
 * store can be read and tried; put a lasting place behind the two lists.
 *
 * moult-store(3) explains the calls, moult-plugin(3) what all plugins have in common. */
#include <moult/store.h>
#include <stdlib.h>
#include <string.h>

/* An object under its digest, or a reference whose bytes are the digest it points to. */
struct entry {
    struct entry *next; /* the list is sorted by name */
    char *name, *bytes;
    size_t len;
};

struct moult_session {
    const moult_host *host;
    struct entry *objects, *references;
};

/* Every session sees what earlier ones of this process kept.  The host lets one call into this
 * plugin at a time (MOULT_THREAD_PLUGIN). */
static struct moult_session kept;

static moult_status fail(const struct moult_session *s, moult_error *err, moult_status code,
                         const char *msg)
{
    s->host->error_set(s->host->ctx, err, code, msg, strlen(msg));
    return code;
}

/* Where NAME is in the list, or would have to be put. */
static struct entry **place(struct entry **list, const char *name)
{
    while (*list && strcmp((*list)->name, name) < 0)
        list = &(*list)->next;
    return list;
}

static struct entry *found(struct entry **list, const char *name)
{
    struct entry *e = *place(list, name);
    return e && strcmp(e->name, name) == 0 ? e : NULL;
}

static int put(struct entry **list, const char *name, const char *bytes, size_t len)
{
    struct entry **at = place(list, name), *e = calloc(1, sizeof *e);
    if (!e)
        return 0;
    e->name = strdup(name);
    e->bytes = malloc(len + 1);
    if (!e->name || !e->bytes) {
        free(e->name);
        free(e->bytes);
        free(e);
        return 0;
    }
    memcpy(e->bytes, bytes, len);
    e->bytes[len] = 0;
    e->len = len;
    e->next = *at;
    *at = e;
    return 1;
}

static void drop(struct entry **list, const char *name)
{
    struct entry **at = place(list, name), *e = *at;
    if (!e || strcmp(e->name, name) != 0)
        return;
    *at = e->next;
    free(e->name);
    free(e->bytes);
    free(e);
}

static moult_status store_open(const moult_host *host, const moult_config *config, uint32_t create,
                               moult_session **out, moult_error *err)
{
    (void)config;
    (void)create;
    (void)err;
    kept.host = host;
    *out = &kept;
    return MOULT_OK;
}

static void store_close(moult_session *session)
{
    (void)session;
}

static moult_status put_if_absent(moult_session *s, const char *key, const char *bytes, size_t len,
                                  moult_error *err)
{
    if (found(&s->objects, key) || put(&s->objects, key, bytes, len))
        return MOULT_OK;
    return fail(s, err, MOULT_ERR_NOMEM, "out of memory");
}

static moult_status get(moult_session *s, const char *key, char **bytes, size_t *len,
                        moult_error *err)
{
    const struct entry *e = found(&s->objects, key);
    if (!e)
        return fail(s, err, MOULT_ERR_NOT_FOUND, "no such snapshot");
    *bytes = s->host->alloc(s->host->ctx, e->len + 1);
    if (!*bytes)
        return fail(s, err, MOULT_ERR_NOMEM, "out of memory");
    memcpy(*bytes, e->bytes, e->len + 1);
    *len = e->len;
    return MOULT_OK;
}

static moult_status names(const struct entry *e, const char *prefix, moult_name_fn *fn, void *arg)
{
    moult_status st = MOULT_OK;
    for (; e && st == MOULT_OK; e = e->next)
        if (strncmp(e->name, prefix, strlen(prefix)) == 0)
            st = fn(arg, e->name, strlen(e->name));
    return st;
}

static moult_status list(moult_session *s, moult_name_fn *fn, void *arg, moult_error *err)
{
    (void)err;
    return names(s->objects, "", fn, arg);
}

static moult_status ref_list(moult_session *s, const char *prefix, moult_name_fn *fn, void *arg,
                             moult_error *err)
{
    (void)err;
    return names(s->references, prefix, fn, arg);
}

static moult_status ref_get(moult_session *s, const char *name, char key[65], moult_error *err)
{
    const struct entry *e = found(&s->references, name);
    if (!e)
        return fail(s, err, MOULT_ERR_NOT_FOUND, "no such reference");
    memcpy(key, e->bytes, 65);
    return MOULT_OK;
}

/* Two that save at the same time must not both believe to have set the reference. */
static moult_status ref_swap(moult_session *s, const char *name, const char *expect,
                             const char *key, moult_error *err)
{
    const struct entry *e = found(&s->references, name);
    if ((e != NULL) != (expect != NULL) || (e && strcmp(e->bytes, expect) != 0))
        return fail(s, err, MOULT_ERR_EXISTS, "the reference was changed meanwhile");
    drop(&s->references, name);
    if (key && !put(&s->references, name, key, strlen(key)))
        return fail(s, err, MOULT_ERR_NOMEM, "out of memory");
    return MOULT_OK;
}

static moult_status store_remove(moult_session *s, const char *key, moult_error *err)
{
    (void)err;
    drop(&s->objects, key);
    return MOULT_OK;
}

static const moult_store store = {
    .head = {.size = MOULT_END(moult_store, remove),
             .major = MOULT_STORE_MAJOR,
             .minor = MOULT_STORE_MINOR,
             .threading = MOULT_THREAD_PLUGIN,
             .kind = "store",
             .name = "@NAME@",
             .summary = "keeps snapshots in the memory of the process"},
    .open = store_open,
    .close = store_close,
    .put_if_absent = put_if_absent,
    .get = get,
    .list = list,
    .ref_list = ref_list,
    .ref_get = ref_get,
    .ref_swap = ref_swap,
    .remove = store_remove,
};
static const moult_iface *const interfaces[] = {&store.head, NULL};
static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "@NAME@",
    .version = "0.1.0",
    .license = "Apache-2.0",
    .summary = "keeps snapshots in the memory of the process",
    .ifaces = interfaces,
};

MOULT_PLUGIN_ENTRY(@MODULE @)
{
    (void)host;
    (void)err;
    return &plugin;
}
