/* SPDX-License-Identifier: Apache-2.0 */
/* render.c - dialect.render: the statements of one step.
 *
 * What is written as a role (DO, or UNDO with both sides exchanged) comes from the same functions:
 * create, drop and alter of a node, by its kind. */
#include <stdio.h>
#include <stdlib.h>

#include "render.h"
#include "split.h"

void render_fail(struct rendering *r, moult_status st, const char *fmt, ...)
{
    char message[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    if (r->status == MOULT_OK)
        r->status = my_fail(r->host, r->err, st, "%s", message);
}

static void say_list(struct rendering *r, const char *fmt, va_list ap)
{
    while (*fmt) {
        size_t n = strcspn(fmt, "%~@");
        mytext_add(&r->sql, fmt, n);
        fmt += n;
        if (!*fmt)
            break;
        struct slice s = va_arg(ap, struct slice);
        if (*fmt == '%')
            mytext_slice(&r->sql, s.p ? s : slice_z(""));
        else if (*fmt == '~')
            mytext_literal(&r->sql, s);
        else
            mytext_name(&r->sql, s);
        fmt++;
    }
}

void say(struct rendering *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say_list(r, fmt, ap);
    va_end(ap);
}

void under(struct rendering *r, const char *name, struct slice value)
{
    mytext_z(&r->settings, r->settings.n ? ", " : "SET ");
    mytext_z(&r->settings, name);
    mytext_z(&r->settings, " = ");
    mytext_literal(&r->settings, value);
}

/* Texts may come from a snapshot file that somebody wrote: none may end its statement and begin
 * another. */
static bool is_one_statement(struct slice sql, bool *nomem)
{
    struct cutter c;
    struct sentence q = {0};
    struct cut cut;
    struct lexing how;
    size_t head = mysettings_length(sql.p, sql.n, &how);
    mycutter_init(&c, sql.p + head, sql.n - head, how);
    /* Where a routine in Oracle's language ends only the server knows: such are sent to it alone. */
    if (how.oracle)
        strcpy(c.delimiter, "\003");
    bool ok = mycut(&c, &q, &cut);
    bool one = ok && !cut.end && (!cut.bad || how.oracle);
    if (one)
        one = (ok = mycut(&c, &q, &cut)) && cut.end;
    *nomem = !ok;
    free(q.tokens);
    mycutter_free(&c);
    return one;
}

struct slice temporary_name(const struct rendering *r, char out[64], const char *what)
{
    const char *id = r->operation->run ? r->operation->run : "";
    snprintf(out, 64, "moult_%.16s_%.40s", id, what);
    return slice_z(out);
}

static void emit(struct rendering *r, uint32_t role)
{
    CLEANUP_TEXT struct text whole = {0};
    struct slice s = slice_of(&r->sql);
    bool nomem = r->sql.failed || r->settings.failed;
    if (r->settings.n && !nomem) {
        mytext_slice(&whole, slice_of(&r->settings));
        mytext_z(&whole, ";\n");
        mytext_slice(&whole, s);
        s = slice_of(&whole);
        nomem = whole.failed;
    }
    if (r->status == MOULT_OK && !nomem && !is_one_statement(s, &nomem) && !nomem) {
        render_fail(r, MOULT_ERR_INVALID,
                    "a text of the schema would end its statement and begin another");
        r->host->error_detail(r->host->ctx, r->err, "statement", s.p, s.n);
    }
    if (r->status == MOULT_OK)
        r->status = nomem ? MOULT_ERR_NOMEM
                          : r->host->plan->statement(r->script, role, s.p, s.n);
    if (r->status == MOULT_ERR_NOMEM)
        my_nomem(r->host, r->err);
    mytext_clear(&r->sql);
    mytext_clear(&r->settings);
}

void done(struct rendering *r)
{
    emit(r, r->role);
    r->emitted++;
}

void run(struct rendering *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say_list(r, fmt, ap);
    va_end(ap);
    done(r);
}

void nothing(struct rendering *r, const char *why)
{
    run(r, "DO 0 /* nothing to do: % */", slice_z(why));
    probe(r, "SELECT 0"); /* again is as good as once */
}

void probe(struct rendering *r, const char *fmt, ...)
{
    if (r->role != MOULT_SQL_DO || !r->emitted)
        return;
    va_list ap;
    va_start(ap, fmt);
    say_list(r, fmt, ap);
    va_end(ap);
    emit(r, MOULT_SQL_PROBE);
}

/* ---- by kind ---- */

void render_create(struct rendering *r, const moult_node *node)
{
    if (node_has(r->host, node, "opaque"))
        run(r, "%", node_text(r->host, node, "sql"));
    else if (node_is(r->host, node, "table"))
        create_table(r, node);
    else if (node_is(r->host, node, "foreign_key"))
        create_foreign_key(r, node);
    else if (!create_kind(r, node))
        render_fail(r, MOULT_ERR_UNSUPPORTED, "cannot create objects of the kind %s",
                    r->host->tree->kind(node));
}

void render_drop(struct rendering *r, const moult_node *node)
{
    if (node_is(r->host, node, "table")) {
        run(r, "DROP TABLE @", node_key(r->host, node));
        probe_relation(r, node_key(r->host, node), true);
    } else if (node_is(r->host, node, "foreign_key")) {
        drop_foreign_key(r, node);
    } else if (!drop_kind(r, node)) {
        render_fail(r, MOULT_ERR_UNSUPPORTED, "cannot drop objects of the kind %s",
                    r->host->tree->kind(node));
    }
}

void render_alter(struct rendering *r, const moult_node *from, const moult_node *to)
{
    bool drop = r->operation->way && strcmp(r->operation->way, "drop-partition") == 0;
    if (node_is(r->host, to, "table")) {
        alter_table(r, from, to, drop && r->role == MOULT_SQL_DO);
    } else if (node_is(r->host, to, "foreign_key")) {
        replace_foreign_key(r, from, to);
    } else if (!alter_kind(r, from, to)) {
        render_fail(r, MOULT_ERR_UNSUPPORTED, "cannot alter objects of the kind %s",
                    r->host->tree->kind(to));
    }
}

/* ---- the step ---- */

static void render_role(struct rendering *r, uint32_t role)
{
    const moult_operation *o = r->operation;
    const moult_plan_api *plan = r->host->plan;
    bool undo = role == MOULT_SQL_UNDO;
    const moult_change *first = o->change_count ? o->changes[0] : NULL;
    const moult_node *from = undo ? o->to : o->from, *to = undo ? o->from : o->to;
    r->role = role;
    r->emitted = 0;
    r->from = undo ? o->to_tree : o->from_tree;
    r->to = undo ? o->from_tree : o->to_tree;
    if (o->op == MOULT_RENAME && first)
        render_rename(r, undo ? plan->to(first) : plan->from(first),
                      undo ? plan->from(first) : plan->to(first));
    else if (from && to)
        render_alter(r, from, to);
    else if (to)
        render_create(r, to);
    else if (from)
        render_drop(r, from);
    else
        render_fail(r, MOULT_ERR_INTERNAL, "a step comes without its object");
}

/* "aside" drops, or creates again, what is there before and after: its change says which. */
static void render_aside(struct rendering *r, uint32_t role)
{
    const moult_change *c = r->operation->changes[0];
    const moult_node *from = r->host->plan->from(c), *to = r->host->plan->to(c);
    bool undo = role == MOULT_SQL_UNDO;
    r->role = role;
    r->emitted = 0;
    r->from = undo ? r->operation->to_tree : r->operation->from_tree;
    r->to = undo ? r->operation->from_tree : r->operation->to_tree;
    if (!to == undo)
        render_create(r, to ? to : from);
    else
        render_drop(r, to ? to : from);
}

/* Is there an inverse that brings back all there was?  Rows cannot be. */
static bool has_inverse(const moult_operation *o, const moult_host *host)
{
    const moult_node *from = o->from, *to = o->to, *node = to ? to : from;
    if (!from != !to || o->op == MOULT_RENAME)
        return to || !(node_is(host, node, "table") || node_is(host, node, "sequence"));
    if (!node_is(host, node, "table"))
        return true;
    struct table_diff d;
    struct effort e = {.hazards = MOULT_HAZARD_NOT_REVERSIBLE};
    if (table_diff_make(host, from, to, o->from_tree, o->to_tree, false, &d))
        effort_of(&d, &e);
    bool loses = (e.hazards & (MOULT_HAZARD_NOT_REVERSIBLE | MOULT_HAZARD_CHANGES_VALUES)) ||
                 (o->way && strcmp(o->way, "drop-partition") == 0);
    table_diff_free(&d);
    return !loses;
}

moult_status mydialect_render(const moult_host *host, const moult_operation *operation,
                              moult_script *script, moult_error *err)
{
    struct rendering r = {
        .host = host, .operation = operation, .script = script, .err = err, .status = MOULT_OK};
    bool aside = operation->way && strcmp(operation->way, "aside") == 0 && operation->change_count;
    void (*role)(struct rendering *, uint32_t) = aside ? render_aside : render_role;
    r.mysql = tree_is_mysql(host, operation->from_tree ? operation->from_tree : operation->to_tree);
    role(&r, MOULT_SQL_DO);
    if (r.status == MOULT_OK && (aside || has_inverse(operation, host)))
        role(&r, MOULT_SQL_UNDO);
    mytext_free(&r.sql);
    mytext_free(&r.settings);
    return r.status;
}
