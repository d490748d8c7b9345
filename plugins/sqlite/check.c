/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - what table_xinfo, table_list and foreign_key_list say must be what the text says. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- failures ---- */

void check_mismatch(struct check *c, const char *pragma, const char *what, const char *text,
                    const char *got)
{
    if (c->failed)
        return;
    c->failed = true;
    c->at = c->about;
    if (asprintf(&c->message, "\"%s\" is not understood: %s", c->at->name, what) < 0)
        c->message = NULL;
    if (asprintf(&c->detail, "its CREATE text says %s, PRAGMA %s says %s", text, pragma, got) < 0)
        c->detail = NULL;
}

void check_nomem(struct check *c)
{
    c->failed = true;
}

static void failed(struct check *c, int rc)
{
    if (c->failed)
        return;
    c->failed = true;
    c->at = c->about;
    c->rc = rc;
    c->message = strdup(sqlite3_errmsg(c->db));
}

void check_report(struct check *c, struct inspect *in)
{
    if (!c->failed || in->st != MOULT_OK)
        return;
    in->at = (struct object *)(uintptr_t)c->at;
    if (!c->message) {
        in->st = sqlite_nomem(in->host, in->err);
    } else if (c->rc != SQLITE_OK) {
        in->st = sqlite_fail_rc(in->session, in->err, c->rc, "cannot read the schema", NULL, 0);
        sqlite_detail(in->host, in->err, "object", "%s", c->at->name);
    } else {
        inspect_fail(in, MOULT_ERR_UNSUPPORTED, "%s", c->message);
        sqlite_detail(in->host, in->err, "detail", "%s", c->detail ? c->detail : "");
        sqlite_detail(
            in->host, in->err, "hint", "%s",
            "the text in sqlite_schema may have been edited by hand: a dump and reload with "
            "sqlite3 brings both together; otherwise this is a defect in moult");
    }
}

void check_free(struct check *c)
{
    pool_free(&c->pool);
    queue_destroy(&c->queue);
    parse_free(&c->other);
    text_free(&c->a);
    text_free(&c->b);
    text_free(&c->d);
    free(c->message);
    free(c->detail);
}

/* ---- pragmas ---- */

sqlite3_stmt *check_pragma(struct check *c, const char *name, const char *arg)
{
    sqlite3_stmt *stmt = NULL;
    c->d.n = 0;
    text_puts(&c->d, "PRAGMA main.");
    text_puts(&c->d, name);
    text_puts(&c->d, "(\"");
    for (const char *p = arg; *p; p++) {
        if (*p == '"')
            text_char(&c->d, '"');
        text_char(&c->d, *p);
    }
    text_puts(&c->d, "\")");
    if (c->d.failed)
        check_nomem(c);
    if (c->failed)
        return NULL;
    int rc = sqlite3_prepare_v2(c->db, c->d.p, (int)c->d.n + 1, &stmt, NULL);
    if (rc != SQLITE_OK)
        failed(c, rc);
    return stmt;
}

bool check_step(struct check *c, sqlite3_stmt *stmt)
{
    if (c->failed || !stmt)
        return false;
    int rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        failed(c, rc);
    return rc == SQLITE_ROW;
}

static const char *text_at(sqlite3_stmt *row, int column)
{
    const char *p = (const char *)sqlite3_column_text(row, column);
    return p ? p : "";
}

static const char *yes_no(bool b)
{
    return b ? "yes" : "no";
}

/* ---- columns ---- */

/* Where column I stands in the primary key, from 1; 0 = nowhere. */
static int key_position(const struct object *o, const struct parse *p, const struct constraint *k,
                        uint32_t i)
{
    if (!k)
        return 0;
    if (k->column != NO_TOKEN)
        return k->column == i;
    int position = 0;
    for (uint32_t t = 0; t < k->terms; t++) {
        uint32_t name = p->terms[k->first + t].name;
        uint32_t column = name == NO_TOKEN ? NO_TOKEN : column_at(o, p, name);
        /* A table without rowid keeps each column of its key once. */
        bool again = false;
        for (uint32_t u = 0; u < t && p->without_rowid; u++) {
            uint32_t before = p->terms[k->first + u].name;
            again |= before != NO_TOKEN && column_at(o, p, before) == column;
        }
        position += !again;
        if (column == i)
            return position;
    }
    return 0;
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`' || c == '[';
}

/* The type as SQLite keeps it: the text, and if that begins with a quote, without its first and
 * last byte where no other quote is inside, else what the first quotes enclose. */
static void stored_type(const char *p, size_t n, struct text *out)
{
    out->n = 0;
    bool inner = false;
    for (size_t i = 1; i + 1 < n; i++)
        inner |= is_quote(p[i]);
    if (n < 2 || !is_quote(p[0])) {
        text_add(out, p, n);
    } else if (!inner) {
        text_add(out, p + 1, n - 2);
    } else {
        char close = p[0] == '[' ? ']' : p[0];
        for (size_t i = 1; i < n; i++) {
            if (p[i] == close && (i + 1 == n || p[++i] != close))
                break;
            text_char(out, p[i]);
        }
    }
}

static void check_type(struct check *c, const struct column *column, const char *got)
{
    const struct parse *p = c->table;
    size_t len;
    const char *text = range_text(p, column->type, &len);
    if (equal_folded(text, len, got, strlen(got)))
        return;
    stored_type(text, len, &c->a);
    if (c->a.n && equal_folded(c->a.p, c->a.n, got, strlen(got)))
        return;
    char what[64];
    snprintf(what, sizeof what, "the type of column %u", (unsigned)(column - p->columns) + 1);
    check_mismatch(c, "table_xinfo", what, c->a.n ? c->a.p : "none", got);
}

static void canonical(const struct parse *p, struct range r, struct text *out)
{
    struct same s = {.p = p, .mode = SAME_STRING};
    if (r.n && token_is_op(p->text, &p->tokens[r.at], "+")) /* PRAGMA drops it */
        r = (struct range){r.at + 1, r.n - 1};
    out->n = 0;
    same_range(&s, r, out);
}

static void check_default(struct check *c, const struct constraint *k, const char *got)
{
    const struct parse *p = c->table;
    if (!k && !got)
        return;
    size_t len = 0;
    const char *text = k ? range_text(p, k->expr, &len) : "";
    if (k && got && strlen(got) == len && memcmp(text, got, len) == 0)
        return;
    /* The pragma's text can have comments around it. */
    if (k && got && parse_tokens(&c->other, got, strlen(got))) {
        canonical(p, k->expr, &c->a);
        canonical(&c->other, (struct range){0, c->other.token_count - 1}, &c->b);
        if (c->a.n == c->b.n && c->a.n && memcmp(c->a.p, c->b.p, c->a.n) == 0)
            return;
    }
    check_mismatch(c, "table_xinfo", "the default of a column", k ? "one" : "none",
                   got ? got : "none");
}

static void check_column(struct check *c, const struct object *o, uint32_t i,
                         const struct constraint *key, uint32_t alias, sqlite3_stmt *row)
{
    const struct parse *p = c->table;
    const struct column *column = &p->columns[i];
    const char *name = text_at(row, 1);
    if (!token_names(p->text, &p->tokens[column->name], name, strlen(name)))
        check_mismatch(c, "table_xinfo", "the name of a column", o->columns[i].key, name);
    check_type(c, column, text_at(row, 2));
    int position = key_position(o, p, key, i);
    bool not_null = column_last(p, i, CONSTRAINT_NOT_NULL) ||
                    (position && (p->without_rowid || (p->strict && alias != i)));
    if (not_null != (sqlite3_column_int(row, 3) != 0))
        check_mismatch(c, "table_xinfo", "whether a column is NOT NULL", yes_no(not_null),
                       yes_no(!not_null));
    check_default(c, column_last(p, i, CONSTRAINT_DEFAULT),
                  (const char *)sqlite3_column_text(row, 4));
    if (position != sqlite3_column_int(row, 5))
        check_mismatch(c, "table_xinfo", "which columns the primary key has", name,
                       "another place in it");
    const struct constraint *generated = column_last(p, i, CONSTRAINT_GENERATED);
    int hidden = generated ? generated->stored ? 3 : 2 : 0;
    if (hidden != sqlite3_column_int(row, 6))
        check_mismatch(c, "table_xinfo", "whether a column is generated", name, text_at(row, 6));
}

static void check_columns(struct check *c)
{
    const struct parse *p = c->table;
    const struct object *o = c->now->object;
    if (p->without_rowid != o->without_rowid)
        check_mismatch(c, "table_list", "WITHOUT ROWID", yes_no(p->without_rowid),
                       yes_no(o->without_rowid));
    if (p->strict != o->strict)
        check_mismatch(c, "table_list", "STRICT", yes_no(p->strict), yes_no(o->strict));
    const struct constraint *key = table_primary_key(p);
    uint32_t alias = NO_TOKEN, i = 0;
    if (key && !primary_key_is_rowid(o, p, key, &alias))
        alias = NO_TOKEN;
    sqlite3_stmt *s = check_pragma(c, "table_xinfo", o->name);
    for (; check_step(c, s); i++) {
        if (i < p->column_count)
            check_column(c, o, i, key, alias, s);
    }
    sqlite3_finalize(s);
    if (i != p->column_count || i != o->column_count) {
        char text[16], got[16];
        snprintf(text, sizeof text, "%u", p->column_count);
        snprintf(got, sizeof got, "%u", i);
        check_mismatch(c, "table_xinfo", "the number of its columns", text, got);
    }
}

/* ---- foreign keys ---- */

/* Foreign key NUMBER in the order of the text, or NULL. */
static const struct constraint *foreign_key(const struct parse *p, uint32_t number)
{
    for (uint32_t i = 0; i < p->constraint_count; i++) {
        if (p->constraints[i].kind == CONSTRAINT_FOREIGN && number-- == 0)
            return &p->constraints[i];
    }
    return NULL;
}

static bool action_is(const struct parse *p, struct range r, const char *got)
{
    if (r.n == 0)
        return strcmp(got, "NO ACTION") == 0;
    const struct token *first = &p->tokens[r.at], *last = &p->tokens[r.at + r.n - 1];
    size_t n = strlen(got);
    if (r.n == 1)
        return equal_folded(p->text + first->at, first->n, got, n);
    return n == first->n + 1 + last->n &&
           equal_folded(p->text + first->at, first->n, got, first->n) &&
           equal_folded(p->text + last->at, last->n, got + first->n + 1, last->n);
}

static bool token_is(const struct parse *p, uint32_t token, const char *name)
{
    return token_names(p->text, &p->tokens[token], name, strlen(name));
}

/* A row of foreign_key_list: id, seq, table, from, to, on_update, on_delete, match. */
static bool foreign_key_agrees(const struct parse *p, const struct constraint *k, sqlite3_stmt *row)
{
    uint32_t seq = (uint32_t)sqlite3_column_int(row, 1);
    uint32_t terms = k->column == NO_TOKEN ? k->terms : 1;
    if (seq >= terms || !token_is(p, k->table, text_at(row, 2)))
        return false;
    uint32_t from =
        k->column == NO_TOKEN ? p->terms[k->first + seq].expr.at : p->columns[k->column].name;
    if (!token_is(p, from, text_at(row, 3)))
        return false;
    bool named = sqlite3_column_type(row, 4) != SQLITE_NULL;
    if (named != (k->to_terms > 0) || (named && seq >= k->to_terms) ||
        (named && !token_is(p, p->terms[k->to_first + seq].expr.at, text_at(row, 4))))
        return false;
    return action_is(p, k->on_update, text_at(row, 5)) &&
           action_is(p, k->on_delete, text_at(row, 6));
}

static void check_foreign_keys(struct check *c)
{
    const struct parse *p = c->table;
    uint32_t count = 0, wanted = 0, rows = 0;
    for (uint32_t i = 0; i < p->constraint_count; i++) {
        const struct constraint *k = &p->constraints[i];
        if (k->kind != CONSTRAINT_FOREIGN)
            continue;
        count++;
        wanted += k->column == NO_TOKEN ? k->terms : 1;
    }
    sqlite3_stmt *s = check_pragma(c, "foreign_key_list", c->now->object->name);
    for (; check_step(c, s); rows++) {
        uint32_t id = (uint32_t)sqlite3_column_int(s, 0); /* the last one in the text is 0 */
        const struct constraint *k = id < count ? foreign_key(p, count - 1 - id) : NULL;
        if (!k || !foreign_key_agrees(p, k, s))
            check_mismatch(c, "foreign_key_list", "a foreign key",
                           k ? "something else" : "there is none", text_at(s, 2));
    }
    sqlite3_finalize(s);
    if (rows != wanted)
        check_mismatch(c, "foreign_key_list", "a foreign key", "there is one more",
                       "there is none");
}

/* ---- all of it ---- */

void check_table(struct check *c, const struct parsed *now)
{
    if (c->failed)
        return;
    c->now = now;
    c->table = &now->table;
    c->about = now->object;
    check_columns(c);
    check_foreign_keys(c);
    check_indexes(c);
    pool_reset(&c->pool);
}
