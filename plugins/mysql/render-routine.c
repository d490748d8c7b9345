/* SPDX-License-Identifier: Apache-2.0 */
/* render-routine.c - functions, procedures, packages and events. */
#include "render.h"

static const struct {
    const char *kind, *word;
} words[] = {
    {"function", "FUNCTION"},
    {"procedure", "PROCEDURE"},
    {"package", "PACKAGE"},
    {"package_body", "PACKAGE BODY"},
};

static const char *word_of(const moult_host *host, const moult_node *node)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (node_is(host, node, words[i].kind))
            return words[i].word;
    return NULL;
}

bool is_routine(const moult_host *host, const moult_node *node)
{
    return word_of(host, node) != NULL;
}

static bool is_package(const moult_host *host, const moult_node *node)
{
    return node_is(host, node, "package") || node_is(host, node, "package_body");
}

static bool is_oracle(const moult_host *host, const moult_node *node)
{
    struct slice mode = node_text(host, node, "sql_mode"), one;
    while (mode.p && list_next(&mode, &one))
        if (slice_is(one, "ORACLE"))
            return true;
    return false;
}

static void say_characteristics(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct slice access = node_text(host, node, "data_access");
    struct slice security = node_text(host, node, "security");
    struct slice comment = node_text(host, node, "comment");
    if (access.p)
        say(r, "\n    %", access);
    if (node_has(host, node, "deterministic"))
        say(r, "\n    DETERMINISTIC");
    if (security.p)
        say(r, "\n    SQL SECURITY %", security);
    if (comment.p)
        say(r, "\n    COMMENT ~", comment);
}

void create_routine(struct rendering *r, const moult_node *node, bool replace)
{
    const moult_host *host = r->host;
    under_settings(r, node);
    say(r, replace ? "CREATE OR REPLACE " : "CREATE ");
    say_definer(r, node);
    say(r, "%% @", slice_z(node_has(host, node, "aggregate") ? "AGGREGATE " : ""),
        slice_z(word_of(host, node)), node_name(host, node));
    if (!is_package(host, node))
        say(r, "(%)", node_text(host, node, "parameters"));
    if (node_is(host, node, "function"))
        say(r, is_oracle(host, node) ? " RETURN %" : " RETURNS %", node_text(host, node, "returns"));
    say_characteristics(r, node);
    say(r, "\n%", node_text(host, node, "body"));
    done(r);
}

void drop_routine(struct rendering *r, const moult_node *node)
{
    if (is_package(r->host, node)) /* a word of Oracle's language alone */
        under(r, "sql_mode", slice_z("ORACLE"));
    run(r, "DROP % @", slice_z(word_of(r->host, node)), node_name(r->host, node));
}

void alter_routine(struct rendering *r, const moult_node *from, const moult_node *to)
{
    static const char *const defining[] = {"parameters",  "returns",  "aggregate", "deterministic",
                                           "data_access", "security", "body",      "sql_mode",
                                           "comment",     "definer",  "name"};
    bool differ = false, rights = node_differs(r->host, from, to, "grants");
    for (size_t i = 0; i < sizeof defining / sizeof *defining; i++)
        differ |= node_differs(r->host, from, to, defining[i]);
    if ((differ || !rights) && r->mysql) { /* which cannot replace them */
        drop_routine(r, from);
        probe_object(r, from, true);
        create_routine(r, to, false);
        probe_object(r, to, false);
        render_grants(r, NULL, to);
        return;
    }
    if (differ || !rights) {
        create_routine(r, to, true);
        probe_replaced(r, from, to);
    }
    render_grants(r, from, to);
}

/* ---- events ---- */

static void say_schedule(struct rendering *r, const moult_node *event)
{
    struct slice starts = node_text(r->host, event, "starts");
    struct slice ends = node_text(r->host, event, "ends");
    say(r, "\n    ON SCHEDULE %", node_text(r->host, event, "schedule"));
    if (starts.p)
        say(r, " STARTS ~", starts);
    if (ends.p)
        say(r, " ENDS ~", ends);
}

static void say_rest(struct rendering *r, const moult_node *event, bool all)
{
    struct slice status = node_text(r->host, event, "status");
    struct slice comment = node_text(r->host, event, "comment");
    bool preserve = node_has(r->host, event, "preserve");
    if (all || preserve)
        say(r, "\n    ON COMPLETION %PRESERVE", slice_z(preserve ? "" : "NOT "));
    if (all || status.p)
        say(r, "\n    %", status.p ? status : slice_z("ENABLE"));
    if (all || comment.p)
        say(r, "\n    COMMENT ~", comment.p ? comment : slice_z(""));
    say(r, "\n    DO %", node_text(r->host, event, "body"));
}

void create_event(struct rendering *r, const moult_node *event)
{
    under_settings(r, event);
    say(r, "CREATE ");
    say_definer(r, event);
    say(r, "EVENT @", node_name(r->host, event));
    say_schedule(r, event);
    say_rest(r, event, false);
    done(r);
    probe_object(r, event, false);
}

void alter_event(struct rendering *r, const moult_node *from, const moult_node *to)
{
    bool differ = node_differs(r->host, from, to, "schedule") ||
                  node_differs(r->host, from, to, "starts") ||
                  node_differs(r->host, from, to, "ends") ||
                  node_differs(r->host, from, to, "time_zone");
    under_settings(r, to);
    say(r, "ALTER ");
    say_definer(r, to);
    say(r, "EVENT @", node_name(r->host, from));
    if (differ)
        say_schedule(r, to);
    say_rest(r, to, true);
    done(r);
    probe_replaced(r, from, to);
}
