/* SPDX-License-Identifier: Apache-2.0 */
/* grants.c - owners and access control lists as attributes. */
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

/* X(letter in an aclitem, its name) */
#define PRIVILEGES(X)                                                                              \
    X('r', "SELECT")                                                                               \
    X('a', "INSERT") X('w', "UPDATE") X('d', "DELETE") X('D', "TRUNCATE") X('x', "REFERENCES")     \
        X('t', "TRIGGER") X('m', "MAINTAIN") X('X', "EXECUTE") X('U', "USAGE") X('C', "CREATE")    \
            X('c', "CONNECT") X('T', "TEMPORARY") X('s', "SET") X('A', "ALTER SYSTEM")

static const struct {
    char letter;
    const char *name;
} privileges[] = {
#define PRIVILEGE_ROW(letter, name) {letter, name},
    PRIVILEGES(PRIVILEGE_ROW)
#undef PRIVILEGE_ROW
};
#define PRIVILEGE_COUNT (sizeof privileges / sizeof *privileges)

/* Does it stand for the role that moult acts as? */
static bool stands_in(const struct inspect *in, struct slice role)
{
    return role.p && in->session->stand_in && slice_is(role, in->session->stand_in);
}

void pginspect_role(const struct inspect *in, struct text *t, struct slice role)
{
    if (slice_eq(role, in->acting) || stands_in(in, role)) {
        pgtext_z(t, "CURRENT_USER");
        return;
    }
    for (uint32_t i = 0; i < in->binding_count; i++) {
        if (!slice_is(role, in->bindings[i]->value))
            continue;
        pgtext_char(t, MOULT_MARK_OPEN);
        pgtext_z(t, in->bindings[i]->name);
        pgtext_char(t, MOULT_MARK_CLOSE);
        return;
    }
    pgtext_name(t, role.p, role.n);
}

void pginspect_owner(struct inspect *in, moult_node *node, struct slice owner)
{
    if (!owner.p || !node || stands_in(in, owner))
        return;
    pgtext_clear(&in->value);
    pginspect_role(in, &in->value, owner);
    if (in->value.failed)
        pginspect_nomem(in);
    pginspect_set(in, node, MOULT_RIGHTS, "owner", slice_of(&in->value));
}

/* What the owner of a new object can do, and what everybody can. */
static const char *owner_usual(const struct inspect *in, char what)
{
    switch (what) {
    case 'r':
        return in->session->number >= 170000 ? "arwdDxtm" : "arwdDxt";
    case 's':
        return "rwU";
    case 'f':
        return "X";
    case 'n':
    case 'p':
        return "UC";
    case 'T':
    case 'l':
    case 'F':
    case 'S':
        return "U";
    default:
        return "";
    }
}

static const char *public_usual(const struct inspect *in, char what)
{
    if (what == 'p') /* everybody could create in "public" once */
        return in->session->number >= 150000 ? "U" : "UC";
    return what == 'f' ? "X" : what == 'T' || what == 'l' ? "U" : "";
}

struct item {
    struct slice grantee; /* as SQL */
    struct slice grantor; /* as SQL; p NULL = the owner */
    struct slice rights;  /* letters, "*" behind each with grant option */
};

#define MAX_ITEMS 1024

struct list {
    struct item items[MAX_ITEMS];
    size_t count;
    struct slice owner; /* bare */
    bool overflow;
};

/* A role's bare name from an aclitem; moves *P behind it. */
static struct slice take_role(struct inspect *in, const char **p, const char *end,
                              struct text *bare)
{
    pgtext_clear(bare);
    bool quoted = false;
    for (; *p < end; (*p)++) {
        if (**p == '"') {
            if (quoted && end - *p > 1 && (*p)[1] == '"')
                (*p)++;
            else {
                quoted = !quoted;
                continue;
            }
        } else if (!quoted && (**p == '=' || **p == ',')) {
            break;
        }
        pgtext_char(bare, **p);
    }
    if (bare->failed)
        pginspect_nomem(in);
    return stands_in(in, slice_of(bare)) ? in->acting : slice_of(bare);
}

static struct slice as_sql(struct inspect *in, struct slice role, struct slice owner)
{
    pgtext_clear(&in->same);
    if (!role.n)
        pgtext_z(&in->same, "PUBLIC");
    else if (slice_eq(role, owner))
        pgtext_z(&in->same, "OWNER");
    else
        pginspect_role(in, &in->same, role);
    if (in->same.failed)
        pginspect_nomem(in);
    return pginspect_copy(in, slice_of(&in->same));
}

static void read_items(struct inspect *in, struct list *l, struct slice acl)
{
    CLEANUP_TEXT struct text bare = {0};
    const char *p = acl.p, *end = acl.p + acl.n;
    while (p < end && in->st == MOULT_OK) {
        if (l->count == MAX_ITEMS) {
            l->overflow = true;
            return;
        }
        struct item *item = &l->items[l->count++];
        item->grantee = as_sql(in, take_role(in, &p, end, &bare), l->owner);
        p += p < end;
        const char *slash = p < end ? memchr(p, '/', (size_t)(end - p)) : NULL;
        if (!slash)
            slash = end;
        item->rights = (struct slice){p, (size_t)(slash - p)};
        p = slash < end ? slash + 1 : end;
        struct slice grantor = take_role(in, &p, end, &bare);
        item->grantor =
            slice_eq(grantor, l->owner) ? (struct slice){0} : as_sql(in, grantor, l->owner);
        p += p < end;
    }
}

/* Are ITEM's rights those of USUAL, in any order, none with grant option? */
static bool has_usual(const struct item *item, const char *usual)
{
    if (item->grantor.p || item->rights.n != strlen(usual))
        return false;
    for (size_t i = 0; i < item->rights.n; i++) {
        if (!strchr(usual, item->rights.p[i]))
            return false;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    size_t n = x->grantee.n < y->grantee.n ? x->grantee.n : y->grantee.n;
    int c = memcmp(x->grantee.p, y->grantee.p, n);
    if (!c)
        c = (x->grantee.n > y->grantee.n) - (x->grantee.n < y->grantee.n);
    if (c || !x->grantor.p || !y->grantor.p)
        return c ? c : (x->grantor.p != NULL) - (y->grantor.p != NULL);
    n = x->grantor.n < y->grantor.n ? x->grantor.n : y->grantor.n;
    c = memcmp(x->grantor.p, y->grantor.p, n);
    return c ? c : (x->grantor.n > y->grantor.n) - (x->grantor.n < y->grantor.n);
}

static void add_item(struct text *t, const struct item *item)
{
    if (t->n)
        pgtext_z(t, "; ");
    pgtext_add(t, item->grantee.p, item->grantee.n);
    pgtext_char(t, ':');
    bool any = false;
    for (size_t k = 0; k < PRIVILEGE_COUNT; k++) {
        const char *at =
            item->rights.n ? memchr(item->rights.p, privileges[k].letter, item->rights.n) : NULL;
        if (!at)
            continue;
        bool option = at + 1 < item->rights.p + item->rights.n && at[1] == '*';
        pgtext_printf(t, "%s %s%s", any ? "," : "", privileges[k].name, option ? "*" : "");
        any = true;
    }
    if (item->grantor.p) {
        pgtext_z(t, " BY ");
        pgtext_add(t, item->grantor.p, item->grantor.n);
    }
}

/* A null slice if L is the usual. */
static struct slice list_text(struct inspect *in, char what, struct list *l)
{
    bool owner_complete = false, public_as_usual = !*public_usual(in, what);
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++) {
        struct item *item = &l->items[i];
        if (slice_is(item->grantee, "OWNER") && has_usual(item, owner_usual(in, what))) {
            owner_complete = true;
            continue;
        }
        if (slice_is(item->grantee, "PUBLIC") && *public_usual(in, what) &&
            has_usual(item, public_usual(in, what)))
            public_as_usual = true;
        l->items[kept++] = *item;
    }
    if (!*owner_usual(in, what))
        owner_complete = true;
    l->count = kept;
    if (owner_complete && public_as_usual && kept == (*public_usual(in, what) ? 1u : 0u))
        return (struct slice){0};
    if (l->count)
        qsort(l->items, l->count, sizeof *l->items, compare);
    pgtext_clear(&in->value);
    bool owner_listed = false;
    for (size_t i = 0; i < l->count; i++)
        owner_listed |= slice_is(l->items[i].grantee, "OWNER") && !l->items[i].grantor.p;
    if (!owner_complete && !owner_listed)
        pgtext_z(&in->value, "OWNER:"); /* who has nothing */
    for (size_t i = 0; i < l->count; i++)
        add_item(&in->value, &l->items[i]);
    if (in->value.failed)
        pginspect_nomem(in);
    return slice_of(&in->value);
}

void pginspect_rights(struct inspect *in, moult_node *node, char what, struct slice owner,
                      struct slice acl)
{
    pginspect_owner(in, node, owner);
    pginspect_grants(in, node, what, owner, acl);
}

void pginspect_grants(struct inspect *in, moult_node *node, char what, struct slice owner,
                      struct slice acl)
{
    if (acl.p && node)
        pginspect_set(in, node, MOULT_RIGHTS, "grants",
                      pginspect_grants_text(in, what, owner, acl));
}

struct slice pginspect_grants_text(struct inspect *in, char what, struct slice owner,
                                   struct slice acl)
{
    if (in->st != MOULT_OK)
        return (struct slice){0};
    struct list *l = calloc(1, sizeof *l);
    if (!l) {
        pginspect_nomem(in);
        return (struct slice){0};
    }
    l->owner = owner.p && !stands_in(in, owner) ? owner : in->acting;
    read_items(in, l, acl);
    struct slice text = {0};
    if (l->overflow)
        in->st = postgres_fail(in->host, in->err, MOULT_ERR_UNSUPPORTED,
                               "an object has grants to more than %d roles", MAX_ITEMS);
    else
        text = list_text(in, what, l);
    free(l);
    return text;
}
