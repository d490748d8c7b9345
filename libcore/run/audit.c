/* SPDX-License-Identifier: Apache-2.0 */
/* audit: looks at units with the reader and the dialect alone.  Nothing here can write. */
#include "../base/buf.h"
#include "ledger.h"
#include "run.h"

struct audit {
    const moult_targets *t;
    moult_check_fn *fn;
    void *arg;
    moult_error *err;
    moult_status failed; /* of the first unit that is not well */
    moult_status stopped;
};

static bool say(struct audit *a, const struct unit *u, const char *what, const char *state,
                const char *note)
{
    if (a->stopped == MOULT_OK)
        a->stopped = a->fn(a->arg, u->name[0] ? u->name : u->shown, what, state, note);
    return a->stopped == MOULT_OK;
}

/* The first failure is the call's; all of them are told. */
static void fail(struct audit *a, const struct unit *u, const char *what, moult_status st,
                 const moult_error *why)
{
    say(a, u, what, "failed", moult_error_message(why));
    if (a->failed == MOULT_OK) {
        a->failed = st;
        error_copy(a->err, why);
        unit_error(u, st, a->err);
    }
}

static void count_objects(struct audit *a, const struct unit *u, const moult_tree *tree)
{
    CLEANUP_BUF struct buf note = {0};
    const moult_node *root = tree->root;
    for (size_t i = 0, next; i < root->child_count; i = next) {
        const char *kind = root->children[i]->kind;
        for (next = i; next < root->child_count && root->children[next]->kind == kind;)
            next++;
        buf_printf(&note, "%s%zu %s", i ? ", " : "", next - i, kind);
    }
    say(a, u, "objects", "ok", note.n ? note.p : "none");
}

static void look_at_schema(struct audit *a, const struct unit *u, moult_session *s)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    CLEANUP_TREE moult_tree *tree = NULL;
    moult_status st = unit_inspect(a->t, u, s, &tree, why);
    if (st != MOULT_OK) {
        fail(a, u, "schema", st, why);
        return;
    }
    say(a, u, "digest", "ok", tree->state);
    count_objects(a, u, tree);
}

static void look_at_runs(struct audit *a, const struct unit *u, moult_session *s)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    CLEANUP_BUF struct buf note = {0};
    struct open_run open = {0};
    moult_status st = ledger_find_open(a->t, s, &open, why);
    if (st != MOULT_OK) {
        fail(a, u, "runs", st, why);
        return;
    }
    if (open.run[0]) {
        buf_printf(&note,
                   "the run %s that %s began at %s is open: the next writing command ends it",
                   open.run, open.actor, open.at);
        say(a, u, "runs", "warning", buf_view(&note).p);
    } else
        say(a, u, "runs", "ok", "none is open");
    open_run_free(&open);
}

static void look_at_trail(struct audit *a, const struct unit *u, moult_session *s)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    CLEANUP_BUF struct buf note = {0};
    uint64_t count = 0;
    moult_status st = ledger_verify(a->t, s, &count, why);
    if (st != MOULT_OK) {
        fail(a, u, "audit trail", st, why);
        return;
    }
    buf_printf(&note, "%llu records, the chain holds", (unsigned long long)count);
    say(a, u, "audit trail", "ok", buf_view(&note).p);
}

static void audit_unit(struct audit *a, const struct unit *u)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    moult_session *s = NULL;
    moult_status st = unit_open(a->t, u, MOULT_PURPOSE_READ, a->t->lock_timeout_ms, &s, why);
    if (st != MOULT_OK) {
        fail(a, u, "connection", st, why);
        return;
    }
    look_at_schema(a, u, s);
    look_at_runs(a, u, s);
    look_at_trail(a, u, s);
    unit_done(a->t, MOULT_PURPOSE_READ, s);
}

moult_status moult_audit(moult *m, const moult_targets *targets, moult_check_fn *fn, void *arg,
                         moult_error *err)
{
    struct audit a = {.t = targets, .fn = fn, .arg = arg, .err = err};
    for (size_t i = 0; i < targets->unit_count && a.stopped == MOULT_OK; i++) {
        if (host_cancelled(m))
            return error_set(err, MOULT_ERR_CANCELLED, "stopped");
        audit_unit(&a, &targets->units[i]);
    }
    if (a.stopped != MOULT_OK)
        return error_set(err, a.stopped, "the report was not taken");
    return a.failed;
}
