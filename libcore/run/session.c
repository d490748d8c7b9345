/* SPDX-License-Identifier: Apache-2.0 */
/* One unit's session: opened, inspected, with its names bound. */
#include "../base/buf.h"
#include "run.h"

moult_status unit_error(const struct unit *u, moult_status code, moult_error *err)
{
    if (code != MOULT_OK && u->name && u->name[0])
        error_detail(err, "tenant", "%s", u->name);
    else if (code != MOULT_OK && !moult_error_detail(err, "database"))
        error_detail(err, "database", "%s", u->shown);
    return code;
}

moult_status error_as(moult_error *err, moult_status code)
{
    CLEANUP_ERROR moult_error *was = moult_error_new();
    if (!was)
        return code;
    error_copy(was, err);
    error_set(err, code, "%s", moult_error_message(was));
    const char *key, *value;
    for (uint32_t i = 0; (key = moult_error_detail_at(was, i, &value)); i++)
        error_detail(err, key, "%s", value);
    return code;
}

moult_open unit_how(const moult_targets *t, const struct unit *u, uint32_t purpose,
                    uint64_t lock_ms)
{
    /* OP outlives the session, which may ask it at any time whether to stop. */
    return (moult_open){.size = MOULT_END(moult_open, lock_timeout_ms),
                        .purpose = purpose,
                        .url = u->url,
                        .config = t->adapter.reader_config,
                        .op = (moult_op *)&t->op,
                        .lock_timeout_ms = lock_ms};
}

moult_status unit_open(const moult_targets *t, const struct unit *u, uint32_t purpose,
                       uint64_t lock_ms, moult_session **out, moult_error *err)
{
    *out = idle_take(t, u, purpose, lock_ms);
    if (*out)
        return MOULT_OK;
    moult_open how = unit_how(t, u, purpose, lock_ms);
    return unit_error(u, PLUGIN_CALL(t->adapter.reader, open, &t->m->host, &how, out, err), err);
}

/* What stands for the unit's own name: the adapter's word for where the session is, or the tenant's.
 * A database by URL may have none. */
static uint32_t bindings(const struct unit *u, const moult_server *server, moult_binding *binding,
                         const moult_binding **list)
{
    const char *value = MOULT_HAS(moult_server, server, tenant) ? server->tenant : u->name;
    *binding = (moult_binding){
        .size = MOULT_END(moult_binding, value), .name = "tenant", .value = value};
    list[0] = binding;
    return value && value[0] ? 1 : 0;
}

moult_status unit_inspect(const moult_targets *t, const struct unit *u, moult_session *s,
                          moult_tree **out, moult_error *err)
{
    *out = NULL;
    const struct adapter *a = &t->adapter;
    moult_server server = {.size = MOULT_END(moult_server, tenant)};
    moult_status st = PLUGIN_CALL(a->reader, server, s, &server, err);
    if (st != MOULT_OK)
        return unit_error(u, st, err);
    CLEANUP_BUF struct buf name = {0};
    buf_printf(&name, "%s %s", server.make, server.version);
    if (!buf_ok(&name))
        return error_nomem(err);
    CLEANUP_TREE moult_tree *tree =
        tree_new(str_of(a->name), server.major, a->dialect->level, buf_view(&name));
    if (!tree)
        return error_nomem(err);
    moult_binding one;
    const moult_binding *list[1];
    uint32_t count = bindings(u, &server, &one, list);
    st = PLUGIN_CALL(a->reader, inspect, s, list, count, tree, err);
    if (st == MOULT_OK)
        st = tree_seal(tree, &a->scope, err);
    if (st != MOULT_OK)
        return unit_error(u, st, err);
    *out = tree;
    tree = NULL;
    return MOULT_OK;
}

moult_status unit_bind(const moult_targets *t, const struct unit *u, moult_session *s,
                       struct str sql, struct buf *out, moult_error *err)
{
    if (!memchr(sql.p, MOULT_MARK_OPEN, sql.n)) {
        buf_str(out, sql);
        return buf_ok(out) ? MOULT_OK : error_nomem(err);
    }
    moult_binding one;
    const moult_binding *list[1];
    moult_server server = {.size = MOULT_END(moult_server, tenant)};
    moult_status st = PLUGIN_CALL(t->adapter.reader, server, s, &server, err);
    if (st != MOULT_OK)
        return unit_error(u, st, err);
    uint32_t count = bindings(u, &server, &one, list);
    char *text = NULL;
    size_t n = 0;
    st =
        PLUGIN_CALL(t->adapter.dialect, bind, &t->m->host, sql.p, sql.n, list, count, &text, &n, err);
    if (st != MOULT_OK)
        return unit_error(u, st, err);
    buf_add(out, text, n);
    t->m->host.free(t->m->host.ctx, text);
    return buf_ok(out) ? MOULT_OK : error_nomem(err);
}
