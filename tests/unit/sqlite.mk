# SPDX-License-Identifier: Apache-2.0
if PLUGIN_SQLITE
if HAVE_CHECK
check_PROGRAMS += tests/unit/check-sqlite
TESTS += tests/unit/check-sqlite
tests_unit_check_sqlite_SOURCES = \
	tests/unit/check-sqlite.c tests/unit/check-sqlite.h \
	tests/unit/check-sqlite-text.c \
	tests/unit/check-sqlite-split.c \
	tests/unit/check-sqlite-tree.c \
	tests/unit/check-sqlite-pragma.c \
	tests/unit/check-sqlite-file.c \
	tests/unit/sqlite-fixture.c tests/unit/sqlite-fixture.h
tests_unit_check_sqlite_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_check_sqlite_LDADD = tests/unit/libsqlite-write.la $(LDADD) $(sqlite_libs)
endif
endif
EXTRA_DIST += tests/fuzz/fuzz-sqlite.c
