/* SPDX-License-Identifier: Apache-2.0 */
/* bookkeeping.h - moult's own tables in a database, and how they are recognised.
 *
 * They lie beside the tables of the tenant.  They are moult's if the comment of each is the marker;
 * anything else of such a name is the user's, and is treated like all other objects.  A statement
 * makes one table and commits by itself, so that a crash may leave some of them: that is the same
 * as none. */
#ifndef MOULT_MYSQL_BOOKKEEPING_H
#define MOULT_MYSQL_BOOKKEEPING_H

#include "my.h"

#define BOOKKEEPING_MARK "moult keeps its records here (format "
#define BOOKKEEPING_MARKER BOOKKEEPING_MARK "1, 6d6f756c-7401-4b0b-8c5e-9a3f0d27e1c4)"

/* After "CREATE TABLE name".  A body that one statement cannot carry is cut into parts. */
#define BOOKKEEPING_ROWS                                                                           \
    " (seq bigint unsigned NOT NULL, part int unsigned NOT NULL, run varchar(64) NOT NULL,"        \
    " event varchar(64) NOT NULL, at varchar(64) NOT NULL, body longtext NOT NULL,"                \
    " PRIMARY KEY (seq, part)) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4"                      \
    " COLLATE utf8mb4_bin COMMENT '" BOOKKEEPING_MARKER "'"
/* X(record table number, table name) */
#define BOOKKEEPING_TABLES(X)                                                                      \
    X(MOULT_RECORD_RUN, "moult_run")                                                               \
    X(MOULT_RECORD_STEP, "moult_step")                                                             \
    X(MOULT_RECORD_AUDIT, "moult_audit")

struct bookkeeping {
    bool ours;      /* all tables are there and marked */
    char alien[64]; /* a name that is taken by something else, or "" */
};

/* Looks what is there; one round trip.  MOULT_ERR_UNSUPPORTED: another version of moult's. */
moult_status mybookkeeping_look(moult_session *session, struct bookkeeping *out, moult_error *err);
/* The error for a name that is taken. */
moult_status mybookkeeping_taken(moult_session *session, const struct bookkeeping *found,
                                 moult_error *err);
/* The name of TABLE (MOULT_RECORD_*); NULL = no such table. */
const char *mybookkeeping_name(uint32_t table);

#endif
