# SPDX-License-Identifier: Apache-2.0
# "make bench" prints figures; nothing there passes or fails.  BENCH holds further options.
check_PROGRAMS += tests/bench/bench-trees tests/bench/peak
tests_bench_bench_trees_SOURCES = tests/bench/bench-trees.c
tests_bench_bench_trees_LDADD = libcore/libmoult-internal.la
tests_bench_peak_SOURCES = tests/bench/peak.c
tests_bench_peak_LDADD =
EXTRA_DIST += tests/bench/bench tests/bench/bench-mariadb tests/bench/bench-postgres \
	tests/bench/tables.py
bench: all tests/bench/bench-trees tests/bench/peak
	python3 $(srcdir)/tests/bench/bench --moult ./moult --trees tests/bench/bench-trees $(BENCH)
.PHONY: bench
# The same of a plugin that needs a server.
bench-mariadb: all
	python3 $(srcdir)/tests/bench/bench-mariadb --moult ./moult $(BENCH)
.PHONY: bench-mariadb
bench-postgres: all tests/bench/peak
	python3 $(srcdir)/tests/bench/bench-postgres --moult ./moult --peak tests/bench/peak $(BENCH)
.PHONY: bench-postgres
