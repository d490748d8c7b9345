/* SPDX-License-Identifier: Apache-2.0 */
/* run-fixture.h - a folder with databases of the memory adapters, and moults that work on them. */
#ifndef RUN_FIXTURE_H
#define RUN_FIXTURE_H

#include <check.h>
#include <moult/moult.h>
#include <stdlib.h>

#include "../../libcore/base/file.h"
#include "../../libcore/run/run.h"

extern moult_error *err; /* made by run_setup */
extern moult *m;         /* opened by run_open */
/* What run_open gives the moult. */
extern volatile int run_stop;
extern moult_progress_fn *run_progress;

void run_setup(void); /* makes an empty folder the working directory */
void run_teardown(void);
/* 1: the plugins that the tests need are there. */
int run_possible(void);
/* Opens moult.toml holding TOML (NULL: no file) with settings "key=value" (NULL: none). */
void run_open(const char *toml, const char *const *set);
void run_close(void);
void put(const char *name, const char *text);
char *get(const char *name); /* malloc'd */
/* A database of ADAPTER in the file NAME whose schema is DDL. */
void make_db(const char *adapter, const char *name, const char *ddl);
moult_targets *target(const char *name); /* all its tenants */
moult_snapshot *load(const char *ref, const char *like);
void ck_ok(moult_status st);
void ck_fails(moult_status st, moult_status wanted, const char *message);
void ck_detail(const char *key, const char *part);

/* What sync, apply and validate told. */
struct told {
    int count[8]; /* by MOULT_UNIT_* */
    int asked;
    uint32_t asked_units;
    int answer;
    char tenants[256];
};
moult_run_options options_for(struct told *told, uint32_t allow);
moult_status sync_to(const char *targets, const char *to, uint32_t allow, struct told *told);
moult_status validate_to(const char *targets, const char *to, struct told *told);

int run_suite(Suite *suite);

#endif
