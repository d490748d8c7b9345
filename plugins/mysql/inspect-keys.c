/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-keys.c - the nodes of keys, constraints and partitions. */
#include "inspect.h"

static void put_comment(struct inspect *in, moult_node *node, struct slice literal)
{
    if (literal.p)
        myput(in, node, MOULT_NOTES, "comment", myput_unquoted(in, literal));
}

/* "`a`, `b`(10) DESC" of tokens, in OUT; NODE gets references to the columns of R. */
static void list_columns(struct inspect *in, moult_node *node, const struct relation *r,
                         uint32_t at, uint32_t end, struct text *out)
{
    CLEANUP_TEXT struct text name = {0};
    uint32_t first, last;
    mytext_clear(out);
    while (mypart_item(&in->table, &at, end, &first, &last)) {
        mytext_z(out, out->n ? ", " : "");
        mytext_slice(out, mypart_text(&in->table, first, last));
        if (mypart_token(&in->table, first)->kind != TOKEN_QUOTED || !r)
            continue;
        mytext_clear(&name);
        mytext_unquote(&name, mypart_text(&in->table, first, first + 1), false);
        const struct known_column *c = mymark_column(in, r, slice_of(&name));
        if (c) /* else it is a period */
            myput_refer(in, node, MOULT_REF_ENFORCED, myput_column_path(in, r, c->key));
    }
    if (out->failed || name.failed)
        myput_nomem(in);
}

/* ---- keys ---- */

static void put_index(struct inspect *in, struct relation *r, const struct key_text *k,
                      uint32_t position)
{
    moult_node *node;
    if (*k->type == 'P') {
        node = myput_node(in, r->node, "primary_key", slice_z(""));
    } else {
        CLEANUP_TEXT struct text name = {0};
        mytext_unquote(&name, k->name, false);
        struct slice key = myput_folded(in, slice_of(&name));
        node = myput_node(in, r->node, "index", key);
        myput_name(in, node, slice_of(&name), key);
        myput_number(in, node, MOULT_DERIVED, "position", position);
        bool unique = *k->type == 'U';
        myput_flag(in, node, "unique", unique);
        if (*k->type && !unique)
            myput_z(in, node, MOULT_SHAPE, "type", k->type);
    }
    list_columns(in, node, r, k->first, k->end, &in->value);
    myput(in, node, MOULT_SHAPE, "columns", slice_of(&in->value));
    myput(in, node, MOULT_SHAPE, "using", k->using);
    myput(in, node, MOULT_SHAPE, "options", k->options);
    myput_flag(in, node, "ignored", k->ignored);
    put_comment(in, node, k->comment);
}

void myinspect_keys(struct inspect *in, struct relation *r)
{
    for (uint32_t i = 0; in->st == MOULT_OK && i < in->table.keys_count; i++)
        put_index(in, r, &in->table.keys[i], i + 1);
}

/* ---- constraints ---- */

/* NAME as part of a key made of two. */
static void add_part(struct text *t, struct slice name)
{
    bool plain = name.n != 0;
    for (size_t i = 0; plain && i < name.n; i++) {
        char c = name.p[i];
        plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '$' || (unsigned char)c >= 0x80;
    }
    if (plain)
        mytext_slice(t, name);
    else
        mytext_name(t, name);
}

/* The columns of another table that tokens name. */
static void refer_columns(struct inspect *in, moult_node *node, const struct relation *to,
                          uint32_t at, uint32_t end)
{
    CLEANUP_TEXT struct text list = {0};
    list_columns(in, node, to, at, end, &list);
}

static void put_target(struct inspect *in, moult_node *node, const struct foreign_key_text *f)
{
    CLEANUP_TEXT struct text path = {0};
    struct slice to = myput_unquoted(in, f->to);
    myput(in, node, MOULT_SHAPE, "to", to);
    if (!f->to_database.p) {
        struct relation *r = mymark_relation(in, to);
        myput_segment(&path, "table", to);
        if (path.failed)
            myput_nomem(in);
        myput_refer(in, node, MOULT_REF_ENFORCED, slice_of(&path));
        if (r)
            refer_columns(in, node, r, f->to_first, f->to_end);
        return;
    }
    struct slice database = myput_unquoted(in, f->to_database);
    myput(in, node, MOULT_SHAPE, "to_database", database);
    myput_segment(&path, "database", database);
    mytext_char(&path, '/');
    myput_segment(&path, "table", myput_unquoted(in, f->to));
    if (path.failed)
        myput_nomem(in);
    myput_refer(in, node, MOULT_REF_OUTSIDE, slice_of(&path));
}

static moult_node *put_foreign_key(struct inspect *in, struct relation *r,
                                   const struct foreign_key_text *f, uint32_t position)
{
    CLEANUP_TEXT struct text name = {0}, key = {0};
    mytext_unquote(&name, f->name, false);
    add_part(&key, r->name);
    mytext_char(&key, '.');
    add_part(&key, myput_folded(in, slice_of(&name)));
    if (key.failed || name.failed)
        myput_nomem(in);
    moult_node *node = myput_object(in, "foreign_key", slice_of(&key));
    myput(in, node, MOULT_LAYOUT, "name", slice_of(&name));
    myput_number(in, node, MOULT_DERIVED, "position", position);
    myput(in, node, MOULT_SHAPE, "table", r->name);
    myput_refer(in, node, MOULT_REF_OWNED, r->path);
    list_columns(in, node, r, f->first, f->end, &in->value);
    myput(in, node, MOULT_SHAPE, "columns", slice_of(&in->value));
    put_target(in, node, f);
    list_columns(in, node, NULL, f->to_first, f->to_end, &in->value);
    myput(in, node, MOULT_SHAPE, "to_columns", slice_of(&in->value));
    myput(in, node, MOULT_SHAPE, "on_delete", f->on_delete);
    myput(in, node, MOULT_SHAPE, "on_update", f->on_update);
    myput_claim(in, node, "constraint", myput_folded(in, slice_of(&name)));
    return node;
}

static void put_check(struct inspect *in, struct relation *r, const struct check_text *c,
                      uint32_t position)
{
    struct naming naming = {.how = in->how,
                            .strength = MOULT_REF_ENFORCED,
                            .subject = r,
                            .columns = true,
                            .bare = true};
    CLEANUP_TEXT struct text name = {0};
    mytext_unquote(&name, c->name, false);
    struct slice key = myput_folded(in, slice_of(&name));
    moult_node *node = myput_node(in, r->node, "check", key);
    myput_name(in, node, slice_of(&name), key);
    myput_number(in, node, MOULT_DERIVED, "position", position);
    mymark_put(in, node, "expression", c->expression, &naming);
    myput_flag(in, node, "unenforced", c->unenforced);
}

static void put_period(struct inspect *in, struct relation *r, const struct period_text *p)
{
    static const char *const names[] = {"start", "end"};
    const struct slice columns[] = {p->start, p->end};
    CLEANUP_TEXT struct text name = {0};
    bool system = *p->name.p != '`';
    mytext_unquote(&name, system ? slice_z("system_time") : p->name, false);
    struct slice key = myput_folded(in, slice_of(&name));
    moult_node *node = myput_node(in, r->node, "period", key);
    myput_name(in, node, slice_of(&name), key);
    for (int i = 0; i < 2; i++) {
        struct slice column = myput_unquoted(in, columns[i]);
        myput(in, node, MOULT_SHAPE, names[i], column);
        const struct known_column *c = mymark_column(in, r, column);
        if (c)
            myput_refer(in, node, MOULT_REF_ENFORCED, myput_column_path(in, r, c->key));
    }
}

void myinspect_constraints(struct inspect *in, struct relation *r)
{
    struct table_text *t = &in->table;
    r->foreign_keys = t->foreign_keys_count
                          ? mypool_alloc(&in->pool, t->foreign_keys_count * sizeof *r->foreign_keys)
                          : NULL;
    if (t->foreign_keys_count && !r->foreign_keys)
        myput_nomem(in);
    r->foreign_key_count = 0;
    for (uint32_t i = 0; in->st == MOULT_OK && i < t->foreign_keys_count; i++)
        r->foreign_keys[r->foreign_key_count++] =
            put_foreign_key(in, r, &t->foreign_keys[i], i + 1);
    for (uint32_t i = 0; in->st == MOULT_OK && i < t->checks_count; i++)
        put_check(in, r, &t->checks[i], i + 1);
    for (uint32_t i = 0; in->st == MOULT_OK && i < t->periods_count; i++)
        put_period(in, r, &t->periods[i]);
}

/* ---- partitions ---- */

/* White space becomes one space: the server leaves two where a word is missing. */
static struct slice squeezed(struct inspect *in, struct slice s, struct text *out)
{
    char quote = '\0';
    mytext_clear(out);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!quote && (c == '\'' || c == '`'))
            quote = c;
        else if (c == quote)
            quote = '\0';
        bool space = c == ' ' || c == '\n';
        if (quote || !space || (out->n && out->p[out->n - 1] != ' '))
            mytext_char(out, space && !quote ? ' ' : c);
    }
    if (out->failed)
        myput_nomem(in);
    return slice_of(out);
}

/* SYSTEM_TIME INTERVAL 1 MONTH STARTS TIMESTAMP'...' AUTO: the beginning is the day on which the
 * table was made unless its author gave one, which nobody can tell; so it does not count. */
static void put_method(struct inspect *in, moult_node *node, struct slice by)
{
    CLEANUP_TEXT struct text same = {0};
    static const char starts[] = " STARTS TIMESTAMP'";
    const char *p = memmem(by.p, by.n, starts, sizeof starts - 1);
    if (p && by.n > 11 && memcmp(by.p, "SYSTEM_TIME", 11) == 0) {
        const char *from = p + sizeof starts - 1;
        const char *end = memchr(from, '\'', by.n - (size_t)(from - by.p));
        mytext_add(&same, by.p, (size_t)(p - by.p));
        if (end)
            mytext_add(&same, end + 1, by.n - (size_t)(end + 1 - by.p));
    }
    myput_same(in, node, MOULT_SHAPE, "by", by, same.n ? slice_of(&same) : (struct slice){0});
}

static void put_directory(struct inspect *in, moult_node *node, const char *name,
                          struct slice literal)
{
    if (literal.p)
        myput(in, node, MOULT_LAYOUT, name, myput_unquoted(in, literal));
}

static moult_node *put_partition(struct inspect *in, moult_node *parent,
                                 const struct partition_text *p, struct slice *before,
                                 uint32_t position, struct slice engine)
{
    CLEANUP_TEXT struct text name = {0}, value = {0};
    mytext_unquote(&name, p->name, false);
    struct slice key = myput_copy(in, myput_folded(in, slice_of(&name)));
    moult_node *node = myput_node(in, parent, p->sub ? "subpartition" : "partition", key);
    myput_name(in, node, slice_of(&name), key);
    myput_number(in, node, MOULT_DERIVED, "position", position);
    if (before->p)
        myput(in, node, MOULT_SHAPE, "after", *before);
    *before = key;
    if (p->values.p)
        myput(in, node, MOULT_SHAPE, "values", squeezed(in, p->values, &value));
    if (p->engine.p && !slice_eq(p->engine, engine))
        myput(in, node, MOULT_SHAPE, "engine", p->engine);
    if (p->options.p)
        myput(in, node, MOULT_SHAPE, "options", squeezed(in, p->options, &value));
    put_directory(in, node, "data_directory", p->data_directory);
    put_directory(in, node, "index_directory", p->index_directory);
    put_comment(in, node, p->comment);
    return node;
}

void myinspect_partitions(struct inspect *in, struct relation *r, struct slice engine)
{
    CLEANUP_TEXT struct text by = {0};
    struct table_text *t = &in->table;
    if (!t->partition_by.p)
        return;
    moult_node *node = myput_node(in, r->node, "partitioning", slice_z(""));
    struct slice method = squeezed(in, t->partition_by, &by);
    bool grows = method.n > 5 && memcmp(method.p + method.n - 5, " AUTO", 5) == 0;
    put_method(in, node, method);
    /* The server adds partitions by itself. */
    myput(in, node, grows ? MOULT_LAYOUT : MOULT_SHAPE, "partitions", t->partition_count);
    struct naming naming = {.how = in->how,
                            .strength = MOULT_REF_ENFORCED,
                            .subject = r,
                            .columns = true,
                            .bare = true};
    if (t->subpartition_by.p) {
        CLEANUP_TEXT struct text sub = {0};
        mymark_put(in, node, "subpartition_by", squeezed(in, t->subpartition_by, &sub), &naming);
    }
    myput(in, node, MOULT_SHAPE, "subpartitions", t->subpartition_count);
    mymark_put(in, node, NULL, method, &naming);
    struct slice before = {0}, before_sub = {0};
    moult_node *latest = node;
    uint32_t position = 0, sub = 0;
    for (uint32_t i = 0; in->st == MOULT_OK && i < t->partitions_count; i++) {
        const struct partition_text *p = &t->partitions[i];
        if (p->sub) {
            put_partition(in, latest, p, &before_sub, ++sub, engine);
        } else {
            latest = put_partition(in, node, p, &before, ++position, engine);
            before_sub = (struct slice){0};
            sub = 0;
        }
    }
}
