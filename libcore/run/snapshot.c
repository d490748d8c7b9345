/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots, for programs: looked at and written. */
#include <stdlib.h>

#include "../schema/stream.h"
#include "run.h"
#include "tree_sql.h"

moult_status snapshot_new(moult_tree *tree, const char *origin, moult_snapshot **out,
                          moult_error *err)
{
    *out = NULL;
    moult_snapshot *s = calloc(1, sizeof *s);
    struct str name = s ? arena_str(&tree->arena, str_of(origin)) : (struct str){0};
    if (!name.p) {
        free(s);
        tree_free(tree);
        return error_nomem(err);
    }
    s->tree = tree;
    s->origin = name;
    *out = s;
    return MOULT_OK;
}

moult_status snapshot_read(struct str json, const char *origin, moult_snapshot **out,
                           moult_error *err)
{
    *out = NULL;
    CLEANUP_SNAPSHOT moult_snapshot *s = calloc(1, sizeof *s);
    if (!s || !(s->hints = calloc(1, sizeof *s->hints)))
        return error_nomem(err);
    moult_status st = snapshot_read_json(json, origin, &s->tree, s->hints, err);
    if (st != MOULT_OK)
        return st;
    s->origin = arena_str(&s->tree->arena, str_of(origin));
    if (!s->origin.p)
        return error_nomem(err);
    *out = s;
    s = NULL;
    return MOULT_OK;
}

void moult_snapshot_free(moult_snapshot *snapshot)
{
    if (!snapshot)
        return;
    tree_free(snapshot->tree);
    if (snapshot->hints)
        renames_free(snapshot->hints);
    free(snapshot->hints);
    free(snapshot);
}

moult_status moult_snapshot_empty(moult *m, const moult_snapshot *like, moult_snapshot **out,
                                  moult_error *err)
{
    (void)m;
    *out = NULL;
    const moult_tree *l = like->tree;
    moult_tree *tree = tree_new(l->adapter, l->major, l->level, l->server);
    if (!tree)
        return error_nomem(err);
    moult_status st = tree_seal(tree, NULL, err);
    if (st != MOULT_OK) {
        tree_free(tree);
        return st;
    }
    return snapshot_new(tree, "nothing", out, err);
}

const moult_tree *moult_snapshot_tree(const moult_snapshot *snapshot)
{
    return snapshot->tree;
}

const char *moult_snapshot_digest(const moult_snapshot *snapshot)
{
    return snapshot->tree->state;
}

const char *moult_snapshot_aspect(const moult_snapshot *snapshot, uint32_t aspect)
{
    return aspect < MOULT_ASPECTS ? snapshot->tree->aspect[aspect] : NULL;
}

const char *moult_snapshot_class(const moult_snapshot *snapshot)
{
    return snapshot->tree->klass;
}

const char *moult_snapshot_origin(const moult_snapshot *snapshot)
{
    return snapshot->origin.p;
}

const char *moult_snapshot_count(const moult_snapshot *snapshot, uint32_t i, uint32_t *count)
{
    const moult_node *root = snapshot->tree->root;
    for (size_t at = 0, next; at < root->child_count; at = next) {
        const char *kind = root->children[at]->kind;
        for (next = at; next < root->child_count && root->children[next]->kind == kind;)
            next++;
        if (i-- == 0) {
            *count = (uint32_t)(next - at);
            return kind;
        }
    }
    return NULL;
}

/* ---- writing ---- */

#define SHOWN_BYTES 200u /* of a text, for people */

/* A text on one line, shortened where it is long, not within a character. */
static void write_value(struct buf *b, struct str text)
{
    size_t n = text.n, at = b->n;
    if (n > SHOWN_BYTES)
        for (n = SHOWN_BYTES; n && ((unsigned char)text.p[n] & 0xc0) == 0x80;)
            n--;
    buf_add(b, text.p, n);
    for (; buf_ok(b) && at < b->n; at++)
        if ((unsigned char)b->p[at] < ' ')
            b->p[at] = ' ';
    if (n < text.n)
        buf_puts(b, "...");
}

static void write_node(struct buf *b, const moult_node *node, int depth)
{
    for (int i = 0; i < depth; i++)
        buf_puts(b, "  ");
    buf_puts(b, node->kind);
    const struct attr *name = node_attr(node, "name");
    struct str shown = name ? name->text : node->key;
    if (shown.n) {
        buf_char(b, ' ');
        write_value(b, shown);
    }
    if (node->unmanaged)
        buf_puts(b, " (not managed)");
    const char *before = "  ";
    for (size_t i = 0; i < node->attr_count; i++) {
        const struct attr *a = &node->attrs[i];
        if (a == name || a->aspect == MOULT_LAYOUT || a->aspect == MOULT_DERIVED)
            continue;
        buf_puts(b, before);
        buf_puts(b, a->name);
        buf_puts(b, " = ");
        before = ", ";
        write_value(b, a->text);
    }
    buf_char(b, '\n');
    for (size_t i = 0; i < node->child_count; i++)
        write_node(b, node->children[i], depth + 1);
}

static moult_status write_text(const moult_snapshot *snapshot, moult_write_fn *write, void *arg,
                               moult_error *err)
{
    struct stream s = {.write = write, .arg = arg, .err = err};
    const moult_tree *tree = snapshot->tree;
    buf_printf(&s.buf, "class  %s (%.*s)\nstate  %s\norigin %.*s\n", tree->klass,
               STR_FMT(tree->server), tree->state, STR_FMT(snapshot->origin));
    for (size_t i = 0; i < tree->root->child_count; i++) {
        buf_char(&s.buf, '\n');
        write_node(&s.buf, tree->root->children[i], 0);
        stream_pass(&s);
    }
    return stream_end(&s, "snapshot");
}

moult_status moult_snapshot_write(moult *m, const moult_snapshot *snapshot, uint32_t format,
                                  moult_write_fn *write, void *arg, moult_error *err)
{
    if (format == MOULT_FORMAT_JSON)
        return snapshot_write_json(snapshot->tree, snapshot->hints, write, arg, err);
    if (format == MOULT_FORMAT_TEXT)
        return write_text(snapshot, write, arg, err);
    if (format != MOULT_FORMAT_SQL)
        return error_set(err, MOULT_ERR_CONFIG, "a snapshot is written as text, json or sql");
    CLEANUP_PLAN struct moult_plan *plan = NULL;
    const moult_dialect *dialect;
    moult_status st = dialect_named(m, snapshot->tree->adapter, &dialect, err);
    if (st == MOULT_OK)
        st = tree_plan(m, snapshot->tree, &plan, err);
    return st == MOULT_OK ? plan_write_sql_bare(plan, dialect_script(dialect), write, arg, err) : st;
}
