/* SPDX-License-Identifier: Apache-2.0 */
/* render-table.c - CREATE TABLE, and what other statements are beside ALTER TABLE. */
#include "render.h"

void unset_default(struct rendering *r, const moult_node *table, const moult_node *column)
{
    run(r, "ALTER TABLE @\n  ALTER COLUMN @ DROP DEFAULT", node_key(r->host, table),
        node_name(r->host, column));
    probe(r,
          "SELECT count(*) = 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND "
          "TABLE_NAME = ~ AND COLUMN_NAME = ~ AND COLUMN_DEFAULT IS NULL",
          node_key(r->host, table), node_name(r->host, column));
}

void create_table(struct rendering *r, const moult_node *table)
{
    struct mytable t;
    if (mytable_gather(r->host->tree, table, NULL, 0, &t)) {
        mycreate_table(&t, (struct slice){0}, &r->sql);
        done(r);
        probe_relation(r, node_key(r->host, table), false);
        for (uint32_t i = 0; i < t.column_count; i++)
            if (node_has(r->host, t.columns[i], "no_default"))
                unset_default(r, table, t.columns[i]);
    } else {
        render_fail(r, my_nomem(r->host, r->err), "out of memory");
    }
    mytable_free(&t);
    render_all_grants(r, NULL, table);
}

/* ---- foreign keys ---- */

void create_foreign_key(struct rendering *r, const moult_node *foreign_key)
{
    struct slice table = node_text(r->host, foreign_key, "table");
    say(r, "ALTER TABLE @\n  ADD ", table);
    mycreate_foreign_key(r->host->tree, foreign_key, &r->sql);
    effort_say(&(struct effort){.algorithm = ALGORITHM_COPY, .shared = true}, r->mysql, &r->sql);
    done(r);
    probe_constraint(r, table, node_name(r->host, foreign_key), false);
}

/* A second one of the same kind checks the rows and stands in until the first has made way: there is no
 * time without, and nothing has happened yet if the rows forbid it. */
void replace_foreign_key(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct slice table = node_text(r->host, to, "table"), name = node_name(r->host, to);
    CLEANUP_TEXT struct text whole = {0};
    struct effort instant = {.algorithm = ALGORITHM_INSTANT};
    char other[64];
    mycreate_foreign_key(r->host->tree, to, &whole);
    if (whole.failed) {
        r->sql.failed = true;
        return;
    }
    CLEANUP_TEXT struct text quoted = {0};
    mytext_name(&quoted, name);
    size_t head = strlen("CONSTRAINT ") + quoted.n; /* behind it: what it is */
    struct slice what = {whole.p + head, whole.n - head};
    say(r, "ALTER TABLE @\n  ADD CONSTRAINT @%", table, temporary_name(r, other, "fk"), what);
    effort_say(&(struct effort){.algorithm = ALGORITHM_COPY, .shared = true}, r->mysql, &r->sql);
    done(r);
    probe_constraint(r, table, temporary_name(r, other, "fk"), false);
    drop_foreign_key(r, from);
    under(r, "foreign_key_checks", slice_z("OFF"));
    say(r, "ALTER TABLE @\n  ADD CONSTRAINT @%", table, name, what);
    effort_say(&instant, r->mysql, &r->sql);
    done(r);
    probe_constraint(r, table, name, false);
    say(r, "ALTER TABLE @\n  DROP FOREIGN KEY @", table, temporary_name(r, other, "fk"));
    effort_say(&instant, r->mysql, &r->sql);
    done(r);
    probe_constraint(r, table, temporary_name(r, other, "fk"), true);
}

void drop_foreign_key(struct rendering *r, const moult_node *foreign_key)
{
    struct slice table = node_text(r->host, foreign_key, "table");
    say(r, "ALTER TABLE @\n  DROP FOREIGN KEY @", table, node_name(r->host, foreign_key));
    effort_say(&(struct effort){.algorithm = ALGORITHM_INSTANT}, r->mysql, &r->sql);
    done(r);
    probe_constraint(r, table, node_name(r->host, foreign_key), true);
}
