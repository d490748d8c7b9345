/* SPDX-License-Identifier: Apache-2.0 */
/* check-mysql.h - a host to call the MySQL plugin with, and a server of the tests' own. */
#ifndef MOULT_TESTS_CHECK_MYSQL_H
#define MOULT_TESTS_CHECK_MYSQL_H

#include <check.h>

#include <moult/moult.h>

#include "../../libcore/base/buf.h"
#include "../../libcore/schema/tree.h"
#include "../../plugins/mysql/writer.h"

extern const moult_host mysql_test_host;

/* Starts a server with more OPTIONS; NULL: there is none to be had, and a TAP plan that says so was
 * printed. */
const char *mysql_test_start(const char *options);
void mysql_test_stop(void);
/* Ends the server with SIGKILL, and starts it again. */
void mysql_test_kill(void);
void mysql_test_again(void);
/* The server's URL with another database and user, what is NULL is as usual.  Valid until the next
 * call but seven. */
const char *mysql_test_url(const char *database, const char *user);

/* A session, expecting success. */
moult_session *mysql_test_open(const char *url, uint32_t purpose, uint64_t lock_ms);
/* The first value that SQL gives on a connection of its own, "" if none. */
const char *mysql_test_ask(const char *database, const char *sql);
/* writer.run */
moult_status mysql_test_run(moult_session *s, const char *sql, moult_error *err);

#endif
