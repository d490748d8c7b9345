/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite-fixture.h - the SQLite plugin's reader and dialect on files of a private folder. */
#ifndef MOULT_TESTS_SQLITE_FIXTURE_H
#define MOULT_TESTS_SQLITE_FIXTURE_H

#include <check.h>

#include <moult/moult.h>

#include "../../libcore/base/buf.h"
#include "../../libcore/schema/tree.h"
#include "../../plugins/sqlite/session.h"

extern const moult_host sqlite_test_host;

/* For check_add_checked_fixture: a new folder, removed with all that is in it. */
void sqlite_test_setup(void);
void sqlite_test_teardown(void);
/* FOLDER/NAME; valid until the next but seven call. */
const char *sqlite_test_path(const char *name);
/* A database file NAME on which SQL was run; returns its path. */
const char *sqlite_test_make(const char *name, const char *sql);
void sqlite_test_exec(const char *path, const char *sql);
void sqlite_test_write(const char *path, const void *bytes, size_t n);

/* Opens, expecting success. */
moult_session *sqlite_test_open(const char *path, uint32_t purpose);
/* The sealed tree of PATH, expecting success; BINDINGS "name=value,..." or NULL. */
moult_tree *sqlite_test_tree(const char *path, const char *bindings);
/* The sealed tree of a new database on which SQL was run. */
moult_tree *sqlite_test_tree_of(const char *sql);
/* What inspect answers; the message and detail in ERR. */
moult_status sqlite_test_inspect(const char *path, moult_error *err);
/* Its state digest. */
void sqlite_test_state(const char *sql, char out[65]);

/* An attribute's text and same ("(none)" if it is absent), of the node at PATH, which has to exist.
 */
const char *sqlite_test_text(const moult_tree *tree, const char *path, const char *name);
const char *sqlite_test_same(const moult_tree *tree, const char *path, const char *name);
/* 1 + the strength of the reference from PATH to TARGET; 0 = there is none. */
uint32_t sqlite_test_ref(const moult_tree *tree, const char *path, const char *target);

#endif
