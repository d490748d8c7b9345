/* SPDX-License-Identifier: Apache-2.0 */
/* An adapter's interfaces with their settings, and where it may make scratch databases. */
#include "../base/buf.h"
#include "../base/cleanup.h"
#include "run.h"

/* An adapter's settings stand under its plugin's name, which by custom is its own. */
static moult_status settings(struct moult *m, const char *name, const moult_iface *iface,
                             const moult_config **out, moult_error *err)
{
    CLEANUP_BUF struct buf section = {0};
    buf_printf(&section, "plugins.%s", name);
    return buf_ok(&section) ? host_settings(m, iface, section.p, out, err) : error_nomem(err);
}

moult_status adapter_open(struct moult *m, const char *name, struct adapter *out, moult_error *err)
{
    *out = (struct adapter){.name = name};
    moult_status st = host_dialect(m, name, &out->dialect, err);
    if (st == MOULT_OK)
        st = host_reader(m, name, &out->reader, err);
    return st == MOULT_OK ? settings(m, name, &out->reader->head, &out->reader_config, err) : st;
}

moult_status adapter_writer(struct moult *m, struct adapter *a, moult_error *err)
{
    if (a->writer)
        return MOULT_OK;
    const moult_writer *writer;
    moult_status st = host_writer(m, a->name, &writer, err);
    if (st == MOULT_OK)
        st = settings(m, a->name, &writer->head, &a->writer_config, err);
    if (st == MOULT_OK)
        a->writer = writer;
    return st;
}

/* The host part of "scheme://user:password@HOST:port/..."; .p NULL: the URL names no server. */
static struct str url_host(const char *url)
{
    const char *p = strstr(url, "://");
    if (!p)
        return (struct str){0};
    p += 3;
    size_t n = strcspn(p, "/?#");
    const char *at = memrchr(p, '@', n);
    if (at) {
        n -= (size_t)(at + 1 - p);
        p = at + 1;
    }
    if (n && *p == '[') {
        const char *end = memchr(p, ']', n);
        return (struct str){p + 1, end ? (size_t)(end - p - 1) : n - 1};
    }
    const char *colon = memchr(p, ':', n);
    return (struct str){p, colon ? (size_t)(colon - p) : n};
}

const char *adapter_scratch_url(const char *wanted, const char *target)
{
    if (wanted && strcmp(wanted, "target") != 0)
        return wanted;
    if (wanted || !target)
        return target;
    struct str host = url_host(target);
    bool here = !host.p || !host.n || str_is(host, "localhost") || str_is(host, "::1") ||
                str_starts(host, STR("127.")) || str_starts(host, STR("%2F")) ||
                str_starts(host, STR("%2f"));
    return here ? target : NULL;
}

moult_status adapter_empty_tree(const struct adapter *a, const moult_tree *like, moult_tree **out,
                                moult_error *err)
{
    *out = NULL;
    CLEANUP_TREE moult_tree *tree =
        tree_new(str_of(a->name), like->major, like->level, like->server);
    if (!tree)
        return error_nomem(err);
    moult_status st = tree_seal(tree, &a->scope, err);
    if (st != MOULT_OK)
        return st;
    *out = tree;
    tree = NULL;
    return MOULT_OK;
}
