/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../libcore/base/buf.h"

const moult_host fixture_host = {
    .size = MOULT_END(moult_host, plan),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .version = "test",
    .tree = &tree_api,
    .plan = &plan_api,
};

/* ---- trees ---- */

moult_tree *fixture_tree_raw(void)
{
    moult_tree *tree = tree_new(STR("fake"), 1, 1, STR("Fake 1.0"));
    ck_assert_ptr_nonnull(tree);
    return tree;
}

void fixture_seal(moult_tree *tree, const char *const *ignore)
{
    struct scope scope = {NULL, ignore};
    moult_error *err = moult_error_new();
    moult_status st = tree_seal(tree, ignore ? &scope : NULL, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    moult_error_free(err);
}

static void add_attribute(moult_node *node, uint32_t aspect, char *word)
{
    char *equals = strchr(word, '=');
    ck_assert_ptr_nonnull(equals);
    *equals = 0;
    ck_assert_int_eq(tree_set(node, aspect, word, str_of(equals + 1), (struct str){0}), MOULT_OK);
}

static void add_word(moult_node *node, char *word)
{
    char *colon;
    switch (*word) {
    case '>':
        ck_assert_int_eq(tree_refer(node, MOULT_REF_ENFORCED, str_of(word + 1)), MOULT_OK);
        break;
    case '@':
        ck_assert_int_eq(tree_refer(node, MOULT_REF_OWNED, str_of(word + 1)), MOULT_OK);
        break;
    case '?':
        ck_assert_int_eq(tree_refer(node, MOULT_REF_TEXT, str_of(word + 1)), MOULT_OK);
        break;
    case '^':
        colon = strchr(word, ':');
        *colon = 0;
        ck_assert_int_eq(tree_claim(node, word + 1, str_of(colon + 1)), MOULT_OK);
        break;
    case '.':
        add_attribute(node, MOULT_LAYOUT, word + 1);
        break;
    case '~':
        add_attribute(node, MOULT_DERIVED, word + 1);
        break;
    default:
        add_attribute(node, MOULT_SHAPE, word);
    }
}

moult_tree *fixture_tree(const char *lines, const char *const *ignore)
{
    moult_tree *tree = fixture_tree_raw();
    moult_node *object = NULL;
    char *copy = strdup(lines), *rest = copy, *line;
    while ((line = strsep(&rest, "\n"))) {
        bool nested = strncmp(line, "  ", 2) == 0;
        char *words = line, *kind = strtok_r(line, " ", &words);
        if (!kind)
            continue;
        moult_node *node =
            tree_add(nested ? object : tree->root, kind, str_of(strtok_r(NULL, " ", &words)));
        if (!nested)
            object = node;
        for (char *word; (word = strtok_r(NULL, " ", &words));)
            add_word(node, word);
    }
    free(copy);
    fixture_seal(tree, ignore);
    return tree;
}

/* ---- the dialect ---- */

static uint32_t number(const moult_node *node, const char *name, uint32_t otherwise)
{
    const struct attr *a = node_attr(node, name);
    return a ? (uint32_t)strtoul(a->text.p, NULL, 0) : otherwise;
}

static moult_way plain(const moult_node *node, const char *id)
{
    return (moult_way){
        .size = MOULT_END(moult_way, privilege),
        .manner = MOULT_IN_PLACE,
        .covers = MOULT_COVERS_CHANGE,
        .txn = number(node, "txn", MOULT_TXN_INSIDE),
        .lock = number(node, "lock", MOULT_LOCK_NONE),
        .phase = number(node, "phase", MOULT_EXPAND),
        .hazards = number(node, "hazard", 0),
        .reversible = 1,
        .id = id,
        .summary = id,
    };
}

struct dependents {
    const moult_node *of;
    moult_ways *ways;
};

static moult_status set_aside(void *arg, const moult_node *node)
{
    struct dependents *d = arg;
    const moult_node *object = node_object(node);
    if (object == node_object(d->of) || strcmp(object->kind, "table") == 0)
        return MOULT_OK;
    return plan_api.aside(d->ways, object->path.p, object->path.n);
}

static moult_status add_way(moult_ways *ways, const moult_node *from, moult_way *way,
                            bool dependents)
{
    moult_status st = plan_api.way(ways, way);
    const struct attr *aside = from ? node_attr(from, "aside") : NULL;
    if (st == MOULT_OK && aside)
        st = plan_api.aside(ways, aside->text.p, aside->text.n);
    struct dependents d = {from, ways};
    if (st == MOULT_OK && from && dependents)
        st = tree_dependents(from->tree, node_object(from)->path, set_aside, &d);
    return st;
}

static moult_status add_rebuild(moult_ways *ways, const moult_change *change)
{
    const moult_node *object = change->object->from;
    moult_way way = plain(object, "rebuild");
    way.manner = MOULT_REBUILD;
    way.covers = MOULT_COVERS_OBJECT;
    way.phase = MOULT_MIGRATE;
    way.lock = MOULT_LOCK_WRITES;
    way.hazards |= MOULT_HAZARD_REWRITES_TABLE;
    way.rewrites = 1;
    way.why = "no lighter way";
    return add_way(ways, object, &way, true);
}

static moult_status part_ways(const moult_change *change, moult_ways *ways)
{
    const moult_node *from = change->from, *node = change->to ? change->to : from;
    moult_way way = plain(node, change->op == MOULT_CREATE ? "add"
                                : change->op == MOULT_DROP ? "drop"
                                                           : "change");
    if (change->op == MOULT_DROP && strcmp(from->kind, "column") == 0) {
        way.hazards |= MOULT_HAZARD_DELETES_DATA;
        way.phase = MOULT_CONTRACT;
        way.reversible = 0;
    }
    bool hard = change->op == MOULT_ALTER && node_attr(node, "hard");
    moult_status st = hard ? MOULT_OK : add_way(ways, from, &way, false);
    return st == MOULT_OK && change->op == MOULT_ALTER ? add_rebuild(ways, change) : st;
}

static moult_status fake_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                              moult_error *err)
{
    (void)host;
    (void)err;
    const moult_node *from = change->from, *node = change->to ? change->to : from;
    bool table = strcmp(node->kind, "table") == 0;
    if (node_attr(node, "impossible"))
        return MOULT_OK;
    moult_way way = plain(node, "replace");
    if (change->op == MOULT_RENAME) {
        way.id = way.summary = "rename";
        return add_way(ways, from, &way, false);
    }
    if (node_object(node) != node)
        return part_ways(change, ways);
    if (change->op == MOULT_ALTER && table)
        return add_rebuild(ways, change);
    if (change->op == MOULT_ALTER)
        way.covers = MOULT_COVERS_OBJECT;
    if (change->op == MOULT_CREATE)
        way.id = way.summary = "create";
    if (change->op == MOULT_DROP) {
        way.id = way.summary = "drop";
        way.phase = MOULT_CONTRACT;
        way.hazards |= table ? MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE : 0u;
        way.reversible = !table;
    }
    return add_way(ways, from, &way, change->op == MOULT_DROP && !table);
}

static const char *const words[] = {"", "create", "drop", "alter", "rename"};

static moult_status fake_render(const moult_host *host, const moult_operation *o,
                                moult_script *script, moult_error *err)
{
    (void)host;
    (void)err;
    moult_status st = MOULT_OK;
    for (uint32_t i = 0; st == MOULT_OK && i < o->change_count; i++) {
        const moult_change *c = o->changes[i];
        CLEANUP_BUF struct buf text = {0}, probe = {0};
        if (node_attr(c->to ? c->to : c->from, "mute"))
            continue;
        buf_printf(&text, "%s %.*s %s", words[c->op], STR_FMT(c->path), o->way);
        buf_printf(&probe, "is %.*s as wanted?", STR_FMT(c->path));
        st = plan_api.statement(script, MOULT_SQL_DO, text.p, text.n);
        if (st == MOULT_OK)
            st = plan_api.statement(script, MOULT_SQL_PROBE, probe.p, probe.n);
        buf_puts(&text, " back");
        if (st == MOULT_OK)
            st = plan_api.statement(script, MOULT_SQL_UNDO, text.p, text.n);
    }
    return st;
}

const moult_dialect fixture_dialect = {
    .head = {.size = MOULT_END(moult_dialect, fold), .kind = "dialect", .name = "fake"},
    .level = 1,
    .ways = fake_ways,
    .render = fake_render,
};

/* ---- planning ---- */

static moult_status choose_first(const moult_host *host, const moult_config *config,
                                 moult_problem *problem, moult_error *err)
{
    (void)config;
    (void)err;
    moult_status st = MOULT_OK;
    for (uint32_t i = 0; st == MOULT_OK && i < host->plan->count(problem); i++)
        st = host->plan->choose(problem, i, 0);
    return st;
}

const moult_planner fixture_first = {
    .head = {.size = MOULT_END(moult_planner, revise), .kind = "planner", .name = "first"},
    .plan = choose_first,
};

static moult_status measure(void *arg, struct str path, uint64_t *rows, uint64_t *bytes)
{
    (void)arg;
    *rows = path.n;
    *bytes = UINT64_MAX;
    return MOULT_OK;
}

moult_status fixture_make(struct fixture *f, const struct plan_chain *chain, size_t count)
{
    struct plan_request request = {.host = &fixture_host,
                                   .dialect = &fixture_dialect,
                                   .chain = chain,
                                   .chain_count = count,
                                   .delta = f->delta,
                                   .measure = measure};
    plan_free(f->plan);
    f->plan = NULL;
    moult_error_clear(f->err);
    return plan_make(&request, &f->plan, f->err);
}

moult_status fixture_try(struct fixture *f, const char *from, const char *to)
{
    struct plan_chain chain = {&fixture_first, NULL};
    fixture_free(f);
    f->err = moult_error_new();
    f->from = fixture_tree(from, NULL);
    f->to = fixture_tree(to, NULL);
    ck_assert_int_eq(delta_make(f->from, f->to, false, &f->delta, f->err), MOULT_OK);
    return fixture_make(f, &chain, 1);
}

void fixture_plan(struct fixture *f, const char *from, const char *to)
{
    moult_status st = fixture_try(f, from, to);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(f->err));
}

void fixture_free(struct fixture *f)
{
    plan_free(f->plan);
    delta_free(f->delta);
    tree_free(f->from);
    tree_free(f->to);
    tree_free(f->before);
    moult_error_free(f->err);
    *f = (struct fixture){0};
}

const char *fixture_steps(const struct fixture *f)
{
    static char text[8192];
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; i < f->plan->step_count && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", i ? "; " : "",
                              STR_FMT(f->plan->steps[i].statements[0].sql));
    return text;
}

size_t fixture_index(const struct fixture *f, const char *text)
{
    for (size_t i = 0; i < f->plan->step_count; i++)
        if (str_is(f->plan->steps[i].statements[0].sql, text))
            return i;
    ck_abort_msg("no step \"%s\" in: %s", text, fixture_steps(f));
    return 0;
}

const struct plan_step *fixture_step(const struct fixture *f, const char *text)
{
    return &f->plan->steps[fixture_index(f, text)];
}

moult_status fixture_write(void *buf, const char *bytes, size_t len)
{
    buf_add(buf, bytes, len);
    return MOULT_OK;
}
