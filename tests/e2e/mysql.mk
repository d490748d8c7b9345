# SPDX-License-Identifier: Apache-2.0
# What the command does on MariaDB; mysql-lib.sh starts the servers.
mysql_e2e_tests = tests/e2e/mysql-hostile.sh tests/e2e/mysql-tenants.sh tests/e2e/mysql-two-runners.sh
EXTRA_DIST += tests/e2e/mysql-lib.sh $(mysql_e2e_tests)
if PLUGIN_MYSQL
TESTS += $(mysql_e2e_tests)
endif
