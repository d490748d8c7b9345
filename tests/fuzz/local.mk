# SPDX-License-Identifier: Apache-2.0
# Fuzz targets: configure with CC=clang CXX=clang++ --enable-fuzzers --enable-sanitizers, then "make fuzzers".
fuzz_programs = tests/fuzz/fuzz-config tests/fuzz/fuzz-snapshot
if PLUGIN_SQLITE
fuzz_programs += tests/fuzz/fuzz-sqlite
endif
if ENABLE_FUZZERS
noinst_PROGRAMS += $(fuzz_programs)
endif
EXTRA_PROGRAMS = tests/fuzz/fuzz-config tests/fuzz/fuzz-snapshot tests/fuzz/fuzz-sqlite
fuzzers: $(fuzz_programs)
.PHONY: fuzzers
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz-config.c
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_config_LDADD = libcore/libmoult-internal.la
tests_fuzz_fuzz_snapshot_SOURCES = tests/fuzz/fuzz-snapshot.c
tests_fuzz_fuzz_snapshot_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_snapshot_LDADD = libcore/libmoult-internal.la
tests_fuzz_fuzz_sqlite_SOURCES = tests/fuzz/fuzz-sqlite.c $(sqlite_sources)
tests_fuzz_fuzz_sqlite_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_fuzz_fuzz_sqlite_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_sqlite_LDADD = $(sqlite_libs)
EXTRA_DIST += tests/fuzz/run
