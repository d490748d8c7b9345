/* SPDX-License-Identifier: Apache-2.0 */
/* script.c - runs the statements of a script one by one, so that none hides behind another.
 *
 * What a script sets holds for it alone.  It begins with what is safest for rows: strict, so that a
 * value that does not fit is an error and not another value.  In a scratch database that is like no
 * other session, where other people's text runs, it begins as the server has it for everybody. */
#include "writer.h"

#include <mysqld_error.h>
#include <stdlib.h>

#define SLICE_MS 2000u /* for one try to get a lock: whoever queues behind it may go in between */
#define PAUSE_MS 50u   /* between tries, at first */

struct script {
    moult_session *on;
    struct writer *w;
    moult_error *err;
    struct settings *settings;
    uint64_t changed;
    bool dirty; /* a statement of the script set something */
};

/* ---- one statement ---- */

static moult_status run_one(struct script *s, const char *sql, size_t n)
{
    moult_session *on = s->on;
    uint64_t total = mylimits_lock_ms(on, s->w), start = mywriter_now_ms(), pause = PAUSE_MS;
    for (;;) {
        uint64_t spent = mywriter_now_ms() - start, left = total > spent ? total - spent : 0;
        uint64_t rows = 0;
        moult_status st = mylimits_apply(on, s->w, left < SLICE_MS ? left : SLICE_MS, s->err);
        if (st != MOULT_OK)
            return st;
        st = my_query(on, "run a statement", sql, n, NULL, &rows, s->err);
        on->deadline_ms = 0;
        s->changed += rows;
        if (st != MOULT_OK &&
            my_errno(on) == ER_EMPTY_QUERY) /* to this server nothing but comments */
            return MOULT_OK;
        spent = mywriter_now_ms() - start;
        if (st != MOULT_ERR_BUSY || on->txn || spent + pause >= total)
            return st;
        st = mywriter_pause(on, pause, s->err);
        if (st != MOULT_OK)
            return st;
        pause = pause < 1000 ? pause * 2 : pause;
    }
}

static moult_status run_event(struct script *s, const struct sentence *q, const struct cut *c)
{
    CLEANUP_TEXT struct text safe = {0};
    if (myevents_disarm(q, c, &safe) != MOULT_OK)
        return my_nomem(s->on->host, s->err);
    moult_status st =
        safe.n ? run_one(s, safe.p, safe.n) : run_one(s, q->text + c->from, c->to - c->from);
    return st == MOULT_OK ? myevents_note(s->w->session, s->on, q, s->err) : st;
}

static moult_status run_sentence(struct script *s, const struct sentence *q, const struct cut *c)
{
    const char *sql = q->text + c->from, *why = NULL;
    size_t n = c->to - c->from;
    if (s->w->name && mysentence_is(q, mysentence_kind(q), "event"))
        return run_event(s, q, c);
    moult_status st = run_one(s, sql, n);
    if (st != MOULT_OK || !mysentence_is(q, 0, "set"))
        return st;
    s->dirty = true;
    if (s->w->name) {
        mytext_add(&s->w->touched, sql, n);
        mytext_char(&s->w->touched, ';');
    }
    return mysettings_take(s->settings, q, &why) && !s->w->touched.failed
               ? MOULT_OK
               : my_nomem(s->on->host, s->err);
}

/* ---- all ---- */

static struct lexing lexing_now(const struct script *s)
{
    struct lexing how = mysettings_lexing(s->settings);
    how.mysql = !s->on->mariadb;
    how.version = s->on->number;
    return how;
}

/* Where a routine in Oracle's language ends nothing says but the end of the text. */
static bool is_oracle_routine(const struct cutter *c, const struct sentence *q)
{
    static const char *const kinds[] = {"procedure", "function", "package",
                                        "trigger",   "event",    NULL};
    return c->lexer.how.oracle && mysentence_is(q, 0, "create") &&
           mysentence_any(q, mysentence_kind(q), kinds);
}

/* What may hold more than one statement, of which the server is to run none but the first. */
static moult_status run_alone(struct script *s, const char *sql, size_t n)
{
    if (mysql_set_server_option(s->on->conn, MYSQL_OPTION_MULTI_STATEMENTS_OFF) != 0)
        return my_fail_conn(s->on, s->err, "run a statement alone", NULL, 0);
    moult_status st = run_one(s, sql, n);
    if (s->on != s->w->script &&
        mysql_set_server_option(s->on->conn, MYSQL_OPTION_MULTI_STATEMENTS_ON) != 0 &&
        st == MOULT_OK)
        st = my_fail_conn(s->on, s->err, "run statements together again", NULL, 0);
    return st;
}

static moult_status run_each(struct script *s, const char *sql, size_t len)
{
    struct cutter c;
    struct sentence q = {0};
    moult_status st = MOULT_OK;
    mycutter_init(&c, sql, len, lexing_now(s));
    while (st == MOULT_OK) {
        struct cut cut;
        c.lexer.how = lexing_now(s);
        if (!mycut(&c, &q, &cut)) {
            st = my_nomem(s->on->host, s->err);
        } else if (cut.end) {
            break;
        } else if (cut.bad || is_oracle_routine(&c, &q)) {
            size_t end = len; /* the server says what is wrong with it */
            while (end > cut.from && (strchr("; \t\r\n", sql[end - 1]) && sql[end - 1]))
                end--;
            st = run_alone(s, sql + cut.from, end - cut.from);
            break;
        } else if (!cut.empty) {
            st = run_sentence(s, &q, &cut);
        }
    }
    free(q.tokens);
    mycutter_free(&c);
    return st;
}

/* ---- settings ---- */

#define STRICT "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO"

/* What the server gives to everybody, but for modes under which a text is read in another way: those
 * a text has to ask for itself. */
static void add_usual_mode(struct text *sql, const char *mode)
{
    static const char *const never[] = {
        "ansi_quotes", "ansi",  "oracle",     "mssql",
        "db2",         "maxdb", "postgresql", "no_backslash_escapes"};
    for (size_t n = strlen(mode), any = 0; n;) {
        const char *comma = memchr(mode, ',', n);
        size_t k = comma ? (size_t)(comma - mode) : n;
        bool takes = k > 0;
        for (size_t i = 0; i < sizeof never / sizeof *never; i++)
            takes &= !mytoken_equal(mode, k, never[i]);
        if (takes && any++)
            mytext_char(sql, ',');
        mytext_add(sql, mode, takes ? k : 0);
        mode += k + (comma != NULL);
        n -= k + (comma != NULL);
    }
}

/* Undoes the settings of the script before. */
static moult_status set_usual(struct script *s)
{
    CLEANUP_TEXT struct text sql = {0};
    mytext_z(&sql, "SET SESSION sql_mode = '");
    if (s->w->like)
        mytext_z(&sql, STRICT);
    else
        add_usual_mode(&sql, s->on->sql_mode);
    mytext_z(&sql, "', time_zone = ");
    mytext_literal(&sql, slice_z(s->w->like ? "+00:00" : s->on->time_zone));
    mytext_z(&sql, ", foreign_key_checks = 1, default_storage_engine = DEFAULT"
                   ", innodb_strict_mode = DEFAULT");
    if (!mysettings_defaults(s->w->touched.p, s->w->touched.n, &sql) || sql.failed)
        return my_nomem(s->on->host, s->err);
    const char *names =
        s->w->like ? "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci" : "SET NAMES utf8mb4";
    moult_status st = my_ask(s->on, "set the session up", names, NULL, s->err);
    if (st == MOULT_OK)
        st = my_ask(s->on, "set the session up", sql.p, NULL, s->err);
    if (st == MOULT_OK)
        mytext_clear(&s->w->touched);
    return st;
}

/* Of many statements under the same settings all but the first find them in force. */
static moult_status run_scratch(struct script *s, const char *sql, size_t len)
{
    struct writer *w = s->w;
    struct lexing how;
    size_t n = mysettings_length(sql, len, &how);
    moult_status st = MOULT_OK;
    if (w->set.p && w->set.n == n && (!n || memcmp(w->set.p, sql, n) == 0)) {
        st = mysettings_read(s->settings, sql, n) ? MOULT_OK : my_nomem(s->on->host, s->err);
    } else {
        mytext_free(&w->set); /* what is in force is not known until all are set */
        st = set_usual(s);
        if (st == MOULT_OK)
            st = run_each(s, sql, n);
        if (st == MOULT_OK)
            mytext_add(&w->set, sql, n);
    }
    s->dirty = false;
    if (st == MOULT_OK)
        st = w->set.failed ? my_nomem(s->on->host, s->err) : run_each(s, sql + n, len - n);
    if (s->dirty)
        mytext_free(&w->set);
    return st;
}

static moult_status run_here(struct script *s, const char *sql, size_t len)
{
    moult_status st =
        my_ask(s->on, "set the session up", "SET SESSION sql_mode = '" STRICT "'", NULL, s->err);
    if (st == MOULT_OK)
        st = run_each(s, sql, len);
    bool lost = st == MOULT_ERR_UNAVAILABLE;
    moult_error *err = st == MOULT_OK ? s->err : NULL;
    if (lost)
        return st;
    moult_status after =
        s->dirty ? mysession_pin(s->on, err)
                 : my_ask(s->on, "set the session up", "SET SESSION sql_mode = ''", NULL, err);
    if (s->dirty)
        s->w->limited = false;
    if (after == MOULT_OK)
        after = mylimits_lift(s->on, s->w, err);
    return st == MOULT_OK ? after : st;
}

moult_status myscript_run(moult_session *on, struct writer *w, const char *sql, size_t len,
                          uint64_t *changed, moult_error *err)
{
    struct script s = {.on = on, .w = w, .err = err, .settings = mysettings_new()};
    if (!s.settings)
        return my_nomem(on->host, err);
    moult_status st = w->name ? run_scratch(&s, sql, len) : run_here(&s, sql, len);
    *changed = s.changed;
    mysettings_free(s.settings);
    return st;
}
