/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.c - the tree of a database: reads sqlite_schema once, then object by object. */
#include "inspect.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bookkeeping.h"
#include "check.h"

moult_status inspect_fail(struct inspect *in, moult_status code, const char *fmt, ...)
{
    if (in->st != MOULT_OK)
        return in->st;
    va_list ap;
    va_start(ap, fmt);
    char *msg = NULL;
    in->st = vasprintf(&msg, fmt, ap) < 0 ? sqlite_nomem(in->host, in->err)
                                          : sqlite_fail(in->host, in->err, code, "%s", msg);
    va_end(ap);
    free(msg);
    if (in->at) {
        sqlite_detail(in->host, in->err, "object", "%s", in->at->name);
        sqlite_detail(in->host, in->err, "statement", "%s", in->at->sql);
    }
    return in->st;
}

static bool step(struct inspect *in, sqlite3_stmt *stmt)
{
    if (in->st != MOULT_OK || !stmt)
        return false;
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        in->st = sqlite_fail_rc(in->session, in->err, rc, "cannot read the schema",
                                sqlite3_sql(stmt), strlen(sqlite3_sql(stmt)));
    return false;
}

static sqlite3_stmt *prepare(struct inspect *in, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (in->st != MOULT_OK)
        return NULL;
    int rc = sqlite3_prepare_v2(in->session->db, sql, -1, &stmt, NULL);
    if (rc != SQLITE_OK)
        in->st =
            sqlite_fail_rc(in->session, in->err, rc, "cannot read the schema", sql, strlen(sql));
    return stmt;
}

bool inspect_parse(struct inspect *in, struct object *o, struct parse *p, uint32_t what)
{
    in->at = o;
    if (in->st != MOULT_OK)
        return false;
    if (memchr(o->sql, MOULT_MARK_OPEN, o->sql_len) ||
        memchr(o->sql, MOULT_MARK_CLOSE, o->sql_len)) {
        inspect_fail(
            in, MOULT_ERR_UNSUPPORTED,
            "\"%s\" holds a byte 01 or 02, which moult uses for names that differ by tenant",
            o->name);
        return false;
    }
    if (!parse_create(p, o->sql, o->sql_len)) {
        if (!p->bad)
            in->st = sqlite_nomem(in->host, in->err);
        else
            inspect_fail(in, MOULT_ERR_UNSUPPORTED,
                         "\"%s\" is not understood: %s was expected at byte %zu", o->name, p->bad,
                         p->bad_at + 1);
        return false;
    }
    if (p->what != what || p->as_select)
        inspect_fail(in, MOULT_ERR_UNSUPPORTED,
                     "\"%s\" is not understood: its text creates something else", o->name);
    else if (!token_names(p->text, &p->tokens[p->name], o->key, strlen(o->key)))
        inspect_fail(in, MOULT_ERR_UNSUPPORTED,
                     "\"%s\" is not understood: its text creates \"%.*s\"", o->name,
                     (int)p->tokens[p->name].n, p->text + p->tokens[p->name].at);
    return in->st == MOULT_OK;
}

/* ---- paths ---- */

void inspect_segment(struct text *out, const char *kind, const char *key, size_t n)
{
    static const char hex[] = "0123456789ABCDEF";
    text_puts(out, kind);
    text_char(out, ':');
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)key[i];
        if (c > 0x20 && c != '%' && c != '/' && c != ':')
            continue;
        text_add(out, key + from, i - from);
        text_add(out, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
        from = i + 1;
    }
    text_add(out, key + from, n - from);
}

static const char *kind_of(uint32_t what)
{
    static const char *const kinds[] = {"table", "table", "virtual_table",
                                        "view",  "index", "trigger"};
    return kinds[what];
}

struct object *inspect_relation(struct inspect *in, const char *key, size_t n)
{
    struct object *o = NULL;
    HASH_FIND(hh, in->relations, key, n, o);
    return o;
}

void inspect_path(struct inspect *in, struct object *o, const char *key, size_t n, struct text *out)
{
    if (o && o->path) {
        text_add(out, o->path, o->path_len);
        return;
    }
    size_t at = out->n;
    if (o) {
        key = o->key;
        n = strlen(key);
    }
    struct same s = put_same(in, NULL, SAME_NAME, NULL);
    const moult_binding *b = same_bound(&s, key, n);
    if (b) {
        struct text marked = {0};
        same_quoted(&s, key, n, &marked);
        inspect_segment(out, kind_of(o ? o->what : OBJECT_TABLE), marked.p ? marked.p : "",
                        marked.n);
        out->failed |= marked.failed;
        text_free(&marked);
    } else {
        inspect_segment(out, kind_of(o ? o->what : OBJECT_TABLE), key, n);
    }
    if (o && !out->failed) {
        o->path_len = out->n - at;
        o->path = pool_copy(&in->pool, out->p + at, o->path_len);
    }
}

/* ---- what there is ---- */

static uint32_t what_is(const char *type, const char *sql, size_t len)
{
    if (strcmp(type, "index") == 0)
        return OBJECT_INDEX;
    if (strcmp(type, "view") == 0)
        return OBJECT_VIEW;
    if (strcmp(type, "trigger") == 0)
        return OBJECT_TRIGGER;
    struct token create = token_next(sql, len, 0);
    return token_next(sql, len, create.at + create.n).keyword == KW_VIRTUAL ? OBJECT_VIRTUAL
                                                                            : OBJECT_TABLE;
}

static char *folded(struct inspect *in, const char *p, size_t n)
{
    char *key = pool_copy(&in->pool, p, n);
    if (key)
        fold_ascii(key, n);
    return key;
}

static void add_object(struct inspect *in, sqlite3_stmt *row)
{
    const char *type = (const char *)sqlite3_column_text(row, 0);
    const char *name = (const char *)sqlite3_column_text(row, 1);
    const char *owner = (const char *)sqlite3_column_text(row, 2);
    const char *sql = (const char *)sqlite3_column_text(row, 3);
    if (!type || !name || !owner || !sql)
        return; /* an automatic index: its constraint says it all */
    struct object *o = pool_alloc(&in->pool, sizeof *o);
    size_t owner_len = (size_t)sqlite3_column_bytes(row, 2);
    if (o) {
        o->name_len = (size_t)sqlite3_column_bytes(row, 1);
        o->sql_len = (size_t)sqlite3_column_bytes(row, 3);
        o->name = pool_copy(&in->pool, name, o->name_len);
        o->sql = pool_copy(&in->pool, sql, o->sql_len);
        o->key = folded(in, name, o->name_len);
        o->owner = folded(in, owner, owner_len);
    }
    if (!o || !o->name || !o->sql || !o->key || !o->owner) {
        in->st = sqlite_nomem(in->host, in->err);
        return;
    }
    o->what = what_is(type, sql, o->sql_len);
    o->left_out = strncmp(o->key, "sqlite_", 7) == 0;
    if (in->last)
        in->last->next = o;
    else
        in->first = o;
    in->last = o;
    in->count++;
    if (o->what == OBJECT_TABLE || o->what == OBJECT_VIRTUAL || o->what == OBJECT_VIEW)
        HASH_ADD_KEYPTR(hh, in->relations, o->key, o->name_len, o);
}

static void read_objects(struct inspect *in)
{
    sqlite3_stmt *s = prepare(in, "SELECT type, name, tbl_name, sql FROM main.sqlite_schema");
    while (step(in, s))
        add_object(in, s);
    sqlite3_finalize(s);
}

/* table_list also tells shadow tables from others. */
static void read_table_list(struct inspect *in)
{
    sqlite3_stmt *s = prepare(in, "SELECT name, type, ncol, wr, strict FROM pragma_table_list "
                                  "WHERE schema = 'main'");
    while (step(in, s)) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        const char *type = (const char *)sqlite3_column_text(s, 1);
        in->d.n = 0;
        text_puts(&in->d, name ? name : "");
        if (in->d.failed || !type) {
            in->st = sqlite_nomem(in->host, in->err);
            break;
        }
        fold_ascii(in->d.p, in->d.n);
        struct object *o = inspect_relation(in, in->d.p, in->d.n);
        if (!o)
            continue; /* sqlite_schema itself */
        o->listed = true;
        o->type = strcmp(type, "virtual") == 0 ? 'V' : type[0];
        o->column_count = (uint32_t)sqlite3_column_int(s, 2);
        o->without_rowid = sqlite3_column_int(s, 3) != 0;
        o->strict = sqlite3_column_int(s, 4) != 0;
        o->left_out = o->left_out || o->type == 's';
    }
    sqlite3_finalize(s);
}

/* Sees to it that each table knows its indexes, and that what belongs to a table that is left out
 * is left out too. */
static void link_objects(struct inspect *in)
{
    for (struct object *o = in->first; o; o = o->next) {
        in->at = o;
        bool owned = o->what == OBJECT_INDEX || o->what == OBJECT_TRIGGER;
        if (!owned) {
            static const char types[] = {0, 't', 'V', 'v'};
            if (!o->left_out && (!o->listed || o->type != types[o->what]))
                inspect_fail(
                    in, MOULT_ERR_UNSUPPORTED,
                    "\"%s\" is not understood: its text creates a %s, PRAGMA table_list has %s",
                    o->name, kind_of(o->what), o->listed ? "something else" : "no such object");
            continue;
        }
        struct object *t = inspect_relation(in, o->owner, strlen(o->owner));
        if (!t) {
            inspect_fail(in, MOULT_ERR_CORRUPT, "\"%s\" belongs to \"%s\", which does not exist",
                         o->name, o->owner);
        } else if (t->left_out) {
            o->left_out = true;
        } else if (o->what == OBJECT_INDEX) {
            o->index = t->index;
            t->index = o;
        }
    }
}

static bool has_virtual(const struct inspect *in)
{
    for (const struct object *o = in->first; o; o = o->next) {
        if (o->what == OBJECT_VIRTUAL)
            return true;
    }
    return false;
}

static void read_modules(struct inspect *in)
{
    size_t count = 0, cap = 0;
    sqlite3_stmt *s = has_virtual(in) ? prepare(in, "SELECT name FROM pragma_module_list") : NULL;
    while (step(in, s)) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        if (count + 1 >= cap) {
            cap = cap ? cap * 2 : 32;
            const char **more = pool_alloc(&in->pool, cap * sizeof *more);
            if (more && count)
                memcpy(more, in->modules, count * sizeof *more);
            in->modules = more;
        }
        char *copy = name && in->modules ? pool_copy(&in->pool, name, strlen(name)) : NULL;
        if (!copy)
            in->st = sqlite_nomem(in->host, in->err);
        else
            in->modules[count++] = copy;
    }
    sqlite3_finalize(s);
}

static void leave_out_bookkeeping(struct inspect *in)
{
    struct bookkeeping found;
    bool any = false;
    for (uint32_t i = 0; i < BOOKKEEPING_COUNT; i++)
        any |= inspect_relation(in, sqlite_bookkeeping_name(i),
                                strlen(sqlite_bookkeeping_name(i))) != NULL;
    if (!any || in->st != MOULT_OK)
        return;
    in->st = sqlite_bookkeeping_look(in->session, &found, in->err);
    for (uint32_t i = 0; in->st == MOULT_OK && found.ours && i < BOOKKEEPING_COUNT; i++) {
        struct object *o =
            inspect_relation(in, sqlite_bookkeeping_name(i), strlen(sqlite_bookkeeping_name(i)));
        if (o)
            o->left_out = true;
    }
}

/* ---- build and check ---- */

/* From this many objects on, a second thread is worth its start. */
#define MANY 256u

static void *check_thread(void *arg)
{
    struct check *c = arg;
    for (struct parsed *p; (p = queue_take(&c->queue)) != NULL; queue_done(&c->queue))
        check_table(c, p);
    return NULL;
}

/* Each is checked at once, or BESIDE by the other thread. */
static void build_tables(struct inspect *in, struct check *c, bool beside)
{
    uint32_t n = 0;
    for (struct object *o = in->first; o && in->st == MOULT_OK; o = o->next) {
        if (++n % 64 == 0 && in->host->cancelled(in->host->ctx, in->session->op))
            inspect_fail(in, MOULT_ERR_CANCELLED, "cancelled while reading the schema");
        if (o->left_out || o->what != OBJECT_TABLE)
            continue;
        struct parsed *p = queue_slot(&c->queue);
        inspect_table(in, o, p);
        if (in->st == MOULT_OK && beside)
            queue_put(&c->queue);
        else if (in->st == MOULT_OK)
            check_table(c, p);
    }
}

static void build_others(struct inspect *in)
{
    for (struct object *o = in->first; o && in->st == MOULT_OK; o = o->next) {
        if (o->left_out)
            continue;
        if (o->what == OBJECT_VIEW)
            inspect_view(in, o);
        else if (o->what == OBJECT_TRIGGER)
            inspect_trigger(in, o);
        else if (o->what == OBJECT_VIRTUAL)
            inspect_virtual(in, o);
    }
}

/* Builds the tree and checks the texts; side by side where there are many objects.  The connection
 * is the check's alone meanwhile. */
static void build_and_check(struct inspect *in)
{
    struct check c = {.db = in->session->db};
    pthread_t thread;
    queue_init(&c.queue);
    bool beside = in->count >= MANY && in->st == MOULT_OK &&
                  pthread_create(&thread, NULL, check_thread, &c) == 0;
    /* Tables first: what views and triggers name is looked up among their columns. */
    build_tables(in, &c, beside);
    queue_end(&c.queue);
    build_others(in);
    if (beside)
        pthread_join(thread, NULL);
    check_report(&c, in);
    check_free(&c);
}

static moult_status run(struct inspect *in, const char *sql)
{
    int rc = sqlite3_exec(in->session->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? MOULT_OK
                           : sqlite_fail_rc(in->session, in->err, rc, "cannot read the schema", sql,
                                            strlen(sql));
}

moult_status sqlite_reader_inspect(moult_session *session, const moult_binding *const *bindings,
                                   uint32_t count, moult_tree *out, moult_error *err)
{
    struct inspect in = {
        .session = session,
        .host = session->host,
        .api = session->host->tree,
        .tree = out,
        .err = err,
        .bindings = bindings,
        .binding_count = count,
    };
    /* One read transaction: all that follows is one state of the database. */
    bool own = sqlite3_get_autocommit(session->db) != 0;
    if (own)
        in.st = run(&in, "BEGIN");
    if (in.st != MOULT_OK)
        return in.st;
    read_objects(&in);
    leave_out_bookkeeping(&in);
    read_table_list(&in);
    link_objects(&in);
    read_modules(&in);
    build_and_check(&in);
    if (in.st == MOULT_OK && (in.a.failed || in.b.failed || in.c.failed || in.d.failed))
        in.st = sqlite_nomem(in.host, err);
    if (own) {
        int rc = sqlite3_exec(session->db, "COMMIT", NULL, NULL, NULL);
        if (rc != SQLITE_OK && in.st == MOULT_OK)
            in.st = sqlite_fail_rc(session, err, rc, "cannot end reading the schema", NULL, 0);
        if (!sqlite3_get_autocommit(session->db))
            sqlite3_exec(session->db, "ROLLBACK", NULL, NULL, NULL);
    }
    HASH_CLEAR(hh, in.relations);
    parse_free(&in.other);
    text_free(&in.a);
    text_free(&in.b);
    text_free(&in.c);
    text_free(&in.d);
    pool_free(&in.pool);
    return in.st;
}
