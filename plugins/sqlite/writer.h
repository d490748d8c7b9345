/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - what the writer's source files share. */
#ifndef MOULT_SQLITE_WRITER_H
#define MOULT_SQLITE_WRITER_H

#include "session.h"

/* writer.c */

/* Runs one statement of moult's own; WHAT begins the message of an error. */
moult_status sqlite_exec(moult_session *session, const char *sql, const char *what,
                         moult_error *err);
/* Prepares one statement of moult's own; NULL after an error, put into *ST. */
sqlite3_stmt *sqlite_prepare(moult_session *session, const char *sql, const char *what,
                             moult_status *st, moult_error *err);
/* Has the session poll for the user's wish to stop, and (scratch) for its deadline, until unwatched. */
void sqlite_watch(moult_session *session);
void sqlite_unwatch(moult_session *session);

/* foreign.c */

/* Rows of CHILD that refer to no row of PARENT. */
struct violation {
    struct violation *next;
    int64_t count;
    const char *parent; /* behind the child's name */
    char child[];
};
/* Counts the violated foreign keys of the database: reads every table that has some. */
moult_status sqlite_violations_find(moult_session *session, struct violation **out,
                                    moult_error *err);
/* MOULT_ERR_CONSTRAINT if there are more now than BEFORE. */
moult_status sqlite_violations_check(moult_session *session, const struct violation *before,
                                     moult_error *err);

#endif
