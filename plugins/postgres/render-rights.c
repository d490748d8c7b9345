/* SPDX-License-Identifier: Apache-2.0 */
/* render-rights.c - owners, grants and comments. */
#include <stdlib.h>

#include "render.h"

struct grant {
    struct span role, privilege;
    bool option;
};

struct acl {
    struct grant *at;
    size_t n, cap;
    bool failed, owner; /* OWNER is mentioned: its own are not complete */
};

static void acl_free(struct acl *acl)
{
    free(acl->at);
}
#define CLEANUP_ACL __attribute__((cleanup(acl_free)))

static void acl_add(struct acl *acl, struct span role, struct span privilege, bool option)
{
    if (acl->n == acl->cap) {
        size_t cap = acl->cap ? 2 * acl->cap : 16;
        struct grant *at = realloc(acl->at, cap * sizeof *at);
        if (!at) {
            acl->failed = true;
            return;
        }
        acl->at = at;
        acl->cap = cap;
    }
    acl->at[acl->n++] = (struct grant){role, privilege, option};
}

static const struct grant *acl_find(const struct acl *acl, struct span role, struct span privilege)
{
    for (size_t i = 0; i < acl->n; i++)
        if (span_equal(acl->at[i].role, role) && span_equal(acl->at[i].privilege, privilege))
            return &acl->at[i];
    return NULL;
}

/* Up to the byte STOP outside of quotes. */
static struct span until(struct span s, char stop)
{
    size_t at = 0;
    while (at < s.n && s.p[at] != stop)
        at += sql_token(span_after(s, at));
    return (struct span){s.p, at < s.n ? at : s.n};
}

static struct span without_grantor(struct span privileges)
{
    const char *by = privileges.n ? memmem(privileges.p, privileges.n, " BY ", 4) : NULL;
    return by ? (struct span){privileges.p, (size_t)(by - privileges.p)} : privileges;
}

/* TEXT as the attribute has it; absent: what USUAL says PUBLIC has. */
static void acl_parse(struct acl *acl, struct span text, const char *usual)
{
    if (!text.p && usual)
        acl_add(acl, span_of("PUBLIC"), span_of(usual), false);
    while (text.n) {
        struct span entry = until(text, ';'), role = until(entry, ':'), list, each;
        text = span_after(text, entry.n);
        while (text.n && (*text.p == ';' || *text.p == ' '))
            text = span_after(text, 1);
        if (role.n == entry.n)
            continue;
        list = without_grantor(span_after(entry, role.n + 1));
        acl->owner |= span_is(role, "OWNER");
        while (list_next(&list, &each)) {
            bool option = each.n && each.p[each.n - 1] == '*';
            acl_add(acl, role, (struct span){each.p, each.n - option}, option);
        }
    }
}

/* Where grants are made: "ON TABLE s.t", or as defaults for later objects. */
struct place {
    struct text before; /* "ALTER DEFAULT PRIVILEGES FOR ROLE r " */
    struct text on;     /* "TABLE s.t" */
    struct span column;
    struct span owner;
};

static void place_free(struct place *place)
{
    pgtext_free(&place->before);
    pgtext_free(&place->on);
}
#define CLEANUP_PLACE __attribute__((cleanup(place_free)))

static struct span role_at(const struct place *place, struct span role)
{
    return span_is(role, "OWNER") ? place->owner : role;
}

/* "GRANT a, b ON ..." of those of ROLE in ACL with or without grant OPTION, that OTHER lacks.
 * false: there are none. */
static bool say_privileges(struct rendering *r, const struct place *place, const char *verb,
                           const struct acl *acl, const struct acl *other, struct span role,
                           bool option)
{
    bool first = true;
    for (size_t i = 0; i < acl->n; i++) {
        const struct grant *g = &acl->at[i], *o = acl_find(other, g->role, g->privilege);
        bool take = *verb == 'G' ? !o || (g->option && !o->option) : !o;
        if (*verb == 'R' && verb[6]) /* grant options alone */
            take = o && g->option && !o->option;
        else if (take && *verb == 'G')
            take = g->option == option;
        if (!take || !span_equal(g->role, role))
            continue;
        if (first)
            say(r, "%% ", (struct span){place->before.p, place->before.n}, span_of(verb));
        else
            say(r, ", ");
        say_span(r, g->privilege);
        if (place->column.p)
            say(r, " (%)", place->column);
        first = false;
    }
    return !first;
}

static void one_role(struct rendering *r, const struct place *place, const struct acl *from,
                     const struct acl *to, struct span role)
{
    struct span on = {place->on.p, place->on.n}, name = role_at(place, role);
    if (say_privileges(r, place, "REVOKE", from, to, role, false))
        run(r, " ON % FROM %", on, name);
    if (say_privileges(r, place, "REVOKE GRANT OPTION FOR", from, to, role, false))
        run(r, " ON % FROM %", on, name);
    if (say_privileges(r, place, "GRANT", to, from, role, false))
        run(r, " ON % TO %", on, name);
    if (say_privileges(r, place, "GRANT", to, from, role, true))
        run(r, " ON % TO % WITH GRANT OPTION", on, name);
}

static bool seen_before(const struct acl *acl, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (span_equal(acl->at[k].role, acl->at[i].role))
            return true;
    return false;
}

static void acl_changes(struct rendering *r, const struct place *place, struct acl *from,
                        const struct acl *to)
{
    struct span before = {place->before.p, place->before.n}, on = {place->on.p, place->on.n};
    if (to->owner && !from->owner)
        run(r, "%REVOKE ALL ON % FROM %", before, on, place->owner);
    if (from->owner && !to->owner)
        run(r, "%GRANT ALL ON % TO %", before, on, place->owner);
    for (size_t i = 0; i < from->n; i++)
        if (!seen_before(from, i) && !(span_is(from->at[i].role, "OWNER") && !to->owner))
            one_role(r, place, from, to, from->at[i].role);
    for (size_t i = 0; i < to->n; i++) {
        bool known = seen_before(to, i);
        for (size_t k = 0; !known && k < from->n; k++)
            known = span_equal(from->at[k].role, to->at[i].role);
        if (!known)
            one_role(r, place, from, to, to->at[i].role);
    }
    if (from->failed || to->failed || place->on.failed || place->before.failed)
        r->status = r->status ? r->status : postgres_nomem(r->host, r->err);
}

struct span owner_of(const moult_host *host, const moult_node *node)
{
    struct span owner = node_text(host, node_object(host, node), "owner");
    return owner.p ? owner : span_of("CURRENT_USER");
}

static void place_of(struct rendering *r, const moult_node *node, struct place *place)
{
    const moult_node *object = node_object(r->host, node);
    struct span key = node_key(r->host, object);
    const char *word = kind_of(r->host, object)->grant;
    pgtext_z(&place->on, word ? word : "");
    pgtext_char(&place->on, ' ');
    pgtext_add(&place->on, key.p, key.n);
    place->owner = owner_of(r->host, node);
    if (object != node)
        place->column = node_key(r->host, node);
}

/* The part of a key before its last name. */
static struct span schema_of(const moult_host *host, const moult_node *node)
{
    struct span schema, name;
    key_cut(node_key(host, node), &schema, &name);
    return schema;
}

/* Adds what default privileges in TREE may give to a new object like NODE. */
static bool add_defaults(struct rendering *r, const moult_tree *tree, const moult_node *node,
                         struct acl *acl)
{
    const moult_host *host = r->host;
    const char *objects = kind_of(host, node)->objects;
    bool any = false;
    EACH_CHILD(host, tree && objects ? host->tree->top(tree) : NULL, each)
    {
        struct span role = node_text(host, each, "role"), schema = node_text(host, each, "schema");
        if (!node_is(host, each, "default_privileges") ||
            !span_is(node_text(host, each, "objects"), objects) ||
            (role.p && !span_is(role, "CURRENT_USER")) ||
            (schema.p && !span_equal(schema, schema_of(host, node))))
            continue;
        acl_parse(acl, node_text(host, each, "grants"), NULL);
        any = true;
    }
    return any;
}

/* A new object may have more, or less, than what is usual: it is said in full. */
static bool grants_of_new(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    CLEANUP_ACL struct acl given = {0};
    bool any = false;
    if (node_count(host, r->from ? host->tree->top(r->from) : NULL))
        any = add_defaults(r, r->from, node, &given) | add_defaults(r, r->to, node, &given);
    if (!any)
        return false;
    CLEANUP_ACL struct acl wanted = {0}, none = {0};
    CLEANUP_PLACE struct place place = {0};
    place_of(r, node, &place);
    struct span on = {place.on.p, place.on.n};
    acl_parse(&wanted, node_text(host, node, "grants"), kind_of(host, node)->usual);
    if (kind_of(host, node)->usual)
        acl_add(&given, span_of("PUBLIC"), span_of(""), false);
    for (size_t i = 0; i < given.n; i++)
        if (!seen_before(&given, i) && !span_is(given.at[i].role, "OWNER"))
            run(r, "REVOKE ALL ON % FROM %", on, given.at[i].role);
    none.owner = given.owner;
    acl_changes(r, &place, &none, &wanted);
    return true;
}

/* Taking a privilege on a table from a role takes it on the columns too. */
static void columns_again(struct rendering *r, const moult_node *from, const moult_node *to)
{
    EACH_CHILD(r->host, to, column)
    {
        const moult_node *now = node_child(r->host, from, r->host->tree->kind(column),
                                           node_key(r->host, column));
        if (now && node_has(r->host, column, "grants"))
            render_column_grants(r, NULL, column);
    }
}

static void grants_between(struct rendering *r, const moult_node *from, const moult_node *to,
                           const char *usual)
{
    CLEANUP_ACL struct acl a = {0}, b = {0};
    CLEANUP_PLACE struct place place = {0};
    place_of(r, to ? to : from, &place);
    acl_parse(&a, node_text(r->host, from, "grants"), usual);
    acl_parse(&b, node_text(r->host, to, "grants"), usual);
    acl_changes(r, &place, &a, &b);
}

void render_column_grants(struct rendering *r, const moult_node *from, const moult_node *to)
{
    if (node_differs(r->host, from, to, "grants"))
        grants_between(r, from, to, NULL);
}

void render_all_grants(struct rendering *r, const moult_node *from, const moult_node *to)
{
    CLEANUP_ACL struct acl a = {0}, b = {0};
    CLEANUP_PLACE struct place place = {0};
    place_of(r, to ? to : from, &place);
    acl_parse(&a, node_text(r->host, from, "grants"), NULL);
    acl_parse(&b, node_text(r->host, to, "grants"), NULL);
    acl_changes(r, &place, &a, &b);
}

void render_grants(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const struct kind *k = kind_of(r->host, to);
    if (!k->grant || (!from && grants_of_new(r, to)) || !node_differs(r->host, from, to, "grants"))
        return;
    grants_between(r, from, to, k->usual);
    if (from)
        columns_again(r, from, to);
}

void render_owner(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    const struct kind *k = kind_of(host, to);
    if (!(k->flags & KIND_OWNER) || !node_differs(host, from, to, "owner"))
        return;
    const moult_node *column = from && node_is(host, to, "sequence")
                                   ? sequence_owner(host, r->from, node_key(host, to))
                                   : NULL;
    if (column && sequence_owner(host, r->to, node_key(host, to))) /* it follows its table */
        run(r, "ALTER TABLE % OWNER TO %", node_key(host, node_object(host, column)),
            owner_of(host, to));
    else
        run(r, "ALTER % % OWNER TO %", span_of(k->word), node_key(host, to), owner_of(host, to));
}

void render_comment(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span comment = node_text(r->host, to, "comment");
    if (!node_differs(r->host, from, to, "comment"))
        return;
    say(r, "COMMENT ON ");
    say_object(r, to);
    if (comment.p)
        run(r, " IS ~", comment);
    else
        run(r, " IS NULL");
}

void render_rights(struct rendering *r, const moult_node *from, const moult_node *to)
{
    render_owner(r, from, to);
    render_grants(r, from, to);
    render_comment(r, from, to);
}

void render_member(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    const moult_node *node = to ? to : from;
    struct span key = node_key(host, node), column = node_text(host, node, "column");
    CLEANUP_ACL struct acl a = {0}, b = {0};
    CLEANUP_PLACE struct place place = {.owner = span_of("CURRENT_USER"), .column = column};
    pgtext_add(&place.on, key.p, key.n - (column.p ? column.n + sizeof " ()" - 1 : 0));
    acl_parse(&a, from ? node_text(host, from, "grants") : node_text(host, to, "initial"), NULL);
    acl_parse(&b, to ? node_text(host, to, "grants") : node_text(host, from, "initial"), NULL);
    acl_changes(r, &place, &a, &b);
}

void render_default_privileges(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    const moult_node *node = to ? to : from;
    struct span role = node_text(host, node, "role"), schema = node_text(host, node, "schema");
    struct span objects = node_text(host, node, "objects");
    CLEANUP_ACL struct acl a = {0}, b = {0};
    CLEANUP_PLACE struct place place = {0};
    const char *usual = schema.p                           ? NULL
                        : span_is(objects, "FUNCTIONS") ? "EXECUTE"
                        : span_is(objects, "TYPES")     ? "USAGE"
                                                           : NULL;
    place.owner = role.p ? role : span_of("CURRENT_USER");
    pgtext_z(&place.before, "ALTER DEFAULT PRIVILEGES FOR ROLE ");
    pgtext_add(&place.before, place.owner.p, place.owner.n);
    pgtext_z(&place.before, schema.p ? " IN SCHEMA " : "");
    pgtext_add(&place.before, schema.p ? schema.p : "", schema.n);
    pgtext_char(&place.before, ' ');
    pgtext_add(&place.on, objects.p ? objects.p : "", objects.n);
    acl_parse(&a, node_text(host, from, "grants"), usual);
    acl_parse(&b, node_text(host, to, "grants"), usual);
    if (schema.p)
        a.owner = b.owner = true; /* nothing is there but what is named */
    acl_changes(r, &place, &a, &b);
}
