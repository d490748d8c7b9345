/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-parts.c - triggers, rules, policies, statistics objects: what belongs to a relation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

/* 'O' fires unless a replica applies changes: the usual. */
static void put_enabled(struct inspect *in, moult_node *node, char c)
{
    if (c != 'O')
        pginspect_set_z(in, node, MOULT_SHAPE, "enabled",
                        c == 'D'   ? "DISABLED"
                        : c == 'R' ? "REPLICA"
                                   : "ALWAYS");
}

void pginspect_trigger_row(struct inspect *in, const struct row *row)
{
    const struct relation *r = pginspect_relation(in, row_u32(row, 1));
    struct entity *e =
        r ? pginspect_of_relation(in, "trigger", CLASS_TRIGGER, row_u32(row, 0), r, row->field[2])
          : NULL;
    if (!e)
        return;
    if (row_char(row, 4))
        pginspect_claim(in, e->node, "constraint", slice_of(&in->key));
    put_enabled(in, e->node, row_char(row, 3));
    pginspect_flag(in, e->node, "constraint", row_char(row, 4));
    pginspect_sql(in, e->node, "definition", row->field[5]);
}

void pginspect_rule_row(struct inspect *in, const struct row *row)
{
    const struct relation *r = pginspect_relation(in, row_u32(row, 1));
    if (!r)
        return;
    if (!row->field[4].p) { /* the query of a view */
        struct entity *e = pginspect_entity(in, CLASS_REWRITE, row_u32(row, 0));
        if (e)
            e->node = r->node;
        return;
    }
    struct entity *e =
        pginspect_of_relation(in, "rule", CLASS_REWRITE, row_u32(row, 0), r, row->field[2]);
    if (!e)
        return;
    struct slice text = row->field[4];
    if (text.n && text.p[text.n - 1] == ';')
        text.n--;
    put_enabled(in, e->node, row_char(row, 3));
    pginspect_sql(in, e->node, "definition", text);
}

static int compare(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;
    int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return c ? c : (x->n > y->n) - (x->n < y->n);
}

#define MAX_ROLES 256

/* Roles parted by \x1f, sorted; one without a name is PUBLIC. */
static void put_roles(struct inspect *in, moult_node *node, struct slice list)
{
    struct slice roles[MAX_ROLES];
    size_t count = 0;
    while (count < MAX_ROLES) {
        const char *end = list.n ? memchr(list.p, '\x1f', list.n) : NULL;
        struct slice one = {list.p, end ? (size_t)(end - list.p) : list.n};
        pgtext_clear(&in->value);
        if (one.n)
            pginspect_role(in, &in->value, one);
        else
            pgtext_z(&in->value, "PUBLIC");
        roles[count++] = pginspect_copy(in, slice_of(&in->value));
        if (!end)
            break;
        list.n -= one.n + 1;
        list.p = end + 1;
    }
    qsort(roles, count, sizeof *roles, compare);
    pgtext_clear(&in->value);
    for (size_t i = 0; i < count; i++) {
        if (i)
            pgtext_z(&in->value, ", ");
        pgtext_add(&in->value, roles[i].p, roles[i].n);
    }
    if (in->value.failed)
        pginspect_nomem(in);
    pginspect_set(in, node, MOULT_SHAPE, "roles", slice_of(&in->value));
}

void pginspect_policy_row(struct inspect *in, const struct row *row)
{
    const struct relation *r = pginspect_relation(in, row_u32(row, 1));
    struct entity *e =
        r ? pginspect_of_relation(in, "policy", CLASS_POLICY, row_u32(row, 0), r, row->field[2])
          : NULL;
    if (!e)
        return;
    static const char *const commands[] = {"r", "SELECT", "a", "INSERT",
                                           "w", "UPDATE", "d", "DELETE"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i += 2) {
        if (row_char(row, 3) == *commands[i])
            pginspect_set_z(in, e->node, MOULT_SHAPE, "command", commands[i + 1]);
    }
    pginspect_flag(in, e->node, "restrictive", !row_char(row, 4));
    if (row->field[5].p)
        put_roles(in, e->node, row->field[5]);
    pginspect_sql(in, e->node, "using", row->field[6]);
    pginspect_sql(in, e->node, "check", row->field[7]);
}

/* "CREATE STATISTICS s.n (kinds) ON a, b FROM s.t" from what follows the name. */
static struct slice statistics_definition(struct slice text)
{
    static const char head[] = "CREATE STATISTICS ";
    if (text.n < sizeof head || memcmp(text.p, head, sizeof head - 1) != 0)
        return text;
    size_t i = sizeof head - 1;
    for (bool quoted = false; i < text.n && (quoted || text.p[i] != ' '); i++)
        quoted ^= text.p[i] == '"';
    i += i < text.n;
    return (struct slice){text.p + i, text.n - i};
}

void pginspect_statistics_row(struct inspect *in, const struct row *row)
{
    const struct relation *r = pginspect_relation(in, row_u32(row, 4));
    const struct entity *table = r ? pginspect_find(in, CLASS_CLASS, r->oid) : NULL;
    struct entity *e = r ? pginspect_in_schema(in, "statistics", CLASS_STATISTIC, row_u32(row, 0),
                                               row_u32(row, 1), row->field[2], (struct slice){0})
                         : NULL;
    if (!e || !table)
        return;
    pginspect_claim(in, e->node, "statistics", slice_of(&in->key));
    pginspect_set(in, e->node, MOULT_SHAPE, "table", r->key);
    pginspect_refer(in, e->node, MOULT_REF_OWNED, table->path);
    pginspect_owner(in, e->node, row->field[3]);
    pginspect_sql(in, e->node, "definition", statistics_definition(row->field[5]));
    if ((int32_t)row_u32(row, 6) >= 0) {
        char n[16];
        snprintf(n, sizeof n, "%d", (int32_t)row_u32(row, 6));
        pginspect_set_z(in, e->node, MOULT_LAYOUT, "target", n);
    }
}
