/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-routine.c - the nodes of functions, procedures and packages.
 *
 * What SHOW CREATE says is a head that the server writes, quoted as the routine's own sql_mode
 * wants it, and the body as its author wrote it.  information_schema knows all of the head but
 * the parameters. */
#include <stdlib.h>

#include "inspect.h"

static const struct {
    const char *type, *kind;
} types[] = {
    {"FUNCTION", "function"},
    {"PROCEDURE", "procedure"},
    {"PACKAGE", "package"},
    {"PACKAGE BODY", "package_body"},
};

static void add_routine(struct inspect *in, struct routine *r)
{
    if (in->last_routine)
        in->last_routine->next = r;
    else
        in->first_routine = r;
    in->last_routine = r;
    HASH_ADD_KEYPTR(hh, in->routines, r->key.p, r->key.n, r);
}

void myinspect_routine_row(struct inspect *in, const struct row *row)
{
    size_t i = 0, count = sizeof types / sizeof *types;
    while (i < count && !slice_is(row_slice(row, 0), types[i].type))
        i++;
    struct routine *r = mypool_alloc(&in->pool, sizeof *r);
    CLEANUP_TEXT struct text key = {0};
    if (i == count || !slice_is(row_slice(row, 11), in->session->database))
        return;
    mytext_printf(&key, "%s:", types[i].kind);
    mytext_fold(&key, row_slice(row, 1));
    if (!r || key.failed) {
        myput_nomem(in);
        return;
    }
    struct slice *const fields[] = {&r->data_access, &r->security, &r->sql_mode,   &r->comment,
                                    &r->definer,     &r->client,   &r->connection, &r->database};
    r->kind = types[i].kind;
    r->type = types[i].type;
    r->key = myput_copy(in, slice_of(&key));
    r->name = myput_copy(in, row_slice(row, 1));
    r->deterministic = slice_is(row_slice(row, 2), "YES");
    for (unsigned k = 0; k < sizeof fields / sizeof *fields; k++)
        *fields[k] = myput_copy(in, row_slice(row, k + 3));
    if (in->st == MOULT_OK)
        add_routine(in, r);
}

/* ---- reading SHOW CREATE ---- */

struct routine_text {
    struct slice parameters, returns, body;
    bool aggregate;
};

/* DEFINER=`u`@`h`, or "u"@"h" where quotes are those of identifiers */
static bool skip_definer(struct table_text *t)
{
    if (!mypart_take(t, "definer"))
        return true;
    t->at += 2; /* "=", and the name */
    if (mypart_take_op(t, '@'))
        t->at++;
    return true;
}

/* Where LINE, which the server writes before the body, stands at AT: behind it. */
static size_t past(struct slice sql, size_t at, const char *line)
{
    size_t n = strlen(line);
    return sql.n - at >= n && memcmp(sql.p + at, line, n) == 0 ? at + n : at;
}

/* Characteristics stand on lines of their own, in this order, each if it is not the default. */
static size_t past_characteristics(struct slice sql, size_t at, bool escapes)
{
    static const char *const lines[] = {
        "    NO SQL\n",        "    READS SQL DATA\n",       "    MODIFIES SQL DATA\n",
        "    DETERMINISTIC\n", "    SQL SECURITY INVOKER\n",
    };
    static const char comment[] = "    COMMENT '";
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        at = past(sql, at, lines[i]);
    size_t end = past(sql, at, comment);
    if (end == at)
        return at;
    for (; end < sql.n && sql.p[end] != '\''; end++)
        end += (sql.p[end] == '\\' && escapes) ||
               (end + 1 < sql.n && sql.p[end] == '\'' && sql.p[end + 1] == '\'');
    return past(sql, end < sql.n ? end + 1 : end, "\n");
}

static bool is_package(const struct routine *r)
{
    return r->kind[0] == 'p' && r->kind[1] == 'a';
}

/* The return type of a function stands on the line of its head. */
static size_t take_returns(struct table_text *t, const struct routine *r, struct slice sql,
                           size_t at, struct routine_text *out)
{
    if (strcmp(r->kind, "function") != 0)
        return past(sql, at, "\n");
    if (!mypart_take(t, "returns") && !mypart_need(t, "return"))
        return at;
    at = mypart_token(t, t->at)->at;
    const char *end = memchr(sql.p + at, '\n', sql.n - at);
    size_t n = end ? (size_t)(end - sql.p) - at : sql.n - at;
    out->returns = (struct slice){sql.p + at, n};
    return at + n + (end != NULL);
}

static struct slice trimmed(struct slice s)
{
    static const char space[] = " \t\r\n";
    for (; s.n && strchr(space, s.p[0]); s.p++)
        s.n--;
    while (s.n && strchr(space, s.p[s.n - 1]))
        s.n--;
    return s;
}

static size_t skip_spaces(struct slice sql, size_t at)
{
    while (at < sql.n && (sql.p[at] == ' ' || sql.p[at] == '\n'))
        at++;
    return at;
}

static bool read_routine(struct table_text *t, const struct routine *r, struct slice sql,
                         bool escapes, struct routine_text *out)
{
    if (!mypart_need(t, "create") || !skip_definer(t))
        return false;
    out->aggregate = mypart_take(t, "aggregate");
    if (!mypart_take(t, "function") && !mypart_take(t, "procedure") && !mypart_need(t, "package"))
        return false;
    mypart_take(t, "body");
    uint32_t kind = mypart_token(t, t->at)->kind;
    if (kind != TOKEN_WORD && kind != TOKEN_QUOTED)
        return mypart_bad(t, "a name");
    t->at++;
    size_t at;
    if (is_package(r)) {
        const struct token *name = mypart_token(t, t->at - 1);
        at = name->at + name->n;
        at = past_characteristics(sql, at, escapes);
    } else {
        uint32_t open = t->at, first, end;
        if (!mypart_parens_tokens(t, &first, &end))
            return false;
        const struct token *close = mypart_token(t, end);
        size_t from = mypart_token(t, open)->at + 1; /* with the white space of their author */
        out->parameters = (struct slice){sql.p + from, close->at - from};
        at = take_returns(t, r, sql, close->at + 1, out);
        if (t->bad)
            return false;
        at = past_characteristics(sql, at, escapes);
    }
    at = skip_spaces(sql, at);
    out->body = (struct slice){sql.p + at, sql.n - at};
    return out->body.n || mypart_bad(t, "a body");
}

/* ---- nodes ---- */

static void put_head(struct inspect *in, moult_node *node, const struct routine *r)
{
    myput_flag(in, node, "deterministic", r->deterministic);
    if (!slice_is(r->data_access, "CONTAINS SQL"))
        myput(in, node, MOULT_SHAPE, "data_access", r->data_access);
    if (slice_is(r->security, "INVOKER"))
        myput(in, node, MOULT_SHAPE, "security", r->security);
    myput(in, node, MOULT_SHAPE, "sql_mode", r->sql_mode);
    if (r->comment.n)
        myput(in, node, MOULT_NOTES, "comment", r->comment);
    myput_definer(in, node, r->definer);
    myput(in, node, MOULT_LAYOUT, "character_set_client", r->client);
    myput(in, node, MOULT_LAYOUT, "collation_connection", r->connection);
    myput(in, node, MOULT_LAYOUT, "database_collation", r->database);
}

/* A body ends with its package. */
static void refer_package(struct inspect *in, moult_node *node, struct slice key)
{
    CLEANUP_TEXT struct text path = {0};
    myput_segment(&path, "package", key);
    if (path.failed)
        myput_nomem(in);
    myput_refer(in, node, MOULT_REF_OWNED, slice_of(&path));
}

static moult_node *put_routine(struct inspect *in, const struct routine *r, struct slice key,
                               const struct routine_text *text, struct lexing how)
{
    struct naming naming = {.how = how, .strength = MOULT_REF_TEXT};
    moult_node *node = myput_object(in, r->kind, key);
    struct slice same = trimmed(text->parameters);
    if (same.n)
        myput_same(in, node, MOULT_SHAPE, "parameters", text->parameters, same);
    myput(in, node, MOULT_SHAPE, "returns", text->returns);
    myput_flag(in, node, "aggregate", text->aggregate);
    mymark_put(in, node, "body", text->body, &naming);
    return node;
}

void myinspect_routine(struct inspect *in, struct routine *r, struct slice sql)
{
    struct lexing how = mylexing_of(r->sql_mode.p, r->sql_mode.n);
    how.version = in->how.version;
    how.mysql = in->how.mysql;
    struct routine_text text = {0};
    bool read = myparse_tokens(&in->table, sql.p, sql.n, how) &&
                read_routine(&in->table, r, sql, !how.no_escapes, &text);
    if (in->table.nomem) {
        myput_nomem(in);
        return;
    }
    size_t head = strlen(r->kind) + 1;
    struct slice key = {r->key.p + head, r->key.n - head};
    moult_node *node = read ? put_routine(in, r, key, &text, how)
                            : myinspect_opaque(in, r->kind, key, sql, in->table.bad);
    r->node = node;
    myput_name(in, node, r->name, key);
    put_head(in, node, r);
    if (strcmp(r->kind, "package_body") == 0)
        refer_package(in, node, key);
}
