/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.c - runs the questions of an inspection, and again if the schema changed meanwhile. */
#include "inspect.h"

#include <mysqld_error.h>
#include <stdlib.h>
#include <time.h>

#define ATTEMPTS 8

/* What the statements of a batch are, by number.  First round: the state, questions.  Second: a
 * setting, SHOW CREATE, and in the last batch questions, the state again; the setting taken
 * back. */
struct batch {
    struct inspect *in;
    uint32_t queries[16], query_count;
    uint32_t shows;
};

/* What has been read, as one number (Fowler, Noll, Vo: FNV-1a). */
static void add_content(struct inspect *in, const struct row *row)
{
    for (unsigned i = 0; i < row->count; i++) {
        struct slice s = row_slice(row, i);
        for (size_t k = 0; k < s.n; k++)
            in->content = (in->content ^ (unsigned char)s.p[k]) * UINT64_C(0x100000001b3);
        in->content = (in->content ^ 0x100) * UINT64_C(0x100000001b3);
    }
}

static void take_state(struct inspect *in, const struct row *row)
{
    in->doubtful |= in->state_count == 0 && row_z(row, 1)[0] == '1';
    if (in->state_count < 2)
        in->states[in->state_count++] = myput_copy(in, row_slice(row, 0));
}

static void add_state(struct inspect *in)
{
    mystate_sql(in->session, in->fine, &in->sql);
    mytext_char(&in->sql, ';');
}

static void add_queries(struct batch *b, uint32_t round)
{
    struct inspect *in = b->in;
    for (uint32_t i = 0; i < mycatalogue_count; i++) {
        size_t before = in->sql.n;
        if (mycatalogue[i].round != round)
            continue;
        mycatalogue[i].sql(in, &in->sql);
        if (in->sql.n == before)
            continue;
        mytext_char(&in->sql, ';');
        b->queries[b->query_count++] = i;
    }
}

/* ---- the first round trip ---- */

static moult_status take_first(void *arg, uint32_t index, const struct row *row)
{
    struct batch *b = arg;
    if (index == 0) {
        take_state(b->in, row);
        return b->in->st;
    }
    add_content(b->in, row);
    if (index <= b->query_count)
        mycatalogue[b->queries[index - 1]].row(b->in, row);
    return b->in->st;
}

static void ask_first(struct inspect *in)
{
    struct batch b = {.in = in};
    uint32_t done;
    mytext_clear(&in->sql);
    add_state(in);
    add_queries(&b, 1);
    if (in->sql.failed)
        myput_nomem(in);
    if (in->st == MOULT_OK)
        in->st = my_batch(in->session, "read the catalogue", in->sql.p, in->sql.n, take_first, &b,
                          &done, in->err);
}

/* ---- the second ---- */

static void add_show(struct inspect *in, const char *type, struct slice name)
{
    mytext_printf(&in->sql, "SHOW CREATE %s ", type);
    mytext_name(&in->sql, name);
    mytext_char(&in->sql, ';');
}

/* As many as fit into one packet; *ALL: no more are left. */
static uint32_t add_shows(struct inspect *in, bool *all)
{
    uint32_t count = 0;
    size_t most = in->session->max_packet / 2;
    struct relation *r = in->show_relation;
    struct routine *f = in->show_routine;
    struct trigger *t = in->show_trigger;
    for (; r && in->sql.n < most; r = r->next, count++)
        add_show(in, r->kind == RELATION_SEQUENCE ? "SEQUENCE" : "TABLE", r->name);
    for (; !r && f && in->sql.n < most; f = f->next, count++)
        add_show(in, f->type, f->name);
    for (; !r && !f && t && in->sql.n < most; t = t->next, count++)
        add_show(in, "TRIGGER", t->name);
    *all = !r && !f && !t;
    return count;
}

/* SHOW CREATE gives no text where the session may not see it. */
static void hidden(struct inspect *in, const char *what, struct slice name, const char *hint)
{
    in->st = my_fail(in->host, in->err, MOULT_ERR_AUTH, "the %s \"%.*s\" cannot be read", what,
                     (int)name.n, name.p);
    my_detail(in->host, in->err, "hint", "%s", hint);
}

static void take_relation(struct inspect *in, struct relation *r, const struct row *row)
{
    struct slice sql = row_slice(row, 1);
    if (!sql.p)
        hidden(in, "table", r->name, "grant SELECT on it");
    else if (r->kind == RELATION_VIEW)
        myinspect_view(in, r, row);
    else if (r->kind == RELATION_SEQUENCE)
        myinspect_sequence(in, r, sql);
    else
        myinspect_table(in, r, sql);
}

static void take_routine(struct inspect *in, struct routine *r, const struct row *row)
{
    struct slice sql = row_slice(row, 2);
    if (sql.p)
        myinspect_routine(in, r, sql);
    else
        hidden(in, r->kind, r->name,
               "grant SELECT on mysql.proc (MySQL: SHOW_ROUTINE) to the account");
}

/* Each SHOW CREATE has one row, so a row is about the object that is next. */
static moult_status take_second(void *arg, uint32_t index, const struct row *row)
{
    struct batch *b = arg;
    struct inspect *in = b->in;
    index -= 1; /* what sets has no rows */
    if (index >= b->shows + b->query_count) {
        take_state(in, row);
        return in->st;
    }
    add_content(in, row);
    if (index >= b->shows) {
        mycatalogue[b->queries[index - b->shows]].row(in, row);
    } else if (in->show_relation) {
        struct relation *r = in->show_relation;
        in->show_relation = r->next;
        take_relation(in, r, row);
    } else if (in->show_routine) {
        struct routine *r = in->show_routine;
        in->show_routine = r->next;
        take_routine(in, r, row);
    } else if (in->show_trigger) {
        struct trigger *t = in->show_trigger;
        in->show_trigger = t->next;
        myinspect_trigger(in, t, row_slice(row, 2));
    }
    return in->st;
}

/* An object of which the server gives no statement: one that is gone; or one that it cannot
 * open. */
static bool pass_over(struct inspect *in)
{
    unsigned number = in->failed;
    struct relation *r = in->show_relation;
    if (number == ER_NO_SUCH_TABLE || number == ER_SP_DOES_NOT_EXIST || number == ER_UNKNOWN_VIEW ||
        number == ER_TRG_DOES_NOT_EXIST) {
        in->gone = true;
        return false;
    }
    bool unusable = number == ER_UNKNOWN_STORAGE_ENGINE || number == ER_NO_SUCH_TABLE_IN_ENGINE ||
                    number == ER_NOT_FORM_FILE || number == ER_CRASHED_ON_USAGE ||
                    number == ER_GET_ERRNO || number == ER_VIEW_INVALID;
    if (!r || !unusable)
        return false;
    CLEANUP_TEXT struct text why = {0};
    mytext_printf(&why, "the server cannot show it: %.*s", (int)in->value.n, in->value.p);
    if (why.failed)
        myput_nomem(in);
    else
        r->node = myinspect_opaque(in, r->kind == RELATION_VIEW ? "view" : "table", r->name,
                                   (struct slice){0}, why.p);
    myput_claim(in, r->node, "relation", r->name);
    in->show_relation = r->next;
    return in->st == MOULT_OK;
}

/* To show a table whose defaults come from a sequence, the server opens the sequence as if to
 * write to it, and so it must not be told that nothing is to be written. */
static void add_writable(struct inspect *in, bool writable)
{
    if (in->session->mariadb && in->session->purpose == MOULT_PURPOSE_READ)
        mytext_printf(&in->sql, "SET SESSION tx_read_only = %d;", !writable);
    else
        mytext_z(&in->sql, "DO 0;");
}

static moult_status run_second(struct inspect *in, struct batch *b, uint32_t *done)
{
    moult_status st = my_batch(in->session, "read the schema", in->sql.p, in->sql.n, take_second, b,
                               done, in->err);
    *done -= *done > 0;
    if (st == MOULT_OK)
        return st;
    mytext_clear(&in->sql);
    CLEANUP_TEXT struct text said = {0};
    unsigned number = my_errno(in->session);
    mytext_z(&said, mysql_error(in->session->conn));
    add_writable(in, false);
    if (!in->sql.failed && !said.failed)
        my_query(in->session, "set the session up", in->sql.p, in->sql.n, NULL, NULL, NULL);
    in->failed = number;
    mytext_clear(&in->value);
    mytext_slice(&in->value, slice_of(&said));
    return st;
}

static void ask_second(struct inspect *in)
{
    bool all = false, again = true;
    in->show_relation = in->first_relation;
    in->show_routine = in->first_routine;
    in->show_trigger = in->first_trigger;
    while (again && in->st == MOULT_OK) {
        struct batch b = {.in = in};
        uint32_t done;
        mytext_clear(&in->sql);
        add_writable(in, true);
        b.shows = add_shows(in, &all);
        if (all) {
            add_queries(&b, 2);
            add_state(in);
        }
        add_writable(in, false);
        if (in->sql.failed) {
            myput_nomem(in);
            return;
        }
        moult_status st = run_second(in, &b, &done);
        again = st == MOULT_OK ? !all : in->st == MOULT_OK && done < b.shows && pass_over(in);
        if (!again && in->st == MOULT_OK && !in->gone)
            in->st = st;
    }
}

/* ---- attempts ---- */

static void forget(struct inspect *in)
{
    HASH_CLEAR(hh, in->relations);
    HASH_CLEAR(hh, in->routines);
    mypool_free(&in->pool);
    in->first_relation = in->last_relation = in->latest = NULL;
    in->first_routine = in->last_routine = NULL;
    in->first_trigger = in->last_trigger = NULL;
    in->charsets = NULL;
    in->database = NULL;
    memset(&in->trigger, 0, sizeof in->trigger);
    memset(&in->grant, 0, sizeof in->grant);
    in->state_count = 0;
    in->content = UINT64_C(0xcbf29ce484222325);
    in->gone = in->reread = in->doubtful = false;
}

/* Nothing says that anything changed, or the attempt BEFORE, of another number, gave the same. */
static bool unchanged(const struct inspect *in, uint64_t before)
{
    bool known = in->state_count == 2 && slice_eq(in->states[0], in->states[1]) && !in->doubtful;
    return !in->gone && (known || in->content == before);
}

static void attempt(struct inspect *in)
{
    ask_first(in);
    if (in->st == MOULT_OK)
        ask_second(in);
    if (in->st == MOULT_OK)
        myinspect_grants_end(in);
}

static void clean_up(struct inspect *in)
{
    struct text *texts[] = {&in->key, &in->path, &in->value, &in->marked, &in->sql, &in->written};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        mytext_free(texts[i]);
    myparse_table_free(&in->table);
    myparse_table_free(&in->again);
    forget(in);
    while (in->misread) {
        struct misread *m = in->misread;
        in->misread = m->next;
        free(m);
    }
}

/* Until the second in which something changed is over, or what changes it has come further. */
static void wait_a_little(void)
{
    struct timespec t = {.tv_nsec = 250000000};
    nanosleep(&t, NULL);
}

moult_status myreader_inspect(moult_session *session, const moult_binding *const *bindings,
                              uint32_t count, moult_tree *out, moult_error *err)
{
    (void)bindings; /* "tenant" is the database that the session is in, whatever it is called */
    (void)count;
    struct inspect in = {.session = session,
                         .host = session->host,
                         .api = session->host->tree,
                         .tree = out,
                         .err = err,
                         .how = {.version = session->number, .mysql = !session->mariadb}};
    bool settled = false;
    uint64_t before = 0;
    for (int i = 0; in.st == MOULT_OK && !settled && i < ATTEMPTS; i++) {
        if (i > 0)
            in.st = in.api->clear(out);
        forget(&in);
        if (in.st == MOULT_OK)
            attempt(&in);
        settled = in.st == MOULT_OK && !in.reread && unchanged(&in, before);
        if (i > 1 && in.st == MOULT_OK && !settled)
            wait_a_little();
        before = in.gone ? 0 : in.content;
        in.fine |= !in.reread;
    }
    clean_up(&in);
    if (in.st != MOULT_OK || settled)
        return in.st;
    my_fail(in.host, err, MOULT_ERR_BUSY, "the schema changed while it was read, %d times",
            ATTEMPTS);
    my_detail(in.host, err, "hint", "wait until what is changing it has ended");
    return MOULT_ERR_BUSY;
}
