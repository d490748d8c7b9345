/* SPDX-License-Identifier: Apache-2.0 */
/* Scratch databases: opened, filled with a tree, run against, inspected. */
#include "../base/buf.h"
#include "run.h"

/* What stands for the unit's own name in a scratch database. */
#define SCRATCH_NAME "moult_scratch"
#define SCRATCH_LOCK_MS 10000

moult_status scratch_open(struct moult *m, struct adapter *a, moult_session *like,
                          struct scratch *out, moult_error *err)
{
    *out = (struct scratch){.m = m, .a = a, .op = {.m = m, .what = "steps"}};
    moult_status st = adapter_writer(m, a, err);
    if (st != MOULT_OK)
        return st;
    if (!a->scratch) {
        error_set(err, MOULT_ERR_CONFIG, "there is no place for a scratch database");
        error_detail(
            err, "hint",
            "set scratch = \"URL\" of a server kept for the purpose, or \"target\"; or take "
            "the desired state from a compiled snapshot");
        return MOULT_ERR_CONFIG;
    }
    moult_open how = {.size = MOULT_END(moult_open, reserved),
                      .purpose = MOULT_PURPOSE_WRITE,
                      .url = a->scratch,
                      .config = a->writer_config,
                      .op = &out->op,
                      .lock_timeout_ms = SCRATCH_LOCK_MS,
                      .target = a->target,
                      .tenants = a->tenants,
                      .local = a->scratch_local};
    st = PLUGIN_CALL(a->writer, scratch, &m->host, &how, like, &out->session, err);
    return st == MOULT_OK ? st : (error_prefix(err, "cannot make a scratch database"), st);
}

void scratch_close(struct scratch *s)
{
    if (s->session)
        PLUGIN_CALL(s->a->reader, close, s->session);
    s->session = NULL;
}

/* What stands for the tenant's name: the adapter's word for where the session is, or a name of ours. */
static moult_status bound_in(struct scratch *s, moult_server *server, moult_binding *out,
                             moult_error *err)
{
    *server = (moult_server){.size = MOULT_END(moult_server, tenant)};
    moult_status st = PLUGIN_CALL(s->a->reader, server, s->session, server, err);
    const char *tenant = MOULT_HAS(moult_server, server, tenant) ? server->tenant : SCRATCH_NAME;
    *out = (moult_binding){
        .size = MOULT_END(moult_binding, value), .name = "tenant", .value = tenant};
    return st;
}

moult_status scratch_run(struct scratch *s, struct str sql, moult_error *err)
{
    if (host_cancelled(s->m))
        return error_set(err, MOULT_ERR_CANCELLED, "stopped");
    if (!memchr(sql.p, MOULT_MARK_OPEN, sql.n))
        return PLUGIN_CALL(s->a->writer, run, s->session, sql.p, sql.n, NULL, err);
    moult_server server;
    moult_binding bound;
    const moult_binding *list[] = {&bound};
    char *text = NULL;
    size_t n = 0;
    moult_status st = bound_in(s, &server, &bound, err);
    if (st == MOULT_OK)
        st = PLUGIN_CALL(s->a->dialect, bind, &s->m->host, sql.p, sql.n, list, 1, &text, &n, err);
    if (st != MOULT_OK)
        return st;
    st = PLUGIN_CALL(s->a->writer, run, s->session, text, n, NULL, err);
    s->m->host.free(s->m->host.ctx, text);
    return st;
}

moult_status scratch_inspect(struct scratch *s, moult_tree **out, moult_error *err)
{
    *out = NULL;
    moult_server server;
    moult_binding bound;
    moult_status st = bound_in(s, &server, &bound, err);
    if (st != MOULT_OK)
        return st;
    CLEANUP_BUF struct buf name = {0};
    buf_printf(&name, "%s %s", server.make, server.version);
    if (!buf_ok(&name))
        return error_nomem(err);
    CLEANUP_TREE moult_tree *tree =
        tree_new(str_of(s->a->name), server.major, s->a->dialect->level, buf_view(&name));
    if (!tree)
        return error_nomem(err);
    const moult_binding *list[] = {&bound};
    st = PLUGIN_CALL(s->a->reader, inspect, s->session, list, 1, tree, err);
    if (st == MOULT_OK)
        st = tree_seal(tree, &s->a->scope, err);
    if (st != MOULT_OK)
        return st;
    *out = tree;
    tree = NULL;
    return MOULT_OK;
}

/* Takes each change's first way.  Making a whole schema from nothing leaves nothing to decide, and
 * must not depend on which planners a project has. */
static moult_status plan_first_ways(const moult_host *host, const moult_config *config,
                                    moult_problem *problem, moult_error *err)
{
    (void)config;
    uint32_t n = host->plan->count(problem);
    for (uint32_t i = 0; i < n; i++)
        if (host->plan->choose(problem, i, 0) != MOULT_OK)
            return error_nomem(err);
    return MOULT_OK;
}

static const moult_planner first_ways = {
    .head = {.size = MOULT_END(moult_planner, revise),
             .major = MOULT_PLANNER_MAJOR,
             .minor = MOULT_PLANNER_MINOR,
             .threading = MOULT_THREAD_FREE,
             .kind = "planner",
             .name = "first-ways",
             .summary = "takes each change's first way"},
    .plan = plan_first_ways,
};

moult_status plan_plain(struct moult *m, struct adapter *a, const struct moult_delta *delta,
                        struct moult_plan **out, moult_error *err)
{
    struct plan_chain chain = {.planner = &first_ways};
    struct plan_request request = {
        .host = &m->host, .dialect = a->dialect, .chain = &chain, .chain_count = 1, .delta = delta};
    return plan_make(&request, out, err);
}

moult_status scratch_fill(struct scratch *s, const moult_tree *tree, moult_error *err)
{
    CLEANUP_TREE moult_tree *none = NULL;
    moult_status st = adapter_empty_tree(s->a, tree, &none, err);
    if (st != MOULT_OK)
        return st;
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    st = delta_make(none, tree, false, &delta, err);
    if (st != MOULT_OK)
        return st;
    CLEANUP_PLAN struct moult_plan *plan = NULL;
    st = plan_plain(s->m, s->a, delta, &plan, err);
    for (size_t i = 0; st == MOULT_OK && i < plan->step_count; i++) {
        const struct plan_step *step = &plan->steps[i];
        for (size_t k = 0; st == MOULT_OK && k < step->statement_count; k++) {
            st = scratch_run(s, step->statements[k].sql, err);
            if (st != MOULT_OK) {
                error_detail_str(err, "object", step->object);
                error_detail_str(err, "statement", step->statements[k].sql);
            }
        }
    }
    return st;
}
