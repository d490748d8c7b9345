/* SPDX-License-Identifier: Apache-2.0 */
/* Single answers from the configuration, for programs. */
#include "host.h"

moult_status moult_databases(moult *m, moult_text_fn *fn, void *arg, moult_error *err)
{
    const struct config_value *all = config_at(m->config, "database");
    for (const struct config_value *v = all ? all->first : NULL; v; v = v->next) {
        moult_status st = fn(arg, v->key);
        if (st == MOULT_ERR_NOMEM)
            return error_nomem(err);
        if (st != MOULT_OK)
            return error_set(err, st, "the list of databases was not taken");
    }
    return MOULT_OK;
}

const char *moult_setting(const moult *m, const char *key)
{
    const struct config_value *v = config_at(m->config, key);
    return v ? v->text.p : NULL;
}
