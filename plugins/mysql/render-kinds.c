/* SPDX-License-Identifier: Apache-2.0 */
/* render-kinds.c - views, sequences, the database itself; and what kinds beside tables share. */
#include "render.h"

void say_definer(struct rendering *r, const moult_node *node)
{
    struct slice definer = node_text(r->host, node, "definer");
    if (definer.p)
        say(r, "DEFINER=% ", definer);
}

static bool is_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

void under_settings(struct rendering *r, const moult_node *node)
{
    static const char *const texts[] = {"body", "definition", "parameters", "returns", "comment"};
    const moult_host *host = r->host;
    struct slice mode = node_text(host, node, "sql_mode");
    struct slice client = node_text(host, node, "character_set_client");
    struct slice collation = node_text(host, node, "collation_connection");
    bool ascii = true;
    if (mode.p)
        under(r, "sql_mode", mode);
    /* Statements are UTF-8: what is not ASCII would be read as something else. */
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ascii &= is_ascii(node_text(host, node, texts[i]));
    if (client.p && !slice_is(client, "utf8mb4") && ascii)
        under(r, "character_set_client", client);
    if (collation.p && !slice_is(collation, "utf8mb4_general_ci"))
        under(r, "collation_connection", collation);
    if (node_is(host, node, "event")) {
        struct slice zone = node_text(host, node, "time_zone");
        under(r, "time_zone", zone.p ? zone : slice_z("SYSTEM"));
    }
}

/* ---- views ---- */

static void create_view(struct rendering *r, const moult_node *view, bool replace)
{
    const moult_host *host = r->host;
    struct slice algorithm = node_text(host, view, "algorithm");
    struct slice security = node_text(host, view, "security");
    struct slice check = node_text(host, view, "check_option");
    under_settings(r, view);
    say(r, replace ? "CREATE OR REPLACE " : "CREATE ");
    if (algorithm.p)
        say(r, "ALGORITHM=% ", algorithm);
    say_definer(r, view);
    if (security.p)
        say(r, "SQL SECURITY % ", security);
    say(r, "VIEW @ AS\n%", node_key(host, view), node_text(host, view, "definition"));
    if (check.p)
        say(r, "\nWITH % CHECK OPTION", check);
    done(r);
}

/* ---- sequences ---- */

/* What the server takes for a bound that is not said. */
#define LEAST "-9223372036854775807"
#define GREATEST "9223372036854775806"

static void say_or(struct rendering *r, const moult_node *node, const char *name, const char *word,
                   const char *otherwise)
{
    struct slice s = node_text(r->host, node, name);
    if (s.p || otherwise)
        say(r, " % %", slice_z(word), s.p ? s : slice_z(otherwise));
}

static void create_sequence(struct rendering *r, const moult_node *sequence)
{
    const moult_host *host = r->host;
    struct slice engine = node_text(host, sequence, "engine");
    struct slice comment = node_text(host, sequence, "comment");
    say(r, "CREATE SEQUENCE @", node_key(host, sequence));
    say_or(r, sequence, "type", "AS", NULL);
    say_or(r, sequence, "start", "START WITH", NULL);
    say_or(r, sequence, "minimum", "MINVALUE", NULL);
    say_or(r, sequence, "maximum", "MAXVALUE", NULL);
    say_or(r, sequence, "increment", "INCREMENT BY", NULL);
    say_or(r, sequence, "cache", "CACHE", NULL);
    if (node_has(host, sequence, "cycle"))
        say(r, " CYCLE");
    say(r, " ENGINE=%", engine.p ? engine : slice_z("InnoDB"));
    if (comment.p)
        say(r, " COMMENT=~", comment);
    done(r);
    probe_relation(r, node_key(host, sequence), false);
    render_grants(r, NULL, sequence);
}

/* All options, so that the statement may as well run twice. */
static void alter_numbers(struct rendering *r, const moult_node *to)
{
    struct slice by = node_text(r->host, to, "increment");
    bool down = by.n && *by.p == '-';
    struct slice least = node_text(r->host, to, "minimum");
    struct slice most = node_text(r->host, to, "maximum");
    least = least.p ? least : slice_z(down ? LEAST : "1");
    most = most.p ? most : slice_z(down ? "-1" : GREATEST);
    struct slice start = node_text(r->host, to, "start");
    say(r, "ALTER SEQUENCE @", node_key(r->host, to));
    say_or(r, to, "type", "AS", NULL);
    say(r, " START WITH % MINVALUE % MAXVALUE %", start.p ? start : down ? most : least, least,
        most);
    say_or(r, to, "increment", "INCREMENT BY", "1");
    say_or(r, to, "cache", "CACHE", "1000");
    say(r, node_has(r->host, to, "cycle") ? " CYCLE" : " NOCYCLE");
    done(r);
    probe(r, "SELECT 0"); /* again is as good as once */
}

static void alter_sequence(struct rendering *r, const moult_node *from, const moult_node *to)
{
    static const char *const numbers[] = {"type",    "start", "minimum", "maximum",
                                          "increment", "cache", "cycle"};
    const moult_host *host = r->host;
    struct slice engine = node_text(host, to, "engine"), comment = node_text(host, to, "comment");
    bool differ = false;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        differ |= node_differs(host, from, to, numbers[i]);
    if (differ)
        alter_numbers(r, to);
    if (node_differs(host, from, to, "engine") || node_differs(host, from, to, "comment")) {
        run(r, "ALTER TABLE @ ENGINE=% COMMENT=~", node_key(host, to),
            engine.p ? engine : slice_z("InnoDB"), comment.p ? comment : slice_z(""));
        probe(r, "SELECT 0");
    }
    render_grants(r, from, to);
}

/* ---- the database ---- */

/* FROM or TO may be NULL: nothing is said of it then. */
static void alter_database(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct slice comment = node_text(r->host, to, "comment");
    if (node_differs(r->host, from, to, "comment")) {
        run(r, "ALTER DATABASE COMMENT = ~", comment.p ? comment : slice_z(""));
        probe(r,
              "SELECT count(*) = 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE() "
              "AND SCHEMA_COMMENT = ~",
              comment.p ? comment : slice_z(""));
    }
    render_grants(r, from, to);
}

/* ---- by kind ---- */

bool create_kind(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    if (node_is(host, node, "view")) {
        create_view(r, node, false);
        probe_object(r, node, false);
        render_grants(r, NULL, node);
    } else if (node_is(host, node, "sequence")) {
        create_sequence(r, node);
    } else if (node_is(host, node, "trigger")) {
        create_trigger(r, node, false);
        probe_object(r, node, false);
    } else if (node_is(host, node, "event")) {
        create_event(r, node);
    } else if (node_is(host, node, "database")) {
        alter_database(r, NULL, node);
    } else if (is_routine(host, node)) {
        create_routine(r, node, false);
        probe_object(r, node, false);
        render_grants(r, NULL, node);
    } else {
        return false;
    }
    return true;
}

bool drop_kind(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    if (node_is(host, node, "view"))
        run(r, "DROP VIEW @", node_key(host, node));
    else if (node_is(host, node, "sequence"))
        run(r, "DROP SEQUENCE @", node_key(host, node));
    else if (node_is(host, node, "trigger"))
        run(r, "DROP TRIGGER @", node_key(host, node));
    else if (node_is(host, node, "event"))
        run(r, "DROP EVENT @", node_name(host, node));
    else if (is_routine(host, node))
        drop_routine(r, node);
    else if (node_is(host, node, "database")) {
        alter_database(r, node, NULL);
        return true;
    } else
        return false;
    probe_object(r, node, true);
    return true;
}

static void alter_view(struct rendering *r, const moult_node *from, const moult_node *to)
{
    static const char *const defining[] = {"definition", "algorithm", "security", "check_option",
                                           "definer"};
    bool differ = false, rights = node_differs(r->host, from, to, "grants");
    for (size_t i = 0; i < sizeof defining / sizeof *defining; i++)
        differ |= node_differs(r->host, from, to, defining[i]);
    if (differ || !rights) {
        create_view(r, to, true);
        probe_replaced(r, from, to);
    }
    render_grants(r, from, to);
}

bool alter_kind(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    if (node_is(host, to, "view")) {
        alter_view(r, from, to);
    } else if (node_is(host, to, "sequence")) {
        alter_sequence(r, from, to);
    } else if (node_is(host, to, "trigger")) {
        alter_trigger(r, from, to);
    } else if (node_is(host, to, "event")) {
        alter_event(r, from, to);
    } else if (node_is(host, to, "database")) {
        alter_database(r, from, to);
    } else if (is_routine(host, to)) {
        alter_routine(r, from, to);
    } else {
        return false;
    }
    return true;
}
