# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/faults/mysql.py tests/faults/sqlite.py

if !STATIC_PLUGINS
check_LTLIBRARIES += tests/faults/io-fault.la
endif
tests_faults_io_fault_la_SOURCES = tests/faults/io-fault.c
# -rpath makes libtool build a shared object although nothing installs it; no sanitizer goes into what is preloaded.
tests_faults_io_fault_la_CPPFLAGS =
tests_faults_io_fault_la_CFLAGS = -std=gnu11 $(WARN_CFLAGS)
tests_faults_io_fault_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_faults_io_fault_la_LIBADD = -ldl
