# SPDX-License-Identifier: Apache-2.0
if PLUGIN_POSTGRES
if HAVE_CHECK
check_PROGRAMS += tests/unit/check-postgres-reader
TESTS += tests/unit/check-postgres-reader
tests_unit_check_postgres_reader_SOURCES = tests/unit/check-postgres-reader.c \
	tests/unit/check-postgres-reader.h tests/unit/check-postgres-kinds.c
tests_unit_check_postgres_reader_CPPFLAGS = $(postgres_write_cppflags)
tests_unit_check_postgres_reader_LDADD = $(postgres_write_ldadd)
endif
endif
EXTRA_DIST += tests/unit/postgres-kinds.sql
