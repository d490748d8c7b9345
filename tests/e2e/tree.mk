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
