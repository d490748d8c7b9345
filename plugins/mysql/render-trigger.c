/* SPDX-License-Identifier: Apache-2.0 */
/* render-trigger.c - triggers, and their order.
 *
 * Triggers of one table, timing and event run in an order, in which each has a place right behind the
 * one that it `follows`.  CREATE TRIGGER ... FOLLOWS puts it there; without, it comes last. */
#include "render.h"

static bool same_group(const moult_host *host, const moult_node *a, const moult_node *b)
{
    return !node_differs(host, a, b, "table") && !node_differs(host, a, b, "timing") &&
           !node_differs(host, a, b, "event");
}

const moult_node *trigger_after(const moult_host *host, const moult_tree *tree,
                                const moult_node *trigger)
{
    struct slice key = node_key(host, trigger);
    /* Triggers lie side by side, sorted by name: from here on both ways. */
    EACH_CHILD(host, tree ? host->tree->top(tree) : NULL, other)
    {
        if (node_is(host, other, "trigger") && slice_eq(node_text(host, other, "follows"), key) &&
            node_has(host, other, "follows") && same_group(host, other, trigger))
            return other;
    }
    return NULL;
}

static const moult_node *trigger_before(const moult_host *host, const moult_tree *tree,
                                        const moult_node *trigger)
{
    struct slice key = node_text(host, trigger, "follows");
    return key.p ? tree_node(host, tree, "trigger", key) : NULL;
}

/* Is it in TREE and of the same table, timing and event there? */
static const moult_node *stays(const moult_host *host, const moult_tree *tree,
                               const moult_node *trigger)
{
    const moult_node *then = tree_twin(host, tree, trigger);
    return then && same_group(host, trigger, then) ? then : NULL;
}

/* The one that TRIGGER of TREE follows, of those that OTHER has as well. */
static const moult_node *stayer_before(const moult_host *host, const moult_tree *tree,
                                       const moult_tree *other, const moult_node *trigger)
{
    do
        trigger = trigger_before(host, tree, trigger);
    while (trigger && !stays(host, other, trigger));
    return trigger;
}

static const moult_node *first_of(const moult_host *host, const moult_tree *tree,
                                  const moult_node *trigger)
{
    const moult_node *before;
    while ((before = trigger_before(host, tree, trigger)))
        trigger = before;
    return trigger;
}

bool trigger_order_kept(const moult_host *host, const moult_tree *from, const moult_tree *to,
                        const moult_node *trigger)
{
    const moult_node *node = tree_twin(host, to, trigger);
    for (node = node ? first_of(host, to, node) : NULL; node; node = trigger_after(host, to, node)) {
        const moult_node *was = stays(host, from, node);
        if (!was)
            continue;
        const moult_node *a = stayer_before(host, from, to, was);
        const moult_node *b = stayer_before(host, to, from, node);
        if (!a != !b || (a && !slice_eq(node_key(host, a), node_key(host, b))))
            return false;
    }
    return true;
}

bool trigger_falls_into_place(const moult_host *host, const moult_tree *from_tree,
                              const moult_tree *to_tree, const moult_node *from,
                              const moult_node *to)
{
    static const char *const names[] = {"table", "timing", "event", "body", "sql_mode", "definer"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (node_differs(host, from, to, names[i]))
            return false;
    return node_differs(host, from, to, "follows") &&
           trigger_order_kept(host, from_tree, to_tree, to);
}

/* A new first one is put before the one that was first, where that stays where it is. */
static const moult_node *place_before(const struct rendering *r, const moult_node *trigger)
{
    const moult_host *host = r->host;
    if (!trigger_order_kept(host, r->from, r->to, trigger))
        return NULL;
    const moult_node *node = tree_twin(host, r->to, trigger);
    while (node && (node = trigger_after(host, r->to, node)))
        if (stays(host, r->from, node))
            return node;
    return NULL;
}

void create_trigger(struct rendering *r, const moult_node *trigger, bool replace)
{
    const moult_host *host = r->host;
    struct slice follows = node_text(host, trigger, "follows");
    struct slice head = node_text(host, trigger, "head");
    const moult_node *before = follows.p ? NULL : place_before(r, trigger);
    under_settings(r, trigger);
    say(r, replace ? "CREATE OR REPLACE " : "CREATE ");
    say_definer(r, trigger);
    if (head.p)
        say(r, "TRIGGER %", head);
    else
        say(r, "TRIGGER @ % % ON @ FOR EACH ROW ", node_key(host, trigger),
            node_text(host, trigger, "timing"), node_text(host, trigger, "event"),
            node_text(host, trigger, "table"));
    if (follows.p)
        say(r, "FOLLOWS @ ", follows);
    else if (before)
        say(r, "PRECEDES @ ", node_key(host, before));
    say(r, "%", node_text(host, trigger, "body"));
    done(r);
}

void alter_trigger(struct rendering *r, const moult_node *from, const moult_node *to)
{
    if (trigger_falls_into_place(r->host, r->from, r->to, from, to)) {
        nothing(r, "it gets its place by what is done to other triggers");
        return;
    }
    bool moves = node_differs(r->host, from, to, "follows") || !same_group(r->host, from, to);
    if (moves || r->mysql) { /* OR REPLACE would look for what it follows while it is still there */
        run(r, "DROP TRIGGER @", node_key(r->host, from));
        probe_object(r, from, true);
        create_trigger(r, to, false);
        probe_object(r, to, false);
        return;
    }
    create_trigger(r, to, true);
    probe_replaced(r, from, to);
}
