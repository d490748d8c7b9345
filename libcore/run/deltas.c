/* SPDX-License-Identifier: Apache-2.0 */
/* Deltas between snapshots, for programs. */
#include "../base/buf.h"
#include "tree_sql.h"

moult_status moult_diff(moult *m, const moult_snapshot *from, const moult_snapshot *to,
                        const moult_diff_options *options, moult_delta **out, moult_error *err)
{
    static const moult_diff_options none = {.size = MOULT_END(moult_diff_options, renames_file)};
    if (!options)
        options = &none;
    *out = NULL;
    struct hints hints = {options->renames, options->renames_file,
                          options->renames_file ? NULL : to->hints};
    moult_status st = same_class(from->tree->klass, to->tree->klass, err);
    if (st != MOULT_OK)
        return st;
    if (!(hints.given && hints.given[0]) && !hints.file && !hints.more)
        return delta_make(from->tree, to->tree, options->layout != 0, out, err);
    struct adapter a;
    st = adapter_for_tree(m, from->tree, &a, err);
    if (st != MOULT_OK)
        return st;
    CLEANUP_BUF struct buf place = {0};
    buf_printf(&place, "%s:", a.name);
    if (!buf_ok(&place))
        return error_nomem(err);
    a.scratch = place.p; /* no target is known whose server could serve */
    return difference(m, &a, from->tree, to->tree, &hints, options->layout != 0, NULL, out, err);
}

void moult_delta_free(moult_delta *delta)
{
    delta_release(delta);
}

uint32_t moult_delta_count(const moult_delta *delta)
{
    return (uint32_t)(delta->change_count + delta->due_count);
}

moult_status moult_delta_write(moult *m, const moult_delta *delta, uint32_t format,
                               moult_write_fn *write, void *arg, moult_error *err)
{
    if (format == MOULT_FORMAT_TEXT)
        return delta_write_text(delta, write, arg, err);
    if (format == MOULT_FORMAT_JSON)
        return delta_write_json(delta, write, arg, err);
    if (format != MOULT_FORMAT_SQL)
        return error_set(err, MOULT_ERR_CONFIG, "a delta is written as text, json or sql");
    struct adapter a;
    CLEANUP_PLAN struct moult_plan *plan = NULL;
    moult_status st = adapter_for_tree(m, delta->from, &a, err);
    if (st == MOULT_OK)
        st = plan_plain(m, &a, delta, &plan, err);
    return st == MOULT_OK ? plan_write_sql(plan, dialect_script(a.dialect), write, arg, err) : st;
}
