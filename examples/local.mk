# SPDX-License-Identifier: Apache-2.0
# Programs that embed libmoult: compiled and run by the tests, so that they stay true.
check_PROGRAMS += examples/basic-sync examples/dry-run examples/ci-validation
example_link_flags = $(AM_LDFLAGS) $(PRELOAD)
examples_basic_sync_SOURCES = examples/basic-sync.c
examples_basic_sync_LDFLAGS = $(example_link_flags)
examples_basic_sync_LDADD = libcore/libmoult.la
examples_basic_sync_DEPENDENCIES = libcore/libmoult.la $(PRELOAD_DEPS)
examples_dry_run_SOURCES = examples/dry-run.c
examples_dry_run_LDFLAGS = $(example_link_flags)
examples_dry_run_LDADD = libcore/libmoult.la
examples_dry_run_DEPENDENCIES = libcore/libmoult.la $(PRELOAD_DEPS)
examples_ci_validation_SOURCES = examples/ci-validation.c
examples_ci_validation_LDFLAGS = $(example_link_flags)
examples_ci_validation_LDADD = libcore/libmoult.la
examples_ci_validation_DEPENDENCIES = libcore/libmoult.la $(PRELOAD_DEPS)
