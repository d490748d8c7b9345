/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-view.c - the nodes of views and sequences. */
#include <stdlib.h>

#include "inspect.h"

/* ---- views ---- */

struct view_text {
    struct slice algorithm, definer, security, definition, check_option;
};

/* [CREATE] DEFINER=`u`@`h`: what is behind the equals sign, "u@h" or "role"; in OUT. */
static bool take_account(struct table_text *t, struct text *out)
{
    struct slice s;
    if (!mypart_one(t, TOKEN_QUOTED, "an account", &s))
        return false;
    mytext_unquote(out, s, false);
    if (!mypart_take_op(t, '@'))
        return true;
    mytext_char(out, '@');
    if (!mypart_one(t, TOKEN_QUOTED, "a host", &s))
        return false;
    mytext_unquote(out, s, false);
    return true;
}

/* ... WITH CASCADED CHECK OPTION, at the end */
static void take_check_option(struct table_text *t, struct view_text *out, uint32_t first)
{
    uint32_t end = t->tokens_count - 1;
    if (end >= first + 4 && mytoken_is(t->text, mypart_token(t, end - 1), "option") &&
        mytoken_is(t->text, mypart_token(t, end - 2), "check") &&
        mytoken_is(t->text, mypart_token(t, end - 4), "with")) {
        out->check_option = mypart_text(t, end - 3, end - 2);
        end -= 4;
    }
    out->definition = mypart_text(t, first, end);
}

/* CREATE ALGORITHM=MERGE DEFINER=`u`@`h` SQL SECURITY INVOKER VIEW `v` AS SELECT ... */
static bool read_view(struct table_text *t, struct view_text *out, struct text *definer)
{
    struct slice name;
    if (!mypart_need(t, "create") || !mypart_need(t, "algorithm") || !mypart_need_op(t, '=') ||
        !mypart_one(t, TOKEN_WORD, "an algorithm", &out->algorithm) || !mypart_need(t, "definer") ||
        !mypart_need_op(t, '=') || !take_account(t, definer) || !mypart_need(t, "sql") ||
        !mypart_need(t, "security") || !mypart_one(t, TOKEN_WORD, "DEFINER", &out->security) ||
        !mypart_need(t, "view") || !mypart_one(t, TOKEN_QUOTED, "a name", &name))
        return false;
    /* MySQL lists the columns; they have their names in the definition, too. */
    if (mypart_is_op(t, 0, '(') && !mypart_parens(t, &name))
        return false;
    if (!mypart_need(t, "as"))
        return false;
    take_check_option(t, out, t->at);
    return true;
}

static void put_view(struct inspect *in, struct relation *r, const struct view_text *v,
                     struct slice definer)
{
    struct naming naming = {.how = in->how, .strength = MOULT_REF_ENFORCED, .bare = true};
    r->node = myput_object(in, "view", r->name);
    if (!slice_is(v->algorithm, "UNDEFINED"))
        myput(in, r->node, MOULT_SHAPE, "algorithm", v->algorithm);
    if (slice_is(v->security, "INVOKER"))
        myput(in, r->node, MOULT_SHAPE, "security", v->security);
    myput(in, r->node, MOULT_SHAPE, "check_option", v->check_option);
    myput_definer(in, r->node, definer);
    mymark_put(in, r->node, "definition", v->definition, &naming);
}

void myinspect_view(struct inspect *in, struct relation *r, const struct row *row)
{
    struct slice sql = row_slice(row, 1);
    CLEANUP_TEXT struct text definer = {0};
    struct view_text v = {0};
    bool read =
        myparse_tokens(&in->table, sql.p, sql.n, in->how) && read_view(&in->table, &v, &definer);
    if (in->table.nomem || definer.failed) {
        myput_nomem(in);
        return;
    }
    if (read)
        put_view(in, r, &v, slice_of(&definer));
    else
        r->node = myinspect_opaque(in, "view", r->name, sql, in->table.bad);
    myput(in, r->node, MOULT_LAYOUT, "character_set_client", row_slice(row, 2));
    myput(in, r->node, MOULT_LAYOUT, "collation_connection", row_slice(row, 3));
    myput_claim(in, r->node, "relation", r->name);
}

/* ---- sequences ---- */

static bool is_number(struct slice s, const char *z)
{
    return slice_is(s, z);
}

/* A number, perhaps with a sign. */
static bool take_number(struct table_text *t, struct slice *out)
{
    uint32_t first = t->at;
    mypart_take_op(t, '-');
    struct slice digits;
    if (!mypart_one(t, TOKEN_NUMBER, "a number", &digits))
        return false;
    *out = mypart_text(t, first, t->at);
    return true;
}

struct sequence_text {
    struct slice type, start, minimum, maximum, increment, cache, engine, comment;
    bool cycle;
};

/* [UNSIGNED] integer types, written behind AS where it is not bigint. */
static bool take_type(struct table_text *t, struct sequence_text *out)
{
    uint32_t first = t->at;
    t->at++;
    if (mypart_is(t, 0, "unsigned"))
        t->at++;
    out->type = mypart_text(t, first, t->at);
    return true;
}

static bool take_clause(struct table_text *t, struct sequence_text *out)
{
    if (mypart_take(t, "as"))
        return take_type(t, out);
    if (mypart_take(t, "start"))
        return mypart_need(t, "with") && take_number(t, &out->start);
    if (mypart_take(t, "minvalue"))
        return take_number(t, &out->minimum);
    if (mypart_take(t, "maxvalue"))
        return take_number(t, &out->maximum);
    if (mypart_take(t, "increment"))
        return mypart_need(t, "by") && take_number(t, &out->increment);
    if (mypart_take(t, "cache"))
        return take_number(t, &out->cache);
    if (mypart_take(t, "nocache")) {
        out->cache = slice_z("0");
        return true;
    }
    if (mypart_take(t, "cycle"))
        return out->cycle = true;
    if (mypart_take(t, "nocycle"))
        return true;
    if (mypart_take(t, "engine"))
        return mypart_need_op(t, '=') && mypart_one(t, TOKEN_WORD, "an engine", &out->engine);
    if (mypart_take(t, "comment"))
        return mypart_need_op(t, '=') && mypart_one(t, TOKEN_STRING, "a comment", &out->comment);
    return mypart_bad(t, "a clause of a sequence");
}

static bool read_sequence(struct table_text *t, struct sequence_text *out)
{
    struct slice name;
    if (!mypart_need(t, "create") || !mypart_need(t, "sequence") ||
        !mypart_one(t, TOKEN_QUOTED, "a name", &name))
        return false;
    while (mypart_token(t, t->at)->kind != TOKEN_END) {
        if (!take_clause(t, out))
            return false;
    }
    return out->start.p || mypart_bad(t, "START");
}

/* Bounds of bigint; of other types they are always said. */
#define LEAST "-9223372036854775807"
#define GREATEST "9223372036854775806"

static void put_sequence(struct inspect *in, moult_node *node, const struct sequence_text *s)
{
    bool down = s->increment.n && s->increment.p[0] == '-';
    if (s->type.p)
        myput(in, node, MOULT_SHAPE, "type", s->type);
    struct slice start = down ? s->maximum : s->minimum;
    if (!slice_eq(s->start, start))
        myput(in, node, MOULT_SHAPE, "start", s->start);
    if (!is_number(s->increment, "1"))
        myput(in, node, MOULT_SHAPE, "increment", s->increment);
    if (!is_number(s->minimum, down ? LEAST : "1"))
        myput(in, node, MOULT_SHAPE, "minimum", s->minimum);
    if (!is_number(s->maximum, down ? "-1" : GREATEST))
        myput(in, node, MOULT_SHAPE, "maximum", s->maximum);
    if (!is_number(s->cache, "1000"))
        myput(in, node, MOULT_SHAPE, "cache", s->cache);
    myput_flag(in, node, "cycle", s->cycle);
    if (s->engine.p && !slice_is(s->engine, "InnoDB"))
        myput(in, node, MOULT_SHAPE, "engine", s->engine);
    if (s->comment.p)
        myput(in, node, MOULT_NOTES, "comment", myput_unquoted(in, s->comment));
}

void myinspect_sequence(struct inspect *in, struct relation *r, struct slice sql)
{
    struct sequence_text s = {0};
    bool read = myparse_tokens(&in->table, sql.p, sql.n, in->how) && read_sequence(&in->table, &s);
    if (in->table.nomem) {
        myput_nomem(in);
        return;
    }
    if (read) {
        r->node = myput_object(in, "sequence", r->name);
        put_sequence(in, r->node, &s);
    } else {
        r->node = myinspect_opaque(in, "sequence", r->name, sql, in->table.bad);
    }
    myput_claim(in, r->node, "relation", r->name);
}
