/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: made for one unit, checked against what is allowed, read and written. */
#include "../base/buf.h"
#include "../base/file.h"
#include "../plan/hazards.h"
#include "ledger.h"
#include "tree_sql.h"

#define MAX_PLANNERS 16

moult_status same_class(const char *klass, const char *wanted, moult_error *err)
{
    if (strcmp(klass, wanted) == 0)
        return MOULT_OK;
    error_set(err, MOULT_ERR_INVALID, "a state of class %s cannot be compared with one of class %s",
              klass, wanted);
    error_detail(err, "detail", "a class is adapter, server version and level of description");
    error_detail(err, "hint",
                 "take the desired state from its DDL, or make the snapshot or plan anew");
    return MOULT_ERR_INVALID;
}

/* ---- making ---- */

struct measuring {
    const struct adapter *adapter;
    moult_session *session;
};

static moult_status measure(void *arg, struct str path, uint64_t *rows, uint64_t *bytes)
{
    struct measuring *m = arg;
    moult_status st = PLUGIN_CALL(m->adapter->reader, measure, m->session, path.p, path.n, rows, bytes, NULL);
    if (st != MOULT_OK)
        *rows = *bytes = UINT64_MAX; /* an estimate is not worth a failure */
    return st == MOULT_ERR_CANCELLED || st == MOULT_ERR_NOMEM ? st : MOULT_OK;
}

static moult_status chain_of(struct moult *m, const char *const *names, struct plan_chain *chain,
                             size_t *count, moult_error *err)
{
    for (*count = 0; names[*count]; (*count)++) {
        const char *name = names[*count];
        if (*count == MAX_PLANNERS)
            return error_set(err, MOULT_ERR_CONFIG, "more than %d planners", MAX_PLANNERS);
        struct plan_chain *c = &chain[*count];
        moult_status st = host_planner(m, name, &c->planner, err);
        if (st != MOULT_OK)
            return st;
        CLEANUP_BUF struct buf section = {0};
        buf_printf(&section, "plugins.%s", name);
        st = buf_ok(&section) ? host_settings(m, &c->planner->head, section.p, &c->config, err)
                              : error_nomem(err);
        if (st != MOULT_OK)
            return st;
    }
    return MOULT_OK;
}

static bool has_managed(const moult_tree *tree)
{
    for (size_t i = 0; i < tree->root->child_count; i++)
        if (!tree->root->children[i]->unmanaged)
            return true;
    return false;
}

moult_status plan_between(const moult_targets *t, moult_session *s, const moult_tree *from,
                          const moult_snapshot *to, const moult_plan_options *options,
                          bool rehearsed, struct moult_delta **delta, struct moult_plan **plan,
                          moult_error *err)
{
    static const char *const usual[] = {"planner-default", NULL};
    struct adapter a =
        t->adapter; /* a copy: workers share the targets, the writer may be loaded here */
    const char *file = options->renames_file ? options->renames_file : t->renames;
    struct hints hints = {options->renames, file, file ? NULL : to->hints};
    *plan = NULL;
    moult_status st = same_class(from->klass, to->tree->klass, err);
    if (st == MOULT_OK)
        st = difference(t->m, &a, from, to->tree, &hints, options->layout != 0, s, delta, err);
    if (st != MOULT_OK)
        return st;
    struct plan_chain chain[MAX_PLANNERS];
    size_t count = 0;
    const char *const *planners = options->planners && options->planners[0] ? options->planners
                                  : t->planners ? (const char *const *)t->planners
                                                : usual;
    st = chain_of(t->m, planners, chain, &count, err);
    if (st != MOULT_OK)
        return st;
    struct measuring measuring = {&a, s};
    struct plan_request request = {.host = &t->m->host,
                                   .dialect = a.dialect,
                                   .chain = chain,
                                   .chain_count = count,
                                   .delta = *delta,
                                   .measure = measure,
                                   .measure_arg = &measuring};
    CLEANUP_PLAN struct moult_plan *made = NULL;
    st = plan_make(&request, &made, err);
    if (st == MOULT_OK && made->step_count && !has_managed(to->tree)) {
        made->steps[0].hazards |= MOULT_HAZARD_EMPTY_STATE;
        st = plan_seal(made, err);
    }
    if (st == MOULT_OK && rehearsed)
        st = rehearse(t->m, &a, from, to->tree, made, s, err);
    if (st != MOULT_OK)
        return st;
    *plan = made;
    made = NULL;
    return MOULT_OK;
}

moult_status moult_plan_make(moult *m, const moult_targets *targets, const moult_snapshot *to,
                             const moult_plan_options *options, moult_plan **out, moult_error *err)
{
    static const moult_plan_options none = {.size = MOULT_END(moult_plan_options, planners)};
    *out = NULL;
    (void)m; /* the targets' own */
    if (targets->unit_count != 1)
        return error_set(err, MOULT_ERR_CONFIG, "a plan is made for one database, not for %zu",
                         targets->unit_count);
    if (!options)
        options = &none;
    const struct unit *u = &targets->units[0];
    moult_session *s = NULL;
    CLEANUP_TREE moult_tree *from = NULL;
    struct moult_delta *delta = NULL;
    struct open_run open = {0};
    moult_status st = unit_open(targets, u, MOULT_PURPOSE_READ, 0, &s, err);
    if (st == MOULT_OK)
        st = unit_error(u, ledger_find_open(targets, s, &open, err), err);
    if (st == MOULT_OK && open.run[0]) {
        st = unit_error(u, error_set(err, MOULT_ERR_OPEN_RUN, "the run %s is still open", open.run),
                        err);
        error_detail(err, "hint", "any writing command, such as moult sync, ends it first");
    }
    open_run_free(&open);
    if (st == MOULT_OK)
        st = unit_inspect(targets, u, s, &from, err);
    if (st == MOULT_OK)
        st = unit_error(
            u,
            plan_between(targets, s, from, to, options, options->rehearse != 0, &delta, out, err),
            err);
    delta_release(delta);
    PLUGIN_CALL(targets->adapter.reader, close, s);
    return st;
}

moult_status moult_plan_read(moult *m, const char *path, moult_plan **out, moult_error *err)
{
    (void)m; /* reading needs no plugin */
    CLEANUP_BUF struct buf text = {0};
    *out = NULL;
    moult_status st = file_read(path, &text, err);
    return st == MOULT_OK ? plan_read_json(buf_view(&text), path, out, err) : st;
}

/* ---- looking at one ---- */

void moult_plan_free(moult_plan *plan)
{
    plan_free(plan);
}

uint32_t moult_plan_steps(const moult_plan *plan)
{
    return (uint32_t)plan->step_count;
}

const char *moult_plan_from(const moult_plan *plan)
{
    return plan->from;
}

const char *moult_plan_to(const moult_plan *plan)
{
    return plan->to;
}

uint32_t moult_plan_hazards(const moult_plan *plan)
{
    return plan->hazards;
}

moult_status moult_plan_write(moult *m, const moult_plan *plan, uint32_t format,
                              moult_write_fn *write, void *arg, moult_error *err)
{
    const moult_dialect *dialect;
    moult_status st;
    switch (format) {
    case MOULT_FORMAT_TEXT:
        return plan_write_text(plan, write, arg, err);
    case MOULT_FORMAT_JSON:
        return plan_write_json(plan, write, arg, err);
    case MOULT_FORMAT_SQL:
        st = dialect_named(m, plan->adapter, &dialect, err);
        return st == MOULT_OK ? plan_write_sql(plan, dialect_script(dialect), write, arg, err) : st;
    default:
        return error_set(err, MOULT_ERR_CONFIG, "a plan is written as text, json or sql");
    }
}

/* ---- hazards ---- */

moult_status plan_permitted(const struct moult_plan *plan, uint32_t allowed, moult_error *err)
{
    uint32_t missing = plan->hazards & ~allowed;
    if (!missing)
        return MOULT_OK;
    CLEANUP_BUF struct buf all = {0}, words = {0}, steps = {0};
    hazards_list(&all, missing, ", ");
    hazards_list(&words, missing, ",");
    const struct plan_step *first = NULL;
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct plan_step *p = &plan->steps[i];
        if (!(p->hazards & missing))
            continue;
        buf_printf(&steps, "%sstep %zu (%.*s): ", first ? "; " : "", i + 1, STR_FMT(p->summary));
        hazards_list(&steps, p->hazards & missing, ", ");
        first = first ? first : p;
    }
    if (!buf_ok(&all) || !buf_ok(&words) || !buf_ok(&steps))
        return error_nomem(err);
    error_set(err, MOULT_ERR_REFUSED, "the plan has hazards that nobody allowed: %s", all.p);
    if (first) {
        error_detail_str(err, "object", first->object);
        error_detail(err, "detail", "%s", steps.p);
    }
    error_detail(err, "hint", "look at the plan, then allow them by name: --allow %s", words.p);
    return MOULT_ERR_REFUSED;
}
