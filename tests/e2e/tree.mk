# SPDX-License-Identifier: Apache-2.0
# What the quick start shows, and whether an installed moult is whole.
tree_tests = tests/e2e/quickstart.sh
TESTS += $(tree_tests)
dist_check_SCRIPTS += $(tree_tests)
EXTRA_DIST += quickstart runtests build-aux/counting build-aux/need build-aux/packages tests/e2e/installed.sh \
	tests/property/sqlite.py tests/corpus/sqlite.py tests/corpus/postgres.py \
	examples/quickstart/job examples/quickstart/rows.sql examples/quickstart/shop.sql \
	examples/quickstart/schema/00-views.sql examples/quickstart/schema/customers.sql \
	examples/quickstart/schema/orders.sql examples/quickstart/schema/products.sql \
	examples/quickstart/schema/renames.toml
# After "make install", with the same prefix: what was installed is used from there, by its own paths.
installcheck-local:
	@env -u LD_LIBRARY_PATH bindir='$(DESTDIR)$(bindir)' libdir='$(DESTDIR)$(libdir)' \
	  mandir='$(DESTDIR)$(mandir)' datadir='$(DESTDIR)$(datadir)' CC='$(CC)' \
	  MOULT_SRCDIR='$(abs_srcdir)' MOULT_STATIC_BUILD='$(STATIC_CPPFLAGS)' \
	  $(SHELL) $(srcdir)/tests/e2e/installed.sh
# What tests the adapters that are not built by default.
EXTRA_DIST += \
	tests/corpus/mariadb.py \
	tests/property/mariadb.py \
	tests/e2e/mysql-kinds.sh \
	tests/e2e/mysql-kinds/one.sql \
	tests/e2e/mysql-kinds/rows.sql \
	tests/e2e/mysql-kinds/two.sql \
	tests/e2e/postgres-concurrent.sh \
	tests/e2e/postgres-hostile.sh \
	tests/e2e/postgres-kinds.sh \
	tests/e2e/postgres-kinds/one-subscription.sql \
	tests/e2e/postgres-kinds/one.sql \
	tests/e2e/postgres-kinds/rows.sql \
	tests/e2e/postgres-kinds/same.sql \
	tests/e2e/postgres-kinds/two-subscription.sql \
	tests/e2e/postgres-kinds/two.sql \
	tests/e2e/postgres-pairs.sh \
	tests/e2e/postgres-pairs/columns.sql \
	tests/e2e/postgres-pairs/enums.sql \
	tests/e2e/postgres-pairs/inherit.sql \
	tests/e2e/postgres-pairs/keys.sql \
	tests/e2e/postgres-pairs/partitions.sql \
	tests/e2e/postgres-pairs/renames.sql \
	tests/e2e/postgres-pairs/rights.sql \
	tests/e2e/postgres-pairs/types.sql \
	tests/e2e/postgres-pairs/views.sql
