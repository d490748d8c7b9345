/* SPDX-License-Identifier: Apache-2.0 */
/* json_events.c - a snapshot document into a tree, event by event, without a document in between.
 *
 * Snapshots come from files that anybody may have written.  json_forms.c says which members an
 * object may have; everything else is an error with its place. */
#include "json_events.h"

#include <moult/moult.h>
#include <stdlib.h>

#include "../base/cleanup.h"

int json_fail(struct reader *r, const char *fmt, ...)
{
    CLEANUP_BUF struct buf why = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&why, fmt, ap);
    va_end(ap);
    r->status =
        error_set(r->err, MOULT_ERR_INVALID, "not a snapshot: %.*s", STR_FMT(buf_view(&why)));
    return 0;
}

static int nomem(struct reader *r)
{
    r->status = error_nomem(r->err);
    return 0;
}

int json_fail_quoting(struct reader *r, const char *problem, struct str name)
{
    CLEANUP_BUF struct buf quoted = {0};
    size_t n = name.n < 60 ? name.n : 60;
    while (n < name.n && ((unsigned char)name.p[n] & 0xc0) == 0x80)
        n++;
    buf_json(&quoted, (struct str){name.p, n});
    return json_fail(r, "%s %.*s", problem, STR_FMT(buf_view(&quoted)));
}

static struct frame *top(struct reader *r)
{
    return &r->frames[r->depth - 1];
}

/* The text as a whole is known to be UTF-8, its escapes too. */
static bool keep(struct reader *r, struct str s, struct str *out)
{
    *out = tree_str(r->tree, s);
    return out->p || nomem(r);
}

static const char *name_of(struct reader *r, struct str s)
{
    const char *name = tree_intern(r->tree, s);
    if (!name)
        json_fail_quoting(r, "too many or impossible kinds and names of attributes:", s);
    return name;
}

static bool choose(struct reader *r, const char *what, const char *const *words, uint32_t count,
                   struct str s, uint32_t *out)
{
    for (*out = 0; *out < count; ++*out)
        if (str_is(s, words[*out]))
            return true;
    return json_fail_quoting(r, what, s);
}

/* Finds out whether a value of TYPE may stand here, and the form that opens with it. */
static bool expect(struct reader *r, enum type type, enum form *form)
{
    if (r->depth == 0) {
        *form = DOCUMENT;
        return type == OBJECT || json_fail(r, "the document is not an object");
    }
    const struct frame *f = top(r);
    if (!json_forms[f->form].members) {
        *form = json_forms[f->form].element;
        bool texts = f->form == ATTRS || f->form == RENAMES, objects = f->form != RENAMES;
        if ((type == OBJECT && objects) || (type == TEXT && texts))
            return true;
        return json_fail(r, !objects ? "a rename is not a string"
                            : texts  ? "an attribute is neither a string nor an object"
                                     : "an element is not an object");
    }
    const struct member *m = &json_forms[f->form].members[f->member];
    *form = m->form;
    return m->type == type || json_fail(r, "\"%s\" is not %s", m->name.p, json_types[m->type]);
}

static bool open_node(struct reader *r, struct frame *f)
{
    moult_node *parent = r->depth > 1 ? r->frames[r->depth - 2].node : NULL;
    if (!parent) {
        f->node = r->tree->root;
        return true;
    }
    if (++r->node_depth > TREE_MAX_DEPTH)
        return json_fail(r, "objects are nested more than %u deep", TREE_MAX_DEPTH);
    f->node = node_new(r->tree, parent);
    return (f->node && node_attach(f->node)) || nomem(r);
}

static int open_value(struct reader *r, enum type type)
{
    enum form form;
    if (!expect(r, type, &form))
        return 0;
    moult_node *outer = r->depth ? top(r)->node : NULL;
    struct frame *f = &r->frames[r->depth++];
    *f = (struct frame){.form = form, .node = outer};
    if (form == NODE)
        return open_node(r, f);
    if (form == ATTR) {
        r->attr.text = r->attr.same = (struct str){0};
        r->attr.aspect = MOULT_SHAPE;
    }
    return 1;
}

static int on_start_map(void *ctx)
{
    return open_value(ctx, OBJECT);
}

static int on_start_array(void *ctx)
{
    return open_value(ctx, ARRAY);
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
    struct reader *r = ctx;
    struct frame *f = top(r);
    struct str key = {(const char *)p, n};
    if (f->form == ATTRS)
        return (r->attr.name = name_of(r, key)) != NULL;
    const struct member *members = json_forms[f->form].members;
    uint32_t count = json_forms[f->form].count;
    /* Members come sorted as a rule: the next one is after the one before. */
    for (uint32_t tried = 0, i = f->seen ? f->member + 1 : 0; tried < count; tried++, i++) {
        if (i >= count)
            i = 0;
        if (!str_eq(key, members[i].name))
            continue;
        if (f->seen & 1u << i)
            return json_fail_quoting(r, "there is a second", key);
        f->seen |= 1u << i;
        f->member = i;
        return 1;
    }
    return json_fail_quoting(r, "unknown member", key);
}

static bool push_attr(struct reader *r)
{
    struct attr *a = ARENA_PUSH(&r->tree->arena, r->attrs, r->attr_count, r->attr_cap);
    if (!a)
        return nomem(r);
    if (r->attr.same.p && str_eq(r->attr.same, r->attr.text))
        r->attr.same.p = NULL;
    *a = r->attr;
    return true;
}

static bool add_rename(struct reader *r, struct str hint)
{
    CLEANUP_ERROR moult_error *why = moult_error_new();
    if (!why)
        return nomem(r);
    moult_status st = renames_add(r->renames, hint, "the snapshot's renames", why);
    if (st == MOULT_ERR_NOMEM)
        return nomem(r);
    return st == MOULT_OK || json_fail(r, "%s", moult_error_message(why));
}

static bool set_text(struct reader *r, const struct frame *f, struct str s)
{
    struct str *const document[] = {
        [D_ADAPTER] = &r->adapter, [D_CLASS] = &r->klass, [D_DIGEST] = NULL,
        [D_FORMAT] = &r->format,   [D_LEVEL] = NULL,      [D_MAJOR] = NULL,
        [D_RENAMES] = NULL,        [D_ROOT] = NULL,       [D_SERVER] = &r->server,
    };
    switch (f->form) {
    case DOCUMENT:
        return keep(r, s, document[f->member]);
    case DIGEST:
        return keep(r, s, &r->digest[f->member]);
    case NODE:
        if (f->member == N_KEY)
            return keep(r, s, &f->node->key);
        return (f->node->kind = name_of(r, s)) != NULL;
    case ATTRS: /* the short form */
        r->attr.aspect = MOULT_SHAPE;
        r->attr.same = (struct str){0};
        return keep(r, s, &r->attr.text) && push_attr(r);
    case ATTR:
        if (f->member == A_ASPECT)
            return choose(r, "unknown aspect", json_aspects, JSON_ASPECTS, s, &r->attr.aspect);
        return keep(r, s, f->member == A_SAME ? &r->attr.same : &r->attr.text);
    case CLAIM:
        if (f->member == C_NAME)
            return keep(r, s, &r->claim.name);
        return (r->claim.space = name_of(r, s)) != NULL;
    case REF:
        if (f->member == R_PATH)
            return keep(r, s, &r->ref.path);
        return choose(r, "unknown strength", json_strengths, JSON_STRENGTHS, s, &r->ref.strength);
    case RENAMES:
        return add_rename(r, s);
    default:
        return json_fail(r, "a string stands where none may");
    }
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
    struct reader *r = ctx;
    enum form form;
    return expect(r, TEXT, &form) && set_text(r, top(r), (struct str){(const char *)p, n});
}

static int on_integer(void *ctx, long long n)
{
    struct reader *r = ctx;
    enum form form;
    if (!expect(r, NUMBER, &form))
        return 0;
    if (n < 0 || n > (long long)UINT32_MAX)
        return json_fail(r, "a number is out of range");
    *(top(r)->member == D_LEVEL ? &r->level : &r->major) = (uint32_t)n;
    return 1;
}

static int on_boolean(void *ctx, int yes)
{
    struct reader *r = ctx;
    enum form form;
    if (!expect(r, TRUTH, &form))
        return 0;
    moult_node *node = top(r)->node;
    if (node->parent != r->tree->root)
        return json_fail(r, "\"unmanaged\" stands at something that is not a top-level object");
    node->unmanaged = yes != 0;
    return 1;
}

static int on_other(struct reader *r, const char *what)
{
    return json_fail(r, "%s stands where none may", what);
}

static int on_null(void *ctx)
{
    return on_other(ctx, "null");
}

static int on_double(void *ctx, double n)
{
    (void)n;
    return on_other(ctx, "a number with a fraction or exponent");
}

/* A copy of a scratch array in its final size; NULL if it is empty or memory is out (status). */
static void *settled(struct reader *r, const void *items, size_t count, size_t size)
{
    if (!count)
        return NULL;
    void *copy = count <= UINT32_MAX ? arena_array(&r->tree->arena, count, size) : NULL;
    if (copy)
        memcpy(copy, items, count * size);
    else
        nomem(r);
    return copy;
}
/* Moves what was collected to NODE. */
#define SETTLE(r, node, list, count, cap)                                                          \
    ((node)->list = settled((r), (r)->list, (r)->count, sizeof *(r)->list),                        \
     (node)->count = (node)->cap = (uint32_t)(r)->count, (r)->count = 0, (r)->status == MOULT_OK)

static int cmp_attr(const void *a, const void *b)
{
    return strcmp(((const struct attr *)a)->name, ((const struct attr *)b)->name);
}

static bool end_attrs(struct reader *r, moult_node *node)
{
    bool sorted = true;
    for (size_t i = 1; i < r->attr_count && sorted; i++)
        sorted = cmp_attr(&r->attrs[i - 1], &r->attrs[i]) < 0;
    if (!sorted)
        qsort(r->attrs, r->attr_count, sizeof *r->attrs, cmp_attr);
    for (size_t i = 1; i < r->attr_count && !sorted; i++)
        if (r->attrs[i - 1].name == r->attrs[i].name)
            return json_fail_quoting(r, "there is a second attribute", str_of(r->attrs[i].name));
    return SETTLE(r, node, attrs, attr_count, attr_cap);
}

static bool end_node(struct reader *r, const moult_node *node)
{
    if (node->parent) {
        r->node_depth--;
        return true;
    }
    if (strcmp(node->kind, "schema") != 0 || node->key.n)
        return json_fail(r, "the root is not of kind \"schema\" with an empty key");
    return true;
}

static bool push_claim(struct reader *r)
{
    struct claim *c = ARENA_PUSH(&r->tree->arena, r->claims, r->claim_count, r->claim_cap);
    if (!c)
        return nomem(r);
    *c = r->claim;
    return true;
}

static bool push_ref(struct reader *r)
{
    struct ref *ref = ARENA_PUSH(&r->tree->arena, r->refs, r->ref_count, r->ref_cap);
    if (!ref)
        return nomem(r);
    *ref = r->ref;
    return true;
}

static int close_value(struct reader *r)
{
    struct frame *f = &r->frames[--r->depth];
    const struct member *members = json_forms[f->form].members;
    for (uint32_t i = 0; i < json_forms[f->form].count; i++)
        if (!members[i].optional && !(f->seen & 1u << i))
            return json_fail(r, "\"%s\" is missing", members[i].name.p);
    switch (f->form) {
    case NODE:
        return end_node(r, f->node);
    case ATTRS:
        return end_attrs(r, f->node);
    case ATTR:
        return push_attr(r);
    case CLAIMS:
        return SETTLE(r, f->node, claims, claim_count, claim_cap);
    case CLAIM:
        return push_claim(r);
    case REFS:
        return SETTLE(r, f->node, refs, ref_count, ref_cap);
    case REF:
        return push_ref(r);
    default:
        return 1;
    }
}

static int on_end(void *ctx)
{
    return close_value(ctx);
}

const yajl_callbacks json_events = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_integer = on_integer,
    .yajl_double = on_double,
    .yajl_string = on_string,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end,
};
