# SPDX-License-Identifier: Apache-2.0
if PLUGIN_MYSQL
if HAVE_CHECK
check_PROGRAMS += tests/unit/check-mysql-reader
TESTS += tests/unit/check-mysql-reader
tests_unit_check_mysql_reader_SOURCES = \
	tests/unit/check-mysql-reader.c tests/unit/check-mysql-reader.h \
	tests/unit/check-mysql-tree.c \
	tests/unit/check-mysql-texts.c \
	tests/unit/mysql-reader-fixture.c
tests_unit_check_mysql_reader_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_unit_check_mysql_reader_LDADD = tests/unit/libmysql-write.la $(LDADD) $(mysql_libs)
endif
endif
EXTRA_DIST += tests/servers/mariadb.sh
