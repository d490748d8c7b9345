# SPDX-License-Identifier: Apache-2.0
# The conformance suite.  The program is what "moult plugin check" runs; its sources and the quirks of
# moult's own adapters are installed as examples for others.
pkglibexec_PROGRAMS += tests/conformance/moult-check-plugin
conformancedir = $(datadir)/moult/conformance
conformance_sources = \
	tests/conformance/change.c tests/conformance/descriptor.c tests/conformance/dialect.c \
	tests/conformance/dialect.h tests/conformance/keep.c tests/conformance/keep.h tests/conformance/lock.c \
	tests/conformance/look.c tests/conformance/look.h tests/conformance/main.c \
	tests/conformance/place.c tests/conformance/planner.c tests/conformance/quirks.c \
	tests/conformance/race.c tests/conformance/reader.c tests/conformance/records.c \
	tests/conformance/round.c tests/conformance/split.c tests/conformance/store.c \
	tests/conformance/suite.c tests/conformance/suite.h tests/conformance/write.h \
	tests/conformance/writer.c
dist_conformance_DATA = $(conformance_sources)
tests_conformance_moult_check_plugin_SOURCES = $(conformance_sources)
tests_conformance_moult_check_plugin_CPPFLAGS = $(AM_CPPFLAGS) \
	-DMOULT_CONFORMANCE_DIR='"$(conformancedir)"'
tests_conformance_moult_check_plugin_LDADD = libcore/libmoult-internal.la
man_MANS += docs/man/moult-conformance.7
EXTRA_DIST += docs/man/moult-conformance.7.pod
CLEANFILES += docs/man/moult-conformance.7

# Quirks lie beside the plugins; the program finds them beside itself.
conformance_quirks = tests/plugins/memory.quirks tests/plugins/memory-txn.quirks
EXTRA_DIST += $(conformance_quirks) plugins/mysql/mysql.quirks plugins/postgres/postgres.quirks \
	plugins/sqlite/sqlite.quirks
nodist_conformance_DATA =
if PLUGIN_MYSQL
conformance_quirks += plugins/mysql/mysql.quirks
nodist_conformance_DATA += plugins/mysql/mysql.quirks
endif
if PLUGIN_POSTGRES
conformance_quirks += plugins/postgres/postgres.quirks
nodist_conformance_DATA += plugins/postgres/postgres.quirks
endif
if PLUGIN_SQLITE
conformance_quirks += plugins/sqlite/sqlite.quirks
nodist_conformance_DATA += plugins/sqlite/sqlite.quirks
endif
check_DATA += stamp-conformance-quirks
stamp-conformance-quirks: $(conformance_quirks)
	$(AM_V_GEN)for f in $(conformance_quirks); do \
	  if test -f $$f; then cp $$f tests/conformance/; else cp $(srcdir)/$$f tests/conformance/; fi || \
	  exit 1; \
	done && touch $@
CLEANFILES += stamp-conformance-quirks tests/conformance/memory.quirks \
	tests/conformance/memory-txn.quirks tests/conformance/mysql.quirks tests/conformance/postgres.quirks \
	tests/conformance/sqlite.quirks

# One script a plugin, each line of whose output is a result.
conformance_tests = tests/conformance/memory.sh tests/conformance/memory-txn.sh \
	tests/conformance/planner-memory.sh tests/conformance/store-memory.sh
EXTRA_DIST += tests/conformance/mysql.sh tests/conformance/planner-default.sh tests/conformance/postgres.sh \
	tests/conformance/sqlite.sh \
	tests/conformance/store-fs.sh tests/e2e/plugin-check.sh $(conformance_tests)
if PLUGIN_MYSQL
conformance_tests += tests/conformance/mysql.sh
endif
if PLUGIN_PLANNER_DEFAULT
conformance_tests += tests/conformance/planner-default.sh
endif
if PLUGIN_POSTGRES
conformance_tests += tests/conformance/postgres.sh
endif
if PLUGIN_SQLITE
conformance_tests += tests/conformance/sqlite.sh
endif
if PLUGIN_STORE_FS
conformance_tests += tests/conformance/store-fs.sh
endif
if !STATIC_PLUGINS
TESTS += $(conformance_tests) tests/e2e/plugin-check.sh
check_LTLIBRARIES += tests/conformance/broken-store.la
endif
tests_conformance_broken_store_la_SOURCES = tests/conformance/broken-store.c \
	tests/plugins/memory-file.h tests/plugins/memory-file.c
tests_conformance_broken_store_la_CPPFLAGS = $(AM_CPPFLAGS)
tests_conformance_broken_store_la_LDFLAGS = $(TEST_MODULE_FLAGS)
tests_conformance_broken_store_la_LIBADD = $(CORE_LIBS)
