/* SPDX-License-Identifier: Apache-2.0 */
/* put.c - nodes, attributes, references, claims; and which catalogue row is which of them. */
#include <stdlib.h>
#include <string.h>

#include "inspect.h"

void pginspect_nomem(struct inspect *in)
{
    if (in->st == MOULT_OK)
        in->st = postgres_nomem(in->host, in->err);
}

static void check(struct inspect *in, moult_status st)
{
    if (st == MOULT_ERR_NOMEM)
        pginspect_nomem(in);
    else if (st != MOULT_OK && in->st == MOULT_OK)
        in->st = postgres_fail(in->host, in->err, st, "the tree does not take a node");
}

struct slice pginspect_copy(struct inspect *in, struct slice s)
{
    struct slice copy = {s.p ? pgmem_copy(&in->pool, s.p, s.n) : NULL, s.n};
    if (s.p && !copy.p) {
        pginspect_nomem(in);
        return (struct slice){"", 0};
    }
    return copy;
}

struct entity *pginspect_find(struct inspect *in, uint32_t klass, uint32_t oid)
{
    struct entity *e = NULL, key = {.id = {klass, oid}};
    HASH_FIND(hh, in->entities, &key.id, sizeof key.id, e);
    return e;
}

struct entity *pginspect_entity(struct inspect *in, uint32_t klass, uint32_t oid)
{
    struct entity *e = pginspect_find(in, klass, oid);
    if (e || in->st != MOULT_OK)
        return e;
    e = pgmem_alloc(&in->pool, sizeof *e);
    if (!e) {
        pginspect_nomem(in);
        return NULL;
    }
    e->id.klass = klass;
    e->id.oid = oid;
    HASH_ADD(hh, in->entities, id, sizeof e->id, e);
    return e;
}

struct relation *pginspect_relation(struct inspect *in, uint32_t oid)
{
    const struct entity *e = oid ? pginspect_find(in, CLASS_CLASS, oid) : NULL;
    return e ? e->relation : NULL;
}

struct namespace *pginspect_namespace(struct inspect *in, uint32_t oid)
{
    struct namespace *n = NULL;
    HASH_FIND(hh, in->namespaces, &oid, sizeof oid, n);
    return n;
}

void pginspect_segment(struct text *t, const char *kind, struct slice key)
{
    pgtext_z(t, kind);
    pgtext_char(t, ':');
    for (size_t i = 0, from = 0; i <= key.n; i++) {
        unsigned char c = i < key.n ? (unsigned char)key.p[i] : '%';
        if (c != '%' && c != '/' && c != ':' && c > 0x20)
            continue;
        pgtext_add(t, key.p + from, i - from);
        if (i < key.n)
            pgtext_printf(t, "%%%02X", c);
        from = i + 1;
    }
}

moult_node *pginspect_child(struct inspect *in, moult_node *parent, const char *kind,
                            struct slice key)
{
    if (in->st != MOULT_OK || !parent)
        return NULL;
    moult_node *node = in->api->add(in->tree, parent, kind, key.p, key.n);
    if (!node)
        pginspect_nomem(in);
    return node;
}

struct entity *pginspect_object(struct inspect *in, const char *kind, uint32_t klass, uint32_t oid,
                                struct slice key, struct slice name)
{
    struct entity *e = pginspect_entity(in, klass, oid);
    moult_node *node = pginspect_child(in, in->api->root(in->tree), kind, key);
    if (!e || !node)
        return NULL;
    pgtext_clear(&in->path);
    pginspect_segment(&in->path, kind, key);
    e->node = node;
    e->path = pginspect_copy(in, slice_of(&in->path));
    if (name.p)
        pginspect_set(in, node, MOULT_DERIVED, "name", name);
    return e;
}

struct entity *pginspect_in_schema(struct inspect *in, const char *kind, uint32_t klass,
                                   uint32_t oid, uint32_t nsp, struct slice name,
                                   struct slice suffix)
{
    const struct namespace *n = pginspect_namespace(in, nsp);
    if (!n || in->st != MOULT_OK)
        return NULL;
    pgtext_clear(&in->key);
    pgtext_add(&in->key, n->key.p, n->key.n);
    pgtext_char(&in->key, '.');
    if (klass == CLASS_OPERATOR) /* its name is no identifier */
        pgtext_add(&in->key, name.p, name.n);
    else
        pgtext_name(&in->key, name.p, name.n);
    if (suffix.p)
        pgtext_add(&in->key, suffix.p, suffix.n);
    if (in->key.failed)
        pginspect_nomem(in);
    struct entity *e = pginspect_object(in, kind, klass, oid, slice_of(&in->key), name);
    if (e && !n->place) {
        const struct entity *schema = pginspect_find(in, CLASS_NAMESPACE, nsp);
        if (schema)
            pginspect_refer(in, e->node, MOULT_REF_ENFORCED, schema->path);
    }
    return e;
}

struct entity *pginspect_of_relation(struct inspect *in, const char *kind, uint32_t klass,
                                     uint32_t oid, const struct relation *relation,
                                     struct slice name)
{
    pgtext_clear(&in->key);
    pgtext_add(&in->key, relation->key.p, relation->key.n);
    pgtext_char(&in->key, '.');
    pgtext_name(&in->key, name.p, name.n);
    if (in->key.failed)
        pginspect_nomem(in);
    struct entity *e = pginspect_object(in, kind, klass, oid, slice_of(&in->key), name);
    const struct entity *owner = pginspect_find(in, CLASS_CLASS, relation->oid);
    if (!e || !owner)
        return e;
    pginspect_set(in, e->node, MOULT_SHAPE, "table", relation->key);
    pginspect_refer(in, e->node, MOULT_REF_OWNED, owner->path);
    return e;
}

void pginspect_set(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                   struct slice text)
{
    if (in->st == MOULT_OK && node && text.p)
        check(in, in->api->set(in->tree, node, aspect, name, text.p, text.n, NULL, 0));
}

void pginspect_set_z(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                     const char *text)
{
    pginspect_set(in, node, aspect, name, slice_z(text));
}

void pginspect_sql(struct inspect *in, moult_node *node, const char *name, struct slice text)
{
    if (in->st != MOULT_OK || !node || !text.p)
        return;
    text = pginspect_mark(in, text);
    struct slice same = pginspect_canon(in, text);
    if (in->marked.failed || in->same.failed)
        pginspect_nomem(in);
    else
        check(in, in->api->set(in->tree, node, MOULT_SHAPE, name, text.p, text.n, same.p, same.n));
}

void pginspect_flag(struct inspect *in, moult_node *node, const char *name, bool on)
{
    if (on)
        pginspect_set_z(in, node, MOULT_SHAPE, name, "true");
}

#define MAX_ITEMS 256

struct item {
    struct slice name, value;
};

static int compare_items(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int c = memcmp(x->name.p, y->name.p, n);
    return c ? c : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

/* Items "name=value" that \x1f parts, in the server's order, or (SORTED) by their names: their order means
 * nothing, but is kept where they are written. */
static size_t read_items(struct inspect *in, struct slice list, bool sorted,
                         struct item items[MAX_ITEMS])
{
    size_t count = 0;
    while (list.p && list.n) {
        const char *end = memchr(list.p, '\x1f', list.n);
        size_t n = end ? (size_t)(end - list.p) : list.n;
        const char *equals = memchr(list.p, '=', n);
        if (count == MAX_ITEMS) {
            if (in->st == MOULT_OK)
                in->st = postgres_fail(in->host, in->err, MOULT_ERR_UNSUPPORTED,
                                       "an object has more than %d options", MAX_ITEMS);
            return 0;
        }
        struct item *item = &items[count++];
        item->name = (struct slice){list.p, equals ? (size_t)(equals - list.p) : n};
        item->value =
            equals ? (struct slice){equals + 1, n - item->name.n - 1} : (struct slice){"", 0};
        list.p += end ? n + 1 : n;
        list.n -= end ? n + 1 : n;
    }
    if (sorted && count > 1)
        qsort(items, count, sizeof *items, compare_items);
    return count;
}

static void add_options(struct inspect *in, struct text *to, struct slice list, const char *prefix)
{
    struct item items[MAX_ITEMS];
    size_t count = read_items(in, list, to == &in->same, items);
    for (size_t i = 0; i < count; i++) {
        if (to->n)
            pgtext_z(to, ", ");
        pgtext_z(to, prefix);
        pgtext_name(to, items[i].name.p, items[i].name.n);
        pgtext_char(to, '=');
        pgtext_literal(to, items[i].value.p, items[i].value.n);
    }
}

/* What stands in in->value, compared by what stands in in->same. */
static void set_items(struct inspect *in, moult_node *node, uint32_t aspect, const char *name)
{
    struct slice text = slice_of(&in->value), same = slice_of(&in->same);
    if (in->value.failed || in->same.failed)
        pginspect_nomem(in);
    else if (in->st == MOULT_OK && node && text.n)
        check(in, in->api->set(in->tree, node, aspect, name, text.p, text.n, same.p, same.n));
}

void pginspect_options(struct inspect *in, moult_node *node, uint32_t aspect, struct slice items,
                       struct slice toast)
{
    if (!items.p && !toast.p)
        return;
    pgtext_clear(&in->value);
    pgtext_clear(&in->same);
    for (int i = 0; i < 2; i++) {
        struct text *to = i ? &in->same : &in->value;
        add_options(in, to, items, "");
        add_options(in, to, toast, "toast.");
    }
    set_items(in, node, aspect, "options");
}

/* What in a user mapping says who, and not what only he knows. */
static bool is_open(struct slice name)
{
    static const char *const open[] = {"user", "username", "password_required",
                                       "use_remote_estimate"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        if (slice_is(name, open[i]))
            return true;
    }
    return false;
}

static void add_generic_options(struct inspect *in, struct text *to, struct slice list, bool secret)
{
    struct item items[MAX_ITEMS];
    size_t count = read_items(in, list, to == &in->same, items);
    pgtext_clear(to);
    for (size_t i = 0; i < count; i++) {
        if (i)
            pgtext_z(to, ", ");
        pgtext_name(to, items[i].name.p, items[i].name.n);
        pgtext_char(to, ' ');
        if (secret && !is_open(items[i].name))
            pgtext_z(to, "'(hidden)'");
        else
            pgtext_literal(to, items[i].value.p, items[i].value.n);
    }
}

void pginspect_generic_options(struct inspect *in, moult_node *node, const char *attribute,
                               struct slice list, bool secret)
{
    if (!list.p)
        return;
    add_generic_options(in, &in->value, list, secret);
    add_generic_options(in, &in->same, list, secret);
    set_items(in, node, MOULT_SHAPE, attribute);
}

void pginspect_refer(struct inspect *in, moult_node *node, uint32_t strength, struct slice path)
{
    if (in->st == MOULT_OK && node && path.n)
        check(in, in->api->refer(in->tree, node, strength, path.p, path.n));
}

void pginspect_claim(struct inspect *in, moult_node *node, const char *space, struct slice key)
{
    if (in->st == MOULT_OK && node)
        check(in, in->api->claim(in->tree, node, space, key.p, key.n));
}

struct slice pginspect_column_path(struct inspect *in, const struct relation *r, uint32_t attnum)
{
    const struct entity *e = pginspect_find(in, CLASS_CLASS, r->oid);
    if (!e || !attnum || attnum > r->column_count || !r->columns[attnum - 1].name.p)
        return e ? e->path : (struct slice){0};
    struct slice name = r->columns[attnum - 1].name;
    pgtext_clear(&in->path);
    pgtext_add(&in->path, e->path.p, e->path.n);
    pgtext_char(&in->path, '/');
    const char *kind = r->kind == 'c' ? "attribute" : "column";
    if (postgres_is_plain(name.p, name.n)) {
        pgtext_z(&in->path, kind);
        pgtext_char(&in->path, ':');
        pgtext_add(&in->path, name.p, name.n);
    } else {
        CLEANUP_TEXT struct text key = {0};
        pgtext_name(&key, name.p, name.n);
        if (key.failed)
            pginspect_nomem(in);
        pginspect_segment(&in->path, kind, slice_of(&key));
    }
    return slice_of(&in->path);
}

moult_node *pginspect_column_node(struct inspect *in, struct relation *r, uint32_t attnum)
{
    if (!attnum || attnum > r->column_count || !r->columns[attnum - 1].name.p || !r->node)
        return NULL;
    struct column *c = &r->columns[attnum - 1];
    if (c->node)
        return c->node;
    pgtext_clear(&in->key);
    pgtext_name(&in->key, c->name.p, c->name.n);
    if (in->key.failed)
        pginspect_nomem(in);
    c->node =
        pginspect_child(in, r->node, r->kind == 'c' ? "attribute" : "column", slice_of(&in->key));
    if (c->inherited)
        pginspect_set_z(in, c->node, MOULT_SHAPE, "inherited",
                        c->inherited == COLUMN_MERGED ? "merged" : "true");
    return c->node;
}
