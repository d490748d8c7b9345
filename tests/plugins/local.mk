# SPDX-License-Identifier: Apache-2.0
# Plugins for tests.  make check puts them beside the real ones into tests/installed.
if !STATIC_PLUGINS
test_modules += tests/plugins/memory.la tests/plugins/memory-txn.la \
	tests/plugins/store-memory.la tests/plugins/planner-memory.la
check_LTLIBRARIES += $(test_modules)
endif
memory_sources = tests/plugins/memory.h tests/plugins/memory-file.h tests/plugins/memory-file.c \
	tests/plugins/memory-dialect.c tests/plugins/memory-inspect.c tests/plugins/memory-plugin.c \
	tests/plugins/memory-reader.c tests/plugins/memory-render.c tests/plugins/memory-state.c \
	tests/plugins/memory-statement.c tests/plugins/memory-text.c tests/plugins/memory-writer.c
tests_plugins_memory_la_SOURCES = $(memory_sources)
tests_plugins_memory_la_LDFLAGS = $(TEST_MODULE_FLAGS)
tests_plugins_memory_la_LIBADD = $(CORE_LIBS)
tests_plugins_memory_txn_la_SOURCES = $(memory_sources)
tests_plugins_memory_txn_la_CPPFLAGS = $(AM_CPPFLAGS) -DMEMORY_TXN
tests_plugins_memory_txn_la_LDFLAGS = $(TEST_MODULE_FLAGS)
tests_plugins_memory_txn_la_LIBADD = $(CORE_LIBS)
tests_plugins_store_memory_la_SOURCES = tests/plugins/memory-file.h tests/plugins/memory-file.c \
	tests/plugins/memory-store.c
tests_plugins_store_memory_la_LDFLAGS = $(TEST_MODULE_FLAGS)
tests_plugins_store_memory_la_LIBADD = $(CORE_LIBS)
tests_plugins_planner_memory_la_SOURCES = tests/plugins/memory-planner.c
tests_plugins_planner_memory_la_LDFLAGS = $(TEST_MODULE_FLAGS)
dist_noinst_DATA += tests/plugins/memory.toml tests/plugins/memory-txn.toml \
	tests/plugins/planner-memory.toml tests/plugins/store-memory.toml
TESTS += tests/faults/memory.sh
dist_check_SCRIPTS += tests/faults/memory.sh
