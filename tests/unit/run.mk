# SPDX-License-Identifier: Apache-2.0
# What is run here is planned by planner-default and saved by store-fs.
if HAVE_CHECK
if PLUGIN_PLANNER_DEFAULT
if PLUGIN_STORE_FS
run_programs = tests/unit/check-run tests/unit/check-run-crash tests/unit/check-run-refs
check_PROGRAMS += $(run_programs)
TESTS += $(run_programs)
run_fixture = tests/unit/run-fixture.c tests/unit/run-fixture.h
tests_unit_check_run_SOURCES = tests/unit/check-run.c $(run_fixture)
tests_unit_check_run_crash_SOURCES = tests/unit/check-run-crash.c $(run_fixture)
tests_unit_check_run_refs_SOURCES = tests/unit/check-run-refs.c $(run_fixture)
endif
endif
endif
