/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-table.c - the nodes of a table and its columns. */
#include "bookkeeping.h"
#include "inspect.h"

/* Expressions of a table: names alone are its columns. */
static struct naming naming_of(const struct inspect *in, const struct relation *r)
{
    return (struct naming){.how = in->how,
                           .strength = MOULT_REF_ENFORCED,
                           .subject = r,
                           .columns = true,
                           .bare = true};
}

static void put_comment(struct inspect *in, moult_node *node, struct slice literal)
{
    if (literal.p)
        myput(in, node, MOULT_NOTES, "comment", myput_unquoted(in, literal));
}

/* ---- columns ---- */

/* json_valid(`x`) at the column `x` */
static bool holds_json(const struct column_text *c)
{
    static const char head[] = "json_valid(";
    size_t n = sizeof head - 1;
    return c->check.n == n + c->name.n + 1 && memcmp(c->check.p, head, n) == 0 &&
           memcmp(c->check.p + n, c->name.p, c->name.n) == 0;
}

static void put_type(struct inspect *in, moult_node *node, const struct column_text *c,
                     const struct known_column *known)
{
    char logical[48];
    myput(in, node, MOULT_SHAPE, "type", c->type);
    myput(in, node, MOULT_SHAPE, "collate", known->collate);
    mylogical(c->type, holds_json(c), logical);
    myput_z(in, node, MOULT_DERIVED, "logical", logical);
}

static void put_column(struct inspect *in, const struct relation *r, const struct column_text *c,
                       const struct known_column *known, const struct known_column *before,
                       uint32_t position)
{
    struct naming naming = naming_of(in, r);
    naming.self = known->key;
    moult_node *node = myput_node(in, r->node, "column", known->key);
    myput_name(in, node, known->name, known->key);
    myput_number(in, node, MOULT_DERIVED, "position", position);
    if (before)
        myput(in, node, MOULT_SHAPE, "after", before->key);
    put_type(in, node, c, known);
    bool values = !c->generated.p && !c->row.p;
    bool null = slice_is(c->dflt, "NULL");
    myput_flag(in, node, "not_null", c->not_null);
    if (!null)
        mymark_put(in, node, "default", c->dflt, &naming);
    myput_flag(in, node, "no_default", values && !c->dflt.p && !c->not_null);
    mymark_put(in, node, "on_update", c->on_update, &naming);
    mymark_put(in, node, "generated", c->generated, &naming);
    myput_flag(in, node, "stored", c->stored);
    myput(in, node, MOULT_SHAPE, "row", c->row);
    myput_flag(in, node, "auto_increment", c->auto_increment);
    myput_flag(in, node, "invisible", c->invisible);
    myput(in, node, MOULT_SHAPE, "compressed", c->compressed);
    myput_flag(in, node, "unversioned", c->unversioned);
    mymark_put(in, node, "check", c->check, &naming);
    myput(in, node, MOULT_SHAPE, "options", c->options);
    myput(in, node, MOULT_SHAPE, "srid", c->srid);
    put_comment(in, node, c->comment);
}

/* Are the columns those that information_schema has?  NULL: yes. */
static const char *differing_column(struct inspect *in, const struct relation *r,
                                    struct slice table_collate)
{
    const struct known_column *k = r->columns;
    for (uint32_t i = 0; i < in->table.columns_count; i++, k = k->next) {
        const struct column_text *c = &in->table.columns[i];
        if (!k || !slice_eq(myput_unquoted(in, c->name), k->name))
            return "information_schema has other columns";
        if (k->type.n < c->type.n || memcmp(k->type.p, c->type.p, c->type.n) != 0)
            return "information_schema has another type";
        struct slice collate = c->collate.p   ? c->collate
                               : c->charset.p ? k->collate
                                              : table_collate;
        if (k->collate.p && !slice_eq(collate, k->collate))
            return "information_schema has another collation";
    }
    return k ? "information_schema has more columns" : NULL;
}

static void put_columns(struct inspect *in, const struct relation *r)
{
    const struct known_column *k = r->columns, *before = NULL;
    for (uint32_t i = 0; k && i < in->table.columns_count; i++, before = k, k = k->next)
        put_column(in, r, &in->table.columns[i], k, before, i + 1);
}

/* ---- the table ---- */

static const struct option_text *option(const struct inspect *in, const char *name)
{
    for (uint32_t i = 0; i < in->table.options_count; i++) {
        const struct option_text *o = &in->table.options[i];
        if (mytoken_equal(o->name.p, o->name.n, name))
            return o;
    }
    return NULL;
}

static struct slice option_value(const struct inspect *in, const char *name)
{
    const struct option_text *o = option(in, name);
    return o ? o->value : (struct slice){0};
}

static void put_literal(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                        struct slice literal)
{
    if (literal.p)
        myput(in, node, aspect, name, myput_unquoted(in, literal));
}

/* Options that have attributes of their own, or none. */
static const char *const apart[] = {
    "engine",  "auto_increment", "default charset",        "collate",         "row_format",
    "comment", "data directory", "with system versioning", "index directory",
};

static bool is_apart(struct slice name)
{
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
        if (mytoken_equal(name.p, name.n, apart[i]))
            return true;
    }
    return false;
}

static void put_options(struct inspect *in, moult_node *node, struct slice collate)
{
    myput(in, node, MOULT_SHAPE, "engine", option_value(in, "engine"));
    myput(in, node, MOULT_SHAPE, "collate", collate);
    myput(in, node, MOULT_SHAPE, "row_format", option_value(in, "row_format"));
    myput_flag(in, node, "versioned", option(in, "with system versioning") != NULL);
    put_literal(in, node, MOULT_LAYOUT, "data_directory", option_value(in, "data directory"));
    put_literal(in, node, MOULT_LAYOUT, "index_directory", option_value(in, "index directory"));
    put_comment(in, node, option_value(in, "comment"));
    mytext_clear(&in->value);
    for (uint32_t i = 0; i < in->table.options_count; i++) {
        const struct option_text *o = &in->table.options[i];
        if (is_apart(o->name))
            continue;
        mytext_z(&in->value, in->value.n ? ", " : "");
        mytext_slice(&in->value, mypart_text(&in->table, o->first, o->end));
    }
    if (in->value.failed)
        myput_nomem(in);
    struct naming naming = {
        .how = in->how, .strength = MOULT_REF_TEXT, .tables = true, .bare = true};
    if (in->value.n) /* UNION=(`a`,`b`) names tables */
        mymark_put(in, node, "options", slice_of(&in->value), &naming);
}

/* CONNECTION='mysql://user:password@host/...' */
static bool holds_password(const struct inspect *in)
{
    struct slice s = option_value(in, "connection");
    const char *who = s.p ? memmem(s.p, s.n, "://", 3) : NULL;
    const char *at = who ? memchr(who, '@', s.n - (size_t)(who - s.p)) : NULL;
    return at && memchr(who + 3, ':', (size_t)(at - who - 3));
}

/* The default collation, which older servers leave out where it is the character set's own. */
static struct slice table_collation(const struct inspect *in)
{
    struct slice collate = option_value(in, "collate");
    return collate.p ? collate : mycatalogue_collation(in, option_value(in, "default charset"));
}

/* One of moult's own tables? */
static bool is_bookkeeping(struct inspect *in, const struct relation *r)
{
    struct slice comment = option_value(in, "comment");
    return r->name.n > 6 && memcmp(r->name.p, "moult_", 6) == 0 && comment.p &&
           slice_is(myput_unquoted(in, comment), BOOKKEEPING_MARKER);
}

static moult_node *put_table(struct inspect *in, struct relation *r)
{
    r->node = myput_object(in, "table", r->name);
    myput_claim(in, r->node, "relation", r->name);
    return r->node;
}

/* The statement without AUTO_INCREMENT=n. */
static struct slice without_state(struct inspect *in, struct slice sql)
{
    const struct option_text *o = option(in, "auto_increment");
    if (!o)
        return sql;
    size_t from = mypart_token(&in->table, o->first)->at, to = mypart_token(&in->table, o->end)->at;
    mytext_clear(&in->sql);
    mytext_add(&in->sql, sql.p, from);
    mytext_add(&in->sql, sql.p + to, sql.n - to);
    if (in->sql.failed)
        myput_nomem(in);
    return slice_of(&in->sql);
}

moult_node *myinspect_opaque(struct inspect *in, const char *kind, struct slice key,
                             struct slice sql, const char *why)
{
    struct naming naming = {.how = in->how, .strength = MOULT_REF_TEXT};
    naming.bare = strcmp(kind, "table") == 0 || strcmp(kind, "view") == 0;
    moult_node *node = myput_object(in, kind, key);
    myput_z(in, node, MOULT_DERIVED, "opaque", why);
    mymark_put(in, node, "sql", sql, &naming);
    return node;
}

static void put_opaque(struct inspect *in, struct relation *r, struct slice sql, const char *why)
{
    r->node = myinspect_opaque(in, "table", r->name, sql, why);
    myput_claim(in, r->node, "relation", r->name);
}

/* What was put is not what was read: everything is put again without this table's nodes. */
static void misread(struct inspect *in, const struct relation *r, const char *why)
{
    struct misread *m = malloc(sizeof *m + r->name.n + strlen(why) + 2);
    if (!m) {
        myput_nomem(in);
        return;
    }
    m->next = in->misread;
    memcpy(m->name, r->name.p, r->name.n + 1);
    m->why = m->name + r->name.n + 1;
    strcpy(m->why, why);
    in->misread = m;
    in->reread = true;
}

static void not_understood(struct inspect *in, struct relation *r, struct slice sql)
{
    CLEANUP_TEXT struct text why = {0};
    mytext_printf(&why, "%s was expected at byte %zu of SHOW CREATE TABLE", in->table.bad,
                  mypart_token(&in->table, in->table.at)->at);
    if (why.failed || in->table.nomem)
        myput_nomem(in);
    else
        put_opaque(in, r, sql, why.p);
}

void myinspect_table(struct inspect *in, struct relation *r, struct slice sql)
{
    bool read = myparse_table(&in->table, sql.p, sql.n, in->how);
    if (!read || r->why) {
        if (read)
            put_opaque(in, r, without_state(in, sql), r->why);
        else
            not_understood(in, r, sql);
        return;
    }
    struct slice collate = table_collation(in), engine = option_value(in, "engine");
    if (is_bookkeeping(in, r))
        return;
    if (holds_password(in)) {
        put_opaque(in, r, (struct slice){0}, "its CONNECTION holds a password");
        return;
    }
    const char *why = differing_column(in, r, collate);
    if (why) {
        put_opaque(in, r, without_state(in, sql), why);
        return;
    }
    moult_node *node = put_table(in, r);
    put_options(in, node, collate);
    put_columns(in, r);
    myinspect_keys(in, r);
    myinspect_constraints(in, r);
    myinspect_partitions(in, r, engine);
    why = in->st == MOULT_OK ? myselfcheck(in, r) : NULL;
    if (why)
        misread(in, r, why);
}
