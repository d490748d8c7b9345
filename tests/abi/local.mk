# SPDX-License-Identifier: Apache-2.0
# A toy kind of interface with two frozen headers: hosts and plugins of each, in every pairing.
EXTRA_DIST += tests/abi/toy-plugin.c tests/abi/v1.0/toy.h tests/abi/v1.1/toy.h
if !STATIC_PLUGINS
abi_toys = tests/hostile/modules/toy-1.0.so tests/hostile/modules/toy-1.1.so
tests/hostile/modules/toy-1.0.so: tests/abi/toy-plugin.c tests/abi/v1.0/toy.h tests/hostile/modules/libgone.so
	$(AM_V_CCLD)$(HOSTILE_CC) -I$(srcdir)/tests/abi/v1.0 $(srcdir)/tests/abi/toy-plugin.c -o $@
tests/hostile/modules/toy-1.1.so: tests/abi/toy-plugin.c tests/abi/v1.1/toy.h tests/hostile/modules/libgone.so
	$(AM_V_CCLD)$(HOSTILE_CC) -I$(srcdir)/tests/abi/v1.1 $(srcdir)/tests/abi/toy-plugin.c -o $@
CLEANFILES += $(abi_toys)
if HAVE_CHECK
check_PROGRAMS += tests/abi/check-abi
TESTS += tests/abi/check-abi
EXTRA_tests_abi_check_abi_DEPENDENCIES = $(abi_toys)
endif
endif
check_LTLIBRARIES += tests/abi/libhost-1.0.la tests/abi/libhost-1.1.la
tests_abi_libhost_1_0_la_SOURCES = tests/abi/toy-host.c tests/abi/toy-host.h
tests_abi_libhost_1_0_la_CPPFLAGS = -I$(srcdir)/tests/abi/v1.0 $(AM_CPPFLAGS)
tests_abi_libhost_1_1_la_SOURCES = tests/abi/toy-host.c tests/abi/toy-host.h
tests_abi_libhost_1_1_la_CPPFLAGS = -I$(srcdir)/tests/abi/v1.1 $(AM_CPPFLAGS)
tests_abi_check_abi_SOURCES = tests/abi/check-abi.c $(hostile_sources)
tests_abi_check_abi_CPPFLAGS = $(hostile_cppflags)
tests_abi_check_abi_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_abi_check_abi_LDADD = tests/abi/libhost-1.0.la tests/abi/libhost-1.1.la $(host_check_libs)
