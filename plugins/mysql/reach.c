/* SPDX-License-Identifier: Apache-2.0 */
/* reach.c - what a statement reaches beyond its database: by names, and by what a routine would do.
 *
 * "a.b" is the table b of the database a where a table is named, and the column b of the table a
 * elsewhere.  So the places where tables are named have to be known: behind FROM, JOIN, INTO and
 * their like, and behind commas in such lists. */
#include "split.h"

#define DEPTH_MAX 4096u
#define LIST 1u     /* of tables: a comma leads to another one */
#define FUNCTION 2u /* EXTRACT(DAY FROM x) and its like: FROM leads to no table */

enum expect { NOTHING, NAME, NAME_OR_LIST };

struct reach {
    const struct sentence *s;
    struct body body;
    struct verdict verdict;
    enum expect expect; /* of the next token */
    uint32_t depth;
    bool packages, on_seen, sets;
    unsigned char levels[DEPTH_MAX]; /* open parentheses */
};

static bool refuse(struct reach *r, uint32_t from, uint32_t to, const char *why)
{
    const struct token *a = mysentence_at(r->s, from), *b = mysentence_at(r->s, to);
    r->verdict = (struct verdict){.klass = MOULT_STMT_REFUSED,
                                  .why = why,
                                  .about = r->s->text + a->at,
                                  .about_len = b->at + b->n - a->at};
    return false;
}

static bool is(const struct reach *r, uint32_t i, const char *word)
{
    return mysentence_is(r->s, i, word);
}

/* ---- names ---- */

/* The last token of the name a.b.c at I; *PARTS of it. */
static uint32_t chain(const struct reach *r, uint32_t i, uint32_t *parts)
{
    *parts = 1;
    while (mysentence_op(r->s, i + 1, '.') &&
           (mysentence_name(r->s, i + 2) || mysentence_op(r->s, i + 2, '*'))) {
        ++*parts;
        i += 2;
    }
    return i;
}

static bool is_information_schema(const struct reach *r, uint32_t i)
{
    const struct token *t = mysentence_at(r->s, i);
    bool quoted = t->kind == TOKEN_QUOTED;
    return mytoken_equal(r->s->text + t->at + quoted, t->n - 2u * quoted, "information_schema");
}

/* A name of several parts. */
static bool judge_name(struct reach *r, uint32_t i, uint32_t last, uint32_t parts)
{
    bool call = mysentence_op(r->s, last + 1, '(') && r->expect == NOTHING;
    if (is_information_schema(r, i))
        return true;
    if (parts > 2 && !(r->packages && call))
        return refuse(r, i, last, "%.*s may be a name in another database");
    if (i && is(r, i - 1, "call"))
        call = true;
    if (call && !r->packages)
        return refuse(r, i, last, "%.*s() is a routine of another database");
    if (!call && r->expect != NOTHING)
        return refuse(r, i, last,
                      "%.*s lies in another database: names of the own one are written without it");
    return true;
}

/* ---- words ---- */

/* Words that may stand between INSERT, TABLE and the like and the name. */
static bool is_between(const struct reach *r, uint32_t i)
{
    static const char *const words[] = {
        "if",     "not",  "exists",  "low_priority", "quick", "delayed", "high_priority",
        "ignore", "into", "lateral", "to",           "as",    "only",    "body",
        NULL};
    return mysentence_any(r->s, i, words);
}

static void end_list(struct reach *r)
{
    r->levels[r->depth] &= (unsigned char)~LIST;
}

static void begin_list(struct reach *r)
{
    r->levels[r->depth] |= LIST;
    r->expect = NAME_OR_LIST;
}

/* ON of CREATE INDEX and CREATE TRIGGER, LIKE of CREATE TABLE, TO of RENAME. */
static bool leads_to_table(struct reach *r, uint32_t i)
{
    const struct sentence *s = r->s;
    uint32_t k = mysentence_kind(s);
    if (is(r, i, "on")) {
        bool first = !r->on_seen && !r->depth && (is(r, k, "index") || is(r, k, "trigger"));
        r->on_seen |= !r->depth;
        return first && !is(r, 0, "alter");
    }
    if (is(r, i, "like"))
        return is(r, 0, "create") && is(r, k, "table") && i <= k + 7 &&
               (mysentence_op(s, i - 1, '(') || mysentence_name(s, i - 1));
    return is(r, i, "to") && (is(r, 0, "rename") || is(r, 0, "alter"));
}

static void take_word(struct reach *r, uint32_t i, bool start)
{
    static const char *const named[] = {"table",    "tables", "view",     "trigger", "procedure",
                                        "function", "event",  "sequence", "package", "references",
                                        "rename",   "call",   NULL};
    static const char *const ends[] = {"where", "group",  "having",    "order",     "limit",
                                       "set",   "select", "values",    "value",     "window",
                                       "union", "except", "intersect", "returning", NULL};
    static const char *const lists[] = {"drop",  "rename",   "analyze", "optimize",
                                        "check", "checksum", "repair",  NULL};
    const struct sentence *s = r->s;
    bool list = r->levels[r->depth] & LIST;
    r->expect = NOTHING;
    if (is(r, i, "from")) {
        if (!(r->levels[r->depth] & FUNCTION))
            begin_list(r);
    } else if (is(r, i, "join") || (is(r, i, "straight_join") && list)) {
        r->expect = NAME_OR_LIST;
    } else if ((is(r, i, "update") || is(r, i, "delete")) &&
               (start || mysentence_op(s, i - 1, ')'))) {
        begin_list(r);
    } else if (start && (is(r, i, "insert") || is(r, i, "replace") || is(r, i, "truncate"))) {
        r->expect = NAME;
    } else if (start && mysentence_any(s, i, lists)) {
        r->levels[r->depth] |= LIST;
    } else if (mysentence_any(s, i, named) || leads_to_table(r, i) ||
               (is(r, i, "for") && i && is(r, i - 1, "value")) ||
               (is(r, i, "using") && r->depth == 0)) {
        r->expect = NAME;
    } else if (mysentence_any(s, i, ends)) {
        end_list(r);
    }
}

static bool open_paren(struct reach *r, uint32_t i)
{
    static const char *const functions[] = {"extract", "trim",    "substring", "substr",
                                            "mid",     "overlay", "position",  NULL};
    static const char *const sequences[] = {"nextval", "lastval", "setval", NULL};
    const struct sentence *s = r->s;
    bool merge =
        i > 1 && (is(r, i - 1, "union") || (mysentence_op(s, i - 1, '=') && is(r, i - 2, "union")));
    bool list = r->expect == NAME_OR_LIST || merge;
    if (r->depth + 1 >= DEPTH_MAX)
        return refuse(r, i, i, "parentheses are nested too deep");
    unsigned char level = list ? LIST : 0;
    if (i && mysentence_any(s, i - 1, functions))
        level |= FUNCTION;
    r->levels[++r->depth] = level;
    r->expect = list ? NAME_OR_LIST : i && mysentence_any(s, i - 1, sequences) ? NAME : NOTHING;
    return true;
}

/* ---- what a routine would do ---- */

/* A statement of a body that begins at I. */
static bool judge_statement(struct reach *r, uint32_t i)
{
    static const char *const denied[] = {"grant",   "revoke",  "flush",     "kill",  "shutdown",
                                         "restart", "install", "uninstall", "load",  "use",
                                         "change",  "purge",   "reset",     "stop",  "clone",
                                         "binlog",  "import",  "backup",    "cache", NULL};
    static const char *const makes[] = {"create", "alter", "drop", "rename", NULL};
    static const char *const shared[] = {"database",   "schema",  "user",     "role",     "server",
                                         "tablespace", "logfile", "instance", "resource", NULL};
    uint32_t k = i + 1;
    r->sets = is(r, i, "set");
    if (mysentence_any(r->s, i, denied))
        return refuse(r, i, i, "the routine would do what is for the whole server: %.*s");
    if (!mysentence_any(r->s, i, makes))
        return true;
    if (is(r, k, "or"))
        k += 2;
    return mysentence_any(r->s, k, shared)
               ? refuse(r, i, k, "the routine would do what reaches beyond its database: %.*s")
               : true;
}

static bool judge_set(struct reach *r, uint32_t i)
{
    static const char *const all[] = {"global", "persist", "persist_only", NULL};
    bool begins = is(r, i - 1, "set") || mysentence_op(r->s, i - 1, ',') ||
                  (i > 2 && mysentence_op(r->s, i - 1, '@') && mysentence_op(r->s, i - 2, '@') &&
                   (is(r, i - 3, "set") || mysentence_op(r->s, i - 3, ',')));
    return begins && mysentence_any(r->s, i, all)
               ? refuse(r, i, i, "the routine would change the whole server: SET %.*s")
               : true;
}

/* ---- all ---- */

static bool take_name(struct reach *r, uint32_t *i)
{
    uint32_t parts, at = *i, last = chain(r, at, &parts);
    bool start = at == 0 || r->body.began;
    if (r->body.began && at && !judge_statement(r, at))
        return false;
    if (at && r->sets && !judge_set(r, at))
        return false;
    if (parts > 1) {
        bool ok = judge_name(r, at, last, parts);
        r->expect = NOTHING;
        while (ok && *i < last) { /* the body sees every token */
            struct sentence part = *r->s;
            part.count = ++*i + 1;
            ok = mybody_step(&r->body, &part);
        }
        return ok;
    }
    if (is(r, at, "load_file") && mysentence_op(r->s, at + 1, '('))
        return refuse(r, at, at, "%.*s() reads a file of the server");
    if (is(r, at, "into") && (is(r, at + 1, "outfile") || is(r, at + 1, "dumpfile")))
        return refuse(r, at, at + 1, "%.*s writes a file of the server");
    if (r->expect != NOTHING && is_between(r, at) && mysentence_at(r->s, at)->kind == TOKEN_WORD)
        return true;
    bool name = r->expect != NOTHING && !is(r, at, "select") && !is(r, at, "from") &&
                !is(r, at, "table") && !is(r, at, "values");
    if (name || mysentence_at(r->s, at)->kind != TOKEN_WORD)
        r->expect = NOTHING;
    else
        take_word(r, at, start);
    return true;
}

static bool take(struct reach *r, uint32_t *i)
{
    const struct sentence *s = r->s;
    const struct token *t = mysentence_at(s, *i);
    if (t->kind == TOKEN_WORD || t->kind == TOKEN_QUOTED)
        return take_name(r, i);
    if (mysentence_op(s, *i, '('))
        return open_paren(r, *i);
    r->expect = NOTHING;
    if (mysentence_op(s, *i, ')')) {
        r->depth -= r->depth > 0;
    } else if (mysentence_op(s, *i, ',')) {
        r->expect = r->levels[r->depth] & LIST ? NAME_OR_LIST : NOTHING;
    } else if (mysentence_op(s, *i, ';')) {
        r->levels[r->depth = 0] = 0;
    } else if (mysentence_op(s, *i, '@') && !mysentence_op(s, *i + 1, '@') &&
               !mysentence_op(s, *i ? *i - 1 : 0, '@')) {
        uint32_t parts; /* of a host or a variable */
        if (mysentence_name(s, *i + 1))
            *i = chain(r, *i + 1, &parts);
    }
    return true;
}

struct verdict myreach(const struct sentence *s, bool packages)
{
    struct reach r = {.s = s, .packages = packages, .verdict = {.klass = MOULT_STMT_SCHEMA}};
    struct sentence part = *s;
    bool ok = true;
    for (uint32_t i = 0; ok && i < s->count; i++) {
        part.count = i + 1;
        ok = mybody_step(&r.body, &part) && take(&r, &i);
    }
    if (!ok && r.verdict.klass != MOULT_STMT_REFUSED)
        refuse(&r, 0, 0, "out of memory while %.*s was read");
    mybody_free(&r.body);
    return r.verdict;
}
