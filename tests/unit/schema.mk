# SPDX-License-Identifier: Apache-2.0
if HAVE_CHECK
check_PROGRAMS += tests/unit/check-schema
TESTS += tests/unit/check-schema
endif
tests_unit_check_schema_SOURCES = \
	tests/unit/check-schema.c tests/unit/check-schema.h \
	tests/unit/check-schema-delta.c \
	tests/unit/check-schema-json.c \
	tests/unit/check-schema-renames.c
EXTRA_DIST += tests/fuzz/fuzz-snapshot.c
