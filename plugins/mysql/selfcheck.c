/* SPDX-License-Identifier: Apache-2.0 */
/* selfcheck.c - a table's nodes, written as CREATE TABLE, must say what they were read from.
 *
 * What the reader overlooks or takes for something else shows here, as a table that is not
 * understood, and not as one that is altered wrongly. */
#include "create-table.h"
#include "inspect.h"

/* A run of tokens. */
struct run {
    uint32_t first, end;
};

/* Behind CHARACTER SET x, COLLATE x, INVISIBLE at I.  Servers differ in where they say so of a column;
 * which collation it is was held against information_schema. */
static uint32_t past_movable(const struct table_text *t, uint32_t i, uint32_t end)
{
    if (i + 2 < end && mytoken_is(t->text, mypart_token(t, i), "character") &&
        mytoken_is(t->text, mypart_token(t, i + 1), "set"))
        i += 3;
    if (i + 1 < end && mytoken_is(t->text, mypart_token(t, i), "collate"))
        i += 2;
    if (i < end && mytoken_is(t->text, mypart_token(t, i), "invisible"))
        i++;
    return i;
}

static uint32_t count_words(const struct table_text *t, struct run r, const char *word)
{
    uint32_t count = 0;
    for (uint32_t i = r.first; i < r.end; i++)
        count += mytoken_is(t->text, mypart_token(t, i), word);
    return count;
}

static bool same_token(const struct table_text *a, uint32_t i, const struct table_text *b,
                       uint32_t j)
{
    const struct token *x = mypart_token(a, i), *y = mypart_token(b, j);
    return x->kind == y->kind && x->n == y->n &&
           memcmp(a->text + x->at, b->text + y->at, x->n) == 0;
}

/* Behind the database's own name, in front of another, at I: the nodes do without. */
static uint32_t past_own(const struct inspect *in, const struct table_text *t, uint32_t i,
                         uint32_t end)
{
    bool qualified = i + 2 < end && mypart_token(t, i)->kind == TOKEN_QUOTED &&
                     mytoken_is_op(t->text, mypart_token(t, i + 1), '.');
    return qualified && mymark_own(in, mypart_text(t, i, i + 1)) ? i + 2 : i;
}

/* X is what the server says, Y what is written again. */
static bool same_run(const struct inspect *in, struct run x, struct run y)
{
    const struct table_text *a = &in->table, *b = &in->again;
    uint32_t i = x.first, j = y.first;
    while (i < x.end && j < y.end && same_token(a, i, b, j)) {
        i++;
        j++;
        if (i < x.end && j < y.end && !same_token(a, i, b, j)) {
            i = past_own(in, a, past_movable(a, i, x.end), x.end);
            j = past_movable(b, j, y.end);
        }
    }
    return past_movable(a, i, x.end) == x.end && past_movable(b, j, y.end) == y.end &&
           count_words(a, x, "invisible") == count_words(b, y, "invisible");
}

#define MOST 4096u /* what has more elements is compared in order */

/* Takes the next element of B that equals X out of those from *NEXT on; elements mostly stand in
 * the same order. */
static bool find_run(const struct inspect *in, struct run x, struct run *left, uint32_t count)
{
    for (uint32_t i = 0; i < count && i < MOST; i++) {
        if (left[i].first < left[i].end && same_run(in, x, left[i])) {
            left[i].end = left[i].first; /* it has been found */
            return true;
        }
    }
    return false;
}

/* The elements between the parentheses; false: no memory.  *LEFT is to be freed. */
static bool list_elements(const struct table_text *t, struct run **out, uint32_t *count)
{
    uint32_t end = t->elements, room = t->tokens_count;
    int depth = 1;
    for (; end < t->tokens_count && depth; end++)
        depth += mytoken_is_op(t->text, mypart_token(t, end), '(') -
                 mytoken_is_op(t->text, mypart_token(t, end), ')');
    *count = 0;
    *out = malloc(room * sizeof **out);
    struct run r;
    for (uint32_t at = t->elements; *out && mypart_item(t, &at, end - 1, &r.first, &r.end);)
        (*out)[(*count)++] = r;
    return *out != NULL;
}

static const char *compare_elements(struct inspect *in)
{
    struct run *a = NULL, *b = NULL;
    uint32_t a_count = 0, b_count = 0, first = 0;
    const char *why = NULL;
    if (!list_elements(&in->table, &a, &a_count) || !list_elements(&in->again, &b, &b_count))
        myput_nomem(in);
    else if (a_count != b_count)
        why = "it has another number of columns, keys and constraints when written again";
    for (uint32_t i = 0; !why && a && b && i < a_count; i++) {
        while (first < b_count && b[first].first == b[first].end)
            first++;
        if (!find_run(in, a[i], b + first, b_count - first))
            why = "a column, key or constraint differs when written again";
    }
    free(a);
    free(b);
    return why;
}

/* Options stand in any order; AUTO_INCREMENT is no part of the schema. */
static const char *compare_options(struct inspect *in)
{
    const struct table_text *a = &in->table, *b = &in->again;
    uint32_t expected = 0;
    for (uint32_t i = 0; i < a->options_count; i++) {
        const struct option_text *o = &a->options[i];
        bool found = mytoken_equal(o->name.p, o->name.n, "auto_increment");
        expected += !found;
        for (uint32_t k = 0; !found && k < b->options_count; k++) {
            const struct option_text *p = &b->options[k];
            found = same_run(in, (struct run){o->first, o->end}, (struct run){p->first, p->end});
        }
        if (!found)
            return "an option differs when written again";
    }
    bool collate =
        b->options_count == expected + 1; /* older servers leave it out where it is the default */
    for (uint32_t k = 0; collate && k < a->options_count; k++)
        collate = !mytoken_equal(a->options[k].name.p, a->options[k].name.n, "collate");
    return b->options_count == expected || collate ? NULL
                                                   : "it has other options when written again";
}

const char *myselfcheck(struct inspect *in, const struct relation *r)
{
    CLEANUP_TABLE struct mytable t = {0};
    mytext_clear(&in->written);
    if (!mytable_gather(in->api, r->node, (const moult_node *const *)r->foreign_keys,
                        r->foreign_key_count, &t)) {
        myput_nomem(in);
        return NULL;
    }
    mycreate_table(&t, (struct slice){0}, &in->written);
    struct slice written = slice_of(&in->written);
    bool read = !in->written.failed && myparse_table(&in->again, written.p, written.n, in->how);
    if (in->written.failed || in->again.nomem) {
        myput_nomem(in);
        return NULL;
    }
    if (!read)
        return "it cannot be read when written again";
    const char *why = compare_elements(in);
    if (!why)
        why = compare_options(in);
    struct run a = {in->table.partitioning, in->table.tokens_count};
    struct run b = {in->again.partitioning, in->again.tokens_count};
    if (!why && !same_run(in, a, b))
        why = "its partitions differ when written again";
    return why;
}
