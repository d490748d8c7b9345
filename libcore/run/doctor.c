/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: will a run work here?  Tries all that a run needs and writes nothing. */
#include "../base/buf.h"
#include "execute.h"

struct visit {
    moult_targets *t;
    const struct unit *u;
    moult_check_fn *fn;
    void *arg;
    moult_error *err;
    moult_status failed; /* of the first thing that is not well */
    moult_status stopped;
};

static moult_status say(struct visit *v, const char *what, const char *state, const char *note)
{
    if (v->stopped == MOULT_OK)
        v->stopped = v->fn(v->arg, v->u->name[0] ? v->u->name : v->u->shown, what, state, note);
    return v->stopped;
}

static void result(struct visit *v, const char *what, moult_status st, const char *good,
                   const moult_error *why)
{
    if (st == MOULT_OK) {
        say(v, what, "ok", good);
        return;
    }
    CLEANUP_BUF struct buf note = {0};
    const char *hint = moult_error_detail(why, "hint");
    buf_printf(&note, "%s%s%s", moult_error_message(why), hint ? "; " : "", hint ? hint : "");
    say(v, what, "failed", buf_view(&note).p);
    if (v->failed == MOULT_OK) {
        v->failed = st;
        error_copy(v->err, why);
        unit_error(v->u, st, v->err);
    }
}

static moult_status on_right(void *arg, const char *name, uint32_t held, const char *note)
{
    return say(arg, name, held == 1 ? "ok" : "warning",
               note        ? note
               : held == 1 ? ""
                           : "could not be told");
}

static void check_server(struct visit *v, moult_session *s, bool *read_only)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    CLEANUP_BUF struct buf note = {0};
    moult_server server = {.size = MOULT_END(moult_server, read_only)};
    moult_status st = PLUGIN_CALL(v->t->adapter.reader, server, s, &server, why);
    if (st == MOULT_OK)
        buf_printf(&note, "%s %s, class %s/%u/%u", server.make, server.version, v->t->adapter.name,
                   server.major, v->t->adapter.dialect->level);
    result(v, "version", st, buf_view(&note).p, why);
    *read_only = st != MOULT_OK || server.read_only;
    if (st == MOULT_OK && server.read_only)
        say(v, "read-only", "warning", "this place can be looked at, and not be changed");
    if (st == MOULT_OK && server.pooled)
        say(v, "pool", "warning",
            "statements of a session may reach different server sessions: no lock holds here");
    moult_error_clear(why);
    st = PLUGIN_CALL(v->t->adapter.reader, rights, s, on_right, v, why);
    if (st != MOULT_OK && v->stopped == MOULT_OK)
        result(v, "rights", st, "", why);
}

static void check_books(struct visit *v, moult_session *s)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    CLEANUP_BUF struct buf note = {0};
    struct open_run open = {0};
    moult_status st = ledger_find_open(v->t, s, &open, why);
    if (st == MOULT_OK && open.run[0]) {
        buf_printf(&note,
                   "the run %s that %s began at %s is open: the next writing command ends it",
                   open.run, open.actor, open.at);
        say(v, "bookkeeping", "warning", buf_view(&note).p);
    } else
        result(v, "bookkeeping", st, "no run is open", why);
    open_run_free(&open);
}

static void check_scratch(struct visit *v, moult_session *like)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    CLEANUP_SCRATCH struct scratch s = {0};
    CLEANUP_TREE moult_tree *tree = NULL;
    moult_status st = scratch_open(v->t->m, &v->t->adapter, like, &s, why);
    if (st == MOULT_OK)
        st = scratch_inspect(&s, &tree, why);
    result(v, "scratch", st, "a scratch database can be made", why);
}

static void check_leftovers(struct visit *v)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    CLEANUP_BUF struct buf note = {0};
    struct adapter *a = &v->t->adapter;
    uint32_t count = 0;
    if (!a->scratch)
        return;
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = MOULT_PURPOSE_WRITE,
                      .url = a->scratch,
                      .config = a->writer_config,
                      .op = &v->t->op,
                      .lock_timeout_ms = v->t->lock_timeout_ms};
    moult_status st = PLUGIN_CALL(a->writer, reap, &v->t->m->host, &how, &count, why);
    buf_printf(&note, "%u scratch databases of a crash were removed", count);
    result(v, "leftovers", st, count ? buf_view(&note).p : "none", why);
}

static void check_lock(struct visit *v)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    moult_session *s = NULL;
    uint64_t wait = v->t->lock_timeout_ms ? v->t->lock_timeout_ms : 1000;
    moult_status st = unit_open(v->t, v->u, MOULT_PURPOSE_WRITE, wait, &s, why);
    if (st == MOULT_OK)
        st = unit_lock(v->t, v->u, s, why);
    if (st == MOULT_OK)
        unit_unlock(v->t, s);
    PLUGIN_CALL(v->t->adapter.reader, close, s);
    result(v, "lock", st, "it can be taken", why);
}

static void visit(struct visit *v, bool first)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    moult_session *s = NULL;
    bool read_only = true;
    moult_status st = unit_open(v->t, v->u, MOULT_PURPOSE_READ, v->t->lock_timeout_ms, &s, why);
    result(v, "connection", st, v->u->shown, why);
    if (st != MOULT_OK)
        return;
    check_server(v, s, &read_only);
    check_books(v, s);
    if (first) { /* of the place where scratch databases are made, not of each unit */
        check_scratch(v, s);
        check_leftovers(v);
    }
    PLUGIN_CALL(v->t->adapter.reader, close, s);
    if (!read_only)
        check_lock(v);
}

moult_status moult_doctor(moult *m, const moult_targets *targets, moult_check_fn *fn, void *arg,
                          moult_error *err)
{
    moult_targets *t =
        (moult_targets *)targets; /* the writer is loaded when the first command needs it */
    moult_status st = adapter_writer(m, &t->adapter, err);
    if (st != MOULT_OK)
        return st;
    struct visit v = {.t = t, .fn = fn, .arg = arg, .err = err};
    for (size_t i = 0; i < t->unit_count && v.stopped == MOULT_OK; i++) {
        if (host_cancelled(m))
            return error_set(err, MOULT_ERR_CANCELLED, "stopped");
        v.u = &t->units[i];
        visit(&v, i == 0);
    }
    if (v.stopped != MOULT_OK)
        return error_set(err, v.stopped, "the report was not taken");
    return v.failed;
}
