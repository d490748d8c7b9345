/* SPDX-License-Identifier: Apache-2.0 */
/* body.c - the blocks of a routine's body.
 *
 * The words that open and close them are no reserved ones, all of them, and IF, REPEAT and CASE are
 * functions and expressions as well.  So it counts where a word stands: at the beginning of a
 * statement it opens a block, anywhere else it does not. */
#include <stdlib.h>
#include <string.h>

#include "split.h"

/* Words with which a statement in a body begins, but for names of procedures. */
static const char *const starters[] = {
    "begin",   "return",   "if",      "case",     "loop",    "while",  "repeat",    "for",
    "select",  "set",      "insert",  "update",   "replace", "call",   "delete",    "resignal",
    "signal",  "with",     "do",      "values",   "declare", "create", "alter",     "drop",
    "rename",  "truncate", "grant",   "revoke",   "flush",   "kill",   "prepare",   "execute",
    "load",    "show",     "analyze", "optimize", "lock",    "start",  "commit",    "rollback",
    "install", "shutdown", "reset",   "purge",    "change",  "stop",   "uninstall", "backup",
    "cache",   "leave",    "use",     NULL};

static bool push(struct body *b, char what)
{
    if (b->depth == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 64;
        char *p = realloc(b->open, cap);
        if (!p)
            return false;
        b->open = p;
        b->cap = cap;
    }
    b->open[b->depth++] = what;
    return true;
}

void mybody_free(struct body *b)
{
    free(b->open);
    *b = (struct body){0};
}

static char top(const struct body *b)
{
    return b->depth ? b->open[b->depth - 1] : '\0';
}

static void close_block(struct body *b)
{
    b->depth -= b->depth > 0;
    b->ended = true;
}

/* ---- inside ---- */

/* A word that begins a statement. */
static bool begin_statement(struct body *b, const struct sentence *s, uint32_t i)
{
    b->began = true;
    b->first = mysentence_is(s, i, "declare") ? 'd' : mysentence_is(s, i, "until") ? 'u' : '\0';
    if (mysentence_is(s, i, "begin"))
        return b->start = true, push(b, 'b');
    if (mysentence_is(s, i, "loop") || mysentence_is(s, i, "repeat"))
        return b->start = true, push(b, 'l');
    if (mysentence_is(s, i, "if"))
        return push(b, 'i');
    if (mysentence_is(s, i, "case"))
        return push(b, 'c');
    if (mysentence_is(s, i, "while") || mysentence_is(s, i, "for"))
        return push(b, 'l');
    if (mysentence_is(s, i, "end"))
        close_block(b);
    else if (mysentence_is(s, i, "else"))
        b->start = true;
    else
        b->label = true;
    return true;
}

/* A word elsewhere. */
static bool go_on(struct body *b, const struct sentence *s, uint32_t i)
{
    char open = top(b);
    if (b->first == 'h' && mysentence_any(s, i, starters) && !mysentence_is(s, i - 1, "handler")) {
        b->first = '\0';
        return begin_statement(b, s, i);
    }
    if (b->first == 'd' && mysentence_is(s, i, "handler"))
        b->first = 'h';
    else if (mysentence_is(s, i, "then"))
        b->start = open == 'i' || open == 'c';
    else if (mysentence_is(s, i, "do"))
        b->start = open == 'l';
    else if (mysentence_is(s, i, "atomic"))
        b->start = i > 1 && mysentence_is(s, i - 1, "not") && mysentence_is(s, i - 2, "begin");
    else if (mysentence_is(s, i, "case"))
        return push(b, 'e');
    else if (mysentence_is(s, i, "end") && open == 'e')
        b->depth--;
    else if (mysentence_is(s, i, "end") && b->first == 'u')
        close_block(b);
    return true;
}

static bool inside(struct body *b, const struct sentence *s, uint32_t i)
{
    static const char *const ends[] = {"if", "case", "loop", "while", "repeat", "for", NULL};
    static const char *const orders[] = {"follows", "precedes", NULL};
    bool start = b->start, label = b->label, ended = b->ended;
    b->start = b->label = b->ended = b->began = false;
    if (mysentence_op(s, i, ';')) {
        b->start = true;
        b->first = '\0';
        return true;
    }
    if (mysentence_op(s, i, ':')) {
        b->start = label;
        return true;
    }
    /* FOR EACH ROW FOLLOWS another_trigger */
    if (start && ((mysentence_is(s, i - 1, "row") && mysentence_any(s, i, orders)) ||
                  (mysentence_any(s, i - 1, orders) && mysentence_is(s, i - 2, "row"))))
        return b->start = true;
    if (mysentence_at(s, i)->kind == TOKEN_QUOTED)
        b->label = b->began = start;
    if (mysentence_at(s, i)->kind != TOKEN_WORD || mysentence_op(s, i - 1, '.') ||
        (ended && mysentence_any(s, i, ends)))
        return true;
    return start ? begin_statement(b, s, i) : go_on(b, s, i);
}

/* ---- the header ---- */

static void find_kind(struct body *b, const struct sentence *s)
{
    static const char *const made[] = {"procedure", "function", "trigger",
                                       "event",     "package",  NULL};
    bool alter = mysentence_is(s, 0, "alter");
    uint32_t k = mysentence_kind(s);
    if (!alter && !mysentence_is(s, 0, "create"))
        b->state = BODY_NONE;
    else if (k >= s->count)
        b->state = k < 64 ? BODY_UNKNOWN : BODY_NONE;
    else if (alter ? mysentence_is(s, k, "event") : mysentence_any(s, k, made))
        b->state = BODY_HEADER;
    else
        b->state = BODY_NONE;
    b->kind = k;
    b->name = k + 1;
}

/* Does the body begin with the token, or, of a trigger or event, behind it? */
static bool header(struct body *b, const struct sentence *s, uint32_t i)
{
    static const char *const before_set[] = {"character", "char", "returns", NULL};
    uint32_t k = b->kind;
    if (mysentence_op(s, i, '('))
        b->parens++;
    else if (mysentence_op(s, i, ')'))
        b->parens -= b->parens > 0;
    if (i == b->name && mysentence_is(s, i, "if"))
        b->name = i + 2; /* IF EXISTS name */
    if (i == b->name && mysentence_is(s, i, "exists"))
        b->name = i + 1; /* IF NOT EXISTS name */
    if (i == k + 1 && mysentence_is(s, i, "body") && mysentence_is(s, k, "package"))
        b->name = i + 1;
    if (i <= b->name || b->parens || mysentence_op(s, i - 1, '.'))
        return true;
    if (mysentence_is(s, k, "event") || mysentence_is(s, k, "trigger")) {
        bool event = mysentence_is(s, k, "event");
        b->start = event ? mysentence_is(s, i, "do")
                         : mysentence_is(s, i, "row") && mysentence_is(s, i - 1, "each");
        b->state = b->start ? BODY_INSIDE : BODY_HEADER;
        return true;
    }
    if (!mysentence_any(s, i, starters) ||
        (mysentence_is(s, i, "set") && mysentence_any(s, i - 1, before_set)))
        return true;
    b->state = BODY_INSIDE;
    b->start = true;
    return inside(b, s, i);
}

bool mybody_step(struct body *b, const struct sentence *s)
{
    uint32_t i = s->count - 1;
    b->began = false;
    if (b->state == BODY_UNKNOWN)
        find_kind(b, s);
    else if (b->state == BODY_HEADER)
        return header(b, s, i);
    else if (b->state == BODY_INSIDE)
        return inside(b, s, i);
    return true;
}

bool mybody_each(const struct sentence *s, mybody_fn *fn, void *arg)
{
    struct body b = {0};
    struct sentence part = *s;
    bool ok = true, more = true;
    for (part.count = 1; ok && more && part.count <= s->count && b.state != BODY_NONE;
         part.count++) {
        ok = mybody_step(&b, &part);
        if (b.began)
            more = fn(arg, part.count - 1);
    }
    mybody_free(&b);
    return ok;
}
