/* SPDX-License-Identifier: Apache-2.0 */
/* check-postgres-reader.h - what the tests of the PostgreSQL reader share. */
#ifndef MOULT_TESTS_CHECK_POSTGRES_READER_H
#define MOULT_TESTS_CHECK_POSTGRES_READER_H

#include "check-postgres.h"

/* A new, empty database NAME in which SQL was run. */
void reader_database(const char *name, const char *sql);
/* Runs statements on a connection of their own, expecting success. */
void reader_sql(const char *database, const char *sql);
/* What S is on, sealed, with the binding that the host makes. */
moult_tree *reader_tree(moult_session *s);
/* The tree of a database, or of its schema. */
moult_tree *reader_look(const char *database, const char *schema);
/* An attribute's text; NULL: it, or the node, is not there.  Valid until the next call but three. */
const char *reader_attribute(const moult_tree *tree, const char *path, const char *attribute);

Suite *reader_kinds_suite(void);

#endif
