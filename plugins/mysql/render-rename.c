/* SPDX-License-Identifier: Apache-2.0 */
/* render-rename.c - a new name for what stays the same. */
#include "render.h"

/* A part of a table is renamed while the table may have its new name already. */
static void rename_part(struct rendering *r, const moult_node *from, const moult_node *to,
                        const char *what)
{
    struct effort e = {.algorithm = ALGORITHM_INSTANT};
    const moult_node *table = node_object(r->host, to);
    say(r, "ALTER TABLE @\n  RENAME % @ TO @", node_key(r->host, table), slice_z(what),
        node_name(r->host, from), node_name(r->host, to));
    effort_say(&e, r->mysql, &r->sql);
    done(r);
    if (node_is(r->host, to, "column"))
        probe_column(r, node_key(r->host, table), node_name(r->host, to), false);
    else
        probe_index(r, node_key(r->host, table), node_name(r->host, to), false);
}

static void rename_check(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct effort e = {.algorithm = ALGORITHM_COPY, .shared = true};
    struct slice table = node_key(r->host, node_object(r->host, to));
    say(r, "ALTER TABLE @\n  DROP CONSTRAINT @,\n  ADD ", table, node_name(r->host, from));
    mycreate_check(r->host->tree, to, &r->sql);
    effort_say(&e, r->mysql, &r->sql);
    done(r);
    probe_constraint(r, table, node_name(r->host, to), false);
}

static void rename_partition(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_node *table = node_object(r->host, to);
    begin_alter(r, table);
    say(r, " REORGANIZE PARTITION @ INTO\n(", node_name(r->host, from));
    mycreate_partition(r->host->tree, to, node_text(r->host, table, "engine"), &r->sql);
    say(r, ")");
    done(r);
    probe(r,
          "SELECT count(*) > 0 FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() "
          "AND TABLE_NAME = ~ AND PARTITION_NAME = ~",
          node_key(r->host, table), node_name(r->host, to));
}

/* What the server cannot rename, and what has no rows. */
static void rename_anew(struct rendering *r, const moult_node *from, const moult_node *to)
{
    render_drop(r, from);
    render_create(r, to);
}

void render_rename(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    if (node_is(host, to, "column")) {
        rename_part(r, from, to, "COLUMN");
    } else if (node_is(host, to, "index")) {
        rename_part(r, from, to, "KEY");
    } else if (node_is(host, to, "check")) {
        rename_check(r, from, to);
    } else if (node_is(host, to, "partition")) {
        rename_partition(r, from, to);
    } else if (node_is(host, to, "table") || node_is(host, to, "view") ||
               node_is(host, to, "sequence")) {
        run(r, "RENAME TABLE @ TO @", node_key(host, from), node_key(host, to));
        probe_relation(r, node_key(host, to), false);
    } else if (node_is(host, to, "event")) {
        under_settings(r, to);
        run(r, "ALTER EVENT @ RENAME TO @", node_name(host, from), node_name(host, to));
        probe_object(r, to, false);
    } else if (node_object(host, to) == to) {
        rename_anew(r, from, to);
    } else {
        render_fail(r, MOULT_ERR_UNSUPPORTED, "cannot rename a %s of a table",
                    host->tree->kind(to));
    }
}
