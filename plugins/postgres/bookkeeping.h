/* SPDX-License-Identifier: Apache-2.0 */
/* bookkeeping.h - moult's own tables in a PostgreSQL database, and how they are recognised.
 *
 * A database unit has them in a schema "moult", a schema unit in its own schema.  They are moult's if
 * the comment on each of them (and on the schema "moult") is the marker; anything else of such a name
 * is the user's, and is treated like all other objects. */
#ifndef MOULT_POSTGRES_BOOKKEEPING_H
#define MOULT_POSTGRES_BOOKKEEPING_H

#include "session.h"

#define BOOKKEEPING_MARKER                                                                         \
    "moult keeps its records here (format 1, 6d6f756c-7400-4b0b-8c5e-9a3f0d27e1c4)"
#define BOOKKEEPING_SCHEMA "moult"

/* After "CREATE TABLE s.name". */
#define BOOKKEEPING_ROWS                                                                           \
    " (seq bigint PRIMARY KEY, run text NOT NULL, event text NOT NULL, at text NOT NULL, "         \
    "body text NOT NULL)"
/* X(record table number, table name) */
#define BOOKKEEPING_TABLES(X)                                                                      \
    X(MOULT_RECORD_RUN, "moult_run")                                                               \
    X(MOULT_RECORD_STEP, "moult_step")                                                             \
    X(MOULT_RECORD_AUDIT, "moult_audit")

struct bookkeeping {
    bool ours;      /* all tables are there and marked */
    bool any;       /* a relation of one of the names exists (in the schema where ours would be) */
    char alien[64]; /* a name that is taken by something else, or "" */
};

/* Looks what is there; one round trip. */
moult_status postgres_bookkeeping_look(moult_session *session, struct bookkeeping *out,
                                       moult_error *err);
/* The name of TABLE (MOULT_RECORD_*), without schema; NULL = no such table. */
const char *postgres_bookkeeping_name(uint32_t table);
/* The schema that the tables are in, unquoted: the session's schema, or "moult". */
const char *postgres_bookkeeping_schema(const moult_session *session);

#endif
