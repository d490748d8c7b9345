/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h - a growing string.  An allocation that fails marks the buf; writers need not look until the
 * end, where buf_ok() says whether everything is in it. */
#ifndef MOULT_BASE_BUF_H
#define MOULT_BASE_BUF_H

#include <stdarg.h>
#include <stdint.h>

#include "str.h"

struct buf {
    char *p; /* ends in a zero once anything was written; NULL while empty */
    size_t n, cap;
    bool failed;
};

void buf_add(struct buf *b, const char *bytes, size_t n);
void buf_puts(struct buf *b, const char *z);
void buf_str(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_hex(struct buf *b, const uint8_t *bytes, size_t n);
/* As a JSON string in the canonical form of RFC 8785, quotes included.  S must be UTF-8. */
void buf_json(struct buf *b, struct str s);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_free(struct buf *b);

static inline bool buf_ok(const struct buf *b)
{
    return !b->failed;
}
static inline struct str buf_view(const struct buf *b)
{
    return (struct str){b->p ? b->p : "", b->n};
}
#define CLEANUP_BUF __attribute__((cleanup(buf_free)))

#endif
