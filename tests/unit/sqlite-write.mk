# SPDX-License-Identifier: Apache-2.0
if PLUGIN_SQLITE
if HAVE_CHECK
# The plugin's objects, built once for the programs below.
check_LTLIBRARIES += tests/unit/libsqlite-write.la
tests_unit_libsqlite_write_la_SOURCES = $(sqlite_sources) \
	tests/unit/check-sqlite-write-fixture.c tests/unit/check-sqlite-write.h
tests_unit_libsqlite_write_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
sqlite_write_programs = \
	tests/unit/check-sqlite-write \
	tests/unit/check-sqlite-write-rows \
	tests/unit/check-sqlite-write-writer
check_PROGRAMS += $(sqlite_write_programs)
TESTS += $(sqlite_write_programs)
sqlite_write_cppflags = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
sqlite_write_ldadd = tests/unit/libsqlite-write.la $(LDADD) $(sqlite_libs)
tests_unit_check_sqlite_write_SOURCES = tests/unit/check-sqlite-write.c
tests_unit_check_sqlite_write_CPPFLAGS = $(sqlite_write_cppflags)
tests_unit_check_sqlite_write_LDADD = $(sqlite_write_ldadd)
tests_unit_check_sqlite_write_rows_SOURCES = tests/unit/check-sqlite-write-rows.c
tests_unit_check_sqlite_write_rows_CPPFLAGS = $(sqlite_write_cppflags)
tests_unit_check_sqlite_write_rows_LDADD = $(sqlite_write_ldadd)
tests_unit_check_sqlite_write_writer_SOURCES = tests/unit/check-sqlite-write-writer.c
tests_unit_check_sqlite_write_writer_CPPFLAGS = $(sqlite_write_cppflags)
tests_unit_check_sqlite_write_writer_LDADD = $(sqlite_write_ldadd)
endif
endif
