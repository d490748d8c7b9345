/* SPDX-License-Identifier: Apache-2.0 */
/* check-mysql-reader.h - databases and their trees, for the tests of the MySQL plugin's reader. */
#ifndef MOULT_TESTS_CHECK_MYSQL_READER_H
#define MOULT_TESTS_CHECK_MYSQL_READER_H

#include "../../plugins/mysql/bookkeeping.h"
#include "../../plugins/mysql/create-table.h"
#include "../../plugins/mysql/inspect.h"
#include "../../plugins/mysql/url.h"
#include "check-mysql.h"

/* The server's URL with a database of any name and an account (NULL: the tests' own), and without
 * the option files of this machine.  Valid until the next call but seven. */
const char *reader_test_url(const char *database, const char *account);

/* A session that reads, expecting success. */
moult_session *reader_test_open(const char *database);
/* WITH: a setting that the host gives, "grants=true", or NULL. */
moult_status reader_test_try_open(const char *url, const char *with, moult_session **out,
                                  moult_error *err);
/* Statements, parted by ";", on a connection of its own, in DATABASE (NULL: none); the first
 * value of the last result. */
const char *reader_test_run(const char *database, const char *sql);
/* A new database NAME, in which SQL has run. */
void reader_test_make(const char *name, const char *sql);
/* The tree of a database, sealed; failing tells why. */
moult_tree *reader_test_tree(moult_session *session);
moult_tree *reader_test_read(const char *database);
moult_status reader_test_try(moult_session *session, moult_tree **out, moult_error *err);

/* Attribute NAME of the node at PATH; "" if there is none, NULL if there is no such node. */
const char *reader_test_attr(const moult_tree *tree, const char *path, const char *name);
#define ck_attr(tree, path, name, value)                                                           \
    do {                                                                                           \
        const char *got_ = reader_test_attr(tree, path, name);                                     \
        ck_assert_msg(got_ && !strcmp(got_, value), "%s %s is %s", path, name,                     \
                      got_ ? got_ : "(no such node)");                                             \
    } while (0)
/* Does the node at FROM have a reference of STRENGTH to TO? */
bool reader_test_refers(const moult_tree *tree, const char *from, const char *to,
                        uint32_t strength);

TCase *mysql_tree_cases(void);
TCase *mysql_text_cases(void);

#endif
