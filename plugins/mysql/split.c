/* SPDX-License-Identifier: Apache-2.0 */
/* split.c - cuts a text as the mysql client does, and hands on each statement with its class.
 *
 * Statements are run in another order than they stand in where that is needed.  So each that is
 * handed on brings along, in front of itself, the settings under which the text would have run it.
 *
 * Which server will run it is not known here, and version comments are code to some and none to
 * others.  A statement with such comments is read as every server that it may make a difference to
 * would read it; what is refused in one reading is refused. */
#include "split.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBERS_MAX 16u

struct splitter {
    const moult_host *host;
    const char *text;
    size_t len;
    moult_statement_fn *fn;
    void *arg;
    moult_error *err;
    size_t counted; /* bytes whose lines are in `line` */
    uint64_t line;
    struct cutter cutter;
    struct sentence sentence, other;
    struct settings *settings;
    struct text sql;
    bool packages; /* the text makes some */
};

static uint64_t line_of(struct splitter *s, size_t at)
{
    for (; s->counted < at; s->counted++)
        s->line += s->text[s->counted] == '\n';
    return s->line;
}

static moult_status report(struct splitter *s, size_t at, struct slice sql, uint32_t klass,
                           const char *why)
{
    moult_statement out = {
        .size = MOULT_END(moult_statement, why),
        .klass = klass,
        .offset = at,
        .line = line_of(s, at),
        .sql = sql.p,
        .sql_len = sql.n,
        .why = klass == MOULT_STMT_REFUSED ? why : NULL,
    };
    return s->fn(s->arg, &out);
}

/* ---- one reading ---- */

static struct verdict bad(const char *why)
{
    return (struct verdict){.klass = MOULT_STMT_REFUSED, .why = why};
}

static struct verdict judge(const struct splitter *s, const struct sentence *q, const struct cut *c)
{
    if (c->bad)
        return bad(c->bad);
    if (!q->count) /* nothing but comments, to this server */
        return (struct verdict){.klass = MOULT_STMT_SESSION};
    struct verdict v = myclassify(q);
    if (v.klass != MOULT_STMT_SCHEMA && v.klass != MOULT_STMT_DATA)
        return v;
    if (v.unnamed)
        return v;
    struct verdict reach = myreach(q, s->packages || s->cutter.lexer.how.oracle);
    return reach.klass == MOULT_STMT_REFUSED ? reach : v;
}

/* ---- all readings ---- */

/* The numbers of the version comments in P by which servers differ; UINT32_MAX: too many. */
static uint32_t numbers_in(const char *p, size_t n, uint32_t *numbers)
{
    uint32_t count = 0, number;
    bool maria;
    for (const char *at = p; (at = memmem(at, n - (size_t)(at - p), "/*", 2)); at += 2) {
        size_t head = mylexer_version(p, n, (size_t)(at - p), &number, &maria);
        if (!head || (!maria && number < 50700) || number > MARIADB_LATEST)
            continue;
        uint32_t i = 0;
        while (i < count && numbers[i] != number)
            i++;
        if (i == NUMBERS_MAX)
            return UINT32_MAX;
        numbers[i] = number;
        count += i == count;
    }
    return count;
}

/* Reads the statement behind START once more, as a server would; merges what is found. */
static bool read_as(struct splitter *s, const struct cutter *start, bool mysql, uint32_t version,
                    struct cut *c, struct verdict *v)
{
    struct cutter again = *start;
    struct cut cut;
    again.body = (struct body){0};
    again.lexer.how.mysql = mysql;
    again.lexer.how.version = version;
    bool ok = mycut(&again, &s->other, &cut);
    if (ok && v->klass != MOULT_STMT_REFUSED) {
        if (again.lexer.at != s->cutter.lexer.at) {
            *v = bad("a version comment decides where the statement ends");
        } else if (!cut.end) {
            struct verdict now = judge(s, &s->other, &cut);
            bool heavier = now.klass == MOULT_STMT_REFUSED || v->klass == MOULT_STMT_SESSION ||
                           (v->klass == MOULT_STMT_DATA && now.klass == MOULT_STMT_SCHEMA);
            if (!cut.empty && cut.from < c->from)
                c->from = cut.from;
            if (!cut.empty && cut.to > c->to)
                c->to = cut.to;
            *v = heavier && now.klass != MOULT_STMT_SESSION ? now : *v;
        }
    }
    mycutter_free(&again);
    return ok;
}

static bool read_all(struct splitter *s, const struct cutter *start, struct cut *c,
                     struct verdict *v)
{
    uint32_t numbers[NUMBERS_MAX];
    size_t from = start->lexer.at;
    uint32_t count = numbers_in(s->text + from, s->cutter.lexer.at - from, numbers);
    if (count == UINT32_MAX) {
        *v = bad("the version comments of the statement are of too many versions");
        return true;
    }
    bool ok = !count || (read_as(s, start, false, MARIADB_OLDEST, c, v) &&
                         read_as(s, start, true, MYSQL_OLDEST, c, v));
    for (uint32_t i = 0; ok && i < count; i++) {
        if (numbers[i] > MARIADB_OLDEST)
            ok = read_as(s, start, false, numbers[i], c, v);
        else if (numbers[i] > MYSQL_OLDEST)
            ok = read_as(s, start, true, numbers[i], c, v);
    }
    return ok;
}

/* ---- what is handed on ---- */

/* ALTER DATABASE of whatever database: the one at hand is meant. */
static void add_unnamed(struct text *out, const struct sentence *q)
{
    static const char *const options[] = {"default", "character", "charset",
                                          "collate", "comment",   NULL};
    uint32_t i = mysentence_any(q, 2, options) ? 2 : 3;
    const struct token *t = mysentence_at(q, i), *last = mysentence_at(q, q->count - 1);
    mytext_z(out, "ALTER DATABASE ");
    mytext_add(out, q->text + t->at, last->at + last->n - t->at);
}

static moult_status judged(struct splitter *s, const struct cut *c, const struct verdict *v)
{
    struct slice sql = {s->text + c->from, c->to - c->from};
    uint32_t klass = v->klass;
    char why[256];
    if (v->about)
        snprintf(why, sizeof why, v->why, (int)(v->about_len < 100 ? v->about_len : 100), v->about);
    else
        snprintf(why, sizeof why, "%s", v->why ? v->why : "");
    const char *other = NULL;
    if (v->sets && !mysettings_take(s->settings, &s->sentence, &other))
        return my_nomem(s->host, s->err);
    if (other)
        return report(s, c->from, sql, MOULT_STMT_REFUSED, other);
    if (klass != MOULT_STMT_SCHEMA)
        return report(s, c->from, sql, klass, why);
    s->packages |= mysentence_is(&s->sentence, mysentence_kind(&s->sentence), "package");
    mytext_clear(&s->sql);
    mysettings_write(s->settings, &s->sql);
    if (v->unnamed)
        add_unnamed(&s->sql, &s->sentence);
    else if (s->sql.n)
        mytext_slice(&s->sql, sql);
    if (s->sql.failed)
        return my_nomem(s->host, s->err);
    return report(s, c->from, s->sql.n ? slice_of(&s->sql) : sql, klass, why);
}

static moult_status take(struct splitter *s, bool *end)
{
    struct cutter start;
    struct cut c;
    s->cutter.lexer.how = mysettings_lexing(s->settings);
    start = s->cutter;
    if (!mycut(&s->cutter, &s->sentence, &c))
        return my_nomem(s->host, s->err);
    *end = c.end;
    if (c.end)
        return MOULT_OK;
    if (!c.bad && memchr(s->text + c.from, MOULT_MARK_OPEN, c.to - c.from)) {
        c.bad = "the text holds a byte 0x01";
        c.bad_at = c.from;
    }
    struct slice sql = {s->text + c.from, c.to - c.from};
    if (c.bad)
        return report(s, c.bad_at, sql, MOULT_STMT_REFUSED, c.bad);
    struct verdict v = judge(s, &s->sentence, &c);
    struct cut whole = c;
    if (c.empty) /* where it begins is for those to say to whom it is not */
        c.from = c.to, c.to = 0;
    if (!read_all(s, &start, &c, &v))
        return my_nomem(s->host, s->err);
    if (c.from >= c.to)
        c = whole;
    return c.empty && v.klass == MOULT_STMT_SESSION ? MOULT_OK : judged(s, &c, &v);
}

moult_status mydialect_split(const moult_host *host, const char *text, size_t len,
                             moult_statement_fn *fn, void *arg, moult_error *err)
{
    struct splitter s = {
        .host = host, .text = text, .len = len, .fn = fn, .arg = arg, .err = err, .line = 1};
    bool end = false;
    mycutter_init(&s.cutter, text, len, mylexing_of("", 0));
    s.settings = mysettings_new();
    moult_status st = s.settings ? MOULT_OK : my_nomem(host, err);
    while (st == MOULT_OK && !end)
        st = take(&s, &end);
    mysettings_free(s.settings);
    mycutter_free(&s.cutter);
    mytext_free(&s.sql);
    free(s.sentence.tokens);
    free(s.other.tokens);
    return st;
}
