/* SPDX-License-Identifier: Apache-2.0 */
/* check-mysql-reader.h - a host to call the MySQL plugin with, and a server of the tests' own. */
#ifndef MOULT_TESTS_CHECK_MYSQL_READER_H
#define MOULT_TESTS_CHECK_MYSQL_READER_H

#include <check.h>

#include "../../libcore/base/buf.h"
#include "../../libcore/schema/tree.h"
#include "../../plugins/mysql/bookkeeping.h"
#include "../../plugins/mysql/create-table.h"
#include "../../plugins/mysql/inspect.h"
#include "../../plugins/mysql/url.h"

extern const moult_host mysql_test_host;

/* Starts a server; NULL: there is none to be had, and a TAP plan that says so was printed. */
const char *mysql_test_start(void);
void mysql_test_stop(void);
/* The server's URL with a database and an account (NULL: the tests' own). */
const char *mysql_test_url(const char *database, const char *account);

/* A session that reads, expecting success. */
moult_session *mysql_test_open(const char *database);
moult_status mysql_test_try_open(const char *url, const char *setting, moult_session **out,
                                 moult_error *err);
/* Statements, parted by ";", on a connection of its own, in DATABASE (NULL: none); the first
 * value of the last result. */
const char *mysql_test_run(const char *database, const char *sql);
/* A new database NAME, in which SQL has run. */
void mysql_test_make(const char *name, const char *sql);
/* The tree of a database, sealed; failing tells why. */
moult_tree *mysql_test_tree(moult_session *session);
moult_tree *mysql_test_read(const char *database);
moult_status mysql_test_try(moult_session *session, moult_tree **out, moult_error *err);

/* Attribute NAME of the node at PATH; "" if there is none, NULL if there is no such node. */
const char *mysql_test_attr(const moult_tree *tree, const char *path, const char *name);
#define ck_attr(tree, path, name, value)                                                           \
    do {                                                                                           \
        const char *got_ = mysql_test_attr(tree, path, name);                                      \
        ck_assert_msg(got_ && !strcmp(got_, value), "%s %s is %s", path, name,                     \
                      got_ ? got_ : "(no such node)");                                             \
    } while (0)
/* Does the node at FROM have a reference of STRENGTH to TO? */
bool mysql_test_refers(const moult_tree *tree, const char *from, const char *to, uint32_t strength);

/* A setting that the host gives from now on: "grants=true", or NULL. */
void mysql_test_setting(const char *setting);

TCase *mysql_tree_cases(void);
TCase *mysql_text_cases(void);

#endif
