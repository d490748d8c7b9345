/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-sqlite - libFuzzer target: any bytes as SQL.  Tokens cover the text without overlap,
 * statements lie in it in order, and every CREATE that is understood has a canonical text that is
 * its own. */
#include <stdlib.h>
#include <string.h>

#include "../../plugins/sqlite/same.h"
#include "../../plugins/sqlite/session.h"

static void must(bool held)
{
    if (!held)
        abort();
}

static void no_error(moult_ctx *ctx, moult_error *err, moult_status code, const char *msg,
                     size_t len)
{
    (void)ctx, (void)err, (void)code, (void)msg, (void)len;
}

static void no_detail(moult_ctx *ctx, moult_error *err, const char *key, const char *value,
                      size_t len)
{
    (void)ctx, (void)err, (void)key, (void)value, (void)len;
}

static const moult_host host = {.error_set = no_error, .error_detail = no_detail};

static void check_tokens(const char *text, size_t len)
{
    for (size_t from = 0;;) {
        struct token t = token_next(text, len, from);
        must(t.at >= from && t.at <= len && t.n <= len - t.at);
        if (t.kind == TOKEN_END)
            return;
        must(t.n > 0);
        from = t.at + t.n;
    }
}

/* The canonical text of the canonical text of R is itself. */
static void check_same(const struct parse *p, struct range r)
{
    struct text first = {0}, second = {0};
    struct parse again = {0};
    struct same s = {.p = p, .mode = SAME_NAME};
    same_range(&s, r, &first);
    /* What begins with a byte order mark would lose it as the begin of a text. */
    bool mark = first.n >= 3 && memcmp(first.p, "\xef\xbb\xbf", 3) == 0;
    if (r.n && !mark) {
        must(parse_tokens(&again, first.p, first.n));
        s.p = &again;
        same_range(&s, (struct range){0, again.token_count - 1}, &second);
        must(first.n == second.n && memcmp(first.p, second.p, first.n) == 0);
    }
    text_free(&first);
    text_free(&second);
    parse_free(&again);
}

struct seen {
    const char *text;
    size_t len;
    uint64_t offset, line;
};

static moult_status see(void *arg, const moult_statement *statement)
{
    struct seen *seen = arg;
    must(statement->klass >= MOULT_STMT_SCHEMA && statement->klass <= MOULT_STMT_REFUSED);
    must((statement->klass == MOULT_STMT_REFUSED) == (statement->why != NULL));
    must(statement->offset <= seen->len && statement->offset >= seen->offset &&
         statement->line >= seen->line);
    seen->offset = statement->offset;
    seen->line = statement->line;
    if (statement->klass != MOULT_STMT_SCHEMA)
        return MOULT_OK;
    struct parse p = {0};
    if (parse_create(&p, statement->sql, statement->sql_len)) {
        check_same(&p, (struct range){0, p.end});
        check_same(&p, p.body);
    } else {
        must(p.bad_at <= statement->sql_len);
    }
    parse_free(&p);
    return MOULT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct seen seen = {.text = text, .len = size};
    check_tokens(text, size);
    must(sqlite_dialect_split(&host, text, size, see, &seen, NULL) == MOULT_OK);
    return 0;
}
