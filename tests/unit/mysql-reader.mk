# SPDX-License-Identifier: Apache-2.0
if PLUGIN_MYSQL
if HAVE_CHECK
# The plugin's objects, built once.
check_LTLIBRARIES += tests/unit/libmysql-reader.la
tests_unit_libmysql_reader_la_SOURCES = $(mysql_sources)
tests_unit_libmysql_reader_la_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
check_PROGRAMS += tests/unit/check-mysql-reader
TESTS += tests/unit/check-mysql-reader
tests_unit_check_mysql_reader_SOURCES = \
	tests/unit/check-mysql-reader.c tests/unit/check-mysql-reader.h \
	tests/unit/check-mysql-tree.c \
	tests/unit/check-mysql-texts.c \
	tests/unit/mysql-reader-fixture.c
tests_unit_check_mysql_reader_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_unit_check_mysql_reader_LDADD = tests/unit/libmysql-reader.la $(LDADD) $(mysql_libs)
endif
endif
EXTRA_DIST += tests/servers/mariadb.sh
