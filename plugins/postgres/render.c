/* SPDX-License-Identifier: Apache-2.0 */
/* render.c - dialect.render: the statements of one step.
 *
 * What is written as a role (DO, or UNDO with both sides exchanged) comes from the same functions:
 * create, drop and alter of a node, by its kind. */
#include <stdio.h>

#include "render.h"

void render_fail(struct rendering *r, moult_status st, const char *fmt, ...)
{
    char message[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    if (r->status == MOULT_OK)
        r->status = postgres_fail(r->host, r->err, st, "%s", message);
}

void say_span(struct rendering *r, struct span s)
{
    if (s.n)
        pgtext_add(&r->sql, s.p, s.n);
}

void say_literal(struct rendering *r, struct span s)
{
    pgtext_literal(&r->sql, s.p ? s.p : "", s.n);
}

static void say_list(struct rendering *r, const char *fmt, va_list ap)
{
    while (*fmt) {
        size_t n = strcspn(fmt, "%~");
        pgtext_add(&r->sql, fmt, n);
        fmt += n;
        if (*fmt == '%')
            say_span(r, va_arg(ap, struct span));
        else if (*fmt == '~')
            say_literal(r, va_arg(ap, struct span));
        fmt += *fmt != '\0';
    }
}

void say(struct rendering *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say_list(r, fmt, ap);
    va_end(ap);
}

/* Texts may come from a snapshot file that somebody wrote: none may end its statement and begin another.
 * Only in the body of a routine that is SQL itself are there semicolons, and between a rule's actions, where the
 * parentheses around them hold. */
static bool is_one_statement(struct span s)
{
    size_t atomic = 0, depth = 0;
    bool begin = false;
    for (size_t n; s.n; s = span_after(s, n)) {
        n = sql_token(s);
        struct span t = {s.p, n};
        char c = *s.p;
        if (c == ';' && !atomic && !depth)
            return false;
        if ((c == '\'' || c == '"') && (n < 2 || s.p[n - 1] != c))
            return false;
        depth += c == '(';
        depth -= depth && c == ')';
        if (begin && n == 6 && strncasecmp(s.p, "ATOMIC", 6) == 0 && !depth)
            atomic = 1;
        else if (atomic && n == 4 && strncasecmp(s.p, "CASE", 4) == 0)
            atomic++;
        else if (atomic && n == 3 && strncasecmp(s.p, "END", 3) == 0)
            atomic--;
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            begin = n == 5 && strncasecmp(t.p, "BEGIN", 5) == 0;
    }
    return !atomic && !depth;
}

static void emit(struct rendering *r, uint32_t role)
{
    if (r->status == MOULT_OK && r->sql.failed)
        r->status = postgres_nomem(r->host, r->err);
    struct span s = {r->sql.p, r->sql.n};
    if (r->status == MOULT_OK && !is_one_statement(s)) {
        render_fail(r, MOULT_ERR_INVALID,
                    "a text of the schema would end its statement and begin another");
        r->host->error_detail(r->host->ctx, r->err, "statement", s.p, s.n);
    }
    if (r->status == MOULT_OK)
        r->status = r->host->plan->statement(r->script, role, s.p, s.n);
    if (r->status == MOULT_ERR_NOMEM)
        postgres_nomem(r->host, r->err);
    pgtext_clear(&r->sql);
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
    run(r, "SELECT /* nothing to do: % */", span_of(why));
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

struct span temporary_name(struct rendering *r, char out[64], const char *what)
{
    const char *id = r->operation->run ? r->operation->run : "";
    snprintf(out, 64, "moult_%.16s_%.40s", id, what);
    return span_of(out);
}

static void create_object(struct rendering *r, const moult_node *node)
{
    if (node_is(r->host, node, "table") || node_is(r->host, node, "foreign_table"))
        create_table(r, node);
    else if (node_is(r->host, node, "foreign_key"))
        create_constraint(r, node);
    else if (!create_related(r, node) && !create_type(r, node) && !create_misc(r, node))
        render_fail(r, MOULT_ERR_UNSUPPORTED, "cannot create objects of the kind %s",
                    r->host->tree->kind(node));
}

static bool is_nested(const moult_host *host, const moult_node *node)
{
    return node_object(host, node) != node;
}

void render_create(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    if (!is_nested(host, node))
        create_object(r, node);
    else if (node_is(host, node, "column"))
        create_column(r, node);
    else if (node_is(host, node, "default"))
        set_default(r, NULL, node);
    else if (node_is(host, node, "owned_sequence"))
        own_sequence(r, node, true);
    else if (node_is(host, node, "attribute"))
        create_attribute(r, node);
    else if (node_is(host, node, "index_copy"))
        render_index_copy(r, NULL, node);
    else
        create_constraint(r, node);
}

void render_drop(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span relation, name;
    if (!is_nested(host, node)) {
        drop_object(r, node);
        return;
    }
    belongs(host, node, &relation, &name);
    if (node_is(host, node, "column"))
        drop_column(r, node);
    else if (node_is(host, node, "default"))
        set_default(r, node, NULL);
    else if (node_is(host, node, "owned_sequence")) /* it may have gone with its column */
        release_sequence(r, name, relation, node_key(host, host->tree->parent(node)));
    else if (node_is(host, node, "attribute"))
        run(r, "ALTER TYPE % DROP ATTRIBUTE % CASCADE", relation, name);
    else if (node_is(host, node, "index_copy"))
        render_index_copy(r, node, NULL);
    else
        drop_constraint(r, node);
}

void render_alter(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    if (node_is(host, to, "column"))
        alter_column(r, from, to);
    else if (node_is(host, to, "default"))
        set_default(r, from, to);
    else if (node_is(host, to, "attribute"))
        alter_attribute(r, from, to);
    else if (node_is(host, to, "index_copy"))
        render_index_copy(r, from, to);
    else if (is_constraint(host, to))
        alter_constraint(r, from, to);
    else if (node_is(host, to, "table") || node_is(host, to, "foreign_table"))
        alter_table(r, from, to);
    else if (!alter_related(r, from, to) && !alter_type(r, from, to) && !alter_misc(r, from, to))
        render_fail(r, MOULT_ERR_UNSUPPORTED, "cannot alter objects of the kind %s",
                    host->tree->kind(to));
}

static void render_change(struct rendering *r, const moult_node *from, const moult_node *to)
{
    if (!from)
        render_create(r, to);
    else if (!to)
        render_drop(r, from);
    else
        render_alter(r, from, to);
}

static void render_changes(struct rendering *r, bool undo)
{
    const moult_operation *o = r->operation;
    for (uint32_t i = 0; i < o->change_count; i++) {
        const moult_change *c = o->changes[undo ? o->change_count - 1 - i : i];
        const moult_node *from = r->host->plan->from(c), *to = r->host->plan->to(c);
        render_change(r, undo ? to : from, undo ? from : to);
    }
}

/* Is what the operation takes away gone for good? */
static bool loses(const struct rendering *r)
{
    const moult_operation *o = r->operation;
    for (uint32_t i = 0; i < o->change_count; i++) {
        const moult_node *from = r->host->plan->from(o->changes[i]);
        const moult_node *to = r->host->plan->to(o->changes[i]);
        if (!to && (node_is(r->host, from, "table") || node_is(r->host, from, "sequence") ||
                    (node_is(r->host, from, "column") && !node_has(r->host, from, "generated"))))
            return true;
        if (from && to && node_is(r->host, to, "column") && column_anew(r->host, from, to))
            return true;
        if (from && to && node_is(r->host, to, "column") && node_differs(r->host, from, to, "type"))
            return true;
    }
    return false;
}

static void render_role(struct rendering *r, uint32_t role)
{
    const moult_operation *o = r->operation;
    bool undo = role == MOULT_SQL_UNDO;
    const char *way = o->way ? o->way : "";
    const moult_node *from = undo ? o->to : o->from, *to = undo ? o->from : o->to;
    r->role = role;
    r->emitted = 0;
    r->from = undo ? o->to_tree : o->from_tree;
    r->to = undo ? o->from_tree : o->to_tree;
    if (strcmp(way, "along") == 0)
        nothing(r, "it changes with what it is a part of");
    else if (strcmp(way, "concurrently") == 0)
        render_index_concurrently(r, from ? from : to, from != NULL);
    else if (strcmp(way, "rename") == 0 && o->change_count == 1)
        render_rename(r, undo ? r->host->plan->to(o->changes[0]) : r->host->plan->from(o->changes[0]),
                      undo ? r->host->plan->from(o->changes[0]) : r->host->plan->to(o->changes[0]));
    else if (strcmp(way, "replace") == 0 && from && to) {
        render_drop(r, from);
        render_create(r, to);
    } else if (strcmp(way, "relink") == 0 && from && to)
        relink_table(r, from, to);
    else if (strcmp(way, "rebuild") == 0 && from && to)
        rebuild_table(r, from, to);
    else if (strcmp(way, "add-value") == 0 && from && to)
        alter_type(r, from, to);
    else if (strcmp(way, "swap-type") == 0 && from && to)
        swap_type(r, from);
    else if (strcmp(way, "swap-collation") == 0 && from && to)
        swap_collation(r, from, to);
    else if (strcmp(way, "replace-part") == 0 && o->change_count == 1) {
        const moult_node *a = r->host->plan->from(o->changes[0]);
        const moult_node *b = r->host->plan->to(o->changes[0]);
        render_drop(r, undo ? b : a);
        render_create(r, undo ? a : b);
    } else
        render_changes(r, undo);
}

/* Is there an inverse that brings back all there was?  Rows cannot be. */
static bool has_inverse(const struct rendering *r)
{
    static const char *const one_way[] = {"rebuild", "relink", "swap-type", "swap-collation", "along",
                                          "add-value"};
    for (size_t i = 0; i < sizeof one_way / sizeof *one_way; i++)
        if (r->operation->way && strcmp(r->operation->way, one_way[i]) == 0)
            return false;
    return !loses(r);
}

moult_status postgres_render(const moult_host *host, const moult_operation *operation,
                             moult_script *script, moult_error *err)
{
    struct rendering r = {
        .host = host, .operation = operation, .script = script, .err = err, .status = MOULT_OK};
    render_role(&r, MOULT_SQL_DO);
    if (r.status == MOULT_OK && has_inverse(&r))
        render_role(&r, MOULT_SQL_UNDO);
    pgtext_free(&r.sql);
    return r.status;
}
