/* SPDX-License-Identifier: Apache-2.0 */
/* my.h - texts, names, queries and errors, for every source file of the plugin. */
#ifndef MOULT_MYSQL_MY_H
#define MOULT_MYSQL_MY_H

#include <string.h>

#include "session.h"

/* Bytes of somebody else's; p NULL = none, or NULL in SQL. */
struct slice {
    const char *p;
    size_t n;
};

static inline struct slice slice_z(const char *p)
{
    return (struct slice){p, p ? strlen(p) : 0};
}
static inline bool slice_is(struct slice s, const char *z)
{
    return s.p && s.n == strlen(z) && memcmp(s.p, z, s.n) == 0;
}
static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

/* ---- text.c, fold.c: a text that grows.  {0} is empty; once `failed`, nothing more is added.
 * ---- */

struct text {
    char *p; /* ends in zero once anything was added */
    size_t n, cap;
    bool failed; /* out of memory */
};

void mytext_add(struct text *t, const char *p, size_t n);
void mytext_z(struct text *t, const char *p);
void mytext_slice(struct text *t, struct slice s);
void mytext_char(struct text *t, char c);
void mytext_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* NAME in backquotes; a bound identifier's marker stays bare: bind puts the quotes. */
void mytext_name(struct text *t, struct slice name);
/* TEXT in single quotes, as SHOW CREATE writes literals; for sessions whose sql_mode is pinned. */
void mytext_literal(struct text *t, struct slice s);
/* What a token in quotes means: quotes, doubled ones and (ESCAPES) backslashes taken away.  A token
 * without quotes is what it is. */
void mytext_unquote(struct text *t, struct slice token, bool escapes);
/* NAME (UTF-8) in lower case, as the server compares names of columns, routines, ...: by simple
 * case mapping, letter by letter. */
void mytext_fold(struct text *t, struct slice name);
/* A name of ACCOUNT, "user@host" or "role", as SQL: `user`@`host`. */
void mytext_account(struct text *t, struct slice account);
void mytext_clear(struct text *t);
void mytext_free(struct text *t);
#define CLEANUP_TEXT __attribute__((cleanup(mytext_free)))

static inline struct slice slice_of(const struct text *t)
{
    return (struct slice){t->p ? t->p : "", t->n};
}

/* ---- error.c ---- */

/* Sets code and a printf-made message; returns CODE. */
moult_status my_fail(const moult_host *host, moult_error *err, moult_status code, const char *fmt,
                     ...) __attribute__((format(printf, 4, 5)));
/* Adds a detail ("hint", "object", ...). */
void my_detail(const moult_host *host, moult_error *err, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
moult_status my_nomem(const moult_host *host, moult_error *err);
/* The moult code of a server's or the client library's error number. */
moult_status my_status(unsigned number);
/* What the connection said last, as an error: code, message "cannot WHAT: ...", details sqlstate,
 * vendor_code, database, statement (SQL may be NULL), hint. */
moult_status my_fail_conn(moult_session *session, moult_error *err, const char *what,
                          const char *sql, size_t sql_len);

/* ---- query.c ---- */

static inline void my_result_free(MYSQL_RES **result)
{
    if (*result)
        mysql_free_result(*result);
}
#define CLEANUP_RESULT __attribute__((cleanup(my_result_free)))

/* Runs SQL, one statement or several, and gives the last result set in *OUT (NULL: not wanted;
 * *OUT NULL: there was none), stored.  *CHANGED (may be NULL) = rows touched by all.  WHAT goes
 * into the message: "cannot WHAT".  Looks at host->cancelled while it waits for the server. */
moult_status my_query(moult_session *session, const char *what, const char *sql, size_t len,
                      MYSQL_RES **out, uint64_t *changed, moult_error *err);
/* The same for a statement that ends in zero and gives one result. */
static inline moult_status my_ask(moult_session *session, const char *what, const char *sql,
                                  MYSQL_RES **out, moult_error *err)
{
    return my_query(session, what, sql, strlen(sql), out, NULL, err);
}

/* One row: fields are NULL-able bytes. */
struct row {
    char **field;
    const unsigned long *len;
    unsigned count;
};
static inline struct slice row_slice(const struct row *r, unsigned i)
{
    return i < r->count && r->field[i] ? (struct slice){r->field[i], r->len[i]} : (struct slice){0};
}
/* "" for NULL. */
static inline const char *row_z(const struct row *r, unsigned i)
{
    return i < r->count && r->field[i] ? r->field[i] : "";
}
/* The next row of RES; false: there is none. */
bool my_row(MYSQL_RES *res, struct row *out);

/* Called with each row of statement INDEX (from 0) of a batch; non-OK ends it. */
typedef moult_status my_row_fn(void *arg, uint32_t index, const struct row *row);
/* Runs several statements, parted by ";", in one round trip, row by row. *DONE = how many had
 * been through when it ended: after an error, the number of the statement that failed. */
moult_status my_batch(moult_session *session, const char *what, const char *sql, size_t len,
                      my_row_fn *fn, void *arg, uint32_t *done, moult_error *err);
/* The number of the error behind the last failure on the connection, 0 if none. */
static inline unsigned my_errno(moult_session *session)
{
    return session->conn ? mysql_errno(session->conn) : 0;
}

#endif
