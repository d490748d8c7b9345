/* SPDX-License-Identifier: Apache-2.0 */
/* bookkeeping.h - moult's own tables in a SQLite file, and how they are recognised.
 *
 * They are moult's if moult_format has the text below and its row holds the marker; anything else
 * of such a name is the user's, and is treated like every other table.  AUTOINCREMENT is avoided:
 * it would leave a table sqlite_sequence in files that had none. */
#ifndef MOULT_SQLITE_BOOKKEEPING_H
#define MOULT_SQLITE_BOOKKEEPING_H

#include "session.h"

#define BOOKKEEPING_MARKER "6d6f756c-7400-4b0b-8c5e-9a3f0d27e1c4"
#define BOOKKEEPING_VERSION 1

#define BOOKKEEPING_ROWS                                                                           \
    " (seq INTEGER PRIMARY KEY, run TEXT NOT NULL, event TEXT NOT NULL, at TEXT NOT NULL, "        \
    "body TEXT NOT NULL)"
/* X(record table number, table name, CREATE text) */
#define BOOKKEEPING_TABLES(X)                                                                      \
    X(0u, "moult_format",                                                                          \
      "CREATE TABLE moult_format (marker TEXT PRIMARY KEY, version INTEGER NOT NULL)")             \
    X(MOULT_RECORD_RUN, "moult_run", "CREATE TABLE moult_run" BOOKKEEPING_ROWS)                    \
    X(MOULT_RECORD_STEP, "moult_step", "CREATE TABLE moult_step" BOOKKEEPING_ROWS)                 \
    X(MOULT_RECORD_AUDIT, "moult_audit", "CREATE TABLE moult_audit" BOOKKEEPING_ROWS)
#define BOOKKEEPING_COUNT 4u

struct bookkeeping {
    bool ours;         /* the marker is there, and so are all tables with their texts */
    bool any;          /* a table of one of the names exists */
    const char *alien; /* a name that is taken by something else, or NULL */
};

/* Looks what is there, by reading sqlite_schema and the marker.  MOULT_ERR_UNSUPPORTED: moult's, of another
 * version. */
moult_status sqlite_bookkeeping_look(moult_session *session, struct bookkeeping *out,
                                     moult_error *err);
/* Name and CREATE text of table 0 .. BOOKKEEPING_COUNT - 1 (0 = moult_format). */
const char *sqlite_bookkeeping_name(uint32_t table);
const char *sqlite_bookkeeping_sql(uint32_t table);

#endif
