# SPDX-License-Identifier: Apache-2.0
if PLUGIN_POSTGRES
if HAVE_CHECK
# The plugin's objects, built once for the programs below.
check_LTLIBRARIES += tests/unit/libpostgres-write.la
tests_unit_libpostgres_write_la_SOURCES = $(postgres_sources) \
	tests/unit/postgres-fixture.c tests/unit/check-postgres.h
tests_unit_libpostgres_write_la_CPPFLAGS = $(AM_CPPFLAGS) $(POSTGRES_CFLAGS)
postgres_write_programs = \
	tests/unit/check-postgres-split \
	tests/unit/check-postgres-writer
check_PROGRAMS += $(postgres_write_programs)
TESTS += $(postgres_write_programs)
postgres_write_cppflags = $(AM_CPPFLAGS) $(POSTGRES_CFLAGS)
postgres_write_ldadd = tests/unit/libpostgres-write.la $(LDADD) $(postgres_libs)
tests_unit_check_postgres_split_SOURCES = tests/unit/check-postgres-split.c
tests_unit_check_postgres_split_CPPFLAGS = $(postgres_write_cppflags)
tests_unit_check_postgres_split_LDADD = $(postgres_write_ldadd)
tests_unit_check_postgres_writer_SOURCES = tests/unit/check-postgres-writer.c
tests_unit_check_postgres_writer_CPPFLAGS = $(postgres_write_cppflags)
tests_unit_check_postgres_writer_LDADD = $(postgres_write_ldadd)
endif
endif
EXTRA_DIST += tests/servers/postgres.sh tests/servers/pgbouncer.sh
