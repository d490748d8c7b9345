/* SPDX-License-Identifier: Apache-2.0 */
/* mark.c - what the names in a text stand for.
 *
 * The database's own name becomes a marker in what an author wrote, where nothing but it may say which table is
 * meant; what the server prints means the same without it.
 *
 * "a.b" may be a table of a database or a column of a table.  At places where SQL takes tables,
 * and before a parenthesis, it is the first; elsewhere it is the second if the text knows a
 * table or alias "a". */
#include "inspect.h"

#define DEEPEST 64
#define PARTS 3

#define ROLE_COLUMN 0
#define ROLE_TABLE 1
#define ROLE_FUNCTION 2
#define ROLE_PROCEDURE 3

/* `a`.`b`.`c` */
struct chain {
    uint32_t part[PARTS], count; /* tokens */
    int role;
};

struct alias {
    uint32_t token;
    const struct relation *relation; /* NULL: not of this database */
};

struct reading {
    struct inspect *in;
    struct table_text *t; /* for its tokens */
    const struct naming *naming;
    moult_node *node;
    struct text *out;
    size_t done; /* of the text, into OUT */
    struct chain *chains;
    struct alias *aliases;
    uint32_t chain_count, alias_count;
    bool lists[DEEPEST]; /* by depth of parentheses: a comma parts tables there */
    int depth;
};

struct relation *mymark_relation(struct inspect *in, struct slice name)
{
    struct relation *r;
    HASH_FIND(hh, in->relations, name.p, name.n, r);
    return r;
}

struct routine *mymark_routine(struct inspect *in, const char *kind, struct slice name)
{
    struct routine *r;
    CLEANUP_TEXT struct text key = {0};
    mytext_printf(&key, "%s:", kind);
    mytext_fold(&key, name);
    if (key.failed) {
        myput_nomem(in);
        return NULL;
    }
    HASH_FIND(hh, in->routines, key.p, key.n, r);
    return r;
}

struct known_column *mymark_column(struct inspect *in, const struct relation *r, struct slice name)
{
    CLEANUP_TEXT struct text key = {0};
    mytext_fold(&key, name);
    if (key.failed)
        myput_nomem(in);
    struct known_column *c = r->columns;
    while (c && !slice_eq(c->key, slice_of(&key)))
        c = c->next;
    return c;
}

static const struct token *at(const struct reading *r, uint32_t i)
{
    return mypart_token(r->t, i);
}

static bool is(const struct reading *r, uint32_t i, const char *word)
{
    return mytoken_is(r->t->text, at(r, i), word);
}

static bool is_op(const struct reading *r, uint32_t i, char op)
{
    return mytoken_is_op(r->t->text, at(r, i), op);
}

static bool is_any(const struct reading *r, uint32_t i, const char *const *words)
{
    for (; *words; words++) {
        if (is(r, i, *words))
            return true;
    }
    return false;
}

static bool is_name(const struct reading *r, uint32_t i)
{
    return at(r, i)->kind == TOKEN_QUOTED || at(r, i)->kind == TOKEN_WORD;
}

static bool same_name(const struct reading *r, uint32_t a, uint32_t b)
{
    CLEANUP_TEXT struct text x = {0}, y = {0}, xf = {0}, yf = {0};
    mytext_unquote(&x, mypart_text(r->t, a, a + 1), false);
    mytext_unquote(&y, mypart_text(r->t, b, b + 1), false);
    mytext_fold(&xf, slice_of(&x));
    mytext_fold(&yf, slice_of(&y));
    if (xf.failed || yf.failed)
        myput_nomem(r->in);
    return slice_eq(slice_of(&xf), slice_of(&yf));
}

/* A name without its quotes; in OUT. */
static struct slice name_at(const struct reading *r, uint32_t i, struct text *out)
{
    mytext_clear(out);
    mytext_unquote(out, mypart_text(r->t, i, i + 1), false);
    if (out->failed)
        myput_nomem(r->in);
    return slice_of(out);
}

bool mymark_own(const struct inspect *in, struct slice name)
{
    const char *own = in->session->database;
    CLEANUP_TEXT struct text plain = {0}, folded = {0}, own_folded = {0};
    mytext_unquote(&plain, name, false);
    if (in->session->lower_case == 0)
        return slice_is(slice_of(&plain), own);
    mytext_fold(&folded, slice_of(&plain));
    mytext_fold(&own_folded, slice_z(own));
    return slice_eq(slice_of(&folded), slice_of(&own_folded));
}

static bool is_own_database(const struct reading *r, uint32_t i)
{
    return mymark_own(r->in, mypart_text(r->t, i, i + 1));
}

static struct relation *relation_at(const struct reading *r, uint32_t i)
{
    CLEANUP_TEXT struct text name = {0};
    return mymark_relation(r->in, name_at(r, i, &name));
}

/* ---- finding the chains ---- */

static uint32_t take_chain(struct reading *r, uint32_t i, int role)
{
    struct chain *c = &r->chains[r->chain_count++];
    *c = (struct chain){.part = {i}, .count = 1, .role = role};
    for (i++; c->count < PARTS && is_op(r, i, '.') && is_name(r, i + 1); i += 2)
        c->part[c->count++] = i + 1;
    if (role == ROLE_COLUMN && is_op(r, i, '('))
        c->role = ROLE_FUNCTION;
    return i;
}

static void add_alias(struct reading *r, uint32_t token, const struct relation *relation)
{
    r->aliases[r->alias_count++] = (struct alias){token, relation};
}

/* The table of the latest chain, and the alias that may follow at I. */
static uint32_t take_alias(struct reading *r, uint32_t i)
{
    const struct chain *c = &r->chains[r->chain_count - 1];
    bool own = c->count == 1 || (c->count == 2 && is_own_database(r, c->part[0]));
    uint32_t last = c->part[c->count - 1];
    const struct relation *relation = own ? relation_at(r, last) : NULL;
    add_alias(r, last, relation);
    bool as = is(r, i, "as");
    if (as || at(r, i)->kind == TOKEN_QUOTED) {
        i += as;
        if (is_name(r, i))
            add_alias(r, i++, relation);
    } else if (at(r, i)->kind == TOKEN_WORD) {
        add_alias(r, i,
                  relation); /* a keyword is none, and does no harm: nothing is called by it */
    }
    return i;
}

/* A parenthesis or comma: does SQL take a table behind it? */
static bool take_operator(struct reading *r, uint32_t i, bool expecting)
{
    if (is_op(r, i, '(')) {
        if (r->depth < DEEPEST - 1)
            r->lists[++r->depth] = expecting;
        return expecting;
    }
    if (is_op(r, i, ')') && r->depth > 0)
        r->depth--;
    return is_op(r, i, ',') && r->lists[r->depth];
}

static void find_chains(struct reading *r)
{
    static const char *const before[] = {"from",  "join",       "straight_join", "into", "update",
                                         "table", "references", "tables",        NULL};
    static const char *const ending[] = {"where", "group", "order",  "having", "limit", "set",
                                         "union", "do",    "select", "values", "then",  NULL};
    bool expecting = false, calling = false;
    for (uint32_t i = 0; at(r, i)->kind != TOKEN_END;) {
        bool word = at(r, i)->kind == TOKEN_WORD;
        bool dotted = is_op(r, i + 1, '.');
        if (word && !dotted && is_any(r, i, before)) {
            expecting = true;
            r->lists[r->depth] |= is(r, i, "from") || is(r, i, "join");
            i++;
        } else if (word && !dotted && is_any(r, i, ending)) {
            expecting = false;
            r->lists[r->depth] = false;
            i++;
        } else if (word && !dotted && is(r, i, "call")) {
            calling = true;
            i++;
        } else if (is_name(r, i)) {
            bool table = expecting, call = calling;
            expecting = calling = false;
            i = take_chain(r, i, table ? ROLE_TABLE : call ? ROLE_PROCEDURE : ROLE_COLUMN);
            if (table)
                i = take_alias(r, i);
        } else {
            expecting = at(r, i)->kind == TOKEN_OPERATOR && take_operator(r, i, expecting);
            i++;
        }
    }
}

/* ---- what they stand for ---- */

#define MARKER "\1tenant\2"
_Static_assert(MOULT_MARK_OPEN == 1 && MOULT_MARK_CLOSE == 2, "as in MARKER");

/* The chain's first name is the database's own. */
static void mark(struct reading *r, const struct chain *c)
{
    const struct token *t = at(r, c->part[0]);
    mytext_add(r->out, r->t->text + r->done, t->at - r->done);
    if (!r->naming->bare)
        mytext_z(r->out, MARKER);
    r->done = r->naming->bare ? at(r, c->part[1])->at : t->at + t->n;
}

static void refer_relation(struct reading *r, const struct relation *to)
{
    if (to && to != r->naming->subject)
        myput_refer(r->in, r->node, r->naming->strength, to->path);
}

static void refer_column(struct reading *r, const struct relation *to, uint32_t i)
{
    CLEANUP_TEXT struct text name = {0};
    struct known_column *c =
        to->kind == RELATION_TABLE ? mymark_column(r->in, to, name_at(r, i, &name)) : NULL;
    bool self =
        to == r->naming->subject && r->naming->self.p && c && slice_eq(c->key, r->naming->self);
    if (c && !self)
        myput_refer(r->in, r->node, r->naming->strength, myput_column_path(r->in, to, c->key));
}

/* Something of another database. */
static void refer_outside(struct reading *r, const char *kind, uint32_t database, uint32_t i)
{
    CLEANUP_TEXT struct text path = {0}, name = {0};
    myput_segment(&path, "database", name_at(r, database, &name));
    mytext_char(&path, '/');
    myput_segment(&path, kind, name_at(r, i, &name));
    if (path.failed)
        myput_nomem(r->in);
    else
        myput_refer(r->in, r->node, MOULT_REF_OUTSIDE, slice_of(&path));
}

static bool refer_routine(struct reading *r, const char *kind, uint32_t i)
{
    CLEANUP_TEXT struct text name = {0}, path = {0};
    struct routine *to = mymark_routine(r->in, kind, name_at(r, i, &name));
    if (!to)
        return false;
    size_t head = strlen(kind) + 1;
    myput_segment(&path, kind, (struct slice){to->key.p + head, to->key.n - head});
    if (path.failed)
        myput_nomem(r->in);
    else
        myput_refer(r->in, r->node, r->naming->strength, slice_of(&path));
    return true;
}

static void take_table(struct reading *r, const struct chain *c)
{
    if (c->count == 1)
        refer_relation(r, relation_at(r, c->part[0]));
    else if (!is_own_database(r, c->part[0]))
        refer_outside(r, "table", c->part[0], c->part[1]);
    else {
        mark(r, c);
        refer_relation(r, relation_at(r, c->part[1]));
    }
}

/* f(), database.f(), package.f(), database.package.f() */
static void take_routine(struct reading *r, const struct chain *c)
{
    const char *kind = c->role == ROLE_PROCEDURE ? "procedure" : "function";
    if (c->count == 1) {
        refer_routine(r, kind, c->part[0]);
    } else if (is_own_database(r, c->part[0])) {
        mark(r, c);
        refer_routine(r, c->count == 3 ? "package" : kind, c->part[1]);
    } else if (c->count == 3 || !refer_routine(r, "package", c->part[0])) {
        refer_outside(r, kind, c->part[0], c->part[1]);
    }
}

/* alias.column; whatever else "a.b" may be where no table is expected: a sequence of a database. */
static void take_pair(struct reading *r, const struct chain *c)
{
    bool found = false;
    if (r->naming->rows && r->naming->subject &&
        (is(r, c->part[0], "new") || is(r, c->part[0], "old"))) {
        refer_column(r, r->naming->subject, c->part[1]);
        return;
    }
    for (uint32_t i = 0; i < r->alias_count; i++) {
        if (!same_name(r, r->aliases[i].token, c->part[0]))
            continue;
        found = true;
        if (r->aliases[i].relation)
            refer_column(r, r->aliases[i].relation, c->part[1]);
    }
    struct relation *to = found ? NULL : relation_at(r, c->part[1]);
    if (!to || !is_own_database(r, c->part[0]))
        return;
    mark(r, c);
    refer_relation(r, to);
}

static void take_column(struct reading *r, const struct chain *c)
{
    if (c->count == 2) {
        take_pair(r, c);
    } else if (c->count == 3 && is_own_database(r, c->part[0])) {
        mark(r, c);
        const struct relation *to = relation_at(r, c->part[1]);
        if (to)
            refer_column(r, to, c->part[2]);
    } else if (c->count == 1) {
        struct relation *to = relation_at(r, c->part[0]);
        bool quoted = at(r, c->part[0])->kind == TOKEN_QUOTED;
        if (to && (to->kind == RELATION_SEQUENCE || (r->naming->tables && quoted)))
            refer_relation(r, to);
        else if (r->naming->columns && r->naming->subject && quoted)
            refer_column(r, r->naming->subject, c->part[0]);
    }
}

void mymark_put(struct inspect *in, moult_node *node, const char *name, struct slice text,
                const struct naming *naming)
{
    if (in->st != MOULT_OK || !text.p)
        return;
    struct table_text *t = &in->again;
    bool plain = naming->columns && (!text.n || !memchr(text.p, '`', text.n));
    if (plain || !myparse_tokens(t, text.p, text.n, naming->how)) {
        if (!plain && t->nomem)
            myput_nomem(in);
        if (name) /* no names in it, or a text that nobody can read */
            myput(in, node, MOULT_SHAPE, name, text);
        return;
    }
    struct reading r = {.in = in, .t = t, .naming = naming, .node = node, .out = &in->marked};
    r.chains = malloc(t->tokens_count * sizeof *r.chains);
    r.aliases = malloc((size_t)t->tokens_count * 2 * sizeof *r.aliases);
    mytext_clear(&in->marked);
    if (r.chains && r.aliases)
        find_chains(&r);
    else
        myput_nomem(in);
    for (uint32_t i = 0; in->st == MOULT_OK && i < r.chain_count; i++) {
        const struct chain *c = &r.chains[i];
        if (c->role == ROLE_TABLE)
            take_table(&r, c);
        else if (c->role == ROLE_COLUMN)
            take_column(&r, c);
        else
            take_routine(&r, c);
    }
    mytext_add(&in->marked, text.p + r.done, text.n - r.done);
    if (in->marked.failed)
        myput_nomem(in);
    if (name)
        myput(in, node, MOULT_SHAPE, name, slice_of(&in->marked));
    free(r.chains);
    free(r.aliases);
}
