/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h - output that goes on in pieces, so that no document lies in memory as a whole. */
#ifndef MOULT_SCHEMA_STREAM_H
#define MOULT_SCHEMA_STREAM_H

#include "../base/buf.h"
#include "tree.h"

struct stream {
    struct buf buf; /* what is not handed on yet; writers append to it */
    moult_write_fn *write;
    void *arg;
    moult_error *err;
    moult_status status; /* the first failure; later output is dropped */
};

/* Hands on what is there if it is enough for a piece; to be called now and then. */
void stream_pass(struct stream *s);
/* Hands on the rest, frees the buffer, gives the outcome of all.  WHAT is for the message. */
moult_status stream_end(struct stream *s, const char *what);
/* Marks the stream as failed; the first failure stays. */
void stream_fail(struct stream *s, moult_status status);

/* S as a JSON string.  What is not UTF-8 fails the stream with MOULT_ERR_INVALID that names
 * NODE. */
void stream_json(struct stream *s, const moult_node *node, struct str text);
/* "name": and , before all but the first member or element. */
void stream_member(struct stream *s, bool *first, const char *name);
void stream_comma(struct stream *s, bool *first);

#endif
