# SPDX-License-Identifier: Apache-2.0
if HAVE_CHECK
run_programs = tests/unit/check-run tests/unit/check-run-refs
check_PROGRAMS += $(run_programs)
TESTS += $(run_programs)
run_fixture = tests/unit/run-fixture.c tests/unit/run-fixture.h
tests_unit_check_run_SOURCES = tests/unit/check-run.c $(run_fixture)
tests_unit_check_run_refs_SOURCES = tests/unit/check-run-refs.c $(run_fixture)
endif
