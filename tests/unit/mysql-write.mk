# SPDX-License-Identifier: Apache-2.0
if PLUGIN_MYSQL
if HAVE_CHECK
# The plugin's objects, built once for the programs below.
check_LTLIBRARIES += tests/unit/libmysql-write.la
tests_unit_libmysql_write_la_SOURCES = $(mysql_sources) \
	tests/unit/mysql-fixture.c tests/unit/check-mysql.h
tests_unit_libmysql_write_la_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
mysql_write_programs = \
	tests/unit/check-mysql-split \
	tests/unit/check-mysql-writer
check_PROGRAMS += $(mysql_write_programs)
TESTS += $(mysql_write_programs)
mysql_write_cppflags = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
mysql_write_ldadd = tests/unit/libmysql-write.la $(LDADD) $(mysql_libs)
tests_unit_check_mysql_split_SOURCES = tests/unit/check-mysql-split.c
tests_unit_check_mysql_split_CPPFLAGS = $(mysql_write_cppflags)
tests_unit_check_mysql_split_LDADD = $(mysql_write_ldadd)
tests_unit_check_mysql_writer_SOURCES = tests/unit/check-mysql-writer.c
tests_unit_check_mysql_writer_CPPFLAGS = $(mysql_write_cppflags)
tests_unit_check_mysql_writer_LDADD = $(mysql_write_ldadd)
endif
endif
