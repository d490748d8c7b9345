/* SPDX-License-Identifier: Apache-2.0 */
/* render-probe.c - queries that answer whether a statement has taken place.
 *
 * A statement that takes effect as a whole needs one fact that is so only afterwards.  Where none is
 * to be had and the statement may as well be run again, the answer is no. */
#include "render.h"

#define COLUMNS_OF "information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = "
#define AGAIN "SELECT 0"

/* TEXT as it is in the server's tables: a marker stands for the quoted name there, too. */
static void say_text(struct rendering *r, struct slice text)
{
    CLEANUP_TEXT struct text quoted = {0};
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == MOULT_MARK_OPEN)
            mytext_char(&quoted, '`');
        mytext_char(&quoted, text.p[i]);
        if (text.p[i] == MOULT_MARK_CLOSE)
            mytext_char(&quoted, '`');
    }
    if (quoted.failed)
        r->sql.failed = true;
    say(r, "~", slice_of(&quoted));
}

/* Ends a probe that say() wrote. */
static void ask(struct rendering *r)
{
    if (r->role != MOULT_SQL_DO || !r->emitted)
        mytext_clear(&r->sql);
    probe(r, "");
}

void probe_relation(struct rendering *r, struct slice name, bool gone)
{
    probe(r,
          "SELECT count(*) = % FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
          "TABLE_NAME = ~",
          slice_z(gone ? "0" : "1"), name);
}

void probe_column(struct rendering *r, struct slice table, struct slice column, bool gone)
{
    probe(r, "SELECT count(*) = % FROM " COLUMNS_OF "~ AND COLUMN_NAME = ~",
          slice_z(gone ? "0" : "1"), table, column);
}

void probe_index(struct rendering *r, struct slice table, struct slice index, bool gone)
{
    probe(r,
          "SELECT count(*) % 0 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND "
          "TABLE_NAME = ~ AND INDEX_NAME = ~",
          slice_z(gone ? "=" : ">"), table, index);
}

void probe_constraint(struct rendering *r, struct slice table, struct slice name, bool gone)
{
    probe(r,
          "SELECT count(*) = % FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = "
          "DATABASE() AND TABLE_NAME = ~ AND CONSTRAINT_NAME = ~",
          slice_z(gone ? "0" : "1"), table, name);
}

/* ---- tables ---- */

/* EXTRA has, or has not, a word for the attribute. */
static bool extra_fact(struct rendering *r, const moult_node *to, const char *name)
{
    static const struct {
        const char *name, *word;
    } words[] = {{"on_update", "on update"},
                 {"auto_increment", "auto_increment"},
                 {"invisible", "INVISIBLE"},
                 {"unversioned", "WITHOUT SYSTEM VERSIONING"},
                 {"stored", "STORED GENERATED"},
                 {"row", "GENERATED"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(name, words[i].name) != 0)
            continue;
        say(r, " AND locate(~, EXTRA) % 0", slice_z(words[i].word),
            slice_z(node_has(r->host, to, name) ? ">" : "="));
        return true;
    }
    return false;
}

/* A condition for the attribute NAME of a column; false: there is none. */
static bool column_fact(struct rendering *r, const moult_node *to, const char *name)
{
    struct slice s = node_text(r->host, to, name);
    if (extra_fact(r, to, name))
        return true;
    if (strcmp(name, "type") == 0)
        say(r, " AND substring_index(COLUMN_TYPE, ' /*', 1) = ~", s);
    else if (strcmp(name, "collate") == 0)
        say(r, s.p ? " AND COLLATION_NAME = ~" : " AND COLLATION_NAME IS NULL", s);
    else if (strcmp(name, "not_null") == 0)
        say(r, " AND IS_NULLABLE = ~", slice_z(s.p ? "NO" : "YES"));
    else if (strcmp(name, "comment") == 0)
        say(r, " AND COLUMN_COMMENT = ~", s);
    else if (strcmp(name, "default") == 0 && !r->mysql) {
        say(r, " AND coalesce(COLUMN_DEFAULT, 'NULL') = BINARY ");
        say_text(r, s.p ? s : slice_z("NULL"));
    } else if (strcmp(name, "generated") == 0 && !r->mysql) {
        say(r, " AND coalesce(GENERATION_EXPRESSION, '') = BINARY ");
        say_text(r, s);
    } else
        return false;
    return true;
}

/* The column of TABLE is as TO says, where it was not before. */
static bool probe_modified(struct rendering *r, const struct table_diff *d,
                           const struct column_step *c)
{
    static const char *const names[] = {"type",      "collate",        "not_null",  "default",
                                        "generated", "on_update",      "invisible", "unversioned",
                                        "comment",   "auto_increment", "stored",    "row"};
    bool any = false;
    say(r, "SELECT count(*) = 1 FROM " COLUMNS_OF "~ AND COLUMN_NAME = ~",
        node_key(r->host, d->from), node_name(r->host, c->to));
    if (c->what & COLUMN_RESPELL) {
        say(r, " AND COLUMN_NAME = BINARY ~", node_name(r->host, c->to));
        any = true;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (node_differs(r->host, c->from, c->to, names[i]))
            any |= column_fact(r, c->to, names[i]);
    if (any)
        ask(r);
    else
        mytext_clear(&r->sql);
    return any;
}

static bool probe_any_column(struct rendering *r, const struct table_diff *d)
{
    struct slice table = node_key(r->host, d->from);
    if (d->dropped.n) {
        probe_column(r, table, node_name(r->host, d->dropped.at[0]), true);
        return true;
    }
    for (uint32_t i = 0; i < d->column_count; i++)
        if (d->columns[i].what & COLUMN_ADD) {
            probe_column(r, table, node_name(r->host, d->columns[i].to), false);
            return true;
        }
    for (uint32_t i = 0; i < d->column_count; i++)
        if ((d->columns[i].what & ~COLUMN_MOVE) && probe_modified(r, d, &d->columns[i]))
            return true;
    for (uint32_t i = 0; i < d->column_count; i++) {
        const struct column_step *c = &d->columns[i];
        if (!(c->what & COLUMN_MOVE) || mynode_position(r->host->tree, c->from) ==
                                            mynode_position(r->host->tree, c->to))
            continue;
        probe(r, "SELECT count(*) = 1 FROM " COLUMNS_OF "~ AND COLUMN_NAME = ~ AND "
                 "ORDINAL_POSITION = %",
              table, node_name(r->host, c->to), node_text(r->host, c->to, "position"));
        return true;
    }
    return false;
}

/* Parts that come or go, and do not only change. */
static bool probe_any_part(struct rendering *r, const struct table_diff *d)
{
    struct slice table = node_key(r->host, d->from);
    for (uint32_t i = 0; i < d->key_count; i++) {
        const struct key_step *k = &d->keys[i];
        const moult_node *node = k->to ? k->to : k->from;
        if (k->what != KEY_ADD && k->what != KEY_DROP)
            continue;
        struct slice name = node_is(r->host, node, "primary_key") ? slice_z("PRIMARY")
                                                                  : node_name(r->host, node);
        probe_index(r, table, name, k->what == KEY_DROP);
        return true;
    }
    for (uint32_t i = 0; i < d->check_count; i++) {
        const struct key_step *k = &d->checks[i];
        if (k->what != KEY_ADD && k->what != KEY_DROP)
            continue;
        probe_constraint(r, table, node_name(r->host, k->to ? k->to : k->from),
                         k->what == KEY_DROP);
        return true;
    }
    return false;
}

void probe_table(struct rendering *r, const struct table_diff *d)
{
    const moult_host *host = r->host;
    if (probe_any_column(r, d) || probe_any_part(r, d))
        return;
    struct slice table = node_key(host, d->from);
    if (node_differs(host, d->from, d->to, "versioned") || node_differs(host, d->from, d->to, "engine"))
        probe(r,
              "SELECT count(*) = 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
              "TABLE_NAME = ~ AND ENGINE = ~ AND TABLE_TYPE = ~",
              table, node_text(host, d->to, "engine"),
              slice_z(node_has(host, d->to, "versioned") ? "SYSTEM VERSIONED" : "BASE TABLE"));
    else if (d->partition == PARTITION_REMOVE ||
             (d->partition == PARTITION_BY && !d->a.partitioning))
        probe(r,
              "SELECT count(*) % 0 FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() "
              "AND TABLE_NAME = ~ AND PARTITION_NAME IS NOT NULL",
              slice_z(d->partition == PARTITION_REMOVE ? "=" : ">"), table);
    else /* parts that are dropped and added again, options, partitions in another way */
        probe(r, AGAIN);
}

void probe_partitions(struct rendering *r, const struct table_diff *d)
{
    const moult_node *before = d->a.partitioning, *after = d->b.partitioning;
    for (int gone = 0; gone < 2; gone++) {
        EACH_CHILD(r->host, gone ? before : after, p)
        {
            if (node_child(r->host, gone ? after : before, "partition", node_key(r->host, p)))
                continue;
            probe(r,
                  "SELECT count(*) % 0 FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = "
                  "DATABASE() AND TABLE_NAME = ~ AND PARTITION_NAME = ~",
                  slice_z(gone ? "=" : ">"), node_key(r->host, d->from), node_name(r->host, p));
            return;
        }
    }
    if (d->partition == PARTITION_COUNT)
        probe(r,
              "SELECT count(*) = % FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() "
              "AND TABLE_NAME = ~ AND PARTITION_NAME IS NOT NULL",
              node_text(r->host, after, "partitions"), node_key(r->host, d->from));
    else
        probe(r, AGAIN);
}

/* ---- other kinds ---- */

/* Where the server tells of a kind: attributes with their columns, and what stands there for none. */
static const struct kind_facts {
    const char *kind, *table, *schema, *name, *also;
    struct {
        const char *name, *column, *none;
    } facts[7];
} kinds[] = {
    {"view", "VIEWS", "TABLE_SCHEMA", "TABLE_NAME", "",
     {{"definition", "VIEW_DEFINITION", ""},
      {"algorithm", "ALGORITHM", "UNDEFINED"},
      {"security", "SECURITY_TYPE", "DEFINER"},
      {"check_option", "CHECK_OPTION", "NONE"}}},
    {"trigger", "TRIGGERS", "TRIGGER_SCHEMA", "TRIGGER_NAME", "",
     {{"body", "ACTION_STATEMENT", ""},
      {"table", "EVENT_OBJECT_TABLE", ""},
      {"timing", "ACTION_TIMING", ""},
      {"event", "EVENT_MANIPULATION", ""},
      {"sql_mode", "SQL_MODE", ""}}},
    {"event", "EVENTS", "EVENT_SCHEMA", "EVENT_NAME", "",
     {{"body", "EVENT_DEFINITION", ""},
      {"comment", "EVENT_COMMENT", ""},
      {"sql_mode", "SQL_MODE", ""},
      {"time_zone", "TIME_ZONE", "SYSTEM"}}},
#define ROUTINE(kind, also)                                                                        \
    {kind, "ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", also,                                     \
     {{"body", "ROUTINE_DEFINITION", ""},                                                          \
      {"security", "SECURITY_TYPE", "DEFINER"},                                                    \
      {"data_access", "SQL_DATA_ACCESS", "CONTAINS SQL"},                                          \
      {"comment", "ROUTINE_COMMENT", ""},                                                          \
      {"returns", "DTD_IDENTIFIER", ""},                                                           \
      {"sql_mode", "SQL_MODE", ""}}}
    ROUTINE("function", " AND ROUTINE_TYPE = 'FUNCTION'"),
    ROUTINE("procedure", " AND ROUTINE_TYPE = 'PROCEDURE'"),
    ROUTINE("package", " AND ROUTINE_TYPE = 'PACKAGE'"),
    ROUTINE("package_body", " AND ROUTINE_TYPE = 'PACKAGE BODY'"),
#undef ROUTINE
};

static const struct kind_facts *facts_of(const moult_host *host, const moult_node *node)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (node_is(host, node, kinds[i].kind))
            return &kinds[i];
    return NULL;
}

static void say_named(struct rendering *r, const struct kind_facts *k, const moult_node *node,
                      bool gone)
{
    say(r, "SELECT count(*) = % FROM information_schema.% WHERE % = DATABASE() AND % = ~%",
        slice_z(gone ? "0" : "1"), slice_z(k->table), slice_z(k->schema), slice_z(k->name),
        node_name(r->host, node), slice_z(k->also));
}

void probe_object(struct rendering *r, const moult_node *node, bool gone)
{
    const struct kind_facts *k = facts_of(r->host, node);
    if (!k) {
        probe_relation(r, node_name(r->host, node), gone);
        return;
    }
    say_named(r, k, node, gone);
    ask(r);
}

void probe_replaced(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const struct kind_facts *k = facts_of(r->host, to);
    bool any = false;
    if (!k) {
        probe(r, AGAIN);
        return;
    }
    say_named(r, k, to, false);
    for (size_t i = 0; i < sizeof k->facts / sizeof *k->facts && k->facts[i].name; i++) {
        if (!node_differs(r->host, from, to, k->facts[i].name))
            continue;
        struct slice s = node_text(r->host, to, k->facts[i].name);
        say(r, " AND % = BINARY ", slice_z(k->facts[i].column));
        say_text(r, s.p ? s : slice_z(k->facts[i].none));
        any = true;
    }
    if (any) {
        ask(r);
    } else {
        mytext_clear(&r->sql);
        probe(r, AGAIN);
    }
}
