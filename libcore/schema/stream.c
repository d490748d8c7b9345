/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <moult/moult.h>

#include "node.h"

#define PIECE ((size_t)64 * 1024)

static void hand_on(struct stream *s)
{
    if (s->status == MOULT_OK && !buf_ok(&s->buf))
        stream_fail(s, error_nomem(s->err));
    if (s->status == MOULT_OK && s->buf.n)
        stream_fail(s, s->write(s->arg, s->buf.p, s->buf.n));
    buf_clear(&s->buf);
}

void stream_pass(struct stream *s)
{
    if (s->buf.n >= PIECE || s->buf.failed)
        hand_on(s);
}

void stream_fail(struct stream *s, moult_status status)
{
    if (s->status == MOULT_OK)
        s->status = status;
}

moult_status stream_end(struct stream *s, const char *what)
{
    hand_on(s);
    buf_free(&s->buf);
    /* The taker of the bytes has no error slot of its own. */
    if (s->status != MOULT_OK && moult_error_code(s->err) == MOULT_OK)
        error_set(s->err, s->status, "the %s could not be written", what);
    return s->status;
}

static void not_utf8(struct stream *s, const moult_node *node)
{
    if (s->status != MOULT_OK)
        return;
    CLEANUP_BUF struct buf shown = {0};
    if (node && node->parent)
        path_show(&shown, node->path);
    else
        buf_puts(&shown, "the schema");
    struct str where = buf_view(&shown);
    s->status = error_set(s->err, MOULT_ERR_INVALID,
                          "a text is not UTF-8, which JSON demands: %.*s", STR_FMT(where));
    error_detail_str(s->err, "object", where);
    error_detail(s->err, "hint", "correct the text in the database, or leave the object out");
}

void stream_json(struct stream *s, const moult_node *node, struct str text)
{
    if (!str_utf8(text))
        not_utf8(s, node);
    else
        buf_json(&s->buf, text);
}

void stream_comma(struct stream *s, bool *first)
{
    if (!*first)
        buf_char(&s->buf, ',');
    *first = false;
}

void stream_member(struct stream *s, bool *first, const char *name)
{
    stream_comma(s, first);
    buf_json(&s->buf, str_of(name));
    buf_char(&s->buf, ':');
}
