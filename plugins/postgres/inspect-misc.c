/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-misc.c - the kinds that most databases have none of, and default privileges. */
#include <string.h>

#include "inspect.h"

/* Where the attributes begin in a row. */
#define FIRST 9

static void put_attribute(struct inspect *in, moult_node *node, struct slice name,
                          struct slice text)
{
    char attribute[32];
    char how = name.n ? *name.p : '\0';
    size_t skip = how == '?' || how == '%' || how == '!';
    if (!text.p || name.n - skip >= sizeof attribute)
        return;
    memcpy(attribute, name.p + skip, name.n - skip);
    attribute[name.n - skip] = '\0';
    if (how == '?')
        pginspect_flag(in, node, attribute, true);
    else if (how == '%' || how == '!')
        pginspect_generic_options(in, node, attribute, text, how == '!');
    else
        pginspect_sql(in, node, attribute, text);
}

/* A key of what lies in no schema: the name as SQL and the rest; or, after "@", a role. */
static void build_key(struct inspect *in, struct text *key, struct slice name, struct slice rest)
{
    rest = pginspect_mark(in, rest);
    if (!name.p)
        pgtext_z(key, "PUBLIC"); /* a user mapping's */
    else if (name.n && *name.p == '@')
        pginspect_role(in, key, (struct slice){name.p + 1, name.n - 1});
    else if (name.n)
        pgtext_name(key, name.p, name.n);
    if (rest.p)
        pgtext_add(key, rest.p, rest.n);
    if (key->failed)
        pginspect_nomem(in);
}

static void refer_by_name(struct inspect *in, moult_node *node, const char *kind,
                          const char *attribute)
{
    size_t n = 0;
    const char *key = in->st == MOULT_OK ? in->api->text(node, attribute, &n) : NULL;
    if (!key)
        return;
    pgtext_clear(&in->path);
    pginspect_segment(&in->path, kind, (struct slice){key, n});
    pginspect_refer(in, node, MOULT_REF_ENFORCED, slice_of(&in->path));
}

void pginspect_misc_row(struct inspect *in, const struct row *row)
{
    char kind[32];
    struct slice given = row->field[0], name = row->field[4];
    if (given.n >= sizeof kind)
        return;
    memcpy(kind, given.p, given.n);
    kind[given.n] = '\0';
    uint32_t klass = row_u32(row, 1), oid = row_u32(row, 2), nsp = row_u32(row, 3);
    CLEANUP_TEXT struct text key = {0};
    struct entity *e;
    if (nsp) {
        struct slice suffix = pginspect_mark(in, row->field[5]);
        e = pginspect_in_schema(in, kind, klass, oid, nsp, name, suffix);
    } else {
        build_key(in, &key, name, row->field[5]);
        e = pginspect_object(in, kind, klass, oid, slice_of(&key),
                             name.n && *name.p != '@' ? name : (struct slice){0});
    }
    if (!e)
        return;
    char what = row_char(row, 8);
    if (what)
        pginspect_rights(in, e->node, what, row->field[6], row->field[7]);
    else
        pginspect_owner(in, e->node, row->field[6]);
    for (int i = FIRST; i + 1 < row->count; i += 2) {
        if (row->field[i].p)
            put_attribute(in, e->node, row->field[i], row->field[i + 1]);
    }
    if (klass == CLASS_EXTENSION)
        refer_by_name(in, e->node, "schema", "schema");
}

/* All grants, also where they are the usual. */
static struct slice full_grants(struct inspect *in, char what, struct slice owner, struct slice acl)
{
    struct slice text =
        acl.p ? pginspect_grants_text(in, what, owner, acl) : (struct slice){0};
    if (!text.p)
        text = slice_z(what == 'f'                  ? "PUBLIC: EXECUTE"
                       : what == 'T' || what == 'l' ? "PUBLIC: USAGE"
                                                    : "");
    return pginspect_copy(in, text);
}

/* What somebody granted or took on a member of an extension. */
void pginspect_member_grants_row(struct inspect *in, const struct row *row)
{
    char what = row_char(row, 3);
    struct slice on = pginspect_mark(in, row->field[0]), column = row->field[1];
    CLEANUP_TEXT struct text key = {0}, name = {0}, extension = {0};
    pgtext_add(&key, on.p, on.n);
    if (column.p) {
        pgtext_name(&name, column.p, column.n);
        pgtext_printf(&key, " (%s)", name.p ? name.p : "");
    }
    pgtext_name(&extension, row->field[2].p, row->field[2].n);
    if (key.failed || name.failed || extension.failed)
        pginspect_nomem(in);
    struct slice grants = full_grants(in, what, row->field[4], row->field[5]);
    struct slice initial = full_grants(in, what, row->field[4], row->field[6]);
    if (in->st != MOULT_OK || slice_eq(grants, initial))
        return;
    /* Its own row goes by the extension's name. */
    moult_node *node =
        pginspect_child(in, in->api->root(in->tree), "member", slice_of(&key));
    if (name.n)
        pginspect_set(in, node, MOULT_SHAPE, "column", slice_of(&name));
    pginspect_set(in, node, MOULT_RIGHTS, "grants", grants);
    pginspect_set(in, node, MOULT_DERIVED, "initial", initial);
    pgtext_clear(&in->path);
    pginspect_segment(&in->path, "extension", slice_of(&extension));
    pginspect_refer(in, node, MOULT_REF_OWNED, slice_of(&in->path));
}

static const char *objects_of(char c)
{
    switch (c) {
    case 'r':
        return "TABLES";
    case 'S':
        return "SEQUENCES";
    case 'f':
        return "FUNCTIONS";
    case 'T':
        return "TYPES";
    case 'L':
        return "LARGE OBJECTS";
    default:
        return "SCHEMAS";
    }
}

void pginspect_default_acl_row(struct inspect *in, const struct row *row)
{
    uint32_t nsp = row_u32(row, 2);
    char type = row_char(row, 3);
    const struct namespace *n = nsp ? pginspect_namespace(in, nsp) : NULL;
    if (nsp && !n)
        return;
    CLEANUP_TEXT struct text role = {0}, key = {0};
    pginspect_role(in, &role, row->field[1]);
    pgtext_add(&key, role.p, role.n);
    if (n) {
        pgtext_z(&key, " IN SCHEMA ");
        pgtext_add(&key, n->key.p, n->key.n);
    }
    pgtext_printf(&key, " %s", objects_of(type));
    if (key.failed || role.failed)
        pginspect_nomem(in);
    struct entity *e = pginspect_object(in, "default_privileges", CLASS_DEFAULT_ACL,
                                        row_u32(row, 0), slice_of(&key), (struct slice){0});
    if (!e)
        return;
    pginspect_set(in, e->node, MOULT_SHAPE, "role", slice_of(&role));
    pginspect_set_z(in, e->node, MOULT_SHAPE, "objects", objects_of(type));
    if (n)
        pginspect_set(in, e->node, MOULT_SHAPE, "schema", n->key);
    pginspect_grants(in, e->node, n ? '+' : type == 'S' ? 's' : type, row->field[1], row->field[4]);
    const struct entity *schema = n && !n->place ? pginspect_find(in, CLASS_NAMESPACE, nsp) : NULL;
    if (schema)
        pginspect_refer(in, e->node, MOULT_REF_ENFORCED, schema->path);
}
