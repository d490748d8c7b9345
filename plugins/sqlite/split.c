/* SPDX-License-Identifier: Apache-2.0 */
/* split.c - cuts a text of SQL into statements, each with its class. */
#include "split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "same.h"

struct splitter {
    const moult_host *host;
    const char *text;
    size_t len;
    moult_statement_fn *fn;
    void *arg;
    moult_error *err;
    size_t counted; /* bytes whose lines are in `line` */
    uint64_t line;
    bool writable;        /* after a PRAGMA writable_schema=ON that was let through */
    struct text virtuals; /* "name\0module\0" of the virtual tables so far, folded */
    struct parse tokens, peeked;
};

/* A statement in the text: from its first token to its last, and where the next one begins. */
struct cut {
    size_t from, to, next;
    const char *bad; /* it cannot be cut */
    size_t bad_at;
};

static uint64_t line_of(struct splitter *s, size_t at)
{
    if (at < s->counted) {
        s->counted = 0;
        s->line = 1;
    }
    for (; s->counted < at; s->counted++)
        s->line += s->text[s->counted] == '\n';
    return s->line;
}

static const char *bad_token(const char *text, const struct token *t)
{
    switch (text[t->at]) {
    case '\'':
        return "a string is left open";
    case '"':
    case '`':
    case '[':
        return "a quoted name is left open";
    case '/':
        return "a comment is left open";
    case '\0':
        return "the text holds a zero byte";
    default:
        return "what stands here is not SQL";
    }
}

/* The shell's own commands take a line; nothing of it is SQL. */
static struct cut cut_line(const struct splitter *s, size_t from)
{
    const char *end = memchr(s->text + from, '\n', s->len - from);
    size_t to = end ? (size_t)(end - s->text) : s->len;
    return (struct cut){from, to, to, "a command of the sqlite3 shell, not of SQL", from};
}

/* false: there is no further statement. */
static bool cut(const struct splitter *s, size_t from, struct cut *out)
{
    struct token t, before = {0};
    do { /* empty statements */
        t = token_next(s->text, s->len, from);
        from = t.at + t.n;
    } while (t.kind == TOKEN_OPERATOR && t.op == ';');
    if (t.kind == TOKEN_END)
        return false;
    *out = (struct cut){.from = t.at};
    if (t.kind == TOKEN_OPERATOR && t.op == '.') {
        *out = cut_line(s, t.at);
        return true;
    }
    /* A trigger ends at the END that follows a semicolon. */
    bool create = t.keyword == KW_CREATE, trigger = false;
    for (uint32_t i = 0; t.kind != TOKEN_END; i++) {
        if (i == 1 || (i == 2 && (before.keyword == KW_TEMP || before.keyword == KW_TEMPORARY)))
            trigger = create && t.keyword == KW_TRIGGER;
        bool semicolon = t.kind == TOKEN_OPERATOR && t.op == ';';
        if (semicolon && (!trigger || before.keyword == KW_END)) {
            out->next = t.at + t.n;
            return true;
        }
        if (t.kind == TOKEN_BAD && !out->bad) {
            out->bad = bad_token(s->text, &t);
            out->bad_at = t.at;
        }
        out->to = out->next = t.at + t.n;
        /* Only an END right after a semicolon is the trigger's. */
        bool end = t.keyword == KW_END && !(before.kind == TOKEN_OPERATOR && before.op == ';');
        before = t;
        if (end)
            before.keyword = KW_NONE;
        t = token_next(s->text, s->len, out->to);
    }
    if (trigger && before.keyword != KW_END && !out->bad) {
        out->bad = "the trigger has no END";
        out->bad_at = out->from;
    }
    return true;
}

static moult_status report(struct splitter *s, size_t at, uint32_t klass, const char *sql,
                           size_t sql_len, const char *why)
{
    moult_statement out = {
        .size = MOULT_END(moult_statement, why),
        .klass = klass,
        .offset = at,
        .line = line_of(s, at),
        .sql = sql,
        .sql_len = sql_len,
        .why = klass == MOULT_STMT_REFUSED ? why : NULL,
    };
    return s->fn(s->arg, &out);
}

static bool load(struct splitter *s, const struct cut *c, struct parse *p)
{
    return !c->bad && parse_tokens(p, s->text + c->from, c->to - c->from);
}

/* Is the statement after C a virtual table as .dump writes it? */
static bool dump_follows(struct splitter *s, const struct cut *c)
{
    struct cut next;
    if (!cut(s, c->next, &next) || !load(s, &next, &s->peeked) ||
        !classify(&s->peeked).dumped_virtual)
        return false;
    char *sql = dumped_virtual_sql(&s->peeked);
    free(sql);
    return sql != NULL;
}

/* ---- tables that virtual tables keep: .dump and .schema write them too ---- */

static void add_folded(struct text *out, const struct parse *p, uint32_t token)
{
    const struct same s = {.p = p};
    same_key(&s, token, out);
    text_char(out, '\0');
}

static void note_virtual(struct splitter *s, const char *sql, size_t len)
{
    struct token create = token_next(sql, len, 0);
    if (token_next(sql, len, create.at + create.n).keyword != KW_VIRTUAL)
        return;
    if (parse_create(&s->peeked, sql, len) && s->peeked.what == PARSE_VIRTUAL) {
        add_folded(&s->virtuals, &s->peeked, s->peeked.name);
        add_folded(&s->virtuals, &s->peeked, s->peeked.module);
    }
}

/* Is NAME ("f_data") one that MODULE keeps for the table TABLE ("f")? */
static bool is_shadow(const char *name, const char *table, const char *module)
{
    static const struct {
        const char *module, *suffixes;
    } known[] = {{"fts5", " data idx content docsize config "},
                 {"fts4", " content segments segdir docsize stat "},
                 {"fts3", " content segments segdir docsize stat "},
                 {"rtree", " node parent rowid "},
                 {"rtree_i32", " node parent rowid "},
                 {"geopoly", " node parent rowid "}};
    size_t n = strlen(table);
    char suffix[16];
    if (strncmp(name, table, n) != 0 || name[n] != '_' || strlen(name + n) > 10)
        return false;
    snprintf(suffix, sizeof suffix, " %s ", name + n + 1);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].module, module) == 0)
            return strstr(known[i].suffixes, suffix) != NULL;
    }
    return false;
}

/* The token of the name in CREATE TABLE name; 0 = the statement is another. */
static uint32_t created_table(const struct parse *p)
{
    uint32_t i = 2;
    if (p->token_count < 5 || p->tokens[0].keyword != KW_CREATE || p->tokens[1].keyword != KW_TABLE)
        return 0;
    if (p->tokens[i].keyword == KW_IF && p->tokens[i + 1].keyword == KW_NOT)
        i += 3;
    return i < p->token_count && token_is_name(&p->tokens[i]) ? i : 0;
}

/* Creating the virtual table makes these, as SQLite makes sqlite_sequence, and lets nobody else. */
static bool creates_shadow(struct splitter *s)
{
    static const char *const own[] = {"sqlite_sequence", "sqlite_stat1", "sqlite_stat2",
                                      "sqlite_stat3", "sqlite_stat4"};
    uint32_t token = created_table(&s->tokens);
    struct text name = {0};
    bool found = false;
    if (!token)
        return false;
    add_folded(&name, &s->tokens, token);
    for (size_t i = 0; !name.failed && i < sizeof own / sizeof *own; i++)
        found |= strcmp(name.p, own[i]) == 0;
    for (size_t i = 0; !name.failed && !found && i < s->virtuals.n;) {
        const char *table = s->virtuals.p + i, *module = table + strlen(table) + 1;
        found = is_shadow(name.p, table, module);
        i += strlen(table) + strlen(module) + 2;
    }
    text_free(&name);
    return found;
}

static moult_status judged(struct splitter *s, const struct cut *c, const struct verdict *v)
{
    char why[256];
    uint32_t klass = v->klass;
    if (v->pragma_writable == 1 && dump_follows(s, c)) {
        s->writable = true;
        klass = MOULT_STMT_SESSION;
    } else if (v->pragma_writable == 2 && s->writable) {
        s->writable = false;
        klass = MOULT_STMT_SESSION;
    } else if (v->dumped_virtual && s->writable) {
        char *sql = dumped_virtual_sql(&s->tokens);
        if (sql) {
            note_virtual(s, sql, strlen(sql));
            moult_status st = report(s, c->from, MOULT_STMT_SCHEMA, sql, strlen(sql), NULL);
            free(sql);
            return st;
        }
    }
    if (klass == MOULT_STMT_SCHEMA) {
        if (creates_shadow(s))
            klass = MOULT_STMT_DATA;
        else
            note_virtual(s, s->text + c->from, c->to - c->from);
    }
    if (klass == MOULT_STMT_REFUSED && v->about)
        snprintf(why, sizeof why, v->why, (int)(v->about_len < 100 ? v->about_len : 100), v->about);
    else
        snprintf(why, sizeof why, "%s", v->why ? v->why : "");
    return report(s, c->from, klass, s->text + c->from, c->to - c->from, why);
}

moult_status sqlite_dialect_split(const moult_host *host, const char *text, size_t len,
                                  moult_statement_fn *fn, void *arg, moult_error *err)
{
    struct splitter s = {
        .host = host, .text = text, .len = len, .fn = fn, .arg = arg, .err = err, .line = 1};
    struct cut c = {0};
    moult_status st = MOULT_OK;
    while (st == MOULT_OK && cut(&s, c.next, &c)) {
        if (c.bad) {
            st = report(&s, c.bad_at, MOULT_STMT_REFUSED, text + c.from, c.to - c.from, c.bad);
        } else if (!load(&s, &c, &s.tokens)) {
            st = sqlite_nomem(host, err);
        } else {
            struct verdict v = classify(&s.tokens);
            st = judged(&s, &c, &v);
        }
    }
    if (st == MOULT_OK && s.virtuals.failed)
        st = sqlite_nomem(host, err);
    text_free(&s.virtuals);
    parse_free(&s.tokens);
    parse_free(&s.peeked);
    return st;
}
