/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-grants.c - who may do what: "`u`@`h`: INSERT, SELECT (`a`, `b`)*; `r`: EXECUTE".
 *
 * Rows come sorted by object, account and privilege; a privilege on columns has a row for each. */
#include "inspect.h"

#define GRANT_KIND 0
#define GRANT_OBJECT 1
#define GRANT_ACCOUNT 2
#define GRANT_PRIVILEGE 3
#define GRANT_COLUMN 4
#define GRANT_GRANTABLE 5

void myinspect_grants_end(struct inspect *in)
{
    if (!in->grant.kind.p)
        return;
    if (in->grant.columns)
        mytext_char(&in->written, ')');
    mytext_z(&in->written, in->grant.grantable ? "*" : "");
    if (in->written.failed)
        myput_nomem(in);
    if (in->grant.node)
        myput(in, in->grant.node, MOULT_RIGHTS, "grants", slice_of(&in->written));
    in->grant.kind = (struct slice){0};
}

static moult_node *node_of(struct inspect *in, struct slice kind, struct slice object)
{
    if (slice_is(kind, "database"))
        return myinspect_database(in);
    if (slice_is(kind, "relation")) {
        struct relation *r = mymark_relation(in, object);
        return r ? r->node : NULL;
    }
    struct routine *r = mymark_routine(in, kind.p, object);
    return r ? r->node : NULL;
}

/* 'u'@'h', or 'r' or 'r'@'' of a role, as `u`@`h`, `r`. */
static void add_account(struct inspect *in, struct slice grantee)
{
    const char *at = memmem(grantee.p, grantee.n, "'@'", 3);
    CLEANUP_TEXT struct text part = {0};
    mytext_unquote(&part, (struct slice){grantee.p, at ? (size_t)(at + 1 - grantee.p) : grantee.n},
                   true);
    mytext_name(&in->written, slice_of(&part));
    if (at && at + 4 < grantee.p + grantee.n) {
        mytext_clear(&part);
        mytext_unquote(&part, (struct slice){at + 2, (size_t)(grantee.p + grantee.n - at) - 2},
                       true);
        mytext_char(&in->written, '@');
        mytext_name(&in->written, slice_of(&part));
    }
    if (part.failed)
        myput_nomem(in);
}

static void begin_object(struct inspect *in, const struct row *row)
{
    myinspect_grants_end(in);
    mytext_clear(&in->written);
    memset(&in->grant, 0, sizeof in->grant);
    in->grant.kind = myput_copy(in, row_slice(row, GRANT_KIND));
    in->grant.object = myput_copy(in, row_slice(row, GRANT_OBJECT));
    in->grant.node = node_of(in, in->grant.kind, in->grant.object);
}

/* Ends the latest privilege and begins ROW's. */
static void add_privilege(struct inspect *in, const struct row *row, bool same_account)
{
    if (in->grant.columns)
        mytext_char(&in->written, ')');
    mytext_z(&in->written, in->grant.grantable ? "*" : "");
    if (same_account) {
        mytext_z(&in->written, ", ");
    } else {
        mytext_z(&in->written, in->grant.account.p ? "; " : "");
        add_account(in, row_slice(row, GRANT_ACCOUNT));
        mytext_z(&in->written, ": ");
        in->grant.account = myput_copy(in, row_slice(row, GRANT_ACCOUNT));
    }
    mytext_slice(&in->written, row_slice(row, GRANT_PRIVILEGE));
    in->grant.privilege = myput_copy(in, row_slice(row, GRANT_PRIVILEGE));
    in->grant.grantable = slice_is(row_slice(row, GRANT_GRANTABLE), "YES");
    in->grant.columns = row_slice(row, GRANT_COLUMN).n != 0;
}

void myinspect_grant_row(struct inspect *in, const struct row *row)
{
    bool same = in->grant.kind.p && slice_eq(in->grant.kind, row_slice(row, GRANT_KIND)) &&
                slice_eq(in->grant.object, row_slice(row, GRANT_OBJECT));
    if (!same)
        begin_object(in, row);
    if (in->st != MOULT_OK)
        return;
    bool account =
        in->grant.account.p && slice_eq(in->grant.account, row_slice(row, GRANT_ACCOUNT));
    bool privilege = account && in->grant.columns && row_slice(row, GRANT_COLUMN).n &&
                     slice_eq(in->grant.privilege, row_slice(row, GRANT_PRIVILEGE));
    if (!privilege)
        add_privilege(in, row, account);
    if (in->grant.columns) {
        mytext_z(&in->written, privilege ? ", " : " (");
        mytext_name(&in->written, row_slice(row, GRANT_COLUMN));
    }
}
