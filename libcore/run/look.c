/* SPDX-License-Identifier: Apache-2.0 */
/* The state of one unit, for programs that look at many. */
#include "run.h"

moult_status moult_targets_inspect(moult *m, const moult_targets *targets, uint32_t i,
                                   moult_snapshot **out, moult_error *err)
{
    (void)m;
    *out = NULL;
    if (i >= targets->unit_count)
        return error_set(err, MOULT_ERR_INTERNAL, "there is no unit %u among %zu", i,
                         targets->unit_count);
    const struct unit *u = &targets->units[i];
    moult_session *session;
    moult_tree *tree;
    moult_status st =
        unit_open(targets, u, MOULT_PURPOSE_READ, targets->lock_timeout_ms, &session, err);
    if (st != MOULT_OK)
        return st;
    st = unit_inspect(targets, u, session, &tree, err);
    PLUGIN_CALL(targets->adapter.reader, close, session);
    return st == MOULT_OK ? snapshot_new(tree, u->shown, out, err) : st;
}
