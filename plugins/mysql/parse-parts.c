/* SPDX-License-Identifier: Apache-2.0 */
/* parse-parts.c - reads the rest of SHOW CREATE TABLE: keys, constraints, options, partitions. */
#include "parse-table.h"

/* Extends ALL, a run of items, by the one from FIRST to here. */
static void extend(struct table_text *t, struct slice *all, uint32_t first)
{
    struct slice one = mypart_text(t, first, t->at);
    *all = all->p ? (struct slice){all->p, (size_t)(one.p + one.n - all->p)} : one;
}

/* ---- keys ---- */

/* One of what may follow a key's columns; false with t->bad NULL: nothing more follows. */
static bool take_key_option(struct table_text *t, struct key_text *k)
{
    uint32_t first = t->at;
    struct slice value;
    if (mypart_take(t, "using"))
        return mypart_one(t, TOKEN_WORD, "an algorithm", &k->using);
    if (mypart_take(t, "comment"))
        return mypart_one(t, TOKEN_STRING, "a comment", &k->comment);
    if (mypart_take(t, "ignored"))
        return k->ignored = true;
    if (mypart_take(t, "with")) {
        if (!mypart_need(t, "parser") || !mypart_one(t, TOKEN_QUOTED, "a parser", &value))
            return false;
        extend(t, &k->options, first);
        return true;
    }
    const struct token *token = mypart_token(t, t->at);
    if (mytoken_is(t->text, token, "invisible")) { /* of an index: MySQL's word for ignored */
        t->at++;
        extend(t, &k->options, first);
        return true;
    }
    if ((token->kind != TOKEN_WORD && token->kind != TOKEN_QUOTED) || !mypart_is_op(t, 1, '='))
        return false;
    t->at += 3;
    extend(t, &k->options, first);
    return true;
}

static bool take_key(struct table_text *t, const char *type)
{
    struct key_text *k = PART_ADD(t, keys);
    if (!k)
        return false;
    k->type = type;
    bool primary = *type == 'P';
    if (!mypart_need(t, "key") || (!primary && !mypart_one(t, TOKEN_QUOTED, "a name", &k->name)))
        return false;
    if (!mypart_parens_tokens(t, &k->first, &k->end))
        return false;
    while (take_key_option(t, k))
        ;
    return !t->bad;
}

/* ---- constraints ---- */

/* CASCADE, SET NULL, NO ACTION, ... */
static bool take_action(struct table_text *t, struct slice *out)
{
    uint32_t first = t->at;
    bool two = mypart_is(t, 0, "set") || mypart_is(t, 0, "no");
    t->at += two ? 2 : 1;
    *out = mypart_text(t, first, t->at);
    return mypart_token(t, first)->kind == TOKEN_WORD || mypart_bad(t, "an action");
}

static bool take_foreign_key(struct table_text *t, struct slice name)
{
    struct foreign_key_text *f = PART_ADD(t, foreign_keys);
    if (!f)
        return false;
    f->name = name;
    if (!mypart_need(t, "foreign") || !mypart_need(t, "key") ||
        !mypart_parens_tokens(t, &f->first, &f->end) || !mypart_need(t, "references") ||
        !mypart_one(t, TOKEN_QUOTED, "a table", &f->to))
        return false;
    if (mypart_take_op(t, '.')) {
        f->to_database = f->to;
        if (!mypart_one(t, TOKEN_QUOTED, "a table", &f->to))
            return false;
    }
    if (!mypart_parens_tokens(t, &f->to_first, &f->to_end))
        return false;
    while (mypart_take(t, "on")) {
        bool deleted = mypart_take(t, "delete");
        if ((!deleted && !mypart_need(t, "update")) ||
            !take_action(t, deleted ? &f->on_delete : &f->on_update))
            return false;
    }
    return true;
}

static bool take_constraint(struct table_text *t)
{
    struct slice name;
    if (!mypart_one(t, TOKEN_QUOTED, "a name", &name))
        return false;
    if (!mypart_is(t, 0, "check"))
        return take_foreign_key(t, name);
    struct check_text *c = PART_ADD(t, checks);
    if (!c)
        return false;
    t->at++;
    c->name = name;
    if (!mypart_parens(t, &c->expression))
        return false;
    if (mypart_take(t, "not"))
        c->unenforced = mypart_need(t, "enforced");
    return !t->bad;
}

static bool take_period(struct table_text *t)
{
    struct period_text *p = PART_ADD(t, periods);
    if (!p || !mypart_need(t, "for"))
        return false;
    bool system = mypart_is(t, 0, "system_time");
    return mypart_one(t, system ? TOKEN_WORD : TOKEN_QUOTED, "a name", &p->name) &&
           mypart_need_op(t, '(') && mypart_one(t, TOKEN_QUOTED, "a column", &p->start) &&
           mypart_need_op(t, ',') && mypart_one(t, TOKEN_QUOTED, "a column", &p->end) &&
           mypart_need_op(t, ')');
}

bool mypart_element(struct table_text *t)
{
    if (mypart_take(t, "constraint"))
        return take_constraint(t);
    if (mypart_take(t, "period"))
        return take_period(t);
    if (mypart_take(t, "primary"))
        return take_key(t, "PRIMARY");
    if (mypart_take(t, "unique"))
        return take_key(t, "UNIQUE");
    if (mypart_take(t, "fulltext"))
        return take_key(t, "FULLTEXT");
    if (mypart_take(t, "spatial"))
        return take_key(t, "SPATIAL");
    return mypart_is(t, 0, "key") ? take_key(t, "") : mypart_bad(t, "a column or a key");
}

/* ---- options ---- */

bool mypart_options(struct table_text *t)
{
    while (mypart_token(t, t->at)->kind != TOKEN_END && !mypart_is(t, 0, "partition")) {
        mypart_take_op(t, ','); /* the server writes none, a list of options has them */
        uint32_t first = t->at;
        struct option_text *o = PART_ADD(t, options);
        if (!o)
            return false;
        bool versioned =
            mypart_is(t, 0, "with") && mypart_is(t, 1, "system") && mypart_is(t, 2, "versioning");
        while (!versioned && !mypart_is_op(t, 0, '=')) {
            uint32_t kind = mypart_token(t, t->at++)->kind;
            if (kind != TOKEN_WORD && kind != TOKEN_QUOTED)
                return mypart_bad(t, "an option");
        }
        t->at += versioned ? 3 : 0;
        o->name = mypart_text(t, first, t->at);
        if (!versioned) {
            uint32_t value = ++t->at, ignored;
            if (mypart_is_op(t, 0, '(')) {
                if (!mypart_parens_tokens(t, &ignored, &ignored))
                    return false;
            } else if (mypart_token(t, t->at++)->kind == TOKEN_END) {
                return mypart_bad(t, "a value");
            }
            o->value = mypart_text(t, value, t->at);
        }
        o->first = first;
        o->end = t->at;
    }
    t->partitioning = t->at;
    return true;
}

/* ---- partitions ---- */

/* COMMENT = 'x', ENGINE = InnoDB, MAX_ROWS = 5, DATA DIRECTORY = '/x' */
static bool take_partition_option(struct table_text *t, struct partition_text *p)
{
    uint32_t first = t->at;
    bool directory = mypart_is(t, 1, "directory");
    if (!mypart_is_op(t, directory ? 2 : 1, '='))
        return false;
    struct slice *to = mypart_is(t, 0, "comment")              ? &p->comment
                       : mypart_is(t, 0, "engine")             ? &p->engine
                       : directory && mypart_is(t, 0, "data")  ? &p->data_directory
                       : directory && mypart_is(t, 0, "index") ? &p->index_directory
                                                               : NULL;
    t->at += directory ? 3 : 2;
    struct slice value;
    if (!mypart_one(t, mypart_token(t, t->at)->kind, "a value", &value))
        return false;
    if (to)
        *to = value;
    else
        extend(t, &p->options, first);
    return true;
}

/* VALUES LESS THAN (1990), VALUES IN (1,2), HISTORY, CURRENT, DEFAULT */
static bool take_values(struct table_text *t, struct partition_text *p)
{
    bool values = mypart_take(t, "values");
    uint32_t first = t->at;
    struct slice ignored;
    if (!values) {
        bool word =
            mypart_take(t, "history") || mypart_take(t, "current") || mypart_take(t, "default");
        if (word)
            p->values = mypart_text(t, first, t->at);
        return true;
    }
    bool less = mypart_take(t, "less");
    if (!(less ? mypart_need(t, "than") : mypart_need(t, "in")))
        return false;
    if (!mypart_take(t, "maxvalue") && !mypart_parens(t, &ignored))
        return false;
    p->values = mypart_text(t, first, t->at);
    return true;
}

static bool take_partition(struct table_text *t, bool sub)
{
    struct partition_text *p = PART_ADD(t, partitions);
    if (!p || !mypart_need(t, sub ? "subpartition" : "partition"))
        return false;
    p->sub = sub;
    if (!mypart_one(t, TOKEN_QUOTED, "a name", &p->name) || (!sub && !take_values(t, p)))
        return false;
    while (take_partition_option(t, p))
        ;
    if (t->bad || sub || !mypart_take_op(t, '('))
        return !t->bad;
    do {
        if (!take_partition(t, true))
            return false;
    } while (mypart_take_op(t, ','));
    return mypart_need_op(t, ')');
}

/* "HASH (`a`)": up to what may follow it. */
static struct slice take_method(struct table_text *t)
{
    uint32_t first = t->at;
    while (mypart_token(t, t->at)->kind != TOKEN_END && !mypart_is(t, 0, "partitions") &&
           !mypart_is(t, 0, "subpartition") && !mypart_is(t, 0, "subpartitions") &&
           !(mypart_is_op(t, 0, '(') && mypart_is(t, 1, "partition")))
        t->at++;
    return mypart_text(t, first, t->at);
}

bool mypart_partitioning(struct table_text *t)
{
    if (!mypart_take(t, "partition"))
        return true;
    if (!mypart_need(t, "by"))
        return false;
    t->partition_by = take_method(t);
    if (mypart_take(t, "partitions") &&
        !mypart_one(t, TOKEN_NUMBER, "a number", &t->partition_count))
        return false;
    if (mypart_take(t, "subpartition")) {
        if (!mypart_need(t, "by"))
            return false;
        t->subpartition_by = take_method(t);
        if (mypart_take(t, "subpartitions") &&
            !mypart_one(t, TOKEN_NUMBER, "a number", &t->subpartition_count))
            return false;
    }
    if (!mypart_take_op(t, '('))
        return true;
    do {
        if (!take_partition(t, false))
            return false;
    } while (mypart_take_op(t, ','));
    return mypart_need_op(t, ')');
}
