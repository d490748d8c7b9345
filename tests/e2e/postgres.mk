# SPDX-License-Identifier: Apache-2.0
# What the command does on PostgreSQL; postgres-lib.sh starts the servers.
postgres_e2e_tests = tests/e2e/postgres-tenants.sh
EXTRA_DIST += tests/e2e/postgres-lib.sh $(postgres_e2e_tests)
if PLUGIN_POSTGRES
TESTS += $(postgres_e2e_tests)
endif
