/* SPDX-License-Identifier: Apache-2.0 */
/* render-rights.c - GRANT and REVOKE: from one list of grants to another.
 *
 * "`u`@`h`: INSERT, SELECT (`a`, `b`)*; `r`: EXECUTE" */
#include "render.h"

/* What the accounts get something on. */
static void say_place(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    static const struct {
        const char *kind, *word;
    } words[] = {{"function", "FUNCTION "},
                 {"procedure", "PROCEDURE "},
                 {"package", "PACKAGE "},
                 {"package_body", "PACKAGE BODY "}};
    const moult_node *object = node_object(host, node);
    const char *word = "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (node_is(host, object, words[i].kind))
            word = words[i].word;
    if (node_is(host, object, "database"))
        say(r, " ON *");
    else
        say(r, " ON %@", slice_z(word), node_name(host, object));
}

struct grant {
    struct slice account, privilege; /* "SELECT (`a`)", without the star */
    bool option;
};

/* Where in S the first MARK outside of quotes and parentheses is; S.n: nowhere. */
static size_t find_mark(struct slice s, char mark)
{
    char quote = '\0';
    size_t depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quote) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '`') {
            quote = c;
        } else if (c == mark && !depth) {
            return i;
        } else {
            depth += c == '(';
            depth -= depth && c == ')';
        }
    }
    return s.n;
}

static struct slice cut(struct slice *rest, char mark)
{
    size_t n = find_mark(*rest, mark), skip = n < rest->n;
    struct slice head = {rest->p, n};
    *rest = (struct slice){rest->p + n + skip, rest->n - n - skip};
    while (rest->n && *rest->p == ' ')
        *rest = (struct slice){rest->p + 1, rest->n - 1};
    return head;
}

struct grants {
    struct slice rest, account, privileges;
};

static bool next_grant(struct grants *g, struct grant *out)
{
    while (!g->privileges.n) {
        if (!g->rest.n)
            return false;
        g->privileges = cut(&g->rest, ';');
        g->account = cut(&g->privileges, ':');
    }
    struct slice one = cut(&g->privileges, ',');
    bool option = one.n && one.p[one.n - 1] == '*';
    *out = (struct grant){g->account, {one.p, one.n - option}, option};
    return true;
}

static bool has_grant(struct slice list, const struct grant *wanted)
{
    struct grants g = {.rest = list};
    struct grant one;
    while (list.p && next_grant(&g, &one))
        if (slice_eq(one.account, wanted->account) && slice_eq(one.privilege, wanted->privilege) &&
            one.option == wanted->option)
            return true;
    return false;
}

/* A column's own grants: its name stands behind the privilege. */
static void say_privilege(struct rendering *r, const moult_node *node, struct slice privilege)
{
    say(r, "%", privilege);
    if (node_is(r->host, node, "column"))
        say(r, " (@)", node_name(r->host, node));
}

/* Does the account keep any privilege with grant option?  One stands for all in the same place. */
static void revoke(struct rendering *r, const moult_node *node, const struct grant *g)
{
    say(r, "REVOKE ");
    if (g->option)
        say(r, "GRANT OPTION, ");
    say_privilege(r, node, g->privilege);
    say_place(r, node);
    say(r, " FROM %", g->account);
    done(r);
    probe(r, "SELECT 0");
}

static void grant(struct rendering *r, const moult_node *node, const struct grant *g)
{
    say(r, "GRANT ");
    say_privilege(r, node, g->privilege);
    say_place(r, node);
    say(r, " TO %%", g->account, slice_z(g->option ? " WITH GRANT OPTION" : ""));
    done(r);
    probe(r, "SELECT 0");
}

void render_grants(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    struct slice old = node_text(host, from, "grants"), new = node_text(host, to, "grants");
    struct grants a = {.rest = old}, b = {.rest = new};
    struct grant g;
    while (old.p && next_grant(&a, &g))
        if (!has_grant(new, &g))
            revoke(r, to ? to : from, &g);
    while (new.p && next_grant(&b, &g))
        if (!has_grant(old, &g))
            grant(r, to, &g);
}

void render_all_grants(struct rendering *r, const moult_node *from, const moult_node *to)
{
    render_grants(r, from, to);
    EACH_CHILD(r->host, to, column)
    {
        if (node_is(r->host, column, "column"))
            render_grants(r,
                          from ? node_child(r->host, from, "column", node_key(r->host, column))
                               : NULL,
                          column);
    }
}
