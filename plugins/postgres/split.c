/* SPDX-License-Identifier: Apache-2.0 */
/* split.c - cuts a text as psql does, and hands on each statement with its class.
 *
 * Statements are run in another order than they stand in where that is needed.  So each that is
 * handed on brings along, in front of itself, the settings under which the text would have run
 * it. */
#include "split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct splitter {
    const moult_host *host;
    const char *text;
    size_t len;
    moult_statement_fn *fn;
    void *arg;
    moult_error *err;
    size_t counted; /* bytes whose lines are in `line` */
    uint64_t line;
    struct sentence sentence;
    struct settings settings;
    struct text sql;
};

static uint64_t line_of(struct splitter *s, size_t at)
{
    for (; s->counted < at; s->counted++)
        s->line += s->text[s->counted] == '\n';
    return s->line;
}

/* Behind the rows of a COPY: they begin in the line after the statement and end with a line
 * "\.". */
static size_t after_rows(const char *text, size_t len, size_t at)
{
    for (;;) {
        const char *end = at < len ? memchr(text + at, '\n', len - at) : NULL;
        if (!end)
            return len;
        at = (size_t)(end - text) + 1;
        size_t n = len - at;
        if (n >= 2 && text[at] == '\\' && text[at + 1] == '.' &&
            (n == 2 || text[at + 2] == '\n' || text[at + 2] == '\r'))
            return at + 2;
    }
}

static moult_status report(struct splitter *s, size_t at, const char *sql, size_t sql_len,
                           uint32_t klass, const char *why)
{
    moult_statement out = {
        .size = MOULT_END(moult_statement, why),
        .klass = klass,
        .offset = at,
        .line = line_of(s, at),
        .sql = sql,
        .sql_len = sql_len,
        .why = klass == MOULT_STMT_REFUSED || klass == MOULT_STMT_PROCEDURAL ? why : NULL,
    };
    return s->fn(s->arg, &out);
}

/* The text between two tokens, both included. */
static void add_tokens(struct text *out, const struct sentence *s, uint32_t first, uint32_t last)
{
    const struct token *a = pgsentence_at(s, first), *b = pgsentence_at(s, last);
    pgtext_add(out, s->text + a->at, b->at + b->n - a->at);
}

/* A statement that makes a table from a query makes it empty: rows are no part of a schema, and the
 * query may call whatever function the text has defined. */
static void add_unfilled(struct text *out, const struct sentence *s)
{
    uint32_t n = s->count;
    bool data = pgsentence_is(s, n - 1, "data");
    bool none = data && pgsentence_is(s, n - 2, "no") && pgsentence_is(s, n - 3, "with");
    if (data && !none && pgsentence_is(s, n - 2, "with"))
        n -= 2;
    add_tokens(out, s, 0, n - 1);
    if (!none)
        pgtext_z(out, " WITH NO DATA");
}

/* The schema that every database begins with.  Some dumps make it all the same. */
static bool makes_public(const struct sentence *s)
{
    return s->count == 3 && pgsentence_is(s, 0, "create") && pgsentence_is(s, 1, "schema") &&
           pgsentence_is(s, 2, "public");
}

static moult_status judged(struct splitter *s, const struct cut *c, const struct verdict *v)
{
    const char *sql = s->text + c->from;
    size_t n = c->to - c->from;
    uint32_t klass = v->klass;
    char why[256];
    if (v->about)
        snprintf(why, sizeof why, v->why, (int)(v->about_len < 100 ? v->about_len : 100), v->about);
    else
        snprintf(why, sizeof why, "%s", v->why ? v->why : "");
    const char *other =
        klass == MOULT_STMT_REFUSED ? NULL : pgsettings_refuse(&s->settings, &s->sentence);
    if (!other && klass != MOULT_STMT_REFUSED)
        other = pgopinion(&s->sentence, klass);
    if (!other && v->sets && !pgsettings_take(&s->settings, &s->sentence, &other))
        return postgres_nomem(s->host, s->err);
    if (other)
        return report(s, c->from, sql, n, MOULT_STMT_REFUSED, other);
    if (klass != MOULT_STMT_SCHEMA && klass != MOULT_STMT_PROCEDURAL)
        return report(s, c->from, sql, n, klass, why);
    pgtext_clear(&s->sql);
    pgsettings_write(&s->settings, &s->sql);
    if (v->fills)
        add_unfilled(&s->sql, &s->sentence);
    else if (makes_public(&s->sentence))
        pgtext_z(&s->sql, "CREATE SCHEMA IF NOT EXISTS public");
    else if (s->sql.n)
        pgtext_add(&s->sql, sql, n);
    if (s->sql.failed)
        return postgres_nomem(s->host, s->err);
    return s->sql.n ? report(s, c->from, s->sql.p, s->sql.n, klass, why)
                    : report(s, c->from, sql, n, klass, why);
}

static moult_status take(struct splitter *s, struct cut *c)
{
    return pgcut(s->text, s->len, c->next, &s->sentence, c) ? MOULT_OK
                                                            : postgres_nomem(s->host, s->err);
}

moult_status postgres_split(const moult_host *host, const char *text, size_t len,
                            moult_statement_fn *fn, void *arg, moult_error *err)
{
    struct splitter s = {
        .host = host, .text = text, .len = len, .fn = fn, .arg = arg, .err = err, .line = 1};
    struct cut c = {0};
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        c.next = 3; /* a byte order mark */
    moult_status st = pgsettings_init(&s.settings) ? MOULT_OK : postgres_nomem(host, err);
    while (st == MOULT_OK && (st = take(&s, &c)) == MOULT_OK && !c.end) {
        if (!c.bad && memchr(text + c.from, MOULT_MARK_OPEN, c.to - c.from)) {
            c.bad = "the text holds a byte 0x01";
            c.bad_at = c.from;
        }
        if (c.bad) {
            st = report(&s, c.bad_at, text + c.from, c.to - c.from, MOULT_STMT_REFUSED, c.bad);
            continue;
        }
        struct verdict v = pgclassify(&s.sentence);
        st = judged(&s, &c, &v);
        if (v.rows_follow)
            c.next = after_rows(text, len, c.next);
    }
    pgsettings_free(&s.settings);
    pgtext_free(&s.sql);
    free(s.sentence.tokens);
    return st;
}
