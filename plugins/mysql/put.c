/* SPDX-License-Identifier: Apache-2.0 */
/* put.c - nodes, attributes and references. */
#include <stdio.h>

#include "inspect.h"

void myput_nomem(struct inspect *in)
{
    if (in->st == MOULT_OK)
        in->st = my_nomem(in->host, in->err);
}

struct slice myput_copy(struct inspect *in, struct slice s)
{
    if (!s.p)
        return s;
    s.p = mypool_copy(&in->pool, s.p, s.n);
    if (!s.p)
        myput_nomem(in);
    return s;
}

moult_node *myput_node(struct inspect *in, moult_node *parent, const char *kind, struct slice key)
{
    if (in->st != MOULT_OK)
        return NULL;
    moult_node *node = in->api->add(in->tree, parent, kind, key.p, key.n);
    if (!node)
        myput_nomem(in);
    return node;
}

moult_node *myput_object(struct inspect *in, const char *kind, struct slice key)
{
    return myput_node(in, in->api->root(in->tree), kind, key);
}

void myput_same(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                struct slice text, struct slice same)
{
    if (in->st != MOULT_OK || !text.p)
        return;
    if (same.p && slice_eq(text, same))
        same = (struct slice){0};
    if (in->api->set(in->tree, node, aspect, name, text.p, text.n, same.p, same.n) != MOULT_OK)
        myput_nomem(in);
}

void myput(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
           struct slice text)
{
    myput_same(in, node, aspect, name, text, (struct slice){0});
}

void myput_z(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
             const char *text)
{
    myput(in, node, aspect, name, slice_z(text));
}

void myput_flag(struct inspect *in, moult_node *node, const char *name, bool on)
{
    if (on)
        myput_z(in, node, MOULT_SHAPE, name, "true");
}

void myput_number(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                  uint64_t number)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    myput(in, node, aspect, name, (struct slice){text, (size_t)n});
}

void myput_refer(struct inspect *in, moult_node *node, uint32_t strength, struct slice path)
{
    if (in->st == MOULT_OK && in->api->refer(in->tree, node, strength, path.p, path.n) != MOULT_OK)
        myput_nomem(in);
}

void myput_claim(struct inspect *in, moult_node *node, const char *space, struct slice name)
{
    if (in->st == MOULT_OK && in->api->claim(in->tree, node, space, name.p, name.n) != MOULT_OK)
        myput_nomem(in);
}

void myput_segment(struct text *t, const char *kind, struct slice key)
{
    mytext_z(t, kind);
    mytext_char(t, ':');
    for (size_t i = 0; i < key.n; i++) {
        unsigned char c = (unsigned char)key.p[i];
        if (c < 0x21 || c == '%' || c == '/' || c == ':')
            mytext_printf(t, "%%%02X", c);
        else
            mytext_char(t, key.p[i]);
    }
}

struct slice myput_column_path(struct inspect *in, const struct relation *r, struct slice name)
{
    mytext_clear(&in->path);
    mytext_slice(&in->path, r->path);
    mytext_char(&in->path, '/');
    myput_segment(&in->path, "column", name);
    if (in->path.failed)
        myput_nomem(in);
    return slice_of(&in->path);
}

struct slice myput_unquoted(struct inspect *in, struct slice token)
{
    mytext_clear(&in->key);
    mytext_unquote(&in->key, token, true);
    if (in->key.failed)
        myput_nomem(in);
    return slice_of(&in->key);
}

struct slice myput_folded(struct inspect *in, struct slice name)
{
    mytext_clear(&in->key);
    mytext_fold(&in->key, name);
    if (in->key.failed)
        myput_nomem(in);
    return slice_of(&in->key);
}

void myput_name(struct inspect *in, moult_node *node, struct slice name, struct slice key)
{
    if (!slice_eq(name, key))
        myput(in, node, MOULT_LAYOUT, "name", name);
}

void myput_definer(struct inspect *in, moult_node *node, struct slice account)
{
    if (!account.p || slice_is(account, in->session->user))
        return;
    mytext_clear(&in->value);
    mytext_account(&in->value, account);
    if (in->value.failed)
        myput_nomem(in);
    myput(in, node, MOULT_RIGHTS, "definer", slice_of(&in->value));
}
