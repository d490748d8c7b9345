/* SPDX-License-Identifier: Apache-2.0 */
/* json_write.c - the snapshot document, canonical by RFC 8785: members sorted, no white space.
 * Sealed trees are sorted and their names ASCII, so writing them in order is all it takes. */
#include "json.h"
#include "renames.h"
#include "stream.h"

const char *const json_aspects[JSON_ASPECTS] = {"shape", "rights", "notes", "layout", "derived"};
const char *const json_strengths[JSON_STRENGTHS] = {"enforced", "owned", "text", "outside"};

static void write_attr(struct stream *s, const moult_node *node, const struct attr *a)
{
    if (a->aspect == MOULT_SHAPE && !a->same.p) {
        stream_json(s, node, a->text);
        return;
    }
    bool first = true;
    buf_char(&s->buf, '{');
    if (a->aspect != MOULT_SHAPE) {
        stream_member(s, &first, "aspect");
        stream_json(s, node, str_of(json_aspects[a->aspect]));
    }
    if (a->same.p) {
        stream_member(s, &first, "same");
        stream_json(s, node, a->same);
    }
    stream_member(s, &first, "text");
    stream_json(s, node, a->text);
    buf_char(&s->buf, '}');
}

static void write_attrs(struct stream *s, const moult_node *node)
{
    bool first = true;
    buf_char(&s->buf, '{');
    for (size_t i = 0; i < node->attr_count; i++) {
        stream_member(s, &first, node->attrs[i].name);
        write_attr(s, node, &node->attrs[i]);
    }
    buf_char(&s->buf, '}');
}

static void write_claims(struct stream *s, const moult_node *node)
{
    bool first = true;
    buf_char(&s->buf, '[');
    for (size_t i = 0; i < node->claim_count; i++) {
        stream_comma(s, &first);
        buf_puts(&s->buf, "{\"name\":");
        stream_json(s, node, node->claims[i].name);
        buf_puts(&s->buf, ",\"space\":");
        stream_json(s, node, str_of(node->claims[i].space));
        buf_char(&s->buf, '}');
    }
    buf_char(&s->buf, ']');
}

static void write_refs(struct stream *s, const moult_node *node)
{
    bool first = true;
    buf_char(&s->buf, '[');
    for (size_t i = 0; i < node->ref_count; i++) {
        stream_comma(s, &first);
        buf_puts(&s->buf, "{\"path\":");
        stream_json(s, node, node->refs[i].path);
        buf_puts(&s->buf, ",\"strength\":");
        stream_json(s, node, str_of(json_strengths[node->refs[i].strength]));
        buf_char(&s->buf, '}');
    }
    buf_char(&s->buf, ']');
}

static void write_node(struct stream *s, const moult_node *node)
{
    if (s->status != MOULT_OK)
        return;
    bool first = true;
    buf_char(&s->buf, '{');
    if (node->attr_count) {
        stream_member(s, &first, "attributes");
        write_attrs(s, node);
    }
    if (node->child_count) {
        stream_member(s, &first, "children");
        bool first_child = true;
        buf_char(&s->buf, '[');
        for (size_t i = 0; i < node->child_count; i++) {
            stream_comma(s, &first_child);
            write_node(s, node->children[i]);
        }
        buf_char(&s->buf, ']');
    }
    if (node->claim_count) {
        stream_member(s, &first, "claims");
        write_claims(s, node);
    }
    stream_member(s, &first, "key");
    stream_json(s, node, node->key);
    stream_member(s, &first, "kind");
    stream_json(s, node, str_of(node->kind));
    if (node->ref_count) {
        stream_member(s, &first, "references");
        write_refs(s, node);
    }
    if (node->unmanaged) {
        stream_member(s, &first, "unmanaged");
        buf_puts(&s->buf, "true");
    }
    buf_char(&s->buf, '}');
    stream_pass(s);
}

static void write_renames(struct stream *s, const struct renames *hints)
{
    CLEANUP_BUF struct buf text = {0};
    bool first = true;
    buf_puts(&s->buf, ",\"renames\":[");
    for (size_t i = 0; i < hints->count; i++) {
        buf_clear(&text);
        rename_text(&text, &hints->items[i]);
        if (!buf_ok(&text))
            stream_fail(s, error_nomem(s->err));
        stream_comma(s, &first);
        stream_json(s, NULL, buf_view(&text));
    }
    buf_char(&s->buf, ']');
}

moult_status tree_write_json(const moult_tree *tree, moult_write_fn *write, void *arg,
                             moult_error *err)
{
    return snapshot_write_json(tree, NULL, write, arg, err);
}

moult_status snapshot_write_json(const moult_tree *tree, const struct renames *hints,
                                 moult_write_fn *write, void *arg, moult_error *err)
{
    if (!tree->sealed)
        return error_set(err, MOULT_ERR_INTERNAL, "a schema tree was written before it was sealed");
    struct stream s = {.write = write, .arg = arg, .err = err};
    buf_puts(&s.buf, "{\"adapter\":");
    stream_json(&s, NULL, tree->adapter);
    buf_puts(&s.buf, ",\"class\":");
    stream_json(&s, NULL, str_of(tree->klass));
    buf_printf(&s.buf,
               ",\"digest\":{\"layout\":\"%s\",\"notes\":\"%s\",\"rights\":\"%s\",\"shape\":\"%s\","
               "\"state\":\"%s\"},\"format\":\"" JSON_SNAPSHOT_FORMAT
               "\",\"level\":%u,\"major\":%u",
               tree->aspect[MOULT_LAYOUT], tree->aspect[MOULT_NOTES], tree->aspect[MOULT_RIGHTS],
               tree->aspect[MOULT_SHAPE], tree->state, tree->level, tree->major);
    if (hints && hints->count)
        write_renames(&s, hints);
    buf_puts(&s.buf, ",\"root\":");
    write_node(&s, tree->root);
    buf_puts(&s.buf, ",\"server\":");
    stream_json(&s, NULL, tree->server);
    buf_char(&s.buf, '}');
    return stream_end(&s, "snapshot");
}
