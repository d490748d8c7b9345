# SPDX-License-Identifier: Apache-2.0
# What the command does from end to end, one behaviour a script; lib.sh is what they share.
e2e_tests = tests/e2e/audit-reads-only.sh tests/e2e/bad-input.sh tests/e2e/doctor-and-init.sh \
	tests/e2e/dry-run-touches-nothing.sh tests/e2e/full-disk.sh tests/e2e/hazards.sh \
	tests/e2e/hostile-desired-state.sh tests/e2e/hostile-snapshot.sh tests/e2e/json-documents.sh \
	tests/e2e/odd-names.sh tests/e2e/rebuild.sh tests/e2e/refs.sh tests/e2e/renames.sh \
	tests/e2e/same-schema-same-digest.sh tests/e2e/settings.sh tests/e2e/signals.sh tests/e2e/tenants.sh \
	tests/e2e/trust.sh tests/e2e/two-runners.sh tests/e2e/user-table-named-moult_run.sh \
	tests/e2e/wide-tables.sh
TESTS += $(e2e_tests)
dist_check_SCRIPTS += $(e2e_tests)
EXTRA_DIST += tests/e2e/lib.sh
