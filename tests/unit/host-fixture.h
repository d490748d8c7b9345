/* SPDX-License-Identifier: Apache-2.0 */
/* host-fixture.h - a folder of its own for each test, and moults made from texts in it. */
#ifndef HOST_FIXTURE_H
#define HOST_FIXTURE_H

#include <check.h>
#include <moult/moult.h>
#include <stdlib.h>

#include "../../libcore/base/buf.h"
#include "../../libcore/host/host.h"

extern char folder[];      /* absolute; made by setup, removed by teardown */
extern moult_error *err;   /* made by setup */
extern moult_options want; /* cleared by setup: no file, manifests from folder/plugins.d */

void setup(void);
void teardown(void);
/* "folder/NAME", in a static ring. */
const char *at(const char *name);
void put(const char *name, const char *text);
/* Opens folder/moult.toml holding TOML. */
moult_status try_toml(const char *toml, moult **out);
moult *open_toml(const char *toml); /* fails the test */
/* The error's message contains WHAT. */
void ck_message(const char *what);
void ck_detail(const char *key, const char *what);
/* "value|from" of a setting of M, or "". */
const char *setting(moult *m, const char *key);
int run_suite(Suite *s);

#endif
