/* SPDX-License-Identifier: Apache-2.0 */
/* pg.h - texts, names, results and errors, for every source file of the plugin. */
#ifndef MOULT_POSTGRES_PG_H
#define MOULT_POSTGRES_PG_H

#include "session.h"

/* ---- text.c: a text that grows.  {0} is empty; once `failed`, nothing more is added. ---- */

struct text {
    char *p; /* ends in zero once anything was added */
    size_t n, cap;
    bool failed; /* out of memory */
};

void pgtext_add(struct text *t, const char *p, size_t n);
void pgtext_z(struct text *t, const char *p);
void pgtext_char(struct text *t, char c);
void pgtext_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* NAME as an identifier: bare where it is plain and no keyword, else in double quotes. */
void pgtext_name(struct text *t, const char *name, size_t n);
/* TEXT as a literal in single quotes; E'' only where there is a backslash. */
void pgtext_literal(struct text *t, const char *p, size_t n);
void pgtext_clear(struct text *t);
void pgtext_free(struct text *t);
#define CLEANUP_TEXT __attribute__((cleanup(pgtext_free)))

/* ---- keywords.c ---- */

/* 1: NAME (folded) is a word that some supported version does not take as a bare identifier. */
bool postgres_is_keyword(const char *name, size_t n);
/* 1: NAME may stand bare as an identifier and means itself. */
bool postgres_is_plain(const char *name, size_t n);

/* ---- error.c ---- */

/* Sets code and a printf-made message; returns CODE. */
moult_status postgres_fail(const moult_host *host, moult_error *err, moult_status code,
                           const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Adds a detail ("hint", "object", ...). */
void postgres_detail(const moult_host *host, moult_error *err, const char *key, const char *fmt,
                     ...) __attribute__((format(printf, 4, 5)));
moult_status postgres_nomem(const moult_host *host, moult_error *err);
/* The moult code of a SQLSTATE (NULL = none: the connection is lost). */
moult_status postgres_status(const char *sqlstate);
/* What the server said in RESULT (NULL: what libpq says about the connection) as an error: code, message
 * "WHAT: ...", details sqlstate, detail, hint, statement (SQL may be NULL), position, object. */
moult_status postgres_fail_result(moult_session *session, moult_error *err, const PGresult *result,
                                  const char *what, const char *sql, size_t sql_len);

/* ---- result.c ---- */

static inline void postgres_result_free(PGresult **result)
{
    PQclear(*result);
}
#define CLEANUP_RESULT __attribute__((cleanup(postgres_result_free)))

/* Runs SQL (one statement with parameters in text form; or, with COUNT 0, several without) and gives the
 * last result in *OUT (may be NULL), which is PGRES_TUPLES_OK or PGRES_COMMAND_OK when MOULT_OK is returned.
 * WHAT goes into the message: "cannot WHAT".  Looks at host->cancelled while it waits. */
moult_status postgres_query(moult_session *session, const char *what, const char *sql,
                            const char *const *params, int count, PGresult **out, moult_error *err);
/* Waits until PQgetResult does not block, asking host->cancelled now and then; cancels the running
 * statement once if so.  MOULT_ERR_UNAVAILABLE: the connection is lost. */
moult_status postgres_wait(moult_session *session, bool *cancelled);
/* Field COLUMN of ROW; NULL where it is null. */
static inline const char *postgres_value(const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? NULL : PQgetvalue(r, row, column);
}

#endif
