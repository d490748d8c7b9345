/* SPDX-License-Identifier: Apache-2.0 */
/* memory-render.c - a step's statements, each with the probe that tells whether it took place, and
 * what takes the step back. */
#include <stdio.h>

#include "memory.h"

struct out {
    const moult_host *host;
    const moult_tree_api *tree;
    moult_script *script;
    char *text; /* of the statement being written */
    size_t len;
    FILE *f;
    moult_status status;
};

static void begin(struct out *o)
{
    o->text = NULL;
    o->f = open_memstream(&o->text, &o->len);
    if (!o->f)
        o->status = MOULT_ERR_NOMEM;
}

static void end(struct out *o, uint32_t role)
{
    if (o->f && fclose(o->f))
        o->status = MOULT_ERR_NOMEM;
    if (!o->status)
        o->status = o->host->plan->statement(o->script, role, o->text, o->len);
    free(o->text);
}

/* One statement of ROLE. */
#define SAY(o, role, ...)                                                                          \
    do {                                                                                           \
        begin(o);                                                                                  \
        if ((o)->f)                                                                                \
            fprintf((o)->f, __VA_ARGS__);                                                          \
        end(o, role);                                                                              \
    } while (0)

/* The name of NODE, quoted unless it is a marker, which bind() quotes. */
static char *name_of(struct out *o, const moult_node *node)
{
    size_t len, n = 0;
    const char *name = o->tree->text(node, "name", &len);
    if (!name)
        name = o->tree->key(node, &len);
    char *quoted = malloc(2 * len + 3);
    if (!quoted) {
        o->status = MOULT_ERR_NOMEM;
        return NULL;
    }
    bool marked = memchr(name, MOULT_MARK_OPEN, len) != NULL;
    if (!marked)
        quoted[n++] = '"';
    for (size_t i = 0; i < len; i++) {
        quoted[n++] = name[i];
        if (name[i] == '"' && !marked)
            quoted[n++] = '"';
    }
    if (!marked)
        quoted[n++] = '"';
    quoted[n] = 0;
    return quoted;
}

static char *type_of(struct out *o, const moult_node *column)
{
    size_t len = 0;
    char *text = NULL;
    FILE *f = open_memstream(&text, &len);
    if (!f) {
        o->status = MOULT_ERR_NOMEM;
        return NULL;
    }
    const char *type = o->tree->text(column, "type", NULL);
    const char *fallback = o->tree->text(column, "default", NULL);
    fputs(type ? type : "text", f);
    if (o->tree->text(column, "not_null", NULL))
        fputs(" not null", f);
    if (fallback)
        fprintf(f, " default %s", fallback);
    fclose(f);
    return text;
}

/* "(C TYPE, ...)" of all columns. */
static char *columns_of(struct out *o, const moult_node *table)
{
    size_t len = 0;
    char *text = NULL;
    FILE *f = open_memstream(&text, &len);
    if (!f) {
        o->status = MOULT_ERR_NOMEM;
        return NULL;
    }
    const char *sep = "(";
    for (uint32_t i = 0; i < o->tree->count(table); i++) {
        const moult_node *c = o->tree->child(table, i);
        if (strcmp(o->tree->kind(c), "column") != 0)
            continue;
        MEMORY_FREE char *name = name_of(o, c);
        MEMORY_FREE char *type = type_of(o, c);
        fprintf(f, "%s%s %s", sep, name ? name : "", type ? type : "");
        sep = ", ";
    }
    fputs(")", f);
    fclose(f);
    return text;
}

static char *literal(struct out *o, const char *text)
{
    char *out = text ? malloc(2 * strlen(text) + 3) : strdup("null"), *p = out;
    if (!out) {
        o->status = MOULT_ERR_NOMEM;
        return NULL;
    }
    if (!text)
        return out;
    *p++ = '\'';
    for (; *text; text++) {
        *p++ = *text;
        if (*text == '\'')
            *p++ = '\'';
    }
    *p++ = '\'';
    *p = 0;
    return out;
}

static void say_comment(struct out *o, uint32_t role, const char *table, const char *text)
{
    MEMORY_FREE char *value = literal(o, text);
    SAY(o, role, "comment on table %s is %s", table, value);
    if (role == MOULT_SQL_DO)
        SAY(o, MOULT_SQL_PROBE, "comment %s %s", table, value);
}

static void create(struct out *o, const moult_node *node, uint32_t role)
{
    const char *kind = o->tree->kind(node);
    MEMORY_FREE char *name = name_of(o, node);
    if (strcmp(kind, "table") == 0) {
        MEMORY_FREE char *columns = columns_of(o, node);
        SAY(o, role, "create table %s %s", name, columns);
    } else if (strcmp(kind, "index") == 0) {
        SAY(o, role, "create %sindex %s on %s (%s)",
            o->tree->text(node, "unique", NULL) ? "unique " : "", name,
            o->tree->text(node, "table", NULL), o->tree->text(node, "columns", NULL));
    } else {
        SAY(o, role, "create view %s as %s", name, o->tree->text(node, "body", NULL));
    }
    if (role == MOULT_SQL_DO)
        SAY(o, MOULT_SQL_PROBE, "%s %s", kind, name);
    const char *comment = o->tree->text(node, "comment", NULL);
    if (comment)
        say_comment(o, role, name, comment);
}

static void drop(struct out *o, const moult_node *node, uint32_t role)
{
    const char *kind = o->tree->kind(node);
    MEMORY_FREE char *name = name_of(o, node);
    SAY(o, role, "drop %s %s", kind, name);
    if (role == MOULT_SQL_DO)
        SAY(o, MOULT_SQL_PROBE, "no %s %s", kind, name);
}

static void column(struct out *o, const char *table, const moult_change *change)
{
    const moult_plan_api *plan = o->host->plan;
    const moult_node *from = plan->from(change), *to = plan->to(change);
    MEMORY_FREE char *old = from ? name_of(o, from) : NULL;
    MEMORY_FREE char *new = to ? name_of(o, to) : NULL;
    MEMORY_FREE char *old_type = from ? type_of(o, from) : NULL;
    MEMORY_FREE char *new_type = to ? type_of(o, to) : NULL;
    if (!from) {
        SAY(o, MOULT_SQL_DO, "alter table %s add column %s %s", table, new, new_type);
        SAY(o, MOULT_SQL_PROBE, "column %s %s", table, new);
        SAY(o, MOULT_SQL_UNDO, "alter table %s drop column %s", table, new);
        return;
    }
    if (!to) {
        SAY(o, MOULT_SQL_DO, "alter table %s drop column %s", table, old);
        SAY(o, MOULT_SQL_PROBE, "no column %s %s", table, old);
        return;
    }
    if (old_type && new_type && strcmp(old_type, new_type) != 0) {
        SAY(o, MOULT_SQL_DO, "alter table %s alter column %s %s", table, old, new_type);
        SAY(o, MOULT_SQL_PROBE, "column %s %s is %s", table, old, new_type);
        if (!plan->differs(change, "type"))
            SAY(o, MOULT_SQL_UNDO, "alter table %s alter column %s %s", table, old, old_type);
    }
    if (old && new &&strcmp(old, new) != 0) {
        SAY(o, MOULT_SQL_DO, "alter table %s rename column %s to %s", table, old, new);
        SAY(o, MOULT_SQL_PROBE, "column %s %s", table, new);
        SAY(o, MOULT_SQL_UNDO, "alter table %s rename column %s to %s", table, new, old);
    }
}

static void table_rename(struct out *o, const char *old, const char *new)
{
    SAY(o, MOULT_SQL_DO, "alter table %s rename to %s", old, new);
    SAY(o, MOULT_SQL_PROBE, "table %s and no table %s", new, old);
    SAY(o, MOULT_SQL_UNDO, "alter table %s rename to %s", new, old);
}

static void table(struct out *o, const moult_change *change)
{
    const moult_node *from = o->host->plan->from(change), *to = o->host->plan->to(change);
    MEMORY_FREE char *old = name_of(o, from);
    MEMORY_FREE char *new = name_of(o, to);
    const char *now = o->tree->text(from, "comment", NULL);
    const char *then = o->tree->text(to, "comment", NULL);
    if ((now || then) && (!now || !then || strcmp(now, then) != 0)) {
        say_comment(o, MOULT_SQL_DO, old, then);
        say_comment(o, MOULT_SQL_UNDO, old, now);
    }
    if (old && new &&strcmp(old, new) != 0) {
        /* Another spelling of one key: the table under the old name is the same one. */
        SAY(o, MOULT_SQL_DO, "alter table %s rename to %s", old, new);
        SAY(o, MOULT_SQL_PROBE, "table %s", new);
        SAY(o, MOULT_SQL_UNDO, "alter table %s rename to %s", new, old);
    }
}

static void rebuild(struct out *o, const moult_operation *op)
{
    MEMORY_FREE char *old = name_of(o, op->from);
    MEMORY_FREE char *new = name_of(o, op->to);
    MEMORY_FREE char *columns = columns_of(o, op->to);
    const char *comment = o->tree->text(op->to, "comment", NULL), *run = op->run;
    SAY(o, MOULT_SQL_DO, "create table moult_%s_new %s", run, columns);
    SAY(o, MOULT_SQL_PROBE, "table moult_%s_new", run);
    SAY(o, MOULT_SQL_DO, "copy %s to moult_%s_new", old, run);
    SAY(o, MOULT_SQL_PROBE, "rows %s = moult_%s_new", old, run);
    SAY(o, MOULT_SQL_DO, "drop table %s", old);
    SAY(o, MOULT_SQL_PROBE, "no table %s", old);
    SAY(o, MOULT_SQL_DO, "alter table moult_%s_new rename to %s", run, new);
    begin(o);
    if (o->f)
        fprintf(o->f, "no table moult_%s_new and table %s %s", run, new, columns);
    end(o, MOULT_SQL_PROBE);
    if (comment)
        say_comment(o, MOULT_SQL_DO, new, comment);
}

static void rename_object(struct out *o, const moult_operation *op, const moult_change *change)
{
    const moult_plan_api *plan = o->host->plan;
    const moult_node *from = plan->from(change), *to = plan->to(change);
    MEMORY_FREE char *old = name_of(o, from);
    MEMORY_FREE char *new = name_of(o, to);
    if (strcmp(o->tree->kind(from), "column") == 0) {
        MEMORY_FREE char *parent = name_of(o, op->to); /* a renamed table has its new name already */
        column(o, parent, change);
    } else if (strcmp(o->tree->kind(from), "table") == 0) {
        table_rename(o, old, new);
    } else {
        drop(o, from, MOULT_SQL_DO);
        create(o, to, MOULT_SQL_DO);
        drop(o, to, MOULT_SQL_UNDO);
        create(o, from, MOULT_SQL_UNDO);
    }
}

static void alter(struct out *o, const moult_operation *op)
{
    MEMORY_FREE char *name = name_of(o, op->from);
    for (uint32_t i = 0; i < op->change_count && !o->status; i++) {
        const moult_change *change = op->changes[i];
        const moult_node *node = o->host->plan->to(change);
        if (!node)
            node = o->host->plan->from(change);
        if (o->host->plan->op(change) == MOULT_RENAME)
            rename_object(o, op, change);
        else if (strcmp(o->tree->kind(node), "column") == 0)
            column(o, name, change);
        else
            table(o, change);
    }
}

moult_status memory_render(const moult_host *host, const moult_operation *op, moult_script *script,
                           moult_error *err)
{
    struct out o = {.host = host, .tree = host->tree, .script = script};
    /* A column that comes or goes is a change of its table, which stays. */
    bool nested = op->change_count && host->plan->object(op->changes[0]) != op->changes[0];
    if (op->op == MOULT_CREATE && !nested) {
        create(&o, op->to, MOULT_SQL_DO);
        drop(&o, op->to, MOULT_SQL_UNDO);
    } else if (op->op == MOULT_DROP && !nested) {
        drop(&o, op->from, MOULT_SQL_DO);
        if (strcmp(host->tree->kind(op->from), "table") != 0)
            create(&o, op->from, MOULT_SQL_UNDO);
    } else if (strcmp(op->way, "rebuild") == 0) {
        rebuild(&o, op);
    } else if (strcmp(op->way, "replace") == 0) {
        drop(&o, op->from, MOULT_SQL_DO);
        create(&o, op->to, MOULT_SQL_DO);
        drop(&o, op->to, MOULT_SQL_UNDO);
        create(&o, op->from, MOULT_SQL_UNDO);
    } else {
        alter(&o, op);
    }
    return o.status == MOULT_ERR_NOMEM ? memory_fail(host, err, MOULT_ERR_NOMEM, "out of memory")
                                       : o.status;
}
