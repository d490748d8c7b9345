/* SPDX-License-Identifier: Apache-2.0 */
/* Random pairs of states: carried out step by step on paper, every plan keeps the promises of
 * plan.h.
 *
 *  - what is created finds there what it refers to;
 *  - what is dropped is referred to by nobody who stays, and what is rebuilt only by tables;
 *  - a name is taken only while it is free;
 *  - in the end there is exactly what is wanted. */
#include <stdio.h>
#include <stdlib.h>

#include "../../libcore/base/buf.h"
#include "plan-fixture.h"

#define OBJECTS 12
#define ROUNDS 100
#define MOST_NAMED 64

static struct fixture f;
static uint32_t seed;

static uint32_t pick(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % below;
}

static const char *const kinds[] = {"table", "view", "index"};

/* Objects may be there or not.  Each refers to some of those with lower numbers, except every
 * third, which may be of another kind in the other state: nobody refers to those, but they refer
 * to others. */
static void write_state(struct buf *b)
{
    uint32_t there = 0;
    for (uint32_t self = 0; self < OBJECTS; self++) {
        uint32_t kind = self % 3 == 2 ? pick(3) : self % 3, needs = 0;
        if (pick(4) == 0)
            continue;
        buf_printf(b, "%s o%u value=%u ^relation:o%u", kinds[kind], self, pick(2), self);
        for (uint32_t other = 0; other < self; other++) {
            /* tables refer to tables only, as foreign keys do */
            if (!(there & 1u << other) || pick(3) != 0 || other % 3 == 2 ||
                (kind == 0 && other % 3 != 0))
                continue;
            buf_printf(b, " %c%s:o%u", kind == 1 ? '?' : '>', kinds[other % 3], other);
            needs |= 1u << other;
        }
        buf_printf(b, " needs=%u",
                   needs); /* a reference comes from an attribute, and so differs with it */
        if (kind == 0 && pick(2))
            buf_printf(b, "\n  column c%u type=%u%s", pick(2), pick(3), pick(2) ? " hard=1" : "");
        buf_char(b, '\n');
        there |= 1u << self;
    }
    buf_char(b, '\n');
}

struct sheet { /* what is there, in which version */
    const moult_node *node[MOST_NAMED];
    size_t count;
};

static size_t find(const struct sheet *s, struct str path)
{
    size_t i = 0;
    while (i < s->count && !str_eq(s->node[i]->path, path))
        i++;
    return i;
}

static void create(struct sheet *s, const moult_node *node)
{
    for (size_t i = 0; i < s->count; i++)
        ck_assert_msg(!str_eq(s->node[i]->claims[0].name, node->claims[0].name), "%s is taken: %s",
                      node->claims[0].name.p, fixture_steps(&f));
    for (size_t i = 0; i < node->ref_count; i++)
        ck_assert_msg(find(s, node->refs[i].path) < s->count, "%s lacks %s: %s", node->path.p,
                      node->refs[i].path.p, fixture_steps(&f));
    ck_assert_uint_lt(s->count, MOST_NAMED);
    s->node[s->count++] = node;
}

/* Nobody may refer to NODE now, but tables if TABLES_MAY. */
static void unused(const struct sheet *s, const moult_node *node, bool tables_may)
{
    for (size_t i = 0; i < s->count; i++)
        for (size_t k = 0; k < s->node[i]->ref_count; k++)
            ck_assert_msg(!str_eq(s->node[i]->refs[k].path, node->path) ||
                              (tables_may && strcmp(s->node[i]->kind, "table") == 0),
                          "%s needs %s: %s", s->node[i]->path.p, node->path.p, fixture_steps(&f));
}

static void carry_out(struct sheet *s, const struct plan_step *step)
{
    size_t i = find(s, step->object);
    const moult_node *wanted = tree_find(f.to, step->object);
    bool whole = strstr(step->statements[0].sql.p, "/column:") == NULL;
    if (!whole && !str_is(step->way, "rebuild")) {
        ck_assert_msg(i < s->count, "%s is not there: %s", step->object.p, fixture_steps(&f));
        return;
    }
    if (step->op == MOULT_CREATE) {
        create(s, wanted);
        return;
    }
    ck_assert_msg(i < s->count, "%s is not there: %s", step->object.p, fixture_steps(&f));
    if (step->op == MOULT_DROP || str_is(step->way, "rebuild"))
        unused(s, s->node[i], step->op == MOULT_ALTER);
    if (step->op == MOULT_DROP)
        s->node[i] = s->node[--s->count];
    else
        s->node[i] = wanted;
}

START_TEST(plans_keep_their_promises)
{
    seed = (uint32_t)_i * 7919u + 1;
    for (int round = 0; round < ROUNDS; round++) {
        CLEANUP_BUF struct buf from = {0}, to = {0};
        write_state(&from);
        write_state(&to);
        fixture_plan(&f, from.p, to.p);
        struct sheet s = {.count = 0};
        for (; s.count < f.from->root->child_count; s.count++)
            s.node[s.count] = f.from->root->children[s.count];
        for (size_t i = 0; i < f.plan->step_count; i++) {
            carry_out(&s, &f.plan->steps[i]);
            for (size_t k = 0; k < f.plan->steps[i].depend_count; k++)
                ck_assert_uint_lt(f.plan->steps[i].depends[k], i);
        }
        ck_assert_uint_eq(s.count, f.to->root->child_count);
        for (size_t i = 0; i < s.count; i++)
            ck_assert_ptr_nonnull(tree_find(f.to, s.node[i]->path));
        ck_assert_uint_eq(f.plan->warning_count, 0);
        struct moult_plan *back;
        CLEANUP_BUF struct buf json = {0};
        ck_assert_int_eq(plan_write_json(f.plan, fixture_write, &json, f.err), MOULT_OK);
        ck_assert_int_eq(plan_read_json(buf_view(&json), "p.json", &back, f.err), MOULT_OK);
        plan_free(back);
        fixture_free(&f);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plan-random");
    TCase *t = tcase_create("random");
    tcase_add_loop_test(t, plans_keep_their_promises, 0, 10);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
