# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/fuzz/fuzz-config.c
if HAVE_CHECK
check_PROGRAMS += tests/unit/check-host-config tests/unit/check-host-plugins
TESTS += tests/unit/check-host-config tests/unit/check-host-plugins
endif
host_fixture = tests/unit/host-fixture.c tests/unit/host-fixture.h
host_check_libs = libcore/libmoult-internal.la $(CHECK_LIBS)
tests_unit_check_host_config_SOURCES = tests/unit/check-host-config.c $(host_fixture)
tests_unit_check_host_config_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_host_config_LDADD = $(host_check_libs)
tests_unit_check_host_plugins_SOURCES = tests/unit/check-host-plugins.c $(host_fixture)
tests_unit_check_host_plugins_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_host_plugins_LDADD = $(host_check_libs)
