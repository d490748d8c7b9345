# SPDX-License-Identifier: Apache-2.0
# Plugins that are wrong in one way each.  With --disable-shared there are no modules to load.
EXTRA_DIST += tests/hostile/hostile.c tests/hostile/gone.c
if !STATIC_PLUGINS
hostile_names = abi bad-param duplicate entry-null entry-silent iface-major iface-name \
	iface-size-zero missing-library missing-slot needs no-entry no-ifaces no-version other-major \
	size-zero threading undefined-symbol
# One source, compiled once a name: a rule of its own says more than eighteen sets of variables.
hostile_modules = $(hostile_names:%=tests/hostile/modules/%.so)
HOSTILE_CC = $(CC) $(AM_CPPFLAGS) $(CPPFLAGS) -std=gnu11 $(WARN_CFLAGS) $(CFLAGS) -fPIC -shared
$(hostile_modules): tests/hostile/hostile.c tests/hostile/modules/libgone.so
	$(AM_V_CCLD)what=`echo $(@F:.so=) | tr a-z- A-Z_` && \
	$(HOSTILE_CC) -DHOSTILE_$$what $(srcdir)/tests/hostile/hostile.c -o $@ \
	  `test $$what != MISSING_LIBRARY || echo tests/hostile/modules/libgone.so`
tests/hostile/modules/libgone.so: tests/hostile/gone.c
	$(AM_V_CCLD)$(MKDIR_P) tests/hostile/modules && \
	$(HOSTILE_CC) -Wl,-soname,libmoult-gone.so.0 $(srcdir)/tests/hostile/gone.c -o $@
tests/hostile/modules/fine.so: tests/hostile/fine.c tests/hostile/modules/libgone.so
	$(AM_V_CCLD)$(HOSTILE_CC) $(srcdir)/tests/hostile/fine.c -o $@
CLEANFILES += $(hostile_modules) tests/hostile/modules/libgone.so tests/hostile/modules/fine.so
if HAVE_CHECK
EXTRA_tests_hostile_check_hostile_DEPENDENCIES = $(hostile_modules) tests/hostile/modules/fine.so
EXTRA_tests_hostile_check_loading_DEPENDENCIES = $(hostile_modules) tests/hostile/modules/fine.so
check_PROGRAMS += tests/hostile/check-hostile tests/hostile/check-loading
TESTS += tests/hostile/check-hostile tests/hostile/check-loading
endif
endif
if HAVE_CHECK
check_PROGRAMS += tests/hostile/check-builtin
TESTS += tests/hostile/check-builtin
endif
tests_hostile_check_builtin_SOURCES = tests/hostile/check-builtin.c tests/hostile/fine.c $(host_fixture)
tests_hostile_check_builtin_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_hostile_check_builtin_LDADD = $(host_check_libs)
hostile_cppflags = $(AM_CPPFLAGS) -DMODULES='"$(abs_builddir)/tests/hostile/modules"'
hostile_sources = tests/hostile/modules.c tests/hostile/modules.h $(host_fixture)
tests_hostile_check_hostile_SOURCES = tests/hostile/check-hostile.c $(hostile_sources)
tests_hostile_check_hostile_CPPFLAGS = $(hostile_cppflags)
tests_hostile_check_hostile_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_hostile_check_hostile_LDADD = $(host_check_libs)
tests_hostile_check_loading_SOURCES = tests/hostile/check-loading.c $(hostile_sources)
tests_hostile_check_loading_CPPFLAGS = $(hostile_cppflags)
tests_hostile_check_loading_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_hostile_check_loading_LDADD = $(host_check_libs)
