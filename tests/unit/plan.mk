# SPDX-License-Identifier: Apache-2.0
plan_programs = tests/unit/check-plan tests/unit/check-plan-decide tests/unit/check-plan-document \
	tests/unit/check-plan-random
if HAVE_CHECK
check_PROGRAMS += $(plan_programs)
TESTS += $(plan_programs)
endif
plan_fixture = tests/unit/plan-fixture.c tests/unit/plan-fixture.h
tests_unit_check_plan_SOURCES = tests/unit/check-plan.c $(plan_fixture)
tests_unit_check_plan_decide_SOURCES = tests/unit/check-plan-decide.c $(plan_fixture)
tests_unit_check_plan_document_SOURCES = tests/unit/check-plan-document.c $(plan_fixture)
tests_unit_check_plan_random_SOURCES = tests/unit/check-plan-random.c $(plan_fixture)

# The planner of a third party, built from its own tree with what an installation offers.
TESTS += tests/unit/planner-acme.sh
EXTRA_DIST += tests/unit/planner-acme.sh \
	examples/planner-acme/Makefile examples/planner-acme/README.md \
	examples/planner-acme/moult.toml examples/planner-acme/planner-acme.c \
	examples/planner-acme/planner-acme.toml
