/* SPDX-License-Identifier: Apache-2.0 */
/* scratch-events.c - events in a scratch database, where none may run.
 *
 * The server would run them, whoever wrote them.  So each is made disabled, and what it was meant
 * to be is kept for the reader. */
#include "writer.h"

#include <mysqld_error.h>
#include <stdlib.h>

struct event {
    uint32_t kind;     /* token: EVENT */
    uint32_t name;     /* token */
    uint32_t status;   /* token: ENABLE or DISABLE; count: there is none */
    uint32_t end;      /* token: COMMENT or DO, where the status stands before */
    uint32_t new_name; /* token, of RENAME TO; count: there is none */
    bool create, enable;
};

static bool parse(const struct sentence *s, struct event *e)
{
    uint32_t k = mysentence_kind(s);
    bool create = mysentence_is(s, 0, "create");
    if (!mysentence_is(s, k, "event") || (!create && !mysentence_is(s, 0, "alter")))
        return false;
    uint32_t body = mysentence_find(s, k, "do"), comment = mysentence_find(s, k, "comment");
    uint32_t enable = mysentence_find(s, k, "enable"), disable = mysentence_find(s, k, "disable");
    uint32_t rename = mysentence_find(s, k, "rename");
    *e = (struct event){.kind = k, .name = k + 1, .create = create};
    if (mysentence_is(s, k + 1, "if"))
        e->name = k + 2u + mysentence_is(s, k + 2, "not") + 1u;
    e->end = comment < body ? comment : body;
    e->enable = enable < e->end;
    e->status = e->enable ? enable : disable < e->end ? disable : s->count;
    e->new_name = rename < body ? rename + 2 : s->count;
    return true;
}

moult_status myevents_disarm(const struct sentence *s, const struct cut *c, struct text *out)
{
    struct event e;
    if (!parse(s, &e) || (e.status < s->count ? !e.enable : !e.create))
        return MOULT_OK;
    const struct token *t = mysentence_at(s, e.status < s->count ? e.status : e.end);
    size_t end = e.status < s->count ? t->at + t->n : t->at;
    mytext_add(out, s->text + c->from, t->at - c->from);
    mytext_z(out, "DISABLE ");
    mytext_add(out, s->text + end, c->to - end);
    return out->failed ? MOULT_ERR_NOMEM : MOULT_OK;
}

/* ---- what they are meant to be ---- */

/* The server does not tell upper from lower case here. */
static bool same_name(const char *a, const char *b)
{
    CLEANUP_TEXT struct text x = {0}, y = {0};
    mytext_fold(&x, slice_z(a));
    mytext_fold(&y, slice_z(b));
    return !x.failed && !y.failed && slice_eq(slice_of(&x), slice_of(&y));
}

static struct myevent **find(moult_session *session, const char *name)
{
    struct myevent **p = &session->events;
    while (*p && !same_name((*p)->name, name))
        p = &(*p)->next;
    return p;
}

static void forget(moult_session *session, const char *name)
{
    struct myevent **p = find(session, name), *gone = *p;
    if (gone)
        *p = gone->next;
    free(gone);
}

void myevents_forget(moult_session *session)
{
    for (struct myevent *e = session->events, *next; e; e = next) {
        next = e->next;
        free(e);
    }
    session->events = NULL;
}

/* The name at token I as the server has it; "" if there is no such event. */
static moult_status spelled(moult_session *on, const struct sentence *s, uint32_t i,
                            struct text *out, moult_error *err)
{
    const struct token *t = mysentence_at(s, i);
    CLEANUP_TEXT struct text sql = {0}, name = {0};
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    mytext_unquote(&name, (struct slice){s->text + t->at, t->n}, false);
    mytext_z(&sql, "SELECT event_name FROM information_schema.events"
                   " WHERE event_schema = DATABASE() AND event_name = ");
    mytext_literal(&sql, slice_of(&name));
    if (sql.failed || name.failed)
        return my_nomem(on->host, err);
    moult_status st = my_ask(on, "look at an event", sql.p, &res, err);
    if (st == MOULT_OK && my_row(res, &row))
        mytext_slice(out, row_slice(&row, 0));
    mytext_add(out, "", 0);
    return st == MOULT_OK && out->failed ? my_nomem(on->host, err) : st;
}

/* IF NOT EXISTS, and it did. */
static moult_status warned_of_it(moult_session *on, bool *was_there, moult_error *err)
{
    CLEANUP_RESULT MYSQL_RES *res = NULL;
    struct row row;
    if (!mysql_warning_count(on->conn))
        return MOULT_OK;
    moult_status st = my_ask(on, "look at warnings", "SHOW WARNINGS", &res, err);
    while (st == MOULT_OK && my_row(res, &row))
        *was_there |= strtoul(row_z(&row, 1), NULL, 10) == ER_EVENT_ALREADY_EXISTS;
    return st;
}

moult_status myevents_note(moult_session *session, moult_session *on, const struct sentence *s,
                           moult_error *err)
{
    struct event e;
    CLEANUP_TEXT struct text old = {0}, name = {0};
    if (!parse(s, &e))
        return MOULT_OK;
    bool was_there = false;
    if (e.create && e.name > e.kind + 1) {
        moult_status st = warned_of_it(on, &was_there, err);
        if (st != MOULT_OK || was_there)
            return st;
    }
    const struct token *t = mysentence_at(s, e.name);
    mytext_unquote(&old, (struct slice){s->text + t->at, t->n}, false);
    moult_status st = spelled(on, s, e.new_name < s->count ? e.new_name : e.name, &name, err);
    if (st != MOULT_OK || old.failed)
        return st != MOULT_OK ? st : my_nomem(on->host, err);
    bool meant = e.status < s->count ? e.enable : e.create || *find(session, slice_of(&old).p);
    if (e.new_name < s->count)
        forget(session, slice_of(&old).p);
    forget(session, name.p);
    struct myevent *made = meant && name.n ? malloc(sizeof *made + name.n + 1) : NULL;
    if (!made)
        return meant && name.n ? my_nomem(on->host, err) : MOULT_OK;
    memcpy(made->name, name.p, name.n + 1);
    made->next = session->events;
    session->events = made;
    return MOULT_OK;
}
