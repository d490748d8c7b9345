/* SPDX-License-Identifier: Apache-2.0 */
/* check-postgres.h - a host to call the PostgreSQL plugin with, and a server of the tests' own. */
#ifndef MOULT_TESTS_CHECK_POSTGRES_H
#define MOULT_TESTS_CHECK_POSTGRES_H

#include <check.h>

#include <moult/moult.h>

#include "../../libcore/base/buf.h"
#include "../../libcore/schema/tree.h"
#include "../../plugins/postgres/writer.h"

extern const moult_host postgres_test_host;

/* Starts a server; NULL: there is none to be had, and a TAP plan that says so was printed. */
const char *postgres_test_start(void);
void postgres_test_stop(void);
/* The server's URL with another database, user or fragment: postgres_test_url("a", "u",
 * "#schema=s"); what is NULL is as usual.  Valid until the next call but seven. */
const char *postgres_test_url(const char *database, const char *user, const char *rest);
/* A pooler in front of the server, in MODE; NULL: there is none. */
const char *postgres_test_pooler(const char *mode);
void postgres_test_pooler_stop(void);

/* A session, expecting success. */
moult_session *postgres_test_open(const char *url, uint32_t purpose, uint64_t lock_ms);
/* The first value that SQL gives on a connection of its own, "" if none. */
const char *postgres_test_ask(const char *database, const char *sql);
/* writer.run */
moult_status postgres_test_run(moult_session *s, const char *sql, moult_error *err);

#endif
