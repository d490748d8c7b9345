/* SPDX-License-Identifier: Apache-2.0 */
/* delta_write.c - a delta for people, and as the document of docs/schemas/delta.json. */
#include "delta.h"
#include "stream.h"

#define SHORT 72u /* longer texts stand on lines of their own */

static const char *sign_of(uint32_t op)
{
    return op == MOULT_CREATE ? "+" : op == MOULT_DROP ? "-" : op == MOULT_RENAME ? ">" : "~";
}

static const char *word_of(uint32_t op)
{
    return op == MOULT_CREATE   ? "create"
           : op == MOULT_DROP   ? "drop"
           : op == MOULT_RENAME ? "rename"
                                : "alter";
}

/* A database's bytes must not steer the terminal; markers are shown as moult.toml writes
 * bindings. */
static void show(struct buf *b, struct str s)
{
    bool utf8 = str_utf8(s);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool c1 = utf8 && c == 0xc2 && (unsigned char)s.p[i + 1] < 0xa0; /* U+0080 to U+009F */
        if (c == MOULT_MARK_OPEN)
            buf_char(b, '{');
        else if (c == MOULT_MARK_CLOSE)
            buf_char(b, '}');
        else if (c < 0x20 || c == 0x7f || c1 || (c >= 0x80 && !utf8))
            buf_printf(b, "\\x%02x", c);
        else
            buf_char(b, s.p[i]);
        if (c1)
            buf_printf(b, "\\x%02x", (unsigned char)s.p[++i]);
    }
}

static void indent(struct buf *b, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        buf_puts(b, "  ");
}

static struct str text_of(const moult_node *node, const char *name)
{
    const struct attr *a = node ? node_attr(node, name) : NULL;
    return a ? a->text : (struct str){0};
}

static bool is_short(struct str s)
{
    return s.n <= SHORT && !(s.n && memchr(s.p, '\n', s.n));
}

static void show_lines(struct buf *b, unsigned depth, char sign, struct str s)
{
    while (s.p) {
        const char *end = s.n ? memchr(s.p, '\n', s.n) : NULL;
        struct str line = {s.p, end ? (size_t)(end - s.p) : s.n};
        indent(b, depth);
        buf_char(b, sign);
        buf_char(b, ' ');
        show(b, line);
        buf_char(b, '\n');
        s = end ? (struct str){end + 1, s.n - line.n - 1} : (struct str){0};
    }
}

static void show_value(struct buf *b, struct str s)
{
    if (s.p)
        show(b, s);
    else
        buf_puts(b, "(none)");
}

/* Short ones behind the object's name, long ones below. */
static void show_differing(struct buf *b, const moult_change *c, unsigned depth)
{
    const char *before = ": ";
    for (size_t i = 0; i < c->differing_count; i++) {
        struct str from = text_of(c->from, c->differing[i]), to = text_of(c->to, c->differing[i]);
        if (!is_short(from) || !is_short(to))
            continue;
        buf_printf(b, "%s%s ", before, c->differing[i]);
        show_value(b, from);
        buf_puts(b, " -> ");
        show_value(b, to);
        before = ", ";
    }
    buf_char(b, '\n');
    for (size_t i = 0; i < c->differing_count; i++) {
        struct str from = text_of(c->from, c->differing[i]), to = text_of(c->to, c->differing[i]);
        if (is_short(from) && is_short(to))
            continue;
        indent(b, depth + 1);
        buf_printf(b, "%s\n", c->differing[i]);
        show_lines(b, depth + 2, '-', from);
        show_lines(b, depth + 2, '+', to);
    }
}

/* What a part that comes or goes is; of a whole object its name says enough. */
static void show_part(struct buf *b, const moult_node *node)
{
    const char *before = ": ";
    for (size_t i = 0; i < node->attr_count; i++) {
        const struct attr *a = &node->attrs[i];
        if (a->aspect == MOULT_LAYOUT || a->aspect == MOULT_DERIVED || !is_short(a->text))
            continue;
        buf_printf(b, "%s%s ", before, a->name);
        show(b, a->text);
        before = ", ";
    }
}

static void write_change(struct stream *s, const moult_change *c, unsigned depth)
{
    const moult_node *node = c->to ? c->to : c->from;
    struct str name = text_of(node, "name");
    indent(&s->buf, depth);
    buf_printf(&s->buf, "%s %s", sign_of(c->op), node->kind);
    if (!name.p)
        name = node->key;
    if (name.n)
        buf_char(&s->buf, ' ');
    show(&s->buf, name);
    if (c->op == MOULT_ALTER) {
        show_differing(&s->buf, c, depth);
    } else {
        if (c->object != c)
            show_part(&s->buf, node);
        buf_char(&s->buf, '\n');
    }
    for (size_t i = 0; i < c->nested_count; i++)
        write_change(s, c->nested[i], depth + 1);
    stream_pass(s);
}

moult_status delta_write_text(const struct moult_delta *delta, moult_write_fn *write, void *arg,
                              moult_error *err)
{
    struct stream s = {.write = write, .arg = arg, .err = err};
    if (!delta->change_count && !delta->cosmetic_count && !delta->due_count)
        buf_puts(&s.buf, "no differences\n");
    for (size_t i = 0; i < delta->due_count; i++) {
        buf_printf(&s.buf, "%s ", sign_of(MOULT_RENAME));
        show(&s.buf, delta->due[i].from);
        buf_puts(&s.buf, " -> ");
        show(&s.buf, delta->due[i].to);
        buf_puts(&s.buf, " (");
        show(&s.buf, delta->due[i].where);
        buf_puts(&s.buf, ")\n");
    }
    for (size_t i = 0; i < delta->change_count; i++)
        write_change(&s, delta->changes[i], 0);
    if (delta->cosmetic_count)
        buf_puts(&s.buf, "in layout alone, which is not part of the state:\n");
    for (size_t i = 0; i < delta->cosmetic_count; i++)
        write_change(&s, delta->cosmetic[i], 1);
    return stream_end(&s, "differences");
}

static void json_attrs(struct stream *s, const moult_change *c)
{
    bool first = true;
    buf_char(&s->buf, '{');
    for (size_t i = 0; i < c->differing_count; i++) {
        const struct attr *from = node_attr(c->from, c->differing[i]);
        const struct attr *to = node_attr(c->to, c->differing[i]);
        bool first_side = true;
        stream_member(s, &first, c->differing[i]);
        buf_char(&s->buf, '{');
        if (from) {
            stream_member(s, &first_side, "from");
            stream_json(s, c->from, from->text);
        }
        if (to) {
            stream_member(s, &first_side, "to");
            stream_json(s, c->to, to->text);
        }
        buf_char(&s->buf, '}');
    }
    buf_char(&s->buf, '}');
}

static void json_changes(struct stream *s, moult_change *const *changes, size_t count);

static void json_change(struct stream *s, const moult_change *c)
{
    const moult_node *node = c->to ? c->to : c->from;
    bool first = true;
    buf_char(&s->buf, '{');
    if (c->differing_count) {
        stream_member(s, &first, "attributes");
        json_attrs(s, c);
    }
    if (c->nested_count) {
        stream_member(s, &first, "changes");
        json_changes(s, c->nested, c->nested_count);
    }
    stream_member(s, &first, "key");
    stream_json(s, node, node->key);
    stream_member(s, &first, "kind");
    stream_json(s, node, str_of(node->kind));
    stream_member(s, &first, "op");
    stream_json(s, node, str_of(word_of(c->op)));
    stream_member(s, &first, "path");
    stream_json(s, node, c->path);
    buf_char(&s->buf, '}');
    stream_pass(s);
}

static void json_changes(struct stream *s, moult_change *const *changes, size_t count)
{
    bool first = true;
    buf_char(&s->buf, '[');
    for (size_t i = 0; i < count; i++) {
        stream_comma(s, &first);
        json_change(s, changes[i]);
    }
    buf_char(&s->buf, ']');
}

static void json_side(struct stream *s, const moult_tree *tree)
{
    buf_printf(&s->buf, "{\"layout\":\"%s\",\"server\":", tree->aspect[MOULT_LAYOUT]);
    stream_json(s, NULL, tree->server);
    buf_printf(&s->buf, ",\"state\":\"%s\"}", tree->state);
}

moult_status delta_write_json(const struct moult_delta *delta, moult_write_fn *write, void *arg,
                              moult_error *err)
{
    struct stream s = {.write = write, .arg = arg, .err = err};
    buf_puts(&s.buf, "{\"changes\":");
    json_changes(&s, delta->changes, delta->change_count);
    buf_puts(&s.buf, ",\"class\":");
    stream_json(&s, NULL, str_of(delta->to->klass));
    buf_puts(&s.buf, ",\"cosmetic\":");
    json_changes(&s, delta->cosmetic, delta->cosmetic_count);
    buf_puts(&s.buf, ",\"format\":\"moult-delta/1\",\"from\":");
    json_side(&s, delta->before ? delta->before : delta->from);
    buf_puts(&s.buf, ",\"renames\":[");
    for (size_t i = 0; i < delta->due_count; i++) {
        buf_puts(&s.buf, i ? ",{\"from\":" : "{\"from\":");
        stream_json(&s, NULL, delta->due[i].from);
        buf_puts(&s.buf, ",\"to\":");
        stream_json(&s, NULL, delta->due[i].to);
        buf_puts(&s.buf, ",\"where\":");
        stream_json(&s, NULL, delta->due[i].where);
        buf_char(&s.buf, '}');
    }
    buf_puts(&s.buf, "],\"to\":");
    json_side(&s, delta->to);
    buf_char(&s.buf, '}');
    return stream_end(&s, "differences");
}
